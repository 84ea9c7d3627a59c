"""Data files of a scenario -> rows, or an InputError with row and column.

| file | columns |
|---|---|
| cast | name,tier,country,tax_class,valid_until,provider,cash |
| allotment | name,face,price |
| bids of a bond | bid,face_pkr_million,clean_price_per_100,yield_pct |
| trades | date,seller,buyer,face,clean_price |
| offers of a buyback | name,face,price |
| acceptances of an exchange | name,face |
| votes | name,support |
| names for a screening | name,legal_name,born |
| expected flows | date,kind,period,holder,income,principal,tax,net |

Amounts are in the scenario's currency, prices per 100 with up to 6 decimals. `tax_class` may be `unknown`.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from rwa_deploy import tables, units
from rwa_deploy.compliance.investors import Country
from rwa_deploy.errors import InputError
from rwa_deploy.finance.bonds import yield_pct_from_clean
from rwa_deploy.finance.schedules import Schedule
from rwa_deploy.model import Bid, TaxClass, Tier
from rwa_deploy.scenario.steps.fields import NAME

__all__ = [
    "AcceptRow",
    "AllotRow",
    "CastRow",
    "FlowRow",
    "NameRow",
    "OfferRow",
    "TradeRow",
    "VoteRow",
    "read_bond_bids",
    "read_cast",
    "read_trades",
]

UNKNOWN = "unknown"


def _positive(value: int) -> int:
    if value == 0:
        raise ValueError("is zero; leave the row out, or write what is meant")
    return value


def _price(value: str) -> int:
    return units.price_from(value, 6)


def _tax_class(value: str) -> TaxClass | None:
    if value == UNKNOWN:
        return None
    if value not in list(TaxClass):
        raise ValueError(f"is no tax class; known are {', '.join(TaxClass)} and {UNKNOWN}")
    return TaxClass(value)


def _exact(value: str) -> str:
    if units.scaled(value, 6) < 0 or len(value.partition(".")[2]) != 6:
        raise ValueError("is not an amount with exactly 6 decimals, such as 350.000000")
    return value


def _period(value: str) -> str:
    if value and not value.isdecimal():
        raise ValueError("is neither the number of a period nor empty")
    return value


Name = Annotated[str, Field(pattern=rf"^({NAME}|(retail|dealer):[0-9]+)$")]
Amount = Annotated[tables.Cash, AfterValidator(_positive)]
Price = Annotated[int, BeforeValidator(_price), AfterValidator(_positive)]
Exact = Annotated[str, BeforeValidator(_exact)]


class CastRow(tables.Row):
    """A wallet of the cast; `tax_class` is None for one not known, `cash` [1e6] what it is given."""

    name: Annotated[str, Field(pattern=rf"^{NAME}$")]
    tier: Tier
    country: Country
    tax_class: Annotated[TaxClass | None, BeforeValidator(_tax_class)]
    valid_until: tables.Day
    provider: str
    cash: tables.Cash

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.tier is Tier.RETAIL_RESIDENT and self.tax_class is TaxClass.NON_RESIDENT:
            raise tables.CellError("tax_class", "is non_resident although the tier is retail_resident; correct one")
        return self


class AllotRow(tables.Row):
    """What a wallet is allotted, at which clean price."""

    name: Name
    face: Amount
    price: Price


class TradeRow(tables.Row):
    """A trade of a day."""

    date: tables.Day
    seller: Name
    buyer: Name
    face: Amount
    clean_price: Price

    @model_validator(mode="after")
    def _has_two_parties(self) -> Self:
        if self.seller == self.buyer:
            raise tables.CellError("buyer", "is the seller; a trade has two parties")
        return self


class OfferRow(tables.Row):
    """What a holder offers to sell back, and at which price."""

    name: Name
    face: Amount
    price: Price


class AcceptRow(tables.Row):
    """How much of his face a holder exchanges."""

    name: Name
    face: Amount


class VoteRow(tables.Row):
    """How a holder votes."""

    name: Name
    support: Literal["yes", "no"]


class NameRow(tables.Row):
    """What a provider knows of a member of the cast, for a screening; it never goes on chain. Nobody is meant."""

    name: Name
    legal_name: Annotated[str, Field(min_length=1)]
    born: tables.Day


class FlowRow(tables.Row):
    """What a holder is to be paid on a day, in text as it is compared."""

    date: tables.Day
    kind: Literal["payment", "redemption", "put", "buyback", "exchange"]
    period: Annotated[str, BeforeValidator(_period)]
    holder: str
    income: Exact
    principal: Exact
    tax: Exact
    net: Exact

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        net = units.amount_from(self.income) + units.amount_from(self.principal) - units.amount_from(self.tax)
        if net != units.amount_from(self.net):
            raise tables.CellError("net", f"is {self.net} where income, principal and tax leave {net}; correct one")
        return self


class _BondBid(tables.Row):
    bid: tables.Count
    face_pkr_million: Annotated[tables.FaceMillion, AfterValidator(_positive)]
    clean_price_per_100: Annotated[tables.Price, AfterValidator(_positive)]
    yield_pct: Annotated[Decimal, BeforeValidator(lambda value: units.unscaled(units.scaled(value, 4), 4))]


def read_cast(path: Path, on: date) -> tuple[CastRow, ...]:
    """Cast file + day of onboarding -> its rows; InputError for a name given twice or a record that has ended."""
    rows = tables.read(path, CastRow, key=("name",))
    for number, row in enumerate(rows, start=2):
        if row.valid_until <= on:
            message = f"has ended by {on}, the day of onboarding; give a later day"
            raise InputError(message, path=path, row=number, column="valid_until")
    return rows


def read_trades(path: Path) -> tuple[TradeRow, ...]:
    """Trades file -> its rows in order of date; InputError for one out of order."""
    rows = tables.read(path, TradeRow)
    for number, (before, row) in enumerate(pairwise(rows), start=3):
        if row.date < before.date:
            raise InputError(f"is before row {number - 1}; sort the trades", path=path, row=number, column="date")
    return rows


def read_bond_bids(path: Path, *, schedule: Schedule, settlement: date, lot: int) -> tuple[Bid, ...]:
    """Bids of a bond + what is sold and when it settles -> competitive bids.

    InputError for a bad cell, a number given twice, a face off the lot, or a yield that is not its clean price's.
    """
    rows = tables.read(path, _BondBid, key=("bid",))
    for number, row in enumerate(rows, start=2):
        if row.face_pkr_million % lot:
            message = f"is not a multiple of {units.cash_text(lot)}; correct the face"
            raise InputError(message, path=path, row=number, column="face_pkr_million")
        clean = units.unscaled(row.clean_price_per_100, 6)
        implied = units.decimal_half_up(Fraction(yield_pct_from_clean(schedule, settlement, clean)), 4)
        if row.yield_pct != implied:
            message = f"is {row.yield_pct} where the clean price gives {implied}; correct one of them"
            raise InputError(message, path=path, row=number, column="yield_pct")
    return tuple(Bid(row.bid, row.face_pkr_million, row.clean_price_per_100, row.yield_pct) for row in rows)

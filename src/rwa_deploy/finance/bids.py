"""bids.csv, non_competitive.csv -> bids, or an InputError with row and column.

`bids.csv`: bid,face_pkr_million,price_per_100,yield_pct; each yield must be the one that its price gives.
`non_competitive.csv`: wallet,face_pkr; each wallet must be an onboarded investor's, and no primary dealer's (banks
bid with a price).
"""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from rwa_deploy import tables, units
from rwa_deploy.errors import InputError
from rwa_deploy.finance.bills import yield_pct_from_price
from rwa_deploy.model import Bid, Investor, NonCompetitiveBid, Tier

__all__ = ["BidRow", "NonCompetitiveRow", "read_bids", "read_non_competitive"]


def _yield_pct(value: str) -> Decimal:
    return units.unscaled(units.scaled(value, 4), 4)


def _positive(value: int) -> int:
    if value == 0:
        raise ValueError("is zero; leave the row out or write what is bid")
    return value


class BidRow(tables.Row):
    """A row of bids.csv: face [1e6], price [1e6 per 100, 4 decimals in the file], yield in per cent (4 decimals)."""

    bid: tables.Count
    face_pkr_million: Annotated[tables.FaceMillion, AfterValidator(_positive)]
    price_per_100: Annotated[tables.Price, AfterValidator(_positive)]
    yield_pct: Annotated[Decimal, BeforeValidator(_yield_pct)]


class NonCompetitiveRow(tables.Row):
    """A row of non_competitive.csv: face [1e6]."""

    wallet: tables.Wallet
    face_pkr: Annotated[tables.Cash, AfterValidator(_positive)]


def read_bids(path: Path | str, *, days: int, lot: int) -> tuple[Bid, ...]:
    """bids.csv + days of the bill + lot [1e6] -> competitive bids in the order of the file.

    InputError for any bad cell, a number given twice, a face off the lot, or a yield that is not its price's (simple,
    ACT/365, 4 decimals): one of the two was mistyped, and which one decides who is filled.
    """
    rows = tables.read(path, BidRow, key=("bid",))
    for number, row in enumerate(rows, start=2):
        _check_lot(path, number, "face_pkr_million", row.face_pkr_million, lot)
        implied = yield_pct_from_price(row.price_per_100, days)
        if row.yield_pct != implied:
            message = f"is {row.yield_pct} where the price over {days} days gives {implied}; correct one of them"
            raise InputError(message, path=path, row=number, column="yield_pct")
    return tuple(Bid(row.bid, row.face_pkr_million, row.price_per_100, row.yield_pct) for row in rows)


def read_non_competitive(path: Path | str, *, investors: Iterable[Investor], lot: int) -> tuple[NonCompetitiveBid, ...]:
    """non_competitive.csv + onboarded investors + lot [1e6] -> bids in the order of the file.

    InputError for any bad cell, a face off the lot, a wallet that nobody onboarded, or a primary dealer's. Several
    bids by one investor are no fault of the file: the auction voids them all.
    """
    known = {investor.wallet: investor for investor in investors}
    bids = []
    for number, row in enumerate(tables.read(path, NonCompetitiveRow), start=2):
        _check_lot(path, number, "face_pkr", row.face_pkr, lot)
        investor = known.get(row.wallet)
        if investor is None:
            message = "belongs to no onboarded investor; add it to investors.csv first"
            raise InputError(message, path=path, row=number, column="wallet")
        if investor.tier is Tier.PRIMARY_DEALER:
            message = "belongs to a primary dealer, who bids with a price; move the bid to bids.csv"
            raise InputError(message, path=path, row=number, column="wallet")
        bids.append(NonCompetitiveBid(row.wallet, investor.number, row.face_pkr))
    return tuple(bids)


def _check_lot(path: Path | str, number: int, column: str, face: int, lot: int) -> None:
    if face % lot:
        message = f"is not a multiple of {units.cash_text(lot)}; correct the face"
        raise InputError(message, path=path, row=number, column=column)

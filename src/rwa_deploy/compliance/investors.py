"""investors.csv + salt -> investors without personal data: what a provider onboards.

Columns: wallet (EIP-55), investor (CNIC, NTN or LEI), tier, country (ISO 3166, two or three letters), tax_class,
valid_until (the record ends at 00:00 of that day in Pakistan), provider. The national id stays in the file: from it
come a keyed 64-bit number, which ties one investor's wallets together, and with the row a salted hash that proves
later which file was onboarded. Whoever holds the salt can recompute both, so the salt is a secret of the registrar.
"""

import hmac
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Self

import pycountry
from pydantic import AfterValidator, BeforeValidator, model_validator
from stdnum import lei
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.pk import cnic

from rwa_deploy import tables, units
from rwa_deploy.errors import InputError
from rwa_deploy.model import Investor, TaxClass, Tier

__all__ = [
    "Country",
    "InvestorRow",
    "file_hash",
    "investor_from_row",
    "investor_number",
    "investors_from_rows",
    "normal_id",
    "read_investors",
]

_NTN = re.compile(r"([0-9]{7})-?([0-9])", re.ASCII)
_PROVIDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .&-]{0,31}", re.ASCII)
_RETAIL = (Tier.RETAIL_RESIDENT, Tier.RETAIL_NON_RESIDENT)
_ENTITIES = (Tier.INSTITUTION, Tier.PRIMARY_DEALER, Tier.PROVIDER_OMNIBUS)


def normal_id(value: str) -> str:
    """CNIC, NTN or LEI -> one way of writing it (`CNIC:…`, `NTN:…`, `LEI:…`), so that dashes do not make two investors.

    A CNIC is checked for length, province and sex digit (it has no check digit), an LEI by ISO 7064 MOD 97-10, an NTN
    by its shape. ValueError without the value, which is personal data.
    """
    if len(value) == 20 and value.isascii() and value.isalnum():
        try:
            return f"LEI:{lei.validate(value)}"
        except StdnumError as error:
            raise ValueError("is not a valid LEI (check digits); copy it again from the register") from error
    ntn = _NTN.fullmatch(value)
    if ntn:
        return f"NTN:{ntn[1]}{ntn[2]}"
    try:
        return f"CNIC:{cnic.validate(value)}"
    except StdnumError as error:
        message = "is neither a CNIC (13 digits), an NTN (7 digits and one) nor an LEI (20 characters); check it"
        raise ValueError(message) from error


def _country(value: str) -> int:
    countries = pycountry.countries
    record = countries.get(alpha_2=value) if len(value) == 2 else countries.get(alpha_3=value)
    if record is None or not value.isupper():
        raise ValueError("is not a country; write its ISO 3166 code in capitals, such as PAK or PK")
    return int(record.numeric)


def _provider(value: str) -> str:
    if not _PROVIDER.fullmatch(value):
        raise ValueError("is not a provider's name; write 1 to 32 letters, digits, spaces or . & -")
    return value


def _holdable(value: date) -> date:
    units.unix_from_date(value)  # refuses what no chain can hold
    return value


Country = Annotated[int, BeforeValidator(_country)]


class InvestorRow(tables.Row):
    """A row of investors.csv: `investor` in its normal form, `country` ISO 3166 numeric."""

    wallet: tables.Wallet
    investor: Annotated[str, BeforeValidator(normal_id)]
    tier: Tier
    country: Country
    tax_class: TaxClass
    valid_until: Annotated[tables.Day, AfterValidator(_holdable)]
    provider: Annotated[str, BeforeValidator(_provider)]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.tier in _RETAIL and not self.investor.startswith("CNIC:"):
            raise tables.CellError("investor", "is not a CNIC although the tier is retail; correct one of the two")
        if self.tier in _ENTITIES and self.investor.startswith("CNIC:"):
            raise tables.CellError(
                "investor", "is a person's CNIC although the tier is an entity's; correct one of them"
            )
        if self.tier is Tier.RETAIL_RESIDENT and self.tax_class is TaxClass.NON_RESIDENT:
            raise tables.CellError("tax_class", "is non_resident although the tier is retail_resident; correct one")
        return self


def investor_number(normal: str, salt: bytes) -> int:
    """Normal id + salt -> number of 64 bits, never 0: the first 8 bytes of HMAC-SHA256(salt, "investor:" + id).

    ValueError for a salt below 16 bytes: ids have little entropy, so a weak salt gives them away. Among n investors
    two share a number with a chance of about n² / 2^65 (3e-8 at a million); `read_investors` refuses it in one file.
    """
    if len(salt) < 16:
        raise ValueError("a salt needs at least 16 bytes; make one with `openssl rand -hex 32`")
    number = int.from_bytes(hmac.digest(salt, f"investor:{normal}".encode(), "sha256")[:8], "big")
    return number or 1  # 0 means nobody on chain


def file_hash(row: InvestorRow, salt: bytes) -> bytes:
    """Row + salt -> 32 bytes, HMAC-SHA256(salt, "row:" + the row's fields in order, separated by line ends)."""
    if len(salt) < 16:
        raise ValueError("a salt needs at least 16 bytes; make one with `openssl rand -hex 32`")
    text = "\n".join(str(getattr(row, name)) for name in InvestorRow.model_fields)
    return hmac.digest(salt, f"row:{text}".encode(), "sha256")


def investor_from_row(row: InvestorRow, salt: bytes) -> Investor:
    """Row + salt -> Investor, without the national id."""
    return Investor(
        wallet=row.wallet,
        number=investor_number(row.investor, salt),
        tier=row.tier,
        country=row.country,
        tax_class=row.tax_class,
        valid_until=units.unix_from_date(row.valid_until),
        provider=row.provider,
        file_hash=file_hash(row, salt),
    )


def read_investors(path: Path | str, salt: bytes, *, on: date | None = None) -> tuple[Investor, ...]:
    """investors.csv + salt -> investors in the order of the file.

    InputError for any bad cell, a wallet given twice, an investor whose wallets differ in country or tax class, two
    ids with one number, or, where `on` (the day of onboarding) is given, a record that has ended by then.
    """
    return investors_from_rows(tables.read(path, InvestorRow, key=("wallet",)), salt, path=path, on=on)


def investors_from_rows(
    rows: Sequence[InvestorRow], salt: bytes, *, path: Path | str, on: date | None = None
) -> tuple[Investor, ...]:
    """Rows of a file + salt -> investors, in their order; InputError as `read_investors` says."""
    investors = tuple(investor_from_row(row, salt) for row in rows)
    first: dict[int, tuple[int, InvestorRow]] = {}
    for number, (row, investor) in enumerate(zip(rows, investors, strict=True), start=2):
        if on is not None and row.valid_until <= on:
            message = f"has ended by {on}, the day of onboarding; renew the record first"
            raise InputError(message, path=path, row=number, column="valid_until")
        earlier, other = first.setdefault(investor.number, (number, row))
        if other.investor != row.investor:
            message = f"gets the same number as the id of row {earlier}; onboard one of them under another salt"
            raise InputError(message, path=path, row=number, column="investor")
        for column in ("country", "tax_class"):
            if getattr(other, column) != getattr(row, column):
                message = f"differs from row {earlier}, the same investor; correct one of them"
                raise InputError(message, path=path, row=number, column=column)
    return investors

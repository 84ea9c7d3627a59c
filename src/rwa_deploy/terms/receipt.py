"""receipt.toml -> WarehouseReceipt, validated and frozen; its canonical JSON, its hash, and the constructor's tuple.

Quantities are whole numbers or decimals in quotes, in the unit, with 6 decimals. Units are codes of UN/CEFACT
Recommendation 20. A million Btu, in which gas is quoted, is BZ there; later editions mark that code as deleted and
keep BTU alone, of which a price with 6 decimals would have one digit.
"""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from eth_utils.crypto import keccak
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from rwa_deploy import units
from rwa_deploy.config import parse_toml, validate
from rwa_deploy.terms.fields import Amount, Day, Label, Text

__all__ = ["UNITS", "WarehouseReceipt", "abi_receipt", "load_receipt", "receipt_hash", "receipt_sheet"]

UNITS = {
    "BLL": "barrel (US) of petroleum",
    "APZ": "troy ounce",
    "TNE": "tonne",
    "KGM": "kilogram",
    "BZ": "million Btu",
}
# In which unit the spot price of a commodity is quoted: what another unit is worth would be wrong by its size.
_QUOTED_IN = {"XAU": "APZ", "XAG": "APZ", "XPT": "APZ", "XPD": "APZ", "BRENT": "BLL", "WTI": "BLL"}
_STANDARD = "rwa-deploy receipt 1"


def _hash(value: str) -> str:
    if int(value, 16) == 0:
        raise ValueError("is zero, the hash of nothing; give that of the assay report")
    return value


class WarehouseReceipt(BaseModel):
    """receipt.toml. Quantities in millionths of the unit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Label
    symbol: Label
    commodity: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,31}$")]
    unit: Literal["BLL", "APZ", "TNE", "KGM", "BZ"]
    receipt_number: Text
    warehouse: Text
    operator: Text
    depositor: Text
    grade: Text
    gross_quantity: Amount
    net_quantity: Amount
    lot: Amount
    assay_date: Day
    assay_expiry_date: Day
    assay_hash: Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$"), AfterValidator(_hash)]
    insurer: Text
    insurance_expiry_date: Day
    lien_holder: Text | None = None
    issue_date: Day
    expiry_date: Day

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "WarehouseReceipt":
        if self.lot == 0:
            raise ValueError("lot is zero; give the smallest quantity that is issued")
        if not 0 < self.net_quantity <= self.gross_quantity:
            raise ValueError("net_quantity is zero or above gross_quantity; correct one of them")
        if self.net_quantity % self.lot:
            raise ValueError("net_quantity is not in lots, so part of it could never be issued; correct one of them")
        if self.assay_date > self.issue_date:
            raise ValueError(f"assay_date {self.assay_date} is after the receipt's issue_date {self.issue_date}")
        if self.in_force_until <= self.issue_date:
            raise ValueError("receipt, assay or insurance has expired by issue_date; correct the dates")
        quoted = _QUOTED_IN.get(self.commodity, self.unit)
        if quoted != self.unit:
            raise ValueError(
                f"unit is {self.unit}, but {self.commodity} is quoted per {UNITS[quoted]}; count in {quoted}"
            )
        return self

    @property
    def in_force_until(self) -> date:
        """WarehouseReceipt -> the first day on which the receipt, its assay or its insurance is over."""
        return min(self.expiry_date, self.assay_expiry_date, self.insurance_expiry_date)


def load_receipt(path: Path | str) -> WarehouseReceipt:
    """File -> WarehouseReceipt. Raises ConfigError, one sentence with file and key."""
    return validate(WarehouseReceipt, parse_toml(path), path)


def receipt_sheet(receipt: WarehouseReceipt) -> bytes:
    """WarehouseReceipt -> canonical JSON (RFC 8785): keys sorted, no spaces, quantities as decimals in text."""
    content = {"standard": _STANDARD} | receipt.model_dump(mode="json", exclude_none=True)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def receipt_hash(receipt: WarehouseReceipt) -> bytes:
    """WarehouseReceipt -> Keccak-256 of its sheet, 32 bytes."""
    return bytes(keccak(receipt_sheet(receipt)))


def abi_receipt(receipt: WarehouseReceipt) -> tuple[Any, ...]:
    """WarehouseReceipt -> the constructor's tuple, in the order of ICommodityToken.Terms."""
    return (
        receipt.name,
        receipt.symbol,
        receipt.commodity.encode("ascii").ljust(32, b"\0"),
        receipt.unit.encode("ascii").ljust(3, b"\0"),
        receipt_hash(receipt),
        units.unix_from_date(receipt.in_force_until),
        receipt.lot,
        receipt.net_quantity,
    )

"""profit-on-debt.toml -> the tax table, checked.

Rows of an instrument class from a date on: a rate [bps] for every tax class, and lower ones up to a limit of return.
Unknown keys, a class left out, a lower rate that is higher, and a row given twice are refused.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from rwa_deploy import units
from rwa_deploy.config import parse_toml, validate
from rwa_deploy.finance.taxes import BPS, InstrumentClass, TaxRow
from rwa_deploy.model import TaxClass

__all__ = ["load_taxes"]


def _amount(value: Any) -> int:
    try:
        return units.amount_from(value)
    except TypeError as error:  # pydantic gives only a ValueError its place
        raise ValueError('an amount is a whole number, or a decimal in quotes, such as "1000000"') from error


def _one_of(kind: Callable[[str], Any], known: type[TaxClass] | type[InstrumentClass]) -> BeforeValidator:
    def convert(value: Any) -> Any:
        if value not in list(known):
            raise ValueError(f"known are {', '.join(known)}")
        return kind(value)

    return BeforeValidator(convert)


Bps = Annotated[int, Field(ge=0, le=BPS, strict=True)]
Rates = dict[Annotated[TaxClass, _one_of(TaxClass, TaxClass)], Bps]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Reduced(_Table):
    return_up_to: Annotated[int, BeforeValidator(_amount)]
    rate_bps: Rates


class _Row(_Table):
    instrument_class: Annotated[InstrumentClass, _one_of(InstrumentClass, InstrumentClass)]
    effective_from: date
    source: Annotated[str, Field(min_length=1)]
    taxes_discount: bool
    rate_bps: Rates
    reduced: _Reduced | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "_Row":
        if missing := [kind for kind in TaxClass if kind not in self.rate_bps]:
            raise ValueError(f"rate_bps has no {missing[0]}; give every tax class a rate")
        lower = self.reduced.rate_bps if self.reduced else {}
        if higher := [kind for kind, bps in lower.items() if bps > self.rate_bps[kind]]:
            raise ValueError(f"reduced.rate_bps.{higher[0]} is above the rate it reduces; correct one of them")
        return self

    def row(self) -> TaxRow:
        reduced = self.reduced
        return TaxRow(
            instrument_class=self.instrument_class,
            effective_from=self.effective_from,
            rate_bps=dict(self.rate_bps),
            taxes_discount=self.taxes_discount,
            reduced_up_to=reduced.return_up_to if reduced else None,
            reduced_bps=dict(reduced.rate_bps) if reduced else {},
        )


class _File(_Table):
    row: Annotated[tuple[_Row, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_each_once(self) -> "_File":
        seen = [(row.instrument_class, row.effective_from) for row in self.row]
        if twice := [each for each in seen if seen.count(each) > 1]:
            raise ValueError(f"{twice[0][0]} has two rows from {twice[0][1]}; keep one")
        return self


def load_taxes(path: Path | str) -> tuple[TaxRow, ...]:
    """File -> tax table. Raises ConfigError, one sentence with file and key."""
    return tuple(row.row() for row in validate(_File, parse_toml(path), path).row)

"""Tax table + holder's class + day -> rate of tax on profit on debt, and the tax withheld.

The table is data with effective dates (`tax_file` reads it). What counts is the row, and the class of the holder, in
force on the day on which the payment falls due by schedule, however late it is made. A class that is not known pays
the highest rate of its row. Companies and persons differ for sukuk: the plain classes are those of individuals and
associations of persons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rwa_deploy import units
from rwa_deploy.model import TaxClass

__all__ = ["BPS", "InstrumentClass", "TaxRow", "pack_row", "rate_bps", "row_for", "withhold_up"]

BPS = 10_000


class InstrumentClass(StrEnum):
    """Which part of the tax table a series falls under; `code` is the number that the contracts know."""

    GOVERNMENT_SECURITY = "government_security"
    SUKUK = "sukuk"
    EXTERNAL = "external"

    @property
    def code(self) -> int:
        """Instrument class -> 1 government security, 2 sukuk, 3 external."""
        return list(InstrumentClass).index(self) + 1


@dataclass(frozen=True, slots=True)
class TaxRow:
    """Rates [bps] of an instrument class from a date on, one for each tax class.

    A holder whose return is at most `reduced_up_to` [1e6] pays the rate in `reduced_bps` where it names his class
    (None: no such rule). `taxes_discount` says whether the discount of issue is profit, taxed at redemption.
    """

    instrument_class: InstrumentClass
    effective_from: date
    rate_bps: Mapping[TaxClass, int]
    taxes_discount: bool
    reduced_up_to: int | None
    reduced_bps: Mapping[TaxClass, int]


def row_for(table: Sequence[TaxRow], instrument_class: InstrumentClass, on: date) -> TaxRow:
    """Table + instrument class + day -> the row then in force. ValueError for a day before the first of them."""
    known = [row for row in table if row.instrument_class is instrument_class and row.effective_from <= on]
    if not known:
        raise ValueError(f"no tax rate for {instrument_class} on {on}; add a row with an earlier effective date")
    return max(known, key=lambda row: row.effective_from)


def rate_bps(
    table: Sequence[TaxRow], instrument_class: InstrumentClass, tax_class: TaxClass | None, on: date, gross: int
) -> int:
    """Table + class of series and holder + day due -> rate [bps]; None is a holder whose class is not known.

    `gross` [1e6] is the return that the row's limit is held against. ValueError where no row is in force.
    """
    row = row_for(table, instrument_class, on)
    if tax_class is None:
        return max(row.rate_bps.values())
    if row.reduced_up_to is not None and gross <= row.reduced_up_to:
        return row.reduced_bps.get(tax_class, row.rate_bps[tax_class])
    return row.rate_bps[tax_class]


def withhold_up(gross: int, bps: int) -> int:
    """Gross [1e6] + rate [bps] -> tax [1e6], up to the paisa and never above the gross."""
    if not 0 <= bps <= BPS or gross < 0:
        raise ValueError(
            f"a tax of {bps} bps on {gross} is none; give 0 to {BPS} bps of an amount that is not negative"
        )
    return min(gross, units.mul_div_up(gross, bps, BPS * units.MINOR_UNIT) * units.MINOR_UNIT)


def pack_row(row: TaxRow) -> tuple[int, int]:
    """Row -> the word and the reduced rates that the tax table on chain keeps.

    From the lowest bit: first day 24, whether the discount is taxed 8, limit of the reduced rates 96 [1e6], then a
    rate of 16 bits for each class, that of code 0 (unknown) empty. Reduced rates are a list of the same shape, with
    the full rate of a class that has no lower one. ValueError for a limit that its bits cannot hold.
    """
    limit = row.reduced_up_to or 0
    if limit >= 1 << 96:
        raise ValueError(f"a limit of {limit} does not fit in 96 bits; give a lower one")
    first_day = units.day(units.unix_from_date(row.effective_from))
    reduced = {kind: row.reduced_bps.get(kind, bps) for kind, bps in row.rate_bps.items()}
    return first_day | row.taxes_discount << 24 | limit << 32 | _rates(row.rate_bps) << 128, _rates(reduced)


def _rates(rates: Mapping[TaxClass, int]) -> int:
    return sum(rates[kind] << 16 * code for code, kind in enumerate(TaxClass, start=1))

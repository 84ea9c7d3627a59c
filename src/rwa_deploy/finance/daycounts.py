"""Dates -> the share of a year that interest is paid for, exact.

| day count | days | of |
|---|---|---|
| Actual/365 (Fixed) | calendar days | 365 |
| Actual/360 | calendar days | 360 |
| 30/360 (bond basis) | months of 30 days | 360 |
| Actual/Actual (ICMA) | calendar days | payments a year × days of the notional period that they lie in |

Sources: 2006 ISDA Definitions, section 4.16 (d), (e), (f); ICMA rule 251. Names are those of the ISDA and ICMA texts.
"""

from datetime import date
from enum import StrEnum
from fractions import Fraction

__all__ = ["FREQUENCIES", "DayCount", "days_30_360", "year_fraction"]

FREQUENCIES = (1, 2, 3, 4, 6, 12)  # payments a year that make whole months


class DayCount(StrEnum):
    """How days are counted; `code` is the number that the contracts know."""

    ACT_365 = "Actual/365 (Fixed)"
    ACT_ACT_ICMA = "Actual/Actual (ICMA)"
    ACT_360 = "Actual/360"
    THIRTY_360 = "30/360"

    @property
    def code(self) -> int:
        """Day count -> 0 ACT/365, 1 ACT/ACT ICMA, 2 ACT/360, 3 30/360."""
        return list(DayCount).index(self)


def days_30_360(start: date, end: date) -> int:
    """Two dates -> days between them on the bond basis, ISDA 2006 4.16 (f).

    A 31st at the start counts as a 30th; a 31st at the end does so where the start is a 30th or 31st. The end of
    February counts as it is written.
    """
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def year_fraction(basis: DayCount, start: date, end: date, *, frequency: int = 0, ref_days: int = 0) -> Fraction:
    """Day count + dates -> share of a year, exact.

    `frequency` (payments a year) and `ref_days` (days of the notional period that both dates lie in) are ICMA's and
    ignored by the others. ValueError for an end before the start, or an ICMA count without a period.
    """
    if end < start:
        raise ValueError(f"interest cannot run from {start} back to {end}; give the earlier date first")
    days = (end - start).days
    match basis:
        case DayCount.ACT_365:
            return Fraction(days, 365)
        case DayCount.ACT_360:
            return Fraction(days, 360)
        case DayCount.THIRTY_360:
            return Fraction(days_30_360(start, end), 360)
        case DayCount.ACT_ACT_ICMA:
            if frequency < 1 or ref_days < 1:
                raise ValueError("Actual/Actual (ICMA) needs the payments a year and the days of the notional period")
            return Fraction(days, frequency * ref_days)

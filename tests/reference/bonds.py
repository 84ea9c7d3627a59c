"""Terms -> periods: QuantLib makes the dates and counts the days, the rates are exact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import QuantLib
from tests.reference.days import following, of, ql_date

__all__ = ["ACT_365", "ICMA", "THIRTY_360", "Bond", "Period", "pct"]

ICMA, ACT_365, THIRTY_360 = "ICMA", "ACT/365", "30/360"


def pct(text: str) -> Fraction:
    """Per cent as text -> the exact share."""
    return Fraction(text) / 100


@dataclass(frozen=True)
class Period:
    """An interest period: `share` of a year by the day count, exact; it is paid on `payable` to who held before
    the beginning of `record`.
    """

    start: date
    end: date
    payable: date
    record: date
    share: Fraction


@dataclass(frozen=True)
class Bond:
    """Terms of a bond without stubs. `rates` are those of single periods of a floater; `calls` and `puts` are prices
    per 100 by period.
    """

    issue: date
    maturity: date
    months: int
    basis: str
    instrument: str
    record_days: int
    rate: Fraction | None = None
    issue_price: Fraction = Fraction(100)
    calls: Mapping[int, Fraction] = field(default_factory=dict)
    puts: Mapping[int, Fraction] = field(default_factory=dict)

    @cached_property
    def schedule(self) -> QuantLib.Schedule:
        """Terms -> QuantLib's schedule, unadjusted."""
        return QuantLib.Schedule(
            ql_date(self.issue),
            ql_date(self.maturity),
            QuantLib.Period(self.months, QuantLib.Months),
            QuantLib.NullCalendar(),
            QuantLib.Unadjusted,
            QuantLib.Unadjusted,
            QuantLib.DateGeneration.Backward,
            False,
        )

    @cached_property
    def day_count(self) -> QuantLib.DayCounter:
        """Terms -> QuantLib's day counter."""
        return {
            ICMA: lambda: QuantLib.ActualActual(QuantLib.ActualActual.ISMA, self.schedule),
            ACT_365: QuantLib.Actual365Fixed,
            THIRTY_360: lambda: QuantLib.Thirty360(QuantLib.Thirty360.BondBasis),
        }[self.basis]()

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """Terms -> all periods in order."""
        days = [of(day) for day in self.schedule]
        return tuple(
            Period(start, end, following(end), end - timedelta(days=self.record_days), self.share(start, end, end))
            for start, end in pairwise(days)
        )

    def share(self, start: date, until: date, end: date) -> Fraction:
        """Period from `start` to `end` + a day in it -> years from its start: QuantLib's days over a whole number."""
        days = self.day_count.dayCount(ql_date(start), ql_date(until))
        if self.basis == ICMA:
            whole = self.day_count.dayCount(ql_date(start), ql_date(end))
            return Fraction(days * self.months, whole * 12)
        return Fraction(days, 365 if self.basis == ACT_365 else 360)

    def accrued(self, on: date) -> Fraction:
        """Day -> interest on principal 1 that a buyer pays; negative from the record date to the end of the period."""
        period = next(one for one in self.periods if one.start <= on < one.end)
        rate = self.rate
        assert rate is not None, "only fixed rates are asked for"
        run = rate * self.share(period.start, on, period.end)
        return run if on < period.record else run - rate * period.share

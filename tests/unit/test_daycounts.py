"""finance.daycounts: shares of a year, by hand and against QuantLib."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
import QuantLib
from hypothesis import given
from hypothesis import strategies as st

from rwa_deploy.finance.daycounts import DayCount, days_30_360, year_fraction

DAYS = st.dates(date(1995, 1, 1), date(2060, 12, 31))
LENGTHS = st.integers(0, 12_000)
THEIRS = {
    DayCount.ACT_365: QuantLib.Actual365Fixed(),
    DayCount.ACT_360: QuantLib.Actual360(),
    DayCount.THIRTY_360: QuantLib.Thirty360(QuantLib.Thirty360.BondBasis),
}


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2025, 1, 31), date(2025, 2, 28), 28),  # a 31st at the start is a 30th; the end of February stays
        (date(2025, 1, 30), date(2025, 3, 31), 60),  # a 31st at the end is a 30th after a 30th
        (date(2025, 1, 29), date(2025, 3, 31), 62),  # and stays after a 29th
        (date(2025, 1, 31), date(2025, 3, 31), 60),
        (date(2024, 2, 29), date(2024, 8, 31), 182),
        (date(2025, 12, 5), date(2026, 6, 5), 180),
        (date(2025, 12, 5), date(2025, 12, 12), 7),
        (date(2025, 12, 5), date(2025, 12, 5), 0),
    ],
)
def test_days_30_360_follow_isda_4_16_f(start: date, end: date, days: int) -> None:
    assert days_30_360(start, end) == days


@given(DAYS, LENGTHS, st.sampled_from(sorted(THEIRS)))
def test_year_fraction_equals_quantlib(start: date, length: int, basis: DayCount) -> None:
    end = start + timedelta(days=length)
    theirs = THEIRS[basis].yearFraction(
        QuantLib.Date(start.day, start.month, start.year), QuantLib.Date(end.day, end.month, end.year)
    )
    assert abs(float(year_fraction(basis, start, end)) - theirs) < 1e-12


def test_year_fraction_of_icma_is_days_over_the_days_of_all_periods_of_a_year() -> None:
    start, end = date(2021, 2, 20), date(2021, 3, 4)
    share = year_fraction(DayCount.ACT_ACT_ICMA, start, end, frequency=2, ref_days=181)
    assert share == Fraction(12, 362)


def test_year_fraction_refuses_when_the_end_is_before_the_start() -> None:
    with pytest.raises(ValueError, match="cannot run from 2025-01-02 back to 2025-01-01"):
        year_fraction(DayCount.ACT_365, date(2025, 1, 2), date(2025, 1, 1))


@pytest.mark.parametrize(("frequency", "ref_days"), [(0, 181), (2, 0)])
def test_year_fraction_refuses_icma_without_its_period(frequency: int, ref_days: int) -> None:
    with pytest.raises(ValueError, match="needs the payments a year"):
        year_fraction(DayCount.ACT_ACT_ICMA, date(2025, 1, 1), date(2025, 1, 2), frequency=frequency, ref_days=ref_days)


def test_codes_are_those_of_the_contracts() -> None:
    codes = {DayCount.ACT_365: 0, DayCount.ACT_ACT_ICMA: 1, DayCount.ACT_360: 2, DayCount.THIRTY_360: 3}
    assert {basis: basis.code for basis in DayCount} == codes

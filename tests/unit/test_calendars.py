"""finance.calendars: Pakistan's business days, and the operator's last word."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rwa_deploy.errors import InputError
from rwa_deploy.finance.calendars import PAKISTAN, Calendar, DayStatus, read_calendar


def _file(folder: Path, *rows: str) -> Path:
    path = folder / "calendar.csv"
    path.write_text("\n".join(["date,status,source", *rows]) + "\n")
    return path


@pytest.mark.parametrize(
    "day",
    [
        date(2020, 8, 14),  # Independence Day, a Friday
        date(2021, 3, 23),  # Pakistan Day
        date(2021, 5, 10),  # the State Bank's long Eid closure of 2021 begins
        date(2022, 7, 8),  # declared at short notice: SBP, BPRD Circular Letter No. 22 of 2022
        date(2024, 4, 10),  # Eid-ul-Fitr as sighted
        date(2025, 4, 5),  # a Saturday
        date(2025, 4, 6),  # a Sunday
    ],
)
def test_is_business_is_false_on_holidays_and_weekends(day: date) -> None:
    assert not PAKISTAN.is_business(day)


@pytest.mark.parametrize("day", [date(2020, 9, 10), date(2021, 3, 4), date(2024, 7, 1), date(2025, 12, 12)])
def test_is_business_is_true_on_days_on_which_the_state_bank_settled_or_worked(day: date) -> None:
    assert PAKISTAN.is_business(day)


@pytest.mark.parametrize("year", range(2017, 2028))
def test_every_scenario_year_has_both_eids_and_the_fixed_days(year: int) -> None:
    closed = [day for month in range(1, 13) for day in [date(year, month, 23)] if not PAKISTAN.is_business(day)]
    assert date(year, 3, 23) in closed
    weekdays = [date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())]
    holidays = [day for day in weekdays if day.weekday() < 5 and not PAKISTAN.is_business(day)]
    assert 8 <= len(holidays) <= 20


def test_estimated_names_what_waits_for_the_moon() -> None:
    assert PAKISTAN.estimated(2017, 2026) == ()
    assert date(2027, 3, 10) in PAKISTAN.estimated(2027, 2027)
    assert date(2027, 3, 23) not in PAKISTAN.estimated(2027, 2027)


def test_following_rolls_over_a_weekend_and_stays_on_a_business_day() -> None:
    assert PAKISTAN.following(date(2021, 2, 20)) == date(2021, 2, 22)
    assert PAKISTAN.following(date(2021, 2, 22)) == date(2021, 2, 22)


def test_following_rolls_nine_days_over_the_eid_of_2021() -> None:
    assert PAKISTAN.following(date(2021, 5, 8)) == date(2021, 5, 17)


def test_following_refuses_when_everything_is_closed() -> None:
    first = date(2026, 1, 1).toordinal()
    closed = Calendar({date.fromordinal(first + n): DayStatus.HOLIDAY for n in range(90)})
    with pytest.raises(ValueError, match="no business day within 60 days of 2026-01-01"):
        closed.following(date(2026, 1, 1))


def test_add_business_days_counts_over_weekends_and_holidays() -> None:
    assert PAKISTAN.add_business_days(date(2020, 8, 13), 1) == date(2020, 8, 17)
    assert PAKISTAN.add_business_days(date(2020, 8, 14), 0) == date(2020, 8, 17)
    assert PAKISTAN.add_business_days(date(2020, 9, 9), 1) == date(2020, 9, 10)


def test_add_business_days_refuses_when_the_count_is_negative() -> None:
    with pytest.raises(ValueError, match="only added"):
        PAKISTAN.add_business_days(date(2020, 9, 9), -1)


@given(st.dates(date(2017, 1, 1), date(2027, 12, 1)), st.integers(1, 15))
def test_add_business_days_passes_that_many_business_days(day: date, count: int) -> None:
    end = PAKISTAN.add_business_days(day, count)
    passed = [date.fromordinal(n) for n in range(day.toordinal() + 1, end.toordinal() + 1)]
    assert sum(map(PAKISTAN.is_business, passed)) == count
    assert PAKISTAN.is_business(end)


def test_read_calendar_overrides_both_ways(tmp_path: Path) -> None:
    rows = ("2027-03-10,business,Ruet-e-Hilal: Shawwal begins later", "2027-03-15,holiday,circular")
    known = read_calendar(_file(tmp_path, *rows, "2027-03-13,business,extended hours"))
    assert known.is_business(date(2027, 3, 10))
    assert not known.is_business(date(2027, 3, 15))
    assert known.is_business(date(2027, 3, 13))  # a Saturday
    assert not known.is_estimated(date(2027, 3, 10))
    assert known.is_estimated(date(2027, 3, 11))


def test_may_move_is_true_near_an_estimate_until_it_is_decided() -> None:
    day = date(2027, 3, 13)
    assert PAKISTAN.may_move(day, date(2027, 3, 15))
    assert not PAKISTAN.may_move(date(2027, 3, 16), date(2027, 3, 16))
    decided = Calendar({date(2027, 3, 12): DayStatus.HOLIDAY})
    assert not decided.may_move(day, date(2027, 3, 15))


@pytest.mark.parametrize(
    ("row", "column"),
    [("2027-3-10,holiday,x", "date"), ("2027-03-10,closed,x", "status"), ("2027-03-10,holiday,", "source")],
)
def test_read_calendar_refuses_a_bad_cell(tmp_path: Path, row: str, column: str) -> None:
    with pytest.raises(InputError) as refused:
        read_calendar(_file(tmp_path, row))
    assert (refused.value.row, refused.value.column) == (2, column)


def test_read_calendar_refuses_a_day_given_twice(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_calendar(_file(tmp_path, "2027-03-10,holiday,a", "2027-03-10,business,b"))
    assert refused.value.row == 3

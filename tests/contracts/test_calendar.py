"""Calendar: non-business days that can be announced and never rewritten."""

import pytest
from bonds import date_of, start_of
from evm import address_of, expect_revert
from governed import Governed, build, day
from hypothesis import given
from hypothesis import strategies as st
from world import World

FISCAL_AGENT, OUTSIDER = address_of("fiscal_agent"), address_of("outsider")
CITATION = b"gazette".ljust(32)


@pytest.fixture
def governed(world: World) -> Governed:
    return build(world)


def announce(governed: Governed, *days: int, holiday: bool = True):
    return governed.calendar.setHolidays(list(days), holiday, CITATION, by=FISCAL_AGENT)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (day(1970, 1, 1), True),  # a Thursday
        (day(1970, 1, 2), True),
        (day(1970, 1, 3), False),
        (day(1970, 1, 4), False),
        (day(1970, 1, 5), True),
        (day(2020, 9, 11), True),
        (day(2020, 9, 12), False),
        (day(2020, 9, 13), False),
        (day(2020, 9, 14), True),
    ],
)
def test_is_business_day_knows_weekends(governed: Governed, when: int, expected: bool):
    assert governed.calendar.isBusinessDay(when) is expected


def test_set_holidays_takes_days_out_and_puts_them_back(governed: Governed):
    eid = day(2021, 5, 13)
    receipt = announce(governed, eid, eid + 1)
    assert receipt.log == (("HolidaysSet", (eid, eid + 1), True, CITATION),)
    assert [governed.calendar.isBusinessDay(when) for when in (eid - 1, eid, eid + 1)] == [True, False, False]
    assert announce(governed, eid, holiday=False).log == (("HolidaysSet", (eid,), False, CITATION),)
    assert governed.calendar.isBusinessDay(eid)


@pytest.mark.parametrize("behind", [0, 1, 400])
def test_set_holidays_reverts_for_a_day_that_has_begun(governed: Governed, behind: int):
    """Attack: a holiday made up afterwards would move a default that has happened."""
    with expect_revert("DayNotAhead", dayNumber=governed.today - behind, today=governed.today):
        announce(governed, governed.today + 1, governed.today - behind)


def test_set_holidays_takes_tomorrow_until_its_midnight(governed: Governed):
    eve = governed.today
    governed.world.chain.now = start_of(eve + 1) - 1
    announce(governed, eve + 1)
    assert not governed.calendar.isBusinessDay(eve + 1)


@pytest.mark.parametrize("count", [0, 65])
def test_set_holidays_reverts_for_no_day_or_too_many(governed: Governed, count: int):
    first = governed.today + 1
    with expect_revert("CountInvalid", count=count, most=64):
        announce(governed, *range(first, first + count))


def test_set_holidays_reverts_above_32_in_256_days(governed: Governed):
    """Attack: an office that makes every day a holiday would hold up a default for ever."""
    word = (governed.today >> 8) + 1
    first = word << 8
    announce(governed, *range(first, first + 32))
    announce(governed, *range(first, first + 32))
    with expect_revert("TooManyHolidays", word=word, holidays=33, most=32):
        announce(governed, first + 32)
    announce(governed, first, holiday=False)
    announce(governed, first + 32)


def test_set_holidays_reverts_for_others(governed: Governed):
    with expect_revert("AccessManagedUnauthorized", caller=OUTSIDER):
        governed.calendar.setHolidays([governed.today + 1], True, CITATION, by=OUTSIDER)


def test_add_business_days_passes_weekends_and_holidays(governed: Governed):
    friday = day(2020, 9, 18)
    announce(governed, friday + 3)
    found = [governed.calendar.addBusinessDays(friday, count) for count in range(4)]
    assert found == [friday, friday + 4, friday + 5, friday + 6]


def test_add_business_days_reverts_above_255(governed: Governed):
    with expect_revert("TooManyDays", count=256, most=255):
        governed.calendar.addBusinessDays(0, 256)
    assert governed.calendar.addBusinessDays(day(2020, 9, 14), 255) == day(2020, 9, 14) + 357


@given(
    start=st.integers(0, 700),
    count=st.integers(0, 40),
    holidays=st.sets(st.integers(1, 800), max_size=20),
)
def test_add_business_days_counts_as_a_calendar_does(built_world: World, start: int, count: int, holidays: set[int]):
    with built_world.chain.rolled_back():
        governed = build(built_world)
        base = governed.today
        if holidays:
            announce(governed, *(base + ahead for ahead in holidays))
        when = base + start
        for _ in range(count):
            when += 1
            while date_of(when).weekday() > 4 or when - base in holidays:
                when += 1
        assert governed.calendar.addBusinessDays(base + start, count) == when

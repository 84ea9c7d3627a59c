"""Dates, rates and factors of a bond -> Schedule: what is paid on which day, exact.

Dates are unadjusted calendar months, counted from an anchor: the maturity, backwards; or the first interest payment
where the maturity is not on its way; or the last interest payment before maturity where one is named. What is left
over at either end is a stub. A payment falls due on its date rolled to the following business day, and its interest
is that of the unadjusted dates. Interest on principal 1, from the start `s` of a segment to day `d` in it, with rate
`r` [1e-8 per year]:

    ACT/365  r × (d - s) / (1e8 × 365)          ACT/360  r × (d - s) / (1e8 × 360)
    30/360   r × days360(s, d) / (1e8 × 360)    ICMA     r × (d - s) / (1e8 × frequency × ref_days)

A payment is the sum of its segments. There is one, but for a stub longer than a regular period under ACT/ACT ICMA,
which is cut at the quasi-coupon dates (ICMA rule 251): only the last of its segments pays. Nothing accrues on or
after maturity, and nothing for paying late. The contracts' BondMaths is the same rules.
"""

import calendar as months
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from rwa_deploy.finance.calendars import PAKISTAN, Calendar
from rwa_deploy.finance.daycounts import FREQUENCIES, DayCount

__all__ = [
    "FACTOR_ONE",
    "MAX_PERIODS",
    "MAX_RATE",
    "RATE_ONE",
    "Form",
    "Period",
    "Schedule",
    "bond_schedule",
    "discount_schedule",
    "interest_dates",
    "payments_of",
    "with_rates",
]

MAX_PERIODS = 120
MAX_ROLL_DAYS = 7
RATE_ONE = 10**8  # a rate of a period is in 1e-8 per year
MAX_RATE = 2**27 - 1  # 134.217727 %, what 27 bits hold
FACTOR_ONE = 10**9  # a pool factor of the schedule is in 1e-9


class Form(StrEnum):
    """How a security pays interest; `code` is the number that the contracts know."""

    DISCOUNT = "discount"
    ZERO = "zero"
    FIXED = "fixed"
    FLOATING = "floating"

    @property
    def code(self) -> int:
        """Form -> 0 discount (a bill, a one-year sukuk), 1 zero coupon, 2 fixed, 3 floating."""
        return list(Form).index(self)


@dataclass(frozen=True, slots=True)
class Period:
    """A segment of interest.

    `start` and `end` are unadjusted, `rate` [1e-8 per year] is None until a floater is fixed, `ref_days` are the days
    of the ICMA notional period (0 for other day counts). Where it `pays`, it does so on `payable` to whom held at
    00:00 in Pakistan of `record_at`; where not, both are its end and mean nothing.
    """

    start: date
    end: date
    rate: int | None
    ref_days: int
    payable: date
    record_at: date
    pays: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a series pays, in order of date.

    `factors` [1e-9] is the share of the original face still owed after each period, the last 0; empty where all is
    owed until maturity. `redeemed` is the maturity rolled to a business day. `frequency` is 0 where there are no
    periods.
    """

    form: Form
    basis: DayCount
    frequency: int
    issue: date
    maturity: date
    redeemed: date
    periods: tuple[Period, ...] = ()
    factors: tuple[int, ...] = ()


def discount_schedule(form: Form, issue: date, maturity: date, *, calendar: Calendar = PAKISTAN) -> Schedule:
    """Bill or zero-coupon bond -> Schedule without periods. ValueError unless maturity is after issue."""
    _check_life(issue, maturity)
    basis = DayCount.ACT_365 if form is Form.DISCOUNT else DayCount.ACT_ACT_ICMA
    return Schedule(form, basis, 0, issue, maturity, calendar.following(maturity))


def bond_schedule(
    *,
    form: Form,
    basis: DayCount,
    frequency: int,
    issue: date,
    maturity: date,
    rates: Sequence[tuple[date, int]] = (),
    first: date | None = None,
    last: date | None = None,
    end_of_month: bool = False,
    record_days: int = 0,
    factors: Sequence[int] = (),
    calendar: Calendar = PAKISTAN,
) -> Schedule:
    """Terms of an interest-bearing security -> Schedule.

    `rates` [1e-8 per year] with the date that each holds from, the first of them the issue date; empty for a floater
    (see `with_rates`). `first` and `last` are the first interest payment and the last one before maturity, where they
    are not regular. `factors` [1e-9] after each payment, the last 0. ValueError in one sentence for dates or factors
    out of order, a step that starts in the middle of a period, more than 120 periods, or a payment that rolls by
    more than 7 days.
    """
    dates, quasi = interest_dates(issue, maturity, frequency, first=first, last=last, end_of_month=end_of_month)
    _check_rates(rates, dates)
    periods: list[Period] = []
    for start, end in pairwise(dates):
        payable, record_at = calendar.following(end), end - timedelta(days=record_days)
        _check_payment(start, end, payable, record_at)
        rate = _rate(rates, start)
        for left, right, ref_days in _segments(start, end, quasi if basis is DayCount.ACT_ACT_ICMA else ()):
            moments = (payable, record_at) if right == end else (right, right)
            periods.append(Period(left, right, rate, ref_days, *moments, right == end))
    if len(periods) > MAX_PERIODS:
        raise ValueError(f"the schedule has {len(periods)} periods, at most {MAX_PERIODS} fit; pay less often")
    redeemed = periods[-1].payable
    return Schedule(
        form, basis, frequency, issue, maturity, redeemed, tuple(periods), _spread(factors, periods) if factors else ()
    )


def with_rates(schedule: Schedule, fixed: Mapping[date, int]) -> Schedule:
    """Schedule of a floater + the rate [1e-8 per year] of each period by its start -> Schedule that knows them.

    Rates hold for all segments of a payment. ValueError for a date on which no interest period starts.
    """
    starts = {payment[0].start: payment for payment in payments_of(schedule.periods)}
    if unknown := sorted(set(fixed) - set(starts)):
        raise ValueError(f"no interest period starts on {unknown[0]}; fix the rate of one that does")
    rate_of = {period: fixed[start] for start, payment in starts.items() if start in fixed for period in payment}
    periods = tuple(replace(period, rate=rate_of.get(period, period.rate)) for period in schedule.periods)
    return replace(schedule, periods=periods)


def interest_dates(
    issue: date,
    maturity: date,
    frequency: int,
    *,
    first: date | None = None,
    last: date | None = None,
    end_of_month: bool = False,
) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """Life + frequency -> (issue, payment dates up to maturity), and the regular dates around them, both in order.

    The regular dates reach from the last one at or before the issue to the first one at or after the maturity; they
    are the bounds of ICMA's notional periods. ValueError for a first or last date outside the life or off the way.
    """
    _check_life(issue, maturity)
    if frequency not in FREQUENCIES:
        raise ValueError(f"interest cannot be paid {frequency} times a year in whole months; use {FREQUENCIES}")
    for name, day in (("first interest payment", first), ("last regular interest payment", last)):
        if day is not None and not issue < day <= maturity:
            raise ValueError(f"the {name} on {day} is not between issue {issue} and maturity {maturity}; correct it")
    anchor = last or maturity
    quasi = _regular(anchor, issue, maturity, 12 // frequency, end_of_month)
    if last is None and first is not None and first not in quasi:
        quasi = _regular(first, issue, maturity, 12 // frequency, end_of_month)
    if first is not None and first not in quasi:
        raise ValueError(
            f"the first interest payment on {first} is no whole period before {anchor}; correct one of them"
        )
    begin, finish = first or quasi[1], last or maturity
    if begin > finish:
        raise ValueError(f"the first interest payment on {begin} is after the last on {finish}; correct one of them")
    inner = [day for day in quasi if begin <= day <= finish and day < maturity]
    return (issue, *inner, maturity), quasi


def _regular(anchor: date, issue: date, maturity: date, step: int, end_of_month: bool) -> tuple[date, ...]:
    month_end = end_of_month and anchor.day == months.monthrange(anchor.year, anchor.month)[1]
    back = ahead = 0
    while _shifted(anchor, -step * back, month_end) > issue:
        back += 1
    while _shifted(anchor, step * ahead, month_end) < maturity:
        ahead += 1
    return tuple(_shifted(anchor, step * count, month_end) for count in range(-back, ahead + 1))


def _shifted(anchor: date, count: int, month_end: bool) -> date:
    index = anchor.year * 12 + anchor.month - 1 + count
    year, month = index // 12, index % 12 + 1
    length = months.monthrange(year, month)[1]
    return date(year, month, length if month_end else min(anchor.day, length))


def _segments(start: date, end: date, quasi: Sequence[date]) -> Iterator[tuple[date, date, int]]:
    """Bounds of a payment's interest + ICMA's notional periods -> its segments with the days of their period."""
    for left, right in pairwise([start, *(day for day in quasi if start < day < end), end]):
        place = bisect_right(quasi, left)
        yield left, right, (quasi[place] - quasi[place - 1]).days if quasi else 0


def _rate(rates: Sequence[tuple[date, int]], start: date) -> int | None:
    return max(((since, rate) for since, rate in rates if since <= start), default=(start, None))[1]


def _spread(factors: Sequence[int], periods: Sequence[Period]) -> tuple[int, ...]:
    """Factor after each payment -> factor after each period; segments that pay nothing keep the one before."""
    payments = sum(period.pays for period in periods)
    if len(factors) != payments:
        raise ValueError(f"there are {len(factors)} pool factors for {payments} payments; give one for each")
    if factors[-1] != 0 or any(after > before for before, after in pairwise((FACTOR_ONE, *factors))):
        raise ValueError("pool factors never rise, start at 1 at most and end at 0; put them in order")
    after = iter(factors)
    spread: list[int] = []
    for period in periods:
        spread.append(next(after) if period.pays else (spread[-1] if spread else FACTOR_ONE))
    return tuple(spread)


def payments_of(periods: Sequence[Period]) -> Iterator[tuple[Period, ...]]:
    """Periods -> the segments of each payment, in order."""
    waiting: list[Period] = []
    for period in periods:
        waiting.append(period)
        if period.pays:
            yield tuple(waiting)
            waiting = []


def _check_life(issue: date, maturity: date) -> None:
    if maturity <= issue:
        raise ValueError(f"maturity {maturity} is not after issue {issue}; correct one of the dates")


def _check_rates(rates: Sequence[tuple[date, int]], dates: Sequence[date]) -> None:
    since = [day for day, _ in rates]
    if since != sorted(set(since)):
        raise ValueError("the dates that rates hold from are out of order; sort them, each once")
    if rates and since[0] != dates[0]:
        raise ValueError(f"the first rate holds from {since[0]}, not from the issue on {dates[0]}; give it from issue")
    if off := [day for day in since if day not in dates[:-1]]:
        raise ValueError(f"the rate steps on {off[0]}, where no interest period starts; step on a payment date")
    if bad := [rate for _, rate in rates if not 0 <= rate <= MAX_RATE]:
        raise ValueError(f"a rate of {bad[0]} [1e-8] cannot be held; it must be from 0 to 134.217727 % a year")


def _check_payment(start: date, end: date, payable: date, record_at: date) -> None:
    if (payable - end).days > MAX_ROLL_DAYS:
        raise ValueError(f"the payment of {end} rolls to {payable}, more than {MAX_ROLL_DAYS} days; check the calendar")
    if not start < record_at <= end:
        raise ValueError(f"the record date of the payment of {end} is {record_at}, not after {start}; take fewer days")

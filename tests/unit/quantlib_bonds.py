"""Random bonds, each as this project and as QuantLib has it: the second model that prices are held against."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import QuantLib

from rwa_deploy.finance.calendars import Calendar
from rwa_deploy.finance.daycounts import DayCount
from rwa_deploy.finance.schedules import FACTOR_ONE, Form, Schedule, bond_schedule

STUBS = ("none", "month_end", "short", "long", "last")


class EveryDay(Calendar):
    """A calendar of business days only, as QuantLib's NullCalendar."""

    def is_business(self, day: date) -> bool:
        return True


@dataclass(frozen=True)
class Drawn:
    """What a bond is made of; `ex_days` before its date a coupon goes to the seller."""

    basis: DayCount
    frequency: int
    issue: date
    maturity: date
    first: date | None
    last: date | None
    rates: tuple[tuple[date, int], ...]
    factors: tuple[int, ...]
    month_end: bool
    ex_days: int
    settlement: date
    yield_pct: Decimal


@dataclass(frozen=True)
class Priced:
    """QuantLib's figures per 100."""

    clean: float
    accrued: float
    yield_pct: float


def draw(rng: random.Random, basis: DayCount, stub: str, *, ex_days: int = 0, amortises: bool = False) -> Drawn:
    """Seeded generator + day count + stub -> a bond of up to 24 payments and a day of its life."""
    frequency = rng.choice([1, 2, 2, 4, 12])
    step, count = 12 // frequency, rng.randint(3, 24)
    end = date(rng.randint(2020, 2050), rng.randint(1, 12), rng.randint(1, 28))
    if stub == "month_end":
        end = _date(QuantLib.Date.endOfMonth(_ql(end)))
    start, second = (_months(end, -step * back, stub == "month_end") for back in (count, count - 1))
    issue, maturity, first, last = start, end, None, None
    if stub == "short":
        issue, first = start + timedelta(days=rng.randint(1, 20)), second
    elif stub == "long":
        issue, first = start - timedelta(days=rng.randint(1, 25)), second
    elif stub == "last":
        last, maturity = end, end + timedelta(days=rng.randint(6, 25))
    rate = rng.randint(100, 15_000) * 1000
    steps = ((second, rate + 500_000),) if rng.random() < 0.3 else ()
    payments = count + (stub == "last")
    marks = sorted((rng.randint(1, FACTOR_ONE) for _ in range(payments - 1)), reverse=True)
    return Drawn(
        basis=basis,
        frequency=frequency,
        issue=issue,
        maturity=maturity,
        first=first,
        last=last,
        rates=((issue, rate), *steps),
        factors=(*marks, 0) if amortises else (),
        month_end=stub == "month_end",
        ex_days=ex_days,
        settlement=issue + timedelta(days=rng.randrange((maturity - issue).days)),
        yield_pct=Decimal(rng.randint(-500, 20_000)).scaleb(-3),
    )


def ours(drawn: Drawn) -> Schedule:
    """Drawn bond -> this project's."""
    return bond_schedule(
        form=Form.FIXED,
        basis=drawn.basis,
        frequency=drawn.frequency,
        issue=drawn.issue,
        maturity=drawn.maturity,
        rates=drawn.rates,
        first=drawn.first,
        last=drawn.last,
        end_of_month=drawn.month_end,
        record_days=drawn.ex_days,
        factors=drawn.factors,
        calendar=EveryDay(),
    )


def quantlib(drawn: Drawn) -> Priced:
    """Drawn bond -> QuantLib's figures: price and accrued from the yield, and the yield from that price."""
    plan = QuantLib.Schedule(
        _ql(drawn.issue),
        _ql(drawn.maturity),
        QuantLib.Period(12 // drawn.frequency, QuantLib.Months),
        QuantLib.NullCalendar(),
        QuantLib.Unadjusted,
        QuantLib.Unadjusted,
        QuantLib.DateGeneration.Backward,
        drawn.month_end,
        _ql(drawn.first),
        _ql(drawn.last),
    )
    day_count = {
        DayCount.ACT_365: QuantLib.Actual365Fixed(),
        DayCount.ACT_360: QuantLib.Actual360(),
        DayCount.THIRTY_360: QuantLib.Thirty360(QuantLib.Thirty360.BondBasis),
        DayCount.ACT_ACT_ICMA: QuantLib.ActualActual(QuantLib.ActualActual.ISMA, plan),
    }[drawn.basis]
    bond, settlement = _bond(drawn, plan, day_count), _ql(drawn.settlement)
    QuantLib.Settings.instance().evaluationDate = settlement
    how = (day_count, QuantLib.Compounded, drawn.frequency, settlement)
    clean = QuantLib.BondFunctions.cleanPrice(bond, float(drawn.yield_pct) / 100, *how)
    price = QuantLib.BondPrice(clean, QuantLib.BondPrice.Clean)
    found = QuantLib.BondFunctions.bondYield(bond, price, *how, 1e-14, 500, 0.05)
    return Priced(clean, bond.accruedAmount(settlement), 100 * found)


def _bond(drawn: Drawn, plan: Any, day_count: Any) -> Any:
    starts = [_date(day) for day in plan][:-1]
    coupons = [[rate for since, rate in drawn.rates if since <= start][-1] / 1e8 for start in starts]
    if drawn.factors:
        notionals = [100.0, *(100 * factor / FACTOR_ONE for factor in drawn.factors[:-1])]
        return QuantLib.AmortizingFixedRateBond(0, notionals, plan, coupons, day_count, QuantLib.Unadjusted)
    ex = (
        (QuantLib.Period(drawn.ex_days, QuantLib.Days), QuantLib.NullCalendar(), QuantLib.Unadjusted, False)
        if drawn.ex_days
        else ()
    )
    null = QuantLib.NullCalendar()
    return QuantLib.FixedRateBond(
        0, 100.0, plan, coupons, day_count, QuantLib.Unadjusted, 100.0, QuantLib.Date(), null, *ex
    )


def _months(day: date, count: int, month_end: bool) -> date:
    moved = _ql(day) + QuantLib.Period(count, QuantLib.Months)
    return _date(QuantLib.Date.endOfMonth(moved) if month_end else moved)


def _ql(day: date | None) -> Any:
    return QuantLib.Date() if day is None else QuantLib.Date(day.day, day.month, day.year)


def _date(day: Any) -> date:
    return date(day.year(), day.month(), day.dayOfMonth())

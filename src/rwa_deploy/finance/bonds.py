"""Schedule + settlement -> clean price, accrued interest, dirty price and yield, per 100 of principal.

| form | price from yield y |
|---|---|
| discount | 100 / (1 + y × days / 365), simple |
| zero | 100 × (1 + y)^-(whole years + days / 365), years counted back from maturity |
| fixed, floating | Σ flow × (1 + y / f)^-(f × time), f payments a year; street convention in the last period too |

Time is the sum of the year fractions of the bond's own day count over the interest periods, to the unadjusted ends:
whole periods under ACT/ACT ICMA and 30/360, days / 365 under ACT/365. What is left of the running period is the whole
less what has run. This is QuantLib's `Compounded` yield with the bond's frequency and day count. A coupon that is not
fixed yet is taken at the last rate that is. Prices are per 100 of the principal at settlement; from the record date
on the buyer gets neither the next coupon nor the instalment paid with it, and accrued interest is negative.

Yields are in per cent per year. Everything is a Fraction or a Decimal of 50 digits until the one rounding at the end,
a half away from zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from fractions import Fraction

from rwa_deploy import units
from rwa_deploy.finance.coupons import accrued, factor_at, payments
from rwa_deploy.finance.daycounts import year_fraction
from rwa_deploy.finance.schedules import Form, Period, Schedule

__all__ = [
    "Quote",
    "dirty_price",
    "price_units",
    "projected",
    "quote_from_clean",
    "quote_from_yield",
    "yield_pct_from_clean",
]

_CONTEXT = Context(prec=50, traps=[DivisionByZero, InvalidOperation, Overflow])
_CLOSE = Decimal("1e-17")  # of a yield as a fraction: 1e-15 per cent
_STEPS = 300
_YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Quote:
    """Prices and accrued interest per 100 of principal, yield in per cent; each rounded once, to the places asked."""

    clean: Decimal
    accrued: Decimal
    dirty: Decimal
    yield_pct: Decimal


@dataclass(frozen=True, slots=True)
class _Flow:
    """Money on principal 1, and the number of compounding periods until it."""

    amount: Decimal
    time: Decimal


def dirty_price(schedule: Schedule, settlement: date, yield_pct: Decimal) -> Decimal:
    """Schedule + settlement + yield in per cent -> dirty price per 100, 50 digits.

    ValueError for a settlement outside the life, a yield that no price has, or a floater without any fixing.
    """
    with localcontext(_CONTEXT):
        return 100 * _value(schedule, _flows(schedule, settlement), Decimal(yield_pct) / 100)


def price_units(schedule: Schedule, settlement: date, yield_pct: Decimal) -> int:
    """Schedule + settlement + yield in per cent -> dirty price [1e6 per 100], half up as on chain."""
    return units.scaled(units.decimal_half_up(dirty_price(schedule, settlement, yield_pct), 6), 6)


def quote_from_yield(schedule: Schedule, settlement: date, yield_pct: Decimal, *, places: int = 8) -> Quote:
    """Schedule + settlement + yield in per cent -> Quote with `places` decimals. ValueError as `dirty_price`."""
    dirty = Fraction(dirty_price(schedule, settlement, yield_pct))
    return _quote(schedule, settlement, dirty, yield_pct, places)


def quote_from_clean(schedule: Schedule, settlement: date, clean: Decimal, *, places: int = 8) -> Quote:
    """Schedule + settlement + clean price per 100 -> Quote with `places` decimals. ValueError as for the yield."""
    dirty = Fraction(clean) + 100 * _accrued(schedule, settlement)
    return _quote(schedule, settlement, dirty, yield_pct_from_clean(schedule, settlement, clean), places)


def yield_pct_from_clean(schedule: Schedule, settlement: date, clean: Decimal) -> Decimal:
    """Schedule + settlement + clean price per 100 -> yield in per cent, to 1e-15.

    ValueError for a settlement outside the life, or a price that no yield from -99 % a period on gives.
    """
    flows = _flows(schedule, settlement)
    with localcontext(_CONTEXT):
        target = _decimal(Fraction(clean) / 100 + _accrued(schedule, settlement))
        if target <= 0:
            raise ValueError(f"a clean price of {clean} leaves nothing to pay after accrued interest; check the price")
        return 100 * _solved(schedule, flows, target)


def projected(schedule: Schedule, settlement: date) -> Schedule:
    """Schedule + day -> the same, a floater's rates that are not fixed at the last that is. ValueError without any."""
    known = [period.rate for period in schedule.periods if period.rate is not None]
    if len(known) == len(schedule.periods):
        return schedule
    if not known:
        raise ValueError(f"no rate is fixed on {settlement}; give the fixing of the running period")
    filled = (replace(period, rate=known[-1]) if period.rate is None else period for period in schedule.periods)
    return replace(schedule, periods=tuple(filled))


def _solved(schedule: Schedule, flows: Sequence[_Flow], target: Decimal) -> Decimal:
    """Newton's steps, kept inside a bracket: the price falls as the yield rises."""
    low, high = _bracket(schedule, flows, target)
    guess = (low + high) / 2
    for _ in range(_STEPS):
        value, slope = _worth(schedule, flows, guess)
        miss = value - target
        low, high = (guess, high) if miss > 0 else (low, guess)
        step = miss / slope
        nearer = guess - step
        if abs(step) < _CLOSE:
            return nearer
        guess = nearer if low < nearer < high else (low + high) / 2
    raise ValueError("no yield was found; check the price")


def _bracket(schedule: Schedule, flows: Sequence[_Flow], target: Decimal) -> tuple[Decimal, Decimal]:
    low = _lowest(schedule, flows)
    high = Decimal(1)
    while _value(schedule, flows, high) > target:
        high *= 2
        if high > 10**12:
            raise ValueError("no yield gives so low a price; check the price")
    if _value(schedule, flows, low) < target:
        raise ValueError("no yield gives so high a price; check the price")
    return low, high


def _lowest(schedule: Schedule, flows: Sequence[_Flow]) -> Decimal:
    """The yield of which only a hundredth is left of what is discounted in a period."""
    reach = flows[-1].time if schedule.form is Form.DISCOUNT else 1 / Decimal(schedule.frequency or 1)
    return Decimal("-0.99") / reach


def _value(schedule: Schedule, flows: Sequence[_Flow], rate: Decimal) -> Decimal:
    """Flows + yield as a fraction -> their worth on principal 1."""
    return _worth(schedule, flows, rate)[0]


def _worth(schedule: Schedule, flows: Sequence[_Flow], rate: Decimal) -> tuple[Decimal, Decimal]:
    """Flows + yield as a fraction -> their worth on principal 1, and its change for a change of the yield."""
    if schedule.form is Form.DISCOUNT:
        growth = 1 + rate * flows[-1].time
        if growth <= 0:
            raise ValueError("a yield so negative has no price; give one above -100 % over the life")
        return flows[-1].amount / growth, -flows[-1].amount * flows[-1].time / growth**2
    frequency = schedule.frequency or 1
    base = 1 + rate / frequency
    if base <= 0:
        raise ValueError("a yield so negative has no price; give one above -100 % a period")
    log = base.ln()
    value = change = Decimal(0)
    for flow in flows:
        worth = flow.amount * (-flow.time * log).exp()
        value += worth
        change -= flow.time * worth
    return value, change / (base * frequency)


def _flows(schedule: Schedule, settlement: date) -> tuple[_Flow, ...]:
    """Schedule + settlement -> what the buyer still gets, on principal 1 at settlement."""
    if not schedule.issue <= settlement < schedule.maturity:
        life = f"{schedule.issue} to the day before {schedule.maturity}"
        raise ValueError(f"nothing is settled on {settlement}; give a day of the security's life, {life}")
    with localcontext(_CONTEXT):
        if schedule.form is Form.DISCOUNT:
            days = (schedule.maturity - settlement).days
            return (_Flow(Decimal(1), Decimal(days) / _YEAR_DAYS),)
        if schedule.form is Form.ZERO:
            return (_Flow(Decimal(1), _decimal(_years(settlement, schedule.maturity))),)
        return _bond_flows(projected(schedule, settlement), settlement)


def _bond_flows(schedule: Schedule, settlement: date) -> tuple[_Flow, ...]:
    now = factor_at(schedule, settlement)
    flows = []
    time = Fraction(0)
    for payment in payments(schedule):
        if payment.end <= settlement:
            continue
        segments = schedule.periods[payment.first : payment.last + 1]
        time += sum((_left(schedule, period, settlement) for period in segments), Fraction(0))
        assert payment.income is not None, "unknown rates were filled in"
        passed = payment.record_at <= settlement
        coupon = Fraction(0) if passed else payment.income * payment.factor_before
        falls = payment.factor_before - payment.factor_after
        principal = 0 if passed and not payment.redeems else falls
        flows.append(_Flow(_decimal((coupon + principal) / Fraction(now)), _decimal(time * schedule.frequency)))
    return tuple(flows)


def _left(schedule: Schedule, period: Period, settlement: date) -> Fraction:
    """Period + settlement -> the part of a year in it that is still to run."""
    if period.end <= settlement:
        return Fraction(0)
    bounds = (period.end, settlement) if period.start < settlement else (period.end, period.start)
    whole, ran = (
        year_fraction(schedule.basis, period.start, day, frequency=schedule.frequency, ref_days=period.ref_days)
        for day in bounds
    )
    return whole - ran


def _years(settlement: date, maturity: date) -> Fraction:
    """Settlement + maturity -> whole years back from maturity and the days before them over 365."""
    years = maturity.year - settlement.year
    while _years_before(maturity, years) < settlement:
        years -= 1
    return years + Fraction((_years_before(maturity, years) - settlement).days, _YEAR_DAYS)


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - years, day=28)


def _accrued(schedule: Schedule, settlement: date) -> Fraction:
    return accrued(projected(schedule, settlement), settlement)


def _quote(schedule: Schedule, settlement: date, dirty: Fraction, yield_pct: Decimal, places: int) -> Quote:
    interest = 100 * _accrued(schedule, settlement)
    exact = (dirty - interest, interest, dirty, Fraction(yield_pct))
    return Quote(*(units.decimal_half_up(value, places) for value in exact))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)

"""Schedule + face -> coupons, instalments, accrued interest: what each holder is paid, to the unit.

Interest on principal 1 is an exact Fraction; money is rounded once for each holder, against him: principal and gross
coupon down, tax up, and what a buyer pays for accrued interest up, all cash to the paisa or cent. The coupon is on
the principal before the instalment of the same day. The last instalment is the redemption, paid against burning and
no part of a coupon. A rental of a sukuk is a coupon here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from rwa_deploy import units
from rwa_deploy.finance.daycounts import year_fraction
from rwa_deploy.finance.schedules import FACTOR_ONE, MAX_RATE, RATE_ONE, Period, Schedule, payments_of
from rwa_deploy.finance.taxes import withhold_up

__all__ = [
    "Entitlement",
    "Payment",
    "accrued",
    "accrued_cash_up",
    "entitlement",
    "factor_at",
    "floating_rate",
    "payments",
    "principal_down",
    "running",
    "segment_interest",
]

_FACTOR_ONE_WAD = 10**18  # a token's pool factor


@dataclass(frozen=True, slots=True)
class Payment:
    """A coupon, and the instalment paid with it.

    Interest runs from `start` to `end` (unadjusted); who held at 00:00 in Pakistan of `record_at` is paid on
    `payable`. `income` is the interest on principal 1, None until a floater is fixed; `factor_before` and
    `factor_after` [1e-9] are the shares of the original face owed around it. `first` and `last` number its segments
    among the schedule's periods, from 0. `redeems` marks the last payment, whose instalment is the redemption.
    """

    start: date
    end: date
    payable: date
    record_at: date
    income: Fraction | None
    factor_before: int
    factor_after: int
    first: int
    last: int
    redeems: bool

    @property
    def instalment_factor(self) -> int:
        """Payment -> the share of the original face [1e-9] that falls due with the coupon; 0 where it redeems."""
        return 0 if self.redeems else self.factor_before - self.factor_after


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one holder gets of one payment, all [1e6]: gross = net + tax; the instalment comes on top, untaxed."""

    principal: int
    gross: int
    tax: int
    net: int
    instalment: int


def segment_interest(schedule: Schedule, period: Period, until: date) -> Fraction:
    """Period + day -> interest on principal 1 from its start to the day or its end, whichever is first; 0 before.

    ValueError for a period that is not fixed.
    """
    if period.rate is None:
        raise ValueError(f"the rate from {period.start} is not fixed; give the fixing of that period")
    day = max(period.start, min(until, period.end))
    share = year_fraction(schedule.basis, period.start, day, frequency=schedule.frequency, ref_days=period.ref_days)
    return Fraction(period.rate, RATE_ONE) * share


def payments(schedule: Schedule) -> tuple[Payment, ...]:
    """Schedule -> its payments in order; empty for a bill or a zero-coupon bond."""
    found: list[Payment] = []
    place = 0
    for segments in payments_of(schedule.periods):
        first, place = place, place + len(segments)
        found.append(
            Payment(
                start=segments[0].start,
                end=segments[-1].end,
                payable=segments[-1].payable,
                record_at=segments[-1].record_at,
                income=_income(schedule, segments),
                factor_before=found[-1].factor_after if found else FACTOR_ONE,
                factor_after=_factor_after(schedule, place),
                first=first,
                last=place - 1,
                redeems=place == len(schedule.periods),
            )
        )
    return tuple(found)


def running(schedule: Schedule, on: date) -> Payment | None:
    """Schedule + day -> the payment whose interest runs on it, that which begins on a payment date; None outside."""
    return next((payment for payment in payments(schedule) if payment.start <= on < payment.end), None)


def factor_at(schedule: Schedule, on: date) -> int:
    """Schedule + day -> pool factor [1e-9] on it: instalments count from the unadjusted end of their period."""
    if on >= schedule.maturity:
        return 0
    ended = sum(period.end <= on for period in schedule.periods)
    return _factor_after(schedule, ended) if ended else FACTOR_ONE


def accrued(schedule: Schedule, on: date) -> Fraction:
    """Schedule + day -> interest accrued on principal 1; negative in the ex-coupon period, 0 from maturity on.

    From the record date to the end of the period the buyer gets no coupon, and is credited what the seller gets for
    days that are not his: accrued less the whole coupon. ValueError before the issue, or where the rate is not fixed.
    """
    if on < schedule.issue:
        raise ValueError(f"nothing accrues on {on}, before the issue on {schedule.issue}; give a later day")
    for segments in payments_of(schedule.periods):
        if segments[0].start <= on < segments[-1].end:
            so_far = _until(schedule, segments, on)
            whole = _until(schedule, segments, segments[-1].end)
            return so_far if on < segments[-1].record_at else so_far - whole
    return Fraction(0)


def principal_down(face: int, factor: int) -> int:
    """Original face [1e6] + pool factor [1e18] -> principal owed [1e6], down to the unit."""
    return units.mul_div_down(face, factor, _FACTOR_ONE_WAD)


def entitlement(face: int, payment: Payment, tax_bps: int) -> Entitlement:
    """Face [1e6] at the record date + payment + tax [bps] -> what the holder gets; gross down and tax up to the paisa.

    ValueError for a payment whose rate is not fixed.
    """
    if payment.income is None:
        raise ValueError(f"the payment of {payment.end} is not fixed; give the rate of its period first")
    principal = principal_down(face, _wad(payment.factor_before))
    steps = payment.income * principal / units.MINOR_UNIT
    gross = steps.numerator // steps.denominator * units.MINOR_UNIT
    tax = withhold_up(gross, tax_bps)
    # Down by itself: the instalments of all holders together are then never above what is due on the supply.
    instalment = 0 if payment.redeems else principal_down(face, _wad(payment.factor_before - payment.factor_after))
    return Entitlement(principal, gross, tax, gross - tax, instalment)


def accrued_cash_up(principal: int, fraction: Fraction) -> int:
    """Principal [1e6] + accrued interest on principal 1 -> cash that the buyer adds [1e6], up to the paisa.

    Negative when he is credited, and then rounded towards zero: both ways against the buyer.
    """
    steps = fraction * principal / units.MINOR_UNIT
    return -(-steps.numerator // steps.denominator) * units.MINOR_UNIT


def floating_rate(benchmark: int, margin: int, minimum: int, maximum: int) -> int:
    """Benchmark + margin -> rate of a period, all [1e-8 per year].

    ValueError for a rate outside minimum and maximum: as on chain, the bounds catch a fixing mistyped and do not
    cut it off.
    """
    rate = benchmark + margin
    if not 0 <= minimum <= rate <= min(maximum, MAX_RATE):
        raise ValueError(f"a rate of {rate} is not between {minimum} and {maximum} [1e-8]; check the benchmark")
    return rate


def _income(schedule: Schedule, segments: Sequence[Period]) -> Fraction | None:
    return None if any(period.rate is None for period in segments) else _until(schedule, segments, segments[-1].end)


def _until(schedule: Schedule, segments: Sequence[Period], on: date) -> Fraction:
    return sum((segment_interest(schedule, period, on) for period in segments if period.start < on), Fraction(0))


def _factor_after(schedule: Schedule, ended: int) -> int:
    """Number of periods that ended -> factor [1e-9] from then on."""
    if schedule.factors:
        return schedule.factors[ended - 1]
    return 0 if ended == len(schedule.periods) else FACTOR_ONE


def _wad(factor: int) -> int:
    return factor * (_FACTOR_ONE_WAD // FACTOR_ONE)

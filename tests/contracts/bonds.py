"""Series with coupons for the tests, and what they pay, in exact fractions; nothing is shared with the contracts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from evm import Contract
from world import DAY, GOVERNMENT, HOUR, ISSUE_AT, World, period, words

from rwa_deploy import units

DISCOUNT, ZERO_COUPON, FIXED, FLOATING = range(4)
ACT_365, ICMA, ACT_360, THIRTY_360 = range(4)
WAD = 10**18
WHOLE = 10**9
RATE = 10**8  # a rate of 100 % per year
MINOR = 10_000
PAR = 100 * units.ONE
EPOCH = date(1970, 1, 1)
ISSUE_DAY = (ISSUE_AT + 5 * HOUR) // DAY
CALL, PUT = 1, 2


def day_of(when: date) -> int:
    """Date -> day number."""
    return (when - EPOCH).days


def date_of(day: int) -> date:
    """Day number -> date."""
    return EPOCH + timedelta(days=day)


def start_of(day: int) -> int:
    """Day number -> the moment at which it begins in Pakistan."""
    return day * DAY - 5 * HOUR


def option(at: int, kind: int, price: int) -> int:
    """A right to call or put, as `contracts/libraries/Schedule.sol` lays it out."""
    return at | kind << 16 | price << 32


def minor_down(amount: Fraction) -> int:
    """Rounded down to the paisa."""
    return amount // MINOR * MINOR


def minor_up(amount: Fraction) -> int:
    """Rounded up to the paisa."""
    return -(-amount // MINOR) * MINOR


def tax_up(income: int, bps: int) -> int:
    """Tax on an income: up to the paisa, never above it."""
    return min(income, minor_up(Fraction(income * bps, 10_000)))


def days_360(start: date, end: date) -> int:
    """30/360 (bond basis): a 31st at the start is a 30th; at the end only when the start is one."""
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


@dataclass(frozen=True)
class Part:
    """A period: its end, its rate [1e-8], the days of its reference period, the days to its payable date."""

    end: int
    rate: int
    reference: int = 0
    roll: int = 0
    pays: bool = True


@dataclass(frozen=True)
class Bond:
    """A series with coupons; `factors` in 1e-9 after each period, empty for a bullet."""

    parts: tuple[Part, ...]
    issue: int = ISSUE_DAY
    form: int = FIXED
    basis: int = ACT_365
    frequency: int = 2
    record_days: int = 0
    factors: tuple[int, ...] = ()
    options: tuple[int, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def terms(self) -> dict[str, Any]:
        """What the constructor is told."""
        schedule = [period(part.end, part.rate, part.reference, part.roll, part.pays) for part in self.parts]
        return {
            "symbol": "PKIB",
            "issueAt": start_of(self.issue),
            "maturityAt": start_of(self.parts[-1].end) if self.parts else start_of(self.issue + 365),
            "form": self.form,
            "basis": self.basis,
            "frequency": self.frequency,
            "instrumentClass": GOVERNMENT,
            "recordDays": self.record_days,
            "periods": words(schedule, 64),
            "factors": words(self.factors, 32),
            "options": words(self.options, 64),
            **self.more,
        }

    def create(self, world: World, salt: int = 0, **changes: Any) -> Contract:
        """The series, registered and confirmed."""
        return world.new_series(salt, **{**self.terms(), **changes})

    def with_rates(self, rates: Sequence[int]) -> "Bond":
        """A floater whose rates are known."""
        parts = tuple(replace(part, rate=rate) for part, rate in zip(self.parts, rates, strict=True))
        return replace(self, parts=parts)

    # ── what it pays ────────────────────────────────────────────────────────────────────────────────────────────────

    def start(self, at: int) -> int:
        """The day on which a period begins."""
        return self.parts[at - 1].end if at else self.issue

    def paying_at(self, day: int) -> int:
        """The paying period that runs on a day."""
        return next(at for at, part in enumerate(self.parts) if part.pays and day < part.end)

    def income(self, at: int, to_day: int | None = None) -> Fraction:
        """Income of a payment per unit of principal, up to a day, with the parts of a long stub paid with it."""
        first = at
        while first and not self.parts[first - 1].pays:
            first -= 1
        return sum((self._part(number, to_day) for number in range(first, at + 1)), Fraction())

    def accrued(self, day: int) -> Fraction:
        """Per unit of principal; negative once the record date has closed."""
        at = self.paying_at(day)
        run = self.income(at, day)
        return run if day + self.record_days < self.parts[at].end else run - self.income(at)

    def factors_at(self, at: int, calls: Sequence[tuple[int, int]] = ()) -> tuple[int, int, int]:
        """Before the payment, after its instalment, after a partial call at it; calls are (period, kept [1e18])."""
        before = self.factor(at - 1) * WHOLE if at else WAD
        scheduled = called = self.factor(at) * WHOLE
        for when, kept in calls:
            if when < at:
                before, scheduled = before * kept // WAD, scheduled * kept // WAD
            if when <= at:
                called = called * kept // WAD
        return before, scheduled, called

    def entitled(
        self, face: int, at: int, calls: Sequence[tuple[int, int]] = (), price: int = PAR, to_day: int | None = None
    ) -> tuple[int, int]:
        """Income and principal that a face is paid at a period, all funded; the last principal is redeemed."""
        before, scheduled, after = self.factors_at(at, calls)
        if at == len(self.parts) - 1 or to_day is not None:
            scheduled = after = before
        income = minor_down(self.income(at, to_day) * (face * before // WAD))
        called = face * (scheduled - after) // WAD
        return income, face * (before - scheduled) // WAD + called * price // PAR

    def factor(self, at: int) -> int:
        """Scheduled, in 1e-9."""
        return self.factors[at] if self.factors else WHOLE

    def _part(self, at: int, to_day: int | None) -> Fraction:
        part, start = self.parts[at], self.start(at)
        end = part.end if to_day is None else max(start, min(to_day, part.end))
        rate = Fraction(part.rate, RATE)
        if self.basis == ICMA:
            return rate / self.frequency * Fraction(end - start, part.reference)
        if self.basis == THIRTY_360:
            return rate * Fraction(days_360(date_of(start), date_of(end)), 360)
        return rate * Fraction(end - start, 360 if self.basis == ACT_360 else 365)


ENDS = (182, 365, 547, 730)
TEN_PERCENT = RATE // 10


def bullet(rate: int = TEN_PERCENT, ends: Sequence[int] = ENDS, **changes: Any) -> Bond:
    """Four coupons, all principal at the end."""
    return Bond(tuple(Part(ISSUE_DAY + end, rate) for end in ends), **changes)


def amortising(rate: int = TEN_PERCENT, **changes: Any) -> Bond:
    """Four coupons with a quarter of the principal each, the last by redemption."""
    return bullet(rate, factors=(750_000_000, 500_000_000, 250_000_000, 0), **changes)

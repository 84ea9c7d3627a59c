"""Pledged series + prices -> what 100 of face are lent on, count for in health, and are worth in the market.

The same rules stand in the contract CollateralRisk: a yield between two points of the curve, rounded down [1e-18]; the
dirty price of `finance.bonds`; accrued interest cut towards zero; clean, and dirty for a sale, times the pool factor;
dollars at the rate less the add-on; shares of the ladder. Each product is rounded down, so that the collateral is never
flattered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from rwa_deploy import units
from rwa_deploy.finance.bonds import price_units, projected
from rwa_deploy.finance.coupons import accrued
from rwa_deploy.finance.schedules import RATE_ONE, Schedule

__all__ = ["BPS", "Collateral", "CollateralClass", "Market", "Rung", "Worth", "reckon"]

BPS = 10_000
_WAD = 10**18
_YIELD_TO_WAD = _WAD // RATE_ONE
_YIELD_DECIMALS = 16  # of a yield in per cent [1e18 per year]


class CollateralClass(IntEnum):
    """Row of the table of haircuts, by the number that the contracts know."""

    DISCOUNT = 1  # bills, zero-coupon bonds, one-year sukuk
    FIXED = 2
    FLOATING = 3
    COMMODITY = 4


@dataclass(frozen=True, slots=True)
class Rung:
    """Shares of the value that are lent and that count in health [bps], up to a residual tenor (days)."""

    until_days: int
    loan_bps: int
    threshold_bps: int


@dataclass(frozen=True, slots=True)
class Collateral:
    """A listed series.

    `days_left` run to its end, or that of the receipt; 0 from the end on. `rungs` is the ladder of its class. `lends`
    says whether anything new is lent on it. A bond has a `schedule` and a pool `factor` [1e18], after its end that of
    the redemption; a commodity has the `feed` of its spot price. `fresh_until` (Unix) is when its prices age.
    """

    symbol: str
    kind: CollateralClass
    is_dollar: bool
    days_left: int
    rungs: tuple[Rung, ...]
    lends: bool = True
    schedule: Schedule | None = None
    factor: int = _WAD
    feed: str = ""
    fresh_until: int = 0


@dataclass(frozen=True, slots=True)
class Market:
    """Prices of a day: yields [1e-8 per year] by tenor (days), ascending; dollars per unit by feed [1e6]; rupees per
    dollar [1e6], 0 where none are known and none needed.
    """

    on: date
    curve: tuple[tuple[int, int], ...] = ()
    spots: Mapping[str, int] | None = None
    usd_pkr: int = 0

    def yield_at(self, days: int) -> int:
        """Tenor -> yield [1e18 per year]: linear between points, rounded down; flat outside. ValueError: no curve."""
        if not self.curve:
            raise ValueError("there are no yields to price a bond by; post a round of the curve first")
        place = next((i for i, (tenor, _) in enumerate(self.curve) if tenor >= days), len(self.curve) - 1)
        above, high = self.curve[place]
        if place == 0 or days >= above:
            return high * _YIELD_TO_WAD
        below, low = self.curve[place - 1]
        return (low * (above - days) + high * (days - below)) * _YIELD_TO_WAD // (above - below)


@dataclass(frozen=True, slots=True)
class Worth:
    """Rupees per 100 of face [1e6]: lent, counted in health, and paid in the market."""

    loan: int
    threshold: int
    sale: int


def reckon(collateral: Collateral, market: Market, *, fx_add_on_bps: int) -> Worth:
    """Collateral + prices -> Worth, each down. ValueError where a price that it needs is not there."""
    clean, sale = _spot(collateral, market) if collateral.schedule is None else _bond(collateral, market)
    share = BPS
    if collateral.is_dollar:
        if not market.usd_pkr:
            raise ValueError(f"there is no dollar rate to price {collateral.symbol} by; post one first")
        clean = units.mul_div_down(clean, market.usd_pkr, units.ONE)
        sale = units.mul_div_down(sale, market.usd_pkr, units.ONE)
        share -= fx_add_on_bps
    rung = _rung(collateral)
    loan = clean * share * rung.loan_bps // BPS**2 if collateral.lends else 0
    threshold = clean * share * rung.threshold_bps // BPS**2
    return Worth(loan, max(threshold, loan), sale)


def _bond(collateral: Collateral, market: Market) -> tuple[int, int]:
    """Clean and dirty price per 100 of face; from the end on its principal, at whatever yield."""
    assert collateral.schedule is not None, "the caller has looked"
    if collateral.days_left == 0:
        principal = units.mul_div_down(units.PAR, collateral.factor, _WAD)
        return principal, principal
    schedule = collateral.schedule
    percent = units.unscaled(market.yield_at(collateral.days_left), _YIELD_DECIMALS)
    dirty = price_units(schedule, market.on, percent)
    clean = dirty - _accrued_toward_zero(schedule, market.on)
    return units.mul_div_down(clean, collateral.factor, _WAD), units.mul_div_down(dirty, collateral.factor, _WAD)


def _accrued_toward_zero(schedule: Schedule, on: date) -> int:
    """Schedule + day -> accrued interest per 100 [1e6], cut as the contracts divide."""
    interest = accrued(projected(schedule, on), on) * units.PAR
    cut = abs(interest.numerator) // interest.denominator
    return cut if interest >= 0 else -cut


def _spot(collateral: Collateral, market: Market) -> tuple[int, int]:
    price = (market.spots or {}).get(collateral.feed, 0)
    if not price:
        raise ValueError(f"there is no price of {collateral.feed} to price {collateral.symbol} by; post one first")
    return 100 * price, 100 * price


def _rung(collateral: Collateral) -> Rung:
    """The first rung that reaches the tenor; without a ladder nothing counts."""
    fitting = (rung for rung in collateral.rungs if rung.until_days >= collateral.days_left)
    return next(fitting, Rung(0, 0, 0))

"""Treasury bills: price <-> yield, tenors and identifiers, exact.

A bill pays 100 at maturity and is quoted at a simple yield on actual days over 365:

    yield = (100 / price - 1) * 365 / days        price = 100 / (1 + yield * days / 365)

Source: the market convention in SBP's auction sheets; the 20 published yields of auction 574 follow from their
prices to the 4th decimal. Yields here are in per cent. Everything is a Fraction until the one rounding at the end,
a half away from zero.
"""

from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from stdnum import isin

from rwa_deploy import units

__all__ = ["BillTenor", "bill_days", "bill_isin", "bill_maturity", "price_from_yield", "yield_pct_from_price"]

_YEAR_DAYS = 365


class BillTenor(Enum):
    """Tenor in months -> its length in days; whole fortnights, so that every bill falls due on a settlement day.

    84, 182 and 364 days are read off published maturities; 28 days for the one-month bill is the market's practice,
    not confirmed from a sheet.
    """

    ONE_MONTH = 1, 28
    THREE_MONTHS = 3, 84
    SIX_MONTHS = 6, 182
    TWELVE_MONTHS = 12, 364

    def __init__(self, months: int, days: int) -> None:
        self.months = months
        self.days = days


def bill_maturity(tenor: BillTenor, settlement: date) -> date:
    """Tenor + settlement -> maturity."""
    return settlement + timedelta(days=tenor.days)


def bill_days(settlement: date, maturity: date) -> int:
    """Settlement + maturity -> days of interest; ValueError unless maturity is later."""
    days = (maturity - settlement).days
    if days < 1:
        raise ValueError(f"a bill settled on {settlement} cannot mature on {maturity}; maturity must be later")
    return days


def yield_pct_from_price(price: int, days: int, places: int = 4) -> Decimal:
    """Price [1e6 per 100] + days -> simple yield in per cent, ACT/365, `places` decimals, a half away from zero.

    ValueError for a price or a number of days that is not positive.
    """
    if price < 1 or days < 1:
        raise ValueError("a yield needs a positive price and at least one day")
    exact = (Fraction(units.PAR, price) - 1) * 100 * _YEAR_DAYS / days
    return units.decimal_half_up(exact, places)


def price_from_yield(yield_pct: Decimal, days: int, places: int = 4) -> int:
    """Simple yield in per cent, ACT/365, + days -> price [1e6 per 100] with `places` <= 6 decimals, a half up.

    ValueError for days below 1, more than 6 places, or a yield so negative that no price has it.
    """
    growth = 1 + Fraction(yield_pct) * days / (100 * _YEAR_DAYS)
    if days < 1 or growth <= 0:
        raise ValueError("a price needs at least one day and a yield above -100 % over the bill's life")
    if not 0 <= places <= 6:
        raise ValueError("a price has 6 decimals; ask for 0 to 6 places")
    return units.scaled(units.decimal_half_up(100 / growth, places), 6)


def bill_isin(tenor: BillTenor, maturity: date) -> str:
    """Tenor + maturity -> ISIN: PK, months, T, maturity as ddmmyy, check digit; the 6-month bill of 23 September
    2021 is PK06T2309210 (read off that published number; the check digit is ISO 6166's).
    """
    body = f"PK{tenor.months:02d}T{maturity:%d%m%y}"
    return body + isin.calc_check_digit(body)

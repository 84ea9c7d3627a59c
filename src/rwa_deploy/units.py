"""Decimal or text <-> integers: the one place where money, prices, rates and dates change shape.

| quantity | integer | one |
|---|---|---|
| cash, face | millionths of a rupee or dollar | `ONE` = 1e6 |
| price | millionths, per 100 face | `PAR` = 100e6 |
| rate | per year | `RATE_ONE` = 1e18 |
| FX | millionths of a rupee per dollar | `ONE` |
| time | Unix seconds; a date means 00:00 in Pakistan (UTC+5, no summer time) | - |

Conversions are exact or refused: a superfluous decimal, a float, an exponent or an amount above `MAX_AMOUNT` (a
balance has 128 bits on chain) raises `ValueError` or `TypeError` with a sentence, which the CSV and configuration
doors turn into an error with a place. Rounding stands in the name. The contracts' `Units` library is the same rules.
"""

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from fractions import Fraction

__all__ = [
    "MAX_AMOUNT",
    "MILLION",
    "MINOR_UNIT",
    "ONE",
    "PAR",
    "RATE_ONE",
    "SECONDS_PER_DAY",
    "amount_from",
    "cash_for_face_down",
    "cash_for_face_up",
    "cash_text",
    "date_from_text",
    "date_from_unix",
    "day",
    "decimal_from_text",
    "decimal_half_up",
    "face_from_million",
    "fx_from",
    "million_text",
    "mul_div_down",
    "mul_div_up",
    "price_from",
    "price_text",
    "rate_from",
    "rate_from_pct",
    "scaled",
    "time_text",
    "unix_from_date",
    "unix_from_time_text",
    "unscaled",
    "usd_for_pkr_up",
    "usd_for_units_up",
]

ONE = 10**6
MILLION = 10**6 * ONE
PAR = 100 * ONE
RATE_ONE = 10**18
MINOR_UNIT = 10_000
MAX_AMOUNT = 2**128 - 1
SECONDS_PER_DAY = 86_400

_UTC_OFFSET = 18_000
_PAKISTAN = timezone(timedelta(seconds=_UTC_OFFSET))
_EPOCH = date(1970, 1, 1)
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+05:00", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, Overflow])  # no conversion here rounds by accident


def decimal_from_text(value: Decimal | str | int) -> Decimal:
    """Plain number -> Decimal.

    Takes `12`, `12.50`, `-3`; refuses `1e3`, `1_000`, `1,000`, `.5`, `NaN`, spaces and signs other than a minus
    (ValueError), floats and booleans (TypeError): a float has already lost what was written.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | str | int):
        raise TypeError(f"a {type(value).__name__} is not an exact number; give text, an integer or a Decimal")
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            raise ValueError("not a plain number; write digits with at most one point, such as 1250.50")
        return Decimal(value)
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError("not a finite number; write digits with at most one point, such as 1250.50")
    return number


def scaled(value: Decimal | str | int, decimals: int) -> int:
    """Number + decimals -> number * 10^decimals, exact; ValueError when it has more decimals than that.

    In text superfluous zeros count as decimals: who writes `1.50000` into a column of 4 decimals means another column.
    """
    number = decimal_from_text(value)
    shifted = number.scaleb(decimals, _EXACT)
    whole = int(shifted)
    written = len(value.partition(".")[2]) if isinstance(value, str) else 0
    if shifted != whole or written > decimals:
        raise ValueError(f"has more than {decimals} decimals; round it to {decimals} where it is made")
    return whole


def unscaled(value: int, decimals: int) -> Decimal:
    """Integer + decimals -> Decimal value / 10^decimals, exact."""
    return Decimal(value).scaleb(-decimals, _EXACT)


def _amount(value: Decimal | str | int, decimals: int, allowed: int) -> int:
    number = decimal_from_text(value)
    if number < 0:
        raise ValueError("is negative; amounts here are never negative, the column says which way they go")
    scaled(value, allowed)  # refuses what the source may not carry, which the wider scale would take
    whole = scaled(number, decimals)
    if whole > MAX_AMOUNT:
        raise ValueError(f"is too large; the most that a balance can hold is {unscaled(MAX_AMOUNT, 6):.0f}")
    return whole


def amount_from(value: Decimal | str | int) -> int:
    """Rupees or dollars -> cash or face [1e6]; at most 6 decimals, 0 to MAX_AMOUNT."""
    return _amount(value, 6, 6)


def face_from_million(value: Decimal | str | int) -> int:
    """PKR millions, at most 12 decimals -> face [1e6], exact."""
    return _amount(value, 12, 12)


def price_from(value: Decimal | str | int, decimals: int = 4) -> int:
    """Price per 100 face -> price [1e6 per 100]; at most `decimals` decimals (the State Bank's bids have 4)."""
    return _amount(value, 6, decimals)


def fx_from(value: Decimal | str | int) -> int:
    """Rupees per dollar, at most 6 decimals -> FX [1e6]."""
    return _amount(value, 6, 6)


def rate_from(value: Decimal | str | int) -> int:
    """Fraction per year (0.0714 is 7.14 %), at most 18 decimals -> rate [1e18]; may be negative."""
    return scaled(value, 18)


def rate_from_pct(value: Decimal | str | int) -> int:
    """Per cent per year, at most 16 decimals -> rate [1e18]; may be negative."""
    return scaled(value, 16)


def mul_div_down(a: int, b: int, denominator: int) -> int:
    """a * b / denominator for non-negative integers, rounded down; ZeroDivisionError as on chain."""
    return a * b // denominator


def mul_div_up(a: int, b: int, denominator: int) -> int:
    """a * b / denominator for non-negative integers, rounded up; ZeroDivisionError as on chain."""
    return -(-a * b // denominator)


def cash_for_face_up(face: int, price: int) -> int:
    """Face [1e6] * price [1e6 per 100] -> cash [1e6], up to the paisa: a buyer pays up."""
    return mul_div_up(face, price, PAR * MINOR_UNIT) * MINOR_UNIT


def cash_for_face_down(face: int, price: int) -> int:
    """Face [1e6] * price [1e6 per 100] -> cash [1e6], down to the paisa: a seller receives down."""
    return mul_div_down(face, price, PAR * MINOR_UNIT) * MINOR_UNIT


def usd_for_pkr_up(pkr: int, usd_pkr: int) -> int:
    """Rupees [1e6] / (rupees per dollar [1e6]) -> dollars [1e6], up to the unit: a cap is used up, never flattered."""
    return mul_div_up(pkr, ONE, usd_pkr)


def usd_for_units_up(quantity: int, price: int) -> int:
    """Units of a commodity [1e6] x (dollars per unit [1e6]) -> dollars [1e6], up to the unit."""
    return mul_div_up(quantity, price, ONE)


def decimal_half_up(value: Decimal | Fraction | int, places: int) -> Decimal:
    """Exact number -> Decimal of `places` decimals, a half away from zero (as the State Bank's sheets round)."""
    exact = Fraction(value)
    doubled = abs(exact.numerator) * 10**places * 2 + exact.denominator
    whole = doubled // (2 * exact.denominator)
    return unscaled(-whole if exact < 0 else whole, places)


def cash_text(units: int) -> str:
    """Cash or face [1e6] -> rupees with 2 decimals, `4919.16`; all 6 where the amount is finer than a paisa."""
    return f"{unscaled(units, 6):.{2 if units % MINOR_UNIT == 0 else 6}f}"


def price_text(price: int) -> str:
    """Price [1e6 per 100] -> text with 4 decimals, `98.3815`; all 6 where the price is finer."""
    return f"{unscaled(price, 6):.{4 if price % 100 == 0 else 6}f}"


def million_text(units: int, *, grouped: bool = False) -> str:
    """Cash or face [1e6] -> PKR millions with 3 decimals, a half away from zero; `grouped` for people: `19,675.519`."""
    million = decimal_half_up(Fraction(units, MILLION), 3)
    return f"{million:,.3f}" if grouped else f"{million:.3f}"


def date_from_text(value: str) -> date:
    """`2020-09-10` -> date; ValueError for any other way of writing it and for a day that does not exist."""
    if not _DATE.fullmatch(value):
        raise ValueError("not a date; write year-month-day, such as 2020-09-10")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("a day that does not exist; check month and day") from error


def unix_from_date(value: date) -> int:
    """Date -> Unix seconds of its 00:00 in Pakistan; ValueError before 1970-01-02, which chains cannot hold."""
    if isinstance(value, datetime):
        raise TypeError("a datetime is not a date; say which day in Pakistan is meant")
    seconds = (value - _EPOCH).days * SECONDS_PER_DAY - _UTC_OFFSET
    if seconds < 0:
        raise ValueError("is before 1970-01-02, the first date that a chain can hold")
    return seconds


def day(timestamp: int) -> int:
    """Unix seconds -> number of the day in Pakistan, counted from 1970-01-01."""
    return (timestamp + _UTC_OFFSET) // SECONDS_PER_DAY


def date_from_unix(timestamp: int) -> date:
    """Unix seconds -> the date in Pakistan at that moment."""
    return _EPOCH + timedelta(days=day(timestamp))


def time_text(timestamp: int) -> str:
    """Unix seconds -> ISO 8601 in Pakistan time, to the second."""
    return datetime.fromtimestamp(timestamp, _PAKISTAN).isoformat()


def unix_from_time_text(value: str) -> int:
    """`2026-11-25T16:30:00+05:00`, as `time_text` writes it -> Unix seconds; ValueError for any other way."""
    if not _TIME.fullmatch(value):
        raise ValueError("not a time; write it in Pakistan time, such as 2026-11-25T16:30:00+05:00")
    try:
        seconds = int(datetime.fromisoformat(value).timestamp())
    except ValueError as error:
        raise ValueError("a time that does not exist; check date and hour") from error
    if seconds < 0:
        raise ValueError("is before 1970, the first that a chain can hold")
    return seconds

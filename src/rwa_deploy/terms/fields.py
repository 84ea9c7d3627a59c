"""Cell of terms.toml -> integer or text of a term sheet, exact: the types of its fields.

An amount has 6 decimals, a price is per 100 with 6, a rate is in per cent with 6, a pool factor has 9. All are whole
numbers or decimals in quotes, and show in the term sheet as decimals with all their places.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from rwa_deploy import units
from rwa_deploy.finance.schedules import FACTOR_ONE, MAX_RATE

__all__ = ["Amount", "Day", "Factor", "Label", "Price", "Rate", "Text"]


def _exact(convert: Callable[[Any], int], what: str) -> BeforeValidator:
    """Conversion -> validator that takes whole numbers and decimals in quotes; floats have lost what was written."""

    def read(value: Any) -> int:
        try:
            return convert(value)
        except TypeError as error:  # pydantic gives only a ValueError its place
            raise ValueError(f"{what} is a whole number, or a decimal in quotes") from error

    return BeforeValidator(read)


def _shown(decimals: int) -> PlainSerializer:
    return PlainSerializer(lambda value: f"{units.unscaled(value, decimals):.{decimals}f}", return_type=str)


def _rate(value: Any) -> int:
    rate = units.scaled(value, 6)
    if not 0 <= rate <= MAX_RATE:
        raise ValueError(f"{value} % cannot be held; a rate is from 0 to 134.217727 % a year")
    return rate


def _factor(value: Any) -> int:
    factor = units.scaled(value, 9)
    if not 0 <= factor <= FACTOR_ONE:
        raise ValueError(f"a pool factor of {value} is none; it is the share of the face still owed, from 1 to 0")
    return factor


def _label(value: str) -> str:
    if not (1 <= len(value) <= 31 and value.isascii() and value.isprintable()):
        raise ValueError("is not 1 to 31 plain characters, which is what a token's name and symbol hold; shorten it")
    return value


Amount = Annotated[int, _exact(units.amount_from, "an amount"), _shown(6)]
Price = Annotated[int, _exact(lambda value: units.price_from(value, 6), "a price"), _shown(6)]
Rate = Annotated[int, _exact(_rate, "a rate in per cent"), _shown(6)]
Factor = Annotated[int, _exact(_factor, "a pool factor"), _shown(9)]
Label = Annotated[str, AfterValidator(_label)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[date, Field(ge=date(1970, 1, 2), le=date(2200, 1, 1))]  # the first that a chain can hold

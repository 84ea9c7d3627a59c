"""Cell of scenario.toml -> value of a step, exact: the types of its keys, and what every step may say."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from rwa_deploy import units
from rwa_deploy.finance.bills import BillTenor

__all__ = [
    "NAME",
    "REDEMPTION",
    "Day",
    "File",
    "Fx",
    "Million",
    "Money",
    "OnSeries",
    "Percent",
    "Period",
    "Price",
    "Quote",
    "Rate",
    "Ratio",
    "Step",
    "Symbol",
    "Tenor",
    "Wallet",
]

NAME = r"[a-z][a-z0-9_]{0,31}"
REDEMPTION = 2**256 - 1  # stands for the redemption where a period is asked for, as in PayingAgent
_WAD_PLACES = 18

Wallet = Annotated[str, Field(pattern=rf"^(retail|dealer):(0|[1-9][0-9]{{0,5}}|last)$|^{NAME}$")]
Symbol = Annotated[str, Field(min_length=1, max_length=31)]
Day = Annotated[date, Field(ge=date(1970, 1, 2))]  # the first that a chain can hold
File = Path


def _exact(convert: Callable[..., int]) -> BeforeValidator:
    """Conversion -> validator that takes whole numbers and decimals in quotes; floats have lost what was written."""

    def read(value: object) -> int:
        try:
            return convert(value)
        except TypeError as error:  # pydantic gives only a ValueError its place
            raise ValueError("an amount is a whole number, or a decimal in quotes") from error

    return BeforeValidator(read)


def _checked(convert: Callable[[str], int]) -> AfterValidator:
    """Converter -> check that text is what it takes; the text stays as it was written."""

    def check(text: str) -> str:
        convert(text)
        return text

    return AfterValidator(check)


def _tenor(value: object) -> BillTenor:
    try:
        return BillTenor[str(value).upper()]
    except KeyError:
        raise ValueError(f"a tenor is one of {', '.join(tenor.name.lower() for tenor in BillTenor)}") from None


def _period(value: object) -> int:
    if value == "redemption":
        return REDEMPTION
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**16:
        raise ValueError("a period is its number in the schedule, from 0, or the word redemption")
    return value


def _rate(value: object) -> int:
    return units.scaled(value, 6)  # type: ignore[arg-type]


def _wad(places: int) -> Callable[[object], int]:
    return lambda value: units.scaled(value, places)  # type: ignore[arg-type]


Fx = Annotated[str, _checked(units.fx_from)]
Price = Annotated[str, _checked(lambda text: units.price_from(text, 6))]
Quote = Annotated[str, _checked(units.price_from)]  # as the State Bank quotes bills, with 4 decimals
Money = Annotated[int, _exact(units.amount_from), Field(gt=0)]  # rupees or dollars [1e6]
Million = Annotated[int, _exact(units.face_from_million), Field(gt=0)]
Rate = Annotated[int, _exact(_rate), Field(ge=0)]  # per cent a year [1e-8]
Percent = Annotated[int, _exact(_wad(16)), Field(gt=0, le=10**18)]  # per cent of all [1e18]
Ratio = Annotated[int, _exact(_wad(_WAD_PLACES)), Field(gt=0)]  # of one [1e18]
Period = Annotated[int, BeforeValidator(_period)]
Tenor = Annotated[BillTenor, BeforeValidator(_tenor)]


class Step(BaseModel):
    """What every step may say: a label for people, and the error that it must end in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str = ""
    expect: str = ""
    expect_args: dict[str, int | str | bool] = Field(default_factory=dict)


class OnSeries(Step):
    """A step on one series: the one of that symbol, or the last that was created."""

    series: Symbol | None = None

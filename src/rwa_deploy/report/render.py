"""Figures -> the words and numbers of a page: the templates' environment, everything from outside escaped."""

from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined

from rwa_deploy import units

__all__ = ["environment"]

_MONTHS = (  # strftime's depend on the machine's language
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def environment() -> Environment:
    """-> templates with the filters million, rupees, price, count, short, day."""
    made = Environment(
        loader=PackageLoader("rwa_deploy.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(million=_million, rupees=_rupees, price=units.price_text, count=_count, short=_short, day=_day)
    return made


def _million(amount: int) -> str:
    return units.million_text(amount, grouped=True)


def _rupees(amount: int) -> str:
    whole, _, decimals = units.cash_text(amount).partition(".")
    return f"{int(whole):,}.{decimals}"


def _day(value: date) -> str:
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def _count(number: int) -> str:
    return f"{number:,}"


def _short(text: str) -> str:
    """Address or hash -> its ends; the whole stands in the files."""
    return f"{text[:6]}…{text[-4:]}" if len(text) > 12 else text

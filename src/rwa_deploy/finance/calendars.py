"""Years + the operator's CSV -> Calendar: on which days money moves in Pakistan.

Closed are Saturdays, Sundays and the public holidays that the library `holidays` lists for Pakistan; it takes them
from the circulars of the State Bank and the Cabinet Division. Days that wait for the moon are an estimate until they
are announced (`estimated` names them), and none are known beyond the library's last year, so the operator's CSV has
the last word: date,status,source, where status is `holiday` or `business`.

Bank holidays on which the State Bank is closed for public dealing only (1 January, 1 July, 1 Ramadan) count as
business days: offices work, and the circulars say so (SBP's notice of 28 June 2024, for 1 July). An operator who
settles nothing on them lists them as holidays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import holidays
from pydantic import BeforeValidator

from rwa_deploy import tables

__all__ = ["PAKISTAN", "Calendar", "DayStatus", "Override", "read_calendar"]

_ESTIMATED = "(estimated)"
_SATURDAY = 5
_LONGEST_CLOSURE = 60  # days; what is closed for longer is a fault of the overrides


class DayStatus(StrEnum):
    """What an override makes of a day."""

    HOLIDAY = "holiday"
    BUSINESS = "business"


def _source(value: str) -> str:
    if not value:
        raise ValueError("is empty; name the circular or notification that says so")
    return value


class Override(tables.Row):
    """A row of the operator's calendar: the day, what it is, and who says so."""

    date: tables.Day
    status: DayStatus
    source: Annotated[str, BeforeValidator(_source)]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Pakistan's business days; `overrides` are the operator's, and stronger than library and weekend."""

    overrides: Mapping[date, DayStatus] = field(default_factory=lambda: MappingProxyType({}))

    def is_business(self, day: date) -> bool:
        """Day -> whether money moves on it."""
        status = self.overrides.get(day)
        if status is not None:
            return status is DayStatus.BUSINESS
        return day.weekday() < _SATURDAY and day not in _public_holidays(day.year)

    def is_estimated(self, day: date) -> bool:
        """Day -> whether the library only guesses that it is a holiday, and no override decides."""
        return day not in self.overrides and _ESTIMATED in _public_holidays(day.year).get(day, "")

    def estimated(self, first_year: int, last_year: int) -> tuple[date, ...]:
        """Years, both included -> holidays in them that are estimates until the moon is sighted, in order."""
        days = (day for year in range(first_year, last_year + 1) for day in _public_holidays(year))
        return tuple(sorted(day for day in days if self.is_estimated(day)))

    def may_move(self, day: date, rolled: date) -> bool:
        """Day + the business day it rolled to -> whether moon-sighting within a day of them could still change that."""
        span = (rolled - day).days + 1
        return any(self.is_estimated(day + timedelta(days=offset)) for offset in range(-1, span + 1))

    def following(self, day: date) -> date:
        """Day -> itself, or the next business day (ISDA: Following). ValueError for a closure of two months."""
        for later in range(_LONGEST_CLOSURE):
            rolled = day + timedelta(days=later)
            if self.is_business(rolled):
                return rolled
        raise ValueError(f"no business day within {_LONGEST_CLOSURE} days of {day}; correct the calendar's overrides")

    def add_business_days(self, day: date, count: int) -> date:
        """Day + count -> the business day that many business days later; with 0, the day rolled forward.

        ValueError for a negative count.
        """
        if count < 0:
            raise ValueError("business days are only added; give a count from 0")
        rolled = self.following(day) if count == 0 else day
        for _ in range(count):
            rolled = self.following(rolled + timedelta(days=1))
        return rolled


PAKISTAN = Calendar()


def read_calendar(path: Path | str) -> Calendar:
    """CSV of overrides (date,status,source) -> Calendar. InputError for a bad cell, or a day given twice."""
    rows = tables.read(path, Override, key=("date",))
    return Calendar(MappingProxyType({row.date: row.status for row in rows}))


@cache
def _public_holidays(year: int) -> Mapping[date, str]:
    """Year -> its public holidays by name, estimates marked; whole years, so that the order of questions is nothing."""
    listed = holidays.country_holidays("PK", years=year, language="en_PK", expand=False)
    return MappingProxyType({day: name for day, name in listed.items() if day.year == year})

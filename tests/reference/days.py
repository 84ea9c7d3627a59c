"""Pakistan's business days as QuantLib counts them: weekends, and public holidays that a source was found for.

Only holidays that a payment date or a grace period of a scenario can meet are listed; a missing one would show as a
difference between this model and the programme's calendar, which knows them from somewhere else.
"""

from datetime import date
from functools import cache

import QuantLib

__all__ = ["add_business_days", "following", "of", "pakistan", "ql_date"]

# Day -> who reported the notification. All are closures of the whole country.
HOLIDAYS = {
    "2019-06-04": "Eid-ul-Fitr, Ministry of Interior 28-May-2019 (The News, Neo News)",
    "2019-06-05": "Eid-ul-Fitr, Ministry of Interior 28-May-2019 (The News, Neo News)",
    "2019-06-06": "Eid-ul-Fitr, Ministry of Interior 28-May-2019 (The News, Neo News)",
    "2019-06-07": "Eid-ul-Fitr, Ministry of Interior 28-May-2019 (The News, Neo News)",
    "2021-07-20": "Eid-ul-Adha, Federal Cabinet 13-Jul-2021 (Business Recorder)",
    "2021-07-21": "Eid-ul-Adha, Federal Cabinet 13-Jul-2021 (Business Recorder)",
    "2021-07-22": "Eid-ul-Adha, Federal Cabinet 13-Jul-2021 (Business Recorder)",
    "2021-08-18": "Ashura, Ministry of Interior 13-Aug-2021 (UrduPoint)",
    "2021-08-19": "Ashura, Ministry of Interior 13-Aug-2021 (UrduPoint)",
    "2024-02-08": "general election, Election Commission 1-Feb-2024 (Business Recorder, Daily Pakistan)",
    "2024-04-10": "Eid-ul-Fitr, Cabinet Division 20-Dec-2023 (The News)",
    "2024-04-11": "Eid-ul-Fitr, Cabinet Division 20-Dec-2023 (The News)",
    "2024-04-12": "Eid-ul-Fitr, Cabinet Division 20-Dec-2023 (The News)",
    "2024-07-16": "Ashura, Cabinet Division (Business Recorder 16-Jul-2024)",
    "2024-07-17": "Ashura, Cabinet Division (Business Recorder 16-Jul-2024)",
    "2024-08-14": "Independence Day, Cabinet Division 20-Dec-2023 (The News)",
}


@cache
def pakistan() -> QuantLib.BespokeCalendar:
    """Nothing -> the calendar: Saturdays, Sundays and `HOLIDAYS` are closed."""
    calendar = QuantLib.BespokeCalendar("Pakistan")
    calendar.addWeekend(QuantLib.Saturday)
    calendar.addWeekend(QuantLib.Sunday)
    for day in HOLIDAYS:
        calendar.addHoliday(ql_date(date.fromisoformat(day)))
    return calendar


def following(day: date) -> date:
    """Day -> itself or the next business day."""
    return of(pakistan().adjust(ql_date(day), QuantLib.Following))


def add_business_days(day: date, count: int) -> date:
    """Day + count -> so many business days later."""
    return of(pakistan().advance(ql_date(day), count, QuantLib.Days))


def ql_date(day: date) -> QuantLib.Date:
    """Day -> QuantLib's."""
    return QuantLib.Date(day.day, day.month, day.year)


def of(day: QuantLib.Date) -> date:
    """QuantLib's day -> day."""
    return date(day.year(), day.month(), day.dayOfMonth())

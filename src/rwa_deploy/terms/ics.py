"""Terms -> iCalendar text of what the series does and when, for anybody's diary (RFC 5545).

The same terms and calendar give the same bytes: identifiers come from ISIN, kind and date, and the stamp is the issue
date. Days are all-day events on the dates money moves, rolled to business days; a date that moon-sighting may still
move says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from rwa_deploy import units
from rwa_deploy.finance.calendars import PAKISTAN, Calendar
from rwa_deploy.finance.coupons import Payment, payments
from rwa_deploy.terms.model import Terms, schedule

__all__ = ["ics"]

_LINE = 75  # octets, without the line end
_ESTIMATE = "A holiday near it waits for the moon; the date may move."


@dataclass(frozen=True, slots=True)
class _Event:
    kind: str
    on: date
    summary: str
    description: str


def ics(terms: Terms, *, calendar: Calendar = PAKISTAN) -> str:
    """Terms -> the calendar file's text, lines ended by CR LF and folded at 75 octets."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//rwa-deploy//terms//EN", "CALSCALE:GREGORIAN"]
    for event in sorted(_events(terms, calendar), key=lambda event: (event.on, event.kind)):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{terms.isin}-{event.kind}-{event.on:%Y%m%d}@rwa-deploy",
            f"DTSTAMP:{terms.issue_date:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}",
            f"SUMMARY:{_escaped(event.summary)}",
            f"DESCRIPTION:{_escaped(event.description)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _events(terms: Terms, calendar: Calendar) -> Iterator[_Event]:
    made = schedule(terms, calendar=calendar)
    yield _Event("issue", terms.issue_date, f"{terms.symbol}: issue", f"{terms.name}, {terms.isin}.")
    for payment in payments(made):
        moves = calendar.may_move(payment.end, payment.payable)
        about = f"For {payment.start} to {payment.end}{_amounts(payment)}.{f' {_ESTIMATE}' if moves else ''}"
        yield _Event("payment", payment.payable, f"{terms.symbol}: payment", about)
        closes = f"Who holds at 00:00 in Pakistan is paid on {payment.payable}."
        yield _Event("record", payment.record_at, f"{terms.symbol}: record date", closes)
    moves = calendar.may_move(made.maturity, made.redeemed)
    about = f"What is still owed is paid at par against burning.{f' {_ESTIMATE}' if moves else ''}"
    yield _Event("redemption", made.redeemed, f"{terms.symbol}: redemption", about)


def _amounts(payment: Payment) -> str:
    """Payment -> its income and instalment per 100 of the original face, as far as they are known."""
    income = "; the rate is not fixed yet"
    if payment.income is not None:
        per_100 = units.decimal_half_up(payment.income * payment.factor_before / 10**7, 6)
        income = f": {per_100} per 100 of face"
    instalment = units.unscaled(payment.instalment_factor, 7)
    return f"{income}, and an instalment of {instalment:.6f}" if payment.instalment_factor else income


def _escaped(text: str) -> str:
    for char in "\\;,":
        text = text.replace(char, f"\\{char}")
    return text


def _folded(line: str) -> str:
    """Line -> itself, broken so that no part is longer than 75 octets and no character is cut."""
    parts, part = [], ""
    for char in line:
        if len((part + char).encode()) > _LINE:
            parts.append(part)
            part = " "
        part += char
    return "\r\n".join([*parts, part])

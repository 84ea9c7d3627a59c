"""terms: draft, show, calendar; receipt: hash."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from rwa_deploy import terms as terms_
from rwa_deploy import units
from rwa_deploy.cli.output import Json, emit, say, table
from rwa_deploy.errors import UsageError
from rwa_deploy.finance.calendars import PAKISTAN, Calendar, read_calendar
from rwa_deploy.finance.coupons import payments
from rwa_deploy.finance.schedules import Schedule
from rwa_deploy.manifest import write_file
from rwa_deploy.terms import Terms

__all__ = ["CalendarFile", "TermsFile", "app", "calendar_of"]

app = typer.Typer()
group = typer.Typer()
receipts = typer.Typer()
app.add_typer(group, name="terms")
app.add_typer(receipts, name="receipt")
TermsFile = Annotated[Path, typer.Argument(metavar="TERMS", help="The series' terms.toml.")]
CalendarFile = Annotated[
    Path | None, typer.Option("--calendar", help="CSV of days that are, or are not, holidays: date,status,source.")
]
SHOWN = {  # heading -> key of the row; --json has all of them
    "until": "end",
    "rate %": "rate_pct",
    "paid on": "payable",
    "record date": "record_date",
    "per 100": "income_per_100",
    "owed": "factor_after",
    "*": "may_move",
}


@group.callback()
def _terms() -> None:
    """Draft a series' terms, show what they come to, and put their dates into a diary.

    Example: rwa terms show terms.toml --json
    """


@group.command()
def draft(
    kind: Annotated[str, typer.Argument(help="What to draft, such as mtb-3m or pib-fixed-3y; a wrong one lists all.")],
    out: Annotated[Path | None, typer.Option(help="Write the draft to this file, which may not exist yet.")] = None,
    as_json: Json = False,
) -> None:
    """Draft a terms.toml of a kind of security, to be edited.

    Example: rwa terms draft pib-fixed-3y --out terms.toml
    """
    try:
        text = terms_.draft(kind)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if out is not None and out.exists():
        raise UsageError(f"{out} exists and would be lost; name another file")
    written = None if out is None else str(write_file(out, text))
    if as_json:
        emit({"kind": kind, "written": written, "terms": text})
    else:
        say(text.rstrip("\n") if written is None else f"Wrote {written}.")


@group.command()
def show(terms: TermsFile, calendar: CalendarFile = None, as_json: Json = False) -> None:
    """Show what a series pays and when, and the hash of its term sheet.

    Example: rwa terms show terms.toml
    """
    days = calendar_of(calendar)
    known = terms_.load(terms, calendar=days)
    made = terms_.schedule(known, calendar=days)
    if as_json:
        emit(_facts(known, made, days))
        return
    rows = list(_rows(made, days))
    table(f"{known.name}, {known.isin}", tuple(SHOWN), [_cells(row) for row in rows], right=(1, 4, 5))
    for one in known.early_redemption:
        say(f"A {one.kind} is open on {one.on_date} at {units.price_text(one.price)}.")
    say(f"Redeemed on {made.redeemed}. Hash of the term sheet 0x{terms_.terms_hash(known).hex()}.")
    if days.may_move(made.maturity, made.redeemed) or any(row["may_move"] for row in rows):
        say("* A holiday near it waits for the moon and is an estimate; give --calendar with what was announced.")


@group.command()
def calendar(
    terms: TermsFile,
    out: Annotated[Path, typer.Option(help="The .ics file to write.")],
    holidays: CalendarFile = None,
    as_json: Json = False,
) -> None:
    """Write a series' issue, record, payment and redemption dates as an iCalendar file.

    Example: rwa terms calendar terms.toml --out terms.ics
    """
    days = calendar_of(holidays)
    text = terms_.ics(terms_.load(terms, calendar=days), calendar=days)
    written = str(write_file(out, text))
    if as_json:
        emit({"written": written, "events": text.count("BEGIN:VEVENT")})
    else:
        say(f"Wrote {text.count('BEGIN:VEVENT')} dates to {written}.")


@receipts.callback()
def _receipt() -> None:
    """Check the warehouse receipt of which a commodity's units are.

    Example: rwa receipt hash receipt.toml --json
    """


@receipts.command(name="hash")
def hash_(
    receipt: Annotated[Path, typer.Argument(metavar="RECEIPT", help="The receipt.toml.")], as_json: Json = False
) -> None:
    """Show the hash of a receipt, which its series is registered with, and what may be issued until when.

    Example: rwa receipt hash scripts/scenarios/data/gold/receipt.toml
    """
    known = terms_.load_receipt(receipt)
    shown = {
        "symbol": known.symbol,
        "commodity": known.commodity,
        "unit": known.unit,
        "net_quantity": f"{units.unscaled(known.net_quantity, 6):f}",
        "in_force_until": known.in_force_until.isoformat(),
        "receipt_hash": f"0x{terms_.receipt_hash(known).hex()}",
        "receipt": terms_.receipt_sheet(known).decode(),
    }
    if as_json:
        emit(shown)
        return
    say(
        f"{known.symbol}: at most {shown['net_quantity']} {known.unit} of {known.commodity}, issued before "
        f"{known.in_force_until}. Hash of the receipt {shown['receipt_hash']}."
    )


def calendar_of(path: Path | None) -> Calendar:
    return PAKISTAN if path is None else read_calendar(path)


def _facts(known: Terms, made: Schedule, days: Calendar) -> dict[str, Any]:
    return {
        "isin": known.isin,
        "name": known.name,
        "terms_hash": f"0x{terms_.terms_hash(known).hex()}",
        "issue": made.issue.isoformat(),
        "maturity": made.maturity.isoformat(),
        "redeemed": made.redeemed.isoformat(),
        "schedule": list(_rows(made, days)),
        "early_redemption": [
            {"on_date": one.on_date.isoformat(), "kind": one.kind, "price": f"{units.unscaled(one.price, 6):f}"}
            for one in known.early_redemption
        ],
    }


def _rows(made: Schedule, days: Calendar) -> Iterator[dict[str, Any]]:
    """Schedule -> a JSON-ready row for each payment; income per 100 of the original face."""
    for payment in payments(made):
        rate = made.periods[payment.last].rate
        income = None if payment.income is None else payment.income * payment.factor_before / 10**7
        yield {
            "start": payment.start.isoformat(),
            "end": payment.end.isoformat(),
            "days": (payment.end - payment.start).days,
            "rate_pct": None if rate is None else f"{units.unscaled(rate, 6):f}",
            "payable": payment.payable.isoformat(),
            "record_date": payment.record_at.isoformat(),
            "income_per_100": None if income is None else f"{units.decimal_half_up(income, 8):f}",
            "factor_after": f"{units.unscaled(payment.factor_after, 9):f}",
            "may_move": days.may_move(payment.end, payment.payable),
        }


def _cells(row: Mapping[str, Any]) -> list[str]:
    numbers = ("rate_pct", "income_per_100", "factor_after")
    short = {key: f"{Decimal(row[key]).normalize():f}" if row[key] else "not fixed" for key in numbers}
    shown = {**row, **short, "may_move": "*" if row["may_move"] else ""}
    return [str(shown[key]) for key in SHOWN.values()]

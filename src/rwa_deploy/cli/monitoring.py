"""alerts, goaml."""

import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from rwa_deploy import units
from rwa_deploy.archive import EVENTS, read_events
from rwa_deploy.cli.output import Json, emit, say, table
from rwa_deploy.compliance.alert_files import alerts_csv, alerts_json, read_alerts
from rwa_deploy.compliance.alerts import Alert, Rules, alerts
from rwa_deploy.compliance.goaml import Filing, alerts_that_report, file_name, report, validate
from rwa_deploy.errors import InputError, UsageError
from rwa_deploy.manifest import check_folder, write_folder
from rwa_deploy.register import fold
from rwa_deploy.report.moves import moves

__all__ = ["app"]

app = typer.Typer()
ALERTS, REPORTS = "alerts.json", "reports.json"
SHOWN = 20
DAY = ["%Y-%m-%d"]
_RULES = Rules()


@app.command(name="alerts")
def alerts_(
    events: Annotated[Path, typer.Option(help=f"A file {EVENTS} of an earlier run.")],
    out: Annotated[Path, typer.Option(help=f"Folder for {ALERTS} and alerts.csv.")],
    usd_pkr: Annotated[str | None, typer.Option(help="Rupees a dollar, for series in dollars.")] = None,
    threshold: Annotated[str, typer.Option(help="PKR from which a transfer is reported.")] = "2000000",
    travel: Annotated[str, typer.Option(help="PKR from which data travels with a transfer.")] = "1000000",
    window_days: Annotated[int, typer.Option(min=1, max=365, help="Days of a series of small transfers.")] = (
        _RULES.window_days
    ),
    least_moves: Annotated[int, typer.Option(min=2, max=1000, help="Transfers from which it is a series.")] = (
        _RULES.least_moves
    ),
    near_percent: Annotated[int, typer.Option(min=1, max=100, help="Per cent of the threshold that is near it.")] = (
        _RULES.near_percent
    ),
    as_json: Json = False,
) -> None:
    """Look for large transfers, and for series of small ones, among the transfers of face between wallets.

    Face is valued at par. Issue and redemption are not looked at: the other side is the state.

    Example: rwa alerts --events out/demo/events.jsonl --out out/alerts
    """
    check_folder(out, ALERTS)
    try:
        rules = Rules(units.amount_from(threshold), units.amount_from(travel), window_days, least_moves, near_percent)
        rate = None if usd_pkr is None else units.fx_from(usd_pkr)
    except ValueError as error:
        raise UsageError(f"the rules cannot be used: {error}; see `rwa alerts --help`") from error
    try:
        found = alerts(moves(fold(read_events(events)), rate), rules)
    except ValueError as error:
        raise UsageError(f"{error}: --usd-pkr") from error
    written = write_folder(out, {ALERTS: alerts_json(found), "alerts.csv": alerts_csv(found)})
    if as_json:
        emit({"alerts": len(found), "by_kind": _by_kind(found), "written": [str(path) for path in written]})
        return
    rows = [(one.kind, one.side, one.investor, len(one.moves), units.cash_text(one.total)) for one in found[:SHOWN]]
    table("Alerts", ("kind", "side", "investor", "transfers", "PKR"), rows, right=(3, 4))
    say(f"{len(found)} alerts are in {out}.")


@app.command()
def goaml(
    file: Annotated[Path, typer.Argument(help=f"A file {ALERTS} that `rwa alerts` wrote.")],
    filing: Annotated[Path, typer.Option(help="Who reports, TOML or JSON: rentity_id, reference, office, …")],
    date: Annotated[datetime, typer.Option(formats=DAY, help="Day of filing.")],
    out: Annotated[Path, typer.Option(help="Folder for goaml_STR_*.xml and goaml_CTR_*.xml.")],
    xsd: Annotated[Path | None, typer.Option(help="The FMU's schema, to check each report against.")] = None,
    as_json: Json = False,
) -> None:
    """Write a report for the FMU's goAML for each alert that leads to one. Nothing is sent.

    Example: rwa goaml out/alerts/alerts.json --filing filing.toml --date 2026-11-25 --out out/goaml
    """
    check_folder(out, REPORTS)
    who, found = _filing(filing), alerts_that_report(read_alerts(file))
    at = units.unix_from_date(date.date())
    reports = {
        file_name(alert, number): report(alert, who, number=number, at=at)
        for number, alert in enumerate(found, start=1)
    }
    if xsd is not None:
        for name, content in reports.items():
            validate(content, xsd, name=name)
    said = {"reports": sorted(reports), "validated": xsd is not None}
    written = write_folder(out, {**reports, REPORTS: json.dumps(said, indent=1) + "\n"})
    if as_json:
        emit(said | {"written": [str(path) for path in written]})
    else:
        checked = "checked against the schema" if xsd else "not checked against a schema; --xsd does"
        say(f"Wrote {len(reports)} reports to {out}, {checked}.")


def _by_kind(found: tuple[Alert, ...]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for alert in found:
        counts[alert.kind] = counts.get(alert.kind, 0) + 1
    return counts


def _filing(path: Path) -> Filing:
    try:
        text = path.read_text(encoding="utf-8")
        plain: Any = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        return Filing.model_validate(plain)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); check the path", path=path) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or None
        raise InputError(f"{first['msg']}; correct the filing", path=path, column=place) from None
    except ValueError as error:
        raise InputError(f"is neither TOML nor JSON ({error}); correct the filing", path=path) from error

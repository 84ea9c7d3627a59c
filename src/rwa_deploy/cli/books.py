"""register, report."""

from pathlib import Path
from typing import Annotated

import typer

from rwa_deploy import units
from rwa_deploy.archive import EVENTS, events_text, read_events, restore
from rwa_deploy.cli.options import connected
from rwa_deploy.cli.output import Json, emit, say, table
from rwa_deploy.errors import OutputError, UsageError
from rwa_deploy.events import Event
from rwa_deploy.manifest import read_manifest, write_file
from rwa_deploy.register import Register, fold, save
from rwa_deploy.report import report as report_files

__all__ = ["app"]

app = typer.Typer()
SHOWN = 20


@app.command()
def register(
    events: Annotated[Path | None, typer.Option(help=f"A file {EVENTS} of an earlier run.")] = None,
    rpc: Annotated[str | None, typer.Option(envvar="RWA_RPC_URL", help="A chain to read the logs from.")] = None,
    manifest: Annotated[Path | None, typer.Option(help="The manifest of what stands on that chain.")] = None,
    db: Annotated[Path | None, typer.Option(help="Keep the register in this DuckDB file.")] = None,
    archive: Annotated[
        Path | None, typer.Option(help="Keep the events in this file: with it the register is made again anywhere.")
    ] = None,
    at: Annotated[
        int | None, typer.Option(help="As of this moment (Unix); what happens in it counts after it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Fold the register of holders from what the chain has said. Deleting it loses nothing.

    Example: rwa register --events out/demo/events.jsonl --db out/register.duckdb
    """
    found = _events(events, rpc, manifest)
    folded = fold(found)
    if archive is not None:
        write_file(archive, events_text(found))
    if db is not None:
        try:
            db.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{db} cannot be written ({error.strerror}); choose another place", path=db) from error
        save(folded, db)
    if as_json:
        emit(
            {
                "content_hash": folded.content_hash(),
                "series": [_series_json(folded, item, at) for item in folded.series()],
            }
        )
        return
    for series in folded.series():
        _show(folded, series, at)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="A folder that `rwa run` wrote.")], as_json: Json = False
) -> None:
    """Write a run's report files again, from its facts and events alone.

    Example: rwa report out/demo
    """
    facts = restore(folder)
    files = report_files(facts)
    written = [str(write_file(folder / name, content)) for name, content in files.items()]
    if as_json:
        emit({"written": written})
    else:
        say(f"Wrote {len(written)} files to {folder}.")


def _events(events: Path | None, rpc: str | None, manifest: Path | None) -> tuple[Event, ...]:
    if events is not None:
        return read_events(events)
    if rpc is None or manifest is None:
        raise UsageError("a register needs --events FILE, or --rpc URL with --manifest FILE")
    known = read_manifest(manifest)
    chain, _ = connected(rpc)
    return chain.events(known.names(), first=known.first_block)


def _series_json(folded: Register, series: str, at: int | None) -> dict[str, object]:
    return {
        "series": series,
        "currency": folded.currency(series),
        "supply": units.cash_text(folded.supply(series, at)),
        "holders": {holder.wallet: units.cash_text(holder.face) for holder in folded.holders(series, at)},
    }


def _show(folded: Register, series: str, at: int | None) -> None:
    holders = sorted(folded.holders(series, at), key=lambda holder: -holder.face)
    rows = [(holder.wallet, units.million_text(holder.face, grouped=True)) for holder in holders[:SHOWN]]
    supply = units.million_text(folded.supply(series, at), grouped=True)
    unit = folded.currency(series) or "face"
    table(f"{series}: {unit} {supply} m with {len(holders)} holders", ("wallet", f"{unit} m"), rows, right=(1,))
    if len(holders) > SHOWN:
        say(f"… and {len(holders) - SHOWN} more; --json lists all of them.")

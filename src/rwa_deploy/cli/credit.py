"""stress."""

from pathlib import Path
from typing import Annotated

import typer
from eth_utils.address import is_address, to_checksum_address

from rwa_deploy import units
from rwa_deploy.cli.options import Rpc, connected
from rwa_deploy.cli.output import Json, emit, say, table
from rwa_deploy.errors import UsageError
from rwa_deploy.finance.stress import Shock, shocks
from rwa_deploy.manifest import check_folder, read_manifest, write_folder
from rwa_deploy.report.stress import STRESS_CSV, StressRun, measures, stress_files, stress_json
from rwa_deploy.stress import run as run_stress

__all__ = ["app"]

app = typer.Typer()
RPC = "http://127.0.0.1:8545"


@app.command(name="stress")
def stress_(
    manifest: Annotated[Path, typer.Option(help="The manifest of what stands on the chain.")],
    rpc: Rpc = RPC,
    out: Annotated[Path | None, typer.Option(help=f"Folder for stress.html and {STRESS_CSV}.")] = None,
    yield_bp: Annotated[int, typer.Option(help="Basis points by which all yields rise.")] = 500,
    fx_pct: Annotated[str, typer.Option(help="Per cent by which dollars fall in rupees, such as -20.")] = "-20",
    run_pct: Annotated[str, typer.Option(help="Per cent of the supply that is redeemed at once.")] = "30",
    leavers: Annotated[int, typer.Option(help="How many of the largest holders redeem all.")] = 5,
    backstop: Annotated[str | None, typer.Option(help="Account of the backstop, if the manifest has none.")] = None,
    as_json: Json = False,
) -> None:
    """Show what shocks would do to the vault and the stablecoin as they stand, each by itself and all together.

    Example: rwa stress --manifest out/manifest.json --out out/stress
    """
    given, account = _shocks(yield_bp, fx_pct, run_pct, leavers), _account(backstop)
    if out is not None:
        check_folder(out, STRESS_CSV)
    known, (chain, _) = read_manifest(manifest), connected(rpc)
    found = run_stress(chain, known, given, backstop=account)
    written = () if out is None else write_folder(out, stress_files(found))
    if as_json:
        emit(stress_json(found) | {"written": [str(path) for path in written]})
        return
    _show(found)
    for path in written:
        say(f"Wrote {path}.")


def _shocks(yield_bp: int, fx_pct: str, run_pct: str, leavers: int) -> tuple[Shock, ...]:
    try:
        fx_bps, run_bps = units.scaled(fx_pct, 2), units.scaled(run_pct, 2)
        return shocks(yield_bp=yield_bp, fx_bps=fx_bps, run_bps=run_bps, leavers=leavers)
    except ValueError as error:
        raise UsageError(f"the shocks cannot be used: {error}; see `rwa stress --help`") from error


def _account(text: str | None) -> str | None:
    if text is not None and not is_address(text):
        raise UsageError(f"--backstop {text} is no address; give the account that buys what nobody bids for")
    return text and to_checksum_address(text)


def _show(found: StressRun) -> None:
    columns = ("", *(one.shock.name for one in found.outcomes))
    rows = [(words, *figures) for words, figures in measures(found.outcomes)]
    title = f"{found.programme}, block {found.block:,}: PKR million, but for numbers and per cent"
    table(title, columns, rows, right=range(1, len(columns)))
    if found.book.cash.is_stale:
        say("The attested reserve is stale and counts for nothing in the backing.")
    if stale := stress_json(found)["stale_prices"]:
        say(f"Prices are stale of {', '.join(stale)}; the last that held are used.")
    say("Nothing here has legal force.")

"""run."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from rwa_deploy import devnet
from rwa_deploy.abi import Codec
from rwa_deploy.archive import archive
from rwa_deploy.artifacts import Artifacts
from rwa_deploy.chain import Chain, connect
from rwa_deploy.cli.options import ConfigFile, contracts
from rwa_deploy.cli.output import Json, console, emit, say, table
from rwa_deploy.config import load as load_config
from rwa_deploy.manifest import write_folder
from rwa_deploy.report import report
from rwa_deploy.report.figures import summary
from rwa_deploy.scenario import Scenario, Stage, facts_of, load, run, set_stage

__all__ = ["app"]

app = typer.Typer()
CONFIG = Path("programme.toml")


@app.command(name="run")
def run_(
    scenario: Annotated[Path, typer.Argument(help="A scenario file, such as scripts/scenarios/auction-574.toml.")],
    out: Annotated[Path, typer.Option(help="Folder for the files; it is replaced as a whole.")] = Path("out/demo"),
    config: ConfigFile = CONFIG,
    chain: Annotated[str, typer.Option(help="anvil or ganache: started for the run, and stopped.")] = "anvil",
    rpc: Annotated[str | None, typer.Option(help="A development chain that runs already, instead.")] = None,
    retail: Annotated[int | None, typer.Option(min=10, max=100_000, help="Draw this many retail investors.")] = None,
    as_json: Json = False,
) -> None:
    """Deploy the programme on a fresh development chain and play a scenario from auction to redemption.

    Example: rwa run scripts/scenarios/auction-574.toml --out out/demo
    """
    play, wanted, artifacts = load(scenario, retail=retail), load_config(config), contracts()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="rwa-") as folder,
        _chain(chain, rpc, play, artifacts, Path(folder)) as node,
    ):
        with _progress(quiet=as_json) as bar:
            stage = _play(play, set_stage(wanted, node.codec, artifacts, node, Path(folder)), bar)
        facts, events = facts_of(play, stage)
        drawn = {name: (Path(folder) / name).read_text() for name in ("investors.csv", "non_competitive.csv")}
    files = {**report(facts), **archive(facts, events), **drawn}
    write_folder(out, files)
    figures: dict[str, Any] = dict(summary(facts))
    if as_json:
        emit(figures)
    else:
        _show(figures, out, time.monotonic() - began)


@contextmanager
def _chain(kind: str, rpc: str | None, play: Scenario, artifacts: Artifacts, folder: Path) -> Iterator[Chain]:
    codec = Codec(artifacts)
    if rpc is not None:
        yield connect(rpc, codec)
        return
    kinds: dict[str, devnet.Kind] = {"anvil": "anvil", "ganache": "ganache"}
    if kind not in kinds:
        raise typer.BadParameter("known are anvil and ganache", param_hint="--chain")
    ipc = folder / "chain.ipc" if kind == "anvil" else None
    with devnet.start(kinds[kind], timestamp=play.start_unix, ipc=ipc) as node:
        yield connect(str(node.ipc_path or node.url), codec, bulk_url=node.url)


def _progress(*, quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True)


def _play(play: Scenario, stage: Stage, bar: Progress) -> Stage:
    whole = bar.add_task(play.name, total=len(play.step))
    part = bar.add_task("", total=None, visible=False)

    def announce(label: str) -> None:
        bar.update(part, description=label, completed=0, total=None, visible=True)
        bar.advance(whole)

    def advance(done: int, of: int) -> None:
        bar.update(part, completed=done, total=of)

    stage.progress = advance
    return run(play, stage, announce=announce)


def _show(figures: dict[str, Any], out: Path, seconds: float) -> None:
    auction, settled, held = figures["auction"], figures["settlement"], figures["register"]
    use, paid = figures["programme"], figures["redemption"]
    rows = [
        (
            "Offered, target, accepted (PKR m)",
            f"{auction['offered_face']}, {auction['target_face']}, {auction['accepted_face']}",
        ),
        ("Cut-off", f"{auction['cutoff_price']} ({auction['cutoff_yield']} %)"),
        ("Weighted average", f"{auction['weighted_price']} ({auction['weighted_yield']} %)"),
        ("Realised (PKR m), cover", f"{auction['realised']}, {auction['cover']} times"),
        ("Non-competitive", f"{auction['ncb_count']} bids, PKR {auction['ncb_face']} m at {auction['ncb_price']}"),
        (
            "Settled against payment",
            f"{settled['allotments']} allotments, {settled['failed']} failed, {settled['seconds']} s",
        ),
        (
            "Held before redemption",
            f"{held['holders']} holders, PKR {held['supply_face']} m, {held['breaks']} breaks with the chain",
        ),
        ("Programme", f"USD {use['used_usd']} of {use['cap_usd']} used"),
        ("Redeemed at par (PKR m)", f"{paid['paid']}, outstanding {paid['outstanding']}"),
    ]
    table("Auction to redemption", ("", "result"), rows)
    refused = [(item["attempt"], item["error"].split("(")[0]) for item in figures["refused"]]
    table("Refused, as they must be", ("attempt", "refused with"), refused)
    say(f"{seconds:.0f} s. Read {out}/report.html; every file is described in the README. No legal force.")

"""run."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from rwa_deploy import devnet
from rwa_deploy.abi import Codec
from rwa_deploy.archive import FACTS, archive
from rwa_deploy.artifacts import Artifacts
from rwa_deploy.chain import Chain, connect
from rwa_deploy.cli.options import ConfigFile, contracts
from rwa_deploy.cli.output import Json, console, emit, grid, say
from rwa_deploy.config import load as load_config
from rwa_deploy.manifest import check_folder, write_folder
from rwa_deploy.report import report
from rwa_deploy.report.figures import summary
from rwa_deploy.scenario import Scenario, Stage, check, facts_of, in_currency, load, run, set_stage

__all__ = ["app", "summary_tables"]

app = typer.Typer()
CONFIG = Path("programme.toml")
# What steps leave: drawn investors, screenings, alerts, report files, a stress page.
MADE = ("*.csv", "*.json", "goaml_*.xml", "stress.html")


@app.command(name="run")
def run_(
    scenario: Annotated[Path, typer.Argument(help="A scenario file, such as scripts/scenarios/auction-574.toml.")],
    out: Annotated[
        Path, typer.Option(help="Folder for the files: new, empty, or an earlier run's, which is replaced as a whole.")
    ] = Path("out/demo"),
    config: ConfigFile = CONFIG,
    chain: Annotated[str, typer.Option(help="anvil or ganache: started for the run, and stopped.")] = "anvil",
    rpc: Annotated[str | None, typer.Option(help="A development chain that runs already, instead.")] = None,
    retail: Annotated[int | None, typer.Option(min=10, max=100_000, help="Draw this many retail investors.")] = None,
    as_json: Json = False,
) -> None:
    """Deploy the programme on a fresh development chain and play a scenario: an auction, or the life of a series.

    Example: rwa run scripts/scenarios/auction-574.toml --out out/demo
    """
    play, artifacts = load(scenario, retail=retail), contracts()
    wanted = in_currency(load_config(config), play.currency)
    check(play, scenario)
    check_folder(out, FACTS)
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="rwa-") as folder,
        _chain(chain, rpc, play, artifacts, Path(folder)) as node,
    ):
        with _progress(quiet=as_json) as bar:
            stage = _play(play, set_stage(wanted, node.codec, artifacts, node, Path(folder)), bar)
        facts, events = facts_of(play, stage)
        made = {path.name: path.read_text() for pattern in MADE for path in sorted(Path(folder).glob(pattern))}
    files = {**report(facts), **archive(facts, events), **made}
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


def summary_tables(figures: dict[str, Any]) -> tuple[Table, Table]:
    """Content of summary.json -> what happened, and what was refused; the README shows both."""
    held, use, unit = figures["register"], figures["programme"], f"{figures['currency']} million"
    rows = [
        *_auction_rows(figures),
        ("Held at the first record", f"{held['supply_face']} by {held['holders']} holders"),
        ("Register against chain", f"{held['breaks']} breaks"),
        ("Programme's cap", f"USD {use['used_usd']} of {use['cap_usd']} used"),
        *_servicing_rows(figures),
    ]
    refused = [(item["attempt"], item["error"].split("(")[0]) for item in figures["refused"]]
    title = "From auction to redemption" if "auction" in figures else "What happened"
    done = grid(f"{title}, {unit}", ("", ""), rows)
    return done, grid("Refused, as they must be", ("attempt", "refused with"), refused)


def _auction_rows(figures: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    if auction := figures.get("auction"):
        rows += [
            ("Offered for a target of", f"{auction['offered_face']} for {auction['target_face']}"),
            ("Accepted, realised", f"{auction['accepted_face']}, {auction['realised']}"),
            ("Cut-off", f"{auction['cutoff_price']} ({auction['cutoff_yield']} %), cover {auction['cover']}"),
            ("Weighted average", f"{auction['weighted_price']} ({auction['weighted_yield']} %)"),
            ("Non-competitive", f"{auction['ncb_face']} in {auction['ncb_count']} bids at {auction['ncb_price']}"),
        ]
    if settled := figures.get("settlement"):
        rows.append(("Delivered against payment", f"{settled['allotments']} allotments, {settled['failed']} failed"))
    return rows


def _servicing_rows(figures: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    if paid := figures.get("redemption"):
        rows.append(("Redeemed", f"{paid['paid']}, outstanding {paid['outstanding']}"))
    if coupons := figures.get("payments"):
        rows.append(("Coupon paid, tax withheld", f"{coupons['paid']}, {coupons['withheld']}"))
        rows.append(("Coupon kept for holders", coupons["owed"]))
    decided = figures.get("meetings", ())
    return rows + [(f"Meeting {one['meeting']}", f"{one['kind']}: {one['outcome']}") for one in decided]


def _show(figures: dict[str, Any], out: Path, seconds: float) -> None:
    for one in summary_tables(figures):
        if one.row_count:
            console.print(one)
    settled = figures.get("settlement", {"blocks": 0, "seconds": 0})
    say(f"Settled in {settled['blocks']} blocks and {settled['seconds']} s; the whole run took {seconds:.0f} s.")
    say(f"Open {out}/report.html. Nothing here has legal force.")

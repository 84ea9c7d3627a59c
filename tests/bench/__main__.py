"""Command line -> gas table, files and exit code: 0, 1 when an operation grew, or that of an error."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from tests.bench import erc20, gate, million, peer_artifacts, report, rwa, speed, trex
from tests.bench.lab import ROOT, Lab, Sample
from tests.bench.world import CHAIN_START, deploy

from rwa_deploy import devnet
from rwa_deploy.abi import Codec
from rwa_deploy.artifacts import Artifacts
from rwa_deploy.chain import connect
from rwa_deploy.compile import compile as build
from rwa_deploy.errors import RwaError
from rwa_deploy.manifest import write_file

WIDTH = 160
DOCUMENT = ROOT / "docs" / "gas.md"


def main(arguments: list[str] | None = None) -> int:
    """Arguments -> exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="folder for gas.json and speed.json")
    parser.add_argument("--update", action="store_true", help="accept: rewrite the snapshot and docs/gas.md")
    parser.add_argument("--quick", action="store_true", help="leave out ten thousand holders and a million clients")
    options = parser.parse_args(arguments)
    os.environ.setdefault("SOLCX_BINARY_PATH", str(ROOT / "tools" / "solc"))
    try:
        columns, seconds = run(quick=options.quick)
    except RwaError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    _write(options.out, columns, seconds)
    gas = {name: item.gas for name, item in columns[report.OURS].items()}
    if not options.update:
        return gate.judge(gas)
    gate.write_snapshot(gas)
    write_file(DOCUMENT, report.into_document(DOCUMENT.read_text(), columns))
    return 0


def run(*, quick: bool) -> tuple[dict[str, dict[str, Sample]], dict[str, float]]:
    """One chain, everybody on it -> column -> operation -> Sample, and seconds by measure."""
    ours, compiled_in = build(ROOT), speed.warm_compile()
    artifacts = Artifacts({**ours, **peer_artifacts.mocks(), **peer_artifacts.published()})
    with (
        tempfile.TemporaryDirectory() as folder,
        devnet.start("anvil", ipc=Path(folder) / "anvil.ipc", timestamp=CHAIN_START, root=ROOT) as node,
    ):
        lab = Lab(connect(str(node.ipc_path), Codec(artifacts)), artifacts)
        world = deploy(lab)
        columns = {report.OURS: rwa.measure(world)}
        columns |= {plain.name: erc20.measure(lab, plain) for plain in erc20.PLAIN}
        columns |= {setting.name: trex.measure(lab, setting) for setting in trex.SETTINGS}
        seconds = {"compile_warm": compiled_in, "deploy_all": world.deployed_in}
        if not quick:
            seconds["onboard_and_issue_10000"], seconds["pay_10000"] = speed.ten_thousand(world)
            seconds["root_of_a_million"], seconds["root_of_a_million_gib"] = million.million(world)
        return columns, seconds


def _write(folder: Path, columns: dict[str, dict[str, Sample]], seconds: dict[str, float]) -> None:
    write_file(folder / "gas.json", json.dumps(report.gas_json(columns), indent=2) + "\n")
    write_file(folder / "speed.json", json.dumps(report.speed_json(seconds), indent=2) + "\n")
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(report.gas_table(columns), report.speed_table(seconds))


if __name__ == "__main__":
    sys.exit(main())

"""doctor, compile, devnet."""

import contextlib
import os
from pathlib import Path
from typing import Annotated

import typer

from rwa_deploy.artifacts import check_sizes, sizes, write_artifacts
from rwa_deploy.cli.output import Json, emit, say, table
from rwa_deploy.compile import compile as compile_contracts
from rwa_deploy.devnet import Kind, start
from rwa_deploy.doctor import diagnose
from rwa_deploy.errors import ToolError

__all__ = ["app"]

app = typer.Typer()
PACKAGED = Path("src/rwa_deploy/artifacts")


@app.command()
def doctor(as_json: Json = False) -> None:
    """Show the versions of every tool, and name each trap that is there with its cure.

    Example: rwa doctor
    """
    findings = diagnose()
    if as_json:
        emit([{"name": one.name, "found": one.found, "ok": one.ok, "cure": one.cure} for one in findings])
    else:
        rows = [("ok" if one.ok else "TRAP", one.name, one.found, one.cure) for one in findings]
        table("Toolchain", ("", "what", "found", "cure"), rows)
    traps = [one.name for one in findings if not one.ok]
    if traps:
        raise ToolError(f"{len(traps)} of {len(findings)} checks found a trap: {', '.join(traps)}; apply their cures")


@app.command(name="compile")
def compile_(
    check: Annotated[bool, typer.Option("--check", help="Only check: no warning, no contract too large.")] = False,
    as_json: Json = False,
) -> None:
    """Compile the contracts into the package, or only check them.

    Example: rwa compile --check
    """
    artifacts = compile_contracts()
    check_sizes(artifacts)
    if not check:
        write_artifacts(artifacts, PACKAGED)
    if as_json:
        emit({"contracts": sizes(artifacts), "written_to": None if check else str(PACKAGED)})
        return
    rows = [(name, f"{size:,}") for name, size in sizes(artifacts).items()]
    table("Runtime code", ("contract", "bytes"), rows, right=(1,))


@app.command()
def devnet(
    kind: Annotated[str, typer.Option(help="anvil or ganache.")] = "anvil",
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="Port of the loopback interface; a free one by default.")
    ] = None,
    timestamp: Annotated[int | None, typer.Option(help="The first block's time (Unix).")] = None,
    as_json: Json = False,
) -> None:
    """Run a development chain until Ctrl-C. Its keys are public: never send anything of value to them.

    Example: rwa devnet --port 8545
    """
    wanted: dict[str, Kind] = {"anvil": "anvil", "ganache": "ganache"}
    if kind not in wanted:
        raise typer.BadParameter("known are anvil and ganache", param_hint="--kind")
    with start(wanted[kind], port=port, timestamp=timestamp) as chain:
        if as_json:
            emit({"kind": chain.kind, "url": chain.url, "chain_id": chain.chain_id, "pid": chain.pid})
        else:
            say(f"{chain.kind}, chain {chain.chain_id}, at {chain.url} (process {chain.pid}, of {os.getpid()})")
            say(f"Mnemonic, public and worth nothing: {chain.mnemonic}")
            say(f"Next: rwa apply --rpc {chain.url}    Stop: Ctrl-C")
        with contextlib.suppress(KeyboardInterrupt):
            chain.wait()

"""plan, apply, status."""

from pathlib import Path
from typing import Annotated, Any

import typer

from rwa_deploy.apply import apply as apply_plan
from rwa_deploy.apply import plan_for, require_development, signers_for
from rwa_deploy.cli.options import ConfigFile, Rpc, YesLive, connected
from rwa_deploy.cli.output import Json, console, emit, say, table
from rwa_deploy.config import Config, load
from rwa_deploy.errors import DriftFound, SignerError
from rwa_deploy.manifest import to_json, write_file
from rwa_deploy.plan import Plan, Step

__all__ = ["app"]

app = typer.Typer()
CONFIG = Path("programme.toml")
RPC = "http://127.0.0.1:8545"


@app.command()
def plan(config: ConfigFile = CONFIG, rpc: Rpc = RPC, yes_live: YesLive = False, as_json: Json = False) -> None:
    """Show what is missing on chain, without touching it.

    Example: rwa plan --rpc http://127.0.0.1:8545
    """
    wanted, found, *_ = _plan(config, rpc, yes_live)
    if as_json:
        emit(_plan_json(found))
    elif found.steps:
        rows = [(number, step.actor, step.label) for number, step in enumerate(found.steps, start=1)]
        table(f"{wanted.programme.name}: {len(rows)} steps", ("", "by", "what"), rows, right=(0,))
        say(f"{found.unchanged} things are on chain as wanted. `rwa apply` walks the steps.")
    else:
        say(f"Nothing to do: all {found.unchanged} things are on chain as wanted.")


@app.command()
def apply(
    config: ConfigFile = CONFIG,
    rpc: Rpc = RPC,
    manifest: Annotated[Path, typer.Option(help="Where to write the manifest.")] = Path("out/manifest.json"),
    yes_live: YesLive = False,
    as_json: Json = False,
) -> None:
    """Bring the chain to the configuration. Running it again sends nothing.

    Example: rwa apply --rpc http://127.0.0.1:8545 --manifest out/manifest.json
    """
    wanted, found, chain, accounts = _plan(config, rpc, yes_live)
    signers = {signer.address: signer for signer in accounts.values()}
    with console.status("deploying") as status:
        outcome = apply_plan(found, wanted, chain, signers, progress=lambda step: status.update(step.label))
    write_file(manifest, to_json(outcome.manifest))
    if as_json:
        emit(
            {
                "sent": [label for label, gas in outcome.gas.items() if gas],
                "gas": sum(outcome.gas.values()),
                "waiting": list(outcome.waiting),
            }
        )
        return
    say(f"{len(found.steps)} steps, {sum(outcome.gas.values()):,} gas; {found.unchanged} things were as wanted.")
    for line in outcome.waiting:
        say(f"waiting: {line}")
    say(f"Manifest: {manifest}")


@app.command()
def status(config: ConfigFile = CONFIG, rpc: Rpc = RPC, yes_live: YesLive = False, as_json: Json = False) -> None:
    """Hold the chain against the configuration; exit code 12 when they differ.

    Example: rwa status --rpc http://127.0.0.1:8545 --json
    """
    _, found, *_ = _plan(config, rpc, yes_live)
    if found.steps:
        differences = tuple(f"{step.label} (by {step.actor})" for step in found.steps)
        shown = "; ".join(differences[:3]) + ("; …" if len(differences) > 3 else "")
        raise DriftFound(
            f"{len(differences)} steps are missing: {shown}; `rwa plan` lists them", differences=differences
        )
    if as_json:
        emit({"drift": [], "as_wanted": found.unchanged})
    else:
        say(f"No drift: all {found.unchanged} things are on chain as wanted.")


def _plan(path: Path, rpc: str, yes_live: bool) -> tuple[Config, Plan, Any, dict[str, Any]]:
    config = load(path)
    chain, artifacts = connected(rpc)
    require_development(chain, config, yes_live=yes_live)
    signers = signers_for(config.accounts())
    addresses = {ref: signer.address for ref, signer in signers.items()}
    addresses |= {ref: ref for ref in config.accounts() if ref.startswith("0x")}
    if config.authority.deployer not in signers:
        raise SignerError(
            "authority.deployer must be an account of the development chain, because only its key is known"
        )
    return config, plan_for(config, addresses, chain.codec, artifacts, chain), chain, signers


def _plan_json(found: Plan) -> dict[str, Any]:
    return {"steps": [_step_json(step) for step in found.steps], "as_wanted": found.unchanged}


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "label": step.label,
        "by": step.actor,
        "account": step.account,
        "address": step.contract.address if step.contract else None,
        "calls": [str(call) for call in step.calls],
    }

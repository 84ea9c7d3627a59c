"""onboard, orders, audit."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from rwa_deploy import units
from rwa_deploy.abi import Call
from rwa_deploy.apply import require_development, signers_for
from rwa_deploy.archive import EVENTS, read_events
from rwa_deploy.chain import Chain, Signer, wallet
from rwa_deploy.cli.options import ConfigFile, Rpc, YesLive, connected, read_salt
from rwa_deploy.cli.output import Json, console, emit, say, table
from rwa_deploy.compliance.investors import investors_from_rows, read_investors
from rwa_deploy.compliance.lists import read_lists
from rwa_deploy.compliance.records import ROW_MASK, pack
from rwa_deploy.compliance.screening import read_customers, read_decisions, screen
from rwa_deploy.config import Config, load
from rwa_deploy.errors import InputError, UsageError
from rwa_deploy.manifest import Manifest, read_manifest, write_file
from rwa_deploy.model import Investor
from rwa_deploy.register import fold
from rwa_deploy.register import orders as orders_of
from rwa_deploy.report.audit import audit_csv, orders_csv

__all__ = ["app"]

app = typer.Typer()
CONFIG, MANIFEST = Path("programme.toml"), Path("out/manifest.json")
RPC = "http://127.0.0.1:8545"
REGISTRAR = "registrar"
BATCH = 100
ManifestFile = Annotated[Path, typer.Option("--manifest", help="The manifest of what stands on that chain.")]


@app.command()
def onboard(
    file: Annotated[Path, typer.Argument(help="investors.csv; with --list a customers file, which has names too.")],
    provider: Annotated[str, typer.Option(help="Whose clients to onboard; `registrar` for the registrar's own.")],
    salt_file: Annotated[Path | None, typer.Option(help="File with the salt in hexadecimal; else $RWA_SALT.")] = None,
    lists: Annotated[list[Path] | None, typer.Option("--list", help="Screen against this list first.")] = None,
    decisions: Annotated[Path | None, typer.Option(help="Decisions about earlier hits.")] = None,
    rpc: Rpc = RPC,
    config: ConfigFile = CONFIG,
    manifest: ManifestFile = MANIFEST,
    yes_live: YesLive = False,
    as_json: Json = False,
) -> None:
    """Write the records of a provider's clients: screened, each once, 100 a transaction.

    What stands on chain already as the file says is not sent again: stopped half-way, it goes on when it is run again.
    The keys are those of the development chain. Whom the screening holds is left out and counted.

    Example: rwa onboard out/demo/investors.csv --provider Binance --salt-file salt.hex --manifest out/manifest.json
    """
    known, wanted = read_manifest(manifest), load(config)
    chain, _ = connected(rpc)
    require_development(chain, wanted, yes_live=yes_live)
    today = units.date_from_unix(chain.now())
    rows, held = _rows(file, read_salt(salt_file), lists or [], decisions, today)
    clients = [one for one in rows if one.provider == provider]
    if not clients:
        raise InputError(f"has no clients of {provider}; check --provider", path=file, column="provider")
    missing = _missing(chain, known, clients)
    signer = _signer(wanted, provider)
    sent = _send(chain, known, signer, provider, missing)
    facts = {"clients": len(clients), "sent": len(missing), "transactions": sent, "held": held}
    if as_json:
        emit(facts)
        return
    say(f"{len(clients)} clients of {provider}: {len(missing)} written in {sent} transactions, the rest stood already.")
    if held:
        say(f"{held} rows were held by the screening; `rwa screen` says which.")


@app.command()
def orders(
    events: Annotated[Path | None, typer.Option(help=f"A file {EVENTS} of an earlier run.")] = None,
    rpc: Annotated[str | None, typer.Option(envvar="RWA_RPC_URL", help="A chain to read the logs from.")] = None,
    manifest: ManifestFile = MANIFEST,
    out: Annotated[Path | None, typer.Option(help="Write them to this CSV file as well.")] = None,
    as_json: Json = False,
) -> None:
    """List the enforcement orders, each as it stands: who proposed and executed it, on which law, until when.

    Example: rwa orders --events out/demo/events.jsonl --out out/orders.csv
    """
    if events is None and rpc is None:
        raise UsageError("orders are read from --events FILE, or from --rpc URL with --manifest FILE")
    names: dict[str, str] = {}
    if events is not None:
        register = fold(read_events(events))
    else:
        known = read_manifest(manifest)
        chain, _ = connected(rpc or "")
        names = _names(known)
        register = fold(chain.events(known.names(), first=known.first_block))
    given = orders_of(register)
    if out is not None:
        write_file(out, orders_csv(given, names))
    if as_json:
        emit({"orders": [{name: getattr(one, name) for name in one.__dataclass_fields__} for one in given]})
        return
    lines = [
        (one.number, one.kind, one.status, names.get(one.subject, one.subject), units.time_text(one.expires_at))
        for one in given
    ]
    table(f"{len(lines)} orders", ("", "kind", "status", "subject", "until"), lines, right=(0,))


@app.command()
def audit(
    rpc: Rpc = RPC,
    config: ConfigFile = CONFIG,
    manifest: ManifestFile = MANIFEST,
    out: Annotated[Path, typer.Option(help="The CSV file.")] = Path("out/audit.csv"),
    as_json: Json = False,
) -> None:
    """Write the audit log: every act of an office or a provider, with its order and transaction.

    Example: rwa audit --rpc http://127.0.0.1:8545 --manifest out/manifest.json --out out/audit.csv
    """
    known, wanted = read_manifest(manifest), load(config)
    chain, _ = connected(rpc)
    found = chain.events(known.names(), first=known.first_block)
    offices = {address: name for name, address in known.offices.items()}
    offices |= {
        one.address: ref for ref, one in signers_for([wanted.authority.deployer, *wanted.authority.admins]).items()
    }
    register = fold(found)
    text = audit_csv(chain.acts(found, known.names()), _licensed(register) | offices, register)
    write_file(out, text)
    count = text.count("\n") - 1
    if as_json:
        emit({"acts": count, "written": str(out)})
    else:
        say(f"{count} acts, in {out}.")


def _rows(
    file: Path, salt: bytes, lists: Sequence[Path], decisions: Path | None, today: date
) -> tuple[tuple[Investor, ...], int]:
    """File -> its investors in order that day, without those whom the screening holds, and how many rows these are."""
    if not lists:
        return read_investors(file, salt, on=today), 0
    rows = read_customers(file)
    everyone = investors_from_rows(rows, salt, path=file, on=today)
    decided = None if decisions is None else read_decisions(decisions, on=today)
    passed = {row.wallet for row in screen(rows, read_lists(lists), decided).passed}
    found = tuple(investor for investor in everyone if investor.wallet in passed)
    return found, len(rows) - len(found)


def _missing(chain: Chain, known: Manifest, clients: Sequence[Investor]) -> list[Investor]:
    """What the chain does not say yet as the file does; a revoked record is not brought back."""
    allowlist = known.contracts["Allowlist"]
    found = chain.call_many([Call("Allowlist", allowlist, "recordOf", (one.wallet,)) for one in clients])
    return [one for one, record in zip(clients, found, strict=True) if record & ROW_MASK != pack(one) & ROW_MASK]


def _send(chain: Chain, known: Manifest, signer: Signer, provider: str, missing: Sequence[Investor]) -> int:
    function = "onboardByRegistrar" if provider == REGISTRAR else "onboard"
    batches = [missing[start : start + BATCH] for start in range(0, len(missing), BATCH)]
    with console.status("onboarding") as status:
        for number, batch in enumerate(batches, start=1):
            rows = [(one.wallet, pack(one), one.file_hash) for one in batch]
            chain.send(signer, Call("Allowlist", known.contracts["Allowlist"], function, (rows,)))
            status.update(f"onboarding: {min(number * BATCH, len(missing))} of {len(missing)}")
    return len(batches)


def _signer(config: Config, provider: str) -> Signer:
    """The development chain's keys: the registrar's account, or the provider that scenarios know by that name."""
    if provider != REGISTRAR:
        return wallet(f"provider {provider}", 0)
    return signers_for([config.offices.registrar])[config.offices.registrar]


def _licensed(register: Any) -> dict[str, str]:
    query = "SELECT DISTINCT provider, number FROM licences"
    return {address: f"provider {number}" for address, number in register.connection.execute(query).fetchall()}


def _names(known: Manifest) -> dict[str, str]:
    contracts = {address: name for name, address in known.contracts.items()}
    series = {address: name for name, address in known.series.items()}
    return contracts | series | {address: name for name, address in known.offices.items()}

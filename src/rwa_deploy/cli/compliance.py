"""root, proof, statement, ivms101, screen."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from eth_utils.address import is_checksum_address
from pydantic import ValidationError

from rwa_deploy import tables, units
from rwa_deploy.cli.options import SALT, read_salt
from rwa_deploy.cli.output import Json, emit, say, table
from rwa_deploy.compliance import merkle, proofs
from rwa_deploy.compliance.ivms101 import Message, canonical, message_hash
from rwa_deploy.compliance.leaves import read_leaves
from rwa_deploy.compliance.lists import read_lists
from rwa_deploy.compliance.merkle_sum import OmnibusRow, build_sum, customer_hash
from rwa_deploy.compliance.screening import (
    THRESHOLD,
    Screened,
    held_csv,
    read_customers,
    read_decisions,
    screen,
    screened_csv,
)
from rwa_deploy.errors import InputError, InvestorsHeld, UsageError
from rwa_deploy.manifest import check_folder, write_folder

__all__ = ["app"]

app = typer.Typer()
SCREENED, HELD, CLEARED = "screened.csv", "held.csv", "cleared.csv"
STATEMENT = "statement.json"
SHOWN = 20
DAY = ["%Y-%m-%d"]


@app.command()
def root(
    file: Annotated[Path, typer.Argument(help="investors.csv, up to two million rows.")],
    out: Annotated[Path, typer.Option(help="Folder for root.json and what proofs are taken from.")],
    salt_file: Annotated[
        Path | None, typer.Option(help=f"File with the registrar's salt in hexadecimal; else ${SALT} holds it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the Merkle tree of a provider's clients: one root on chain instead of a transaction a client.

    The salt is a secret: whoever has it can tell investors by their national ids. It is read from a file or from the
    environment, and appears nowhere.

    Example: rwa root out/demo/investors.csv --salt-file salt.hex --out out/root
    """
    salt = read_salt(salt_file)
    check_folder(out, proofs.ROOT)
    leaves = read_leaves(file, salt)
    tree = merkle.build(leaves.hashes)
    written = write_folder(out, proofs.files_of(leaves, tree, proofs.keyed_file_hash(file, salt)))
    if as_json:
        emit({"root": _hex(tree.root), "leaves": len(tree), "written": [str(path) for path in written]})
    else:
        say(f"Root {_hex(tree.root)} over {len(tree):,} wallets; `rwa proof {out} --wallet` proves one.")


@app.command()
def proof(
    folder: Annotated[Path, typer.Argument(help="A folder that `rwa root` wrote.")],
    wallet: Annotated[str, typer.Option(help="The wallet, with its EIP-55 checksum.")],
    as_json: Json = False,
) -> None:
    """Give a wallet's proof: what the Allowlist needs to take it in under the root.

    Example: rwa proof out/root --wallet 0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF
    """
    if not re.fullmatch(r"0x[0-9a-fA-F]{40}", wallet, re.ASCII) or not is_checksum_address(wallet):
        raise UsageError("--wallet is not an address with its EIP-55 checksum; copy it again")
    found = proofs.find(folder, wallet)
    facts = {
        "wallet": found.wallet,
        "record": f"0x{found.record:064x}",
        "file_hash": _hex(found.file_hash),
        "leaf": _hex(found.leaf),
        "root": _hex(found.root),
        "proof": [_hex(sibling) for sibling in found.siblings],
    }
    if as_json:
        emit(facts)
        return
    rows = [(name, value) for name, value in facts.items() if name != "proof"]
    table("", ("", ""), [*rows, *((f"proof {place}", item) for place, item in enumerate(facts["proof"], start=1))])


@app.command()
def statement(
    file: Annotated[Path, typer.Argument(help="Customers of an omnibus wallet: customer,face, each once.")],
    out: Annotated[Path, typer.Option(help=f"Folder for {STATEMENT} and proofs.json.")],
    salt_file: Annotated[
        Path | None, typer.Option(help=f"File with the provider's salt in hexadecimal; else ${SALT} holds it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the Merkle-sum tree of an omnibus wallet's customers: the root and the total that the provider publishes.

    Each customer gets his own proof, which shows that he is counted with his face, and nothing of the others.

    Example: rwa statement customers.csv --salt-file salt.hex --out out/statement
    """
    salt = read_salt(salt_file)
    check_folder(out, STATEMENT)
    rows = tables.read(file, OmnibusRow, key=("customer",))
    customers = [(customer_hash(row.customer, salt), row.face) for row in rows]
    tree = build_sum(customers)
    said = {"root": _hex(tree.root.hash), "total": units.cash_text(tree.root.sum), "customers": len(customers)}
    proofs_of = {
        _hex(customer): {
            "face": units.cash_text(face),
            "proof": [[_hex(step.hash), str(step.sum), step.is_left] for step in tree.proof(customer)],
        }
        for customer, face in customers
    }
    write_folder(
        out, {STATEMENT: json.dumps(said, indent=1) + "\n", "proofs.json": json.dumps(proofs_of, indent=1) + "\n"}
    )
    if as_json:
        emit(said)
    else:
        say(f"Root {said['root']} over {len(customers):,} customers with {said['total']} in all, in {out}.")


@app.command()
def ivms101(file: Annotated[Path, typer.Argument(help="A message of IVMS101, JSON.")], as_json: Json = False) -> None:
    """Check a travel-rule message and give its hash: what both providers sign, and all of it that goes on chain.

    Example: rwa ivms101 message.json --json
    """
    try:
        message = Message.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); check the path", path=file) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise InputError(f"{first['msg']}; correct the message", path=file, column=place) from None
    found = _hex(message_hash(message))
    if as_json:
        emit({"hash": found, "canonical": canonical(message).decode()})
    else:
        say(found)


@app.command(name="screen")
def screen_(
    file: Annotated[Path, typer.Argument(help="Customers: the columns of investors.csv, then name and born.")],
    list_: Annotated[list[Path], typer.Option("--list", help="A list: the UN's consolidated one or OFAC's SDN, XML.")],
    out: Annotated[Path, typer.Option(help=f"Folder for {SCREENED}, {HELD} and {CLEARED}.")],
    on: Annotated[datetime, typer.Option(formats=DAY, help="Day of screening; no decision may be dated later.")],
    decisions: Annotated[
        Path | None, typer.Option(help="Reviewed hits: wallet,list,entry,decision,office,date,reason.")
    ] = None,
    threshold: Annotated[int, typer.Option(min=1, max=100, help="Score from which a name is a hit.")] = THRESHOLD,
    as_json: Json = False,
) -> None:
    """Screen a provider's clients against sanctions lists: who passes is written for onboarding, who is hit is held.

    The exit code is 16 when somebody is held. The files that are written hold no names.

    Example: rwa screen customers.csv --list un.xml --list sdn.xml --decisions decisions.csv --on 2026-11-25
    --out out/screened
    """
    check_folder(out, SCREENED)
    rows = read_customers(file)
    entries = read_lists(list_)
    decided = None if decisions is None else read_decisions(decisions, on=on.date())
    found = screen(rows, entries, decided, threshold=threshold)
    files = {SCREENED: screened_csv(found.passed), HELD: held_csv(found.held), CLEARED: held_csv(found.cleared)}
    written = [str(path) for path in write_folder(out, files)]
    held = tuple(dict.fromkeys(hit.row for hit in found.held))
    if as_json:
        emit({"passed": len(found.passed), "held": len(held), "cleared": len(found.cleared), "written": written})
    else:
        _show(found, len(held))
    if held:
        message = f"{len(held)} of {len(rows)} rows are held; decide about the hits in {out / HELD}, then screen again"
        raise InvestorsHeld(message, rows=held)


def _show(found: Screened, held: int) -> None:
    rows = [(hit.row, hit.wallet, hit.list, hit.entry, hit.kind, hit.score) for hit in found.held[:SHOWN]]
    if rows:
        table("Held", ("row", "wallet", "list", "entry", "hit by", "score"), rows, right=(0, 5))
    if len(found.held) > SHOWN:
        say(f"… and {len(found.held) - SHOWN} more hits in {HELD}.")
    say(f"{len(found.passed)} rows pass, {held} are held, {len(found.cleared)} hits were cleared.")


def _hex(value: bytes) -> str:
    return f"0x{value.hex()}"

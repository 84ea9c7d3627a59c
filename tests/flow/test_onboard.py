"""`rwa onboard`, `rwa orders` and `rwa audit` against a chain: resumed half-way, screened, refused by name."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rwa_deploy import devnet
from rwa_deploy.abi import Call, Codec
from rwa_deploy.chain import Chain, connect, wallet
from rwa_deploy.cli import app_for, control
from rwa_deploy.compliance.draw import draw_retail, investors_csv
from rwa_deploy.manifest import read_manifest

from .conftest import PROJECT, Rwa

SALT = "00" * 31 + "01"
CLIENTS = 130  # two transactions
NAMES = ("Zorawar Quelthan Bextari", "Imrana Dovelli Castrine")
LIST = PROJECT / "scripts" / "scenarios" / "control" / "data" / "sanctions-list.xml"
UNTIL = (datetime.now(UTC) + timedelta(days=400)).date()


@pytest.fixture(scope="module")
def node() -> Iterator[devnet.Devnet]:
    with devnet.start("anvil", root=PROJECT) as running:
        yield running


@pytest.fixture(scope="module")
def manifest(node: devnet.Devnet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programme of programme.toml, on a chain of its own."""
    path = tmp_path_factory.mktemp("applied") / "manifest.json"
    arguments = ["apply", "--rpc", node.url, "--manifest", str(path), "--json"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(PROJECT)
        app_for(arguments)(arguments, standalone_mode=False)
    return path


@pytest.fixture
def chain(node: devnet.Devnet, codec: Codec) -> Iterator[Chain]:
    connected = connect(node.url, codec)
    snapshot = connected.snapshot()
    yield connected
    connect(node.url, codec).revert(snapshot)


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    path = tmp_path / "investors.csv"
    wallets = [wallet("onboarded", number).address for number in range(CLIENTS)]
    path.write_text(investors_csv(draw_retail(wallets, seed=7, providers=["registrar"], valid_until=UNTIL)))
    return path


@pytest.fixture
def onboard(rwa: Rwa, node: devnet.Devnet, manifest: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RWA_SALT", SALT)
    return lambda file, *more, provider="registrar": rwa(
        *("onboard", file, "--provider", provider, "--rpc", node.url, "--manifest", manifest, *more, "--json")
    )


def records(chain: Chain, manifest: Path) -> list[int]:
    allowlist = read_manifest(manifest).contracts["Allowlist"]
    calls = [Call("Allowlist", allowlist, "recordOf", (wallet("onboarded", n).address,)) for n in range(CLIENTS)]
    return chain.call_many(calls)


def test_onboard_writes_each_client_once(onboard, clients: Path, chain: Chain, manifest: Path):
    ran = onboard(clients)
    assert ran.code == 0, ran.err
    assert json.loads(ran.out) == {"clients": CLIENTS, "sent": CLIENTS, "transactions": 2, "held": 0}
    assert all(records(chain, manifest))
    height = chain.height()
    assert json.loads(onboard(clients).out) == {"clients": CLIENTS, "sent": 0, "transactions": 0, "held": 0}
    assert chain.height() == height


def test_onboard_goes_on_where_it_was_stopped(
    onboard, clients: Path, chain: Chain, manifest: Path, monkeypatch: pytest.MonkeyPatch
):
    send, sent = Chain.send, []

    def stopped(self: Chain, signer, call, **more):
        if sent:
            raise KeyboardInterrupt
        sent.append(call)
        return send(self, signer, call, **more)

    monkeypatch.setattr(Chain, "send", stopped)
    assert onboard(clients).code == 130
    assert sum(record != 0 for record in records(chain, manifest)) == 100
    monkeypatch.setattr(Chain, "send", send)
    assert json.loads(onboard(clients).out) == {"clients": CLIENTS, "sent": 30, "transactions": 1, "held": 0}
    assert all(records(chain, manifest))


def test_onboard_leaves_out_whom_the_screening_holds(onboard, clients: Path, chain: Chain, tmp_path: Path):
    with clients.open(newline="") as lines:
        rows = list(csv.DictReader(lines))[:2]
    customers = tmp_path / "customers.csv"
    with customers.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, [*rows[0], "name", "born"], lineterminator="\n")
        writer.writeheader()
        born = ("1971-05-14", "1988-11-02")
        writer.writerows(row | {"name": name, "born": day} for row, name, day in zip(rows, NAMES, born, strict=True))
    ran = onboard(customers, "--list", LIST)
    assert json.loads(ran.out) == {"clients": 1, "sent": 1, "transactions": 1, "held": 1}


def test_onboard_names_a_provider_without_a_licence(onboard, clients: Path):
    clients.write_text(clients.read_text().replace("registrar", "Nobody"))
    ran = onboard(clients, provider="Nobody")
    assert ran.code != 0
    assert "ProviderNotPermitted" in json.loads(ran.err)["message"]


def test_onboard_names_the_row_and_sends_nothing_when_one_is_wrong(onboard, clients: Path, chain: Chain):
    """Attack case 25: refused with its row before any transaction."""
    lines = clients.read_text().splitlines()
    lines[57] = lines[57].replace(",PAK,", ",PK1,").replace(",ARE,", ",PK1,").replace(",GBR,", ",PK1,")
    clients.write_text("\n".join(lines) + "\n")
    height = chain.height()
    ran = onboard(clients)
    assert (ran.code, json.loads(ran.err)["row"]) == (3, 58)
    assert chain.height() == height


def test_onboard_never_shows_the_salt(onboard, clients: Path):
    ran = onboard(clients)
    assert SALT not in ran.out + ran.err


def test_onboard_says_when_a_file_has_no_clients_of_the_provider(onboard, clients: Path):
    ran = onboard(clients, provider="Other")
    assert (ran.code, json.loads(ran.err)["column"]) == (3, "provider")


# ── orders and audit ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def ordered(onboard, clients: Path, chain: Chain, manifest: Path, tmp_path: Path) -> None:
    """A wallet that stands under an order."""
    assert onboard(clients).code == 0
    known = read_manifest(manifest)
    enforcement = known.contracts["Enforcement"]
    signers = control.signers_for(["devnet:9", "devnet:10"])
    nobody = "0x" + "0" * 40
    proposal = (0, wallet("onboarded", 3).address, nobody, chain.now() + 86_400, nobody, 0, b"\x07" * 32)
    chain.send(signers["devnet:9"], Call("Enforcement", enforcement, "propose", (proposal,)))
    chain.send(signers["devnet:10"], Call("Enforcement", enforcement, "execute", (1, [])))


@pytest.mark.usefixtures("ordered")
def test_orders_lists_each_as_it_stands(rwa: Rwa, node: devnet.Devnet, manifest: Path, tmp_path: Path):
    out = tmp_path / "orders.csv"
    ran = rwa("orders", "--rpc", node.url, "--manifest", manifest, "--out", out, "--json")
    (order,) = json.loads(ran.out)["orders"]
    assert (order["number"], order["kind"], order["status"]) == (1, "freeze_wallet", "executed")
    assert order["subject"] == wallet("onboarded", 3).address
    (row,) = csv.DictReader(out.read_text().splitlines())
    assert (row["maker"], row["checker"]) == ("enforcement_maker", "enforcement_checker")
    assert row["legal_ref"] == "0x" + "07" * 32


def test_orders_asks_for_a_source(rwa: Rwa, manifest: Path):
    ran = rwa("orders", "--manifest", manifest)
    assert ran.code == 2
    assert "--events FILE" in ran.err


@pytest.mark.usefixtures("ordered")
def test_audit_has_every_act_with_its_office_and_order(rwa: Rwa, node: devnet.Devnet, manifest: Path, tmp_path: Path):
    out = tmp_path / "audit.csv"
    ran = rwa("audit", "--rpc", node.url, "--manifest", manifest, "--out", out, "--json")
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert json.loads(ran.out)["acts"] == len(rows) > 30
    acts = [(row["office"], row["function"], row["order"]) for row in rows][-4:]
    assert acts == [
        ("registrar", "onboardByRegistrar", ""),
        ("registrar", "onboardByRegistrar", ""),
        ("enforcement_maker", "propose", "1"),
        ("enforcement_checker", "execute", "1"),
    ]
    assert rows[0]["office"] == "devnet:0"


@pytest.mark.usefixtures("ordered")
def test_register_archives_what_it_is_folded_from(rwa: Rwa, node: devnet.Devnet, manifest: Path, tmp_path: Path):
    """From the archive alone come the same register and the same orders, wherever the chain is."""
    archive = tmp_path / "events.jsonl"
    live = rwa("register", "--rpc", node.url, "--manifest", manifest, "--archive", archive, "--json")
    again = rwa("register", "--events", archive, "--json")
    assert json.loads(live.out)["content_hash"] == json.loads(again.out)["content_hash"]
    (order,) = json.loads(rwa("orders", "--events", archive, "--json").out)["orders"]
    assert order["kind"] == "freeze_wallet"

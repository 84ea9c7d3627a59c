"""Every way to fail from the command line: one sentence, its own exit code, nothing half-written, and never a key."""

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from rwa_deploy import devnet
from rwa_deploy.abi import Codec
from rwa_deploy.apply import signers_for
from rwa_deploy.chain import Chain, connect
from rwa_deploy.devnet import HOST, MNEMONIC, Devnet

from .conftest import PROJECT, Ran, Rwa

SEPOLIA = 11_155_111
CONFIG = (PROJECT / "programme.toml").read_text()
BIDS = PROJECT / "scripts" / "scenarios" / "data" / "mtb-574-bids.csv"
SCENARIO = PROJECT / "scripts" / "scenarios" / "auction-574.toml"
CLEAR = ("--target", 20000, "--auction", "2020-09-09", "--settlement", "2020-09-10", "--maturity", "2020-12-03")
STRANGER = "0x1Ec68Bf9BdbcB6010b507ad22cfFDBF66a745013"
# Made up for these tests: whoever pastes his own must not find it again in what we print or write.
SECRET_KEY = "0x4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d"
SECRET_WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"
PUBLIC_KEY_OF_ACCOUNT_0 = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"


def edited(path: Path, *changes: tuple[str, str], text: str = CONFIG) -> Path:
    """The project's configuration (or another text) with changes, as a file."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return path


def refuse(rwa: Rwa, code: int, error: str, *arguments: object, says: str) -> Ran:
    """The command fails with that code in one sentence that says `says`, and with the same facts in JSON."""
    plain, as_json = rwa(*arguments), rwa(*arguments, "--json")
    facts = json.loads(as_json.err)
    assert (plain.code, as_json.code, facts["exit_code"], facts["error"]) == (code, code, code, error)
    assert (plain.out, as_json.out) == ("", "")
    assert plain.err == f"rwa: {facts['message']}\n"
    assert says in plain.err
    assert len(plain.err.splitlines()) == 1
    assert "Traceback" not in plain.err
    return plain


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """Nothing appears, goes or changes in a folder."""
    before = contents(folder)
    yield
    assert contents(folder) == before


def contents(folder: Path) -> dict[Path, bytes | None]:
    return {path: path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


@contextmanager
def answering(body: bytes) -> Iterator[str]:
    """A server that gives the same answer to everything -> its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            return

    with HTTPServer((HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


# ── 2: a wrong call ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("issue",), "No such command 'issue'; see `rwa --help`"),
        (("plan", "--chain", "anvil"), "No such option: --chain"),
        (("clear",), "Missing argument"),
        (("clear", BIDS, *CLEAR[:-1], "soon"), "see `rwa clear --help`"),
        (("clear", BIDS, "--target", "much", *CLEAR[2:]), "not a plain number"),
        (("clear", BIDS, *CLEAR, "--investors", BIDS), "go together"),
        (("run", SCENARIO, "--chain", "mainnet"), "known are anvil and ganache"),
        (("devnet", "--port", "99999"), "less than or equal to 65535"),
        (("register",), "a register needs --events FILE"),
    ],
    ids=lambda value: " ".join(str(part) for part in value)[-30:] if isinstance(value, tuple) else None,
)
def test_main_exits_2_when_called_wrongly(rwa: Rwa, arguments, says):
    refuse(rwa, 2, "UsageError", *arguments, says=says)


# ── 3: a bad data file ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("price_per_100", "price"), "row 1"),
        (("98.3815", "-98.3815"), "column price_per_100"),
        (("98.3815", "=1+1"), "column price_per_100"),
        (("98.3815", "98.38151"), "column price_per_100"),
    ],
    ids=["missing column", "negative", "formula", "decimals"],
)
def test_clear_exits_3_when_the_bids_are_bad(rwa: Rwa, tmp_path: Path, change, says):
    bids = edited(tmp_path / "bids.csv", change, text=BIDS.read_text())
    with unchanged(tmp_path):
        ran = refuse(rwa, 3, "InputError", "clear", bids, *CLEAR, says=says)
    assert str(bids) in ran.err
    assert "row " in ran.err


def test_run_exits_3_and_leaves_the_out_folder_when_the_bids_are_bad(rwa: Rwa, tmp_path: Path):
    edited(tmp_path / "bids.csv", ("98.3815", "98.38151"), text=BIDS.read_text())
    play = edited(tmp_path / "play.toml", ("data/mtb-574-bids.csv", "bids.csv"), text=SCENARIO.read_text())
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "summary.json").write_text("of an earlier run")
    with unchanged(tmp_path):
        ran = rwa("run", play, "--retail", 10, "--out", tmp_path / "out", "--json")
    facts = json.loads(ran.err)
    assert (ran.code, facts["exit_code"], facts["column"]) == (3, 3, "price_per_100")
    assert facts["path"] == str(tmp_path / "bids.csv")


@pytest.mark.parametrize("content", [None, b"[]", b"{}", b"\xff", b'{"title": 1'], ids=str)
def test_report_exits_3_when_the_folder_holds_no_run(rwa: Rwa, tmp_path: Path, content):
    if content is not None:
        (tmp_path / "facts.json").write_bytes(content)
    with unchanged(tmp_path):
        refuse(rwa, 3, "InputError", "report", tmp_path, says=str(tmp_path / "facts.json"))


@pytest.mark.parametrize("content", [None, b"\xff\n", b"{}\n", b"[]\n", b'{"args": 1}\n', b"text\n"], ids=str)
def test_register_exits_3_when_the_events_are_bad(rwa: Rwa, tmp_path: Path, content):
    events = tmp_path / "events.jsonl"
    if content is not None:
        events.write_bytes(content)
    with unchanged(tmp_path):
        refuse(rwa, 3, "InputError", "register", "--events", events, "--db", tmp_path / "db", says=str(events))


# ── 4: a bad configuration ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("cap_usd =", "cap_uds ="), "unknown key programme.cap_uds; did you mean cap_usd?"),
        (
            ("max_step_bps = 100", 'max_step_bps = "few"'),
            "oracle.feeds.PKRV.max_step_bps: input should be a valid integer",
        ),
        (('"2000000000"', "2e9"), 'programme.cap_usd: an amount is a whole number or a decimal in quotes, such as "2'),
        (('["devnet:1", "devnet:2"]', '["devnet:1", "devnet:1"]'), "authority.admins names an account twice"),
        (('deployer = "devnet:0"', 'deployer = "devnet:3"'), "authority.deployer also holds an office"),
        (("[programme]", "[programme"), "is not TOML"),
    ],
    ids=["unknown key", "wrong type", "float", "one admin twice", "deployer with office", "no TOML"],
)
def test_plan_exits_4_when_the_configuration_is_bad(rwa: Rwa, tmp_path: Path, change, says):
    path = edited(tmp_path / "programme.toml", change)
    ran = refuse(rwa, 4, "ConfigError", "plan", "--config", path, says=says)
    assert str(path) in ran.err


def test_plan_exits_4_when_there_is_no_configuration(rwa: Rwa, tmp_path: Path):
    refuse(rwa, 4, "ConfigError", "plan", "--config", tmp_path / "no.toml", says="does not exist; name another file")


def test_run_exits_4_when_the_scenario_has_an_unknown_key(rwa: Rwa, tmp_path: Path):
    play = edited(tmp_path / "play.toml", ("usd_pkr", "usd_pkt"), text=SCENARIO.read_text())
    with unchanged(tmp_path):
        refuse(
            rwa,
            4,
            "ConfigError",
            "run",
            play,
            "--out",
            tmp_path / "out",
            says="step.13.rate.usd_pkt; did you mean usd_pkr?",
        )


# ── 5, 6, 7: tools, sources, ports ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["anvil", "ganache"])
def test_devnet_exits_5_when_its_program_is_missing(rwa: Rwa, tmp_path: Path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    refuse(rwa, 5, "ToolError", "devnet", "--kind", kind, says="run `npm ci --ignore-scripts`")


def test_compile_exits_6_when_the_sources_are_wrong(rwa: Rwa, tmp_path: Path, monkeypatch):
    for name in ("node_modules", "tools"):
        (tmp_path / name).symlink_to((PROJECT / name).resolve())
    shutil.copy(PROJECT / "brownie-config.yaml", tmp_path)
    (tmp_path / "contracts" / "interfaces").mkdir(parents=True)
    (tmp_path / "contracts" / "Wrong.sol").write_text("pragma solidity 0.8.34;\ncontract Wrong { uint256 x = y; }\n")
    monkeypatch.chdir(tmp_path)
    refuse(rwa, 6, "CompileError", "compile", says="contracts/Wrong.sol:2")
    assert not (tmp_path / "src").exists()


def test_devnet_exits_7_when_its_port_is_taken(rwa: Rwa, anvil: Devnet):
    says = f"port {anvil.port} on {HOST} is taken; leave the port out"
    refuse(rwa, 7, "PortInUse", "devnet", "--port", anvil.port, says=says)


# ── 8: a chain that is none ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", ["plan", "apply", "status"])
def test_command_exits_8_when_the_chain_is_dead(rwa: Rwa, tmp_path: Path, command):
    more = ("--manifest", tmp_path / "manifest.json") if command == "apply" else ()
    with unchanged(tmp_path):
        says = "does not answer (ConnectionError); is the chain running?"
        refuse(rwa, 8, "ChainError", command, "--rpc", f"http://{HOST}:{free_port()}", *more, says=says)


def test_plan_exits_8_when_the_socket_is_not_there(rwa: Rwa, tmp_path: Path):
    refuse(rwa, 8, "ChainError", "plan", "--rpc", tmp_path / "chain.ipc", says="chain.ipc does not answer")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"result": null}', b'{"result": "yes"}', b'{"error": {}}'])
def test_plan_exits_8_when_something_else_answers(rwa: Rwa, body):
    with answering(body) as url:
        refuse(rwa, 8, "ChainError", "plan", "--rpc", url, says=url)


# ── 9: a chain that carries value ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def live() -> Iterator[Devnet]:
    with devnet.start("anvil", chain_id=SEPOLIA, root=PROJECT) as running:
        yield running


@pytest.fixture
def naming(tmp_path: Path) -> Path:
    """A configuration that names the network."""
    path = tmp_path / "named.toml"
    path.write_text(f"{CONFIG}\n[networks.sepolia]\nchain_id = {SEPOLIA}\n")
    return path


def test_plan_exits_9_when_the_chain_is_not_a_development_chain(rwa: Rwa, live: Devnet):
    says = f"chain {SEPOLIA} is not a development chain; name it under [networks]"
    refuse(rwa, 9, "NetworkRefused", "plan", "--rpc", live.url, says=says)


def test_plan_exits_9_when_the_network_is_only_named(rwa: Rwa, live: Devnet, naming: Path):
    says = "it is sepolia of the configuration, add --yes-live"
    refuse(rwa, 9, "NetworkRefused", "plan", "--rpc", live.url, "--config", naming, says=says)


def test_plan_exits_9_when_only_yes_live_is_given(rwa: Rwa, live: Devnet):
    refuse(rwa, 9, "NetworkRefused", "plan", "--rpc", live.url, "--yes-live", says="name it under [networks]")


def test_plan_accepts_a_network_that_is_named_when_yes_live_is_given(rwa: Rwa, live: Devnet, naming: Path):
    ran = rwa("plan", "--rpc", live.url, "--config", naming, "--yes-live", "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["steps"]


def test_apply_exits_9_and_sends_nothing_when_the_chain_is_not_a_development_chain(
    rwa: Rwa, live: Devnet, codec: Codec, tmp_path: Path
):
    with unchanged(tmp_path):
        manifest = tmp_path / "manifest.json"
        refuse(rwa, 9, "NetworkRefused", "apply", "--rpc", live.url, "--manifest", manifest, says="development chain")
    assert connect(live.url, codec).height() == 0


def test_run_exits_9_when_the_chain_is_not_a_development_chain(rwa: Rwa, live: Devnet, naming: Path, tmp_path: Path):
    with unchanged(tmp_path):
        arguments = ("run", SCENARIO, "--rpc", live.url, "--config", naming, "--out", tmp_path / "out")
        refuse(rwa, 9, "NetworkRefused", *arguments, says="development chain")


# ── 10, 11: keys and reverts ─────────────────────────────────────────────────────────────────────────────────────────


def test_plan_exits_10_when_the_deployers_key_is_not_known(rwa: Rwa, anvil: Devnet, tmp_path: Path):
    config = edited(tmp_path / "p.toml", ('deployer = "devnet:0"', f'deployer = "{STRANGER}"'))
    says = "authority.deployer must be an account of the development chain"
    refuse(rwa, 10, "SignerError", "plan", "--rpc", anvil.url, "--config", config, says=says)


def test_apply_exits_10_before_it_sends_anything_when_an_offices_key_is_missing(
    rwa: Rwa, anvil: Devnet, anvil_chain: Chain, tmp_path: Path
):
    office = ('debt_office = "devnet:3"', f'debt_office = "{STRANGER}"')
    config = edited(tmp_path / "p.toml", office)
    manifest = tmp_path / "manifest.json"
    assert rwa("apply", "--rpc", anvil.url, "--config", config, "--manifest", manifest).code == 0
    height = anvil_chain.height()
    edited(config, office, ('"2000000000"', '"1000000000"'))
    with unchanged(tmp_path):
        says = f"step «Programme.capUsd» is for debt_office ({STRANGER}), whose key is not here"
        arguments = ("apply", "--rpc", anvil.url, "--config", config, "--manifest", manifest)
        refuse(rwa, 10, "SignerError", *arguments, says=says)
    assert anvil_chain.height() == height


def test_apply_exits_11_with_the_contracts_error_when_a_step_reverts(
    rwa: Rwa, anvil: Devnet, anvil_chain: Chain, tmp_path: Path
):
    config = edited(tmp_path / "p.toml", ("mandate_until = 2030-12-31", "mandate_until = 2020-12-31"))
    manifest = tmp_path / "manifest.json"
    with unchanged(tmp_path):
        arguments = ("apply", "--rpc", anvil.url, "--config", config, "--manifest", manifest, "--json")
        ran = rwa(*arguments)
    facts = json.loads(ran.err)
    assert (ran.code, facts["exit_code"], facts["error"], facts["error_name"]) == (11, 11, "Reverted", "MandateInvalid")


# ── 13, 14, 15: breaks, expectations, files ──────────────────────────────────────────────────────────────────────────


def test_register_exits_13_when_a_log_is_missing(rwa: Rwa, tmp_path: Path):
    args = {"from": STRANGER, "to": "0x" + "11" * 20, "value": 1}
    place = {"block": 1, "timestamp": 1, "tx_hash": "0x" + "22" * 32, "log_index": 0}
    event = {"contract": "BondToken", "address": "0x" + "33" * 20, "name": "Transfer", "args": args, **place}
    events = tmp_path / "events.jsonl"
    events.write_text(json.dumps(event) + "\n")
    with unchanged(tmp_path):
        says = "an earlier log is missing; fetch the logs of all contracts again"
        refuse(rwa, 13, "ReconBreak", "register", "--events", events, "--db", tmp_path / "db", says=says)


@pytest.mark.parametrize(
    ("phase", "says"),
    [
        ("NOC", "step 1 (first) had to fail with CapExceeded and went through"),
        ("LICENSED", "step 1 (first) had to fail with CapExceeded and failed with PhaseNotReachable("),
    ],
)
def test_run_exits_14_when_a_step_ends_otherwise_than_it_says(rwa: Rwa, tmp_path: Path, phase, says):
    play = tmp_path / "play.toml"
    play.write_text(
        'name = "A licence"\nstart = 2020-09-09\n[[step]]\naction = "licence"\nlabel = "first"\nprovider = "Binance"\n'
        f'phase = "{phase}"\nuntil = 2021-06-30\nexpect = "CapExceeded"\n'
    )
    with unchanged(tmp_path):
        ran = rwa("run", play, "--out", tmp_path / "out", "--json")
    facts = json.loads(ran.err)
    assert (ran.code, facts["exit_code"], facts["error"]) == (14, 14, "ExpectationFailed")
    assert says in facts["message"]
    assert facts["step"] == "step 1 (first)"


def test_register_exits_15_when_its_file_cannot_be_written(rwa: Rwa, tmp_path: Path):
    (tmp_path / "events.jsonl").write_text("")
    (tmp_path / "file").write_text("")
    with unchanged(tmp_path):
        arguments = ("register", "--events", tmp_path / "events.jsonl", "--db", tmp_path / "file" / "db")
        refuse(rwa, 15, "OutputError", *arguments, says="cannot be written")


def test_apply_exits_15_when_the_manifest_cannot_be_written(
    rwa: Rwa, anvil: Devnet, anvil_chain: Chain, tmp_path: Path
):
    (tmp_path / "file").write_text("")
    with unchanged(tmp_path):
        says = "cannot be written (File exists); choose another place"
        manifest = tmp_path / "file" / "manifest.json"
        refuse(rwa, 15, "OutputError", "apply", "--rpc", anvil.url, "--manifest", manifest, says=says)


def test_run_exits_15_when_a_file_stands_where_the_folder_should(rwa: Rwa, tmp_path: Path):
    (tmp_path / "out").write_text("mine")
    with unchanged(tmp_path):
        ran = rwa("run", SCENARIO, "--retail", 10, "--out", tmp_path / "out", "--json")
    assert (ran.code, json.loads(ran.err)["error"]) == (15, "OutputError")


# ── keys (attack case 25) ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("secret", [SECRET_KEY, SECRET_WORDS], ids=["private key", "mnemonic"])
@pytest.mark.parametrize("place", ['deployer = "devnet:0"', 'guardian = "devnet:11"', 'name = "Pakistan rupee stab'])
def test_plan_never_repeats_a_key_that_was_pasted_into_the_configuration(rwa: Rwa, tmp_path: Path, place, secret):
    """Attack case 25."""
    key = place.split(" = ")[0]
    config = edited(tmp_path / "p.toml", (place, f'{key} = "{secret}"\n# "'))
    ran = refuse(rwa, 4, "ConfigError", "plan", "--config", config, says=key)
    assert secret[2:] not in ran.err


@pytest.mark.parametrize("cell", ["98.3815", "7.1485"])
def test_clear_never_repeats_a_key_that_was_pasted_into_a_cell(rwa: Rwa, tmp_path: Path, cell):
    """Attack case 25."""
    bids = edited(tmp_path / "bids.csv", (cell, SECRET_KEY), text=BIDS.read_text())
    ran = refuse(rwa, 3, "InputError", "clear", bids, *CLEAR, says="column ")
    assert SECRET_KEY[2:] not in ran.err


@pytest.mark.parametrize("url", [f"http://user:sesame@{HOST}:1", f"http://{HOST}:1/v3/sesame?key=sesame"])
def test_plan_never_repeats_the_secret_of_an_url(rwa: Rwa, url):
    """Attack case 25."""
    ran = refuse(rwa, 8, "ChainError", "plan", "--rpc", url, says=f"http://{HOST}:1 does not answer")
    assert "sesame" not in ran.err


def test_apply_prints_and_writes_no_key(rwa: Rwa, anvil: Devnet, anvil_chain: Chain, tmp_path: Path):
    """Attack case 25: not even the public ones of a development chain."""
    ran = rwa("apply", "--rpc", anvil.url, "--manifest", tmp_path / "manifest.json")
    everything = ran.out + ran.err + (tmp_path / "manifest.json").read_text()
    assert ran.code == 0
    assert [secret for secret in (MNEMONIC, PUBLIC_KEY_OF_ACCOUNT_0) if secret in everything.lower()] == []


def test_signer_shows_no_key_in_its_repr():
    """Attack case 25: what a traceback with local variables would show."""
    signers = signers_for(["devnet:0"])
    assert PUBLIC_KEY_OF_ACCOUNT_0 not in repr(signers).lower()

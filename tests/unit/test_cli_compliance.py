"""root, proof, screen, alerts, goaml as they are typed: files, exit codes, and nothing written for bad input."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import test_alerts
import test_ivms101
import test_merkle
import test_screening

from rwa_deploy import cli, units
from rwa_deploy.compliance import merkle
from rwa_deploy.compliance.alerts import AlertKind
from rwa_deploy.compliance.ivms101 import Message, canonical, message_hash
from rwa_deploy.compliance.merkle_sum import Node, Step, customer_hash, verify_sum
from rwa_deploy.events import Event

SALT = bytes(range(32)).hex()
SERIES, DOLLARS = "0x" + "5" * 40, "0x" + "6" * 40
NOBODY = "0x" + "0" * 40
HOLDERS = ("0x" + "1" * 40, "0x" + "2" * 40)
START = 1_764_000_000


@pytest.fixture
def rwa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.delenv("RWA_SALT", raising=False)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rwa", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


# ── root and proof ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    return test_merkle._file(tmp_path, *(test_merkle._row(number) for number in range(1, 6)))


@pytest.fixture
def salt(tmp_path: Path) -> Path:
    path = tmp_path / "salt.hex"
    path.write_text(f"{SALT}\n")
    return path


def test_root_and_proof_agree(rwa, clients: Path, salt: Path, tmp_path: Path):
    out = tmp_path / "root"
    code, text, err = rwa("root", clients, "--salt-file", salt, "--out", out, "--json")
    said = json.loads(text)
    assert (code, err, said["leaves"]) == (0, "", 5)
    assert sorted(path.name for path in out.iterdir()) == ["leaves.npy", "root.json", "tree.npy"]
    written = json.loads((out / "root.json").read_text())
    assert (written["root"], written["leaves"], len(written["file_hash"])) == (said["root"], 5, 66)
    code, text, _ = rwa("proof", out, "--wallet", test_merkle._wallet(3), "--json")
    proof = json.loads(text)
    assert (code, proof["root"]) == (0, said["root"])
    root, leaf, *siblings = (bytes.fromhex(text[2:]) for text in (proof["root"], proof["leaf"], *proof["proof"]))
    assert merkle.verify(root, leaf, siblings)
    assert proof["leaf"] in rwa("proof", out, "--wallet", test_merkle._wallet(3))[1]


def test_root_takes_the_salt_from_the_environment_and_shows_it_nowhere(
    rwa, clients: Path, salt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first = rwa("root", clients, "--salt-file", salt, "--out", tmp_path / "a")
    monkeypatch.setenv("RWA_SALT", f"0x{SALT}")
    second = rwa("root", clients, "--out", tmp_path / "b")
    assert first[1].split()[1] == second[1].split()[1]
    everything = "".join([*first[1:], *second[1:]]) + (tmp_path / "a" / "root.json").read_text()
    assert SALT not in everything


@pytest.mark.parametrize("text", ["", "00" * 15, "not hexadecimal at all, but long enough", "0" * 33])
def test_root_refuses_a_bad_salt_without_showing_it(rwa, clients: Path, tmp_path: Path, text: str):
    path = tmp_path / "bad.hex"
    path.write_text(text)
    code, out, err = rwa("root", clients, "--salt-file", path, "--out", tmp_path / "root")
    assert (code, out) == (3, "")
    assert "is not a salt" in err
    assert not text or text not in err
    assert not (tmp_path / "root").exists()


def test_root_needs_a_salt_and_leaves_other_folders_alone(rwa, clients: Path, salt: Path, tmp_path: Path):
    assert rwa("root", clients, "--out", tmp_path / "root")[0] == 2
    assert rwa("root", clients, "--salt-file", tmp_path / "none", "--out", tmp_path / "root")[0] == 3
    assert rwa("root", clients, "--salt-file", salt, "--out", tmp_path)[0] == 15


def test_root_writes_nothing_for_a_bad_file(rwa, salt: Path, tmp_path: Path):
    path = test_merkle._file(tmp_path, test_merkle._row(1), test_merkle._row(2, country="ZZZ"))
    code, _, err = rwa("root", path, "--salt-file", salt, "--out", tmp_path / "root")
    assert code == 3
    assert "row 3, column country" in err
    assert not (tmp_path / "root").exists()


@pytest.mark.parametrize("wallet", ["0x1", test_merkle._wallet(3).lower(), "x"])
def test_proof_refuses_what_is_no_wallet(rwa, tmp_path: Path, wallet: str):
    assert rwa("proof", tmp_path, "--wallet", wallet)[0] == 2


# ── statement and ivms101 ────────────────────────────────────────────────────────────────────────────────────────────


def test_statement_gives_the_total_and_a_proof_for_each(rwa, salt: Path, tmp_path: Path):
    file, out = tmp_path / "customers.csv", tmp_path / "statement"
    file.write_text("customer,face\nA-1,100.50\nA-2,5000\nA-3,1\n")
    code, text, err = rwa("statement", file, "--salt-file", salt, "--out", out, "--json")
    said = json.loads(text)
    assert (code, err, said["total"], said["customers"]) == (0, "", "5101.50", 3)
    root = Node(bytes.fromhex(said["root"][2:]), 5_101_500_000)
    proofs_of = json.loads((out / "proofs.json").read_text())
    for name, face in (("A-1", 100_500_000), ("A-2", 5_000_000_000), ("A-3", 1_000_000)):
        customer = customer_hash(name, bytes.fromhex(SALT))
        steps = [
            Step(bytes.fromhex(digest[2:]), int(total), is_left)
            for digest, total, is_left in proofs_of[f"0x{customer.hex()}"]["proof"]
        ]
        assert verify_sum(root, customer, face, steps)
        assert not verify_sum(root, customer, face + 1, steps)


@pytest.mark.parametrize(("rows", "row"), [("A-1,5\nA-1,6\n", 3), ("A-1,0\n", 2), ("A-1,-1\n", 2), ("", 1)])
def test_statement_refuses_a_bad_row_and_writes_nothing(rwa, salt: Path, tmp_path: Path, rows: str, row: int):
    file, out = tmp_path / "customers.csv", tmp_path / "statement"
    file.write_text(f"customer,face\n{rows}")
    code, _, err = rwa("statement", file, "--salt-file", salt, "--out", out, "--json")
    assert (code, json.loads(err)["row"], out.exists()) == (3, row, False)


def test_ivms101_gives_the_hash_of_the_canonical_message(rwa, tmp_path: Path):
    message = Message.model_validate(test_ivms101._plain())
    file = tmp_path / "message.json"
    file.write_text(json.dumps(json.loads(canonical(message)), indent=3))
    code, text, _ = rwa("ivms101", file, "--json")
    assert (code, json.loads(text)["hash"]) == (0, f"0x{message_hash(message).hex()}")


def test_ivms101_names_the_field_that_is_wrong(rwa, tmp_path: Path):
    file = tmp_path / "message.json"
    file.write_text("{}")
    code, _, err = rwa("ivms101", file, "--json")
    assert (code, json.loads(err)["column"]) == (3, "originator")


# ── screen ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def screened(rwa, tmp_path: Path):
    row, name = test_screening._row, "Mohd. Kasim Zarvintek"
    customers = test_screening._file(tmp_path, row(1), row(2, name=name), row(3, wallet=test_screening.WALLET))
    un = test_screening._xml(tmp_path, test_screening.UN_LIST, "un.xml")
    ofac = test_screening._xml(tmp_path, test_screening.OFAC_LIST, "sdn.xml")

    def run(*more: object) -> tuple[int, str, str]:
        lists = ("--list", un, "--list", ofac)
        return rwa("screen", customers, *lists, "--on", "2026-11-25", "--out", tmp_path / "out", *more)

    return run


def test_screen_writes_who_passes_and_who_is_held(screened, tmp_path: Path):
    code, text, err = screened("--json")
    assert code == 16
    assert {key: json.loads(text)[key] for key in ("passed", "held", "cleared")} == {
        "passed": 1,
        "held": 2,
        "cleared": 0,
    }
    assert json.loads(err)["rows"] == [3, 4]
    passed = (tmp_path / "out" / "screened.csv").read_text()
    held = (tmp_path / "out" / "held.csv").read_text()
    assert len(passed.splitlines()) == 2
    assert held.splitlines()[1:] == [
        f"3,{test_screening._wallet(2)},UN,101,name,100,",
        f"4,{test_screening.WALLET},OFAC,7001,wallet,100,",
    ]
    assert "Zarvintek" not in passed + held + text + err


def test_screen_exits_0_when_nobody_is_held(screened, tmp_path: Path):
    code, text, err = screened("--threshold", 100)
    assert (code, "held" in text) == (16, True)  # the same name, and a wallet
    assert "2 of 3 rows are held" in err
    customers = test_screening._file(tmp_path, test_screening._row(1))
    assert customers.is_file()
    assert screened()[0] == 0


def test_screen_writes_nothing_for_a_bad_decision(screened, tmp_path: Path):
    wallet = test_screening._wallet(2)
    decisions = test_screening._file(
        tmp_path, f"{wallet},UN,101,clear,compliance,2026-12-01,x", header=test_screening.DECISIONS, name="d.csv"
    )
    code, _, err = screened("--decisions", decisions)
    assert code == 3
    assert "column date" in err
    assert not (tmp_path / "out").exists()


# ── alerts and goaml ─────────────────────────────────────────────────────────────────────────────────────────────────


def _event(number: int, contract: str, name: str, address: str, **args: object) -> str:
    plain = Event(contract, address, name, args, number, START + number, f"0x{number:064x}", 0)
    return json.dumps(asdict(plain))


def _transfer(number: int, token: str, sender: str, receiver: str, rupees: int) -> str:
    args = {"from": sender, "to": receiver, "value": rupees * units.ONE}
    return _event(number, "BondToken", "Transfer", token, **args)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    confirmed = [
        _event(number, "Programme", "SeriesConfirmed", NOBODY, series=series, currency="0x" + code.hex().ljust(64, "0"))
        for number, (series, code) in enumerate(((SERIES, b"PKR"), (DOLLARS, b"USD")), start=1)
    ]
    onboarded = [
        _event(number, "Allowlist", "Onboarded", NOBODY, wallet=wallet, record=number << 152, fileHash="0x" + "0" * 64)
        for number, wallet in enumerate(HOLDERS, start=11)
    ]
    moves = [
        _transfer(21, SERIES, NOBODY, HOLDERS[0], 9_000_000),
        _transfer(22, DOLLARS, NOBODY, HOLDERS[0], 9_000_000),
        *(_transfer(23 + turn, SERIES, HOLDERS[0], HOLDERS[1], 1_900_000) for turn in range(3)),
        _transfer(30, DOLLARS, HOLDERS[0], HOLDERS[1], 8_000),
    ]
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join([*confirmed, *onboarded, *moves]) + "\n")
    return path


FILING = """
rentity_id = 77
reference = "FMU-2026"
office = "Example Exchange"
address = "1 Example Road"
city = "Karachi"
indicators = ["STRUCT"]
"""


def test_alerts_values_dollars_and_goaml_reports(rwa, events: Path, tmp_path: Path):
    assert rwa("alerts", "--events", events, "--out", tmp_path / "alerts")[0] == 2  # a series in dollars wants a rate
    code, text, _ = rwa("alerts", "--events", events, "--usd-pkr", "281.5", "--out", tmp_path / "alerts", "--json")
    said = json.loads(text)
    assert (code, said["by_kind"]) == (0, {"travel": 4, "structuring": 2, "threshold": 1})
    alerts = json.loads((tmp_path / "alerts" / "alerts.json").read_text())
    large = next(one for one in alerts if one["kind"] == AlertKind.THRESHOLD)
    assert (large["total"], large["investor"], large["moves"][0]["block"]) == ("2252000.00", 11, 30)
    filing, xsd = tmp_path / "filing.toml", test_alerts._xsd(tmp_path)
    filing.write_text(FILING)
    arguments = ("goaml", tmp_path / "alerts" / "alerts.json", "--filing", filing, "--date", "2026-11-25")
    code, text, _ = rwa(*arguments, "--xsd", xsd, "--out", tmp_path / "goaml", "--json")
    reports = ["goaml_CTR_0003.xml", "goaml_STR_0001.xml", "goaml_STR_0002.xml"]
    assert (code, json.loads(text)["reports"]) == (0, reports)
    assert sorted(path.name for path in (tmp_path / "goaml").iterdir()) == [*reports, "reports.json"]
    assert "not checked against a schema" in rwa(*arguments, "--out", tmp_path / "goaml")[1]


@pytest.mark.parametrize("more", [("--usd-pkr", "x"), ("--threshold", "-1"), ("--travel", "3000000")])
def test_alerts_refuses_rules_that_make_no_sense(rwa, events: Path, tmp_path: Path, more: tuple[str, ...]):
    code, _, err = rwa("alerts", "--events", events, "--out", tmp_path / "alerts", "--usd-pkr", "281.5", *more)
    assert (code, len(err.splitlines())) == (2, 1)
    assert not (tmp_path / "alerts").exists()


@pytest.mark.parametrize(
    ("text", "words"), [("x", "neither TOML nor JSON"), ("rentity_id = 0", "rentity_id"), (FILING + "odd = 1", "odd")]
)
def test_goaml_writes_nothing_for_a_bad_filing(rwa, events: Path, tmp_path: Path, text: str, words: str):
    rwa("alerts", "--events", events, "--usd-pkr", "281.5", "--out", tmp_path / "alerts")
    filing = tmp_path / "filing.toml"
    filing.write_text(text)
    alerts = tmp_path / "alerts" / "alerts.json"
    code, _, err = rwa("goaml", alerts, "--filing", filing, "--date", "2026-11-25", "--out", tmp_path / "goaml")
    assert code == 3
    assert words in err
    assert not (tmp_path / "goaml").exists()

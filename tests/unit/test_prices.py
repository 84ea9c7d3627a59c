"""Prices: the CSV is read strictly, what is signed is what was read, and files of signatures come back the same."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rwa_deploy import cli, prices, typed, units
from rwa_deploy.apply import signers_for
from rwa_deploy.chain import recover
from rwa_deploy.config import load
from rwa_deploy.errors import InputError
from rwa_deploy.manifest import Manifest, to_json
from rwa_deploy.prices import Round, Signature, Word, read_rounds, read_word, value_from, value_text

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "scripts" / "scenarios" / "data" / "prices" / "illustrative.csv"
CONFIG = load(PROJECT / "programme.toml")
HEAD = "feed,number,observed_at,tenor_days,value"
AT = "2026-11-25T16:30:00+05:00"
AT_UNIX = units.unix_from_time_text(AT)
FEEDS = {"USDPKR": (), "PKRV": (30, 90, 365), "XAU": ()}
CURVE = [f"PKRV,4,{AT},30,10.98", f"PKRV,4,{AT},90,10.95", f"PKRV,4,{AT},365,11.040001"]
RATE = f"USDPKR,7,{AT},,281.25"
GOLD = f"XAU,1,{AT},,2650.25"
ORACLE = "0x1Ec68Bf9BdbcB6010b507ad22cfFDBF66a745013"
ROUND = Round("USDPKR", 7, AT_UNIX, (281_250_000,))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "prices.csv"


def written(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_rounds(path, FEEDS)
    assert "\n" not in caught.value.message
    return caught.value.message.removeprefix(f"{path}, ")


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_read_rounds_gives_integers_in_the_order_of_the_file(path: Path):
    assert read_rounds(written(path, RATE, *CURVE, GOLD), FEEDS) == (
        ROUND,
        Round("PKRV", 4, AT_UNIX, (10_980_000, 10_950_000, 11_040_001)),
        Round("XAU", 1, AT_UNIX, (2_650_250_000,)),
    )


def test_read_rounds_reads_the_projects_sample_with_the_projects_feeds():
    rounds = read_rounds(SAMPLE, CONFIG.oracle.tenors())
    assert [one.feed for one in rounds] == list(CONFIG.oracle.feeds)
    assert [len(one.values) for one in rounds] == [1, len(CONFIG.oracle.feeds["PKRV"].tenor_days), 1, 1]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([f"WHEAT,1,{AT},,1"], "row 2, column feed: is no feed of the programme; known are PKRV, USDPKR, XAU"),
        ([f"usdpkr,1,{AT},,1"], "row 2, column feed: string should match pattern"),
        ([f"USDPKR,0,{AT},,1"], "row 2, column number: is not the number of a round"),
        ([f"USDPKR,{2**32},{AT},,1"], "row 2, column number: is not the number of a round"),
        ([f"USDPKR,1.0,{AT},,1"], "row 2, column number: has more than 0 decimals"),
        (["USDPKR,1,2026-11-25,,1"], "row 2, column observed_at: not a time; write it in Pakistan time, such as"),
        (["USDPKR,1,2026-11-25T16:30:00Z,,1"], "row 2, column observed_at: not a time"),
        (["USDPKR,1,2026-11-31T16:30:00+05:00,,1"], "row 2, column observed_at: a time that does not exist"),
        (["USDPKR,1,1969-11-30T16:30:00+05:00,,1"], "row 2, column observed_at: is before 1970"),
        ([f"USDPKR,1,{AT},30,1"], "row 2, column tenor_days: is for the yields of PKRV"),
        ([f"PKRV,1,{AT},,1"], "row 2, column tenor_days: is for the yields of PKRV"),
        ([f"PKRV,1,{AT},0,1"], "row 2, column tenor_days: is not a tenor"),
        ([f"USDPKR,1,{AT},,0"], "row 2, column value: is zero"),
        ([f"USDPKR,1,{AT},,-1"], "row 2, column value: is negative"),
        ([f"USDPKR,1,{AT},,1.0000001"], "row 2, column value: has more than 6 decimals"),
        ([f"USDPKR,1,{AT},,1e3"], "row 2, column value: not a plain number"),
        ([f"USDPKR,1,{AT},,{2**128}"], "row 2, column value: is too large"),
        ([f"USDPKR,1,{AT},,=1"], "row 2, column value: starts like a formula"),
        ([f"PKRV,1,{AT},30,100"], "row 2, column value: is a yield of 100 % or more"),
        ([RATE, RATE], "row 3, column feed: repeats row 2"),
        ([*CURVE, CURVE[1]], "row 5, column feed: repeats row 3"),
        ([CURVE[0], RATE, *CURVE[1:]], "row 2, column tenor_days: the tenor of 90 days is missing after it"),
        ([*CURVE[:2]], "row 3, column tenor_days: the tenor of 365 days is missing after it"),
        ([CURVE[0], CURVE[2]], "row 3, column tenor_days: is 365 where the tenor of 90 days is due"),
        ([CURVE[1], CURVE[0], CURVE[2]], "row 2, column tenor_days: is 90 where the tenor of 30 days is due"),
        ([*CURVE, f"PKRV,4,{AT},730,11"], "row 5, column tenor_days: is beyond the last tenor, 365 days"),
        ([*CURVE[:2], CURVE[2].replace(",4,", ",5,")], "row 4, column number: is not that of row 2"),
        ([*CURVE[:2], CURVE[2].replace("16:30", "16:31")], "row 4, column observed_at: is not that of row 2"),
        ([], "row 1: holds a header but no rows"),
    ],
)
def test_read_rounds_refuses_a_row_and_names_it(path: Path, rows: list[str], says: str):
    """Attack cases 17 and 25."""
    assert refused(written(path, *rows)).startswith(says)


def test_read_rounds_refuses_a_feed_that_stands_apart(path: Path):
    rows = [*CURVE, RATE, f"PKRV,4,{AT},730,11"]
    assert refused(written(path, *rows)) == "row 6, column feed: stands above already; put the rows of PKRV together"


def test_read_rounds_refuses_a_byte_order_mark_and_shuffled_columns(path: Path):
    """Attack case 25."""
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEAD}\n{RATE}\n".encode())
    assert refused(path).startswith("row 1: starts with a byte order mark")
    shuffled = written(path, RATE, head="number,feed,observed_at,tenor_days,value")
    assert refused(shuffled).startswith("row 1, column number: stands in another place than agreed")


@pytest.mark.parametrize("text", ["281.25", "0.000001", "12", "99.999999"])
def test_value_text_is_what_value_from_reads(text: str):
    assert value_text(value_from("XAU", text)) == text


# ── signatures ───────────────────────────────────────────────────────────────────────────────────────────────────────


def word(name: str = "devnet:17", *rounds: Round) -> Word:
    signer = signers_for([name])[name]
    domain = prices.domain(31337, ORACLE)
    made = [Signature(one, signer.sign_typed(domain, typed.ROUND, one.message())) for one in rounds or (ROUND,)]
    return Word(31337, ORACLE, signer.address, tuple(made))


def test_read_word_gives_what_was_written(path: Path):
    said = word("devnet:18", ROUND, Round("XAU", 1, AT_UNIX, (2**128 - 1,)))
    path.write_text(prices.to_json(said))
    assert read_word(path) == said


def test_recover_names_the_signer_of_just_that_round():
    (one,) = word().signatures
    domain, message = prices.domain(31337, ORACLE), ROUND.message()
    assert recover(domain, typed.ROUND, message, one.signature) == word().signer
    assert recover(domain, typed.ROUND, replace(ROUND, number=8).message(), one.signature) != word().signer
    assert recover(prices.domain(1, ORACLE), typed.ROUND, message, one.signature) != word().signer
    assert recover(domain, typed.ROUND, message, b"") == ""


@pytest.mark.parametrize(
    "change",
    [
        {"chain_id": "31337"},
        {"oracle": ORACLE.lower()},
        {"signer": 7},
        {"rounds": 7},
        {"rounds": [{}]},
        {"rounds": [{"feed": "XAU", "number": -1, "observed_at": 1, "values": ["1"], "signature": "0x00"}]},
        {"rounds": [{"feed": "XAU", "number": 1, "observed_at": 1, "values": ["1.5"], "signature": "0x00"}]},
        {"rounds": [{"feed": "XAU", "number": 1, "observed_at": 1, "values": ["1"], "signature": "00"}]},
    ],
)
def test_read_word_refuses_what_is_no_file_of_signatures(path: Path, change: dict[str, object]):
    path.write_text(json.dumps(json.loads(prices.to_json(word())) | change))
    with pytest.raises(InputError, match="is no file of signatures"):
        read_word(path)


def test_read_word_refuses_a_file_that_is_not_there(path: Path):
    with pytest.raises(InputError, match="cannot be read"):
        read_word(path)


# ── rwa prices sign ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def sign(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    manifest = Manifest("P", "1", 31337, 0, ORACLE, {"PriceOracle": ORACLE}, {}, (), {}, {})
    (tmp_path / "manifest.json").write_text(to_json(manifest))
    out = tmp_path / "signed.json"

    def run(file: Path, signer: str = "devnet:17") -> tuple[int, str, bool]:
        arguments = ["prices", "sign", file, "--signer", signer, "--out", out, "--manifest", tmp_path / "manifest.json"]
        arguments += ["--config", PROJECT / "programme.toml", "--json"]
        monkeypatch.setattr("sys.argv", ["rwa", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err, out.exists()

    run.out = out
    return run


def test_sign_writes_one_signers_word_over_every_round(sign):
    code, said, _ = sign(SAMPLE)
    assert code == 0
    made = read_word(sign.out)
    assert json.loads(said)["signer"] == made.signer == word().signer
    rounds = read_rounds(SAMPLE, CONFIG.oracle.tenors())
    assert tuple(one.round for one in made.signatures) == rounds
    domain = prices.domain(31337, ORACLE)
    for one in made.signatures:
        assert recover(domain, typed.ROUND, one.round.message(), one.signature) == made.signer


def test_sign_signs_nothing_of_a_file_with_a_fault(sign, path: Path):
    rows = SAMPLE.read_text().splitlines()
    code, said, exists = sign(written(path, *rows[1:-2], f"XAU,1,{AT},,0"))
    assert (code, exists) == (3, False)
    assert "is zero, which no price and no yield is" in said


def test_sign_refuses_an_account_that_signs_no_prices(sign):
    code, said, exists = sign(SAMPLE, "devnet:8")
    assert (code, exists) == (2, False)
    assert "devnet:8 signs no prices; oracle.signers are devnet:17, devnet:18, devnet:19" in said

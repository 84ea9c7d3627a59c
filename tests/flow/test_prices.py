"""`rwa prices` against a chain: signed apart, posted together, shown; refused before anything is sent."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rwa_deploy import devnet, units
from rwa_deploy.abi import Codec
from rwa_deploy.chain import Chain, connect
from rwa_deploy.cli import app_for

from .conftest import PROJECT, Rwa

SAMPLE = PROJECT / "scripts" / "scenarios" / "data" / "prices" / "illustrative.csv"
START = units.unix_from_time_text("2026-11-25T17:00:00+05:00")  # half an hour after the sample was observed


@pytest.fixture(scope="module")
def node() -> Iterator[devnet.Devnet]:
    with devnet.start("anvil", root=PROJECT, timestamp=START) as running:
        yield running


@pytest.fixture(scope="module")
def manifest(node: devnet.Devnet, tmp_path_factory: pytest.TempPathFactory) -> Path:
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
def signed(rwa: Rwa, manifest: Path, tmp_path: Path):
    def sign(file: Path, number: int, name: str = "") -> Path:
        out = tmp_path / (name or f"{number}.json")
        ran = rwa("prices", "sign", file, "--signer", f"devnet:{number}", "--out", out, "--manifest", manifest)
        assert ran.code == 0, ran.err
        return out

    return sign


@pytest.fixture
def post(rwa: Rwa, node: devnet.Devnet, manifest: Path, chain: Chain):
    return lambda file, *words: rwa(
        *("prices", "post", file, *words, "--rpc", node.url, "--manifest", manifest, "--json")
    )


def later(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """The sample with other figures."""
    text = SAMPLE.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "later.csv").write_text(text)
    return tmp_path / "later.csv"


def test_prices_are_signed_apart_posted_together_and_shown(
    rwa: Rwa, post, signed, node: devnet.Devnet, manifest: Path, tmp_path: Path
):
    ran = post(SAMPLE, signed(SAMPLE, 19), signed(SAMPLE, 17))
    assert ran.code == 0, ran.err
    assert [one["feed"] for one in json.loads(ran.out)["posted"]] == ["USDPKR", "PKRV", "XAU", "BRENT"]
    again = post(SAMPLE, tmp_path / "19.json", tmp_path / "17.json")
    assert json.loads(again.out) == {"posted": [], "stood": 4}
    jump = later(tmp_path, (",1,", ",2,"), ("16:30", "16:45"), ("2650.25", "2000"))
    assert post(jump, signed(jump, 17), signed(jump, 18)).code == 0
    shown = rwa("prices", "show", "--rpc", node.url, "--manifest", manifest, "--json")
    facts = json.loads(shown.out)
    gold = next(feed for feed in facts["feeds"] if feed["feed"] == "XAU")
    assert (gold["number"], gold["value"], gold["waiting_value"], gold["fresh"]) == (1, "2650.25", "2000", True)
    assert facts["curve"][0] == {"tenor_days": 7, "yield_pct": "11.02", "last_pct": "11.02"}
    assert (facts["quorum"], len(facts["signers"])) == (2, 3)
    table = rwa("prices", "show", "--rpc", node.url, "--manifest", manifest)
    assert table.code == 0
    assert "Prices under 2 of 3 signatures" in table.out


def test_post_refuses_words_that_do_not_do_before_anything_is_sent(post, signed, chain: Chain, tmp_path: Path):
    """Attack case 17."""
    height, first = chain.height(), signed(SAMPLE, 17)
    other = later(tmp_path, ("281.25", "281.26"))
    forged = tmp_path / "forged.json"
    forged.write_text(signed(other, 18).read_text().replace('"281260000"', '"281250000"'))
    foreign = tmp_path / "foreign.json"
    foreign.write_text(signed(SAMPLE, 18).read_text().replace('"chain_id": 31337', '"chain_id": 1'))
    ahead = later(tmp_path, (",1,", ",2,"))
    for words, says in (
        ([SAMPLE, first], "a round needs 2 signatures and there are 1"),
        ([SAMPLE, first, signed(SAMPLE, 17, "twin.json")], "of whom there is another file"),
        ([SAMPLE, first, forged], "has a signature over USDPKR that is not its signer's"),
        ([SAMPLE, first, foreign], "was signed for another chain or contract"),
        ([ahead, first, signed(SAMPLE, 18)], "signs other rounds than those of"),
        ([ahead, signed(ahead, 17, "a.json"), signed(ahead, 18, "b.json")], "has round 2 of USDPKR where 1 is due"),
    ):
        ran = post(*words)
        assert ran.code in (2, 3)
        assert says in ran.err
    assert chain.height() == height

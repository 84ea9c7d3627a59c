"""`rwa price` against the chain: what finance reckons is what BondMaths says, to the last unit."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from rwa_deploy import devnet
from rwa_deploy.cli import app_for
from rwa_deploy.scenario import load

from .conftest import PROJECT, Rwa

SCENARIO = PROJECT / "scripts" / "scenarios" / "pib-2021.toml"
TERMS = PROJECT / "src" / "rwa_deploy" / "terms" / "templates" / "pib-fixed-3y.toml"


@pytest.fixture(scope="module")
def node() -> Iterator[devnet.Devnet]:
    with devnet.start("anvil", root=PROJECT, timestamp=load(SCENARIO).start_unix) as running:
        yield running


@pytest.fixture(scope="module")
def manifest(node: devnet.Devnet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The manifest of a series that stands, redeemed by now, on a chain that still runs."""
    out = tmp_path_factory.mktemp("priced") / "run"
    arguments = ["run", str(SCENARIO), "--rpc", node.url, "--out", str(out), "--json"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(PROJECT)
        app_for(arguments)(arguments, standalone_mode=False)
    return out / "manifest.json"


@pytest.fixture
def price(rwa: Rwa, node: devnet.Devnet, manifest: Path):
    """`rwa price` of the series, on its own chain."""
    return lambda *arguments: rwa("price", TERMS, *arguments, "--rpc", node.url, "--manifest", manifest, "--json")


@pytest.mark.parametrize("quote", [("--yield", "14.5"), ("--clean", "97.25"), ("--yield", "0")])
@pytest.mark.parametrize("settle", ["2021-03-04", "2022-08-19"])
def test_price_on_chain_is_that_of_finance(price, quote: tuple[str, str], settle: str):
    ran = price("--settle", settle, *quote, "--face", "1500000")
    assert ran.code == 0, ran.err
    said = json.loads(ran.out)
    assert said["chain"]["accrued"] == said["accrued"]
    assert Decimal(said["chain"]["cash accrued"]) == Decimal(said["cash"]["accrued"])
    assert abs(Decimal(said["chain"]["dirty"]) - Decimal(said["dirty"])) <= Decimal("0.0000005")


def test_price_exits_12_when_the_terms_are_not_those_of_the_series(
    price, rwa: Rwa, node, manifest: Path, tmp_path: Path
):
    other = tmp_path / "terms.toml"
    text = TERMS.read_text()
    assert 'interest_rate = "' in text
    other.write_text(text.replace('interest_rate = "', 'interest_rate = "1', 1))
    arguments = ("--settle", "2021-03-04", "--yield", "14.5", "--rpc", node.url, "--manifest", manifest)
    ran = rwa("price", other, *arguments)
    assert (ran.code, "on chain, not" in ran.err) == (12, True)

"""The scenarios of credit, on both chains: what is lent on pledged debt, sold, collected, and redeemed in a run."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from rwa_deploy.archive import restore
from rwa_deploy.report import report
from rwa_deploy.scenario import load

from .conftest import PROJECT, Played, playing, shared

FOLDER = PROJECT / "scripts" / "scenarios" / "credit"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))
RUNS = [(name, kind) for kind in ("anvil", "ganache") for name in NAMES]

Row = dict[str, str]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return playing(FOLDER, shared(tmp_path_factory, "credit"))


def rows(path: Path) -> list[Row]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def sold(run: Path) -> list[tuple[str, Decimal, Decimal]]:
    """Bidder, face and price per 100 of each sale, in their order."""
    found = [act for act in rows(run / "vault.csv") if act["act"] == "sold"]
    return [(act["other"], face := Decimal(act["face"]), Decimal(act["cash"]) * 100 / face) for act in found]


def _shares_at_the_desk(run: Path) -> None:
    assert not (run / "vault.csv").exists()


def _lending(run: Path) -> None:
    acts = [act for act in rows(run / "vault.csv") if act["act"] in {"adjusted", "substituted"}]
    repaid = [Decimal(act["repaid"]) for act in acts if act["repaid"] and Decimal(act["repaid"])]
    # Two nights and a bit at 2 % on 90 million.
    assert Decimal(90_000_000) < repaid[0] < Decimal(90_015_000)
    assert acts[-1]["act"] == "substituted"


def _liquidation(run: Path) -> None:
    sales = sold(run)
    assert [bidder for bidder, _, _ in sales] == ["saver", "fund", "dealer_a", "backstop"]
    bids = [price for _, _, price in sales[:3]]
    assert bids == sorted(bids, reverse=True)
    assert rows(run / "vault.csv")[-1]["debt"] == "0.00"
    assert "Nothing here has legal force" in (run / "stress.html").read_text()
    assert len(rows(run / "stress.csv")) > 5


def _coupon(run: Path) -> None:
    paid = {line["holder"]: Decimal(line["income"]) for line in rows(run / "cash_flows.csv")}
    assert paid == {"bank": 7_000_000}  # half a year of 7 % on 200 million, all of them pledged


def _maturity(run: Path) -> None:
    collected = [act for act in rows(run / "vault.csv") if act["act"] == "collected"]
    assert sum(Decimal(act["face"]) for act in collected) == 60_000_000
    # What did not repay the debt is the bank's, to the unit.
    assert sum(Decimal(act["repaid"]) + Decimal(act["cash"]) for act in collected) == 60_000_000
    flows = {line["holder"]: Decimal(line["principal"]) for line in rows(run / "cash_flows.csv")}
    assert flows == {"bank": 100_000_000, "fund": 40_000_000}


def _stale(run: Path) -> None:
    assert [act["act"] for act in rows(run / "vault.csv")][-1] == "adjusted"


def _gold(run: Path) -> None:
    pledged = [Decimal(act["face"]) for act in rows(run / "vault.csv") if act["act"] == "pledged"]
    assert pledged == [500]


def _central_bank_money(run: Path) -> None:
    assert [bidder for bidder, _, _ in sold(run)] == ["dealer_b"]


CHECKS = {
    "reserve": _shares_at_the_desk,
    "lending": _lending,
    "liquidation": _liquidation,
    "coupon": _coupon,
    "maturity": _maturity,
    "stale": _stale,
    "gold": _gold,
    "central-bank-money": _central_bank_money,
}


@pytest.mark.parametrize(("name", "kind"), RUNS)
def test_scenario_ends_as_it_says(played: Played, name: str, kind: str):
    """Register and chain agree, each refusal is the one it had to be, the report is made anew from the archive."""
    run = played(name, kind)
    assert {line["status"] for line in rows(run / "recon.csv")} == {"agrees"}
    expected = [(step.label, step.expect) for step in load(FOLDER / f"{name}.toml").step if step.expect]
    refused = json.loads((run / "summary.json").read_text())["refused"]
    assert [(one["attempt"], one["error"].split("(")[0]) for one in refused] == expected
    made = report(restore(run))
    assert made == {file: (run / file).read_bytes().decode() for file in made}
    CHECKS[name](run)

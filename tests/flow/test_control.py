"""The scenarios of control, on both chains: who may hold, who may serve, and how the state intervenes."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from rwa_deploy.archive import restore
from rwa_deploy.report import report
from rwa_deploy.scenario import load

from .conftest import PROJECT, Played, playing, shared

FOLDER = PROJECT / "scripts" / "scenarios" / "control"
SCENARIOS = sorted(FOLDER.glob("*.toml"))
RUNS = [(path.stem, kind) for kind in ("anvil", "ganache") for path in SCENARIOS]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return playing(FOLDER, shared(tmp_path_factory, "control"))


@pytest.fixture(params=RUNS, ids="-".join, scope="module")
def run(request: pytest.FixtureRequest, played: Played) -> Path:
    """Every scenario on each of the two chains."""
    return played(*request.param)


@pytest.fixture(params=["anvil", "ganache"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def summary(run: Path) -> dict[str, Any]:
    return json.loads((run / "summary.json").read_text())


def held(run: Path, moment: str) -> dict[tuple[str, str], Decimal]:
    """(series, name of the holder) -> face at a moment."""
    names = json.loads((run / "facts.json").read_text())["names"]
    lines = [line for line in rows(run / "holder_register.csv") if line["moment"] == moment]
    return {(line["series"], names[line["holder"]]): Decimal(line[column(run, "face")]) for line in lines}


def column(run: Path, name: str) -> str:
    return f"{name}_{summary(run)['currency'].lower()}"


# ── every scenario ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_scenarios_are_all_there():
    assert {path.stem for path in SCENARIOS} == {
        *("licence", "sanctions", "recovery", "structuring", "reg-s", "retail-caps"),
    }


def test_register_and_chain_agree_in_every_figure(run: Path):
    assert {line["status"] for line in rows(run / "recon.csv")} == {"agrees"}


def test_every_refused_attempt_failed_with_what_the_scenario_says(run: Path):
    play = load(FOLDER / f"{run.name}.toml")
    expected = [(step.label, step.expect) for step in play.step if step.expect]
    assert [(one["attempt"], one["error"].split("(")[0]) for one in summary(run)["refused"]] == expected


def test_audit_names_the_office_of_every_act(run: Path):
    acts = rows(run / "audit.csv")
    assert {act["contract"] for act in acts if act["office"] == "anyone"} <= {"Enforcement"}
    offices = {act["function"]: act["office"] for act in acts}
    assert offices["grantLicence"] == "regulator"
    assert offices["confirm"] == "fiscal_agent"
    assert offices["onboard"].startswith("provider")
    transactions = [act["transaction"] for act in acts]
    assert len(transactions) == len(set(transactions))


def test_report_is_what_the_run_wrote(run: Path):
    made = report(restore(run))
    assert made == {name: (run / name).read_bytes().decode() for name in made}


def test_orders_have_two_offices_and_a_law(played: Played, kind: str):
    """Each is proposed by one office and executed by another, and every act under it carries its number."""
    for name in ("sanctions", "recovery"):
        run = played(name, kind)
        given, acts = rows(run / "orders.csv"), rows(run / "audit.csv")
        assert given
        for order in given:
            assert (order["maker"], order["checker"]) == ("enforcement_maker", "enforcement_checker")
            assert int(order["legal_ref"], 16) != 0
            done = [act["function"] for act in acts if act["order"] == order["order"]]
            assert done == ["propose", "execute"]


# ── one by one ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_licence_leaves_customers_their_face_and_their_coupons(played: Played, kind: str):
    """Who has no provider any more sends and is paid; who moved receives."""
    run = played("licence", kind)
    assert held(run, "at the end") == {
        ("PIB-7-AUG23", "saver_a"): 700_000,
        ("PIB-7-AUG23", "saver_b"): 300_000,
        ("PIB-7-AUG23", "late_1"): 500_000,
    }
    # Half a year of 7 %: 3.5 % of the face, of which 15 % were withheld from filers then.
    paid = {line["holder"]: (Decimal(line["income"]), Decimal(line["tax"])) for line in rows(run / "cash_flows.csv")}
    assert paid == {
        "saver_a": (24_500, 3_675),
        "saver_b": (10_500, 1_575),
        "late_1": (17_500, 2_625),
    }


def test_sanctions_keep_the_coupon_and_stop_nobody(played: Played, kind: str):
    run = played("sanctions", kind)
    flows = [(line["date"], line["holder"], Decimal(line["income"])) for line in rows(run / "cash_flows.csv")]
    assert flows == [("2021-08-20", "saver", Decimal(10_500)), ("2021-09-15", "trader", Decimal(70_000))]
    assert [(one["kind"], one["status"]) for one in rows(run / "orders.csv")] == [
        ("freeze_wallet", "lifted"),
        ("lift", "executed"),
    ]
    assert held(run, "frozen")["PIB-7-AUG23", "trader"] == 2_000_000


def test_recovery_moves_everything_to_the_new_wallet(played: Played, kind: str):
    """Three series, cash, a freeze, and the coupon that was kept for the old wallet."""
    run = played("recovery", kind)
    assert held(run, "at the end") == {
        ("PIB-7-AUG23", "finder"): 1_000_000,
        ("SECOND", "finder"): 600_000,
        ("THIRD", "finder"): 200_000,
        ("THIRD", "other"): 100_000,
    }
    register, names = restore(run).register, restore(run).names
    wallet_of = {name: address for address, name in names.items()}
    cash = register.balances(wallet_of["CashToken"])
    # 250,000 at the start, coupons of 3.5 % on 1,000,000 and 600,000, less 15 %.
    assert cash[wallet_of["finder"]] == (250_000 + 29_750 + 17_850) * 10**6
    assert wallet_of["loser"] not in cash


def test_structuring_is_found_and_reported(played: Played, kind: str):
    run = played("structuring", kind)
    series = [one for one in json.loads((run / "alerts.json").read_text()) if one["kind"] == "structuring"]
    # He sent ten amounts below the limit; each friend received five of them.
    assert sorted((one["side"], one["total"], len(one["moves"])) for one in series) == [
        ("received", "4975000.00", 5),
        ("received", "4975000.00", 5),
        ("sent", "9950000.00", 10),
    ]
    trees = [etree.parse(path) for path in sorted(run.glob("goaml_STR_*.xml"))]
    assert sorted(len(tree.findall("transaction")) for tree in trees) == [5, 5, 10]
    assert {tree.findtext("report_code") for tree in trees} == {"STR"}
    assert {tree.findtext("currency_code_local") for tree in trees} == {"PKR"}


def test_reg_s_series_never_reaches_the_united_states(played: Played, kind: str):
    run = played("reg-s", kind)
    assert set(held(run, "at the end")) == {("PKEURO", "fund_abroad"), ("PKEURO", "bank_abroad")}


def test_retail_caps_count_both_wallets(played: Played, kind: str):
    run = played("retail-caps", kind)
    assert held(run, "at the end") == {
        ("MTB-DEC20", "saver_second"): 500_000,
        ("MTB-DEC20", "neighbour"): 500_000,
        ("MTB-DEC20", "bank"): 5_000_000,
    }

"""Every scenario without a drawn auction, to the report: what was paid is what was computed elsewhere."""

import contextlib
import csv
import io
import json
import re
import shutil
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rwa_deploy.archive import EVENTS, FACTS, read_events, restore
from rwa_deploy.cli import app_for
from rwa_deploy.register import fold
from rwa_deploy.report import report
from rwa_deploy.scenario import load

from .conftest import PROJECT, Rwa, once, shared

SCENARIOS = [
    path
    for path in sorted((PROJECT / "scripts" / "scenarios").glob("*.toml"))
    if not any(step["action"] == "clear" for step in tomllib.loads(path.read_text())["step"])
]
RUNS = [(path, kind) for kind in ("anvil", "ganache") for path in SCENARIOS]
ALWAYS = {
    *("summary.json", "manifest.json", "holder_register.csv", "recon.csv", "report.html", "cash_flows.csv"),
    *("coupon_entitlement.csv", "settlement_report.csv", "payments.ics", EVENTS, FACTS),
}
TAXED = {"wht_certificate.csv", "wht_certificates.html"}

Played = Callable[[Path, str], Path]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Scenario and kind of chain -> what the run left; each is played once."""
    folder = shared(tmp_path_factory, "servicing")
    return lambda path, kind: once(folder / f"{path.stem}-{kind}" / path.stem, lambda out: play(path, kind, out))


@pytest.fixture(params=RUNS, ids=lambda run: f"{run[0].stem}-{run[1]}", scope="module")
def scenario(request: pytest.FixtureRequest) -> Path:
    return request.param[0]


@pytest.fixture
def run(request: pytest.FixtureRequest, played: Played, scenario: Path) -> Path:
    return played(scenario, request.node.callspec.params["scenario"][1])


def play(scenario: Path, kind: str, out: Path) -> None:
    """Raises ExpectationFailed when a step ends otherwise than it says, or a flow differs from the expected one."""
    arguments = ["run", str(scenario), "--chain", kind, "--out", str(out), "--json"]
    with contextlib.chdir(PROJECT), contextlib.redirect_stdout(io.StringIO()):
        app_for(arguments)(arguments, standalone_mode=False)


def summary(run: Path) -> dict[str, Any]:
    return json.loads((run / "summary.json").read_text())


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def total(lines: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(line[column]) for line in lines), Decimal(0))


def column(run: Path, name: str) -> str:
    return f"{name}_{summary(run)['currency'].lower()}"


# ── against figures from elsewhere ───────────────────────────────────────────────────────────────────────────────────


def test_scenarios_are_all_there():
    assert {path.stem for path in SCENARIOS} >= {
        *("pib-2021", "eurobond-2027", "floater", "sukuk", "call", "buyback", "default"),
    }


def test_run_ends_with_its_expected_flows(scenario: Path):
    assert load(scenario).step[-1].action == "expect_flows"


def test_cash_flows_are_the_expected_file_to_the_byte(run: Path, scenario: Path):
    expected = scenario.parent / "expected" / f"{scenario.stem}.csv"
    assert (run / "cash_flows.csv").read_text() == expected.read_text()


def test_register_and_chain_agree_in_every_figure(run: Path):
    assert summary(run)["register"]["breaks"] == 0
    assert {line["status"] for line in rows(run / "recon.csv")} == {"agrees"}


def test_every_refused_attempt_is_listed(run: Path, scenario: Path):
    expected = [(step.label, step.expect) for step in load(scenario).step if step.expect]
    assert [(one["attempt"], one["error"].split("(")[0]) for one in summary(run)["refused"]] == expected


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_run_leaves_its_files(run: Path):
    found = {path.name for path in run.iterdir()}
    assert found >= ALWAYS
    assert TAXED & found == (TAXED if any(Decimal(line["tax"]) for line in rows(run / "cash_flows.csv")) else set())


def test_entitlements_were_paid_or_are_owed(run: Path):
    lines = rows(run / "coupon_entitlement.csv")
    assert {line["status"] for line in lines} <= {"paid", "partly paid", "owed"}
    net, paid = column(run, "net"), column(run, "paid")
    assert all(line[net] == line[paid] for line in lines if line["status"] == "paid")


def test_certificates_come_to_what_was_withheld(run: Path):
    certificates, page = run / "wht_certificate.csv", run / "wht_certificates.html"
    lines = rows(certificates) if certificates.exists() else []
    withheld = total(lines, column(run, "withheld")) if lines else 0
    assert withheld == total(rows(run / "cash_flows.csv"), "tax")
    assert (page.read_text().count("<section>") if page.exists() else 0) == len(lines)


def test_accounts_of_the_payments_add_up(run: Path):
    found = {name: Decimal(amount) for name, amount in summary(run)["payments"].items()}
    assert found["funded"] >= found["paid"] + found["withheld"] + found["owed"] + found["dust"]
    assert found["paid"] + found["withheld"] > 0


def test_holder_register_has_the_supply_of_each_marked_moment(run: Path):
    lines = rows(run / "holder_register.csv")
    supplies = {
        (line["moment"], line["token"]): Decimal(line["chain"])
        for line in rows(run / "recon.csv")
        if line["item"] == "supply"
    }
    series = json.loads((run / "manifest.json").read_text())["series"]
    for moment, symbol in {(line["moment"], line["series"]) for line in lines}:
        held = [line for line in lines if (line["moment"], line["series"]) == (moment, symbol)]
        assert total(held, column(run, "face")) == supplies[moment, series[symbol]]


def test_default_leaves_the_result_of_the_meeting(played: Played):
    run = played(next(path for path in SCENARIOS if path.stem == "default"), "anvil")
    result = json.loads((run / "cac_result.json").read_text())
    assert [one["event"] for one in result["defaults"]] == ["declared"]
    (meeting,) = result["meetings"]
    assert (meeting["kind"], meeting["outcome"]) == ("modify", "passed")
    votes = rows(run / "cac_vote.csv")
    assert len(votes) == meeting["votes"]
    for series in meeting["series"]:
        cast = [line for line in votes if (line["series"], line["support"]) == (series["series"], "yes")]
        assert total(cast, "principal") == Decimal(series["in_favour"])
        assert series["exchanged_face"] == series["outstanding"]


def test_page_is_well_formed_and_asks_nothing_of_the_network(run: Path):
    for name in ("report.html", "wht_certificates.html"):
        if (run / name).exists():
            page = (run / name).read_text()
            ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
            assert not re.search(r"https?:|<script|<link|<img|@import", page)


# ── what no published scenario plays ─────────────────────────────────────────────────────────────────────────────────


def test_acceleration_shares_cash_and_leaves_nothing_behind(tmp_path: Path):
    """An offer to exchange, an acceleration paid in two parts pro rata, and ten years later what nobody claimed."""
    play(Path(__file__).parent / "scenarios" / "acceleration.toml", "anvil", tmp_path / "out")
    found, flows = summary(tmp_path / "out"), rows(tmp_path / "out" / "cash_flows.csv")
    assert found["register"]["breaks"] == 0
    assert found["meetings"] == [
        {"meeting": 1, "kind": "accelerate", "series": ["PIB-7-AUG23"], "outcome": "passed"},
    ]
    assert found["series"]["OTHER"] == {"supply_face": "100.200", "holders": 2}
    assert (found["redemption"]["outstanding"], found["redemption"]["owed"]) == ("0.000", "0.000")
    assert found["payments"]["owed"] == "0.000"
    # Each was paid 3.5 % of what he held, in parts, and his principal; the last of it to the account of the unclaimed.
    by_holder = {name: [line for line in flows if line["holder"] == name] for name in ("bank", "insurer", "idle")}
    coupon = {
        name: total([line for line in lines if line["period"] == "1"], "income") for name, lines in by_holder.items()
    }
    assert coupon == {"bank": 31_500_000, "insurer": 11_665_500, "idle": 175_000}
    assert {line["date"] for line in by_holder["idle"]} == {"2031-10-30"}


def test_a_run_on_redemptions_is_paid_in_full_in_the_end(tmp_path: Path):
    """The reserve is halved while three holders queue: each gets half, and the rest when the state refills it."""
    play(Path(__file__).parent / "scenarios" / "redemptions.toml", "anvil", tmp_path / "out")
    supplies = [line for line in rows(tmp_path / "out" / "recon.csv") if line["item"] == "supply"]
    assert {line["status"] for line in supplies} == {"agrees"}
    # The bond, 25.1 billion of stablecoin less what was redeemed, and the central bank's money.
    assert sorted(line["chain"] for line in supplies) == ["0.00", "11090000000.00", "15010000000.00"]


# ── again ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_register_is_the_same_when_it_is_folded_again(run: Path):
    events = read_events(run / EVENTS)
    assert fold(events).content_hash() == fold(reversed(events)).content_hash()


def test_report_is_what_the_run_wrote(run: Path):
    made = report(restore(run))
    assert made == {name: (run / name).read_bytes().decode() for name in made}


def test_report_command_writes_the_same_bytes_again(rwa: Rwa, played: Played, tmp_path: Path):
    run, folder = played(SCENARIOS[0], "anvil"), tmp_path / "again"
    shutil.copytree(run, folder)
    for path in folder.iterdir():
        if path.name not in {EVENTS, FACTS}:
            path.unlink()
    assert rwa("report", folder).code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in run.iterdir()
    }


@pytest.mark.parametrize("name", ["cash_flows.csv", "coupon_entitlement.csv"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_run_pays_the_same_on_both_chains(played: Played, scenario: Path, name: str):
    assert (played(scenario, "anvil") / name).read_bytes() == (played(scenario, "ganache") / name).read_bytes()

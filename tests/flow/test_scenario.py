"""The whole picture: every scenario with an auction on both chains, from the contracts to the report."""

import contextlib
import csv
import io
import json
import shutil
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from rwa_deploy.archive import EVENTS, FACTS, read_events, restore
from rwa_deploy.cli import app_for
from rwa_deploy.devnet import MNEMONIC
from rwa_deploy.finance.sheet import SHEET_COLUMNS
from rwa_deploy.register import fold, load
from rwa_deploy.report import report
from rwa_deploy.scenario import load as load_scenario

from .conftest import PROJECT, Rwa, once, shared

FEW = 30  # retail investors where a chain is slow; the file's own number elsewhere
SCENARIOS = [
    path
    for path in sorted((PROJECT / "scripts" / "scenarios").glob("*.toml"))
    if any(step["action"] == "clear" for step in tomllib.loads(path.read_text())["step"])
]
REPORT = {
    *("summary.json", "manifest.json", "auction_result.json", "allotment.csv", "settlement_report.csv"),
    *("holder_register.csv", "redemption.csv", "recon.csv", "report.html", "orders.csv", "audit.csv"),
    *("coupon_entitlement.csv", "wht_certificate.csv", "wht_certificates.html", "cash_flows.csv", "payments.ics"),
}
COLUMNS = {
    "allotment.csv": ",".join(SHEET_COLUMNS),
    "settlement_report.csv": "id,kind,status,seller,buyer,face_pkr,cash_pkr,transaction,block,latency_blocks,"
    "latency_seconds,reason",
    "holder_register.csv": "moment,series,holder,investor,tier,country,provider,kyc,face_pkr,share_pct",
    "redemption.csv": "series,holder,face_pkr,paid_pkr,tax_pkr,outstanding_pkr,status,transaction,block,reason",
    "coupon_entitlement.csv": "series,period,payable,record_date,holder,name,balance_pkr,gross_pkr,rate_bps,"
    "withheld_pkr,principal_pkr,net_pkr,paid_pkr,status,reason",
    "wht_certificate.csv": "certificate,tax_year,holder,name,tax_class,gross_pkr,withheld_pkr,net_pkr,payments",
    "cash_flows.csv": "date,kind,period,holder,income,principal,tax,net",
    "recon.csv": "moment,item,token,wallet,currency,register,chain,difference,status",
    "orders.csv": "order,kind,status,subject,token,receiver,amount,maker,checker,proposed_at,executed_at,expires_at,"
    "legal_ref,transaction",
    "audit.csv": "at,block,transaction,office,contract,function,order,legal_ref,events",
    "investors.csv": "wallet,investor,tier,country,tax_class,valid_until,provider",
    "non_competitive.csv": "wallet,face_pkr",
}
# The State Bank's own figures, and what 1,000 investors of seed 574 add to them.
AUCTION = {
    "auction-574": {
        "offered_face": "54148.855",
        "target_face": "20000.000",
        "accepted_face": "19998.855",
        "cutoff_price": "98.3815",
        "cutoff_yield": "7.1485",
        "weighted_yield": "7.1407",
        "weighted_price": "98.3832",
        "realised": "19675.519",
        "cover": "2.7074",
        "ncb_price": "98.3832",
    }
}
IN_FULL = {
    "auction-574": {
        "auction": {"ncb_count": 1000, "ncb_face": "126.940"},
        "settlement": {"allotments": 1016},
        "register": {"holders": 1016, "supply_face": "20125.795"},
        "programme": {"cap_usd": "2000000000.00", "used_usd": "121239728.915668"},
        "redemption": {"paid": "20125.795", "withheld": "0.000"},
        "payments": {"funded": "2.6145", "paid": "2.32155", "withheld": "0.29295", "owed": "0.000", "dust": "0.000"},
    }
}

Played = Callable[[str, bool], Path]


@pytest.fixture(scope="module", params=SCENARIOS, ids=lambda path: path.stem)
def scenario(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture(scope="module")
def played(scenario: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Kind of chain, and whether few investors will do -> what the run left; each is played once."""
    folder = shared(tmp_path_factory, "auctions") / scenario.stem

    def of(kind: str, few: bool) -> Path:
        retail = FEW if few else None
        return once(folder / f"{kind}-{retail}" / kind, lambda out: play(scenario, kind, out, retail=retail))

    return of


@pytest.fixture(params=["anvil", "ganache"])
def run(request: pytest.FixtureRequest, played: Played) -> Path:
    """The run on each chain: in full on anvil, with few investors on ganache."""
    return played(request.param, request.param == "ganache")


def play(scenario: Path, kind: str, out: Path, *, retail: int | None) -> None:
    arguments = ["run", str(scenario), "--chain", kind, "--out", str(out), "--json"]
    arguments += [] if retail is None else ["--retail", str(retail)]
    with contextlib.chdir(PROJECT), contextlib.redirect_stdout(io.StringIO()) as said:
        app_for(arguments)(arguments, standalone_mode=False)
    assert json.loads(said.getvalue()) == summary(out)


def summary(run: Path) -> dict[str, Any]:
    return json.loads((run / "summary.json").read_text())


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_summary_has_the_auctions_published_figures(run: Path, scenario: Path):
    found = summary(run)["auction"]
    assert found | AUCTION.get(scenario.stem, {}) == found


def test_summary_has_the_investors_in_full(played: Played, scenario: Path):
    found = summary(played("anvil", False))
    wanted = IN_FULL.get(scenario.stem, {})
    assert {part: found[part] | figures for part, figures in wanted.items()} == {part: found[part] for part in wanted}


def test_summary_has_one_bid_of_every_retail_investor(played: Played, scenario: Path):
    found = summary(played("ganache", True))
    assert found["auction"]["ncb_count"] == FEW
    assert found["settlement"]["allotments"] == FEW + len(rows(played("ganache", True) / "allotment.csv"))


def test_summary_has_no_break_no_failure_and_nothing_outstanding(run: Path):
    found = summary(run)
    assert found["register"]["breaks"] == 0
    assert found["settlement"]["failed"] == 0
    assert found["redemption"]["outstanding"] == "0.000"
    assert found["redemption"]["paid"] == found["register"]["supply_face"]


def test_summary_lists_every_refused_attempt_by_the_name_of_its_error(run: Path, scenario: Path):
    expected = [(step.label, step.expect) for step in load_scenario(scenario).step if step.expect]
    assert [(one["attempt"], one["error"].split("(")[0]) for one in summary(run)["refused"]] == expected


def test_summary_has_the_issue_of_accepted_and_non_competitive_face(run: Path):
    found = summary(run)
    issued = Decimal(found["auction"]["accepted_face"]) + Decimal(found["auction"]["ncb_face"])
    assert Decimal(found["register"]["supply_face"]) == issued
    assert Decimal(found["programme"]["used_usd"]) < Decimal(found["programme"]["cap_usd"])


def test_non_competitive_five_thousand_pays_what_the_state_bank_says(played: Played, scenario: Path):
    result = json.loads((played("anvil", False) / "auction_result.json").read_text())["non_competitive"]
    paid = {one["cash"] for one in result["allotments"] if one["face"] == "5000.00"}
    assert paid == ({"4919.16"} if scenario.stem == "auction-574" else paid)


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_run_leaves_all_its_files_and_no_others(run: Path):
    assert {path.name for path in run.iterdir()} == REPORT | {EVENTS, FACTS, "investors.csv", "non_competitive.csv"}
    assert [path.name for path in run.parent.iterdir()] == [run.name]


@pytest.mark.parametrize("name", COLUMNS)
def test_run_writes_csv_with_the_promised_columns_and_full_rows(run: Path, name: str):
    text = (run / name).read_text()
    header, *lines = csv.reader(io.StringIO(text))
    assert ",".join(header) == COLUMNS[name]
    assert lines
    assert {len(line) for line in lines} == {len(header)}


def test_settlement_report_has_each_winner_once_and_every_trade(run: Path, scenario: Path):
    found, trades = summary(run)["settlement"], [s for s in load_scenario(scenario).step if s.action == "trades"]
    lines = rows(run / "settlement_report.csv")
    assert {line["status"] for line in lines} == {"settled"}
    assert len({line["id"] for line in lines}) == len(lines)
    bonds = rows(run / "coupon_entitlement.csv")  # those who hold the bond were allotted it, beside the bill
    assert sum(line["kind"] == "allotment" for line in lines) == found["allotments"] + len(bonds)
    assert sum(line["kind"] == "trade" for line in lines) == sum(step.count for step in trades)


def test_holder_register_adds_up_to_the_supply(run: Path):
    lines, found = rows(run / "holder_register.csv"), summary(run)["register"]
    assert len(lines) == found["holders"]
    assert sum(Decimal(line["face_pkr"]) for line in lines) == Decimal(found["supply_face"]) * 10**6


def test_redemption_pays_every_holder_all_of_his_face(run: Path):
    lines = rows(run / "redemption.csv")
    assert {line["status"] for line in lines} == {"paid"}
    assert sum(Decimal(line["paid_pkr"]) for line in lines) == Decimal(summary(run)["redemption"]["paid"]) * 10**6


def test_recon_agrees_on_every_balance_and_supply(run: Path):
    lines = rows(run / "recon.csv")
    assert {line["status"] for line in lines} == {"agrees"}
    assert all(line["register"] == line["chain"] for line in lines)
    supplies = [line for line in lines if line["item"] == "supply"]
    # The bill, the cash and the central bank's money, then the bond.
    assert len(supplies) == 3 * len({line["moment"] for line in lines}) + 1


def test_report_page_asks_nothing_of_the_network(run: Path):
    page = (run / "report.html").read_text()
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert [
        attribute for attribute in ('src="', "@import", "url(http", 'href="http', "<script src") if attribute in page
    ] == []


# ── the coupon beside the bill ───────────────────────────────────────────────────────────────────────────────────────


def test_coupon_is_paid_net_of_the_tax_of_each_class(run: Path):
    found = {line["name"]: line for line in rows(run / "coupon_entitlement.csv")}
    rates = {name: int(line["rate_bps"]) for name, line in found.items()}
    assert rates == {
        "bank": 1500,
        "pension_fund": 0,
        "filer_saver": 1500,
        "non_filer_saver": 3000,
        "rda_saver": 1000,
    }
    assert {line["status"] for line in found.values()} == {"paid"}
    assert all(line["paid_pkr"] == line["net_pkr"] for line in found.values())
    assert found["bank"]["gross_pkr"] == "1750000.00"  # 3.5 % of fifty million


def test_coupon_leaves_a_certificate_for_everybody_who_was_taxed(run: Path):
    lines = rows(run / "wht_certificate.csv")
    assert {line["name"] for line in lines} == {"bank", "filer_saver", "non_filer_saver", "rda_saver"}
    withheld = sum(Decimal(line["withheld_pkr"]) for line in lines)
    assert withheld == Decimal(summary(run)["payments"]["withheld"]) * 10**6
    assert (run / "wht_certificates.html").read_text().count("no legal force") == len(lines)


# ── from the archive alone ───────────────────────────────────────────────────────────────────────────────────────────


def test_fold_gives_the_same_register_twice(run: Path):
    events = read_events(run / EVENTS)
    assert fold(events).content_hash() == fold(events).content_hash()


def test_register_comes_back_the_same_after_it_was_deleted(run: Path, rwa: Rwa, tmp_path: Path):
    db = tmp_path / "register.duckdb"
    arguments = ("register", "--events", run / EVENTS, "--db", db, "--json")
    first = rwa(*arguments)
    kept = load(db).content_hash()
    db.unlink()
    second = rwa(*arguments)
    assert (first.code, second.code) == (0, 0)
    assert first.out == second.out
    assert json.loads(second.out)["content_hash"] == load(db).content_hash() == kept


def test_register_knows_the_supply_of_the_record_moment(run: Path):
    facts = restore(run)
    supply = facts.register.supply(facts.series, facts.record_at)
    (agreed,) = [row for row in next(iter(facts.recon.values())) if (row.item, row.token) == ("supply", facts.series)]
    assert supply == agreed.chain == agreed.register


def test_report_writes_the_same_bytes_again(run: Path, rwa: Rwa, tmp_path: Path):
    folder = tmp_path / "again"
    shutil.copytree(run, folder, ignore=lambda _, names: REPORT & set(names))
    assert rwa("report", folder).code == 0
    assert {name: (folder / name).read_bytes() for name in REPORT} == {
        name: (run / name).read_bytes() for name in REPORT
    }


def test_report_is_what_the_run_wrote(run: Path):
    assert report(restore(run)) == {name: (run / name).read_bytes().decode() for name in REPORT}


# ── again ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["investors.csv", "non_competitive.csv", "auction_result.json", "allotment.csv"])
def test_run_gives_the_same_auction_on_both_chains(played: Played, name: str):
    one, other = played("anvil", True), played("ganache", True)
    assert (one / name).read_bytes() == (other / name).read_bytes()


def test_run_gives_the_same_addresses_on_both_chains(played: Played):
    one, other = (json.loads((played(kind, True) / "manifest.json").read_text()) for kind in ("anvil", "ganache"))
    assert (one["contracts"], one["series"]) == (other["contracts"], other["series"])


def test_run_replaces_the_folder_of_an_earlier_run_as_a_whole(played: Played, scenario: Path, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    (out / FACTS).write_text("{}")  # what marks a folder as a run's
    (out / "stale.csv").write_text("from another programme")
    play(scenario, "anvil", out, retail=FEW)
    assert not (out / "stale.csv").exists()
    kept = ("investors.csv", "auction_result.json", "allotment.csv")
    assert [(out / name).read_bytes() for name in kept] == [
        (played("anvil", True) / name).read_bytes() for name in kept
    ]


def test_run_leaves_a_folder_alone_that_is_no_runs(rwa: Rwa, scenario: Path, tmp_path: Path):
    (tmp_path / "thesis.tex").write_text("years of work")
    ran = rwa("run", scenario, "--out", tmp_path)
    assert (ran.code, [path.name for path in tmp_path.iterdir()]) == (15, ["thesis.tex"])
    assert "holds files that are not a run's" in ran.err


def test_run_writes_no_key_into_any_file(run: Path):
    """Attack case 25: neither the development chain's mnemonic nor a wallet's key."""
    retail = keccak(text="rwa_deploy development wallet, worth nothing: retail 0").hex()
    texts = {path.name: path.read_text() for path in run.iterdir()}
    assert [name for name, text in texts.items() if MNEMONIC in text or retail in text] == []

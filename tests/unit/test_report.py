"""The report: the files' names, columns and figures, and a page that opens offline and says what the figures say."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from rwa_deploy import units
from rwa_deploy.events import Event, Value
from rwa_deploy.finance.auction import Instrument, clear, rules_for
from rwa_deploy.finance.bids import read_bids
from rwa_deploy.model import AuctionMethod, NonCompetitiveBid
from rwa_deploy.register import ReconRow, Register, fold, recon_rows
from rwa_deploy.report import GasUse, Latency, Refusal, RunFacts, report
from rwa_deploy.report.words import REASONS, country_code, million_exact, reason, tier_name

ROOT = Path(__file__).parents[2]
NOBODY = "0x" + "0" * 40
SERIES, CASH, TREASURY = (f"0x{digit * 40}" for digit in "456")
REDEMPTION = 2**256 - 1
BILL = rules_for(Instrument.BILL, date(2020, 9, 9))
MATURITY = date(2020, 12, 3)
ISSUED_AT = units.unix_from_date(date(2020, 9, 10))
RECORD_AT = units.unix_from_date(MATURITY)
HOSTILE = '<script>alert("1")</script>&'
SMALL = 5_000 * units.ONE


def wallet(number: int) -> str:
    return f"0x{number:040x}"


class Play:
    """Events of a run, one transaction a block."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.block = 0

    def say(self, at: int, *logs: tuple[str, str, dict[str, Value]]) -> str:
        self.block += 1
        tx_hash = f"0x{self.block:064x}"
        for index, (contract, name, args) in enumerate(logs):
            address = {"BondToken": SERIES, "CashToken": CASH}.get(contract, contract)
            self.events.append(Event(contract, address, name, args, self.block, at + self.block, tx_hash, index))
        return tx_hash


def transfer(sender: str, receiver: str, amount: int) -> tuple[str, str, dict[str, Value]]:
    return "BondToken", "Transfer", {"from": sender, "to": receiver, "value": amount}


def onboarded(address: str, tier: int, provider: int) -> tuple[str, str, dict[str, Value]]:
    fields = ((tier, 0), (586, 8), (provider, 24), (RECORD_AT * 2, 72), (ISSUED_AT, 112), (int(address, 16) + 7, 152))
    record = sum(value << shift for value, shift in fields)
    return "Allowlist", "Onboarded", {"wallet": address, "record": record, "fileHash": "0x01"}


def settled(index: int, winner: str, face: int, cash: int) -> tuple[str, str, dict[str, Value]]:
    place = {"id": "0x574", "winner": winner, "page": index // 100, "position": index % 100}
    return "Settlement", "AllotmentSettled", place | {"face": face, "cash": cash}


def play(winners: list[tuple[str, int, int]], skipped: tuple[str, int]) -> Register:
    """Winners (wallet, face, cash) + one who cannot pay -> the register of the whole run."""
    run = Play()
    run.say(ISSUED_AT, ("Programme", "CapChanged", {"capUsd": 2_000_000_000 * units.ONE}))
    everyone = [address for address, _, _ in winners]
    dealers = everyone[:-1000]
    run.say(ISSUED_AT, *(onboarded(one, 5 if one in dealers else 1, 1 + int(one, 16) % 2) for one in everyone))
    book = {"id": "0x574", "series": SERIES, "treasury": TREASURY, "pages": 11}
    run.say(ISSUED_AT, ("Settlement", "AllotmentOpened", book))
    for start in range(0, len(winners), 100):
        page = winners[start : start + 100]
        face = sum(face for _, face, _ in page)
        run.say(
            ISSUED_AT,
            *(settled(start + place, *winner) for place, winner in enumerate(page)),
            ("Programme", "Issued", {"series": SERIES, "face": face, "usd": -(-face // 166), "rate": 166_000_000}),
            *(transfer(NOBODY, one, face) for one, face, _ in page),
        )
    place = {"id": "0x574", "winner": skipped[0], "page": 99, "position": 0}
    run.say(ISSUED_AT, ("Settlement", "AllotmentSkipped", place | {"code": 21, "cash": skipped[1], "pullable": 0}))
    trade = {"tradeHash": "0xabc", "seller": everyone[0], "buyer": everyone[-1], "series": SERIES}
    run.say(
        ISSUED_AT,
        ("Settlement", "TradeSettled", trade | {"face": SMALL, "cash": 4_920_000_000}),
        transfer(everyone[0], everyone[-1], SMALL),
    )
    redeem(run, winners)
    return fold(run.events)


def redeem(run: Play, winners: list[tuple[str, int, int]]) -> None:
    """Everybody is paid but the last winner, who may not receive."""
    faces = {address: face for address, face, _ in winners}
    faces[winners[0][0]] -= SMALL
    last, _ = faces.popitem()
    total = sum(faces.values())
    whole = {"series": SERIES, "period": REDEMPTION}
    run.say(RECORD_AT, ("PayingAgent", "Funded", whole | {"payer": TREASURY, "amount": total, "funded": total}))
    amounts = {"income": 0, "tax": 0}
    run.say(
        RECORD_AT,
        *(("PayingAgent", "Redeemed", {"series": SERIES, "holder": one, "face": face}) for one, face in faces.items()),
        *(("PayingAgent", "Paid", whole | amounts | {"holder": one, "principal": face}) for one, face in faces.items()),
        ("PayingAgent", "PaymentSkipped", whole | {"holder": last, "code": 22, "owed": 1}),
        ("Programme", "Retired", {"series": SERIES, "face": total, "usd": total // 166}),
        *(transfer(one, NOBODY, face) for one, face in faces.items()),
    )


@cache
def facts() -> RunFacts:
    """Auction 574 with 1,000 retail bids, settled and redeemed on paper."""
    bids = read_bids(ROOT / "scripts/scenarios/data/mtb-574-bids.csv", days=84, lot=BILL.lot)
    retail = [NonCompetitiveBid(wallet(1000 + n), n + 1, SMALL * (1 + n * n % 100)) for n in range(1000)]
    auction = clear(
        bids,
        target_face=20_000 * units.MILLION,
        method=AuctionMethod.MULTIPLE,
        rules=BILL,
        settlement=date(2020, 9, 10),
        maturity=MATURITY,
        non_competitive=retail,
    )
    winners = [(wallet(one.bid.number), one.face, one.cash) for one in auction.allotments]
    winners += [(one.bid.wallet, one.face, one.cash) for one in auction.non_competitive]
    register = play(winners, (wallet(9), 98_000_000_000))
    before = {SERIES: register.balances(SERIES, RECORD_AT)}
    return RunFacts(
        title="Treasury bill auction 574",
        instrument="Market Treasury Bill, 84 days, PK03T0312205",
        network="anvil, chain 31337",
        auction=auction,
        bids=bids,
        register=register,
        series=SERIES,
        marks={"before redemption": RECORD_AT},
        recon={
            "After trading": recon_rows(register, before, {SERIES: sum(before[SERIES].values())}, at=RECORD_AT),
            "After redemption": recon_rows(
                register, {SERIES: register.balances(SERIES)}, {SERIES: register.supply(SERIES)}, used_usd=0
            )[:-1],
        },
        refused=(
            Refusal(
                "Onboarding by a provider that has a no-objection certificate only",
                "ProviderNotPermitted(provider=0x90F79bf6EB2c4f870365E785982E1f101E93b906, id=1)",
                "The provider's licence does not permit onboarding yet.",
            ),
            Refusal("Bills sent to a stranger", f"TransferRestricted(code=20, account={wallet(77)})", REASONS[20]),
            Refusal("An issue above the cap", "CapExceeded(usd=1, used=2, cap=3)", ""),
        ),
        gas=(
            GasUse("settle_each", 11, 48_120),
            GasUse("onboard_each", 10, 26_180),
            GasUse("trade", 50, 108_400),
            GasUse("new_series", 1, 3_906_000),
            GasUse("redeem_each", 11, 31_876),
        ),
        settlement_seconds=Decimal("1.874"),
        manifest={"chain_id": 31337, "contracts": {"Programme": wallet(3)}},
        providers={0: "Registrar", 1: "Binance", 2: "HTX"},
        names={SERIES: "Treasury bill", CASH: "Rupee"},
        latencies={f"0x{4:064x}": Latency(1, Decimal("0.021"))},
        timings={"deploy": Decimal("1.204"), "onboard": Decimal("3.880"), "settle": Decimal("1.874")},
    )


@cache
def files() -> dict[str, str]:
    return report(facts())


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files()[name])))


def test_report_names_its_files() -> None:
    assert sorted(files()) == [
        "allotment.csv",
        "auction_result.json",
        "cash_flows.csv",
        "holder_register.csv",
        "manifest.json",
        "recon.csv",
        "redemption.csv",
        "report.html",
        "settlement_report.csv",
        "summary.json",
    ]


def test_report_gives_the_same_bytes_for_the_same_facts() -> None:
    assert report(facts()) == files()


def test_summary_gives_the_auction_as_published() -> None:
    assert json.loads(files()["summary.json"])["auction"] == {
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
        "ncb_count": 1000,
        "ncb_face": million_exact(facts().auction.ncb_face),
    }


def test_summary_gives_the_rest_of_the_run() -> None:
    summary = json.loads(files()["summary.json"])
    auction = facts().auction
    issued = auction.accepted_face + auction.ncb_face
    last = auction.non_competitive[-1].face + SMALL
    count = len(auction.allotments) + 1000
    assert list(summary) == [
        *("currency", "auction", "settlement", "register", "programme", "series", "redemption", "refused", "gas"),
    ]
    assert summary["settlement"] == {"allotments": count, "failed": 1, "blocks": 11, "seconds": "1.874"}
    assert summary["register"] == {"holders": count, "supply_face": million_exact(issued), "breaks": 0}
    assert summary["programme"]["cap_usd"] == "2000000000.00"
    used = facts().register.programme(RECORD_AT).used_usd
    assert summary["programme"]["used_usd"] == units.cash_text(used)
    assert summary["refused"][1] == {
        "attempt": "Bills sent to a stranger",
        "error": f"TransferRestricted(code=20, account={wallet(77)})",
    }
    assert summary["redemption"] == {
        "funded": million_exact(issued - last),
        "paid": million_exact(issued - last),
        "withheld": "0.000",
        "owed": million_exact(1),
        "dust": "0.000",
        "outstanding": million_exact(last),
    }
    assert summary["gas"]["trade"] == {"each": 108_400, "transactions": 50}


def test_auction_result_has_every_amount_exactly() -> None:
    result = json.loads(files()["auction_result.json"])
    auction = facts().auction
    assert sum(Decimal(one["cash"]) for one in result["allotments"]) == units.unscaled(auction.realised, 6)
    assert Decimal(result["non_competitive"]["cash"]) == units.unscaled(auction.ncb_cash, 6)
    assert result["non_competitive"]["allotments"][0]["cash"] == "4919.16"
    assert json.loads(files()["manifest.json"]) == facts().manifest


def test_allotment_is_the_sheet_of_the_state_bank() -> None:
    last = rows("allotment.csv")[-1]
    assert last["running_total_pkr_million"] == "19998.855"
    assert last["weighted_yield_pct"] == "7.1407"


def test_settlement_report_has_a_row_for_each_winner_and_trade() -> None:
    found = rows("settlement_report.csv")
    kinds = [row["kind"] for row in found]
    assert (kinds.count("allotment"), kinds.count("trade")) == (len(facts().auction.allotments) + 1001, 1)
    first, skipped, trade = found[0], found[-2], found[-1]
    best = wallet(facts().auction.allotments[0].bid.number)
    assert (first["status"], first["buyer"], first["block"]) == ("settled", best, "4")
    assert (first["latency_blocks"], first["latency_seconds"]) == ("1", "0.021")
    assert (skipped["status"], skipped["face_pkr"], skipped["reason"]) == ("skipped", "", REASONS[21])
    assert (trade["seller"], trade["face_pkr"], trade["cash_pkr"]) == (best, "5000.00", "4920.00")
    assert trade["latency_seconds"] == ""


def test_holder_register_shows_the_record_moment() -> None:
    found = rows("holder_register.csv")
    supply = facts().register.supply(SERIES, RECORD_AT)
    assert sum(units.amount_from(row["face_pkr"]) for row in found) == supply
    assert abs(sum(Decimal(row["share_pct"]) for row in found) - 100) < Decimal("0.001")
    retail = next(row for row in found if row["holder"] == wallet(1001))
    assert (retail["tier"], retail["country"], retail["kyc"]) == ("retail_resident", "PAK", "onboarded")
    assert retail["provider"] == "HTX"
    assert retail["investor"] == str(1001 + 7)


def test_redemption_tells_paid_from_unpaid() -> None:
    found = rows("redemption.csv")
    unpaid = [row for row in found if row["status"] != "paid"]
    assert len(found) == len(facts().auction.allotments) + 1000
    assert [(row["holder"], row["status"], row["paid_pkr"], row["reason"]) for row in unpaid] == [
        (wallet(1999), "unpaid", "0.00", REASONS[22])
    ]
    assert all(row["outstanding_pkr"] == "0.00" for row in found if row["status"] == "paid")


def test_recon_lists_every_comparison() -> None:
    found = rows("recon.csv")
    assert {row["moment"] for row in found} == {"After trading", "After redemption"}
    assert {row["status"] for row in found} == {"agrees"}
    assert {row["difference"] for row in found} == {"0.00"}


def broken() -> RunFacts:
    row = ReconRow("balance", SERIES, wallet(1), 5 * units.ONE, 5 * units.ONE + 1)
    unread = ReconRow("balance", SERIES, wallet(2), units.ONE, None)
    return replace(facts(), recon={"Now": (row, unread)})


def test_recon_shows_a_break_to_the_last_unit() -> None:
    made = report(broken())
    first, second = csv.DictReader(io.StringIO(made["recon.csv"]))
    assert (first["difference"], first["status"]) == ("-0.000001", "break")
    assert (second["chain"], second["status"]) == ("", "break")
    assert json.loads(made["summary.json"])["register"]["breaks"] == 2
    assert "disagree in 2 of 2 figures" in made["report.html"]
    assert "agrees with the chain" not in made["report.html"]


def test_page_is_well_formed_and_fetches_nothing() -> None:
    page = files()["report.html"]
    ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    assert not re.search(r"https?:|<script|<link|<img|@import|url\((?!#)", page)
    links = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert all(link.startswith("#") for link in links)
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links} <= set(ids)


def test_page_describes_its_plots_to_who_cannot_see_them() -> None:
    page = files()["report.html"]
    plots = re.findall(r'<svg [^>]*role="img" aria-labelledby="(\S+) (\S+)"', page)
    assert [title for title, _ in plots] == ["bids-title", "holders-title", "use-title", "gas-title"]
    assert "20 bids for PKR 54,148.855 million by rising yield; 19,998.855 million were accepted." in page


def test_page_tells_the_run_in_words() -> None:
    page = files()["report.html"]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Nothing here has legal force." in text
    assert "accepted 19,998.855 million at prices down to 98.3815" in text
    assert "agrees with the chain in all" in text
    assert "The receiver is not on the allowlist." in text
    assert "98.3815" in text
    assert "Binance" in text


def test_page_escapes_what_comes_from_outside() -> None:
    hostile = replace(
        facts(),
        title=HOSTILE,
        instrument=HOSTILE,
        network=HOSTILE,
        refused=(Refusal(HOSTILE, HOSTILE, HOSTILE),),
        gas=(GasUse(HOSTILE, 1, 1),),
        providers={1: HOSTILE, 2: HOSTILE},
        names={SERIES: HOSTILE, wallet(12): HOSTILE},
        timings={HOSTILE: Decimal(1)},
        recon={HOSTILE: broken().recon["Now"]},
    )
    page = report(hostile)["report.html"]
    assert "<script" not in page
    ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))


def test_report_of_a_run_in_which_nothing_was_accepted() -> None:
    rejected = clear(
        facts().bids,
        target_face=20_000 * units.MILLION,
        method=AuctionMethod.MULTIPLE,
        rules=BILL,
        settlement=date(2020, 9, 10),
        maturity=MATURITY,
        reject_all=True,
    )
    made = report(
        replace(facts(), auction=rejected, register=fold([]), recon={}, refused=(), gas=(), latencies={}, timings={})
    )
    summary = json.loads(made["summary.json"])
    assert summary["auction"]["cutoff_price"] is None
    assert summary["settlement"] == {"allotments": 0, "failed": 0, "blocks": 0, "seconds": "1.874"}
    assert "rejected all bids" in re.sub(r"\s+", " ", made["report.html"])


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.000"), (units.MILLION, "1.000"), (1, "0.000000000001"), (1_500_000_000, "0.0015"), (10**18, "1000000.000")],
)
def test_million_exact_rounds_nothing(amount: int, text: str) -> None:
    assert million_exact(amount) == text


def test_reasons_are_those_of_the_contracts() -> None:
    """The sentences here; which code has which is asked on chain, in tests/contracts/test_standing.py."""
    source = (ROOT / "contracts/libraries/Restrictions.sol").read_text(encoding="utf-8")
    sentences, endings = re.findall(r'return "([^"]+)"', source), re.findall(r'rest = "([^"]+)"', source)
    parties = re.findall(r'_messageOfParty\("([^"]+)"', source)
    assert len(parties) == 3
    assert set(REASONS.values()) == {*sentences, *(party + ending for party in parties for ending in endings)}
    assert len(set(REASONS.values())) == len(REASONS)
    assert reason(99) == "Restriction 99."


def test_words_for_codes() -> None:
    assert (country_code(586), country_code(0), country_code(998)) == ("PAK", "", "998")
    assert (tier_name(1), tier_name(0), tier_name(9)) == ("retail_resident", "", "")

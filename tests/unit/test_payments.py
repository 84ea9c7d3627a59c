"""What a run says of payments: entitlements reckoned beside what was paid, certificates of tax, comparable flows."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from rwa_deploy import units
from rwa_deploy.events import Event, Value
from rwa_deploy.register import fold
from rwa_deploy.report import FLOW_COLUMNS, PaymentFacts, RunFacts, SeriesFacts, cash_flows, report
from rwa_deploy.report.certificates import certificates
from rwa_deploy.report.entitlements import entitlements

NOBODY = "0x" + "0" * 40
SERIES, CASH, TREASURY, AGENT, TAX = (f"0x{digit * 40}" for digit in "45678")
FILER, UNKNOWN, EXPIRED, SELLER = (f"0x{digit * 40}" for digit in "abcd")
NAMES = {FILER: "filer_saver", UNKNOWN: "unlisted", EXPIRED: "expired_saver"}
ONE = 10**6
WAD = 10**18
ISSUED = units.unix_from_date(date(2021, 3, 4))
RECORD = units.unix_from_date(date(2021, 6, 29))
PAYABLE = units.unix_from_date(date(2021, 6, 30))
REDEMPTION = 2**256 - 1
CLASSES = {FILER: 1, UNKNOWN: 0, EXPIRED: 2}
FACES = {FILER: 100_000 * ONE, UNKNOWN: 33_333 * ONE, EXPIRED: 10_000 * ONE}
# 3.5 % for the half-year, and a tenth of the face with it.
PAYMENT = PaymentFacts(0, RECORD, PAYABLE, 35, 1000, WAD, WAD * 9 // 10, WAD * 9 // 10)
INCOME = {FILER: 3_500 * ONE, UNKNOWN: 1_166_650_000, EXPIRED: 350 * ONE}
TAXES = {FILER: 525 * ONE, UNKNOWN: 350_000_000, EXPIRED: 105 * ONE}
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


class Play:
    """Events of a run, one transaction a block, at noon of a day and as many seconds later."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def say(self, at: int, *logs: tuple[str, str, dict[str, Value]]) -> None:
        block = len({event.block for event in self.events}) + 1
        for index, (contract, name, args) in enumerate(logs):
            address = {"BondToken": SERIES, "CashToken": CASH, "PayingAgent": AGENT}.get(contract, contract)
            self.events.append(Event(contract, address, name, args, block, at + block, f"0x{block:064x}", index))


def moved(sender: str, receiver: str, amount: int, token: str = "BondToken") -> tuple[str, str, dict[str, Value]]:
    return token, "Transfer", {"from": sender, "to": receiver, "value": amount}


def agent(event: str, holder: str, period: int = 0, **args: int) -> tuple[str, str, dict[str, Value]]:
    key = {"Funded": "payer", "TaxRemitted": "taxAccount"}.get(event, "holder")
    return "PayingAgent", event, {"series": SERIES, "period": period, key: holder, **args}


def rates(from_day: date, by_class: dict[int, int], *, discount: bool = False) -> tuple[str, str, dict[str, Value]]:
    day = units.day(units.unix_from_date(from_day))
    packed = sum(bps << 16 * place for place, bps in by_class.items())
    row = day | discount << 24 | packed << 128
    return "TaxTable", "RatesSet", {"instrumentClass": 1, "fromDay": day, "row": row, "reduced": packed}


def paid(holder: str) -> tuple[tuple[str, str, dict[str, Value]], ...]:
    income, principal, tax = INCOME[holder], FACES[holder] // 10, TAXES[holder]
    said = agent("Paid", holder, income=income, principal=principal, tax=tax)
    return said, moved(AGENT, holder, income + principal - tax, "CashToken")


@cache
def run() -> RunFacts:
    """A coupon with an instalment paid to two holders, one passed over; then one redeemed with tax on a discount."""
    play = Play()
    play.say(ISSUED, rates(date(2020, 7, 1), {1: 1500, 2: 3000}), rates(date(2021, 7, 1), {1: 2000, 2: 4000}))
    records = (
        ("Allowlist", "Onboarded", {"wallet": one, "record": 1 | 586 << 8 | kind << 32, "fileHash": "0x01"})
        for one, kind in CLASSES.items()
    )
    play.say(ISSUED, *records)
    total = sum(FACES.values())
    issued = {"series": SERIES, "face": total, "usd": 1, "rate": 1}
    play.say(ISSUED, ("Programme", "Issued", issued), *(moved(NOBODY, one, face) for one, face in FACES.items()))
    due = sum(INCOME.values()) + total // 10
    play.say(
        ISSUED,
        ("CashToken", "Minted", {"minter": TREASURY, "to": TREASURY, "amount": 2 * total}),
        moved(NOBODY, TREASURY, 2 * total, "CashToken"),
    )
    play.say(PAYABLE, agent("Funded", TREASURY, amount=due, funded=due), moved(TREASURY, AGENT, due, "CashToken"))
    withheld = TAXES[FILER] + TAXES[UNKNOWN]
    skipped = agent("PaymentSkipped", EXPIRED, code=21, owed=INCOME[EXPIRED] + 1_000 * ONE - TAXES[EXPIRED])
    remitted = (agent("TaxRemitted", TAX, tax=withheld), moved(AGENT, TAX, withheld, "CashToken"))
    play.say(PAYABLE + 12 * 3600, *paid(FILER), *paid(UNKNOWN), skipped, *remitted)
    later = PAYABLE + 40 * units.SECONDS_PER_DAY
    face, tax = FACES[FILER], 30 * ONE
    play.say(
        later,
        agent("Funded", TREASURY, REDEMPTION, amount=face, funded=face),
        moved(TREASURY, AGENT, face, "CashToken"),
    )
    play.say(
        later,
        ("PayingAgent", "Redeemed", {"series": SERIES, "holder": FILER, "face": face}),
        agent("Paid", FILER, REDEMPTION, income=0, principal=face, tax=tax),
        ("Programme", "Retired", {"series": SERIES, "face": face, "usd": 0}),
        moved(FILER, NOBODY, face),
        *(moved(AGENT, FILER, face - tax, "CashToken"), moved(AGENT, TAX, tax, "CashToken")),
        agent("TaxRemitted", TAX, REDEMPTION, tax=tax),
    )
    series = SeriesFacts("PIB", SERIES, "PKRWA", 1, 99_850_000, (PAYMENT,), CALENDAR.format("one"))
    return RunFacts(
        title="A coupon",
        instrument="PKRWA",
        network="anvil",
        register=fold(play.events),
        series=SERIES,
        issued=(series, replace(series, symbol="GIS", address=CASH, payments=(), calendar=CALENDAR.format("two"))),
        recon={},
        refused=(),
        gas=(),
        settlement_seconds=Decimal(0),
        manifest={},
        names=NAMES,
    )


def rows(name: str, facts: RunFacts | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(report(facts or run())[name])))


# ── entitlements ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_entitlements_are_what_was_paid_to_the_last_unit() -> None:
    lines = {line.holder: line for line in entitlements(run())}
    assert {holder: (line.gross, line.tax) for holder, line in lines.items()} == {
        holder: (INCOME[holder], TAXES[holder]) for holder in FACES
    }
    assert lines[FILER].net == lines[FILER].paid == 12_975 * ONE
    assert {line.status for line in lines.values() if line.holder != EXPIRED} == {"paid"}
    assert (lines[EXPIRED].status, lines[EXPIRED].code, lines[EXPIRED].paid) == ("owed", 21, 0)


def test_entitlements_take_the_rate_of_the_scheduled_day_and_the_highest_for_a_class_not_known() -> None:
    assert {line.holder: line.rate_bps for line in entitlements(run())} == {FILER: 1500, UNKNOWN: 3000, EXPIRED: 3000}
    late = replace(PAYMENT, payable_at=units.unix_from_date(date(2021, 7, 1)))
    facts = replace(run(), issued=(replace(run().issued[0], payments=(late,)),))
    assert {line.rate_bps for line in entitlements(facts)} == {2000, 4000}


def test_entitlements_are_of_record_dates_that_have_passed() -> None:
    ahead = replace(PAYMENT, period=1, record_at=units.unix_from_date(date(2022, 1, 1)))
    facts = replace(run(), issued=(replace(run().issued[0], payments=(PAYMENT, ahead)),))
    assert {line.payment.period for line in entitlements(facts)} == {0}


def test_entitlements_pay_the_premium_of_a_call_on_what_is_called() -> None:
    called = replace(PAYMENT, factor_scheduled=WAD, factor_after=WAD * 3 // 4)
    facts = replace(run(), issued=(replace(run().issued[0], payments=(called,)),))
    assert {line.holder: line.principal for line in entitlements(facts)}[FILER] == 25_000 * ONE


def test_coupon_entitlement_has_a_row_for_each_holder() -> None:
    found = rows("coupon_entitlement.csv")
    assert ",".join(found[0]) == (
        "series,period,payable,record_date,holder,name,balance_pkr,gross_pkr,rate_bps,withheld_pkr,principal_pkr,"
        "net_pkr,paid_pkr,status,reason"
    )
    first, *_, last = found
    assert (first["series"], first["period"], first["payable"], first["record_date"]) == (
        *("PIB", "0", "2021-06-30", "2021-06-29"),
    )
    assert (first["name"], first["gross_pkr"], first["withheld_pkr"]) == ("filer_saver", "3500.00", "525.00")
    assert (last["status"], last["paid_pkr"], last["reason"]) == ("owed", "0.00", "The receiver's KYC has expired.")


# ── certificates ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_certificates_follow_the_tax_year_from_july_to_june() -> None:
    found = certificates(run())
    assert [(one.tax_year, one.name, one.gross, one.tax) for one in found] == [
        (2021, "filer_saver", 3_500 * ONE, 525 * ONE),
        (2021, "unlisted", 1_166_650_000, 350_000_000),
        (2022, "filer_saver", 150 * ONE, 30 * ONE),  # the discount of 0.15 on what was redeemed
    ]
    assert [line.what for one in found for line in one.lines] == ["payment 0", "payment 0", "redemption"]
    assert len({one.number for one in found}) == len(found)


def test_certificates_withhold_what_the_paying_agent_withheld() -> None:
    withheld = sum(step.tax or 0 for step in run().register.payments())
    assert sum(one.tax for one in certificates(run())) == withheld
    found = rows("wht_certificate.csv")
    assert sum(units.amount_from(row["withheld_pkr"]) for row in found) == withheld
    assert found[0]["payments"] == "PIB payment 0 of 2021-06-30: 525.00 of 3500.00"
    assert [row["tax_class"] for row in found] == ["filer", "unknown", "filer"]


def test_certificates_page_is_one_section_each_and_says_that_it_has_no_force() -> None:
    page = report(run())["wht_certificates.html"]
    ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    assert page.count("<section>") == page.count("no legal force") == 3
    assert "break-after: page" in page
    hostile = replace(run(), title="<script>", names={FILER: "<script>"})
    assert "<script" not in report(hostile)["wht_certificates.html"]


# ── flows, figures, calendar ─────────────────────────────────────────────────────────────────────────────────────────


def test_cash_flows_are_in_the_form_of_expected_ones() -> None:
    assert cash_flows(run().register, NAMES) == [
        ("2021-06-30", "payment", "0", "filer_saver", "3500.000000", "10000.000000", "525.000000", "12975.000000"),
        ("2021-06-30", "payment", "0", "unlisted", "1166.650000", "3333.300000", "350.000000", "4149.950000"),
        ("2021-08-09", "redemption", "", "filer_saver", "0.000000", "100000.000000", "30.000000", "99970.000000"),
    ]
    assert list(rows("cash_flows.csv")[0]) == list(FLOW_COLUMNS)


def test_summary_says_what_was_funded_paid_withheld_owed() -> None:
    summary = json.loads(report(run())["summary.json"])
    assert summary["payments"] == {
        "funded": "0.01934995",
        "paid": "0.01712495",
        "withheld": "0.000875",
        "owed": "0.001245",
        "dust": "0.000",
    }
    assert summary["redemption"]["withheld"] == "0.00003"
    assert "auction" not in summary


def test_redemption_shows_the_tax() -> None:
    (row,) = (row for row in rows("redemption.csv") if row["holder"] == FILER)
    assert (row["face_pkr"], row["paid_pkr"], row["tax_pkr"], row["status"]) == (
        *("100000.00", "99970.00", "30.00", "paid"),
    )


def test_payments_calendar_has_the_events_of_every_series() -> None:
    text = report(run())["payments.ics"]
    assert (text.count("BEGIN:VCALENDAR"), text.count("BEGIN:VEVENT"), text.count("END:VCALENDAR")) == (1, 2, 1)
    assert "UID:one" in text
    assert text.endswith("END:VCALENDAR\r\n")


def test_report_without_an_auction_leaves_its_files_out_and_names_columns_by_currency() -> None:
    files = report(run())
    assert not {"allotment.csv", "auction_result.json", "settlement_report.csv", "cac_result.json"} & set(files)
    assert "gross_usd" in report(replace(run(), currency="USD"))["coupon_entitlement.csv"].splitlines()[0]


def test_page_shows_payments_tax_by_class_and_who_was_passed_over() -> None:
    page = report(run())["report.html"]
    ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    assert "Tax withheld by class of holder" in page
    assert "expired_saver" in page
    assert "The receiver's KYC has expired." in page.replace("&#39;", "'")
    assert "The auction" not in page


@pytest.mark.parametrize("name", ["coupon_entitlement.csv", "wht_certificate.csv", "cash_flows.csv"])
def test_report_gives_the_same_bytes_again(name: str) -> None:
    assert report(run())[name] == report(run())[name]

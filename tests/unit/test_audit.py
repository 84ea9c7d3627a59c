"""Acts and orders of a chain that never was -> audit.csv and orders.csv."""

import csv
from typing import Any

import pytest

from rwa_deploy import units
from rwa_deploy.events import Act, Event
from rwa_deploy.register import Register, fold, order_acts, orders
from rwa_deploy.report.audit import audit_csv, orders_csv
from rwa_deploy.report.moves import moves

MAKER, CHECKER, STRANGER, WALLET, FOUND = ("0x" + letter * 40 for letter in "12345")
SERIES, NOBODY = "0x" + "6" * 40, "0x" + "0" * 40
LAW = "0x" + "07" * 32
START = 1_764_000_000
FREEZE_WALLET, FREEZE_AMOUNT, LIFT, FORCED_TRANSFER, RECOVERY = range(5)
OFFICES = {MAKER: "enforcement_maker", CHECKER: "enforcement_checker"}


def event(place: int, name: str, contract: str = "Enforcement", **args: Any) -> Event:
    return Event(contract, "0x" + "9" * 40, name, args, place, START + place, f"0x{place:064x}", 0)


def proposed(place: int, number: int, kind: int, token: str = NOBODY, to: str = NOBODY, amount: int = 0) -> Event:
    subject = NOBODY if kind == LIFT else WALLET
    proposal = (kind, subject, token, START + 1_000, to, amount, LAW)
    return event(place, "OrderProposed", id=number, maker=MAKER, subject=subject, proposal=proposal)


def act(place: int, sender: str, function: str, contract: str = "Enforcement") -> Act:
    return Act(f"0x{place:064x}", place, START + place, sender, contract, function, (f"{contract}.Something",))


@pytest.fixture
def register() -> Register:
    """A wallet frozen in one series, another order that lifts it, one that was cancelled, one that waits."""
    return fold(
        [
            proposed(1, 1, FREEZE_AMOUNT, token=SERIES, amount=2**256 - 1),
            event(2, "OrderExecuted", id=1, checker=CHECKER),
            proposed(3, 2, FORCED_TRANSFER, token=SERIES, to=FOUND, amount=1_500_000),
            event(4, "OrderCancelled", id=2, by=MAKER),
            event(5, "OrderRenewed", id=1, checker=CHECKER, expiresAt=START + 9_000),
            proposed(6, 3, LIFT, amount=1),
            event(7, "OrderExecuted", id=3, checker=CHECKER),
            Event("Enforcement", "0x" + "9" * 40, "OrderLifted", {"id": 1, "by": 3}, 7, START + 7, f"0x{7:064x}", 1),
            proposed(8, 4, RECOVERY, to=FOUND),
        ]
    )


def test_orders_are_told_as_they_stand_last(register: Register):
    found = [(one.number, one.kind, one.status, one.checker, one.expires_at - START) for one in orders(register)]
    assert found == [
        (1, "freeze_amount", "lifted", CHECKER, 9_000),
        (2, "forced_transfer", "cancelled", "", 1_000),
        (3, "lift", "executed", CHECKER, 1_000),
        (4, "recovery", "proposed", "", 1_000),
    ]


def test_order_acts_give_a_lift_to_the_order_that_lifts(register: Register):
    found = order_acts(register)
    assert [found[f"0x{place:064x}"] for place in range(1, 9)] == [1, 1, 2, 2, 1, 3, 3, 4]


def test_orders_csv_names_parties_and_amounts(register: Register):
    text = orders_csv(orders(register), {WALLET: "loser", FOUND: "finder", SERIES: "PIB", **OFFICES})
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["subject"], row["token"], row["receiver"], row["amount"]) for row in rows] == [
        ("loser", "PIB", "", "all"),
        ("loser", "PIB", "finder", "1.50"),
        ("", "", "", "order 1"),
        ("loser", "", "finder", ""),
    ]
    assert {(row["maker"], row["legal_ref"]) for row in rows} == {("enforcement_maker", LAW)}
    assert rows[1]["executed_at"] == ""


def test_audit_csv_leaves_out_what_anyone_did_but_under_an_order(register: Register):
    acts = [
        act(1, MAKER, "propose"),
        act(2, STRANGER, "transfer", "BondToken"),
        act(3, STRANGER, "lapse"),
        act(9, CHECKER, "pause", "CashToken"),
    ]
    rows = list(csv.DictReader(audit_csv(acts, OFFICES, register).splitlines()))
    assert [(row["office"], row["function"], row["order"], row["legal_ref"]) for row in rows] == [
        ("enforcement_maker", "propose", "1", LAW),
        ("anyone", "lapse", "2", LAW),
        ("enforcement_checker", "pause", "", ""),
    ]
    assert rows[0]["at"] == units.time_text(START + 1)


def test_time_text_is_the_time_in_pakistan():
    assert units.time_text(0) == "1970-01-01T05:00:00+05:00"
    assert units.time_text(units.unix_from_date(units.date_from_text("2021-03-04"))) == "2021-03-04T00:00:00+05:00"


def transferred(currency: str) -> list[Event]:
    """A series in a currency; five issued to an investor, who sends two to a wallet without a record."""

    def transfer(place: int, sender: str, receiver: str, value: int, log: int) -> Event:
        args = {"from": sender, "to": receiver, "value": value}
        return Event("BondToken", SERIES, "Transfer", args, place, START + place, f"0x{place:064x}", log)

    return [
        event(1, "SeriesConfirmed", "Programme", series=SERIES, currency=f"0x{currency.encode().hex()}"),
        event(2, "Onboarded", "Allowlist", wallet=WALLET, record=7 << 152, fileHash=LAW),
        event(3, "Issued", "Programme", series=SERIES, face=5, usd=1, rate=1),
        transfer(3, NOBODY, WALLET, 5, 1),
        transfer(4, WALLET, FOUND, 2, 0),
    ]


@pytest.mark.parametrize(("currency", "rate", "value"), [("PKR", None, 2), ("USD", 283_650_000, 568)])
def test_moves_value_at_par_and_leave_the_state_out(currency: str, rate: int | None, value: int):
    (move,) = moves(fold(transferred(currency)), rate)
    assert (move.sender, move.receiver, move.value) == (WALLET, FOUND, value)
    assert (move.sender_investor, move.receiver_investor) == (7, 0)


def test_moves_refuse_a_series_in_dollars_without_a_rate():
    with pytest.raises(ValueError, match="give the rate of the dollar"):
        list(moves(fold(transferred("USD")), None))

"""The register: what it folds, what it refuses, and that nothing depends on the order or is lost on the way."""

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rwa_deploy.errors import InputError, OutputError, ReconBreak
from rwa_deploy.events import Event, Value
from rwa_deploy.register import Register, TaxRowSet, fold, load, recon_rows, reconcile, save
from rwa_deploy.register.meetings import defaults, meetings

NOBODY = "0x" + "0" * 40
SERIES = "0x" + "51" * 20
CASH = "0x" + "52" * 20
OTHER = "0x" + "53" * 20
PAYER = "0x" + "54" * 20
REDEMPTION = 2**256 - 1
HOLDER, BUYER, DEALER, TREASURY, AGENT = (f"0x{digit * 40}" for digit in "abcde")
ONE = 10**6
NOON = 1_600_000_000


class History:
    """A chain of events: one transaction a call, one second and block later each time."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.block = 0

    @property
    def now(self) -> int:
        return NOON + self.block

    def say(self, *logs: tuple[str, str, dict[str, Value]]) -> None:
        self.block += 1
        for index, (contract, name, args) in enumerate(logs):
            known = {"BondToken": SERIES, "CashToken": CASH, "PayingAgent": PAYER}
            address = known.get(contract, f"0x{contract}")
            tx_hash = f"0x{self.block:064x}"
            self.events.append(Event(contract, address, name, args, self.block, self.now, tx_hash, index))

    def issue(self, **faces: int) -> None:
        transfers = [move(NOBODY, wallet, face) for wallet, face in faces.items()]
        total = sum(faces.values())
        self.say(("Programme", "Issued", {"series": SERIES, "face": total, "usd": total // 160, "rate": 1}), *transfers)

    def retire(self, wallet: str, face: int, usd: int) -> None:
        self.say(
            ("Programme", "Retired", {"series": SERIES, "face": face, "usd": usd}),
            move(wallet, NOBODY, face),
        )


def cash(sender: str, receiver: str, amount: int) -> tuple[str, str, dict[str, Value]]:
    return move(sender, receiver, amount, "CashToken")


def funded(amount: int, total: int, period: int = REDEMPTION) -> tuple[str, str, dict[str, Value]]:
    args = {"series": SERIES, "period": period, "payer": TREASURY, "amount": amount, "funded": total}
    return "PayingAgent", "Funded", args


def paid(
    holder: str, income: int, principal: int, *, tax: int = 0, period: int = REDEMPTION
) -> tuple[str, str, dict[str, Value]]:
    amounts = {"income": income, "principal": principal, "tax": tax}
    return "PayingAgent", "Paid", {"series": SERIES, "period": period, "holder": holder, **amounts}


def skipped(holder: str, owed: int, *, code: int, period: int = REDEMPTION) -> tuple[str, str, dict[str, Value]]:
    args = {"series": SERIES, "period": period, "holder": holder, "code": code, "owed": owed}
    return "PayingAgent", "PaymentSkipped", args


def remitted(tax: int, period: int) -> tuple[str, str, dict[str, Value]]:
    return "PayingAgent", "TaxRemitted", {"series": SERIES, "period": period, "taxAccount": AGENT, "tax": tax}


def move(sender: str, receiver: str, amount: int, token: str = "BondToken") -> tuple[str, str, dict[str, Value]]:
    return token, "Transfer", {"from": sender, "to": receiver, "value": amount}


def record(tier: int, *, country: int = 586, provider: int = 1, investor: int = 2**64 - 1, flags: int = 0) -> int:
    fields = (
        (tier, 0),
        (country, 8),
        (provider, 24),
        (1, 32),
        (NOON * 2, 72),
        (NOON, 112),
        (investor, 152),
        (flags, 216),
    )
    return sum(value << shift for value, shift in fields)


@pytest.fixture
def history() -> History:
    made = History()
    made.issue(**{HOLDER: 100, DEALER: 900})
    made.say(move(HOLDER, BUYER, 30))
    made.say(move(BUYER, BUYER, 30))
    made.say(("BondToken", "Frozen", {"account": BUYER, "amount": 2**256 - 1}))
    made.say(
        ("BondToken", "Frozen", {"account": BUYER, "amount": 10}),
        move(BUYER, TREASURY, 20),
        ("BondToken", "ForcedTransfer", {"from": BUYER, "to": TREASURY, "amount": 20}),
    )
    made.retire(DEALER, 400, 2)
    return made


def test_fold_gives_the_balances_after_every_kind_of_move(history: History) -> None:
    register = fold(history.events)
    assert register.balances(SERIES) == {DEALER: 500, HOLDER: 70, TREASURY: 20, BUYER: 10}
    assert register.supply(SERIES) == 600
    assert register.frozen(SERIES) == {BUYER: 10}
    assert register.series() == (SERIES,)
    assert register.balance_at(SERIES, NOBODY[:-1] + "9") == 0


def test_fold_gives_what_stood_before_a_moment(history: History) -> None:
    register = fold(history.events)
    moved_at = NOON + 2
    assert register.balance_at(SERIES, HOLDER, moved_at) == 100  # a move in that very second counts after it
    assert register.balance_at(SERIES, HOLDER, moved_at + 1) == 70
    assert [holder.wallet for holder in register.holders(SERIES, moved_at)] == [DEALER, HOLDER]
    assert register.supply(SERIES, NOON) == 0
    assert register.frozen(SERIES, NOON + 5) == {BUYER: 2**256 - 1}


def test_views_say_what_the_queries_say(history: History) -> None:
    register = fold(history.events)
    sql = register.connection.execute
    assert dict(sql("SELECT wallet, face FROM holders").fetchall()) == register.balances(SERIES)
    assert sql("SELECT supply FROM supply").fetchall() == [(600,)]
    assert sql("SELECT wallet, amount FROM frozen").fetchall() == [(BUYER, "10")]
    assert sql("SELECT issued_face, retired_face, used_usd FROM programme").fetchall() == [(1000, 400, 4)]


def test_fold_keeps_amounts_to_the_last_unit() -> None:
    history = History()
    history.issue(**{HOLDER: 2**126 + 1, DEALER: 2**53 + 1})
    history.say(move(HOLDER, BUYER, 1))
    register = fold(history.events)
    assert register.balances(SERIES) == {HOLDER: 2**126, DEALER: 2**53 + 1, BUYER: 1}
    assert register.supply(SERIES) == 2**126 + 2**53 + 2
    types = register.connection.execute(
        "SELECT DISTINCT data_type FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal"
    ).fetchall()
    assert {kind for (kind,) in types} <= {"VARCHAR", "HUGEINT", "BIGINT", "UBIGINT", "UTINYINT", "USMALLINT"}


def test_fold_refuses_an_amount_beyond_its_integers() -> None:
    history = History()
    history.issue(**{HOLDER: 2**127})
    with pytest.raises(ReconBreak, match="beyond what the register can hold"):
        fold(history.events)


def test_fold_does_not_depend_on_order_or_repetition(history: History) -> None:
    expected = fold(history.events).content_hash()
    shuffled = history.events * 2
    random.Random(574).shuffle(shuffled)
    assert fold(shuffled).content_hash() == expected
    assert fold(history.events[2:3] + history.events[:2]).content_hash() != expected


def test_fold_passes_over_what_it_does_not_know(history: History) -> None:
    expected = fold(history.events).content_hash()
    history.say(("Authority", "RoleGranted", {"roleId": 1}))
    assert fold(history.events).content_hash() == expected
    assert fold([]).series() == ()


def test_fold_reads_the_record_and_its_end() -> None:
    history = History()
    history.say(("Allowlist", "Onboarded", {"wallet": HOLDER, "record": record(2, country=826), "fileHash": "0xfe"}))
    history.say(("Allowlist", "Revoked", {"wallet": HOLDER, "record": record(2, country=826, flags=1)}))
    history.say(("Allowlist", "SystemAccountSet", {"account": AGENT, "record": record(0, flags=2)}))
    register = fold(history.events)
    before = register.kyc(NOON + 2)[HOLDER]
    assert (before.status, before.tier, before.country, before.provider) == ("onboarded", 2, 826, 1)
    assert (before.investor, before.valid_until, before.updated_at) == (2**64 - 1, NOON * 2, NOON)
    assert before.file_hash == "0xfe"
    assert {wallet: kyc.status for wallet, kyc in register.kyc().items()} == {HOLDER: "revoked", AGENT: "system"}


def test_fold_counts_the_programme(history: History) -> None:
    history.say(("Programme", "CapChanged", {"capUsd": 2 * 10**15}))
    register = fold(history.events)
    use = register.programme()
    assert (use.cap_usd, use.used_usd) == (2 * 10**15, 4)
    assert [(one.series, one.issued_face, one.retired_face) for one in use.series] == [(SERIES, 1000, 400)]
    assert register.programme(NOON + 6).used_usd == 6
    assert register.use_steps() == ((NOON + 1, 6), (NOON + 6, 4))


def settled_history() -> History:
    history = History()
    opened = {"id": "0x01", "series": SERIES, "treasury": TREASURY, "pages": 1}
    history.say(("Settlement", "AllotmentOpened", opened))
    place = {"id": "0x01", "winner": HOLDER, "page": 0, "position": 0}
    history.say(("Settlement", "AllotmentSkipped", place | {"code": 0, "cash": 99, "pullable": 98}))
    history.say(
        ("Settlement", "AllotmentSettled", place | {"face": 100, "cash": 99}),
        ("Programme", "Issued", {"series": SERIES, "face": 100, "usd": 1, "rate": 1}),
        move(NOBODY, HOLDER, 100),
    )
    trade = {"tradeHash": "0x02", "seller": HOLDER, "buyer": BUYER, "series": SERIES, "face": 40, "cash": 39}
    history.say(("Settlement", "TradeSettled", trade), move(HOLDER, BUYER, 40))
    return history


def test_fold_keeps_the_last_word_on_an_allotment_and_the_trades() -> None:
    register = fold(settled_history().events)
    [line] = register.allotments()
    assert (line.status, line.face, line.cash, line.winner, line.block) == ("settled", 100, 99, HOLDER, 3)
    [trade] = register.trades()
    assert (trade.seller, trade.buyer, trade.face, trade.cash) == (HOLDER, BUYER, 40, 39)
    [skipped] = fold(settled_history().events[:2]).allotments()
    assert (skipped.status, skipped.face, skipped.cash, skipped.pullable) == ("skipped", None, 99, 98)


def redeemed_history() -> History:
    history = settled_history()
    for amount, total in ((60, 60), (40, 100)):
        history.say(funded(amount, total))
    history.say(
        ("PayingAgent", "Redeemed", {"series": SERIES, "holder": HOLDER, "face": 60}),
        paid(HOLDER, 0, 60),
        skipped(BUYER, 40, code=21),
        ("Programme", "Retired", {"series": SERIES, "face": 60, "usd": 0}),
        move(HOLDER, NOBODY, 60),
    )
    return history


def coupon_history() -> History:
    """A coupon of 30 on the cash that came in for it: two are paid, one tenth is tax, one unit is dust."""
    history = settled_history()
    history.say(cash(NOBODY, TREASURY, 31), ("CashToken", "Minted", {"minter": TREASURY, "to": TREASURY, "amount": 31}))
    history.say(funded(31, 31, period=0), cash(TREASURY, PAYER, 31))
    history.say(
        *(paid(HOLDER, 20, 0, tax=2, period=0), paid(BUYER, 10, 0, tax=1, period=0), remitted(3, period=0)),
        *(cash(PAYER, HOLDER, 18), cash(PAYER, BUYER, 9), cash(PAYER, AGENT, 3)),
    )
    history.say(
        ("PayingAgent", "DustReturned", {"series": SERIES, "period": 0, "payer": TREASURY, "dust": 1}),
        cash(PAYER, TREASURY, 1),
    )
    return history


def test_fold_keeps_the_steps_of_a_redemption() -> None:
    register = fold(redeemed_history().events)
    steps = register.payments(SERIES)
    assert [(step.kind, step.period, step.wallet, step.net, step.amount, step.code) for step in steps] == [
        ("funded", None, TREASURY, 0, 60, 0),
        ("funded", None, TREASURY, 0, 40, 0),
        ("paid", None, HOLDER, 60, None, 0),
        ("skipped", None, BUYER, 0, 40, 21),
    ]
    assert [(one.wallet, one.face) for one in register.redemptions(SERIES)] == [(HOLDER, 60)]


def test_fold_keeps_the_steps_of_a_coupon() -> None:
    steps = fold(coupon_history().events).payments(SERIES)
    assert [(step.kind, step.period, step.gross, step.tax, step.net, step.amount) for step in steps] == [
        ("funded", 0, 0, None, 0, 31),
        ("paid", 0, 20, 2, 18, None),
        ("paid", 0, 10, 1, 9, None),
        ("remitted", 0, 0, None, 0, 3),
        ("dust", 0, 0, None, 0, 1),
    ]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"funded": 32}, r"payment 0 of series .* was funded with 32 in all by .*, but the register knows of 31"),
        (
            {"income": 21},
            r"payment 0 of series .* had paid 31 with transaction .*, tax included, of 30 that was funded",
        ),
        ({"income": 19}, r"says that 29 of cash left it in transaction .*, but 30 did"),
        ({"tax": 4}, r"had remitted 4 of tax with transaction .*, of 3 that was withheld"),
        ({"dust": 0}, r"says that 0 of cash left it in transaction .*, but 1 did"),
    ],
)
def test_fold_refuses_payments_that_do_not_add_up(change: dict[str, int], line: str) -> None:
    history = coupon_history()
    ((key, value),) = change.items()
    name = {"funded": "Funded", "income": "Paid", "tax": "TaxRemitted", "dust": "DustReturned"}[key]
    place = next(number for number, event in enumerate(history.events) if event.name == name)
    event = history.events[place]
    history.events[place] = replace(event, args={**event.args, key: value})
    with pytest.raises(ReconBreak, match=line):
        fold(history.events)


def test_fold_refuses_cash_that_left_the_paying_agent_for_no_reason() -> None:
    history = coupon_history()
    history.say(cash(HOLDER, PAYER, 5))  # anybody may send it cash
    assert fold(history.events).balances(CASH)[PAYER] == 5
    history.say(cash(PAYER, AGENT, 5))
    with pytest.raises(ReconBreak, match=r"says that 0 of cash left it in transaction .*, but 5 did"):
        fold(history.events)


def test_fold_refuses_a_redemption_that_burns_another_face() -> None:
    events = redeemed_history().events
    place = next(number for number, event in enumerate(events) if event.name == "Redeemed")
    events[place] = replace(events[place], args={**events[place].args, "face": 59})
    with pytest.raises(ReconBreak, match=r"the redemption in transaction .* moved 59 of .* transfers say 60"):
        fold(events)


def test_fold_books_an_exchange_on_both_series() -> None:
    history = settled_history()
    args = {"from": SERIES, "to": OTHER, "face": 40, "received": 60, "usd": 1}
    burned, made = move(BUYER, NOBODY, 40), move(NOBODY, BUYER, 60)
    history.say(("Programme", "Exchanged", args), burned, made)
    history.events[-1] = replace(history.events[-1], address=OTHER)
    register = fold(history.events)
    assert register.balances(OTHER) == {BUYER: 60}
    assert [(one.series, one.issued_face, one.retired_face, one.used_usd) for one in register.programme().series] == [
        (SERIES, 100, 40, 0),
        (OTHER, 60, 0, 1),
    ]
    history.events[-3] = replace(history.events[-3], args={**args, "received": 61})
    with pytest.raises(ReconBreak, match=r"issued 61 of .* by its issuer's log, but 60 by the token's transfers"):
        fold(history.events)


def test_fold_keeps_puts_and_buybacks() -> None:
    history = settled_history()
    agent = ("LiabilityManagement", "OfferSettled")
    opened = {"id": "0x09", "series": SERIES, "treasury": TREASURY, "closesAt": NOON, "mostFace": 100}
    history.say(("LiabilityManagement", "BuybackOpened", opened))
    history.say(
        (*agent, {"id": "0x09", "holder": HOLDER, "face": 10, "cash": 9, "accrued": -1}),
        ("Programme", "Retired", {"series": SERIES, "face": 10, "usd": 0}),
        move(HOLDER, NOBODY, 10),
    )
    put = {"series": SERIES, "period": 3, "holder": BUYER, "face": 5, "cash": 5}
    history.say(
        ("LiabilityManagement", "PutSettled", put),
        ("Programme", "Retired", {"series": SERIES, "face": 5, "usd": 0}),
        move(BUYER, NOBODY, 5),
    )
    found = fold(history.events).purchases()
    assert [(one.kind, one.series, one.period, one.wallet, one.face, one.cash, one.accrued) for one in found] == [
        ("buyback", SERIES, None, HOLDER, 10, 9, -1),
        ("put", SERIES, 3, BUYER, 5, 5, 0),
    ]


def test_fold_keeps_meetings_and_defaults() -> None:
    history = settled_history()
    history.say(("Defaults", "DefaultDeclared", {"series": SERIES, "period": 2**256 - 1}))
    times = {"recordAt": NOON, "closesAt": NOON + 9}
    history.say(
        ("Meeting", "Convened", {"id": 1, "kind": 2, "procedure": 0, "convener": AGENT, **times}),
        ("Meeting", "SeriesListed", {"id": 1, "series": SERIES, "to": OTHER, "ratio": 10**18, "factor": 10**18}),
        ("Meeting", "VoteCast", {"id": 1, "series": SERIES, "holder": HOLDER, "support": True, "weight": 60}),
        ("Meeting", "VoteCast", {"id": 1, "series": SERIES, "holder": BUYER, "support": False, "weight": 40}),
        ("Meeting", "Counted", {"id": 1, "series": SERIES, "inFavour": 60, "against": 40, "outstanding": 100}),
        ("Meeting", "Closed", {"id": 1, "outcome": 2}),
    )
    register = fold(history.events)
    [meeting] = meetings(register)
    assert (meeting.kind, meeting.outcome, meeting.series[0].in_favour) == ("modify", "rejected", 60)
    assert [(ballot.wallet, ballot.support, ballot.weight) for ballot in meeting.ballots] == [
        (HOLDER, True, 60),
        (BUYER, False, 40),
    ]
    assert [(one.series, one.period, one.kind) for one in defaults(register)] == [(SERIES, None, "declared")]


def test_fold_keeps_the_tax_table() -> None:
    history = settled_history()
    history.say(("TaxTable", "RatesSet", {"instrumentClass": 1, "fromDay": 18000, "row": 2**255, "reduced": 7}))
    assert fold(history.events).tax_rows() == (TaxRowSet(1, 18000, 2**255, 7),)


def test_fold_counts_cash_apart() -> None:
    history = History()
    history.say(
        move(NOBODY, HOLDER, 50, "CashToken"),
        ("CashToken", "Minted", {"minter": AGENT, "to": HOLDER, "amount": 50}),
    )
    history.say(move(HOLDER, NOBODY, 20, "CashToken"), ("CashToken", "Burned", {"minter": HOLDER, "amount": 20}))
    register = fold(history.events)
    assert register.balances(CASH) == {HOLDER: 30}
    assert register.supply(CASH) == 30
    assert register.series() == ()
    assert register.connection.execute("SELECT cash FROM cash").fetchall() == [(30,)]


@pytest.mark.parametrize(
    ("lost", "line"),
    [
        (("Programme", "Issued"), "issued 0 of"),
        (("Settlement", "AllotmentOpened"), None),
        (("PayingAgent", "Funded"), "was funded with 100 in all"),
        (("BondToken", "Transfer"), "stand at -40"),
    ],
)
def test_fold_refuses_a_history_with_a_gap(lost: tuple[str, str], line: str | None) -> None:
    events = redeemed_history().events
    first = next(event for event in events if (event.contract, event.name) == lost)
    events.remove(first)
    if line is None:
        fold(events)  # nothing moves by an opening alone
        return
    with pytest.raises(ReconBreak, match=line) as caught:
        fold(events)
    assert caught.value.breaks
    assert "fetch the logs of all contracts again" in str(caught.value)


def test_fold_refuses_a_trade_without_its_transfer() -> None:
    events = settled_history().events[:-1]
    with pytest.raises(ReconBreak, match=r"the trade in transaction .* moved 40 of .* transfers say 0"):
        fold(events)


def test_fold_refuses_a_negative_balance(history: History) -> None:
    history.say(move(TREASURY, HOLDER, 21))
    with pytest.raises(
        ReconBreak, match=rf"wallet {TREASURY} of token {SERIES} would stand at -1 after block 7, log 0"
    ):
        fold(history.events)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"args": {"from": HOLDER, "to": BUYER, "value": 1}}, "holds two different logs number 0"),
        ({"tx_hash": "0x99"}, "holds two different logs number 0"),
        ({"block": 9, "timestamp": NOON + 9}, "stands in two blocks"),
    ],
)
def test_fold_refuses_logs_that_contradict_each_other(history: History, change: dict[str, object], line: str) -> None:
    twin = next(event for event in history.events if event.block == 2)
    with pytest.raises(ReconBreak, match=line):
        fold([*history.events, replace(twin, **change)])  # type: ignore[arg-type]


def test_fold_refuses_time_that_runs_back(history: History) -> None:
    history.events.append(replace(history.events[-1], block=99, tx_hash="0x99", timestamp=NOON))
    with pytest.raises(ReconBreak, match=r"block 99 is dated"):
        fold(history.events)


def chain_of(register: Register) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    return {SERIES: register.balances(SERIES)}, {SERIES: register.supply(SERIES)}


def test_reconcile_finds_nothing_when_both_agree(history: History) -> None:
    register = fold(history.events)
    balances, supplies = chain_of(register)
    assert reconcile(register, balances, supplies, used_usd=4) == ()
    assert len(recon_rows(register, balances, supplies, used_usd=4)) == 6


def test_reconcile_names_each_difference(history: History) -> None:
    register = fold(history.events)
    balances, supplies = chain_of(register)
    balances[SERIES][HOLDER] -= 1
    del balances[SERIES][BUYER]
    balances[SERIES][AGENT] = 5
    supplies[SERIES] = 601
    found = reconcile(register, balances, supplies, used_usd=5)
    assert [(row.item, row.wallet, row.difference) for row in found] == [
        ("supply", "", -1),
        ("balance", HOLDER, 1),
        ("balance", BUYER, None),
        ("balance", AGENT, -5),
        ("programme_use", "", -1),
    ]


def test_reconcile_asks_the_register_for_the_moment_of_the_chain(history: History) -> None:
    register = fold(history.events)
    assert reconcile(register, {SERIES: {HOLDER: 100, DEALER: 900}}, {SERIES: 1000}, at=NOON + 2) == ()


def test_save_writes_a_register_that_loads_the_same(history: History, tmp_path: Path) -> None:
    register = fold(history.events)
    path = tmp_path / "register.duckdb"
    path.write_text("what stood there before")
    save(register, path)
    loaded = load(path)
    assert loaded.content_hash() == register.content_hash()
    assert loaded.balances(SERIES) == register.balances(SERIES)
    assert loaded.connection.execute("SELECT supply FROM supply").fetchall() == [(600,)]
    assert [entry.name for entry in tmp_path.iterdir()] == ["register.duckdb"]
    path.unlink()
    save(fold(history.events), path)
    assert load(path).content_hash() == register.content_hash()


def test_save_leaves_nothing_when_it_cannot_write(history: History, tmp_path: Path) -> None:
    register = fold(history.events)
    with pytest.raises(OutputError, match="cannot be written"):
        save(register, tmp_path / "missing" / "register.duckdb")
    taken = tmp_path / "taken"
    (taken / "inside").mkdir(parents=True)
    with pytest.raises(OutputError):
        save(register, taken)
    assert [entry.name for entry in tmp_path.iterdir()] == ["taken"]
    save(register, tmp_path / "register.duckdb")  # and the register still works


def test_load_refuses_what_is_no_register(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fold the register first"):
        load(tmp_path / "none.duckdb")
    (tmp_path / "text.duckdb").write_text("not a database" * 999)
    with pytest.raises(InputError, match="is not a register"):
        load(tmp_path / "text.duckdb")


WALLETS = [f"0x{index:040x}" for index in range(1, 6)]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([NOBODY, *WALLETS]), st.sampled_from([NOBODY, *WALLETS]), st.integers(0, 1000), st.booleans()
    ),
    max_size=40,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.data_too_large])
@given(steps=STEPS, seed=st.integers(0, 2**32), scale=st.sampled_from([1, 10**6, 2**100 + 1]))
def test_fold_equals_a_naive_fold(steps: list[tuple[str, str, int, bool]], seed: int, scale: int) -> None:
    events: list[Event] = []
    naive: dict[str, int] = defaultdict(int)
    states: list[tuple[int, dict[str, int]]] = []
    block = index = 0
    for sender, receiver, share, same_block in steps:
        if sender == receiver == NOBODY:
            continue
        amount = share * scale if sender == NOBODY else naive[sender] * share // 1000
        block, index = (block, index + 1) if same_block and block else (block + 1, 0)
        naive[sender] -= amount
        naive[receiver] += amount
        args = {"from": sender, "to": receiver, "value": amount}
        events.append(Event("BondToken", SERIES, "Transfer", args, block, NOON + block, f"0x{block:064x}", index))
        states.append((NOON + block, dict(naive)))
    random.Random(seed).shuffle(events)
    register = fold(events)
    for moment in {moment for moment, _ in states}:
        expected = [state for at, state in states if at == moment][-1]
        found = register.balances(SERIES, moment + 1)
        assert found == {wallet: face for wallet, face in expected.items() if face and wallet != NOBODY}
        assert register.supply(SERIES, moment + 1) == sum(found.values())
    register.close()


def many_transfers(count: int) -> Iterator[Event]:
    draw = random.Random(574)
    wallets = [f"0x{index:040x}" for index in range(1, 1021)]
    for index in range(count):
        sender = NOBODY if index < len(wallets) else draw.choice(wallets)
        receiver = wallets[index] if index < len(wallets) else draw.choice(wallets)
        amount = 10**15 if index < len(wallets) else draw.randrange(10**9)
        args: dict[str, Value] = {"from": sender, "to": receiver, "value": amount}
        block = index // 100
        yield Event("BondToken", SERIES, "Transfer", args, block, NOON + block, f"0x{index // 2:064x}", index % 100)


def test_fold_is_fast() -> None:
    events = list(many_transfers(100_000))
    started, used = time.perf_counter(), time.process_time()
    fold(events).close()
    # Processor time, all threads together: on an idle machine the fold takes less, and a busy one does not fail it.
    used = time.process_time() - used
    rate = len(events) / used
    took = time.perf_counter() - started
    print(f"{len(events):,} events in {took:.2f} s, {rate:,.0f} a second of processor time")  # noqa: T201  the point
    assert rate > 60_000

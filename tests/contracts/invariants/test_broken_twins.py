"""Each invariant of docs/invariants.md has a twin of a contract, broken in one place, that its check catches."""

import re

import pytest
from harness import ROOT, Twin, twin_artifacts
from model import CASH, DAY, PKT, Trade
from payments import PaymentRun, use_payments
from run import MINTER, STRANGERS, TREASURY, UNIT, WALLETS, InvariantBroken, Run
from world import VALID_UNTIL

TOKEN = "contracts/assets/PermissionedToken.sol"
LEDGER = "contracts/assets/TokenLedger.sol"
SERIES = "contracts/assets/RwaToken.sol"
PROGRAMME = "contracts/registry/Programme.sol"
PAYING_AGENT = "contracts/market/PayingAgent.sol"
PAYMENTS = "contracts/market/Payments.sol"
BOOKS = "contracts/market/PaymentBooks.sol"
STANDING = "contracts/registry/Standing.sol"
SETTLEMENT = "contracts/market/Settlement.sol"

# Named by the invariant that each breaks and by what is wrong with it.
TWINS = (
    Twin(
        "I1 a receiver gets more than was sent", "BondToken", LEDGER,
        "target.value = _touched(state, to, target.value).plus(amount);",
        "target.value = _touched(state, to, target.value).plus(amount + 1);",
    ),
    Twin(
        "I2 the Programme counts less than was issued", "Programme", PROGRAMME,
        "entry.face += face.toUint128();", "entry.face += (face - 1).toUint128();",
    ),
    Twin(
        "I3 an issue reports less than it credits", "BondToken", LEDGER,
        "emit Transfer(SUPPLY, receiver, amount);", "emit Transfer(SUPPLY, receiver, amount - 1);",
    ),
    Twin(
        "I4 a burn leaves what the minter has minted", "CashToken", "contracts/assets/CashToken.sol",
        "known.minted -= less;", "",
    ),
    Twin(
        "I5 a funding counts twice", "PayingAgent", BOOKS,
        "book.funded + amount.toUint128();", "book.funded + (2 * amount).toUint128();",
    ),
    Twin(
        "I6 the receiver is not asked for", "Allowlist", STANDING,
        "code = _standing(receiver,", "if (to == address(0)) code = _standing(receiver,",
    ),
    Twin(
        "I6 a frozen wallet receives", "Allowlist", STANDING,
        "if (flags & RecordLib.FLAG_FROZEN != 0) return party + Restrictions.FROZEN;", "",
    ),
    Twin(
        "I6 a row lifts a freeze", "Allowlist", "contracts/registry/Onboarding.sol",
        "record = record.withFlags(present.flags() & RecordLib.FLAGS_OF_ORDERS);", "",
    ),
    Twin(
        "I7 a record date is forgotten", "BondToken", SERIES,
        "if (lastDay != 0 && account.balance() != 0", "if (lastDay == 1 && account.balance() != 0",
    ),
    Twin(
        "I7 a move in the second of closing counts before it", "BondToken", SERIES,
        "if (current.touchedAt() < recordAt) return", "if (current.touchedAt() <= recordAt) return",
    ),
    Twin("I8 a redemption releases no dollars", "Programme", PROGRAMME, "usedUsd -= usd;", ""),
    Twin(
        "I8 the cap looks at the past only", "Programme", PROGRAMME,
        "require(used + usd <= capUsd,", "require(used <= capUsd,",
    ),
    Twin(
        "I9 a forced transfer lifts the whole freeze", "BondToken", LEDGER,
        "_setFrozen(holder, _frozen[holder] - (amount - free));", "_setFrozen(holder, 0);",
    ),
    Twin(
        "I9 a redemption is not remembered", "PayingAgent", PAYING_AGENT,
        "Claim(claim_.face, burned.toUint128());", "Claim(claim_.face, claim_.burned);",
    ),
    Twin(
        "I10 a freeze does not bind", "BondToken", LEDGER,
        "require(amount <= free, ERC7943InsufficientUnfrozenBalance(holder, amount, free));",
        "require(amount <= balance, ERC7943InsufficientUnfrozenBalance(holder, amount, free));",
    ),
    Twin(
        "I10 an allowance is never used up", "CashToken", TOKEN,
        "_allowances[owner][spender] = allowed - amount;", "_allowances[owner][spender] = allowed;",
    ),
    Twin(
        "I10 a nonce serves twice", "Settlement", SETTLEMENT,
        "words[nonce >> 8] = used | bit;", "words[nonce >> 8] = used;",
    ),
)  # fmt: skip

PAYMENT_TWINS = (
    Twin(
        "I11 more is taken than is missing", "PayingAgent", BOOKS,
        "taken = Math.min(amount, _missing(series, period));",
        "taken = Math.min(amount, 2 * _missing(series, period));",
    ),
    Twin(
        "I11 the dust goes to who asks for it", "PayingAgent", BOOKS,
        "_CASH.safeTransfer(payer, dust);", "_CASH.safeTransfer(msg.sender, dust);",
    ),
    Twin(
        "I11 tax is remitted at every call", "PayingAgent", BOOKS,
        "book.remitted += tax.toUint128();", "",
    ),
    Twin(
        "I12 a payment is not remembered", "PayingAgent", PAYMENTS,
        "done[holder] = periods | (1 << run.period);", "",
    ),
    Twin(
        "I12 a part is not remembered", "PayingAgent", PAYMENTS,
        "part.income += amounts.income.toUint128();", "",
    ),
    Twin(
        "I12 income is rounded up", "PayingAgent", PAYMENTS,
        "uint256 income = terms.incomeDown(face);", "uint256 income = terms.incomeDown(face) + Units.MINOR_UNIT;",
    ),
    Twin(
        "I12 tax is rounded down", "PayingAgent", "contracts/libraries/TaxRow.sol",
        "(income * bps + _BPS * Units.MINOR_UNIT - 1)", "(income * bps)",
    ),
    Twin(
        "I12 the first to ask takes all that is funded", "PayingAgent", PAYMENTS,
        "if (book.funded < book.due) {", "if (book.funded < book.due && book.due == 0) {",
    ),
    Twin(
        "I12 a holder is redeemed past his creditor", "PayingAgent", PAYING_AGENT,
        "Math.saturatingSub(_targetOf(redemption, claim_), kept)",
        "Math.saturatingSub(_targetOf(redemption, claim_), kept / 2)",
    ),
    Twin(
        "I12 a creditor collects as if nothing had been", "PayingAgent", PAYING_AGENT,
        "_collected[series][holder] += face;", "",
    ),
    Twin(
        "I13 the holder of today is paid", "BondToken", SERIES,
        "if (current.touchedAt() < recordAt) {", "if (current.touchedAt() < recordAt || recordAt != 0) {",
    ),
    Twin(
        "I13 the supply of today is paid on", "BondToken", SERIES,
        "return balanceAt(SUPPLY, recordAt);", "return recordAt == 0 ? 0 : totalSupply();",
    ),
)  # fmt: skip


def use_tokens(run: Run) -> None:
    """Moves, freezes and forced transfers, some of them refused."""
    holder, receiver, spender = WALLETS[1:4]
    for name in (CASH, "long"):
        run.transfer(name, holder, receiver, 100)
        run.transfer(name, holder, STRANGERS[0], 5)
        run.approve(name, holder, spender, 500)
        run.transfer_from(name, spender, holder, receiver, 500)
        run.transfer_from(name, spender, holder, receiver, 1)
        run.freeze(name, holder, run.model.tokens[name].balance(holder))
        run.transfer(name, holder, receiver, 1)
        run.forced_transfer(name, holder, receiver, 10)
        run.freeze(name, holder, 0)
    run.freeze_wallet(receiver, frozen=True)
    for name in (CASH, "long"):
        run.transfer(name, holder, receiver, 1)
        run.transfer(name, receiver, holder, 1)
        run.forced_transfer(name, receiver, holder, 1)
    run.onboard(receiver, VALID_UNTIL, by_registrar=True)
    run.transfer(CASH, holder, receiver, 1)
    run.freeze_wallet(receiver, frozen=False)
    run.transfer(CASH, holder, receiver, 1)
    run.mint(holder, 5)
    run.burn(5)


def use_market(run: Run) -> None:
    """An issue, a trade and a page, and what must not be repeated."""
    seller, buyer = WALLETS[1:3]
    trade = Trade("long", seller, buyer, UNIT, 98 * UNIT, 7, 7, run.model.now, (seller, buyer))
    run.issue("long", [(seller, 3 * UNIT)])
    run.settle_trade(trade)
    run.settle_trade(trade)
    winners = [(seller, UNIT, 98_000_000), (STRANGERS[0], UNIT, 98_000_000)]
    run.open_allotment("long", winners)
    run.settle_page(0, 0, winners)
    run.settle_page(0, 0, winners)
    room = (run.model.cap - run.model.used()) * run.model.holding()[0] // UNIT
    run.issue("long", [(buyer, room // UNIT * UNIT + UNIT)])
    run.issue("long", [(buyer, room // UNIT * UNIT)])


def pass_a_record_date(run: Run) -> None:
    """A move in the second of closing, one after it, and an issue's holder emptied."""
    holder, receiver = WALLETS[1:3]
    now = run.model.now
    closing = now - (now + PKT) % DAY + 2 * DAY
    run.set_record_date("long", closing)
    run.travel(closing - now)
    run.transfer("long", holder, receiver, 3)
    run.transfer("long", holder, TREASURY, 4)  # who had none before
    run.travel(60)
    run.transfer("long", receiver, holder, 5)


def redeem_in_parts(run: Run) -> None:
    """Half the money, everybody asking twice, then the rest; another series' money lies beside it."""
    half = run.model.tokens["ripe"].supply() // 2
    run.fund("middle", TREASURY, 10**30)
    for amount in (half, 10**30):
        run.fund("ripe", TREASURY, amount)
        run.redeem("ripe", WALLETS)
        run.redeem("ripe", WALLETS)


def use_everything(run: Run) -> None:
    """One way through all that can be broken."""
    run.begin()
    use_tokens(run)
    use_market(run)
    pass_a_record_date(run)
    redeem_in_parts(run)
    assert run.model.tokens["ripe"].supply() == 0
    assert run.model.tokens[CASH].balance(MINTER) > 0


def test_the_real_contracts_pass():
    use_everything(Run())


@pytest.fixture(scope="module")
def artifacts():
    return twin_artifacts(TWINS + PAYMENT_TWINS)


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_a_broken_twin_is_caught(artifacts, twin: Twin):
    with pytest.raises(InvariantBroken) as caught:
        use_everything(Run({twin.contract: artifacts[twin.name]}))
    assert caught.value.number == twin.name.split()[0]


@pytest.mark.parametrize("twin", PAYMENT_TWINS, ids=lambda twin: twin.name)
def test_a_twin_that_pays_wrongly_is_caught(artifacts, twin: Twin):
    with pytest.raises(InvariantBroken) as caught:
        use_payments(PaymentRun.with_twins({twin.contract: artifacts[twin.name]}))
    assert caught.value.number == twin.name.split()[0]


def test_every_invariant_of_the_list_has_a_twin():
    listed = re.findall(r"^- \*\*(I\d+)\*\*", (ROOT / "docs" / "invariants.md").read_text(), re.MULTILINE)
    assert listed == [f"I{number}" for number in range(1, len(listed) + 1)]
    assert {twin.name.split()[0] for twin in TWINS + PAYMENT_TWINS} == set(listed)

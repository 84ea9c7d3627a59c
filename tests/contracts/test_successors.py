"""What is due to a replaced wallet goes to its successor; what is due to clients of an ended licence is paid."""

import pytest
import test_liability_management as liability
import test_meeting as meetings
from bonds import bullet
from evm import Contract, address_of, expect_revert, key_of
from governed import Governed, build
from test_coupons import FIRST, HELD, INCOME, NET, cash_of, claim, fund, owed, pay, start
from test_standing import end_licence
from world import DAY, MATURITY_AT, UNIT, World, record

HOLDER, RECEIVER, OUTSIDER = map(address_of, ("holder", "receiver", "outsider"))
REGISTRAR, ENFORCER, TREASURY = map(address_of, ("registrar", "enforcer", "treasury"))
NEW = address_of("new wallet")
ALL = REDEMPTION = 2**256 - 1


def replace(world: World, *tokens: Contract, tax_class: int = 1) -> None:
    """The holder's wallet is lost, and another one of his takes its place and what it had of the tokens."""
    row = (NEW, record(investor=1, tax_class=tax_class, valid_until=world.chain.now + 1_000 * DAY), bytes(32))
    world.allowlist.onboardByRegistrar([row], by=REGISTRAR)
    for token in tokens:
        token.forcedTransfer(HOLDER, NEW, token.balanceOf(HOLDER), by=ENFORCER)
    world.allowlist.replace(HOLDER, NEW, by=ENFORCER)


@pytest.fixture
def due(world: World) -> Contract:
    """A bullet whose first coupon is funded and payable, as in the tests of coupons."""
    series = start(world, bullet())
    fund(world, series)
    world.chain.now = FIRST
    return series


# ── payments ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pay_sends_a_replaced_wallets_coupon_to_its_successor(world: World, due: Contract):
    replace(world, due)
    receipt = pay(world, due, HOLDER, RECEIVER, NEW)
    assert receipt.of("Paid")[0][3] == HOLDER
    assert cash_of(world, HOLDER, NEW, RECEIVER) == [0, NET[HOLDER], NET[RECEIVER]]
    assert owed(world, due, HOLDER) == (0, 0, 0)
    assert pay(world, due, HOLDER, NEW).log == ()


def test_claim_of_a_replaced_wallet_pays_its_successor(world: World, due: Contract):
    replace(world, due)
    assert claim(world, due, HOLDER).result == NET[HOLDER]
    assert cash_of(world, HOLDER, NEW) == [0, NET[HOLDER]]


def test_claim_of_a_successor_pays_what_was_its_own_at_the_record_date(world: World, due: Contract):
    replace(world, due)
    assert claim(world, due, NEW).result == 0
    assert cash_of(world, NEW) == [0]


def test_pay_taxes_at_the_class_of_the_successor(world: World, due: Contract):
    replace(world, due, tax_class=4)  # exempt
    pay(world, due, HOLDER)
    assert cash_of(world, NEW) == [INCOME[HOLDER]]


def test_pay_keeps_the_coupon_while_the_successor_is_frozen(world: World, due: Contract):
    world.allowlist.setFrozen(HOLDER, True, by=ENFORCER)
    replace(world, due)
    receipt = pay(world, due, HOLDER)
    assert receipt.log == (("PaymentSkipped", due.address, 0, HOLDER, 25, NET[HOLDER]),)
    world.allowlist.setFrozen(NEW, False, by=ENFORCER)
    pay(world, due, HOLDER)
    assert cash_of(world, HOLDER, NEW) == [0, NET[HOLDER]]


def test_pay_keeps_the_coupon_of_a_frozen_wallet(world: World, due: Contract):
    """Attack case 14: and pays the others."""
    world.allowlist.setFrozen(HOLDER, True, by=ENFORCER)
    receipt = pay(world, due, HOLDER, RECEIVER)
    assert receipt.log[0] == ("PaymentSkipped", due.address, 0, HOLDER, 25, NET[HOLDER])
    assert cash_of(world, HOLDER, RECEIVER) == [0, NET[RECEIVER]]


def test_redeem_pays_the_face_of_a_replaced_wallet_to_its_successor(world: World, bond: Contract):
    world.issue(bond, {HOLDER: UNIT, RECEIVER: UNIT})
    world.mint_cash(TREASURY, 2 * UNIT)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    world.paying_agent.fund(bond.address, ALL, by=TREASURY)
    world.chain.now = MATURITY_AT
    replace(world)  # face does not move any more
    world.paying_agent.redeem(bond.address, [HOLDER, RECEIVER], by=OUTSIDER)
    assert cash_of(world, HOLDER, NEW, RECEIVER) == [0, UNIT, UNIT]
    assert (bond.balanceOf(HOLDER), bond.totalSupply()) == (0, 0)


def test_clients_of_an_ended_licence_are_paid_coupon_and_principal(world: World, due: Contract):
    end_licence(world)
    pay(world, due, HOLDER)
    claim(world, due, RECEIVER)
    assert cash_of(world, *HELD) == [NET[wallet] for wallet in HELD]
    world.chain.now = due.maturityDate()
    world.paying_agent.fund(due.address, ALL, by=TREASURY)
    world.paying_agent.redeem(due.address, list(HELD), by=OUTSIDER)
    assert due.totalSupply() == 0
    assert world.allowlist.receiveCode(HOLDER) == 23


# ── votes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def governed(world: World) -> Governed:
    return build(world)


@pytest.fixture
def voting(governed: Governed) -> Contract:
    """A meeting is open; after its record date the holder's wallet was replaced."""
    series = meetings.create(governed, {HOLDER: 25 * UNIT, RECEIVER: 75 * UNIT})
    governed.go_to(meetings.DEFAULT_DAY, 11)
    governed.defaults.declareDefault(series.address, 0)
    governed.open_voting(meetings.by_holder(governed, series))
    replace(governed.world, series)
    return series


def test_vote_reverts_when_the_wallet_was_replaced(governed: Governed, voting: Contract):
    with expect_revert("NoWeight", account=HOLDER):
        meetings.vote(governed, 1, voting, HOLDER)
    with expect_revert("NoWeight", account=NEW):
        meetings.vote(governed, 1, voting, NEW)


def test_vote_by_sig_of_a_replaced_wallet_is_signed_by_its_successor(governed: Governed, voting: Contract):
    """Attack case 7: who found the old key votes no more."""
    ballot = meetings.ballot_hash(governed, 1, voting, HOLDER, True)
    method = governed.meeting.voteBySig
    with expect_revert("SignatureInvalid", signer=HOLDER):
        method(1, voting.address, HOLDER, True, key_of("holder").sign(ballot), by=OUTSIDER)
    receipt = method(1, voting.address, HOLDER, True, key_of("new wallet").sign(ballot), by=OUTSIDER)
    assert receipt.log == (("VoteCast", 1, voting.address, HOLDER, True, 25 * UNIT),)
    with expect_revert("SignatureInvalid", signer=RECEIVER):
        other = meetings.ballot_hash(governed, 1, voting, RECEIVER, True)
        method(1, voting.address, RECEIVER, True, key_of("new wallet").sign(other), by=OUTSIDER)


# ── puts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def put(governed: Governed) -> Contract:
    """Three and two units are put, all is funded, and it is the payable date."""
    liability.enrich(governed)
    series = liability.issued(governed, liability.puttable())
    governed.world.chain.now = liability.OPENS
    liability.notice(governed, series, HOLDER, 3 * UNIT)
    liability.notice(governed, series, RECEIVER, 2 * UNIT)
    liability.fund_put(governed, series)
    governed.world.chain.now = liability.PAYABLE
    return series


def test_settle_put_passes_over_a_replaced_wallet_whose_face_is_elsewhere(governed: Governed, put: Contract):
    replace(governed.world, put)
    receipt = liability.settle_put(governed, put)
    assert receipt.log[0] == ("PutSkipped", put.address, liability.PERIOD, HOLDER, 26, 3 * UNIT)
    assert [entry[3] for entry in receipt.of("PutSettled")] == [RECEIVER]


def test_settle_put_pays_the_clients_of_an_ended_licence(governed: Governed, put: Contract):
    end_licence(governed.world)
    assert liability.settle_put(governed, put).result == liability.worth(5 * UNIT)
    assert governed.cash_of(HOLDER, RECEIVER) == [liability.worth(3 * UNIT), liability.worth(2 * UNIT)]

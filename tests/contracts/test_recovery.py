"""Enforcement: a lost wallet's place is taken by another of its investor, with all that it has, owes and may."""

from typing import Any

import pytest
from bonds import ENDS, WAD, bullet
from evm import Contract, Receipt, address_of, expect_revert, key_of
from governed import IN_FAVOUR, NO_CHOICE, SERIES_BY_SERIES, VOTE, Governed
from governed import build as build_governed
from ordered import (
    ALL,
    CHECKER,
    EXPIRY,
    FORCED_TRANSFER,
    FOUND,
    FREEZE_AMOUNT,
    FREEZE_WALLET,
    HOLDER,
    LONGEST,
    OUTSIDER,
    RECEIVER,
    RECOVERY,
    SECOND_FOUND,
    SPENDER,
    TREASURY,
    Orders,
    build,
    frozen,
    held,
    names,
    proposal,
)  # fmt: skip
from policed import enrol
from signing import digest, domain_separator, trade_digest
from test_meeting import modify
from world import DAY, ISSUE_AT, MATURITY_AT, NON_FILER, NOW, UNIT, World

FIRST = ISSUE_AT + ENDS[0] * DAY
COUPON, TAX = 747_940_000, 149_590_000  # 15,000 at 10 % for 182 of 365 days; a fifth up to the paisa
REPLACED = 16
MONEY = 700


@pytest.fixture
def orders(world: World) -> Orders:
    return build(world)


@pytest.fixture
def series(orders: Orders) -> Contract:
    """A bond with coupons of which the holder has three units, the receiver one."""
    series = bullet().create(orders.world, salt=60)
    orders.world.issue(series, {HOLDER: 3 * UNIT, RECEIVER: UNIT})
    return series


def pay_coupon(orders: Orders, series: Contract, *holders: str) -> Receipt:
    """The first coupon is funded and paid, by anyone."""
    world = orders.world
    if not world.paying_agent.accountOf(series.address, 0).funded:
        world.mint_cash(TREASURY, UNIT)
        world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
        world.paying_agent.fundPayment(series.address, 0, ALL, by=TREASURY)
    return world.paying_agent.pay(series.address, 0, list(holders), by=OUTSIDER)


# ── what goes along ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_recovery_moves_all_series_and_cash_in_one_transaction(orders: Orders, series: Contract):
    """Attack case 28, without a debt: there are no liens yet."""
    world, bond, cash = orders.world, orders.world.bond, orders.world.cash
    third = world.new_series(61)
    world.issue(third, {HOLDER: 2 * UNIT})
    world.mint_cash(HOLDER, MONEY)
    world.issue(bond, {FOUND: UNIT})
    receipt = orders.recover(bond, series, third, cash, bond)
    assert receipt.of("Recovered") == [
        ("Recovered", 1, bond.address, 3 * UNIT, 0),
        ("Recovered", 1, series.address, 3 * UNIT, 0),
        ("Recovered", 1, third.address, 2 * UNIT, 0),
        ("Recovered", 1, cash.address, MONEY, 0),
    ]
    assert receipt.log[-1] == ("WalletReplaced", HOLDER, FOUND)
    assert [held(token, HOLDER, FOUND) for token in (bond, series, third, cash)] == [
        [0, 4 * UNIT], [0, 3 * UNIT], [0, 2 * UNIT], [0, MONEY],
    ]  # fmt: skip
    assert [token.totalSupply() for token in (bond, series, third)] == [4 * UNIT, 4 * UNIT, 2 * UNIT]
    assert world.allowlist.successorOf(HOLDER) == FOUND


def test_a_recovery_takes_freezes_of_wallet_and_amount_along(orders: Orders, enforcement: Contract, bond: Contract):
    wallet_order, amount_order = orders.freeze(), orders.freeze_amount(bond, UNIT)
    receipt = orders.recover(bond)
    assert ("Recovered", 3, bond.address, 3 * UNIT, UNIT) in receipt.log
    assert receipt.log[-2:] == (("WalletFrozen", FOUND, True), ("WalletReplaced", HOLDER, FOUND))
    assert (held(bond, FOUND), frozen(bond, HOLDER, FOUND)) == ([3 * UNIT], [UNIT, UNIT])
    assert [enforcement.freezesOf(wallet) for wallet in (HOLDER, FOUND)] == [0, 1]
    assert orders.lift(wallet_order).log[-1] == ("WalletFrozen", FOUND, False)
    orders.lift(amount_order)
    assert (frozen(bond, HOLDER, FOUND), bond.freeBalanceOf(FOUND)) == ([0, 0], 3 * UNIT)
    bond.transfer(RECEIVER, 3 * UNIT, by=FOUND)


def test_a_recovery_leaves_what_the_new_wallet_has_free(orders: Orders, bond: Contract):
    orders.world.issue(bond, {FOUND: 2 * UNIT})
    orders.freeze_amount(bond, 10 * UNIT)
    orders.freeze_amount(bond, UNIT, wallet=FOUND)
    orders.recover(bond)
    assert (held(bond, FOUND), frozen(bond, FOUND), bond.freeBalanceOf(FOUND)) == ([5 * UNIT], [4 * UNIT], UNIT)
    orders.lift(1)
    assert frozen(bond, FOUND) == [UNIT]
    orders.lift(2)
    assert frozen(bond, FOUND) == [0]


def test_a_freeze_that_is_executed_after_a_recovery_binds_the_new_wallet(
    orders: Orders, enforcement: Contract, bond: Contract
):
    """Attack: between proposal and execution the subject changes wallets; no freeze may miss him, all are lifted."""
    wallet_order = orders.propose(FREEZE_WALLET)
    amount_order = orders.propose(FREEZE_AMOUNT, token=bond.address, amount=UNIT)
    other = orders.freeze_amount(bond, UNIT, wallet=FOUND)
    orders.recover(bond)
    for order in (wallet_order, amount_order):
        orders.execute(order)
    assert [enforcement.freezesOf(wallet) for wallet in (HOLDER, FOUND)] == [0, 1]
    assert (bond.canSend(FOUND), frozen(bond, HOLDER, FOUND)) == (False, [UNIT, 2 * UNIT])
    orders.lift(wallet_order)
    orders.lift(amount_order)
    assert (bond.canSend(FOUND), frozen(bond, HOLDER, FOUND)) == (True, [0, UNIT])
    orders.lift(other)
    assert frozen(bond, FOUND) == [0]


def test_lapse_ends_a_freeze_where_it_went(orders: Orders, enforcement: Contract, bond: Contract):
    wallet_order, amount_order = orders.freeze(), orders.freeze_amount(bond, UNIT)
    orders.recover(bond)
    orders.world.chain.now = EXPIRY + 1
    for order in (wallet_order, amount_order):
        enforcement.lapse(order, by=OUTSIDER)
    assert (bond.canSend(FOUND), bond.freeBalanceOf(FOUND)) == (True, 3 * UNIT)


# ── past entitlements ────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_unclaimed_coupon_of_the_old_wallet_is_paid_to_the_new_one_by_anyone(orders: Orders, series: Contract):
    world = orders.world
    world.chain.now = FIRST
    orders.recover(series, expires_at=FIRST + DAY)
    receipt = pay_coupon(orders, series, HOLDER, FOUND)
    assert receipt.of("Paid") == [("Paid", series.address, 0, HOLDER, COUPON, 0, TAX)]
    assert held(world.cash, HOLDER, FOUND) == [0, COUPON - TAX]
    assert pay_coupon(orders, series, HOLDER, FOUND).of("Paid") == []


def test_a_coupon_with_the_record_date_after_the_recovery_is_the_new_wallets(orders: Orders, series: Contract):
    orders.recover(series)
    orders.world.chain.now = FIRST
    receipt = pay_coupon(orders, series, HOLDER, FOUND)
    assert receipt.of("Paid") == [("Paid", series.address, 0, FOUND, COUPON, 0, TAX)]


def test_the_tax_class_is_that_of_the_new_wallet(orders: Orders, series: Contract):
    """A second tax class of one investor is the registrar's word; what counts is who is paid."""
    enrol(orders.world, FOUND, investor=1, tax_class=NON_FILER)
    orders.world.chain.now = FIRST
    orders.recover(series, expires_at=FIRST + DAY)
    receipt = pay_coupon(orders, series, HOLDER)
    assert receipt.of("Paid") == [("Paid", series.address, 0, HOLDER, COUPON, 0, 299_180_000)]


def test_a_claim_by_the_old_key_pays_the_new_wallet(orders: Orders, series: Contract):
    orders.world.chain.now = FIRST
    orders.recover(series, expires_at=FIRST + DAY)
    pay_coupon(orders, series)
    orders.world.paying_agent.claim(series.address, 0, by=HOLDER)
    assert held(orders.world.cash, HOLDER, FOUND) == [0, COUPON - TAX]


@pytest.mark.parametrize("kind", ["wallet", "amount"])
def test_a_frozen_wallets_old_coupon_stays_kept_after_its_recovery_until_the_lift(
    orders: Orders, series: Contract, kind: str
):
    """Attack cases 10 and 14."""
    many = {"expires_at": NOW + LONGEST}
    order = orders.freeze(**many) if kind == "wallet" else orders.freeze_amount(series, UNIT, **many)
    orders.world.chain.now = FIRST
    orders.recover(series, expires_at=FIRST + DAY)
    code = 25 if kind == "wallet" else 3
    skipped = pay_coupon(orders, series, HOLDER).of("PaymentSkipped")
    assert skipped == [("PaymentSkipped", series.address, 0, HOLDER, code, COUPON - TAX)]
    orders.lift(order, expires_at=FIRST + DAY)
    pay_coupon(orders, series, HOLDER)
    assert held(orders.world.cash, FOUND) == [COUPON - TAX]


def test_a_matured_series_stays_and_its_redemption_is_paid_to_the_new_wallet(orders: Orders, bond: Contract):
    world = orders.world
    world.mint_cash(HOLDER, MONEY)
    world.chain.now = MATURITY_AT
    receipt = orders.recover(bond, world.cash, expires_at=MATURITY_AT + DAY)
    assert receipt.of("Recovered") == [("Recovered", 1, world.cash.address, MONEY, 0)]
    assert held(bond, HOLDER, FOUND) == [3 * UNIT, 0]
    world.mint_cash(TREASURY, 3 * UNIT)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    world.paying_agent.fund(bond.address, ALL, by=TREASURY)
    world.paying_agent.redeem(bond.address, [HOLDER], by=OUTSIDER)
    assert (held(world.cash, HOLDER, FOUND), bond.totalSupply()) == ([0, MONEY + 3 * UNIT], 0)


# ── votes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def voting(orders: Orders) -> tuple[Governed, Contract]:
    """A vote is open in which the holder has forty units at the record date; his wallet was recovered since."""
    governed = build_governed(orders.world)
    old, new = (bullet(ends=ends).create(orders.world, salt) for salt, ends in ((62, ENDS), (63, (365, 1000))))
    orders.world.issue(old, {HOLDER: 40 * UNIT, RECEIVER: 60 * UNIT})
    governed.meeting.convene(SERIES_BY_SERIES, [(old.address, new.address, WAD)], 14, by=address_of("debt_office"))
    governed.open_voting(1)
    orders.recover(old)
    return governed, old


def ballot(governed: Governed, old: Contract, name: str) -> bytes:
    """A signature for the weight of the old wallet."""
    separator = domain_separator("Meeting", governed.meeting.address)
    return key_of(name).sign(digest(separator, VOTE, (1, old.address, HOLDER, True)))


def test_the_new_wallet_votes_by_signature_with_the_old_ones_weight(voting: tuple[Governed, Contract]):
    governed, old = voting
    meeting = governed.meeting
    with expect_revert("SignatureInvalid", signer=HOLDER):
        meeting.voteBySig(1, old.address, HOLDER, True, ballot(governed, old, "holder"))
    receipt = meeting.voteBySig(1, old.address, HOLDER, True, ballot(governed, old, "found_wallet"))
    assert receipt.log == (("VoteCast", 1, old.address, HOLDER, True, 40 * UNIT),)
    assert meeting.choiceOf(1, old.address, HOLDER) == IN_FAVOUR
    with expect_revert("NoWeight", account=FOUND):
        meeting.vote(1, old.address, True, by=FOUND)


def test_the_old_key_has_no_vote(voting: tuple[Governed, Contract]):
    governed, old = voting
    with expect_revert("NoWeight", account=HOLDER):
        governed.meeting.vote(1, old.address, True, by=HOLDER)
    signed = ballot(governed, old, "holder")
    receipt = governed.meeting.voteBySigs(1, [(old.address, HOLDER, True, signed)])
    assert receipt.log == (("BallotSkipped", 1, old.address, HOLDER),)
    assert governed.meeting.choiceOf(1, old.address, HOLDER) == NO_CHOICE


def test_a_vote_that_was_cast_before_stands(orders: Orders):
    governed = build_governed(orders.world)
    old, new = (bullet(ends=ends).create(orders.world, salt) for salt, ends in ((62, ENDS), (63, (365, 1000))))
    orders.world.issue(old, {HOLDER: 40 * UNIT})
    governed.meeting.convene(SERIES_BY_SERIES, [(old.address, new.address, WAD)], 14, by=address_of("debt_office"))
    governed.open_voting(1)
    governed.meeting.vote(1, old.address, True, by=HOLDER)
    orders.recover(old)
    with expect_revert("AlreadyCounted", account=HOLDER, choice=IN_FAVOUR):
        governed.meeting.voteBySig(1, old.address, HOLDER, True, ballot(governed, old, "found_wallet"))


# ── the old wallet can do nothing any more ───────────────────────────────────────────────────────────────────────────


def test_the_old_wallet_neither_sends_nor_receives(orders: Orders, bond: Contract, cash: Contract):
    orders.world.mint_cash(HOLDER, MONEY)
    orders.recover()
    for token in (bond, cash):
        with expect_revert("TransferRestricted", code=REPLACED, account=HOLDER):
            token.transfer(RECEIVER, 1, by=HOLDER)
        with expect_revert("TransferRestricted", code=26, account=HOLDER):
            orders.world.give(token, HOLDER, UNIT)
    assert bond.messageForTransferRestriction(REPLACED) == "The sender's wallet was replaced by another."


def test_allowances_of_and_to_the_old_wallet_are_dead(orders: Orders, bond: Contract):
    """Attack case 2."""
    orders.world.issue(bond, {RECEIVER: UNIT})
    bond.approve(SPENDER, ALL, by=HOLDER)
    bond.approve(HOLDER, ALL, by=RECEIVER)
    orders.recover(bond)
    with expect_revert("TransferRestricted", code=REPLACED, account=HOLDER):
        bond.transferFrom(HOLDER, SPENDER, 1, by=SPENDER)
    with expect_revert("TransferRestricted", code=66, account=HOLDER):
        bond.transferFrom(RECEIVER, SPENDER, 1, by=HOLDER)
    with expect_revert("ERC20InsufficientAllowance", spender=SPENDER, allowance=0, needed=1):
        bond.transferFrom(FOUND, SPENDER, 1, by=SPENDER)


def test_a_trade_that_the_old_wallet_signed_is_dead(orders: Orders, bond: Contract):
    world, settlement = orders.world, orders.world.settlement
    world.mint_cash(RECEIVER, MONEY)
    trade = (bond.address, HOLDER, RECEIVER, UNIT, MONEY, 1, 1, NOW + DAY, "0x" + "00" * 20)
    signatures = [key_of(name).sign(trade_digest(settlement, trade)) for name in ("holder", "receiver")]
    orders.recover()
    with expect_revert("TransferRestricted", code=REPLACED, account=HOLDER):
        settlement.settleTrade(trade, *signatures)


@pytest.mark.parametrize("act", ["provider", "registrar", "add", "attest"])
def test_no_record_brings_the_old_wallet_back(orders: Orders, bond: Contract, act: str):
    world = orders.world
    orders.recover(bond)
    if act == "provider":
        world.onboard(HOLDER)
    elif act == "registrar":
        enrol(world, HOLDER, investor=1)
    elif act == "add":
        signed = key_of("holder").sign(world.allowlist.hashOfWallet(HOLDER, OUTSIDER, NOW + DAY))
        with pytest.raises(Exception, match="RecordInvalid"):
            world.allowlist.addWallet(HOLDER, NOW + DAY, signed, by=OUTSIDER)
    else:
        world.revoke(HOLDER)
    assert world.allowlist.sendCode(HOLDER) == REPLACED
    assert world.allowlist.successorOf(HOLDER) == FOUND


# ── which wallet can take the place ──────────────────────────────────────────────────────────────────────────────────


def refuse(orders: Orders, lost: str, found: str) -> None:
    order = orders.propose(RECOVERY, lost, to=found)
    with expect_revert("SuccessorInvalid", wallet=lost, successor=found):
        orders.execute(order)
    assert orders.world.allowlist.successorOf(lost) == lost


@pytest.mark.parametrize("found", [RECEIVER, OUTSIDER, TREASURY, HOLDER])
def test_a_recovery_reverts_when_the_new_wallet_is_not_another_of_the_investor(orders: Orders, found: str):
    refuse(orders, HOLDER, found)


@pytest.mark.parametrize("lost", [OUTSIDER, TREASURY])
def test_a_recovery_reverts_when_the_lost_wallet_is_nobodys_or_the_systems(orders: Orders, lost: str):
    refuse(orders, lost, FOUND)
    refuse(orders, lost, address_of("tax_account"))


def test_a_recovery_reverts_when_the_new_wallet_is_revoked(orders: Orders, bond: Contract):
    orders.world.revoke(FOUND)
    refuse(orders, HOLDER, FOUND)
    order = orders.propose(RECOVERY, to=FOUND)
    with expect_revert("TransferRestricted", code=22, account=FOUND):
        orders.execute(order, bond)


def test_a_recovery_reverts_when_a_wallet_was_replaced_already(orders: Orders):
    orders.recover()
    order = orders.propose(RECOVERY, to=SECOND_FOUND)
    with expect_revert("SuccessorInvalid", wallet=HOLDER, successor=SECOND_FOUND):
        orders.execute(order)
    refuse(orders, SECOND_FOUND, HOLDER)
    refuse(orders, FOUND, HOLDER)


def test_a_recovery_of_a_revoked_or_expired_wallet_works(orders: Orders, bond: Contract):
    """Attack case 10: he cannot send, and his face is his all the same."""
    orders.world.revoke(HOLDER)
    orders.recover(bond)
    assert held(bond, FOUND) == [3 * UNIT]


def test_a_recovery_reverts_for_a_token_that_is_none_of_the_programme(orders: Orders, world: World):
    foreign = world.create_series(salt=51)
    order = orders.propose(RECOVERY, to=FOUND)
    with expect_revert("TokenUnknown", token=foreign.address):
        orders.execute(order, foreign)
    assert held(world.bond, HOLDER) == [3 * UNIT]


# ── twice, and what comes later ──────────────────────────────────────────────────────────────────────────────────────


def test_two_recoveries_lead_to_the_last_wallet(orders: Orders, series: Contract):
    orders.world.chain.now = FIRST
    soon = {"expires_at": FIRST + DAY}
    orders.recover(series, **soon)
    orders.recover(series, lost=FOUND, found=SECOND_FOUND, **soon)
    pay_coupon(orders, series, HOLDER, FOUND, SECOND_FOUND)
    assert held(orders.world.cash, HOLDER, FOUND, SECOND_FOUND) == [0, 0, COUPON - TAX]
    assert held(series, HOLDER, FOUND, SECOND_FOUND) == [0, 0, 3 * UNIT]
    assert [orders.world.allowlist.successorOf(wallet) for wallet in (HOLDER, FOUND)] == [SECOND_FOUND] * 2


def test_a_lift_after_two_recoveries_frees_every_wallet_on_the_way(
    orders: Orders, enforcement: Contract, series: Contract
):
    """Attack: a mark that is left on a wallet in between keeps a coupon for ever."""
    wallet_order = orders.freeze(expires_at=NOW + LONGEST)
    amount_order = orders.freeze_amount(series, UNIT, expires_at=NOW + LONGEST)
    orders.recover(series)
    orders.lift(wallet_order)
    orders.world.chain.now = FIRST
    orders.recover(series, lost=FOUND, found=SECOND_FOUND, expires_at=FIRST + DAY)
    assert frozen(series, HOLDER, FOUND, SECOND_FOUND) == [UNIT] * 3
    assert pay_coupon(orders, series, FOUND).of("Paid") == []
    orders.lift(amount_order, expires_at=FIRST + DAY)
    assert frozen(series, HOLDER, FOUND, SECOND_FOUND) == [0] * 3
    pay_coupon(orders, series, FOUND)
    assert held(orders.world.cash, SECOND_FOUND) == [COUPON - TAX]
    assert [enforcement.freezesOf(wallet) for wallet in (HOLDER, FOUND, SECOND_FOUND)] == [0] * 3


def test_carry_moves_what_was_not_named_by_anyone(orders: Orders, enforcement: Contract, bond: Contract):
    orders.recover()
    assert held(bond, HOLDER, FOUND) == [3 * UNIT, 0]
    receipt = enforcement.carry(1, [bond.address], by=OUTSIDER)
    assert names(receipt) == ["Transfer", "ForcedTransfer", "Recovered"]
    assert held(bond, HOLDER, FOUND) == [0, 3 * UNIT]
    assert enforcement.carry(1, [bond.address], by=OUTSIDER).log == ()


def test_carry_leads_to_the_last_wallet(orders: Orders, enforcement: Contract, bond: Contract):
    """Attack: the first successor was lost too, and can receive nothing any more."""
    order = orders.freeze_amount(bond, UNIT)
    orders.recover()
    orders.recover(lost=FOUND, found=SECOND_FOUND)
    enforcement.carry(2, [bond.address])
    assert (held(bond, HOLDER, FOUND, SECOND_FOUND), frozen(bond, SECOND_FOUND)) == ([0, 0, 3 * UNIT], [UNIT])
    orders.lift(order)
    assert frozen(bond, HOLDER, FOUND, SECOND_FOUND) == [0, 0, 0]


def test_carry_reverts_for_what_is_no_recovery_in_force(orders: Orders, enforcement: Contract, bond: Contract):
    frozen_order, proposed = orders.freeze(RECEIVER), orders.propose(RECOVERY, to=FOUND)
    forced = orders.propose(FORCED_TRANSFER, token=bond.address, to=RECEIVER, amount=1)
    for order, status in ((frozen_order, 2), (proposed, 1), (forced, 1), (9, 0)):
        with expect_revert("OrderStatusInvalid", id=order, status=status):
            enforcement.carry(order, [bond.address])
    orders.execute(proposed)
    with expect_revert("TokenUnknown", token=OUTSIDER):
        enforcement.carry(proposed, [OUTSIDER])


def test_carry_waits_while_the_new_wallet_is_frozen(orders: Orders, enforcement: Contract, bond: Contract):
    order = orders.freeze()
    orders.recover()
    with expect_revert("TransferRestricted", code=25, account=FOUND):
        enforcement.carry(2, [bond.address])
    orders.lift(order)
    enforcement.carry(2, [bond.address])
    assert held(bond, FOUND) == [3 * UNIT]


@pytest.fixture
def exchanged(orders: Orders) -> tuple[Orders, Contract, Contract]:
    """The old series of a lost wallet was exchanged into a new one, half for half; a fifth of it was frozen."""
    governed = build_governed(orders.world)
    more = {"graceDays": 5}
    old = bullet(more=more).create(orders.world, 62)
    new = bullet(ends=(365, 730, 1095, 1460), more=more).create(orders.world, 63)
    orders.world.issue(old, {HOLDER: 20 * UNIT, RECEIVER: 40 * UNIT, SPENDER: 40 * UNIT})
    orders.freeze_amount(old, 4 * UNIT, expires_at=NOW + LONGEST)
    meeting_id = modify(governed, old, new, WAD // 2)
    orders.recover(expires_at=orders.world.chain.now + DAY)
    governed.meeting.exchange(meeting_id, old.address, [HOLDER])
    return orders, old, new


def test_carry_moves_what_an_exchange_brings_with_its_freeze(exchanged: tuple[Orders, Contract, Contract]):
    orders, _, new = exchanged
    assert (held(new, HOLDER, FOUND), frozen(new, HOLDER)) == ([10 * UNIT, 0], [2 * UNIT])
    orders.contract.carry(2, [new.address], by=OUTSIDER)
    assert (held(new, HOLDER, FOUND), frozen(new, HOLDER, FOUND)) == ([0, 10 * UNIT], [2 * UNIT, 2 * UNIT])


def test_a_lift_frees_what_an_exchange_carried_along(exchanged: tuple[Orders, Contract, Contract]):
    """Attack: the order is lifted, and the new series stays frozen for ever."""
    orders, old, new = exchanged
    orders.lift(1, expires_at=orders.world.chain.now + DAY)
    assert frozen(old, HOLDER) == [0]
    assert frozen(new, HOLDER) == [0]


def test_a_recovery_is_told_in_one_receipt(orders: Orders, enforcement: Contract, bond: Contract):
    asked: tuple[Any, ...] = proposal(RECOVERY, to=FOUND)
    receipt = enforcement.propose(asked, by=address_of("enforcement_maker"))
    assert receipt.log == (("OrderProposed", 1, address_of("enforcement_maker"), HOLDER, asked),)
    orders.freeze_amount(bond, UNIT)
    assert orders.execute(1, bond).log == (
        ("OrderExecuted", 1, CHECKER),
        ("Frozen", HOLDER, 0),
        ("Transfer", HOLDER, FOUND, 3 * UNIT),
        ("ForcedTransfer", HOLDER, FOUND, 3 * UNIT),
        ("Frozen", FOUND, UNIT),
        ("Frozen", HOLDER, UNIT),
        ("Recovered", 1, bond.address, 3 * UNIT, UNIT),
        ("WalletReplaced", HOLDER, FOUND),
    )

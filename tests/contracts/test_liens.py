"""Liens: what is pledged stays its holder's and out of everyone's reach but the creditor's, to the last payment."""

from collections.abc import Callable

import pytest
from bonds import ENDS, WAD, bullet
from evm import ZERO, Contract, Receipt, Reverted, address_of, expect_revert
from governed import Governed
from governed import build as build_governed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ordered import FOUND, FREEZE_AMOUNT, RECOVERY, SECOND_FOUND, Orders, held, proposal
from ordered import build as build_orders
from ordered import frozen as frozen_of
from pledging import ALL, ENFORCER, HOLDER, OUTSIDER, RECEIVER, SPENDER, TREASURY, Creditor, build, lien
from policed import terms
from test_meeting import modify
from world import DAY, GOVERNMENT, HOUR, ISSUE_AT, MATURITY_AT, NON_FILER, TAX_RATES, UNIT, World

SERVICER, GUARDIAN, TAX_ACCOUNT = map(address_of, ("servicer", "guardian", "tax_account"))
FIRST = ISSUE_AT + ENDS[0] * DAY
COUPON, TAX = 498_630_000, 99_730_000  # 10,000 at 10 % for 182 of 365 days; a fifth up to the paisa
LATE = MATURITY_AT + 30 * DAY


@pytest.fixture
def pair(world: World) -> list[Creditor]:
    return build(world, 2)


@pytest.fixture
def creditor(pair: list[Creditor]) -> Creditor:
    return pair[0]


@pytest.fixture
def pledged(world: World, creditor: Creditor, bond: Contract) -> Contract:
    """A bill of which the holder has two units, one of them pledged, and the receiver one."""
    world.issue(bond, {HOLDER: 2 * UNIT, RECEIVER: UNIT})
    creditor.pledge(bond, UNIT)
    return bond


def fund(world: World, series: Contract, amount: int, period: int | None = None) -> None:
    world.mint_cash(TREASURY, amount)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    if period is None:
        world.paying_agent.fund(series.address, amount, by=TREASURY)
    else:
        world.paying_agent.fundPayment(series.address, period, amount, by=TREASURY)


def insufficient(amount: int, unfrozen: int, account: str = HOLDER):
    return expect_revert("ERC7943InsufficientUnfrozenBalance", account=account, amount=amount, unfrozen=unfrozen)


# ── creditors of the Programme ───────────────────────────────────────────────────────────────────────────────────────


def test_set_creditor_is_admins_and_told(world: World, creditor: Creditor):
    programme = world.programme
    for caller in ("debt_office", "regulator", "holder", "deployer"):
        with pytest.raises(Exception, match="AccessManage"):
            programme.setCreditor(OUTSIDER, True, by=address_of(caller))
    receipt = world.by_admin(programme.setCreditor, creditor.address, False)
    assert receipt.of("CreditorSet") == [("CreditorSet", creditor.address, False)]
    assert not programme.isCreditor(creditor.address)


def test_creditors_are_four_at_most_and_each_stands_once(world: World):
    programme = world.programme
    world.by_admin(programme.setCreditor, world.vault.address, False)
    first, *others = [creditor.address for creditor in build(world, 4)]
    world.by_admin(programme.setCreditor, first, True)
    assert programme.creditors() == [first, *others]
    world.schedule(programme.setCreditor, OUTSIDER, True)
    world.schedule(programme.setCreditor, others[0], False)
    world.chain.warp(2 * DAY)
    with expect_revert("TooManyCreditors", most=4):
        programme.setCreditor(OUTSIDER, True, by=address_of("admin"))
    programme.setCreditor(others[0], False, by=address_of("admin"))
    programme.setCreditor(OUTSIDER, True, by=address_of("admin"))
    assert programme.creditors() == [first, others[2], others[1], OUTSIDER]
    world.by_admin(programme.setCreditor, OUTSIDER, False)
    world.by_admin(programme.setCreditor, OUTSIDER, False)
    assert programme.creditors() == [first, others[2], others[1]]


def test_a_creditor_that_was_taken_out_releases_and_seizes_and_pledges_nothing(
    world: World, creditor: Creditor, pledged: Contract
):
    world.by_admin(world.programme.setCreditor, creditor.address, False)
    with expect_revert("OnlyCreditor", caller=creditor.address):
        creditor.pledge(pledged, 1)
    creditor.release(pledged, 1)
    creditor.seize(pledged, UNIT - 1, RECEIVER)
    assert (lien(pledged), pledged.balanceOf(RECEIVER)) == ((0, ZERO), 2 * UNIT - 1)


# ── pledge ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pledge_leaves_the_balance_and_names_the_creditor(creditor: Creditor, pledged: Contract):
    receipt = creditor.pledge(pledged, 7)
    assert receipt.log == (("Pledged", HOLDER, creditor.address, 7),)
    assert (lien(pledged), lien(pledged, RECEIVER)) == ((UNIT + 7, creditor.address), (0, ZERO))
    assert (pledged.balanceOf(HOLDER), pledged.freeBalanceOf(HOLDER)) == (2 * UNIT, UNIT - 7)


def test_pledge_reverts_when_the_caller_is_no_creditor(pledged: Contract):
    for caller in (HOLDER, OUTSIDER, address_of("admin"), ENFORCER):
        with expect_revert("OnlyCreditor", caller=caller):
            pledged.pledge(HOLDER, 1, by=caller)


def test_pledge_needs_free_face(creditor: Creditor, pledged: Contract):
    with insufficient(UNIT + 1, UNIT):
        creditor.pledge(pledged, UNIT + 1)
    with expect_revert("ERC20InsufficientBalance", sender=HOLDER, balance=2 * UNIT, needed=2 * UNIT + 1):
        creditor.pledge(pledged, 2 * UNIT + 1)
    pledged.setFrozenTokens(HOLDER, UNIT - 5, by=ENFORCER)
    with insufficient(6, 5):
        creditor.pledge(pledged, 6)
    creditor.pledge(pledged, 5)
    assert lien(pledged)[0] == UNIT + 5


def test_pledge_reverts_for_a_second_creditor_until_the_first_let_go(pair: list[Creditor], pledged: Contract):
    """Attack case 26: two creditors on one face."""
    first, second = pair
    with expect_revert("PledgedElsewhere", holder=HOLDER, creditor=first.address):
        second.pledge(pledged, 1)
    first.release(pledged, UNIT)
    second.pledge(pledged, 1)
    assert lien(pledged) == (1, second.address)


def test_pledge_asks_for_no_record_no_pause_and_no_end(world: World, creditor: Creditor, pledged: Contract):
    """Attack case 10: topping up is an exit."""
    world.revoke(HOLDER)
    pledged.pause(by=GUARDIAN)
    creditor.pledge(pledged, 1)
    world.chain.now = LATE
    creditor.pledge(pledged, 1)
    assert lien(pledged)[0] == UNIT + 2


def test_pledge_of_nothing_is_no_lien(creditor: Creditor, bond: Contract):
    creditor.pledge(bond, 0)
    assert lien(bond) == (0, ZERO)


# ── nobody passes the creditor ───────────────────────────────────────────────────────────────────────────────────────


def test_a_transfer_reaches_what_is_not_pledged(pledged: Contract):
    """Attack case 26."""
    assert [pledged.detectTransferRestriction(HOLDER, RECEIVER, UNIT + more) for more in (0, 1)] == [0, 3]
    with insufficient(UNIT + 1, UNIT):
        pledged.transfer(RECEIVER, UNIT + 1, by=HOLDER)
    pledged.approve(SPENDER, ALL, by=HOLDER)
    with insufficient(UNIT + 1, UNIT):
        pledged.transferFrom(HOLDER, RECEIVER, UNIT + 1, by=SPENDER)
    assert tuple(pledged.pull(HOLDER, RECEIVER, ALL, by=SPENDER).result) == (False, UNIT)
    pledged.transferFrom(HOLDER, RECEIVER, UNIT, by=SPENDER)
    assert (pledged.balanceOf(HOLDER), pledged.freeBalanceOf(HOLDER)) == (UNIT, 0)


@pytest.mark.parametrize("to", [RECEIVER, HOLDER])
def test_a_forced_transfer_reaches_what_is_not_pledged_and_no_unit_more(pledged: Contract, to: str):
    """Attack cases 26 and 29."""
    pledged.setFrozenTokens(HOLDER, ALL, by=ENFORCER)
    with insufficient(UNIT + 1, UNIT):
        pledged.forcedTransfer(HOLDER, to, UNIT + 1, by=ENFORCER)
    pledged.forcedTransfer(HOLDER, to, UNIT, by=ENFORCER)
    assert lien(pledged)[0] == UNIT
    assert pledged.balanceOf(HOLDER) == (UNIT if to == RECEIVER else 2 * UNIT)


def test_burning_stops_at_the_lien(world: World, pledged: Contract):
    """Attack case 26."""
    world.by_admin(world.programme.setServicer, SERVICER, True)
    with insufficient(UNIT + 1, UNIT):
        world.programme.retire(pledged.address, [HOLDER], [UNIT + 1], by=SERVICER)
    world.programme.retire(pledged.address, [HOLDER], [UNIT], by=SERVICER)
    assert pledged.balanceOf(HOLDER) == UNIT


def test_a_freeze_binds_the_rest_and_what_is_released(creditor: Creditor, pledged: Contract):
    """Attack case 26: a freeze neither takes the pledge away nor lets it go free."""
    pledged.setFrozenTokens(HOLDER, UNIT + 10, by=ENFORCER)
    assert pledged.freeBalanceOf(HOLDER) == 0
    creditor.release(pledged, 10)
    assert (lien(pledged)[0], pledged.freeBalanceOf(HOLDER)) == (UNIT - 10, 0)
    creditor.release(pledged, UNIT - 10)
    assert pledged.freeBalanceOf(HOLDER) == UNIT - 10
    pledged.setFrozenTokens(HOLDER, 0, by=ENFORCER)
    assert pledged.freeBalanceOf(HOLDER) == 2 * UNIT


def test_a_lien_and_a_freeze_are_two_flags(creditor: Creditor, pledged: Contract):
    pledged.setFrozenTokens(HOLDER, UNIT, by=ENFORCER)
    pledged.setFrozenTokens(HOLDER, 0, by=ENFORCER)
    assert pledged.freeBalanceOf(HOLDER) == UNIT
    pledged.setFrozenTokens(HOLDER, UNIT, by=ENFORCER)
    creditor.release(pledged, UNIT)
    assert pledged.freeBalanceOf(HOLDER) == UNIT


def test_a_buyback_takes_free_face_only(world: World, creditor: Creditor, pledged: Contract):
    """Attack case 26."""
    governed = build_governed(world)
    book, key, by = governed.liabilities, bytes(31) + b"\1", address_of("debt_office")
    creditor.pledge(pledged, UNIT)
    book.openBuyback(key, pledged.address, TREASURY, world.chain.now + DAY, 4 * UNIT, by=by)
    book.offer(key, 2 * UNIT, 98_000_000, by=HOLDER)
    world.chain.now += DAY
    book.accept(key, 98_000_000, WAD, by=by)
    world.mint_cash(TREASURY, 4 * UNIT)
    world.cash.approve(book.address, ALL, by=TREASURY)
    with expect_revert("NothingToFund"):
        book.fundOffers(key, [HOLDER], by=TREASURY)
    creditor.release(pledged, UNIT)
    book.fundOffers(key, [HOLDER], by=TREASURY)
    book.settle(key, [HOLDER])
    assert (pledged.balanceOf(HOLDER), lien(pledged)[0]) == (UNIT, UNIT)


# ── release ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_release_frees_the_face_whatever_happens(world: World, creditor: Creditor, pledged: Contract):
    world.revoke(HOLDER)
    pledged.pause(by=GUARDIAN)
    assert creditor.release(pledged, 1).log == (("Released", HOLDER, creditor.address, 1),)
    world.chain.now = LATE
    creditor.release(pledged, UNIT - 1)
    assert (lien(pledged), pledged.freeBalanceOf(HOLDER)) == ((0, ZERO), 2 * UNIT)


def seize_for_another(creditor: Creditor, series: Contract, face: int) -> Receipt:
    return creditor.seize(series, face, RECEIVER)


@pytest.mark.parametrize("act", [Creditor.release, seize_for_another])
def test_release_and_seize_are_the_creditors_and_at_most_the_lien(
    pair: list[Creditor], pledged: Contract, act: Callable[..., Receipt]
):
    """Attack case 26: whoever holds no lien, or less."""
    with expect_revert("LienTooSmall", holder=HOLDER, pledged=UNIT, face=UNIT + 1):
        act(pair[0], pledged, UNIT + 1)
    with expect_revert("OnlyCreditor", caller=pair[1].address):
        act(pair[1], pledged, 1)
    for caller in (HOLDER, ENFORCER, address_of("admin")):
        with expect_revert("OnlyCreditor", caller=caller):
            pledged.release(HOLDER, 0, by=caller)
        with expect_revert("OnlyCreditor", caller=caller):
            pledged.seize(HOLDER, RECEIVER, 0, by=caller)
    pair[0].release(pledged, UNIT)
    with expect_revert("OnlyCreditor", caller=pair[0].address):
        act(pair[0], pledged, 0)


# ── seize ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_seize_moves_face_out_of_the_lien(creditor: Creditor, pledged: Contract):
    receipt = creditor.seize(pledged, 7, RECEIVER)
    assert receipt.log == (("Transfer", HOLDER, RECEIVER, 7), ("Seized", HOLDER, creditor.address, RECEIVER, 7))
    assert (lien(pledged)[0], held(pledged, HOLDER, RECEIVER)) == (UNIT - 7, [2 * UNIT - 7, UNIT + 7])
    assert pledged.freeBalanceOf(HOLDER) == UNIT


@pytest.mark.parametrize("stop", ["frozen amount", "frozen wallet", "expired", "revoked"])
def test_seize_works_whatever_stops_the_holder(world: World, creditor: Creditor, pledged: Contract, stop: str):
    """Attack case 26."""
    if stop == "frozen amount":
        pledged.setFrozenTokens(HOLDER, ALL, by=ENFORCER)
    elif stop == "frozen wallet":
        world.allowlist.setFrozen(HOLDER, True, by=ENFORCER)
    elif stop == "expired":
        world.onboard(HOLDER, valid_until=world.chain.now + 1)
        world.chain.warp(DAY)
    else:
        world.revoke(HOLDER)
    creditor.seize(pledged, 3, RECEIVER)
    creditor.seize(pledged, 4, creditor.address)
    assert held(pledged, HOLDER, RECEIVER, creditor.address) == [2 * UNIT - 7, UNIT + 3, 4]
    assert pledged.freeBalanceOf(HOLDER) == (0 if stop == "frozen amount" else UNIT)


def test_seize_reverts_for_who_may_not_receive(world: World, creditor: Creditor, pledged: Contract):
    """Attack case 1."""
    with expect_revert("TransferRestricted", code=20, account=OUTSIDER):
        creditor.seize(pledged, 1, OUTSIDER)
    world.revoke(RECEIVER)
    with expect_revert("TransferRestricted", code=22, account=RECEIVER):
        creditor.seize(pledged, 1, RECEIVER)
    with expect_revert("TransferRestricted", code=20, account=ZERO):
        creditor.seize(pledged, 1, ZERO)


def test_seize_to_others_waits_for_a_pause_and_ends_at_maturity(world: World, creditor: Creditor, pledged: Contract):
    """To itself the creditor always comes."""
    pledged.pause(by=GUARDIAN)
    with expect_revert("TransferRestricted", code=2, account=pledged.address):
        creditor.seize(pledged, 1, RECEIVER)
    creditor.seize(pledged, 1, creditor.address)
    world.allowlist.pauseSystem(by=GUARDIAN)
    creditor.seize(pledged, 1, creditor.address)
    world.chain.now += 4 * DAY
    creditor.seize(pledged, 1, RECEIVER)
    world.chain.now = MATURITY_AT
    with expect_revert("TransferRestricted", code=4, account=pledged.address):
        creditor.seize(pledged, 1, RECEIVER)
    creditor.seize(pledged, 1, creditor.address)
    assert held(pledged, HOLDER, RECEIVER, creditor.address) == [2 * UNIT - 4, UNIT + 1, 3]


def test_seize_to_the_holder_himself_is_a_release(creditor: Creditor, pledged: Contract):
    """Attack case 29."""
    receipt = creditor.seize(pledged, 7, HOLDER)
    assert receipt.log == (("Transfer", HOLDER, HOLDER, 7), ("Seized", HOLDER, creditor.address, HOLDER, 7))
    assert (lien(pledged)[0], pledged.balanceOf(HOLDER)) == (UNIT - 7, 2 * UNIT)
    assert pledged.freeBalanceOf(HOLDER) == UNIT + 7


def test_seize_counts_at_record_dates_like_every_move(world: World, creditor: Creditor, pledged: Contract):
    """Attack case 3."""
    record_at = ISSUE_AT + 10 * DAY
    pledged.setRecordDate(record_at, by=address_of("fiscal_agent"))
    creditor.seize(pledged, 5, RECEIVER)
    world.chain.now = record_at
    creditor.seize(pledged, 6, RECEIVER)
    assert [pledged.balanceAt(wallet, record_at) for wallet in (HOLDER, RECEIVER)] == [2 * UNIT - 5, UNIT + 5]
    assert pledged.supplyAt(record_at) == 3 * UNIT


def test_seize_asks_no_policy_which_the_creditor_can_ask(world: World, creditor: Creditor):
    """The cap of an investor would count his own face twice when his wallet is recovered."""
    series = world.new_series(9, rules=world.policies.address)
    world.issue(series, {HOLDER: 2 * UNIT})
    creditor.pledge(series, UNIT)
    world.policies.tightenPolicy(series.address, terms(caps={1: 1}), by=address_of("regulator"))
    assert not series.canTransfer(creditor.address, RECEIVER, UNIT)
    creditor.seize(series, UNIT, RECEIVER)
    assert series.balanceOf(RECEIVER) == UNIT


# ── payments ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_coupon_of_pledged_face_is_the_holders(world: World, creditor: Creditor):
    """Attack case 27."""
    series = bullet().create(world, 60)
    world.issue(series, {HOLDER: 2 * UNIT})
    creditor.pledge(series, 2 * UNIT)
    world.chain.now = FIRST
    fund(world, series, UNIT, 0)
    receipt = world.paying_agent.pay(series.address, 0, [HOLDER, creditor.address])
    assert receipt.of("Paid") == [("Paid", series.address, 0, HOLDER, COUPON, 0, TAX)]
    assert world.cash.balanceOf(HOLDER) == COUPON - TAX


def test_redemption_stops_at_the_lien_and_the_principal_is_the_creditors(
    world: World, creditor: Creditor, pledged: Contract
):
    """Attack cases 26 and 27."""
    fund(world, pledged, 3 * UNIT)
    world.chain.now = MATURITY_AT
    agent = world.paying_agent
    agent.redeem(pledged.address, [HOLDER, HOLDER])
    assert held(pledged, HOLDER) == held(world.cash, HOLDER) == [UNIT]
    assert tuple(agent.owedTo(pledged.address, ALL, HOLDER)) == (0, 0, 0)
    assert agent.redeem(pledged.address, [HOLDER]).log == ()
    assert creditor.collectable(pledged) == UNIT
    receipt = creditor.collect(pledged)
    assert receipt.of("Collected") == [("Collected", pledged.address, HOLDER, creditor.address, UNIT, UNIT)]
    assert receipt.of("Redeemed") == [("Redeemed", pledged.address, HOLDER, UNIT)]
    assert receipt.of("Paid") == [("Paid", pledged.address, ALL, HOLDER, 0, UNIT, 0)]
    assert held(world.cash, HOLDER, creditor.address) == [UNIT, UNIT]
    assert held(pledged, HOLDER, creditor.address) == [0, 0]
    assert (agent.redeemedOf(pledged.address, HOLDER), creditor.collectable(pledged)) == (2 * UNIT, 0)
    agent.redeem(pledged.address, [RECEIVER])
    account = agent.accountOf(pledged.address, ALL)
    assert (account.funded, account.paid, account.done, pledged.totalSupply()) == (3 * UNIT, 3 * UNIT, 3 * UNIT, 0)


def test_collect_withholds_the_holders_tax(world: World, creditor: Creditor):
    """Attack case 27: the discount of a zero is the holder's income, by his class."""
    series = world.new_series(8, issuePrice=90_000_000)
    world.onboard(HOLDER, tax_class=NON_FILER)
    world.issue(series, {HOLDER: 2 * UNIT})
    creditor.pledge(series, UNIT)
    tomorrow = (world.chain.now + 5 * HOUR) // DAY + 1
    world.set_rates(GOVERNMENT, tomorrow, TAX_RATES[GOVERNMENT], taxes_discount=True)
    fund(world, series, 2 * UNIT)
    world.chain.now = MATURITY_AT
    tax = UNIT // 10 * 4 // 10
    receipt = creditor.collect(series)
    assert receipt.of("Paid") == [("Paid", series.address, ALL, HOLDER, 0, UNIT, tax)]
    assert receipt.of("TaxRemitted") == [("TaxRemitted", series.address, ALL, TAX_ACCOUNT, tax)]
    world.paying_agent.redeem(series.address, [HOLDER])
    assert held(world.cash, creditor.address, HOLDER, TAX_ACCOUNT) == [UNIT - tax, UNIT - tax, 2 * tax]


@pytest.mark.parametrize("first", ["holder", "creditor"])
def test_what_is_funded_is_shared_between_holder_and_creditor(
    world: World, creditor: Creditor, pledged: Contract, first: str
):
    """Attack cases 13 and 26: neither takes the share of the other by being first."""
    creditor.pledge(pledged, UNIT // 2)
    fund(world, pledged, UNIT)
    world.chain.now = MATURITY_AT
    agent = world.paying_agent
    part = 3 * UNIT // 2 // 3
    assert creditor.collectable(pledged) == part
    assert agent.owedTo(pledged.address, ALL, HOLDER).principal == 2 * UNIT // 3 - part
    if first == "creditor":
        creditor.collect(pledged, part // 2)
        creditor.collect(pledged)
    agent.redeem(pledged.address, [HOLDER, RECEIVER])
    creditor.collect(pledged)
    assert held(world.cash, HOLDER, creditor.address) == [2 * UNIT // 3 - part, part]
    assert creditor.collectable(pledged) == 0
    fund(world, pledged, 3 * UNIT)
    agent.redeem(pledged.address, [HOLDER, RECEIVER])
    creditor.collect(pledged)
    assert held(world.cash, HOLDER, creditor.address) == [UNIT // 2, 3 * UNIT // 2]
    assert (pledged.totalSupply(), agent.accountOf(pledged.address, ALL).paid) == (0, 3 * UNIT)


def test_what_is_released_after_the_end_is_redeemed_by_the_holder(world: World, creditor: Creditor, pledged: Contract):
    fund(world, pledged, 3 * UNIT // 2)
    world.chain.now = MATURITY_AT
    creditor.collect(pledged)
    creditor.release(pledged, lien(pledged)[0])
    world.paying_agent.redeem(pledged.address, [HOLDER])
    assert held(world.cash, HOLDER, creditor.address) == [UNIT // 2, UNIT // 2]
    fund(world, pledged, 2 * UNIT)
    world.paying_agent.redeem(pledged.address, [HOLDER])
    assert held(world.cash, HOLDER, creditor.address) == [3 * UNIT // 2, UNIT // 2]


def test_collect_works_whatever_stops_the_holder(world: World, creditor: Creditor, pledged: Contract):
    """Attack case 26."""
    fund(world, pledged, 3 * UNIT)
    pledged.setFrozenTokens(HOLDER, ALL, by=ENFORCER)
    world.revoke(HOLDER)
    world.chain.now = MATURITY_AT
    creditor.collect(pledged)
    assert held(world.cash, creditor.address) == [UNIT]
    assert world.paying_agent.redeem(pledged.address, [HOLDER]).of("Redeemed") == []


def test_collect_is_a_creditors_for_what_is_payable_and_its_own(world: World, creditor: Creditor, pledged: Contract):
    agent, address = world.paying_agent, pledged.address
    fund(world, pledged, UNIT)
    with expect_revert("OnlyCreditor", caller=RECEIVER):
        agent.collect(address, HOLDER, UNIT, by=RECEIVER)
    assert creditor.collectable(pledged) == 0
    payable_at = agent.payableAtOf(address, ALL)
    with expect_revert("NotPayableYet", payableAt=payable_at, nowAt=world.chain.now):
        creditor.contract.collectSeized(agent.address, address, HOLDER, 1)
    world.chain.now = payable_at
    with expect_revert("ERC20InsufficientBalance", sender=creditor.address, balance=0, needed=1):
        creditor.contract.collectSeized(agent.address, address, HOLDER, 1)
    with world.chain.rolled_back():
        creditor.seize(pledged, UNIT, creditor.address)
        with expect_revert("NotCollectable", face=UNIT, most=UNIT // 3):
            creditor.contract.collectSeized(agent.address, address, HOLDER, UNIT)
    creditor.seize(pledged, UNIT // 3, creditor.address)
    creditor.contract.collectSeized(agent.address, address, HOLDER, UNIT // 3)
    assert held(pledged, HOLDER, creditor.address) == [2 * UNIT - UNIT // 3, 0]


# ── meetings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def governed(world: World) -> Governed:
    return build_governed(world)


@pytest.fixture
def old(world: World, creditor: Creditor, governed: Governed) -> Contract:
    """The holder has 25 units, ten of them pledged, and votes with all."""
    series = bullet(more={"graceDays": 5}).create(world, 62)
    world.issue(series, {HOLDER: 25 * UNIT, RECEIVER: 35 * UNIT, SPENDER: 40 * UNIT})
    creditor.pledge(series, 10 * UNIT)
    return series


@pytest.fixture
def new(governed: Governed) -> Contract:
    return bullet(ends=(365, 730, 1095, 1460)).create(governed.world, 63)


def test_pledged_face_votes(governed: Governed, old: Contract, new: Contract):
    change = (old.address, new.address, WAD)
    meeting_id = governed.meeting.convene(0, [change], 14, by=address_of("debt_office")).result
    governed.open_voting(meeting_id)
    receipt = governed.meeting.vote(meeting_id, old.address, True, by=HOLDER)
    assert receipt.log == (("VoteCast", meeting_id, old.address, HOLDER, True, 25 * UNIT),)


def test_a_mandatory_exchange_takes_the_lien_along(
    governed: Governed, creditor: Creditor, old: Contract, new: Contract
):
    """Attack case 26: the creditor's face is exchanged, and is the creditor's again."""
    meeting_id = modify(governed, old, new, WAD // 2)
    receipt = governed.meeting.exchange(meeting_id, old.address, [HOLDER, RECEIVER])
    assert receipt.of("Released") == [("Released", HOLDER, creditor.address, 10 * UNIT)]
    assert receipt.of("Pledged") == [("Pledged", HOLDER, creditor.address, 5 * UNIT)]
    assert (lien(old), lien(new)) == ((0, ZERO), (5 * UNIT, creditor.address))
    assert held(new, HOLDER, RECEIVER) == [25 * UNIT // 2, 35 * UNIT // 2]
    assert new.freeBalanceOf(HOLDER) == 15 * UNIT // 2


def test_a_mandatory_exchange_takes_lien_and_freezes_along(
    governed: Governed, creditor: Creditor, old: Contract, new: Contract
):
    """A freeze on either series binds what is not pledged, as before."""
    governed.world.issue(new, {HOLDER: 2 * UNIT})
    new.setFrozenTokens(HOLDER, ALL, by=ENFORCER)
    old.setFrozenTokens(HOLDER, 20 * UNIT, by=ENFORCER)
    meeting_id = modify(governed, old, new)
    governed.meeting.exchange(meeting_id, old.address, [HOLDER])
    assert (lien(new), frozen_of(new, HOLDER), new.freeBalanceOf(HOLDER)) == ((10 * UNIT, creditor.address), [ALL], 0)
    assert frozen_of(old, HOLDER) == [20 * UNIT]
    new.setFrozenTokens(HOLDER, 0, by=ENFORCER)
    assert new.freeBalanceOf(HOLDER) == 17 * UNIT


def test_a_creditor_that_does_not_take_the_new_series_stops_its_debtor_and_nobody_else(
    governed: Governed, creditor: Creditor, old: Contract, new: Contract
):
    """Attack case 14."""
    creditor.contract.refuse(new.address)
    meeting_id = modify(governed, old, new)
    with pytest.raises(Exception, match="Error"):
        governed.meeting.exchange(meeting_id, old.address, [RECEIVER, HOLDER])
    governed.meeting.exchange(meeting_id, old.address, [RECEIVER, SPENDER])
    assert (held(new, RECEIVER, SPENDER, HOLDER), lien(old)[0]) == ([35 * UNIT, 40 * UNIT, 0], 10 * UNIT)
    assert creditor.collectable(old) == 0


def test_an_exchange_on_offer_reaches_free_face_only(world: World, creditor: Creditor, pledged: Contract):
    """Attack case 26."""
    other = world.new_series(salt=3, maturityAt=MATURITY_AT + DAY, symbol="NEXT")
    world.by_admin(world.programme.setServicer, SERVICER, True)
    with insufficient(UNIT + 1, UNIT):
        world.programme.exchangeFree(pledged.address, other.address, WAD, HOLDER, UNIT + 1, by=SERVICER)
    world.programme.exchangeFree(pledged.address, other.address, WAD, HOLDER, UNIT, by=SERVICER)
    assert (lien(pledged)[0], lien(other)) == (UNIT, (0, ZERO))


# ── recovery ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def orders(world: World, creditor: Creditor) -> Orders:
    """The holder has three units, two of them pledged, and owes five."""
    orders = build_orders(world)
    creditor.contract.take(world.bond.address)
    creditor.pledge(world.bond, 2 * UNIT)
    creditor.contract.setDebt(HOLDER, 5)
    return orders


def test_a_recovery_moves_lien_and_debt_with_the_face(orders: Orders, creditor: Creditor, bond: Contract):
    """Attack case 28."""
    receipt = orders.recover(bond, orders.world.cash, bond)
    assert receipt.of("Recovered") == [("Recovered", 1, bond.address, 3 * UNIT, 0)]
    assert (held(bond, HOLDER, FOUND), lien(bond), lien(bond, FOUND)) == (
        [0, 3 * UNIT], (0, ZERO), (2 * UNIT, creditor.address),
    )  # fmt: skip
    assert [creditor.contract.debts(wallet) for wallet in (HOLDER, FOUND)] == [0, 5]
    assert bond.freeBalanceOf(FOUND) == UNIT
    orders.recover(bond, lost=FOUND, found=SECOND_FOUND)
    assert (lien(bond, SECOND_FOUND)[0], held(bond, FOUND, SECOND_FOUND)) == (2 * UNIT, [0, 3 * UNIT])


def test_a_recovery_of_a_wholly_pledged_wallet_takes_its_freeze_along(
    orders: Orders, creditor: Creditor, bond: Contract
):
    """Attack case 28: the freeze of an order binds what the creditor releases later, in the new wallet too."""
    creditor.pledge(bond, UNIT)
    order = orders.freeze_amount(bond, 2 * UNIT)
    receipt = orders.recover(bond)
    assert receipt.of("Recovered") == [("Recovered", 2, bond.address, 3 * UNIT, 2 * UNIT)]
    assert (frozen_of(bond, HOLDER, FOUND), lien(bond, FOUND)[0]) == ([2 * UNIT] * 2, 3 * UNIT)
    creditor.release(bond, 3 * UNIT, FOUND)
    assert bond.freeBalanceOf(FOUND) == UNIT
    orders.lift(order)
    assert bond.freeBalanceOf(FOUND) == 3 * UNIT


def test_a_recovery_is_not_stopped_by_a_freeze_of_the_new_wallet(orders: Orders, creditor: Creditor, bond: Contract):
    """Attack case 28: an amount frozen there binds what is not pledged, before and after."""
    orders.freeze_amount(bond, 4 * UNIT, wallet=FOUND)
    orders.recover(bond, bond)
    assert (frozen_of(bond, FOUND), lien(bond, FOUND)[0], bond.freeBalanceOf(FOUND)) == ([4 * UNIT], 2 * UNIT, 0)


def test_a_recovery_moves_what_is_pledged_though_its_series_is_not_named(
    orders: Orders, creditor: Creditor, bond: Contract
):
    orders.recover()
    assert (held(bond, HOLDER, FOUND), lien(bond, FOUND)[0]) == ([UNIT, 2 * UNIT], 2 * UNIT)
    orders.contract.carry(1, [bond.address], by=OUTSIDER)
    assert held(bond, HOLDER, FOUND) == [0, 3 * UNIT]


def test_a_recovery_is_bound_by_the_creditor_and_the_new_wallets_record(
    orders: Orders, creditor: Creditor, bond: Contract
):
    """Attack case 28: bound by health and the receiver's KYC."""
    creditor.contract.setStuck(True)
    order = orders.propose(RECOVERY, to=FOUND)
    with pytest.raises(Exception, match="Error"):
        orders.execute(order, bond)
    creditor.contract.setStuck(False)
    orders.world.revoke(FOUND)
    with expect_revert("TransferRestricted", code=22, account=FOUND):
        orders.execute(order, bond)
    assert (held(bond, HOLDER, FOUND), lien(bond)[0]) == ([3 * UNIT, 0], 2 * UNIT)


def test_a_recovery_asks_no_creditor_where_there_is_no_position(world: World, creditor: Creditor, bond: Contract):
    orders = build_orders(world)
    creditor.contract.setStuck(True)
    orders.recover(bond)
    assert held(bond, HOLDER, FOUND) == [0, 3 * UNIT]


def test_carry_refuses_a_token_that_is_none_before_it_calls_it(orders: Orders, creditor: Creditor):
    """Attack case 12."""
    orders.recover()
    creditor.contract.setDebt(HOLDER, 1)
    with expect_revert("TokenUnknown", token=creditor.address):
        orders.contract.carry(1, [creditor.address], by=OUTSIDER)


def test_an_order_to_force_stops_at_the_lien(orders: Orders, creditor: Creditor, bond: Contract):
    """Attack case 26."""
    with insufficient(UNIT + 1, UNIT):
        orders.seize(bond, UNIT + 1)
    frozen = proposal(FREEZE_AMOUNT, token=bond.address, amount=3 * UNIT)
    orders.execute(orders.contract.propose(frozen, by=address_of("enforcement_maker")).result)
    creditor.seize(bond, 2 * UNIT, RECEIVER)
    assert held(bond, HOLDER, RECEIVER) == [UNIT, 2 * UNIT]


# ── whatever happens ─────────────────────────────────────────────────────────────────────────────────────────────────

WALLET = st.sampled_from([HOLDER, RECEIVER])
AMOUNT = st.one_of(st.integers(0, 5), st.integers(0, 3 * UNIT), st.just(ALL))
ACT = st.sampled_from(
    ["pledge", "pledge", "release", "seize", "take", "transfer", "transfer", "force", "freeze", "burn", "retire"]
)


def act_of(creditor: Creditor, series: Contract, act: str, one: str, two: str, amount: int) -> None:
    """One attempt; what it reverts with is its own matter."""
    programme = creditor.world.programme
    calls: dict[str, Callable[[], Receipt]] = {
        "pledge": lambda: creditor.pledge(series, amount, one),
        "release": lambda: creditor.release(series, amount, one),
        "seize": lambda: creditor.seize(series, amount, two, one),
        "take": lambda: creditor.seize(series, amount, creditor.address, one),
        "transfer": lambda: series.transfer(two, amount, by=one),
        "force": lambda: series.forcedTransfer(one, two, amount, by=ENFORCER),
        "freeze": lambda: series.setFrozenTokens(one, amount, by=ENFORCER),
        "burn": lambda: programme.retire(series.address, [one, two], [amount, 1], by=SERVICER),
        "retire": lambda: programme.retire(series.address, [one], [amount], by=SERVICER),
    }
    calls[act]()


@settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
@given(acts=st.lists(st.tuples(ACT, WALLET, WALLET, AMOUNT), min_size=10, max_size=30))
def test_no_history_takes_pledged_face_from_the_creditor(built_world: World, acts: list[tuple[str, str, str, int]]):
    """Attack case 26: balance ≥ pledged; free = max(0, balance − pledged − frozen); only the creditor lowers a lien."""
    with built_world.chain.rolled_back():
        series, creditor = built_world.bond, build(built_world)[0]
        built_world.by_admin(built_world.programme.setServicer, SERVICER, True)
        built_world.issue(series, {HOLDER: 2 * UNIT, RECEIVER: UNIT})
        for act, one, two, amount in acts:
            before = [lien(series, wallet)[0] for wallet in (HOLDER, RECEIVER)]
            try:
                act_of(creditor, series, act, one, two, amount)
            except Reverted:
                assert [lien(series, wallet)[0] for wallet in (HOLDER, RECEIVER)] == before
            for wallet, was in zip((HOLDER, RECEIVER), before, strict=True):
                balance, frozen = series.balanceOf(wallet), series.getFrozenTokens(wallet)
                pledged, by = lien(series, wallet)
                assert balance >= pledged
                assert by == (creditor.address if pledged else ZERO)
                assert series.freeBalanceOf(wallet) == max(0, balance - pledged - frozen)
                assert pledged >= was or act in ("release", "seize", "take")
            assert series.totalSupply() == sum(held(series, HOLDER, RECEIVER, creditor.address))

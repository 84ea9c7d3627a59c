"""Enforcement: orders of two offices that freeze, lift and force; recovery has a file of its own."""

from typing import Any

import pytest
from bonds import ENDS, bullet
from evm import ZERO, Contract, address_of, expect_revert
from ordered import (
    ALL,
    CANCELLED,
    CHECKER,
    EXECUTED,
    EXPIRY,
    FORCED_TRANSFER,
    FREEZE_AMOUNT,
    FREEZE_WALLET,
    HOLDER,
    LIFT,
    LIFTED,
    LONGEST,
    MAKER,
    NONE,
    OUTSIDER,
    PROPOSED,
    RECEIVER,
    RECOVERY,
    TREASURY,
    Orders,
    build,
    frozen,
    held,
    names,
    proposal,
)  # fmt: skip
from world import DAY, ISSUE_AT, NOW, UNIT, World

from rwa_deploy import wiring

ENFORCER, REGISTRAR, GUARDIAN = map(address_of, ("enforcer", "registrar", "guardian"))
COUPON = 747_940_000  # 15,000 at 10 % for 182 of 365 days, down to the paisa
NET = COUPON - 149_590_000


@pytest.fixture
def orders(world: World) -> Orders:
    return build(world)


# ── propose ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_propose_is_public_and_changes_nothing_else(orders: Orders, enforcement: Contract, bond: Contract):
    asked = proposal(FREEZE_AMOUNT, token=bond.address, amount=UNIT)
    receipt = enforcement.propose(asked, by=MAKER)
    assert receipt.result == enforcement.orders() == 1
    assert receipt.log == (("OrderProposed", 1, MAKER, HOLDER, asked),)
    order = enforcement.orderOf(1)
    assert (tuple(order.proposal), order.status, order.maker, order.checker) == (asked, PROPOSED, MAKER, ZERO)
    assert frozen(bond, HOLDER) == [0]


def complete(bond: Contract) -> dict[int, tuple[Any, ...]]:
    """A proposal of each kind that says what it must and no more."""
    return {
        FREEZE_WALLET: proposal(FREEZE_WALLET),
        FREEZE_AMOUNT: proposal(FREEZE_AMOUNT, token=bond.address, amount=1),
        FORCED_TRANSFER: proposal(FORCED_TRANSFER, token=bond.address, to=RECEIVER, amount=1),
        RECOVERY: proposal(RECOVERY, to=RECEIVER),
    }


SUBJECT, TOKEN, TO, AMOUNT = 1, 2, 4, 5


@pytest.mark.parametrize("field", [SUBJECT, TOKEN, TO, AMOUNT])
@pytest.mark.parametrize("kind", [FREEZE_WALLET, FREEZE_AMOUNT, LIFT, FORCED_TRANSFER, RECOVERY])
def test_propose_reverts_when_a_field_is_missing_or_too_much(
    orders: Orders, enforcement: Contract, bond: Contract, kind: int, field: int
):
    good = {**complete(bond), LIFT: proposal(LIFT, ZERO, amount=orders.freeze())}[kind]
    empty, other = (0, 1) if field == AMOUNT else (ZERO, bond.address)
    bad = list(good)
    bad[field] = other if good[field] == empty else empty
    enforcement.propose(good, by=MAKER)
    with expect_revert("ProposalInvalid", kind=kind):
        enforcement.propose(tuple(bad), by=MAKER)


@pytest.mark.parametrize("kind", [FREEZE_WALLET, FREEZE_AMOUNT, FORCED_TRANSFER, RECOVERY])
def test_propose_reverts_when_no_document_is_cited(orders: Orders, enforcement: Contract, bond: Contract, kind: int):
    with expect_revert("ProposalInvalid", kind=kind):
        enforcement.propose((*complete(bond)[kind][:-1], bytes(32)), by=MAKER)


@pytest.mark.parametrize(("expires_at", "valid"), [(NOW, 0), (NOW + 1, 1), (NOW + LONGEST, 1), (NOW + LONGEST + 1, 0)])
def test_propose_reverts_when_the_expiry_is_not_ahead_by_at_most_a_year(orders: Orders, expires_at: int, valid: int):
    if valid:
        orders.propose(FREEZE_WALLET, expires_at=expires_at)
        assert orders.contract.orderOf(1).proposal.expiresAt == expires_at
    else:
        with expect_revert("ExpiryInvalid", expiresAt=expires_at, nowAt=NOW):
            orders.propose(FREEZE_WALLET, expires_at=expires_at)


@pytest.mark.parametrize("kind", [FREEZE_AMOUNT, FORCED_TRANSFER])
def test_propose_reverts_when_the_token_is_none_of_the_programme(orders: Orders, world: World, kind: int):
    foreign = world.create_series(salt=50).address
    to = RECEIVER if kind == FORCED_TRANSFER else ZERO
    for token in (foreign, world.allowlist.address, OUTSIDER):
        with expect_revert("TokenUnknown", token=token):
            orders.propose(kind, token=token, to=to, amount=1)
    orders.propose(kind, token=world.cash.address, to=to, amount=1)


def test_propose_to_lift_reverts_when_there_is_no_freeze_in_force(orders: Orders, bond: Contract):
    proposed = orders.propose(FREEZE_WALLET)
    forced = orders.propose(FORCED_TRANSFER, token=bond.address, to=RECEIVER, amount=1)
    orders.execute(forced)
    lifted = orders.freeze(RECEIVER)
    orders.lift(lifted)
    found = (
        (proposed, PROPOSED),
        (forced, EXECUTED),
        (lifted, LIFTED),
        (lifted + 1, EXECUTED),
        (99, NONE),
        (ALL, NONE),
    )
    for order, status in found:
        with expect_revert("OrderStatusInvalid", id=order, status=status):
            orders.propose(LIFT, ZERO, amount=order)


# ── execute, cancel ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_execute_names_the_checker(orders: Orders, enforcement: Contract):
    orders.propose(FREEZE_WALLET)
    receipt = orders.execute(1)
    assert receipt.log == (("OrderExecuted", 1, CHECKER), ("WalletFrozen", HOLDER, True))
    order = enforcement.orderOf(1)
    assert (order.status, order.maker, order.checker) == (EXECUTED, MAKER, CHECKER)


@pytest.mark.parametrize("late", [0, 1])
def test_execute_reverts_a_second_after_the_expiry(orders: Orders, late: int):
    orders.propose(FREEZE_WALLET)
    orders.world.chain.now = EXPIRY + late
    if late:
        with expect_revert("OrderExpiry", id=1, expiresAt=EXPIRY, nowAt=EXPIRY + 1):
            orders.execute(1)
    else:
        orders.execute(1)


def test_execute_reverts_when_it_was_executed_cancelled_or_never_proposed(orders: Orders, enforcement: Contract):
    done, cancelled = orders.freeze(), orders.propose(FREEZE_WALLET)
    enforcement.cancel(cancelled, by=MAKER)
    for order, status in ((done, EXECUTED), (cancelled, CANCELLED), (0, NONE), (3, NONE)):
        with expect_revert("OrderStatusInvalid", id=order, status=status):
            orders.execute(order)


def test_execute_reverts_for_who_proposed_it(orders: Orders, world: World):
    """Two offices: the Authority keeps the roles apart, and should it ever not, the contract does."""
    maker, checker = wiring.OFFICES["enforcement_maker"], wiring.OFFICES["enforcement_checker"]
    order = orders.propose(FREEZE_WALLET)
    acts = ((world.authority.revokeRole, maker, MAKER), (world.authority.grantRole, checker, MAKER, 0))
    for method, *arguments in acts:
        world.by_admin(method, *arguments)
    with expect_revert("SameOffice", office=MAKER):
        orders.contract.execute(order, [], by=MAKER)
    orders.execute(order)


def test_the_authority_lets_nobody_be_maker_and_checker(orders: Orders, world: World):
    world.schedule(world.authority.grantRole, wiring.OFFICES["enforcement_checker"], MAKER, 0)
    world.chain.warp(2 * DAY)
    with expect_revert("OfficesConflict", account=MAKER, held=7, wanted=8):
        world.authority.grantRole(wiring.OFFICES["enforcement_checker"], MAKER, 0, by=address_of("admin"))


@pytest.mark.parametrize("name", ["propose", "execute", "cancel", "renew"])
def test_orders_are_their_offices_alone(orders: Orders, enforcement: Contract, name: str):
    orders.propose(FREEZE_WALLET)
    arguments = {"propose": (proposal(FREEZE_WALLET),), "execute": (1, []), "cancel": (1,), "renew": (1, EXPIRY + 1)}
    office = MAKER if name in ("propose", "cancel") else CHECKER
    for caller in {MAKER, CHECKER, OUTSIDER, HOLDER, ENFORCER, REGISTRAR, GUARDIAN, address_of("admin")} - {office}:
        with pytest.raises(Exception, match="AccessManage"):
            getattr(enforcement, name)(*arguments[name], by=caller)


def test_cancel_takes_an_order_back_once_before_it_is_executed(orders: Orders, enforcement: Contract):
    order, done = orders.propose(FREEZE_WALLET), orders.freeze()
    assert enforcement.cancel(order, by=MAKER).log == (("OrderCancelled", order, MAKER),)
    assert orders.status(order) == CANCELLED
    for number, status in ((order, CANCELLED), (done, EXECUTED), (3, NONE)):
        with expect_revert("OrderStatusInvalid", id=number, status=status):
            enforcement.cancel(number, by=MAKER)


def test_order_of_reverts_when_there_is_none(enforcement: Contract):
    for order in (0, 1):
        with expect_revert("OrderStatusInvalid", id=order, status=NONE):
            enforcement.orderOf(order)


# ── freezing a wallet ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_frozen_wallet_neither_sends_nor_receives_any_token(orders: Orders, bond: Contract, cash: Contract):
    """Attack case 2."""
    orders.world.mint_cash(HOLDER, 100)
    for token in (bond, cash):
        token.approve(RECEIVER, ALL, by=HOLDER)
    orders.freeze()
    for token in (bond, cash):
        with expect_revert("TransferRestricted", code=15, account=HOLDER):
            token.transfer(RECEIVER, 1, by=HOLDER)
        with expect_revert("TransferRestricted", code=15, account=HOLDER):
            token.transferFrom(HOLDER, RECEIVER, 1, by=RECEIVER)
        with expect_revert("TransferRestricted", code=25, account=HOLDER):
            orders.world.give(token, HOLDER, UNIT)
        assert token.messageForTransferRestriction(15) == "The sender's wallet is frozen under an order."
        assert (token.canSend(HOLDER), token.canReceive(HOLDER)) == (False, False)


def test_a_freeze_keeps_a_coupon_and_pays_it_once_lifted(orders: Orders):
    """Attack cases 10 and 14: the others are paid meanwhile."""
    world = orders.world
    series = bullet().create(world, salt=60)
    world.issue(series, {HOLDER: 3 * UNIT, RECEIVER: UNIT})
    order = orders.freeze(expires_at=NOW + LONGEST)
    world.chain.now = ISSUE_AT + ENDS[0] * DAY
    world.mint_cash(TREASURY, UNIT)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    world.paying_agent.fundPayment(series.address, 0, ALL, by=TREASURY)
    receipt = world.paying_agent.pay(series.address, 0, [HOLDER, RECEIVER])
    assert receipt.of("PaymentSkipped") == [("PaymentSkipped", series.address, 0, HOLDER, 25, NET)]
    assert (world.cash.balanceOf(HOLDER), world.cash.balanceOf(RECEIVER)) == (0, 199_440_000)
    orders.lift(order, expires_at=world.chain.now + DAY)
    world.paying_agent.pay(series.address, 0, [HOLDER], by=OUTSIDER)
    assert world.cash.balanceOf(HOLDER) == NET


def test_two_freezes_of_a_wallet_hold_until_both_are_lifted(orders: Orders, enforcement: Contract, bond: Contract):
    first, second = orders.freeze(), orders.freeze()
    assert enforcement.freezesOf(HOLDER) == 2
    assert orders.lift(first).log == (
        ("OrderExecuted", 3, CHECKER),
        ("OrderLifted", first, 3),
    )
    assert (enforcement.freezesOf(HOLDER), bond.canSend(HOLDER)) == (1, False)
    assert orders.lift(second).log[-1] == ("WalletFrozen", HOLDER, False)
    assert (enforcement.freezesOf(HOLDER), bond.canSend(HOLDER)) == (0, True)
    assert [orders.status(order) for order in (first, second, 3, 4)] == [LIFTED, LIFTED, EXECUTED, EXECUTED]


@pytest.mark.parametrize("wallet", [OUTSIDER, TREASURY])
def test_a_freeze_reverts_when_the_wallet_is_nobodys_or_the_systems(orders: Orders, wallet: str):
    order = orders.propose(FREEZE_WALLET, wallet)
    with expect_revert("RecordNotYours", wallet=wallet, provider=0):
        orders.execute(order)
    assert orders.status(order) == PROPOSED


def test_a_freeze_outlives_what_a_provider_writes(orders: Orders, bond: Contract):
    orders.freeze()
    orders.world.onboard(HOLDER)
    assert bond.detectTransferRestriction(HOLDER, RECEIVER, 1) == 15


# ── freezing an amount ───────────────────────────────────────────────────────────────────────────────────────────────


def test_freezes_of_amounts_accumulate_and_are_lifted_one_by_one(orders: Orders, bond: Contract):
    first = orders.freeze_amount(bond, UNIT)
    second = orders.freeze_amount(bond, UNIT + 1)
    assert frozen(bond, HOLDER) == [2 * UNIT + 1]
    bond.transfer(RECEIVER, UNIT - 1, by=HOLDER)
    with expect_revert("ERC7943InsufficientUnfrozenBalance", account=HOLDER, amount=1, unfrozen=0):
        bond.transfer(RECEIVER, 1, by=HOLDER)
    assert orders.lift(first).log[1:] == (("OrderLifted", first, 3), ("Frozen", HOLDER, UNIT + 1))
    orders.lift(second)
    assert frozen(bond, HOLDER) == [0]


def test_a_freeze_of_all_is_as_large_as_any_supply_each_time(orders: Orders, bond: Contract):
    first, second = (orders.freeze_amount(bond, ALL) for _ in range(2))
    assert frozen(bond, HOLDER) == [2 * (2**128 - 1)]
    orders.lift(first)
    assert (frozen(bond, HOLDER), bond.freeBalanceOf(HOLDER)) == ([2**128 - 1], 0)
    orders.lift(second)
    assert frozen(bond, HOLDER) == [0]


def test_a_lift_saturates_after_a_seizure(orders: Orders, bond: Contract):
    order = orders.freeze_amount(bond, 2 * UNIT)
    orders.seize(bond, 2 * UNIT)
    assert frozen(bond, HOLDER) == [UNIT]
    orders.lift(order)
    assert (frozen(bond, HOLDER), bond.freeBalanceOf(HOLDER)) == ([0], UNIT)


def test_a_lift_after_a_seizure_leaves_what_another_order_freezes(orders: Orders, bond: Contract):
    """Attack: three units are frozen by two orders and two seized; one lift must not free the third."""
    first, second = orders.freeze_amount(bond, 2 * UNIT), orders.freeze_amount(bond, UNIT)
    orders.seize(bond, 2 * UNIT)
    orders.lift(first)
    assert (frozen(bond, HOLDER), bond.freeBalanceOf(HOLDER)) == ([UNIT], 0)
    orders.lift(second)
    assert (frozen(bond, HOLDER), bond.freeBalanceOf(HOLDER)) == ([0], UNIT)


def test_a_lift_leaves_what_no_order_froze(orders: Orders, bond: Contract):
    bond.setFrozenTokens(HOLDER, 7, by=ENFORCER)
    orders.lift(orders.freeze_amount(bond, UNIT))
    assert frozen(bond, HOLDER) == [7]


def test_a_freeze_of_cash_binds_cash_only(orders: Orders, bond: Contract, cash: Contract):
    orders.world.mint_cash(HOLDER, 100)
    orders.freeze_amount(cash, 60)
    assert [token.freeBalanceOf(HOLDER) for token in (bond, cash)] == [3 * UNIT, 40]


def test_a_freeze_of_an_amount_reverts_for_the_system(orders: Orders, bond: Contract):
    order = orders.propose(FREEZE_AMOUNT, TREASURY, token=bond.address, amount=1)
    with expect_revert("SystemAccountProtected", account=TREASURY):
        orders.execute(order)


@pytest.mark.parametrize("pause", ["token", "system"])
def test_orders_are_executed_under_any_pause_of_a_token(
    orders: Orders, bond: Contract, allowlist: Contract, pause: str
):
    (bond.pause if pause == "token" else allowlist.pauseSystem)(by=GUARDIAN)
    orders.freeze()
    orders.lift(orders.freeze_amount(bond, UNIT))
    assert frozen(bond, HOLDER) == [0]


# ── forced transfers ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_forced_transfer_leaves_the_supply_and_says_so(orders: Orders, bond: Contract):
    """Attack case 2."""
    receipt = orders.seize(bond, 2 * UNIT)
    assert receipt.log == (
        ("OrderExecuted", 1, CHECKER),
        ("Transfer", HOLDER, RECEIVER, 2 * UNIT),
        ("ForcedTransfer", HOLDER, RECEIVER, 2 * UNIT),
    )
    assert (held(bond, HOLDER, RECEIVER), bond.totalSupply()) == ([UNIT, 2 * UNIT], 3 * UNIT)


def test_a_forced_transfer_unfreezes_before_it_moves(orders: Orders, bond: Contract):
    """Peers' defect: an indexer that sees the transfer first finds more moved than was free."""
    orders.freeze()
    orders.freeze_amount(bond, 2 * UNIT)
    receipt = orders.seize(bond, 2 * UNIT)
    assert names(receipt) == ["OrderExecuted", "Frozen", "Transfer", "ForcedTransfer"]
    assert receipt.log[1] == ("Frozen", HOLDER, UNIT)


@pytest.mark.parametrize("amount", [1, UNIT, 3 * UNIT])
def test_a_forced_transfer_to_oneself_changes_nothing(orders: Orders, bond: Contract, amount: int):
    """Attack case 29."""
    orders.freeze_amount(bond, 2 * UNIT)
    orders.seize(bond, amount, to=HOLDER)
    assert (held(bond, HOLDER), frozen(bond, HOLDER), bond.totalSupply()) == ([3 * UNIT], [2 * UNIT], 3 * UNIT)


@pytest.mark.parametrize(
    ("to", "amount", "error", "facts"),
    [
        (OUTSIDER, 1, "TransferRestricted", {"code": 20, "account": OUTSIDER}),
        (RECEIVER, 3 * UNIT + 1, "ERC20InsufficientBalance", {"sender": HOLDER, "balance": 3 * UNIT}),
    ],
)
def test_a_forced_transfer_is_bound_by_the_ledgers_rules(
    orders: Orders, bond: Contract, to: str, amount: int, error: str, facts: dict[str, Any]
):
    order = orders.propose(FORCED_TRANSFER, token=bond.address, to=to, amount=amount)
    if error == "ERC20InsufficientBalance":
        facts = {**facts, "needed": amount}
    with expect_revert(error, **facts):
        orders.execute(order)
    assert (orders.status(order), held(bond, HOLDER)) == (PROPOSED, [3 * UNIT])


def test_a_forced_transfer_reverts_for_the_system(orders: Orders, bond: Contract):
    bond.transfer(TREASURY, UNIT, by=HOLDER)
    order = orders.propose(FORCED_TRANSFER, TREASURY, token=bond.address, to=RECEIVER, amount=1)
    with expect_revert("SystemAccountProtected", account=TREASURY):
        orders.execute(order)


# ── expiry ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["wallet", "amount"])
def test_lapse_ends_a_freeze_by_anyone_once_it_expired(
    orders: Orders, enforcement: Contract, bond: Contract, kind: str
):
    order = orders.freeze() if kind == "wallet" else orders.freeze_amount(bond, UNIT)
    orders.world.chain.now = EXPIRY
    with expect_revert("OrderExpiry", id=order, expiresAt=EXPIRY, nowAt=EXPIRY):
        enforcement.lapse(order, by=OUTSIDER)
    assert bond.freeBalanceOf(HOLDER) == (3 * UNIT if kind == "wallet" else 2 * UNIT)
    orders.world.chain.now = EXPIRY + 1
    freed = ("WalletFrozen", HOLDER, False) if kind == "wallet" else ("Frozen", HOLDER, 0)
    assert enforcement.lapse(order, by=OUTSIDER).log == (("OrderLifted", order, 0), freed)
    assert (orders.status(order), bond.canSend(HOLDER), bond.freeBalanceOf(HOLDER)) == (LIFTED, True, 3 * UNIT)
    with expect_revert("OrderStatusInvalid", id=order, status=LIFTED):
        enforcement.lapse(order)


def test_lapse_reverts_for_what_is_no_freeze_in_force(orders: Orders, enforcement: Contract, bond: Contract):
    proposed = orders.propose(FREEZE_WALLET)
    forced = orders.propose(FORCED_TRANSFER, token=bond.address, to=RECEIVER, amount=1)
    orders.execute(forced)
    orders.world.chain.now = EXPIRY + 1
    for order, status in ((proposed, PROPOSED), (forced, EXECUTED), (9, NONE)):
        with expect_revert("OrderStatusInvalid", id=order, status=status):
            enforcement.lapse(order)


def test_a_freeze_stands_after_its_expiry_until_someone_lets_it_lapse(orders: Orders, bond: Contract):
    orders.freeze()
    orders.world.chain.now = EXPIRY + DAY
    assert bond.detectTransferRestriction(HOLDER, RECEIVER, 1) == 15


def test_renew_moves_the_expiry_before_it_has_come(orders: Orders, enforcement: Contract):
    order = orders.freeze()
    orders.world.chain.now = EXPIRY
    later = EXPIRY + LONGEST
    assert enforcement.renew(order, later, by=CHECKER).log == (("OrderRenewed", order, CHECKER, later),)
    orders.world.chain.now = EXPIRY + 1
    with expect_revert("OrderExpiry", id=order, expiresAt=later, nowAt=EXPIRY + 1):
        enforcement.lapse(order)
    orders.world.chain.now = later + 1
    enforcement.lapse(order)


def test_renew_reverts_when_it_is_too_late_or_not_later(orders: Orders, enforcement: Contract):
    order = orders.freeze()
    for expires_at in (EXPIRY, EXPIRY - 1, NOW + LONGEST + 1):
        with expect_revert("ExpiryInvalid", expiresAt=expires_at, nowAt=NOW):
            enforcement.renew(order, expires_at, by=CHECKER)
    orders.world.chain.now = EXPIRY + 1
    with expect_revert("OrderExpiry", id=order, expiresAt=EXPIRY, nowAt=EXPIRY + 1):
        enforcement.renew(order, EXPIRY + DAY, by=CHECKER)


def test_renew_reverts_for_what_is_no_freeze_in_force(orders: Orders, enforcement: Contract):
    orders.propose(FREEZE_WALLET)
    lifted = orders.freeze()
    orders.lift(lifted)
    for order, status in ((1, PROPOSED), (lifted, LIFTED), (3, EXECUTED), (9, NONE)):
        with expect_revert("OrderStatusInvalid", id=order, status=status):
            enforcement.renew(order, EXPIRY + 1, by=CHECKER)


# ── nobody else ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_but_the_contract_can_freeze_force_or_replace(orders: Orders, world: World):
    """In production the role is the contract's alone; the tests' own `enforcer` is the one who has it beside."""
    world.by_admin(world.authority.revokeRole, wiring.OFFICES["enforcer"], ENFORCER)
    acts = [(token.setFrozenTokens, HOLDER, 1) for token in (world.bond, world.cash)]
    acts += [(token.forcedTransfer, HOLDER, RECEIVER, 0) for token in (world.bond, world.cash)]
    acts += [(world.allowlist.setFrozen, HOLDER, True), (world.allowlist.replace, HOLDER, RECEIVER)]
    offices = [*wiring.OFFICES, "holder", "deployer", "second_admin", "outsider"]
    for method, *arguments in acts:
        for office in offices:
            with expect_revert("AccessManagedUnauthorized", caller=address_of(office)):
                method(*arguments, by=address_of(office))
    orders.freeze_amount(world.cash, 1)
    orders.freeze(RECEIVER)
    assert (frozen(world.cash, HOLDER), world.allowlist.sendCode(RECEIVER)) == ([1], 15)


def test_the_wiring_gives_the_power_to_the_enforcer_and_the_orders_to_two_offices():
    powers = [
        (name, function) for name in ("Programme", "CashToken") for function in ("setFrozenTokens", "forcedTransfer")
    ]
    powers += [("Allowlist", "setFrozen"), ("Allowlist", "replace")]
    assert {wiring.office_of(*power) for power in powers} == {"enforcer"}
    assert wiring.FUNCTIONS["Enforcement"]["propose"] == "enforcement_maker"
    assert wiring.FUNCTIONS["Enforcement"]["execute"] == "enforcement_checker"

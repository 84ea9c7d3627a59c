"""Retirements: units of a commodity against delivery of what they stand for."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from commodities import EXPIRES_AT, LOT, SPOT, Gold, SpotWorld, new_gold
from eth_utils import keccak
from evm import ZERO, Contract, Receipt, address_of, expect_revert
from ordered import ALL, FOUND, Orders
from policed import enrol
from world import CLOSED, DAY, NOW, VALID_UNTIL, record

from rwa_deploy import units

HOLDER, RECEIVER, OUTSIDER, AGENT = map(address_of, ("holder", "receiver", "outsider", "fiscal_agent"))
GUARDIAN = address_of("guardian")
NONE, REQUESTED, DELIVERED, REFUSED, CANCELLED = range(5)
DELIVERY, PROOF, REASON = (keccak(text=text) for text in ("delivery", "proof", "reason"))
PATIENCE = 10 * DAY
USD = units.usd_for_units_up(LOT, SPOT)


@pytest.fixture(scope="module")
def spot_world() -> SpotWorld:
    return SpotWorld()


@pytest.fixture
def world(spot_world: SpotWorld) -> Iterator[SpotWorld]:
    with spot_world.chain.rolled_back():
        yield spot_world


@dataclass(frozen=True)
class Desk:
    """Gold of which the holder has three lots, and the contract that retires it."""

    gold: Gold

    @property
    def contract(self) -> Contract:
        return self.gold.world.retirements

    def request(self, quantity: int = LOT, by: str = HOLDER) -> Receipt:
        """A holder approves and asks."""
        self.gold.series.approve(self.contract.address, quantity, by=by)
        return self.contract.requestRetirement(self.gold.series.address, quantity, DELIVERY, by=by)

    def confirm(self, id_: int = 1) -> Receipt:
        """The fiscal agent confirms."""
        return self.contract.confirmDelivery(id_, PROOF, by=AGENT)

    def status(self, id_: int = 1) -> int:
        return self.contract.retirementOf(id_).status

    def held(self, *wallets: str) -> list[int]:
        return [self.gold.series.balanceOf(wallet) for wallet in wallets]


@pytest.fixture
def desk(world: SpotWorld) -> Desk:
    gold = new_gold(world)
    gold.issue(3 * LOT)
    return Desk(gold)


# ── request, deliver ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_request_takes_the_units_and_counts_them(desk: Desk):
    series, here = desk.gold.series.address, desk.contract.address
    receipt = desk.request()
    assert receipt.result == desk.contract.retirements() == 1
    assert receipt.log == (
        ("RetirementRequested", 1, series, HOLDER, LOT, DELIVERY),
        ("Transfer", HOLDER, here, LOT),
    )
    assert tuple(desk.contract.retirementOf(1)) == (series, NOW, REQUESTED, HOLDER, LOT, DELIVERY)
    assert (desk.contract.pendingOf(series), desk.held(HOLDER, here)) == (LOT, [2 * LOT, LOT])
    assert desk.request(1).result == 2


def test_confirm_delivery_burns_and_releases_what_was_booked(world: SpotWorld, desk: Desk):
    desk.request()
    booked = world.programme.usedUsd()
    series, here = desk.gold.series.address, desk.contract.address
    assert desk.confirm().log == (
        ("DeliveryConfirmed", 1, PROOF),
        ("Retired", series, LOT, USD),
        ("Transfer", here, ZERO, LOT),
    )
    assert (desk.status(), desk.contract.pendingOf(series), desk.held(here)) == (DELIVERED, 0, [0])
    assert (desk.gold.series.totalSupply(), world.programme.usedUsd()) == (2 * LOT, booked - USD)


def test_a_retirement_works_after_expiry_with_nothing_attested_no_price_and_a_closed_mandate(
    world: SpotWorld, desk: Desk
):
    desk.gold.attest(0)
    world.programme.closeMandate(by=address_of("debt_office"))
    assert world.programme.mandate().mandate_ == CLOSED
    world.chain.now = EXPIRES_AT + DAY
    desk.request(3 * LOT)
    desk.confirm()
    assert (desk.gold.series.totalSupply(), world.programme.usedUsd()) == (0, 0)


def test_request_reverts_for_debt_and_strangers(world: SpotWorld, desk: Desk):
    for series in (world.bond.address, OUTSIDER):
        with expect_revert("NotCommodity", series=series):
            desk.contract.requestRetirement(series, LOT, DELIVERY, by=HOLDER)


@pytest.mark.parametrize(("quantity", "delivery"), [(0, DELIVERY), (LOT, bytes(32))])
def test_request_reverts_when_something_is_missing(desk: Desk, quantity: int, delivery: bytes):
    with expect_revert("RequestEmpty", quantity=quantity, deliveryHash=delivery):
        desk.contract.requestRetirement(desk.gold.series.address, quantity, delivery, by=HOLDER)


def test_request_reverts_above_the_free_units(world: SpotWorld, desk: Desk):
    Orders(world).freeze_amount(desk.gold.series, 2 * LOT)
    with expect_revert("ERC7943InsufficientUnfrozenBalance", account=HOLDER, amount=LOT + 1, unfrozen=LOT):
        desk.request(LOT + 1)
    assert desk.contract.retirements() == 0


def test_request_reverts_without_an_approval(desk: Desk):
    facts = {"spender": desk.contract.address, "allowance": 0, "needed": LOT}
    with expect_revert("ERC20InsufficientAllowance", **facts):
        desk.contract.requestRetirement(desk.gold.series.address, LOT, DELIVERY, by=HOLDER)


# ── refuse, cancel ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_refuse_delivery_returns_the_units_at_once(desk: Desk):
    desk.request()
    here = desk.contract.address
    assert desk.contract.refuseDelivery(1, REASON, by=AGENT).log == (
        ("DeliveryRefused", 1, HOLDER, REASON),
        ("Transfer", here, HOLDER, LOT),
    )
    assert (desk.status(), desk.contract.pendingOf(desk.gold.series.address)) == (REFUSED, 0)
    assert desk.held(HOLDER, here) == [3 * LOT, 0]


def test_cancel_returns_what_was_not_delivered_in_ten_days(world: SpotWorld, desk: Desk):
    desk.request()
    world.chain.warp(PATIENCE - 1)
    with expect_revert("DeliveryUnderWay", id=1, until=NOW + PATIENCE):
        desk.contract.cancelRetirement(1, by=HOLDER)
    world.chain.warp(1)
    assert desk.contract.cancelRetirement(1, by=HOLDER).log == (
        ("RetirementCancelled", 1, HOLDER),
        ("Transfer", desk.contract.address, HOLDER, LOT),
    )
    assert (desk.status(), desk.held(HOLDER)) == (CANCELLED, [3 * LOT])


def test_cancel_is_the_holders_alone(world: SpotWorld, desk: Desk):
    desk.request()
    world.chain.warp(PATIENCE)
    for caller in (RECEIVER, OUTSIDER, AGENT):
        with expect_revert("RetirementNotYours", id=1, owner=HOLDER):
            desk.contract.cancelRetirement(1, by=caller)


@pytest.mark.parametrize("status", [DELIVERED, REFUSED, CANCELLED])
def test_a_request_ends_once(world: SpotWorld, desk: Desk, status: int):
    """Attack case 4."""
    desk.request()
    world.chain.warp(PATIENCE)
    end = {
        DELIVERED: desk.confirm,
        REFUSED: lambda: desk.contract.refuseDelivery(1, REASON, by=AGENT),
        CANCELLED: lambda: desk.contract.cancelRetirement(1, by=HOLDER),
    }
    end[status]()
    before = (desk.gold.series.totalSupply(), desk.held(HOLDER))
    for again in end.values():
        with expect_revert("RetirementStatusInvalid", id=1, status=status):
            again()
    assert (desk.gold.series.totalSupply(), desk.held(HOLDER)) == before


def test_an_unknown_request_is_refused(desk: Desk):
    with expect_revert("RetirementStatusInvalid", id=9, status=NONE):
        desk.confirm(9)


# ── orders, KYC, pauses ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stop", ["frozen", "revoked", "expired"])
def test_nothing_is_delivered_to_who_may_not_send(world: SpotWorld, desk: Desk, stop: str):
    """Attack case 14: his request waits, and that of another does not."""
    desk.gold.series.transfer(RECEIVER, LOT, by=HOLDER)
    desk.request()
    desk.request(by=RECEIVER)
    if stop == "frozen":
        Orders(world).freeze()
    elif stop == "revoked":
        world.revoke(HOLDER)
    else:
        world.chain.now = VALID_UNTIL + 1
        world.allowlist.onboardByRegistrar(
            [(RECEIVER, record(valid_until=VALID_UNTIL + DAY), bytes(32))], by=address_of("registrar")
        )
    code = {"frozen": 15, "revoked": 12, "expired": 11}[stop]
    with expect_revert("HolderRestricted", owner=HOLDER, code=code):
        desk.confirm(1)
    desk.confirm(2)
    assert [desk.status(1), desk.status(2)] == [REQUESTED, DELIVERED]


def test_an_order_that_freezes_more_than_is_left_reaches_what_was_handed_over(world: SpotWorld, desk: Desk):
    """Attack case 2: asking for delivery is no way around a freeze."""
    orders = Orders(world)
    desk.request(2 * LOT)
    order = orders.freeze_amount(desk.gold.series, LOT + 1)
    with expect_revert("FrozenAboveBalance", wallet=HOLDER, frozen=LOT + 1, balance=LOT):
        desk.confirm()
    desk.contract.refuseDelivery(1, REASON, by=AGENT)
    assert desk.gold.series.freeBalanceOf(HOLDER) == 2 * LOT - 1
    orders.lift(order)
    desk.request(2 * LOT)
    orders.freeze_amount(desk.gold.series, LOT)
    desk.confirm(2)


def test_a_recovered_holders_request_follows_to_his_new_wallet(world: SpotWorld, desk: Desk):
    enrol(world, FOUND, investor=1)
    desk.request()
    Orders(world).recover(desk.gold.series)
    world.chain.warp(PATIENCE)
    with expect_revert("RetirementNotYours", id=1, owner=FOUND):
        desk.contract.cancelRetirement(1, by=HOLDER)
    desk.contract.cancelRetirement(1, by=FOUND)
    assert desk.held(HOLDER, FOUND) == [0, 3 * LOT]


def test_a_recovered_holder_is_delivered_to_unless_an_order_bound_him(world: SpotWorld, desk: Desk):
    enrol(world, FOUND, investor=1)
    orders = Orders(world)
    desk.request()
    desk.request()
    order = orders.freeze_amount(desk.gold.series, ALL)
    orders.recover(desk.gold.series)
    with expect_revert("FrozenAboveBalance", wallet=HOLDER, frozen=2**128 - 1, balance=0):
        desk.confirm(1)
    orders.lift(order)
    desk.confirm(1)
    assert desk.status(1) == DELIVERED


def test_a_pause_of_the_series_stops_requests_and_not_what_is_delivered(world: SpotWorld, desk: Desk):
    desk.request()
    desk.gold.series.pause(by=GUARDIAN)
    with expect_revert("TransferRestricted", code=2, account=desk.gold.series.address):
        desk.request()
    desk.confirm()
    assert desk.status() == DELIVERED


def test_donated_units_change_no_request(world: SpotWorld, desk: Desk):
    """Attack case 15."""
    here = desk.contract.address
    desk.gold.series.transfer(here, 1, by=HOLDER)
    desk.request()
    desk.confirm()
    assert (desk.held(here), desk.contract.pendingOf(desk.gold.series.address)) == ([1], 0)

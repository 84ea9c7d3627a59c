"""Delivery against payment and redemption through brownie, to the last unit."""

import pytest
from eth_abi import encode
from eth_utils.crypto import keccak
from world import LOT, MATURITY_AT, refusal, travel

import brownie

AUCTION = keccak(text="auction 574")
PRICE = 98_381_500
CASH_FOR_LOT = 4_919_080_000  # 5,000 × 98.3815 / 100 = 4,919.075, rounded up to the paisa
RECEIVER_NOT_ALLOWED = 20


@pytest.fixture
def winners(world):
    """Two who can pay, one of them for three lots, and between them one whom nobody onboarded."""
    return [
        (world.holder.address, LOT, PRICE),
        (world.outsider.address, LOT, PRICE),
        (world.receiver.address, 3 * LOT, PRICE),
    ]


@pytest.fixture
def opened(world, winners):
    """The allotment is open, and both allowed winners have approved what they owe."""
    for buyer, cash in ((world.holder, CASH_FOR_LOT), (world.receiver, 3 * CASH_FOR_LOT)):
        world.mint_cash(buyer, cash)
        world.cash.approve(world.settlement, cash, {"from": buyer})
    page = keccak(encode(["(address,uint128,uint128)[]"], [winners]))
    treasury = world.offices["debt_office"]
    return world.settlement.openAllotment(AUCTION, world.bill, treasury, [page], world.by("debt_office"))


@pytest.fixture
def settled(world, opened, winners):
    """The page was settled."""
    return world.settlement.settlePage(AUCTION, 0, winners, world.by("debt_office"))


def test_settle_page_pays_the_treasury_and_delivers(world, settled):
    owed = CASH_FOR_LOT + 14_757_230_000  # three lots cost 14,757.225, rounded up once
    assert world.cash.balanceOf(world.offices["debt_office"]) == owed
    assert (world.bill.balanceOf(world.holder), world.bill.balanceOf(world.receiver)) == (LOT, 3 * LOT)
    assert [event["winner"] for event in settled.events["AllotmentSettled"]] == [world.holder, world.receiver]


def test_settle_page_skips_a_winner_who_may_not_receive(world, settled):
    skipped = settled.events["AllotmentSkipped"]
    assert (skipped["winner"], skipped["position"], skipped["code"]) == (world.outsider, 1, RECEIVER_NOT_ALLOWED)
    assert world.settlement.settledOf(AUCTION, 0) == 0b101
    assert world.bill.balanceOf(world.outsider) == 0


def test_settle_page_settles_nobody_twice(world, settled, winners):
    again = world.settlement.settlePage(AUCTION, 0, winners, {"from": world.outsider})
    assert "AllotmentSettled" not in again.events
    assert world.bill.totalSupply() == 4 * LOT


def test_settle_page_reverts_when_a_winner_is_changed(world, opened, winners):
    changed = [(world.holder.address, 2 * LOT, PRICE), *winners[1:]]
    page = keccak(encode(["(address,uint128,uint128)[]"], [changed]))
    with brownie.reverts(refusal("PageMismatch", AUCTION, 0, page)):
        world.settlement.settlePage(AUCTION, 0, changed, world.by("debt_office"))


def test_redeem_reverts_before_maturity(world, settled):
    with brownie.reverts(revert_pattern=rf"NotPayableYet: {MATURITY_AT}, \d+"):
        world.paying_agent.redeem(world.bill, [world.holder], {"from": world.outsider})


def test_redeem_pays_par_and_burns_the_face(world, settled):
    treasury, agent = world.by("debt_office"), world.paying_agent
    world.mint_cash(treasury["from"], LOT)
    world.cash.approve(agent, 4 * LOT, treasury)
    agent.fund(world.bill, 4 * LOT, treasury)
    travel(MATURITY_AT)
    before = world.cash.balanceOf(world.receiver)
    tx = agent.redeem(world.bill, [world.holder, world.receiver], {"from": world.outsider})
    assert [(event["holder"], event["face"]) for event in tx.events["Redeemed"]] == [
        (world.holder, LOT),
        (world.receiver, 3 * LOT),
    ]
    assert world.cash.balanceOf(world.holder) == LOT
    assert world.cash.balanceOf(world.receiver) == before + 3 * LOT
    assert (world.bill.totalSupply(), world.programme.usedUsd()) == (0, 0)
    account = agent.accountOf(world.bill, agent.REDEMPTION())
    assert (account["funded"], account["paid"], account["withheld"]) == (4 * LOT, 4 * LOT, 0)
    assert world.cash.balanceOf(agent) == 0

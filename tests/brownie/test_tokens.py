"""Permissioned tokens through brownie: transfers that go through, transfers that are refused by name, enforcement."""

import pytest
from world import (
    FORCED_TRANSFER,
    FREEZE_AMOUNT,
    FREEZE_WALLET,
    LIFT,
    LOT,
    MATURITY_AT,
    MOST,
    NOBODY,
    VALID_UNTIL,
    refusal,
    row,
    travel,
)

import brownie

WHOLE_WALLET = 2**256 - 1
SENDER_EXPIRED, SENDER_FROZEN, RECEIVER_NOT_ALLOWED, MATURED = 11, 15, 20, 4


@pytest.fixture(autouse=True)
def holding(world):
    """The holder has ten lots of the bill."""
    world.issue(world.holder, 10 * LOT)


def test_transfer_moves_face_between_allowed_wallets(world):
    tx = world.bill.transfer(world.receiver, 3 * LOT, {"from": world.holder})
    assert dict(tx.events["Transfer"]) == {"from": world.holder, "to": world.receiver, "value": 3 * LOT}
    assert world.bill.balanceOf(world.holder) == 7 * LOT
    assert world.bill.balanceOf(world.receiver) == 3 * LOT
    assert world.bill.totalSupply() == 10 * LOT


def test_transfer_reverts_when_the_receiver_has_no_record(world):
    assert world.bill.detectTransferRestriction(world.holder, world.outsider, LOT) == RECEIVER_NOT_ALLOWED
    with brownie.reverts(refusal("TransferRestricted", RECEIVER_NOT_ALLOWED, world.outsider)):
        world.bill.transfer(world.outsider, LOT, {"from": world.holder})
    assert world.bill.balanceOf(world.holder) == 10 * LOT


def test_transfer_reverts_when_the_senders_record_has_expired(world):
    travel(VALID_UNTIL + 1)
    assert world.allowlist.sendCode(world.holder) == SENDER_EXPIRED
    with brownie.reverts(refusal("TransferRestricted", SENDER_EXPIRED, world.holder)):
        world.cash.transfer(world.receiver, 0, {"from": world.holder})


def test_transfer_reverts_when_the_series_has_matured(world):
    travel(MATURITY_AT)
    with brownie.reverts(refusal("TransferRestricted", MATURED, world.bill)):
        world.bill.transfer(world.receiver, LOT, {"from": world.holder})


def test_transfer_reverts_when_the_amount_is_frozen_under_an_order(world):
    tx = world.execute(world.propose(FREEZE_AMOUNT, world.holder, world.bill, amount=WHOLE_WALLET))
    assert dict(tx.events["Frozen"]) == {"account": world.holder, "amount": MOST}  # what an account can hold
    with brownie.reverts(refusal("ERC7943InsufficientUnfrozenBalance", world.holder, LOT, 0)):
        world.bill.transfer(world.receiver, LOT, {"from": world.holder})


def test_transfer_reverts_in_all_tokens_while_the_wallet_is_frozen_under_an_order(world):
    order = world.propose(FREEZE_WALLET, world.holder)
    assert dict(world.execute(order).events["WalletFrozen"]) == {"wallet": world.holder, "frozen": True}
    for token in (world.bill, world.cash):
        with brownie.reverts(refusal("TransferRestricted", SENDER_FROZEN, world.holder)):
            token.transfer(world.receiver, 0, {"from": world.holder})
    world.execute(world.propose(LIFT, NOBODY, amount=order))
    world.bill.transfer(world.receiver, LOT, {"from": world.holder})
    assert world.bill.balanceOf(world.receiver) == LOT


@pytest.mark.parametrize("office", ["registrar", "enforcement_maker", "enforcement_checker"])
def test_set_frozen_tokens_reverts_when_an_office_calls_without_an_order(world, office):
    with brownie.reverts(refusal("AccessManagedUnauthorized", world.offices[office])):
        world.bill.setFrozenTokens(world.holder, LOT, world.by(office))


def test_forced_transfer_takes_frozen_face_and_unfreezes_first(world):
    world.execute(world.propose(FREEZE_AMOUNT, world.holder, world.bill, amount=10 * LOT))
    tx = world.execute(world.propose(FORCED_TRANSFER, world.holder, world.bill, world.receiver, 4 * LOT))
    order = [event.name for event in tx.events if event.name in {"Frozen", "Transfer", "ForcedTransfer"}]
    assert order == ["Frozen", "Transfer", "ForcedTransfer"]
    assert world.bill.balanceOf(world.receiver) == 4 * LOT
    assert world.bill.getFrozenTokens(world.holder) == 6 * LOT


@pytest.mark.parametrize("office", ["enforcement_maker", "enforcement_checker"])
def test_forced_transfer_reverts_when_an_office_calls_without_an_order(world, office):
    with brownie.reverts(refusal("AccessManagedUnauthorized", world.offices[office])):
        world.bill.forcedTransfer(world.holder, world.receiver, LOT, world.by(office))


def test_an_order_reverts_when_the_maker_executes_it(world):
    order = world.propose(FORCED_TRANSFER, world.holder, world.bill, world.receiver, LOT)
    with brownie.reverts(refusal("AccessManagedUnauthorized", world.offices["enforcement_maker"])):
        world.execute(order, "enforcement_maker")
    assert world.bill.balanceOf(world.receiver) == 0


def test_issue_reverts_when_the_cap_is_exceeded(world):
    face = 400_000_000_000 * 10**6
    used, wanted, cap = world.programme.usedUsd(), -(-face * 10**6 // 166_000_000), 2_000_000_000_000_000
    with brownie.reverts(refusal("CapExceeded", wanted, used, cap)):
        world.issue(world.holder, face)


def test_onboard_reverts_when_the_provider_has_a_mere_noc(world):
    with brownie.reverts(refusal("ProviderNotPermitted", world.provider, 1)):
        world.allowlist.onboard([row(world.outsider, 3)], {"from": world.provider})

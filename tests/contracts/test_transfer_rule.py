"""ERC-1404 as a property: a transfer reverts if and only if the code is not zero, balances apart."""

import pytest
from evm import Contract, address_of, reverts
from hypothesis import given
from hypothesis import strategies as st
from world import HOUR, MATURITY_AT, NOW, PAUSE, UNIT, VALID_UNTIL, World, record

HOLDER, RECEIVER, OUTSIDER, TREASURY = map(address_of, ("holder", "receiver", "outsider", "treasury"))
ENFORCER, GUARDIAN = map(address_of, ("enforcer", "guardian"))
ALL = 2**256 - 1
STANDINGS = ("good", "stranger", "expired", "revoked", "system", "ended")


def arrange(world: World, standing: str, wallet: str) -> str:
    """A wallet brought into a standing; `expired` counts from tomorrow on."""
    if standing == "system":
        return TREASURY
    if standing == "stranger":
        return OUTSIDER
    by = address_of("registrar")
    row = record(
        provider=2 if standing == "ended" else 1, valid_until=NOW + 1 if standing == "expired" else VALID_UNTIL
    )
    world.allowlist.onboardByRegistrar([(wallet, row, bytes(32))], by=by)
    if standing == "revoked":
        world.revoke(wallet)
    return wallet


@pytest.mark.parametrize("name", ["bond", "cash"])
@given(
    sender=st.sampled_from(STANDINGS),
    receiver=st.sampled_from(STANDINGS),
    frozen=st.sampled_from([0, 1, UNIT, 3 * UNIT, ALL]),
    amount=st.sampled_from([0, 1, UNIT - 1, UNIT, UNIT + 1, ALL]),
    paused=st.sampled_from(["no", "no", "token", "system", "over"]),
    matured=st.sampled_from([False, False, True]),
)
def test_transfer_reverts_if_and_only_if_the_code_is_not_zero(
    built_world: World, name: str, sender: str, receiver: str, frozen: int, amount: int, paused: str, matured: bool
):
    world = built_world
    with world.chain.rolled_back():
        token: Contract = getattr(world, name)
        regulator = address_of("regulator")
        world.licences.suspendLicence(address_of("second_provider"), by=regulator)
        source, target = arrange(world, sender, HOLDER), arrange(world, receiver, RECEIVER)
        if sender not in ("stranger", "revoked"):
            world.give(token, source, UNIT)
        if sender != "system":
            token.setFrozenTokens(source, frozen, by=ENFORCER)
        world.chain.now = MATURITY_AT if matured else MATURITY_AT - HOUR
        world.allowlist.markProviderEnded(2)
        if paused != "no":
            (world.allowlist.pauseSystem if paused == "system" else token.pause)(by=GUARDIAN)
        if paused == "over":
            world.chain.warp(PAUSE)
        code = token.detectTransferRestriction(source, target, amount)
        short = amount > token.balanceOf(source)
        outcome = reverts(token.transfer, target, amount, by=source)
        expected = {0: "ERC20InsufficientBalance" if short else None, 3: "ERC7943InsufficientUnfrozenBalance"}
        assert outcome == expected.get(code, "TransferRestricted")
        assert token.canTransfer(source, target, amount) is (code == 0)

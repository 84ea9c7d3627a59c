"""CashToken: minters within their limits."""

import pytest
from evm import ZERO, Contract, address_of, expect_revert
from world import MINTER_LIMIT, UNIT, World

HOLDER, RECEIVER, MINTER, OUTSIDER = map(address_of, ("holder", "receiver", "minter", "outsider"))


@pytest.fixture
def stocked(world: World, cash: Contract) -> Contract:
    """The minter, now on the allowlist, has minted a unit for itself and one for the holder."""
    world.onboard(MINTER)
    for to in (MINTER, HOLDER):
        cash.mint(to, UNIT, by=MINTER)
    return cash


def test_the_token_reads_back(cash: Contract):
    assert (cash.name(), cash.symbol(), cash.currency()) == ("Rupee stablecoin", "PKRS", b"PKR")


def test_supports_interface_says_no_to_what_only_a_series_has(cash: Contract):
    assert not cash.supportsInterface(bytes.fromhex("da287a1d"))
    assert not cash.supportsInterface(bytes.fromhex("ecfecec8"))


def test_mint_counts_against_the_limit(cash: Contract):
    receipt = cash.mint(HOLDER, UNIT, by=MINTER)
    assert receipt.log == (("Transfer", ZERO, HOLDER, UNIT), ("Minted", MINTER, HOLDER, UNIT))
    assert tuple(cash.minterOf(MINTER)) == (MINTER_LIMIT, UNIT)
    assert (cash.totalSupply(), cash.balanceOf(HOLDER)) == (UNIT, UNIT)


def test_mint_succeeds_to_the_last_unit_of_the_limit(cash: Contract):
    cash.mint(HOLDER, MINTER_LIMIT, by=MINTER)
    assert tuple(cash.minterOf(MINTER)) == (MINTER_LIMIT, MINTER_LIMIT)
    with expect_revert("MinterLimitExceeded", minter=MINTER, amount=1, left=0):
        cash.mint(HOLDER, 1, by=MINTER)


def test_mint_reverts_a_unit_above_the_limit(cash: Contract):
    with expect_revert("MinterLimitExceeded", minter=MINTER, amount=MINTER_LIMIT + 1, left=MINTER_LIMIT):
        cash.mint(HOLDER, MINTER_LIMIT + 1, by=MINTER)


@pytest.mark.parametrize("caller", ["central_bank", "admin", "holder", "deployer"])
def test_mint_reverts_when_the_caller_has_no_limit(cash: Contract, caller: str):
    with expect_revert("MinterLimitExceeded", minter=address_of(caller), amount=1, left=0):
        cash.mint(HOLDER, 1, by=address_of(caller))


@pytest.mark.parametrize("receiver", [OUTSIDER, ZERO])
def test_mint_reverts_when_the_receiver_is_not_allowed(cash: Contract, receiver: str):
    with expect_revert("TransferRestricted", code=20, account=receiver):
        cash.mint(receiver, 1, by=MINTER)


def test_mint_reverts_while_paused(cash: Contract, guardian: str):
    cash.pause(by=guardian)
    with expect_revert("TransferRestricted", code=2, account=cash.address):
        cash.mint(HOLDER, 1, by=MINTER)


def test_burn_takes_from_balance_and_minted(stocked: Contract):
    receipt = stocked.burn(UNIT - 1, by=MINTER)
    assert receipt.log == (("Transfer", MINTER, ZERO, UNIT - 1), ("Burned", MINTER, UNIT - 1))
    assert tuple(stocked.minterOf(MINTER)) == (MINTER_LIMIT, UNIT + 1)
    assert (stocked.totalSupply(), stocked.balanceOf(MINTER)) == (UNIT + 1, 1)


def test_burn_makes_room_to_mint_again_to_the_unit(stocked: Contract):
    stocked.mint(HOLDER, MINTER_LIMIT - 2 * UNIT, by=MINTER)
    stocked.burn(UNIT, by=MINTER)
    with expect_revert("MinterLimitExceeded", minter=MINTER, amount=UNIT + 1, left=UNIT):
        stocked.mint(HOLDER, UNIT + 1, by=MINTER)
    stocked.mint(HOLDER, UNIT, by=MINTER)
    assert tuple(stocked.minterOf(MINTER)) == (MINTER_LIMIT, MINTER_LIMIT)


def test_burn_reverts_a_unit_above_what_was_minted(stocked: Contract):
    with expect_revert("BurnAboveMinted", minter=MINTER, amount=2 * UNIT + 1, minted=2 * UNIT):
        stocked.burn(2 * UNIT + 1, by=MINTER)


def test_burn_reverts_above_the_balance(stocked: Contract):
    with expect_revert("ERC20InsufficientBalance", sender=MINTER, balance=UNIT, needed=UNIT + 1):
        stocked.burn(UNIT + 1, by=MINTER)


def test_burn_reverts_when_the_balance_is_frozen(stocked: Contract, enforcement_maker: str):
    stocked.setFrozenTokens(MINTER, 1, by=enforcement_maker)
    with expect_revert("ERC7943InsufficientUnfrozenBalance", account=MINTER, amount=UNIT, unfrozen=UNIT - 1):
        stocked.burn(UNIT, by=MINTER)


def test_burn_reverts_when_the_caller_never_minted(stocked: Contract):
    with expect_revert("BurnAboveMinted", minter=HOLDER, amount=1, minted=0):
        stocked.burn(1, by=HOLDER)


def test_burn_works_while_paused_and_after_the_record_expired(world: World, stocked: Contract, guardian: str):
    world.revoke(MINTER)
    stocked.pause(by=guardian)
    world.allowlist.pauseSystem(by=guardian)
    stocked.burn(UNIT, by=MINTER)
    assert stocked.totalSupply() == UNIT


def test_loosen_minter_limit_raises_it_after_the_delay(world: World, cash: Contract):
    receipt = world.by_admin(cash.loosenMinterLimit, HOLDER, 9)
    assert receipt.log[-1] == ("MinterLimitChanged", HOLDER, 9)
    assert tuple(cash.minterOf(HOLDER)) == (9, 0)


@pytest.mark.parametrize("step", [0, -1])
def test_loosen_minter_limit_reverts_when_it_is_not_looser(world: World, cash: Contract, step: int):
    with expect_revert("DirectionInvalid", wanted=MINTER_LIMIT + step, current=MINTER_LIMIT):
        world.by_admin(cash.loosenMinterLimit, MINTER, MINTER_LIMIT + step)


def test_loosen_minter_limit_reverts_when_it_does_not_fit(world: World, cash: Contract):
    with expect_revert("SafeCastOverflowedUintDowncast", bits=128, value=2**128):
        world.by_admin(cash.loosenMinterLimit, MINTER, 2**128)


def test_loosen_minter_limit_reverts_when_the_caller_may_only_tighten(cash: Contract, central_bank: str):
    with expect_revert("AccessManagedUnauthorized", caller=central_bank):
        cash.loosenMinterLimit(MINTER, MINTER_LIMIT + 1, by=central_bank)


@pytest.mark.parametrize("limit", [MINTER_LIMIT - 1, 0])
def test_tighten_minter_limit_lowers_it_at_once(cash: Contract, central_bank: str, limit: int):
    receipt = cash.tightenMinterLimit(MINTER, limit, by=central_bank)
    assert receipt.log == (("MinterLimitChanged", MINTER, limit),)
    assert cash.minterOf(MINTER).limit == limit


def test_tighten_minter_limit_below_what_is_outstanding_stops_minting_only(stocked: Contract, central_bank: str):
    stocked.tightenMinterLimit(MINTER, UNIT, by=central_bank)
    with expect_revert("MinterLimitExceeded", minter=MINTER, amount=1, left=0):
        stocked.mint(HOLDER, 1, by=MINTER)
    stocked.burn(UNIT, by=MINTER)
    stocked.transfer(RECEIVER, UNIT, by=HOLDER)
    assert tuple(stocked.minterOf(MINTER)) == (UNIT, UNIT)


@pytest.mark.parametrize("step", [0, 1])
def test_tighten_minter_limit_reverts_when_it_is_not_tighter(cash: Contract, central_bank: str, step: int):
    with expect_revert("DirectionInvalid", wanted=MINTER_LIMIT + step, current=MINTER_LIMIT):
        cash.tightenMinterLimit(MINTER, MINTER_LIMIT + step, by=central_bank)


def test_tighten_minter_limit_reverts_when_the_caller_is_the_minter(cash: Contract):
    with expect_revert("AccessManagedUnauthorized", caller=MINTER):
        cash.tightenMinterLimit(MINTER, 0, by=MINTER)


def test_unpause_ends_the_pause_early(world: World, cash: Contract, guardian: str, admin: str):
    world.schedule(cash.unpause)
    world.chain.warp(2 * 86_400)
    cash.pause(by=guardian)
    assert cash.unpause(by=admin).log[-1] == ("PausedUntil", 0)
    assert cash.pausedUntil() == 0

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


def test_burn_reverts_when_the_balance_is_frozen(stocked: Contract, enforcer: str):
    stocked.setFrozenTokens(MINTER, 1, by=enforcer)
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


# ── transferBatch ────────────────────────────────────────────────────────────────────────────────────────────────────

SPENDER = address_of("spender")


def send(cash: Contract, receivers: list[str], amounts: list[int], by: str = HOLDER):
    return cash.transferBatch(receivers, amounts, by=by)


def test_transfer_batch_moves_all(stocked: Contract):
    receipt = send(stocked, [RECEIVER, SPENDER, RECEIVER], [3, 0, 4])
    assert receipt.result is True
    assert receipt.log == (
        ("Transfer", HOLDER, RECEIVER, 3), ("Transfer", HOLDER, SPENDER, 0), ("Transfer", HOLDER, RECEIVER, 4),
    )  # fmt: skip
    assert [stocked.balanceOf(wallet) for wallet in (HOLDER, RECEIVER, SPENDER)] == [UNIT - 7, 7, 0]
    assert stocked.totalSupply() == 2 * UNIT


def test_transfer_batch_moves_the_whole_balance_to_the_unit(stocked: Contract):
    send(stocked, [RECEIVER, SPENDER], [UNIT - 1, 1])
    assert [stocked.balanceOf(wallet) for wallet in (HOLDER, RECEIVER, SPENDER)] == [0, UNIT - 1, 1]


def test_transfer_batch_reverts_above_the_balance(stocked: Contract):
    with expect_revert("ERC20InsufficientBalance", sender=HOLDER, balance=UNIT, needed=UNIT + 1):
        send(stocked, [RECEIVER, SPENDER], [UNIT, 1])
    assert stocked.balanceOf(RECEIVER) == 0


def test_transfer_batch_reverts_above_what_is_free(stocked: Contract):
    stocked.setFrozenTokens(HOLDER, 10, by=address_of("enforcer"))
    facts = {"account": HOLDER, "amount": UNIT - 9, "unfrozen": UNIT - 10}
    with expect_revert("ERC7943InsufficientUnfrozenBalance", **facts):
        send(stocked, [RECEIVER, SPENDER], [UNIT - 10, 1])


def test_transfer_batch_to_oneself_changes_no_balance(stocked: Contract):
    """Attack case 29."""
    send(stocked, [HOLDER, HOLDER], [UNIT, 0])
    send(stocked, [HOLDER, RECEIVER], [UNIT - 1, 1])
    assert [stocked.balanceOf(wallet) for wallet in (HOLDER, RECEIVER)] == [UNIT - 1, 1]
    assert stocked.totalSupply() == 2 * UNIT


def test_transfer_batch_does_not_wrap_around(stocked: Contract):
    with expect_revert("Panic", code=0x11):
        send(stocked, [RECEIVER, SPENDER], [2**256 - 1, 2])


def test_transfer_batch_of_nothing_moves_nothing(stocked: Contract):
    assert send(stocked, [], []).log == ()


@pytest.mark.parametrize(("receivers", "amounts"), [(1, 0), (0, 1), (2, 3)])
def test_transfer_batch_reverts_when_the_arrays_are_uneven(stocked: Contract, receivers: int, amounts: int):
    with expect_revert("BatchInvalid", holders=receivers, faces=amounts):  # named by the Programme
        send(stocked, [RECEIVER] * receivers, [1] * amounts)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_transfer_batch_reverts_when_one_receiver_may_not(world: World, stocked: Contract, place: int):
    """Attack case 1."""
    receivers = [RECEIVER] * 3
    receivers[place] = OUTSIDER
    with expect_revert("TransferRestricted", code=20, account=OUTSIDER):
        send(stocked, receivers, [1, 1, 1])
    assert stocked.balanceOf(RECEIVER) == 0


@pytest.mark.parametrize(("stop", "code"), [("revoked", 12), ("stranger", 10)])
def test_transfer_batch_reverts_when_the_sender_may_not(world: World, stocked: Contract, stop: str, code: int):
    if stop == "revoked":
        world.revoke(HOLDER)
    sender = HOLDER if stop == "revoked" else OUTSIDER
    with expect_revert("TransferRestricted", code=code, account=sender):
        send(stocked, [RECEIVER], [0], by=sender)


def test_transfer_batch_reverts_while_the_token_or_the_system_is_paused(world: World, stocked: Contract, guardian: str):
    stocked.pause(by=guardian)
    with expect_revert("TransferRestricted", code=2, account=stocked.address):
        send(stocked, [RECEIVER], [1])
    world.allowlist.pauseSystem(by=guardian)
    world.chain.warp(1)
    with expect_revert("TransferRestricted", code=2, account=stocked.address):
        send(stocked, [RECEIVER], [1])
    with world.chain.rolled_back():
        world.by_admin(stocked.unpause)
        with expect_revert("TransferRestricted", code=1, account=stocked.address):
            send(stocked, [RECEIVER], [1])

"""CashToken: minters within their limits, rates and ledgers; central-bank money."""

import pytest
from evm import ZERO, Contract, address_of, expect_revert, reverts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import DAY, FROM_CONVERTER, FROM_VAULT, HOUR, MINTER_LIMIT, UNIT, VAULT_SHARE_BPS, World, record

from rwa_deploy import units

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


# ── the bucket of a minter ───────────────────────────────────────────────────────────────────────────────────────────

RATE = 24 * UNIT  # a unit an hour
OTHER, BANK, REGULATOR = map(address_of, ("second minter", "central_bank", "regulator"))


@pytest.fixture
def slow(world: World, cash: Contract) -> Contract:
    """A second minter with a limit of ten days' minting, its bucket full."""
    world.by_admin(cash.loosenMinterLimit, OTHER, 10 * RATE)
    world.by_admin(cash.loosenMinterRate, OTHER, RATE)
    return cash


def test_mint_reverts_without_a_rate(world: World, cash: Contract):
    world.by_admin(cash.loosenMinterLimit, OTHER, UNIT)
    with expect_revert("MinterRateExceeded", minter=OTHER, amount=1, left=0):
        cash.mint(HOLDER, 1, by=OTHER)


def test_mint_empties_the_bucket_which_refills_evenly(world: World, slow: Contract):
    assert tuple(slow.bucketOf(OTHER)) == (RATE, RATE)
    slow.mint(HOLDER, RATE, by=OTHER)
    with expect_revert("MinterRateExceeded", minter=OTHER, amount=1, left=0):
        slow.mint(HOLDER, 1, by=OTHER)
    world.chain.warp(HOUR)
    assert tuple(slow.bucketOf(OTHER)) == (RATE, UNIT)
    with expect_revert("MinterRateExceeded", minter=OTHER, amount=UNIT + 1, left=UNIT):
        slow.mint(HOLDER, UNIT + 1, by=OTHER)
    slow.mint(HOLDER, UNIT, by=OTHER)
    world.chain.warp(DAY + 1)
    assert slow.bucketOf(OTHER).left == RATE


def test_a_burn_makes_room_under_the_limit_and_not_in_the_bucket(world: World, slow: Contract):
    world.onboard(OTHER)
    slow.mint(OTHER, RATE, by=OTHER)
    slow.burn(RATE, by=OTHER)
    assert (slow.minterOf(OTHER).minted, slow.bucketOf(OTHER).left) == (0, 0)


def test_loosen_minter_rate_adds_to_the_bucket_at_once(world: World, slow: Contract):
    slow.mint(HOLDER, RATE, by=OTHER)
    world.schedule(slow.loosenMinterRate, OTHER, 2 * RATE)
    world.chain.warp(2 * DAY)
    slow.mint(HOLDER, RATE, by=OTHER)
    receipt = slow.loosenMinterRate(OTHER, 2 * RATE, by=address_of("admin"))
    assert receipt.log[-1] == ("MinterRateChanged", OTHER, 2 * RATE)
    assert tuple(slow.bucketOf(OTHER)) == (2 * RATE, RATE)


def test_tighten_minter_rate_cuts_the_bucket_at_once(slow: Contract, central_bank: str):
    slow.tightenMinterRate(OTHER, UNIT, by=central_bank)
    assert tuple(slow.bucketOf(OTHER)) == (UNIT, UNIT)
    slow.tightenMinterRate(OTHER, 0, by=central_bank)
    with expect_revert("MinterRateExceeded", minter=OTHER, amount=1, left=0):
        slow.mint(HOLDER, 1, by=OTHER)


@pytest.mark.parametrize("step", [0, 1])
def test_minter_rates_move_in_the_direction_of_their_name(world: World, slow: Contract, central_bank: str, step: int):
    with expect_revert("DirectionInvalid", wanted=RATE + step, current=RATE):
        slow.tightenMinterRate(OTHER, RATE + step, by=central_bank)
    with expect_revert("DirectionInvalid", wanted=RATE - step, current=RATE):
        world.by_admin(slow.loosenMinterRate, OTHER, RATE - step)


def test_loosen_minter_rate_reverts_when_it_does_not_fit(world: World, slow: Contract):
    with expect_revert("SafeCastOverflowedUintDowncast", bits=88, value=2**88):
        world.by_admin(slow.loosenMinterRate, OTHER, 2**88)


# ── ledgers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def vault(world: World, cash: Contract) -> str:
    """A vault may mint, and an account of the programme stands for it."""
    account = address_of("vault")
    world.by_admin(cash.setMinterKind, account, FROM_VAULT)
    world.by_admin(cash.loosenMinterLimit, account, MINTER_LIMIT)
    world.by_admin(cash.loosenMinterRate, account, MINTER_LIMIT)
    return account


def test_mint_reverts_a_unit_above_the_attested_reserve(world: World, cash: Contract):
    world.chain.warp(1)
    world.attest(cash.address, 3 * UNIT)
    world.mint_cash(HOLDER, 2 * UNIT)
    with expect_revert("ReserveTooLow", minted=3 * UNIT + 1, attested=3 * UNIT):
        world.mint_cash(HOLDER, UNIT + 1)
    world.mint_cash(HOLDER, UNIT)
    assert tuple(cash.ledgers()) == (3 * UNIT, 0, 0)


def test_mint_stops_when_the_attestation_is_stale_and_burns_go_on(world: World, stocked: Contract):
    world.attestations.tightenMaxAge(stocked.address, 2 * HOUR, by=REGULATOR)
    world.chain.warp(2 * HOUR + 1)
    with expect_revert("ReserveTooLow", minted=2 * UNIT + 1, attested=0):
        world.mint_cash(HOLDER, 1)
    stocked.burn(UNIT, by=MINTER)
    stocked.transfer(RECEIVER, UNIT, by=HOLDER)
    assert tuple(stocked.ledgers()) == (UNIT, 0, 0)


def test_two_minters_share_one_reserve(world: World, slow: Contract):
    world.attest(slow.address, 2 * UNIT)
    world.mint_cash(HOLDER, UNIT)
    with expect_revert("ReserveTooLow", minted=2 * UNIT + 1, attested=2 * UNIT):
        slow.mint(HOLDER, UNIT + 1, by=OTHER)
    slow.mint(HOLDER, UNIT, by=OTHER)
    assert slow.ledgers().reserveMinted == 2 * UNIT


def test_a_vault_mints_up_to_its_share_of_the_reserve_minted(world: World, stocked: Contract, vault: str):
    most = 2 * UNIT * VAULT_SHARE_BPS // 10_000
    with expect_revert("VaultShareExceeded", minted=most + 1, most=most):
        stocked.mint(HOLDER, most + 1, by=vault)
    stocked.mint(HOLDER, most, by=vault)
    assert tuple(stocked.ledgers()) == (2 * UNIT, most, 0)
    stocked.burn(UNIT, by=MINTER)
    with expect_revert("VaultShareExceeded", minted=most + 1, most=most // 2):
        stocked.mint(HOLDER, 1, by=vault)
    assert stocked.totalSupply() == UNIT + most


def test_a_vault_needs_no_fresh_reserve(world: World, stocked: Contract, vault: str):
    world.attestations.tightenMaxAge(stocked.address, 1, by=REGULATOR)
    stocked.mint(HOLDER, 1, by=vault)
    assert stocked.ledgers().vaultMinted == 1


def test_vault_share_moves_in_the_direction_of_its_name(world: World, cash: Contract, central_bank: str):
    for bps in (VAULT_SHARE_BPS, 10_001):
        with expect_revert("DirectionInvalid", wanted=bps, current=VAULT_SHARE_BPS):
            world.by_admin(cash.loosenVaultShare, bps)
    with expect_revert("DirectionInvalid", wanted=VAULT_SHARE_BPS, current=VAULT_SHARE_BPS):
        cash.tightenVaultShare(VAULT_SHARE_BPS, by=central_bank)
    assert cash.tightenVaultShare(0, by=central_bank).log == (("VaultShareChanged", 0),)
    assert world.by_admin(cash.loosenVaultShare, 10_000).log[-1] == ("VaultShareChanged", 10_000)
    assert cash.vaultShareBps() == 10_000


def test_set_minter_kind_reverts_with_something_outstanding(world: World, stocked: Contract):
    with expect_revert("MinterHasOutstanding", minter=MINTER, minted=2 * UNIT):
        world.by_admin(stocked.setMinterKind, MINTER, FROM_VAULT)


def test_set_minter_kind_moves_the_minter_to_its_ledger(world: World, cash: Contract):
    receipt = world.by_admin(cash.setMinterKind, MINTER, FROM_CONVERTER)
    assert receipt.log[-1] == ("MinterKindChanged", MINTER, FROM_CONVERTER)
    assert cash.kindOf(MINTER) == FROM_CONVERTER
    world.mint_cash(HOLDER, UNIT)
    assert tuple(cash.ledgers()) == (0, 0, UNIT)


def test_burn_for_lowers_the_minters_account_and_its_ledger(stocked: Contract):
    receipt = stocked.burnFor(MINTER, UNIT, by=HOLDER)
    assert receipt.log == (("Transfer", HOLDER, ZERO, UNIT), ("Burned", MINTER, UNIT))
    assert (stocked.minterOf(MINTER).minted, stocked.balanceOf(HOLDER)) == (UNIT, 0)
    assert stocked.ledgers().reserveMinted == stocked.totalSupply() == UNIT


def test_burn_for_takes_only_what_is_the_callers_and_free(stocked: Contract, enforcer: str):
    with expect_revert("BurnAboveMinted", minter=OUTSIDER, amount=1, minted=0):
        stocked.burnFor(OUTSIDER, 1, by=HOLDER)
    with expect_revert("ERC20InsufficientBalance", sender=HOLDER, balance=UNIT, needed=UNIT + 1):
        stocked.burnFor(MINTER, UNIT + 1, by=HOLDER)
    stocked.setFrozenTokens(HOLDER, 1, by=enforcer)
    with expect_revert("ERC7943InsufficientUnfrozenBalance", account=HOLDER, amount=UNIT, unfrozen=UNIT - 1):
        stocked.burnFor(MINTER, UNIT, by=HOLDER)


def test_burn_for_never_touches_a_vaults_account(stocked: Contract, vault: str):
    stocked.mint(HOLDER, 1, by=vault)
    with expect_revert("MinterKindInvalid", minter=vault, kind=FROM_VAULT):
        stocked.burnFor(vault, 1, by=HOLDER)


def test_burn_from_works_under_every_stop_and_leaves_the_freeze(
    world: World, stocked: Contract, vault: str, enforcer: str, guardian: str
):
    """A debt can always be repaid (attack case 17)."""
    stocked.mint(HOLDER, 9, by=vault)
    stocked.setFrozenTokens(HOLDER, 2**256 - 1, by=enforcer)
    world.revoke(HOLDER)
    stocked.pause(by=guardian)
    world.allowlist.pauseSystem(by=guardian)
    receipt = stocked.burnFrom(HOLDER, 5, by=vault)
    assert receipt.log == (("Transfer", HOLDER, ZERO, 5), ("Burned", vault, 5))
    assert (stocked.balanceOf(HOLDER), stocked.freeBalanceOf(HOLDER)) == (UNIT + 4, 0)
    assert stocked.getFrozenTokens(HOLDER) == 2**256 - 1
    assert (stocked.ledgers().vaultMinted, stocked.minterOf(vault).minted) == (4, 4)


def test_burn_from_keeps_what_is_frozen_frozen(stocked: Contract, vault: str, enforcer: str):
    stocked.mint(HOLDER, UNIT // 2, by=vault)
    stocked.setFrozenTokens(HOLDER, UNIT, by=enforcer)
    stocked.burnFrom(HOLDER, UNIT // 2, by=vault)
    assert (stocked.getFrozenTokens(HOLDER), stocked.freeBalanceOf(HOLDER)) == (UNIT, 0)


@pytest.mark.parametrize("caller", [MINTER, HOLDER, OUTSIDER])
def test_burn_from_is_a_vaults_alone(stocked: Contract, caller: str):
    stocked.approve(caller, UNIT, by=HOLDER)
    with expect_revert("MinterKindInvalid", minter=caller, kind=0):
        stocked.burnFrom(HOLDER, 1, by=caller)


def test_burn_from_takes_what_the_payer_has_and_fees_may_take_more_than_was_minted(stocked: Contract, vault: str):
    stocked.mint(RECEIVER, 2, by=vault)
    stocked.burnFrom(HOLDER, 3, by=vault)
    assert (stocked.mintedOf(vault), stocked.minterOf(vault).minted, stocked.ledgers().vaultMinted) == (-1, 0, -1)
    with expect_revert("ERC20InsufficientBalance", sender=OUTSIDER, balance=0, needed=1):
        stocked.burnFrom(OUTSIDER, 1, by=vault)
    with expect_revert("ERC20InvalidSender", sender=ZERO):
        stocked.burnFrom(ZERO, 1, by=vault)
    for burn in (stocked.burnFrom, stocked.burnFor):
        with expect_revert("AmountZero"):
            burn(MINTER, 0, by=vault)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(["mint", "burn", "vault", "repay"]), st.integers(1, UNIT)), max_size=12),
)
def test_ledgers_add_up_to_the_supply(world: World, stocked: Contract, vault: str, acts: list[tuple[str, int]]):
    with world.chain.rolled_back():
        for act, amount in acts:
            method, caller, to = {
                "mint": (stocked.mint, MINTER, MINTER), "burn": (stocked.burnFor, MINTER, MINTER),
                "vault": (stocked.mint, vault, HOLDER), "repay": (stocked.burnFrom, vault, HOLDER),
            }[act]  # fmt: skip
            reverts(method, to, amount, by=caller)
        reserve, lent, converted = stocked.ledgers()
        assert reserve + lent + converted == stocked.totalSupply()
        assert (reserve, lent) == (stocked.minterOf(MINTER).minted, stocked.mintedOf(vault))


# ── central-bank money ───────────────────────────────────────────────────────────────────────────────────────────────

DEALER = address_of("dealer")


@pytest.fixture
def institution(world: World) -> str:
    """A wallet of tier 4."""
    by = address_of("registrar")
    world.allowlist.onboardByRegistrar([(DEALER, record(tier=4, investor=44), bytes(32))], by=by)
    return DEALER


def test_central_bank_money_has_no_reserve_behind_it(money: Contract, institution: str):
    assert (money.reserves(), money.distributionTier(), money.currency()) == (ZERO, 4, b"PKR")
    money.mint(institution, UNIT, by=BANK)
    assert tuple(money.ledgers()) == (UNIT, 0, 0)


def test_new_central_bank_money_goes_to_institutions_and_the_system(world: World, money: Contract, institution: str):
    with expect_revert("DistributionTierTooLow", receiver=HOLDER, tier=1, lowest=4):
        money.mint(HOLDER, UNIT, by=BANK)
    money.mint(address_of("treasury"), UNIT, by=BANK)
    money.mint(institution, UNIT, by=BANK)
    money.transfer(HOLDER, UNIT, by=institution)
    assert money.balanceOf(HOLDER) == UNIT


def capped(world: World, tier: int, cap: int) -> None:
    """Nobody of a tier may hold more than `cap` units; the wallets of both are counted."""
    flag_caps = 2
    terms = (flag_caps << 192, cap << 40 * (tier - 1), (0, 0, 0, 0), bytes(32))
    world.policies.tightenPolicy(world.money.address, terms, by=REGULATOR)
    world.policies.countWallets([DEALER, HOLDER, RECEIVER])


def test_a_holding_cap_binds_mints_and_transfers_of_central_bank_money(world: World, money: Contract, institution: str):
    capped(world, 4, 10)
    with expect_revert("TransferRestricted", code=35, account=DEALER):
        money.mint(DEALER, 10 * units.ONE + 1, by=BANK)
    money.mint(DEALER, 10 * units.ONE, by=BANK)
    with expect_revert("TransferRestricted", code=35, account=DEALER):
        money.mint(DEALER, 1, by=BANK)


def test_a_batch_of_transfers_is_bound_by_the_cap_too(world: World, money: Contract, institution: str):
    money.mint(DEALER, 100 * units.ONE, by=BANK)
    capped(world, 1, 10)
    with expect_revert("TransferRestricted", code=35, account=HOLDER):
        money.transferBatch([HOLDER, HOLDER], [6 * units.ONE, 6 * units.ONE], by=DEALER)
    money.transferBatch([HOLDER, RECEIVER], [10 * units.ONE, 10 * units.ONE], by=DEALER)
    assert money.balanceOf(HOLDER) == 10 * units.ONE


def test_a_batch_of_transfers_is_locked_up_like_one(world: World, money: Contract, institution: str):
    money.mint(DEALER, UNIT, by=BANK)
    locked = (world.chain.now + DAY) << 72
    world.policies.tightenPolicy(money.address, (locked, 0, (0, 0, 0, 0), bytes(32)), by=REGULATOR)
    for send in ((money.transfer, (HOLDER, 1)), (money.transferBatch, ([HOLDER], [1]))):
        with expect_revert("TransferRestricted", code=5, account=money.address):
            send[0](*send[1], by=DEALER)


def test_a_mint_of_central_bank_money_takes_a_place(world: World, money: Contract, institution: str):
    world.policies.tightenPolicy(money.address, (1 << 136, 0, (0, 0, 0, 0), bytes(32)), by=REGULATOR)
    money.mint(DEALER, 1, by=BANK)
    assert tuple(world.policies.holdersOf(money.address, DEALER)) == (1, True)
    with expect_revert("TransferRestricted", code=36, account=HOLDER):
        money.mint(HOLDER, 1, by=BANK)

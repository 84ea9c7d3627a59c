"""PermissionedToken: what series and cash share, run over both."""

import pytest
from eth_utils import keccak
from evm import ZERO, Contract, address_of, expect_revert, key_of
from signing import PERMIT, digest, domain_separator, permit_parts
from world import DAY, NOW, PAUSE, UNIT, World

HOLDER, RECEIVER, SPENDER, OUTSIDER = map(address_of, ("holder", "receiver", "spender", "outsider"))
ENFORCER, GUARDIAN = map(address_of, ("enforcer", "guardian"))
TREASURY = address_of("treasury")
ALL = 2**256 - 1


@pytest.fixture(autouse=True)
def holding(world: World, token: Contract) -> None:
    """The holder has two units."""
    world.give(token, HOLDER, 2 * UNIT)


def freeze(token: Contract, amount: int, account: str = HOLDER) -> None:
    token.setFrozenTokens(account, amount, by=ENFORCER)


def balances(token: Contract, *accounts: str) -> list[int]:
    return [token.balanceOf(account) for account in accounts]


# ── metadata ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_decimals_are_six(token: Contract):
    assert token.decimals() == 6


def test_domain_separator_is_that_of_eip_712(token: Contract):
    assert token.DOMAIN_SEPARATOR() == domain_separator(token.name(), token.address)


def test_total_supply_is_what_was_issued_and_nobody_holds_it(token: Contract):
    assert token.totalSupply() == 2 * UNIT
    assert balances(token, HOLDER, ZERO) == [2 * UNIT, 0]
    assert (token.freeBalanceOf(ZERO), token.getFrozenTokens(ZERO)) == (0, 0)


# ── transfer ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("amount", [0, 1, UNIT, 2 * UNIT])
def test_transfer_moves_the_amount(token: Contract, amount: int):
    receipt = token.transfer(RECEIVER, amount, by=HOLDER)
    assert receipt.result is True
    assert receipt.log == (("Transfer", HOLDER, RECEIVER, amount),)
    assert balances(token, HOLDER, RECEIVER) == [2 * UNIT - amount, amount]
    assert token.totalSupply() == 2 * UNIT


def test_transfer_reverts_a_unit_above_the_balance(token: Contract):
    with expect_revert("ERC20InsufficientBalance", sender=HOLDER, balance=2 * UNIT, needed=2 * UNIT + 1):
        token.transfer(RECEIVER, 2 * UNIT + 1, by=HOLDER)


@pytest.mark.parametrize(
    ("sender", "receiver", "code", "account"),
    [(OUTSIDER, HOLDER, 10, OUTSIDER), (HOLDER, OUTSIDER, 20, OUTSIDER), (HOLDER, ZERO, 20, ZERO)],
)
def test_transfer_reverts_when_a_party_is_not_allowed(
    token: Contract, sender: str, receiver: str, code: int, account: str
):
    with expect_revert("TransferRestricted", code=code, account=account):
        token.transfer(receiver, 0, by=sender)


def test_transfer_reverts_when_a_party_is_revoked(world: World, token: Contract):
    world.revoke(RECEIVER)
    with expect_revert("TransferRestricted", code=22, account=RECEIVER):
        token.transfer(RECEIVER, 1, by=HOLDER)
    world.revoke(HOLDER)
    with expect_revert("TransferRestricted", code=12, account=HOLDER):
        token.transfer(RECEIVER, 1, by=HOLDER)


def test_transfer_obeys_an_expiry_to_the_second(world: World, token: Contract):
    world.onboard(HOLDER, valid_until=NOW + DAY)
    world.chain.now = NOW + DAY
    token.transfer(RECEIVER, 1, by=HOLDER)
    world.chain.warp(1)
    with expect_revert("TransferRestricted", code=11, account=HOLDER):
        token.transfer(RECEIVER, 1, by=HOLDER)
    with expect_revert("TransferRestricted", code=21, account=HOLDER):
        token.transfer(HOLDER, 0, by=RECEIVER)


@pytest.mark.parametrize("frozen", [1, UNIT, 2 * UNIT, ALL])
def test_transfer_moves_what_is_not_frozen_and_no_unit_more(token: Contract, frozen: int):
    freeze(token, frozen)
    free = max(0, 2 * UNIT - frozen)
    facts = {"account": HOLDER, "amount": free + 1, "unfrozen": free}
    with expect_revert("ERC7943InsufficientUnfrozenBalance", **facts):
        token.transfer(RECEIVER, free + 1, by=HOLDER)
    token.transfer(RECEIVER, free, by=HOLDER)
    assert balances(token, HOLDER, RECEIVER) == [2 * UNIT - free, free]


def test_transfer_is_blocked_by_the_tokens_pause_to_the_second(world: World, token: Contract):
    token.pause(by=GUARDIAN)
    world.chain.warp(PAUSE - 1)
    with expect_revert("TransferRestricted", code=2, account=token.address):
        token.transfer(RECEIVER, 1, by=HOLDER)
    world.chain.warp(1)
    token.transfer(RECEIVER, 1, by=HOLDER)
    assert token.balanceOf(RECEIVER) == 1


def test_transfer_is_blocked_by_the_systems_pause(world: World, token: Contract):
    world.allowlist.pauseSystem(by=GUARDIAN)
    with expect_revert("TransferRestricted", code=1, account=token.address):
        token.transfer(RECEIVER, 1, by=HOLDER)


def test_transfer_to_a_system_account_passes(token: Contract):
    token.transfer(TREASURY, 1, by=HOLDER)
    assert token.balanceOf(TREASURY) == 1


# ── approve, transferFrom ────────────────────────────────────────────────────────────────────────────────────────────


def test_approve_sets_the_allowance(token: Contract):
    receipt = token.approve(SPENDER, 7, by=HOLDER)
    assert (receipt.result, receipt.log) == (True, (("Approval", HOLDER, SPENDER, 7),))
    assert token.allowance(HOLDER, SPENDER) == 7


def test_approve_reverts_when_the_spender_is_zero(token: Contract):
    with expect_revert("ERC20InvalidSpender", spender=ZERO):
        token.approve(ZERO, 1, by=HOLDER)


def test_transfer_from_spends_the_allowance(token: Contract):
    token.approve(SPENDER, 7, by=HOLDER)
    receipt = token.transferFrom(HOLDER, RECEIVER, 5, by=SPENDER)
    assert (receipt.result, receipt.log) == (True, (("Transfer", HOLDER, RECEIVER, 5),))
    assert (token.allowance(HOLDER, SPENDER), token.balanceOf(RECEIVER)) == (2, 5)


def test_transfer_from_leaves_an_endless_allowance(token: Contract):
    token.approve(SPENDER, ALL, by=HOLDER)
    token.transferFrom(HOLDER, RECEIVER, 5, by=SPENDER)
    assert token.allowance(HOLDER, SPENDER) == ALL


def test_transfer_from_reverts_a_unit_above_the_allowance(token: Contract):
    token.approve(SPENDER, 7, by=HOLDER)
    with expect_revert("ERC20InsufficientAllowance", spender=SPENDER, allowance=7, needed=8):
        token.transferFrom(HOLDER, RECEIVER, 8, by=SPENDER)


def test_transfer_from_reverts_above_the_balance(token: Contract):
    token.approve(SPENDER, ALL, by=HOLDER)
    with expect_revert("ERC20InsufficientBalance", sender=HOLDER, balance=2 * UNIT, needed=2 * UNIT + 1):
        token.transferFrom(HOLDER, RECEIVER, 2 * UNIT + 1, by=SPENDER)


def test_transfer_from_reverts_when_the_operator_is_not_allowed(token: Contract):
    token.approve(OUTSIDER, 7, by=HOLDER)
    with expect_revert("TransferRestricted", code=60, account=OUTSIDER):
        token.transferFrom(HOLDER, RECEIVER, 1, by=OUTSIDER)


@pytest.mark.parametrize(("state", "code"), [("expired", 61), ("revoked", 62)])
def test_transfer_from_reverts_when_the_operator_lost_his_standing(
    world: World, token: Contract, state: str, code: int
):
    token.approve(SPENDER, 7, by=HOLDER)
    if state == "revoked":
        world.revoke(SPENDER)
    else:
        world.onboard(SPENDER, valid_until=NOW + 1)
        world.chain.warp(2)
    with expect_revert("TransferRestricted", code=code, account=SPENDER):
        token.transferFrom(HOLDER, RECEIVER, 1, by=SPENDER)


def test_transfer_from_of_ones_own_needs_an_allowance(token: Contract):
    with expect_revert("ERC20InsufficientAllowance", spender=HOLDER, allowance=0, needed=1):
        token.transferFrom(HOLDER, RECEIVER, 1, by=HOLDER)


@pytest.mark.parametrize("amount", [0, 1])
def test_transfer_from_never_takes_from_the_account_of_nobody(token: Contract, amount: int):
    with expect_revert("TransferRestricted", code=10, account=ZERO):
        token.transferFrom(ZERO, RECEIVER, amount, by=SPENDER)


# ── pull ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pull_moves_what_is_available_and_spends_the_allowance(token: Contract):
    token.approve(SPENDER, 7, by=HOLDER)
    receipt = token.pull(HOLDER, RECEIVER, 5, by=SPENDER)
    assert (tuple(receipt.result), receipt.log) == ((True, 7), (("Transfer", HOLDER, RECEIVER, 5),))
    assert (token.allowance(HOLDER, SPENDER), token.balanceOf(RECEIVER)) == (2, 5)


@pytest.mark.parametrize("short", ["allowance", "balance", "freeze"])
def test_pull_answers_and_moves_nothing_a_unit_above_what_is_available(token: Contract, short: str):
    token.approve(SPENDER, 7 if short == "allowance" else ALL, by=HOLDER)
    freeze(token, UNIT if short == "freeze" else 0)
    available = {"allowance": 7, "balance": 2 * UNIT, "freeze": UNIT}[short]
    receipt = token.pull(HOLDER, RECEIVER, available + 1, by=SPENDER)
    assert (tuple(receipt.result), receipt.log) == ((False, available), ())
    assert token.pull(HOLDER, RECEIVER, available, by=SPENDER).result.pulled is True


RESTRICTED = [
    (OUTSIDER, HOLDER, RECEIVER), (SPENDER, OUTSIDER, RECEIVER), (SPENDER, HOLDER, OUTSIDER), (SPENDER, ZERO, RECEIVER),
    (SPENDER, HOLDER, ZERO),
]  # fmt: skip


@pytest.mark.parametrize("amount", [1, 7])
@pytest.mark.parametrize(("operator", "sender", "receiver"), RESTRICTED)
def test_pull_moves_nothing_when_a_rule_stands_against_it(
    token: Contract, operator: str, sender: str, receiver: str, amount: int
):
    token.approve(operator, 7, by=HOLDER)
    receipt = token.pull(sender, receiver, amount, by=operator)
    assert (tuple(receipt.result), receipt.log) == ((False, 0), ())


@pytest.mark.parametrize("amount", [1, 7])
@pytest.mark.parametrize("pause", ["token", "system"])
def test_pull_moves_nothing_while_paused(world: World, token: Contract, amount: int, pause: str):
    token.approve(SPENDER, 7, by=HOLDER)
    (token.pause if pause == "token" else world.allowlist.pauseSystem)(by=GUARDIAN)
    receipt = token.pull(HOLDER, RECEIVER, amount, by=SPENDER)
    assert (tuple(receipt.result), receipt.log) == ((False, 0), ())


@pytest.mark.parametrize("amount", [0, 8])
def test_pull_answers_what_cannot_move_anyway_without_asking_the_rules(world: World, token: Contract, amount: int):
    token.approve(SPENDER, 7, by=HOLDER)
    world.allowlist.pauseSystem(by=GUARDIAN)
    receipt = token.pull(HOLDER, RECEIVER, amount, by=SPENDER)
    assert (tuple(receipt.result), receipt.log) == ((False, 7), ())


# ── moveByRight ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def mover(world: World) -> str:
    """A wallet with the right of a mover."""
    account = address_of("mover")
    world.by_admin(world.allowlist.setSystemAccount, account, True)
    return account


def test_move_by_right_needs_no_allowance(token: Contract, mover: str):
    receipt = token.moveByRight(HOLDER, RECEIVER, 5, by=mover)
    assert (receipt.result, receipt.log) == (True, (("Transfer", HOLDER, RECEIVER, 5),))
    assert balances(token, HOLDER, RECEIVER) == [2 * UNIT - 5, 5]


@pytest.mark.parametrize("caller", [HOLDER, OUTSIDER, TREASURY])
def test_move_by_right_reverts_when_the_caller_is_no_mover(token: Contract, caller: str):
    with expect_revert("TransferRestricted", code=64, account=caller):
        token.moveByRight(HOLDER, RECEIVER, 1, by=caller)


@pytest.mark.parametrize(("sender", "receiver", "code"), [(OUTSIDER, HOLDER, 10), (HOLDER, OUTSIDER, 20)])
def test_move_by_right_reverts_when_a_party_is_not_allowed(
    token: Contract, mover: str, sender: str, receiver: str, code: int
):
    with expect_revert("TransferRestricted", code=code, account=OUTSIDER):
        token.moveByRight(sender, receiver, 1, by=mover)


def test_move_by_right_reverts_above_balance_and_free_balance(token: Contract, mover: str):
    with expect_revert("ERC20InsufficientBalance", sender=HOLDER, balance=2 * UNIT, needed=2 * UNIT + 1):
        token.moveByRight(HOLDER, RECEIVER, 2 * UNIT + 1, by=mover)
    freeze(token, UNIT)
    with expect_revert("ERC7943InsufficientUnfrozenBalance", account=HOLDER, amount=UNIT + 1, unfrozen=UNIT):
        token.moveByRight(HOLDER, RECEIVER, UNIT + 1, by=mover)


@pytest.mark.parametrize(("pause", "code"), [("token", 2), ("system", 1)])
def test_move_by_right_reverts_while_paused(world: World, token: Contract, mover: str, pause: str, code: int):
    paused = token.pause if pause == "token" else world.allowlist.pauseSystem
    paused(by=GUARDIAN)
    with expect_revert("TransferRestricted", code=code, account=token.address):
        token.moveByRight(HOLDER, RECEIVER, 1, by=mover)


def test_move_by_right_never_takes_from_the_account_of_nobody(token: Contract, mover: str):
    with expect_revert("TransferRestricted", code=10, account=ZERO):
        token.moveByRight(ZERO, RECEIVER, 1, by=mover)


# ── permit ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def permit_fields(owner: str = HOLDER, value: int = 7, nonce: int = 0, deadline: int = NOW + DAY) -> dict[str, object]:
    return {"owner": owner, "spender": SPENDER, "value": value, "nonce": nonce, "deadline": deadline}


def permit(token: Contract, fields: dict[str, object], parts: tuple[object, ...]):
    return token.permit(fields["owner"], SPENDER, fields["value"], fields["deadline"], *parts, by=OUTSIDER)


def test_permit_approves_and_uses_the_nonce(token: Contract):
    fields = permit_fields()
    receipt = permit(token, fields, permit_parts(token, key_of("holder"), fields))
    assert receipt.log == (("Approval", HOLDER, SPENDER, 7),)
    assert (token.allowance(HOLDER, SPENDER), token.nonces(HOLDER)) == (7, 1)


def test_permit_reverts_when_replayed(token: Contract):
    fields = permit_fields()
    parts = permit_parts(token, key_of("holder"), fields)
    permit(token, fields, parts)
    with expect_revert("SignatureInvalid", signer=HOLDER):
        permit(token, fields, parts)


def test_permit_lasts_to_its_deadline_to_the_second(world: World, token: Contract):
    fields = permit_fields()
    parts = permit_parts(token, key_of("holder"), fields)
    world.chain.now = NOW + DAY + 1
    with expect_revert("PermitExpired", deadline=NOW + DAY):
        permit(token, fields, parts)
    world.chain.now = NOW + DAY
    permit(token, fields, parts)
    assert token.allowance(HOLDER, SPENDER) == 7


@pytest.mark.parametrize("change", ["signer", "value", "nonce", "chain", "token"])
def test_permit_reverts_when_something_else_was_signed(world: World, token: Contract, change: str):
    signed = permit_fields(**{"value": {"value": 8}, "nonce": {"nonce": 1}}.get(change, {}))
    where = {"token": world.cash if token is world.bond else world.bond}.get(change, token)
    key = key_of("receiver" if change == "signer" else "holder")
    parts = permit_parts(where, key, signed, chain_id=2 if change == "chain" else 1)
    with expect_revert("SignatureInvalid", signer=HOLDER):
        permit(token, permit_fields(), parts)


def test_permit_reverts_when_s_is_high(token: Contract):
    fields = permit_fields()
    v, r, s = permit_parts(token, key_of("holder"), fields)
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high = (order - int.from_bytes(s)).to_bytes(32)
    with expect_revert("SignatureInvalid", signer=HOLDER):
        permit(token, fields, (55 - v, r, high))


def test_permit_reverts_when_the_owner_is_zero(token: Contract):
    with expect_revert("SignatureInvalid", signer=ZERO):
        permit(token, permit_fields(owner=ZERO), (27, b"\x01" * 32, b"\x01" * 32))


def test_permit_reverts_when_the_spender_is_zero(token: Contract):
    fields = {**permit_fields(), "spender": ZERO}
    parts = permit_parts(token, key_of("holder"), fields)
    with expect_revert("ERC20InvalidSpender", spender=ZERO):
        token.permit(HOLDER, ZERO, 7, NOW + DAY, *parts)


def test_permit_reverts_while_the_token_is_paused(token: Contract):
    token.pause(by=GUARDIAN)
    fields = permit_fields()
    with expect_revert("TransferRestricted", code=2, account=token.address):
        permit(token, fields, permit_parts(token, key_of("holder"), fields))


@pytest.mark.parametrize("frozen", [2 * UNIT, ALL])
def test_permit_reverts_when_the_owner_is_wholly_frozen(token: Contract, frozen: int):
    freeze(token, frozen)
    fields = permit_fields()
    with expect_revert("TransferRestricted", code=3, account=HOLDER):
        permit(token, fields, permit_parts(token, key_of("holder"), fields))


def test_permit_passes_when_a_unit_is_free(token: Contract):
    freeze(token, 2 * UNIT - 1)
    fields = permit_fields()
    permit(token, fields, permit_parts(token, key_of("holder"), fields))
    assert token.allowance(HOLDER, SPENDER) == 7


MOODS = {"good": 0, "bad": 1, "reverting": 2, "burning": 3, "short": 4}


@pytest.mark.parametrize("mood", MOODS)
def test_permit_asks_a_contract_wallet(world: World, token: Contract, mood: str):
    wallet = world.deploy("ContractWallet")
    fields = permit_fields(owner=wallet.address)
    separator = domain_separator(token.name(), token.address)
    wallet.set(MOODS[mood], digest(separator, PERMIT, tuple(fields.values())))
    parts = (27, keccak(b"r"), keccak(b"s"))
    if mood == "good":
        permit(token, fields, parts)
        assert token.allowance(wallet.address, SPENDER) == 7
    else:
        with expect_revert("SignatureInvalid", signer=wallet.address):
            permit(token, fields, parts)
        assert token.allowance(wallet.address, SPENDER) == 0


# ── forcedTransfer, setFrozenTokens ──────────────────────────────────────────────────────────────────────────────────


def test_forced_transfer_moves_against_the_holders_will(token: Contract):
    receipt = token.forcedTransfer(HOLDER, RECEIVER, UNIT, by=ENFORCER)
    assert receipt.result is True
    assert receipt.log == (("Transfer", HOLDER, RECEIVER, UNIT), ("ForcedTransfer", HOLDER, RECEIVER, UNIT))
    assert balances(token, HOLDER, RECEIVER) == [UNIT, UNIT]
    assert token.totalSupply() == 2 * UNIT


def test_forced_transfer_unfreezes_first_and_only_what_it_needs(token: Contract):
    freeze(token, 2 * UNIT - 10)
    receipt = token.forcedTransfer(HOLDER, RECEIVER, 15, by=ENFORCER)
    assert receipt.log == (
        ("Frozen", HOLDER, 2 * UNIT - 15),
        ("Transfer", HOLDER, RECEIVER, 15),
        ("ForcedTransfer", HOLDER, RECEIVER, 15),
    )
    assert (token.getFrozenTokens(HOLDER), token.freeBalanceOf(HOLDER)) == (2 * UNIT - 15, 0)


def test_forced_transfer_leaves_the_freeze_when_enough_is_free(token: Contract):
    freeze(token, UNIT)
    receipt = token.forcedTransfer(HOLDER, RECEIVER, UNIT, by=ENFORCER)
    assert not receipt.of("Frozen")
    assert token.getFrozenTokens(HOLDER) == UNIT


def test_forced_transfer_reaches_a_wholly_frozen_wallet(token: Contract):
    freeze(token, ALL)
    receipt = token.forcedTransfer(HOLDER, RECEIVER, 2 * UNIT, by=ENFORCER)
    assert receipt.log[0] == ("Frozen", HOLDER, ALL - 2 * UNIT)
    assert balances(token, HOLDER, RECEIVER) == [0, 2 * UNIT]


def test_forced_transfer_reaches_an_expired_and_a_revoked_holder(world: World, token: Contract):
    world.revoke(HOLDER)
    token.forcedTransfer(HOLDER, RECEIVER, UNIT, by=ENFORCER)
    assert token.balanceOf(RECEIVER) == UNIT


def test_forced_transfer_works_while_the_token_is_paused(token: Contract):
    token.pause(by=GUARDIAN)
    token.forcedTransfer(HOLDER, RECEIVER, UNIT, by=ENFORCER)
    assert token.balanceOf(RECEIVER) == UNIT


def test_forced_transfer_reverts_when_the_receiver_is_not_allowed(token: Contract):
    with expect_revert("TransferRestricted", code=20, account=OUTSIDER):
        token.forcedTransfer(HOLDER, OUTSIDER, 1, by=ENFORCER)


def test_forced_transfer_reverts_while_the_system_is_paused(world: World, token: Contract):
    world.allowlist.pauseSystem(by=GUARDIAN)
    with expect_revert("TransferRestricted", code=1, account=token.address):
        token.forcedTransfer(HOLDER, RECEIVER, 1, by=ENFORCER)


def test_forced_transfer_reverts_above_the_balance(token: Contract):
    with expect_revert("ERC20InsufficientBalance", sender=HOLDER, balance=2 * UNIT, needed=2 * UNIT + 1):
        token.forcedTransfer(HOLDER, RECEIVER, 2 * UNIT + 1, by=ENFORCER)


def test_forced_transfer_reverts_when_it_takes_from_the_system(token: Contract):
    token.transfer(TREASURY, UNIT, by=HOLDER)
    with expect_revert("SystemAccountProtected", account=TREASURY):
        token.forcedTransfer(TREASURY, RECEIVER, 1, by=ENFORCER)


@pytest.mark.parametrize("amount", [0, 1, 2 * UNIT])
def test_forced_transfer_never_takes_from_the_account_of_nobody(token: Contract, amount: int):
    with expect_revert("ERC20InvalidSender", sender=ZERO):
        token.forcedTransfer(ZERO, RECEIVER, amount, by=ENFORCER)


# An order alone moves a holder's tokens: neither of the two offices behind it does.
OFFICES_OF_ORDERS = ["enforcement_maker", "enforcement_checker", "guardian", "regulator", "admin"]


@pytest.mark.parametrize("office", OFFICES_OF_ORDERS)
def test_forced_transfer_reverts_when_the_caller_is_an_office(token: Contract, office: str):
    with expect_revert("AccessManagedUnauthorized", caller=address_of(office)):
        token.forcedTransfer(HOLDER, RECEIVER, 1, by=address_of(office))


@pytest.mark.parametrize("amount", [0, 1, 2 * UNIT, 2 * UNIT + 1, ALL])
def test_set_frozen_tokens_replaces_the_figure(token: Contract, amount: int):
    freeze(token, 5)
    receipt = token.setFrozenTokens(HOLDER, amount, by=ENFORCER)
    assert (receipt.result, receipt.log) == (True, (("Frozen", HOLDER, amount),))
    assert (token.getFrozenTokens(HOLDER), token.freeBalanceOf(HOLDER)) == (amount, max(0, 2 * UNIT - amount))


def test_set_frozen_tokens_binds_what_comes_later(token: Contract):
    freeze(token, ALL, RECEIVER)
    token.transfer(RECEIVER, UNIT, by=HOLDER)
    assert (token.balanceOf(RECEIVER), token.freeBalanceOf(RECEIVER)) == (UNIT, 0)


def test_set_frozen_tokens_reverts_on_the_systems_accounts(token: Contract):
    with expect_revert("SystemAccountProtected", account=TREASURY):
        freeze(token, 1, TREASURY)


def test_set_frozen_tokens_reverts_on_the_account_of_nobody(token: Contract):
    with expect_revert("ERC20InvalidSender", sender=ZERO):
        freeze(token, 1, ZERO)


@pytest.mark.parametrize("office", OFFICES_OF_ORDERS)
def test_set_frozen_tokens_reverts_when_the_caller_is_an_office(token: Contract, office: str):
    with expect_revert("AccessManagedUnauthorized", caller=address_of(office)):
        token.setFrozenTokens(HOLDER, 1, by=address_of(office))


# ── pause ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pause_lasts_three_days(world: World, token: Contract):
    assert token.pause(by=GUARDIAN).log == (("PausedUntil", NOW + PAUSE),)
    world.chain.warp(PAUSE - 1)
    assert token.pausedUntil() == NOW + PAUSE
    world.chain.warp(1)
    assert token.pausedUntil() == 0


def test_pause_reverts_when_the_caller_is_not_the_guardian(token: Contract, regulator: str):
    with expect_revert("AccessManagedUnauthorized", caller=regulator):
        token.pause(by=regulator)


def test_renew_pause_runs_three_days_from_now(world: World, token: Contract, regulator: str):
    token.pause(by=GUARDIAN)
    now = world.chain.warp(PAUSE - 1)
    assert token.renewPause(by=regulator).log == (("PausedUntil", now + PAUSE),)
    assert token.pausedUntil() == now + PAUSE


def test_renew_pause_reverts_when_the_pause_is_over(world: World, token: Contract, regulator: str):
    token.pause(by=GUARDIAN)
    world.chain.warp(PAUSE)
    with expect_revert("NotPaused"):
        token.renewPause(by=regulator)


def test_renew_pause_reverts_when_the_caller_is_the_pausing_office(token: Contract):
    token.pause(by=GUARDIAN)
    with expect_revert("AccessManagedUnauthorized", caller=GUARDIAN):
        token.renewPause(by=GUARDIAN)


def test_unpause_reverts_when_the_caller_is_the_pausing_office(token: Contract):
    token.pause(by=GUARDIAN)
    with expect_revert("AccessManagedUnauthorized", caller=GUARDIAN):
        token.unpause(by=GUARDIAN)


# ── views that never revert ──────────────────────────────────────────────────────────────────────────────────────────


def test_can_send_and_can_receive_follow_the_record(world: World, token: Contract):
    assert [token.canSend(account) for account in (HOLDER, OUTSIDER, ZERO, TREASURY)] == [True, False, False, True]
    assert [token.canReceive(account) for account in (HOLDER, OUTSIDER, ZERO, TREASURY)] == [True, False, False, True]
    world.allowlist.pauseSystem(by=GUARDIAN)
    assert not token.canSend(HOLDER)
    assert not token.canReceive(HOLDER)


@pytest.mark.parametrize(
    ("sender", "receiver", "code"),
    [(HOLDER, RECEIVER, 0), (OUTSIDER, HOLDER, 10), (HOLDER, ZERO, 20), (ZERO, HOLDER, 10)],
)
def test_detect_transfer_restriction_names_the_rule(token: Contract, sender: str, receiver: str, code: int):
    assert token.detectTransferRestriction(sender, receiver, 0) == code
    assert token.canTransfer(sender, receiver, 0) is (code == 0)


def test_detect_transfer_restriction_takes_a_short_balance_for_no_rule(token: Contract):
    freeze(token, 1)
    codes = [token.detectTransferRestriction(HOLDER, RECEIVER, amount) for amount in (2 * UNIT - 1, 2 * UNIT, ALL)]
    assert codes == [0, 3, 0]


def test_message_for_transfer_restriction_is_the_allowlists(world: World, token: Contract):
    assert token.messageForTransferRestriction(21) == world.allowlist.messageOf(21)


@pytest.mark.parametrize(
    ("allowed", "frozen", "expected"), [(7, 0, 7), (ALL, 0, 2 * UNIT), (ALL, 5, 2 * UNIT - 5), (7, ALL, 0)]
)
def test_pull_has_the_smaller_of_allowance_and_free_balance_available(
    token: Contract, allowed: int, frozen: int, expected: int
):
    token.approve(SPENDER, allowed, by=HOLDER)
    freeze(token, frozen)
    assert tuple(token.pull(HOLDER, RECEIVER, ALL, by=SPENDER).result) == (False, expected)


@pytest.mark.parametrize(
    "parties", [(OUTSIDER, HOLDER, RECEIVER), (SPENDER, HOLDER, OUTSIDER), (SPENDER, ZERO, RECEIVER)]
)
def test_pull_has_nothing_available_when_a_rule_stands_against_it(token: Contract, parties: tuple[str, str, str]):
    operator, sender, receiver = parties
    token.approve(SPENDER, 7, by=HOLDER)
    token.approve(OUTSIDER, 7, by=HOLDER)
    assert tuple(token.pull(sender, receiver, 1, by=operator).result) == (False, 0)


# ── standards ────────────────────────────────────────────────────────────────────────────────────────────────────────

INTERFACES = {
    "IERC165": ("01ffc9a7", ["supportsInterface(bytes4)"]),
    "IERC20": (
        "36372b07",
        [
            "totalSupply()", "balanceOf(address)", "transfer(address,uint256)", "allowance(address,address)",
            "approve(address,uint256)", "transferFrom(address,address,uint256)",
        ],
    ),
    "IERC20Metadata": ("a219a025", ["name()", "symbol()", "decimals()"]),
    "IERC2612": (
        "9d8ff7da",
        [
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", "nonces(address)", "DOMAIN_SEPARATOR()",
        ],
    ),
    "IERC1404": (
        "ab84a5c8",
        ["detectTransferRestriction(address,address,uint256)", "messageForTransferRestriction(uint8)"],
    ),
    "IERC7943Fungible": (
        "3edbb4c4",
        [
            "forcedTransfer(address,address,uint256)", "setFrozenTokens(address,uint256)", "canSend(address)",
            "canReceive(address)", "getFrozenTokens(address)", "canTransfer(address,address,uint256)",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("standard", INTERFACES)
def test_supports_interface_says_yes_to_what_is_complete(token: Contract, standard: str):
    number, signatures = INTERFACES[standard]
    assert set(signatures) <= token.artifact.method_identifiers.keys()
    folded = 0
    for signature in signatures:
        folded ^= int.from_bytes(keccak(text=signature)[:4])
    assert folded == int(number, 16)
    assert token.supportsInterface(bytes.fromhex(number))


@pytest.mark.parametrize("number", ["ffffffff", "00000000", "b97d944c"])
def test_supports_interface_says_no_to_the_rest(token: Contract, number: str):
    assert not token.supportsInterface(bytes.fromhex(number))

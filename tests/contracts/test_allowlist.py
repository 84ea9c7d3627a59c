"""Allowlist: batches, system accounts, orders, ended providers, pauses; `test_standing` has what follows for a move."""

import pytest
from evm import ZERO, Contract, address_of, expect_revert
from world import (
    DAY,
    FLAGS_AT,
    LICENSED,
    MOVER_FLAG,
    NOC,
    NOW,
    PAUSE,
    REVOKED_FLAG,
    SYSTEM_FLAG,
    VALID_UNTIL,
    World,
    record,
)  # fmt: skip

from rwa_deploy import units

NEW = address_of("new wallet")
HASH = b"\x07" * 32
LONGEST = 3653 * DAY
GRACE = 90 * DAY
ENTRY = {"tier": 2, "country": 586, "tax_class": 3, "investor": 77}


def read(allowlist: Contract, wallet: str) -> int:
    return allowlist.recordOf(wallet)


# ── onboard ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_onboard_writes_the_row_under_the_providers_number(allowlist: Contract, provider: str):
    written = record(**ENTRY, provider=1, updated_at=NOW)
    receipt = allowlist.onboard([(NEW, record(**ENTRY), HASH)], by=provider)
    assert receipt.log == (("Onboarded", NEW, written, HASH),)
    assert read(allowlist, NEW) == written


def test_onboard_sets_flags_provider_and_tax_history_itself(allowlist: Contract, provider: str):
    row = record(**ENTRY, provider=9, flags=7, updated_at=5, tax_class_before=8, tax_day=4)
    allowlist.onboard([(NEW, row, HASH)], by=provider)
    assert read(allowlist, NEW) == record(**ENTRY, provider=1, updated_at=NOW)


def test_onboard_remembers_the_tax_class_before_and_its_day(world: World, allowlist: Contract, provider: str):
    allowlist.onboard([(NEW, record(tax_class=1), HASH)], by=provider)
    world.chain.warp(5 * DAY)
    allowlist.onboard([(NEW, record(tax_class=2), HASH)], by=provider)
    today = units.day(world.chain.now)
    expected = record(provider=1, tax_class=2, tax_class_before=1, tax_day=today, updated_at=world.chain.now)
    assert read(allowlist, NEW) == expected


def test_onboard_keeps_the_tax_history_when_the_class_stays(world: World, allowlist: Contract, provider: str):
    for tax_class in (1, 2):
        allowlist.onboard([(NEW, record(tax_class=tax_class), HASH)], by=provider)
    changed = units.day(world.chain.now)
    world.chain.warp(5 * DAY)
    allowlist.onboard([(NEW, record(tax_class=2, tier=3), HASH)], by=provider)
    expected = {"tier": 3, "tax_class": 2, "tax_class_before": 1, "tax_day": changed, "updated_at": world.chain.now}
    assert read(allowlist, NEW) == record(provider=1, **expected)


def test_onboard_reverts_when_the_caller_has_no_licence(allowlist: Contract, outsider: str):
    with expect_revert("ProviderNotPermitted", provider=outsider, id=0):
        allowlist.onboard([(NEW, record(), HASH)], by=outsider)


def test_onboard_reverts_under_a_mere_noc(world: World, allowlist: Contract, regulator: str, outsider: str):
    world.licences.grantLicence(outsider, NOC, 1, VALID_UNTIL, by=regulator)
    with expect_revert("ProviderNotPermitted", provider=outsider, id=3):
        allowlist.onboard([(NEW, record(), HASH)], by=outsider)


def test_onboard_reverts_without_the_scope(world: World, allowlist: Contract, regulator: str, provider: str):
    world.licences.grantLicence(provider, LICENSED, 6, VALID_UNTIL, by=regulator)
    with expect_revert("ProviderNotPermitted", provider=provider, id=1):
        allowlist.onboard([(NEW, record(), HASH)], by=provider)


def test_onboard_reverts_when_the_licence_has_ended(world: World, allowlist: Contract, regulator: str, provider: str):
    world.licences.suspendLicence(provider, by=regulator)
    with expect_revert("ProviderNotPermitted", provider=provider, id=1):
        allowlist.onboard([(NEW, record(), HASH)], by=provider)


def test_onboard_reverts_when_the_wallet_is_another_providers(allowlist: Contract, second_provider: str, holder: str):
    with expect_revert("RecordNotYours", wallet=holder, provider=1):
        allowlist.onboard([(holder, record(), HASH)], by=second_provider)


def test_onboard_reverts_when_the_wallet_is_the_registrars(world: World, allowlist: Contract, provider: str):
    allowlist.onboardByRegistrar([(NEW, record(), HASH)], by=address_of("registrar"))
    with expect_revert("RecordNotYours", wallet=NEW, provider=0):
        allowlist.onboard([(NEW, record(), HASH)], by=provider)


def test_onboard_reverts_when_the_wallet_is_of_the_system(allowlist: Contract, provider: str, treasury: str):
    with expect_revert("RecordNotYours", wallet=treasury, provider=0):
        allowlist.onboard([(treasury, record(), HASH)], by=provider)


def test_onboard_reverts_when_the_record_is_revoked(allowlist: Contract, provider: str, holder: str):
    allowlist.revoke([holder], by=provider)
    with expect_revert("RecordRevoked", wallet=holder):
        allowlist.onboard([(holder, record(), HASH)], by=provider)


def test_onboard_reverts_when_there_are_more_than_200_rows(allowlist: Contract, provider: str):
    with expect_revert("TooManyRows", rows=201, most=200):
        allowlist.onboard([(NEW, record(), HASH)] * 201, by=provider)


def test_onboard_takes_200_rows(allowlist: Contract, provider: str):
    wallets = [f"0x{number:040x}" for number in range(1, 201)]
    receipt = allowlist.onboard([(wallet, record(), HASH) for wallet in wallets], by=provider)
    assert [event[1] for event in receipt.log] == wallets


INVALID = [
    {"tier": 0}, {"tier": 7}, {"country": 0}, {"country": 1_000}, {"investor": 0},
    {"valid_until": NOW}, {"valid_until": NOW + LONGEST + 1}, {"valid_until": 0},
]  # fmt: skip
VALID = [
    {"tier": 1}, {"tier": 6}, {"country": 1}, {"country": 999}, {"investor": 1}, {"investor": 2**64 - 1},
    {"valid_until": NOW + 1}, {"valid_until": NOW + LONGEST},
]  # fmt: skip


@pytest.mark.parametrize("fields", INVALID)
def test_onboard_reverts_when_a_field_is_out_of_range(allowlist: Contract, provider: str, fields: dict[str, int]):
    with expect_revert("RecordInvalid", wallet=NEW, record=record(provider=1, updated_at=NOW, **fields)):
        allowlist.onboard([(NEW, record(**fields), HASH)], by=provider)


@pytest.mark.parametrize("fields", VALID)
def test_onboard_takes_a_field_at_its_bound(allowlist: Contract, provider: str, fields: dict[str, int]):
    allowlist.onboard([(NEW, record(**fields), HASH)], by=provider)
    assert read(allowlist, NEW) == record(provider=1, updated_at=NOW, **fields)


def test_onboard_reverts_when_the_wallet_is_zero(allowlist: Contract, provider: str):
    with expect_revert("RecordInvalid", wallet=ZERO, record=record(provider=1, updated_at=NOW)):
        allowlist.onboard([(ZERO, record(), HASH)], by=provider)


# ── onboardByRegistrar ───────────────────────────────────────────────────────────────────────────────────────────────


def test_onboard_by_registrar_names_the_provider_in_the_row(allowlist: Contract, registrar: str):
    written = record(**ENTRY, provider=2, updated_at=NOW)
    receipt = allowlist.onboardByRegistrar([(NEW, record(**ENTRY, provider=2), HASH)], by=registrar)
    assert receipt.log == (("Onboarded", NEW, written, HASH),)
    assert read(allowlist, NEW) == written


def test_onboard_by_registrar_rewrites_any_providers_record(allowlist: Contract, registrar: str, holder: str):
    allowlist.onboardByRegistrar([(holder, record(provider=2), HASH)], by=registrar)
    assert read(allowlist, holder) == record(provider=2, updated_at=NOW)


def test_onboard_by_registrar_brings_a_revoked_record_back(allowlist: Contract, registrar: str, holder: str):
    allowlist.revokeByRegistrar([holder], by=registrar)
    allowlist.onboardByRegistrar([(holder, record(provider=1), HASH)], by=registrar)
    assert allowlist.sendCode(holder) == 0


def test_onboard_by_registrar_reverts_when_the_caller_is_a_provider(allowlist: Contract, provider: str):
    with expect_revert("AccessManagedUnauthorized", caller=provider):
        allowlist.onboardByRegistrar([(NEW, record(), HASH)], by=provider)


def test_onboard_by_registrar_reverts_when_the_wallet_is_of_the_system(
    allowlist: Contract, registrar: str, treasury: str
):
    with expect_revert("RecordNotYours", wallet=treasury, provider=0):
        allowlist.onboardByRegistrar([(treasury, record(), HASH)], by=registrar)


@pytest.mark.parametrize("fields", INVALID)
def test_onboard_by_registrar_reverts_when_a_field_is_out_of_range(
    allowlist: Contract, registrar: str, fields: dict[str, int]
):
    with expect_revert("RecordInvalid", wallet=NEW, record=record(updated_at=NOW, **fields)):
        allowlist.onboardByRegistrar([(NEW, record(**fields), HASH)], by=registrar)


def test_onboard_by_registrar_reverts_when_there_are_more_than_200_rows(allowlist: Contract, registrar: str):
    with expect_revert("TooManyRows", rows=201, most=200):
        allowlist.onboardByRegistrar([(NEW, record(), HASH)] * 201, by=registrar)


# ── revoke, revokeByRegistrar ────────────────────────────────────────────────────────────────────────────────────────


def test_revoke_keeps_the_slot_and_sets_the_flag(world: World, allowlist: Contract, provider: str, holder: str):
    world.chain.warp(DAY)
    expected = record(provider=1, updated_at=NOW + DAY, flags=REVOKED_FLAG)
    assert allowlist.revoke([holder], by=provider).log == (("Revoked", holder, expected),)
    assert read(allowlist, holder) == expected


def test_revoke_reverts_when_the_wallet_is_another_providers(allowlist: Contract, second_provider: str, holder: str):
    with expect_revert("RecordNotYours", wallet=holder, provider=1):
        allowlist.revoke([holder], by=second_provider)


@pytest.mark.parametrize("wallet", ["outsider", "treasury"])
def test_revoke_reverts_when_the_wallet_is_nobodys_or_the_systems(allowlist: Contract, provider: str, wallet: str):
    with expect_revert("RecordNotYours", wallet=address_of(wallet), provider=0):
        allowlist.revoke([address_of(wallet)], by=provider)


def test_revoke_reverts_when_the_caller_has_no_licence(allowlist: Contract, outsider: str, holder: str):
    with expect_revert("ProviderNotPermitted", provider=outsider, id=0):
        allowlist.revoke([holder], by=outsider)


def test_revoke_reverts_when_the_batch_is_too_long(allowlist: Contract, provider: str, holder: str):
    with expect_revert("TooManyRows", rows=201, most=200):
        allowlist.revoke([holder] * 201, by=provider)


def test_revoke_by_registrar_revokes_any_providers_record(allowlist: Contract, registrar: str, holder: str):
    expected = record(provider=1, updated_at=NOW, flags=REVOKED_FLAG)
    assert allowlist.revokeByRegistrar([holder], by=registrar).log == (("Revoked", holder, expected),)
    assert read(allowlist, holder) == expected


@pytest.mark.parametrize("wallet", ["outsider", "treasury"])
def test_revoke_by_registrar_reverts_when_there_is_no_investors_record(
    allowlist: Contract, registrar: str, wallet: str
):
    with expect_revert("RecordNotYours", wallet=address_of(wallet), provider=0):
        allowlist.revokeByRegistrar([address_of(wallet)], by=registrar)


def test_revoke_by_registrar_reverts_when_the_batch_is_too_long(allowlist: Contract, registrar: str, holder: str):
    with expect_revert("TooManyRows", rows=201, most=200):
        allowlist.revokeByRegistrar([holder] * 201, by=registrar)


def test_revoke_by_registrar_reverts_when_the_caller_is_a_provider(allowlist: Contract, provider: str, holder: str):
    with expect_revert("AccessManagedUnauthorized", caller=provider):
        allowlist.revokeByRegistrar([holder], by=provider)


# ── setSystemAccount, removeSystemAccount ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("mover", "flags"), [(False, SYSTEM_FLAG), (True, SYSTEM_FLAG | MOVER_FLAG)])
def test_set_system_account_writes_a_record_of_flags(world: World, allowlist: Contract, mover: bool, flags: int):
    receipt = world.by_admin(allowlist.setSystemAccount, NEW, mover)
    expected = flags << FLAGS_AT | world.chain.now << 112
    assert receipt.log[-1] == ("SystemAccountSet", NEW, expected)
    assert read(allowlist, NEW) == expected


def test_set_system_account_takes_the_movers_right_away(world: World, allowlist: Contract, settlement: Contract):
    world.by_admin(allowlist.setSystemAccount, settlement.address, False)
    assert allowlist.admitMover(settlement.address, address_of("holder"), address_of("receiver"), 1) == 64


def test_set_system_account_reverts_when_an_investors_record_stands_there(
    world: World, allowlist: Contract, holder: str
):
    with expect_revert("RecordNotYours", wallet=holder, provider=1):
        world.by_admin(allowlist.setSystemAccount, holder, False)


def test_set_system_account_reverts_when_the_account_is_zero(world: World, allowlist: Contract):
    with expect_revert("RecordNotYours", wallet=ZERO, provider=0):
        world.by_admin(allowlist.setSystemAccount, ZERO, False)


def test_remove_system_account_clears_the_record(world: World, allowlist: Contract, treasury: str):
    receipt = world.by_admin(allowlist.removeSystemAccount, treasury)
    assert receipt.log[-1] == ("SystemAccountSet", treasury, 0)
    assert read(allowlist, treasury) == 0


@pytest.mark.parametrize(("wallet", "number"), [("holder", 1), ("outsider", 0)])
def test_remove_system_account_reverts_when_it_is_none(world: World, allowlist: Contract, wallet: str, number: int):
    with expect_revert("RecordNotYours", wallet=address_of(wallet), provider=number):
        world.by_admin(allowlist.removeSystemAccount, address_of(wallet))


# ── setFrozen, replace ───────────────────────────────────────────────────────────────────────────────────────────────

FROZEN, REPLACED = 8, 16
OTHER = address_of("second wallet")


def own(world: World, **fields: int) -> None:
    """A second wallet of the holder's, or one with other fields."""
    world.allowlist.onboardByRegistrar([(OTHER, record(**fields), HASH)], by=address_of("registrar"))


def test_set_frozen_sets_the_flag_and_takes_it_away(world: World, allowlist: Contract, enforcer: str, holder: str):
    world.chain.warp(DAY)
    assert allowlist.setFrozen(holder, True, by=enforcer).log == (("WalletFrozen", holder, True),)
    assert read(allowlist, holder) == record(provider=1, updated_at=NOW + DAY, flags=FROZEN)
    world.chain.warp(DAY)
    assert allowlist.setFrozen(holder, False, by=enforcer).log == (("WalletFrozen", holder, False),)
    assert read(allowlist, holder) == record(provider=1, updated_at=NOW + 2 * DAY)


def test_set_frozen_keeps_a_revocation(world: World, allowlist: Contract, enforcer: str, holder: str):
    world.revoke(holder)
    allowlist.setFrozen(holder, True, by=enforcer)
    assert read(allowlist, holder) >> FLAGS_AT == FROZEN | REVOKED_FLAG
    allowlist.setFrozen(holder, False, by=enforcer)
    assert read(allowlist, holder) >> FLAGS_AT == REVOKED_FLAG


@pytest.mark.parametrize("wallet", ["outsider", "treasury"])
def test_set_frozen_reverts_when_there_is_no_investors_record(allowlist: Contract, enforcer: str, wallet: str):
    with expect_revert("RecordNotYours", wallet=address_of(wallet), provider=0):
        allowlist.setFrozen(address_of(wallet), True, by=enforcer)


@pytest.mark.parametrize("frozen", [False, True])
def test_replace_bars_the_old_wallet_and_takes_a_freeze_along(
    world: World, allowlist: Contract, enforcer: str, holder: str, frozen: bool
):
    own(world, investor=1)
    if frozen:
        allowlist.setFrozen(holder, True, by=enforcer)
    world.chain.warp(DAY)
    carried = (("WalletFrozen", OTHER, True),) if frozen else ()
    assert allowlist.replace(holder, OTHER, by=enforcer).log == (*carried, ("WalletReplaced", holder, OTHER))
    flags = FROZEN if frozen else 0
    assert read(allowlist, holder) == record(provider=1, updated_at=NOW + DAY, flags=flags | REPLACED)
    assert read(allowlist, OTHER) == record(updated_at=NOW + DAY if frozen else NOW, flags=flags)
    assert allowlist.successorOf(holder) == OTHER


def test_replace_takes_an_expired_and_a_revoked_wallet(world: World, allowlist: Contract, enforcer: str, holder: str):
    own(world, investor=1)
    world.revoke(holder)
    allowlist.replace(holder, OTHER, by=enforcer)
    assert read(allowlist, holder) >> FLAGS_AT == REVOKED_FLAG | REPLACED


@pytest.mark.parametrize("why", ["other investor", "no record", "itself", "revoked", "replaced", "system", "again"])
def test_replace_reverts_when_the_wallets_are_not_of_one_investor_or_out_of_use(
    world: World, allowlist: Contract, enforcer: str, holder: str, why: str
):
    own(world, investor=2 if why == "other investor" else 1)
    old, new = holder, {"no record": NEW, "itself": holder, "system": address_of("treasury")}.get(why, OTHER)
    if why == "revoked":
        world.revoke(OTHER)
    if why in ("replaced", "again"):
        allowlist.onboardByRegistrar([(NEW, record(investor=1), HASH)], by=address_of("registrar"))
        allowlist.replace(OTHER if why == "replaced" else holder, NEW, by=enforcer)
    with expect_revert("SuccessorInvalid", wallet=old, successor=new):
        allowlist.replace(old, new, by=enforcer)


@pytest.mark.parametrize("system", [("treasury", "tax_account"), ("outsider", "new wallet")])
def test_replace_reverts_when_nobody_stands_behind_the_wallets(
    allowlist: Contract, enforcer: str, system: tuple[str, str]
):
    """Two accounts of the system, or two without a record, are of no investor and so not of one."""
    old, new = map(address_of, system)
    with expect_revert("SuccessorInvalid", wallet=old, successor=new):
        allowlist.replace(old, new, by=enforcer)


@pytest.mark.parametrize("caller", ["enforcement_maker", "enforcement_checker", "registrar", "provider", "guardian"])
def test_set_frozen_and_replace_revert_when_the_caller_is_not_the_enforcer(
    world: World, allowlist: Contract, holder: str, caller: str
):
    own(world, investor=1)
    for method, arguments in ((allowlist.setFrozen, (holder, True)), (allowlist.replace, (holder, OTHER))):
        with expect_revert("AccessManagedUnauthorized", caller=address_of(caller)):
            method(*arguments, by=address_of(caller))


# ── ended providers ──────────────────────────────────────────────────────────────────────────────────────────────────


def end_licence(world: World) -> None:
    world.licences.suspendLicence(address_of("provider"), by=address_of("regulator"))


def test_mark_provider_ended_by_anyone_a_second_after_the_grace(world: World, allowlist: Contract, outsider: str):
    end_licence(world)
    world.chain.warp(GRACE + 1)
    assert allowlist.markProviderEnded(1, by=outsider).log == (("ProviderEnded", 1, True),)
    assert allowlist.isProviderEnded(1)


def test_mark_provider_ended_reverts_in_the_last_second_of_the_grace(world: World, allowlist: Contract, outsider: str):
    end_licence(world)
    world.chain.warp(GRACE)
    with expect_revert("GraceNotOver", id=1, graceUntil=NOW + GRACE):
        allowlist.markProviderEnded(1, by=outsider)


@pytest.mark.parametrize("number", [0, 1, 3, 255])
def test_mark_provider_ended_reverts_when_the_licence_holds_or_never_was(
    allowlist: Contract, outsider: str, number: int
):
    with expect_revert("GraceNotOver", id=number, graceUntil=2**256 - 1):
        allowlist.markProviderEnded(number, by=outsider)


def test_mark_provider_ended_lets_clients_send_and_not_receive(world: World, allowlist: Contract, holder: str):
    end_licence(world)
    world.chain.warp(GRACE + 1)
    allowlist.markProviderEnded(1, by=holder)
    assert (allowlist.sendCode(holder), allowlist.receiveCode(holder)) == (0, 23)


def test_mark_provider_ended_leaves_other_providers_clients_alone(
    world: World, allowlist: Contract, second_provider: str
):
    allowlist.onboard([(NEW, record(), HASH)], by=second_provider)
    end_licence(world)
    world.chain.warp(GRACE + 1)
    allowlist.markProviderEnded(1, by=NEW)
    assert (allowlist.receiveCode(NEW), allowlist.isProviderEnded(2)) == (0, False)


def test_unmark_provider_ended_by_anyone_when_the_licence_holds_again(
    world: World, allowlist: Contract, regulator: str
):
    end_licence(world)
    world.chain.warp(GRACE + 1)
    allowlist.markProviderEnded(1, by=regulator)
    world.licences.grantLicence(address_of("provider"), LICENSED, 1, VALID_UNTIL, by=regulator)
    assert allowlist.unmarkProviderEnded(1, by=address_of("outsider")).log == (("ProviderEnded", 1, False),)
    assert not allowlist.isProviderEnded(1)
    assert allowlist.receiveCode(address_of("holder")) == 0


@pytest.mark.parametrize("number", [0, 1, 3])
def test_unmark_provider_ended_reverts_when_the_licence_does_not_hold(world: World, allowlist: Contract, number: int):
    end_licence(world)
    with expect_revert("LicenceNotValid", id=number):
        allowlist.unmarkProviderEnded(number, by=address_of("provider"))


# ── the system's pause ───────────────────────────────────────────────────────────────────────────────────────────────


def test_pause_system_lasts_three_days_to_the_second(world: World, allowlist: Contract, guardian: str, holder: str):
    assert allowlist.pauseSystem(by=guardian).log == (("SystemPausedUntil", NOW + PAUSE),)
    assert allowlist.systemPausedUntil() == NOW + PAUSE
    world.chain.warp(PAUSE - 1)
    assert (allowlist.sendCode(holder), allowlist.receiveCode(holder)) == (1, 1)
    world.chain.warp(1)
    assert (allowlist.sendCode(holder), allowlist.receiveCode(holder), allowlist.systemPausedUntil()) == (0, 0, 0)


def test_pause_system_holds_for_system_accounts_too(allowlist: Contract, guardian: str, treasury: str):
    allowlist.pauseSystem(by=guardian)
    assert allowlist.check(treasury, treasury, 1) == 1


def test_renew_system_pause_runs_three_days_from_now(world: World, allowlist: Contract, guardian: str, regulator: str):
    allowlist.pauseSystem(by=guardian)
    world.chain.warp(PAUSE - 1)
    now = world.chain.now
    assert allowlist.renewSystemPause(by=regulator).log == (("SystemPausedUntil", now + PAUSE),)
    assert allowlist.systemPausedUntil() == now + PAUSE


def test_renew_system_pause_reverts_when_it_is_over(world: World, allowlist: Contract, guardian: str, regulator: str):
    allowlist.pauseSystem(by=guardian)
    world.chain.warp(PAUSE)
    with expect_revert("NotPaused"):
        allowlist.renewSystemPause(by=regulator)


def test_unpause_system_ends_it_early(world: World, allowlist: Contract, guardian: str, holder: str):
    world.schedule(allowlist.unpauseSystem)
    world.chain.warp(2 * DAY)
    allowlist.pauseSystem(by=guardian)
    assert allowlist.unpauseSystem(by=address_of("admin")).log[-1] == ("SystemPausedUntil", 0)
    assert (allowlist.systemPausedUntil(), allowlist.sendCode(holder)) == (0, 0)


def test_pause_system_again_keeps_ended_providers_marked(world: World, allowlist: Contract, guardian: str, holder: str):
    end_licence(world)
    world.chain.warp(GRACE + 1)
    allowlist.markProviderEnded(1, by=holder)
    allowlist.pauseSystem(by=guardian)
    assert allowlist.isProviderEnded(1)
    assert not allowlist.isProviderEnded(0)


@pytest.mark.parametrize("function", ["pauseSystem", "renewSystemPause", "unpauseSystem"])
def test_the_pause_reverts_when_the_caller_is_no_office_of_it(allowlist: Contract, registrar: str, function: str):
    with expect_revert("AccessManagedUnauthorized", caller=registrar):
        getattr(allowlist, function)(by=registrar)


# ── suspended movers ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_suspend_mover_stops_trades_for_three_days_to_the_second(
    world: World, allowlist: Contract, settlement: Contract, guardian: str, holder: str, receiver: str
):
    receipt = allowlist.suspendMover(settlement.address, by=guardian)
    assert receipt.log == (("MoverSuspendedUntil", settlement.address, NOW + PAUSE),)
    assert allowlist.moverSuspendedUntil(settlement.address) == NOW + PAUSE
    world.chain.warp(PAUSE - 1)
    assert allowlist.admitMover(settlement.address, holder, receiver, 1) == 64
    world.chain.warp(1)
    assert allowlist.admitMover(settlement.address, holder, receiver, 1) == 0
    assert allowlist.moverSuspendedUntil(settlement.address) == 0


def test_suspend_mover_leaves_transfers_and_the_rest_of_the_record_alone(
    world: World, allowlist: Contract, guardian: str, holder: str, receiver: str
):
    world.by_admin(allowlist.setSystemAccount, NEW, True)
    before = read(allowlist, NEW)
    allowlist.suspendMover(NEW, by=guardian)
    assert read(allowlist, NEW) == before | world.chain.now + PAUSE << 72
    world.mint_cash(holder, 7)
    world.cash.transfer(receiver, 3, by=holder)
    world.cash.approve(NEW, 4, by=holder)
    world.cash.transferFrom(holder, receiver, 4, by=NEW)
    assert (world.cash.balanceOf(receiver), allowlist.check(NEW, NEW, 1)) == (7, 0)
    with expect_revert("TransferRestricted", code=64, account=NEW):
        world.cash.moveByRight(receiver, holder, 1, by=NEW)


def test_renew_mover_suspension_runs_three_days_from_now(
    world: World, allowlist: Contract, settlement: Contract, guardian: str, regulator: str
):
    allowlist.suspendMover(settlement.address, by=guardian)
    world.chain.warp(PAUSE - 1)
    until = world.chain.now + PAUSE
    receipt = allowlist.renewMoverSuspension(settlement.address, by=regulator)
    assert receipt.log == (("MoverSuspendedUntil", settlement.address, until),)
    assert allowlist.moverSuspendedUntil(settlement.address) == until


def test_renew_mover_suspension_reverts_when_it_is_over(
    world: World, allowlist: Contract, settlement: Contract, guardian: str, regulator: str
):
    with expect_revert("NotMover", account=settlement.address):
        allowlist.renewMoverSuspension(settlement.address, by=regulator)
    allowlist.suspendMover(settlement.address, by=guardian)
    world.chain.warp(PAUSE)
    with expect_revert("NotMover", account=settlement.address):
        allowlist.renewMoverSuspension(settlement.address, by=regulator)


def test_resume_mover_ends_it_early(
    world: World, allowlist: Contract, settlement: Contract, guardian: str, holder: str, receiver: str
):
    before = read(allowlist, settlement.address)
    world.schedule(allowlist.resumeMover, settlement.address)
    world.chain.warp(2 * DAY)
    allowlist.suspendMover(settlement.address, by=guardian)
    receipt = allowlist.resumeMover(settlement.address, by=address_of("admin"))
    assert receipt.log[-1] == ("MoverSuspendedUntil", settlement.address, 0)
    assert read(allowlist, settlement.address) == before
    assert allowlist.admitMover(settlement.address, holder, receiver, 1) == 0


@pytest.mark.parametrize("account", ["treasury", "holder", "outsider"])
def test_a_suspension_reverts_when_the_account_is_no_mover(
    world: World, allowlist: Contract, guardian: str, regulator: str, account: str
):
    """An investor's record has an expiry too, which is no suspension."""
    for method, office in ((allowlist.suspendMover, guardian), (allowlist.renewMoverSuspension, regulator)):
        with expect_revert("NotMover", account=address_of(account)):
            method(address_of(account), by=office)
    with expect_revert("NotMover", account=address_of(account)):
        world.by_admin(allowlist.resumeMover, address_of(account))
    assert allowlist.moverSuspendedUntil(address_of(account)) == 0


OFFICES_OF_SUSPENSION = {"suspendMover": "guardian", "renewMoverSuspension": "regulator", "resumeMover": "nobody"}


@pytest.mark.parametrize("caller", ["registrar", "debt_office", "enforcer", "guardian", "regulator"])
@pytest.mark.parametrize(("function", "office"), OFFICES_OF_SUSPENSION.items())
def test_a_suspension_reverts_when_the_caller_is_another_office(
    allowlist: Contract, settlement: Contract, guardian: str, function: str, office: str, caller: str
):
    allowlist.suspendMover(settlement.address, by=guardian)
    if caller != office:
        with expect_revert("AccessManagedUnauthorized", caller=address_of(caller)):
            getattr(allowlist, function)(settlement.address, by=address_of(caller))

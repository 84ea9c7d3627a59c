"""Allowlist: records, system accounts, ended providers, the system's pause, and the rule that stands against a move."""

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
    assert allowlist.checkMover(settlement.address, address_of("holder"), address_of("receiver")) == 34


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
    assert allowlist.check(treasury, treasury) == 1


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


# ── check, checkMover, sendCode, receiveCode ─────────────────────────────────────────────────────────────────────────

STANDINGS = {"good": 0, "stranger": 0, "expired": 1, "revoked": 2, "system": 0}


@pytest.fixture
def standings(world: World, allowlist: Contract, provider: str) -> dict[str, str]:
    """A wallet in every standing."""
    wallets = {name: address_of(name) for name in STANDINGS}
    wallets["system"] = address_of("treasury")
    rows = [record(), record(valid_until=NOW + DAY - 1), record()]
    known = [wallets[name] for name in ("good", "expired", "revoked")]
    allowlist.onboard([(wallet, row, HASH) for wallet, row in zip(known, rows, strict=True)], by=provider)
    allowlist.revoke([wallets["revoked"]], by=provider)
    world.chain.warp(DAY)
    return wallets


def code_of(standing: str, party: int) -> int:
    return 0 if standing in ("good", "system") else party + STANDINGS[standing]


@pytest.mark.parametrize("standing", STANDINGS)
def test_send_code_and_receive_code_name_the_standing(allowlist: Contract, standings: dict[str, str], standing: str):
    wallet = standings[standing]
    assert (allowlist.sendCode(wallet), allowlist.receiveCode(wallet)) == (code_of(standing, 10), code_of(standing, 20))


@pytest.mark.parametrize("operator", STANDINGS)
@pytest.mark.parametrize("receiver", STANDINGS)
@pytest.mark.parametrize("sender", STANDINGS)
def test_check_operator_names_sender_then_receiver_then_operator(
    allowlist: Contract, standings: dict[str, str], sender: str, receiver: str, operator: str
):
    third = code_of(operator, 30) if operator != sender else 0
    expected = code_of(sender, 10) or code_of(receiver, 20) or third
    parties = (standings[sender], standings[receiver])
    assert allowlist.checkOperator(standings[operator], *parties) == expected
    assert allowlist.check(*parties) == (code_of(sender, 10) or code_of(receiver, 20))


def test_check_never_lets_anything_leave_zero(allowlist: Contract, settlement: Contract, holder: str):
    assert allowlist.check(ZERO, holder) == 10
    assert [allowlist.checkOperator(caller, ZERO, holder) for caller in (ZERO, holder)] == [10, 10]
    assert allowlist.checkMover(settlement.address, ZERO, holder) == 10


def test_receive_codes_are_those_of_each_wallet(allowlist: Contract, standings: dict[str, str], guardian: str):
    wallets = list(standings.values())
    assert allowlist.receiveCodes(wallets) == [allowlist.receiveCode(wallet) for wallet in wallets]
    assert allowlist.receiveCodes([]) == []
    allowlist.pauseSystem(by=guardian)
    assert allowlist.receiveCodes(wallets) == [1] * len(wallets)


def test_check_never_lets_anything_go_to_zero(allowlist: Contract, holder: str):
    assert allowlist.check(holder, ZERO) == 20


def test_check_takes_a_record_to_its_last_second(world: World, allowlist: Contract, holder: str, receiver: str):
    world.chain.now = VALID_UNTIL
    assert allowlist.check(holder, receiver) == 0
    world.chain.warp(1)
    assert allowlist.check(holder, receiver) == 11


def test_check_mover_passes_a_mover_only(allowlist: Contract, settlement: Contract, holder: str, receiver: str):
    assert allowlist.checkMover(settlement.address, holder, receiver) == 0
    assert allowlist.checkMover(address_of("treasury"), holder, receiver) == 34
    assert allowlist.checkMover(holder, holder, receiver) == 34


def test_check_mover_names_the_parties_first(allowlist: Contract, settlement: Contract, holder: str, outsider: str):
    assert allowlist.checkMover(settlement.address, outsider, holder) == 10
    assert allowlist.checkMover(settlement.address, holder, outsider) == 20


# ── taxClassOn, messageOf ────────────────────────────────────────────────────────────────────────────────────────────


def test_tax_class_on_changes_at_midnight_of_the_day_of_change(world: World, allowlist: Contract, provider: str):
    allowlist.onboard([(NEW, record(tax_class=1), HASH)], by=provider)
    world.chain.warp(3 * DAY)
    allowlist.onboard([(NEW, record(tax_class=2), HASH)], by=provider)
    today = units.day(world.chain.now)
    assert [allowlist.taxClassOn(NEW, day) for day in (today - 1, today, today + 1)] == [1, 2, 2]


def test_tax_class_on_remembers_yesterday_when_it_changes_twice_in_a_day(
    world: World, allowlist: Contract, provider: str
):
    allowlist.onboard([(NEW, record(tax_class=1), HASH)], by=provider)
    world.chain.warp(3 * DAY)
    for tax_class in (2, 3):
        allowlist.onboard([(NEW, record(tax_class=tax_class), HASH)], by=provider)
    today = units.day(world.chain.now)
    assert [allowlist.taxClassOn(NEW, day) for day in (today - 1, today)] == [1, 3]


CODES = (0, 1, 2, 3, 4, 10, 11, 12, 20, 21, 22, 23, 30, 31, 32, 34)


def test_message_of_has_a_sentence_of_its_own_for_every_code(allowlist: Contract):
    sentences = [allowlist.messageOf(code) for code in CODES]
    assert len(set(sentences)) == len(CODES)
    assert all(sentence.endswith(".") and "Unknown" not in sentence for sentence in sentences)


@pytest.mark.parametrize("code", [5, 9, 13, 24, 33, 255])
def test_message_of_knows_no_other_code(allowlist: Contract, code: int):
    assert allowlist.messageOf(code) == "Unknown restriction code."


# ── payees, checkAll ─────────────────────────────────────────────────────────────────────────────────────────────────

TODAY = units.day(NOW)


def facts(code: int, tax_class: int) -> int:
    return code | tax_class << 8


def test_payees_names_rule_and_tax_class_of_each(world: World, allowlist: Contract, provider: str):
    holder, receiver, spender, treasury = map(address_of, ("holder", "receiver", "spender", "treasury"))
    world.revoke(receiver)
    world.onboard(spender, valid_until=NOW + 1, tax_class=3)
    world.chain.warp(2)
    found = allowlist.payees([holder, receiver, spender, NEW, treasury, ZERO, holder], TODAY)
    assert found == [facts(0, 1), facts(22, 1), facts(21, 3), facts(20, 0), 0, facts(20, 0), facts(0, 1)]


def test_payees_of_nobody_is_empty(allowlist: Contract):
    assert allowlist.payees([], TODAY) == []


def test_payees_states_the_class_of_the_day_asked_for(world: World, allowlist: Contract):
    holder = address_of("holder")
    world.chain.warp(10 * DAY)
    world.onboard(holder, tax_class=2)
    found = [allowlist.payees([holder], TODAY + shift)[0] for shift in (0, 9, 10, 11)]
    assert found == [facts(0, 1), facts(0, 1), facts(0, 2), facts(0, 2)]


def test_payees_passes_investors_over_while_the_system_is_paused(world: World, allowlist: Contract, guardian: str):
    allowlist.pauseSystem(by=guardian)
    assert allowlist.payees([address_of("holder"), NEW], TODAY) == [facts(1, 1), facts(1, 0)]
    world.chain.warp(PAUSE)
    assert allowlist.payees([address_of("holder"), NEW], TODAY) == [facts(0, 1), facts(20, 0)]


def test_payees_passes_clients_over_whose_provider_ended(world: World, allowlist: Contract, regulator: str):
    world.licences.revokeLicence(address_of("provider"), by=regulator)
    world.chain.warp(GRACE + 1)
    allowlist.markProviderEnded(1)
    treasury = address_of("treasury")
    assert allowlist.payees([address_of("holder"), treasury], TODAY) == [facts(23, 1), 0]


@pytest.mark.parametrize(
    ("sender", "receivers", "code", "account"),
    [
        ("holder", ["receiver", "spender"], 0, None),
        ("holder", [], 0, None),
        ("outsider", ["receiver"], 10, "outsider"),
        ("outsider", ["new wallet"], 10, "outsider"),
        ("holder", ["receiver", "new wallet", "outsider"], 20, "new wallet"),
        ("treasury", ["holder"], 0, None),
    ],
)
def test_check_all_names_the_first_rule_and_whose_it_is(
    allowlist: Contract, sender: str, receivers: list[str], code: int, account: str | None
):
    found = allowlist.checkAll(address_of(sender), list(map(address_of, receivers)))
    assert tuple(found) == (code, ZERO if account is None else address_of(account))


def test_check_all_stops_everyone_while_the_system_is_paused(allowlist: Contract, guardian: str):
    allowlist.pauseSystem(by=guardian)
    holder = address_of("holder")
    assert tuple(allowlist.checkAll(holder, [address_of("receiver")])) == (1, holder)


def test_check_all_lets_clients_of_an_ended_provider_send_and_not_receive(
    world: World, allowlist: Contract, regulator: str
):
    world.licences.revokeLicence(address_of("provider"), by=regulator)
    world.chain.warp(GRACE + 1)
    allowlist.markProviderEnded(1)
    holder, receiver, treasury = map(address_of, ("holder", "receiver", "treasury"))
    assert tuple(allowlist.checkAll(holder, [treasury])) == (0, ZERO)
    assert tuple(allowlist.checkAll(treasury, [treasury, receiver])) == (23, receiver)

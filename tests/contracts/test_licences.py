"""Licences: the path of a provider from no objection to licence, and back."""

import pytest
from evm import ZERO, Contract, address_of, expect_revert
from world import (
    AML_REGISTERED,
    DAY,
    LICENSED,
    NOC,
    NONE,
    NOW,
    REVOKED,
    SANDBOX,
    SUSPENDED,
    VALID_UNTIL,
    World,
)  # fmt: skip

UNTIL = NOW + 100 * DAY
NEW = address_of("new provider")
PATH = (NOC, AML_REGISTERED, SANDBOX, LICENSED)


@pytest.fixture
def grant(world: World, regulator: str):
    return lambda phase, until=UNTIL, scope=1, to=NEW: world.licences.grantLicence(
        to, phase, scope, until, by=regulator
    )


def walk(grant, to: int) -> None:
    for phase in PATH[: PATH.index(to) + 1]:
        grant(phase)


def test_grant_licence_gives_the_first_noc_the_next_number(licences: Contract, grant):
    assert grant(NOC).log == (("LicenceChanged", NEW, 3, NOC, 1, UNTIL),)
    assert tuple(licences.licenceOf(NEW)) == (NOC, NONE, 3, 1, UNTIL, 0)
    assert licences.providerOf(3) == NEW
    assert licences.providerCount() == 3


def test_grant_licence_walks_the_path_and_keeps_the_number(licences: Contract, grant):
    for phase in PATH:
        assert grant(phase).log == (("LicenceChanged", NEW, 3, phase, 1, UNTIL),)
    assert licences.providerCount() == 3


REACHABLE = {
    NONE: {NOC},
    NOC: {NOC, AML_REGISTERED},
    AML_REGISTERED: {AML_REGISTERED, SANDBOX, LICENSED},
    SANDBOX: {SANDBOX, LICENSED},
    LICENSED: {LICENSED},
}


@pytest.mark.parametrize("to", range(7))
@pytest.mark.parametrize("start", REACHABLE)
def test_grant_licence_follows_the_path(world: World, grant, start: int, to: int):
    if start != NONE:
        walk(grant, start)
    if to in REACHABLE[start]:
        grant(to)
        assert world.licences.licenceOf(NEW).phase == to
    else:
        with expect_revert("PhaseNotReachable", provider=NEW, **{"from": start, "to": to}):
            grant(to)


@pytest.mark.parametrize("to", range(7))
@pytest.mark.parametrize("before", PATH)
def test_grant_licence_lifts_a_suspension_to_at_most_the_phase_before(
    licences: Contract, grant, regulator: str, before: int, to: int
):
    walk(grant, before)
    licences.suspendLicence(NEW, by=regulator)
    if NOC <= to <= before:
        grant(to)
        assert tuple(licences.licenceOf(NEW)) == (to, NONE, 3, 1, UNTIL, 0)
    else:
        with expect_revert("PhaseNotReachable", provider=NEW, **{"from": SUSPENDED, "to": to}):
            grant(to)


@pytest.mark.parametrize("to", range(7))
def test_grant_licence_never_lifts_a_revocation(licences: Contract, grant, regulator: str, to: int):
    walk(grant, LICENSED)
    licences.revokeLicence(NEW, by=regulator)
    with expect_revert("PhaseNotReachable", provider=NEW, **{"from": REVOKED, "to": to}):
        grant(to)


def test_grant_licence_reverts_when_the_expiry_is_now(grant):
    with expect_revert("LicenceExpiryPast", until=NOW, nowAt=NOW):
        grant(NOC, until=NOW)


def test_grant_licence_takes_an_expiry_of_one_second_ahead(licences: Contract, grant):
    grant(NOC, until=NOW + 1)
    assert licences.licenceOf(NEW).until == NOW + 1


def test_grant_licence_reverts_when_255_numbers_are_given_out(licences: Contract, grant):
    for number in range(253):
        grant(NOC, to=address_of("provider")[:-4] + f"{number:04x}")
    assert licences.providerCount() == 255
    with expect_revert("TooManyProviders"):
        grant(NOC)


@pytest.mark.parametrize("phase", PATH)
def test_suspend_licence_ends_any_phase_at_once(licences: Contract, grant, regulator: str, phase: int):
    walk(grant, phase)
    receipt = licences.suspendLicence(NEW, by=regulator)
    assert receipt.log == (("LicenceChanged", NEW, 3, SUSPENDED, 1, UNTIL),)
    assert tuple(licences.licenceOf(NEW)) == (SUSPENDED, phase, 3, 1, UNTIL, NOW)


def test_suspend_licence_reverts_when_there_is_none(licences: Contract, regulator: str):
    with expect_revert("PhaseNotReachable", provider=NEW, **{"from": NONE, "to": SUSPENDED}):
        licences.suspendLicence(NEW, by=regulator)


@pytest.mark.parametrize(("end", "phase"), [("suspendLicence", SUSPENDED), ("revokeLicence", REVOKED)])
def test_suspend_licence_reverts_when_it_has_ended(licences: Contract, grant, regulator: str, end: str, phase: int):
    walk(grant, LICENSED)
    getattr(licences, end)(NEW, by=regulator)
    with expect_revert("PhaseNotReachable", provider=NEW, **{"from": phase, "to": SUSPENDED}):
        licences.suspendLicence(NEW, by=regulator)


def test_revoke_licence_ends_it_for_good(licences: Contract, grant, regulator: str):
    walk(grant, SANDBOX)
    receipt = licences.revokeLicence(NEW, by=regulator)
    assert receipt.log == (("LicenceChanged", NEW, 3, REVOKED, 1, UNTIL),)
    assert tuple(licences.licenceOf(NEW)) == (REVOKED, NONE, 3, 1, UNTIL, NOW)


def test_revoke_licence_keeps_the_end_of_an_earlier_suspension(world: World, grant, regulator: str):
    walk(grant, LICENSED)
    world.licences.suspendLicence(NEW, by=regulator)
    world.chain.warp(DAY)
    world.licences.revokeLicence(NEW, by=regulator)
    assert world.licences.endedAt(3) == NOW


def test_revoke_licence_reverts_when_there_is_none(licences: Contract, regulator: str):
    with expect_revert("PhaseNotReachable", provider=NEW, **{"from": NONE, "to": REVOKED}):
        licences.revokeLicence(NEW, by=regulator)


def test_revoke_licence_reverts_when_it_is_revoked(licences: Contract, grant, regulator: str):
    walk(grant, NOC)
    licences.revokeLicence(NEW, by=regulator)
    with expect_revert("PhaseNotReachable", provider=NEW, **{"from": REVOKED, "to": REVOKED}):
        licences.revokeLicence(NEW, by=regulator)


@pytest.mark.parametrize(
    ("phase", "permitted"), [(NOC, False), (AML_REGISTERED, True), (SANDBOX, True), (LICENSED, True)]
)
def test_permits_begins_with_registration(licences: Contract, grant, phase: int, permitted: bool):
    walk(grant, phase)
    assert tuple(licences.permits(NEW, 1)) == (permitted, 3)


@pytest.mark.parametrize(
    ("scope", "asked", "permitted"), [(1, 1, True), (1, 2, False), (3, 2, True), (2, 3, False), (0, 0, True)]
)
def test_permits_needs_every_bit_of_the_scope(licences: Contract, grant, scope: int, asked: int, permitted: bool):
    for phase in PATH:
        grant(phase, scope=scope)
    assert licences.permits(NEW, asked).permitted is permitted


def test_permits_lasts_to_the_last_second(world: World, grant):
    walk(grant, LICENSED)
    world.chain.now = UNTIL
    assert world.licences.permits(NEW, 1).permitted
    world.chain.warp(1)
    assert tuple(world.licences.permits(NEW, 1)) == (False, 3)


@pytest.mark.parametrize("end", ["suspendLicence", "revokeLicence"])
def test_permits_stops_at_once_when_ended(licences: Contract, grant, regulator: str, end: str):
    walk(grant, LICENSED)
    getattr(licences, end)(NEW, by=regulator)
    assert tuple(licences.permits(NEW, 1)) == (False, 3)


def test_permits_knows_no_stranger(licences: Contract):
    assert tuple(licences.permits(NEW, 0)) == (False, 0)


def test_ended_at_is_zero_while_the_licence_holds(world: World, licences: Contract):
    world.chain.now = VALID_UNTIL
    assert licences.endedAt(1) == 0


def test_ended_at_is_the_expiry_when_it_ran_out(world: World, licences: Contract):
    world.chain.now = VALID_UNTIL + 1
    assert licences.endedAt(1) == VALID_UNTIL


def test_ended_at_is_the_expiry_when_suspended_after_it(world: World, grant, regulator: str):
    walk(grant, LICENSED)
    world.chain.now = UNTIL + DAY
    world.licences.suspendLicence(NEW, by=regulator)
    assert world.licences.endedAt(3) == UNTIL


def test_ended_at_is_zero_again_when_the_suspension_is_lifted(licences: Contract, grant, regulator: str):
    walk(grant, LICENSED)
    licences.suspendLicence(NEW, by=regulator)
    assert licences.endedAt(3) == NOW
    grant(LICENSED)
    assert licences.endedAt(3) == 0


@pytest.mark.parametrize("number", [0, 3, 255])
def test_provider_of_is_zero_and_never_ended_for_a_free_number(licences: Contract, number: int):
    assert licences.providerOf(number) == ZERO
    assert licences.endedAt(number) == 0


@pytest.mark.parametrize("function", ["grantLicence", "suspendLicence", "revokeLicence"])
def test_every_change_reverts_when_the_caller_is_not_the_regulator(licences: Contract, debt_office: str, function: str):
    arguments = (NEW, NOC, 1, UNTIL) if function == "grantLicence" else (NEW,)
    with expect_revert("AccessManagedUnauthorized", caller=debt_office):
        getattr(licences, function)(*arguments, by=debt_office)

"""Authority: OpenZeppelin's AccessManager with two rules about who may hold offices."""

from evm import Contract, address_of, expect_revert
from world import ADMIN_DELAY, World

from rwa_deploy.wiring import OFFICES

ADMIN = OFFICES["admin"]
MAKER, CHECKER = OFFICES["enforcement_maker"], OFFICES["enforcement_checker"]


def grant_admin(world: World, name: str) -> None:
    world.by_admin(world.authority.grantRole, ADMIN, address_of(name), 0)


def test_admins_lists_the_two_offices_and_not_the_deployer(authority: Contract, admin: str, second_admin: str):
    assert set(authority.admins()) == {admin, second_admin}


def test_grant_role_emits_and_counts_when_announced(world: World, authority: Contract, regulator: str):
    receipt = world.by_admin(authority.grantRole, OFFICES["guardian"], regulator, 60)
    (event,) = receipt.of("RoleGranted")
    assert event[1:] == (OFFICES["guardian"], regulator, 60, world.chain.now, True)
    assert tuple(authority.hasRole(OFFICES["guardian"], regulator)) == (True, 60)


def test_grant_role_reverts_when_not_announced(authority: Contract, admin: str, outsider: str):
    call = authority.grantRole.encode(1, outsider, 0)
    operation = authority.hashOperation(admin, authority.address, call)
    with expect_revert("AccessManagerNotScheduled", operationId=operation):
        authority.grantRole(1, outsider, 0, by=admin)


def test_grant_role_reverts_a_second_before_the_delay_is_over(world: World, authority: Contract, admin: str):
    arguments = (1, address_of("outsider"), 0)
    world.schedule(authority.grantRole, *arguments)
    world.chain.warp(ADMIN_DELAY - 1)
    operation = authority.hashOperation(admin, authority.address, authority.grantRole.encode(*arguments))
    with expect_revert("AccessManagerNotReady", operationId=operation):
        authority.grantRole(*arguments, by=admin)


def test_grant_role_succeeds_in_the_second_in_which_the_delay_is_over(world: World, authority: Contract, admin: str):
    arguments = (1, address_of("outsider"), 0)
    world.schedule(authority.grantRole, *arguments)
    world.chain.warp(ADMIN_DELAY)
    authority.grantRole(*arguments, by=admin)
    assert authority.hasRole(1, address_of("outsider")).isMember


def test_grant_role_reverts_when_the_maker_would_be_checker(world: World, authority: Contract, enforcement_maker: str):
    with expect_revert("OfficesConflict", account=enforcement_maker, held=MAKER, wanted=CHECKER):
        world.by_admin(authority.grantRole, CHECKER, enforcement_maker, 0)


def test_grant_role_reverts_when_the_checker_would_be_maker(
    world: World, authority: Contract, enforcement_checker: str
):
    with expect_revert("OfficesConflict", account=enforcement_checker, held=CHECKER, wanted=MAKER):
        world.by_admin(authority.grantRole, MAKER, enforcement_checker, 0)


def test_grant_role_reverts_when_the_conflicting_grant_still_waits(world: World, authority: Contract, outsider: str):
    world.by_admin(authority.setGrantDelay, MAKER, 10)
    world.chain.warp(authority.minSetback())
    world.by_admin(authority.grantRole, MAKER, outsider, 0)
    assert not authority.hasRole(MAKER, outsider).isMember
    with expect_revert("OfficesConflict", account=outsider, held=MAKER, wanted=CHECKER):
        world.by_admin(authority.grantRole, CHECKER, outsider, 0)


def test_grant_role_lets_a_former_maker_be_checker(world: World, authority: Contract, enforcement_maker: str):
    world.by_admin(authority.revokeRole, MAKER, enforcement_maker)
    world.by_admin(authority.grantRole, CHECKER, enforcement_maker, 0)
    assert authority.hasRole(CHECKER, enforcement_maker).isMember


def test_grant_role_takes_eight_admins(world: World, authority: Contract):
    for number in range(6):
        grant_admin(world, f"admin {number}")
    assert len(authority.admins()) == 8


def test_grant_role_reverts_when_a_ninth_admin_is_named(world: World, authority: Contract):
    for number in range(6):
        grant_admin(world, f"admin {number}")
    with expect_revert("TooManyAdmins", most=8):
        grant_admin(world, "admin 6")


def test_grant_role_again_changes_the_delay_and_not_the_list(world: World, authority: Contract, admin: str):
    world.by_admin(authority.grantRole, ADMIN, admin, ADMIN_DELAY + 1)
    assert len(authority.admins()) == 2
    assert authority.getAccess(ADMIN, admin)[1:3] in ((ADMIN_DELAY, ADMIN_DELAY + 1), (ADMIN_DELAY + 1, 0))


def test_revoke_role_reverts_when_one_admin_would_remain(world: World, authority: Contract, second_admin: str):
    with expect_revert("TooFewAdmins", account=second_admin, remaining=1):
        world.by_admin(authority.revokeRole, ADMIN, second_admin)


def test_renounce_role_reverts_when_one_admin_would_remain(authority: Contract, admin: str):
    with expect_revert("TooFewAdmins", account=admin, remaining=1):
        authority.renounceRole(ADMIN, admin, by=admin)


def test_revoke_role_takes_a_third_admin_away(world: World, authority: Contract, admin: str, second_admin: str):
    grant_admin(world, "third")
    receipt = world.by_admin(authority.revokeRole, ADMIN, second_admin)
    assert ("RoleRevoked", ADMIN, second_admin) in receipt.log
    assert set(authority.admins()) == {admin, address_of("third")}


def test_revoke_role_does_not_count_an_admin_who_still_waits(world: World, authority: Contract, second_admin: str):
    world.by_admin(authority.setGrantDelay, ADMIN, 30 * 86_400)
    world.chain.warp(authority.minSetback())
    grant_admin(world, "third")
    with expect_revert("TooFewAdmins", account=second_admin, remaining=1):
        world.by_admin(authority.revokeRole, ADMIN, second_admin)


def test_revoke_role_takes_back_an_admin_who_still_waits(world: World, authority: Contract):
    world.by_admin(authority.setGrantDelay, ADMIN, 30 * 86_400)
    world.chain.warp(authority.minSetback())
    grant_admin(world, "third")
    world.by_admin(authority.revokeRole, ADMIN, address_of("third"))
    assert address_of("third") not in authority.admins()


def test_renounce_role_leaves_other_offices_freely(authority: Contract, guardian: str):
    receipt = authority.renounceRole(OFFICES["guardian"], guardian, by=guardian)
    assert receipt.log == (("RoleRevoked", OFFICES["guardian"], guardian),)


def test_cancel_undoes_what_was_announced(world: World, authority: Contract, admin: str, outsider: str):
    world.schedule(authority.grantRole, 1, outsider, 0)
    call = authority.grantRole.encode(1, outsider, 0)
    authority.cancel(admin, authority.address, call, by=admin)
    world.chain.warp(ADMIN_DELAY)
    operation = authority.hashOperation(admin, authority.address, call)
    with expect_revert("AccessManagerNotScheduled", operationId=operation):
        authority.grantRole(1, outsider, 0, by=admin)


def test_issuer_is_held_by_settlement(world: World, authority: Contract):
    assert tuple(authority.hasRole(OFFICES["issuer"], world.settlement.address)) == (True, 0)


def test_grant_role_reverts_when_the_delay_would_put_a_member_to_sleep(world: World, authority: Contract):
    longest = 30 * 24 * 3600
    with expect_revert("DelayTooLong", wanted=longest + 1, longest=longest):
        world.by_admin(authority.grantRole, 0, address_of("second_admin"), longest + 1)


def test_grant_role_takes_the_longest_delay(world: World, authority: Contract):
    world.by_admin(authority.grantRole, OFFICES["guardian"], address_of("outsider"), 30 * 24 * 3600)
    assert authority.hasRole(OFFICES["guardian"], address_of("outsider")).executionDelay == 30 * 24 * 3600

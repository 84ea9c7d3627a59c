"""Pauses of single functions: what is restricted and the ways into the Allowlist wait, and no way out ever does."""

from collections.abc import Callable, Iterator

import pytest
from bonds import bullet
from evm import Contract, Method, Receipt, address_of, expect_revert, key_of
from onboarding import HASH, NEW, OUTSIDER, PROVIDER, Attestation, attest, wallet_digest
from test_attacks import OPEN, changing, refusal
from test_coupons import DUE, FIRST, HELD, NET, book, claim, fund, pay, start
from test_customer_roots import FIVE, STRANGERS, activate, publish
from test_settlement_trade import PAID, Trade, settle
from world import CAP_USD, DAY, MATURITY_AT, NOW, PAUSE, REVOKED_FLAG, UNIT, VALID_UNTIL, World, record

from rwa_deploy.wiring import OFFICES

HOLDER, RECEIVER, SPENDER, TREASURY = map(address_of, ("holder", "receiver", "spender", "treasury"))
GUARDIAN, REGULATOR, ADMIN, DEBT_OFFICE = map(address_of, ("guardian", "regulator", "admin", "debt_office"))
ALL = 2**256 - 1


@pytest.fixture
def pausing(world: World) -> Callable[..., Receipt]:
    """The guardian pauses a function, at its contract or where its right stands."""

    def pause(method: Method, target: Contract | None = None) -> Receipt:
        at = target or method.contract
        return world.authority.pauseFunction(at.address, method.selector, by=GUARDIAN)

    return pause


Pausing = Callable[..., Receipt]


# ── pauseFunction, renewFunctionPause, unpauseFunction ───────────────────────────────────────────────────────────────


def test_pause_function_lasts_three_days_to_the_second(
    world: World, authority: Contract, programme: Contract, bond: Contract, pausing: Pausing
):
    key = (programme.address, programme.issue.selector)
    assert pausing(programme.issue).log == (("FunctionPausedUntil", *key, NOW + PAUSE),)
    for second in (0, PAUSE - 1):
        world.chain.now = NOW + second
        assert authority.functionPausedUntil(*key) == NOW + PAUSE
        assert tuple(authority.canCall(DEBT_OFFICE, *key)) == (False, 0)
        with expect_revert("FunctionPaused", target=key[0], selector=key[1], until=NOW + PAUSE):
            authority.requireOpen(*key)
        with expect_revert("AccessManagedUnauthorized", caller=DEBT_OFFICE):
            world.issue(bond, {HOLDER: UNIT})
    world.chain.warp(1)
    authority.requireOpen(*key)
    assert (authority.functionPausedUntil(*key), tuple(authority.canCall(DEBT_OFFICE, *key))) == (0, (True, 0))
    world.issue(bond, {HOLDER: UNIT})
    assert bond.balanceOf(HOLDER) == UNIT


def test_pause_function_stops_no_other_function_and_no_other_target(
    world: World, authority: Contract, programme: Contract, pausing: Pausing
):
    pausing(programme.tightenCap)
    programme.tightenMaxRateAge(1, by=DEBT_OFFICE)
    authority.requireOpen(world.cash.address, programme.tightenCap.selector)
    pausing(world.cash.pause)
    world.bond.pause(by=GUARDIAN)
    with expect_revert("AccessManagedUnauthorized", caller=GUARDIAN):
        world.cash.pause(by=GUARDIAN)


def test_pause_function_of_a_series_stands_at_the_programme(
    programme: Contract, bond: Contract, debt_office: str, pausing: Pausing
):
    pausing(bond.setDocument)
    bond.setDocument(HASH, "uri", HASH, by=debt_office)
    pausing(bond.setDocument, programme)
    with expect_revert("AccessManagedUnauthorized", caller=debt_office):
        bond.setDocument(HASH, "other", HASH, by=debt_office)


def test_pause_function_stops_what_admin_announced_before(
    world: World, authority: Contract, programme: Contract, pausing: Pausing
):
    """The delay runs on: when the pause is over the call is made without another wait."""
    world.schedule(programme.loosenCap, CAP_USD + 1)
    world.chain.warp(2 * DAY)
    pausing(programme.loosenCap)
    with expect_revert("AccessManagedUnauthorized", caller=ADMIN):
        programme.loosenCap(CAP_USD + 1, by=ADMIN)
    call = programme.loosenCap.encode(CAP_USD + 1)
    facts = {"caller": ADMIN, "target": programme.address, "selector": programme.loosenCap.selector}
    with expect_revert("AccessManagerUnauthorizedCall", **facts):
        authority.execute(programme.address, call, by=ADMIN)
    with expect_revert("AccessManagerUnauthorizedCall", **facts):
        authority.schedule(programme.address, programme.loosenCap.encode(CAP_USD + 2), 0, by=ADMIN)
    world.chain.warp(PAUSE)
    programme.loosenCap(CAP_USD + 1, by=ADMIN)
    assert programme.capUsd() == CAP_USD + 1


def test_renew_function_pause_runs_three_days_from_now(
    world: World, authority: Contract, programme: Contract, pausing: Pausing
):
    key = (programme.address, programme.issue.selector)
    pausing(programme.issue)
    now = world.chain.warp(PAUSE - 1)
    receipt = authority.renewFunctionPause(*key, by=REGULATOR)
    assert receipt.log == (("FunctionPausedUntil", *key, now + PAUSE),)
    assert authority.functionPausedUntil(*key) == now + PAUSE


def test_renew_function_pause_reverts_when_it_is_not_paused(
    world: World, authority: Contract, programme: Contract, pausing: Pausing
):
    key = (programme.address, programme.issue.selector)
    facts = {"target": key[0], "selector": key[1]}
    with expect_revert("FunctionNotPaused", **facts):
        authority.renewFunctionPause(*key, by=REGULATOR)
    pausing(programme.issue)
    world.chain.warp(PAUSE)
    with expect_revert("FunctionNotPaused", **facts):
        authority.renewFunctionPause(*key, by=REGULATOR)


def test_unpause_function_waits_for_admins_delay_and_ends_it_early(
    world: World, authority: Contract, programme: Contract, bond: Contract, pausing: Pausing
):
    key = (programme.address, programme.issue.selector)
    world.schedule(authority.unpauseFunction, *key)
    pausing(programme.issue)
    world.chain.warp(2 * DAY - 1)
    operation = authority.hashOperation(ADMIN, authority.address, authority.unpauseFunction.encode(*key))
    with expect_revert("AccessManagerNotReady", operationId=operation):
        authority.unpauseFunction(*key, by=ADMIN)
    world.chain.warp(1)
    assert authority.unpauseFunction(*key, by=ADMIN).log[-1] == ("FunctionPausedUntil", *key, 0)
    world.issue(bond, {HOLDER: UNIT})
    assert (authority.functionPausedUntil(*key), bond.balanceOf(HOLDER)) == (0, UNIT)


OWN_OFFICE = {"pauseFunction": "guardian", "renewFunctionPause": "regulator", "unpauseFunction": "admin"}


@pytest.mark.parametrize("caller", ["guardian", "regulator", "registrar", "debt_office", "outsider"])
@pytest.mark.parametrize(("function", "office"), OWN_OFFICE.items())
def test_a_function_pause_reverts_when_the_caller_is_another_office(
    authority: Contract, programme: Contract, pausing: Pausing, function: str, office: str, caller: str
):
    pausing(programme.issue)
    if caller != office:
        with expect_revert("AccessManagerUnauthorizedAccount", msgsender=address_of(caller), roleId=OFFICES[office]):
            getattr(authority, function)(programme.address, programme.issue.selector, by=address_of(caller))


def test_pause_function_never_locks_the_authority_itself(world: World, authority: Contract, pausing: Pausing):
    """The guardian pauses every function of the Authority, and ADMIN goes on as before."""
    for method in changing(authority):
        pausing(method)
    pausing(world.programme.issue)
    world.by_admin(authority.grantRole, OFFICES["guardian"], OUTSIDER, 0)
    world.by_admin(authority.revokeRole, OFFICES["guardian"], GUARDIAN)
    assert authority.hasRole(OFFICES["guardian"], OUTSIDER).isMember
    authority.pauseFunction(world.programme.address, world.programme.issue.selector, by=OUTSIDER)
    world.by_admin(authority.unpauseFunction, world.programme.address, world.programme.issue.selector)
    assert authority.functionPausedUntil(world.programme.address, world.programme.issue.selector) == 0


# ── the ways in ──────────────────────────────────────────────────────────────────────────────────────────────────────


def ways_in(world: World) -> dict[str, Callable[[], object]]:
    """What would write a record now, by the name of the function."""
    listed = world.allowlist
    signed = key_of("holder").sign(wallet_digest(listed, HOLDER, NEW, NOW))
    return {
        "onboard": lambda: listed.onboard([(NEW, record(), HASH)], by=PROVIDER),
        "attest": lambda: attest(listed, Attestation()),
        "publishRoot": lambda: publish(world, b"\1" * 32),
        "activate": lambda: activate(world, FIVE),
        "addWallet": lambda: listed.addWallet(HOLDER, NOW, signed, by=NEW),
        "renew": lambda: listed.renew([HOLDER], VALID_UNTIL, by=PROVIDER),
    }


@pytest.fixture
def published(world: World) -> None:
    publish(world, FIVE.root)


WAYS_IN = ("onboard", "attest", "publishRoot", "activate", "addWallet", "renew")


@pytest.mark.parametrize("way", WAYS_IN)
def test_a_way_in_is_closed_alone_while_it_is_paused(
    world: World, allowlist: Contract, published: None, pausing: Pausing, way: str
):
    method: Method = getattr(allowlist, way)
    pausing(method)
    for name, enter in ways_in(world).items():
        with world.chain.rolled_back():
            if name == way:
                facts = {"target": allowlist.address, "selector": method.selector, "until": NOW + PAUSE}
                with expect_revert("FunctionPaused", **facts):
                    enter()
            else:
                enter()
    world.by_admin(world.authority.unpauseFunction, allowlist.address, method.selector)
    allowlist.onboard([(NEW, record(), HASH)], by=PROVIDER)


def test_a_way_in_opens_by_itself_after_three_days(world: World, allowlist: Contract, pausing: Pausing):
    pausing(allowlist.renew)
    world.chain.warp(PAUSE - 1)
    facts = {"target": allowlist.address, "selector": allowlist.renew.selector, "until": NOW + PAUSE}
    with expect_revert("FunctionPaused", **facts):
        allowlist.renew([HOLDER], VALID_UNTIL, by=PROVIDER)
    world.chain.warp(1)
    allowlist.renew([HOLDER], VALID_UNTIL, by=PROVIDER)
    assert allowlist.recordOf(HOLDER) == record(provider=1, updated_at=NOW + PAUSE)


def test_the_registrars_way_in_is_closed_as_a_restricted_function(
    allowlist: Contract, registrar: str, pausing: Pausing
):
    pausing(allowlist.onboardByRegistrar)
    with expect_revert("AccessManagedUnauthorized", caller=registrar):
        allowlist.onboardByRegistrar([(NEW, record(), HASH)], by=registrar)
    allowlist.onboard([(NEW, record(), HASH)], by=PROVIDER)


# ── no way out is ever closed ────────────────────────────────────────────────────────────────────────────────────────


def everything(world: World) -> Iterator[tuple[str, bytes]]:
    """Target and selector of every function that changes state; those of a series at the Programme too."""
    for name, contract in world.contracts().items():
        for method in changing(contract):
            yield contract.address, method.selector
            if name == "BondToken":
                yield world.programme.address, method.selector


def shut(world: World) -> None:
    """The guardian pauses all that he can, function by function, and the regulator renews it."""
    for key in everything(world):
        if world.authority.getTargetFunctionRole(*key) == OFFICES["enforcer"]:
            with expect_revert("FunctionNotPausable", target=key[0], selector=key[1]):
                world.authority.pauseFunction(*key, by=GUARDIAN)
            continue
        world.authority.pauseFunction(*key, by=GUARDIAN)
        world.authority.renewFunctionPause(*key, by=REGULATOR)


def test_open_functions_ask_no_pause_but_the_ways_in_and_prices(world: World):
    """Every function that passes no role ends as it did before, called with zeros; ways in and prices ask."""
    methods = [
        (f"{name}.{method.entry['name']}", method)
        for name, contract in world.contracts().items()
        for method in changing(contract)
        if method.entry["name"] in OPEN.get(name, set())
    ]
    before = {label: refusal(world, method, "provider") for label, method in methods}
    shut(world)
    after = {label: refusal(world, method, "provider") for label, method in methods}
    changed = {label for label in before if before[label] != after[label]}
    assert changed == {f"Allowlist.{way}" for way in WAYS_IN} | {"PriceOracle.post"}
    assert {after[label][0] for label in changed} == {"FunctionPaused"}


def test_restricted_functions_all_wait(world: World):
    shut(world)
    for method, office in (
        (world.programme.tightenCap, "debt_office"),
        (world.cash.tightenMinterLimit, "central_bank"),
        (world.oracle.postPrice, "price_signer"),
        (world.settlement.openAllotment, "debt_office"),
        (world.enforcement.propose, "enforcement_maker"),
        (world.policies.tightenTravelLimit, "regulator"),
        (world.bond.setDocument, "debt_office"),
    ):
        assert refusal(world, method, office) == ("AccessManagedUnauthorized", {"caller": address_of(office)})


def test_a_redemption_is_funded_and_paid_while_everything_is_paused(world: World, bond: Contract):
    agent = world.paying_agent
    world.issue(bond, {HOLDER: UNIT, RECEIVER: UNIT})
    world.mint_cash(TREASURY, 2 * UNIT)
    world.chain.now = MATURITY_AT
    shut(world)
    world.cash.approve(agent.address, ALL, by=TREASURY)
    agent.fund(bond.address, ALL, by=TREASURY)
    assert agent.redeem(bond.address, [HOLDER], by=OUTSIDER).result == UNIT
    assert agent.redeem(bond.address, [RECEIVER], by=RECEIVER).result == UNIT
    assert [world.cash.balanceOf(wallet) for wallet in (HOLDER, RECEIVER)] == [UNIT, UNIT]
    assert (bond.totalSupply(), world.programme.usedUsd()) == (0, 0)


def test_a_coupon_is_claimed_paid_and_its_tax_remitted_while_everything_is_paused(world: World):
    series = start(world, bullet())
    shut(world)
    fund(world, series)
    world.chain.now = FIRST
    shut(world)
    assert claim(world, series, HOLDER).result == NET[HOLDER]
    pay(world, series, RECEIVER)
    world.paying_agent.remit(series.address, 0, by=OUTSIDER)
    assert [world.cash.balanceOf(wallet) for wallet in HELD] == [NET[wallet] for wallet in HELD]
    assert book(world, series)[:2] == (DUE, sum(NET.values()))


def test_transfers_trades_and_cancellations_go_on_while_everything_is_paused(world: World, bond: Contract):
    world.issue(bond, {HOLDER: 3 * UNIT})
    world.mint_cash(RECEIVER, 2 * PAID)
    shut(world)
    bond.transfer(SPENDER, UNIT, by=HOLDER)
    bond.approve(SPENDER, UNIT, by=HOLDER)
    bond.transferFrom(HOLDER, RECEIVER, UNIT, by=SPENDER)
    settle(world.settlement, Trade(bond.address))
    assert [bond.balanceOf(wallet) for wallet in (HOLDER, RECEIVER, SPENDER)] == [0, 2 * UNIT, UNIT]
    world.settlement.cancelNonce(9, by=HOLDER)
    world.settlement.cancelNonces(2, by=HOLDER)
    assert world.settlement.isNonceUsed(HOLDER, 9)


def test_a_minter_burns_while_everything_is_paused(world: World, minter: str):
    world.onboard(minter)
    world.mint_cash(minter, UNIT)
    shut(world)
    world.cash.burn(UNIT, by=minter)
    assert world.cash.totalSupply() == 0


def test_a_provider_revokes_and_withdraws_while_everything_is_paused(
    world: World, allowlist: Contract, published: None
):
    activate(world, FIVE)
    shut(world)
    allowlist.revoke([HOLDER, STRANGERS[0]], by=PROVIDER)
    allowlist.withdrawRoot(FIVE.root, by=PROVIDER)
    assert allowlist.recordOf(HOLDER) == record(provider=1, updated_at=NOW, flags=REVOKED_FLAG)
    assert tuple(allowlist.rootOf(1, FIVE.root)) == (0, 0)


def test_a_freeze_that_expired_lapses_while_everything_is_paused(world: World):
    """Attack: the guardian keeps a wallet frozen past its order by pausing what `Enforcement.lapse` acts by."""
    proposal = (0, HOLDER, "0x" + "00" * 20, NOW + DAY, "0x" + "00" * 20, 0, HASH)
    world.enforcement.propose(proposal, by=address_of("enforcement_maker"))
    world.enforcement.execute(1, [], by=address_of("enforcement_checker"))
    world.chain.warp(DAY + 1)
    shut(world)
    world.enforcement.lapse(1, by=HOLDER)
    assert world.allowlist.sendCode(HOLDER) == 0

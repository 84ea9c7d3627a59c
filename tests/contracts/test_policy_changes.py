"""Policies: who changes one and in which direction, what a malformed one is, and the ways out that none binds."""

from typing import Any

import pytest
from bonds import ENDS, bullet
from evm import address_of, expect_revert, reverts
from governed import build as build_governed
from policed import (
    ALL,
    CAP,
    CAPS,
    COUNTRIES,
    DISCLOSURE,
    HOLDER,
    HOLDERS,
    ISSUED,
    ONE,
    OUTSIDER,
    PROSPECTUS,
    RECEIVER,
    REGULATOR,
    SPENDER,
    TREASURY,
    Policed,
    build,
    enrol,
    settle,
    skipped,
    terms,
)  # fmt: skip
from test_meeting import modify
from world import ADMIN_DELAY, DAY, NOW, World

OTHER_HASH = b"\xd2".ljust(32, b"\0")
ADMIN, ENFORCER = map(address_of, ("admin", "enforcer"))
# What nobody can meet: for the ways that ask nothing.
FORBIDDING: dict[str, Any] = {
    "lowest_tier": 6,
    "lot": 7,
    "locked_until": 2**40 - 1,
    "cooling_off": 2**24 - 1,
    "most_holders": 1,
    "omnibus_age": 1,
    "caps": dict.fromkeys(range(1, 7), 1),
    "blocked": range(1000),
    "disclosure": PROSPECTUS,
    "travel": True,
}


@pytest.fixture
def policed(world: World) -> Policed:
    return build(world)


# ── tightenPolicy, loosenPolicy ──────────────────────────────────────────────────────────────────────────────────────

# A policy, what is stricter than it, what is not.
STEPS: dict[str, tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]] = {
    "tier": ({"lowest_tier": 3}, [{"lowest_tier": 4}, {"lowest_tier": 6}], [{"lowest_tier": 2}, {}]),
    "lot": ({"lot": 6}, [{"lot": 12}, {"lot": 18}], [{"lot": 3}, {"lot": 9}, {"lot": 5}, {}]),
    "lockup": ({"locked_until": NOW}, [{"locked_until": NOW + 1}], [{"locked_until": NOW - 1}, {}]),
    "cooling": (
        {"cooling_off": 10, "disclosure": PROSPECTUS},
        [{"cooling_off": 11, "disclosure": PROSPECTUS}],
        [{"cooling_off": 9, "disclosure": PROSPECTUS}, {"disclosure": PROSPECTUS}],
    ),
    "holders": ({"most_holders": 10}, [{"most_holders": 9}, {"most_holders": 1}], [{"most_holders": 11}, {}]),
    "omnibus": ({"omnibus_age": 10}, [{"omnibus_age": 9}, {"omnibus_age": 1}], [{"omnibus_age": 11}, {}]),
    "caps": (
        {"caps": {1: 10, 6: 10}},
        [{"caps": {1: 9, 6: 10}}, {"caps": {1: 10, 2: 99, 6: 10}}, {"caps": {1: 10, 6: 1}}],
        [{"caps": {1: 11, 6: 10}}, {"caps": {1: 10}}, {"caps": {6: 10}}, {"caps": {1: 10, 6: 11}}, {}],
    ),
    "countries": (
        {"blocked": [4, 999]},
        [{"blocked": [4, 5, 999]}, {"blocked": [4, 300, 999]}],
        [{"blocked": [4]}, {"blocked": [999, 5]}, {}],
    ),
    "disclosure": ({"disclosure": PROSPECTUS}, [], [{"disclosure": OTHER_HASH}, {}]),
    "travel": ({"travel": True}, [{"travel": True, "lot": 1}], [{}]),
}


@pytest.mark.parametrize("field", STEPS)
def test_tighten_policy_sets_what_is_stricter_at_once(policed: Policed, field: str):
    base, stricter, _ = STEPS[field]
    for change in (base, base, *stricter):
        with policed.world.chain.rolled_back():
            policed.bind(**base)
            policed.bind(**change)
            found = policed.policies.policyOf(policed.series.address)
            assert (found.policy, found.caps, tuple(found.blocked), found.disclosure) == terms(**change)


@pytest.mark.parametrize("field", STEPS)
def test_tighten_policy_reverts_when_any_field_asks_less(policed: Policed, field: str):
    base, _, looser = STEPS[field]
    policed.bind(**base)
    for change in looser:
        with expect_revert("PolicyNotStricter", series=policed.series.address):
            policed.bind(**change)


@pytest.mark.parametrize("field", STEPS)
def test_loosen_policy_sets_anything_after_the_delay_of_admin(policed: Policed, field: str):
    base, _, looser = STEPS[field]
    policed.bind(**base)
    change = terms(**looser[0])
    policed.world.schedule(policed.policies.loosenPolicy, policed.series.address, change)
    policed.world.chain.warp(ADMIN_DELAY - 1)
    assert reverts(policed.policies.loosenPolicy, policed.series.address, change, by=ADMIN) == "AccessManagerNotReady"
    policed.world.chain.warp(1)
    policed.policies.loosenPolicy(policed.series.address, change, by=ADMIN)
    assert policed.policies.policyOf(policed.series.address).policy == change[0]


def test_loosen_policy_reverts_for_the_regulator_and_tighten_policy_for_the_debt_office(policed: Policed):
    with expect_revert("AccessManagedUnauthorized", caller=REGULATOR):
        policed.policies.loosenPolicy(policed.series.address, terms(), by=REGULATOR)
    debt_office = address_of("debt_office")
    with expect_revert("AccessManagedUnauthorized", caller=debt_office):
        policed.policies.tightenPolicy(policed.series.address, terms(lot=1), by=debt_office)


INVALID = {
    "a tier above 6": terms(lowest_tier=7),
    "more than its fields": (1 << 200, *terms()[1:]),
    "a cap above tier 6": (CAPS << 192, 1 << 240 | 1, (0, 0, 0, 0), bytes(32)),
    "a flag without a cap": terms(flags=CAPS),
    "a cap without a flag": terms(caps={1: 1}, flags=0),
    "a flag without a country": terms(flags=COUNTRIES),
    "a country without a flag": terms(blocked=[999], flags=0),
    "a flag without a disclosure": terms(flags=DISCLOSURE),
    "a disclosure without a flag": terms(disclosure=PROSPECTUS, flags=0),
    "a cooling-off without a disclosure": terms(cooling_off=1),
}


@pytest.mark.parametrize("what", INVALID)
def test_tighten_and_loosen_policy_revert_when_it_is_malformed(policed: Policed, what: str):
    with expect_revert("PolicyInvalid", series=policed.series.address):
        policed.policies.tightenPolicy(policed.series.address, INVALID[what], by=REGULATOR)
    with expect_revert("PolicyInvalid", series=policed.series.address):
        policed.world.by_admin(policed.policies.loosenPolicy, policed.series.address, INVALID[what])
    assert policed.policies.policyOf(policed.series.address).policy == 0


def test_a_policy_binds_its_own_series_only(policed: Policed):
    other = build(policed.world, salt=78)
    policed.bind(lowest_tier=6)
    other.send(RECEIVER, ONE)
    assert [one.held(RECEIVER) for one in (policed, other)] == [[0], [ONE]]


def test_who_asks_without_being_a_series_is_told_of_no_policy_and_books_nothing(policed: Policed):
    """`admit` counts for the token that calls: nobody else takes a place or uses an announcement up."""
    policed.bind(most_holders=1, lowest_tier=6)
    policies = policed.policies
    assert policies.admit(HOLDER, RECEIVER, ONE, by=OUTSIDER).log == ()
    assert policies.admitOperator(HOLDER, HOLDER, RECEIVER, ONE, by=OUTSIDER).result == 0
    assert policies.admitAll(HOLDER, [RECEIVER], [ONE], by=OUTSIDER).log == ()
    assert policies.check(HOLDER, RECEIVER, ONE, by=OUTSIDER) == 0
    assert policed.places(HOLDER, RECEIVER) == (0, [False, False])


def test_policies_answer_like_the_allowlist_for_what_is_no_move(policed: Policed):
    policies, allowlist = policed.policies, policed.world.allowlist
    policed.bind(**FORBIDDING)
    for wallet in (HOLDER, OUTSIDER, TREASURY):
        assert policies.sendCode(wallet) == allowlist.sendCode(wallet)
        assert policies.receiveCode(wallet) == allowlist.receiveCode(wallet)
        assert policies.recordOf(wallet) == allowlist.recordOf(wallet)
        assert policies.successorOf(wallet) == allowlist.successorOf(wallet)
        assert policed.series.canSend(wallet) is policed.series.canReceive(wallet) is (wallet != OUTSIDER)


def test_a_series_may_be_put_under_a_policy_later_by_two_offices(world: World):
    series = world.new_series(79, denomination=ONE)
    world.issue(series, {HOLDER: 2 * ONE})
    world.policies.tightenPolicy(series.address, terms(lowest_tier=6), by=REGULATOR)
    series.transfer(RECEIVER, ONE, by=HOLDER)
    world.by_admin(world.programme.proposeAllowlist, series.address, world.policies.address)
    world.programme.confirmAllowlist(series.address, world.policies.address, by=REGULATOR)
    with expect_revert("TransferRestricted", code=30, account=RECEIVER):
        series.transfer(RECEIVER, ONE, by=HOLDER)


# ── a full page ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_settle_page_of_a_hundred_rows_fits_a_transaction_under_the_heaviest_policy(policed: Policed):
    """Every winner is compared with those before him, and the scenarios give a page 12 million gas."""
    rows = []
    for at in range(100):
        wallet = enrol(policed.world, address_of(f"winner_{at}"), investor=100 + at)
        policed.count(wallet)
        rows.append((f"winner_{at}", ONE))
        policed.accept(wallet)
    policed.bind(caps={1: 1}, most_holders=99, disclosure=PROSPECTUS, blocked=[4], lot=1, travel=True)
    receipt = settle(policed, *rows, gas=12_000_000)
    assert (receipt.result, skipped(receipt)) == (99, {99: HOLDERS})


# ── exits ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def fund(policed: Policed, period: int, amount: int) -> None:
    world = policed.world
    world.mint_cash(TREASURY, amount)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    world.paying_agent.fundPayment(policed.series.address, period, amount, by=TREASURY)


def test_redeem_pays_whatever_the_policy_says(policed: Policed):
    policed.bind(**FORBIDDING)
    policed.world.chain.now = policed.series.endAt()
    fund(policed, ALL, ISSUED)
    policed.world.paying_agent.redeem(policed.series.address, [HOLDER])
    assert (policed.world.cash.balanceOf(HOLDER), policed.series.totalSupply()) == (ISSUED, 0)


def test_pay_pays_a_coupon_whatever_the_policy_says(world: World):
    policed = build(world, **{**bullet().terms(), "denomination": ONE})
    policed.bind(**FORBIDDING)
    world.chain.now = policed.series.issueDate() + ENDS[0] * DAY
    fund(policed, 0, world.paying_agent.dueOf(policed.series.address, 0))
    world.paying_agent.pay(policed.series.address, 0, [HOLDER])
    # A million at 10 % for 182 of 365 days, a fifth of it withheld up to the paisa.
    assert world.cash.balanceOf(HOLDER) == 49_863_010_000 - 9_972_610_000


def test_forced_transfer_reaches_whom_the_policy_refuses(policed: Policed):
    policed.bind(**FORBIDDING)
    policed.series.forcedTransfer(HOLDER, RECEIVER, ONE, by=ENFORCER)
    assert policed.held(HOLDER, RECEIVER) == [ISSUED - ONE, ONE]


def test_recovery_reaches_a_wallet_that_the_policy_refuses(policed: Policed):
    world, enforcement = policed.world, policed.world.enforcement
    found = enrol(world, address_of("found_wallet"), investor=1)
    policed.bind(**FORBIDDING)
    proposal = (4, HOLDER, "0x" + "00" * 20, NOW + DAY, found, 0, b"\x01".ljust(32, b"\0"))
    enforcement.propose(proposal, by=address_of("enforcement_maker"))
    enforcement.execute(1, [policed.series.address], by=address_of("enforcement_checker"))
    assert policed.held(HOLDER, found) == [0, ISSUED]


def test_exchange_reaches_holders_whom_the_policy_of_the_new_series_refuses(world: World):
    governed = build_governed(world)
    more = {"denomination": ONE, "graceDays": 5}
    old = build(world, **{**bullet().terms(), **more})
    world.issue(old.series, {RECEIVER: 2 * ISSUED, SPENDER: 2 * ISSUED})
    new = build(world, salt=80, **{**bullet(ends=(365, 730, 1095, 1460)).terms(), **more})
    for one in (old, new):
        one.bind(**FORBIDDING)
    meeting_id = modify(governed, old.series, new.series)
    governed.meeting.exchange(meeting_id, old.series.address, [HOLDER, RECEIVER, SPENDER])
    assert new.held(HOLDER, RECEIVER, SPENDER) == [2 * ISSUED, 2 * ISSUED, 2 * ISSUED]
    new.recount(HOLDER, RECEIVER, SPENDER)
    assert new.places(HOLDER, RECEIVER, SPENDER) == (3, [True, True, True])


# ── pull ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pull_moves_under_the_policy_and_answers_no_when_it_refuses(policed: Policed):
    policed.bind(caps={1: 5}, most_holders=2)
    policed.recount(HOLDER)
    policed.count(RECEIVER)
    policed.series.approve(SPENDER, ALL, by=HOLDER)
    assert policed.series.pull(HOLDER, RECEIVER, 5 * ONE + 1, by=SPENDER).result == (False, 0)
    assert policed.series.pull(HOLDER, RECEIVER, 5 * ONE, by=SPENDER).result[0] is True
    assert policed.places(HOLDER, RECEIVER) == (2, [True, True])
    assert policed.code(RECEIVER, 1) == CAP


def test_pull_books_nothing_when_nothing_moves(policed: Policed):
    """Attack: who has no allowance pulls nothing, and must not take a place for a stranger by it."""
    policed.bind(most_holders=2)
    policed.recount(HOLDER)
    assert policed.series.pull(HOLDER, RECEIVER, ONE, by=SPENDER).result == (False, 0)
    assert policed.places(HOLDER, RECEIVER) == (1, [True, False])

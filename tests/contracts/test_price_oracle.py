"""PriceOracle: rounds signed by a quorum, the hour in which the guardian may stop a jump, yields between tenors."""

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from evm import ZERO, Contract, Receipt, address_of, expect_revert, key_of
from signing import MALFORMED, malformed, round_digest
from world import (
    CURVE_STEP_BPS,
    DAY,
    FEEDS,
    HOUR,
    MAX_PRICE_AGE,
    MAX_STEP_BPS,
    NOW,
    PAUSE,
    PRICE_SIGNERS,
    QUORUM,
    RATE,
    TENOR_DAYS,
    World,
    signed_round,
)

PAR = 100_000_000  # per 100 face [1e6]
LATER = NOW + HOUR  # every test posts an hour after the first round, the least at which a round holds at once
UP = RATE * (10_000 + MAX_STEP_BPS) // 10_000  # the highest rate within the bound
DOWN = RATE * (10_000 - MAX_STEP_BPS) // 10_000  # the lowest
FX, PKRV, XAU, BRENT = (name.ljust(32, b"\0") for name in (b"USDPKR", b"PKRV", b"XAU", b"BRENT"))
OTHER = b"WHEAT".ljust(32, b"\0")
FLAT = 7_150_000  # 7.15 % [1e-8]
BP = 10_000  # of yield [1e-8]
OUTSIDER, GUARDIAN = address_of("outsider"), address_of("guardian")
LOWEST, MIDDLE, HIGHEST = sorted(PRICE_SIGNERS, key=address_of)
LONGEST_AGE = 30 * DAY


@pytest.fixture(autouse=True)
def an_hour_later(world: World) -> None:
    world.chain.now = LATER


def post(
    oracle: Contract,
    number: int = 2,
    rate: int = RATE + 1,
    observed_at: int = LATER,
    feed: bytes = FX,
    signers: Sequence[str] = (LOWEST, HIGHEST),
    digest: bytes | None = None,
) -> Receipt:
    """A round of one price, two signatures under it."""
    return oracle.post(*signed_round(oracle, feed, [rate], number, observed_at, signers, digest), by=OUTSIDER)


def round_of(number: int, observed_at: int, holds_from: int, rate: int) -> tuple[int, ...]:
    return (number, observed_at, holds_from, rate)


def rounds_of(oracle: Contract, feed: bytes = FX) -> list[tuple[int, ...]]:
    return [tuple(entry) for entry in oracle.rounds(feed)]


def posted(number: int, values: Sequence[int], observed_at: int, holds_from: int, feed: bytes = FX) -> tuple[Any, ...]:
    return ("RoundPosted", feed, number, observed_at, holds_from, tuple(values))


FIRST = round_of(1, NOW, NOW, RATE)


# ── a round, its bound, its hour ─────────────────────────────────────────────────────────────────────────────────────


def test_post_holds_at_once_within_the_bound(oracle: Contract):
    assert post(oracle).log == (posted(2, [RATE + 1], LATER, LATER),)
    assert tuple(oracle.usdPkr()) == tuple(oracle.spotOf(FX)) == (RATE + 1, LATER)
    assert rounds_of(oracle) == [round_of(2, LATER, LATER, RATE + 1)] * 2


@pytest.mark.parametrize("rate", [UP, DOWN, RATE])
def test_post_holds_at_once_at_the_bound(oracle: Contract, rate: int):
    """Attack case 17: no jump."""
    post(oracle, rate=rate)
    assert (oracle.usdPkr().rate, oracle.pendingUntil()) == (rate, 0)


@pytest.mark.parametrize("rate", [UP + 1, DOWN - 1, 2**128 - 1, 1])
def test_post_waits_an_hour_a_unit_above_the_bound(oracle: Contract, rate: int):
    """Attack case 17: jumping up and down."""
    assert post(oracle, rate=rate).log == (posted(2, [rate], LATER, LATER + HOUR),)
    assert tuple(oracle.usdPkr()) == (RATE, NOW)
    assert oracle.pendingUntil() == oracle.pendingUntilOf(FX) == LATER + HOUR
    assert rounds_of(oracle) == [FIRST, round_of(2, LATER, LATER + HOUR, rate)]


def test_post_holds_after_the_hour_to_the_second(world: World, oracle: Contract):
    post(oracle, rate=UP + 1)
    world.chain.warp(HOUR - 1)
    assert (oracle.usdPkr().rate, oracle.pendingUntil()) == (RATE, LATER + HOUR)
    world.chain.warp(1)
    assert (oracle.usdPkr().rate, oracle.pendingUntil()) == (UP + 1, 0)


def test_post_replaces_a_waiting_round(oracle: Contract):
    post(oracle, rate=UP + 1)
    post(oracle, number=3, rate=RATE + 2)
    assert tuple(oracle.usdPkr()) == (RATE + 2, LATER)
    assert oracle.pendingUntil() == 0


def test_post_takes_any_first_price_at_once(world: World, oracle: Contract):
    receipt = world.post_spot(b"XAU", 2_650_250_000)
    assert receipt.log == (posted(1, [2_650_250_000], LATER, LATER, XAU),)
    assert tuple(oracle.spotOf(XAU)) == (2_650_250_000, LATER)
    assert rounds_of(oracle) == [FIRST, FIRST]


def test_post_bounds_a_feed_by_its_own_step(world: World, oracle: Contract):
    for feed, bps in ((b"XAU", 1_000), (b"BRENT", 1_500)):
        world.post_spot(feed, 10_000)
        with world.chain.rolled_back():
            world.chain.warp(HOUR)
            world.post_spot(feed, 10_000 + bps)
            assert oracle.pendingUntilOf(feed) == 0
        with world.chain.rolled_back():
            world.chain.warp(HOUR)
            world.post_spot(feed, 10_000 + bps + 1)
            assert oracle.pendingUntilOf(feed) == LATER + 2 * HOUR
    assert oracle.pendingUntil() == 0


@pytest.mark.parametrize("number", [0, 1, 3])
def test_post_reverts_when_the_number_is_not_the_next(oracle: Contract, number: int):
    """Attack case 17: replayed."""
    with expect_revert("RoundOutOfOrder", number=number, expected=2):
        post(oracle, number=number)


def test_post_reverts_when_the_same_message_comes_again(world: World, oracle: Contract):
    """Attack case 17: replayed, at once and after it was cancelled."""
    message = signed_round(oracle, FX, [UP + 1], 2, LATER)
    oracle.post(*message, by=OUTSIDER)
    for number in (2, 2):
        with expect_revert("RoundOutOfOrder", number=number, expected=3):
            oracle.post(*message, by=OUTSIDER)
        if oracle.pendingUntil():
            oracle.cancelPending(FX, by=GUARDIAN)


@pytest.mark.parametrize("feed", [FX, XAU])
@pytest.mark.parametrize("rate", [0, 2**128, 2**256 - 1])
def test_post_reverts_when_a_price_is_zero_or_no_price(oracle: Contract, feed: bytes, rate: int):
    """Attack case 17: zero."""
    with expect_revert("ValueInvalid", feed=feed, index=0, value=rate):
        post(oracle, number=2 if feed == FX else 1, rate=rate, feed=feed)


@pytest.mark.parametrize("observed_at", [NOW, NOW - 1, 0, LATER + 1])
def test_post_reverts_when_the_observation_is_not_new_or_in_the_future(oracle: Contract, observed_at: int):
    """Attack case 17: future-dated, and older than what holds."""
    with expect_revert("ObservationInvalid", observedAt=observed_at, lastObservedAt=NOW, nowAt=LATER):
        post(oracle, observed_at=observed_at)


@pytest.mark.parametrize("observed_at", [NOW + 1, LATER - 1])
def test_post_waits_when_the_observation_is_less_than_an_hour_newer(oracle: Contract, observed_at: int):
    post(oracle, observed_at=observed_at)
    assert (tuple(oracle.usdPkr()), oracle.pendingUntil()) == ((RATE, NOW), LATER + HOUR)


@pytest.mark.parametrize("feed", [OTHER, bytes(32)])
def test_post_reverts_when_the_feed_is_unknown(oracle: Contract, feed: bytes):
    with expect_revert("FeedUnknown", feed=feed):
        post(oracle, number=1, feed=feed)


@pytest.mark.parametrize("values", [[], [RATE, RATE]])
def test_post_reverts_when_a_price_has_not_one_value(oracle: Contract, values: list[int]):
    """Attack case 17: wrong number of values."""
    with expect_revert("ValuesMiscounted", feed=FX, count=len(values), expected=1):
        oracle.post(*signed_round(oracle, FX, values, 2, LATER), by=OUTSIDER)


def test_post_reverts_while_it_is_paused(world: World, oracle: Contract):
    world.authority.pauseFunction(oracle.address, oracle.post.selector, by=GUARDIAN)
    facts = {"target": oracle.address, "selector": oracle.post.selector, "until": LATER + PAUSE}
    with expect_revert("FunctionPaused", **facts):
        post(oracle)
    assert oracle.usdPkr().rate == RATE


# ── who signs ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("signers", [(LOWEST, MIDDLE), (MIDDLE, HIGHEST), PRICE_SIGNERS])
def test_post_takes_any_quorum_or_more(oracle: Contract, signers: Sequence[str]):
    post(oracle, signers=signers)
    assert oracle.usdPkr().rate == RATE + 1


@pytest.mark.parametrize("signers", [(), (MIDDLE,)])
def test_post_reverts_below_the_quorum(oracle: Contract, signers: Sequence[str]):
    """Attack case 17: below quorum."""
    with expect_revert("QuorumMissed", signatures=len(signers), quorum=QUORUM):
        post(oracle, signers=signers)


def test_post_reverts_when_a_signer_stands_twice(oracle: Contract):
    """Attack case 17: duplicate signer."""
    signer = address_of(MIDDLE)
    with expect_revert("SignersNotAscending", signer=signer, previous=signer):
        post(oracle, signers=(MIDDLE, MIDDLE))


def test_post_reverts_when_the_signers_are_out_of_order(oracle: Contract):
    *message, signatures = signed_round(oracle, FX, [RATE], 2, LATER, (LOWEST, HIGHEST))
    facts = {"signer": address_of(LOWEST), "previous": address_of(HIGHEST)}
    with expect_revert("SignersNotAscending", **facts):
        oracle.post(*message, signatures[::-1], by=OUTSIDER)


def test_post_reverts_when_somebody_else_signs_too(oracle: Contract):
    with expect_revert("SignerUnknown", signer=address_of("price_signer")):
        post(oracle, signers=(LOWEST, MIDDLE, HIGHEST, "price_signer"))


def test_post_reverts_when_a_signer_was_removed(oracle: Contract):
    oracle.removeSigner(address_of(HIGHEST), by=GUARDIAN)
    with expect_revert("SignerUnknown", signer=address_of(HIGHEST)):
        post(oracle)
    post(oracle, signers=(LOWEST, MIDDLE))


@pytest.mark.parametrize(
    ("rate", "number", "observed_at", "feed"),
    [(RATE + 2, 2, LATER, FX), (RATE + 1, 3, LATER, FX), (RATE + 1, 2, LATER - 1, FX), (RATE + 1, 2, LATER, XAU)],
)
def test_post_reverts_when_another_round_was_signed(oracle: Contract, rate: int, number: int, observed_at: int, feed):
    signed = round_digest(oracle, feed, number, observed_at, [rate])
    with expect_revert("SignatureInvalid", signer=address_of(LOWEST)):
        post(oracle, digest=signed)


def test_post_reverts_when_the_signature_is_for_another_chain_or_contract(world: World, oracle: Contract):
    """Attack cases 6 and 17: other chain id, other contract."""
    elsewhere = world.deploy("PriceOracle", world.authority.address, salt=1)
    for signed in (
        round_digest(oracle, FX, 2, LATER, [RATE + 1], chain_id=2),
        round_digest(elsewhere, FX, 2, LATER, [RATE + 1]),
    ):
        with expect_revert("SignatureInvalid", signer=address_of(LOWEST)):
            post(oracle, digest=signed)


@pytest.mark.parametrize("kind", MALFORMED)
def test_post_reverts_when_a_signature_is_malformed(oracle: Contract, kind: str):
    """Attack case 7."""
    *message, signatures = signed_round(oracle, FX, [RATE], 2, LATER, (LOWEST, HIGHEST))
    broken = [(signer, malformed(signature, kind)) for signer, signature in signatures]
    with expect_revert("SignatureInvalid", signer=address_of(LOWEST)):
        oracle.post(*message, broken, by=OUTSIDER)


def test_post_takes_more_signatures_than_sixteen_from_nobody(oracle: Contract):
    *message, _ = signed_round(oracle, FX, [RATE], 2, LATER)
    with expect_revert("QuorumMissed", signatures=17, quorum=QUORUM):
        oracle.post(*message, [(f"0x{number:040x}", b"") for number in range(1, 18)], by=OUTSIDER)


def test_post_takes_a_contract_wallets_signature(world: World, oracle: Contract):
    wallet = world.deploy("ContractWallet")
    world.by_admin(oracle.addSigner, wallet.address)
    now = world.chain.now
    signed = round_digest(oracle, FX, 2, now, [RATE])
    signatures = sorted([(wallet.address, b""), (address_of(LOWEST), key_of(LOWEST).sign(signed))])
    with expect_revert("SignatureInvalid", signer=wallet.address):
        oracle.post(FX, 2, now, [RATE], signatures, by=OUTSIDER)
    wallet.set(0, signed, by=OUTSIDER)
    oracle.post(FX, 2, now, [RATE], signatures, by=OUTSIDER)
    assert oracle.usdPkr().observedAt == now


def test_hash_of_is_the_digest_of_eip_712(oracle: Contract):
    values = [FLAT] * len(TENOR_DAYS)
    assert oracle.hashOf(PKRV, 3, LATER, values) == round_digest(oracle, b"PKRV", 3, LATER, values)


def test_post_reverts_while_there_is_no_quorum(world: World):
    fresh = world.deploy("PriceOracle", world.authority.address, salt=1)
    for method, *arguments in ((fresh.openFeed, FX, 500, DAY, []), (fresh.addSigner, address_of(LOWEST))):
        world.by_admin(method, *arguments)
    with expect_revert("QuorumMissed", signatures=1, quorum=0):
        post(fresh, number=1, observed_at=world.chain.now, signers=(LOWEST,))


# ── signers and quorum ───────────────────────────────────────────────────────────────────────────────────────────────


def panel(oracle: Contract) -> tuple[int, set[str]]:
    quorum, signers = oracle.panel()
    return quorum, set(signers)


def test_add_signer_names_one(world: World, oracle: Contract):
    assert not oracle.isSigner(OUTSIDER)
    assert world.by_admin(oracle.addSigner, OUTSIDER).log[-1] == ("SignerAdded", OUTSIDER)
    assert oracle.isSigner(OUTSIDER)
    assert panel(oracle) == (QUORUM, {OUTSIDER, *map(address_of, PRICE_SIGNERS)})


@pytest.mark.parametrize("signer", [ZERO, address_of(LOWEST)])
def test_add_signer_reverts_when_it_is_nobody_or_named(world: World, oracle: Contract, signer: str):
    with expect_revert("SignerInvalid", signer=signer):
        world.by_admin(oracle.addSigner, signer)


def test_add_signer_reverts_when_there_are_sixteen(world: World, oracle: Contract):
    new = [address_of(f"signer {number}") for number in range(14)]
    for signer in new:
        world.schedule(oracle.addSigner, signer)
    world.chain.warp(2 * DAY)
    for signer in new[:-1]:
        oracle.addSigner(signer, by=address_of("admin"))
    with expect_revert("TooManySigners", most=16):
        oracle.addSigner(new[-1], by=address_of("admin"))


def test_remove_signer_is_at_once_and_never_below_the_quorum(oracle: Contract):
    assert oracle.removeSigner(address_of(LOWEST), by=GUARDIAN).log == (("SignerRemoved", address_of(LOWEST)),)
    assert panel(oracle) == (QUORUM, {address_of(MIDDLE), address_of(HIGHEST)})
    with expect_revert("QuorumInvalid", wanted=QUORUM, current=QUORUM, signers=QUORUM - 1):
        oracle.removeSigner(address_of(MIDDLE), by=GUARDIAN)
    with expect_revert("SignerUnknown", signer=address_of(LOWEST)):
        oracle.removeSigner(address_of(LOWEST), by=GUARDIAN)


def test_raise_quorum_is_at_once_and_up_to_the_signers(oracle: Contract):
    assert oracle.raiseQuorum(3, by=GUARDIAN).log == (("QuorumChanged", 3),)
    with expect_revert("QuorumMissed", signatures=2, quorum=3):
        post(oracle)
    post(oracle, signers=PRICE_SIGNERS)
    for wanted in (2, 3, 4):
        with expect_revert("QuorumInvalid", wanted=wanted, current=3, signers=3):
            oracle.raiseQuorum(wanted, by=GUARDIAN)


def test_lower_quorum_is_down_to_one(world: World, oracle: Contract):
    for wanted in (0, 2, 3):
        with expect_revert("QuorumInvalid", wanted=wanted, current=2, signers=3):
            world.by_admin(oracle.lowerQuorum, wanted)
    assert world.by_admin(oracle.lowerQuorum, 1).log[-1] == ("QuorumChanged", 1)
    post(oracle, observed_at=world.chain.now, signers=(MIDDLE,))


# ── cancelling ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_cancel_pending_keeps_the_rate_and_uses_the_number_up(oracle: Contract, guardian: str):
    post(oracle, rate=UP + 1)
    assert oracle.cancelPending(FX, by=guardian).log == (("RoundCancelled", FX, 2),)
    assert (tuple(oracle.usdPkr()), oracle.pendingUntil()) == ((RATE, NOW), 0)
    with expect_revert("RoundOutOfOrder", number=2, expected=3):
        post(oracle)
    post(oracle, number=3)
    assert oracle.usdPkr().rate == RATE + 1


@pytest.mark.parametrize("feed", [FX, XAU, OTHER])
def test_cancel_pending_reverts_when_nothing_waits(oracle: Contract, guardian: str, feed: bytes):
    with expect_revert("NothingPending", feed=feed):
        oracle.cancelPending(feed, by=guardian)


def test_cancel_pending_reverts_in_the_second_in_which_the_round_holds(world: World, oracle: Contract, guardian: str):
    post(oracle, rate=UP + 1)
    world.chain.warp(HOUR)
    with expect_revert("NothingPending", feed=FX):
        oracle.cancelPending(FX, by=guardian)


@pytest.mark.parametrize("caller", ["price_signer", LOWEST])
def test_cancel_pending_reverts_when_the_caller_is_a_signer(oracle: Contract, caller: str):
    post(oracle, rate=UP + 1)
    with expect_revert("AccessManagedUnauthorized", caller=address_of(caller)):
        oracle.cancelPending(FX, by=address_of(caller))


# ── feeds and their bounds ───────────────────────────────────────────────────────────────────────────────────────────


def test_open_feed_tells_what_it_was_opened_with(world: World, oracle: Contract):
    receipt = world.by_admin(oracle.openFeed, OTHER, 250, DAY, [])
    assert receipt.log[-1] == ("FeedOpened", OTHER, 250, DAY, ())
    assert tuple(oracle.feedOf(OTHER)) == (True, 250, DAY, [])
    assert oracle.feeds() == [*(name.ljust(32, b"\0") for name in FEEDS), OTHER]
    assert tuple(oracle.feedOf(PKRV)) == (True, CURVE_STEP_BPS, MAX_PRICE_AGE, list(TENOR_DAYS))
    assert tuple(oracle.feedOf(b"none")) == (False, 0, 0, [])


@pytest.mark.parametrize("feed", [FX, PKRV, bytes(32)])
def test_open_feed_reverts_when_it_is_open_or_has_no_name(world: World, oracle: Contract, feed: bytes):
    with expect_revert("FeedInvalid", feed=feed):
        world.by_admin(oracle.openFeed, feed, 1, 1, [])


@pytest.mark.parametrize(
    ("step", "age", "error", "facts"),
    [
        (10_001, DAY, "MaxStepInvalid", {"wanted": 10_001, "current": 0}),
        (500, LONGEST_AGE + 1, "MaxAgeInvalid", {"wanted": LONGEST_AGE + 1, "current": 0}),
    ],
)
def test_open_feed_reverts_above_the_bounds_of_bounds(world: World, oracle: Contract, step, age, error, facts):
    with expect_revert(error, **facts):
        world.by_admin(oracle.openFeed, OTHER, step, age, [])


@pytest.mark.parametrize(
    "tenors", [[], [0], [7, 7], [14, 7], list(range(1, 26))], ids=["none", "zero", "equal", "descending", "25"]
)
def test_open_feed_reverts_when_the_tenors_of_the_yields_are_none(world: World, tenors: list[int]):
    fresh = world.deploy("PriceOracle", world.authority.address, salt=1)
    with expect_revert("TenorsInvalid", feed=PKRV, count=len(tenors)):
        world.by_admin(fresh.openFeed, PKRV, 1, 1, tenors)
    with expect_revert("TenorsInvalid", feed=OTHER, count=1):
        world.by_admin(fresh.openFeed, OTHER, 1, 1, [30])


def test_open_feed_reverts_when_there_are_thirty_two(world: World, oracle: Contract):
    names = [f"F{number}".encode().ljust(32, b"\0") for number in range(29)]
    for name in names:
        world.schedule(oracle.openFeed, name, 1, 1, [])
    world.chain.warp(2 * DAY)
    for name in names[:-1]:
        oracle.openFeed(name, 1, 1, [], by=address_of("admin"))
    with expect_revert("TooManyFeeds", most=32):
        oracle.openFeed(names[-1], 1, 1, [], by=address_of("admin"))


@pytest.mark.parametrize("bps", [MAX_STEP_BPS + 1, 10_000])
def test_loosen_max_step_raises_the_bound(world: World, oracle: Contract, bps: int):
    assert world.by_admin(oracle.loosenMaxStep, FX, bps).log[-1] == ("MaxStepChanged", FX, bps)
    assert oracle.feedOf(FX).maxStepBps == bps


@pytest.mark.parametrize("bps", [MAX_STEP_BPS, MAX_STEP_BPS - 1, 10_001])
def test_loosen_max_step_reverts_when_it_is_not_looser_or_above_all(world: World, oracle: Contract, bps: int):
    with expect_revert("MaxStepInvalid", wanted=bps, current=MAX_STEP_BPS):
        world.by_admin(oracle.loosenMaxStep, FX, bps)


@pytest.mark.parametrize("bps", [MAX_STEP_BPS - 1, 0])
def test_tighten_max_step_lowers_the_bound_at_once(oracle: Contract, guardian: str, bps: int):
    assert oracle.tightenMaxStep(FX, bps, by=guardian).log == (("MaxStepChanged", FX, bps),)
    assert oracle.feedOf(FX).maxStepBps == bps


@pytest.mark.parametrize("bps", [MAX_STEP_BPS, MAX_STEP_BPS + 1])
def test_tighten_max_step_reverts_when_it_is_not_tighter(oracle: Contract, guardian: str, bps: int):
    with expect_revert("MaxStepInvalid", wanted=bps, current=MAX_STEP_BPS):
        oracle.tightenMaxStep(FX, bps, by=guardian)


@pytest.mark.parametrize("age", [MAX_PRICE_AGE + 1, LONGEST_AGE])
def test_loosen_max_age_lengthens_it(world: World, oracle: Contract, age: int):
    assert world.by_admin(oracle.loosenMaxAge, FX, age).log[-1] == ("MaxAgeChanged", FX, age)
    assert oracle.maxAgeOf(FX) == age


@pytest.mark.parametrize("age", [MAX_PRICE_AGE, MAX_PRICE_AGE - 1, LONGEST_AGE + 1])
def test_loosen_max_age_reverts_when_it_is_not_longer_or_above_all(world: World, oracle: Contract, age: int):
    with expect_revert("MaxAgeInvalid", wanted=age, current=MAX_PRICE_AGE):
        world.by_admin(oracle.loosenMaxAge, FX, age)


@pytest.mark.parametrize("age", [MAX_PRICE_AGE - 1, 0])
def test_tighten_max_age_shortens_it_at_once(oracle: Contract, guardian: str, age: int):
    assert oracle.tightenMaxAge(FX, age, by=guardian).log == (("MaxAgeChanged", FX, age),)
    assert oracle.maxAgeOf(FX) == age


@pytest.mark.parametrize("age", [MAX_PRICE_AGE, MAX_PRICE_AGE + 1])
def test_tighten_max_age_reverts_when_it_is_not_shorter(oracle: Contract, guardian: str, age: int):
    with expect_revert("MaxAgeInvalid", wanted=age, current=MAX_PRICE_AGE):
        oracle.tightenMaxAge(FX, age, by=guardian)


def test_bounds_of_an_unknown_feed_are_nobodys(world: World, oracle: Contract, guardian: str):
    for function in ("loosenMaxStep", "loosenMaxAge"):
        with expect_revert("FeedUnknown", feed=OTHER):
            world.by_admin(getattr(oracle, function), OTHER, 1)
    for function in ("tightenMaxStep", "tightenMaxAge"):
        with expect_revert("FeedUnknown", feed=OTHER):
            getattr(oracle, function)(OTHER, 0, by=guardian)


def test_a_bound_of_zero_makes_every_change_wait(oracle: Contract, guardian: str):
    oracle.tightenMaxStep(FX, 0, by=guardian)
    post(oracle, rate=RATE + 1)
    assert oracle.pendingUntil() == LATER + HOUR


def test_is_fresh_until_the_age_is_over(world: World, oracle: Contract):
    """Attack case 17: stale."""
    assert oracle.isFresh(FX)
    world.chain.now = NOW + MAX_PRICE_AGE
    assert oracle.isFresh(FX)
    world.chain.warp(1)
    assert not oracle.isFresh(FX)
    assert tuple(oracle.usdPkr()) == (RATE, NOW)
    assert [oracle.isFresh(feed) for feed in (PKRV, XAU, OTHER)] == [False] * 3


def test_is_fresh_looks_at_the_round_that_holds(world: World, oracle: Contract):
    world.chain.now = NOW + MAX_PRICE_AGE + 1
    post(oracle, rate=UP + 1, observed_at=world.chain.now)
    assert not oracle.isFresh(FX)
    world.chain.warp(HOUR)
    assert oracle.isFresh(FX)


@pytest.mark.parametrize("feed", [XAU, PKRV, OTHER])
def test_spot_of_reverts_when_no_price_holds(oracle: Contract, feed: bytes):
    with expect_revert("NoRate", feed=feed):
        oracle.spotOf(feed)
    assert oracle.pendingUntilOf(feed) == 0


def test_spot_of_reverts_for_the_yields(world: World, oracle: Contract):
    world.post_curve(FLAT)
    with expect_revert("NoRate", feed=PKRV):
        oracle.spotOf(PKRV)


# ── yields ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def model(tenors: Sequence[int], yields: Sequence[int], days: int) -> int:
    """Linear between the points, flat outside, rounded down [1e18]."""
    points = list(zip(tenors, yields, strict=True))
    if days <= tenors[0]:
        return yields[0] * 10**10
    for (left, low), (right, high) in pairwise(points):
        if days <= right:
            return int((low + Fraction(high - low) * (days - left) / (right - left)) * 10**10)
    return yields[-1] * 10**10


def open_curve(world: World, tenors: Sequence[int], salt: int) -> Contract:
    """A PriceOracle of its own with these tenors, one signer's word enough."""
    fresh = world.deploy("PriceOracle", world.authority.address, salt=salt)
    guardian = (world.authority.setTargetFunctionRole, fresh.address, [fresh.raiseQuorum.selector], 9)
    calls = [(fresh.openFeed, PKRV, 100, DAY, list(tenors)), (fresh.addSigner, address_of(LOWEST)), guardian]
    for method, *arguments in calls:
        world.schedule(method, *arguments)
    world.chain.warp(2 * DAY)
    for method, *arguments in calls:
        method(*arguments, by=address_of("admin"))
    fresh.raiseQuorum(1, by=GUARDIAN)
    return fresh


def test_yield_at_equals_the_model_on_random_curves(world: World):
    draw = random.Random(17)
    for salt, count in enumerate((1, 2, 8, 9, 16, 17, 24), start=100):
        tenors = sorted(draw.sample(range(1, 11_000), count))
        yields = [draw.randrange(1, 10**8) for _ in tenors]
        fresh = open_curve(world, tenors, salt)
        now = world.chain.now
        fresh.post(*signed_round(fresh, PKRV, yields, 1, now, (LOWEST,)), by=OUTSIDER)
        assert [list(part) for part in fresh.curve()] == [tenors, yields, yields]
        near = {days + shift for days in tenors for shift in (-1, 0, 1)}
        for days in sorted({0, 2**256 - 1, *near, *(draw.randrange(12_000) for _ in range(20))}):
            assert tuple(fresh.yieldAt(max(days, 0))) == (model(tenors, yields, max(days, 0)), now), (tenors, days)


def test_yield_at_reverts_when_no_curve_was_posted(oracle: Contract):
    with expect_revert("NoRate", feed=PKRV):
        oracle.yieldAt(90)
    assert [len(part) for part in oracle.curve()] == [len(TENOR_DAYS)] * 3


@pytest.mark.parametrize("count", [0, 1, len(TENOR_DAYS) - 1, len(TENOR_DAYS) + 1, 25])
def test_post_reverts_when_the_curve_has_another_number_of_points(oracle: Contract, count: int):
    """Attack case 17: wrong number of values."""
    with expect_revert("ValuesMiscounted", feed=PKRV, count=count, expected=len(TENOR_DAYS)):
        oracle.post(*signed_round(oracle, PKRV, [FLAT] * count, 1, LATER), by=OUTSIDER)


@pytest.mark.parametrize("value", [0, 10**8, 2**32, 2**256 - 1])
@pytest.mark.parametrize("index", [0, 9, len(TENOR_DAYS) - 1])
def test_post_reverts_when_a_yield_is_zero_or_all(oracle: Contract, value: int, index: int):
    """Attack case 17: zero, or of wrong decimals."""
    yields = [FLAT] * len(TENOR_DAYS)
    yields[index] = value
    with expect_revert("ValueInvalid", feed=PKRV, index=index, value=value):
        oracle.post(*signed_round(oracle, PKRV, yields, 1, LATER), by=OUTSIDER)


@pytest.mark.parametrize("index", [0, 8, len(TENOR_DAYS) - 1])
@pytest.mark.parametrize("sign", [1, -1])
def test_post_bounds_every_point_of_the_curve_in_bps_of_yield(world: World, oracle: Contract, index: int, sign: int):
    """Attack case 17: jumping up and down."""
    world.post_curve(FLAT)
    world.chain.warp(HOUR)
    yields = [FLAT] * len(TENOR_DAYS)
    yields[index] += sign * CURVE_STEP_BPS * BP
    with world.chain.rolled_back():
        world.post_curve(*yields)
        assert oracle.pendingUntilOf(PKRV) == 0
    yields[index] += sign
    world.post_curve(*yields)
    assert oracle.pendingUntilOf(PKRV) == LATER + 2 * HOUR
    flat, known = [FLAT] * len(TENOR_DAYS), list(TENOR_DAYS)
    assert [list(part) for part in oracle.curve()] == [known, flat, yields]
    assert tuple(oracle.yieldAt(TENOR_DAYS[index])) == (FLAT * 10**10, LATER)
    world.chain.warp(HOUR)
    assert tuple(oracle.yieldAt(TENOR_DAYS[index])) == (yields[index] * 10**10, LATER + HOUR)


def test_a_curve_that_is_cancelled_or_replaced_leaves_the_one_that_holds(world: World, oracle: Contract):
    flat, high, near = ([value] * len(TENOR_DAYS) for value in (FLAT, 2 * FLAT, FLAT + BP))
    world.post_curve(*flat)
    world.chain.warp(HOUR)
    world.post_curve(*high)
    oracle.cancelPending(PKRV, by=GUARDIAN)
    assert [list(part) for part in oracle.curve()][1:] == [flat, flat]
    world.post_curve(*high)
    world.post_curve(*near)
    assert oracle.pendingUntilOf(PKRV) == 0
    assert [list(part) for part in oracle.curve()][1:] == [near, near]
    assert oracle.rounds(PKRV).last.number == 4


# ── what changed ─────────────────────────────────────────────────────────────────────────────────────────────────────


def head(oracle: Contract) -> tuple[int, int, int]:
    return tuple(oracle.head())


def test_head_counts_every_post_and_cancel(world: World, oracle: Contract):
    before = head(oracle)[0]
    post(oracle)
    world.post_spot(b"XAU", 100)
    world.chain.warp(HOUR)
    world.post_spot(b"XAU", 200)
    assert head(oracle) == (before + 3, 0, LATER + 2 * HOUR)
    oracle.cancelPending(XAU, by=GUARDIAN)
    assert head(oracle) == (before + 4, 0, 0)


def test_head_tells_since_when_a_round_that_waited_holds(world: World, oracle: Contract):
    post(oracle, rate=UP + 1)
    assert head(oracle) == (2, 0, LATER + HOUR)
    world.chain.warp(HOUR)
    assert head(oracle) == (2, LATER + HOUR, 0)
    world.chain.warp(DAY)
    assert head(oracle) == (2, LATER + HOUR, 0)
    world.post_rate(UP + 2)
    assert head(oracle) == (3, LATER + HOUR, 0)


def test_head_has_readers_read_anew_while_one_of_several_holds_already(world: World, oracle: Contract):
    world.post_spot(b"XAU", 100)
    world.post_spot(b"BRENT", 100)
    world.chain.warp(HOUR)
    world.post_spot(b"XAU", 200)
    world.chain.warp(HOUR // 2)
    world.post_spot(b"BRENT", 200)
    first, second = LATER + 2 * HOUR, LATER + 5 * HOUR // 2
    world.chain.now = first - 1
    assert head(oracle) == (5, 0, second)
    world.chain.now = first + 5
    assert head(oracle) == (5, first + 5, second)
    world.chain.now = second
    assert head(oracle) == (5, second, 0)


def test_head_forgets_what_was_cancelled_and_not_the_rest(world: World, oracle: Contract):
    for feed in (b"XAU", b"BRENT"):
        world.post_spot(feed, 100)
    world.chain.warp(HOUR)
    world.post_spot(b"XAU", 200)
    world.chain.warp(60)
    world.post_spot(b"BRENT", 200)
    until = LATER + 2 * HOUR
    assert head(oracle)[2] == until + 60
    oracle.cancelPending(BRENT, by=GUARDIAN)
    assert head(oracle)[2] == until
    world.post_spot(b"XAU", 101)
    assert head(oracle)[2] == 0


def test_a_reader_that_keeps_what_head_allows_is_never_wrong(world: World, oracle: Contract):
    """Random posts, cancels and hours: what was read under the same version, not before `changedAt`, is what holds."""
    draw, kept = random.Random(5), {}
    for _ in range(120):
        feed = draw.choice([b"XAU", b"BRENT"])
        known = feed.ljust(32, b"\0")
        act = draw.randrange(4)
        if act == 0 and world.chain.now > oracle.rounds(known).holding.observedAt:
            world.post_spot(feed, draw.choice([100, 101, 200]))
        elif act == 1 and oracle.pendingUntilOf(known):
            oracle.cancelPending(known, by=GUARDIAN)
        else:
            world.chain.warp(draw.choice([1, 600, 1800, HOUR]))
        version, changed_at, waits_until = head(oracle)
        pending = max(map(oracle.pendingUntilOf, (XAU, BRENT)))
        assert waits_until == pending
        for name in (XAU, BRENT):
            holds = tuple(oracle.rounds(name).holding)[3]
            if name in kept and kept[name][0] == version and kept[name][1] >= changed_at:
                assert kept[name][2] == holds
            else:
                kept[name] = (version, world.chain.now, holds)


# ── what a series is quoted at ───────────────────────────────────────────────────────────────────────────────────────

SERIES, ELSE = address_of("series"), address_of("other series")


def quote(oracle: Contract, price: int = 98_381_500, observed_at: int = LATER):
    return oracle.postPrice(SERIES, price, observed_at, by=address_of("price_signer"))


def test_post_price_is_that_of_its_series(oracle: Contract):
    assert quote(oracle).log == (("PricePosted", SERIES, 98_381_500, LATER),)
    assert tuple(oracle.priceOf(SERIES)) == (98_381_500, LATER)
    assert tuple(oracle.priceOf(ELSE)) == (0, 0)


@pytest.mark.parametrize("price", [1, 10 * PAR])
def test_post_price_takes_a_price_at_its_bound(oracle: Contract, price: int):
    quote(oracle, price)
    assert oracle.priceOf(SERIES).price == price


@pytest.mark.parametrize("price", [0, 10 * PAR + 1, 2**64 - 1])
def test_post_price_reverts_when_the_price_is_nothing_or_above_1000(oracle: Contract, price: int):
    with expect_revert("PriceInvalid", price=price):
        quote(oracle, price)


@pytest.mark.parametrize("observed_at", [LATER + 1, LATER - 1, LATER - 2])
def test_post_price_reverts_when_the_observation_is_ahead_or_not_newer(oracle: Contract, observed_at: int):
    quote(oracle, observed_at=LATER - 1)
    with expect_revert("ObservationInvalid", observedAt=observed_at, lastObservedAt=LATER - 1, nowAt=LATER):
        quote(oracle, observed_at=observed_at)


def test_post_price_moves_nothing_of_the_rate(oracle: Contract):
    quote(oracle)
    assert rounds_of(oracle) == [FIRST, FIRST]

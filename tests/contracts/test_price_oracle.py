"""PriceOracle: numbered rounds, and the hour in which the guardian may stop a jump."""

import pytest
from evm import Contract, address_of, expect_revert
from world import HOUR, MAX_STEP_BPS, NOW, RATE, World

PAR = 100_000_000  # per 100 face [1e6]
LATER = NOW + HOUR  # every test posts an hour after the first round, the least at which a round holds at once
UP = RATE * (10_000 + MAX_STEP_BPS) // 10_000  # the highest rate within the bound
DOWN = RATE * (10_000 - MAX_STEP_BPS) // 10_000  # the lowest


@pytest.fixture(autouse=True)
def an_hour_later(world: World) -> None:
    world.chain.now = LATER


def post(oracle: Contract, number: int = 2, rate: int = RATE + 1, observed_at: int = LATER):
    return oracle.postUsdPkr(number, rate, observed_at, by=address_of("price_signer"))


def round_of(number: int, observed_at: int, holds_from: int, rate: int) -> tuple[int, ...]:
    return (number, observed_at, holds_from, rate)


FIRST = round_of(1, NOW, NOW, RATE)


def test_post_usd_pkr_holds_at_once_within_the_bound(oracle: Contract):
    assert post(oracle).log == (("RatePosted", 2, RATE + 1, LATER, LATER),)
    assert tuple(oracle.usdPkr()) == (RATE + 1, LATER)
    assert [tuple(entry) for entry in oracle.rounds()] == [round_of(2, LATER, LATER, RATE + 1)] * 2


@pytest.mark.parametrize("rate", [UP, DOWN, RATE])
def test_post_usd_pkr_holds_at_once_at_the_bound(oracle: Contract, rate: int):
    post(oracle, rate=rate)
    assert (oracle.usdPkr().rate, oracle.pendingUntil()) == (rate, 0)


@pytest.mark.parametrize("rate", [UP + 1, DOWN - 1, 2**128 - 1, 1])
def test_post_usd_pkr_waits_an_hour_a_unit_above_the_bound(oracle: Contract, rate: int):
    assert post(oracle, rate=rate).log == (("RatePosted", 2, rate, LATER, LATER + HOUR),)
    assert tuple(oracle.usdPkr()) == (RATE, NOW)
    assert oracle.pendingUntil() == LATER + HOUR
    assert [tuple(entry) for entry in oracle.rounds()] == [FIRST, round_of(2, LATER, LATER + HOUR, rate)]


def test_post_usd_pkr_holds_after_the_hour_to_the_second(world: World, oracle: Contract):
    post(oracle, rate=UP + 1)
    world.chain.warp(HOUR - 1)
    assert (oracle.usdPkr().rate, oracle.pendingUntil()) == (RATE, LATER + HOUR)
    world.chain.warp(1)
    assert (oracle.usdPkr().rate, oracle.pendingUntil()) == (UP + 1, 0)


def test_post_usd_pkr_replaces_a_waiting_round(oracle: Contract):
    post(oracle, rate=UP + 1)
    post(oracle, number=3, rate=RATE + 2)
    assert tuple(oracle.usdPkr()) == (RATE + 2, LATER)
    assert oracle.pendingUntil() == 0


def test_post_usd_pkr_takes_any_first_rate_at_once(world: World):
    fresh = world.deploy("PriceOracle", world.authority.address, salt=1)
    code = fresh.postUsdPkr.selector
    world.by_admin(world.authority.setTargetFunctionRole, fresh.address, [code], 6)
    world.chain.warp(1)
    fresh.postUsdPkr(1, 7, world.chain.now, by=address_of("price_signer"))
    assert fresh.usdPkr().rate == 7


@pytest.mark.parametrize("number", [0, 1, 3])
def test_post_usd_pkr_reverts_when_the_number_is_not_the_next(oracle: Contract, number: int):
    with expect_revert("RoundOutOfOrder", number=number, expected=2):
        post(oracle, number=number)


def test_post_usd_pkr_reverts_when_the_rate_is_zero(oracle: Contract):
    with expect_revert("RateZero"):
        post(oracle, rate=0)


@pytest.mark.parametrize("observed_at", [NOW, NOW - 1, 0, LATER + 1])
def test_post_usd_pkr_reverts_when_the_observation_is_not_new_or_in_the_future(oracle: Contract, observed_at: int):
    with expect_revert("ObservationInvalid", observedAt=observed_at, lastObservedAt=NOW, nowAt=LATER):
        post(oracle, observed_at=observed_at)


@pytest.mark.parametrize("observed_at", [NOW + 1, LATER - 1])
def test_post_usd_pkr_waits_when_the_observation_is_less_than_an_hour_newer(oracle: Contract, observed_at: int):
    post(oracle, observed_at=observed_at)
    assert (tuple(oracle.usdPkr()), oracle.pendingUntil()) == ((RATE, NOW), LATER + HOUR)


def test_post_usd_pkr_reverts_when_the_caller_is_no_signer(oracle: Contract, guardian: str):
    with expect_revert("AccessManagedUnauthorized", caller=guardian):
        oracle.postUsdPkr(2, RATE, LATER, by=guardian)


def test_cancel_pending_keeps_the_rate_and_uses_the_number_up(oracle: Contract, guardian: str):
    post(oracle, rate=UP + 1)
    assert oracle.cancelPending(by=guardian).log == (("RateCancelled", 2),)
    assert (tuple(oracle.usdPkr()), oracle.pendingUntil()) == ((RATE, NOW), 0)
    with expect_revert("RoundOutOfOrder", number=2, expected=3):
        post(oracle)
    post(oracle, number=3)
    assert oracle.usdPkr().rate == RATE + 1


def test_cancel_pending_reverts_when_nothing_waits(oracle: Contract, guardian: str):
    with expect_revert("NothingPending"):
        oracle.cancelPending(by=guardian)


def test_cancel_pending_reverts_in_the_second_in_which_the_round_holds(world: World, oracle: Contract, guardian: str):
    post(oracle, rate=UP + 1)
    world.chain.warp(HOUR)
    with expect_revert("NothingPending"):
        oracle.cancelPending(by=guardian)


def test_cancel_pending_reverts_when_the_caller_is_a_signer(oracle: Contract, price_signer: str):
    post(oracle, rate=UP + 1)
    with expect_revert("AccessManagedUnauthorized", caller=price_signer):
        oracle.cancelPending(by=price_signer)


def test_usd_pkr_reverts_when_no_rate_was_posted(world: World):
    fresh = world.deploy("PriceOracle", world.authority.address, salt=1)
    with expect_revert("NoRate"):
        fresh.usdPkr()
    assert fresh.pendingUntil() == 0


@pytest.mark.parametrize("bps", [MAX_STEP_BPS + 1, 10_000])
def test_loosen_max_step_raises_the_bound(world: World, oracle: Contract, bps: int):
    assert world.by_admin(oracle.loosenMaxStep, bps).log[-1] == ("MaxStepChanged", bps)
    assert oracle.maxStepBps() == bps


@pytest.mark.parametrize("bps", [MAX_STEP_BPS, MAX_STEP_BPS - 1, 10_001])
def test_loosen_max_step_reverts_when_it_is_not_looser_or_above_all(world: World, oracle: Contract, bps: int):
    with expect_revert("MaxStepInvalid", wanted=bps, current=MAX_STEP_BPS):
        world.by_admin(oracle.loosenMaxStep, bps)


def test_loosen_max_step_reverts_when_the_caller_is_the_guardian(oracle: Contract, guardian: str):
    with expect_revert("AccessManagedUnauthorized", caller=guardian):
        oracle.loosenMaxStep(MAX_STEP_BPS + 1, by=guardian)


@pytest.mark.parametrize("bps", [MAX_STEP_BPS - 1, 0])
def test_tighten_max_step_lowers_the_bound_at_once(oracle: Contract, guardian: str, bps: int):
    assert oracle.tightenMaxStep(bps, by=guardian).log == (("MaxStepChanged", bps),)
    assert oracle.maxStepBps() == bps


@pytest.mark.parametrize("bps", [MAX_STEP_BPS, MAX_STEP_BPS + 1])
def test_tighten_max_step_reverts_when_it_is_not_tighter(oracle: Contract, guardian: str, bps: int):
    with expect_revert("MaxStepInvalid", wanted=bps, current=MAX_STEP_BPS):
        oracle.tightenMaxStep(bps, by=guardian)


def test_a_bound_of_zero_makes_every_change_wait(oracle: Contract, guardian: str):
    oracle.tightenMaxStep(0, by=guardian)
    post(oracle, rate=RATE + 1)
    assert oracle.pendingUntil() == LATER + HOUR


# ── what a series is quoted at ───────────────────────────────────────────────────────────────────────────────────────

SERIES, OTHER = address_of("series"), address_of("other series")


def quote(oracle: Contract, price: int = 98_381_500, observed_at: int = LATER):
    return oracle.postPrice(SERIES, price, observed_at, by=address_of("price_signer"))


def test_post_price_is_that_of_its_series(oracle: Contract):
    assert quote(oracle).log == (("PricePosted", SERIES, 98_381_500, LATER),)
    assert tuple(oracle.priceOf(SERIES)) == (98_381_500, LATER)
    assert tuple(oracle.priceOf(OTHER)) == (0, 0)


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
    assert [tuple(entry) for entry in oracle.rounds()] == [FIRST, FIRST]

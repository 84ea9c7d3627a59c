"""Fixings: the rate of a floating period, from the auction before it, the fallback after it, or the period before."""

import pytest
from bonds import ENDS, FLOATING, TEN_PERCENT, bullet
from evm import Contract, Receipt, address_of, expect_revert
from world import DAY, ISSUE_AT, NOW, World

FISCAL_AGENT, SIGNER, OUTSIDER = map(address_of, ("fiscal_agent", "price_signer", "outsider"))
MARGIN, LOWEST, HIGHEST = 500_000, 5_000_000, 30_000_000
SOURCE = b"\x0a" * 32
BEGINS = ISSUE_AT + ENDS[0] * DAY  # the second period
NONE, AUCTION, FALLBACK, CARRIED = range(4)
WEEK, NOTICE = 7 * DAY, 45 * DAY


@pytest.fixture
def series(world: World) -> Contract:
    """A floater with a margin of half a per cent, between 5 and 30 per cent."""
    return bullet(0, form=FLOATING).create(world, marginRate=MARGIN, minRate=LOWEST, maxRate=HIGHEST)


def fix(world: World, series: Contract, period: int = 1, benchmark: int = TEN_PERCENT) -> Receipt:
    return world.fixings.fix(series.address, period, benchmark, SOURCE, by=FISCAL_AGENT)


def fall_back(world: World, series: Contract, period: int = 1, benchmark: int = TEN_PERCENT) -> Receipt:
    return world.fixings.fixFallback(series.address, period, benchmark, SOURCE, by=SIGNER)


def carry(world: World, series: Contract, period: int = 1) -> Receipt:
    return world.fixings.carry(series.address, period, by=OUTSIDER)


def test_fix_sets_benchmark_and_margin(world: World, series: Contract):
    world.chain.now = BEGINS - 1
    receipt = fix(world, series)
    rate = TEN_PERCENT + MARGIN
    assert receipt.log == (("RateFixed", series.address, 1, rate, AUCTION, SOURCE),)
    assert world.fixings.rateOf(series.address, 1) == rate
    assert tuple(world.fixings.fixingOf(series.address, 1)) == (rate, AUCTION, SOURCE)


@pytest.mark.parametrize(("now", "open_"), [(BEGINS - NOTICE - 1, False), (BEGINS - NOTICE, True), (BEGINS, False)])
def test_fix_is_open_for_45_days_before_the_period(world: World, series: Contract, now: int, open_: bool):
    world.chain.now = now
    if open_:
        fix(world, series)
    else:
        with expect_revert("FixingWindow", opensAt=BEGINS - NOTICE, closesAt=BEGINS, nowAt=now):
            fix(world, series)
    assert world.fixings.fixingOf(series.address, 1).kind == (AUCTION if open_ else NONE)


@pytest.mark.parametrize(("now", "open_"), [(BEGINS - 1, False), (BEGINS, True), (BEGINS + WEEK, False)])
def test_fix_fallback_is_open_for_a_week_from_the_period_on(world: World, series: Contract, now: int, open_: bool):
    world.chain.now = now
    if open_:
        assert fall_back(world, series).log[0][4] == FALLBACK
    else:
        with expect_revert("FixingWindow", opensAt=BEGINS, closesAt=BEGINS + WEEK, nowAt=now):
            fall_back(world, series)


def test_fix_fallback_of_the_first_period_waits_as_long_as_it_takes(world: World, series: Contract):
    world.chain.now = ISSUE_AT + 10 * WEEK
    assert fall_back(world, series, period=0).log[0][4] == FALLBACK


@pytest.mark.parametrize("early", [1, 0])
def test_carry_lets_the_rate_before_run_on_after_that_week(world: World, series: Contract, early: int):
    fall_back(world, series, 0)
    world.chain.now = BEGINS + WEEK - early
    if early:
        facts = {"opensAt": BEGINS + WEEK, "closesAt": 2**256 - 1, "nowAt": BEGINS + WEEK - 1}
        with expect_revert("FixingWindow", **facts):
            carry(world, series)
    else:
        rate = TEN_PERCENT + MARGIN
        assert carry(world, series).log == (("RateFixed", series.address, 1, rate, CARRIED, SOURCE),)


def test_carry_runs_on_from_what_was_carried(world: World, series: Contract):
    fall_back(world, series, 0)
    world.chain.now = ISSUE_AT + 700 * DAY
    for period in (1, 2, 3):
        carry(world, series, period)
    assert {world.fixings.rateOf(series.address, period) for period in range(4)} == {TEN_PERCENT + MARGIN}


@pytest.mark.parametrize(("period", "missing"), [(0, 0), (1, 0), (2, 1)])
def test_carry_reverts_when_the_period_before_has_no_rate(world: World, series: Contract, period: int, missing: int):
    world.chain.now = ISSUE_AT + 500 * DAY
    with expect_revert("NotFixed", series=series.address, period=missing):
        carry(world, series, period)


@pytest.mark.parametrize("first", ["fix", "fix_fallback", "carry"])
def test_a_rate_is_fixed_once(world: World, series: Contract, first: str):
    fall_back(world, series, 0)
    world.chain.now = {"fix": BEGINS - 1, "fix_fallback": BEGINS, "carry": BEGINS + WEEK}[first]
    {"fix": fix, "fix_fallback": fall_back, "carry": carry}[first](world, series)
    for now, again in ((BEGINS - 1, fix), (BEGINS, fall_back), (BEGINS + WEEK, carry)):
        world.chain.now = now
        with expect_revert("AlreadyFixed", series=series.address, period=1):
            again(world, series)


@pytest.mark.parametrize("way", [fix, fall_back])
@pytest.mark.parametrize("benchmark", [LOWEST - MARGIN, HIGHEST - MARGIN])
def test_a_rate_at_its_bound_is_taken(world: World, series: Contract, way, benchmark: int):
    world.chain.now = BEGINS - 1 if way is fix else BEGINS
    way(world, series, 1, benchmark)
    assert world.fixings.rateOf(series.address, 1) == benchmark + MARGIN


@pytest.mark.parametrize("way", [fix, fall_back])
@pytest.mark.parametrize("benchmark", [0, LOWEST - MARGIN - 1, HIGHEST - MARGIN + 1, 2**64])
def test_a_rate_out_of_bounds_is_refused_by_name(world: World, series: Contract, way, benchmark: int):
    world.chain.now = BEGINS - 1 if way is fix else BEGINS
    facts = {"rate": benchmark + MARGIN, "lowest": LOWEST, "highest": HIGHEST}
    with expect_revert("FixingOutOfBounds", **facts):
        way(world, series, 1, benchmark)
    assert world.fixings.fixingOf(series.address, 1).kind == NONE


@pytest.mark.parametrize("target", ["bill", "fixed", "stranger", "unconfirmed"])
def test_a_rate_is_fixed_of_floaters_only(world: World, target: str):
    address = {
        "bill": lambda: world.bond.address,
        "fixed": lambda: bullet().create(world).address,
        "stranger": lambda: OUTSIDER,
        "unconfirmed": lambda: world.create_series(**bullet(0, form=FLOATING).terms()).address,
    }[target]()
    for call, by in ((world.fixings.fix, FISCAL_AGENT), (world.fixings.fixFallback, SIGNER)):
        with expect_revert("SeriesNotFloating", series=address):
            call(address, 0, TEN_PERCENT, SOURCE, by=by)
    with expect_revert("SeriesNotFloating", series=address):
        world.fixings.carry(address, 1)


def test_a_rate_of_an_unknown_period_is_refused(world: World, series: Contract):
    with expect_revert("PeriodUnknown", period=4):
        fix(world, series, 4)


def test_fix_and_fall_back_belong_to_two_offices(world: World, series: Contract):
    with expect_revert("AccessManagedUnauthorized", caller=SIGNER):
        world.fixings.fix(series.address, 1, TEN_PERCENT, SOURCE, by=SIGNER)
    with expect_revert("AccessManagedUnauthorized", caller=FISCAL_AGENT):
        world.fixings.fixFallback(series.address, 1, TEN_PERCENT, SOURCE, by=FISCAL_AGENT)


def test_rate_of_reverts_when_it_is_not_fixed(world: World, series: Contract):
    assert tuple(world.fixings.fixingOf(series.address, 0)) == (0, NONE, bytes(32))
    with expect_revert("NotFixed", series=series.address, period=0):
        world.fixings.rateOf(series.address, 0)


def test_the_first_period_is_fixed_before_the_issue(world: World):
    floater = bullet(0, form=FLOATING, issue=bullet().issue + 10, ends=(192, 365))
    series = floater.create(world, maxRate=HIGHEST)
    assert fix(world, series, 0).log[0][3] == TEN_PERCENT
    assert world.chain.now == NOW

"""Defaults: what was missed beyond its grace of business days, said and unsaid by anyone."""

import pytest
from bonds import ENDS, ISSUE_DAY, bullet, start_of
from evm import Contract, address_of, expect_revert
from governed import REDEMPTION, Governed, build
from world import DAY, UNIT, World

HOLDER, RECEIVER, OUTSIDER, TREASURY = map(address_of, ("holder", "receiver", "outsider", "treasury"))
FISCAL_AGENT = address_of("fiscal_agent")
ALL = 2**256 - 1
PAYABLE = ISSUE_DAY + ENDS[0]  # 11 March 2021, a Thursday
LAST_DAY = PAYABLE + 7  # five business days later


@pytest.fixture
def governed(world: World) -> Governed:
    return build(world)


@pytest.fixture
def series(governed: Governed) -> Contract:
    """Two holders of a bullet whose grace is five business days; the treasury has cash."""
    world = governed.world
    series = bullet(more={"graceDays": 5}).create(world)
    world.issue(series, {HOLDER: 3 * UNIT, RECEIVER: UNIT})
    world.mint_cash(TREASURY, 100 * UNIT)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    return series


def declare(governed: Governed, series: Contract, period: int = 0):
    return governed.defaults.declareDefault(series.address, period, by=OUTSIDER)


def fund(governed: Governed, series: Contract, amount: int = ALL, period: int = 0):
    return governed.world.paying_agent.fundPayment(series.address, period, amount, by=TREASURY)


def test_declare_default_is_open_to_anyone_the_day_after_the_grace(governed: Governed, series: Contract):
    governed.go_to(LAST_DAY + 1)
    assert declare(governed, series).log == (("DefaultDeclared", series.address, 0),)
    assert governed.defaults.isDefault(series.address, 0)
    assert governed.defaults.defaultsOf(series.address) == 1


def test_declare_default_reverts_on_the_last_day_of_grace(governed: Governed, series: Contract):
    governed.world.chain.now = start_of(LAST_DAY + 1) - 1
    with expect_revert("GraceNotOver", lastDay=LAST_DAY, today=LAST_DAY):
        declare(governed, series)


def test_declare_default_counts_holidays(governed: Governed, series: Contract):
    governed.calendar.setHolidays([PAYABLE + 1], True, bytes(32), by=FISCAL_AGENT)
    governed.go_to(LAST_DAY + 1)
    with expect_revert("GraceNotOver", lastDay=LAST_DAY + 1, today=LAST_DAY + 1):
        declare(governed, series)


def test_declare_default_counts_from_the_postponed_date(governed: Governed, series: Contract):
    governed.world.paying_agent.postpone(series.address, 0, 1, bytes(32), by=FISCAL_AGENT)
    governed.go_to(LAST_DAY + 1)
    with expect_revert("GraceNotOver", lastDay=LAST_DAY + 1, today=LAST_DAY + 1):
        declare(governed, series)


def test_declare_default_reverts_when_the_payment_is_not_due(governed: Governed, series: Contract):
    with expect_revert("NotMissed", series=series.address, period=0):
        declare(governed, series)


def test_declare_default_reverts_when_all_is_funded(governed: Governed, series: Contract):
    fund(governed, series)
    governed.go_to(LAST_DAY + 30)
    with expect_revert("NotMissed", series=series.address, period=0):
        declare(governed, series)


def test_declare_default_holds_when_a_unit_is_missing(governed: Governed, series: Contract):
    due = governed.world.paying_agent.dueOf(series.address, 0)
    fund(governed, series, due - 1)
    governed.go_to(LAST_DAY + 1)
    assert declare(governed, series).of("DefaultDeclared")


def test_declare_default_reverts_when_it_stands(governed: Governed, series: Contract):
    governed.go_to(LAST_DAY + 1)
    declare(governed, series)
    with expect_revert("DefaultStands", series=series.address, period=0):
        declare(governed, series)


def test_declare_default_takes_the_redemption(governed: Governed, series: Contract):
    governed.go_to(ISSUE_DAY + ENDS[3] + 10)
    declare(governed, series, REDEMPTION)
    assert governed.defaults.isDefault(series.address, REDEMPTION)


def test_declare_default_reverts_for_an_unknown_series(governed: Governed):
    with expect_revert("SeriesUnknown", series=HOLDER):
        governed.defaults.declareDefault(HOLDER, 0)


def test_declare_default_reverts_for_a_series_in_another_currency(governed: Governed):
    """A paying agent that cannot be funded in that currency would always look in default."""
    series = bullet().create(governed.world, currency=b"USD")
    governed.go_to(LAST_DAY + 30)
    with expect_revert("SeriesUnknown", series=series.address):
        declare(governed, series)


def test_cure_takes_the_default_back_once_funded(governed: Governed, series: Contract):
    governed.go_to(LAST_DAY + 1)
    declare(governed, series)
    fund(governed, series)
    receipt = governed.defaults.cure(series.address, 0, by=OUTSIDER)
    assert receipt.log == (("DefaultCured", series.address, 0),)
    assert (governed.defaults.isDefault(series.address, 0), governed.defaults.defaultsOf(series.address)) == (False, 0)


def test_cure_reverts_while_a_unit_is_missing(governed: Governed, series: Contract):
    governed.go_to(LAST_DAY + 1)
    declare(governed, series)
    fund(governed, series, governed.world.paying_agent.dueOf(series.address, 0) - 1)
    with expect_revert("StillMissed", series=series.address, period=0):
        governed.defaults.cure(series.address, 0)


def test_cure_reverts_when_nothing_stands(governed: Governed, series: Contract):
    with expect_revert("NoDefault", series=series.address, period=0):
        governed.defaults.cure(series.address, 0)


def test_cure_of_one_payment_leaves_the_other(governed: Governed, series: Contract):
    governed.go_to(ISSUE_DAY + ENDS[1] + 15)
    declare(governed, series, 0)
    declare(governed, series, 1)
    fund(governed, series, period=0)
    governed.defaults.cure(series.address, 0)
    assert governed.defaults.defaultsOf(series.address) == 1
    assert governed.defaults.isDefault(series.address, 1)


def test_a_default_can_be_declared_again_after_a_cure(governed: Governed, series: Contract):
    """A bond issued after the funding makes more due; what is missed then counts anew."""
    governed.go_to(PAYABLE - 1)
    fund(governed, series)
    governed.world.post_rate()
    governed.world.issue(series, {HOLDER: UNIT})
    governed.world.chain.now = start_of(LAST_DAY + 1) + DAY
    declare(governed, series)
    fund(governed, series)
    governed.defaults.cure(series.address, 0)
    assert governed.defaults.defaultsOf(series.address) == 0

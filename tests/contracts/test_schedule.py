"""BondToken: the schedule in its terms, what the constructor refuses, and the most that may be outstanding."""

from dataclasses import replace
from datetime import date

import pytest
from bonds import (
    CALL,
    DISCOUNT,
    ENDS,
    FIXED,
    FLOATING,
    ICMA,
    ISSUE_DAY,
    PUT,
    WAD,
    WHOLE,
    ZERO_COUPON,
    Bond,
    Part,
    amortising,
    bullet,
    day_of,
    option,
    start_of,
)  # fmt: skip
from evm import Contract, address_of, expect_revert
from world import DAY, EXTERNAL, ISSUE_AT, MAX_FACE, NOW, SUKUK, UNIT, World, period, words

HOLDER, RECEIVER, DEBT_OFFICE = map(address_of, ("holder", "receiver", "debt_office"))
BLOCK_GAS = 2**24  # the most that one transaction may use (EIP-7825)


def months(count: int) -> Bond:
    """One period of 30 days after the other."""
    return bullet(ends=[30 * (number + 1) for number in range(count)], frequency=12)


# ── what the constructor refuses ─────────────────────────────────────────────────────────────────────────────────────


def refused(world: World, bond: Bond, at: int, **changes: object) -> None:
    with expect_revert("ScheduleInvalid", period=at):
        world.chain.construct(world.series_code(**{**bond.terms(), **changes}))


@pytest.mark.parametrize("form", [DISCOUNT, ZERO_COUPON])
def test_constructor_refuses_coupons_where_the_form_has_none(world: World, form: int):
    refused(world, bullet(form=form), 4)


@pytest.mark.parametrize("form", [FIXED, FLOATING])
def test_constructor_refuses_a_form_with_coupons_that_has_none(world: World, form: int):
    refused(world, Bond((), form=form), 0)


@pytest.mark.parametrize("form", [FIXED, FLOATING])
def test_constructor_refuses_coupons_without_a_frequency(world: World, form: int):
    refused(world, bullet(form=form, frequency=0), 4)


def test_constructor_refuses_more_than_twelve_payments_a_year(world: World):
    refused(world, bullet(frequency=13), 4)
    assert bullet(frequency=12).create(world).couponFrequency() == 12


def test_constructor_refuses_a_stub_of_three_parts(world: World):
    parts = bullet().parts
    refused(world, Bond((replace(parts[0], pays=False), replace(parts[1], pays=False), *parts[2:])), 1)


@pytest.mark.parametrize(
    ("ends", "at"), [((0, 365), 0), ((-1, 365), 0), ((182, 182), 1), ((182, 181), 1), ((1, 3, 2, 4), 2)]
)
def test_constructor_refuses_periods_out_of_order(world: World, ends: tuple[int, ...], at: int):
    refused(world, bullet(ends=ends), at)


@pytest.mark.parametrize("shift", [-DAY, DAY])
def test_constructor_refuses_a_last_period_that_does_not_end_at_maturity(world: World, shift: int):
    refused(world, bullet(), 3, maturityAt=ISSUE_AT + 730 * DAY + shift)


def test_constructor_refuses_a_last_period_that_does_not_pay(world: World):
    parts = bullet().parts
    refused(world, Bond((*parts[:3], replace(parts[3], pays=False))), 3)


@pytest.mark.parametrize(
    ("factors", "at"),
    [
        ((WHOLE + 1, 500_000_000, 0, 0), 0),
        ((750_000_000, 750_000_001, 0, 0), 1),
        ((750_000_000, 500_000_000, 600_000_000, 0), 2),
        ((750_000_000, 500_000_000, 250_000_000, 1), 3),
        ((WHOLE, WHOLE, WHOLE, WHOLE), 3),
    ],
)
def test_constructor_refuses_factors_that_rise_or_do_not_end_at_zero(world: World, factors: tuple[int, ...], at: int):
    refused(world, bullet(factors=factors), at)


def test_constructor_refuses_factors_that_end_before_the_periods(world: World):
    refused(world, replace(months(9), factors=(WHOLE - 1,) * 8), 8)


def test_constructor_refuses_an_instalment_at_a_period_that_does_not_pay(world: World):
    parts = bullet().parts
    stub = (replace(parts[0], pays=False), *parts[1:])
    refused(world, Bond(stub, factors=(750_000_000, 500_000_000, 250_000_000, 0)), 0)


@pytest.mark.parametrize(("record_days", "at"), [(182, 0), (255, 0)])
def test_constructor_refuses_a_record_day_up_to_the_issue(world: World, record_days: int, at: int):
    refused(world, bullet(record_days=record_days), at)


def test_constructor_takes_a_record_day_on_the_day_after_the_issue(world: World):
    series = bullet(record_days=181).create(world)
    assert series.recordDates() == [start_of(ISSUE_DAY + end - 181) for end in ENDS]


def test_constructor_refuses_121_periods(world: World):
    refused(world, months(121), 121)


def test_constructor_refuses_periods_without_reference_days_under_icma(world: World):
    parts = tuple(replace(part, reference=182 if at != 2 else 0) for at, part in enumerate(bullet().parts))
    refused(world, Bond(parts, basis=ICMA), 2)


# ── what reads back ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_features_hold_the_terms(world: World):
    changes = {"instrumentClass": SUKUK, "graceDays": 7, "issuePrice": 99_500_000, "marginRate": 70_000_000}
    series = bullet(form=FLOATING, basis=2, frequency=4, record_days=3).create(
        world, **changes, minRate=5_000_000, maxRate=30_000_000
    )
    word = series.features()
    fields = ((8, FLOATING), (8, 2), (8, 4), (8, SUKUK), (8, 3), (8, 7), (32, 99_500_000), (32, 70_000_000),
              (32, 5_000_000), (32, 30_000_000), (16, 4))  # fmt: skip
    for bits, value in fields:
        assert word % 2**bits == value
        word >>= bits
    assert word == 0


def test_period_at_names_entry_start_and_whether_it_is_first(world: World):
    parts = (Part(ISSUE_DAY + 30, 5, pays=False), Part(ISSUE_DAY + 182, 6, roll=3), Part(ISSUE_DAY + 365, 7, 183))
    series = Bond(parts).create(world)
    expected = [
        (period(ISSUE_DAY + 30, 5, pays=False), ISSUE_DAY, True),
        (period(ISSUE_DAY + 182, 6, roll=3), ISSUE_DAY + 30, False),
        (period(ISSUE_DAY + 365, 7, 183), ISSUE_DAY + 182, True),
    ]
    assert [tuple(series.periodAt(at)) for at in range(3)] == expected


def test_period_at_reverts_when_there_is_no_such_period(world: World, bond: Contract):
    series = bullet().create(world)
    with expect_revert("PeriodUnknown", period=4):
        series.periodAt(4)
    with expect_revert("PeriodUnknown", period=0):
        bond.periodAt(0)


def test_factor_at_reads_more_than_one_word(world: World):
    factors = (*(WHOLE - 100 * (at + 1) for at in range(9)), 0)
    series = replace(months(10), factors=factors).create(world)
    assert [series.factorAt(at) for at in range(10)] == list(factors)


def test_factor_at_of_a_bullet_is_the_whole(world: World):
    series = bullet().create(world)
    assert [series.factorAt(at) for at in (0, 3)] == [WHOLE, WHOLE]


def test_options_read_back(world: World):
    rights = (option(1, CALL, 101_000_000), option(2, PUT, 99_000_000))
    assert bullet(options=rights).create(world).options() == list(words(rights, 64))


def test_record_dates_of_the_schedule_stand_from_the_beginning(world: World):
    parts = bullet(record_days=10).parts
    bond = Bond((replace(parts[0], pays=False), *parts[1:]), record_days=10)
    assert bond.create(world).recordDates() == [start_of(part.end - 10) for part in parts[1:]]


def test_record_dates_of_the_fiscal_agent_join_those_of_the_schedule(world: World, fiscal_agent: str):
    series = bullet().create(world)
    series.setRecordDate(ISSUE_AT + 200 * DAY, by=fiscal_agent)
    with expect_revert("RecordDateInvalid", recordAt=ISSUE_AT + 365 * DAY, earliest=NOW + DAY):
        series.setRecordDate(ISSUE_AT + 365 * DAY, by=fiscal_agent)
    assert series.recordDates() == [ISSUE_AT + days * DAY for days in (182, 200, 365, 547, 730)]


@pytest.mark.parametrize(("rate", "basis_points"), [(6_875_000, 687), (10_000, 1), (9_999, 0), (2**27 - 1, 13_421)])
def test_erc_7092_reads_the_schedule(world: World, rate: int, basis_points: int):
    series = bullet(rate, basis=3, frequency=2).create(world, isin=b"XS1729875598")
    world.issue(series, {HOLDER: 2 * UNIT})
    assert (series.couponRate(), series.couponFrequency(), series.dayCountBasis()) == (basis_points, 2, 3)
    assert (series.issueVolume(), series.isin(), series.denomination()) == (2 * UNIT, "XS1729875598", UNIT)
    assert (series.issueDate(), series.maturityDate()) == (ISSUE_AT, ISSUE_AT + 730 * DAY)


def test_erc_7092_of_a_bill_and_of_a_floater_states_no_rate(world: World, bond: Contract):
    floater = bullet(0, form=FLOATING).create(world)
    assert (bond.couponRate(), bond.couponFrequency(), floater.couponRate()) == (0, 0, 0)


def test_pool_factor_falls_with_each_instalment(world: World):
    series = amortising().create(world)
    world.issue(series, {HOLDER: 4 * UNIT})
    found = []
    for end in (0, *ENDS):
        world.chain.now = max(NOW, ISSUE_AT + end * DAY)
        found.append((series.poolFactor(), series.principalOf(HOLDER)))
    assert found == [
        (WAD, 4 * UNIT), (WAD * 3 // 4, 3 * UNIT), (WAD // 2, 2 * UNIT), (WAD // 4, UNIT), (WAD // 4, UNIT),
    ]  # fmt: skip


def test_pool_factor_falls_in_the_first_second_of_the_day(world: World):
    series = amortising().create(world)
    world.chain.now = ISSUE_AT + 182 * DAY - 1
    assert series.poolFactor() == WAD
    world.chain.warp(1)
    assert series.poolFactor() == WAD * 3 // 4


@pytest.mark.parametrize("count", [60, 120])
def test_a_series_with_many_coupons_is_created_in_one_transaction(world: World, count: int):
    factors = (*(WHOLE - (at + 1) * (WHOLE // count) for at in range(count - 1)), 0)
    bond = replace(months(count), factors=factors)
    code = world.series_code(**bond.terms())
    address = world.chain.create(code)
    assert world.chain._evm.result.gas_used < BLOCK_GAS
    assert len(world.chain.code_at(address)) < 24_576
    assert Contract(world.chain, address, world.artifacts["BondToken"]).factorAt(count - 2) == factors[-2]


@pytest.mark.parametrize("count", [60, 120])
def test_a_series_with_many_coupons_is_priced_and_funded_within_a_transaction(world: World, count: int):
    series = months(count).create(world)
    priced = world.maths.dirtyPrice(series.address, NOW, WHOLE * WHOLE // 10)
    assert priced > 0
    # Nothing is due: every payment was looked at.
    with expect_revert("NothingToFund", series=series.address):
        world.paying_agent.fundAll(series.address, 1, by=HOLDER)


# ── the most that may be outstanding ─────────────────────────────────────────────────────────────────────────────────


def test_issue_reverts_above_the_maximum_face(world: World):
    series = bullet().create(world, maxFace=3 * UNIT)
    with expect_revert("FaceAboveMaximum", face=4 * UNIT, maxFace=3 * UNIT):
        world.issue(series, {HOLDER: 2 * UNIT, RECEIVER: 2 * UNIT})
    assert (series.totalSupply(), world.programme.usedUsd(), series.maxFace()) == (0, 0, 3 * UNIT)


def test_a_reopening_fills_the_maximum_to_the_unit(world: World):
    series = bullet().create(world, maxFace=3 * UNIT, denomination=1)
    world.issue(series, {HOLDER: 2 * UNIT})
    with expect_revert("FaceAboveMaximum", face=3 * UNIT + 1, maxFace=3 * UNIT):
        world.issue(series, {HOLDER: UNIT + 1})
    world.issue(series, {HOLDER: UNIT})
    with expect_revert("FaceAboveMaximum", face=3 * UNIT + 1, maxFace=3 * UNIT):
        world.issue(series, {HOLDER: 1})
    assert series.totalSupply() == 3 * UNIT


def test_a_sukuk_is_bounded_by_the_share_of_the_assets_that_backs_it(world: World):
    series = bullet().create(world, instrumentClass=SUKUK, maxFace=UNIT)
    world.issue(series, {HOLDER: UNIT})
    with expect_revert("FaceAboveMaximum", face=2 * UNIT, maxFace=UNIT):
        world.issue(series, {RECEIVER: UNIT})
    series.transfer(RECEIVER, UNIT, by=HOLDER)
    assert series.balanceOf(RECEIVER) == UNIT


def test_what_is_retired_may_be_issued_again(world: World):
    series = bullet().create(world, maxFace=UNIT)
    world.by_admin(world.programme.setServicer, address_of("servicer"), True)
    world.post_rate()
    world.issue(series, {HOLDER: UNIT})
    world.programme.retire(series.address, [HOLDER], [UNIT], by=address_of("servicer"))
    world.issue(series, {RECEIVER: UNIT})
    assert series.totalSupply() == UNIT


def test_the_terms_of_an_external_bond_are_taken(world: World):
    """6.875 % due 5 December 2027, half-yearly on 30/360."""
    issue = day_of(date(2017, 12, 5))
    ends = [day_of(date(2018 + at // 2, 6 if at % 2 == 0 else 12, 5)) for at in range(20)]
    bond = Bond(tuple(Part(end, 6_875_000) for end in ends), issue=issue, basis=3)
    series = bond.create(world, instrumentClass=EXTERNAL, currency=b"USD", maxFace=MAX_FACE)
    assert (series.couponRate(), series.maturityDate()) == (687, start_of(day_of(date(2027, 12, 5))))

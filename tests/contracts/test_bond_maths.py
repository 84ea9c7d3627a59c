"""BondMaths: income, accrued interest, factors and prices against fractions and decimals written here."""

from dataclasses import replace
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import pytest
from bonds import (
    ACT_360,
    ACT_365,
    FLOATING,
    ICMA,
    ISSUE_DAY,
    MINOR,
    PAR,
    RATE,
    TEN_PERCENT,
    THIRTY_360,
    WAD,
    WHOLE,
    ZERO_COUPON,
    Bond,
    Part,
    amortising,
    bullet,
    day_of,
    minor_down,
    minor_up,
    start_of,
)  # fmt: skip
from evm import Contract, address_of, expect_revert
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import DAY, ISSUE_AT, NOW, UNIT, World

HOLDER, RECEIVER, FISCAL_AGENT = map(address_of, ("holder", "receiver", "fiscal_agent"))
EXACT = settings(max_examples=40, suppress_health_check=list(HealthCheck))


def accrued(world: World, series: Contract, day: int) -> Fraction:
    return Fraction(*world.maths.accruedAt(series.address, start_of(day)))


def payment(world: World, series: Contract, at: int):
    return world.maths.paymentOf(series.address, at)


def income(world: World, series: Contract, at: int) -> Fraction:
    found = payment(world, series, at)
    return Fraction(found.numerator, found.denominator)


def expected_dirty(bond: Bond, day: int, yield_: Fraction) -> int:
    """Street convention in 60 digits: payments over (1 + y/f) to the power of the periods until them [1e6 per 100]."""
    with localcontext() as context:
        context.prec = 60
        first = bond.paying_at(day)
        whole = Fraction(bond.factors_at(first)[0])
        base = 1 + Decimal(yield_.numerator) / Decimal(yield_.denominator) / bond.frequency
        price, time = Decimal(0), Fraction()
        for at in range(first, len(bond.parts)):
            time += left_of(bond, at, day)
            if not bond.parts[at].pays:
                continue
            before, _, after = bond.factors_at(at)
            last = at == len(bond.parts) - 1
            flow = Fraction(before if last else before - after) + before * bond.income(at)
            if at == first and day + bond.record_days >= bond.parts[at].end:
                flow = Fraction(before if last else 0)
            amount = flow / whole
            factor = (-(Decimal(time.numerator) / Decimal(time.denominator)) * base.ln()).exp()
            price += Decimal(amount.numerator) / Decimal(amount.denominator) * factor
        return int((price * PAR).quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def left_of(bond: Bond, at: int, day: int) -> Fraction:
    """What is left on a day of a paying period and the parts of its stub, in regular periods."""
    if not bond.parts[at].pays:
        return Fraction()
    first = at
    while first and not bond.parts[first - 1].pays:
        first -= 1
    return sum((share_of(bond, number, day) for number in range(first, at + 1)), Fraction())


def share_of(bond: Bond, at: int, day: int) -> Fraction:
    part, start = bond.parts[at], max(bond.start(at), day)
    if start >= part.end:
        return Fraction()
    if bond.basis == ICMA:
        return Fraction(part.end - start, part.reference)
    unit = replace(bond, parts=(replace(part, rate=RATE),), issue=start)
    return unit.income(0) * bond.frequency


# ── what is known ────────────────────────────────────────────────────────────────────────────────────────────────────


def eurobond() -> Bond:
    """Pakistan 6.875 % due 5 December 2027, half-yearly, 30/360."""
    ends = [day_of(date(2018 + at // 2, 6 if at % 2 == 0 else 12, 5)) for at in range(20)]
    return Bond(tuple(Part(end, 6_875_000) for end in ends), issue=day_of(date(2017, 12, 5)), basis=THIRTY_360)


def pib() -> Bond:
    """PIB 7 % due 20 August 2023, half-yearly, ACT/ACT (ICMA)."""
    dates = [date(2020, 8, 20)]
    dates += [date(2021 + at // 2, 2 if at % 2 == 0 else 8, 20) for at in range(6)]
    days = [day_of(when) for when in dates]
    parts = tuple(Part(end, 7_000_000, end - start) for start, end in pairwise(days))
    return Bond(parts, issue=days[0], basis=ICMA)


def test_dirty_price_of_the_eurobond_is_the_market_s(world: World):
    """Settled on 12 December 2025 at 6.75 %: clean 100.22603427, accrued 0.13368056."""
    series, day = eurobond().create(world, currency=b"USD"), day_of(date(2025, 12, 12))
    assert accrued(world, series, day) * 100 == Fraction(6875, 1000) * 7 / 360
    assert round(float(accrued(world, series, day) * 100), 8) == 0.13368056
    dirty = world.maths.dirtyPrice(series.address, start_of(day), 67_500_000_000_000_000)
    assert dirty == 100_359_715 == round((100.22603427 + 0.13368056) * 1e6)


def test_accrued_of_the_reopened_pib_is_twelve_days_of_a_half_year(world: World):
    """Reopened on 4 March 2021: 12 of 181 days."""
    series, day = pib().create(world), day_of(date(2021, 3, 4))
    assert accrued(world, series, day) == Fraction(7, 200) * Fraction(12, 181)
    cash = world.maths.accruedUp(series.address, 100_000 * UNIT, start_of(day))
    assert cash == minor_up(Fraction(7, 200) * Fraction(12, 181) * 100_000 * UNIT)


def test_dirty_price_at_the_coupon_on_a_coupon_date_is_par(world: World):
    series = pib().create(world)
    for part in pib().parts[:-1]:
        assert world.maths.dirtyPrice(series.address, start_of(part.end), 7 * 10**16) == PAR


def test_dirty_price_of_a_bill_is_simple(world: World, bond: Contract):
    """91 days at 13 %: 100 / (1 + 0.13 × 91 / 365)."""
    price = world.maths.dirtyPrice(bond.address, ISSUE_AT, 13 * 10**16)
    assert price == round(PAR / (1 + Fraction(13, 100) * 91 / 365)) == 96_860_653


def test_dirty_price_of_a_zero_counts_whole_years_from_maturity(world: World):
    terms = {"form": ZERO_COUPON, "maturityAt": start_of(day_of(date(2030, 2, 28))), "symbol": "PKZ"}
    series = world.new_series(**terms)
    days = day_of(date(2021, 2, 28)) - ISSUE_DAY
    with localcontext() as context:
        context.prec = 50
        power = Decimal(9) + Decimal(days) / 365
        expected = int((PAR * (-power * Decimal("1.12").ln()).exp()).quantize(Decimal(1)))
    assert world.maths.dirtyPrice(series.address, NOW, 12 * 10**16) == expected


@pytest.mark.parametrize("years", [0, 1, 5])
def test_dirty_price_of_a_zero_on_an_anniversary_has_no_stub(world: World, years: int):
    maturity = day_of(date(2026, 9, 10))
    series = world.new_series(form=ZERO_COUPON, maturityAt=start_of(maturity), symbol="PKZ")
    at = start_of(day_of(date(2020 + years, 9, 10)))
    expected = round(PAR * Fraction(100, 108) ** (6 - years))
    assert world.maths.dirtyPrice(series.address, at, 8 * 10**16) == expected


def test_dirty_price_of_a_zero_due_on_29_february_counts_from_the_28th(world: World):
    series = world.new_series(form=ZERO_COUPON, maturityAt=start_of(day_of(date(2024, 2, 29))), symbol="PKZ")
    at = start_of(day_of(date(2021, 2, 28)))
    assert world.maths.dirtyPrice(series.address, at, 10**17) == round(PAR * Fraction(10, 11) ** 3)


@pytest.mark.parametrize("yield_", [-(10**18) * 2, -(10**18) * 3])
def test_dirty_price_reverts_at_a_yield_that_has_no_price(world: World, yield_: int):
    series = bullet().create(world)
    with expect_revert("YieldInvalid", **{"yield": yield_}):
        world.maths.dirtyPrice(series.address, NOW, yield_)


def test_dirty_price_takes_a_negative_yield(world: World):
    bond, yield_ = bullet(), Fraction(-3, 100)
    found = world.maths.dirtyPrice(bond.create(world).address, NOW, -3 * 10**16)
    assert found == expected_dirty(bond, ISSUE_DAY, yield_) > PAR


@pytest.mark.parametrize("shift", [-1, None])
def test_dirty_price_and_accrued_revert_outside_the_life(world: World, shift: int | None):
    series = bullet().create(world)
    at = ISSUE_AT - 1 if shift else series.maturityDate()
    for method, rest in ((world.maths.dirtyPrice, (0,)), (world.maths.accruedAt, ()), (world.maths.periodAt, ())):
        with expect_revert("DateInvalid", at=at):
            method(series.address, at, *rest)


# ── accrued interest ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_accrued_steps_at_midnight_in_pakistan(world: World):
    series = bullet().create(world)
    found = [Fraction(*world.maths.accruedAt(series.address, ISSUE_AT + 3 * DAY + shift)) for shift in (-1, 0, DAY - 1)]
    assert found == [Fraction(days, 3650) for days in (2, 3, 3)]


@pytest.mark.parametrize("record_days", [1, 10])
def test_accrued_is_negative_from_the_close_of_the_record_date(world: World, record_days: int):
    series, end = bullet(record_days=record_days).create(world), ISSUE_DAY + 182
    close = end - record_days
    assert accrued(world, series, close - 1) == Fraction(181 - record_days, 3650)
    assert accrued(world, series, close) == -Fraction(record_days, 3650)
    assert accrued(world, series, end - 1) == -Fraction(1, 3650)
    assert accrued(world, series, end) == 0


def test_accrued_up_rounds_what_the_buyer_pays_up_and_what_he_gets_back_down(world: World):
    series = bullet(record_days=10).create(world, denomination=1)
    face = 12_345_678_901
    run, rest = Fraction(171, 3650) * face, Fraction(10, 3650) * face
    before, after = (start_of(ISSUE_DAY + day) for day in (171, 172))
    assert world.maths.accruedUp(series.address, face, before) == minor_up(run)
    assert world.maths.accruedUp(series.address, face, after) == -minor_down(rest)
    assert run % MINOR != 0 != rest % MINOR


def test_accrued_of_a_bill_is_nothing(world: World, bond: Contract):
    assert tuple(world.maths.accruedAt(bond.address, NOW)) == (0, 1)
    assert world.maths.accruedUp(bond.address, UNIT, NOW) == 0


def test_accrued_up_is_reckoned_on_the_principal_left(world: World):
    series = amortising().create(world)
    day = ISSUE_DAY + 365 + 73
    cash = world.maths.accruedUp(series.address, UNIT, start_of(day))
    assert cash == UNIT // 2 * 73 // 3650


def test_accrued_over_a_step_up_changes_at_the_coupon_date(world: World):
    parts = (Part(ISSUE_DAY + 182, 5_000_000), Part(ISSUE_DAY + 365, 8_000_000))
    series = Bond(parts).create(world)
    found = [accrued(world, series, ISSUE_DAY + day) for day in (181, 182, 183)]
    assert found == [Fraction(5 * 181, 36500), 0, Fraction(8, 36500)]


def test_income_of_a_long_stub_is_paid_with_the_period_after_it(world: World):
    """Fifty days of one reference period and 184 of the next."""
    parts = (Part(ISSUE_DAY + 50, 7_000_000, 181, pays=False), Part(ISSUE_DAY + 234, 7_000_000, 184))
    bond = Bond(parts, basis=ICMA)
    series = bond.create(world)
    assert income(world, series, 1) == Fraction(7, 200) * (Fraction(50, 181) + 1)
    assert accrued(world, series, ISSUE_DAY + 51) == Fraction(7, 200) * (Fraction(50, 181) + Fraction(1, 184))
    with expect_revert("PeriodNotPaid", period=0):
        world.maths.paymentOf(series.address, 0)


def test_income_of_a_short_stub_is_its_share_of_the_reference_period(world: World):
    bond = Bond((Part(ISSUE_DAY + 30, 7_000_000, 181), Part(ISSUE_DAY + 214, 7_000_000, 184)), basis=ICMA)
    assert income(world, bond.create(world), 0) == Fraction(7, 200) * Fraction(30, 181)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2021, 1, 31), date(2021, 2, 28), 28),
        (date(2021, 1, 30), date(2021, 3, 31), 60),
        (date(2021, 1, 29), date(2021, 3, 31), 62),
        (date(2021, 2, 28), date(2021, 8, 31), 183),
        (date(2023, 8, 31), date(2024, 2, 29), 179),
        (date(2021, 5, 31), date(2021, 12, 31), 210),
    ],
)
def test_income_under_30_360_counts_months_of_thirty_days(world: World, start: date, end: date, days: int):
    bond = Bond((Part(day_of(end), 9_000_000),), issue=day_of(start), basis=THIRTY_360)
    assert income(world, bond.create(world), 0) == Fraction(9 * days, 36_000)


def test_income_of_a_floater_follows_its_fixings(world: World):
    series = bullet(0, form=FLOATING).create(world, marginRate=0, minRate=0, maxRate=2**32 - 1)
    with expect_revert("NotFixed", series=series.address, period=0):
        world.maths.paymentOf(series.address, 0)
    world.fixings.fixFallback(series.address, 0, 12_345_678, bytes(32), by=address_of("price_signer"))
    assert income(world, series, 0) == Fraction(12_345_678 * 182, RATE * 365)
    assert accrued(world, series, ISSUE_DAY + 7) == Fraction(12_345_678 * 7, RATE * 365)
    with expect_revert("NotFixed", series=series.address, period=1):
        world.maths.accruedAt(series.address, ISSUE_AT + 182 * DAY)


# ── payments and factors ─────────────────────────────────────────────────────────────────────────────────────────────


def test_payment_of_a_period_states_dates_and_factors(world: World):
    bond = amortising(record_days=10)
    parts = (*bond.parts[:1], replace(bond.parts[1], roll=3), *bond.parts[2:])
    series = replace(bond, parts=parts).create(world)
    assert tuple(payment(world, series, 1)) == (
        start_of(ISSUE_DAY + 355), start_of(ISSUE_DAY + 368), TEN_PERCENT * 183, RATE * 365, WAD * 3 // 4, WAD // 2,
        WAD // 2, False,
    )  # fmt: skip


def test_payment_at_maturity_leaves_the_principal_to_the_redemption(world: World):
    found = payment(world, amortising().create(world), 3)
    assert (found.factorBefore, found.factorScheduled, found.factorAfter) == (WAD // 4,) * 3


@pytest.mark.parametrize("at", [4, 2**16])
def test_payment_of_an_unknown_period_reverts(world: World, at: int):
    series = bullet().create(world)
    for method in (world.maths.paymentOf, world.maths.factorsAt):
        with expect_revert("PeriodUnknown", period=at):
            method(series.address, at)


def test_period_at_is_the_one_that_begins_on_a_paying_date(world: World):
    series = bullet().create(world)
    found = [world.maths.periodAt(series.address, ISSUE_AT + days * DAY) for days in (0, 181, 182, 364, 365, 729)]
    assert found == [0, 0, 1, 1, 2, 3]


def test_period_at_reverts_without_coupons(world: World, bond: Contract):
    with expect_revert("DateInvalid", at=ISSUE_AT):
        world.maths.periodAt(bond.address, NOW)


def test_factors_fall_by_partial_calls_from_their_payment_on(world: World):
    world.by_admin(world.programme.setServicer, address_of("servicer"), True)
    series = amortising().create(world)
    calls = [(1, WAD * 9 // 10), (0, WAD // 3), (1, WAD // 7)]
    for at, kept in calls:
        world.programme.scaleSeries(series.address, at, kept, by=address_of("servicer"))
    for at in range(4):
        assert tuple(world.maths.factorsAt(series.address, at)) == amortising().factors_at(at, calls)


def test_a_series_that_ends_early_pays_for_what_ran_and_nothing_after(world: World):
    world.by_admin(world.programme.setServicer, address_of("servicer"), True)
    series = amortising(record_days=10).create(world)
    cut = ISSUE_DAY + 182 + 100
    world.programme.endSeries(series.address, start_of(cut), by=address_of("servicer"))
    found = payment(world, series, 1)
    assert (found.recordAt, found.payableAt, found.isCut) == (start_of(cut), start_of(cut), True)
    assert Fraction(found.numerator, found.denominator) == Fraction(100, 3650)
    assert (found.factorBefore, found.factorAfter) == (WAD * 3 // 4,) * 2
    with expect_revert("PeriodNotPaid", period=2):
        payment(world, series, 2)


@pytest.mark.parametrize("shift", [-1, 0])
def test_a_period_that_ends_with_the_series_is_paid_in_full(world: World, shift: int):
    world.by_admin(world.programme.setServicer, address_of("servicer"), True)
    series = bullet().create(world)
    world.programme.endSeries(series.address, ISSUE_AT + (365 + shift) * DAY, by=address_of("servicer"))
    assert income(world, series, 1) == Fraction(183 + shift, 3650)


# ── random terms ─────────────────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def bonds(draw: st.DrawFn) -> Bond:
    """Any schedule that the constructor takes, of at most seven periods."""
    gaps = draw(st.lists(st.integers(1, 400), min_size=1, max_size=7))
    frequency = draw(st.sampled_from([1, 2, 4, 12]))
    reference = st.integers(365 // frequency - 3, 366 // frequency + 2)
    day, parts = ISSUE_DAY, []
    for number, gap in enumerate(gaps):
        day += gap
        pays = number == len(gaps) - 1 or not (not parts or parts[-1].pays) or draw(st.integers(0, 3)) != 0
        parts.append(Part(day, draw(st.integers(0, 2**27 - 1)), draw(reference), draw(st.integers(0, 7)), pays))
    first = next(part.end for part in parts if part.pays) - ISSUE_DAY
    factors: list[int] = []
    if draw(st.booleans()):
        for part in parts:
            before = factors[-1] if factors else WHOLE
            factors.append(draw(st.integers(1, before)) if part.pays else before)
        factors[-1] = 0
    return Bond(
        tuple(parts),
        basis=draw(st.sampled_from([ACT_365, ICMA, ACT_360, THIRTY_360])),
        frequency=frequency,
        record_days=draw(st.integers(0, min(30, first - 1))),
        factors=tuple(factors),
    )


@EXACT
@given(bond=bonds(), place=st.floats(0, 0.999), face=st.integers(1, 10**18))
def test_accrued_and_payments_are_exact(built_world: World, bond: Bond, place: float, face: int):
    world = built_world
    with world.chain.rolled_back():
        series = bond.create(world)
        day = ISSUE_DAY + int(place * (bond.parts[-1].end - ISSUE_DAY))
        assert accrued(world, series, day) == bond.accrued(day)
        paid = [at for at in range(len(bond.parts)) if bond.parts[at].end <= day]
        principal = face * (bond.factors_at(paid[-1])[2] if paid else WAD) // WAD
        owed = bond.accrued(day) * principal
        expected = minor_up(owed) if owed >= 0 else -minor_down(-owed)
        assert world.maths.accruedUp(series.address, face, start_of(day)) == expected
        for at, part in enumerate(bond.parts):
            if part.pays:
                found = payment(world, series, at)
                assert Fraction(found.numerator, found.denominator) == bond.income(at)
                assert found.recordAt == start_of(part.end - bond.record_days)
                assert found.payableAt == start_of(part.end + part.roll)


@EXACT
@given(bond=bonds(), place=st.floats(0, 0.999), yield_=st.integers(-(10**17), 4 * 10**17))
def test_dirty_price_is_that_of_the_street_convention(built_world: World, bond: Bond, place: float, yield_: int):
    world = built_world
    with world.chain.rolled_back():
        series = bond.create(world)
        day = ISSUE_DAY + int(place * (bond.parts[-1].end - ISSUE_DAY))
        found = world.maths.dirtyPrice(series.address, start_of(day), yield_)
        assert abs(found - expected_dirty(bond, day, Fraction(yield_, WAD))) <= 1


@EXACT
@given(start=st.integers(0, 9_000), length=st.integers(1, 2_000))
def test_days_360_counts_as_written(built_world: World, start: int, length: int):
    world = built_world
    with world.chain.rolled_back():
        bond = Bond((Part(ISSUE_DAY + start + length, RATE),), issue=ISSUE_DAY + start, basis=THIRTY_360)
        assert income(world, bond.create(world), 0) == bond.income(0)

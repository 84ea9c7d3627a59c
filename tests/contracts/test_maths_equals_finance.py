"""What the contracts compute equals `rwa_deploy.finance` to the unit, for random terms and dates and every template.

`tests/unit/test_bonds.py` holds finance against QuantLib; so both are held against both.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from bonds import WAD, day_of, start_of
from evm import Contract, address_of, init_code
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from world import GOVERNMENT, ISSUE_AT, UNIT, VALID_UNTIL, World, record

from rwa_deploy import units
from rwa_deploy.finance import bonds, coupons
from rwa_deploy.finance.calendars import PAKISTAN
from rwa_deploy.finance.daycounts import DayCount
from rwa_deploy.finance.packing import pack_factors, pack_periods
from rwa_deploy.finance.schedules import Form, Schedule, bond_schedule, discount_schedule, with_rates
from rwa_deploy.finance.taxes import InstrumentClass, TaxRow, pack_row, rate_bps
from rwa_deploy.model import TaxClass
from rwa_deploy.terms import Terms, abi_terms, draft, schedule, template_kinds, terms_hash

HOLDER, RECEIVER, TREASURY, SIGNER = map(address_of, ("holder", "receiver", "treasury", "price_signer"))
ISSUE = date(2020, 9, 10)
CODES: Mapping[TaxClass | None, int] = {None: 0, **{kind: code for code, kind in enumerate(TaxClass, start=1)}}
EXACT = settings(max_examples=40, suppress_health_check=list(HealthCheck))


@st.composite
def schedules(draw: st.DrawFn, form: Form = Form.FIXED) -> tuple[Schedule, int]:
    """A schedule from the issue date on, with any stub, step-up and amortisation; and its record days."""
    frequency = draw(st.sampled_from([1, 2, 4, 12]))
    months = draw(st.integers(2 * 12 // frequency, 60))
    day = draw(st.integers(1, 28))
    maturity = date(2020 + (9 + months) // 12, (9 + months) % 12 + 1, day)
    rate = st.integers(0, 2**27 - 1)
    record_days = draw(st.integers(0, 10))
    options = {
        "form": form, "basis": draw(st.sampled_from(DayCount)), "frequency": frequency, "issue": ISSUE,
        "maturity": maturity, "record_days": record_days,
    }  # fmt: skip
    rates = () if form is Form.FLOATING else ((ISSUE, draw(rate)),)
    try:
        plain = bond_schedule(**options, rates=rates)
        regular = [payment.end for payment in coupons.payments(plain)]
        if len(regular) > 2 and draw(st.booleans()):  # a long first stub
            options["first"] = regular[1]
        if rates and len(regular) > 3 and draw(st.booleans()):  # a step-up
            rates = (*rates, (regular[2], draw(rate)))
        count = len(coupons.payments(bond_schedule(**options, rates=rates)))
        falling = (*(10**9 - (at + 1) * (10**9 // count) for at in range(count - 1)), 0)
        factors = draw(st.sampled_from([(), falling]))
        return bond_schedule(**options, rates=rates, factors=factors), record_days
    except ValueError:  # a stub of a day and the like
        assume(False)
        raise


def create(world: World, made: Schedule, record_days: int = 0, **changes: object) -> Contract:
    return world.new_series(
        symbol="PKIB",
        issueAt=start_of(day_of(made.issue)),
        maturityAt=start_of(day_of(made.maturity)),
        form=made.form.code,
        basis=made.basis.code,
        frequency=made.frequency,
        recordDays=record_days,
        instrumentClass=GOVERNMENT,
        periods=pack_periods(made),
        factors=pack_factors(made),
        **changes,
    )


def day_in(made: Schedule, place: float) -> date:
    """A day of the life."""
    return made.issue + timedelta(days=int(place * (made.maturity - made.issue).days))


def check_prices(world: World, series: Contract, made: Schedule, on: date, percent: Decimal) -> None:
    at = start_of(day_of(on))
    accrued = coupons.accrued(made, on)
    assert Fraction(*world.maths.accruedAt(series.address, at)) == accrued
    principal = coupons.principal_down(12_345_678_901, coupons.factor_at(made, on) * 10**9)
    assert world.maths.accruedUp(series.address, 12_345_678_901, at) == coupons.accrued_cash_up(principal, accrued)
    found = world.maths.dirtyPrice(series.address, at, int(percent * 10**16))
    assert found == bonds.price_units(made, on, percent)


@EXACT
@given(drawn=schedules(), place=st.floats(0, 0.9999), percent=st.decimals(-5, 40, places=6))
def test_accrued_and_price_are_those_of_finance(
    built_world: World, drawn: tuple[Schedule, int], place: float, percent: Decimal
):
    made, record_days = drawn
    with built_world.chain.rolled_back():
        series = create(built_world, made, record_days)
        check_prices(built_world, series, made, day_in(made, place), percent)


@EXACT
@given(days=st.integers(1, 366), place=st.floats(0, 0.9999), percent=st.decimals(-5, 40, places=6))
def test_price_of_a_bill_is_that_of_finance(built_world: World, days: int, place: float, percent: Decimal):
    made = discount_schedule(Form.DISCOUNT, ISSUE, ISSUE + timedelta(days=days))
    with built_world.chain.rolled_back():
        check_prices(built_world, create(built_world, made), made, day_in(made, place), percent)


@EXACT
@given(days=st.integers(1, 11_000), place=st.floats(0, 0.9999), percent=st.decimals(-5, 40, places=6))
def test_price_of_a_zero_is_that_of_finance(built_world: World, days: int, place: float, percent: Decimal):
    made = discount_schedule(Form.ZERO, ISSUE, ISSUE + timedelta(days=days))
    with built_world.chain.rolled_back():
        check_prices(built_world, create(built_world, made), made, day_in(made, place), percent)


@EXACT
@given(drawn=schedules(Form.FLOATING), rates=st.lists(st.integers(0, 2**27 - 1), min_size=60, max_size=60))
def test_income_of_a_floater_is_that_of_finance(built_world: World, drawn: tuple[Schedule, int], rates: list[int]):
    world, (made, record_days) = built_world, drawn
    with world.chain.rolled_back():
        series = create(world, made, record_days, maxRate=2**32 - 1)
        paid = coupons.payments(made)[:8]
        fixed = {payment.start: rate for payment, rate in zip(paid, rates, strict=False)}
        for payment in paid:
            for period in range(payment.first, payment.last + 1):
                world.chain.now = max(world.chain.now, start_of(day_of(made.periods[period].start)))
                world.fixings.fixFallback(series.address, period, fixed[payment.start], bytes(32), by=SIGNER)
        known = with_rates(made, fixed)
        for payment in coupons.payments(known)[:8]:
            found = world.maths.paymentOf(series.address, payment.last)
            assert Fraction(found.numerator, found.denominator) == payment.income


BPS = st.integers(0, 10_000)


@st.composite
def tax_rows(draw: st.DrawFn) -> TaxRow:
    """Rates for each class, with or without a limit."""
    rates = {kind: draw(BPS) for kind in TaxClass}
    limit = draw(st.sampled_from([None, 1, 100_000_000, 300_000_000, 10**12]))
    lower = {} if limit is None else {kind: draw(BPS) for kind in draw(st.sets(st.sampled_from(list(TaxClass))))}
    return TaxRow(InstrumentClass.GOVERNMENT_SECURITY, date(2020, 9, 11), rates, False, limit, lower)


@EXACT
@given(
    drawn=schedules(), pick=st.integers(0, 30), face=st.integers(1, 10**13), tax=tax_rows(),
    kind=st.sampled_from([None, *TaxClass]),
)  # fmt: skip
def test_coupon_and_tax_are_those_of_finance(
    built_world: World, drawn: tuple[Schedule, int], pick: int, face: int, tax: TaxRow, kind: TaxClass | None
):
    world, (made, record_days) = built_world, drawn
    with world.chain.rolled_back():
        row, reduced = pack_row(tax)
        world.tax_table.setRates(GOVERNMENT, row, reduced, by=address_of("tax_office"))
        entry = record(tax_class=CODES[kind], valid_until=VALID_UNTIL + 5 * 365 * 86_400)
        world.allowlist.onboardByRegistrar([(HOLDER, entry, bytes(32))], by=address_of("registrar"))
        series = create(world, made, record_days, denomination=1)
        world.issue(series, {HOLDER: face})
        payments = coupons.payments(made)
        payment = payments[pick % len(payments)]
        world.mint_cash(TREASURY, 10**17)
        world.cash.approve(world.paying_agent.address, 2**256 - 1, by=TREASURY)
        world.chain.now = start_of(day_of(payment.payable))
        if world.paying_agent.dueOf(series.address, payment.last):
            world.paying_agent.fundPayment(series.address, payment.last, 2**200, by=TREASURY)
        receipt = world.paying_agent.pay(series.address, payment.last, [HOLDER])
        gross = coupons.entitlement(face, payment, 0).gross
        bps = rate_bps([tax], tax.instrument_class, kind, payment.payable, gross)
        expected = coupons.entitlement(face, payment, bps)
        found = [entry[4:] for entry in receipt.of("Paid")]
        nothing = expected.gross + expected.instalment == 0
        assert found == ([] if nothing else [(expected.gross, expected.instalment, expected.tax)])


@pytest.mark.parametrize("kind", template_kinds())
def test_every_template_becomes_a_series_that_computes_like_finance(world: World, kind: str):
    terms = Terms.model_validate(tomllib.loads(draft(kind)))
    made = schedule(terms, calendar=PAKISTAN)
    artifact = world.artifacts["BondToken"]
    at = (world.authority.address, world.allowlist.address, world.programme.address, world.maths.address)
    code = init_code(artifact, *at, abi_terms(terms))
    series = Contract(world.chain, world.chain.create(code), artifact)
    assert (series.termsHash(), series.maxFace()) == (terms_hash(terms), terms.maximum_face)
    world.register(code, terms_hash=terms_hash(terms))
    world.confirm(series, code, terms_hash=terms_hash(terms))
    if made.form is Form.FLOATING:
        return
    for place in (0, 0.123, 0.5, 0.77, 0.999):
        check_prices(world, series, made, day_in(made, place), Decimal("11.25"))
    for payment in coupons.payments(made):
        found = world.maths.paymentOf(series.address, payment.last)
        assert Fraction(found.numerator, found.denominator) == payment.income
        assert found.recordAt == start_of(day_of(payment.record_at))
        assert found.payableAt == start_of(day_of(payment.payable))
        assert found.factorBefore == payment.factor_before * WAD // 10**9


def test_the_issue_date_of_this_file_is_that_of_the_world():
    assert (start_of(day_of(ISSUE)), units.unix_from_date(ISSUE), UNIT) == (ISSUE_AT, ISSUE_AT, 5_000_000_000)

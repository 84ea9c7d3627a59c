"""finance.schedules, coupons and packing: what is paid, when, to whom, and how the contracts keep it."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rwa_deploy import units
from rwa_deploy.finance.calendars import Calendar, DayStatus
from rwa_deploy.finance.coupons import (
    accrued,
    accrued_cash_up,
    entitlement,
    factor_at,
    floating_rate,
    payments,
    principal_down,
    running,
)
from rwa_deploy.finance.daycounts import DayCount
from rwa_deploy.finance.packing import Option, OptionKind, pack_factors, pack_options, pack_periods, unpack
from rwa_deploy.finance.schedules import (
    FACTOR_ONE,
    MAX_RATE,
    Form,
    Schedule,
    bond_schedule,
    discount_schedule,
    interest_dates,
    with_rates,
)

ISSUE, MATURITY = date(2020, 8, 20), date(2023, 8, 20)


def _bond(**changes: Any) -> Schedule:
    terms: dict[str, Any] = {
        "form": Form.FIXED,
        "basis": DayCount.ACT_ACT_ICMA,
        "frequency": 2,
        "issue": ISSUE,
        "maturity": MATURITY,
    }
    terms |= changes
    terms.setdefault("rates", () if terms["form"] is Form.FLOATING else ((terms["issue"], 7_000_000),))
    return bond_schedule(**terms)


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_bond_schedule_counts_back_from_maturity_and_rolls_payments_only() -> None:
    periods = _bond(record_days=1).periods
    assert [period.end for period in periods] == [date(y, m, 20) for y in (2021, 2022, 2023) for m in (2, 8)]
    assert [period.start for period in periods] == [ISSUE, *(period.end for period in periods[:-1])]
    assert [period.ref_days for period in periods] == [184, 181, 184, 181, 184, 181]
    assert [(period.payable - period.end).days for period in periods] == [2, 0, 1, 2, 0, 1]
    assert [period.record_at for period in periods[:2]] == [date(2021, 2, 19), date(2021, 8, 19)]
    assert {period.rate for period in periods} == {7_000_000}
    assert all(period.pays for period in periods)


@pytest.mark.parametrize(
    ("issue", "maturity", "end_of_month", "expected"),
    [
        (date(2024, 8, 31), date(2025, 8, 31), False, [date(2025, 2, 28), date(2025, 8, 31)]),
        (date(2024, 2, 29), date(2025, 2, 28), True, [date(2024, 8, 31), date(2025, 2, 28)]),
        (date(2024, 2, 28), date(2025, 2, 28), False, [date(2024, 8, 28), date(2025, 2, 28)]),
        (date(2024, 2, 27), date(2025, 2, 27), True, [date(2024, 8, 27), date(2025, 2, 27)]),  # no end of a month
    ],
)
def test_interest_dates_keep_the_day_or_the_end_of_the_month(
    issue: date, maturity: date, end_of_month: bool, expected: list[date]
) -> None:
    dates, _ = interest_dates(issue, maturity, 2, end_of_month=end_of_month)
    assert list(dates) == [issue, *expected]


def test_bond_schedule_leaves_a_short_first_period_to_what_is_over() -> None:
    first = _bond(issue=date(2020, 10, 1)).periods[0]
    assert (first.start, first.end, first.ref_days, first.pays) == (date(2020, 10, 1), date(2021, 2, 20), 184, True)


def test_bond_schedule_cuts_a_long_first_period_at_the_quasi_coupon_date() -> None:
    made = _bond(issue=date(2020, 7, 20), first=date(2021, 2, 20))
    head, rest = made.periods[:2]
    assert (head.start, head.end, head.ref_days, head.pays) == (date(2020, 7, 20), ISSUE, 182, False)
    assert (rest.start, rest.end, rest.ref_days, rest.pays) == (ISSUE, date(2021, 2, 20), 184, True)
    assert payments(made)[0].income == Fraction(7, 200) * (Fraction(31, 182) + 1)


def test_bond_schedule_keeps_a_long_first_period_whole_under_other_day_counts() -> None:
    made = _bond(issue=date(2020, 7, 20), first=date(2021, 2, 20), basis=DayCount.ACT_365)
    assert (made.periods[0].start, made.periods[0].end, made.periods[0].ref_days) == (
        date(2020, 7, 20),
        date(2021, 2, 20),
        0,
    )
    assert payments(made)[0].income == Fraction(7, 100) * Fraction(215, 365)


def test_bond_schedule_cuts_a_long_last_period_too() -> None:
    made = _bond(maturity=date(2023, 9, 19), last=date(2023, 2, 20))
    head, rest = made.periods[-2:]
    assert (head.end, head.ref_days, head.pays) == (date(2023, 8, 20), 181, False)
    assert (rest.end, rest.ref_days, rest.pays) == (date(2023, 9, 19), 184, True)


def test_bond_schedule_counts_from_the_first_payment_when_maturity_is_not_on_its_way() -> None:
    made = _bond(maturity=date(2023, 9, 19), first=date(2021, 2, 20))
    assert [period.end for period in made.periods[-2:]] == [date(2023, 8, 20), date(2023, 9, 19)]
    assert made.periods[-1].ref_days == 184


def test_bond_schedule_steps_the_rate_on_payment_dates() -> None:
    made = _bond(rates=((ISSUE, 7_000_000), (date(2022, 2, 20), 8_000_000)))
    assert [period.rate for period in made.periods] == [7_000_000] * 3 + [8_000_000] * 3


def test_discount_schedule_has_no_periods_and_rolls_its_redemption() -> None:
    made = discount_schedule(Form.DISCOUNT, date(2020, 9, 10), date(2021, 2, 20))
    assert (made.periods, made.frequency, made.redeemed) == ((), 0, date(2021, 2, 22))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"maturity": ISSUE}, "maturity 2020-08-20 is not after issue"),
        ({"frequency": 5}, "cannot be paid 5 times a year"),
        ({"first": ISSUE}, "first interest payment on 2020-08-20 is not between"),
        ({"first": date(2024, 2, 20)}, "is not between issue"),
        ({"first": date(2022, 1, 3), "last": date(2023, 2, 20)}, "no whole period before 2023-02-20"),
        ({"first": date(2023, 2, 20), "last": date(2022, 8, 20)}, "is after the last on 2022-08-20|no whole period"),
        ({"rates": ((ISSUE, 1), (ISSUE, 2))}, "out of order"),
        ({"rates": ((date(2021, 2, 20), 1),)}, "give it from issue"),
        ({"rates": ((ISSUE, 1), (date(2021, 3, 1), 2))}, "steps on 2021-03-01, where no interest period starts"),
        ({"rates": ((ISSUE, MAX_RATE + 1),)}, "134.217727"),
        ({"record_days": 184}, "not after 2020-08-20"),
        ({"factors": (0,)}, "1 pool factors for 6 payments"),
        ({"factors": (1, 2, 0, 0, 0, 0)}, "never rise"),
        ({"factors": (9, 8, 7, 6, 5, 4)}, "end at 0"),
        ({"factors": (FACTOR_ONE + 1, 8, 7, 6, 5, 0)}, "start at 1"),
        ({"frequency": 12, "maturity": date(2031, 8, 20)}, "132 periods, at most 120"),
        ({"maturity": date(2021, 5, 8)}, "rolls to 2021-05-17, more than 7 days"),
    ],
)
def test_bond_schedule_refuses_when_terms_contradict_themselves(changes: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        _bond(**changes)


def test_with_rates_fixes_every_segment_of_a_payment() -> None:
    made = _bond(form=Form.FLOATING, issue=date(2020, 7, 20), first=date(2021, 2, 20))
    assert {period.rate for period in made.periods} == {None}
    assert payments(made)[0].income is None
    fixed = with_rates(made, {date(2020, 7, 20): 8_000_000, date(2021, 2, 20): 9_000_000})
    assert [period.rate for period in fixed.periods[:4]] == [8_000_000, 8_000_000, 9_000_000, None]
    with pytest.raises(ValueError, match="no interest period starts on 2020-08-20"):
        with_rates(made, {ISSUE: 8_000_000})


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_entitlement_rounds_gross_down_and_tax_up_to_the_paisa() -> None:
    payment = payments(_bond())[0]
    paid = entitlement(100_000_330_000, payment, 1_500)
    # 100,000.33 × 3.5 % = 3,500.01155 -> 3,500.01; 15 % of it is 525.0015 -> 525.01
    assert (paid.gross, paid.tax, paid.net) == (3_500_010_000, 525_010_000, 2_975_000_000)
    assert (paid.principal, paid.instalment) == (100_000_330_000, 0)


def test_entitlement_of_an_amortising_bond_pays_interest_on_what_was_owed_before() -> None:
    made = _bond(factors=(FACTOR_ONE, 750_000_000, 666_666_667, 500_000_000, 250_000_000, 0))
    face = 1_000_001
    paid = [entitlement(face, payment, 0) for payment in payments(made)]
    assert [one.principal for one in paid] == [1_000_001, 1_000_001, 750_000, 666_667, 500_000, 250_000]
    assert [one.instalment for one in paid] == [0, 250_000, 83_333, 166_666, 250_000, 0]  # the last is redeemed
    assert {one.gross % units.MINOR_UNIT for one in paid} == {0}


def test_entitlement_refuses_when_the_rate_is_not_fixed() -> None:
    with pytest.raises(ValueError, match="payment of 2021-02-20 is not fixed"):
        entitlement(units.ONE, payments(_bond(form=Form.FLOATING))[0], 0)


@given(st.integers(0, 10**18), st.lists(st.integers(0, FACTOR_ONE), min_size=5, max_size=5))
def test_instalments_and_redemption_return_the_face_less_at_most_a_unit_each(face: int, marks: list[int]) -> None:
    made = _bond(factors=(*sorted(marks, reverse=True), 0))
    paid = [entitlement(face, payment, 0) for payment in payments(made)]
    returned = sum(one.instalment for one in paid) + paid[-1].principal
    assert face - len(paid) < returned <= face


def test_accrued_is_the_published_share_of_a_half_year() -> None:
    assert accrued(_bond(), date(2021, 3, 4)) == Fraction(7, 200) * Fraction(12, 181)


def test_accrued_is_negative_from_the_record_date_to_the_end_of_the_period() -> None:
    made = _bond(record_days=10)
    half = Fraction(7, 200)
    assert accrued(made, date(2021, 2, 9)) == half * Fraction(173, 184)
    assert accrued(made, date(2021, 2, 10)) == -half * Fraction(10, 184)
    assert accrued(made, date(2021, 2, 19)) == -half * Fraction(1, 184)
    assert accrued(made, date(2021, 2, 20)) == 0


def test_accrued_ends_with_the_life() -> None:
    made = _bond()
    assert accrued(made, MATURITY) == accrued(made, date(2030, 1, 1)) == 0
    with pytest.raises(ValueError, match="before the issue"):
        accrued(made, date(2020, 8, 19))
    assert accrued(discount_schedule(Form.ZERO, ISSUE, MATURITY), date(2021, 1, 1)) == 0


@pytest.mark.parametrize(
    ("fraction", "cash"),
    [(Fraction(1, 300), 3_340_000), (Fraction(-1, 300), -3_330_000), (Fraction(1, 100), 10_000_000), (Fraction(0), 0)],
)
def test_accrued_cash_is_rounded_against_the_buyer_both_ways(fraction: Fraction, cash: int) -> None:
    assert accrued_cash_up(1_000 * units.ONE, fraction) == cash


def test_factor_at_falls_on_the_unadjusted_date_and_is_nothing_at_maturity() -> None:
    made = _bond(factors=(900_000_000, 800_000_000, 700_000_000, 600_000_000, 500_000_000, 0))
    days = (ISSUE, date(2021, 2, 19), date(2021, 2, 20), date(2023, 8, 19), MATURITY)
    assert [factor_at(made, day) // 10**8 for day in days] == [10, 10, 9, 5, 0]
    assert factor_at(_bond(), date(2023, 8, 19)) == FACTOR_ONE


def test_principal_down_drops_what_is_less_than_a_unit() -> None:
    assert principal_down(10, 10**18 // 3) == 3


def test_running_is_the_payment_that_begins_on_a_payment_date() -> None:
    made = _bond()
    found = running(made, date(2021, 2, 20))
    assert found is not None
    assert found.start == date(2021, 2, 20)
    assert running(made, MATURITY) is None


def test_floating_rate_adds_the_margin_and_refuses_what_is_out_of_bounds() -> None:
    assert floating_rate(7_140_700, 50_000, 0, 50_000_000) == 7_190_700
    with pytest.raises(ValueError, match="not between 0 and 50000000"):
        floating_rate(71_407_000, 0, 0, 50_000_000)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pack_periods_lays_the_fields_out_as_the_contracts_read_them() -> None:
    made = _bond(issue=date(2020, 7, 20), first=date(2021, 2, 20))
    words = pack_periods(made)
    assert len(words) == 2  # seven periods, four to a word
    fields = unpack(words, 7, 64)
    for value, period in zip(fields, made.periods, strict=True):
        assert value & 0xFFFFFF == (period.end - date(1970, 1, 1)).days
        assert value >> 24 & 0x7FFFFFF == 7_000_000
        assert value >> 51 & 0x1FF == period.ref_days
        assert value >> 60 & 7 == (period.payable - period.end).days
        assert value >> 63 == period.pays


def test_pack_periods_writes_no_rate_for_a_floater_and_refuses_a_fixed_one_without() -> None:
    floats = with_rates(_bond(form=Form.FLOATING), {ISSUE: 8_000_000})
    assert {value >> 24 & 0x7FFFFFF for value in unpack(pack_periods(floats), 6, 64)} == {0}
    with pytest.raises(ValueError, match="has no rate"):
        pack_periods(_bond(rates=()))


def test_pack_factors_puts_eight_to_a_word_and_none_for_a_bullet() -> None:
    factors = (900_000_000, 800_000_000, 700_000_000, 600_000_000, 500_000_000, 0)
    words = pack_factors(_bond(factors=factors))
    assert len(words) == 1
    assert unpack(words, 6, 32) == factors
    assert pack_factors(_bond()) == ()


def test_pack_options_orders_them_by_period() -> None:
    words = pack_options([Option(3, OptionKind.PUT, 100_000_000), Option(1, OptionKind.CALL, 101_000_000)])
    assert words == (1 | 1 << 16 | 101_000_000 << 32 | (3 | 2 << 16 | 100_000_000 << 32) << 64,)


@pytest.mark.parametrize(
    "pack",
    [
        lambda: pack_options([Option(2**16, OptionKind.CALL, 1)]),
        lambda: pack_options([Option(1, OptionKind.CALL, 2**32)]),
    ],
)
def test_packing_refuses_what_the_bits_cannot_hold(pack: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        pack()


def test_form_codes_are_those_of_the_contracts() -> None:
    assert [form.code for form in (Form.DISCOUNT, Form.ZERO, Form.FIXED, Form.FLOATING)] == [0, 1, 2, 3]


def test_bond_schedule_uses_the_calendar_it_is_given() -> None:
    closed = Calendar({date(2021, 2, 22): DayStatus.HOLIDAY})
    assert _bond(calendar=closed).periods[0].payable == date(2021, 2, 23)

"""units: exact or refused; rounding stands in the name."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rwa_deploy import units

FACE = st.integers(0, 2**90)
PRICE = st.integers(1, 200 * units.ONE)


@pytest.mark.parametrize(
    ("convert", "text", "expected"),
    [
        (units.amount_from, "4919.16", 4_919_160_000),
        (units.amount_from, "0.000001", 1),
        (units.amount_from, 5, 5_000_000),
        (units.amount_from, Decimal("1E+3"), 1_000_000_000),
        (units.face_from_million, "685.855", 685_855_000_000_000),
        (units.price_from, "98.3815", 98_381_500),
        (units.price_from, "98.38150", None),
        (units.price_from, "98.38155", None),
        (units.fx_from, "278.5", 278_500_000),
        (units.rate_from, "0.0714", 71_400_000_000_000_000),
        (units.rate_from_pct, "-7.1485", -71_485_000_000_000_000),
        (units.amount_from, "0.0000001", None),
        (units.amount_from, "-1", None),
        (units.amount_from, "1e3", None),
        (units.amount_from, "1_000", None),
        (units.amount_from, "1,000", None),
        (units.amount_from, " 1", None),
        (units.amount_from, "+1", None),
        (units.amount_from, ".5", None),
        (units.amount_from, "", None),
        (units.amount_from, "NaN", None),
        (units.amount_from, "٣", None),
        (units.amount_from, Decimal("Infinity"), None),
    ],
)
def test_conversion_is_exact_or_refused(convert: Callable[[object], int], text: object, expected: int | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match=r"decimals|negative|plain number|finite"):
            convert(text)
    else:
        assert convert(text) == expected


@pytest.mark.parametrize("value", [1.0, True, None])
def test_amount_from_refuses_when_type_is_not_exact(value: object) -> None:
    with pytest.raises(TypeError, match="not an exact number"):
        units.amount_from(value)  # type: ignore[arg-type]


def test_amount_from_refuses_when_above_a_balance() -> None:
    most = units.unscaled(units.MAX_AMOUNT, 6)
    assert units.amount_from(most) == 2**128 - 1
    with pytest.raises(ValueError, match="too large"):
        units.amount_from(units.unscaled(units.MAX_AMOUNT + 1, 6))


@given(st.integers(0, units.MAX_AMOUNT))
def test_amount_from_inverts_unscaled(amount: int) -> None:
    assert units.amount_from(units.unscaled(amount, 6)) == amount
    assert units.amount_from(f"{units.unscaled(amount, 6):f}") == amount


@given(FACE, PRICE)
def test_cash_for_face_brackets_the_exact_amount(face: int, price: int) -> None:
    exact = Fraction(face * price, units.PAR)
    up, down = units.cash_for_face_up(face, price), units.cash_for_face_down(face, price)
    assert down <= exact <= up
    assert up - down == (0 if exact % units.MINOR_UNIT == 0 else units.MINOR_UNIT)
    assert up % units.MINOR_UNIT == down % units.MINOR_UNIT == 0


def test_cash_for_face_up_pays_the_published_amount() -> None:
    assert units.cash_for_face_up(5_000 * units.ONE, 98_383_200) == 4_919_160_000


def test_cash_for_face_rounds_half_a_paisa_by_name() -> None:
    assert units.cash_for_face_up(5_000 * units.ONE, 98_383_300) == 4_919_170_000  # 4,919.165 exactly
    assert units.cash_for_face_down(5_000 * units.ONE, 98_383_300) == 4_919_160_000


@given(FACE, st.integers(1, 2**70), st.integers(1, 2**70))
def test_mul_div_brackets_the_exact_quotient(a: int, b: int, denominator: int) -> None:
    exact = Fraction(a * b, denominator)
    down, up = units.mul_div_down(a, b, denominator), units.mul_div_up(a, b, denominator)
    assert down <= exact <= up
    assert up - down == (exact.denominator != 1)


def test_usd_for_pkr_up_rounds_up_to_the_unit() -> None:
    assert units.usd_for_pkr_up(278_500_000, 278_500_000) == units.ONE
    assert units.usd_for_pkr_up(1, 278_500_000) == 1
    assert units.usd_for_pkr_up(0, 278_500_000) == 0


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [("0.00005", 4, "0.0001"), ("-0.00005", 4, "-0.0001"), ("0.00004999", 4, "0.0000"), ("2.5", 0, "3")],
)
def test_decimal_half_up_rounds_away_from_zero_at_a_half(value: str, places: int, expected: str) -> None:
    assert str(units.decimal_half_up(Decimal(value), places)) == expected


def test_texts_are_plain_decimal_strings() -> None:
    assert units.cash_text(4_919_160_000) == "4919.16"
    assert units.cash_text(1) == "0.000001"
    assert units.price_text(98_381_500) == "98.3815"
    assert units.price_text(98_381_501) == "98.381501"
    assert units.million_text(19_675_518_837_640_000) == "19675.519"
    assert units.million_text(19_675_518_837_640_000, grouped=True) == "19,675.519"


def test_unix_from_date_is_midnight_in_pakistan() -> None:
    assert units.unix_from_date(date(2020, 9, 10)) == int(datetime.fromisoformat("2020-09-10T00:00+05:00").timestamp())
    with pytest.raises(ValueError, match="1970-01-02"):
        units.unix_from_date(date(1970, 1, 1))
    with pytest.raises(TypeError):
        units.unix_from_date(datetime(2020, 9, 10, tzinfo=UTC))


@given(st.dates(date(1970, 1, 2), date(2200, 1, 1)))
def test_date_from_unix_inverts_unix_from_date(value: date) -> None:
    start = units.unix_from_date(value)
    assert units.date_from_unix(start) == units.date_from_unix(start + units.SECONDS_PER_DAY - 1) == value
    assert units.day(start) - units.day(start - 1) == 1


@pytest.mark.parametrize("text", ["20200910", "2020-9-10", "2020-W37-4", "2020-02-30", "10-09-2020", "2020-09-10 "])
def test_date_from_text_refuses_when_not_year_month_day(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a date|does not exist"):
        units.date_from_text(text)

"""finance.bills: the market's simple yield, held against QuantLib and the State Bank's published figures."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import QuantLib
from hypothesis import given
from hypothesis import strategies as st
from stdnum import isin

from rwa_deploy.finance.bills import (
    BillTenor,
    bill_days,
    bill_isin,
    bill_maturity,
    price_from_yield,
    yield_pct_from_price,
)

BOOK = Path(__file__).parents[2] / "scripts/scenarios/data/mtb-574-bids.csv"
SETTLEMENT, MATURITY = date(2020, 9, 10), date(2020, 12, 3)


def _quantlib_rate(price: float, days: int) -> float:
    start = QuantLib.Date(10, 9, 2020)
    rate = QuantLib.InterestRate.impliedRate(
        100 / price, QuantLib.Actual365Fixed(), QuantLib.Simple, QuantLib.Annual, start, start + days
    )
    return float(rate.rate())


@given(st.integers(50_000_000, 110_000_000), st.sampled_from([1, 28, 84, 91, 182, 364, 365]))
def test_yield_pct_from_price_equals_quantlib(price: int, days: int) -> None:
    ours = yield_pct_from_price(price, days, places=15)
    assert abs(float(ours) / 100 - _quantlib_rate(price / 1e6, days)) < 1e-9


@given(st.integers(1, 400_000), st.sampled_from([28, 84, 182, 364]))
def test_price_from_yield_equals_quantlib(yield_1e4: int, days: int) -> None:
    rate = QuantLib.InterestRate(yield_1e4 / 1e6, QuantLib.Actual365Fixed(), QuantLib.Simple, QuantLib.Annual)
    price = price_from_yield(Decimal(yield_1e4).scaleb(-4), days, places=6)
    start = QuantLib.Date(10, 9, 2020)
    assert abs(price / 1e6 - 100 * rate.discountFactor(start, start + days)) <= 5.001e-7  # half of the 6th decimal


@given(st.integers(50_000_000, 110_000_000), st.sampled_from([28, 84, 182, 364]))
def test_price_from_yield_inverts_yield_from_price(price: int, days: int) -> None:
    assert price_from_yield(yield_pct_from_price(price, days, places=12), days, places=6) == price


def test_yield_pct_from_price_gives_every_published_yield_of_auction_574() -> None:
    with BOOK.open() as file:
        for row in csv.DictReader(file):
            price = int(Decimal(row["price_per_100"]) * 10**6)
            assert yield_pct_from_price(price, 84) == Decimal(row["yield_pct"]), row


@pytest.mark.parametrize(("price", "days"), [(0, 84), (-1, 84), (98_000_000, 0)])
def test_yield_pct_from_price_refuses_when_nothing_is_priced(price: int, days: int) -> None:
    with pytest.raises(ValueError, match="positive price"):
        yield_pct_from_price(price, days)


@pytest.mark.parametrize(
    ("pct", "days", "places", "match"),
    [("7", 0, 4, "one day"), ("-1000", 364, 4, "above -100"), ("7", 84, 7, "0 to 6 places")],
)
def test_price_from_yield_refuses_when_there_is_no_such_price(pct: str, days: int, places: int, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        price_from_yield(Decimal(pct), days, places)


@pytest.mark.parametrize(
    ("tenor", "maturity", "expected"),
    [
        (BillTenor.SIX_MONTHS, date(2021, 9, 23), "PK06T2309210"),  # published
        (BillTenor.THREE_MONTHS, MATURITY, "PK03T0312205"),
        (BillTenor.ONE_MONTH, date(2026, 1, 1), None),
        (BillTenor.TWELVE_MONTHS, date(2026, 12, 31), None),
    ],
)
def test_bill_isin_validates(tenor: BillTenor, maturity: date, expected: str | None) -> None:
    number = bill_isin(tenor, maturity)
    assert isin.validate(number) == number
    assert expected in (None, number)


def test_bill_maturity_is_the_published_one_for_auction_574() -> None:
    assert bill_maturity(BillTenor.THREE_MONTHS, SETTLEMENT) == MATURITY
    assert bill_days(SETTLEMENT, MATURITY) == BillTenor.THREE_MONTHS.days == 84


def test_bill_days_refuses_when_maturity_is_not_later() -> None:
    with pytest.raises(ValueError, match="must be later"):
        bill_days(SETTLEMENT, SETTLEMENT)

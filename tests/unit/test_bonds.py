"""finance.bonds: published prices to the digit, and thousands of random bonds against QuantLib."""

import csv
import random
import zlib
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import QuantLib
from quantlib_bonds import STUBS, draw, ours, quantlib

from rwa_deploy import units
from rwa_deploy.finance.bills import price_from_yield
from rwa_deploy.finance.bonds import dirty_price, price_units, quote_from_clean, quote_from_yield, yield_pct_from_clean
from rwa_deploy.finance.coupons import accrued, accrued_cash_up
from rwa_deploy.finance.daycounts import DayCount
from rwa_deploy.finance.schedules import Form, Schedule, bond_schedule, discount_schedule, with_rates

SHEET = Path(__file__).parents[2] / "scripts/scenarios/data/pib-3y-2021-03-03-bids.csv"
SETTLEMENT = date(2021, 3, 4)
CLOSE = 1e-9


def _pib(**changes: object) -> Schedule:
    issue = date(2020, 8, 20)
    terms = {"basis": DayCount.ACT_ACT_ICMA, "frequency": 2, "issue": issue, "maturity": date(2023, 8, 20)}
    floats = changes.get("form") is Form.FLOATING
    rates = () if floats else ((issue, 7_000_000),)
    return bond_schedule(**({"form": Form.FIXED, "rates": rates} | terms | changes))  # type: ignore[arg-type]


def _eurobond() -> Schedule:
    issue = date(2017, 12, 5)
    return bond_schedule(
        form=Form.FIXED,
        basis=DayCount.THIRTY_360,
        frequency=2,
        issue=issue,
        maturity=date(2027, 12, 5),
        rates=((issue, 6_875_000),),
    )


def _sheet() -> list[dict[str, str]]:
    with SHEET.open() as file:
        return list(csv.DictReader(file))


# ── published ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_quote_from_yield_is_the_known_one_of_the_eurobond() -> None:
    quote = quote_from_yield(_eurobond(), date(2025, 12, 12), Decimal("6.75"))
    assert (str(quote.clean), str(quote.accrued)) == ("100.22603427", "0.13368056")
    assert (str(quote.dirty), str(quote.yield_pct)) == ("100.35971482", "6.75000000")


def test_yield_gives_every_published_yield_of_the_reopening_of_march_2021() -> None:
    made = _pib()
    for row in _sheet():
        exact = yield_pct_from_clean(made, SETTLEMENT, Decimal(row["clean_price_per_100"]))
        assert units.decimal_half_up(Fraction(exact), 4) == Decimal(row["yield_pct"]), row


def test_price_gives_every_published_price_but_one_whose_yield_was_rounded() -> None:
    made = _pib()
    differs = {}
    for row in _sheet():
        quote = quote_from_yield(made, SETTLEMENT, Decimal(row["yield_pct"]), places=4)
        if quote.clean != Decimal(row["clean_price_per_100"]):
            differs[row["bid"]] = (quote.clean, Decimal(row["clean_price_per_100"]))
    # Bid 12 was made as a price, 94.9436; its yield is 9.33995, published as 9.3399.
    assert differs == {"12": (Decimal("94.9437"), Decimal("94.9436"))}


def test_cash_of_the_reopening_is_the_published_one() -> None:
    fraction = accrued(_pib(), SETTLEMENT)
    clean, interest = {}, {}
    for row in _sheet():
        face, price = units.face_from_million(row["face_pkr_million"]), units.price_from(row["clean_price_per_100"])
        clean[row["bid"]] = units.cash_for_face_up(face, price)
        interest[row["bid"]] = accrued_cash_up(face, fraction)
    second = (clean["2"], interest["2"], clean["2"] + interest["2"])
    assert [units.million_text(amount) for amount in second] == ["1913.148", "4.641", "1917.789"]
    assert units.million_text(sum(clean.values())) == "11032.285"
    assert units.million_text(sum(clean.values()) + sum(interest.values())) == "11059.204"


# ── QuantLib ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stub", STUBS)
@pytest.mark.parametrize("basis", list(DayCount))
@pytest.mark.parametrize(
    ("count", "ex_days", "amortises"),
    [(90, 0, False), (25, 5, False), (25, 0, True)],
    ids=["bullet", "ex-coupon", "amortising"],
)
def test_quote_equals_quantlib(basis: DayCount, stub: str, count: int, ex_days: int, amortises: bool) -> None:
    rng = random.Random(zlib.crc32(f"{basis}{stub}{ex_days}{amortises}".encode()))
    for number in range(count):
        drawn = draw(rng, basis, stub, ex_days=ex_days, amortises=amortises)
        made, theirs = ours(drawn), quantlib(drawn)
        quote = quote_from_yield(made, drawn.settlement, drawn.yield_pct, places=15)
        assert abs(float(quote.clean) - theirs.clean) < CLOSE, drawn
        assert abs(float(quote.accrued) - theirs.accrued) < CLOSE, drawn
        if number % 10 == 0:
            found = yield_pct_from_clean(made, drawn.settlement, quote.clean)
            assert abs(found - drawn.yield_pct) < Decimal("1e-11"), drawn
            assert abs(float(found) - theirs.yield_pct) < 1e-8, drawn


def test_zero_coupon_equals_quantlibs_annual_compounding() -> None:
    rng = random.Random(5)
    day_count = QuantLib.Actual365Fixed()
    for _ in range(500):
        maturity = date(rng.randint(2024, 2040), rng.randint(1, 12), rng.randint(1, 28))
        years, stub = rng.randint(0, 15), rng.randint(0, 364)
        settlement = maturity.replace(year=maturity.year - years) - timedelta(days=stub)
        if years == stub == 0:
            continue
        percent = rng.randint(-900, 30_000)
        rate = QuantLib.InterestRate(percent / 1e5, day_count, QuantLib.Compounded, QuantLib.Annual)
        made = discount_schedule(Form.ZERO, settlement, maturity)
        price = dirty_price(made, settlement, Decimal(percent).scaleb(-3))
        assert abs(float(price) - 100 * rate.discountFactor(years + stub / 365)) < CLOSE
        assert abs(yield_pct_from_clean(made, settlement, price) - Decimal(percent).scaleb(-3)) < Decimal("1e-13")


def test_bill_equals_quantlibs_simple_rate_and_the_bill_rule() -> None:
    rng = random.Random(6)
    for _ in range(500):
        days, percent = rng.randint(1, 364), Decimal(rng.randint(1, 300_000)).scaleb(-4)
        made = discount_schedule(Form.DISCOUNT, date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days))
        rate = QuantLib.InterestRate(float(percent) / 100, QuantLib.Actual365Fixed(), QuantLib.Simple, QuantLib.Annual)
        price = dirty_price(made, made.issue, percent)
        assert abs(float(price) - 100 * rate.discountFactor(days / 365)) < CLOSE
        assert price_units(made, made.issue, percent) == price_from_yield(percent, days, places=6)
        assert abs(yield_pct_from_clean(made, made.issue, price) - percent) < Decimal("1e-13")


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_price_at_a_yield_of_the_coupon_is_par_on_a_payment_date() -> None:
    quote = quote_from_yield(_pib(), date(2021, 8, 20), Decimal(7))
    assert (str(quote.clean), quote.accrued) == ("100.00000000", 0)


def test_price_drops_by_the_coupon_when_the_record_date_closes() -> None:
    made = _pib(record_days=10)
    before, after = (quote_from_yield(made, date(2021, 2, day), Decimal(7), places=12) for day in (9, 10))
    assert before.accrued > 0 > after.accrued
    assert abs(before.dirty - after.dirty - Decimal("3.5")) < Decimal("0.05")
    assert abs(before.clean - after.clean) < Decimal("0.05")


def test_price_leaves_out_the_instalment_when_the_record_date_has_closed() -> None:
    factors = (800_000_000, 600_000_000, 400_000_000, 300_000_000, 200_000_000, 0)
    before, after = (
        dirty_price(_pib(record_days=10, factors=factors), date(2021, 2, day), Decimal(7)) for day in (9, 10)
    )
    assert abs(before - after - Decimal("23.5")) < Decimal("0.1")


def test_last_coupon_goes_without_the_redemption() -> None:
    made = _pib(record_days=10)
    quote = quote_from_yield(made, date(2023, 8, 15), Decimal(0))
    assert str(quote.dirty) == "100.00000000"
    assert str(quote.accrued) == f"{-Decimal('3.5') * 5 / 181:.8f}"


def test_floater_takes_unknown_coupons_at_the_last_fixing() -> None:
    made = with_rates(_pib(form=Form.FLOATING), {date(2020, 8, 20): 6_000_000, date(2021, 2, 20): 7_000_000})
    fixed = quote_from_yield(_pib(), SETTLEMENT, Decimal(9))
    assert quote_from_yield(made, SETTLEMENT, Decimal(9)) == fixed
    assert quote_from_clean(made, SETTLEMENT, fixed.clean).yield_pct == Decimal("9.00000000")


def test_floater_without_a_fixing_is_refused() -> None:
    with pytest.raises(ValueError, match="no rate is fixed on 2021-03-04"):
        quote_from_yield(_pib(form=Form.FLOATING), SETTLEMENT, Decimal(9))


@pytest.mark.parametrize("day", [date(2020, 8, 19), date(2023, 8, 20)])
def test_settlement_outside_the_life_is_refused(day: date) -> None:
    with pytest.raises(ValueError, match=f"nothing is settled on {day}"):
        dirty_price(_pib(), day, Decimal(7))


@pytest.mark.parametrize(
    ("made", "percent"),
    [(_pib(), "-200"), (discount_schedule(Form.DISCOUNT, SETTLEMENT, date(2022, 3, 4)), "-100")],
    ids=["bond", "bill"],
)
def test_yield_without_a_price_is_refused(made: Schedule, percent: str) -> None:
    with pytest.raises(ValueError, match="so negative has no price"):
        dirty_price(made, SETTLEMENT, Decimal(percent))


@pytest.mark.parametrize(("clean", "match"), [("-1", "leaves nothing to pay"), ("1e12", "so high a price")])
def test_price_without_a_yield_is_refused(clean: str, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        yield_pct_from_clean(_pib(), SETTLEMENT, Decimal(clean))


@pytest.mark.parametrize("percent", ["-30", "0", "0.0001", "9.3399", "250"])
def test_yield_inverts_price_to_the_fifteenth_place(percent: str) -> None:
    made = _pib()
    clean = dirty_price(made, SETTLEMENT, Decimal(percent)) - 100 * Decimal(21) / 9050
    assert abs(yield_pct_from_clean(made, SETTLEMENT, clean) - Decimal(percent)) < Decimal("1e-14")


def test_price_units_are_the_dirty_price_rounded_half_up() -> None:
    quote = quote_from_yield(_eurobond(), date(2025, 12, 12), Decimal("6.75"))
    assert price_units(_eurobond(), date(2025, 12, 12), Decimal("6.75")) == 100_359_715
    assert quote.dirty == Decimal("100.35971482")

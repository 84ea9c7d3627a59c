"""The reference model: the committed files are what it writes, and it stands on published and on QuantLib's figures."""

import ast
import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import QuantLib
from tests.reference import bonds, days, money
from tests.reference.bonds import pct
from tests.reference.book import DATA, ROOT, TaxTable
from tests.reference.scenarios import BONDS, EXPECTED, SCENARIOS, pib_bids

SETTLEMENT = date(2021, 3, 4)
CLOSE = 1e-9
TERMS = {
    "pib-2021": ROOT / "src/rwa_deploy/terms/templates/pib-fixed-3y.toml",
    "eurobond-2027": ROOT / "src/rwa_deploy/terms/templates/eurobond-usd.toml",
    **{name: DATA / name / "terms.toml" for name in ("floater", "sukuk", "call", "buyback")},
    **{f"default-{year}": DATA / "default" / f"terms-{year}.toml" for year in (2025, 2028, 2030)},
}


# ── the files ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", SCENARIOS)
def test_expected_file_is_what_the_model_writes(name: str) -> None:
    assert (EXPECTED / f"{name}.csv").read_text() == SCENARIOS[name]().csv(), "run python -m tests.reference"


def test_every_expected_file_belongs_to_a_scenario() -> None:
    assert {path.stem for path in EXPECTED.iterdir()} == set(SCENARIOS)


def test_model_imports_nothing_of_the_package() -> None:
    for path in Path(bonds.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith("rwa_deploy")], path


@pytest.mark.parametrize("name", BONDS)
def test_terms_are_those_of_the_term_sheet(name: str) -> None:
    bond, sheet = BONDS[name], tomllib.loads(TERMS[name].read_text())
    assert (bond.issue, bond.maturity) == (sheet["issue_date"], sheet["maturity_date"])
    assert bond.months == {"semi_annually": 6, "quarterly": 3}[sheet["interest_payment_frequency"]]
    assert bond.basis in sheet["day_count_fraction"].replace("Actual/365", "ACT/365")
    assert (bond.instrument, bond.record_days) == (sheet["instrument_class"], sheet["record_days"])
    assert bond.rate == (pct(sheet["interest_rate"]) if "interest_rate" in sheet else None)
    assert bond.issue_price == Fraction(sheet.get("issue_price", "100"))
    rights = {one["on_date"]: Fraction(one["price"]) for one in sheet.get("early_redemption", ())}
    assert rights == {bond.periods[number].end: price for number, price in (bond.calls | bond.puts).items()}


# ── published ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_cash_of_the_reopening_is_the_published_one() -> None:
    accrued = BONDS["pib-2021"].accrued(SETTLEMENT)
    assert accrued == Fraction(35, 1000) * Fraction(12, 181)
    clean = [money.minor_up(face * money.ONE * price / 100) for _, face, price in pib_bids()]
    interest = [money.minor_up(face * money.ONE * accrued) for _, face, _ in pib_bids()]
    assert [_million(amount) for amount in (clean[1], interest[1], clean[1] + interest[1])] == [
        "1913.148",
        "4.641",
        "1917.789",
    ]
    assert _million(sum(clean)) == "11032.285"
    assert _million(sum(clean) + sum(interest)) == "11059.204"


def test_eurobond_is_quoted_as_published_on_12_december_2025() -> None:
    bond, settlement = BONDS["eurobond-2027"], date(2025, 12, 12)
    made = _quantlib(bond)
    how = (bond.day_count, QuantLib.Compounded, QuantLib.Semiannual, days.ql_date(settlement))
    assert f"{QuantLib.BondFunctions.cleanPrice(made, 0.0675, *how):.8f}" == "100.22603427"
    assert f"{made.accruedAmount(days.ql_date(settlement)):.8f}" == "0.13368056"
    assert f"{float(100 * bond.accrued(settlement)):.8f}" == "0.13368056"


def test_eight_of_twenty_eurobond_dates_roll_one_for_a_holiday() -> None:
    rolled = {str(one.end): str(one.payable) for one in BONDS["eurobond-2027"].periods if one.payable != one.end}
    assert rolled == {
        "2019-06-05": "2019-06-10",
        "2020-12-05": "2020-12-07",
        "2021-06-05": "2021-06-07",
        "2021-12-05": "2021-12-06",
        "2022-06-05": "2022-06-06",
        "2026-12-05": "2026-12-07",
        "2027-06-05": "2027-06-07",
        "2027-12-05": "2027-12-06",
    }
    assert date(2019, 6, 5).weekday() == 2


def test_grace_of_seven_business_days_ends_later_for_a_holiday() -> None:
    assert days.add_business_days(date(2023, 10, 16), 7) == date(2023, 10, 25)


# ── QuantLib ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", BONDS)
def test_coupons_are_quantlibs(name: str) -> None:
    bond = BONDS[name]
    rate = bond.rate or pct("7.1693")
    flows = list(_quantlib(bond, rate, calendar=days.pakistan()).cashflows())[:-1]
    assert len(flows) == len(bond.periods)
    for flow, period in zip(flows, bond.periods, strict=True):
        assert days.of(flow.date()) == period.payable
        assert abs(flow.amount() - float(100 * rate * period.share)) < CLOSE


@pytest.mark.parametrize("name", sorted(BONDS.keys() - {"floater"}))
def test_accrued_is_quantlibs_week_by_week(name: str) -> None:
    bond = BONDS[name]
    made, until = _quantlib(bond), (bond.maturity - bond.issue).days
    for number in range(0, until, 7):
        on = date.fromordinal(bond.issue.toordinal() + number)
        # In the ex-coupon period QuantLib counts on to its end, we the whole less what has run: not the same on a 31st.
        if bond.basis == bonds.THIRTY_360 and on.day == 31:
            continue
        assert abs(made.accruedAmount(days.ql_date(on)) - float(100 * bond.accrued(on))) < CLOSE, on


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tax_class", "income", "bps"),
    [
        ("filer", 1_000_000, 1000),
        ("filer", 1_000_001, 1250),
        ("non_filer", 1_000_000, 2000),
        ("non_filer", 1_000_001, 2500),
        ("filer_company", 1, 2500),
        ("non_filer_company", 1, 5000),
        ("non_resident", 2_000_000, 1000),
        ("exempt", 2_000_000, 0),
        ("unknown", 1, 5000),
    ],
)
def test_rate_of_a_sukuk_depends_on_class_and_threshold(tax_class: str, income: int, bps: int) -> None:
    rate = TaxTable.read().rate("sukuk", date(2026, 2, 9), tax_class, income * money.ONE)
    assert rate == Fraction(bps, 10_000)


@pytest.mark.parametrize(("on", "bps"), [(date(2025, 6, 30), 1500), (date(2025, 7, 1), 2000)])
def test_rate_of_government_securities_rises_in_july_2025(on: date, bps: int) -> None:
    assert TaxTable.read().rate("government_security", on, "filer", 1) == Fraction(bps, 10_000)


def test_payments_of_a_partly_funded_coupon_add_up_to_the_whole() -> None:
    lines = [line for line in SCENARIOS["default"]().lines if line.kind == "payment" and line.period == 1]
    paid = [line for line in lines if line.holder == "bank_01"]
    assert [str(line.on) for line in paid] == ["2023-10-16", "2024-02-15"]
    face = 1_192_300_000 * money.ONE
    assert sum(line.income for line in paid) == money.minor_down(face * Fraction(45, 1000))
    assert sum(line.tax for line in paid) == money.minor_up(face * Fraction(45, 1000) * Fraction(15, 100))


def test_principal_of_the_called_bond_is_paid_at_the_prices_of_its_terms() -> None:
    lines = SCENARIOS["call"]().lines
    face, third = Fraction(4_997_800_000), pct("33.333333")
    called = sum(line.principal for line in lines if line.kind == "payment")
    redeemed = sum(line.principal for line in lines if line.kind == "redemption")
    assert called == face * third * Fraction("1.01") * money.ONE
    assert redeemed == face * (1 - third) * Fraction("1.005") * money.ONE


def test_late_rental_is_as_much_as_one_in_time_and_taxed_by_threshold() -> None:
    lines = {(line.holder, line.period): line for line in SCENARIOS["sukuk"]().lines}
    in_time, late, below = (lines[key] for key in (("threshold_saver", 0), ("threshold_saver", 2), ("filer_saver", 0)))
    assert (late.on, late.income) == (date(2025, 2, 24), in_time.income)
    assert (in_time.income, in_time.tax) == (money.amount("1004640"), money.amount("125580"))
    assert (below.income, below.tax) == (money.amount("999120"), money.amount("99912"))


def test_discount_of_the_sukuk_is_taxed_at_redemption() -> None:
    redeemed = {line.holder: line for line in SCENARIOS["sukuk"]().lines if line.kind == "redemption"}
    bank = redeemed["islamic_bank_03"]
    assert bank.tax == bank.principal * Fraction("0.0015") * Fraction("0.25")


def _quantlib(
    bond: bonds.Bond, fixed: Fraction | None = None, *, calendar: QuantLib.Calendar | None = None
) -> QuantLib.FixedRateBond:
    """Bond (of a floater with one fixed rate) -> QuantLib's, paid on unadjusted dates unless a calendar rolls them."""
    QuantLib.Settings.instance().evaluationDate = days.ql_date(bond.issue)
    rate = float(fixed or bond.rate or 0)
    # QuantLib counts the ex-coupon period back from the payment, ours goes back from the period's end.
    ex = (QuantLib.Period(bond.record_days, QuantLib.Days), QuantLib.NullCalendar(), QuantLib.Unadjusted, False)
    paid = (QuantLib.Following, 100.0, QuantLib.Date(), calendar or QuantLib.NullCalendar())
    return QuantLib.FixedRateBond(0, 100.0, bond.schedule, [rate], bond.day_count, *paid, *ex)


def _million(amount: int) -> str:
    return f"{Decimal(amount).scaleb(-12):.3f}"

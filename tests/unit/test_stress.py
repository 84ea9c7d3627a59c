"""finance.collateral and finance.stress: figures worked out by hand, rules that hold for any book, and the page."""

import csv
import io
import random
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quantlib_bonds import STUBS, draw, ours, quantlib

from rwa_deploy import units
from rwa_deploy.finance.bonds import price_units
from rwa_deploy.finance.collateral import Collateral, CollateralClass, Market, Rung, Worth, reckon
from rwa_deploy.finance.coupons import accrued, factor_at
from rwa_deploy.finance.daycounts import DayCount
from rwa_deploy.finance.packing import pack_factors, pack_periods, unpack, unpack_schedule
from rwa_deploy.finance.schedules import Form, Schedule, bond_schedule, discount_schedule, with_rates
from rwa_deploy.finance.stress import (
    Book,
    CashBook,
    Outcome,
    Position,
    Shock,
    VaultBook,
    shocked,
    shocks,
    stress,
    worths,
)
from rwa_deploy.report import StressRun, stress_files
from rwa_deploy.report.stress import measures, stress_json

TODAY = date(2026, 11, 25)
ONE, WAD = units.ONE, 10**18
ALL = 65_535
PERCENT = 10**6  # of a yield [1e-8 per year]
LADDER = (Rung(91, 9_500, 9_700), Rung(ALL, 8_000, 9_000))
CALM = Shock("as it stands")


def bill(days: int = 84, **changes: object) -> Collateral:
    maturity = TODAY + timedelta(days=days)
    made = discount_schedule(Form.DISCOUNT, TODAY - timedelta(days=7), maturity)
    return Collateral("MTB", CollateralClass.DISCOUNT, False, days, LADDER, schedule=made, **changes)  # type: ignore[arg-type]


def bond(made: Schedule, on: date = TODAY, **changes: object) -> Collateral:
    fields = {
        "days_left": max(0, (made.maturity - on).days),
        "factor": factor_at(made, on) * 10**9,
        "rungs": LADDER,
        **changes,
    }
    return Collateral("PIB", CollateralClass.FIXED, False, schedule=made, **fields)  # type: ignore[arg-type]


def gold(**changes: object) -> Collateral:
    rungs = (Rung(ALL, 7_000, 8_000),)
    fields = {"is_dollar": True, "days_left": 300, "rungs": rungs, "feed": "XAU", **changes}
    return Collateral("GOLD", CollateralClass.COMMODITY, **fields)  # type: ignore[arg-type]


def pib(**changes: object) -> Schedule:
    issue = date(2025, 8, 20)
    terms = {"basis": DayCount.ACT_ACT_ICMA, "frequency": 2, "issue": issue, "maturity": date(2028, 8, 20)}
    floats = changes.get("form") is Form.FLOATING
    rates = () if floats else ((issue, 7 * PERCENT),)
    return bond_schedule(**({"form": Form.FIXED, "rates": rates} | terms | changes))  # type: ignore[arg-type]


def market(yield_pct: int = 12, *, on: date = TODAY, usd_pkr: int = 100 * ONE, gold_usd: int = 10 * ONE) -> Market:
    return Market(on, ((91, yield_pct * PERCENT),), {"XAU": gold_usd}, usd_pkr)


# ── what collateral counts for ───────────────────────────────────────────────────────────────────────────────────────


def test_yield_at_is_linear_between_points_and_flat_outside():
    curve = Market(TODAY, ((30, 10 * PERCENT), (90, 13 * PERCENT), (97, 13 * PERCENT + 1)))
    percent = {days: Fraction(curve.yield_at(days), 10**16) for days in (0, 30, 60, 90, 97, 4_000)}
    assert percent == {
        0: 10,
        30: 10,
        60: Fraction(23, 2),
        90: 13,
        97: 13 + Fraction(1, 10**6),
        4_000: 13 + Fraction(1, 10**6),
    }
    assert curve.yield_at(91) == (13 * PERCENT) * 10**10 + 10**10 // 7  # a seventh of the step, down


def test_reckon_of_a_bill_is_its_price_times_the_shares_down():
    price = round(Fraction(100 * ONE) / (1 + Fraction(12, 100) * Fraction(84, 365)))
    assert price == 97_312_573
    worth = reckon(bill(), market(), fx_add_on_bps=500)
    assert worth == Worth(price * 9_500 // 10_000, price * 9_700 // 10_000, price)


@pytest.mark.parametrize(("days", "share"), [(90, 9_700), (91, 9_700), (92, 9_000)])
def test_reckon_takes_the_rung_that_reaches_the_tenor(days: int, share: int):
    worth = reckon(bill(days), market(), fx_add_on_bps=0)
    assert worth.threshold == worth.sale * share // 10_000


def test_reckon_counts_nothing_without_a_ladder():
    worth = reckon(replace(bill(), rungs=()), market(), fx_add_on_bps=0)
    assert (worth.loan, worth.threshold) == (0, 0)


def test_reckon_of_a_coupon_bond_is_clean_in_health_and_dirty_for_sale():
    made = pib()
    whole = bond(made, rungs=(Rung(ALL, 0, 10_000),))
    worth = reckon(whole, market(9), fx_add_on_bps=0)
    dirty = price_units(made, TODAY, units.decimal_from_text("9"))
    assert worth == Worth(0, dirty - int(accrued(made, TODAY) * units.PAR), dirty)


def test_reckon_in_the_ex_coupon_period_does_not_fall_with_the_coupon():
    made = pib(record_days=5)
    eve, ex = (made.periods[2].record_at - timedelta(days=days) for days in (1, 0))
    before, after = (reckon(bond(made, on), market(9, on=on), fx_add_on_bps=0) for on in (eve, ex))
    assert after.sale < before.sale - 3 * ONE  # half of 7 per cent
    assert abs(after.threshold - before.threshold) < ONE // 10
    assert accrued(made, ex) < 0


def test_reckon_of_an_amortising_bond_counts_what_is_still_owed():
    made = pib(factors=(10**9, 750_000_000, 500_000_000, 500_000_000, 250_000_000, 0))
    whole = replace(bond(made), rungs=(Rung(ALL, 0, 10_000),))
    assert whole.factor == 75 * WAD // 100
    full = reckon(replace(whole, factor=WAD), market(), fx_add_on_bps=0)
    assert reckon(whole, market(), fx_add_on_bps=0) == Worth(0, full.threshold * 3 // 4, full.sale * 3 // 4)


@pytest.mark.parametrize("yield_pct", [1, 40])
def test_reckon_after_the_end_is_the_principal_at_any_yield(yield_pct: int):
    ended = bond(pib(), days_left=0, factor=WAD // 2)
    assert reckon(ended, market(yield_pct), fx_add_on_bps=0).sale == 50 * ONE


def test_reckon_of_a_floater_runs_on_at_its_last_fixing():
    made = with_rates(pib(form=Form.FLOATING), {date(2025, 8, 20): 9 * PERCENT, date(2026, 8, 20): 9 * PERCENT})
    fixed = pib(rates=((date(2025, 8, 20), 9 * PERCENT),))
    assert reckon(bond(made), market(), fx_add_on_bps=0) == reckon(bond(fixed), market(), fx_add_on_bps=0)


def test_reckon_of_a_commodity_is_in_rupees_less_the_add_on():
    worth = reckon(gold(), market(usd_pkr=280_123_457, gold_usd=2_650_500_000), fx_add_on_bps=500)
    rupees = 100 * 2_650_500_000 * 280_123_457 // ONE
    assert worth == Worth(rupees * 9_500 * 7_000 // 10**8, rupees * 9_500 * 8_000 // 10**8, rupees)


def test_reckon_keeps_a_threshold_on_its_ramp_above_what_is_lent():
    ramped = gold(rungs=(Rung(ALL, 7_000, 6_500),))
    worth = reckon(ramped, market(), fx_add_on_bps=0)
    assert worth.threshold == worth.loan == 70_000 * ONE
    shut = reckon(replace(ramped, lends=False), market(), fx_add_on_bps=0)
    assert (shut.loan, shut.threshold) == (0, 65_000 * ONE)


@pytest.mark.parametrize(
    ("series", "prices", "match"),
    [
        (bill(), Market(TODAY), "no yields"),
        (gold(), Market(TODAY, usd_pkr=ONE), "no price of XAU"),
        (gold(), market(usd_pkr=0), "no dollar rate"),
    ],
)
def test_reckon_refuses_where_a_price_is_missing(series: Collateral, prices: Market, match: str):
    with pytest.raises(ValueError, match=match):
        reckon(series, prices, fx_add_on_bps=0)


@pytest.mark.parametrize("basis", DayCount)
@pytest.mark.parametrize("stub", STUBS)
def test_reckon_of_a_bond_is_that_of_quantlib(basis: DayCount, stub: str):
    rng = random.Random(f"{basis}{stub}")
    drawn = draw(rng, basis, stub, amortises=stub == "none")
    drawn = replace(drawn, yield_pct=abs(drawn.yield_pct))
    series = bond(ours(drawn), drawn.settlement, rungs=(Rung(ALL, 0, 10_000),))
    prices = Market(drawn.settlement, ((1, units.scaled(drawn.yield_pct, 6)),))
    worth, priced = reckon(series, prices, fx_add_on_bps=0), quantlib(drawn)
    factor = series.factor / WAD
    assert worth.threshold / ONE == pytest.approx(priced.clean * factor, abs=2e-6)
    assert worth.sale / ONE == pytest.approx((priced.clean + priced.accrued) * factor, abs=2e-6)


@pytest.mark.parametrize(
    ("made", "rates"),
    [
        (pib(record_days=3), {}),
        (pib(first=date(2026, 8, 20)), {}),  # a long first stub
        (pib(factors=(10**9, 750_000_000, 500_000_000, 500_000_000, 250_000_000, 0)), {}),
        (with_rates(pib(form=Form.FLOATING), {date(2025, 8, 20): 9 * PERCENT}), {0: 9 * PERCENT}),
        (discount_schedule(Form.DISCOUNT, TODAY, TODAY + timedelta(days=84)), {}),
    ],
)
def test_unpack_schedule_gives_back_what_was_packed(made: Schedule, rates: dict[int, int]):
    days = (made.periods[-1].end - made.periods[-1].record_at).days if made.periods else 0
    codes = ((made.form.code, 0), (made.basis.code, 8), (made.frequency, 16), (days, 32))
    packed = unpack(pack_periods(made), len(made.periods), 64)
    factors = unpack(pack_factors(made), len(made.factors), 32)
    features = sum(value << shift for value, shift in codes)
    found = unpack_schedule(features, made.issue, made.maturity, packed, factors=factors, rates=rates)
    assert replace(found, redeemed=made.redeemed) == made
    assert found.redeemed == made.redeemed or not made.periods


# ── shocks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_shocks_are_those_of_the_programme_and_all_together():
    assert shocks() == (
        CALM,
        Shock("yields +500 bp", yield_bp=500),
        Shock("dollars -20 %", fx_bps=-2_000),
        Shock("run on 30 %", run_bps=3_000),
        Shock("5 largest leave", leavers=5),
        Shock("all together", 500, -2_000, 3_000, 5),
    )


def test_shocks_leave_out_what_is_none():
    made = shocks(yield_bp=0, fx_bps=-1_250, run_bps=0, leavers=0)
    assert [shock.name for shock in made] == ["as it stands", "dollars -12.5 %", "all together"]


@pytest.mark.parametrize(
    ("size", "match"),
    [
        ({"yield_bp": -1}, "cannot rise by -1 bp"),
        ({"yield_bp": 10_001}, "give 0 to 10,000"),
        ({"fx_bps": 1}, "cannot move by 0.01 %"),
        ({"fx_bps": -10_000}, "cannot move by -100 %"),
        ({"run_bps": 10_001}, "a run on 100.01 %"),
        ({"run_bps": -1}, "give 0 to 100"),
        ({"leavers": -1}, "-1 holders cannot leave"),
    ],
)
def test_shocks_refuse_what_is_none(size: dict[str, int], match: str):
    with pytest.raises(ValueError, match=match):
        shocks(**size)


def test_shocked_moves_every_yield_alike_and_the_dollar_down():
    moved = shocked(replace(market(), usd_pkr=280_123_459), Shock("", yield_bp=500, fx_bps=-2_000))
    assert moved.curve == ((91, 17 * PERCENT),)
    assert moved.usd_pkr == 224_098_767  # 224,098,767.2


# ── what a shock does to the vault ───────────────────────────────────────────────────────────────────────────────────

# 100 units at 10 dollars of 100 rupees are worth 100,000 rupees and count for 80,000.
UNITS = 100 * ONE
BORROWED = 70_000 * ONE


def lent(debt: int = BORROWED, vault: VaultBook | None = None, cash: CashBook | None = None) -> Book:
    positions = (Position("borrower", debt, {"0xG": UNITS}),)
    return Book(market(), {"0xG": gold()}, positions, vault or VaultBook(), cash or CashBook())


def test_stress_of_a_calm_book_finds_nothing():
    found = stress(lent(), CALM)
    assert (found.market, found.threshold, found.debt) == (100_000 * ONE, 80_000 * ONE, BORROWED)
    assert (found.sold, found.unhealthy_debt, found.bad_debt, found.backstop_needed) == ((), 0, 0, 0)


def test_stress_of_a_falling_dollar_is_borne_by_buffer_and_backstop():
    vault = VaultBook(buffer=2_000 * ONE, backstop_debt=500 * ONE, backstop_cash=60_000 * ONE)
    found = stress(lent(vault=vault), Shock("", fx_bps=-2_000))
    assert (found.market, found.threshold) == (80_000 * ONE, 64_000 * ONE)
    assert (found.unhealthy_debt, found.proceeds, found.bad_debt) == (BORROWED, 64_000 * ONE, 6_000 * ONE)
    assert (found.from_buffer, found.to_backstop) == (2_000 * ONE, 4_000 * ONE)
    assert (found.backstop_needed, found.backstop_gap) == (68_500 * ONE, 8_500 * ONE)
    [sold] = found.sold
    assert (sold.owner, sold.loss) == ("borrower", 6_000 * ONE)


@pytest.mark.parametrize(("debt", "unhealthy"), [(64_000 * ONE, 0), (64_000 * ONE + 1, 1)])
def test_stress_calls_a_position_unhealthy_above_its_threshold_only(debt: int, unhealthy: int):
    assert len(stress(lent(debt), Shock("", fx_bps=-2_000)).sold) == unhealthy


def test_stress_of_yields_reprices_the_bill():
    book = Book(market(), {"0xB": bill()}, (Position("bank", 94 * ONE, {"0xB": 100 * ONE}),), VaultBook(), CashBook())
    found = stress(book, Shock("", yield_bp=500))
    price = round(Fraction(100 * ONE) / (1 + Fraction(17, 100) * Fraction(84, 365)))
    assert (found.market, found.threshold) == (price, price * 9_700 // 10_000)
    assert [one.loss for one in found.sold] == [94 * ONE - price * 9_700 // 10_000]
    assert stress(book, CALM).sold == ()


def test_stress_holds_what_starts_against_the_cap_on_auctions():
    book = lent(vault=VaultBook(auction_cap=100_000 * ONE, in_auction=40_000 * ONE))
    running = replace(book.positions[0], owner="other", debt=90_000 * ONE, is_in_auction=True)
    found = stress(replace(book, positions=(*book.positions, running)), Shock("", fx_bps=-2_000))
    assert found.unhealthy_debt == 160_000 * ONE
    assert (found.to_auction, found.auction_room, found.auction_waits) == (BORROWED, 60_000 * ONE, 10_000 * ONE)
    assert [one.owner for one in found.sold] == ["other", "borrower"]  # the largest loss first


# ── redemptions and backing ──────────────────────────────────────────────────────────────────────────────────────────

HOLDERS = {"a": 400 * ONE, "b": 300 * ONE, "c": 200 * ONE, "d": 60 * ONE, "e": 40 * ONE}


def cash(**changes: object) -> CashBook:
    fields = {"reserve_minted": 1_000 * ONE, "attested": 1_000 * ONE, "holders": HOLDERS, **changes}
    return CashBook(**fields)  # type: ignore[arg-type]


def redeemed(shock: Shock, **changes: object) -> Outcome:
    return stress(Book(market(), {}, (), VaultBook(), cash(**changes)), shock)


def test_stress_of_a_run_is_paid_at_par_out_of_a_full_reserve():
    found = redeemed(Shock("", run_bps=3_000))
    assert (found.asked, found.paid, found.unpaid, found.paid_bps) == (300 * ONE, 300 * ONE, 0, 10_000)
    assert (found.at_once, found.is_pro_rata, found.backing_bps) == (0, False, 10_000)


def test_stress_of_a_run_is_paid_pro_rata_when_the_reserve_is_short():
    found = redeemed(Shock("", run_bps=3_000), attested=800 * ONE, funded=100 * ONE)
    assert (found.asked, found.paid, found.paid_bps) == (300 * ONE, 240 * ONE, 8_000)
    assert (found.at_once, found.is_pro_rata) == (100 * ONE, True)
    assert (found.assets, found.claims) == (560 * ONE, 760 * ONE)  # 800 and 1,000, each less the 240


def test_stress_of_leavers_takes_the_largest_holders():
    assert [redeemed(Shock("", leavers=count)).asked // ONE for count in range(7)] == [
        0,
        400,
        700,
        900,
        960,
        1_000,
        1_000,
    ]


def test_stress_of_a_run_and_leavers_counts_nobody_twice():
    found = redeemed(Shock("", run_bps=5_000, leavers=2))
    assert found.asked == (700 + 150) * ONE  # and half of what the others hold


def test_stress_converts_back_at_once_what_was_converted():
    found = redeemed(Shock("", leavers=1), reserve_minted=700 * ONE, converted=300 * ONE, attested=350 * ONE)
    assert (found.at_once, found.paid) == (300 * ONE, 350 * ONE)  # and half of the hundred that queue
    assert (found.assets, found.claims) == (300 * ONE, 650 * ONE)


def test_stress_pays_no_more_than_the_issuer_minted_however_much_was_lent():
    found = redeemed(Shock("", leavers=5), reserve_minted=600 * ONE, vault_minted=400 * ONE, attested=2_000 * ONE)
    assert (found.asked, found.paid, found.is_pro_rata) == (1_000 * ONE, 600 * ONE, False)


def test_stress_puts_what_waits_in_the_queue_first():
    found = redeemed(CALM, waiting=50 * ONE, holders={"a": 950 * ONE})
    assert (found.asked, found.paid) == (50 * ONE, 50 * ONE)


def test_stress_backs_money_by_reserve_converted_and_debts_up_to_their_collateral():
    money = CashBook(
        reserve_minted=100_000 * ONE, vault_minted=70_000 * ONE, converted=10_000 * ONE, attested=100_000 * ONE
    )
    book = lent(cash=money, vault=VaultBook(buffer=2_000 * ONE))
    calm = stress(book, CALM)
    assert (calm.assets, calm.claims, calm.backing_bps) == (180_000 * ONE, 178_000 * ONE, 10_112)
    half = stress(book, Shock("", fx_bps=-5_000))
    assert (half.assets, half.backing_bps) == (160_000 * ONE, 8_988)


def test_stress_counts_no_reserve_above_what_was_minted_against_it():
    found = redeemed(CALM, attested=5_000 * ONE)
    assert (found.assets, found.backing_bps) == (1_000 * ONE, 10_000)


def test_stress_counts_a_stale_reserve_for_nothing():
    found = redeemed(CALM, is_stale=True)
    assert (found.assets, found.backing_bps) == (0, 0)


def test_stress_of_nothing_has_no_ratios():
    found = stress(Book(market(), {}, (), VaultBook(), CashBook()), shocks()[-1])
    assert (found.paid_bps, found.backing_bps) == (None, None)


# ── for any book ─────────────────────────────────────────────────────────────────────────────────────────────────────

AMOUNT = st.integers(0, 10**12)
SERIES = {"0xB": bill(60), "0xL": bill(300), "0xG": gold(), "0xP": bond(pib())}
NEVER_LESS = (
    *("unhealthy_debt", "to_auction", "auction_waits", "bad_debt", "from_buffer", "to_backstop"),
    *("asked", "unpaid"),
)
NEVER_MORE = ("market", "threshold")


@st.composite
def books(draw: st.DrawFn) -> Book:
    positions = draw(
        st.lists(
            st.builds(
                Position,
                st.uuids().map(str),
                AMOUNT,
                st.dictionaries(st.sampled_from(sorted(SERIES)), AMOUNT, max_size=3),
                st.booleans(),
            ),
            max_size=5,
        )
    )
    holders = draw(st.dictionaries(st.integers(1, 99).map(str), AMOUNT, max_size=8))
    ledgers = [draw(AMOUNT) for _ in range(6)]
    # All that is held was minted.
    ledgers[0] += max(0, sum(holders.values()) + ledgers[4] - sum(ledgers[:3]))
    reserve, vault, converted, attested, waiting, funded = ledgers
    money = CashBook(reserve, vault, converted, attested, draw(st.booleans()), holders, waiting, min(funded, waiting))
    limits = VaultBook(*[draw(AMOUNT) for _ in range(5)], fx_add_on_bps=draw(st.integers(0, 10_000)))
    prices = Market(TODAY, ((30, 11 * PERCENT), (720, 13 * PERCENT)), {"XAU": 2_600 * ONE}, 280 * ONE)
    return Book(prices, SERIES, tuple(positions), limits, money)


SHOCKS = st.builds(
    Shock, st.just(""), st.integers(0, 10_000), st.integers(-9_999, 0), st.integers(0, 10_000), st.integers(0, 9)
)


@settings(max_examples=50)
@given(book=books(), shock=SHOCKS)
def test_stress_keeps_every_sum(book: Book, shock: Shock):
    found = stress(book, shock)
    assert found.asked == found.paid + found.unpaid
    assert found.at_once <= found.paid
    assert found.unhealthy_debt == found.proceeds + found.bad_debt == sum(one.debt for one in found.sold)
    assert found.bad_debt == found.from_buffer + found.to_backstop
    assert found.backstop_needed + found.from_buffer == found.unhealthy_debt + book.vault.backstop_debt
    assert found.debt == sum(position.debt for position in book.positions)
    assert all(value >= 0 for name in (*NEVER_LESS, *NEVER_MORE) if isinstance(value := getattr(found, name), int))
    assert min(found.assets, found.claims, found.paid, found.backstop_gap, found.auction_room) >= 0


@settings(max_examples=50)
@given(book=books(), one=SHOCKS, other=SHOCKS)
def test_stress_is_never_better_under_a_worse_shock(book: Book, one: Shock, other: Shock):
    worse = Shock(
        "",
        max(one.yield_bp, other.yield_bp),
        min(one.fx_bps, other.fx_bps),
        max(one.run_bps, other.run_bps),
        max(one.leavers, other.leavers),
    )
    mild, hard = stress(book, one), stress(book, worse)
    assert {name for name in NEVER_LESS if getattr(hard, name) < getattr(mild, name)} == set()
    assert {name for name in NEVER_MORE if getattr(hard, name) > getattr(mild, name)} == set()
    if (one.run_bps, one.leavers) == (worse.run_bps, worse.leavers):
        assert (hard.assets <= mild.assets, hard.claims) == (True, mild.claims)


def test_worths_without_a_shock_are_those_of_the_market():
    book = Book(market(), SERIES, (), VaultBook(fx_add_on_bps=300), CashBook())
    assert worths(book, CALM) == {name: reckon(one, book.market, fx_add_on_bps=300) for name, one in SERIES.items()}


# ── the page and the table ───────────────────────────────────────────────────────────────────────────────────────────


def made_run(name: str = "pilot", book: Book | None = None) -> StressRun:
    known = book or lent(cash=cash(vault_minted=BORROWED))
    outcomes = tuple(stress(known, shock) for shock in shocks())
    at = units.unix_from_date(TODAY)
    return StressRun(name, "anvil chain 31337", 12_345, at, known, outcomes, {"borrower": "Bank <A>"})


def test_stress_files_say_that_nothing_has_legal_force_and_open_offline():
    page = stress_files(made_run("<script>alert(1)</script>"))["stress.html"]
    assert "Nothing here has legal force." in page
    assert "A simulation without legal force." in page
    assert "<script" not in page
    assert "http" not in page
    assert "Bank &lt;A&gt;" in page
    ET.fromstring(page.replace("<!DOCTYPE html>", ""))


def test_stress_files_give_the_same_bytes_for_the_same_run():
    assert stress_files(made_run()) == stress_files(made_run())


def test_stress_page_names_stale_prices_and_a_stale_reserve():
    text = "The attested reserve is stale."
    assert text not in stress_files(made_run())["stress.html"]
    stale = made_run(book=lent(cash=cash(is_stale=True)))
    page = stress_files(stale)["stress.html"]
    assert text in page
    assert "Prices are stale</strong> of GOLD" in page
    fresh = replace(stale.book, series={"0xG": gold(fresh_until=stale.at + 1)})
    assert "Prices are stale" not in stress_files(made_run(book=fresh))["stress.html"]


def test_stress_csv_has_every_shock_to_the_last_unit():
    rows = list(csv.DictReader(io.StringIO(stress_files(made_run())["stress.csv"])))
    assert [row["shock"] for row in rows] == [shock.name for shock in shocks()]
    falls = rows[2]
    assert (falls["dollar_fall_pct"], falls["unhealthy_positions"], falls["bad_debt_pkr"]) == ("20.00", "1", "6000.00")
    assert (falls["paid_pct"], falls["is_pro_rata"]) == ("", "no")


def test_stress_json_has_the_figures_of_the_table():
    found = stress_json(made_run())
    last = found["shocks"][-1]
    assert (last["bad_debt"], last["unhealthy"][0]["owner"]) == ("6000.00", "borrower")
    assert (found["block"], found["at"][:10]) == (12_345, "2026-11-25")


def test_measures_have_a_figure_for_each_shock():
    table = dict(measures(made_run().outcomes))
    assert table["Unhealthy positions"] == ("0", "0", "1", "0", "0", "1")
    assert table["Bad debt"][2] == "0.006"
    assert {len(figures) for figures in table.values()} == {6}

"""finance.auction and finance.sheet: published results to the digit, and a naive second model on random books."""

import csv
import math
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rwa_deploy import units
from rwa_deploy.finance.auction import RULES, AuctionRules, Instrument, clear, ncb_cap, pro_rata, rules_for
from rwa_deploy.finance.bids import read_bids
from rwa_deploy.finance.sheet import SHEET_COLUMNS, allotment_sheet, sheet_cells
from rwa_deploy.model import AuctionMethod, AuctionResult, Bid, NonCompetitiveBid, VoidReason

DATA = Path(__file__).parents[2] / "scripts/scenarios/data"
SETTLEMENT, MATURITY = date(2020, 9, 10), date(2020, 12, 3)
M = units.MILLION
BILL = rules_for(Instrument.BILL, date(2020, 9, 9))


def _clear(
    bids: list[Bid] | tuple[Bid, ...],
    target: int,
    *,
    method: AuctionMethod = AuctionMethod.MULTIPLE,
    rules: AuctionRules = BILL,
    non_competitive: tuple[NonCompetitiveBid, ...] = (),
    reserve_price: int | None = None,
    reject_all: bool = False,
    accrued_per_100: Fraction = Fraction(0),
) -> AuctionResult:
    return clear(
        bids,
        target_face=target,
        method=method,
        rules=rules,
        settlement=SETTLEMENT,
        maturity=MATURITY,
        non_competitive=non_competitive,
        reserve_price=reserve_price,
        reject_all=reject_all,
        accrued_per_100=accrued_per_100,
    )


def _bid(number: int, million: int | str, price: str = "98.0000") -> Bid:
    return Bid(number, units.face_from_million(million), units.price_from(price), Decimal("7.0000"))


def _faces(result: AuctionResult) -> dict[int, str]:
    return {a.bid.number: units.million_text(a.face) for a in result.allotments}


def _auction_574(**options: object) -> AuctionResult:
    bids = read_bids(DATA / "mtb-574-bids.csv", days=84, lot=BILL.lot)
    return _clear(bids, 20_000 * M, **options)  # type: ignore[arg-type]


def test_clear_gives_the_known_result_of_auction_574() -> None:
    ncb = NonCompetitiveBid("0x" + "1" * 40, 1, 5_000 * units.ONE)
    result = _auction_574(non_competitive=(ncb,))
    assert units.price_text(result.cutoff_price or 0) == "98.3815"
    assert str(result.cutoff_yield_pct) == "7.1485"
    assert units.million_text(result.offered_face) == "54148.855"
    assert units.million_text(result.accepted_face) == "19998.855"
    assert result.realised == 19_675_518_837_640_000  # 19,675.519 m: every amount is a whole number of paisas
    assert str(result.weighted_yield_pct) == "7.1407"
    assert units.price_text(result.weighted_price or 0) == "98.3832"
    assert str(result.cover) == "2.7074"
    above = [a for a in result.allotments if a.price > (result.cutoff_price or 0)]
    assert units.million_text(sum(a.face for a in above)) == "8298.855"
    assert all(a.face == a.bid.face for a in above)
    assert {a.bid.number: a.face // M for a in result.allotments[-2:]} == {7: 11_550, 8: 150}
    assert units.cash_text(result.non_competitive[0].cash) == "4919.16"


def test_allotment_sheet_cumulates_to_the_result_of_auction_574() -> None:
    result = _auction_574()
    cells = [dict(zip(SHEET_COLUMNS, sheet_cells(row), strict=True)) for row in allotment_sheet(result)]
    assert len(cells) == 16
    assert cells[0]["bid"] == "13"
    assert cells[0]["price_per_100"] == "98.4146"
    assert cells[-1]["running_total_pkr_million"] == "19998.855"
    assert cells[-1]["cumulative_realised_pkr_million"] == "19675.519"
    assert cells[-1]["cumulative_final_pkr_million"] == "19675.519"
    assert cells[-1]["weighted_yield_pct"] == "7.1407"
    assert cells[-1]["accrued_pkr_million"] == "0.000"


def test_allotment_sheet_gives_the_known_rows_of_the_bond_reopening() -> None:
    """The 14 bids of 3 March 2021; weighting by cash instead of face would give 9.2662 here."""
    with (DATA / "pib-3y-2021-03-03-bids.csv").open() as file:
        bids = [
            Bid(
                int(row["bid"]),
                units.face_from_million(row["face_pkr_million"]),
                units.price_from(row["clean_price_per_100"]),
                Decimal(row["yield_pct"]),
            )
            for row in csv.DictReader(file)
        ]
    rules = rules_for(Instrument.BOND, date(2021, 3, 3))
    result = _clear(bids, 40_000 * M, rules=rules, accrued_per_100=Fraction(7, 2) * Fraction(12, 181))
    cells = [dict(zip(SHEET_COLUMNS, sheet_cells(row), strict=True)) for row in allotment_sheet(result)]
    second = cells[1]
    assert second["realised_pkr_million"] == "1913.148"
    assert second["accrued_pkr_million"] == "4.641"
    assert second["final_pkr_million"] == "1917.789"
    assert cells[-1]["weighted_yield_pct"] == "9.2665"
    assert cells[-1]["cumulative_realised_pkr_million"] == "11032.285"
    assert cells[-1]["cumulative_final_pkr_million"] == "11059.204"
    assert result.allotments[1].total == result.allotments[1].cash + result.allotments[1].accrued


def test_clear_charges_everybody_the_cutoff_when_uniform() -> None:
    result = _auction_574(method=AuctionMethod.UNIFORM)
    assert {a.price for a in result.allotments} == {98_381_500}
    assert result.weighted_price == result.cutoff_price
    assert result.weighted_yield_pct == result.cutoff_yield_pct
    assert result.accepted_face == _auction_574().accepted_face
    assert result.realised == units.cash_for_face_up(result.accepted_face, 98_381_500)


def test_clear_fills_everyone_when_bids_fall_short() -> None:
    result = _clear([_bid(1, 40, "98.1"), _bid(2, "30.005", "97.9")], 100 * M)
    assert _faces(result) == {1: "40.000", 2: "30.005"}
    assert result.cutoff_price == 97_900_000
    assert str(result.cover) == "0.7001"  # 0.70005, a half up


def test_clear_fills_everyone_when_bids_meet_the_target_exactly() -> None:
    result = _clear([_bid(1, 70), _bid(2, 77), _bid(3, 53)], 200 * M)
    assert _faces(result) == {1: "70.000", 2: "77.000", 3: "53.000"}  # nothing is shared out, so nothing is rounded


def test_clear_gives_nothing_when_there_are_no_bids() -> None:
    ncb = NonCompetitiveBid("0x" + "1" * 40, 1, 5_000 * units.ONE)
    result = _clear([], 100 * M, non_competitive=(ncb,))
    assert result.allotments == ()
    assert (result.cutoff_price, result.weighted_price, result.weighted_yield_pct) == (None, None, None)
    assert (result.cover, result.accepted_face, result.realised) == (Decimal("0.0000"), 0, 0)
    assert [one.reason for one in result.voided] == [VoidReason.NO_PRICE]
    assert allotment_sheet(result) == ()


def test_clear_accepts_none_when_all_are_rejected() -> None:
    result = _auction_574(reject_all=True)
    assert result.allotments == ()
    assert result.cutoff_price is None
    assert units.million_text(result.offered_face) == "54148.855"
    assert str(result.cover) == "2.7074"


def test_clear_skips_bids_when_below_the_reserve_price() -> None:
    result = _clear(
        [_bid(1, 10, "98.1"), _bid(2, 10, "98.0"), _bid(3, 10, "97.9999")], 100 * M, reserve_price=98 * 10**6
    )
    assert _faces(result) == {1: "10.000", 2: "10.000"}
    assert result.offered_face == 30 * M


@pytest.mark.parametrize(
    ("bids", "target", "expected"),
    [
        # shares of 45 each round up to 50: ten over the target, as the circular lets it be
        (["500", "500"], 90, ["50", "50"]),
        # exactly half a step goes up
        (["500", "500"], 50, ["50", "50"]),
        # just below half a step: nobody, although 49 were wanted
        (["500", "500"], 49, []),
        # a bid of exactly 50 is filled and still counts in the proportion: 500 * 100/600 = 83.3
        (["500", "50", "50"], 100, ["100", "50", "50"]),
        # a share rounded up never exceeds its own bid: 60 * 90/120 = 45 -> 50; 130 * .96 = 125 -> 150 capped at 130
        (["60", "60"], 90, ["50", "50"]),
        (["130", "4.995"], 130, ["130", "4.995"]),
        # 51 may get nothing where 50 is filled
        (["51", "50", "500"], 100, ["50", "100"]),
        # small bids are filled although only 10 were wanted
        (["40", "30"], 10, ["40", "30"]),
    ],
)
def test_clear_shares_the_cutoff_by_volume_in_steps_of_50_million(
    bids: list[str], target: int, expected: list[str]
) -> None:
    result = _clear([_bid(i, face) for i, face in enumerate(bids, 1)], target * M)
    assert [a.face for a in result.allotments] == [units.face_from_million(face) for face in expected]


def test_clear_names_the_last_filled_price_when_the_cutoff_rounds_to_nothing() -> None:
    result = _clear([_bid(1, "99", "98.5"), _bid(2, "500", "98.4")], 100 * M)
    assert _faces(result) == {1: "99.000"}
    assert result.cutoff_price == 98_500_000


def test_clear_voids_non_competitive_bids_when_an_investor_has_two_or_exceeds_the_cap() -> None:
    cap = ncb_cap(20_000 * M, BILL)
    assert cap == 100 * M
    bids = tuple(
        NonCompetitiveBid("0x" + str(wallet) * 40, investor, face)
        for wallet, investor, face in [(1, 7, 5_000 * units.ONE), (2, 7, cap), (3, 8, cap), (4, 9, cap + BILL.lot)]
    )
    result = _auction_574(non_competitive=bids)
    assert [a.bid.investor for a in result.non_competitive] == [8]
    assert result.ncb_face == 100 * M
    assert [(one.bid.wallet[2], one.reason) for one in result.voided] == [
        ("1", VoidReason.SEVERAL_BIDS),
        ("2", VoidReason.SEVERAL_BIDS),
        ("4", VoidReason.ABOVE_CAP),
    ]
    assert result.accepted_face == _auction_574().accepted_face  # non-competitive bids come on top


def test_ncb_cap_is_the_lower_of_share_and_amount() -> None:
    sukuk = rules_for(Instrument.SUKUK, date(2024, 1, 1))
    assert ncb_cap(1_000_000 * M, BILL) == 500 * M
    assert ncb_cap(1_000_000 * M, sukuk) == 250 * M
    assert ncb_cap(40_000 * M, sukuk) == 100 * M


def test_rules_for_takes_the_latest_in_force() -> None:
    later = replace(BILL, effective_from=date(2022, 1, 1), ncb_cap_bps=100)
    table = (*RULES, later)
    assert rules_for(Instrument.BILL, date(2021, 12, 31), table) == BILL
    assert rules_for(Instrument.BILL, date(2022, 1, 1), table) == later
    with pytest.raises(ValueError, match="no auction rules"):
        rules_for(Instrument.BILL, date(2000, 1, 1))


@pytest.mark.parametrize(
    ("bids", "target", "match"),
    [
        ([_bid(1, 10)], 0, "target above zero"),
        ([_bid(1, 10), _bid(1, 20)], 100 * M, "given twice"),
        ([_bid(1, 10, "0")], 100 * M, "no positive price"),
        ([_bid(1, "0.001")], 100 * M, "multiple of the lot"),
        ([_bid(1, 0)], 100 * M, "multiple of the lot"),
    ],
)
def test_clear_refuses_when_a_bid_cannot_be_one(bids: list[Bid], target: int, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        _clear(bids, target)


def test_clear_refuses_when_accrued_is_negative() -> None:
    with pytest.raises(ValueError, match="accrued"):
        _clear([_bid(1, 10)], M, accrued_per_100=Fraction(-1))


# Random books: few prices, so that ties are the rule, and faces around the step of 50 m.
_FACES = st.one_of(
    st.integers(1, 40_000).map(lambda lots: lots * BILL.lot),
    st.sampled_from([25 * M, 49_995_000 * units.ONE, 50 * M, 50_005_000 * units.ONE, 75 * M, 500 * M, 25_000 * M]),
)
_PRICES = st.integers(983_800, 983_806).map(lambda price: price * 100)
_BOOKS = st.lists(st.tuples(_FACES, _PRICES), max_size=14).map(
    lambda pairs: [
        Bid(number, face, price, Decimal(10**6 - price // 100).scaleb(-4))
        for number, (face, price) in enumerate(pairs, 1)
    ]
)
_TARGETS = st.integers(1, 12_000_000).map(lambda lots: lots * BILL.lot // 2)


def _naive(bids: list[Bid], target: int) -> dict[int, int]:
    """An independent model: the cut-off by search over all prices, shares as fractions of a step."""
    eligible = {p for p in {b.price for b in bids} if sum(b.face for b in bids if b.price > p) < target}
    result = {}
    for bid in bids:
        above = sum(b.face for b in bids if b.price > bid.price)
        volume = sum(b.face for b in bids if b.price == bid.price)
        if bid.price not in eligible:
            face = 0
        elif above + volume <= target or bid.face <= 50 * M:
            face = bid.face
        else:
            share = Fraction(target - above) * bid.face / volume / (50 * M)
            steps = math.floor(share + Fraction(1, 2))
            face = min(steps * 50 * M, bid.face)
        if face:
            result[bid.number] = face
    return result


@settings(max_examples=1_000)
@given(_BOOKS, _TARGETS)
def test_clear_equals_the_naive_model_on_random_books(bids: list[Bid], target: int) -> None:
    """Attack case 20, the part of the reference model."""
    result = _clear(bids, target)
    assert {a.bid.number: a.face for a in result.allotments} == _naive(bids, target)


@given(_BOOKS, _TARGETS)
def test_clear_stays_within_the_stated_tolerance(bids: list[Bid], target: int) -> None:
    result = _clear(bids, target)
    faces = {a.bid.number: a.face for a in result.allotments}
    reached = [b for b in bids if sum(c.face for c in bids if c.price > b.price) < target]
    level = [b for b in reached if b.price == min(b.price for b in reached)]
    large = [b for b in level if b.face > 50 * M]
    small = sum(b.face for b in level if b.face <= 50 * M)
    assert all(0 < faces.get(b.number, 0) <= b.face for b in reached if b not in large)
    wanted = min(target, sum(b.face for b in bids))
    assert result.accepted_face - wanted <= 25 * M * len(large) + small
    assert wanted - result.accepted_face <= 25 * M * len(large)
    assert all(a.face % BILL.lot == 0 for a in result.allotments)


@given(_BOOKS, _TARGETS, st.randoms(use_true_random=False))
def test_clear_ignores_the_order_of_the_bids(bids: list[Bid], target: int, random: object) -> None:
    shuffled = list(bids)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _clear(shuffled, target) == _clear(bids, target)


@given(_BOOKS, _TARGETS)
def test_clear_treats_equal_bids_equally(bids: list[Bid], target: int) -> None:
    faces = {a.bid.number: a.face for a in _clear(bids, target).allotments}
    by_terms: dict[tuple[int, int], set[int]] = {}
    for bid in bids:
        by_terms.setdefault((bid.face, bid.price), set()).add(faces.get(bid.number, 0))
    assert all(len(got) == 1 for got in by_terms.values())


@given(_BOOKS, _TARGETS)
def test_clear_keeps_weighted_price_between_cutoff_and_best(bids: list[Bid], target: int) -> None:
    result = _clear(bids, target)
    if result.weighted_price is None:
        assert result.allotments == ()
        return
    assert result.cutoff_price is not None
    assert result.cutoff_price <= result.weighted_price <= max(bid.price for bid in bids)
    exact = sum(Fraction(a.face * a.price, units.PAR) for a in result.allotments)
    assert 0 <= result.realised - exact < units.MINOR_UNIT * len(result.allotments)


def test_pro_rata_keeps_the_order_given() -> None:
    level = [_bid(2, 300), _bid(1, 25_000)]
    assert pro_rata(level, units.face_from_million("11701.145"), BILL) == [150 * M, 11_550 * M]

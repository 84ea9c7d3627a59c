"""Bids + Rules -> AuctionResult: how the State Bank clears an auction of government securities, exact.

The best prices are filled first. At the price where the target is reached (the cut-off) the face still wanted is
shared out in proportion to volume, each share rounded to the nearest step of Rs 50 m (a half up) and never above the
bid itself; a bid of Rs 50 m or less is filled in full. Source: SBP, DMMD Circular No. 02 of 2007, "Acceptance of Bids
on Pro-rata Volume Basis": the proportion is taken of *all* bids at the cut-off, small ones included, and nothing
corrects the rounding afterwards. So the accepted face misses the target, by at most half a step for every larger bid
at the cut-off and, upwards, the face of every small one. Auction 574 accepts 19,998.855 of 20,000.

Weighted averages weigh by face, which the sheet of the 3-year bond of 3 March 2021 decides (9.2665 %; by cash it
would be 9.2662 %), and take each bid's yield as published, with 4 decimals. They are over what is paid: in an auction
of uniform price they equal the cut-off. Non-competitive bids pay the weighted price, on top of the target.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import groupby

from rwa_deploy import units
from rwa_deploy.model import (
    Allotment,
    AuctionMethod,
    AuctionResult,
    Bid,
    NonCompetitiveAllotment,
    NonCompetitiveBid,
    VoidedBid,
    VoidReason,
)

__all__ = ["RULES", "AuctionRules", "Instrument", "clear", "ncb_cap", "pro_rata", "rules_for"]


class Instrument(StrEnum):
    """What is auctioned; each has its rules."""

    BILL = "bill"
    BOND = "bond"
    SUKUK = "sukuk"


@dataclass(frozen=True, slots=True)
class AuctionRules:
    """The numbers of an auction, from a date on: faces [1e6], the cap's share of the target in basis points.

    `lot` divides every bid. At the cut-off shares are rounded to `pro_rata_step`, bids up to `full_up_to` are filled.
    A non-competitive bid is at most the lower of `ncb_cap_bps` of the target and `ncb_cap_face`, per investor.
    """

    instrument: Instrument
    effective_from: date
    lot: int
    pro_rata_step: int = 50 * units.MILLION
    full_up_to: int = 50 * units.MILLION
    ncb_cap_bps: int = 50
    ncb_cap_face: int = 500 * units.MILLION


# The date is that of the oldest book these rules were recomputed on (auction 574), not that of the rules themselves.
_SINCE = date(2020, 9, 9)

RULES: tuple[AuctionRules, ...] = (
    AuctionRules(Instrument.BILL, _SINCE, lot=5_000 * units.ONE),
    AuctionRules(Instrument.BOND, _SINCE, lot=100_000 * units.ONE),
    AuctionRules(Instrument.SUKUK, _SINCE, lot=100_000 * units.ONE, ncb_cap_bps=25, ncb_cap_face=250 * units.MILLION),
)


def rules_for(instrument: Instrument, on: date, table: Sequence[AuctionRules] = RULES) -> AuctionRules:
    """Instrument + date of the auction -> the rules then in force; ValueError for a date before the first of them."""
    known = [rules for rules in table if rules.instrument is instrument and rules.effective_from <= on]
    if not known:
        raise ValueError(f"no auction rules for a {instrument} on {on}; add a row with an earlier effective date")
    return max(known, key=lambda rules: rules.effective_from)


def ncb_cap(target_face: int, rules: AuctionRules) -> int:
    """Target [1e6] -> the most face [1e6] that one investor may bid for without a price."""
    return min(units.mul_div_down(target_face, rules.ncb_cap_bps, 10_000), rules.ncb_cap_face)


def clear(
    bids: Iterable[Bid],
    *,
    target_face: int,
    method: AuctionMethod,
    rules: AuctionRules,
    settlement: date,
    maturity: date,
    non_competitive: Sequence[NonCompetitiveBid] = (),
    reserve_price: int | None = None,
    reject_all: bool = False,
    accrued_per_100: Fraction = Fraction(0),
) -> AuctionResult:
    """Bids + rules -> AuctionResult, the same for every order of the bids.

    `target_face` in units [1e6], above zero. Bids below `reserve_price` [1e6 per 100] count as offered and get
    nothing; `reject_all` accepts none (the State Bank may). `accrued_per_100` is the accrued coupon of a reopening in
    rupees per 100 face. With fewer bids than the target all are filled and the cut-off is the lowest price. Where
    all shares round to nothing, the cut-off is the last price at which something was accepted.
    ValueError for a target, face or price that is not positive, a face off the lot, a bid number given twice, or
    accrued interest below zero.
    """
    book = sorted(bids, key=lambda bid: (-bid.price, bid.number))
    _check(book, non_competitive, target_face, rules, accrued_per_100)
    eligible = [] if reject_all else [bid for bid in book if reserve_price is None or bid.price >= reserve_price]
    fills = _fill(eligible, target_face, rules)
    cutoff = fills[-1][0] if fills else None
    uniform = cutoff if method is AuctionMethod.UNIFORM else None
    allotments = tuple(_allot(bid, face, uniform or bid, accrued_per_100) for bid, face in fills)
    price = _weighted_price(allotments)
    filled, voided = _non_competitive(non_competitive, price, ncb_cap(target_face, rules), accrued_per_100)
    offered = sum(bid.face for bid in book)
    return AuctionResult(
        method=method,
        settlement=settlement,
        maturity=maturity,
        target_face=target_face,
        offered_face=offered,
        cover=units.decimal_half_up(Fraction(offered, target_face), 4),
        cutoff_price=cutoff.price if cutoff else None,
        cutoff_yield_pct=cutoff.yield_pct if cutoff else None,
        weighted_price=price,
        weighted_yield_pct=_weighted_yield(allotments),
        allotments=allotments,
        non_competitive=filled,
        voided=voided,
    )


def pro_rata(level: Sequence[Bid], wanted: int, rules: AuctionRules) -> list[int]:
    """Bids at the cut-off + face still wanted [1e6] -> face for each, in the order given (module docstring)."""
    volume = sum(bid.face for bid in level)
    step = rules.pro_rata_step
    faces = []
    for bid in level:
        steps = (2 * wanted * bid.face + step * volume) // (2 * step * volume)  # nearest, a half up, in one division
        faces.append(bid.face if bid.face <= rules.full_up_to else min(steps * step, bid.face))
    return faces


def _fill(book: Sequence[Bid], target_face: int, rules: AuctionRules) -> list[tuple[Bid, int]]:
    fills: list[tuple[Bid, int]] = []
    wanted = target_face
    for _, same_price in groupby(book, key=lambda bid: bid.price):
        if wanted <= 0:
            break
        level = list(same_price)
        volume = sum(bid.face for bid in level)
        faces = [bid.face for bid in level] if volume <= wanted else pro_rata(level, wanted, rules)
        fills += zip(level, faces, strict=True)
        wanted -= volume  # below zero once the cut-off is reached, also if rounding left something
    return [(bid, face) for bid, face in fills if face > 0]


def _allot(bid: Bid, face: int, terms: Bid, accrued_per_100: Fraction) -> Allotment:
    return Allotment(
        bid=bid,
        face=face,
        price=terms.price,
        yield_pct=terms.yield_pct,
        cash=units.cash_for_face_up(face, terms.price),
        accrued=_accrued_up(face, accrued_per_100),
    )


def _accrued_up(face: int, accrued_per_100: Fraction) -> int:
    per_100 = accrued_per_100
    return units.mul_div_up(face, per_100.numerator, per_100.denominator * 100 * units.MINOR_UNIT) * units.MINOR_UNIT


def _weighted_price(allotments: Sequence[Allotment]) -> int | None:
    face = sum(allotment.face for allotment in allotments)
    if face == 0:
        return None
    weighted = sum(allotment.face * allotment.price for allotment in allotments)
    return units.scaled(units.decimal_half_up(Fraction(weighted, face * units.ONE), 4), 6)


def _weighted_yield(allotments: Sequence[Allotment]) -> Decimal | None:
    face = sum(allotment.face for allotment in allotments)
    if face == 0:
        return None
    weighted = sum((Fraction(allotment.yield_pct) * allotment.face for allotment in allotments), Fraction(0))
    return units.decimal_half_up(weighted / face, 4)


def _non_competitive(
    bids: Sequence[NonCompetitiveBid], price: int | None, cap: int, accrued_per_100: Fraction
) -> tuple[tuple[NonCompetitiveAllotment, ...], tuple[VoidedBid, ...]]:
    count = Counter(bid.investor for bid in bids)
    filled: list[NonCompetitiveAllotment] = []
    voided: list[VoidedBid] = []
    for bid in bids:
        if count[bid.investor] > 1:
            voided.append(VoidedBid(bid, VoidReason.SEVERAL_BIDS))
        elif bid.face > cap:
            voided.append(VoidedBid(bid, VoidReason.ABOVE_CAP))
        elif price is None:
            voided.append(VoidedBid(bid, VoidReason.NO_PRICE))
        else:
            cash = units.cash_for_face_up(bid.face, price)
            filled.append(NonCompetitiveAllotment(bid, price, cash, _accrued_up(bid.face, accrued_per_100)))
    return tuple(filled), tuple(voided)


def _check(
    book: Sequence[Bid],
    non_competitive: Sequence[NonCompetitiveBid],
    target_face: int,
    rules: AuctionRules,
    accrued_per_100: Fraction,
) -> None:
    if target_face <= 0 or accrued_per_100 < 0:
        raise ValueError("an auction needs a target above zero and accrued interest of zero or more")
    numbers: set[int] = set()
    for bid in book:
        if bid.number in numbers:
            raise ValueError(f"bid {bid.number} is given twice; number each bid once")
        if bid.price <= 0:
            raise ValueError(f"bid {bid.number} has no positive price")
        numbers.add(bid.number)
    for face in (*(bid.face for bid in book), *(bid.face for bid in non_competitive)):
        if face <= 0 or face % rules.lot:
            raise ValueError(f"a bid of {units.cash_text(face)} is not a positive multiple of the lot")

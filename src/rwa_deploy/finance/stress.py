"""Book + Shock -> Outcome: what the vault and the stablecoin would lose, and whom they could pay, were it so today.

A shock comes at once, to the book as it stands: nobody repays, tops up, bids or issues first. What is pledged is
priced anew by `finance.collateral`. A position is unhealthy when its debt is above what its collateral counts for; at
the floor of its auction all of that is sold for just this, so the rest is bad debt. It falls on the buffer, then on the
backstop. Who redeems first converts what was converted back at par; the others queue, and are served in full, or, once
the last attested reserve is below what was minted against it, that share. Amounts are rounded against the system: what
is asked and owed up, what is paid, sold and counted down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rwa_deploy import units
from rwa_deploy.finance.collateral import BPS, Collateral, Market, Worth, reckon

__all__ = [
    "MOST_YIELD_BP",
    "Book",
    "CashBook",
    "Outcome",
    "Position",
    "Shock",
    "Sold",
    "VaultBook",
    "shocked",
    "shocks",
    "stress",
    "worths",
]

MOST_YIELD_BP = 10_000
_BP = 10**4  # a basis point of a yield [1e-8 per year]


@dataclass(frozen=True, slots=True)
class Position:
    """What an owner owes [1e6], the face that he has pledged by series [1e6], and whether its auction runs."""

    owner: str
    debt: int
    faces: Mapping[str, int]
    is_in_auction: bool = False


@dataclass(frozen=True, slots=True)
class VaultBook:
    """Cash that bears losses first, what the backstop owes and what cash it has, the most debt that may be in auctions
    and what is, all [1e6]; what is taken off prices in dollars [bps].
    """

    buffer: int = 0
    backstop_debt: int = 0
    backstop_cash: int = 0
    auction_cap: int = 0
    in_auction: int = 0
    fx_add_on_bps: int = 0


@dataclass(frozen=True, slots=True)
class CashBook:
    """The stablecoin [1e6]: its three ledgers, the reserve that was attested last (which counts for nothing as backing
    once it is stale), what each holder has who could redeem it, and the queue: what waits there and what is funded.
    """

    reserve_minted: int = 0
    vault_minted: int = 0
    converted: int = 0
    attested: int = 0
    is_stale: bool = False
    holders: Mapping[str, int] | None = None
    waiting: int = 0
    funded: int = 0

    @property
    def supply(self) -> int:
        """CashBook -> all that is outstanding [1e6]."""
        return self.reserve_minted + self.vault_minted + self.converted


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that a shock falls on; `series` by the name that positions call them."""

    market: Market
    series: Mapping[str, Collateral]
    positions: tuple[Position, ...]
    vault: VaultBook
    cash: CashBook


@dataclass(frozen=True, slots=True)
class Shock:
    """What happens at once: yields up by `yield_bp` at every tenor, the value of dollars in rupees by `fx_bps` (never
    up), a run for `run_bps` of the supply, and the `leavers` largest holders redeeming all that they have.
    """

    name: str
    yield_bp: int = 0
    fx_bps: int = 0
    run_bps: int = 0
    leavers: int = 0


@dataclass(frozen=True, slots=True)
class Sold:
    """An unhealthy position, sold at the floor: its debt, what its sale repays, what is lost [1e6]."""

    owner: str
    debt: int
    proceeds: int
    loss: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a shock leaves, all [1e6] but the ratios [bps, down].

    | field | what |
    |---|---|
    | market, threshold, debt | the collateral in the market and in health, and what is owed on it |
    | sold, unhealthy_debt | the unhealthy positions, the largest loss first, and what they owe |
    | to_auction, auction_room, auction_waits | what of it no auction sells yet, what the cap leaves, what is above |
    | proceeds, bad_debt | what the sales repay at the floor, and what they leave |
    | from_buffer, to_backstop | who bears that |
    | backstop_needed, backstop_cash, backstop_gap | its cash, if it buys all and pays all that it owes |
    | asked, paid, unpaid, paid_bps | redemptions; no ratio where nothing is asked |
    | at_once | what of it needs no money that is not there yet: converted before, or funded |
    | is_pro_rata | whether the attested reserve is below what was minted against it |
    | assets, claims, backing_bps | what backs the money that is left; no ratio where none is |
    """

    shock: Shock
    market: int
    threshold: int
    debt: int
    sold: tuple[Sold, ...]
    unhealthy_debt: int
    to_auction: int
    auction_room: int
    auction_waits: int
    proceeds: int
    bad_debt: int
    from_buffer: int
    to_backstop: int
    backstop_needed: int
    backstop_cash: int
    backstop_gap: int
    asked: int
    paid: int
    unpaid: int
    paid_bps: int | None
    at_once: int
    is_pro_rata: bool
    assets: int
    claims: int
    backing_bps: int | None


@dataclass(frozen=True, slots=True)
class _Valued:
    """A position with what its collateral is worth in the market and counts for in health, both down."""

    position: Position
    market: int
    threshold: int

    @property
    def is_unhealthy(self) -> bool:
        return self.position.debt > self.threshold


@dataclass(frozen=True, slots=True)
class _Redeemed:
    """Redemptions: asked, what is paid by conversion and out of the queue, and what of that is there at once."""

    asked: int
    converted: int
    queued: int
    at_once: int
    is_pro_rata: bool


def shocks(*, yield_bp: int = 500, fx_bps: int = -2_000, run_bps: int = 3_000, leavers: int = 5) -> tuple[Shock, ...]:
    """Sizes -> as it stands, each shock by itself where it is one, and all together.

    ValueError for a yield below 0 or above 10,000 bp, dollars that rise or are worth nothing, a run above the whole
    supply, or a negative number of holders.
    """
    if not 0 <= yield_bp <= MOST_YIELD_BP:
        raise ValueError(f"yields cannot rise by {yield_bp} bp here; give 0 to {MOST_YIELD_BP:,}")
    if not -BPS < fx_bps <= 0:
        raise ValueError(f"dollars cannot move by {_percent(fx_bps)} % here; give a fall, from 0 to above -100")
    if not 0 <= run_bps <= BPS:
        raise ValueError(f"a run on {_percent(run_bps)} % of the supply is none; give 0 to 100")
    if leavers < 0:
        raise ValueError(f"{leavers} holders cannot leave; give 0 or more")
    single = (
        (yield_bp, Shock(f"yields +{yield_bp} bp", yield_bp=yield_bp)),
        (fx_bps, Shock(f"dollars {_percent(fx_bps)} %", fx_bps=fx_bps)),
        (run_bps, Shock(f"run on {_percent(run_bps)} %", run_bps=run_bps)),
        (leavers, Shock(f"{leavers} largest leave", leavers=leavers)),
    )
    together = Shock("all together", yield_bp, fx_bps, run_bps, leavers)
    return (Shock("as it stands"), *(shock for size, shock in single if size), together)


def stress(book: Book, shock: Shock) -> Outcome:
    """Book + Shock -> Outcome. ValueError where a price that a pledged series needs is not there."""
    worth = worths(book, shock)
    valued = [_valued(position, worth) for position in book.positions]
    sold = _sold([one for one in valued if one.is_unhealthy])
    redeemed = _redeemed(book.cash, shock)
    vault = book.vault
    unhealthy_debt, proceeds = sum(one.debt for one in sold), sum(one.proceeds for one in sold)
    bad_debt = unhealthy_debt - proceeds
    from_buffer = min(vault.buffer, bad_debt)
    to_auction = sum(one.position.debt for one in valued if one.is_unhealthy and not one.position.is_in_auction)
    room = max(0, vault.auction_cap - vault.in_auction)
    needed = proceeds + bad_debt - from_buffer + vault.backstop_debt
    paid = redeemed.converted + redeemed.queued
    assets, claims = _backing(book, valued, redeemed)
    return Outcome(
        shock=shock,
        market=sum(one.market for one in valued),
        threshold=sum(one.threshold for one in valued),
        debt=sum(position.debt for position in book.positions),
        sold=sold,
        unhealthy_debt=unhealthy_debt,
        to_auction=to_auction,
        auction_room=room,
        auction_waits=max(0, to_auction - room),
        proceeds=proceeds,
        bad_debt=bad_debt,
        from_buffer=from_buffer,
        to_backstop=bad_debt - from_buffer,
        backstop_needed=needed,
        backstop_cash=vault.backstop_cash,
        backstop_gap=max(0, needed - vault.backstop_cash),
        asked=redeemed.asked,
        paid=paid,
        unpaid=redeemed.asked - paid,
        paid_bps=_ratio_down(paid, redeemed.asked),
        at_once=redeemed.at_once,
        is_pro_rata=redeemed.is_pro_rata,
        assets=assets,
        claims=claims,
        backing_bps=_ratio_down(assets, claims),
    )


def worths(book: Book, shock: Shock) -> dict[str, Worth]:
    """Book + Shock -> what 100 of face of each series are worth then. ValueError as `stress`."""
    market = shocked(book.market, shock)
    add_on = book.vault.fx_add_on_bps
    return {name: reckon(series, market, fx_add_on_bps=add_on) for name, series in book.series.items()}


def shocked(market: Market, shock: Shock) -> Market:
    """Market + Shock -> Market: every point of the curve moved alike, the dollar down to the unit."""
    curve = tuple((days, rate + shock.yield_bp * _BP) for days, rate in market.curve)
    return replace(market, curve=curve, usd_pkr=units.mul_div_down(market.usd_pkr, BPS + shock.fx_bps, BPS))


def _valued(position: Position, worth: Mapping[str, Worth]) -> _Valued:
    """Series by series down, as the vault adds them up."""
    pledged = [(face, worth[series]) for series, face in position.faces.items()]
    return _Valued(
        position,
        market=sum(units.mul_div_down(face, one.sale, units.PAR) for face, one in pledged),
        threshold=sum(units.mul_div_down(face, one.threshold, units.PAR) for face, one in pledged),
    )


def _sold(unhealthy: Sequence[_Valued]) -> tuple[Sold, ...]:
    """At the floor each face sells for what it counts for in health, which is below the debt: all of it goes."""
    sold = [
        Sold(one.position.owner, one.position.debt, one.threshold, one.position.debt - one.threshold)
        for one in unhealthy
    ]
    return tuple(sorted(sold, key=lambda one: (-one.loss, one.owner)))


def _redeemed(cash: CashBook, shock: Shock) -> _Redeemed:
    """The run is a share of what those hold who do not leave anyway; nobody asks for more than holders have."""
    held = sorted((cash.holders or {}).values(), reverse=True)
    leaving = sum(held[: shock.leavers])
    run = units.mul_div_up(max(0, cash.supply - leaving), shock.run_bps, BPS)
    asked = leaving + min(run, sum(held) - leaving)
    converted = min(asked, cash.converted)
    queue = cash.waiting + asked - converted
    is_short = cash.attested < cash.reserve_minted
    due = units.mul_div_down(queue, cash.attested, cash.reserve_minted) if is_short else queue
    due = min(due, cash.reserve_minted)  # what was lent against debt has no reserve to be paid from
    # What was funded out of the reserve after it was attested is not there twice.
    queued = min(due, max(cash.attested, cash.funded))
    return _Redeemed(cash.waiting + asked, converted, queued, converted + min(queued, cash.funded), is_short)


def _backing(book: Book, valued: Sequence[_Valued], redeemed: _Redeemed) -> tuple[int, int]:
    """What backs the money that is left, and that money.

    The reserve up to what was minted against it, unless it is stale; what was converted; each debt up to its collateral
    in the market. A reserve above that hides no loss of the vault. The buffer is the vault's own money and nobody's
    claim. What redemptions took is gone on both sides.
    """
    cash = book.cash
    counted = 0 if cash.is_stale else min(cash.attested, cash.reserve_minted)
    reserve = max(0, counted - redeemed.queued)
    lent = sum(min(one.position.debt, one.market) for one in valued)
    assets = reserve + cash.converted - redeemed.converted + lent
    return assets, max(0, cash.supply - book.vault.buffer - redeemed.converted - redeemed.queued)


def _ratio_down(part: int, whole: int) -> int | None:
    return units.mul_div_down(part, BPS, whole) if whole else None


def _percent(bps: int) -> str:
    return f"{units.unscaled(bps, 2).normalize():f}"

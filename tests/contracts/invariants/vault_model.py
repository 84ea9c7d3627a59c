"""What the vault, its risk data and its winding-up promise, in plain integers: a call refuses by name or changes these.

Written from the interfaces. A price alone is asked of `BondMaths`, whose equality with `finance` is tested elsewhere.
"""

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field

from vault_market import (
    BPS,
    DAY,
    HOUR,
    ONE,
    PAR,
    WAD,
    Market,
    Paper,
    Price,
    ceil_div,
    day,
    refuse,
    start_of,
)  # fmt: skip

YEAR, RATE = 365 * DAY, 10**8
PLACES = 8
RAMP, CURE, NOTICE = 14 * DAY, 10 * DAY, 30 * DAY
ENDLESS = 2**256 - 1
LEND, LEAVE, LIQUIDATE = "lend", "leave", "liquidate"
LAST_DAY = 65_535
FOREVER_HOUR = 2**24 - 1
BUCKET_ENDS = (91, 366, 1_096, 1_827, 3_653)
FX, CURVE = b"USDPKR", b"PKRV"


@dataclass
class Ladder:
    """Rungs (days, loan, threshold) and, while a ramp runs, the thresholds from before."""

    rungs: list[tuple[int, int, int]]
    before: list[int] = field(default_factory=list)
    ramp_until: int = 0

    def rung(self, days_left: int) -> int:
        return next(at for at, (until, _, _) in enumerate(self.rungs) if until >= days_left or until == LAST_DAY)

    def threshold(self, at: int, now: int) -> int:
        bps = self.rungs[at][2]
        if now >= self.ramp_until:
            return bps
        return bps + (self.before[at] - bps) * (self.ramp_until - now) // RAMP

    def tighten(self, rungs: Sequence[tuple[int, int, int]], now: int) -> None:
        same = len(rungs) == len(self.rungs) and all(
            to[0] == old[0] and to[1] <= old[1] and to[2] <= old[2] for to, old in zip(rungs, self.rungs, strict=True)
        )
        refuse(not same, "DirectionInvalid")
        self.before = [self.threshold(at, now) for at in range(len(rungs))]
        self.ramp_until = now + RAMP
        self.rungs = list(rungs)


@dataclass
class Listing:
    """A series as collateral."""

    ident: int
    ceiling: int
    share_bps: int
    bucket: int
    is_shut: bool = False
    pledged: int = 0


@dataclass
class Quote:
    """What 100 of face count for."""

    loan: int = 0
    threshold: int = 0
    sale: int = 0
    version: int = 0
    valid_until: int = 0
    fresh_hour: int = 0

    def words(self) -> tuple[int, ...]:
        return (self.loan, self.threshold, self.sale, self.version, self.valid_until, self.fresh_hour)


@dataclass
class Position:
    """A debt by the index, and 8 places for what is pledged."""

    scaled: int = 0
    is_left: bool = False
    places: list[str | None] = field(default_factory=lambda: [None] * PLACES)

    def is_empty(self) -> bool:
        return not any(self.places)


@dataclass
class Terms:
    """What the vault asks of all."""

    rate: int
    ceiling: int
    holder_ceiling: int
    floor: int

    def words(self) -> tuple[int, int, int, int]:
        return (self.rate, self.ceiling, self.holder_ceiling, self.floor)


@dataclass
class Vault:
    """The vault with its market; `prices` is no part of what a snapshot keeps."""

    market: Market
    address: str
    windup: str
    backstop_account: str
    agent: str
    listings: dict[str, Listing]
    buckets: dict[int, list[int]]  # pledged, ceiling
    ladders: dict[str, Ladder]
    margins: tuple[int, int, int, int]  # FX add-on, no-debt days, exit after days, exit cut
    terms: Terms
    auction_terms: tuple[int, int, int]  # top, duration, cap
    index: int = WAD
    accrued_at: int = 0
    scaled: int = 0
    positions: dict[str, Position] = field(default_factory=dict)
    credits: dict[str, int] = field(default_factory=dict)
    changes: int = 0  # of ladders and margins
    quotes: dict[str, Quote] = field(default_factory=dict)
    sales: dict[str, tuple[int, int]] = field(default_factory=dict)  # started at, debt then
    states: dict[str, int] = field(default_factory=dict)  # state borrowers: enforceable at
    buffer: int = 0
    backstop_debt: int = 0
    in_auction: int = 0
    shut_down_at: int = 0
    pool_burned: int = 0

    # ── what a test asks ────────────────────────────────────────────────────────────────────────────────────────────

    def snapshot(self) -> bytes:
        return pickle.dumps(self.__dict__, protocol=5)

    def restore(self, kept: bytes) -> None:
        self.__dict__.update(pickle.loads(kept))

    @property
    def now(self) -> int:
        return self.market.now

    def position(self, owner: str) -> Position:
        return self.positions.setdefault(owner, Position())

    def debt(self, owner: str) -> int:
        position = self.positions.get(owner)
        return 0 if position is None else ceil_div(position.scaled * self.index_now(), WAD)

    def total(self) -> int:
        return self.scaled * self.index_now() // WAD

    def pledged(self, owner: str) -> list[Paper]:
        return [self.market.papers[name] for name in self.position(owner).places if name]

    def health(self, owner: str, price: Price, purpose: str = LEAVE) -> tuple[int, int, int]:
        """Debt, loan and threshold by prices of this moment, whatever their age; nothing is kept."""
        kept = dict(self.quotes)
        loan = threshold = 0
        for paper in self.pledged(owner):
            quote = self.quote(paper.name, price)
            loan += paper.lien(owner) * quote.loan // PAR
            threshold += paper.lien(owner) * quote.threshold // PAR
        self.quotes = kept
        return self.debt(owner), loan, threshold

    # ── the index ───────────────────────────────────────────────────────────────────────────────────────────────────

    def index_now(self) -> int:
        until = self.shut_down_at or self.now
        if until <= self.accrued_at:
            return self.index
        return self.index + self.index * self.terms.rate * (until - self.accrued_at) // (RATE * YEAR)

    def accrue(self) -> None:
        index, until = self.index_now(), self.shut_down_at or self.now
        self.index, self.accrued_at = index, max(self.accrued_at, until)

    def lend(self, owner: str, amount: int) -> None:
        """Rounded up."""
        scaled = ceil_div(amount * WAD, self.index)
        self.position(owner).scaled += scaled
        self.scaled += scaled

    def lower(self, owner: str, amount: int) -> int:
        """By at most `amount`, rounded down."""
        position, debt = self.position(owner), self.debt(owner)
        lowered = min(amount, debt)
        scaled = position.scaled if lowered == debt else lowered * WAD // self.index
        position.scaled -= scaled
        self.scaled -= scaled
        return lowered

    def pay_down(self, owner: str, cash: int) -> int:
        repaid = self.lower(owner, cash)
        self.credits[owner] = self.credits.get(owner, 0) + cash - repaid
        if repaid:
            self.market.burn_cash(self.address, repaid)
        return repaid

    # ── risk ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def days_left(self, paper: Paper) -> int:
        return max(0, day(paper.end) - day(self.now))

    def listing(self, name: str) -> Listing:
        refuse(name not in self.listings, "CollateralUnknown")
        return self.listings[name]

    def rebucket(self, name: str) -> None:
        listing = self.listing(name)
        days_left = self.days_left(self.market.papers[name])
        to = next((at for at, end in enumerate(BUCKET_ENDS) if days_left <= end), len(BUCKET_ENDS))
        if to != listing.bucket:
            self.buckets[listing.bucket][0] -= listing.pledged
            self.buckets[to][0] += listing.pledged
            listing.bucket = to

    def book(self, name: str, face: int, check: str = "") -> None:
        listing = self.listing(name)
        self.rebucket(name)
        bucket = self.buckets[listing.bucket]
        listing.pledged += face
        bucket[0] += face
        if not check:
            return
        share = self.market.papers[name].supply() * listing.share_bps // BPS
        refuse(listing.pledged > min(listing.ceiling, share), "CeilingExceeded")
        refuse(bucket[0] > bucket[1], "CeilingExceeded")
        # The backstop is an account of the system, so that only a pause of all bars it.
        refuse(check == "all" and self.market.is_paused(), "BackstopBarred")

    @property
    def version(self) -> int:
        """Of prices and of risk data, each of which only counts up."""
        return self.market.version + self.changes

    def quote(self, name: str, price: Price) -> Quote:
        known = self.quotes.get(name)
        if known and known.version == self.version and self.now < known.valid_until:
            return known
        quote = self.reckon(name, price)
        quote.version = self.version
        midnight = start_of(day(self.now) + 1)
        # What is reckoned while a round waits is good for this moment only.
        quote.valid_until = self.now if self.market.pending_until() else midnight
        self.quotes[name] = quote
        return quote

    def reckon(self, name: str, price: Price) -> Quote:
        listing, paper, feeds = self.listing(name), self.market.papers[name], self.market.feeds
        days_left = self.days_left(paper)
        ladder = self.ladders[paper.kind]
        at = ladder.rung(days_left)
        fresh_until: int | None = None
        if paper.has_ended(self.now):
            sale = clean = PAR
        elif paper.is_bond:
            sale, clean = price(name, self.now, feeds[CURVE].yield_at(self.now, days_left))
            fresh_until = feeds[CURVE].current(self.now)[1] + feeds[CURVE].max_age
        else:
            spot, observed_at = feeds[paper.feed].current(self.now)
            sale = clean = 100 * spot[0]
            fresh_until = observed_at + feeds[paper.feed].max_age
        share = BPS
        if paper.is_dollar:
            (rate,), observed_at = feeds[FX].current(self.now)
            fx_until = observed_at + feeds[FX].max_age
            fresh_until = fx_until if fresh_until is None else min(fresh_until, fx_until)
            sale, clean, share = sale * rate // ONE, clean * rate // ONE, BPS - self.margins[0]
        backed = paper.is_bond or paper.supply() <= paper.backed
        lends = not listing.is_shut and days_left > self.margins[1] and backed
        loan = clean * share * ladder.rungs[at][1] // BPS**2 if lends else 0
        threshold = clean * share * ladder.threshold(at, self.now) // BPS**2
        fresh_hour = FOREVER_HOUR if fresh_until is None else fresh_until // HOUR
        return Quote(loan, max(loan, threshold), sale, 0, 0, fresh_hour)

    def require_settled(self) -> None:
        refuse(self.market.pending_until() > self.now, "PricePending")

    def is_dead(self, quote: Quote, purpose: str) -> bool:
        fresh_until = quote.fresh_hour * HOUR
        if self.now < fresh_until:
            return False
        dead = self.now >= fresh_until + self.margins[2] * DAY
        refuse(purpose != LEAVE or not dead, "PriceTooOld")
        return True

    def assess(self, owner: str, purpose: str, price: Price) -> tuple[int, int]:
        """Loan and threshold."""
        self.require_settled()
        loan = threshold = 0
        for paper in self.pledged(owner):
            quote = self.quote(paper.name, price)
            cut = BPS - self.margins[3] if self.is_dead(quote, purpose) else BPS
            face = paper.lien(owner)
            loan += face * (quote.loan * cut // BPS) // PAR
            threshold += face * quote.threshold // PAR
        return loan, threshold

    # ── positions ───────────────────────────────────────────────────────────────────────────────────────────────────

    def adjust(self, owner: str, changes: Sequence[tuple[str, int]], mint: int, repay: int, price: Price) -> None:
        self.accrue()
        if repay:
            self.repay(owner, owner, repay)
        releases = False
        for name, face in changes:
            refuse(face == 0, "ChangeInvalid")
            if face > 0:
                self.pledge(owner, name, face)
            else:
                self.release(owner, name, -face)
                releases = True
        if mint:
            self.lend(owner, mint)
            debt = self.debt(owner)
            self.require_terms(debt)
            refuse(debt > self.assess(owner, LEND, price)[0], "DebtAboveLoan")
            self.market.lend_cash(owner, mint)
        elif releases and self.debt(owner):
            refuse(self.debt(owner) > self.assess(owner, LEAVE, price)[0], "DebtAboveLoan")

    def repay(self, owner: str, payer: str, amount: int) -> int:
        repaid = self.lower(owner, amount)
        refuse(repaid == 0, "NothingThere")
        self.market.burn_cash(payer, repaid)
        if self.position(owner).scaled == 0:
            self.end(owner)
        return repaid

    def repay_for(self, payer: str, owner: str, amount: int) -> int:
        self.accrue()
        return self.repay(owner, payer, amount)

    def pledge(self, owner: str, name: str, face: int) -> None:
        refuse(self.shut_down_at != 0, "ShutdownStateInvalid")
        paper = self.market.papers[name]
        is_new = paper.lien(owner) == 0
        self.book(name, face, "all" if is_new else "ceilings")
        places = self.position(owner).places
        if is_new and name not in places:
            refuse(None not in places, "TooManySeries")
            places[places.index(None)] = name
        paper.require_free(owner, face)
        paper.liens[owner] = paper.lien(owner) + face

    def release(self, owner: str, name: str, face: int) -> None:
        paper = self.market.papers[name]
        refuse(face > paper.lien(owner) or self.position(owner).is_left, "ChangeInvalid")
        self.unbook(owner, name, face)
        paper.liens[owner] -= face

    def unbook(self, owner: str, name: str, face: int) -> None:
        self.book(name, -face)
        places = self.position(owner).places
        if face == self.market.papers[name].lien(owner) and name in places:
            places[places.index(name)] = None

    def require_terms(self, debt: int) -> None:
        refuse(self.shut_down_at != 0, "ShutdownStateInvalid")
        refuse(debt < self.terms.floor, "DebtBelowFloor")
        refuse(debt > self.terms.holder_ceiling, "DebtCeilingExceeded")
        refuse(self.total() > self.terms.ceiling, "DebtCeilingExceeded")

    def substitute(self, owner: str, out: str, face_out: int, into: str, face_in: int, price: Price) -> None:
        refuse(out == into or face_in == 0 or face_out == 0, "ChangeInvalid")
        debt = self.debt(owner)
        loan_before, before = self.assess(owner, LEAVE, price)
        self.pledge(owner, into, face_in)
        self.release(owner, out, face_out)
        loan, threshold = self.assess(owner, LEAVE, price)
        refuse(threshold < before, "SubstituteWorse")
        refuse(loan < min(loan_before, debt), "DebtAboveLoan")

    def collect(self, owner: str, name: str) -> int:
        paper = self.market.papers[name]
        face = paper.collectable(owner, self.now)
        refuse(face == 0, "NothingThere")
        self.accrue()
        self.unbook(owner, name, face)
        # The claim is the owner's; his face leaves with the lien.
        whole, burned = paper.claim(owner)
        paper.claims[owner] = [whole, burned]
        self.market.seize(paper, owner, self.address, face, self.address)
        paper.collected[owner] = paper.collected.get(owner, 0) + face
        paper.burn(owner, self.address, face, self.now)
        self.market.move_cash(self.agent, self.address, face)
        debtor = self.market.successor(owner)
        self.pay_down(debtor, face)
        if self.position(debtor).scaled == 0:
            self.end(debtor)
        return face

    def withdraw(self, owner: str) -> int:
        amount = self.credits.get(owner, 0)
        refuse(amount == 0, "NothingThere")
        self.credits[owner] = 0
        self.market.move_cash(self.address, self.market.successor(owner), amount)
        return amount

    def harvest(self) -> int:
        self.accrue()
        amount = self.total() + self.backstop_debt - self.market.cash.vault_minted
        if amount <= 0 or self.shut_down_at:
            return 0
        self.market.lend_cash(self.address, amount)
        self.buffer += amount
        return amount

    # ── liquidation ─────────────────────────────────────────────────────────────────────────────────────────────────

    def start(self, owner: str, price: Price) -> None:
        refuse(self.shut_down_at != 0, "ShutdownStateInvalid")
        refuse(owner in self.sales, "AuctionStateInvalid")
        threshold = self.assess(owner, LIQUIDATE, price)[1]
        debt = self.debt(owner)
        refuse(debt <= threshold, "PositionHealthy")
        if owner in self.states:
            at = self.states[owner]
            refuse(not (at and at <= self.now <= at + NOTICE), "NotEnforceable")
        refuse(self.in_auction + debt > self.auction_terms[2], "TooMuchInAuction")
        self.in_auction += debt
        self.sales[owner] = (self.now, debt)

    def price_now(self, owner: str, name: str, price: Price) -> tuple[int, Quote]:
        """At which a face is sold, and its quote."""
        refuse(owner not in self.sales or self.shut_down_at != 0, "AuctionStateInvalid")
        self.require_settled()
        quote = self.quote(name, price)
        self.is_dead(quote, LIQUIDATE)
        top_bps, duration, _ = self.auction_terms
        top = max(quote.sale * top_bps // BPS, quote.threshold)
        left = max(0, duration - (self.now - self.sales[owner][0]))
        return quote.threshold + ceil_div((top - quote.threshold) * left, duration), quote

    def lot(self, debt: int, loan: int, at: int, lent: int) -> int:
        whole = ceil_div(debt * PAR, at)
        if at <= lent:
            return whole
        enough = ceil_div(max(0, debt - loan) * PAR, at - lent)
        return enough if enough * at // PAR + self.terms.floor <= debt else whole

    def take(self, bidder: str, owner: str, name: str, most: int, most_price: int, price: Price) -> tuple[int, int]:
        at, quote = self.price_now(owner, name, price)
        refuse(at > most_price, "PriceAboveMost")
        return self.sell(bidder, owner, name, most, at, quote, price)

    def backstop(self, owner: str, name: str, price: Price) -> tuple[int, int]:
        started_at = self.sales.get(owner, (0, 0))[0]
        refuse(self.now < started_at + self.auction_terms[1], "FloorNotReached")
        at, quote = self.price_now(owner, name, price)
        most = self.market.cash.free(self.backstop_account) * PAR // at
        return self.sell(self.backstop_account, owner, name, most, at, quote, price)

    def sell(
        self, bidder: str, owner: str, name: str, most: int, at: int, quote: Quote, price: Price
    ) -> tuple[int, int]:
        paper = self.market.papers[name]
        loan, threshold = self.assess(owner, LIQUIDATE, price)
        debt = self.debt(owner)
        refuse(debt <= threshold, "PositionHealthy")
        lot = min(paper.lien(owner), self.lot(debt, loan, at, quote.loan))
        face = min(most, lot)
        cash = ceil_div(face * at, PAR)
        refuse(face == 0 or (face != lot and cash < self.terms.floor), "BidInvalid")
        self.accrue()
        self.unbook(owner, name, face)
        self.market.move_cash(bidder, self.address, cash)
        self.pay_down(owner, cash)
        self.market.seize(paper, owner, bidder, face, self.address)
        counts = max(0, threshold - face * quote.threshold // PAR)
        if self.debt(owner) <= counts or self.position(owner).scaled == 0:
            self.end(owner)
        return face, cash

    def stop(self, owner: str, price: Price) -> None:
        refuse(owner not in self.sales and not self.states.get(owner), "AuctionStateInvalid")
        if self.position(owner).scaled and not self.shut_down_at:
            threshold = self.assess(owner, LIQUIDATE, price)[1]
            refuse(self.debt(owner) > threshold, "DebtAboveLoan")
        self.end(owner)

    def end(self, owner: str) -> None:
        if owner in self.states:
            self.states[owner] = 0
        _, debt = self.sales.pop(owner, (0, 0))
        self.in_auction -= debt

    def write_off(self, owner: str) -> int:
        self.accrue()
        position = self.position(owner)
        refuse(position.scaled == 0, "NothingThere")
        refuse(not position.is_empty(), "CollateralLeft")
        debt = self.lower(owner, ENDLESS)
        borne = min(debt, self.buffer)
        self.buffer -= borne
        self.backstop_debt += debt - borne
        self.end(owner)
        if borne:
            self.market.burn_cash(self.address, borne)
        return debt

    def cover_backstop(self, payer: str, amount: int) -> int:
        covered = min(amount, self.backstop_debt)
        refuse(covered == 0, "NothingThere")
        self.backstop_debt -= covered
        self.market.burn_cash(payer, covered)
        return covered

    def notify_breach(self, owner: str, price: Price) -> None:
        refuse(owner not in self.states, "NotEnforceable")
        threshold = self.assess(owner, LIQUIDATE, price)[1]
        refuse(self.debt(owner) <= threshold, "PositionHealthy")
        self.states[owner] = self.now + CURE

    # ── offices ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def tighten_ladder(self, kind: str, rungs: Sequence[tuple[int, int, int]]) -> None:
        self.require_ladder(rungs)
        self.ladders[kind].tighten(rungs, self.now)
        self.changes += 1

    def loosen_ladder(self, kind: str, rungs: Sequence[tuple[int, int, int]]) -> None:
        self.require_ladder(rungs)
        self.ladders[kind] = Ladder(list(rungs))
        self.changes += 1

    def require_ladder(self, rungs: Sequence[tuple[int, int, int]]) -> None:
        days = [until for until, _, _ in rungs]
        valid = 0 < len(rungs) <= 5 and days == sorted(set(days)) and days[0] > 0 and days[-1] == LAST_DAY
        refuse(not valid or any(loan >= bps or bps > 9_900 for _, loan, bps in rungs), "LadderInvalid")

    def tighten_terms(self, terms: Terms) -> None:
        old = self.terms
        tightens = terms.rate <= old.rate and terms.ceiling <= old.ceiling
        tightens = tightens and terms.holder_ceiling <= old.holder_ceiling and terms.floor >= old.floor
        refuse(not tightens, "TermsInvalid")
        self.loosen_terms(terms)

    def loosen_terms(self, terms: Terms) -> None:
        self.accrue()
        self.terms = terms

    def tighten_margins(self, margins: tuple[int, int, int, int]) -> None:
        refuse(any(to < old for to, old in zip(margins, self.margins, strict=True)), "DirectionInvalid")
        self.loosen_margins(margins)

    def loosen_margins(self, margins: tuple[int, int, int, int]) -> None:
        self.margins = margins
        self.changes += 1

    def set_ceilings(self, name: str, ceiling: int, share_bps: int, *, tightens: bool) -> None:
        listing = self.listing(name)
        up = ceiling >= listing.ceiling and share_bps >= listing.share_bps
        down = ceiling <= listing.ceiling and share_bps <= listing.share_bps
        refuse(not (down if tightens else up), "DirectionInvalid")
        listing.ceiling, listing.share_bps = ceiling, share_bps

    def shut_collateral(self, name: str) -> None:
        self.listing(name).is_shut = True
        self.quotes.pop(name, None)

    # ── orders ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def carry(self, old: str, new: str, papers: Sequence[Paper], price: Price) -> None:
        """What is pledged with what is owed, then the rest."""
        market = self.market
        held = [paper.balance(old) for paper in papers]
        position = self.position(old)
        if position.scaled or not position.is_empty() or self.credits.get(old):
            self.move_position(old, new, price)
        moved = [before - paper.balance(old) for before, paper in zip(held, papers, strict=True)]
        market.carry_rest(papers, moved, old, new)
        market.carry_cash(old, new)

    def recover(self, old: str, new: str, papers: Sequence[Paper], price: Price) -> None:
        """An order of recovery; then the new wallet has the place of the old one."""
        market = self.market
        self.carry(old, new, papers, price)
        same = market.investors[old] == market.investors[new] and old != new
        refuse(not same or old in market.successors or new in market.successors, "SuccessorInvalid")
        market.successors[old] = new
        if market.records[old].frozen:
            market.records[new].frozen = True

    def move_position(self, old: str, new: str, price: Price) -> None:
        source, target = self.position(old), self.position(new)
        owed, moved = target.scaled != 0, source.scaled
        target.scaled += moved
        left = Position(is_left=True)
        for at, name in enumerate(source.places):
            if name is None:
                continue
            paper = self.market.papers[name]
            if self.now < paper.paused_until or paper.has_ended(self.now):
                left.places[at] = name
                continue
            if name not in target.places:
                refuse(None not in target.places, "TooManySeries")
                target.places[target.places.index(None)] = name
            face = paper.lien(old)
            self.market.seize(paper, old, new, face, self.address)
            paper.liens[new] = paper.lien(new) + face
        self.positions[old] = left
        self.credits[new] = self.credits.get(new, 0) + self.credits.pop(old, 0)
        self.move_sale(old, new)
        if owed and moved:
            threshold = self.assess(new, LEAVE, price)[1]
            refuse(self.debt(new) > threshold, "DebtAboveLoan")

    def move_sale(self, old: str, new: str) -> None:
        if old in self.sales:
            started_at, debt = self.sales.pop(old)
            other_at, other = self.sales.get(new, (started_at, 0))
            self.sales[new] = (min(started_at, other_at), debt + other)
        if old in self.states:
            self.states[new] = self.states[old]

    # ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def shut_down(self) -> None:
        refuse(self.shut_down_at != 0, "ShutdownStateInvalid")
        self.accrue()
        self.shut_down_at = self.now
        burned, self.buffer = self.buffer, 0
        if burned:
            self.market.burn_cash(self.address, burned)

    def settle(self, owner: str, price: Price) -> None:
        refuse(self.shut_down_at == 0, "NotShutDown")
        debt = self.debt(owner)
        refuse(debt == 0, "NothingThere")
        worth, cut = 0, self.margins[3]
        names = [name for name in self.position(owner).places if name]
        for name in names:
            self.rebucket(name)
            sale = self.quote(name, price).sale
            worth += self.market.papers[name].lien(owner) * sale // PAR * (BPS - cut) // BPS
        self.accrue()
        self.lower(owner, ENDLESS)
        self.end(owner)
        for name in names:
            paper = self.market.papers[name]
            face = paper.lien(owner)
            needed = ceil_div(face * debt, worth) if worth > debt else face
            self.unbook(owner, name, face)
            self.market.seize(paper, owner, self.windup, needed, self.address)
            paper.liens[owner] = 0

    def redeem(self, holder: str, cash: int, papers: Sequence[Paper]) -> None:
        refuse(self.shut_down_at == 0, "NotShutDown")
        refuse(self.scaled != 0, "NotAllSettled")
        minted = self.market.cash.vault_minted
        refuse(cash == 0 or cash > minted, "NothingThere")
        self.market.burn_cash(holder, cash)
        for paper in papers:
            part = paper.balance(self.windup) * cash // minted
            self.market.check_token(paper)
            self.market.check((20, holder))
            paper.shift(self.windup, holder, part, self.now)

    def pool_collect(self, name: str) -> int:
        """What matured in the pool is paid and burned."""
        refuse(self.shut_down_at == 0, "NotShutDown")
        paper = self.market.papers[name]
        refuse(self.now < paper.end, "NotPayableYet")
        face, burned = paper.claim(self.windup)
        target = paper.part(face)
        amount = min(max(burned, target) - burned, paper.balance(self.windup))
        if amount:
            paper.burn(self.windup, self.windup, amount, self.now)
            self.market.move_cash(self.agent, self.windup, amount)
        cash = self.market.cash.balance(self.windup)
        self.market.burn_cash(self.windup, cash)
        return amount

"""The vault under random use against the reference model, every invariant of VAULT_INVARIANTS.md after every step."""

import sys

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Rule, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from hypothesis.strategies._internal.featureflags import FeatureFlags
from vault_market import DAY, HOUR, day, start_of
from vault_model import CURVE, ENDLESS, FX, Terms
from vault_run import VaultRun
from vault_world import (
    AUCTION,
    DOLLAR,
    GOLD,
    LADDERS,
    MARGINS,
    SERIES,
    SPARES,
    SPOT,
    TERMS,
    TREASURY,
    UNIT,
    WALLETS,
    YIELD,
)
from world import VALID_UNTIL

EXAMPLES, STEPS = 560, 42
LEAST_SUCCESSES, LEAST_REFUSALS = 500, 20
OWNERS = WALLETS[::SPARES]
PERSON = st.integers(0, 3)
NAME = st.sampled_from(SERIES)
SHARE = st.integers(0, 9)
CHANCE = st.integers(0, 15)  # 0 to 5 are mistakes of some kind
PAUSABLE = st.sampled_from(["system", "cash", *SERIES])


def share(base: int, index: int) -> int:
    """An amount as a share of what is there, all of it and none among them."""
    return (base // 9, base // 7, base // 5, base // 4, base // 3, base // 2, base * 2 // 3, base - 1, base, base // 8)[
        index
    ]


class VaultMachine(RuleBasedStateMachine):
    """One run of up to STEPS steps, then a shutdown and the division of what is pledged."""

    run: VaultRun  # shared by all examples, set by the test

    def __init__(self) -> None:
        super().__init__()
        self.run.begin()
        self.vault = self.run.model
        self.steps = 0

    # ── what is there ───────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def market(self):
        return self.vault.market

    def owner(self, person):
        """The wallet that a person has now."""
        return self.market.successor(OWNERS[person])

    def paper(self, name):
        return self.market.papers[name]

    def free(self, owner, name):
        return self.paper(name).free(owner)

    def room(self, owner):
        """What may still be lent on what is pledged."""
        debt, loan, _ = self.vault.health(owner, self.run.price)
        terms, cash = self.vault.terms, self.market.cash
        ceilings = (terms.holder_ceiling - debt, terms.ceiling - self.vault.total() - 1, loan - debt)
        share_left = cash.reserve_minted * cash.share_bps // 10_000 - cash.vault_minted
        return min(*ceilings, share_left) - 2

    def borrowers(self):
        return [owner for owner in map(self.owner, range(4)) if self.vault.debt(owner)]

    def pick_borrower(self, person):
        """A person with a debt if there is one; else one is made."""
        owner = self.owner(person)
        if not self.vault.debt(owner):
            found = self.borrowers()
            if found:
                return found[person % len(found)]
            self.borrow(owner)
        return owner

    def clear(self):
        """Prices that are fresh and settled."""
        waits_until = self.market.pending_until()
        if waits_until:
            self.run.travel(waits_until - self.vault.now)
        for name in (FX, CURVE, GOLD):
            feed = self.market.feeds[name]
            values, observed_at = feed.current(self.vault.now)
            if self.vault.now - observed_at > feed.max_age - DAY:
                self.run.post(name, values)

    def lift(self, owner, name="cash"):
        """Takes out of the way what stands against an owner."""
        for paused in ("system", "cash", name):
            if self.vault.now < self.run.pausable(paused).paused_until:
                self.run.unpause(paused)
        record = self.market.records[owner]
        if record.frozen:
            self.run.freeze_wallet(owner, frozen=False)
        if record.valid_until < self.vault.now:
            self.run.write_record(owner, VALID_UNTIL, "renew")

    def borrow(self, owner, name="gold"):
        """A debt near what is lent, on all that the owner has of a series."""
        if self.vault.shut_down_at:
            return
        self.lift(owner, name)
        if self.market.papers[name].frozen.get(owner):
            self.run.freeze_amount(name, owner, 0)
        self.clear()
        if self.free(owner, name):
            self.run.adjust("pledge", owner, [(name, self.free(owner, name))])
        room = self.room(owner)
        if room > self.vault.terms.floor:
            self.run.adjust("mint", owner, [], mint=room)

    # ── borrowers ───────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(person=PERSON, name=NAME, index=SHARE, chance=CHANCE)
    def pledge(self, person, name, index, chance):
        owner = self.owner(person)
        face = max(1, share(self.free(owner, name), index))
        if chance < 3:
            face = (0, self.free(owner, name) + 1, 4_000_000 * UNIT)[chance]
        self.run.adjust("pledge", owner, [(name, face)])

    @rule(person=PERSON, index=SHARE, chance=CHANCE)
    def pledge_all(self, person, index, chance):
        """More series than a position has room for."""
        owner = self.owner(person)
        fresh = [name for name in SERIES if not self.paper(name).lien(owner) and self.free(owner, name)]
        if chance < 2 and fresh:
            fresh = fresh[:1]
            self.run.adjust("pledge", owner, [(fresh[0], 4_000_000 * UNIT)])
        self.run.adjust("pledge", owner, [(name, 1 + self.free(owner, name) // (20 + index)) for name in fresh])

    @rule(person=PERSON, index=SHARE, chance=CHANCE)
    def mint(self, person, index, chance):
        owner = self.owner(person)
        if chance > 4 and self.room(owner) < self.vault.terms.floor:
            return self.borrow(owner, ("gold", "year", "note", "third")[index % 4])
        room = self.room(owner)
        amount = max(1, share(max(0, room), index))
        if chance == 1:
            owner = next((other for other in map(self.owner, range(4)) if not self.vault.debt(other)), owner)
        if chance < 5:
            above = self.vault.terms.holder_ceiling + 1, self.vault.terms.ceiling + 1
            amount = (max(1, room) + 3, 1 + index, *above, max(1, room) // 2)[chance]
        return self.run.adjust("mint", owner, [], mint=amount)

    @rule(person=PERSON, index=SHARE, chance=CHANCE)
    def repay(self, person, index, chance):
        owner = self.pick_borrower(person) if chance > 1 else self.owner(person)
        debt = self.vault.debt(owner)
        self.run.adjust("repay", owner, [], repay=ENDLESS if index == 8 else max(1, share(debt, index)))

    @rule(person=PERSON, name=NAME, index=SHARE, chance=CHANCE)
    def release(self, person, name, index, chance):
        owner = self.owner(person)
        pledged = [paper.name for paper in self.vault.pledged(owner)]
        if pledged and chance > 1:
            name = pledged[index % len(pledged)]
        if not pledged and chance > 1:
            self.run.adjust("pledge", owner, [(name, max(1, self.free(owner, name)))])
        face = self.paper(name).lien(owner)
        face = face + 1 if chance == 0 else max(1, share(face, index))
        self.run.adjust("release", owner, [(name, -face)])

    @rule(person=PERSON, first=NAME, second=NAME, index=SHARE, chance=CHANCE)
    def mix(self, person, first, second, index, chance):
        """Repays, pledges, releases and mints in one transaction."""
        owner = self.owner(person)
        changes = [(first, max(1, share(self.free(owner, first), index)))]
        if lien := self.paper(second).lien(owner):
            changes.append((second, -max(1, share(lien, (index + chance) % 10) // 3)))
        debt, room = self.vault.debt(owner), self.room(owner)
        repay = max(1, debt // (2 + chance)) if debt else 0
        mint = max(0, share(max(0, room), index) // 2) if chance > 3 else 0
        self.run.adjust("mix", owner, changes, mint=mint, repay=repay)

    @rule(person=PERSON, payer=PERSON, index=SHARE, chance=CHANCE)
    def repay_for(self, person, payer, index, chance):
        owner = self.pick_borrower(person) if chance > 1 else self.owner(person)
        amount = ENDLESS if index == 8 else max(1, share(self.vault.debt(owner), index))
        self.run.repay_for(self.owner(payer) if chance < 12 else TREASURY, owner, amount)

    @rule(person=PERSON, out=NAME, into=NAME, index=SHARE, chance=CHANCE)
    def substitute(self, person, out, into, index, chance):
        owner = self.owner(person)
        pledged = [paper.name for paper in self.vault.pledged(owner)]
        if pledged and chance > 0:
            out = pledged[index % len(pledged)]
        if not pledged and chance > 2 and not self.vault.shut_down_at:
            self.borrow(owner, "third")
            pledged, out = ["third"], "third"
        if chance > 2:
            self.clear()
            into = max(SERIES, key=lambda name: self.free(owner, name) if name not in (out, "gold") else -1)
        face_out = max(1, share(self.paper(out).lien(owner), index) // 4)
        face_in = min(self.free(owner, into), 3 * face_out * (1 + 300_000 * (out == "gold")))
        face_in = max(1, face_in) if chance > 2 else face_out * chance // 5
        self.run.substitute(owner, out, face_out, into, face_in)

    @rule(person=PERSON, index=SHARE, chance=CHANCE)
    def collect(self, person, index, chance):
        """What matured on a pledge comes in, most often after its end."""
        owner, bill = self.owner(person), self.paper("bill")
        if chance > 2 and not bill.has_ended(self.vault.now) and self.steps > STEPS // 3:
            if self.free(owner, "bill"):
                self.run.adjust("pledge", owner, [("bill", self.free(owner, "bill"))])
            self.run.travel(bill.end - self.vault.now)
        if bill.has_ended(self.vault.now):
            held = [wallet for wallet in WALLETS if bill.lien(wallet)]
            owner = held[person % len(held)] if held and chance > 1 else owner
            missing = bill.supply() + bill.done - bill.funded
            if missing and chance > 2:
                self.run.fund("bill", max(1, share(missing, index)))
        if chance > 5 and self.vault.debt(owner) and bill.lien(owner):
            self.run.repay_for(TREASURY, owner, ENDLESS)
        self.run.collect(owner, "bill")
        if self.vault.credits.get(owner) and chance > 0:
            self.withdraw_lifted(owner)

    @rule(person=PERSON, chance=CHANCE)
    def withdraw(self, person, chance):
        owed = [wallet for wallet, amount in self.vault.credits.items() if amount]
        owner = owed[person % len(owed)] if owed and chance > 0 else self.owner(person)
        if not owed and chance > 4:
            return self.collect_all(person)
        if chance > 4:
            return self.withdraw_lifted(owner)
        return self.run.withdraw(owner)

    def collect_all(self, person):
        """A matured pledge of somebody comes in, who owes nothing any more."""
        bill = self.paper("bill")
        held = [wallet for wallet in WALLETS if bill.lien(wallet)]
        if not bill.has_ended(self.vault.now) or not held:
            return
        owner = held[person % len(held)]
        if bill.supply() + bill.done > bill.funded:
            self.run.fund("bill", ENDLESS)
        if self.vault.debt(owner):
            self.run.repay_for(TREASURY, owner, ENDLESS)
        self.run.collect(owner, "bill")
        self.withdraw_lifted(owner)

    def withdraw_lifted(self, owner):
        self.lift(self.market.successor(owner))
        self.run.withdraw(owner)

    @rule(chance=CHANCE)
    def harvest(self, chance):
        if chance > 4:
            self.lift(self.owner(0))
        self.run.harvest()

    # ── liquidation ─────────────────────────────────────────────────────────────────────────────────────────────────

    def fall(self, percent):
        """Gold falls, and the round that waits for its hour holds."""
        spot = self.market.feeds[GOLD].current(self.vault.now)[0][0]
        self.clear()
        if self.vault.now - self.market.feeds[GOLD].current(self.vault.now)[1] < HOUR:
            self.run.travel(HOUR)
        self.run.post(GOLD, [max(1, spot * (100 - percent) // 100)])
        self.clear()

    def sick(self):
        """Wallets whose debt is above what their collateral counts for."""
        found = []
        for wallet in WALLETS:
            if self.vault.debt(wallet):
                debt, _, threshold = self.vault.health(wallet, self.run.price)
                if debt > threshold and not self.vault.position(wallet).is_empty():
                    found.append(wallet)
        return found

    def make_sick(self, person, percent):
        """An owner whose debt is on gold, and gold falls."""
        owner = self.owner(person)
        gold = self.market.feeds[GOLD]
        if gold.current(self.vault.now)[0][0] < SPOT // 2:
            self.clear()
            if self.vault.now - self.market.feeds[GOLD].current(self.vault.now)[1] < HOUR:
                self.run.travel(HOUR)
            self.run.post(GOLD, [SPOT])
        self.borrow(owner)
        self.fall(percent)
        return owner

    def auction(self, person, percent, *, told=True):
        """An owner whose position is being sold, None where that did not come about."""
        running = [wallet for wallet in self.vault.sales if wallet in self.sick()]
        if running:
            self.clear()
            return running[person % len(running)]
        sick = self.sick()
        owner = sick[person % len(sick)] if sick else self.make_sick(person, percent)
        self.clear()
        if owner in self.vault.states and not self.vault.states[owner] and told:
            self.run.notify_breach(owner)
            if self.vault.states[owner]:
                self.run.travel(self.vault.states[owner] - self.vault.now)
                self.clear()
        if owner not in self.vault.sales:
            self.run.start(owner)
        return owner if owner in self.vault.sales else None

    @rule(person=PERSON, percent=st.integers(20, 70), chance=CHANCE)
    def start(self, person, percent, chance):
        if chance < 3:
            self.run.start(self.owner(person))
            return
        self.auction(person, percent, told=chance > 4)

    @rule(person=PERSON, chance=CHANCE)
    def notify_breach(self, person, chance):
        told = [wallet for wallet in self.vault.states if self.market.successor(wallet) == wallet]
        owner = told[0] if chance > 1 and told else self.owner(person)
        if chance > 3 and owner not in self.sick() and not self.vault.shut_down_at:
            self.make_sick(OWNERS.index(next(w for w in OWNERS if self.market.successor(w) == owner)), 45)
        self.run.notify_breach(owner)

    @rule(person=PERSON, bidder=PERSON, percent=st.integers(25, 75), index=SHARE, chance=CHANCE)
    def take(self, person, bidder, percent, index, chance):
        if self.vault.shut_down_at or chance == 0:
            owner = self.owner(person)
            self.run.take(self.owner(bidder), owner, "gold", ENDLESS)
            return
        owner = self.auction(person, percent)
        if owner is None:
            return
        if chance > 4:
            self.run.travel(HOUR * (chance - 4) // 2)
            self.clear()
        pledged = [paper.name for paper in self.vault.pledged(owner)]
        name = pledged[index % len(pledged)] if pledged else "gold"
        bidder = max(map(self.owner, range(4)), key=self.market.cash.free) if chance > 3 else self.owner(bidder)
        if chance > 5:
            self.lift(bidder, name)
        most = (ENDLESS, 1, self.paper(name).lien(owner) // 2)[0 if chance > 2 else chance]
        if chance == 3:
            self.run.take(bidder, owner, name, most, 1)
        elif chance == 6:
            self.run.freeze_wallet(bidder, frozen=True)
            self.run.take(bidder, owner, name, most)
            self.run.freeze_wallet(bidder, frozen=False)
        elif chance == 7:
            self.run.write_record(bidder, self.vault.now + 1, "expire")
            self.run.travel(2)
            self.run.take(bidder, owner, name, most)
            self.run.write_record(bidder, VALID_UNTIL, "renew")
        self.run.take(bidder, owner, name, most)

    @rule(person=PERSON, percent=st.integers(40, 80), index=SHARE, chance=CHANCE)
    def backstop(self, person, percent, index, chance):
        owner = None if self.vault.shut_down_at else self.auction(person, percent)
        if owner is None:
            return
        if chance > 2:
            self.run.travel(max(1, self.vault.sales[owner][0] + self.vault.auction_terms[1] - self.vault.now))
            self.clear()
            self.lift(owner)
        pledged = [paper.name for paper in self.vault.pledged(owner)]
        name = pledged[index % len(pledged)] if pledged else "gold"
        if self.vault.now < self.paper(name).paused_until and chance > 3:
            self.run.unpause(name)
        self.run.backstop(owner, name)

    @rule(person=PERSON, percent=st.integers(25, 60), chance=CHANCE)
    def stop(self, person, percent, chance):
        """An auction that is cured by repaying or by a price, then stopped."""
        if chance == 0 or self.vault.shut_down_at:
            running = list(self.vault.sales)
            self.run.stop(running[0] if running else self.owner(person))
            return
        running = list(self.vault.sales)
        owner = running[0] if running else self.auction(person, percent)
        if owner is None:
            return
        if chance > 2:
            debt, _, threshold = self.vault.health(owner, self.run.price)
            if debt > threshold:
                self.run.repay_for(TREASURY, owner, debt - threshold + 2)
        self.clear()
        self.run.stop(owner)

    @rule(person=PERSON, chance=CHANCE)
    def write_off(self, person, chance):
        """Gold falls so far that all of it leaves a debt."""
        lost = [wallet for wallet in WALLETS if self.vault.debt(wallet) and self.vault.position(wallet).is_empty()]
        owner = lost[0] if lost else self.owner(person)
        if not lost and chance > 2 and not self.vault.shut_down_at:
            owner = self.lose(owner)
        self.run.write_off(owner)
        if self.vault.backstop_debt and chance > 7:
            self.run.cover_backstop(TREASURY, max(1, self.vault.backstop_debt // 3))

    def lose(self, owner):
        """All that an owner has pledged is sold at the floor."""
        person = next(at for at in range(4) if self.owner(at) == owner)
        sick = self.sick()
        found = self.auction(person, 85) if not sick else self.auction(person, 40)
        if found is None:
            return owner
        self.run.travel(max(1, self.vault.sales[found][0] + self.vault.auction_terms[1] - self.vault.now))
        self.clear()
        self.lift(found)
        for paper in self.vault.pledged(found):
            if found in self.vault.sales and not paper.has_ended(self.vault.now):
                if self.vault.now < self.paper(paper.name).paused_until:
                    self.run.unpause(paper.name)
                self.run.backstop(found, paper.name)
        return found

    @rule(person=PERSON, index=SHARE, chance=CHANCE)
    def cover_backstop(self, person, index, chance):
        owed = self.vault.backstop_debt
        amount = max(1, share(owed, index) // 3)
        self.run.cover_backstop(TREASURY if chance > 3 else self.owner(person), amount)

    # ── prices and time ─────────────────────────────────────────────────────────────────────────────────────────────

    def post(self, name, values, chance):
        feed = self.market.feeds[name]
        if chance > 3 and self.vault.now - feed.current(self.vault.now)[1] < HOUR:
            self.run.travel(HOUR)
        number = feed.number + {0: 2, 1: 0}.get(chance, 1)
        observed_at = self.vault.now + (chance == 2)
        self.run.post(name, [0] * len(values) if chance == 3 else values, number, observed_at)

    @rule(bps=st.integers(-120, 130), chance=CHANCE)
    def post_curve(self, bps, chance):
        held = self.market.feeds[CURVE].current(self.vault.now)[0]
        base = held[0] if 3_000_000 < held[0] < 20_000_000 else YIELD
        values = [base + bps * 10_000 + at * (bps % 7) * 2_000 for at in range(len(held))]
        self.post(CURVE, values, chance)

    @rule(percent=st.integers(-6, 7), chance=CHANCE)
    def post_fx(self, percent, chance):
        rate = self.market.feeds[FX].current(self.vault.now)[0][0]
        base = rate if DOLLAR // 2 < rate < 2 * DOLLAR else DOLLAR
        self.post(FX, [base * (100 + percent) // 100], chance)

    @rule(percent=st.integers(-12, 15), chance=CHANCE)
    def post_spot(self, percent, chance):
        spot = self.market.feeds[GOLD].current(self.vault.now)[0][0]
        base = spot if SPOT // 3 < spot < 2 * SPOT else SPOT
        self.post(GOLD, [base * (100 + percent) // 100], chance)

    @rule(index=st.integers(0, 15))
    def travel(self, index):
        night = start_of(day(self.vault.now) + 1) - self.vault.now
        steps = (1, 60, HOUR, HOUR, 2 * HOUR, 6 * HOUR, night - 1, night, night, DAY, DAY, 2 * DAY, 3 * DAY, 4 * DAY)
        self.run.travel(max(1, (*steps, 5 * DAY, 8 * DAY)[index]))

    # ── holders and tokens ──────────────────────────────────────────────────────────────────────────────────────────

    @rule(person=PERSON, then=CHANCE)
    def freeze(self, person, then):
        for wallet in (self.owner(person), self.owner((person + 1) % 4)):
            self.run.freeze_wallet(wallet, frozen=True)
            if then > 7:
                self.run.freeze_wallet(wallet, frozen=False)

    @rule(person=PERSON)
    def unfreeze(self, person):
        frozen = [wallet for wallet in map(self.owner, range(4)) if self.market.records[wallet].frozen]
        self.run.freeze_wallet(frozen[0] if frozen else self.owner(person), frozen=False)

    @rule(person=PERSON, name=st.sampled_from(["cash", "cash", *SERIES]), index=SHARE, then=CHANCE)
    def freeze_amount(self, person, name, index, then):
        wallet = self.owner(person)
        token = self.market.cash if name == "cash" else self.paper(name)
        self.run.freeze_amount(name, wallet, 1 + share(token.balance(wallet), index))
        if then > 1:
            self.run.freeze_amount(name, wallet, 0)

    @rule(person=PERSON, hours=st.integers(0, 6), then=CHANCE)
    def expire(self, person, hours, then):
        wallet = self.owner(person)
        for until in (2 + hours * HOUR, 1 + hours * HOUR):
            self.run.write_record(wallet, self.vault.now + until, "expire")
        if then < 6:
            self.run.travel(hours * HOUR + 2)
        else:
            self.run.write_record(wallet, VALID_UNTIL, "renew")

    @rule(person=PERSON)
    def renew(self, person):
        past = [
            wallet for wallet in map(self.owner, range(4)) if self.market.records[wallet].valid_until < self.vault.now
        ]
        self.run.write_record(past[0] if past else self.owner(person), VALID_UNTIL, "renew")

    @rule(chance=CHANCE)
    def coupon(self, chance):
        """The next payment of the note is waited for, funded and paid."""
        parts = self.run.set_up.note.parts
        due = [at for at, part in enumerate(parts) if start_of(part.end) <= self.vault.now]
        period = len(due) if chance > 3 else max(0, len(due) - 1)
        if period > 5:
            return
        at = start_of(parts[period].end)
        if at > self.vault.now and at - self.vault.now < 2 * DAY * self.steps // 3:
            self.run.travel(at - self.vault.now)
        elif at > self.vault.now:
            return
        self.run.coupon(period)

    @rule(name=PAUSABLE, then=CHANCE)
    def pause(self, name, then):
        for paused in (name, "year"):
            self.run.pause(paused)
            if then > 6:
                self.run.unpause(paused)

    @rule(name=PAUSABLE)
    def unpause(self, name):
        paused = [
            other for other in ("system", "cash", *SERIES) if self.vault.now < self.run.pausable(other).paused_until
        ]
        self.run.unpause((paused or [name])[0])

    @rule(person=PERSON, index=SHARE)
    def donate(self, person, index):
        for donor in (self.owner(person), TREASURY):
            self.run.donate(donor, 1 + share(self.market.cash.free(donor), index) // 1_000)

    @rule(person=PERSON, spare=st.integers(1, SPARES - 1), chance=CHANCE)
    def move_position(self, person, spare, chance):
        old = self.owner(person)
        start = person * SPARES
        fresh = [
            wallet
            for wallet in WALLETS[start : start + SPARES]
            if wallet not in self.market.successors and wallet != old
        ]
        if chance < 2 or not fresh:
            other = self.owner((person + 1) % 4)
            self.run.recover(old, other)
            return
        if chance > 3:
            self.lift(old)
        if self.run.recover(old, fresh[0]) and not self.vault.position(old).is_empty():
            for paper in self.vault.pledged(old):
                if self.vault.now < self.run.pausable(paper.name).paused_until and chance > 6:
                    self.run.unpause(paper.name)
            self.run.carry(old)

    @rule(person=PERSON)
    def probe(self, person):
        for owner in (self.owner(person), self.pick_borrower(person)):
            self.run.probe_exits(owner)

    @rule(person=PERSON, kind=st.integers(0, 7), index=SHARE)
    def obstruct(self, person, kind, index):
        """One thing stands in the way of a loan, and is taken away again."""
        owner = self.owner(person)
        self.borrow(owner, ("year", "second", "note")[index % 3])
        if self.room(owner) < self.vault.terms.floor and self.vault.debt(owner):
            self.run.adjust("repay", owner, [], repay=self.vault.debt(owner) // 2)
        amount = max(self.vault.terms.floor, self.room(owner) // 2)
        if kind < 3:
            name = ("system", "cash", "system")[kind]
            self.run.pause(name)
            fresh = [name for name in SERIES if not self.paper(name).lien(owner)]
            if kind == 2 and fresh:
                self.run.adjust("pledge", owner, [(fresh[0], 1)])
            else:
                self.run.adjust("mint", owner, [], mint=amount)
            self.run.harvest()
            self.run.unpause(name)
        elif kind == 3:
            self.run.freeze_wallet(owner, frozen=True)
            self.run.adjust("mint", owner, [], mint=amount)
            self.run.freeze_wallet(owner, frozen=False)
        elif kind == 4:
            self.run.write_record(owner, self.vault.now + 1, "expire")
            self.run.travel(2)
            self.run.adjust("mint", owner, [], mint=amount)
            self.run.write_record(owner, VALID_UNTIL, "renew")
        elif kind == 5:
            self.run.travel(4 * DAY + HOUR)
            self.run.adjust("mint", owner, [], mint=amount)
            self.run.start(owner)
        elif kind == 6:
            self.run.travel(HOUR)
            self.run.post(GOLD, [SPOT * 2 // 3])
            self.run.adjust("mint", owner, [], mint=amount)
            self.run.start(owner)
        elif self.free(owner, "fifth") > 1:
            self.run.freeze_amount("fifth", owner, self.paper("fifth").balance(owner) - 1)
            self.run.adjust("pledge", owner, [("fifth", 2)])
            self.run.freeze_amount("fifth", owner, 0)

    # ── offices ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(kind=st.sampled_from(sorted(LADDERS)), cut=st.integers(1, 300), chance=CHANCE)
    def tighten_ladder(self, kind, cut, chance):
        rungs = self.vault.ladders[kind].rungs
        lower = [(until, max(1_000, loan - cut), max(1_100, bps - cut // 2)) for until, loan, bps in rungs]
        if chance == 0:
            lower = [(until, loan + 1, bps + 2) for until, loan, bps in rungs]
        elif chance == 1:
            lower = [(until, bps, bps) for until, _, bps in rungs]
        for _ in range(3):
            self.run.ladder(kind, lower, tightens=True)

    @rule(kind=st.sampled_from(sorted(LADDERS)), chance=CHANCE)
    def loosen_ladder(self, kind, chance):
        rungs = LADDERS[kind] if chance else [(until, 9_950, 9_960) for until, _, _ in LADDERS[kind]]
        for other in (kind, "discount"):
            self.run.ladder(other, rungs if other == kind else LADDERS[other], tightens=False)

    @rule(cut=st.integers(0, 9), chance=CHANCE)
    def tighten_terms(self, cut, chance):
        rate, ceiling, holder, floor = self.vault.terms.words()
        terms = Terms(rate * (10 - cut) // 10, ceiling - cut * UNIT, holder - cut * UNIT, floor + cut * UNIT)
        self.run.terms(Terms(rate, ceiling, holder, floor), tightens=True)
        self.run.terms(terms if chance > 1 else Terms(rate + 1, ceiling, holder, floor), tightens=True)
        self.run.terms(Terms(rate, ceiling, holder, floor + 1), tightens=True)

    @rule(more=st.integers(0, 9))
    def loosen_terms(self, more):
        rate, ceiling, holder, floor = TERMS
        for added in (more, more // 2):
            self.run.terms(Terms(rate + added * 1_000_000, ceiling, holder, floor), tightens=False)

    @rule(add=st.integers(0, 40), chance=CHANCE)
    def tighten_margins(self, add, chance):
        fx, days, after, cut = self.vault.margins
        margins = (fx + add, days + (chance > 13), after, cut + add)
        for wanted in (margins if chance else (fx, days, after, cut - 1), margins):
            self.run.margins(wanted, tightens=True)

    @rule()
    def loosen_margins(self):
        for cut in (MARGINS[3] - 1, MARGINS[3]):
            self.run.margins((*MARGINS[:3], cut), tightens=False)

    @rule(name=NAME, percent=st.integers(40, 99), chance=CHANCE)
    def ceilings(self, name, percent, chance):
        listing = self.vault.listings[name]
        lower = (listing.ceiling * percent // 100, listing.share_bps)
        for wanted in (lower if chance else (lower[0], listing.share_bps + 1), lower):
            self.run.ceilings(name, *wanted, tightens=True)
        for more in (3_000_000, 3_000_001):
            self.run.ceilings(name, more * UNIT, 9_000, tightens=False)

    @rule(cap=st.sampled_from([1_000 * UNIT, 800_000 * UNIT, AUCTION[2], AUCTION[2]]))
    def set_auction_terms(self, cap):
        for wanted in (cap, 2 * cap):
            self.run.auction_terms((*AUCTION[:2], wanted))

    @rule(name=st.sampled_from(["first", "fourth", "fifth", "dollar"]))
    def shut_collateral(self, name):
        for other in (name, "fifth"):
            self.run.shut_collateral(other)

    # ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(person=PERSON, chance=CHANCE)
    def close(self, person, chance):
        """Late in a run the vault is shut down; before, what belongs to that is refused."""
        if chance == 0:
            self.run.settle(self.owner(person))
        elif chance == 1:
            self.run.redeem(self.owner(person), 1, ["year"])
        elif chance == 2 and self.vault.shut_down_at:
            self.run.shut_down()

    @invariant()
    def count(self):
        self.steps += 1

    def teardown(self):
        """Whatever happened: shut down, settled, and shared."""
        if self.run.is_broken:
            return
        if not self.vault.shut_down_at:
            self.run.shut_down()
        self.run.shut_down()
        for name in ("system", "cash", *SERIES):
            if self.vault.now < self.run.pausable(name).paused_until:
                self.run.unpause(name)
        if self.vault.backstop_debt:
            self.run.cover_backstop(TREASURY, ENDLESS)
        if self.paper("bill").has_ended(self.vault.now):
            self.bring_in()
        for wallet in [wallet for wallet, amount in self.vault.credits.items() if amount]:
            self.withdraw_lifted(wallet)
        self.divide()

    def bring_in(self):
        """What has ended is collected before its owner can be settled."""
        bill = self.paper("bill")
        for wallet in [wallet for wallet in WALLETS if bill.lien(wallet) and self.vault.debt(wallet)]:
            self.run.settle(wallet)
        if self.paper("bill").supply() + self.paper("bill").done > self.paper("bill").funded:
            self.run.fund("bill", ENDLESS)
        for wallet in [wallet for wallet in WALLETS if self.paper("bill").lien(wallet)]:
            self.run.collect(wallet, "bill")

    def divide(self):
        owing = [wallet for wallet in WALLETS if self.vault.debt(wallet)]
        rich = sorted(map(self.owner, range(4)), key=self.market.cash.balance)[::-1]
        if owing:
            self.run.redeem(rich[0], 1, [])
        for wallet in owing:
            self.run.settle(wallet)
        self.run.settle(rich[0])
        pool = [name for name in SERIES if self.paper(name).balance(self.run.windup.address)]
        for at, holder in enumerate(rich[:3]):
            minted = self.market.cash.vault_minted
            cash = min(max(0, minted) // (at + 1), self.market.cash.balance(holder))
            if cash:
                self.lift(holder)
                self.run.redeem(holder, cash, pool)
        self.run.redeem(rich[-1], 0, pool)


# What succeeds rarely, or waits for others, is tried more often.
WEIGHTS = {
    "substitute": 3, "coupon": 3, "take": 4, "stop": 4, "write_off": 4, "obstruct": 2, "release": 3, "freeze_amount": 2,
    "notify_breach": 2, "probe": 2, "collect": 2, "withdraw": 5, "move_position": 3, "mix": 3, "close": 2, "harvest": 2,
}  # fmt: skip
for _name, _weight in WEIGHTS.items():
    for _copy in range(1, _weight):
        setattr(VaultMachine, f"{_name}_{_copy}", getattr(VaultMachine, _name))


@pytest.fixture(scope="module")
def shared_run() -> VaultRun:
    return VaultRun()


@pytest.fixture(autouse=True)
def every_rule_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis leaves rules out of a run at random ("swarm"); it also spells out every rule at every draw."""
    monkeypatch.setattr(FeatureFlags, "is_enabled", lambda _flags, _name: True)
    monkeypatch.setattr(Rule, "__repr__", lambda rule: rule.function.__name__)


def test_the_vault_keeps_its_invariants_under_random_use(shared_run: VaultRun, capsys: pytest.CaptureFixture[str]):
    machine = type("Machine", (VaultMachine,), {"run": shared_run})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            phases=(Phase.generate,),  # shrinking such a history takes minutes
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    lines = [""]
    for title, counts in (("succeeded", shared_run.succeeded), ("refused as predicted", shared_run.refused)):
        lines.append(f"{title}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    with capsys.disabled():
        sys.stdout.write("\n".join(lines) + "\n")
    rare = {name: count for name, count in shared_run.succeeded.items() if count < LEAST_SUCCESSES}
    rare |= {name: count for name, count in shared_run.refused.items() if count < LEAST_REFUSALS}
    assert not rare

"""Vault and model in lockstep: every call is predicted, made, and followed by the checks of VAULT_INVARIANTS.md."""

import pickle
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from bonds import minor_down, start_of, tax_up
from evm import Contract, Method, Reverted, address_of
from run import InvariantBroken, require
from vault_market import BPS, DAY, PAR, WAD, Feed, Market, Money, Paper, Refused, Standing, day
from vault_model import CURVE, ENDLESS, FX, Ladder, Listing, Quote, Terms, Vault
from vault_world import (
    BACKSTOP,
    CLASSES,
    GOLD,
    LADDERS,
    SERIES,
    SPARES,
    STRANGER,
    TREASURY,
    WALLETS,
    VaultWorld,
    build,
)  # fmt: skip

__all__ = ["InvariantBroken", "VaultRun"]

ADMIN_LIKE = address_of("central_bank")
TAX_BPS = 2_000
Change = tuple[str, int]
State = dict[str, Any]
RISKS = ("ladder", "margins", "post", "travel")  # what may make a healthy position unhealthy


def parts(found: Any, wanted: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Two states of one thing -> its parts, each with what was found and what was wanted."""
    if isinstance(found, dict):
        for key in found:
            yield from ((f"{key} {part}", *pair) for part, *pair in parts(found[key], wanted[key]))
    elif isinstance(found, list):
        yield from ((at, *pair) for at, pair in enumerate(zip(found, wanted, strict=True)))
    else:
        yield "", found, wanted


class VaultRun:
    """One vault with its model."""

    def __init__(self, twins: Mapping[str, Any] | None = None) -> None:
        self.set_up: VaultWorld = build(twins)
        self.world = self.set_up.world
        self.vault, self.risk, self.windup = self.world.vault, self.world.risk, self.world.windup
        self.tokens: dict[str, Contract] = self.set_up.tokens
        self.names = {contract.address: name for name, contract in self.tokens.items()}
        self.reader = self.world.deploy("VaultReader").address
        self.succeeded: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.donated = 0
        self.holders = (*WALLETS, TREASURY, BACKSTOP, self.vault.address, self.windup.address)
        self._prices: dict[tuple[str, int, int], tuple[int, int]] = {}
        self._packed, self._packed_tokens = self._pack_reads(), self._pack_tokens()
        self.model = self._model()
        self._state: State = {"liens": {}, "balances": {}}
        self._state = self._read_chain((*SERIES, "cash", "quotes"))
        self._check_model("arrange", self._state)
        self._stack = ExitStack()
        self._kept = (self.model.snapshot(), pickle.dumps(self._state))

    def begin(self) -> None:
        """The state of the beginning again, on chain and in the model."""
        self._stack.close()
        self._stack.enter_context(self.world.chain.rolled_back())
        self.model.restore(self._kept[0])
        self._state = pickle.loads(self._kept[1])
        self.donated = 0
        self.orders: dict[str, int] = {}
        self.is_broken = False

    # ── one step ────────────────────────────────────────────────────────────────────────────────────────────────────

    def attempt(
        self,
        action: str,
        predict: Callable[[], Any],
        method: Method,
        *args: Any,
        by: str,
        then: Callable[[State, State], None] | None = None,
    ) -> Any:
        """Predicts, calls, compares, checks; the model's answer, None when the call was refused.

        `then` checks what holds after this action, from the chain's state before and after.
        """
        chain, kept, self.is_broken = self.world.chain, self.model.snapshot(), True
        value, expected, found = None, None, None
        try:
            value = predict()
        except Refused as refusal:
            expected = refusal.outcome
            self.model.restore(kept)
        try:
            chain.call(by, method.contract.address, method.encode(*args))
        except Reverted as error:
            found = (error.name, error.facts["code"] if error.name == "TransferRestricted" else None)
        before = self._state
        if found is None:
            self._state = self._read_chain(self._touched())
        detail = f"{action}{args} by {by} at {chain.now}: predicted {expected}, found {found}"
        if found is None:
            if then is not None:
                then(before, self._state)
            self._check_chain(action, before, self._state)
        require("V14", found == expected, detail)
        self.is_broken = expected is None
        if expected is None:
            self._check_model(action, self._state)
            self.succeeded[action] += 1
            self.is_broken = False
            return True if value is None else value
        self.refused[expected[0] if expected[1] is None else f"{expected[0]} {expected[1]}"] += 1
        return None

    def travel(self, seconds: int) -> None:
        """Time passes; what was right stays right."""
        self.model.market.now = self.world.chain.warp(seconds)
        self._state = self._read_chain(())
        self._check_model("travel", self._state)
        self.succeeded["travel"] += 1

    # ── borrowers ───────────────────────────────────────────────────────────────────────────────────────────────────

    def adjust(self, action: str, owner: str, changes: Sequence[Change], mint: int = 0, repay: int = 0) -> Any:
        def predict() -> None:
            self.model.adjust(owner, changes, mint, repay, self.price)

        def then(_: State, after: State) -> None:
            self._check_places(after, owner)
            self._check_caps(after, owner, mint, [name for name, face in changes if face > 0])

        given = [(self.tokens[name].address, face) for name, face in changes]
        return self.attempt(action, predict, self.vault.adjust, given, mint, repay, by=owner, then=then)

    def repay_for(self, payer: str, owner: str, amount: int) -> Any:
        def predict() -> int:
            return self.model.repay_for(payer, owner, amount)

        return self.attempt("repay_for", predict, self.vault.repayFor, owner, amount, by=payer)

    def substitute(self, owner: str, out: str, face_out: int, into: str, face_in: int) -> Any:
        def predict() -> None:
            self.model.substitute(owner, out, face_out, into, face_in, self.price)

        pair = (self.tokens[out].address, face_out, self.tokens[into].address, face_in)
        return self.attempt("substitute", predict, self.vault.substitute, *pair, by=owner, then=self._places_of(owner))

    def collect(self, owner: str, name: str) -> Any:
        def predict() -> int:
            return self.model.collect(owner, name)

        series = self.tokens[name].address
        then = self._places_of(owner)
        return self.attempt("collect", predict, self.vault.collect, owner, series, by=STRANGER, then=then)

    def withdraw(self, owner: str) -> Any:
        def predict() -> int:
            return self.model.withdraw(owner)

        return self.attempt("withdraw", predict, self.vault.withdraw, owner, by=STRANGER)

    def harvest(self) -> Any:
        def then(_: State, after: State) -> None:
            due = after["total"] + after["backstop_debt"] - after["minted"]
            require("V1", due == 0 or after["shut_down_at"], f"{due} left after a harvest")

        return self.attempt("harvest", self.model.harvest, self.vault.harvest, by=STRANGER, then=then)

    # ── liquidation ─────────────────────────────────────────────────────────────────────────────────────────────────

    def start(self, owner: str) -> Any:
        def predict() -> None:
            self.model.start(owner, self.price)

        return self.attempt("start", predict, self.vault.start, owner, by=STRANGER)

    def take(self, bidder: str, owner: str, name: str, most: int, most_price: int = ENDLESS) -> Any:
        def predict() -> tuple[int, int]:
            return self.model.take(bidder, owner, name, most, most_price, self.price)

        bid = (owner, self.tokens[name].address, most, most_price)
        return self._sale(owner, "take", predict, self.vault.take, *bid, by=bidder)

    def backstop(self, owner: str, name: str) -> Any:
        def predict() -> tuple[int, int]:
            return self.model.backstop(owner, name, self.price)

        bid = (owner, self.tokens[name].address)
        return self._sale(owner, "backstop", predict, self.vault.backstop, *bid, by=STRANGER)

    def _sale(self, owner: str, action: str, predict: Callable[[], Any], method: Method, *args: Any, by: str) -> Any:
        def then(before: State, after: State) -> None:
            self._check_places(after, owner)
            worse = self._gap(after, owner, after) - self._gap(before, owner, after)
            require("V5", worse <= len(SERIES), f"a sale of {owner} made it worse by {worse}")

        return self.attempt(action, predict, method, *args, by=by, then=then)

    def stop(self, owner: str) -> Any:
        def predict() -> None:
            self.model.stop(owner, self.price)

        return self.attempt("stop", predict, self.vault.stop, owner, by=STRANGER)

    def write_off(self, owner: str) -> Any:
        def predict() -> int:
            return self.model.write_off(owner)

        return self.attempt("write_off", predict, self.vault.writeOff, owner, by=STRANGER)

    def cover_backstop(self, payer: str, amount: int) -> Any:
        def predict() -> int:
            return self.model.cover_backstop(payer, amount)

        return self.attempt("cover_backstop", predict, self.vault.coverBackstop, amount, by=payer)

    def notify_breach(self, owner: str) -> Any:
        def predict() -> None:
            self.model.notify_breach(owner, self.price)

        letter = b"\x11" * 32
        return self.attempt("notify_breach", predict, self.vault.notifyBreach, owner, letter, by=ADMIN_LIKE)

    # ── prices ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def post(
        self, feed: bytes, values: Sequence[int], number: int | None = None, observed_at: int | None = None
    ) -> Any:
        """The next round, unless told otherwise."""
        number = self.model.market.feeds[feed].number + 1 if number is None else number
        observed_at = self.model.now if observed_at is None else observed_at

        def predict() -> None:
            self.model.market.post(feed, number, observed_at, values)

        action = {CURVE: "post_curve", FX: "post_fx"}.get(feed, "post_spot")
        signed = self.set_up.signed_round(feed, values, number, observed_at)
        return self.attempt(action, predict, self.world.oracle.post, *signed, by=STRANGER)

    # ── holders, tokens ─────────────────────────────────────────────────────────────────────────────────────────────

    def freeze_wallet(self, wallet: str, *, frozen: bool) -> Any:
        def predict() -> None:
            self.model.market.records[wallet].frozen = frozen

        action = "freeze" if frozen else "unfreeze"
        method = self.world.allowlist.setFrozen
        return self.attempt(action, predict, method, wallet, frozen, by=address_of("enforcer"))

    def freeze_amount(self, name: str, wallet: str, amount: int) -> Any:
        token = self.world.cash if name == "cash" else self.tokens[name]

        def predict() -> None:
            market = self.model.market
            (market.cash if name == "cash" else market.papers[name]).frozen[wallet] = amount

        action = "freeze_amount" if amount else "unfreeze_amount"
        return self.attempt(action, predict, token.setFrozenTokens, wallet, amount, by=address_of("enforcer"))

    def write_record(self, wallet: str, valid_until: int, action: str) -> Any:
        def predict() -> None:
            self.model.market.records[wallet].valid_until = valid_until

        row = self.set_up.row(wallet, valid_until)
        method = self.world.allowlist.onboardByRegistrar
        return self.attempt(action, predict, method, [row], by=address_of("registrar"))

    def pause(self, name: str) -> Any:
        def predict() -> None:
            self.pausable(name).paused_until = self.model.now + 3 * DAY

        method = {"system": self.world.allowlist.pauseSystem, "cash": self.world.cash.pause}.get(name)
        return self.attempt("pause", predict, method or self.tokens[name].pause, by=address_of("guardian"))

    def unpause(self, name: str) -> Any:
        def predict() -> None:
            self.pausable(name).paused_until = 0

        methods = {"system": self.world.allowlist.unpauseSystem, "cash": self.world.cash.unpause}
        arguments = () if name in methods else (self.tokens[name].address,)
        method = methods.get(name, self.world.programme.unpauseSeries)
        return self.attempt("unpause", predict, method, *arguments, by=ADMIN_LIKE)

    def pausable(self, name: str) -> Any:
        market = self.model.market
        return {"system": market, "cash": market.cash}.get(name) or market.papers[name]

    def donate(self, donor: str, amount: int) -> Any:
        """Cash that nobody asked for."""

        def predict() -> None:
            self.model.market.move_cash(donor, self.vault.address, amount)

        def then(before: State, after: State) -> None:
            same = all(before[key] == after[key] for key in before if key != "cash")
            require("V7", same, "a donation changed more than the vault's cash")
            self.donated += amount

        method = self.world.cash.transfer
        return self.attempt("donate", predict, method, self.vault.address, amount, by=donor, then=then)

    def fund(self, name: str, amount: int) -> Any:
        """The treasury funds a redemption."""
        paper = self.model.market.papers[name]

        def predict() -> None:
            taken = min(amount, max(0, paper.supply() + paper.done - paper.funded))
            if taken == 0:
                raise Refused("NothingToFund")
            self.model.market.move_cash(TREASURY, self.model.agent, taken)
            self.model.market.papers[name].funded += taken

        method = self.world.paying_agent.fund
        return self.attempt("fund", predict, method, self.tokens[name].address, amount, by=TREASURY)

    def coupon(self, period: int) -> Any:
        """A payment of the note is funded and paid to all wallets; it trips nothing."""
        note = self.tokens["note"].address
        market = self.model.market
        agent = self.world.paying_agent
        paper, bond = market.papers["note"], self.set_up.note
        record_at = start_of(bond.parts[period].end - bond.record_days)
        faces = {wallet: paper.at(wallet, record_at) for wallet in WALLETS}
        if period not in market.coupons:
            due = minor_down(bond.income(period) * sum(paper.at(account, record_at) for account in self.holders))

            def predict_fund() -> None:
                market.move_cash(TREASURY, agent.address, due)
                market.coupons.add(period)

            self.attempt("fund_coupon", predict_fund, agent.fundPayment, note, period, ENDLESS, by=TREASURY)
        if period not in market.coupons:
            return None

        def predict() -> int:
            return self._pay_coupon(period, faces)

        return self.attempt("coupon", predict, agent.pay, note, period, list(WALLETS), by=STRANGER)

    def _pay_coupon(self, period: int, faces: Mapping[str, int]) -> int:
        market, paid = self.model.market, self.model.market.paid
        paper, bond = market.papers["note"], self.set_up.note
        payees = []
        for wallet, face in faces.items():
            payee = market.successor(wallet)
            kept = paper.frozen.get(wallet, 0) or market.is_paused() or market.standing(payee) is not None
            if face and (wallet, period) not in paid and not kept:
                income = minor_down(bond.income(period) * face)
                payees.append((wallet, payee, income - tax_up(income, TAX_BPS), tax_up(income, TAX_BPS)))
        if payees and self.model.now < market.cash.paused_until:
            raise Refused("TransferRestricted", 2)
        for wallet, payee, net, tax in payees:
            market.cash.add(self.model.agent, -net - tax)
            market.cash.add(payee, net)
            paid.add((wallet, period))
        return len(payees)

    # ── offices ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def ladder(self, kind: str, rungs: Sequence[tuple[int, int, int]], *, tightens: bool) -> Any:
        def predict() -> None:
            (self.model.tighten_ladder if tightens else self.model.loosen_ladder)(kind, rungs)

        method = self.risk.tightenLadder if tightens else self.risk.loosenLadder
        action = f"{'tighten' if tightens else 'loosen'}_ladder"
        return self.attempt(action, predict, method, CLASSES[kind], list(rungs), by=ADMIN_LIKE)

    def terms(self, terms: Terms, *, tightens: bool) -> Any:
        def predict() -> None:
            (self.model.tighten_terms if tightens else self.model.loosen_terms)(terms)

        method = self.vault.tightenTerms if tightens else self.vault.loosenTerms
        action = f"{'tighten' if tightens else 'loosen'}_terms"
        return self.attempt(action, predict, method, terms.words(), by=ADMIN_LIKE)

    def margins(self, margins: tuple[int, int, int, int], *, tightens: bool) -> Any:
        def predict() -> None:
            (self.model.tighten_margins if tightens else self.model.loosen_margins)(margins)

        method = self.risk.tightenMargins if tightens else self.risk.loosenMargins
        action = f"{'tighten' if tightens else 'loosen'}_margins"
        return self.attempt(action, predict, method, *margins, by=ADMIN_LIKE)

    def ceilings(self, name: str, ceiling: int, share_bps: int, *, tightens: bool) -> Any:
        def predict() -> None:
            self.model.set_ceilings(name, ceiling, share_bps, tightens=tightens)

        method = self.risk.tightenCeilings if tightens else self.risk.loosenCeilings
        action = f"{'tighten' if tightens else 'loosen'}_ceilings"
        return self.attempt(action, predict, method, self.tokens[name].address, ceiling, share_bps, by=ADMIN_LIKE)

    def auction_terms(self, terms: tuple[int, int, int]) -> Any:
        def predict() -> None:
            self.model.auction_terms = terms

        return self.attempt("set_auction_terms", predict, self.vault.setAuctionTerms, terms, by=ADMIN_LIKE)

    def shut_collateral(self, name: str) -> Any:
        def predict() -> None:
            self.model.shut_collateral(name)

        return self.attempt(
            "shut_collateral", predict, self.risk.shutCollateral, self.tokens[name].address, by=ADMIN_LIKE
        )

    def recover(self, old: str, new: str) -> Any:
        """An order of recovery, proposed by one office and executed by another."""
        order = self.set_up.propose_recovery(old, new)
        names = list(self.tokens)

        def predict() -> None:
            papers = [self.model.market.papers[name] for name in names]
            self.model.recover(old, new, papers, self.price)

        tokens = [*(self.tokens[name].address for name in names), self.world.cash.address]
        method = self.world.enforcement.execute

        def then(_: State, after: State) -> None:
            self._check_places(after, old)
            self._check_places(after, new)

        by = address_of("enforcement_checker")
        done = self.attempt("move_position", predict, method, order, tokens, by=by, then=then)
        if done is not None:
            self.orders[old] = order
        return done

    def carry(self, old: str) -> Any:
        """What an order left behind is carried on, by anyone."""
        new, names = self.model.market.successor(old), list(self.tokens)

        def predict() -> None:
            self.model.carry(old, new, [self.model.market.papers[name] for name in names], self.price)

        def then(_: State, after: State) -> None:
            self._check_places(after, old)
            self._check_places(after, new)

        tokens = [*(self.tokens[name].address for name in names), self.world.cash.address]
        method = self.world.enforcement.carry
        return self.attempt("move_position", predict, method, self.orders[old], tokens, by=STRANGER, then=then)

    # ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def shut_down(self) -> Any:
        return self.attempt("shut_down", self.model.shut_down, self.vault.shutDown, by=ADMIN_LIKE)

    def settle(self, owner: str) -> Any:
        def predict() -> None:
            self.model.settle(owner, self.price)

        return self.attempt("settle", predict, self.windup.settle, owner, by=STRANGER)

    def redeem(self, holder: str, cash: int, names: Sequence[str]) -> Any:
        names = sorted(names, key=lambda name: self.tokens[name].address)

        def predict() -> None:
            self.model.redeem(holder, cash, [self.model.market.papers[name] for name in names])

        series = [self.tokens[name].address for name in names]
        return self.attempt("redeem", predict, self.windup.redeem, cash, series, by=holder)

    def pool_collect(self, name: str) -> Any:
        def predict() -> int:
            return self.model.pool_collect(name)

        return self.attempt("pool_collect", predict, self.windup.collect, self.tokens[name].address, by=STRANGER)

    # ── exits ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def probe_exits(self, owner: str) -> None:
        """V3 and V4: anyone repays all, who owes nothing releases all, whatever stands in the way; then undone."""
        model, cash = self.model, self.model.market.cash
        payer = max((*WALLETS, TREASURY), key=cash.balance)
        pledged = [(self.tokens[paper.name].address, -paper.lien(owner)) for paper in model.pledged(owner)]
        if model.position(owner).is_left:
            return
        debt = model.debt(owner)
        if cash.balance(payer) < debt:
            return
        with self.world.chain.rolled_back():
            if debt:
                self._exit("V4", self.vault.repayFor, owner, ENDLESS, by=payer)
                self.succeeded["probe_repay"] += 1
            if pledged:
                self._exit("V3", self.vault.adjust, pledged, 0, 0, by=owner)
                self.succeeded["probe_release"] += 1

    def _exit(self, number: str, method: Method, *args: Any, by: str) -> None:
        try:
            method(*args, by=by)
        except Reverted as error:
            raise InvariantBroken(number, f"{method.entry['name']}{args} by {by}: {error}") from error

    # ── the checks ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _check_chain(self, action: str, before: Mapping[str, Any], state: Mapping[str, Any]) -> None:
        """V1, V2, V6 and V11, from the chain alone."""
        debts = sum(state["debts"])
        over = debts - state["total"]
        require("V1", 0 <= over <= len(WALLETS), f"debts {debts}, total {state['total']}")
        if not state["shut_down_at"]:
            fees = state["total"] + state["backstop_debt"] - state["minted"]
            require("V1", fees >= 0, f"minted {state['minted']} above {state['total']} and {state['backstop_debt']}")
        for name in SERIES:
            pledged = sum(state["liens"][name])
            require("V6", state["booked"][name] == pledged, f"{name}: booked {state['booked'][name]}, liens {pledged}")
        require("V6", sum(state["buckets"]) == sum(state["booked"].values()), f"buckets {state['buckets']}")
        held = state["buffer"] + sum(state["credits"]) + self.donated
        require("V11", state["cash"][-2] == held, f"the vault has {state['cash'][-2]}, accounts for {held}")
        if any(word in action for word in RISKS):
            return
        moved = action == "move_position"
        for at, wallet in enumerate(WALLETS):
            if state["debts"][at] and not moved and self._gap(before, wallet, state) <= 0:
                gap = self._gap(state, wallet, state)
                require("V2", gap <= 0, f"{action} made {wallet} unhealthy by {gap}")

    def _gap(self, state: Mapping[str, Any], owner: str, priced: Mapping[str, Any]) -> int:
        """What a position owes above what its collateral counts for at the prices of a state."""
        at = WALLETS.index(owner)
        counts = sum(state["liens"][name][at] * priced["quotes"][name][1] // PAR for name in SERIES)
        return state["debts"][at] - counts

    def _places_of(self, owner: str) -> Callable[[State, State], None]:
        return lambda _, after: self._check_places(after, owner)

    def _check_places(self, state: State, owner: str) -> None:
        """V12: what is pledged stands in a place, each once, and nothing else does."""
        words = self._words(self._packed_position(owner))
        found = [name for name in (self.names.get(f"0x{next(words):040x}") for _ in range(8)) if name]
        pledged = sorted(name for name in SERIES if state["liens"][name][WALLETS.index(owner)])
        require("V12", sorted(found) == pledged, f"{owner}: {found}, pledged {pledged}")

    def _check_caps(self, state: State, owner: str, mint: int, names: Sequence[str]) -> None:
        """V8 and V9, after an increase."""
        model, at = self.model, WALLETS.index(owner)
        for name in names:
            listing = model.listings[name]
            most = min(listing.ceiling, model.market.papers[name].supply() * listing.share_bps // BPS)
            require("V8", state["booked"][name] <= most, f"{name}: {state['booked'][name]} above {most}")
        if not mint:
            return
        debt, terms, cash = state["debts"][at], model.terms, model.market.cash
        require("V8", terms.floor <= debt <= terms.holder_ceiling, f"{owner} owes {debt}")
        require("V8", state["total"] <= terms.ceiling, f"all owe {state['total']}")
        loan = 0
        for name in SERIES:
            face = state["liens"][name][at]
            loan += face * model.reckon(name, self.price).loan // PAR if face else 0
        require("V9", debt <= loan, f"{owner} owes {debt}; the tables lend {loan}")
        most = cash.reserve_minted * cash.share_bps // BPS
        require("V9", state["minted"] <= most, f"the vault has minted {state['minted']} of {most}")

    def _check_model(self, action: str, state: Mapping[str, Any]) -> None:
        """V13: the chain is where the model says."""
        expected = self._expected()
        if state == expected:
            return
        wrong = [
            f"{key} {part}: {found}, model {wanted}"
            for key in state
            for part, found, wanted in parts(state[key], expected[key])
            if found != wanted
        ]
        raise InvariantBroken("V13", f"{action}: " + "; ".join(wrong))

    def _expected(self) -> dict[str, Any]:
        model, market = self.model, self.model.market
        quotes = {name: model.quotes.get(name, Quote()).words() for name in SERIES}
        return {
            "debts": [model.debt(wallet) for wallet in WALLETS],
            "credits": [model.credits.get(wallet, 0) for wallet in WALLETS],
            "auctions": [model.sales.get(wallet, (0, 0))[0] for wallet in WALLETS],
            "notices": [model.states.get(wallet, 0) for wallet in WALLETS],
            "cash": [market.cash.balance(account) for account in self.holders],
            "scaled": model.scaled, "index": model.index, "accrued_at": model.accrued_at, "total": model.total(),
            "buffer": model.buffer, "backstop_debt": model.backstop_debt, "in_auction": model.in_auction,
            "shut_down_at": model.shut_down_at, "minted": market.cash.vault_minted,
            "reserve": market.cash.reserve_minted,
            "buckets": [model.buckets[at][0] for at in range(6)],
            "liens": {name: [market.papers[name].lien(wallet) for wallet in WALLETS] for name in SERIES},
            "balances": {name: [market.papers[name].balance(account) for account in self.holders] for name in SERIES},
            "booked": {name: model.listings[name].pledged for name in SERIES},
            "quotes": quotes,
        }  # fmt: skip

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _touched(self) -> list[str]:
        """Who said something in the last call: no balance, no lien and no quote changes in silence."""
        emitters = {emitter for emitter, _, _ in self.world.chain.raw_logs()}
        speakers = {self.world.cash.address: "cash", self.risk.address: "quotes", **self.names}
        return [name for address, name in speakers.items() if address in emitters]

    def _read_chain(self, names: Sequence[str]) -> State:
        """All of the vault; of series, cash and quotes those that are named, the others are where they were."""
        words = self._words(self._packed)

        def some(count: int) -> list[int]:
            return [next(words) for _ in range(count)]

        count, state = len(WALLETS), {}
        for key in ("debts", "credits", "auctions", "notices"):
            state[key] = some(count)
        for key in ("scaled", "index", "accrued_at", "total", "buffer", "backstop_debt", "in_auction", "shut_down_at"):
            state[key] = next(words)
        state["minted"], state["reserve"] = self._signed(next(words)), next(words)
        state["buckets"] = some(6)
        state["booked"] = {name: next(words) for name in SERIES}
        state["liens"], state["balances"] = dict(self._state["liens"]), dict(self._state["balances"])
        for key in ("cash", "quotes"):
            state[key] = self._state.get(key)
        for name in names:
            found = list(self._words(self._packed_tokens[name]))
            if name == "cash":
                state["cash"] = found
            elif name == "quotes":
                state["quotes"] = {name: tuple(found[6 * at : 6 * at + 6]) for at, name in enumerate(SERIES)}
            else:
                state["liens"][name], state["balances"][name] = found[:count], found[count:]
        return state

    @staticmethod
    def _signed(word: int) -> int:
        return word - 2**256 if word >= 2**255 else word

    def _words(self, packed: bytes) -> Iterator[int]:
        out = self.world.chain.call(STRANGER, self.reader, packed)
        return iter([int.from_bytes(out[at : at + 32]) for at in range(0, len(out), 32)])

    def _pack_reads(self) -> bytes:
        vault, cash, risk = self.vault, self.world.cash, self.risk
        reads: list[tuple[Any, ...]] = []
        for method in (vault.debtOf, vault.creditOf, vault.auctionOf, vault.enforceableAt):
            reads += [(method, 0, 1, wallet) for wallet in WALLETS]
        reads.append((vault.totals, 0, 3))
        reads += [(getattr(vault, name), 0, 1) for name in ("totalDebt", "buffer", "backstopDebt", "inAuction")]
        reads += [(vault.shutDownAt, 0, 1), (cash.mintedOf, 0, 1, vault.address), (cash.ledgers, 0, 1)]
        reads += [(risk.bucketOf, 0, 1, at) for at in range(6)]
        reads += [(risk.collateralOf, 7, 1, self.tokens[name].address) for name in SERIES]
        return self._pack(reads)

    def _pack_tokens(self) -> dict[str, bytes]:
        packed = {
            "cash": self._pack([(self.world.cash.balanceOf, 0, 1, account) for account in self.holders]),
            "quotes": self._pack([(self.risk.quoteOf, 0, 6, self.tokens[name].address) for name in SERIES]),
        }
        for name in SERIES:
            token = self.tokens[name]
            reads = [(token.pledgedOf, 0, 1, wallet) for wallet in WALLETS]
            packed[name] = self._pack(reads + [(token.balanceOf, 0, 1, account) for account in self.holders])
        return packed

    def _packed_position(self, owner: str) -> bytes:
        # The struct lies behind its offset; its first array behind debt, two offsets and a length.
        return self._pack([(self.vault.positionOf, 5, 8, owner)])

    def _pack(self, reads: Sequence[tuple[Any, ...]]) -> bytes:
        packed = bytearray(sum(count for _, _, count, *_ in reads).to_bytes(2))
        for method, word, count, *args in reads:
            data = method.encode(*args)
            packed += bytes.fromhex(method.contract.address[2:]) + bytes([word, count, len(data)]) + data
        return bytes(packed)

    def price(self, name: str, at: int, rate: int) -> tuple[int, int]:
        """Dirty and clean price of a bond per 100 of face, by the contract that is held equal to `finance`."""
        key = (name, day(at), rate)
        if key not in self._prices:
            series, maths = self.tokens[name].address, self.world.maths
            dirty = maths.dirtyPrice(series, at, rate)
            numerator, denominator = maths.accruedAt(series, at)
            part = abs(numerator) * PAR // denominator
            factor = maths.poolFactor(series)
            clean = dirty - (part if numerator >= 0 else -part)
            self._prices[key] = (dirty * factor // WAD, clean * factor // WAD)
        return self._prices[key]

    # ── the beginning ───────────────────────────────────────────────────────────────────────────────────────────────

    def _model(self) -> Vault:
        """What the chain stands at after the arrangement, each number from where it was set."""
        set_up, world = self.set_up, self.world
        cash, now = world.cash, world.chain.now
        accounts = (*self.holders, world.paying_agent.address)
        per_day, left = cash.bucketOf(self.vault.address)
        money = Money(
            vault_limit=cash.minterOf(self.vault.address)[0],
            per_day=per_day,
            share_bps=cash.vaultShareBps(),
            left=left,
            filled_at=now,
            reserve_minted=cash.ledgers()[0],
            balances={account: cash.balanceOf(account) for account in accounts},
        )
        papers = {}
        for name, (kind, end, is_dollar) in set_up.kinds.items():
            papers[name] = Paper(name, kind, end, is_dollar, GOLD if kind == "commodity" else b"", name == "note")
            for account in accounts:
                if balance := self.tokens[name].balanceOf(account):
                    papers[name].set(account, balance, 0)
        feeds = {}
        for feed, (step, age, tenors, values) in set_up.feeds.items():
            last = world.oracle.rounds(feed.ljust(32, b"\0")).last
            round_ = (tuple(values), last.observedAt)
            feeds[feed] = Feed(step, age, tenors, last.number, round_, (*round_, last.holdsFrom))
        market = Market(now, papers, money, feeds, version=world.oracle.head()[0])
        for account in (*self.holders[len(WALLETS) :], world.paying_agent.address):
            market.records[account] = Standing(system=True)
        for wallet in WALLETS:
            market.records[wallet] = Standing(set_up.valid_until)
            market.investors[wallet] = WALLETS.index(wallet) // SPARES
        model = Vault(
            market=market,
            address=self.vault.address,
            windup=self.windup.address,
            backstop_account=BACKSTOP,
            agent=world.paying_agent.address,
            listings={},
            buckets={at: [0, self.risk.bucketOf(at)[1]] for at in range(6)},
            ladders={kind: Ladder(list(rungs)) for kind, rungs in LADDERS.items()},
            margins=tuple(self.risk.margins()),
            terms=Terms(*self.vault.terms()),
            auction_terms=tuple(self.vault.auctionTerms()),
            index=self.vault.totals()[1],
            accrued_at=self.vault.totals()[2],
            changes=self._changes(),
        )
        for name in SERIES:
            found = self.risk.collateralOf(self.tokens[name].address)
            model.listings[name] = Listing(found.id, found.ceiling, found.shareBps, found.bucket)
        for person in set_up.state_people:
            model.states[person] = 0
        return model

    def _changes(self) -> int:
        """How often risk data were set before: what a quote's version has above that of the prices."""
        series = self.tokens[SERIES[0]].address
        with self.world.chain.rolled_back():
            self.risk.refresh(series)
            return self.risk.quoteOf(series).version - self.world.oracle.head()[0]

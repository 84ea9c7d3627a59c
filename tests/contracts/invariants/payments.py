"""Payments and redemption in lockstep with plain Python: every call is predicted, made, and followed by I11 to I13.

Entitlements come from `bonds` (exact fractions), balances at record dates from a naive full history.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bonds import CALL, MINOR, PAR, WAD, Bond, Part, minor_down, option, start_of, tax_up
from evm import Contract, Method, Receipt, Reverted, address_of
from pledging import build as build_creditors
from run import ZERO, require
from world import DAY, FILER, HOUR, NON_FILER, NOW, TAX_RATES, UNKNOWN, World, record

from rwa_deploy.artifacts import Artifact

HOLDERS = tuple(map(address_of, ("holder", "receiver", "spender")))
CLASSES = dict(zip(HOLDERS, (FILER, NON_FILER, UNKNOWN), strict=True))
BPS = {FILER: TAX_RATES[1][FILER], NON_FILER: TAX_RATES[1][NON_FILER], UNKNOWN: max(TAX_RATES[1])}
TREASURY, TAX = address_of("treasury"), address_of("tax_account")
REDEMPTION = 2**256 - 1
ENDLESS = 2**256 - 1
CASH = 10**18
PERIODS = (0, 1, 2, 3, REDEMPTION)
FAR = 3_000 * DAY
LOSS = 2 * MINOR + 4  # what rounding may leave of one holder's share: twice down to the paisa, principal to the unit


def plan(ends: Sequence[int], rate: int, record_days: int, factors: tuple[int, ...]) -> Bond:
    """A series that may be called in part at its second and third payment."""
    first = (NOW + 5 * HOUR) // DAY
    rights = (option(1, CALL, 101_500_000), option(2, CALL, 100_250_000))
    parts = tuple(Part(first + end, rate, roll=end % 3) for end in ends)
    return Bond(parts, record_days=record_days, factors=factors, options=rights)


PLANS = {
    "amortising": plan((91, 183, 274, 365), 13_371_337, 2, (777_777_777, 500_000_001, 123_456_789, 0)),
    "bullet": plan((60, 150, 230, 320), 9_999_999, 0, ()),
}
PRICES = {1: 101_500_000, 2: 100_250_000}
FACES = {"amortising": (3_333_333_333, 10**12 + 1, 7), "bullet": (10**10, 123_456_789, 5 * 10**11)}


def packed(reads: Sequence[tuple[Method, int, tuple[Any, ...]]]) -> bytes:
    """(method, word of its answer, arguments) each -> what `Reader` is called with."""
    parts = []
    for method, word, args in reads:
        data = method.encode(*args)
        parts.append(bytes.fromhex(method.contract.address[2:]) + bytes([word, len(data)]) + data)
    return len(parts).to_bytes(2) + b"".join(parts)


@dataclass
class Book:
    """A payment: money in and out, and what each holder was paid in all (income, principal, tax)."""

    funded: int = 0
    paid: int = 0
    withheld: int = 0
    remitted: int = 0
    closed: bool = False
    parts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)  # holder -> face, or face burned


@dataclass
class Ledger:
    """A series: the whole history of every balance, freezes, calls and books."""

    bond: Bond
    history: dict[str, list[tuple[int, int]]]
    frozen: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[int, int]] = field(default_factory=list)
    books: dict[int, Book] = field(default_factory=lambda: {period: Book() for period in PERIODS})
    claims: dict[str, int] = field(default_factory=dict)
    pledged: dict[str, int] = field(default_factory=dict)
    collected: dict[str, int] = field(default_factory=dict)

    def balance(self, holder: str) -> int:
        return self.history[holder][-1][1]

    def free(self, holder: str) -> int:
        return max(0, self.balance(holder) - self.pledged.get(holder, 0) - self.frozen.get(holder, 0))

    def supply(self) -> int:
        return sum(map(self.balance, HOLDERS))

    def at(self, holder: str, record_at: int) -> int:
        """The naive answer: the last balance from before the record date."""
        before = [balance for since, balance in self.history[holder] if since < record_at]
        return before[-1] if before else 0

    def record_at(self, period: int) -> int:
        return start_of(self.bond.parts[period].end - self.bond.record_days)

    def payable_at(self, period: int) -> int:
        part = self.bond.parts[-1 if period == REDEMPTION else period]
        return start_of(part.end + part.roll)

    def end_at(self) -> int:
        return start_of(self.bond.parts[-1].end)

    def entitled(self, face: int, period: int) -> tuple[int, int]:
        return self.bond.entitled(face, period, self.calls, PRICES.get(period, PAR))

    def redeemable(self, face: int) -> int:
        """At the factor that instalments and partial calls leave for the end."""
        return face * self.bond.factors_at(len(self.bond.parts) - 2, self.calls)[2] // WAD


class PaymentRun:
    """Two series and their holders, on chain and here."""

    _records: ClassVar[dict[tuple[str, int], bytes]] = {}  # calldata by series and record date

    def __init__(self, world: World) -> None:
        self.world = world
        self.agent = world.paying_agent
        self.series: dict[str, Contract] = {}
        self.ledgers: dict[str, Ledger] = {}
        self.standing: dict[str, int] = dict.fromkeys(HOLDERS, FAR)  # valid until, 0 when revoked
        for wallet in HOLDERS:
            self._write(wallet, world.chain.now + FAR)
        for salt, (name, bond) in enumerate(PLANS.items()):
            self.series[name] = bond.create(world, 100 + salt, denomination=1, symbol=name)
            world.issue(self.series[name], dict(zip(HOLDERS, FACES[name], strict=True)))
            history = {wallet: [(NOW, face)] for wallet, face in zip(HOLDERS, FACES[name], strict=True)}
            self.ledgers[name] = Ledger(bond, history)
        world.mint_cash(TREASURY, CASH)
        world.cash.approve(self.agent.address, ENDLESS, by=TREASURY)
        [self.creditor] = build_creditors(world)
        self.received = dict.fromkeys((*HOLDERS, self.creditor.address), 0)
        self.reader = world.deploy("Reader").address
        self._money = self._money_reads()

    @classmethod
    def with_twins(cls, twins: dict[str, Artifact]) -> "PaymentRun":
        return cls(World(twins))

    @property
    def now(self) -> int:
        return self.world.chain.now

    # ── what happens around payments ────────────────────────────────────────────────────────────────────────────────

    def travel(self, seconds: int) -> None:
        self.world.chain.warp(seconds)
        self.check()

    def transfer(self, name: str, sender: str, receiver: str, amount: int) -> None:
        """A transfer of at most what is free; nothing while a party may not or the series has ended."""
        ledger = self.ledgers[name]
        free = ledger.free(sender)
        if self.now >= ledger.end_at() or not (self.may(sender) and self.may(receiver)):
            return
        amount = min(amount, free)
        self.series[name].transfer(receiver, amount, by=sender)
        if sender != receiver:
            ledger.history[sender].append((self.now, ledger.balance(sender) - amount))
            ledger.history[receiver].append((self.now, ledger.balance(receiver) + amount))
        self.check()

    def freeze(self, name: str, wallet: str, amount: int) -> None:
        self.series[name].setFrozenTokens(wallet, amount, by=address_of("enforcer"))
        self.ledgers[name].frozen[wallet] = amount
        self.check()

    def pledge(self, name: str, wallet: str, amount: int) -> None:
        """At most what is free, also after the end."""
        ledger = self.ledgers[name]
        amount = min(amount, ledger.free(wallet))
        self.creditor.pledge(self.series[name], amount, wallet)
        ledger.pledged[wallet] = ledger.pledged.get(wallet, 0) + amount
        self.check()

    def release(self, name: str, wallet: str, amount: int) -> None:
        ledger = self.ledgers[name]
        amount = min(amount, ledger.pledged.get(wallet, 0))
        if amount:
            self.creditor.release(self.series[name], amount, wallet)
            ledger.pledged[wallet] -= amount
        self.check()

    def expire(self, wallet: str) -> None:
        """KYC ends in an hour."""
        self._write(wallet, self.now + HOUR)
        self.check()

    def revoke(self, wallet: str) -> None:
        self.world.revoke(wallet)
        self.standing[wallet] = 0
        self.check()

    def restore(self, wallet: str) -> None:
        self._write(wallet, self.now + FAR)
        self.check()

    def call(self, name: str, period: int, share: int) -> None:
        """A partial call, where the notice allows one."""
        ledger = self.ledgers[name]
        if self.now > ledger.record_at(period) - 10 * DAY or any(at == period for at, _ in ledger.calls):
            return
        self.agent.call(self.series[name].address, period, share, by=address_of("debt_office"))
        ledger.calls.append((period, WAD - share))
        self.check()

    # ── money ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def fund(self, name: str, period: int, amount: int) -> None:
        book, taken = self.ledgers[name].books[period], min(amount, self.missing(name, period))
        receipt = self._attempt(
            "NothingToFund" if taken == 0 else None,
            lambda: self.agent.fundPayment(self.series[name].address, period, amount, by=TREASURY),
        )
        if receipt is not None:
            require("I11", receipt.result == taken, f"{name} {period}: took {receipt.result}, {taken} was missing")
            book.funded += taken
        self.check(name, period)

    def fund_all(self, name: str, amount: int) -> None:
        ledger = self.ledgers[name]
        due = {period: self.missing(name, period) for period in PERIODS if self.now >= ledger.payable_at(period)}
        total = sum(due.values())
        amount = min(amount, total)
        shares = {period: missing * amount // total if total else 0 for period, missing in due.items()}
        self._attempt(
            "NothingToFund" if sum(shares.values()) == 0 else None,
            lambda: self.agent.fundAll(self.series[name].address, amount, by=TREASURY),
        )
        for period, share in shares.items():
            ledger.books[period].funded += share
        self.check()

    def pay(self, name: str, period: int, wallets: Sequence[str]) -> None:
        self._pay(name, period, wallets, lambda: self.agent.pay(self.series[name].address, period, list(wallets)))
        self._remitted(name, period)
        self.check(name, period)

    def claim(self, name: str, period: int, wallet: str) -> None:
        self._pay(name, period, [wallet], lambda: self.agent.claim(self.series[name].address, period, by=wallet))
        self.check(name, period)

    def remit(self, name: str, period: int) -> None:
        self.agent.remit(self.series[name].address, period)
        self._remitted(name, period)
        self.check(name, period)

    def redeem(self, name: str, wallets: Sequence[str]) -> None:
        ledger = self.ledgers[name]
        book = ledger.books[REDEMPTION]
        early = self.now < ledger.payable_at(REDEMPTION)
        expected = {} if early else self._redemptions(name, wallets)
        receipt = self._attempt(
            "NotPayableYet" if early else None, lambda: self.agent.redeem(self.series[name].address, list(wallets))
        )
        if receipt is None:
            return
        for wallet, burned in expected.items():
            ledger.claims.setdefault(wallet, ledger.balance(wallet))
            ledger.history[wallet].append((self.now, ledger.balance(wallet) - burned))
            book.done[wallet] = book.done.get(wallet, 0) + burned
        self._book_paid(name, REDEMPTION, receipt)
        self.check(name, REDEMPTION)

    def collect(self, name: str, wallet: str, most: int) -> None:
        """What the creditor may have, at most so much: seized and collected in one transaction."""
        ledger = self.ledgers[name]
        book = ledger.books[REDEMPTION]
        target, kept = self.targets(name, wallet)
        early = self.now < ledger.payable_at(REDEMPTION)
        face = 0 if early else min(most, kept, target - book.done.get(wallet, 0))
        found = self.creditor.collectable(self.series[name], most, wallet)
        require("I12", found == face, f"{name}: {found} of {wallet} can be collected, expected {face}")
        if face == 0:
            return
        receipt = self.creditor.collect(self.series[name], most, wallet)
        ledger.claims.setdefault(wallet, ledger.balance(wallet))
        ledger.history[wallet].append((self.now, ledger.balance(wallet) - face))
        ledger.pledged[wallet] -= face
        ledger.collected[wallet] = ledger.collected.get(wallet, 0) + face
        book.done[wallet] = book.done.get(wallet, 0) + face
        self._book_paid(name, REDEMPTION, receipt, self.creditor.address)
        self._remitted(name, REDEMPTION)
        self.check(name, REDEMPTION)

    def return_dust(self, name: str, period: int) -> None:
        ledger = self.ledgers[name]
        book = ledger.books[period]
        if period == REDEMPTION:
            complete = self.now >= ledger.end_at() and ledger.supply() == 0
        else:
            held = {wallet for wallet in HOLDERS if ledger.at(wallet, ledger.record_at(period))}
            complete = self.now >= ledger.record_at(period) and held == set(book.done)
        dust = book.funded - book.paid - book.withheld
        receipt = self._attempt(
            None if complete else "NotComplete",
            lambda: self.agent.returnDust(self.series[name].address, period, TREASURY, by=HOLDERS[0]),
        )
        if receipt is not None:
            dust = dust if not book.closed else 0
            require("I11", receipt.result == dust, f"{name} {period}: returned {receipt.result} of {dust}")
            book.funded -= dust
            book.closed = True
        self.check(name, period)

    # ── what is expected ────────────────────────────────────────────────────────────────────────────────────────────

    def may(self, wallet: str) -> bool:
        return self.now <= self.standing[wallet]

    def due(self, name: str, period: int) -> int:
        ledger = self.ledgers[name]
        if period == REDEMPTION:
            return ledger.redeemable(ledger.supply() + sum(ledger.books[REDEMPTION].done.values()))
        record_at = ledger.record_at(period)
        recorded = self.now >= record_at
        face = sum(ledger.at(wallet, record_at) for wallet in HOLDERS) if recorded else ledger.supply()
        return sum(ledger.entitled(face, period))

    def missing(self, name: str, period: int) -> int:
        book = self.ledgers[name].books[period]
        return 0 if book.closed else max(0, self.due(name, period) - book.funded)

    def targets(self, name: str, wallet: str) -> tuple[int, int]:
        """How much of a claim may have been burned in all by now, and what of that is kept for the creditor."""
        ledger = self.ledgers[name]
        book, due = ledger.books[REDEMPTION], self.due(name, REDEMPTION)
        collected = ledger.collected.get(wallet, 0)
        face = ledger.claims.get(wallet, ledger.balance(wallet))
        kept = ledger.pledged.get(wallet, 0) + collected
        if not book.closed and book.funded < due:
            face, kept = face * book.funded // due, kept * book.funded // due
        return max(face, book.done.get(wallet, 0)), max(0, kept - collected)

    def share(self, name: str, period: int, wallet: str) -> tuple[int, int, int]:
        """What a holder may have been paid in all by now: income, principal, tax."""
        ledger = self.ledgers[name]
        book, due = ledger.books[period], self.due(name, period)
        whole = book.closed or book.funded >= due
        if period == REDEMPTION:
            face = ledger.claims.get(wallet, ledger.balance(wallet))
            target, kept = self.targets(name, wallet)
            burned = max(target - kept, book.done.get(wallet, 0))
            return 0, ledger.redeemable(face) * burned // face if face else 0, 0
        income, principal = ledger.entitled(ledger.at(wallet, ledger.record_at(period)), period)
        if not whole:
            income, principal = minor_down(income * book.funded // due), principal * book.funded // due
        return income, principal, tax_up(income, BPS[CLASSES[wallet]])

    def _redemptions(self, name: str, wallets: Sequence[str]) -> dict[str, int]:
        """Holder -> face that is burned now."""
        ledger, found = self.ledgers[name], dict[str, int]()
        for wallet in dict.fromkeys(wallets):
            target, kept = self.targets(name, wallet)
            left = max(0, target - kept - ledger.books[REDEMPTION].done.get(wallet, 0))
            burns = min(left, ledger.free(wallet))
            if burns and self.may(wallet):
                found[wallet] = burns
        return found

    # ── one call ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _attempt(self, error: str | None, call: Callable[[], Receipt]) -> Receipt | None:
        try:
            receipt = call()
        except Reverted as reverted:
            require("I10", reverted.name == error, f"{reverted} instead of {error}")
            return None
        require("I10", error is None, f"{error} was expected")
        return receipt

    def _pay(self, name: str, period: int, wallets: Sequence[str], call: Callable[[], Receipt]) -> None:
        ledger = self.ledgers[name]
        early = self.now < ledger.payable_at(period)
        receipt = self._attempt("NotPayableYet" if early else None, call)
        if receipt is None:
            return
        book = ledger.books[period]
        for wallet in wallets:
            face = ledger.at(wallet, ledger.record_at(period))
            whole = book.closed or book.funded >= self.due(name, period)
            if face and whole and self.may(wallet) and not ledger.frozen.get(wallet, 0):
                book.done.setdefault(wallet, face)
        self._book_paid(name, period, receipt)

    def _book_paid(self, name: str, period: int, receipt: Receipt, payee: str | None = None) -> None:
        book = self.ledgers[name].books[period]
        for _, _, _, wallet, income, principal, tax in receipt.of("Paid"):
            before = book.parts.get(wallet, (0, 0, 0))
            book.parts[wallet] = tuple(old + new for old, new in zip(before, (income, principal, tax), strict=True))
            book.paid += income + principal - tax
            book.withheld += tax
            self.received[payee or wallet] += income + principal - tax

    def _remitted(self, name: str, period: int) -> None:
        book = self.ledgers[name].books[period]
        book.remitted = book.withheld

    def _write(self, wallet: str, until: int) -> None:
        row = (wallet, record(tax_class=CLASSES[wallet], valid_until=until), bytes(32))
        self.world.allowlist.onboardByRegistrar([row], by=address_of("registrar"))
        self.standing[wallet] = until

    # ── the checks ──────────────────────────────────────────────────────────────────────────────────────────────────

    def check(self, name: str | None = None, period: int = 0) -> None:
        """I11 over all money; I13 for all payments; who is owed what, where a payment is named."""
        self._check_money()
        for series, ledger in self.ledgers.items():
            closed = [ledger.record_at(number) for number in PERIODS[:4] if self.now >= ledger.record_at(number)]
            for record_at in closed:
                self._check_record_date(series, record_at)
        if name is not None and (period == REDEMPTION or self.now >= self.ledgers[name].record_at(period)):
            self._check_payment(name, period)

    def check_all(self) -> None:
        """Who is owed what, for all payments."""
        for name in self.ledgers:
            for period in PERIODS:
                self.check(name, period)

    def _answers(self, data: bytes) -> Iterator[int]:
        out = self.world.chain.call(ZERO, self.reader, data)
        return (int.from_bytes(out[at : at + 32]) for at in range(0, len(out), 32))

    def _money_reads(self) -> bytes:
        """Five words of every book, then the cash of everyone concerned: what every step asks, packed once."""
        books = [(self.series[name].address, period) for name in self.ledgers for period in PERIODS]
        reads: list[tuple[Method, int, tuple[Any, ...]]] = []
        for key in books:
            reads += [(self.agent.accountOf, word, key) for word in range(5)]
        wallets = (self.agent.address, TREASURY, TAX, *self.received)
        return packed([*reads, *((self.world.cash.balanceOf, 0, (wallet,)) for wallet in wallets)])

    def _check_money(self) -> None:
        held = funded = 0
        words = self._answers(self._money)
        for name, ledger in self.ledgers.items():
            for period, book in ledger.books.items():
                found = tuple(next(words) for _ in range(5))
                face = sum(book.done.values())
                expected = (book.funded, book.paid, book.withheld, book.remitted, face)
                # A payment is counted as done by what it says, holder by holder.
                require("I12", found[4] == face, f"{name} {period}: {found[4]} done, expected {face}")
                require("I11", found == expected, f"{name} {period}: {found}, expected {expected}")
                held += book.funded - book.paid - book.remitted
                funded += book.funded
        agent, treasury, tax, *found = words
        remitted = sum(book.remitted for ledger in self.ledgers.values() for book in ledger.books.values())
        require("I11", agent == held, f"the agent holds {agent}, not {held}")
        require("I11", treasury == CASH - funded, f"the treasury has {treasury}, not {CASH - funded}")
        require("I11", tax == remitted, f"the tax account has {tax}, not {remitted}")
        expected = list(self.received.values())
        require("I11", found == expected, f"holders have {found}, not {expected}")

    def _check_payment(self, name: str, period: int) -> None:
        ledger = self.ledgers[name]
        book = ledger.books[period]
        owed = 0
        for wallet in HOLDERS:
            share, paid = self.share(name, period, wallet), book.parts.get(wallet, (0, 0, 0))
            face = ledger.claims.get(wallet, 0) if period == REDEMPTION else 0
            most = share if not face else (0, ledger.redeemable(face) * book.done.get(wallet, 0) // face, 0)
            fits = all(part <= whole for part, whole in zip(paid, most, strict=True))
            require("I12", fits, f"{name} {period}: {wallet} was paid {paid} of {most}")
            exact = paid[2] == tax_up(paid[0], BPS[CLASSES[wallet]])
            require("I12", exact, f"{name} {period}: {wallet} was taxed {paid[2]} on {paid[0]}")
            if wallet in book.done:
                require("I12", paid == most, f"{name} {period}: {wallet} is done with {paid} of {most}")
            left = tuple(whole - part for whole, part in zip(share, paid, strict=True))
            answer = tuple(self.agent.owedTo(self.series[name].address, period, wallet))
            require("I12", answer == left, f"{name} {period}: {wallet} is owed {answer}, expected {left}")
            owed += left[0] + left[1]
            if period == REDEMPTION and (claim := ledger.claims.get(wallet, ledger.balance(wallet))):
                owed += ledger.redeemable(claim) * max(self.targets(name, wallet)) // claim - share[1]
        dust = book.funded - book.paid - book.withheld - owed
        most = LOSS * len(HOLDERS) + max(0, book.funded - self.due(name, period))
        require("I11", 0 <= dust <= most, f"{name} {period}: {dust} is nobody's")

    def _check_record_date(self, name: str, record_at: int) -> None:
        ledger, series = self.ledgers[name], self.series[name]
        if (series.address, record_at) not in self._records:
            asked = (list(HOLDERS), record_at)
            reads = [(series.balancesAt, 2 + at, asked) for at in range(len(HOLDERS))]
            self._records[series.address, record_at] = packed([*reads, (series.supplyAt, 0, (record_at,))])
        *words, supply = self._answers(self._records[series.address, record_at])
        answers = [word % 2**128 for word in words]
        naive = [ledger.at(wallet, record_at) for wallet in HOLDERS]
        require("I13", answers == naive, f"{name}: balances {answers} at {record_at}, naive {naive}")
        require("I13", supply == sum(naive), f"{name}: supply {supply} at {record_at}, naive {sum(naive)}")


def use_payments(run: PaymentRun) -> None:
    """One way through all that can be broken."""
    first, second, third = HOLDERS
    for name in PLANS:
        ledger = run.ledgers[name]
        bond = ledger.bond
        run.fund(name, 0, 10**30)
        for period in range(4):
            run.travel(max(0, ledger.record_at(period) - DAY - run.now))
            run.transfer(name, second, first, 77)
            run.travel(DAY)
            if period < 3:
                run.transfer(name, second, first, 1_000)
                run.transfer(name, second, third, 1)
            run.travel(max(0, ledger.payable_at(period) - run.now))
            if period == 1:
                run.fund(name, period, run.missing(name, period) // 3)
                run.pay(name, period, HOLDERS)
                run.fund(name, period, 12_345)
            run.claim(name, period, first)
            run.claim(name, period, first)
            run.freeze(name, third, 1)
            run.fund(name, period, 10**30)
            run.fund(name, period, 1)
            run.pay(name, period, (*HOLDERS, *HOLDERS))
            run.freeze(name, third, 0)
            run.pay(name, period, HOLDERS)
            run.return_dust(name, period)
            run.return_dust(name, period)
            assert bond.parts[period].pays
        run.pledge(name, second, 10**9)
        for amount in (10**9, 10**30):
            run.fund(name, REDEMPTION, amount)
            run.collect(name, second, 10**7)
            run.redeem(name, HOLDERS)
            run.collect(name, second, 10**30)
        run.redeem(name, HOLDERS)
        run.return_dust(name, REDEMPTION)
        assert ledger.supply() == 0
        # The next series starts where this one ended: its early payments are late.
    assert run.world.cash.balanceOf(ZERO) == 0

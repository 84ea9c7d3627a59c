"""Contracts and model in lockstep: every call is predicted, made, and followed by the checks of docs/invariants.md."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from copy import deepcopy
from typing import Any

from eth_utils import keccak
from evm import Contract, Method, Reverted, address_of, key_of
from model import CASH, ENDLESS, SUPPLY, Book, Model, Redemption, Refused, Standing, Token, Trade
from signing import trade_digest
from world import (
    ADMIN_DELAY,
    DAY,
    MAX_RATE_AGE,
    MAX_STEP_BPS,
    MINTER_LIMIT,
    NOW,
    PILOT,
    RATE,
    VALID_UNTIL,
    World,
    page_hash,
    record,
    signed_round,
)  # fmt: skip

from rwa_deploy import units
from rwa_deploy.artifacts import Artifact
from rwa_deploy.wiring import OFFICES

NAMES = ("minter", "anna fund", "bank", "dealer", "insurer", "pension")
STRANGERS = tuple(map(address_of, ("stranger", "passer-by")))
WALLETS = tuple(map(address_of, NAMES))
MINTER, TREASURY = WALLETS[0], address_of("treasury")
START = NOW + ADMIN_DELAY
UNIT = units.ONE
CAP = 1_000_000 * units.ONE
MANDATE_DAYS = 12
SERIES = {"ripe": 1, "middle": 4, "long": 30}  # days to maturity after the start; the ripe one matures at the beginning
KEYS = {address_of(name): key_of(name) for name in (*NAMES, "stranger", "passer-by", "treasury")}
TRANSFER = keccak(text="Transfer(address,address,uint256)")
MINTED = keccak(text="Minted(address,address,uint256)")
BURNED = keccak(text="Burned(address,uint256)")
ISSUED = keccak(text="Issued(address,uint256,uint256,uint256)")
ZERO = "0x" + "00" * 20


class InvariantBroken(AssertionError):  # noqa: N818 -- reads as what it is
    """`number` is that of docs/invariants.md."""

    def __init__(self, number: str, detail: str) -> None:
        super().__init__(f"{number}: {detail}")
        self.number = number


def require(number: str, holds: bool, detail: object) -> None:
    """Raises InvariantBroken unless it holds."""
    if not holds:
        raise InvariantBroken(number, str(detail))


class Run:
    """One programme with its model."""

    def __init__(self, twins: Mapping[str, Artifact] | None = None) -> None:
        self.world = World(twins)
        self.reader = self.world.deploy("Reader").address
        self.tokens: dict[str, Contract] = {CASH: self.world.cash}
        self._arrange()
        self.accounts = (*WALLETS, *STRANGERS, TREASURY, self.world.paying_agent.address)
        self.names = {contract.address: name for name, contract in self.tokens.items()}
        self.folded: dict[str, Counter[str]] = {name: Counter() for name in self.tokens}
        self.cash_minted = self.cash_burned = 0
        self.succeeded: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._reads: dict[tuple[Any, ...], bytes] = {}
        self._packed = self._pack_reads()
        self.model = self._model()
        self._open()
        self._stack = ExitStack()
        self._kept = (self.model, self.folded, self.cash_minted, self.cash_burned)

    def begin(self) -> None:
        """The state of the beginning again, on chain and in the model."""
        self._stack.close()
        self._stack.enter_context(self.world.chain.rolled_back())
        self.model, self.folded, self.cash_minted, self.cash_burned = deepcopy(self._kept)

    # ── one step ────────────────────────────────────────────────────────────────────────────────────────────────────

    def attempt(self, action: str, predict: Callable[[], Any], method: Method, *args: Any, by: str) -> Any:
        """Predicts, calls, compares, checks; the model's answer, None when the call was refused."""
        chain, touched = self.world.chain, set()
        value, expected, found = None, None, None
        try:
            value = predict()
        except Refused as refusal:
            expected = refusal.outcome
        try:
            chain.call(by, method.contract.address, method.encode(*args))
            touched = self._absorb()
        except Reverted as error:
            found = (error.name, error.facts["code"] if error.name == "TransferRestricted" else None)
        state = self._check_chain()
        detail = f"{action}{args} by {by} at {chain.now}: predicted {expected}, found {found}"
        require("I10", found == expected, detail)
        self._check_model(state, touched)
        if expected is None:
            self.succeeded[action if value != 0 else f"{action} (nothing)"] += 1
            return value
        self.refused[expected[0] if expected[1] is None else f"{expected[0]} {expected[1]}"] += 1
        return None

    def travel(self, seconds: int) -> None:
        """Time passes; what was right stays right."""
        self.model.now = self.world.chain.warp(seconds)
        self._check_model(self._check_chain(), set(SERIES))
        self.succeeded["travel"] += 1

    # ── the actions ─────────────────────────────────────────────────────────────────────────────────────────────────

    def transfer(self, name: str, sender: str, receiver: str, amount: int) -> None:
        def predict() -> None:
            self.model.transfer(name, sender, receiver, amount)

        self.attempt("transfer", predict, self.tokens[name].transfer, receiver, amount, by=sender)

    def transfer_from(self, name: str, operator: str, sender: str, receiver: str, amount: int) -> None:
        def predict() -> None:
            self.model.transfer_from(name, operator, sender, receiver, amount)

        method = self.tokens[name].transferFrom
        self.attempt("transfer_from", predict, method, sender, receiver, amount, by=operator)

    def approve(self, name: str, owner: str, spender: str, amount: int) -> None:
        def predict() -> None:
            self.model.approve(name, owner, spender, amount)

        self.attempt("approve", predict, self.tokens[name].approve, spender, amount, by=owner)

    def issue(self, name: str, faces: Sequence[tuple[str, int]]) -> None:
        def predict() -> None:
            self.model.issue(name, faces)

        wallets, amounts = [wallet for wallet, _ in faces], [face for _, face in faces]
        target = self.tokens[name].address
        issue = self.world.programme.issue
        self.attempt("issue", predict, issue, target, wallets, amounts, by=address_of("debt_office"))

    def settle_trade(self, trade: Trade) -> None:
        fields = (
            self.tokens[trade.series].address, trade.seller, trade.buyer, trade.face, trade.cash, trade.seller_nonce,
            trade.buyer_nonce, trade.deadline, ZERO,
        )  # fmt: skip
        digest = trade_digest(self.world.settlement, fields)
        signatures = [KEYS[signer].sign(digest) for signer in trade.signers]

        def predict() -> None:
            self.model.settle_trade(trade)

        self.attempt("settle_trade", predict, self.world.settlement.settleTrade, fields, *signatures, by=STRANGERS[0])

    def cancel_nonce(self, party: str, nonce: int) -> None:
        def predict() -> None:
            self.model.cancel_nonce(party, nonce)

        self.attempt("cancel_nonce", predict, self.world.settlement.cancelNonce, nonce, by=party)

    def open_allotment(self, name: str, winners: Sequence[tuple[str, int, int]]) -> None:
        def predict() -> None:
            self.model.books.append(Book(name, tuple(winners)))

        number = len(self.model.books).to_bytes(32)
        arguments = (number, self.tokens[name].address, TREASURY, [page_hash(winners)])
        method = self.world.settlement.openAllotment
        self.attempt("open_allotment", predict, method, *arguments, by=address_of("debt_office"))

    def close_allotment(self, number: int) -> None:
        def predict() -> None:
            book = self.model.books[number]
            if not book.open:
                raise Refused("AllotmentNotOpen")
            book.open = False

        method = self.world.settlement.closeAllotment
        self.attempt("close_allotment", predict, method, number.to_bytes(32), by=address_of("debt_office"))

    def settle_page(self, number: int, page: int, winners: Sequence[tuple[str, int, int]]) -> None:
        def predict() -> int:
            return self.model.settle_page(self.model.books[number], page, winners)

        method = self.world.settlement.settlePage
        self.attempt("settle_page", predict, method, number.to_bytes(32), page, list(winners), by=STRANGERS[0])

    def freeze(self, name: str, wallet: str, amount: int) -> None:
        def predict() -> None:
            self.model.freeze(name, wallet, amount)

        action = "freeze" if amount else "unfreeze"
        method = self.tokens[name].setFrozenTokens
        self.attempt(action, predict, method, wallet, amount, by=address_of("enforcer"))

    def freeze_wallet(self, wallet: str, *, frozen: bool) -> None:
        def predict() -> None:
            self.model.freeze_wallet(wallet, frozen)

        method = self.world.allowlist.setFrozen
        self.attempt("freeze_wallet", predict, method, wallet, frozen, by=address_of("enforcer"))

    def forced_transfer(self, name: str, source: str, target: str, amount: int) -> None:
        def predict() -> None:
            self.model.forced_transfer(name, source, target, amount)

        method = self.tokens[name].forcedTransfer
        by = address_of("enforcer")
        self.attempt("forced_transfer", predict, method, source, target, amount, by=by)

    def pause(self, name: str) -> None:
        def predict() -> None:
            self.model.pause(name)

        listed = self.world.allowlist
        method = listed.pauseSystem if name == "system" else self.tokens[name].pause
        self.attempt("pause", predict, method, by=address_of("guardian"))

    def renew_pause(self, name: str) -> None:
        def predict() -> None:
            self.model.renew_pause(name)

        listed = self.world.allowlist
        method = listed.renewSystemPause if name == "system" else self.tokens[name].renewPause
        self.attempt("renew_pause", predict, method, by=address_of("regulator"))

    def unpause(self, name: str) -> None:
        def predict() -> None:
            self.model.unpause(name)

        methods = {"system": self.world.allowlist.unpauseSystem, CASH: self.world.cash.unpause}
        arguments = () if name in methods else (self.tokens[name].address,)
        method = methods.get(name, self.world.programme.unpauseSeries)
        self.attempt("unpause", predict, method, *arguments, by=address_of("guardian"))

    def onboard(self, wallet: str, valid_until: int, *, by_registrar: bool, action: str = "onboard") -> None:
        def predict() -> None:
            self.model.onboard(wallet, valid_until, by_registrar)

        rows = [(wallet, record(provider=1, valid_until=valid_until), bytes(32))]
        listed = self.world.allowlist
        method = listed.onboardByRegistrar if by_registrar else listed.onboard
        self.attempt(action, predict, method, rows, by=address_of("registrar" if by_registrar else "provider"))

    def revoke(self, wallet: str) -> None:
        def predict() -> None:
            self.model.revoke(wallet)

        method = self.world.allowlist.revokeByRegistrar
        self.attempt("revoke", predict, method, [wallet], by=address_of("registrar"))

    def set_record_date(self, name: str, record_at: int) -> None:
        def predict() -> None:
            self.model.set_record_date(name, record_at)

        method = self.tokens[name].setRecordDate
        self.attempt("set_record_date", predict, method, record_at, by=address_of("fiscal_agent"))

    def mint(self, receiver: str, amount: int) -> None:
        def predict() -> None:
            self.model.mint(receiver, amount)

        self.attempt("mint", predict, self.world.cash.mint, receiver, amount, by=MINTER)

    def burn(self, amount: int) -> None:
        def predict() -> None:
            self.model.burn(MINTER, amount)

        self.attempt("burn", predict, self.world.cash.burn, amount, by=MINTER)

    def fund(self, name: str, payer: str, amount: int) -> None:
        def predict() -> None:
            self.model.fund(name, payer, amount)

        method = self.world.paying_agent.fund
        self.attempt("fund", predict, method, self.tokens[name].address, amount, by=payer)

    def redeem(self, name: str, holders: Sequence[str]) -> None:
        def predict() -> int:
            return self.model.redeem(name, holders)

        method = self.world.paying_agent.redeem
        self.attempt("redeem", predict, method, self.tokens[name].address, list(holders), by=STRANGERS[1])

    def post_rate(self, number: int, rate: int, observed_at: int) -> None:
        def predict() -> None:
            self.model.post_rate(number, rate, observed_at)

        method = self.world.oracle.post
        signed = signed_round(self.world.oracle, b"USDPKR", [rate], number, observed_at)
        self.attempt("post_rate", predict, method, *signed, by=STRANGERS[1])

    def cancel_pending(self) -> None:
        method, guardian = self.world.oracle.cancelPending, address_of("guardian")
        self.attempt("cancel_pending", self.model.cancel_pending, method, b"USDPKR", by=guardian)

    # ── the checks ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _absorb(self) -> set[str]:
        """Folds the events of the last call; the names of the tokens that moved."""
        touched = set()
        for emitter, topics, data in self.world.chain.raw_logs():
            if topics[0] == TRANSFER:
                name, amount = self.names[emitter], int.from_bytes(data)
                source, target = ("0x" + topic[12:].hex() for topic in topics[1:])
                self._fold(name, source, target, amount)
                touched.add(name)
            elif topics[0] == MINTED:
                self.cash_minted += int.from_bytes(data)
            elif topics[0] == BURNED:
                self.cash_burned += int.from_bytes(data)
            elif topics[0] == ISSUED:
                used, cap = self._read([(self.world.programme.usedUsd, 0), (self.world.programme.capUsd, 0)])
                require("I8", used <= cap, f"issued to {used} above {cap}")
        return touched

    def _fold(self, name: str, source: str, target: str, amount: int) -> None:
        if source != ZERO:
            self.folded[name][source] -= amount
        if target != ZERO:
            self.folded[name][target] += amount
            receives = amount == 0 or self.model.standing(target) is None
            require("I6", receives, f"{target} received {amount} of {name} without an allowed record")

    def _check_chain(self) -> dict[str, Any]:
        """I1 to I5 and I8, from the chain alone; what was read."""
        words = self._words(self._packed)
        state: dict[str, Any] = {"balances": {}, "frozen": {}}
        for name in self.tokens:
            supply = next(words)
            balances = {account: next(words) for account in self.accounts}
            state["frozen"][name] = {account: next(words) for account in self.accounts}
            state["balances"][name] = balances
            require("I1", sum(balances.values()) == supply, f"{name}: balances {balances}, supply {supply}")
            folded = {account: amount for account, amount in self.folded[name].items() if amount}
            held = {account: amount for account, amount in balances.items() if amount}
            require("I3", folded == held, f"{name}: events {folded}, balances {held}")
            state[name] = supply
        used, minted = next(words), next(words)
        books = {name: tuple(next(words) for _ in range(7)) for name in SERIES}
        for name, (face, *_) in books.items():
            require("I2", face == state[name], f"{name}: face {face}, supply {state[name]}")
        booked = sum(entry[1] for entry in books.values())
        require("I8", used == booked, f"used {used}, booked {booked}")
        outstanding = self.cash_minted - self.cash_burned
        require("I4", state[CASH] == outstanding == minted, f"supply {state[CASH]}, events {outstanding}, {minted}")
        kept = sum(funded - paid - remitted for _, _, funded, paid, _, remitted, _ in books.values())
        held_cash = state["balances"][CASH][self.world.paying_agent.address]
        require("I5", held_cash >= kept, f"paying agent holds {held_cash}, owes {kept}")
        return {**state, "used": used, "books": books}

    def _check_model(self, state: Mapping[str, Any], touched: Iterable[str]) -> None:
        """I7 and I9: the chain is where the model says."""
        for name, token in self.model.tokens.items():
            balances = {account: token.balance(account) for account in self.accounts}
            require("I9", state["balances"][name] == balances, f"{name}: {state['balances'][name]}, model {balances}")
            frozen = {account: token.frozen.get(account, 0) for account in self.accounts}
            require("I9", state["frozen"][name] == frozen, f"{name}: frozen {state['frozen'][name]}, model {frozen}")
        require("I9", state["used"] == self.model.used(), f"used {state['used']}, model {self.model.used()}")
        for name, (_, *found) in state["books"].items():
            redemption = self.model.redemptions.get(name, Redemption())
            # A bill at par: no tax, and each unit of face is paid with a unit of cash.
            expected = [self.model.booked.get(name, 0), redemption.funded, redemption.done, 0, 0, redemption.done]
            require("I9", found == expected, f"{name}: {found}, model {expected}")
        for name in touched:
            if name in SERIES:
                self._check_history(name, self.model.tokens[name])

    def _check_history(self, name: str, token: Token) -> None:
        contract = self.tokens[name]
        closed = [date for date in token.record_dates if date <= self.model.now]
        questions = [(account, date) for date in closed for account in (*self.accounts, SUPPLY)]
        reads = []
        for account, date in questions:
            asked = (contract.supplyAt, 0, date) if account == SUPPLY else (contract.balanceAt, 0, account, date)
            reads.append(asked)
        answers = self._read(reads)
        for (account, date), answer in zip(questions, answers, strict=True):
            naive = token.at(account, date)
            require("I7", answer == naive, f"{name}: {account} had {naive} at {date}, the chain says {answer}")

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _read(self, reads: Iterable[tuple[Any, ...]]) -> list[int]:
        """(method, word, arguments…) each -> that word of its answer."""
        parts = [self._part(*read) for read in reads]
        return list(self._words(len(parts).to_bytes(2) + b"".join(parts))) if parts else []

    def _part(self, method: Method, word: int, *args: Any) -> bytes:
        key = (method.contract.address, method.selector, word, *args)
        if key not in self._reads:
            data = method.encode(*args)
            self._reads[key] = bytes.fromhex(method.contract.address[2:]) + bytes([word, len(data)]) + data
        return self._reads[key]

    def _words(self, packed: bytes) -> Any:
        out = self.world.chain.call(STRANGERS[0], self.reader, packed)
        return (int.from_bytes(out[at : at + 32]) for at in range(0, len(out), 32))

    def _pack_reads(self) -> bytes:
        world = self.world
        reads: list[tuple[Any, ...]] = []
        for token in self.tokens.values():
            reads.append((token.totalSupply, 0))
            reads += [(token.balanceOf, 0, account) for account in self.accounts]
            reads += [(token.getFrozenTokens, 0, account) for account in self.accounts]
        reads += [(world.programme.usedUsd, 0), (world.cash.minterOf, 1, MINTER)]
        for name in SERIES:
            series = self.tokens[name].address
            reads += [(world.programme.seriesOf, word, series) for word in (3, 4)]
            reads += [(world.paying_agent.accountOf, word, series, ENDLESS) for word in range(5)]
        parts = [self._part(*read) for read in reads]
        return len(parts).to_bytes(2) + b"".join(parts)

    # ── the beginning ───────────────────────────────────────────────────────────────────────────────────────────────

    def _arrange(self) -> None:
        """Three series; for these tests the guardian may end pauses at once, and the mandate is short."""
        world, guardian = self.world, OFFICES["guardian"]
        for salt, (name, days) in enumerate(SERIES.items(), 1):
            maturity = units.unix_from_date(units.date_from_unix(START)) + days * DAY
            self.tokens[name] = world.new_series(salt, maturityAt=maturity, denomination=UNIT, symbol=name)
        allow = world.authority.setTargetFunctionRole
        calls: list[tuple[Any, ...]] = [
            (allow, world.programme.address, [world.programme.unpauseSeries.selector], guardian),
            (allow, world.cash.address, [world.cash.unpause.selector], guardian),
            (allow, world.allowlist.address, [world.allowlist.unpauseSystem.selector], guardian),
            (world.programme.advanceMandate, PILOT, START + MANDATE_DAYS * DAY),
            (world.cash.loosenMinterLimit, MINTER, 2 * MINTER_LIMIT),
        ]
        for method, *arguments in calls:
            world.schedule(method, *arguments)
        world.chain.now = START
        for method, *arguments in calls:
            method(*arguments, by=address_of("admin"))
        world.programme.tightenCap(CAP, by=address_of("debt_office"))

    def _model(self) -> Model:
        maturities = {name: contract.maturityDate() for name, contract in self.tokens.items() if name != CASH}
        tokens = {name: Token(maturity=maturities.get(name), unit=UNIT) for name in self.tokens}
        return Model(
            now=START,
            settlement=self.world.settlement.address,
            paying_agent=self.world.paying_agent.address,
            treasury=TREASURY,
            cap=CAP,
            max_rate_age=MAX_RATE_AGE,
            max_step_bps=MAX_STEP_BPS,
            mandate_until=START + MANDATE_DAYS * DAY,
            minter_limit=2 * MINTER_LIMIT,
            tokens=tokens,
            rounds=1,
            rate=(RATE, NOW),
            last=(RATE, NOW, NOW),
        )

    def _open(self) -> None:
        """Everyone on the list, with cash, bills and standing allowances; the system's accounts are there already."""
        for account in (TREASURY, self.world.settlement.address, self.world.paying_agent.address):
            self.model.records[account] = Standing(system=True)
        self.post_rate(2, RATE, START)
        for wallet in WALLETS:
            self.onboard(wallet, VALID_UNTIL, by_registrar=False)
            self.mint(wallet, 10_000_000 * UNIT)
            self.approve(CASH, wallet, self.world.settlement.address, ENDLESS)
        self.mint(TREASURY, 100_000_000 * UNIT)
        self.approve(CASH, TREASURY, self.world.paying_agent.address, ENDLESS)
        for name in SERIES:
            self.issue(name, [(wallet, 1_000_000 * UNIT) for wallet in WALLETS])
        self.travel(self.model.tokens["ripe"].maturity - self.model.now)
        self.succeeded.clear()
        self.refused.clear()

"""What the contracts promise, as plain dictionaries: every call either refuses by name or changes these.

Nothing here is shared with the contracts: rounding, order of checks and history are written from the interfaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

DAY = 86_400
HOUR = 3_600
PAUSE = 3 * DAY
PKT = 5 * HOUR
PAISA = 10_000
ONE = 10**6
ENDLESS = 2**256 - 1
CASH = "cash"
SUPPLY = "supply"
MOST_PENDING = 4


class Refused(Exception):  # noqa: N818 -- what happened, not whose fault
    """The call must revert with this error; `code` is that of a TransferRestricted."""

    def __init__(self, name: str, code: int | None = None) -> None:
        super().__init__(f"{name}{'' if code is None else f' {code}'}")
        self.outcome = (name, code)


def refuse(fact: bool, name: str, code: int | None = None) -> None:
    """Raises Refused when the fact stands."""
    if fact:
        raise Refused(name, code)


@dataclass
class Standing:
    """A wallet's record."""

    valid_until: int = 0
    revoked: bool = False
    system: bool = False
    frozen: bool = False


@dataclass
class Token:
    """A ledger with its full history: every balance that an account ever had, and since when."""

    maturity: int | None = None
    unit: int = 1
    paused_until: int = 0
    balances: dict[str, int] = field(default_factory=dict)
    frozen: dict[str, int] = field(default_factory=dict)
    allowances: dict[tuple[str, str], int] = field(default_factory=dict)
    history: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    record_dates: list[int] = field(default_factory=list)

    def balance(self, account: str) -> int:
        return self.balances.get(account, 0)

    def free(self, account: str) -> int:
        return max(0, self.balance(account) - self.frozen.get(account, 0))

    def supply(self) -> int:
        return sum(self.balances.values())

    def set(self, account: str, balance: int, now: int) -> None:
        self.balances[account] = balance
        self.history.setdefault(account, []).append((now, balance))
        self.history.setdefault(SUPPLY, []).append((now, self.supply()))

    def at(self, account: str, record_at: int) -> int:
        """The naive answer: the last balance from before the record date."""
        before = [balance for since, balance in self.history.get(account, []) if since < record_at]
        return before[-1] if before else 0


@dataclass
class Redemption:
    """A bill's redemption at par: what was funded, the face burned (which is what was paid), claims.

    A claim is a holder's face at maturity, and what of it was burned.
    """

    funded: int = 0
    done: int = 0
    claims: dict[str, list[int]] = field(default_factory=dict)


@dataclass
class Book:
    """An allotment of one page."""

    series: str
    winners: tuple[tuple[str, int, int], ...]
    settled: set[int] = field(default_factory=set)
    open: bool = True


@dataclass(frozen=True)
class Trade:
    """A trade and who signed it."""

    series: str
    seller: str
    buyer: str
    face: int
    cash: int
    seller_nonce: int
    buyer_nonce: int
    deadline: int
    signers: tuple[str, str]


@dataclass
class Model:
    """The whole programme."""

    now: int
    settlement: str
    paying_agent: str
    treasury: str
    cap: int
    max_rate_age: int
    max_step_bps: int
    mandate_until: int
    minter_limit: int
    tokens: dict[str, Token]
    records: dict[str, Standing] = field(default_factory=dict)
    system_paused_until: int = 0
    booked: dict[str, int] = field(default_factory=dict)
    rounds: int = 0
    rate: tuple[int, int] = (0, 0)  # rate, observed at: what holds, or held before the last round
    last: tuple[int, int, int] = (0, 0, 0)  # rate, observed at, holds from
    minted: int = 0
    redemptions: dict[str, Redemption] = field(default_factory=dict)
    nonces: set[tuple[str, int]] = field(default_factory=set)
    books: list[Book] = field(default_factory=list)

    # ── who may move ────────────────────────────────────────────────────────────────────────────────────────────────

    def standing(self, wallet: str) -> int | None:
        """0 not on the list, 1 expired, 2 revoked, 5 frozen; None when nothing stands against the wallet."""
        record = self.records.get(wallet)
        if record is None:
            return 0
        if record.system:
            return None
        if record.frozen:
            return 5
        if record.revoked:
            return 2
        return 1 if self.now > record.valid_until else None

    def is_paused(self) -> bool:
        return self.now < self.system_paused_until

    def check(self, *parties: tuple[int, str]) -> None:
        """The system's pause, then each party (10 sender, 20 receiver, 60 operator) in turn."""
        refuse(self.is_paused(), "TransferRestricted", 1)
        for base, wallet in parties:
            standing = self.standing(wallet)
            refuse(standing is not None, "TransferRestricted", base + (standing or 0))

    def check_token(self, token: Token) -> None:
        refuse(self.now < token.paused_until, "TransferRestricted", 2)
        self.check_life(token)

    def check_life(self, token: Token) -> None:
        refuse(token.maturity is not None and self.now >= token.maturity, "TransferRestricted", 4)

    def check_amount(self, token: Token, holder: str, amount: int) -> None:
        refuse(amount > token.balance(holder), "ERC20InsufficientBalance")
        refuse(amount > token.free(holder), "ERC7943InsufficientUnfrozenBalance")

    def shift(self, token: Token, source: str, target: str, amount: int) -> None:
        if source != target:
            token.set(source, token.balance(source) - amount, self.now)
            token.set(target, token.balance(target) + amount, self.now)

    # ── tokens ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def transfer(self, name: str, sender: str, receiver: str, amount: int) -> None:
        token = self.tokens[name]
        self.check_token(token)
        self.check((10, sender), (20, receiver))
        self.check_amount(token, sender, amount)
        self.shift(token, sender, receiver, amount)

    def transfer_from(self, name: str, operator: str, sender: str, receiver: str, amount: int) -> None:
        token = self.tokens[name]
        self.check_token(token)
        self.check((10, sender), (20, receiver), *([(60, operator)] if operator != sender else []))
        allowed = token.allowances.get((sender, operator), 0)
        refuse(amount > allowed, "ERC20InsufficientAllowance")
        self.check_amount(token, sender, amount)
        if allowed != ENDLESS:
            token.allowances[sender, operator] = allowed - amount
        self.shift(token, sender, receiver, amount)

    def approve(self, name: str, owner: str, spender: str, amount: int) -> None:
        self.tokens[name].allowances[owner, spender] = amount

    def freeze(self, name: str, wallet: str, amount: int) -> None:
        record = self.records.get(wallet)
        refuse(record is not None and record.system, "SystemAccountProtected")
        self.tokens[name].frozen[wallet] = amount

    def forced_transfer(self, name: str, source: str, target: str, amount: int) -> None:
        token = self.tokens[name]
        self.check_life(token)
        self.check((20, target))
        record = self.records.get(source)
        refuse(record is not None and record.system, "SystemAccountProtected")
        refuse(amount > token.balance(source), "ERC20InsufficientBalance")
        short = amount - token.free(source)
        if short > 0 and source != target:
            token.frozen[source] -= short
        self.shift(token, source, target, amount)

    def pause(self, name: str) -> None:
        if name == "system":
            self.system_paused_until = self.now + PAUSE
        else:
            self.tokens[name].paused_until = self.now + PAUSE

    def renew_pause(self, name: str) -> None:
        until = self.system_paused_until if name == "system" else self.tokens[name].paused_until
        refuse(self.now >= until, "NotPaused")
        self.pause(name)

    def unpause(self, name: str) -> None:
        if name == "system":
            self.system_paused_until = 0
        else:
            self.tokens[name].paused_until = 0

    # ── records ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def onboard(self, wallet: str, valid_until: int, by_registrar: bool) -> None:
        record = self.records.get(wallet)
        if by_registrar:
            refuse(record is not None and record.system, "RecordNotYours")
        else:
            refuse(record is not None and record.system, "RecordNotYours")
            refuse(record is not None and record.revoked, "RecordRevoked")
        refuse(valid_until <= self.now, "RecordInvalid")
        self.records[wallet] = Standing(valid_until, frozen=record is not None and record.frozen)

    def revoke(self, wallet: str) -> None:
        record = self.records.get(wallet)
        refuse(record is None or record.system, "RecordNotYours")
        assert record is not None
        record.revoked = True

    def freeze_wallet(self, wallet: str, frozen: bool) -> None:
        record = self.records.get(wallet)
        refuse(record is None or record.system, "RecordNotYours")
        assert record is not None
        record.frozen = frozen

    # ── rate, issue ─────────────────────────────────────────────────────────────────────────────────────────────────

    def holding(self) -> tuple[int, int]:
        rate, observed_at, holds_from = self.last
        return self.rate if self.now < holds_from else (rate, observed_at)

    def post_rate(self, number: int, rate: int, observed_at: int) -> None:
        held, held_at = self.holding()
        refuse(number != self.rounds + 1, "RoundOutOfOrder")
        refuse(observed_at > self.now or observed_at <= held_at, "ObservationInvalid")
        refuse(rate == 0, "ValueInvalid")
        hasty = observed_at < held_at + HOUR
        waits = self.rounds != 0 and (hasty or abs(rate - held) * 10_000 > held * self.max_step_bps)
        self.rounds, self.rate = number, (held, held_at)
        self.last = (rate, observed_at, self.now + HOUR if waits else self.now)

    def cancel_pending(self) -> None:
        refuse(self.now >= self.last[2], "NothingPending")
        self.last = (*self.rate, self.now)

    def check_issue(self, faces: Sequence[tuple[str, int]], name: str) -> int:
        """The dollars that an issue would book."""
        refuse(self.now > self.mandate_until, "MandateNotInForce")
        refuse(self.now < self.last[2], "RatePending")
        rate, observed_at = self.holding()
        refuse(self.now - observed_at > self.max_rate_age, "RateTooOld")
        usd = -(-sum(face for _, face in faces) * ONE // rate)
        refuse(self.used() + usd > self.cap, "CapExceeded")
        token = self.tokens[name]
        refuse(token.maturity is not None and self.now >= token.maturity, "SeriesMatured")
        self.check_token(token)
        self.check(*((20, wallet) for wallet, _ in faces))
        refuse(any(face == 0 or face % token.unit for _, face in faces), "FaceNotInUnits")
        return usd

    def issue(self, name: str, faces: Sequence[tuple[str, int]]) -> None:
        self.booked[name] = self.check_issue(faces, name) + self.booked.get(name, 0)
        for wallet, face in faces:
            self.tokens[name].set(wallet, self.tokens[name].balance(wallet) + face, self.now)

    def used(self) -> int:
        return sum(self.booked.values())

    def set_record_date(self, name: str, record_at: int) -> None:
        dates = self.tokens[name].record_dates
        wrong = record_at < self.now + DAY or (record_at + PKT) % DAY != 0
        refuse(wrong, "RecordDateInvalid")
        refuse(sum(self.now < date for date in dates) >= MOST_PENDING, "TooManyRecordDates")
        refuse(record_at in dates, "RecordDateInvalid")
        dates.append(record_at)

    # ── cash ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def mint(self, receiver: str, amount: int) -> None:
        cash = self.tokens[CASH]
        refuse(amount == 0, "AmountZero")
        refuse(amount > max(0, self.minter_limit - self.minted), "MinterLimitExceeded")
        self.check_token(cash)
        self.check((20, receiver))
        self.minted += amount
        cash.set(receiver, cash.balance(receiver) + amount, self.now)

    def burn(self, minter: str, amount: int) -> None:
        cash = self.tokens[CASH]
        refuse(amount == 0, "AmountZero")
        refuse(amount > self.minted, "BurnAboveMinted")
        self.check_amount(cash, minter, amount)
        self.minted -= amount
        cash.set(minter, cash.balance(minter) - amount, self.now)

    # ── settlement ──────────────────────────────────────────────────────────────────────────────────────────────────

    def settle_trade(self, trade: Trade) -> None:
        refuse(self.now > trade.deadline, "TradeExpired")
        refuse(trade.face == 0 or trade.cash == 0, "LegEmpty")
        refuse(trade.seller == trade.buyer, "PartiesEqual")
        refuse(trade.signers != (trade.seller, trade.buyer), "SignatureInvalid")
        used = {(trade.seller, trade.seller_nonce), (trade.buyer, trade.buyer_nonce)}
        refuse(bool(used & self.nonces), "NonceUsed")
        face_leg = (trade.series, trade.seller, trade.buyer, trade.face)
        cash_leg = (CASH, trade.buyer, trade.seller, trade.cash)
        for name, sender, receiver, amount in (face_leg, cash_leg):
            self.check_token(self.tokens[name])
            self.check((10, sender), (20, receiver))
            self.check_amount(self.tokens[name], sender, amount)
        for name, sender, receiver, amount in (face_leg, cash_leg):
            self.shift(self.tokens[name], sender, receiver, amount)
        self.nonces |= used

    def cancel_nonce(self, party: str, nonce: int) -> None:
        self.nonces.add((party, nonce))

    def settle_page(self, book: Book, page: int, winners: Sequence[tuple[str, int, int]]) -> int:
        """How many were settled; each of the winners stands in a page once."""
        refuse(not book.open or page != 0, "AllotmentNotOpen")
        refuse(tuple(winners) != book.winners, "PageMismatch")
        cash = self.tokens[CASH]
        payers = []
        for position, (winner, face, price) in enumerate(winners):
            due = -(-face * price // (100 * ONE * PAISA)) * PAISA
            if position not in book.settled and self.pullable(winner) >= due:
                payers.append((position, winner, face, due))
        if not payers:
            return 0
        self.check_issue([(winner, face) for _, winner, face, _ in payers], book.series)
        for position, winner, _, due in payers:
            allowed = cash.allowances[winner, self.settlement]
            if allowed != ENDLESS:
                cash.allowances[winner, self.settlement] = allowed - due
            self.shift(cash, winner, self.treasury, due)
            book.settled.add(position)
        self.issue(book.series, [(winner, face) for _, winner, face, _ in payers])
        return len(payers)

    def pullable(self, winner: str) -> int:
        """What Settlement can take from a winner who may receive; -1 when he may not."""
        cash = self.tokens[CASH]
        try:
            self.check((20, winner))
            self.check_token(cash)
            self.check((10, winner))
        except Refused as refusal:
            return 0 if refusal.outcome[1] == 2 else -1
        return min(cash.allowances.get((winner, self.settlement), 0), cash.free(winner))

    # ── redemption ──────────────────────────────────────────────────────────────────────────────────────────────────

    def due(self, name: str) -> int:
        return self.tokens[name].supply() + self.redemptions.setdefault(name, Redemption()).done

    def fund(self, name: str, payer: str, amount: int) -> None:
        redemption = self.redemptions.setdefault(name, Redemption())
        taken = min(amount, max(0, self.due(name) - redemption.funded))
        refuse(taken == 0, "NothingToFund")
        self.transfer_from(CASH, self.paying_agent, payer, self.paying_agent, taken)
        redemption.funded += taken

    def redeem(self, name: str, holders: Sequence[str]) -> int:
        """What was paid."""
        token, redemption = self.tokens[name], self.redemptions.setdefault(name, Redemption())
        assert token.maturity is not None
        refuse(self.now < token.maturity, "NotPayableYet")
        due = self.due(name)
        burned, face_before, booked = 0, token.supply(), self.booked.get(name, 0)
        for holder in holders:
            face, before = redemption.claims.get(holder) or (token.balance(holder), 0)
            target = face if redemption.funded >= due else face * redemption.funded // due
            skipped = self.is_paused() or self.standing(holder) is not None
            amount = 0 if skipped else min(target - before, token.free(holder))
            if amount > 0:
                refuse(self.now < self.tokens[CASH].paused_until, "TransferRestricted", 2)
                redemption.claims[holder] = [face, before + amount]
                token.set(holder, token.balance(holder) - amount, self.now)
                self.shift(self.tokens[CASH], self.paying_agent, holder, amount)
                burned += amount
        redemption.done += burned
        if burned:
            self.booked[name] = booked - booked * burned // face_before
        return burned


def allowed_to_receive(model: Model, wallet: str) -> bool:
    """Whether a wallet has a record that lets it receive, pauses apart."""
    return model.standing(wallet) is None

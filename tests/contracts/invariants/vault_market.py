"""What the vault stands on, as plain Python: records, feeds of prices, series with liens, and the stablecoin's ledgers.

Nothing here is shared with the contracts: rounding and order of checks are written from the interfaces.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from model import DAY, HOUR, ONE, PKT, Refused, Standing, refuse

__all__ = ["BPS", "DAY", "HOUR", "ONE", "PAR", "WAD", "Feed", "Market", "Money", "Paper", "Refused", "Standing"]

BPS, WAD, PAR = 10_000, 10**18, 100 * ONE
YIELD_BP, YIELD_ONE, YIELD_TO_WAD = 10**4, 10**8, 10**10
REPLACED = 6


def ceil_div(amount: int, by: int) -> int:
    return -(-amount // by)


def day(moment: int) -> int:
    return (moment + PKT) // DAY


def start_of(number: int) -> int:
    return number * DAY - PKT


@dataclass
class Feed:
    """A feed: what holds while the last round waits, and the last round."""

    max_step: int
    max_age: int
    tenors: tuple[int, ...] = ()
    number: int = 0
    holding: tuple[tuple[int, ...], int] = ((), 0)  # values, observed at
    last: tuple[tuple[int, ...], int, int] = ((), 0, 0)  # values, observed at, holds from

    def current(self, now: int) -> tuple[tuple[int, ...], int]:
        return self.holding if now < self.last[2] else self.last[:2]

    def post(self, now: int, number: int, observed_at: int, values: Sequence[int]) -> None:
        held, held_at = self.current(now)
        refuse(number != self.number + 1, "RoundOutOfOrder")
        refuse(observed_at > now or observed_at <= held_at, "ObservationInvalid")
        refuse(any(value == 0 or (self.tenors and value >= YIELD_ONE) for value in values), "ValueInvalid")
        hasty = observed_at < held_at + HOUR
        waits = bool(held) and (hasty or not self.is_within_step(held, values))
        self.number, self.holding = number, (held, held_at)
        self.last = (tuple(values), observed_at, now + HOUR if waits else now)

    def is_within_step(self, held: Sequence[int], values: Sequence[int]) -> bool:
        pairs = list(zip(held, values, strict=True))
        if self.tenors:
            return all(abs(value - before) <= self.max_step * YIELD_BP for before, value in pairs)
        return all(abs(value - before) * BPS <= before * self.max_step for before, value in pairs)

    def yield_at(self, now: int, tenor: int) -> int:
        """Linear between the points, flat outside them [1e18]."""
        points, _ = self.current(now)
        place = next((at for at, days in enumerate(self.tenors) if days >= tenor), len(self.tenors) - 1)
        above = self.tenors[place]
        if place == 0 or tenor >= above:
            return points[place] * YIELD_TO_WAD
        below = self.tenors[place - 1]
        weighted = points[place - 1] * (above - tenor) + points[place] * (tenor - below)
        return weighted * YIELD_TO_WAD // (above - below)


@dataclass
class Paper:
    """A series: its ledger with liens, and its redemption at par."""

    name: str
    kind: str  # discount, fixed or commodity
    end: int  # of the bond, or of the receipt
    is_dollar: bool = False
    feed: bytes = b""
    has_record_dates: bool = False
    backed: int = 2**128
    paused_until: int = 0
    balances: dict[str, int] = field(default_factory=dict)
    liens: dict[str, int] = field(default_factory=dict)
    frozen: dict[str, int] = field(default_factory=dict)
    touched: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    funded: int = 0
    done: int = 0
    claims: dict[str, list[int]] = field(default_factory=dict)  # face, burned
    collected: dict[str, int] = field(default_factory=dict)

    @property
    def is_bond(self) -> bool:
        return self.kind != "commodity"

    def balance(self, account: str) -> int:
        return self.balances.get(account, 0)

    def lien(self, account: str) -> int:
        return self.liens.get(account, 0)

    def free(self, account: str) -> int:
        return max(0, self.balance(account) - self.lien(account) - self.frozen.get(account, 0))

    def supply(self) -> int:
        return sum(self.balances.values())

    def has_ended(self, now: int) -> bool:
        return self.is_bond and now >= self.end

    def set(self, account: str, balance: int, now: int) -> None:
        self.balances[account] = balance
        if self.has_record_dates:
            self.touched.setdefault(account, []).append((now, balance))

    def at(self, account: str, record_at: int) -> int:
        """The naive answer: the last balance from before the record date."""
        before = [balance for since, balance in self.touched.get(account, []) if since < record_at]
        return before[-1] if before else 0

    def require_free(self, account: str, amount: int) -> None:
        refuse(amount > self.balance(account), "ERC20InsufficientBalance")
        refuse(amount > self.free(account), "ERC7943InsufficientUnfrozenBalance")

    def shift(self, source: str, target: str, amount: int, now: int) -> None:
        if source != target:
            self.set(source, self.balance(source) - amount, now)
            self.set(target, self.balance(target) + amount, now)

    def claim(self, holder: str) -> list[int]:
        return self.claims.get(holder) or [self.balance(holder), 0]

    def part(self, amount: int) -> int:
        """Of a face, what is funded."""
        due = self.supply() + self.done
        return amount if self.funded >= due else amount * self.funded // due

    def collectable(self, holder: str, now: int) -> int:
        """Face that the creditor may collect: its share in what is funded."""
        if now < self.end:
            return 0
        face, burned = self.claim(holder)
        collected = self.collected.get(holder, 0)
        kept = max(0, self.part(self.lien(holder) + collected) - collected)
        return min(self.lien(holder), kept, max(burned, self.part(face)) - burned)

    def burn(self, holder: str, account: str, face: int, now: int) -> None:
        """Pays `face` of the holder's claim, out of what `account` has."""
        whole, burned = self.claim(holder)
        self.claims[holder] = [whole, burned + face]
        self.set(account, self.balance(account) - face, now)
        self.done += face


@dataclass
class Money:
    """The stablecoin: balances, freezes, and who minted what."""

    vault_limit: int
    per_day: int
    share_bps: int
    left: int
    filled_at: int
    reserve_minted: int = 0
    vault_minted: int = 0
    paused_until: int = 0
    balances: dict[str, int] = field(default_factory=dict)
    frozen: dict[str, int] = field(default_factory=dict)

    def balance(self, account: str) -> int:
        return self.balances.get(account, 0)

    def free(self, account: str) -> int:
        return max(0, self.balance(account) - self.frozen.get(account, 0))

    def add(self, account: str, amount: int) -> None:
        self.balances[account] = self.balance(account) + amount

    def bucket(self, now: int) -> int:
        return min(self.per_day, self.left + self.per_day * (now - self.filled_at) // DAY)


@dataclass
class Market:
    """Who may move, what is priced, and the tokens."""

    now: int
    papers: dict[str, Paper]
    cash: Money
    feeds: dict[bytes, Feed]
    records: dict[str, Standing] = field(default_factory=dict)
    successors: dict[str, str] = field(default_factory=dict)
    investors: dict[str, int] = field(default_factory=dict)
    carried: set[tuple[str, str]] = field(default_factory=set)  # token and wallet that an order moved
    paused_until: int = 0
    version: int = 0
    coupons: set[int] = field(default_factory=set)  # periods of the note that are funded
    paid: set[tuple[str, int]] = field(default_factory=set)  # wallet and period

    # ── who may move ────────────────────────────────────────────────────────────────────────────────────────────────

    def standing(self, wallet: str) -> int | None:
        """The offset of what stands against a wallet, None when nothing does."""
        record = self.records.get(wallet)
        if record is None:
            return 0
        if record.system:
            return None
        if wallet in self.successors:
            return REPLACED
        if record.frozen:
            return 5
        return 1 if self.now > record.valid_until else None

    def is_paused(self) -> bool:
        return self.now < self.paused_until

    def check(self, *parties: tuple[int, str]) -> None:
        """The system's pause, then each party (10 sender, 20 receiver) in turn."""
        refuse(self.is_paused(), "TransferRestricted", 1)
        for base, wallet in parties:
            standing = self.standing(wallet)
            refuse(standing is not None, "TransferRestricted", base + (standing or 0))

    def check_token(self, token: Paper | Money) -> None:
        refuse(self.now < token.paused_until, "TransferRestricted", 2)
        ended = isinstance(token, Paper) and token.has_ended(self.now)
        refuse(ended, "TransferRestricted", 4)

    def successor(self, wallet: str) -> str:
        while wallet in self.successors:
            wallet = self.successors[wallet]
        return wallet

    # ── cash ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def move_cash(self, source: str, target: str, amount: int) -> None:
        """A transfer, by whatever right."""
        cash = self.cash
        self.check_token(cash)
        self.check((10, source), (20, target))
        refuse(amount > cash.balance(source), "ERC20InsufficientBalance")
        refuse(amount > cash.free(source), "ERC7943InsufficientUnfrozenBalance")
        cash.add(source, -amount)
        cash.add(target, amount)

    def lend_cash(self, target: str, amount: int) -> None:
        """The vault mints: within its limit, its bucket, and its share of what is minted against reserves."""
        cash = self.cash
        refuse(amount == 0, "AmountZero")
        refuse(amount > max(0, cash.vault_limit - max(0, cash.vault_minted)), "MinterLimitExceeded")
        left = cash.bucket(self.now)
        refuse(amount > left, "MinterRateExceeded")
        refuse(cash.vault_minted + amount > cash.reserve_minted * cash.share_bps // BPS, "VaultShareExceeded")
        self.check_token(cash)
        self.check((20, target))
        cash.left, cash.filled_at = left - amount, self.now
        cash.vault_minted += amount
        cash.add(target, amount)

    def burn_cash(self, payer: str, amount: int) -> None:
        """The vault burns: under any freeze, by any standing, paused or not."""
        refuse(amount == 0, "AmountZero")
        refuse(amount > self.cash.balance(payer), "ERC20InsufficientBalance")
        self.cash.vault_minted -= amount
        self.cash.add(payer, -amount)

    # ── prices ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def post(self, feed: bytes, number: int, observed_at: int, values: Sequence[int]) -> None:
        self.feeds[feed].post(self.now, number, observed_at, values)
        self.version += 1

    def pending_until(self) -> int:
        """Until when any round waits, 0 when none does."""
        return max((feed.last[2] for feed in self.feeds.values() if feed.last[2] > self.now), default=0)

    # ── series ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def seize(self, paper: Paper, holder: str, to: str, face: int, creditor: str) -> None:
        if to != creditor:
            self.check_token(paper)
            self.check((20, to))
        paper.liens[holder] = paper.lien(holder) - face
        paper.shift(holder, to, face, self.now)

    def carry_rest(self, papers: Sequence[Paper], moved: Sequence[int], old: str, new: str) -> None:
        """What is not pledged, with the freezes of the first time; what ended stays. `moved` went with its pledge."""
        for paper, gone in zip(papers, moved, strict=True):
            amount = paper.balance(old) - paper.lien(old)
            if amount + gone and not paper.has_ended(self.now):
                self.carry_freeze(paper, paper.name, old, new, amount, gone)
                paper.shift(old, new, amount, self.now)

    def carry_cash(self, old: str, new: str) -> None:
        cash = self.cash
        amount = cash.balance(old)
        if amount:
            self.carry_freeze(cash, "cash", old, new, amount, 0)
            cash.add(old, -amount)
            cash.add(new, amount)

    def carry_freeze(self, token: Paper | Money, name: str, old: str, new: str, amount: int, gone: int) -> None:
        """Whoever receives may; the old wallet keeps its freeze."""
        if amount:
            self.check((20, new))
        if (name, old) not in self.carried:
            self.carried.add((name, old))
            token.frozen[new] = token.frozen.get(new, 0) + min(token.frozen.get(old, 0), amount + gone)


Price = Callable[[str, int, int], tuple[int, int]]
"""Series, moment and yield [1e18] -> dirty and clean price per 100 of face, without the vault: from `BondMaths`."""

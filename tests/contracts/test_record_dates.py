"""Record dates under random histories: what the ledger answers is what a naive full history of every balance says.

Record dates of the schedule stand from the beginning, others are set on the way, before and after them; moves fall into
the second of closing, and several into one second. `RWA_HISTORIES=20000` runs as many as the design was measured with.
"""

import os
import random
from collections import defaultdict

from bonds import ISSUE_DAY, Bond, Part, start_of
from evm import Contract, address_of, reverts
from world import DAY, HOUR, World

WALLETS = tuple(map(address_of, ("holder", "receiver", "spender")))
FISCAL_AGENT, SERVICER, SUPPLY = address_of("fiscal_agent"), address_of("servicer"), "supply"
FIRST, ENDS = ISSUE_DAY + 4, (2, 5, 6, 13, 400)
HISTORIES = int(os.environ.get("RWA_HISTORIES", "150"))
STEPS = 14


class History:
    """A series with a full history of every balance beside it."""

    def __init__(self, world: World, series: Contract, rng: random.Random) -> None:
        self.world, self.series, self.rng = world, series, rng
        self.balances = dict.fromkeys(WALLETS, 0)
        self.past: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.dates = {start_of(FIRST + end) for end in ENDS}

    def step(self) -> None:
        """Time passes, or not; then something happens."""
        now, end = self.world.chain.now, max(self.dates)
        ahead = sorted(date for date in self.dates if now < date < end)
        jump = self.rng.choice([0, 0, 1, HOUR, DAY, 3 * DAY, *(date - now for date in ahead[:1] * 3)])
        self.world.chain.warp(jump)
        self.rng.choice([self.transfer, self.transfer, self.transfer, self.issue, self.retire, self.insert])()

    def transfer(self) -> None:
        sender, receiver = self.rng.choices(WALLETS, k=2)
        amount = self.rng.choice([0, 1, self.balances[sender] // 2, self.balances[sender]])
        amount = min(amount, self.balances[sender])
        self.series.transfer(receiver, amount, by=sender)
        self.change({sender: -amount, receiver: amount} if sender != receiver else {})

    def issue(self) -> None:
        wallet, face = self.rng.choice(WALLETS), self.rng.randint(1, 1_000)
        self.world.issue(self.series, {wallet: face})
        self.change({wallet: face})

    def retire(self) -> None:
        wallet = self.rng.choice(WALLETS)
        face = self.rng.randint(0, self.balances[wallet])
        self.world.programme.retire(self.series.address, [wallet], [face], by=SERVICER)
        self.change({wallet: -face})

    def insert(self) -> None:
        today = (self.world.chain.now + 5 * HOUR) // DAY
        date = start_of(today + self.rng.randint(2, 9))
        error = reverts(self.series.setRecordDate, date, by=FISCAL_AGENT)
        assert error in (None, "RecordDateInvalid", "TooManyRecordDates")
        assert error is None or date in self.dates or error == "TooManyRecordDates"
        self.dates |= {date} if error is None else set()

    def change(self, changes: dict[str, int]) -> None:
        for wallet, amount in changes.items():
            self.balances[wallet] += amount
            self.past[wallet].append((self.world.chain.now, self.balances[wallet]))
        self.past[SUPPLY].append((self.world.chain.now, sum(self.balances.values())))

    def at(self, account: str, date: int) -> int:
        before = [balance for since, balance in self.past[account] if since < date]
        return before[-1] if before else 0

    def check(self) -> None:
        assert self.series.recordDates() == sorted(self.dates)
        for date in (date for date in self.dates if date <= self.world.chain.now):
            naive = [self.at(wallet, date) for wallet in WALLETS]
            assert self.series.balancesAt(list(WALLETS), date) == naive
            assert [self.series.balanceAt(wallet, date) for wallet in WALLETS] == naive
            assert self.series.supplyAt(date) == sum(naive) == self.at(SUPPLY, date)


def test_balances_at_record_dates_are_those_of_a_naive_full_history(world: World):
    world.by_admin(world.programme.loosenMaxRateAge, 400 * DAY)
    world.by_admin(world.programme.setServicer, SERVICER, True)
    bond = Bond(tuple(Part(FIRST + end, 10_000_000) for end in ENDS))  # four days have passed
    series = bond.create(world, denomination=1)
    for seed in range(HISTORIES):
        with world.chain.rolled_back():
            history = History(world, series, random.Random(seed))
            for _ in range(STEPS):
                history.step()
            history.check()

"""Calendar, defaults, meetings and liability management deployed and wired on top of a `World`."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from bonds import day_of, start_of
from evm import Contract, Receipt, address_of
from world import ADMIN_DELAY, DAY, HOUR, World, selector

from rwa_deploy.wiring import FUNCTIONS, OFFICES

# Who may call what these contracts guard.
GUARDED = {name: FUNCTIONS[name] for name in ("Calendar", "Meeting", "LiabilityManagement")}
SERVICERS = ("Meeting", "LiabilityManagement")
ACCELERATE, RESCIND, MODIFY = range(3)
SERIES_BY_SERIES, TWO_LIMB, SINGLE_LIMB = range(3)
UNDECIDED, PASSED, REJECTED, VOID = range(4)
NO_CHOICE, IN_FAVOUR, AGAINST, EXCLUDED = range(4)
REDEMPTION = 2**256 - 1
VOTE = "Vote(uint256 id,address series,address holder,bool support)"


@dataclass(frozen=True)
class Governed:
    """The world with holders' rights in it."""

    world: World
    calendar: Contract
    defaults: Contract
    meeting: Contract
    liabilities: Contract

    @property
    def today(self) -> int:
        """Day number in Pakistan."""
        return (self.world.chain.now + 5 * HOUR) // DAY

    def go_to(self, day: int, hour: int = 0) -> None:
        """The clock stands at that hour of a day in Pakistan."""
        self.world.chain.now = start_of(day) + hour * HOUR

    def tomorrow(self) -> int:
        """The next midnight in Pakistan."""
        return start_of(self.today + 1)

    def record_at(self) -> int:
        """The record date of what is convened now: the first midnight a day ahead."""
        return start_of((self.world.chain.now + DAY - 1 + 5 * HOUR) // DAY + 1)

    def open_voting(self, meeting_id: int) -> None:
        """The clock stands where voting opens."""
        self.world.chain.now = self.meeting.resolutionOf(meeting_id).recordAt

    def close(self, meeting_id: int) -> Receipt:
        """Voting ends, and anyone counts."""
        self.world.chain.now = self.meeting.resolutionOf(meeting_id).closesAt
        return self.meeting.close(meeting_id, by=address_of("outsider"))

    def cash_of(self, *wallets: str) -> list[int]:
        """Balances of cash."""
        return [self.world.cash.balanceOf(wallet) for wallet in wallets]


def build(world: World, cash: Contract | None = None) -> Governed:
    """World -> its contracts, or others around another cash, in office; two days pass."""
    if cash is None:
        world.chain.warp(ADMIN_DELAY)
        return Governed(world, world.calendar, world.defaults, world.meeting, world.liabilities)
    root, programme, maths = world.authority.address, world.programme.address, world.maths.address
    money = cash.address
    calendar = world.deploy("Calendar", root, salt=1)
    defaults = world.deploy("Defaults", programme, money, world.paying_agent.address, calendar.address)
    meeting = world.deploy("Meeting", root, programme, money, world.paying_agent.address, defaults.address, maths)
    liabilities = world.deploy("LiabilityManagement", root, programme, money, world.allowlist.address, maths)
    found = {contract.artifact.name: contract for contract in (calendar, defaults, meeting, liabilities)}
    acts = [(world.programme.setServicer, found[name].address, True) for name in SERVICERS]
    acts.append((world.allowlist.setSystemAccount, liabilities.address, False))
    for name, functions in GUARDED.items():
        by_office: dict[str, list[bytes]] = defaultdict(list)
        for function, office in functions.items():
            by_office[office].append(selector(found[name].artifact, function))
        for office, selectors in by_office.items():
            acts.append((world.authority.setTargetFunctionRole, found[name].address, selectors, OFFICES[office]))
    for method, *arguments in acts:
        world.schedule(method, *arguments)
    world.chain.warp(ADMIN_DELAY)
    for method, *arguments in acts:
        method(*arguments, by=world.account("admin"))
    return Governed(world, calendar, defaults, meeting, liabilities)


def day(year: int, month: int, day_of_month: int) -> int:
    """Date -> day number."""
    return day_of(date(year, month, day_of_month))

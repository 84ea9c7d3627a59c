"""The table of exits, cell by cell: each act with the vault in each state of the world."""

from collections.abc import Callable, Iterator

import pytest
from evm import Reverted, address_of
from vault_world import (
    CURVE,
    FACE,
    FX,
    GOLD,
    OUNCES,
    SPARES,
    SPOT,
    STRANGER,
    TREASURY,
    UNIT,
    WALLETS,
    VaultWorld,
    build,
)
from world import DAY, HOUR

ALL = 2**256 - 1
BANK, DEALER, INSURER, PENSION = WALLETS[::SPARES]
LOST = WALLETS[1]  # owes and has nothing left
OFFICE, GUARDIAN, REGISTRAR = map(address_of, ("central_bank", "guardian", "registrar"))
LOAN = 350_000 * UNIT
BILL, SMALL = 300_000 * UNIT, 2_000 * UNIT

Act = Callable[[VaultWorld], object]


@pytest.fixture(scope="module")
def base() -> VaultWorld:
    """A position with a debt, one without, one in an auction, one lost; a credit, and a matured pledge."""
    made = build()
    world, vault = made.world, made.world.vault
    year, bill, gold = (made.tokens[name].address for name in ("year", "bill", "gold"))
    vault.setStateBorrower(INSURER, False, by=OFFICE)
    vault.adjust([(bill, BILL)], SMALL, 0, by=INSURER)
    world.chain.now = made.kinds["bill"][1] - HOUR
    post(made)
    vault.adjust([(year, FACE), (bill, BILL)], LOAN, 0, by=BANK)
    vault.adjust([(year, FACE)], 0, 0, by=DEALER)
    world.chain.warp(HOUR)
    world.paying_agent.fund(bill, ALL, by=TREASURY)
    vault.collect(INSURER, bill, by=STRANGER)
    post(made)
    world.issue(made.tokens["gold"], {LOST: OUNCES})
    for owner in (PENSION, LOST):
        vault.adjust([(gold, OUNCES)], 900_000 * UNIT, 0, by=owner)
    world.chain.warp(HOUR)
    world.post_spot(GOLD, SPOT // 3)
    world.chain.warp(HOUR)
    for owner in (PENSION, LOST):
        vault.start(owner, by=STRANGER)
    world.chain.warp(6 * HOUR)
    vault.backstop(LOST, gold, by=STRANGER)
    vault.setAuctionTerms((11_000, 6 * HOUR, 9_000_000 * UNIT), by=OFFICE)
    return made


def post(made: VaultWorld) -> None:
    """Every feed anew, at what it says."""
    for feed in (FX, CURVE, GOLD):
        values = made.feeds[feed][3]
        made.world.post_round(feed, values)


@pytest.fixture
def made(base: VaultWorld) -> Iterator[VaultWorld]:
    with base.world.chain.rolled_back():
        yield base


# ── what stands in the way ───────────────────────────────────────────────────────────────────────────────────────────


def series_paused(made: VaultWorld) -> None:
    for name in ("year", "bill", "gold", "third"):
        made.tokens[name].pause(by=GUARDIAN)


def cash_paused(made: VaultWorld) -> None:
    made.world.cash.pause(by=GUARDIAN)


def system_paused(made: VaultWorld) -> None:
    made.world.allowlist.pauseSystem(by=GUARDIAN)


def frozen(made: VaultWorld) -> None:
    for wallet in (BANK, DEALER, INSURER, PENSION, LOST):
        made.world.allowlist.setFrozen(wallet, True, by=address_of("enforcer"))


def expired(made: VaultWorld) -> None:
    soon = made.world.chain.now + 1
    rows = [made.row(wallet, soon) for wallet in (BANK, DEALER, INSURER, PENSION, LOST)]
    made.world.allowlist.onboardByRegistrar(rows, by=REGISTRAR)
    made.world.chain.warp(2)


def licence_ended(made: VaultWorld) -> None:
    made.world.licences.revokeLicence(address_of("provider"), by=address_of("regulator"))
    made.world.chain.warp(90 * DAY + 1)
    made.world.allowlist.markProviderEnded(1, by=STRANGER)
    for feed in (FX, CURVE):
        made.world.post_round(feed, made.feeds[feed][3])
    made.world.post_spot(GOLD, SPOT // 3)


def stale(made: VaultWorld) -> None:
    made.world.chain.warp(4 * DAY + 12 * HOUR)


def dead(made: VaultWorld) -> None:
    made.world.chain.warp(7 * DAY)


def shut_down(made: VaultWorld) -> None:
    made.world.vault.shutDown(by=OFFICE)


STATES = (series_paused, cash_paused, system_paused, frozen, expired, licence_ended, stale, dead, shut_down)


# ── the acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def adjust(owner: str, name: str, face: int, mint: int = 0, repay: int = 0) -> Act:
    def act(made: VaultWorld) -> object:
        changes = [(made.tokens[name].address, face)] if face else []
        return made.world.vault.adjust(changes, mint, repay, by=owner)

    return act


def substitute(made: VaultWorld) -> object:
    out, into = (made.tokens[name].address for name in ("year", "third"))
    return made.world.vault.substitute(out, 100 * UNIT, into, 200 * UNIT, by=BANK)


def collect(made: VaultWorld) -> object:
    return made.world.vault.collect(BANK, made.tokens["bill"].address, by=STRANGER)


def cure_and_stop(made: VaultWorld) -> object:
    made.world.vault.repayFor(PENSION, 880_000 * UNIT, by=TREASURY)
    return made.world.vault.stop(PENSION, by=STRANGER)


def fall_and_start(made: VaultWorld) -> object:
    """BANK's debt is unhealthy under a ladder that counts less."""
    rungs = [(65_535, 1_000, 2_000)]
    made.world.risk.loosenLadder(1, rungs, by=OFFICE)
    return made.world.vault.start(BANK, by=STRANGER)


def take(made: VaultWorld) -> object:
    """The owner is in whatever state; the bidder is the treasury."""
    return made.world.vault.take(PENSION, made.tokens["gold"].address, ALL, ALL, by=TREASURY)


def bid(made: VaultWorld) -> object:
    """The bidder is in whatever state."""
    return made.world.vault.take(PENSION, made.tokens["gold"].address, ALL, ALL, by=DEALER)


def recover(made: VaultWorld) -> object:
    order = made.propose_recovery(DEALER, WALLETS[4])
    tokens = [made.tokens["year"].address, made.world.cash.address]
    return made.world.enforcement.execute(order, tokens, by=address_of("enforcement_checker"))


def settle(made: VaultWorld) -> object:
    """Only in a shutdown."""
    vault = made.world.vault
    if not vault.shutDownAt():
        shut_down(made)
    return made.world.windup.settle(PENSION, by=STRANGER)


ACTS: dict[str, Act] = {
    "repay": adjust(BANK, "year", 0, repay=ALL),
    "repay for another": lambda made: made.world.vault.repayFor(PENSION, 1_000 * UNIT, by=BANK),
    "top up": adjust(BANK, "year", UNIT),
    "pledge anew": adjust(BANK, "third", UNIT),
    "release without a debt": adjust(DEALER, "year", -FACE),
    "release with a debt": adjust(BANK, "year", -UNIT),
    "mint": adjust(BANK, "year", 0, mint=1_000 * UNIT),
    "substitute": substitute,
    "collect": collect,
    "withdraw": lambda made: made.world.vault.withdraw(INSURER, by=STRANGER),
    "start": fall_and_start,
    "take": take,
    "bid": bid,
    "backstop": lambda made: made.world.vault.backstop(PENSION, made.tokens["gold"].address, by=STRANGER),
    "stop": cure_and_stop,
    "write off": lambda made: made.world.vault.writeOff(LOST, by=STRANGER),
    "harvest": lambda made: made.world.vault.harvest(by=STRANGER),
    "recover": recover,
    "settle": settle,
}

OLD, SHUT = "PriceTooOld", "ShutdownStateInvalid"
# In the order of STATES; what is not named works. A number is the code of a TransferRestricted.
TABLE: dict[str, dict[str, str | int]] = {
    "repay": {},
    "repay for another": {},
    "top up": {"shut_down": SHUT},
    "pledge anew": {"system_paused": "BackstopBarred", "shut_down": SHUT},
    "release without a debt": {},
    "release with a debt": {"stale": OLD},
    "mint": {
        "cash_paused": 2, "system_paused": 1, "frozen": 25, "expired": 21, "licence_ended": 23, "stale": OLD,
        "dead": OLD, "shut_down": SHUT,
    },
    "substitute": {"system_paused": "BackstopBarred", "stale": OLD, "shut_down": SHUT},
    "collect": {"cash_paused": 2, "system_paused": 1},
    "withdraw": {"cash_paused": 2, "system_paused": 1, "frozen": 25, "expired": 21},
    "start": {"stale": OLD, "dead": OLD, "shut_down": SHUT},
    "take": {
        "series_paused": 2, "cash_paused": 2, "system_paused": 1, "stale": OLD, "dead": OLD,
        "shut_down": "AuctionStateInvalid",
    },
    "bid": {
        "series_paused": 2, "cash_paused": 2, "system_paused": 1, "frozen": 15, "expired": 11, "licence_ended": 23,
        "stale": OLD, "dead": OLD, "shut_down": "AuctionStateInvalid",
    },
    "backstop": {
        "series_paused": 2, "cash_paused": 2, "system_paused": 1, "stale": OLD, "dead": OLD,
        "shut_down": "AuctionStateInvalid",
    },
    "stop": {"stale": OLD, "dead": OLD},
    "write off": {},
    "harvest": {"cash_paused": 2, "system_paused": 1},
    "recover": {"system_paused": 1, "licence_ended": 23},
    "settle": {"series_paused": 2, "system_paused": 1},
}  # fmt: skip
POOL: dict[str, int] = {"series_paused": 2, "system_paused": 1, "frozen": 25, "expired": 21}
CELLS = [(act, state) for act in ACTS for state in STATES]


def outcome(act: Act, made: VaultWorld) -> str | int | None:
    """None when it works, else the error, or the code of a TransferRestricted."""
    try:
        act(made)
    except Reverted as error:
        return error.facts["code"] if error.name == "TransferRestricted" else error.name
    return None


@pytest.mark.parametrize(("act", "state"), CELLS, ids=lambda value: getattr(value, "__name__", value))
def test_an_exit_works_or_says_why_not(made: VaultWorld, act: str, state: Callable[[VaultWorld], None]):
    state(made)
    assert outcome(ACTS[act], made) == TABLE[act].get(state.__name__)


@pytest.mark.parametrize("act", ACTS)
def test_an_exit_works_when_nothing_stands_in_the_way(made: VaultWorld, act: str):
    assert outcome(ACTS[act], made) is None


@pytest.mark.parametrize(
    "state", [state for state in STATES if state is not shut_down], ids=lambda state: state.__name__
)
def test_a_part_of_the_pool_is_given_or_says_why_not(made: VaultWorld, state: Callable[[VaultWorld], None]):
    world, gold = made.world, made.tokens["gold"]
    shut_down(made)
    for owner in (BANK, LOST):
        world.vault.repayFor(owner, ALL, by=TREASURY)
    world.windup.settle(PENSION, by=STRANGER)
    pool, before = gold.balanceOf(world.windup.address), gold.balanceOf(DEALER)
    minted = world.cash.mintedOf(world.vault.address)
    state(made)
    cash = minted // 5

    def redeem(made: VaultWorld) -> object:
        return world.windup.redeem(cash, [gold.address], by=DEALER)

    expected = POOL.get(state.__name__)
    assert outcome(redeem, made) == expected
    assert gold.balanceOf(DEALER) - before == (0 if expected else pool * cash // minted)

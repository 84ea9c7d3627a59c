"""A world for the vault's machine: ten series as collateral, four people with wallets to fall back on, a backstop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bonds import Bond, Part, start_of
from commodities import RECEIPT, series_code
from evm import Contract, address_of
from world import (
    ADMIN_DELAY,
    DAY,
    FEEDS,
    GOVERNMENT,
    HOUR,
    MAX_PRICE_AGE,
    NOW,
    RATE,
    VALID_UNTIL,
    World,
    record,
    signed_round,
)  # fmt: skip

from rwa_deploy import units
from rwa_deploy.artifacts import Artifact
from rwa_deploy.wiring import OFFICES

PEOPLE = ("bank", "dealer", "insurer", "pension")
STATE = "insurer"
SPARES = 3  # wallets a person has, so that it can lose two
WALLETS = tuple(address_of(f"{person} {spare}") for person in PEOPLE for spare in range(SPARES))
STRANGER, TREASURY, BACKSTOP = map(address_of, ("stranger", "treasury", "backstop"))
START = NOW + ADMIN_DELAY
TODAY = (START + 5 * HOUR) // DAY
GOLD, FX, CURVE = b"XAU", b"USDPKR", b"PKRV"
LAST_DAY = 65_535
UNIT = units.ONE
HELD, OUNCES, CASH = 1_000_000 * UNIT, 5 * UNIT, 2_000_000 * UNIT  # what a person has of each series, of gold, in cash
FACE = HELD // 2  # what tests pledge
PERIODS = (9, 18, 27, 36, 45, 54, 400)  # ends of the note's periods, in days from the start
BILLS = {"bill": 12, "year": 300, "first": 40, "second": 60, "third": 100, "fourth": 150, "fifth": 200}
SERIES = (*BILLS, "note", "dollar", "gold")
EXPIRES, RECEIPT_OUNCES = 700, 1_000 * UNIT
SPOT, YIELD, DOLLAR = 1_946_123_456, 7_250_000, RATE
LADDERS = {
    "discount": [(91, 9_300, 9_600), (366, 9_100, 9_500), (LAST_DAY, 8_800, 9_300)],
    "fixed": [(366, 9_000, 9_400), (LAST_DAY, 8_600, 9_200)],
    "commodity": [(LAST_DAY, 6_000, 7_500)],
}
CLASSES = {"discount": 1, "fixed": 2, "commodity": 4}
MARGINS = (500, 3, 2, 1_000)  # FX add-on, no-debt days, exit after days, exit cut
TERMS = (12_000_000, 4_000_000 * UNIT, 1_800_000 * UNIT, 1_000 * UNIT)
AUCTION = (11_000, 6 * HOUR, 3_000_000 * UNIT)
CEILING, SHARE_BPS, BUCKET = 3_000_000 * UNIT, 9_000, 9_000_000 * UNIT


@dataclass
class VaultWorld:
    """The world and what the model needs to know of it."""

    world: World
    tokens: dict[str, Contract]
    kinds: dict[str, tuple[str, int, bool]]  # kind, end, in dollars
    note: Bond
    feeds: dict[bytes, tuple[int, int, tuple[int, ...], list[int]]]
    valid_until: int = VALID_UNTIL
    state_people: tuple[str, ...] = (address_of(f"{STATE} 0"),)

    def row(self, wallet: str, valid_until: int) -> tuple[str, int, bytes]:
        """A record of the registrar's; a person's wallets have one investor."""
        investor = 1 + WALLETS.index(wallet) // SPARES
        return wallet, record(provider=1, valid_until=valid_until, investor=investor), bytes(32)

    def signed_round(self, feed: bytes, values: Sequence[int], number: int, observed_at: int) -> tuple[Any, ...]:
        return signed_round(self.world.oracle, feed, list(values), number, observed_at)

    def propose_recovery(self, old: str, new: str) -> int:
        """The maker proposes; the number of the order."""
        expires_at = self.world.chain.now + 30 * DAY
        proposal = (4, old, "0x" + "00" * 20, expires_at, new, 0, b"\x1a" * 32)
        return self.world.enforcement.propose(proposal, by=address_of("enforcement_maker")).result


def build(twins: Mapping[str, Artifact] | None = None) -> VaultWorld:
    """A world -> the same at START with its vault in use by nobody yet."""
    world = World(twins)
    tokens, kinds = {}, {}
    for salt, (name, days) in enumerate(BILLS.items(), 300):
        end = start_of(TODAY + days)
        tokens[name] = world.new_series(salt, maturityAt=end, denomination=1, symbol=name)
        kinds[name] = ("discount", end, False)
    note = coupon_bond(record_days=2)
    tokens["note"] = note.create(world, 310, denomination=1, symbol="note")
    tokens["dollar"] = coupon_bond().create(world, 311, denomination=1, symbol="dollar", currency=b"USD")
    for name in ("note", "dollar"):
        kinds[name] = ("fixed", start_of(TODAY + PERIODS[-1]), name == "dollar")
    tokens["gold"] = gold_of(world, 312)
    kinds["gold"] = ("commodity", start_of(TODAY + EXPIRES), True)
    feeds = {feed: (step, MAX_PRICE_AGE, tuple(tenors), []) for feed, (step, tenors) in FEEDS.items()}
    made = VaultWorld(world, tokens, kinds, note, feeds)
    _configure(world, tokens)
    _open(made)
    return made


def coupon_bond(record_days: int = 0) -> Bond:
    """Six periods of nine days, then a long one."""
    parts = tuple(Part(TODAY + end, 11_111_111) for end in PERIODS)
    return Bond(parts, issue=TODAY - 2, record_days=record_days, more={"instrumentClass": GOVERNMENT})


def gold_of(world: World, salt: int) -> Contract:
    """Ounces of a receipt, all of it attested."""
    attested = world.deploy("Attested")
    changes = {"expiresAt": start_of(TODAY + EXPIRES), "lot": UNIT, "maxQuantity": RECEIPT_OUNCES}
    code = series_code(world, attested, **changes)
    series = Contract(world.chain, world.chain.create(code, salt), world.artifacts["CommodityToken"])
    world.register(code, salt, RECEIPT)
    world.confirm(series, code, RECEIPT)
    attested.attest(series.address, RECEIPT_OUNCES)
    return series


def _configure(world: World, tokens: Mapping[str, Contract]) -> None:
    """For these tests the central bank does at once what waits for ADMIN otherwise."""
    office, vault, risk = OFFICES["central_bank"], world.vault, world.risk
    at_once = (
        (vault, "loosenTerms", "tightenTerms", "setAuctionTerms", "setStateBorrower", "notifyBreach", "shutDown"),
        (risk, "listCollateral", "shutCollateral", "loosenLadder", "tightenLadder", "loosenMargins", "tightenMargins"),
        (risk, "loosenCeilings", "tightenCeilings", "loosenBucketCeiling"),
        (world.programme, "unpauseSeries"),
        (world.cash, "unpause"),
        (world.allowlist, "unpauseSystem"),
    )
    allow = world.authority.setTargetFunctionRole
    calls = [
        (contract.address, [getattr(contract, name).selector for name in names], office) for contract, *names in at_once
    ]
    for call in calls:
        world.schedule(allow, *call)
    world.chain.now = START
    for call in calls:
        allow(*call, by=address_of("admin"))
    by = address_of("central_bank")
    vault.loosenTerms(TERMS, by=by)
    vault.setAuctionTerms(AUCTION, by=by)
    vault.setStateBorrower(address_of(f"{STATE} 0"), True, by=by)
    risk.loosenMargins(*MARGINS, by=by)
    for kind, rungs in LADDERS.items():
        risk.loosenLadder(CLASSES[kind], rungs, by=by)
    for bucket in range(6):
        if risk.bucketOf(bucket)[1] < BUCKET:
            risk.loosenBucketCeiling(bucket, BUCKET, by=by)
    for name in SERIES:
        risk.listCollateral(tokens[name].address, CEILING, SHARE_BPS, by=by)


def _open(made: VaultWorld) -> None:
    """Records, faces and cash for the first wallet of each person; fresh prices."""
    world, owners = made.world, WALLETS[::SPARES]
    world.allowlist.onboardByRegistrar(
        [made.row(wallet, VALID_UNTIL) for wallet in WALLETS], by=address_of("registrar")
    )
    posted = {FX: [DOLLAR], CURVE: [YIELD] * len(made.feeds[CURVE][2]), GOLD: [SPOT]}
    for feed, values in posted.items():
        world.post_round(feed, values)
        made.feeds[feed][3].extend(values)
    for feed in [feed for feed, entry in made.feeds.items() if not entry[3]]:
        del made.feeds[feed]
    for name, token in made.tokens.items():
        face = OUNCES if name == "gold" else HELD
        world.issue(token, dict.fromkeys(owners, face))
    for owner in owners:
        world.mint_cash(owner, CASH)
    for account in (TREASURY, BACKSTOP):
        world.mint_cash(account, 20 * CASH)
    world.cash.approve(world.paying_agent.address, 2**256 - 1, by=TREASURY)

"""A series beside T-REX's own token, from its published bytecode, over one Allowlist: the same random acts on both.

Where they differ on purpose, the difference stands in a table with its reason, and each is met at least once.
"""

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from evm import Contract, Reverted, address_of
from policed import enrol
from world import DAY, NOW, PAUSE, VALID_UNTIL, World

from rwa_deploy.artifacts import Artifact

ARTIFACTS = Path(__file__).resolve().parents[2] / "node_modules/@tokenysolutions/t-rex/artifacts/contracts"
ALL = 2**256 - 1
HOLDER, RECEIVER, SPENDER, OUTSIDER, TREASURY, ENDED = PARTIES = tuple(
    map(address_of, ("holder", "receiver", "spender", "outsider", "treasury", "client_of_an_ended_licence"))
)
AGENT, SERVICER, ENFORCER, GUARDIAN, REGISTRAR, DEBT_OFFICE, ADMIN = map(
    address_of, ("agent", "servicer", "enforcer", "guardian", "registrar", "debt_office", "admin")
)
OPERATIONS = 1_200
SEEDS = (574, 2020, 3643)
OK, NO = "passes", "refuses"

# Act, what the series says, what T-REX says -> why they differ. Codes are those of ERC-1404.
DISAGREEMENTS: dict[tuple[str, str, str], str] = {
    ("transfer", "code 10", OK): "T-REX asks about the receiver only: a stranger sends nothing to anybody.",
    ("transfer", "code 11", OK): "A KYC that expired stops the sender too, not the receiver alone.",
    ("transfer", "code 12", OK): "Who was revoked cannot sell what he has; T-REX needs a freeze beside.",
    ("transferFrom", "code 10", OK): "As for a transfer: the sender must have a record.",
    ("transferFrom", "code 11", OK): "As for a transfer: the sender's KYC must hold.",
    ("transferFrom", "code 12", OK): "As for a transfer: the sender must not be revoked.",
    ("transferFrom", "code 60", OK): "Whoever moves another's tokens must be known as well.",
    ("transferFrom", "code 61", OK): "The operator's KYC must hold.",
    ("transferFrom", "code 62", OK): "The operator must not be revoked.",
    ("transferFrom", "code 65", OK): "A frozen wallet is no operator either; T-REX does not ask about him.",
    ("transferFrom", OK, "differs in the allowance"): "An unlimited allowance stays unlimited; T-REX counts it down.",
    ("transfer", OK, NO): "What the system pays reaches a client of an ended licence; T-REX verifies every receiver.",
    ("transferFrom", OK, NO): "The same by an operator: from an account of the system to such a client.",
    ("forcedTransfer", OK, "differs in what is frozen"): "To oneself nothing moves, so nothing is unfrozen.",
    ("forcedTransfer", "SystemAccountProtected", OK): "No office reaches what the system keeps for others.",
    ("mint", "FaceNotInUnits", OK): "An issue of nothing is a mistake.",
    ("mint", "code 2", OK): "A pause stops issues too, not transfers alone.",
    ("burn", "ERC7943InsufficientUnfrozenBalance", OK): "What is frozen is not retired; a seizure comes first.",
    ("freeze", OK, NO): "A freeze may exceed the balance: it binds what comes later.",
    ("freeze", "SystemAccountProtected", OK): "No office freezes what the system keeps for others.",
    ("unfreeze", OK, NO): "A freeze is set, not counted down: zero is zero.",
    ("unfreeze", "SystemAccountProtected", OK): "No office sets a freeze on an account of the system.",
    ("freezeWallet", "RecordNotYours", OK): "Only an investor's wallet is frozen: no stranger's, none of the system.",
    ("thawWallet", "RecordNotYours", OK): "The same the other way round.",
    ("pause", OK, NO): "A pause that runs is prolonged by another.",
}  # fmt: skip


def published(name: str) -> Artifact:
    """T-REX's contract as its maker compiled it."""
    data = json.loads(next(ARTIFACTS.rglob(f"{name}.sol/{name}.json")).read_text())
    code, runtime = (bytes.fromhex(data[part][2:]) for part in ("bytecode", "deployedBytecode"))
    return Artifact(name, str(data["sourceName"]), tuple(data["abi"]), code, runtime, (), {}, {}, "", "")


@dataclass
class Pair:
    """The two tokens over one Allowlist."""

    world: World
    ours: Contract
    theirs: Contract
    seen: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)

    @property
    def paused(self) -> bool:
        return self.theirs.paused()

    def state(self, wallets: tuple[str, ...], spender: str) -> dict[str, list[tuple[int, ...]]]:
        """What both should agree on, the two beside each other."""
        both = (self.ours, self.theirs)
        return {
            "balances": [tuple(one.balanceOf(wallet) for wallet in wallets) for one in both],
            "supply": [(one.totalSupply(),) for one in both],
            "what is frozen": [tuple(one.getFrozenTokens(wallet) for wallet in wallets) for one in both],
            "the allowance": [tuple(one.allowance(wallet, spender) for wallet in wallets) for one in both],
        }


@pytest.fixture
def pair(world: World) -> Pair:
    """One unit is the denomination; the second provider's licence ended long ago."""
    world.by_admin(world.programme.setServicer, SERVICER, True)
    world.licences.suspendLicence(address_of("second_provider"), by=address_of("regulator"))
    enrol(world, ENDED, provider=2, investor=6)
    world.chain.warp(91 * DAY)
    world.allowlist.markProviderEnded(2)
    world.post_rate()
    artifact = published("Token")
    world.chain.learn([artifact])
    theirs = world.chain.deploy(artifact)
    registry, compliance = world.allowlist.address, world.deploy("AlwaysCompliant").address
    setup = theirs.init.encode(registry, compliance, "Treasury Bill", "TBILL", 6, "0x" + "00" * 20)
    world.chain.call(AGENT, theirs.address, setup)  # it tells its name by the hash alone, which no decoder reads
    theirs.addAgent(AGENT, by=AGENT)
    theirs.unpause(by=AGENT)
    ours = world.new_series(64, denomination=1, maturityAt=world.bond.issueDate() + 3_650 * DAY)
    return Pair(world, ours, theirs)


@dataclass(frozen=True)
class Act:
    """What is done on both."""

    name: str
    by: str
    source: str
    to: str
    amount: int


def ours_of(pair: Pair, act: Act) -> Callable[[], Any]:
    """The act on the series."""
    world, series = pair.world, pair.ours
    frozen = series.getFrozenTokens(act.source)
    return {
        "transfer": lambda: series.transfer(act.to, act.amount, by=act.source),
        "transferFrom": lambda: series.transferFrom(act.source, act.to, act.amount, by=act.by),
        "approve": lambda: series.approve(act.to, act.amount, by=act.source),
        "mint": lambda: world.programme.issue(series.address, [act.to], [act.amount], by=DEBT_OFFICE),
        "burn": lambda: world.programme.retire(series.address, [act.source], [act.amount], by=SERVICER),
        "forcedTransfer": lambda: series.forcedTransfer(act.source, act.to, act.amount, by=ENFORCER),
        "freeze": lambda: series.setFrozenTokens(act.source, frozen + act.amount, by=ENFORCER),
        "unfreeze": lambda: series.setFrozenTokens(act.source, max(0, frozen - act.amount), by=ENFORCER),
        "freezeWallet": lambda: world.allowlist.setFrozen(act.source, True, by=ENFORCER),
        "thawWallet": lambda: world.allowlist.setFrozen(act.source, False, by=ENFORCER),
        "pause": lambda: series.pause(by=GUARDIAN),
    }[act.name]


def theirs_of(pair: Pair, act: Act) -> Callable[[], Any]:
    """The act on T-REX's token."""
    token = pair.theirs
    return {
        "transfer": lambda: token.transfer(act.to, act.amount, by=act.source),
        "transferFrom": lambda: token.transferFrom(act.source, act.to, act.amount, by=act.by),
        "approve": lambda: token.approve(act.to, act.amount, by=act.source),
        "mint": lambda: token.mint(act.to, act.amount, by=AGENT),
        "burn": lambda: token.burn(act.source, act.amount, by=AGENT),
        "forcedTransfer": lambda: token.forcedTransfer(act.source, act.to, act.amount, by=AGENT),
        "freeze": lambda: token.freezePartialTokens(act.source, act.amount, by=AGENT),
        "unfreeze": lambda: token.unfreezePartialTokens(act.source, act.amount, by=AGENT),
        "freezeWallet": lambda: token.setAddressFrozen(act.source, True, by=AGENT),
        "thawWallet": lambda: token.setAddressFrozen(act.source, False, by=AGENT),
        "pause": lambda: token.pause(by=AGENT),
    }[act.name]


def outcome(call: Callable[[], Any]) -> str:
    """Passes, or what it is refused with."""
    try:
        call()
    except Reverted as error:
        return f"code {error.facts['code']}" if error.name == "TransferRestricted" else error.name or NO
    return OK


WEIGHTS = {
    "transfer": 20, "transferFrom": 24, "approve": 10, "mint": 14, "burn": 5, "forcedTransfer": 8, "freeze": 4,
    "unfreeze": 8, "freezeWallet": 1, "thawWallet": 6, "pause": 1, "unpause": 6, "onboard": 12, "revoke": 1,
    "expire": 1,
}  # fmt: skip


def drawn(pair: Pair, chance: random.Random) -> Act:
    """An act whose amount lies near a limit."""
    name = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    by, source, to = chance.choice(PARTIES), chance.choice(PARTIES), chance.choice(PARTIES)
    if name == "transferFrom" and chance.random() < 0.5:
        # Somebody who has an allowance, if there is one.
        pairs = [(one, other) for one in PARTIES for other in PARTIES if pair.ours.allowance(one, other)]
        source, by = chance.choice(pairs or [(source, by)])
    elif chance.random() < 0.5:
        source = max(PARTIES, key=pair.ours.freeBalanceOf)
    balance, frozen = pair.ours.balanceOf(source), pair.ours.getFrozenTokens(source)
    free, small = balance - frozen, chance.randrange(1, 1_000)
    near = [0, 1, small, small, free // 2, free // 2, free, free + 1, balance, balance + 1, frozen, frozen + 1]
    amount = chance.choice(near)
    if name == "approve":
        amount = chance.choice([*near, ALL, ALL])
    return Act(name, by, source, to, amount)


def change_the_world(pair: Pair, act: Act) -> bool:
    """What concerns both at once: records, and the end of a pause; false for an act on the tokens."""
    world = pair.world
    if act.name == "onboard":
        if act.source not in (TREASURY, ENDED):
            enrol(world, act.source, investor=1 + PARTIES.index(act.source), valid_until=VALID_UNTIL)
    elif act.name == "expire":
        if act.source not in (TREASURY, ENDED):
            enrol(world, act.source, investor=1 + PARTIES.index(act.source), valid_until=world.chain.now + 1)
            world.chain.warp(2)
    elif act.name == "revoke":
        if act.source != TREASURY and world.allowlist.contains(act.source):
            world.revoke(act.source)
    elif act.name == "unpause":
        if pair.paused:
            world.chain.warp(PAUSE)
            pair.theirs.unpause(by=AGENT)
            world.post_rate()
    else:
        return False
    return True


def run(pair: Pair, act: Act) -> None:
    """One act on both: they agree, or the table says why not and nothing of it stays."""
    wallets = tuple(dict.fromkeys((act.source, act.to)))
    with pair.world.chain.rolled_back():
        theirs = OK if outcome(theirs_of(pair, act)) == OK else NO
        ours = outcome(ours_of(pair, act))
        state = pair.state(wallets, act.by)
    # Each refusal names its cause; the Programme counts down before the token can, for its servicers alone.
    nameless = {NO, "Halted", "Error"} | ({"Panic"} if act.name != "burn" else set())
    assert ours not in nameless, (act, ours)
    differing = [what for what, (one, other) in state.items() if one != other] if ours == theirs == OK else []
    if (ours == OK) == (theirs == OK) and not differing:
        if ours == OK:
            outcome(theirs_of(pair, act))
            outcome(ours_of(pair, act))
            pair.passed[act.name] += 1
        return
    found = (act.name, ours, f"differs in {differing[0]}" if differing else theirs)
    assert found in DISAGREEMENTS, (act, found, state)
    pair.seen[found] += 1


def compare(pair: Pair, chance: random.Random, operations: int) -> None:
    for _ in range(operations):
        act = drawn(pair, chance)
        if not change_the_world(pair, act):
            run(pair, act)
    for spender in PARTIES:
        assert all(one == other for one, other in pair.state(PARTIES, spender).values())
    assert sum(pair.ours.balanceOf(party) for party in PARTIES) == pair.ours.totalSupply()


# The differences that random acts met, over all seeds.
SEEN: Counter[tuple[str, str, str]] = Counter()


@pytest.mark.parametrize("seed", SEEDS)
def test_random_acts_agree_with_trex_but_for_the_table(pair: Pair, seed: int):
    compare(pair, random.Random(seed), OPERATIONS)
    SEEN.update(pair.seen)
    tokens = [name for name in WEIGHTS if name not in ("onboard", "revoke", "expire", "unpause")]
    assert all(pair.passed[name] for name in tokens), pair.passed
    assert sum(pair.passed.values()) > OPERATIONS // 4


def test_every_deliberate_difference_is_met(pair: Pair):
    """A line of the table that nothing meets would be an excuse for a fault to come."""
    if len(SEEN) < len(DISAGREEMENTS):
        for seed in SEEDS:
            with pair.world.chain.rolled_back():
                compare(pair, random.Random(seed), OPERATIONS)
        SEEN.update(pair.seen)
    assert set(SEEN) == set(DISAGREEMENTS), set(DISAGREEMENTS) - set(SEEN)


# ── T-REX's own token over the Allowlist ─────────────────────────────────────────────────────────────────────────────


def test_is_verified_is_all_that_trexs_token_asks(pair: Pair):
    world, token, allowlist = pair.world, pair.theirs, pair.world.allowlist
    assert token.identityRegistry() == allowlist.address
    world.revoke(SPENDER)
    enrol(world, OUTSIDER, investor=4, valid_until=world.chain.now + 1)
    allowlist.setFrozen(RECEIVER, True, by=ENFORCER)
    world.chain.warp(2)
    stranger = address_of("stranger")
    verified = {wallet: allowlist.isVerified(wallet) for wallet in (*PARTIES, stranger)}
    assert [wallet for wallet, yes in verified.items() if yes] == [HOLDER, TREASURY]
    for wallet, yes in verified.items():
        assert (outcome(lambda wallet=wallet: token.mint(wallet, 5, by=AGENT)) == OK) is yes
    token.transfer(TREASURY, 5, by=HOLDER)
    assert [token.balanceOf(wallet) for wallet in (HOLDER, TREASURY)] == [0, 10]
    with pytest.raises(Reverted, match="Transfer not possible"):
        token.transfer(SPENDER, 5, by=TREASURY)


def test_the_reads_of_an_identity_registry_answer(pair: Pair):
    allowlist = pair.world.allowlist
    enrol(pair.world, RECEIVER, investor=2, country=840)
    assert [allowlist.investorCountry(wallet) for wallet in (HOLDER, RECEIVER, OUTSIDER)] == [586, 840, 0]
    assert [allowlist.contains(wallet) for wallet in (HOLDER, TREASURY, OUTSIDER)] == [True, True, False]
    assert [allowlist.identity(wallet) for wallet in (HOLDER, OUTSIDER)] == [HOLDER, "0x" + "00" * 20]


def test_a_new_record_lets_trexs_token_through_at_once(pair: Pair):
    with pytest.raises(Reverted, match="Identity is not verified"):
        pair.theirs.mint(OUTSIDER, 1, by=AGENT)
    enrol(pair.world, OUTSIDER, investor=4, valid_until=NOW + 500 * DAY)
    pair.theirs.mint(OUTSIDER, 1, by=AGENT)
    assert pair.theirs.balanceOf(OUTSIDER) == 1

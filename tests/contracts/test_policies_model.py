"""Policies against a model of the whole rule set in plain Python: what is told, what passes, and what is booked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from evm import Reverted, address_of, expect_revert, key_of
from hypothesis import given, settings
from hypothesis import strategies as st
from policed import (
    ALL,
    CAP,
    COOLING_OFF,
    COUNTRY,
    HOLDER,
    HOLDERS,
    ISSUED,
    LOCKED_UP,
    NOT_ACCEPTED,
    NOT_ANNOUNCED,
    NOT_COUNTED,
    NOT_IN_LOTS,
    OMNIBUS,
    ONE,
    PROSPECTUS,
    RECEIVER,
    SPENDER,
    TIER,
    TREASURY,
    Policed,
    build,
    enrol,
)  # fmt: skip
from world import NOW, TRAVEL_LIMIT, World

from rwa_deploy import units

PROVIDERS = ("provider", "second_provider")
LATER = 50  # seconds from what was accepted and stated to the move


@dataclass
class Party:
    """A wallet and all that a policy can ask about it."""

    wallet: str
    tier: int = 1
    country: int = 586
    investor: int = 1
    provider: int = 1
    accepted: bool = True
    stated: bool = True
    counted: bool = True
    held: int = 0
    placed: bool = False
    system: bool = False


@dataclass(frozen=True)
class Asked:
    """A policy by its fields."""

    lowest_tier: int = 0
    lot: int = 0
    locked_until: int = 0
    cooling_off: int = 0
    most_holders: int = 0
    omnibus_age: int = 0
    caps: tuple[tuple[int, int], ...] = ()
    blocked: tuple[int, ...] = ()
    disclosed: bool = False
    travel: bool = False

    def terms(self) -> dict[str, Any]:
        """What `policed.terms` takes."""
        fields = dict(self.__dict__)
        cooling = fields.pop("cooling_off") if self.disclosed else fields.pop("cooling_off") * 0
        disclosure = PROSPECTUS if fields.pop("disclosed") else bytes(32)
        return {**fields, "cooling_off": cooling, "disclosure": disclosure, "caps": dict(self.caps)}


@dataclass
class Model:
    """The rules, once more."""

    asked: Asked
    parties: Sequence[Party]
    price: int
    announced: int
    now: int = NOW + LATER

    @property
    def places(self) -> int:
        return sum(party.placed for party in self.parties)

    def of_receiver(self, to: Party, is_issue: bool) -> int:
        """What concerns the receiver alone."""
        asked = self.asked
        if to.tier < asked.lowest_tier:
            return TIER
        if to.country in asked.blocked:
            return COUNTRY
        if asked.disclosed and not to.accepted:
            return NOT_ACCEPTED
        if asked.disclosed and is_issue and to.tier <= 2 and self.now < NOW + asked.cooling_off:
            return COOLING_OFF
        fresh = to.stated and self.now <= NOW + asked.omnibus_age
        return OMNIBUS if asked.omnibus_age and to.tier == 6 and not fresh else 0

    def of_cap(self, to: Party, amount: int, own: bool = False) -> int:
        """What the counted wallets of an investor hold, and more."""
        cap = dict(self.asked.caps).get(to.tier, 0) * ONE
        if not cap:
            return 0
        if not to.counted:
            return NOT_COUNTED
        held = sum(one.held for one in self.parties if one.counted and one.investor == to.investor and not one.system)
        return CAP if not own and held + amount > cap else 0

    def of_transfer(self, source: Party, to: Party, amount: int) -> int:
        """The code of a transfer."""
        asked = self.asked
        if asked == Asked() or source is to or to.system:
            return 0
        if self.now < asked.locked_until:
            return LOCKED_UP
        leaves = amount == source.held
        in_lots = not asked.lot or amount % (asked.lot * ONE) == 0 or leaves
        code = self.of_receiver(to, is_issue=False) or (0 if in_lots else NOT_IN_LOTS)
        code = code or self.of_cap(to, amount, source.investor == to.investor and not source.system)
        full = to.placed or not asked.most_holders
        if not code and not full and self.places - (source.placed and leaves) >= asked.most_holders:
            code = HOLDERS
        value = -(-amount * self.price // units.PAR)
        across = asked.travel and not source.system and source.provider != to.provider and value > TRAVEL_LIMIT
        return code or (NOT_ANNOUNCED if across and amount > self.announced else 0)

    def of_issue(self, rows: Sequence[tuple[Party, int]]) -> list[int]:
        """The codes of an issue, each row if all good ones before it come true."""
        codes, taken, so_far = [], {party.wallet for party in self.parties if party.placed}, dict.fromkeys(range(99), 0)
        for to, amount in rows:
            code = 0
            if not to.system and self.asked != Asked():
                lot = self.asked.lot * ONE
                code = self.of_receiver(to, is_issue=True) or (NOT_IN_LOTS if lot and amount % lot else 0)
                code = code or self.of_cap(to, so_far[to.investor] + amount)
                most = self.asked.most_holders
                if not code and most and to.wallet not in taken and len(taken) >= most:
                    code = HOLDERS
                if not code:
                    so_far[to.investor] += amount
                    taken.add(to.wallet)
            codes.append(code)
        return codes


# ── what is drawn ────────────────────────────────────────────────────────────────────────────────────────────────────


def usually(nothing: Any, *values: Any) -> st.SearchStrategy[Any]:
    """Mostly nothing, so that a rule is reached in spite of those before it."""
    return st.sampled_from([nothing] * (2 * len(values)) + list(values))


POLICIES = st.builds(
    Asked,
    lowest_tier=usually(0, 1, 2, 6),
    lot=usually(0, 3, 5),
    locked_until=usually(0, NOW + LATER, NOW + LATER + 1),
    cooling_off=st.sampled_from([0, LATER, LATER + 1]),
    most_holders=usually(0, 1, 2, 3),
    omnibus_age=usually(0, LATER - 1, LATER),
    caps=usually((), ((1, 10),), ((1, 1_000_005), (6, 10)), ((1, 1_500_000), (2, 2_000_000))),
    blocked=usually((), (5,), (4, 999)),
    disclosed=usually(False, True),
    travel=st.booleans(),
)
PARTIES = {
    "tier": st.sampled_from([1, 1, 2, 6]),
    "country": st.sampled_from([586, 586, 4, 5]),
    "investor": st.sampled_from([1, 2]),
    "provider": st.sampled_from([1, 2]),
    "accepted": st.sampled_from([True, True, False]),
    "stated": st.booleans(),
    "counted": st.sampled_from([True, True, True, False]),
    "placed": st.booleans(),
}
HELD = st.sampled_from([0, ONE, 10 * ONE, 500_000 * ONE])
LARGE = 500_000 * ONE  # at twice the par the most that needs no announcement
AMOUNTS = st.sampled_from(
    [0, 1, ONE, 3 * ONE, 5 * ONE, 10 * ONE, LARGE, LARGE + 1, 2 * LARGE, 2 * LARGE + 1, 2**128, ALL]
)
PRICES = st.sampled_from([units.PAR, 2 * units.PAR, 2 * units.PAR + 1])
# From and to whom of the four: the last is an account of the system.
PAIRS = st.sampled_from([(0, 1), (0, 1), (0, 1), (0, 2), (1, 2), (1, 0), (2, 1), (0, 0), (0, 3), (3, 1)])
PARTY = st.builds(Party, wallet=st.just(""), **PARTIES)


def arrange(policed: Policed, model: Model) -> None:
    """The chain brought to where the model stands."""
    world, (source, *others, treasury) = policed.world, model.parties
    world.issue(policed.series, {HOLDER: ISSUED})
    for party in (*others, treasury):
        policed.send(party.wallet, party.held)
    source.held = policed.held(HOLDER)[0]
    for party in (source, *others):
        fields = ("tier", "country", "investor", "provider")
        enrol(world, party.wallet, **{name: getattr(party, name) for name in fields})
        if party.accepted:
            policed.accept(party.wallet)
        if party.counted:
            policed.count(party.wallet)
        if party.stated and party.tier == 6:
            by = address_of(PROVIDERS[party.provider - 1])
            policed.policies.publishStatement(policed.series.address, party.wallet, bytes(32), 0, by=by)
        party.placed = party.placed and party.held != 0
        if party.placed:
            policed.recount(party.wallet)
    if model.price != units.PAR:
        world.oracle.postPrice(policed.series.address, model.price, NOW, by=address_of("price_signer"))
    policed.bind(**model.asked.terms())
    world.chain.now = model.now


def announce(policed: Policed, source: Party, to: Party, maximum: int) -> None:
    message = (policed.series.address, source.wallet, to.wallet, maximum, NOW + LATER, bytes(32))
    digest = policed.policies.hashOfAnnouncement(message)
    signed = [key_of(PROVIDERS[party.provider - 1]).sign(digest) for party in (source, to)]
    policed.policies.announce(message, *signed)


def parties_of(source: Party, target: Party, third: Party, held: Sequence[int], treasury_held: int) -> list[Party]:
    treasury = Party(
        TREASURY, tier=0, country=0, investor=0, provider=0, counted=False, held=treasury_held, system=True
    )
    named = [replace(source, wallet=HOLDER), replace(target, wallet=RECEIVER, held=held[0])]
    return [*named, replace(third, wallet=SPENDER, held=held[1]), treasury]


# ── what is compared ─────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=300)
@given(
    asked=POLICIES,
    parties=st.tuples(PARTY, PARTY, PARTY),
    held=st.tuples(HELD, HELD, HELD),
    moves=st.lists(st.tuples(PAIRS, AMOUNTS, usually(False, True)), min_size=3, max_size=5),
    price=PRICES,
    announced=st.sampled_from([0, LARGE, LARGE + 1, 2 * LARGE + 1]),
)
def test_transfer_passes_if_and_only_if_the_model_lets_it(
    built_world: World, asked: Asked, parties: Any, held: Any, moves: Any, price: int, announced: int
):
    """ERC-1404: the code is the model's, the transfer reverts with it or passes, and books what the model books."""
    with built_world.chain.rolled_back():
        policed = build(built_world)
        model = Model(asked, parties_of(*parties, held[:2], held[2]), price, announced)
        arrange(policed, model)
        if announced:
            announce(policed, model.parties[0], model.parties[1], announced)
        for (source, to), amount, everything in moves:
            compare(policed, model, source, to, None if everything else amount)


def compare(policed: Policed, model: Model, source_at: int, to_at: int, amount: int | None) -> None:
    """One transfer on chain and in the model; without an amount, all that there is."""
    source, to = model.parties[source_at], model.parties[to_at]
    amount = source.held if amount is None else amount
    known, announced = model.announced, policed.policies.announcedOf(policed.series.address, source.wallet, to.wallet)
    model.announced = announced
    expected = model.of_transfer(source, to, amount)
    assert policed.code(to.wallet, amount, source.wallet) == expected
    assert policed.series.canTransfer(source.wallet, to.wallet, amount) is (expected == 0)
    model.announced = known
    if expected or amount > source.held:
        with pytest.raises(Reverted) as caught:
            policed.send(to.wallet, amount, by=source.wallet)
        assert caught.value.name == ("TransferRestricted" if expected else "ERC20InsufficientBalance")
        assert caught.value.facts.get("code", 0) == expected
        return
    receipt = policed.send(to.wallet, amount, by=source.wallet)
    book(model, source, to, amount)
    wallets = [party.wallet for party in model.parties]
    assert policed.held(*wallets) == [party.held for party in model.parties]
    assert policed.places(*wallets) == (model.places, [party.placed for party in model.parties])
    used = [event[4:6] for event in receipt.of("AnnouncementUsed")]
    across = model.asked.travel and not (source.system or to.system) and source.provider != to.provider
    large = across and source is not to and -(-amount * model.price // units.PAR) > TRAVEL_LIMIT
    assert used == ([(amount, announced - amount)] if large else [])


def book(model: Model, source: Party, to: Party, amount: int) -> None:
    """A transfer in the model."""
    if source is to or not amount:
        return
    source.held, to.held = source.held - amount, to.held + amount
    if model.asked.most_holders:
        source.placed = source.placed and source.held != 0
        to.placed = to.placed or not to.system


@settings(max_examples=300)
@given(
    asked=POLICIES,
    parties=st.tuples(PARTY, PARTY, PARTY),
    held=st.tuples(HELD, HELD, HELD),
    rows=st.lists(st.tuples(st.integers(0, 3), st.sampled_from([1, 3, 5, 10, 15, 500_000])), min_size=1, max_size=6),
)
def test_issue_passes_if_and_only_if_the_model_lets_it(
    built_world: World, asked: Asked, parties: Any, held: Any, rows: Any
):
    """The codes of a page are those of the model; all of it reverts with the first, and what is left of it passes."""
    with built_world.chain.rolled_back():
        policed = build(built_world)
        model = Model(asked, parties_of(*parties, held[:2], held[2]), units.PAR, 0)
        arrange(policed, model)
        batch = [(model.parties[at], amount * ONE) for at, amount in rows]
        codes = model.of_issue(batch)
        wallets, faces = [party.wallet for party, _ in batch], [amount for _, amount in batch]
        assert policed.policies.receiveCodes(policed.series.address, wallets, faces) == codes
        by, programme = address_of("debt_office"), policed.world.programme
        first = next((at for at, code in enumerate(codes) if code), None)
        if first is not None:
            whose = wallets[first] if codes[first] >= 10 else policed.series.address
            with expect_revert("TransferRestricted", code=codes[first], account=whose):
                programme.issue(policed.series.address, wallets, faces, by=by)
        good = [(party, amount) for (party, amount), code in zip(batch, codes, strict=True) if not code]
        if good:
            programme.issue(policed.series.address, [one.wallet for one, _ in good], [face for _, face in good], by=by)
        for party, amount in good:
            party.held += amount
            party.placed = party.placed or (asked.most_holders != 0 and not party.system)
        everyone = [party.wallet for party in model.parties]
        assert policed.held(*everyone) == [party.held for party in model.parties]
        assert policed.places(*everyone) == (model.places, [party.placed for party in model.parties])

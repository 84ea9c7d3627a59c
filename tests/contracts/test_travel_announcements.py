"""Policies, the travel rule: what is announced between two providers, who announces it, and how it is used up."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from evm import Contract, Receipt, address_of, expect_revert, key_of
from policed import (
    ALL,
    CASH,
    HOLDER,
    ISSUED,
    NOT_ANNOUNCED,
    ONE,
    OUTSIDER,
    RECEIVER,
    REGULATOR,
    SPENDER,
    TRANSFERS,
    TREASURY,
    Policed,
    build,
    by_issue,
    enrol,
    refusal,
    refusal_on_page,
    settle,
)  # fmt: skip
from signing import digest, domain_separator
from world import ADMIN_DELAY, DAY, LICENSED, NOW, RATE, TRAVEL_LIMIT, VALID_UNTIL, World

from rwa_deploy import units

ANNOUNCEMENT = "Announcement(address series,address from,address to,uint128 maximum,uint64 until,bytes32 messageHash)"
MESSAGE = b"\x1c".ljust(32, b"\0")
FIRST, SECOND = "provider", "second_provider"
PROVIDER, SECOND_PROVIDER, ADMIN = map(address_of, ("provider", "second_provider", "admin"))
PAR = units.PAR
LIMIT = TRAVEL_LIMIT  # what may move unannounced at par


@pytest.fixture
def policed(world: World) -> Policed:
    """The receiver is a client of the second provider; the holder has twice what needs no announcement."""
    return start(world)


def start(world: World, **changes: Any) -> Policed:
    policed = build(world, **changes)
    world.issue(policed.series, {HOLDER: ISSUED})
    enrol(world, RECEIVER, provider=2, investor=2)
    policed.bind(travel=True)
    return policed


@dataclass(frozen=True)
class Announcement:
    """The fields in the order of the signature."""

    series: str
    source: str = HOLDER
    to: str = RECEIVER
    maximum: int = 2 * LIMIT
    until: int = NOW + DAY
    message: bytes = MESSAGE

    def fields(self) -> tuple[Any, ...]:
        return tuple(self.__dict__.values())


def hash_of(policed: Policed, announcement: Announcement, **where: Any) -> bytes:
    address = where.pop("address", policed.policies.address)
    return digest(domain_separator("Policies", address, **where), ANNOUNCEMENT, announcement.fields())


def announce(
    policed: Policed, announcement: Announcement | None = None, ofs: tuple[str, str] = (FIRST, SECOND), **where: Any
) -> Receipt:
    """Both providers sign; anyone submits."""
    announcement = announcement or Announcement(policed.series.address)
    signatures = [key_of(name).sign(hash_of(policed, announcement, **where)) for name in ofs]
    return policed.policies.announce(announcement.fields(), *signatures, by=OUTSIDER)


def left(policed: Policed, source: str = HOLDER, to: str = RECEIVER) -> int:
    return policed.policies.announcedOf(policed.series.address, source, to)


def codes(policed: Policed, *amounts: int, to: str = RECEIVER) -> list[int]:
    return [policed.code(to, amount) for amount in amounts]


# ── what has to be announced ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", TRANSFERS)
def test_transfer_above_the_limit_at_par_reverts_when_it_is_not_announced(policed: Policed, way: str):
    found = [refusal(TRANSFERS[way], policed, "receiver", LIMIT + more) for more in (-1, 0, 1)]
    assert found == [None, None, (NOT_ANNOUNCED, policed.series.address)]
    assert codes(policed, LIMIT - 1, LIMIT, LIMIT + 1, 2**128, ALL) == [0, 0, *[NOT_ANNOUNCED] * 3]


@pytest.mark.parametrize(
    ("price", "most"),
    [(98_383_200, 1_016_433_700_062), (101_000_001, 990_099_000_098), (1, 10**20), (10 * PAR, 10**11)],
)
def test_transfer_is_worth_the_posted_price_rounded_up(policed: Policed, price: int, most: int):
    """At 98.3832 a million rupees buy 1,016,433.700062 of face."""
    address = policed.series.address
    policed.world.oracle.postPrice(address, price, NOW, by=address_of("price_signer"))
    for amount in (1, most, most + 1, 2**128 - 1):
        assert policed.policies.valuePkrUp(address, amount) == -(-amount * price // PAR)
    assert policed.policies.valuePkrUp(address, most) <= LIMIT < policed.policies.valuePkrUp(address, most + 1)
    assert codes(policed, most, most + 1) == [0, NOT_ANNOUNCED]


def test_transfer_of_a_dollar_series_is_worth_the_posted_rate_rounded_up(world: World):
    policed = start(world, currency=b"USD")
    most = LIMIT * ONE // RATE
    assert policed.policies.valuePkrUp(policed.series.address, most) == -(-most * RATE // ONE)
    assert codes(policed, most, most + 1) == [0, NOT_ANNOUNCED]
    world.oracle.postPrice(policed.series.address, 2 * PAR, NOW, by=address_of("price_signer"))
    assert codes(policed, most // 2, most // 2 + 1) == [0, NOT_ANNOUNCED]


def test_transfer_of_a_dollar_series_without_a_rate_is_never_small(world: World):
    oracle = world.deploy("PriceOracle", world.authority.address, salt=9)
    at = (world.authority.address, world.allowlist.address, world.licences.address, oracle.address)
    policies = world.deploy("Policies", *at, salt=9)
    series = world.new_series(81, currency=b"USD", denomination=ONE)
    assert policies.valuePkrUp(series.address, 1) == ALL
    assert policies.valuePkrUp(world.bond.address, 1) == 1


def test_value_answers_for_any_amount(policed: Policed):
    policed.world.oracle.postPrice(policed.series.address, 10 * PAR, NOW, by=address_of("price_signer"))
    assert policed.policies.valuePkrUp(policed.series.address, 2**128 - 1) == 10 * (2**128 - 1)
    assert policed.policies.valuePkrUp(policed.series.address, 2**128) == ALL
    assert policed.policies.valuePkrUp(policed.series.address, ALL) == ALL


def test_a_transfer_within_one_provider_is_announced_to_nobody(policed: Policed):
    policed.send(SPENDER, 2 * LIMIT)
    assert policed.held(SPENDER) == [2 * LIMIT]


def test_an_issue_is_announced_to_nobody(policed: Policed):
    assert refusal(by_issue, policed, "receiver", 2 * LIMIT) is None
    assert refusal_on_page(policed, "receiver", 2 * LIMIT) == 0
    assert settle(policed, ("receiver", 2 * LIMIT)).result == 1


@pytest.mark.parametrize("way", ["transfer", "transferFrom"])
def test_what_the_system_sells_or_buys_is_announced_to_nobody(policed: Policed, way: str):
    """A treasury has no provider: there would be nobody to sign."""
    TRANSFERS[way](policed, "treasury", 2 * LIMIT)
    policed.send(RECEIVER, 2 * LIMIT, by=TREASURY)
    assert policed.code(TREASURY, 2 * LIMIT, RECEIVER) == 0
    receipt = policed.send(TREASURY, 2 * LIMIT, by=RECEIVER)
    assert (receipt.of("AnnouncementUsed"), policed.held(RECEIVER, TREASURY)) == ([], [0, 2 * LIMIT])


def test_a_seizure_and_a_redemption_are_announced_to_nobody(policed: Policed):
    world, address = policed.world, policed.series.address
    policed.series.forcedTransfer(HOLDER, RECEIVER, 2 * LIMIT, by=address_of("enforcer"))
    world.chain.now = policed.series.endAt()
    world.mint_cash(TREASURY, 2 * LIMIT)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    world.paying_agent.fund(address, ALL, by=TREASURY)
    world.paying_agent.redeem(address, [RECEIVER])
    assert (world.cash.balanceOf(RECEIVER), policed.held(RECEIVER)) == (2 * LIMIT, [0])


def test_a_series_without_the_rule_announces_nothing(world: World):
    policed = build(world)
    world.issue(policed.series, {HOLDER: ISSUED})
    enrol(world, RECEIVER, provider=2, investor=2)
    policed.bind(lot=1)
    announce(policed)
    policed.send(RECEIVER, 2 * LIMIT)
    assert left(policed) == 2 * LIMIT


# ── announce ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_announce_stores_what_both_providers_signed(policed: Policed):
    announcement = Announcement(policed.series.address)
    assert policed.policies.hashOfAnnouncement(announcement.fields()) == hash_of(policed, announcement)
    receipt = announce(policed, announcement)
    fields = (policed.series.address, HOLDER, RECEIVER, 2 * LIMIT, NOW + DAY, MESSAGE)
    assert receipt.log == (("Announced", *fields),)
    assert (left(policed), left(policed, RECEIVER, HOLDER), left(policed, SPENDER)) == (2 * LIMIT, 0, 0)


def test_announce_takes_the_signature_of_a_contract_wallet(world: World):
    """ERC-1271: a provider that signs by a contract."""
    wallet = world.deploy("ContractWallet")
    for phase in (1, 2, 3, LICENSED):
        world.licences.grantLicence(wallet.address, phase, 7, VALID_UNTIL, by=REGULATOR)
    policed = start(world)
    enrol(world, RECEIVER, provider=3, investor=2)
    announcement = Announcement(policed.series.address)
    hashed = hash_of(policed, announcement)
    signed = key_of(FIRST).sign(hashed)
    wallet.set(0, bytes(32))
    with expect_revert("SignatureInvalid", signer=wallet.address):
        policed.policies.announce(announcement.fields(), signed, b"")
    wallet.set(0, hashed)
    policed.policies.announce(announcement.fields(), signed, b"")
    assert left(policed) == 2 * LIMIT


@pytest.mark.parametrize(
    ("ofs", "signer"),
    [
        ((SECOND, FIRST), PROVIDER),
        ((FIRST, FIRST), SECOND_PROVIDER),
        ((SECOND, SECOND), PROVIDER),
        (("holder", SECOND), PROVIDER),
        ((FIRST, "receiver"), SECOND_PROVIDER),
    ],
)
def test_announce_reverts_when_a_provider_did_not_sign(policed: Policed, ofs: tuple[str, str], signer: str):
    with expect_revert("SignatureInvalid", signer=signer):
        announce(policed, ofs=ofs)
    assert left(policed) == 0


@pytest.mark.parametrize("where", [{"chain_id": 2}, {"address": address_of("outsider")}])
def test_announce_reverts_when_it_was_signed_for_another_chain_or_contract(policed: Policed, where: dict[str, Any]):
    """Attack case 6."""
    with expect_revert("SignatureInvalid", signer=PROVIDER):
        announce(policed, **where)


@pytest.mark.parametrize("field", ["source", "to", "maximum", "until", "message", "series"])
def test_announce_reverts_when_a_field_was_changed(policed: Policed, field: str):
    """Attack case 7."""
    signed = Announcement(policed.series.address)
    enrol(policed.world, OUTSIDER, provider=2, investor=5)
    changes = {"source": SPENDER, "to": OUTSIDER, "maximum": ISSUED, "until": NOW + 2 * DAY, "message": bytes(32)}
    changed = replace(signed, **{field: changes.get(field, policed.world.bond.address)})
    signatures = [key_of(name).sign(hash_of(policed, signed)) for name in (FIRST, SECOND)]
    with expect_revert("SignatureInvalid", signer=PROVIDER):
        policed.policies.announce(changed.fields(), *signatures)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("shape", ["short", "long", "empty", "zero", "high s"])
def test_announce_reverts_when_a_signature_is_malformed(policed: Policed, side: int, shape: str):
    """Attack case 7."""
    announcement = Announcement(policed.series.address)
    signatures = [key_of(name).sign(hash_of(policed, announcement)) for name in (FIRST, SECOND)]
    good = signatures[side]
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high = (order - int.from_bytes(good[32:64])).to_bytes(32)
    shapes = {"short": good[:64], "long": good + b"\0", "empty": b"", "zero": bytes(65)}
    signatures[side] = shapes.get(shape, good[:32] + high + bytes([55 - good[64]]))
    with expect_revert("SignatureInvalid", signer=(PROVIDER, SECOND_PROVIDER)[side]):
        policed.policies.announce(announcement.fields(), *signatures)


@pytest.mark.parametrize("end", ["suspended", "revoked", "expired"])
@pytest.mark.parametrize(("side", "wallet"), [(PROVIDER, HOLDER), (SECOND_PROVIDER, RECEIVER)])
def test_announce_reverts_when_a_provider_has_lost_its_licence(
    policed: Policed, licences: Contract, end: str, side: str, wallet: str
):
    """Attack case 8."""
    if end == "expired":
        licences.grantLicence(side, LICENSED, 7, NOW + 1, by=REGULATOR)
        policed.world.chain.now = NOW + 2
    else:
        (licences.suspendLicence if end == "suspended" else licences.revokeLicence)(side, by=REGULATOR)
    with expect_revert("ProviderNotLicensed", wallet=wallet, id=1 if side == PROVIDER else 2):
        announce(policed)


@pytest.mark.parametrize("side", ["source", "to"])
@pytest.mark.parametrize("wallet", [OUTSIDER, TREASURY])
def test_announce_reverts_when_no_provider_stands_behind_a_wallet(policed: Policed, side: str, wallet: str):
    announcement = replace(Announcement(policed.series.address), **{side: wallet})
    with expect_revert("ProviderNotLicensed", wallet=wallet, id=0):
        announce(policed, announcement)


def test_announce_reverts_when_it_was_used_before(policed: Policed):
    """Attack case 5: neither before nor after the face has moved."""
    announcement = Announcement(policed.series.address)
    hashed = hash_of(policed, announcement)
    announce(policed, announcement)
    for amount in (0, 2 * LIMIT):
        policed.send(RECEIVER, amount)
        with expect_revert("AnnouncementStale", digest=hashed, until=NOW + DAY):
            announce(policed, announcement)


@pytest.mark.parametrize("late", [0, 1])
def test_announce_counts_until_its_last_second(policed: Policed, late: int):
    announcement = Announcement(policed.series.address)
    policed.world.chain.now = NOW + DAY + late
    if late:
        with expect_revert("AnnouncementStale", digest=hash_of(policed, announcement), until=NOW + DAY):
            announce(policed, announcement)
    else:
        announce(policed, announcement)
        assert codes(policed, 2 * LIMIT) == [0]
        policed.world.chain.warp(1)
        assert (codes(policed, 2 * LIMIT), left(policed)) == ([NOT_ANNOUNCED], 0)


def test_announce_takes_the_place_of_the_one_before(policed: Policed):
    announce(policed)
    announce(policed, Announcement(policed.series.address, maximum=LIMIT + 1, message=bytes(32)))
    assert left(policed) == LIMIT + 1
    receipt = policed.send(RECEIVER, LIMIT + 1)
    assert receipt.of("AnnouncementUsed")[0][-1] == bytes(32)


# ── how it is used up ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", TRANSFERS)
def test_a_transfer_uses_the_announcement_up(policed: Policed, way: str):
    announce(policed, Announcement(policed.series.address, maximum=LIMIT + 3))
    log = TRANSFERS[way](policed, "receiver", LIMIT + 1).of("AnnouncementUsed")
    assert log == [("AnnouncementUsed", policed.series.address, HOLDER, RECEIVER, LIMIT + 1, 2, MESSAGE)]
    assert (left(policed), policed.held(RECEIVER)) == (2, [LIMIT + 1])


def test_several_transfers_use_the_maximum_up_to_the_unit(policed: Policed):
    policed.bind_anew(travel=True)
    policed.world.by_admin(policed.policies.loosenTravelLimit, LIMIT + 10)
    policed.policies.tightenTravelLimit(10, by=REGULATOR)
    now = policed.world.chain.now
    announce(policed, Announcement(policed.series.address, maximum=50, until=now + DAY))
    assert codes(policed, 10, 11, 50, 51) == [0, 0, 0, NOT_ANNOUNCED]
    policed.send(RECEIVER, 30)
    assert codes(policed, 10, 11, 20, 21) == [0, 0, 0, NOT_ANNOUNCED]
    policed.send(RECEIVER, 10)  # small: announced to nobody
    assert left(policed) == 20
    policed.send(RECEIVER, 20)
    assert (codes(policed, 10, 11), left(policed)) == ([0, NOT_ANNOUNCED], 0)


def test_a_transfer_that_fails_uses_nothing_up(policed: Policed):
    announce(policed)
    policed.series.setFrozenTokens(HOLDER, 1, by=address_of("enforcer"))
    with expect_revert("ERC7943InsufficientUnfrozenBalance", account=HOLDER, amount=2 * LIMIT, unfrozen=2 * LIMIT - 1):
        policed.send(RECEIVER, 2 * LIMIT)
    policed.series.approve(SPENDER, LIMIT + 1, by=HOLDER)
    with expect_revert("ERC20InsufficientAllowance", spender=SPENDER, allowance=LIMIT + 1, needed=LIMIT + 2):
        policed.series.transferFrom(HOLDER, RECEIVER, LIMIT + 2, by=SPENDER)
    assert left(policed) == 2 * LIMIT


def test_a_trade_whose_cash_fails_uses_nothing_up(policed: Policed):
    """Attack case 21."""
    announce(policed)
    policed.world.cash.setFrozenTokens(RECEIVER, ALL, by=address_of("enforcer"))
    with expect_revert("ERC7943InsufficientUnfrozenBalance", account=RECEIVER, amount=CASH, unfrozen=0):
        TRANSFERS["trade"](policed, "receiver", 2 * LIMIT)
    assert (left(policed), policed.held(RECEIVER)) == (2 * LIMIT, [0])


def test_a_pull_without_an_allowance_uses_nothing_up(policed: Policed):
    """Attack: a stranger in order uses up what two providers announced."""
    announce(policed)
    assert policed.series.pull(HOLDER, RECEIVER, 2 * LIMIT, by=SPENDER).result == (False, 0)
    assert left(policed) == 2 * LIMIT


def test_another_pair_or_series_does_not_use_it(policed: Policed):
    other = start(policed.world, salt=78)
    announce(policed)
    assert (other.code(RECEIVER, 2 * LIMIT), policed.code(HOLDER, 2 * LIMIT, RECEIVER)) == (NOT_ANNOUNCED,) * 2
    policed.send(SPENDER, 2 * LIMIT)
    assert policed.code(RECEIVER, 2 * LIMIT, SPENDER) == NOT_ANNOUNCED


def test_settlement_finds_a_trade_restricted_before(policed: Policed):
    settlement, fields = policed.world.settlement, (policed.series.address, HOLDER, RECEIVER, 2 * LIMIT, CASH, 1, 1)
    policed.world.mint_cash(RECEIVER, CASH)
    trade = (*fields, NOW + DAY, "0x" + "00" * 20)
    signed = [key_of(name).sign(settlement.hashOf(trade)) for name in ("holder", "receiver")]
    face_restricted = 11
    assert settlement.check(trade, *signed, OUTSIDER) == [face_restricted]
    announce(policed)
    assert settlement.check(trade, *signed, OUTSIDER) == []


# ── the limit ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_tighten_travel_limit_lowers_it_at_once(policed: Policed):
    assert policed.policies.tightenTravelLimit(7, by=REGULATOR).log == (("TravelLimitChanged", 7),)
    assert policed.policies.travelLimit() == 7
    assert codes(policed, 7, 8) == [0, NOT_ANNOUNCED]


def test_loosen_travel_limit_raises_it_after_the_delay_of_admin(policed: Policed):
    policed.world.schedule(policed.policies.loosenTravelLimit, LIMIT + 1)
    policed.world.chain.warp(ADMIN_DELAY)
    assert policed.policies.loosenTravelLimit(LIMIT + 1, by=ADMIN).log[-1] == ("TravelLimitChanged", LIMIT + 1)
    assert codes(policed, LIMIT + 1, LIMIT + 2) == [0, NOT_ANNOUNCED]


@pytest.mark.parametrize("wanted", [LIMIT, LIMIT + 1])
def test_tighten_travel_limit_reverts_upwards(policed: Policed, wanted: int):
    with expect_revert("DirectionInvalid", wanted=wanted, current=LIMIT):
        policed.policies.tightenTravelLimit(wanted, by=REGULATOR)


@pytest.mark.parametrize("wanted", [LIMIT, LIMIT - 1])
def test_loosen_travel_limit_reverts_downwards(policed: Policed, wanted: int):
    with expect_revert("DirectionInvalid", wanted=wanted, current=LIMIT):
        policed.world.by_admin(policed.policies.loosenTravelLimit, wanted)


@pytest.mark.parametrize("name", ["loosenTravelLimit", "tightenTravelLimit"])
def test_the_travel_limit_is_its_offices_alone(policed: Policed, name: str):
    with expect_revert("AccessManagedUnauthorized", caller=OUTSIDER):
        getattr(policed.policies, name)(1, by=OUTSIDER)

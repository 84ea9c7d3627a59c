"""Attestations: a quorum of custodian and auditor, the oldest look, and what makes a message void."""

from typing import Any

import pytest
from evm import ZERO, Contract, address_of, expect_revert, key_of
from signing import MALFORMED, RESERVE, digest, domain_separator, malformed
from world import ATTESTED, AUDITOR, CUSTODIAN, DAY, HOUR, RESERVE_AGE, World

QUANTITY = 10**12
DOCUMENT = b"\x07" * 32
REGULATOR, ADMIN, OUTSIDER = map(address_of, ("regulator", "admin", "outsider"))
SUBJECT = address_of("warehouse receipt")
CUSTODIAN_KEY, AUDITOR_KEY, OTHER = map(key_of, ("custodian", "auditor", "second custodian"))


@pytest.fixture
def subject(world: World, attestations: Contract) -> str:
    """A subject with two custodians, an auditor and a day of validity."""
    world.by_admin(attestations.loosenMaxAge, SUBJECT, DAY)
    for key, kind in ((CUSTODIAN_KEY, CUSTODIAN), (OTHER, CUSTODIAN), (AUDITOR_KEY, AUDITOR)):
        world.by_admin(attestations.setSigner, SUBJECT, key.address, kind)
    return SUBJECT


def signed(world: World, *keys: Any, quantity: int = QUANTITY, at: int | None = None, chain_id: int = 1):
    """Keys -> their parts of the attestation, in the order of their addresses."""
    values = (SUBJECT, quantity, DOCUMENT, world.chain.now if at is None else at)
    return [world.signature(key, values, chain_id) for key in sorted(keys, key=lambda key: key.address)]


def attest(world: World, parts: list[Any], quantity: int = QUANTITY):
    return world.attestations.attest(SUBJECT, quantity, DOCUMENT, parts, by=OUTSIDER)


def test_attest_counts_until_it_is_stale_to_the_second(world: World, attestations: Contract, subject: str):
    now = world.chain.now
    receipt = attest(world, signed(world, CUSTODIAN_KEY, AUDITOR_KEY))
    assert receipt.log == (("QuantityAttested", SUBJECT, QUANTITY, now, DOCUMENT),)
    assert tuple(attestations.lastOf(SUBJECT)) == (QUANTITY, now, DOCUMENT)
    world.chain.warp(DAY)
    assert attestations.attestedOf(SUBJECT) == QUANTITY
    world.chain.warp(1)
    assert attestations.attestedOf(SUBJECT) == 0
    assert attestations.lastOf(SUBJECT).quantity == QUANTITY


def test_attested_of_is_nothing_before_the_first_attestation(attestations: Contract, subject: str):
    assert (attestations.attestedOf(SUBJECT), attestations.attestedOf(OUTSIDER)) == (0, 0)
    assert attestations.maxAgeOf(SUBJECT) == DAY


def test_attest_takes_the_oldest_look(world: World, attestations: Contract, subject: str):
    now = world.chain.now
    parts = signed(world, CUSTODIAN_KEY) + signed(world, AUDITOR_KEY, at=now - HOUR)
    attest(world, sorted(parts))
    assert attestations.lastOf(SUBJECT).observedAt == now - HOUR


def test_attest_takes_all_three_signatures(world: World, attestations: Contract, subject: str):
    attest(world, signed(world, CUSTODIAN_KEY, OTHER, AUDITOR_KEY))
    assert attestations.attestedOf(SUBJECT) == QUANTITY


@pytest.mark.parametrize(
    ("keys", "missing"),
    [((), CUSTODIAN), ((AUDITOR_KEY,), CUSTODIAN), ((CUSTODIAN_KEY,), AUDITOR), ((CUSTODIAN_KEY, OTHER), AUDITOR)],
    ids=["nobody", "one auditor", "one custodian", "two custodians"],
)
def test_attest_reverts_when_a_kind_is_missing(world: World, subject: str, keys: tuple[Any, ...], missing: int):
    with expect_revert("KindMissing", kind=missing):
        attest(world, signed(world, *keys))


def test_attest_reverts_when_a_signer_signs_twice_or_out_of_order(world: World, subject: str):
    parts = signed(world, CUSTODIAN_KEY, AUDITOR_KEY)
    with expect_revert("SignersOutOfOrder", signer=parts[0][0]):
        attest(world, [parts[0], parts[0], parts[1]])
    with expect_revert("SignersOutOfOrder", signer=parts[0][0]):
        attest(world, parts[::-1])


def test_attest_reverts_above_eight_signatures(world: World, subject: str):
    with expect_revert("TooManySignatures", count=9, most=8):
        attest(world, signed(world, CUSTODIAN_KEY) * 9)


def test_attest_reverts_when_the_message_was_used(world: World, subject: str):
    parts, now = signed(world, CUSTODIAN_KEY, AUDITOR_KEY), world.chain.now
    attest(world, parts)
    with expect_revert("ObservationNotNewer", observedAt=now, lastObservedAt=now):
        attest(world, parts)


def test_attest_reverts_when_one_look_is_no_newer(world: World, subject: str):
    now = world.chain.now
    attest(world, signed(world, CUSTODIAN_KEY, AUDITOR_KEY))
    world.chain.warp(HOUR)
    parts = signed(world, CUSTODIAN_KEY, at=now) + signed(world, AUDITOR_KEY)
    with expect_revert("ObservationNotNewer", observedAt=now, lastObservedAt=now):
        attest(world, sorted(parts))


def test_attest_reverts_when_a_look_is_stale_already(world: World, subject: str):
    old = world.chain.now - DAY - 1
    parts = signed(world, CUSTODIAN_KEY, at=old) + signed(world, AUDITOR_KEY)
    with expect_revert("ObservationStale", observedAt=old, maxAge=DAY):
        attest(world, sorted(parts))


def test_attest_reverts_when_a_look_is_in_the_future(world: World, subject: str):
    ahead = world.chain.now + 1
    parts = signed(world, CUSTODIAN_KEY) + signed(world, AUDITOR_KEY, at=ahead)
    with expect_revert("ObservationInFuture", signer=AUDITOR_KEY.address, observedAt=ahead):
        attest(world, sorted(parts))


def test_attest_reverts_when_the_signer_is_unknown(world: World, subject: str):
    stranger = key_of("stranger")
    with expect_revert("SignerUnknown", subject=SUBJECT, signer=stranger.address):
        attest(world, signed(world, stranger))


def test_attest_reverts_when_the_signer_was_removed(world: World, attestations: Contract, subject: str):
    parts = signed(world, CUSTODIAN_KEY, AUDITOR_KEY)
    receipt = attestations.removeSigner(SUBJECT, AUDITOR_KEY.address, by=REGULATOR)
    assert receipt.log == (("SignerSet", SUBJECT, AUDITOR_KEY.address, 0),)
    with expect_revert("SignerUnknown", subject=SUBJECT, signer=AUDITOR_KEY.address):
        attest(world, parts)


def test_a_removed_signer_leaves_what_was_attested(world: World, attestations: Contract, subject: str):
    attest(world, signed(world, CUSTODIAN_KEY, AUDITOR_KEY))
    attestations.removeSigner(SUBJECT, AUDITOR_KEY.address, by=REGULATOR)
    assert attestations.attestedOf(SUBJECT) == QUANTITY


@pytest.mark.parametrize("change", ["quantity", "subject", "chain id", "contract", *MALFORMED])
def test_attest_reverts_when_something_else_was_signed(world: World, subject: str, change: str):
    """Attack cases 6 and 7."""
    values = (SUBJECT, QUANTITY, DOCUMENT, world.chain.now)
    realm = domain_separator("Attestations", world.attestations.address)
    if change == "quantity":
        values = (SUBJECT, QUANTITY + 1, DOCUMENT, world.chain.now)
    elif change == "subject":
        values = (OUTSIDER, *values[1:])
    elif change == "chain id":
        realm = domain_separator("Attestations", world.attestations.address, 2)
    elif change == "contract":
        realm = domain_separator("Attestations", OUTSIDER)
    keys = sorted((CUSTODIAN_KEY, AUDITOR_KEY), key=lambda key: key.address)
    signatures = [key.sign(digest(realm, RESERVE, values)) for key in keys]
    if change in MALFORMED:
        signatures = [malformed(signature, change) for signature in signatures]
    parts = [(key.address, world.chain.now, part) for key, part in zip(keys, signatures, strict=True)]
    with expect_revert("SignatureInvalid", signer=keys[0].address):
        attest(world, parts)


def test_attest_takes_a_contract_wallet(world: World, attestations: Contract, subject: str):
    wallet = world.deploy("ContractWallet")
    world.by_admin(attestations.setSigner, SUBJECT, wallet.address, AUDITOR)
    now = world.chain.now
    wallet.set(0, attestations.hashOfAttestation(SUBJECT, QUANTITY, DOCUMENT, now))
    attest(world, sorted([*signed(world, CUSTODIAN_KEY), (wallet.address, now, b"")]))
    assert attestations.attestedOf(SUBJECT) == QUANTITY


def test_hash_of_attestation_is_that_of_the_standard(world: World, attestations: Contract):
    values = (SUBJECT, QUANTITY, DOCUMENT, world.chain.now)
    expected = digest(domain_separator("Attestations", attestations.address), RESERVE, values)
    assert attestations.hashOfAttestation(*values) == expected


@pytest.mark.parametrize(("signer", "kind"), [(ZERO, AUDITOR), (OUTSIDER, 0)])
def test_set_signer_reverts_when_there_is_none(world: World, attestations: Contract, signer: str, kind: int):
    with expect_revert("SignerInvalid", subject=SUBJECT, signer=signer):
        world.by_admin(attestations.setSigner, SUBJECT, signer, kind)


def test_set_signer_gives_one_kind(world: World, attestations: Contract, subject: str):
    """Who was custodian is auditor now, and never both."""
    world.by_admin(attestations.setSigner, SUBJECT, CUSTODIAN_KEY.address, AUDITOR)
    assert attestations.kindOf(SUBJECT, CUSTODIAN_KEY.address) == AUDITOR
    with expect_revert("KindMissing", kind=CUSTODIAN):
        attest(world, signed(world, CUSTODIAN_KEY, AUDITOR_KEY))


def test_remove_signer_reverts_when_he_is_none(attestations: Contract):
    with expect_revert("SignerUnknown", subject=SUBJECT, signer=OUTSIDER):
        attestations.removeSigner(SUBJECT, OUTSIDER, by=REGULATOR)


@pytest.mark.parametrize("age", [DAY, DAY - 1, 2**40])
def test_loosen_max_age_reverts_when_it_is_not_looser(world: World, attestations: Contract, subject: str, age: int):
    with expect_revert("MaxAgeInvalid", wanted=age, current=DAY):
        world.by_admin(attestations.loosenMaxAge, SUBJECT, age)


def test_tighten_max_age_makes_stale_at_once(world: World, attestations: Contract):
    subject = world.cash.address
    assert attestations.attestedOf(subject) == ATTESTED
    world.chain.warp(HOUR)
    receipt = attestations.tightenMaxAge(subject, HOUR - 1, by=REGULATOR)
    assert receipt.log == (("MaxAgeChanged", subject, HOUR - 1),)
    assert attestations.attestedOf(subject) == 0
    with expect_revert("MaxAgeInvalid", wanted=HOUR - 1, current=HOUR - 1):
        attestations.tightenMaxAge(subject, HOUR - 1, by=REGULATOR)


def test_an_attestation_of_one_subject_says_nothing_of_another(attestations: Contract, subject: str):
    assert attestations.attestedOf(SUBJECT) == 0
    assert attestations.maxAgeOf(attestations.address) == 0 != RESERVE_AGE

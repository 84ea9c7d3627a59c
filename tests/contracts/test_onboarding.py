"""Onboarding by attestation, further wallets, renewal; `test_customer_roots` has the roots."""

from dataclasses import replace

import pytest
from evm import ZERO, Contract, address_of, expect_revert, key_of
from onboarding import (
    ENTRY,
    FROZEN_FLAG,
    HASH,
    INCOMPLETE,
    LONGEST,
    NEW,
    OUTSIDER,
    PROVIDER,
    REPLACED_FLAG,
    UNLICENSED,
    Attestation,
    attest,
    consent_to,
    license_provider,
    lose_licence,
    move_digest,
    wallet_digest,
)  # fmt: skip
from signing import MALFORMED, malformed
from world import DAY, FLAGS_AT, NOW, REVOKED_FLAG, VALID_UNTIL, World, record

from rwa_deploy import units

HOLDER, RECEIVER, TREASURY = map(address_of, ("holder", "receiver", "treasury"))
REGISTRAR, ENFORCER = map(address_of, ("registrar", "enforcer"))
GOOD = Attestation()
WRITTEN = record(**ENTRY, provider=1, updated_at=NOW)
MOODS = ("good", "bad", "reverting", "burning", "short")
ONE_YEAR = 365 * DAY


def stale(attestation: Attestation, updated_at: int) -> dict[str, object]:
    """The facts of `AttestationStale`."""
    times = {"issuedAt": attestation.issued_at, "until": attestation.until, "updatedAt": updated_at}
    return {"wallet": attestation.wallet, **times}


# ── attest ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("submitter", [OUTSIDER, NEW, PROVIDER])
def test_attest_writes_the_record_whoever_submits_it(allowlist: Contract, submitter: str):
    receipt = attest(allowlist, GOOD, by=submitter)
    assert receipt.log == (("Onboarded", NEW, WRITTEN, HASH),)
    assert allowlist.recordOf(NEW) == WRITTEN


def test_attest_sets_flags_provider_and_tax_history_itself(allowlist: Contract):
    row = record(**ENTRY, provider=9, flags=31, updated_at=5, tax_class_before=8, tax_day=4)
    attest(allowlist, replace(GOOD, record=row))
    assert allowlist.recordOf(NEW) == WRITTEN


def test_attest_remembers_the_tax_class_before_and_its_day(world: World, allowlist: Contract):
    attest(allowlist, replace(GOOD, record=record(tax_class=1)))
    now = world.chain.warp(5 * DAY)
    attest(allowlist, replace(GOOD, record=record(tax_class=2), issued_at=now, until=now))
    history = {"tax_class": 2, "tax_class_before": 1, "tax_day": units.day(now)}
    assert allowlist.recordOf(NEW) == record(provider=1, updated_at=now, **history)


def test_hashes_are_those_of_eip_712(allowlist: Contract):
    assert allowlist.hashOf(GOOD.fields()) == GOOD.digest(allowlist)
    assert allowlist.hashOfMove(NEW, GOOD.digest(allowlist)) == move_digest(allowlist, GOOD)
    assert allowlist.hashOfWallet(HOLDER, NEW, NOW) == wallet_digest(allowlist, HOLDER, NEW, NOW)


@pytest.mark.parametrize("mood", MOODS)
def test_attest_asks_a_contract_wallet_of_a_provider(world: World, allowlist: Contract, mood: str):
    """Attack case 7: a provider whose contract answers badly vouches for nobody."""
    wallet = world.deploy("ContractWallet")
    number = license_provider(world, wallet.address)
    wallet.set(MOODS.index(mood), GOOD.digest(allowlist))
    arguments = (wallet.address, GOOD.fields(), b"whatever", b"")
    if mood == "good":
        allowlist.attest(*arguments, by=OUTSIDER)
        assert allowlist.recordOf(NEW) == record(**ENTRY, provider=number, updated_at=NOW)
        return
    with expect_revert("SignatureInvalid", signer=wallet.address):
        allowlist.attest(*arguments, by=OUTSIDER)
    assert allowlist.recordOf(NEW) == 0


@pytest.mark.parametrize(
    "changes",
    [{"issued_at": NOW + 1}, {"until": NOW - 1}, {"until": 0}, {"issued_at": 2**64 - 1, "until": 2**64 - 1}],
)
def test_attest_reverts_when_it_is_signed_in_the_future_or_expired(allowlist: Contract, changes: dict[str, int]):
    bad = replace(GOOD, **changes)
    with expect_revert("AttestationStale", **stale(bad, 0)):
        attest(allowlist, bad)


def test_attest_succeeds_in_the_second_of_signing_which_is_its_last(allowlist: Contract):
    attest(allowlist, replace(GOOD, issued_at=NOW, until=NOW))
    assert allowlist.recordOf(NEW) == WRITTEN


@pytest.mark.parametrize("issued_at", [NOW - 1, NOW])
def test_attest_reverts_when_it_is_not_newer_than_the_record(world: World, allowlist: Contract, issued_at: int):
    world.onboard(NEW)
    world.chain.warp(DAY)
    bad = replace(GOOD, issued_at=issued_at, until=NOW + 2 * DAY)
    with expect_revert("AttestationStale", **stale(bad, NOW)):
        attest(allowlist, bad)


def test_attest_succeeds_a_second_after_the_record(world: World, allowlist: Contract):
    world.onboard(NEW)
    now = world.chain.warp(DAY)
    attest(allowlist, replace(GOOD, issued_at=NOW + 1))
    assert allowlist.recordOf(NEW) == record(**ENTRY, provider=1, updated_at=now, tax_class_before=1, tax_day=TOMORROW)


TOMORROW = units.day(NOW) + 1


def test_attest_reverts_when_it_is_submitted_again(world: World, allowlist: Contract):
    """Attack case 5."""
    attest(allowlist, GOOD)
    world.chain.warp(60)
    for submitter in (OUTSIDER, NEW, PROVIDER):
        with expect_revert("AttestationStale", **stale(GOOD, NOW)):
            attest(allowlist, GOOD, by=submitter)
    assert allowlist.recordOf(NEW) == WRITTEN


def test_attest_reverts_when_an_older_one_comes_after_a_newer(world: World, allowlist: Contract):
    """Attack case 5: two are out, and the better one of yesterday does not undo today's."""
    world.chain.warp(60)
    newer = replace(GOOD, record=record(tier=1), issued_at=NOW + 60)
    attest(allowlist, newer)
    with expect_revert("AttestationStale", **stale(GOOD, NOW + 60)):
        attest(allowlist, GOOD)


@pytest.mark.parametrize("by", ["provider", "registrar"])
def test_attest_reverts_when_the_record_was_revoked_since(world: World, allowlist: Contract, by: str):
    """Attack case 5: what was signed before a revocation does not come back."""
    attest(allowlist, GOOD)
    other = replace(GOOD, issued_at=NOW + 1)
    now = world.chain.warp(60)
    if by == "provider":
        allowlist.revoke([NEW], by=PROVIDER)
    else:
        world.revoke(NEW)
    with expect_revert("AttestationStale", **stale(other, now)):
        attest(allowlist, other)


def test_attest_reverts_when_the_record_is_revoked_and_the_registrar_alone_writes_it_again(
    world: World, allowlist: Contract
):
    attest(allowlist, GOOD)
    world.revoke(NEW)
    now = world.chain.warp(60)
    later = replace(GOOD, issued_at=now)
    with expect_revert("RecordRevoked", wallet=NEW):
        attest(allowlist, later)
    with expect_revert("RecordRevoked", wallet=NEW):
        attest(allowlist, later, consent=consent_to(allowlist, later, "new wallet"), by=NEW)
    with expect_revert("RecordNotYours", wallet=NEW, provider=1):
        attest(allowlist, later, "second_provider", consent=consent_to(allowlist, later, "new wallet"))
    allowlist.onboardByRegistrar([(NEW, record(provider=1), HASH)], by=REGISTRAR)
    assert allowlist.sendCode(NEW) == 0


@pytest.mark.parametrize("where", ["chain", "contract"])
def test_attest_reverts_when_signed_for_another_chain_or_contract(world: World, allowlist: Contract, where: str):
    """Attack case 6."""
    other = world.deploy("Allowlist", world.authority.address, world.licences.address, salt=1)
    foreign = GOOD.digest(allowlist, 2) if where == "chain" else GOOD.digest(other)
    with expect_revert("SignatureInvalid", signer=PROVIDER):
        attest(allowlist, GOOD, signature=key_of("provider").sign(foreign))


def test_hashes_follow_the_chain_id_when_it_changes(world: World, allowlist: Contract):
    """Attack case 6: after a fork the same contract asks for other signatures; the cached domain is of no use there."""
    fork = world.chain.fork(allowlist, chain_id=2)
    assert fork.hashOf(GOOD.fields()) == GOOD.digest(allowlist, 2) != GOOD.digest(allowlist)
    assert fork.hashOfMove(NEW, GOOD.digest(allowlist)) == move_digest(allowlist, GOOD, 2)
    assert fork.hashOfWallet(HOLDER, NEW, NOW) == wallet_digest(allowlist, HOLDER, NEW, NOW, 2)


@pytest.mark.parametrize("kind", MALFORMED)
def test_attest_reverts_when_the_signature_is_malformed(allowlist: Contract, kind: str):
    """Attack case 7."""
    signature = malformed(key_of("provider").sign(GOOD.digest(allowlist)), kind)
    with expect_revert("SignatureInvalid", signer=PROVIDER):
        attest(allowlist, GOOD, signature=signature)


def test_attest_reverts_when_nobody_is_the_provider(allowlist: Contract):
    """Attack case 7: what recovers to zero is nobody's, and nobody has a licence."""
    with expect_revert("ProviderNotPermitted", provider=ZERO, id=0):
        allowlist.attest(ZERO, GOOD.fields(), bytes(65), b"", by=OUTSIDER)


@pytest.mark.parametrize("signer", ["second_provider", "new wallet", "registrar"])
def test_attest_reverts_when_another_signed(allowlist: Contract, signer: str):
    """Attack case 7."""
    with expect_revert("SignatureInvalid", signer=PROVIDER):
        attest(allowlist, GOOD, signature=key_of(signer).sign(GOOD.digest(allowlist)))


CHANGES = [
    {"wallet": OUTSIDER},
    {"record": record(**ENTRY | {"tier": 3})},
    {"file_hash": bytes(32)},
    {"until": NOW + 1},
]


@pytest.mark.parametrize("changes", [*CHANGES, {"issued_at": NOW - 1}])
def test_attest_reverts_when_a_field_was_changed(allowlist: Contract, changes: dict[str, object]):
    """Attack case 7."""
    signature = key_of("provider").sign(GOOD.digest(allowlist))
    with expect_revert("SignatureInvalid", signer=PROVIDER):
        attest(allowlist, replace(GOOD, **changes), signature=signature)


@pytest.mark.parametrize("why", UNLICENSED)
def test_attest_reverts_when_the_provider_is_not_permitted(world: World, allowlist: Contract, why: str):
    """Attack case 8."""
    name, number = lose_licence(world, why)
    with expect_revert("ProviderNotPermitted", provider=address_of(name), id=number):
        attest(allowlist, GOOD, name)
    assert allowlist.recordOf(NEW) == 0


@pytest.mark.parametrize("fields", INCOMPLETE)
def test_attest_reverts_when_the_record_is_incomplete(allowlist: Contract, fields: dict[str, int]):
    bad = replace(GOOD, record=record(**fields))
    with expect_revert("RecordInvalid", wallet=NEW, record=record(provider=1, updated_at=NOW, **fields)):
        attest(allowlist, bad)


def test_attest_reverts_when_the_wallet_is_zero(allowlist: Contract):
    with expect_revert("RecordInvalid", wallet=ZERO, record=WRITTEN):
        attest(allowlist, replace(GOOD, wallet=ZERO))


# ── attest: a wallet of another provider ─────────────────────────────────────────────────────────────────────────────

MOVING = Attestation(wallet=HOLDER, issued_at=NOW + 60, until=NOW + DAY)
MOVED = {**ENTRY, "provider": 2, "updated_at": NOW + 60, "tax_class_before": 1, "tax_day": TOMORROW - 1}


@pytest.fixture
def later(world: World) -> int:
    """A minute passes, so that an attestation can be newer than the records of the beginning."""
    return world.chain.warp(60)


def test_attest_reverts_when_the_wallet_is_another_providers(allowlist: Contract, later: int):
    for submitter in (OUTSIDER, address_of("second_provider"), REGISTRAR):
        with expect_revert("RecordNotYours", wallet=HOLDER, provider=1):
            attest(allowlist, MOVING, "second_provider", by=submitter)


def test_attest_moves_a_wallet_with_its_signature(allowlist: Contract, later: int):
    receipt = attest(allowlist, MOVING, "second_provider", consent=consent_to(allowlist, MOVING, "holder"))
    assert receipt.log == (("Onboarded", HOLDER, record(**MOVED), HASH),)
    assert allowlist.recordOf(HOLDER) == record(**MOVED)


def test_attest_moves_a_wallet_by_its_own_call(allowlist: Contract, later: int):
    attest(allowlist, MOVING, "second_provider", by=HOLDER)
    assert allowlist.recordOf(HOLDER) == record(**MOVED)


@pytest.mark.parametrize("mood", MOODS)
def test_attest_moves_a_contract_wallet_that_consents(world: World, allowlist: Contract, later: int, mood: str):
    """Attack case 7."""
    wallet = world.deploy("ContractWallet")
    world.onboard(wallet.address)
    now = world.chain.warp(60)
    moving = replace(MOVING, wallet=wallet.address, issued_at=now)
    wallet.set(MOODS.index(mood), move_digest(allowlist, moving))
    if mood == "good":
        attest(allowlist, moving, "second_provider", consent=b"whatever")
        assert allowlist.recordOf(wallet.address) == record(**MOVED | {"updated_at": now})
        return
    with expect_revert("RecordNotYours", wallet=wallet.address, provider=1):
        attest(allowlist, moving, "second_provider", consent=b"whatever")


def test_attest_moves_a_wallet_of_the_registrars(world: World, allowlist: Contract):
    allowlist.onboardByRegistrar([(NEW, record(), HASH)], by=REGISTRAR)
    now = world.chain.warp(60)
    moving = replace(GOOD, issued_at=now)
    with expect_revert("RecordNotYours", wallet=NEW, provider=0):
        attest(allowlist, moving)
    attest(allowlist, moving, consent=consent_to(allowlist, moving, "new wallet"))
    assert allowlist.recordOf(NEW) == record(**MOVED | {"provider": 1, "updated_at": now})


@pytest.mark.parametrize("changes", [*CHANGES[1:3], {"until": NOW + 2 * DAY}, {"issued_at": NOW + 59}])
def test_attest_reverts_when_the_consent_was_for_another_attestation(
    allowlist: Contract, later: int, changes: dict[str, object]
):
    """Attack case 5."""
    other = replace(MOVING, **changes)
    with expect_revert("RecordNotYours", wallet=HOLDER, provider=1):
        attest(allowlist, other, "second_provider", consent=consent_to(allowlist, MOVING, "holder"))


@pytest.mark.parametrize("signer", ["receiver", "second_provider", "provider"])
def test_attest_reverts_when_another_consents(allowlist: Contract, later: int, signer: str):
    with expect_revert("RecordNotYours", wallet=HOLDER, provider=1):
        attest(allowlist, MOVING, "second_provider", consent=consent_to(allowlist, MOVING, signer))


@pytest.mark.parametrize("kind", [*MALFORMED, "chain"])
def test_attest_reverts_when_the_consent_is_malformed(allowlist: Contract, later: int, kind: str):
    """Attack cases 6 and 7."""
    consent = consent_to(allowlist, MOVING, "holder", 2 if kind == "chain" else 1)
    consent = consent if kind == "chain" else malformed(consent, kind)
    with expect_revert("RecordNotYours", wallet=HOLDER, provider=1):
        attest(allowlist, MOVING, "second_provider", consent=consent)


def test_attest_moves_a_wallet_once_for_a_consent(world: World, allowlist: Contract, later: int):
    """Attack case 5: the wallet went back, and the old consent does not take it again."""
    consent = consent_to(allowlist, MOVING, "holder")
    attest(allowlist, MOVING, "second_provider", consent=consent)
    now = world.chain.warp(60)
    attest(allowlist, replace(MOVING, issued_at=now), "provider", by=HOLDER)
    with expect_revert("AttestationStale", **stale(MOVING, now)):
        attest(allowlist, MOVING, "second_provider", consent=consent)


# ── attest: what an order set ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stop", ["frozen", "replaced", "revoked"])
def test_attest_reverts_when_a_stopped_wallet_would_move(world: World, allowlist: Contract, stop: str):
    """Another provider takes over nobody who is stopped, whatever he signs or calls."""
    if stop == "frozen":
        allowlist.setFrozen(HOLDER, True, by=ENFORCER)
    elif stop == "replaced":
        allowlist.onboardByRegistrar([(NEW, record(investor=1), HASH)], by=REGISTRAR)
        allowlist.replace(HOLDER, NEW, by=ENFORCER)
    else:
        world.revoke(HOLDER)
    now = world.chain.warp(60)
    moving = replace(MOVING, issued_at=now)
    for submitter in (HOLDER, OUTSIDER):
        with expect_revert("RecordNotYours", wallet=HOLDER, provider=1):
            attest(allowlist, moving, "second_provider", consent=consent_to(allowlist, moving, "holder"), by=submitter)


def test_attest_reverts_when_the_wallet_is_of_the_system(allowlist: Contract, later: int):
    moving = replace(MOVING, wallet=TREASURY)
    with expect_revert("RecordNotYours", wallet=TREASURY, provider=0):
        attest(allowlist, moving, consent=consent_to(allowlist, moving, "treasury"), by=TREASURY)


@pytest.mark.parametrize("way", ["attest", "onboard", "registrar", "renew"])
@pytest.mark.parametrize("flag", [FROZEN_FLAG, REPLACED_FLAG])
def test_what_an_order_set_outlives_every_way_in(world: World, allowlist: Contract, flag: int, way: str):
    if flag == FROZEN_FLAG:
        allowlist.setFrozen(HOLDER, True, by=ENFORCER)
    else:
        allowlist.onboardByRegistrar([(NEW, record(investor=1), HASH)], by=REGISTRAR)
        allowlist.replace(HOLDER, NEW, by=ENFORCER)
    now = world.chain.warp(60)
    row = (HOLDER, record(provider=1), HASH)
    if way == "attest":
        attest(allowlist, Attestation(HOLDER, record(), HASH, now, now))
    elif way == "onboard":
        allowlist.onboard([row], by=PROVIDER)
    elif way == "registrar":
        allowlist.onboardByRegistrar([row], by=REGISTRAR)
    else:
        allowlist.renew([HOLDER], VALID_UNTIL, by=PROVIDER)
    assert allowlist.recordOf(HOLDER) == record(provider=1, updated_at=now, flags=flag)


# ── addWallet ────────────────────────────────────────────────────────────────────────────────────────────────────────


def add(
    allowlist: Contract,
    first: str = "holder",
    added: str = "new wallet",
    until: int = NOW + DAY,
    *,
    signature: bytes | None = None,
) -> object:
    """The wallet `added` calls with what the wallet `first` signed."""
    addresses = (address_of(first), address_of(added))
    signed = key_of(first).sign(wallet_digest(allowlist, *addresses, until)) if signature is None else signature
    return allowlist.addWallet(addresses[0], until, signed, by=addresses[1])


def test_add_wallet_copies_the_record(world: World, allowlist: Contract):
    world.onboard(HOLDER, tax_class=2)
    now = world.chain.warp(60)
    history = {"tax_class": 2, "tax_class_before": 1, "tax_day": TOMORROW - 1}
    copied = record(provider=1, updated_at=now, **history)
    assert add(allowlist).log == (("WalletAdded", HOLDER, NEW, copied),)
    assert allowlist.recordOf(NEW) == copied
    assert allowlist.recordOf(HOLDER) == record(provider=1, updated_at=NOW, **history)


@pytest.mark.parametrize("mood", MOODS)
def test_add_wallet_asks_a_contract_wallet(world: World, allowlist: Contract, mood: str):
    """Attack case 7."""
    first = world.deploy("ContractWallet")
    world.onboard(first.address)
    first.set(MOODS.index(mood), wallet_digest(allowlist, first.address, NEW, NOW))
    if mood == "good":
        allowlist.addWallet(first.address, NOW, b"whatever", by=NEW)
        assert allowlist.recordOf(NEW) == allowlist.recordOf(first.address)
        return
    with expect_revert("SignatureInvalid", signer=first.address):
        allowlist.addWallet(first.address, NOW, b"whatever", by=NEW)


@pytest.mark.parametrize("kind", [*MALFORMED, "chain", "other signer", "other added", "other time", "the added one's"])
def test_add_wallet_reverts_when_the_first_wallet_did_not_sign(allowlist: Contract, kind: str):
    """Attack cases 6 and 7."""
    until = NOW + DAY
    signed = {
        "chain": (HOLDER, NEW, until, 2),
        "other added": (HOLDER, OUTSIDER, until),
        "other time": (HOLDER, NEW, until + 1),
    }
    signer = {"other signer": "receiver", "the added one's": "new wallet"}.get(kind, "holder")
    signature = key_of(signer).sign(wallet_digest(allowlist, *signed.get(kind, (HOLDER, NEW, until))))
    with expect_revert("SignatureInvalid", signer=HOLDER):
        add(allowlist, signature=malformed(signature, kind) if kind in MALFORMED else signature)
    assert allowlist.recordOf(NEW) == 0


@pytest.mark.parametrize("added", ["receiver", "treasury", "holder"])
def test_add_wallet_reverts_when_the_wallet_has_a_record(allowlist: Contract, added: str):
    with expect_revert("WalletNotAddable", wallet=HOLDER, added=address_of(added), until=NOW + DAY):
        add(allowlist, added=added)


def test_add_wallet_takes_a_signature_to_its_last_second(world: World, allowlist: Contract):
    world.chain.warp(DAY + 1)
    with expect_revert("WalletNotAddable", wallet=HOLDER, added=NEW, until=NOW + DAY):
        add(allowlist)
    world.chain.warp(-1)
    add(allowlist)
    assert allowlist.recordOf(NEW) == record(provider=1, updated_at=NOW + DAY)


def test_add_wallet_reverts_when_the_wallet_was_added_and_revoked(world: World, allowlist: Contract):
    """Attack case 5."""
    add(allowlist)
    world.revoke(NEW)
    world.chain.warp(60)
    with expect_revert("WalletNotAddable", wallet=HOLDER, added=NEW, until=NOW + DAY):
        add(allowlist)
    assert allowlist.recordOf(NEW) >> FLAGS_AT == REVOKED_FLAG


@pytest.mark.parametrize("standing", ["expired", "revoked", "frozen", "replaced", "system", "stranger"])
def test_add_wallet_reverts_when_the_first_wallet_is_not_in_order(world: World, allowlist: Contract, standing: str):
    """Attack case 10."""
    first = {"system": "treasury", "stranger": "outsider"}.get(standing, "holder")
    if standing == "expired":
        world.onboard(HOLDER, valid_until=NOW + 1)
        world.chain.warp(2)
    elif standing == "revoked":
        world.revoke(HOLDER)
    elif standing == "frozen":
        allowlist.setFrozen(HOLDER, True, by=ENFORCER)
    elif standing == "replaced":
        allowlist.onboardByRegistrar([(OUTSIDER, record(investor=1), HASH)], by=REGISTRAR)
        allowlist.replace(HOLDER, OUTSIDER, by=ENFORCER)
    present = allowlist.recordOf(address_of(first))
    with expect_revert("RecordInvalid", wallet=address_of(first), record=present):
        add(allowlist, first)


@pytest.mark.parametrize("why", [why for why in UNLICENSED if why not in ("mere NOC", "never licensed")])
def test_add_wallet_reverts_when_the_providers_licence_does_not_hold(world: World, allowlist: Contract, why: str):
    """Attack case 8."""
    lose_licence(world, why)
    with expect_revert("ProviderNotPermitted", provider=PROVIDER, id=1):
        add(allowlist)


def test_add_wallet_needs_no_licence_for_a_client_of_the_registrar(world: World, allowlist: Contract):
    allowlist.onboardByRegistrar([(HOLDER, record(), HASH)], by=REGISTRAR)
    lose_licence(world, "revoked")
    add(allowlist)
    assert allowlist.recordOf(NEW) == record(updated_at=NOW)


# ── renew ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_renew_moves_the_expiry_of_a_batch_and_nothing_else(world: World, allowlist: Contract):
    world.onboard(HOLDER, tax_class=2)
    now = world.chain.warp(DAY)
    until = now + ONE_YEAR
    first = record(provider=1, tax_class=2, tax_class_before=1, tax_day=TOMORROW - 1, valid_until=until, updated_at=now)
    second = record(provider=1, investor=2, valid_until=until, updated_at=now)
    receipt = allowlist.renew([HOLDER, RECEIVER], until, by=PROVIDER)
    assert receipt.log == (("Renewed", HOLDER, first), ("Renewed", RECEIVER, second))
    assert (allowlist.recordOf(HOLDER), allowlist.recordOf(RECEIVER)) == (first, second)


def test_renew_brings_an_expired_record_back_and_shortens_another(world: World, allowlist: Contract):
    """Attack case 10."""
    world.onboard(HOLDER, valid_until=NOW + 1)
    world.chain.warp(DAY)
    assert allowlist.sendCode(HOLDER) == 11
    allowlist.renew([HOLDER, RECEIVER], NOW + 2 * DAY, by=PROVIDER)
    assert (allowlist.sendCode(HOLDER), allowlist.sendCode(RECEIVER)) == (0, 0)
    world.chain.warp(DAY + 1)
    assert (allowlist.sendCode(HOLDER), allowlist.sendCode(RECEIVER)) == (11, 11)


@pytest.mark.parametrize("wallet", ["another's", "outsider", "treasury"])
def test_renew_reverts_when_a_wallet_is_not_the_providers(world: World, allowlist: Contract, wallet: str):
    if wallet == "another's":
        allowlist.onboard([(address_of(wallet), record(), HASH)], by=address_of("second_provider"))
    number = 2 if wallet == "another's" else 0
    with expect_revert("RecordNotYours", wallet=address_of(wallet), provider=number):
        allowlist.renew([HOLDER, address_of(wallet)], VALID_UNTIL, by=PROVIDER)


def test_renew_reverts_when_a_record_is_revoked(world: World, allowlist: Contract):
    world.revoke(RECEIVER)
    with expect_revert("RecordRevoked", wallet=RECEIVER):
        allowlist.renew([HOLDER, RECEIVER], VALID_UNTIL, by=PROVIDER)
    assert allowlist.recordOf(HOLDER) == record(provider=1, updated_at=NOW)


@pytest.mark.parametrize("until", [NOW + 1, NOW + LONGEST])
def test_renew_takes_an_expiry_at_its_bounds(allowlist: Contract, until: int):
    allowlist.renew([HOLDER], until, by=PROVIDER)
    assert allowlist.recordOf(HOLDER) == record(provider=1, updated_at=NOW, valid_until=until)


@pytest.mark.parametrize("until", [0, NOW - 1, NOW, NOW + LONGEST + 1, 2**40 - 1])
def test_renew_reverts_when_the_expiry_is_past_or_above_ten_years(allowlist: Contract, until: int):
    with expect_revert("RecordInvalid", wallet=HOLDER, record=record(provider=1, updated_at=NOW, valid_until=until)):
        allowlist.renew([HOLDER], until, by=PROVIDER)


def test_renew_takes_200_wallets_and_no_more(allowlist: Contract):
    assert len(allowlist.renew([HOLDER] * 200, VALID_UNTIL, by=PROVIDER).log) == 200
    with expect_revert("TooManyRows", rows=201, most=200):
        allowlist.renew([HOLDER] * 201, VALID_UNTIL, by=PROVIDER)


@pytest.mark.parametrize("why", UNLICENSED)
def test_renew_reverts_when_the_provider_is_not_permitted(world: World, allowlist: Contract, why: str):
    """Attack case 8."""
    name, number = lose_licence(world, why)
    with expect_revert("ProviderNotPermitted", provider=address_of(name), id=number):
        allowlist.renew([HOLDER], VALID_UNTIL, by=address_of(name))


def test_renew_makes_an_attestation_of_before_stale(world: World, allowlist: Contract):
    """Attack case 5."""
    now = world.chain.warp(60)
    allowlist.renew([HOLDER], VALID_UNTIL, by=PROVIDER)
    old = Attestation(wallet=HOLDER, issued_at=NOW + 1)
    with expect_revert("AttestationStale", **stale(old, now)):
        attest(allowlist, old)

"""What providers sign and publish, and what the Allowlist makes of it."""

from dataclasses import dataclass
from typing import Any

from eth_utils import keccak
from evm import CHAIN_ID, Contract, Receipt, address_of, key_of
from signing import ADD_WALLET, ATTESTATION, MOVE, digest, domain_separator
from world import AML_REGISTERED, DAY, LICENSED, NOC, NOW, SANDBOX, VALID_UNTIL, World, record

NEW = address_of("new wallet")
HASH = b"\x07" * 32
ENTRY = {"tier": 2, "country": 586, "tax_class": 3, "investor": 77}
PROVIDER, SECOND, OUTSIDER = map(address_of, ("provider", "second_provider", "outsider"))
FROZEN_FLAG, REPLACED_FLAG = 8, 16
LONGEST = 3653 * DAY
INCOMPLETE = [
    {"tier": 0}, {"tier": 7}, {"country": 0}, {"country": 1_000}, {"investor": 0},
    {"valid_until": NOW}, {"valid_until": NOW + LONGEST + 1},
]  # fmt: skip


def _digest(allowlist: Contract, kind: str, values: tuple[Any, ...], chain_id: int = CHAIN_ID) -> bytes:
    return digest(domain_separator("Allowlist", allowlist.address, chain_id), kind, values)


@dataclass(frozen=True)
class Attestation:
    """What a provider signs for a wallet."""

    wallet: str = NEW
    record: int = record(**ENTRY)
    file_hash: bytes = HASH
    issued_at: int = NOW
    until: int = NOW + DAY

    def fields(self) -> tuple[Any, ...]:
        """As the contract wants it."""
        return (self.wallet, self.record, self.file_hash, self.issued_at, self.until)

    def digest(self, allowlist: Contract, chain_id: int = CHAIN_ID) -> bytes:
        """What is signed."""
        return _digest(allowlist, ATTESTATION, self.fields(), chain_id)


def attest(
    allowlist: Contract,
    attestation: Attestation,
    provider: str = "provider",
    *,
    signature: bytes | None = None,
    consent: bytes = b"",
    by: str = OUTSIDER,
) -> Receipt:
    """Anyone submits what the provider of that name signed."""
    signed = key_of(provider).sign(attestation.digest(allowlist)) if signature is None else signature
    return allowlist.attest(address_of(provider), attestation.fields(), signed, consent, by=by)


def consent_to(allowlist: Contract, attestation: Attestation, signer: str, chain_id: int = CHAIN_ID) -> bytes:
    """The investor of that name lets the attestation take his wallet."""
    return key_of(signer).sign(move_digest(allowlist, attestation, chain_id))


def move_digest(allowlist: Contract, attestation: Attestation, chain_id: int = CHAIN_ID) -> bytes:
    """What he signs."""
    return _digest(allowlist, MOVE, (attestation.wallet, attestation.digest(allowlist)), chain_id)


def wallet_digest(allowlist: Contract, wallet: str, added: str, until: int, chain_id: int = CHAIN_ID) -> bytes:
    """What an investor signs to add a wallet."""
    return _digest(allowlist, ADD_WALLET, (wallet, added, until), chain_id)


def license_provider(world: World, provider: str, scope: int = 1, until: int = VALID_UNTIL) -> int:
    """The regulator takes an address through all phases; its number."""
    for phase in (NOC, AML_REGISTERED, SANDBOX, LICENSED):
        world.licences.grantLicence(provider, phase, scope, until, by=address_of("regulator"))
    return world.licences.providerCount()


def file_hash(number: int) -> bytes:
    """Number -> a hash of a row."""
    return keccak(number.to_bytes(32))


# How a provider may not be permitted: what the regulator does to "provider", and the number the error names.
UNLICENSED = ("suspended", "revoked", "run out", "without scope", "mere NOC", "never licensed")


def lose_licence(world: World, why: str) -> tuple[str, int]:
    """One of `UNLICENSED` -> the provider's name and number; a mere NOC and a stranger are others."""
    regulator = address_of("regulator")
    if why in ("mere NOC", "never licensed"):
        if why == "mere NOC":
            world.licences.grantLicence(OUTSIDER, NOC, 1, VALID_UNTIL, by=regulator)
        return "outsider", 3 if why == "mere NOC" else 0
    if why == "suspended":
        world.licences.suspendLicence(PROVIDER, by=regulator)
    elif why == "revoked":
        world.licences.revokeLicence(PROVIDER, by=regulator)
    elif why == "without scope":
        world.licences.grantLicence(PROVIDER, LICENSED, 6, VALID_UNTIL, by=regulator)
    else:
        world.licences.grantLicence(PROVIDER, LICENSED, 7, world.chain.now + 1, by=regulator)
        world.chain.warp(2)
    return "provider", 1

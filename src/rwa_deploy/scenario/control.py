"""Steps of control: the ways into the Allowlist, policies of series, announcements, and orders under two offices."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from eth_utils.crypto import keccak

from rwa_deploy import typed, units
from rwa_deploy.chain import Signer, wallet
from rwa_deploy.compliance import merkle
from rwa_deploy.compliance.draw import synthetic_lei
from rwa_deploy.compliance.ivms101 import (
    Beneficiary,
    LegalPerson,
    LegalPersonName,
    Message,
    NationalIdentification,
    NaturalPerson,
    NaturalPersonName,
    Originator,
    Person,
    Vasp,
    canonical,
    message_hash,
)
from rwa_deploy.compliance.records import TIER_CODES, pack
from rwa_deploy.errors import ConfigError
from rwa_deploy.manifest import write_file
from rwa_deploy.scenario.onboarding import admit, enlist, give_cash, write
from rwa_deploy.scenario.stage import DAY, NOBODY, Stage
from rwa_deploy.scenario.steps import control as steps

__all__ = [
    "KINDS",
    "accept_disclosure",
    "add_wallet",
    "announce",
    "attest",
    "count_wallets",
    "customers",
    "end_provider",
    "give_order",
    "lift",
    "lift_last",
    "order",
    "policy",
    "suspend",
]

KINDS = ("freeze_wallet", "freeze_amount", "lift", "forced_transfer", "recovery")
COUNTRIES, CAPS, DISCLOSURE, TRAVEL_RULE = 1, 2, 4, 8  # flags of contracts/libraries/Policy.sol
WORD = 256


def suspend(step: steps.Suspend, stage: Stage) -> None:
    """The regulator suspends the licence, at once."""
    call = stage.on("Licences", "suspendLicence", stage.provider(step.provider).address)
    stage.act("suspend_licence", stage.signer("regulator"), call)


def end_provider(step: steps.EndProvider, stage: Stage) -> None:
    """Anyone, here a stranger: it takes no role."""
    _, number = stage.read("Licences", "permits", stage.provider(step.provider).address, 0)
    stage.act("mark_provider_ended", _stranger(stage), stage.on("Allowlist", "markProviderEnded", number))


def attest(step: steps.Attest, stage: Stage) -> None:
    """Each investor's record under the signature of another provider, and his own consent; a stranger submits."""
    for holder in step.holders:
        signer = stage.signer(holder)
        moved = replace(stage.investor(signer.address), provider=step.provider)
        now = stage.chain.now()
        attestation = (signer.address, pack(moved), moved.file_hash, now, now + DAY)
        signature = _sign(stage, stage.provider(step.provider), typed.ATTESTATION, attestation)
        digest = stage.read("Allowlist", "hashOf", attestation)
        consent = _sign(stage, signer, typed.MOVE, (signer.address, digest)) if step.consent else b""
        provider = stage.provider(step.provider).address
        stage.act(
            "attest", _stranger(stage), stage.on("Allowlist", "attest", provider, attestation, signature, consent)
        )
        stage.members |= {holder: moved}


def customers(step: steps.Customers, stage: Stage) -> None:
    """The provider publishes one hash for its whole file; each wallet is activated by its proof, by a stranger."""
    found = enlist(step.file, stage)
    leaves = [merkle.leaf_hash(bytes.fromhex(one.wallet[2:]), pack(one), one.file_hash) for one in found]
    tree = merkle.build(np.frombuffer(b"".join(leaves), dtype=np.uint8).reshape(-1, merkle.HASH))
    provider, until = stage.provider(step.provider), stage.chain.now() + step.days * DAY
    published = stage.on("Allowlist", "publishRoot", tree.root, until, keccak(step.file.read_bytes()))
    stage.act("publish_root", provider, published)
    for place, one in enumerate(found):
        row = (one.wallet, pack(one), one.file_hash)
        call = stage.on("Allowlist", "activate", provider.address, tree.root, row, list(tree.proof(place)))
        stage.act("activate", _stranger(stage), call)
    give_cash(step.file, stage)


def add_wallet(step: steps.AddWallet, stage: Stage) -> None:
    """The same investor behind another wallet: by the signature of the first, or written by his provider."""
    first, second = stage.signer(step.wallet), wallet(f"cast {step.name}", 0)
    added = replace(stage.investor(first.address), wallet=second.address)
    admit(stage, {step.name: added}, {step.name: second})
    if step.by == "provider":
        write(stage, added.provider, [added])
        return
    until = stage.chain.now() + DAY
    signature = _sign(stage, first, typed.ADD_WALLET, (first.address, second.address, until))
    stage.act("add_wallet", second, stage.on("Allowlist", "addWallet", first.address, until, signature))


def policy(step: steps.Policy, stage: Stage) -> None:
    """What a new series asks is stricter than nothing, so the regulator sets it at once."""
    caps = sum(cap // units.ONE << 40 * (TIER_CODES[tier] - 1) for tier, cap in step.caps.items())
    blocked = [0, 0, 0, 0]
    for number in step.blocked:
        blocked[number // WORD] |= 1 << number % WORD
    terms = (_word(step), caps, blocked, _hash(step.disclosure))
    stage.act("set_policy", stage.signer("regulator"), stage.on("Policies", "tightenPolicy", stage.token(), terms))


def accept_disclosure(step: steps.AcceptDisclosure, stage: Stage) -> None:
    """Each holder by himself."""
    for holder in step.holders:
        call = stage.on("Policies", "acceptDisclosure", _hash(step.disclosure))
        stage.act("accept_disclosure", stage.signer(holder), call)


def count_wallets(step: steps.CountWallets, stage: Stage) -> None:
    """By a stranger: it takes no role."""
    call = stage.on("Policies", "countWallets", [stage.signer(holder).address for holder in step.holders])
    stage.act("count_wallets", _stranger(stage), call)


def announce(step: steps.Announce, stage: Stage) -> None:
    """Both providers sign; the message itself stays between them."""
    sender, receiver = stage.signer(step.sender).address, stage.signer(step.receiver).address
    message = _message(stage, step)
    write_file(stage.folder / f"ivms101_{step.sender}_{step.receiver}.json", canonical(message).decode() + "\n")
    until = stage.chain.now() + step.days * DAY
    values = (stage.token(), sender, receiver, step.face, until, message_hash(message))
    signed = [
        _sign(stage, stage.provider(stage.investor(party).provider), typed.ANNOUNCEMENT, values, "Policies")
        for party in (sender, receiver)
    ]
    stage.act("announce", _stranger(stage), stage.on("Policies", "announce", values, *signed))


def _message(stage: Stage, step: steps.Announce) -> Message:
    """Who is meant: roles instead of names, and LEIs that nobody has."""

    def person(name: str) -> Person:
        return Person(natural_person=NaturalPerson(name=(NaturalPersonName(primary_identifier=name),)))

    def provider(name: str) -> Vasp:
        lei = NationalIdentification(national_identifier=synthetic_lei(int.from_bytes(name.encode()) % 10**9))
        company = LegalPerson(name=(LegalPersonName(legal_person_name=name),), national_identification=lei)
        return Vasp(legal_person=company)

    sender, receiver = stage.signer(step.sender).address, stage.signer(step.receiver).address
    return Message(
        originator=Originator(originator_persons=(person(step.sender),), account_number=(sender,)),
        beneficiary=Beneficiary(beneficiary_persons=(person(step.receiver),), account_number=(receiver,)),
        originating_vasp=provider(stage.investor(sender).provider),
        beneficiary_vasp=provider(stage.investor(receiver).provider),
    )


def order(step: steps.Order, stage: Stage) -> None:
    """Proposed and executed by two offices."""
    subject = stage.signer(step.wallet).address
    receiver = stage.signer(step.receiver).address if step.receiver else NOBODY
    token = stage.token() if step.face is not None else NOBODY
    kind = KINDS.index(step.kind)
    number = give_order(stage, (kind, subject, token, receiver, step.face or 0), step.law, step.days)
    if step.kind.startswith("freeze"):
        stage.freezes.setdefault(step.wallet, []).append(number)


def lift(step: steps.Lift, stage: Stage) -> None:
    """The last freeze of the wallet that still stands."""
    lift_last(stage, step.wallet, step.law)


def lift_last(stage: Stage, name: str, law: str) -> None:
    """Stage + wallet -> its last freeze lifted under another order. ConfigError when none stands."""
    if not stage.freezes.get(name):
        raise ConfigError(f"no freeze of {name} stands; give an order before it is lifted")
    give_order(stage, (KINDS.index("lift"), NOBODY, NOBODY, NOBODY, stage.freezes[name].pop()), law, 30)


def give_order(stage: Stage, what: tuple[int, str, str, str, int], law: str, days: int) -> int:
    """Kind, subject, token, receiver and amount, with the law it rests on -> number of the executed order."""
    kind, subject, token, receiver, amount = what
    proposal = (kind, subject, token, stage.chain.now() + days * DAY, receiver, amount, keccak(text=law))
    stage.act("propose_order", stage.signer("enforcement_maker"), stage.on("Enforcement", "propose", proposal))
    number: int = stage.read("Enforcement", "orders")
    monies = [stage.desired.address(name) for name in ("CashToken", "CentralBankMoney")]
    tokens = [*monies, *(one.token.address for one in stage.series.values())]
    call = stage.on("Enforcement", "execute", number, tokens if kind == KINDS.index("recovery") else [])
    stage.act("execute_order", stage.signer("enforcement_checker"), call)
    return number


def _sign(
    stage: Stage, signer: Signer, types: typed.Types, values: Sequence[str | int | bytes], contract: str = "Allowlist"
) -> bytes:
    realm = typed.domain(contract, stage.chain.chain_id, stage.desired.address(contract))
    return signer.sign_typed(realm, types, typed.message(types, values))


def _word(step: steps.Policy) -> int:
    """Step -> the word of contracts/libraries/Policy.sol."""
    flags = {COUNTRIES: step.blocked, CAPS: step.caps, DISCLOSURE: step.disclosure, TRAVEL_RULE: step.travel_rule}
    return (
        (TIER_CODES[step.lowest_tier] if step.lowest_tier else 0)
        | (step.lot or 0) // units.ONE << 8
        | (units.unix_from_date(step.locked_until) if step.locked_until else 0) << 72
        | (step.cooling_off_days or 0) * DAY << 112
        | (step.most_holders or 0) << 136
        | (step.omnibus_days or 0) * DAY << 168
        | sum(flag for flag, asked in flags.items() if asked) << 192
    )


def _hash(text: str | None) -> bytes:
    return keccak(text=text) if text else bytes(32)


def _stranger(stage: Stage) -> Signer:
    """Who submits what others signed: it needs gas and nothing else."""
    stranger = stage.signer("stranger")
    stage.supply_gas([stranger.address])
    return stranger

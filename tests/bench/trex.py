"""Lab -> samples of T-REX (ERC-3643), deployed for real from its published bytecode in three settings.

Without claim topics it checks only that a wallet is registered; with one topic it verifies a claim's signature at
every move; «typical» adds a country restriction and a maximum balance, two of its own compliance modules. Onboarding
an investor is what T-REX needs for it: an identity contract, its registration, and the claim if there is a topic.
"""

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_utils.crypto import keccak
from tests.bench.lab import AMOUNT, Contract, Lab, Sample, sample

from rwa_deploy.chain import Receipt, Signer, wallet

__all__ = ["SETTINGS", "Setting", "measure"]

ZERO = "0x" + "00" * 20
KYC = 1  # the claim topic
ECDSA = 1
CLAIM_SIGNER = 3  # purpose of a key
COUNTRY = 586
BATCH = 100
AGENT = 30  # number of an account of the development chain: owner and agent of it all
VERSION = (4, 1, 6)
_IMPLEMENTATIONS = (  # in the order of TREXContracts
    *("Token", "ClaimTopicsRegistry", "IdentityRegistry", "IdentityRegistryStorage"),
    *("TrustedIssuersRegistry", "ModularCompliance"),
)
_ISSUER_KEY = Account.from_key(keccak(text="rwa_deploy benchmark: signs claims of a peer"))


@dataclass(frozen=True, slots=True)
class Setting:
    """How the peer is set up."""

    name: str
    topics: tuple[int, ...] = ()
    modules: bool = False
    pages: int = 1  # transactions that a hundred mints need under the gas cap


SETTINGS = (
    Setting("trex_0_topics"),
    Setting("trex_1_topic", (KYC,)),
    Setting("trex_typical", (KYC,), modules=True, pages=2),
)


@dataclass(frozen=True, slots=True)
class _Suite:
    """What a deployment leaves."""

    agent: Signer
    factory: Contract
    identities: Contract
    issuer: Contract | None
    modules: tuple[Contract, ...]
    token: Contract
    registry: Contract
    receipts: tuple[Receipt, ...]


def measure(lab: Lab, setting: Setting) -> dict[str, Sample]:
    """Lab + setting -> operation -> Sample."""
    agent = lab.signer(AGENT)
    suite = _deploy(lab, setting, agent)
    found = {"deploy_all": sample(suite.receipts), "new_series": sample(_suite(lab, setting, suite, "second")[1])}
    holders = [wallet(setting.name, index) for index in range(BATCH)]
    new = wallet(setting.name, BATCH)
    lab.chain.fund((holder.address for holder in (*holders, new)), 10**18)
    found["onboard_each_of_100"] = sample(_onboard(lab, suite, holders), units=BATCH)
    seed = wallet(setting.name, BATCH + 1)
    lab.chain.fund([seed.address], 10**18)
    _onboard(lab, suite, [new, seed])
    lab.send(agent, suite.token.call("mint", seed.address, AMOUNT))
    found["issue_each_of_100"] = sample(_issue(lab, suite, holders, setting.pages), units=BATCH)
    return found | _moves(lab, suite, holders, new)


def _deploy(lab: Lab, setting: Setting, agent: Signer) -> _Suite:
    receipts: list[Receipt] = []

    def create(name: str, *args: Any) -> Contract:
        contract, receipt = lab.create(agent, name, *args)
        receipts.append(receipt)
        return contract

    def send(contract: Contract, function: str, *args: Any) -> None:
        receipts.append(lab.send(agent, contract.call(function, *args)))

    implementations = tuple(create(name).address for name in _IMPLEMENTATIONS)
    identity = create("Identity", agent.address, True)
    identities = create("IdFactory", create("ImplementationAuthority", identity.address).address)
    authority = create("TREXImplementationAuthority", True, ZERO, ZERO)
    send(authority, "addAndUseTREXVersion", VERSION, implementations)
    factory = create("TREXFactory", authority.address, identities.address)
    send(authority, "setTREXFactory", factory.address)
    send(identities, "addTokenFactory", factory.address)
    issuer = create("ClaimIssuer", agent.address) if setting.topics else None
    if issuer:
        key = keccak(encode(["address"], [_ISSUER_KEY.address]))
        send(issuer, "addKey", key, CLAIM_SIGNER, ECDSA)
    modules = tuple(_module(lab, create, name) for name in _MODULES) if setting.modules else ()
    bare = _Suite(agent, factory, identities, issuer, modules, factory, factory, ())
    (token, registry), made = _suite(lab, setting, bare, "first")
    return _Suite(agent, factory, identities, issuer, modules, token, registry, (*receipts, *made))


_MODULES = ("CountryRestrictModule", "MaxBalanceModule")


def _module(lab: Lab, create: Any, name: str) -> Contract:
    proxy = create("ModuleProxy", create(name).address, lab.chain.codec.selector(name, "initialize"))
    return Contract(name, proxy.address)


def _suite(lab: Lab, setting: Setting, suite: _Suite, salt: str) -> tuple[tuple[Contract, Contract], list[Receipt]]:
    """A token with its registries from the factory -> token and identity registry, ready for use."""
    agents, codec = [suite.agent.address], lab.chain.codec
    settings = []
    if suite.modules:
        country, most = suite.modules
        settings = [
            codec.encode(country.call("addCountryRestriction", 408)),
            codec.encode(most.call("setMaxBalance", 10**30)),
        ]
    token = (
        *(suite.agent.address, "Treasury Bill", "TBILL", 6, ZERO, ZERO, agents, agents),
        *([module.address for module in suite.modules], settings),
    )
    issuers = [suite.issuer.address] if suite.issuer else []
    claims = (list(setting.topics), issuers, [list(setting.topics)] if issuers else [])
    receipts = [lab.send(suite.agent, suite.factory.call("deployTREXSuite", salt, token, claims))]
    found = Contract("Token", lab.read(suite.factory, "getToken", salt))
    receipts.append(lab.send(suite.agent, found.call("unpause")))
    return (found, Contract("IdentityRegistry", lab.read(found, "identityRegistry"))), receipts


def _onboard(lab: Lab, suite: _Suite, holders: list[Signer]) -> list[Receipt]:
    """Holders -> receipts of their identities, their registration in one batch, and their claims."""
    made = lab.send_all(
        [
            (suite.agent, suite.identities.call("createIdentity", holder.address, holder.address[2:22]))
            for holder in holders
        ]
    )
    addresses = [holder.address for holder in holders]
    at = [lab.read(suite.identities, "getIdentity", address) for address in addresses]
    batch = suite.registry.call("batchRegisterIdentity", addresses, at, [COUNTRY] * len(holders))
    made.append(lab.send(suite.agent, batch))
    if suite.issuer:
        pairs = zip(holders, at, strict=True)
        made += lab.send_all([(holder, _claim(suite.issuer, identity)) for holder, identity in pairs])
    return made


def _claim(issuer: Contract, identity: str) -> Any:
    data = b"kyc"
    digest = keccak(encode(["address", "uint256", "bytes"], [identity, KYC, data]))
    signature = bytes(_ISSUER_KEY.sign_message(encode_defunct(digest)).signature)
    return Contract("Identity", identity).call("addClaim", KYC, ECDSA, issuer.address, signature, data, "")


def _issue(lab: Lab, suite: _Suite, holders: list[Signer], pages: int) -> list[Receipt]:
    """Holders -> receipts of minting to all of them, in pages."""
    share = len(holders) // pages
    parts = [holders[start : start + share] for start in range(0, len(holders), share)]
    calls = [suite.token.call("batchMint", [item.address for item in part], [AMOUNT] * share) for part in parts]
    return [lab.send(suite.agent, call) for call in calls]


def _moves(lab: Lab, suite: _Suite, holders: list[Signer], new: Signer) -> dict[str, Sample]:
    """Holders and one who has nothing yet -> Samples of what one does with a token."""
    agent, token = suite.agent, suite.token
    one, two, three, *_ = holders
    lab.send(agent, token.call("mint", one.address, 10 * AMOUNT))
    acts = {
        "transfer_existing": (one, token.call("transfer", two.address, AMOUNT)),
        "transfer_new": (one, token.call("transfer", new.address, AMOUNT)),
        "approve": (one, token.call("approve", two.address, 3 * AMOUNT)),
        "transfer_from": (two, token.call("transferFrom", one.address, three.address, AMOUNT)),
        "forced_transfer": (agent, token.call("forcedTransfer", one.address, two.address, AMOUNT)),
        "freeze": (agent, token.call("freezePartialTokens", one.address, AMOUNT)),
    }
    return {name: sample([lab.send(signer, call)]) for name, (signer, call) in acts.items()}

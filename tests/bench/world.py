"""Lab + programme.toml -> World: our programme, deployed by plan and apply and open for business.

The offices and the provider are accounts of the development chain. Everything here prepares; `rwa` measures.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from eth_utils.crypto import keccak
from tests.bench.lab import FOREVER, Contract, Lab

from rwa_deploy import prices, typed, units
from rwa_deploy.abi import Call
from rwa_deploy.apply import apply, create, plan_for, signers_for
from rwa_deploy.chain import Receipt, Signer, wallet
from rwa_deploy.compliance.records import pack
from rwa_deploy.config import FX, load
from rwa_deploy.errors import DriftFound
from rwa_deploy.model import Investor, TaxClass, Tier
from rwa_deploy.plan import Contract as Planned
from rwa_deploy.plan import create2
from rwa_deploy.prices import Round
from rwa_deploy.wiring import INSTANCES

__all__ = ["CHAIN_START", "DAY", "DENOMINATION", "NOBODY", "World", "deploy", "order", "row_of"]

DAY = 86_400
CHAIN_START = 1_767_225_600  # 1 January 2026, 00:00 UTC
DENOMINATION = 5_000 * units.ONE
MOST = 2**128 - 1
NOBODY = "0x" + "00" * 20
# A discount bill: no schedule (see IBondToken.Terms).
COUPONLESS: tuple[object, ...] = (0, 0, 0, 1, 0, 5, units.PAR, 0, 0, 0, (), (), ())
RATE = 283_650_000  # rupees per dollar [1e6]
NOC, AML_REGISTERED, SANDBOX = 1, 2, 3
ALL_SCOPES = 7
PROVIDER, OUTSIDER = 20, 21  # numbers of accounts of the development chain
COUNTRY = 586


class World:
    """The programme on chain: contracts by name, offices by name."""

    def __init__(
        self,
        lab: Lab,
        contracts: dict[str, Contract],
        offices: dict[str, Signer],
        price_signers: list[Signer],
        receipts: list[Receipt],
        seconds: float,
        reserve_signers: Sequence[Signer],
    ) -> None:
        self.lab = lab
        self.contracts = contracts
        self.offices = offices
        self.price_signers = sorted(price_signers, key=lambda signer: int(signer.address, 16))
        self.provider = lab.signer(PROVIDER)
        self.outsider = lab.signer(OUTSIDER)
        self.deployed_by = receipts
        self.deployed_in = seconds
        self.reserve_signers = sorted(reserve_signers, key=lambda signer: int(signer.address, 16))
        self._rounds = 0

    def at(self, name: str) -> Contract:
        """Contract name -> contract."""
        return self.contracts[name]

    def send(self, office: str, contract: str, function: str, *args: object) -> Receipt:
        """Office and what it calls -> Receipt."""
        return self.lab.send(self.offices[office], self.at(contract).call(function, *args))

    def post_rate(self) -> None:
        """A quorum of price signers signs today's rate."""
        self._rounds += 1
        one = Round(FX, self._rounds, self.lab.chain.now(), (RATE,))
        domain = prices.domain(self.lab.chain.chain_id, self.at("PriceOracle").address)
        signed = [(each.address, each.sign_typed(domain, typed.ROUND, one.message())) for each in self.price_signers]
        args = (prices.feed_key(FX), one.number, one.observed_at, [RATE], signed)
        self.send("price_signer", "PriceOracle", "post", *args)

    def attest_reserve(self) -> None:
        """Custodian and auditor attest more than anybody mints; it counts for a year."""
        attestations, subject = self.at("Attestations"), self.at("CashToken").address
        quantity, now = 10**12 * units.ONE, self.lab.chain.now()
        realm = typed.domain("Attestations", self.lab.chain.chain_id, attestations.address)
        message = typed.message(typed.RESERVE, (subject, quantity, bytes(32), now))
        signed = [
            (signer.address, now, signer.sign_typed(realm, typed.RESERVE, message)) for signer in self.reserve_signers
        ]
        self.lab.send(self.outsider, attestations.call("attest", subject, quantity, bytes(32), signed))

    def license_provider(self) -> None:
        """The regulator leads the provider to the sandbox."""
        for phase in (NOC, AML_REGISTERED, SANDBOX):
            self.send("regulator", "Licences", "grantLicence", self.provider.address, phase, ALL_SCOPES, FOREVER)

    def onboarding(self, wallets: Sequence[str], number: int | None = None) -> Call:
        """Up to 200 wallets -> the provider's batch, each wallet an investor of his own, or all of one."""
        until = self.lab.chain.now() + 1_000 * DAY
        rows = [row_of(address, until, number) for address in wallets]
        return self.at("Allowlist").call("onboard", rows)

    def issuing(self, series: Contract, receivers: Sequence[str]) -> Call:
        """Series and receivers -> the debt office's issue of one unit of the denomination to each."""
        faces = [DENOMINATION] * len(receivers)
        return self.at("Programme").call("issue", series.address, list(receivers), faces)

    def onboard(self, wallets: Sequence[str], number: int | None = None) -> Receipt:
        """Wallets -> Receipt of their batch."""
        return self.lab.send(self.provider, self.onboarding(wallets, number))

    def issue(self, series: Contract, receivers: Sequence[str]) -> Receipt:
        """Series and receivers -> Receipt of their issue."""
        return self.lab.send(self.offices["debt_office"], self.issuing(series, receivers))

    def funded(self, purpose: str, count: int) -> list[Signer]:
        """Purpose and number -> wallets with ether for gas."""
        found = [wallet(purpose, index) for index in range(count)]
        self.lab.chain.fund((item.address for item in found), 10**18)
        return found

    def new_series(
        self, number: int, maturity_at: int, features: tuple[object, ...] = COUPONLESS, rules: str = "Allowlist"
    ) -> Contract:
        """Number and maturity -> a series created through the CREATE2 proxy, registered and confirmed; else a bill."""
        terms_hash = keccak(text=f"term sheet of benchmark series {number}")
        issue_at = units.unix_from_date(units.date_from_unix(self.lab.chain.now()))
        terms = (
            *(f"Treasury Bill {number}", f"MTB-{number}", f"PK{number:010d}".encode(), b"PKR"),
            *(issue_at, maturity_at, DENOMINATION, MOST, terms_hash, *features),
        )
        at = (self.at(name).address for name in ("Authority", rules, "Programme", "BondMaths"))
        args = (*at, terms)
        salt, init_code = keccak(text=f"series {number}"), self.lab.chain.codec.init_code("BondToken", args)
        planned = Planned("BondToken", args, salt, init_code, create2(salt, init_code))
        create(self.lab.chain, self.offices["debt_office"], planned)
        hashes = (keccak(init_code), terms_hash)
        self.send("debt_office", "Programme", "register", salt, *hashes)
        self.send("fiscal_agent", "Programme", "confirm", planned.address, *hashes)
        return Contract("BondToken", planned.address)


def deploy(lab: Lab) -> World:
    """Lab -> World. Raises DriftFound when something of the plan is left."""
    config = load(Path(__file__).parent / "programme.toml")
    height, started = lab.chain.height(), time.perf_counter()
    signers = signers_for(config.accounts())
    accounts = {ref: signer.address for ref, signer in signers.items()}
    keys = {signer.address: signer for signer in signers.values()}
    outcome = apply(plan_for(config, accounts, lab.chain.codec, lab.artifacts, lab.chain), config, lab.chain, keys)
    seconds = time.perf_counter() - started
    left = plan_for(config, accounts, lab.chain.codec, lab.artifacts, lab.chain).steps
    if left:
        raise DriftFound("a deployment left steps to do", differences=tuple(step.label for step in left))
    contracts = {
        name: Contract(INSTANCES.get(name, name), address) for name, address in outcome.manifest.contracts.items()
    }
    offices = {name: keys[address] for name, address in outcome.manifest.offices.items()}
    offices["admin"] = signers[config.authority.admins[0]]
    receipts = lab.since(height)
    panel = [signers[ref] for ref in config.oracle.signers[: config.oracle.quorum]]
    auditors = [signers[ref] for ref in config.cash.reserve_signers.model_dump().values()]
    world = World(lab, contracts, offices, panel, receipts, seconds, auditors)
    world.attest_reserve()
    return world


def order(
    world: World, kind: int, subject: str, token: str, to: str, amount: int, tokens: Sequence[str] = ()
) -> list[Receipt]:
    """What an order says -> Receipts of its proposal and its execution."""
    until = world.lab.chain.now() + 30 * DAY
    proposal = (kind, subject, token, until, to, amount, keccak(text="court order"))
    proposed = world.send("enforcement_maker", "Enforcement", "propose", proposal)
    number = world.lab.read(world.at("Enforcement"), "orders")
    return [proposed, world.send("enforcement_checker", "Enforcement", "execute", number, list(tokens))]


def row_of(wallet: str, valid_until: int, number: int | None = None) -> tuple[str, int, bytes]:
    """Wallet and expiry -> a row of a batch: wallet, record, hash of the provider's file."""
    digest = keccak(hexstr=wallet)
    number = number or int.from_bytes(digest[:8])
    tier, tax_class = Tier.RETAIL_RESIDENT, TaxClass.FILER
    return wallet, pack(Investor(wallet, number, tier, COUNTRY, tax_class, valid_until, "bench", digest)), digest

"""The whole programme deployed, wired and in use: the state that every contract test starts from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from eth_abi import encode
from eth_utils import keccak
from evm import ZERO, Chain, Contract, Key, Method, Receipt, address_of, init_code, key_of
from harness import mock_artifacts, programme_artifacts
from signing import RESERVE, digest, domain_separator, round_digest

from rwa_deploy import units, wiring
from rwa_deploy.artifacts import Artifact

DAY = 86_400
HOUR = 3_600
ISSUE_AT = units.unix_from_date(date(2020, 9, 10))
NOW = ISSUE_AT + 11 * HOUR  # when every test begins
MATURITY_AT = ISSUE_AT + 91 * DAY
ADMIN_DELAY = 2 * DAY
MAX_RATE_AGE = 4 * DAY
CAP_USD = 2_000_000_000 * units.ONE
RATE = 166_250_000  # rupees per dollar [1e6], September 2020
MAX_STEP_BPS = 500
QUORUM = 2
PRICE_SIGNERS = ("price_signer_1", "price_signer_2", "price_signer_3")
MAX_PRICE_AGE = 4 * DAY
TENOR_DAYS = (7, 14, 30, 60, 90, 120, 180, 270, *(365 * years for years in (*range(1, 11), 15, 20, 30)))
CURVE_STEP_BPS = 100  # of yield
FEEDS = {
    b"USDPKR": (MAX_STEP_BPS, ()),
    b"PKRV": (CURVE_STEP_BPS, TENOR_DAYS),
    b"XAU": (1_000, ()),
    b"BRENT": (1_500, ()),
}
TRAVEL_LIMIT = 1_000_000 * units.ONE  # PKR
MANDATE_UNTIL = NOW + 730 * DAY
VALID_UNTIL = NOW + 1_000 * DAY
MINTER_LIMIT = 10**12 * units.ONE
PER_DAY = 10 * MINTER_LIMIT  # of the minter: no test but those of the bucket meets it
RESERVE_AGE = 36_500 * DAY
ATTESTED = 10**6 * MINTER_LIMIT
VAULT_SHARE_BPS = 2_500
CONVERTER_LIMIT = 10**9 * units.ONE
CUSTODIAN, AUDITOR = 1, 2  # kinds of signers
FROM_RESERVE, FROM_VAULT, FROM_CONVERTER = range(3)  # kinds of minters
DISTRIBUTION_TIER = 4
UNIT = 5_000 * units.ONE  # the series' denomination
MAX_FACE = 2**128 - 1
# A discount bill: no schedule, issued at par as far as the tax table is concerned.
COUPONLESS = {
    "form": 0,
    "basis": 0,
    "frequency": 0,
    "instrumentClass": 1,
    "recordDays": 0,
    "graceDays": 5,
    "issuePrice": units.PAR,
    "marginRate": 0,
    "minRate": 0,
    "maxRate": 0,
    "periods": (),
    "factors": (),
    "options": (),
}
GOVERNMENT, SUKUK, EXTERNAL = 1, 2, 3  # instrument classes
UNKNOWN, FILER, NON_FILER, NON_RESIDENT, EXEMPT = range(5)  # tax classes
# Rates by tax class in bps: unknown, filer, non-filer, non-resident, exempt, companies on and off the list.
TAX_RATES = {
    GOVERNMENT: (0, 2_000, 4_000, 1_000, 0, 2_000, 4_000),
    SUKUK: (0, 1_250, 2_500, 1_000, 0, 2_500, 5_000),
    EXTERNAL: (0, 0, 0, 0, 0, 0, 0),
}
PAUSE = 3 * DAY

# What the vault lends: up to so many days of residual tenor, lent and threshold [bps], by class of collateral.
LADDERS = {
    1: ((91, 9_500, 9_700), (366, 9_200, 9_500), (65_535, 8_000, 8_600)),
    2: ((366, 9_200, 9_500), (1_096, 8_800, 9_200), (65_535, 7_500, 8_300)),
    3: ((366, 9_300, 9_550), (65_535, 8_600, 9_100)),
    4: ((65_535, 6_000, 7_000),),
}
BUCKET_CEILING = 10**12 * units.ONE
MARGINS = (1_500, 7, 14, 1_000)  # FX add-on [bps], days without new debt, days of dead prices, cut [bps]
FLOOR = 10_000 * units.ONE
VAULT_TERMS = (2_000_000, 10**10 * units.ONE, 10**9 * units.ONE, FLOOR)  # 2 % a year, ceilings, floor
AUCTION_TERMS = (10_500, 6 * HOUR, 10**9 * units.ONE)

MEMORANDUM, PILOT, DEFINITIVE, CLOSED = range(4)
NONE, NOC, AML_REGISTERED, SANDBOX, LICENSED, SUSPENDED, REVOKED = range(7)
SYSTEM_FLAG, MOVER_FLAG, REVOKED_FLAG = 2, 4, 1
FLAGS_AT = 216

# Offices that people hold; `issuer` goes to a contract, and to the debt office too. Somebody holds `enforcer` here
# beside the Enforcement contract, for the tests of what a token does when it is called.
OFFICES = tuple(name for name in wiring.OFFICES if name not in (wiring.ADMIN, "issuer"))
HOLDERS = ("holder", "receiver", "spender")


def record(
    tier: int = 1,
    country: int = 586,
    provider: int = 0,
    tax_class: int = 1,
    valid_until: int = VALID_UNTIL,
    investor: int = 1,
    updated_at: int = 0,
    flags: int = 0,
    tax_class_before: int = 0,
    tax_day: int = 0,
) -> int:
    """Fields -> the packed KYC record."""
    fields = ((tier, 0), (country, 8), (provider, 24), (tax_class, 32), (tax_class_before, 40), (tax_day, 48))
    more = ((valid_until, 72), (updated_at, 112), (investor, 152), (flags, FLAGS_AT))
    return sum(value << shift for value, shift in fields + more)


def packed(values: Sequence[int], bits: int = 16) -> int:
    """Values -> one word, the first in the lowest bits."""
    return sum(value << bits * place for place, value in enumerate(values))


def words(values: Sequence[int], bits: int) -> tuple[int, ...]:
    """Values -> words of 256 bits, as many to a word as fit."""
    size = 256 // bits
    return tuple(packed(values[at : at + size], bits) for at in range(0, len(values), size))


def period(end_day: int, rate: int, reference_days: int = 0, roll: int = 0, pays: bool = True) -> int:
    """A period of a schedule, as `contracts/libraries/Schedule.sol` lays it out; the rate in 1e-8 per year."""
    return end_day | rate << 24 | reference_days << 51 | roll << 60 | pays << 63


class World:
    """Contracts by name, the clock, and the few gestures that many tests share."""

    def __init__(self, twins: Mapping[str, Artifact] | None = None) -> None:
        """`twins` stand in for contracts of the same name."""
        self.artifacts = {**programme_artifacts(), **(twins or {})}
        self.mocks = mock_artifacts()
        self.chain = Chain([*self.artifacts.values(), *self.mocks.values()], NOW)
        self._deploy()
        self._wire()
        self._set_parameters()
        self._hand_over()
        self._open()

    # ── what a test asks for ────────────────────────────────────────────────────────────────────────────────────────

    def account(self, name: str) -> str:
        """Actor's name -> address."""
        return address_of(name)

    def deploy(self, name: str, *args: Any, salt: int = 0) -> Contract:
        """Name of one of the project's or the tests' contracts -> contract."""
        artifact = self.artifacts.get(name) or self.mocks[name]
        return self.chain.deploy(artifact, *args, salt=salt)

    def schedule(self, method: Method, *args: Any, by: str = "admin") -> None:
        """The administrator announces a call."""
        self.authority.schedule(method.contract.address, method.encode(*args), 0, by=self.account(by))

    def by_admin(self, method: Method, *args: Any) -> Receipt:
        """A call of ADMIN: announced, waited for, made. Two days pass."""
        self.schedule(method, *args)
        self.chain.warp(ADMIN_DELAY)
        return method(*args, by=self.account("admin"))

    def onboard(self, *wallets: str, valid_until: int = VALID_UNTIL, tax_class: int = 1) -> None:
        """The provider writes a record for each wallet, each for an investor of his own."""
        fields = {"tax_class": tax_class, "valid_until": valid_until}
        rows = [(wallet, record(**fields, investor=1 + i), bytes(32)) for i, wallet in enumerate(wallets)]
        self.allowlist.onboard(rows, by=self.account("provider"))

    def revoke(self, *wallets: str) -> None:
        """The registrar revokes."""
        self.allowlist.revokeByRegistrar(wallets, by=self.account("registrar"))

    def post_rate(self, usd_pkr: int = RATE) -> Receipt:
        """The next round of the dollar rate, observed now."""
        return self.post_spot(b"USDPKR", usd_pkr)

    def post_spot(self, feed: bytes, price: int) -> Receipt:
        """The next round of a price [1e6], observed now."""
        return self.post_round(feed, [price])

    def post_curve(self, *yields: int) -> Receipt:
        """The next round of the yields [1e-8 per year], observed now: one for each tenor, or one for all."""
        return self.post_round(b"PKRV", yields if len(yields) > 1 else yields * len(TENOR_DAYS))

    def post_round(self, feed: bytes, values: Sequence[int], **changes: Any) -> Receipt:
        """The next round of a feed, observed now unless told otherwise, under as many signatures as it needs."""
        number = self.oracle.rounds(feed.ljust(32, b"\0")).last.number + 1
        fields = {"number": number, "observed_at": self.chain.now, **changes}
        return self.oracle.post(*signed_round(self.oracle, feed, values, **fields), by=self.account("outsider"))

    def set_rates(
        self,
        instrument_class: int,
        from_day: int,
        rates: Sequence[int],
        reduced: Sequence[int] | None = None,
        threshold: int = 0,
        taxes_discount: bool = False,
    ) -> Receipt:
        """The tax office adds a row; rates in bps by tax class, from class 0 on."""
        row = from_day | taxes_discount << 24 | threshold << 32 | packed(rates) << 128
        by = self.account("tax_office")
        return self.tax_table.setRates(instrument_class, row, packed(reduced or rates), by=by)

    def terms(self, **changes: Any) -> tuple[Any, ...]:
        """The terms of a bill, as the constructor wants them."""
        terms = {
            "name": "Pakistan T-Bill 2020-12-10",
            "symbol": "PKTB201210",
            "isin": b"PK03T0912001",
            "currency": b"PKR",
            "issueAt": ISSUE_AT,
            "maturityAt": MATURITY_AT,
            "denomination": UNIT,
            "maxFace": MAX_FACE,
            "termsHash": keccak(text="term sheet"),
            **COUPONLESS,
        }
        return tuple({**terms, **changes}.values())

    def series_code(self, artifact: Artifact | None = None, rules: str | None = None, **changes: Any) -> bytes:
        """Creation code of a series, arguments included; its rules are the Allowlist unless others are named."""
        bond = artifact or self.artifacts["BondToken"]
        at = (self.authority.address, rules or self.allowlist.address, self.programme.address, self.maths.address)
        return init_code(bond, *at, self.terms(**changes))

    def create_series(self, salt: int = 0, artifact: Artifact | None = None, **changes: Any) -> Contract:
        """A series that stands at its CREATE2 address and is not registered."""
        code = self.series_code(artifact, **changes)
        return Contract(self.chain, self.chain.create(code, salt), artifact or self.artifacts["BondToken"])

    def register(self, code: bytes, salt: int = 0, terms_hash: bytes = keccak(text="term sheet")) -> Receipt:
        """The debt office registers what stands at the address of `code`."""
        return self.programme.register(salt.to_bytes(32), keccak(code), terms_hash, by=self.account("debt_office"))

    def confirm(self, series: Contract, code: bytes, terms_hash: bytes = keccak(text="term sheet")) -> Receipt:
        """The fiscal agent confirms."""
        by = self.account("fiscal_agent")
        return self.programme.confirm(series.address, keccak(code), terms_hash, by=by)

    def new_series(self, salt: int = 0, artifact: Artifact | None = None, **changes: Any) -> Contract:
        """A series: created, registered, confirmed."""
        series = self.create_series(salt, artifact, **changes)
        code = self.series_code(artifact, **changes)
        self.register(code, salt)
        self.confirm(series, code)
        return series

    def issue(self, series: Contract, faces: Mapping[str, int]) -> Receipt:
        """The debt office issues."""
        by = self.account("debt_office")
        return self.programme.issue(series.address, list(faces), list(faces.values()), by=by)

    def mint_cash(self, to: str, amount: int) -> Receipt:
        """The minter mints."""
        return self.cash.mint(to, amount, by=self.account("minter"))

    def attest(self, subject: str, quantity: int, observed_at: int | None = None) -> Receipt:
        """Custodian and auditor attest what stands behind a token, now unless said otherwise; by anyone."""
        at = self.chain.now if observed_at is None else observed_at
        return self.attestations.attest(subject, quantity, bytes(32), self.signatures(subject, quantity, at))

    def signatures(self, subject: str, quantity: int, observed_at: int) -> list[tuple[str, int, bytes]]:
        """The two signatures, in the order of their signers."""
        keys = sorted(map(key_of, ("custodian", "auditor")), key=lambda key: key.address)
        return [self.signature(key, (subject, quantity, bytes(32), observed_at)) for key in keys]

    def signature(self, key: Key, values: tuple[Any, ...], chain_id: int = 1) -> tuple[str, int, bytes]:
        """Key and what it attests (subject, quantity, document, time) -> its part of the attestation."""
        realm = domain_separator("Attestations", self.attestations.address, chain_id)
        return key.address, values[-1], key.sign(digest(realm, RESERVE, values))

    def mint_money(self, to: str, amount: int) -> Receipt:
        """The central bank issues money of its own."""
        return self.money.mint(to, amount, by=self.account("central_bank"))

    def give(self, token: Contract, to: str, amount: int) -> None:
        """New face or new cash for a wallet."""
        if token.address == self.cash.address:
            self.mint_cash(to, amount)
        else:
            self.issue(token, {to: amount})

    def contracts(self) -> dict[str, Contract]:
        """The deployed contracts by name, the series among them."""
        return {
            "Authority": self.authority,
            "Licences": self.licences,
            "Allowlist": self.allowlist,
            "PriceOracle": self.oracle,
            "Programme": self.programme,
            "CashToken": self.cash,
            "Attestations": self.attestations,
            "CentralBankMoney": self.money,
            "CashDesk": self.cash_desk,
            "Settlement": self.settlement,
            "TaxTable": self.tax_table,
            "Fixings": self.fixings,
            "BondMaths": self.maths,
            "PayingAgent": self.paying_agent,
            "Calendar": self.calendar,
            "Defaults": self.defaults,
            "Meeting": self.meeting,
            "LiabilityManagement": self.liabilities,
            "Policies": self.policies,
            "Enforcement": self.enforcement,
            "Retirements": self.retirements,
            "CollateralRisk": self.risk,
            "Windup": self.windup,
            "CollateralVault": self.vault,
            "BondToken": self.bond,
        }

    # ── how it is built ─────────────────────────────────────────────────────────────────────────────────────────────

    def _deploy(self) -> None:
        self.authority = self.deploy("Authority", self.account("deployer"))
        root = self.authority.address
        self.licences = self.deploy("Licences", root)
        self.allowlist = self.deploy("Allowlist", root, self.licences.address)
        self.oracle = self.deploy("PriceOracle", root)
        rules = (self.allowlist.address, self.licences.address, self.oracle.address)
        self.policies = self.deploy("Policies", root, *rules)
        self.programme = self.deploy("Programme", root, self.oracle.address)
        listed = self.allowlist.address
        self.attestations = self.deploy("Attestations", root)
        reserves = self.attestations.address
        self.cash = self.deploy("CashToken", root, listed, reserves, "Rupee stablecoin", "PKRS", b"PKR", 0)
        policed = self.policies.address
        self.money = self.deploy("CashToken", root, policed, ZERO, "Digital rupee", "PKRD", b"PKR", DISTRIBUTION_TIER)
        self.cash_desk = self.deploy("CashDesk", root, self.cash.address, self.money.address)
        self.tax_table = self.deploy("TaxTable", root)
        self.fixings = self.deploy("Fixings", root, self.programme.address)
        self.maths = self.deploy("BondMaths", self.fixings.address)
        desk = (self.programme.address, self.cash.address, self.maths.address)
        self.settlement = self.deploy("Settlement", root, *desk)
        self.paying_agent = self.deploy("PayingAgent", root, *desk[:2], listed, *desk[2:], self.tax_table.address)
        self.calendar = self.deploy("Calendar", root)
        agent = self.paying_agent.address
        self.defaults = self.deploy("Defaults", *desk[:2], agent, self.calendar.address)
        self.meeting = self.deploy("Meeting", root, *desk[:2], agent, self.defaults.address, self.maths.address)
        self.liabilities = self.deploy("LiabilityManagement", root, *desk[:2], listed, self.maths.address)
        monies = (self.cash.address, self.money.address)
        self.enforcement = self.deploy("Enforcement", root, self.programme.address, listed, *monies)
        self.retirements = self.deploy("Retirements", root, self.programme.address)
        self._deploy_credit(root, agent)

    def _deploy_credit(self, root: str, agent: str) -> None:
        programme, cash, backstop = self.programme.address, self.cash.address, self.account("backstop")
        maths, oracle = self.maths.address, self.oracle.address
        self.risk = self.deploy("CollateralRisk", root, programme, oracle, maths, backstop)
        risk = self.risk.address
        self.windup = self.deploy("Windup", cash, risk, agent)
        rest = (cash, risk, agent, self.windup.address, backstop)
        self.vault = self.deploy("CollateralVault", root, programme, *rest)

    def _wire(self) -> None:
        """The table of `wiring` brought on chain; offices and system contracts get their roles."""
        deployer = self.account("deployer")
        targets = {artifact: [contract] for artifact, contract in self._targets().items() if artifact != "BondToken"}
        targets["CashToken"].append(self.money)
        for name, functions in wiring.FUNCTIONS.items():
            by_office: dict[str, list[bytes]] = defaultdict(list)
            for function, office in functions.items():
                abi_of = "BondToken" if name == "Programme" and function in wiring.SERIES else name
                by_office[office].append(selector(self.artifacts[abi_of], function))
            for target in targets[name]:
                for office, selectors in by_office.items():
                    self.authority.setTargetFunctionRole(target.address, selectors, wiring.OFFICES[office], by=deployer)
        members = [(office, self.account(office)) for office in OFFICES]
        members += [("issuer", self.account("debt_office")), ("issuer", self.settlement.address)]
        members.append(("enforcer", self.enforcement.address))
        for office, account in members:
            self.authority.grantRole(wiring.OFFICES[office], account, 0, by=deployer)

    def _targets(self) -> dict[str, Contract]:
        names = ("licences", "allowlist", "oracle", "programme", "cash", "settlement", "tax_table", "fixings")
        names += ("paying_agent", "calendar", "meeting", "liabilities", "authority", "policies", "enforcement")
        names += ("retirements", "attestations", "cash_desk", "risk", "vault")
        return {getattr(self, name).artifact.name: getattr(self, name) for name in names}

    def _set_parameters(self) -> None:
        deployer = self.account("deployer")
        self.allowlist.setSystemAccount(self.account("treasury"), False, by=deployer)
        self.allowlist.setSystemAccount(self.settlement.address, True, by=deployer)
        self.allowlist.setSystemAccount(self.paying_agent.address, False, by=deployer)
        for servicer in (self.paying_agent, self.meeting, self.liabilities, self.retirements):
            self.programme.setServicer(servicer.address, True, by=deployer)
        self.allowlist.setSystemAccount(self.liabilities.address, False, by=deployer)
        self.allowlist.setSystemAccount(self.retirements.address, False, by=deployer)
        self.paying_agent.setAccounts(self.account("tax_account"), self.account("unclaimed_account"), by=deployer)
        for account in ("tax_account", "unclaimed_account"):
            self.allowlist.setSystemAccount(self.account(account), False, by=deployer)
        for signer in PRICE_SIGNERS:
            self.oracle.addSigner(self.account(signer), by=deployer)
        for feed, (step, tenors) in FEEDS.items():
            self.oracle.openFeed(feed, step, MAX_PRICE_AGE, tenors, by=deployer)
        self.programme.loosenCap(CAP_USD, by=deployer)
        self.programme.loosenMaxRateAge(MAX_RATE_AGE, by=deployer)
        self.programme.advanceMandate(PILOT, MANDATE_UNTIL, by=deployer)
        self.policies.loosenTravelLimit(TRAVEL_LIMIT, by=deployer)
        self._set_cash(deployer)
        self._set_vault(deployer)

    def _set_cash(self, deployer: str) -> None:
        minter, bank, desk, cash = self.account("minter"), self.account("central_bank"), self.cash_desk, self.cash
        self.allowlist.setSystemAccount(desk.address, False, by=deployer)
        desk.setIssuer(minter, by=deployer)
        cash.setMinterKind(desk.address, FROM_CONVERTER, by=deployer)
        limits = (
            *((cash, minter, MINTER_LIMIT, PER_DAY), (cash, desk.address, CONVERTER_LIMIT, CONVERTER_LIMIT)),
            (self.money, bank, MINTER_LIMIT, PER_DAY),
        )
        for token, account, limit, per_day in limits:
            token.loosenMinterLimit(account, limit, by=deployer)
            token.loosenMinterRate(account, per_day, by=deployer)
        cash.loosenVaultShare(VAULT_SHARE_BPS, by=deployer)
        self.attestations.loosenMaxAge(cash.address, RESERVE_AGE, by=deployer)
        for name, kind in (("custodian", CUSTODIAN), ("auditor", AUDITOR)):
            self.attestations.setSigner(cash.address, self.account(name), kind, by=deployer)

    def _set_vault(self, deployer: str) -> None:
        vault, risk, cash = self.vault, self.risk, self.cash
        for account, mover in ((vault.address, True), (self.windup.address, False), (self.account("backstop"), False)):
            self.allowlist.setSystemAccount(account, mover, by=deployer)
        self.programme.setCreditor(vault.address, True, by=deployer)
        cash.setMinterKind(vault.address, FROM_VAULT, by=deployer)
        cash.loosenMinterLimit(vault.address, MINTER_LIMIT, by=deployer)
        cash.loosenMinterRate(vault.address, PER_DAY, by=deployer)
        risk.setVault(vault.address, by=deployer)
        for number, rungs in LADDERS.items():
            risk.loosenLadder(number, rungs, by=deployer)
        for bucket in range(6):
            risk.loosenBucketCeiling(bucket, BUCKET_CEILING, by=deployer)
        risk.loosenMargins(*MARGINS, by=deployer)
        vault.loosenTerms(VAULT_TERMS, by=deployer)
        vault.setAuctionTerms(AUCTION_TERMS, by=deployer)

    def _hand_over(self) -> None:
        deployer = self.account("deployer")
        for admin in ("admin", "second_admin"):
            self.authority.grantRole(wiring.OFFICES[wiring.ADMIN], self.account(admin), ADMIN_DELAY, by=deployer)
        self.authority.renounceRole(wiring.OFFICES[wiring.ADMIN], deployer, by=deployer)

    def _open(self) -> None:
        """Two licensed providers, three investors, a rate, a reserve and a series: the offices at work."""
        for provider in ("provider", "second_provider"):
            for phase in (NOC, AML_REGISTERED, SANDBOX, LICENSED):
                by = self.account("regulator")
                self.licences.grantLicence(self.account(provider), phase, 7, VALID_UNTIL, by=by)
        self.onboard(*map(self.account, HOLDERS))
        self.oracle.raiseQuorum(QUORUM, by=self.account("guardian"))
        self.post_rate()
        self.attest(self.cash.address, ATTESTED)
        for instrument_class, rates in TAX_RATES.items():
            self.set_rates(instrument_class, 0, rates)
        self.bond = self.new_series()


def selector(artifact: Artifact, function: str) -> bytes:
    """Function's name -> its selector; names are unique in this project's contracts."""
    found = [code for signature, code in artifact.method_identifiers.items() if signature.split("(")[0] == function]
    assert len(found) == 1, f"{artifact.name}.{function} stands {len(found)} times"
    return bytes.fromhex(found[0])


def signed_round(
    oracle: Contract,
    feed: bytes,
    values: Sequence[int],
    number: int,
    observed_at: int,
    signers: Sequence[str] = PRICE_SIGNERS[:QUORUM],
    digest: bytes | None = None,
) -> tuple[Any, ...]:
    """A round and the names of who signs it (or another `digest`) -> the arguments of `post`."""
    signed = digest or round_digest(oracle, feed, number, observed_at, values)
    signatures = sorted((key_of(name).address, key_of(name).sign(signed)) for name in signers)
    return feed, number, observed_at, list(values), signatures


def page_hash(winners: Sequence[tuple[str, int, int]]) -> bytes:
    """Winners of a page -> the hash that the debt office commits to: `keccak256(abi.encode(Allotment[]))`."""
    return keccak(encode(["(address,uint128,uint128)[]"], [list(winners)]))

"""The programme deployed, wired and opened by brownie's own objects: what the tests of this folder start from.

Who may do what comes from the package's own table (`wiring`); accounts are those of programme.toml, by office.
"""

from collections import defaultdict
from datetime import date
from pathlib import Path

from eth_utils.crypto import keccak

from brownie import accounts, chain, project, web3
from rwa_deploy import prices, typed, units, wiring
from rwa_deploy.apply import PROXY_COST, PROXY_DEPLOYER, PROXY_TRANSACTION, signers_for
from rwa_deploy.config import FX, load
from rwa_deploy.plan import CREATE2_PROXY, create2

ROOT = Path(__file__).parents[2]
DAY = units.SECONDS_PER_DAY
ISSUE_AT = units.unix_from_date(date(2020, 9, 10))
MATURITY_AT = units.unix_from_date(date(2020, 12, 3))
VALID_UNTIL = units.unix_from_date(date(2021, 12, 31))
MANDATE_UNTIL = units.unix_from_date(date(2030, 12, 31))
CAP_USD = 2_000_000_000 * units.ONE
MINTER_LIMIT = 1_000_000_000 * units.ONE
RATE = 166 * units.ONE
LOT = 5_000 * units.ONE
TRAVEL_LIMIT = 1_000_000 * units.ONE
FREEZE_WALLET, FREEZE_AMOUNT, LIFT, FORCED_TRANSFER, RECOVERY = range(5)  # kinds of orders
NOBODY = "0x" + "00" * 20
LEGAL_REF = keccak(text="court order 1")
PILOT = 1
NOC, SCOPE_ONBOARD = 1, 1
ISIN, TERMS_HASH = b"PK00MTB31220", keccak(text="term sheet")
MOST = 2**128 - 1
# A discount bill: no schedule (see IBondToken.Terms).
COUPONLESS = (0, 0, 0, 1, 0, 5, units.PAR, 0, 0, 0, [], [], [])
TERMS = (
    *("Market Treasury Bill 3-Dec-2020", "MTB-3M-2020-12-03", ISIN, b"PKR", ISSUE_AT, MATURITY_AT, LOT, MOST),
    *(TERMS_HASH, *COUPONLESS),
)


class World:
    """Contracts by their names in lower case, offices and investors by theirs."""

    def __init__(self):
        config = load(ROOT / "programme.toml")
        self.offices = {name: _account(ref) for name, ref in config.offices.accounts().items()}
        self.signers = [*signers_for(config.cash.reserve_signers.model_dump().values()).values()]
        self.deployer, self.admins = _account(config.authority.deployer), [*map(_account, config.authority.admins)]
        self.holder, self.receiver, self.outsider, self.provider = accounts[20:24]
        panel = signers_for(config.oracle.signers[: config.oracle.quorum]).values()
        self.price_signers = sorted(panel, key=lambda signer: int(signer.address, 16))
        self.contracts = project.get_loaded_projects()[0]
        self._deploy()
        self._wire()
        self._open()
        self.bill = self.new_series()

    def by(self, office):
        """Office -> the `from` of a transaction."""
        return {"from": self.offices[office]}

    def new_series(self):
        """A bill at its CREATE2 address, registered by the debt office and confirmed by the fiscal agent."""
        args = (self.authority, self.allowlist, self.programme, self.maths, TERMS)
        code = bytes.fromhex(self.contracts.BondToken.deploy.encode_input(*args).removeprefix("0x"))
        salt = keccak(ISIN)
        self.offices["debt_office"].transfer(CREATE2_PROXY, 0, data="0x" + (salt + code).hex())
        bill = self.contracts.BondToken.at(create2(salt, code))
        self.programme.register(salt, keccak(code), TERMS_HASH, self.by("debt_office"))
        self.programme.confirm(bill, keccak(code), TERMS_HASH, self.by("fiscal_agent"))
        return bill

    def issue(self, receiver, face):
        """The debt office issues, outside an auction."""
        return self.programme.issue(self.bill, [receiver], [face], self.by("debt_office"))

    def propose(self, kind, subject, token=NOBODY, to=NOBODY, amount=0):
        """One office proposes an order of thirty days; its number."""
        proposal = (kind, subject, token, chain[-1].timestamp + 30 * DAY, to, amount, LEGAL_REF)
        return self.enforcement.propose(proposal, self.by("enforcement_maker")).events["OrderProposed"]["id"]

    def execute(self, order, office="enforcement_checker"):
        """The other office executes it."""
        return self.enforcement.execute(order, [], self.by(office))

    def mint_cash(self, receiver, amount):
        """The central bank mints."""
        return self.cash.mint(receiver, amount, self.by("central_bank"))

    def _deploy(self):
        made, by = self.contracts, {"from": self.deployer}
        self.authority = made.Authority.deploy(self.deployer, by)
        self.licences = made.Licences.deploy(self.authority, by)
        self.allowlist = made.Allowlist.deploy(self.authority, self.licences, by)
        self.oracle = made.PriceOracle.deploy(self.authority, by)
        self.programme = made.Programme.deploy(self.authority, self.oracle, by)
        self.policies = made.Policies.deploy(self.authority, self.allowlist, self.licences, self.oracle, by)
        self.attestations = made.Attestations.deploy(self.authority, by)
        rules = (self.authority, self.allowlist, self.attestations)
        self.cash = made.CashToken.deploy(*rules, "Rupee stablecoin", "PKRS", b"PKR", 0, by)
        rules = (self.authority, self.policies, NOBODY)
        self.money = made.CashToken.deploy(*rules, "Digital rupee", "PKRD", b"PKR", 4, by)
        self.desk = made.CashDesk.deploy(self.authority, self.cash, self.money, by)
        self.taxes = made.TaxTable.deploy(self.authority, by)
        self.fixings = made.Fixings.deploy(self.authority, self.programme, by)
        self.maths = made.BondMaths.deploy(self.fixings, by)
        desk = (self.authority, self.programme, self.cash, self.maths)
        self.settlement = made.Settlement.deploy(*desk, by)
        self.paying_agent = made.PayingAgent.deploy(*desk[:3], self.allowlist, self.maths, self.taxes, by)
        self.calendar = made.Calendar.deploy(self.authority, by)
        defaults = made.Defaults.deploy(*desk[1:3], self.paying_agent, self.calendar, by)
        self.meeting = made.Meeting.deploy(*desk[:3], self.paying_agent, defaults, self.maths, by)
        self.liabilities = made.LiabilityManagement.deploy(*desk[:3], self.allowlist, self.maths, by)
        monies = (self.cash, self.money)
        self.enforcement = made.Enforcement.deploy(self.authority, self.programme, self.allowlist, *monies, by)
        self.retirements = made.Retirements.deploy(self.authority, self.programme, by)
        backstop = accounts[15]
        self.risk = made.CollateralRisk.deploy(*desk[:2], self.oracle, self.maths, backstop, by)
        windup = made.Windup.deploy(self.cash, self.risk, self.paying_agent, by)
        credit = (self.cash, self.risk, self.paying_agent, windup, backstop)
        self.vault = made.CollateralVault.deploy(*desk[:2], *credit, by)
        if not web3.eth.get_code(CREATE2_PROXY):
            self.deployer.transfer(PROXY_DEPLOYER, PROXY_COST)
            web3.provider.make_request("eth_sendRawTransaction", [PROXY_TRANSACTION])

    def _wire(self):
        """Parameters, functions, roles and the deployer's farewell; the Authority takes its part in one transaction."""
        by, cash = {"from": self.deployer}, self.cash
        self.allowlist.setSystemAccount(self.settlement, True, by)
        self.allowlist.setSystemAccount(self.paying_agent, False, by)
        for servicer in (self.paying_agent, self.liabilities, self.meeting, self.retirements):
            self.programme.setServicer(servicer, True, by)
        self.allowlist.setSystemAccount(self.liabilities, False, by)
        self.allowlist.setSystemAccount(self.retirements, False, by)
        self.tax_account, self.unclaimed_account = accounts[13:15]
        self.paying_agent.setAccounts(self.tax_account, self.unclaimed_account, by)
        for account in (self.tax_account, self.unclaimed_account):
            self.allowlist.setSystemAccount(account, False, by)
        self.allowlist.setSystemAccount(self.offices["debt_office"], False, by)
        self.programme.loosenCap(CAP_USD, by)
        for signer in self.price_signers:
            self.oracle.addSigner(signer.address, by)
        self.oracle.raiseQuorum(len(self.price_signers), by)
        self.oracle.openFeed(prices.feed_key(FX), 500, 4 * DAY, [], by)
        self.programme.loosenMaxRateAge(4 * DAY, by)
        self.programme.advanceMandate(PILOT, MANDATE_UNTIL, by)
        self.policies.loosenTravelLimit(TRAVEL_LIMIT, by)
        for token in (cash, self.money):
            token.loosenMinterLimit(self.offices["central_bank"], MINTER_LIMIT, by)
            token.loosenMinterRate(self.offices["central_bank"], MINTER_LIMIT, by)
        self.allowlist.setSystemAccount(self.desk, False, by)
        self.desk.setIssuer(self.offices["central_bank"], by)
        self.attestations.loosenMaxAge(cash, 366 * DAY, by)
        for kind, signer in enumerate(self.signers, start=1):
            self.attestations.setSigner(cash, signer.address, kind, by)
        authority = self.authority
        calls = [authority.setTargetFunctionRole.encode_input(*entry) for entry in self._functions()]
        calls += [authority.grantRole.encode_input(*entry) for entry in self._members()]
        calls += [authority.renounceRole.encode_input(wiring.OFFICES[wiring.ADMIN], self.deployer)]
        authority.multicall(calls, by)

    def _functions(self):
        """(contract, selectors, role) of every restricted function that is not ADMIN's."""
        targets = {"PriceOracle": self.oracle, "CashToken": self.cash, "TaxTable": self.taxes}
        targets |= {"CentralBankMoney": self.money, "CollateralRisk": self.risk, "CollateralVault": self.vault}
        targets |= {"PayingAgent": self.paying_agent, "LiabilityManagement": self.liabilities}
        for name, functions in wiring.FUNCTIONS.items():
            found = [targets.get(each) or getattr(self, each.lower()) for each in wiring.instances(name)]
            selectors = self.contracts.BondToken.selectors | getattr(self.contracts, name).selectors
            code_of = {function: selector for selector, function in selectors.items()}
            by_office = defaultdict(list)
            for function, office in functions.items():
                by_office[office].append(code_of[function])
            for target in found:
                yield from ((target, codes, wiring.OFFICES[office]) for office, codes in by_office.items())

    def _members(self):
        """(role, account, delay) of every office."""
        yield from ((wiring.OFFICES[name], account, 0) for name, account in self.offices.items())
        issuers = (self.offices["debt_office"], self.settlement)
        yield from ((wiring.OFFICES["issuer"], account, 0) for account in issuers)
        yield wiring.OFFICES["enforcer"], self.enforcement, 0
        yield from ((wiring.OFFICES[wiring.ADMIN], account, 2 * DAY) for account in self.admins)

    def _open(self):
        """A provider that may not onboard yet, two investors of the registrar's, and a rate."""
        self.licences.grantLicence(self.provider, NOC, SCOPE_ONBOARD, VALID_UNTIL, self.by("regulator"))
        rows = [row(wallet, number) for number, wallet in enumerate((self.holder, self.receiver), start=1)]
        self.allowlist.onboardByRegistrar(rows, self.by("registrar"))
        travel(ISSUE_AT + DAY // 2)  # nothing is issued before the issue date
        self.oracle.post(*self._first_rate(chain[-1].timestamp), self.by("price_signer"))
        self._attest(MINTER_LIMIT)

    def _first_rate(self, observed_at):
        """The first round of the dollar rate under a quorum of signatures, as `post` takes it."""
        one = prices.Round(FX, 1, observed_at, (RATE,))
        domain = prices.domain(web3.eth.chain_id, self.oracle.address)
        signed = [(each.address, each.sign_typed(domain, typed.ROUND, one.message())) for each in self.price_signers]
        return prices.feed_key(FX), one.number, observed_at, list(one.values), signed

    def _attest(self, quantity):
        """Custodian and auditor attest the reserve."""
        now = chain[-1].timestamp
        realm = typed.domain("Attestations", chain.id, self.attestations.address)
        message = typed.message(typed.RESERVE, (self.cash.address, quantity, TERMS_HASH, now))
        signed = [(one.address, now, one.sign_typed(realm, typed.RESERVE, message)) for one in self.signers]
        signed.sort(key=lambda part: int(part[0], 16))
        self.attestations.attest(self.cash, quantity, TERMS_HASH, signed, self.by("central_bank"))


def row(wallet, investor):
    """Wallet and investor's number -> a row to onboard: tier 1, Pakistan, tax class 1 (see `Record`)."""
    return wallet.address, 1 | 586 << 8 | 1 << 32 | VALID_UNTIL << 72 | investor << 152, bytes(32)


def refusal(name, *args):
    """Error and arguments -> the string that brownie makes of it: addresses in lower case."""
    shown = [str(arg).lower() if str(arg).startswith("0x") else str(arg) for arg in args]
    return f"{name}: {', '.join(shown)}"


def travel(to):
    """Timestamp -> a block of that time; time goes on from there."""
    chain.sleep(to - chain[-1].timestamp)
    chain.mine()


def _account(ref):
    return accounts[int(ref.removeprefix("devnet:"))]

"""Config -> Desired: the contracts at their CREATE2 addresses, and every setting with the call that brings it about.

Contracts stand at addresses derived from their code and arguments, so what stands there is what is wanted. Parameters
are never arguments: a configuration can change without moving a contract.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from rwa_deploy.abi import Call, Codec
from rwa_deploy.config import MANDATES, Config
from rwa_deploy.errors import ConfigError
from rwa_deploy.settings import (
    HOUR,
    NOBODY,
    SIGNERS,
    Contract,
    Need,
    Setting,
    cash_settings,
    limit,
    price_feed,
    price_signers,
    unless_equal,
    vault_settings,
)
from rwa_deploy.wiring import ADMIN, FUNCTIONS, INSTANCES, OFFICES, instances

__all__ = ["CREATE2_PROXY", "DEPLOYER", "Contract", "Desired", "Need", "Rights", "Setting", "create2", "desire"]

CREATE2_PROXY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
DEPLOYER = "deployer"
DISTRIBUTION_TIER = 4  # central-bank money goes to institutions first, and from them to everybody
MOVERS = ("Settlement", "CollateralVault")  # move holders' tokens by right
PURSES = ("PayingAgent", "LiabilityManagement", "Retirements", "CashDesk", "Windup")  # hold cash, or units, for others
SERVICERS = ("PayingAgent", "LiabilityManagement", "Meeting", "Retirements")


@dataclass(frozen=True, slots=True)
class Rights:
    """Everything that the Authority has ever granted and still holds, folded from its events.

    `members` are (role, account), `functions` (target, selector as 0x-hex) -> role, `closed` the targets that are shut.
    """

    members: frozenset[tuple[int, str]] = frozenset()
    functions: Mapping[tuple[str, str], int] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Desired:
    """What the configuration wants on chain, contracts before what is set on them."""

    contracts: tuple[Contract, ...]
    settings: tuple[Setting, ...]
    deployer: str
    offices: Mapping[str, str]
    backstop: str
    admins: tuple[str, ...]
    admin_delay: int
    rights: Rights

    def address(self, name: str) -> str:
        """Contract name -> address."""
        return next(contract.address for contract in self.contracts if contract.name == name)


def create2(salt: bytes, init_code: bytes) -> str:
    """Salt and creation code -> address behind the CREATE2 proxy (EIP-1014)."""
    body = b"\xff" + bytes.fromhex(CREATE2_PROXY[2:]) + salt + keccak(init_code)
    return to_checksum_address(keccak(body)[12:])


def desire(config: Config, accounts: Mapping[str, str], codec: Codec) -> Desired:
    """Config + account -> address -> Desired."""
    deployer = accounts[config.authority.deployer]
    offices = {name: accounts[ref] for name, ref in config.offices.accounts().items()}
    purses = {name: accounts[ref] for name, ref in config.purses.accounts().items()}
    contracts = _contracts(config, deployer, purses["backstop"], codec)
    at = {contract.name: contract for contract in contracts}
    admins = tuple(accounts[ref] for ref in config.authority.admins)
    delay = config.authority.admin_delay_hours * HOUR
    members = _members(at, offices, admins, delay)
    functions = _function_roles(codec)
    settings = (
        # Before its functions go to the offices: the first quorum is ADMIN's, who is the deployer by then.
        *price_signers(config, at["PriceOracle"], accounts),
        *(_function(at, *entry) for entry in functions),
        *_parameters(config, at),
        *cash_settings(config, at, offices, [accounts[getattr(config.cash.reserve_signers, name)] for name in SIGNERS]),
        *vault_settings(config, at),
        *_system_accounts(at, {"treasury": offices["debt_office"], **purses}),
        _purses(at, purses),
        *(_servicer(at, name) for name in SERVICERS),
        *(_grant(at, *member) for member in members),
        _renunciation(at, deployer),
    )
    rights = Rights(
        members=frozenset((OFFICES[office], account) for office, _, account, _ in members),
        functions={
            (at[target].address, f"0x{selector.hex()}"): OFFICES[office] for target, _, selector, office in functions
        },
    )
    return Desired(contracts, settings, deployer, offices, purses["backstop"], admins, delay, rights)


def _contracts(config: Config, deployer: str, backstop: str, codec: Codec) -> tuple[Contract, ...]:
    salt = keccak(text=f"rwa_deploy {config.programme.name}")
    made: dict[str, Contract] = {}

    def add(name: str, *args: Any) -> str:
        init_code = codec.init_code(INSTANCES.get(name, name), args)
        made[name] = Contract(name, args, salt, init_code, create2(salt, init_code))
        return made[name].address

    cash = config.cash
    authority = add("Authority", deployer)
    licences = add("Licences", authority)
    allowlist = add("Allowlist", authority, licences)
    oracle = add("PriceOracle", authority)
    programme = add("Programme", authority, oracle)
    policies = add("Policies", authority, allowlist, licences, oracle)
    currency = cash.currency.encode()
    reserves = add("Attestations", authority)
    token = add("CashToken", authority, allowlist, reserves, cash.name, cash.symbol, currency, 0)
    money = config.central_bank_money
    labels = (money.name, money.symbol, currency)  # at par with the stablecoin, so of its currency
    second = add("CentralBankMoney", authority, policies, NOBODY, *labels, DISTRIBUTION_TIER)
    add("CashDesk", authority, token, second)
    taxes = add("TaxTable", authority)
    maths = add("BondMaths", add("Fixings", authority, programme))
    add("Settlement", authority, programme, token, maths)
    agent = add("PayingAgent", authority, programme, token, allowlist, maths, taxes)
    defaults = add("Defaults", programme, token, agent, add("Calendar", authority))
    add("Meeting", authority, programme, token, agent, defaults, maths)
    add("LiabilityManagement", authority, programme, token, allowlist, maths)
    add("Enforcement", authority, programme, allowlist, token, second)
    add("Retirements", authority, programme)
    risk = add("CollateralRisk", authority, programme, oracle, maths, backstop)
    windup = add("Windup", token, risk, agent)
    add("CollateralVault", authority, programme, token, risk, agent, windup, backstop)
    return tuple(made.values())


def _function_roles(codec: Codec) -> list[tuple[str, str, bytes, str]]:
    """-> (target, function, selector, office) of the wiring; what series guard has its selectors from BondToken."""
    return [
        (
            name,
            function,
            codec.selector(target if function in codec.functions(target) else "BondToken", function),
            office,
        )
        for target, functions in FUNCTIONS.items()
        for name in instances(target)
        for function, office in functions.items()
    ]


def _function(at: Mapping[str, Contract], target: str, function: str, selector: bytes, office: str) -> Setting:
    """Which office may call a function."""
    address, role = at[target].address, OFFICES[office]
    write = _authority(at, "setTargetFunctionRole", address, [selector], role)
    read = _authority(at, "getTargetFunctionRole", address, selector)
    return Setting(f"{target}.{function} is for", office, read, OFFICES[ADMIN], unless_equal(role, write))


def _parameters(config: Config, at: Mapping[str, Contract]) -> list[Setting]:
    table, programme = config.programme, at["Programme"]
    age, rate_ages = table.max_rate_age_hours * HOUR, ("loosenMaxRateAge", "tightenMaxRateAge")
    return [
        limit("Programme.capUsd", programme.on("capUsd"), table.cap_usd, ("loosenCap", "tightenCap"), "debt_office"),
        limit("Programme.maxRateAge", programme.on("maxRateAge"), age, rate_ages, "debt_office"),
        *(price_feed(at["PriceOracle"], name, feed) for name, feed in config.oracle.feeds.items()),
        limit(
            "Policies.travelLimit",
            at["Policies"].on("travelLimit"),
            config.travel_rule.limit_pkr,
            ("loosenTravelLimit", "tightenTravelLimit"),
            "regulator",
        ),
        _mandate(config, at["Programme"]),
    ]


def _mandate(config: Config, programme: Contract) -> Setting:
    """Mandates only move forward; a bare memorandum is what a new programme stands in, whatever its deadline."""
    wanted = (MANDATES.index(config.programme.mandate), config.programme.mandate_until_unix)
    call = Call("Programme", programme.address, "advanceMandate", wanted)

    def need(found: tuple[int, int]) -> Need | None:
        if found[0] > wanted[0]:
            stands = (*MANDATES, "closed")[found[0]]
            raise ConfigError(
                f"programme.mandate is {config.programme.mandate}, but the programme stands in {stands} on chain, "
                "and a mandate never goes back; correct the configuration"
            )
        return None if found == wanted or wanted[0] == 0 else (call, ADMIN)

    shown = f"{config.programme.mandate} until {config.programme.mandate_until}"
    return Setting("Programme.mandate", shown, Call("Programme", programme.address, "mandate"), (0, 0), need)


def _system_accounts(at: Mapping[str, Contract], holders: Mapping[str, str]) -> list[Setting]:
    """Accounts of the system: Settlement moves by right, paying contracts, treasury, tax and unclaimed only hold."""
    accounts = {name: (at[name].address, name in MOVERS) for name in (*MOVERS, *PURSES)}
    accounts |= {name: (account, False) for name, account in holders.items()}
    return [_system_account(at["Allowlist"], name, *entry) for name, entry in accounts.items()]


def _system_account(allowlist: Contract, name: str, account: str, mover: bool) -> Setting:
    flags = 2 | (4 if mover else 0)  # RecordLib.FLAG_SYSTEM, FLAG_MOVER
    call = Call("Allowlist", allowlist.address, "setSystemAccount", (account, mover))

    def need(record: int) -> Need | None:
        return None if record >> 216 == flags else (call, ADMIN)

    read = Call("Allowlist", allowlist.address, "recordOf", (account,))
    return Setting(f"Allowlist.system {name}", "mover" if mover else "holder", read, 0, need)


def _servicer(at: Mapping[str, Contract], name: str) -> Setting:
    """What services the debt retires, ends and exchanges by a right of its own."""
    programme, servicer = at["Programme"], at[name].address
    call = Call("Programme", programme.address, "setServicer", (servicer, True))
    read = Call("Programme", programme.address, "isServicer", (servicer,))
    return Setting(f"Programme.servicer {name}", "yes", read, False, unless_equal(True, call))


def _purses(at: Mapping[str, Contract], purses: Mapping[str, str]) -> Setting:
    """Where the PayingAgent sends tax, and what nobody claimed."""
    agent, wanted = at["PayingAgent"], (purses["tax"], purses["unclaimed"])
    call = Call("PayingAgent", agent.address, "setAccounts", wanted)
    read = Call("PayingAgent", agent.address, "accounts")
    return Setting("PayingAgent.accounts", " and ".join(wanted), read, (NOBODY, NOBODY), unless_equal(wanted, call))


def _members(
    at: Mapping[str, Contract], offices: Mapping[str, str], admins: Sequence[str], delay: int
) -> list[tuple[str, str, str, int]]:
    """-> (office, who that is, account, execution delay in seconds)."""
    return [
        *((office, office, account, 0) for office, account in offices.items()),
        ("issuer", "debt office", offices["debt_office"], 0),
        ("issuer", "Settlement", at["Settlement"].address, 0),
        ("enforcer", "Enforcement", at["Enforcement"].address, 0),
        *((ADMIN, f"admin {number}", account, delay) for number, account in enumerate(admins, start=1)),
    ]


def _grant(at: Mapping[str, Contract], office: str, name: str, account: str, delay: int) -> Setting:
    role = OFFICES[office]
    write = _authority(at, "grantRole", role, account, delay)
    return Setting(
        f"role {office} of {name}",
        f"{account} after {delay} s" if delay else account,
        _authority(at, "hasRole", role, account),
        (False, 0),
        unless_equal((True, delay), write),
    )


def _renunciation(at: Mapping[str, Contract], deployer: str) -> Setting:
    role = OFFICES[ADMIN]
    write = _authority(at, "renounceRole", role, deployer)

    def need(found: tuple[bool, int]) -> Need | None:
        return (write, DEPLOYER) if found[0] else None

    return Setting("role admin of the deployer", "none", _authority(at, "hasRole", role, deployer), (True, 0), need)


def _authority(at: Mapping[str, Contract], function: str, *args: Any) -> Call:
    return Call("Authority", at["Authority"].address, function, args)

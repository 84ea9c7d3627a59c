"""Config + Artifacts + what the chain says -> Plan: the difference, as steps that bring the chain to the configuration.

`desire` says what is wanted, `plan` what is missing. Both are pure: the chain's answers come in as values. Contracts
stand at CREATE2 addresses derived from their code and arguments, so what stands there is what is wanted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from rwa_deploy.abi import Call, Codec
from rwa_deploy.config import MANDATES, Config
from rwa_deploy.wiring import ADMIN, FUNCTIONS, OFFICES

__all__ = ["CREATE2_PROXY", "Contract", "Desired", "Observed", "Plan", "Setting", "Step", "create2", "desire", "plan"]

CREATE2_PROXY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
DEPLOYER = "deployer"
HOUR = 3600

Need = tuple[Call, str]  # what to call, and the office that may


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract at its CREATE2 address."""

    name: str
    args: tuple[Any, ...]
    salt: bytes
    init_code: bytes
    address: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that is read back from the chain: `need` turns what was read into the call that is missing, or None.

    `fresh` is what a contract answers that was just deployed.
    """

    label: str
    wanted: str
    read: Call
    fresh: Any
    need: Callable[[Any], Need | None]


@dataclass(frozen=True, slots=True)
class Desired:
    """What the configuration wants on chain, contracts before what is set on them."""

    contracts: tuple[Contract, ...]
    settings: tuple[Setting, ...]
    deployer: str
    offices: Mapping[str, str]
    admins: tuple[str, ...]
    admin_delay: int

    def address(self, name: str) -> str:
        """Contract name -> address."""
        return next(contract.address for contract in self.contracts if contract.name == name)


@dataclass(frozen=True, slots=True)
class Observed:
    """What the chain says: whether the CREATE2 proxy is there, which contracts are, and the settings of those.

    `values` holds the answers by label, for contracts that are there. `deployer_is_admin` is None without Authority.
    """

    has_proxy: bool
    present: frozenset[str]
    values: Mapping[str, Any]
    deployer_is_admin: bool | None


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction: a creation, or calls of one contract by one office.

    `kind` is proxy, create or call; `actor` is an office, or the deployer while he is still ADMIN.
    """

    kind: str
    label: str
    actor: str
    account: str
    contract: Contract | None = None
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps that are missing, and how much was found as wanted."""

    steps: tuple[Step, ...]
    unchanged: int
    desired: Desired


def create2(salt: bytes, init_code: bytes) -> str:
    """Salt and creation code -> address behind the CREATE2 proxy (EIP-1014)."""
    body = b"\xff" + bytes.fromhex(CREATE2_PROXY[2:]) + salt + keccak(init_code)
    return to_checksum_address(keccak(body)[12:])


def desire(config: Config, accounts: Mapping[str, str], codec: Codec) -> Desired:
    """Config + account -> address -> Desired."""
    deployer = accounts[config.authority.deployer]
    offices = {name: accounts[ref] for name, ref in config.offices.accounts().items()}
    contracts = _contracts(config, deployer, codec)
    at = {contract.name: contract for contract in contracts}
    admins = tuple(accounts[ref] for ref in config.authority.admins)
    delay = config.authority.admin_delay_hours * HOUR
    settings = (
        *_functions(at, codec),
        *_parameters(config, at, offices),
        *_system_accounts(at, offices),
        *_grants(at, {**offices}, admins, delay),
        _renunciation(at, deployer),
    )
    return Desired(contracts, settings, deployer, offices, admins, delay)


def plan(desired: Desired, observed: Observed) -> Plan:
    """Desired + Observed -> Plan."""
    steps = [] if observed.has_proxy else [Step("proxy", "CREATE2 proxy", DEPLOYER, desired.deployer)]
    missing = [contract for contract in desired.contracts if contract.address not in observed.present]
    steps += [Step("create", f"create {contract.name}", DEPLOYER, desired.deployer, contract) for contract in missing]
    needs = []
    for setting in desired.settings:
        need = setting.need(observed.values.get(setting.label, setting.fresh))
        if need is not None:
            needs.append((setting.label, *need))
    in_charge = observed.deployer_is_admin is not False
    steps += [_step(labels, calls, office, desired, in_charge) for labels, calls, office in _joined(needs)]
    found = len(desired.contracts) - len(missing) + len(desired.settings) - len(needs)
    return Plan(tuple(steps), found, desired)


def _contracts(config: Config, deployer: str, codec: Codec) -> tuple[Contract, ...]:
    salt = keccak(text=f"rwa_deploy {config.programme.name}")
    made: dict[str, Contract] = {}

    def add(name: str, *args: Any) -> str:
        init_code = codec.init_code(name, args)
        made[name] = Contract(name, args, salt, init_code, create2(salt, init_code))
        return made[name].address

    cash = config.cash
    authority = add("Authority", deployer)
    licences = add("Licences", authority)
    allowlist = add("Allowlist", authority, licences)
    oracle = add("PriceOracle", authority)
    programme = add("Programme", authority, oracle)
    token = add("CashToken", authority, allowlist, cash.name, cash.symbol, cash.currency.encode())
    add("Settlement", authority, programme, token)
    add("PayingAgent", programme, token)
    return tuple(made.values())


def _functions(at: Mapping[str, Contract], codec: Codec) -> list[Setting]:
    """Which office may call what: one setting a function."""
    settings = []
    for target, functions in FUNCTIONS.items():
        for function, office in functions.items():
            contract = target if function in codec.functions(target) else "BondToken"
            selector = codec.selector(contract, function)
            address, role = at[target].address, OFFICES[office]
            write = _authority(at, "setTargetFunctionRole", address, [selector], role)
            settings.append(
                Setting(
                    f"{target}.{function} is for",
                    office,
                    _authority(at, "getTargetFunctionRole", address, selector),
                    OFFICES[ADMIN],
                    _unless_equal(role, write),
                )
            )
    return settings


def _parameters(config: Config, at: Mapping[str, Contract], offices: Mapping[str, str]) -> list[Setting]:
    programme, oracle = config.programme, config.oracle
    cap, age = programme.cap_usd, programme.max_rate_age_hours * HOUR
    return [
        _limit(at["Programme"], "capUsd", cap, ("loosenCap", "tightenCap"), "debt_office"),
        _limit(at["Programme"], "maxRateAge", age, ("loosenMaxRateAge", "tightenMaxRateAge"), "debt_office"),
        _limit(at["PriceOracle"], "maxStepBps", oracle.max_step_bps, ("loosenMaxStep", "tightenMaxStep"), "guardian"),
        _mandate(config, at["Programme"]),
        *(_minter(at["CashToken"], name, offices[name], most) for name, most in config.cash.minters.items()),
    ]


def _limit(contract: Contract, read: str, wanted: int, writes: tuple[str, str], lowers: str) -> Setting:
    """A number that ADMIN raises after a delay and an office lowers at once."""

    def need(found: int) -> Need | None:
        if found == wanted:
            return None
        raises = found < wanted
        call = Call(contract.name, contract.address, writes[0] if raises else writes[1], (wanted,))
        return call, ADMIN if raises else lowers

    return Setting(f"{contract.name}.{read}", str(wanted), Call(contract.name, contract.address, read), 0, need)


def _mandate(config: Config, programme: Contract) -> Setting:
    wanted = (MANDATES.index(config.programme.mandate), config.programme.mandate_until_unix)
    call = Call("Programme", programme.address, "advanceMandate", wanted)
    shown = f"{config.programme.mandate} until {config.programme.mandate_until}"
    # A bare memorandum is what a new programme stands in; its deadline means nothing, because nothing may be issued.
    need = (lambda found: None if found[0] == 0 else (call, ADMIN)) if wanted[0] == 0 else _unless_equal(wanted, call)
    return Setting("Programme.mandate", shown, Call("Programme", programme.address, "mandate"), (0, 0), need)


def _minter(cash: Contract, office: str, minter: str, most: int) -> Setting:
    """What a minter may have outstanding. What he has burned does not grow back by itself, and is no drift."""

    def need(found: tuple[int, int]) -> Need | None:
        limit, minted = found
        if limit and limit + minted > most:
            lower = Call("CashToken", cash.address, "tightenMinterLimit", (minter, max(0, most - minted)))
            return lower, "central_bank"
        if limit + minted == 0 and most:
            return Call("CashToken", cash.address, "loosenMinterLimit", (minter, most)), ADMIN
        return None

    read = Call("CashToken", cash.address, "minterOf", (minter,))
    return Setting(f"CashToken.minter {office}", str(most), read, (0, 0), need)


def _system_accounts(at: Mapping[str, Contract], offices: Mapping[str, str]) -> list[Setting]:
    """Accounts of the system: Settlement moves by right, the paying agent and the treasury only hold."""
    accounts = {
        "Settlement": (at["Settlement"].address, True),
        "PayingAgent": (at["PayingAgent"].address, False),
        "treasury": (offices["debt_office"], False),
    }
    return [_system_account(at["Allowlist"], name, *entry) for name, entry in accounts.items()]


def _system_account(allowlist: Contract, name: str, account: str, mover: bool) -> Setting:
    flags = 2 | (4 if mover else 0)  # RecordLib.FLAG_SYSTEM, FLAG_MOVER
    call = Call("Allowlist", allowlist.address, "setSystemAccount", (account, mover))

    def need(record: int) -> Need | None:
        return None if record >> 216 == flags else (call, ADMIN)

    read = Call("Allowlist", allowlist.address, "recordOf", (account,))
    return Setting(f"Allowlist.system {name}", "mover" if mover else "holder", read, 0, need)


def _grants(at: Mapping[str, Contract], offices: Mapping[str, str], admins: Sequence[str], delay: int) -> list[Setting]:
    members = [(office, office, account, 0) for office, account in offices.items()]
    members += [
        ("issuer", "debt office", offices["debt_office"], 0),
        ("issuer", "Settlement", at["Settlement"].address, 0),
        ("paying_agent", "PayingAgent", at["PayingAgent"].address, 0),
    ]
    members += [(ADMIN, f"admin {number}", account, delay) for number, account in enumerate(admins, start=1)]
    return [_grant(at, *member) for member in members]


def _grant(at: Mapping[str, Contract], office: str, name: str, account: str, delay: int) -> Setting:
    role = OFFICES[office]
    write = _authority(at, "grantRole", role, account, delay)
    return Setting(
        f"role {office} of {name}",
        f"{account} after {delay} s" if delay else account,
        _authority(at, "hasRole", role, account),
        (False, 0),
        _unless_equal((True, delay), write),
    )


def _renunciation(at: Mapping[str, Contract], deployer: str) -> Setting:
    role = OFFICES[ADMIN]
    write = _authority(at, "renounceRole", role, deployer)

    def need(found: tuple[bool, int]) -> Need | None:
        return (write, DEPLOYER) if found[0] else None

    return Setting("role admin of the deployer", "none", _authority(at, "hasRole", role, deployer), (True, 0), need)


def _authority(at: Mapping[str, Contract], function: str, *args: Any) -> Call:
    return Call("Authority", at["Authority"].address, function, args)


def _unless_equal(wanted: Any, write: Call, office: str = ADMIN) -> Callable[[Any], Need | None]:
    return lambda found: None if found == wanted else (write, office)


def _joined(needs: Sequence[tuple[str, Call, str]]) -> list[tuple[list[str], list[Call], str]]:
    """Needs -> one group for each run of calls of the Authority by the same office: it takes several at once."""
    groups: list[tuple[list[str], list[Call], str]] = []
    for label, call, office in needs:
        last = groups[-1] if groups else None
        if last and call.contract == "Authority" and last[1][-1].contract == "Authority" and last[2] == office:
            last[0].append(label)
            last[1].append(call)
        else:
            groups.append(([label], [call], office))
    return groups


def _step(labels: Sequence[str], calls: Sequence[Call], office: str, desired: Desired, in_charge: bool) -> Step:
    label = labels[0] if len(labels) == 1 else f"{labels[0]} … {labels[-1]} ({len(labels)} calls)"
    if office == DEPLOYER or (office == ADMIN and in_charge):
        return Step("call", label, DEPLOYER, desired.deployer, calls=tuple(calls))
    account = desired.admins[0] if office == ADMIN else desired.offices[office]
    return Step("call", label, office, account, calls=tuple(calls))

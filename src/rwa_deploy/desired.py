"""Config -> Desired: the contracts at their CREATE2 addresses, and every setting with the call that brings it about.

Contracts stand at addresses derived from their code and arguments, so what stands there is what is wanted. Parameters
are never arguments: a configuration can change without moving a contract.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from rwa_deploy.abi import Call, Codec
from rwa_deploy.config import MANDATES, Config, FeedTable, MinterTable
from rwa_deploy.errors import ConfigError
from rwa_deploy.wiring import ADMIN, FUNCTIONS, INSTANCES, OFFICES, instances

__all__ = ["CREATE2_PROXY", "DEPLOYER", "Contract", "Desired", "Need", "Rights", "Setting", "create2", "desire"]

CREATE2_PROXY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
DEPLOYER = "deployer"
HOUR = 3600
NOBODY = "0x" + "0" * 40
VAULT, CONVERTER = 1, 2  # ICashToken.MinterKind
RATE = 10_000  # a basis point in 1e-8
SIGNERS = ("custodian", "auditor")  # in the order of IAttestations.Kind, from 1 on
DISTRIBUTION_TIER = 4  # central-bank money goes to institutions first, and from them to everybody
MOVERS = ("Settlement", "CollateralVault")  # move holders' tokens by right
PURSES = ("PayingAgent", "LiabilityManagement", "Retirements", "CashDesk", "Windup")  # hold cash, or units, for others
SERVICERS = ("PayingAgent", "LiabilityManagement", "Meeting", "Retirements")

Need = tuple[Call, str]  # what to call, and the office that may


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract at its CREATE2 address."""

    name: str
    args: tuple[Any, ...]
    salt: bytes
    init_code: bytes
    address: str

    @property
    def kind(self) -> str:
        """Contract -> the name of its code, which may stand under several."""
        return INSTANCES.get(self.name, self.name)


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
        *_price_signers(config, at["PriceOracle"], accounts),
        *(_function(at, *entry) for entry in functions),
        *_parameters(config, at),
        *_cash(config, at, offices, [accounts[getattr(config.cash.reserve_signers, name)] for name in SIGNERS]),
        *_vault(config, at),
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
    return Setting(f"{target}.{function} is for", office, read, OFFICES[ADMIN], _unless_equal(role, write))


def _parameters(config: Config, at: Mapping[str, Contract]) -> list[Setting]:
    programme = config.programme
    cap, age = programme.cap_usd, programme.max_rate_age_hours * HOUR
    return [
        _limit(at["Programme"], "capUsd", cap, ("loosenCap", "tightenCap"), "debt_office"),
        _limit(at["Programme"], "maxRateAge", age, ("loosenMaxRateAge", "tightenMaxRateAge"), "debt_office"),
        *(_feed(at["PriceOracle"], name, feed) for name, feed in config.oracle.feeds.items()),
        _limit(
            at["Policies"],
            "travelLimit",
            config.travel_rule.limit_pkr,
            ("loosenTravelLimit", "tightenTravelLimit"),
            "regulator",
        ),
        _mandate(config, at["Programme"]),
    ]


def _cash(
    config: Config, at: Mapping[str, Contract], offices: Mapping[str, str], signers: Sequence[str]
) -> list[Setting]:
    """Minters, the desk among them, and what stands behind the stablecoin."""
    cash, token, desk = config.cash, at["CashToken"], at["CashDesk"]
    minters = [(token, name, offices[name], minter) for name, minter in cash.minters.items()]
    minters += [(token, "CashDesk", desk.address, cash.converter)]
    money = config.central_bank_money.minters
    minters += [(at["CentralBankMoney"], name, offices[name], minter) for name, minter in money.items()]
    return [
        _kind(token, "CashDesk", desk.address, CONVERTER),
        *(setting for entry in minters for setting in _minter(*entry)),
        _limit(token, "vaultShareBps", cash.vault_share_bps, ("loosenVaultShare", "tightenVaultShare"), "central_bank"),
        _reserve_age(at["Attestations"], token, cash.max_reserve_age_hours * HOUR),
        *(_signer(at["Attestations"], token, *entry) for entry in enumerate(signers, start=1)),
        _issuer(desk, offices["central_bank"]),
    ]


def _vault(config: Config, at: Mapping[str, Contract]) -> list[Setting]:
    """The vault as a minter and a creditor, its terms, and the risk that it takes."""
    table, token, vault, risk = config.vault, at["CashToken"], at["CollateralVault"], at["CollateralRisk"]
    ladders = [table.ladders.discount, table.ladders.fixed, table.ladders.floating, table.ladders.commodity]
    margins = (table.fx_add_on_bps, table.no_debt_days, table.exit_after_days, table.exit_cut_bps)
    terms = (table.fee_bps * RATE, table.ceiling, table.holder_ceiling, table.floor)
    creditor = Call("Programme", at["Programme"].address, "isCreditor", (vault.address,))
    listing = Call("Programme", at["Programme"].address, "setCreditor", (vault.address, True))
    return [
        _kind(token, "CollateralVault", vault.address, VAULT),
        *_minter(token, "CollateralVault", vault.address, table.minter),
        Setting("Programme.creditor CollateralVault", "yes", creditor, False, _unless_equal(True, listing)),
        _risk_vault(risk, vault.address),
        *(_ladder(risk, kind, rungs) for kind, rungs in enumerate(ladders, start=1)),
        *(_bucket(risk, bucket, ceiling) for bucket, ceiling in enumerate(table.bucket_ceilings)),
        _bounded(risk, "margins", margins, (1, 1, 1, 1)),
        _bounded(vault, "terms", terms, (-1, -1, -1, 1), whole=True),
        _auction_terms(vault, (table.auction_top_bps, table.auction_hours * HOUR, table.auction_cap)),
    ]


def _risk_vault(risk: Contract, vault: str) -> Setting:
    """Who books what is pledged; named once."""
    read, write = (Call(risk.kind, risk.address, name, args) for name, args in (("vault", ()), ("setVault", (vault,))))
    return Setting("CollateralRisk.vault", vault, read, NOBODY, _unless_equal(vault, write))


def _ladder(risk: Contract, kind: int, rungs: Sequence[tuple[int, int, int]]) -> Setting:
    """Haircuts of a class: the central bank raises them at once, ADMIN does the rest."""
    wanted = tuple(tuple(rung) for rung in rungs)

    def need(found: Sequence[tuple[int, int, int]]) -> Need | None:
        present = tuple(tuple(rung) for rung in found)
        if present == wanted:
            return None
        same = [rung[0] for rung in present] == [rung[0] for rung in wanted]
        tightens = same and all(
            new <= old for a, b in zip(present, wanted, strict=True) for old, new in zip(a, b, strict=True)
        )
        call = Call(risk.kind, risk.address, "tightenLadder" if tightens else "loosenLadder", (kind, wanted))
        return call, "central_bank" if tightens else ADMIN

    shown = ", ".join(f"{days} d {lent}/{threshold}" for days, lent, threshold in wanted)
    return Setting(f"CollateralRisk.ladder {kind}", shown, Call(risk.kind, risk.address, "ladderOf", (kind,)), (), need)


def _bucket(risk: Contract, bucket: int, ceiling: int) -> Setting:
    """Most face of a residual tenor that may be pledged."""

    def need(found: tuple[int, int]) -> Need | None:
        if found[1] == ceiling:
            return None
        loosens = found[1] < ceiling
        name = "loosenBucketCeiling" if loosens else "tightenBucketCeiling"
        return Call(risk.kind, risk.address, name, (bucket, ceiling)), ADMIN if loosens else "central_bank"

    read = Call(risk.kind, risk.address, "bucketOf", (bucket,))
    return Setting(f"CollateralRisk.bucket {bucket}", str(ceiling), read, (0, 0), need)


def _bounded(
    contract: Contract,
    read: str,
    wanted: tuple[int, ...],
    tighter: tuple[int, ...],
    *,
    whole: bool = False,
) -> Setting:
    """Several numbers set together; `tighter` says of each in which direction it cuts risk. `whole`: as one struct."""
    what, fresh = read.capitalize(), (0,) * len(wanted)

    def need(found: Sequence[int]) -> Need | None:
        present = tuple(found)
        if present == wanted:
            return None
        tightens = all(way * (new - old) >= 0 for way, new, old in zip(tighter, wanted, present, strict=True))
        name = f"{'tighten' if tightens and present != fresh else 'loosen'}{what}"
        call = Call(contract.kind, contract.address, name, (wanted,) if whole else wanted)
        return call, "central_bank" if name.startswith("tighten") else ADMIN

    shown = ", ".join(map(str, wanted))
    return Setting(f"{contract.name}.{read}", shown, Call(contract.kind, contract.address, read), fresh, need)


def _auction_terms(vault: Contract, wanted: tuple[int, int, int]) -> Setting:
    """How collateral is sold."""
    call = Call(vault.kind, vault.address, "setAuctionTerms", (wanted,))
    read = Call(vault.kind, vault.address, "auctionTerms")
    return Setting(
        "CollateralVault.auctionTerms", ", ".join(map(str, wanted)), read, (0, 0, 0), _unless_equal(wanted, call)
    )


def _limit(contract: Contract, read: str, wanted: int, writes: tuple[str, str], lowers: str) -> Setting:
    """A number that ADMIN raises after a delay and an office lowers at once."""

    def need(found: int) -> Need | None:
        if found == wanted:
            return None
        raises = found < wanted
        call = Call(contract.kind, contract.address, writes[0] if raises else writes[1], (wanted,))
        return call, ADMIN if raises else lowers

    return Setting(f"{contract.name}.{read}", str(wanted), Call(contract.kind, contract.address, read), 0, need)


def _price_signers(config: Config, oracle: Contract, accounts: Mapping[str, str]) -> list[Setting]:
    """Who signs prices, and how many must. Whom nobody configured is removed once the quorum does without him."""
    wanted, quorum = [accounts[ref] for ref in config.oracle.signers], config.oracle.quorum

    def on(function: str, *args: Any) -> Call:
        return Call("PriceOracle", oracle.address, function, args)

    def need(found: tuple[int, tuple[str, ...]]) -> Need | None:
        present, signers = found
        surplus = [signer for signer in signers if signer not in wanted]
        if present == 0:
            return on("raiseQuorum", quorum), ADMIN
        if present != quorum:
            return (on("raiseQuorum", quorum), "guardian") if present < quorum else (on("lowerQuorum", quorum), ADMIN)
        return (on("removeSigner", surplus[0]), "guardian") if surplus and len(signers) > quorum else None

    named = [
        Setting(
            f"PriceOracle.signer {signer}",
            "yes",
            on("isSigner", signer),
            False,
            _unless_equal(True, on("addSigner", signer)),
        )
        for signer in wanted
    ]
    return [*named, Setting("PriceOracle.panel", f"{quorum} of {len(wanted)}", on("panel"), (0, ()), need)]


def _feed(oracle: Contract, name: str, feed: FeedTable) -> Setting:
    """A feed as it was opened, its step and its age; one difference at a time."""
    key, age = name.encode().ljust(32, b"\0"), feed.max_age_hours * HOUR
    wanted = f"{feed.max_step_bps} bps, {age} s" + (f", {len(feed.tenor_days)} tenors" if feed.tenor_days else "")

    def moved(bound: str, found: int, value: int) -> Need:
        loosens = found < value
        call = Call("PriceOracle", oracle.address, f"{'loosen' if loosens else 'tighten'}{bound}", (key, value))
        return call, ADMIN if loosens else "guardian"

    def need(found: tuple[bool, int, int, tuple[int, ...]]) -> Need | None:
        is_open, step, max_age, tenors = found
        if not is_open:
            args = (key, feed.max_step_bps, age, feed.tenor_days)
            return Call("PriceOracle", oracle.address, "openFeed", args), ADMIN
        if tenors != feed.tenor_days:
            raise ConfigError(
                f"oracle.feeds.{name}.tenor_days are not those that the feed was opened with, which are for good; "
                "correct the configuration"
            )
        if step != feed.max_step_bps:
            return moved("MaxStep", step, feed.max_step_bps)
        return None if max_age == age else moved("MaxAge", max_age, age)

    read = Call("PriceOracle", oracle.address, "feedOf", (key,))
    return Setting(f"PriceOracle.feed {name}", wanted, read, (False, 0, 0, ()), need)


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


def _minter(cash: Contract, name: str, minter: str, most: MinterTable) -> list[Setting]:
    """What a minter may have outstanding, and how much it may mint a day."""
    at = (cash.kind, cash.address)

    def toward(wanted: int, what: str) -> Callable[[Any], Need | None]:
        def need(found: tuple[int, int]) -> Need | None:
            if found[0] == wanted:
                return None
            if found[0] < wanted:
                return Call(*at, f"loosenMinter{what}", (minter, wanted)), ADMIN
            return Call(*at, f"tightenMinter{what}", (minter, wanted)), "central_bank"

        return need

    read = Call(*at, "minterOf", (minter,)), Call(*at, "bucketOf", (minter,))
    return [
        Setting(f"{cash.name}.minter {name}", str(most.limit), read[0], (0, 0), toward(most.limit, "Limit")),
        Setting(f"{cash.name}.rate {name}", str(most.per_day), read[1], (0, 0), toward(most.per_day, "Rate")),
    ]


def _kind(cash: Contract, name: str, minter: str, kind: int) -> Setting:
    """On which ledger a minter mints, where that is not the reserve's."""
    call = Call(cash.kind, cash.address, "setMinterKind", (minter, kind))
    read = Call(cash.kind, cash.address, "kindOf", (minter,))
    return Setting(f"{cash.name}.kind {name}", str(kind), read, 0, _unless_equal(kind, call))


def _reserve_age(attestations: Contract, subject: Contract, seconds: int) -> Setting:
    """The age up to which an attested reserve counts."""
    at = ("Attestations", attestations.address)

    def need(found: int) -> Need | None:
        if found == seconds:
            return None
        if found < seconds:
            return Call(*at, "loosenMaxAge", (subject.address, seconds)), ADMIN
        return Call(*at, "tightenMaxAge", (subject.address, seconds)), "regulator"

    read = Call(*at, "maxAgeOf", (subject.address,))
    return Setting(f"Attestations.maxAge {subject.name}", str(seconds), read, 0, need)


def _signer(attestations: Contract, subject: Contract, kind: int, signer: str) -> Setting:
    """Who attests a reserve, as what."""
    at = ("Attestations", attestations.address)
    call = Call(*at, "setSigner", (subject.address, signer, kind))
    read = Call(*at, "kindOf", (subject.address, signer))
    label = f"Attestations.{SIGNERS[kind - 1]} of {subject.name}"
    return Setting(label, signer, read, 0, _unless_equal(kind, call))


def _issuer(desk: Contract, issuer: str) -> Setting:
    """On whose account redemptions burn."""
    call = Call("CashDesk", desk.address, "setIssuer", (issuer,))
    read = Call("CashDesk", desk.address, "issuer")
    return Setting("CashDesk.issuer", issuer, read, NOBODY, _unless_equal(issuer, call))


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
    return Setting(f"Programme.servicer {name}", "yes", read, False, _unless_equal(True, call))


def _purses(at: Mapping[str, Contract], purses: Mapping[str, str]) -> Setting:
    """Where the PayingAgent sends tax, and what nobody claimed."""
    agent, wanted = at["PayingAgent"], (purses["tax"], purses["unclaimed"])
    call = Call("PayingAgent", agent.address, "setAccounts", wanted)
    read = Call("PayingAgent", agent.address, "accounts")
    return Setting("PayingAgent.accounts", " and ".join(wanted), read, (NOBODY, NOBODY), _unless_equal(wanted, call))


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

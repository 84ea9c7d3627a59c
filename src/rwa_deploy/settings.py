"""Config -> what is set on money, prices and credit, each with the call that brings it about; and what a setting is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rwa_deploy.abi import Call
from rwa_deploy.config import Config, FeedTable, MinterTable
from rwa_deploy.errors import ConfigError
from rwa_deploy.wiring import ADMIN, INSTANCES

__all__ = [
    "HOUR",
    "NOBODY",
    "SIGNERS",
    "Contract",
    "Need",
    "Setting",
    "cash_settings",
    "limit",
    "price_feed",
    "price_signers",
    "unless_equal",
    "vault_settings",
]

HOUR = 3600
NOBODY = "0x" + "0" * 40
VAULT, CONVERTER = 1, 2  # ICashToken.MinterKind
RATE = 10_000  # a basis point in 1e-8
SIGNERS = ("custodian", "auditor")  # in the order of IAttestations.Kind, from 1 on

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

    def on(self, function: str, *args: Any) -> Call:
        """Function and arguments -> Call."""
        return Call(self.kind, self.address, function, args)


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


def unless_equal(wanted: Any, write: Call, office: str = ADMIN) -> Callable[[Any], Need | None]:
    """What is wanted and the call that writes it -> the need of whatever else is found."""
    return lambda found: None if found == wanted else (write, office)


def limit(
    label: str,
    read: Call,
    wanted: int,
    writes: tuple[str, str],
    lowers: str,
    *,
    fresh: Any = 0,
    part: int | None = None,
) -> Setting:
    """A number that ADMIN raises after a delay and an office lowers at once; `part` of what is read, or all of it.

    What is written has the arguments of what is read before it.
    """

    def need(found: Any) -> Need | None:
        present = found if part is None else found[part]
        if present == wanted:
            return None
        raises = present < wanted
        call = Call(read.contract, read.address, writes[0] if raises else writes[1], (*read.args, wanted))
        return call, ADMIN if raises else lowers

    return Setting(label, str(wanted), read, fresh, need)


def cash_settings(
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
        limit(
            "CashToken.vaultShareBps",
            token.on("vaultShareBps"),
            cash.vault_share_bps,
            ("loosenVaultShare", "tightenVaultShare"),
            "central_bank",
        ),
        limit(
            "Attestations.maxAge CashToken",
            at["Attestations"].on("maxAgeOf", token.address),
            cash.max_reserve_age_hours * HOUR,
            ("loosenMaxAge", "tightenMaxAge"),
            "regulator",
        ),
        *(_signer(at["Attestations"], token, *entry) for entry in enumerate(signers, start=1)),
        _issuer(desk, offices["central_bank"]),
    ]


def _minter(cash: Contract, name: str, minter: str, most: MinterTable) -> list[Setting]:
    """What a minter may have outstanding, and how much it may mint a day."""
    asked = (("minter", "minterOf", "Limit", most.limit), ("rate", "bucketOf", "Rate", most.per_day))
    return [
        limit(
            f"{cash.name}.{what} {name}",
            cash.on(read, minter),
            wanted,
            (f"loosenMinter{bound}", f"tightenMinter{bound}"),
            "central_bank",
            fresh=(0, 0),
            part=0,
        )
        for what, read, bound, wanted in asked
    ]


def _kind(cash: Contract, name: str, minter: str, kind: int) -> Setting:
    """On which ledger a minter mints, where that is not the reserve's."""
    call = Call(cash.kind, cash.address, "setMinterKind", (minter, kind))
    read = Call(cash.kind, cash.address, "kindOf", (minter,))
    return Setting(f"{cash.name}.kind {name}", str(kind), read, 0, unless_equal(kind, call))


def _signer(attestations: Contract, subject: Contract, kind: int, signer: str) -> Setting:
    """Who attests a reserve, as what."""
    at = ("Attestations", attestations.address)
    call = Call(*at, "setSigner", (subject.address, signer, kind))
    read = Call(*at, "kindOf", (subject.address, signer))
    label = f"Attestations.{SIGNERS[kind - 1]} of {subject.name}"
    return Setting(label, signer, read, 0, unless_equal(kind, call))


def _issuer(desk: Contract, issuer: str) -> Setting:
    """On whose account redemptions burn."""
    call = Call("CashDesk", desk.address, "setIssuer", (issuer,))
    read = Call("CashDesk", desk.address, "issuer")
    return Setting("CashDesk.issuer", issuer, read, NOBODY, unless_equal(issuer, call))


def price_signers(config: Config, oracle: Contract, accounts: Mapping[str, str]) -> list[Setting]:
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
            unless_equal(True, on("addSigner", signer)),
        )
        for signer in wanted
    ]
    return [*named, Setting("PriceOracle.panel", f"{quorum} of {len(wanted)}", on("panel"), (0, ()), need)]


def price_feed(oracle: Contract, name: str, table: FeedTable) -> Setting:
    """A feed as it was opened, its step and its age; one difference at a time."""
    key, age = name.encode().ljust(32, b"\0"), table.max_age_hours * HOUR
    wanted = f"{table.max_step_bps} bps, {age} s" + (f", {len(table.tenor_days)} tenors" if table.tenor_days else "")

    def moved(bound: str, found: int, value: int) -> Need:
        loosens = found < value
        call = Call("PriceOracle", oracle.address, f"{'loosen' if loosens else 'tighten'}{bound}", (key, value))
        return call, ADMIN if loosens else "guardian"

    def need(found: tuple[bool, int, int, tuple[int, ...]]) -> Need | None:
        is_open, step, max_age, tenors = found
        if not is_open:
            args = (key, table.max_step_bps, age, table.tenor_days)
            return Call("PriceOracle", oracle.address, "openFeed", args), ADMIN
        if tenors != table.tenor_days:
            raise ConfigError(
                f"oracle.feeds.{name}.tenor_days are not those that the feed was opened with, which are for good; "
                "correct the configuration"
            )
        if step != table.max_step_bps:
            return moved("MaxStep", step, table.max_step_bps)
        return None if max_age == age else moved("MaxAge", max_age, age)

    read = Call("PriceOracle", oracle.address, "feedOf", (key,))
    return Setting(f"PriceOracle.feed {name}", wanted, read, (False, 0, 0, ()), need)


def vault_settings(config: Config, at: Mapping[str, Contract]) -> list[Setting]:
    """The vault as a minter and a creditor, its terms, and the risk that it takes."""
    table, token, vault, risk = config.vault, at["CashToken"], at["CollateralVault"], at["CollateralRisk"]
    ladders = [table.ladders.discount, table.ladders.fixed, table.ladders.floating, table.ladders.commodity]
    margins = (table.fx_add_on_bps, table.no_debt_days, table.exit_after_days, table.exit_cut_bps)
    terms = (table.fee_bps * RATE, table.ceiling, table.holder_ceiling, table.floor)
    programme, terms_of_auctions = (
        at["Programme"],
        (table.auction_top_bps, table.auction_hours * HOUR, table.auction_cap),
    )
    creditor, listing = programme.on("isCreditor", vault.address), programme.on("setCreditor", vault.address, True)
    buckets = ("loosenBucketCeiling", "tightenBucketCeiling")
    return [
        _kind(token, "CollateralVault", vault.address, VAULT),
        *_minter(token, "CollateralVault", vault.address, table.minter),
        Setting("Programme.creditor CollateralVault", "yes", creditor, False, unless_equal(True, listing)),
        Setting(
            "CollateralRisk.vault",
            vault.address,
            risk.on("vault"),
            NOBODY,
            unless_equal(vault.address, risk.on("setVault", vault.address)),
        ),
        *(_ladder(risk, kind, rungs) for kind, rungs in enumerate(ladders, start=1)),
        *(
            limit(
                f"CollateralRisk.bucket {bucket}",
                risk.on("bucketOf", bucket),
                ceiling,
                buckets,
                "central_bank",
                fresh=(0, 0),
                part=1,
            )
            for bucket, ceiling in enumerate(table.bucket_ceilings)
        ),
        _bounded(risk, "margins", margins, (1, 1, 1, 1)),
        _bounded(vault, "terms", terms, (-1, -1, -1, 1), whole=True),
        Setting(
            "CollateralVault.auctionTerms",
            ", ".join(map(str, terms_of_auctions)),
            vault.on("auctionTerms"),
            (0, 0, 0),
            unless_equal(terms_of_auctions, vault.on("setAuctionTerms", terms_of_auctions)),
        ),
    ]


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

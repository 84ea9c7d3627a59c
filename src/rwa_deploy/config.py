"""programme.toml -> Config: what the programme is to look like on chain, validated and frozen.

Unknown keys are refused with the key that was probably meant; every message names the file and the key.
"""

import difflib
import re
import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from eth_utils.address import is_checksum_address
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from rwa_deploy import units
from rwa_deploy.errors import ConfigError

__all__ = ["CURVE", "FX", "MANDATES", "AccountRef", "Config", "FeedName", "FeedTable", "load", "parse_toml", "validate"]

FX, CURVE = "USDPKR", "PKRV"  # the feeds that have a meaning of their own
MANDATES = ("memorandum", "pilot", "definitive")
DAY = units.SECONDS_PER_DAY
_DEVNET = re.compile(r"devnet:(0|[1-9][0-9]?)")


def _account(value: str) -> str:
    if _DEVNET.fullmatch(value) or is_checksum_address(value):
        return value
    raise ValueError("an account is `devnet:N` (N up to 99) or a checksummed address")


def _amount(value: object) -> int:
    try:
        return units.amount_from(value)  # type: ignore[arg-type]
    except TypeError as error:  # pydantic gives only a ValueError its place
        raise ValueError('an amount is a whole number or a decimal in quotes, such as "2000000000"') from error


AccountRef = Annotated[str, AfterValidator(_account)]
Amount = Annotated[int, BeforeValidator(_amount), Field(ge=0, le=units.MAX_AMOUNT)]
FeedName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,31}$")]
Label = Annotated[str, Field(min_length=1, max_length=31, pattern=r"^[\x20-\x7e]+$")]


ModelT = TypeVar("ModelT", bound=BaseModel)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ProgrammeTable(_Table):
    """[programme]: cap in dollars [1e6], mandate and its last day, age of the rate."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    cap_usd: Amount
    mandate: Literal["memorandum", "pilot", "definitive"]
    mandate_until: Annotated[date, Field(ge=date(1970, 1, 2))]  # the first that a chain can hold
    max_rate_age_hours: Annotated[int, Field(ge=1, le=24 * 30)]

    @property
    def mandate_until_unix(self) -> int:
        """Table -> the last second of the mandate's last day in Pakistan."""
        return units.unix_from_date(self.mandate_until) + DAY - 1


class FeedTable(_Table):
    """[oracle.feeds.NAME]: how far a round may step without waiting, how long it is fresh, the tenors of yields."""

    max_step_bps: Annotated[int, Field(ge=1, le=10_000)]
    max_age_hours: Annotated[int, Field(ge=1, le=24 * 30)]
    tenor_days: Annotated[tuple[Annotated[int, Field(ge=1, le=65_535)], ...], Field(max_length=24, strict=False)] = ()


class OracleTable(_Table):
    """[oracle]: who signs prices, how many must, and the feeds."""

    signers: Annotated[tuple[AccountRef, ...], Field(min_length=1, max_length=16, strict=False)]
    quorum: Annotated[int, Field(ge=1)]
    feeds: Annotated[dict[FeedName, FeedTable], Field(max_length=32)]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "OracleTable":
        if len(set(self.signers)) != len(self.signers):
            raise ValueError("signers names an account twice; name each once")
        if self.quorum > len(self.signers):
            raise ValueError(f"quorum asks for {self.quorum} of {len(self.signers)} signers; name more, or lower it")
        if FX not in self.feeds:
            raise ValueError(f"feeds has no {FX}, which every issue is booked at; add it")
        for name, feed in self.feeds.items():
            if bool(feed.tenor_days) != (name == CURVE):
                raise ValueError(f"feeds.{name}.tenor_days: {CURVE} has tenors and no other feed does; correct it")
            if any(after <= before for before, after in pairwise(feed.tenor_days)):
                raise ValueError(f"feeds.{name}.tenor_days do not ascend; sort them, each once")
        return self

    def tenors(self) -> dict[str, tuple[int, ...]]:
        """Table -> feed: tenors in days, none for a price."""
        return {name: feed.tenor_days for name, feed in self.feeds.items()}


class TravelTable(_Table):
    """[travel_rule]: up to which value [1e6 PKR] a transfer between two providers needs no announcement."""

    limit_pkr: Amount


class MinterTable(_Table):
    """A minter: the most that it may have outstanding, and how much it may mint a day [1e6]."""

    limit: Amount
    per_day: Annotated[Amount, Field(lt=2**88)]  # as the token packs it


class ReserveSignersTable(_Table):
    """[cash.reserve_signers]: who attests the reserve together."""

    custodian: AccountRef
    auditor: AccountRef


class CashTable(_Table):
    """[cash]: the stablecoin, who may mint how much, and what stands behind it."""

    name: Label
    symbol: Label
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    vault_share_bps: Annotated[int, Field(ge=0, le=10_000)]
    max_reserve_age_hours: Annotated[int, Field(ge=1, le=24 * 366)]
    minters: dict[str, MinterTable] = Field(default_factory=dict)
    converter: MinterTable
    reserve_signers: ReserveSignersTable


class CentralBankMoneyTable(_Table):
    """[central_bank_money]: the second money, of the currency of the first, and who may mint how much."""

    name: Label
    symbol: Label
    minters: dict[str, MinterTable] = Field(default_factory=dict)


Rung = Annotated[tuple[int, int, int], Field(strict=False)]  # up to days, lent bps, threshold bps
Ladder = Annotated[tuple[Rung, ...], Field(min_length=1, max_length=5, strict=False)]
Bps = Annotated[int, Field(ge=0, le=10_000)]


class LaddersTable(_Table):
    """[vault.ladders]: haircuts by residual tenor, for each kind of coupon and for commodities."""

    discount: Ladder
    fixed: Ladder
    floating: Ladder
    commodity: Ladder

    @model_validator(mode="after")
    def _climb(self) -> "LaddersTable":
        for name in type(self).model_fields:
            rungs: tuple[tuple[int, int, int], ...] = getattr(self, name)
            days = [rung[0] for rung in rungs]
            if days != sorted(set(days)) or days[-1] != 2**16 - 1 or days[0] < 1:
                raise ValueError(f"the days of {name} must rise, and the last must be 65535; correct them")
            if any(not 0 <= lent < threshold <= 9_900 for _, lent, threshold in rungs):
                raise ValueError(f"{name} lends less than its threshold, and that is at most 9900; correct the rung")
        return self


class VaultTable(_Table):
    """[vault]: what is lent on pledged face. Amounts are rupees [1e6], shares bps, a fee per cent a year."""

    fee_bps: Bps
    ceiling: Annotated[Amount, Field(lt=2**72)]
    holder_ceiling: Annotated[Amount, Field(lt=2**72)]
    floor: Annotated[Amount, Field(lt=2**72)]
    minter: MinterTable
    no_debt_days: Annotated[int, Field(ge=0, le=365)]
    fx_add_on_bps: Bps
    exit_after_days: Annotated[int, Field(ge=1, le=365)]
    exit_cut_bps: Bps
    auction_top_bps: Annotated[int, Field(ge=10_000, le=20_000)]
    auction_hours: Annotated[int, Field(ge=1, le=24 * 14)]
    auction_cap: Annotated[Amount, Field(lt=2**72)]
    bucket_ceilings: Annotated[tuple[Amount, ...], Field(min_length=6, max_length=6, strict=False)]
    ladders: LaddersTable


class AuthorityTable(_Table):
    """[authority]: who deploys, who administers, after which delay."""

    deployer: AccountRef
    admins: Annotated[tuple[AccountRef, ...], Field(min_length=2, max_length=7, strict=False)]  # TOML has no tuples
    admin_delay_hours: Annotated[int, Field(ge=0, le=24 * 30)]


class OfficesTable(_Table):
    """[offices]: one account for each office."""

    debt_office: AccountRef
    regulator: AccountRef
    registrar: AccountRef
    central_bank: AccountRef
    fiscal_agent: AccountRef
    price_signer: AccountRef
    enforcement_maker: AccountRef
    enforcement_checker: AccountRef
    guardian: AccountRef
    tax_office: AccountRef

    def accounts(self) -> dict[str, str]:
        """Table -> office -> account."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class PursesTable(_Table):
    """[purses]: where tax goes, what nobody claimed for ten years, and what buys collateral that nobody bids for."""

    tax: AccountRef
    unclaimed: AccountRef
    backstop: AccountRef

    def accounts(self) -> dict[str, str]:
        """Table -> purse -> account."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class NetworkTable(_Table):
    """[networks.NAME]: a chain that is not a development chain, named on purpose."""

    chain_id: Annotated[int, Field(ge=1)]


class Config(_Table):
    """programme.toml."""

    programme: ProgrammeTable
    oracle: OracleTable
    travel_rule: TravelTable
    cash: CashTable
    central_bank_money: CentralBankMoneyTable
    authority: AuthorityTable
    offices: OfficesTable
    purses: PursesTable
    vault: VaultTable
    networks: dict[str, NetworkTable] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _keeps_purses_apart(self) -> "Config":
        purses = self.purses.accounts()
        for name, account in purses.items():
            if same := [other for other in purses if other > name and purses[other] == account]:
                raise ValueError(f"purses.{name} and purses.{same[0]} are one account; they are held apart")
        return self

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Config":
        admins, offices = self.authority.admins, self.offices.accounts()
        if len(set(admins)) != len(admins):
            raise ValueError("authority.admins names an account twice; two different accounts are needed")
        if self.authority.deployer in {*admins, *offices.values()}:
            raise ValueError("authority.deployer also holds an office; it must end without any role")
        if self.authority.deployer in self.oracle.signers:
            raise ValueError("authority.deployer also signs prices; it must end without any role")
        if offices["enforcement_maker"] == offices["enforcement_checker"]:
            raise ValueError("offices.enforcement_maker and enforcement_checker are one account; they check each other")
        for table, minters in (("cash", self.cash.minters), ("central_bank_money", self.central_bank_money.minters)):
            if unknown := [name for name in minters if name not in offices]:
                raise ValueError(f"{table}.minters.{unknown[0]} is no office; {_meant(unknown[0], offices)}")
        signers = self.cash.reserve_signers
        if signers.custodian == signers.auditor:
            raise ValueError("cash.reserve_signers.custodian and auditor are one account; they check each other")
        if {signers.custodian, signers.auditor} & {offices[name] for name in self.cash.minters}:
            raise ValueError("cash.reserve_signers names a minter; nobody attests what he mints against")
        return self

    def accounts(self) -> frozenset[str]:
        """Config -> every account that it names."""
        signers = (*self.oracle.signers, *self.cash.reserve_signers.model_dump().values())
        others = (*self.purses.accounts().values(), *signers, *self.offices.accounts().values())
        return frozenset({self.authority.deployer, *self.authority.admins, *others})


def load(path: Path | str) -> Config:
    """File -> Config. Raises ConfigError, one sentence with file and key."""
    return validate(Config, parse_toml(path), path)


def parse_toml(path: Path | str) -> dict[str, Any]:
    """TOML file -> tables. Raises ConfigError when it cannot be read or is not TOML."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist; name another file, or start from programme.toml") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as UTF-8 text; check the file") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error


def validate(model: type[ModelT], tables: dict[str, Any], path: Path | str) -> ModelT:
    """Model + tables -> checked value. Raises ConfigError that names the first bad key and the likely one."""
    try:
        return model.model_validate(tables)
    except ValidationError as error:
        # A key that is written wrongly is missing under its right name too: the wrong one says more.
        found = next((each for each in error.errors() if each["type"] == "extra_forbidden"), error.errors()[0])
        keys = [str(part + 1 if isinstance(part, int) else part) for part in found["loc"]]
        if found["type"] == "extra_forbidden":
            known = _known(model, keys[:-1])
            raise ConfigError(f"{path}: unknown key {'.'.join(keys)}; {_meant(keys[-1], known)}") from None
        what = found["msg"].removeprefix("Value error, ")
        place = f"{'.'.join(keys)}: " if keys else ""
        raise ConfigError(f"{path}: {place}{what[0].lower()}{what[1:]}") from None


def _known(model: type[BaseModel], keys: list[str]) -> list[str]:
    """Model + path of keys -> the keys that are known there."""
    kinds = [model]
    for key in keys:
        inside = [kind.model_fields[key].annotation for kind in kinds if key in kind.model_fields]
        tagged = [kind for kind in kinds if any(key in get_args(f.annotation) for f in kind.model_fields.values())]
        # What is neither the tag of a union nor a field is a place in a list, or a name in a table of tables.
        kinds = tagged or [found for kind in inside for found in _models(kind)] or kinds
    return sorted({name for kind in kinds for name in kind.model_fields})


def _models(kind: Any) -> list[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [found for part in get_args(kind) for found in _models(part)]


def _meant(name: str, known: Any) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(known))}"

"""scenario.toml -> Scenario: typed steps, checked before any chain is touched.

Wallets are named by role: `retail:7`, `retail:last` and `dealer:0` are investors of the draw, `stranger` has no
record, and an office is named as in programme.toml. `expect` names the error that a step must end in; it then belongs
to the refused attempts of the report.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from rwa_deploy import units
from rwa_deploy.config import parse_toml, validate
from rwa_deploy.errors import ConfigError
from rwa_deploy.finance.auction import Instrument, rules_for
from rwa_deploy.finance.bids import read_bids
from rwa_deploy.finance.bills import BillTenor, bill_days, bill_maturity

__all__ = [
    "Clear",
    "Freeze",
    "FundRedemption",
    "FundWinners",
    "Investors",
    "Issue",
    "Licence",
    "Mint",
    "Onboard",
    "Rate",
    "Reconcile",
    "Redeem",
    "Renew",
    "Scenario",
    "Series",
    "Settle",
    "Step",
    "Trades",
    "Transfer",
    "Travel",
    "check",
    "load",
]

WALLET = r"^(retail|dealer):(0|[1-9][0-9]{0,5}|last)$|^[a-z_]+$"
Wallet = Annotated[str, Field(pattern=WALLET)]


def _pkr(value: object) -> int:
    return _exact(value, units.amount_from)


def _million(value: object) -> int:
    return _exact(value, units.face_from_million)


def _exact(value: object, convert: Callable[..., int]) -> int:
    try:
        return convert(value)
    except TypeError as error:  # pydantic gives only a ValueError its place
        raise ValueError("an amount is a whole number, or a decimal in quotes") from error


def _checked(convert: Callable[[str], int]) -> AfterValidator:
    """Converter -> check that text is what it takes; the text stays as it was written."""

    def check(text: str) -> str:
        convert(text)
        return text

    return AfterValidator(check)


def _tenor(value: object) -> BillTenor:
    try:
        return BillTenor[str(value).upper()]
    except KeyError:
        raise ValueError(f"a tenor is one of {', '.join(tenor.name.lower() for tenor in BillTenor)}") from None


Pkr = Annotated[int, BeforeValidator(_pkr), Field(gt=0)]
Million = Annotated[int, BeforeValidator(_million), Field(gt=0)]
Day = Annotated[date, Field(ge=date(1970, 1, 2))]  # the first that a chain can hold


class Step(BaseModel):
    """What every step may say: a label for people, and the error that it must end in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str = ""
    expect: str = ""
    expect_args: dict[str, int | str | bool] = Field(default_factory=dict)


class Licence(Step):
    """The regulator moves a provider along its path."""

    action: Literal["licence"]
    provider: str
    phase: Literal["NOC", "AML_REGISTERED", "SANDBOX", "LICENSED"]
    until: Day
    scope: int = Field(default=1, ge=0, lt=2**32)


class Investors(Step):
    """Draws investors from a seed, writes the two CSV files, and reads them back as any provider's files."""

    action: Literal["investors"]
    retail: Annotated[int, Field(ge=1, le=100_000)]
    dealers: Annotated[int, Field(ge=1, le=1_000)]
    seed: int
    providers: tuple[str, ...]
    valid_until: Day
    short_valid_until: Day | None = None  # of the last retail investor, whose KYC runs out on the way


class Onboard(Step):
    """A provider onboards its clients, in batches; provider `registrar` stands for the registrar and the dealers."""

    action: Literal["onboard"]
    provider: str


class Renew(Step):
    """A provider renews one investor's record."""

    action: Literal["renew"]
    wallet: Wallet
    until: Day


class Rate(Step):
    """The price signers' office posts the rate of the dollar."""

    action: Literal["rate"]
    usd_pkr: Annotated[str, _checked(units.fx_from)]


class Series(Step):
    """A bill is created; the debt office registers it, the fiscal agent confirms it."""

    action: Literal["series"]
    name: str
    symbol: str
    tenor: Annotated[BillTenor, BeforeValidator(_tenor)]
    issue: Day
    denomination_pkr: Pkr


class Clear(Step):
    """The auction is cleared off chain: competitive bids of a file, and the non-competitive bids of the draw."""

    action: Literal["clear"]
    auction: str
    bids: Path
    auction_date: Day
    target_million: Million


class FundWinners(Step):
    """The central bank mints what winners have to pay, and they approve it to Settlement; `late` winners wait."""

    action: Literal["fund_winners"]
    late: Annotated[int, Field(ge=0)] = 0


class Settle(Step):
    """The allotment is settled, page by page; what was passed over before is settled now if it can be."""

    action: Literal["settle"]


class Trades(Step):
    """Investors trade with each other: both sign, a third party submits."""

    action: Literal["trades"]
    count: Annotated[int, Field(ge=1, le=10_000)]
    seed: int
    price: Annotated[str, _checked(units.price_from)]


class Transfer(Step):
    """A holder sends face to another wallet."""

    action: Literal["transfer"]
    sender: Wallet
    receiver: Wallet
    face_pkr: Pkr


class Freeze(Step):
    """The enforcement maker freezes an amount of a wallet's face, or lifts the freeze."""

    action: Literal["freeze"]
    wallet: Wallet
    face: Literal["all", "none"]


class Issue(Step):
    """The debt office issues outside an auction."""

    action: Literal["issue"]
    receiver: Wallet
    face_million: Million


class Mint(Step):
    """The central bank mints cash."""

    action: Literal["mint"]
    receiver: Wallet
    million: Million


class Travel(Step):
    """Time passes until an hour of a day in Pakistan."""

    action: Literal["travel"]
    to: Day
    hour: Annotated[int, Field(ge=0, lt=24)] = 10


class FundRedemption(Step):
    """The debt office pays in what is due at maturity, or a share of it."""

    action: Literal["fund_redemption"]
    percent: Annotated[int, Field(ge=1, le=100)] = 100


class Redeem(Step):
    """All holders are paid, in batches."""

    action: Literal["redeem"]


class Reconcile(Step):
    """Register and chain are compared, balance by balance; `holders` marks the moment of the register of holders."""

    action: Literal["reconcile"]
    moment: str
    holders: bool = False


AnyStep = (
    Licence
    | Investors
    | Onboard
    | Renew
    | Rate
    | Series
    | Clear
    | FundWinners
    | Settle
    | Trades
    | Transfer
    | Freeze
    | Issue
    | Mint
    | Travel
    | FundRedemption
    | Redeem
    | Reconcile
)


class Scenario(BaseModel):
    """A scenario: when it starts, and its steps."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    start: Day
    start_hour: Annotated[int, Field(ge=0, lt=24)] = 9
    step: Annotated[tuple[Annotated[AnyStep, Field(discriminator="action")], ...], Field(min_length=1)]

    @property
    def start_unix(self) -> int:
        """Scenario -> the chain's first second (Unix)."""
        return units.unix_from_date(self.start) + self.start_hour * 3600


def load(path: Path | str, *, retail: int | None = None) -> Scenario:
    """File -> Scenario, paths in it relative to the file; `retail` overrides the number of drawn investors.

    Raises ConfigError that names file, step and key.
    """
    tables = parse_toml(path)
    steps = tables.get("step")
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict) and "bids" in step:
            step["bids"] = Path(path).parent / str(step["bids"])
        if isinstance(step, dict) and step.get("action") == "investors" and retail is not None:
            step["retail"] = retail
    return validate(Scenario, tables, path)


def check(scenario: Scenario, path: Path | str) -> None:
    """Scenario -> nothing, or what would stop it half-way: before anything is sent.

    ConfigError for clients of a provider of whom none were drawn, or an auction of nothing; InputError for bad bids.
    """
    drawn, days = {"registrar"}, 0
    for number, step in enumerate(scenario.step, start=1):
        if isinstance(step, Investors):
            drawn |= set(step.providers)
        elif isinstance(step, Onboard) and step.provider not in drawn:
            raise ConfigError(f"{path}: step {number} onboards clients of {step.provider}, of whom none were drawn")
        elif isinstance(step, Series):
            days = bill_days(step.issue, bill_maturity(step.tenor, step.issue))
        elif isinstance(step, Clear):
            _check_bids(step, days, f"{path}: step {number}")


def _check_bids(step: Clear, days: int, place: str) -> None:
    if not days:
        raise ConfigError(f"{place} clears an auction before a `series` step says of what; put that first")
    try:
        lot = rules_for(Instrument.BILL, step.auction_date).lot
    except ValueError as error:
        raise ConfigError(f"{place}: {error}") from error
    read_bids(step.bids, days=days, lot=lot)

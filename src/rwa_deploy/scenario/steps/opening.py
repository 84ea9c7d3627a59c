"""Steps before anything is sold: licences, investors, the cast, taxes, holidays, the dollar, new series."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rwa_deploy.config import FeedName
from rwa_deploy.prices import value_from
from rwa_deploy.scenario.steps.fields import Day, File, Fx, Money, Step, Symbol, Tenor, Wallet
from rwa_deploy.terms import template_kinds

__all__ = [
    "Bond",
    "Calendar",
    "Cast",
    "Investors",
    "Licence",
    "Onboard",
    "PostPrices",
    "Rate",
    "Renew",
    "Series",
    "TaxTable",
]


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


class Cast(Step):
    """Wallets named by role, onboarded and given cash: name,tier,country,tax_class,valid_until,provider,cash."""

    action: Literal["cast"]
    file: File


class Renew(Step):
    """Providers renew records of theirs."""

    action: Literal["renew"]
    holders: Annotated[tuple[Wallet, ...], Field(min_length=1)]
    until: Day


class TaxTable(Step):
    """The tax office sets the rows of a tax file that still matter today."""

    action: Literal["tax_table"]
    file: File


class Calendar(Step):
    """The fiscal agent puts holidays on chain."""

    action: Literal["calendar"]
    holidays: Annotated[tuple[Day, ...], Field(min_length=1)]
    citation: str


class Rate(Step):
    """A quorum of price signers signs the rate of the dollar."""

    action: Literal["rate"]
    usd_pkr: Fx


class PostPrices(Step):
    """A quorum of price signers signs the rounds of a file, or the next round of one feed, observed now."""

    action: Literal["post_prices"]
    file: File | None = None  # feed,number,observed_at,tenor_days,value
    feed: FeedName | None = None
    values: Annotated[tuple[str, ...], Field(max_length=24)] = ()  # a price, or per cent a year for each tenor

    @model_validator(mode="after")
    def _names_its_prices(self) -> Self:
        if (self.file is None) == (self.feed is None) or (self.feed is None) != (not self.values):
            raise ValueError("prices come from a file, or a feed and its values; name one of the two")
        self.integers()
        return self

    def integers(self) -> tuple[int, ...]:
        """Step -> its values, yields [1e-8] or a price [1e6]."""
        return tuple(value_from(self.feed or "", value) for value in self.values)


class Series(Step):
    """A bill is created; the debt office registers it, the fiscal agent confirms it."""

    action: Literal["series"]
    name: str
    symbol: Symbol
    tenor: Tenor
    issue: Day
    denomination_pkr: Money
    bound: bool = False  # asks Policies, and them the Allowlist


class Bond(Step):
    """A series of a terms file, or of a packaged template, is created, registered and confirmed."""

    action: Literal["bond"]
    terms: File | None = None
    template: str | None = None
    symbol: Symbol | None = None
    bound: bool = False  # asks Policies, and them the Allowlist

    @model_validator(mode="after")
    def _names_its_terms(self) -> Self:
        if (self.terms is None) == (self.template is None):
            raise ValueError("a bond has terms or a template, one of the two; name one")
        if self.template is not None and self.template not in template_kinds():
            raise ValueError(f"there is no template {self.template}; known are {', '.join(template_kinds())}")
        return self

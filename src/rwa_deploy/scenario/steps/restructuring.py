"""Steps of liability management (puts, buybacks, offers to exchange), of default, and of meetings of holders."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rwa_deploy.scenario.steps.fields import File, Money, OnSeries, Percent, Period, Price, Ratio, Step, Symbol, Wallet

__all__ = [
    "Buyback",
    "CloseMeeting",
    "Convene",
    "DeclareDefault",
    "ExchangeOffer",
    "FundPut",
    "MandatoryExchange",
    "PutNotice",
    "SettlePut",
    "Vote",
]


class PutNotice(OnSeries):
    """A holder gives notice that he puts face back."""

    action: Literal["put_notice"]
    wallet: Wallet
    period: Period
    face: Money


class FundPut(OnSeries):
    """The debt office pays in what the put of a date costs."""

    action: Literal["fund_put"]
    period: Period


class SettlePut(OnSeries):
    """Everybody who gave notice is paid against his face."""

    action: Literal["settle_put"]
    period: Period


class Buyback(OnSeries):
    """A reverse auction within the hour: offers name,face,price; those below the cut-off are bought, a share of those
    at it.
    """

    action: Literal["buyback"]
    offers: File
    cutoff_price: Price
    share_at_cutoff: Percent = 10**18


class ExchangeOffer(OnSeries):
    """Holders are offered another series for theirs; `accepted` lists name,face."""

    action: Literal["exchange_offer"]
    to: Symbol
    ratio: Ratio
    accepted: File


class DeclareDefault(OnSeries):
    """A payment was missed and its grace is over."""

    action: Literal["declare_default"]
    period: Period


class Convene(Step):
    """A meeting of the holders of one or more series: the debt office calls it for a modification, else a holder.

    `into` names a series for each, or one for all; `ratio` is its face for one of principal.
    """

    action: Literal["convene"]
    kind: Literal["accelerate", "rescind", "modify"]
    procedure: Literal["series_by_series", "two_limb", "single_limb"] = "series_by_series"
    series: Annotated[tuple[Symbol, ...], Field(min_length=1)]
    into: tuple[Symbol, ...] = ()
    ratio: Ratio = 10**18
    voting_days: Annotated[int, Field(ge=1, le=255)] = 14
    convener: Wallet | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.kind == "modify" and len(self.into) not in {1, len(self.series)}:
            raise ValueError("a modification goes into one series for all, or one for each; list them")
        if self.kind != "modify" and (self.into or len(self.series) != 1):
            raise ValueError("an acceleration or its rescission is about one series, and goes into none")
        if self.kind == "accelerate" and self.convener is None:
            raise ValueError("an acceleration is convened by a holder; name him as convener")
        return self


class Vote(Step):
    """Holders vote in every series that they held: name,support. Every other one signs, and somebody else submits. Time
    passes until voting is open.
    """

    action: Literal["vote"]
    file: File


class CloseMeeting(Step):
    """The votes are counted."""

    action: Literal["close_meeting"]


class MandatoryExchange(OnSeries):
    """What the meeting resolved binds everybody: all holders of a series are exchanged, in batches."""

    action: Literal["mandatory_exchange"]

"""Steps of the market: auctions and allotments, trades, transfers, freezes, cash, time."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rwa_deploy.scenario.steps.fields import Day, File, Million, Money, OnSeries, Price, Quote, Step, Wallet

__all__ = [
    "Allot",
    "Clear",
    "Freeze",
    "FundWinners",
    "Issue",
    "Mint",
    "Settle",
    "Trade",
    "Trades",
    "Transfer",
    "Travel",
]


class Clear(OnSeries):
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


class Settle(OnSeries):
    """The allotment is settled, page by page; what was passed over before is settled now if it can be."""

    action: Literal["settle"]


class Allot(OnSeries):
    """Issued to named wallets against cash, accrued interest included: lines of a file, or the outcome of an auction
    in which bid number n is `dealer_0n`'s.
    """

    action: Literal["allot"]
    file: File | None = None
    bids: File | None = None
    target_million: Million | None = None
    auction_date: Day | None = None
    method: Literal["multiple", "uniform"] = "multiple"

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        auction = (self.bids, self.target_million, self.auction_date)
        if (self.file is not None) == any(part is not None for part in auction):
            raise ValueError("an allotment has a file, or bids with target_million and auction_date; give one of them")
        if self.file is None and None in auction:
            raise ValueError("an auction needs bids, target_million and auction_date; give all three")
        return self


class Trade(OnSeries):
    """Trades against cash at a clean price, accrued interest on top: one now, or those of a file up to a day, each at
    11:00 of its date.
    """

    action: Literal["trade"]
    file: File | None = None
    until: Day | None = None
    seller: Wallet | None = None
    buyer: Wallet | None = None
    face: Money | None = None
    clean_price: Price | None = None

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        inline = (self.seller, self.buyer, self.face, self.clean_price)
        if self.file is None and None in inline:
            raise ValueError("a trade has a file, or seller, buyer, face and clean_price; give one of them whole")
        if self.file is not None and any(part is not None for part in inline):
            raise ValueError("a trade has a file, or seller, buyer, face and clean_price; give one of them only")
        if self.file is None and self.until is not None:
            raise ValueError("until is for the trades of a file; leave it out")
        return self

    @property
    def inline(self) -> tuple[str, str, int, str]:
        """Trade without a file -> seller, buyer, face, clean price."""
        return (self.seller or "", self.buyer or "", self.face or 0, self.clean_price or "0")


class Trades(OnSeries):
    """Investors trade with each other: both sign, a third party submits."""

    action: Literal["trades"]
    count: Annotated[int, Field(ge=1, le=10_000)]
    seed: int
    price: Quote


class Transfer(OnSeries):
    """A holder sends face to another wallet."""

    action: Literal["transfer"]
    sender: Wallet
    receiver: Wallet
    face_pkr: Money | None = None
    face: Money | None = None

    @model_validator(mode="after")
    def _has_one_face(self) -> Self:
        if (self.face_pkr is None) == (self.face is None):
            raise ValueError("a transfer has face, or face_pkr; give one of them")
        return self


class Freeze(OnSeries):
    """An order freezes all of a wallet's face in the series, or another lifts it."""

    action: Literal["freeze"]
    wallet: Wallet
    face: Literal["all", "none"]


class Issue(OnSeries):
    """The debt office issues outside an auction, free of payment."""

    action: Literal["issue"]
    receiver: Wallet
    face_million: Million | None = None
    face: Money | None = None

    @model_validator(mode="after")
    def _has_one_face(self) -> Self:
        if (self.face_million is None) == (self.face is None):
            raise ValueError("an issue has face, or face_million; give one of them")
        return self


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

"""Frozen values that modules hand to each other.

Money is integer units (`units`), a yield is a Decimal in per cent with 4 decimals as the market quotes it, a date is
a day in Pakistan. Nothing here computes more than a sum of its own fields.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

__all__ = [
    "Allotment",
    "AuctionMethod",
    "AuctionResult",
    "Bid",
    "Investor",
    "NonCompetitiveAllotment",
    "NonCompetitiveBid",
    "TaxClass",
    "Tier",
    "VoidReason",
    "VoidedBid",
]


class Tier(StrEnum):
    """What kind of investor a wallet belongs to."""

    RETAIL_RESIDENT = "retail_resident"
    RETAIL_NON_RESIDENT = "retail_non_resident"
    QUALIFIED = "qualified"
    INSTITUTION = "institution"
    PRIMARY_DEALER = "primary_dealer"
    PROVIDER_OMNIBUS = "provider_omnibus"


class TaxClass(StrEnum):
    """Which column of the tax table an investor falls under; the order gives the codes on chain, so add at the end."""

    FILER = "filer"
    NON_FILER = "non_filer"
    NON_RESIDENT = "non_resident"
    EXEMPT = "exempt"
    FILER_COMPANY = "filer_company"
    NON_FILER_COMPANY = "non_filer_company"


class AuctionMethod(StrEnum):
    """What an accepted bid pays: its own price (bills, bonds), or the cut-off (sukuk)."""

    MULTIPLE = "multiple"
    UNIFORM = "uniform"


class VoidReason(StrEnum):
    """Why a non-competitive bid gets nothing; the value is the sentence for reports."""

    SEVERAL_BIDS = "the investor bid more than once in this tenor, which voids all his bids"
    ABOVE_CAP = "the bid is above the cap per investor"
    NO_PRICE = "no competitive bid was accepted, so there is no price"


@dataclass(frozen=True, slots=True)
class Investor:
    """A wallet and what the Allowlist will say of it; no personal data (the id is only in the provider's file).

    `number` is the keyed 64-bit hash of the national id, the same for each wallet of one investor; `country` is
    ISO 3166 numeric; `tax_class` is None where it is not known; `valid_until` is Unix seconds; `file_hash` is the
    salted hash of the row, 32 bytes.
    """

    wallet: str
    number: int
    tier: Tier
    country: int
    tax_class: TaxClass | None
    valid_until: int
    provider: str
    file_hash: bytes


@dataclass(frozen=True, slots=True)
class Bid:
    """A competitive bid: number on the sheet, face [1e6], price [1e6 per 100], yield in per cent."""

    number: int
    face: int
    price: int
    yield_pct: Decimal


@dataclass(frozen=True, slots=True)
class NonCompetitiveBid:
    """A bid without a price: wallet, the investor behind it (`Investor.number`), face [1e6]."""

    wallet: str
    investor: int
    face: int


@dataclass(frozen=True, slots=True)
class Allotment:
    """What a competitive bid got: `face` ≤ `bid.face`, the price he pays, and the cash for it, up to the paisa.

    `cash` is clean, `accrued` is what a reopening adds (0 for a bill); he pays `total`.
    """

    bid: Bid
    face: int
    price: int
    yield_pct: Decimal
    cash: int
    accrued: int

    @property
    def total(self) -> int:
        """Allotment -> cash to pay [1e6], accrued included."""
        return self.cash + self.accrued


@dataclass(frozen=True, slots=True)
class NonCompetitiveAllotment:
    """What a non-competitive bid got: all of its face at the weighted average price."""

    bid: NonCompetitiveBid
    price: int
    cash: int
    accrued: int

    @property
    def face(self) -> int:
        """Allotment -> face [1e6], always the whole bid."""
        return self.bid.face

    @property
    def total(self) -> int:
        """Allotment -> cash to pay [1e6], accrued included."""
        return self.cash + self.accrued


@dataclass(frozen=True, slots=True)
class VoidedBid:
    """A non-competitive bid that gets nothing, and why."""

    bid: NonCompetitiveBid
    reason: VoidReason


@dataclass(frozen=True, slots=True)
class AuctionResult:
    """A cleared auction.

    Faces and cash in units [1e6], prices [1e6 per 100], yields in per cent with 4 decimals, `cover` = offered /
    target with 4 decimals. `allotments` holds accepted competitive bids, best price first, then by number on the
    sheet. Prices and yields are None when nothing was accepted. `accepted_face` may differ from the target: the
    pro-rata step leaves a remainder or an excess. Non-competitive bids come on top.
    """

    method: AuctionMethod
    settlement: date
    maturity: date
    target_face: int
    offered_face: int
    cover: Decimal
    cutoff_price: int | None
    cutoff_yield_pct: Decimal | None
    weighted_price: int | None
    weighted_yield_pct: Decimal | None
    allotments: tuple[Allotment, ...]
    non_competitive: tuple[NonCompetitiveAllotment, ...] = ()
    voided: tuple[VoidedBid, ...] = ()

    @property
    def accepted_face(self) -> int:
        """Result -> face of the accepted competitive bids [1e6]."""
        return sum(allotment.face for allotment in self.allotments)

    @property
    def realised(self) -> int:
        """Result -> clean cash of the accepted competitive bids [1e6]."""
        return sum(allotment.cash for allotment in self.allotments)

    @property
    def ncb_face(self) -> int:
        """Result -> face of the non-competitive bids filled [1e6]."""
        return sum(allotment.face for allotment in self.non_competitive)

    @property
    def ncb_cash(self) -> int:
        """Result -> clean cash of the non-competitive bids filled [1e6]."""
        return sum(allotment.cash for allotment in self.non_competitive)

"""Steps of credit: what may be pledged, positions, auctions, and the end of the vault."""

from typing import Annotated, Literal

from pydantic import Field

from rwa_deploy.scenario.steps.fields import Money, OnSeries, Percent, Price, Step, Symbol, Wallet

__all__ = [
    "AttestQuantity",
    "AuctionStart",
    "AuctionStop",
    "AuctionTake",
    "Backstop",
    "CollectPledged",
    "ExpectPosition",
    "FundBackstop",
    "ListCollateral",
    "RedeemPool",
    "SettlePosition",
    "ShutCollateral",
    "ShutDown",
    "Stress",
    "Substitute",
    "Vault",
    "Withdraw",
    "WriteOff",
]

Faces = dict[Symbol, Money]
Amount = Money | Literal["all"]


class AttestQuantity(OnSeries):
    """Custodian and auditor attest what lies behind a commodity; ADMIN names them first, after its delay."""

    action: Literal["attest_quantity"]
    quantity: Money
    max_age_days: Annotated[int, Field(ge=1, le=366)] = 90


class ListCollateral(OnSeries):
    """ADMIN lists a series, after its delay: the clock goes on by that."""

    action: Literal["list_collateral"]
    ceiling: Money
    share_pct: Percent = 10**18


class ShutCollateral(OnSeries):
    """The guardian lends nothing new on a series."""

    action: Literal["shut_collateral"]


class FundBackstop(Step):
    """The central bank gives the treasury's backstop its cash."""

    action: Literal["fund_backstop"]
    amount: Money


class Vault(Step):
    """Any mix for a wallet's position, in one transaction: repays, pledges, releases, mints."""

    action: Literal["vault"]
    wallet: Wallet
    pledge: Faces = Field(default_factory=dict)
    release: Faces = Field(default_factory=dict)
    mint: Money | None = None
    repay: Amount | None = None


class Substitute(Step):
    """A pledge of one series is replaced by one of another that counts for at least as much."""

    action: Literal["substitute"]
    wallet: Wallet
    out: Symbol
    out_face: Money
    into: Symbol
    into_face: Money


class CollectPledged(OnSeries):
    """Anyone has what matured on pledged face collected: to the debt first, the rest to the holder."""

    action: Literal["collect_pledged"]
    wallet: Wallet


class Withdraw(Step):
    """What is credited to a wallet is paid."""

    action: Literal["withdraw"]
    wallet: Wallet


class AuctionStart(Step):
    """Anyone begins to sell an unhealthy position."""

    action: Literal["auction_start"]
    wallet: Wallet


class AuctionTake(OnSeries):
    """A bidder takes face of a position at the price that stands `after_minutes` from now, at most at `most_price`."""

    action: Literal["auction_take"]
    wallet: Wallet
    bidder: Wallet
    face: Amount
    most_price: Price | None = None
    after_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 30)] = 0


class Backstop(OnSeries):
    """The treasury's backstop buys at the floor what nobody bid for, `after_minutes` from now."""

    action: Literal["backstop"]
    wallet: Wallet
    after_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 30)] = 0


class AuctionStop(Step):
    """Anyone ends the auction of a position that is healthy again."""

    action: Literal["auction_stop"]
    wallet: Wallet


class WriteOff(Step):
    """The debt of a position without collateral is borne by the buffer, then by the backstop."""

    action: Literal["write_off"]
    wallet: Wallet


class ShutDown(Step):
    """ADMIN shuts the vault down, after its delay: the clock goes on by that."""

    action: Literal["shut_down"]


class Stress(Step):
    """The stress report of this moment, `stress.html` and `stress.csv`, beside the run's other files."""

    action: Literal["stress"]


class SettlePosition(Step):
    """In a shutdown a position gives the face that its debt is worth, and the rest is free."""

    action: Literal["settle_position"]
    wallet: Wallet


class RedeemPool(Step):
    """In a shutdown a holder of cash takes his part of the pool."""

    action: Literal["redeem_pool"]
    wallet: Wallet
    amount: Money
    series: tuple[Symbol, ...]


class ExpectPosition(Step):
    """A position is exactly this: debt, face pledged by series, what is credited, and the cash of the wallet."""

    action: Literal["expect_position"]
    wallet: Wallet
    debt: Annotated[Money, Field(ge=0)] | Literal[0] | None = None
    most_debt: Money | None = None
    pledged: Faces | None = None
    credit: Money | Literal[0] | None = None
    cash: Money | Literal[0] | None = None

"""scenario.toml -> Scenario: typed steps, checked before any chain is touched."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rwa_deploy import units
from rwa_deploy.config import parse_toml, validate
from rwa_deploy.scenario.steps import cash, commodity, control, credit, market, opening, restructuring, servicing
from rwa_deploy.scenario.steps.fields import Day

__all__ = ["AnyStep", "Scenario", "load"]

AnyStep = (
    opening.Licence
    | opening.Investors
    | opening.Onboard
    | opening.Cast
    | opening.Renew
    | opening.TaxTable
    | opening.Calendar
    | opening.Rate
    | opening.PostPrices
    | opening.Series
    | opening.Bond
    | commodity.CreateCommodity
    | commodity.RequestRetirement
    | commodity.ConfirmDelivery
    | commodity.RefuseDelivery
    | commodity.CancelRetirement
    | market.Clear
    | market.FundWinners
    | market.Settle
    | market.Allot
    | market.Trades
    | market.Trade
    | market.Transfer
    | market.Freeze
    | market.Issue
    | market.Mint
    | market.Travel
    | servicing.Fix
    | servicing.FixFallback
    | servicing.Carry
    | servicing.FundPayment
    | servicing.FundAll
    | servicing.FundRedemption
    | servicing.Pay
    | servicing.Coupon
    | servicing.Claim
    | servicing.Redeem
    | servicing.Postpone
    | servicing.ReturnDust
    | servicing.Release
    | servicing.Call
    | restructuring.PutNotice
    | restructuring.FundPut
    | restructuring.SettlePut
    | restructuring.Buyback
    | restructuring.ExchangeOffer
    | restructuring.DeclareDefault
    | restructuring.Convene
    | restructuring.Vote
    | restructuring.CloseMeeting
    | restructuring.MandatoryExchange
    | control.Suspend
    | control.EndProvider
    | control.Attest
    | control.Customers
    | control.AddWallet
    | control.Policy
    | control.AcceptDisclosure
    | control.CountWallets
    | control.Announce
    | control.Order
    | control.Lift
    | control.Screen
    | control.Alerts
    | credit.AttestQuantity
    | credit.ListCollateral
    | credit.ShutCollateral
    | credit.FundBackstop
    | credit.Vault
    | credit.Substitute
    | credit.CollectPledged
    | credit.Withdraw
    | credit.AuctionStart
    | credit.AuctionTake
    | credit.Backstop
    | credit.AuctionStop
    | credit.WriteOff
    | credit.ShutDown
    | credit.Stress
    | credit.SettlePosition
    | credit.RedeemPool
    | credit.ExpectPosition
    | cash.AttestReserve
    | cash.Convert
    | cash.RedeemCash
    | cash.FundRedemptions
    | cash.ServeRedemptions
    | cash.CollectRedemption
    | servicing.Reconcile
    | servicing.ExpectFlows
)
_FILES = ("bids", "file", "sanctions", "trades", "terms", "receipt", "offers", "accepted")


class Scenario(BaseModel):
    """A scenario: when it starts, the currency of its cash, and its steps."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    start: Day
    start_hour: Annotated[int, Field(ge=0, lt=24)] = 9
    currency: Literal["PKR", "USD"] = "PKR"
    step: Annotated[tuple[Annotated[AnyStep, Field(discriminator="action")], ...], Field(min_length=1)]

    @property
    def start_unix(self) -> int:
        """Scenario -> the chain's first second (Unix)."""
        return units.unix_from_date(self.start) + self.start_hour * 3600


def load(path: Path | str, *, retail: int | None = None) -> Scenario:
    """File -> Scenario, its files found from its folder or one above; `retail` overrides how many investors are drawn.

    Raises ConfigError that names file, step and key.
    """
    tables = parse_toml(path)
    steps = tables.get("step")
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict):
            _place(step, Path(path).parent)
            if step.get("action") == "investors" and retail is not None:
                step["retail"] = retail
    return validate(Scenario, tables, path)


def _place(step: dict[str, Any], folder: Path) -> None:
    """A file is named from the scenario's folder, from one above it, or from where the command runs."""
    for key in _FILES:
        if isinstance(step.get(key), str):
            places = [above / step[key] for above in (folder, *folder.absolute().parents, Path())]
            step[key] = next((place for place in places if place.is_file()), places[0])

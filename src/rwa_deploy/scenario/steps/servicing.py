"""Steps of a series' life: fixings, payments, calls, redemption, and what holds register and chain together."""

from typing import Annotated, Literal

from pydantic import Field

from rwa_deploy.scenario.steps.fields import Day, File, Money, OnSeries, Percent, Period, Rate, Step, Wallet

__all__ = [
    "Call",
    "Carry",
    "Claim",
    "Coupon",
    "ExpectFlows",
    "Fix",
    "FixFallback",
    "FundAll",
    "FundPayment",
    "FundRedemption",
    "Pay",
    "Postpone",
    "Reconcile",
    "Redeem",
    "Release",
    "ReturnDust",
]

Holders = Literal["all"] | tuple[Wallet, ...]


class Fix(OnSeries):
    """The fiscal agent fixes a floater's period from an auction."""

    action: Literal["fix"]
    period: Period
    benchmark_pct: Rate
    source: str


class FixFallback(OnSeries):
    """The price signers fix a period that was missed from the fallback."""

    action: Literal["fix_fallback"]
    period: Period
    benchmark_pct: Rate
    source: str


class Carry(OnSeries):
    """Anyone lets the rate before run on; here the fiscal agent does."""

    action: Literal["carry"]
    period: Period


class FundPayment(OnSeries):
    """The debt office pays in what is due, a share of it, or an amount; what it lacks the central bank mints."""

    action: Literal["fund_payment"]
    period: Period
    percent: Annotated[int, Field(ge=1, le=100)] = 100
    amount: Money | None = None


class FundAll(OnSeries):
    """An amount is shared among all that is due and unfunded."""

    action: Literal["fund_all"]
    amount: Money


class FundRedemption(OnSeries):
    """The debt office pays in what is due at maturity, or a share of it."""

    action: Literal["fund_redemption"]
    percent: Annotated[int, Field(ge=1, le=100)] = 100


class Pay(OnSeries):
    """Holders are paid, 100 a transaction; anyone may do this, here the fiscal agent does."""

    action: Literal["pay"]
    period: Period
    holders: Holders = "all"


class Coupon(OnSeries):
    """A payment from its trades to its holders: those of a file up to its day, each at 11:00 of its own; at noon of the
    day what is due is funded whole, and everybody is paid who held at the record date.
    """

    action: Literal["coupon"]
    period: Period
    on: Day
    trades: File | None = None


class Claim(OnSeries):
    """A holder asks for his own payment."""

    action: Literal["claim"]
    wallet: Wallet
    period: Period


class Redeem(OnSeries):
    """All holders are paid, in batches."""

    action: Literal["redeem"]
    holders: Holders = "all"


class Postpone(OnSeries):
    """The fiscal agent moves a payable date, citing the announcement."""

    action: Literal["postpone"]
    period: Period
    days: Annotated[int, Field(ge=1, le=255)]
    citation: str


class ReturnDust(OnSeries):
    """What rounding left of a complete payment goes back to who funded it."""

    action: Literal["return_dust"]
    period: Period
    payer: Wallet = "debt_office"


class Release(OnSeries):
    """What nobody claimed for ten years goes to the account of the unclaimed."""

    action: Literal["release"]
    period: Period
    holders: Holders = "all"


class Call(OnSeries):
    """The debt office calls a share of the principal."""

    action: Literal["call"]
    period: Period
    share_pct: Percent


class Reconcile(Step):
    """Register and chain are compared, balance by balance; `holders` marks the moment of the register of holders."""

    action: Literal["reconcile"]
    moment: str
    holders: bool = False


class ExpectFlows(Step):
    """What the register says was paid is held, line by line, against a file computed elsewhere."""

    action: Literal["expect_flows"]
    file: File

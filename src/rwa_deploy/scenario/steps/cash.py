"""Steps of the money: the reserve, conversion and redemption at the desk."""

from typing import Annotated, Literal

from pydantic import Field

from rwa_deploy.scenario.steps.fields import Money, Step, Wallet

__all__ = ["AttestReserve", "CollectRedemption", "Convert", "FundRedemptions", "RedeemCash", "ServeRedemptions"]


class AttestReserve(Step):
    """Custodian and auditor attest what stands behind the stablecoin. Before the first such step of a scenario the
    reserve is as large as the central bank may mint.
    """

    action: Literal["attest_reserve"]
    amount: Money


class Convert(Step):
    """An institution's central-bank money becomes stablecoin at par, or `back`."""

    action: Literal["convert"]
    wallet: Wallet
    amount: Money
    back: bool = False


class RedeemCash(Step):
    """A holder queues stablecoin for redemption."""

    action: Literal["redeem_cash"]
    wallet: Wallet
    amount: Money


class FundRedemptions(Step):
    """Central-bank money is brought for the queue."""

    action: Literal["fund_redemptions"]
    amount: Money
    payer: Wallet = "debt_office"


class ServeRedemptions(Step):
    """What is funded is assigned in the order of requests, pro rata where the reserve is short."""

    action: Literal["serve_redemptions"]
    most: Annotated[int, Field(ge=1, le=1_000)] = 100


class CollectRedemption(Step):
    """What is assigned to a wallet is paid to it."""

    action: Literal["collect_redemption"]
    wallet: Wallet

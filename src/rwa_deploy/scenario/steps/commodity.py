"""Steps of a commodity: its series, and units against delivery; it is issued, moved and frozen like any series."""

from typing import Annotated, Literal

from pydantic import Field

from rwa_deploy.scenario.steps.fields import File, Money, OnSeries, Step, Wallet

__all__ = ["CancelRetirement", "ConfirmDelivery", "CreateCommodity", "RefuseDelivery", "RequestRetirement"]

Text = Annotated[str, Field(min_length=1, max_length=1000)]
Number = Annotated[int, Field(ge=1)]


class CreateCommodity(Step):
    """A series of a receipt file is created, registered and confirmed; issues wait for an attested quantity."""

    action: Literal["create_commodity"]
    receipt: File
    bound: bool = False  # asks Policies, and them the Allowlist


class RequestRetirement(OnSeries):
    """A holder hands units over, to be delivered as the instruction says."""

    action: Literal["request_retirement"]
    wallet: Wallet
    quantity: Money
    delivery: Text


class ConfirmDelivery(Step):
    """The fiscal agent confirms the delivery of a request, the last unless one is named, and the units are burned."""

    action: Literal["confirm_delivery"]
    proof: Text
    number: Number | None = None


class RefuseDelivery(Step):
    """The fiscal agent refuses it, and the holder has his units again."""

    action: Literal["refuse_delivery"]
    reason: Text
    number: Number | None = None


class CancelRetirement(Step):
    """The holder takes back what was not delivered in ten days."""

    action: Literal["cancel_retirement"]
    wallet: Wallet
    number: Number | None = None

"""Steps of control: the ways into the Allowlist, policies of series, the travel rule, orders, screening and alerts."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from rwa_deploy import units
from rwa_deploy.compliance.investors import Country
from rwa_deploy.model import Tier
from rwa_deploy.scenario.steps.fields import Day, File, Money, OnSeries, Step, Wallet

__all__ = [
    "AcceptDisclosure",
    "AddWallet",
    "Alerts",
    "Announce",
    "Attest",
    "CountWallets",
    "Customers",
    "EndProvider",
    "Lift",
    "Order",
    "Policy",
    "Screen",
    "Suspend",
]


def _whole(amount: int) -> int:
    if amount % units.ONE:
        raise ValueError("is not a whole number of rupees or dollars, which is all that a policy can hold")
    return amount


Holders = Annotated[tuple[Wallet, ...], Field(min_length=1)]
Days = Annotated[int, Field(ge=1, le=366)]
Lot = Annotated[Money, AfterValidator(_whole), Field(lt=2**64 * units.ONE)]
Cap = Annotated[Money, AfterValidator(_whole), Field(lt=2**40 * units.ONE)]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Suspend(Step):
    """The regulator suspends a provider's licence; a `licence` step lifts it again."""

    action: Literal["suspend"]
    provider: str


class EndProvider(Step):
    """Anyone marks a provider whose grace is over."""

    action: Literal["end_provider"]
    provider: str


class Attest(Step):
    """A provider attests investors, who move to it by their own signature; a stranger submits."""

    action: Literal["attest"]
    holders: Holders
    provider: str
    consent: bool = True


class Customers(Step):
    """A provider publishes the root of its customers (columns of a cast), and a stranger activates each by proof."""

    action: Literal["customers"]
    file: File
    provider: str
    days: Days = 90


class AddWallet(Step):
    """A second wallet of an investor: added by the signature of his first, or onboarded by his provider."""

    action: Literal["add_wallet"]
    wallet: Wallet
    name: Wallet
    by: Literal["investor", "provider"] = "investor"


class Policy(OnSeries):
    """The regulator binds a series that was created `bound`; what is left out is not asked."""

    action: Literal["policy"]
    lowest_tier: Tier | None = None
    blocked: tuple[Country, ...] = ()
    caps: dict[Tier, Cap] = Field(default_factory=dict)
    lot: Lot | None = None
    locked_until: Day | None = None
    disclosure: Text | None = None
    cooling_off_days: Annotated[int, Field(ge=1, le=190)] | None = None
    most_holders: Annotated[int, Field(ge=1, lt=2**32)] | None = None
    omnibus_days: Annotated[int, Field(ge=1, le=190)] | None = None
    travel_rule: bool = False


class AcceptDisclosure(Step):
    """Holders accept a disclosure, named by its text here and by its hash on chain."""

    action: Literal["accept_disclosure"]
    holders: Holders
    disclosure: Text


class CountWallets(Step):
    """Anyone has wallets counted under their investors."""

    action: Literal["count_wallets"]
    holders: Holders


class Announce(OnSeries):
    """Both providers sign the hash of an IVMS101 message for a transfer of at most `face`."""

    action: Literal["announce"]
    sender: Wallet
    receiver: Wallet
    face: Money
    days: Days = 7


class Order(OnSeries):
    """One office proposes an order and cites the law, another executes it; a recovery takes cash and all series."""

    action: Literal["order"]
    kind: Literal["freeze_wallet", "freeze_amount", "forced_transfer", "recovery"]
    wallet: Wallet
    law: Text
    receiver: Wallet | None = None
    face: Money | None = None
    days: Days = 90

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if (self.face is not None) != (self.kind in {"freeze_amount", "forced_transfer"}):
            raise ValueError("face belongs to freeze_amount and forced_transfer, which need it; correct one of them")
        if (self.receiver is not None) != (self.kind in {"forced_transfer", "recovery"}):
            raise ValueError("receiver belongs to forced_transfer and recovery, which need it; correct one of them")
        return self


class Lift(Step):
    """An order that lifts the last freeze of a wallet."""

    action: Literal["lift"]
    wallet: Wallet
    law: Text


class Screen(Step):
    """Names of the cast (name,legal_name,born) against a list file; the hits must be those of `hits`, by name."""

    action: Literal["screen"]
    file: File
    sanctions: File
    hits: tuple[Wallet, ...] = ()


class Alerts(OnSeries):
    """Alerts over all moves so far; those of structuring must be about `holders`, and become one STR file each."""

    action: Literal["alerts"]
    holders: tuple[Wallet, ...] = ()
    rentity_id: Annotated[int, Field(ge=1)] = 1

"""What a run has to say to be reported: values only, gathered by the scenario."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from rwa_deploy.events import Act
from rwa_deploy.model import AuctionResult, Bid
from rwa_deploy.register import ReconRow, Register

__all__ = ["GasUse", "Latency", "PaymentFacts", "Refusal", "RunFacts", "SeriesFacts"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An attempt that had to fail and did: what was tried, the contract's error, and why in a sentence (or empty)."""

    attempt: str
    error: str
    sentence: str


@dataclass(frozen=True, slots=True)
class GasUse:
    """What an operation costs: `gas_each` per item of it (a wallet, a winner, a trade), over `transactions`."""

    operation: str
    transactions: int
    gas_each: int


@dataclass(frozen=True, slots=True)
class Latency:
    """From sending a transaction to its receipt: blocks mined, and seconds on the clock of who sent it."""

    blocks: int
    seconds: Decimal


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment of a schedule as the chain has it at the end of the run; `period` counts from 0.

    Who held at `record_at` is paid from `payable_at` on (Unix, as scheduled). Income is `numerator / denominator` of
    the principal before it; factors are principal per unit of face [1e18] before it, after its instalment, after a
    call. The series ends within the period where it `is_cut`.
    """

    period: int
    record_at: int
    payable_at: int
    numerator: int
    denominator: int
    factor_before: int
    factor_scheduled: int
    factor_after: int
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """A series of the run. `issue_price` [1e6 per 100] is what a discount is reckoned from; `calendar` is the text of
    its iCalendar file, empty for a bill without terms.
    """

    symbol: str
    address: str
    isin: str
    instrument_class: int
    issue_price: int
    payments: tuple[PaymentFacts, ...] = ()
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run: from an auction to redemption, or the life of the series of a scenario.

    `auction` and `bids` (all competitive ones, accepted or not) are there where one was cleared; `series` is what was
    auctioned, else the largest, and `issued` are all of them. `register` is folded from all events of the run.
    `marks` are the moments (Unix) that registers of holders are drawn for, by their names: what happened in that very
    second counts after it. `providers` names the numbers of KYC records, `names` the addresses that tables should
    call by a name (tokens, accounts of the system, wallets). `recon` maps a moment in words to the rows compared
    then. `settlement_seconds` is how long all allotments took, `timings` how long each stage of the run took [s].
    `latencies` goes by transaction hash. `manifest` is JSON-ready. `acts` are all transactions, for the
    audit log; `offices` names the addresses that hold an office or a licence.
    """

    title: str
    instrument: str
    network: str
    register: Register
    series: str
    recon: Mapping[str, tuple[ReconRow, ...]]
    refused: tuple[Refusal, ...]
    gas: tuple[GasUse, ...]
    settlement_seconds: Decimal
    manifest: Mapping[str, object]
    currency: str = "PKR"
    auction: AuctionResult | None = None
    bids: tuple[Bid, ...] = ()
    issued: tuple[SeriesFacts, ...] = ()
    marks: Mapping[str, int] = field(default_factory=dict)
    providers: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    latencies: Mapping[str, Latency] = field(default_factory=dict)
    timings: Mapping[str, Decimal] = field(default_factory=dict)
    acts: tuple[Act, ...] = ()
    offices: Mapping[str, str] = field(default_factory=dict)

    @property
    def record_at(self) -> int | None:
        """Run -> the first moment that a register of holders is drawn for; None means the end."""
        return next(iter(self.marks.values()), None)

    @property
    def sold(self) -> str | None:
        """Run -> the series whose allotment is reported: what was auctioned; without an auction, of all series."""
        return self.series if self.auction else None

    def symbol(self, series: str) -> str:
        """Address of a series -> what tables call it."""
        return next((one.symbol for one in self.issued if one.address == series), self.names.get(series, series))

"""What a run has to say to be reported: values only, gathered by the scenario."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from rwa_deploy.model import AuctionResult, Bid
from rwa_deploy.register import ReconRow, Register

__all__ = ["GasUse", "Latency", "Refusal", "RunFacts"]


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
class RunFacts:
    """A run from auction to redemption.

    `register` is folded from all events of the run, the redemption included; `record_at` (Unix) is the moment between
    trading and redemption that the register of holders is drawn for: what happened in that very second counts after
    it. `bids` are all competitive bids, accepted or not. `providers` names the numbers of KYC records, `names` the
    addresses that tables should call by a name (tokens, accounts of the system). `recon` maps a moment in words to
    the rows compared then. `settlement_seconds` is how long all allotments took, `timings` how long each stage of the
    run took [s]. `latencies` goes by transaction hash. `manifest` is JSON-ready.
    """

    title: str
    instrument: str
    network: str
    auction: AuctionResult
    bids: tuple[Bid, ...]
    register: Register
    series: str
    record_at: int
    recon: Mapping[str, tuple[ReconRow, ...]]
    refused: tuple[Refusal, ...]
    gas: tuple[GasUse, ...]
    settlement_seconds: Decimal
    manifest: Mapping[str, object]
    providers: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    latencies: Mapping[str, Latency] = field(default_factory=dict)
    timings: Mapping[str, Decimal] = field(default_factory=dict)

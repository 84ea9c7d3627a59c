"""Chain + Config -> Stage: the actors, what they have done so far, and how they act.

The stage is the only thing in the package that changes as it goes: a scenario is a sequence of acts. What it gathers
ends in frozen facts for the report.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from rwa_deploy.abi import Call, Codec
from rwa_deploy.apply import apply, plan_for, require_development, signers_for
from rwa_deploy.artifacts import Artifacts
from rwa_deploy.chain import Chain, Receipt, Signer, Transaction, wallet
from rwa_deploy.config import Config
from rwa_deploy.errors import ConfigError, SignerError
from rwa_deploy.manifest import Manifest
from rwa_deploy.model import AuctionResult, Bid, Investor, NonCompetitiveBid
from rwa_deploy.plan import Contract, Desired
from rwa_deploy.register import ReconRow
from rwa_deploy.report import Latency, Refusal

__all__ = ["ETHER", "Spent", "Stage", "Winner", "seconds_since", "set_stage"]

ETHER = 10**18
Progress = Callable[[int, int], None]  # done, of


def _no_progress(_done: int, _of: int) -> None:
    return


@dataclass(frozen=True, slots=True)
class Winner:
    """A line of the allotment: who pays `cash` for `face` at `price`."""

    wallet: str
    face: int
    price: int
    cash: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What an operation took so far: `items` of it (wallets, winners, trades) in `transactions`, `gas` in all."""

    items: int = 0
    transactions: int = 0
    gas: int = 0


@dataclass(slots=True)
class Stage:
    """Where a scenario plays."""

    chain: Chain
    codec: Codec
    config: Config
    desired: Desired
    manifest: Manifest
    folder: Path
    offices: dict[str, Signer]
    deploy_gas: dict[str, int]
    investors: tuple[Investor, ...] = ()
    wallets: dict[str, Signer] = field(default_factory=dict)  # by address
    bids: tuple[NonCompetitiveBid, ...] = ()
    retail_count: int = 0
    dealer_count: int = 0
    series: Contract | None = None
    auction: str = ""
    result: AuctionResult | None = None
    winners: tuple[Winner, ...] = ()
    late: frozenset[str] = frozenset()
    refusals: list[Refusal] = field(default_factory=list)
    spent: dict[str, Spent] = field(default_factory=dict)
    latencies: dict[str, Latency] = field(default_factory=dict)  # by transaction hash
    timings: dict[str, Decimal] = field(default_factory=dict)
    providers: dict[int, str] = field(default_factory=dict)
    competitive: tuple[Bid, ...] = ()
    recon: dict[str, tuple[ReconRow, ...]] = field(default_factory=dict)
    record_at: int | None = None
    settlement_seconds: Decimal = Decimal(0)
    progress: Progress = _no_progress

    # ── who and where ────────────────────────────────────────────────────────────────────────────────────────────────

    def signer(self, name: str) -> Signer:
        """Name of a wallet, provider or office -> Signer."""
        if name in self.offices:
            return self.offices[name]
        if name == "stranger":
            return wallet(name, 0)
        kind, _, number = name.partition(":")
        count = {"retail": self.retail_count, "dealer": self.dealer_count}.get(kind, 0)
        index = count - 1 if number == "last" else int(number or 0)
        if not 0 <= index < count:
            raise ConfigError(f"{name} is no wallet here; there are {self.retail_count} retail investors")
        return wallet(kind, index)

    def provider(self, name: str) -> Signer:
        """Name of a provider -> Signer."""
        return wallet(f"provider {name}", 0)

    def investor(self, address: str) -> Investor:
        """Address -> its investor."""
        found = next((investor for investor in self.investors if investor.wallet == address), None)
        if found is None:
            raise ConfigError(f"{address} belongs to no investor of this scenario; name a retail or dealer wallet")
        return found

    def bill(self) -> Contract:
        """Stage -> the series that the scenario created."""
        if self.series is None:
            raise ConfigError("the scenario has no series yet; put a `series` step before this one")
        return self.series

    def allotment(self) -> AuctionResult:
        """Stage -> the cleared auction."""
        if self.result is None:
            raise ConfigError("the scenario has no cleared auction yet; put a `clear` step before this one")
        return self.result

    # ── acting ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def on(self, contract: str, function: str, *args: Any) -> Call:
        """Contract (`BondToken` is the scenario's series), function, arguments -> Call."""
        address = self.bill().address if contract == "BondToken" else self.desired.address(contract)
        return Call(contract, address, function, args)

    def read(self, contract: str, function: str, *args: Any) -> Any:
        """The same, answered by the chain."""
        return self.chain.call(self.on(contract, function, *args))

    def act(self, operation: str, signer: Signer, call: Call, *, items: int = 1, gas: int | None = None) -> Receipt:
        """Sends a call that does `items` of an operation. `gas` given spares a long estimate."""
        began, height = time.monotonic(), self.chain.height()
        receipt = self.chain.send(signer, call, gas=gas)
        self.count(operation, [receipt], items)
        self.latencies[receipt.tx_hash] = Latency(receipt.block - height, seconds_since(began))
        return receipt

    def act_many(self, operation: str, acts: Sequence[tuple[Signer, Call]], gas: int) -> list[Receipt]:
        """Sends many calls of at most `gas` each, with progress."""
        began, height, done = time.monotonic(), self.chain.height(), 0

        def step(count: int) -> None:
            nonlocal done
            done += count
            self.progress(done, len(acts))

        transactions = [
            Transaction(signer, call.address, self.codec.encode(call), gas, str(call)) for signer, call in acts
        ]
        receipts = self.chain.send_many(transactions, progress=step)
        self.count(operation, receipts, len(receipts))
        taken = seconds_since(began)
        self.latencies |= {receipt.tx_hash: Latency(receipt.block - height, taken) for receipt in receipts}
        return receipts

    def count(self, operation: str, receipts: Sequence[Receipt], items: int) -> None:
        """Adds what an operation cost."""
        old = self.spent.get(operation, Spent())
        gas = sum(receipt.gas_used for receipt in receipts)
        self.spent[operation] = Spent(old.items + items, old.transactions + len(receipts), old.gas + gas)

    def supply_gas(self, addresses: Iterable[str]) -> None:
        """Gives wallets ether for gas; development chains only."""
        self.chain.fund(addresses, 10 * ETHER)


def seconds_since(began: float) -> Decimal:
    """Monotonic moment -> seconds since, to the millisecond."""
    return Decimal(round((time.monotonic() - began) * 1000)).scaleb(-3)


def set_stage(config: Config, codec: Codec, artifacts: Artifacts, chain: Chain, folder: Path) -> Stage:
    """Config + Chain -> Stage with the programme applied. Raises NetworkRefused on anything but a development chain."""
    require_development(chain, config)
    by_ref = signers_for(config.accounts())
    if missing := sorted(config.accounts() - by_ref.keys()):
        raise SignerError(f"a scenario needs every office's key, and that of {missing[0]} is not here")
    accounts = {ref: signer.address for ref, signer in by_ref.items()}
    plan = plan_for(config, accounts, codec, artifacts, chain)
    outcome = apply(plan, config, chain, {signer.address: signer for signer in by_ref.values()})
    offices = {name: by_ref[ref] for name, ref in config.offices.accounts().items()}
    return Stage(
        chain=chain,
        codec=codec,
        config=config,
        desired=plan.desired,
        manifest=outcome.manifest,
        folder=folder,
        offices={**offices, "deployer": by_ref[config.authority.deployer]},
        deploy_gas=dict(outcome.gas),
    )

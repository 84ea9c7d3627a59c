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
from rwa_deploy.terms import Terms, WarehouseReceipt
from rwa_deploy.wiring import INSTANCES

__all__ = ["DAY", "ETHER", "NOBODY", "Issued", "Spent", "Stage", "Winner", "in_currency", "seconds_since", "set_stage"]

ETHER = 10**18
DAY = 86_400
NOBODY = "0x" + "0" * 40
CASH = {"USD": ("US dollar stablecoin", "USDS")}
Progress = Callable[[int, int], None]  # done, of


def _no_progress(_done: int, _of: int) -> None:
    return


@dataclass(frozen=True, slots=True)
class Issued:
    """A series that the scenario created; a bill of an auction has no terms file, a commodity has a receipt."""

    symbol: str
    token: Contract
    terms: Terms | None = None
    receipt: WarehouseReceipt | None = None


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
    price_signers: tuple[Signer, ...]  # a quorum, in the order of their addresses
    investors: tuple[Investor, ...] = ()  # of the draw
    members: dict[str, Investor] = field(default_factory=dict)  # of the cast, by name
    people: dict[str, Signer] = field(default_factory=dict)  # of the cast, by name
    wallets: dict[str, Signer] = field(default_factory=dict)  # of draw and cast, by address
    called: dict[str, str] = field(default_factory=dict)  # address of such a wallet -> its name in steps and files
    bids: tuple[NonCompetitiveBid, ...] = ()
    retail_count: int = 0
    dealer_count: int = 0
    series: dict[str, Issued] = field(default_factory=dict)  # by symbol, in the order of creation
    chosen: str | None = None  # the series that a step names
    auction: str = ""
    auctioned: str = ""  # symbol of what was auctioned
    result: AuctionResult | None = None
    winners: tuple[Winner, ...] = ()
    late: frozenset[str] = frozenset()
    played: dict[Path, int] = field(default_factory=dict)  # rows of a trades file that were played
    trade_number: int = 1 << 32  # above what `trades` numbers by itself
    allotments: int = 0
    books: int = 0  # buybacks and offers to exchange
    meeting: int | None = None
    is_reserve_stated: bool = False  # by a step; until then the stage attests what mints need
    redemptions: dict[str, list[int]] = field(default_factory=dict)  # wallet's name -> its requests at the desk
    freezes: dict[str, list[int]] = field(default_factory=dict)  # wallet -> numbers of the orders that freeze it
    refusals: list[Refusal] = field(default_factory=list)
    spent: dict[str, Spent] = field(default_factory=dict)
    latencies: dict[str, Latency] = field(default_factory=dict)  # by transaction hash
    timings: dict[str, Decimal] = field(default_factory=dict)
    providers: dict[int, str] = field(default_factory=dict)
    competitive: tuple[Bid, ...] = ()
    recon: dict[str, tuple[ReconRow, ...]] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)  # moment in words -> Unix
    settlement_seconds: dict[str, Decimal] = field(default_factory=dict)  # by symbol
    progress: Progress = _no_progress

    # ── who and where ────────────────────────────────────────────────────────────────────────────────────────────────

    def signer(self, name: str) -> Signer:
        """Name of a wallet, provider or office -> Signer."""
        if known := self.offices.get(name) or self.people.get(name):
            return known
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
        everyone = (*self.investors, *self.members.values())
        found = next((investor for investor in everyone if investor.wallet == address), None)
        if found is None:
            raise ConfigError(f"{address} belongs to no investor of this scenario; name a wallet of the draw or cast")
        return found

    def names(self) -> dict[str, str]:
        """Stage -> address: name of contracts, offices, series and wallets, as steps and files call them."""
        return (
            {address: name for name, address in self.manifest.contracts.items()}
            | {signer.address: name for name, signer in self.offices.items()}
            | self.called
            | {one.token.address: symbol for symbol, one in self.series.items()}
        )

    def current(self) -> Issued:
        """Stage -> the series that the step names, or the last that was created."""
        symbol = self.chosen or next(reversed(self.series), None)
        if symbol is None:
            raise ConfigError("the scenario has no series yet; put a `series` or `bond` step before this one")
        if symbol not in self.series:
            raise ConfigError(f"there is no series {symbol} yet; create it before this step")
        return self.series[symbol]

    def token(self, symbol: str | None = None) -> str:
        """Symbol, or the step's own series -> address."""
        return (self.current() if symbol is None else self.series[symbol]).token.address

    # ── acting ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def on(self, contract: str, function: str, *args: Any) -> Call:
        """Contract (`BondToken` is the step's series), function, arguments -> Call."""
        address = self.token() if contract == "BondToken" else self.desired.address(contract)
        return Call(INSTANCES.get(contract, contract), address, function, args)

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


def in_currency(config: Config, currency: str) -> Config:
    """Config + currency of a scenario -> the programme with its cash in that currency."""
    if currency == config.cash.currency:
        return config
    if currency not in CASH:
        raise ConfigError(f"the programme's cash is in {config.cash.currency}; a scenario in {currency} needs another")
    name, symbol = CASH[currency]
    cash = config.cash.model_copy(update={"currency": currency, "name": name, "symbol": symbol})
    return config.model_copy(update={"cash": cash})


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
    purses = {"tax_account": by_ref[config.purses.tax], "unclaimed_account": by_ref[config.purses.unclaimed]}
    purses["backstop"] = by_ref[config.purses.backstop]
    panel = [by_ref[ref] for ref in config.oracle.signers[: config.oracle.quorum]]
    signers = {name: by_ref[ref] for name, ref in config.cash.reserve_signers.model_dump().items()}
    return Stage(
        chain=chain,
        codec=codec,
        config=config,
        desired=plan.desired,
        manifest=outcome.manifest,
        folder=folder,
        offices={
            **offices,
            **purses,
            **signers,
            "deployer": by_ref[config.authority.deployer],
            "admin": by_ref[config.authority.admins[0]],
        },
        deploy_gas=dict(outcome.gas),
        price_signers=tuple(sorted(panel, key=lambda signer: int(signer.address, 16))),
    )

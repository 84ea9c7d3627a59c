"""Chain + Manifest -> Book, and the files of its stress report.

Everything is read at one block. What the book reckons each series to count for is held against what CollateralRisk
answers at that block, so that a report never rests on prices that the chain does not have.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rwa_deploy import units
from rwa_deploy.abi import Call
from rwa_deploy.chain import Chain
from rwa_deploy.errors import DriftFound, Reverted, UsageError
from rwa_deploy.finance.collateral import Collateral, CollateralClass, Market, Rung, reckon
from rwa_deploy.finance.packing import unpack_schedule
from rwa_deploy.finance.schedules import FACTOR_ONE, Form, Schedule
from rwa_deploy.finance.stress import Book, CashBook, Position, Shock, VaultBook, shocks, stress
from rwa_deploy.manifest import Manifest
from rwa_deploy.report import StressRun, stress_files

__all__ = ["read_book", "report", "run"]

FX = "USDPKR"
HOUR = 3_600
NEEDED = ("CollateralVault", "CollateralRisk", "PriceOracle", "CashToken", "CashDesk", "Attestations", "BondMaths")
_WAD = 10**18
# A partial call has 18 decimals on chain and 9 in a schedule, which can move the last digit of a price.
_CLOSE = 1  # [1e6 per 100]


@dataclass(frozen=True, slots=True)
class _Quote:
    """What CollateralRisk answers for 100 of a series [1e6], and until when its prices are fresh (Unix)."""

    loan: int
    threshold: int
    sale: int
    fresh_until: int


@dataclass(frozen=True, slots=True)
class _Reader:
    """A chain at one block, with the addresses of its contracts and of the backstop."""

    chain: Chain
    manifest: Manifest
    backstop: str
    block: int
    at: int  # timestamp of the block

    @property
    def on(self) -> date:
        return units.date_from_unix(self.at)

    def call(self, contract: str, function: str, *args: Any) -> Call:
        return Call(contract, self.manifest.contracts[contract], function, args)

    def read(self, contract: str, function: str, *args: Any) -> Any:
        return self.answer(self.call(contract, function, *args))

    def answer(self, call: Call) -> Any:
        return self.chain.call(call, block=self.block)

    def answers(self, calls: Sequence[Call]) -> list[Any]:
        return self.chain.call_many(calls, block=self.block)

    def events(self, contract: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
        names = {self.manifest.contracts[contract]: contract}
        found = self.chain.events(names, first=self.manifest.first_block, last=self.block)
        return ((event.name, event.args) for event in found)


def report(
    chain: Chain,
    manifest: Manifest,
    given: Sequence[Shock] | None = None,
    *,
    backstop: str | None = None,
    names: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Chain + Manifest + shocks (those of the programme where none are given) -> `stress.html` and `stress.csv`.

    `names` are those of addresses, for people. Raises as `run`.
    """
    return stress_files(run(chain, manifest, given, backstop=backstop, names=names))


def run(
    chain: Chain,
    manifest: Manifest,
    given: Sequence[Shock] | None = None,
    *,
    backstop: str | None = None,
    names: Mapping[str, str] | None = None,
) -> StressRun:
    """Chain + Manifest + shocks -> StressRun.

    Raises UsageError where the manifest has no vault, nobody is known as backstop or a price was never posted, and
    DriftFound where the chain counts a series otherwise than `finance` does.
    """
    reader = _reader(chain, manifest, backstop)
    book = _book(reader)
    known = {address: name for name, address in (*manifest.offices.items(), *manifest.contracts.items())}
    return StressRun(
        programme=manifest.programme,
        network=f"{chain.client.split('/')[0]} chain {chain.chain_id}",
        block=reader.block,
        at=reader.at,
        book=book,
        outcomes=tuple(stress(book, shock) for shock in given or shocks()),
        names={**known, reader.backstop: "backstop", **(names or {})},
    )


def read_book(chain: Chain, manifest: Manifest, *, backstop: str | None = None) -> Book:
    """Chain + Manifest -> Book at the latest block. The backstop's account is that of the manifest's office of this
    name, unless one is given. Raises as `run`.
    """
    return _book(_reader(chain, manifest, backstop))


def _reader(chain: Chain, manifest: Manifest, backstop: str | None) -> _Reader:
    if missing := [name for name in NEEDED if name not in manifest.contracts]:
        raise UsageError(f"the manifest names no {missing[0]}, so there is nothing to stress; apply the programme anew")
    account = backstop or manifest.offices.get("backstop")
    if account is None:
        raise UsageError("the manifest names no backstop, so what it can buy is not known; give its account")
    block = chain.height()
    return _Reader(chain, manifest, account, block, int(chain.block(block)["timestamp"], 16))


def _book(reader: _Reader) -> Book:
    positions, addresses = _positions(reader)
    quotes = {address: _quoted(reader, address) for address in addresses}
    series = {address: _collateral(reader, address, quote) for address, quote in quotes.items()}
    book = Book(_market(reader, series.values()), series, positions, _vault(reader), _cash(reader))
    try:
        _hold_against_chain(book, quotes)
    except ValueError as error:  # a price that was never posted
        raise UsageError(str(error)) from error
    return book


def _positions(reader: _Reader) -> tuple[tuple[Position, ...], list[str]]:
    """Positions of all who ever had one, as far as anything is left, and the series that they pledged."""
    owners: dict[str, None] = {}
    for name, args in reader.events("CollateralVault"):
        if name in {"Adjusted", "PositionMoved"}:
            owners[args["owner" if name == "Adjusted" else "to"]] = None
    opened = reader.answers([reader.call("CollateralVault", "positionOf", owner) for owner in owners])
    started = reader.answers([reader.call("CollateralVault", "auctionOf", owner) for owner in owners])
    found: list[Position] = []
    for owner, (debt, series, faces), started_at in zip(owners, opened, started, strict=True):
        pledged = {one: face for one, face in zip(series, faces, strict=True) if face}
        if debt or pledged:
            found.append(Position(owner, debt, pledged, started_at != 0))
    return tuple(found), list(dict.fromkeys(series for position in found for series in position.faces))


def _collateral(reader: _Reader, series: str, quote: _Quote | None) -> Collateral:
    _, number, is_dollar, *_ = reader.read("CollateralRisk", "collateralOf", series)
    kind = CollateralClass(number)
    common: dict[str, Any] = {
        "symbol": reader.answer(Call("BondToken", series, "symbol")),
        "kind": kind,
        "is_dollar": is_dollar,
        "lends": quote is not None and quote.loan != 0,
        "fresh_until": 0 if quote is None else quote.fresh_until,
    }
    if kind is CollateralClass.COMMODITY:
        key, expires_at = reader.answers([Call("CommodityToken", series, name) for name in ("commodity", "expiresAt")])
        feed = bytes.fromhex(key.removeprefix("0x")).rstrip(b"\0").decode("ascii")
        days_left = _days_left(reader, expires_at)
        return Collateral(**common, days_left=days_left, rungs=_ladder(reader, kind, days_left), feed=feed)
    end: int = reader.answer(Call("BondToken", series, "endAt"))
    days_left = _days_left(reader, end)
    factor = reader.read("BondMaths", "poolFactor" if days_left else "redemptionFactor", series)
    schedule, rungs = _schedule(reader, series), _ladder(reader, kind, days_left)
    return Collateral(**common, days_left=days_left, rungs=rungs, schedule=schedule, factor=factor)


def _ladder(reader: _Reader, kind: CollateralClass, days_left: int) -> tuple[Rung, ...]:
    """The ladder of a class, the threshold for this tenor as it stands on its ramp."""
    rungs = [Rung(*rung) for rung in reader.read("CollateralRisk", "ladderOf", int(kind))]
    place = next((i for i, rung in enumerate(rungs) if rung.until_days >= days_left), None)
    if place is not None:
        threshold_bps = reader.read("CollateralRisk", "thresholdBpsOf", int(kind), days_left)
        rungs[place] = replace(rungs[place], threshold_bps=threshold_bps)
    return tuple(rungs)


def _schedule(reader: _Reader, series: str) -> Schedule:
    """What a bond pays, with what is fixed of a floater, and the calls that change its instalments."""
    names = ("features", "issueDate", "maturityDate")
    features, issue_at, maturity_at = reader.answers([Call("BondToken", series, name) for name in names])
    numbers = range(features >> 176 & 0xFFFF)
    entries = [one[0] for one in reader.answers([Call("BondToken", series, "periodAt", (i,)) for i in numbers])]
    rates = {}
    if features & 0xFF == Form.FLOATING.code:
        fixings = reader.answers([reader.call("Fixings", "fixingOf", series, i) for i in numbers])
        rates = {i: rate for i, (rate, kind, _) in enumerate(fixings) if kind}
    issue, maturity = units.date_from_unix(issue_at), units.date_from_unix(maturity_at)
    factors = _factors(reader, series, features, numbers)
    return unpack_schedule(features, issue, maturity, entries, factors=factors, rates=rates)


def _factors(reader: _Reader, series: str, features: int, numbers: Sequence[int]) -> tuple[int, ...]:
    """Scheduled factors [1e-9] times what calls left; none for a bullet that was never called."""
    calls = [(word >> 128, word & (1 << 128) - 1) for word in reader.read("Programme", "callsOf", series)]
    amortises = features >> 192 & 0xFF
    if not numbers or not (amortises or calls):
        return ()
    if amortises:
        scheduled = reader.answers([Call("BondToken", series, "factorAt", (i,)) for i in numbers])
    else:
        scheduled = [*[FACTOR_ONE] * (len(numbers) - 1), 0]
    factors = []
    for number, factor in enumerate(scheduled):
        exact = factor * _WAD
        for period, kept in calls:
            exact = exact * kept // _WAD if period <= number else exact
        factors.append(exact // _WAD)
    return tuple(factors)


def _quoted(reader: _Reader, series: str) -> _Quote | None:
    """What CollateralRisk would answer now; None where it cannot (a price was never posted, a rate never fixed)."""
    try:
        loan, threshold, sale, _, _, fresh_until_hour = reader.read("CollateralRisk", "refresh", series)
    except Reverted:
        return None
    return _Quote(loan, threshold, sale, fresh_until_hour * HOUR)


def _hold_against_chain(book: Book, quotes: Mapping[str, _Quote | None]) -> None:
    """DriftFound where the chain counts a series otherwise, ValueError where a price that it needs is not there."""
    differing = []
    for address, series in book.series.items():
        ours, quote = reckon(series, book.market, fx_add_on_bps=book.vault.fx_add_on_bps), quotes[address]
        compared = () if quote is None else ((quote.threshold, ours.threshold), (quote.sale, ours.sale))
        differing += [
            f"{series.symbol} stands at {units.price_text(found)} on chain, not {units.price_text(wanted)}"
            for found, wanted in compared
            if abs(found - wanted) > _CLOSE
        ]
    if differing:
        message = f"the chain reckons otherwise: {differing[0]}; no stress of it can be relied on"
        raise DriftFound(message, differences=tuple(differing))


def _market(reader: _Reader, series: Iterable[Collateral]) -> Market:
    """The prices that hold, as far as the series need them; what was never posted stays away."""
    known = list(series)
    tenors, yields, _ = reader.read("PriceOracle", "curve")
    curve = tuple(zip(tenors, yields, strict=True)) if any(yields) else ()
    feeds = {one.feed for one in known if one.feed}
    spots = {feed: price for feed in sorted(feeds) if (price := _spot(reader, feed))}
    fx = _spot(reader, FX) if any(one.is_dollar for one in known) else 0
    return Market(reader.on, curve, spots, fx)


def _spot(reader: _Reader, feed: str) -> int:
    try:
        price: int = reader.read("PriceOracle", "spotOf", "0x" + feed.encode("ascii").ljust(32, b"\0").hex())[0]
    except Reverted:
        return 0
    return price


def _vault(reader: _Reader) -> VaultBook:
    names = ("buffer", "backstopDebt", "inAuction", "auctionTerms")
    buffer, debt, in_auction, terms = reader.answers([reader.call("CollateralVault", name) for name in names])
    fx_add_on_bps, *_ = reader.read("CollateralRisk", "margins")
    return VaultBook(
        buffer=buffer,
        backstop_debt=debt,
        backstop_cash=reader.read("CashToken", "freeBalanceOf", reader.backstop),
        auction_cap=terms[2],
        in_auction=in_auction,
        fx_add_on_bps=fx_add_on_bps,
    )


def _cash(reader: _Reader) -> CashBook:
    token = reader.manifest.contracts["CashToken"]
    reserve, vault, converted = reader.read("CashToken", "ledgers")
    attested, *_ = reader.read("Attestations", "lastOf", token)
    counted = reader.read("Attestations", "attestedOf", token)
    funded, waiting, _ = reader.read("CashDesk", "books")
    return CashBook(
        reserve_minted=reserve,
        vault_minted=vault,
        converted=converted,
        attested=attested,
        is_stale=counted == 0 < attested,
        holders=_holders(reader),
        waiting=waiting,
        funded=funded,
    )


def _holders(reader: _Reader) -> dict[str, int]:
    """Balances of all who could redeem: not of contracts, which hold for others, nor of the backstop."""
    balances: defaultdict[str, int] = defaultdict(int)
    for name, args in reader.events("CashToken"):
        if name == "Transfer":
            balances[args["from"]] -= args["value"]
            balances[args["to"]] += args["value"]
    apart = {reader.backstop, *reader.manifest.contracts.values(), *reader.manifest.series.values()}
    return {wallet: amount for wallet, amount in balances.items() if amount > 0 and wallet not in apart}


def _days_left(reader: _Reader, end: int) -> int:
    return max(0, units.day(end) - units.day(reader.at))

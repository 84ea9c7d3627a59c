"""Scenario -> nothing, or what would stop it half-way, before anything is sent: files, names, series."""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rwa_deploy import tables, terms
from rwa_deploy.compliance.lists import read_list
from rwa_deploy.config import OfficesTable, validate
from rwa_deploy.errors import ConfigError, InputError
from rwa_deploy.finance.auction import AuctionRules, Instrument, rules_for
from rwa_deploy.finance.bids import read_bids
from rwa_deploy.finance.bills import bill_days, bill_maturity
from rwa_deploy.prices import PriceRow
from rwa_deploy.scenario.steps import commodity, control, credit, files, market, opening, restructuring, servicing
from rwa_deploy.scenario.steps.fields import Step
from rwa_deploy.scenario.steps.play import Scenario
from rwa_deploy.tax_file import load_taxes

__all__ = ["bond_terms", "check"]

_WALLETS = ("wallet", "sender", "receiver", "seller", "buyer", "payer", "convener", "bidder")


@dataclass(slots=True)
class _Play:
    """What stands on the stage so far."""

    today: date
    drawn: set[str] = field(default_factory=lambda: {"registrar"})
    names: set[str] = field(default_factory=lambda: {"stranger", "deployer", *OfficesTable.model_fields})
    licensed: set[str] = field(default_factory=lambda: {"registrar"})
    symbols: dict[str, terms.Terms | None] = field(default_factory=dict)
    days: int = 0  # of the last bill

    def require(self, name: str, place: str) -> None:
        """A wallet is of the draw, an office, or of the cast so far."""
        if ":" not in name and name not in self.names:
            raise ConfigError(f"{place} names {name}, who is not there; put him into a `cast` step before")


def bond_terms(step: opening.Bond) -> terms.Terms:
    """Step -> the terms of its series, under its own symbol where it gives one. ConfigError for a bad file."""
    if step.terms is not None:
        known = terms.load(step.terms)
    else:
        text = terms.draft(step.template or "")
        known = validate(terms.Terms, tomllib.loads(text), f"template {step.template}")
    return known if step.symbol is None else known.model_copy(update={"symbol": step.symbol})


def check(scenario: Scenario, path: Path | str) -> None:
    """Scenario -> nothing, or what would stop it half-way: before anything is sent.

    ConfigError for clients of a provider of whom none were drawn, a wallet or series that is not there, or an auction
    of nothing; InputError for a bad data file.
    """
    play = _Play(scenario.start)
    for number, step in enumerate(scenario.step, start=1):
        place = f"{path}: step {number}"
        if checker := _CHECKS.get(type(step)):
            checker(step, play, place)
        _check_wallets(step, play, place)
        _check_series(step, play, place)


def _check_wallets(step: Step, play: _Play, place: str) -> None:
    holders = getattr(step, "holders", ())
    named = [getattr(step, key, None) for key in _WALLETS] + (list(holders) if isinstance(holders, tuple) else [])
    for name in named:
        if name is not None:
            play.require(name, place)


def _check_series(step: Step, play: _Play, place: str) -> None:
    found = getattr(step, "series", None)
    named = [found] if isinstance(found, str) else list(found or ())
    if isinstance(step, credit.Vault):
        named += [*step.pledge, *step.release]
    elif isinstance(step, credit.Substitute):
        named += [step.out, step.into]
    elif isinstance(step, credit.ExpectPosition):
        named += step.pledged or ()
    elif isinstance(step, restructuring.ExchangeOffer):
        named.append(step.to)
    else:
        named += getattr(step, "into", ())
    for symbol in named:
        if symbol not in play.symbols:
            raise ConfigError(f"{place} names the series {symbol}, which is not there; create it before")


def _investors(step: opening.Investors, play: _Play, _: str) -> None:
    play.drawn |= set(step.providers)


def _onboard(step: opening.Onboard, play: _Play, place: str) -> None:
    if step.provider not in play.drawn:
        raise ConfigError(f"{place} onboards clients of {step.provider}, of whom none were drawn")


def _licence(step: opening.Licence, play: _Play, _: str) -> None:
    play.licensed.add(step.provider)


def _travel(step: market.Travel, play: _Play, place: str) -> None:
    _go(step.to, play, place)


def _go(to: date, play: _Play, place: str) -> None:
    if to < play.today:
        raise ConfigError(f"{place} travels to {to}, but it is {play.today} by then; time only goes on")
    play.today = to


def _cast(step: opening.Cast, play: _Play, _: str) -> None:
    for number, row in enumerate(files.read_cast(step.file, play.today), start=2):
        if row.name in play.names:
            raise InputError("is taken already; choose another name", path=step.file, row=number, column="name")
        if row.provider not in play.licensed:
            message = "has no licence here; put a `licence` step before, or write registrar"
            raise InputError(message, path=step.file, row=number, column="provider")
        play.names.add(row.name)


def _customers(step: control.Customers, play: _Play, place: str) -> None:
    _licensed(step.provider, play, place)
    _cast(opening.Cast(action="cast", file=step.file), play, place)


def _attest(step: control.Attest, play: _Play, place: str) -> None:
    _licensed(step.provider, play, place)


def _licensed(provider: str, play: _Play, place: str) -> None:
    if provider not in play.licensed:
        raise ConfigError(f"{place} names {provider}, who has no licence here; put a `licence` step before")


def _add_wallet(step: control.AddWallet, play: _Play, place: str) -> None:
    if step.name in play.names:
        raise ConfigError(f"{place} names {step.name} a second time; choose another name")
    play.names.add(step.name)


def _screen(step: control.Screen, play: _Play, place: str) -> None:
    _check_names(step.file, tables.read(step.file, files.NameRow), ("name",), play)
    read_list(step.sanctions)
    for name in step.hits:
        play.require(name, place)


def _taxes(step: opening.TaxTable, _: _Play, __: str) -> None:
    load_taxes(step.file)


def _prices(step: opening.PostPrices, _: _Play, __: str) -> None:
    if step.file is not None:
        tables.read(step.file, PriceRow)


def _series(step: opening.Series, play: _Play, place: str) -> None:
    play.days = bill_days(step.issue, bill_maturity(step.tenor, step.issue))
    _add(step.symbol, None, play, place)


def _bond(step: opening.Bond, play: _Play, place: str) -> None:
    known = bond_terms(step)
    _add(known.symbol, known, play, place)


def _commodity(step: commodity.CreateCommodity, play: _Play, place: str) -> None:
    _add(terms.load_receipt(step.receipt).symbol, None, play, place)


def _add(symbol: str, known: terms.Terms | None, play: _Play, place: str) -> None:
    if symbol in play.symbols:
        raise ConfigError(f"{place} creates {symbol} a second time; give it another symbol")
    play.symbols[symbol] = known


def _clear(step: market.Clear, play: _Play, place: str) -> None:
    if not play.days:
        raise ConfigError(f"{place} clears an auction before a `series` step says of what; put that first")
    read_bids(step.bids, days=play.days, lot=_rules(Instrument.BILL, step.auction_date, place).lot)


def _allot(step: market.Allot, play: _Play, place: str) -> None:
    if not play.symbols:
        raise ConfigError(f"{place} allots before there is a series; put a `bond` step first")
    if step.file is not None:
        _check_names(step.file, tables.read(step.file, files.AllotRow), ("name",), play)
    if step.bids is None or step.auction_date is None:
        return
    symbol = step.series or list(play.symbols)[-1]
    known = play.symbols.get(symbol)
    if known is None:
        raise ConfigError(f"{place} auctions {symbol}, which has no terms; a bill is cleared by `clear`")
    rules = _rules(Instrument.BOND, step.auction_date, place)
    schedule = terms.schedule(known)
    bids = files.read_bond_bids(
        step.bids, schedule=schedule, settlement=max(play.today, known.issue_date), lot=rules.lot
    )
    for number, bid in enumerate(bids, start=2):
        if f"dealer_{bid.number:02d}" not in play.names:
            message = f"is that of dealer_{bid.number:02d}, who is not in the cast; add him"
            raise InputError(message, path=step.bids, row=number, column="bid")


def _trade(step: market.Trade, play: _Play, _: str) -> None:
    if step.file is not None:
        _play_trades(step.file, step.until, play)


def _coupon(step: servicing.Coupon, play: _Play, place: str) -> None:
    if step.trades is not None:
        _play_trades(step.trades, step.on, play)
    _go(step.on, play, place)


def _play_trades(file: Path, until: date | None, play: _Play) -> None:
    rows = files.read_trades(file)
    _check_names(file, rows, ("seller", "buyer"), play)
    last = max((row.date for row in rows if until is None or row.date <= until), default=play.today)
    play.today = max(play.today, last)


def _named(row: type[tables.Row], key: str) -> Callable[[Any, _Play, str], None]:
    """Row model + key of the step -> check of that file's names."""

    def checker(step: Any, play: _Play, _: str) -> None:
        file = getattr(step, key)
        _check_names(file, tables.read(file, row), ("name",), play)

    return checker


def _expected(step: servicing.ExpectFlows, _: _Play, __: str) -> None:
    tables.read(step.file, files.FlowRow)


def _check_names(file: Path, rows: Sequence[tables.Row], columns: Iterable[str], play: _Play) -> None:
    for number, row in enumerate(rows, start=2):
        for column in columns:
            name = getattr(row, column)
            if ":" not in name and name not in play.names:
                raise InputError("is not in the cast; add it there", path=file, row=number, column=column)


def _rules(instrument: Instrument, on: date, place: str) -> AuctionRules:
    try:
        return rules_for(instrument, on)
    except ValueError as error:
        raise ConfigError(f"{place}: {error}") from error


_CHECKS: dict[type[Step], Callable[[Any, _Play, str], None]] = {
    opening.Investors: _investors,
    opening.Onboard: _onboard,
    opening.Licence: _licence,
    opening.Cast: _cast,
    opening.TaxTable: _taxes,
    opening.PostPrices: _prices,
    control.Customers: _customers,
    control.Attest: _attest,
    control.AddWallet: _add_wallet,
    control.Screen: _screen,
    opening.Series: _series,
    opening.Bond: _bond,
    commodity.CreateCommodity: _commodity,
    market.Travel: _travel,
    market.Clear: _clear,
    market.Allot: _allot,
    market.Trade: _trade,
    restructuring.Buyback: _named(files.OfferRow, "offers"),
    restructuring.ExchangeOffer: _named(files.AcceptRow, "accepted"),
    restructuring.Vote: _named(files.VoteRow, "file"),
    servicing.Coupon: _coupon,
    servicing.ExpectFlows: _expected,
}

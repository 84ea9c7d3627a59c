"""Steps of the primary market: the series, the auction, its allotment and settlement, issues outside an auction."""

import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from eth_utils.crypto import keccak

from rwa_deploy import units
from rwa_deploy.apply import create
from rwa_deploy.chain import wallet
from rwa_deploy.errors import ConfigError
from rwa_deploy.finance.auction import Instrument, clear, rules_for
from rwa_deploy.finance.bids import read_bids
from rwa_deploy.finance.bills import bill_days, bill_isin, bill_maturity
from rwa_deploy.finance.daycounts import DayCount
from rwa_deploy.finance.schedules import Form
from rwa_deploy.finance.taxes import InstrumentClass
from rwa_deploy.model import AuctionMethod
from rwa_deploy.plan import Contract, create2
from rwa_deploy.scenario.cash import mint_cash
from rwa_deploy.scenario.stage import Issued, Spent, Stage, Winner, seconds_since
from rwa_deploy.scenario.steps.check import bond_terms
from rwa_deploy.scenario.steps.market import Clear, FundWinners, Issue, Mint, Settle
from rwa_deploy.scenario.steps.opening import Bond, Series
from rwa_deploy.terms import abi_terms, terms_hash

__all__ = ["auction", "bond", "fund_winners", "issue", "mint", "open_series", "series", "settle", "settle_book"]

PAGE = 100
BATCH_GAS = 12_000_000  # more than a page of 100 takes, and below the cap of EIP-7825
APPROVE_GAS = 100_000
MAX_FACE = 2**128 - 1  # the cap in dollars is the limit of a bill


def series(step: Series, stage: Stage) -> None:
    """A bill of the State Bank's calendar, issued at par as far as tax goes: its price is not known yet."""
    maturity = bill_maturity(step.tenor, step.issue)
    isin = bill_isin(step.tenor, maturity)
    terms_hash = keccak(text=f"{isin}|{step.issue}|{maturity}|{step.denomination_pkr}|ACT/365|discount")
    terms: tuple[Any, ...] = (
        *(step.name, step.symbol, isin.encode(), b"PKR"),
        *(units.unix_from_date(step.issue), units.unix_from_date(maturity), step.denomination_pkr, MAX_FACE),
        *(terms_hash, Form.DISCOUNT.code, DayCount.ACT_365.code, 0, InstrumentClass.GOVERNMENT_SECURITY.code),
        *(0, 0, units.PAR, 0, 0, 0, [], [], []),
    )
    open_series(stage, Issued(step.symbol, _token(stage, isin, terms, bound=step.bound)), terms_hash)


def bond(step: Bond, stage: Stage) -> None:
    """A series of a terms file."""
    known = bond_terms(step)
    token = _token(stage, f"{known.isin} {known.symbol}", abi_terms(known), bound=step.bound)
    open_series(stage, Issued(known.symbol, token, known), terms_hash(known))


def open_series(stage: Stage, made: Issued, hash_: bytes) -> None:
    """Creates it through the CREATE2 proxy; the debt office registers it, the fiscal agent confirms it."""
    token, code_hash = made.token, keccak(made.token.init_code)
    spent = create(stage.chain, stage.signer("debt_office"), token)
    old = stage.spent.get("create_series", Spent())
    stage.spent["create_series"] = Spent(old.items + 1, old.transactions + 1, old.gas + spent)
    register = stage.on("Programme", "register", token.salt, code_hash, hash_)
    stage.act("register_series", stage.signer("debt_office"), register)
    confirm = stage.on("Programme", "confirm", token.address, code_hash, hash_)
    stage.act("confirm_series", stage.signer("fiscal_agent"), confirm)
    stage.series[made.symbol] = made
    stage.manifest = replace(stage.manifest, series={**stage.manifest.series, made.symbol: token.address})


def _token(stage: Stage, salt_text: str, terms: tuple[Any, ...], *, bound: bool) -> Contract:
    names = ("Authority", "Policies" if bound else "Allowlist", "Programme", "BondMaths")
    args = (*(stage.desired.address(name) for name in names), terms)
    salt, init_code = keccak(text=salt_text), stage.codec.init_code("BondToken", args)
    return Contract("BondToken", args, salt, init_code, create2(salt, init_code))


def auction(step: Clear, stage: Stage) -> None:
    """Cleared off chain, exactly; competitive bid number n is dealer n − 1's."""
    issue = units.date_from_unix(stage.read("BondToken", "issueDate"))
    maturity = units.date_from_unix(stage.read("BondToken", "maturityDate"))
    rules = rules_for(Instrument.BILL, step.auction_date)
    bids = read_bids(step.bids, days=bill_days(issue, maturity), lot=rules.lot)
    if len(bids) > stage.dealer_count:
        raise ConfigError(f"{step.bids} has {len(bids)} bids for {stage.dealer_count} dealers; draw more dealers")
    result = clear(
        bids,
        target_face=step.target_million,
        method=AuctionMethod.MULTIPLE,
        rules=rules,
        settlement=issue,
        maturity=maturity,
        non_competitive=stage.bids,
    )
    competitive = [
        Winner(wallet("dealer", line.bid.number - 1).address, line.face, line.price, line.total)
        for line in result.allotments
    ]
    others = [Winner(line.bid.wallet, line.face, line.price, line.total) for line in result.non_competitive]
    stage.auction, stage.competitive, stage.result = step.auction, bids, result
    stage.auctioned = stage.current().symbol
    stage.winners = (*competitive, *others)


def fund_winners(step: FundWinners, stage: Stage) -> None:
    """Cash for those who have none yet; the `late` ones, the last of the list, get theirs at the next such step."""
    due: dict[str, int] = {}
    for winner in stage.winners:
        due[winner.wallet] = due.get(winner.wallet, 0) + winner.cash
    ready = stage.late or frozenset(due)
    stage.late = frozenset(list(due)[len(due) - step.late :])
    paying = [(address, due[address]) for address in due if address in ready - stage.late]
    settlement = stage.desired.address("Settlement")
    mint_cash(stage, paying)
    approvals = [
        (stage.wallets[address], stage.on("CashToken", "approve", settlement, cash)) for address, cash in paying
    ]
    stage.act_many("cash_approve", approvals, APPROVE_GAS)


def settle(_: Settle, stage: Stage) -> None:
    """The winners of the auction."""
    settle_book(stage, keccak(text=f"auction {stage.auction}"), stage.winners)


def settle_book(stage: Stage, book: bytes, winners: Sequence[Winner]) -> None:
    """Opened at the first call with the hash of every page; then each page, by the debt office."""
    office = stage.signer("debt_office")
    lines = [(winner.wallet, winner.face, winner.price) for winner in winners]
    pages = [lines[start : start + PAGE] for start in range(0, len(lines), PAGE)]
    began = time.monotonic()
    if stage.read("Settlement", "allotmentOf", book)[0] != stage.token():
        hashes = [stage.codec.hash_of("Settlement", "settlePage", "winners", page) for page in pages]
        call = stage.on("Settlement", "openAllotment", book, stage.token(), office.address, hashes)
        stage.act("open_allotment", office, call)
    for number, page in enumerate(pages):
        settled = int(stage.read("Settlement", "settledOf", book, number)).bit_count()
        if settled < len(page):
            call = stage.on("Settlement", "settlePage", book, number, page)
            stage.act("settle_each", office, call, items=len(page) - settled, gas=BATCH_GAS)
        stage.progress(number + 1, len(pages))
    symbol = stage.current().symbol
    stage.settlement_seconds[symbol] = stage.settlement_seconds.get(symbol, Decimal(0)) + seconds_since(began)


def issue(step: Issue, stage: Stage) -> None:
    """Outside an auction, free of payment."""
    receiver = stage.signer(step.receiver).address
    face = step.face_million if step.face is None else step.face
    call = stage.on("Programme", "issue", stage.token(), [receiver], [face])
    stage.act("issue", stage.signer("debt_office"), call)


def mint(step: Mint, stage: Stage) -> None:
    """Cash from the central bank."""
    mint_cash(stage, [(stage.signer(step.receiver).address, step.million)])

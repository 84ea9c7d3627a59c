"""Steps of the primary market: the series, the auction, its allotment and settlement, issues outside an auction."""

import time

from eth_utils.crypto import keccak

from rwa_deploy import units
from rwa_deploy.apply import create
from rwa_deploy.chain import wallet
from rwa_deploy.errors import ConfigError
from rwa_deploy.finance.auction import Instrument, clear, rules_for
from rwa_deploy.finance.bids import read_bids
from rwa_deploy.finance.bills import bill_days, bill_isin, bill_maturity
from rwa_deploy.manifest import Manifest
from rwa_deploy.model import AuctionMethod
from rwa_deploy.plan import Contract, create2
from rwa_deploy.scenario.stage import Spent, Stage, Winner, seconds_since
from rwa_deploy.scenario.steps import Clear, FundWinners, Issue, Mint, Series, Settle

__all__ = ["auction", "fund_winners", "issue", "mint", "series", "settle"]

PAGE = 100
BATCH_GAS = 12_000_000  # more than a page of 100 takes, and below the cap of EIP-7825
MINT_GAS = 200_000
APPROVE_GAS = 100_000


def series(step: Series, stage: Stage) -> None:
    """Created through the CREATE2 proxy, registered by the debt office, confirmed by the fiscal agent."""
    maturity = bill_maturity(step.tenor, step.issue)
    isin = bill_isin(step.tenor, maturity)
    terms_hash = keccak(text=f"{isin}|{step.issue}|{maturity}|{step.denomination_pkr}|ACT/365|discount")
    terms = (
        step.name,
        step.symbol,
        isin.encode(),
        b"PKR",
        units.unix_from_date(step.issue),
        units.unix_from_date(maturity),
        step.denomination_pkr,
        terms_hash,
    )
    at = stage.desired.address
    args = (at("Authority"), at("Allowlist"), at("Programme"), terms)
    salt, init_code = keccak(text=isin), stage.codec.init_code("BondToken", args)
    bill = Contract("BondToken", args, salt, init_code, create2(salt, init_code))
    spent = create(stage.chain, stage.signer("debt_office"), bill)
    stage.spent["create_series"] = Spent(1, 1, spent)
    init_code_hash = keccak(init_code)
    register = stage.on("Programme", "register", salt, init_code_hash, terms_hash)
    stage.act("register_series", stage.signer("debt_office"), register)
    confirm = stage.on("Programme", "confirm", bill.address, init_code_hash, terms_hash)
    stage.act("confirm_series", stage.signer("fiscal_agent"), confirm)
    stage.series = bill
    stage.manifest = _with_series(stage.manifest, step.symbol, bill.address)


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
    stage.winners = (*competitive, *others)


def fund_winners(step: FundWinners, stage: Stage) -> None:
    """Cash for those who have none yet; the `late` ones, the last of the list, get theirs at the next such step."""
    due: dict[str, int] = {}
    for winner in stage.winners:
        due[winner.wallet] = due.get(winner.wallet, 0) + winner.cash
    ready = stage.late or frozenset(due)
    stage.late = frozenset(list(due)[len(due) - step.late :])
    paying = [(address, due[address]) for address in due if address in ready - stage.late]
    bank, settlement = stage.signer("central_bank"), stage.desired.address("Settlement")
    mints = [(bank, stage.on("CashToken", "mint", address, cash)) for address, cash in paying]
    stage.act_many("cash_mint", mints, MINT_GAS)
    approvals = [
        (stage.wallets[address], stage.on("CashToken", "approve", settlement, cash)) for address, cash in paying
    ]
    stage.act_many("cash_approve", approvals, APPROVE_GAS)


def settle(_: Settle, stage: Stage) -> None:
    """Opened at the first call with the hash of every page; then each page, by the debt office."""
    office = stage.signer("debt_office")
    book = keccak(text=f"auction {stage.auction}")
    lines = [(winner.wallet, winner.face, winner.price) for winner in stage.winners]
    pages = [lines[start : start + PAGE] for start in range(0, len(lines), PAGE)]
    began = time.monotonic()
    if stage.read("Settlement", "allotmentOf", book)[0] != stage.bill().address:
        hashes = [stage.codec.hash_of("Settlement", "settlePage", "winners", page) for page in pages]
        call = stage.on("Settlement", "openAllotment", book, stage.bill().address, office.address, hashes)
        stage.act("open_allotment", office, call)
    for number, page in enumerate(pages):
        settled = int(stage.read("Settlement", "settledOf", book, number)).bit_count()
        if settled < len(page):
            call = stage.on("Settlement", "settlePage", book, number, page)
            stage.act("settle_each", office, call, items=len(page) - settled, gas=BATCH_GAS)
        stage.progress(number + 1, len(pages))
    stage.settlement_seconds += seconds_since(began)


def issue(step: Issue, stage: Stage) -> None:
    """Outside an auction, free of payment."""
    receiver = stage.signer(step.receiver).address
    call = stage.on("Programme", "issue", stage.bill().address, [receiver], [step.face_million])
    stage.act("issue", stage.signer("debt_office"), call)


def mint(step: Mint, stage: Stage) -> None:
    """Cash from the central bank."""
    call = stage.on("CashToken", "mint", stage.signer(step.receiver).address, step.million)
    stage.act("cash_mint", stage.signer("central_bank"), call)


def _with_series(manifest: Manifest, symbol: str, address: str) -> Manifest:
    return Manifest(
        programme=manifest.programme,
        version=manifest.version,
        chain_id=manifest.chain_id,
        first_block=manifest.first_block,
        deployer=manifest.deployer,
        contracts=manifest.contracts,
        offices=manifest.offices,
        admins=manifest.admins,
        settings=manifest.settings,
        series={**manifest.series, symbol: address},
    )

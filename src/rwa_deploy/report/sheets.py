"""RunFacts -> the CSV files that move between the offices; amounts in rupees, exact, the unit in the column's name."""

from collections import defaultdict

from rwa_deploy import units
from rwa_deploy.finance.sheet import SHEET_COLUMNS, allotment_sheet, sheet_cells
from rwa_deploy.model import AuctionResult
from rwa_deploy.register import AllotmentLine, Holder, Payment
from rwa_deploy.report.facts import RunFacts
from rwa_deploy.report.words import CASH_SHORT, country_code, reason, share_pct, tier_name
from rwa_deploy.tables import write_csv_text

__all__ = ["allotment", "holder_register", "recon", "redemption", "settlement_report", "skip_reason"]

_SETTLEMENT = [
    *("id", "kind", "status", "seller", "buyer", "face_pkr", "cash_pkr"),
    *("transaction", "block", "latency_blocks", "latency_seconds", "reason"),
]
_HOLDERS = ["holder", "investor", "tier", "country", "provider", "kyc", "face_pkr", "share_pct"]
_REDEMPTION = ["holder", "face_pkr", "paid_pkr", "outstanding_pkr", "status", "transaction", "block", "reason"]
_RECON = ["moment", "item", "token", "wallet", "currency", "register", "chain", "difference", "status"]


def allotment(auction: AuctionResult) -> str:
    """AuctionResult -> `allotment.csv`, the State Bank's sheet."""
    return write_csv_text(SHEET_COLUMNS, (sheet_cells(row) for row in allotment_sheet(auction)))


def settlement_report(run: RunFacts) -> str:
    """RunFacts -> `settlement_report.csv`: a row for every winner, as his allotment stands last, and every trade.

    The buyer pays cash and receives the face; an allotment has no seller, its face is issued. An allotment's id is
    allotment/page/place, a trade's the hash that both signed.
    """
    rows: list[tuple[object, ...]] = []
    for line in run.register.allotments():
        identity = f"{line.allotment}/{line.page}/{line.place}"
        face = "" if line.face is None else units.cash_text(line.face)
        head = (identity, "allotment", line.status, "", line.winner, face, units.cash_text(line.cash))
        rows.append((*head, *_place(run, line.tx_hash, line.block), skip_reason(line)))
    for trade in run.register.trades():
        parties = ("settled", trade.seller, trade.buyer)
        amounts = (units.cash_text(trade.face), units.cash_text(trade.cash))
        rows.append((trade.trade, "trade", *parties, *amounts, *_place(run, trade.tx_hash, trade.block), ""))
    return write_csv_text(_SETTLEMENT, rows)


def skip_reason(line: AllotmentLine) -> str:
    """AllotmentLine -> why it was skipped; empty when it settled."""
    if line.status == "settled":
        return ""
    return reason(line.code) if line.code else CASH_SHORT


def holder_register(run: RunFacts) -> str:
    """RunFacts -> `holder_register.csv` at the record moment, the largest holder first."""
    holders = run.register.holders(run.series, run.record_at)
    supply = sum(holder.face for holder in holders)
    return write_csv_text(_HOLDERS, (_holder(run, holder, supply) for holder in holders))


def redemption(run: RunFacts) -> str:
    """RunFacts -> `redemption.csv`: every holder at maturity, what he was paid, and what he still holds."""
    left = run.register.balances(run.series)
    paid: dict[str, int] = defaultdict(int)
    last: dict[str, Payment] = {}
    for step in run.register.payments(run.series):
        if step.kind != "funded":
            last[step.wallet] = step
            paid[step.wallet] += step.cash if step.kind == "paid" else 0
    rows = []
    for holder in sorted({*left, *last}, key=lambda wallet: (-left.get(wallet, 0) - paid[wallet], wallet)):
        outstanding = left.get(holder, 0)
        status = ("paid" if paid[holder] else "unpaid") if not outstanding or not paid[holder] else "partly paid"
        amounts = (units.cash_text(amount) for amount in (paid[holder] + outstanding, paid[holder], outstanding))
        rows.append((holder, *amounts, status, *_payment(last.get(holder))))
    return write_csv_text(_REDEMPTION, rows)


def recon(run: RunFacts) -> str:
    """RunFacts -> `recon.csv`: every figure that register and chain were compared by."""
    rows = []
    for moment, compared in run.recon.items():
        for row in compared:
            texts = ("" if value is None else units.cash_text(value) for value in (row.chain, row.difference))
            currency = "USD" if row.item == "programme_use" else "PKR"
            head = (moment, row.item, row.token, row.wallet, currency, units.cash_text(row.register))
            rows.append((*head, *texts, "break" if row.is_break else "agrees"))
    return write_csv_text(_RECON, rows)


def _place(run: RunFacts, tx_hash: str, block: int) -> tuple[object, ...]:
    latency = run.latencies.get(tx_hash)
    return (tx_hash, block, latency and latency.blocks, latency and latency.seconds)


def _payment(step: Payment | None) -> tuple[object, ...]:
    if step is None:
        return ("", "", "")
    return (step.tx_hash, step.block, reason(step.code) if step.code else "")


def _holder(run: RunFacts, holder: Holder, supply: int) -> tuple[object, ...]:
    face, share = units.cash_text(holder.face), share_pct(holder.face, supply)
    if holder.kyc is None:
        return (holder.wallet, "", "", "", "", "none", face, share)
    kyc = holder.kyc
    provider = run.providers.get(kyc.provider, str(kyc.provider))
    record = (str(kyc.investor), tier_name(kyc.tier), country_code(kyc.country), provider, kyc.status)
    return (holder.wallet, *record, face, share)

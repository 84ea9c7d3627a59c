"""RunFacts -> the CSV files that move between the offices; amounts exact, in the currency that a column's name says."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rwa_deploy import units
from rwa_deploy.finance.sheet import SHEET_COLUMNS, allotment_sheet, sheet_cells
from rwa_deploy.model import AuctionResult
from rwa_deploy.register import AllotmentLine, Holder, Payment
from rwa_deploy.report.certificates import Certificate
from rwa_deploy.report.entitlements import Entitlement
from rwa_deploy.report.facts import RunFacts
from rwa_deploy.report.flows import FLOW_COLUMNS, cash_flows
from rwa_deploy.report.words import CASH_SHORT, country_code, reason, share_pct, tier_name
from rwa_deploy.tables import write_csv_text

__all__ = [
    "allotment",
    "coupon_entitlement",
    "flows",
    "holder_register",
    "recon",
    "redemption",
    "settlement_report",
    "skip_reason",
    "wht_certificate",
]

_SETTLEMENT = [
    *("id", "kind", "status", "seller", "buyer", "face_pkr", "cash_pkr"),
    *("transaction", "block", "latency_blocks", "latency_seconds", "reason"),
]
_HOLDERS = [
    *("moment", "series", "holder", "investor", "tier", "country", "provider", "kyc", "face_pkr", "share_pct"),
]
_REDEMPTION = [
    *("series", "holder", "face_pkr", "paid_pkr", "tax_pkr", "outstanding_pkr"),
    *("status", "transaction", "block", "reason"),
]
_ENTITLEMENT = [
    *("series", "period", "payable", "record_date", "holder", "name", "balance_pkr", "gross_pkr", "rate_bps"),
    *("withheld_pkr", "principal_pkr", "net_pkr", "paid_pkr", "status", "reason"),
]
_CERTIFICATE = [
    *("certificate", "tax_year", "holder", "name", "tax_class", "gross_pkr", "withheld_pkr", "net_pkr", "payments"),
]
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
    return _csv(run, _SETTLEMENT, rows)


def skip_reason(line: AllotmentLine) -> str:
    """AllotmentLine -> why it was skipped; empty when it settled."""
    if line.status == "settled":
        return ""
    return reason(line.code) if line.code else CASH_SHORT


def holder_register(run: RunFacts) -> str:
    """RunFacts -> `holder_register.csv` at each marked moment, series by series, the largest holder first."""
    rows: list[tuple[object, ...]] = []
    for moment, at in run.marks.items():
        for series in run.register.series():
            holders = run.register.holders(series, at)
            supply = sum(holder.face for holder in holders)
            rows += [(moment, run.symbol(series), *_holder(run, holder, supply)) for holder in holders]
    return _csv(run, _HOLDERS, rows)


def redemption(run: RunFacts) -> str:
    """RunFacts -> `redemption.csv`: every holder of a series that is being redeemed: his face, what he was paid net of
    tax, and what he still holds.
    """
    rows: list[tuple[object, ...]] = []
    for series in run.register.series():
        steps = [step for step in run.register.payments(series) if step.period is None]
        if steps:
            rows += _redeemed(run, series, steps)
    return _csv(run, _REDEMPTION, rows)


def coupon_entitlement(run: RunFacts, lines: Sequence[Entitlement]) -> str:
    """Entitlements -> `coupon_entitlement.csv`: `net` is gross and principal less tax when all is funded, `paid` what
    has reached the holder.
    """
    return _csv(run, _ENTITLEMENT, (_entitled(run, line) for line in lines))


def wht_certificate(run: RunFacts, found: Sequence[Certificate]) -> str:
    """Certificates -> `wht_certificate.csv`, the payments behind each in its last column."""
    return _csv(run, _CERTIFICATE, (_certified(one) for one in found))


def flows(run: RunFacts) -> str:
    """RunFacts -> `cash_flows.csv`, in the form that expected flows are given in."""
    return write_csv_text(FLOW_COLUMNS, cash_flows(run.register, run.names))


def recon(run: RunFacts) -> str:
    """RunFacts -> `recon.csv`: every figure that register and chain were compared by."""
    rows = []
    for moment, compared in run.recon.items():
        for row in compared:
            texts = ("" if value is None else units.cash_text(value) for value in (row.chain, row.difference))
            currency = "USD" if row.item == "programme_use" else run.currency
            head = (moment, row.item, row.token, row.wallet, currency, units.cash_text(row.register))
            rows.append((*head, *texts, "break" if row.is_break else "agrees"))
    return write_csv_text(_RECON, rows)


def _csv(run: RunFacts, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The columns of amounts end in the run's currency."""
    return write_csv_text(
        [f"{name.removesuffix('_pkr')}_{run.currency.lower()}" if name.endswith("_pkr") else name for name in columns],
        rows,
    )


def _place(run: RunFacts, tx_hash: str, block: int) -> tuple[object, ...]:
    latency = run.latencies.get(tx_hash)
    return (tx_hash, block, latency and latency.blocks, latency and latency.seconds)


def _redeemed(run: RunFacts, series: str, steps: Sequence[Payment]) -> list[tuple[object, ...]]:
    left, faces = (
        run.register.balances(series),
        _sums((one.wallet, one.face) for one in run.register.redemptions(series)),
    )
    paid = [step for step in steps if step.kind == "paid"]
    net, tax = _sums((step.wallet, step.net) for step in paid), _sums((step.wallet, step.tax or 0) for step in paid)
    last = {step.wallet: step for step in steps if step.kind in {"paid", "skipped"}}
    rows: list[tuple[object, ...]] = []
    for holder in sorted({*left, *last}, key=lambda wallet: (-left.get(wallet, 0) - faces[wallet], wallet)):
        outstanding = left.get(holder, 0)
        status = ("paid" if faces[holder] else "unpaid") if not outstanding or not faces[holder] else "partly paid"
        amounts = (faces[holder] + outstanding, net[holder], tax[holder], outstanding)
        texts = map(units.cash_text, amounts)
        rows.append((run.symbol(series), holder, *texts, status, *_payment(last.get(holder))))
    return rows


def _sums(pairs: Iterable[tuple[str, int]]) -> defaultdict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int)
    for wallet, amount in pairs:
        sums[wallet] += amount
    return sums


def _payment(step: Payment | None) -> tuple[object, ...]:
    if step is None:
        return ("", "", "")
    return (step.tx_hash, step.block, reason(step.code) if step.code else "")


def _entitled(run: RunFacts, line: Entitlement) -> tuple[object, ...]:
    days = (units.date_from_unix(at) for at in (line.payment.payable_at, line.payment.record_at))
    head = (line.series.symbol, line.payment.period, *days, line.holder, run.names.get(line.holder, ""))
    before = (units.cash_text(line.balance), units.cash_text(line.gross), line.rate_bps)
    after = map(units.cash_text, (line.tax, line.principal, line.net, line.paid))
    return (*head, *before, *after, line.status, reason(line.code) if line.code else "")


def _certified(one: Certificate) -> tuple[object, ...]:
    behind = "; ".join(
        f"{line.series} {line.what} of {line.paid_on}: {units.cash_text(line.tax)} of {units.cash_text(line.gross)}"
        for line in one.lines
    )
    amounts = map(units.cash_text, (one.gross, one.tax, one.gross - one.tax))
    return (one.number, one.tax_year, one.holder, one.name, one.tax_class, *amounts, behind)


def _holder(run: RunFacts, holder: Holder, supply: int) -> tuple[object, ...]:
    face, share = units.cash_text(holder.face), share_pct(holder.face, supply)
    if holder.kyc is None:
        return (holder.wallet, "", "", "", "", "none", face, share)
    kyc = holder.kyc
    provider = run.providers.get(kyc.provider, str(kyc.provider))
    record = (str(kyc.investor), tier_name(kyc.tier), country_code(kyc.country), provider, kyc.status)
    return (holder.wallet, *record, face, share)

"""RunFacts -> `report.html`: one page that opens offline, for people who know money and not chains."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from rwa_deploy import units
from rwa_deploy.finance.sheet import allotment_sheet
from rwa_deploy.register import AllotmentLine, Holder, Payment, Purchase, ReconRow
from rwa_deploy.report import figures, plots, sheets
from rwa_deploy.report.facts import RunFacts
from rwa_deploy.report.meetings import cac_result
from rwa_deploy.report.render import environment
from rwa_deploy.report.words import country_code, reason, share_pct, tax_class_words, tier_words

__all__ = ["page"]

_MOST_ROWS = 12
_SIZES = (
    ("up to 10,000", 10_000),
    ("to 100,000", 100_000),
    ("to 1 million", 1_000_000),
    ("to 100 million", 100_000_000),
    ("to 1 billion", 1_000_000_000),
)
_ABOVE = "above 1 billion"


def page(run: RunFacts) -> str:
    """RunFacts -> the page; everything from outside is escaped."""
    return environment().get_template("report.html.j2").render(_view(run))


def _view(run: RunFacts) -> dict[str, object]:
    return {
        "run": run,
        "most": _MOST_ROWS,
        "percent": _percent,
        "counted": _counted,
        **_sold(run),
        **_held(run),
        **_serviced(run),
        "decided": cac_result(run),
        "bought": _bought(run),
        "recon": [_recon(moment, rows) for moment, rows in run.recon.items()],
        "compared": sum(len(rows) for rows in run.recon.values()),
        "breaks": [(moment, row) for moment, rows in run.recon.items() for row in rows if row.is_break],
        "gas_plot": plots.gas_plot(run.gas),
    }


def _sold(run: RunFacts) -> Mapping[str, object]:
    auction = run.auction
    lines, trades = run.register.allotments(run.sold), run.register.trades()
    return {
        "auction": auction,
        "sheet": allotment_sheet(auction) if auction else (),
        "bids_plot": plots.bids_plot(auction, run.bids) if auction else "",
        "settled": [line for line in lines if line.status == "settled"],
        "skipped": [_skipped(line) for line in lines if line.status != "settled"],
        "settled_face": sum(line.face or 0 for line in lines),
        "settled_cash": sum(line.cash for line in lines if line.status == "settled"),
        "blocks": figures.settlement(run)["blocks"],
        "trades": trades,
        "traded_face": sum(trade.face for trade in trades),
        "traded_cash": sum(trade.cash for trade in trades),
    }


def _held(run: RunFacts) -> Mapping[str, object]:
    holders = run.register.holders(run.series, run.record_at)
    supply = sum(holder.face for holder in holders)
    use = run.register.programme(run.record_at)
    return {
        "holders": holders,
        "supply": supply,
        "largest": [_holder(run, holder, supply) for holder in holders[:_MOST_ROWS]],
        "tiers": _tiers(holders, supply),
        "record_date": units.date_from_unix(run.record_at or run.register.last_time() or units.SECONDS_PER_DAY),
        "holders_plot": plots.holders_plot(_classes(holders, supply)),
        "use": use,
        "use_pct": share_pct(use.used_usd, use.cap_usd, 2),
        "use_plot": plots.use_plot(use.used_usd, use.cap_usd),
    }


def _serviced(run: RunFacts) -> Mapping[str, object]:
    steps = run.register.payments()
    redeemed = [step for step in steps if step.period is None]
    return {
        "payments": [_payment(run, *key) for key in _periods(run)],
        "taxes": _taxes(run, steps),
        "passed_over": [_passed_over(run, step) for step in steps if step.kind == "skipped"],
        "coupons": figures.accounts([step for step in steps if step.period is not None]),
        "redeemed": figures.accounts(redeemed),
        "paid_wallets": len({step.wallet for step in redeemed if step.kind == "paid"}),
        "outstanding": sum(run.register.supply(series) for series in {step.series for step in redeemed}),
    }


def _bought(run: RunFacts) -> list[Mapping[str, object]]:
    """Puts and buybacks -> one line for each kind, series and period."""
    groups: dict[tuple[str, str, int | None], list[Purchase]] = defaultdict(list)
    for one in run.register.purchases():
        groups[one.kind, one.series, one.period].append(one)
    return [
        {
            "kind": kind,
            "series": run.symbol(series),
            "holders": len({one.wallet for one in found}),
            "face": sum(one.face for one in found),
            "cash": sum(one.cash for one in found),
        }
        for (kind, series, _), found in groups.items()
    ]


def _periods(run: RunFacts) -> list[tuple[str, int]]:
    steps = run.register.payments()
    return list(dict.fromkeys((step.series, step.period) for step in steps if step.period is not None))


def _payment(run: RunFacts, series: str, period: int) -> Mapping[str, object]:
    steps = [step for step in run.register.payments(series) if step.period == period]
    paid = [step for step in steps if step.kind == "paid"]
    return {
        "series": run.symbol(series),
        "period": period,
        "paid_on": units.date_from_unix(paid[0].block_time) if paid else None,
        "holders": len({step.wallet for step in paid}),
        **figures.accounts(steps),
    }


def _taxes(run: RunFacts, steps: Sequence[Payment]) -> list[tuple[str, int, int, int]]:
    """Payments -> (tax class, holders, income, tax) of each class that was paid income or bore tax."""
    records = run.register.kyc()
    wallets: dict[int, set[str]] = defaultdict(set)
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for step in steps:
        if step.kind == "paid" and (step.income or step.tax):
            kind = records[step.wallet].tax_class if step.wallet in records else 0
            wallets[kind].add(step.wallet)
            sums[kind][0] += step.income or 0
            sums[kind][1] += step.tax or 0
    return [(tax_class_words(kind), len(wallets[kind]), sums[kind][0], sums[kind][1]) for kind in sorted(sums)]


def _passed_over(run: RunFacts, step: Payment) -> Mapping[str, object]:
    return {
        "holder": run.names.get(step.wallet, ""),
        "wallet": step.wallet,
        "series": run.symbol(step.series),
        "what": "redemption" if step.period is None else f"payment {step.period}",
        "owed": step.amount,
        "reason": reason(step.code),
    }


def _skipped(line: AllotmentLine) -> Mapping[str, object]:
    return {"winner": line.winner, "cash": line.cash, "reason": sheets.skip_reason(line)}


def _holder(run: RunFacts, holder: Holder, supply: int) -> Mapping[str, object]:
    kyc = holder.kyc
    return {
        "wallet": holder.wallet,
        "name": run.names.get(holder.wallet, ""),
        "tier": tier_words(kyc.tier) if kyc else "No record",
        "country": country_code(kyc.country) if kyc else "",
        "provider": run.providers.get(kyc.provider, str(kyc.provider)) if kyc else "",
        "face": holder.face,
        "share": share_pct(holder.face, supply, 4),
    }


def _tiers(holders: Sequence[Holder], supply: int) -> list[tuple[str, int, int, Decimal]]:
    count: dict[int, int] = defaultdict(int)
    face: dict[int, int] = defaultdict(int)
    for holder in holders:
        tier = holder.kyc.tier if holder.kyc else 0
        count[tier] += 1
        face[tier] += holder.face
    ordered = sorted(count, key=lambda tier: (-face[tier], tier))
    return [(tier_words(tier), count[tier], face[tier], share_pct(face[tier], supply, 4)) for tier in ordered]


def _classes(holders: Sequence[Holder], supply: int) -> list[tuple[str, int, Decimal]]:
    members: dict[str, list[int]] = {name: [] for name in (*(name for name, _ in _SIZES), _ABOVE)}
    for holder in holders:
        name = next((name for name, most in _SIZES if holder.face <= most * units.ONE), _ABOVE)
        members[name].append(holder.face)
    return [(name, len(faces), share_pct(sum(faces), supply, 4)) for name, faces in members.items()]


def _recon(moment: str, rows: Sequence[ReconRow]) -> Mapping[str, object]:
    balances = [row for row in rows if row.item == "balance"]
    return {
        "moment": moment,
        "balances": len(balances),
        "others": len(rows) - len(balances),
        "breaks": sum(row.is_break for row in rows),
    }


def _percent(value: Decimal | None) -> str:
    return "–" if value is None else f"{value}\N{NO-BREAK SPACE}%"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"

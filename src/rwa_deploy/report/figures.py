"""RunFacts -> `summary.json` and `auction_result.json`: amounts as decimal strings, so that no reader rounds them.

The auction's realised cash is in PKR millions with 3 decimals, as the State Bank's sheet rounds it; `auction_result`
has it to the paisa. Every other amount in PKR millions is exact.
"""

from collections.abc import Mapping, Sequence

from rwa_deploy import units
from rwa_deploy.model import Allotment, AuctionResult, NonCompetitiveAllotment, VoidedBid
from rwa_deploy.register import Payment
from rwa_deploy.report.facts import RunFacts
from rwa_deploy.report.meetings import outcomes
from rwa_deploy.report.words import million_exact

__all__ = ["accounts", "auction_result", "settlement", "summary"]


def summary(run: RunFacts) -> dict[str, object]:
    """RunFacts -> the figures of the run, JSON-ready; what it had none of is left out."""
    use = run.register.programme(run.record_at)
    allotted = {"settlement": settlement(run)} if run.auction or run.register.allotments() else {}
    return {
        "currency": run.currency,
        **({"auction": _auction(run.auction)} if run.auction else {}),
        **allotted,
        "register": {
            "holders": len(run.register.balances(run.series, run.record_at)),
            "supply_face": million_exact(run.register.supply(run.series, run.record_at)),
            "breaks": sum(row.is_break for rows in run.recon.values() for row in rows),
        },
        "programme": {"cap_usd": units.cash_text(use.cap_usd), "used_usd": units.cash_text(use.used_usd)},
        "series": {run.symbol(series): _series(run, series) for series in run.register.series()},
        **_servicing(run),
        **({"meetings": decided} if (decided := outcomes(run)) else {}),
        "refused": [{"attempt": one.attempt, "error": one.error} for one in run.refused],
        "gas": {one.operation: {"each": one.gas_each, "transactions": one.transactions} for one in run.gas},
    }


def auction_result(auction: AuctionResult) -> dict[str, object]:
    """AuctionResult -> all of it, JSON-ready: amounts in rupees, prices per 100, yields in per cent."""
    return {
        "unit": "PKR",
        "method": auction.method.value,
        "settlement": auction.settlement.isoformat(),
        "maturity": auction.maturity.isoformat(),
        "target_face": units.cash_text(auction.target_face),
        "offered_face": units.cash_text(auction.offered_face),
        "accepted_face": units.cash_text(auction.accepted_face),
        "realised": units.cash_text(auction.realised),
        "cover": str(auction.cover),
        **_prices(auction),
        "allotments": [_allotment(one) for one in auction.allotments],
        "non_competitive": {
            "price": _price(auction.weighted_price),
            "count": len(auction.non_competitive),
            "face": units.cash_text(auction.ncb_face),
            "cash": units.cash_text(auction.ncb_cash),
            "allotments": [_non_competitive(one) for one in auction.non_competitive],
            "voided": [_voided(one) for one in auction.voided],
        },
    }


def _auction(auction: AuctionResult) -> Mapping[str, object]:
    return {
        "offered_face": million_exact(auction.offered_face),
        "target_face": million_exact(auction.target_face),
        "accepted_face": million_exact(auction.accepted_face),
        **_prices(auction),
        "realised": units.million_text(auction.realised),
        "cover": str(auction.cover),
        "ncb_price": _price(auction.weighted_price),
        "ncb_count": len(auction.non_competitive),
        "ncb_face": million_exact(auction.ncb_face),
    }


def settlement(run: RunFacts) -> Mapping[str, object]:
    """RunFacts -> allotments settled and failed, the blocks from the first to the last of them, and the seconds."""
    lines = run.register.allotments(run.sold)
    blocks = [line.block for line in lines if line.status == "settled"]
    return {
        "allotments": len(blocks),
        "failed": len(lines) - len(blocks),
        "blocks": max(blocks) - min(blocks) + 1 if blocks else 0,
        "seconds": str(run.settlement_seconds),
    }


def accounts(steps: Sequence[Payment]) -> dict[str, int]:
    """What the paying agent did -> funded, paid to holders, withheld, owed to those passed over, dust given back [1e6].

    Whoever was passed over last is owed what was kept for him then.
    """
    last = {(step.series, step.period, step.wallet): step for step in steps if step.kind in {"paid", "skipped"}}
    return {
        "funded": sum(step.amount or 0 for step in steps if step.kind == "funded"),
        "paid": sum(step.net for step in steps if step.kind == "paid"),
        "withheld": sum(step.tax or 0 for step in steps),
        "owed": sum(step.amount or 0 for step in last.values() if step.kind == "skipped"),
        "dust": sum(step.amount or 0 for step in steps if step.kind == "dust"),
    }


def _servicing(run: RunFacts) -> Mapping[str, object]:
    steps = run.register.payments()
    coupons = [step for step in steps if step.period is not None]
    redeemed = [step for step in steps if step.period is None]
    found: dict[str, object] = {}
    if coupons:
        found["payments"] = {name: million_exact(amount) for name, amount in accounts(coupons).items()}
    if redeemed:
        outstanding = sum(run.register.supply(series) for series in {step.series for step in redeemed})
        sums = {name: million_exact(amount) for name, amount in accounts(redeemed).items()}
        found["redemption"] = {**sums, "outstanding": million_exact(outstanding)}
    return found


def _series(run: RunFacts, series: str) -> Mapping[str, object]:
    return {"supply_face": million_exact(run.register.supply(series)), "holders": len(run.register.balances(series))}


def _prices(auction: AuctionResult) -> dict[str, object]:
    return {
        "cutoff_price": _price(auction.cutoff_price),
        "cutoff_yield": None if auction.cutoff_yield_pct is None else str(auction.cutoff_yield_pct),
        "weighted_yield": None if auction.weighted_yield_pct is None else str(auction.weighted_yield_pct),
        "weighted_price": _price(auction.weighted_price),
    }


def _price(price: int | None) -> str | None:
    return None if price is None else units.price_text(price)


def _allotment(one: Allotment) -> dict[str, object]:
    return {
        "bid": one.bid.number,
        "bid_face": units.cash_text(one.bid.face),
        "face": units.cash_text(one.face),
        "price": units.price_text(one.price),
        "yield": str(one.yield_pct),
        "cash": units.cash_text(one.cash),
        "accrued": units.cash_text(one.accrued),
        "total": units.cash_text(one.total),
    }


def _non_competitive(one: NonCompetitiveAllotment) -> dict[str, object]:
    return {
        "wallet": one.bid.wallet,
        "investor": str(one.bid.investor),
        "face": units.cash_text(one.face),
        "cash": units.cash_text(one.cash),
        "accrued": units.cash_text(one.accrued),
        "total": units.cash_text(one.total),
    }


def _voided(one: VoidedBid) -> dict[str, object]:
    return {"wallet": one.bid.wallet, "face": units.cash_text(one.bid.face), "reason": one.reason.value}

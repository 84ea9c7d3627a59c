"""Steps that place a bond with named wallets: an allotment at given prices, or an auction whose bidders are named."""

from collections.abc import Sequence

from eth_utils.crypto import keccak

from rwa_deploy import tables, units
from rwa_deploy.errors import ConfigError
from rwa_deploy.finance.auction import Instrument, clear, rules_for
from rwa_deploy.finance.coupons import accrued
from rwa_deploy.model import AuctionMethod
from rwa_deploy.scenario.primary import APPROVE_GAS, settle_book
from rwa_deploy.scenario.stage import Stage, Winner
from rwa_deploy.scenario.steps.files import AllotRow, read_bond_bids
from rwa_deploy.scenario.steps.market import Allot
from rwa_deploy.terms import schedule

__all__ = ["allot", "cash_due"]


def allot(step: Allot, stage: Stage) -> None:
    """Each winner approves what he has to pay, and all are settled; ConfigError for one who cannot be."""
    winners = _listed(step, stage) if step.file else _auctioned(step, stage)
    due: dict[str, int] = {}
    for winner in winners:
        due[winner.wallet] = due.get(winner.wallet, 0) + winner.cash
    _require_cash(stage, due)
    settlement = stage.desired.address("Settlement")
    approvals = [
        (stage.wallets[address], stage.on("CashToken", "approve", settlement, cash)) for address, cash in due.items()
    ]
    stage.act_many("cash_approve", approvals, APPROVE_GAS)
    stage.allotments += 1
    before = stage.read("BondToken", "totalSupply")
    settle_book(stage, keccak(text=f"allotment {stage.allotments} of {stage.current().symbol}"), winners)
    placed = stage.read("BondToken", "totalSupply") - before
    wanted = sum(winner.face for winner in winners)
    if placed != wanted:
        raise ConfigError(
            f"{units.cash_text(placed)} of {units.cash_text(wanted)} was placed; see who may not receive it"
        )


def cash_due(stage: Stage, face: int, price: int) -> int:
    """Face [1e6] + clean price [1e6 per 100] -> what a buyer pays now [1e6]: clean up, and accrued interest up.

    Of a commodity: quantity [1e6] + price [1e6 per unit].
    """
    if stage.current().receipt is not None:
        return units.cash_for_face_up(face, 100 * price)
    series = stage.token()
    principal = units.mul_div_down(face, stage.read("BondMaths", "poolFactor", series), units.RATE_ONE)
    interest: int = stage.read("BondMaths", "accruedUp", series, face, stage.chain.now())
    return units.cash_for_face_up(principal, price) + interest


def _listed(step: Allot, stage: Stage) -> tuple[Winner, ...]:
    assert step.file is not None, "checked with the step"
    return tuple(
        Winner(stage.signer(row.name).address, row.face, row.price, cash_due(stage, row.face, row.price))
        for row in tables.read(step.file, AllotRow)
    )


def _auctioned(step: Allot, stage: Stage) -> tuple[Winner, ...]:
    """Bid number n is that of dealer_0n."""
    issued = stage.current()
    if issued.terms is None or step.bids is None or step.auction_date is None or step.target_million is None:
        raise ConfigError(f"{issued.symbol} has no terms to clear an auction by; create it with a `bond` step")
    today, made = units.date_from_unix(stage.chain.now()), schedule(issued.terms)
    rules = rules_for(Instrument.BOND, step.auction_date)
    bids = read_bond_bids(step.bids, schedule=made, settlement=today, lot=rules.lot)
    result = clear(
        bids,
        target_face=step.target_million,
        method=AuctionMethod(step.method),
        rules=rules,
        settlement=today,
        maturity=issued.terms.maturity_date,
        accrued_per_100=100 * accrued(made, today),
    )
    stage.auctioned, stage.competitive, stage.result = issued.symbol, bids, result
    lines = result.allotments
    return tuple(
        Winner(stage.signer(f"dealer_{line.bid.number:02d}").address, line.face, line.price, line.total)
        for line in lines
    )


def _require_cash(stage: Stage, due: dict[str, int]) -> None:
    held: Sequence[int] = stage.chain.call_many([stage.on("CashToken", "balanceOf", wallet) for wallet in due])
    for (wallet, cash), balance in zip(due.items(), held, strict=True):
        if balance < cash:
            short = units.cash_text(cash - balance)
            raise ConfigError(f"{stage.called[wallet]} is short of {short}; give him more in the cast")

"""Steps of the paying agent: fixings, funding, payments, calls and redemption."""

from collections.abc import Callable, Sequence

from eth_utils.crypto import keccak

from rwa_deploy import units
from rwa_deploy.abi import Call
from rwa_deploy.scenario.cash import mint_cash
from rwa_deploy.scenario.secondary import play_trades
from rwa_deploy.scenario.stage import Stage
from rwa_deploy.scenario.steps import servicing as steps
from rwa_deploy.scenario.steps.fields import REDEMPTION

__all__ = [
    "call",
    "carry",
    "claim",
    "coupon",
    "draw_cash",
    "fix",
    "fix_fallback",
    "fund_all",
    "fund_payment",
    "fund_redemption",
    "pay",
    "postpone",
    "redeem",
    "release",
    "return_dust",
]

BATCH = 100
NOON = 12 * 3600
BATCH_GAS = 15_000_000  # more than a batch of 100 takes, and below the cap of EIP-7825


# ── rates ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def fix(step: steps.Fix, stage: Stage) -> None:
    """By the fiscal agent, from an auction."""
    _fix(step, stage, "fix", "fiscal_agent")


def fix_fallback(step: steps.FixFallback, stage: Stage) -> None:
    """By the price signers, from the fallback's sheet."""
    _fix(step, stage, "fixFallback", "price_signer")


def carry(step: steps.Carry, stage: Stage) -> None:
    """The rate before runs on."""
    stage.act("carry", stage.signer("fiscal_agent"), stage.on("Fixings", "carry", stage.token(), step.period))


def _fix(step: steps.Fix | steps.FixFallback, stage: Stage, function: str, office: str) -> None:
    source = keccak(text=step.source)
    fixing = stage.on("Fixings", function, stage.token(), step.period, step.benchmark_pct, source)
    stage.act("fix", stage.signer(office), fixing)


# ── funding ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def fund_payment(step: steps.FundPayment, stage: Stage) -> None:
    """An amount, or a share of what is due rounded down to the unit."""
    _fund(stage, step.period, step.percent, step.amount)


def fund_redemption(step: steps.FundRedemption, stage: Stage) -> None:
    """The same for the redemption."""
    _fund(stage, REDEMPTION, step.percent, None)


def fund_all(step: steps.FundAll, stage: Stage) -> None:
    """An amount for everything that is due."""
    draw_cash(stage, "PayingAgent", step.amount)
    stage.act("fund", stage.signer("debt_office"), stage.on("PayingAgent", "fundAll", stage.token(), step.amount))


def draw_cash(stage: Stage, spender: str, amount: int) -> None:
    """The treasury approves an amount; what it lacks it draws from the central bank."""
    office = stage.signer("debt_office")
    lacks = amount - stage.read("CashToken", "balanceOf", office.address)
    if lacks > 0:
        mint_cash(stage, [(office.address, lacks)])
    stage.act("cash_approve", office, stage.on("CashToken", "approve", stage.desired.address(spender), amount))


def _fund(stage: Stage, period: int, percent: int, amount: int | None) -> None:
    if amount is None:
        amount = units.mul_div_down(stage.read("PayingAgent", "dueOf", stage.token(), period), percent, 100)
    draw_cash(stage, "PayingAgent", amount)
    fund = stage.on("PayingAgent", "fundPayment", stage.token(), period, amount)
    stage.act("fund_redemption" if period == REDEMPTION else "fund_payment", stage.signer("debt_office"), fund)


# ── paying ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def pay(step: steps.Pay, stage: Stage) -> None:
    """Everybody who held at the record date, or those named."""
    if step.period == REDEMPTION:
        _redeem(stage, step.holders)
        return
    _pay(stage, step.period, _named(stage, step.holders) or held_at(stage, step.period))


def coupon(step: steps.Coupon, stage: Stage) -> None:
    """Its trades, its day, its money, its holders."""
    if step.trades is not None:
        play_trades(stage, step.trades, step.on)
    stage.chain.mine_at(units.unix_from_date(step.on) + NOON)
    _fund(stage, step.period, 100, None)
    _pay(stage, step.period, held_at(stage, step.period))


def claim(step: steps.Claim, stage: Stage) -> None:
    """By the holder himself."""
    function = stage.on("PayingAgent", "claim", stage.token(), step.period)
    stage.act("claim", stage.signer(step.wallet), function)


def redeem(step: steps.Redeem, stage: Stage) -> None:
    """Every holder, 100 a transaction; anyone may do this, here the fiscal agent does."""
    _redeem(stage, step.holders)


def release(step: steps.Release, stage: Stage) -> None:
    """What was never claimed."""
    held = held_now if step.period == REDEMPTION else lambda stage: held_at(stage, step.period)
    holders = _named(stage, step.holders) or held(stage)
    _in_batches(stage, "release_each", holders, lambda batch: _agent(stage, "release", step.period, batch))


def return_dust(step: steps.ReturnDust, stage: Stage) -> None:
    """By anyone; here the fiscal agent."""
    payer = stage.signer(step.payer).address
    stage.act("return_dust", stage.signer("fiscal_agent"), _agent(stage, "returnDust", step.period, payer))


def postpone(step: steps.Postpone, stage: Stage) -> None:
    """By the fiscal agent, who cites the announcement."""
    citation = keccak(text=step.citation)
    stage.act("postpone", stage.signer("fiscal_agent"), _agent(stage, "postpone", step.period, step.days, citation))


def call(step: steps.Call, stage: Stage) -> None:
    """By the debt office."""
    stage.act("call", stage.signer("debt_office"), _agent(stage, "call", step.period, step.share_pct))


def held_at(stage: Stage, period: int) -> list[str]:
    """Period -> the wallets that held when its record date closed."""
    record_at, _ = stage.read("BondMaths", "datesOf", stage.token(), period)
    calls = [stage.on("BondToken", "balanceAt", wallet, record_at) for wallet in stage.wallets]
    return _holding(stage, calls)


def held_now(stage: Stage) -> list[str]:
    """Stage -> the wallets that hold now."""
    return _holding(stage, [stage.on("BondToken", "balanceOf", wallet) for wallet in stage.wallets])


def _holding(stage: Stage, calls: Sequence[Call]) -> list[str]:
    balances = stage.chain.call_many(calls)
    return [wallet for wallet, balance in zip(stage.wallets, balances, strict=True) if balance]


def _named(stage: Stage, holders: steps.Holders) -> list[str]:
    return [] if holders == "all" else [stage.signer(name).address for name in holders]


def _pay(stage: Stage, period: int, holders: Sequence[str]) -> None:
    _in_batches(stage, "pay_each", holders, lambda batch: _agent(stage, "pay", period, batch))


def _redeem(stage: Stage, named: steps.Holders) -> None:
    holders = _named(stage, named) or held_now(stage)
    _in_batches(stage, "redeem_each", holders, lambda batch: _agent(stage, "redeem", batch))


def _agent(stage: Stage, function: str, *args: object) -> Call:
    return stage.on("PayingAgent", function, stage.token(), *args)


def _in_batches(stage: Stage, operation: str, holders: Sequence[str], of: Callable[[list[str]], Call]) -> None:
    """By anyone; here the fiscal agent. A single batch is estimated, so that what it must fail with is told."""
    agent = stage.signer("fiscal_agent")
    for start in range(0, len(holders), BATCH):
        batch = list(holders[start : start + BATCH])
        stage.act(operation, agent, of(batch), items=len(batch), gas=BATCH_GAS)
        stage.progress(min(start + BATCH, len(holders)), len(holders))

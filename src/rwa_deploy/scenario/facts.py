"""Stage -> RunFacts: what a scenario did, for the report; and the step that holds register and chain together."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal

from rwa_deploy.abi import Call
from rwa_deploy.errors import ConfigError, Reverted
from rwa_deploy.events import Event
from rwa_deploy.register import Register, fold, recon_rows
from rwa_deploy.report import GasUse, PaymentFacts, RunFacts, SeriesFacts
from rwa_deploy.scenario.stage import Issued, Spent, Stage
from rwa_deploy.scenario.steps import Scenario
from rwa_deploy.scenario.steps.servicing import Reconcile
from rwa_deploy.terms import ics

__all__ = ["facts_of", "reconcile"]


def reconcile(step: Reconcile, stage: Stage) -> None:
    """Every balance, supply and the programme's use at this block, from the chain and from a register folded afresh."""
    names, height = stage.manifest.names(), stage.chain.height()
    register = fold(stage.chain.events(names, last=height))
    tokens = {address: name for address, name in names.items() if name in {"BondToken", "CashToken"}}
    balances = {token: _balances(stage, name, token, register) for token, name in tokens.items()}
    supplies = {token: stage.chain.call(Call(name, token, "totalSupply")) for token, name in tokens.items()}
    used = stage.read("Programme", "usedUsd")
    stage.recon[step.moment] = recon_rows(register, balances, supplies, used_usd=used)
    register.close()
    if step.holders:
        stage.marks[step.moment] = stage.chain.now() + 1


def facts_of(scenario: Scenario, stage: Stage) -> tuple[RunFacts, tuple[Event, ...]]:
    """Played scenario -> RunFacts, and the events that its register is folded from. Works without an auction."""
    if not _debts(stage):
        raise ConfigError("the scenario never creates a bill or bond, so there is nothing to report; add a `bond` step")
    events = stage.chain.events(stage.manifest.names())
    register = fold(events)
    main = _main(stage, register)
    facts = RunFacts(
        title=scenario.name,
        instrument=stage.chain.call(Call("BondToken", main.token.address, "isin")),
        network=f"{stage.chain.client.split('/')[0]} development chain {stage.chain.chain_id}",
        currency=scenario.currency,
        auction=stage.result,
        bids=stage.competitive,
        register=register,
        series=main.token.address,
        issued=tuple(_series(stage, one) for one in _debts(stage)),
        marks=dict(stage.marks),
        recon=dict(stage.recon),
        refused=tuple(stage.refusals),
        gas=tuple(_gas(name, spent) for name, spent in stage.spent.items()),
        settlement_seconds=_seconds(stage),
        manifest=asdict(stage.manifest),
        providers={0: "registrar", **stage.providers},
        names=stage.names(),
        latencies=dict(stage.latencies),
        timings=dict(stage.timings),
        acts=stage.chain.acts(events, stage.manifest.names()),
        offices=_offices(stage),
    )
    return facts, events


def _offices(stage: Stage) -> Mapping[str, str]:
    """Address -> office, or provider that has a licence."""
    licensed = {stage.provider(name).address: name for name in stage.providers.values()}
    return licensed | {signer.address: name for name, signer in stage.offices.items()}


def _debts(stage: Stage) -> list[Issued]:
    """What is reported series by series; units of a commodity have no payments."""
    return [one for one in stage.series.values() if one.receipt is None]


def _main(stage: Stage, register: Register) -> Issued:
    """What was auctioned; without an auction the series that is largest when the first register of holders is drawn."""
    if stage.auctioned:
        return stage.series[stage.auctioned]
    at = next(iter(stage.marks.values()), None)
    return max(_debts(stage), key=lambda one: register.supply(one.token.address, at))


def _series(stage: Stage, issued: Issued) -> SeriesFacts:
    """A series as the chain has it at the end of the run, calls and an early end included."""
    address = issued.token.address
    features: int = stage.chain.call(Call("BondToken", address, "features"))
    return SeriesFacts(
        symbol=issued.symbol,
        address=address,
        isin=stage.chain.call(Call("BondToken", address, "isin")),
        instrument_class=features >> 24 & 0xFF,
        issue_price=features >> 48 & 0xFFFFFFFF,
        payments=tuple(_payments(stage, address, features >> 176 & 0xFFFF)),
        calendar=ics(issued.terms) if issued.terms else "",
    )


def _payments(stage: Stage, series: str, count: int) -> list[PaymentFacts]:
    found = []
    for period in range(count):
        try:
            values = stage.read("BondMaths", "paymentOf", series, period)
        except Reverted:  # part of a long stub, after an early end, or a floater's that is not fixed yet
            continue
        found.append(PaymentFacts(period, *values))
    return found


def _balances(stage: Stage, name: str, token: str, register: Register) -> Mapping[str, int]:
    """Balances on chain of every wallet that the stage or the register knows."""
    known = {*stage.wallets, *register.balances(token), *stage.manifest.contracts.values()}
    wallets = sorted(known | {signer.address for signer in stage.offices.values()})
    found = stage.chain.call_many([Call(name, token, "balanceOf", (wallet,)) for wallet in wallets])
    return {wallet: balance for wallet, balance in zip(wallets, found, strict=True) if balance}


def _seconds(stage: Stage) -> Decimal:
    """How long what was auctioned took to settle; without an auction, all of it."""
    taken = stage.settlement_seconds
    return taken.get(stage.auctioned, Decimal(0)) if stage.auctioned else sum(taken.values(), Decimal(0))


def _gas(operation: str, spent: Spent) -> GasUse:
    return GasUse(operation, spent.transactions, -(-spent.gas // max(spent.items, 1)))

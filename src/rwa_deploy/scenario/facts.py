"""Stage -> RunFacts: what a scenario did, for the report; and the step that holds register and chain together."""

from collections.abc import Mapping
from dataclasses import asdict

from rwa_deploy.abi import Call
from rwa_deploy.errors import ConfigError
from rwa_deploy.events import Event
from rwa_deploy.register import Register, fold, recon_rows
from rwa_deploy.report import GasUse, RunFacts
from rwa_deploy.scenario.stage import Spent, Stage
from rwa_deploy.scenario.steps import Reconcile, Scenario

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
        stage.record_at = stage.chain.now() + 1


def facts_of(scenario: Scenario, stage: Stage) -> tuple[RunFacts, tuple[Event, ...]]:
    """Played scenario -> RunFacts, and the events that its register is folded from."""
    if stage.record_at is None:
        raise ConfigError("the scenario never marks a register of holders; add a `reconcile` step with holders = true")
    events = stage.chain.events(stage.manifest.names())
    result = stage.allotment()
    facts = RunFacts(
        title=scenario.name,
        instrument=stage.read("BondToken", "isin"),
        network=f"{stage.chain.client.split('/')[0]} development chain {stage.chain.chain_id}",
        auction=result,
        bids=stage.competitive,
        register=fold(events),
        series=stage.bill().address,
        record_at=stage.record_at,
        recon=dict(stage.recon),
        refused=tuple(stage.refusals),
        gas=tuple(_gas(name, spent) for name, spent in stage.spent.items()),
        settlement_seconds=stage.settlement_seconds,
        manifest=asdict(stage.manifest),
        providers={0: "registrar", **stage.providers},
        names=_names(stage),
        latencies=dict(stage.latencies),
        timings=dict(stage.timings),
    )
    return facts, events


def _balances(stage: Stage, name: str, token: str, register: Register) -> Mapping[str, int]:
    """Balances on chain of every wallet that the stage or the register knows."""
    known = {*stage.wallets, *register.balances(token), *stage.manifest.contracts.values()}
    wallets = sorted(known | {signer.address for signer in stage.offices.values()})
    found = stage.chain.call_many([Call(name, token, "balanceOf", (wallet,)) for wallet in wallets])
    return {wallet: balance for wallet, balance in zip(wallets, found, strict=True) if balance}


def _gas(operation: str, spent: Spent) -> GasUse:
    return GasUse(operation, spent.transactions, -(-spent.gas // spent.items))


def _names(stage: Stage) -> dict[str, str]:
    contracts = {address: name for name, address in stage.manifest.contracts.items()}
    offices = {signer.address: name.replace("_", " ") for name, signer in stage.offices.items()}
    series = {address: symbol for symbol, address in stage.manifest.series.items()}
    return {**contracts, **offices, **series}

"""Scenario + Stage -> Stage: every step in order, each refused attempt held against what it had to fail with."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from rwa_deploy.errors import ConfigError, ExpectationFailed, Reverted
from rwa_deploy.report import Refusal
from rwa_deploy.scenario import (
    cash,
    commodities,
    control,
    credit,
    facts,
    flows,
    liabilities,
    meetings,
    monitoring,
    offices,
    onboarding,
    placing,
    pricing,
    primary,
    secondary,
    servicing,
)
from rwa_deploy.scenario.stage import Stage, seconds_since
from rwa_deploy.scenario.steps import OnSeries, Scenario, Step

__all__ = ["run"]

ACTIONS: dict[str, Callable[[Any, Stage], None]] = {
    "licence": onboarding.licence,
    "investors": onboarding.investors,
    "onboard": onboarding.onboard,
    "cast": onboarding.cast,
    "renew": onboarding.renew,
    "tax_table": offices.tax_table,
    "calendar": offices.calendar,
    "rate": pricing.rate,
    "post_prices": pricing.post_prices,
    "series": primary.series,
    "bond": primary.bond,
    "create_commodity": commodities.create_commodity,
    "request_retirement": commodities.request_retirement,
    "confirm_delivery": commodities.confirm_delivery,
    "refuse_delivery": commodities.refuse_delivery,
    "cancel_retirement": commodities.cancel_retirement,
    "clear": primary.auction,
    "fund_winners": primary.fund_winners,
    "settle": primary.settle,
    "allot": placing.allot,
    "issue": primary.issue,
    "mint": primary.mint,
    "trades": secondary.trades,
    "trade": secondary.trade,
    "transfer": secondary.transfer,
    "freeze": secondary.freeze,
    "travel": secondary.travel,
    "fix": servicing.fix,
    "fix_fallback": servicing.fix_fallback,
    "carry": servicing.carry,
    "fund_payment": servicing.fund_payment,
    "fund_all": servicing.fund_all,
    "fund_redemption": servicing.fund_redemption,
    "pay": servicing.pay,
    "coupon": servicing.coupon,
    "claim": servicing.claim,
    "redeem": servicing.redeem,
    "postpone": servicing.postpone,
    "return_dust": servicing.return_dust,
    "release": servicing.release,
    "call": servicing.call,
    "put_notice": liabilities.put_notice,
    "fund_put": liabilities.fund_put,
    "settle_put": liabilities.settle_put,
    "buyback": liabilities.buyback,
    "exchange_offer": liabilities.exchange_offer,
    "declare_default": meetings.declare_default,
    "convene": meetings.convene,
    "vote": meetings.vote,
    "close_meeting": meetings.close_meeting,
    "mandatory_exchange": meetings.mandatory_exchange,
    "suspend": control.suspend,
    "end_provider": control.end_provider,
    "attest": control.attest,
    "customers": control.customers,
    "add_wallet": control.add_wallet,
    "policy": control.policy,
    "accept_disclosure": control.accept_disclosure,
    "count_wallets": control.count_wallets,
    "announce": control.announce,
    "order": control.order,
    "lift": control.lift,
    "attest_quantity": credit.attest_quantity,
    "list_collateral": credit.list_collateral,
    "shut_collateral": credit.shut_collateral,
    "fund_backstop": credit.fund_backstop,
    "vault": credit.vault,
    "substitute": credit.substitute,
    "collect_pledged": credit.collect_pledged,
    "withdraw": credit.withdraw,
    "auction_start": credit.auction_start,
    "auction_take": credit.auction_take,
    "backstop": credit.backstop,
    "auction_stop": credit.auction_stop,
    "write_off": credit.write_off,
    "shut_down": credit.shut_down,
    "stress": credit.stress,
    "settle_position": credit.settle_position,
    "redeem_pool": credit.redeem_pool,
    "expect_position": credit.expect_position,
    "attest_reserve": cash.attest_reserve,
    "convert": cash.convert,
    "redeem_cash": cash.redeem_cash,
    "fund_redemptions": cash.fund_redemptions,
    "serve_redemptions": cash.serve_redemptions,
    "collect_redemption": cash.collect_redemption,
    "screen": monitoring.screen,
    "alerts": monitoring.alerts,
    "reconcile": facts.reconcile,
    "expect_flows": flows.expect_flows,
}


def run(scenario: Scenario, stage: Stage, *, announce: Callable[[str], None] | None = None) -> Stage:
    """Scenario + Stage -> the same stage, played. Raises ExpectationFailed where a step ends otherwise than it says."""
    for number, step in enumerate(scenario.step, start=1):
        action: str = step.action
        label = step.label or action.replace("_", " ")
        if announce:
            announce(label)
        name = f"step {number} ({label})"
        stage.chosen = step.series if isinstance(step, OnSeries) else None
        began = time.monotonic()
        if step.expect:
            _refused(name, label, step, action, stage)
        else:
            _done(name, step, action, stage)
        stage.timings[label] = stage.timings.get(label, Decimal(0)) + seconds_since(began)
    return stage


def _done(name: str, step: Step, action: str, stage: Stage) -> None:
    try:
        ACTIONS[action](step, stage)
    except Reverted as error:
        raise ExpectationFailed(f"{name} failed: {error.message}", step=name) from error
    except ValueError as error:  # the pure layers do not know where a figure came from
        raise ConfigError(f"{name}: {error}") from error


def _refused(name: str, label: str, step: Step, action: str, stage: Stage) -> None:
    """The step must fail, with that error and those arguments."""
    try:
        ACTIONS[action](step, stage)
    except Reverted as error:
        wrong = [key for key, value in step.expect_args.items() if error.error_args.get(key) != value]
        if error.error_name != step.expect or wrong:
            raise ExpectationFailed(
                f"{name} had to fail with {step.expect}{step.expect_args or ''} and failed with {error.signature}",
                step=name,
            ) from error
        stage.refusals.append(Refusal(label, error.signature, _sentence(error, stage)))
        return
    raise ExpectationFailed(f"{name} had to fail with {step.expect} and went through", step=name)


def _sentence(error: Reverted, stage: Stage) -> str:
    """Error -> a sentence for people: that of the ERC-1404 code, where there is one."""
    code = error.error_args.get("code")
    if isinstance(code, int) and error.error_name == "TransferRestricted":
        return str(stage.read("Allowlist", "messageOf", code))
    return {
        "ProviderNotPermitted": "The provider's licence does not permit onboarding yet.",
        "CapExceeded": "The issue would take the programme above its cap in dollars.",
        "ERC7943InsufficientUnfrozenBalance": "The wallet's holdings are frozen by order.",
    }.get(error.error_name, "")

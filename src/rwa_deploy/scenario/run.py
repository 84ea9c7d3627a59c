"""Scenario + Stage -> Stage: every step in order, each refused attempt held against what it had to fail with."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from rwa_deploy.errors import ConfigError, ExpectationFailed, Reverted
from rwa_deploy.report import Refusal
from rwa_deploy.scenario import facts, onboarding, primary, secondary
from rwa_deploy.scenario.stage import Stage, seconds_since
from rwa_deploy.scenario.steps import Scenario, Step

__all__ = ["run"]

ACTIONS: dict[str, Callable[[Any, Stage], None]] = {
    "licence": onboarding.licence,
    "investors": onboarding.investors,
    "onboard": onboarding.onboard,
    "renew": onboarding.renew,
    "rate": onboarding.rate,
    "series": primary.series,
    "clear": primary.auction,
    "fund_winners": primary.fund_winners,
    "settle": primary.settle,
    "issue": primary.issue,
    "mint": primary.mint,
    "trades": secondary.trades,
    "transfer": secondary.transfer,
    "freeze": secondary.freeze,
    "travel": secondary.travel,
    "fund_redemption": secondary.fund_redemption,
    "redeem": secondary.redeem,
    "reconcile": facts.reconcile,
}


def run(scenario: Scenario, stage: Stage, *, announce: Callable[[str], None] | None = None) -> Stage:
    """Scenario + Stage -> the same stage, played. Raises ExpectationFailed where a step ends otherwise than it says."""
    for number, step in enumerate(scenario.step, start=1):
        action: str = step.action
        label = step.label or action.replace("_", " ")
        if announce:
            announce(label)
        name = f"step {number} ({label})"
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

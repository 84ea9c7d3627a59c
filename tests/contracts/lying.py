"""A settlement and a paying agent whose cash token lies."""

from dataclasses import dataclass

from evm import Contract
from world import World

from rwa_deploy.wiring import OFFICES

LIES = {"none": 0, "fee": 1, "false": 2, "nothing": 3, "no move": 4}


@dataclass(frozen=True)
class LyingWorld:
    """Contracts wired like the real ones, around a mock."""

    cash: Contract
    settlement: Contract
    paying_agent: Contract


def build(world: World) -> LyingWorld:
    """World -> the same programme with lying cash beside it; ten days pass, and a new rate is posted."""
    cash = world.deploy("LyingCash")
    desk = (world.authority.address, world.programme.address, cash.address, world.maths.address)
    settlement = world.deploy("Settlement", *desk)
    paying_agent = world.deploy("PayingAgent", *desk[:3], world.allowlist.address, *desk[3:], world.tax_table.address)
    guarded = [settlement.openAllotment.selector, settlement.closeAllotment.selector]
    grants = (
        (world.authority.setTargetFunctionRole, settlement.address, guarded, OFFICES["debt_office"]),
        (world.authority.grantRole, OFFICES["issuer"], settlement.address, 0),
        (world.programme.setServicer, paying_agent.address, True),
        (paying_agent.setAccounts, world.account("tax_account"), world.account("unclaimed_account")),
        (world.allowlist.setSystemAccount, settlement.address, True),
    )
    for method, *arguments in grants:
        world.by_admin(method, *arguments)
    world.post_rate()
    return LyingWorld(cash, settlement, paying_agent)

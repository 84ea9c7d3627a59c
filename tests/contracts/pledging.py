"""A creditor without rules of its own, approved, and the gestures of liens that many tests share."""

from dataclasses import dataclass

from evm import Contract, Receipt, address_of
from world import World

HOLDER, RECEIVER, SPENDER, OUTSIDER = map(address_of, ("holder", "receiver", "spender", "outsider"))
ENFORCER, TREASURY = map(address_of, ("enforcer", "treasury"))
ALL = 2**256 - 1


@dataclass(frozen=True)
class Creditor:
    """The world and one creditor in it."""

    world: World
    contract: Contract

    @property
    def address(self) -> str:
        return self.contract.address

    def pledge(self, series: Contract, face: int, holder: str = HOLDER) -> Receipt:
        return self.contract.pledge(series.address, holder, face)

    def release(self, series: Contract, face: int, holder: str = HOLDER) -> Receipt:
        return self.contract.release(series.address, holder, face)

    def seize(self, series: Contract, face: int, to: str, holder: str = HOLDER) -> Receipt:
        return self.contract.seize(series.address, holder, to, face)

    def collect(self, series: Contract, most: int = ALL, holder: str = HOLDER) -> Receipt:
        """As much as can be collected now."""
        return self.contract.collect(self.world.paying_agent.address, series.address, holder, most)

    def collectable(self, series: Contract, most: int = ALL, holder: str = HOLDER) -> int:
        return self.world.paying_agent.collectable(series.address, holder, most)


def build(world: World, count: int = 1) -> list[Creditor]:
    """World -> creditors, approved and accounts of the system; two days pass."""
    contracts = [world.deploy("MockCreditor", salt=salt) for salt in range(count)]
    acts = [(world.programme.setCreditor, contract.address, True) for contract in contracts]
    acts += [(world.allowlist.setSystemAccount, contract.address, False) for contract in contracts]
    for method, *arguments in acts:
        world.schedule(method, *arguments)
    world.chain.warp(2 * 86_400)
    for method, *arguments in acts:
        method(*arguments, by=world.account("admin"))
    world.post_rate()
    return [Creditor(world, contract) for contract in contracts]


def lien(series: Contract, holder: str = HOLDER) -> tuple[int, str]:
    """Face and creditor."""
    return tuple(series.pledgedOf(holder))

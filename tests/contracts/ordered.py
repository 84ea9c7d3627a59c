"""Orders of the enforcement offices: proposals by kind, and the gestures that many tests share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evm import ZERO, Contract, Receipt, address_of
from policed import enrol
from world import DAY, NOW, UNIT, World

FREEZE_WALLET, FREEZE_AMOUNT, LIFT, FORCED_TRANSFER, RECOVERY = range(5)
NONE, PROPOSED, EXECUTED, CANCELLED, LIFTED = range(5)
LAW = b"\x1a".ljust(32, b"\0")
EXPIRY = NOW + 30 * DAY
LONGEST = 366 * DAY
ALL = 2**256 - 1
HOLDER, RECEIVER, SPENDER, OUTSIDER = map(address_of, ("holder", "receiver", "spender", "outsider"))
FOUND, SECOND_FOUND = map(address_of, ("found_wallet", "second_found_wallet"))
MAKER, CHECKER, TREASURY, DEBT_OFFICE = map(
    address_of, ("enforcement_maker", "enforcement_checker", "treasury", "debt_office")
)


def proposal(
    kind: int,
    subject: str = HOLDER,
    token: str = ZERO,
    to: str = ZERO,
    amount: int = 0,
    expires_at: int = EXPIRY,
    law: bytes = LAW,
) -> tuple[Any, ...]:
    """Fields in the order of the struct."""
    return kind, subject, token, expires_at, to, amount, law


@dataclass(frozen=True)
class Orders:
    """The world, and its offices at work."""

    world: World

    @property
    def contract(self) -> Contract:
        return self.world.enforcement

    def propose(self, kind: int, subject: str = HOLDER, **fields: Any) -> int:
        """The maker proposes; the number of the order."""
        return self.contract.propose(proposal(kind, subject, **fields), by=MAKER).result

    def execute(self, order: int, *tokens: Contract) -> Receipt:
        """The checker executes."""
        return self.contract.execute(order, [token.address for token in tokens], by=CHECKER)

    def freeze(self, wallet: str = HOLDER, **fields: Any) -> int:
        """A wallet as a whole; the number of the order."""
        order = self.propose(FREEZE_WALLET, wallet, **fields)
        self.execute(order)
        return order

    def freeze_amount(self, token: Contract, amount: int, wallet: str = HOLDER, **fields: Any) -> int:
        """An amount; the number of the order."""
        order = self.propose(FREEZE_AMOUNT, wallet, token=token.address, amount=amount, **fields)
        self.execute(order)
        return order

    def lift(self, order: int, **fields: Any) -> Receipt:
        """Another order undoes it."""
        return self.execute(self.propose(LIFT, ZERO, amount=order, **fields))

    def seize(self, token: Contract, amount: int, to: str = RECEIVER, wallet: str = HOLDER) -> Receipt:
        return self.execute(self.propose(FORCED_TRANSFER, wallet, token=token.address, to=to, amount=amount))

    def recover(self, *tokens: Contract, lost: str = HOLDER, found: str = FOUND, **fields: Any) -> Receipt:
        return self.execute(self.propose(RECOVERY, lost, to=found, **fields), *tokens)

    def status(self, order: int) -> int:
        return self.contract.orderOf(order).status


def build(world: World) -> Orders:
    """World -> orders; the holder has two more wallets, and three units of the bill."""
    for wallet in (FOUND, SECOND_FOUND):
        enrol(world, wallet, investor=1)
    world.issue(world.bond, {HOLDER: 3 * UNIT})
    return Orders(world)


def held(token: Contract, *wallets: str) -> list[int]:
    return [token.balanceOf(wallet) for wallet in wallets]


def frozen(token: Contract, *wallets: str) -> list[int]:
    return [token.getFrozenTokens(wallet) for wallet in wallets]


def names(receipt: Receipt) -> Sequence[str]:
    """The events of a receipt by name, in order."""
    return [entry[0] for entry in receipt.log]

"""Register -> enforcement orders: what was ordered, by which two offices, and how each stands."""

from dataclasses import dataclass

from rwa_deploy.register.ledger import Register

__all__ = ["ORDER_KINDS", "Order", "order_acts", "orders"]

ORDER_KINDS = ("freeze_wallet", "freeze_amount", "lift", "forced_transfer", "recovery")


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands last. Times are Unix seconds, `executed_at` None until then, `checker` empty.

    `amount` [1e6] is text, because a freeze may be above all amounts; of a lift it is the number of the lifted order.
    """

    number: int
    kind: str
    status: str
    subject: str
    token: str
    receiver: str
    amount: str
    maker: str
    checker: str
    proposed_at: int
    executed_at: int | None
    expires_at: int
    legal_ref: str
    tx_hash: str


def orders(register: Register) -> tuple[Order, ...]:
    """Register -> every order, by number."""
    query = """
        SELECT number, max(kind), arg_max(status, (block, log_index)), max(subject), max(token), max(receiver),
               max(amount), max(office) FILTER (status = 'proposed'),
               coalesce(max(office) FILTER (status = 'executed'), ''),
               max(block_time) FILTER (status = 'proposed'), max(block_time) FILTER (status = 'executed'),
               max(expires_at), max(legal_ref), arg_max(tx_hash, (block, log_index))
        FROM orders GROUP BY number ORDER BY number
    """
    found = register.connection.execute(query).fetchall()
    return tuple(Order(number, ORDER_KINDS[kind], *rest) for number, kind, *rest in found)


def order_acts(register: Register) -> dict[str, int]:
    """Register -> transaction: number of the order that it belongs to; a lift belongs to the order that lifts."""
    query = "SELECT tx_hash, number FROM orders ORDER BY status = 'lifted' DESC, block, log_index"
    return dict(register.connection.execute(query).fetchall())

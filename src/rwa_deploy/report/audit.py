"""Acts + names -> the audit log and the orders: which office did what, under which order, in which transaction."""

from collections.abc import Iterable, Mapping

from rwa_deploy import units
from rwa_deploy.events import Act
from rwa_deploy.register import Order, Register, order_acts, orders
from rwa_deploy.tables import write_csv_text

__all__ = ["audit_csv", "orders_csv"]

_AUDIT = ("at", "block", "transaction", "office", "contract", "function", "order", "legal_ref", "events")
_ORDERS = [
    *("order", "kind", "status", "subject", "token", "receiver", "amount", "maker", "checker"),
    *("proposed_at", "executed_at", "expires_at", "legal_ref", "transaction"),
]
_OPEN = ("Enforcement",)  # where an act of anyone belongs into the log: a lapse, what a recovery left behind
_WHOLE = 2**255
_LIFT = "lift"


def audit_csv(acts: Iterable[Act], offices: Mapping[str, str], register: Register) -> str:
    """Acts + address -> name of who holds an office or a licence + Register -> `audit.csv`, as the chain has it."""
    numbers = order_acts(register)
    laws = {order.number: order.legal_ref for order in orders(register)}
    return write_csv_text(
        _AUDIT,
        (
            (
                units.time_text(act.timestamp),
                act.block,
                act.tx_hash,
                offices.get(act.sender, "anyone"),
                act.contract,
                act.function,
                number := numbers.get(act.tx_hash, ""),
                laws.get(number, "") if isinstance(number, int) else "",
                " ".join(act.events),
            )
            for act in acts
            if act.sender in offices or act.contract in _OPEN
        ),
    )


def orders_csv(given: Iterable[Order], names: Mapping[str, str]) -> str:
    """Orders + address -> name -> `orders.csv`."""
    return write_csv_text(
        _ORDERS,
        (
            (
                order.number,
                order.kind,
                order.status,
                _named(order.subject, names),
                _named(order.token, names),
                _named(order.receiver, names),
                _amount(order),
                _named(order.maker, names),
                _named(order.checker, names),
                units.time_text(order.proposed_at),
                "" if order.executed_at is None else units.time_text(order.executed_at),
                units.time_text(order.expires_at),
                order.legal_ref,
                order.tx_hash,
            )
            for order in given
        ),
    )


def _named(address: str, names: Mapping[str, str]) -> str:
    return "" if not address.strip("0x") else names.get(address, address)


def _amount(order: Order) -> str:
    amount = int(order.amount)
    if order.kind == _LIFT:
        return f"order {amount}"
    return "all" if amount >= _WHOLE else units.cash_text(amount) if amount else ""

"""Register -> what happened to positions of the collateral vault, in the order of the chain."""

from dataclasses import dataclass

from rwa_deploy.register.ledger import Register

__all__ = ["CreditAct", "credit_acts"]


@dataclass(frozen=True, slots=True)
class CreditAct:
    """An act on a position, or a lien on a series (`pledged`, `released`, `seized`). Amounts [1e6], or None.

    `other` is the bidder, payer, payee, creditor, successor, or the series that was replaced.
    """

    at: int
    kind: str
    owner: str
    series: str
    other: str
    face: int | None
    cash: int | None
    repaid: int | None
    debt: int | None
    tx_hash: str


def credit_acts(register: Register) -> tuple[CreditAct, ...]:
    """Register -> acts and liens as the chain has them."""
    query = """
        WITH acts AS (
            SELECT block, log_index, block_time, tx_hash, kind, owner, series, other, face, cash, repaid, debt
            FROM credit
            UNION ALL
            SELECT block, log_index, block_time, tx_hash, kind, holder, series, coalesce(receiver, creditor), face,
                   NULL, NULL, NULL
            FROM liens
        )
        SELECT block_time, kind, owner, coalesce(series, ''), coalesce(other, ''), face, cash, repaid, debt, tx_hash
        FROM acts ORDER BY block, log_index
    """
    return tuple(CreditAct(*row) for row in register.connection.execute(query).fetchall())

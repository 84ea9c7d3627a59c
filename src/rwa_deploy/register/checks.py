"""Folded tables -> what cannot stand in a whole history of one chain.

A log may be lost between chain and register, and a balance that is too high shows nowhere by itself. But the
contracts say most things twice: an issue in the Programme and in the token, a trade in Settlement and in the token,
a funding with its running total. Where the two disagree, a log is missing. Each query gives the facts of its line.
"""

from dataclasses import dataclass

from rwa_deploy.register.schema import CASH, NOBODY, TABLES

__all__ = ["CHECKS", "Check"]

_AGAIN = "fetch the logs of all contracts again, from the first block of the deployment"

_LOGS = " UNION ALL ".join(f"SELECT block, log_index, block_time, tx_hash FROM {table}" for table in TABLES)  # noqa: S608

# What other contracts say was moved. Sums a transaction: a page of an allotment may name a winner twice.
_CLAIMS = f"""
SELECT 'trade' AS what, tx_hash, series AS token, seller AS sender, buyer AS receiver, face AS amount FROM trades
UNION ALL
SELECT 'allotment', tx_hash, series, '{NOBODY}', winner, face FROM allotments
JOIN (SELECT allotment, series FROM allotment_books) USING (allotment) WHERE status = 'settled'
UNION ALL
SELECT 'redemption', tx_hash, series, wallet, '{NOBODY}', cash FROM redemptions WHERE kind = 'paid'
"""  # noqa: S608

_ISSUES = """
SELECT tx_hash, series AS token, kind, face AS amount FROM bookings
UNION ALL
SELECT tx_hash, token, kind, amount FROM cash_issues
"""

# A token whose issuer's log was not given (its transfers alone) cannot be checked against it, and is not.
_ISSUED_MOVES = f"""
SELECT tx_hash, token, CASE WHEN sender = '{NOBODY}' THEN 'issued' ELSE 'retired' END AS kind, amount FROM transfers
WHERE sender <> receiver AND '{NOBODY}' IN (sender, receiver)
  AND CASE WHEN contract = '{CASH}' THEN EXISTS (FROM cash_issues) ELSE EXISTS (FROM bookings) END
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Check:
    """A query that finds nothing in a whole history, the line for each thing found, and what to do then."""

    query: str
    line: str
    advice: str


CHECKS = (
    Check(
        f"""
        SELECT block, log_index FROM ({_LOGS}) GROUP BY block, log_index HAVING count(*) > 1 ORDER BY ALL
        """,  # noqa: S608
        "block {0} holds two different logs number {1}",
        "the logs come from two chains or from before and after a reorganisation: fetch them again from one node",
    ),
    Check(
        f"""
        SELECT tx_hash, log_index FROM ({_LOGS}) GROUP BY tx_hash, log_index HAVING count(*) > 1 ORDER BY ALL
        """,  # noqa: S608
        "log number {1} of transaction {0} stands in two blocks",
        "the chain was reorganised while it was read: fetch the logs again",
    ),
    Check(
        f"""
        SELECT block, first_time, last_time, before FROM (
            SELECT block, first_time, last_time, lag(last_time) OVER (ORDER BY block) AS before FROM (
                SELECT block, min(block_time) AS first_time, max(block_time) AS last_time FROM ({_LOGS}) GROUP BY block
            )
        ) WHERE first_time <> last_time OR first_time < before ORDER BY block
        """,  # noqa: S608
        "block {0} is dated {1} to {2}, the one before it {3}",
        "a block has one time and no earlier one than the block before: fetch the logs again from one node",
    ),
    Check(
        f"""
        SELECT if(wallet = '{NOBODY}', 'the supply', 'wallet ' || wallet), token, balance, block, log_index
        FROM moves WHERE balance < 0
        QUALIFY row_number() OVER (PARTITION BY token, wallet ORDER BY block, log_index) = 1
        ORDER BY block, log_index, wallet
        """,  # noqa: S608
        "{0} of token {1} would stand at {2} after block {3}, log {4}, so an earlier log is missing",
        _AGAIN,
    ),
    Check(
        f"""
        SELECT what, tx_hash, token, claimed, coalesce(moved, 0) FROM (
            SELECT what, tx_hash, token, sender, receiver, sum(amount) AS claimed FROM ({_CLAIMS}) GROUP BY ALL
        ) LEFT JOIN (
            SELECT tx_hash, token, sender, receiver, sum(amount) AS moved FROM transfers
            WHERE tx_hash IN (SELECT tx_hash FROM ({_CLAIMS})) GROUP BY ALL
        ) USING (tx_hash, token, sender, receiver) WHERE claimed > coalesce(moved, 0) ORDER BY ALL
        """,  # noqa: S608
        "the {0} in transaction {1} moved {3} of {2}, but the token's transfers say {4}",
        _AGAIN,
    ),
    Check(
        f"""
        SELECT token, kind, tx_hash, coalesce(booked, 0), coalesce(moved, 0) FROM (
            SELECT tx_hash, token, kind, sum(amount) AS booked FROM ({_ISSUES}) GROUP BY ALL
        ) FULL JOIN (
            SELECT tx_hash, token, kind, sum(amount) AS moved FROM ({_ISSUED_MOVES}) GROUP BY ALL
        ) USING (tx_hash, token, kind) WHERE booked IS DISTINCT FROM moved ORDER BY ALL
        """,  # noqa: S608
        "transaction {2} {1} {3} of {0} by its issuer's log, but {4} by the token's transfers",
        _AGAIN,
    ),
    Check(
        """
        SELECT series, tx_hash, funded, total FROM (
            SELECT *, sum(cash) OVER (PARTITION BY series ORDER BY block, log_index) AS total
            FROM redemptions WHERE kind = 'funded'
        ) WHERE funded <> total ORDER BY block, log_index
        """,
        "series {0} was funded with {2} in all by transaction {1}, but the register knows of {3}",
        _AGAIN,
    ),
)

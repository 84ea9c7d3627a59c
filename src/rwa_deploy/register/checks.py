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
SELECT 'redemption', tx_hash, series, wallet, '{NOBODY}', face FROM redemptions
UNION ALL
SELECT 'redemption', tx_hash, series, holder, '{NOBODY}', -face FROM collections
UNION ALL
SELECT 'redemption', tx_hash, series, creditor, '{NOBODY}', face FROM collections
UNION ALL
SELECT 'put', tx_hash, series, wallet, '{NOBODY}', face FROM puts WHERE kind = 'settled'
UNION ALL
SELECT 'buyback', tx_hash, series, wallet, '{NOBODY}', face FROM offers
JOIN (SELECT buyback, series FROM buybacks) USING (buyback) WHERE kind = 'settled'
UNION ALL
SELECT 'exchange', tx_hash, series, wallet, '{NOBODY}', face FROM acceptances
JOIN (SELECT offer, series FROM exchange_offers) USING (offer)
"""  # noqa: S608

# What the contracts that hold cash for others say that they let out.
_LET_OUT = """
SELECT tx_hash, agent, coalesce(income + principal - tax, amount) AS amount FROM payments
WHERE kind IN ('paid', 'remitted', 'dust')
UNION ALL
SELECT tx_hash, agent, cash FROM puts WHERE kind IN ('settled', 'returned')
UNION ALL
SELECT tx_hash, agent, cash FROM offers WHERE kind = 'settled'
UNION ALL
SELECT tx_hash, agent, cash FROM buyback_steps WHERE kind = 'closed'
"""

_AGENTS = "SELECT agent FROM payments UNION SELECT agent FROM puts UNION SELECT agent FROM offers"

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


_PERIOD = "if(period IS NULL, 'the redemption', 'payment ' || period)"
_RUNNING = "(PARTITION BY series, period ORDER BY block, log_index)"


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
        ) USING (tx_hash, token, sender, receiver)
        WHERE claimed > coalesce(moved, 0) OR (what = 'redemption' AND claimed <> moved) ORDER BY ALL
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
        f"""
        SELECT {_PERIOD}, series, tx_hash, funded, total FROM (
            SELECT *, sum(CASE kind WHEN 'funded' THEN amount ELSE -amount END) OVER {_RUNNING} AS total
            FROM payments WHERE kind IN ('funded', 'dust')
        ) WHERE kind = 'funded' AND funded <> total ORDER BY block, log_index
        """,  # noqa: S608
        "{0} of series {1} was funded with {3} in all by transaction {2}, but the register knows of {4}",
        _AGAIN,
    ),
    Check(
        f"""
        SELECT {_PERIOD}, series, tx_hash, left_it, came_in FROM (
            SELECT *,
                coalesce(sum(income + principal) FILTER (kind = 'paid') OVER {_RUNNING}, 0) AS left_it,
                coalesce(sum(CASE kind WHEN 'dust' THEN -amount ELSE amount END) FILTER (kind IN ('funded', 'dust'))
                    OVER {_RUNNING}, 0) AS came_in
            FROM payments
        ) WHERE left_it > came_in ORDER BY block, log_index
        """,  # noqa: S608
        "{0} of series {1} had paid {3} with transaction {2}, tax included, of {4} that was funded",
        _AGAIN,
    ),
    Check(
        f"""
        SELECT {_PERIOD}, series, tx_hash, remitted, withheld FROM (
            SELECT *, coalesce(sum(tax) OVER {_RUNNING}, 0) AS withheld,
                coalesce(sum(amount) FILTER (kind = 'remitted') OVER {_RUNNING}, 0) AS remitted
            FROM payments
        ) WHERE remitted > withheld ORDER BY block, log_index
        """,  # noqa: S608
        "{0} of series {1} had remitted {3} of tax with transaction {2}, of {4} that was withheld",
        _AGAIN,
    ),
    Check(
        f"""
        SELECT tx_hash, agent, coalesce(said, 0), coalesce(moved, 0) FROM (
            SELECT tx_hash, agent, sum(amount) AS said FROM ({_LET_OUT}) WHERE amount <> 0 GROUP BY ALL
        ) FULL JOIN (
            SELECT tx_hash, sender AS agent, sum(amount) AS moved FROM transfers
            WHERE contract = '{CASH}' AND sender IN ({_AGENTS}) AND amount <> 0 GROUP BY ALL
        ) USING (tx_hash, agent)
        WHERE said IS DISTINCT FROM moved AND EXISTS (FROM transfers WHERE contract = '{CASH}') ORDER BY ALL
        """,  # noqa: S608
        "{1} says that {2} of cash left it in transaction {0}, but {3} did",
        _AGAIN,
    ),
)

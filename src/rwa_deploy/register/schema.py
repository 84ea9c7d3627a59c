"""The tables of the register, and the views over them; `facts` says which log becomes a row of which.

One table holds one kind of fact, and every row says where it stands in the chain: `block`, `log_index`,
`block_time` (Unix), `tx_hash`. Faces and cash are [1e6]. A figure that an office may set to any uint256 (a freeze,
the cap) is text, since no integer of DuckDB holds it. `moves` is what the tables lead to: each change of each
balance, with the balance after it; the supply is the account of nobody (the zero address), as on chain.
"""

from collections.abc import Mapping

__all__ = ["CASH", "MOVES", "NOBODY", "PLACE", "TABLES", "VIEWS"]

NOBODY = "0x" + "0" * 40
CASH = "CashToken"

PLACE: Mapping[str, str] = {"block": "BIGINT", "log_index": "BIGINT", "block_time": "BIGINT", "tx_hash": "VARCHAR"}

TABLES: Mapping[str, Mapping[str, str]] = {
    "transfers": {
        "contract": "VARCHAR",
        "token": "VARCHAR",
        "sender": "VARCHAR",
        "receiver": "VARCHAR",
        "amount": "HUGEINT",
    },
    "forced_transfers": {"token": "VARCHAR", "sender": "VARCHAR", "receiver": "VARCHAR", "amount": "HUGEINT"},
    "freezes": {"token": "VARCHAR", "wallet": "VARCHAR", "amount": "VARCHAR"},
    "records": {
        "wallet": "VARCHAR",
        "status": "VARCHAR",
        "tier": "UTINYINT",
        "country": "USMALLINT",
        "provider": "UTINYINT",
        "tax_class": "UTINYINT",
        "valid_until": "BIGINT",
        "updated_at": "BIGINT",
        "investor": "UBIGINT",
        "file_hash": "VARCHAR",
    },
    "wallet_states": {"wallet": "VARCHAR", "kind": "VARCHAR", "successor": "VARCHAR"},
    "orders": {
        "number": "BIGINT",
        "status": "VARCHAR",
        "office": "VARCHAR",
        "kind": "UTINYINT",
        "subject": "VARCHAR",
        "token": "VARCHAR",
        "receiver": "VARCHAR",
        "amount": "VARCHAR",
        "expires_at": "BIGINT",
        "legal_ref": "VARCHAR",
    },
    "recoveries": {"number": "BIGINT", "token": "VARCHAR", "amount": "HUGEINT", "frozen": "VARCHAR"},
    "announcements": {
        "series": "VARCHAR",
        "kind": "VARCHAR",
        "sender": "VARCHAR",
        "receiver": "VARCHAR",
        "amount": "HUGEINT",
        "message_hash": "VARCHAR",
    },
    "licences": {
        "provider": "VARCHAR",
        "number": "UTINYINT",
        "phase": "UTINYINT",
        "scope": "BIGINT",
        "valid_until": "BIGINT",
    },
    "registrations": {"series": "VARCHAR", "status": "VARCHAR", "currency": "VARCHAR"},
    "issues": {"series": "VARCHAR", "kind": "VARCHAR", "face": "HUGEINT", "usd": "HUGEINT"},
    "exchanges": {
        "series": "VARCHAR",
        "target": "VARCHAR",
        "face": "HUGEINT",
        "received": "HUGEINT",
        "usd": "HUGEINT",
    },
    "caps": {"cap_usd": "VARCHAR"},
    "cash_issues": {"token": "VARCHAR", "kind": "VARCHAR", "minter": "VARCHAR", "amount": "HUGEINT"},
    "allotment_books": {"allotment": "VARCHAR", "series": "VARCHAR", "treasury": "VARCHAR", "pages": "BIGINT"},
    "allotments": {
        "allotment": "VARCHAR",
        "winner": "VARCHAR",
        "page": "BIGINT",
        "place": "BIGINT",
        "status": "VARCHAR",
        "code": "UTINYINT",
        "face": "HUGEINT",
        "cash": "HUGEINT",
        "pullable": "HUGEINT",
    },
    "trades": {
        "trade": "VARCHAR",
        "seller": "VARCHAR",
        "buyer": "VARCHAR",
        "series": "VARCHAR",
        "face": "HUGEINT",
        "cash": "HUGEINT",
    },
    "payments": {
        "agent": "VARCHAR",
        "series": "VARCHAR",
        "period": "BIGINT",
        "kind": "VARCHAR",
        "wallet": "VARCHAR",
        "income": "HUGEINT",
        "principal": "HUGEINT",
        "tax": "HUGEINT",
        "amount": "HUGEINT",
        "code": "UTINYINT",
        "funded": "HUGEINT",
    },
    "redemptions": {"series": "VARCHAR", "wallet": "VARCHAR", "face": "HUGEINT"},
    # Of these what a creditor collected: the claim and its tax are the holder's, face and cash were the creditor's.
    "collections": {
        "series": "VARCHAR",
        "holder": "VARCHAR",
        "creditor": "VARCHAR",
        "face": "HUGEINT",
        "cash": "HUGEINT",
    },
    "defaults": {"series": "VARCHAR", "period": "BIGINT", "kind": "VARCHAR"},
    "puts": {
        "agent": "VARCHAR",
        "series": "VARCHAR",
        "period": "BIGINT",
        "kind": "VARCHAR",
        "wallet": "VARCHAR",
        "face": "HUGEINT",
        "cash": "HUGEINT",
        "code": "UTINYINT",
    },
    "buybacks": {
        "buyback": "VARCHAR",
        "series": "VARCHAR",
        "treasury": "VARCHAR",
        "closes_at": "BIGINT",
        "most_face": "HUGEINT",
    },
    "buyback_steps": {
        "agent": "VARCHAR",
        "buyback": "VARCHAR",
        "kind": "VARCHAR",
        "price": "HUGEINT",
        "share": "HUGEINT",
        "cash": "HUGEINT",
    },
    "offers": {
        "agent": "VARCHAR",
        "buyback": "VARCHAR",
        "kind": "VARCHAR",
        "wallet": "VARCHAR",
        "face": "HUGEINT",
        "price": "HUGEINT",
        "cash": "HUGEINT",
        "accrued": "HUGEINT",
        "code": "UTINYINT",
    },
    "exchange_offers": {
        "offer": "VARCHAR",
        "series": "VARCHAR",
        "target": "VARCHAR",
        "ratio": "HUGEINT",
        "most_face": "HUGEINT",
        "closes_at": "BIGINT",
    },
    "acceptances": {"offer": "VARCHAR", "wallet": "VARCHAR", "face": "HUGEINT", "received": "HUGEINT"},
    "meetings": {
        "meeting": "BIGINT",
        "kind": "UTINYINT",
        "procedure": "UTINYINT",
        "convener": "VARCHAR",
        "record_at": "BIGINT",
        "closes_at": "BIGINT",
    },
    "meeting_series": {
        "meeting": "BIGINT",
        "series": "VARCHAR",
        "target": "VARCHAR",
        "ratio": "HUGEINT",
        "factor": "HUGEINT",
    },
    "votes": {
        "meeting": "BIGINT",
        "series": "VARCHAR",
        "wallet": "VARCHAR",
        "kind": "VARCHAR",
        "support": "VARCHAR",
        "weight": "HUGEINT",
    },
    "counts": {
        "meeting": "BIGINT",
        "series": "VARCHAR",
        "in_favour": "HUGEINT",
        "against": "HUGEINT",
        "outstanding": "HUGEINT",
    },
    "outcomes": {"meeting": "BIGINT", "outcome": "UTINYINT"},
    "mandatory_exchanges": {"meeting": "BIGINT", "series": "VARCHAR", "face": "HUGEINT"},
    "liens": {
        "series": "VARCHAR",
        "kind": "VARCHAR",
        "holder": "VARCHAR",
        "creditor": "VARCHAR",
        "receiver": "VARCHAR",
        "face": "HUGEINT",
    },
    "postponements": {"series": "VARCHAR", "period": "BIGINT", "days": "BIGINT", "citation": "VARCHAR"},
    "calls": {"series": "VARCHAR", "period": "BIGINT", "share": "HUGEINT", "price": "HUGEINT"},
    "series_ends": {"series": "VARCHAR", "end_at": "BIGINT"},
    "series_scales": {"series": "VARCHAR", "period": "BIGINT", "kept": "HUGEINT"},
    "record_dates": {"token": "VARCHAR", "record_at": "BIGINT"},
    "fixings": {"series": "VARCHAR", "period": "BIGINT", "rate": "BIGINT", "kind": "UTINYINT", "source": "VARCHAR"},
    "credit": {
        "kind": "VARCHAR",
        "owner": "VARCHAR",
        "series": "VARCHAR",
        "other": "VARCHAR",
        "face": "HUGEINT",
        "cash": "HUGEINT",
        "repaid": "HUGEINT",
        "debt": "HUGEINT",
    },
    "tax_rows": {"instrument_class": "UTINYINT", "from_day": "BIGINT", "packed": "VARCHAR", "reduced": "VARCHAR"},
}

# A move to oneself changes nothing. What leaves nobody is issued, so the account of nobody counts the other way round.
# The window over short codes instead of addresses takes half the time.
MOVES = f"""
CREATE TYPE account AS ENUM (
    SELECT token FROM transfers UNION SELECT sender FROM transfers UNION SELECT receiver FROM transfers
);
CREATE TABLE moves AS
WITH legs AS (
    SELECT contract, token::account AS token, sender::account AS wallet, block, log_index, block_time,
           CASE WHEN sender = '{NOBODY}' THEN amount ELSE -amount END AS delta
    FROM transfers WHERE sender <> receiver AND amount <> 0
    UNION ALL
    SELECT contract, token::account, receiver::account, block, log_index, block_time,
           CASE WHEN receiver = '{NOBODY}' THEN -amount ELSE amount END
    FROM transfers WHERE sender <> receiver AND amount <> 0
)
SELECT * REPLACE (token::VARCHAR AS token, wallet::VARCHAR AS wallet),
       sum(delta) OVER (PARTITION BY token, wallet ORDER BY block, log_index ROWS UNBOUNDED PRECEDING) AS balance
FROM legs;
DROP TYPE account;
"""  # noqa: S608  constants of this module

_BALANCES = """
SELECT token AS {asset}, wallet, sum(delta) AS {amount} FROM moves
WHERE wallet <> '{nobody}' AND (contract = '{cash}') = {is_cash} GROUP BY token, wallet HAVING sum(delta) <> 0
"""

VIEWS: Mapping[str, str] = {
    "holders": _BALANCES.format(asset="series", amount="face", nobody=NOBODY, cash=CASH, is_cash="false"),
    "cash": _BALANCES.format(asset="token", amount="cash", nobody=NOBODY, cash=CASH, is_cash="true"),
    # An exchange retires one series and issues another; the dollars booked go along.
    "bookings": """
        SELECT series, kind, face, usd, block, log_index, block_time, tx_hash FROM issues
        UNION ALL SELECT series, 'retired', face, usd, block, log_index, block_time, tx_hash FROM exchanges
        UNION ALL SELECT target, 'issued', received, usd, block, log_index, block_time, tx_hash FROM exchanges
    """,
    "supply": f"SELECT contract, token, sum(delta) AS supply FROM moves WHERE wallet = '{NOBODY}' GROUP BY ALL",  # noqa: S608
    "frozen": """
        SELECT token, wallet, arg_max(amount, (block, log_index)) AS amount FROM freezes GROUP BY token, wallet
        HAVING arg_max(amount, (block, log_index)) <> '0'
    """,
    "kyc": """
        SELECT * FROM records
        QUALIFY row_number() OVER (PARTITION BY wallet ORDER BY block DESC, log_index DESC) = 1
    """,
    "programme": """
        SELECT series,
               coalesce(sum(face) FILTER (kind = 'issued'), 0) AS issued_face,
               coalesce(sum(face) FILTER (kind = 'retired'), 0) AS retired_face,
               sum(CASE kind WHEN 'issued' THEN usd ELSE -usd END) AS used_usd
        FROM bookings GROUP BY series
    """,
}

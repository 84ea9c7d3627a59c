"""Event -> row: which log becomes a row of which table, and the views over them.

One table holds one kind of fact, and every row says where it stands in the chain: `block`, `log_index`,
`block_time` (Unix), `tx_hash`. Faces and cash are [1e6]. A figure that an office may set to any uint256 (a freeze,
the cap) is text, since no integer of DuckDB holds it. `moves` is what the tables lead to: each change of each
balance, with the balance after it; the supply is the account of nobody (the zero address), as on chain.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rwa_deploy.events import Event, Value

__all__ = ["CASH", "FACTS", "MOVES", "NOBODY", "PLACE", "TABLES", "VIEWS", "Column", "Fact"]

NOBODY = "0x" + "0" * 40
CASH = "CashToken"
_TOKENS = ("BondToken", CASH)

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
    "registrations": {"series": "VARCHAR", "status": "VARCHAR", "currency": "VARCHAR"},
    "bookings": {"series": "VARCHAR", "kind": "VARCHAR", "face": "HUGEINT", "usd": "HUGEINT"},
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
    "redemptions": {
        "series": "VARCHAR",
        "kind": "VARCHAR",
        "wallet": "VARCHAR",
        "cash": "HUGEINT",
        "code": "UTINYINT",
        "funded": "HUGEINT",
    },
}

Column = Callable[[Sequence[Event]], Sequence[Value | None]]  # events -> their cells in one column


@dataclass(frozen=True, slots=True)
class Fact:
    """An event of a contract, its table, and what fills each of the table's columns."""

    contract: str
    event: str
    table: str
    columns: tuple[Column, ...]


def _arg(name: str) -> Column:
    return lambda events: [event.args[name] for event in events]


def _is(value: str | None) -> Column:
    return lambda events: [value] * len(events)


def _source(events: Sequence[Event]) -> list[Value | None]:
    return [event.address for event in events]


def _contract(events: Sequence[Event]) -> list[Value | None]:
    return [event.contract for event in events]


def _currency(events: Sequence[Event]) -> list[Value | None]:
    codes = (str(event.args["currency"]).removeprefix("0x") for event in events)
    return [bytes.fromhex(code).rstrip(b"\0").decode("ascii") for code in codes]


def _field(shift: int, bits: int) -> Column:
    # The layout is that of contracts/libraries/Record.sol.
    mask = (1 << bits) - 1
    return lambda events: [_word(event) >> shift & mask for event in events]


def _word(event: Event) -> int:
    record = event.args["record"]
    if not isinstance(record, int):
        raise TypeError(f"a record is an integer of 256 bits, not a {type(record).__name__}")
    return record


def _record(event: str, wallet: str, status: str, file_hash: Column) -> Fact:
    fields = [_field(*place) for place in ((0, 8), (8, 16), (24, 8), (32, 8), (72, 40), (112, 40), (152, 64))]
    return Fact("Allowlist", event, "records", (_arg(wallet), _is(status), *fields, file_hash))


def _token_facts(token: str) -> tuple[Fact, ...]:
    ends = (_arg("from"), _arg("to"))
    return (
        Fact(token, "Transfer", "transfers", (_contract, _source, *ends, _arg("value"))),
        Fact(token, "ForcedTransfer", "forced_transfers", (_source, *ends, _arg("amount"))),
        Fact(token, "Frozen", "freezes", (_source, _arg("account"), _arg("amount"))),
    )


_WINNER = (_arg("id"), _arg("winner"), _arg("page"), _arg("position"))
_BOOKED = (_arg("face"), _arg("usd"))

FACTS: tuple[Fact, ...] = (
    *(fact for token in _TOKENS for fact in _token_facts(token)),
    _record("Onboarded", "wallet", "onboarded", _arg("fileHash")),
    _record("Revoked", "wallet", "revoked", _is(None)),
    _record("SystemAccountSet", "account", "system", _is(None)),
    Fact("Programme", "SeriesRegistered", "registrations", (_arg("series"), _is("registered"), _is(None))),
    Fact("Programme", "SeriesConfirmed", "registrations", (_arg("series"), _is("confirmed"), _currency)),
    Fact("Programme", "Issued", "bookings", (_arg("series"), _is("issued"), *_BOOKED)),
    Fact("Programme", "Retired", "bookings", (_arg("series"), _is("retired"), *_BOOKED)),
    Fact("Programme", "CapChanged", "caps", (_arg("capUsd"),)),
    Fact(CASH, "Minted", "cash_issues", (_source, _is("issued"), _arg("minter"), _arg("amount"))),
    Fact(CASH, "Burned", "cash_issues", (_source, _is("retired"), _arg("minter"), _arg("amount"))),
    Fact(
        "Settlement",
        "AllotmentOpened",
        "allotment_books",
        (_arg("id"), _arg("series"), _arg("treasury"), _arg("pages")),
    ),
    Fact(
        "Settlement",
        "AllotmentSettled",
        "allotments",
        (*_WINNER, _is("settled"), _is("0"), _arg("face"), _arg("cash"), _is(None)),
    ),
    Fact(
        "Settlement",
        "AllotmentSkipped",
        "allotments",
        (*_WINNER, _is("skipped"), _arg("code"), _is(None), _arg("cash"), _arg("pullable")),
    ),
    Fact(
        "Settlement",
        "TradeSettled",
        "trades",
        tuple(map(_arg, ("tradeHash", "seller", "buyer", "series", "face", "cash"))),
    ),
    Fact(
        "PayingAgent",
        "Funded",
        "redemptions",
        (_arg("series"), _is("funded"), _arg("payer"), _arg("amount"), _is("0"), _arg("funded")),
    ),
    Fact(
        "PayingAgent",
        "Redeemed",
        "redemptions",
        (_arg("series"), _is("paid"), _arg("holder"), _arg("cash"), _is("0"), _is(None)),
    ),
    Fact(
        "PayingAgent",
        "RedemptionSkipped",
        "redemptions",
        (_arg("series"), _is("skipped"), _arg("holder"), _arg("owed"), _arg("code"), _is(None)),
    ),
)

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

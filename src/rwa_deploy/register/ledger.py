"""Register -> answers: who holds what, now or when a moment came.

A moment is Unix seconds, and what happened in that very second counts after it, as `balanceAt` on chain says. No
moment means after the last event.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from rwa_deploy.register.lines import (
    AllotmentLine,
    Holder,
    Kyc,
    Payment,
    Purchase,
    Redemption,
    SeriesUse,
    TaxRowSet,
    TradeLine,
    Use,
)
from rwa_deploy.register.schema import CASH, NOBODY, TABLES

__all__ = ["Register"]

_NEVER = 2**63 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Register:
    """Folded events in DuckDB; `connection` takes SQL over `register.schema`'s tables and views."""

    connection: duckdb.DuckDBPyConnection

    def close(self) -> None:
        """Register -> nothing; frees its memory."""
        self.connection.close()

    def series(self) -> tuple[str, ...]:
        """Register -> the series that were ever issued, in the order of their first move."""
        query = "SELECT token FROM moves WHERE contract <> ? GROUP BY token ORDER BY min((block, log_index))"
        return tuple(token for (token,) in self._rows(query, CASH))

    def currency(self, series: str) -> str:
        """Series -> ISO 4217 code of its face, as it was confirmed; empty where the confirmation is not known."""
        query = "SELECT currency FROM registrations WHERE series = ? AND status = 'confirmed'"
        return next((str(code) for (code,) in self._rows(query, series)), "")

    def balances(self, token: str, at: int | None = None) -> dict[str, int]:
        """Token (a series or cash) + moment -> wallet: balance [1e6], largest first, none of zero."""
        query = """
            SELECT wallet, sum(delta) AS balance FROM moves
            WHERE token = ? AND wallet <> ? AND block_time < ? GROUP BY wallet
            HAVING sum(delta) <> 0 ORDER BY balance DESC, wallet
        """
        return dict(self._rows(query, token, NOBODY, _before(at)))

    def holders(self, series: str, at: int | None = None) -> tuple[Holder, ...]:
        """Series + moment -> its holders with the records they had then, the largest first."""
        records = self.kyc(at)
        return tuple(Holder(wallet, face, records.get(wallet)) for wallet, face in self.balances(series, at).items())

    def supply(self, token: str, at: int | None = None) -> int:
        """Token + moment -> supply [1e6]."""
        return self.balance_at(token, NOBODY, at)

    def balance_at(self, token: str, wallet: str, at: int | None = None) -> int:
        """Token + wallet + moment -> balance [1e6]; 0 for a wallet never seen."""
        query = "SELECT coalesce(sum(delta), 0) FROM moves WHERE token = ? AND wallet = ? AND block_time < ?"
        [(balance,)] = self._rows(query, token, wallet, _before(at))
        return int(balance)

    def frozen(self, token: str, at: int | None = None) -> dict[str, int]:
        """Token + moment -> wallet: amount frozen [1e6] (may exceed the balance), none of zero."""
        query = """
            SELECT wallet, arg_max(amount, (block, log_index)) FROM freezes
            WHERE token = ? AND block_time < ? GROUP BY wallet ORDER BY wallet
        """
        found = self._rows(query, token, _before(at))
        return {wallet: int(amount) for wallet, amount in found if amount != "0"}

    def kyc(self, at: int | None = None) -> Mapping[str, Kyc]:
        """Moment -> wallet: its record then."""
        query = """
            SELECT wallet, status, tier, country, provider, tax_class, valid_until, updated_at, investor, file_hash
            FROM records WHERE block_time < ?
            QUALIFY row_number() OVER (PARTITION BY wallet ORDER BY block DESC, log_index DESC) = 1 ORDER BY wallet
        """
        return {wallet: Kyc(*fields) for wallet, *fields in self._rows(query, _before(at))}

    def programme(self, at: int | None = None) -> Use:
        """Moment -> cap and use of the programme."""
        before = _before(at)
        query = """
            SELECT series, coalesce(sum(face) FILTER (kind = 'issued'), 0),
                   coalesce(sum(face) FILTER (kind = 'retired'), 0), sum(CASE kind WHEN 'issued' THEN usd ELSE -usd END)
            FROM bookings WHERE block_time < ? GROUP BY series ORDER BY min((block, log_index))
        """
        caps = self._rows("SELECT arg_max(cap_usd, (block, log_index)) FROM caps WHERE block_time < ?", before)
        series = tuple(SeriesUse(*row) for row in self._rows(query, before))
        return Use(int(caps[0][0] or 0), sum(one.used_usd for one in series), series)

    def use_steps(self) -> tuple[tuple[int, int], ...]:
        """Register -> (moment, dollars used from then on [1e6]) at every block that issued or retired."""
        query = """
            SELECT block_time, sum(sum(CASE kind WHEN 'issued' THEN usd ELSE -usd END)) OVER (ORDER BY block)
            FROM bookings GROUP BY block, block_time ORDER BY block
        """
        return tuple((int(time), int(used)) for time, used in self._rows(query))

    def allotments(self, series: str | None = None) -> tuple[AllotmentLine, ...]:
        """Series, or all of them -> every winner's allotment as it stands last, in the order of the pages."""
        query = """
            SELECT allotment, page, place, winner, status, code, face, cash, pullable,
                   block, log_index, block_time, tx_hash
            FROM allotments
            WHERE ? IS NULL OR allotment IN (SELECT allotment FROM allotment_books WHERE series = ?)
            QUALIFY row_number() OVER (PARTITION BY allotment, page, place ORDER BY block DESC, log_index DESC) = 1
            ORDER BY allotment, page, place
        """
        return tuple(AllotmentLine(*row) for row in self._rows(query, series, series))

    def trades(self) -> tuple[TradeLine, ...]:
        """Register -> the settled trades in their order."""
        query = """
            SELECT trade, series, seller, buyer, face, cash, block, log_index, block_time, tx_hash
            FROM trades ORDER BY block, log_index
        """
        return tuple(TradeLine(*row) for row in self._rows(query))

    def payments(self, series: str | None = None) -> tuple[Payment, ...]:
        """Series, or all of them -> what the paying agent did, in order."""
        query = """
            SELECT series, period, kind, wallet, income, principal, tax, amount, code,
                   block, log_index, block_time, tx_hash
            FROM payments WHERE ? IS NULL OR series = ? ORDER BY block, log_index
        """
        return tuple(Payment(*row) for row in self._rows(query, series, series))

    def redemptions(self, series: str | None = None) -> tuple[Redemption, ...]:
        """Series, or all of them -> the faces that were redeemed, in order."""
        query = """
            SELECT series, wallet, face, block, tx_hash FROM redemptions
            WHERE ? IS NULL OR series = ? ORDER BY block, log_index
        """
        return tuple(Redemption(*row) for row in self._rows(query, series, series))

    def purchases(self) -> tuple[Purchase, ...]:
        """Register -> the face that was put or bought back, in order."""
        query = """
            SELECT * EXCLUDE (block, log_index) FROM (
                SELECT 'put', series, period, wallet, face, cash, 0, block_time, tx_hash, block, log_index
                FROM puts WHERE kind = 'settled'
                UNION ALL
                SELECT 'buyback', series, NULL, wallet, face, offers.cash, accrued, offers.block_time, offers.tx_hash,
                       offers.block, offers.log_index
                FROM offers JOIN buybacks USING (buyback) WHERE kind = 'settled'
            ) ORDER BY block, log_index
        """
        return tuple(Purchase(*row) for row in self._rows(query))

    def tax_rows(self) -> tuple[TaxRowSet, ...]:
        """Register -> the rows of the tax table in their order."""
        query = "SELECT instrument_class, from_day, packed, reduced FROM tax_rows ORDER BY block, log_index"
        return tuple(TaxRowSet(kind, day, int(row), int(reduced)) for kind, day, row, reduced in self._rows(query))

    def call_prices(self, series: str) -> dict[int, int]:
        """Series -> period: price per 100 [1e6] of a call at it."""
        return dict(self._rows("SELECT period, price FROM calls WHERE series = ? ORDER BY block", series))

    def last_time(self) -> int:
        """Register -> the moment of the last move of a balance (Unix); 0 when there was none."""
        [(last,)] = self._rows("SELECT coalesce(max(block_time), 0) FROM moves")
        return int(last)

    def content_hash(self) -> str:
        """Register -> SHA-256 over every row of every table in a fixed order: the same events, the same hash."""
        digest = hashlib.sha256()
        for table in (*TABLES, "moves"):
            digest.update(table.encode())
            cursor = self.connection.execute(f"FROM {table} ORDER BY ALL")
            while rows := cursor.fetchmany(10_000):
                digest.update(repr(rows).encode())
        return digest.hexdigest()

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, list(values)).fetchall()


def _before(at: int | None) -> int:
    return _NEVER if at is None else at

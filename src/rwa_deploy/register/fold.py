"""Events -> Register: load, put in order, fold, and refuse what cannot be a whole history."""

from collections.abc import Iterable, Mapping
from operator import attrgetter

import duckdb
import numpy as np
import numpy.typing as npt

from rwa_deploy.errors import ReconBreak
from rwa_deploy.events import Event, Value
from rwa_deploy.register.checks import CHECKS
from rwa_deploy.register.facts import FACTS, Fact
from rwa_deploy.register.ledger import Register
from rwa_deploy.register.schema import MOVES, PLACE, TABLES, VIEWS

__all__ = ["fold"]

_MOST_NAMED = 20
_NUMBERS = {"block": "block", "log_index": "log_index", "block_time": "timestamp"}


def fold(events: Iterable[Event]) -> Register:
    """Events in any order, each as often as it came -> Register, in memory.

    The events are the logs of all contracts of one deployment from its first block on; what the register does not
    know is passed over. ReconBreak when they cannot be that: two logs in one place, a balance below zero, an issue
    without its transfers, a running total that jumps, or an amount above 2^127 - 1, the most that it can hold.
    """
    connection = duckdb.connect(":memory:")
    groups: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        groups.setdefault((event.contract, event.name), []).append(event)
    try:
        for table in TABLES:
            _load(connection, table, groups)
        connection.execute(MOVES)
        for name, query in VIEWS.items():
            connection.execute(f"CREATE VIEW {name} AS {query}")
        _check(connection)
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        connection.close()
        message = f"an amount is beyond what the register can hold (2^127 - 1): {str(error).splitlines()[0]}"
        raise ReconBreak(f"{message}; check that the logs are those of this programme", breaks=(message,)) from error
    except ReconBreak:
        connection.close()
        raise
    return Register(connection)


def _load(connection: duckdb.DuckDBPyConnection, table: str, groups: Mapping[tuple[str, str], list[Event]]) -> None:
    # Column by column through numpy: row by row DuckDB takes some thousand rows a second, this way half a million.
    types = {**TABLES[table], **PLACE}
    connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in types.items())})")
    casts = ", ".join(f"{name}::{kind}" for name, kind in types.items())
    for fact in FACTS:
        found = groups.get((fact.contract, fact.event), [])
        if fact.table == table and found:
            connection.register("incoming", _columns(fact, found))
            connection.execute(f"INSERT INTO {table} SELECT DISTINCT {casts} FROM incoming")  # noqa: S608  our own names
            connection.unregister("incoming")


def _columns(fact: Fact, found: list[Event]) -> dict[str, npt.NDArray[np.generic]]:
    size = len(found)
    columns: dict[str, npt.NDArray[np.generic]] = {
        name: np.fromiter(_texts(column(found)), dtype=object, count=size)
        for name, column in zip(TABLES[fact.table], fact.columns, strict=True)
    }
    for name, field in _NUMBERS.items():
        columns[name] = np.fromiter(map(attrgetter(field), found), dtype=np.int64, count=size)
    columns["tx_hash"] = np.fromiter(map(attrgetter("tx_hash"), found), dtype=object, count=size)
    return columns


def _texts(values: Iterable[Value | None]) -> list[str | None]:
    # Integers travel as text: numpy has none of 128 bits, and a float on the way would lose the last unit.
    return [None if value is None else str(value) for value in values]


def _check(connection: duckdb.DuckDBPyConnection) -> None:
    for check in CHECKS:
        found = connection.execute(check.query).fetchmany(_MOST_NAMED)
        if found:
            breaks = tuple(check.line.format(*row) for row in found)
            raise ReconBreak(f"{breaks[0]}; {check.advice}", breaks=breaks)

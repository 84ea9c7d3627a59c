"""Register <-> DuckDB file, which appears whole or not at all."""

import os
from pathlib import Path

import duckdb

from rwa_deploy.errors import InputError, OutputError
from rwa_deploy.register.ledger import Register
from rwa_deploy.register.schema import TABLES

__all__ = ["load", "save"]


def save(register: Register, path: Path | str) -> None:
    """Register + path -> file, in place of one that stood there; OutputError leaves what was there before."""
    path = Path(path)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    [(source,)] = register.connection.execute("SELECT current_database()").fetchall()
    try:
        register.connection.execute("ATTACH ? AS saved", [str(fresh)])
        try:
            register.connection.execute(f'COPY FROM DATABASE "{source}" TO saved')
        finally:
            register.connection.execute("DETACH saved")
        fresh.replace(path)
    except (duckdb.Error, OSError) as error:
        message = (
            f"the register cannot be written to {path} ({_first_line(error)}); check the folder and its free space"
        )
        raise OutputError(message, path=path) from error
    finally:
        fresh.unlink(missing_ok=True)


def load(path: Path | str) -> Register:
    """File -> Register, read only; InputError for a file that is missing or is no register."""
    if not Path(path).is_file():
        raise InputError("is not there; fold the register first", path=path)
    try:
        connection = duckdb.connect(str(path), read_only=True)
        found = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    except duckdb.Error as error:
        raise InputError(f"is not a register ({_first_line(error)}); fold it again", path=path) from error
    if not {*TABLES, "moves"} <= found:
        connection.close()
        raise InputError("is a database but not a register; fold it again", path=path)
    return Register(connection)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]

"""Fact of what went wrong -> one sentence and one exit code.

    RwaError                    base; never raised itself
    ├── UsageError         2    the command was called wrongly
    ├── InputError         3    a data file is bad; names file, row and column
    ├── ConfigError        4    programme.toml is bad or contradicts itself
    ├── ToolError          5    a tool is missing, of a wrong version, or failed
    ├── CompileError       6    solc refused the sources
    ├── PortInUse          7    a port we were told to use is taken
    ├── ChainError         8    the chain is dead, unreachable or answers wrongly
    ├── NetworkRefused     9    the chain is not a development chain
    ├── SignerError       10    a key is missing, malformed or not the one expected
    ├── Reverted          11    a transaction reverted; names the contract's error
    ├── DriftFound        12    chain and configuration differ
    ├── ReconBreak        13    register and chain differ
    ├── ExpectationFailed 14    a step of a scenario did not do what it said
    ├── OutputError       15    files cannot be written
    └── InvestorsHeld     16    screening holds investors until an office has decided

Exit code 0 is success and 1 an unexpected bug (a traceback). Every message is one sentence that names the
fact (file, row, field, address) and says what to do; `facts()` gives the same facts for `--json`. Only `cli`
turns an error into an exit. A message never holds a key: signers name a role or an address.
"""

# ruff: noqa: N818  an error names the broken fact; the tree above says that it is one

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

__all__ = [
    "ChainError",
    "CompileError",
    "ConfigError",
    "DriftFound",
    "ExpectationFailed",
    "InputError",
    "InvestorsHeld",
    "NetworkRefused",
    "OutputError",
    "PortInUse",
    "ReconBreak",
    "Reverted",
    "RwaError",
    "SignerError",
    "ToolError",
    "UsageError",
]


class RwaError(Exception):
    """Message (one sentence) -> error; `exit_code` is the class's own."""

    exit_code: ClassVar[int]

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def facts(self) -> dict[str, object]:
        """Error -> JSON-ready facts: `error` (class), `exit_code`, `message`, and the class's own fields."""
        return {"error": type(self).__name__, "exit_code": self.exit_code, "message": self.message}


class UsageError(RwaError):
    """The command was called wrongly: an unknown option, a missing argument, a value out of range."""

    exit_code = 2


class InputError(RwaError):
    """A data file is bad: `path`, `row` (1 is the header, as an editor counts) and `column` say where."""

    exit_code = 3

    def __init__(self, message: str, *, path: Path | str, row: int | None = None, column: str | None = None) -> None:
        where = [str(path)]
        if row is not None:
            where.append(f"row {row}")
        if column is not None:
            where.append(f"column {column}")
        super().__init__(f"{', '.join(where)}: {message}")
        self.path = Path(path)
        self.row = row
        self.column = column

    def facts(self) -> dict[str, object]:
        """Error -> the common facts and `path`, `row`, `column` (None where not known)."""
        return super().facts() | {"path": str(self.path), "row": self.row, "column": self.column}


class ConfigError(RwaError):
    """The configuration is bad: an unknown key, a missing value, or two values that contradict each other."""

    exit_code = 4


class ToolError(RwaError):
    """A tool outside Python (node, anvil, solc) is missing, of a wrong version, or failed."""

    exit_code = 5


class CompileError(RwaError):
    """The compiler refused the sources; the message carries its first error with file and line."""

    exit_code = 6


class PortInUse(RwaError):
    """A port we were told to use is taken by another process."""

    exit_code = 7

    def __init__(self, message: str, *, port: int | None = None) -> None:
        super().__init__(message)
        self.port = port

    def facts(self) -> dict[str, object]:
        """Error -> the common facts and `port`."""
        return super().facts() | {"port": self.port}


class ChainError(RwaError):
    """The chain is dead, unreachable, or gives answers that cannot be right; nothing was sent blindly."""

    exit_code = 8

    def __init__(self, message: str, *, tx_hash: str | None = None) -> None:
        super().__init__(message)
        self.tx_hash = tx_hash

    def facts(self) -> dict[str, object]:
        """Error -> the common facts and `tx_hash` of the transaction in flight, if there was one."""
        return super().facts() | {"tx_hash": self.tx_hash}


class NetworkRefused(RwaError):
    """The chain is not a development chain and was not named as the one to use."""

    exit_code = 9

    def __init__(self, message: str, *, chain_id: int | None = None) -> None:
        super().__init__(message)
        self.chain_id = chain_id

    def facts(self) -> dict[str, object]:
        """Error -> the common facts and `chain_id`."""
        return super().facts() | {"chain_id": self.chain_id}


class SignerError(RwaError):
    """A key is missing, malformed, or belongs to another address than the one expected (the key is not shown)."""

    exit_code = 10


class Reverted(RwaError):
    """A transaction or call reverted: the contract's error by name, its decoded arguments, and the hash if sent.

    `error_name` is `""` where the revert carried no data that an ABI knows; addresses in `error_args` are
    checksummed. `tx_hash` is None for a call or a simulation.
    """

    exit_code = 11

    def __init__(
        self,
        message: str,
        *,
        error_name: str,
        error_args: Mapping[str, object] | None = None,
        tx_hash: str | None = None,
    ) -> None:
        super().__init__(message)
        self.error_name = error_name
        self.error_args: Mapping[str, object] = MappingProxyType(dict(error_args or {}))
        self.tx_hash = tx_hash

    @property
    def signature(self) -> str:
        """Error -> `Name(arg=value, …)` for tables of refused attempts; `unknown error` without a name."""
        args = ", ".join(f"{name}={value}" for name, value in self.error_args.items())
        return f"{self.error_name}({args})" if self.error_name else "unknown error"

    def facts(self) -> dict[str, object]:
        """Error -> the common facts and `error_name`, `error_args`, `tx_hash`."""
        return super().facts() | {
            "error_name": self.error_name,
            "error_args": dict(self.error_args),
            "tx_hash": self.tx_hash,
        }


class DriftFound(RwaError):
    """`status` found that chain and configuration differ; `differences` holds one line each."""

    exit_code = 12

    def __init__(self, message: str, *, differences: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.differences = differences

    def facts(self) -> dict[str, object]:
        """Error -> the common facts and `differences`."""
        return super().facts() | {"differences": list(self.differences)}


class ReconBreak(RwaError):
    """The register folded from events and the chain disagree; `breaks` holds one line each."""

    exit_code = 13

    def __init__(self, message: str, *, breaks: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.breaks = breaks

    def facts(self) -> dict[str, object]:
        """Error -> the common facts and `breaks`."""
        return super().facts() | {"breaks": list(self.breaks)}


class ExpectationFailed(RwaError):
    """A step of a scenario did not do what the scenario said it would."""

    exit_code = 14

    def __init__(self, message: str, *, step: str | None = None) -> None:
        super().__init__(message)
        self.step = step

    def facts(self) -> dict[str, object]:
        """Error -> the common facts and `step`."""
        return super().facts() | {"step": self.step}


class OutputError(RwaError):
    """A file cannot be written; nothing was left half-written."""

    exit_code = 15

    def __init__(self, message: str, *, path: Path | str | None = None) -> None:
        super().__init__(message)
        self.path = None if path is None else Path(path)

    def facts(self) -> dict[str, object]:
        """Error -> the common facts and `path`."""
        return super().facts() | {"path": None if self.path is None else str(self.path)}


class InvestorsHeld(RwaError):
    """Screening holds investors: the files are written, and `rows` of the customers file wait for a decision."""

    exit_code = 16

    def __init__(self, message: str, *, rows: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.rows = rows

    def facts(self) -> dict[str, object]:
        """Error -> the common facts and `rows`."""
        return super().facts() | {"rows": list(self.rows)}

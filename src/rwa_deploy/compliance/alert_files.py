"""Alerts <-> files: JSON for the next step, CSV for people. Amounts are decimal strings."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, PlainSerializer, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from rwa_deploy import tables, units
from rwa_deploy.compliance.alerts import Alert, AlertKind, Move, Side
from rwa_deploy.errors import InputError

__all__ = ["alerts_csv", "alerts_json", "read_alerts"]

_COLUMNS = ("kind", "side", "investor", "moves", "total_pkr", "first_at", "last_at", "transactions")


def alerts_json(found: Sequence[Alert]) -> str:
    """Alerts -> JSON text."""
    return json.dumps([_plain(alert) for alert in found], indent=1) + "\n"


def alerts_csv(found: Sequence[Alert]) -> str:
    """Alerts -> CSV text, a line each; times are Unix seconds, transactions stand behind one another."""
    rows = (
        (
            alert.kind,
            alert.side,
            str(alert.investor),
            len(alert.moves),
            units.cash_text(alert.total),
            alert.moves[0].at,
            alert.moves[-1].at,
            " ".join(move.tx for move in alert.moves),
        )
        for alert in found
    )
    return tables.write_csv_text(_COLUMNS, rows)


def read_alerts(path: Path) -> tuple[Alert, ...]:
    """alerts.json -> Alerts. InputError, also when a sum is not that of its moves."""
    try:
        said = _ALERTS.validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); `rwa alerts --out` leaves one", path=path) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        message = f"{place} is not what `rwa alerts` left ({first['msg']}); make it again"
        raise InputError(message, path=path) from None
    found = tuple(one.alert() for one in said)
    for number, alert in enumerate(found):
        if alert.total != sum(move.value for move in alert.moves):
            raise InputError(f"{number}.total is not the sum of its moves; make it again with `rwa alerts`", path=path)
    return found


def _plain(alert: Alert) -> dict[str, Any]:
    moves = [asdict(move) | {"value": units.cash_text(move.value)} for move in alert.moves]
    return asdict(alert) | {"total": units.cash_text(alert.total), "moves": moves}


_Amount = Annotated[int, BeforeValidator(units.amount_from), PlainSerializer(units.cash_text)]


@checked(frozen=True, config=ConfigDict(extra="forbid"))
class _Move:
    at: int
    block: int
    log: int
    tx: str
    token: str
    sender: str
    receiver: str
    sender_investor: int
    receiver_investor: int
    value: _Amount


@checked(frozen=True, config=ConfigDict(extra="forbid"))
class _Alert:
    kind: AlertKind
    side: Side
    investor: int
    moves: Annotated[tuple[_Move, ...], BeforeValidator(lambda moves: moves or None)]
    total: _Amount

    def alert(self) -> Alert:
        moves = tuple(Move(**asdict(move)) for move in self.moves)
        return Alert(self.kind, self.side, self.investor, moves, self.total)


_ALERTS = TypeAdapter(tuple[_Alert, ...])

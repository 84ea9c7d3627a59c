"""RunFacts + Events <-> two files, so that register and report can be made again without the chain."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from rwa_deploy.errors import InputError
from rwa_deploy.events import Event
from rwa_deploy.register import fold
from rwa_deploy.report import RunFacts

__all__ = ["EVENTS", "FACTS", "archive", "events_text", "read_events", "restore"]

EVENTS, FACTS = "events.jsonl", "facts.json"


def archive(facts: RunFacts, events: Iterable[Event]) -> dict[str, str]:
    """RunFacts + Events -> file name: content."""
    hints = get_type_hints(RunFacts)
    plain = {
        item.name: TypeAdapter(hints[item.name]).dump_python(getattr(facts, item.name), mode="json")
        for item in fields(RunFacts)
        if item.name != "register"
    }
    return {FACTS: json.dumps(plain, indent=1) + "\n", EVENTS: events_text(events)}


def events_text(events: Iterable[Event]) -> str:
    """Events -> text of events.jsonl, which `read_events` reads."""
    lines = (json.dumps(asdict(event), separators=(",", ":")) for event in events)
    return "\n".join(lines) + "\n"


def restore(folder: Path) -> RunFacts:
    """Folder of `archive` -> RunFacts, its register folded from the events. Raises InputError."""
    path = folder / FACTS
    try:
        plain: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        hints = get_type_hints(RunFacts)
        names = [item.name for item in fields(RunFacts) if item.name != "register"]
        values = {name: TypeAdapter(hints[name]).validate_python(plain[name], strict=False) for name in names}
    except FileNotFoundError as error:
        raise InputError("there is no run here; `rwa run --out` leaves one", path=path) from error
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise InputError("this is not what `rwa run` left; run the scenario again", path=path) from error
    return RunFacts(**values, register=fold(read_events(folder / EVENTS)))


def read_events(path: Path) -> tuple[Event, ...]:
    """events.jsonl -> Events. Raises InputError with the row."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise InputError(f"cannot be read ({why}); `rwa run --out` leaves one", path=path) from error
    return tuple(_event(path, number, line) for number, line in enumerate(lines, start=1))


def _event(path: Path, number: int, line: str) -> Event:
    try:
        return Event(**{**(fields := json.loads(line)), "args": _tuples(fields["args"])})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("this is no event; make the file again with `rwa run`", path=path, row=number) from error


def _tuples(args: Mapping[str, Any]) -> dict[str, Any]:
    """JSON knows no tuples: lists become them again."""
    return {name: _tuple(value) for name, value in args.items()}


def _tuple(value: Any) -> Any:
    return tuple(_tuple(item) for item in value) if isinstance(value, list) else value

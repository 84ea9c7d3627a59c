"""Values -> terminal: tables and sentences for people, one JSON document for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from rwa_deploy.errors import RwaError

__all__ = ["Json", "console", "emit", "fail", "grid", "say", "table", "wants_json"]

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]


def wants_json(arguments: Sequence[str]) -> bool:
    """Command line -> whether errors are to be JSON too, also when the line itself is wrong."""
    return "--json" in arguments


def emit(content: Mapping[str, Any] | Sequence[Any]) -> None:
    """JSON-ready value -> standard output."""
    print(json.dumps(content, indent=2, ensure_ascii=False))


def say(text: str) -> None:
    """Sentence -> standard output."""
    console.print(text, markup=False, soft_wrap=True)


def grid(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> Table:
    """Rows -> a table; the columns in `right` are set flush right, as figures are."""
    made = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, show_header=any(columns))
    for index, column in enumerate(columns):
        made.add_column(column, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(str(cell) for cell in row))
    return made


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> None:
    """The same, printed."""
    console.print(grid(title, columns, rows, right=right))


def fail(error: RwaError, *, as_json: bool) -> int:
    """Error -> standard error, and its exit code."""
    if as_json:
        print(json.dumps(error.facts(), default=str), file=sys.stderr)
    else:
        errors.print(f"rwa: {error.message}", markup=False)
    return error.exit_code

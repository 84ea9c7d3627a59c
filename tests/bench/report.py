"""Samples + seconds -> gas.json, speed.json and the tables that people read."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table
from tests.bench.lab import Sample
from tests.bench.targets import BEGIN, END, PEERS, QUOTED, SPEED, TARGETS

__all__ = ["gas_json", "gas_table", "into_document", "speed_json", "speed_table"]

OURS = "rwa"
_QUOTED = "Circle, Morpho, Maker (quoted)"
Columns = Mapping[str, Mapping[str, Sample]]  # ours and peers -> operation -> Sample


def gas_json(columns: Columns) -> dict[str, dict[str, Any]]:
    """Columns -> operation -> gas by column, with the target, the transactions and the length of our calldata."""
    return {operation: _row(columns, operation) for operation in TARGETS}


def _row(columns: Columns, operation: str) -> dict[str, Any]:
    found = {name: column[operation] for name, column in columns.items() if operation in column}
    return {
        **{name: item.gas for name, item in found.items()},
        "at_most": TARGETS[operation],
        "quoted": QUOTED.get(operation),
        "tx": {name: item.hashes[0] if len(item.hashes) == 1 else item.hashes for name, item in found.items()},
        "calldata": found[OURS].calldata,
    }


def speed_json(seconds: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Seconds by measure -> with their targets."""
    return {name: {"seconds": round(value, 3), "at_most": SPEED[name]} for name, value in seconds.items()}


def gas_table(columns: Columns) -> Table:
    """Columns -> table: each operation side by side."""
    table = Table(title="Gas, one run on one anvil, receipts' gasUsed, cold slots")
    table.add_column("operation", no_wrap=True)
    for heading in ("at most", OURS, "", *PEERS.values(), _QUOTED, "calldata"):
        table.add_column(heading, justify="right")
    for operation, row in gas_json(columns).items():
        table.add_row(operation, *_cells(row))
    return table


def _cells(row: Mapping[str, Any]) -> list[str]:
    most, gas = row["at_most"], row[OURS]
    mark = "" if most is None else "[green]✓[/]" if gas <= most else "[red]✗[/]"
    numbers = [most, gas, *(row.get(peer) for peer in PEERS), row["quoted"], row["calldata"]]
    cells = ["–" if number is None else f"{number:,}" for number in numbers]
    return [*cells[:2], mark, *cells[2:]]


def speed_table(seconds: Mapping[str, float]) -> Table:
    """Seconds by measure -> table."""
    table = Table(title="Speed on this machine")
    for heading in ("measure", "at most", "found [s, GiB]", ""):
        table.add_column(heading, justify="left" if heading == "measure" else "right")
    for name, value in seconds.items():
        mark = "[green]✓[/]" if value <= SPEED[name] else "[red]✗[/]"
        table.add_row(name, f"{SPEED[name]:.1f}", f"{value:.2f}", mark)
    return table


def into_document(text: str, columns: Columns) -> str:
    """A document and columns -> the document with the gas table between its two marks."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{_markdown(columns)}{END}{after}"


def _markdown(columns: Columns) -> str:
    headings = ["operation", "at most", OURS, "", *PEERS.values(), _QUOTED, "calldata"]
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)]]
    for operation, row in gas_json(columns).items():
        cells = _cells(row)
        mark = {"[green]✓[/]": "✓", "[red]✗[/]": "✗"}.get(cells[2], "")
        lines.append([f"`{operation}`", *cells[:2], mark, *cells[3:]])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"

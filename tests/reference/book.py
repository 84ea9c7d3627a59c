"""CSV files of a scenario -> who is who, and who held how much when."""

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path

from tests.reference.money import amount

__all__ = ["ROOT", "Book", "TaxTable", "classes", "rows"]

ROOT = Path(__file__).parents[2]
DATA = ROOT / "scripts/scenarios/data"


def rows(scenario: str, name: str) -> list[dict[str, str]]:
    """Scenario + file -> its lines."""
    with (DATA / scenario / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def classes(scenario: str) -> dict[str, str]:
    """Scenario -> the tax class of each wallet of its cast."""
    return {row["name"]: row["tax_class"] for row in rows(scenario, "cast")}


@dataclass
class Book:
    """What moved when, by the day: a record date sees everything of the days before it."""

    moves: list[tuple[date, str, int]] = field(default_factory=list)

    def issue(self, on: date, lines: Iterable[Mapping[str, str]]) -> None:
        """Day + allotted lines -> face in their wallets."""
        self.moves += [(on, line["name"], amount(line["face"])) for line in lines]

    def trade(self, lines: Iterable[Mapping[str, str]]) -> None:
        """Trades, each on its date."""
        for line in lines:
            on, face = date.fromisoformat(line["date"]), amount(line["face"])
            if self.held(line["seller"]) < face:
                raise ValueError(f"{line['seller']} has not {line['face']} to sell on {on}")
            self.moves += [(on, line["seller"], -face), (on, line["buyer"], face)]

    def burn(self, on: date, holder: str, face: int) -> None:
        """Day + holder + face -> it is gone."""
        self.moves.append((on, holder, -face))

    def held(self, holder: str, record: date | None = None) -> int:
        """Holder + record date -> his face when that day began; without one, now."""
        return sum(face for on, name, face in self.moves if name == holder and (record is None or on < record))

    def holders(self, record: date | None = None) -> dict[str, int]:
        """Record date -> everyone who held, in the order of names."""
        names = sorted({name for _, name, _ in self.moves})
        found = {name: self.held(name, record) for name in names}
        return {name: face for name, face in found.items() if face}


@dataclass(frozen=True)
class TaxTable:
    """scripts/tax/profit-on-debt.toml, read for itself."""

    rows: tuple[Mapping[str, object], ...]

    @classmethod
    def read(cls) -> "TaxTable":
        """The programme's file -> table."""
        return cls(tuple(tomllib.loads((ROOT / "scripts/tax/profit-on-debt.toml").read_text())["row"]))

    def row(self, instrument: str, on: date) -> Mapping[str, object]:
        """Instrument class + day -> the row in force."""
        found = [row for row in self.rows if row["instrument_class"] == instrument and row["effective_from"] <= on]
        return max(found, key=lambda row: row["effective_from"])

    def rate(self, instrument: str, on: date, tax_class: str, income: int) -> Fraction:
        """... + class + income -> the share withheld; a class that is not known pays the highest of its list."""
        row = self.row(instrument, on)
        listed = dict(row["rate_bps"])
        reduced = row.get("reduced")
        if reduced and income <= amount(str(reduced["return_up_to"])):
            listed |= reduced["rate_bps"]
        return Fraction(listed.get(tax_class, max(listed.values())), 10_000)

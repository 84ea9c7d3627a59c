"""Customers + lists + reviewed decisions -> who may be onboarded and who is held, with the reason.

A customers file is investors.csv with a name and, where it is known, a day of birth. Both stay in it: what goes on
chain and into the hash of a row does not change. A hit holds the investor with all his wallets until an office has
decided; a decision clears one resemblance of one wallet to one entry. The wallet of an entry is no resemblance, and
no decision lets it pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pycountry
from pydantic import BeforeValidator

from rwa_deploy import tables, units
from rwa_deploy.compliance.investors import InvestorRow
from rwa_deploy.compliance.lists import OFAC, UN, ListEntry
from rwa_deploy.compliance.matching import BORN_AGREES, Matcher, with_birth
from rwa_deploy.compliance.names import tokens_of
from rwa_deploy.errors import InputError

__all__ = [
    "THRESHOLD",
    "CustomerRow",
    "Decision",
    "DecisionRow",
    "Hit",
    "HitKind",
    "Screened",
    "held_csv",
    "read_customers",
    "read_decisions",
    "screen",
    "screened_csv",
]

THRESHOLD = 85


class HitKind(StrEnum):
    """What a hit rests on; `investor` is a wallet whose owner is held for another of his rows."""

    NAME = "name"
    WALLET = "wallet"
    INVESTOR = "investor"


class Decision(StrEnum):
    """What an office decided about a hit."""

    CLEAR = "clear"
    BLOCK = "block"


def _name(value: str) -> str:
    if not tokens_of(value):
        raise ValueError("is no name in Latin letters; write it as in the passport")
    return value


def _born(value: str) -> date | None:
    return units.date_from_text(value) if value else None


def _list(value: str) -> str:
    if value not in {UN, OFAC}:
        raise ValueError(f"is no list; write {UN} or {OFAC}")
    return value


def _text(value: str) -> str:
    if not value:
        raise ValueError("is empty; a decision names its office and its reason")
    return value


class CustomerRow(InvestorRow):
    """A row of a customers file: an investor, his name, and his day of birth or nothing."""

    name: Annotated[str, BeforeValidator(_name)]
    born: Annotated[date | None, BeforeValidator(_born)]


class DecisionRow(tables.Row):
    """A row of the decisions: which hit, what was decided, by which office (no person's name), when and why."""

    wallet: tables.Wallet
    list: Annotated[str, BeforeValidator(_list)]
    entry: Annotated[str, BeforeValidator(_text)]
    decision: Decision
    office: Annotated[str, BeforeValidator(_text)]
    date: tables.Day
    reason: Annotated[str, BeforeValidator(_text)]


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that resembles an entry: score from 0 to 100, and what was decided, None where nobody has yet."""

    row: int
    wallet: str
    list: str
    entry: str
    kind: HitKind
    score: int
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Screened:
    """Rows that pass, and every hit in the order of the file: those cleared, and those that hold their row."""

    passed: tuple[CustomerRow, ...]
    held: tuple[Hit, ...]
    cleared: tuple[Hit, ...]


Decisions = Mapping[tuple[str, str, str], Decision]


def read_customers(path: Path | str) -> tuple[CustomerRow, ...]:
    """Customers file -> its rows. InputError."""
    return tables.read(path, CustomerRow, key=("wallet",))


def read_decisions(path: Path | str, *, on: date) -> Decisions:
    """Decisions file + day -> (wallet, list, entry): decision. InputError, also for one dated later than that day."""
    rows = tables.read(path, DecisionRow, key=("wallet", "list", "entry"))
    for number, row in enumerate(rows, start=2):
        if row.date > on:
            message = f"is after {on}, the day of screening; correct the date"
            raise InputError(message, path=path, row=number, column="date")
    return {(row.wallet, row.list, row.entry): row.decision for row in rows}


def screen(
    rows: Sequence[CustomerRow],
    entries: Sequence[ListEntry],
    decisions: Decisions | None = None,
    *,
    threshold: int = THRESHOLD,
) -> Screened:
    """Customers + entries + decisions -> Screened. ValueError for a threshold that is no score."""
    if not 1 <= threshold <= 100:
        raise ValueError("a threshold is a score from 1 to 100")
    hits = [
        _decided(hit, decisions or {})
        for found in (_wallet_hits(rows, entries), _name_hits(rows, entries, threshold))
        for hit in found
    ]
    holding = [hit for hit in hits if hit.decision is not Decision.CLEAR]
    held_rows = {hit.row for hit in holding}
    owners = {rows[number - 2].investor for number in held_rows}
    others = [
        Hit(number, row.wallet, "", "", HitKind.INVESTOR, 100, None)
        for number, row in enumerate(rows, start=2)
        if row.investor in owners and number not in held_rows
    ]
    return Screened(
        passed=tuple(row for row in rows if row.investor not in owners),
        held=_ordered([*holding, *others]),
        cleared=_ordered([hit for hit in hits if hit.decision is Decision.CLEAR]),
    )


def screened_csv(rows: Sequence[CustomerRow]) -> str:
    """Rows that passed -> text of investors.csv, which leads to the same records and hashes as the customers file."""
    lines = (
        (
            row.wallet,
            row.investor.partition(":")[2],
            row.tier,
            _alpha_3(row.country),
            row.tax_class,
            row.valid_until,
            row.provider,
        )
        for row in rows
    )
    return tables.write_csv_text(tuple(InvestorRow.model_fields), lines)


def held_csv(hits: Sequence[Hit]) -> str:
    """Hits -> CSV text, without names."""
    columns = tuple(field.name for field in fields(Hit))
    return tables.write_csv_text(columns, ([getattr(hit, column) for column in columns] for hit in hits))


def _alpha_3(country: int) -> str:
    found = pycountry.countries.get(numeric=f"{country:03d}")
    if found is None:
        raise ValueError(f"{country} is no country of ISO 3166")
    return str(found.alpha_3)


def _wallet_hits(rows: Sequence[CustomerRow], entries: Sequence[ListEntry]) -> list[Hit]:
    owners: dict[str, list[ListEntry]] = {}
    for entry in entries:
        for wallet in entry.wallets:
            owners.setdefault(wallet, []).append(entry)
    return [
        Hit(number, row.wallet, entry.list, entry.entry, HitKind.WALLET, 100, None)
        for number, row in enumerate(rows, start=2)
        for entry in owners.get(row.wallet.lower(), ())
    ]


def _name_hits(rows: Sequence[CustomerRow], entries: Sequence[ListEntry], threshold: int) -> list[Hit]:
    matcher = Matcher(entries)
    found = matcher.scores((tokens_of(row.name) for row in rows), threshold - BORN_AGREES)
    hits = []
    for number, (row, scores) in enumerate(zip(rows, found, strict=True), start=2):
        for place, of_names in scores.items():
            entry = entries[place]
            score = with_birth(of_names, row.born, entry.born)
            if score >= threshold:
                hits.append(Hit(number, row.wallet, entry.list, entry.entry, HitKind.NAME, score, None))
    return hits


def _decided(hit: Hit, decisions: Decisions) -> Hit:
    decision = decisions.get((hit.wallet, hit.list, hit.entry))
    if hit.kind is HitKind.WALLET and decision is Decision.CLEAR:
        decision = None
    return Hit(hit.row, hit.wallet, hit.list, hit.entry, hit.kind, hit.score, decision)


def _ordered(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    return tuple(sorted(hits, key=lambda hit: (hit.row, -hit.score, hit.list, hit.entry, hit.kind)))

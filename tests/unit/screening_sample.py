"""Seed -> a made-up list, customers who are on it under another spelling, and customers who only sound like it.

    python tests/unit/screening_sample.py          writes the measured table into docs/screening.md
    python tests/unit/screening_sample.py --print  prints it

Given names are common ones, family names are made of syllables that no list holds, so that nobody is meant. Every draw
is SHA-256 of seed and purpose, the same on every machine.
"""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from eth_utils.address import to_checksum_address

from rwa_deploy.compliance.draw import synthetic_cnic
from rwa_deploy.compliance.lists import UN, Born, ListEntry
from rwa_deploy.compliance.names import tokens_of
from rwa_deploy.compliance.screening import CustomerRow, screen

PAGE = Path(__file__).resolve().parents[2] / "docs" / "screening.md"
START, END = "<!-- measured: tests/unit/screening_sample.py -->", "<!-- end -->"
SEED = 574
ENTRIES = 1_000
THRESHOLDS = (80, 85, 90, 95)

SPELLINGS = {
    "Muhammad": ("Mohammed", "Mohd", "Mohamed"),
    "Ahmad": ("Ahmed",),
    "Hasan": ("Hassan",),
    "Husain": ("Hussein", "Hossain"),
    "Usman": ("Osman", "Uthman"),
    "Umar": ("Omar", "Omer"),
    "Yusuf": ("Yousaf", "Youssef"),
    "Khalid": ("Khaled",),
    "Rashid": ("Rasheed",),
    "Ibrahim": ("Ebrahim",),
    "Ismail": ("Ismaeel",),
    "Jamal": ("Gamal",),
    "Qasim": ("Kasim", "Qassem"),
    "Tariq": ("Tarek", "Tareq"),
    "Majid": ("Majeed",),
    "Nasir": ("Naser",),
    "Sulaiman": ("Suleman", "Suleiman"),
    "Fatima": ("Fatema",),
    "Aisha": ("Ayesha",),
    "Zainab": ("Zaynab",),
    "Hamid": ("Hameed",),
    "Karim": ("Kareem",),
    "Salim": ("Saleem",),
    "Iqbal": ("Eqbal",),
    "Mariam": ("Maryam",),
    "Daud": ("Dawood",),
    "Javed": ("Javaid",),
}
GIVEN = (*SPELLINGS, "Ali", "Bilal", "Imran")
ACCENTS = str.maketrans({"a": "á", "e": "é", "i": "ī", "o": "ö", "u": "ū", "s": "ş", "z": "ž"})
FIRST = ("bar", "tol", "zem", "kur", "var", "nol", "dush", "mek", "rov", "shal", "gor", "pen", "lat", "wim", "chod")
MIDDLE = ("ve", "ri", "no", "ka", "lu", "sha", "do", "mi", "te", "ga", "bo", "zi")
LAST = ("n", "sk", "ri", "vand", "ko", "zai", "mer", "dish", "lon", "tek", "war", "pur", "naz", "geb", "rosh")


@dataclass(frozen=True)
class Person:
    """Given name, middle name or nothing, family name, day of birth."""

    given: str
    middle: str
    family: str
    born: date

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.given, self.middle, self.family) if part)


@dataclass(frozen=True)
class Case:
    """A customer: whom he is (or is not) on the list, and how he was made."""

    kind: str
    name: str
    born: date | None
    entry: int
    listed: bool


@dataclass(frozen=True)
class Measured:
    threshold: int
    found: int
    missed: int
    wrong: int
    by_kind: dict[str, tuple[int, int]]  # kind: (held, of)

    @property
    def precision(self) -> int:
        """Tenths of a per cent of the held that are on the list."""
        return 1_000 * self.found // (self.found + self.wrong)

    @property
    def recall(self) -> int:
        """Tenths of a per cent of those on the list that are held."""
        return 1_000 * self.found // (self.found + self.missed)


def draw(purpose: str, below: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{SEED}:{purpose}".encode()).digest()[:8], "big") % below


def pick(purpose: str, among: tuple[str, ...] | list[str]) -> str:
    return among[draw(purpose, len(among))]


def person(serial: int) -> Person:
    key = f"person {serial}"
    middle = pick(f"{key} middle", GIVEN) if draw(f"{key} has middle", 2) else ""
    family = pick(f"{key} a", FIRST) + pick(f"{key} b", MIDDLE) + pick(f"{key} c", LAST)
    born = date(1940, 1, 1) + timedelta(days=draw(f"{key} born", 20_000))
    return Person(pick(f"{key} given", GIVEN), middle, family.capitalize(), born)


def entries() -> tuple[ListEntry, ...]:
    people = [person(serial) for serial in range(ENTRIES)]
    return tuple(
        ListEntry(UN, str(serial), (tokens_of(one.name),), (Born(one.born, one.born),), ())
        for serial, one in enumerate(people)
    )


# ── on the list, written in another way ──────────────────────────────────────────────────────────────────────────────


def _spelt(one: Person, key: str) -> str:
    given = pick(f"{key} spelling", SPELLINGS.get(one.given, (one.given,)))
    middle = pick(f"{key} spelling 2", SPELLINGS.get(one.middle, (one.middle,)))
    return " ".join(part for part in (given, middle, one.family) if part)


def _swapped(one: Person, key: str) -> str:
    at = 1 + draw(f"{key} at", len(one.family) - 2)
    family = one.family[:at] + one.family[at + 1] + one.family[at] + one.family[at + 2 :]
    return " ".join(part for part in (one.given, one.middle, family) if part)


def _lost_letter(one: Person, key: str) -> str:
    at = 1 + draw(f"{key} at", len(one.family) - 1)
    return " ".join(part for part in (one.given, one.middle, one.family[:at] + one.family[at + 1 :]) if part)


def _wrong_letter(one: Person, key: str) -> str:
    at = 1 + draw(f"{key} at", len(one.family) - 1)
    letter = pick(f"{key} letter", tuple("aeiourstnlk"))
    return " ".join(part for part in (one.given, one.middle, one.family[:at] + letter + one.family[at + 1 :]) if part)


TRUE: dict[str, Callable[[Person, str], str]] = {
    "as on the list": lambda one, _: one.name,
    "other spelling": _spelt,
    "accents, capitals, title": lambda one, _: f"Mr. {one.name.lower().translate(ACCENTS).upper()}",
    "family name first": lambda one, _: f"{one.family}, {one.given} {one.middle}".strip(),
    "no middle name": lambda one, _: f"{one.given} {one.family}",
    "one name more": lambda one, key: f"{one.given} {pick(f'{key} more', GIVEN)} {one.middle} {one.family}",
    "two letters swapped": _swapped,
    "a letter lost": _lost_letter,
    "a wrong letter": _wrong_letter,
    "spelling and a letter lost": lambda one, key: _lost_letter(
        Person(
            *(_spelt(Person(one.given, "", one.family, one.born), key).split(" ")[0], one.middle, one.family, one.born)
        ),
        key,
    ),
}

# ── not on the list ──────────────────────────────────────────────────────────────────────────────────────────────────


def _other_family(one: Person, key: str) -> str:
    other = pick(f"{key} a", FIRST) + pick(f"{key} b", MIDDLE) + pick(f"{key} c", LAST)
    return " ".join(part for part in (one.given, one.middle, other.capitalize()) if part)


def _other_given(one: Person, key: str) -> str:
    return f"{pick(f'{key} given', [name for name in GIVEN if name not in (one.given, one.middle)])} {one.family}"


FALSE: dict[str, Callable[[Person, str], str]] = {
    "same given names": _other_family,
    "same family name": _other_given,
    "same name, born years apart": lambda one, _: one.name,
    "somebody else": lambda _, key: person(ENTRIES + draw(f"{key} other", 10**6)).name,
}


def cases() -> list[Case]:
    """For each way of writing 60 customers who are listed; for each kind of likeness 150 who are not."""
    made = []
    for listed, kinds, count in ((True, TRUE, 60), (False, FALSE, 150)):
        for kind, write in kinds.items():
            for turn in range(count):
                key = f"{kind} {turn}"
                entry = draw(f"{key} entry", ENTRIES)
                one = person(entry)
                born: date | None = one.born if listed else one.born + timedelta(days=1_200 + draw(f"{key} age", 9_000))
                if draw(f"{key} says when", 3) == 0 and kind != "same name, born years apart":
                    born = None  # a third of the files have no day of birth
                made.append(Case(kind, write(one, key), born, entry, listed))
    return made


def rows(found: list[Case]) -> list[CustomerRow]:
    plain = {"tier": "retail_resident", "country": "PAK", "tax_class": "filer", "valid_until": "2027-01-01"}
    return [
        CustomerRow.model_validate(
            plain
            | {
                "wallet": to_checksum_address(hashlib.sha256(f"wallet {number}".encode()).digest()[:20]),
                "investor": synthetic_cnic(number),
                "provider": "Binance",
                "name": one.name,
                "born": one.born.isoformat() if one.born else "",
            }
        )
        for number, one in enumerate(found)
    ]


def measure(threshold: int) -> Measured:
    """Threshold -> who was found; one on the list counts as found when his own entry is among the hits."""
    made = cases()
    screened = screen(rows(made), entries(), threshold=threshold)
    hits = {(hit.row - 2, hit.entry) for hit in screened.held}
    held = {row for row, _ in hits}
    good = [(number, str(one.entry)) in hits if one.listed else number in held for number, one in enumerate(made)]
    by_kind: dict[str, tuple[int, int]] = {}
    for one, flag in zip(made, good, strict=True):
        done, of = by_kind.get(one.kind, (0, 0))
        by_kind[one.kind] = (done + flag, of + 1)
    found = sum(flag for one, flag in zip(made, good, strict=True) if one.listed)
    wrong = sum(flag for one, flag in zip(made, good, strict=True) if not one.listed)
    return Measured(threshold, found, sum(one.listed for one in made) - found, wrong, by_kind)


def table() -> str:
    """-> Markdown of the measurement."""
    measured = [measure(threshold) for threshold in THRESHOLDS]
    head = [
        f"| threshold | {' | '.join(str(one.threshold) for one in measured)} |",
        f"|---|{'---|' * len(measured)}",
        f"| precision | {' | '.join(f'{one.precision // 10}.{one.precision % 10} %' for one in measured)} |",
        f"| recall | {' | '.join(f'{one.recall // 10}.{one.recall % 10} %' for one in measured)} |",
    ]

    def line(kind: str) -> str:
        return f"| {kind} | {' | '.join(f'{one.by_kind[kind][0]} of {one.by_kind[kind][1]}' for one in measured)} |"

    listed = [f"| *on the list, held* | {' | ' * (len(measured) - 1)} |", *map(line, TRUE)]
    other = [f"| *not on the list, held* | {' | ' * (len(measured) - 1)} |", *map(line, FALSE)]
    return "\n".join([*head, *listed, *other])


def main(arguments: list[str]) -> None:
    if "--print" in arguments:
        print(table())  # noqa: T201
        return
    before, rest = PAGE.read_text().split(f"{START}\n")
    PAGE.write_text(f"{before}{START}\n{table()}\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main(sys.argv[1:])

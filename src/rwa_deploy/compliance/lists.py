"""Sanctions list as published (UN consolidated or OFAC SDN, XML) -> entries: names, birth dates, wallets.

A list comes from outside: no entity is expanded, no DTD is taken, nothing is fetched, and a file has a largest size.
Which of the two shapes it is, its root element says. Names in other than Latin letters are left out.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import cast

from lxml import etree

from rwa_deploy.compliance.names import tokens_of
from rwa_deploy.errors import InputError

__all__ = ["OFAC", "UN", "Born", "ListEntry", "read_list", "read_lists"]

UN, OFAC = "UN", "OFAC"
MAX_BYTES = 256 << 20

_ROUGHLY = timedelta(days=2 * 366)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDED = re.compile(r"(?:([0-9]{1,2}) )?([a-z]{3})[a-z]* ([0-9]{4})", re.ASCII)
_ETHER = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Born:
    """Between which days somebody was born; the same day twice where it is known."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ListEntry:
    """Somebody on a list: its number there, every name as tokens, birth dates, Ethereum wallets in lower case."""

    list: str
    entry: str
    names: tuple[tuple[str, ...], ...]
    born: tuple[Born, ...]
    wallets: tuple[str, ...]


def read_lists(paths: Sequence[Path | str]) -> tuple[ListEntry, ...]:
    """Files -> their entries. InputError for a bad file, or for two of one publisher, whose numbers could collide."""
    found: list[ListEntry] = []
    seen: dict[str, Path | str] = {}
    for path in paths:
        entries = read_list(path)
        publisher = entries[0].list
        if publisher in seen:
            message = f"is a second list of the {publisher} beside {seen[publisher]}; give one of each publisher"
            raise InputError(message, path=path)
        seen[publisher] = path
        found.extend(entries)
    return tuple(found)


def read_list(path: Path | str) -> tuple[ListEntry, ...]:
    """File -> its entries in their order. InputError."""
    root = _parsed(Path(path))
    shape = _SHAPES.get(_tag(root))
    if shape is None:
        message = "is no list of a known shape; its root must be CONSOLIDATED_LIST (UN) or sdnList (OFAC)"
        raise InputError(message, path=path, row=_line(root))
    publisher, elements, entry_from = shape
    entries = tuple(_checked(path, publisher, entry_from, element) for element in elements(root))
    if not entries:
        raise InputError("holds no entry; fetch the list again, an empty one would let everybody pass", path=path)
    numbers: set[str] = set()
    for entry in entries:
        if entry.entry in numbers:
            raise InputError(f"has two entries {entry.entry}; fetch the list again", path=path)
        numbers.add(entry.entry)
    return entries


def _parsed(path: Path) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"is larger than the {MAX_BYTES >> 20} MB that a list may have; check the file", path=path)
        tree = etree.parse(str(path), parser)
    except OSError as error:
        raise InputError("cannot be read; check the path", path=path) from error
    except etree.XMLSyntaxError as error:
        row = error.lineno or None
        raise InputError("is not well-formed XML; fetch the list again", path=path, row=row) from error
    if tree.docinfo.internalDTD is not None:
        raise InputError(
            "has a document type, which no list needs; remove it or fetch the list again", path=path, row=1
        )
    return tree.getroot()


def _checked(
    path: Path | str, publisher: str, entry_from: Callable[[etree._Element], "_Raw"], element: etree._Element
) -> ListEntry:
    raw = entry_from(element)
    if not raw.number:
        raise InputError("an entry has no number; fetch the list again", path=path, row=_line(element))
    names = tuple(dict.fromkeys(tokens for name in raw.names if (tokens := tokens_of(name))))
    wallets = tuple(wallet.lower() for wallet in raw.wallets if _ETHER.fullmatch(wallet))
    if not names and not wallets:
        message = f"entry {raw.number} has neither a name in Latin letters nor a wallet; check the list"
        raise InputError(message, path=path, row=_line(element))
    return ListEntry(publisher, raw.number, names, tuple(born for born in raw.born if born), wallets)


@dataclass(frozen=True, slots=True)
class _Raw:
    number: str
    names: Iterable[str]
    born: Iterable[Born | None]
    wallets: Iterable[str] = ()


# ── United Nations ───────────────────────────────────────────────────────────────────────────────────────────────────


def _un_elements(root: etree._Element) -> Iterator[etree._Element]:
    for group in root:
        yield from (child for child in group if _tag(child) in {"INDIVIDUAL", "ENTITY"})


def _un_entry(element: etree._Element) -> _Raw:
    parts = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
    aliases = (_text(child, "ALIAS_NAME") for child in element if _tag(child) in {"INDIVIDUAL_ALIAS", "ENTITY_ALIAS"})
    born = (_un_born(child) for child in element if _tag(child) == "INDIVIDUAL_DATE_OF_BIRTH")
    return _Raw(_text(element, "DATAID"), [" ".join(_text(element, part) for part in parts), *aliases], born)


def _un_born(element: etree._Element) -> Born | None:
    first, last = _text(element, "FROM_YEAR"), _text(element, "TO_YEAR")
    if first and last:
        return _years(first, last)
    born = _day(_text(element, "DATE")[:10]) or _years(_text(element, "YEAR"))
    return _around(born) if _text(element, "TYPE_OF_DATE").upper() == "APPROXIMATELY" else born


# ── OFAC ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _ofac_elements(root: etree._Element) -> Iterator[etree._Element]:
    return (child for child in root if _tag(child) == "sdnEntry")


def _ofac_entry(element: etree._Element) -> _Raw:
    also = (child for child in _below(element, "akaList", "aka"))
    names = [f"{_text(one, 'firstName')} {_text(one, 'lastName')}" for one in (element, *also)]
    born = (_ofac_born(_text(one, "dateOfBirth")) for one in _below(element, "dateOfBirthList", "dateOfBirthItem"))
    kind = "Digital Currency Address - ETH"
    wallets = (_text(one, "idNumber") for one in _below(element, "idList", "id") if _text(one, "idType") == kind)
    return _Raw(_text(element, "uid"), names, born, wallets)


def _ofac_born(text: str) -> Born | None:
    """`15 May 1967`, `May 1967`, `1967`, each with `circa` before it, or two of them with `to` between."""
    words = text.lower().strip()
    if words.startswith("circa "):
        return _around(_ofac_born(words.removeprefix("circa ")))
    first, _, last = words.partition(" to ")
    if last:
        start, end = _ofac_born(first), _ofac_born(last)
        return Born(start.first, end.last) if start and end else None
    match = _WORDED.fullmatch(words)
    if match is None:
        return _years(words)
    if match[2] not in _MONTHS:
        return None
    month = _MONTHS.index(match[2]) + 1
    if match[1]:
        return _day(f"{match[3]}-{month:02d}-{int(match[1]):02d}")
    start_of = _day(f"{match[3]}-{month:02d}-01")
    return Born(start_of.first, start_of.first + timedelta(days=30)) if start_of else None


_SHAPES = {
    "CONSOLIDATED_LIST": (UN, _un_elements, _un_entry),
    "sdnList": (OFAC, _ofac_elements, _ofac_entry),
}


def _day(text: str) -> Born | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return Born(day, day)


def _years(first: str, last: str = "") -> Born | None:
    """Years -> from the first day to the last; None for what cannot be read, which then lowers no score."""
    if not _YEAR.fullmatch(first) or not _YEAR.fullmatch(last or first) or "0000" in {first, last}:
        return None
    return Born(date(int(first), 1, 1), date(int(last or first), 12, 31))


def _around(born: Born | None) -> Born | None:
    # A list that says "about" is off by a year or two.
    return Born(born.first - _ROUGHLY, born.last + _ROUGHLY) if born and born.first.year > 3 else born


def _below(element: etree._Element, group: str, item: str) -> Iterator[etree._Element]:
    for child in element:
        if _tag(child) == group:
            yield from (each for each in child if _tag(each) == item)


def _text(element: etree._Element, name: str) -> str:
    return next(((child.text or "").strip() for child in element if _tag(child) == name), "")


def _tag(element: etree._Element) -> str:
    # OFAC's list has a namespace that changes with its version.
    return str(etree.QName(element).localname)


def _line(element: etree._Element) -> int | None:
    return cast("int | None", element.sourceline)

"""Line of investors.csv + salt -> the bytes of its leaf, in some ten microseconds.

What a row repeats of an earlier one (tier, country, tax class, date, provider) is looked at once. A row that is written
in another way than usual, or that is bad, goes through `tables` by itself, so that one place words a fault.
"""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from sha3 import keccak_256

from rwa_deploy import tables, units
from rwa_deploy.compliance.investors import InvestorRow, file_hash, investor_from_row, normal_id
from rwa_deploy.compliance.merkle import HASH, leaf_hash
from rwa_deploy.compliance.records import pack
from rwa_deploy.errors import InputError

__all__ = ["HEADER", "PARTS", "LineReader", "row_from_line"]

HEADER = ",".join(InvestorRow.model_fields).encode()
# What a line leads to, in this order: wallet, record word, hash of the row, leaf, keccak of the wallet's text (for its
# checksum), and a tag that tells two ids of one number apart.
PARTS = (20, HASH, HASH, HASH, HASH, 8)

_LINE = re.compile(
    r"0x([0-9a-fA-F]{40}),([0-9A-Za-z-]{9,20})"
    r",([a-z_]{1,32},[A-Z]{2,3},[a-z_]{1,32}),([0-9-]{10}),([A-Za-z0-9][A-Za-z0-9 .&-]{0,31})\r?",
    re.ASCII,
)
_CNIC = re.compile(r"[0-9]{5}-?[0-9]{7}-?[0-9]", re.ASCII)
_UNTIL, _NUMBER = 72, 152  # where date and number stand in a record word (contracts/libraries/Record.sol)

Mac = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class _Known:
    """What tier, country and tax class lead to: the record without number and date, their text in the row's hash."""

    record: int
    text: str


class LineReader:
    """Salt -> reader of lines; remembers what it has found right."""

    __slots__ = ("_known", "_mac", "_salt")

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._mac = _keyed(salt)
        self._known: dict[tuple[str, str, str], _Known] = {}

    def leaf(self, line: str) -> bytes:
        """Line (Latin-1 of its bytes) -> PARTS, one after the other. InputError for a bad row; checksum unchecked."""
        match = _LINE.fullmatch(line)
        if match is None:
            return self._other(line)
        wallet, given, head, day, provider = match.groups()
        try:
            kind, normal = _identified(given)
            until = _until(day)
        except ValueError:
            return self._other(line)
        key = (kind, head, provider)
        if key not in self._known:
            self._known[key] = _learnt(row_from_line(line.encode("latin-1")), self._salt)
        known = self._known[key]
        text = f"row:0x{wallet}\n{normal}\n{known.text}\n{day}\n{provider}".encode()
        number = self._mac(f"investor:{normal}".encode())
        return _joint(wallet, known.record | until << _UNTIL, self._mac(text), number)

    def _other(self, line: str) -> bytes:
        row = row_from_line(line.encode("latin-1"))
        record = pack(replace(investor_from_row(row, self._salt), number=0))
        number = self._mac(f"investor:{row.investor}".encode())
        return _joint(row.wallet[2:], record, file_hash(row, self._salt), number)


def row_from_line(line: bytes) -> InvestorRow:
    """Line -> row, through the door that all tables take; in memory, because a row is personal data. InputError."""
    with os.fdopen(os.memfd_create("row"), "wb") as file:
        file.write(HEADER + b"\n" + line + b"\n")
        file.flush()
        path = f"/proc/self/fd/{file.fileno()}"
        [row] = tables.read(path, InvestorRow)
        try:
            units.unix_from_date(row.valid_until)
        except ValueError as error:
            raise InputError(str(error), path=path, row=2, column="valid_until") from None
    return row


def _learnt(row: InvestorRow, salt: bytes) -> _Known:
    record = pack(replace(investor_from_row(row, salt), number=0, valid_until=0))
    return _Known(record, f"{row.tier}\n{row.country}\n{row.tax_class}")


def _identified(given: str) -> tuple[str, str]:
    """Id -> what decides whether it fits the rest of the row, and the normal id. ValueError."""
    if _CNIC.fullmatch(given):
        return given[0] + given[-1], f"CNIC:{given.replace('-', '')}"  # only these two digits of a CNIC can be wrong
    normal = normal_id(given)
    return normal[:3], normal


@lru_cache(maxsize=1 << 14)
def _until(day: str) -> int:
    return units.unix_from_date(units.date_from_text(day))


def _joint(wallet: str, record: int, row_hash: bytes, number: bytes) -> bytes:
    address = bytes.fromhex(wallet)
    word = record | (int.from_bytes(number[:8], "big") or 1) << _NUMBER
    check = keccak_256(wallet.lower().encode()).digest()
    leaf = leaf_hash(address, word, row_hash)
    return b"".join((address, word.to_bytes(HASH, "big"), row_hash, leaf, check, number[8:16]))


def _keyed(salt: bytes) -> Mac:
    """Salt -> HMAC-SHA256 under it, its two key blocks hashed once: a fifth of the time of `hmac.digest`."""
    key = (salt if len(salt) <= 64 else hashlib.sha256(salt).digest()).ljust(64, b"\0")
    inside = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
    outside = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))

    def mac(data: bytes) -> bytes:
        inner, outer = inside.copy(), outside.copy()
        inner.update(data)
        outer.update(inner.digest())
        return outer.digest()

    return mac

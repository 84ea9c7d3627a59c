"""investors.csv + salt -> leaves of the onboarding tree, in arrays: a million rows in seconds.

The checks are those of `read_investors`, with the same errors; `leaf_rows` looks at the rows, in one process a core.
"""

import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rwa_deploy import tables
from rwa_deploy.compliance.investors import InvestorRow, investor_number
from rwa_deploy.compliance.leaf_rows import HEADER, PARTS, LineReader, row_from_line
from rwa_deploy.compliance.merkle import Bytes
from rwa_deploy.errors import InputError

__all__ = ["MAX_LEAVES", "Leaves", "read_leaves"]

MAX_LEAVES = 2_000_000

_SPAN = 8 << 20  # bytes that a worker takes at a time
_LONGEST = 10_000  # bytes; `tables` refuses longer lines
_ENDS = list(np.cumsum(PARTS)[:-1])
# Where the fields of a record word (contracts/libraries/Record.sol) stand, as bytes from the left.
_NUMBER, _COUNTRY, _TAX_CLASS = slice(5, 13), slice(29, 31), slice(27, 28)


@dataclass(frozen=True, slots=True, eq=False)
class Leaves:
    """Row by row, in the order of the file: wallet (20 bytes), record word, hash of the row, leaf (32 bytes each)."""

    wallets: Bytes
    records: Bytes
    file_hashes: Bytes
    hashes: Bytes

    def __len__(self) -> int:
        """Leaves -> how many."""
        return len(self.hashes)


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Rows of one span up to the first bad one, whose line is `bad`; `ids` tells two ids of one number apart."""

    leaves: Leaves
    ids: Bytes
    bad: bytes | None


def read_leaves(path: Path | str, salt: bytes, *, workers: int | None = None) -> Leaves:
    """investors.csv + salt -> Leaves, at most MAX_LEAVES, with `workers` processes (default: one a core).

    InputError as from `read_investors`. ValueError for a salt below 16 bytes.
    """
    path = Path(path)
    investor_number("", salt)  # refuses a weak salt before anything is read
    blocks: list[_Block] = []
    try:
        spans = _spans(path)
        work = partial(_block, path, salt)
        workers = min(workers or os.cpu_count() or 1, len(spans))
        if workers == 1:
            _collect(path, map(work, spans), blocks)
        else:
            # Forked: nothing here starts a thread, and a fresh process would first import for half a second.
            with multiprocessing.get_context("fork").Pool(workers) as pool:
                _collect(path, pool.imap(work, spans), blocks)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); check the path", path=path) from error
    return _joined(path, blocks)


def _spans(path: Path) -> list[tuple[int, int]]:
    """File -> (start, end) of pieces of whole lines. What is wrong with the file as a whole, `tables` says."""
    if not path.is_file() or not _starts_well(path):
        tables.read(path, InvestorRow, max_rows=MAX_LEAVES)
    spans, rows = [], 0
    with path.open("rb") as file:
        start = len(file.readline())
        while data := file.read(_SPAN):
            data += file.readline(_LONGEST)
            rows += data.count(b"\n") + (not data.endswith(b"\n"))
            spans.append((start, start + len(data)))
            start += len(data)
            if not data.endswith(b"\n") and file.read(1):
                tables.read(path, InvestorRow, max_rows=MAX_LEAVES)  # a line that no row of ours has
    if rows > MAX_LEAVES or not rows:
        tables.read(path, InvestorRow, max_rows=MAX_LEAVES)
    return spans


def _starts_well(path: Path) -> bool:
    with path.open("rb") as file:
        return file.readline(len(HEADER) + 2).rstrip(b"\r\n") == HEADER


def _block(path: Path, salt: bytes, span: tuple[int, int]) -> _Block:
    with path.open("rb") as file:
        file.seek(span[0])
        lines = file.read(span[1] - span[0]).decode("latin-1").removesuffix("\n").split("\n")
    reader, found = LineReader(salt), []
    for line in lines:
        try:
            found.append(reader.leaf(line))
        except InputError:
            break
    good = len(found)
    rows = np.frombuffer(b"".join(found), dtype=np.uint8).reshape(good, sum(PARTS))
    wrong = _wrong_wallets(rows, lines)
    good = int(wrong[0]) if wrong.size else good
    *parts, _, ids = (np.ascontiguousarray(part) for part in np.split(rows[:good], _ENDS, axis=1))
    return _Block(Leaves(*parts), ids, lines[good].encode("latin-1") if good < len(lines) else None)


def _wrong_wallets(rows: Bytes, lines: list[str]) -> npt.NDArray[np.intp]:
    """Rows + their lines -> numbers of those whose wallet fails EIP-55 or is the zero address, in ascending order."""
    # What does not start with a wallet is written another way (quoted), and `tables` has looked at it.
    written = "".join(line[2:42] if line.startswith("0x") else " " * 40 for line in lines[: len(rows)])
    chars = np.frombuffer(written.encode("latin-1"), dtype=np.uint8).reshape(len(rows), 40)
    wallets, check = np.split(rows, _ENDS, axis=1)[0], np.split(rows, _ENDS, axis=1)[4][:, :20]
    nibbles = np.stack((check >> 4, check & 15), axis=2).reshape(len(rows), 40)
    capital = (chars >= ord("A")) & (chars <= ord("F"))
    letter = capital | ((chars >= ord("a")) & (chars <= ord("f")))
    return np.flatnonzero((letter & (capital != (nibbles >= 8))).any(axis=1) | ~wallets.any(axis=1))


def _collect(path: Path, found: Iterator[_Block], blocks: list[_Block]) -> None:
    number = 2
    for block in found:
        blocks.append(block)
        number += len(block.leaves)
        if block.bad is not None:
            _check_wallets(path, np.concatenate([one.leaves.wallets for one in blocks]))  # a repeat above comes first
            _refuse(path, number, block.bad)


def _refuse(path: Path, number: int, line: bytes) -> None:
    try:
        row_from_line(line)
    except InputError as error:
        where = InputError("", path=error.path, row=error.row, column=error.column).message
        message = error.message.removeprefix(where)
        raise InputError(message, path=path, row=number, column=error.column) from None  # a row is personal data


def _joined(path: Path, blocks: list[_Block]) -> Leaves:
    ids = np.concatenate([block.ids for block in blocks])
    parts = [block.leaves for block in blocks]
    blocks.clear()  # what is not held twice: a million rows are 120 MB
    leaves = Leaves(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(Leaves)))
    parts.clear()
    _check_wallets(path, leaves.wallets)
    _check_investors(path, leaves.records, ids)
    return leaves


def _check_wallets(path: Path, wallets: Bytes) -> None:
    words = np.ascontiguousarray(np.pad(wallets, ((0, 0), (0, 4)))).view(">u8")
    order = np.lexsort((words[:, 2], words[:, 1], words[:, 0]))  # stable: equal ones stay in the order of the file
    again = np.flatnonzero((words[order[1:]] == words[order[:-1]]).all(axis=1))
    if again.size:
        at = int(again[np.argmin(order[again + 1])])
        row, earlier = int(order[at + 1]) + 2, int(order[at]) + 2
        raise InputError(f"repeats row {earlier}; each wallet may stand once", path=path, row=row, column="wallet")


def _check_investors(path: Path, records: Bytes, ids: Bytes) -> None:
    """Rows of one number, each compared with the one before: the first that differs does so from all before it."""
    numbers = np.ascontiguousarray(records[:, _NUMBER]).view(">u8")[:, 0]
    order = np.argsort(numbers, kind="stable")
    same = numbers[order[1:]] == numbers[order[:-1]]
    columns = {"investor": ids, "country": records[:, _COUNTRY], "tax_class": records[:, _TAX_CLASS]}
    found: list[tuple[int, int, str]] = []
    for place, (column, values) in enumerate(columns.items()):
        changed = np.flatnonzero(same & (values[order[1:]] != values[order[:-1]]).any(axis=1)) + 1
        if changed.size:
            found.append((int(order[changed].min()), place, column))
    if not found:
        return
    row, _, column = min(found)
    earlier = int(order[np.searchsorted(numbers[order], numbers[row])]) + 2
    message = f"differs from row {earlier}, the same investor; correct one of them"
    if column == "investor":
        message = f"gets the same number as the id of row {earlier}; onboard one of them under another salt"
    raise InputError(message, path=path, row=row + 2, column=column)

"""CSV file + row model -> rows, or an InputError that names file, row and column: the one door for CSV data.

A file is UTF-8 without a byte order mark, one record a line, its header exactly the model's columns in their order.
Rows count as an editor shows them: the header is row 1. The file is read once, line by line, and the first fault
stops it, so that a file of any size costs no more memory than the rows allowed. Cells that a spreadsheet would run
as a formula are refused on the way in and disarmed on the way out.
"""

import csv
import difflib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, BinaryIO, TypeVar

from eth_utils.address import is_checksum_address, to_checksum_address
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from rwa_deploy import units
from rwa_deploy.errors import InputError

__all__ = [
    "MAX_CELL",
    "MAX_ROWS",
    "Cash",
    "CellError",
    "Count",
    "Day",
    "FaceMillion",
    "Price",
    "Row",
    "Wallet",
    "read",
    "write_csv_text",
]

MAX_ROWS = 100_000
MAX_CELL = 256
_MAX_LINE = 8_192  # bytes; a longer line is no table of ours, and reading it whole could exhaust memory
# With the full-width forms, which some spreadsheets read as the plain ones.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_ZERO_ADDRESS = "0x" + "0" * 40
_NEGATIVE = re.compile(r"-[0-9]+(\.[0-9]+)?", re.ASCII)
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

RowT = TypeVar("RowT", bound="Row")


class CellError(ValueError):
    """A fact about one column found while looking at several; `read` puts file and row before it."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


class Row(BaseModel):
    """Base of row models: field names are the columns in order, values are frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _count(value: str) -> int:
    number = units.scaled(value, 0)
    if not 1 <= number < 2**63:
        raise ValueError("is not a count; write a whole number from 1")
    return number


def _wallet(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("is not an address; write 0x and 40 hexadecimal digits")
    if value == _ZERO_ADDRESS:
        raise ValueError("is the zero address, which can hold nothing; write the investor's wallet")
    if not is_checksum_address(value):
        message = f"fails its EIP-55 checksum; if the digits are right it is {to_checksum_address(value)}"
        raise ValueError(message)
    return value


Count = Annotated[int, BeforeValidator(_count)]
Cash = Annotated[int, BeforeValidator(units.amount_from)]
FaceMillion = Annotated[int, BeforeValidator(units.face_from_million)]
Price = Annotated[int, BeforeValidator(units.price_from)]
Day = Annotated[date, BeforeValidator(units.date_from_text)]
Wallet = Annotated[str, BeforeValidator(_wallet)]


def read(path: Path | str, model: type[RowT], *, key: Sequence[str] = (), max_rows: int = MAX_ROWS) -> tuple[RowT, ...]:
    """CSV file + row model -> its rows in the order of the file.

    `key` names the columns that together may not repeat (compared after parsing, so that two ways of writing one
    value are one value). InputError for the first thing wrong.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("is not there, or is not a plain file; check the path", path=path)
    rows: list[RowT] = []
    seen: dict[tuple[object, ...], int] = {}
    try:
        with path.open("rb") as file:
            _check_start(path, file)
            _check_length(path, file, max_rows)
            lines = _records(path, file)
            columns = tuple(model.model_fields)
            _check_header(path, next(lines)[1], columns)
            for number, cells in lines:
                row = _row(path, number, model, columns, cells)
                _check_repeat(path, number, row, key, seen)
                rows.append(row)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); check the path", path=path) from error
    if not rows:
        raise InputError("holds a header but no rows; add at least one", path=path, row=1)
    return tuple(rows)


def write_csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns + rows -> CSV text, cells that a spreadsheet would run disarmed with a leading apostrophe.

    Takes text, integers, Decimals, dates and None (empty). TypeError for floats, which hold no exact amount;
    ValueError for a row of another length than the header.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([_cell_text(column) for column in columns])
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"a row of {len(row)} cells under {len(columns)} columns")
        writer.writerow([_cell_text(value) for value in row])
    return buffer.getvalue()


def _cell_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case str():
            # A newline in a cell would make rows and lines disagree, which `read` refuses.
            text = " ".join(value.splitlines())
            runs = (text.lstrip().startswith(_FORMULA) or text[:1] == "\t") and not _NEGATIVE.fullmatch(text)
            return f"'{text}" if runs else text
        case _:
            raise TypeError(f"a {type(value).__name__} has no exact text; pass text, an integer, a Decimal or a date")


def _check_start(path: Path, file: BinaryIO) -> None:
    start = file.read(4)
    if not start:
        raise InputError("is empty; write a header and at least one row", path=path)
    if start.startswith(_BYTE_ORDER_MARKS):
        raise InputError("starts with a byte order mark; save it as UTF-8 without BOM", path=path, row=1)


def _check_length(path: Path, file: BinaryIO, max_rows: int) -> None:
    # Counting line ends first refuses a file of a million rows in milliseconds, before any cell is parsed.
    file.seek(0)
    ends = 0
    while chunk := file.read(1 << 20):
        ends += chunk.count(b"\n")
        if ends > max_rows + 1:
            _too_long(path, max_rows)
    file.seek(-1, io.SEEK_END)
    if ends + (file.read(1) != b"\n") > max_rows + 1:
        _too_long(path, max_rows)
    file.seek(0)


def _too_long(path: Path, max_rows: int) -> None:
    message = f"is one row more than the {max_rows:,} that a file may have; split the file"
    raise InputError(message, path=path, row=max_rows + 2)


def _records(path: Path, file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while line := file.readline(_MAX_LINE + 1):
        number += 1
        if len(line) > _MAX_LINE:
            raise InputError(f"is longer than {_MAX_LINE:,} bytes; no row of this table is", path=path, row=number)
        try:
            text = line.decode("utf-8").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError as error:
            raise InputError("is not UTF-8; save the file as UTF-8 without BOM", path=path, row=number) from error
        if not text.strip():
            raise InputError("is blank; delete the line", path=path, row=number)
        try:
            [cells] = csv.reader([text], strict=True)
        except (csv.Error, ValueError) as error:
            message = "has an open quotation mark or a line break inside a cell; write one row on one line"
            raise InputError(message, path=path, row=number) from error
        yield number, cells


def _check_header(path: Path, found: list[str], columns: tuple[str, ...]) -> None:
    if tuple(found) == columns:
        return
    expected = f"the header must be {','.join(columns)}"
    for name in found:
        if found.count(name) > 1:
            raise InputError(f"stands twice in the header; {expected}", path=path, row=1, column=_shown(name))
        if name not in columns:
            close = difflib.get_close_matches(name, columns, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            raise InputError(f"is not a column of this table{hint}; {expected}", path=path, row=1, column=_shown(name))
    for name in columns:
        if name not in found:
            raise InputError(f"is missing from the header; {expected}", path=path, row=1, column=name)
    column = next(name for name, want in zip(found, columns, strict=True) if name != want)
    raise InputError(f"stands in another place than agreed; {expected}", path=path, row=1, column=column)


def _shown(name: str) -> str:
    # A header cell comes from the file: bounded and without control characters before it reaches a terminal.
    return "".join(char if char.isprintable() else "?" for char in name[:32]) or "(empty)"


def _row(path: Path, number: int, model: type[RowT], columns: tuple[str, ...], cells: list[str]) -> RowT:
    if len(cells) != len(columns):
        message = f"has {len(cells)} cells where the header has {len(columns)}; check for a missing or an extra comma"
        raise InputError(message, path=path, row=number)
    for column, cell in zip(columns, cells, strict=True):
        fault = _fault(cell)
        if fault:
            raise InputError(fault, path=path, row=number, column=column)
    try:
        return model.model_validate(dict(zip(columns, cells, strict=True)))
    except ValidationError as error:
        # Without `from`: pydantic's own text quotes the cell, and a cell may hold a national id or a pasted key.
        raise _input_error(path, number, error) from None


def _fault(cell: str) -> str:
    if len(cell) > MAX_CELL:
        return f"has {len(cell):,} characters where at most {MAX_CELL} are taken; shorten it"
    if _NEGATIVE.fullmatch(cell):
        return "is negative; amounts here are never negative, the column says which way they go"
    if cell.lstrip(" ").startswith(_FORMULA):
        return "starts like a formula, which a spreadsheet would run; remove the first character"
    if not cell.isprintable():
        return "holds a control or invisible character; retype the cell"
    if cell != cell.strip():
        return "starts or ends with a space; remove it"
    return ""


def _input_error(path: Path, number: int, error: ValidationError) -> InputError:
    first = error.errors(include_url=False, include_input=False)[0]
    cause = first.get("ctx", {}).get("error")
    column = cause.column if isinstance(cause, CellError) else (str(first["loc"][0]) if first["loc"] else None)
    message = str(cause) if isinstance(cause, Exception) else first["msg"][:1].lower() + first["msg"][1:]
    return InputError(message, path=path, row=number, column=column)


def _check_repeat(path: Path, number: int, row: Row, key: Sequence[str], seen: dict[tuple[object, ...], int]) -> None:
    if not key:
        return
    value = tuple(getattr(row, name) for name in key)
    first = seen.setdefault(value, number)
    if first != number:
        message = f"repeats row {first}; each {' and '.join(key)} may stand once"
        raise InputError(message, path=path, row=number, column=key[0])

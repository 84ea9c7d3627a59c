"""tables: what a CSV file may be, and that everything else is refused with its place."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rwa_deploy import tables
from rwa_deploy.errors import InputError

HEADER = "wallet,count,face,price,until,note"
WALLET = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # EIP-55's own example
OTHER = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
GOOD = f"{WALLET},1,685.855,98.3815,2026-01-31,ok"
NEXT = f"{OTHER},2,1,98,2026-01-31,ok"


class Sample(tables.Row):
    wallet: tables.Wallet
    count: tables.Count
    face: tables.FaceMillion
    price: tables.Price
    until: tables.Day
    note: str


def _file(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "sample.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _refused(path: Path, **options: object) -> InputError:
    with pytest.raises(InputError) as caught:
        tables.read(path, Sample, **options)  # type: ignore[arg-type]
    assert caught.value.path == path
    assert str(path) in str(caught.value)
    return caught.value


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_read_returns_rows_in_units(tmp_path: Path, end: str, last: bool) -> None:
    text = end.join([HEADER, GOOD, NEXT]) + (end if last else "")
    first, second = tables.read(_file(tmp_path, text), Sample, key=("wallet",))
    assert first == Sample.model_construct(
        wallet=WALLET, count=1, face=685_855_000_000_000, price=98_381_500, until=date(2026, 1, 31), note="ok"
    )
    assert second.face == 10**12


def test_read_takes_quoted_commas_and_quotes(tmp_path: Path) -> None:
    row = GOOD.removesuffix("ok") + '"a, ""b"""'
    assert tables.read(_file(tmp_path, f"{HEADER}\n{row}\n"), Sample)[0].note == 'a, "b"'


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_read_refuses_byte_order_mark(tmp_path: Path, mark: bytes) -> None:
    """Attack case 25."""
    error = _refused(_file(tmp_path, mark + f"{HEADER}\n{GOOD}\n".encode()))
    assert error.row == 1
    assert "byte order mark" in str(error)


@pytest.mark.parametrize(
    ("header", "column", "words"),
    [
        ("count,wallet,face,price,until,note", "count", "another place"),
        ("wallet,count,face,price,until", "note", "missing"),
        ("wallet,count,face,price,until,note,more", "more", "not a column"),
        ("wallet,count,fase,price,until,note", "fase", "did you mean face?"),
        ("wallet,count,face,price,until,face", "face", "twice"),
        ("Wallet,count,face,price,until,note", "Wallet", "did you mean wallet?"),
        (" wallet,count,face,price,until,note", " wallet", "did you mean wallet?"),
        ("wallet;count;face;price;until;note", "wallet;count;face;price;until;no", "not a column"),
        ("\x1b[31m,count,face,price,until,note", "?[31m", "not a column"),
    ],
)
def test_read_refuses_header_when_not_exactly_agreed(tmp_path: Path, header: str, column: str, words: str) -> None:
    """Attack case 25: shuffled, missing, unknown and repeated columns."""
    error = _refused(_file(tmp_path, f"{header}\n{GOOD}\n"))
    assert (error.row, error.column) == (1, column)
    assert words in str(error)
    assert f"the header must be {HEADER}" in str(error)


def _with(column: str, cell: str) -> str:
    cells = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | {column: cell}
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells.values())
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("face", "-5", "negative"),
        ("note", "-5.00", "negative"),
        ("note", "=1+1", "formula"),
        ("note", "+1", "formula"),
        ("note", "-cmd", "formula"),
        ("note", "@SUM(A1)", "formula"),
        ("note", " =1", "formula"),
        ("note", "\uff1d1", "formula"),
        ("note", "\t=1", "formula"),
        ("note", "a\tb", "control"),
        ("note", "a\x00b", "control"),
        ("note", "a\u202eb", "control"),
        ("note", "\u200bab", "control"),
        ("note", " ok", "space"),
        ("note", "x" * 257, "257 characters"),
        ("face", "1.0000000000001", "more than 12 decimals"),
        ("price", "98.38150", "more than 4 decimals"),
        ("price", "98,3815", "plain number"),
        ("price", "1e2", "plain number"),
        ("price", "", "plain number"),
        ("face", "9" * 39, "too large"),
        ("face", "9" * 41, "plain number"),
        ("count", "0", "not a count"),
        ("count", str(2**63), "not a count"),
        ("count", "1.0", "more than 0 decimals"),
        ("until", "31-01-2026", "not a date"),
        ("until", "2026-02-30", "does not exist"),
        ("wallet", WALLET.lower(), f"checksum; if the digits are right it is {WALLET}"),
        ("wallet", WALLET.replace("5aA", "5AA"), "checksum"),
        ("wallet", WALLET[:-1], "not an address"),
        ("wallet", "0x" + "0" * 40, "zero address"),
    ],
)
def test_read_refuses_cell_with_row_and_column(tmp_path: Path, column: str, cell: str, words: str) -> None:
    """Attack case 25: formula cells, overflow, bad checksums, superfluous decimals, overlong and invisible cells."""
    error = _refused(_file(tmp_path, f"{HEADER}\n{NEXT}\n{_with(column, cell)}\n"))
    assert (error.row, error.column) == (3, column)
    assert words in str(error)


def test_read_never_quotes_a_cell_that_may_be_a_key(tmp_path: Path) -> None:
    """Attack case 25: a private key pasted into the wallet column stays out of messages and tracebacks."""
    key = "0x" + "4c" * 32
    error = _refused(_file(tmp_path, f"{HEADER}\n{_with('wallet', key)}\n"))
    chain: BaseException | None = error
    while chain is not None:
        assert "4c4c" not in str(chain)
        chain = chain.__cause__
    assert error.__suppress_context__


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (GOOD + ",more", "7 cells where the header has 6"),
        ("a,b", "2 cells"),
        ("", "blank"),
        ("   ", "blank"),
        (GOOD.removesuffix("ok") + '"open', "quotation mark"),
        (GOOD.removesuffix("ok") + '"a"b', "quotation mark"),
        (GOOD + "\rmore", "line break"),
        (GOOD.removesuffix("ok") + "x" * 9_000, "longer than 8,192 bytes"),
    ],
)
def test_read_refuses_line_with_its_row(tmp_path: Path, line: str, words: str) -> None:
    """Attack case 25: ragged, blank, broken and endless lines."""
    error = _refused(_file(tmp_path, f"{HEADER}\n{GOOD}\n{line}\n"))
    assert error.row == 3
    assert words in str(error)


def test_read_refuses_line_when_not_utf8(tmp_path: Path) -> None:
    """Attack case 25."""
    error = _refused(_file(tmp_path, f"{HEADER}\n{GOOD}\n".encode() + NEXT.encode() + b"\xe9\n"))
    assert error.row == 3
    assert "UTF-8" in str(error)


@pytest.mark.parametrize(("content", "row"), [("", None), (HEADER, 1), (HEADER + "\n", 1)])
def test_read_refuses_file_when_it_has_no_rows(tmp_path: Path, content: str, row: int | None) -> None:
    error = _refused(_file(tmp_path, content))
    assert error.row == row
    assert "at least one" in str(error)


def test_read_refuses_repeat_with_both_rows(tmp_path: Path) -> None:
    """Attack case 25."""
    error = _refused(_file(tmp_path, f"{HEADER}\n{GOOD}\n{NEXT}\n{GOOD}\n"), key=("wallet",))
    assert (error.row, error.column) == (4, "wallet")
    assert "repeats row 2" in str(error)


def test_read_compares_repeats_after_parsing(tmp_path: Path) -> None:
    """Attack case 25: `1` and `1.0` are one face."""
    text = f"{HEADER}\n{_with('face', '1')}\n{_with('face', '1.0')}\n"
    assert _refused(_file(tmp_path, text), key=("wallet", "face")).row == 3


@pytest.mark.parametrize("last", ["\n", ""])
def test_read_counts_rows_at_the_limit(tmp_path: Path, last: str) -> None:
    path = _file(tmp_path, f"{HEADER}\n{GOOD}\n{NEXT}{last}")
    assert len(tables.read(path, Sample, max_rows=2)) == 2
    error = _refused(path, max_rows=1)
    assert error.row == 3
    assert "one row more than the 1 that" in str(error)


def test_read_refuses_a_million_rows_at_once(tmp_path: Path) -> None:
    """Attack case 25."""
    path = _file(tmp_path, f"{HEADER}\n" + f"{GOOD}\n" * 1_000_000)
    start = process_time()
    error = _refused(path)
    assert process_time() - start < 1
    assert error.row == tables.MAX_ROWS + 2
    assert "100,000" in str(error)


def test_read_refuses_path_when_it_is_no_file(tmp_path: Path) -> None:
    assert "check the path" in str(_refused(tmp_path / "absent.csv"))
    assert "check the path" in str(_refused(tmp_path))


def test_write_csv_text_disarms_formulas_and_keeps_numbers() -> None:
    row = ["=1+1", "@x", " +x", "-5.00", "ok, then", -5, Decimal("1E+3"), date(2026, 1, 31), None, "a\nb", True]
    text = tables.write_csv_text([f"c{i}" for i in range(len(row))], [row])
    assert next(csv.reader(io.StringIO(text.split("\n", 1)[1]))) == [
        *("'=1+1", "'@x", "' +x", "-5.00", "ok, then", "-5", "1000", "2026-01-31", "", "a b", "true")
    ]
    assert text.endswith("\n")
    assert text.count("\n") == 2


def test_write_csv_text_refuses_floats_and_ragged_rows() -> None:
    with pytest.raises(TypeError, match="float"):
        tables.write_csv_text(["a"], [[1.5]])
    with pytest.raises(ValueError, match="2 cells under 1"):
        tables.write_csv_text(["a"], [[1, 2]])


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_write_csv_text_never_writes_a_formula(cells: list[str]) -> None:
    text = tables.write_csv_text([f"c{i}" for i in range(len(cells))], [cells])
    for cell in next(csv.reader(io.StringIO(text.split("\n", 1)[1], newline=""))):
        number = cell[:1] == "-" and cell[1:].replace(".", "", 1).isdigit()
        assert number or not cell.strip().startswith(("=", "+", "-", "@"))

"""finance.bids: what a bids file may say, beyond what every table may."""

from decimal import Decimal
from pathlib import Path

import pytest
from eth_utils.address import to_checksum_address

from rwa_deploy import units
from rwa_deploy.errors import InputError
from rwa_deploy.finance.bids import read_bids, read_non_competitive
from rwa_deploy.model import Bid, Investor, TaxClass, Tier

DATA = Path(__file__).parents[2] / "scripts/scenarios/data"
LOT = 5_000 * units.ONE
BIDS = "bid,face_pkr_million,price_per_100,yield_pct"
WALLETS = [str(to_checksum_address(f"0x{n:040x}")) for n in (1, 2, 3)]


def _file(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "bids.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def _investor(wallet: str, tier: Tier) -> Investor:
    return Investor(wallet, 7, tier, 586, TaxClass.FILER, 2**31, "Binance", bytes(32))


KNOWN = (_investor(WALLETS[0], Tier.RETAIL_RESIDENT), _investor(WALLETS[1], Tier.PRIMARY_DEALER))


def test_read_bids_returns_the_book_of_auction_574() -> None:
    bids = read_bids(DATA / "mtb-574-bids.csv", days=84, lot=LOT)
    assert len(bids) == 20
    assert bids[13] == Bid(14, 685_855_000_000_000, 98_396_800, Decimal("7.0798"))


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("2,100,98.3879,7.1198", "yield_pct", "is 7.1198 where the price over 84 days gives 7.1197"),
        ("2,100,98.3879,7.11970", "yield_pct", "more than 4 decimals"),
        ("2,0,98.3879,7.1197", "face_pkr_million", "is zero"),
        ("2,0.004999,98.3879,7.1197", "face_pkr_million", "multiple of 5000.00"),
        ("2,100,0,7.1197", "price_per_100", "is zero"),
        ("2,100,98.38791,7.1197", "price_per_100", "more than 4 decimals"),
        ("2,-100,98.3879,7.1197", "face_pkr_million", "negative"),
        ("1,100,98.3879,7.1197", "bid", "repeats row 2"),
    ],
)
def test_read_bids_refuses_row(tmp_path: Path, row: str, column: str, words: str) -> None:
    """Attack case 25."""
    with pytest.raises(InputError) as caught:
        read_bids(_file(tmp_path, BIDS, "1,100,98.3879,7.1197", row), days=84, lot=LOT)
    assert (caught.value.row, caught.value.column) == (3, column)
    assert words in str(caught.value)


def test_read_bids_refuses_book_when_the_days_are_wrong() -> None:
    with pytest.raises(InputError, match="over 85 days"):
        read_bids(DATA / "mtb-574-bids.csv", days=85, lot=LOT)


def test_read_non_competitive_keeps_two_bids_of_one_investor(tmp_path: Path) -> None:
    path = _file(tmp_path, "wallet,face_pkr", f"{WALLETS[0]},5000", f"{WALLETS[0]},10000")
    assert [(bid.investor, bid.face) for bid in read_non_competitive(path, investors=KNOWN, lot=LOT)] == [
        (7, 5_000 * units.ONE),
        (7, 10_000 * units.ONE),
    ]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (f"{WALLETS[2]},5000", "wallet", "no onboarded investor"),
        (f"{WALLETS[1]},5000", "wallet", "primary dealer"),
        (f"{WALLETS[0]},5001", "face_pkr", "multiple of 5000.00"),
        (f"{WALLETS[0]},0", "face_pkr", "is zero"),
    ],
)
def test_read_non_competitive_refuses_row(tmp_path: Path, row: str, column: str, words: str) -> None:
    """Attack case 25."""
    path = _file(tmp_path, "wallet,face_pkr", f"{WALLETS[0]},5000", row)
    with pytest.raises(InputError) as caught:
        read_non_competitive(path, investors=KNOWN, lot=LOT)
    assert (caught.value.row, caught.value.column) == (3, column)
    assert words in str(caught.value)

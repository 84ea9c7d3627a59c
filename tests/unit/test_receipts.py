"""receipt.toml: what a warehouse receipt says, what it may not say, and what the contract and the hash make of it."""

import json
from datetime import date
from pathlib import Path

import pytest
from eth_abi import encode
from eth_utils.crypto import keccak

from rwa_deploy import terms, units
from rwa_deploy.errors import ConfigError

FILE = Path(__file__).resolve().parents[2] / "scripts" / "scenarios" / "data" / "gold" / "receipt.toml"
TUPLE = "(string,string,bytes32,bytes3,bytes32,uint64,uint128,uint128)"  # ICommodityToken.Terms


def load(folder: Path, *changes: tuple[str, str]) -> terms.WarehouseReceipt:
    text = FILE.read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "receipt.toml"
    path.write_text(text)
    return terms.load_receipt(path)


def test_the_constructors_tuple_is_that_of_the_receipt(tmp_path: Path):
    receipt = load(tmp_path)
    assert terms.abi_receipt(receipt) == (
        *("Gold, receipt KHI-0001", "XAU-KHI-0001", b"XAU".ljust(32, b"\0"), b"APZ", terms.receipt_hash(receipt)),
        *(units.unix_from_date(date(2021, 7, 1)), 10_000, 1_200 * units.ONE),
    )
    assert encode([TUPLE], [terms.abi_receipt(receipt)])


def test_a_short_code_is_padded_behind(tmp_path: Path):
    gas = load(tmp_path, ('commodity = "XAU"', 'commodity = "HH"'), ('unit = "APZ"', 'unit = "BZ"'))
    assert terms.abi_receipt(gas)[2:4] == (b"HH".ljust(32, b"\0"), b"BZ\0")


def test_the_sheet_is_canonical_and_the_hash_is_its_own(tmp_path: Path):
    receipt = load(tmp_path)
    sheet = terms.receipt_sheet(receipt)
    content = json.loads(sheet)
    assert sheet == json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert (content["standard"], content["net_quantity"]) == ("rwa-deploy receipt 1", "1200.000000")
    assert content["assay_expiry_date"] == "2021-08-20"
    assert "lien_holder" not in content
    assert terms.receipt_hash(receipt) == keccak(sheet)


def test_the_hash_does_not_depend_on_how_the_file_is_written(tmp_path: Path):
    lines = [line for line in FILE.read_text().splitlines() if line and not line.startswith("#")]
    (tmp_path / "sorted.toml").write_text("\n".join(sorted(lines)))
    same = load(tmp_path, ('"1200.000000"', "1200"), ('"0.010000"', '"0.01"'))
    found = {terms.receipt_hash(one) for one in (same, terms.load_receipt(tmp_path / "sorted.toml"), load(tmp_path))}
    assert len(found) == 1


@pytest.mark.parametrize("key", [*terms.WarehouseReceipt.model_fields])
def test_the_hash_holds_every_field(tmp_path: Path, key: str):
    receipt = load(tmp_path)
    value = getattr(receipt, key)
    other = date(2031, 1, 1) if isinstance(value, date) else value + 1 if isinstance(value, int) else f"{value}X"
    assert terms.receipt_hash(receipt.model_copy(update={key: other})) != terms.receipt_hash(receipt)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"1200.750000"', '"1199"', "net_quantity is zero or above gross_quantity"),
        ('"1200.000000"', '"0"', "net_quantity is zero or above gross_quantity"),
        ('"1200.000000"', '"1200.005"', "net_quantity is not in lots"),
        ('"1200.000000"', '"1200.0000001"', "net_quantity: "),
        ('"1200.000000"', "1200.5", "net_quantity: an amount is a whole number, or a decimal in quotes"),
        ('"0.010000"', '"0"', "lot is zero"),
        ('unit = "APZ"', 'unit = "OZT"', "unit: "),
        ('unit = "APZ"', 'unit = "TNE"', "unit is TNE, but XAU is quoted per troy ounce; count in APZ"),
        ('commodity = "XAU"', 'commodity = "gold"', "commodity: "),
        ("assay_date = 2020-08-20", "assay_date = 2020-09-02", "assay_date 2020-09-02 is after the receipt's"),
        ("insurance_expiry_date = 2021-07-01", "insurance_expiry_date = 2020-09-01", "has expired by issue_date"),
        ("expiry_date = 2021-09-01", "expiry_date = 2020-08-31", "has expired by issue_date"),
        ("0x8d3e", "0x8D3E", "assay_hash: "),
        ("0x8d3e6f0a52c94b17a6e1f0c3d5b79824610fa9c27de3b5481f6a0c9d7e2b4f35", f"0x{'0' * 64}", "hash of nothing"),
        ('operator = "First Example Vaults"', 'operator = ""', "operator: "),
        ('operator = "First', 'opertor = "First', "unknown key opertor; did you mean operator?"),
        ('symbol = "XAU-KHI-0001"', 'symbol = "XAU-KHI-0001-of-the-vault-in-Karachi"', "symbol: "),
    ],
)
def test_load_names_what_does_not_fit(tmp_path: Path, old: str, new: str, says: str):
    if old.startswith("expiry_date"):
        old, new = f"\n{old}", f"\n{new}"
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, (old, new))
    assert says in caught.value.message

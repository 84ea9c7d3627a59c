"""KYC records: packed as contracts/libraries/Record.sol reads them."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rwa_deploy.compliance.records import TAX_CODES, TIER_CODES, pack
from rwa_deploy.model import Investor, TaxClass, Tier

SOURCE = (Path(__file__).resolve().parents[2] / "contracts" / "libraries" / "Record.sol").read_text()
SHIFTS = {name: int(bits) for name, bits in re.findall(r"uint256 private constant _(\w+) = (\d+);", SOURCE)}
READER = r"function (\w+)\(Record r\) internal pure returns \(uint(\d+)\) \{\s*return uint\d+\(([^;]+)\);"

investors = st.builds(
    Investor,
    wallet=st.just("0x" + "11" * 20),
    number=st.integers(1, 2**64 - 1),
    tier=st.sampled_from(Tier),
    country=st.integers(1, 999),
    tax_class=st.sampled_from(TaxClass),
    valid_until=st.integers(0, 2**40 - 1),
    provider=st.just("Binance"),
    file_hash=st.just(bytes(32)),
)


def fields() -> dict[str, tuple[int, int]]:
    """Field -> (shift, bits), as the library's own getters say."""
    found = {}
    for name, bits, body in re.findall(READER, SOURCE):
        shift = re.search(r">> (\w+)", body)
        at = 0 if shift is None else int(shift[1]) if shift[1].isdigit() else SHIFTS[shift[1].removeprefix("_")]
        found[name] = (at, int(bits))
    return found


FIELDS = fields()


def read(word: int, field: str) -> int:
    shift, bits = FIELDS[field]
    return word >> shift & (1 << bits) - 1


def test_library_has_ten_fields_side_by_side_in_one_slot():
    ends, end = sorted(FIELDS.values()), 0
    for shift, bits in ends:
        assert shift == end
        end = shift + bits
    assert (len(ends), end) == (10, 224)


@settings(max_examples=40)
@given(investors, st.integers(0, 255))
def test_pack_puts_every_field_where_the_library_reads_it(investor: Investor, provider: int):
    word = pack(investor, provider)
    assert {
        "tier": read(word, "tier"),
        "country": read(word, "country"),
        "provider": read(word, "provider"),
        "taxClass": read(word, "taxClass"),
        "validUntil": read(word, "validUntil"),
        "investor": read(word, "investor"),
    } == {
        "tier": TIER_CODES[investor.tier],
        "country": investor.country,
        "provider": provider,
        "taxClass": TAX_CODES[investor.tax_class],
        "validUntil": investor.valid_until,
        "investor": investor.number,
    }


@settings(max_examples=40)
@given(investors)
def test_pack_leaves_the_allowlists_own_fields_empty(investor: Investor):
    word = pack(investor)
    empty = ("provider", "taxClassBefore", "taxChangedDay", "updatedAt", "flags")
    assert [read(word, field) for field in empty] == [0] * 5


@pytest.mark.parametrize("codes", [TIER_CODES, TAX_CODES], ids=["tiers", "tax classes"])
def test_codes_count_from_one_because_zero_means_none(codes):
    assert list(codes.values()) == list(range(1, len(codes) + 1))


def test_tier_codes_end_where_the_library_says():
    (highest,) = re.findall(r"_TIERS = (\d+);", SOURCE)
    assert max(TIER_CODES.values()) == int(highest)

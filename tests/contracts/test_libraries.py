"""Units, Record and Account: the same numbers on chain and in Python."""

import pytest
from evm import Contract, expect_revert
from hypothesis import given
from hypothesis import strategies as st
from world import DAY, World, record

from rwa_deploy import units, wiring

AMOUNT = st.integers(0, units.MAX_AMOUNT)
WORD = st.integers(0, 2**256 - 1)
FROZEN, PLEDGED = 1 << 168, 1 << 169


@pytest.fixture(scope="module")
def library(built_world: World) -> Contract:
    return built_world.deploy("LibraryHarness")


@given(face=AMOUNT, price=st.integers(0, 200 * units.PAR))
def test_cash_for_face_up_equals_python(library: Contract, face: int, price: int):
    assert library.cashForFaceUp(face, price) == units.cash_for_face_up(face, price)


@pytest.mark.parametrize(
    ("face", "price", "cash"),
    [
        (5_000 * units.ONE, 98_383_200, 4_919_160_000),
        (1, 1, 10_000),
        (100 * units.ONE, 98_380_000, 98_380_000),
        (100 * units.ONE, 98_380_001, 98_390_000),
        (0, 98_380_000, 0),
    ],
)
def test_cash_for_face_up_rounds_to_the_paisa_above(library: Contract, face: int, price: int, cash: int):
    assert library.cashForFaceUp(face, price) == cash


@given(pkr=AMOUNT, rate=st.integers(1, 2**64))
def test_usd_for_pkr_up_equals_python(library: Contract, pkr: int, rate: int):
    assert library.usdForPkrUp(pkr, rate) == units.usd_for_pkr_up(pkr, rate)


def test_usd_for_pkr_up_panics_when_the_rate_is_zero(library: Contract):
    with expect_revert("Panic", code=0x12):
        library.usdForPkrUp(1, 0)


@given(quantity=AMOUNT, price=st.integers(1, 2**96))
def test_usd_for_units_up_equals_python(library: Contract, quantity: int, price: int):
    assert library.usdForUnitsUp(quantity, price) == units.usd_for_units_up(quantity, price)


@given(amount=AMOUNT, part=AMOUNT, whole=st.integers(1, units.MAX_AMOUNT))
def test_share_down_equals_python(library: Contract, amount: int, part: int, whole: int):
    assert library.shareDown(amount, part, whole) == units.mul_div_down(amount, part, whole)


@given(timestamp=st.integers(0, 2**40))
def test_day_equals_python(library: Contract, timestamp: int):
    assert library.day(timestamp) == units.day(timestamp)


@given(number=st.integers(1, 2**24))
def test_start_of_is_the_first_second_of_its_day(library: Contract, number: int):
    start = library.startOf(number)
    assert (units.day(start - 1), units.day(start), units.day(start + DAY - 1)) == (number - 1, number, number)


FIELDS = {
    "tier": st.integers(0, 2**8 - 1),
    "country": st.integers(0, 2**16 - 1),
    "provider": st.integers(0, 2**8 - 1),
    "tax_class": st.integers(0, 2**8 - 1),
    "tax_class_before": st.integers(0, 2**8 - 1),
    "tax_day": st.integers(0, 2**24 - 1),
    "valid_until": st.integers(0, 2**40 - 1),
    "updated_at": st.integers(0, 2**40 - 1),
    "investor": st.integers(0, 2**64 - 1),
    "flags": st.integers(0, 2**8 - 1),
}


@given(fields=st.fixed_dictionaries(FIELDS))
def test_record_reads_back_every_field(library: Contract, fields: dict[str, int]):
    assert tuple(library.readRecord(record(**fields))) == tuple(fields[name] for name in FIELDS)


@given(fields=st.fixed_dictionaries(FIELDS), changes=st.fixed_dictionaries(FIELDS))
def test_record_writes_touch_no_other_field(library: Contract, fields: dict[str, int], changes: dict[str, int]):
    written = {name: changes[name] for name in ("tax_class_before", "tax_day", "updated_at", "flags")}
    assert library.writeRecord(record(**fields), *written.values()) == record(**{**fields, **written})


ROW = ("tier", "country", "tax_class", "valid_until", "investor")


@given(fields=st.fixed_dictionaries(FIELDS), provider=st.integers(0, 255), now=st.integers(0, 2**40 - 1))
def test_record_stamped_takes_what_a_row_may_say_and_clears_the_rest(
    library: Contract, fields: dict[str, int], provider: int, now: int
):
    kept = {name: fields[name] for name in ROW}
    assert library.stamped(record(**fields), provider, now) == record(**kept, provider=provider, updated_at=now)


@pytest.mark.parametrize(("flags", "expected"), [(0, "---"), (1, "r--"), (2, "-s-"), (6, "-sm"), (7, "rsm")])
def test_record_flags_are_revoked_system_and_mover(library: Contract, flags: int, expected: str):
    read = library.readFlags(record(flags=flags, valid_until=0))
    assert "".join(letter if on else "-" for letter, on in zip("rsm", read[1:], strict=True)) == expected


@pytest.mark.parametrize(("flags", "expected"), [(0, (0, 0)), (8, (1, 0)), (16, (0, 1)), (25, (1, 1)), (231, (0, 0))])
def test_record_flags_are_frozen_and_replaced(library: Contract, flags: int, expected: tuple[int, int]):
    assert tuple(library.isStopped(record(flags=flags))) == expected


@given(flags=st.integers(0, 255), until=st.integers(0, 2**40 - 1), now=st.integers(0, 2**40 - 1))
def test_record_of_a_mover_moves_from_the_end_of_its_suspension_on(library: Contract, flags: int, until: int, now: int):
    assert library.isMoverAt(record(flags=flags, valid_until=until), now) is (flags & 4 != 0 and now >= until)


@given(flags=st.integers(0, 255), until=st.integers(0, 2**40 - 1), now=st.integers(0, 2**40 - 1))
def test_record_is_in_order_without_flags_until_its_last_second_or_as_the_systems(
    library: Contract, flags: int, until: int, now: int
):
    expected = flags & 2 != 0 or (flags == 0 and now <= until)
    assert library.isInOrder(record(flags=flags, valid_until=until), now) is expected


@given(fields=st.fixed_dictionaries(FIELDS), until=st.integers(0, 2**40 - 1))
def test_record_with_valid_until_touches_no_other_field(library: Contract, fields: dict[str, int], until: int):
    assert library.withValidUntil(record(**fields), until) == record(**{**fields, "valid_until": until})


def test_record_is_empty_only_when_the_slot_is_zero(library: Contract):
    assert library.readFlags(0).empty
    assert not library.readFlags(record(updated_at=1, tier=0, country=0, tax_class=0, valid_until=0)).empty


@given(word=WORD)
def test_account_reads_balance_time_and_flags(library: Contract, word: int):
    read = library.readAccount(word)
    expected = (word % 2**128, (word >> 128) % 2**40, word & (FROZEN | PLEDGED) != 0, word & PLEDGED != 0)
    assert tuple(read) == expected


@given(word=WORD, less=AMOUNT, more=AMOUNT, touched=st.integers(0, 2**40 - 1), on=st.booleans())
def test_account_writes_touch_no_other_field(
    library: Contract, word: int, less: int, more: int, touched: int, on: bool
):
    before = word % 2**128
    less, more = min(less, before), min(more, units.MAX_AMOUNT - before)
    written = library.writeAccount(word, less, more, touched, PLEDGED, on)
    assert written >> 170 == word >> 170
    assert written & FROZEN == word & FROZEN
    read = library.readAccount(written)
    assert (read.balance, read.touchedAt, read.pledged) == (before - less + more, touched, on)


def test_offices_are_those_of_the_wiring_table(library: Contract):
    assert library.offices() == list(wiring.OFFICES.values())


def test_restrictions_keep_their_published_numbers(library: Contract):
    of_the_token = [0, 1, 2, 3, 4, 5, 6, 7]
    parties, offsets = [10, 20, 60], [0, 1, 2, 3, 4, 5, 6]
    of_the_policy = [30, 31, 32, 33, 34, 35, 36, 37]
    assert library.restrictions() == of_the_token + parties + offsets + of_the_policy

"""TaxTable: rows with their days, and the rates that a payment is taxed by."""

import pytest
from evm import Contract, address_of, expect_revert
from hypothesis import given, settings
from hypothesis import strategies as st
from world import DAY, EXTERNAL, GOVERNMENT, NOW, SUKUK, TAX_RATES, World, packed

TAX_OFFICE = address_of("tax_office")
TODAY = (NOW + 5 * 3_600) // DAY
CLASS = 9  # of which no row is set


def set_row(table: Contract, from_day: int, rates: tuple[int, ...] = (1, 2), instrument_class: int = CLASS):
    row = from_day | packed(rates) << 128
    return table.setRates(instrument_class, row, packed(rates), by=TAX_OFFICE)


def first_day(row: int) -> int:
    return row % 2**24


def test_set_rates_adds_the_first_row_from_any_day(tax_table: Contract):
    row = 77 | 1 << 24 | 12_345 << 32 | packed((2_000, 1_500)) << 128
    receipt = tax_table.setRates(CLASS, row, packed((1_000, 500)), by=TAX_OFFICE)
    assert receipt.log == (("RatesSet", CLASS, 77, row, packed((1_000, 500))),)
    assert tuple(tax_table.rowOn(CLASS, 77)) == (row, packed((1_000, 500)))
    assert [list(part) for part in tax_table.rowsOf(CLASS)] == [[row], [packed((1_000, 500))]]


@pytest.mark.parametrize("early", [1, 0])
def test_set_rates_begins_tomorrow_at_the_earliest(world: World, tax_table: Contract, early: int):
    set_row(tax_table, 0)
    if early:
        with expect_revert("RowNotInOrder", instrumentClass=CLASS, fromDay=TODAY, earliest=TODAY + 1):
            set_row(tax_table, TODAY)
    else:
        set_row(tax_table, TODAY + 1)
        assert first_day(tax_table.rowOn(CLASS, TODAY + 1).row) == TODAY + 1


@pytest.mark.parametrize("early", [1, 0])
def test_set_rates_follows_the_row_before_it(tax_table: Contract, early: int):
    set_row(tax_table, TODAY + 100)
    if early:
        with expect_revert("RowNotInOrder", instrumentClass=CLASS, fromDay=TODAY + 100, earliest=TODAY + 101):
            set_row(tax_table, TODAY + 100)
    else:
        set_row(tax_table, TODAY + 101)
        assert len(tax_table.rowsOf(CLASS).rows) == 2


def test_set_rates_keeps_the_past_of_each_class_to_itself(world: World, tax_table: Contract):
    before = tax_table.rowOn(GOVERNMENT, TODAY).row
    set_row(tax_table, TODAY + 1, (9,), GOVERNMENT)
    assert tax_table.rowOn(GOVERNMENT, TODAY).row == before
    assert tax_table.rowOn(SUKUK, TODAY + 1).row == packed(TAX_RATES[SUKUK]) << 128


@pytest.mark.parametrize("place", range(8))
def test_set_rates_refuses_a_rate_above_all_of_it(tax_table: Contract, place: int):
    rates = [10_000] * 8
    set_row(tax_table, 0, tuple(rates))
    rates[place] = 10_001
    with expect_revert("RateInvalid", bps=10_001):
        set_row(tax_table, TODAY + 1, tuple(rates))


def test_set_rates_refuses_a_reduced_rate_above_all_of_it(tax_table: Contract):
    with expect_revert("RateInvalid", bps=10_001):
        tax_table.setRates(CLASS, packed((1,)) << 128, packed((0, 10_001)), by=TAX_OFFICE)
    assert tax_table.rowsOf(CLASS).rows == []


def test_set_rates_reverts_for_another_office(tax_table: Contract, debt_office: str):
    with expect_revert("AccessManagedUnauthorized", caller=debt_office):
        tax_table.setRates(CLASS, 0, 0, by=debt_office)


@pytest.mark.parametrize(("instrument_class", "day"), [(CLASS, TODAY), (256 + GOVERNMENT, TODAY), (2**200, 0)])
def test_row_on_reverts_when_no_row_was_set(tax_table: Contract, instrument_class: int, day: int):
    with expect_revert("NoRates", instrumentClass=instrument_class, dayNumber=day):
        tax_table.rowOn(instrument_class, day)


def test_row_on_reverts_before_the_first_row(tax_table: Contract):
    set_row(tax_table, 100)
    with expect_revert("NoRates", instrumentClass=CLASS, dayNumber=99):
        tax_table.rowOn(CLASS, 99)


def test_row_on_of_an_external_bond_is_free(tax_table: Contract):
    assert tuple(tax_table.rowOn(EXTERNAL, TODAY)) == (0, 0)


@settings(max_examples=25)
@given(steps=st.lists(st.integers(1, 400), min_size=1, max_size=8), asked=st.integers(0, 3_500))
def test_row_on_is_the_last_that_has_begun(built_world: World, steps: list[int], asked: int):
    world = built_world
    with world.chain.rolled_back():
        begins = [TODAY + sum(steps[: at + 1]) for at in range(len(steps))]
        for place, day in enumerate(begins):
            set_row(world.tax_table, day, (place,))
        begun = [place for place, day in enumerate(begins) if day <= TODAY + asked]
        if begun:
            assert world.tax_table.rowOn(CLASS, TODAY + asked).row >> 128 == begun[-1]
        else:
            with expect_revert("NoRates", instrumentClass=CLASS, dayNumber=TODAY + asked):
                world.tax_table.rowOn(CLASS, TODAY + asked)

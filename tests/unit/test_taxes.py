"""finance.taxes and tax_file: the rate in force on the day due, and what is withheld."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rwa_deploy import units
from rwa_deploy.compliance.records import TAX_CODES
from rwa_deploy.errors import ConfigError
from rwa_deploy.finance.taxes import InstrumentClass, TaxRow, pack_row, rate_bps, row_for, withhold_up
from rwa_deploy.model import TaxClass
from rwa_deploy.tax_file import load_taxes

FILE = Path(__file__).parents[2] / "scripts/tax/profit-on-debt.toml"
NOW = date(2026, 1, 2)
MILLION = 1_000_000 * units.ONE
BILLS, SUKUK, EXTERNAL = InstrumentClass


@pytest.fixture(scope="module")
def table() -> tuple[TaxRow, ...]:
    return load_taxes(FILE)


@pytest.mark.parametrize(
    ("instrument", "rates"),
    [
        (BILLS, (2000, 4000, 1000, 0, 2000, 4000, 4000)),
        (SUKUK, (1250, 2500, 1000, 0, 2500, 5000, 5000)),
        (EXTERNAL, (0, 0, 0, 0, 0, 0, 0)),
    ],
)
def test_rate_bps_is_that_of_the_card_of_2025_26(
    table: tuple[TaxRow, ...], instrument: InstrumentClass, rates: tuple[int, ...]
) -> None:
    found = [rate_bps(table, instrument, kind, NOW, 2 * MILLION) for kind in (*TaxClass, None)]
    assert tuple(found) == rates


@pytest.mark.parametrize(
    ("kind", "gross", "bps"),
    [
        (TaxClass.FILER, MILLION, 1000),
        (TaxClass.FILER, MILLION + 1, 1250),
        (TaxClass.NON_FILER, MILLION, 2000),
        (TaxClass.FILER_COMPANY, MILLION, 2500),
        (TaxClass.EXEMPT, 0, 0),
        (None, 0, 5000),
    ],
)
def test_rate_bps_of_a_sukuk_is_lower_up_to_a_million_for_persons(
    table: tuple[TaxRow, ...], kind: TaxClass | None, gross: int, bps: int
) -> None:
    assert rate_bps(table, SUKUK, kind, NOW, gross) == bps


def test_rate_bps_is_that_in_force_on_the_day_due(table: tuple[TaxRow, ...]) -> None:
    days = (date(2025, 6, 30), date(2025, 7, 1))
    assert [rate_bps(table, BILLS, TaxClass.FILER, day, 0) for day in days] == [1500, 2000]


def test_row_for_refuses_a_day_before_the_first_row(table: tuple[TaxRow, ...]) -> None:
    with pytest.raises(ValueError, match="no tax rate for government_security on 2019-12-31"):
        row_for(table, BILLS, date(2019, 12, 31))


def test_row_says_whether_the_discount_is_taxed(table: tuple[TaxRow, ...]) -> None:
    assert [row_for(table, kind, NOW).taxes_discount for kind in InstrumentClass] == [True, True, False]


@pytest.mark.parametrize(
    ("gross", "bps", "tax"),
    [(3_500_010_000, 1500, 525_010_000), (10_000, 1, 10_000), (0, 5000, 0), (10_000, 10_000, 10_000), (20_000, 0, 0)],
)
def test_withhold_up_rounds_to_the_paisa_against_the_holder(gross: int, bps: int, tax: int) -> None:
    assert withhold_up(gross, bps) == tax


@given(st.integers(0, 10**15), st.integers(0, 10_000))
def test_withhold_up_is_never_above_the_gross_nor_a_paisa_too_much(steps: int, bps: int) -> None:
    gross = steps * units.MINOR_UNIT
    tax = withhold_up(gross, bps)
    assert tax <= gross
    assert 0 <= tax * 10_000 - gross * bps < units.MINOR_UNIT * 10_000


@pytest.mark.parametrize(("gross", "bps"), [(-1, 0), (1, -1), (1, 10_001)])
def test_withhold_up_refuses_what_is_no_tax(gross: int, bps: int) -> None:
    with pytest.raises(ValueError, match="give 0 to 10000 bps"):
        withhold_up(gross, bps)


def test_pack_row_lays_the_fields_out_as_the_contract_reads_them(table: tuple[TaxRow, ...]) -> None:
    word, reduced = pack_row(row_for(table, SUKUK, NOW))
    assert word & 0xFFFFFF == (date(2025, 7, 1) - date(1970, 1, 1)).days
    assert word >> 24 & 0xFF == 1
    assert word >> 32 & (1 << 96) - 1 == MILLION
    rates = [word >> 128 + 16 * code & 0xFFFF for code in range(8)]
    assert rates == [0, 1250, 2500, 1000, 0, 2500, 5000, 0]
    assert [reduced >> 16 * code & 0xFFFF for code in range(8)] == [0, 1000, 2000, 1000, 0, 2500, 5000, 0]


def test_pack_row_has_no_limit_without_reduced_rates(table: tuple[TaxRow, ...]) -> None:
    word, reduced = pack_row(row_for(table, BILLS, NOW))
    assert word >> 32 & (1 << 96) - 1 == 0
    assert reduced == word >> 128


def test_tax_codes_on_chain_are_the_order_of_the_classes() -> None:
    names = ("filer", "non_filer", "non_resident", "exempt", "filer_company", "non_filer_company")
    assert {str(kind): code for kind, code in TAX_CODES.items()} == {name: n for n, name in enumerate(names, start=1)}
    assert [kind.code for kind in InstrumentClass] == [1, 2, 3]


RATES = (
    "rate_bps = { filer = 1, non_filer = 2, non_resident = 1, exempt = 0, filer_company = 1, non_filer_company = 2 }"
)
ROW = (
    f'[[row]]\ninstrument_class = "sukuk"\neffective_from = 2025-07-01\nsource = "x"\ntaxes_discount = true\n{RATES}\n'
)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (ROW.replace("sukuk", "sukook"), r"row.1.instrument_class: known are government_security, sukuk, external"),
        (ROW.replace("exempt = 0, ", ""), "rate_bps has no exempt"),
        (ROW.replace("exempt = 0", "exempt = 0.5"), "row.1.rate_bps.exempt"),
        (ROW.replace("exempt = 0", "exempt = 10001"), "row.1.rate_bps.exempt"),
        (ROW.replace("exempt", "exmpt"), "row.1.rate_bps.exmpt"),
        (ROW.replace("source", "sauce"), "unknown key row.1.sauce; did you mean source"),
        (ROW + ROW, "sukuk has two rows from 2025-07-01"),
        (ROW + "[row.reduced]\nreturn_up_to = 5\nrate_bps = { filer = 3 }\n", "reduced.rate_bps.filer is above"),
        (ROW + "[row.reduced]\nreturn_up_to = 5.5\nrate_bps = { filer = 1 }\n", "an amount is a whole number"),
    ],
)
def test_load_taxes_refuses_in_one_sentence(tmp_path: Path, text: str, match: str) -> None:
    path = tmp_path / "taxes.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=match):
        load_taxes(path)

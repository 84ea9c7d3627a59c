"""terms: what a terms.toml says, what it may not say, and what the contracts, the diary and the hash make of it."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from eth_abi import encode
from eth_utils.crypto import keccak
from stdnum import isin

from rwa_deploy import terms as terms_
from rwa_deploy import units
from rwa_deploy.errors import ConfigError
from rwa_deploy.finance.calendars import Calendar, DayStatus
from rwa_deploy.finance.packing import Option, OptionKind, unpack
from rwa_deploy.finance.schedules import Form
from rwa_deploy.finance.taxes import InstrumentClass

KINDS = terms_.template_kinds()
# IBondToken.Terms
TUPLE = (
    "(string,string,bytes12,bytes3,uint64,uint64,uint128,uint128,bytes32,uint8,uint8,uint8,uint8,uint8,uint8,"
    "uint32,uint32,uint32,uint32,uint256[],uint256[],uint256[])"
)


NAMES = (
    *("name", "symbol", "isin", "currency", "issue", "maturity", "denomination", "max_face", "hash", "form", "basis"),
    *("frequency", "class", "record_days", "grace_days", "issue_price", "margin", "min_rate", "max_rate"),
    *("periods", "factors", "options"),
)


def _load(folder: Path, kind: str, *changes: tuple[str, str], calendar: Calendar | None = None) -> terms_.Terms:
    text = terms_.draft(kind)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "terms.toml"
    path.write_text(text)
    return terms_.load(path, calendar=calendar) if calendar else terms_.load(path)


def _abi(terms: terms_.Terms) -> dict[str, Any]:
    return dict(zip(NAMES, terms_.abi_terms(terms), strict=True))


# ── templates ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", KINDS)
def test_every_template_loads_and_fits_the_contracts_tuple(tmp_path: Path, kind: str) -> None:
    terms = _load(tmp_path, kind)
    assert isin.validate(terms.isin) == terms.isin
    assert encode([TUPLE], [terms_.abi_terms(terms)])


@pytest.mark.parametrize("kind", KINDS)
def test_every_template_says_which_isin_it_has(kind: str) -> None:
    text = terms_.draft(kind)
    ours = "PKRWA" in re.findall(r'^isin = "(.+)"$', text, re.MULTILINE)[0]
    assert ("Not a real ISIN" in text) is ours


def test_templates_are_those_of_the_issue() -> None:
    bills = ("mtb-1m", "mtb-3m", "mtb-6m", "mtb-12m")
    bonds = ("pib-fixed-3y", "pib-zero-2y", "pfl-quarterly", "pfl-semi-annual", "step-up", "amortising")
    sukuk = ("gis-fixed", "gis-variable", "gis-discounted-1y", "sukuk-usd")
    assert set(KINDS) == {*bills, *bonds, *sukuk, "eurobond-usd", "callable", "puttable"}


def test_draft_names_all_kinds_when_it_knows_none() -> None:
    with pytest.raises(ValueError, match="no template pib; known are amortising, callable"):
        terms_.draft("pib")


def test_bill_of_auction_574_is_the_published_one(tmp_path: Path) -> None:
    terms = _load(tmp_path, "mtb-3m")
    assert (terms.isin, terms.issue_date, terms.maturity_date) == ("PK03T0312205", date(2020, 9, 10), date(2020, 12, 3))
    abi = _abi(terms)
    assert (abi["form"], abi["basis"], abi["frequency"], abi["periods"]) == (0, 0, 0, [])
    assert abi["issue_price"] == 98_383_200


# ── what the contracts get ───────────────────────────────────────────────────────────────────────────────────────────


def test_abi_terms_of_the_pib_are_its_terms_in_units(tmp_path: Path) -> None:
    terms = _load(tmp_path, "pib-fixed-3y")
    abi = _abi(terms)
    assert (abi["isin"], abi["currency"]) == (terms.isin.encode(), b"PKR")
    assert abi["issue"] == units.unix_from_date(date(2020, 8, 20))
    assert (abi["denomination"], abi["max_face"]) == (100_000 * units.ONE, 500_000 * units.MILLION)
    assert (abi["form"], abi["basis"], abi["frequency"], abi["class"]) == (2, 1, 2, 1)
    assert (abi["margin"], abi["min_rate"], abi["max_rate"], abi["issue_price"]) == (0, 0, 0, units.PAR)
    ends = [value & 0xFFFFFF for value in unpack(abi["periods"], 6, 64)]
    assert units.date_from_unix(ends[0] * 86_400) == date(2021, 2, 20)
    assert abi["hash"] == terms_.terms_hash(terms)


def test_abi_terms_of_a_floater_carry_margin_and_bounds(tmp_path: Path) -> None:
    abi = _abi(_load(tmp_path, "pfl-quarterly", ('margin = "0.00"', 'margin = "0.75"')))
    assert (abi["form"], abi["margin"], abi["min_rate"], abi["max_rate"]) == (3, 750_000, 0, 50_000_000)


def test_abi_terms_of_an_amortising_and_a_callable_bond(tmp_path: Path) -> None:
    factors = unpack(_abi(_load(tmp_path, "amortising"))["factors"], 8, 32)
    assert [factor // 10**6 for factor in factors] == [1000, 1000, 875, 750, 625, 500, 250, 0]
    terms = _load(tmp_path, "callable")
    found = terms_.options(terms, terms_.schedule(terms))
    assert found == (Option(5, OptionKind.CALL, 101_000_000), Option(7, OptionKind.CALL, 100_000_000))


def test_schedule_of_a_step_up_takes_each_rate_from_its_date(tmp_path: Path) -> None:
    made = terms_.schedule(_load(tmp_path, "step-up"))
    assert [(period.rate or 0) // 10**4 for period in made.periods] == [1000] * 4 + [1100] * 2 + [1250] * 2


def test_schedule_follows_the_calendar_it_is_given(tmp_path: Path) -> None:
    calendar = Calendar({date(2021, 2, 22): DayStatus.HOLIDAY})
    terms = _load(tmp_path, "pib-fixed-3y", calendar=calendar)
    assert terms_.schedule(terms, calendar=calendar).periods[0].payable == date(2021, 2, 23)


def test_terms_name_their_classes(tmp_path: Path) -> None:
    kinds = ("mtb-3m", "gis-fixed", "sukuk-usd")
    found = [(_load(tmp_path, kind).instrument_class, _load(tmp_path, kind).interest_type) for kind in kinds]
    assert found == [
        (InstrumentClass.GOVERNMENT_SECURITY, Form.DISCOUNT),
        (InstrumentClass.SUKUK, Form.FIXED),
        (InstrumentClass.EXTERNAL, Form.FIXED),
    ]


# ── term sheet ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_term_sheet_is_canonical_json_without_floats(tmp_path: Path) -> None:
    sheet = terms_.term_sheet(_load(tmp_path, "eurobond-usd"))
    content = json.loads(sheet, parse_float=lambda text: pytest.fail(f"a float: {text}"))
    assert json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == sheet
    assert (content["interest_rate"], content["specified_denomination"]) == ("6.875000", "200000.000000")
    assert (content["day_count_fraction"], content["issue_date"]) == ("30/360", "2017-12-05")


def test_terms_hash_is_keccak_of_the_sheet_and_the_same_for_two_ways_of_writing_it(tmp_path: Path) -> None:
    one = _load(tmp_path, "pib-fixed-3y")
    other = _load(tmp_path, "pib-fixed-3y", ('"7.00"', "7"), ("100000\n", '"100000.00"\n'))
    assert terms_.terms_hash(one) == keccak(terms_.term_sheet(one)) == terms_.terms_hash(other)


def test_terms_hash_changes_with_any_term(tmp_path: Path) -> None:
    one = _load(tmp_path, "pib-fixed-3y")
    other = _load(tmp_path, "pib-fixed-3y", ("grace_days = 7", "grace_days = 8"))
    assert terms_.terms_hash(one) != terms_.terms_hash(other)


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────────


PIB, BILL, FLOATER = "pib-fixed-3y", "mtb-3m", "pfl-quarterly"
MATURES, PAYS = "maturity_date = 2023-08-20", 'interest_type = "fixed"'


@pytest.mark.parametrize(
    ("kind", "old", "new", "match"),
    [
        (PIB, MATURES, "maturity_date = 2020-08-20", "maturity_date 2020-08-20 is not after issue_date 2020-08-20"),
        (BILL, "record_days", 'interest_rate = "7"\nrecord_days', "interest_rate has no place with .* discount"),
        (BILL, "record_days", 'interest_payment_frequency = "monthly"\nrecord_days', "frequency has no place"),
        (FLOATER, "record_days", 'interest_rate = "7"\nrecord_days', "interest_rate has no place with .* floating"),
        (PIB, 'interest_rate = "7.00"\n', "", "interest_rate is missing, which interest_type fixed needs"),
        (PIB, 'day_count_fraction = "Actual/Actual (ICMA)"\n', "", "day_count_fraction is missing"),
        (PIB, '"7.00"', '"134.3"', "interest_rate: 134.3 % cannot be held; a rate is from 0 to 134.217727"),
        (PIB, '"7.00"', '"-1"', "interest_rate: -1 % cannot be held"),
        (PIB, '"7.00"', "7.00", "interest_rate: a rate in per cent is a whole number, or a decimal in quotes"),
        (PIB, '"7.00"', '"7.0000001"', "interest_rate: has more than 6 decimals"),
        (
            PIB,
            "specified_denomination = 100000",
            'specified_denomination = "1e5"',
            "specified_denomination: not a plain",
        ),
        (PIB, "= 100000\n", "= 600000000000\n", "specified_denomination is above maximum_face"),
        (PIB, "= 100000\n", "= 0\n", "specified_denomination is zero"),
        (PIB, MATURES, MATURES + '\nissue_price = "0"', "issue_price is zero"),
        (
            PIB,
            MATURES,
            MATURES + "\nfirst_interest_payment_date = 2020-08-20",
            "first_interest_payment_date 2020-08-20",
        ),
        (PIB, MATURES, MATURES + "\ninterest_commencement_date = 2020-08-21", "commencement_date is not issue_date"),
        (PIB, MATURES, "maturity_date = 2021-05-08", "2021-05-08 rolls to 2021-05-17, more than 7 days"),
        (PIB, "record_days = 1 ", "record_days = 61 ", "record_days: input should be less than or equal to 60"),
        (PIB, '"PKRWAPIB23F', '"PKRWAPIB24F', "isin: is PKRWAPIB24F., no ISIN"),
        (PIB, '"DBFTFR"', '"ESVUFR"', "cfi: is ESVUFR, the CFI code of no debt instrument; it must begin with D"),
        (PIB, '"DBFTFR"', '"DBQTFR"', "cfi: is DBQTFR, no CFI code of ISO 10962"),
        (PIB, '"DBFTFR"', '"DBVTFR"', "cfi DBVTFR does not say fixed in its third letter"),
        (PIB, '"PAKISTAN/', '"Pakistan/', "fisn: is .*, no FISN"),
        (PIB, '"PKR"', '"PKX"', "specified_currency: is PKX, no currency"),
        (PIB, "governing_law", 'issuer_lei = "549300RWA"\ngoverning_law', "issuer_lei: is 549300RWA, no LEI"),
        (PIB, PAYS, PAYS + '\nbusiness_centre = "USNY"', "business_centre: input should be 'PKKA'"),
        (PIB, PAYS, PAYS + '\nbusiness_day_convention = "preceding"', "business_day_convention: input should be"),
        (PIB, "record_days", "recrod_days", "unknown key recrod_days; did you mean record_days"),
        (PIB, 'name = "', 'name = "A very long name of a ', "name: is not 1 to 31 plain characters"),
        ("step-up", "2028-01-20", "2028-02-20", "the rate steps on 2028-02-20, where no interest period starts"),
        ("step-up", "from_date = 2028-01-20", "from_date = 2029-07-20", "out of order"),
        ("amortising", '"0.875", "0.75"', '"0.75", "0.875"', "pool factors never rise"),
        ("amortising", '"0.25", "0"', '"0.25", "0.1"', "end at 0"),
        ("amortising", '"1", "1", ', '"1", ', "7 pool factors for 8 payments"),
        ("amortising", '"0.875"', '"1.1"', "pool_factors.3: a pool factor of 1.1 is none"),
        ("callable", "on_date = 2029-01-20", "on_date = 2029-02-20", "on_date 2029-02-20 is no interest payment date"),
        ("callable", "on_date = 2029-01-20", "on_date = 2031-01-20", "on_date 2031-01-20 is no interest payment date"),
        (FLOATER, 'minimum_rate = "0"', 'minimum_rate = "51"', "floating.maximum_rate is below minimum_rate"),
        (FLOATER, "[floating]", "[fluctuating]", "unknown key fluctuating"),
    ],
)
def test_load_refuses_in_one_sentence(tmp_path: Path, kind: str, old: str, new: str, match: str) -> None:
    with pytest.raises(ConfigError, match=match) as refused:
        _load(tmp_path, kind, (old, new))
    assert refused.value.message.startswith(f"{tmp_path}/terms.toml: ")
    assert "\n" not in refused.value.message


def test_load_refuses_a_roll_that_only_the_operators_calendar_makes(tmp_path: Path) -> None:
    closed = Calendar({date(2021, 2, day): DayStatus.HOLIDAY for day in range(20, 29)})
    with pytest.raises(ConfigError, match="2021-02-20 rolls to 2021-03-01, more than 7 days"):
        _load(tmp_path, PIB, calendar=closed)


def test_terms_are_frozen(tmp_path: Path) -> None:
    terms = _load(tmp_path, PIB)
    with pytest.raises(ValueError, match="frozen"):
        terms.name = "another"  # type: ignore[misc]


# ── diary ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_ics_has_an_event_for_every_date_with_its_own_identifier(tmp_path: Path) -> None:
    lines = _unfolded(terms_.ics(_load(tmp_path, PIB)))
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(uids) == len(set(uids)) == 6 + 6 + 2  # payments, record dates, issue and redemption
    assert "DTSTART;VALUE=DATE:20210222" in lines  # 20 February 2021 is a Saturday
    assert "DTSTART;VALUE=DATE:20210219" in lines  # its record date
    assert {line for line in lines if line.startswith("DTSTAMP")} == {"DTSTAMP:20200820T000000Z"}


@pytest.mark.parametrize("kind", KINDS)
def test_ics_lines_end_in_crlf_and_are_folded_at_75_octets(tmp_path: Path, kind: str) -> None:
    text = terms_.ics(_load(tmp_path, kind))
    assert text.count("\n") == text.count("\r\n")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert text == terms_.ics(_load(tmp_path, kind))


def test_ics_tells_instalments_unfixed_rates_and_dates_that_may_move(tmp_path: Path) -> None:
    told = {kind: "".join(_unfolded(terms_.ics(_load(tmp_path, kind)))) for kind in ("amortising", FLOATER)}
    assert "5.500000 per 100 of face\\, and an instalment of 12.500000" in told["amortising"]
    assert "the rate is not fixed yet" in told[FLOATER]
    moved = _load(tmp_path, PIB, (MATURES, "maturity_date = 2028-02-28"))
    assert "waits for the moon" in "".join(_unfolded(terms_.ics(moved)))

"""compliance: onboarding files, identifiers, hashes, and the made-up investors of scenarios."""

import hashlib
import hmac
from datetime import date
from pathlib import Path

import pytest
from eth_utils.address import to_checksum_address
from stdnum import lei
from stdnum.pk import cnic

from rwa_deploy import units
from rwa_deploy.compliance import draw, investors
from rwa_deploy.errors import InputError
from rwa_deploy.finance.bids import read_non_competitive
from rwa_deploy.model import Investor, TaxClass, Tier

HEADER = "wallet,investor,tier,country,tax_class,valid_until,provider"
SALT = bytes(range(32))
LEI = "213800KUD8LAJWSQ9D15"
CNIC = "79999-0000001-2"
UNTIL = date(2021, 9, 1)
PROVIDERS = ("Binance", "HTX")


def _wallet(number: int) -> str:
    return str(to_checksum_address(f"0x{number:040x}"))


def _row(number: int = 1, **changes: str) -> str:
    cells = {
        "wallet": _wallet(number),
        "investor": CNIC,
        "tier": "retail_resident",
        "country": "PAK",
        "tax_class": "filer",
        "valid_until": "2021-09-01",
        "provider": "Binance",
    }
    return ",".join((cells | changes).values())


def _file(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def _refused(path: Path, **options: date) -> InputError:
    with pytest.raises(InputError) as caught:
        investors.read_investors(path, SALT, **options)
    return caught.value


def test_read_investors_returns_what_the_chain_may_know(tmp_path: Path) -> None:
    [investor] = investors.read_investors(_file(tmp_path, _row()), SALT)
    assert investor == Investor(
        wallet=_wallet(1),
        number=investors.investor_number("CNIC:7999900000012", SALT),
        tier=Tier.RETAIL_RESIDENT,
        country=586,
        tax_class=TaxClass.FILER,
        valid_until=units.unix_from_date(UNTIL),
        provider="Binance",
        file_hash=investor.file_hash,
    )
    assert len(investor.file_hash) == 32
    assert "79999" not in repr(investor)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("investor", "79999-0000001-0", "neither a CNIC"),  # sex digit 0
        ("investor", "89999-0000001-2", "neither a CNIC"),  # no such province
        ("investor", "79999-000001-2", "neither a CNIC"),
        ("investor", LEI[:-1] + "6", "valid LEI"),
        ("investor", "٢13800KUD8LAJWSQ9D15", "neither a CNIC"),  # an Arabic digit would pass the check digits
        ("investor", LEI, "not a CNIC although the tier is retail"),
        ("investor", "", "neither a CNIC"),
        ("tier", "retail", "should be 'retail_resident'"),
        ("tier", "institution", "CNIC although the tier is an entity's"),
        ("country", "pak", "not a country"),
        ("country", "ZZZ", "not a country"),
        ("country", "586", "not a country"),
        ("country", "", "not a country"),
        ("tax_class", "non_resident", "although the tier is retail_resident"),
        ("valid_until", "2021-02-29", "does not exist"),
        ("valid_until", "1970-01-01", "is before 1970-01-02"),
        ("provider", "<b>", "not a provider"),
        ("wallet", _wallet(0xABCDEF).lower(), "EIP-55"),
    ],
)
def test_read_investors_refuses_cell(tmp_path: Path, column: str, value: str, words: str) -> None:
    """Attack case 25."""
    error = _refused(_file(tmp_path, _row(1, investor="79999-0000002-3"), _row(2, **{column: value})))
    assert error.row == 3
    assert error.column == ("investor" if "CNIC although" in words else column)
    assert words in str(error)
    if column == "investor" and value:
        assert value not in str(error)  # a national id is not for logs


def test_read_investors_refuses_wallet_twice(tmp_path: Path) -> None:
    """Attack case 25."""
    error = _refused(_file(tmp_path, _row(1), _row(1, investor="79999-0000002-3")))
    assert (error.row, error.column) == (3, "wallet")
    assert "repeats row 2" in str(error)


def test_read_investors_refuses_wallets_of_one_investor_when_they_differ(tmp_path: Path) -> None:
    tax = _refused(_file(tmp_path, _row(1), _row(2, tax_class="non_filer")))
    assert (tax.row, tax.column) == (3, "tax_class")
    country = _refused(_file(tmp_path, _row(1), _row(2, country="ARE")))
    assert (country.row, country.column) == (3, "country")
    assert "row 2" in str(country)


def test_read_investors_refuses_two_ids_with_one_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(investors, "investor_number", lambda _id, _salt: 1)
    error = _refused(_file(tmp_path, _row(1), _row(2, investor="79999-0000002-3")))
    assert (error.row, error.column) == (3, "investor")
    assert "another salt" in str(error)


def test_read_investors_refuses_record_when_ended_on_the_day(tmp_path: Path) -> None:
    path = _file(tmp_path, _row())
    assert investors.read_investors(path, SALT, on=date(2021, 8, 31))
    assert _refused(path, on=UNTIL).column == "valid_until"


@pytest.mark.parametrize(
    ("first", "second"), [(CNIC, CNIC.replace("-", "")), (LEI, LEI.lower()), ("1234567-8", "12345678")]
)
def test_normal_id_makes_one_of_two_ways_of_writing(first: str, second: str) -> None:
    assert investors.normal_id(first) == investors.normal_id(second)


def test_normal_id_keeps_kinds_apart() -> None:
    assert [investors.normal_id(one).split(":")[0] for one in (CNIC, LEI, "1234567-8")] == ["CNIC", "LEI", "NTN"]


def test_country_takes_two_and_three_letters(tmp_path: Path) -> None:
    rows = (_row(1, country="AE"), _row(2, country="ARE"))
    assert {one.country for one in investors.read_investors(_file(tmp_path, *rows), SALT)} == {784}


def test_investor_number_is_pinned_keyed_and_fits_64_bits() -> None:
    number = investors.investor_number("CNIC:7999900000012", SALT)
    mac = hmac.new(SALT, b"investor:CNIC:7999900000012", hashlib.sha256)
    assert number == 45_074_459_036_368_851 == int(mac.hexdigest()[:16], 16)
    assert number != investors.investor_number("CNIC:7999900000012", SALT[::-1])
    assert all(0 < investors.investor_number(f"CNIC:{i}", SALT) < 2**64 for i in range(500))


def test_file_hash_changes_with_every_field_and_the_salt(tmp_path: Path) -> None:
    changes = [
        {},
        {"investor": "79999-0000002-3"},
        {"tier": "qualified"},
        {"country": "ARE"},
        {"tax_class": "non_filer"},
        {"valid_until": "2021-09-02"},
        {"provider": "HTX"},
    ]
    hashes = set()
    for change in changes:
        [one] = investors.read_investors(_file(tmp_path, _row(1, **change)), SALT)
        hashes.add(one.file_hash)
    [other_salt] = investors.read_investors(_file(tmp_path, _row(1)), SALT[::-1])
    assert len(hashes | {other_salt.file_hash}) == len(changes) + 1


def test_hashes_refuse_salt_when_short() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        investors.investor_number("CNIC:1", b"short")


def _drawn(count: int, seed: int = 574) -> tuple[draw.DrawnInvestor, ...]:
    return draw.draw_retail([_wallet(i + 1) for i in range(count)], seed=seed, providers=PROVIDERS, valid_until=UNTIL)


def test_draw_retail_gives_a_thousand_investors_that_onboard_and_bid(tmp_path: Path) -> None:
    drawn = _drawn(1_000)
    path, bids_path = tmp_path / "investors.csv", tmp_path / "non_competitive.csv"
    path.write_text(draw.investors_csv(drawn))
    bids_path.write_text(draw.non_competitive_csv(drawn))
    read = investors.read_investors(path, SALT, on=date(2020, 9, 9))
    assert len({one.number for one in read}) == 1_000
    bids = read_non_competitive(bids_path, investors=read, lot=5_000 * units.ONE)
    assert [bid.face for bid in bids] == [one.face for one in drawn]
    assert all(5_000 <= bid.face // units.ONE <= 500_000 for bid in bids)


def test_draw_retail_is_pinned_skewed_and_mixed() -> None:
    drawn = _drawn(1_000)
    faces = sorted(one.face // units.ONE for one in drawn)
    assert sum(faces) == 126_940_000  # a change here changes every file that was drawn
    assert faces[500] < 70_000 < sum(faces) // 1_000
    assert 80 < sum(one.tier is Tier.RETAIL_NON_RESIDENT for one in drawn) < 170
    assert {one.provider for one in drawn} == set(PROVIDERS)
    assert all((one.country == "PAK") is (one.tier is Tier.RETAIL_RESIDENT) for one in drawn)


def test_draw_retail_repeats_for_a_seed_and_grows_without_change() -> None:
    assert _drawn(50) == _drawn(60)[:50]
    assert _drawn(50) != _drawn(50, seed=1)


def test_draw_retail_refuses_when_there_is_no_provider() -> None:
    with pytest.raises(ValueError, match="provider"):
        draw.draw_retail([_wallet(1)], seed=1, providers=(), valid_until=UNTIL)


def test_draw_dealers_onboard_as_entities(tmp_path: Path) -> None:
    path = tmp_path / "investors.csv"
    dealers = draw.draw_dealers([_wallet(1), _wallet(2)], provider="Binance", valid_until=UNTIL)
    path.write_text(draw.investors_csv(dealers))
    assert [one.tier for one in investors.read_investors(path, SALT)] == [Tier.PRIMARY_DEALER] * 2
    assert draw.non_competitive_csv(dealers) == "wallet,face_pkr\n"


@pytest.mark.parametrize("serial", [0, 1, 9, 10**7 - 1])
def test_synthetic_ids_validate(serial: int) -> None:
    assert cnic.is_valid(draw.synthetic_cnic(serial))
    assert lei.is_valid(draw.synthetic_lei(serial))


@pytest.mark.parametrize("serial", [-1, 10**9])
def test_synthetic_ids_refuse_serial_when_out_of_range(serial: int) -> None:
    with pytest.raises(ValueError, match="serial"):
        draw.synthetic_cnic(serial)
    with pytest.raises(ValueError, match="serial"):
        draw.synthetic_lei(serial)

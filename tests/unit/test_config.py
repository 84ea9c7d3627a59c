"""programme.toml: what is accepted, and that every refusal names file and key."""

from datetime import date
from pathlib import Path

import pytest

from rwa_deploy import units
from rwa_deploy.config import Config, load
from rwa_deploy.errors import ConfigError

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "programme.toml").read_text()
MINTERS = TEXT.partition("[cash.minters]")[2].partition("central_bank")[0]
SOMEONE = "0x1Ec68Bf9BdbcB6010b507ad22cfFDBF66a745013"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "programme.toml"


def edited(path: Path, old: str, new: str) -> Path:
    assert old in TEXT
    path.write_text(TEXT.replace(old, new))
    return path


def refused(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert "\n" not in caught.value.message
    assert caught.value.message.startswith(str(path))
    return caught.value.message.removeprefix(f"{path}: ")


def test_load_reads_the_projects_own_programme():
    config = load(PROJECT / "programme.toml")
    assert config.programme.cap_usd == 2_000_000_000 * units.ONE
    assert config.programme.mandate_until_unix == units.unix_from_date(date(2031, 1, 1)) - 1
    minter = config.cash.minters["central_bank"]
    assert (minter.limit, minter.per_day) == (100_000_000_000 * units.ONE, 100_000_000_000 * units.ONE)
    assert config.travel_rule.limit_pkr == 1_000_000 * units.ONE
    assert config.offices.accounts()["guardian"] == "devnet:11"
    assert config.accounts() == {f"devnet:{number}" for number in range(21)}


def test_load_gives_a_value_that_cannot_change():
    config = load(PROJECT / "programme.toml")
    with pytest.raises(ValueError, match="frozen"):
        config.programme.cap_usd = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("cap_usd =", "cap_uds =", "unknown key programme.cap_uds; did you mean cap_usd?"),
        ("[oracle]", "[orakel]", "unknown key orakel; did you mean oracle?"),
        ("guardian =", "gardian =", "unknown key offices.gardian; did you mean guardian?"),
        (
            "[cash]",
            "[zzz]\n[cash]",
            "unknown key zzz; known are authority, cash, central_bank_money, networks, offices, oracle, programme",
        ),
        (
            "[offices]",
            "[networks.live]\nchain = 1\n[offices]",
            "unknown key networks.live.chain; did you mean chain_id?",
        ),
        (
            "[offices]",
            "[networks.live]\nchain_id = 1\nid = 1\n[offices]",
            "unknown key networks.live.id; known are chain_id",
        ),
    ],
)
def test_load_refuses_a_key_and_names_the_likely_one(path: Path, old, new, says):
    assert refused(edited(path, old, new)).startswith(says)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"2000000000"', '"-1"', "programme.cap_usd: is negative"),
        ('"2000000000"', '"2,000"', "programme.cap_usd: not a plain number"),
        ('"2000000000"', '"0.0000001"', "programme.cap_usd: has more than 6 decimals"),
        ('"2000000000"', f'"{2**128}"', "programme.cap_usd: is too large"),
        ('"2000000000"', "2e9", "programme.cap_usd: an amount is a whole number or a decimal in quotes"),
        ('"2000000000"', "true", "programme.cap_usd: an amount is a whole number or a decimal in quotes"),
        ('"2000000000"', "[1]", "programme.cap_usd: an amount is a whole number or a decimal in quotes"),
        ('mandate = "pilot"', 'mandate = "forever"', "programme.mandate: input should be 'memorandum', 'pilot' or"),
        ("2030-12-31", "2030-12-31T10:00:00", "programme.mandate_until: input should be a valid date"),
        ("2030-12-31", "1950-12-31", "programme.mandate_until: input should be greater than or equal to 1970-01-02"),
        ("max_rate_age_hours = 72", "max_rate_age_hours = 0", "programme.max_rate_age_hours: input should be greater"),
        ("max_rate_age_hours = 72", "max_rate_age_hours = 721", "programme.max_rate_age_hours: input should be less"),
        (
            "max_step_bps = 100",
            "max_step_bps = 0",
            "oracle.feeds.PKRV.max_step_bps: input should be greater than or equal to 1",
        ),
        ("max_step_bps = 100", "max_step_bps = 10001", "oracle.feeds.PKRV.max_step_bps: input should be less than or"),
        (
            "max_step_bps = 100",
            "max_step_bps = true",
            "oracle.feeds.PKRV.max_step_bps: input should be a valid integer",
        ),
        ("max_step_bps = 100", "max_step_bps = 5.0", "oracle.feeds.PKRV.max_step_bps: input should be a valid integer"),
        ("max_age_hours = 72", "max_age_hours = 721", "oracle.feeds.USDPKR.max_age_hours: input should be less than"),
        ("tenor_days = [", "tenor_days = [\n0,", "oracle.feeds.PKRV.tenor_days.1: input should be greater than or"),
        ("feeds.XAU", "feeds.xau", "oracle.feeds.xau.[key]: string should match pattern"),
        ("quorum = 2 ", "quorum = 0 ", "oracle.quorum: input should be greater than or equal to 1"),
        ('symbol = "PKRS"', f'symbol = "{"X" * 32}"', "cash.symbol: string should have at most 31 characters"),
        ('symbol = "PKRS"', 'symbol = "₨"', "cash.symbol: string should match pattern"),
        ('currency = "PKR"', 'currency = "pkr"', "cash.currency: string should match pattern"),
        ("admin_delay_hours = 48", "admin_delay_hours = -1", "authority.admin_delay_hours: input should be greater"),
        ('["devnet:1", "devnet:2"]', '["devnet:1"]', "authority.admins: tuple should have at least 2 items"),
        ('"devnet:11"', '"devnet:100"', "offices.guardian: an account is `devnet:N`"),
        ('"devnet:11"', '"devnet:01"', "offices.guardian: an account is `devnet:N`"),
        ('"devnet:11"', f'"{SOMEONE.lower()}"', "offices.guardian: an account is `devnet:N`"),
        ('signers = ["devnet:17", "devnet:18", "devnet:19"]', "", "oracle.signers: field required"),
        (
            '{ limit = "100000000000"',
            '{ most = "1"',
            "unknown key cash.minters.central_bank.most; known are limit",
        ),
        (
            "vault_share_bps = 2500",
            "vault_share_bps = 10001",
            "cash.vault_share_bps: input should be less than or equal",
        ),
        ("max_reserve_age_hours = 744", "max_reserve_age_hours = 0", "cash.max_reserve_age_hours: input should be"),
        ('per_day = "10000000000"', f'per_day = "{2**69}"', "cash.converter.per_day: input should be less than"),
        ('limit_pkr = "1000000"', 'limit_pkr = "-1"', "travel_rule.limit_pkr: is negative"),
        ('[travel_rule]\nlimit_pkr = "1000000"', "", "travel_rule: field required"),
    ],
)
def test_load_refuses_a_value_and_names_its_key(path: Path, old, new, says):
    assert refused(edited(path, old, new)).startswith(says)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('["devnet:1", "devnet:2"]', '["devnet:1", "devnet:1"]', "authority.admins names an account twice"),
        ('deployer = "devnet:0"', 'deployer = "devnet:1"', "authority.deployer also holds an office"),
        ('deployer = "devnet:0"', 'deployer = "devnet:9"', "authority.deployer also holds an office"),
        ('deployer = "devnet:0"', 'deployer = "devnet:18"', "authority.deployer also signs prices"),
        ('"devnet:18", "devnet:19"]', '"devnet:18", "devnet:18"]', "oracle: signers names an account twice"),
        ("quorum = 2 ", "quorum = 4 ", "oracle: quorum asks for 4 of 3 signers"),
        ("feeds.USDPKR", "feeds.USD", "oracle: feeds has no USDPKR, which every issue is booked at"),
        ("feeds.XAU]", "feeds.XAU]\ntenor_days = [7]", "oracle: feeds.XAU.tenor_days: PKRV has tenors and no other"),
        ("  7, 14,", "  14, 7,", "oracle: feeds.PKRV.tenor_days do not ascend"),
        ('checker = "devnet:10"', 'checker = "devnet:9"', "offices.enforcement_maker and enforcement_checker are one"),
        (
            f"[cash.minters]{MINTERS}central_bank",
            f"[cash.minters]{MINTERS}central_bnk",
            "cash.minters.central_bnk is no",
        ),
        (
            "[central_bank_money.minters]\ncentral_bank",
            "[central_bank_money.minters]\ncentral_bnk",
            "central_bank_money.minters.central_bnk is no office; did you mean",
        ),
        (
            'auditor = "devnet:16"',
            'auditor = "devnet:15"',
            "cash.reserve_signers.custodian and auditor are one account",
        ),
        ('backstop = "devnet:20"', 'backstop = "devnet:13"', "purses.backstop and purses.tax are one account"),
        ("[91, 9500, 9700], [366", "[366, 9500, 9700], [366", "vault.ladders: the days of discount must rise"),
        ("[65535, 6000, 7000]", "[65535, 7000, 7000]", "vault.ladders: commodity lends less than its threshold"),
        ('auditor = "devnet:16"', 'auditor = "devnet:6"', "cash.reserve_signers names a minter"),
    ],
)
def test_load_refuses_what_contradicts_itself(path: Path, old, new, says):
    assert refused(edited(path, old, new)).startswith(says)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"[programme", "is not TOML: "), (b"\xff", "cannot be read as UTF-8 text; check the file")],
)
def test_load_refuses_a_file_that_is_no_toml(path: Path, content, says):
    path.write_bytes(content)
    assert says in refused(path)


def test_load_refuses_a_missing_file_and_a_folder(tmp_path: Path):
    assert "does not exist; name another file" in refused(tmp_path / "none.toml")
    assert "cannot be read" in refused(tmp_path)


def test_load_takes_checksummed_addresses_and_named_networks(path: Path):
    tax_office = 'tax_office = "devnet:12"'
    guardian = f'guardian = "{SOMEONE}"\n{tax_office}\n[networks.live]\nchain_id = 1'
    edited(path, f'guardian = "devnet:11"\n{tax_office}', guardian)
    config: Config = load(path)
    assert config.offices.guardian == SOMEONE
    assert config.networks["live"].chain_id == 1

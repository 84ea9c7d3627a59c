"""Scenario files: typed steps, refused by file, step and key before any chain is touched."""

import re
from pathlib import Path

import pytest

from rwa_deploy import units
from rwa_deploy.errors import ConfigError, InputError
from rwa_deploy.finance.bills import BillTenor
from rwa_deploy.scenario import check, load
from rwa_deploy.scenario.run import ACTIONS
from rwa_deploy.scenario.steps import AnyStep

FOLDER = Path(__file__).resolve().parents[2] / "scripts" / "scenarios"
HEAD = 'name = "Test"\nstart = 2020-09-09\n'
STEPS = {
    "licence": {"provider": '"HTX"', "phase": '"NOC"', "until": "2021-06-30"},
    "investors": {
        "retail": "10",
        "dealers": "2",
        "seed": "1",
        "providers": '["HTX"]',
        "valid_until": "2021-12-31",
        "short_valid_until": "2020-12-31",
    },
    "onboard": {"provider": '"HTX"'},
    "renew": {"wallet": '"retail:last"', "until": "2021-12-31"},
    "rate": {"usd_pkr": '"166.5"'},
    "series": {
        "name": '"Bill"',
        "symbol": '"MTB"',
        "tenor": '"three_months"',
        "issue": "2020-09-10",
        "denomination_pkr": "5000",
    },
    "clear": {"auction": '"574"', "bids": '"bids.csv"', "auction_date": "2020-09-09", "target_million": '"20000.5"'},
    "fund_winners": {"late": "2"},
    "settle": {},
    "trades": {"count": "5", "seed": "1", "price": '"98.42"'},
    "transfer": {"sender": '"dealer:0"', "receiver": '"stranger"', "face_pkr": "5000"},
    "freeze": {"wallet": '"retail:3"', "face": '"all"'},
    "issue": {"receiver": '"dealer:0"', "face_million": "3"},
    "mint": {"receiver": '"debt_office"', "million": "500"},
    "travel": {"to": "2020-12-03", "hour": "9"},
    "fund_redemption": {"percent": "50"},
    "redeem": {},
    "reconcile": {"moment": '"after"', "holders": "true"},
}
OPTIONAL = {"short_valid_until", "late", "hour", "percent", "holders"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "play.toml"


def step(action: str, **changes: str | None) -> str:
    values = {key: value for key, value in (STEPS[action] | changes).items() if value is not None}
    return "\n".join(["[[step]]", f'action = "{action}"', *(f"{key} = {value}" for key, value in values.items())])


def written(path: Path, *steps: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *steps]) + "\n")
    return path


def refused(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.message.startswith(f"{path}: ")
    return caught.value.message.removeprefix(f"{path}: ")


# ── good files ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scenario", sorted(FOLDER.glob("*.toml")), ids=lambda each: each.stem)
def test_load_reads_every_scenario_of_the_project(scenario: Path):
    play = load(scenario)
    assert all(item.label for item in play.step)
    assert [item.bids.is_file() for item in play.step if item.action == "clear"] != [False]


@pytest.mark.parametrize("action", STEPS)
def test_load_reads_every_step_with_all_its_keys(path: Path, action: str):
    (found,) = load(written(path, step(action))).step
    assert found.action == action
    assert found.model_fields_set == {"action", *STEPS[action]}


def test_actions_are_exactly_the_steps():
    tags = {re.search(r"'(\w+)'", str(kind.model_fields["action"].annotation))[1] for kind in AnyStep.__args__}
    assert tags == set(ACTIONS) == set(STEPS)


def test_load_turns_words_into_values(path: Path):
    rows = load(written(path, step("series"), step("clear"), step("transfer"), step("issue"))).step
    assert rows[0].tenor is BillTenor.THREE_MONTHS
    assert rows[1].target_million == 20_000_500_000 * units.ONE
    assert rows[2].face_pkr == 5_000 * units.ONE
    assert rows[3].face_million == 3 * units.MILLION


def test_load_finds_the_bids_beside_the_scenario(path: Path):
    (found,) = load(written(path, step("clear"))).step
    assert found.bids == path.parent / "bids.csv"


def test_load_overrides_the_number_of_retail_investors_only(path: Path):
    play = load(written(path, step("investors"), step("settle")), retail=99)
    assert (play.step[0].retail, play.step[0].dealers) == (99, 2)


def test_start_unix_is_an_hour_of_a_day_in_pakistan(path: Path):
    assert load(written(path, step("settle"))).start_unix == 1_599_591_600 + 9 * 3600
    later = written(path, step("settle"), head=HEAD + "start_hour = 23")
    assert load(later).start_unix == 1_599_591_600 + 23 * 3600


# ── bad files ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("action", STEPS)
def test_load_names_the_unknown_key_of_a_step(path: Path, action: str):
    message = refused(written(path, step("settle"), step(action, lable='"x"')))
    assert message == f"unknown key step.2.{action}.lable; did you mean label?"


@pytest.mark.parametrize(
    ("action", "key"), [(action, key) for action, keys in STEPS.items() for key in keys if key not in OPTIONAL]
)
def test_load_names_the_missing_key_of_a_step(path: Path, action: str, key: str):
    assert refused(written(path, step(action, **{key: None}))) == f"step.1.{action}.{key}: field required"


@pytest.mark.parametrize(
    ("action", "key", "value", "says"),
    [
        ("licence", "phase", '"REVOKED"', "input should be 'NOC'"),
        ("licence", "until", '"soon"', "input should be a valid date"),
        ("licence", "until", "1950-01-01", "input should be greater than or equal to 1970-01-02"),
        ("licence", "scope", "-1", "input should be greater than or equal to 0"),
        ("investors", "retail", "0", "input should be greater than or equal to 1"),
        ("investors", "retail", "100001", "input should be less than or equal to 100000"),
        ("investors", "dealers", "1001", "input should be less than or equal to 1000"),
        ("renew", "wallet", '"retail:-1"', "string should match pattern"),
        ("renew", "wallet", '"Retail:1"', "string should match pattern"),
        ("rate", "usd_pkr", '"a lot"', "not a plain number"),
        ("rate", "usd_pkr", "166.5", "input should be a valid string"),
        ("series", "tenor", '"forever"', "a tenor is one of"),
        ("series", "denomination_pkr", "0", "input should be greater than 0"),
        ("series", "denomination_pkr", "5e3", "an amount is a whole number, or a decimal in quotes"),
        ("clear", "target_million", "1.5", "an amount is a whole number, or a decimal in quotes"),
        ("clear", "target_million", "true", "an amount is a whole number, or a decimal in quotes"),
        ("clear", "target_million", '"-1"', "is negative"),
        ("fund_winners", "late", "-1", "input should be greater than or equal to 0"),
        ("trades", "count", "0", "input should be greater than or equal to 1"),
        ("trades", "price", '"98.42001"', "has more than 4 decimals"),
        ("transfer", "face_pkr", '"0.0000001"', "has more than 6 decimals"),
        ("freeze", "face", '"half"', "input should be 'all' or 'none'"),
        ("travel", "hour", "24", "input should be less than 24"),
        ("fund_redemption", "percent", "101", "input should be less than or equal to 100"),
        ("reconcile", "holders", '"perhaps"', "input should be a valid boolean"),
    ],
)
def test_load_names_the_bad_value_of_a_step(path: Path, action: str, key: str, value: str, says: str):
    message = refused(written(path, step("settle"), step(action, **{key: value})))
    assert message.startswith(f"step.2.{action}.{key}: {says}")


def test_load_names_the_step_whose_action_is_unknown(path: Path):
    message = refused(written(path, step("settle"), '[[step]]\naction = "steal"'))
    assert message.startswith("step.2: input tag 'steal'")


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("start = 2020-09-09", "name: field required"),
        ('name = "Test"', "start: field required"),
        ('name = "Test"\nstart = 1960-01-01', "start: input should be greater than or equal to 1970-01-02"),
        (HEAD + "start_hour = 24", "start_hour: input should be less than 24"),
        (HEAD + "strat = 1", "unknown key strat; did you mean start?"),
    ],
)
def test_load_names_the_bad_key_of_the_head(path: Path, head: str, says: str):
    assert refused(written(path, step("settle"), head=head)).startswith(says)


@pytest.mark.parametrize("steps", ["", "step = 5", "step = []", "step = [1]"])
def test_load_refuses_a_scenario_without_steps(path: Path, steps: str):
    path.write_text(HEAD + steps)
    assert refused(path).startswith("step")


def test_load_refuses_a_missing_file(tmp_path: Path):
    with pytest.raises(ConfigError, match="does not exist; name another file"):
        load(tmp_path / "none.toml")


# ── what would stop a run half-way ───────────────────────────────────────────────────────────────────────────────────

BIDS = "bid,face_pkr_million,price_per_100,yield_pct\n1,100,98.3879,7.1197\n"


def test_check_accepts_the_scenarios_of_the_project():
    for file in sorted(FOLDER.glob("*.toml")):
        check(load(file), file)


def test_check_refuses_clients_of_a_provider_of_whom_none_were_drawn(path: Path):
    file = written(path, step("investors"), step("onboard", provider='"HTXX"'))
    with pytest.raises(ConfigError, match="step 2 onboards clients of HTXX, of whom none were drawn"):
        check(load(file), file)


def test_check_refuses_an_auction_of_nothing(path: Path):
    file = written(path, step("clear"))
    with pytest.raises(ConfigError, match="step 1 clears an auction before a `series` step"):
        check(load(file), file)


@pytest.mark.parametrize(
    ("bids", "row"), [(BIDS + "1,100,98.3879,7.1197\n", 3), (BIDS + "2,-5,98.3879,7.1197\n", 3), ("\ufeff" + BIDS, 1)]
)
def test_check_refuses_bad_bids_by_row(path: Path, bids: str, row: int):
    """Attack case 25."""
    (path.parent / "bids.csv").write_text(bids)
    file = written(path, step("series"), step("clear"))
    with pytest.raises(InputError) as caught:
        check(load(file), file)
    assert (caught.value.path, caught.value.row) == (path.parent / "bids.csv", row)


def test_check_refuses_an_auction_before_the_rules_that_are_known(path: Path):
    file = written(path, step("series"), step("clear", auction_date="1999-09-09"))
    with pytest.raises(ConfigError, match="step 2: no auction rules for a bill on 1999-09-09"):
        check(load(file), file)

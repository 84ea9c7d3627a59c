"""Scenario files: typed steps, refused by file, step and key before any chain is touched."""

import re
from pathlib import Path

import pytest

from rwa_deploy import units
from rwa_deploy.errors import ConfigError, InputError
from rwa_deploy.finance.bills import BillTenor
from rwa_deploy.scenario import check, load
from rwa_deploy.scenario.run import ACTIONS
from rwa_deploy.scenario.steps import REDEMPTION, AnyStep

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
    "renew": {"holders": '["retail:last"]', "until": "2021-12-31"},
    "rate": {"usd_pkr": '"166.5"'},
    "post_prices": {"feed": '"XAU"', "values": '["2650.25"]'},
    "series": {
        "name": '"Bill"',
        "symbol": '"MTB"',
        "tenor": '"three_months"',
        "issue": "2020-09-10",
        "denomination_pkr": "5000",
        "bound": "true",
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
    "redeem": {"holders": '["bank", "retail:3"]'},
    "reconcile": {"moment": '"after"', "holders": "true"},
    "cast": {"file": '"cast.csv"'},
    "tax_table": {"file": '"taxes.toml"'},
    "calendar": {"holidays": "[2023-10-24]", "citation": '"SRO 1"'},
    "bond": {"template": '"pib-fixed-3y"', "symbol": '"PIB"', "bound": "true"},
    "allot": {"bids": '"bids.csv"', "target_million": "40000", "auction_date": "2021-03-03", "method": '"multiple"'},
    "trade": {"seller": '"bank"', "buyer": '"saver"', "face": "100000", "clean_price": '"98.123456"'},
    "fix": {"period": "1", "benchmark_pct": '"7.1693"', "source": '"auction"'},
    "fix_fallback": {"period": "1", "benchmark_pct": '"7.1693"', "source": '"sheet"'},
    "carry": {"period": "2"},
    "fund_payment": {"period": "0", "percent": "60", "amount": "5"},
    "fund_all": {"amount": '"100.5"'},
    "pay": {"period": "0", "holders": '"all"'},
    "coupon": {"period": "0", "on": "2021-08-20", "trades": '"trades.csv"'},
    "claim": {"wallet": '"saver"', "period": "0"},
    "postpone": {"period": "3", "days": "3", "citation": '"SRO 2"'},
    "return_dust": {"period": "0", "payer": '"debt_office"'},
    "release": {"period": '"redemption"', "holders": '["saver"]'},
    "call": {"period": "1", "share_pct": '"33.333333"'},
    "put_notice": {"wallet": '"saver"', "period": "3", "face": "100000"},
    "fund_put": {"period": "3"},
    "settle_put": {"period": "3"},
    "buyback": {"offers": '"offers.csv"', "cutoff_price": '"98.40"', "share_at_cutoff": '"50"'},
    "exchange_offer": {"to": '"NEW"', "ratio": '"1.0125"', "accepted": '"accepted.csv"'},
    "declare_default": {"period": "1"},
    "convene": {
        "kind": '"modify"',
        "procedure": '"single_limb"',
        "series": '["A", "B"]',
        "into": '["NEW"]',
        "ratio": '"1.0125"',
        "voting_days": "14",
        "convener": '"bank"',
    },
    "vote": {"file": '"votes.csv"'},
    "close_meeting": {},
    "mandatory_exchange": {"series": '"A"'},
    "expect_flows": {"file": '"flows.csv"'},
    "suspend": {"provider": '"HTX"'},
    "end_provider": {"provider": '"HTX"'},
    "attest": {"holders": '["saver"]', "provider": '"HTX"', "consent": "false"},
    "customers": {"file": '"customers.csv"', "provider": '"HTX"', "days": "30"},
    "add_wallet": {"wallet": '"saver"', "name": '"saver_second"', "by": '"provider"'},
    "policy": {
        "lowest_tier": '"qualified"',
        "blocked": '["USA"]',
        "caps": "{ retail_resident = 1000000 }",
        "lot": "5000",
        "locked_until": "2021-01-14",
        "disclosure": '"text"',
        "cooling_off_days": "2",
        "most_holders": "100",
        "omnibus_days": "7",
        "travel_rule": "true",
    },
    "accept_disclosure": {"holders": '["saver"]', "disclosure": '"text"'},
    "count_wallets": {"holders": '["saver", "bank"]'},
    "announce": {"sender": '"saver"', "receiver": '"bank"', "face": "5000", "days": "3"},
    "order": {
        "kind": '"forced_transfer"',
        "wallet": '"saver"',
        "receiver": '"bank"',
        "face": "5",
        "law": '"SRO"',
        "days": "9",
    },
    "lift": {"wallet": '"saver"', "law": '"SRO"'},
    "attest_reserve": {"amount": "1000000"},
    "convert": {"wallet": '"bank"', "amount": '"5000.5"', "back": "true"},
    "redeem_cash": {"wallet": '"bank"', "amount": "5000"},
    "fund_redemptions": {"amount": "5000", "payer": '"bank"'},
    "serve_redemptions": {"most": "10"},
    "collect_redemption": {"wallet": '"bank"'},
    "attest_quantity": {"quantity": "1000", "max_age_days": "30"},
    "list_collateral": {"ceiling": "1000000", "share_pct": '"50"'},
    "shut_collateral": {},
    "fund_backstop": {"amount": "5000"},
    "vault": {"wallet": '"bank"', "pledge": "{ A = 5 }", "release": "{ A = 5 }", "mint": "5", "repay": '"all"'},
    "substitute": {"wallet": '"bank"', "out": '"A"', "out_face": "5000", "into": '"B"', "into_face": "5000"},
    "collect_pledged": {"wallet": '"bank"'},
    "withdraw": {"wallet": '"bank"'},
    "auction_start": {"wallet": '"bank"'},
    "auction_take": {
        "wallet": '"bank"',
        "bidder": '"saver"',
        "face": "5000",
        "most_price": '"99.5"',
        "after_minutes": "30",
    },
    "backstop": {"wallet": '"bank"', "after_minutes": "361"},
    "auction_stop": {"wallet": '"bank"'},
    "write_off": {"wallet": '"bank"'},
    "shut_down": {},
    "stress": {},
    "settle_position": {"wallet": '"bank"'},
    "redeem_pool": {"wallet": '"bank"', "amount": "5000", "series": '["A"]'},
    "expect_position": {
        "wallet": '"bank"',
        "debt": "5000",
        "most_debt": "6000",
        "pledged": "{ A = 5000 }",
        "credit": "1",
        "cash": "1",
    },
    "screen": {"file": '"names.csv"', "sanctions": '"list.xml"', "hits": '["saver"]'},
    "alerts": {"holders": '["saver"]', "rentity_id": "7"},
    "create_commodity": {"receipt": '"receipt.toml"', "bound": "true"},
    "request_retirement": {"wallet": '"saver"', "quantity": '"1.5"', "delivery": '"gate 4"'},
    "confirm_delivery": {"proof": '"delivery note 7"', "number": "1"},
    "refuse_delivery": {"reason": '"not in that size"', "number": "1"},
    "cancel_retirement": {"wallet": '"saver"', "number": "1"},
}
OPTIONAL = {
    *("short_valid_until", "late", "hour", "percent", "holders", "symbol", "method", "amount", "share_at_cutoff"),
    *("procedure", "voting_days", "convener", "payer", "trades", "consent", "days", "by", "hits", "rentity_id"),
    *("lowest_tier", "blocked", "caps", "locked_until", "cooling_off_days", "most_holders", "omnibus_days"),
    *(
        "travel_rule",
        "bound",
        "number",
        "back",
        "most",
        "max_age_days",
        "share_pct",
        "pledge",
        "release",
        "mint",
        "repay",
    ),
    *("after_minutes", "most_price", "debt", "most_debt", "pledged", "credit", "cash"),
}
# What is needed only where something else is not there: the step says so in a sentence of its own.
ALTERNATIVE = {
    *(("post_prices", "feed"), ("post_prices", "values")),
    *(("transfer", "face_pkr"), ("issue", "face_million"), ("bond", "template"), ("mandatory_exchange", "series")),
    *(("allot", key) for key in ("bids", "target_million", "auction_date")),
    *(("trade", key) for key in ("seller", "buyer", "face", "clean_price")),
    *(("convene", key) for key in ("into", "ratio")),
    *(("order", key) for key in ("receiver", "face")),
    *(("policy", key) for key in ("lot", "disclosure")),
}


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


def test_load_turns_shares_and_rates_into_integers(path: Path):
    rows = load(written(path, step("call"), step("fix"), step("convene"), step("release"))).step
    assert rows[0].share_pct == 333_333_330_000_000_000
    assert rows[1].benchmark_pct == 7_169_300
    assert rows[2].ratio == 1_012_500_000_000_000_000
    assert rows[3].period == REDEMPTION


def test_load_finds_a_file_in_a_folder_above_the_scenario(tmp_path: Path):
    inner = tmp_path / "scripts" / "scenarios"
    inner.mkdir(parents=True)
    (tmp_path / "taxes.toml").write_text("")
    (found,) = load(written(inner / "play.toml", step("tax_table"))).step
    assert found.file == tmp_path / "taxes.toml"


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
    ("action", "key"),
    [
        (action, key)
        for action, keys in STEPS.items()
        for key in keys
        if key not in OPTIONAL and (action, key) not in ALTERNATIVE
    ],
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
        ("renew", "holders", "[]", "tuple should have at least 1 item"),
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
        ("pay", "period", "-1", "a period is its number in the schedule, from 0, or the word redemption"),
        ("pay", "period", '"maturity"', "a period is its number"),
        ("fix", "benchmark_pct", "7.1693", "an amount is a whole number, or a decimal in quotes"),
        ("fix", "benchmark_pct", '"7.1234567"', "has more than 6 decimals"),
        ("call", "share_pct", '"100.5"', "input should be less than or equal to 1000000000000000000"),
        ("postpone", "days", "0", "input should be greater than or equal to 1"),
        ("calendar", "holidays", "[]", "tuple should have at least 1 item"),
        ("convene", "kind", '"merge"', "input should be 'accelerate'"),
        ("trade", "clean_price", '"98.1234567"', "has more than 6 decimals"),
        ("policy", "lot", '"0.5"', "is not a whole number of rupees or dollars"),
        ("policy", "lot", "18446744073709551616", "input should be less than"),
    ],
)
def test_load_names_the_bad_value_of_a_step(path: Path, action: str, key: str, value: str, says: str):
    message = refused(written(path, step("settle"), step(action, **{key: value})))
    assert message.startswith(f"step.2.{action}.{key}: {says}")


@pytest.mark.parametrize(
    ("action", "changes", "says"),
    [
        ("bond", {"template": None}, "a bond has terms or a template, one of the two"),
        ("bond", {"terms": '"terms.toml"'}, "a bond has terms or a template, one of the two"),
        ("bond", {"template": '"consol"'}, "there is no template consol; known are "),
        ("allot", {"bids": None}, "an auction needs bids, target_million and auction_date; give all three"),
        ("allot", {"file": '"a.csv"'}, "an allotment has a file, or bids with target_million and auction_date"),
        (
            "trade",
            {"seller": None},
            "a trade has a file, or seller, buyer, face and clean_price; give one of them whole",
        ),
        ("trade", {"file": '"t.csv"'}, "a trade has a file, or seller, buyer, face and clean_price; give one of them"),
        ("trade", {"until": "2021-01-01"}, "until is for the trades of a file; leave it out"),
        ("transfer", {"face_pkr": None}, "a transfer has face, or face_pkr; give one of them"),
        ("issue", {"face": "5"}, "an issue has face, or face_million; give one of them"),
        ("convene", {"into": None}, "a modification goes into one series for all, or one for each; list them"),
        ("convene", {"kind": '"rescind"'}, "an acceleration or its rescission is about one series, and goes into none"),
        (
            "convene",
            {"kind": '"accelerate"', "into": None, "series": '["A"]', "convener": None},
            "an acceleration is convened by a holder; name him as convener",
        ),
    ],
)
def test_load_names_what_does_not_go_together(path: Path, action: str, changes: dict[str, str | None], says: str):
    assert refused(written(path, step(action, **changes))).startswith(f"step.1.{action}: {says}")


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
        (HEAD + 'currency = "EUR"', "currency: input should be 'PKR' or 'USD'"),
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


CAST = "name,tier,country,tax_class,valid_until,provider,cash\n"
BANK = "bank,primary_dealer,PK,filer_company,2024-12-31,registrar,1000\n"
SAVER = "saver,retail_resident,PK,unknown,2024-12-31,registrar,1000.50\n"
FLOWS = "date,kind,period,holder,income,principal,tax,net\n"
FLOW = "2021-08-20,payment,0,bank,10.000000,5.000000,1.000000,14.000000\n"


def with_files(path: Path, *steps: str, **texts: str) -> Path:
    """Scenario of a cast of two, a bond and the steps; files by name, before what is usual."""
    usual = {"cast": CAST + BANK + SAVER, "flows": FLOWS + FLOW}
    for name, text in (usual | texts).items():
        (path.parent / f"{name}.csv").write_text(text)
    return written(path, step("cast"), step("bond"), *steps)


def test_check_accepts_a_cast_a_bond_and_their_files(path: Path):
    texts = {
        "lines": "name,face,price\nbank,100000,99.123456\n",
        "trades": "date,seller,buyer,face,clean_price\n2021-01-04,bank,saver,100000,98.5\n",
        "votes": "name,support\nbank,yes\nsaver,no\n",
    }
    steps = ('[[step]]\naction = "allot"\nfile = "lines.csv"', '[[step]]\naction = "trade"\nfile = "trades.csv"')
    file = with_files(path, *steps, step("vote"), step("expect_flows"), step("claim"), **texts)
    check(load(file), file)


@pytest.mark.parametrize(
    ("texts", "row", "column", "says"),
    [
        ({"cast": CAST + BANK + BANK}, 3, "name", "repeats row 2"),
        ({"cast": CAST + BANK.replace("bank,", "The Bank,")}, 2, "name", "string should match pattern"),
        ({"cast": CAST + BANK.replace("bank,", "debt_office,")}, 2, "name", "is taken already"),
        ({"cast": CAST + BANK.replace("filer_company", "rich")}, 2, "tax_class", "is no tax class; known are filer"),
        ({"cast": CAST + SAVER.replace("unknown", "non_resident")}, 2, "tax_class", "is non_resident although"),
        ({"cast": CAST + BANK.replace("PK", "XX")}, 2, "country", "is not a country"),
        ({"cast": CAST + BANK.replace("2024-12-31", "2020-09-09")}, 2, "valid_until", "has ended by 2020-09-09"),
        ({"cast": CAST + BANK.replace("registrar", "HTX")}, 2, "provider", "has no licence here"),
        ({"cast": CAST + BANK.replace("1000", "-5")}, 2, "cash", "is negative"),
        ({"lines": "name,face,price\nbank,0,99\n"}, 2, "face", "is zero"),
        ({"lines": "name,face,price\nbnak,100000,99\n"}, 2, "name", "is not in the cast; add it there"),
        ({"lines": "name,face,price\nbank,100000,99.1234567\n"}, 2, "price", "has more than 6 decimals"),
        ({"trades": "2021-01-04,bank,bank,100000,98.5\n"}, 2, "buyer", "is the seller"),
        ({"trades": "2021-01-04,bank,nobody,100000,98.5\n"}, 2, "buyer", "is not in the cast"),
        (
            {"trades": "2021-01-05,bank,saver,100000,98.5\n2021-01-04,bank,saver,100000,98.5\n"},
            *(3, "date", "is before row 2; sort the trades"),
        ),
        ({"offers": "name,face,price\nsaver,=1+1,98\n"}, 2, "face", "starts like a formula"),
        ({"accepted": "name,face\nsavers,1\n"}, 2, "name", "is not in the cast"),
        ({"votes": "name,support\nbank,maybe\n"}, 2, "support", "input should be 'yes' or 'no'"),
        ({"flows": FLOWS + FLOW.replace("14.000000", "14.000001")}, 2, "net", "is 14.000001 where income, principal"),
        (
            {"flows": FLOWS + FLOW.replace("10.000000", "10.00")},
            2,
            "income",
            "is not an amount with exactly 6 decimals",
        ),
        ({"flows": FLOWS + FLOW.replace("payment", "gift")}, 2, "kind", "input should be 'payment'"),
        ({"flows": FLOWS + FLOW.replace(",0,", ",first,")}, 2, "period", "is neither the number of a period nor empty"),
    ],
)
def test_check_refuses_a_bad_file_by_row_and_column(
    path: Path, texts: dict[str, str], row: int, column: str, says: str
):
    """Attack case 25: nothing is sent before every file of the scenario was read."""
    if "trades" in texts:
        texts = {"trades": "date,seller,buyer,face,clean_price\n" + texts["trades"]}
    steps = {
        "lines": '[[step]]\naction = "allot"\nfile = "lines.csv"',
        "trades": '[[step]]\naction = "trade"\nfile = "trades.csv"',
        "offers": step("buyback"),
        "accepted": step("exchange_offer", to='"PIB"'),
        "votes": step("vote"),
        "flows": step("expect_flows"),
    }
    file = with_files(path, *(steps[name] for name in texts if name in steps), **texts)
    with pytest.raises(InputError) as caught:
        check(load(file), file)
    assert (caught.value.row, caught.value.column) == (row, column)
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([step("claim", wallet='"sever"')], "step 3 names sever, who is not there; put him into a `cast` step before"),
        ([step("pay", holders='["bank", "nobody"]')], "step 3 names nobody, who is not there"),
        ([step("carry", series='"PFL"')], "step 3 names the series PFL, which is not there; create it before"),
        ([step("convene")], "step 3 names the series A, which is not there"),
        ([step("bond")], "step 3 creates PIB a second time; give it another symbol"),
        ([step("travel", to="2020-01-01")], "step 3 travels to 2020-01-01, but it is 2020-09-09 by then"),
        ([step("coupon", trades=None, on="2020-01-01")], "step 3 travels to 2020-01-01, but it is 2020-09-09 by then"),
    ],
)
def test_check_refuses_what_is_not_on_the_stage(path: Path, steps: list[str], says: str):
    file = with_files(path, *steps)
    with pytest.raises(ConfigError, match=re.escape(says)):
        check(load(file), file)


def test_check_reads_the_receipt_of_a_commodity_and_knows_its_series(path: Path):
    receipt = (FOLDER / "data" / "gold" / "receipt.toml").read_text()
    (path.parent / "receipt.toml").write_text(receipt)
    asked = step("request_retirement", wallet='"debt_office"', series='"XAU-KHI-0001"')
    file = written(path, step("create_commodity"), asked)
    check(load(file), file)
    (path.parent / "receipt.toml").write_text(receipt.replace('lot = "0.010000"', 'lot = "0.07"'))
    with pytest.raises(ConfigError, match=r"receipt\.toml: net_quantity is not in lots"):
        check(load(file), file)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("blocked", '["PAK", "USX"]', "blocked.2: is not a country"),
        ("caps", '{ retail_resident = "10.5" }', "caps.retail_resident: is not a whole number"),
        ("caps", "{ retail_resident = 1099511627776 }", "caps.retail_resident: input should be less than"),
        ("caps", "{ retail = 5 }", "caps.retail"),
    ],
)
def test_load_names_what_a_policy_cannot_hold(path: Path, key: str, value: str, says: str):
    assert refused(written(path, step("policy", **{key: value}))).startswith(f"step.1.policy.{says}")


@pytest.mark.parametrize("holder", ["retail:-1", "Retail:1"])
def test_load_names_the_bad_holder_in_a_list(path: Path, holder: str):
    message = refused(written(path, step("renew", holders=f'["retail:1", "{holder}"]')))
    assert message.startswith("step.1.renew.holders.2: string should match pattern")


def test_check_refuses_bids_of_dealers_who_are_not_in_the_cast(path: Path):
    header = "bid,face_pkr_million,clean_price_per_100,yield_pct\n"
    file = with_files(path, step("travel", to="2021-03-04"), step("allot"), bids=header + "2,2000,95.6574,9.0000\n")
    with pytest.raises(InputError, match="row 2, column bid: is that of dealer_02, who is not in the cast"):
        check(load(file), file)
    (path.parent / "bids.csv").write_text(header + "2,2000,95.6574,9.0001\n")
    with pytest.raises(InputError, match=r"row 2, column yield_pct: is 9.0001 where the clean price gives 9.0000"):
        check(load(file), file)


def test_check_refuses_terms_and_taxes_by_file_and_key(path: Path):
    (path.parent / "terms.toml").write_text('name = "x"\nsymbol = "y"\nisin = "PK1"\n')
    file = written(path, step("bond", template=None, terms='"terms.toml"'))
    with pytest.raises(ConfigError, match=r"terms\.toml: "):
        check(load(file), file)
    (path.parent / "taxes.toml").write_text("rows = 1\n")
    file = written(path, step("tax_table"))
    with pytest.raises(ConfigError, match=r"taxes\.toml: unknown key rows"):
        check(load(file), file)

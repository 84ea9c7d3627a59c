"""The command line: every command says what it does with an example, and every error leaves with its code."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from rwa_deploy import __version__, cli
from rwa_deploy.cli import COMMANDS, app_for
from rwa_deploy.cli.output import fail, wants_json
from rwa_deploy.errors import ConfigError, InputError

ISSUED = (
    {"doctor", "compile", "devnet", "plan", "apply", "status", "clear", "price", "prices", "terms", "receipt"}
    | {
        "run",
        "register",
        "report",
    }
    | {"root", "proof", "screen", "alerts", "goaml"}
    | {"onboard", "orders", "audit", "statement", "ivms101"}
    | {"stress"}
)


@pytest.fixture
def rwa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "dumb")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rwa", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_commands_are_those_of_the_issue():
    assert set(COMMANDS) == ISSUED


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_shows_an_example_and_json(rwa, command: str):
    code, out, err = rwa(command, "--help")
    text = re.sub(r"\s+", " ", out)
    assert (code, err) == (0, "")
    assert f"Example: rwa {command}" in text
    assert "--json" in text


@pytest.mark.parametrize("arguments", [(), ("--help",)], ids=["nothing", "--help"])
def test_main_lists_every_command_when_none_is_named(rwa, arguments):
    code, out, err = rwa(*arguments)
    assert (code, err) == (0, "")
    assert [command for command in COMMANDS if f" {command} " not in out] == []


def test_version_is_printed_alone(rwa):
    assert rwa("--version") == (0, f"{__version__}\n", "")


def test_version_is_a_release_number():
    assert re.fullmatch(r"\d+\.\d+\.\d+([a-z.]+\d+)?", __version__)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_app_for_imports_only_the_module_of_the_command(command: str):
    assert {item.callback.__module__ for item in registered(app_for([command]))} == {COMMANDS[command]}


def registered(app: Any) -> list[Any]:
    """Commands of an application, those of its groups included."""
    below = [item for group in app.registered_groups for item in registered(group.typer_instance)]
    return [*app.registered_commands, *below]


@pytest.mark.parametrize(("arguments", "wanted"), [(("plan", "--json"), True), (("plan",), False)])
def test_wants_json_looks_at_the_command_line(arguments, wanted):
    assert wants_json(arguments) is wanted


def test_fail_prints_one_sentence_and_gives_the_code(capsys):
    assert fail(ConfigError("cap_usd is [bold]missing[/bold]; add it"), as_json=False) == 4
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "rwa: cap_usd is [bold]missing[/bold]; add it\n")


def test_fail_prints_a_long_sentence_on_one_line(capsys):
    fail(ConfigError("word " * 100 + "end"), as_json=False)
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_fail_prints_the_facts_as_json(capsys):
    assert fail(InputError("is negative", path="a.csv", row=3, column="face"), as_json=True) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert json.loads(said.err) == {
        "error": "InputError",
        "exit_code": 3,
        "message": "a.csv, row 3, column face: is negative",
        "path": "a.csv",
        "row": 3,
        "column": "face",
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nope",), "rwa: No such command 'nope'; see `rwa --help`"),
        (("plan", "--nope"), "rwa: No such option: --nope; see `rwa plan --help`"),
    ],
)
def test_main_exits_2_in_one_sentence_when_called_wrongly(rwa, arguments, says):
    code, out, err = rwa(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(says)
    assert len(err.splitlines()) == 1


def test_main_exits_2_with_json_when_called_wrongly(rwa):
    code, _, err = rwa("plan", "--nope", "--json")
    facts = json.loads(err)
    assert (code, facts["error"], facts["exit_code"]) == (2, "UsageError", 2)


def test_main_exits_130_after_ctrl_c(rwa, monkeypatch: pytest.MonkeyPatch):
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rwa_deploy.cli.tools.diagnose", interrupted)
    code, out, err = rwa("doctor")
    assert code == 130
    assert "Traceback" not in out + err


def test_main_lets_a_bug_show_its_traceback(monkeypatch: pytest.MonkeyPatch):
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("rwa_deploy.cli.tools.diagnose", broken)
    monkeypatch.setattr(sys, "argv", ["rwa", "doctor"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


# ── price and terms ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def drafted(rwa, tmp_path):
    def draft(kind: str) -> str:
        path = tmp_path / f"{kind}.toml"
        assert rwa("terms", "draft", kind, "--out", str(path)) == (0, f"Wrote {path}.\n", "")
        return str(path)

    return draft


def test_price_gives_the_known_price_and_cash_of_the_eurobond(rwa, drafted):
    path = drafted("eurobond-usd")
    code, out, err = rwa("price", path, "--settle", "2025-12-12", "--yield", "6.75", "--face", "200000", "--json")
    assert (code, err) == (0, "")
    priced = json.loads(out)
    assert {key: priced[key] for key in ("clean", "accrued", "dirty", "yield")} == {
        "clean": "100.22603427",
        "accrued": "0.13368056",
        "dirty": "100.35971482",
        "yield": "6.75000000",
    }
    assert priced["cash"] == {
        "face": "200000.00",
        "principal": "200000.00",
        "clean": "200452.07",  # 200,452.068, up
        "accrued": "267.37",  # 267.3611, up
        "total": "200719.44",
    }


def test_price_gives_the_published_yield_of_a_bid(rwa, drafted):
    code, out, _ = rwa("price", drafted("pib-fixed-3y"), "--settle", "2021-03-04", "--clean", "95.6574", "--json")
    priced = json.loads(out)
    assert (code, priced["yield"][:6], priced["accrued"], priced["cash"]) == (0, "9.0000", "0.23204420", None)


def test_price_of_a_floater_takes_the_fixing_of_the_running_period(rwa, drafted):
    arguments = ("price", drafted("pfl-quarterly"), "--settle", "2026-02-10", "--clean", "99.5")
    code, _, err = rwa(*arguments)
    assert code == 2
    assert "no rate is fixed on 2026-02-10" in err
    code, out, _ = rwa(*arguments, "--fixing", "10.2", "--json")
    assert (code, json.loads(out)["accrued"]) == (0, "0.53833333")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "a price needs --yield or --clean, one of the two"),
        (("--yield", "7", "--clean", "99"), "a price needs --yield or --clean, one of the two"),
        (("--yield", "7%"), "not a plain number"),
        (("--clean", "0"), "leaves nothing to pay|no yield gives so low a price"),
        (("--yield", "7", "--fixing", "8"), "--fixing is for a floater"),
        (("--yield", "7", "--face", "-1"), "is negative"),
    ],
)
def test_price_is_refused_in_one_sentence(rwa, drafted, arguments, says):
    code, out, err = rwa("price", drafted("mtb-3m"), "--settle", "2020-09-10", *arguments)
    assert (code, out) == (2, "")
    assert re.search(says, err)
    assert len(err.splitlines()) == 1


def test_price_takes_the_operators_calendar(rwa, drafted, tmp_path):
    days = tmp_path / "days.csv"
    days.write_text("date,status,source\n2021-02-22,holiday,x\n2021-02-23,closed,x\n")
    path = drafted("pib-fixed-3y")
    code, _, err = rwa("price", path, "--settle", "2021-03-04", "--yield", "9", "--calendar", str(days))
    assert code == 3
    assert "row 3, column status" in err


def test_terms_show_lists_the_schedule_and_the_hash(rwa, drafted, tmp_path):
    path = drafted("pib-fixed-3y")
    _, out, _ = rwa("terms", "show", path, "--json")
    shown = json.loads(out)
    assert [row["payable"] for row in shown["schedule"]][:2] == ["2021-02-22", "2021-08-20"]
    assert shown["schedule"][0]["income_per_100"] == "3.50000000"
    assert re.fullmatch("0x[0-9a-f]{64}", shown["terms_hash"])
    _, text, _ = rwa("terms", "show", path)
    assert shown["terms_hash"] in text
    assert "2021-02-22" in text
    days = tmp_path / "days.csv"
    days.write_text("date,status,source\n2021-02-22,holiday,made up\n")
    _, moved, _ = rwa("terms", "show", path, "--calendar", str(days), "--json")
    assert json.loads(moved)["schedule"][0]["payable"] == "2021-02-23"


def test_terms_show_tells_options_unfixed_rates_and_estimates(rwa, drafted):
    assert "A call is open on 2029-01-20 at 101.0000." in rwa("terms", "show", drafted("callable"))[1]
    assert "not fixed" in rwa("terms", "show", drafted("pfl-quarterly"))[1]
    assert "waits for the moon" not in rwa("terms", "show", drafted("pib-fixed-3y"))[1]


def test_terms_calendar_writes_the_same_bytes_each_time(rwa, drafted, tmp_path):
    path, out = drafted("gis-fixed"), tmp_path / "terms.ics"
    assert rwa("terms", "calendar", path, "--out", str(out)) == (0, f"Wrote 22 dates to {out}.\n", "")
    first = out.read_bytes()
    assert json.loads(rwa("terms", "calendar", path, "--out", str(out), "--json")[1]) == {
        "written": str(out),
        "events": 22,
    }
    assert out.read_bytes() == first
    assert first.startswith(b"BEGIN:VCALENDAR\r\n")


def test_terms_draft_prints_without_a_file_and_overwrites_none(rwa, drafted):
    assert rwa("terms", "draft", "mtb-3m")[1].startswith("# Market Treasury Bill, 3 months (84 days)")
    path = drafted("mtb-3m")
    code, _, err = rwa("terms", "draft", "mtb-3m", "--out", path)
    assert (code, err) == (2, f"rwa: {path} exists and would be lost; name another file\n")
    code, _, err = rwa("terms", "draft", "mtb")
    assert code == 2
    assert "there is no template mtb; known are amortising" in err


def test_receipt_hash_tells_the_hash_and_what_may_be_issued(rwa):
    path = str(Path(__file__).resolve().parents[2] / "scripts" / "scenarios" / "data" / "gold" / "receipt.toml")
    shown = json.loads(rwa("receipt", "hash", path, "--json")[1])
    assert (shown["unit"], shown["net_quantity"], shown["in_force_until"]) == ("APZ", "1200.000000", "2021-07-01")
    said = rwa("receipt", "hash", path)[1]
    assert re.sub(r"\s+", " ", said).startswith(
        "XAU-KHI-0001: at most 1200.000000 APZ of XAU, issued before 2021-07-01."
    )
    assert shown["receipt_hash"] in said

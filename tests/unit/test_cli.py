"""The command line: every command says what it does with an example, and every error leaves with its code."""

import json
import re
import sys
from typing import Any

import pytest

from rwa_deploy import __version__, cli
from rwa_deploy.cli import COMMANDS, app_for
from rwa_deploy.cli.output import fail, wants_json
from rwa_deploy.errors import ConfigError, InputError

ISSUED = {"doctor", "compile", "devnet", "plan", "apply", "status", "clear", "run", "register", "report"}


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
    return [item for group in app.registered_groups for item in group.typer_instance.registered_commands]


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

"""Arguments -> command -> output and exit code. The only place that prints or exits.

A command's module is imported when the command runs: `rwa compile` does not wait for web3, nor `rwa --help` for a plot.
"""

import sys
from importlib import import_module
from typing import Any

import typer

from rwa_deploy import __version__
from rwa_deploy.cli.output import fail, wants_json
from rwa_deploy.errors import RwaError, UsageError

__all__ = ["COMMANDS", "app_for", "main"]

_WRONG_CALL: Any = typer.BadParameter.__bases__[0]  # click's, or that of the click inside newer typers

COMMANDS = {
    "doctor": "rwa_deploy.cli.tools",
    "compile": "rwa_deploy.cli.tools",
    "devnet": "rwa_deploy.cli.tools",
    "plan": "rwa_deploy.cli.deploy",
    "apply": "rwa_deploy.cli.deploy",
    "status": "rwa_deploy.cli.deploy",
    "clear": "rwa_deploy.cli.auction",
    "price": "rwa_deploy.cli.pricing",
    "prices": "rwa_deploy.cli.prices",
    "terms": "rwa_deploy.cli.terms",
    "receipt": "rwa_deploy.cli.terms",
    "run": "rwa_deploy.cli.scenario",
    "register": "rwa_deploy.cli.books",
    "report": "rwa_deploy.cli.books",
    "onboard": "rwa_deploy.cli.control",
    "orders": "rwa_deploy.cli.control",
    "audit": "rwa_deploy.cli.control",
    "root": "rwa_deploy.cli.compliance",
    "proof": "rwa_deploy.cli.compliance",
    "statement": "rwa_deploy.cli.compliance",
    "ivms101": "rwa_deploy.cli.compliance",
    "screen": "rwa_deploy.cli.compliance",
    "alerts": "rwa_deploy.cli.monitoring",
    "goaml": "rwa_deploy.cli.monitoring",
    "stress": "rwa_deploy.cli.credit",
}


def app_for(arguments: list[str]) -> typer.Typer:
    """Arguments -> application with the command that they name, or with all when they name none."""
    named = next((argument for argument in arguments if not argument.startswith("-")), "")
    modules = [COMMANDS[named]] if named in COMMANDS else dict.fromkeys(COMMANDS.values())
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_root)
    for module in modules:
        app.add_typer(import_module(module).app)
    return app


def main() -> None:
    """sys.argv -> exit code: 0, that of the error, 2 for a wrong call, or 130 after Ctrl-C."""
    arguments = sys.argv[1:] or ["--help"]
    as_json = wants_json(arguments)
    try:
        sys.exit(app_for(arguments)(arguments, prog_name="rwa", standalone_mode=False))
    except _WRONG_CALL as error:
        command = error.ctx.command_path if error.ctx else "rwa"
        wrong = UsageError(f"{error.format_message().rstrip('.')}; see `{command} --help`")
        sys.exit(fail(wrong, as_json=as_json))
    except RwaError as error:
        sys.exit(fail(error, as_json=as_json))
    except typer.Abort:
        sys.exit(130)


def _version(shown: bool) -> None:
    if shown:
        print(__version__)
        raise typer.Exit


def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Issue, settle and service tokenised government debt on a development chain.

    Nothing here has legal force, holds keys for anyone, or is meant for a chain that carries value.
    """
    del version

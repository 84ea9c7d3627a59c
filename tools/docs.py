"""The package and its contracts -> docs/cli.md, docs/contracts.md, a table in docs/controls.md; --check compares.

The command reference comes from the Typer application and the error tree, that of the contracts from the ABI and the
NatSpec in the compiler's metadata; who may call what comes from the table in `rwa_deploy.wiring`.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any

import typer.main

from rwa_deploy import errors
from rwa_deploy.artifacts import Artifact, Artifacts
from rwa_deploy.cli import COMMANDS, app_for
from rwa_deploy.compile import compile as compile_contracts
from rwa_deploy.wiring import ADMIN, FUNCTIONS, OFFICES, office_of

__all__ = ["cli_reference", "contract_reference", "main"]

ROOT = Path(__file__).resolve().parents[1]
MADE = "<!-- Made by tools/docs.py; edit what it is made from. -->"
EXAMPLE = "Example: "
VALUES = {"list": "path, any number of them", "Path": "path", "int": "number", "datetime": "date", "str": "text"}
CONTROLS = "docs/controls.md"
BEGIN, END = "<!-- controls: begin -->", "<!-- controls: end -->"
SERIES_KINDS = ("BondToken", "CommodityToken")  # their ADMIN functions are reached through the Programme
FOLDERS = ("registry", "assets", "market", "credit", "control")

# Errors that stand for a right which no office gives: who is left when everybody else is refused.
RIGHTS = {
    "OnlyProgramme": "Programme",
    "ProviderNotPermitted": "a provider whose licence allows it",
    "MinterLimitExceeded": "a minter",
    "BurnAboveMinted": "a minter",
}
_CALLER = re.compile(r"[Tt]he caller must be (.+?)(?:\.| - | Emits| \(see|, and |$)")
_ENUM = re.compile(r"\benum (\w+) \{([^}]*)\}")


def main(arguments: Sequence[str]) -> int:
    """Arguments -> exit code: writes both files, or with --check compares them (1 when one differs)."""
    artifacts = compile_contracts(ROOT)
    pages = {
        "docs/cli.md": cli_reference(),
        "docs/contracts.md": contract_reference(artifacts, ROOT),
        CONTROLS: with_controls((ROOT / CONTROLS).read_text(encoding="utf-8"), controls(artifacts, ROOT)),
    }
    if "--check" not in arguments:
        for name, text in pages.items():
            (ROOT / name).write_text(text, encoding="utf-8")
        return 0
    stale = [name for name, text in pages.items() if not _equal(ROOT / name, text)]
    for name in stale:
        sys.stderr.write(f"{name} is not what the sources say; run `python tools/docs.py`\n")
    return 1 if stale else 0


# ── command line ─────────────────────────────────────────────────────────────────────────────────────────────────────


def cli_reference() -> str:
    """-> docs/cli.md."""
    group: Any = typer.main.get_command(app_for([]))
    parts = [MADE, "# Command line", _paragraphs(group.help), *_commands(group), "## Exit codes", _EXIT_CODES]
    rows = [(kind.exit_code, f"`{name}`", _first_sentence(kind.__doc__ or "")) for name, kind in _error_classes()]
    table = _table(("code", "error", "what went wrong"), [(0, "", "Nothing."), (1, "", "A bug: a traceback."), *rows])
    return "\n\n".join([*parts, table]) + "\n"


_EXIT_CODES = (
    "The same for every command. An error is one sentence on standard error that says what to do; with `--json` it is"
    "\none JSON object with `error`, `exit_code`, `message` and the facts of its kind."
)


def _commands(group: Any) -> Iterator[str]:
    for name in COMMANDS:
        yield from _command(f"rwa {name}", group.commands[name], "##")


def _command(name: str, command: Any, level: str) -> Iterator[str]:
    """Command -> its section; a command of commands has one for each of them, a level below, after its own."""
    about, _, example = (command.help or "").partition(EXAMPLE)
    yield f"{level} {name}"
    yield _paragraphs(about)
    if command.params:
        yield _table(("argument or option", "value", "default", "meaning"), map(_parameter, command.params))
    yield f"```console\n$ {' '.join(example.split())}\n```"
    for below, each in getattr(command, "commands", {}).items():
        yield from _command(f"{name} {below}", each, f"{level}#")


def _parameter(parameter: Any) -> tuple[str, str, str, str]:
    """Typer's parameter -> its row."""
    is_argument = parameter.param_type_name == "argument"
    name = parameter.name.upper() if is_argument else ", ".join(parameter.opts)
    default = parameter.default.value if isinstance(parameter.default, Enum) else parameter.default
    optional = "" if default in (None, False) else f"`{default}`"
    help_text = f"{parameter.help} Also read from `{parameter.envvar}`." if parameter.envvar else parameter.help
    value = "" if getattr(parameter, "is_flag", False) else _value(parameter)
    return f"`{name}`", value, "required" if parameter.required else optional, help_text or ""


def _value(parameter: Any) -> str:
    kind = parameter.type_descriptor.annotation
    if issubclass(kind, Enum):
        return ", ".join(f"`{choice.value}`" for choice in kind)
    least, most = getattr(parameter, "min", None), getattr(parameter, "max", None)
    return VALUES[kind.__name__] if least is None or most is None else f"{least:,} to {most:,}"


def _error_classes() -> list[tuple[str, type[errors.RwaError]]]:
    kinds = [(name, getattr(errors, name)) for name in errors.__all__ if name != "RwaError"]
    return sorted(kinds, key=lambda item: item[1].exit_code)


# ── contracts ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Contract:
    """An artifact with its NatSpec."""

    artifact: Artifact

    @cached_property
    def natspec(self) -> Mapping[str, Any]:
        """What metadata says of the contract: userdoc and devdoc."""
        output: Mapping[str, Any] = json.loads(self.artifact.metadata)["output"]
        return output

    @property
    def notice(self) -> str:
        """What the contract says of itself."""
        return str(self.natspec["userdoc"].get("notice", ""))

    def entries(self, kind: str) -> list[Mapping[str, Any]]:
        """Entries of the ABI of that kind, by name."""
        found = [entry for entry in self.artifact.abi if entry["type"] == kind]
        return sorted(found, key=lambda entry: (entry.get("name", ""), _signature(entry)))

    def said(self, entry: Mapping[str, Any]) -> tuple[str, str]:
        """Entry -> its notice and its details."""
        section = {"function": "methods", "event": "events", "error": "errors"}[entry["type"]]
        notes = [self.natspec[doc].get(section, {}).get(_signature(entry), {}) for doc in ("userdoc", "devdoc")]
        user, dev = (note[0] if isinstance(note, list) else note for note in notes)
        return str(user.get("notice", "")), str(dev.get("details", ""))

    def is_restricted(self, entry: Mapping[str, Any]) -> bool:
        """Whether the Authority is asked who may call the function."""
        return "AccessManagedUnauthorized" in self.said(entry)[1]


def contract_reference(artifacts: Artifacts, root: Path) -> str:
    """Artifacts, and the project's folder for the enumerations -> docs/contracts.md."""
    contracts = [Contract(artifact) for artifact in artifacts.values() if artifact.bytecode]
    libraries = [contract for contract in contracts if _folder(contract) == "libraries"]
    deployed = sorted((one for one in contracts if one not in libraries), key=_place)
    enums = {name: " · ".join(values.split()).replace(",", "") for name, values in _enumerations(root)}
    parts = [MADE, "# Contracts", _INTRODUCTION, "## Offices", _offices(deployed)]
    for contract in deployed:
        parts += _contract(contract, artifacts, enums)
    rows = [(f"`{one.artifact.name}`", _cell(one.notice)) for one in libraries]
    return "\n\n".join([*parts, "## Libraries", _table(("library", "what it does"), rows)]) + "\n"


_INTRODUCTION = (
    "Amounts of cash and face have 6 decimals, times are Unix seconds; `[1e6]` is the unit of a number. ADMIN's calls\n"
    "wait out its delay, those of every other office are immediate. Interfaces in `contracts/interfaces` are the\n"
    "specification; this page repeats them, inherited standards included."
)


def restricted_functions(artifacts: Artifacts) -> set[tuple[str, str]]:
    """Artifacts -> (contract, function) of all that the documentation calls restricted."""
    contracts = [Contract(artifact) for artifact in artifacts.values() if artifact.bytecode]
    entries = [(contract, entry) for contract in contracts for entry in contract.entries("function")]
    return {(contract.artifact.name, entry["name"]) for contract, entry in entries if contract.is_restricted(entry)}


def _offices(deployed: Sequence[Contract]) -> str:
    """Office -> its role number and what it may call, from the wiring and, for ADMIN, from what it does not name."""
    may: dict[str, list[str]] = {office: [] for office in OFFICES}
    for target, functions in FUNCTIONS.items():
        for function, office in functions.items():
            may[office].append(f"`{target}.{function}`")
    for contract in deployed:
        for entry in contract.entries("function"):
            name = contract.artifact.name
            if name not in SERIES_KINDS and contract.is_restricted(entry) and office_of(name, entry["name"]) == ADMIN:
                may[ADMIN].append(f"`{name}.{entry['name']}`")
    rows = [(_words(office), role, ", ".join(may[office])) for office, role in OFFICES.items()]
    note = "Rights over a series stand under `Programme`, so that a new series needs no wiring."
    return f"{note}\n\n{_table(('office', 'role', 'may call'), rows)}"


def _contract(contract: Contract, artifacts: Artifacts, enums: Mapping[str, str]) -> list[str]:
    name, source = contract.artifact.name, contract.artifact.source
    specification = Contract(artifacts.get(f"I{name}", contract.artifact))
    parts = [f"## {name}", f"[`{source}`](../{source})", specification.notice]
    constructor = contract.entries("constructor")
    parts += [f"Constructor: `{_call(constructor[0])}`"] if constructor else []
    functions = contract.entries("function")
    writes = [entry for entry in functions if entry["stateMutability"] not in {"view", "pure"}]
    reads = [entry for entry in functions if entry not in writes]
    rows = [(f"`{_call(entry)}`", _who(contract, entry), _told(contract, entry)) for entry in writes]
    parts += [_table(("to write", "who may", "what it does"), rows)]
    parts += _section(contract, "to read", reads)
    parts += _section(contract, "event", contract.entries("event"))
    parts += _section(contract, "error", contract.entries("error"))
    types = [*_structs(contract), *((one, enums[one]) for one in _enums_of(contract) if one in enums)]
    return [*parts, _table(("type", "fields or values"), sorted((f"`{a}`", b) for a, b in types))] if types else parts


def _section(contract: Contract, title: str, entries: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [(f"`{_call(entry)}`", _told(contract, entry)) for entry in entries]
    return [_table((title, "meaning"), rows)] if rows else []


def _who(contract: Contract, entry: Mapping[str, Any]) -> str:
    """Function -> who may call it: an office, who holds a right, whom OpenZeppelin names, or anyone."""
    name, details = contract.artifact.name, " ".join(contract.said(entry))
    if contract.is_restricted(entry):
        office = office_of(name, entry["name"])
        return "Programme" if name in SERIES_KINDS and office == ADMIN else _words(office)
    rights = [who for error, who in RIGHTS.items() if f"`{error}`" in details]
    caller = _CALLER.search(details)
    if rights or not caller:
        return rights[0] if rights else "anyone"
    return "admin" if caller[1] in {"a global admin", "an admin for the role"} else _cell(caller[1])


def _told(contract: Contract, entry: Mapping[str, Any]) -> str:
    """Entry -> what its documentation says: all of ours, the first sentence of OpenZeppelin's."""
    notice, details = contract.said(entry)
    is_ours = bool(notice) or "Errors:" in details
    return f"{notice} {details}" if is_ours else _first_sentence(details)


def _call(entry: Mapping[str, Any]) -> str:
    """Entry of an ABI -> name, parameters and results as in Solidity."""
    inputs, outputs = (", ".join(map(_declared, entry.get(side, ()))) for side in ("inputs", "outputs"))
    return f"{entry.get('name', '')}({inputs})" + (f" → {outputs}" if outputs else "")


def _declared(item: Mapping[str, Any]) -> str:
    """Parameter -> its type and name, and whether an event can be searched by it."""
    return " ".join(filter(None, (_kind(item), "indexed" if item.get("indexed") else "", item["name"])))


def _kind(item: Mapping[str, Any]) -> str:
    """Parameter -> its type by the name that the sources use."""
    words = str(item.get("internalType", item["type"])).split()
    return words[-1].rsplit(".", 1)[-1] if words[0] in {"struct", "enum", "contract"} else words[0]


def _signature(entry: Mapping[str, Any]) -> str:
    return f"{entry.get('name', '')}({','.join(map(_abi_type, entry.get('inputs', ())))})"


def _abi_type(item: Mapping[str, Any]) -> str:
    kind = str(item["type"])
    parts = ",".join(map(_abi_type, item.get("components", ())))
    return kind.replace("tuple", f"({parts})", 1) if kind.startswith("tuple") else kind


def _parameters(contract: Contract) -> Iterator[Mapping[str, Any]]:
    waiting = [
        item for entry in contract.artifact.abi for item in (*entry.get("inputs", ()), *entry.get("outputs", ()))
    ]
    while waiting:
        item = waiting.pop()
        yield item
        waiting += item.get("components", ())


def _structs(contract: Contract) -> dict[tuple[str, str], None]:
    structs = [item for item in _parameters(contract) if "components" in item]
    return dict.fromkeys((_kind(item).removesuffix("[]"), _fields(item)) for item in structs)


def _fields(item: Mapping[str, Any]) -> str:
    return ", ".join(f"`{_declared(field)}`" for field in item["components"])


def _enums_of(contract: Contract) -> set[str]:
    kinds = [str(item.get("internalType", "")) for item in _parameters(contract)]
    return {kind.rsplit(".", 1)[-1].removesuffix("[]") for kind in kinds if kind.startswith("enum ")}


def _enumerations(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((root / "contracts" / "interfaces").glob("*.sol")):
        yield from _ENUM.findall(path.read_text(encoding="utf-8"))


def _folder(contract: Contract) -> str:
    return contract.artifact.source.split("/")[1]


def _place(contract: Contract) -> tuple[int, str]:
    return FOLDERS.index(_folder(contract)), contract.artifact.name


# ── controls ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_FUNCTION = re.compile(r"^    function (\w+)\(.*?^    \}", re.MULTILINE | re.DOTALL)
_EMIT = re.compile(r"\bemit (\w+)\(")
_CALLED = re.compile(r"\b(_?[a-z]\w*)\(")
_PARENTS = re.compile(r"^(?:abstract )?contract (\w+)(?: is ([\w, ]+))? \{", re.MULTILINE)
_TEST = re.compile(r"^def (test_\w+)\(", re.MULTILINE)
_NEXT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GENERIC = "test_attacks.py::test_every_function_passes_its_office_and_nobody_else"  # each function, each role
# Files of tests, where a contract's are not in the one of its own name alone.
_FILES = {
    "Allowlist": ("allowlist", "onboarding", "enforcement"),
    "Authority": ("authority", "onboarding", "function_pause"),
    "BondToken": ("bond_token", "rwa_token", "permissioned_token"),
    "CashToken": ("cash_token", "permissioned_token"),
    "CommodityToken": ("commodity_token", "rwa_token", "permissioned_token"),
    "PayingAgent": ("paying_agent", "coupons"),
    "Policies": ("polic", "travel"),
    "PriceOracle": ("price_oracle", "travel"),
}
# The Authority guards its own functions by itself, and these are ours.
_PAUSES = {("Authority", name) for name in ("pauseFunction", "renewFunctionPause", "unpauseFunction")}


def controls(artifacts: Artifacts, root: Path) -> str:
    """Artifacts, sources and tests -> the table: function, office, delay, events, and the test of its name."""
    tests = [
        (path.name, name)
        for path in sorted((root / "tests" / "contracts").glob("test_*.py"))
        for name in _TEST.findall(path.read_text(encoding="utf-8"))
    ]
    guarded = restricted_functions(artifacts) | _PAUSES
    rows = []
    for contract, function in sorted(guarded):
        office = office_of(contract, function)
        events = sorted(_events_of(root, contract, function))
        others = {name for one, name in guarded if one == contract}
        test = _test_of(contract, function, others, tests)
        delay = "after its delay" if office == ADMIN else "at once"
        who = "Programme" if contract in SERIES_KINDS and office == ADMIN else _words(office)
        rows.append((f"`{contract}.{function}`", who, delay, ", ".join(f"`{one}`" for one in events), f"`{test}`"))
    return _table(("function", "office", "when", "events", "test"), rows)


def with_controls(page: str, table: str) -> str:
    """Page + table -> the page with the table between its marks."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}"


def _test_of(contract: str, function: str, others: set[str], tests: Sequence[tuple[str, str]]) -> str:
    """Function, the contract's other functions, tests -> file::test named after it, or the one of every function."""
    files = tuple(f"test_{stem}" for stem in _FILES.get(contract, (_snake(contract),)))
    stem = f"test_{_snake(function)}_"
    longer = tuple(f"test_{_snake(one)}_" for one in others if _snake(one).startswith(f"{_snake(function)}_"))
    named: list[tuple[str, str]] = [
        (file, name)
        for file, name in tests
        if file.startswith(files) and name.startswith(stem) and not name.startswith(longer or ("-",))
    ]
    if not named:
        return _GENERIC
    file, name = min(named, key=_shortest)
    return f"{file}::{name}"


def _shortest(test: tuple[str, str]) -> tuple[int, str, str]:
    file, name = test
    return len(name), name, file


def _snake(name: str) -> str:
    return _NEXT.sub("_", name).lower()


def _events_of(root: Path, contract: str, function: str) -> set[str]:
    """What a function emits by itself and by the functions of its own contract that it calls."""
    bodies = _bodies(root, contract)
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [function]
    while waiting:
        body = bodies.get(name := waiting.pop(), "")
        if name in seen or not body:
            continue
        seen.add(name)
        found |= set(_EMIT.findall(body))
        waiting += _CALLED.findall(body)
    return found


def _bodies(root: Path, contract: str) -> dict[str, str]:
    """Contract -> its functions and those of its parents in the project, by name."""
    texts: dict[str, tuple[str, str]] = {}
    for path in (root / "contracts").rglob("*.sol"):
        text = path.read_text(encoding="utf-8")
        texts |= {name: (parents, text) for name, parents in _PARENTS.findall(text)}
    bodies: dict[str, str] = {}
    waiting = [contract]
    while waiting:
        parents, text = texts.get(waiting.pop(), ("", ""))
        bodies = {match[1]: match[0] for match in _FUNCTION.finditer(text)} | bodies
        waiting += parents.replace(" ", "").split(",") if parents else []
    return bodies


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(str(cell)) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    """Text -> one line that a Markdown table holds; OpenZeppelin's {references} lose their braces."""
    return re.sub(r"(?<!\\)\|", r"\\|", re.sub(r"\{([\w-]+)\}", r"`\1`", " ".join(text.split())))


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=\.) ", " ".join(text.split()), maxsplit=1)[0]


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (text or "").split("\n\n") if part.strip())


def _words(office: str) -> str:
    return office.replace("_", " ")


def _equal(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The generated references are what the sources say, and claim of each function what its code does."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from rwa_deploy import errors
from rwa_deploy.artifacts import Artifacts
from rwa_deploy.cli import COMMANDS
from rwa_deploy.compile import compile as compile_contracts

PROJECT = Path(__file__).resolve().parents[2]
CONTRACT = re.compile(r"^(?:abstract )?contract (\w+)(?: is ([\w, ]+))? \{", re.MULTILINE)
RESTRICTED = re.compile(r"\bfunction (\w+)\([^)]*\)[^{;]*\brestricted\b")


@pytest.fixture(scope="module")
def docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs", PROJECT / "tools" / "docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def artifacts() -> Artifacts:
    return compile_contracts(PROJECT)


def restricted_in_sources() -> dict[str, set[str]]:
    """Contract -> its functions with the modifier, those of its parents in the project included."""
    own: dict[str, tuple[list[str], set[str]]] = {}
    for path in (PROJECT / "contracts").rglob("*.sol"):
        text = path.read_text()
        for name, parents in CONTRACT.findall(text):
            own[name] = (parents.replace(" ", "").split(","), set(RESTRICTED.findall(text)))

    def of(name: str) -> set[str]:
        parents, functions = own.get(name, ([], set()))
        return functions.union(*map(of, parents))

    return {name: of(name) for name in own}


def test_check_finds_the_committed_references_up_to_date(docs: ModuleType):
    assert docs.main(["--check"]) == 0


def test_check_fails_when_a_reference_differs(docs: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    pages = {
        "docs/cli.md": docs.cli_reference(),
        "docs/contracts.md": "an older text\n",
        docs.CONTROLS: f"before\n{docs.BEGIN}\nthe table of today\n{docs.END}\nafter\n",
    }
    (tmp_path / "docs").mkdir()
    for name, text in pages.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(docs, "contract_reference", lambda *_: "the text of today\n")
    monkeypatch.setattr(docs, "compile_contracts", lambda _: None)
    monkeypatch.setattr(docs, "controls", lambda *_: "the table of today")
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    assert docs.main(["--check"]) == 1
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0


def test_controls_names_events_and_tests_that_exist(docs: ModuleType, artifacts: Artifacts):
    rows = [line.split(" | ") for line in docs.controls(artifacts, PROJECT).splitlines()[2:]]
    assert {row[0].strip("| `").split(".")[0] for row in rows} >= {"Authority", "Enforcement", "Policies", "Allowlist"}
    for function, _, _, events, test in rows:
        contract = function.strip("| `").split(".")[0]
        known = {entry["name"] for entry in artifacts[contract].abi if entry["type"] == "event"}
        assert {event.strip("` ") for event in events.split(",") if event.strip()} <= known, function
        file, name = test.strip("| `").split("::")
        assert f"def {name}(" in (PROJECT / "tests" / "contracts" / file).read_text()


def test_cli_reference_names_every_command_and_exit_code(docs: ModuleType):
    text = docs.cli_reference()
    assert [name for name in COMMANDS if f"## rwa {name}\n" not in text] == []
    sections = re.findall(r"^##+ (rwa .+)\n", text, re.MULTILINE)
    assert (
        text.count("```console\n$ rwa ")
        == len(sections)
        == len(COMMANDS) + len(("draft", "show", "calendar", "hash", "sign", "post", "show"))
    )
    kinds = [getattr(errors, name) for name in errors.__all__ if name != "RwaError"]
    assert [kind for kind in kinds if f"| {kind.exit_code} | `{kind.__name__}` |" not in text] == []


def test_contract_reference_calls_restricted_what_the_sources_restrict(docs: ModuleType, artifacts: Artifacts):
    in_sources = restricted_in_sources()
    deployable = {name for name, artifact in artifacts.items() if artifact.bytecode and name in in_sources}
    expected = {(name, function) for name in deployable for function in in_sources[name]}
    assert docs.restricted_functions(artifacts) == expected


def test_contract_reference_has_a_meaning_for_all_that_is_ours(docs: ModuleType, artifacts: Artifacts):
    sources = "".join(path.read_text() for path in (PROJECT / "contracts" / "interfaces").glob("*.sol"))
    ours = set(re.findall(r"\b(?:function|event|error) (\w+)\(", sources))
    rows = re.findall(r"^\| `(\w+)\(.*\| ([^|]*) \|$", docs.contract_reference(artifacts, PROJECT), re.MULTILINE)
    assert {name for name, meaning in rows if not meaning.strip()} & ours == set()
    assert {name for name, _ in rows} > {"issue", "settlePage", "redeem", "CapExceeded", "TradeSettled"}


def test_peers_table_names_tests_that_exist():
    rows = [line for line in (PROJECT / "docs" / "peers.md").read_text().splitlines() if line.startswith("| ")][1:]
    named = [re.findall(r"`(\w+/[\w/]+\.py)::(test_\w+)`", row) for row in rows if not row.startswith("| ---")]
    assert [row for row, found in zip(rows, named, strict=False) if not found] == []
    tests = [test for found in named for test in found]
    assert len(tests) > 20
    gone = [(file, name) for file, name in tests if f"def {name}(" not in (PROJECT / "tests" / file).read_text()]
    assert gone == []

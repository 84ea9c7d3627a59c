"""Compile: settings, import closure, cache, refusals, and the way to JSON and back; solc itself runs three times."""

import json
import shutil
from pathlib import Path

import pytest
import solcx

from rwa_deploy import compile as stage
from rwa_deploy.artifacts import Artifacts, check_sizes, load_artifacts, sizes, write_artifacts
from rwa_deploy.compile import compile, compiler_settings, standard_json
from rwa_deploy.errors import CompileError, ConfigError, ToolError

PROJECT = Path(__file__).resolve().parents[2]
HEAD = "// SPDX-License-Identifier: Apache-2.0\npragma solidity 0.8.34;\n"
VAULT = (
    HEAD
    + """
import {IVault} from "../interfaces/IVault.sol";
// import "a/comment.sol";
/* import "another/comment.sol"; */
import {
    Math
} from "lib/Math.sol";

contract Vault is IVault {
    uint256 public immutable override cap;
    string public constant PLACE = "https://example.org"; // not a comment before this
    uint256 public total;

    constructor(uint256 cap_) {
        cap = cap_;
    }

    function put(uint256 amount) external {
        total = Math.add(total, amount);
        require(total <= cap, TooMuch(total, cap));
    }
}
"""
)
IVAULT = (
    HEAD
    + "interface IVault { error TooMuch(uint256 total, uint256 cap); function cap() external view returns (uint256); }"
)
MATH = HEAD + "library Math { function add(uint256 a, uint256 b) internal pure returns (uint256) { return a + b; } }"


def make_project(folder: Path, **sources: str) -> Path:
    """Folder + sources by name -> project with the real compiler settings and a library behind a remapping."""
    config = (PROJECT / "brownie-config.yaml").read_text()
    files = {
        "brownie-config.yaml": config.replace("@openzeppelin/=node_modules/@openzeppelin/", "lib/=node_modules/lib/"),
        "contracts/interfaces/IVault.sol": IVAULT,
        "contracts/vault/Vault.sol": VAULT,
        "node_modules/lib/Math.sol": MATH,
        **{f"contracts/{name}.sol": text for name, text in sources.items()},
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(autouse=True)
def compiler(monkeypatch):
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(PROJECT / "tools" / "solc"))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """The project compiled once, with the folder it was compiled in."""
    root = make_project(tmp_path_factory.mktemp("project"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLCX_BINARY_PATH", str(PROJECT / "tools" / "solc"))
        return root, compile(root)


@pytest.fixture
def no_solc(monkeypatch):
    """Whoever asks solc fails."""

    def refuse(*_):
        raise AssertionError("solc was asked")

    monkeypatch.setattr(stage, "_run_solc", refuse)


def test_compiler_settings_come_from_brownie_config():
    settings = compiler_settings(PROJECT / "brownie-config.yaml")
    assert (settings.version, settings.evm_version, settings.via_ir) == ("0.8.34", "shanghai", False)
    assert settings.optimizer == {"enabled": True, "runs": 200}
    libraries = (("@openzeppelin/", "node_modules/@openzeppelin/"), ("solady/", "node_modules/solady/"))
    assert settings.remappings == libraries


@pytest.mark.parametrize("text", ["", "compiler: {}", "compiler: {evm_version: x, solc: 3}", "a: [", "- 1"])
def test_compiler_settings_refuse_an_incomplete_file(tmp_path, text):
    path = tmp_path / "brownie-config.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"brownie-config\.yaml does not name compiler\.evm_version"):
        compiler_settings(path)


def test_compiler_settings_refuse_a_missing_file(tmp_path):
    with pytest.raises(ConfigError, match="run this in a checkout"):
        compiler_settings(tmp_path / "brownie-config.yaml")


def test_standard_json_holds_the_import_closure_by_relative_names(tmp_path):
    root = make_project(tmp_path)
    request = standard_json(root, compiler_settings(root / "brownie-config.yaml"))
    own = ["contracts/interfaces/IVault.sol", "contracts/vault/Vault.sol"]
    assert list(request["sources"]) == [*own, "node_modules/lib/Math.sol"]
    assert list(request["settings"]["outputSelection"]) == own
    assert str(tmp_path) not in json.dumps(request)


def test_standard_json_names_the_importer_of_a_missing_source(tmp_path):
    root = make_project(tmp_path, Lost=HEAD + 'import "./Nowhere.sol";')
    with pytest.raises(CompileError, match=r"^contracts/Lost\.sol imports contracts/Nowhere\.sol, which does not"):
        standard_json(root, compiler_settings(root / "brownie-config.yaml"))


def test_standard_json_says_how_to_install_missing_libraries(tmp_path):
    root = make_project(tmp_path)
    shutil.rmtree(root / "node_modules")
    with pytest.raises(ToolError, match="node_modules is missing; run `npm ci"):
        standard_json(root, compiler_settings(root / "brownie-config.yaml"))


def test_standard_json_refuses_a_project_without_sources(tmp_path):
    with pytest.raises(CompileError, match="no Solidity sources under"):
        standard_json(tmp_path, compiler_settings(PROJECT / "brownie-config.yaml"))


def test_compile_gives_code_abi_and_layout_of_our_sources_only(compiled):
    _, artifacts = compiled
    vault = artifacts["Vault"]
    assert list(artifacts) == ["IVault", "Vault"]
    assert vault.source == "contracts/vault/Vault.sol"
    assert vault.method_identifiers["cap()"] == "355274ea"
    assert {entry["name"] for entry in vault.abi if entry["type"] == "error"} == {"TooMuch"}
    assert [entry["label"] for entry in vault.storage_layout["storage"]] == ["total"]
    assert artifacts["IVault"].bytecode == b""


def test_compile_lists_immutables_that_are_zero_in_the_runtime_code(compiled):
    vault = compiled[1]["Vault"]
    assert len(vault.immutable_references) >= 2
    for start, length in vault.immutable_references:
        assert vault.deployed_bytecode[start : start + length] == bytes(32)


def test_compile_reads_the_metadata_hash_out_of_the_bytecode(compiled):
    _, artifacts = compiled
    vault = artifacts["Vault"]
    assert vault.metadata_hash.startswith("1220")
    assert bytes.fromhex(vault.metadata_hash) in vault.deployed_bytecode
    assert artifacts["IVault"].metadata_hash == ""


def test_compile_does_not_ask_solc_when_nothing_changed(compiled, no_solc):
    root, artifacts = compiled
    assert compile(root) == artifacts


def test_compile_takes_another_checkout_from_the_same_cache(compiled, no_solc, tmp_path):
    root, artifacts = compiled
    copy = make_project(tmp_path / "another" / "path")
    assert compile(copy, cache=root / ".build" / "compile") == artifacts


@pytest.mark.parametrize("file", ["contracts/vault/Vault.sol", "node_modules/lib/Math.sol", "brownie-config.yaml"])
def test_compile_asks_solc_again_when_a_source_or_setting_changed(compiled, no_solc, tmp_path, file):
    root, _ = compiled
    copy = make_project(tmp_path)
    text = (copy / file).read_text()
    (copy / file).write_text(text.replace("runs: 200", "runs: 201") if file.endswith("yaml") else text + "\n")
    with pytest.raises(AssertionError, match="solc was asked"):
        compile(copy, cache=root / ".build" / "compile")


def test_compile_gives_the_same_bytecode_on_another_path(compiled, tmp_path):
    _, artifacts = compiled
    assert compile(make_project(tmp_path / "elsewhere"), cache=tmp_path / "cache") == artifacts


def test_compile_names_file_line_and_column_of_every_error(tmp_path):
    broken = HEAD + "contract Broken {\n    uint256 a = missing;\n    uint256 b = missing;\n}\n"
    with pytest.raises(CompileError) as refused:
        compile(make_project(tmp_path, Broken=broken))
    assert str(refused.value).splitlines() == [
        "contracts/Broken.sol:4:17: DeclarationError: Undeclared identifier.",
        "contracts/Broken.sol:5:17: DeclarationError: Undeclared identifier.",
    ]
    assert not list(tmp_path.glob(".build/compile/*"))


@pytest.fixture
def solc_says(monkeypatch):
    """Output -> a solc that gives it."""
    return lambda output: monkeypatch.setattr(solcx, "compile_standard", lambda *_, **__: output)


def warning(file: str) -> dict[str, object]:
    text = f"Warning: Unused local variable.\n --> {file}:9:5:\n  |\n"
    where = {"file": file, "start": 1, "end": 2}
    return {
        "severity": "warning",
        "type": "Warning",
        "message": "Unused local variable.",
        "formattedMessage": text,
        "sourceLocation": where,
    }


def contract() -> dict[str, object]:
    code = {"object": "", "immutableReferences": {}}
    return {"abi": [], "metadata": "", "evm": {"bytecode": code, "deployedBytecode": code}}


def test_compile_refuses_a_warning_in_our_sources(tmp_path, solc_says):
    solc_says({"contracts": {}, "errors": [warning("contracts/A.sol"), warning("node_modules/lib/B.sol")]})
    with pytest.raises(CompileError) as refused:
        compile(make_project(tmp_path))
    assert str(refused.value) == "contracts/A.sol:9:5: Warning: Unused local variable."


def test_compile_accepts_a_warning_in_a_library(tmp_path, solc_says):
    solc_says({"contracts": {"contracts/A.sol": {"A": contract()}}, "errors": [warning("node_modules/lib/B.sol")]})
    assert list(compile(make_project(tmp_path))) == ["A"]


def test_compile_shows_ten_errors_and_counts_the_rest(tmp_path, solc_says):
    solc_says({"contracts": {}, "errors": [warning("contracts/A.sol")] * 13})
    with pytest.raises(CompileError) as refused:
        compile(make_project(tmp_path))
    assert str(refused.value).splitlines()[10:] == ["and 3 more"]


def test_compile_refuses_two_contracts_of_one_name(tmp_path, solc_says):
    solc_says({"contracts": {"contracts/A.sol": {"A": contract()}, "contracts/old/A.sol": {"A": contract()}}})
    with pytest.raises(CompileError, match=r"^A is in contracts/A\.sol and in contracts/old/A\.sol; rename one"):
        compile(make_project(tmp_path))


def test_compile_says_which_compiler_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(tmp_path))
    with pytest.raises(ToolError, match=r"solc 0\.8\.34 is missing; set SOLCX_BINARY_PATH"):
        compile(make_project(tmp_path))


def test_write_artifacts_round_trips_and_removes_what_is_gone(compiled, tmp_path):
    _, artifacts = compiled
    (tmp_path / "Gone.json").write_text("{}")
    written = write_artifacts(artifacts, tmp_path)
    assert [path.name for path in written] == ["IVault.json", "Vault.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["IVault.json", "Vault.json"]
    assert load_artifacts(tmp_path) == artifacts


def test_load_artifacts_says_what_to_do_when_there_are_none(tmp_path):
    with pytest.raises(CompileError, match="run `rwa compile` in a checkout first"):
        load_artifacts(tmp_path / "artifacts")


def test_check_sizes_names_what_is_too_large(compiled):
    _, artifacts = compiled
    size = sizes(artifacts)["Vault"]
    assert sizes(artifacts) == {"Vault": len(artifacts["Vault"].deployed_bytecode)}
    check_sizes(artifacts, size)
    with pytest.raises(CompileError, match=rf"above {size - 1:,} bytes of runtime code: Vault has {size:,};"):
        check_sizes(artifacts, size - 1)


def test_check_sizes_leaves_interfaces_out():
    assert sizes(Artifacts({})) == {}

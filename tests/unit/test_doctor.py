"""Doctor: every trap is named with its cure, and a healthy checkout has none."""

import json
import sys
from pathlib import Path

import pytest

from rwa_deploy import doctor
from rwa_deploy.doctor import Finding, diagnose

PROJECT = Path(__file__).resolve().parents[2]


def find(name: str, root: Path = PROJECT) -> Finding:
    (finding,) = [finding for finding in diagnose(root) if finding.name == name]
    return finding


def make_tool(folder: Path, name: str, says: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{says}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """An empty folder, and a PATH with nothing on it but the shell."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


@pytest.fixture
def quick(monkeypatch):
    """Programs are not started: each takes up to a second, and these tests look at something else."""
    monkeypatch.setattr(doctor, "_ask", lambda name, *_: Finding(name, "1.0.0"))


def test_diagnose_finds_no_trap_in_this_checkout(monkeypatch):
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(PROJECT / "tools" / "solc"))
    monkeypatch.setenv("HOME", str(PROJECT / ".build" / "home"))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    assert [finding for finding in diagnose(PROJECT) if not finding.ok] == []
    assert find("solc wrapper").found.startswith("0.8.34+commit.")
    assert find("anvil").found == "1.7.1"


def test_diagnose_does_not_import_brownie(quick):
    diagnose(PROJECT)
    assert "brownie" not in sys.modules


@pytest.mark.parametrize(
    ("name", "found", "cure"),
    [
        ("node", "missing", "install Node 20 or later"),
        ("anvil", "missing", "run `npm ci --ignore-scripts`"),
        ("ganache", "not pinned", "which has a package.json"),
        ("solc wrapper", "unknown version", "run this in a checkout"),
    ],
)
def test_diagnose_names_what_is_missing(bare, name, found, cure):
    finding = find(name, bare)
    assert finding.found == found
    assert cure in finding.cure


def test_diagnose_names_an_old_node(bare):
    make_tool(bare / "node_modules" / ".bin", "node", "echo v18.19.0")
    assert find("node", bare) == Finding("node", "18.19.0", "install Node 20 or later; ganache and solc need it")


def test_diagnose_names_a_tool_that_does_not_run(bare):
    make_tool(bare / "node_modules" / ".bin", "anvil", "exit 3")
    finding = find("anvil", bare)
    assert finding.found == "does not run"
    assert "`anvil --version` fails (CalledProcessError)" in finding.cure


def test_diagnose_names_an_npm_package_of_another_version(quick, bare):
    (bare / "package.json").write_text(json.dumps({"dependencies": {"ganache": "7.9.2"}}))
    (bare / "node_modules" / "ganache").mkdir(parents=True)
    (bare / "node_modules" / "ganache" / "package.json").write_text(json.dumps({"version": "7.0.0"}))
    assert find("ganache", bare) == Finding("ganache", "7.0.0", "run `make setup`; package.json pins 7.9.2")


@pytest.mark.parametrize(("installed", "cure"), [("8.0.0", "brownie works with web3 7.16.0 only"), ("7.16.0", "")])
def test_diagnose_names_a_web3_that_brownie_cannot_use(quick, monkeypatch, installed, cure):
    versions = {"web3": installed, "eth-brownie": "1.22.2"}
    monkeypatch.setattr(doctor, "_installed", versions.get)
    assert find("web3").found == installed
    assert cure in find("web3").cure
    assert find("web3").ok == (not cure)


def test_diagnose_accepts_web3_8_without_brownie(quick, monkeypatch):
    monkeypatch.setattr(doctor, "_installed", {"web3": "8.0.0"}.get)
    assert find("web3") == Finding("web3", "8.0.0")


def test_diagnose_names_a_missing_coincurve(quick, monkeypatch):
    monkeypatch.setattr(doctor, "_installed", {}.get)
    assert find("coincurve") == Finding("coincurve", "missing", "run `make setup`; signing is slow without it")


def test_diagnose_names_an_active_brownie_plugin(quick, bare):
    (bare / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-q'\n")
    finding = find("brownie's pytest plugin", bare)
    assert (finding.found, finding.ok) == ("active", False)


@pytest.mark.parametrize("value", [None, "/usr/bin"])
def test_diagnose_names_a_solc_folder_that_is_not_ours(quick, monkeypatch, value):
    if value is None:
        monkeypatch.delenv("SOLCX_BINARY_PATH", raising=False)
    else:
        monkeypatch.setenv("SOLCX_BINARY_PATH", value)
    finding = find("SOLCX_BINARY_PATH")
    assert finding.found == (value or "unset")
    assert f"export SOLCX_BINARY_PATH={PROJECT / 'tools' / 'solc'}" in finding.cure


def test_diagnose_names_a_brownie_home_in_use(quick, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find("home folder").ok
    (tmp_path / ".brownie").mkdir()
    assert find("home folder").cure == "start brownie as ./brownie, which leaves ~/.brownie alone"


def test_diagnose_names_a_switched_off_bytecode_cache(quick, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert not find("PYTHONDONTWRITEBYTECODE").ok


def test_diagnose_names_another_system(quick, monkeypatch):
    monkeypatch.setattr(doctor.platform, "machine", lambda: "aarch64")
    finding = find("system")
    assert finding.found.endswith("aarch64")
    assert "use Linux on x86-64" in finding.cure

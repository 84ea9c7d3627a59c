"""Locks: every pin has a hash, none names an address or a path, and they fit what the project asks for."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = sorted((PROJECT / "locks").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def pins(path: Path) -> dict[str, str]:
    return dict(PIN.findall(path.read_text()))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_lock_has_hashes_and_no_address_or_path(path):
    blocks = re.split(r"\n(?=\S)", path.read_text().strip())
    assert [
        block for block in blocks if not re.fullmatch(r"\S+==\S+( \\\n {4}--hash=sha256:[0-9a-f]{64})+", block)
    ] == []


@pytest.mark.parametrize("path", sorted((PROJECT / "locks").glob("*.in")), ids=lambda path: path.stem)
def test_lock_pins_what_its_input_asks_for(path):
    wanted = [Requirement(line.split("#")[0]) for line in path.read_text().splitlines()]
    found = pins(path.with_suffix(".txt"))
    assert {each.name: found.get(each.name) in each.specifier for each in wanted} == {
        each.name: True for each in wanted
    }


def test_dev_lock_fits_the_package_brownie_and_the_dev_group():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["brownie"]]
    wanted = [Requirement(text) for text in [*asked, *project["dependency-groups"]["dev"]]]
    found = pins(PROJECT / "locks" / "dev.txt")
    assert [str(each) for each in wanted if each.name not in found or found[each.name] not in each.specifier] == []


def test_npm_lock_is_exact_and_has_hashes_only():
    manifest = json.loads((PROJECT / "package.json").read_text())
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    direct = manifest["dependencies"] | manifest["devDependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in direct} == direct
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    unhashed = [
        name for name, entry in packages.items() if name and not entry.get("inBundle") and "integrity" not in entry
    ]
    assert unhashed == []


def test_solc_is_one_version_everywhere():
    solc = json.loads((PROJECT / "package.json").read_text())["dependencies"]["solc"]
    assert f"version: {solc}\n" in (PROJECT / "brownie-config.yaml").read_text()
    assert (PROJECT / "tools" / "solc" / f"solc-v{solc}").is_file()
    pragmas = {
        re.search(r"^pragma solidity (.+);", path.read_text(), re.MULTILINE)[1]
        for path in (PROJECT / "contracts").rglob("*.sol")
    }
    assert pragmas == {solc}

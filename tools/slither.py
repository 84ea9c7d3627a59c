"""Contracts -> slither's findings, each held against its explanation in tools/slither.toml; exit code 1 for others.

Slither runs in an environment of its own (locks/slither.txt), over all deployed contracts at once. An explanation that
explains nothing any more is an error too, so that the list stays as short as it can be.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["main"]

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".build" / "slither"
EXPLAINED = ROOT / "tools" / "slither.toml"
ALL = ROOT / "All.sol"  # slither resolves imports from the folder it runs in
FOLDERS = ("registry", "assets", "credit", "market", "control")
_ABSTRACT = re.compile(r"^abstract contract ", re.MULTILINE)
_PLACE = re.compile(r"\b([A-Z]\w+)(?:\.(\w+))?")
Finding = tuple[str, str]  # detector, Contract.function


def main() -> int:
    """-> exit code: 0 when every finding is explained and every explanation needed."""
    explained = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))
    everywhere: Mapping[str, str] = explained["everywhere"]
    single: dict[Finding, str] = {(one["check"], one["at"]): one["why"] for one in explained["finding"]}
    found = _findings(_run())
    open_ = sorted(one for one in found if one[0] not in everywhere and one not in single)
    unused = sorted(
        {*(set(everywhere) - {check for check, _ in found}), *(f"{c} at {p}" for c, p in set(single) - found)}
    )
    for check, place in open_:
        sys.stderr.write(
            f"slither: {check} at {place} is not explained in {EXPLAINED.name}; mend it or say why it holds\n"
        )
    for one in unused:
        sys.stderr.write(f"slither: {one} is explained and not found; take it out of {EXPLAINED.name}\n")
    sys.stdout.write(f"slither: {len(found)} findings, {len(found) - len(open_)} explained\n")
    return 1 if open_ or unused else 0


def _run() -> Mapping[str, Any]:
    """All deployed contracts -> what slither says in JSON."""
    units = [path for folder in FOLDERS for path in sorted((ROOT / "contracts" / folder).glob("*.sol"))]
    deployed = [path for path in units if not _ABSTRACT.search(path.read_text(encoding="utf-8"))]
    imports = (f'import {{{path.stem}}} from "./{path.relative_to(ROOT)}";' for path in deployed)
    report = HOME / "report.json"
    report.unlink(missing_ok=True)
    ALL.write_text("\n".join(("// SPDX-License-Identifier: Apache-2.0", "pragma solidity 0.8.34;", *imports)) + "\n")
    try:
        command = [str(HOME / "venv/bin/slither"), ALL.name, "--json", str(report), "--filter-paths", "node_modules"]
        compiler = ["--compile-force-framework", "solc", "--solc", "tools/solc/solc-v0.8.34"]
        paths = ["--solc-args", "--allow-paths .,node_modules"]
        ran = subprocess.run([*command, *compiler, *paths], cwd=ROOT, capture_output=True, text=True, check=False)
    finally:
        ALL.unlink()
    if not report.is_file():
        sys.exit(f"slither left no report:\n{ran.stderr[-2000:]}")
    said: Mapping[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    if not said["success"]:
        sys.exit(f"slither failed: {said['error']}")
    return said


def _findings(said: Mapping[str, Any]) -> set[Finding]:
    detectors: Sequence[Mapping[str, Any]] = said["results"].get("detectors", ())
    return {(one["check"], _place(str(one["description"]))) for one in detectors}


def _place(description: str) -> str:
    """Description -> the contract and function that it names first."""
    found = _PLACE.search(description.removeprefix("Reentrancy in ").removeprefix("Event "))
    return "" if found is None else ".".join(part for part in found.groups() if part)


if __name__ == "__main__":
    sys.exit(main())

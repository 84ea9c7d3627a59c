"""Solidity of the tests (mocks, harnesses, broken twins) -> Artifacts, through the project's compiler and a cache."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rwa_deploy import compile as solidity
from rwa_deploy.artifacts import Artifact, Artifacts, from_json, to_json, write_whole

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "tests/contracts/solidity"
# The passes that cost little: without them contracts are above the size limit, with all of them the twins take minutes.
_QUICK = {
    "peephole": True,
    "jumpdestRemover": True,
    "deduplicate": True,
    "inliner": True,
    "orderLiterals": False,
    "cse": True,
    "constantOptimizer": True,
    "yul": False,
}
CACHE = ROOT / ".build" / "compile-tests"


@dataclass(frozen=True, slots=True)
class Twin:
    """A copy of one contract in which one line was broken: `old` must stand in `file` exactly once."""

    name: str
    contract: str
    file: str
    old: str
    new: str


@cache
def programme_artifacts() -> Artifacts:
    """The project's own contracts."""
    return solidity.compile(ROOT)


@cache
def mock_artifacts() -> Artifacts:
    """Mocks and harnesses of tests/contracts/solidity."""
    units = sorted(f"{FOLDER}/{path.name}" for path in (ROOT / FOLDER).glob("*.sol"))
    settings = _settings()
    sources = solidity._closure(ROOT, units, settings.remappings)
    found = _compile(sources, {unit: ["*"] for unit in units})
    return Artifacts({artifact.name: artifact for artifact in found.values()})


def twin_artifacts(twins: tuple[Twin, ...]) -> dict[str, Artifact]:
    """Twins -> the artifact of each by the twin's name, all from one run of the compiler, which need not optimise."""
    sources: dict[str, str] = {}
    wanted: dict[str, list[str]] = {}
    for twin in twins:
        unit = _unit_of(twin.contract)
        for name, text in solidity._closure(ROOT, [unit], _settings().remappings).items():
            own = name.startswith("contracts/")
            sources[f"twins/{twin.name}/{name}" if own else name] = _broken(twin, text) if name == twin.file else text
        wanted[f"twins/{twin.name}/{unit}"] = [twin.contract]
    found = _compile(sources, wanted, optimised=False)
    return {twin.name: found[f"twins/{twin.name}/{_unit_of(twin.contract)}", twin.contract] for twin in twins}


def _unit_of(contract: str) -> str:
    return programme_artifacts()[contract].source


def _broken(twin: Twin, text: str) -> str:
    found = text.count(twin.old)
    assert found == 1, f"twin {twin.name}: {twin.old!r} stands {found} times in {twin.file}; write the mutation anew"
    return text.replace(twin.old, twin.new)


def _settings() -> solidity.CompilerSettings:
    return solidity.compiler_settings(ROOT / "brownie-config.yaml")


def _compile(
    sources: Mapping[str, str], wanted: Mapping[str, list[str]], *, optimised: bool = True
) -> dict[tuple[str, str], Artifact]:
    """Sources + names by unit -> artifacts by (unit, name); the cache's key is all that solc is given."""
    settings = _settings()
    request = {
        "language": "Solidity",
        "sources": {unit: {"content": sources[unit]} for unit in sorted(sources)},
        "settings": {
            "evmVersion": settings.evm_version,
            "optimizer": dict(settings.optimizer) if optimised else {"enabled": True, "runs": 1, "details": _QUICK},
            "remappings": [f"{prefix}={target}" for prefix, target in settings.remappings],
            "outputSelection": {
                unit: {name: list(solidity.OUTPUT) for name in names} for unit, names in wanted.items()
            },
        },
    }
    text = json.dumps(request, sort_keys=True)
    path = CACHE / f"{hashlib.sha256(f'{settings.version} {text}'.encode()).hexdigest()}.json"
    if not path.is_file():
        output = solidity._run_solc(ROOT, settings.version, request)
        found = [solidity._artifact(n, unit, c) for unit in wanted for n, c in output["contracts"][unit].items()]
        CACHE.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps([to_json(artifact) for artifact in found]))
    artifacts = (from_json(data) for data in json.loads(path.read_text()))
    return {(artifact.source, artifact.name): artifact for artifact in artifacts}

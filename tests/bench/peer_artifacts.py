"""Published bytecode and peers' mocks -> Artifacts: the peers as their makers compiled them, or as we compile theirs.

T-REX and ONCHAINID come as npm packages with their makers' bytecode (GPL: a development dependency of the benchmark,
nothing of theirs is shipped). OpenZeppelin's and Solady's tokens are abstract; `solidity/` is a little project of
mocks around them with compiler settings of its own, built through the same door and cache as our contracts.
"""

import json
from pathlib import Path

from tests.bench.lab import ROOT

from rwa_deploy.artifacts import Artifact, Artifacts
from rwa_deploy.compile import compile as build
from rwa_deploy.errors import ToolError

__all__ = ["mocks", "published"]

_TREX = ROOT / "node_modules" / "@tokenysolutions" / "t-rex" / "artifacts" / "contracts"
_ONCHAINID = ROOT / "node_modules" / "@onchain-id" / "solidity" / "artifacts" / "contracts"
_WANTED = (
    (_ONCHAINID, ("Identity", "ClaimIssuer", "IdentityProxy", "ImplementationAuthority", "IdFactory")),
    (
        _TREX,
        (
            *("Token", "IdentityRegistry", "IdentityRegistryStorage", "ClaimTopicsRegistry", "TrustedIssuersRegistry"),
            *("ModularCompliance", "CountryRestrictModule", "MaxBalanceModule", "ModuleProxy"),
            *("TREXImplementationAuthority", "TREXFactory"),
        ),
    ),
)


def mocks() -> Artifacts:
    """The project of mocks -> Artifacts."""
    return build(Path(__file__).parent / "solidity", cache=ROOT / ".build" / "bench")


def published() -> Artifacts:
    """npm packages -> Artifacts of T-REX and of the identities that it needs."""
    found = {name: _read(folder, name) for folder, names in _WANTED for name in names}
    return Artifacts(found)


def _read(folder: Path, name: str) -> Artifact:
    path = next(folder.rglob(f"{name}.sol/{name}.json"), None) if folder.is_dir() else None
    if path is None:
        raise ToolError(f"{name} of a peer is not under {folder.relative_to(ROOT)}; run `npm ci --ignore-scripts`")
    data = json.loads(path.read_text())
    return Artifact(
        name=name,
        source=str(data["sourceName"]),
        abi=tuple(data["abi"]),
        bytecode=bytes.fromhex(data["bytecode"][2:]),
        deployed_bytecode=bytes.fromhex(data["deployedBytecode"][2:]),
        immutable_references=(),
        method_identifiers={},
        storage_layout={},
        metadata="",
        metadata_hash="",
    )

"""Artifacts <-> JSON files: what a contract's compilation leaves, as frozen values and as the wheel's package data.

One file a contract, keys sorted, so that two builds of the same sources give the same bytes. An installed wheel
reads them with `load_artifacts()` and deploys without any compiler.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from rwa_deploy.errors import CompileError

__all__ = [
    "RUNTIME_LIMIT",
    "Artifact",
    "Artifacts",
    "check_sizes",
    "from_json",
    "load_artifacts",
    "sizes",
    "to_json",
    "write_artifacts",
    "write_whole",
]

RUNTIME_LIMIT = 22_000  # bytes; EIP-170 allows 24,576, the rest is kept for what a contract still has to learn


@dataclass(frozen=True, slots=True)
class Artifact:
    """One contract, interface or library as compiled; `bytecode` is empty where there is nothing to deploy."""

    name: str
    source: str  # source unit name, relative to the project: contracts/assets/BondToken.sol
    abi: tuple[dict[str, Any], ...]
    bytecode: bytes  # creation code, without constructor arguments
    deployed_bytecode: bytes  # runtime code, immutables still zero
    immutable_references: tuple[tuple[int, int], ...]  # (start, length) in the runtime code, ascending
    method_identifiers: dict[str, str]  # canonical signature -> selector in hex, without 0x
    storage_layout: dict[str, Any]  # solc's own: storage, types
    metadata: str  # solc's metadata, byte for byte, for the verification of the source
    metadata_hash: str  # IPFS multihash of `metadata` in hex as the bytecode carries it; "" without bytecode


@dataclass(frozen=True, slots=True, eq=False)
class Artifacts(Mapping[str, Artifact]):
    """Contract name -> Artifact, in the order of names; equal when every artifact is."""

    contracts: Mapping[str, Artifact]

    def __getitem__(self, name: str) -> Artifact:
        return self.contracts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.contracts))

    def __len__(self) -> int:
        return len(self.contracts)


def sizes(artifacts: Artifacts) -> dict[str, int]:
    """Artifacts -> bytes of runtime code by name, largest first, of whatever can be deployed."""
    deployable = {name: len(artifact.deployed_bytecode) for name, artifact in artifacts.items() if artifact.bytecode}
    return dict(sorted(deployable.items(), key=lambda item: (-item[1], item[0])))


def check_sizes(artifacts: Artifacts, limit: int = RUNTIME_LIMIT) -> None:
    """Artifacts -> nothing, or CompileError naming every contract whose runtime code is above `limit` bytes."""
    above = [f"{name} has {size:,}" for name, size in sizes(artifacts).items() if size > limit]
    if above:
        raise CompileError(
            f"contracts above {limit:,} bytes of runtime code: {', '.join(above)}; move pure code into a library"
        )


def to_json(artifact: Artifact) -> dict[str, Any]:
    """Artifact -> JSON-ready dictionary with bytes as 0x-hex."""
    return {
        "name": artifact.name,
        "source": artifact.source,
        "abi": list(artifact.abi),
        "bytecode": "0x" + artifact.bytecode.hex(),
        "deployedBytecode": "0x" + artifact.deployed_bytecode.hex(),
        "immutableReferences": [list(span) for span in artifact.immutable_references],
        "methodIdentifiers": artifact.method_identifiers,
        "storageLayout": artifact.storage_layout,
        "metadata": artifact.metadata,
        "metadataHash": artifact.metadata_hash,
    }


def from_json(data: Mapping[str, Any]) -> Artifact:
    """What `to_json` made -> the same Artifact."""
    return Artifact(
        name=data["name"],
        source=data["source"],
        abi=tuple(data["abi"]),
        bytecode=bytes.fromhex(data["bytecode"][2:]),
        deployed_bytecode=bytes.fromhex(data["deployedBytecode"][2:]),
        immutable_references=tuple((start, length) for start, length in data["immutableReferences"]),
        method_identifiers=data["methodIdentifiers"],
        storage_layout=data["storageLayout"],
        metadata=data["metadata"],
        metadata_hash=data["metadataHash"],
    )


def write_artifacts(artifacts: Artifacts, folder: Path) -> tuple[Path, ...]:
    """Artifacts + folder -> one `<Name>.json` each; files of contracts that no longer exist are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    written = tuple(folder / f"{name}.json" for name in artifacts)
    for path in set(folder.glob("*.json")) - set(written):
        path.unlink()
    for path, artifact in zip(written, artifacts.values(), strict=True):
        text = json.dumps(to_json(artifact), indent=1, sort_keys=True) + "\n"
        if not path.exists() or path.read_text() != text:
            write_whole(path, text)
    return written


def load_artifacts(folder: Traversable | None = None) -> Artifacts:
    """Folder of `write_artifacts` (default: the installed package's own) -> Artifacts."""
    source = folder or files("rwa_deploy") / "artifacts"
    found = [item for item in source.iterdir() if item.name.endswith(".json")] if source.is_dir() else []
    if not found:
        raise CompileError("no compiled contracts in the package; run `rwa compile` in a checkout first")
    loaded = [from_json(json.loads(item.read_text())) for item in found]
    return Artifacts({artifact.name: artifact for artifact in loaded})


def write_whole(path: Path, text: str) -> None:
    """Text -> file that appears whole or not at all, also when the process is killed on the way."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text)
    part.replace(path)

"""contracts/**/*.sol -> Artifacts: the one door to solc, through py-solc-x, behind a cache keyed by content.

Version, EVM version, optimizer and remappings come from `brownie-config.yaml`, so brownie and this module build the
same bytecode. The import closure is put into the standard JSON by source unit names relative to the project: solc
reads no file, the checkout's path enters nothing, and the hash of that JSON is a complete cache key.
"""

import hashlib
import json
import os
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rwa_deploy.artifacts import Artifact, Artifacts, from_json, to_json, write_whole
from rwa_deploy.errors import CompileError, ConfigError, ToolError

__all__ = ["CompilerSettings", "compile", "compiler_settings", "standard_json"]

OUTPUT = (
    "abi",
    "evm.bytecode.object",
    "evm.deployedBytecode.immutableReferences",
    "evm.deployedBytecode.object",
    "evm.methodIdentifiers",
    "metadata",
    "storageLayout",
)
CACHED_BUILDS = 8
SHOWN = 10  # errors of one compile that are worth reading before the next
FORMAT = "1"  # part of the cache key: raise it when Artifact's JSON changes its shape

_COMMENT = re.compile(r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|//[^\n]*|/\*.*?\*/""", re.DOTALL)
_IMPORT = re.compile(r"""^\s*import\b[^;"']*["']([^"']+)["'][^;]*;""", re.MULTILINE)
_PLACE = re.compile(r"--> (\S+:\d+:\d+):")
_IPFS = bytes.fromhex("64697066735822")  # CBOR: text "ipfs", then a byte string of 34


@dataclass(frozen=True, slots=True)
class CompilerSettings:
    """What brownie-config.yaml says about the compiler."""

    version: str
    evm_version: str
    optimizer: Mapping[str, Any]
    remappings: tuple[tuple[str, str], ...]  # (prefix, target), target relative to the project
    via_ir: bool


def compile(root: Path = Path(), *, cache: Path | None = None) -> Artifacts:
    """Project folder -> Artifacts of everything under its `contracts/`; from the cache when nothing changed.

    `cache` defaults to `.build/compile` of the project. Raises CompileError for what solc refuses or warns of in
    the project's own sources, ToolError for a missing compiler or library, ConfigError for a bad configuration.
    """
    folder = cache or root / ".build" / "compile"
    settings = compiler_settings(root / "brownie-config.yaml")
    request = standard_json(root, settings)
    text = json.dumps(request, sort_keys=True)
    key = hashlib.sha256(f"{FORMAT} {settings.version} {text}".encode()).hexdigest()
    cached = folder / f"{key}.json"
    if cached.is_file():
        return _artifacts(from_json(data) for data in json.loads(cached.read_text()))
    artifacts = _read_output(_run_solc(root, settings.version, request))
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(cached, json.dumps([to_json(artifact) for artifact in artifacts.values()]))
    _forget_old_builds(folder)
    return artifacts


def compiler_settings(path: Path) -> CompilerSettings:
    """brownie-config.yaml -> CompilerSettings."""
    try:
        compiler = yaml.safe_load(path.read_text())["compiler"]
        solc = compiler["solc"]
        pairs = (str(remapping).split("=", 1) for remapping in solc.get("remappings") or ())
        return CompilerSettings(
            version=str(solc["version"]),
            evm_version=str(compiler["evm_version"]),
            optimizer=dict(solc["optimizer"]),
            remappings=tuple((prefix, target) for prefix, target in pairs),
            via_ir=bool(solc.get("viaIR", False)),
        )
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); run this in a checkout of the project") from error
    except (AttributeError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise ConfigError(f"{path} does not name compiler.evm_version, solc.version and solc.optimizer") from error


def standard_json(root: Path, settings: CompilerSettings) -> dict[str, Any]:
    """Project folder + settings -> solc's standard JSON input, complete with every imported source."""
    own = sorted(path.relative_to(root).as_posix() for path in (root / "contracts").rglob("*.sol"))
    if not own:
        raise CompileError(f"no Solidity sources under {root / 'contracts'}; run this in a checkout of the project")
    sources = _closure(root, own, settings.remappings)
    return {
        "language": "Solidity",
        "sources": {unit: {"content": sources[unit]} for unit in sorted(sources)},
        "settings": {
            "evmVersion": settings.evm_version,
            "optimizer": dict(settings.optimizer),
            "remappings": [f"{prefix}={target}" for prefix, target in settings.remappings],
            "outputSelection": {unit: {"*": list(OUTPUT)} for unit in own},
            **({"viaIR": True} if settings.via_ir else {}),
        },
    }


def _closure(root: Path, units: Iterable[str], remappings: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Source units -> text of these and of everything they import, directly or not."""
    sources: dict[str, str] = {}
    waiting = [(unit, "the project") for unit in units]
    while waiting:
        unit, importer = waiting.pop()
        if unit in sources:
            continue
        try:
            sources[unit] = (root / unit).read_text()
        except OSError as error:
            library = unit.startswith("node_modules/") and not (root / "node_modules").is_dir()
            if library:
                raise ToolError("node_modules is missing; run `npm ci --ignore-scripts`") from error
            raise CompileError(f"{importer} imports {unit}, which does not exist") from error
        imports = _IMPORT.findall(_COMMENT.sub(r"\1", sources[unit]))
        waiting += [(_resolve(unit, name, remappings), unit) for name in imports]
    return sources


def _resolve(importer: str, name: str, remappings: tuple[tuple[str, str], ...]) -> str:
    """Import as written in a source unit -> source unit name, by solc's rules (longest prefix wins, last of equals)."""
    direct = posixpath.normpath(posixpath.join(posixpath.dirname(importer), name)) if name.startswith(".") else name
    fitting = [(prefix, target) for prefix, target in remappings if direct.startswith(prefix)]
    if not fitting:
        return direct
    prefix, target = max(enumerate(fitting), key=lambda item: (len(item[1][0]), item[0]))[1]
    return target + direct.removeprefix(prefix)


def _run_solc(root: Path, version: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Standard JSON input -> output without errors, and without warnings in the project's own sources."""
    # py-solc-x takes 0.4 s to import (requests, tqdm), more than the whole of a compile that the cache answers.
    import solcx  # noqa: PLC0415
    from solcx.exceptions import SolcError, SolcNotInstalled  # noqa: PLC0415

    folder = None if "SOLCX_BINARY_PATH" in os.environ else root / "tools" / "solc"
    try:
        binary = solcx.install.get_executable(version, folder).absolute()
        output: dict[str, Any] = solcx.compile_standard(dict(request), solc_binary=binary)
    except SolcNotInstalled:
        raise ToolError(f"solc {version} is missing; set SOLCX_BINARY_PATH to the project's tools/solc") from None
    except SolcError as error:
        found = error.error_dict or [{"message": error.message, "severity": "error"}]
        raise CompileError(_report(entry for entry in found if entry["severity"] == "error")) from None
    except (OSError, ValueError) as error:
        raise ToolError(f"solc {version} did not run ({error}); `rwa doctor` names the cause") from error
    own = [entry for entry in output.get("errors", ()) if entry["severity"] == "warning" and _is_own(entry)]
    if own:
        raise CompileError(_report(own))
    return output


def _is_own(entry: Mapping[str, Any]) -> bool:
    """Entry of solc's errors -> whether it is about the project's sources (or about no source in particular)."""
    return not (entry.get("sourceLocation") or {}).get("file", "").startswith("node_modules/")


def _report(entries: Iterable[Mapping[str, Any]]) -> str:
    """Entries of solc's errors -> one line each, as file:line:column: kind: message."""
    lines = []
    for entry in entries:
        place = _PLACE.search(entry.get("formattedMessage", ""))
        parts = (place[1] if place else "", entry.get("type", ""), entry["message"].strip())
        lines.append(": ".join(part for part in parts if part))
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([*lines[:SHOWN], *more])


def _read_output(output: Mapping[str, Any]) -> Artifacts:
    return _artifacts(
        _artifact(name, unit, contract)
        for unit, group in output["contracts"].items()
        for name, contract in group.items()
        if unit.startswith("contracts/")
    )


def _artifact(name: str, source: str, contract: Mapping[str, Any]) -> Artifact:
    evm = contract["evm"]
    creation, runtime = evm["bytecode"]["object"], evm["deployedBytecode"]["object"]
    if "__$" in creation:
        raise CompileError(f"{source}: {name} needs linking; make the functions of its libraries internal")
    spans = (span for group in evm["deployedBytecode"].get("immutableReferences", {}).values() for span in group)
    return Artifact(
        name=name,
        source=source,
        abi=tuple(contract["abi"]),
        bytecode=bytes.fromhex(creation),
        deployed_bytecode=bytes.fromhex(runtime),
        immutable_references=tuple(sorted((span["start"], span["length"]) for span in spans)),
        method_identifiers=evm.get("methodIdentifiers", {}),
        storage_layout=contract.get("storageLayout", {}),
        metadata=contract["metadata"],
        metadata_hash=_metadata_hash(bytes.fromhex(runtime)),
    )


def _metadata_hash(runtime: bytes) -> str:
    """Runtime code -> the IPFS multihash in its CBOR tail, whose length its last two bytes give."""
    tail = runtime[-2 - int.from_bytes(runtime[-2:]) : -2] if len(runtime) > 2 else b""
    at = tail.find(_IPFS)
    return tail[at + len(_IPFS) :][:34].hex() if at >= 0 else ""


def _artifacts(found: Iterable[Artifact]) -> Artifacts:
    """Artifacts one by one -> Artifacts by name; a name must stand for one contract, in brownie as well as here."""
    contracts: dict[str, Artifact] = {}
    for artifact in found:
        other = contracts.setdefault(artifact.name, artifact)
        if other is not artifact:
            raise CompileError(f"{artifact.name} is in {other.source} and in {artifact.source}; rename one of them")
    return Artifacts(contracts)


def _forget_old_builds(folder: Path) -> None:
    builds = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in builds[CACHED_BUILDS:]:
        path.unlink(missing_ok=True)

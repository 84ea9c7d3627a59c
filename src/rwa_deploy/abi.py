"""Artifacts -> Codec: calls, results, errors and events between Python values and bytes.

Values are plain: integers, booleans, checksummed addresses, 0x-hex for bytes, tuples for arrays and structs. An error
or event that no ABI knows is named as such, never guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.abi import abi_to_signature
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from rwa_deploy.artifacts import Artifact, Artifacts
from rwa_deploy.events import Event, Value

__all__ = ["Call", "Codec", "RawLog"]

_PANIC = {
    0x01: "assertion failed",
    0x11: "arithmetic overflow or underflow",
    0x12: "division by zero",
    0x21: "value outside its enum",
    0x32: "index out of bounds",
    0x41: "out of memory",
}
_BUILT_IN: tuple[dict[str, Any], ...] = (
    {"type": "error", "name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of a deployed contract with its arguments: what a plan lists and a chain sends."""

    contract: str
    address: str
    function: str
    args: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return f"{self.contract}.{self.function}({', '.join(map(str, self.args))})"


@dataclass(frozen=True, slots=True)
class RawLog:
    """A log as the node gave it."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    timestamp: int
    tx_hash: str
    log_index: int


@dataclass(frozen=True, slots=True)
class _Signature:
    """One entry of an ABI, ready for use: parameter names, their types, and which of them are topics."""

    name: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    indexed: tuple[bool, ...]
    outputs: tuple[str, ...]
    selector: bytes


class Codec:
    """Artifacts -> functions by contract and name, errors by selector, events by topic."""

    def __init__(self, artifacts: Artifacts) -> None:
        self._artifacts = artifacts
        self._functions: dict[str, dict[str, _Signature]] = {}
        self._errors: dict[bytes, _Signature] = {entry.selector: entry for entry in map(_signature, _BUILT_IN)}
        self._events: dict[str, dict[bytes, _Signature]] = {}
        for name, artifact in artifacts.items():
            self._add(name, artifact)

    def selector(self, contract: str, function: str) -> bytes:
        """Contract and function name -> 4 bytes."""
        return self._function(contract, function).selector

    def encode(self, call: Call) -> bytes:
        """Call -> calldata."""
        entry = self._function(call.contract, call.function)
        return entry.selector + encode(entry.types, _plains(entry.types, call.args))

    def hash_of(self, contract: str, function: str, parameter: str, value: Any) -> bytes:
        """Value of one parameter of a function -> keccak256 of its ABI encoding, as the contract commits to it."""
        entry = self._function(contract, function)
        kind = entry.types[entry.names.index(parameter)]
        return keccak(encode([kind], [_plain(value, kind)]))

    def decode_result(self, contract: str, function: str, data: bytes) -> Any:
        """What a function returned -> a value, or a tuple of values where it returns several."""
        values = _values(self._function(contract, function).outputs, data)
        return values[0] if len(values) == 1 else values

    def init_code(self, contract: str, args: Sequence[Any]) -> bytes:
        """Contract and constructor arguments -> creation code."""
        artifact = self._artifacts[contract]
        inputs: list[dict[str, Any]] = next(
            (entry["inputs"] for entry in artifact.abi if entry["type"] == "constructor"), []
        )
        types = [_type(item) for item in inputs]
        return artifact.bytecode + encode(types, _plains(types, args))

    def error(self, data: bytes) -> tuple[str, dict[str, Value]]:
        """Revert data -> the error's name and arguments; `("", {})` without data, the selector as name if unknown."""
        if not data:
            return "", {}
        entry = self._errors.get(data[:4])
        if entry is None:
            return f"0x{data[:4].hex()}", {}
        args = dict(zip(entry.names, _values(entry.types, data[4:]), strict=True))
        if entry.name == "Panic" and isinstance(code := args["code"], int):
            args["meaning"] = _PANIC.get(code, "unknown")
        return entry.name, args

    def events(self, logs: Sequence[RawLog], contracts: Mapping[str, str]) -> tuple[Event, ...]:
        """Logs + address -> contract name -> Events; logs of other addresses and unknown topics are left out."""
        found = (self._event(log, contracts.get(log.address)) for log in logs)
        return tuple(event for event in found if event is not None)

    def returns(self, contract: str, function: str) -> bool:
        """Contract and function name -> whether it returns anything."""
        return bool(self._function(contract, function).outputs)

    def functions(self, contract: str) -> tuple[str, ...]:
        """Contract -> names of its functions."""
        return tuple(self._functions[contract])

    def function_of(self, contract: str, selector: bytes) -> str:
        """Contract + 4 bytes -> name of its function, empty where it has none of that selector."""
        found = self._functions[contract].values()
        return next((entry.name for entry in found if entry.selector == selector), "")

    def _add(self, name: str, artifact: Artifact) -> None:
        entries = [(entry["type"], _signature(entry)) for entry in artifact.abi if entry.get("name")]
        self._functions[name] = {entry.name: entry for kind, entry in entries if kind == "function"}
        self._errors |= {entry.selector: entry for kind, entry in entries if kind == "error"}
        self._events[name] = {_topic(entry): entry for kind, entry in entries if kind == "event"}

    def _function(self, contract: str, function: str) -> _Signature:
        return self._functions[contract][function]

    def _event(self, log: RawLog, contract: str | None) -> Event | None:
        entry = self._events[contract].get(log.topics[0]) if contract and log.topics else None
        if entry is None or contract is None:
            return None
        in_data = [kind for kind, topic in zip(entry.types, entry.indexed, strict=True) if not topic]
        data = iter(_values(in_data, log.data))
        topics = iter(log.topics[1:])
        args = {
            name: _values([kind], next(topics))[0] if topic else next(data)
            for name, kind, topic in zip(entry.names, entry.types, entry.indexed, strict=True)
        }
        return Event(contract, log.address, entry.name, args, log.block, log.timestamp, log.tx_hash, log.log_index)


def _signature(entry: Mapping[str, Any]) -> _Signature:
    inputs = entry.get("inputs", ())
    names = tuple(item["name"] or f"arg{index}" for index, item in enumerate(inputs))
    return _Signature(
        name=entry["name"],
        names=names,
        types=tuple(_type(item) for item in inputs),
        indexed=tuple(bool(item.get("indexed")) for item in inputs),
        outputs=tuple(_type(item) for item in entry.get("outputs", ())),
        selector=keccak(text=abi_to_signature(dict(entry)))[:4],  # type: ignore[arg-type]
    )


def _topic(entry: _Signature) -> bytes:
    return keccak(text=f"{entry.name}({','.join(entry.types)})")


def _type(item: Mapping[str, Any]) -> str:
    """ABI parameter -> canonical type, structs as tuples."""
    kind: str = item["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_type(part) for part in item['components'])}){kind.removeprefix('tuple')}"


def _values(types: Sequence[str], data: bytes) -> tuple[Value, ...]:
    """Types + bytes -> plain values. Static words are read directly, which is ten times faster than eth_abi."""
    if len(data) == 32 * len(types) and all(kind in _WORDS for kind in types):
        return tuple(_WORDS[kind](data[32 * i : 32 * i + 32]) for i, kind in enumerate(types))
    return tuple(_readable(value, kind) for value, kind in zip(decode(types, data), types, strict=True))


@lru_cache(maxsize=1 << 17)  # the same wallets come again and again, and a checksum costs a hash
def _address(word: bytes) -> str:
    return to_checksum_address(word[12:])


def _unsigned(word: bytes) -> int:
    return int.from_bytes(word, "big")


_WORDS: dict[str, Any] = {
    "address": _address,
    "bool": lambda word: word[31] != 0,
    "bytes32": lambda word: "0x" + word.hex(),
    **{f"uint{bits}": _unsigned for bits in range(8, 257, 8)},
}


def _readable(value: Any, kind: str) -> Value:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if kind == "address":
        return to_checksum_address(value)
    if isinstance(value, tuple | list):
        parts = _parts(kind, len(value))
        return tuple(_readable(item, part) for item, part in zip(value, parts, strict=True))
    plain: Value = value
    return plain


def _parts(kind: str, length: int) -> list[str]:
    """Type of an array or struct -> types of its members."""
    if kind.endswith("]"):
        return [kind[: kind.rindex("[")]] * length
    parts, depth, start = [], 0, 1
    for index, character in enumerate(kind[1:-1], start=1):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(kind[start:index])
            start = index + 1
    return [*parts, kind[start:-1]]


def _plains(types: Sequence[str], values: Sequence[Any]) -> list[Any]:
    return [_plain(value, kind) for value, kind in zip(values, types, strict=True)]


def _plain(value: Any, kind: str) -> Any:
    """Value as this module gives it, and its type -> as eth_abi takes it: the hex of bytes becomes bytes."""
    if isinstance(value, tuple | list):
        return _plains(_parts(kind, len(value)), value)
    if isinstance(value, str) and kind.startswith("bytes"):
        return bytes.fromhex(value.removeprefix("0x"))
    return value

"""Artifacts -> contracts on an in-process EVM (pyrevm): calls, decoded reverts and events, time, snapshots."""

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from eth_abi import decode, encode
from eth_account import Account
from eth_utils import keccak
from pyrevm import EVM, AccountInfo, BlockEnv, CfgEnv, Env

from rwa_deploy.artifacts import Artifact

ZERO = "0x" + "00" * 20
CREATE2_PROXY = "0x4e59b44847b379578588920ca78fbf26c0b4956c"
PROXY_CODE = bytes.fromhex(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f5"
    "8015156039578182fd5b8082525050506014600cf3"
)
GAS = 16_000_000
CHAIN_ID = 1  # pyrevm's own
_OUTPUT = re.compile(r"Revert \{.*output: 0x([0-9a-f]*)")
_KNOWN = {keccak(text=sig)[:4]: (sig.split("(")[0], types, names) for sig, types, names in (
    ("Error(string)", ("string",), ("message",)),
    ("Panic(uint256)", ("uint256",), ("code",)),
)}  # fmt: skip

Log = tuple[Any, ...]  # (event name, argument, argument, …)


class Reverted(Exception):  # noqa: N818 -- what happened, not whose fault
    """A call reverted; `name` and `args` of the custom error, "" without data, "Halted" out of gas and the like."""

    def __init__(self, name: str, args: Mapping[str, Any], data: bytes = b"") -> None:
        super().__init__(f"{name}({', '.join(f'{key}={value!r}' for key, value in args.items())})")
        self.name, self.facts, self.data = name, dict(args), data


@dataclass(frozen=True, slots=True)
class Key:
    """A wallet with its private key."""

    address: str
    secret: bytes

    def sign(self, digest: bytes) -> bytes:
        """Digest -> r, s, v in 65 bytes."""
        return bytes(Account.unsafe_sign_hash(digest, self.secret).signature)


@cache
def key_of(name: str) -> Key:
    """Name -> the same key at every run."""
    secret = keccak(text=f"rwa:{name}")
    return Key(Account.from_key(secret).address.lower(), secret)


def address_of(name: str) -> str:
    """Name -> address of a wallet; signatures come from `key_of(name)`."""
    return key_of(name).address


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a call left: its result, and its events as tuples in order."""

    result: Any
    log: tuple[Log, ...]
    emitters: tuple[str, ...]

    def of(self, name: str) -> list[Log]:
        """The events of one name."""
        return [entry for entry in self.log if entry[0] == name]


def type_of(entry: Mapping[str, Any]) -> str:
    """ABI parameter -> canonical type, tuples spelled out."""
    if not entry["type"].startswith("tuple"):
        return str(entry["type"])
    inner = ",".join(type_of(component) for component in entry["components"])
    return f"({inner}){entry['type'].removeprefix('tuple')}"


def signature_of(entry: Mapping[str, Any]) -> str:
    """ABI function, error or event -> canonical signature."""
    return f"{entry['name']}({','.join(type_of(item) for item in entry['inputs'])})"


def selector_of(entry: Mapping[str, Any]) -> bytes:
    """ABI function or error -> its four bytes."""
    return keccak(text=signature_of(entry))[:4]


@cache
def _row_class(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names, rename=True)


def _named(entries: Iterable[Mapping[str, Any]], values: Iterable[Any]) -> Any:
    """Decoded values -> the single value, or a named tuple; structs inside likewise."""
    entries = list(entries)
    shaped = [_shaped(entry, value) for entry, value in zip(entries, values, strict=True)]
    return shaped[0] if len(shaped) == 1 else _row_class(tuple(entry["name"] for entry in entries))(*shaped)


def _shaped(entry: Mapping[str, Any], value: Any) -> Any:
    if entry["type"] == "tuple":
        names = tuple(component["name"] for component in entry["components"])
        return _row_class(names)(*map(_shaped, entry["components"], value))
    if entry["type"] == "tuple[]":
        return [_shaped({**entry, "type": "tuple"}, item) for item in value]
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class Method:
    """One function of a deployed contract: call it; a view answers its value, any other a Receipt."""

    contract: "Contract"
    entry: Mapping[str, Any]
    selector: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def is_view(self) -> bool:
        return self.entry["stateMutability"] in ("view", "pure")

    def encode(self, *args: Any) -> bytes:
        """Arguments -> calldata."""
        return self.selector + encode(self.inputs, args)

    def __call__(self, *args: Any, by: str = ZERO, gas: int = GAS) -> Any:
        chain = self.contract.chain
        out = chain.call(by, self.contract.address, self.encode(*args), gas)
        result = _named(self.entry["outputs"], decode(self.outputs, out)) if self.outputs else None
        return result if self.is_view else Receipt(result, *chain.logs())


class Contract:
    """A deployed contract; its functions are attributes by name."""

    def __init__(self, chain: "Chain", address: str, artifact: Artifact) -> None:
        self.chain, self.address, self.artifact = chain, address, artifact
        self._methods = _methods_of(self)

    def __getattr__(self, name: str) -> Method:
        try:
            return self.__dict__["_methods"][name]
        except KeyError:
            raise AttributeError(f"{self.artifact.name} has no function {name}") from None

    def methods(self) -> Iterator[Method]:
        """Every function, in the order of the ABI."""
        return iter(self._methods.values())


def _methods_of(contract: Contract) -> dict[str, Method]:
    methods = {}
    for entry in contract.artifact.abi:
        if entry["type"] == "function":
            inputs, outputs = (tuple(type_of(item) for item in entry[side]) for side in ("inputs", "outputs"))
            named = contract.chain.specified(entry)
            methods[entry["name"]] = Method(contract, named, selector_of(entry), inputs, outputs)
    return methods


class Chain:
    """The EVM, its clock, and what its errors and events mean."""

    def __init__(self, artifacts: Iterable[Artifact], now: int, chain_id: int = CHAIN_ID) -> None:
        env = Env(cfg=CfgEnv(chain_id=chain_id), block=_block(now))
        self._evm = EVM(env=env, gas_limit=GAS, spec_id="SHANGHAI")
        self._now = now
        self._errors = dict(_KNOWN)
        self._events: dict[tuple[str, int], tuple[str, list[Mapping[str, Any]]]] = {}
        self._specified: dict[str, Mapping[str, Any]] = {}
        self.learn(artifacts)
        self._evm.insert_account_info(CREATE2_PROXY, AccountInfo(nonce=1, code=PROXY_CODE))

    def learn(self, artifacts: Iterable[Artifact]) -> None:
        """Adds the errors and events of more ABIs."""
        for artifact in artifacts:
            for entry in artifact.abi:
                if entry["type"] == "error":
                    types = tuple(type_of(item) for item in entry["inputs"])
                    names = tuple(item["name"] for item in entry["inputs"])
                    self._errors[selector_of(entry)] = (entry["name"], types, names)
                elif entry["type"] == "event":
                    indexed = sum(item["indexed"] for item in entry["inputs"])
                    topic = "0x" + keccak(text=signature_of(entry)).hex()
                    self._events[topic, indexed] = (entry["name"], entry["inputs"])
                elif entry["type"] == "function" and all(item["name"] for item in entry["outputs"]):
                    self._specified[signature_of(entry)] = entry

    def specified(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        """ABI function -> the same with the names that the interface gives to its results."""
        outputs = self._specified.get(signature_of(entry), entry)["outputs"]
        same = [type_of(item) for item in outputs] == [type_of(item) for item in entry["outputs"]]
        return {**entry, "outputs": outputs} if same else entry

    @property
    def now(self) -> int:
        """Unix time of the next call."""
        return self._now

    @now.setter
    def now(self, timestamp: int) -> None:
        self._now = timestamp
        self._evm.set_block_env(_block(timestamp))

    def warp(self, seconds: int) -> int:
        """Moves the clock on; the new time."""
        self.now = self._now + seconds
        return self._now

    def call(self, caller: str, to: str, data: bytes, gas: int = GAS) -> bytes:
        """Raw call that keeps its changes; raises Reverted."""
        try:
            return bytes(self._evm.message_call(caller=caller, to=to, calldata=data, gas=gas))
        except RuntimeError as error:
            raise self._reverted(error) from None

    def construct(self, code: bytes) -> None:
        """Runs a constructor without the proxy, which would swallow its error; raises Reverted."""
        try:
            self._evm.deploy(deployer=address_of("deployer"), code=code)
        except RuntimeError as error:
            raise self._reverted(error) from None

    def create(self, code: bytes, salt: int = 0) -> str:
        """Creation code with arguments -> its CREATE2 address."""
        return "0x" + self.call(address_of("deployer"), CREATE2_PROXY, salt.to_bytes(32) + code).hex()

    def deploy(self, artifact: Artifact, *args: Any, salt: int = 0) -> Contract:
        """Artifact and constructor arguments -> contract."""
        return Contract(self, self.create(init_code(artifact, *args), salt), artifact)

    def fork(self, contract: "Contract", chain_id: int) -> "Contract":
        """The code of a contract at the same address of another chain, where nothing is stored."""
        other = Chain([contract.artifact], self._now, chain_id)
        other._evm.insert_account_info(contract.address, AccountInfo(nonce=1, code=self.code_at(contract.address)))
        return Contract(other, contract.address, contract.artifact)

    def code_at(self, address: str) -> bytes:
        """Runtime code."""
        return bytes(self._evm.get_code(address) or b"")

    def logs(self) -> tuple[tuple[Log, ...], tuple[str, ...]]:
        """Events of the last call, and who emitted each."""
        raw = self._evm.result.logs
        return tuple(self._event(log) for log in raw), tuple(log.address.lower() for log in raw)

    def raw_logs(self) -> list[tuple[str, list[bytes], bytes]]:
        """Events of the last call undecoded: emitter, topics, data."""
        found = ((log.address.lower(), log.data) for log in self._evm.result.logs)
        return [(emitter, [bytes(topic) for topic in topics], bytes(data)) for emitter, (topics, data) in found]

    @contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Whatever happens inside is undone, time included."""
        now, checkpoint = self._now, self._evm.snapshot()
        try:
            yield
        finally:
            self._evm.revert(checkpoint)
            self.now = now

    def _event(self, log: Any) -> Log:
        topics, data = log.data
        name, inputs = self._events["0x" + bytes(topics[0]).hex(), len(topics) - 1]
        rest = iter(decode([type_of(item) for item in inputs if not item["indexed"]], bytes(data)))
        words = iter(topics[1:])
        values = [decode([item["type"]], bytes(next(words)))[0] if item["indexed"] else next(rest) for item in inputs]
        return (name, *values)

    def _reverted(self, error: RuntimeError) -> Reverted:
        found = _OUTPUT.search(str(error))
        if not found:
            return Reverted("Halted", {"reason": str(error)})
        data = bytes.fromhex(found[1])
        if not data:
            return Reverted("", {})
        name, types, names = self._errors.get(data[:4], (data[:4].hex(), (), ()))
        return Reverted(name, dict(zip(names, decode(types, data[4:]), strict=True)) if types else {}, data)


def init_code(artifact: Artifact, *args: Any) -> bytes:
    """Creation code followed by the constructor's arguments."""
    constructor = next((entry for entry in artifact.abi if entry["type"] == "constructor"), {"inputs": []})
    return artifact.bytecode + encode([type_of(item) for item in constructor["inputs"]], args)


@contextmanager
def expect_revert(error: str, /, **facts: Any) -> Iterator[None]:
    """The body reverts with this error and exactly these arguments."""
    with pytest.raises(Reverted) as caught:
        yield
    assert (caught.value.name, caught.value.facts) == (error, facts)


def reverts(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str | None:
    """Call -> name of the error it ends with, None when it does not."""
    try:
        call(*args, **kwargs)
    except Reverted as error:
        return error.name
    return None


def _block(now: int) -> BlockEnv:
    return BlockEnv(number=1, timestamp=now, basefee=0, gas_limit=30_000_000)

"""Codec: what goes in comes out, and what no ABI knows is named as such."""

from typing import Any

import pytest
from eth_abi.abi import decode, encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rwa_deploy.abi import Call, Codec, RawLog
from rwa_deploy.artifacts import Artifact, Artifacts
from rwa_deploy.compile import compile as compile_contracts

SENDER, RECEIVER = (to_checksum_address("0x" + digit * 40) for digit in "ab")
PLACE = "0x" + "11" * 20
ORDER = {
    "type": "tuple",
    "name": "order",
    "components": [
        {"name": "party", "type": "address"},
        {"name": "face", "type": "uint256"},
        {
            "name": "legs",
            "type": "tuple[]",
            "components": [{"name": "id", "type": "bytes4"}, {"name": "text", "type": "string"}],
        },
        {"name": "signed", "type": "int64"},
    ],
}
ABI: tuple[dict[str, Any], ...] = (
    {
        "type": "function",
        "name": "place",
        "stateMutability": "nonpayable",
        "inputs": [
            ORDER,
            {"name": "proof", "type": "bytes32[]"},
            {"name": "signature", "type": "bytes"},
            {"name": "flag", "type": "bool"},
            {"name": "grid", "type": "uint8[2][]"},
            {"name": "note", "type": "string"},
        ],
        "outputs": [ORDER, {"name": "", "type": "bytes"}],
    },
    {
        "type": "function",
        "name": "one",
        "stateMutability": "view",
        "inputs": [],
        "outputs": [{"name": "", "type": "uint256"}],
    },
    {"type": "function", "name": "none", "stateMutability": "nonpayable", "inputs": [], "outputs": []},
    {"type": "constructor", "inputs": [{"name": "owner", "type": "address"}, {"name": "symbol", "type": "bytes3"}]},
    {
        "type": "error",
        "name": "Refused",
        "inputs": [
            {"name": "who", "type": "address"},
            {"name": "", "type": "uint8"},
            {"name": "why", "type": "string"},
        ],
    },
    {
        "type": "event",
        "name": "Placed",
        "inputs": [
            {"name": "party", "type": "address", "indexed": True},
            {"name": "faces", "type": "uint256[]", "indexed": False},
            {"name": "id", "type": "bytes32", "indexed": True},
            {"name": "total", "type": "uint128", "indexed": False},
        ],
    },
)
INPUTS = ["(address,uint256,(bytes4,string)[],int64)", "bytes32[]", "bytes", "bool", "uint8[2][]", "string"]


def artifact(name: str, abi: tuple[dict[str, Any], ...]) -> Artifact:
    return Artifact(name, f"contracts/{name}.sol", abi, b"\x60", b"", (), {}, {}, "", "")


@pytest.fixture(scope="module")
def codec() -> Codec:
    return Codec(Artifacts({"Book": artifact("Book", ABI)}))


def sized_hex(size: int) -> st.SearchStrategy[str]:
    return st.binary(min_size=size, max_size=size).map(lambda value: "0x" + value.hex())


addresses = sized_hex(20).map(to_checksum_address)
orders = st.tuples(
    addresses,
    st.integers(0, 2**256 - 1),
    st.lists(st.tuples(sized_hex(4), st.text(max_size=5)), max_size=3).map(tuple),
    st.integers(-(2**63), 2**63 - 1),
)
arguments = st.tuples(
    orders,
    st.lists(sized_hex(32), max_size=3).map(tuple),
    st.binary(max_size=70).map(lambda value: "0x" + value.hex()),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), max_size=2).map(tuple),
    st.text(max_size=8),
)


# ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=25, suppress_health_check=[HealthCheck.data_too_large])
@given(arguments)
def test_encode_keeps_every_value(args):
    data = Codec(Artifacts({"Book": artifact("Book", ABI)})).encode(Call("Book", PLACE, "place", args))
    assert tuple(decode(INPUTS, data[4:])) == tuple(decode(INPUTS, encode(INPUTS, raw(args))))
    assert data[:4] == keccak(text=f"place({','.join(INPUTS)})")[:4]


@settings(max_examples=25, suppress_health_check=[HealthCheck.data_too_large])
@given(orders, st.binary(max_size=70))
def test_decode_result_gives_back_what_was_encoded(order, data):
    codec = Codec(Artifacts({"Book": artifact("Book", ABI)}))
    encoded = encode([INPUTS[0], "bytes"], [raw(order), data])
    assert codec.decode_result("Book", "place", encoded) == (order, "0x" + data.hex())


def raw(value: Any) -> Any:
    """Plain values -> eth_abi's: hex of other than 20 bytes as bytes; texts that look like it are not drawn."""
    if isinstance(value, tuple):
        return tuple(raw(item) for item in value)
    is_hex = isinstance(value, str) and value.startswith("0x") and value != to_checksum_or_none(value)
    return bytes.fromhex(value[2:]) if is_hex else value


def to_checksum_or_none(value: str) -> str | None:
    return to_checksum_address(value) if len(value) == 42 else None


def test_encode_takes_twenty_bytes_for_bytes_and_hex_for_text(codec: Codec):
    order = (SENDER, 1, (("0x01020304", "0x12"),), -1)
    data = codec.encode(Call("Book", PLACE, "place", (order, (), "0x" + "ab" * 20, True, (), "0xno")))
    found = decode(INPUTS, data[4:])
    assert (found[0][2], found[2], found[5]) == (((b"\1\2\3\4", "0x12"),), b"\xab" * 20, "0xno")


@pytest.mark.parametrize("args", [(), (1,), (1, 2, 3, 4, 5, 6, 7)], ids=len)
def test_encode_refuses_another_number_of_arguments(codec: Codec, args):
    with pytest.raises(ValueError, match="argument"):
        codec.encode(Call("Book", PLACE, "place", args))


def test_decode_result_unwraps_a_single_value(codec: Codec):
    assert codec.decode_result("Book", "one", (7).to_bytes(32, "big")) == 7


def test_decode_result_is_empty_when_nothing_is_returned(codec: Codec):
    assert codec.decode_result("Book", "none", b"") == ()
    assert [codec.returns("Book", function) for function in ("none", "one")] == [False, True]


def test_init_code_appends_the_constructors_arguments(codec: Codec):
    assert codec.init_code("Book", (SENDER, b"PKR")) == b"\x60" + encode(["address", "bytes3"], [SENDER, b"PKR"])
    assert codec.init_code("Book", (SENDER, "0x504b52")) == codec.init_code("Book", (SENDER, b"PKR"))


def test_hash_of_commits_to_one_parameter(codec: Codec):
    proof = ("0x" + "01" * 32,)
    assert codec.hash_of("Book", "place", "proof", proof) == keccak(encode(["bytes32[]"], [[b"\1" * 32]]))


def test_call_shows_contract_function_and_arguments():
    assert str(Call("Programme", PLACE, "tightenCap", (5,))) == "Programme.tightenCap(5)"


# ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_error_names_the_contracts_error_with_its_arguments(codec: Codec):
    data = keccak(text="Refused(address,uint8,string)")[:4] + encode(["address", "uint8", "string"], [SENDER, 3, "no"])
    assert codec.error(data) == ("Refused", {"who": SENDER, "arg1": 3, "why": "no"})


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", ("", {})),
        (bytes.fromhex("deadbeef"), ("0xdeadbeef", {})),
        (bytes.fromhex("deadbeef") + bytes(32), ("0xdeadbeef", {})),
        (keccak(text="Error(string)")[:4] + encode(["string"], ["why"]), ("Error", {"message": "why"})),
        (
            keccak(text="Panic(uint256)")[:4] + encode(["uint256"], [0x11]),
            ("Panic", {"code": 17, "meaning": "arithmetic overflow or underflow"}),
        ),
        (keccak(text="Panic(uint256)")[:4] + encode(["uint256"], [99]), ("Panic", {"code": 99, "meaning": "unknown"})),
    ],
    ids=["no data", "unknown", "unknown with arguments", "require", "panic", "unknown panic"],
)
def test_error_names_what_is_not_the_contracts(codec: Codec, data, found):
    assert codec.error(data) == found


# ── events ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def placed(address: str = PLACE, topic: bytes | None = None) -> RawLog:
    topics = (
        topic or keccak(text="Placed(address,uint256[],bytes32,uint128)"),
        encode(["address"], [SENDER]),
        b"\7" * 32,
    )
    return RawLog(address, topics, encode(["uint256[]", "uint128"], [[1, 2], 3]), 5, 1_600_000_000, "0xaa", 2)


def test_events_decode_topics_and_data_in_the_order_of_the_abi(codec: Codec):
    (event,) = codec.events([placed()], {PLACE: "Book"})
    assert list(event.args.items()) == [("party", SENDER), ("faces", (1, 2)), ("id", "0x" + "07" * 32), ("total", 3)]
    assert (event.contract, event.address, event.name) == ("Book", PLACE, "Placed")
    assert (event.block, event.timestamp, event.tx_hash, event.log_index) == (5, 1_600_000_000, "0xaa", 2)


@pytest.mark.parametrize(
    "log",
    [placed(RECEIVER), placed(topic=b"\1" * 32), RawLog(PLACE, (), b"", 1, 1, "0x", 0)],
    ids=["another address", "unknown topic", "no topic"],
)
def test_events_leave_out_what_they_do_not_know(codec: Codec, log):
    assert codec.events([log], {PLACE: "Book"}) == ()


# ── the project's own ABIs ───────────────────────────────────────────────────────────────────────────────────────────


def test_abis_name_no_function_twice():
    """Calls are made by contract and name: an overload could not be told apart."""
    for name, entry in compile_contracts().items():
        functions = [item["name"] for item in entry.abi if item["type"] == "function"]
        assert len(functions) == len(set(functions)), name


def test_abis_index_only_what_fits_a_topic():
    """A text or an array in a topic is a hash, and its value is lost."""
    inputs = [part for entry in compile_contracts().values() for item in entry.abi for part in item.get("inputs", ())]
    assert {part["type"] for part in inputs if part.get("indexed")} <= {
        *("address", "bool", "bytes3", "bytes4", "bytes32"),
        *(f"uint{bits}" for bits in range(8, 257, 8)),
    }


def test_abis_have_no_two_errors_of_one_selector():
    found: dict[bytes, str] = {}
    for entry in compile_contracts().values():
        for item in entry.abi:
            if item["type"] == "error":
                signature = f"{item['name']}({','.join(part['type'] for part in item['inputs'])})"
                assert found.setdefault(keccak(text=signature)[:4], signature) == signature

"""Chain: every dialect of a node ends in the same values and errors. The node is a list of answers."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from requests.exceptions import ConnectionError as Unreachable

from rwa_deploy.abi import Call, Codec
from rwa_deploy.artifacts import Artifact, Artifacts
from rwa_deploy.chain import Chain, Signer, Transaction, devnet_signer, wallet
from rwa_deploy.chain import node as node_module
from rwa_deploy.chain.node import BLOCK_SHARE
from rwa_deploy.chain.reading import CALL_GAS, WINDOW, revert_data
from rwa_deploy.devnet import MNEMONIC
from rwa_deploy.errors import ChainError, Reverted, SignerError

PLACE = "0x" + "11" * 20
GAS_LIMIT = 60_000_000
CAP_ABI = (
    {"type": "error", "name": "CapExceeded", "inputs": [{"name": "wanted", "type": "uint256"}]},
    {"type": "function", "name": "read", "inputs": [], "outputs": [{"name": "", "type": "uint256"}]},
    {"type": "function", "name": "write", "inputs": [], "outputs": []},
)
CODEC = Codec(Artifacts({"Book": Artifact("Book", "Book.sol", CAP_ABI, b"", b"", (), {}, {}, "", "")}))
REVERT = "0x" + (keccak(text="CapExceeded(uint256)")[:4] + encode(["uint256"], [7])).hex()
BLOCK = {"gasLimit": hex(GAS_LIMIT), "timestamp": "0x64", "baseFeePerGas": "0x0"}
Answer = Any


class Node:
    """A provider that answers by method, and remembers what it was asked."""

    def __init__(self, client: str = "anvil/v1", **answers: Answer) -> None:
        self.asked: list[tuple[str, list[Any]]] = []
        self.answers: dict[str, Answer] = {
            "eth_chainId": "0x7a69",
            "web3_clientVersion": client,
            "eth_getBlockByNumber": BLOCK,
            "eth_getTransactionCount": "0x0",
            "eth_estimateGas": "0x5208",
            **answers,
        }

    def make_request(self, method: str, params: list[Any]) -> Any:
        self.asked.append((method, params))
        answer = self.answers.get(method, {"result": None})
        answer = answer(*params) if isinstance(answer, Callable) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, dict) and {"error", "result"} & answer.keys() else {"result": answer}

    def make_batch_request(self, requests: list[tuple[str, list[Any]]]) -> Any:
        return [self.make_request(method, params) for method, params in requests]

    def methods(self) -> list[str]:
        return [method for method, _ in self.asked]


def chain_of(node: Node, url: str = "http://127.0.0.1:8545") -> Chain:
    return Chain(node, CODEC, url, bulk=node)  # type: ignore[arg-type]


def failing(error: Any) -> dict[str, Any]:
    return {"error": error}


# ── reverts, in every dialect ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "error",
    [
        {"code": 3, "message": "execution reverted: custom error", "data": REVERT},
        {"code": -32000, "message": "VM Exception while processing transaction: revert", "data": REVERT},
        {"code": -32000, "message": "VM Exception", "data": {"hash": "0x0", "result": REVERT, "reason": None}},
        {"code": -32015, "message": "VM execution error", "data": {"data": REVERT}},
    ],
    ids=["anvil", "ganache call", "ganache transaction", "nested"],
)
def test_call_names_the_contracts_error_in_every_dialect(error):
    chain = chain_of(Node(eth_call=failing(error)))
    with pytest.raises(Reverted) as refused:
        chain.call(Call("Book", PLACE, "read"))
    assert (refused.value.error_name, dict(refused.value.error_args)) == ("CapExceeded", {"wanted": 7})
    assert refused.value.message == "the call reverted: CapExceeded(wanted=7)"


@pytest.mark.parametrize("data", [None, "", "0x"])
def test_call_says_that_no_reason_was_given(data):
    chain = chain_of(Node(eth_call=failing({"code": 3, "message": "execution reverted", "data": data})))
    with pytest.raises(Reverted, match="the call reverted: no reason given") as refused:
        chain.call(Call("Book", PLACE, "read"))
    assert refused.value.signature == "unknown error"


@pytest.mark.parametrize(
    ("error", "found"),
    [
        ({"data": "0x1234"}, b"\x12\x34"),
        ({"data": {"result": "0x12"}}, b"\x12"),
        ({"data": {"data": "0x12"}}, b"\x12"),
        ({"data": {"result": None, "data": None}}, None),
        ({"data": "Reverted 0x1234"}, None),
        ({"message": "no data"}, None),
        ("only text", None),
        (None, None),
    ],
)
def test_revert_data_is_found_wherever_a_node_puts_it(error, found):
    assert revert_data(error) == found


@pytest.mark.parametrize("error", [{"code": -32601, "message": "method not found"}, "method not found"])
def test_request_names_what_the_node_refused(error):
    chain = chain_of(Node(eth_blockNumber=failing(error)))
    with pytest.raises(ChainError, match="8545 refused eth_blockNumber: method not found"):
        chain.height()


@pytest.mark.parametrize("error", [Unreachable(), OSError(), ValueError("no JSON")])
def test_request_says_that_the_node_does_not_answer(error: Exception):
    chain = chain_of(Node(eth_blockNumber=error))
    with pytest.raises(ChainError, match=rf"does not answer \({type(error).__name__}\); is the chain running\?"):
        chain.height()


def test_call_refuses_an_empty_answer_of_a_function_that_returns():
    chain = chain_of(Node(eth_call="0x"))
    with pytest.raises(ChainError, match=f"no Book answers at {PLACE}; is this the chain"):
        chain.call(Call("Book", PLACE, "read"))
    assert chain.call(Call("Book", PLACE, "write")) == ()


def test_batch_refuses_a_node_that_takes_none():
    node = Node()
    chain = chain_of(node)
    node.make_batch_request = lambda _: {"error": "no batches"}  # type: ignore[method-assign]
    with pytest.raises(ChainError, match="takes no batches"):
        chain.batch([("eth_blockNumber", ())])


def test_block_refuses_a_number_that_the_node_does_not_know():
    node = Node()
    chain = chain_of(node)
    node.answers["eth_getBlockByNumber"] = {"result": None}
    with pytest.raises(ChainError, match="does not know block 9; it may have been reset"):
        chain.block(9)


@pytest.mark.parametrize("answer", [{"result": None}, {"result": "yes"}, {"result": []}])
def test_chain_refuses_what_is_no_chain(answer):
    with pytest.raises(ChainError, match="answers, but not as a chain does; is this the right URL"):
        chain_of(Node(eth_chainId=answer))


# ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def receipt(status: str = "0x1") -> dict[str, Any]:
    return {"transactionHash": "0xaa", "blockNumber": "0x5", "status": status, "gasUsed": "0x5208", "logs": []}


def sent(node: Node) -> int:
    return node.methods().count("eth_sendRawTransaction")


def test_send_gives_the_receipt():
    found = chain_of(Node(eth_getTransactionReceipt=receipt())).send(wallet("w", 0), Call("Book", PLACE, "write"))
    assert (found.block, found.timestamp, found.gas_used, found.calldata_bytes) == (5, 100, 21_000, 4)
    assert found.label == "Book.write()"


def test_send_sends_nothing_when_the_estimate_reverts():
    node = Node(eth_estimateGas=failing({"message": "execution reverted", "data": REVERT}))
    with pytest.raises(Reverted, match=r"Book.write\(\) would revert: CapExceeded\(wanted=7\)") as refused:
        chain_of(node).send(wallet("w", 0), Call("Book", PLACE, "write"))
    assert refused.value.tx_hash is None
    assert sent(node) == 0


def test_send_names_the_error_and_the_hash_of_a_transaction_that_was_mined_and_failed():
    node = Node(
        "Ganache/v7",
        eth_sendRawTransaction=failing({"message": "VM Exception", "data": {"result": REVERT}}),
        eth_getTransactionReceipt=receipt("0x0"),
        eth_call=failing({"message": "VM Exception", "data": REVERT}),
    )
    with pytest.raises(Reverted, match="reverted: CapExceeded") as refused:
        chain_of(node).send(wallet("w", 0), Call("Book", PLACE, "write"), gas=50_000)
    assert refused.value.tx_hash == "0xaa"
    assert node.asked[-1][1][1] == hex(4)  # asked again on the block before


def test_send_stops_with_the_hash_when_the_receipt_does_not_come(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(node_module, "RECEIPT_SECONDS", 0.0)
    node = Node(eth_getTransactionReceipt={"result": None})
    with pytest.raises(ChainError, match="is not mined after 0 s; look it up by its hash before") as refused:
        chain_of(node).send(wallet("w", 0), Call("Book", PLACE, "write"))
    assert len(refused.value.tx_hash or "") == 66
    assert sent(node) == 1


def test_send_asks_for_the_nonce_again_when_the_node_refused_a_transaction():
    node = Node(eth_sendRawTransaction=failing({"message": "nonce too low"}))
    chain, signer = chain_of(node), wallet("w", 0)
    for _ in range(2):
        with pytest.raises(ChainError, match="nonce too low"):
            chain.send(signer, Call("Book", PLACE, "write"))
    assert node.methods().count("eth_getTransactionCount") == 2


def test_send_counts_the_nonce_itself_between_transactions():
    node = Node(eth_getTransactionReceipt=receipt())
    chain, signer = chain_of(node), wallet("w", 0)
    for _ in range(3):
        chain.send(signer, Call("Book", PLACE, "write"))
    assert node.methods().count("eth_getTransactionCount") == 1


def test_send_many_switches_automine_on_again_when_it_fails():
    node = Node(eth_sendRawTransaction=failing({"message": "underpriced"}))
    transactions = [Transaction(wallet("w", 0), PLACE, b"", 21_000)] * 2
    with pytest.raises(ChainError, match="underpriced"):
        chain_of(node).send_many(transactions)
    switched = [params for method, params in node.asked if method == "evm_setAutomine"]
    assert switched == [[False], [True]]


# ── windows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def windows(*gas: int | None) -> list[int]:
    signer = wallet("w", 0)
    items = [Transaction(signer, PLACE, b"", each) for each in gas]
    return [len(window) for window in chain_of(Node())._windows(items)]


ROOM = int(GAS_LIMIT * BLOCK_SHARE)


@pytest.mark.parametrize(
    ("gas", "sizes"),
    [
        ([], []),
        ([ROOM], [1]),
        ([ROOM // 2, ROOM // 2], [2]),
        ([ROOM // 2, ROOM // 2 + 1], [1, 1]),
        ([ROOM + 1, ROOM + 1], [1, 1]),
        ([21_000] * (WINDOW + 1), [WINDOW, 1]),
        ([None] * 4, [ROOM // CALL_GAS, 4 - ROOM // CALL_GAS]),
    ],
)
def test_windows_hold_what_fits_into_a_block(gas, sizes):
    assert windows(*gas) == sizes


# ── time, names, keys ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("timestamp", [99, 100])
def test_mine_at_refuses_to_go_back(timestamp: int):
    node = Node()
    with pytest.raises(ChainError, match="the chain is at 100 already and cannot go to"):
        chain_of(node).mine_at(timestamp)
    assert "evm_mine" not in node.methods()


@pytest.mark.parametrize(("client", "wanted"), [("anvil/v1", hex(101)), ("Ganache/v7", 101)])
def test_mine_at_speaks_each_nodes_dialect(client: str, wanted: object):
    node = Node(client)
    chain_of(node).mine_at(101)
    assert node.asked[-1] == ("evm_mine", [wanted])


@pytest.mark.parametrize(
    ("client", "is_development"),
    [("anvil/v1.7", True), ("Ganache/v7.9", True), ("Geth/v1.16", False), ("erigon-anvil", False), ("", False)],
)
def test_chain_knows_a_development_chain_by_its_client(client: str, is_development: bool):
    assert chain_of(Node(client)).is_development is is_development


def test_revert_refuses_an_unknown_snapshot():
    with pytest.raises(ChainError, match="snapshot 0x9 is not known to the chain"):
        chain_of(Node(evm_revert=False)).revert("0x9")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
        ("https://user:sesame@node.example", "https://node.example"),
        ("https://node.example:1/v3/sesame?key=sesame#sesame", "https://node.example:1"),
        ("/run/chain.ipc", "/run/chain.ipc"),
    ],
)
def test_chain_shows_no_secret_of_its_url(url: str, shown: str):
    assert chain_of(Node(), url).url == shown


@pytest.mark.parametrize("words", ["test test junk", "", MNEMONIC.replace("junk", "sesame")])
def test_devnet_signer_refuses_words_without_repeating_them(words: str):
    with pytest.raises(SignerError, match="the mnemonic does not give account 3; check its words") as refused:
        devnet_signer(words, 3)
    assert "sesame" not in refused.value.message
    assert refused.value.__cause__ is None


def test_signer_shows_its_address_and_no_key():
    signer: Signer = devnet_signer(MNEMONIC, 0)
    assert repr(signer) == "Signer(address='0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266')"


def test_wallet_is_the_same_at_every_run_and_another_for_each_number():
    assert wallet("retail", 0).address == wallet("retail", 0).address
    assert len({wallet(kind, number).address for kind in ("retail", "dealer") for number in range(5)}) == 10

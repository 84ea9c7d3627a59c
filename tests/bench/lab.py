"""Chain + signers -> samples of gas: what every part of the benchmark sends and measures with.

A sample is what receipts say, never an estimate. Each measured operation is a transaction of its own, so that every
slot and address it touches is cold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_utils.address import to_checksum_address

from rwa_deploy.abi import Call, Codec
from rwa_deploy.artifacts import Artifacts
from rwa_deploy.chain import Chain, Receipt, Signer, Transaction, devnet_signer
from rwa_deploy.devnet import MNEMONIC

__all__ = ["AMOUNT", "FOREVER", "ROOT", "TX_GAS", "Contract", "Lab", "Sample", "sample"]

ROOT = Path(__file__).parents[2]
TX_GAS = 16_777_216  # the cap of EIP-7825
AMOUNT = 0x12345678  # four non-zero bytes, 305.419896 units
FOREVER = 0xF1F2F3F4  # a deadline in 2098


@dataclass(frozen=True, slots=True)
class Contract:
    """A deployed contract: the name of its artifact and where it stands."""

    name: str
    address: str

    def call(self, function: str, *args: Any) -> Call:
        """Function and arguments -> Call."""
        return Call(self.name, self.address, function, args)


@dataclass(frozen=True, slots=True)
class Sample:
    """Gas of one operation, from receipts: `gas` for each of its units, calldata of all its transactions."""

    gas: int
    calldata: int
    hashes: tuple[str, ...]


def sample(receipts: Iterable[Receipt], *, units: int = 1) -> Sample:
    """Receipts of one operation on so many units -> Sample, gas for each unit rounded up."""
    found = tuple(receipts)
    gas = sum(receipt.gas_used for receipt in found)
    return Sample(-(-gas // units), sum(item.calldata_bytes for item in found), tuple(item.tx_hash for item in found))


class Lab:
    """A chain with ABIs of everything on it. Contracts are created by ordinary transactions, as their makers do."""

    def __init__(self, chain: Chain, artifacts: Artifacts) -> None:
        self.chain = chain
        self.artifacts = artifacts
        chain.codec = Codec(artifacts)

    def signer(self, index: int) -> Signer:
        """Number of an account of the development chain -> its signer, who has ether."""
        return devnet_signer(MNEMONIC, index)

    def create(self, signer: Signer, name: str, *args: Any) -> tuple[Contract, Receipt]:
        """Signer, artifact and constructor arguments -> the contract and the receipt of its creation."""
        code = self.chain.codec.init_code(name, args)
        receipt = self.chain.send_transaction(Transaction(signer, "", code, TX_GAS, f"create {name}"))
        found = self.chain.request("eth_getTransactionReceipt", receipt.tx_hash)["contractAddress"]
        return Contract(name, to_checksum_address(found)), receipt

    def send(self, signer: Signer, call: Call) -> Receipt:
        """Signer + Call -> Receipt of a transaction of its own."""
        return self.chain.send(signer, call, gas=TX_GAS)

    def send_all(self, sends: Sequence[tuple[Signer, Call]], *, gas: int = 1_000_000) -> list[Receipt]:
        """Signers and their calls -> receipts; each its own transaction, many in a block."""
        encode = self.chain.codec.encode
        return self.chain.send_many(
            [Transaction(signer, call.address, encode(call), gas, str(call)[:120]) for signer, call in sends]
        )

    def since(self, height: int) -> list[Receipt]:
        """Height of a block -> receipts of all transactions after it, as the chain has them."""
        numbers = range(height + 1, self.chain.height() + 1)
        blocks = self.chain.batch([("eth_getBlockByNumber", (hex(number), True)) for number in numbers])
        sent = [item for block in blocks for item in block["transactions"]]
        mined = self.chain.batch([("eth_getTransactionReceipt", (item["hash"],)) for item in sent])
        return [_receipt(item, receipt) for item, receipt in zip(sent, mined, strict=True)]

    def read(self, contract: Contract, function: str, *args: Any) -> Any:
        """Contract, view function and arguments -> what it answers."""
        return self.chain.call(contract.call(function, *args))


def _receipt(sent: Mapping[str, Any], mined: Mapping[str, Any]) -> Receipt:
    return Receipt(
        tx_hash=str(mined["transactionHash"]),
        block=int(mined["blockNumber"], 16),
        timestamp=0,
        gas_used=int(mined["gasUsed"], 16),
        calldata_bytes=len(sent["input"]) // 2 - 1,
        logs=(),
        label="",
    )

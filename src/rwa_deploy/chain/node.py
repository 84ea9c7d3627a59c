"""Signed transactions -> receipts, on a node that can be read as well."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web3 import HTTPProvider, IPCProvider
from web3.providers import JSONBaseProvider

from rwa_deploy.abi import Call, Codec, RawLog
from rwa_deploy.chain.reading import CALL_GAS, WINDOW, Reader, revert_data
from rwa_deploy.chain.signing import Signer
from rwa_deploy.errors import ChainError, Reverted

__all__ = ["Chain", "Receipt", "Transaction", "connect"]

PRIORITY_FEE = 1_000_000_000  # wei; dev chains take anything
BLOCK_SHARE = 0.9  # of the block gas limit that a window may ask for
RECEIPT_SECONDS = 60.0
POLL_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Transaction:
    """A call to be sent by a signer. `gas` given skips the estimate (bulk work whose cost is known)."""

    signer: Signer
    to: str
    data: bytes
    gas: int | None = None
    label: str = ""
    value: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction."""

    tx_hash: str
    block: int
    timestamp: int
    gas_used: int
    calldata_bytes: int
    logs: tuple[RawLog, ...]
    label: str


def connect(url: str, codec: Codec, *, bulk_url: str | None = None, timeout: int = 30) -> "Chain":
    """URL (http://…) or path of an IPC socket -> Chain. Raises ChainError when nothing answers there.

    A socket is twice as fast as HTTP for small messages, and forty times slower for a long answer, because web3 reads
    it in small pieces: `bulk_url` is asked for logs.
    """
    provider = _provider(url, timeout)
    return Chain(provider, codec, url, bulk=_provider(bulk_url, timeout) if bulk_url else provider)


def _provider(url: str, timeout: int) -> JSONBaseProvider:
    if "://" in url:
        return HTTPProvider(url, request_kwargs={"timeout": timeout})
    return IPCProvider(Path(url), timeout=timeout)


class Chain(Reader):
    """A node that takes transactions; nonces are kept per signer."""

    def __init__(self, provider: JSONBaseProvider, codec: Codec, url: str, *, bulk: JSONBaseProvider) -> None:
        super().__init__(provider, codec, url, bulk=bulk)
        self._nonces: dict[str, int] = {}

    # ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def send(self, signer: Signer, call: Call, *, gas: int | None = None) -> Receipt:
        """Signer + Call -> Receipt. Raises Reverted, before sending where the estimate shows it."""
        return self.send_transaction(Transaction(signer, call.address, self.codec.encode(call), gas, str(call)))

    def send_transaction(self, transaction: Transaction) -> Receipt:
        """Transaction -> Receipt; the same for any data, such as a creation through the CREATE2 proxy."""
        gas = transaction.gas or self._estimate(transaction)
        raw, tx_hash = self._sign(transaction, gas, self._fees())
        self._broadcast([raw], [transaction])
        return self._receipts([tx_hash], [transaction])[0]

    def send_many(
        self, transactions: Sequence[Transaction], *, progress: Callable[[int], None] | None = None
    ) -> list[Receipt]:
        """Transactions, each with its gas -> their receipts, in order; raises Reverted at the first that failed.

        On anvil whole windows go into one block, because its automine strands bursts; elsewhere they go one by one.
        """
        receipts: list[Receipt] = []
        for window in self._windows(transactions):
            fees = self._fees()
            signed = [self._sign(item, item.gas or self._estimate(item), fees) for item in window]
            if self.is_anvil:
                self.request("evm_setAutomine", False)
            try:
                self._broadcast([raw for raw, _ in signed], window)
                self._mine_pending(window)
            finally:
                if self.is_anvil:
                    self.request("evm_setAutomine", True)
            receipts += self._receipts([tx_hash for _, tx_hash in signed], window)
            if progress:
                progress(len(window))
        return receipts

    def send_raw(self, raw: str) -> None:
        """A transaction signed elsewhere -> nothing; raises ChainError when the node refuses it."""
        self.request("eth_sendRawTransaction", raw)

    # ── development chains only ──────────────────────────────────────────────────────────────────────────────────────

    def mine_at(self, timestamp: int) -> None:
        """Timestamp -> an empty block of that time; time goes on from there."""
        if timestamp <= self.now():
            raise ChainError(f"the chain is at {self.now()} already and cannot go to {timestamp}; choose a later time")
        self.request("evm_mine", hex(timestamp) if self.is_anvil else timestamp)

    def fund(self, addresses: Iterable[str], wei: int) -> None:
        """Addresses -> each holds `wei` for gas."""
        method = "anvil_setBalance" if self.is_anvil else "evm_setAccountBalance"
        self.batch([(method, (address, hex(wei))) for address in addresses])

    def snapshot(self) -> str:
        """Chain -> id of a snapshot."""
        return str(self.request("evm_snapshot"))

    def revert(self, snapshot: str) -> None:
        """Snapshot id -> the chain as it was; the id is used up."""
        if not self.request("evm_revert", snapshot):
            raise ChainError(f"snapshot {snapshot} is not known to the chain; take a new one")
        self._nonces.clear()
        self._timestamps.clear()

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _fees(self) -> dict[str, int]:
        base = int(self.block("latest").get("baseFeePerGas", "0x0"), 16)
        return {"maxFeePerGas": 2 * base + PRIORITY_FEE, "maxPriorityFeePerGas": PRIORITY_FEE}

    def _estimate(self, transaction: Transaction) -> int:
        fields = {
            "from": transaction.signer.address,
            "to": transaction.to,
            "data": "0x" + transaction.data.hex(),
            "value": hex(transaction.value),
        }
        try:
            estimate = int(self.request("eth_estimateGas", fields), 16)
        except Reverted as error:
            raise Reverted(
                f"{transaction.label or 'the transaction'} would revert: {error.signature}",
                error_name=error.error_name,
                error_args=error.error_args,
            ) from None
        return min(estimate + estimate // 4, CALL_GAS)

    def _sign(self, transaction: Transaction, gas: int, fees: Mapping[str, int]) -> tuple[bytes, str]:
        sender = transaction.signer.address
        nonce = self._nonces.get(sender)
        if nonce is None:
            nonce = int(self.request("eth_getTransactionCount", sender, "pending"), 16)
        self._nonces[sender] = nonce + 1
        return transaction.signer.sign_transaction(
            {
                "type": 2,
                "chainId": self.chain_id,
                "nonce": nonce,
                "to": transaction.to,
                "data": transaction.data,
                "value": transaction.value,
                "gas": gas,
                **fees,
            }
        )

    def _broadcast(self, raws: Sequence[bytes], transactions: Sequence[Transaction]) -> None:
        """Raw transactions -> sent. ganache reports a revert here although it mined it; the receipt tells."""
        try:
            if len(raws) == 1 or not self.is_anvil:
                for raw in raws:
                    self._send_one(raw)
            else:
                self.batch([("eth_sendRawTransaction", ("0x" + raw.hex(),)) for raw in raws])
        except ChainError:
            for transaction in transactions:
                self._nonces.pop(transaction.signer.address, None)
            raise

    def _send_one(self, raw: bytes) -> None:
        try:
            self.request("eth_sendRawTransaction", "0x" + raw.hex())
        except Reverted:
            return

    def _mine_pending(self, window: Sequence[Transaction]) -> None:
        """Window -> mined: one block is enough unless the node left some out."""
        last = window[-1].signer.address
        for _ in range(len(window) if self.is_anvil else 0):
            self.request("evm_mine")
            mined = int(self.request("eth_getTransactionCount", last, "latest"), 16)
            if mined == self._nonces[last] and self.request("txpool_status")["pending"] == "0x0":
                return

    def _windows(self, transactions: Sequence[Transaction]) -> Iterable[list[Transaction]]:
        room, window = int(self._gas_limit * BLOCK_SHARE), list[Transaction]()
        for transaction in transactions:
            gas = transaction.gas or CALL_GAS
            if window and (len(window) == WINDOW or gas > room):
                yield window
                room, window = int(self._gas_limit * BLOCK_SHARE), []
            window.append(transaction)
            room -= gas
        if window:
            yield window

    def _receipts(self, hashes: Sequence[str], transactions: Sequence[Transaction]) -> list[Receipt]:
        deadline = time.monotonic() + RECEIPT_SECONDS
        found = self.batch([("eth_getTransactionReceipt", (tx_hash,)) for tx_hash in hashes])
        while missing := [index for index, receipt in enumerate(found) if receipt is None]:
            if time.monotonic() > deadline:
                raise ChainError(
                    f"{transactions[missing[0]].label} is not mined after {RECEIPT_SECONDS:.0f} s; "
                    f"look it up by its hash before sending anything again",
                    tx_hash=hashes[missing[0]],
                )
            time.sleep(POLL_SECONDS)
            again = self.batch([("eth_getTransactionReceipt", (hashes[index],)) for index in missing])
            for index, receipt in zip(missing, again, strict=True):
                found[index] = receipt
        self._fetch_timestamps({int(receipt["blockNumber"], 16) for receipt in found})
        return [self._receipt(receipt, item) for receipt, item in zip(found, transactions, strict=True)]

    def _receipt(self, receipt: Mapping[str, Any], transaction: Transaction) -> Receipt:
        tx_hash, block = str(receipt["transactionHash"]), int(receipt["blockNumber"], 16)
        if int(receipt["status"], 16) == 0:
            raise self._reverted(self._replay(transaction, block), tx_hash=tx_hash, label=transaction.label)
        return Receipt(
            tx_hash=tx_hash,
            block=block,
            timestamp=self._timestamps[block],
            gas_used=int(receipt["gasUsed"], 16),
            calldata_bytes=len(transaction.data),
            logs=tuple(self._log(log) for log in receipt["logs"]),
            label=transaction.label,
        )

    def _replay(self, transaction: Transaction, block: int) -> bytes:
        """A failed transaction -> its revert data, by calling it again on the block before."""
        fields = {"from": transaction.signer.address, "to": transaction.to, "data": "0x" + transaction.data.hex()}
        answer = self._provider.make_request("eth_call", [fields, hex(block - 1)])  # type: ignore[arg-type]
        return revert_data(answer.get("error")) or b""

"""JSON-RPC <-> Python: the one door to a chain, and the only importer of web3 and eth_account.

A `Chain` sends what signers sign, waits for the receipt, and turns every revert into `Reverted` with the contract's
own error by name, whatever the node's dialect (anvil and ganache differ). Keys never leave a `Signer`.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from requests.exceptions import RequestException
from web3 import HTTPProvider, IPCProvider
from web3.exceptions import Web3Exception
from web3.providers import JSONBaseProvider

from rwa_deploy.abi import Call, Codec, RawLog
from rwa_deploy.errors import ChainError, Reverted, SignerError
from rwa_deploy.events import Event

__all__ = ["Chain", "Receipt", "Signer", "Transaction", "connect", "devnet_signer", "wallet"]

DEV_CLIENTS = ("anvil", "ganache")
PRIORITY_FEE = 1_000_000_000  # wei; dev chains take anything
WINDOW = 500  # transactions a batch
BLOCK_SHARE = 0.9  # of the block gas limit that a window may ask for
CALL_GAS = 16_000_000  # below the cap of EIP-7825, which some nodes hold calls to
RECEIPT_SECONDS = 60.0
POLL_SECONDS = 0.002
_DOWN = (OSError, RequestException, Web3Exception, ValueError)

Account.enable_unaudited_hdwallet_features()


@dataclass(frozen=True, slots=True)
class Signer:
    """An address that can sign; the key shows in no repr, message or log."""

    address: str
    _account: LocalAccount = field(repr=False)

    def sign_typed(self, domain: Mapping[str, Any], types: Mapping[str, Any], message: Mapping[str, Any]) -> bytes:
        """EIP-712 domain, types and message -> 65-byte signature."""
        signed = self._account.sign_typed_data(dict(domain), dict(types), dict(message))
        return bytes(signed.signature)

    def sign_transaction(self, fields: Mapping[str, Any]) -> tuple[bytes, str]:
        """Transaction fields -> raw transaction and its hash."""
        signed = self._account.sign_transaction(dict(fields))
        return bytes(signed.raw_transaction), "0x" + bytes(signed.hash).hex()


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


def wallet(purpose: str, index: int) -> Signer:
    """Purpose and number -> a throw-away wallet, the same at every run. For development chains only."""
    account = Account.from_key(keccak(text=f"rwa_deploy development wallet, worth nothing: {purpose} {index}"))
    return Signer(account.address, account)


def devnet_signer(mnemonic: str, index: int) -> Signer:
    """A development chain's mnemonic and account number -> Signer."""
    try:
        account = Account.from_mnemonic(mnemonic, account_path=f"m/44'/60'/0'/0/{index}")
    except Exception as error:  # noqa: BLE001 - eth_account raises its own kinds, and a message may quote the words
        raise SignerError(
            f"the mnemonic does not give account {index}; check its words ({type(error).__name__})"
        ) from None
    return Signer(account.address, account)


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


class Chain:
    """A node that answers. Nonces are kept per signer; blocks' timestamps are remembered."""

    def __init__(self, provider: JSONBaseProvider, codec: Codec, url: str, *, bulk: JSONBaseProvider) -> None:
        self._provider = provider
        self._bulk = bulk
        self.codec = codec
        self.url = _without_secret(url)
        self._nonces: dict[str, int] = {}
        self._timestamps: dict[int, int] = {}
        try:
            self.chain_id = int(self.request("eth_chainId"), 16)
            self.client = str(self.request("web3_clientVersion"))
            self._gas_limit = int(self.block("latest")["gasLimit"], 16)
        except (TypeError, ValueError, AttributeError, LookupError) as error:
            raise ChainError(f"{self.url} answers, but not as a chain does; is this the right URL?") from error

    @property
    def is_anvil(self) -> bool:
        """Chain -> whether it is anvil, which mines on demand."""
        return self.client.lower().startswith("anvil")

    @property
    def is_development(self) -> bool:
        """Chain -> whether the node is one of the development chains that this toolkit starts."""
        return self.client.lower().startswith(DEV_CLIENTS)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def request(self, method: str, *params: Any) -> Any:
        """One JSON-RPC request -> its result. Raises Reverted for a revert, ChainError for anything else."""
        provider = self._bulk if method == "eth_getLogs" else self._provider
        try:
            answer = provider.make_request(method, list(params))  # type: ignore[arg-type]
        except _DOWN as error:
            raise ChainError(f"{self.url} does not answer ({type(error).__name__}); is the chain running?") from error
        return self._result(method, answer)

    def batch(self, requests: Sequence[tuple[str, tuple[Any, ...]]]) -> list[Any]:
        """Several requests in one message -> their results, in order; errors as for one."""
        results: list[Any] = []
        for start in range(0, len(requests), WINDOW):
            part = requests[start : start + WINDOW]
            try:
                answers = self._provider.make_batch_request([(m, list(p)) for m, p in part])  # type: ignore[misc]
            except _DOWN as error:
                raise ChainError(f"{self.url} does not answer ({type(error).__name__}); is it running?") from error
            if not isinstance(answers, list):
                raise ChainError(f"{self.url} takes no batches; it answered {answers}")
            results += [self._result(method, answer) for (method, _), answer in zip(part, answers, strict=True)]
        return results

    def call(self, call: Call, *, sender: str | None = None, block: int | str = "latest") -> Any:
        """Call -> what the function returns (a tuple where it returns several). Raises Reverted."""
        data = self.request(*self._eth_call(call, sender, block))
        return self._returned(call, data)

    def call_many(self, calls: Sequence[Call], *, block: int | str = "latest") -> list[Any]:
        """Calls -> their results, fetched in batches."""
        requests = [self._eth_call(call, None, block) for call in calls]
        answers = self.batch([(method, tuple(params)) for method, *params in requests])
        return [self._returned(call, data) for call, data in zip(calls, answers, strict=True)]

    def code(self, address: str) -> bytes:
        """Address -> its runtime code, empty when there is none."""
        return _bytes(self.request("eth_getCode", address, "latest"))

    def balance(self, address: str) -> int:
        """Address -> wei."""
        return int(self.request("eth_getBalance", address, "latest"), 16)

    def block(self, number: int | str) -> dict[str, Any]:
        """Block number or tag -> the block as the node gives it, without transactions."""
        tag = hex(number) if isinstance(number, int) else number
        found: dict[str, Any] | None = self.request("eth_getBlockByNumber", tag, False)
        if found is None:
            raise ChainError(f"{self.url} does not know block {number}; it may have been reset")
        return found

    def now(self) -> int:
        """Chain -> timestamp of the latest block (Unix)."""
        return int(self.block("latest")["timestamp"], 16)

    def height(self) -> int:
        """Chain -> number of the latest block."""
        return int(self.request("eth_blockNumber"), 16)

    def logs(self, addresses: Iterable[str], *, first: int = 0, last: int | str = "latest") -> tuple[RawLog, ...]:
        """Addresses and block range -> their logs in the order of the chain."""
        tag = hex(last) if isinstance(last, int) else last
        query = {"address": sorted(set(addresses)), "fromBlock": hex(first), "toBlock": tag}
        found = self.request("eth_getLogs", query)
        self._fetch_timestamps({int(log["blockNumber"], 16) for log in found})
        return tuple(self._log(log) for log in found)

    def events(self, contracts: Mapping[str, str], *, first: int = 0, last: int | str = "latest") -> tuple[Event, ...]:
        """Address -> contract name, and block range -> Events."""
        return self.codec.events(self.logs(contracts, first=first, last=last), contracts)

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

    def _eth_call(self, call: Call, sender: str | None, block: int | str) -> tuple[str, dict[str, str], str]:
        tag = hex(block) if isinstance(block, int) else block
        fields = {"to": call.address, "data": "0x" + self.codec.encode(call).hex(), "gas": hex(CALL_GAS)}
        return ("eth_call", fields | ({"from": sender} if sender else {}), tag)

    def _returned(self, call: Call, data: str) -> Any:
        raw = _bytes(data)
        if not raw and self.codec.returns(call.contract, call.function):
            raise ChainError(
                f"no {call.contract} answers at {call.address}; is this the chain that it was deployed to?"
            )
        return self.codec.decode_result(call.contract, call.function, raw)

    def _result(self, method: str, answer: Mapping[str, Any]) -> Any:
        error = answer.get("error")
        if error is None:
            return answer.get("result")
        message = str(error.get("message", error)) if isinstance(error, Mapping) else str(error)
        data = _revert_data(error)
        if data is not None or "revert" in message:
            raise self._reverted(data or b"")
        raise ChainError(f"{self.url} refused {method}: {message}")

    def _reverted(self, data: bytes, *, tx_hash: str | None = None, label: str = "") -> Reverted:
        name, args = self.codec.error(data)
        shown = ", ".join(f"{key}={value}" for key, value in args.items())
        what = f"{name}({shown})" if name else "no reason given"
        where = f"{label} reverted" if label else "the call reverted"
        return Reverted(f"{where}: {what}", error_name=name, error_args=args, tx_hash=tx_hash)

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
        return _revert_data(answer.get("error")) or b""

    def _fetch_timestamps(self, blocks: set[int]) -> None:
        wanted = sorted(blocks - self._timestamps.keys())
        found = self.batch([("eth_getBlockByNumber", (hex(number), False)) for number in wanted])
        self._timestamps |= {number: int(block["timestamp"], 16) for number, block in zip(wanted, found, strict=True)}

    def _log(self, log: Mapping[str, Any]) -> RawLog:
        block = int(log["blockNumber"], 16)
        return RawLog(
            address=to_checksum_address(log["address"]),
            topics=tuple(_bytes(topic) for topic in log["topics"]),
            data=_bytes(log["data"]),
            block=block,
            timestamp=self._timestamps[block],
            tx_hash=str(log["transactionHash"]),
            log_index=int(log["logIndex"], 16),
        )


def _without_secret(url: str) -> str:
    """URL -> for messages, without a password, or a key in the path; the path of a socket as it is."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if "://" in url else url


def _bytes(value: str) -> bytes:
    return bytes.fromhex(value.removeprefix("0x"))


def _revert_data(error: Any) -> bytes | None:
    """JSON-RPC error -> revert data: anvil and geth give hex, ganache gives it bare or inside an object."""
    data = error.get("data") if isinstance(error, Mapping) else None
    if isinstance(data, Mapping):
        data = data.get("result") or data.get("data")
    return _bytes(data) if isinstance(data, str) and data.startswith("0x") else None

"""Node -> answers: requests one by one and in batches, calls, code, blocks, logs; errors by name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from eth_utils.address import to_checksum_address
from requests.exceptions import RequestException
from web3.exceptions import Web3Exception
from web3.providers import JSONBaseProvider

from rwa_deploy.abi import Call, Codec, RawLog
from rwa_deploy.errors import ChainError, Reverted
from rwa_deploy.events import Act, Event

__all__ = ["CALL_GAS", "WINDOW", "Reader", "revert_data"]

DEV_CLIENTS = ("anvil", "ganache")
WINDOW = 500  # requests a batch
CALL_GAS = 16_000_000  # below the cap of EIP-7825, which some nodes hold calls to
_DOWN = (OSError, RequestException, Web3Exception, ValueError)


class Reader:
    """A node that answers questions; the timestamps of its blocks are remembered."""

    def __init__(self, provider: JSONBaseProvider, codec: Codec, url: str, *, bulk: JSONBaseProvider) -> None:
        self._provider = provider
        self._bulk = bulk
        self.codec = codec
        self.url = _without_secret(url)
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

    def acts(self, events: Sequence[Event], contracts: Mapping[str, str]) -> tuple[Act, ...]:
        """Events + address -> contract name -> the transactions that they came from, in the order of the chain."""
        said: dict[str, list[Event]] = {}
        for event in events:
            said.setdefault(event.tx_hash, []).append(event)
        found = self.batch([("eth_getTransactionByHash", (tx_hash,)) for tx_hash in said])
        return tuple(self._act(logs, one, contracts) for logs, one in zip(said.values(), found, strict=True))

    def _act(self, said: Sequence[Event], transaction: Mapping[str, Any], contracts: Mapping[str, str]) -> Act:
        target = to_checksum_address(transaction["to"]) if transaction["to"] else ""
        contract = contracts.get(target, "")
        return Act(
            tx_hash=said[0].tx_hash,
            block=said[0].block,
            timestamp=said[0].timestamp,
            sender=to_checksum_address(transaction["from"]),
            contract=contract,
            function=self.codec.function_of(contract, _bytes(transaction["input"])[:4]) if contract else "",
            events=tuple(dict.fromkeys(f"{event.contract}.{event.name}" for event in said)),
        )

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
        data = revert_data(error)
        if data is not None or "revert" in message:
            raise self._reverted(data or b"")
        raise ChainError(f"{self.url} refused {method}: {message}")

    def _reverted(self, data: bytes, *, tx_hash: str | None = None, label: str = "") -> Reverted:
        name, args = self.codec.error(data)
        shown = ", ".join(f"{key}={value}" for key, value in args.items())
        what = f"{name}({shown})" if name else "no reason given"
        where = f"{label} reverted" if label else "the call reverted"
        return Reverted(f"{where}: {what}", error_name=name, error_args=args, tx_hash=tx_hash)

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


def revert_data(error: Any) -> bytes | None:
    """JSON-RPC error -> revert data: anvil and geth give hex, ganache gives it bare or inside an object."""
    data = error.get("data") if isinstance(error, Mapping) else None
    if isinstance(data, Mapping):
        data = data.get("result") or data.get("data")
    return _bytes(data) if isinstance(data, str) and data.startswith("0x") else None

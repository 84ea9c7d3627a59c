"""Kind of chain -> Devnet: anvil or ganache as a child process on the loopback interface, for as long as it is needed.

The child ends with its parent, also when that is killed, and is stopped by its process id. Both chains derive their
accounts from the same well-known mnemonic. Nothing here speaks more JSON-RPC than `eth_chainId`: the rest is `chain`'s.
"""

import contextlib
import ctypes
import http.client
import json
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from rwa_deploy.errors import ChainError, PortInUse, ToolError

__all__ = ["CHAIN_IDS", "HOST", "MNEMONIC", "Devnet", "Kind", "find_tool", "start"]

Kind = Literal["anvil", "ganache"]

HOST = "127.0.0.1"
MNEMONIC = "test test test test test test test test test test test junk"
CHAIN_IDS = {"anvil": 31337, "ganache": 1337}
ACCOUNTS = 60
BALANCE = 1_000_000  # ether each
BLOCK_GAS_LIMIT = 60_000_000
START_SECONDS = {"anvil": 15.0, "ganache": 90.0}  # ganache alone takes 3 to 8 s, more on a busy machine
STOP_SECONDS = 5.0
ATTEMPTS = 3  # a free port can be taken by another process before the chain binds it
UNIX_PATH_LIMIT = 107  # bytes in the path of a Unix socket
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)  # loaded before the fork: the child may call into it, but not load it


@dataclass(frozen=True, slots=True)
class Devnet:
    """A running chain; leaving its context stops it."""

    kind: Kind
    url: str
    port: int
    ipc_path: Path | None  # anvil only
    pid: int
    chain_id: int
    mnemonic: str
    accounts: int
    _process: subprocess.Popen[bytes] = field(repr=False, compare=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def is_running(self) -> bool:
        """Devnet -> whether its process is still there."""
        return self._process.poll() is None

    def wait(self) -> int:
        """Devnet -> its exit code, when it has ended."""
        return self._process.wait()

    def stop(self) -> None:
        """Devnet -> nothing left of it; asking twice is fine."""
        _end(self._process)
        if self.ipc_path is not None:
            self.ipc_path.unlink(missing_ok=True)


def start(
    kind: Kind,
    *,
    port: int | None = None,
    ipc: Path | None = None,
    timestamp: int | None = None,
    chain_id: int | None = None,
    mnemonic: str = MNEMONIC,
    accounts: int = ACCOUNTS,
    balance: int = BALANCE,
    block_gas_limit: int = BLOCK_GAS_LIMIT,
    root: Path = Path(),
) -> Devnet:
    """Kind and settings -> Devnet that answers; `port=None` takes a free one, `timestamp` is the first block's.

    Raises PortInUse when `port` is taken, ToolError when the program is missing or ends at once, ChainError when it
    does not answer in time. Call it from the main thread: the child ends with the thread that started it.
    """
    network = CHAIN_IDS[kind] if chain_id is None else chain_id
    if ipc is not None and (problem := _ipc_problem(kind, ipc)):
        raise ToolError(problem)
    settings = _Settings(timestamp, network, mnemonic, accounts, balance, block_gas_limit)
    for _ in range(1 if port else ATTEMPTS):
        at = _require_free(port) if port else _free_port()
        command = _anvil(root, at, ipc, settings) if kind == "anvil" else _ganache(root, at, settings)
        process = _spawn(kind, command, at, ipc, network)
        if process is not None:
            return Devnet(kind, f"http://{HOST}:{at}", at, ipc, process.pid, network, mnemonic, accounts, process)
    raise PortInUse(f"{kind} found its port taken when it started; try again, or name another port", port=port)


def find_tool(name: str, root: Path = Path()) -> Path:
    """Program name -> its path: the project's own of node_modules/.bin, else the one on PATH; ToolError without."""
    own = root / "node_modules" / ".bin" / name
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        cure = "install Node 20 or later" if name == "node" else "run `npm ci --ignore-scripts` in the project"
        raise ToolError(f"{name} is neither in node_modules nor on the PATH; {cure}")
    return Path(found).absolute()


@dataclass(frozen=True, slots=True)
class _Settings:
    timestamp: int | None
    chain_id: int
    mnemonic: str
    accounts: int
    balance: int
    block_gas_limit: int


def _anvil(root: Path, port: int, ipc: Path | None, settings: _Settings) -> list[str]:
    """Settings -> anvil's command: Osaka's rules with their cap of 16.78M gas a transaction, and a base fee of zero.

    A transaction that offers no fee is mined and leaves balances round. One that anvil is to fill in itself
    (eth_sendTransaction without fees) must name a gas price: anvil's default tip is above its default maximum here.
    """
    return [
        str(find_tool("anvil", root)),
        *("--host", HOST, "--port", str(port), "--quiet", "--no-request-size-limit"),
        *("--chain-id", str(settings.chain_id), "--mnemonic", settings.mnemonic),
        *("--accounts", str(settings.accounts), "--balance", str(settings.balance)),
        *("--gas-limit", str(settings.block_gas_limit), "--enable-tx-gas-limit"),
        *("--block-base-fee-per-gas", "0", "--disable-min-priority-fee"),
        *(() if settings.timestamp is None else ("--timestamp", str(settings.timestamp))),
        *(() if ipc is None else ("--ipc", str(ipc))),
    ]


def _ganache(root: Path, port: int, settings: _Settings) -> list[str]:
    """Settings -> ganache's command; its newest rules are shanghai's."""
    script = root / "node_modules" / "ganache" / "dist" / "node" / "cli.js"
    if not script.exists():
        raise ToolError("ganache is missing; run `npm ci --ignore-scripts` in the project")
    at = settings.timestamp
    first = [] if at is None else ["--chain.time", datetime.fromtimestamp(at, UTC).isoformat()]
    return [
        str(find_tool("node", root)),
        str(script.resolve()),
        *("--server.host", HOST, "--server.port", str(port), "--logging.quiet"),
        *("--chain.hardfork", "shanghai"),
        *("--chain.chainId", str(settings.chain_id), "--chain.networkId", str(settings.chain_id)),
        *("--wallet.mnemonic", settings.mnemonic, "--wallet.totalAccounts", str(settings.accounts)),
        *("--wallet.defaultBalance", str(settings.balance)),
        *(
            "--miner.blockGasLimit",
            hex(settings.block_gas_limit),
            "--miner.callGasLimit",
            hex(settings.block_gas_limit),
        ),
        *first,
    ]


def _ipc_problem(kind: Kind, ipc: Path) -> str | None:
    if kind == "ganache":
        return "ganache has no IPC; leave `ipc` out, or use anvil"
    if len(str(ipc).encode()) > UNIX_PATH_LIMIT:
        return f"the IPC path {ipc} is longer than {UNIX_PATH_LIMIT} bytes; choose a shorter one"
    return None if ipc.parent.is_dir() else f"the folder of the IPC path {ipc} does not exist; make it first"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((HOST, port)) != 0


def _require_free(port: int) -> int:
    if not _is_free(port):
        raise PortInUse(f"port {port} on {HOST} is taken; leave the port out to take a free one", port=port)
    return port


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _spawn(
    kind: Kind, command: list[str], port: int, ipc: Path | None, chain_id: int
) -> subprocess.Popen[bytes] | None:
    """Command -> process that answers, None if another process took the port meanwhile."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent
        )
        try:
            if _answers(kind, process, port, ipc, chain_id):
                return process
        except BaseException:
            _end(process)
            raise
        if not _is_free(port):
            return None
        log.seek(0)
        said = log.read().decode(errors="replace").strip().splitlines()[:1] or ["without a word"]
    raise ToolError(f"{kind} ended with code {process.returncode} at its start ({said[0]}); see `rwa doctor`")


def _answers(kind: Kind, process: subprocess.Popen[bytes], port: int, ipc: Path | None, chain_id: int) -> bool:
    """Started process -> True once it answers with its chain id (and its socket is there), False if it ended."""
    limit = time.monotonic() + START_SECONDS[kind]
    while time.monotonic() < limit:
        if process.poll() is not None:
            return False
        answer = _chain_id(port)
        if answer is not None and answer != chain_id:
            raise ChainError(f"a chain with id {answer} answers on port {port}, not our {kind} with {chain_id}")
        if answer is not None and (ipc is None or ipc.exists()):
            return True
        time.sleep(0.02)
    raise ChainError(f"{kind} did not answer within {START_SECONDS[kind]:.0f} s; the machine is overloaded, try again")


def _chain_id(port: int) -> int | None:
    """Port -> chain id of what listens there, None while nothing answers sensibly."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []})
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException, ValueError, KeyError):
        connection.request("POST", "/", body, {"Content-Type": "application/json"})
        return int(json.loads(connection.getresponse().read())["result"], 16)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Process -> ended: asked first, killed after STOP_SECONDS."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

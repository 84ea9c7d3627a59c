"""Devnet: both chains start as asked, answer, refuse a taken port, and leave nothing behind."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rwa_deploy import devnet
from rwa_deploy.devnet import CHAIN_IDS, HOST, MNEMONIC, Devnet, find_tool, start
from rwa_deploy.errors import ChainError, PortInUse, ToolError

PROJECT = Path(__file__).resolve().parents[2]
FIRST_ACCOUNT = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
FREE = {"from": FIRST_ACCOUNT, "to": FIRST_ACCOUNT, "maxFeePerGas": "0x0", "maxPriorityFeePerGas": "0x0"}
T0 = 1_700_000_000


def ask(port: int, method: str, *params: object) -> object:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
    connection.request("POST", "/", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer["result"]


def is_alive(pid: int) -> bool:
    """Process id -> whether a process with it is there and not only waiting to be buried."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.fixture(scope="module", params=["anvil", "ganache"])
def network(request):
    with start(request.param, timestamp=T0, root=PROJECT) as running:
        yield running


def test_start_answers_on_the_loopback_with_the_default_chain_id(network: Devnet):
    assert network.url == f"http://127.0.0.1:{network.port}"
    assert network.chain_id == CHAIN_IDS[network.kind] == int(ask(network.port, "eth_chainId"), 16)
    assert network.is_running()


def test_start_gives_sixty_rich_accounts_of_the_test_mnemonic(network: Devnet):
    accounts = ask(network.port, "eth_accounts")
    assert network.mnemonic == MNEMONIC
    assert len(accounts) == network.accounts == 60
    assert accounts[0].lower() == FIRST_ACCOUNT
    assert int(ask(network.port, "eth_getBalance", accounts[59], "latest"), 16) == 1_000_000 * 10**18


def test_start_sets_the_first_block(network: Devnet):
    block = ask(network.port, "eth_getBlockByNumber", "0x0", False)
    assert int(block["timestamp"], 16) == T0
    assert int(block["gasLimit"], 16) == 60_000_000


def test_start_refuses_a_port_in_use(network: Devnet):
    with pytest.raises(PortInUse, match=f"port {network.port} on 127.0.0.1 is taken") as refused:
        start("anvil", port=network.port, root=PROJECT)
    assert refused.value.port == network.port


def test_start_caps_a_transaction_at_osakas_limit_on_anvil():
    with start("anvil", root=PROJECT) as running:
        sent = FREE | {"gas": hex(2**24 + 1)}
        with pytest.raises(KeyError, match="result"):
            ask(running.port, "eth_sendTransaction", sent)
        assert ask(running.port, "eth_sendTransaction", sent | {"gas": hex(2**24)})


def test_start_leaves_balances_round_on_anvil():
    with start("anvil", root=PROJECT) as running:
        ask(running.port, "eth_sendTransaction", FREE)
        assert int(ask(running.port, "eth_getTransactionCount", FIRST_ACCOUNT, "latest"), 16) == 1
        assert int(ask(running.port, "eth_getBalance", FIRST_ACCOUNT, "latest"), 16) == 1_000_000 * 10**18


def test_start_takes_the_port_chain_id_and_accounts_it_is_given():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    with start("anvil", port=port, chain_id=4242, accounts=3, root=PROJECT) as running:
        assert running.port == port
        assert int(ask(port, "eth_chainId"), 16) == 4242
        assert len(ask(port, "eth_accounts")) == 3


def test_stop_ends_process_and_socket(tmp_path):
    ipc = tmp_path / "anvil.ipc"
    with start("anvil", ipc=ipc, root=PROJECT) as running:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(ipc))
            client.sendall(b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}')
            assert json.loads(client.recv(4096))["result"] == hex(31337)
        assert is_alive(running.pid)
    assert not running.is_running()
    assert not is_alive(running.pid)
    assert not ipc.exists()
    running.stop()


def test_devnet_ends_when_its_parent_is_killed():
    code = (
        "import sys, time; from pathlib import Path; from rwa_deploy.devnet import start;"
        f"running = start('anvil', root=Path({str(PROJECT)!r})); print(running.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with parent:
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        os.kill(parent.pid, signal.SIGKILL)
    limit = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not is_alive(pid)


def test_start_refuses_an_ipc_path_that_cannot_work(tmp_path):
    with pytest.raises(ToolError, match="longer than 107 bytes"):
        start("anvil", ipc=tmp_path / ("x" * 120), root=PROJECT)
    with pytest.raises(ToolError, match="does not exist; make it first"):
        start("anvil", ipc=Path("/nowhere/anvil.ipc"), root=PROJECT)
    with pytest.raises(ToolError, match="ganache has no IPC"):
        start("ganache", ipc=tmp_path / "ganache.ipc", root=PROJECT)


def test_start_repeats_what_a_failing_chain_said():
    with pytest.raises(ToolError, match=r"anvil ended with code \d+ at its start \(.*word `not` is invalid"):
        start("anvil", mnemonic="not a mnemonic", root=PROJECT)


def test_start_gives_up_on_a_chain_that_never_answers(tmp_path, monkeypatch):
    silent = tmp_path / "node_modules" / ".bin" / "anvil"
    silent.parent.mkdir(parents=True)
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o755)
    monkeypatch.setitem(devnet.START_SECONDS, "anvil", 0.3)
    with pytest.raises(ChainError, match="anvil did not answer within 0 s"):
        start("anvil", root=tmp_path)


def test_find_tool_says_how_to_get_a_missing_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="anvil is neither in node_modules nor on the PATH; run `npm ci"):
        find_tool("anvil", tmp_path)
    with pytest.raises(ToolError, match="ganache is missing"):
        start("ganache", root=tmp_path)

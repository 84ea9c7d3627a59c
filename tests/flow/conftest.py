"""Chains of the session, each test on a snapshot of its own, and `rwa` called in this process."""

import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from rwa_deploy import cli, devnet
from rwa_deploy.abi import Codec
from rwa_deploy.apply import apply, plan_for, signers_for
from rwa_deploy.artifacts import Artifacts
from rwa_deploy.chain import Chain, connect
from rwa_deploy.compile import compile as compile_contracts
from rwa_deploy.config import Config, load
from rwa_deploy.devnet import Devnet

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: its exit code, and what it said."""

    code: int
    out: str
    err: str


Rwa = Callable[..., Ran]
Played = Callable[[str, str], Path]


def shared(factory: pytest.TempPathFactory, name: str) -> Path:
    """A folder that all workers of this run of the tests share."""
    base = factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name


def once(out: Path, make: Callable[[Path], None]) -> Path:
    """Folder, alone in its own, and what fills it -> the same, filled by the worker who asks first; others wait."""
    done, lock = (out.parent.with_name(f"{out.parent.name}.{mark}") for mark in ("done", "lock"))
    out.parent.mkdir(parents=True, exist_ok=True)
    while not done.exists():
        try:
            lock.mkdir()
        except FileExistsError:
            time.sleep(0.1)
            continue
        try:
            if not done.exists():
                make(out)
                done.touch()
        finally:
            lock.rmdir()
    return out


def playing(scenarios: Path, folder: Path) -> Played:
    """Folder of scenarios and where runs go -> scenario and kind of chain -> what its run left; each is played once."""

    def of(name: str, kind: str) -> Path:
        def play(out: Path) -> None:
            arguments = ["run", str(scenarios / f"{name}.toml"), "--chain", kind, "--out", str(out), "--json"]
            with chdir(PROJECT), redirect_stdout(io.StringIO()):
                cli.app_for(arguments)(arguments, standalone_mode=False)

        return once(folder / f"{name}-{kind}" / name, play)

    return of


@pytest.fixture(scope="session")
def artifacts() -> Artifacts:
    return compile_contracts(PROJECT)


@pytest.fixture(scope="session")
def codec(artifacts: Artifacts) -> Codec:
    return Codec(artifacts)


@pytest.fixture(scope="session")
def config() -> Config:
    return load(PROJECT / "programme.toml")


@pytest.fixture(scope="session")
def anvil() -> Iterator[Devnet]:
    with devnet.start("anvil", root=PROJECT) as running:
        yield running


@pytest.fixture(scope="session")
def ganache() -> Iterator[Devnet]:
    with devnet.start("ganache", root=PROJECT) as running:
        yield running


@pytest.fixture(scope="session")
def deployed_anvil(config: Config, artifacts: Artifacts) -> Iterator[Devnet]:
    with _deployed("anvil", config, artifacts) as running:
        yield running


@pytest.fixture(scope="session")
def deployed_ganache(config: Config, artifacts: Artifacts) -> Iterator[Devnet]:
    with _deployed("ganache", config, artifacts) as running:
        yield running


@pytest.fixture(params=["anvil", "ganache"])
def node(request: pytest.FixtureRequest) -> Devnet:
    """Each of the two chains in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["anvil", "ganache"])
def deployed_node(request: pytest.FixtureRequest) -> Devnet:
    """Each of two chains on which the programme stands."""
    return request.getfixturevalue(f"deployed_{request.param}")


@pytest.fixture
def deployed(deployed_node: Devnet, codec: Codec) -> Iterator[Chain]:
    yield from _rolled_back(deployed_node, codec)


@pytest.fixture
def chain(node: Devnet, codec: Codec) -> Iterator[Chain]:
    yield from _rolled_back(node, codec)


@pytest.fixture
def anvil_chain(anvil: Devnet, codec: Codec) -> Iterator[Chain]:
    yield from _rolled_back(anvil, codec)


@pytest.fixture
def rwa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Rwa:
    """`rwa` with arguments, in the checkout, as the console script calls it."""
    monkeypatch.chdir(PROJECT)
    monkeypatch.delenv("RWA_RPC_URL", raising=False)

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["rwa", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return run


@contextmanager
def _deployed(kind: devnet.Kind, config: Config, artifacts: Artifacts) -> Iterator[Devnet]:
    with devnet.start(kind, root=PROJECT) as running:
        chain = connect(running.url, Codec(artifacts))
        signers = signers_for(config.accounts())
        plan = plan_for(config, {ref: one.address for ref, one in signers.items()}, chain.codec, artifacts, chain)
        apply(plan, config, chain, {one.address: one for one in signers.values()})
        yield running


def _rolled_back(node: Devnet, codec: Codec) -> Iterator[Chain]:
    connected = connect(node.url, codec)
    snapshot = connected.snapshot()
    yield connected
    connect(node.url, codec).revert(snapshot)

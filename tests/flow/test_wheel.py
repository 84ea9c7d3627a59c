"""The wheel on its own, with the newest libraries that its ranges admit, and without compiler, node or brownie."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rwa_deploy import devnet
from rwa_deploy.devnet import Devnet

PROJECT = Path(__file__).resolve().parents[2]
UV = str(Path(sys.executable).with_name("uv"))
INSTALL_SECONDS = 300
NEWEST_WEB3 = 8  # the upper end of the range in pyproject.toml; the development lock holds the lower end

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `make wheel` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    build = (UV, "build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable)
    subprocess.run([*build, "--out-dir", str(folder)], cwd=PROJECT, check=True, timeout=INSTALL_SECONDS)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the wheel and what it depends on, resolved afresh."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    python = folder / "bin" / "python"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    install = [UV, "pip", "install", "--quiet", "--python", str(python), str(wheel)]
    subprocess.run(install, check=True, timeout=INSTALL_SECONDS)
    return folder


@pytest.fixture(scope="module")
def run(environment: Path) -> Run:
    """A program of the environment, in an empty folder, with nothing else on the PATH and a home of its own."""
    folder = environment.parent

    def call(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        clean = {"PATH": str(environment / "bin"), "HOME": str(folder)}
        command = [str(environment / "bin" / program), *arguments]
        return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, timeout=120, check=False)

    return call


@pytest.fixture(scope="module")
def anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    """Started from here: the environment could not."""
    ipc = tmp_path_factory.mktemp("ipc") / "chain"
    with devnet.start("anvil", ipc=ipc, root=PROJECT) as running:
        yield running


def test_wheel_holds_every_compiled_contract(wheel: Path):
    packed = {Path(name).stem for name in zipfile.ZipFile(wheel).namelist() if "/artifacts/" in name}
    compiled = {path.stem for path in (PROJECT / "src" / "rwa_deploy" / "artifacts").glob("*.json")}
    assert packed == compiled
    assert {"Authority", "Programme", "BondToken", "Settlement"} <= packed


def test_environment_has_the_newest_web3_and_neither_compiler_nor_brownie(environment: Path, run: Run):
    code = "import importlib.metadata as m, importlib.util as u; print(m.version('web3'), u.find_spec('brownie'))"
    version, brownie = run("python", "-c", code).stdout.split()
    assert (int(version.split(".")[0]), brownie) == (NEWEST_WEB3, "None")
    tools = ("anvil", "ganache", "node", "solc")
    assert [tool for tool in tools if shutil.which(tool, path=str(environment / "bin"))] == []


def test_apply_deploys_the_programme_and_status_finds_no_drift(run: Run, anvil: Devnet):
    config = ("--config", str(PROJECT / "programme.toml"))
    assert run("rwa", "status", "--rpc", anvil.url, *config).returncode == 12
    applied = run("rwa", "apply", "--rpc", anvil.url, *config, "--manifest", "manifest.json")
    assert applied.returncode == 0, applied.stderr
    found = run("rwa", "status", "--rpc", str(anvil.ipc_path), *config, "--json")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["drift"] == []
    again = run("rwa", "apply", "--rpc", anvil.url, *config, "--json")
    assert json.loads(again.stdout)["sent"] == []


def test_compile_says_what_is_missing_outside_a_checkout(run: Run):
    refused = run("rwa", "compile")
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr
    assert os.linesep not in refused.stderr.strip()

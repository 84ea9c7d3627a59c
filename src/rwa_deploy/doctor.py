"""Machine and checkout -> Findings: which versions are there, and each known trap with its cure.

Nothing is imported to learn its version (`import brownie` takes seconds and starts writing to the home folder), and
nothing is changed. A finding that is not ok carries its cure in one sentence.
"""

import json
import os
import platform
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rwa_deploy.compile import compiler_settings
from rwa_deploy.devnet import find_tool
from rwa_deploy.errors import RwaError, ToolError

__all__ = ["Finding", "diagnose"]

SYSTEM = ("Linux", "x86_64")
PYTHON = (3, 11)
NODE = 20
BROWNIE_PINS = {
    "web3": "7.16.0",
    "eth-account": "0.13.7",
    "py-solc-x": "2.0.5",
    "hypothesis": "6.27.3",
    "pytest": "9.1.1",
}
NPM_PACKAGES = ("@foundry-rs/anvil-linux-amd64", "@openzeppelin/contracts", "ganache", "solc")
INSTALL = "run `make setup`"
TOOL_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found, and the cure if it is a trap (`ok` means there is none)."""

    name: str
    found: str
    cure: str = ""

    @property
    def ok(self) -> bool:
        """Finding -> whether nothing has to be done."""
        return not self.cure


def diagnose(root: Path = Path()) -> tuple[Finding, ...]:
    """Project folder -> Findings, the machine first, then npm's side, Python's side and the environment."""
    return (
        _system(),
        _python(),
        _node(root),
        _tool("npm", root),
        _tool("anvil", root),
        *(_npm_package(name, root) for name in NPM_PACKAGES),
        _solc(root),
        _coincurve(),
        *(_python_package(name) for name in BROWNIE_PINS),
        _brownie(),
        _pytest_plugin(root),
        _solcx_path(root),
        _brownie_home(root),
        _bytecode_cache(),
    )


def _system() -> Finding:
    found = (platform.system(), platform.machine())
    cure = "" if found == SYSTEM else "use Linux on x86-64; elsewhere put an anvil of your own on the PATH"
    return Finding("system", " ".join(found), cure)


def _python() -> Finding:
    found = sys.version_info[:2]
    return Finding("python", platform.python_version(), "" if found >= PYTHON else "install Python 3.11 or later")


def _node(root: Path) -> Finding:
    finding = _tool("node", root)
    major = re.match(r"v?(\d+)", finding.found)
    if major and int(major[1]) < NODE:
        return Finding("node", finding.found, f"install Node {NODE} or later; ganache and solc need it")
    return finding


def _tool(name: str, root: Path) -> Finding:
    """Program -> the first version number that it prints."""
    try:
        program = find_tool(name, root)
    except ToolError as error:
        return Finding(name, "missing", error.message)
    return _ask(name, program, INSTALL)


def _ask(name: str, program: Path, cure: str) -> Finding:
    try:
        ran = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=TOOL_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return Finding(name, "does not run", f"{cure}; `{program.name} --version` fails ({type(error).__name__})")
    found = re.search(r"\d+\.\d+\.\d+(\+commit\.\w+)?", ran.stdout)
    return Finding(name, found[0] if found else ran.stdout.strip())


def _npm_package(name: str, root: Path) -> Finding:
    """npm package -> its version, a trap when it is not the one that package.json pins."""
    try:
        pinned = json.loads((root / "package.json").read_text())["dependencies"][name]
    except (OSError, KeyError, ValueError):
        return Finding(name, "not pinned", "run this in a checkout of the project, which has a package.json")
    manifest = root / "node_modules" / name / "package.json"
    if not manifest.is_file():
        return Finding(name, "missing", INSTALL)
    found = str(json.loads(manifest.read_text())["version"])
    return Finding(name, found, "" if found == pinned else f"{INSTALL}; package.json pins {pinned}")


def _solc(root: Path) -> Finding:
    """The wrapper in front of npm's solc; it answers without loading the compiler."""
    try:
        wanted = compiler_settings(root / "brownie-config.yaml").version
    except RwaError as error:
        return Finding("solc wrapper", "unknown version", error.message)
    wrapper = root / "tools" / "solc" / f"solc-v{wanted}"
    if not wrapper.is_file():
        return Finding("solc wrapper", "missing", f"restore {wrapper} from git; brownie-config.yaml asks for {wanted}")
    return _ask("solc wrapper", wrapper.absolute(), "make it executable and install Node 20 or later")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _coincurve() -> Finding:
    found = _installed("coincurve")
    return Finding("coincurve", found or "missing", "" if found else f"{INSTALL}; signing is slow without it")


def _python_package(name: str) -> Finding:
    """Python package that brownie pins -> its version, a trap only if brownie is installed beside another one."""
    found = _installed(name)
    if found is None:
        needed = name in {"web3", "eth-account", "py-solc-x"}
        return Finding(name, "missing", INSTALL if needed else "")
    clash = _installed("eth-brownie") is not None and found != BROWNIE_PINS[name]
    return Finding(name, found, f"{INSTALL}; brownie works with {name} {BROWNIE_PINS[name]} only" if clash else "")


def _brownie() -> Finding:
    return Finding("eth-brownie", _installed("eth-brownie") or "not installed (only ./brownie needs it)")


def _pytest_plugin(root: Path) -> Finding:
    """Brownie's pytest plugin loads itself into every run, compiles, and starts a node."""
    name = "brownie's pytest plugin"
    if _installed("eth-brownie") is None:
        return Finding(name, "not installed")
    try:
        options = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"]
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        options = ""
    if "no:pytest-brownie" in options:
        return Finding(name, "switched off")
    return Finding(name, "active", "run pytest with `-p no:pytest-brownie`, as this project's pyproject.toml does")


def _solcx_path(root: Path) -> Finding:
    name = "SOLCX_BINARY_PATH"
    ours = (root / "tools" / "solc").resolve()
    found = os.environ.get(name)
    if found is None:
        return Finding(name, "unset", f"export {name}={ours}, or use make and ./brownie; brownie downloads a solc else")
    same = Path(found).resolve() == ours
    return Finding(name, found, "" if same else f"export {name}={ours}; another folder may hold another compiler")


def _brownie_home(root: Path) -> Finding:
    home = Path.home()
    if home.resolve().is_relative_to((root / ".build").resolve()):
        return Finding("home folder", "private to this checkout")
    if (home / ".brownie").exists():
        return Finding("home folder", "~/.brownie exists", "start brownie as ./brownie, which leaves ~/.brownie alone")
    return Finding("home folder", "untouched by brownie")


def _bytecode_cache() -> Finding:
    """Without .pyc files every start compiles web3 again."""
    name = "PYTHONDONTWRITEBYTECODE"
    if os.environ.get(name):
        return Finding(name, "set", f"unset {name}; every start takes a second longer with it")
    return Finding(name, "unset")

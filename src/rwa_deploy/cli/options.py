"""Options that several commands share, and what they lead to."""

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from rwa_deploy.abi import Codec
from rwa_deploy.artifacts import Artifacts, load_artifacts
from rwa_deploy.chain import Chain, connect
from rwa_deploy.compile import compile as compile_contracts
from rwa_deploy.errors import InputError, UsageError

__all__ = ["SALT", "ConfigFile", "Rpc", "YesLive", "connected", "contracts", "read_salt"]

SALT = "RWA_SALT"
_SALT = re.compile(r"(0x)?([0-9a-fA-F]{2}){16,}", re.ASCII)

ConfigFile = Annotated[Path, typer.Option("--config", help="The programme's configuration.")]
Rpc = Annotated[str, typer.Option("--rpc", envvar="RWA_RPC_URL", help="URL of the chain, or path of its IPC socket.")]
YesLive = Annotated[
    bool, typer.Option("--yes-live", help="Accept a chain that the configuration names under [networks].")
]


def contracts() -> Artifacts:
    """-> the compiled contracts: those of the checkout where there is one, else those of the installed package."""
    in_checkout = Path("brownie-config.yaml").is_file() and Path("contracts/interfaces").is_dir()
    return compile_contracts() if in_checkout and "RWA_PACKAGED" not in os.environ else load_artifacts()


def connected(rpc: str) -> tuple[Chain, Artifacts]:
    """URL -> Chain and the contracts it decodes by."""
    artifacts = contracts()
    return connect(rpc, Codec(artifacts)), artifacts


def read_salt(path: Path | None) -> bytes:
    """File, or else the environment -> salt. What stands there is never shown, also when it is wrong."""
    if path is None and SALT not in os.environ:
        raise UsageError(f"a salt is needed: --salt-file FILE, or ${SALT}; make one with `openssl rand -hex 32`")
    try:
        text = os.environ[SALT] if path is None else path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise InputError("cannot be read as a salt; check the path", path=path or f"${SALT}") from None
    if not _SALT.fullmatch(text.strip()):
        message = "is not a salt: 16 or more bytes in hexadecimal; make one with `openssl rand -hex 32`"
        raise InputError(message, path=path or f"${SALT}")
    return bytes.fromhex(text.strip().removeprefix("0x"))

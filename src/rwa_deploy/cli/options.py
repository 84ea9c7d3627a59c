"""Options that several commands share, and what they lead to."""

import os
from pathlib import Path
from typing import Annotated

import typer

from rwa_deploy.abi import Codec
from rwa_deploy.artifacts import Artifacts, load_artifacts
from rwa_deploy.chain import Chain, connect
from rwa_deploy.compile import compile as compile_contracts

__all__ = ["ConfigFile", "Rpc", "YesLive", "connected", "contracts"]

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

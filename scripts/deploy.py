"""Active network of brownie + programme.toml -> the programme on that chain, and its addresses.

./brownie run scripts/deploy.py --network rwa-anvil
"""

from pathlib import Path

from brownie import web3
from rwa_deploy.abi import Codec
from rwa_deploy.apply import apply, plan_for, require_development, signers_for
from rwa_deploy.chain import connect
from rwa_deploy.cli.output import table
from rwa_deploy.compile import compile as compile_contracts
from rwa_deploy.config import load
from rwa_deploy.manifest import Manifest

__all__ = ["main"]

ROOT = Path(__file__).parents[1]


def main(config: str = "programme.toml") -> Manifest:
    """Path of the configuration, relative to the project -> Manifest of what stands on the active network."""
    wanted, artifacts = load(ROOT / config), compile_contracts(ROOT)
    chain = connect(web3.provider.endpoint_uri, Codec(artifacts))
    require_development(chain, wanted)
    signers = signers_for(wanted.accounts())
    accounts = {ref: signer.address for ref, signer in signers.items()}
    plan = plan_for(wanted, accounts, chain.codec, artifacts, chain)
    manifest = apply(plan, wanted, chain, {signer.address: signer for signer in signers.values()}).manifest
    table(f"{manifest.programme}: {len(plan.steps)} steps", ("contract", "address"), manifest.contracts.items())
    return manifest

"""Active network of brownie + scenario -> an auction from onboarding to redemption on that chain, and its figures.

./brownie run scripts/issue.py --network rwa-anvil
./brownie run scripts/issue.py main scripts/scenarios/auction-574.toml 200 --network rwa-ganache
"""

import tempfile
from pathlib import Path
from typing import Any

from brownie import web3
from rwa_deploy.abi import Codec
from rwa_deploy.chain import connect
from rwa_deploy.cli.output import emit
from rwa_deploy.compile import compile as compile_contracts
from rwa_deploy.config import load as load_config
from rwa_deploy.report.figures import summary
from rwa_deploy.scenario import facts_of, load, run, set_stage

__all__ = ["main"]

ROOT = Path(__file__).parents[1]


def main(scenario: str = "scripts/scenarios/auction-574.toml", retail: str = "50") -> dict[str, Any]:
    """Path of the scenario, relative to the project, and number of retail investors -> the figures of its summary."""
    play, config = load(ROOT / scenario, retail=int(retail)), load_config(ROOT / "programme.toml")
    artifacts = compile_contracts(ROOT)
    chain = connect(web3.provider.endpoint_uri, Codec(artifacts))
    with tempfile.TemporaryDirectory(prefix="rwa-") as folder:
        stage = run(play, set_stage(config, chain.codec, artifacts, chain, Path(folder)), announce=print)
    figures = dict(summary(facts_of(play, stage)[0]))
    emit(figures)
    return figures

"""Fixtures of the tests that brownie drives; the networks come from `./brownie`, which these tests are run with."""

import pytest
from world import World

from brownie import chain, network


@pytest.fixture(scope="session")
def built_world():
    """One world a session: on ganache it takes seconds, and brownie's own isolation would build it for each module."""
    if network.show_active() == "rwa-ganache":  # it drops what is below its base fee, and brownie would wait for ever
        network.gas_price("auto")
    return World()


@pytest.fixture
def world(built_world):
    """Every test starts from the same chain."""
    chain.snapshot()
    yield built_world
    chain.revert()

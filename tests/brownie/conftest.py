"""Fixtures of the tests that brownie drives; the networks come from `./brownie`, which these tests are run with."""

import pytest

from brownie import network


@pytest.fixture(scope="session", autouse=True)
def gas_price():
    """Ganache drops transactions below its base fee without a word, and brownie would wait for ever."""
    if network.show_active() == "rwa-ganache":
        network.gas_price("auto")


@pytest.fixture(autouse=True)
def isolation(fn_isolation):
    """Every test starts from the same chain."""

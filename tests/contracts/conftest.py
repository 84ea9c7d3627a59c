"""One world a session, rolled back after every test; actors by the name of their office."""

from collections.abc import Iterator

import pytest
from evm import Chain, Contract, address_of
from world import World


@pytest.fixture(scope="session")
def built_world() -> World:
    return World()


@pytest.fixture
def world(built_world: World) -> Iterator[World]:
    with built_world.chain.rolled_back():
        yield built_world


@pytest.fixture
def chain(world: World) -> Chain:
    return world.chain


def _contract(name: str) -> object:
    @pytest.fixture(name=name)
    def fixture(world: World) -> Contract:
        return getattr(world, name)

    return fixture


def _actor(name: str) -> object:
    @pytest.fixture(name=name)
    def fixture() -> str:
        return address_of(name)

    return fixture


authority, licences, allowlist, oracle = map(_contract, ("authority", "licences", "allowlist", "oracle"))
programme, cash, settlement = map(_contract, ("programme", "cash", "settlement"))
paying_agent, bond, maths = map(_contract, ("paying_agent", "bond", "maths"))
tax_table, fixings = map(_contract, ("tax_table", "fixings"))
policies, enforcement = map(_contract, ("policies", "enforcement"))
vault, risk, windup = map(_contract, ("vault", "risk", "windup"))
attestations, money, cash_desk = map(_contract, ("attestations", "money", "cash_desk"))

admin, second_admin, deployer = map(_actor, ("admin", "second_admin", "deployer"))
debt_office, regulator, registrar = map(_actor, ("debt_office", "regulator", "registrar"))
central_bank, fiscal_agent, price_signer = map(_actor, ("central_bank", "fiscal_agent", "price_signer"))
enforcement_maker, enforcement_checker = map(_actor, ("enforcement_maker", "enforcement_checker"))
enforcer = _actor("enforcer")
guardian, minter, treasury, tax_office = map(_actor, ("guardian", "minter", "treasury", "tax_office"))
provider, second_provider = map(_actor, ("provider", "second_provider"))
holder, receiver, spender, outsider = map(_actor, ("holder", "receiver", "spender", "outsider"))


@pytest.fixture(params=["bond", "cash"])
def token(request: pytest.FixtureRequest, world: World) -> Contract:
    """Each of the two permissioned tokens in turn."""
    return getattr(world, request.param)

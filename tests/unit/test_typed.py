"""What wallets sign is what the contracts hash."""

import re
from pathlib import Path

import pytest

from rwa_deploy.typed import (
    ADD_WALLET,
    ANNOUNCEMENT,
    ATTESTATION,
    AUTHORIZATION,
    MOVE,
    PERMIT,
    RESERVE,
    ROUND,
    TRADE,
    VOTE,
    Types,
    domain,
    message,
)

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"


def hashed(file: str, name: str) -> str:
    """The type string of a contract, its adjacent literals joined."""
    source = re.sub(r'"\s*"', "", (CONTRACTS / file).read_text())
    return re.search(rf'"({name}\([^"]*\))"', source)[1]


@pytest.mark.parametrize(
    ("types", "file"),
    [
        (PERMIT, "assets/PermissionedToken.sol"),
        (TRADE, "market/Settlement.sol"),
        (VOTE, "market/Ballots.sol"),
        (ATTESTATION, "registry/Onboarding.sol"),
        (MOVE, "registry/Onboarding.sol"),
        (ADD_WALLET, "registry/Onboarding.sol"),
        (ANNOUNCEMENT, "registry/TravelRule.sol"),
        (ROUND, "credit/PriceOracle.sol"),
        (RESERVE, "registry/Attestations.sol"),
        (AUTHORIZATION, "assets/Authorizations.sol"),
    ],
)
def test_types_are_those_that_the_contract_hashes(types: Types, file: str):
    ((name, fields),) = types.items()
    joined = ",".join(f"{field['type']} {field['name']}" for field in fields)
    assert f"{name}({joined})" == hashed(file, name)


def test_message_names_the_values_in_their_order():
    values = ("0xa", "0xb", 1, 2, 3)
    assert message(PERMIT, values) == {"owner": "0xa", "spender": "0xb", "value": 1, "nonce": 2, "deadline": 3}


def test_message_refuses_too_few_values():
    with pytest.raises(ValueError, match="zip"):
        message(PERMIT, ("0xa",))


def test_domain_is_version_one_of_a_contract_on_a_chain():
    assert domain("Settlement", 31337, "0xc") == {
        "name": "Settlement",
        "version": "1",
        "chainId": 31337,
        "verifyingContract": "0xc",
    }

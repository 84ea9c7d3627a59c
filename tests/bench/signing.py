"""Signer + terms -> EIP-712 signatures that the measured operations carry."""

from typing import Any

from tests.bench.lab import Contract

from rwa_deploy.abi import Call
from rwa_deploy.chain import Signer

__all__ = ["permit", "trade_signature"]

_PERMIT = {
    "Permit": [
        {"name": "owner", "type": "address"},
        {"name": "spender", "type": "address"},
        {"name": "value", "type": "uint256"},
        {"name": "nonce", "type": "uint256"},
        {"name": "deadline", "type": "uint256"},
    ]
}
_TRADE = {
    "Trade": [
        {"name": "series", "type": "address"},
        {"name": "seller", "type": "address"},
        {"name": "buyer", "type": "address"},
        {"name": "face", "type": "uint256"},
        {"name": "cash", "type": "uint256"},
        {"name": "sellerNonce", "type": "uint256"},
        {"name": "buyerNonce", "type": "uint256"},
        {"name": "deadline", "type": "uint256"},
        {"name": "submitter", "type": "address"},
    ]
}


def permit(chain_id: int, token: Contract, name: str, owner: Signer, spender: str, value: int, deadline: int) -> Call:
    """Owner's first permit of a token called `name` -> Call."""
    terms = {"owner": owner.address, "spender": spender, "value": value, "nonce": 0, "deadline": deadline}
    signature = owner.sign_typed(_domain(chain_id, name, token.address), _PERMIT, terms)
    parts = (signature[64], signature[:32], signature[32:64])
    return token.call("permit", owner.address, spender, value, deadline, *parts)


def trade_signature(chain_id: int, settlement: str, party: Signer, trade: tuple[Any, ...]) -> bytes:
    """Trade + one of its parties -> his signature."""
    names = [field["name"] for field in _TRADE["Trade"]]
    message = dict(zip(names, trade, strict=True))
    return party.sign_typed(_domain(chain_id, "Settlement", settlement), _TRADE, message)


def _domain(chain_id: int, name: str, contract: str) -> dict[str, Any]:
    return {"name": name, "version": "1", "chainId": chain_id, "verifyingContract": contract}

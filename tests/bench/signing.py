"""Signer + terms -> EIP-712 signatures that the measured operations carry."""

from typing import Any

from tests.bench.lab import Contract

from rwa_deploy import typed
from rwa_deploy.abi import Call
from rwa_deploy.chain import Signer

__all__ = ["permit", "trade_signature"]


def permit(chain_id: int, token: Contract, name: str, owner: Signer, spender: str, value: int, deadline: int) -> Call:
    """Owner's first permit of a token called `name` -> Call."""
    terms = typed.message(typed.PERMIT, (owner.address, spender, value, 0, deadline))
    signature = owner.sign_typed(typed.domain(name, chain_id, token.address), typed.PERMIT, terms)
    parts = (signature[64], signature[:32], signature[32:64])
    return token.call("permit", owner.address, spender, value, deadline, *parts)


def trade_signature(chain_id: int, settlement: str, party: Signer, trade: tuple[Any, ...]) -> bytes:
    """Trade + one of its parties -> his signature."""
    message = typed.message(typed.TRADE, trade)
    return party.sign_typed(typed.domain("Settlement", chain_id, settlement), typed.TRADE, message)

"""What wallets sign (EIP-712): the types and domains of all that the contracts hash."""

from collections.abc import Mapping, Sequence

__all__ = [
    "ADD_WALLET",
    "ANNOUNCEMENT",
    "ATTESTATION",
    "AUTHORIZATION",
    "MOVE",
    "PERMIT",
    "RESERVE",
    "ROUND",
    "TRADE",
    "VOTE",
    "Types",
    "domain",
    "message",
]

Types = Mapping[str, Sequence[Mapping[str, str]]]


def _types(name: str, fields: str) -> Types:
    pairs = (field.split() for field in fields.split(","))
    return {name: tuple({"name": label, "type": kind} for kind, label in pairs)}


PERMIT = _types("Permit", "address owner,address spender,uint256 value,uint256 nonce,uint256 deadline")
TRADE = _types(
    "Trade",
    "address series,address seller,address buyer,uint256 face,uint256 cash,uint256 sellerNonce,uint256 buyerNonce,"
    "uint256 deadline,address submitter",
)
VOTE = _types("Vote", "uint256 id,address series,address holder,bool support")
ATTESTATION = _types("Attestation", "address wallet,uint256 record,bytes32 fileHash,uint64 issuedAt,uint64 until")
RESERVE = _types("Attestation", "address subject,uint128 quantity,bytes32 documentHash,uint40 observedAt")
MOVE = _types("Move", "address wallet,bytes32 attested")
ADD_WALLET = _types("AddWallet", "address wallet,address added,uint64 until")
ROUND = _types("Round", "bytes32 feed,uint32 number,uint40 observedAt,uint256[] values")
AUTHORIZATION = _types(
    "TransferWithAuthorization",
    "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce",
)
ANNOUNCEMENT = _types(
    "Announcement", "address series,address from,address to,uint128 maximum,uint64 until,bytes32 messageHash"
)


def domain(name: str, chain_id: int, contract: str) -> dict[str, str | int]:
    """Name (of the token, or `Settlement`), chain and address -> the EIP-712 domain of our contracts, version 1."""
    return {"name": name, "version": "1", "chainId": chain_id, "verifyingContract": contract}


def message(
    types: Types, values: Sequence[str | int | bytes | Sequence[int]]
) -> dict[str, str | int | bytes | Sequence[int]]:
    """Types + values in their order -> message."""
    (fields,) = types.values()
    return {field["name"]: value for field, value in zip(fields, values, strict=True)}

"""EIP-712 digests, computed here from the standard's text and not from the contracts."""

from collections.abc import Mapping, Sequence
from typing import Any

from eth_abi import encode
from eth_utils import keccak
from evm import CHAIN_ID, Contract, Key

_DOMAIN = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
PERMIT = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
TRADE = (
    "Trade(address series,address seller,address buyer,uint256 face,uint256 cash,"
    "uint256 sellerNonce,uint256 buyerNonce,uint256 deadline,address submitter)"
)
ATTESTATION = "Attestation(address wallet,uint256 record,bytes32 fileHash,uint64 issuedAt,uint64 until)"
MOVE = "Move(address wallet,bytes32 attested)"
ROUND = "Round(bytes32 feed,uint32 number,uint40 observedAt,uint256[] values)"
ADD_WALLET = "AddWallet(address wallet,address added,uint64 until)"
RESERVE = "Attestation(address subject,uint128 quantity,bytes32 documentHash,uint40 observedAt)"
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1
MALFORMED = ("64", "66", "empty", "high s", "zeros")


def domain_separator(name: str, address: str, chain_id: int = CHAIN_ID) -> bytes:
    """EIP-712 domain, version 1 -> separator."""
    words = (_DOMAIN, keccak(text=name), keccak(text="1"), chain_id, address)
    return keccak(encode(["bytes32", "bytes32", "bytes32", "uint256", "address"], words))


def digest(separator: bytes, kind: str, values: tuple[Any, ...]) -> bytes:
    """Domain, struct's type and its values (of static types) -> what is signed."""
    types = [field.split(" ")[0] for field in kind[kind.index("(") + 1 : -1].split(",")]
    struct_hash = keccak(encode(["bytes32", *types], (keccak(text=kind), *values)))
    return keccak(b"\x19\x01" + separator + struct_hash)


def permit_parts(token: Contract, key: Key, fields: Mapping[str, Any], chain_id: int = CHAIN_ID) -> tuple[Any, ...]:
    """Owner's key and the permit's fields in order -> v, r, s."""
    separator = domain_separator(token.name(), token.address, chain_id)
    signature = key.sign(digest(separator, PERMIT, tuple(fields.values())))
    return signature[64], signature[:32], signature[32:64]


def trade_digest(settlement: Contract, trade: tuple[Any, ...], chain_id: int = CHAIN_ID) -> bytes:
    """Trade -> what both parties sign."""
    return digest(domain_separator("Settlement", settlement.address, chain_id), TRADE, trade)


def round_digest(
    oracle: Contract, feed: bytes, number: int, observed_at: int, values: Sequence[int], chain_id: int = CHAIN_ID
) -> bytes:
    """A round of a feed -> what its signers sign; an array is hashed word by word."""
    hashed = keccak(b"".join(value.to_bytes(32) for value in values))
    words = (keccak(text=ROUND), feed.ljust(32, b"\0"), number, observed_at, hashed)
    struct_hash = keccak(encode(["bytes32", "bytes32", "uint32", "uint40", "bytes32"], words))
    return keccak(b"\x19\x01" + domain_separator("PriceOracle", oracle.address, chain_id) + struct_hash)


def malformed(signature: bytes, kind: str) -> bytes:
    """Signature -> what is none, in one of the ways of `MALFORMED`."""
    r, s, v = signature[:32], int.from_bytes(signature[32:64]), signature[64]
    high = r + (ORDER - s).to_bytes(32) + bytes([55 - v])
    shapes = {"64": signature[:64], "66": signature + b"\0", "empty": b"", "high s": high, "zeros": bytes(65)}
    return shapes[kind]

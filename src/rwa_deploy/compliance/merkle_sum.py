"""Customers of an omnibus wallet and their faces -> Merkle-sum tree: each can see that he is counted, and in what sum.

A leaf is keccak256(keccak256(abi.encode(bytes32 customer, uint256 face))), a node
keccak256(abi.encode(bytes32 left, uint256 leftSum, bytes32 right, uint256 rightSum)) with the sum of both; the sums
are hashed, so none can be lowered on the way up. Leaves are sorted by hash; an odd one goes up a level unchanged. The
root is a hash and a sum, and the sum is what the wallet must hold.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field
from sha3 import keccak_256

from rwa_deploy import tables
from rwa_deploy.units import MAX_AMOUNT, amount_from

__all__ = ["Node", "OmnibusRow", "Step", "SumTree", "build_sum", "customer_hash", "sum_leaf", "verify_sum"]

_WORD = 32
_MAX_SUM = 2**256 - 1


class OmnibusRow(tables.Row):
    """A customer of an omnibus wallet: how the provider calls him, and his face."""

    customer: Annotated[str, Field(min_length=1, max_length=64)]
    face: Annotated[int, BeforeValidator(amount_from), Field(gt=0)]


def customer_hash(customer: str, salt: bytes) -> bytes:
    """The provider's name for a customer + salt -> 32 bytes, HMAC-SHA256(salt, "customer:" + name)."""
    return hmac.digest(salt, f"customer:{customer}".encode(), "sha256")


@dataclass(frozen=True, slots=True)
class Node:
    """A hash and the sum of the faces [1e6] under it."""

    hash: bytes
    sum: int


@dataclass(frozen=True, slots=True)
class Step:
    """A sibling on the way to the root, and whether it stands on the left."""

    hash: bytes
    sum: int
    is_left: bool


@dataclass(frozen=True, slots=True, eq=False)
class SumTree:
    """Levels from the leaves to the root; `places` says where each customer's leaf stands."""

    levels: tuple[tuple[Node, ...], ...]
    places: dict[bytes, int]

    @property
    def root(self) -> Node:
        """Tree -> its root: hash, and sum of all faces [1e6]."""
        return self.levels[-1][0]

    def proof(self, customer: bytes) -> tuple[Step, ...]:
        """Customer's hash -> the siblings on the way to the root. KeyError for one who is not in the tree."""
        at, steps = self.places[customer], []
        for level in self.levels[:-1]:
            sibling = at ^ 1
            if sibling < len(level):
                steps.append(Step(level[sibling].hash, level[sibling].sum, is_left=sibling < at))
            at //= 2
        return tuple(steps)


def sum_leaf(customer: bytes, face: int) -> Node:
    """Hash of the customer's id (32 bytes) + face [1e6] -> leaf. ValueError for a face that 128 bits cannot hold."""
    if len(customer) != _WORD or not 0 <= face <= MAX_AMOUNT:
        raise ValueError("a leaf takes a customer of 32 bytes and a face from 0 to 2^128 - 1")
    return Node(_keccak(_keccak(customer + face.to_bytes(_WORD, "big"))), face)


def build_sum(customers: Iterable[tuple[bytes, int]]) -> SumTree:
    """(customer's hash, face [1e6]) -> tree. ValueError for none, or for a customer who is there twice."""
    leaves = {}
    for customer, face in customers:
        if customer in leaves:
            raise ValueError("a customer stands twice in the tree; add his faces up first")
        leaves[customer] = sum_leaf(customer, face)
    if not leaves:
        raise ValueError("a tree takes at least one customer")
    ordered = sorted(leaves, key=lambda customer: leaves[customer].hash)
    level = tuple(leaves[customer] for customer in ordered)
    levels = [level]
    while len(level) > 1:
        pairs = [_parent(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = (*pairs, *level[2 * len(pairs) :])
        levels.append(level)
    return SumTree(tuple(levels), {customer: at for at, customer in enumerate(ordered)})


def verify_sum(root: Node, customer: bytes, face: int, proof: Sequence[Step]) -> bool:
    """Root + customer + face + proof -> whether he is counted with that face in the root's sum."""
    node = sum_leaf(customer, face)
    for step in proof:
        sibling = Node(step.hash, step.sum)
        # A sum that wraps around, or a negative one, would hide what is owed.
        if not 0 <= sibling.sum <= _MAX_SUM - node.sum:
            return False
        node = _parent(sibling, node) if step.is_left else _parent(node, sibling)
    return node == root


def _parent(left: Node, right: Node) -> Node:
    words = (left.hash, left.sum.to_bytes(_WORD, "big"), right.hash, right.sum.to_bytes(_WORD, "big"))
    return Node(_keccak(b"".join(words)), left.sum + right.sum)


def _keccak(data: bytes) -> bytes:
    return bytes(keccak_256(data).digest())

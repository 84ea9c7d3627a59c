"""Leaf hashes -> Merkle tree, root and proofs, in the layout of OpenZeppelin's StandardMerkleTree (JavaScript, 1.0).

A leaf is keccak256(keccak256(abi.encode(address wallet, uint256 record, bytes32 fileHash))): hashed twice, so that no
inner node can pass for one. The leaves are sorted and stand at the end of an array of 2n - 1 nodes, the smallest last;
node i has its children at 2i + 1 and 2i + 2 and is the hash of the two in ascending order. A proof therefore needs no
sides, and Solidity checks it with `MerkleProof.verify`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sha3 import keccak_256

__all__ = ["HASH", "Bytes", "Tree", "build", "leaf_hash", "verify"]

HASH = 32  # bytes of a hash, and of a word of the ABI
Bytes = npt.NDArray[np.uint8]

_PAD = bytes(12)  # an address fills the last 20 bytes of its word


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Nodes of a tree, shape (2n - 1, 32); `positions[i]` is the node of the leaf that was given as number i."""

    nodes: Bytes
    positions: npt.NDArray[np.uint32]

    def __len__(self) -> int:
        """Tree -> number of its leaves."""
        return (len(self.nodes) + 1) // 2

    @property
    def root(self) -> bytes:
        """Tree -> 32 bytes."""
        return bytes(self.nodes[0])

    def proof(self, leaf: int) -> tuple[bytes, ...]:
        """Number of a leaf as it was given -> the siblings on its way to the root. IndexError for another number."""
        if not 0 <= leaf < len(self):
            raise IndexError(f"there is no leaf {leaf} in a tree of {len(self):,}")
        at = int(self.positions[leaf])
        siblings = []
        while at:
            siblings.append(self.nodes[at + 1 if at % 2 else at - 1].tobytes())
            at = (at - 1) // 2
        return tuple(siblings)


def leaf_hash(wallet: bytes, record: int, file_hash: bytes) -> bytes:
    """Wallet (20 bytes) + record word + hash of the row (32 bytes) -> leaf."""
    if len(wallet) != 20 or len(file_hash) != HASH:
        raise ValueError("a leaf takes a wallet of 20 bytes and a hash of 32")
    encoded = _PAD + wallet + record.to_bytes(HASH, "big") + file_hash
    return bytes(keccak_256(keccak_256(encoded).digest()).digest())


def build(leaves: Bytes) -> Tree:
    """Leaf hashes, shape (n, 32) -> Tree. ValueError for none, or for one that is there twice."""
    if leaves.ndim != 2 or leaves.shape[1] != HASH or not len(leaves):
        raise ValueError("a tree takes at least one leaf of 32 bytes")
    order = _ascending(leaves)
    ordered = np.ascontiguousarray(leaves[order])
    if (ordered[1:] == ordered[:-1]).all(axis=1).any():
        raise ValueError("a leaf stands twice in the tree; give each once")
    count = len(leaves)
    positions = np.empty(count, dtype=np.uint32)
    positions[order] = np.arange(2 * count - 2, count - 2, -1, dtype=np.uint32)
    return Tree(_nodes(ordered), positions)


def verify(root: bytes, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Root + leaf + proof -> whether the leaf is in the tree of that root."""
    node = leaf
    for sibling in proof:
        node = _parent(node, sibling)
    return node == root


def _parent(one: bytes, other: bytes) -> bytes:
    return bytes(keccak_256(one + other if one < other else other + one).digest())


def _ascending(hashes: Bytes) -> npt.NDArray[np.intp]:
    words = np.ascontiguousarray(hashes).view(">u8")
    return np.lexsort(tuple(words[:, column] for column in (3, 2, 1, 0)))


def _nodes(ordered: Bytes) -> Bytes:
    # Plain bytes and a list: a slice of an array costs more than the hash itself.
    data, count = ordered.tobytes(), len(ordered)
    nodes = [b""] * (count - 1)
    nodes.extend(data[at : at + HASH] for at in range((count - 1) * HASH, -1, -HASH))
    for at in range(count - 2, -1, -1):
        one, other = nodes[2 * at + 1], nodes[2 * at + 2]
        nodes[at] = keccak_256(one + other if one < other else other + one).digest()
    return np.frombuffer(b"".join(nodes), dtype=np.uint8).reshape(-1, HASH)

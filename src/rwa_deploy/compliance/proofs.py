"""Leaves + Tree -> a folder that gives any wallet's proof at once, without holding a million of them.

`root.json` says what was read and its root, `tree.npy` holds the nodes, `leaves.npy` what each leaf was made of, sorted
by wallet. A proof reads some forty places of the two arrays and is checked against the root before it is given out.
"""

import hmac
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rwa_deploy.compliance.leaves import Leaves
from rwa_deploy.compliance.merkle import HASH, Tree, leaf_hash, verify
from rwa_deploy.errors import InputError

__all__ = ["ROOT", "Proof", "files_of", "find", "keyed_file_hash", "read_root"]

ROOT, _TREE, _LEAVES = "root.json", "tree.npy", "leaves.npy"
_LEAF = np.dtype([("wallet", "u1", 20), ("record", "u1", HASH), ("file_hash", "u1", HASH), ("node", ">u4")])


@dataclass(frozen=True, slots=True)
class Proof:
    """What the Allowlist needs to onboard a wallet by itself: record word, hash of the row, siblings up to the root."""

    wallet: str
    record: int
    file_hash: bytes
    leaf: bytes
    root: bytes
    siblings: tuple[bytes, ...]


def files_of(leaves: Leaves, tree: Tree, file_hash: bytes) -> dict[str, bytes]:
    """Leaves + their tree + keyed hash of the file -> name: content of a store."""
    table = np.empty(len(leaves), dtype=_LEAF)
    table["wallet"], table["record"], table["file_hash"] = leaves.wallets, leaves.records, leaves.file_hashes
    table["node"] = tree.positions
    words = np.ascontiguousarray(np.pad(leaves.wallets, ((0, 0), (0, 4)))).view(">u8")
    table = table[np.lexsort((words[:, 2], words[:, 1], words[:, 0]))]
    said = {"root": _hex(tree.root), "leaves": len(leaves), "file_hash": _hex(file_hash)}
    return {
        ROOT: (json.dumps(said, indent=2) + "\n").encode(),
        _TREE: _npy(tree.nodes),
        _LEAVES: _npy(table),
    }


def keyed_file_hash(path: Path, salt: bytes) -> bytes:
    """File + salt -> 32 bytes, HMAC-SHA256(salt, "file:" + content).

    Keyed, because the plain hash of a short file would give its national ids away to anyone who tries them all.
    """
    mac = hmac.new(salt, b"file:", "sha256")
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                mac.update(chunk)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); check the path", path=path) from error
    return mac.digest()


def read_root(folder: Path) -> tuple[bytes, int]:
    """Folder -> root and number of leaves. InputError."""
    path = folder / ROOT
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        root, leaves = bytes.fromhex(said["root"].removeprefix("0x")), int(said["leaves"])
    except FileNotFoundError as error:
        raise InputError("there is no tree here; `rwa root --out` leaves one", path=path) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("this is not what `rwa root` left; make it again", path=path) from error
    return root, leaves


def find(folder: Path, wallet: str) -> Proof:
    """Folder of `rwa root` + wallet -> Proof. InputError when the wallet is not in it, or the files do not agree."""
    root, count = read_root(folder)
    nodes, table = _mapped(folder / _TREE), _mapped(folder / _LEAVES)
    if table.dtype != _LEAF or table.shape != (count,) or nodes.shape != (2 * count - 1, HASH):
        raise InputError("does not fit root.json beside it; make the folder again with `rwa root`", path=folder / _TREE)
    at = _place(table, bytes.fromhex(wallet.removeprefix("0x")))
    if at is None:
        raise InputError(f"holds no {wallet}; check the wallet, or the file that the root was made of", path=folder)
    line, tree = table[at], Tree(nodes, table["node"])
    record, file_hash = int.from_bytes(line["record"].tobytes(), "big"), line["file_hash"].tobytes()
    leaf, siblings = leaf_hash(line["wallet"].tobytes(), record, file_hash), tree.proof(at)
    if not verify(root, leaf, siblings):
        raise InputError("does not lead to the root in root.json; make the folder again with `rwa root`", path=folder)
    return Proof(wallet, record, file_hash, leaf, root, siblings)


def _place(table: npt.NDArray[Any], wallet: bytes) -> int | None:
    low, high = 0, len(table)
    while low < high:
        middle = (low + high) // 2
        if table[middle]["wallet"].tobytes() < wallet:
            low = middle + 1
        else:
            high = middle
    return low if low < len(table) and table[low]["wallet"].tobytes() == wallet else None


def _mapped(path: Path) -> npt.NDArray[Any]:
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError) as error:
        raise InputError("is not what `rwa root` left; make the folder again", path=path) from error


def _npy(array: npt.NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _hex(value: bytes) -> str:
    return f"0x{value.hex()}"

"""merkle, merkle_sum, leaves, proofs: OpenZeppelin's layout, and a fast reader that refuses what the slow one does."""

import json
from pathlib import Path

import numpy as np
import pytest
from eth_abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from rwa_deploy.compliance import leaf_rows, leaves, merkle, proofs
from rwa_deploy.compliance.draw import draw_dealers, draw_retail, investors_csv
from rwa_deploy.compliance.investors import read_investors
from rwa_deploy.compliance.leaves import read_leaves
from rwa_deploy.compliance.merkle_sum import Node, Step, build_sum, sum_leaf, verify_sum
from rwa_deploy.compliance.records import pack
from rwa_deploy.errors import InputError
from rwa_deploy.units import date_from_text

SALT = bytes(range(32))
HEADER = "wallet,investor,tier,country,tax_class,valid_until,provider"
UNTIL = date_from_text("2027-09-01")
LEI = "213800KUD8LAJWSQ9D15"


def _wallet(number: int) -> str:
    return str(to_checksum_address(keccak(text=f"wallet {number}")[:20]))


def _row(number: int = 1, **changes: str) -> str:
    cells = {
        "wallet": _wallet(number),
        "investor": f"79999-{number:07d}-1",
        "tier": "retail_resident",
        "country": "PAK",
        "tax_class": "filer",
        "valid_until": "2027-09-01",
        "provider": "Binance",
    }
    return ",".join((cells | changes).values())


def _file(tmp_path: Path, *rows: str, header: str = HEADER, end: str = "\n") -> Path:
    path = tmp_path / "rows.csv"
    path.write_bytes((end.join((header, *rows)) + end).encode())
    return path


def _naive(values: list[tuple[str, int, bytes]]) -> list[bytes]:
    """The published layout, written down once more and slowly: the whole array of nodes."""
    hashes = sorted(keccak(keccak(encode(["address", "uint256", "bytes32"], value))) for value in values)
    nodes = [b""] * (len(hashes) - 1) + hashes[::-1]
    for at in range(len(hashes) - 2, -1, -1):
        nodes[at] = keccak(b"".join(sorted(nodes[2 * at + 1 : 2 * at + 3])))
    return nodes


def _values(count: int) -> list[tuple[str, int, bytes]]:
    return [(_wallet(i), 2**200 + i, keccak(text=f"file {i}")) for i in range(count)]


def _tree(values: list[tuple[str, int, bytes]]) -> merkle.Tree:
    found = [merkle.leaf_hash(bytes.fromhex(wallet[2:]), record, file) for wallet, record, file in values]
    return merkle.build(np.frombuffer(b"".join(found), dtype=np.uint8).reshape(-1, 32))


# ── the tree ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_build_gives_the_pinned_root_of_two_leaves() -> None:
    first = ("0x1111111111111111111111111111111111111111", 5, b"\x01" * 32)
    second = ("0x2222222222222222222222222222222222222222", 7, b"\x02" * 32)
    one, two = (keccak(keccak(encode(["address", "uint256", "bytes32"], value))) for value in (first, second))
    root = keccak(min(one, two) + max(one, two))
    assert _tree([first, second]).root == root
    assert root.hex() == "2aee3fba68e484cd573e1e2ec7975e52833ef9522b2289c9efc4232c4c772001"


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 100])
def test_build_gives_every_node_of_the_published_layout(count: int) -> None:
    values = _values(count)
    assert _tree(values).nodes.tobytes() == b"".join(_naive(values))


@given(st.integers(1, 40), st.data())
def test_verify_holds_for_each_leaf_and_for_no_other(count: int, data: st.DataObject) -> None:
    values = _values(count)
    tree, at = _tree(values), data.draw(st.integers(0, count - 1))
    wallet, record, file = values[at]
    proof, raw = tree.proof(at), bytes.fromhex(wallet[2:])
    assert len(tree) == count
    assert merkle.verify(tree.root, merkle.leaf_hash(raw, record, file), proof)
    assert not merkle.verify(tree.root, merkle.leaf_hash(raw, record + 1, file), proof)
    assert not merkle.verify(tree.root, merkle.leaf_hash(raw, record, file), (*proof, bytes(32)))


def test_proof_refuses_a_leaf_when_there_is_none() -> None:
    with pytest.raises(IndexError, match="no leaf 3 in a tree of 3"):
        _tree(_values(3)).proof(3)
    with pytest.raises(IndexError):
        _tree(_values(3)).proof(-1)


def test_build_refuses_no_leaf_and_one_twice() -> None:
    with pytest.raises(ValueError, match="at least one leaf"):
        merkle.build(np.empty((0, 32), dtype=np.uint8))
    with pytest.raises(ValueError, match="stands twice"):
        merkle.build(np.ones((2, 32), dtype=np.uint8))


# ── sums ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _customers(count: int) -> list[tuple[bytes, int]]:
    return [(keccak(text=f"customer {i}"), (i + 1) * 10**6) for i in range(count)]


def test_build_sum_gives_the_root_made_by_hand() -> None:
    """Three leaves: the third goes up unchanged and is paired with the node of the other two."""
    customers = _customers(3)
    hashed = sorted((keccak(keccak(encode(["bytes32", "uint256"], one))), one[1]) for one in customers)
    (a, a_sum), (b, b_sum), (c, c_sum) = hashed
    types = ["bytes32", "uint256", "bytes32", "uint256"]
    node = keccak(encode(types, (a, a_sum, b, b_sum)))
    root = keccak(encode(types, (node, a_sum + b_sum, c, c_sum)))
    assert build_sum(customers).root == Node(root, 6 * 10**6)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 9])
def test_verify_sum_holds_for_each_customer_and_his_face_alone(count: int) -> None:
    customers = _customers(count)
    tree = build_sum(customers)
    assert tree.root.sum == sum(face for _, face in customers)
    for customer, face in customers:
        proof = tree.proof(customer)
        assert verify_sum(tree.root, customer, face, proof)
        assert not verify_sum(tree.root, customer, face + 1, proof)
        assert not verify_sum(Node(tree.root.hash, tree.root.sum + 1), customer, face, proof)


def test_verify_sum_refuses_a_sibling_that_would_hide_a_debt() -> None:
    customer, face = _customers(1)[0]
    for hidden in (-face, 2**256 - face):
        assert not verify_sum(Node(bytes(32), 0), customer, face, [Step(bytes(32), hidden, is_left=True)])


def test_build_sum_refuses_nobody_one_twice_and_a_face_beyond_128_bits() -> None:
    with pytest.raises(ValueError, match="at least one"):
        build_sum([])
    with pytest.raises(ValueError, match="twice"):
        build_sum([_customers(1)[0], _customers(1)[0]])
    with pytest.raises(ValueError, match="128"):
        sum_leaf(bytes(32), 2**128)


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,990 small savers and 10 dealers."""
    path = tmp_path_factory.mktemp("drawn") / "investors.csv"
    retail = draw_retail([_wallet(i) for i in range(1_990)], seed=1, providers=("Binance", "HTX"), valid_until=UNTIL)
    dealers = draw_dealers([_wallet(i) for i in range(1_990, 2_000)], provider="registrar", valid_until=UNTIL)
    path.write_text(investors_csv((*retail, *dealers)))
    return path


@pytest.mark.parametrize("workers", [1, 2])
def test_read_leaves_packs_what_read_investors_reads(
    drawn: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaves, "_SPAN", 50_000)
    found, investors = read_leaves(drawn, SALT, workers=workers), read_investors(drawn, SALT)
    assert len(found) == 2_000
    assert [wallet.tobytes().hex() for wallet in found.wallets] == [one.wallet[2:].lower() for one in investors]
    assert [int.from_bytes(word.tobytes(), "big") for word in found.records] == [pack(one) for one in investors]
    assert [word.tobytes() for word in found.file_hashes] == [one.file_hash for one in investors]
    nodes = _naive([(one.wallet, pack(one), one.file_hash) for one in investors])
    assert merkle.build(found.hashes).root == nodes[0]


@pytest.mark.parametrize(
    "row",
    [
        _row(9, investor="1234567-8", tier="institution"),
        _row(9, investor="12345678", tier="qualified"),
        _row(9, investor=LEI.lower(), tier="primary_dealer"),
        _row(9, investor="7999900000091"),
        _row(9, investor="7-9999-0000001-2-"),
        _row(9, country="AE", tier="retail_non_resident", tax_class="non_resident"),
        '"' + '","'.join(_row(9).split(",")) + '"',
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_read_leaves_takes_every_way_of_writing_that_read_investors_takes(tmp_path: Path, row: str, end: str) -> None:
    path = _file(tmp_path, _row(1), row, end=end)
    assert read_leaves(path, SALT).file_hashes[1].tobytes() == read_investors(path, SALT)[1].file_hash


def _same_error(path: Path) -> InputError:
    with pytest.raises(InputError) as slow:
        read_investors(path, SALT)
    with pytest.raises(InputError) as fast:
        read_leaves(path, SALT)
    assert fast.value.facts() == slow.value.facts()
    return fast.value


@pytest.mark.parametrize(
    "row",
    [
        _row(9, wallet=_wallet(9).lower()),
        _row(9, wallet="0x" + "0" * 40),
        _row(9, wallet=_wallet(9)[:-1]),
        _row(9, wallet=_wallet(9)[2:]),
        _row(9, investor="79999-0000001-0"),
        _row(9, investor="89999-0000001-2"),
        _row(9, investor=LEI),
        _row(9, investor=LEI[:-1] + "6", tier="institution"),
        _row(9, tier="institution"),
        _row(9, tier="retail"),
        _row(9, country="ZZZ"),
        _row(9, country="pk"),
        _row(9, tax_class="non_resident"),
        _row(9, valid_until="2027-02-29"),
        _row(9, valid_until="27-02-2027"),
        _row(9, provider="=HTX"),
        _row(9, provider="HTX "),
        _row(9, provider=""),
        _row(9, provider="é"),
        _row(9) + ",x",
        _row(9, wallet=_wallet(1)),
        "",
        "   ",
        '"',
        "x" * 9_000,
    ],
)
def test_read_leaves_refuses_a_row_as_read_investors_does(tmp_path: Path, row: str) -> None:
    error = _same_error(_file(tmp_path, _row(1), _row(2), row, _row(3)))
    assert error.row == 4


@pytest.mark.parametrize(
    "content",
    [b"", b"\xef\xbb\xbf" + HEADER.encode() + b"\n", HEADER.encode(), HEADER.encode() + b"\n", b"wallet\n1\n", b"\xff"],
)
def test_read_leaves_refuses_a_file_as_read_investors_does(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    _same_error(path)
    _same_error(tmp_path / "none.csv")


@pytest.mark.parametrize("changes", [{"country": "ARE"}, {"tax_class": "non_filer"}])
def test_read_leaves_refuses_wallets_of_one_investor_when_they_differ(tmp_path: Path, changes: dict[str, str]) -> None:
    same = {"investor": "79999-0000001-1"}
    error = _same_error(_file(tmp_path, _row(1), _row(2), _row(3, **same), _row(4, **same, **changes)))
    assert (error.row, error.column) == (5, *changes)
    assert "differs from row 2" in str(error)


def test_read_leaves_refuses_a_date_that_no_chain_can_hold(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="before 1970-01-02") as caught:
        read_leaves(_file(tmp_path, _row(1), _row(2, valid_until="1969-02-01")), SALT)
    assert (caught.value.row, caught.value.column) == (3, "valid_until")


def test_read_leaves_names_the_first_fault_of_the_file(tmp_path: Path) -> None:
    bad = _row(5, country="ZZZ")
    assert _same_error(_file(tmp_path, _row(1), _row(2), _row(1), _row(2), bad)).row == 4
    assert _same_error(_file(tmp_path, _row(1), _row(2), bad, _row(1))).row == 4


def test_read_leaves_refuses_two_ids_with_one_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = leaf_rows._keyed(SALT)
    alike = b"investor:"
    monkeypatch.setattr(
        leaf_rows, "_keyed", lambda _: lambda text: (bytes(8) if text.startswith(alike) else b"") + whole(text)[8:]
    )
    monkeypatch.setattr(leaf_rows, "_joint", _joint_of_equal_numbers(leaf_rows._joint))
    with pytest.raises(InputError, match="gets the same number as the id of row 2") as caught:
        read_leaves(_file(tmp_path, _row(1), _row(2)), SALT)
    assert (caught.value.row, caught.value.column) == (3, "investor")


def _joint_of_equal_numbers(joint):
    return lambda wallet, record, row_hash, number: joint(wallet, record, bytes(32), number)


def test_read_leaves_refuses_more_rows_than_a_tree_may_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaves, "MAX_LEAVES", 2)
    assert len(read_leaves(_file(tmp_path, _row(1), _row(2)), SALT)) == 2
    with pytest.raises(InputError, match="one row more than the 2"):
        read_leaves(_file(tmp_path, _row(1), _row(2), _row(3)), SALT)


def test_read_leaves_refuses_salt_when_short(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        read_leaves(tmp_path / "none.csv", b"short")


# ── the store ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _store(drawn: Path, folder: Path) -> merkle.Tree:
    found = read_leaves(drawn, SALT)
    tree = merkle.build(found.hashes)
    folder.mkdir(exist_ok=True)
    for name, content in proofs.files_of(found, tree, proofs.keyed_file_hash(drawn, SALT)).items():
        (folder / name).write_bytes(content)
    return tree


def test_find_proves_any_wallet_of_the_file(drawn: Path, tmp_path: Path) -> None:
    tree = _store(drawn, tmp_path)
    investors = read_investors(drawn, SALT)
    for number in (0, 1, 999, 1_998, 1_999):
        proof, one = proofs.find(tmp_path, investors[number].wallet), investors[number]
        assert (proof.record, proof.file_hash, proof.root) == (pack(one), one.file_hash, tree.root)
        assert merkle.verify(tree.root, proof.leaf, proof.siblings)


def test_find_refuses_a_wallet_that_is_not_there(drawn: Path, tmp_path: Path) -> None:
    _store(drawn, tmp_path)
    with pytest.raises(InputError, match="holds no 0x"):
        proofs.find(tmp_path, _wallet(5_000))


def test_find_refuses_a_store_when_it_was_changed(drawn: Path, tmp_path: Path) -> None:
    _store(drawn, tmp_path)
    said = json.loads((tmp_path / "root.json").read_text())
    (tmp_path / "root.json").write_text(json.dumps(said | {"root": "0x" + "11" * 32}))
    with pytest.raises(InputError, match="does not lead to the root"):
        proofs.find(tmp_path, _wallet(7))
    (tmp_path / "root.json").write_text(json.dumps(said | {"leaves": 1_999}))
    with pytest.raises(InputError, match=r"does not fit root\.json"):
        proofs.find(tmp_path, _wallet(7))
    (tmp_path / "tree.npy").write_bytes(b"x")
    with pytest.raises(InputError, match="is not what `rwa root` left"):
        proofs.find(tmp_path, _wallet(7))
    (tmp_path / "root.json").write_text("[]")
    with pytest.raises(InputError, match="is not what `rwa root` left"):
        proofs.find(tmp_path, _wallet(7))
    (tmp_path / "root.json").unlink()
    with pytest.raises(InputError, match="there is no tree here"):
        proofs.find(tmp_path, _wallet(7))


def test_keyed_file_hash_changes_with_file_and_salt(tmp_path: Path) -> None:
    one, other = tmp_path / "a", tmp_path / "b"
    one.write_bytes(b"1")
    other.write_bytes(b"2")
    hashes = {
        proofs.keyed_file_hash(one, SALT),
        proofs.keyed_file_hash(other, SALT),
        proofs.keyed_file_hash(one, b"0" * 32),
    }
    assert len(hashes) == 3

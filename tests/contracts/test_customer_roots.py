"""Roots of customers: published and withdrawn by a provider, and a wallet activated by its proof, by anyone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from eth_abi import encode
from eth_utils import keccak
from evm import ZERO, Contract, Receipt, address_of, expect_revert, reverts
from hypothesis import given, settings
from hypothesis import strategies as st
from onboarding import (
    FROZEN_FLAG,
    HASH,
    INCOMPLETE,
    NEW,
    OUTSIDER,
    PROVIDER,
    REPLACED_FLAG,
    SECOND,
    UNLICENSED,
    file_hash,
    lose_licence,
)  # fmt: skip
from world import DAY, NOW, World, record

from rwa_deploy import units
from rwa_deploy.compliance import merkle

HOLDER, RECEIVER, TREASURY = map(address_of, ("holder", "receiver", "treasury"))
REGISTRAR, ENFORCER = map(address_of, ("registrar", "enforcer"))
UNTIL = NOW + 30 * DAY
MOST_ROOT = 365 * DAY
TODAY = units.day(NOW)

Row = tuple[str, int, bytes]


@dataclass(frozen=True)
class Customers:
    """A provider's rows with their tree."""

    rows: tuple[Row, ...]
    tree: merkle.Tree

    @property
    def root(self) -> bytes:
        return self.tree.root

    def proof(self, place: int) -> list[bytes]:
        """Proof of the row at that place."""
        return list(self.tree.proof(place))


def leaf(row: Row) -> bytes:
    """Row -> leaf, from the text of the standard and not by the package."""
    return keccak(keccak(encode(["address", "uint256", "bytes32"], row)))


def customers(rows: Sequence[Row]) -> Customers:
    """Rows -> their tree."""
    leaves = np.frombuffer(b"".join(map(leaf, rows)), dtype=np.uint8).reshape(-1, 32)
    return Customers(tuple(rows), merkle.build(leaves))


def row_of(wallet: str, number: int = 0, **fields: Any) -> Row:
    return (wallet, record(investor=number + 1, **fields), file_hash(number))


STRANGERS = tuple(f"0x{number:040x}" for number in range(1, 6))
FIVE = customers([row_of(wallet, number) for number, wallet in enumerate(STRANGERS)])


def publish(world: World, root: bytes, until: int = UNTIL, by: str = PROVIDER) -> Receipt:
    return world.allowlist.publishRoot(root, until, HASH, by=by)


def activate(world: World, of: Customers, place: int = 0, *, provider: str = PROVIDER, by: str = OUTSIDER) -> Receipt:
    return world.allowlist.activate(provider, of.root, of.rows[place], of.proof(place), by=by)


def stale(root: bytes, published_at: int = 0, until: int = 0, updated_at: int = 0) -> dict[str, Any]:
    """The facts of `RootStale`."""
    return {"root": root, "publishedAt": published_at, "until": until, "updatedAt": updated_at}


# ── publishRoot, withdrawRoot ────────────────────────────────────────────────────────────────────────────────────────


def test_publish_root_keeps_when_and_until_when(world: World, allowlist: Contract):
    receipt = publish(world, FIVE.root)
    assert receipt.log == (("RootPublished", 1, FIVE.root, UNTIL, HASH),)
    assert tuple(allowlist.rootOf(1, FIVE.root)) == (NOW, UNTIL)
    assert tuple(allowlist.rootOf(2, FIVE.root)) == (0, 0)


def test_publish_root_again_counts_from_now(world: World, allowlist: Contract):
    publish(world, FIVE.root)
    now = world.chain.warp(DAY)
    publish(world, FIVE.root, UNTIL + 1)
    assert tuple(allowlist.rootOf(1, FIVE.root)) == (now, UNTIL + 1)


@pytest.mark.parametrize("until", [NOW + DAY, NOW + MOST_ROOT])
def test_publish_root_takes_an_expiry_at_its_bounds(world: World, allowlist: Contract, until: int):
    publish(world, FIVE.root, until)
    assert allowlist.rootOf(1, FIVE.root).until == until


@pytest.mark.parametrize("until", [0, NOW, NOW + DAY - 1, NOW + MOST_ROOT + 1, 2**64 - 1])
def test_publish_root_reverts_when_it_lives_too_short_or_too_long(world: World, allowlist: Contract, until: int):
    with expect_revert("RootExpiryInvalid", until=until, nowAt=NOW):
        publish(world, FIVE.root, until)
    assert tuple(allowlist.rootOf(1, FIVE.root)) == (0, 0)


@pytest.mark.parametrize("why", UNLICENSED)
def test_publish_root_reverts_when_the_provider_is_not_permitted(world: World, why: str):
    """Attack case 8."""
    name, number = lose_licence(world, why)
    with expect_revert("ProviderNotPermitted", provider=address_of(name), id=number):
        publish(world, FIVE.root, by=address_of(name))


def test_withdraw_root_forgets_it(world: World, allowlist: Contract):
    publish(world, FIVE.root)
    assert allowlist.withdrawRoot(FIVE.root, by=PROVIDER).log == (("RootWithdrawn", 1, FIVE.root),)
    assert tuple(allowlist.rootOf(1, FIVE.root)) == (0, 0)


@pytest.mark.parametrize("caller", [SECOND, OUTSIDER, REGISTRAR])
def test_withdraw_root_reverts_when_the_root_is_not_the_callers(world: World, allowlist: Contract, caller: str):
    publish(world, FIVE.root)
    with expect_revert("RootStale", **stale(FIVE.root)):
        allowlist.withdrawRoot(FIVE.root, by=caller)


@pytest.mark.parametrize("why", ["suspended", "revoked", "run out", "without scope"])
def test_withdraw_root_needs_no_licence_any_more(world: World, allowlist: Contract, why: str):
    publish(world, FIVE.root)
    lose_licence(world, why)
    allowlist.withdrawRoot(FIVE.root, by=PROVIDER)
    assert tuple(allowlist.rootOf(1, FIVE.root)) == (0, 0)


# ── activate ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("submitter", [OUTSIDER, STRANGERS[2], PROVIDER])
def test_activate_writes_the_record_whoever_submits_it(world: World, allowlist: Contract, submitter: str):
    publish(world, FIVE.root)
    now = world.chain.warp(60)
    written = record(investor=3, provider=1, updated_at=now)
    assert activate(world, FIVE, 2, by=submitter).log == (("Onboarded", STRANGERS[2], written, file_hash(2)),)
    assert allowlist.recordOf(STRANGERS[2]) == written


def test_activate_sets_flags_provider_and_tax_history_itself(world: World, allowlist: Contract):
    one = customers([row_of(NEW, provider=9, flags=31, updated_at=5, tax_class_before=8, tax_day=4)])
    publish(world, one.root)
    assert one.proof(0) == []
    activate(world, one)
    assert allowlist.recordOf(NEW) == record(provider=1, updated_at=NOW)


def test_activate_changes_a_record_of_the_providers_own(world: World, allowlist: Contract):
    changed = customers([row_of(HOLDER, tax_class=2, tier=3), row_of(RECEIVER, 1)])
    now = world.chain.warp(60)
    publish(world, changed.root)
    activate(world, changed)
    expected = {"tier": 3, "tax_class": 2, "tax_class_before": 1, "tax_day": TODAY}
    assert allowlist.recordOf(HOLDER) == record(provider=1, updated_at=now, **expected)


@pytest.mark.parametrize("provider", [SECOND, PROVIDER])
def test_activate_reverts_when_the_root_is_not_published(world: World, provider: str):
    """Attack case 9: a root counts for the provider that published it."""
    if provider == SECOND:
        publish(world, FIVE.root)
    with expect_revert("RootStale", **stale(FIVE.root)):
        activate(world, FIVE, provider=provider)


def test_activate_reverts_when_the_root_was_withdrawn(world: World, allowlist: Contract):
    """Attack case 9."""
    publish(world, FIVE.root)
    allowlist.withdrawRoot(FIVE.root, by=PROVIDER)
    with expect_revert("RootStale", **stale(FIVE.root)):
        activate(world, FIVE)


def test_activate_takes_a_root_to_its_last_second(world: World, allowlist: Contract):
    """Attack case 9."""
    publish(world, FIVE.root)
    world.chain.now = UNTIL
    activate(world, FIVE, 0)
    world.chain.warp(1)
    with expect_revert("RootStale", **stale(FIVE.root, NOW, UNTIL)):
        activate(world, FIVE, 1)


def test_activate_reverts_a_second_time(world: World):
    """Attack cases 5 and 9: once for each publication."""
    publish(world, FIVE.root)
    activate(world, FIVE)
    world.chain.warp(60)
    for submitter in (OUTSIDER, STRANGERS[0], PROVIDER):
        with expect_revert("RootStale", **stale(FIVE.root, NOW, UNTIL, NOW)):
            activate(world, FIVE, by=submitter)
    now = world.chain.warp(60)
    publish(world, FIVE.root)
    activate(world, FIVE)
    assert world.allowlist.recordOf(STRANGERS[0]) == record(provider=1, updated_at=now)


@pytest.mark.parametrize("by", ["provider", "registrar"])
def test_activate_reverts_when_the_root_was_published_before_a_revocation(world: World, allowlist: Contract, by: str):
    """Attack case 9."""
    publish(world, FIVE.root)
    now = world.chain.warp(60)
    activate(world, FIVE)
    if by == "provider":
        allowlist.revoke([STRANGERS[0]], by=PROVIDER)
    else:
        world.revoke(STRANGERS[0])
    with expect_revert("RootStale", **stale(FIVE.root, NOW, UNTIL, now)):
        activate(world, FIVE)


def test_activate_reverts_when_the_root_was_published_in_the_second_of_a_revocation(world: World, allowlist: Contract):
    """Attack case 9."""
    old = customers([row_of(HOLDER)])
    world.revoke(HOLDER)
    publish(world, old.root)
    with expect_revert("RootStale", **stale(old.root, NOW, UNTIL, NOW)):
        activate(world, old)


def test_activate_reverts_when_the_record_is_revoked_and_the_root_is_newer(world: World):
    """Attack case 9: the registrar alone brings back what was revoked."""
    mine = customers([row_of(HOLDER)])
    world.revoke(HOLDER)
    world.chain.warp(60)
    publish(world, mine.root)
    for submitter in (OUTSIDER, HOLDER):
        with expect_revert("RecordRevoked", wallet=HOLDER):
            activate(world, mine, by=submitter)


@pytest.mark.parametrize("why", ["suspended", "revoked", "run out", "without scope"])
def test_activate_reverts_when_the_provider_is_not_permitted(world: World, why: str):
    """Attack case 8: what was published under a licence falls with it."""
    publish(world, FIVE.root)
    lose_licence(world, why)
    with expect_revert("ProviderNotPermitted", provider=PROVIDER, id=1):
        activate(world, FIVE)


@pytest.mark.parametrize("fields", INCOMPLETE)
def test_activate_reverts_when_the_record_is_incomplete(world: World, fields: dict[str, int]):
    bad = customers([(NEW, record(**fields), HASH)])
    publish(world, bad.root)
    with expect_revert("RecordInvalid", wallet=NEW, record=record(provider=1, updated_at=NOW, **fields)):
        activate(world, bad)


def test_activate_reverts_when_the_wallet_is_zero_or_of_the_system(world: World):
    both = customers([row_of(ZERO), row_of(TREASURY, 1)])
    world.chain.warp(60)
    publish(world, both.root)
    with expect_revert("RecordInvalid", wallet=ZERO, record=record(provider=1, updated_at=NOW + 60)):
        activate(world, both)
    with expect_revert("RecordNotYours", wallet=TREASURY, provider=0):
        activate(world, both, 1, by=TREASURY)


def test_activate_moves_a_wallet_of_another_provider_by_its_own_call_only(world: World, allowlist: Contract):
    moving = customers([row_of(HOLDER)])
    now = world.chain.warp(60)
    publish(world, moving.root, by=SECOND)
    for submitter in (OUTSIDER, SECOND, REGISTRAR):
        with expect_revert("RecordNotYours", wallet=HOLDER, provider=1):
            activate(world, moving, provider=SECOND, by=submitter)
    activate(world, moving, provider=SECOND, by=HOLDER)
    assert allowlist.recordOf(HOLDER) == record(provider=2, updated_at=now)


@pytest.mark.parametrize("flag", [FROZEN_FLAG, REPLACED_FLAG])
def test_activate_keeps_what_an_order_set_and_moves_no_such_wallet(world: World, allowlist: Contract, flag: int):
    if flag == FROZEN_FLAG:
        allowlist.setFrozen(HOLDER, True, by=ENFORCER)
    else:
        allowlist.onboardByRegistrar([(NEW, record(investor=1), HASH)], by=REGISTRAR)
        allowlist.replace(HOLDER, NEW, by=ENFORCER)
    mine = customers([row_of(HOLDER)])
    now = world.chain.warp(60)
    for provider in (PROVIDER, SECOND):
        publish(world, mine.root, by=provider)
    with expect_revert("RecordNotYours", wallet=HOLDER, provider=1):
        activate(world, mine, provider=SECOND, by=HOLDER)
    activate(world, mine)
    assert allowlist.recordOf(HOLDER) == record(provider=1, updated_at=now, flags=flag)


# ── proofs ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def refused(world: World, root: bytes, row: Row, proof: Sequence[bytes]) -> None:
    """The proof does not lead to the root."""
    with expect_revert("ProofInvalid", wallet=row[0], root=root):
        world.allowlist.activate(PROVIDER, root, row, list(proof), by=OUTSIDER)
    assert world.allowlist.recordOf(row[0]) == 0


@pytest.mark.parametrize("proof", ["empty", "short", "long", "reversed", "another's", "the root", "flipped bit"])
def test_activate_reverts_when_the_proof_is_another(world: World, proof: str):
    """Attack case 9."""
    publish(world, FIVE.root)
    right = FIVE.proof(0)
    flipped = [bytes([right[0][0] ^ 1]) + right[0][1:], *right[1:]]
    proofs = {
        "empty": [], "short": right[:-1], "long": [*right, bytes(32)], "reversed": right[::-1],
        "another's": FIVE.proof(1), "the root": [FIVE.root], "flipped bit": flipped,
    }  # fmt: skip
    refused(world, FIVE.root, FIVE.rows[0], proofs[proof])


def test_activate_reverts_when_the_proof_is_of_another_tree(world: World):
    """Attack case 9: a row of one provider's tree under the other's root."""
    other = customers([row_of(wallet, number + 7) for number, wallet in enumerate(STRANGERS)])
    publish(world, FIVE.root)
    publish(world, other.root, by=SECOND)
    refused(world, FIVE.root, other.rows[0], other.proof(0))
    refused(world, FIVE.root, FIVE.rows[0], other.proof(0))


def test_activate_reverts_when_an_inner_node_stands_for_a_leaf(world: World):
    """Attack case 9: an inner node, and what would hash to it once, lead to the root and are no rows."""
    publish(world, FIVE.root)
    nodes = [node.tobytes() for node in FIVE.tree.nodes]
    for inner in range(len(FIVE.tree) - 1):
        siblings, at = [], inner
        while at:
            siblings.append(nodes[at + 1 if at % 2 else at - 1])
            at = (at - 1) // 2
        left, right = sorted(nodes[2 * inner + 1 : 2 * inner + 3])
        assert merkle.verify(FIVE.root, nodes[inner], siblings)
        for forged in (left + right, right + left):
            row = ("0x" + forged[12:32].hex(), int.from_bytes(forged[32:]), bytes(32))
            refused(world, FIVE.root, row, siblings)


def test_activate_reverts_when_a_leaf_is_of_64_bytes_or_hashed_once(world: World):
    """Attack case 9: roots of trees that a careless provider built let nobody in."""
    row = row_of(NEW)
    encoded = encode(["address", "uint256", "bytes32"], row)
    for careless in (keccak(encoded), keccak(encoded[:64]), keccak(keccak(encoded[:64])), keccak(encoded[12:])):
        publish(world, careless)
        refused(world, careless, row, [])


def test_activate_takes_the_tree_that_open_zeppelin_builds(world: World, allowlist: Contract):
    """Root and proof of its StandardMerkleTree over two rows, reckoned by hand: the smaller hash comes first."""
    rows = [row_of(STRANGERS[0]), row_of(STRANGERS[1], 1)]
    one, two = map(leaf, rows)
    root = keccak(min(one, two) + max(one, two))
    publish(world, root)
    allowlist.activate(PROVIDER, root, rows[0], [two], by=OUTSIDER)
    allowlist.activate(PROVIDER, root, rows[1], [one], by=OUTSIDER)
    assert [allowlist.contains(wallet) for wallet in STRANGERS[:3]] == [True, True, False]


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """Leaves -> root, as the StandardMerkleTree is described: sorted, from the end of an array of 2n - 1 nodes."""
    nodes = [b""] * (len(leaves) - 1) + sorted(leaves, reverse=True)
    for at in range(len(leaves) - 2, -1, -1):
        nodes[at] = keccak(b"".join(sorted(nodes[2 * at + 1 : 2 * at + 3])))
    return nodes[0]


FIELDS = st.fixed_dictionaries(
    {"tier": st.integers(1, 6), "country": st.integers(1, 999), "tax_class": st.integers(0, 6)}
)
ALTERED = st.sampled_from(["wallet", "tier", "investor", "valid until", "file hash", "highest bit"])


@settings(max_examples=40)
@given(size=st.integers(1, 300), seed=st.integers(0, 2**64), fields=FIELDS, pick=st.integers(0, 299), altered=ALTERED)
def test_activate_takes_every_row_of_a_tree_and_no_altered_one(
    built_world: World, size: int, seed: int, fields: dict[str, int], pick: int, altered: str
):
    """Attack case 9, for trees of 1 to 300 rows."""
    world = built_world
    wallets = ["0x" + keccak(text=f"{seed} {number}")[:20].hex() for number in range(size)]
    tree = customers([row_of(wallet, number, **fields) for number, wallet in enumerate(wallets)])
    place = pick % size
    wallet, entry, of_file = tree.rows[place]
    changed = {
        "wallet": ("0x" + keccak(text=f"{seed} other")[:20].hex(), entry, of_file),
        "tier": (wallet, entry ^ 1, of_file),
        "investor": (wallet, entry + (1 << 152), of_file),
        "valid until": (wallet, entry + (1 << 72), of_file),
        "file hash": (wallet, entry, file_hash(size)),
        "highest bit": (wallet, entry | 1 << 255, of_file),
    }[altered]
    assert tree.root == naive_root([leaf(row) for row in tree.rows])
    with world.chain.rolled_back():
        publish(world, tree.root)
        method = world.allowlist.activate
        assert reverts(method, PROVIDER, tree.root, changed, tree.proof(place), by=OUTSIDER) == "ProofInvalid"
        activate(world, tree, place)
        written = record(investor=place + 1, provider=1, updated_at=NOW, **fields)
        assert world.allowlist.recordOf(wallet) == written

"""Policies: what a provider states that customers hold through an omnibus wallet, and how each finds himself there."""

from collections.abc import Sequence

import pytest
from eth_abi import encode
from eth_utils import keccak
from evm import Contract, address_of, expect_revert
from hypothesis import given, settings
from hypothesis import strategies as st
from policed import HOLDER, OMNIBUS, OMNIBUS_TIER, ONE, OUTSIDER, RECEIVER, REGULATOR, SPENDER, Policed, build, enrol
from world import DAY, LICENSED, NOW, VALID_UNTIL, World

from rwa_deploy.compliance.merkle_sum import Node, Step, build_sum

PROVIDER, SECOND_PROVIDER = map(address_of, ("provider", "second_provider"))
ROOT = b"\x07".ljust(32, b"\0")
CUSTODY = 4
WRAP = 2**256
FACES = {b"one".ljust(32, b"\0"): 30 * ONE, b"two".ljust(32, b"\0"): 70 * ONE}


@pytest.fixture
def policed(world: World) -> Policed:
    """The receiver's is an omnibus wallet of the first provider."""
    policed = build(world)
    enrol(world, RECEIVER, tier=OMNIBUS_TIER, investor=2)
    return policed


def publish(policed: Policed, root: bytes = ROOT, total: int = 100 * ONE, wallet: str = RECEIVER, by: str = PROVIDER):
    return policed.policies.publishStatement(policed.series.address, wallet, root, total, by=by)


def is_stated(policed: Policed, customer: bytes, face: int, steps: Sequence[Step], wallet: str = RECEIVER) -> bool:
    proof = [(step.hash, step.sum, step.is_left) for step in steps]
    return policed.policies.isStated(policed.series.address, wallet, customer, face, proof)


def node_of(left: Node, right: Node) -> Node:
    """As the standard text says, once more."""
    words = (left.hash, left.sum % WRAP, right.hash, right.sum % WRAP)
    return Node(keccak(encode(["bytes32", "uint256", "bytes32", "uint256"], words)), (left.sum + right.sum) % WRAP)


def leaf_of(customer: bytes, face: int) -> Node:
    return Node(keccak(keccak(encode(["bytes32", "uint256"], [customer, face]))), face)


# ── publishStatement ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_publish_statement_is_kept_with_its_time_and_replaces_the_one_before(policed: Policed):
    receipt = publish(policed)
    address = policed.series.address
    assert receipt.log == (("StatementPublished", address, RECEIVER, ROOT, 100 * ONE),)
    policed.world.chain.warp(5)
    publish(policed, bytes(32), 1)
    assert tuple(policed.policies.statementOf(address, RECEIVER)) == (bytes(32), 1, NOW + 5)
    assert tuple(policed.policies.statementOf(address, HOLDER)) == (bytes(32), 0, 0)


@pytest.mark.parametrize("by", [SECOND_PROVIDER, RECEIVER, OUTSIDER, REGULATOR])
def test_publish_statement_reverts_when_the_caller_is_not_the_wallets_provider(policed: Policed, by: str):
    with expect_revert("StatementNotYours", wallet=RECEIVER, caller=by):
        publish(policed, by=by)


@pytest.mark.parametrize("tier", range(1, 6))
def test_publish_statement_reverts_when_the_wallet_is_no_omnibus_wallet(policed: Policed, tier: int):
    enrol(policed.world, RECEIVER, tier=tier, investor=2)
    with expect_revert("StatementNotYours", wallet=RECEIVER, caller=PROVIDER):
        publish(policed)


def test_publish_statement_reverts_for_a_wallet_of_nobody_or_of_the_registrar(policed: Policed):
    enrol(policed.world, SPENDER, tier=OMNIBUS_TIER, provider=0)
    for wallet in (OUTSIDER, SPENDER):
        for by in (PROVIDER, OUTSIDER):
            with expect_revert("StatementNotYours", wallet=wallet, caller=by):
                publish(policed, wallet=wallet, by=by)


@pytest.mark.parametrize("end", ["suspended", "revoked", "no custody", "expired"])
def test_publish_statement_reverts_when_the_licence_does_not_cover_custody(
    policed: Policed, licences: Contract, end: str
):
    if end == "suspended":
        licences.suspendLicence(PROVIDER, by=REGULATOR)
    elif end == "revoked":
        licences.revokeLicence(PROVIDER, by=REGULATOR)
    else:
        scope = 3 if end == "no custody" else CUSTODY
        licences.grantLicence(PROVIDER, LICENSED, scope, NOW + 1, by=REGULATOR)
        policed.world.chain.now = NOW + 1 + (end == "expired")
    with expect_revert("StatementNotYours", wallet=RECEIVER, caller=PROVIDER):
        publish(policed)


def test_publish_statement_needs_no_more_than_custody(policed: Policed, licences: Contract):
    licences.grantLicence(PROVIDER, LICENSED, CUSTODY, VALID_UNTIL, by=REGULATOR)
    publish(policed)
    assert policed.policies.statementOf(policed.series.address, RECEIVER).statedAt == NOW


# ── the rule of the policy ───────────────────────────────────────────────────────────────────────────────────────────


def test_an_omnibus_wallet_receives_while_its_statement_is_fresh_to_the_second(policed: Policed):
    policed.bind(omnibus_age=DAY)
    assert policed.code(RECEIVER, ONE) == OMNIBUS
    publish(policed)
    found = []
    for now in (NOW, NOW + DAY, NOW + DAY + 1):
        policed.world.chain.now = now
        found.append(policed.code(RECEIVER, ONE))
    assert found == [0, 0, OMNIBUS]
    publish(policed)
    assert policed.code(RECEIVER, ONE) == 0


def test_an_omnibus_wallet_with_an_old_statement_still_sends(policed: Policed):
    policed.send(RECEIVER, ONE)
    policed.bind(omnibus_age=DAY)
    policed.send(HOLDER, ONE, by=RECEIVER)
    assert policed.held(RECEIVER) == [0]


def test_a_statement_counts_for_its_series_and_wallet_only(policed: Policed):
    other = build(policed.world, salt=78)
    enrol(policed.world, SPENDER, tier=OMNIBUS_TIER, investor=3)
    publish(policed)
    for one in (policed, other):
        one.bind(omnibus_age=DAY)
    assert (policed.code(RECEIVER, ONE), policed.code(SPENDER, ONE), other.code(RECEIVER, ONE)) == (0, OMNIBUS, OMNIBUS)


@pytest.mark.parametrize("held", [0, 99 * ONE, 100 * ONE, 100 * ONE + 1])
def test_statement_gap_is_what_is_held_above_what_is_stated(policed: Policed, held: int):
    policed.send(RECEIVER, held)
    assert policed.policies.statementGap(policed.series.address, RECEIVER) == held
    publish(policed)
    assert policed.policies.statementGap(policed.series.address, RECEIVER) == held - 100 * ONE


def test_statement_gap_answers_for_the_largest_total(policed: Policed):
    publish(policed, total=2**128 - 1)
    assert policed.policies.statementGap(policed.series.address, RECEIVER) == 1 - 2**128


# ── isStated ─────────────────────────────────────────────────────────────────────────────────────────────────────────

CUSTOMERS = st.dictionaries(
    st.binary(min_size=32, max_size=32), st.sampled_from([0, 1, ONE, 7 * ONE, 2**100, 2**123]), min_size=1, max_size=24
)


@settings(max_examples=60)
@given(customers=CUSTOMERS, pick=st.integers(0, 10**6))
def test_is_stated_finds_every_customer_and_nothing_altered(built_world: World, customers: dict[bytes, int], pick: int):
    with built_world.chain.rolled_back():
        policed = build(built_world)
        enrol(built_world, RECEIVER, tier=OMNIBUS_TIER, investor=2)
        tree = build_sum(customers.items())
        publish(policed, tree.root.hash, tree.root.sum)
        assert tree.root.sum == sum(customers.values())
        for customer, face in customers.items():
            assert is_stated(policed, customer, face, tree.proof(customer))
        customer = sorted(customers)[pick % len(customers)]
        face, proof = customers[customer], tree.proof(customer)
        assert not is_stated(policed, customer, face, proof, wallet=SPENDER)
        assert not is_stated(policed, keccak(customer), face, proof)
        for wrong in (face + 1, max(0, face - 1) if face else 2, 2**256 - 1):
            assert not is_stated(policed, customer, wrong, proof)
        for at, step in enumerate(proof):
            for bad in altered(step):
                assert not is_stated(policed, customer, face, [*proof[:at], bad, *proof[at + 1 :]])
            assert not is_stated(policed, customer, face, [*proof[:at], *proof[at + 1 :]])
        assert not is_stated(policed, customer, face, [*proof, Step(bytes(32), 0, is_left=True)])


def altered(step: Step) -> list[Step]:
    """Each part of a step changed, and the sum by so much that it wraps around."""
    sums = (step.sum + 1, (step.sum - 1) % WRAP, step.sum + 2**128, WRAP - 1)
    return [
        Step(keccak(step.hash), step.sum, step.is_left),
        Step(step.hash, step.sum, not step.is_left),
        *(Step(step.hash, value, step.is_left) for value in sums),
    ]


def test_is_stated_refuses_a_tree_whose_sums_wrap_around(policed: Policed):
    """Attack: a sibling with a sum close to 2^256 makes the total small, and one customer disappears from it."""
    (one, face), (two, other) = FACES.items()
    first, second = leaf_of(one, face), leaf_of(two, other)
    hidden = Node(keccak(b"hidden"), WRAP - other)
    inner = node_of(second, hidden)
    root = node_of(first, inner)
    assert (inner.sum, root.sum) == (0, face)
    publish(policed, root.hash, root.sum)
    assert is_stated(policed, one, face, [Step(inner.hash, inner.sum, is_left=False)])
    steps = [Step(hidden.hash, hidden.sum, is_left=False), Step(first.hash, first.sum, is_left=True)]
    assert not is_stated(policed, two, other, steps)


def test_is_stated_refuses_a_face_that_wraps_around(policed: Policed):
    (one, face), _ = FACES.items()
    huge, small = leaf_of(one, WRAP - 1), leaf_of(keccak(one), face + 1)
    root = node_of(huge, small)
    publish(policed, root.hash, root.sum)
    assert root.sum == face
    assert not is_stated(policed, one, WRAP - 1, [Step(small.hash, small.sum, is_left=False)])


def test_is_stated_refuses_an_inner_node_as_a_leaf(policed: Policed):
    """Attack case 9."""
    tree = build_sum(FACES.items())
    publish(policed, tree.root.hash, tree.root.sum)
    left, right = tree.levels[0]
    for customer, face in ((tree.root.hash, tree.root.sum), (left.hash, left.sum), (right.hash, right.sum)):
        assert not is_stated(policed, customer, face, [])


def test_is_stated_is_false_before_anything_was_stated(policed: Policed):
    assert not is_stated(policed, bytes(32), 0, [])


def test_is_stated_keeps_to_the_statement_that_holds(policed: Policed):
    old, new = build_sum(FACES.items()), build_sum([(bytes(32), ONE)])
    customer = next(iter(FACES))
    publish(policed, old.root.hash, old.root.sum)
    publish(policed, new.root.hash, new.root.sum)
    assert not is_stated(policed, customer, FACES[customer], old.proof(customer))
    assert is_stated(policed, bytes(32), ONE, ())

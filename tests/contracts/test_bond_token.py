"""BondToken: terms, maturity, documents."""

import pytest
from eth_utils import keccak
from evm import ZERO, Contract, address_of, expect_revert
from world import DAY, ISSUE_AT, MATURITY_AT, NOW, UNIT, World

HOLDER, RECEIVER, DEBT_OFFICE = map(address_of, ("holder", "receiver", "debt_office"))
NAME = b"prospectus".ljust(32, b"\0")
HASH = keccak(text="prospectus")


def test_the_terms_read_back(bond: Contract):
    assert bond.name() == "Pakistan T-Bill 2020-12-10"
    assert bond.symbol() == "PKTB201210"
    assert bond.isin() == "PK03T0912001"
    assert (bond.issueDate(), bond.maturityDate(), bond.denomination()) == (ISSUE_AT, MATURITY_AT, UNIT)
    assert bond.poolFactor() == 10**18


@pytest.mark.parametrize(
    "changes",
    [
        {"maturityAt": ISSUE_AT},
        {"maturityAt": ISSUE_AT - DAY},
        {"maturityAt": MATURITY_AT + 1},
        {"issueAt": ISSUE_AT + 1},
        {"issueAt": ISSUE_AT - 1},
        {"denomination": 0},
    ],
)
def test_constructor_refuses_terms_that_contradict_themselves(world: World, changes: dict[str, int]):
    terms = {"issueAt": ISSUE_AT, "maturityAt": MATURITY_AT, "denomination": UNIT, **changes}
    with expect_revert("TermsInvalid", **terms):
        world.chain.construct(world.series_code(**changes))


def test_constructor_takes_a_bill_of_one_day(world: World):
    series = world.create_series(maturityAt=ISSUE_AT + DAY, denomination=1)
    assert (series.maturityDate(), series.denomination()) == (ISSUE_AT + DAY, 1)


def test_constructor_refuses_a_symbol_of_32_bytes(world: World):
    with expect_revert("StringTooLong", str="x" * 32):
        world.chain.construct(world.series_code(symbol="x" * 32))


@pytest.mark.parametrize("field", ["name", "symbol"])
def test_constructor_takes_31_bytes_of_text(world: World, field: str):
    series = world.create_series(**{field: "x" * 31})
    assert getattr(series, field)() == "x" * 31


def test_principal_of_is_the_balance_of_a_bill(world: World, bond: Contract):
    world.issue(bond, {HOLDER: UNIT})
    assert [bond.principalOf(account) for account in (HOLDER, RECEIVER, ZERO)] == [UNIT, 0, 0]


def test_maturity_stops_every_move_in_its_second(world: World, bond: Contract):
    world.issue(bond, {HOLDER: UNIT})
    world.chain.now = MATURITY_AT - 1
    bond.transfer(RECEIVER, 1, by=HOLDER)
    world.chain.now = MATURITY_AT
    with expect_revert("TransferRestricted", code=4, account=bond.address):
        bond.transfer(RECEIVER, 1, by=HOLDER)
    assert bond.detectTransferRestriction(HOLDER, RECEIVER, 1) == 4


def test_maturity_stops_a_forced_transfer_too(world: World, bond: Contract):
    world.issue(bond, {HOLDER: UNIT})
    world.chain.now = MATURITY_AT
    with expect_revert("TransferRestricted", code=4, account=bond.address):
        bond.forcedTransfer(HOLDER, RECEIVER, 1, by=address_of("enforcer"))


def test_a_freeze_is_possible_after_maturity(world: World, bond: Contract):
    world.issue(bond, {HOLDER: UNIT})
    world.chain.now = MATURITY_AT
    bond.setFrozenTokens(HOLDER, 1, by=address_of("enforcer"))
    assert bond.freeBalanceOf(HOLDER) == UNIT - 1


# ── documents ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_set_document_adds_it(bond: Contract):
    receipt = bond.setDocument(NAME, "ipfs://a", HASH, by=DEBT_OFFICE)
    assert receipt.log == (("DocumentUpdated", NAME, "ipfs://a", HASH),)
    assert tuple(bond.getDocument(NAME)) == ("ipfs://a", HASH, NOW)
    assert bond.getAllDocuments() == [NAME]


def test_set_document_replaces_it_under_its_name(world: World, bond: Contract):
    bond.setDocument(NAME, "ipfs://a", HASH, by=DEBT_OFFICE)
    world.chain.warp(1)
    bond.setDocument(NAME, "ipfs://b", bytes(32), by=DEBT_OFFICE)
    assert tuple(bond.getDocument(NAME)) == ("ipfs://b", bytes(32), NOW + 1)
    assert bond.getAllDocuments() == [NAME]


def fill(bond: Contract) -> list[bytes]:
    names = [number.to_bytes(32) for number in range(32)]
    for name in names:
        bond.setDocument(name, "ipfs://x", HASH, by=DEBT_OFFICE)
    return names


def test_set_document_reverts_when_32_stand_there(bond: Contract):
    names = fill(bond)
    with expect_revert("TooManyDocuments", most=32):
        bond.setDocument(NAME, "ipfs://a", HASH, by=DEBT_OFFICE)
    assert bond.getAllDocuments() == names


def test_set_document_replaces_one_of_a_full_list(bond: Contract):
    names = fill(bond)
    bond.setDocument(names[5], "ipfs://a", HASH, by=DEBT_OFFICE)
    assert bond.getDocument(names[5]).uri == "ipfs://a"


def test_set_document_reverts_when_the_caller_is_another_office(bond: Contract, fiscal_agent: str):
    with expect_revert("AccessManagedUnauthorized", caller=fiscal_agent):
        bond.setDocument(NAME, "ipfs://a", HASH, by=fiscal_agent)


def test_remove_document_takes_it_off(bond: Contract):
    bond.setDocument(NAME, "ipfs://a", HASH, by=DEBT_OFFICE)
    assert bond.removeDocument(NAME, by=DEBT_OFFICE).log == (("DocumentRemoved", NAME, "ipfs://a", HASH),)
    assert tuple(bond.getDocument(NAME)) == ("", bytes(32), 0)
    assert bond.getAllDocuments() == []


def test_remove_document_reverts_when_none_stands_there(bond: Contract):
    with expect_revert("DocumentUnknown", name=NAME):
        bond.removeDocument(NAME, by=DEBT_OFFICE)


def test_remove_document_reverts_when_the_caller_is_another_office(bond: Contract, fiscal_agent: str):
    with expect_revert("AccessManagedUnauthorized", caller=fiscal_agent):
        bond.removeDocument(NAME, by=fiscal_agent)


def test_supports_interface_says_yes_to_erc_1643(bond: Contract):
    signatures = [
        "setDocument(bytes32,string,bytes32)", "removeDocument(bytes32)", "getDocument(bytes32)", "getAllDocuments()",
    ]  # fmt: skip
    folded = 0
    for signature in signatures:
        folded ^= int.from_bytes(keccak(text=signature)[:4])
    assert folded == 0xECFECEC8
    assert bond.supportsInterface(bytes.fromhex("ecfecec8"))

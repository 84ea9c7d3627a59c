"""EIP-3009: transfers by a signed authorisation."""

from dataclasses import astuple, dataclass, replace
from typing import Any

import pytest
from evm import Contract, Key, Receipt, address_of, expect_revert, key_of
from signing import digest, domain_separator
from world import NOW, UNIT, World

FIELDS = "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce"
TRANSFER, RECEIVE = f"TransferWithAuthorization({FIELDS})", f"ReceiveWithAuthorization({FIELDS})"
CANCEL = "CancelAuthorization(address authorizer,bytes32 nonce)"
HOLDER, RECEIVER, OUTSIDER, ENFORCER, GUARDIAN = map(
    address_of, ("holder", "receiver", "outsider", "enforcer", "guardian")
)
NONCE = b"\x09" * 32
LATER = NOW + 3_600


@dataclass(frozen=True)
class Given:
    """An authorisation as its owner signs it."""

    owner: str = HOLDER
    to: str = RECEIVER
    value: int = UNIT
    valid_after: int = NOW - 1
    valid_before: int = LATER
    nonce: bytes = NONCE


def parts(token: Contract, kind: str, values: tuple[Any, ...], key: Key, chain_id: int = 1) -> tuple[int, bytes, bytes]:
    """Type and values -> v, r, s."""
    signature = key.sign(digest(domain_separator(token.name(), token.address, chain_id), kind, values))
    return signature[64], signature[:32], signature[32:64]


def move(token: Contract, given: Given = Given(), by: str = OUTSIDER, **signing: Any) -> Receipt:
    """Signed by the holder and brought by a stranger, unless said otherwise."""
    kind = signing.pop("kind", TRANSFER)
    signed = signing.pop("signed", given)
    v, r, s = parts(token, kind, astuple(signed), signing.pop("key", key_of("holder")), **signing)
    return token.transferWithAuthorization(*astuple(given), v, r, s, by=by)


def receive(token: Contract, given: Given = Given(), by: str = RECEIVER) -> Receipt:
    v, r, s = parts(token, RECEIVE, astuple(given), key_of("holder"))
    return token.receiveWithAuthorization(*astuple(given), v, r, s, by=by)


def cancel(token: Contract, by: str = OUTSIDER, key: str = "holder") -> Receipt:
    return token.cancelAuthorization(HOLDER, NONCE, *parts(token, CANCEL, (HOLDER, NONCE), key_of(key)), by=by)


@pytest.fixture
def funded(world: World, cash: Contract) -> Contract:
    world.mint_cash(HOLDER, 2 * UNIT)
    return cash


def test_transfer_with_authorization_moves_and_is_spent(funded: Contract):
    receipt = move(funded)
    assert receipt.log == (("AuthorizationUsed", HOLDER, NONCE), ("Transfer", HOLDER, RECEIVER, UNIT))
    assert (funded.balanceOf(HOLDER), funded.balanceOf(RECEIVER)) == (UNIT, UNIT)
    assert funded.authorizationState(HOLDER, NONCE)
    assert not funded.authorizationState(RECEIVER, NONCE)


@pytest.mark.parametrize("again", [move, receive, cancel])
def test_a_spent_nonce_serves_for_nothing(funded: Contract, again: Any):
    """Attack case 6."""
    move(funded)
    with expect_revert("AuthorizationSpent", authorizer=HOLDER, nonce=NONCE):
        again(funded)
    assert funded.balanceOf(RECEIVER) == UNIT


def test_a_cancelled_authorization_moves_nothing(funded: Contract):
    assert cancel(funded).log == (("AuthorizationCanceled", HOLDER, NONCE),)
    for again in (move, receive, cancel):
        with expect_revert("AuthorizationSpent", authorizer=HOLDER, nonce=NONCE):
            again(funded)


def test_nonces_need_no_order(funded: Contract):
    move(funded, Given(nonce=b"\x02" * 32))
    move(funded, Given(nonce=b"\x01" * 32))
    assert funded.balanceOf(RECEIVER) == 2 * UNIT


@pytest.mark.parametrize("act", [move, receive])
@pytest.mark.parametrize(
    ("given", "error", "facts"),
    [
        (Given(valid_after=NOW), "AuthorizationNotYetValid", {"validAfter": NOW}),
        (Given(valid_before=NOW), "AuthorizationExpired", {"validBefore": NOW}),
    ],
)
def test_an_authorization_holds_only_between_its_times(funded: Contract, act: Any, given: Given, error: str, facts):
    with expect_revert(error, **facts):
        act(funded, given)


def test_an_authorization_holds_to_the_second(world: World, funded: Contract):
    world.chain.now = LATER - 1
    move(funded)


def test_receive_with_authorization_is_the_payees_alone(funded: Contract):
    with expect_revert("CallerNotPayee", caller=OUTSIDER, payee=RECEIVER):
        receive(funded, by=OUTSIDER)
    receive(funded)
    assert funded.balanceOf(RECEIVER) == UNIT


def test_what_was_signed_for_the_payee_is_no_transfer_by_anyone(funded: Contract):
    with expect_revert("SignatureInvalid", signer=HOLDER):
        move(funded, kind=RECEIVE)


@pytest.mark.parametrize(
    "change", [{"to": OUTSIDER}, {"value": UNIT + 1}, {"valid_before": LATER + 1}, {"nonce": b"\x01" * 32}]
)
def test_transfer_with_authorization_reverts_when_something_else_was_signed(funded: Contract, change: dict[str, Any]):
    with expect_revert("SignatureInvalid", signer=HOLDER):
        move(funded, replace(Given(), **change), signed=Given())


def test_signatures_of_others_and_of_other_chains_are_void(funded: Contract):
    """Attack cases 6 and 7."""
    for signing in ({"key": key_of("receiver")}, {"chain_id": 2}):
        with expect_revert("SignatureInvalid", signer=HOLDER):
            move(funded, **signing)
    with expect_revert("SignatureInvalid", signer=HOLDER):
        cancel(funded, key="receiver")


def test_an_authorization_of_one_money_is_none_of_the_other(world: World, funded: Contract):
    given = Given()
    v, r, s = parts(world.money, TRANSFER, astuple(given), key_of("holder"))
    with expect_revert("SignatureInvalid", signer=HOLDER):
        funded.transferWithAuthorization(*astuple(given), v, r, s, by=OUTSIDER)


@pytest.mark.parametrize("act", [move, receive])
def test_an_authorization_obeys_a_freeze(funded: Contract, act: Any):
    funded.setFrozenTokens(HOLDER, UNIT + 1, by=ENFORCER)
    with expect_revert("ERC7943InsufficientUnfrozenBalance", account=HOLDER, amount=UNIT, unfrozen=UNIT - 1):
        act(funded)
    assert not funded.authorizationState(HOLDER, NONCE)


@pytest.mark.parametrize("act", [move, receive])
def test_an_authorization_obeys_pauses_and_the_rules(world: World, funded: Contract, act: Any):
    with expect_revert("TransferRestricted", code=20, account=OUTSIDER):
        act(funded, Given(to=OUTSIDER), by=OUTSIDER)
    with world.chain.rolled_back():
        funded.pause(by=GUARDIAN)
        with expect_revert("TransferRestricted", code=2, account=funded.address):
            act(funded)
    world.revoke(HOLDER)
    with expect_revert("TransferRestricted", code=12, account=HOLDER):
        act(funded)


def test_an_authorization_can_be_cancelled_while_paused(funded: Contract):
    funded.pause(by=GUARDIAN)
    cancel(funded)
    assert funded.authorizationState(HOLDER, NONCE)


def test_an_authorization_above_the_balance_reverts(funded: Contract):
    with expect_revert("ERC20InsufficientBalance", sender=HOLDER, balance=2 * UNIT, needed=2 * UNIT + 1):
        move(funded, Given(value=2 * UNIT + 1))


@pytest.mark.parametrize("mood", ["good", "bad"])
def test_a_contract_wallet_authorizes_by_erc_1271(world: World, cash: Contract, mood: str):
    wallet = world.deploy("ContractWallet")
    world.onboard(wallet.address)
    world.mint_cash(wallet.address, UNIT)
    given = Given(owner=wallet.address)
    wallet.set(int(mood != "good"), digest(domain_separator(cash.name(), cash.address), TRANSFER, astuple(given)))
    arguments = (*astuple(given), 27, bytes(32), bytes(32))
    if mood == "bad":
        with expect_revert("SignatureInvalid", signer=wallet.address):
            cash.transferWithAuthorization(*arguments, by=OUTSIDER)
    else:
        cash.transferWithAuthorization(*arguments, by=OUTSIDER)
        assert cash.balanceOf(RECEIVER) == UNIT

"""Settlement of a trade that two holders signed."""

from dataclasses import dataclass, replace

import pytest
from evm import ZERO, Contract, address_of, expect_revert, key_of
from lying import LIES, build
from signing import MALFORMED, malformed, trade_digest
from world import DAY, MATURITY_AT, NOW, UNIT, World

SELLER, BUYER, OUTSIDER, SPENDER = map(address_of, ("holder", "receiver", "outsider", "spender"))
GUARDIAN, ENFORCER = map(address_of, ("guardian", "enforcer"))
PAID = 4_900_000_000
ALL = 2**256 - 1
(
    DEADLINE_PASSED, WRONG_SUBMITTER, SERIES_UNKNOWN, EMPTY_LEG, SAME_PARTY, SELLER_NONCE_USED, BUYER_NONCE_USED,
    SELLER_SIGNATURE, BUYER_SIGNATURE, SELLER_FACE, BUYER_CASH, FACE_RESTRICTED, CASH_RESTRICTED,
) = range(13)  # fmt: skip


@dataclass(frozen=True)
class Trade:
    """The fields in the order of the signature."""

    series: str
    seller: str = SELLER
    buyer: str = BUYER
    face: int = UNIT
    cash: int = PAID
    seller_nonce: int = 5
    buyer_nonce: int = 300
    deadline: int = NOW + DAY
    submitter: str = ZERO

    def fields(self) -> tuple[object, ...]:
        return tuple(self.__dict__.values())


@pytest.fixture
def trade(world: World) -> Trade:
    """A trade that would settle."""
    world.issue(world.bond, {SELLER: UNIT})
    world.mint_cash(BUYER, PAID)
    return Trade(world.bond.address)


def sign(settlement: Contract, trade: Trade, seller: str = "holder", buyer: str = "receiver") -> tuple[bytes, bytes]:
    digest = trade_digest(settlement, trade.fields())
    return key_of(seller).sign(digest), key_of(buyer).sign(digest)


def settle(settlement: Contract, trade: Trade, signatures: tuple[bytes, bytes] | None = None, by: str = OUTSIDER):
    return settlement.settleTrade(trade.fields(), *(signatures or sign(settlement, trade)), by=by)


def faults(settlement: Contract, trade: Trade, signatures: tuple[bytes, bytes] | None = None, by: str = OUTSIDER):
    return settlement.check(trade.fields(), *(signatures or sign(settlement, trade)), by)


def holdings(world: World) -> tuple[int, ...]:
    return tuple(token.balanceOf(wallet) for token in (world.bond, world.cash) for wallet in (SELLER, BUYER))


BEFORE, AFTER = (UNIT, 0, 0, PAID), (0, UNIT, PAID, 0)


def test_settle_trade_moves_both_legs_without_allowances(world: World, settlement: Contract, trade: Trade):
    receipt = settle(settlement, trade)
    digest = trade_digest(settlement, trade.fields())
    assert receipt.log == (
        ("TradeSettled", digest, SELLER, BUYER, world.bond.address, UNIT, PAID),
        ("Transfer", SELLER, BUYER, UNIT),
        ("Transfer", BUYER, SELLER, PAID),
    )
    assert holdings(world) == AFTER
    assert settlement.isNonceUsed(SELLER, 5)
    assert settlement.isNonceUsed(BUYER, 300)


def test_hash_of_is_that_of_eip_712(settlement: Contract, trade: Trade):
    assert settlement.hashOf(trade.fields()) == trade_digest(settlement, trade.fields())


def test_check_finds_nothing_when_it_would_settle(settlement: Contract, trade: Trade):
    assert faults(settlement, trade) == []


def test_settle_trade_succeeds_in_its_last_second(world: World, settlement: Contract, trade: Trade):
    world.chain.now = NOW + DAY
    settle(settlement, trade)
    assert holdings(world) == AFTER


def test_settle_trade_reverts_a_second_after_the_deadline(world: World, settlement: Contract, trade: Trade):
    world.chain.now = NOW + DAY + 1
    assert faults(settlement, trade) == [DEADLINE_PASSED]
    with expect_revert("TradeExpired", deadline=NOW + DAY):
        settle(settlement, trade)


def test_settle_trade_reverts_when_another_submits(world: World, settlement: Contract, trade: Trade):
    bound = replace(trade, submitter=SPENDER)
    assert faults(settlement, bound) == [WRONG_SUBMITTER]
    with expect_revert("SubmitterInvalid", caller=OUTSIDER, submitter=SPENDER):
        settle(settlement, bound)
    settle(settlement, bound, by=SPENDER)
    assert holdings(world) == AFTER


def test_settle_trade_reverts_when_the_series_is_unknown(world: World, settlement: Contract, trade: Trade):
    unknown = replace(trade, series=world.cash.address)
    assert faults(settlement, unknown) == [SERIES_UNKNOWN]
    with expect_revert("SeriesUnknown", series=world.cash.address):
        settle(settlement, unknown)


@pytest.mark.parametrize("leg", [{"face": 0}, {"cash": 0}, {"face": 0, "cash": 0}])
def test_settle_trade_reverts_when_a_leg_is_empty(settlement: Contract, trade: Trade, leg: dict[str, int]):
    empty = replace(trade, **leg)
    assert faults(settlement, empty) == [EMPTY_LEG]
    with expect_revert("LegEmpty", face=empty.face, cash=empty.cash):
        settle(settlement, empty)


def test_settle_trade_reverts_when_the_parties_are_one(settlement: Contract, trade: Trade):
    same = replace(trade, buyer=SELLER)
    signatures = sign(settlement, same, buyer="holder")
    assert SAME_PARTY in faults(settlement, same, signatures)
    with expect_revert("PartiesEqual", party=SELLER):
        settle(settlement, same, signatures)


def test_settle_trade_reverts_when_settled_before(settlement: Contract, trade: Trade):
    settle(settlement, trade)
    assert faults(settlement, trade) == [SELLER_NONCE_USED, BUYER_NONCE_USED, SELLER_FACE, BUYER_CASH]
    with expect_revert("NonceUsed", party=SELLER, nonce=5):
        settle(settlement, trade)


@pytest.mark.parametrize(("party", "nonce", "fault"), [(SELLER, 5, SELLER_NONCE_USED), (BUYER, 300, BUYER_NONCE_USED)])
def test_settle_trade_reverts_after_a_cancel_of_the_nonce(
    settlement: Contract, trade: Trade, party: str, nonce: int, fault: int
):
    receipt = settlement.cancelNonce(nonce, by=party)
    assert receipt.log == (("NoncesCancelled", party, nonce // 256, 1 << nonce % 256),)
    assert faults(settlement, trade) == [fault]
    with expect_revert("NonceUsed", party=party, nonce=nonce):
        settle(settlement, trade)


def test_cancel_nonces_cancels_256_at_once_and_no_other(settlement: Contract, trade: Trade):
    receipt = settlement.cancelNonces(1, by=BUYER)
    assert receipt.log == (("NoncesCancelled", BUYER, 1, ALL),)
    used = [settlement.isNonceUsed(BUYER, nonce) for nonce in (255, 256, 511, 512)]
    assert used == [False, True, True, False]
    with expect_revert("NonceUsed", party=BUYER, nonce=300):
        settle(settlement, trade)


def test_cancel_nonce_binds_the_caller_only(world: World, settlement: Contract, trade: Trade):
    settlement.cancelNonce(5, by=OUTSIDER)
    settlement.cancelNonce(300, by=SELLER)
    settle(settlement, trade)
    assert holdings(world) == AFTER


@pytest.mark.parametrize("nonce", [0, 255, 256, ALL])
def test_cancel_nonce_takes_any_number(settlement: Contract, nonce: int):
    settlement.cancelNonce(nonce, by=SELLER)
    assert settlement.isNonceUsed(SELLER, nonce)
    assert not settlement.isNonceUsed(SELLER, nonce ^ 1)


@pytest.mark.parametrize(
    ("seller", "buyer", "fault", "signer"),
    [("outsider", "receiver", SELLER_SIGNATURE, SELLER), ("holder", "outsider", BUYER_SIGNATURE, BUYER)],
)
def test_settle_trade_reverts_when_another_signed(
    settlement: Contract, trade: Trade, seller: str, buyer: str, fault: int, signer: str
):
    signatures = sign(settlement, trade, seller, buyer)
    assert faults(settlement, trade, signatures) == [fault]
    with expect_revert("SignatureInvalid", signer=signer):
        settle(settlement, trade, signatures)


CHANGES = {
    "series": address_of("other"), "seller": OUTSIDER, "buyer": OUTSIDER, "face": UNIT - 1, "cash": PAID - 1,
    "seller_nonce": 6, "buyer_nonce": 301, "deadline": NOW + DAY + 1, "submitter": OUTSIDER,
}  # fmt: skip


@pytest.mark.parametrize("field", CHANGES)
def test_settle_trade_reverts_when_a_field_was_changed_after_signing(
    world: World, settlement: Contract, trade: Trade, field: str
):
    changed = replace(trade, **{field: CHANGES[field]})
    signatures = sign(settlement, trade)
    if field == "series":
        with expect_revert("SeriesUnknown", series=CHANGES["series"]):
            settle(settlement, changed, signatures)
    else:
        with expect_revert("SignatureInvalid", signer=OUTSIDER if field == "seller" else SELLER):
            settle(settlement, changed, signatures)
    assert holdings(world) == BEFORE


@pytest.mark.parametrize("where", ["chain", "contract"])
def test_settle_trade_reverts_when_signed_for_another_chain_or_contract(
    world: World, settlement: Contract, trade: Trade, where: str
):
    other = world.bond if where == "contract" else settlement
    digest = trade_digest(other, trade.fields(), chain_id=2 if where == "chain" else 1)
    signatures = (key_of("holder").sign(digest), key_of("receiver").sign(digest))
    with expect_revert("SignatureInvalid", signer=SELLER):
        settle(settlement, trade, signatures)


@pytest.mark.parametrize("kind", MALFORMED)
def test_settle_trade_reverts_when_a_signature_is_malformed(settlement: Contract, trade: Trade, kind: str):
    seller, buyer = sign(settlement, trade)
    signatures = (seller, malformed(buyer, kind))
    assert faults(settlement, trade, signatures) == [BUYER_SIGNATURE]
    with expect_revert("SignatureInvalid", signer=BUYER):
        settle(settlement, trade, signatures)


def test_settle_trade_reverts_when_a_party_is_zero(settlement: Contract, trade: Trade):
    nobody = replace(trade, seller=ZERO)
    signatures = (bytes(65), sign(settlement, nobody)[1])
    assert SELLER_SIGNATURE in faults(settlement, nobody, signatures)
    with expect_revert("SignatureInvalid", signer=ZERO):
        settle(settlement, nobody, signatures)


@pytest.mark.parametrize("mood", ["good", "bad", "reverting", "burning", "short"])
def test_settle_trade_asks_a_contract_wallet(world: World, settlement: Contract, trade: Trade, mood: str):
    wallet = world.deploy("ContractWallet")
    world.onboard(wallet.address)
    world.mint_cash(wallet.address, PAID)
    by_wallet = replace(trade, buyer=wallet.address)
    moods = ("good", "bad", "reverting", "burning", "short")
    wallet.set(moods.index(mood), trade_digest(settlement, by_wallet.fields()))
    signatures = (sign(settlement, by_wallet)[0], b"whatever")
    if mood == "good":
        assert faults(settlement, by_wallet, signatures) == []
        settle(settlement, by_wallet, signatures)
        assert world.bond.balanceOf(wallet.address) == UNIT
    else:
        assert faults(settlement, by_wallet, signatures) == [BUYER_SIGNATURE]
        with expect_revert("SignatureInvalid", signer=wallet.address):
            settle(settlement, by_wallet, signatures)


# ── legs that fail: both revert ──────────────────────────────────────────────────────────────────────────────────────


def test_settle_trade_reverts_a_unit_above_the_sellers_face(world: World, settlement: Contract, trade: Trade):
    above = replace(trade, face=UNIT + 1)
    assert faults(settlement, above) == [SELLER_FACE]
    with expect_revert("ERC20InsufficientBalance", sender=SELLER, balance=UNIT, needed=UNIT + 1):
        settle(settlement, above)
    assert holdings(world) == BEFORE


def test_settle_trade_reverts_a_unit_above_the_buyers_cash(world: World, settlement: Contract, trade: Trade):
    above = replace(trade, cash=PAID + 1)
    assert faults(settlement, above) == [BUYER_CASH]
    with expect_revert("ERC20InsufficientBalance", sender=BUYER, balance=PAID, needed=PAID + 1):
        settle(settlement, above)
    assert (holdings(world), settlement.isNonceUsed(SELLER, 5)) == (BEFORE, False)


@pytest.mark.parametrize(
    ("name", "party", "fault"), [("bond", SELLER, FACE_RESTRICTED), ("cash", BUYER, CASH_RESTRICTED)]
)
def test_settle_trade_reverts_when_a_leg_is_frozen(
    world: World, settlement: Contract, trade: Trade, name: str, party: str, fault: int
):
    token: Contract = getattr(world, name)
    token.setFrozenTokens(party, 1, by=ENFORCER)
    amount = token.balanceOf(party)
    assert faults(settlement, trade) == [fault]
    with expect_revert("ERC7943InsufficientUnfrozenBalance", account=party, amount=amount, unfrozen=amount - 1):
        settle(settlement, trade)
    assert holdings(world) == BEFORE


@pytest.mark.parametrize(("name", "fault"), [("bond", FACE_RESTRICTED), ("cash", CASH_RESTRICTED)])
def test_settle_trade_reverts_when_a_leg_is_paused(
    world: World, settlement: Contract, trade: Trade, name: str, fault: int
):
    token: Contract = getattr(world, name)
    token.pause(by=GUARDIAN)
    assert faults(settlement, trade) == [fault]
    with expect_revert("TransferRestricted", code=2, account=token.address):
        settle(settlement, trade)
    assert holdings(world) == BEFORE


@pytest.mark.parametrize(("party", "code"), [(SELLER, 12), (BUYER, 22)])
def test_settle_trade_reverts_when_a_party_is_revoked(
    world: World, settlement: Contract, trade: Trade, party: str, code: int
):
    world.revoke(party)
    assert faults(settlement, trade) == [FACE_RESTRICTED, CASH_RESTRICTED]
    with expect_revert("TransferRestricted", code=code, account=party):
        settle(settlement, trade)


def test_settle_trade_reverts_after_maturity(world: World, settlement: Contract, trade: Trade):
    late = replace(trade, deadline=MATURITY_AT + DAY)
    world.chain.now = MATURITY_AT
    assert faults(settlement, late) == [FACE_RESTRICTED]
    with expect_revert("TransferRestricted", code=4, account=world.bond.address):
        settle(settlement, late)


def test_settle_trade_reverts_when_settlement_is_no_mover(world: World, settlement: Contract, trade: Trade):
    late = replace(trade, deadline=NOW + 9 * DAY)
    world.by_admin(world.allowlist.setSystemAccount, settlement.address, False)
    with expect_revert("TransferRestricted", code=64, account=settlement.address):
        settle(settlement, late)


def test_settle_trade_waits_out_a_suspension_of_settlement(world: World, settlement: Contract, trade: Trade):
    late = replace(trade, deadline=NOW + 9 * DAY)
    world.allowlist.suspendMover(settlement.address, by=GUARDIAN)
    with expect_revert("TransferRestricted", code=64, account=settlement.address):
        settle(settlement, late)
    assert (holdings(world), settlement.isNonceUsed(SELLER, 5)) == (BEFORE, False)
    settlement.cancelNonce(301, by=BUYER)  # nothing else stops
    world.chain.warp(3 * DAY)
    settle(settlement, late)
    assert holdings(world) == AFTER


def test_check_lists_all_faults_together(world: World, settlement: Contract, trade: Trade):
    world.chain.now = NOW + 2 * DAY
    world.revoke(SELLER)
    settlement.cancelNonce(5, by=SELLER)
    settlement.cancelNonce(300, by=BUYER)
    bad = replace(trade, face=2 * UNIT, cash=2 * PAID, submitter=SPENDER)
    expected = [
        DEADLINE_PASSED, WRONG_SUBMITTER, SELLER_NONCE_USED, BUYER_NONCE_USED, SELLER_SIGNATURE, BUYER_SIGNATURE,
        SELLER_FACE, BUYER_CASH, FACE_RESTRICTED, CASH_RESTRICTED,
    ]  # fmt: skip
    assert faults(settlement, bad, (b"", b"")) == expected


# ── cash that lies ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_settle_trade_reverts_when_cash_answers_false(world: World):
    lying = build(world)
    world.issue(world.bond, {SELLER: UNIT})
    lying.cash.mint(BUYER, PAID)
    lying.cash.setLie(LIES["false"])
    trade = Trade(world.bond.address, deadline=world.chain.now)
    with expect_revert("CashRefused", payer=BUYER, cash=PAID):
        settle(lying.settlement, trade)
    assert world.bond.balanceOf(SELLER) == UNIT


def test_settle_trade_settles_once_when_cash_calls_back(world: World):
    lying = build(world)
    world.issue(world.bond, {SELLER: 2 * UNIT})
    lying.cash.mint(BUYER, 2 * PAID)
    trade = Trade(world.bond.address, deadline=world.chain.now)
    call = lying.settlement.settleTrade.encode(trade.fields(), *sign(lying.settlement, trade))
    lying.cash.setCallback(lying.settlement.address, call)
    settle(lying.settlement, trade)
    assert (lying.cash.succeeded(), world.bond.balanceOf(BUYER)) == (False, UNIT)
    assert lying.cash.balanceOf(SELLER) == PAID

"""PayingAgent: redemption at par from cash that was funded, partly or in full; coupons stand in test_coupons.py."""

import pytest
from evm import ZERO, Contract, address_of, expect_revert
from hypothesis import given
from hypothesis import strategies as st
from lying import LIES, LyingWorld, build
from world import DAY, MATURITY_AT, NOW, UNIT, World, record

HOLDER, RECEIVER, SPENDER, OUTSIDER = map(address_of, ("holder", "receiver", "spender", "outsider"))
TREASURY, ENFORCER, GUARDIAN = map(address_of, ("treasury", "enforcer", "guardian"))
ALL = REDEMPTION = 2**256 - 1


@pytest.fixture
def issued(world: World) -> Contract:
    """The holder has three units, the receiver one; the treasury has cash and gave its allowance."""
    world.issue(world.bond, {HOLDER: 3 * UNIT, RECEIVER: UNIT})
    world.mint_cash(TREASURY, 100 * UNIT)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    return world.paying_agent


def fund(world: World, amount: int):
    return world.paying_agent.fund(world.bond.address, amount, by=TREASURY)


def redeem(world: World, *holders: str, by: str = OUTSIDER):
    return world.paying_agent.redeem(world.bond.address, list(holders), by=by)


def book_of(world: World) -> tuple[int, int, int]:
    """Funded, paid and redeemed."""
    account = world.paying_agent.accountOf(world.bond.address, REDEMPTION)
    return account.funded, account.paid, account.done


def owed_to(world: World, wallet: str) -> int:
    """What is owed of the redemption; a bill at par has neither income nor tax."""
    amounts = world.paying_agent.owedTo(world.bond.address, REDEMPTION, wallet)
    assert (amounts.income, amounts.tax) == (0, 0)
    return amounts.principal


def cash_of(world: World, *wallets: str) -> list[int]:
    return [world.cash.balanceOf(wallet) for wallet in wallets]


# ── fund ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("amount", [1, UNIT, 4 * UNIT])
def test_fund_takes_the_amount(world: World, issued: Contract, amount: int):
    receipt = fund(world, amount)
    series = world.bond.address
    assert receipt.result == amount
    assert receipt.log == (
        ("Funded", series, REDEMPTION, TREASURY, amount, amount),
        ("Transfer", TREASURY, issued.address, amount),
    )
    assert tuple(issued.accountOf(series, REDEMPTION)) == (amount, 0, 0, 0, 0, 0)


def test_fund_takes_at_most_what_is_missing(world: World, issued: Contract):
    fund(world, UNIT)
    assert fund(world, ALL).result == 3 * UNIT
    assert cash_of(world, issued.address) == [4 * UNIT]


def test_fund_reverts_when_nothing_is_missing(world: World, issued: Contract):
    fund(world, 4 * UNIT)
    with expect_revert("NothingToFund", series=world.bond.address):
        fund(world, 1)


def test_fund_reverts_when_the_amount_is_zero(world: World, issued: Contract):
    with expect_revert("NothingToFund", series=world.bond.address):
        fund(world, 0)


def test_fund_opens_again_when_more_is_issued(world: World, issued: Contract):
    fund(world, 4 * UNIT)
    world.issue(world.bond, {HOLDER: UNIT})
    assert fund(world, ALL).result == UNIT


def test_fund_reverts_when_the_series_is_unknown(issued: Contract):
    with expect_revert("SeriesUnknown", series=HOLDER):
        issued.fund(HOLDER, 1, by=TREASURY)


def test_fund_reverts_when_the_series_is_in_another_currency(world: World, issued: Contract):
    series = world.new_series(currency=b"USD")
    with expect_revert("SeriesUnknown", series=series.address):
        issued.fund(series.address, 1, by=TREASURY)


def test_fund_reverts_when_the_payer_has_too_little_or_gave_no_allowance(world: World, issued: Contract):
    with expect_revert("ERC20InsufficientAllowance", spender=issued.address, allowance=0, needed=1):
        issued.fund(world.bond.address, 1, by=HOLDER)
    world.cash.approve(issued.address, 1, by=HOLDER)
    with expect_revert("ERC20InsufficientBalance", sender=HOLDER, balance=0, needed=1):
        issued.fund(world.bond.address, 1, by=HOLDER)


# ── redeem ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def matured(world: World, issued: Contract) -> Contract:
    """Funded in full and due."""
    fund(world, 4 * UNIT)
    world.chain.now = MATURITY_AT
    return issued


def test_redeem_pays_at_par_against_burning(world: World, matured: Contract):
    series, used = world.bond.address, world.programme.usedUsd()
    receipt = redeem(world, HOLDER, RECEIVER)
    assert receipt.result == 4 * UNIT
    assert receipt.log == (
        ("Redeemed", series, HOLDER, 3 * UNIT),
        ("Paid", series, REDEMPTION, HOLDER, 0, 3 * UNIT, 0),
        ("Redeemed", series, RECEIVER, UNIT),
        ("Paid", series, REDEMPTION, RECEIVER, 0, UNIT, 0),
        ("Retired", series, 4 * UNIT, used),
        ("Transfer", HOLDER, ZERO, 3 * UNIT),
        ("Transfer", RECEIVER, ZERO, UNIT),
        ("Transfer", matured.address, HOLDER, 3 * UNIT),
        ("Transfer", matured.address, RECEIVER, UNIT),
    )
    assert cash_of(world, HOLDER, RECEIVER, matured.address) == [3 * UNIT, UNIT, 0]
    assert (world.bond.totalSupply(), world.programme.usedUsd()) == (0, 0)
    assert book_of(world) == (4 * UNIT, 4 * UNIT, 4 * UNIT)


def test_redeem_reverts_a_second_before_maturity(world: World, matured: Contract):
    world.chain.now = MATURITY_AT - 1
    with expect_revert("NotPayableYet", payableAt=MATURITY_AT, nowAt=MATURITY_AT - 1):
        redeem(world, HOLDER)


def test_redeem_reverts_when_the_series_is_unknown(matured: Contract):
    with expect_revert("SeriesUnknown", series=HOLDER):
        matured.redeem(HOLDER, [HOLDER])


def test_redeem_again_pays_nothing(world: World, matured: Contract):
    redeem(world, HOLDER)
    again = redeem(world, HOLDER)
    assert (again.result, again.log) == (0, ())
    assert cash_of(world, HOLDER) == [3 * UNIT]


def test_redeem_pays_a_holder_named_twice_once(world: World, matured: Contract):
    receipt = redeem(world, HOLDER, HOLDER, RECEIVER, HOLDER)
    assert receipt.result == 4 * UNIT
    assert cash_of(world, HOLDER, RECEIVER) == [3 * UNIT, UNIT]


@pytest.mark.parametrize("holders", [(), (OUTSIDER,), (ZERO,), (SPENDER, TREASURY)])
def test_redeem_pays_nothing_to_who_holds_nothing(world: World, matured: Contract, holders: tuple[str, ...]):
    receipt = redeem(world, *holders)
    assert (receipt.result, receipt.log) == (0, ())


def test_redeem_partly_funded_pays_each_his_share_and_the_rest_later(world: World, issued: Contract):
    series, part = world.bond.address, 10_001
    fund(world, part)
    world.chain.now = MATURITY_AT
    shares = [3 * UNIT * part // (4 * UNIT), UNIT * part // (4 * UNIT)]
    assert [owed_to(world, wallet) for wallet in (HOLDER, RECEIVER)] == shares
    redeem(world, HOLDER)
    redeem(world, RECEIVER)
    assert cash_of(world, HOLDER, RECEIVER) == shares
    assert [world.bond.balanceOf(wallet) for wallet in (HOLDER, RECEIVER)] == [3 * UNIT - shares[0], UNIT - shares[1]]
    assert fund(world, ALL).result == 4 * UNIT - part
    redeem(world, RECEIVER, HOLDER)
    assert cash_of(world, HOLDER, RECEIVER, issued.address) == [3 * UNIT, UNIT, 0]
    assert [issued.redeemedOf(series, wallet) for wallet in (HOLDER, RECEIVER)] == [3 * UNIT, UNIT]


def test_redeem_is_no_race_when_it_is_partly_funded(world: World, issued: Contract):
    fund(world, 2 * UNIT)
    world.chain.now = MATURITY_AT
    for _ in range(3):
        redeem(world, HOLDER)
    assert cash_of(world, HOLDER) == [3 * UNIT // 2]
    redeem(world, RECEIVER)
    assert cash_of(world, RECEIVER) == [UNIT // 2]


def test_due_of_stays_while_holders_are_paid(world: World, matured: Contract):
    redeem(world, RECEIVER)
    assert matured.dueOf(world.bond.address, REDEMPTION) == 4 * UNIT
    assert book_of(world) == (4 * UNIT, UNIT, UNIT)


@pytest.mark.parametrize(("state", "code"), [("revoked", 22), ("expired", 21)])
def test_redeem_passes_over_who_may_not_receive_and_keeps_his_money(
    world: World, issued: Contract, state: str, code: int
):
    if state == "expired":
        world.onboard(HOLDER, valid_until=NOW + DAY)
    else:
        world.revoke(HOLDER)
    fund(world, 4 * UNIT)
    world.chain.now = MATURITY_AT
    receipt = redeem(world, HOLDER, RECEIVER)
    assert receipt.log[0] == ("PaymentSkipped", world.bond.address, REDEMPTION, HOLDER, code, 3 * UNIT)
    assert (receipt.result, cash_of(world, RECEIVER, issued.address)) == (UNIT, [UNIT, 3 * UNIT])
    assert owed_to(world, HOLDER) == 3 * UNIT


def test_redeem_pays_who_was_passed_over_once_he_may_receive(world: World, matured: Contract):
    world.revoke(HOLDER)
    redeem(world, HOLDER, RECEIVER)
    row = record(valid_until=world.chain.now + DAY)
    world.allowlist.onboardByRegistrar([(HOLDER, row, bytes(32))], by=address_of("registrar"))
    redeem(world, HOLDER)
    assert cash_of(world, HOLDER, matured.address) == [3 * UNIT, 0]


def test_redeem_passes_everyone_over_while_the_system_is_paused(world: World, matured: Contract):
    world.allowlist.pauseSystem(by=GUARDIAN)
    receipt = redeem(world, HOLDER)
    assert receipt.log == (("PaymentSkipped", world.bond.address, REDEMPTION, HOLDER, 1, 3 * UNIT),)


def test_redeem_reverts_while_cash_is_paused(world: World, matured: Contract):
    world.cash.pause(by=GUARDIAN)
    with expect_revert("TransferRestricted", code=2, account=world.cash.address):
        redeem(world, HOLDER)
    assert (world.bond.balanceOf(HOLDER), book_of(world)) == (3 * UNIT, (4 * UNIT, 0, 0))


def test_redeem_works_while_the_series_is_paused(world: World, matured: Contract):
    world.bond.pause(by=GUARDIAN)
    assert redeem(world, HOLDER).result == 3 * UNIT


@pytest.mark.parametrize("frozen", [1, 3 * UNIT - 1])
def test_redeem_pays_the_part_that_is_not_frozen(world: World, matured: Contract, frozen: int):
    world.bond.setFrozenTokens(HOLDER, frozen, by=ENFORCER)
    assert redeem(world, HOLDER).result == 3 * UNIT - frozen
    assert (world.bond.balanceOf(HOLDER), owed_to(world, HOLDER)) == (frozen, frozen)
    world.bond.setFrozenTokens(HOLDER, 0, by=ENFORCER)
    assert redeem(world, HOLDER).result == frozen


def test_redeem_passes_over_who_is_wholly_frozen(world: World, matured: Contract):
    world.bond.setFrozenTokens(HOLDER, 3 * UNIT, by=ENFORCER)
    receipt = redeem(world, HOLDER)
    assert receipt.log == (("PaymentSkipped", world.bond.address, REDEMPTION, HOLDER, 3, 3 * UNIT),)


def test_redeem_of_a_holder_named_twice_stops_at_the_freeze(world: World, matured: Contract):
    world.bond.setFrozenTokens(HOLDER, UNIT, by=ENFORCER)
    receipt = redeem(world, HOLDER, HOLDER)
    assert receipt.result == 2 * UNIT
    assert receipt.log[2] == ("PaymentSkipped", world.bond.address, REDEMPTION, HOLDER, 3, UNIT)


def test_redeem_of_face_that_left_by_another_way_blocks_nobody(world: World, issued: Contract):
    """Attack case 14."""
    servicer = address_of("servicer")
    world.by_admin(world.programme.setServicer, servicer, True)
    fund(world, 2 * UNIT)
    world.chain.now = MATURITY_AT
    redeem(world, HOLDER)
    world.programme.retire(world.bond.address, [HOLDER], [UNIT], by=servicer)
    fund(world, ALL)
    assert redeem(world, HOLDER, RECEIVER).result == UNIT // 2 + UNIT
    assert (cash_of(world, HOLDER), world.bond.totalSupply()) == ([2 * UNIT], 0)


def test_cash_is_out_of_reach_of_the_enforcing_offices(world: World, matured: Contract):
    with expect_revert("SystemAccountProtected", account=matured.address):
        world.cash.forcedTransfer(matured.address, HOLDER, 1, by=address_of("enforcer"))
    with expect_revert("SystemAccountProtected", account=matured.address):
        world.cash.setFrozenTokens(matured.address, 1, by=ENFORCER)


def test_a_stranger_is_owed_and_paid_nothing(world: World, matured: Contract):
    assert (owed_to(world, OUTSIDER), matured.redeemedOf(world.bond.address, OUTSIDER)) == (0, 0)


@given(
    units_held=st.lists(st.integers(0, 50), min_size=3, max_size=3).filter(any),
    fundings=st.lists(st.integers(1, 60 * UNIT), min_size=1, max_size=4),
    order=st.lists(st.integers(0, 2), min_size=1, max_size=8),
)
def test_redeem_never_pays_above_what_was_funded_nor_above_face(
    built_world: World, units_held: list[int], fundings: list[int], order: list[int]
):
    world = built_world
    with world.chain.rolled_back():
        wallets = [HOLDER, RECEIVER, SPENDER]
        world.issue(world.bond, {w: n * UNIT for w, n in zip(wallets, units_held, strict=True) if n})
        world.mint_cash(TREASURY, 10**6 * UNIT)
        world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
        world.chain.now = MATURITY_AT
        total, funded = sum(units_held) * UNIT, 0
        for amount in fundings:
            if funded < total:
                funded += fund(world, amount).result
            for index in order:
                redeem(world, wallets[index])
            paid = cash_of(world, *wallets)
            expected = [n * UNIT * funded // total if i in order else 0 for i, n in enumerate(units_held)]
            assert paid == expected
            assert cash_of(world, world.paying_agent.address) == [funded - sum(paid)]
            assert world.bond.totalSupply() == total - sum(paid)


# ── cash tokens that lie ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lying(world: World) -> LyingWorld:
    found = build(world)
    world.issue(world.bond, {HOLDER: 3 * UNIT, RECEIVER: UNIT})
    found.cash.mint(TREASURY, 100 * UNIT)
    return found


def test_fund_reverts_when_cash_answers_false(world: World, lying: LyingWorld):
    lying.cash.setLie(LIES["false"])
    with expect_revert("SafeERC20FailedOperation", token=lying.cash.address):
        lying.paying_agent.fund(world.bond.address, UNIT, by=TREASURY)


@pytest.mark.parametrize(("lie", "received"), [("fee", UNIT - UNIT // 100), ("no move", 0)])
def test_fund_reverts_when_cash_comes_short(world: World, lying: LyingWorld, lie: str, received: int):
    lying.cash.setLie(LIES[lie])
    with expect_revert("CashShort", received=received, expected=UNIT):
        lying.paying_agent.fund(world.bond.address, UNIT, by=TREASURY)


def test_fund_takes_cash_that_answers_nothing(world: World, lying: LyingWorld):
    lying.cash.setLie(LIES["nothing"])
    assert lying.paying_agent.fund(world.bond.address, UNIT, by=TREASURY).result == UNIT


def test_redeem_reverts_when_cash_answers_false(world: World, lying: LyingWorld):
    lying.paying_agent.fund(world.bond.address, 4 * UNIT, by=TREASURY)
    world.chain.now = MATURITY_AT
    lying.cash.setLie(LIES["false"])
    with expect_revert("CashRefused", cash=3 * UNIT):
        lying.paying_agent.redeem(world.bond.address, [HOLDER])
    assert world.bond.balanceOf(HOLDER) == 3 * UNIT


def test_redeem_pays_once_when_cash_calls_back(world: World, lying: LyingWorld):
    lying.paying_agent.fund(world.bond.address, 4 * UNIT, by=TREASURY)
    world.chain.now = MATURITY_AT
    series = world.bond.address
    lying.cash.setCallback(lying.paying_agent.address, lying.paying_agent.redeem.encode(series, [HOLDER, RECEIVER]))
    assert lying.paying_agent.redeem(series, [HOLDER, RECEIVER]).result == 4 * UNIT
    assert (lying.cash.succeeded(), int.from_bytes(lying.cash.answer())) == (True, 0)
    assert [lying.cash.balanceOf(wallet) for wallet in (HOLDER, RECEIVER)] == [3 * UNIT, UNIT]
    assert lying.cash.balanceOf(lying.paying_agent.address) == 0


def test_redeem_reverts_when_cash_calls_back_for_others(world: World, lying: LyingWorld):
    lying.paying_agent.fund(world.bond.address, 4 * UNIT, by=TREASURY)
    world.chain.now = MATURITY_AT
    series = world.bond.address
    lying.cash.setCallback(lying.paying_agent.address, lying.paying_agent.redeem.encode(series, [RECEIVER]))
    with expect_revert("CashShort", received=4 * UNIT, expected=3 * UNIT):
        lying.paying_agent.redeem(series, [HOLDER])
    assert lying.paying_agent.accountOf(series, REDEMPTION)[:2] == (4 * UNIT, 0)
    assert [lying.cash.balanceOf(wallet) for wallet in (HOLDER, RECEIVER)] == [0, 0]


@pytest.mark.parametrize(("lie", "received"), [("no move", 0), ("nothing", None)])
def test_redeem_reverts_when_cash_leaves_nothing_behind(
    world: World, lying: LyingWorld, lie: str, received: int | None
):
    lying.paying_agent.fund(world.bond.address, 4 * UNIT, by=TREASURY)
    world.chain.now = MATURITY_AT
    lying.cash.setLie(LIES[lie])
    if received is None:
        with expect_revert(""):
            lying.paying_agent.redeem(world.bond.address, [HOLDER])
    else:
        with expect_revert("CashShort", received=received, expected=3 * UNIT):
            lying.paying_agent.redeem(world.bond.address, [HOLDER])
    assert world.bond.balanceOf(HOLDER) == 3 * UNIT

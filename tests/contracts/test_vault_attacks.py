"""Attacks on the vault that must fail safely, by their case number."""

from collections.abc import Iterator

import pytest
from evm import address_of, expect_revert, reverts
from vault_trips import best_round_trip
from vault_world import (
    DOLLAR,
    FACE,
    GOLD,
    OUNCES,
    SPARES,
    SPOT,
    STRANGER,
    TREASURY,
    UNIT,
    WALLETS,
    YIELD,
    VaultWorld,
    build,
)  # fmt: skip
from world import DAY, HOUR, signed_round

ALL = 2**256 - 1
BANK, DEALER, INSURER, PENSION = WALLETS[::SPARES]
SECOND = WALLETS[1]  # of the bank
OFFICE, ENFORCER = address_of("central_bank"), address_of("enforcer")
LOAN = 400_000 * UNIT
TRIPS = 10_000


@pytest.fixture(scope="module")
def base() -> VaultWorld:
    return build()


@pytest.fixture
def made(base: VaultWorld) -> Iterator[VaultWorld]:
    with base.world.chain.rolled_back():
        yield base


def borrow(made: VaultWorld, owner: str = BANK, name: str = "year", face: int = FACE, loan: int = LOAN) -> None:
    made.world.vault.adjust([(made.tokens[name].address, face)], loan, 0, by=owner)


def make_sick(made: VaultWorld, owner: str = BANK, percent: int = 50) -> None:
    """Gold falls under a debt on it; the round waits for its hour."""
    borrow(made, owner, "gold", OUNCES, 900_000 * UNIT)
    made.world.chain.warp(HOUR)
    made.world.post_spot(GOLD, SPOT * percent // 100)
    made.world.chain.warp(HOUR)


def standing(made: VaultWorld, *owners: str) -> list[object]:
    """Everything that a donation could touch."""
    vault = made.world.vault
    states = [(vault.debtOf(owner), vault.creditOf(owner), vault.auctionOf(owner)) for owner in owners]
    return [*states, vault.totals(), vault.totalDebt(), vault.buffer(), vault.backstopDebt(), vault.inAuction()]


def recover(made: VaultWorld, old: str, new: str) -> None:
    order = made.propose_recovery(old, new)
    tokens = [*(token.address for token in made.tokens.values()), made.world.cash.address]
    made.world.enforcement.execute(order, tokens, by=address_of("enforcement_checker"))


# ── 15, 16: donations and round trips ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("target", ["vault", "windup", "risk"])
def test_a_donation_changes_no_position_and_no_rate(made: VaultWorld, target: str):
    """Attack case 15."""
    world = made.world
    borrow(made)
    before = standing(made, BANK, DEALER), world.risk.refresh(made.tokens["year"].address).result
    to = getattr(world, target).address
    if world.cash.canReceive(to):
        world.cash.transfer(to, UNIT, by=DEALER)
        made.tokens["year"].transfer(to, UNIT, by=DEALER)
    assert (standing(made, BANK, DEALER), world.risk.refresh(made.tokens["year"].address).result) == before
    world.vault.adjust([], 0, ALL, by=BANK)
    world.vault.adjust([(made.tokens["year"].address, -FACE)], 0, 0, by=BANK)
    assert made.tokens["year"].pledgedOf(BANK).face == 0


def test_a_donation_is_no_fee(made: VaultWorld):
    """Attack case 15: a harvest counts debts, not what lies in the vault."""
    world = made.world
    borrow(made)
    world.cash.transfer(world.vault.address, 10 * UNIT, by=DEALER)
    world.chain.warp(DAY)
    due = world.vault.totalDebt() - world.cash.mintedOf(world.vault.address)
    assert due > 0
    assert world.vault.harvest(by=STRANGER).result == due == world.vault.buffer()


def test_random_round_trips_never_profit(base: VaultWorld):
    """Attack case 16, invariant V10."""
    assert best_round_trip(base, TRIPS) <= 0


# ── 17: prices ───────────────────────────────────────────────────────────────────────────────────────────────────────


def still_repays(made: VaultWorld, owner: str = BANK) -> None:
    """Repaying, topping up and releasing without a debt ask for no price."""
    year = made.tokens["year"].address
    made.world.vault.adjust([(year, UNIT)], 0, 1_000 * UNIT, by=owner)
    made.world.vault.repayFor(owner, ALL, by=TREASURY)
    made.world.vault.adjust([(year, -UNIT)], 0, 0, by=owner)


def test_a_stale_price_stops_minting_and_liquidation_and_not_repaying(made: VaultWorld):
    """Attack case 17."""
    world = made.world
    borrow(made)
    make_sick(made, PENSION)
    world.vault.start(PENSION, by=STRANGER)
    world.chain.warp(5 * DAY)
    gold, year = made.tokens["gold"].address, made.tokens["year"].address
    assert reverts(world.vault.adjust, [], 1_000 * UNIT, 0, by=BANK) == "PriceTooOld"
    assert reverts(world.vault.adjust, [(year, -UNIT)], 0, 0, by=BANK) == "PriceTooOld"
    assert reverts(world.vault.take, PENSION, gold, ALL, ALL, by=DEALER) == "PriceTooOld"
    assert reverts(world.vault.backstop, PENSION, gold, by=STRANGER) == "PriceTooOld"
    assert reverts(world.vault.start, BANK, by=STRANGER) == "PriceTooOld"
    still_repays(made)


def test_a_jump_of_a_price_stops_minting_and_liquidation_until_it_holds(made: VaultWorld):
    """Attack case 17."""
    world = made.world
    borrow(made)
    borrow(made, PENSION, "gold", OUNCES, 900_000 * UNIT)
    world.chain.warp(HOUR)
    world.post_spot(GOLD, SPOT // 2)
    until = world.chain.now + HOUR
    with expect_revert("PricePending", until=until):
        world.vault.adjust([], 1_000 * UNIT, 0, by=BANK)
    with expect_revert("PricePending", until=until):
        world.vault.start(PENSION, by=STRANGER)
    # Whoever sees the fall come may not take collateral out at the price before it.
    with expect_revert("PricePending", until=until):
        world.vault.adjust([(made.tokens["gold"].address, -1)], 0, 0, by=PENSION)
    still_repays(made)
    world.chain.now = until
    world.vault.start(PENSION, by=STRANGER)


def test_a_jump_that_the_guardian_cancels_liquidates_nobody(made: VaultWorld):
    """Attack case 17."""
    world = made.world
    borrow(made, PENSION, "gold", OUNCES, 900_000 * UNIT)
    world.chain.warp(HOUR)
    world.post_spot(GOLD, SPOT // 2)
    world.oracle.cancelPending(GOLD.ljust(32, b"\0"), by=address_of("guardian"))
    world.chain.warp(HOUR)
    assert reverts(world.vault.start, PENSION, by=STRANGER) == "PositionHealthy"


def test_a_quote_made_while_a_round_waits_is_not_kept(made: VaultWorld):
    """Attack case 17: of two rounds that wait, the first holds while the second still waits."""
    world, dollar = made.world, made.tokens["dollar"].address
    borrow(made, BANK, "dollar", 1_000 * UNIT, 1_000 * UNIT)
    world.chain.warp(HOUR)
    world.post_rate(DOLLAR * 12 // 10)
    world.chain.warp(HOUR // 2)
    world.post_spot(GOLD, SPOT // 2)
    before = world.risk.refresh(dollar, by=STRANGER).result.sale
    world.chain.warp(HOUR // 2)
    after = world.risk.refresh(dollar, by=STRANGER).result.sale
    assert after // 100 == before * 12 // 10 // 100


BAD_ROUNDS = {
    "future-dated": {"observed_at": 1},
    "zero": {"values": [0]},
    "replayed": {"number": 0},
    "signed below quorum": {"signers": ("price_signer_1",)},
}


@pytest.mark.parametrize("kind", BAD_ROUNDS)
def test_a_bad_round_changes_nothing_that_is_lent(made: VaultWorld, kind: str):
    """Attack case 17."""
    world, bad = made.world, BAD_ROUNDS[kind]
    borrow(made, PENSION, "gold", OUNCES, 900_000 * UNIT)
    world.chain.warp(HOUR)
    before = world.risk.refresh(made.tokens["gold"].address, by=STRANGER).result
    number = world.oracle.rounds(GOLD.ljust(32, b"\0")).last.number + bad.get("number", 1)
    observed_at = world.chain.now + bad.get("observed_at", 0)
    more = {"signers": bad["signers"]} if "signers" in bad else {}
    round_ = signed_round(world.oracle, GOLD, bad.get("values", [SPOT // 2]), number, observed_at, **more)
    assert reverts(world.oracle.post, *round_, by=STRANGER)
    assert world.risk.refresh(made.tokens["gold"].address, by=STRANGER).result == before
    assert reverts(world.vault.start, PENSION, by=STRANGER) == "PositionHealthy"


# ── 18: a breach ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_after_a_fall_nothing_is_lent_or_released_and_the_sums_hold(made: VaultWorld):
    """Attack case 18."""
    world, gold = made.world, made.tokens["gold"].address
    borrow(made)
    make_sick(made, PENSION)
    assert reverts(world.vault.adjust, [], 1_000 * UNIT, 0, by=PENSION) == "DebtAboveLoan"
    assert reverts(world.vault.adjust, [(gold, -1)], 0, 0, by=PENSION) == "DebtAboveLoan"
    world.vault.harvest(by=STRANGER)
    minted = world.cash.mintedOf(world.vault.address)
    debts = world.vault.debtOf(BANK) + world.vault.debtOf(PENSION)
    assert minted == world.vault.totalDebt() == world.cash.ledgers()[1]
    assert 0 <= debts - minted <= 2


@pytest.mark.parametrize("cure", ["repaid", "stopped"])
def test_an_old_auction_does_not_sell_a_new_breach_at_the_floor(made: VaultWorld, cure: str):
    """Attack case 18: who repaid and borrows again is sold from the top; so is who cured it and stopped."""
    world, gold = made.world, made.tokens["gold"].address
    make_sick(made)
    world.vault.start(BANK, by=STRANGER)
    if cure == "repaid":
        world.vault.adjust([], 0, ALL, by=BANK)
        world.vault.adjust([], 400_000 * UNIT, 0, by=BANK)
    else:
        world.vault.adjust([], 0, 500_000 * UNIT, by=BANK)
        world.vault.stop(BANK, by=BANK)
    world.chain.warp(DAY)
    world.post_spot(GOLD, SPOT // 4)
    world.chain.warp(HOUR)
    assert reverts(world.vault.take, BANK, gold, ALL, ALL, by=DEALER) == "AuctionStateInvalid"
    world.vault.start(BANK, by=STRANGER)
    assert reverts(world.vault.backstop, BANK, gold, by=STRANGER) == "FloorNotReached"


def test_a_place_without_face_keeps_no_debt_from_being_written_off(made: VaultWorld):
    """Attack case 18: a substitute of nothing took a place that nothing freed."""
    world = made.world
    borrow(made)
    year, third = (made.tokens[name].address for name in ("year", "third"))
    with expect_revert("ChangeInvalid", series=third, face=0):
        world.vault.substitute(year, 0, third, 0, by=BANK)
    with expect_revert("ChangeInvalid", series=third, face=0):
        world.vault.substitute(year, UNIT, third, 0, by=BANK)


def test_a_harvest_after_the_shutdown_takes_no_share_of_the_pool(made: VaultWorld):
    """What is minted to the buffer then could never be redeemed, and its part would stay in the pool for ever."""
    world = made.world
    borrow(made)
    world.chain.warp(DAY)
    world.vault.shutDown(by=OFFICE)
    minted = world.cash.mintedOf(world.vault.address)
    assert world.vault.harvest(by=STRANGER).result == 0
    assert (world.cash.mintedOf(world.vault.address), world.vault.buffer()) == (minted, 0)


def test_an_underwater_position_is_settled_and_the_pool_shared_to_the_unit(made: VaultWorld):
    """Of a debt above what the collateral is worth all face goes into the pool: nothing is left to release."""
    world, gold = made.world, made.tokens["gold"]
    make_sick(made, BANK, 20)
    world.vault.shutDown(by=OFFICE)
    assert reverts(world.windup.redeem, UNIT, [gold.address], by=DEALER) == "NotAllSettled"
    world.windup.settle(BANK, by=STRANGER)
    assert (world.vault.debtOf(BANK), gold.pledgedOf(BANK).face, gold.balanceOf(world.windup.address)) == (0, 0, OUNCES)
    minted = world.cash.mintedOf(world.vault.address)
    world.windup.redeem(minted // 4, [gold.address], by=DEALER)
    world.windup.redeem(minted - minted // 4, [gold.address], by=PENSION)
    assert [gold.balanceOf(owner) for owner in (DEALER, PENSION)] == [OUNCES + OUNCES // 4, 2 * OUNCES - OUNCES // 4]
    assert world.cash.mintedOf(world.vault.address) == 0
    assert reverts(world.windup.redeem, 1, [gold.address], by=DEALER) == "NothingThere"


def test_what_matures_in_the_pool_is_paid_and_burned(made: VaultWorld):
    world, bill = made.world, made.tokens["bill"]
    borrow(made, name="bill")
    world.vault.shutDown(by=OFFICE)
    world.windup.settle(BANK, by=STRANGER)
    pooled = bill.balanceOf(world.windup.address)
    assert 0 < pooled < FACE
    world.chain.now = made.kinds["bill"][1]
    world.paying_agent.fund(bill.address, ALL, by=TREASURY)
    before = world.cash.totalSupply()
    receipt = world.windup.collect(bill.address, by=STRANGER)
    assert receipt.of("PoolCollected") == [("PoolCollected", bill.address, pooled, pooled)]
    assert (before - world.cash.totalSupply(), bill.balanceOf(world.windup.address)) == (pooled, 0)
    assert reverts(world.windup.collect, bill.address, by=STRANGER) == "AmountZero"


# ── 26 to 28: liens ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_pledged_face_moves_past_the_vault_in_no_way(made: VaultWorld):
    """Attack case 26."""
    series = made.tokens["year"]
    borrow(made, face=2 * FACE)
    assert series.freeBalanceOf(BANK) == 0
    assert reverts(series.transfer, DEALER, 1, by=BANK) == "ERC7943InsufficientUnfrozenBalance"
    series.approve(DEALER, ALL, by=BANK)
    assert reverts(series.transferFrom, BANK, DEALER, 1, by=DEALER) == "ERC7943InsufficientUnfrozenBalance"
    assert reverts(series.forcedTransfer, BANK, DEALER, 1, by=ENFORCER) == "ERC7943InsufficientUnfrozenBalance"
    series.setFrozenTokens(BANK, ALL, by=ENFORCER)
    assert series.pledgedOf(BANK).face == 2 * FACE
    made.world.chain.now = made.kinds["year"][1]
    made.world.paying_agent.fund(series.address, ALL, by=TREASURY)
    made.world.paying_agent.redeem(series.address, [BANK], by=STRANGER)
    assert (series.balanceOf(BANK), series.pledgedOf(BANK).face) == (2 * FACE, 2 * FACE)


@pytest.mark.parametrize("how", ["frozen", "frozen tokens", "expired", "revoked"])
def test_a_sale_works_while_the_owner_may_not_move(made: VaultWorld, how: str):
    """Attack case 26."""
    world, gold = made.world, made.tokens["gold"]
    make_sick(made)
    if how == "frozen":
        world.allowlist.setFrozen(BANK, True, by=ENFORCER)
    elif how == "frozen tokens":
        gold.setFrozenTokens(BANK, ALL, by=ENFORCER)
    elif how == "revoked":
        world.allowlist.revokeByRegistrar([BANK], by=address_of("registrar"))
    else:
        row = made.row(BANK, world.chain.now + 1)
        world.allowlist.onboardByRegistrar([row], by=address_of("registrar"))
        world.chain.warp(2)
    world.vault.start(BANK, by=STRANGER)
    face, _ = world.vault.take(BANK, gold.address, ALL, ALL, by=DEALER).result
    assert face > 0
    assert gold.balanceOf(DEALER) == OUNCES + face


def test_a_coupon_of_pledged_face_is_the_holders(made: VaultWorld):
    """Attack case 27."""
    world, note = made.world, made.tokens["note"].address
    borrow(made, name="note", loan=UNIT * 1_000)
    world.chain.now = made.kinds["bill"][1]
    agent, before = world.paying_agent, world.cash.balanceOf(BANK)
    agent.fundPayment(note, 0, ALL, by=TREASURY)
    agent.pay(note, 0, [BANK], by=STRANGER)
    # 9 days at 11.111111 % on all of his face, pledged or not, less a fifth; the paisa down, tax up.
    income = 2 * FACE * 11_111_111 * 11 // (365 * 10**8) // 10_000 * 10_000
    tax = -(-income * 2_000 // (10_000 * 10_000)) * 10_000
    assert world.cash.balanceOf(BANK) - before == income - tax
    assert world.vault.debtOf(BANK) > 0


def test_a_coupon_trips_no_liquidation(made: VaultWorld):
    """Attack case 27: clean prices do not fall with the coupon."""
    world, note = made.world, made.tokens["note"].address
    borrow(made, name="note", loan=UNIT * 1_000)
    record_at = made.kinds["bill"][1] - 5 * DAY  # two days before the first payment
    quotes = []
    for at in (record_at - 1, record_at, record_at + 2 * DAY):
        world.chain.now = at
        world.post_curve(YIELD)
        quotes.append(world.risk.refresh(note, by=STRANGER).result)
    thresholds = [quote.threshold for quote in quotes]
    assert max(thresholds) - min(thresholds) < 50_000  # a twentieth of a rupee per 100, where the coupon is a third
    assert quotes[0].sale - quotes[1].sale > 200_000


def test_a_matured_pledge_pays_the_debt_and_the_rest_is_the_owners(made: VaultWorld):
    """Attack case 27."""
    world, bill = made.world, made.tokens["bill"]
    borrow(made, name="bill", face=FACE, loan=LOAN)
    world.chain.now = made.kinds["bill"][1]
    world.paying_agent.fund(bill.address, ALL, by=TREASURY)
    debt = world.vault.debtOf(BANK)
    assert reverts(world.vault.collect, DEALER, bill.address, by=STRANGER) == "NothingThere"
    assert world.vault.collect(BANK, bill.address, by=STRANGER).result == FACE
    assert (world.vault.debtOf(BANK), world.vault.creditOf(BANK)) == (0, FACE - debt)
    before = world.cash.balanceOf(BANK)
    assert world.vault.withdraw(BANK, by=STRANGER).result == FACE - debt
    assert world.cash.balanceOf(BANK) - before == FACE - debt
    assert reverts(world.vault.withdraw, BANK, by=STRANGER) == "NothingThere"


def test_a_matured_pledge_that_is_partly_funded_is_collected_in_parts(made: VaultWorld):
    """Attack case 27."""
    world, bill = made.world, made.tokens["bill"]
    borrow(made, name="bill", face=FACE, loan=LOAN)
    world.chain.now = made.kinds["bill"][1]
    supply = bill.totalSupply()
    world.paying_agent.fund(bill.address, supply // 4, by=TREASURY)
    assert world.vault.collect(BANK, bill.address, by=STRANGER).result == FACE // 4
    assert reverts(world.vault.collect, BANK, bill.address, by=STRANGER) == "NothingThere"
    world.paying_agent.fund(bill.address, ALL, by=TREASURY)
    assert world.vault.collect(BANK, bill.address, by=STRANGER).result == FACE - FACE // 4
    assert world.vault.creditOf(BANK) > 0


def test_a_lost_wallets_debt_and_collateral_move_together(made: VaultWorld):
    """Attack case 28."""
    world, year = made.world, made.tokens["year"]
    borrow(made)
    debt, total = world.vault.debtOf(BANK), world.vault.totals()
    recover(made, BANK, SECOND)
    assert (world.vault.debtOf(BANK), world.vault.debtOf(SECOND)) == (0, debt)
    assert [year.pledgedOf(wallet).face for wallet in (BANK, SECOND)] == [0, FACE]
    assert [year.balanceOf(wallet) for wallet in (BANK, SECOND)] == [0, 2 * FACE]
    assert world.vault.totals() == total
    assert not world.vault.hasPosition(BANK)
    assert reverts(world.vault.adjust, [(year.address, -1)], 0, 0, by=BANK) == "ChangeInvalid"
    world.vault.adjust([(year.address, -FACE)], 0, ALL, by=SECOND)


def test_a_position_moves_to_nobody_who_may_not_hold_it(made: VaultWorld):
    """Attack case 28: bound by the receiver's KYC."""
    borrow(made)
    soon = made.world.chain.now + 1
    made.world.allowlist.onboardByRegistrar([made.row(SECOND, soon)], by=address_of("registrar"))
    made.world.chain.warp(2)
    with expect_revert("TransferRestricted", code=21, account=SECOND):
        recover(made, BANK, SECOND)
    assert made.world.vault.debtOf(BANK) >= LOAN


def test_an_unhealthy_position_joins_no_debt_that_is_there(made: VaultWorld):
    """Attack case 28: bound by health."""
    world = made.world
    world.issue(made.tokens["fourth"], {SECOND: FACE})
    borrow(made, SECOND, "fourth", 100_000 * UNIT, 80_000 * UNIT)
    make_sick(made, BANK, 40)
    assert reverts(recover, made, BANK, SECOND) == "DebtAboveLoan"
    world.vault.adjust([], 0, 500_000 * UNIT, by=BANK)
    recover(made, BANK, SECOND)
    assert world.vault.debtOf(SECOND) > 400_000 * UNIT


def test_an_auction_runs_on_against_the_successor(made: VaultWorld):
    """Attack case 28."""
    world, gold = made.world, made.tokens["gold"]
    make_sick(made)
    world.vault.start(BANK, by=STRANGER)
    started_at = world.vault.auctionOf(BANK)
    recover(made, BANK, SECOND)
    assert (world.vault.auctionOf(BANK), world.vault.auctionOf(SECOND)) == (0, started_at)
    assert world.vault.take(SECOND, gold.address, ALL, ALL, by=DEALER).result[0] > 0


@pytest.mark.parametrize("why", ["paused", "matured"])
def test_what_a_recovery_leaves_behind_is_not_let_go_by_the_lost_wallet(made: VaultWorld, why: str):
    """Attack case 28: the debt moved on, the old key owes nothing, its pledge stands for that debt."""
    world, bill = made.world, made.tokens["bill"]
    borrow(made, BANK, "bill")
    if why == "paused":
        bill.pause(by=address_of("guardian"))
    else:
        world.chain.now = made.kinds["bill"][1]
    recover(made, BANK, SECOND)
    assert (bill.pledgedOf(BANK).face, world.vault.debtOf(BANK), world.vault.debtOf(SECOND) >= LOAN) == (FACE, 0, True)
    with expect_revert("ChangeInvalid", series=bill.address, face=-FACE):
        world.vault.adjust([(bill.address, -FACE)], 0, 0, by=BANK)
    if why == "paused":
        world.chain.warp(3 * DAY)
        world.enforcement.carry(1, [bill.address], by=STRANGER)
        assert [bill.pledgedOf(wallet).face for wallet in (BANK, SECOND)] == [0, FACE]
        return
    world.paying_agent.fund(bill.address, ALL, by=TREASURY)
    world.vault.collect(BANK, bill.address, by=STRANGER)
    assert (world.vault.debtOf(SECOND), world.vault.creditOf(BANK)) == (0, 0)
    assert world.vault.creditOf(SECOND) > 0


def test_only_the_order_moves_a_position(made: VaultWorld):
    """Attack case 28."""
    borrow(made)
    for caller in (BANK, STRANGER, OFFICE, address_of("admin")):
        assert reverts(made.world.vault.movePosition, BANK, SECOND, by=caller) in (
            "AccessManagedUnauthorized",
            "AccessManagerNotScheduled",
        )

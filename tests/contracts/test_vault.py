"""CollateralVault: pledge, mint, repay, release; substitution, collection at maturity, auctions, bad debt, the end."""

import pytest
from evm import Contract, reverts
from world import DAY, HOUR, MATURITY_AT, UNIT, World

from rwa_deploy import units

ALL = 2**256 - 1
PLEDGE = 100 * UNIT
YIELD = 7_100_000  # [1e-8 a year]


@pytest.fixture
def ready(world: World) -> World:
    """A bill is listed, a holder has 200 units of it, a spender cash to bid with, the backstop its own."""
    world.issue(world.bond, {world.account("holder"): 200 * UNIT, world.account("receiver"): UNIT})
    world.mint_cash(world.account("spender"), 10**9 * units.ONE)
    world.mint_cash(world.account("backstop"), 10**7 * units.ONE)
    world.by_admin(world.risk.listCollateral, world.bond.address, 10**9 * units.ONE, 10_000)
    world.post_rate()
    world.post_curve(YIELD)
    return world


@pytest.fixture
def bond(ready: World) -> Contract:
    return ready.bond


def lent(world: World, face: int = PLEDGE) -> int:
    """What is lent on face of the bill now."""
    world.risk.refresh(world.bond.address)
    return face * world.risk.quoteOf(world.bond.address).loan // units.PAR


def borrow(world: World, debt: int | None = None, face: int = PLEDGE) -> int:
    """The holder pledges and mints, nearly all that is lent unless told otherwise; what he owes then, rounded up."""
    minted = lent(world, face) - 1 if debt is None else debt
    world.vault.adjust([(world.bond.address, face)], minted, 0, by=world.account("holder"))
    return world.vault.debtOf(world.account("holder"))


def fall(world: World, yields: int) -> None:
    """A round out of bounds, and the hour that it waits."""
    world.chain.warp(HOUR)
    world.post_curve(yields)
    world.chain.warp(HOUR + 1)


def test_pledge_and_mint_in_one(ready: World, vault: Contract, bond: Contract, cash: Contract, holder: str):
    debt = borrow(ready)
    position = vault.positionOf(holder)
    assert (position.debt, position.series[0], position.faces[0]) == (debt, bond.address, PLEDGE)
    assert (bond.balanceOf(holder), bond.freeBalanceOf(holder)) == (200 * UNIT, PLEDGE)
    assert debt - 1 <= cash.balanceOf(holder) == cash.ledgers().vaultMinted <= debt


def test_nothing_above_the_haircut_is_lent(ready: World, vault: Contract, bond: Contract, holder: str):
    most = lent(ready)
    assert reverts(vault.adjust, [(bond.address, PLEDGE)], most + 1, 0, by=holder) == "DebtAboveLoan"


def test_fee_is_repaid_and_harvested(ready: World, vault: Contract, cash: Contract, holder: str):
    minted = lent(ready) // 2
    debt = borrow(ready, minted)
    ready.mint_cash(holder, debt)
    ready.chain.warp(30 * DAY)
    owed = vault.debtOf(holder)
    assert owed - debt == pytest.approx(debt * 2 * 30 // 36_500, abs=2)
    vault.adjust([], 0, ALL, by=holder)
    assert (vault.debtOf(holder), cash.balanceOf(holder)) == (0, minted + debt - owed)
    assert cash.ledgers().vaultMinted == minted - owed
    vault.harvest()
    assert (cash.ledgers().vaultMinted, vault.buffer()) == (0, owed - minted)


def test_price_fall_auction_and_backstop(ready: World, vault: Contract, bond: Contract, cash: Contract, holder: str):
    borrow(ready)
    assert reverts(vault.start, holder) == "PositionHealthy"
    fall(ready, 24_000_000)
    vault.start(holder)
    price = ready.risk.quoteOf(bond.address).sale * 10_500 // 10_000
    owed = vault.debtOf(holder)
    taken = vault.take(holder, bond.address, 10 * UNIT, ALL, by=ready.account("spender"))
    face, paid = taken.result
    assert (face, paid) == (10 * UNIT, -(-10 * UNIT * price // units.PAR))
    assert vault.debtOf(holder) == owed - paid
    ready.chain.warp(6 * HOUR)
    face, paid = vault.backstop(holder, bond.address).result
    assert bond.balanceOf(ready.account("backstop")) == face
    assert paid == -(-face * ready.risk.quoteOf(bond.address).threshold // units.PAR)
    # All of it did not bring what was owed: the loss is told, borne and covered, never silent.
    loss = vault.debtOf(holder)
    assert (sum(vault.positionOf(holder).faces), loss > 0) == (0, True)
    vault.writeOff(holder)
    assert (vault.debtOf(holder), vault.backstopDebt(), vault.auctionOf(holder)) == (0, loss, 0)
    vault.coverBackstop(ALL, by=ready.account("spender"))
    vault.harvest()
    assert (vault.backstopDebt(), vault.totalDebt(), cash.ledgers().vaultMinted) == (0, 0, 0)


def test_maturity_pays_the_debt_first(ready: World, vault: Contract, bond: Contract, cash: Contract, holder: str):
    minted = lent(ready) // 2
    borrow(ready, minted)
    ready.mint_cash(ready.account("treasury"), 201 * UNIT)
    ready.chain.warp(MATURITY_AT - ready.chain.now)
    ready.cash.approve(ready.paying_agent.address, ALL, by=ready.account("treasury"))
    ready.paying_agent.fund(bond.address, ALL, by=ready.account("treasury"))
    owed = vault.debtOf(holder)
    vault.collect(holder, bond.address)
    assert (vault.debtOf(holder), vault.creditOf(holder)) == (0, PLEDGE - owed)
    vault.withdraw(holder)
    assert cash.balanceOf(holder) == minted + PLEDGE - owed


def test_a_listed_series_takes_no_place_from_the_next(ready: World):
    """Bills come every week: what may be pledged has no early end, and one change of a ladder reaches all."""
    more = [ready.new_series(salt=salt) for salt in range(100, 170)]
    for series in more:
        ready.schedule(ready.risk.listCollateral, series.address, 10**9 * units.ONE, 10_000)
    ready.chain.warp(2 * DAY)
    for series in more:
        ready.risk.listCollateral(series.address, 10**9 * units.ONE, 10_000, by=ready.account("admin"))
    assert ready.risk.collaterals() == 71
    assert ready.risk.seriesOf(71) == more[-1].address
    tighter = ((91, 9_000, 9_700), (366, 9_200, 9_500), (65_535, 8_000, 8_600))
    before = lent(ready)
    ready.risk.tightenLadder(1, tighter, by=ready.account("central_bank"))
    assert lent(ready) < before

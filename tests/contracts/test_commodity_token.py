"""CommodityToken: units of a warehouse receipt, and how the Programme books them; retirement has a file of its own."""

from collections.abc import Iterator
from typing import Any

import pytest
from commodities import EXPIRES_AT, LOT, MOST, RECEIPT, SPOT, TERMS, XAU, Gold, SpotWorld, new_gold, series_code
from evm import ZERO, Contract, address_of, expect_revert
from ordered import FOUND, Orders
from policed import enrol
from test_settlement_trade import PAID, Trade, settle
from world import DAY, HOUR, MAX_RATE_AGE, NOW, page_hash

from rwa_deploy import units

HOLDER, RECEIVER, TREASURY, OUTSIDER = map(address_of, ("holder", "receiver", "treasury", "outsider"))
DEBT_OFFICE, SERVICER = map(address_of, ("debt_office", "servicer"))
ID = b"\x60".ljust(32, b"\0")
USD = units.usd_for_units_up(LOT, SPOT)


@pytest.fixture(scope="module")
def spot_world() -> SpotWorld:
    return SpotWorld()


@pytest.fixture
def world(spot_world: SpotWorld) -> Iterator[SpotWorld]:
    with spot_world.chain.rolled_back():
        yield spot_world


@pytest.fixture
def gold(world: SpotWorld) -> Gold:
    return new_gold(world)


# ── terms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_token_reads_back(gold: Gold):
    token = gold.series
    assert (token.name(), token.symbol(), token.decimals()) == ("Gold, receipt 1", "XAU-1", 6)
    assert (token.commodity(), token.unitCode(), token.termsHash(), token.currency()) == (XAU, b"APZ", RECEIPT, b"USD")
    assert (token.expiresAt(), token.lot(), token.maxQuantity()) == (EXPIRES_AT, LOT, MOST)
    assert (token.attestations(), token.attestedQuantity()) == (gold.attested.address, MOST)
    assert (token.endAt(), token.recordDates()) == (2**64 - 1, [])


def test_supports_interface_says_yes_to_what_it_is(world: SpotWorld, gold: Gold):
    inherited = {entry.selector for entry in world.bond.methods()} - {gold.series.endAt.selector}
    own = [entry.selector for entry in gold.series.methods() if entry.selector not in inherited]
    id_ = 0
    for each in own:
        id_ ^= int.from_bytes(each)
    assert [gold.series.supportsInterface(one) for one in (id_.to_bytes(4), bytes.fromhex("da287a1d"))] == [True, True]
    assert not gold.series.supportsInterface(bytes.fromhex("ecfecec8"))  # documents


@pytest.mark.parametrize(
    "wrong",
    [
        {"commodity": bytes(32)},
        {"unitCode": bytes(3)},
        {"receiptHash": bytes(32)},
        {"expiresAt": 0},
        {"expiresAt": EXPIRES_AT + 1},
        {"lot": 0},
        {"maxQuantity": 0},
        {"maxQuantity": MOST + 1},
    ],
    ids=lambda wrong: "-".join(map(str, *wrong.items())),
)
def test_the_constructor_refuses_malformed_terms(world: SpotWorld, gold: Gold, wrong: dict[str, Any]):
    facts = {key: {**TERMS, **wrong}[key] for key in ("commodity", "unitCode", "receiptHash", "expiresAt", "lot")}
    with expect_revert("ReceiptTermsInvalid", **facts):
        world.chain.construct(series_code(world, gold.attested, **wrong))


# ── issue ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_issue_goes_up_to_what_is_attested_to_the_unit(gold: Gold):
    gold.attest(3 * LOT - 1)
    gold.issue(2 * LOT)
    with expect_revert("QuantityNotAttested", quantity=3 * LOT, attested=3 * LOT - 1):
        gold.issue(LOT)
    gold.attest(3 * LOT)
    gold.issue(LOT)
    assert gold.series.totalSupply() == gold.series.balanceOf(HOLDER) == 3 * LOT


def test_a_stale_attestation_stops_issues_and_nothing_else(gold: Gold):
    gold.issue(2 * LOT)
    gold.attest(0)
    with expect_revert("QuantityNotAttested", quantity=3 * LOT, attested=0):
        gold.issue(LOT)
    gold.series.transfer(RECEIVER, LOT, by=HOLDER)
    assert gold.series.balanceOf(RECEIVER) == LOT


def test_an_attestation_that_falls_below_the_supply_stops_issues_and_burns_nothing(gold: Gold):
    gold.issue(2 * LOT)
    gold.attest(LOT)
    with expect_revert("QuantityNotAttested", quantity=3 * LOT, attested=LOT):
        gold.issue(LOT)
    assert gold.series.totalSupply() == 2 * LOT


def test_issue_reverts_above_the_receipts_quantity(gold: Gold):
    gold.attest(2 * MOST)
    gold.issue(MOST)
    with expect_revert("QuantityAboveMaximum", quantity=MOST + LOT, maxQuantity=MOST):
        gold.issue(LOT)


@pytest.mark.parametrize("quantity", [0, 1, LOT - 1, LOT + 1])
def test_issue_reverts_outside_the_lots(gold: Gold, quantity: int):
    with expect_revert("FaceNotInUnits", face=quantity, denomination=LOT):
        gold.issue(quantity)


def test_issue_reverts_from_the_second_of_expiry_on_and_transfers_go_on(world: SpotWorld, gold: Gold):
    world.chain.now = EXPIRES_AT - 1
    gold.post()
    gold.issue(2 * LOT)
    world.chain.warp(1)
    with expect_revert("ReceiptExpired", expiresAt=EXPIRES_AT):
        gold.issue(LOT)
    world.chain.warp(500 * DAY)
    gold.series.transfer(RECEIVER, LOT, by=HOLDER)
    assert gold.series.balanceOf(RECEIVER) == LOT


def test_mint_and_burn_are_the_programmes(gold: Gold):
    for method in (gold.series.mint, gold.series.burn, gold.series.succeed):
        with expect_revert("OnlyProgramme", caller=DEBT_OFFICE):
            method([HOLDER], [LOT], by=DEBT_OFFICE)


# ── the programme ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_confirm_knows_a_commodity_by_its_interface(world: SpotWorld, gold: Gold):
    code = series_code(world, gold.attested, symbol="XAU-2")
    series = Contract(world.chain, world.chain.create(code), gold.series.artifact)
    world.register(code, terms_hash=RECEIPT)
    assert world.confirm(series, code, RECEIPT).log == (
        ("SeriesConfirmed", series.address, b"USD"),
        ("CommodityConfirmed", series.address, XAU),
    )
    facts = [
        (world.programme.isSeries(one), world.programme.isDebt(one)) for one in (series.address, world.bond.address)
    ]
    assert facts == [(True, False), (True, True)]
    assert world.programme.commodityOf(world.bond.address) == bytes(32)


def test_a_bond_in_dollars_stays_debt_at_its_face(world: SpotWorld, gold: Gold):
    bond = world.new_series(7, currency=b"USD", symbol="USD-BOND", denomination=1)
    assert (world.programme.isDebt(bond.address), world.programme.commodityOf(bond.address)) == (True, bytes(32))
    assert world.issue(bond, {HOLDER: 5}).log[0] == ("Issued", bond.address, 5, 5, 0)
    assert world.programme.valueUsdUp(bond.address) == 5


def test_issue_books_at_spot_rounded_up(world: SpotWorld):
    gold = new_gold(world, lot=1)
    quantity = 1_234_567
    usd = -(-quantity * SPOT // units.ONE)
    assert gold.issue(quantity).log == (
        ("Issued", gold.series.address, quantity, usd, SPOT),
        ("Transfer", ZERO, HOLDER, quantity),
    )
    assert world.programme.usedUsd() == world.programme.seriesOf(gold.series.address).bookedUsd == usd


def test_the_cap_holds_at_spot_to_the_unit(world: SpotWorld, gold: Gold):
    """Attack case 30."""
    world.programme.tightenCap(2 * USD - 1, by=DEBT_OFFICE)
    gold.issue(LOT)
    with expect_revert("CapExceeded", wantedUsd=USD, usedUsd=USD, capUsd=2 * USD - 1):
        gold.issue(LOT)
    gold.post(SPOT - 1)
    gold.issue(LOT)  # ten ounces, each a millionth of a dollar cheaper
    assert world.programme.usedUsd() == 2 * USD - 10


def test_a_move_of_the_price_changes_neither_what_was_booked_nor_a_retirement(world: SpotWorld, gold: Gold):
    """Attack case 30."""
    world.by_admin(world.programme.setServicer, SERVICER, True)
    gold.post()
    gold.issue(3 * LOT)
    gold.post(2 * SPOT)
    assert world.programme.valueUsdUp(gold.series.address) == 6 * USD
    receipt = world.programme.retire(gold.series.address, [HOLDER], [LOT], by=SERVICER)
    assert receipt.log[0] == ("Retired", gold.series.address, LOT, USD)
    assert world.programme.usedUsd() == 2 * USD


def test_issue_takes_a_price_up_to_its_age_to_the_second(world: SpotWorld, gold: Gold):
    """Attack case 17."""
    world.chain.warp(MAX_RATE_AGE)
    gold.issue(LOT)
    world.chain.warp(1)
    with expect_revert("RateTooOld", age=MAX_RATE_AGE + 1, maxAge=MAX_RATE_AGE):
        gold.issue(LOT)


def test_issue_reverts_while_a_price_waits(world: SpotWorld, gold: Gold):
    """Attack case 17."""
    world.spot.setPending(XAU, NOW + HOUR)
    with expect_revert("RatePending", holdsFrom=NOW + HOUR):
        gold.issue(LOT)
    world.spot.setPending(XAU, 0)
    gold.issue(LOT)


def test_issue_and_value_revert_without_a_price(world: SpotWorld, gold: Gold):
    world.spot.setSpot(XAU, 0, 0)
    with expect_revert("NoRate"):
        gold.issue(LOT)
    with expect_revert("NoRate"):
        world.programme.valueUsdUp(gold.series.address)


# ── what holds for every series ──────────────────────────────────────────────────────────────────────────────────────


def test_a_trade_settles_against_payment(world: SpotWorld, gold: Gold):
    gold.issue(LOT)
    world.mint_cash(RECEIVER, PAID)
    settle(world.settlement, Trade(gold.series.address, face=LOT))
    assert (gold.series.balanceOf(RECEIVER), world.cash.balanceOf(HOLDER)) == (LOT, PAID)


def test_a_freeze_binds_and_a_forced_transfer_moves(world: SpotWorld, gold: Gold):
    """Attack case 2."""
    gold.issue(2 * LOT)
    orders = Orders(world)
    orders.freeze_amount(gold.series, LOT + 1)
    with expect_revert("ERC7943InsufficientUnfrozenBalance", account=HOLDER, amount=LOT, unfrozen=LOT - 1):
        gold.series.transfer(RECEIVER, LOT, by=HOLDER)
    orders.seize(gold.series, 2 * LOT)
    assert (gold.series.balanceOf(RECEIVER), gold.series.totalSupply()) == (2 * LOT, 2 * LOT)


def test_a_recovery_carries_it_also_after_the_receipts_expiry(world: SpotWorld, gold: Gold):
    enrol(world, FOUND, investor=1)
    gold.issue(LOT)
    world.chain.now = EXPIRES_AT + DAY
    orders = Orders(world)
    orders.recover(gold.series, expires_at=EXPIRES_AT + 2 * DAY)
    assert (gold.series.balanceOf(HOLDER), gold.series.balanceOf(FOUND)) == (0, LOT)


def test_a_record_date_holds_the_balance(world: SpotWorld, gold: Gold):
    gold.issue(LOT)
    day = units.unix_from_date(units.date_from_unix(NOW)) + 2 * DAY
    gold.series.setRecordDate(day, by=address_of("fiscal_agent"))
    world.chain.now = day + HOUR
    gold.series.transfer(RECEIVER, LOT, by=HOLDER)
    assert (gold.series.balanceAt(HOLDER, day), gold.series.balanceAt(RECEIVER, day)) == (LOT, 0)


# ── what is for debt only ────────────────────────────────────────────────────────────────────────────────────────────


def test_servicing_of_debt_refuses_a_commodity(world: SpotWorld, gold: Gold):
    world.by_admin(world.programme.setServicer, SERVICER, True)
    dollars = world.new_series(7, currency=b"USD", symbol="USD-BOND")
    series, other = gold.series.address, dollars.address
    calls = [
        (world.programme.endSeries, (series, 0)),
        (world.programme.supersede, (series,)),
        (world.programme.scaleSeries, (series, 0, 1)),
        (world.programme.exchange, (series, other, units.RATE_ONE, [HOLDER])),
        (world.programme.exchange, (other, series, units.RATE_ONE, [HOLDER])),
        (world.programme.exchangeFree, (series, other, units.RATE_ONE, HOLDER, 1)),
    ]
    for method, arguments in calls:
        with expect_revert("NotDebt", series=series):
            method(*arguments, by=SERVICER)


def test_contracts_of_debt_refuse_a_commodity_in_the_currency_of_their_cash(world: SpotWorld, gold: Gold):
    """Their cash is in dollars, as the commodity's price is."""
    gold.issue(LOT)
    root, listed, series = world.authority.address, world.allowlist.address, gold.series.address
    cash = world.deploy("CashToken", root, listed, ZERO, "Dollar stablecoin", "USDS", b"USD", 0)
    desk = (world.programme.address, cash.address)
    agent = world.deploy("PayingAgent", root, *desk, listed, world.maths.address, world.tax_table.address, salt=1)
    defaults = world.deploy("Defaults", *desk, agent.address, world.calendar.address, salt=1)
    meeting = world.deploy("Meeting", root, *desk, agent.address, defaults.address, world.maths.address, salt=1)
    liabilities = world.deploy("LiabilityManagement", root, *desk, listed, world.maths.address, salt=1)
    settlement = world.deploy("Settlement", root, *desk, world.maths.address, salt=1)
    calls = [
        (agent.fund, (series, 1)),
        (agent.fundAll, (series, 1)),
        (agent.pay, (series, 0, [HOLDER])),
        (agent.redeem, (series, [HOLDER])),
        (defaults.declareDefault, (series, 0)),
        (meeting.conveneByHolder, (0, series, [])),
        (liabilities.putNotice, (series, 0, 1)),
    ]
    for method, arguments in calls:
        with expect_revert("SeriesUnknown", series=series):
            method(*arguments, by=HOLDER)
    pages = [page_hash([(HOLDER, LOT, units.PAR)])]
    opening = (settlement.openAllotment, ID, series, TREASURY, pages)
    with expect_revert("SeriesUnknown", series=series):
        world.by_admin(*opening)
    with expect_revert("SeriesUnknown", series=series):
        world.by_admin(liabilities.openBuyback, ID, series, TREASURY, world.chain.now + 10 * DAY, LOT)
    with expect_revert("SeriesNotFloating", series=series):
        world.fixings.carry(series, 1)

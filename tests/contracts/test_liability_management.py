"""LiabilityManagement: buybacks, puts and voluntary exchanges; cash comes in first and leaves against face or back."""

from fractions import Fraction

import pytest
from bonds import ENDS, ISSUE_DAY, MINOR, PAR, PUT, TEN_PERCENT, WAD, amortising, bullet, minor_down, option, start_of
from evm import ZERO, Contract, Receipt, address_of, expect_revert
from governed import Governed, build
from hypothesis import given
from hypothesis import strategies as st
from lying import LIES
from world import DAY, NOW, UNIT, World

HOLDER, RECEIVER, SPENDER, OUTSIDER = map(address_of, ("holder", "receiver", "spender", "outsider"))
TREASURY, ENFORCER, DEBT_OFFICE, MINTER = map(address_of, ("treasury", "enforcer", "debt_office", "minter"))
ALL = 2**256 - 1
ID = b"buyback".ljust(32)
CLOSES_AT = NOW + 10 * DAY
CLEAN = 99_000_000  # 99 per 100
HOLDERS = (HOLDER, RECEIVER, SPENDER)
PUT_PRICE = 101_000_000
FIRST = start_of(ISSUE_DAY + ENDS[0])


@pytest.fixture
def governed(world: World) -> Governed:
    governed = build(world)
    enrich(governed)
    return governed


def enrich(governed: Governed) -> None:
    """The treasury has cash and gave its allowance."""
    governed.world.mint_cash(TREASURY, 1_000 * UNIT)
    governed.world.cash.approve(governed.liabilities.address, ALL, by=TREASURY)


def issued(governed: Governed, bond=None, salt: int = 3, **changes: object) -> Contract:
    series = (bond or bullet(record_days=3)).create(governed.world, salt, **changes)
    governed.world.issue(series, {HOLDER: 3 * UNIT, RECEIVER: 2 * UNIT, SPENDER: UNIT})
    return series


@pytest.fixture
def series(governed: Governed) -> Contract:
    """Three, two and one units of a bullet at 10 %, with a record date three days before each coupon."""
    return issued(governed)


def open_buyback(governed: Governed, series: Contract, most: int = 100 * UNIT, closes_at: int = CLOSES_AT) -> Receipt:
    return governed.liabilities.openBuyback(ID, series.address, TREASURY, closes_at, most, by=DEBT_OFFICE)


def offer(governed: Governed, who: str, face: int, price: int = CLEAN) -> Receipt:
    return governed.liabilities.offer(ID, face, price, by=who)


def accept(governed: Governed, cutoff: int = CLEAN, share: int = WAD) -> Receipt:
    return governed.liabilities.accept(ID, cutoff, share, by=DEBT_OFFICE)


def fund(governed: Governed, *holders: str) -> Receipt:
    return governed.liabilities.fundOffers(ID, list(holders or HOLDERS), by=TREASURY)


def settle(governed: Governed, *holders: str) -> Receipt:
    return governed.liabilities.settle(ID, list(holders or HOLDERS), by=OUTSIDER)


def cost(face: int, price: int, accrued: Fraction) -> int:
    """Clean price and interest, each down to the paisa; a rebate up."""
    return minor_down(Fraction(face * price, PAR)) + minor_down(face * accrued)


# ── buybacks ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_open_buyback_asks_for_offers(governed: Governed, series: Contract):
    assert open_buyback(governed, series).log == (
        ("BuybackOpened", ID, series.address, TREASURY, CLOSES_AT, 100 * UNIT),
    )
    book = governed.liabilities.buybackOf(ID)
    assert (book.series, book.treasury, book.closesAt, book.mostFace) == (
        series.address, TREASURY, CLOSES_AT, 100 * UNIT,
    )  # fmt: skip


def test_open_buyback_reverts_twice(governed: Governed, series: Contract):
    open_buyback(governed, series)
    with expect_revert("IdUsed", id=ID):
        open_buyback(governed, series)


def test_open_buyback_reverts_for_unknown_series(governed: Governed):
    for series in (HOLDER, issued_in_dollars(governed)):
        with expect_revert("SeriesUnknown", series=series):
            governed.liabilities.openBuyback(ID, series, TREASURY, CLOSES_AT, UNIT, by=DEBT_OFFICE)


def issued_in_dollars(governed: Governed) -> str:
    return bullet().create(governed.world, 4, currency=b"USD").address


@pytest.mark.parametrize("wrong", ["past", "late", "treasury", "face"])
def test_open_buyback_reverts_when_it_makes_no_sense(governed: Governed, series: Contract, wrong: str):
    treasury, closes_at, most = TREASURY, CLOSES_AT, UNIT
    if wrong == "past":
        closes_at = governed.world.chain.now
    if wrong == "late":
        closes_at = series.maturityDate()
    if wrong == "treasury":
        treasury = ZERO
    if wrong == "face":
        most = 0
    with expect_revert("OpeningInvalid", id=ID):
        governed.liabilities.openBuyback(ID, series.address, treasury, closes_at, most, by=DEBT_OFFICE)


def test_the_offices_acts_revert_for_others(governed: Governed, series: Contract):
    for act in (
        lambda: governed.liabilities.openBuyback(ID, series.address, TREASURY, CLOSES_AT, UNIT, by=TREASURY),
        lambda: governed.liabilities.accept(ID, CLEAN, WAD, by=TREASURY),
        lambda: governed.liabilities.openExchange(ID, series.address, ZERO, 1, 1, CLOSES_AT, by=TREASURY),
        lambda: governed.liabilities.closeExchange(ID, by=TREASURY),
    ):
        with expect_revert("AccessManagedUnauthorized", caller=TREASURY):
            act()


@pytest.fixture
def buyback(governed: Governed, series: Contract) -> Contract:
    open_buyback(governed, series)
    return series


def test_offer_is_replaced_and_withdrawn(governed: Governed, buyback: Contract):
    assert offer(governed, HOLDER, UNIT).log == (("OfferPlaced", ID, HOLDER, UNIT, CLEAN),)
    offer(governed, HOLDER, 3 * UNIT, CLEAN + 1)
    assert tuple(governed.liabilities.offerOf(ID, HOLDER)) == (3 * UNIT, CLEAN + 1, False, 0)
    assert offer(governed, HOLDER, 0, CLEAN).log == (("OfferPlaced", ID, HOLDER, 0, 0),)
    assert tuple(governed.liabilities.offerOf(ID, HOLDER)) == (0, 0, False, 0)


def test_offer_locks_nothing(governed: Governed, buyback: Contract):
    offer(governed, HOLDER, 3 * UNIT)
    buyback.transfer(RECEIVER, 3 * UNIT, by=HOLDER)
    assert buyback.balanceOf(HOLDER) == 0


@pytest.mark.parametrize(("face", "price"), [(UNIT - 1, CLEAN), (1, CLEAN), (UNIT, 0)])
def test_offer_reverts_for_an_odd_face_or_no_price(governed: Governed, buyback: Contract, face: int, price: int):
    with expect_revert("OfferInvalid", face=face, price=price):
        offer(governed, HOLDER, face, price)


def test_offer_reverts_above_the_balance(governed: Governed, buyback: Contract):
    with expect_revert("FaceAboveBalance", face=4 * UNIT, balance=3 * UNIT):
        offer(governed, HOLDER, 4 * UNIT)


def test_offer_reverts_when_offers_are_closed_or_none_were_asked(governed: Governed, buyback: Contract):
    governed.world.chain.now = CLOSES_AT
    with expect_revert("WindowClosed", opensAt=0, closesAt=CLOSES_AT, nowAt=CLOSES_AT):
        offer(governed, HOLDER, UNIT)
    with expect_revert("WindowClosed", opensAt=0, closesAt=0, nowAt=CLOSES_AT):
        governed.liabilities.offer(bytes(32), UNIT, CLEAN, by=HOLDER)


@pytest.fixture
def offered(governed: Governed, buyback: Contract) -> Contract:
    """Three units at 98, two at the cut-off of 99, one above it; offers are closed."""
    offer(governed, HOLDER, 3 * UNIT, CLEAN - 1_000_000)
    offer(governed, RECEIVER, 2 * UNIT, CLEAN)
    offer(governed, SPENDER, UNIT, CLEAN + 1)
    governed.world.chain.now = CLOSES_AT
    return buyback


def test_accept_fixes_the_rule_and_the_value_date(governed: Governed, offered: Contract):
    receipt = accept(governed, share=WAD // 2)
    assert receipt.log == (("BuybackAccepted", ID, CLEAN, WAD // 2, CLOSES_AT, CLOSES_AT + 5 * DAY),)
    book = governed.liabilities.buybackOf(ID)
    assert (book.cutoffPrice, book.shareAtCutoff, book.valueAt) == (CLEAN, WAD // 2, CLOSES_AT)


def test_accept_is_for_once(governed: Governed, offered: Contract):
    accept(governed)
    with expect_revert("AlreadyAccepted", id=ID):
        accept(governed)


@pytest.mark.parametrize(("now", "closes"), [(CLOSES_AT - 1, False), (CLOSES_AT + 3 * DAY, True)])
def test_accept_reverts_outside_its_three_days(governed: Governed, buyback: Contract, now: int, closes: bool):
    governed.world.chain.now = now
    with expect_revert("WindowClosed", opensAt=CLOSES_AT, closesAt=CLOSES_AT + 3 * DAY, nowAt=now):
        accept(governed)


@pytest.mark.parametrize(("cutoff", "share"), [(0, WAD), (CLEAN, WAD + 1)])
def test_accept_reverts_for_a_senseless_cutoff(governed: Governed, offered: Contract, cutoff: int, share: int):
    with expect_revert("CutoffInvalid", cutoffPrice=cutoff, shareAtCutoff=share):
        accept(governed, cutoff, share)


@pytest.mark.parametrize(("before", "until"), [(4 * DAY, "record"), (DAY, "record"), (0, "payment")])
def test_accept_ends_settlement_before_a_coupon_changes_hands(
    governed: Governed, series: Contract, before: int, until: str
):
    """Attack: interest up to today, and the whole coupon from the record date on top."""
    record_at = FIRST - 3 * DAY
    open_buyback(governed, series, closes_at=record_at - before)
    governed.world.chain.now = record_at - before
    accept(governed)
    assert governed.liabilities.buybackOf(ID).settleUntil == (record_at if until == "record" else FIRST)


@pytest.mark.parametrize(("now", "boundary"), [(FIRST - 4 * DAY + 1, FIRST - 3 * DAY), (FIRST - DAY + 1, FIRST)])
def test_accept_reverts_when_a_coupon_is_too_near(governed: Governed, series: Contract, now: int, boundary: int):
    open_buyback(governed, series, closes_at=FIRST - 5 * DAY + 1 if boundary != FIRST else FIRST - 2 * DAY)
    governed.world.chain.now = now
    with expect_revert("BoundaryTooNear", boundary=boundary, nowAt=now):
        accept(governed)


def test_accept_reverts_when_the_series_has_ended(governed: Governed, series: Contract):
    open_buyback(governed, series, closes_at=series.maturityDate() - 1)
    governed.world.chain.now = series.maturityDate()
    with expect_revert("SeriesEnded", series=series.address, endAt=series.maturityDate()):
        accept(governed)


def test_fund_offers_takes_what_each_accepted_offer_costs(governed: Governed, offered: Contract):
    """Multiple price: each at his own; below the cut-off in full, at it in part down to the denomination."""
    accept(governed, share=WAD * 3 // 4)
    accrued = bullet().accrued(ISSUE_DAY + 10)
    costs = [cost(3 * UNIT, CLEAN - 1_000_000, accrued), cost(UNIT, CLEAN, accrued)]
    receipt = fund(governed)
    assert receipt.result == sum(costs)
    assert receipt.log[:2] == (
        ("OfferFunded", ID, HOLDER, 3 * UNIT, costs[0]),
        ("OfferFunded", ID, RECEIVER, UNIT, costs[1]),
    )
    book = governed.liabilities.buybackOf(ID)
    assert (book.accepted, book.funded, book.paid) == (4 * UNIT, sum(costs), 0)
    assert governed.cash_of(governed.liabilities.address) == [sum(costs)]


def test_fund_offers_takes_each_once(governed: Governed, offered: Contract):
    accept(governed)
    fund(governed, HOLDER, HOLDER)
    with expect_revert("NothingToFund"):
        fund(governed, HOLDER, SPENDER, OUTSIDER)


def test_fund_offers_takes_only_what_is_free_now(governed: Governed, offered: Contract):
    """Attack: an offer of face that moved on locks the issuer's cash and the room of others."""
    accept(governed)
    offered.transfer(SPENDER, 2 * UNIT, by=RECEIVER)
    offered.setFrozenTokens(HOLDER, 2 * UNIT, by=ENFORCER)
    assert [entry[2:4] for entry in fund(governed).of("OfferFunded")] == [(HOLDER, UNIT)]


def test_fund_offers_reverts_above_the_most(governed: Governed, series: Contract):
    open_buyback(governed, series, most=4 * UNIT)
    for who, face in ((HOLDER, 3 * UNIT), (RECEIVER, 2 * UNIT)):
        offer(governed, who, face)
    governed.world.chain.now = CLOSES_AT
    accept(governed)
    with expect_revert("FaceAboveMost", face=5 * UNIT, mostFace=4 * UNIT):
        fund(governed)
    fund(governed, HOLDER)


def test_fund_offers_is_the_treasurys(governed: Governed, offered: Contract):
    accept(governed)
    with expect_revert("NotTreasury", caller=DEBT_OFFICE, treasury=TREASURY):
        governed.liabilities.fundOffers(ID, [HOLDER], by=DEBT_OFFICE)


def test_fund_offers_and_settle_revert_outside_the_window(governed: Governed, offered: Contract):
    with expect_revert("WindowClosed", opensAt=0, closesAt=0, nowAt=CLOSES_AT):
        settle(governed)
    accept(governed)
    end = governed.world.chain.warp(5 * DAY)
    for act in (fund, settle):
        with expect_revert("WindowClosed", opensAt=CLOSES_AT, closesAt=end, nowAt=end):
            act(governed)


@pytest.fixture
def funded(governed: Governed, offered: Contract) -> Contract:
    accept(governed)
    fund(governed)
    return offered


def test_settle_burns_and_pays_each_his_own_price(governed: Governed, funded: Contract):
    accrued = bullet().accrued(ISSUE_DAY + 10)
    costs = [cost(3 * UNIT, CLEAN - 1_000_000, accrued), cost(2 * UNIT, CLEAN, accrued)]
    interest = [minor_down(face * accrued) for face in (3 * UNIT, 2 * UNIT)]
    receipt = settle(governed)
    assert receipt.result == sum(costs)
    assert receipt.log[:2] == (
        ("OfferSettled", ID, HOLDER, 3 * UNIT, costs[0], interest[0]),
        ("OfferSettled", ID, RECEIVER, 2 * UNIT, costs[1], interest[1]),
    )
    assert governed.cash_of(HOLDER, RECEIVER, SPENDER, governed.liabilities.address) == [*costs, 0, 0]
    assert (funded.totalSupply(), funded.balanceOf(SPENDER)) == (UNIT, UNIT)


def test_settle_pays_the_value_date_however_late_it_is(governed: Governed, funded: Contract):
    governed.world.chain.warp(4 * DAY)
    assert settle(governed).of("OfferSettled")[0][5] == minor_down(3 * UNIT * bullet().accrued(ISSUE_DAY + 10))


def test_settle_again_pays_nothing(governed: Governed, funded: Contract):
    settle(governed)
    again = settle(governed)
    assert (again.result, again.log) == (0, ())


def test_settle_pays_a_holder_named_twice_once(governed: Governed, funded: Contract):
    receipt = settle(governed, HOLDER, HOLDER)
    assert len(receipt.of("OfferSettled")) == 1


def test_settle_in_the_ex_period_deducts_what_is_not_run_yet(governed: Governed, series: Contract):
    """The seller keeps the coupon of the record date, and pays for the days that are left of it, up to the paisa."""
    now = FIRST - 2 * DAY
    open_buyback(governed, series, closes_at=now)
    offer(governed, HOLDER, UNIT)
    governed.world.chain.now = now
    accept(governed)
    fund(governed, HOLDER)
    rebate = -(-Fraction(UNIT * 2 * TEN_PERCENT, 365 * 10**8) // MINOR) * MINOR
    receipt = settle(governed, HOLDER)
    assert receipt.log[0] == ("OfferSettled", ID, HOLDER, UNIT, UNIT * 99 // 100 - rebate, -rebate)


@pytest.mark.parametrize("state", ["revoked", "expired", "frozen", "moved"])
def test_settle_passes_over_who_cannot_be_settled(governed: Governed, funded: Contract, state: str):
    """Attack cases 10 and 14: one holder stops no other, and what could not be bought goes back."""
    world = governed.world
    codes = {"revoked": 22, "expired": 21, "frozen": 3, "moved": 3}
    if state == "revoked":
        world.revoke(HOLDER)
    elif state == "expired":
        world.onboard(HOLDER, valid_until=world.chain.now + 1)
        world.chain.warp(2)
    elif state == "frozen":
        funded.setFrozenTokens(HOLDER, 3 * UNIT, by=ENFORCER)
    else:
        funded.transfer(RECEIVER, 3 * UNIT, by=HOLDER)
    receipt = settle(governed)
    assert receipt.log[0] == ("OfferSkipped", ID, HOLDER, codes[state], 3 * UNIT)
    assert [entry[2] for entry in receipt.of("OfferSettled")] == [RECEIVER]
    before, left = governed.cash_of(TREASURY, governed.liabilities.address)
    world.chain.now = governed.liabilities.buybackOf(ID).settleUntil
    closed = governed.liabilities.closeBuyback(ID, by=OUTSIDER)
    assert closed.log[0] == ("BuybackClosed", ID, left)
    assert governed.cash_of(TREASURY, governed.liabilities.address) == [before + left, 0]


def test_settle_pays_the_free_part_and_the_rest_when_it_is_free(governed: Governed, funded: Contract):
    funded.setFrozenTokens(HOLDER, UNIT, by=ENFORCER)
    assert settle(governed, HOLDER).of("OfferSettled")[0][3] == 2 * UNIT
    assert governed.liabilities.offerOf(ID, HOLDER).open == UNIT
    funded.setFrozenTokens(HOLDER, 0, by=ENFORCER)
    assert settle(governed, HOLDER).of("OfferSettled")[0][3] == UNIT


def test_settle_burns_nothing_for_no_cash(governed: Governed, funded: Contract):
    funded.setFrozenTokens(HOLDER, 3 * UNIT - 1, by=ENFORCER)
    assert settle(governed, HOLDER).log == (("OfferSkipped", ID, HOLDER, 0, 3 * UNIT),)


def test_settle_reverts_when_the_series_has_ended(governed: Governed, funded: Contract):
    """What an ended series owes is redeemed by the PayingAgent, whose claims a burn here would upset."""
    world = governed.world
    servicer = address_of("servicer")
    world.schedule(world.programme.setServicer, servicer, True)
    world.chain.warp(2 * DAY)
    world.programme.setServicer(servicer, True, by=world.account("admin"))
    end = governed.tomorrow()
    world.programme.endSeries(funded.address, end, by=servicer)
    world.chain.now = end
    with expect_revert("SeriesEnded", series=funded.address, endAt=end):
        settle(governed)
    with expect_revert("SeriesEnded", series=funded.address, endAt=end):
        fund(governed)


def test_settle_of_a_bill_and_of_an_amortised_series_goes_by_principal(governed: Governed):
    world = governed.world
    bill = world.bond
    world.issue(bill, {HOLDER: UNIT})
    open_buyback(governed, bill)
    offer(governed, HOLDER, UNIT, CLEAN)
    world.chain.now = CLOSES_AT
    accept(governed)
    fund(governed, HOLDER)
    assert settle(governed, HOLDER).log[0] == ("OfferSettled", ID, HOLDER, UNIT, UNIT * 99 // 100, 0)


def test_settle_of_an_amortised_series_pays_what_is_outstanding(governed: Governed):
    series = issued(governed, amortising())
    closes_at = start_of(ISSUE_DAY + ENDS[1] + 20)
    open_buyback(governed, series, closes_at=closes_at)
    offer(governed, HOLDER, 2 * UNIT, CLEAN)
    governed.world.chain.now = closes_at
    accept(governed)
    fund(governed, HOLDER)
    interest = minor_down(Fraction(UNIT * 20, 3650))
    assert settle(governed, HOLDER).log[0] == (
        "OfferSettled",
        ID,
        HOLDER,
        2 * UNIT,
        UNIT * 99 // 100 + interest,
        interest,
    )


def test_close_buyback_reverts_early_twice_and_where_there_is_none(governed: Governed, funded: Contract):
    until = governed.liabilities.buybackOf(ID).settleUntil
    governed.world.chain.now = until - 1
    with expect_revert("NotClosable", settleUntil=until, nowAt=until - 1):
        governed.liabilities.closeBuyback(ID)
    governed.world.chain.now = until
    governed.liabilities.closeBuyback(ID)
    with expect_revert("NotClosable", settleUntil=until, nowAt=until):
        governed.liabilities.closeBuyback(ID)
    with expect_revert("NotClosable", settleUntil=3 * DAY, nowAt=until):
        governed.liabilities.closeBuyback(bytes(32))


def test_close_buyback_lets_an_unaccepted_one_lapse(governed: Governed, offered: Contract):
    governed.world.chain.now = CLOSES_AT + 3 * DAY - 1
    with expect_revert("NotClosable", settleUntil=CLOSES_AT + 3 * DAY, nowAt=CLOSES_AT + 3 * DAY - 1):
        governed.liabilities.closeBuyback(ID)
    governed.world.chain.warp(1)
    assert governed.liabilities.closeBuyback(ID).log == (("BuybackClosed", ID, 0),)


# ── puts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

PERIOD = 1
PAYABLE = start_of(ISSUE_DAY + ENDS[PERIOD])
RECORD = PAYABLE - 3 * DAY
OPENS, SHUTS = PAYABLE - 60 * DAY, PAYABLE - 10 * DAY


def puttable(**changes: object):
    return bullet(record_days=3, options=(option(PERIOD, PUT, PUT_PRICE),), **changes)


@pytest.fixture
def put_series(governed: Governed) -> Contract:
    """A series that can be put at 101 with its second coupon; notices may be given."""
    series = issued(governed, puttable())
    governed.world.chain.now = OPENS
    return series


def notice(governed: Governed, series: Contract, who: str, face: int, period: int = PERIOD) -> Receipt:
    return governed.liabilities.putNotice(series.address, period, face, by=who)


def fund_put(governed: Governed, series: Contract, amount: int = ALL) -> Receipt:
    return governed.liabilities.fundPut(series.address, PERIOD, amount, by=TREASURY)


def settle_put(governed: Governed, series: Contract, *holders: str) -> Receipt:
    return governed.liabilities.settlePut(series.address, PERIOD, list(holders or HOLDERS), by=OUTSIDER)


def put_of(governed: Governed, series: Contract) -> tuple[int, ...]:
    """Noticed, burned, funded, paid."""
    return tuple(governed.liabilities.putOf(series.address, PERIOD))[:4]


def reclaim(governed: Governed, series: Contract, payer: str = TREASURY) -> Receipt:
    return governed.liabilities.reclaimPut(series.address, PERIOD, payer, by=OUTSIDER)


def worth(face: int) -> int:
    return face * PUT_PRICE // PAR


def test_put_notice_is_replaced_and_withdrawn(governed: Governed, put_series: Contract):
    receipt = notice(governed, put_series, HOLDER, 3 * UNIT)
    assert receipt.log == (("PutNoticed", put_series.address, PERIOD, HOLDER, 3 * UNIT),)
    notice(governed, put_series, RECEIVER, UNIT)
    notice(governed, put_series, HOLDER, UNIT + 1)
    assert put_of(governed, put_series) == (2 * UNIT + 1, 0, 0, 0)
    notice(governed, put_series, HOLDER, 0)
    assert put_of(governed, put_series) == (UNIT, 0, 0, 0)
    assert tuple(governed.liabilities.noticeOf(put_series.address, PERIOD, RECEIVER)) == (UNIT, 0)
    assert governed.liabilities.putDueOf(put_series.address, PERIOD) == worth(UNIT)


@pytest.mark.parametrize("now", [OPENS - 1, SHUTS])
def test_put_notice_reverts_outside_its_window(governed: Governed, put_series: Contract, now: int):
    governed.world.chain.now = now
    with expect_revert("WindowClosed", opensAt=OPENS, closesAt=SHUTS, nowAt=now):
        notice(governed, put_series, HOLDER, UNIT)
    governed.world.chain.now = SHUTS - 1
    notice(governed, put_series, HOLDER, UNIT)


def test_put_notice_reverts_above_the_balance(governed: Governed, put_series: Contract):
    with expect_revert("FaceAboveBalance", face=3 * UNIT + 1, balance=3 * UNIT):
        notice(governed, put_series, HOLDER, 3 * UNIT + 1)


def test_put_notice_reverts_where_the_terms_give_no_right(governed: Governed, put_series: Contract):
    with expect_revert("OptionUnknown", period=2, kind=PUT):
        notice(governed, put_series, HOLDER, UNIT, 2)
    with expect_revert("PeriodUnknown", period=4):
        notice(governed, put_series, HOLDER, UNIT, 4)
    with expect_revert("SeriesUnknown", series=HOLDER):
        governed.liabilities.putNotice(HOLDER, 0, UNIT, by=HOLDER)


def test_put_notice_reverts_at_the_end_of_the_series(governed: Governed):
    series = issued(governed, bullet(options=(option(3, PUT, PUT_PRICE),)))
    governed.world.chain.now = series.maturityDate() - 30 * DAY
    with expect_revert("NotPuttable", series=series.address, period=3):
        notice(governed, series, HOLDER, UNIT, 3)


def test_put_notice_of_a_floater_waits_for_no_fixing(governed: Governed):
    """The rate of the period after is not known when notice is given, nor needed."""
    bond = bullet(0, form=3, options=(option(PERIOD, PUT, PUT_PRICE),), more={"maxRate": TEN_PERCENT})
    series = issued(governed, bond)
    governed.world.chain.now = OPENS
    notice(governed, series, HOLDER, UNIT)
    assert governed.liabilities.putDueOf(series.address, PERIOD) == worth(UNIT)


def test_fund_put_takes_at_most_what_is_missing(governed: Governed, put_series: Contract):
    notice(governed, put_series, HOLDER, 2 * UNIT)
    receipt = fund_put(governed, put_series, UNIT)
    assert receipt.log[0] == ("PutFunded", put_series.address, PERIOD, TREASURY, UNIT, UNIT)
    assert fund_put(governed, put_series).result == worth(2 * UNIT) - UNIT
    assert governed.liabilities.putFundedBy(put_series.address, PERIOD, TREASURY) == worth(2 * UNIT)
    with expect_revert("NothingToFund"):
        fund_put(governed, put_series)


def test_put_due_is_rounded_up(governed: Governed, put_series: Contract):
    notice(governed, put_series, HOLDER, 1)
    assert governed.liabilities.putDueOf(put_series.address, PERIOD) == 2


@pytest.fixture
def put(governed: Governed, put_series: Contract) -> Contract:
    """Three and two units are put, all is funded, and it is the payable date."""
    notice(governed, put_series, HOLDER, 3 * UNIT)
    notice(governed, put_series, RECEIVER, 2 * UNIT)
    fund_put(governed, put_series)
    governed.world.chain.now = PAYABLE
    return put_series


def test_settle_put_burns_at_the_price_of_the_terms(governed: Governed, put: Contract):
    receipt = settle_put(governed, put)
    assert receipt.result == worth(5 * UNIT)
    assert receipt.log[:2] == (
        ("PutSettled", put.address, PERIOD, HOLDER, 3 * UNIT, worth(3 * UNIT)),
        ("PutSettled", put.address, PERIOD, RECEIVER, 2 * UNIT, worth(2 * UNIT)),
    )
    assert put_of(governed, put) == (5 * UNIT, 5 * UNIT, worth(5 * UNIT), worth(5 * UNIT))
    assert (put.totalSupply(), governed.cash_of(governed.liabilities.address)) == (UNIT, [0])


def test_settle_put_leaves_the_coupon_to_the_paying_agent(governed: Governed, put: Contract):
    """Attack case 11: the coupon of the date is paid once, to the holder of the record date."""
    world = governed.world
    settle_put(governed, put)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    world.paying_agent.fundPayment(put.address, PERIOD, ALL, by=TREASURY)
    receipt = world.paying_agent.pay(put.address, PERIOD, [HOLDER])
    assert receipt.of("Paid")[0][4] == minor_down(Fraction(3 * UNIT * 183, 3650))


def test_settle_put_reverts_before_the_date_and_after_the_end(governed: Governed, put: Contract):
    for now in (PAYABLE - 1, put.maturityDate()):
        governed.world.chain.now = now
        with expect_revert("WindowClosed", opensAt=PAYABLE, closesAt=put.maturityDate(), nowAt=now):
            settle_put(governed, put)


def test_settle_put_again_pays_nothing(governed: Governed, put: Contract):
    settle_put(governed, put, HOLDER, HOLDER)
    again = settle_put(governed, put, HOLDER)
    assert (again.result, again.log) == (0, ())
    assert governed.cash_of(HOLDER) == [worth(3 * UNIT)]


def test_settle_put_shares_what_is_funded_and_pays_the_rest_later(governed: Governed, put_series: Contract):
    """Attack case 13: no first-come drain."""
    notice(governed, put_series, HOLDER, 3 * UNIT)
    notice(governed, put_series, RECEIVER, 2 * UNIT)
    fund_put(governed, put_series, 2 * UNIT)
    governed.world.chain.now = PAYABLE
    due = worth(5 * UNIT)
    burns = [face * 2 * UNIT // due for face in (3 * UNIT, 2 * UNIT)]
    for _ in range(2):
        settle_put(governed, put_series, HOLDER)
    settle_put(governed, put_series, RECEIVER)
    assert [put_series.balanceOf(who) for who in (HOLDER, RECEIVER)] == [3 * UNIT - burns[0], 2 * UNIT - burns[1]]
    assert governed.cash_of(HOLDER, RECEIVER) == [worth(burn) for burn in burns]
    fund_put(governed, put_series)
    settle_put(governed, put_series)
    assert [put_series.balanceOf(who) for who in (HOLDER, RECEIVER)] == [0, 0]


def test_settle_put_counts_notices_by_the_record_date(governed: Governed, put_series: Contract):
    """Attack: the same face put by one wallet after the other would thin everyone's share of what is funded."""
    notice(governed, put_series, HOLDER, 3 * UNIT)
    put_series.transfer(SPENDER, 3 * UNIT, by=HOLDER)
    notice(governed, put_series, SPENDER, 4 * UNIT)
    notice(governed, put_series, RECEIVER, 2 * UNIT)
    fund_put(governed, put_series, worth(3 * UNIT))
    governed.world.chain.now = PAYABLE
    receipt = governed.liabilities.trimPut(put_series.address, PERIOD, list(HOLDERS), by=OUTSIDER)
    assert receipt.log == (("PutTrimmed", put_series.address, PERIOD, HOLDER, 0),)
    assert put_of(governed, put_series)[0] == 6 * UNIT
    settle_put(governed, put_series)
    assert [entry[4] for entry in settle_put(governed, put_series).of("PutSettled")] == []
    assert [put_series.balanceOf(who) for who in HOLDERS] == [0, UNIT, 2 * UNIT]


def test_trim_put_reverts_before_the_record_date(governed: Governed, put_series: Contract):
    governed.world.chain.now = RECORD - 1
    with expect_revert("WindowClosed", opensAt=RECORD, closesAt=ALL, nowAt=RECORD - 1):
        governed.liabilities.trimPut(put_series.address, PERIOD, [HOLDER])


@pytest.mark.parametrize(("state", "code"), [("revoked", 22), ("frozen", 3), ("moved", 3)])
def test_settle_put_passes_over_who_cannot_be_settled(governed: Governed, put: Contract, state: str, code: int):
    """Attack cases 10 and 14."""
    if state == "revoked":
        governed.world.revoke(HOLDER)
    elif state == "frozen":
        put.setFrozenTokens(HOLDER, 3 * UNIT, by=ENFORCER)
    else:
        put.transfer(SPENDER, 3 * UNIT, by=HOLDER)
    receipt = settle_put(governed, put)
    assert receipt.log[0] == ("PutSkipped", put.address, PERIOD, HOLDER, code, 3 * UNIT)
    assert [entry[3] for entry in receipt.of("PutSettled")] == [RECEIVER]


def test_settle_put_of_an_amortised_series_pays_the_principal_after_the_instalment(governed: Governed):
    bond = amortising(record_days=3, options=(option(PERIOD, PUT, PUT_PRICE),))
    series = issued(governed, bond)
    governed.world.chain.now = OPENS
    notice(governed, series, HOLDER, 2 * UNIT)
    assert fund_put(governed, series).result == worth(UNIT)
    governed.world.chain.now = PAYABLE
    assert settle_put(governed, series, HOLDER).result == worth(UNIT)


def test_settle_put_after_the_next_instalment_pays_what_is_left(governed: Governed):
    """What the PayingAgent paid on the principal since is not paid again."""
    bond = amortising(record_days=3, options=(option(PERIOD, PUT, PUT_PRICE),))
    series = issued(governed, bond)
    governed.world.chain.now = OPENS
    notice(governed, series, HOLDER, 2 * UNIT)
    fund_put(governed, series)
    governed.world.chain.now = start_of(ISSUE_DAY + ENDS[2])
    assert settle_put(governed, series, HOLDER).result == worth(UNIT // 2)
    assert reclaim(governed, series).result == worth(UNIT) - worth(UNIT // 2)


def test_reclaim_put_gives_back_when_all_is_settled(governed: Governed, put: Contract):
    settle_put(governed, put)
    assert reclaim(governed, put).log == (
        ("PutClosed", put.address, PERIOD, 0),
        ("PutReturned", put.address, PERIOD, TREASURY, 0),
    )
    with expect_revert("NothingToReturn", payer=TREASURY):
        reclaim(governed, put)
    with expect_revert("PutIsClosed", series=put.address, period=PERIOD):
        settle_put(governed, put)
    with expect_revert("PutIsClosed", series=put.address, period=PERIOD):
        fund_put(governed, put)


def test_reclaim_put_waits_thirty_days_for_holders(governed: Governed, put: Contract):
    put.setFrozenTokens(HOLDER, 3 * UNIT, by=ENFORCER)
    settle_put(governed, put)
    governed.world.chain.now = PAYABLE + 30 * DAY - 1
    with expect_revert("PutOpen", series=put.address, period=PERIOD, closableAt=PAYABLE + 30 * DAY):
        reclaim(governed, put)
    governed.world.chain.warp(1)
    assert reclaim(governed, put).result == worth(3 * UNIT)
    assert put.balanceOf(HOLDER) == 3 * UNIT


def test_reclaim_put_reverts_while_it_is_not_funded_in_full(governed: Governed, put_series: Contract):
    """Attack: the issuer funds little, waits for the puts to lapse and takes his money back."""
    notice(governed, put_series, HOLDER, 3 * UNIT)
    fund_put(governed, put_series, UNIT)
    governed.world.chain.now = PAYABLE + 90 * DAY
    with expect_revert("PutOpen", series=put_series.address, period=PERIOD, closableAt=0):
        reclaim(governed, put_series)


def test_reclaim_put_reverts_before_the_payable_date(governed: Governed, put_series: Contract):
    """Attack: to put, fund and withdraw would close the put to everyone."""
    notice(governed, put_series, HOLDER, UNIT)
    fund_put(governed, put_series)
    notice(governed, put_series, HOLDER, 0)
    with expect_revert("PutOpen", series=put_series.address, period=PERIOD, closableAt=PAYABLE):
        reclaim(governed, put_series)
    governed.world.chain.now = PAYABLE
    assert reclaim(governed, put_series).result == worth(UNIT)


def test_reclaim_put_shares_what_is_left_among_those_who_funded(governed: Governed, put_series: Contract):
    """Attack: whoever funds a unit first would have the rest."""
    world = governed.world
    world.mint_cash(SPENDER, UNIT)
    world.cash.approve(governed.liabilities.address, ALL, by=SPENDER)
    notice(governed, put_series, HOLDER, 3 * UNIT)
    notice(governed, put_series, RECEIVER, 2 * UNIT)
    governed.liabilities.fundPut(put_series.address, PERIOD, 1, by=SPENDER)
    fund_put(governed, put_series)
    world.chain.now = PAYABLE
    put_series.setFrozenTokens(RECEIVER, 2 * UNIT, by=ENFORCER)
    settle_put(governed, put_series)
    world.chain.now = PAYABLE + 30 * DAY
    assert reclaim(governed, put_series, SPENDER).result == 0
    assert reclaim(governed, put_series).result == worth(2 * UNIT)
    assert governed.cash_of(governed.liabilities.address) == [0]


def test_reclaim_put_gives_back_when_the_series_ended(governed: Governed, put: Contract):
    governed.world.chain.now = put.maturityDate()
    assert reclaim(governed, put).result == worth(5 * UNIT)


def test_reclaim_put_reverts_for_who_paid_nothing_and_unknown_series(governed: Governed, put: Contract):
    settle_put(governed, put)
    with expect_revert("NothingToReturn", payer=OUTSIDER):
        reclaim(governed, put, OUTSIDER)
    with expect_revert("SeriesUnknown", series=HOLDER):
        governed.liabilities.reclaimPut(HOLDER, 0, HOLDER)


# ── exchanges ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def target(governed: Governed) -> Contract:
    return bullet(ends=(365, 730, 1095, 1460)).create(governed.world, 8)


def open_exchange(governed: Governed, old: Contract, new: Contract, ratio: int = 2 * WAD, most: int = 3 * UNIT):
    return governed.liabilities.openExchange(ID, old.address, new.address, ratio, most, CLOSES_AT, by=DEBT_OFFICE)


def exchange(governed: Governed, who: str, face: int) -> Receipt:
    return governed.liabilities.acceptExchange(ID, face, by=who)


def test_accept_exchange_gives_new_face_for_old(governed: Governed, series: Contract, target: Contract):
    opened = open_exchange(governed, series, target)
    assert opened.log == (("ExchangeOpened", ID, series.address, target.address, 2 * WAD, 3 * UNIT, CLOSES_AT),)
    receipt = exchange(governed, HOLDER, 2 * UNIT)
    assert receipt.result == 4 * UNIT
    assert receipt.log[-1] == ("ExchangeAccepted", ID, HOLDER, 2 * UNIT, 4 * UNIT)
    assert (series.balanceOf(HOLDER), target.balanceOf(HOLDER)) == (UNIT, 4 * UNIT)
    assert governed.liabilities.exchangeOf(ID).taken == 2 * UNIT


def test_accept_exchange_reverts_above_the_most(governed: Governed, series: Contract, target: Contract):
    open_exchange(governed, series, target)
    exchange(governed, HOLDER, 2 * UNIT)
    with expect_revert("FaceAboveMost", face=4 * UNIT, mostFace=3 * UNIT):
        exchange(governed, RECEIVER, 2 * UNIT)
    exchange(governed, RECEIVER, UNIT)


def test_accept_exchange_takes_free_face_of_who_may_receive(governed: Governed, series: Contract, target: Contract):
    open_exchange(governed, series, target)
    series.setFrozenTokens(HOLDER, 2 * UNIT + 1, by=ENFORCER)
    with expect_revert("ERC7943InsufficientUnfrozenBalance", account=HOLDER, amount=UNIT, unfrozen=UNIT - 1):
        exchange(governed, HOLDER, UNIT)
    governed.world.revoke(RECEIVER)
    with expect_revert("TransferRestricted", code=22, account=RECEIVER):
        exchange(governed, RECEIVER, UNIT)


def test_accept_exchange_reverts_when_it_is_over_or_unknown(governed: Governed, series: Contract, target: Contract):
    with expect_revert("WindowClosed", opensAt=0, closesAt=0, nowAt=governed.world.chain.now):
        exchange(governed, HOLDER, UNIT)
    open_exchange(governed, series, target)
    governed.world.chain.now = CLOSES_AT
    with expect_revert("WindowClosed", opensAt=0, closesAt=CLOSES_AT, nowAt=CLOSES_AT):
        exchange(governed, HOLDER, UNIT)


def test_accept_exchange_reverts_when_the_series_ended_early(governed: Governed, series: Contract, target: Contract):
    world = governed.world
    servicer = address_of("servicer")
    world.by_admin(world.programme.setServicer, servicer, True)
    open_exchange(governed, series, target)
    end = governed.tomorrow()
    world.programme.endSeries(series.address, end, by=servicer)
    world.chain.now = end
    with expect_revert("SeriesEnded", series=series.address, endAt=end):
        exchange(governed, HOLDER, UNIT)


def test_close_exchange_ends_it(governed: Governed, series: Contract, target: Contract):
    open_exchange(governed, series, target)
    assert governed.liabilities.closeExchange(ID, by=DEBT_OFFICE).log == (("ExchangeClosed", ID),)
    now = governed.world.chain.now
    with expect_revert("WindowClosed", opensAt=0, closesAt=now, nowAt=now):
        exchange(governed, HOLDER, UNIT)
    with expect_revert("WindowClosed", opensAt=0, closesAt=now, nowAt=now):
        governed.liabilities.closeExchange(ID, by=DEBT_OFFICE)


def test_open_exchange_reverts_for_unknown_series_and_twice(governed: Governed, series: Contract, target: Contract):
    for old, new in ((HOLDER, target.address), (series.address, HOLDER)):
        with expect_revert("SeriesUnknown", series=HOLDER):
            governed.liabilities.openExchange(ID, old, new, WAD, UNIT, CLOSES_AT, by=DEBT_OFFICE)
    open_exchange(governed, series, target)
    with expect_revert("IdUsed", id=ID):
        open_exchange(governed, series, target)


@pytest.mark.parametrize("wrong", ["past", "late", "same", "ratio", "face"])
def test_open_exchange_reverts_when_it_makes_no_sense(
    governed: Governed, series: Contract, target: Contract, wrong: str
):
    new = series if wrong == "same" else target
    closes_at = {"past": governed.world.chain.now, "late": series.maturityDate() + 1}.get(wrong, CLOSES_AT)
    ratio, most = 0 if wrong == "ratio" else WAD, 0 if wrong == "face" else UNIT
    with expect_revert("OpeningInvalid", id=ID):
        governed.liabilities.openExchange(ID, series.address, new.address, ratio, most, closes_at, by=DEBT_OFFICE)


# ── cash tokens that lie ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lying(world: World) -> tuple[Governed, Contract, Contract]:
    """A put of five units, with cash that lies."""
    cash = world.deploy("LyingCash")
    governed = build(world, cash)
    series = issued(governed, puttable())
    cash.mint(TREASURY, 100 * UNIT)
    world.chain.now = OPENS
    notice(governed, series, HOLDER, 3 * UNIT)
    notice(governed, series, RECEIVER, 2 * UNIT)
    return governed, cash, series


@pytest.mark.parametrize(("lie", "received"), [("fee", UNIT - UNIT // 100), ("no move", 0)])
def test_fund_put_reverts_when_cash_comes_short(lying: tuple[Governed, Contract, Contract], lie: str, received: int):
    """Attack case 12."""
    governed, cash, series = lying
    cash.setLie(LIES[lie])
    with expect_revert("CashShort", received=received, expected=UNIT):
        fund_put(governed, series, UNIT)


def test_settle_put_reverts_when_cash_refuses_or_stays(lying: tuple[Governed, Contract, Contract]):
    governed, cash, series = lying
    fund_put(governed, series)
    governed.world.chain.now = PAYABLE
    cash.setLie(LIES["false"])
    with expect_revert("CashRefused", cash=worth(5 * UNIT)):
        settle_put(governed, series)
    cash.setLie(LIES["no move"])
    with expect_revert("CashShort", received=0, expected=worth(5 * UNIT)):
        settle_put(governed, series)
    assert series.balanceOf(HOLDER) == 3 * UNIT


def test_reclaim_put_reverts_when_cash_stays(lying: tuple[Governed, Contract, Contract]):
    governed, cash, series = lying
    fund_put(governed, series)
    governed.world.chain.now = series.maturityDate()
    cash.setLie(LIES["no move"])
    with expect_revert("CashShort", received=0, expected=worth(5 * UNIT)):
        reclaim(governed, series)


def test_settle_put_pays_once_when_cash_calls_back(lying: tuple[Governed, Contract, Contract]):
    """Attack case 12: whoever re-enters finds all booked."""
    governed, cash, series = lying
    fund_put(governed, series)
    governed.world.chain.now = PAYABLE
    again = governed.liabilities.settlePut.encode(series.address, PERIOD, list(HOLDERS))
    cash.setCallback(governed.liabilities.address, again)
    assert settle_put(governed, series).result == worth(5 * UNIT)
    assert cash.succeeded()
    assert [cash.balanceOf(who) for who in (HOLDER, RECEIVER, governed.liabilities.address)] == [
        worth(3 * UNIT), worth(2 * UNIT), 0,
    ]  # fmt: skip


# ── conservation ─────────────────────────────────────────────────────────────────────────────────────────────────────

ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("fund"), st.integers(1, 7 * UNIT)),
        st.tuples(st.just("settle"), st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True)),
        st.tuples(st.just("move"), st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, UNIT))),
        st.tuples(st.just("freeze"), st.tuples(st.integers(0, 2), st.integers(0, 3 * UNIT))),
        st.tuples(st.just("revoke"), st.integers(0, 2)),
    ),
    min_size=1,
    max_size=10,
)


@given(faces=st.tuples(st.integers(0, 3 * UNIT), st.integers(0, 2 * UNIT), st.integers(1, UNIT)), acts=ACTS)
def test_cash_of_a_put_is_conserved(built_world: World, faces: tuple[int, ...], acts: list[tuple[str, object]]):
    """funded = paid + what is here; no notice is paid above its share, and all that is left goes back."""
    with built_world.chain.rolled_back():
        governed = build(built_world)
        enrich(governed)
        series = issued(governed, puttable())
        built_world.chain.now = OPENS
        for who, face in zip(HOLDERS, faces, strict=True):
            if face:
                notice(governed, series, who, face)
        built_world.chain.now = PAYABLE
        for act, value in acts:
            run_act(governed, series, act, value)
            _, burned, funded, paid = put_of(governed, series)
            assert governed.cash_of(governed.liabilities.address) == [funded - paid]
            assert sum(governed.cash_of(*HOLDERS)) == paid
            assert series.totalSupply() == 6 * UNIT - burned
            assert paid <= worth(burned) <= governed.liabilities.putDueOf(series.address, PERIOD)
            for who in HOLDERS:
                face, done = governed.liabilities.noticeOf(series.address, PERIOD, who)
                due = governed.liabilities.putDueOf(series.address, PERIOD)
                assert done <= (face if funded >= due else face * funded // due)
        built_world.chain.now = series.maturityDate()
        if put_of(governed, series)[2]:
            reclaim(governed, series)
        assert governed.cash_of(governed.liabilities.address) == [0]


def run_act(governed: Governed, series: Contract, act: str, value: object) -> None:
    world = governed.world
    missing = governed.liabilities.putDueOf(series.address, PERIOD) > put_of(governed, series)[2]
    if act == "fund" and missing:
        fund_put(governed, series, value)
    elif act == "settle":
        settle_put(governed, series, *(HOLDERS[index] for index in value))
    elif act == "move":
        source, to, amount = HOLDERS[value[0]], HOLDERS[value[1]], value[2]
        if series.canTransfer(source, to, amount) and series.balanceOf(source) >= amount:
            series.transfer(to, amount, by=source)
    elif act == "freeze":
        series.setFrozenTokens(HOLDERS[value[0]], value[1], by=ENFORCER)
    elif act == "revoke":
        world.revoke(HOLDERS[value])


@given(
    offers=st.tuples(*(st.tuples(st.integers(0, most), st.integers(1, 10**12)) for most in (3, 2, 1))),
    cutoff=st.integers(1, 10**12),
    share=st.integers(0, WAD),
    frozen=st.tuples(st.integers(0, 3 * UNIT), st.integers(0, 2 * UNIT), st.integers(0, UNIT)),
    ahead=st.integers(0, 170),
)
def test_cash_of_a_buyback_is_conserved(
    built_world: World,
    offers: tuple[tuple[int, int], ...],
    cutoff: int,
    share: int,
    frozen: tuple[int, ...],
    ahead: int,
):
    """No more leaves than came in, each is paid his own price, and the rest goes back, whatever is frozen meanwhile."""
    with built_world.chain.rolled_back():
        governed = build(built_world)
        enrich(governed)
        series = issued(governed)
        closes_at = start_of(ISSUE_DAY + 5 + ahead)
        open_buyback(governed, series, closes_at=closes_at)
        for who, (units, price) in zip(HOLDERS, offers, strict=True):
            if units:
                offer(governed, who, units * UNIT, price)
        built_world.chain.now = closes_at
        before = sum(governed.cash_of(TREASURY))
        accept(governed, cutoff, share)
        wanted = [
            units * UNIT if price < cutoff else units * UNIT * share // WAD // UNIT * UNIT if price == cutoff else 0
            for units, price in offers
        ]
        accrued = bullet(record_days=3).accrued(ISSUE_DAY + 5 + ahead)
        costs = [cost(face, price, accrued) for face, (_, price) in zip(wanted, offers, strict=True)]
        if any(costs):
            built_world.mint_cash(TREASURY, sum(costs))
            before += sum(costs)
            assert fund(governed).result == sum(costs)
        for who, amount in zip(HOLDERS, frozen, strict=True):
            series.setFrozenTokens(who, amount, by=ENFORCER)
        paid = settle(governed).result
        for who in HOLDERS:
            series.setFrozenTokens(who, 0, by=ENFORCER)
        paid += settle(governed).result
        for who, (_, price) in zip(HOLDERS, offers, strict=True):
            assert cost(governed.liabilities.offerOf(ID, who).open, price, accrued) == 0
        assert series.totalSupply() >= 6 * UNIT - sum(wanted)
        assert sum(governed.cash_of(*HOLDERS)) == paid <= sum(costs)
        built_world.chain.now = governed.liabilities.buybackOf(ID).settleUntil
        governed.liabilities.closeBuyback(ID)
        assert governed.cash_of(governed.liabilities.address, TREASURY) == [0, before - paid]

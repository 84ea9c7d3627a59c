"""Settlement of an allotment: cash against bills, page by page."""

import pytest
from evm import ZERO, Contract, address_of, expect_revert
from lying import LIES, LyingWorld, build
from world import DAY, HOUR, MATURITY_AT, NOW, RATE, UNIT, World, page_hash

from rwa_deploy import units

ID = b"\x57".ljust(32, b"\0")
PRICE = 98_383_200
CASH = units.cash_for_face_up(UNIT, PRICE)
HOLDER, RECEIVER, SPENDER, OUTSIDER = map(address_of, ("holder", "receiver", "spender", "outsider"))
TREASURY, DEBT_OFFICE, GUARDIAN = map(address_of, ("treasury", "debt_office", "guardian"))
ALL = 2**256 - 1
Page = list[tuple[str, int, int]]


def page_of(*winners: str) -> Page:
    return [(winner, UNIT, PRICE) for winner in winners]


def open_allotment(world: World, *pages: Page, treasury: str = TREASURY, settlement: Contract | None = None):
    hashes = [page_hash(page) for page in pages]
    target = settlement or world.settlement
    return target.openAllotment(ID, world.bond.address, treasury, hashes, by=DEBT_OFFICE)


def fund(world: World, *winners: str, amount: int = CASH) -> None:
    """Gives each winner cash and the Settlement his allowance."""
    for winner in winners:
        world.mint_cash(winner, amount)
        world.cash.approve(world.settlement.address, ALL, by=winner)


def faces(world: World, *winners: str) -> list[int]:
    return [world.bond.balanceOf(winner) for winner in winners]


# ── openAllotment, closeAllotment ────────────────────────────────────────────────────────────────────────────────────


def test_open_allotment_commits_to_pages(world: World, settlement: Contract, bond: Contract):
    page = page_of(HOLDER)
    assert open_allotment(world, page, page).log == (("AllotmentOpened", ID, bond.address, TREASURY, 2),)
    assert tuple(settlement.allotmentOf(ID)) == (bond.address, TREASURY, [page_hash(page)] * 2, True)


@pytest.mark.parametrize("pages", [0, 257])
def test_open_allotment_reverts_when_it_has_no_page_or_too_many(world: World, pages: int):
    with expect_revert("AllotmentInvalid", id=ID, pages=pages):
        open_allotment(world, *[page_of(HOLDER)] * pages)


@pytest.mark.parametrize("pages", [1, 256])
def test_open_allotment_takes_one_page_and_256(world: World, settlement: Contract, pages: int):
    open_allotment(world, *[page_of(HOLDER)] * pages)
    assert len(settlement.allotmentOf(ID).pageHashes) == pages


@pytest.mark.parametrize("closed", [False, True])
def test_open_allotment_reverts_when_it_was_opened_before(world: World, settlement: Contract, closed: bool):
    open_allotment(world, page_of(HOLDER))
    if closed:
        settlement.closeAllotment(ID, by=DEBT_OFFICE)
    with expect_revert("AllotmentInvalid", id=ID, pages=1):
        open_allotment(world, page_of(HOLDER))


def test_open_allotment_reverts_when_the_series_is_unknown(settlement: Contract):
    with expect_revert("SeriesUnknown", series=HOLDER):
        settlement.openAllotment(ID, HOLDER, TREASURY, [bytes(32)], by=DEBT_OFFICE)


def test_open_allotment_reverts_when_the_caller_is_not_the_debt_office(world: World, settlement: Contract):
    with expect_revert("AccessManagedUnauthorized", caller=OUTSIDER):
        settlement.openAllotment(ID, world.bond.address, OUTSIDER, [bytes(32)], by=OUTSIDER)


def test_close_allotment_lets_the_rest_lapse(world: World, settlement: Contract):
    page = page_of(HOLDER)
    open_allotment(world, page)
    assert settlement.closeAllotment(ID, by=DEBT_OFFICE).log == (("AllotmentClosed", ID),)
    assert settlement.allotmentOf(ID).open is False
    with expect_revert("AllotmentNotOpen", id=ID, page=0):
        settlement.settlePage(ID, 0, page)


def test_close_allotment_reverts_when_it_is_not_open(settlement: Contract):
    with expect_revert("AllotmentNotOpen", id=ID, page=0):
        settlement.closeAllotment(ID, by=DEBT_OFFICE)


def test_close_allotment_reverts_when_the_caller_is_not_the_debt_office(world: World, settlement: Contract):
    open_allotment(world, page_of(HOLDER))
    with expect_revert("AccessManagedUnauthorized", caller=GUARDIAN):
        settlement.closeAllotment(ID, by=GUARDIAN)


# ── settlePage ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_settle_page_moves_cash_and_bills_of_every_winner(world: World, settlement: Contract, bond: Contract):
    page = page_of(HOLDER, RECEIVER)
    open_allotment(world, page)
    fund(world, HOLDER, RECEIVER)
    receipt = settlement.settlePage(ID, 0, page, by=OUTSIDER)
    usd = units.usd_for_pkr_up(2 * UNIT, RATE)
    assert receipt.result == 2
    assert receipt.log == (
        ("Transfer", HOLDER, TREASURY, CASH),
        ("AllotmentSettled", ID, HOLDER, 0, 0, UNIT, CASH),
        ("Transfer", RECEIVER, TREASURY, CASH),
        ("AllotmentSettled", ID, RECEIVER, 0, 1, UNIT, CASH),
        ("Issued", bond.address, 2 * UNIT, usd, RATE),
        ("Transfer", ZERO, HOLDER, UNIT),
        ("Transfer", ZERO, RECEIVER, UNIT),
    )
    assert (faces(world, HOLDER, RECEIVER), world.cash.balanceOf(TREASURY)) == ([UNIT, UNIT], 2 * CASH)
    assert settlement.settledOf(ID, 0) == 0b11


def test_settle_page_settles_each_winner_once(world: World, settlement: Contract):
    page = page_of(HOLDER)
    open_allotment(world, page)
    fund(world, HOLDER, amount=10 * CASH)
    settlement.settlePage(ID, 0, page)
    again = settlement.settlePage(ID, 0, page)
    assert (again.result, again.log) == (0, ())
    assert (faces(world, HOLDER), world.cash.balanceOf(HOLDER)) == ([UNIT], 9 * CASH)


def skip_of(winner: str, position: int, code: int, pullable: int = 0) -> tuple[object, ...]:
    return ("AllotmentSkipped", ID, winner, 0, position, code, CASH, pullable)


@pytest.mark.parametrize("short", ["cash", "allowance", "freeze"])
def test_settle_page_skips_who_cannot_pay_by_one_unit(world: World, settlement: Contract, short: str):
    page = page_of(HOLDER, RECEIVER)
    open_allotment(world, page)
    fund(world, HOLDER, RECEIVER)
    if short == "cash":
        world.cash.transfer(TREASURY, 1, by=HOLDER)
    elif short == "allowance":
        world.cash.approve(settlement.address, CASH - 1, by=HOLDER)
    else:
        world.cash.setFrozenTokens(HOLDER, 1, by=address_of("enforcer"))
    receipt = settlement.settlePage(ID, 0, page)
    assert receipt.result == 1
    assert receipt.log[0] == skip_of(HOLDER, 0, 0, CASH - 1)
    assert (faces(world, HOLDER, RECEIVER), settlement.settledOf(ID, 0)) == ([0, UNIT], 0b10)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_settle_page_skips_who_is_not_allowed_and_settles_the_others(world: World, settlement: Contract, position: int):
    others = [HOLDER, RECEIVER]
    winners = [*others[:position], OUTSIDER, *others[position:]]
    page = page_of(*winners)
    open_allotment(world, page)
    fund(world, *others)
    receipt = settlement.settlePage(ID, 0, page)
    assert receipt.of("AllotmentSkipped") == [skip_of(OUTSIDER, position, 20)]
    assert faces(world, *others, OUTSIDER) == [UNIT, UNIT, 0]


def test_settle_page_settles_a_skipped_winner_later(world: World, settlement: Contract):
    page = page_of(HOLDER, OUTSIDER)
    open_allotment(world, page)
    fund(world, HOLDER)
    assert settlement.settlePage(ID, 0, page).result == 1
    world.onboard(OUTSIDER)
    fund(world, OUTSIDER)
    assert settlement.settlePage(ID, 0, page).result == 1
    assert (faces(world, HOLDER, OUTSIDER), settlement.settledOf(ID, 0)) == ([UNIT, UNIT], 0b11)


@pytest.mark.parametrize("state", ["revoked", "expired"])
def test_settle_page_names_why_a_winner_may_not_receive(world: World, settlement: Contract, state: str):
    page = page_of(HOLDER)
    open_allotment(world, page)
    fund(world, HOLDER)
    if state == "revoked":
        world.revoke(HOLDER)
    else:
        world.onboard(HOLDER, valid_until=NOW + 1)
        world.chain.warp(2)
    receipt = settlement.settlePage(ID, 0, page)
    assert receipt.log == (skip_of(HOLDER, 0, 22 if state == "revoked" else 21),)


def test_settle_page_skips_everyone_while_cash_is_paused(world: World, settlement: Contract):
    page = page_of(HOLDER, RECEIVER)
    open_allotment(world, page)
    fund(world, HOLDER, RECEIVER)
    world.cash.pause(by=GUARDIAN)
    receipt = settlement.settlePage(ID, 0, page)
    assert receipt.log == (skip_of(HOLDER, 0, 0), skip_of(RECEIVER, 1, 0))


def test_settle_page_of_one_winner_twice_settles_what_he_can_pay(world: World, settlement: Contract):
    page = page_of(HOLDER, HOLDER)
    open_allotment(world, page)
    fund(world, HOLDER)
    receipt = settlement.settlePage(ID, 0, page)
    assert (receipt.result, receipt.of("AllotmentSkipped")) == (1, [skip_of(HOLDER, 1, 0)])


def test_settle_page_takes_256_winners(world: World, settlement: Contract):
    page = page_of(*[HOLDER] * 256)
    open_allotment(world, page)
    fund(world, HOLDER, amount=256 * CASH)
    assert settlement.settlePage(ID, 0, page).result == 256
    assert settlement.settledOf(ID, 0) == ALL
    assert settlement.settlePage(ID, 0, page).result == 0


def test_settle_page_reverts_when_the_page_has_257_winners(world: World, settlement: Contract):
    page = page_of(*[HOLDER] * 257)
    open_allotment(world, page)
    with expect_revert("PageMismatch", id=ID, page=0, hash=page_hash(page)):
        settlement.settlePage(ID, 0, page)


@pytest.mark.parametrize("change", ["winner", "face", "price", "order", "length"])
def test_settle_page_reverts_when_the_winners_are_others(world: World, settlement: Contract, change: str):
    page = page_of(HOLDER, RECEIVER)
    open_allotment(world, page)
    changed = {
        "winner": page_of(HOLDER, SPENDER),
        "face": [page[0], (RECEIVER, 2 * UNIT, PRICE)],
        "price": [page[0], (RECEIVER, UNIT, PRICE - 1)],
        "order": page[::-1],
        "length": page[:1],
    }[change]
    with expect_revert("PageMismatch", id=ID, page=0, hash=page_hash(changed)):
        settlement.settlePage(ID, 0, changed)


def test_settle_page_never_gives_bills_for_nothing(world: World, settlement: Contract):
    page = [(HOLDER, UNIT, 0), (RECEIVER, UNIT, PRICE)]
    open_allotment(world, page)
    fund(world, HOLDER, RECEIVER)
    receipt = settlement.settlePage(ID, 0, page)
    assert (receipt.result, faces(world, HOLDER, RECEIVER)) == (1, [0, UNIT])


@pytest.mark.parametrize("page", [1, ALL])
def test_settle_page_reverts_when_there_is_no_such_page(world: World, settlement: Contract, page: int):
    open_allotment(world, page_of(HOLDER))
    with expect_revert("AllotmentNotOpen", id=ID, page=page):
        settlement.settlePage(ID, page, page_of(HOLDER))


def test_settle_page_reverts_when_nothing_was_opened(settlement: Contract):
    with expect_revert("AllotmentNotOpen", id=ID, page=0):
        settlement.settlePage(ID, 0, [])


@pytest.mark.parametrize("obstacle", ["mandate", "cap", "rate age", "rate pending", "paused", "matured"])
def test_settle_page_takes_no_cash_when_nothing_may_be_issued(world: World, settlement: Contract, obstacle: str):
    page = page_of(HOLDER)
    open_allotment(world, page)
    fund(world, HOLDER)
    programme, usd = world.programme, units.usd_for_pkr_up(UNIT, RATE)
    if obstacle == "mandate":
        programme.closeMandate(by=DEBT_OFFICE)
        expected = ("MandateNotInForce", {"mandate": 3, "until": NOW, "nowAt": NOW})
    elif obstacle == "cap":
        programme.tightenCap(usd - 1, by=DEBT_OFFICE)
        expected = ("CapExceeded", {"wantedUsd": usd, "usedUsd": 0, "capUsd": usd - 1})
    elif obstacle == "rate age":
        programme.tightenMaxRateAge(DAY, by=DEBT_OFFICE)
        world.chain.warp(DAY + 1)
        expected = ("RateTooOld", {"age": DAY + 1, "maxAge": DAY})
    elif obstacle == "rate pending":
        world.chain.warp(1)
        world.post_rate(2 * RATE)
        expected = ("RatePending", {"holdsFrom": NOW + 1 + HOUR})
    elif obstacle == "paused":
        world.bond.pause(by=GUARDIAN)
        expected = ("TransferRestricted", {"code": 2, "account": world.bond.address})
    else:
        world.chain.now = MATURITY_AT
        world.post_rate()
        expected = ("SeriesMatured", {"endAt": MATURITY_AT})
    with expect_revert(expected[0], **expected[1]):
        settlement.settlePage(ID, 0, page)
    assert (world.cash.balanceOf(HOLDER), settlement.settledOf(ID, 0)) == (CASH, 0)


def test_settle_page_reverts_when_a_face_is_not_in_units(world: World, settlement: Contract):
    page = [(HOLDER, UNIT + 1, PRICE)]
    open_allotment(world, page)
    fund(world, HOLDER, amount=2 * CASH)
    with expect_revert("FaceNotInUnits", face=UNIT + 1, denomination=UNIT):
        settlement.settlePage(ID, 0, page)


# ── cash tokens that lie ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lying(world: World) -> LyingWorld:
    found = build(world)
    for winner in (HOLDER, RECEIVER):
        found.cash.mint(winner, 10 * CASH)
    return found


def test_settle_page_skips_whose_cash_answers_false(world: World, lying: LyingWorld):
    page = page_of(HOLDER, RECEIVER)
    open_allotment(world, page, settlement=lying.settlement)
    lying.cash.setLie(LIES["false"])
    receipt = lying.settlement.settlePage(ID, 0, page)
    assert (receipt.result, len(receipt.of("AllotmentSkipped"))) == (0, 2)
    assert faces(world, HOLDER, RECEIVER) == [0, 0]


@pytest.mark.parametrize(("lie", "received"), [("fee", 2 * (CASH - CASH // 100)), ("no move", 0)])
def test_settle_page_reverts_when_cash_comes_short(world: World, lying: LyingWorld, lie: str, received: int):
    page = page_of(HOLDER, RECEIVER)
    open_allotment(world, page, settlement=lying.settlement)
    lying.cash.setLie(LIES[lie])
    with expect_revert("CashShort", received=received, expected=2 * CASH):
        lying.settlement.settlePage(ID, 0, page)


def test_settle_page_reverts_when_cash_answers_nothing(world: World, lying: LyingWorld):
    page = page_of(HOLDER)
    open_allotment(world, page, settlement=lying.settlement)
    lying.cash.setLie(LIES["nothing"])
    with expect_revert(""):
        lying.settlement.settlePage(ID, 0, page)
    assert faces(world, HOLDER) == [0]


def test_settle_page_pays_once_when_cash_calls_back_into_the_page(world: World, lying: LyingWorld):
    page = page_of(HOLDER, RECEIVER)
    open_allotment(world, page, settlement=lying.settlement)
    lying.cash.setCallback(lying.settlement.address, lying.settlement.settlePage.encode(ID, 0, page))
    receipt = lying.settlement.settlePage(ID, 0, page)
    assert (lying.cash.succeeded(), int.from_bytes(lying.cash.answer())) == (True, 0)
    assert (receipt.result, faces(world, HOLDER, RECEIVER)) == (2, [UNIT, UNIT])
    assert (lying.cash.balanceOf(TREASURY), lying.settlement.settledOf(ID, 0)) == (2 * CASH, 0b11)


def test_settle_page_reverts_when_cash_calls_back_into_another_page(world: World, lying: LyingWorld):
    first, second = page_of(HOLDER), page_of(RECEIVER)
    open_allotment(world, first, second, settlement=lying.settlement)
    lying.cash.setCallback(lying.settlement.address, lying.settlement.settlePage.encode(ID, 1, second))
    with expect_revert("CashShort", received=2 * CASH, expected=CASH):
        lying.settlement.settlePage(ID, 0, first)
    assert faces(world, HOLDER, RECEIVER) == [0, 0]

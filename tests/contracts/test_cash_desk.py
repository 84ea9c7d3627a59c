"""CashDesk: conversion at par, the queue of redemptions, and what happens when the reserve runs short."""

import random
from collections.abc import Callable

import pytest
from evm import Contract, Receipt, Reverted, address_of, expect_revert, reverts
from world import DAY, HOUR, MINTER_LIMIT, UNIT, World, record

from rwa_deploy import units

HOLDER, RECEIVER, SPENDER, OUTSIDER, DEALER, PAYER = map(
    address_of, ("holder", "receiver", "spender", "outsider", "dealer", "payer")
)
MINTER, BANK, ADMIN, ENFORCER, GUARDIAN, REGISTRAR = map(
    address_of, ("minter", "central_bank", "admin", "enforcer", "guardian", "registrar")
)
MOST = 2**128 - 1
HOLDERS = (HOLDER, RECEIVER, SPENDER)


@pytest.fixture
def desk(world: World, cash_desk: Contract) -> Contract:
    """Each holder has a unit of stablecoin, dealer and payer have central-bank money; all have approved the desk."""
    rows = [(DEALER, record(tier=4, investor=44), bytes(32)), (PAYER, record(tier=4, investor=45), bytes(32))]
    world.allowlist.onboardByRegistrar(rows, by=REGISTRAR)
    for wallet in HOLDERS:
        world.mint_cash(wallet, UNIT)
    for wallet in (DEALER, PAYER):
        world.mint_money(wallet, 10 * UNIT)
    for wallet in (*HOLDERS, DEALER, PAYER):
        for token in (world.cash, world.money):
            token.approve(cash_desk.address, MOST, by=wallet)
    return cash_desk


def reserve(world: World, quantity: int) -> Receipt:
    """A new attestation of the stablecoin's reserve."""
    world.chain.warp(1)
    return world.attest(world.cash.address, quantity)


def conserved(world: World) -> None:
    """The desk's money is what is converted, funded and assigned, to the unit; its stablecoin is what waits."""
    funded, waiting, assigned = world.cash_desk.books()
    converted = world.cash.minterOf(world.cash_desk.address).minted
    assert world.money.balanceOf(world.cash_desk.address) == converted + funded + assigned
    assert world.cash.balanceOf(world.cash_desk.address) == waiting
    found = [world.cash_desk.requestOf(number) for number in range(world.cash_desk.requests())]
    assert (sum(one.waiting for one in found), sum(one.assigned for one in found)) == (waiting, assigned)
    assert sum(world.cash.ledgers()) == world.cash.totalSupply()


# ── conversion ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_convert_mints_at_par_against_money_that_lies_here(world: World, desk: Contract):
    receipt = desk.convert(2 * UNIT, by=DEALER)
    assert receipt.of("Converted") == [("Converted", DEALER, 2 * UNIT)]
    assert (world.cash.balanceOf(DEALER), world.money.balanceOf(DEALER)) == (2 * UNIT, 8 * UNIT)
    assert tuple(world.cash.ledgers()) == (3 * UNIT, 0, 2 * UNIT)
    conserved(world)


def test_convert_needs_no_reserve(world: World, desk: Contract):
    reserve(world, 0)
    desk.convert(UNIT, by=DEALER)
    assert world.cash.balanceOf(DEALER) == UNIT


def test_convert_back_pays_at_once_whoever_asks(world: World, desk: Contract):
    desk.convert(2 * UNIT, by=DEALER)
    receipt = desk.convertBack(UNIT, by=HOLDER)
    assert receipt.of("ConvertedBack") == [("ConvertedBack", HOLDER, UNIT)]
    assert (world.cash.balanceOf(HOLDER), world.money.balanceOf(HOLDER)) == (0, UNIT)
    assert tuple(world.cash.ledgers()) == (3 * UNIT, 0, UNIT)
    conserved(world)


def test_convert_back_never_touches_what_is_funded_for_the_queue(world: World, desk: Contract):
    desk.request(UNIT, by=HOLDER)
    desk.fund(UNIT, by=PAYER)
    desk.convert(5, by=DEALER)
    with expect_revert("BurnAboveMinted", minter=desk.address, amount=6, minted=5):
        desk.convertBack(6, by=RECEIVER)
    desk.convertBack(5, by=RECEIVER)
    conserved(world)


def test_a_round_trip_earns_nothing(world: World, desk: Contract):
    """Attack case 16."""
    before = world.money.balanceOf(DEALER)
    for amount in (1, UNIT, 7):
        desk.convert(amount, by=DEALER)
        desk.convertBack(amount, by=DEALER)
    assert (world.money.balanceOf(DEALER), world.cash.balanceOf(DEALER)) == (before, 0)


@pytest.mark.parametrize("function", ["convert", "convertBack", "request", "fund"])
def test_nothing_is_done_with_nothing(desk: Contract, function: str):
    with expect_revert("NothingToDo"):
        getattr(desk, function)(0, by=DEALER)


def test_a_donation_changes_no_book(world: World, desk: Contract):
    """Attack case 15."""
    desk.request(UNIT, by=HOLDER)
    before = tuple(desk.books())
    world.money.transfer(desk.address, UNIT, by=DEALER)
    world.cash.transfer(desk.address, UNIT, by=RECEIVER)
    assert (tuple(desk.books()), desk.serve(9).result) == (before, 0)
    with expect_revert("BurnAboveMinted", minter=desk.address, amount=1, minted=0):
        desk.convertBack(1, by=SPENDER)


# ── the queue ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_request_locks_and_is_numbered(world: World, desk: Contract):
    receipt = desk.request(UNIT, by=HOLDER)
    assert receipt.log[0] == ("RedemptionRequested", 0, HOLDER, UNIT)
    assert desk.request(UNIT, by=RECEIVER).result == 1
    assert tuple(desk.requestOf(0)) == (HOLDER, world.chain.now, 0, UNIT, 0, 0)
    assert (world.cash.balanceOf(HOLDER), tuple(desk.books())) == (0, (0, 2 * UNIT, 0))
    with expect_revert("RequestUnknown", id=2):
        desk.requestOf(2)


def test_fund_takes_what_waits_and_no_more(world: World, desk: Contract):
    with expect_revert("NothingToDo"):
        desk.fund(UNIT, by=PAYER)
    desk.request(UNIT, by=HOLDER)
    receipt = desk.fund(3 * UNIT, by=PAYER)
    assert (receipt.result, receipt.log[0]) == (UNIT, ("QueueFunded", PAYER, UNIT))
    assert world.money.balanceOf(PAYER) == 9 * UNIT


def test_serve_assigns_in_the_order_of_requests_and_burns(world: World, desk: Contract):
    for wallet in HOLDERS:
        desk.request(UNIT, by=wallet)
    desk.fund(UNIT + 5, by=PAYER)
    supply = world.cash.totalSupply()
    receipt = desk.serve(9, by=OUTSIDER)
    assert receipt.of("RedemptionAssigned") == [("RedemptionAssigned", 0, UNIT), ("RedemptionAssigned", 1, 5)]
    assert receipt.result == UNIT + 5 == supply - world.cash.totalSupply()
    assert tuple(desk.books()) == (0, 2 * UNIT - 5, UNIT + 5)
    assert (desk.round().head, desk.round().cursor) == (1, 1)
    conserved(world)


def test_serve_looks_at_no_more_than_asked(desk: Contract):
    for wallet in HOLDERS:
        desk.request(UNIT, by=wallet)
    desk.fund(3 * UNIT, by=PAYER)
    assert [desk.serve(most).result for most in (0, 1, 1, 9)] == [0, UNIT, UNIT, UNIT]


def test_collect_pays_the_requester_by_anyone_in_parts_too(world: World, desk: Contract):
    desk.request(UNIT, by=HOLDER)
    desk.fund(UNIT, by=PAYER)
    desk.serve(1)
    receipt = desk.collect(0, 4, by=OUTSIDER)
    assert (receipt.result, receipt.log[0]) == (4, ("RedemptionCollected", 0, HOLDER, 4))
    assert desk.collect(0, MOST, by=OUTSIDER).result == UNIT - 4
    assert world.money.balanceOf(HOLDER) == UNIT
    with expect_revert("NothingToDo"):
        desk.collect(0, MOST)
    conserved(world)


def test_cancel_gives_back_what_is_not_assigned_after_five_days(world: World, desk: Contract):
    desk.request(UNIT, by=HOLDER)
    desk.fund(7, by=PAYER)
    desk.serve(1)
    at = world.chain.now
    world.chain.warp(5 * DAY - 1)
    with expect_revert("CancelTooEarly", id=0, cancellableAt=at + 5 * DAY):
        desk.cancel(0, by=HOLDER)
    world.chain.warp(1)
    with expect_revert("NotRequester", id=0, caller=RECEIVER):
        desk.cancel(0, by=RECEIVER)
    assert desk.cancel(0, by=HOLDER).log[0] == ("RedemptionCancelled", 0, HOLDER, UNIT - 7)
    assert world.cash.balanceOf(HOLDER) == UNIT - 7
    with expect_revert("NothingToDo"):
        desk.cancel(0, by=HOLDER)
    assert desk.collect(0, MOST).result == 7
    conserved(world)


def test_serve_passes_over_who_cancelled(world: World, desk: Contract):
    for wallet in HOLDERS:
        desk.request(UNIT, by=wallet)
    world.chain.warp(5 * DAY)
    for number, wallet in ((0, HOLDER), (1, RECEIVER)):
        desk.cancel(number, by=wallet)
    desk.fund(UNIT, by=PAYER)
    assert desk.serve(9).of("RedemptionAssigned") == [("RedemptionAssigned", 2, UNIT)]
    assert desk.round().head == 3


def test_who_cancels_in_the_middle_of_being_served_holds_nobody_up(world: World, desk: Contract):
    for wallet in (HOLDER, RECEIVER):
        desk.request(UNIT, by=wallet)
    desk.fund(5, by=PAYER)
    desk.serve(9)
    world.chain.warp(5 * DAY)
    desk.cancel(0, by=HOLDER)
    desk.fund(UNIT, by=PAYER)
    assert desk.serve(9).of("RedemptionAssigned") == [("RedemptionAssigned", 1, UNIT)]
    conserved(world)


@pytest.mark.parametrize("stop", ["revoked", "frozen", "capped"])
def test_who_may_not_receive_blocks_nobody_and_loses_nothing(world: World, desk: Contract, stop: str):
    """Attack case 14."""
    for wallet in (HOLDER, RECEIVER):
        desk.request(UNIT, by=wallet)
    desk.fund(2 * UNIT, by=PAYER)
    if stop == "revoked":
        world.revoke(HOLDER)
    elif stop == "frozen":
        world.allowlist.setFrozen(HOLDER, True, by=ENFORCER)
    else:
        world.policies.tightenPolicy(
            world.money.address, (2 << 192, 1_000, (0, 0, 0, 0), bytes(32)), by=address_of("regulator")
        )
        world.policies.countWallets([HOLDER])
    code = {"revoked": 22, "frozen": 25, "capped": 35}[stop]
    assert desk.serve(9).result == 2 * UNIT
    with expect_revert("TransferRestricted", code=code, account=HOLDER):
        desk.collect(0, MOST)
    assert desk.requestOf(0).assigned == UNIT
    if stop == "capped":
        assert desk.collect(0, 1_000 * units.ONE).result == 1_000 * units.ONE
    else:
        desk.collect(1, MOST)
        assert world.money.balanceOf(RECEIVER) == UNIT
    conserved(world)


def test_the_wallet_that_took_his_place_collects_and_cancels(world: World, desk: Contract):
    """Attack case 28."""
    desk.request(UNIT, by=HOLDER)
    desk.fund(5, by=PAYER)
    desk.serve(1)
    _replace(world, HOLDER)
    successor = world.allowlist.successorOf(HOLDER)
    assert successor != HOLDER
    desk.collect(0, MOST)
    world.chain.warp(5 * DAY)
    with expect_revert("NotRequester", id=0, caller=HOLDER):
        desk.cancel(0, by=HOLDER)
    desk.cancel(0, by=successor)
    assert (world.money.balanceOf(successor), world.cash.balanceOf(successor)) == (5, UNIT - 5)


def _replace(world: World, wallet: str) -> None:
    """Another wallet of the same investor takes the place of `wallet`."""
    number = world.allowlist.recordOf(wallet) >> 152 & (2**64 - 1)
    added = address_of("second wallet")
    world.allowlist.onboardByRegistrar([(added, record(investor=number), bytes(32))], by=REGISTRAR)
    world.allowlist.replace(wallet, added, by=ENFORCER)


def test_nothing_is_served_above_what_the_issuer_has_outstanding(world: World, desk: Contract):
    """What was converted is redeemed as far as the issuer's account reaches, and converted back beyond that."""
    desk.convert(UNIT, by=DEALER)
    desk.request(UNIT, by=DEALER)
    for wallet in HOLDERS:
        desk.request(UNIT, by=wallet)
    desk.fund(4 * UNIT, by=PAYER)
    assert desk.serve(9).result == 3 * UNIT
    assert desk.serve(9).result == 0
    assert tuple(desk.books()) == (UNIT, UNIT, 3 * UNIT)
    world.mint_cash(RECEIVER, UNIT)
    assert desk.serve(9).result == UNIT
    conserved(world)


def test_set_issuer_moves_redemptions_to_another_account(world: World, desk: Contract):
    other = address_of("second issuer")
    assert world.by_admin(desk.setIssuer, other).log[-1] == ("IssuerChanged", other)
    desk.request(UNIT, by=HOLDER)
    desk.fund(UNIT, by=PAYER)
    assert (desk.issuer(), desk.serve(9).result) == (other, 0)


def test_a_pause_of_the_stablecoin_stops_no_payment(world: World, desk: Contract):
    desk.request(UNIT, by=HOLDER)
    desk.fund(UNIT, by=PAYER)
    world.cash.pause(by=GUARDIAN)
    desk.serve(1)
    desk.collect(0, MOST)
    assert world.money.balanceOf(HOLDER) == UNIT


# ── the reserve runs short ───────────────────────────────────────────────────────────────────────────────────────────


def queued(world: World, desk: Contract) -> None:
    """All three holders ask for all that they have."""
    for wallet in HOLDERS:
        desk.request(UNIT, by=wallet)


def test_a_run_that_runs_dry_is_paid_pro_rata_and_in_full_in_the_end(world: World, desk: Contract):
    """Half the reserve is lost: everybody gets half, whoever came first; when the state refills it, the rest."""
    queued(world, desk)
    reserve(world, 3 * UNIT // 2)
    desk.fund(3 * UNIT // 2, by=PAYER)
    receipt = desk.serve(9)
    assert receipt.of("RoundBegan") == [("RoundBegan", world.chain.now, 3 * UNIT // 2, 3 * UNIT)]
    assert [entry[2] for entry in receipt.of("RedemptionAssigned")] == [UNIT // 2] * 3
    for number in range(3):
        desk.collect(number, MOST)
    assert [world.money.balanceOf(wallet) for wallet in HOLDERS] == [UNIT // 2] * 3
    conserved(world)

    # More money without more reserve serves nobody a second time in the round.
    desk.fund(UNIT, by=PAYER)
    assert [desk.serve(9).result for _ in range(3)] == [0, 0, 0]

    # A third of what is still owed comes in, and is shared out once.
    reserve(world, UNIT // 2)
    assert [desk.serve(9).result for _ in range(2)] == [3 * (UNIT // 6), 0]
    assert {desk.requestOf(number).assigned for number in range(3)} == {UNIT // 6}

    reserve(world, 2 * UNIT)
    desk.fund(MOST, by=PAYER)
    desk.serve(9)
    for number in range(3):
        desk.collect(number, MOST)
    assert [world.money.balanceOf(wallet) for wallet in HOLDERS] == [UNIT] * 3
    assert (tuple(desk.books()), world.cash.totalSupply(), desk.round().head) == ((0, 0, 0), 0, 3)
    conserved(world)


def test_being_first_gains_nothing_when_money_comes_in_parts(world: World, desk: Contract):
    queued(world, desk)
    reserve(world, UNIT)
    for part in (10, UNIT // 2, UNIT):
        desk.fund(part, by=PAYER)
        for most in (1, 1, 9):
            desk.serve(most)
    assert {desk.requestOf(number).assigned for number in range(3)} == {UNIT // 3}


def test_serving_and_collecting_in_between_change_no_share(world: World, desk: Contract):
    """The share is that of the round's beginning: who is served later gets neither more nor less."""
    queued(world, desk)
    reserve(world, 3 * UNIT // 2)
    for number in range(3):
        desk.fund(UNIT // 2, by=PAYER)
        desk.serve(9)
        desk.collect(number, MOST)
    assert [world.money.balanceOf(wallet) for wallet in HOLDERS] == [UNIT // 2] * 3


def test_a_late_comer_gets_the_share_of_the_round(world: World, desk: Contract):
    desk.request(UNIT, by=HOLDER)
    reserve(world, 3 * UNIT // 2)
    desk.fund(UNIT, by=PAYER)
    desk.serve(9)
    desk.request(UNIT, by=RECEIVER)
    desk.serve(9)
    assert [desk.requestOf(number).assigned for number in range(2)] == [UNIT // 2] * 2


def test_what_ran_out_in_one_round_is_reckoned_anew_in_the_next(world: World, desk: Contract):
    queued(world, desk)
    desk.fund(UNIT // 4, by=PAYER)
    desk.serve(9)
    minted = 3 * UNIT - UNIT // 4
    reserve(world, minted // 2)
    desk.fund(MOST, by=PAYER)
    desk.serve(9)
    shares = [(UNIT - UNIT // 4) * (minted // 2) // minted + UNIT // 4, UNIT * (minted // 2) // minted]
    assert [desk.requestOf(number).assigned for number in range(3)] == [*shares, shares[1]]
    conserved(world)


def test_a_stale_attestation_still_tells_the_share(world: World, desk: Contract):
    queued(world, desk)
    reserve(world, 3 * UNIT // 2)
    world.attestations.tightenMaxAge(world.cash.address, HOUR, by=address_of("regulator"))
    world.chain.warp(DAY)
    desk.fund(MOST, by=PAYER)
    assert desk.serve(9).result == 3 * UNIT // 2


def test_without_any_reserve_nobody_is_served_and_all_can_cancel(world: World, desk: Contract):
    queued(world, desk)
    reserve(world, 0)
    desk.fund(MOST, by=PAYER)
    assert desk.serve(9).result == 0
    world.chain.warp(5 * DAY)
    for number, wallet in enumerate(HOLDERS):
        desk.cancel(number, by=wallet)
    assert [world.cash.balanceOf(wallet) for wallet in HOLDERS] == [UNIT] * 3
    conserved(world)


def test_converted_money_is_untouched_by_a_run(world: World, desk: Contract):
    desk.convert(UNIT, by=DEALER)
    queued(world, desk)
    reserve(world, 0)
    desk.serve(9)
    desk.convertBack(UNIT, by=DEALER)
    assert world.money.balanceOf(DEALER) == 10 * UNIT


# ── conservation ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", range(5))
def test_money_is_conserved_whatever_happens(world: World, desk: Contract, seed: int):
    """Attack case 11: after every act; in the end the reserve is whole and everybody is paid to the unit."""
    draw = random.Random(seed)
    wallets = (*HOLDERS, DEALER)
    for wallet in HOLDERS:
        world.mint_money(DEALER, UNIT)
        world.money.transfer(wallet, UNIT, by=DEALER)
    had = {wallet: world.cash.balanceOf(wallet) + world.money.balanceOf(wallet) for wallet in wallets}

    def number() -> int:
        return draw.randrange(max(desk.requests(), 1))

    acts: list[Callable[[], object]] = [
        lambda: desk.request(draw.randint(1, UNIT), by=draw.choice(wallets)),
        lambda: desk.request(draw.randint(1, 9), by=draw.choice(wallets)),
        lambda: desk.convert(draw.randint(1, UNIT), by=draw.choice(wallets)),
        lambda: desk.convertBack(draw.randint(1, UNIT), by=draw.choice(wallets)),
        lambda: desk.fund(draw.randint(1, UNIT), by=PAYER),
        lambda: desk.serve(draw.randint(0, 4)),
        lambda: desk.collect(number(), draw.choice((1, UNIT, MOST))),
        lambda: desk.cancel(number(), by=draw.choice(wallets)),
        lambda: reserve(world, world.cash.ledgers().reserveMinted * draw.randint(0, 12) // 10),
        lambda: world.chain.warp(draw.randint(1, 2 * DAY)),
    ]
    for _ in range(100):
        reverts(draw.choice(acts))
        conserved(world)
    reserve(world, MINTER_LIMIT)
    world.mint_cash(RECEIVER, MINTER_LIMIT // 100)
    world.mint_money(PAYER, MINTER_LIMIT // 100)
    reverts(desk.fund, MOST, by=PAYER)
    desk.serve(500)
    for each in range(desk.requests()):
        reverts(desk.collect, each, MOST)
    conserved(world)
    assert desk.books().waiting == desk.books().assigned == 0
    had[RECEIVER] += MINTER_LIMIT // 100
    assert had == {wallet: world.cash.balanceOf(wallet) + world.money.balanceOf(wallet) for wallet in wallets}


# ── money that lies ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("lie", "error"),
    [(1, "MoneyShort"), (2, "SafeERC20FailedOperation"), (4, "MoneyShort")],
    ids=["fee", "false", "none"],
)
def test_lying_money_buys_nothing(world: World, desk: Contract, lie: int, error: str):
    """Attack case 12."""
    lying = world.deploy("LyingCash")
    other = world.deploy("CashDesk", world.authority.address, world.cash.address, lying.address)
    lying.mint(DEALER, UNIT)
    lying.setLie(lie)
    supply = world.cash.totalSupply()
    with pytest.raises(Reverted, match=error):
        other.convert(UNIT, by=DEALER)
    assert world.cash.totalSupply() == supply

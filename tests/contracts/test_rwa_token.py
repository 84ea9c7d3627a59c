"""RwaToken: issue and retirement by the Programme only, record dates, and rights that stand in the Programme."""

import pytest
from eth_utils import keccak
from evm import ZERO, Contract, address_of, expect_revert
from world import DAY, ISSUE_AT, MATURITY_AT, NOW, UNIT, World

HOLDER, RECEIVER, OUTSIDER = map(address_of, ("holder", "receiver", "outsider"))
FISCAL_AGENT, ENFORCER = map(address_of, ("fiscal_agent", "enforcer"))
FIRST = ISSUE_AT + 10 * DAY  # a record date ten days ahead
ALL = 2**256 - 1


def set_record_date(bond: Contract, record_at: int = FIRST):
    return bond.setRecordDate(record_at, by=FISCAL_AGENT)


# ── mint, burn, setAllowlist ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("caller", ["debt_office", "admin", "holder", "deployer"])
def test_mint_reverts_when_the_caller_is_not_the_programme(bond: Contract, caller: str):
    with expect_revert("OnlyProgramme", caller=address_of(caller)):
        bond.mint([HOLDER], [UNIT], by=address_of(caller))


@pytest.mark.parametrize("caller", ["debt_office", "admin", "holder", "deployer"])
def test_burn_reverts_when_the_caller_is_not_the_programme(bond: Contract, caller: str):
    with expect_revert("OnlyProgramme", caller=address_of(caller)):
        bond.burn([HOLDER], [UNIT], by=address_of(caller))


@pytest.mark.parametrize("caller", ["regulator", "admin", "holder", "deployer"])
def test_set_allowlist_reverts_when_the_caller_is_not_the_programme(bond: Contract, caller: str):
    with expect_revert("OnlyProgramme", caller=address_of(caller)):
        bond.setAllowlist(ZERO, by=address_of(caller))


def test_unpause_reverts_for_every_office(bond: Contract, admin: str, guardian: str):
    bond.pause(by=guardian)
    for caller in (admin, guardian, address_of("regulator")):
        with expect_revert("AccessManagedUnauthorized", caller=caller):
            bond.unpause(by=caller)


def test_mint_in_one_batch_twice_to_one_receiver_adds_up(world: World, bond: Contract, debt_office: str):
    world.programme.issue(bond.address, [HOLDER, HOLDER], [UNIT, 2 * UNIT], by=debt_office)
    assert (bond.balanceOf(HOLDER), bond.totalSupply()) == (3 * UNIT, 3 * UNIT)


def test_programme_currency_and_terms_hash_are_those_of_the_constructor(world: World, bond: Contract):
    facts = (bond.programme(), bond.currency(), bond.termsHash())
    assert facts == (world.programme.address, b"PKR", keccak(text="term sheet"))


# ── setRecordDate ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_set_record_date_lists_it(bond: Contract):
    assert set_record_date(bond).log == (("RecordDateSet", FIRST),)
    assert bond.recordDates() == [FIRST]


def test_set_record_date_keeps_the_order_of_time(bond: Contract):
    for days in (0, 20, 10, -5):
        set_record_date(bond, FIRST + days * DAY)
    assert bond.recordDates() == [FIRST - 5 * DAY, FIRST, FIRST + 10 * DAY, FIRST + 20 * DAY]


@pytest.mark.parametrize("late", [0, 1])
def test_set_record_date_needs_a_days_notice_to_the_second(world: World, bond: Contract, late: int):
    world.chain.now = FIRST - DAY + late
    if late:
        with expect_revert("RecordDateInvalid", recordAt=FIRST, earliest=FIRST + 1):
            set_record_date(bond)
    else:
        set_record_date(bond)
        assert bond.recordDates() == [FIRST]


@pytest.mark.parametrize("shift", [1, -1, 5 * 3600])
def test_set_record_date_reverts_when_it_is_no_midnight(bond: Contract, shift: int):
    with expect_revert("RecordDateInvalid", recordAt=FIRST + shift, earliest=NOW + DAY):
        set_record_date(bond, FIRST + shift)


def test_set_record_date_reverts_when_its_day_does_not_fit(bond: Contract):
    far = 2**24 * DAY - 5 * 3600
    set_record_date(bond, far - DAY)
    with expect_revert("RecordDateInvalid", recordAt=far, earliest=NOW + DAY):
        set_record_date(bond, far)


@pytest.mark.parametrize("others", [[], [5], [-5], [5, 7]])
def test_set_record_date_reverts_when_it_is_set(bond: Contract, others: list[int]):
    for days in [0, *others]:
        set_record_date(bond, FIRST + days * DAY)
    with expect_revert("RecordDateInvalid", recordAt=FIRST, earliest=NOW + DAY):
        set_record_date(bond)


def test_set_record_date_reverts_when_four_are_pending(bond: Contract):
    for days in range(4):
        set_record_date(bond, FIRST + days * DAY)
    with expect_revert("TooManyRecordDates", pending=4, total=4):
        set_record_date(bond, FIRST + 4 * DAY)


def test_set_record_date_succeeds_when_one_of_four_has_closed(world: World, bond: Contract):
    for days in range(4):
        set_record_date(bond, FIRST + days * DAY)
    world.chain.now = FIRST
    set_record_date(bond, FIRST + 4 * DAY)
    assert len(bond.recordDates()) == 5


def test_set_record_date_reverts_when_255_were_set(world: World, bond: Contract):
    for number in range(255):
        world.chain.now = FIRST + (number - 2) * DAY
        set_record_date(bond, FIRST + number * DAY)
    with expect_revert("TooManyRecordDates", pending=2, total=255):
        set_record_date(bond, FIRST + 300 * DAY)


def test_set_record_date_reverts_when_the_caller_is_another_office(bond: Contract, debt_office: str):
    with expect_revert("AccessManagedUnauthorized", caller=debt_office):
        bond.setRecordDate(FIRST, by=debt_office)


# ── balanceAt, supplyAt ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def held(world: World, bond: Contract) -> Contract:
    """The holder has two units before the first record date."""
    set_record_date(bond)
    world.issue(bond, {HOLDER: 2 * UNIT})
    return bond


@pytest.mark.parametrize("record_at", [FIRST + DAY, 0, FIRST + 1])
def test_balance_at_reverts_when_no_record_date_closes_there(world: World, held: Contract, record_at: int):
    world.chain.now = FIRST + 2 * DAY
    with expect_revert("RecordDateUnknown", recordAt=record_at):
        held.balanceAt(HOLDER, record_at)
    with expect_revert("RecordDateUnknown", recordAt=record_at):
        held.supplyAt(record_at)


def test_balance_at_answers_from_the_second_of_closing_on(world: World, held: Contract):
    world.chain.now = FIRST - 1
    with expect_revert("RecordDateUnknown", recordAt=FIRST):
        held.balanceAt(HOLDER, FIRST)
    world.chain.now = FIRST
    assert (held.balanceAt(HOLDER, FIRST), held.supplyAt(FIRST)) == (2 * UNIT, 2 * UNIT)


@pytest.mark.parametrize(
    ("at", "expected"), [(FIRST - 1, (UNIT, UNIT)), (FIRST, (2 * UNIT, 0)), (FIRST + 1, (2 * UNIT, 0))]
)
def test_balance_at_counts_a_move_in_the_second_of_closing_after_it(
    world: World, held: Contract, at: int, expected: tuple[int, int]
):
    world.chain.now = at
    held.transfer(RECEIVER, UNIT, by=HOLDER)
    world.chain.now = FIRST + DAY
    assert (held.balanceAt(HOLDER, FIRST), held.balanceAt(RECEIVER, FIRST)) == expected


def test_balance_at_survives_many_moves_and_record_dates(world: World, held: Contract):
    set_record_date(held, FIRST + DAY)
    set_record_date(held, FIRST + 3 * DAY)
    for now, amount in ((FIRST + 5, 1), (FIRST + 6, 1), (FIRST + 2 * DAY, 10), (FIRST + 4 * DAY, 100)):
        world.chain.now = now
        held.transfer(RECEIVER, amount, by=HOLDER)
    dates = (FIRST, FIRST + DAY, FIRST + 3 * DAY)
    assert [2 * UNIT - held.balanceAt(HOLDER, at) for at in dates] == [0, 2, 12]
    assert [held.balanceAt(RECEIVER, at) for at in dates] == [0, 2, 12]


def test_balance_at_is_right_for_a_record_date_inserted_before_another(world: World, held: Contract):
    set_record_date(held, FIRST + 5 * DAY)
    world.chain.now = FIRST + DAY
    set_record_date(held, FIRST + 3 * DAY)
    world.chain.now = FIRST + 4 * DAY
    held.transfer(RECEIVER, UNIT, by=HOLDER)
    world.chain.now = FIRST + 6 * DAY
    dates = (FIRST, FIRST + 3 * DAY, FIRST + 5 * DAY)
    assert [held.balanceAt(HOLDER, at) for at in dates] == [2 * UNIT, 2 * UNIT, UNIT]


def test_balance_at_of_a_wallet_emptied_and_filled_again(world: World, held: Contract):
    set_record_date(held, FIRST + 2 * DAY)
    world.chain.now = FIRST
    held.transfer(RECEIVER, 2 * UNIT, by=HOLDER)
    world.chain.now = FIRST + 3 * DAY
    held.transfer(HOLDER, UNIT, by=RECEIVER)
    assert [held.balanceAt(HOLDER, at) for at in (FIRST, FIRST + 2 * DAY)] == [2 * UNIT, 0]
    assert [held.balanceAt(RECEIVER, at) for at in (FIRST, FIRST + 2 * DAY)] == [0, 2 * UNIT]


def test_supply_at_does_not_notice_a_later_issue_or_retirement(world: World, held: Contract):
    world.chain.now = FIRST
    world.post_rate()
    world.issue(held, {RECEIVER: UNIT})
    assert (held.supplyAt(FIRST), held.totalSupply()) == (2 * UNIT, 3 * UNIT)


def test_balance_at_does_not_notice_a_self_transfer(world: World, held: Contract):
    world.chain.now = FIRST
    held.transfer(HOLDER, UNIT, by=HOLDER)
    assert held.balanceAt(HOLDER, FIRST) == 2 * UNIT


def test_balance_at_counts_a_forced_transfer_like_any_other(world: World, held: Contract):
    held.setFrozenTokens(HOLDER, ALL, by=ENFORCER)
    world.chain.now = FIRST + 1
    held.forcedTransfer(HOLDER, RECEIVER, UNIT, by=ENFORCER)
    assert [held.balanceAt(wallet, FIRST) for wallet in (HOLDER, RECEIVER)] == [2 * UNIT, 0]


def test_balance_at_sums_to_supply_at(world: World, held: Contract):
    held.transfer(RECEIVER, 7, by=HOLDER)
    world.chain.now = FIRST
    held.transfer(RECEIVER, 11, by=HOLDER)
    assert sum(held.balanceAt(wallet, FIRST) for wallet in (HOLDER, RECEIVER)) == held.supplyAt(FIRST)


# ── clock ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_clock_is_the_timestamp(world: World, bond: Contract):
    world.chain.now = MATURITY_AT
    assert (bond.clock(), bond.CLOCK_MODE()) == (MATURITY_AT, "mode=timestamp")


def test_supports_interface_says_yes_to_erc_6372(bond: Contract):
    folded = int.from_bytes(keccak(text="clock()")[:4]) ^ int.from_bytes(keccak(text="CLOCK_MODE()")[:4])
    assert folded == 0xDA287A1D
    assert bond.supportsInterface(bytes.fromhex("da287a1d"))


# ── balancesAt ───────────────────────────────────────────────────────────────────────────────────────────────────────

FROZEN = 1 << 128


def test_balances_at_answers_for_all_in_their_order(world: World, held: Contract):
    held.transfer(RECEIVER, 7, by=HOLDER)
    world.chain.now = FIRST
    held.transfer(RECEIVER, UNIT, by=HOLDER)
    wallets = [RECEIVER, OUTSIDER, HOLDER, RECEIVER]
    assert held.balancesAt(wallets, FIRST) == [7, 0, 2 * UNIT - 7, 7]
    assert held.balancesAt([], FIRST) == []


@pytest.mark.parametrize("frozen", [0, 1, ALL])
def test_balances_at_marks_who_stands_under_a_freeze_now(world: World, held: Contract, frozen: int):
    world.chain.now = FIRST + 1
    held.setFrozenTokens(HOLDER, frozen, by=ENFORCER)
    held.setFrozenTokens(RECEIVER, frozen, by=ENFORCER)
    mark = FROZEN if frozen else 0
    assert held.balancesAt([HOLDER, RECEIVER], FIRST) == [2 * UNIT | mark, mark]


def test_balances_at_of_nobody_is_nothing(world: World, held: Contract):
    world.chain.now = FIRST + 1
    assert (held.balancesAt([ZERO], FIRST), held.balanceAt(ZERO, FIRST)) == ([0], 2 * UNIT)


def test_balances_at_reverts_when_a_wallet_moved_and_no_record_date_closed_there(world: World, held: Contract):
    world.chain.now = FIRST + DAY
    held.transfer(RECEIVER, 1, by=HOLDER)
    with expect_revert("RecordDateUnknown", recordAt=FIRST + 1):
        held.balancesAt([RECEIVER, HOLDER], FIRST + 1)


# ── succeed, setEnd ──────────────────────────────────────────────────────────────────────────────────────────────────

DESK = address_of("desk")  # the Programme's right in a wallet's hand: a contract cannot start a call


@pytest.fixture
def lone(world: World) -> Contract:
    """A series whose programme is a wallet."""
    return lone_series(world)


def lone_series(world: World, **changes: object) -> Contract:
    parts = (world.authority.address, world.allowlist.address, DESK, world.maths.address)
    return world.chain.deploy(world.bond.artifact, *parts, world.terms(**changes))


@pytest.mark.parametrize("function", ["succeed", "setEnd"])
@pytest.mark.parametrize("caller", ["debt_office", "admin", "holder", "deployer"])
def test_succession_and_end_are_the_programme_s_alone(bond: Contract, function: str, caller: str):
    arguments = {"succeed": ([HOLDER], [1]), "setEnd": (0,)}[function]
    with expect_revert("OnlyProgramme", caller=address_of(caller)):
        getattr(bond, function)(*arguments, by=address_of(caller))


def test_succeed_credits_whether_or_not_the_holder_could_receive_and_in_any_amount(world: World, lone: Contract):
    world.revoke(HOLDER)
    receipt = lone.succeed([HOLDER, OUTSIDER, HOLDER], [UNIT + 1, 3, 0], by=DESK)
    assert receipt.log == (
        ("Transfer", ZERO, HOLDER, UNIT + 1), ("Transfer", ZERO, OUTSIDER, 3), ("Transfer", ZERO, HOLDER, 0),
    )  # fmt: skip
    assert (lone.balanceOf(HOLDER), lone.balanceOf(OUTSIDER), lone.totalSupply()) == (UNIT + 1, 3, UNIT + 4)


@pytest.mark.parametrize("now", [ISSUE_AT - 1, MATURITY_AT, MATURITY_AT + DAY])
def test_succeed_credits_before_the_issue_and_after_the_end_too(world: World, lone: Contract, now: int):
    world.chain.now = now
    lone.succeed([HOLDER], [1], by=DESK)
    assert lone.balanceOf(HOLDER) == 1


def test_succeed_reverts_above_the_maximum_face(world: World):
    series = lone_series(world, maxFace=UNIT)
    with expect_revert("FaceAboveMaximum", face=UNIT + 1, maxFace=UNIT):
        series.succeed([HOLDER, RECEIVER], [UNIT, 1], by=DESK)


def test_set_end_brings_the_end_forward_with_a_record_date(world: World, lone: Contract):
    lone.mint([HOLDER], [UNIT], by=DESK)
    end = ISSUE_AT + 20 * DAY
    assert lone.setEnd(end, by=DESK).log == (("RecordDateSet", end), ("EndChanged", end))
    assert (lone.endAt(), lone.maturityDate(), lone.recordDates()) == (end, MATURITY_AT, [end])
    world.chain.now = end - 1
    lone.transfer(RECEIVER, 1, by=HOLDER)
    world.chain.now = end
    with expect_revert("TransferRestricted", code=4, account=lone.address):
        lone.transfer(RECEIVER, 1, by=HOLDER)
    assert lone.detectTransferRestriction(HOLDER, RECEIVER, 1) == 4
    with expect_revert("SeriesMatured", endAt=end):
        lone.mint([HOLDER], [UNIT], by=DESK)


def test_set_end_on_a_record_date_adds_none(world: World, lone: Contract):
    lone.setRecordDate(FIRST, by=DESK)
    assert lone.setEnd(FIRST, by=DESK).log == (("EndChanged", FIRST),)
    assert lone.recordDates() == [FIRST]


def test_set_end_of_zero_takes_it_back(world: World, lone: Contract):
    lone.mint([HOLDER], [UNIT], by=DESK)
    lone.setEnd(FIRST, by=DESK)
    assert lone.setEnd(0, by=DESK).log == (("EndChanged", 0),)
    world.chain.now = FIRST + 1
    lone.transfer(RECEIVER, 1, by=HOLDER)
    assert (lone.endAt(), lone.balanceOf(RECEIVER)) == (MATURITY_AT, 1)


def test_balances_at_the_end_stand_when_face_is_burned_after_it(world: World, lone: Contract):
    lone.mint([HOLDER, RECEIVER], [2 * UNIT, UNIT], by=DESK)
    lone.setEnd(FIRST, by=DESK)
    world.chain.now = FIRST + DAY
    lone.burn([HOLDER], [2 * UNIT], by=DESK)
    assert (lone.balancesAt([HOLDER, RECEIVER], FIRST), lone.supplyAt(FIRST)) == ([2 * UNIT, UNIT], 3 * UNIT)

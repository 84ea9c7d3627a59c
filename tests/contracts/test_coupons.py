"""PayingAgent: payments of the schedule, their tax, what is kept and who gets the rest."""

from collections.abc import Mapping
from fractions import Fraction

import pytest
from bonds import (
    CALL,
    ENDS,
    ISSUE_DAY,
    PAR,
    TEN_PERCENT,
    WAD,
    Bond,
    amortising,
    bullet,
    minor_down,
    option,
    tax_up,
)  # fmt: skip
from evm import ZERO, Contract, Receipt, address_of, expect_revert
from lying import LIES, LyingWorld, build
from world import (
    DAY,
    EXEMPT,
    EXTERNAL,
    FILER,
    GOVERNMENT,
    ISSUE_AT,
    NON_FILER,
    NON_RESIDENT,
    NOW,
    SUKUK,
    UNIT,
    UNKNOWN,
    World,
    record,
)  # fmt: skip

HOLDER, RECEIVER, SPENDER, OUTSIDER = map(address_of, ("holder", "receiver", "spender", "outsider"))
TREASURY, ENFORCER, GUARDIAN = map(address_of, ("treasury", "enforcer", "guardian"))
DEBT_OFFICE, FISCAL_AGENT, REGISTRAR = map(address_of, ("debt_office", "fiscal_agent", "registrar"))
TAX, UNCLAIMED, SERVICER = map(address_of, ("tax_account", "unclaimed_account", "servicer"))
ALL = REDEMPTION = 2**256 - 1
FIRST, SECOND, THIRD, LAST = (ISSUE_AT + end * DAY for end in ENDS)
TEN_YEARS = 3_653 * DAY
HELD = {HOLDER: 3 * UNIT, RECEIVER: UNIT}
# 5,000 at 10 % for 182 of 365 days is 249.3150…: 747.94 for three units, 249.31 for one, 997.26 for four.
INCOME = {HOLDER: 747_940_000, RECEIVER: 249_310_000}
DUE, DUST = 997_260_000, 10_000
TAXED = {HOLDER: 149_590_000, RECEIVER: 49_870_000}  # 20 % up to the paisa: 149.588 and 49.862
NET = {wallet: INCOME[wallet] - TAXED[wallet] for wallet in HELD}


def start(world: World, bond: Bond, held: Mapping[str, int] = HELD, **changes: object) -> Contract:
    """A series in use; the treasury has cash and gave its allowance."""
    series = bond.create(world, **changes)
    world.issue(series, held)
    world.mint_cash(TREASURY, 10_000 * UNIT)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    return series


@pytest.fixture
def series(world: World) -> Contract:
    """A bullet with four coupons."""
    return start(world, bullet())


@pytest.fixture
def due(world: World, series: Contract) -> Contract:
    """Its first coupon is funded and payable."""
    fund(world, series)
    world.chain.now = FIRST
    return series


def fund(world: World, series: Contract, period: int = 0, amount: int = ALL) -> Receipt:
    return world.paying_agent.fundPayment(series.address, period, amount, by=TREASURY)


def pay(world: World, series: Contract, *holders: str, period: int = 0) -> Receipt:
    return world.paying_agent.pay(series.address, period, list(holders), by=OUTSIDER)


def claim(world: World, series: Contract, holder: str, period: int = 0) -> Receipt:
    return world.paying_agent.claim(series.address, period, by=holder)


def owed(world: World, series: Contract, holder: str, period: int = 0) -> tuple[int, int, int]:
    return tuple(world.paying_agent.owedTo(series.address, period, holder))


def book(world: World, series: Contract, period: int = 0) -> tuple[int, ...]:
    """Funded, paid, withheld, remitted, done."""
    return tuple(world.paying_agent.accountOf(series.address, period))[:5]


def cash_of(world: World, *wallets: str) -> list[int]:
    return [world.cash.balanceOf(wallet) for wallet in wallets]


def reclass(world: World, wallet: str, tax_class: int) -> None:
    """The registrar writes another tax class."""
    row = (wallet, record(tax_class=tax_class, valid_until=world.chain.now + 1_000 * DAY), bytes(32))
    world.allowlist.onboardByRegistrar([row], by=REGISTRAR)


def unfreeze(world: World, series: Contract, wallet: str) -> None:
    series.setFrozenTokens(wallet, 0, by=ENFORCER)


# ── funding ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_due_of_is_reckoned_on_the_face_outstanding_until_the_record_date(world: World, series: Contract):
    assert world.paying_agent.dueOf(series.address, 0) == DUE
    world.issue(series, {SPENDER: UNIT})
    assert world.paying_agent.dueOf(series.address, 0) == minor_down(Fraction(5 * UNIT * 182, 3650))


def test_due_of_stands_from_the_record_date_on(world: World, series: Contract):
    world.chain.now = FIRST
    world.post_rate()
    world.issue(series, {SPENDER: UNIT})
    assert world.paying_agent.dueOf(series.address, 0) == DUE
    assert world.paying_agent.dueOf(series.address, 1) == minor_down(Fraction(5 * UNIT * 183, 3650))


def test_fund_payment_takes_at_most_what_is_missing(world: World, series: Contract):
    receipt = fund(world, series)
    assert receipt.result == DUE
    assert receipt.log == (
        ("Funded", series.address, 0, TREASURY, DUE, DUE),
        ("Transfer", TREASURY, world.paying_agent.address, DUE),
    )
    with expect_revert("NothingToFund", series=series.address):
        fund(world, series, amount=1)
    assert fund(world, series, 1, 7).result == 7


@pytest.mark.parametrize("period", [4, 2**255])
def test_fund_payment_reverts_when_there_is_no_such_payment(world: World, series: Contract, period: int):
    with expect_revert("PeriodUnknown", period=period):
        fund(world, series, period, 1)


def test_fund_payment_reverts_in_another_currency(world: World):
    series = bullet().create(world, currency=b"USD")
    with expect_revert("SeriesUnknown", series=series.address):
        fund(world, series, 0, 1)


def test_fund_all_shares_among_what_is_due_in_proportion(world: World, series: Contract):
    world.chain.now = SECOND
    dues = [world.paying_agent.dueOf(series.address, period) for period in (0, 1)]
    fund(world, series, 0, dues[0] // 2)
    missing = [dues[0] - dues[0] // 2, dues[1]]
    receipt = world.paying_agent.fundAll(series.address, 100_000_000, by=TREASURY)
    shares = [100_000_000 * part // sum(missing) for part in missing]
    assert receipt.result == sum(shares)
    assert [book(world, series, period)[0] for period in range(3)] == [dues[0] // 2 + shares[0], shares[1], 0]


def test_fund_all_covers_coupons_and_redemption_and_no_more(world: World, series: Contract):
    world.chain.now = LAST
    dues = [world.paying_agent.dueOf(series.address, period) for period in (0, 1, 2, 3, REDEMPTION)]
    assert world.paying_agent.fundAll(series.address, ALL, by=TREASURY).result == sum(dues)
    assert [book(world, series, period)[0] for period in (0, 1, 2, 3, REDEMPTION)] == dues
    assert dues[4] == 4 * UNIT
    with expect_revert("NothingToFund", series=series.address):
        world.paying_agent.fundAll(series.address, 1, by=TREASURY)


def test_fund_all_reverts_when_nothing_is_due(world: World, series: Contract):
    world.chain.now = FIRST - 1
    with expect_revert("NothingToFund", series=series.address):
        world.paying_agent.fundAll(series.address, 1, by=TREASURY)


@pytest.mark.parametrize("short", [0, 1])
def test_is_missed_from_the_payable_second_while_anything_is_missing(world: World, series: Contract, short: int):
    fund(world, series, amount=DUE - short)
    found = []
    for now in (FIRST - 1, FIRST):
        world.chain.now = now
        found.append(world.paying_agent.isMissed(series.address, 0))
    assert found == [False, bool(short)]


# ── pay and claim ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pay_pays_net_and_withholds_tax(world: World, due: Contract):
    address, agent = due.address, world.paying_agent.address
    receipt = pay(world, due, HOLDER, RECEIVER)
    assert receipt.result == sum(NET.values())
    assert receipt.log == (
        ("Paid", address, 0, HOLDER, INCOME[HOLDER], 0, TAXED[HOLDER]),
        ("Paid", address, 0, RECEIVER, INCOME[RECEIVER], 0, TAXED[RECEIVER]),
        ("Transfer", agent, HOLDER, NET[HOLDER]),
        ("Transfer", agent, RECEIVER, NET[RECEIVER]),
        ("TaxRemitted", address, 0, TAX, sum(TAXED.values())),
        ("Transfer", agent, TAX, sum(TAXED.values())),
    )
    assert cash_of(world, HOLDER, RECEIVER, TAX, agent) == [*NET.values(), sum(TAXED.values()), DUST]
    tax = sum(TAXED.values())
    assert book(world, due) == (DUE, sum(NET.values()), tax, tax, 4 * UNIT)


def test_pay_reverts_a_second_before_the_payable_date(world: World, due: Contract):
    world.chain.now = FIRST - 1
    with expect_revert("NotPayableYet", payableAt=FIRST, nowAt=FIRST - 1):
        pay(world, due, HOLDER)


def test_pay_reverts_on_a_rolled_day_before_the_next_business_day(world: World):
    bond = Bond(tuple(type(part)(part.end, part.rate, roll=3) for part in bullet().parts))
    series = start(world, bond)
    fund(world, series)
    world.chain.now = FIRST + 3 * DAY - 1
    with expect_revert("NotPayableYet", payableAt=FIRST + 3 * DAY, nowAt=FIRST + 3 * DAY - 1):
        pay(world, series, HOLDER)
    world.chain.warp(1)
    assert pay(world, series, HOLDER).result == NET[HOLDER]


def test_pay_reverts_when_the_series_is_unknown(world: World, due: Contract):
    with expect_revert("SeriesUnknown", series=HOLDER):
        world.paying_agent.pay(HOLDER, 0, [HOLDER])


def test_pay_reverts_when_the_period_is_unknown(world: World, due: Contract):
    with expect_revert("PeriodUnknown", period=4):
        pay(world, due, HOLDER, period=4)


def test_pay_pays_a_holder_named_twice_once(world: World, due: Contract):
    assert pay(world, due, HOLDER, HOLDER, RECEIVER, HOLDER).result == sum(NET.values())
    assert cash_of(world, HOLDER, RECEIVER) == list(NET.values())


def test_pay_and_claim_again_pay_nothing(world: World, due: Contract):
    """Attack case 11."""
    pay(world, due, HOLDER)
    again = [pay(world, due, HOLDER), claim(world, due, HOLDER)]
    assert [(receipt.result, receipt.log) for receipt in again] == [(0, ()), (0, ())]
    assert cash_of(world, HOLDER) == [NET[HOLDER]]


def test_pay_in_batches_pays_as_much_as_at_once(world: World, due: Contract):
    assert [pay(world, due, wallet).result for wallet in (RECEIVER, HOLDER)] == [NET[RECEIVER], NET[HOLDER]]
    assert book(world, due)[4] == 4 * UNIT


@pytest.mark.parametrize("holders", [(), (OUTSIDER,), (ZERO,), (SPENDER, TREASURY)])
def test_pay_pays_nothing_to_who_held_nothing(world: World, due: Contract, holders: tuple[str, ...]):
    receipt = pay(world, due, *holders)
    assert (receipt.result, receipt.log) == (0, ())


def test_claim_pays_the_caller_and_leaves_his_tax_for_the_next_remittance(world: World, due: Contract):
    receipt = claim(world, due, HOLDER)
    assert receipt.result == NET[HOLDER]
    assert book(world, due) == (DUE, NET[HOLDER], TAXED[HOLDER], 0, 3 * UNIT)
    assert cash_of(world, HOLDER, TAX) == [NET[HOLDER], 0]
    assert world.paying_agent.remit(due.address, 0, by=OUTSIDER).result == TAXED[HOLDER]
    assert (cash_of(world, TAX), book(world, due)[3]) == ([TAXED[HOLDER]], TAXED[HOLDER])


def test_remit_twice_sends_nothing_twice(world: World, due: Contract):
    claim(world, due, HOLDER)
    world.paying_agent.remit(due.address, 0)
    again = world.paying_agent.remit(due.address, 0)
    assert (again.result, again.log, cash_of(world, TAX)) == (0, (), [TAXED[HOLDER]])


def test_pay_remits_what_a_claim_left(world: World, due: Contract):
    claim(world, due, HOLDER)
    pay(world, due, RECEIVER)
    assert cash_of(world, TAX) == [sum(TAXED.values())]


def test_pay_and_remit_revert_without_a_tax_account(world: World, due: Contract):
    world.by_admin(world.paying_agent.setAccounts, ZERO, UNCLAIMED)
    with expect_revert("AccountMissing"):
        pay(world, due, HOLDER)
    assert claim(world, due, HOLDER).result == NET[HOLDER]
    with expect_revert("AccountMissing"):
        world.paying_agent.remit(due.address, 0)


def test_pay_of_untaxed_income_needs_no_tax_account(world: World):
    series = start(world, bullet(), instrumentClass=EXTERNAL)
    fund(world, series)
    world.by_admin(world.paying_agent.setAccounts, ZERO, UNCLAIMED)
    world.chain.now = FIRST
    assert pay(world, series, HOLDER).result == INCOME[HOLDER]


def test_set_accounts_names_both(world: World, paying_agent: Contract):
    receipt = world.by_admin(paying_agent.setAccounts, HOLDER, RECEIVER)
    assert receipt.log[-1] == ("AccountsSet", HOLDER, RECEIVER)
    assert tuple(paying_agent.accounts()) == (HOLDER, RECEIVER)


# ── who is paid ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pay_pays_who_held_at_the_record_date(world: World):
    """Attack case 3."""
    series = start(world, bullet(record_days=10))
    fund(world, series)
    world.chain.now = FIRST - 10 * DAY
    series.transfer(SPENDER, 3 * UNIT, by=HOLDER)
    world.chain.now = FIRST
    assert pay(world, series, SPENDER, HOLDER, RECEIVER).result == sum(NET.values())
    assert cash_of(world, HOLDER, RECEIVER, SPENDER) == [*NET.values(), 0]
    balances = series.balancesAt([HOLDER, RECEIVER, SPENDER], FIRST - 10 * DAY)
    assert sum(balances) == series.supplyAt(FIRST - 10 * DAY) == 4 * UNIT


def test_a_transfer_a_second_before_the_record_date_takes_the_coupon_along(world: World):
    """Attack case 3."""
    series = start(world, bullet(record_days=10))
    fund(world, series)
    world.chain.now = FIRST - 10 * DAY - 1
    series.transfer(SPENDER, 3 * UNIT, by=HOLDER)
    world.chain.now = FIRST
    assert pay(world, series, HOLDER, SPENDER).result == NET[HOLDER]
    assert cash_of(world, HOLDER, SPENDER) == [0, NET[HOLDER]]


def test_both_sides_of_a_transfer_are_paid_once_together(world: World, due: Contract):
    """Attack case 11."""
    claim(world, due, HOLDER)
    due.transfer(SPENDER, 3 * UNIT, by=HOLDER)
    assert claim(world, due, SPENDER).result == 0
    due.transfer(HOLDER, 3 * UNIT, by=SPENDER)
    assert claim(world, due, HOLDER).result == 0
    assert pay(world, due, HOLDER, SPENDER, RECEIVER).result == NET[RECEIVER]
    assert sum(book(world, due)[1:3]) == DUE - DUST


def test_a_late_coupon_belongs_to_the_old_holder(world: World, series: Contract):
    """Attack case 3."""
    world.chain.now = FIRST
    series.transfer(SPENDER, 3 * UNIT, by=HOLDER)
    world.chain.now = SECOND + DAY
    fund(world, series)
    assert pay(world, series, SPENDER, HOLDER).result == NET[HOLDER]
    assert cash_of(world, HOLDER, SPENDER) == [NET[HOLDER], 0]


def test_self_transfers_and_transfers_of_nothing_change_no_coupon(world: World, series: Contract):
    """Attack case 29."""
    fund(world, series)
    for now in (FIRST - 1, FIRST, FIRST + 1):
        world.chain.now = now
        series.transfer(HOLDER, 3 * UNIT, by=HOLDER)
        series.transfer(RECEIVER, 0, by=HOLDER)
        series.transfer(SPENDER, 0, by=RECEIVER)
    assert pay(world, series, HOLDER, RECEIVER, SPENDER).result == sum(NET.values())


def test_face_issued_on_the_record_date_has_no_coupon(world: World, series: Contract):
    fund(world, series)
    world.chain.now = FIRST
    world.post_rate()
    world.issue(series, {SPENDER: UNIT})
    assert pay(world, series, SPENDER, HOLDER, RECEIVER).result == sum(NET.values())
    assert cash_of(world, SPENDER) == [0]


# ── who cannot be paid now ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("state", "code"), [("revoked", 22), ("expired", 21)])
def test_pay_keeps_the_money_of_who_may_not_receive_and_pays_him_later(
    world: World, series: Contract, state: str, code: int
):
    """Attack cases 10 and 14."""
    if state == "expired":
        world.onboard(HOLDER, valid_until=NOW + DAY)
    else:
        world.revoke(HOLDER)
    fund(world, series)
    world.chain.now = FIRST
    receipt = pay(world, series, HOLDER, RECEIVER)
    assert receipt.log[0] == ("PaymentSkipped", series.address, 0, HOLDER, code, NET[HOLDER])
    assert (receipt.result, cash_of(world, RECEIVER)) == (NET[RECEIVER], [NET[RECEIVER]])
    assert owed(world, series, HOLDER) == (INCOME[HOLDER], 0, TAXED[HOLDER])
    reclass(world, HOLDER, FILER)
    assert pay(world, series, HOLDER).result == NET[HOLDER]


@pytest.mark.parametrize("frozen", [1, 3 * UNIT, ALL])
def test_pay_keeps_the_money_of_a_frozen_wallet(world: World, due: Contract, frozen: int):
    """Attack case 14."""
    due.setFrozenTokens(HOLDER, frozen, by=ENFORCER)
    receipt = pay(world, due, HOLDER, RECEIVER)
    assert receipt.log[0] == ("PaymentSkipped", due.address, 0, HOLDER, 3, NET[HOLDER])
    assert receipt.result == NET[RECEIVER]
    assert claim(world, due, HOLDER).result == 0
    unfreeze(world, due, HOLDER)
    assert claim(world, due, HOLDER).result == NET[HOLDER]


def test_pay_passes_everyone_over_while_the_system_is_paused(world: World, due: Contract):
    world.allowlist.pauseSystem(by=GUARDIAN)
    receipt = pay(world, due, HOLDER)
    assert receipt.log == (("PaymentSkipped", due.address, 0, HOLDER, 1, NET[HOLDER]),)
    assert book(world, due)[1:] == (0, 0, 0, 0)


def test_pay_reverts_while_cash_is_paused(world: World, due: Contract):
    world.cash.pause(by=GUARDIAN)
    with expect_revert("TransferRestricted", code=2, account=world.cash.address):
        pay(world, due, HOLDER)
    assert book(world, due)[1:] == (0, 0, 0, 0)


def test_pay_works_while_the_series_is_paused(world: World, due: Contract):
    due.pause(by=GUARDIAN)
    assert pay(world, due, HOLDER).result == NET[HOLDER]


def test_a_forced_transfer_after_the_record_date_leaves_the_coupon_with_the_old_holder(world: World, due: Contract):
    due.forcedTransfer(HOLDER, SPENDER, 3 * UNIT, by=ENFORCER)
    assert pay(world, due, SPENDER, HOLDER).result == NET[HOLDER]
    assert cash_of(world, SPENDER, HOLDER) == [0, NET[HOLDER]]


# ── under-funded ─────────────────────────────────────────────────────────────────────────────────────────────────────


def part_of(income: int, funded: int, due: int = DUE) -> int:
    """A holder's income while not all is funded."""
    return minor_down(Fraction(income * funded, due))


def test_pay_under_funded_pays_each_his_share_and_the_rest_with_top_ups(world: World, series: Contract):
    world.chain.now = FIRST
    funded, before = 0, dict.fromkeys(HELD, 0)
    for amount in (1, 333_333_333, 10_000, 400_000_000):
        funded += fund(world, series, amount=amount).result
        for wallet in (RECEIVER, HOLDER):
            income = part_of(INCOME[wallet], funded)
            net = income - tax_up(income, 2_000)
            assert pay(world, series, wallet, wallet).result == net - before[wallet]
            before[wallet] = net
            assert claim(world, series, wallet).result == 0
    assert book(world, series)[4] == 0
    fund(world, series)
    pay(world, series, RECEIVER, HOLDER)
    assert cash_of(world, HOLDER, RECEIVER, TAX) == [*NET.values(), sum(TAXED.values())]
    assert book(world, series)[4] == 4 * UNIT


def test_pay_under_funded_is_no_race(world: World, series: Contract):
    """Attack case 13."""
    world.chain.now = FIRST
    fund(world, series, amount=DUE // 2)
    for _ in range(3):
        claim(world, series, HOLDER)
    assert claim(world, series, RECEIVER).result > 0
    shares = {wallet: part_of(INCOME[wallet], DUE // 2) for wallet in HELD}
    expected = [shares[wallet] - tax_up(shares[wallet], 2_000) for wallet in HELD]
    assert cash_of(world, HOLDER, RECEIVER) == expected


def test_pay_without_any_funding_pays_nothing_and_takes_nothing(world: World, series: Contract):
    """Attack case 13: another series' money lies beside it."""
    other = start(world, bullet(), {SPENDER: UNIT}, symbol="OTHER")
    fund(world, other)
    world.chain.now = FIRST
    assert pay(world, series, HOLDER, RECEIVER).result == 0
    fund(world, series)
    assert pay(world, series, HOLDER, RECEIVER).result == sum(NET.values())
    assert pay(world, other, SPENDER).result == NET[RECEIVER]


def test_a_top_up_reaches_who_was_passed_over(world: World, series: Contract):
    world.chain.now = FIRST
    fund(world, series, amount=DUE // 3)
    world.revoke(HOLDER)
    pay(world, series, HOLDER, RECEIVER)
    fund(world, series)
    reclass(world, HOLDER, FILER)
    pay(world, series, HOLDER, RECEIVER)
    assert cash_of(world, HOLDER, RECEIVER) == list(NET.values())


def test_a_holder_whose_top_up_rounds_to_nothing_is_complete_all_the_same(world: World, series: Contract):
    world.chain.now = FIRST
    fund(world, series, amount=DUE - 1)
    pay(world, series, HOLDER, RECEIVER)
    fund(world, series)
    for wallet in (HOLDER, RECEIVER):
        pay(world, series, wallet)
    assert cash_of(world, HOLDER, RECEIVER) == list(NET.values())
    assert book(world, series)[4] == 4 * UNIT


def test_a_holder_whose_income_rounds_to_nothing_is_complete_all_the_same(world: World):
    series = start(world, bullet(), {HOLDER: UNIT, RECEIVER: 1}, denomination=1)
    fund(world, series)
    world.chain.now = FIRST
    for wallet in (HOLDER, RECEIVER):
        pay(world, series, wallet)
    assert (cash_of(world, RECEIVER), book(world, series)[4]) == ([0], UNIT + 1)


def test_late_payment_bears_no_interest(world: World, series: Contract):
    """Ten months late the amount is the same: nothing accrues on a payment, of a sukuk or of anything else."""
    world.chain.now = FIRST + 300 * DAY
    assert world.paying_agent.dueOf(series.address, 0) == DUE
    fund(world, series)
    assert pay(world, series, HOLDER, RECEIVER).result == sum(NET.values())


def test_late_payment_of_a_sukuk_bears_no_interest(world: World):
    series = start(world, bullet(), instrumentClass=SUKUK)
    world.chain.now = FIRST + 300 * DAY
    fund(world, series)
    assert pay(world, series, HOLDER).result == INCOME[HOLDER] - tax_up(INCOME[HOLDER], 1_250)


# ── tax ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tax_class", "bps"),
    [
        (UNKNOWN, 4_000),
        (FILER, 2_000),
        (NON_FILER, 4_000),
        (NON_RESIDENT, 1_000),
        (EXEMPT, 0),
        (8, 4_000),
        (255, 4_000),
    ],
)
def test_pay_withholds_by_the_holder_s_class(world: World, series: Contract, tax_class: int, bps: int):
    reclass(world, HOLDER, tax_class)
    fund(world, series)
    world.chain.now = FIRST
    receipt = pay(world, series, HOLDER)
    tax = tax_up(INCOME[HOLDER], bps)
    assert receipt.log[0] == ("Paid", series.address, 0, HOLDER, INCOME[HOLDER], 0, tax)
    assert receipt.result == INCOME[HOLDER] - tax


@pytest.mark.parametrize(
    ("changed_at", "bps"), [(FIRST - 1, 4_000), (FIRST, 4_000), (FIRST + DAY, 2_000), (FIRST + 300 * DAY, 2_000)]
)
def test_pay_withholds_by_the_class_on_the_payable_day_however_late(
    world: World, series: Contract, changed_at: int, bps: int
):
    """A change counts from the day on which it is written."""
    fund(world, series)
    world.chain.now = changed_at
    reclass(world, HOLDER, NON_FILER)
    world.chain.now = FIRST + 301 * DAY
    assert pay(world, series, HOLDER).result == INCOME[HOLDER] - tax_up(INCOME[HOLDER], bps)


@pytest.mark.parametrize(("from_day", "bps"), [(0, 5_000), (1, 2_000)])
def test_pay_withholds_by_the_row_on_the_payable_day_however_late(
    world: World, series: Contract, from_day: int, bps: int
):
    world.set_rates(GOVERNMENT, ISSUE_DAY + 182 + from_day, (0, 5_000))
    fund(world, series)
    world.chain.now = FIRST + 200 * DAY
    assert pay(world, series, HOLDER).result == INCOME[HOLDER] - tax_up(INCOME[HOLDER], bps)


@pytest.mark.parametrize(("threshold", "bps"), [(INCOME[HOLDER] - 1, 2_500), (INCOME[HOLDER], 1_000)])
def test_pay_withholds_the_reduced_rate_up_to_the_threshold(world: World, series: Contract, threshold: int, bps: int):
    world.set_rates(GOVERNMENT, ISSUE_DAY + 1, (0, 2_500), (0, 1_000), threshold)
    fund(world, series)
    world.chain.now = FIRST
    assert pay(world, series, HOLDER).result == INCOME[HOLDER] - tax_up(INCOME[HOLDER], bps)


@pytest.mark.parametrize(("tax_class", "bps"), [(UNKNOWN, 4_000), (7, 1_500), (8, 4_000), (FILER, 1_000)])
def test_pay_withholds_the_highest_full_rate_of_an_unknown_class_below_the_threshold_too(
    world: World, series: Contract, tax_class: int, bps: int
):
    full, reduced = (0, 2_000, 4_000, 0, 0, 0, 0, 3_000), (0, 1_000, 2_000, 0, 0, 0, 0, 1_500)
    world.set_rates(GOVERNMENT, ISSUE_DAY + 1, full, reduced, INCOME[HOLDER])
    reclass(world, HOLDER, tax_class)
    fund(world, series)
    world.chain.now = FIRST
    assert pay(world, series, HOLDER).result == INCOME[HOLDER] - tax_up(INCOME[HOLDER], bps)


def test_pay_under_funded_asks_the_whole_income_for_the_threshold(world: World, series: Contract):
    world.set_rates(GOVERNMENT, ISSUE_DAY + 1, (0, 2_500), (0, 1_000), INCOME[HOLDER] - 1)
    fund(world, series, amount=DUE // 10)
    world.chain.now = FIRST
    share = part_of(INCOME[HOLDER], DUE // 10)
    assert pay(world, series, HOLDER).result == share - tax_up(share, 2_500)


def test_pay_after_a_class_that_rose_between_two_parts_takes_no_more_than_is_paid(world: World, series: Contract):
    world.chain.now = FIRST
    fund(world, series, amount=DUE // 2)
    pay(world, series, HOLDER)
    reclass(world, HOLDER, EXEMPT)
    fund(world, series)
    pay(world, series, HOLDER)
    assert sum(cash_of(world, HOLDER, TAX)) == INCOME[HOLDER]


def test_pay_reverts_without_rates(world: World):
    series = start(world, bullet(), instrumentClass=77)
    world.chain.now = FIRST
    with expect_revert("NoRates", instrumentClass=77, dayNumber=ISSUE_DAY + 182):
        pay(world, series, HOLDER)


# ── dust, the unclaimed ──────────────────────────────────────────────────────────────────────────────────────────────


def test_return_dust_gives_the_payer_what_rounding_left(world: World, due: Contract):
    pay(world, due, HOLDER, RECEIVER)
    before = world.cash.balanceOf(TREASURY)
    receipt = world.paying_agent.returnDust(due.address, 0, TREASURY, by=OUTSIDER)
    assert receipt.result == DUST
    assert receipt.log == (
        ("DustReturned", due.address, 0, TREASURY, DUST),
        ("Transfer", world.paying_agent.address, TREASURY, DUST),
    )
    assert (world.cash.balanceOf(TREASURY) - before, cash_of(world, world.paying_agent.address)) == (DUST, [0])
    assert world.paying_agent.returnDust(due.address, 0, TREASURY).result == 0


def test_return_dust_reverts_while_anyone_is_owed(world: World, due: Contract):
    pay(world, due, HOLDER)
    with expect_revert("NotComplete", series=due.address, period=0):
        world.paying_agent.returnDust(due.address, 0, TREASURY)


def test_return_dust_leaves_no_missed_payment_behind(world: World, due: Contract):
    pay(world, due, HOLDER, RECEIVER)
    world.paying_agent.returnDust(due.address, 0, TREASURY)
    assert not world.paying_agent.isMissed(due.address, 0)
    with expect_revert("NothingToFund", series=due.address):
        fund(world, due, amount=1)
    assert claim(world, due, HOLDER).result == 0


def test_return_dust_of_what_an_end_took_away_closes_nothing_when_the_end_is_taken_back(world: World):
    """Attack: a stranger closes the coupons behind an acceleration, and after the rescission nobody can fund them."""
    series = start(world, bullet())
    world.by_admin(world.programme.setServicer, SERVICER, True)
    world.programme.endSeries(series.address, FIRST, by=SERVICER)
    world.chain.now = FIRST
    world.paying_agent.returnDust(series.address, 2, OUTSIDER, by=OUTSIDER)
    world.programme.endSeries(series.address, 0, by=SERVICER)
    assert fund(world, series, period=2).result == world.paying_agent.dueOf(series.address, 2) > 0


def test_return_dust_shares_among_the_payers_in_proportion(world: World, series: Contract):
    world.mint_cash(SPENDER, UNIT)
    world.cash.approve(world.paying_agent.address, ALL, by=SPENDER)
    world.paying_agent.fundPayment(series.address, 0, DUE // 3, by=SPENDER)
    fund(world, series)
    world.chain.now = FIRST
    pay(world, series, HOLDER, RECEIVER)
    share = DUST * (DUE // 3) // DUE
    for payer, part in ((SPENDER, share), (SPENDER, 0), (OUTSIDER, 0), (TREASURY, DUST - share), (TREASURY, 0)):
        receipt = world.paying_agent.returnDust(series.address, 0, payer)
        assert receipt.log[0] == ("DustReturned", series.address, 0, payer, part)
        assert receipt.result == part
    assert cash_of(world, world.paying_agent.address) == [0]


def test_return_dust_gives_back_what_was_funded_for_face_that_left_before_the_record_date(
    world: World, series: Contract
):
    fund(world, series)
    world.by_admin(world.programme.setServicer, SERVICER, True)
    world.programme.retire(series.address, [HOLDER], [3 * UNIT], by=SERVICER)
    world.chain.now = FIRST
    pay(world, series, RECEIVER)
    assert world.paying_agent.returnDust(series.address, 0, TREASURY).result == DUE - INCOME[RECEIVER]


@pytest.mark.parametrize("early", [1, 0])
def test_release_sends_the_unclaimed_away_after_ten_years(world: World, due: Contract, early: int):
    world.revoke(HOLDER)
    pay(world, due, HOLDER, RECEIVER)
    world.chain.now = FIRST + TEN_YEARS - early
    if early:
        with expect_revert("NotReleasable", releasableAt=FIRST + TEN_YEARS, nowAt=FIRST + TEN_YEARS - 1):
            world.paying_agent.release(due.address, 0, [HOLDER])
        return
    receipt = world.paying_agent.release(due.address, 0, [HOLDER, HOLDER, RECEIVER, ZERO], by=OUTSIDER)
    assert receipt.log[0] == ("Paid", due.address, 0, HOLDER, INCOME[HOLDER], 0, TAXED[HOLDER])
    assert cash_of(world, UNCLAIMED, HOLDER) == [NET[HOLDER], 0]
    assert (receipt.result, book(world, due)[4]) == (NET[HOLDER], 4 * UNIT)


def test_release_of_the_redemption_sends_the_unclaimed_away_after_ten_years(world: World, series: Contract):
    world.paying_agent.fund(series.address, ALL, by=TREASURY)
    world.chain.now = LAST + TEN_YEARS
    assert world.paying_agent.release(series.address, REDEMPTION, [HOLDER, RECEIVER]).result == 4 * UNIT
    assert (cash_of(world, UNCLAIMED), series.totalSupply()) == ([4 * UNIT], 0)


def test_release_leaves_the_money_of_a_frozen_wallet(world: World, due: Contract):
    due.setFrozenTokens(HOLDER, 1, by=ENFORCER)
    world.chain.now = FIRST + TEN_YEARS
    assert world.paying_agent.release(due.address, 0, [HOLDER]).result == 0
    assert owed(world, due, HOLDER) == (INCOME[HOLDER], 0, TAXED[HOLDER])


def test_release_reverts_without_an_account(world: World, due: Contract):
    world.by_admin(world.paying_agent.setAccounts, TAX, ZERO)
    world.chain.now = FIRST + TEN_YEARS
    with expect_revert("AccountMissing"):
        world.paying_agent.release(due.address, 0, [HOLDER])


# ── postponed ────────────────────────────────────────────────────────────────────────────────────────────────────────


def postpone(world: World, series: Contract, days: int) -> Receipt:
    return world.paying_agent.postpone(series.address, 0, days, b"\x05" * 32, by=FISCAL_AGENT)


def test_postpone_moves_the_payable_date_and_not_the_amount(world: World, due: Contract):
    world.chain.now = FIRST - 1
    assert postpone(world, due, 3).log == (("Postponed", due.address, 0, 3, b"\x05" * 32),)
    assert world.paying_agent.payableAtOf(due.address, 0) == FIRST + 3 * DAY
    world.chain.now = FIRST + 3 * DAY - 1
    with expect_revert("NotPayableYet", payableAt=FIRST + 3 * DAY, nowAt=FIRST + 3 * DAY - 1):
        pay(world, due, HOLDER)
    assert not world.paying_agent.isMissed(due.address, 0)
    world.chain.warp(1)
    assert pay(world, due, HOLDER).result == NET[HOLDER]


def test_postpone_leaves_the_tax_of_the_scheduled_day(world: World, due: Contract):
    world.chain.now = FIRST - 1
    postpone(world, due, 7)
    world.chain.now = FIRST + DAY
    reclass(world, HOLDER, NON_FILER)
    world.chain.now = FIRST + 7 * DAY
    assert pay(world, due, HOLDER).result == NET[HOLDER]


@pytest.mark.parametrize(("first", "more"), [(0, 0), (0, 8), (7, 1), (4, 4), (0, 255)])
def test_postpone_reverts_above_seven_days_in_all_and_for_none(world: World, series: Contract, first: int, more: int):
    if first:
        postpone(world, series, first)
    with expect_revert("PostponementInvalid", days_=first + more, payableAt=FIRST + first * DAY):
        postpone(world, series, more)


def test_postpone_reverts_once_the_date_has_come(world: World, series: Contract):
    world.chain.now = FIRST
    with expect_revert("PostponementInvalid", days_=1, payableAt=FIRST):
        postpone(world, series, 1)


def test_postpone_moves_the_redemption_too(world: World, series: Contract):
    world.paying_agent.postpone(series.address, REDEMPTION, 2, bytes(32), by=FISCAL_AGENT)
    world.chain.now = LAST
    with expect_revert("NotPayableYet", payableAt=LAST + 2 * DAY, nowAt=LAST):
        world.paying_agent.redeem(series.address, [HOLDER])


# ── calls, amortisation, the end ─────────────────────────────────────────────────────────────────────────────────────

CALLABLE = (option(0, CALL, 102_000_000), option(1, CALL, 101_000_000))


def call(world: World, series: Contract, period: int, share: int) -> Receipt:
    return world.paying_agent.call(series.address, period, share, by=DEBT_OFFICE)


def test_call_in_part_pays_the_called_principal_with_its_premium(world: World):
    series = start(world, bullet(options=CALLABLE))
    receipt = call(world, series, 0, WAD // 4)
    assert receipt.log == (
        ("Called", series.address, 0, WAD // 4, 102_000_000),
        ("SeriesScaled", series.address, 0, WAD * 3 // 4),
    )
    called = HELD[HOLDER] // 4 * 102 // 100
    assert world.paying_agent.dueOf(series.address, 0) == DUE + UNIT * 102 // 100
    fund(world, series)
    world.chain.now = FIRST
    assert pay(world, series, HOLDER).log[0][4:] == (INCOME[HOLDER], called, TAXED[HOLDER])
    assert (series.poolFactor(), series.principalOf(HOLDER), series.balanceOf(HOLDER)) == (
        WAD * 3 // 4, HELD[HOLDER] * 3 // 4, HELD[HOLDER],
    )  # fmt: skip
    fund(world, series, 1)
    world.chain.now = SECOND
    assert pay(world, series, HOLDER, period=1).log[0][4] == minor_down(Fraction(HELD[HOLDER] * 3 * 183, 4 * 3650))


def test_call_in_full_ends_the_series_and_redeems_at_its_price(world: World):
    series = start(world, bullet(options=CALLABLE))
    receipt = call(world, series, 1, WAD)
    assert receipt.of("SeriesEnded") == [("SeriesEnded", series.address, SECOND)]
    assert (series.endAt(), world.paying_agent.redemptionPriceOf(series.address)) == (SECOND, 101_000_000)
    for period in (0, 1):
        fund(world, series, period)
    assert world.paying_agent.fund(series.address, ALL, by=TREASURY).result == 4 * UNIT * 101 // 100
    with expect_revert("PeriodNotPaid", period=2):
        fund(world, series, 2, 1)
    world.chain.now = SECOND
    world.paying_agent.redeem(series.address, [HOLDER, RECEIVER])
    assert cash_of(world, HOLDER, RECEIVER) == [HELD[HOLDER] * 101 // 100, UNIT * 101 // 100]
    assert pay(world, series, HOLDER, period=1).log[0][4] == minor_down(Fraction(HELD[HOLDER] * 183, 3650))
    assert series.totalSupply() == 0


def test_redemption_price_is_par_when_something_else_came_before_the_call(world: World):
    series = start(world, bullet(options=CALLABLE))
    call(world, series, 1, WAD)
    world.by_admin(world.programme.setServicer, SERVICER, True)
    world.programme.endSeries(series.address, FIRST, by=SERVICER)
    assert world.paying_agent.redemptionPriceOf(series.address) == PAR
    world.programme.endSeries(series.address, SECOND, by=SERVICER)
    assert world.paying_agent.redemptionPriceOf(series.address) == 101_000_000


def test_call_reverts_where_the_price_is_nothing(world: World):
    series = start(world, bullet(options=(option(1, CALL, 0),)))
    with expect_revert("OptionUnknown", period=1, kind=CALL):
        call(world, series, 1, WAD)


def test_due_of_the_redemption_is_what_instalments_leave(world: World):
    series = start(world, amortising())
    assert world.paying_agent.dueOf(series.address, REDEMPTION) == 4 * UNIT // 4
    assert world.paying_agent.fund(series.address, ALL, by=TREASURY).result == UNIT


def test_what_was_funded_for_a_payment_after_the_end_comes_back(world: World):
    series = start(world, bullet(options=CALLABLE))
    taken = fund(world, series, 3).result
    call(world, series, 1, WAD)
    world.chain.now = SECOND
    assert world.paying_agent.returnDust(series.address, 3, TREASURY).result == taken


@pytest.mark.parametrize("late", [0, 1])
def test_call_needs_ten_days_notice_before_the_record_date(world: World, late: int):
    series = start(world, bullet(options=CALLABLE, record_days=3))
    latest = FIRST - 13 * DAY
    world.chain.now = latest + late
    if late:
        with expect_revert("NoticeTooShort", latest=latest, nowAt=latest + 1):
            call(world, series, 0, WAD // 2)
    else:
        call(world, series, 0, WAD // 2)


def test_call_reverts_where_the_terms_give_no_right(world: World):
    series = start(world, bullet(options=(*CALLABLE, option(2, 2, PAR))))
    for period in (2, 3):
        with expect_revert("OptionUnknown", period=period, kind=CALL):
            call(world, series, period, WAD)


@pytest.mark.parametrize("share", [0, WAD + 1, ALL])
def test_call_reverts_for_no_share_and_for_more_than_all(world: World, share: int):
    series = start(world, bullet(options=CALLABLE))
    with expect_revert("ShareInvalid", share=share):
        call(world, series, 0, share)


def test_an_amortising_series_pays_all_its_principal(world: World):
    bond = amortising()
    series = start(world, bond)
    principal = dict.fromkeys(HELD, 0)
    for period, end in enumerate(ENDS):
        fund(world, series, period)
        world.chain.now = ISSUE_AT + end * DAY
        for entry in pay(world, series, *HELD, period=period).of("Paid"):
            _, _, _, wallet, income, instalment, tax = entry
            assert (income, instalment) == bond.entitled(HELD[wallet], period)
            assert tax == tax_up(income, 2_000)
            principal[wallet] += instalment
    assert principal == {wallet: face * 3 // 4 for wallet, face in HELD.items()}
    world.paying_agent.fund(series.address, ALL, by=TREASURY)
    for entry in world.paying_agent.redeem(series.address, list(HELD)).of("Paid"):
        principal[entry[3]] += entry[5]
    assert (principal, series.totalSupply()) == (HELD, 0)


def test_instalments_that_do_not_divide_lose_less_than_a_unit_each(world: World):
    """Principal paid and redeemed is the face less at most one millionth a payment."""
    bond = bullet(factors=(666_666_667, 333_333_334, 111_111_111, 0))
    held = {HOLDER: 3 * UNIT + 7, RECEIVER: 999_999}
    series = start(world, bond, held, denomination=1)
    principal = dict.fromkeys(held, 0)
    for period, end in enumerate(ENDS):
        fund(world, series, period)
        world.chain.now = ISSUE_AT + end * DAY
        for entry in pay(world, series, *held, period=period).of("Paid"):
            principal[entry[3]] += entry[5]
    world.paying_agent.fund(series.address, ALL, by=TREASURY)
    for entry in world.paying_agent.redeem(series.address, list(held)).of("Paid"):
        principal[entry[3]] += entry[5]
    assert all(face - 4 <= principal[wallet] <= face for wallet, face in held.items())


def test_a_series_ended_by_a_servicer_pays_what_accrued_to_that_day(world: World, series: Contract):
    world.by_admin(world.programme.setServicer, SERVICER, True)
    cut = ISSUE_AT + 100 * DAY
    receipt = world.programme.endSeries(series.address, cut, by=SERVICER)
    assert receipt.log == (
        ("SeriesEnded", series.address, cut), ("RecordDateSet", cut), ("EndChanged", cut),
    )  # fmt: skip
    fund(world, series)
    world.paying_agent.fund(series.address, ALL, by=TREASURY)
    world.chain.now = cut
    income = minor_down(Fraction(HELD[HOLDER] * 100, 3650))
    assert pay(world, series, HOLDER).log[0][4:] == (income, 0, tax_up(income, 2_000))
    assert world.paying_agent.redeem(series.address, [HOLDER]).result == HELD[HOLDER]
    with expect_revert("TransferRestricted", code=4, account=series.address):
        series.transfer(SPENDER, 1, by=RECEIVER)


def test_a_series_ended_early_is_paid_once_although_its_terms_stay_open(world: World, series: Contract):
    world.by_admin(world.programme.setServicer, SERVICER, True)
    cut = ISSUE_AT + 100 * DAY
    world.programme.endSeries(series.address, cut, by=SERVICER)
    fund(world, series, amount=100_000_000)
    world.chain.now = cut
    pay(world, series, HOLDER, RECEIVER)
    fund(world, series)
    pay(world, series, HOLDER, HOLDER, RECEIVER)
    assert pay(world, series, HOLDER, RECEIVER).result == 0
    incomes = {wallet: minor_down(Fraction(face * 100, 3650)) for wallet, face in HELD.items()}
    assert cash_of(world, *HELD) == [income - tax_up(income, 2_000) for income in incomes.values()]


def test_a_second_redemption_pays_nothing(world: World, series: Contract):
    """Attack case 4."""
    world.paying_agent.fund(series.address, ALL, by=TREASURY)
    world.chain.now = LAST
    world.paying_agent.redeem(series.address, [HOLDER])
    again = world.paying_agent.redeem(series.address, [HOLDER, HOLDER])
    assert (again.result, again.log, cash_of(world, HOLDER)) == (0, (), [3 * UNIT])
    assert world.programme.seriesOf(series.address).face == UNIT


def test_the_last_coupon_is_paid_after_the_redemption_too(world: World, series: Contract):
    for period in range(4):
        fund(world, series, period)
    world.paying_agent.fund(series.address, ALL, by=TREASURY)
    world.chain.now = LAST
    world.paying_agent.redeem(series.address, [HOLDER, RECEIVER])
    assert pay(world, series, HOLDER, period=3).log[0][4] == minor_down(Fraction(3 * UNIT * 183, 3650))


def test_the_redemption_waits_for_the_business_day_of_the_last_coupon(world: World):
    parts = bullet().parts
    bond = Bond((*parts[:3], type(parts[3])(parts[3].end, TEN_PERCENT, roll=2)))
    series = start(world, bond)
    world.chain.now = LAST + 2 * DAY - 1
    with expect_revert("NotPayableYet", payableAt=LAST + 2 * DAY, nowAt=LAST + 2 * DAY - 1):
        world.paying_agent.redeem(series.address, [HOLDER])


# ── the discount ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def discounted(world: World) -> Contract:
    """A bill issued at 97, in a year whose table taxes the discount."""
    world.set_rates(GOVERNMENT, ISSUE_DAY + 1, (0, 2_000, 4_000), taxes_discount=True)
    series = world.new_series(issuePrice=97_000_000, symbol="DISC")
    world.issue(series, HELD)
    world.mint_cash(TREASURY, 100 * UNIT)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    return series


def test_redeem_withholds_tax_on_the_discount(world: World, discounted: Contract):
    world.paying_agent.fund(discounted.address, ALL, by=TREASURY)
    world.chain.now = discounted.maturityDate()
    receipt = world.paying_agent.redeem(discounted.address, [HOLDER])
    tax = 3 * UNIT * 3 // 100 * 20 // 100
    assert receipt.of("Paid") == [("Paid", discounted.address, REDEMPTION, HOLDER, 0, 3 * UNIT, tax)]
    assert cash_of(world, HOLDER, TAX) == [3 * UNIT - tax, tax]


def test_redeem_in_parts_withholds_the_same_tax(world: World, discounted: Contract):
    world.chain.now = discounted.maturityDate()
    for amount in (1, 1, 2, 7, 12_345, 10_000_000, 3_333_333_333, ALL):
        world.paying_agent.fund(discounted.address, amount, by=TREASURY)
        world.paying_agent.redeem(discounted.address, [HOLDER, RECEIVER, HOLDER])
    taxes = [face * 3 // 100 * 20 // 100 for face in HELD.values()]
    assert cash_of(world, HOLDER, RECEIVER, TAX) == [3 * UNIT - taxes[0], UNIT - taxes[1], sum(taxes)]


def test_redeem_in_the_smallest_steps_never_fails(world: World, discounted: Contract):
    """The tax of a step may be above its principal: it is never above what the step pays."""
    world.chain.now = discounted.maturityDate()
    # The receiver's face burned goes from 1.666666 to 1.666706: his discount passes 0.05, his tax a whole paisa.
    for amount in (6_666_664, 160, ALL):
        world.paying_agent.fund(discounted.address, amount, by=TREASURY)
        world.paying_agent.redeem(discounted.address, [RECEIVER])
    assert sum(cash_of(world, RECEIVER, TAX)) == UNIT


def test_redeem_of_what_was_issued_at_par_asks_no_table(world: World):
    series = world.new_series(instrumentClass=77, symbol="PAR")
    world.issue(series, HELD)
    world.mint_cash(TREASURY, 100 * UNIT)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    world.paying_agent.fund(series.address, ALL, by=TREASURY)
    world.chain.now = series.maturityDate()
    assert world.paying_agent.redeem(series.address, [HOLDER]).result == 3 * UNIT


# ── a floater ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_floater_is_paid_by_its_fixing_and_the_later_ones_wait(world: World):
    series = start(world, bullet(0, form=3), maxRate=10**9)
    world.fixings.fixFallback(series.address, 0, TEN_PERCENT, bytes(32), by=address_of("price_signer"))
    world.chain.now = FIRST
    assert world.paying_agent.fundAll(series.address, ALL, by=TREASURY).result == DUE
    assert pay(world, series, HOLDER, RECEIVER).result == sum(NET.values())
    with expect_revert("NotFixed", series=series.address, period=1):
        fund(world, series, 1)


# ── cash tokens that lie ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lying(world: World, series: Contract) -> LyingWorld:
    """The first coupon is funded and payable in cash that lies when told to."""
    found = build(world)
    found.cash.mint(TREASURY, 100 * UNIT)
    found.paying_agent.fundPayment(series.address, 0, ALL, by=TREASURY)
    world.chain.now = FIRST
    return found


@pytest.mark.parametrize(("lie", "left"), [("no move", 0), ("false", None), ("nothing", None)])
def test_pay_reverts_when_cash_lies(world: World, series: Contract, lying: LyingWorld, lie: str, left: int | None):
    """Attack case 12."""
    lying.cash.setLie(LIES[lie])
    name, facts = {
        "no move": ("CashShort", {"received": left, "expected": NET[HOLDER]}),
        "false": ("CashRefused", {"cash": NET[HOLDER]}),
        "nothing": ("", {}),
    }[lie]
    with expect_revert(name, **facts):
        lying.paying_agent.pay(series.address, 0, [HOLDER])
    assert tuple(lying.paying_agent.accountOf(series.address, 0))[:5] == (DUE, 0, 0, 0, 0)


def test_pay_counts_what_left_when_cash_takes_a_fee(world: World, series: Contract, lying: LyingWorld):
    """Attack case 12: the fee is the holder's loss, and nobody is paid twice for it."""
    lying.cash.setLie(LIES["fee"])
    lying.paying_agent.pay(series.address, 0, [HOLDER])
    assert lying.paying_agent.pay(series.address, 0, [HOLDER]).result == 0
    assert lying.paying_agent.accountOf(series.address, 0).paid == NET[HOLDER]


def test_claim_pays_once_when_cash_calls_back(world: World, series: Contract, lying: LyingWorld):
    """Attack case 12."""
    agent = lying.paying_agent
    lying.cash.setCallback(agent.address, agent.claim.encode(series.address, 0))
    agent.claim(series.address, 0, by=HOLDER)
    assert lying.cash.balanceOf(HOLDER) == NET[HOLDER]
    assert agent.accountOf(series.address, 0).paid == NET[HOLDER]


@pytest.mark.parametrize(("others", "left"), [([RECEIVER], sum(INCOME.values())), ([HOLDER], INCOME[HOLDER])])
def test_claim_reverts_when_cash_calls_back_for_more(
    world: World, series: Contract, lying: LyingWorld, others: list[str], left: int
):
    """Attack case 12: what left is held against what was booked."""
    agent = lying.paying_agent
    lying.cash.setCallback(agent.address, agent.pay.encode(series.address, 0, others))
    with expect_revert("CashShort", received=left, expected=NET[HOLDER]):
        agent.claim(series.address, 0, by=HOLDER)
    assert agent.accountOf(series.address, 0).paid == 0


def test_remit_reverts_when_cash_lies(world: World, series: Contract, lying: LyingWorld):
    """Attack case 12."""
    lying.paying_agent.claim(series.address, 0, by=HOLDER)
    lying.cash.setLie(LIES["false"])
    with expect_revert("CashRefused", cash=TAXED[HOLDER]):
        lying.paying_agent.remit(series.address, 0)


def test_return_dust_reverts_when_cash_answers_false(world: World, series: Contract, lying: LyingWorld):
    """Attack case 12."""
    lying.paying_agent.pay(series.address, 0, [HOLDER, RECEIVER])
    lying.cash.setLie(LIES["false"])
    with expect_revert("SafeERC20FailedOperation", token=lying.cash.address):
        lying.paying_agent.returnDust(series.address, 0, TREASURY)

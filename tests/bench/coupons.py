"""World -> samples of a ten-year, semi-annual bond: creation, first moves after a record date, coupons with tax.

Ten thousand holders are paid the same way, against the clock.
"""

import time
from datetime import date

from tests.bench.lab import AMOUNT, Contract, Sample, sample
from tests.bench.world import DENOMINATION, World

from rwa_deploy import units
from rwa_deploy.chain import Receipt, Signer
from rwa_deploy.errors import ExpectationFailed

__all__ = ["measure", "new_bond", "ten_thousand_paid"]

BATCH = 100
PAY_GAS = 8_000_000  # for a batch of holders who had no cash before
COUPONS = 20
RATE = 7_000_000  # 7 % [1e-8]
FIXED, ACT_ACT_ICMA, SEMI_ANNUAL, GOVERNMENT, GRACE = 2, 1, 2, 1, 5
RATES = (0, 2_000, 4_000, 1_000, 0, 2_000, 4_000)  # bps by tax class

Samples = dict[str, Sample]


def coupon_date(issue: date, number: int) -> date:
    """Issue date, in the first 28 days of a month, and number from 0 -> six months later, a year later, …"""
    months = issue.month - 1 + 6 * (number + 1)
    return date(issue.year + months // 12, months % 12 + 1, issue.day)


def features(issue: date, coupons: int = COUPONS) -> tuple[object, ...]:
    """Issue date and number of coupons -> the part of the terms that makes a bond of 7 % with as many half-years."""
    days, start = [], issue
    for number in range(coupons):
        end = coupon_date(issue, number)
        days.append(units.day(units.unix_from_date(end)) | RATE << 24 | (end - start).days << 51 | 1 << 63)
        start = end
    words = [sum(day << 64 * place for place, day in enumerate(days[at : at + 4])) for at in range(0, coupons, 4)]
    head = (FIXED, ACT_ACT_ICMA, SEMI_ANNUAL, GOVERNMENT, 0, GRACE, units.PAR, 0, 0, 0)
    return (*head, words, (), ())


def new_bond(world: World, number: int, coupons: int = COUPONS) -> Contract:
    """A bond issued today."""
    issue = units.date_from_unix(world.lab.chain.now())
    maturity = units.unix_from_date(coupon_date(issue, coupons - 1))
    return world.new_series(number, maturity, features(issue, coupons))


def set_rates(world: World) -> None:
    """The tax office sets what government securities are taxed at."""
    row = sum(rate << 16 * place for place, rate in enumerate(RATES))
    world.send("tax_office", "TaxTable", "setRates", GOVERNMENT, row << 128, row)


def measure(world: World) -> Samples:
    """World -> operation -> Sample. Time goes on to the second coupon."""
    set_rates(world)
    world.post_rate()
    height = world.lab.chain.height()
    series = new_bond(world, 10)
    found = {"new_series": sample(world.lab.since(height))}
    holders = world.funded("bench coupon holder", BATCH + 2)
    world.onboard([holder.address for holder in holders])
    world.issue(series, [holder.address for holder in holders])
    claimer, opener, *rest = holders
    fund_and_open(world, series, 0)
    pay(world, series, 0, [holder.address for holder in holders])
    found |= _moves(world, series, holders)
    fund_and_open(world, series, 1)
    # Whoever comes first opens the payment for all: that is not the price of one holder in a hundred.
    pay(world, series, 1, [opener.address])
    found["coupon_each_of_100"] = sample([pay(world, series, 1, [each.address for each in rest])], units=BATCH)
    call = world.at("PayingAgent").call("claim", series.address, 1)
    return found | {"coupon_claim": sample([world.lab.send(claimer, call)])}


def fund_and_open(world: World, series: Contract, period: int) -> None:
    """The debt office funds a coupon, and its day comes."""
    agent, office = world.at("PayingAgent"), world.offices["debt_office"]
    due = world.lab.read(agent, "dueOf", series.address, period)
    world.attest_reserve()
    world.lab.send(world.offices["central_bank"], world.at("CashToken").call("mint", office.address, due))
    world.lab.send(office, world.at("CashToken").call("approve", agent.address, due))
    world.lab.send(office, agent.call("fundPayment", series.address, period, due))
    world.lab.chain.mine_at(world.lab.read(agent, "payableAtOf", series.address, period))


def pay(world: World, series: Contract, period: int, holders: list[str]) -> Receipt:
    """A batch of holders -> Receipt."""
    call = world.at("PayingAgent").call("pay", series.address, period, holders)
    return world.lab.send(world.outsider, call)


def ten_thousand_paid(world: World, series: Contract, wallets: list[str]) -> float:
    """A series whose ten thousand holders never moved -> seconds to fund its first coupon and pay all of them."""
    agent = world.at("PayingAgent")
    started = time.perf_counter()
    fund_and_open(world, series, 0)
    parts = [wallets[start : start + BATCH] for start in range(0, len(wallets), BATCH)]
    world.lab.send_all([(world.outsider, agent.call("pay", series.address, 0, part)) for part in parts], gas=PAY_GAS)
    seconds = time.perf_counter() - started
    account = world.lab.read(agent, "accountOf", series.address, 0)
    if account[4] != len(wallets) * DENOMINATION:
        raise ExpectationFailed(f"a coupon was paid on {account[4]} of {len(wallets) * DENOMINATION} of face")
    return seconds


def _moves(world: World, series: Contract, holders: list[Signer]) -> Samples:
    """The first moves after the coupon's record date: the very first also turns the token to its next date."""
    pairs = {
        "transfer_first_after_record_date": (holders[40], holders[50]),
        "transfer_after_record_date": (holders[41], holders[51]),
    }
    return {
        name: sample([world.lab.send(one, series.call("transfer", two.address, AMOUNT))])
        for name, (one, two) in pairs.items()
    }

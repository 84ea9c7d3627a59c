"""What `rwa stress` reads of a series and reckons it to count for is what CollateralRisk answers, to the unit."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import evm
import pytest
from bonds import day_of, start_of
from evm import Contract, Receipt, address_of
from world import GOVERNMENT, TENOR_DAYS, World

from rwa_deploy import stress
from rwa_deploy.abi import Call
from rwa_deploy.errors import Reverted
from rwa_deploy.finance.collateral import reckon
from rwa_deploy.finance.daycounts import DayCount
from rwa_deploy.finance.packing import pack_factors, pack_periods
from rwa_deploy.finance.schedules import Form, Schedule, bond_schedule, discount_schedule
from rwa_deploy.manifest import Manifest

ISSUE = date(2020, 9, 10)
LADDER = ((91, 9_000, 9_500), (366, 8_500, 9_100), (1_827, 7_777, 8_889), (65_535, 6_000, 7_001))
DISCOUNT, FIXED, FLOATING = 1, 2, 3


class InProcess:
    """The world, asked as a chain is."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.artifacts = world.artifacts

    def call(self, call: Call, *, block: int | str = "latest") -> Any:
        contract = Contract(self.world.chain, call.address, self.artifacts[call.contract])
        args = [bytes.fromhex(one.removeprefix("0x")) if _is_word(one) else one for one in call.args]
        with self.world.chain.rolled_back():
            try:
                found = getattr(contract, call.function)(*args)
            except evm.Reverted as error:
                raise Reverted(str(error), error_name=type(error).__name__) from error
        return found.result if isinstance(found, Receipt) else found

    def call_many(self, calls: Sequence[Call], *, block: int | str = "latest") -> list[Any]:
        return [self.call(one) for one in calls]


def _is_word(value: object) -> bool:
    return isinstance(value, str) and len(value) == 66


@pytest.fixture
def risk(world: World) -> Contract:
    """Ladders for each class of debt; dollars cost 5 per cent."""
    at = (world.authority, world.programme, world.oracle, world.maths)
    made = world.deploy("CollateralRisk", *(one.address for one in at), world.account("treasury"))
    calls = [(made.loosenLadder, (kind, LADDER)) for kind in (DISCOUNT, FIXED, FLOATING)]
    calls.append((made.loosenMargins, (500, 20, 30, 2_000)))
    for method, args in calls:
        world.schedule(method, *args)
    world.chain.warp(2 * 86_400)
    for method, args in calls:
        method(*args, by=world.account("admin"))
    return made


def listed(world: World, risk: Contract, *series: Contract) -> None:
    for one in series:
        world.schedule(risk.listCollateral, one.address, 10**15, 10_000)
    world.chain.warp(2 * 86_400)
    for one in series:
        risk.listCollateral(one.address, 10**15, 10_000, by=world.account("admin"))


def create(world: World, made: Schedule, salt: int, currency: bytes = b"PKR", record_days: int = 0) -> Contract:
    return world.new_series(
        salt,
        symbol=f"S{salt}",
        currency=currency,
        issueAt=start_of(day_of(made.issue)),
        maturityAt=start_of(day_of(made.maturity)),
        form=made.form.code,
        basis=made.basis.code,
        frequency=made.frequency,
        recordDays=record_days,
        instrumentClass=GOVERNMENT,
        maxRate=2**32 - 1,
        periods=pack_periods(made),
        factors=pack_factors(made),
    )


def drawn(rng: random.Random, basis: DayCount) -> tuple[Schedule, int]:
    record_days, frequency, payments = rng.randint(0, 10), rng.choice([1, 2, 4]), rng.randint(3, 12)
    months = 12 // frequency * payments
    maturity = date(2020 + (9 + months) // 12, (9 + months) % 12 + 1, rng.randint(1, 28))
    rates = ((ISSUE, rng.randint(0, 20_000_000)),)
    plain: dict[str, Any] = {
        "form": Form.FIXED, "basis": basis, "frequency": frequency, "issue": ISSUE, "maturity": maturity,
        "rates": rates, "record_days": record_days,
    }  # fmt: skip
    made = bond_schedule(**plain)
    count = sum(period.pays for period in made.periods)
    falling = (*(10**9 - (at + 1) * (10**9 // count) for at in range(count - 1)), 0)
    return bond_schedule(**plain, factors=rng.choice([(), falling])), record_days


def check(world: World, risk: Contract, series: Contract) -> None:
    contracts = {
        "CollateralRisk": risk, "PriceOracle": world.oracle, "BondMaths": world.maths, "Fixings": world.fixings,
        "Programme": world.programme,
    }  # fmt: skip
    at = {name: one.address for name, one in contracts.items()}
    manifest = Manifest("pilot", "0", 1, 0, "", at, {}, (), {}, {})
    chain: Any = InProcess(world)
    reader = stress._Reader(chain, manifest, address_of("treasury"), 0, world.chain.now)
    quote = stress._quoted(reader, series.address)
    assert quote is not None
    found = stress._collateral(reader, series.address, quote)
    market = stress._market(reader, [found])
    worth = reckon(found, market, fx_add_on_bps=500)
    assert (worth.loan, worth.threshold, worth.sale) == (quote.loan, quote.threshold, quote.sale)
    assert quote.threshold != 0


@pytest.mark.parametrize(("basis", "currency"), zip(DayCount, (b"PKR", b"PKR", b"USD", b"USD"), strict=True))
def test_reckon_of_bonds_is_what_the_vault_counts_on_any_day(
    world: World, risk: Contract, basis: DayCount, currency: bytes
):
    rng = random.Random(f"{basis}{currency!r}")
    made = [drawn(rng, basis) for _ in range(3)]
    series = [create(world, one, salt, currency, days) for salt, (one, days) in enumerate(made, start=50)]
    listed(world, risk, *series)
    for _ in range(3):
        world.chain.warp(rng.randint(1, 150) * 86_400 + rng.randint(0, 86_399))
        world.post_curve(*(rng.randint(10**6, 3 * 10**7) for _ in TENOR_DAYS))
        world.post_rate(rng.randint(100_000_001, 300_000_007))
        world.chain.warp(3_601)
        for one in series:
            check(world, risk, one)


def test_reckon_of_bills_zeros_and_a_floater_is_what_the_vault_counts(world: World, risk: Contract):
    rng = random.Random(5)
    bill = discount_schedule(Form.DISCOUNT, ISSUE, ISSUE + timedelta(days=364))
    zero = discount_schedule(Form.ZERO, ISSUE, ISSUE + timedelta(days=3_000))
    floater = bond_schedule(
        form=Form.FLOATING, basis=DayCount.ACT_365, frequency=1, issue=ISSUE, maturity=date(2024, 9, 10), record_days=5
    )
    series = [create(world, bill, 50), create(world, zero, 51), create(world, floater, 52, record_days=5)]
    world.fixings.fixFallback(series[2].address, 0, 9_000_000, bytes(32), by=world.account("price_signer"))
    listed(world, risk, *series)
    for days in (1, 30, 40):
        world.chain.warp(days * 86_400)
        world.post_curve(*(rng.randint(10**6, 3 * 10**7) for _ in TENOR_DAYS))
        world.chain.warp(3_601)
        for one in series:
            check(world, risk, one)
    world.chain.warp(400 * 86_400)
    check(world, risk, series[0])  # it has ended, and counts for its principal

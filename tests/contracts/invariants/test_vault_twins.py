"""Each invariant of VAULT_INVARIANTS.md has a twin of a contract, broken in one place, that its check catches."""

import re
from collections.abc import Callable

import pytest
from harness import ROOT, Twin, twin_artifacts
from run import require
from vault_market import DAY, HOUR
from vault_model import ENDLESS
from vault_run import InvariantBroken, VaultRun
from vault_trips import best_round_trip
from vault_world import GOLD, SPARES, SPOT, UNIT, WALLETS

LEDGER = "contracts/credit/VaultLedger.sol"
VAULT = "contracts/credit/CollateralVault.sol"
SALES = "contracts/credit/Liquidations.sol"
RISK = "contracts/credit/CollateralRisk.sol"
BANK, DEALER, INSURER, PENSION = WALLETS[::SPARES]
FACE = 500_000 * UNIT
LOAN = 400_000 * UNIT

Steps = Callable[[VaultRun], None]


def borrow(run: VaultRun, owner: str = BANK, name: str = "year") -> None:
    """A debt on one series."""
    run.adjust("pledge", owner, [(name, FACE)])
    run.adjust("mint", owner, [], mint=LOAN)


def use_debts(run: VaultRun) -> None:
    """Two debts, time, a part repaid, fees harvested."""
    borrow(run)
    borrow(run, DEALER)
    run.travel(HOUR)
    run.adjust("repay", BANK, [], repay=LOAN // 3)
    run.harvest()
    run.adjust("repay", DEALER, [], repay=ENDLESS)


def use_releases(run: VaultRun) -> None:
    """A release that would leave too little, one that does not."""
    borrow(run)
    run.adjust("release", BANK, [("year", -FACE)])
    run.adjust("release", BANK, [("year", -FACE // 100)])


def use_exits(run: VaultRun) -> None:
    """Everything stands in the way, and the vault is shut down."""
    borrow(run)
    run.adjust("pledge", DEALER, [("note", FACE)])
    for name in ("system", "cash", "year", "note"):
        run.pause(name)
    for owner in (BANK, DEALER):
        run.freeze_wallet(owner, frozen=True)
        run.probe_exits(owner)
    run.shut_down()
    run.probe_exits(DEALER)


def make_sick(run: VaultRun, owner: str = BANK, percent: int = 60) -> None:
    """Gold falls under a debt, and it is put up for sale."""
    run.adjust("pledge", owner, [("gold", 5 * UNIT)])
    run.adjust("mint", owner, [], mint=900_000 * UNIT)
    run.travel(HOUR)
    run.post(GOLD, [SPOT * percent // 100])
    run.travel(HOUR)
    run.start(owner)


def use_sales(run: VaultRun) -> None:
    """A bid above what is asked for, one in the middle of the auction, and one at its end."""
    make_sick(run)
    run.travel(3 * HOUR)
    run.take(DEALER, BANK, "gold", ENDLESS, most_price=1)
    run.take(DEALER, BANK, "gold", UNIT // 10)
    run.travel(3 * HOUR)
    run.backstop(BANK, "gold")


def use_surplus(run: VaultRun) -> None:
    """A bill matures on a small debt: the rest is the owner's."""
    run.adjust("pledge", BANK, [("bill", FACE)])
    run.adjust("mint", BANK, [], mint=LOAN)
    run.travel(max(0, run.model.market.papers["bill"].end - run.model.now))
    run.fund("bill", ENDLESS)
    run.collect(BANK, "bill")
    run.withdraw(BANK)


def use_donations(run: VaultRun) -> None:
    borrow(run)
    run.donate(DEALER, UNIT)


def use_ceilings(run: VaultRun) -> None:
    """Above what one holder may owe, above what of a series may be pledged."""
    run.adjust("pledge", BANK, [("year", 2 * FACE), ("note", 2 * FACE), ("third", 2 * FACE)])
    run.adjust("mint", BANK, [], mint=run.model.terms.holder_ceiling + 1)
    run.ceilings("fourth", FACE, 9_000, tightens=True)
    run.adjust("pledge", BANK, [("fourth", FACE + 1)])


def use_tables(run: VaultRun) -> None:
    """What is priced in dollars counts for less, what is shut for nothing."""
    run.adjust("pledge", BANK, [("dollar", 5_000 * UNIT)])
    run.adjust("mint", BANK, [], mint=run.model.health(BANK, run.price)[1] + 1)
    run.adjust("mint", BANK, [], mint=LOAN // 2)
    run.adjust("repay", BANK, [], repay=ENDLESS)
    run.shut_collateral("dollar")
    run.adjust("mint", BANK, [], mint=LOAN)


def use_places(run: VaultRun) -> None:
    """Pledged in parts and released in parts; a substitute; a position that moves."""
    run.adjust("pledge", DEALER, [("note", FACE)])
    run.adjust("release", DEALER, [("note", -UNIT)])
    borrow(run)
    run.adjust("release", BANK, [("year", -UNIT)])
    run.substitute(BANK, "year", FACE // 2, "third", FACE)
    run.adjust("release", BANK, [("third", -UNIT)])
    run.recover(BANK, WALLETS[1])


def use_time(run: VaultRun) -> None:
    borrow(run)
    run.travel(DAY)


def use_notices(run: VaultRun) -> None:
    """An office of state is told before it is sold."""
    make_sick(run, INSURER)


def use_trips(run: VaultRun) -> None:
    best = best_round_trip(run.set_up, 200)
    require("V10", best <= 0, f"{best} won")


# By invariant: what breaks, and the steps that show it.
TWINS: tuple[tuple[Twin, Steps], ...] = (
    (Twin("V1 what is repaid stays in the total", "CollateralVault", LEDGER, "now_.scaled -= scaled;", ""), use_debts),
    (
        Twin(
            "V2 a release with a debt is not looked at", "CollateralVault", VAULT,
            "} else if (releases && debt != 0) {", "} else if (releases && debt == 0) {",
        ),
        use_releases,
    ),
    (
        Twin(
            "V3 nothing is released after a shutdown", "CollateralVault", VAULT,
            "require(face <= pledged && owns,", "require(face <= pledged && owns && shutDownAt == 0,",
        ),
        use_exits,
    ),
    (
        Twin(
            "V4 repaying is a transfer", "CollateralVault", VAULT,
            "_CASH.burnFrom(msg.sender, repaid);",
            "require(_CASH.moveByRight(msg.sender, address(this), repaid), NothingThere(msg.sender));"
            " _CASH.burnFrom(address(this), repaid);",
        ),
        use_exits,
    ),
    (
        Twin(
            "V5 the price falls to nothing", "CollateralVault", SALES,
            "bid.price = bid.threshold + Math.ceilDiv((top - bid.threshold) * left, duration);",
            "bid.price = Math.ceilDiv(top * left, 2 * duration);",
        ),
        use_sales,
    ),
    (
        Twin(
            "V6 what is released stays booked", "CollateralVault", LEDGER,
            "_RISK.book(series, -face.toInt256(),", "_RISK.book(series, -(face / 2).toInt256(),",
        ),
        use_releases,
    ),
    (
        Twin(
            "V7 cash in the vault lowers what all owe", "CollateralVault", LEDGER,
            "return _downOf(_accrued());", "return _downOf(_accrued()) - _CASH.balanceOf(address(this));",
        ),
        use_donations,
    ),
    (
        Twin(
            "V8 the ceiling of a series looks at the past only", "CollateralRisk", RISK,
            "require(pledged <= ceiling,", "require(pledged <= ceiling + uint256(face),",
        ),
        use_ceilings,
    ),
    (
        Twin(
            "V9 what is shut is lent on", "CollateralRisk", RISK,
            "bool lends = !collateral.isShut &&", "bool lends = ",
        ),
        use_tables,
    ),
    (Twin("V9 the dollar counts in full", "CollateralRisk", RISK, "share -= _margins.fxAddOnBps;", ""), use_tables),
    (
        Twin(
            "V10 a debt is rounded down", "CollateralVault", LEDGER,
            "uint96 scaled = Math.ceilDiv(amount * Units.WAD, now_.index).toUint96();",
            "uint96 scaled = (amount * Units.WAD / now_.index).toUint96();",
        ),
        use_trips,
    ),
    (
        Twin(
            "V11 half of what a bill pays beyond the debt is nobody's", "CollateralVault", LEDGER,
            "_credits[owner] += cash - repaid;", "_credits[owner] += (cash - repaid) / 2;",
        ),
        use_surplus,
    ),
    (
        Twin(
            "V12 a place is given up with the first part", "CollateralVault", LEDGER,
            "if (left == 0) _exclude(slot, id);", "if (left + 1 != 0) _exclude(slot, id);",
        ),
        use_places,
    ),
    (
        Twin(
            "V13 fees run at half the rate", "CollateralVault", LEDGER,
            "(until - now_.accruedAt) / (_RATE * _YEAR);", "(until - now_.accruedAt) / (2 * _RATE * _YEAR);",
        ),
        use_time,
    ),
    (
        Twin("V14 an office of state is sold unheard", "CollateralVault", SALES, "_requireEnforceable(owner);", ""),
        use_notices,
    ),
)  # fmt: skip
ALL = (
    use_debts, use_releases, use_exits, use_sales, use_surplus, use_donations, use_ceilings, use_tables, use_places,
    use_time, use_notices, use_trips,
)  # fmt: skip


def test_the_real_contracts_pass():
    run = VaultRun()
    for steps in ALL:
        run.begin()
        steps(run)
    for action in ("take", "backstop", "withdraw", "probe_repay", "probe_release"):
        assert run.succeeded[action]


@pytest.fixture(scope="module")
def artifacts():
    return twin_artifacts(tuple(twin for twin, _ in TWINS))


@pytest.mark.parametrize(("twin", "steps"), TWINS, ids=lambda value: getattr(value, "name", ""))
def test_a_broken_twin_is_caught(artifacts, twin: Twin, steps: Steps):
    run = VaultRun({twin.contract: artifacts[twin.name]})
    run.begin()
    with pytest.raises(InvariantBroken) as caught:
        steps(run)
    assert caught.value.number == twin.name.split()[0]


def test_every_invariant_of_the_list_has_a_twin():
    text = (ROOT / "tests/contracts/invariants/VAULT_INVARIANTS.md").read_text()
    listed = re.findall(r"^- \*\*(V\d+)\*\*", text, re.MULTILINE)
    assert listed == [f"V{number}" for number in range(1, len(listed) + 1)]
    assert {twin.name.split()[0] for twin, _ in TWINS} == set(listed)

"""`rwa stress`: the book as a chain answers, what is held against it, and how the command refuses."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from rwa_deploy import cli, units
from rwa_deploy.abi import Call
from rwa_deploy.cli import credit
from rwa_deploy.errors import DriftFound, Reverted, UsageError
from rwa_deploy.events import Event
from rwa_deploy.finance.collateral import CollateralClass, Rung, reckon
from rwa_deploy.finance.daycounts import DayCount
from rwa_deploy.finance.packing import pack_periods, unpack
from rwa_deploy.finance.schedules import Form, bond_schedule
from rwa_deploy.finance.stress import Position
from rwa_deploy.manifest import Manifest, to_json, write_file
from rwa_deploy.stress import NEEDED, read_book, report

TODAY = date(2026, 11, 25)
AT = units.unix_from_date(TODAY) + 11 * 3_600
ONE, WAD = units.ONE, 10**18
BILL, PIB, GOLD, FLOATER = (f"0x{digit * 40}" for digit in "1234")
BANK, FUND, GONE, BACKSTOP, NOBODY = (f"0x{digit * 40}" for digit in "56780")
XAU = "0x" + b"XAU".ljust(32, b"\0").hex()
PRICE = 98_223_897
CURVE = ((91, 1_825), (11_000_000, 12_000_000), (1, 1))  # days, yields that hold, the last ones
LADDER = ((91, 9_000, 9_500), (65_535, 8_000, 8_500))
MADE = bond_schedule(
    form=Form.FIXED,
    basis=DayCount.ACT_ACT_ICMA,
    frequency=2,
    issue=date(2026, 8, 20),
    maturity=date(2029, 8, 20),
    rates=((date(2026, 8, 20), 7_000_000),),
)
FEATURES = MADE.form.code | MADE.basis.code << 8 | MADE.frequency << 16 | len(MADE.periods) << 176
FLOATS = FEATURES + Form.FLOATING.code - Form.FIXED.code

MANIFEST = Manifest(
    programme="pilot",
    version="0.1.0",
    chain_id=31337,
    first_block=3,
    deployer=NOBODY,
    contracts={name: f"0x{number:040x}" for number, name in enumerate((*NEEDED, "Fixings", "Programme"), start=100)},
    offices={"backstop": BACKSTOP},
    admins=(),
    settings={},
    series={"MTB": BILL},
)
DESK = MANIFEST.contracts["CashDesk"]


def said(contract: str, name: str, **args: Any) -> Event:
    return Event(contract, MANIFEST.contracts[contract], name, args, 5, AT, "0x1", 0)


class Answers:
    """A chain of one block; what it has no answer for reverts, as a call of a contract without a price does."""

    client, chain_id = "anvil/v1", 31337

    def __init__(self) -> None:
        maturity = units.unix_from_date(TODAY + timedelta(days=60))
        self.given: dict[tuple[str, ...], Any] = {
            ("positionOf", BANK): (90 * ONE, (BILL, PIB, *[NOBODY] * 6), (60 * ONE, 50 * ONE, *[0] * 6)),
            ("positionOf", FUND): (5 * ONE, (GOLD, *[NOBODY] * 7), (ONE, *[0] * 7)),
            ("positionOf", GONE): (0, (NOBODY,) * 8, (0,) * 8),
            ("auctionOf", BANK): 0,
            ("auctionOf", FUND): AT - 60,
            ("auctionOf", GONE): 0,
            ("symbol", BILL): "MTB",
            ("symbol", PIB): "PIB",
            ("symbol", GOLD): "GOLD",
            ("collateralOf", BILL): (1, 1, False, False, 0, 5_000, 10**15, 60 * ONE),
            ("collateralOf", PIB): (2, 2, False, False, 3, 5_000, 10**15, 50 * ONE),
            ("collateralOf", GOLD): (3, 4, True, True, 1, 5_000, 10**15, ONE),
            ("ladderOf", "1"): LADDER,
            ("ladderOf", "2"): LADDER,
            ("ladderOf", "4"): ((65_535, 7_000, 7_500),),
            ("thresholdBpsOf", "1", "60"): 9_500,
            ("thresholdBpsOf", "2", "999"): 8_600,  # on its ramp to 8,500
            ("thresholdBpsOf", "4", "200"): 7_500,
            ("features", BILL): 0,
            ("issueDate", BILL): units.unix_from_date(TODAY - timedelta(days=24)),
            ("maturityDate", BILL): maturity,
            ("endAt", BILL): maturity,
            ("poolFactor", BILL): WAD,
            ("callsOf", BILL): (),
            ("features", PIB): FEATURES,
            ("issueDate", PIB): units.unix_from_date(MADE.issue),
            ("maturityDate", PIB): units.unix_from_date(MADE.maturity),
            ("endAt", PIB): units.unix_from_date(MADE.maturity),
            ("poolFactor", PIB): WAD,
            ("callsOf", PIB): (),
            ("commodity", GOLD): XAU,
            ("expiresAt", GOLD): units.unix_from_date(TODAY + timedelta(days=200)),
            ("curve",): CURVE,
            ("spotOf", XAU): (2_650 * ONE, AT - 60),
            ("spotOf", "0x" + b"USDPKR".ljust(32, b"\0").hex()): (280 * ONE, AT - 60),
            ("margins",): (500, 30, 30, 2_000),
            ("buffer",): ONE,
            ("backstopDebt",): 2 * ONE,
            ("inAuction",): 5 * ONE,
            ("auctionTerms",): (11_000, 21_600, 70 * ONE),
            ("freeBalanceOf", BACKSTOP): 40 * ONE,
            ("ledgers",): (900 * ONE, 95 * ONE, 5 * ONE),
            ("lastOf", MANIFEST.contracts["CashToken"]): (850 * ONE, AT - 3_600, "0x0"),
            ("attestedOf", MANIFEST.contracts["CashToken"]): 850 * ONE,
            ("books",): (10 * ONE, 30 * ONE, 0),
            ("refresh", BILL): self.quote(PRICE * 9_500 // 10_000, PRICE),
        }
        packed = unpack(pack_periods(MADE), len(MADE.periods), 64)
        for number, entry in enumerate(packed):
            self.given |= {("periodAt", series, str(number)): (entry, 0, True) for series in (PIB, FLOATER)}
        self.said = [
            said("CollateralVault", "Adjusted", owner=BANK, minted=1, repaid=0, debt=1),
            said("CollateralVault", "Adjusted", owner=GONE, minted=1, repaid=0, debt=1),
            said("CollateralVault", "Harvested", amount=1, index=WAD),
            said("CollateralVault", "PositionMoved", **{"from": GONE, "to": FUND, "debt": 5}),
            *(
                said("CashToken", "Transfer", **{"from": NOBODY, "to": to, "value": value})
                for to, value in ((BANK, 700 * ONE), (BACKSTOP, 40 * ONE), (DESK, 30 * ONE), (GONE, 9 * ONE))
            ),
            said("CashToken", "Transfer", **{"from": GONE, "to": FUND, "value": 9 * ONE}),
        ]
        self.blocks: set[int | str] = set()

    @staticmethod
    def quote(threshold: int, sale: int, loan: int = 1) -> tuple[int, ...]:
        return (loan, threshold, sale, 1, AT, AT // 3_600 + 2)

    def height(self) -> int:
        return 12

    def block(self, number: int) -> Mapping[str, str]:
        assert number == 12
        return {"timestamp": hex(AT)}

    def call(self, call: Call, *, block: int | str = "latest") -> Any:
        self.blocks.add(block)
        own = () if call.address in MANIFEST.contracts.values() else (call.address,)
        key = (call.function, *own, *map(str, call.args))
        if key not in self.given:
            raise Reverted("the call reverted: NoRate", error_name="NoRate")
        return self.given[key]

    def call_many(self, calls: Sequence[Call], *, block: int | str = "latest") -> list[Any]:
        return [self.call(call, block=block) for call in calls]

    def events(self, contracts: Mapping[str, str], *, first: int, last: int) -> tuple[Event, ...]:
        assert (first, last) == (3, 12)
        return tuple(event for event in self.said if event.address in contracts)


def book_of(chain: Any, manifest: Manifest = MANIFEST) -> Any:
    return read_book(chain, manifest)


# ── the book ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_read_book_finds_every_position_and_reads_one_block():
    chain = Answers()
    book = book_of(chain)
    assert book.positions == (
        Position(BANK, 90 * ONE, {BILL: 60 * ONE, PIB: 50 * ONE}),
        Position(FUND, 5 * ONE, {GOLD: ONE}, is_in_auction=True),
    )
    assert chain.blocks == {12}


def test_read_book_takes_the_vault_and_the_cash_as_they_stand():
    book = book_of(Answers())
    assert (book.vault.buffer, book.vault.backstop_debt, book.vault.backstop_cash) == (ONE, 2 * ONE, 40 * ONE)
    assert (book.vault.auction_cap, book.vault.in_auction, book.vault.fx_add_on_bps) == (70 * ONE, 5 * ONE, 500)
    assert (book.cash.supply, book.cash.attested, book.cash.is_stale) == (1_000 * ONE, 850 * ONE, False)
    assert (book.cash.waiting, book.cash.funded) == (30 * ONE, 10 * ONE)
    assert book.cash.holders == {BANK: 700 * ONE, FUND: 9 * ONE}  # not the desk, the backstop, or who has none


def test_read_book_has_each_series_with_its_schedule_ladder_and_prices():
    book = book_of(Answers())
    bill, pib, gold = (book.series[address] for address in (BILL, PIB, GOLD))
    assert (bill.kind, bill.days_left, bill.lends) == (CollateralClass.DISCOUNT, 60, True)
    assert bill.rungs == (Rung(91, 9_000, 9_500), Rung(65_535, 8_000, 8_500))
    assert pib.rungs == (Rung(91, 9_000, 9_500), Rung(65_535, 8_000, 8_600))
    assert pib.schedule == MADE
    assert (gold.feed, gold.days_left, gold.is_dollar, gold.lends) == ("XAU", 200, True, False)
    assert book.market.curve == ((91, 11_000_000), (1_825, 12_000_000))
    assert (book.market.spots, book.market.usd_pkr) == ({"XAU": 2_650 * ONE}, 280 * ONE)
    assert reckon(bill, book.market, fx_add_on_bps=500).sale == PRICE  # 100 / (1 + 0.11 x 60 / 365)


def test_read_book_of_a_called_bond_has_the_factors_that_are_left():
    chain = Answers()
    chain.given["callsOf", PIB] = (0 << 128 | WAD * 3 // 4, 3 << 128 | WAD // 2)
    factors = book_of(chain).series[PIB].schedule.factors
    assert factors == (750_000_000, 750_000_000, 750_000_000, 375_000_000, 375_000_000, 0)


def test_read_book_of_an_ended_bond_takes_what_is_redeemed():
    chain = Answers()
    chain.given |= {("endAt", PIB): units.unix_from_date(TODAY), ("redemptionFactor", PIB): WAD // 2}
    chain.given["thresholdBpsOf", "2", "0"] = 9_500
    series = book_of(chain).series[PIB]
    assert (series.days_left, series.factor) == (0, WAD // 2)


def test_read_book_of_a_floater_has_the_rates_that_are_fixed():
    chain = Answers()
    owed = (ONE, (FLOATER, *[NOBODY] * 7), (ONE, *[0] * 7))
    chain.given |= {(key[0], FLOATER): value for key, value in chain.given.items() if key[1:] == (PIB,)}
    chain.given |= {("positionOf", FUND): owed, ("features", FLOATER): FLOATS, ("ladderOf", "3"): LADDER}
    chain.given["thresholdBpsOf", "3", "999"] = 8_500
    chain.given["collateralOf", FLOATER] = (4, 3, False, False, 3, 5_000, 10**15, ONE)
    chain.given |= {("fixingOf", FLOATER, str(number)): (0, 0, "0x0") for number in range(6)}
    chain.given["fixingOf", FLOATER, "0"] = (9_000_000, 2, "0x1")
    assert [period.rate for period in book_of(chain).series[FLOATER].schedule.periods] == [9_000_000, *[None] * 5]


def test_read_book_calls_a_reserve_stale_that_counts_for_nothing():
    chain = Answers()
    chain.given["attestedOf", MANIFEST.contracts["CashToken"]] = 0
    assert book_of(chain).cash.is_stale is True


@pytest.mark.parametrize(("off", "drifts"), [(-1, False), (1, False), (2, True)])
def test_read_book_refuses_prices_that_the_chain_does_not_have(off: int, drifts: bool):
    chain = Answers()
    chain.given["refresh", BILL] = chain.quote(PRICE * 9_500 // 10_000, PRICE + off)
    if not drifts:
        book_of(chain)
        return
    with pytest.raises(DriftFound, match=r"MTB stands at 98\.223899 on chain, not 98\.223897") as refused:
        book_of(chain)
    assert len(refused.value.differences) == 1


def test_read_book_refuses_what_was_never_priced():
    chain = Answers()
    chain.given["curve",] = ((91, 1_825), (0, 0), (0, 0))
    with pytest.raises(UsageError, match="there are no yields"):
        book_of(chain)


def test_read_book_refuses_a_manifest_without_a_vault_or_a_backstop():
    contracts = {name: address for name, address in MANIFEST.contracts.items() if name != "CollateralVault"}
    with pytest.raises(UsageError, match="names no CollateralVault"):
        book_of(Answers(), replace(MANIFEST, contracts=contracts))
    with pytest.raises(UsageError, match="names no backstop"):
        book_of(Answers(), replace(MANIFEST, offices={}))


def test_report_gives_the_files_with_names_for_people():
    chain: Any = Answers()
    files = report(chain, MANIFEST, names={BANK: "The bank"})
    assert list(files) == ["stress.html", "stress.csv"]
    assert "pilot · as of block 12" in files["stress.html"]
    assert "The bank" in files["stress.html"]


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def rwa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """`rwa stress` on a chain that answers, its manifest on disk."""
    monkeypatch.setenv("COLUMNS", "220")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(credit, "connected", lambda _: (Answers(), None))
    manifest = write_file(tmp_path / "manifest.json", to_json(MANIFEST))

    def run(*arguments: str, manifest: Path = manifest) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rwa", "stress", "--manifest", str(manifest), *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        found = capsys.readouterr()
        return int(ended.value.code or 0), found.out, found.err

    return run


def test_stress_prints_a_table_and_writes_its_files(rwa, tmp_path: Path):
    out = tmp_path / "stress"
    code, text, err = rwa("--out", str(out))
    assert (code, err) == (0, "")
    assert "all together" in text
    assert "Nothing here has legal force." in text
    assert sorted(path.name for path in out.iterdir()) == ["stress.csv", "stress.html"]
    assert rwa("--out", str(out))[0] == 0  # its own files are replaced


def test_stress_takes_the_sizes_of_the_shocks(rwa):
    code, text, _ = rwa("--yield-bp", "250", "--fx-pct", "-12.5", "--run-pct", "0", "--leavers", "2", "--json")
    found = json.loads(text)
    assert (code, found["written"], found["block"]) == (0, [], 12)
    names = [shock["shock"] for shock in found["shocks"]]
    assert names == ["as it stands", "yields +250 bp", "dollars -12.5 %", "2 largest leave", "all together"]
    assert found["shocks"][-1]["dollar_fall_pct"] == "12.50"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--yield-bp", "-1"), "the shocks cannot be used: yields cannot rise by -1 bp"),
        (("--yield-bp", "many"), "Invalid value for '--yield-bp'"),
        (("--fx-pct", "20"), "dollars cannot move by 20 %"),
        (("--fx-pct", "-20%"), "not a plain number"),
        (("--fx-pct", "-20.125"), "has more than 2 decimals"),
        (("--run-pct", "101"), "a run on 101 % of the supply is none"),
        (("--leavers", "-5"), "-5 holders cannot leave"),
    ],
)
def test_stress_exits_2_in_one_sentence_when_called_wrongly(rwa, arguments: tuple[str, ...], says: str):
    code, text, err = rwa(*arguments)
    assert (code, text) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1


def test_stress_replaces_no_folder_that_is_not_its_own(rwa, tmp_path: Path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "letter.txt").write_text("dear")
    code, _, err = rwa("--out", str(tmp_path / "kept"))
    assert (code, "would be replaced" in err) == (15, True)


def test_stress_exits_3_without_a_manifest(rwa, tmp_path: Path):
    code, _, err = rwa(manifest=tmp_path / "none.json")
    assert (code, "there is no such file" in err) == (3, True)


def test_stress_takes_the_backstop_that_the_manifest_lacks(rwa, tmp_path: Path):
    bare = write_file(tmp_path / "bare.json", to_json(replace(MANIFEST, offices={})))
    assert rwa(manifest=bare)[0] == 2
    assert rwa("--backstop", BACKSTOP, manifest=bare)[0] == 0
    code, _, err = rwa("--backstop", "treasury", manifest=bare)
    assert (code, "is no address" in err) == (2, True)

"""Archive: facts and events go to two files and come back the same."""

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rwa_deploy.archive import EVENTS, FACTS, archive, read_events, restore
from rwa_deploy.errors import InputError
from rwa_deploy.events import Event
from rwa_deploy.finance.auction import Instrument, clear, rules_for
from rwa_deploy.finance.bids import read_bids
from rwa_deploy.model import AuctionMethod
from rwa_deploy.register import ReconRow, fold
from rwa_deploy.report import GasUse, Latency, PaymentFacts, Refusal, RunFacts, SeriesFacts

BIDS = Path(__file__).resolve().parents[2] / "scripts" / "scenarios" / "data" / "mtb-574-bids.csv"
NOBODY, HOLDER, SERIES = ("0x" + digit * 40 for digit in "0a5")


def event(index: int = 0, **changes: object) -> Event:
    args = {"from": NOBODY, "to": HOLDER, "value": 2**100, "list": (1, (2, "0x")), "flag": True}
    made = Event("BondToken", SERIES, "Transfer", args, 5, 1_600_000_000, "0x" + "77" * 32, index)
    return replace(made, **changes)  # type: ignore[arg-type]


EVENT_LIST = (event(0), event(1))


@pytest.fixture(scope="module")
def facts() -> Iterator[RunFacts]:
    rules = rules_for(Instrument.BILL, date(2020, 9, 9))
    bids = read_bids(BIDS, days=84, lot=rules.lot)
    result = clear(
        bids,
        target_face=20_000 * 10**12,
        method=AuctionMethod.MULTIPLE,
        rules=rules,
        settlement=date(2020, 9, 10),
        maturity=date(2020, 12, 3),
        non_competitive=(),
    )
    made = RunFacts(
        title="A run",
        instrument="PK",
        network="anvil",
        auction=result,
        bids=bids,
        register=fold(EVENT_LIST),
        series=SERIES,
        currency="USD",
        issued=(
            SeriesFacts("EURO", SERIES, "XS", 3, 10**8, (PaymentFacts(0, 1, 2, 2**200, 3, 4, 5, 6, True),), "text"),
        ),
        marks={"before": 1_600_000_001},
        recon={"after": (ReconRow("balance", SERIES, HOLDER, 2**101, None),)},
        refused=(Refusal("try", "Refused(a=1)", ""),),
        gas=(GasUse("mint", 2, 3),),
        settlement_seconds=Decimal("1.250"),
        manifest={"contracts": {"A": "0x1"}, "admins": ["0x2"]},
        providers={0: "registrar", 7: "HTX"},
        names={SERIES: "MTB"},
        latencies={"0xaa": Latency(1, Decimal("0.001"))},
        timings={"clear": Decimal("0.100")},
    )
    yield made
    made.register.close()


@pytest.fixture
def folder(tmp_path: Path, facts: RunFacts) -> Path:
    for name, content in archive(facts, EVENT_LIST).items():
        (tmp_path / name).write_text(content)
    return tmp_path


def test_restore_gives_back_every_fact(folder: Path, facts: RunFacts):
    found = restore(folder)
    for item in fields(RunFacts):
        if item.name != "register":
            assert getattr(found, item.name) == getattr(facts, item.name), item.name
    assert found.register.content_hash() == facts.register.content_hash()
    found.register.close()


def test_archive_is_the_same_again_after_restore(folder: Path, facts: RunFacts):
    found = restore(folder)
    assert archive(found, read_events(folder / EVENTS)) == archive(facts, EVENT_LIST)
    found.register.close()


values = st.recursive(
    st.integers(-(2**255), 2**256 - 1) | st.booleans() | st.text(max_size=6), lambda inner: st.tuples(inner, inner)
)


@settings(max_examples=20)
@given(st.dictionaries(st.text(max_size=4), values, max_size=4))
def test_read_events_gives_back_any_arguments(tmp_path_factory, facts: RunFacts, args):
    path = tmp_path_factory.mktemp("events") / EVENTS
    path.write_text(archive(facts, [event(args=args)])[EVENTS])
    assert read_events(path) == (event(args=args),)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "null", "{", '{"title": "x"}'], ids=["empty", "list", "object", "null", "half", "one"]
)
def test_restore_refuses_what_no_run_left(folder: Path, content: str):
    (folder / FACTS).write_text(content)
    with pytest.raises(InputError, match="this is not what `rwa run` left; run the scenario again") as refused:
        restore(folder)
    assert refused.value.path == folder / FACTS


@pytest.mark.parametrize("name", [item.name for item in fields(RunFacts) if item.name != "register"])
def test_restore_refuses_facts_without_one_of_them(folder: Path, name: str):
    plain = json.loads((folder / FACTS).read_text())
    del plain[name]
    (folder / FACTS).write_text(json.dumps(plain))
    with pytest.raises(InputError, match="this is not what `rwa run` left"):
        restore(folder)


def test_restore_refuses_a_folder_without_facts(tmp_path: Path):
    with pytest.raises(InputError, match="there is no run here; `rwa run --out` leaves one"):
        restore(tmp_path)


@pytest.mark.parametrize("line", ["x", "[]", "1", "{}", '{"args": 3}', '{"args": {}}', '{"args": {}, "color": 1}'])
def test_read_events_names_the_row_that_is_no_event(tmp_path: Path, facts: RunFacts, line: str):
    path = tmp_path / EVENTS
    path.write_text(archive(facts, [event()])[EVENTS] + line + "\n")
    with pytest.raises(InputError, match="row 2: this is no event; make the file again") as refused:
        read_events(path)
    assert refused.value.row == 2


def test_read_events_refuses_a_file_that_is_no_text(tmp_path: Path):
    (tmp_path / EVENTS).write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"cannot be read \(not UTF-8\)"):
        read_events(tmp_path / EVENTS)


def test_read_events_takes_a_run_without_events(tmp_path: Path):
    (tmp_path / EVENTS).write_text("")
    assert read_events(tmp_path / EVENTS) == ()

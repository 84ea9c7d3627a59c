"""The gate of the gas benchmark: it must catch what grows, and only that."""

import json
from pathlib import Path

import pytest
from tests.bench import gate, targets

SNAPSHOT = {"issue_each_of_100": 31_000, "new_series": 4_600_000, "transfer_existing": 48_000}


def test_breaches_names_operation_and_numbers_when_one_grew_by_two_per_cent() -> None:
    found = gate.breaches(SNAPSHOT, SNAPSHOT | {"transfer_existing": 48_960})

    assert len(found) == 1
    assert found[0].startswith("transfer_existing was 48,000, is 48,960, +2.00 %;")


def test_breaches_is_empty_when_nothing_changed() -> None:
    assert gate.breaches(SNAPSHOT, SNAPSHOT) == ()


@pytest.mark.parametrize("gas", [48_480, 40_000])
def test_breaches_is_empty_when_growth_stays_within_one_per_cent(gas: int) -> None:
    assert gate.breaches(SNAPSHOT, SNAPSHOT | {"transfer_existing": gas}) == ()


def test_breaches_names_operation_when_growth_is_one_unit_of_gas_above_one_per_cent() -> None:
    assert len(gate.breaches(SNAPSHOT, SNAPSHOT | {"transfer_existing": 48_481})) == 1


def test_breaches_names_operations_that_came_and_went() -> None:
    now = {name: gas for name, gas in SNAPSHOT.items() if name != "new_series"} | {"permit": 80_000}

    gone, came = gate.breaches(SNAPSHOT, now)

    assert gone.startswith("new_series was 4,600,000 and is no longer measured;")
    assert came.startswith("permit has no snapshot, now 80,000;")


@pytest.mark.parametrize(("gas", "code"), [(48_960, 1), (48_480, 0)])
def test_judge_fails_the_build_when_an_operation_grew_by_two_per_cent(
    gas: int, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gas.snapshot.json"
    gate.write_snapshot(SNAPSHOT, path)

    assert gate.judge(SNAPSHOT | {"transfer_existing": gas}, path) == code
    assert ("transfer_existing was 48,000, is 48,960, +2.00 %" in capsys.readouterr().err) == bool(code)


def test_write_snapshot_sorts_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "gas.snapshot.json"

    gate.write_snapshot(dict(reversed(SNAPSHOT.items())), path)

    assert gate.read_snapshot(path) == SNAPSHOT
    assert list(json.loads(path.read_text())) == sorted(SNAPSHOT)


def test_read_snapshot_is_empty_without_a_file(tmp_path: Path) -> None:
    assert gate.read_snapshot(tmp_path / "none.json") == {}


def test_committed_snapshot_holds_every_operation_of_the_table() -> None:
    assert gate.read_snapshot().keys() == targets.TARGETS.keys()


def test_document_shows_the_gas_of_the_snapshot() -> None:
    document = (Path(__file__).parents[2] / "docs" / "gas.md").read_text()
    table = document.split(targets.BEGIN)[1].split(targets.END)[0]

    rows = [line.split("|") for line in table.splitlines() if line.startswith("| `")]
    shown = {row[1].strip(" `"): int(row[3].replace(",", "")) for row in rows}

    assert shown == gate.read_snapshot()

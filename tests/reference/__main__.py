"""Writes the expected cash flows of every scenario."""

import sys

from tests.reference.scenarios import EXPECTED, SCENARIOS


def main() -> None:
    """Nothing -> scripts/scenarios/expected/NAME.csv, one for each scenario, and a line of totals for each."""
    EXPECTED.mkdir(exist_ok=True)
    for name, play in SCENARIOS.items():
        flows = play()
        (EXPECTED / f"{name}.csv").write_text(flows.csv())
        sys.stdout.write(f"{name:14} {len(flows.lines):4} lines  {flows.totals()}\n")


if __name__ == "__main__":
    main()

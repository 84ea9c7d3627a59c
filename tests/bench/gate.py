"""Gas now + snapshot -> sentences on what grew: the part of the benchmark that can fail a build.

The snapshot is a committed file with our own operations only. A change that is meant is accepted with `--update`,
and shows in the diff of the file.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from rwa_deploy.artifacts import write_whole

__all__ = ["GROWTH", "SNAPSHOT", "breaches", "judge", "read_snapshot", "write_snapshot"]

GROWTH = 0.01  # an operation may grow by one per cent
SNAPSHOT = Path(__file__).parent / "gas.snapshot.json"
_CURE = "run `python -m tests.bench --update` if it is meant"


def breaches(was: Mapping[str, int], now: Mapping[str, int], growth: float = GROWTH) -> tuple[str, ...]:
    """Snapshot and measured gas by operation -> a sentence for each that grew too much, came or went."""
    found = []
    for operation in sorted(was.keys() | now.keys()):
        if operation not in was:
            found.append(f"{operation} has no snapshot, now {now[operation]:,}; {_CURE}.")
        elif operation not in now:
            found.append(f"{operation} was {was[operation]:,} and is no longer measured; {_CURE}.")
        elif now[operation] > was[operation] * (1 + growth):
            more = 100 * (now[operation] / was[operation] - 1)
            found.append(f"{operation} was {was[operation]:,}, is {now[operation]:,}, +{more:.2f} %; {_CURE}.")
    return tuple(found)


def judge(now: Mapping[str, int], path: Path = SNAPSHOT) -> int:
    """Measured gas -> exit code: 1, and the sentences on stderr, when something grew too much."""
    found = breaches(read_snapshot(path), now)
    for sentence in found:
        sys.stderr.write(f"{sentence}\n")
    return 1 if found else 0


def read_snapshot(path: Path = SNAPSHOT) -> dict[str, int]:
    """File -> gas by operation; empty without a file, so that everything counts as new."""
    return dict(json.loads(path.read_text())) if path.exists() else {}


def write_snapshot(gas: Mapping[str, int], path: Path = SNAPSHOT) -> None:
    """Gas by operation -> file, sorted."""
    write_whole(path, json.dumps(dict(gas), indent=2, sort_keys=True) + "\n")

"""`./brownie` itself: a console that reads a pipe, on a chain of its own, and a caller's home that stays as it was."""

import os
import subprocess

from world import ROOT

AUCTION_574_OPENS = 1_599_624_000


def test_console_runs_from_a_pipe_and_leaves_the_home_alone(tmp_path):
    lines = "answer = (chain.id, chain[0].timestamp, len(accounts), len(Programme))\nprint(*answer, sep='/')\nexit()\n"
    home = os.environ | {"HOME": str(tmp_path)}
    console = subprocess.run(
        ["./brownie", "console"],
        cwd=ROOT,
        env=home,
        input=lines,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert f"31337/{AUCTION_574_OPENS}/60/0" in console.stdout
    assert list(tmp_path.iterdir()) == []

"""out/demo/summary.json -> the README's block of real output: compared, or written with --update."""

import io
import json
import re
import sys
from pathlib import Path

from rich.console import Console

from rwa_deploy.cli.scenario import summary_tables

PROJECT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(<!-- demo: .*? -->\n```\n).*?(```\n<!-- end -->)", re.DOTALL)


def main() -> str | None:
    """Arguments -> None when the README shows what the last demo printed, else what to do."""
    figures = json.loads((PROJECT / "out" / "demo" / "summary.json").read_text())
    page = Console(file=io.StringIO(), width=80, record=True)
    for table in summary_tables(figures):
        page.print(table)
    lines = [line.rstrip() for line in page.export_text().splitlines()]
    shown = "\n".join(lines).strip("\n") + "\n"
    readme = PROJECT / "README.md"
    text = readme.read_text()
    wanted = BLOCK.sub(lambda found: found[1] + shown + found[2], text)
    if wanted == text:
        return None
    if "--update" in sys.argv:
        readme.write_text(wanted)
        return None
    return "README.md does not show what `make demo` prints; run `python tools/readme.py --update`"


if __name__ == "__main__":
    sys.exit(main())

"""RunFacts -> file name: content. Pure: who calls it writes the files."""

import json
from collections.abc import Mapping

from rwa_deploy.report import figures, sheets
from rwa_deploy.report.facts import RunFacts
from rwa_deploy.report.page import page

__all__ = ["report"]


def report(run: RunFacts) -> dict[str, str]:
    """RunFacts -> the files of `out/demo/` by name; the same facts give the same bytes."""
    return {
        "summary.json": _json(figures.summary(run)),
        "manifest.json": _json(run.manifest),
        "auction_result.json": _json(figures.auction_result(run.auction)),
        "allotment.csv": sheets.allotment(run.auction),
        "settlement_report.csv": sheets.settlement_report(run),
        "holder_register.csv": sheets.holder_register(run),
        "redemption.csv": sheets.redemption(run),
        "recon.csv": sheets.recon(run),
        "report.html": page(run),
    }


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

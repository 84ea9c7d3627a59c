"""RunFacts -> file name: content. Pure: who calls it writes the files."""

import json
from collections.abc import Mapping, Sequence

from rwa_deploy.register import credit_acts, orders
from rwa_deploy.report import figures, meetings, sheets
from rwa_deploy.report.audit import audit_csv, orders_csv
from rwa_deploy.report.certificates import certificates, certificates_page
from rwa_deploy.report.credit import vault_csv
from rwa_deploy.report.entitlements import entitlements
from rwa_deploy.report.facts import RunFacts
from rwa_deploy.report.page import page

__all__ = ["report"]


def report(run: RunFacts) -> dict[str, str]:
    """RunFacts -> the files of `out/demo/` by name; the same facts give the same bytes. What the run had none of (an
    auction, payments, tax, redemption) has no file.
    """
    return {
        "summary.json": _json(figures.summary(run)),
        "manifest.json": _json(run.manifest),
        **_primary(run),
        "holder_register.csv": sheets.holder_register(run),
        **_servicing(run),
        **_decided(run),
        **_controlled(run),
        "recon.csv": sheets.recon(run),
        "report.html": page(run),
    }


def _primary(run: RunFacts) -> dict[str, str]:
    files = {}
    if run.auction is not None:
        files["auction_result.json"] = _json(figures.auction_result(run.auction))
        files["allotment.csv"] = sheets.allotment(run.auction)
    if run.register.allotments() or run.register.trades():
        files["settlement_report.csv"] = sheets.settlement_report(run)
    return files


def _servicing(run: RunFacts) -> dict[str, str]:
    files = {}
    if lines := entitlements(run):
        files["coupon_entitlement.csv"] = sheets.coupon_entitlement(run, lines)
    if found := certificates(run):
        files["wht_certificate.csv"] = sheets.wht_certificate(run, found)
        files["wht_certificates.html"] = certificates_page(run)
    steps = run.register.payments()
    if any(step.period is None for step in steps):
        files["redemption.csv"] = sheets.redemption(run)
    if any(step.kind == "paid" for step in steps):
        files["cash_flows.csv"] = sheets.flows(run)
    if calendar := _calendar([one.calendar for one in run.issued if one.calendar]):
        files["payments.ics"] = calendar
    return files


def _decided(run: RunFacts) -> dict[str, str]:
    decided = meetings.cac_result(run)
    files = {"cac_result.json": _json(decided)} if decided["meetings"] or decided["defaults"] else {}
    return files | ({"cac_vote.csv": meetings.cac_votes(run)} if decided["meetings"] else {})


def _controlled(run: RunFacts) -> dict[str, str]:
    given = orders(run.register)
    files = {"orders.csv": orders_csv(given, run.names)} if given else {}
    acts = credit_acts(run.register)
    files |= {"vault.csv": vault_csv(acts, run.names)} if acts else {}
    return files | ({"audit.csv": audit_csv(run.acts, run.offices, run.register)} if run.acts else {})


def _calendar(texts: Sequence[str]) -> str:
    """iCalendar files of several series -> one with the events of all."""
    if not texts:
        return ""
    first, last = "BEGIN:VEVENT\r\n", "END:VCALENDAR\r\n"
    events = [text[text.index(first) : text.rindex(last)] for text in texts]
    return texts[0][: texts[0].index(first)] + "".join(events) + last


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

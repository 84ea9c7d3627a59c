"""RunFacts -> the files of `out/demo/`: what happened, for people and for other programs."""

from rwa_deploy.report.facts import GasUse, Latency, PaymentFacts, Refusal, RunFacts, SeriesFacts
from rwa_deploy.report.files import report
from rwa_deploy.report.flows import FLOW_COLUMNS, cash_flows
from rwa_deploy.report.stress import StressRun, stress_files

__all__ = [
    "FLOW_COLUMNS",
    "GasUse",
    "Latency",
    "PaymentFacts",
    "Refusal",
    "RunFacts",
    "SeriesFacts",
    "StressRun",
    "cash_flows",
    "report",
    "stress_files",
]

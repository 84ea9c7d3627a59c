"""RunFacts -> the files of `out/demo/`: what happened, for people and for other programs."""

from rwa_deploy.report.facts import GasUse, Latency, Refusal, RunFacts
from rwa_deploy.report.files import report

__all__ = ["GasUse", "Latency", "Refusal", "RunFacts", "report"]

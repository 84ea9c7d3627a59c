"""Scenario file + Chain -> Events: what the offices, providers and investors do, step by step."""

from rwa_deploy.scenario.run import run
from rwa_deploy.scenario.stage import Refusal, Stage
from rwa_deploy.scenario.steps import Scenario, load

__all__ = ["Refusal", "Scenario", "Stage", "load", "run"]

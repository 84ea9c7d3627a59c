"""Scenario file + Chain -> Events: what the offices, providers and investors do, step by step."""

from rwa_deploy.scenario.facts import facts_of
from rwa_deploy.scenario.run import run
from rwa_deploy.scenario.stage import Stage, in_currency, set_stage
from rwa_deploy.scenario.steps import Scenario, check, load

__all__ = ["Scenario", "Stage", "check", "facts_of", "in_currency", "load", "run", "set_stage"]

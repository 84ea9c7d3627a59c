"""scenario.toml -> Scenario: typed steps, checked before any chain is touched.

Wallets are named by role: those of a cast by their names, `retail:7`, `retail:last` and `dealer:0` are investors of
the draw, `stranger` has no record, and an office is named as in programme.toml. `expect` names the error that a step
must end in; it then belongs to the refused attempts of the report. `series` names the series of a step by its symbol;
without it, it is the last that was created.
"""

from rwa_deploy.scenario.steps.check import check
from rwa_deploy.scenario.steps.fields import REDEMPTION, OnSeries, Step
from rwa_deploy.scenario.steps.play import AnyStep, Scenario, load

__all__ = ["REDEMPTION", "AnyStep", "OnSeries", "Scenario", "Step", "check", "load"]

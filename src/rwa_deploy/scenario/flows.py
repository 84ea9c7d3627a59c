"""The step that holds what was paid against flows that were computed elsewhere."""

from rwa_deploy import tables
from rwa_deploy.errors import ExpectationFailed
from rwa_deploy.register import fold
from rwa_deploy.report import FLOW_COLUMNS, cash_flows
from rwa_deploy.scenario.stage import Stage
from rwa_deploy.scenario.steps.files import FlowRow
from rwa_deploy.scenario.steps.servicing import ExpectFlows

__all__ = ["expect_flows"]

Line = tuple[str, ...]


def expect_flows(step: ExpectFlows, stage: Stage) -> None:
    """The register's payments so far, line by line against the file. ExpectationFailed names the first difference."""
    register = fold(stage.chain.events(stage.manifest.names()))
    found = cash_flows(register, stage.names())
    register.close()
    wanted = [_line(row) for row in tables.read(step.file, FlowRow)]
    for number, line in enumerate(wanted, start=2):
        paid = found[number - 2] if number - 2 < len(found) else None
        if line != paid:
            raise ExpectationFailed(
                f"{step.file}, row {number}: expected {_shown(line)}, but {_shown(paid)} was paid; correct one of them"
            )
    if len(found) > len(wanted):
        raise ExpectationFailed(f"{_shown(found[len(wanted)])} was paid, which {step.file} does not expect; add it")


def _line(row: FlowRow) -> Line:
    values = (getattr(row, column) for column in FLOW_COLUMNS)
    return tuple(value.isoformat() if hasattr(value, "isoformat") else str(value) for value in values)


def _shown(line: Line | None) -> str:
    return "nothing more" if line is None else ",".join(line)

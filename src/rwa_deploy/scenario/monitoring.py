"""Steps of monitoring: names against a list, transfers against the rules of alerts; both leave files of the run."""

from eth_utils.crypto import keccak

from rwa_deploy import tables
from rwa_deploy.compliance.alert_files import alerts_json
from rwa_deploy.compliance.alerts import AlertKind, Rules
from rwa_deploy.compliance.alerts import alerts as find_alerts
from rwa_deploy.compliance.goaml import Filing, file_name
from rwa_deploy.compliance.goaml import report as goaml_report
from rwa_deploy.compliance.lists import read_list
from rwa_deploy.compliance.screening import CustomerRow, held_csv
from rwa_deploy.compliance.screening import screen as screen_rows
from rwa_deploy.errors import ExpectationFailed
from rwa_deploy.manifest import write_file
from rwa_deploy.register import fold
from rwa_deploy.report.moves import moves
from rwa_deploy.scenario.stage import Stage
from rwa_deploy.scenario.steps import control as steps
from rwa_deploy.scenario.steps.files import NameRow

__all__ = ["alerts", "screen"]


def screen(step: steps.Screen, stage: Stage) -> None:
    """The provider's names against the list; who is hit must be whom the scenario names."""
    rows = [
        CustomerRow.model_construct(
            wallet=stage.signer(row.name).address, investor=row.name, name=row.legal_name, born=row.born
        )
        for row in tables.read(step.file, NameRow)
    ]
    found = screen_rows(rows, read_list(step.sanctions))
    write_file(stage.folder / "held.csv", held_csv(found.held))
    _require("screening", step.hits, tuple(dict.fromkeys(rows[hit.row - 2].investor for hit in found.held)))


def alerts(step: steps.Alerts, stage: Stage) -> None:
    """All transfers so far; a report file for each series of small ones, which must be those of `holders`."""
    register = fold(stage.chain.events(stage.manifest.names()))
    found = find_alerts(moves(register, None), Rules())
    register.close()
    write_file(stage.folder / "alerts.json", alerts_json(found))
    filing = Filing(
        rentity_id=step.rentity_id,
        reference=f"SCENARIO-{keccak(text=step.label or step.action).hex()[:8]}",
        office="compliance of a made-up provider",
        address="nowhere",
        city="Islamabad",
        indicators=("STRUCTURING",),
    )
    series = [alert for alert in found if alert.kind is AlertKind.STRUCTURING]
    for number, alert in enumerate(series, start=1):
        content = goaml_report(alert, filing, number=number, at=stage.chain.now())
        write_file(stage.folder / file_name(alert, number), content.decode())
    numbers = {investor.number: name for name, investor in stage.members.items()}
    _require("alerts", step.holders, tuple(dict.fromkeys(numbers[alert.investor] for alert in series)))


def _require(what: str, expected: tuple[str, ...], found: tuple[str, ...]) -> None:
    if sorted(found) != sorted(expected):
        said = f"found {', '.join(found) or 'nobody'} where the scenario says {', '.join(expected) or 'nobody'}"
        raise ExpectationFailed(f"{what} {said}", step=what)

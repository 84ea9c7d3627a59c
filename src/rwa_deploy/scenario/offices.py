"""Steps of the tax office and of the calendar."""

from collections.abc import Sequence
from datetime import date

from eth_utils.crypto import keccak

from rwa_deploy import units
from rwa_deploy.finance.taxes import TaxRow, pack_row
from rwa_deploy.scenario.stage import Stage
from rwa_deploy.scenario.steps.opening import Calendar, TaxTable
from rwa_deploy.tax_file import load_taxes

__all__ = ["calendar", "tax_table"]

MOST_DAYS = 64  # in one call


def tax_table(step: TaxTable, stage: Stage) -> None:
    """For each class of instrument the row in force today, and those to come: the chain takes no older ones."""
    today = units.date_from_unix(stage.chain.now())
    for row in _in_force(load_taxes(step.file), today):
        call = stage.on("TaxTable", "setRates", row.instrument_class.code, *pack_row(row))
        stage.act("set_rates", stage.signer("tax_office"), call)


def calendar(step: Calendar, stage: Stage) -> None:
    """By the fiscal agent, citing the announcement."""
    days = sorted(units.day(units.unix_from_date(day)) for day in step.holidays)
    citation = keccak(text=step.citation)
    for start in range(0, len(days), MOST_DAYS):
        call = stage.on("Calendar", "setHolidays", days[start : start + MOST_DAYS], True, citation)
        stage.act("set_holidays", stage.signer("fiscal_agent"), call)


def _in_force(rows: Sequence[TaxRow], today: date) -> list[TaxRow]:
    found: list[TaxRow] = []
    for kind in dict.fromkeys(row.instrument_class for row in rows):
        ordered = sorted((row for row in rows if row.instrument_class is kind), key=lambda row: row.effective_from)
        past = [row for row in ordered if row.effective_from <= today]
        found += past[-1:] + ordered[len(past) :]
    return found

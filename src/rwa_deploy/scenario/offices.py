"""Steps of the tax office and of the calendar."""

from collections.abc import Mapping, Sequence
from datetime import date

from eth_utils.crypto import keccak

from rwa_deploy import units
from rwa_deploy.compliance.records import TAX_CODES
from rwa_deploy.finance.taxes import TaxRow
from rwa_deploy.model import TaxClass
from rwa_deploy.scenario.stage import Stage
from rwa_deploy.scenario.steps.opening import Calendar, TaxTable
from rwa_deploy.tax_file import load_taxes

__all__ = ["calendar", "tax_table"]

MOST_DAYS = 64  # in one call


def tax_table(step: TaxTable, stage: Stage) -> None:
    """For each class of instrument the row in force today, and those to come: the chain takes no older ones."""
    today = units.date_from_unix(stage.chain.now())
    for row in _in_force(load_taxes(step.file), today):
        call = stage.on("TaxTable", "setRates", row.instrument_class.code, *_packed(row))
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


def _packed(row: TaxRow) -> tuple[int, int]:
    """Row -> its word and its reduced rates, in the layout of contracts/libraries/TaxRow.sol.

    Place 0 is that of a class not known. It pays the highest rate, below the limit of return too.
    """
    highest = max(row.rate_bps.values())
    from_day = units.day(units.unix_from_date(row.effective_from))
    head = from_day | row.taxes_discount << 24 | (row.reduced_up_to or 0) << 32
    reduced = {**row.rate_bps, **row.reduced_bps}
    return head | _rates(row.rate_bps, highest) << 128, _rates(reduced, highest)


def _rates(rates: Mapping[TaxClass, int], unknown: int) -> int:
    return unknown | sum(bps << 16 * TAX_CODES[kind] for kind, bps in rates.items())

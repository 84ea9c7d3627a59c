"""AuctionResult -> the rows of the State Bank's result sheet (`allotment.csv`).

Columns as published: face, price, running total, amount realised and its cumulation, the bid's yield, the weighted
average yield so far, accrued interest and its cumulation, the final amount realised and its cumulation. Amounts in
PKR millions with 3 decimals, a half away from zero, cumulated exactly before they are rounded.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rwa_deploy import units
from rwa_deploy.model import AuctionResult

__all__ = ["SHEET_COLUMNS", "SheetRow", "allotment_sheet", "sheet_cells"]

SHEET_COLUMNS = (
    "bid",
    "face_pkr_million",
    "price_per_100",
    "running_total_pkr_million",
    "realised_pkr_million",
    "cumulative_realised_pkr_million",
    "bid_yield_pct",
    "weighted_yield_pct",
    "accrued_pkr_million",
    "cumulative_accrued_pkr_million",
    "final_pkr_million",
    "cumulative_final_pkr_million",
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One accepted bid: faces and cash [1e6], price [1e6 per 100], yields in per cent with 4 decimals."""

    bid: int
    face: int
    price: int
    running_face: int
    realised: int
    cumulative_realised: int
    yield_pct: Decimal
    weighted_yield_pct: Decimal
    accrued: int
    cumulative_accrued: int
    final: int
    cumulative_final: int


def allotment_sheet(result: AuctionResult) -> tuple[SheetRow, ...]:
    """AuctionResult -> a row for each accepted competitive bid, best price first; empty if none was accepted."""
    rows: list[SheetRow] = []
    face = realised = accrued = 0
    weighted = Fraction(0)
    for allotment in result.allotments:
        face += allotment.face
        realised += allotment.cash
        accrued += allotment.accrued
        weighted += Fraction(allotment.yield_pct) * allotment.face
        rows.append(
            SheetRow(
                bid=allotment.bid.number,
                face=allotment.face,
                price=allotment.price,
                running_face=face,
                realised=allotment.cash,
                cumulative_realised=realised,
                yield_pct=allotment.yield_pct,
                weighted_yield_pct=units.decimal_half_up(weighted / face, 4),
                accrued=allotment.accrued,
                cumulative_accrued=accrued,
                final=allotment.total,
                cumulative_final=realised + accrued,
            )
        )
    return tuple(rows)


def sheet_cells(row: SheetRow) -> tuple[str, ...]:
    """SheetRow -> its texts under SHEET_COLUMNS."""
    million = units.million_text
    return (
        str(row.bid),
        million(row.face),
        units.price_text(row.price),
        million(row.running_face),
        million(row.realised),
        million(row.cumulative_realised),
        f"{row.yield_pct:.4f}",
        f"{row.weighted_yield_pct:.4f}",
        million(row.accrued),
        million(row.cumulative_accrued),
        million(row.final),
        million(row.cumulative_final),
    )

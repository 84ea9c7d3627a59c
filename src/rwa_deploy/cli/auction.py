"""clear."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from rwa_deploy import units
from rwa_deploy.cli.output import Json, emit, say, table
from rwa_deploy.compliance.investors import read_investors
from rwa_deploy.errors import UsageError
from rwa_deploy.finance.auction import Instrument, clear, rules_for
from rwa_deploy.finance.bids import read_bids, read_non_competitive
from rwa_deploy.finance.bills import bill_days
from rwa_deploy.finance.sheet import SHEET_COLUMNS, allotment_sheet, sheet_cells
from rwa_deploy.model import AuctionMethod, AuctionResult, NonCompetitiveBid
from rwa_deploy.report.figures import auction_result

__all__ = ["app"]

app = typer.Typer()
DAY = ["%Y-%m-%d"]
SHOWN = {  # heading -> column of the sheet; --json and allotment.csv have all of them
    "bid": "bid",
    "face": "face_pkr_million",
    "price": "price_per_100",
    "running total": "running_total_pkr_million",
    "realised": "realised_pkr_million",
    "yield %": "bid_yield_pct",
    "weighted %": "weighted_yield_pct",
}


@app.command(name="clear")
def clear_(
    bids: Annotated[Path, typer.Argument(help="Competitive bids: bid,face_pkr_million,price_per_100,yield_pct.")],
    target: Annotated[str, typer.Option(help="Target in PKR million.")],
    auction: Annotated[
        datetime, typer.Option(formats=DAY, help="Date of the auction; its rules are those then in force.")
    ],
    settlement: Annotated[datetime, typer.Option(formats=DAY, help="Date of settlement.")],
    maturity: Annotated[datetime, typer.Option(formats=DAY, help="Date of maturity.")],
    method: Annotated[AuctionMethod, typer.Option(help="What an accepted bid pays.")] = AuctionMethod.MULTIPLE,
    non_competitive: Annotated[Path | None, typer.Option(help="Non-competitive bids: wallet,face_pkr.")] = None,
    investors: Annotated[Path | None, typer.Option(help="Who the wallets belong to; goes with the bids above.")] = None,
    reserve_price: Annotated[str | None, typer.Option(help="Lowest price per 100 that is accepted.")] = None,
    reject_all: Annotated[bool, typer.Option("--reject-all", help="Accept nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Clear an auction of treasury bills as the State Bank does, exactly, without a chain.

    Example: rwa clear scripts/scenarios/data/mtb-574-bids.csv --target 20000 --auction 2020-09-09
    --settlement 2020-09-10 --maturity 2020-12-03
    """
    if (non_competitive is None) != (investors is None):
        raise UsageError("--non-competitive and --investors go together: one investor may bid once; give both or none")
    try:
        rules = rules_for(Instrument.BILL, auction.date())
        days = bill_days(settlement.date(), maturity.date())
        result = clear(
            read_bids(bids, days=days, lot=rules.lot),
            target_face=units.face_from_million(target),
            method=method,
            rules=rules,
            settlement=settlement.date(),
            maturity=maturity.date(),
            non_competitive=_others(non_competitive, investors, rules.lot),
            reserve_price=None if reserve_price is None else units.price_from(reserve_price),
            reject_all=reject_all,
        )
    except ValueError as error:
        raise UsageError(f"the auction cannot be cleared: {error}; see `rwa clear --help`") from error
    if as_json:
        emit(auction_result(result))
    else:
        _show(result)


def _others(bids: Path | None, investors: Path | None, lot: int) -> tuple[NonCompetitiveBid, ...]:
    if bids is None or investors is None:
        return ()
    # Numbers only tell investors apart here, and go nowhere: any salt serves.
    known = read_investors(investors, b"numbers that leave no process")
    return read_non_competitive(bids, investors=known, lot=lot)


def _show(result: AuctionResult) -> None:
    sheet = [dict(zip(SHEET_COLUMNS, sheet_cells(row), strict=True)) for row in allotment_sheet(result)]
    rows = [[cells[name] for name in SHOWN.values()] for cells in sheet]
    table("Accepted bids, PKR million", tuple(SHOWN), rows, right=range(len(SHOWN)))
    if result.cutoff_price is None or result.weighted_price is None:
        say("Nothing was accepted.")
        return
    say(
        f"Cut-off {units.price_text(result.cutoff_price)} ({result.cutoff_yield_pct} %), weighted "
        f"{units.price_text(result.weighted_price)} ({result.weighted_yield_pct} %), accepted "
        f"{units.million_text(result.accepted_face, grouped=True)} of "
        f"{units.million_text(result.offered_face, grouped=True)} offered, realised "
        f"{units.million_text(result.realised, grouped=True)}; non-competitive "
        f"{units.million_text(result.ncb_face, grouped=True)} in {len(result.non_competitive)} bids."
    )

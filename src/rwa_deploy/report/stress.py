"""StressRun -> `stress.html` and `stress.csv`: what shocks would do to the vault and the stablecoin."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rwa_deploy import units
from rwa_deploy.finance.stress import Book, Outcome, Shock, worths
from rwa_deploy.report.render import environment
from rwa_deploy.tables import write_csv_text

__all__ = ["STRESS_CSV", "StressRun", "measures", "stress_files", "stress_json"]

STRESS_CSV, STRESS_PAGE = "stress.csv", "stress.html"
_MOST_ROWS = 12
_SIZES = ("shock", "yield_bp", "dollar_fall_pct", "run_pct", "leavers")
# Column of amounts -> its words for people, in the order of both.
_VAULT = {
    "market": "Collateral in the market",
    "threshold": "Counts for in health",
    "debt": "Debt on it",
    "unhealthy_debt": "Unhealthy debt",
    "to_auction": "of it not in an auction yet",
    "auction_waits": "of that above the cap on auctions",
    "proceeds": "Its sale repays at the floor",
    "bad_debt": "Bad debt",
    "from_buffer": "borne by the buffer",
    "to_backstop": "borne by the backstop",
    "backstop_needed": "Cash that the backstop needs",
    "backstop_cash": "Cash that it has",
    "backstop_gap": "Cash that it lacks",
}
_MONEY = {
    "asked": "Redemptions asked",
    "paid": "paid",
    "at_once": "of that at once",
    "unpaid": "left in the queue",
    "assets": "What backs the money left",
    "claims": "The money left",
}
_PERCENT = {"paid_bps": "Paid of what is asked, %", "backing_bps": "Backing, %"}


@dataclass(frozen=True, slots=True)
class StressRun:
    """A book as it stood in a block, and the outcome of each shock, the first without any. `names` by address."""

    programme: str
    network: str
    block: int
    at: int
    book: Book
    outcomes: tuple[Outcome, ...]
    names: Mapping[str, str]


def stress_files(run: StressRun) -> dict[str, str]:
    """StressRun -> the page and the table by name; the same run gives the same bytes."""
    return {STRESS_PAGE: environment().get_template("stress.html.j2").render(_view(run)), STRESS_CSV: _csv(run)}


def measures(outcomes: Sequence[Outcome]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Outcomes -> (what, the figure of each) for people: PKR million, numbers, per cent."""
    amounts = [(words, _row(outcomes, column)) for column, words in (_VAULT | _MONEY).items()]
    counted = ("Unhealthy positions", tuple(f"{len(one.sold):,}" for one in outcomes))
    place = list(_VAULT).index("unhealthy_debt")
    ratios = [(words, tuple(_percent(getattr(one, column)) for one in outcomes)) for column, words in _PERCENT.items()]
    return (*amounts[:place], counted, *amounts[place:], *ratios)


def stress_json(run: StressRun) -> dict[str, Any]:
    """StressRun -> JSON-ready: amounts in rupees to the unit, ratios in per cent, None where there is none."""
    return {
        "programme": run.programme,
        "network": run.network,
        "block": run.block,
        "at": units.time_text(run.at),
        "reserve_is_stale": run.book.cash.is_stale,
        "stale_prices": _stale(run),
        "shocks": [_outcome(one) for one in run.outcomes],
    }


def _outcome(one: Outcome) -> dict[str, Any]:
    amounts = {name: units.cash_text(getattr(one, name)) for name in (*_VAULT, *_MONEY)}
    ratios = {name.replace("_bps", "_pct"): _exact(getattr(one, name)) for name in _PERCENT}
    sold = [
        {name: units.cash_text(getattr(lost, name)) for name in ("debt", "proceeds", "loss")} | {"owner": lost.owner}
        for lost in one.sold
    ]
    return _sizes(one.shock) | amounts | ratios | {"is_pro_rata": one.is_pro_rata, "unhealthy": sold}


def _sizes(shock: Shock) -> dict[str, Any]:
    percent = _exact(-shock.fx_bps), _exact(shock.run_bps)
    return dict(zip(_SIZES, (shock.name, shock.yield_bp, *percent, shock.leavers), strict=True))


def _csv(run: StressRun) -> str:
    amounts = [f"{name}_pkr" for name in (*_VAULT, *_MONEY)]
    ratios = [name.replace("_bps", "_pct") for name in _PERCENT]
    rows = []
    for one in run.outcomes:
        cells = [units.cash_text(getattr(one, name)) for name in (*_VAULT, *_MONEY)]
        percent = [_exact(getattr(one, name)) or "" for name in _PERCENT]
        pro_rata = "yes" if one.is_pro_rata else "no"
        rows.append((*_sizes(one.shock).values(), len(one.sold), *cells, *percent, pro_rata))
    return write_csv_text([*_SIZES, "unhealthy_positions", *amounts, *ratios, "is_pro_rata"], rows)


def _view(run: StressRun) -> Mapping[str, Any]:
    last = run.outcomes[-1]
    return {
        "run": run,
        "day": units.date_from_unix(run.at),
        "time": units.time_text(run.at),
        "first": run.outcomes[0],
        "last": last,
        "percent": _percent,
        "measures": measures(run.outcomes),
        "series": _series(run),
        "lost": [{"name": run.names.get(one.owner, ""), "sold": one} for one in last.sold[:_MOST_ROWS]],
        "most": _MOST_ROWS,
        "stale_prices": _stale(run),
    }


def _series(run: StressRun) -> list[Mapping[str, Any]]:
    """The series pledged, the largest first, with their prices as they stand and after the last shock."""
    faces: defaultdict[str, int] = defaultdict(int)
    for position in run.book.positions:
        for series, face in position.faces.items():
            faces[series] += face
    before, after = (worths(run.book, one.shock) for one in (run.outcomes[0], run.outcomes[-1]))
    return [
        {
            "symbol": run.book.series[series].symbol,
            "kind": run.book.series[series].kind.name.lower(),
            "days_left": run.book.series[series].days_left,
            "face": face,
            "before": before[series],
            "after": after[series],
        }
        for series, face in sorted(faces.items(), key=lambda one: (-one[1], one[0]))
    ]


def _stale(run: StressRun) -> list[str]:
    """Symbols of what was pledged and has no fresh price."""
    return sorted(one.symbol for one in run.book.series.values() if one.fresh_until <= run.at)


def _row(outcomes: Sequence[Outcome], column: str) -> tuple[str, ...]:
    return tuple(units.million_text(getattr(one, column), grouped=True) for one in outcomes)


def _exact(bps: int | None) -> str | None:
    return None if bps is None else f"{units.unscaled(bps, 2):.2f}"


def _percent(bps: int | None) -> str:
    return "–" if bps is None else f"{units.unscaled(bps, 2):,.2f}"

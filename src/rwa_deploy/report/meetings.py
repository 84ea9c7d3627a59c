"""RunFacts -> `cac_result.json` and `cac_vote.csv`: what meetings decided; principal is in the run's currency."""

from collections.abc import Mapping

from rwa_deploy import units
from rwa_deploy.register.meetings import Meeting, SeriesVote, defaults, meetings
from rwa_deploy.report.facts import RunFacts
from rwa_deploy.report.words import share_pct
from rwa_deploy.tables import write_csv_text

__all__ = ["cac_result", "cac_votes", "outcomes"]

_VOTES = ("meeting", "series", "holder", "name", "support", "principal", "transaction")


def cac_result(run: RunFacts) -> dict[str, object]:
    """RunFacts -> events of default, and every meeting with the count of each series, JSON-ready."""
    return {
        "unit": run.currency,
        "defaults": [
            {
                "series": run.symbol(one.series),
                "payment": "redemption" if one.period is None else one.period,
                "event": one.kind,
                "on": units.date_from_unix(one.block_time).isoformat(),
            }
            for one in defaults(run.register)
        ],
        "meetings": [_meeting(run, one) for one in meetings(run.register)],
    }


def cac_votes(run: RunFacts) -> str:
    """RunFacts -> `cac_vote.csv`: every vote that was cast, with its weight."""
    rows = (
        (
            meeting.meeting,
            run.symbol(ballot.series),
            ballot.wallet,
            run.names.get(ballot.wallet, ""),
            "yes" if ballot.support else "no",
            units.cash_text(ballot.weight),
            ballot.tx_hash,
        )
        for meeting in meetings(run.register)
        for ballot in meeting.ballots
    )
    return write_csv_text(_VOTES, rows)


def outcomes(run: RunFacts) -> list[dict[str, object]]:
    """RunFacts -> meeting, kind, series and outcome of each, for the summary."""
    return [
        {
            "meeting": one.meeting,
            "kind": one.kind,
            "series": [run.symbol(each.series) for each in one.series],
            "outcome": one.outcome,
        }
        for one in meetings(run.register)
    ]


def _meeting(run: RunFacts, one: Meeting) -> Mapping[str, object]:
    return {
        "meeting": one.meeting,
        "kind": one.kind,
        "procedure": one.procedure,
        "convener": run.names.get(one.convener, one.convener),
        "record_date": units.date_from_unix(one.record_at).isoformat(),
        "closes": units.date_from_unix(one.closes_at).isoformat(),
        "votes": len(one.ballots),
        "outcome": one.outcome,
        "series": [_series(run, each) for each in one.series],
    }


def _series(run: RunFacts, one: SeriesVote) -> Mapping[str, object]:
    exchange = {"into": run.symbol(one.target), "ratio": f"{units.unscaled(one.ratio, 18).normalize():f}"}
    return {
        "series": run.symbol(one.series),
        **(exchange if one.ratio else {}),
        "in_favour": _text(one.in_favour),
        "against": _text(one.against),
        "outstanding": _text(one.outstanding),
        "in_favour_pct": str(share_pct(one.in_favour or 0, one.outstanding or 0, 4)),
        "exchanged_face": units.cash_text(one.exchanged),
    }


def _text(amount: int | None) -> str | None:
    return None if amount is None else units.cash_text(amount)

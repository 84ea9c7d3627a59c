"""Register -> meetings of holders: what was asked, how each series voted, and what came of it."""

from dataclasses import dataclass
from typing import Any

from rwa_deploy.register.ledger import Register

__all__ = ["Ballot", "Default", "Meeting", "SeriesVote", "defaults", "meetings"]

KINDS = ("accelerate", "rescind", "modify")
PROCEDURES = ("series by series", "two limbs", "single limb")
OUTCOMES = ("undecided", "passed", "rejected", "void")


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote that was cast, its weight in principal [1e6]."""

    series: str
    wallet: str
    support: bool
    weight: int
    tx_hash: str


@dataclass(frozen=True, slots=True)
class SeriesVote:
    """How a series voted, principal [1e6]; None until it was counted. `target` and `ratio` [1e18] are those of a
    modification, `exchanged` the face that was exchanged so far.
    """

    series: str
    target: str
    ratio: int
    in_favour: int | None
    against: int | None
    outstanding: int | None
    exchanged: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting; times are Unix seconds."""

    meeting: int
    kind: str
    procedure: str
    convener: str
    record_at: int
    closes_at: int
    outcome: str
    series: tuple[SeriesVote, ...]
    ballots: tuple[Ballot, ...]


@dataclass(frozen=True, slots=True)
class Default:
    """An event of default that was declared or cured; `period` is None for the redemption."""

    series: str
    period: int | None
    kind: str
    block_time: int


def meetings(register: Register) -> tuple[Meeting, ...]:
    """Register -> every meeting, in order."""
    query = """
        SELECT meeting, kind, procedure, convener, record_at, closes_at, coalesce(outcome, 0)
        FROM meetings LEFT JOIN (SELECT meeting, outcome FROM outcomes) USING (meeting) ORDER BY meeting
    """
    return tuple(
        Meeting(
            meeting,
            KINDS[kind],
            PROCEDURES[procedure],
            convener,
            record_at,
            closes_at,
            OUTCOMES[outcome],
            _series(register, meeting),
            _ballots(register, meeting),
        )
        for meeting, kind, procedure, convener, record_at, closes_at, outcome in _rows(register, query)
    )


def defaults(register: Register) -> tuple[Default, ...]:
    """Register -> the events of default that were declared and cured, in order."""
    query = "SELECT series, period, kind, block_time FROM defaults ORDER BY block, log_index"
    return tuple(Default(*row) for row in _rows(register, query))


def _series(register: Register, meeting: int) -> tuple[SeriesVote, ...]:
    query = """
        SELECT series, target, ratio, in_favour, against, outstanding, coalesce(exchanged, 0)
        FROM meeting_series
        LEFT JOIN (SELECT meeting, series, in_favour, against, outstanding FROM counts) USING (meeting, series)
        LEFT JOIN (
            SELECT meeting, series, sum(face) AS exchanged FROM mandatory_exchanges GROUP BY ALL
        ) USING (meeting, series)
        WHERE meeting = ? ORDER BY block, log_index
    """
    return tuple(SeriesVote(*row) for row in _rows(register, query, meeting))


def _ballots(register: Register, meeting: int) -> tuple[Ballot, ...]:
    query = """
        SELECT series, wallet, support = 'True', weight, tx_hash FROM votes
        WHERE meeting = ? AND kind = 'cast' ORDER BY block, log_index
    """
    return tuple(Ballot(*row) for row in _rows(register, query, meeting))


def _rows(register: Register, query: str, *values: int) -> list[tuple[Any, ...]]:
    return register.connection.execute(query, list(values)).fetchall()

"""Moves of tokens + rules -> alerts: large ones, those that travel with data, and series of small ones.

Pure, and in the order of the moves. The amounts of the rules can change by law, so they are an argument; the defaults
are those of `reference/conventions.md`: cash reports from Rs 2 million, travel rule from Rs 1 million.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rwa_deploy import units

__all__ = ["Alert", "AlertKind", "Move", "Rules", "Side", "alerts"]


class AlertKind(StrEnum):
    """What was noticed: `threshold` leads to a CTR, `structuring` to an STR; `travel` is for information."""

    THRESHOLD = "threshold"
    TRAVEL = "travel"
    STRUCTURING = "structuring"


class Side(StrEnum):
    """Whether the investor of an alert sent or received."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Move:
    """A transfer between two wallets: where in the chain it stands, whose the wallets are, its value in PKR [1e6].

    `sender_investor` and `receiver_investor` are the keyed numbers of the records, 0 for a wallet without one.
    """

    at: int
    block: int
    log: int
    tx: str
    token: str
    sender: str
    receiver: str
    sender_investor: int
    receiver_investor: int
    value: int


@dataclass(frozen=True, slots=True)
class Rules:
    """Amounts in PKR [1e6]. A series is `least_moves` or more within `window_days`, each below `threshold`.

    It is an alert when that many of them reach `near_percent` of the threshold, or when all together reach it.
    """

    threshold: int = 2 * units.MILLION
    travel: int = units.MILLION
    window_days: int = 7
    least_moves: int = 3
    near_percent: int = 80

    def __post_init__(self) -> None:
        if not 0 < self.travel <= self.threshold:
            raise ValueError("the travel rule starts above nothing and not above the threshold; correct one of them")
        if self.window_days < 1 or self.least_moves < 2 or not 1 <= self.near_percent <= 100:
            raise ValueError("a series takes a window of a day or more, 2 moves or more, and 1 to 100 per cent")


@dataclass(frozen=True, slots=True)
class Alert:
    """What was noticed of an investor (0: of a wallet without a record): the moves in their order and their sum."""

    kind: AlertKind
    side: Side
    investor: int
    moves: tuple[Move, ...]
    total: int


def alerts(moves: Iterable[Move], rules: Rules) -> tuple[Alert, ...]:
    """Moves in any order + rules -> alerts, by the place of their last move, then by kind."""
    ordered = sorted(moves, key=_place)
    found = [*_single(ordered, rules), *_series(ordered, rules)]
    return tuple(
        sorted(found, key=lambda alert: (_place(alert.moves[-1]), list(AlertKind).index(alert.kind), alert.side))
    )


def _single(moves: Sequence[Move], rules: Rules) -> list[Alert]:
    found = []
    for move in moves:
        if move.value >= rules.threshold:
            found.append(Alert(AlertKind.THRESHOLD, Side.SENT, move.sender_investor, (move,), move.value))
        if move.value >= rules.travel:
            found.append(Alert(AlertKind.TRAVEL, Side.SENT, move.sender_investor, (move,), move.value))
    return found


def _series(moves: Sequence[Move], rules: Rules) -> list[Alert]:
    """Small moves of one investor on one side; what he moves between his own wallets is not counted."""
    small: dict[tuple[Side, int], list[Move]] = {}
    for move in moves:
        if 0 < move.value < rules.threshold and move.sender_investor != move.receiver_investor:
            for side, investor in ((Side.SENT, move.sender_investor), (Side.RECEIVED, move.receiver_investor)):
                if investor:
                    small.setdefault((side, investor), []).append(move)
    return [
        Alert(AlertKind.STRUCTURING, side, investor, run, sum(move.value for move in run))
        for (side, investor), his in small.items()
        for run in _runs(his, rules)
    ]


def _runs(moves: Sequence[Move], rules: Rules) -> list[tuple[Move, ...]]:
    """Moves of one side of one investor -> the windows that are an alert, none of which shares a move with another."""
    found, start = [], 0
    while start < len(moves):
        end = start
        limit = moves[start].at + rules.window_days * units.SECONDS_PER_DAY
        while end < len(moves) and moves[end].at < limit:
            end += 1
        run = tuple(moves[start:end])
        if _suspicious(run, rules):
            found.append(run)
            start = end
        else:
            start += 1
    return found


def _suspicious(run: Sequence[Move], rules: Rules) -> bool:
    near = sum(100 * move.value >= rules.near_percent * rules.threshold for move in run)
    return near >= rules.least_moves or (
        len(run) >= rules.least_moves and sum(move.value for move in run) >= rules.threshold
    )


def _place(move: Move) -> tuple[int, int, int]:
    return move.at, move.block, move.log

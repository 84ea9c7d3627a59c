"""Schedule -> the words that the contracts keep, and back.

A period is 64 bits, four to a word, period i in word i // 4 from bit 64 × (i % 4) up:

| bits | what |
|---|---|
| 24 | unadjusted end, number of the day since 1970-01-01 in Pakistan |
| 27 | rate [1e-8 per year], 0 for a floater |
| 9 | days of the ICMA notional period, else 0 |
| 3 | days from the end to the payment, 0 to 7 |
| 1 | whether it pays |

A factor [1e-9] after the payment of period i is 32 bits, eight to a word; a bond without instalments has no words.
An option is 64 bits, four to a word, in order of period: period (16), kind (16; 1 call, 2 put), price [1e6 per 100]
(32).

The features of a series are one word, of which a schedule needs: form (8 bits), day count (8), payments a year (8), and
from bit 32 up the record days (8).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from rwa_deploy import units
from rwa_deploy.finance.daycounts import DayCount
from rwa_deploy.finance.schedules import Form, Period, Schedule

__all__ = ["Option", "OptionKind", "pack_factors", "pack_options", "pack_periods", "unpack", "unpack_schedule"]


_EPOCH = date(1970, 1, 1).toordinal()


class OptionKind(IntEnum):
    """Who may ask for early redemption."""

    CALL = 1  # the issuer
    PUT = 2  # the holder


@dataclass(frozen=True, slots=True)
class Option:
    """Early redemption at the end of period number `period` (from 0), at `price` [1e6 per 100]."""

    period: int
    kind: OptionKind
    price: int


def pack_periods(schedule: Schedule) -> tuple[int, ...]:
    """Schedule -> words of its periods. ValueError for a value that its bits cannot hold."""
    floats = schedule.form is Form.FLOATING
    return _words([_period(period, 0 if floats else period.rate) for period in schedule.periods], 64)


def pack_factors(schedule: Schedule) -> tuple[int, ...]:
    """Schedule -> words of its factors after each period; none for a bond without instalments."""
    return _words([_fit("factor", factor, 32) for factor in schedule.factors], 32)


def pack_options(options: Sequence[Option]) -> tuple[int, ...]:
    """Options -> words, in order of period, the call first where both fall on one. ValueError for what cannot fit."""
    ordered = sorted(options, key=lambda option: (option.period, option.kind))
    values = (_fit("period", one.period, 16) | one.kind << 16 | _fit("price", one.price, 32) << 32 for one in ordered)
    return _words(list(values), 64)


def unpack(words: Sequence[int], count: int, bits: int) -> tuple[int, ...]:
    """Words -> the first `count` values of `bits` bits each."""
    in_word = 256 // bits
    return tuple(words[place // in_word] >> bits * (place % in_word) & (1 << bits) - 1 for place in range(count))


def unpack_schedule(
    features: int,
    issue: date,
    maturity: date,
    periods: Sequence[int],
    *,
    factors: Sequence[int] = (),
    rates: Mapping[int, int] | None = None,
) -> Schedule:
    """Features + dates + the 64 bits of each period -> Schedule.

    `factors` [1e-9] after each period, where there are instalments; `rates` [1e-8 per year] of a floater, by number of
    the period, as far as they are fixed. A payment that rolls is payable on the day that its bits say.
    """
    form, basis = list(Form)[features & 0xFF], list(DayCount)[features >> 8 & 0xFF]
    known = rates or {}
    made: list[Period] = []
    for number, entry in enumerate(periods):
        start, end = made[-1].end if made else issue, _date(entry & 0xFFFFFF)
        rate = known.get(number) if form is Form.FLOATING else entry >> 24 & 0x7FFFFFF
        pays = bool(entry >> 63 & 1)
        payable = end + timedelta(days=entry >> 60 & 7)
        record_at = end - timedelta(days=features >> 32 & 0xFF) if pays else end
        made.append(Period(start, end, rate, entry >> 51 & 0x1FF, payable, record_at, pays))
    redeemed = made[-1].payable if made else maturity
    return Schedule(form, basis, features >> 16 & 0xFF, issue, maturity, redeemed, tuple(made), tuple(factors))


def _period(period: Period, rate: int | None) -> int:
    if rate is None:
        raise ValueError(f"the period from {period.start} has no rate; give one, or make the security a floater")
    roll = (period.payable - period.end).days
    return (
        _fit("end", _day(period.end), 24)
        | _fit("rate", rate, 27) << 24
        | _fit("notional period", period.ref_days, 9) << 51
        | _fit("roll", roll, 3) << 60
        | int(period.pays) << 63
    )


def _day(value: date) -> int:
    return units.day(units.unix_from_date(value))


def _date(day: int) -> date:
    return date.fromordinal(_EPOCH + day)


def _fit(name: str, value: int, bits: int) -> int:
    if not 0 <= value < 1 << bits:
        raise ValueError(f"the {name} {value} does not fit in {bits} bits; it must be from 0 to {(1 << bits) - 1:,}")
    return value


def _words(values: Sequence[int], bits: int) -> tuple[int, ...]:
    in_word = 256 // bits
    groups = (values[start : start + in_word] for start in range(0, len(values), in_word))
    return tuple(sum(value << bits * place for place, value in enumerate(group)) for group in groups)

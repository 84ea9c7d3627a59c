"""CSV of prices -> rounds, and a signer's word over them <-> file.

| column | what |
|---|---|
| feed | USDPKR, PKRV, or a spot feed of the programme |
| number | of the round: one above the last |
| observed_at | Pakistan time, `2026-11-25T16:30:00+05:00` |
| tenor_days | of a yield; empty for a price |
| value | yields in per cent a year, prices in rupees or dollars a unit; up to 6 decimals |

One row a value. The rows of a round stand together, and those of the yields are all the programme's tenors in order.
The first fault stops the file: nothing of it is signed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Self

from eth_utils.address import is_checksum_address
from pydantic import BeforeValidator, model_validator

from rwa_deploy import tables, typed, units
from rwa_deploy.config import CURVE, FeedName
from rwa_deploy.errors import InputError

__all__ = [
    "YIELD_ONE",
    "PriceRow",
    "Round",
    "Signature",
    "Word",
    "domain",
    "feed_key",
    "read_rounds",
    "read_word",
    "to_json",
    "value_from",
    "value_text",
]

YIELD_ONE = 10**8  # a yield of 100 % a year
Tenors = Mapping[str, Sequence[int]]  # feed -> its tenors in days, none for a price
_MOST_NUMBER = 2**32 - 1
_SIGNATURE = re.compile(r"0x([0-9a-f]{2})+")


@dataclass(frozen=True, slots=True)
class Round:
    """A round of a feed: prices [1e6] or yields [1e-8 per year], observed at a moment (Unix)."""

    feed: str
    number: int
    observed_at: int
    values: tuple[int, ...]

    def message(self) -> dict[str, Any]:
        """Round -> what its signers sign, of type `typed.ROUND`."""
        return dict(typed.message(typed.ROUND, (feed_key(self.feed), self.number, self.observed_at, list(self.values))))


@dataclass(frozen=True, slots=True)
class Signature:
    """A round and a signature over it."""

    round: Round
    signature: bytes


@dataclass(frozen=True, slots=True)
class Word:
    """What one signer signed, for one contract on one chain."""

    chain_id: int
    oracle: str
    signer: str
    signatures: tuple[Signature, ...]


def domain(chain_id: int, oracle: str) -> dict[str, str | int]:
    """Chain and contract -> the EIP-712 domain of its rounds."""
    return typed.domain("PriceOracle", chain_id, oracle)


def feed_key(feed: str) -> bytes:
    """Name of a feed -> its 32 bytes."""
    return feed.encode("ascii").ljust(32, b"\0")


def value_from(feed: str, value: object) -> int:
    """Per cent a year, or rupees or dollars -> yield [1e-8] or price [1e6]. ValueError for what no round may hold."""
    number = units.amount_from(value)  # type: ignore[arg-type]
    if number == 0:
        raise ValueError("is zero, which no price and no yield is; correct it")
    if feed == CURVE and number >= YIELD_ONE:
        raise ValueError("is a yield of 100 % or more; write it in per cent a year, such as 12.35")
    return number


def value_text(value: int) -> str:
    """Yield [1e-8] or price [1e6] -> per cent, or rupees or dollars, with 6 decimals less the last zeros."""
    return f"{units.unscaled(value, 6).normalize():f}"


def _number(value: str) -> int:
    number = units.scaled(value, 0)
    if not 1 <= number <= _MOST_NUMBER:
        raise ValueError("is not the number of a round; write a whole number from 1")
    return number


def _tenor(value: str) -> int | None:
    if not value:
        return None
    days = units.scaled(value, 0)
    if not 1 <= days < 2**16:
        raise ValueError("is not a tenor; write whole days from 1, or nothing for a price")
    return days


class PriceRow(tables.Row):
    """One value of a round."""

    feed: FeedName
    number: Annotated[int, BeforeValidator(_number)]
    observed_at: Annotated[int, BeforeValidator(units.unix_from_time_text)]
    tenor_days: Annotated[int | None, BeforeValidator(_tenor)]
    value: Annotated[int, BeforeValidator(units.amount_from)]

    @model_validator(mode="after")
    def _is_a_value_of_its_feed(self) -> Self:
        if (self.tenor_days is None) == (self.feed == CURVE):
            raise tables.CellError("tenor_days", f"is for the yields of {CURVE}, each of which has one; correct it")
        try:
            value_from(self.feed, units.unscaled(self.value, 6))
        except ValueError as error:
            raise tables.CellError("value", str(error)) from error
        return self


def read_rounds(path: Path | str, tenors: Tenors) -> tuple[Round, ...]:
    """CSV + the programme's feeds -> its rounds in the order of the file. InputError for the first thing wrong."""
    rows = tables.read(path, PriceRow, key=("feed", "tenor_days"))
    placed = list(enumerate(rows, start=2))
    found: list[Round] = []
    for feed, group in groupby(placed, key=lambda entry: entry[1].feed):
        numbered = list(group)
        first, row = numbered[0]
        if feed not in tenors:
            message = f"is no feed of the programme; known are {', '.join(sorted(tenors))}"
            raise InputError(message, path=path, row=first, column="feed")
        if any(feed == one.feed for one in found):
            message = f"stands above already; put the rows of {feed} together"
            raise InputError(message, path=path, row=first, column="feed")
        _check_round(path, numbered, tenors[feed])
        values = tuple(one.value for _, one in numbered)
        found.append(Round(feed, row.number, row.observed_at, values))
    return tuple(found)


def _check_round(path: Path | str, numbered: Sequence[tuple[int, PriceRow]], tenors: Sequence[int]) -> None:
    """The rows of a feed are one round, with each of its tenors in order."""
    first, head = numbered[0]
    for place, row in numbered:
        for column in ("number", "observed_at"):
            if getattr(row, column) != getattr(head, column):
                message = f"is not that of row {first}; a file has one round of a feed"
                raise InputError(message, path=path, row=place, column=column)
    for (place, row), wanted in zip(numbered, tenors, strict=False):
        if row.tenor_days != wanted:
            message = f"is {row.tenor_days} where the tenor of {wanted} days is due; give all tenors in order"
            raise InputError(message, path=path, row=place, column="tenor_days")
    last, _ = numbered[-1]
    if tenors and len(numbered) != len(tenors):
        due = f"the tenor of {tenors[len(numbered)]} days is missing after it" if len(numbered) < len(tenors) else ""
        message = due or f"is beyond the last tenor, {tenors[-1]} days; delete the row"
        raise InputError(message, path=path, row=last, column="tenor_days")


# ── signatures ───────────────────────────────────────────────────────────────────────────────────────────────────────


def to_json(word: Word) -> str:
    """Word -> JSON text; values are text, because not every reader keeps 128 bits."""
    rounds = [
        {
            "feed": one.round.feed,
            "number": one.round.number,
            "observed_at": one.round.observed_at,
            "values": [str(value) for value in one.round.values],
            "signature": f"0x{one.signature.hex()}",
        }
        for one in word.signatures
    ]
    facts = {"chain_id": word.chain_id, "oracle": word.oracle, "signer": word.signer, "rounds": rounds}
    return json.dumps(facts, indent=2) + "\n"


def read_word(path: Path | str) -> Word:
    """File -> Word. InputError when it is none of ours."""
    try:
        data: dict[str, Any] = json.loads(Path(path).read_bytes())
        signatures = tuple(_signature(entry) for entry in data["rounds"])
        word = Word(_int(data["chain_id"]), _address(data["oracle"]), _address(data["signer"]), signatures)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); check the path", path=path) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("is no file of signatures; `rwa prices sign` writes one", path=path) from error
    return word


def _signature(entry: Mapping[str, Any]) -> Signature:
    signature, values = entry["signature"], tuple(units.scaled(str(value), 0) for value in entry["values"])
    if not _SIGNATURE.fullmatch(signature):
        raise ValueError("a signature is hexadecimal")
    made = Round(str(entry["feed"]), _int(entry["number"]), _int(entry["observed_at"]), values)
    return Signature(made, bytes.fromhex(signature[2:]))


def _int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a whole number is needed")
    return value


def _address(value: object) -> str:
    if not isinstance(value, str) or not is_checksum_address(value):
        raise ValueError("an address with its checksum is needed")
    return value

"""What a chain has said, decoded: the only input of the register."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Union

__all__ = ["Act", "Event", "Value"]

# Integers as they are, addresses checksummed, bytes as 0x-hex, arrays and structs as tuples.
Value = Union[str, int, bool, tuple["Value", ...]]  # noqa: UP007 - a recursive alias needs the name as a string


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded log: which contract said what, when.

    `contract` is the artifact's name (`BondToken`), `address` checksummed, `name` the event (`Transfer`), `args` by
    parameter name. `timestamp` is the block's (Unix).
    """

    contract: str
    address: str
    name: str
    args: Mapping[str, Value]
    block: int
    timestamp: int
    tx_hash: str
    log_index: int


@dataclass(frozen=True, slots=True)
class Act:
    """A transaction to one of our contracts that said something: who sent it, and which function it called.

    `function` is empty where the call is not one of that contract's (a creation through the proxy).
    """

    tx_hash: str
    block: int
    timestamp: int
    sender: str
    contract: str
    function: str
    events: tuple[str, ...]

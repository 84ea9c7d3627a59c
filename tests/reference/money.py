"""Rounding as the rules of the programme have it, in exact arithmetic. Money and face are integers of a millionth."""

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

__all__ = ["MINOR", "ONE", "amount", "minor_down", "minor_up", "shown", "unit_down"]

ONE = 10**6
MINOR = 10**4  # a paisa, a cent


def amount(text: str) -> int:
    """Decimal text -> millionths. ValueError where it has more places."""
    scaled = Decimal(text) * ONE
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{text} has more than 6 decimals")
    return int(scaled)


def shown(value: int) -> str:
    """Millionths -> text with exactly 6 decimals."""
    return f"{Decimal(value) / ONE:.6f}"


def unit_down(value: Fraction) -> int:
    """Exact millionths -> down to the unit: principal."""
    return floor(value)


def minor_down(value: Fraction) -> int:
    """Exact millionths -> down to the paisa: income."""
    return floor(value / MINOR) * MINOR


def minor_up(value: Fraction) -> int:
    """Exact millionths -> up to the paisa: tax, and what a buyer pays."""
    return ceil(value / MINOR) * MINOR

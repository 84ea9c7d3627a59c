"""Codes and units -> the words and figures of the report."""

from decimal import Decimal
from fractions import Fraction

import pycountry

from rwa_deploy import units
from rwa_deploy.compliance.records import TAX_CODES, TIER_CODES

__all__ = [
    "CASH_SHORT",
    "REASONS",
    "country_code",
    "million_exact",
    "reason",
    "share_pct",
    "tax_class_words",
    "tier_name",
    "tier_words",
]

CASH_SHORT = "The wallet's cash, or what it allowed to be taken, is below what the allotment costs."

# The codes and sentences of contracts/libraries/Restrictions.sol and Allowlist.messageOf; a test holds them together.
REASONS = {
    1: "All transfers are paused by the guardian.",
    2: "Transfers of this token are paused by the guardian.",
    3: "The amount is above what is neither frozen nor pledged.",
    4: "The series has matured; it can only be redeemed.",
    10: "The sender is not on the allowlist.",
    11: "The sender's KYC has expired.",
    12: "The sender's record is revoked.",
    20: "The receiver is not on the allowlist.",
    21: "The receiver's KYC has expired.",
    22: "The receiver's record is revoked.",
    23: "The licence of the receiver's provider has ended.",
    30: "The operator is not on the allowlist.",
    31: "The operator's KYC has expired.",
    32: "The operator's record is revoked.",
    34: "The operator may not move tokens by right.",
}

_TAX_CLASSES = {code: kind.value.replace("_", " ") for kind, code in TAX_CODES.items()}
_TIERS = {code: tier.value for tier, code in TIER_CODES.items()}


def reason(code: int) -> str:
    """Restriction code -> its sentence; the bare code where it is unknown."""
    return REASONS.get(code, f"Restriction {code}.")


def tier_name(tier: int) -> str:
    """Tier of a record, from 1 -> its name as in investors.csv; empty for none."""
    return _TIERS.get(tier, "")


def tier_words(tier: int) -> str:
    """Tier of a record -> its name for people."""
    return tier_name(tier).replace("_", " ").capitalize() or "No tier"


def tax_class_words(code: int) -> str:
    """Tax class of a record -> its name for people; 0 is not known and pays the highest rate."""
    return _TAX_CLASSES.get(code, "unknown")


def country_code(numeric: int) -> str:
    """ISO 3166 numeric -> its three letters; the number where it is none, empty for 0."""
    found = pycountry.countries.get(numeric=f"{numeric:03d}")
    return str(found.alpha_3) if found else (str(numeric) if numeric else "")


def million_exact(amount: int) -> str:
    """Cash or face [1e6] -> PKR millions, exact: 3 decimals, more where the amount is finer."""
    text = f"{units.unscaled(amount, 12):.12f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(3, '0')}"


def share_pct(part: int, whole: int, places: int = 6) -> Decimal:
    """Part + whole -> per cent, a half away from zero; 0 of nothing."""
    return units.decimal_half_up(Fraction(100 * part, whole) if whole else 0, places)

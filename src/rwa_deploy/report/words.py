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

# The codes and sentences of contracts/libraries/Restrictions.sol; a test holds them together.
_OF_PARTY = (
    *(" is not on the allowlist.", "'s KYC has expired.", "'s record is revoked."),
    *("'s provider has lost its licence, and the grace is over.", " may not move tokens by right."),
    *("'s wallet is frozen under an order.", "'s wallet was replaced by another."),
)
_PARTIES = {10: "The sender", 20: "The receiver", 60: "The operator"}
REASONS = {
    0: "The transfer is allowed.",
    1: "All transfers are paused by the guardian.",
    2: "Transfers of this token are paused by the guardian.",
    3: "The amount is above what is neither frozen nor pledged.",
    4: "The series has matured; it can only be redeemed.",
    5: "The series is locked up until the date of its policy.",
    6: "The amount is neither in lots of the series nor all that the sender has.",
    7: "A transfer of this size between providers needs a travel-rule announcement.",
    30: "The receiver's tier is below the lowest of the series.",
    31: "The series may not be held in the receiver's country.",
    32: "The receiver has not accepted the disclosure of the series.",
    33: "The receiver accepted the disclosure too short a time ago.",
    34: "The receiver's wallet is not counted under its investor yet.",
    35: "The receiver would hold more than the cap per investor.",
    36: "The series has as many holders as it may have.",
    37: "The provider's statement of customers for the receiver's omnibus wallet is missing or old.",
    **{base + place: who + what for base, who in _PARTIES.items() for place, what in enumerate(_OF_PARTY)},
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

"""Investor -> KYC record word, in the layout of contracts/libraries/Record.sol.

The Allowlist sets provider (for a provider's own batch), update time, flags and the tax class before by itself.
"""

from rwa_deploy.model import Investor, TaxClass, Tier

__all__ = ["ROW_MASK", "TAX_CODES", "TIER_CODES", "pack"]

# Codes on chain; zero means none, and for the tax class: unknown, which pays the highest rate.
TIER_CODES = {tier: code for code, tier in enumerate(Tier, start=1)}
TAX_CODES = {tax_class: code for code, tax_class in enumerate(TaxClass, start=1)}

# Tier, country, tax class, expiry and number: what a row says, and the Allowlist adds nothing to.
ROW_MASK = 0xFFFFFF | 0xFF << 32 | 0xFFFFFFFFFF << 72 | 0xFFFFFFFFFFFFFFFF << 152


def pack(investor: Investor, provider_id: int = 0) -> int:
    """Investor -> word. `provider_id` matters only where the registrar writes the record."""
    return (
        TIER_CODES[investor.tier]
        | investor.country << 8
        | provider_id << 24
        | (TAX_CODES[investor.tax_class] if investor.tax_class else 0) << 32
        | investor.valid_until << 72
        | investor.number << 152
    )

"""Seed + wallets -> made-up investors and their bids, the same on every machine.

For scenarios and load tests. Nobody is meant: ids are serial numbers under one locality code and one LEI prefix that
show at a glance that they are made up, and there are no names. Every draw is SHA-256 of seed, row and purpose, because
the standard library promises no stable sequence for what it builds on `random()`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from stdnum.iso7064 import mod_97_10

from rwa_deploy import tables, units
from rwa_deploy.model import TaxClass, Tier

__all__ = [
    "DrawnInvestor",
    "draw_dealers",
    "draw_retail",
    "investors_csv",
    "non_competitive_csv",
    "synthetic_cnic",
    "synthetic_lei",
]

_LOT = 5_000 * units.ONE
_ABROAD = ("ARE", "SAU", "GBR", "QAT", "DEU", "MYS")
_NON_RESIDENT_PCT = 12
_NON_FILER_PCT = 35


@dataclass(frozen=True, slots=True)
class DrawnInvestor:
    """A row for investors.csv, and the face [1e6] of its non-competitive bid (0: none)."""

    wallet: str
    investor: str
    tier: Tier
    country: str
    tax_class: TaxClass
    valid_until: date
    provider: str
    face: int = 0


def synthetic_cnic(serial: int) -> str:
    """Serial from 0 to 9,999,999 -> text in the shape of a CNIC, under locality 79999."""
    if not 0 <= serial < 10**7:
        raise ValueError("a synthetic CNIC has a serial from 0 to 9,999,999")
    return f"79999-{serial:07d}-{1 + serial % 9}"


def synthetic_lei(serial: int) -> str:
    """Serial from 0 to 999,999,999 -> LEI with valid check digits, under prefix 0000, which no issuer has."""
    if not 0 <= serial < 10**9:
        raise ValueError("a synthetic LEI has a serial from 0 to 999,999,999")
    body = f"000000RWA{serial:09d}"
    return body + mod_97_10.calc_check_digits(body)


def draw_retail(
    wallets: Sequence[str],
    *,
    seed: int,
    providers: Sequence[str],
    valid_until: date,
    max_face: int = 500_000 * units.ONE,
) -> tuple[DrawnInvestor, ...]:
    """Wallets + seed -> a retail investor with a non-competitive bid for each wallet.

    Bids are multiples of PKR 5,000 up to `max_face` [1e6], skewed as small savers are: the cube of an even draw, so
    that half stay below an eighth of the most. About one in eight lives abroad, one resident in three is no filer;
    providers take turns.
    """
    if not providers or max_face < _LOT:
        raise ValueError("a draw needs at least one provider and a largest face of PKR 5,000 or more")
    lots = max_face // _LOT
    drawn = []
    for serial, wallet in enumerate(wallets):
        abroad = _draw(seed, serial, "abroad") * 100 >> 32 < _NON_RESIDENT_PCT
        non_filer = _draw(seed, serial, "tax") * 100 >> 32 < _NON_FILER_PCT
        resident_tax = TaxClass.NON_FILER if non_filer else TaxClass.FILER
        drawn.append(
            DrawnInvestor(
                wallet=wallet,
                investor=synthetic_cnic(serial),
                tier=Tier.RETAIL_NON_RESIDENT if abroad else Tier.RETAIL_RESIDENT,
                country=_ABROAD[_draw(seed, serial, "country") * len(_ABROAD) >> 32] if abroad else "PAK",
                tax_class=TaxClass.NON_RESIDENT if abroad else resident_tax,
                valid_until=valid_until,
                provider=providers[serial % len(providers)],
                face=_LOT * (1 + (_draw(seed, serial, "face") ** 3 * lots >> 96)),
            )
        )
    return tuple(drawn)


def draw_dealers(wallets: Sequence[str], *, provider: str, valid_until: date) -> tuple[DrawnInvestor, ...]:
    """Wallets -> a primary dealer for each, with an LEI and without a non-competitive bid."""
    return tuple(
        DrawnInvestor(wallet, synthetic_lei(serial), Tier.PRIMARY_DEALER, "PAK", TaxClass.FILER, valid_until, provider)
        for serial, wallet in enumerate(wallets)
    )


def investors_csv(drawn: Sequence[DrawnInvestor]) -> str:
    """Drawn investors -> text of investors.csv."""
    columns = ("wallet", "investor", "tier", "country", "tax_class", "valid_until", "provider")
    return tables.write_csv_text(columns, ([getattr(one, column) for column in columns] for one in drawn))


def non_competitive_csv(drawn: Sequence[DrawnInvestor]) -> str:
    """Drawn investors -> text of non_competitive.csv: those who bid, face in whole rupees."""
    rows = ((one.wallet, one.face // units.ONE) for one in drawn if one.face)
    return tables.write_csv_text(("wallet", "face_pkr"), rows)


def _draw(seed: int, serial: int, purpose: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{serial}:{purpose}".encode()).digest()[:4], "big")

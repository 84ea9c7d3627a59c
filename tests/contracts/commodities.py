"""A world with spot prices, and a series of ounces of gold in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eth_utils import keccak
from evm import Contract, Receipt, address_of, init_code
from world import DAY, ISSUE_AT, World

from rwa_deploy import units

OUNCE = units.ONE
LOT = 10 * OUNCE
MOST = 1_000 * LOT
XAU = b"XAU".ljust(32, b"\0")
SPOT = 1_946_123_456  # dollars per ounce [1e6], September 2020
EXPIRES_AT = ISSUE_AT + 365 * DAY
RECEIPT = keccak(text="receipt")
TERMS: Mapping[str, Any] = {
    "name": "Gold, receipt 1",
    "symbol": "XAU-1",
    "commodity": XAU,
    "unitCode": b"APZ",
    "receiptHash": RECEIPT,
    "expiresAt": EXPIRES_AT,
    "lot": LOT,
    "maxQuantity": MOST,
}


class SpotWorld(World):
    """The world whose Programme asks for spot prices too."""

    def deploy(self, name: str, *args: Any, salt: int = 0) -> Contract:
        if name == "Programme":
            self.spot = super().deploy("SpotOracle", args[1])
            args = (args[0], self.spot.address)
        return super().deploy(name, *args, salt=salt)


@dataclass(frozen=True)
class Gold:
    """The series, its world, and who attests to it."""

    world: SpotWorld
    series: Contract
    attested: Contract

    def attest(self, quantity: int) -> None:
        """Custodian and auditor attest; 0 stands for a stale attestation."""
        self.attested.attest(self.series.address, quantity)

    def post(self, price: int = SPOT) -> None:
        """The spot price, observed now."""
        self.world.spot.setSpot(XAU, price, self.world.chain.now)

    def issue(self, quantity: int, to: str = "holder") -> Receipt:
        """The debt office issues."""
        return self.world.issue(self.series, {address_of(to): quantity})


def series_code(world: World, attested: Contract, **changes: Any) -> bytes:
    """Creation code of a commodity, arguments included."""
    at = (world.authority.address, world.allowlist.address, world.programme.address, attested.address)
    return init_code(world.artifacts["CommodityToken"], *at, tuple({**TERMS, **changes}.values()))


def new_gold(world: SpotWorld, salt: int = 0, **changes: Any) -> Gold:
    """World -> gold: created, registered, confirmed; all of the receipt attested, and a price posted."""
    attested = world.deploy("Attested")
    code = series_code(world, attested, **changes)
    series = Contract(world.chain, world.chain.create(code, salt), world.artifacts["CommodityToken"])
    world.register(code, salt, RECEIPT)
    world.confirm(series, code, RECEIPT)
    gold = Gold(world, series, attested)
    gold.attest(MOST)
    gold.post()
    return gold

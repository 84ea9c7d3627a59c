"""Seconds: a warm compile, ten thousand holders. Printed with targets, not gated: machines differ."""

import time

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from tests.bench import coupons
from tests.bench.lab import ROOT
from tests.bench.world import DENOMINATION, World

from rwa_deploy.abi import Call
from rwa_deploy.chain import Signer
from rwa_deploy.compile import compile as build
from rwa_deploy.errors import ExpectationFailed

__all__ = ["ten_thousand", "warm_compile"]

HOLDERS = 10_000
BATCH = 100
ONBOARD_GAS, ISSUE_GAS = 3_200_000, 3_600_000  # for a batch


def warm_compile() -> float:
    """The project, compiled before -> seconds until its artifacts are there again."""
    started = time.perf_counter()
    build(ROOT)
    return time.perf_counter() - started


def ten_thousand(world: World) -> tuple[float, float]:
    """World -> seconds to onboard ten thousand wallets and issue to them, and to pay them a coupon, by the hundred."""
    wallets = [to_checksum_address(keccak(text=f"speed {index}")[12:]) for index in range(HOLDERS)]
    world.post_rate()
    series = coupons.new_bond(world, 3)
    parts = [wallets[start : start + BATCH] for start in range(0, HOLDERS, BATCH)]
    started = time.perf_counter()
    world.lab.send_all([(world.provider, world.onboarding(part)) for part in parts], gas=ONBOARD_GAS)
    issues: list[tuple[Signer, Call]] = [(world.offices["debt_office"], world.issuing(series, part)) for part in parts]
    world.lab.send_all(issues, gas=ISSUE_GAS)
    seconds = time.perf_counter() - started
    supply = world.lab.read(series, "totalSupply")
    if supply != HOLDERS * DENOMINATION:
        raise ExpectationFailed(f"{supply} was issued to ten thousand holders, not {HOLDERS * DENOMINATION}")
    return seconds, coupons.ten_thousand_paid(world, series, wallets)

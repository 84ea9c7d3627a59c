"""Random round trips of one owner (pledge, mint, repay, release) against the contract alone: attack case 16, invariant V10."""

import random

from vault_world import FACE, SPARES, TERMS, WALLETS, YIELD, VaultWorld
from world import HOUR

SEED = 20
NAMES = ("year", "note", "fourth")
ALL = 2**256 - 1
DAY_OF_PRICES = 24 * HOUR


def best_round_trip(made: VaultWorld, count: int) -> int:
    """The most that any of `count` trips won in cash, each at an index of its own; fees make it a loss."""
    draw, world, vault, owner = random.Random(SEED), made.world, made.world.vault, WALLETS[0]
    chain, cash, floor = world.chain, world.cash, TERMS[3]
    best = -ALL
    with chain.rolled_back():
        # Somebody owes too, so that the index moves at moments that are not the owner's.
        vault.adjust([(made.tokens["year"].address, FACE)], 3 * floor, 0, by=WALLETS[SPARES])
        posted_at, before = chain.now, cash.balanceOf(owner)
        for _ in range(count):
            if chain.now > posted_at + DAY_OF_PRICES:
                world.post_curve(YIELD)
                posted_at = chain.now
            series, face = made.tokens[draw.choice(NAMES)].address, draw.randint(4 * floor, FACE)
            mint = draw.randint(floor, face // 2)
            vault.adjust([(series, face)], mint, 0, by=owner)
            if draw.random() < 0.3:
                chain.warp(draw.randint(0, HOUR))
            if draw.random() < 0.3:
                vault.adjust([], 0, draw.randint(1, mint - 1), by=owner)
            vault.adjust([(series, -face)], 0, ALL, by=owner)
            after = cash.balanceOf(owner)
            best, before = max(best, after - before), after
        assert vault.debtOf(owner) == 0
    return best

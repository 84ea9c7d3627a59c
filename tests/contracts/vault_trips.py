"""Random round trips of one owner (pledge, mint, repay, release), without the model: attack case 16, invariant V10."""

import random

from evm import address_of
from vault_world import FACE, SPARES, TERMS, WALLETS, YIELD, VaultWorld
from world import DAY, HOUR

SEED = 20
NAMES = ("year", "note", "fourth")
ALL = 2**256 - 1


def _raise_index(made: VaultWorld) -> None:
    """A few days at an absurd rate: at an index of one no rounding shows."""
    world, by = made.world, address_of("central_bank")
    rate, *rest = TERMS
    world.vault.loosenTerms((300 * rate, *rest), by=by)
    world.chain.warp(5 * DAY)
    world.post_curve(YIELD)
    world.vault.loosenTerms(TERMS, by=by)
    assert world.vault.totals().index > 10**18 * 14 // 10


def best_round_trip(made: VaultWorld, count: int) -> int:
    """The most that any of `count` trips won in cash, each at an index of its own; fees make it a loss."""
    draw, world, vault, owner = random.Random(SEED), made.world, made.world.vault, WALLETS[0]
    chain, cash, floor = world.chain, world.cash, TERMS[3]
    asked = cash.balanceOf.encode(owner)

    def adjust(changes: list[tuple[str, int]], mint: int, repay: int) -> None:
        chain.call(owner, vault.address, vault.adjust.encode(changes, mint, repay))

    def balance() -> int:
        return int.from_bytes(chain.call(owner, cash.address, asked))

    best = -ALL
    with chain.rolled_back():
        _raise_index(made)
        # Somebody owes too, so that the index moves at moments that are not the owner's.
        vault.adjust([(made.tokens["year"].address, FACE)], 3 * floor, 0, by=WALLETS[SPARES])
        posted_at, before = chain.now, balance()
        for _ in range(count):
            if chain.now > posted_at + DAY:
                world.post_curve(YIELD)
                posted_at = chain.now
            series, face = made.tokens[draw.choice(NAMES)].address, draw.randint(4 * floor, FACE)
            mint = draw.randint(floor, face // 2)
            adjust([(series, face)], mint, 0)
            if draw.random() < 0.3:
                chain.warp(draw.randint(0, HOUR))
            if draw.random() < 0.3:
                adjust([], 0, draw.randint(1, mint - 1))
            adjust([(series, -face)], 0, ALL)
            after = balance()
            best, before = max(best, after - before), after
        assert vault.debtOf(owner) == 0
    return best

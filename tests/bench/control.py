"""World -> samples of the ways into the Allowlist, of transfers under a policy, and of orders."""

from eth_utils.crypto import keccak
from tests.bench.lab import AMOUNT, FOREVER, Contract, Sample, sample
from tests.bench.world import DAY, DENOMINATION, NOBODY, World, order, row_of

from rwa_deploy import typed, units
from rwa_deploy.chain import Signer
from rwa_deploy.compliance.merkle import leaf_hash

__all__ = ["measure"]

BATCH = 100
DEPTH = 20  # siblings of a proof in a root over a million wallets
FREEZE_WALLET, RECOVERY = 0, 4
QUALIFIED_UP = 1  # the lowest tier of all: the field is asked, and everybody passes
COUNTRIES, CAPS, DISCLOSURE, TRAVEL_RULE = 1, 2, 4, 8
BLOCKED = 840  # the United States
TEXT = keccak(text="benchmark disclosure")
MATURITY_DAYS = 364

Samples = dict[str, Sample]


def measure(world: World) -> Samples:
    """World -> operation -> Sample."""
    return _ways_in(world) | _policies(world) | _orders(world)


def _ways_in(world: World) -> Samples:
    """One wallet by attestation, one by proof in a root over a million; a hundred renewed and revoked in batch."""
    by_attestation, by_proof, *others = world.funded("bench client", BATCH + 2)
    until = world.lab.chain.now() + 1_000 * DAY
    allowlist = world.at("Allowlist")
    wallet, record, digest = row_of(by_attestation.address, until)
    attestation = (wallet, record, digest, world.lab.chain.now(), FOREVER)
    realm = typed.domain("Allowlist", world.lab.chain.chain_id, allowlist.address)
    signature = world.provider.sign_typed(realm, typed.ATTESTATION, typed.message(typed.ATTESTATION, attestation))
    attest = allowlist.call("attest", world.provider.address, attestation, signature, b"")
    row = row_of(by_proof.address, until)
    root, proof = _million(row)
    published = allowlist.call("publishRoot", root, world.lab.chain.now() + 30 * DAY, keccak(text="file"))
    found = {
        "attest": sample([world.lab.send(world.outsider, attest)]),
        "publish_root": sample([world.lab.send(world.provider, published)]),
    }
    activate = allowlist.call("activate", world.provider.address, root, row, proof)
    found["activate_of_a_million"] = sample([world.lab.send(world.outsider, activate)])
    wallets = [one.address for one in others]
    world.onboard(wallets)
    renew, revoke = allowlist.call("renew", wallets, until + DAY), allowlist.call("revoke", wallets)
    found["renew_each_of_100"] = sample([world.lab.send(world.provider, renew)], units=BATCH)
    found["revoke_each_of_100"] = sample([world.lab.send(world.provider, revoke)], units=BATCH)
    return found


def _million(row: tuple[str, int, bytes]) -> tuple[bytes, list[bytes]]:
    """A row -> root and proof as in a tree over a million: twenty siblings, of whose trees only hashes matter."""
    node = leaf_hash(bytes.fromhex(row[0][2:]), row[1], row[2])
    siblings = [keccak(text=f"subtree {level}") for level in range(DEPTH)]
    for sibling in siblings:
        node = keccak(b"".join(sorted((node, sibling))))
    return node, siblings


def _policies(world: World) -> Samples:
    """Between two who hold already: the four rules of the target bound, then all of them."""
    one, two = world.funded("bench bound", 2)
    world.onboard([one.address, two.address])
    world.lab.send(world.outsider, world.at("Policies").call("countWallets", [one.address, two.address]))
    word = QUALIFIED_UP | 1 << 8 | (world.lab.chain.now() - DAY) << 72 | (COUNTRIES | CAPS) << 192
    some = _bound(world, 20, (word, 10**12 - 1, _blocked(), bytes(32)))
    word |= 1_000 << 136 | 7 * DAY << 168 | (DISCLOSURE | TRAVEL_RULE) << 192
    every = _bound(world, 21, (word, 10**12 - 1, _blocked(), TEXT))
    for party in (one, two):
        world.lab.send(party, world.at("Policies").call("acceptDisclosure", TEXT))
    return {
        "transfer_policy_bound": _transfer(world, some, one, two),
        "transfer_every_rule_bound": _transfer(world, every, one, two),
    }


def _blocked() -> list[int]:
    return [1 << BLOCKED % 256 if word == BLOCKED // 256 else 0 for word in range(4)]


def _bound(world: World, number: int, terms: tuple[object, ...]) -> Contract:
    maturity = units.unix_from_date(units.date_from_unix(world.lab.chain.now() + MATURITY_DAYS * DAY))
    series = world.new_series(number, maturity, rules="Policies")
    world.send("regulator", "Policies", "tightenPolicy", series.address, terms)
    return series


def _transfer(world: World, series: Contract, one: Signer, two: Signer) -> Sample:
    for party in (one, two):
        world.issue(series, [party.address])
    return sample([world.lab.send(one, series.call("transfer", two.address, AMOUNT // units.ONE * units.ONE))])


def _orders(world: World) -> Samples:
    """A wallet frozen in all tokens; a wallet with three series and cash replaced. Both offices' transactions count."""
    frozen, lost, found = (one.address for one in world.funded("bench ordered", 3))
    number = int.from_bytes(keccak(text="one investor")[:8])
    world.onboard([frozen])
    world.onboard([lost, found], number=number)
    maturity = units.unix_from_date(units.date_from_unix(world.lab.chain.now() + MATURITY_DAYS * DAY))
    held = [world.new_series(30 + place, maturity) for place in range(3)]
    for series in held:
        world.issue(series, [lost])
    world.send("central_bank", "CashToken", "mint", lost, DENOMINATION)
    tokens = [world.at("CashToken").address, *(series.address for series in held)]
    return {
        "freeze_wallet": sample(order(world, FREEZE_WALLET, frozen, NOBODY, NOBODY, 0)),
        "recover_wallet": sample(order(world, RECOVERY, lost, NOBODY, found, 0, tokens)),
    }

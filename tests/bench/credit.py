"""World -> samples of vault and stablecoin: a bill is pledged, lent on, repaid, released, and sold in an auction.

Every operation is a transaction of its own on cold slots; prices are reckoned before, as they are once a day.
"""

from collections.abc import Sequence

from eth_utils.crypto import keccak
from tests.bench.lab import AMOUNT, FOREVER, Contract, Sample, sample
from tests.bench.world import DAY, DENOMINATION, World

from rwa_deploy import prices, typed, units
from rwa_deploy.abi import Call
from rwa_deploy.chain import Receipt, Signer
from rwa_deploy.prices import Round

__all__ = ["measure"]

FX, CURVE = "USDPKR", "PKRV"
RATE = 166_250_000
TENORS = 21
YIELD, JUMP = 7_100_000, 25_000_000  # [1e-8 a year]; a jump of 18 points makes a bill of three months fall by 4 %
MOST = 2**128 - 1
ALL = 2**256 - 1
HOUR = 3_600
PLEDGED = 1_000 * DENOMINATION
Samples = dict[str, Sample]


def measure(world: World) -> Samples:
    """World -> operation -> Sample. A day and the delays of ADMIN pass."""
    borrower, bidder, other, first = world.funded("bench borrower", 4)
    parties = [party.address for party in (borrower, bidder, other, first)]
    world.onboard(parties)
    now = world.lab.chain.now()
    series = world.new_series(77, units.unix_from_date(units.date_from_unix(now)) + 91 * DAY)
    faces = [2 * PLEDGED, DENOMINATION, DENOMINATION, 2 * PLEDGED]
    world.lab.send(world.offices["debt_office"], world.at("Programme").call("issue", series.address, parties, faces))
    _cash_for(world, {borrower: PLEDGED, bidder: 100 * PLEDGED, other: AMOUNT, first: AMOUNT})
    _by_admin(world, world.at("CollateralRisk").call("listCollateral", series.address, MOST, 10_000))
    _post(world, YIELD)
    # The first of all borrowers opens the vault's own books; what he pays for that is nobody else's.
    _adjust(world, first)([(series.address, PLEDGED)], PLEDGED // 2, 0)
    found = _cash(world, bidder, other)
    found |= _position(world, series, borrower)
    return found | _auction(world, series, borrower, bidder)


def _position(world: World, series: Contract, borrower: Signer) -> Samples:
    """Pledge and mint in one, then each by itself."""
    loan = PLEDGED * 9 // 10
    adjust = _adjust(world, borrower)
    _reckon(world, series)
    found = {"vault_open": adjust([(series.address, PLEDGED)], loan, 0)}
    found["vault_mint"] = adjust([], loan // 100, 0)
    found["vault_repay"] = adjust([], 0, loan // 10)
    found["vault_release"] = adjust([(series.address, -PLEDGED // 20)], 0, 0)
    return {name: sample([receipt]) for name, receipt in found.items()}


def _auction(world: World, series: Contract, borrower: Signer, bidder: Signer) -> Samples:
    """Lent to the haircut, then yields jump; a bidder who holds the series already takes what restores health."""
    vault = world.at("CollateralVault")
    position = world.lab.read(vault, "positionOf", borrower.address)
    quote = world.lab.read(world.at("CollateralRisk"), "quoteOf", series.address)
    pledged = max(position[2])
    _adjust(world, borrower)([], pledged * quote[0] // units.PAR - position[0] - units.ONE, 0)
    world.lab.chain.mine_at(world.lab.chain.now() + HOUR)
    _post(world, YIELD + JUMP)
    world.lab.chain.mine_at(world.lab.chain.now() + HOUR + 1)
    _reckon(world, series)
    started = world.lab.send(world.outsider, vault.call("start", borrower.address))
    taken = world.lab.send(bidder, vault.call("take", borrower.address, series.address, ALL, ALL))
    return {"vault_auction_start": sample([started]), "vault_auction_take": sample([taken])}


def _cash(world: World, holder: Signer, receiver: Signer) -> Samples:
    """EIP-3009, and a mint by the central bank to who holds some."""
    cash = world.at("CashToken")
    realm = typed.domain(world.lab.read(cash, "name"), world.lab.chain.chain_id, cash.address)
    values = (holder.address, receiver.address, AMOUNT, 0, FOREVER, keccak(text="benchmark authorization"))
    signature = holder.sign_typed(realm, typed.AUTHORIZATION, typed.message(typed.AUTHORIZATION, values))
    parts = (signature[64], signature[:32], signature[32:64])
    moved = world.lab.send(world.outsider, cash.call("transferWithAuthorization", *values, *parts))
    minted = world.send("central_bank", "CashToken", "mint", holder.address, AMOUNT)
    return {"cash_authorization": sample([moved]), "cash_mint": sample([minted])}


def _adjust(world: World, owner: Signer):
    def send(changes: Sequence[tuple[str, int]], mint: int, repay: int) -> Receipt:
        return world.lab.send(owner, world.at("CollateralVault").call("adjust", list(changes), mint, repay))

    return send


def _reckon(world: World, series: Contract) -> None:
    world.lab.send(world.outsider, world.at("CollateralRisk").call("refresh", series.address))


def _cash_for(world: World, amounts: dict[Signer, int]) -> None:
    for wallet, amount in amounts.items():
        world.send("central_bank", "CashToken", "mint", wallet.address, amount)


def _by_admin(world: World, call: Call) -> None:
    """Scheduled, waited for, done."""
    data = world.lab.chain.codec.encode(call)
    world.send("admin", "Authority", "schedule", call.address, data, 0)
    world.lab.chain.mine_at(world.lab.chain.now() + 2 * DAY)
    world.lab.send(world.offices["admin"], call)


def _post(world: World, level: int) -> None:
    """A flat curve."""
    oracle = world.at("PriceOracle")
    last = world.lab.read(oracle, "rounds", prices.feed_key(CURVE))[1][0]
    one = Round(CURVE, last + 1, world.lab.chain.now(), (level,) * TENORS)
    domain = prices.domain(world.lab.chain.chain_id, oracle.address)
    signed = [(each.address, each.sign_typed(domain, typed.ROUND, one.message())) for each in world.price_signers]
    world.lab.send(
        world.outsider,
        oracle.call("post", prices.feed_key(CURVE), one.number, one.observed_at, list(one.values), signed),
    )

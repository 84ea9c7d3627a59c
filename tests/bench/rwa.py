"""World -> samples of our programme: every operation with all roles and checks live."""

from eth_utils.crypto import keccak
from tests.bench import control, coupons, credit
from tests.bench.lab import AMOUNT, FOREVER, Contract, Sample, sample
from tests.bench.signing import permit, trade_signature
from tests.bench.world import CHAIN_START, DAY, DENOMINATION, NOBODY, World, order

from rwa_deploy import units
from rwa_deploy.abi import Call
from rwa_deploy.chain import Receipt, Signer

__all__ = ["measure"]

BATCH = 100
PRICE = 98_381_500  # per 100 face [1e6]
MATURITY_AT = units.unix_from_date(units.date_from_unix(CHAIN_START)) + 91 * DAY
FREEZE_AMOUNT, FORCED_TRANSFER = 1, 3  # kinds of orders
AUCTION = keccak(text="benchmark auction")
CASH = 100 * DENOMINATION
REDEMPTION = 2**256 - 1

Samples = dict[str, Sample]


def measure(world: World) -> Samples:
    """World -> operation -> Sample. Time goes on from operation to operation, to maturity in the end."""
    found = {"deploy_all": sample(world.deployed_by)}
    world.license_provider()
    world.post_rate()
    world.new_series(1, MATURITY_AT)
    series = world.new_series(2, MATURITY_AT)

    holders = world.funded("bench holder", BATCH)
    winners = world.funded("bench winner", BATCH)
    new, seed, *_ = others = world.funded("bench other", 4)
    world.onboard([other.address for other in others])
    found["onboard_each_of_100"] = sample([world.onboard([item.address for item in holders])], units=BATCH)
    world.onboard([winner.address for winner in winners])
    world.issue(series, [seed.address])
    found["issue_each_of_100"] = sample([world.issue(series, [item.address for item in holders])], units=BATCH)

    found |= _settlement(world, series, winners)
    found |= _moves(world, series, holders, new)
    found |= _cash(world, holders, new)
    found |= _trades(world, series, holders)
    found |= _enforcement(world, series, holders)
    found |= control.measure(world)
    found |= credit.measure(world)
    found |= _redemption(world, series, holders, winners)
    return found | coupons.measure(world)


def _each(world: World, acts: dict[str, tuple[Signer, Call]]) -> Samples:
    return {name: sample([world.lab.send(signer, call)]) for name, (signer, call) in acts.items()}


def _mint_cash(world: World, receivers: list[str]) -> None:
    bank = world.offices["central_bank"]
    mints = [(bank, world.at("CashToken").call("mint", receiver, CASH)) for receiver in receivers]
    world.lab.send_all(mints)


def _settlement(world: World, series: Contract, winners: list[Signer]) -> Samples:
    """A page of a hundred winners who approved what they pay, as one should, and keep some cash."""
    settlement, cash = world.at("Settlement"), world.at("CashToken")
    _mint_cash(world, [*(winner.address for winner in winners), world.offices["debt_office"].address])
    due = units.cash_for_face_up(DENOMINATION, PRICE)
    world.lab.send_all([(winner, cash.call("approve", settlement.address, due)) for winner in winners])
    page = [(winner.address, DENOMINATION, PRICE) for winner in winners]
    digest = keccak(_page(world, page))
    treasury = world.offices["debt_office"].address
    world.send("debt_office", "Settlement", "openAllotment", AUCTION, series.address, treasury, [digest])
    receipt = world.lab.send(world.outsider, settlement.call("settlePage", AUCTION, 0, page))
    return {"settle_each_of_100": sample([receipt], units=BATCH)}


def _page(world: World, page: list[tuple[str, int, int]]) -> bytes:
    """Winners -> abi.encode of them: the calldata of `settlePage` behind selector and heads, offset restored."""
    call = world.at("Settlement").call("settlePage", AUCTION, 0, page)
    return (0x20).to_bytes(32) + world.lab.chain.codec.encode(call)[4 + 3 * 32 :]


def _moves(world: World, series: Contract, holders: list[Signer], new: Signer) -> Samples:
    """A bill between wallets: the receiver holds some already, or none."""
    one, two, three, *_ = holders
    name = world.lab.read(series, "name")
    signed = permit(world.lab.chain.chain_id, series, name, two, one.address, AMOUNT, FOREVER)
    acts = {
        "transfer_existing": (one, series.call("transfer", two.address, AMOUNT)),
        "transfer_new": (one, series.call("transfer", new.address, AMOUNT)),
        "approve": (one, series.call("approve", two.address, 3 * AMOUNT)),
        "transfer_from": (two, series.call("transferFrom", one.address, three.address, AMOUNT)),
        "permit": (world.outsider, signed),
    }
    return _each(world, acts)


def _cash(world: World, holders: list[Signer], new: Signer) -> Samples:
    """Cash between wallets."""
    cash = world.at("CashToken")
    one, two, *_ = holders
    _mint_cash(world, [holder.address for holder in holders])
    acts = {
        "cash_transfer_existing": (one, cash.call("transfer", two.address, AMOUNT)),
        "cash_transfer_new": (one, cash.call("transfer", new.address, AMOUNT)),
    }
    return _each(world, acts)


def _trades(world: World, series: Contract, holders: list[Signer]) -> Samples:
    """Two trades of one pair who hold bills and cash already: the first takes new words of nonces."""
    seller, buyer = holders[10], holders[11]
    acts = {
        "dvp_trade_first": (world.outsider, _trade(world, series, seller, buyer, nonce=1)),
        "dvp_trade": (world.outsider, _trade(world, series, seller, buyer, nonce=2)),
    }
    return _each(world, acts)


def _trade(world: World, series: Contract, seller: Signer, buyer: Signer, nonce: int) -> Call:
    settlement, chain_id = world.at("Settlement"), world.lab.chain.chain_id
    trade = (series.address, seller.address, buyer.address, AMOUNT, AMOUNT, nonce, nonce, FOREVER, NOBODY)
    signatures = [trade_signature(chain_id, settlement.address, party, trade) for party in (seller, buyer)]
    return settlement.call("settleTrade", trade, *signatures)


def _enforcement(world: World, series: Contract, holders: list[Signer]) -> Samples:
    """Orders on a part of what one holds: proposed by one office, executed by another."""
    one, two, three = (holder.address for holder in holders[20:23])
    return {
        "forced_transfer": sample(order(world, FORCED_TRANSFER, one, series.address, two, AMOUNT)),
        "freeze": sample(order(world, FREEZE_AMOUNT, three, series.address, NOBODY, AMOUNT)),
    }


def _redemption(world: World, series: Contract, holders: list[Signer], winners: list[Signer]) -> Samples:
    """A hundred holders, who have cash already, redeemed at par; some were redeemed before them."""
    agent, cash, office = world.at("PayingAgent"), world.at("CashToken"), world.offices["debt_office"]
    world.lab.chain.mine_at(MATURITY_AT)
    due = world.lab.read(agent, "dueOf", series.address, REDEMPTION)
    world.lab.send(world.offices["central_bank"], cash.call("mint", office.address, due))
    world.lab.send(office, cash.call("approve", agent.address, due))
    world.lab.send(office, agent.call("fund", series.address, due))
    redeemed = [_redeem(world, series, part) for part in (holders[40:42], winners)]
    return {"redeem_each_of_100": sample(redeemed[1:], units=BATCH)}


def _redeem(world: World, series: Contract, holders: list[Signer]) -> Receipt:
    addresses = [holder.address for holder in holders]
    return world.lab.send(world.outsider, world.at("PayingAgent").call("redeem", series.address, addresses))

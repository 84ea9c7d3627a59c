"""Steps after issue: trades and transfers between wallets, freezes, time, redemption."""

import hashlib

from rwa_deploy import typed, units
from rwa_deploy.abi import Call
from rwa_deploy.chain import Signer
from rwa_deploy.scenario.stage import Stage
from rwa_deploy.scenario.steps import Freeze, FundRedemption, Redeem, Trades, Transfer, Travel

__all__ = ["freeze", "fund_redemption", "redeem", "trades", "transfer", "travel"]

TRADE_GAS = 300_000
MINT_GAS = 200_000
DEADLINE = 3600
BATCH = 100
BATCH_GAS = 12_000_000  # more than a batch of 100 takes, and below the cap of EIP-7825
WHOLE_WALLET = 2**256 - 1


def trades(step: Trades, stage: Stage) -> None:
    """Dealers sell part of what they won to retail investors, at one price; the buyers are funded first."""
    price = units.price_from(step.price)
    sellers = [winner for winner in stage.winners if stage.investor(winner.wallet).provider == "registrar"]
    lot = stage.read("BondToken", "denomination")
    submitter = stage.signer("fiscal_agent")
    acts, mints = [], []
    for number in range(step.count):
        seller = stage.wallets[sellers[_draw(step.seed, number, "seller", len(sellers))].wallet]
        buyer = stage.signer(f"retail:{number * 7 % (stage.retail_count - 1)}")
        face = lot * (1 + _draw(step.seed, number, "face", 20))
        cash = units.cash_for_face_up(face, price)
        mints.append((stage.signer("central_bank"), stage.on("CashToken", "mint", buyer.address, cash)))
        acts.append((submitter, _trade(stage, seller, buyer, (face, cash, number), submitter)))
    stage.act_many("cash_mint", mints, MINT_GAS)
    stage.act_many("trade", acts, TRADE_GAS)


def transfer(step: Transfer, stage: Stage) -> None:
    """Face from one wallet to another, free of payment."""
    call = stage.on("BondToken", "transfer", stage.signer(step.receiver).address, step.face_pkr)
    stage.act("transfer", stage.signer(step.sender), call)


def freeze(step: Freeze, stage: Stage) -> None:
    """The whole wallet, or nothing any more."""
    amount = WHOLE_WALLET if step.face == "all" else 0
    call = stage.on("BondToken", "setFrozenTokens", stage.signer(step.wallet).address, amount)
    stage.act("freeze", stage.signer("enforcement_maker"), call)


def travel(step: Travel, stage: Stage) -> None:
    """To an hour of a day in Pakistan."""
    stage.chain.mine_at(units.unix_from_date(step.to) + step.hour * 3600)


def fund_redemption(step: FundRedemption, stage: Stage) -> None:
    """Approved and paid in by the debt office, rounded down to the unit."""
    office, series = stage.signer("debt_office"), stage.bill().address
    due = units.mul_div_down(stage.read("PayingAgent", "dueOf", series), step.percent, 100)
    stage.act("cash_approve", office, stage.on("CashToken", "approve", stage.desired.address("PayingAgent"), due))
    stage.act("fund_redemption", office, stage.on("PayingAgent", "fund", series, due))


def redeem(_: Redeem, stage: Stage) -> None:
    """Every holder, 100 a transaction; anyone may do this, here the fiscal agent does."""
    series, agent = stage.bill().address, stage.signer("fiscal_agent")
    balances = stage.chain.call_many([stage.on("BondToken", "balanceOf", address) for address in stage.wallets])
    holders = [address for address, balance in zip(stage.wallets, balances, strict=True) if balance]
    for start in range(0, len(holders), BATCH):
        batch = holders[start : start + BATCH]
        call = stage.on("PayingAgent", "redeem", series, batch)
        stage.act("redeem_each", agent, call, items=len(batch), gas=BATCH_GAS)
        stage.progress(min(start + BATCH, len(holders)), len(holders))


def _trade(stage: Stage, seller: Signer, buyer: Signer, terms: tuple[int, int, int], submitter: Signer) -> Call:
    """Parties and (face, cash, number) -> the call that settles what both signed."""
    face, cash, number = terms
    deadline = stage.chain.now() + DEADLINE
    settlement = stage.desired.address("Settlement")
    series = stage.bill().address
    fields = (series, seller.address, buyer.address, face, cash, number, number, deadline, submitter.address)
    realm = typed.domain("Settlement", stage.chain.chain_id, settlement)
    message = typed.message(typed.TRADE, fields)
    signatures = [party.sign_typed(realm, typed.TRADE, message) for party in (seller, buyer)]
    return stage.on("Settlement", "settleTrade", fields, *signatures)


def _draw(seed: int, number: int, purpose: str, below: int) -> int:
    digest = hashlib.sha256(f"{seed}:{number}:{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big") * below >> 64

"""Steps after issue: trades and transfers between wallets, freezes, time."""

import hashlib
from datetime import date
from pathlib import Path

from rwa_deploy import typed, units
from rwa_deploy.abi import Call
from rwa_deploy.chain import Signer
from rwa_deploy.errors import ConfigError
from rwa_deploy.scenario.cash import mint_cash
from rwa_deploy.scenario.control import KINDS, give_order, lift_last
from rwa_deploy.scenario.placing import cash_due
from rwa_deploy.scenario.stage import NOBODY, Stage
from rwa_deploy.scenario.steps.files import read_trades
from rwa_deploy.scenario.steps.market import Freeze, Trade, Trades, Transfer, Travel

__all__ = ["freeze", "play_trades", "trade", "trades", "transfer", "travel"]

TRADE_GAS = 400_000
HOUR = 3600
TRADING_HOUR = 11
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
        mints.append((buyer.address, cash))
        acts.append((submitter, _signed(stage, seller, buyer, (face, cash, number), submitter)))
    mint_cash(stage, mints)
    stage.act_many("trade", acts, TRADE_GAS)


def trade(step: Trade, stage: Stage) -> None:
    """One trade now, or those of the file that were not played yet, up to a day, each on its own."""
    if step.file is None:
        seller, buyer, face, price = step.inline
        _trade(stage, (seller, buyer), face, units.price_from(price, 6))
        return
    play_trades(stage, step.file, step.until)


def play_trades(stage: Stage, file: Path, until: date | None) -> None:
    """File of trades -> those that were not played yet, up to a day, each at the hour of trading of its own."""
    rows, done = read_trades(file), stage.played.get(file, 0)
    for number, row in enumerate(rows[done:], start=done + 1):
        if until is not None and row.date > until:
            break
        _go_to(stage, row.date)
        _trade(stage, (row.seller, row.buyer), row.face, row.clean_price)
        stage.played[file] = number


def transfer(step: Transfer, stage: Stage) -> None:
    """Face from one wallet to another, free of payment."""
    face = step.face_pkr if step.face is None else step.face
    call = stage.on("BondToken", "transfer", stage.signer(step.receiver).address, face)
    stage.act("transfer", stage.signer(step.sender), call)


def freeze(step: Freeze, stage: Stage) -> None:
    """All of a wallet's face in the series, under an order, or nothing any more, under another."""
    law = f"scenario: {step.label or step.action}"
    if step.face == "none":
        lift_last(stage, step.wallet, law)
        return
    what = (KINDS.index("freeze_amount"), stage.signer(step.wallet).address, stage.token(), NOBODY, WHOLE_WALLET)
    stage.freezes.setdefault(step.wallet, []).append(give_order(stage, what, law, 366))


def travel(step: Travel, stage: Stage) -> None:
    """To an hour of a day in Pakistan."""
    stage.chain.mine_at(units.unix_from_date(step.to) + step.hour * HOUR)


def _go_to(stage: Stage, day: date) -> None:
    """To the hour of trading of a day; on that day already, time stays."""
    now, at = stage.chain.now(), units.unix_from_date(day) + TRADING_HOUR * HOUR
    if now < at:
        stage.chain.mine_at(at)
    elif units.date_from_unix(now) != day:
        raise ConfigError(f"a trade of {day} is late: it is {units.date_from_unix(now)}; play it in an earlier step")


def _trade(stage: Stage, parties: tuple[str, str], face: int, price: int) -> None:
    """Seller and buyer, face and clean price -> settled: what both signed goes through the fiscal agent."""
    seller, buyer = (stage.signer(name) for name in parties)
    submitter, cash = stage.signer("fiscal_agent"), cash_due(stage, face, price)
    stage.trade_number += 1
    stage.act("trade", submitter, _signed(stage, seller, buyer, (face, cash, stage.trade_number), submitter))


def _signed(stage: Stage, seller: Signer, buyer: Signer, terms: tuple[int, int, int], submitter: Signer) -> Call:
    """Parties and (face, cash, number) -> the call that settles what both signed."""
    face, cash, number = terms
    deadline = stage.chain.now() + HOUR
    settlement = stage.desired.address("Settlement")
    fields = (stage.token(), seller.address, buyer.address, face, cash, number, number, deadline, submitter.address)
    realm = typed.domain("Settlement", stage.chain.chain_id, settlement)
    message = typed.message(typed.TRADE, fields)
    signatures = [party.sign_typed(realm, typed.TRADE, message) for party in (seller, buyer)]
    return stage.on("Settlement", "settleTrade", fields, *signatures)


def _draw(seed: int, number: int, purpose: str, below: int) -> int:
    digest = hashlib.sha256(f"{seed}:{number}:{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big") * below >> 64

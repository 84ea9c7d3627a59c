"""Steps of liability management: puts, buybacks by reverse auction, offers to exchange."""

from eth_utils.crypto import keccak

from rwa_deploy import tables, units
from rwa_deploy.scenario.placing import cash_due
from rwa_deploy.scenario.servicing import BATCH, BATCH_GAS, draw_cash
from rwa_deploy.scenario.stage import Stage
from rwa_deploy.scenario.steps import restructuring as steps
from rwa_deploy.scenario.steps.files import AcceptRow, OfferRow

__all__ = ["buyback", "exchange_offer", "fund_put", "put_notice", "settle_put"]

OFFER_GAS = 300_000
HOUR = 3600
LIABILITIES = "LiabilityManagement"


def put_notice(step: steps.PutNotice, stage: Stage) -> None:
    """By the holder."""
    call = stage.on(LIABILITIES, "putNotice", stage.token(), step.period, step.face)
    stage.act("put_notice", stage.signer(step.wallet), call)


def fund_put(step: steps.FundPut, stage: Stage) -> None:
    """All that the notices come to."""
    due = stage.read(LIABILITIES, "putDueOf", stage.token(), step.period)
    draw_cash(stage, LIABILITIES, due)
    stage.act(
        "fund_put", stage.signer("debt_office"), stage.on(LIABILITIES, "fundPut", stage.token(), step.period, due)
    )


def settle_put(step: steps.SettlePut, stage: Stage) -> None:
    """Everybody who gave notice; by anyone, here the fiscal agent."""
    notices = [stage.on(LIABILITIES, "noticeOf", stage.token(), step.period, wallet) for wallet in stage.wallets]
    found = zip(stage.wallets, stage.chain.call_many(notices), strict=True)
    holders = [wallet for wallet, (face, _) in found if face]
    for start in range(0, len(holders), BATCH):
        batch = holders[start : start + BATCH]
        call = stage.on(LIABILITIES, "settlePut", stage.token(), step.period, batch)
        stage.act("settle_put_each", stage.signer("fiscal_agent"), call, items=len(batch), gas=BATCH_GAS)


def buyback(step: steps.Buyback, stage: Stage) -> None:
    """Opened for an hour; then accepted, funded and settled, offer by offer."""
    rows, office = tables.read(step.offers, OfferRow, key=("name",)), stage.signer("debt_office")
    book = _book(stage, "buyback")
    closes, most = stage.chain.now() + HOUR, sum(row.face for row in rows)
    stage.act(
        "open_buyback", office, stage.on(LIABILITIES, "openBuyback", book, stage.token(), office.address, closes, most)
    )
    offers = [(stage.signer(row.name), stage.on(LIABILITIES, "offer", book, row.face, row.price)) for row in rows]
    stage.act_many("offer", offers, OFFER_GAS)
    stage.chain.mine_at(closes)
    cutoff = units.price_from(step.cutoff_price, 6)
    stage.act("accept_offers", office, stage.on(LIABILITIES, "accept", book, cutoff, step.share_at_cutoff))
    accepted = [row for row in rows if row.price <= cutoff]
    # At most: what is paid rounds down, and a share of what is offered at the cut-off is less than all of it.
    draw_cash(stage, LIABILITIES, sum(cash_due(stage, row.face, row.price) for row in accepted))
    holders = [stage.signer(row.name).address for row in accepted]
    for start in range(0, len(holders), BATCH):
        batch = holders[start : start + BATCH]
        for operation, function in (("fund_offers_each", "fundOffers"), ("settle_offers_each", "settle")):
            call = stage.on(LIABILITIES, function, book, batch)
            stage.act(operation, office, call, items=len(batch), gas=BATCH_GAS)


def exchange_offer(step: steps.ExchangeOffer, stage: Stage) -> None:
    """Opened for an hour, accepted by each holder, and closed."""
    rows, office = tables.read(step.accepted, AcceptRow, key=("name",)), stage.signer("debt_office")
    book, most = _book(stage, "exchange"), sum(row.face for row in rows)
    terms = (book, stage.token(), stage.token(step.to), step.ratio, most, stage.chain.now() + HOUR)
    stage.act("open_exchange", office, stage.on(LIABILITIES, "openExchange", *terms))
    for row in rows:
        call = stage.on(LIABILITIES, "acceptExchange", book, row.face)
        stage.act("accept_exchange", stage.signer(row.name), call)
    stage.act("close_exchange", office, stage.on(LIABILITIES, "closeExchange", book))


def _book(stage: Stage, kind: str) -> bytes:
    stage.books += 1
    return keccak(text=f"{kind} {stage.books} of {stage.current().symbol}")

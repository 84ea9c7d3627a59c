"""Steps of the money: the attested reserve, mints against it, conversion and redemption at the desk."""

from collections.abc import Sequence

from eth_utils.crypto import keccak

from rwa_deploy import typed
from rwa_deploy.chain import Signer
from rwa_deploy.errors import ConfigError
from rwa_deploy.scenario.stage import Stage
from rwa_deploy.scenario.steps.cash import (
    AttestReserve,
    CollectRedemption,
    Convert,
    FundRedemptions,
    RedeemCash,
    ServeRedemptions,
)

__all__ = [
    "attest",
    "attest_reserve",
    "collect_redemption",
    "convert",
    "fund_redemptions",
    "mint_cash",
    "redeem_cash",
    "serve_redemptions",
]

MINT_GAS = 250_000
MOST = 2**128 - 1
CASH, MONEY, DESK = "CashToken", "CentralBankMoney", "CashDesk"


def mint_cash(stage: Stage, amounts: Sequence[tuple[str, int]]) -> None:
    """The central bank mints for each address. Until a step attests the reserve itself, it is as large as it may be."""
    bank = stage.signer("central_bank")
    if not stage.is_reserve_stated:
        limit, _ = stage.read(CASH, "minterOf", bank.address)
        if stage.read("Attestations", "attestedOf", stage.desired.address(CASH)) < limit:
            attest(stage, stage.desired.address(CASH), limit)
    mints = [(bank, stage.on(CASH, "mint", address, amount)) for address, amount in amounts]
    if len(mints) == 1:  # estimated, so that what it must fail with is told
        stage.act("cash_mint", *mints[0])
    else:
        stage.act_many("cash_mint", mints, MINT_GAS)


def attest_reserve(step: AttestReserve, stage: Stage) -> None:
    """From here on the reserve is what the scenario says."""
    stage.is_reserve_stated = True
    attest(stage, stage.desired.address(CASH), step.amount)


def convert(step: Convert, stage: Stage) -> None:
    """Central-bank money into stablecoin, drawn from the central bank where the wallet lacks it; or back."""
    wallet = stage.signer(step.wallet)
    if step.back:
        _approve(stage, CASH, wallet, step.amount)
    else:
        _draw_money(stage, wallet, step.amount)
    call = stage.on(DESK, "convertBack" if step.back else "convert", step.amount)
    stage.act("convert_back" if step.back else "convert", wallet, call)


def redeem_cash(step: RedeemCash, stage: Stage) -> None:
    """The wallet's stablecoin, locked in the queue."""
    wallet = stage.signer(step.wallet)
    _approve(stage, CASH, wallet, step.amount)
    number = stage.read(DESK, "requests")
    stage.act("request_redemption", wallet, stage.on(DESK, "request", step.amount))
    stage.redemptions.setdefault(step.wallet, []).append(number)


def fund_redemptions(step: FundRedemptions, stage: Stage) -> None:
    """Central-bank money for the queue, drawn from the central bank where the payer lacks it."""
    payer = stage.signer(step.payer)
    _draw_money(stage, payer, step.amount)
    stage.act("fund_redemptions", payer, stage.on(DESK, "fund", step.amount))


def serve_redemptions(step: ServeRedemptions, stage: Stage) -> None:
    """By anyone; here the fiscal agent."""
    stage.act("serve_redemptions", stage.signer("fiscal_agent"), stage.on(DESK, "serve", step.most))


def collect_redemption(step: CollectRedemption, stage: Stage) -> None:
    """All that lies at the desk for the wallet; by anyone, here the fiscal agent."""
    agent, numbers = stage.signer("fiscal_agent"), stage.redemptions.get(step.wallet)
    if numbers is None:
        raise ConfigError(f"{step.wallet} has requested no redemption; put a `redeem_cash` step before")
    ready = [number for number in numbers if stage.read(DESK, "requestOf", number)[-1]]
    for number in ready or numbers[-1:]:  # with nothing ready, the chain says so
        stage.act("collect_redemption", agent, stage.on(DESK, "collect", number, MOST))


def attest(stage: Stage, subject: str, quantity: int) -> None:
    """Both signers look now and sign; who brings the message matters to nobody."""
    attestations = stage.desired.address("Attestations")
    last = stage.read("Attestations", "lastOf", subject)[1]
    if stage.chain.now() <= last:
        stage.chain.mine_at(last + 1)
    now, document = stage.chain.now(), keccak(text=f"{subject} has {quantity}")
    realm = typed.domain("Attestations", stage.chain.chain_id, attestations)
    message = typed.message(typed.RESERVE, (subject, quantity, document, now))
    signers = [stage.signer(name) for name in ("custodian", "auditor")]
    signed = [(signer.address, now, signer.sign_typed(realm, typed.RESERVE, message)) for signer in signers]
    signed.sort(key=lambda part: int(part[0], 16))
    call = stage.on("Attestations", "attest", subject, quantity, document, signed)
    stage.act("attest_reserve", stage.signer("central_bank"), call)


def _draw_money(stage: Stage, wallet: Signer, amount: int) -> None:
    """What the wallet lacks comes from its account at the central bank; it approves the amount to the desk."""
    lacks = amount - stage.read(MONEY, "balanceOf", wallet.address)
    if lacks > 0:
        call = stage.on(MONEY, "mint", wallet.address, lacks)
        stage.act("money_mint", stage.signer("central_bank"), call)
    _approve(stage, MONEY, wallet, amount)


def _approve(stage: Stage, token: str, wallet: Signer, amount: int) -> None:
    stage.act("cash_approve", wallet, stage.on(token, "approve", stage.desired.address(DESK), amount))

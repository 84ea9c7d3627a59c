"""Steps of credit: collateral is listed, positions change, are sold, collected, written off and wound up."""

from typing import Any

from rwa_deploy import units
from rwa_deploy.abi import Call
from rwa_deploy.errors import ExpectationFailed
from rwa_deploy.manifest import write_file
from rwa_deploy.scenario.cash import attest, mint_cash
from rwa_deploy.scenario.stage import DAY, Stage
from rwa_deploy.scenario.steps import credit as steps
from rwa_deploy.stress import report

__all__ = [
    "attest_quantity",
    "auction_start",
    "auction_stop",
    "auction_take",
    "backstop",
    "by_admin",
    "collect_pledged",
    "expect_position",
    "fund_backstop",
    "list_collateral",
    "redeem_pool",
    "settle_position",
    "shut_collateral",
    "shut_down",
    "stress",
    "substitute",
    "vault",
    "withdraw",
    "write_off",
]

ALL = 2**256 - 1
BPS = 10**14  # of one [1e18]
MINUTE = 60
VAULT, RISK = "CollateralVault", "CollateralRisk"


def by_admin(stage: Stage, operation: str, *calls: Call) -> None:
    """What ADMIN announces, and does when its delay is over: the clock goes on by that."""
    admin, delay = stage.signer("admin"), stage.desired.admin_delay
    if delay:
        for call in calls:
            data = stage.codec.encode(call)
            stage.act("schedule", admin, stage.on("Authority", "schedule", call.address, data, 0))
        stage.chain.mine_at(stage.chain.now() + delay)
    for call in calls:
        stage.act(operation, admin, call)


def attest_quantity(step: steps.AttestQuantity, stage: Stage) -> None:
    """Who signs is named once a series."""
    subject = stage.token()
    if stage.read("Attestations", "maxAgeOf", subject) == 0:
        named = [
            stage.on("Attestations", "setSigner", subject, stage.signer(name).address, kind)
            for kind, name in enumerate(("custodian", "auditor"), start=1)
        ]
        age = stage.on("Attestations", "loosenMaxAge", subject, step.max_age_days * DAY)
        by_admin(stage, "attestation_signers", *named, age)
    attest(stage, subject, step.quantity)


def list_collateral(step: steps.ListCollateral, stage: Stage) -> None:
    """A series may be pledged up to a face and a share of its issue."""
    call = stage.on(RISK, "listCollateral", stage.token(), step.ceiling, step.share_pct // BPS)
    by_admin(stage, "list_collateral", call)


def shut_collateral(_: steps.ShutCollateral, stage: Stage) -> None:
    """At once, by the guardian."""
    stage.act("shut_collateral", stage.signer("guardian"), stage.on(RISK, "shutCollateral", stage.token()))


def fund_backstop(step: steps.FundBackstop, stage: Stage) -> None:
    """Minted against reserves, before anything is pledged."""
    mint_cash(stage, [(stage.signer("backstop").address, step.amount)])


def vault(step: steps.Vault, stage: Stage) -> None:
    """Pledges and releases in the order of the file; `all` repays what is owed to the unit."""
    changes = [(stage.token(symbol), face) for symbol, face in step.pledge.items()]
    changes += [(stage.token(symbol), -face) for symbol, face in step.release.items()]
    repay = ALL if step.repay == "all" else step.repay or 0
    call = stage.on(VAULT, "adjust", changes, step.mint or 0, repay)
    stage.act(_operation(step), stage.signer(step.wallet), call)


def substitute(step: steps.Substitute, stage: Stage) -> None:
    """By the owner, in one transaction."""
    call = stage.on(VAULT, "substitute", stage.token(step.out), step.out_face, stage.token(step.into), step.into_face)
    stage.act("vault_substitute", stage.signer(step.wallet), call)


def collect_pledged(step: steps.CollectPledged, stage: Stage) -> None:
    """By a stranger: it takes no role."""
    call = stage.on(VAULT, "collect", stage.signer(step.wallet).address, stage.token())
    _anyone(stage, "vault_collect", call)


def withdraw(step: steps.Withdraw, stage: Stage) -> None:
    """By a stranger, to the wallet that it is credited to."""
    _anyone(stage, "vault_withdraw", stage.on(VAULT, "withdraw", stage.signer(step.wallet).address))


def auction_start(step: steps.AuctionStart, stage: Stage) -> None:
    """By a stranger."""
    _anyone(stage, "vault_auction_start", stage.on(VAULT, "start", stage.signer(step.wallet).address))


def auction_take(step: steps.AuctionTake, stage: Stage) -> None:
    """By a bidder who may hold the series."""
    _wait(stage, step.after_minutes)
    face = ALL if step.face == "all" else step.face
    price = ALL if step.most_price is None else units.price_from(step.most_price, 6)
    call = stage.on(VAULT, "take", stage.signer(step.wallet).address, stage.token(), face, price)
    stage.act("vault_auction_take", stage.signer(step.bidder), call)


def backstop(step: steps.Backstop, stage: Stage) -> None:
    """By a stranger, out of the backstop's cash."""
    _wait(stage, step.after_minutes)
    _anyone(stage, "vault_backstop", stage.on(VAULT, "backstop", stage.signer(step.wallet).address, stage.token()))


def auction_stop(step: steps.AuctionStop, stage: Stage) -> None:
    """By a stranger."""
    _anyone(stage, "vault_auction_stop", stage.on(VAULT, "stop", stage.signer(step.wallet).address))


def write_off(step: steps.WriteOff, stage: Stage) -> None:
    """By a stranger."""
    _anyone(stage, "vault_write_off", stage.on(VAULT, "writeOff", stage.signer(step.wallet).address))


def shut_down(_: steps.ShutDown, stage: Stage) -> None:
    """For good."""
    by_admin(stage, "vault_shut_down", stage.on(VAULT, "shutDown"))


def stress(_: steps.Stress, stage: Stage) -> None:
    """The shocks of the programme, on the chain as it stands."""
    made = report(stage.chain, stage.manifest, backstop=stage.signer("backstop").address, names=stage.names())
    for name, text in made.items():
        write_file(stage.folder / name, text)


def settle_position(step: steps.SettlePosition, stage: Stage) -> None:
    """By a stranger."""
    _anyone(stage, "windup_settle", stage.on("Windup", "settle", stage.signer(step.wallet).address))


def redeem_pool(step: steps.RedeemPool, stage: Stage) -> None:
    """By the holder of the cash; the series go in the order of their addresses."""
    series = sorted((stage.token(symbol) for symbol in step.series), key=str.lower)
    call = stage.on("Windup", "redeem", step.amount, series)
    stage.act("windup_redeem", stage.signer(step.wallet), call)


def expect_position(step: steps.ExpectPosition, stage: Stage) -> None:
    """Raises ExpectationFailed with what was found instead."""
    owner = stage.signer(step.wallet).address
    debt, series, faces = stage.read(VAULT, "positionOf", owner)
    symbols = {one.token.address: symbol for symbol, one in stage.series.items()}
    pledged = {symbols[token]: face for token, face in zip(series, faces, strict=True) if face}
    found = {
        "debt": debt,
        "pledged": pledged,
        "credit": stage.read(VAULT, "creditOf", owner),
        "cash": stage.read("CashToken", "balanceOf", owner),
    }
    wanted = {key: value for key in found if (value := getattr(step, key)) is not None}
    wrong = {key: value for key, value in wanted.items() if value != found[key]}
    if step.most_debt is not None and debt > step.most_debt:
        wrong["debt"] = step.most_debt
    if wrong:
        raise ExpectationFailed(f"the position of {step.wallet} had to be {wrong} and is {found}", step=step.label)


def _operation(step: steps.Vault) -> str:
    """What a mix is called in the table of gas."""
    parts = [name for name in ("pledge", "release", "mint", "repay") if getattr(step, name)]
    return "vault_open" if parts == ["pledge", "mint"] else "vault_" + "_".join(parts)


def _wait(stage: Stage, minutes: int) -> None:
    if minutes:
        stage.chain.mine_at(stage.chain.now() + minutes * MINUTE)


def _anyone(stage: Stage, operation: str, call: Call) -> Any:
    stranger = stage.signer("stranger")
    stage.supply_gas([stranger.address])
    return stage.act(operation, stranger, call)

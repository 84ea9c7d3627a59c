"""Steps of a commodity: its series from a receipt, and its retirement against delivery."""

from eth_utils.crypto import keccak

from rwa_deploy.plan import Contract, create2
from rwa_deploy.scenario.primary import open_series
from rwa_deploy.scenario.stage import Issued, Stage
from rwa_deploy.scenario.steps import commodity as steps
from rwa_deploy.terms import abi_receipt, load_receipt, receipt_hash

__all__ = ["cancel_retirement", "confirm_delivery", "create_commodity", "refuse_delivery", "request_retirement"]

RETIREMENTS = "Retirements"


def create_commodity(step: steps.CreateCommodity, stage: Stage) -> None:
    """Created through the CREATE2 proxy, registered and confirmed with the hash of its receipt."""
    receipt = load_receipt(step.receipt)
    names = ("Authority", "Policies" if step.bound else "Allowlist", "Programme", "Attestations")
    args = (*(stage.desired.address(name) for name in names), abi_receipt(receipt))
    salt, init_code = keccak(text=f"receipt {receipt.receipt_number}"), stage.codec.init_code("CommodityToken", args)
    token = Contract("CommodityToken", args, salt, init_code, create2(salt, init_code))
    open_series(stage, Issued(receipt.symbol, token, receipt=receipt), receipt_hash(receipt))


def request_retirement(step: steps.RequestRetirement, stage: Stage) -> None:
    """By the holder, who approves the units first."""
    holder, desk = stage.signer(step.wallet), stage.desired.address(RETIREMENTS)
    stage.act("approve", holder, stage.on("BondToken", "approve", desk, step.quantity))
    call = stage.on(RETIREMENTS, "requestRetirement", stage.token(), step.quantity, keccak(text=step.delivery))
    stage.act("request_retirement", holder, call)


def confirm_delivery(step: steps.ConfirmDelivery, stage: Stage) -> None:
    """By the fiscal agent."""
    call = stage.on(RETIREMENTS, "confirmDelivery", _number(step.number, stage), keccak(text=step.proof))
    stage.act("confirm_delivery", stage.signer("fiscal_agent"), call)


def refuse_delivery(step: steps.RefuseDelivery, stage: Stage) -> None:
    """By the fiscal agent."""
    call = stage.on(RETIREMENTS, "refuseDelivery", _number(step.number, stage), keccak(text=step.reason))
    stage.act("refuse_delivery", stage.signer("fiscal_agent"), call)


def cancel_retirement(step: steps.CancelRetirement, stage: Stage) -> None:
    """By the holder."""
    call = stage.on(RETIREMENTS, "cancelRetirement", _number(step.number, stage))
    stage.act("cancel_retirement", stage.signer(step.wallet), call)


def _number(named: int | None, stage: Stage) -> int:
    """The request that a step names, or the last."""
    return stage.read(RETIREMENTS, "retirements") if named is None else named

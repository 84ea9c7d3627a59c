"""Plan + Chain -> Manifest: walks the steps, and stops at the first that fails.

Everything is read back from the chain before it is written, so a second run sends nothing, and a run that was killed
half-way goes on where the chain stands. What ADMIN does after the handover is scheduled, and executed once its delay
is over.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rwa_deploy import __version__
from rwa_deploy.abi import Call, Codec
from rwa_deploy.artifacts import Artifacts
from rwa_deploy.chain import Chain, Signer, Transaction, devnet_signer
from rwa_deploy.config import Config
from rwa_deploy.devnet import CHAIN_IDS, MNEMONIC
from rwa_deploy.errors import ChainError, NetworkRefused, Reverted, SignerError
from rwa_deploy.events import Event
from rwa_deploy.manifest import Manifest
from rwa_deploy.plan import CREATE2_PROXY, Contract, Desired, Observed, Plan, Rights, Step, desire, plan

__all__ = ["Outcome", "apply", "create", "observe", "plan_for", "require_development", "signers_for"]

# The proxy's well-known raw transaction is pre-EIP-155, so that it has one address on every chain; 0.01 ether pay it.
PROXY_DEPLOYER = "0x3fAB184622Dc19b6109349B94811493BF2a45362"
PROXY_COST = 10**16
PROXY_TRANSACTION = (
    "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba022222222222222222222"
    "22222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan: the manifest, the gas of each step, and what still waits for its delay."""

    manifest: Manifest
    gas: Mapping[str, int]
    waiting: tuple[str, ...]


def signers_for(accounts: Iterable[str], mnemonic: str = MNEMONIC) -> dict[str, Signer]:
    """Accounts as the configuration names them -> Signers of those whose key the development chain knows."""
    numbered = {ref: int(ref.removeprefix("devnet:")) for ref in accounts if ref.startswith("devnet:")}
    return {ref: devnet_signer(mnemonic, number) for ref, number in numbered.items()}


def require_development(chain: Chain, config: Config, *, yes_live: bool = False) -> None:
    """Chain + Config -> nothing, or NetworkRefused: this toolkit is not for chains that carry value.

    Accepted are anvil and ganache under their own chain ids, and a chain whose id stands under `[networks]`, if
    `yes_live` says so too.
    """
    if chain.is_development and chain.chain_id in CHAIN_IDS.values():
        return
    named = [name for name, network in config.networks.items() if network.chain_id == chain.chain_id]
    if named and yes_live:
        return
    cure = (
        f"it is {named[0]} of the configuration, add --yes-live if you mean it"
        if named
        else "name it under [networks] in the configuration and add --yes-live if you mean it"
    )
    raise NetworkRefused(f"chain {chain.chain_id} is not a development chain; {cure}", chain_id=chain.chain_id)


def plan_for(config: Config, accounts: Mapping[str, str], codec: Codec, artifacts: Artifacts, chain: Chain) -> Plan:
    """Config + Chain -> Plan: desire, observe, compare."""
    desired = desire(config, accounts, codec)
    return plan(desired, observe(desired, artifacts, chain))


def observe(desired: Desired, artifacts: Artifacts, chain: Chain) -> Observed:
    """Desired + Chain -> Observed. Raises ChainError where other code stands than the compiler made."""
    addresses = [CREATE2_PROXY, *(contract.address for contract in desired.contracts)]
    codes = chain.batch([("eth_getCode", (address, "latest")) for address in addresses])
    found = {address: bytes.fromhex(code[2:]) for address, code in zip(addresses, codes, strict=True) if len(code) > 2}
    for contract in desired.contracts:
        if contract.address in found:
            _check_code(contract, artifacts, found[contract.address])
    readable = [setting for setting in desired.settings if setting.read.address in found]
    answers = chain.call_many([setting.read for setting in readable])
    values = {setting.label: answer for setting, answer in zip(readable, answers, strict=True)}
    is_admin = values.get("role admin of the deployer")
    in_charge = None if is_admin is None else bool(is_admin[0])
    authority = desired.address("Authority")
    rights = _rights(chain.events({authority: "Authority"})) if authority in found else Rights()
    return Observed(CREATE2_PROXY in found, frozenset(found), values, in_charge, rights)


def apply(
    plan: Plan,
    config: Config,
    chain: Chain,
    signers: Mapping[str, Signer],
    *,
    progress: Callable[[Step], None] | None = None,
) -> Outcome:
    """Plan + Chain -> Outcome. `signers` by address; a step without its key stops everything before it starts.

    Raises SignerError, Reverted, ChainError.
    """
    for step in plan.steps:
        if step.account not in signers:
            raise SignerError(f"step «{step.label}» is for {step.actor} ({step.account}), whose key is not here")
    gas: dict[str, int] = {}
    waiting: list[str] = []
    for step in plan.steps:
        gas[step.label] = _walk(step, plan.desired, chain, signers[step.account], waiting)
        if progress:
            progress(step)
    return Outcome(_manifest(plan.desired, config, chain), gas, tuple(waiting))


def create(chain: Chain, signer: Signer, contract: Contract) -> int:
    """Contract -> created through the proxy, and the gas it took. What stands there already is left alone."""
    if chain.code(contract.address):
        return 0
    data = contract.salt + contract.init_code
    receipt = chain.send_transaction(Transaction(signer, CREATE2_PROXY, data, label=f"create {contract.name}"))
    if not chain.code(contract.address):
        raise ChainError(f"{contract.name} is not at {contract.address} after its creation", tx_hash=receipt.tx_hash)
    return receipt.gas_used


def _walk(step: Step, desired: Desired, chain: Chain, signer: Signer, waiting: list[str]) -> int:
    if step.kind == "proxy":
        return _create_proxy(chain, signer)
    if step.contract is not None:
        return create(chain, signer, step.contract)
    call = _one_call(step, chain.codec)
    if step.actor != "admin" or desired.admin_delay == 0:
        return chain.send(signer, call).gas_used
    waits, gas = _after_delay(call, desired, chain, signer)
    if waits:
        waiting.append(f"{step.label}: {waits}")
    return gas


def _one_call(step: Step, codec: Codec) -> Call:
    """Step -> its call; several calls of the Authority go into one transaction."""
    if len(step.calls) == 1:
        return step.calls[0]
    first = step.calls[0]
    return Call(first.contract, first.address, "multicall", ([codec.encode(call) for call in step.calls],))


def _after_delay(call: Call, desired: Desired, chain: Chain, signer: Signer) -> tuple[str, int]:
    """ADMIN's call -> scheduled in the Authority, or executed when its delay is over; what it waits for, and gas."""
    authority = desired.address("Authority")
    data = chain.codec.encode(call)
    operation = chain.call(Call("Authority", authority, "hashOperation", (signer.address, call.address, data)))
    ready_at = chain.call(Call("Authority", authority, "getSchedule", (operation,)))
    if ready_at == 0:
        receipt = chain.send(signer, Call("Authority", authority, "schedule", (call.address, data, 0)))
        return f"scheduled, run apply again after {desired.admin_delay} s", receipt.gas_used
    try:  # an idle chain's latest block says nothing of the time: the estimate asks the next one
        return "", chain.send(signer, Call("Authority", authority, "execute", (call.address, data))).gas_used
    except Reverted as error:
        if error.error_name != "AccessManagerNotReady":
            raise
        return f"waits until {ready_at} (Unix), run apply again then", 0


def _create_proxy(chain: Chain, signer: Signer) -> int:
    missing = PROXY_COST - chain.balance(PROXY_DEPLOYER)
    if missing > 0:
        chain.send_transaction(Transaction(signer, PROXY_DEPLOYER, b"", 21_000, "fund the CREATE2 proxy", missing))
    chain.send_raw(PROXY_TRANSACTION)
    if not chain.code(CREATE2_PROXY):
        raise ChainError("the CREATE2 proxy is not there after its transaction; this chain may refuse pre-EIP-155 ones")
    return 68_137


def _rights(events: Iterable[Event]) -> Rights:
    """Events of the Authority, in their order -> the rights that stand."""
    members: set[tuple[int, str]] = set()
    functions: dict[tuple[str, str], int] = {}
    closed: set[str] = set()
    for event in events:
        args: Mapping[str, Any] = event.args
        match event.name:
            case "RoleGranted":
                members.add((args["roleId"], args["account"]))
            case "RoleRevoked":
                members.discard((args["roleId"], args["account"]))
            case "TargetFunctionRoleUpdated":
                functions[args["target"], args["selector"]] = args["roleId"]
            case "TargetClosed" if args["closed"]:
                closed.add(args["target"])
            case "TargetClosed":
                closed.discard(args["target"])
    return Rights(frozenset(members), functions, frozenset(closed))


def _check_code(contract: Contract, artifacts: Artifacts, code: bytes) -> None:
    """Code at an address -> nothing, or ChainError where it is not the compiler's, immutables apart."""
    artifact = artifacts[contract.kind]
    masked = bytearray(code)
    for start, length in artifact.immutable_references:
        masked[start : start + length] = bytes(length)
    if bytes(masked) != artifact.deployed_bytecode:
        raise ChainError(f"other code than {contract.name}'s stands at {contract.address}; is this the right chain?")


def _manifest(desired: Desired, config: Config, chain: Chain) -> Manifest:
    return Manifest(
        programme=config.programme.name,
        version=__version__,
        chain_id=chain.chain_id,
        first_block=0,
        deployer=desired.deployer,
        contracts={contract.name: contract.address for contract in desired.contracts},
        offices={**desired.offices, "backstop": desired.backstop},
        admins=desired.admins,
        settings={setting.label: setting.wanted for setting in desired.settings},
        series={},
    )

"""Desired + what the chain says -> Plan: the difference, as steps that bring the chain to the configuration.

Pure: the chain's answers come in as values. What nobody configured is found too, and taken away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rwa_deploy.abi import Call
from rwa_deploy.desired import (
    CREATE2_PROXY,
    DEPLOYER,
    Contract,
    Desired,
    Rights,
    Setting,
    create2,
    desire,
)
from rwa_deploy.wiring import ADMIN, OFFICES

__all__ = [
    "CREATE2_PROXY",
    "Contract",
    "Desired",
    "Observed",
    "Plan",
    "Rights",
    "Setting",
    "Step",
    "create2",
    "desire",
    "plan",
]


@dataclass(frozen=True, slots=True)
class Observed:
    """What the chain says: whether the CREATE2 proxy is there, which contracts are, and the settings of those.

    `values` holds the answers by label, for contracts that are there. `deployer_is_admin` is None without Authority.
    """

    has_proxy: bool
    present: frozenset[str]
    values: Mapping[str, Any]
    deployer_is_admin: bool | None
    rights: Rights = field(default_factory=Rights)


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction: a creation, or calls of one contract by one office.

    `kind` is proxy, create or call; `actor` is an office, or the deployer while he is still ADMIN.
    """

    kind: str
    label: str
    actor: str
    account: str
    contract: Contract | None = None
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps that are missing, and how much was found as wanted."""

    steps: tuple[Step, ...]
    unchanged: int
    desired: Desired


def plan(desired: Desired, observed: Observed) -> Plan:
    """Desired + Observed -> Plan."""
    steps = [] if observed.has_proxy else [Step("proxy", "CREATE2 proxy", DEPLOYER, desired.deployer)]
    missing = [contract for contract in desired.contracts if contract.address not in observed.present]
    steps += [Step("create", f"create {contract.name}", DEPLOYER, desired.deployer, contract) for contract in missing]
    needs = []
    for setting in desired.settings:
        need = setting.need(observed.values.get(setting.label, setting.fresh))
        if need is not None:
            needs.append((setting.label, *need))
    needs += _surplus(desired, observed.rights)
    in_charge = observed.deployer_is_admin is not False
    groups = _joined(needs) if in_charge else [([label], [call], office) for label, call, office in needs]
    steps += [_step(labels, calls, office, desired, in_charge) for labels, calls, office in groups]
    found = len(desired.contracts) - len(missing) + len(desired.settings) - len(needs)
    return Plan(tuple(steps), found, desired)


def _surplus(desired: Desired, found: Rights) -> list[tuple[str, Call, str]]:
    """Rights on chain that nobody configured -> the calls that take them away; they are ADMIN's."""
    authority = desired.address("Authority")
    names = {role: office for office, role in OFFICES.items()}
    contracts = {contract.address: contract.name for contract in desired.contracts}

    def call(function: str, *args: Any) -> tuple[Call, str]:
        return Call("Authority", authority, function, args), ADMIN

    # The deployer's own is the last step's to give up.
    strangers = found.members - desired.rights.members - {(OFFICES[ADMIN], desired.deployer)}
    surplus = [
        (
            f"role {names.get(role, role)} of {account}, whom the configuration does not name",
            *call("revokeRole", role, account),
        )
        for role, account in sorted(strangers)
    ]
    for (target, selector), role in sorted(found.functions.items()):
        if role != OFFICES[ADMIN] and (target, selector) not in desired.rights.functions:
            label = f"{contracts.get(target, target)} {selector} is open to {names.get(role, f'role {role}')}"
            surplus.append((label, *call("setTargetFunctionRole", target, [selector], OFFICES[ADMIN])))
    surplus += [
        (f"{contracts.get(target, target)} is closed", *call("setTargetClosed", target, False))
        for target in sorted(found.closed)
    ]
    return surplus


def _joined(needs: Sequence[tuple[str, Call, str]]) -> list[tuple[list[str], list[Call], str]]:
    """Needs -> one group for each run of calls of the Authority by the same office: it takes several at once."""
    groups: list[tuple[list[str], list[Call], str]] = []
    for label, call, office in needs:
        last = groups[-1] if groups else None
        if last and call.contract == "Authority" and last[1][-1].contract == "Authority" and last[2] == office:
            last[0].append(label)
            last[1].append(call)
        else:
            groups.append(([label], [call], office))
    return groups


def _step(labels: Sequence[str], calls: Sequence[Call], office: str, desired: Desired, in_charge: bool) -> Step:
    label = labels[0] if len(labels) == 1 else f"{labels[0]} … {labels[-1]} ({len(labels)} calls)"
    if office == DEPLOYER or (office == ADMIN and in_charge):
        return Step("call", label, DEPLOYER, desired.deployer, calls=tuple(calls))
    account = desired.admins[0] if office == ADMIN else desired.offices[office]
    return Step("call", label, office, account, calls=tuple(calls))

"""Plan and apply on both chains: from nothing to the configuration, twice, interrupted, drifted."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from rwa_deploy.abi import Call, Codec
from rwa_deploy.apply import Outcome, apply, create, observe, plan_for, signers_for
from rwa_deploy.artifacts import Artifacts
from rwa_deploy.chain import Chain, Receipt, Signer, Transaction, connect, wallet
from rwa_deploy.config import Config
from rwa_deploy.devnet import Devnet
from rwa_deploy.errors import ChainError, Reverted
from rwa_deploy.manifest import Manifest
from rwa_deploy.plan import CREATE2_PROXY, Contract, Desired, Plan, create2, desire
from rwa_deploy.wiring import FUNCTIONS, INSTANCES, OFFICES, SERIES

from .conftest import PROJECT, Rwa

ADMIN_DELAY = 48 * 3600
CONTRACTS = (
    *("Authority", "Licences", "Allowlist", "PriceOracle"),
    *("Programme", "Policies", "Attestations", "CashToken", "CentralBankMoney", "CashDesk"),
    *("TaxTable", "Fixings", "BondMaths", "Settlement", "PayingAgent"),
    *("Calendar", "Defaults", "Meeting", "LiabilityManagement", "Enforcement", "Retirements"),
    *("CollateralRisk", "Windup", "CollateralVault"),
)
# What anyone may call: his own tokens, signatures, licence and redemption, and what only ends what has ended.
OPEN = {
    "Authority": {"cancel", "consumeScheduledOp", "execute", "multicall", "renounceRole", "schedule"},
    "Licences": set(),
    "Allowlist": {
        *("activate", "addWallet", "attest", "markProviderEnded", "onboard", "publishRoot", "renew", "revoke"),
        *("unmarkProviderEnded", "withdrawRoot"),
    },
    # `admit…` books for the token that calls, and no caller is one but a token.
    "Policies": {
        *("acceptDisclosure", "admit", "admitAll", "admitMover", "admitOperator", "announce", "countWallets"),
        *("publishStatement", "recount"),
    },
    "Enforcement": {"carry", "lapse"},
    "PriceOracle": {"post"},
    "Programme": set(),
    "CashToken": {
        *("approve", "burn", "mint", "moveByRight", "permit", "pull", "transfer", "transferBatch", "transferFrom"),
        *("burnFor", "burnFrom", "cancelAuthorization", "receiveWithAuthorization", "transferWithAuthorization"),
    },
    "Attestations": {"attest"},
    "CashDesk": {"cancel", "collect", "convert", "convertBack", "fund", "request", "serve"},
    "TaxTable": set(),
    "Fixings": {"carry"},
    "BondMaths": set(),
    "Calendar": set(),
    "Defaults": {"cure", "declareDefault"},
    "Meeting": {"close", "conveneByHolder", "exchange", "exclude", "vote", "voteBySig", "voteBySigs"},
    "LiabilityManagement": {
        *("acceptExchange", "closeBuyback", "fundOffers", "fundPut", "offer", "putNotice", "reclaimPut", "settle"),
        *("settlePut", "trimPut"),
    },
    "Retirements": {"cancelRetirement", "requestRetirement"},
    "CollateralRisk": {"assess", "refresh", "saleQuote"},
    "Windup": {"collect", "redeem", "settle"},
    "CollateralVault": {
        *("adjust", "backstop", "collect", "coverBackstop", "harvest", "repayFor", "start", "stop", "substitute"),
        *("take", "withdraw", "writeOff"),
    },
    "Settlement": {"cancelNonce", "cancelNonces", "settlePage", "settleTrade"},
    "PayingAgent": {
        *("claim", "fund", "fundAll", "fundPayment", "pay", "redeem", "release", "remit", "returnDust"),
    },
    "BondToken": {"approve", "moveByRight", "permit", "pull", "transfer", "transferFrom"},
}
OPEN |= {name: OPEN[kind] for name, kind in INSTANCES.items()}
UNAUTHORISED = {
    "AccessManagedUnauthorized",
    "AccessManagerUnauthorizedAccount",
    "AccessManagedRequiredDelay",
    "OnlyProgramme",
    "NotServicer",
    "OnlyCreditor",
    "OnlyVault",
    "OnlyWindup",
}


class Killed(BaseException):
    """The process is gone: nothing catches this."""


@dataclass(frozen=True, slots=True)
class EndState:
    """What a deployment left: every transaction in order, code and settings on chain, the manifest."""

    transactions: tuple[tuple[str, str, str], ...]
    codes: Mapping[str, bytes]
    values: Mapping[str, Any]
    manifest: Manifest


def accounts_of(config: Config) -> dict[str, Signer]:
    return signers_for(config.accounts())


def planned(chain: Chain, config: Config, artifacts: Artifacts) -> Plan:
    addresses = {ref: signer.address for ref, signer in accounts_of(config).items()}
    return plan_for(config, addresses, chain.codec, artifacts, chain)


def applied(chain: Chain, config: Config, artifacts: Artifacts) -> Outcome:
    signers = {signer.address: signer for signer in accounts_of(config).values()}
    return apply(planned(chain, config, artifacts), config, chain, signers)


def sent(chain: Chain, first: int) -> tuple[tuple[str, str, str], ...]:
    """Transactions since a block: sender, receiver, data."""
    blocks = chain.batch([("eth_getBlockByNumber", (hex(n), True)) for n in range(first, chain.height() + 1)])
    return tuple((tx["from"], tx["to"] or "", tx["input"]) for block in blocks for tx in block["transactions"])


def nonces(chain: Chain, config: Config) -> list[int]:
    addresses = [signer.address for signer in accounts_of(config).values()]
    return [int(found, 16) for found in chain.batch([("eth_getTransactionCount", (a, "latest")) for a in addresses])]


def settings_on_chain(chain: Chain, desired: Desired, artifacts: Artifacts) -> dict[str, Any]:
    """Settings as read back; of a system account's record the flags, because it also says when it was written."""
    found = observe(desired, artifacts, chain).values
    return {label: value >> 216 if "system" in label else value for label, value in found.items()}


def end_state(chain: Chain, config: Config, artifacts: Artifacts, first: int, manifest: Manifest) -> EndState:
    desired = planned(chain, config, artifacts).desired
    codes = {contract.name: chain.code(contract.address) for contract in desired.contracts}
    return EndState(sent(chain, first), codes, settings_on_chain(chain, desired, artifacts), manifest)


@pytest.fixture(scope="module")
def undisturbed(request: pytest.FixtureRequest, codec: Codec, config: Config, artifacts: Artifacts):
    """Kind of chain -> the end state of a deployment that nothing interrupted, made once on each."""
    made: dict[str, EndState] = {}

    def of(node: Devnet) -> EndState:
        if node.kind not in made:
            chain = connect(node.url, codec)
            snapshot, first = chain.snapshot(), chain.height() + 1
            manifest = applied(chain, config, artifacts).manifest
            made[node.kind] = end_state(chain, config, artifacts, first, manifest)
            chain.revert(snapshot)
        return made[node.kind]

    return of


# ── from nothing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_plan_lists_everything_on_an_empty_chain(chain: Chain, config: Config, artifacts: Artifacts):
    found = planned(chain, config, artifacts)
    creations = [f"create {name}" for name in CONTRACTS]
    head = creations if chain.is_anvil else ["CREATE2 proxy", *creations]
    assert [step.label for step in found.steps[: len(head)]] == head
    assert {step.actor for step in found.steps} == {"deployer"}
    assert sum(len(step.calls) for step in found.steps) == len(found.desired.settings)
    assert found.unchanged == 0


def test_plan_sends_nothing(chain: Chain, config: Config, artifacts: Artifacts):
    before = chain.height(), nonces(chain, config)
    planned(chain, config, artifacts)
    assert (chain.height(), nonces(chain, config)) == before


def test_apply_brings_the_chain_to_the_configuration(chain: Chain, config: Config, artifacts: Artifacts):
    outcome = applied(chain, config, artifacts)
    again = planned(chain, config, artifacts)
    assert outcome.waiting == ()
    assert again.steps == ()
    assert again.unchanged == len(again.desired.contracts) + len(again.desired.settings)
    assert set(outcome.manifest.contracts) == set(CONTRACTS)


def test_apply_sends_nothing_the_second_time(deployed: Chain, config: Config, artifacts: Artifacts):
    first = applied(deployed, config, artifacts)
    before = deployed.height(), nonces(deployed, config)
    second = applied(deployed, config, artifacts)
    assert (deployed.height(), nonces(deployed, config)) == before
    assert second.gas == {}
    assert second.manifest == first.manifest


def test_apply_gives_one_set_of_addresses_and_codes_on_both_chains(
    anvil: Devnet, ganache: Devnet, undisturbed, artifacts: Artifacts
):
    one, other = undisturbed(anvil), undisturbed(ganache)
    assert one.manifest.contracts == other.manifest.contracts
    assert masked(one.codes, artifacts) == masked(other.codes, artifacts)
    assert one.values == other.values


def masked(codes: Mapping[str, bytes], artifacts: Artifacts) -> dict[str, bytes]:
    """Code by contract, its immutables zero: a signature's domain, kept in some, names the chain."""
    found = {name: bytearray(code) for name, code in codes.items()}
    for name, code in found.items():
        for start, length in artifacts[kind(name)].immutable_references:
            code[start : start + length] = bytes(length)
    return {name: bytes(code) for name, code in found.items()}


def test_apply_creates_the_proxy_where_it_is_missing(
    anvil: Devnet, ganache: Devnet, codec: Codec, config: Config, artifacts: Artifacts
):
    chain = connect(ganache.url, codec)
    snapshot = chain.snapshot()
    assert chain.code(CREATE2_PROXY) == b""
    applied(chain, config, artifacts)
    assert chain.code(CREATE2_PROXY) == connect(anvil.url, codec).code(CREATE2_PROXY) != b""
    chain.revert(snapshot)


# ── the deployer ends as a stranger ──────────────────────────────────────────────────────────────────────────────────


def test_apply_leaves_the_deployer_without_any_role(deployed: Chain, config: Config, artifacts: Artifacts):
    desired = planned(deployed, config, artifacts).desired
    authority = desired.address("Authority")
    roles = [Call("Authority", authority, "getAccess", (role, desired.deployer)) for role in OFFICES.values()]
    assert deployed.call_many(roles) == [(0, 0, 0, 0)] * len(OFFICES)
    assert set(deployed.call(Call("Authority", authority, "admins"))) == set(desired.admins)


def test_restricted_functions_refuse_the_deployer(deployed: Chain, config: Config, artifacts: Artifacts):
    desired = planned(deployed, config, artifacts).desired
    at = {contract.name: contract.address for contract in desired.contracts}
    at["BondToken"] = bill(deployed, desired, accounts_of(config)["devnet:3"])
    refusals = {
        (name, function): refusal(deployed, Call(kind(name), address, function, arguments), desired.deployer)
        for name, address in at.items()
        for function, arguments in writes(artifacts, kind(name))
        if function not in OPEN[name]
    }
    assert {key: error.error_name for key, error in refusals.items() if error.error_name not in UNAUTHORISED} == {}
    assert {next(iter(error.error_args.values())) for error in refusals.values()} == {desired.deployer}
    wired = {
        (name if name != "Programme" or function not in SERIES else "BondToken", function)
        for name, functions in FUNCTIONS.items()
        for function in functions
    }
    assert wired - refusals.keys() == set()


def test_open_functions_give_the_deployer_no_more_than_a_stranger(
    deployed: Chain, config: Config, artifacts: Artifacts
):
    desired = planned(deployed, config, artifacts).desired
    at = {contract.name: contract.address for contract in desired.contracts}
    at["BondToken"] = bill(deployed, desired, accounts_of(config)["devnet:3"])
    stranger = wallet("stranger", 0).address
    for name, address in at.items():
        for function, arguments in writes(artifacts, kind(name)):
            call = Call(kind(name), address, function, arguments)
            mine, theirs = (outcome(deployed, call, sender) for sender in (desired.deployer, stranger))
            assert mine == theirs, f"{name}.{function}"


def kind(contract: str) -> str:
    """Contract's name -> that of its code."""
    return INSTANCES.get(contract, contract)


def writes(artifacts: Artifacts, contract: str) -> list[tuple[str, tuple[Any, ...]]]:
    """Every function of an ABI that may change something, with arguments of its types."""
    return [
        (entry["name"], tuple(dummy(item) for item in entry["inputs"]))
        for entry in artifacts[contract].abi
        if entry["type"] == "function" and entry["stateMutability"] not in {"view", "pure"}
    ]


def dummy(item: Mapping[str, Any]) -> Any:
    kind = item["type"]
    if kind.endswith("]"):
        size = re.search(r"\[(\d*)\]$", kind)[1]
        return [dummy({**item, "type": kind.removesuffix(f"[{size}]")})] * int(size or 0)
    if kind == "tuple":
        return tuple(dummy(part) for part in item["components"])
    if kind.startswith("bytes"):
        return "0x" + "00" * int(kind.removeprefix("bytes") or 0)
    return {"address": "0x" + "11" * 20, "bool": False, "string": ""}.get(kind, 1)


def refusal(chain: Chain, call: Call, sender: str) -> Reverted:
    with pytest.raises(Reverted) as refused:
        chain.call(call, sender=sender)
    return refused.value


def outcome(chain: Chain, call: Call, sender: str) -> object:
    """What a call comes to, the sender himself left out."""
    try:
        return chain.call(call, sender=sender)
    except Reverted as error:
        args = {name: "sender" if value == sender else value for name, value in error.error_args.items()}
        return error.error_name, {name: value for name, value in args.items() if name != "operationId"}


def bill(chain: Chain, desired: Desired, signer: Signer) -> str:
    """A series that stands, though nobody has registered it."""
    head = ("Bill", "BILL", b"PK0000000000", b"PKR", 1_599_678_000, 1_606_935_600, 5_000_000_000, 2**128 - 1)
    terms = (*head, bytes(32), 0, 0, 0, 1, 0, 5, 100_000_000, 0, 0, 0, (), (), ())
    args = (*map(desired.address, ("Authority", "Allowlist", "Programme", "BondMaths")), terms)
    code = chain.codec.init_code("BondToken", args)
    contract = Contract("BondToken", args, bytes(32), code, create2(bytes(32), code))
    create(chain, signer, contract)
    return contract.address


# ── killed ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def killed_after(chain: Chain, count: int, *, reply_lost: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `count` transactions the next one kills: before it is sent, or when its receipt should be read."""
    send = chain.send_transaction
    done = 0

    def dying(transaction: Transaction) -> Receipt:
        nonlocal done
        if done == count and not reply_lost:
            raise Killed
        receipt = send(transaction)
        done += 1
        if done > count:
            raise Killed
        return receipt

    monkeypatch.setattr(chain, "send_transaction", dying)


@pytest.mark.parametrize("reply_lost", [False, True], ids=["before sending", "reply lost"])
@pytest.mark.parametrize("count", [0, 3, 7, 8, 11, 14])
def test_apply_ends_the_same_when_killed_and_run_again(
    anvil: Devnet, anvil_chain: Chain, config: Config, artifacts: Artifacts, undisturbed, monkeypatch, count, reply_lost
):
    _killed_and_run_again(anvil, anvil_chain, config, artifacts, undisturbed(anvil), monkeypatch, (count, reply_lost))


@pytest.mark.parametrize("count", [0, 6])
def test_apply_ends_the_same_on_ganache_when_killed_and_run_again(
    ganache: Devnet, codec: Codec, config: Config, artifacts: Artifacts, undisturbed, monkeypatch, count
):
    wanted = undisturbed(ganache)
    chain = connect(ganache.url, codec)
    snapshot = chain.snapshot()
    _killed_and_run_again(ganache, chain, config, artifacts, wanted, monkeypatch, (count, True))
    connect(ganache.url, codec).revert(snapshot)


def _killed_and_run_again(
    node: Devnet,
    chain: Chain,
    config: Config,
    artifacts: Artifacts,
    wanted: EndState,
    monkeypatch: pytest.MonkeyPatch,
    at: tuple[int, bool],
) -> None:
    first = chain.height() + 1
    killed_after(chain, at[0], reply_lost=at[1], monkeypatch=monkeypatch)
    with pytest.raises(Killed):
        applied(chain, config, artifacts)
    fresh = connect(node.url, chain.codec)
    manifest = applied(fresh, config, artifacts).manifest
    assert end_state(fresh, config, artifacts, first, manifest) == wanted


@pytest.mark.parametrize("count", [2, 9, 13])
def test_apply_ends_the_same_after_sigkill(
    anvil: Devnet, anvil_chain: Chain, config: Config, artifacts: Artifacts, undisturbed, rwa: Rwa, tmp_path, count
):
    wanted = undisturbed(anvil)
    first = anvil_chain.height() + 1
    path = tmp_path / "manifest.json"
    command = [sys.executable, "-c", "from rwa_deploy.cli import main; main()", "apply", "--rpc", anvil.url]
    with subprocess.Popen(
        [*command, "--manifest", str(path)], cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        limit = time.monotonic() + 60
        while anvil_chain.height() < first - 1 + count and running.poll() is None and time.monotonic() < limit:
            time.sleep(0.001)
        os.kill(running.pid, signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    assert count <= len(sent(anvil_chain, first)) < len(wanted.transactions)
    assert list(tmp_path.iterdir()) == []

    ran = rwa("apply", "--rpc", anvil.url, "--manifest", path)
    assert ran.code == 0
    found = end_state(anvil_chain, config, artifacts, first, wanted.manifest)
    assert found == wanted
    assert json.loads(path.read_text()) == json.loads(json.dumps(asdict(wanted.manifest)))


# ── drift ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def tightened(chain: Chain, config: Config, desired: Desired) -> None:
    """The debt office lowers the cap to one dollar, which it may at any time."""
    call = Call("Programme", desired.address("Programme"), "tightenCap", (1_000_000,))
    chain.send(accounts_of(config)["devnet:3"], call)


def test_status_finds_no_drift_after_apply(deployed_node: Devnet, deployed: Chain, rwa: Rwa):
    ran = rwa("status", "--rpc", deployed_node.url, "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["drift"] == []


def test_status_names_the_drift_when_an_office_changed_a_parameter(
    deployed_node: Devnet, deployed: Chain, config: Config, artifacts: Artifacts, rwa: Rwa
):
    tightened(deployed, config, planned(deployed, config, artifacts).desired)
    ran = rwa("status", "--rpc", deployed_node.url, "--json")
    assert ran.code == 12
    assert json.loads(ran.err)["differences"] == ["Programme.capUsd (by admin)"]
    assert ran.out == ""


def test_plan_shows_the_cure_when_an_office_changed_a_parameter(
    deployed_node: Devnet, deployed: Chain, config: Config, artifacts: Artifacts, rwa: Rwa
):
    desired = planned(deployed, config, artifacts).desired
    tightened(deployed, config, desired)
    ran = rwa("plan", "--rpc", deployed_node.url, "--json")
    assert ran.code == 0
    (step,) = json.loads(ran.out)["steps"]
    assert (step["by"], step["account"]) == ("admin", desired.admins[0])
    assert step["calls"] == [f"Programme.loosenCap({config.programme.cap_usd})"]


def test_apply_executes_the_admins_cure_when_its_delay_is_over(deployed: Chain, config: Config, artifacts: Artifacts):
    desired = planned(deployed, config, artifacts).desired
    cap = Call("Programme", desired.address("Programme"), "capUsd")
    tightened(deployed, config, desired)

    scheduled = applied(deployed, config, artifacts)
    assert scheduled.waiting == (f"Programme.capUsd: scheduled, run apply again after {ADMIN_DELAY} s",)
    ready = deployed.now() + ADMIN_DELAY
    height = deployed.height()
    assert applied(deployed, config, artifacts).waiting == (
        f"Programme.capUsd: waits until {ready} (Unix), run apply again then",
    )
    assert deployed.height() == height
    assert deployed.call(cap) == 1_000_000

    deployed.mine_at(ready)
    assert applied(deployed, config, artifacts).waiting == ()
    assert deployed.call(cap) == config.programme.cap_usd
    assert planned(deployed, config, artifacts).steps == ()


def granted(chain: Chain, config: Config, desired: Desired, call: Call) -> None:
    """ADMIN does what nobody configured."""
    admin, authority = accounts_of(config)[config.authority.admins[0]], desired.address("Authority")
    data = chain.codec.encode(call)
    chain.send(admin, Call("Authority", authority, "schedule", (call.address, data, 0)))
    chain.mine_at(chain.now() + ADMIN_DELAY)
    chain.send(admin, Call("Authority", authority, "execute", (call.address, data)))


@pytest.mark.parametrize("office", ["debt_office", "admin"])
def test_apply_takes_a_role_from_a_stranger_after_the_delay(
    deployed: Chain, config: Config, artifacts: Artifacts, office: str
):
    desired = planned(deployed, config, artifacts).desired
    authority, stranger = desired.address("Authority"), wallet("stranger", 0).address
    has = Call("Authority", authority, "hasRole", (OFFICES[office], stranger))
    granted(deployed, config, desired, Call("Authority", authority, "grantRole", (OFFICES[office], stranger, 0)))

    (step,) = planned(deployed, config, artifacts).steps
    assert step.label == f"role {office} of {stranger}, whom the configuration does not name"
    assert len(applied(deployed, config, artifacts).waiting) == 1
    deployed.mine_at(deployed.now() + ADMIN_DELAY)
    assert applied(deployed, config, artifacts).waiting == ()
    assert deployed.call(has)[0] is False
    assert planned(deployed, config, artifacts).steps == ()


def test_plan_finds_a_function_that_was_opened_and_a_contract_that_was_closed(
    deployed: Chain, config: Config, artifacts: Artifacts
):
    desired = planned(deployed, config, artifacts).desired
    authority, programme = desired.address("Authority"), desired.address("Programme")
    selector = deployed.codec.selector("Programme", "loosenCap")
    opened = Call("Authority", authority, "setTargetFunctionRole", (programme, [selector], 2**64 - 1))
    granted(deployed, config, desired, opened)
    licences = desired.address("Licences")
    granted(deployed, config, desired, Call("Authority", authority, "setTargetClosed", (licences, True)))
    labels = [step.label for step in planned(deployed, config, artifacts).steps]
    assert labels == [f"Programme 0x{selector.hex()} is open to role {2**64 - 1}", "Licences is closed"]


def test_apply_waits_in_the_last_minute_of_the_delay(deployed: Chain, config: Config, artifacts: Artifacts):
    tightened(deployed, config, planned(deployed, config, artifacts).desired)
    applied(deployed, config, artifacts)
    # The chain's clock runs on while the plan is read, on a busy machine for seconds.
    deployed.mine_at(deployed.now() + ADMIN_DELAY - 60)
    assert len(applied(deployed, config, artifacts).waiting) == 1


def test_apply_lets_the_office_itself_lower_a_parameter_at_once(deployed: Chain, config: Config, artifacts: Artifacts):
    lower = config.programme.model_copy(update={"cap_usd": config.programme.cap_usd - 1})
    wanted = config.model_copy(update={"programme": lower})
    (step,) = planned(deployed, wanted, artifacts).steps
    assert (step.actor, step.calls[0].function) == ("debt_office", "tightenCap")
    assert applied(deployed, wanted, artifacts).waiting == ()
    assert planned(deployed, wanted, artifacts).steps == ()


def test_plan_refuses_other_code_at_an_address(
    anvil: Devnet, anvil_chain: Chain, config: Config, artifacts: Artifacts, rwa: Rwa
):
    applied(anvil_chain, config, artifacts)
    desired = desire(config, {ref: one.address for ref, one in accounts_of(config).items()}, anvil_chain.codec)
    licences = desired.address("Licences")
    code = anvil_chain.code(licences)
    anvil_chain.request("anvil_setCode", licences, "0x" + (code[:-1] + bytes([code[-1] ^ 1])).hex())
    with pytest.raises(ChainError, match=f"other code than Licences's stands at {licences}"):
        planned(anvil_chain, config, artifacts)
    assert rwa("plan", "--rpc", anvil.url).code == 8

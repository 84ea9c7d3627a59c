"""Plan: what is missing, and only that, by whom; walking it leaves nothing to plan."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from rwa_deploy.abi import Call, Codec
from rwa_deploy.compile import compile as compile_contracts
from rwa_deploy.config import load
from rwa_deploy.errors import ConfigError
from rwa_deploy.plan import CREATE2_PROXY, Desired, Observed, Plan, Rights, Setting, Step, create2, desire, plan
from rwa_deploy.wiring import OFFICES

CONFIG = load(Path(__file__).resolve().parents[2] / "programme.toml")
ACCOUNTS = {f"devnet:{number}": f"0x{number + 1:040x}" for number in range(21)}
CODEC = Codec(compile_contracts())
DESIRED = desire(CONFIG, ACCOUNTS, CODEC)
BY_LABEL = {setting.label: setting for setting in DESIRED.settings}
CAP = CONFIG.programme.cap_usd
MOST = CONFIG.cash.minters["central_bank"].limit
PILOT = (1, CONFIG.programme.mandate_until_unix)
DEPLOYER = ACCOUNTS["devnet:0"]
STRANGER = f"0x{99:040x}"
SIGNERS = tuple(ACCOUNTS[ref] for ref in CONFIG.oracle.signers)
FX_KEY, FX_AGE = b"USDPKR".ljust(32, b"\0"), CONFIG.oracle.feeds["USDPKR"].max_age_hours * 3600
PAID_IN_CASH = (
    *("Settlement", "PayingAgent", "Defaults", "Meeting", "LiabilityManagement", "CashDesk"),
    *("Windup", "CollateralVault"),
)


class Toy:
    """A chain in which every setting is a value: what a call writes, the setting's read gives back."""

    def __init__(self, desired: Desired = DESIRED) -> None:
        self.desired = desired
        self.has_proxy = False
        self.present: set[str] = set()
        self.values: dict[str, Any] = {setting.label: setting.fresh for setting in desired.settings}

    def observed(self) -> Observed:
        readable = [item for item in self.desired.settings if item.read.address in self.present]
        values = {setting.label: self.values[setting.label] for setting in readable}
        admin = values.get("role admin of the deployer")
        return Observed(self.has_proxy, frozenset(self.present), values, None if admin is None else admin[0])

    def plan(self) -> Plan:
        return plan(self.desired, self.observed())

    def walk(self, found: Plan) -> None:
        for step in found.steps:
            if step.kind == "proxy":
                self.has_proxy = True
            if step.contract:
                assert self.has_proxy
                self.present.add(step.contract.address)
            for call in step.calls:
                assert call.address in self.present
                self.write(call)

    def write(self, call: Call) -> None:
        """What the contract would do, as far as the settings see it."""
        (setting,) = [item for item in self.desired.settings if item.read.address == call.address and hit(item, call)]
        name = f"{call.contract}.{call.function}"
        write = WRITES.get(name) or WRITES.get(call.function, lambda args, _: args[-1])
        self.values[setting.label] = write(call.args, self.values[setting.label])


READ_BY = {
    "setTargetFunctionRole": ("getTargetFunctionRole", lambda args: (args[0], args[1][0])),
    "grantRole": ("hasRole", lambda args: args[:2]),
    "renounceRole": ("hasRole", lambda args: args),
    "setSystemAccount": ("recordOf", lambda args: args[:1]),
    "loosenMinterLimit": ("minterOf", lambda args: args[:1]),
    "tightenMinterLimit": ("minterOf", lambda args: args[:1]),
    "loosenMinterRate": ("bucketOf", lambda args: args[:1]),
    "setMinterKind": ("kindOf", lambda args: args[:1]),
    "setSigner": ("kindOf", lambda args: args[:2]),
    "Attestations.loosenMaxAge": ("maxAgeOf", lambda args: args[:1]),
    "setIssuer": ("issuer", lambda _: ()),
    "advanceMandate": ("mandate", lambda _: ()),
    "setServicer": ("isServicer", lambda args: args[:1]),
    "setAccounts": ("accounts", lambda _: ()),
    "addSigner": ("isSigner", lambda args: args),
    "removeSigner": ("panel", lambda _: ()),
    "raiseQuorum": ("panel", lambda _: ()),
    "lowerQuorum": ("panel", lambda _: ()),
    "setVault": ("vault", lambda _: ()),
    "setCreditor": ("isCreditor", lambda args: args[:1]),
    "loosenLadder": ("ladderOf", lambda args: args[:1]),
    "tightenLadder": ("ladderOf", lambda args: args[:1]),
    "loosenBucketCeiling": ("bucketOf", lambda args: args[:1]),
    "setAuctionTerms": ("auctionTerms", lambda _: ()),
    **dict.fromkeys(
        ("openFeed", "loosenMaxStep", "tightenMaxStep", "loosenMaxAge", "tightenMaxAge"),
        ("feedOf", lambda args: args[:1]),
    ),
}


def hit(setting: Setting, call: Call) -> bool:
    """Whether a call writes what a setting reads."""
    if known := READ_BY.get(f"{call.contract}.{call.function}") or READ_BY.get(call.function):
        reader, key = known
        return (setting.read.function, setting.read.args) == (reader, key(call.args))
    name = call.function.removeprefix("loosen").removeprefix("tighten")
    return setting.read.function.lower().startswith(name.lower())


WRITES: dict[str, Callable[[tuple[Any, ...], Any], Any]] = {
    "grantRole": lambda args, _: (True, args[2]),
    "renounceRole": lambda _, __: (False, 0),
    "setSystemAccount": lambda args, _: (6 if args[1] else 2) << 216,
    "loosenMinterLimit": lambda args, old: (args[1], old[1]),
    "tightenMinterLimit": lambda args, old: (args[1], old[1]),
    "loosenMinterRate": lambda args, _: (args[1], args[1]),
    "advanceMandate": lambda args, _: args,
    "setAccounts": lambda args, _: args,
    "addSigner": lambda _, __: True,
    "removeSigner": lambda args, old: (old[0], tuple(signer for signer in old[1] if signer != args[0])),
    "raiseQuorum": lambda args, old: (args[0], old[1]),
    "lowerQuorum": lambda args, old: (args[0], old[1]),
    "Attestations.loosenMaxAge": lambda args, _: args[1],
    "openFeed": lambda args, _: (True, *args[1:]),
    "loosenBucketCeiling": lambda args, old: (old[0], args[1]),
    **dict.fromkeys(("loosenMargins", "tightenMargins"), lambda args, _: args),
    **dict.fromkeys(("loosenMaxStep", "tightenMaxStep"), lambda args, old: (True, args[1], *old[2:])),
    **dict.fromkeys(("loosenMaxAge", "tightenMaxAge"), lambda args, old: (*old[:2], args[1], old[3])),
}


def complete() -> Toy:
    toy = Toy()
    toy.walk(toy.plan())
    return toy


def only_step(label: str, value: Any) -> Step:
    """The one step that cures one difference on a chain that is otherwise complete."""
    toy = complete()
    toy.values[label] = value
    (step,) = toy.plan().steps
    assert step.label == label
    assert step.kind == "call"
    return step


# ── from nothing to all ──────────────────────────────────────────────────────────────────────────────────────────────


def test_plan_lists_proxy_contracts_and_every_setting_when_the_chain_is_fresh():
    found = Toy().plan()
    creations = [step.contract for step in found.steps if step.contract]
    assert found.steps[0] == Step("proxy", "CREATE2 proxy", "deployer", DEPLOYER)
    assert tuple(creations) == DESIRED.contracts
    assert sum(len(step.calls) for step in found.steps) == len(DESIRED.settings)
    assert {(step.actor, step.account) for step in found.steps} == {("deployer", DEPLOYER)}
    assert found.unchanged == 0


def test_plan_creates_a_contract_after_those_that_its_constructor_names():
    made: set[str] = set()
    for contract in DESIRED.contracts:
        named = {arg for arg in contract.args if arg in {one.address for one in DESIRED.contracts}}
        assert named <= made
        made.add(contract.address)


def test_plan_ends_with_the_deployers_renunciation_when_the_chain_is_fresh():
    last = Toy().plan().steps[-1]
    assert [call.function for call in last.calls] == ["renounceRole"]
    assert last.calls[0].args == (OFFICES["admin"], DEPLOYER)


def test_plan_joins_calls_of_the_authority_only():
    joined = [step for step in Toy().plan().steps if len(step.calls) > 1]
    assert {call.contract for step in joined for call in step.calls} == {"Authority"}
    assert len(joined) == 2  # functions, then members


def test_plan_is_empty_when_everything_is_there():
    found = complete().plan()
    assert found.steps == ()
    assert found.unchanged == len(DESIRED.contracts) + len(DESIRED.settings)


def test_plan_leaves_out_the_proxy_when_it_is_there():
    toy = Toy()
    toy.has_proxy = True
    assert toy.plan().steps[0].kind == "create"


@pytest.mark.parametrize("name", [contract.name for contract in DESIRED.contracts if contract.name != "Authority"])
def test_plan_creates_only_what_is_missing(name: str):
    toy = complete()
    toy.present.remove(DESIRED.address(name))
    creations = [step for step in toy.plan().steps if step.kind == "create"]
    assert [step.contract.name for step in creations if step.contract] == [name]


# ── one difference, one step ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("label", [label for label in BY_LABEL if " is for" in label])
def test_plan_gives_a_function_back_to_its_office(label: str):
    step = only_step(label, OFFICES["admin"])
    (call,) = step.calls
    assert (step.actor, step.account) == ("admin", DESIRED.admins[0])
    assert call.function == "setTargetFunctionRole"
    assert call.args == (
        *BY_LABEL[label].read.args[:1],
        [BY_LABEL[label].read.args[1]],
        OFFICES[BY_LABEL[label].wanted],
    )


@pytest.mark.parametrize(
    "label", [label for label in BY_LABEL if label.startswith("role ") and "deployer" not in label]
)
@pytest.mark.parametrize("found", [(False, 0), (True, 7)], ids=["lost", "another delay"])
def test_plan_grants_a_role_that_is_missing_or_has_another_delay(label: str, found):
    step = only_step(label, found)
    (call,) = step.calls
    delay = CONFIG.authority.admin_delay_hours * 3600 if " admin " in label else 0
    assert (step.actor, call.function) == ("admin", "grantRole")
    assert call.args == (*BY_LABEL[label].read.args, delay)


@pytest.mark.parametrize("label", [label for label in BY_LABEL if label.startswith("Allowlist.system")])
@pytest.mark.parametrize("record", [0, 1 << 216, 3 << 216, 586 << 8])
def test_plan_makes_an_account_of_the_system_again(label: str, record: int):
    step = only_step(label, record)
    assert step.actor == "admin"
    assert step.calls[0].function == "setSystemAccount"
    assert step.calls[0].args[1] == (label.rsplit(maxsplit=1)[-1] in {"Settlement", "CollateralVault"})


@pytest.mark.parametrize(
    ("label", "value", "actor", "function", "args"),
    [
        ("Programme.capUsd", CAP - 1, "admin", "loosenCap", (CAP,)),
        ("Programme.capUsd", CAP + 1, "debt_office", "tightenCap", (CAP,)),
        ("Programme.maxRateAge", 1, "admin", "loosenMaxRateAge", (72 * 3600,)),
        ("Programme.maxRateAge", 72 * 3600 + 1, "debt_office", "tightenMaxRateAge", (72 * 3600,)),
        ("PriceOracle.feed USDPKR", (True, 499, FX_AGE, ()), "admin", "loosenMaxStep", (FX_KEY, 500)),
        ("PriceOracle.feed USDPKR", (True, 501, FX_AGE, ()), "guardian", "tightenMaxStep", (FX_KEY, 500)),
        ("PriceOracle.feed USDPKR", (True, 500, FX_AGE - 1, ()), "admin", "loosenMaxAge", (FX_KEY, FX_AGE)),
        ("PriceOracle.feed USDPKR", (True, 500, FX_AGE + 1, ()), "guardian", "tightenMaxAge", (FX_KEY, FX_AGE)),
        ("PriceOracle.feed USDPKR", (False, 0, 0, ()), "admin", "openFeed", (FX_KEY, 500, FX_AGE, ())),
        (f"PriceOracle.signer {SIGNERS[1]}", False, "admin", "addSigner", (SIGNERS[1],)),
        ("PriceOracle.panel", (0, SIGNERS), "admin", "raiseQuorum", (2,)),
        ("PriceOracle.panel", (1, SIGNERS), "guardian", "raiseQuorum", (2,)),
        ("PriceOracle.panel", (3, SIGNERS), "admin", "lowerQuorum", (2,)),
        ("PriceOracle.panel", (2, (*SIGNERS, STRANGER)), "guardian", "removeSigner", (STRANGER,)),
        ("Programme.mandate", (0, 0), "admin", "advanceMandate", PILOT),
        ("Programme.mandate", (1, PILOT[1] - 1), "admin", "advanceMandate", PILOT),
    ],
)
def test_plan_lets_admin_raise_and_the_office_lower(label, value, actor, function, args):
    step = only_step(label, value)
    account = DESIRED.admins[0] if actor == "admin" else DESIRED.offices[actor]
    assert (step.actor, step.account) == (actor, account)
    assert (step.calls[0].function, step.calls[0].args) == (function, args)


@pytest.mark.parametrize(
    ("found", "actor", "function", "limit"),
    [
        ((0, 0), "admin", "loosenMinterLimit", MOST),
        ((MOST + 1, 0), "central_bank", "tightenMinterLimit", MOST),
        ((MOST - 1, 5), "admin", "loosenMinterLimit", MOST),
        ((MOST + 1, MOST + 9), "central_bank", "tightenMinterLimit", MOST),
    ],
)
def test_plan_cures_a_minters_limit(found, actor, function, limit):
    step = only_step("CashToken.minter central_bank", found)
    assert (step.actor, step.calls[0].function) == (actor, function)
    assert step.calls[0].args == (DESIRED.offices["central_bank"], limit)


@pytest.mark.parametrize("minted", [0, 5, MOST, MOST + 5])
def test_plan_lets_a_minter_be_whatever_he_has_minted(minted):
    toy = complete()
    toy.values["CashToken.minter central_bank"] = (MOST, minted)
    assert toy.plan().steps == ()


@pytest.mark.parametrize(("found", "stands"), [((2, 9), "definitive"), ((3, 9), "closed")])
def test_plan_refuses_a_mandate_that_would_go_back(found, stands):
    toy = complete()
    toy.values["Programme.mandate"] = found
    with pytest.raises(ConfigError, match=f"is pilot, but the programme stands in {stands} on chain"):
        toy.plan()


def test_plan_refuses_tenors_that_are_not_those_of_the_open_feed():
    toy = complete()
    toy.values["PriceOracle.feed PKRV"] = (True, 100, 96 * 3600, (7, 14))
    with pytest.raises(ConfigError, match=r"oracle\.feeds\.PKRV\.tenor_days are not those"):
        toy.plan()


def test_plan_keeps_a_strange_signer_while_the_quorum_needs_him():
    toy = complete()
    toy.values["PriceOracle.panel"] = (2, (SIGNERS[0], STRANGER))
    assert toy.plan().steps == ()


def with_rights(rights: Rights) -> tuple[Step, ...]:
    """The steps of a complete chain on which these rights stand beside the wanted ones."""
    return plan(DESIRED, replace(complete().observed(), rights=rights)).steps


def test_plan_takes_a_role_from_whom_nobody_configured():
    (step,) = with_rights(Rights(members=DESIRED.rights.members | {(OFFICES["debt_office"], STRANGER)}))
    assert (step.actor, step.calls[0].function) == ("admin", "revokeRole")
    assert step.calls[0].args == (OFFICES["debt_office"], STRANGER)


def test_plan_takes_admin_from_whom_nobody_configured():
    (step,) = with_rights(Rights(members=frozenset({(OFFICES["admin"], STRANGER)})))
    assert step.calls[0].args == (OFFICES["admin"], STRANGER)


def test_plan_gives_a_function_back_to_admin_when_nobody_configured_its_office():
    programme, public = DESIRED.address("Programme"), 2**64 - 1
    selector = f"0x{CODEC.selector('Programme', 'loosenCap').hex()}"
    (step,) = with_rights(Rights(functions={**DESIRED.rights.functions, (programme, selector): public}))
    assert step.label == f"Programme {selector} is open to role {public}"
    assert step.calls[0].function == "setTargetFunctionRole"
    assert step.calls[0].args == (programme, [selector], OFFICES["admin"])


def test_plan_opens_a_closed_contract():
    (step,) = with_rights(Rights(closed=frozenset({DESIRED.address("Licences")})))
    assert (step.label, step.calls[0].function) == ("Licences is closed", "setTargetClosed")
    assert step.calls[0].args == (DESIRED.address("Licences"), False)


def test_plan_sends_one_call_at_a_time_when_admin_acts_through_the_authority():
    strangers = frozenset({(OFFICES["guardian"], STRANGER), (OFFICES["registrar"], STRANGER)})
    steps = with_rights(Rights(members=strangers))
    assert [len(step.calls) for step in steps] == [1, 1]


def test_plan_has_the_deployer_renounce_himself_when_he_is_still_admin():
    toy = complete()
    toy.values["role admin of the deployer"] = (True, 0)
    (step,) = toy.plan().steps
    assert (step.actor, step.account, step.calls[0].function) == ("deployer", DEPLOYER, "renounceRole")


def test_plan_gives_everything_but_lowering_to_the_deployer_while_he_is_admin():
    toy = complete()
    toy.values["role admin of the deployer"] = (True, 0)
    toy.values["Programme.capUsd"] = CAP + 1
    toy.values["PriceOracle.feed USDPKR"] = (True, 1, FX_AGE, ())
    assert [(step.actor, step.label) for step in toy.plan().steps] == [
        ("debt_office", "Programme.capUsd"),
        ("deployer", "PriceOracle.feed USDPKR"),
        ("deployer", "role admin of the deployer"),
    ]


def test_desire_wants_nothing_of_a_bare_memorandum():
    table = CONFIG.programme.model_copy(update={"mandate": "memorandum"})
    desired = desire(CONFIG.model_copy(update={"programme": table}), ACCOUNTS, CODEC)
    (mandate,) = [setting for setting in desired.settings if setting.label == "Programme.mandate"]
    assert mandate.need((0, 0)) is None
    assert mandate.need((0, 5)) is None


# ── any state ────────────────────────────────────────────────────────────────────────────────────────────────────────


ANY_VALUE: dict[str, st.SearchStrategy[Any]] = {
    "getTargetFunctionRole": st.sampled_from(sorted(OFFICES.values())),
    "hasRole": st.sampled_from([(False, 0), (True, 0), (True, 48 * 3600), (True, 1)]),
    "recordOf": st.sampled_from([0, 1, 2, 4, 6]).map(lambda flags: flags << 216),
    "mandate": st.sampled_from([(0, 0), (1, 5), PILOT]),
    "minterOf": st.tuples(st.integers(0, 2 * MOST), st.integers(0, 2 * MOST)),
    "isServicer": st.booleans(),
    "isCreditor": st.booleans(),
    "bucketOf": st.tuples(st.integers(0, 2 * MOST), st.integers(0, 2 * MOST)),
    "ladderOf": st.sampled_from([(), ((91, 1, 2), (65_535, 1, 2)), ((65_535, 9_800, 9_900),)]),
    "margins": st.tuples(*[st.integers(0, 99)] * 4),
    "terms": st.tuples(*[st.integers(0, 99)] * 4),
    "auctionTerms": st.tuples(*[st.integers(0, 99)] * 3),
    "isSigner": st.booleans(),
    "panel": st.sampled_from([(0, ()), (0, SIGNERS), (1, SIGNERS), (3, SIGNERS), (2, (*SIGNERS, STRANGER))]),
    "feedOf": st.just((False, 0, 0, ())),
}


def any_value(setting: Setting) -> st.SearchStrategy[Any]:
    return ANY_VALUE.get(setting.read.function, st.integers(0, 2 * CAP))


@st.composite
def toys(draw: st.DrawFn) -> Toy:
    toy = Toy()
    toy.has_proxy = draw(st.booleans())
    if toy.has_proxy:
        toy.present = set(draw(st.lists(st.sampled_from([c.address for c in DESIRED.contracts]), unique=True)))
    for label in draw(st.lists(st.sampled_from(sorted(BY_LABEL)), unique=True, max_size=12)):
        if BY_LABEL[label].read.address in toy.present:
            toy.values[label] = draw(any_value(BY_LABEL[label]))
    return toy


@settings(max_examples=40)
@given(toys())
def test_plan_is_empty_after_its_steps_were_walked_from_any_state(toy: Toy):
    toy.walk(toy.plan())
    again = toy.plan()
    assert again.steps == ()
    assert again.unchanged == len(DESIRED.contracts) + len(DESIRED.settings)


@settings(max_examples=20)
@given(toys())
def test_plan_counts_each_thing_once(toy: Toy):
    found = toy.plan()
    missing = sum(step.kind == "create" for step in found.steps) + sum(len(step.calls) for step in found.steps)
    assert found.unchanged + missing == len(DESIRED.contracts) + len(DESIRED.settings)


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_create2_gives_the_address_that_the_proxy_gives():
    salt, code = bytes(31) + b"\7", bytes.fromhex("600a600c600039600a6000f3602a60805260206080f3")
    body = bytes.fromhex("ff4e59b44847b379578588920ca78fbf26c0b4956c") + salt + keccak(code)
    assert create2(salt, code) == to_checksum_address(keccak(body)[-20:])
    assert to_checksum_address(body[1:21]) == CREATE2_PROXY


@pytest.mark.parametrize(
    ("change", "moved"),
    [({"symbol": "PKRT"}, {"CashToken", "Enforcement", *PAID_IN_CASH}), ({"minters": {}}, set())],
    ids=["constructor argument", "setting"],
)
def test_desire_moves_only_contracts_whose_arguments_change(change, moved):
    cash = CONFIG.cash.model_copy(update=change)
    other = desire(CONFIG.model_copy(update={"cash": cash}), ACCOUNTS, CODEC)
    pairs = zip(DESIRED.contracts, other.contracts, strict=True)
    assert {one.name for one, two in pairs if one.address != two.address} == moved


def test_desire_wants_every_setting_once():
    assert len(BY_LABEL) == len(DESIRED.settings)

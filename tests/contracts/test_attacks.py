"""Attacks that must fail safely; the numbers are those of the list of attack cases."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from evm import ZERO, Contract, Method, Reverted, address_of, expect_revert, reverts
from lying import LIES, build
from test_settlement_trade import PAID, Trade, settle, sign
from world import HOUR, MATURITY_AT, NOW, OFFICES, RATE, UNIT, World, page_hash, record

from rwa_deploy import units, wiring

HOLDER, RECEIVER, SPENDER, OUTSIDER = map(address_of, ("holder", "receiver", "spender", "outsider"))
TREASURY, DEBT_OFFICE, DEPLOYER = map(address_of, ("treasury", "debt_office", "deployer"))
ENFORCER, GUARDIAN = map(address_of, ("enforcer", "guardian"))
ALL = 2**256 - 1
ID = b"\x57".ljust(32, b"\0")
PRICE = 98_000_000
CASH = units.cash_for_face_up(UNIT, PRICE)


def snapshot(token: Contract) -> tuple[int, ...]:
    """All balances and the supply."""
    wallets = (HOLDER, RECEIVER, SPENDER, OUTSIDER, TREASURY)
    return (*(token.balanceOf(wallet) for wallet in wallets), token.totalSupply())


# ── transfers ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("amount", [0, 1, UNIT])
def test_transfer_from_reverts_when_the_receiver_is_not_allowed(world: World, token: Contract, amount: int):
    """Attack case 1."""
    world.give(token, HOLDER, UNIT)
    token.approve(SPENDER, ALL, by=HOLDER)
    before = snapshot(token)
    with expect_revert("TransferRestricted", code=20, account=OUTSIDER):
        token.transferFrom(HOLDER, OUTSIDER, amount, by=SPENDER)
    assert (snapshot(token), token.allowance(HOLDER, SPENDER)) == (before, ALL)


@pytest.mark.parametrize("stop", ["frozen", "revoked"])
def test_transfer_from_reverts_when_the_holder_was_stopped_after_the_approval(world: World, token: Contract, stop: str):
    """Attack case 2."""
    world.give(token, HOLDER, UNIT)
    token.approve(SPENDER, UNIT, by=HOLDER)
    if stop == "frozen":
        token.setFrozenTokens(HOLDER, ALL, by=ENFORCER)
        expected: dict[str, Any] = {"account": HOLDER, "amount": 1, "unfrozen": 0}
        name = "ERC7943InsufficientUnfrozenBalance"
    else:
        world.revoke(HOLDER)
        name, expected = "TransferRestricted", {"code": 12, "account": HOLDER}
    with expect_revert(name, **expected):
        token.transferFrom(HOLDER, RECEIVER, 1, by=SPENDER)
    assert token.allowance(HOLDER, SPENDER) == UNIT


def test_forced_transfer_is_its_offices_alone_and_leaves_the_supply(world: World, token: Contract):
    """Attack case 2."""
    world.give(token, HOLDER, UNIT)
    offices = map(address_of, ("enforcement_maker", "enforcement_checker", "regulator", "admin"))
    for caller in (DEBT_OFFICE, HOLDER, DEPLOYER, *offices):
        with pytest.raises(Reverted, match="AccessManage"):
            token.forcedTransfer(HOLDER, RECEIVER, 1, by=caller)
    supply = token.totalSupply()
    receipt = token.forcedTransfer(HOLDER, RECEIVER, UNIT, by=ENFORCER)
    assert receipt.of("ForcedTransfer") == [("ForcedTransfer", HOLDER, RECEIVER, UNIT)]
    assert token.totalSupply() == supply


@pytest.mark.parametrize("amount", [0, 1, UNIT])
def test_a_self_transfer_changes_nothing(world: World, token: Contract, amount: int):
    """Attack case 29."""
    world.give(token, HOLDER, UNIT)
    before = snapshot(token)
    assert token.transfer(HOLDER, amount, by=HOLDER).log == (("Transfer", HOLDER, HOLDER, amount),)
    assert snapshot(token) == before


def test_a_transfer_of_zero_changes_no_balance(world: World, token: Contract):
    """Attack case 29."""
    world.give(token, HOLDER, UNIT)
    before = snapshot(token)
    token.transfer(RECEIVER, 0, by=HOLDER)
    token.transferFrom(HOLDER, RECEIVER, 0, by=SPENDER)
    assert snapshot(token) == before


@pytest.mark.parametrize("amount", [0, 1, UNIT])
@pytest.mark.parametrize("frozen", [0, UNIT, ALL])
def test_a_forced_transfer_to_oneself_changes_nothing(world: World, token: Contract, amount: int, frozen: int):
    """Attack case 29."""
    world.give(token, HOLDER, UNIT)
    token.setFrozenTokens(HOLDER, frozen, by=ENFORCER)
    before = snapshot(token)
    receipt = token.forcedTransfer(HOLDER, HOLDER, amount, by=ENFORCER)
    assert receipt.log == (("Transfer", HOLDER, HOLDER, amount), ("ForcedTransfer", HOLDER, HOLDER, amount))
    assert (snapshot(token), token.getFrozenTokens(HOLDER)) == (before, frozen)


# ── settlement and redemption ────────────────────────────────────────────────────────────────────────────────────────


def redeemable(world: World) -> None:
    """Two holders of a matured and fully funded series."""
    world.issue(world.bond, {HOLDER: UNIT, RECEIVER: UNIT})
    world.mint_cash(TREASURY, 2 * UNIT)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    world.paying_agent.fund(world.bond.address, ALL, by=TREASURY)
    world.chain.now = MATURITY_AT


def test_redemption_lowers_supply_and_liability_equally_and_once(world: World, bond: Contract, paying_agent: Contract):
    """Attack case 4."""
    redeemable(world)
    booked = world.programme.usedUsd()
    paying_agent.redeem(bond.address, [HOLDER])
    entry = world.programme.seriesOf(bond.address)
    assert (bond.totalSupply(), entry.face, entry.bookedUsd) == (UNIT, UNIT, booked - booked // 2)
    after = (snapshot(bond), snapshot(world.cash), world.programme.usedUsd())
    assert paying_agent.redeem(bond.address, [HOLDER, HOLDER]).result == 0
    assert (snapshot(bond), snapshot(world.cash), world.programme.usedUsd()) == after


@pytest.mark.parametrize(
    ("lie", "error"), [("fee", "CashShort"), ("false", None), ("nothing", ""), ("no move", "CashShort")]
)
def test_lying_cash_never_buys_a_bill(world: World, lie: str, error: str | None):
    """Attack case 12."""
    lying = build(world)
    page = [(HOLDER, UNIT, PRICE)]
    lying.cash.mint(HOLDER, 2 * CASH)
    arguments = (ID, world.bond.address, TREASURY, [page_hash(page)])
    lying.settlement.openAllotment(*arguments, by=DEBT_OFFICE)
    lying.cash.setLie(LIES[lie])
    assert reverts(lying.settlement.settlePage, ID, 0, page) == error
    assert world.bond.totalSupply() == 0


def test_one_blocked_winner_never_blocks_the_others(world: World, settlement: Contract):
    """Attack case 14."""
    page = [(OUTSIDER, UNIT, PRICE), (SPENDER, UNIT, PRICE), (HOLDER, UNIT, PRICE), (ZERO, UNIT, PRICE)]
    settlement.openAllotment(ID, world.bond.address, TREASURY, [page_hash(page)], by=DEBT_OFFICE)
    world.mint_cash(HOLDER, CASH)
    world.cash.approve(settlement.address, CASH, by=HOLDER)
    receipt = settlement.settlePage(ID, 0, page)
    assert (receipt.result, len(receipt.of("AllotmentSkipped"))) == (1, 3)
    assert world.bond.balanceOf(HOLDER) == UNIT


def test_one_blocked_holder_never_blocks_the_others(world: World, bond: Contract, paying_agent: Contract):
    """Attack case 14."""
    redeemable(world)
    world.revoke(HOLDER)
    receipt = paying_agent.redeem(bond.address, [HOLDER, RECEIVER])
    assert (receipt.result, world.cash.balanceOf(RECEIVER)) == (UNIT, UNIT)
    assert paying_agent.owedTo(bond.address, ALL, HOLDER).principal == UNIT


@pytest.fixture
def trade(world: World) -> Trade:
    world.issue(world.bond, {HOLDER: 2 * UNIT})
    world.mint_cash(RECEIVER, 2 * PAID)
    return Trade(world.bond.address)


@pytest.mark.parametrize("leg", ["face", "cash"])
def test_a_trade_with_one_failing_leg_moves_nothing(world: World, settlement: Contract, trade: Trade, leg: str):
    """Attack case 21."""
    token, party = (world.bond, HOLDER) if leg == "face" else (world.cash, RECEIVER)
    token.setFrozenTokens(party, ALL, by=ENFORCER)
    before = (snapshot(world.bond), snapshot(world.cash))
    with pytest.raises(Reverted, match="ERC7943InsufficientUnfrozenBalance"):
        settle(settlement, trade)
    assert (snapshot(world.bond), snapshot(world.cash)) == before
    assert not settlement.isNonceUsed(HOLDER, trade.seller_nonce)


def test_a_trade_settles_neither_twice_nor_after_a_cancel_nor_with_changed_terms(
    world: World, settlement: Contract, trade: Trade
):
    """Attack case 21."""
    signatures = sign(settlement, trade)
    cheaper = Trade(world.bond.address, cash=1)
    with expect_revert("SignatureInvalid", signer=HOLDER):
        settle(settlement, cheaper, signatures)
    settle(settlement, trade, signatures)
    with expect_revert("NonceUsed", party=HOLDER, nonce=trade.seller_nonce):
        settle(settlement, trade, signatures)
    other = Trade(world.bond.address, seller_nonce=6, buyer_nonce=301)
    settlement.cancelNonce(301, by=RECEIVER)
    with expect_revert("NonceUsed", party=RECEIVER, nonce=301):
        settle(settlement, other)


# ── every function against every role ────────────────────────────────────────────────────────────────────────────────

# Open to all, each behind a check of its own or with nothing to protect.
OPEN: Mapping[str, set[str]] = {
    "Authority": {"schedule", "execute", "cancel", "consumeScheduledOp", "multicall", "renounceRole"},
    "Allowlist": {
        "onboard", "revoke", "renew", "attest", "publishRoot", "withdrawRoot", "activate", "addWallet",
        "markProviderEnded", "unmarkProviderEnded",
    },
    "Policies": {
        "admit", "admitOperator", "admitMover", "admitAll", "acceptDisclosure", "countWallets", "recount",
        "publishStatement", "announce",
    },
    "Enforcement": {"lapse", "carry"},
    "PriceOracle": {"post"},
    "BondToken": {"transfer", "transferFrom", "pull", "approve", "permit", "moveByRight"},
    "CashToken": {
        "transfer", "transferFrom", "transferBatch", "pull", "approve", "permit", "moveByRight", "mint", "burn",
        "burnFor", "burnFrom", "transferWithAuthorization", "receiveWithAuthorization", "cancelAuthorization",
    },
    "Attestations": {"attest"},
    "CashDesk": {"convert", "convertBack", "request", "fund", "serve", "collect", "cancel"},
    "Settlement": {"settlePage", "settleTrade", "cancelNonce", "cancelNonces"},
    "Fixings": {"carry"},
    "PayingAgent": {"fund", "fundPayment", "fundAll", "pay", "claim", "redeem", "release", "remit", "returnDust"},
    "Defaults": {"declareDefault", "cure"},
    "Meeting": {"conveneByHolder", "vote", "voteBySig", "voteBySigs", "exclude", "close", "exchange"},
    "Retirements": {"requestRetirement", "cancelRetirement"},
    "CollateralRisk": {"assess", "refresh", "saleQuote"},
    "Windup": {"settle", "redeem", "collect"},
    "CollateralVault": {
        "adjust", "repayFor", "substitute", "collect", "withdraw", "harvest", "start", "take", "backstop", "stop",
        "writeOff", "coverBackstop",
    },
    "LiabilityManagement": {
        "offer", "fundOffers", "settle", "closeBuyback", "putNotice", "trimPut", "fundPut", "settlePut", "reclaimPut",
        "acceptExchange",
    },
}  # fmt: skip
OPEN = {**OPEN, **{name: OPEN[contract] for name, contract in wiring.INSTANCES.items()}}
ONLY_PROGRAMME = {"mint", "burn", "setAllowlist", "succeed", "setEnd"}  # of a series
# Ask the Programme whether the caller holds the right itself, so that no closed target stops them.
ONLY_SERVICER = {"retire", "supersede", "endSeries", "scaleSeries", "callRecordDate", "exchange", "exchangeFree"}
ONLY_CREDITOR = {"pledge", "release", "seize"}
OWN_RULES = {
    "BondToken": dict.fromkeys(ONLY_PROGRAMME, "OnlyProgramme") | dict.fromkeys(ONLY_CREDITOR, "OnlyCreditor"),
    "Programme": dict.fromkeys(ONLY_SERVICER, "NotServicer"),
    "PayingAgent": {"collect": "OnlyCreditor"},
    "CollateralRisk": {"book": "OnlyVault"},
    "CollateralVault": dict.fromkeys(("exchangeOut", "exchangeIn"), "OnlyProgramme")
    | dict.fromkeys(("surrender", "burnFor"), "OnlyWindup"),
}
STRANGERS = ("deployer", "outsider", "holder", "provider", "minter", "treasury")


def members() -> dict[str, set[str]]:
    """Account's name -> the offices that it holds; one account stands for the contract that holds one."""
    accounts = {name: {name} for name in OFFICES} | {name: set() for name in STRANGERS}
    accounts["debt_office"].add("issuer")
    return accounts | {"admin": {"admin"}, "issuing_contract": {"issuer"}}


def zero_of(kind: str) -> Any:
    """ABI type -> its zero."""
    if kind.endswith("]"):
        inner, _, length = kind[:-1].rpartition("[")
        return [zero_of(inner)] * int(length or 0)
    if kind.startswith("("):
        return tuple(zero_of(part) for part in kind[1:-1].split(","))
    zeros = {"address": ZERO, "bool": False, "string": "", "bytes": b""}
    return zeros.get(kind, b"" if kind.startswith("bytes") else 0)


def changing(contract: Contract) -> Iterator[Method]:
    """The functions that change state."""
    return (method for method in contract.methods() if not method.is_view)


@pytest.fixture
def staffed(world: World) -> World:
    """Every role in some wallet's hand."""
    world.by_admin(world.authority.grantRole, wiring.OFFICES["issuer"], address_of("issuing_contract"), 0)
    return world


def refusal(world: World, method: Method, caller: str) -> tuple[str, Mapping[str, Any]]:
    """The error with which a call with zeros ends, nothing kept; "" when it succeeds."""
    with world.chain.rolled_back():
        try:
            method(*map(zero_of, method.inputs), by=address_of(caller))
        except Reverted as error:
            return error.name, error.facts
    return "", {}


def expected_refusal(contract: str, function: str, caller: str, offices: set[str]) -> str | None:
    """The name of the access error that a caller must meet; None when he must meet none."""
    if function == "setAuthority":
        return "AccessManagedUnauthorized"
    if own := OWN_RULES.get(contract, {}).get(function):
        return own
    office = wiring.office_of(contract, function)
    if office not in offices:
        return "AccessManagerUnauthorizedAccount" if contract == "Authority" else "AccessManagedUnauthorized"
    if office == wiring.ADMIN:  # a series knows no delay: ADMIN goes through the Programme
        return "AccessManagedUnauthorized" if contract == "BondToken" else "AccessManagerNotScheduled"
    return None


ACCESS_ERRORS = {
    "AccessManagedUnauthorized", "AccessManagerNotScheduled", "AccessManagerUnauthorizedAccount",
    "AccessManagedRequiredDelay", "AccessManagerUnauthorizedCall", "OnlyProgramme", "NotServicer", "OnlyCreditor",
    "OnlyVault", "OnlyWindup",
}  # fmt: skip


TRIED = [
    "Authority", "Licences", "Allowlist", "PriceOracle", "Programme", "CashToken", "Settlement", "TaxTable", "Fixings",
    "BondMaths", "PayingAgent", "Calendar", "Defaults", "Meeting", "LiabilityManagement", "BondToken",
    "Policies", "Enforcement", "Retirements", "Attestations", "CentralBankMoney", "CashDesk",
    "CollateralRisk", "Windup", "CollateralVault",
]  # fmt: skip


@pytest.mark.parametrize("name", TRIED)
def test_every_function_passes_its_office_and_nobody_else(staffed: World, name: str):
    """Attack case 22."""
    contract = staffed.contracts()[name]
    tried = 0
    for method in changing(contract):
        function = method.entry["name"]
        if function in OPEN.get(name, set()):
            continue
        for caller, offices in members().items():
            error, facts = refusal(staffed, method, caller)
            expected = expected_refusal(name, function, caller, offices)
            where = f"{name}.{function} by {caller}"
            if expected is None:
                assert error not in ACCESS_ERRORS, where
            else:
                assert error == expected, where
                assert address_of(caller) in facts.values() or error == "AccessManagerNotScheduled", where
            tried += 1
    assert tried == len(members()) * (len(list(changing(contract))) - len(OPEN.get(name, set())))


def test_the_list_of_open_functions_names_only_what_exists(world: World):
    """Attack case 22."""
    for name, contract in world.contracts().items():
        assert OPEN.get(name, set()) <= {method.entry["name"] for method in changing(contract)}


def test_the_wiring_table_names_only_functions_that_are_guarded(world: World):
    """Attack case 22."""
    for name, functions in wiring.FUNCTIONS.items():
        series = wiring.SERIES if name == "Programme" else {}
        assert not functions.keys() & OPEN.get(name, set()) - series.keys()


def test_every_contract_is_tried(world: World):
    """Attack case 22."""
    assert set(TRIED) == world.contracts().keys()
    assert wiring.FUNCTIONS.keys() <= set(TRIED)


def test_open_functions_have_checks_of_their_own(world: World):
    """Attack case 22."""
    method = world.authority.grantRole.encode(0, OUTSIDER, 0)
    attestation = (OUTSIDER, record(), ID, NOW, NOW)
    own: list[tuple[Method, tuple[Any, ...], str]] = [
        (world.authority.schedule, (world.authority.address, method, 0), "AccessManagerUnauthorizedCall"),
        (world.authority.execute, (world.authority.address, method), "AccessManagerUnauthorizedCall"),
        (world.authority.cancel, (HOLDER, world.authority.address, method), "AccessManagerNotScheduled"),
        (world.authority.consumeScheduledOp, (HOLDER, method), ""),
        (world.authority.multicall, ([method],), "AccessManagerUnauthorizedAccount"),
        (world.authority.renounceRole, (0, address_of("admin")), "AccessManagerBadConfirmation"),
        (world.allowlist.onboard, ([],), "ProviderNotPermitted"),
        (world.allowlist.revoke, ([],), "ProviderNotPermitted"),
        (world.allowlist.markProviderEnded, (1,), "GraceNotOver"),
        (world.allowlist.unmarkProviderEnded, (0,), "LicenceNotValid"),
        (world.allowlist.renew, ([], 0), "ProviderNotPermitted"),
        (world.allowlist.attest, (OUTSIDER, attestation, b"", b""), "ProviderNotPermitted"),
        (world.allowlist.attest, (address_of("provider"), attestation, b"", b""), "SignatureInvalid"),
        (world.allowlist.publishRoot, (ID, 0, ID), "ProviderNotPermitted"),
        (world.allowlist.withdrawRoot, (ID,), "RootStale"),
        (world.allowlist.activate, (OUTSIDER, ID, (OUTSIDER, 0, ID), []), "ProviderNotPermitted"),
        (world.allowlist.activate, (address_of("provider"), ID, (OUTSIDER, 0, ID), []), "RootStale"),
        (world.allowlist.addWallet, (HOLDER, NOW, b""), "SignatureInvalid"),
        (world.policies.countWallets, ([OUTSIDER],), "WalletUnknown"),
        (world.policies.publishStatement, (world.bond.address, HOLDER, ID, 1), "StatementNotYours"),
        (world.policies.announce, ((world.bond.address, HOLDER, RECEIVER, 1, NOW, ID), b"", b""), "SignatureInvalid"),
        (world.enforcement.lapse, (1,), "OrderStatusInvalid"),
        (world.enforcement.carry, (1, []), "OrderStatusInvalid"),
        (world.bond.moveByRight, (HOLDER, RECEIVER, 0), "TransferRestricted"),
        (world.cash.moveByRight, (HOLDER, RECEIVER, 0), "TransferRestricted"),
        (world.cash.mint, (HOLDER, 1), "MinterLimitExceeded"),
        (world.cash.burn, (1,), "BurnAboveMinted"),
        (world.cash.burnFor, (address_of("minter"), 1), "BurnAboveMinted"),
        (world.cash.burnFrom, (HOLDER, 1), "MinterKindInvalid"),
        (world.cash.transferWithAuthorization, (HOLDER, RECEIVER, 1, 0, ALL, ID, 27, ID, ID), "SignatureInvalid"),
        (world.cash.receiveWithAuthorization, (HOLDER, RECEIVER, 1, 0, ALL, ID, 27, ID, ID), "CallerNotPayee"),
        (world.cash.cancelAuthorization, (HOLDER, ID, 27, ID, ID), "SignatureInvalid"),
        (world.money.mint, (HOLDER, 1), "MinterLimitExceeded"),
        (world.attestations.attest, (world.cash.address, 1, ID, []), "KindMissing"),
        (world.cash_desk.convert, (1,), "TransferRestricted"),
        (world.cash_desk.convertBack, (1,), "TransferRestricted"),
        (world.cash_desk.request, (1,), "TransferRestricted"),
        (world.cash_desk.fund, (1,), "NothingToDo"),
        (world.cash_desk.collect, (0, 1), "RequestUnknown"),
        (world.cash_desk.cancel, (0,), "RequestUnknown"),
        (world.settlement.settlePage, (ID, 0, []), "AllotmentNotOpen"),
        (world.paying_agent.fund, (world.bond.address, 1), "NothingToFund"),
        (world.paying_agent.redeem, (world.bond.address, []), "NotPayableYet"),
        (world.paying_agent.release, (world.bond.address, ALL, []), "NotReleasable"),
        (world.paying_agent.returnDust, (world.bond.address, ALL, OUTSIDER), "NotComplete"),
        (world.paying_agent.fundAll, (world.bond.address, 1), "NothingToFund"),
        (world.paying_agent.fundPayment, (world.bond.address, 0, 1), "PeriodUnknown"),
        (world.paying_agent.pay, (world.bond.address, 0, []), "PeriodUnknown"),
        (world.paying_agent.claim, (world.bond.address, 0), "PeriodUnknown"),
        (world.fixings.carry, (world.bond.address, 1), "SeriesNotFloating"),
        (world.retirements.requestRetirement, (world.bond.address, 1, ID), "NotCommodity"),
        (world.retirements.cancelRetirement, (1,), "RetirementStatusInvalid"),
        (world.cash.transferBatch, ([HOLDER], [0]), "TransferRestricted"),
        (world.oracle.post, (b"USDPKR", 2, NOW, [RATE], []), "ObservationInvalid"),
    ]
    for function, arguments, error in own:
        with pytest.raises(Reverted) as caught:
            function(*arguments, by=OUTSIDER)
        assert caught.value.name == error, function.entry["name"]


def test_the_deployer_ends_without_any_role(world: World, authority: Contract):
    """Attack case 22."""
    for office, number in wiring.OFFICES.items():
        assert not authority.hasRole(number, DEPLOYER).isMember, office
    assert DEPLOYER not in authority.admins()


def test_the_last_administrators_cannot_be_lost(world: World, authority: Contract):
    """Attack case 22."""
    admin, second = address_of("admin"), address_of("second_admin")
    for account in (admin, second):
        with expect_revert("TooFewAdmins", account=account, remaining=1):
            authority.renounceRole(0, account, by=account)
        with expect_revert("TooFewAdmins", account=account, remaining=1):
            world.by_admin(authority.revokeRole, 0, account)
    both = [authority.revokeRole.encode(0, account) for account in (admin, second)]
    world.chain.warp(2 * 24 * HOUR)
    with pytest.raises(Reverted, match="TooFewAdmins"):
        authority.multicall(both, by=admin)
    assert set(authority.admins()) == {admin, second}


# ── the cap ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_cap_holds_to_the_unit(world: World, bond: Contract):
    """Attack case 30."""
    usd = units.usd_for_pkr_up(UNIT, RATE)
    world.programme.tightenCap(3 * usd - 1, by=DEBT_OFFICE)
    world.issue(bond, {HOLDER: UNIT})
    world.issue(bond, {HOLDER: UNIT})
    with expect_revert("CapExceeded", wantedUsd=usd, usedUsd=2 * usd, capUsd=3 * usd - 1):
        world.issue(bond, {HOLDER: UNIT})
    world.by_admin(world.programme.loosenCap, 3 * usd)
    world.post_rate()
    world.issue(bond, {HOLDER: UNIT})
    assert world.programme.usedUsd() == 3 * usd == world.programme.capUsd()


def test_the_cap_counts_all_series_together(world: World, bond: Contract):
    """Attack case 30."""
    other = world.new_series(symbol="PKTB-B", currency=b"USD")
    usd = units.usd_for_pkr_up(UNIT, RATE)
    world.programme.tightenCap(usd + UNIT, by=DEBT_OFFICE)
    world.issue(bond, {HOLDER: UNIT})
    with expect_revert("CapExceeded", wantedUsd=2 * UNIT, usedUsd=usd, capUsd=usd + UNIT):
        world.issue(other, {HOLDER: 2 * UNIT})
    world.issue(other, {HOLDER: UNIT})
    with expect_revert("CapExceeded", wantedUsd=usd, usedUsd=usd + UNIT, capUsd=usd + UNIT):
        world.issue(bond, {HOLDER: UNIT})


def test_a_move_of_the_rate_changes_what_a_tap_books_and_not_what_was_booked(world: World, bond: Contract):
    """Attack case 30."""
    first = units.usd_for_pkr_up(UNIT, RATE)
    world.issue(bond, {HOLDER: UNIT})
    world.chain.warp(HOUR)
    lower = RATE * 96 // 100
    world.post_rate(lower)
    second = units.usd_for_pkr_up(UNIT, lower)
    assert (world.programme.usedUsd(), second > first) == (first, True)
    world.programme.tightenCap(first + second - 1, by=DEBT_OFFICE)
    with expect_revert("CapExceeded", wantedUsd=second, usedUsd=first, capUsd=first + second - 1):
        world.issue(bond, {HOLDER: UNIT})
    world.by_admin(world.programme.loosenCap, first + second)
    world.issue(bond, {HOLDER: UNIT})
    assert world.programme.usedUsd() == first + second


def test_a_rate_that_falls_never_stops_a_transfer_or_a_redemption(world: World, bond: Contract):
    """Attack case 30."""
    redeemable(world)
    world.programme.tightenCap(0, by=DEBT_OFFICE)
    world.post_rate(RATE // 2)
    world.paying_agent.redeem(bond.address, [HOLDER, RECEIVER])
    assert (world.programme.usedUsd(), bond.totalSupply()) == (0, 0)


def test_a_retired_face_makes_room_under_the_cap_to_the_unit(world: World, bond: Contract):
    """Attack case 30."""
    dollars = world.new_series(symbol="PKTB-D", currency=b"USD", denomination=1, maturityAt=MATURITY_AT + 24 * HOUR)
    redeemable(world)
    booked = world.programme.usedUsd()
    world.programme.tightenCap(booked, by=DEBT_OFFICE)
    with expect_revert("CapExceeded", wantedUsd=1, usedUsd=booked, capUsd=booked):
        world.issue(dollars, {HOLDER: 1})
    world.paying_agent.redeem(bond.address, [HOLDER])
    released = booked // 2
    with expect_revert("CapExceeded", wantedUsd=released + 1, usedUsd=booked - released, capUsd=booked):
        world.issue(dollars, {HOLDER: released + 1})
    world.issue(dollars, {HOLDER: released})
    assert world.programme.usedUsd() == booked


def test_a_cap_below_what_is_used_stops_issues_and_nothing_else(world: World, bond: Contract):
    """Attack case 30."""
    usd = units.usd_for_pkr_up(UNIT, RATE)
    world.issue(bond, {HOLDER: UNIT})
    world.programme.tightenCap(1, by=DEBT_OFFICE)
    with expect_revert("CapExceeded", wantedUsd=usd, usedUsd=usd, capUsd=1):
        world.issue(bond, {HOLDER: UNIT})
    bond.transfer(RECEIVER, UNIT, by=HOLDER)
    assert bond.balanceOf(RECEIVER) == UNIT


# ── what attacking the contracts taught ──────────────────────────────────────────────────────────────────────────────


def test_small_steps_in_a_row_do_not_move_the_rate_past_the_bound(world: World):
    """Twenty rounds of +5 % in one block: the second waits an hour, and each later one takes its place."""
    world.chain.warp(2 * HOUR)
    rate = RATE
    for number in range(2, 22):
        rate = rate * 105 // 100
        observed_at = world.chain.now - 60 + number
        world.post_round(b"USDPKR", [rate], number=number, observed_at=observed_at)
    assert world.oracle.usdPkr().rate == RATE * 105 // 100
    assert world.oracle.pendingUntil() == world.chain.now + HOUR


def test_a_closed_target_does_not_stop_redemption(world: World, bond: Contract, paying_agent: Contract):
    world.issue(bond, {HOLDER: UNIT})
    world.mint_cash(TREASURY, UNIT)
    world.cash.approve(paying_agent.address, UNIT, by=TREASURY)
    paying_agent.fund(bond.address, UNIT, by=TREASURY)
    world.by_admin(world.authority.setTargetClosed, world.programme.address, True)
    world.chain.now = MATURITY_AT
    paying_agent.redeem(bond.address, [HOLDER])
    assert world.cash.balanceOf(HOLDER) == UNIT


def test_an_allotment_in_another_currency_is_refused(world: World):
    dollars = world.new_series(currency=b"USD", symbol="USD")
    page = [(HOLDER, UNIT, 98_000_000)]
    with expect_revert("CurrencyDiffers", series=dollars.address, currency=b"USD"):
        world.settlement.openAllotment(
            bytes(32), dollars.address, TREASURY, [page_hash(page)], by=address_of("debt_office")
        )


def test_a_winner_who_is_the_treasury_is_passed_over_and_stops_nobody(world: World, bond: Contract):
    page = [(TREASURY, UNIT, 98_000_000), (HOLDER, UNIT, 98_000_000)]
    by = address_of("debt_office")
    world.settlement.openAllotment(bytes(32), bond.address, TREASURY, [page_hash(page)], by=by)
    for wallet in (TREASURY, HOLDER):
        world.mint_cash(wallet, UNIT)
        world.cash.approve(world.settlement.address, UNIT, by=wallet)
    assert world.settlement.settlePage(bytes(32), 0, page).result == 1
    assert (bond.balanceOf(TREASURY), bond.balanceOf(HOLDER)) == (0, UNIT)


@pytest.mark.parametrize("call", [("mint", "holder", 0), ("burn", 0)])
def test_nobody_fills_the_log_with_nothing(world: World, call: tuple[Any, ...]):
    function, *arguments = call
    resolved = [address_of(item) if isinstance(item, str) else item for item in arguments]
    with expect_revert("AmountZero"):
        getattr(world.cash, function)(*resolved, by=address_of("outsider"))

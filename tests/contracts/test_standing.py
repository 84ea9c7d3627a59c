"""Standing: the rule that stands against a move, who is paid, and what others read of a record."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from evm import ZERO, Contract, address_of, expect_revert
from world import DAY, LICENSED, MATURITY_AT, NOW, PAUSE, UNIT, VALID_UNTIL, World, record

from rwa_deploy import units
from rwa_deploy.report.words import REASONS

NEW = address_of("new wallet")
HASH = b"\x07" * 32
GRACE = 90 * DAY
MOST = 2**128 - 1
HOLDER, RECEIVER, SPENDER, OUTSIDER, TREASURY = map(
    address_of, ("holder", "receiver", "spender", "outsider", "treasury")
)
REGISTRAR, ENFORCER, GUARDIAN = map(address_of, ("registrar", "enforcer", "guardian"))
# What stands against a wallet, before the party's number is added; None: nothing does.
STANDINGS = {
    "good": None,
    "stranger": 0,
    "expired": 1,
    "revoked": 2,
    "ended": 3,
    "frozen": 5,
    "replaced": 6,
    "system": None,
}
SENDING, RECEIVING, OPERATING = 10, 20, 60


def end_licence(world: World, name: str = "provider") -> None:
    """The provider lost its licence, and its grace is over; the clock moves on."""
    world.licences.revokeLicence(address_of(name), by=address_of("regulator"))
    world.chain.warp(GRACE + 1)
    world.allowlist.markProviderEnded(1 if name == "provider" else 2)


@pytest.fixture
def standings(world: World, allowlist: Contract) -> dict[str, str]:
    """A wallet in every standing; those of the second provider lost it."""
    wallets = {name: address_of(name) for name in STANDINGS}
    wallets["system"] = TREASURY
    rows = {name: record(provider=1, investor=9) for name in STANDINGS if name not in ("stranger", "system")}
    rows |= {"expired": record(provider=1, valid_until=NOW + GRACE), "ended": record(provider=2)}
    named = [(wallets[name], row, HASH) for name, row in rows.items()]
    allowlist.onboardByRegistrar([*named, (NEW, record(provider=1, investor=9), HASH)], by=REGISTRAR)
    allowlist.revokeByRegistrar([wallets["revoked"]], by=REGISTRAR)
    allowlist.setFrozen(wallets["frozen"], True, by=ENFORCER)
    allowlist.replace(wallets["replaced"], NEW, by=ENFORCER)
    end_licence(world, "second_provider")
    return wallets


def code_of(standing: str, party: int, *, ended: bool = True) -> int:
    """`ended`: whether an ended licence matters here."""
    offset = STANDINGS[standing]
    return 0 if offset is None or (standing == "ended" and not ended) else party + offset


def move_code(sender: str, receiver: str) -> int:
    """An ended licence lets a wallet send, and receive what the system sends."""
    return code_of(sender, SENDING, ended=False) or code_of(receiver, RECEIVING, ended=sender != "system")


# ── sendCode, receiveCode, receiveCodes ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("standing", STANDINGS)
def test_send_code_and_receive_code_name_the_standing(allowlist: Contract, standings: dict[str, str], standing: str):
    wallet = standings[standing]
    assert allowlist.sendCode(wallet) == code_of(standing, SENDING, ended=False)
    assert allowlist.receiveCode(wallet) == code_of(standing, RECEIVING)


def test_send_code_names_the_last_word_first(world: World, allowlist: Contract):
    """A wallet that expired, was revoked, frozen and replaced, one after the other."""
    allowlist.onboardByRegistrar([(NEW, record(investor=1, valid_until=NOW + 1), HASH)], by=REGISTRAR)
    codes = []
    world.chain.warp(2)
    for stop in (
        lambda: None,
        lambda: world.revoke(NEW),
        lambda: allowlist.setFrozen(NEW, True, by=ENFORCER),
        lambda: allowlist.replace(NEW, HOLDER, by=ENFORCER),
    ):
        stop()
        codes.append(allowlist.sendCode(NEW))
    assert codes == [11, 12, 15, 16]


def test_receive_codes_are_those_of_each_wallet(world: World, allowlist: Contract, standings: dict[str, str]):
    wallets = list(standings.values())
    token, amounts = world.bond.address, [UNIT] * len(wallets)
    expected = [code_of(standing, RECEIVING) for standing in STANDINGS]
    assert allowlist.receiveCodes(token, wallets, amounts) == expected
    assert allowlist.receiveCodes(token, [], []) == []
    allowlist.pauseSystem(by=GUARDIAN)
    assert allowlist.receiveCodes(token, wallets, amounts) == [1] * len(wallets)


@pytest.mark.parametrize("amount", [0, 1, 2**256 - 1])
@pytest.mark.parametrize("token", [ZERO, OUTSIDER])
def test_receive_codes_ask_neither_token_nor_amount(allowlist: Contract, token: str, amount: int):
    assert allowlist.receiveCodes(token, [HOLDER, OUTSIDER], [amount] * 2) == [0, 20]


# ── check, admit, admitOperator, admitMover ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("receiver", STANDINGS)
@pytest.mark.parametrize("sender", STANDINGS)
def test_check_and_admit_name_sender_then_receiver(
    allowlist: Contract, standings: dict[str, str], sender: str, receiver: str
):
    parties = (standings[sender], standings[receiver])
    expected = move_code(sender, receiver)
    assert [allowlist.check(*parties, amount) for amount in (0, 1, 2**256 - 1)] == [expected] * 3
    assert [allowlist.admit(*parties, amount) for amount in (0, 1, 2**256 - 1)] == [expected] * 3


@pytest.mark.parametrize("receiver", STANDINGS)
@pytest.mark.parametrize("sender", STANDINGS)
def test_admit_operator_names_sender_then_receiver_then_operator(
    allowlist: Contract, standings: dict[str, str], sender: str, receiver: str
):
    parties, moved = (standings[sender], standings[receiver]), move_code(sender, receiver)
    for operator in STANDINGS:
        third = code_of(operator, OPERATING, ended=False) if operator != sender else 0
        assert allowlist.admitOperator(standings[operator], *parties, UNIT) == (moved or third), operator


def test_check_and_admit_never_let_anything_leave_zero(allowlist: Contract, settlement: Contract):
    assert (allowlist.check(ZERO, HOLDER, 0), allowlist.admit(ZERO, HOLDER, 0)) == (10, 10)
    assert [allowlist.admitOperator(caller, ZERO, HOLDER, 0) for caller in (ZERO, HOLDER)] == [10, 10]
    assert allowlist.admitMover(settlement.address, ZERO, HOLDER, 0) == 10


def test_check_and_admit_never_let_anything_go_to_zero(allowlist: Contract, settlement: Contract):
    assert (allowlist.check(HOLDER, ZERO, 0), allowlist.admit(HOLDER, ZERO, 0)) == (20, 20)
    assert allowlist.admitOperator(SPENDER, HOLDER, ZERO, 0) == 20
    assert allowlist.admitMover(settlement.address, HOLDER, ZERO, 0) == 20


def test_check_takes_a_record_to_its_last_second(world: World, allowlist: Contract):
    """Attack case 10."""
    world.chain.now = VALID_UNTIL
    assert allowlist.check(HOLDER, RECEIVER, 1) == 0
    world.chain.warp(1)
    assert (allowlist.check(HOLDER, RECEIVER, 1), allowlist.admit(TREASURY, RECEIVER, 1)) == (11, 21)


def test_a_transfer_stops_in_the_second_after_the_expiry(world: World, token: Contract):
    """Attack case 10: the last second of a record moves, the next does not, and a payment is kept."""
    world.onboard(HOLDER, valid_until=NOW + DAY)
    world.give(token, HOLDER, UNIT)
    world.chain.now = NOW + DAY
    token.transfer(RECEIVER, 1, by=HOLDER)
    world.chain.warp(1)
    with expect_revert("TransferRestricted", code=11, account=HOLDER):
        token.transfer(RECEIVER, 1, by=HOLDER)
    with expect_revert("TransferRestricted", code=21, account=HOLDER):
        token.transfer(HOLDER, 0, by=RECEIVER)
    assert world.allowlist.payees([HOLDER], TODAY) == [fact(21, HOLDER, 1)]
    world.onboard(HOLDER)
    token.transfer(RECEIVER, 1, by=HOLDER)
    assert token.balanceOf(RECEIVER) == 2


@pytest.mark.parametrize("function", ["check", "admit"])
def test_check_and_admit_stop_everyone_while_the_system_is_paused(world: World, allowlist: Contract, function: str):
    ask = getattr(allowlist, function)
    allowlist.pauseSystem(by=GUARDIAN)
    pairs = [(HOLDER, RECEIVER), (TREASURY, HOLDER), (OUTSIDER, ZERO)]
    assert [ask(*pair, 1) for pair in pairs] == [1, 1, 1]
    world.chain.warp(PAUSE)
    assert [ask(*pair, 1) for pair in pairs] == [0, 0, 10]


def test_admit_mover_passes_a_mover_only(allowlist: Contract, settlement: Contract):
    assert allowlist.admitMover(settlement.address, HOLDER, RECEIVER, UNIT) == 0
    assert [allowlist.admitMover(caller, HOLDER, RECEIVER, UNIT) for caller in (TREASURY, HOLDER, OUTSIDER)] == [64] * 3


def test_admit_mover_names_the_parties_when_the_caller_is_one(allowlist: Contract, settlement: Contract):
    assert allowlist.admitMover(settlement.address, OUTSIDER, HOLDER, 1) == 10
    assert allowlist.admitMover(settlement.address, HOLDER, OUTSIDER, 1) == 20


def test_admit_mover_names_the_caller_first_when_he_is_none(allowlist: Contract):
    assert allowlist.admitMover(TREASURY, OUTSIDER, OUTSIDER, 1) == 64


# ── admitAll ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sender", "receivers", "code", "account"),
    [
        ("holder", ["receiver", "spender"], 0, None),
        ("holder", [], 0, None),
        ("outsider", ["receiver"], 10, "outsider"),
        ("outsider", ["new wallet"], 10, "outsider"),
        ("holder", ["receiver", "new wallet", "outsider"], 20, "new wallet"),
        ("treasury", ["holder"], 0, None),
        (None, ["holder", "treasury"], 0, None),
        (None, ["holder", "outsider"], 20, "outsider"),
        (None, [], 0, None),
    ],
)
def test_admit_all_names_the_first_rule_and_whose_it_is(
    allowlist: Contract, sender: str | None, receivers: list[str], code: int, account: str | None
):
    source = ZERO if sender is None else address_of(sender)
    for amount in (0, 1, MOST):
        found = allowlist.admitAll(source, list(map(address_of, receivers)), [amount] * len(receivers))
        assert tuple(found) == (code, ZERO if account is None else address_of(account))


@pytest.mark.parametrize("sender", [HOLDER, TREASURY, ZERO])
def test_admit_all_stops_everyone_while_the_system_is_paused(allowlist: Contract, sender: str):
    allowlist.pauseSystem(by=GUARDIAN)
    assert tuple(allowlist.admitAll(sender, [RECEIVER], [1])) == (1, sender)


@pytest.mark.parametrize("receiver", STANDINGS)
@pytest.mark.parametrize("sender", STANDINGS)
def test_admit_all_agrees_with_admit(allowlist: Contract, standings: dict[str, str], sender: str, receiver: str):
    code, account = allowlist.admitAll(standings[sender], [standings[receiver]], [1])
    assert code == move_code(sender, receiver)
    blamed = standings[sender] if 0 < code < RECEIVING else standings[receiver]
    assert account == (blamed if code else ZERO)


@pytest.mark.parametrize("receiver", STANDINGS)
def test_admit_all_of_an_issue_asks_the_receiver_alone(allowlist: Contract, standings: dict[str, str], receiver: str):
    code = code_of(receiver, RECEIVING)
    assert tuple(allowlist.admitAll(ZERO, [standings[receiver]], [1])) == (code, standings[receiver] if code else ZERO)


def test_clients_of_an_ended_provider_send_and_are_paid_and_receive_nothing_else(world: World, allowlist: Contract):
    end_licence(world)
    assert tuple(allowlist.admitAll(HOLDER, [TREASURY], [1])) == (0, ZERO)
    assert tuple(allowlist.admitAll(TREASURY, [TREASURY, RECEIVER], [1, 1])) == (0, ZERO)
    assert tuple(allowlist.admitAll(HOLDER, [TREASURY, RECEIVER], [1, 1])) == (23, RECEIVER)
    assert tuple(allowlist.admitAll(ZERO, [TREASURY, RECEIVER], [1, 1])) == (23, RECEIVER)
    assert (allowlist.check(HOLDER, RECEIVER, 1), allowlist.check(TREASURY, RECEIVER, 1)) == (23, 0)


def test_what_the_system_pays_reaches_the_clients_of_an_ended_provider(world: World):
    world.mint_cash(TREASURY, UNIT)
    end_licence(world)
    world.cash.transfer(HOLDER, UNIT, by=TREASURY)
    with expect_revert("TransferRestricted", code=23, account=RECEIVER):
        world.cash.transfer(RECEIVER, UNIT, by=HOLDER)
    world.cash.transfer(TREASURY, UNIT, by=HOLDER)
    assert (world.cash.balanceOf(HOLDER), world.cash.balanceOf(TREASURY)) == (0, UNIT)


# ── payees ───────────────────────────────────────────────────────────────────────────────────────────────────────────

TODAY = units.day(NOW)


def fact(code: int, payee: str, tax_class: int) -> int:
    return code | int(payee, 16) << 8 | tax_class << 168


def test_payees_name_rule_payee_and_tax_class_of_each(world: World, allowlist: Contract):
    world.revoke(RECEIVER)
    world.onboard(SPENDER, valid_until=NOW + 1, tax_class=3)
    world.chain.warp(2)
    wallets = [HOLDER, RECEIVER, SPENDER, NEW, TREASURY, ZERO, HOLDER]
    rules = [(0, 1), (22, 1), (21, 3), (20, 0), (0, 0), (20, 0), (0, 1)]
    expected = [fact(code, wallet, tax) for wallet, (code, tax) in zip(wallets, rules, strict=True)]
    assert allowlist.payees(wallets, TODAY) == expected


def test_payees_of_nobody_is_empty(allowlist: Contract):
    assert allowlist.payees([], TODAY) == []


def test_payees_states_the_class_of_the_day_asked_for(world: World, allowlist: Contract):
    world.chain.warp(10 * DAY)
    world.onboard(HOLDER, tax_class=2)
    found = [allowlist.payees([HOLDER], TODAY + shift)[0] for shift in (0, 9, 10, 11)]
    assert found == [fact(0, HOLDER, tax_class) for tax_class in (1, 1, 2, 2)]


def test_payees_passes_investors_over_while_the_system_is_paused(world: World, allowlist: Contract):
    allowlist.pauseSystem(by=GUARDIAN)
    assert allowlist.payees([HOLDER, NEW], TODAY) == [fact(1, HOLDER, 1), fact(1, NEW, 0)]
    world.chain.warp(PAUSE)
    assert allowlist.payees([HOLDER, NEW], TODAY) == [fact(0, HOLDER, 1), fact(20, NEW, 0)]


def test_payees_pays_clients_whose_provider_ended(world: World, allowlist: Contract):
    end_licence(world)
    assert allowlist.payees([HOLDER, TREASURY], TODAY) == [fact(0, HOLDER, 1), fact(0, TREASURY, 0)]
    assert allowlist.receiveCode(HOLDER) == 23


def test_payees_names_a_frozen_wallet(allowlist: Contract):
    allowlist.setFrozen(HOLDER, True, by=ENFORCER)
    assert allowlist.payees([HOLDER], TODAY) == [fact(25, HOLDER, 1)]


def test_payees_pays_the_successor_at_its_own_tax_class(world: World, allowlist: Contract):
    allowlist.onboardByRegistrar([(NEW, record(investor=1, tax_class=2), HASH)], by=REGISTRAR)
    allowlist.replace(HOLDER, NEW, by=ENFORCER)
    assert allowlist.payees([HOLDER, NEW], TODAY) == [fact(0, NEW, 2)] * 2
    assert (allowlist.successorOf(HOLDER), allowlist.taxClassOn(HOLDER, TODAY)) == (NEW, 2)
    world.revoke(NEW)
    assert allowlist.payees([HOLDER], TODAY) == [fact(22, NEW, 2)]


def test_payees_keeps_what_a_frozen_wallet_was_owed_after_its_replacement(allowlist: Contract):
    allowlist.onboardByRegistrar([(NEW, record(investor=1), HASH)], by=REGISTRAR)
    allowlist.setFrozen(HOLDER, True, by=ENFORCER)
    allowlist.replace(HOLDER, NEW, by=ENFORCER)
    assert allowlist.payees([HOLDER], TODAY) == [fact(25, NEW, 1)]


@pytest.mark.parametrize("steps", [1, 7, 8])
def test_successor_of_follows_eight_recoveries(allowlist: Contract, steps: int):
    wallets = [HOLDER, *(f"0x{number:040x}" for number in range(1, steps + 1))]
    allowlist.onboardByRegistrar([(wallet, record(investor=1), HASH) for wallet in wallets[1:]], by=REGISTRAR)
    for old, new in pairwise(wallets):
        allowlist.replace(old, new, by=ENFORCER)
    assert allowlist.successorOf(HOLDER) == wallets[-1]
    assert allowlist.payees(wallets, TODAY) == [fact(0, wallets[-1], 1)] * len(wallets)


def test_replace_reverts_when_more_than_eight_wallets_would_follow_one_another(allowlist: Contract):
    """Attack: a ninth step would be out of reach, and what was owed to the first wallet lost."""
    wallets = [HOLDER, *(f"0x{number:040x}" for number in range(1, 10))]
    allowlist.onboardByRegistrar([(wallet, record(investor=1), HASH) for wallet in wallets[1:]], by=REGISTRAR)
    for old, new in pairwise(wallets[:9]):
        allowlist.replace(old, new, by=ENFORCER)
    with expect_revert("SuccessorInvalid", wallet=wallets[8], successor=wallets[9]):
        allowlist.replace(wallets[8], wallets[9], by=ENFORCER)
    assert allowlist.payees(wallets[:1], TODAY) == [fact(0, wallets[8], 1)]


def test_successor_of_is_the_wallet_itself_when_nothing_replaced_it(allowlist: Contract):
    assert [allowlist.successorOf(wallet) for wallet in (HOLDER, NEW, ZERO)] == [HOLDER, NEW, ZERO]


# ── taxClassOn, messageOf ────────────────────────────────────────────────────────────────────────────────────────────


def test_tax_class_on_changes_at_midnight_of_the_day_of_change(world: World, allowlist: Contract, provider: str):
    allowlist.onboard([(NEW, record(tax_class=1), HASH)], by=provider)
    world.chain.warp(3 * DAY)
    allowlist.onboard([(NEW, record(tax_class=2), HASH)], by=provider)
    today = units.day(world.chain.now)
    assert [allowlist.taxClassOn(NEW, day) for day in (today - 1, today, today + 1)] == [1, 2, 2]


def test_tax_class_on_remembers_yesterday_when_it_changes_twice_in_a_day(
    world: World, allowlist: Contract, provider: str
):
    allowlist.onboard([(NEW, record(tax_class=1), HASH)], by=provider)
    world.chain.warp(3 * DAY)
    for tax_class in (2, 3):
        allowlist.onboard([(NEW, record(tax_class=tax_class), HASH)], by=provider)
    today = units.day(world.chain.now)
    assert [allowlist.taxClassOn(NEW, day) for day in (today - 1, today)] == [1, 3]


def test_message_of_is_the_published_sentence_of_every_code_and_knows_no_other(allowlist: Contract):
    assert [allowlist.messageOf(code) for code in range(256)] == [
        REASONS.get(code, "Unknown restriction code.") for code in range(256)
    ]


def test_message_of_says_what_stands_against_whom(allowlist: Contract):
    samples = {
        0: "The transfer is allowed.",
        10: "The sender is not on the allowlist.",
        21: "The receiver's KYC has expired.",
        23: "The receiver's provider has lost its licence, and the grace is over.",
        62: "The operator's record is revoked.",
        64: "The operator may not move tokens by right.",
        15: "The sender's wallet is frozen under an order.",
        26: "The receiver's wallet was replaced by another.",
        30: "The receiver's tier is below the lowest of the series.",
    }
    assert {code: allowlist.messageOf(code) for code in samples} == samples


# ── reason ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arrange", "receiver", "code"),
    [
        (lambda world, token: None, HOLDER, 0),
        (lambda world, token: None, OUTSIDER, 20),
        (lambda world, token: world.revoke(HOLDER), RECEIVER, 12),
        (lambda world, token: token.setFrozenTokens(HOLDER, UNIT, by=ENFORCER), RECEIVER, 3),
        (lambda world, token: world.allowlist.setFrozen(HOLDER, True, by=ENFORCER), RECEIVER, 15),
        (lambda world, token: token.pause(by=GUARDIAN), RECEIVER, 2),
        (lambda world, token: world.allowlist.pauseSystem(by=GUARDIAN), RECEIVER, 1),
    ],
)
def test_reason_is_the_tokens_code_with_its_sentence(
    world: World,
    allowlist: Contract,
    token: Contract,
    arrange: Callable[[World, Contract], Any],
    receiver: str,
    code: int,
):
    world.give(token, HOLDER, UNIT)
    arrange(world, token)
    assert token.detectTransferRestriction(HOLDER, receiver, UNIT) == code
    assert tuple(allowlist.reason(token.address, HOLDER, receiver, UNIT)) == (code, REASONS[code])
    assert token.messageForTransferRestriction(code) == REASONS[code]


def test_reason_of_a_matured_series_names_it(world: World, allowlist: Contract, bond: Contract):
    world.chain.now = MATURITY_AT
    assert tuple(allowlist.reason(bond.address, HOLDER, RECEIVER, 1)) == (4, REASONS[4])


# ── what ERC-3643 calls the identity registry ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("standing", STANDINGS)
def test_is_verified_exactly_when_the_wallet_could_receive(
    allowlist: Contract, standings: dict[str, str], standing: str
):
    assert allowlist.isVerified(standings[standing]) is (STANDINGS[standing] is None)


def test_is_verified_says_nothing_about_a_pause(allowlist: Contract):
    allowlist.pauseSystem(by=GUARDIAN)
    assert (allowlist.isVerified(HOLDER), allowlist.receiveCode(HOLDER)) == (True, 1)


def test_is_verified_again_when_the_licence_holds_again(world: World, allowlist: Contract, regulator: str):
    world.licences.suspendLicence(address_of("provider"), by=regulator)
    assert allowlist.isVerified(HOLDER)
    world.chain.warp(GRACE + 1)
    allowlist.markProviderEnded(1)
    assert not allowlist.isVerified(HOLDER)
    world.licences.grantLicence(address_of("provider"), LICENSED, 1, VALID_UNTIL, by=regulator)
    allowlist.unmarkProviderEnded(1)
    assert allowlist.isVerified(HOLDER)


@pytest.mark.parametrize("standing", STANDINGS)
def test_identity_and_contains_tell_of_any_record(allowlist: Contract, standings: dict[str, str], standing: str):
    wallet, known = standings[standing], standing != "stranger"
    assert (allowlist.contains(wallet), allowlist.identity(wallet)) == (known, wallet if known else ZERO)


def test_investor_country_is_the_records(allowlist: Contract, provider: str):
    allowlist.onboard([(NEW, record(country=826), HASH)], by=provider)
    assert [allowlist.investorCountry(wallet) for wallet in (NEW, HOLDER, TREASURY, OUTSIDER)] == [826, 586, 0, 0]

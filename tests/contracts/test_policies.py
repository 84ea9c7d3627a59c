"""Policies: what a series asks of who receives it, rule by rule, on every way in."""

from collections.abc import Callable

import pytest
from evm import ZERO, address_of, expect_revert, reverts
from policed import (
    ALL,
    CAP,
    COOLING_OFF,
    COUNTRY,
    HOLDER,
    HOLDERS,
    ISSUED,
    LOCKED_UP,
    MESSAGES,
    NOT_ACCEPTED,
    NOT_COUNTED,
    NOT_IN_LOTS,
    OMNIBUS,
    OMNIBUS_TIER,
    ONE,
    OUTSIDER,
    PROSPECTUS,
    RECEIVER,
    SPENDER,
    TIER,
    TRANSFERS,
    TREASURY,
    WAYS,
    Policed,
    build,
    by_issue,
    enrol,
    refusal,
    refusal_on_page,
    settle,
    skipped,
)  # fmt: skip
from world import DAY, NOW, World

AMOUNT = 10 * ONE
SECOND = address_of("second_wallet")
OTHER_HASH = b"\xd2".ljust(32, b"\0")


@pytest.fixture
def policed(world: World) -> Policed:
    return build(world)


# ── every rule on every way in ───────────────────────────────────────────────────────────────────────────────────────


def arrange_cap(policed: Policed) -> None:
    policed.bind(caps={1: 9})
    policed.count(RECEIVER)


def arrange_holders(policed: Policed) -> None:
    policed.bind(most_holders=1)
    policed.recount(HOLDER)


def arrange_cooling_off(policed: Policed) -> None:
    policed.bind(disclosure=PROSPECTUS, cooling_off=DAY)
    policed.accept(RECEIVER)


def arrange_omnibus(policed: Policed) -> None:
    enrol(policed.world, RECEIVER, tier=OMNIBUS_TIER, investor=2)
    policed.bind(omnibus_age=DAY)


# Code -> what brings ten whole units into its way. Lots and the lock-up concern the series, the rest the receiver.
RULES: dict[int, Callable[[Policed], object]] = {
    LOCKED_UP: lambda policed: policed.bind(locked_until=NOW + 1),
    NOT_IN_LOTS: lambda policed: policed.bind(lot=3),
    TIER: lambda policed: policed.bind(lowest_tier=2),
    COUNTRY: lambda policed: policed.bind(blocked=[586]),
    NOT_ACCEPTED: lambda policed: policed.bind(disclosure=PROSPECTUS),
    COOLING_OFF: arrange_cooling_off,
    NOT_COUNTED: lambda policed: policed.bind(caps={1: 10}),
    CAP: arrange_cap,
    HOLDERS: arrange_holders,
    OMNIBUS: arrange_omnibus,
}


def stands(code: int, way: str) -> bool:
    """An issue is never locked up, and only an issue waits for the cooling-off."""
    return code != (LOCKED_UP if way == "issue" else COOLING_OFF)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("code", RULES)
def test_a_move_is_refused_by_code_and_account_when_a_rule_stands_against_it(policed: Policed, code: int, way: str):
    assert refusal(WAYS[way], policed, "receiver", AMOUNT) is None
    RULES[code](policed)
    whose = policed.series.address if code < 10 else RECEIVER
    assert refusal(WAYS[way], policed, "receiver", AMOUNT) == ((code, whose) if stands(code, way) else None)


@pytest.mark.parametrize("code", RULES)
def test_settle_page_passes_over_whom_the_policy_refuses_and_serves_the_others(policed: Policed, code: int):
    """Attack case 14."""
    RULES[code](policed)
    assert refusal_on_page(policed, "receiver", AMOUNT) == (code if stands(code, "issue") else 0)


@pytest.mark.parametrize("code", RULES)
def test_detect_transfer_restriction_names_the_rule_before(policed: Policed, code: int):
    RULES[code](policed)
    expected = code if stands(code, "transfer") else 0
    assert policed.code(RECEIVER, AMOUNT) == expected
    assert policed.series.canTransfer(HOLDER, RECEIVER, AMOUNT) is (expected == 0)


@pytest.mark.parametrize("code", RULES)
def test_accounts_of_the_system_stand_outside_every_rule(policed: Policed, code: int):
    RULES[code](policed)
    for way in (*TRANSFERS.values(), by_issue):
        assert refusal(way, policed, "treasury", AMOUNT) is None
    policed.send(TREASURY, AMOUNT)
    assert policed.held(TREASURY) == [AMOUNT]


@pytest.mark.parametrize("code", RULES)
def test_what_the_system_sells_is_bound_like_any_transfer(policed: Policed, code: int):
    policed.send(TREASURY, AMOUNT + ONE)
    RULES[code](policed)
    assert policed.code(RECEIVER, AMOUNT, TREASURY) == (code if stands(code, "transfer") else 0)


@pytest.mark.parametrize("code", MESSAGES)
def test_message_for_transfer_restriction_is_the_sentence_of_the_rule(policed: Policed, code: int):
    assert policed.series.messageForTransferRestriction(code) == MESSAGES[code]
    assert policed.world.allowlist.messageOf(code) == MESSAGES[code]


@pytest.mark.parametrize("way", WAYS)
def test_a_series_without_a_policy_takes_everybody_in_order(policed: Policed, way: str):
    assert refusal(WAYS[way], policed, "receiver", AMOUNT) is None


@pytest.mark.parametrize("way", WAYS)
def test_the_allowlist_comes_before_the_policy(policed: Policed, way: str):
    policed.bind(lowest_tier=5)
    policed.world.revoke(RECEIVER)
    assert refusal(WAYS[way], policed, "receiver", AMOUNT) == (22, RECEIVER)
    assert refusal_on_page(policed, "receiver", AMOUNT) == 22


@pytest.mark.parametrize("code", RULES)
def test_to_oneself_nothing_moves_and_nothing_is_asked(policed: Policed, code: int):
    """Attack case 29."""
    RULES[code](policed)
    places = policed.places(HOLDER)
    assert policed.code(HOLDER, AMOUNT) == 0
    assert policed.send(HOLDER, AMOUNT).log == (("Transfer", HOLDER, HOLDER, AMOUNT),)
    assert (policed.held(HOLDER), policed.places(HOLDER)) == ([ISSUED], places)


# ── tier, country, lots, lock-up ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lowest", range(7))
def test_transfer_is_open_from_the_lowest_tier_on(policed: Policed, lowest: int):
    policed.bind(lowest_tier=lowest)
    found = []
    for tier in range(1, 7):
        enrol(policed.world, RECEIVER, tier=tier, investor=2)
        found.append(policed.code(RECEIVER, AMOUNT))
    assert found == [TIER if tier < lowest else 0 for tier in range(1, 7)]


@pytest.mark.parametrize("country", [1, 2, 255, 256, 257, 511, 512, 767, 768, 998, 999])
def test_transfer_is_closed_to_the_blocked_country_and_to_none_beside_it(policed: Policed, country: int):
    policed.bind(blocked=[country])
    near = [c for c in (country - 1, country, country + 1) if 1 <= c <= 999]
    found = []
    for where in near:
        enrol(policed.world, RECEIVER, country=where, investor=2)
        found.append(policed.code(RECEIVER, AMOUNT))
    assert found == [COUNTRY if where == country else 0 for where in near]


def test_policy_of_gives_back_all_that_was_set(policed: Policed):
    """Countries 0 and 999 are the edges of the bitmap."""
    receipt = policed.bind(
        caps={1: 1, 6: 2**40 - 1}, blocked=[0, 255, 256, 999], disclosure=PROSPECTUS, travel=True, lowest_tier=6,
        lot=2**64 - 1, locked_until=2**40 - 1, cooling_off=2**24 - 1, most_holders=2**32 - 1, omnibus_age=2**24 - 1,
    )  # fmt: skip
    terms = policed.policies.policyOf(policed.series.address)
    assert receipt.log == (("PolicySet", policed.series.address, (*terms[:2], tuple(terms.blocked), PROSPECTUS)),)
    assert terms.blocked == [1 | 1 << 255, 1, 0, 1 << 999 - 768]
    assert terms.caps == 1 | (2**40 - 1) << 200
    assert terms.policy == (0xF << 192) + (1 << 192) - 1 - 0xFF + 6


def test_transfer_in_lots_passes_and_an_odd_remainder_goes_only_as_a_whole(policed: Policed):
    policed.send(RECEIVER, 7 * ONE + 1)
    policed.bind(lot=3)
    asked = (0, 3 * ONE - 1, 3 * ONE, 3 * ONE + 1, 6 * ONE, 7 * ONE, 7 * ONE + 1, 9 * ONE)
    bad = NOT_IN_LOTS
    assert [policed.code(SPENDER, amount, RECEIVER) for amount in asked] == [0, bad, 0, bad, 0, bad, 0, 0]
    policed.send(SPENDER, 6 * ONE, by=RECEIVER)
    assert [policed.code(SPENDER, amount, RECEIVER) for amount in (1, ONE, ONE + 1)] == [bad, bad, 0]
    policed.send(SPENDER, ONE + 1, by=RECEIVER)
    assert policed.held(RECEIVER, SPENDER) == [0, 7 * ONE + 1]


def test_issue_in_lots_knows_no_remainder(policed: Policed):
    policed.bind(lot=3)
    assert refusal(by_issue, policed, "receiver", 4 * ONE) == (NOT_IN_LOTS, policed.series.address)
    by_issue(policed, "receiver", 6 * ONE)
    assert policed.held(RECEIVER) == [6 * ONE]


@pytest.mark.parametrize("way", TRANSFERS)
def test_transfer_is_locked_up_until_the_second_of_its_end(policed: Policed, way: str):
    policed.bind(locked_until=NOW + DAY)
    policed.world.chain.now = NOW + DAY - 1
    assert refusal(TRANSFERS[way], policed, "receiver", AMOUNT) == (LOCKED_UP, policed.series.address)
    policed.world.chain.now = NOW + DAY
    assert refusal(TRANSFERS[way], policed, "receiver", AMOUNT) is None


# ── disclosure and cooling-off ───────────────────────────────────────────────────────────────────────────────────────


def test_accept_disclosure_counts_the_first_time_only(policed: Policed):
    assert policed.policies.acceptDisclosure(PROSPECTUS, by=RECEIVER).log == (
        ("DisclosureAccepted", RECEIVER, PROSPECTUS),
    )
    policed.world.chain.warp(DAY)
    assert policed.policies.acceptDisclosure(PROSPECTUS, by=RECEIVER).log == ()
    assert policed.policies.acceptedAt(PROSPECTUS, RECEIVER) == NOW
    assert policed.policies.acceptedAt(PROSPECTUS, HOLDER) == 0


def test_transfer_reverts_until_the_receiver_accepted_that_disclosure(policed: Policed):
    policed.bind(disclosure=PROSPECTUS)
    policed.accept(RECEIVER, disclosure=OTHER_HASH)
    policed.accept(HOLDER)
    assert policed.code(RECEIVER, AMOUNT) == NOT_ACCEPTED
    policed.accept(RECEIVER)
    assert policed.code(RECEIVER, AMOUNT) == 0


def test_a_new_disclosure_is_accepted_anew(policed: Policed):
    policed.bind(disclosure=PROSPECTUS)
    policed.accept(RECEIVER)
    policed.bind_anew(disclosure=OTHER_HASH)
    assert policed.code(RECEIVER, AMOUNT) == NOT_ACCEPTED
    policed.accept(RECEIVER, disclosure=OTHER_HASH)
    assert policed.code(RECEIVER, AMOUNT) == 0


@pytest.mark.parametrize("tier", range(1, 7))
def test_issue_to_retail_waits_for_the_cooling_off_to_the_second(policed: Policed, tier: int):
    enrol(policed.world, RECEIVER, tier=tier, investor=2)
    policed.bind(disclosure=PROSPECTUS, cooling_off=DAY)
    policed.accept(RECEIVER)
    policed.world.chain.now = NOW + DAY - 1
    waits = tier <= 2
    assert refusal(by_issue, policed, "receiver", AMOUNT) == ((COOLING_OFF, RECEIVER) if waits else None)
    assert refusal_on_page(policed, "receiver", AMOUNT) == (COOLING_OFF if waits else 0)
    policed.accept(RECEIVER)  # again: the first time counts
    policed.world.chain.now = NOW + DAY
    assert refusal(by_issue, policed, "receiver", AMOUNT) is None


# ── caps per investor ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def capped(policed: Policed) -> Policed:
    """Twenty whole units for tier 1; the receiver has two counted wallets, and ten units in the first."""
    enrol(policed.world, SECOND, investor=2)
    policed.bind(caps={1: 20, 3: 5})
    policed.count(RECEIVER, SECOND)
    policed.send(RECEIVER, AMOUNT)
    return policed


@pytest.mark.parametrize("way", WAYS)
def test_a_cap_counts_all_wallets_of_an_investor_to_the_unit(capped: Policed, way: str):
    unit = ONE if way == "issue" else 1
    for name, wallet in (("receiver", RECEIVER), ("second_wallet", SECOND)):
        assert refusal(WAYS[way], capped, name, AMOUNT) is None
        assert refusal(WAYS[way], capped, name, AMOUNT + unit) == (CAP, wallet)


def test_a_cap_is_that_of_the_receivers_tier_and_none_where_none_is_set(capped: Policed):
    found = []
    for tier in (1, 2, 3):
        enrol(capped.world, SECOND, tier=tier, investor=2)
        found.append([capped.code(SECOND, amount) for amount in (1, AMOUNT, AMOUNT + 1)])
    assert found == [[0, 0, CAP], [0, 0, 0], [CAP, CAP, CAP]]


def test_transfer_between_own_wallets_is_free_of_the_cap(capped: Policed):
    capped.send(RECEIVER, AMOUNT)
    capped.bind(caps={1: 15, 3: 5})
    assert capped.code(SECOND, 1) == CAP
    capped.send(SECOND, 20 * ONE, by=RECEIVER)
    assert capped.held(RECEIVER, SECOND) == [0, 20 * ONE]


def test_transfer_to_an_own_wallet_that_is_not_counted_reverts(capped: Policed):
    """Attack: a full investor empties his wallet into one that no cap looks at, and buys again."""
    third = enrol(capped.world, address_of("third_wallet"), investor=2)
    with expect_revert("TransferRestricted", code=NOT_COUNTED, account=third):
        capped.send(third, AMOUNT, by=RECEIVER)
    capped.count(third)
    capped.send(third, AMOUNT, by=RECEIVER)
    assert capped.code(RECEIVER, AMOUNT + 1) == CAP


def test_count_wallets_follows_a_record_to_another_investor(capped: Policed):
    policies = capped.policies
    enrol(capped.world, RECEIVER, investor=9)
    assert capped.code(RECEIVER, ONE) == NOT_COUNTED
    assert capped.code(SECOND, AMOUNT + 1) == CAP  # the old investor is charged until someone counts
    receipt = capped.count(RECEIVER)
    assert receipt.log == (("WalletCounted", RECEIVER, 2, False), ("WalletCounted", RECEIVER, 9, True))
    assert (policies.walletsOf(2), policies.walletsOf(9)) == ([SECOND], [RECEIVER])
    assert [capped.code(SECOND, 20 * ONE + more) for more in (0, 1)] == [0, CAP]
    assert [capped.code(RECEIVER, AMOUNT + more) for more in (0, 1)] == [0, CAP]


def test_count_wallets_again_changes_nothing(capped: Policed):
    assert capped.count(RECEIVER, SECOND, RECEIVER).log == ()
    assert capped.policies.walletsOf(2) == [RECEIVER, SECOND]


@pytest.mark.parametrize("stranger", ["outsider", "treasury"])
def test_count_wallets_reverts_when_there_is_no_investor(policed: Policed, stranger: str):
    with expect_revert("WalletUnknown", wallet=address_of(stranger)):
        policed.count(address_of(stranger))


def test_count_wallets_takes_eight_of_an_investor(policed: Policed):
    wallets = [enrol(policed.world, address_of(f"wallet_{i}"), investor=7) for i in range(9)]
    policed.count(*wallets[:8])
    with expect_revert("TooManyWallets", investor=7, most=8):
        policed.count(wallets[8])
    enrol(policed.world, wallets[3], investor=8)
    policed.count(wallets[3], wallets[8])
    assert policed.policies.walletsOf(7) == [*wallets[:3], wallets[7], *wallets[4:7], wallets[8]]


def test_settle_page_counts_two_rows_of_one_investor_together(capped: Policed):
    rows = [("receiver", 6 * ONE), ("second_wallet", 5 * ONE), ("second_wallet", 4 * ONE), ("receiver", ONE)]
    receipt = settle(capped, *rows)
    assert (receipt.result, skipped(receipt)) == (2, {1: CAP, 3: CAP})
    assert capped.held(RECEIVER, SECOND) == [16 * ONE, 4 * ONE]


def test_settle_page_keeps_what_stays_free_when_a_row_is_not_paid(capped: Policed):
    """The first row takes the investor's room when codes are asked, and his wallet turns out to be empty."""
    receipt = settle(
        capped, ("receiver", 6 * ONE), ("second_wallet", 5 * ONE), ("spender", 0), paying=["second_wallet"]
    )
    assert (receipt.result, skipped(receipt)) == (0, {0: 0, 1: CAP, 2: 0})
    page = [(RECEIVER, 6 * ONE, 100 * ONE), (SECOND, 5 * ONE, 100 * ONE), (SPENDER, 0, 100 * ONE)]
    again = capped.world.settlement.settlePage(b"\x60".ljust(32, b"\0"), 0, page)
    assert again.result == 0


def test_issue_names_the_second_row_that_breaks_the_cap(capped: Policed):
    receivers, faces = [SPENDER, RECEIVER, SECOND], [ONE, 6 * ONE, 5 * ONE]
    capped.count(SPENDER)
    with expect_revert("TransferRestricted", code=CAP, account=SECOND):
        capped.world.programme.issue(capped.series.address, receivers, faces, by=address_of("debt_office"))


@pytest.mark.parametrize("amount", [ALL, ALL - AMOUNT + 1, 2**128])
def test_detect_transfer_restriction_answers_for_any_amount(capped: Policed, amount: int):
    """ERC-7943: what starts with `can` never reverts."""
    assert capped.code(SECOND, amount) == CAP
    assert capped.series.canTransfer(HOLDER, SECOND, amount) is False
    assert capped.policies.receiveCodes(capped.series.address, [RECEIVER, SECOND], [AMOUNT, amount]) == [0, CAP]
    assert reverts(capped.send, SECOND, amount) == "TransferRestricted"


# ── most holders ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def crowded(policed: Policed) -> Policed:
    """Two places: one is the holder's."""
    policed.bind(most_holders=2)
    policed.recount(HOLDER)
    return policed


@pytest.mark.parametrize("way", TRANSFERS)
def test_a_transfer_takes_the_receivers_place_and_leaves_the_senders(crowded: Policed, way: str):
    log = TRANSFERS[way](crowded, "receiver", ISSUED - 1).of("HolderCounted")
    assert log == [("HolderCounted", crowded.series.address, RECEIVER, True, 2)]
    assert crowded.places(HOLDER, RECEIVER) == (2, [True, True])
    log = crowded.send(RECEIVER, 1).log
    assert log[0] == ("HolderCounted", crowded.series.address, HOLDER, False, 1)
    assert crowded.places(HOLDER, RECEIVER) == (1, [False, True])


def test_a_transfer_to_a_third_reverts_unless_the_sender_leaves(crowded: Policed):
    crowded.send(RECEIVER, ONE)
    assert crowded.code(SPENDER, ISSUED - ONE - 1) == HOLDERS
    with expect_revert("TransferRestricted", code=HOLDERS, account=SPENDER):
        crowded.send(SPENDER, 1)
    crowded.send(SPENDER, ISSUED - ONE)
    assert crowded.places(HOLDER, RECEIVER, SPENDER) == (2, [False, True, True])


def test_a_transfer_to_who_has_a_place_passes_when_all_are_taken(crowded: Policed):
    crowded.send(RECEIVER, ONE)
    crowded.send(RECEIVER, ONE)
    assert crowded.places(HOLDER, RECEIVER) == (2, [True, True])


def test_a_sale_to_the_system_leaves_a_place_and_takes_none(crowded: Policed):
    crowded.send(RECEIVER, ONE)
    crowded.send(TREASURY, ONE, by=RECEIVER)
    assert crowded.places(RECEIVER, TREASURY) == (1, [False, False])
    crowded.send(SPENDER, ONE, by=TREASURY)
    assert crowded.places(SPENDER) == (2, [True])


@pytest.mark.parametrize("way", ["transfer", "transferFrom"])
def test_a_transfer_of_nothing_takes_no_place(crowded: Policed, way: str):
    """Attack case 29, and attack: somebody who needs no allowance fills all places with empty wallets."""
    TRANSFERS[way](crowded, "receiver", 0)
    assert crowded.places(HOLDER, RECEIVER) == (1, [True, False])
    enrol(crowded.world, OUTSIDER, investor=4)
    crowded.series.transferFrom(HOLDER, RECEIVER, 0, by=OUTSIDER)
    assert crowded.places(HOLDER, RECEIVER) == (1, [True, False])


def test_issue_takes_a_place_for_each_holder_once(crowded: Policed):
    address, programme = crowded.series.address, crowded.world.programme
    by = address_of("debt_office")
    programme.issue(address, [RECEIVER, TREASURY, RECEIVER, HOLDER], [ONE] * 4, by=by)
    assert crowded.places(HOLDER, RECEIVER, TREASURY) == (2, [True, True, False])
    with expect_revert("TransferRestricted", code=HOLDERS, account=SPENDER):
        programme.issue(address, [RECEIVER, SPENDER], [ONE] * 2, by=by)


def test_settle_page_gives_the_last_place_to_the_first_new_winner(crowded: Policed):
    rows = [("receiver", ONE), ("spender", ONE), ("holder", ONE), ("receiver", ONE), ("treasury", ONE)]
    receipt = settle(crowded, *rows)
    assert (receipt.result, skipped(receipt)) == (3, {1: HOLDERS, 4: 0})
    assert crowded.places(HOLDER, RECEIVER, SPENDER) == (2, [True, True, False])


def test_settle_page_gives_no_place_to_who_does_not_pay(crowded: Policed):
    receipt = settle(crowded, ("receiver", ONE), ("holder", ONE), paying=["holder"])
    assert (receipt.result, skipped(receipt)) == (1, {0: 0})
    assert crowded.places(HOLDER, RECEIVER) == (1, [True, False])


def test_recount_puts_right_what_came_and_went_by_other_ways(crowded: Policed):
    """A seizure brings a holder in, a retirement takes one out; both pass the policy by."""
    world, address = crowded.world, crowded.series.address
    crowded.series.forcedTransfer(HOLDER, SPENDER, ISSUED, by=address_of("enforcer"))
    assert crowded.places(HOLDER, SPENDER) == (1, [True, False])
    receipt = crowded.recount(HOLDER, SPENDER, TREASURY, ZERO)
    assert receipt.log == (
        ("HolderCounted", address, HOLDER, False, 0),
        ("HolderCounted", address, SPENDER, True, 1),
    )
    world.chain.now = crowded.series.endAt()
    world.mint_cash(TREASURY, ISSUED)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    world.paying_agent.fund(address, ALL, by=TREASURY)
    world.paying_agent.redeem(address, [SPENDER])
    assert crowded.places(SPENDER) == (1, [True])
    assert crowded.recount(SPENDER).log == (("HolderCounted", address, SPENDER, False, 0),)
    assert crowded.recount(SPENDER, HOLDER).log == ()


def test_a_policy_that_comes_later_leaves_holders_where_they_are(policed: Policed):
    """Two hold already, one place is allowed: nobody new comes in, and who holds may leave to who holds."""
    policed.send(RECEIVER, ONE)
    policed.recount(HOLDER, RECEIVER)
    policed.bind(most_holders=1)
    assert [policed.code(SPENDER, amount) for amount in (1, ISSUED - ONE)] == [HOLDERS, HOLDERS]
    policed.send(HOLDER, ONE, by=RECEIVER)
    assert policed.places(HOLDER, RECEIVER) == (1, [True, False])
    assert policed.code(SPENDER, ISSUED) == 0

"""Meeting: acceleration, rescission and modification by those who held at the record date."""

from collections.abc import Mapping, Sequence

import pytest
from bonds import CALL, ENDS, ISSUE_DAY, WAD, amortising, bullet, option, start_of
from evm import ZERO, Contract, Receipt, address_of, expect_revert, key_of
from governed import (
    ACCELERATE,
    AGAINST,
    EXCLUDED,
    IN_FAVOUR,
    MODIFY,
    NO_CHOICE,
    PASSED,
    REDEMPTION,
    REJECTED,
    RESCIND,
    SERIES_BY_SERIES,
    SINGLE_LIMB,
    TWO_LIMB,
    UNDECIDED,
    VOID,
    VOTE,
    Governed,
    build,
)  # fmt: skip
from signing import digest, domain_separator
from world import DAY, UNIT, World

HOLDER, RECEIVER, SPENDER, OUTSIDER = map(address_of, ("holder", "receiver", "spender", "outsider"))
TREASURY, ENFORCER, DEBT_OFFICE = map(address_of, ("treasury", "enforcer", "debt_office"))
ALL = 2**256 - 1
DEFAULT_DAY = ISSUE_DAY + ENDS[0] + 8  # the first day after five business days of grace


@pytest.fixture
def governed(world: World) -> Governed:
    return build(world)


def create(governed: Governed, held: Mapping[str, int], salt: int = 0, bond=None, **changes: object) -> Contract:
    world = governed.world
    series = (bond or bullet(more={"graceDays": 5})).create(world, salt, **changes)
    if held:
        world.issue(series, held)
    return series


@pytest.fixture
def series(governed: Governed) -> Contract:
    """A hundred units: a quarter with the holder, 35 with the receiver, 40 with the spender."""
    return create(governed, {HOLDER: 25 * UNIT, RECEIVER: 35 * UNIT, SPENDER: 40 * UNIT})


@pytest.fixture
def other(governed: Governed) -> Contract:
    """A second series, of forty units."""
    return create(governed, {HOLDER: 20 * UNIT, RECEIVER: 20 * UNIT}, salt=1)


@pytest.fixture
def target(governed: Governed) -> Contract:
    """What is exchanged into: a longer series that nobody holds."""
    return create(governed, {}, salt=2, bond=bullet(ends=(365, 730, 1095, 1460)))


@pytest.fixture
def defaulted(governed: Governed, series: Contract) -> Contract:
    """The first coupon was missed, and someone said so."""
    governed.go_to(DEFAULT_DAY, 11)
    governed.defaults.declareDefault(series.address, 0)
    return series


def by_holder(
    governed: Governed, series: Contract, kind: int = ACCELERATE, by: str = HOLDER, system: Sequence[str] = ()
):
    return governed.meeting.conveneByHolder(kind, series.address, sorted(system), by=by).result


def convene(governed: Governed, procedure: int, *changes: tuple[Contract, Contract, int], days: int = 14) -> int:
    rows = [(old.address, new.address, ratio) for old, new, ratio in changes]
    return governed.meeting.convene(procedure, rows, days, by=DEBT_OFFICE).result


def vote(governed: Governed, meeting_id: int, series: Contract, who: str, support: bool = True) -> Receipt:
    return governed.meeting.vote(meeting_id, series.address, support, by=who)


def accelerate(governed: Governed, series: Contract) -> int:
    """Convened, voted and closed; the end of the series."""
    meeting_id = by_holder(governed, series)
    governed.open_voting(meeting_id)
    vote(governed, meeting_id, series, HOLDER)
    assert governed.close(meeting_id).result == PASSED
    return series.endAt()


def modify(governed: Governed, series: Contract, target: Contract, ratio: int = WAD) -> int:
    """A modification that all but the holder wanted, with the old series ended."""
    meeting_id = convene(governed, SERIES_BY_SERIES, (series, target, ratio))
    governed.open_voting(meeting_id)
    for who in (RECEIVER, SPENDER):
        vote(governed, meeting_id, series, who)
    vote(governed, meeting_id, series, HOLDER, False)
    assert governed.close(meeting_id).result == PASSED
    governed.world.chain.now = max(series.endAt(), governed.world.chain.now)
    return meeting_id


def ballot_hash(governed: Governed, meeting_id: int, series: Contract, holder: str, support: bool, **where) -> bytes:
    address = where.pop("address", governed.meeting.address)
    return digest(domain_separator("Meeting", address, **where), VOTE, (meeting_id, series.address, holder, support))


def sign(governed: Governed, meeting_id: int, series: Contract, name: str, support: bool = True, **where) -> bytes:
    return key_of(name).sign(ballot_hash(governed, meeting_id, series, address_of(name), support, **where))


# ── conveneByHolder ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_convene_by_holder_sets_a_record_date_a_day_ahead_and_a_week_to_vote(governed: Governed, defaulted: Contract):
    record_at = governed.record_at()
    receipt = governed.meeting.conveneByHolder(ACCELERATE, defaulted.address, [], by=HOLDER)
    assert receipt.result == governed.meeting.meetings() == 1
    assert receipt.log == (
        ("Convened", 1, ACCELERATE, SERIES_BY_SERIES, HOLDER, record_at, record_at + 7 * DAY),
        ("SeriesListed", 1, defaulted.address, ZERO, 0, WAD),
        ("RecordDateSet", record_at),
    )
    assert record_at == start_of(DEFAULT_DAY + 2)
    assert tuple(governed.meeting.resolutionOf(1)) == (
        ACCELERATE, SERIES_BY_SERIES, UNDECIDED, record_at, record_at + 7 * DAY, [defaulted.address],
    )  # fmt: skip
    assert governed.meeting.openMeetingOf(defaulted.address, ACCELERATE) == 1


def test_convene_at_midnight_takes_the_next_one(governed: Governed, defaulted: Contract):
    governed.go_to(DEFAULT_DAY + 1)
    assert governed.record_at() == start_of(DEFAULT_DAY + 2)
    by_holder(governed, defaulted)
    assert governed.meeting.resolutionOf(1).recordAt == start_of(DEFAULT_DAY + 2)


def test_convene_uses_a_record_date_that_is_set_already(governed: Governed, defaulted: Contract):
    """The four places of the fiscal agent are full; the date that is needed is among them."""
    for ahead in range(2, 6):
        defaulted.setRecordDate(start_of(DEFAULT_DAY + ahead), by=address_of("fiscal_agent"))
    assert by_holder(governed, defaulted) == 1


@pytest.mark.parametrize("short", [0, 1])
def test_convene_by_holder_needs_a_tenth(governed: Governed, short: int):
    series = create(governed, {HOLDER: UNIT, RECEIVER: 9 * UNIT}, salt=5)
    governed.go_to(DEFAULT_DAY)
    governed.defaults.declareDefault(series.address, 0)
    if short:
        series.transfer(RECEIVER, 1, by=HOLDER)
        with expect_revert("HoldingTooSmall", face=UNIT - 1, outstanding=10 * UNIT):
            by_holder(governed, series)
    else:
        assert by_holder(governed, series) == 1


def test_convene_by_holder_leaves_the_issuers_face_out_of_the_tenth(governed: Governed):
    """Attack: an issuer who keeps most of a series himself would make a tenth of it unreachable."""
    series = create(governed, {HOLDER: UNIT, RECEIVER: 9 * UNIT, TREASURY: 90 * UNIT}, salt=5)
    governed.go_to(DEFAULT_DAY)
    governed.defaults.declareDefault(series.address, 0)
    with expect_revert("HoldingTooSmall", face=UNIT, outstanding=100 * UNIT):
        by_holder(governed, series)
    assert by_holder(governed, series, system=[TREASURY]) == 1


def test_convene_by_holder_leaves_out_only_the_system_each_once(governed: Governed, defaulted: Contract):
    with expect_revert("NotSystemAccount", account=RECEIVER):
        by_holder(governed, defaulted, system=[RECEIVER])
    with expect_revert("NotAscending", account=TREASURY):
        by_holder(governed, defaulted, system=[TREASURY, TREASURY])
    with expect_revert("NotAscending", account=ZERO):
        by_holder(governed, defaulted, system=[ZERO])
    with expect_revert("CountInvalid", count=17):
        by_holder(governed, defaulted, system=[TREASURY] * 17)


def test_convene_by_holder_reverts_for_strangers_and_the_system(governed: Governed, defaulted: Contract):
    with expect_revert("HoldingTooSmall", face=0, outstanding=100 * UNIT):
        by_holder(governed, defaulted, by=OUTSIDER)
    with expect_revert("NoWeight", account=TREASURY):
        by_holder(governed, defaulted, by=TREASURY)


def test_convene_by_holder_reverts_without_a_default(governed: Governed, series: Contract):
    with expect_revert("NoDefault", series=series.address):
        by_holder(governed, series)


def test_convene_by_holder_reverts_for_a_modification(governed: Governed, series: Contract):
    with expect_revert("KindInvalid", kind=MODIFY):
        by_holder(governed, series, MODIFY)


def test_convene_by_holder_reverts_for_an_unknown_series(governed: Governed):
    with expect_revert("SeriesUnknown", series=HOLDER):
        governed.meeting.conveneByHolder(ACCELERATE, HOLDER, [], by=HOLDER)


def test_convene_by_holder_reverts_while_one_is_open(governed: Governed, defaulted: Contract):
    """Attack: a second meeting on the same question takes a record date and splits the votes."""
    by_holder(governed, defaulted)
    with expect_revert("MeetingOpen", series=defaulted.address, id=1):
        by_holder(governed, defaulted, by=RECEIVER)


def test_convene_by_holder_works_again_after_a_rejection(governed: Governed, defaulted: Contract):
    assert governed.close(by_holder(governed, defaulted)).result == REJECTED
    assert by_holder(governed, defaulted) == 2


def test_convene_by_holder_reverts_when_the_series_ends_before_the_vote(governed: Governed, series: Contract):
    governed.go_to(ISSUE_DAY + ENDS[3] - 5)
    governed.defaults.declareDefault(series.address, 0)
    with expect_revert("SeriesEnded", series=series.address, endAt=series.endAt()):
        by_holder(governed, series)


# ── vote ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def voting(governed: Governed, defaulted: Contract) -> Contract:
    """Meeting 1, on an acceleration, is open for votes."""
    governed.open_voting(by_holder(governed, defaulted))
    return defaulted


def test_vote_counts_the_principal_at_the_record_date(governed: Governed, voting: Contract):
    receipt = vote(governed, 1, voting, HOLDER)
    assert receipt.log == (("VoteCast", 1, voting.address, HOLDER, True, 25 * UNIT),)
    vote(governed, 1, voting, RECEIVER, False)
    tally = governed.meeting.tallyOf(1, voting.address)
    assert (tally.inFavour, tally.against, tally.excluded) == (25 * UNIT, 35 * UNIT, 0)
    choices = [governed.meeting.choiceOf(1, voting.address, who) for who in (HOLDER, RECEIVER, SPENDER)]
    assert choices == [IN_FAVOUR, AGAINST, NO_CHOICE]


def test_vote_goes_by_the_record_date_when_face_moves_on(governed: Governed, voting: Contract):
    """Attack case 3: face that moved after the record date votes once, with who held it then."""
    voting.transfer(RECEIVER, 25 * UNIT, by=HOLDER)
    assert vote(governed, 1, voting, HOLDER).log[0][-1] == 25 * UNIT
    assert vote(governed, 1, voting, RECEIVER).log[0][-1] == 35 * UNIT


def test_vote_of_face_bought_after_the_record_date_has_no_weight(governed: Governed, voting: Contract):
    world = governed.world
    buyer = address_of("buyer")
    world.onboard(buyer)
    voting.transfer(buyer, 25 * UNIT, by=HOLDER)
    with expect_revert("NoWeight", account=buyer):
        vote(governed, 1, voting, buyer)


def test_vote_of_face_sold_before_the_record_date_has_no_weight(governed: Governed, defaulted: Contract):
    by_holder(governed, defaulted)
    defaulted.transfer(RECEIVER, 25 * UNIT, by=HOLDER)
    governed.open_voting(1)
    with expect_revert("NoWeight", account=HOLDER):
        vote(governed, 1, defaulted, HOLDER)
    assert vote(governed, 1, defaulted, RECEIVER).log[0][-1] == 60 * UNIT


def test_vote_is_final(governed: Governed, voting: Contract):
    vote(governed, 1, voting, HOLDER)
    for support in (True, False):
        with expect_revert("AlreadyCounted", account=HOLDER, choice=IN_FAVOUR):
            vote(governed, 1, voting, HOLDER, support)


@pytest.mark.parametrize("state", ["frozen", "expired", "revoked", "paused"])
def test_vote_is_open_to_who_cannot_move_his_face(governed: Governed, voting: Contract, state: str):
    """No office takes a vote away by a freeze, a revocation or a pause."""
    world = governed.world
    if state == "frozen":
        voting.setFrozenTokens(HOLDER, 25 * UNIT, by=ENFORCER)
    elif state == "revoked":
        world.revoke(HOLDER)
    elif state == "paused":
        voting.pause(by=address_of("guardian"))
    else:
        world.onboard(HOLDER, valid_until=world.chain.now + 1)
        world.chain.warp(2)
    assert vote(governed, 1, voting, HOLDER).log[0][-1] == 25 * UNIT


def test_vote_reverts_for_the_issuers_treasury(governed: Governed):
    series = create(governed, {HOLDER: 3 * UNIT, TREASURY: UNIT}, salt=5)
    governed.go_to(DEFAULT_DAY)
    governed.defaults.declareDefault(series.address, 0)
    governed.open_voting(by_holder(governed, series))
    with expect_revert("NoWeight", account=TREASURY):
        vote(governed, 1, series, TREASURY)


@pytest.mark.parametrize("late", [False, True])
def test_vote_reverts_outside_its_window(governed: Governed, defaulted: Contract, late: bool):
    by_holder(governed, defaulted)
    resolution = governed.meeting.resolutionOf(1)
    governed.world.chain.now = resolution.closesAt if late else resolution.recordAt - 1
    facts = {"opensAt": resolution.recordAt, "closesAt": resolution.closesAt, "nowAt": governed.world.chain.now}
    with expect_revert("VotingNotOpen", **facts):
        vote(governed, 1, defaulted, HOLDER)


def test_vote_reverts_in_no_meeting_and_for_a_series_that_is_not_listed(
    governed: Governed, other: Contract, voting: Contract
):
    with expect_revert("VotingNotOpen", opensAt=0, closesAt=0, nowAt=governed.world.chain.now):
        vote(governed, 2, voting, HOLDER)
    with expect_revert("SeriesNotListed", id=1, series=other.address):
        vote(governed, 1, other, HOLDER)


# ── voteBySig ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_hash_of_is_the_standards(governed: Governed, voting: Contract):
    expected = ballot_hash(governed, 1, voting, HOLDER, True)
    assert governed.meeting.hashOf(1, voting.address, HOLDER, True) == expected


def test_vote_by_sig_is_anyones_to_submit_once(governed: Governed, voting: Contract):
    signature = sign(governed, 1, voting, "holder")
    receipt = governed.meeting.voteBySig(1, voting.address, HOLDER, True, signature, by=OUTSIDER)
    assert receipt.log == (("VoteCast", 1, voting.address, HOLDER, True, 25 * UNIT),)
    with expect_revert("AlreadyCounted", account=HOLDER, choice=IN_FAVOUR):
        governed.meeting.voteBySig(1, voting.address, HOLDER, True, signature, by=OUTSIDER)


@pytest.mark.parametrize("change", ["support", "id", "signer", "contract", "chain", "length"])
def test_vote_by_sig_reverts_for_another_vote(governed: Governed, voting: Contract, change: str):
    """Attack cases 6 and 7: what was signed for another vote, meeting, contract or chain counts for nothing."""
    signature = {
        "support": lambda: sign(governed, 1, voting, "holder", False),
        "id": lambda: sign(governed, 2, voting, "holder"),
        "signer": lambda: sign(governed, 1, voting, "receiver"),
        "contract": lambda: sign(governed, 1, voting, "holder", address=governed.defaults.address),
        "chain": lambda: sign(governed, 1, voting, "holder", chain_id=2),
        "length": lambda: sign(governed, 1, voting, "holder") + b"\0",
    }[change]()
    with expect_revert("SignatureInvalid", signer=HOLDER):
        governed.meeting.voteBySig(1, voting.address, HOLDER, True, signature)


@pytest.mark.parametrize(("mood", "good"), [(0, True), (1, False), (2, False), (4, False)])
def test_vote_by_sig_asks_a_contract_wallet(governed: Governed, mood: int, good: bool):
    world = governed.world
    wallet = world.deploy("ContractWallet")
    world.onboard(wallet.address)
    series = create(governed, {HOLDER: UNIT, wallet.address: UNIT}, salt=5)
    governed.go_to(DEFAULT_DAY)
    governed.defaults.declareDefault(series.address, 0)
    governed.open_voting(by_holder(governed, series))
    wallet.set(mood, ballot_hash(governed, 1, series, wallet.address, True))
    if good:
        receipt = governed.meeting.voteBySig(1, series.address, wallet.address, True, b"")
        assert receipt.log[0][-1] == UNIT
    else:
        with expect_revert("SignatureInvalid", signer=wallet.address):
            governed.meeting.voteBySig(1, series.address, wallet.address, True, b"")


def test_vote_by_sigs_passes_over_what_cannot_be_cast(governed: Governed, other: Contract, voting: Contract):
    """Attack case 14: a holder who votes first, or signs badly, stops no other ballot of the batch."""
    vote(governed, 1, voting, HOLDER)
    at, ballots = voting.address, []
    ballots.append((at, HOLDER, False, sign(governed, 1, voting, "holder", False)))
    ballots.append((at, RECEIVER, True, sign(governed, 1, voting, "holder")))
    ballots.append((other.address, RECEIVER, True, sign(governed, 1, other, "receiver")))
    ballots.append((at, OUTSIDER, True, sign(governed, 1, voting, "outsider")))
    ballots.append((at, SPENDER, False, sign(governed, 1, voting, "spender", False)))
    ballots.append((at, SPENDER, False, sign(governed, 1, voting, "spender", False)))
    receipt = governed.meeting.voteBySigs(1, ballots, by=OUTSIDER)
    assert receipt.result == 1
    assert receipt.log == (
        ("BallotSkipped", 1, at, HOLDER),
        ("BallotSkipped", 1, at, RECEIVER),
        ("BallotSkipped", 1, other.address, RECEIVER),
        ("BallotSkipped", 1, at, OUTSIDER),
        ("VoteCast", 1, at, SPENDER, False, 40 * UNIT),
        ("BallotSkipped", 1, at, SPENDER),
    )


def test_vote_by_sigs_reverts_outside_the_window(governed: Governed, voting: Contract):
    resolution = governed.meeting.resolutionOf(1)
    governed.world.chain.now = resolution.closesAt
    facts = {"opensAt": resolution.recordAt, "closesAt": resolution.closesAt, "nowAt": resolution.closesAt}
    with expect_revert("VotingNotOpen", **facts):
        governed.meeting.voteBySigs(1, [])


# ── exclude ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def retained(governed: Governed) -> Contract:
    """Meeting 1 about a series of which the issuer kept 60 of 100 units."""
    series = create(governed, {HOLDER: 10 * UNIT, RECEIVER: 30 * UNIT, TREASURY: 60 * UNIT}, salt=5)
    governed.go_to(DEFAULT_DAY)
    governed.defaults.declareDefault(series.address, 0)
    governed.open_voting(by_holder(governed, series))
    return series


def exclude(governed: Governed, series: Contract, account: str = TREASURY) -> Receipt:
    return governed.meeting.exclude(1, series.address, account, by=OUTSIDER)


def test_exclude_lowers_what_is_outstanding(governed: Governed, retained: Contract):
    """The issuer's face neither votes nor counts: 10 of 40 is a quarter, 10 of 100 is not."""
    receipt = exclude(governed, retained)
    assert receipt.log == (("Excluded", 1, retained.address, TREASURY, 60 * UNIT),)
    assert governed.meeting.choiceOf(1, retained.address, TREASURY) == EXCLUDED
    vote(governed, 1, retained, HOLDER)
    closed = governed.close(1)
    assert closed.of("Counted") == [("Counted", 1, retained.address, 10 * UNIT, 0, 40 * UNIT)]
    assert closed.result == PASSED


def test_close_rejects_when_the_issuers_face_was_not_excluded(governed: Governed, retained: Contract):
    vote(governed, 1, retained, HOLDER)
    assert governed.close(1).result == REJECTED


def test_exclude_counts_once(governed: Governed, retained: Contract):
    exclude(governed, retained)
    with expect_revert("AlreadyCounted", account=TREASURY, choice=EXCLUDED):
        exclude(governed, retained)


def test_exclude_reverts_for_an_investor(governed: Governed, retained: Contract):
    """Attack: whoever could be excluded at will would lose his vote. No investor's record ever becomes the system's."""
    with expect_revert("NotSystemAccount", account=RECEIVER):
        exclude(governed, retained, RECEIVER)
    world = governed.world
    world.schedule(world.allowlist.setSystemAccount, RECEIVER, False)
    world.chain.warp(2 * DAY)
    with expect_revert("RecordNotYours", wallet=RECEIVER, provider=1):
        world.allowlist.setSystemAccount(RECEIVER, False, by=world.account("admin"))


def test_exclude_asks_the_allowlist_of_the_day_of_convening(governed: Governed, retained: Contract):
    """Attack: an Allowlist put in place during the vote that calls a holder part of the system takes no vote away."""
    world = governed.world
    other = world.deploy("Allowlist", world.authority.address, world.licences.address, salt=9)
    for method, *arguments in (
        (other.setSystemAccount, RECEIVER, False),
        (world.programme.proposeAllowlist, retained.address, other.address),
    ):
        world.by_admin(method, *arguments)
    world.programme.confirmAllowlist(retained.address, other.address, by=address_of("regulator"))
    assert retained.allowlist() == other.address
    with expect_revert("NotSystemAccount", account=RECEIVER):
        exclude(governed, retained, RECEIVER)
    assert vote(governed, 1, retained, RECEIVER).log[0][-1] == 30 * UNIT
    exclude(governed, retained)


def test_exclude_takes_back_the_vote_of_who_was_no_system_account_then(governed: Governed, retained: Contract):
    """Attack: the treasury is taken out of the system, votes, and is put back."""
    world = governed.world
    world.by_admin(world.allowlist.removeSystemAccount, TREASURY)
    assert vote(governed, 1, retained, TREASURY, False).log[0][-1] == 60 * UNIT
    world.by_admin(world.allowlist.setSystemAccount, TREASURY, False)
    exclude(governed, retained)
    tally = governed.meeting.tallyOf(1, retained.address)
    assert (tally.inFavour, tally.against, tally.excluded) == (0, 0, 60 * UNIT)


def test_exclude_takes_back_a_vote_in_favour(governed: Governed, retained: Contract):
    world = governed.world
    world.by_admin(world.allowlist.removeSystemAccount, TREASURY)
    vote(governed, 1, retained, TREASURY)
    world.by_admin(world.allowlist.setSystemAccount, TREASURY, False)
    exclude(governed, retained)
    assert governed.meeting.tallyOf(1, retained.address).inFavour == 0


def test_exclude_is_open_until_the_meeting_is_closed(governed: Governed, retained: Contract):
    vote(governed, 1, retained, HOLDER)
    governed.world.chain.now = governed.meeting.resolutionOf(1).closesAt + DAY
    exclude(governed, retained)
    assert governed.meeting.close(1).result == PASSED
    with expect_revert("MeetingNotOpen", id=1):
        exclude(governed, retained, governed.liabilities.address)


def test_exclude_reverts_before_the_record_date_and_for_what_is_not_listed(
    governed: Governed, other: Contract, defaulted: Contract
):
    by_holder(governed, defaulted)
    resolution = governed.meeting.resolutionOf(1)
    facts = {"opensAt": resolution.recordAt, "closesAt": ALL, "nowAt": governed.world.chain.now}
    with expect_revert("VotingNotOpen", **facts):
        exclude(governed, defaulted)
    governed.open_voting(1)
    with expect_revert("SeriesNotListed", id=1, series=other.address):
        exclude(governed, other)
    with expect_revert("MeetingNotOpen", id=2):
        governed.meeting.exclude(2, defaulted.address, TREASURY)


def test_nothing_passes_when_nothing_is_outstanding(governed: Governed):
    """A denominator of zero: whoever holds all is excluded."""
    series = create(governed, {TREASURY: UNIT}, salt=5)
    target = create(governed, {}, salt=6)
    meeting_id = convene(governed, SERIES_BY_SERIES, (series, target, WAD))
    governed.open_voting(meeting_id)
    exclude(governed, series)
    closed = governed.close(meeting_id)
    assert closed.of("Counted") == [("Counted", 1, series.address, 0, 0, 0)]
    assert closed.result == REJECTED


# ── close: acceleration ──────────────────────────────────────────────────────────────────────────────────────────────


def test_close_accelerates_at_a_quarter(governed: Governed, voting: Contract):
    vote(governed, 1, voting, HOLDER)
    receipt = governed.close(1)
    end = governed.tomorrow()
    assert receipt.log == (
        ("Counted", 1, voting.address, 25 * UNIT, 0, 100 * UNIT),
        ("Closed", 1, PASSED),
        ("SeriesEnded", voting.address, end),
        ("RecordDateSet", end),
        ("EndChanged", end),
    )
    assert voting.endAt() == end
    assert tuple(governed.meeting.standingOf(voting.address)) == (True, voting.maturityDate(), 0)
    assert governed.meeting.openMeetingOf(voting.address, ACCELERATE) == 0


def test_close_rejects_an_acceleration_a_unit_below_a_quarter(governed: Governed, defaulted: Contract):
    defaulted.transfer(RECEIVER, 1, by=HOLDER)
    by_holder(governed, defaulted)
    governed.open_voting(1)
    assert vote(governed, 1, defaulted, HOLDER).log[0][-1] == 25 * UNIT - 1
    assert governed.close(1).result == REJECTED
    assert defaulted.endAt() == defaulted.maturityDate()


def test_close_counts_only_those_in_favour(governed: Governed, voting: Contract):
    """A quarter accelerates against the votes of all others: that is what the quarter is for."""
    for who, support in ((HOLDER, True), (RECEIVER, False), (SPENDER, False)):
        vote(governed, 1, voting, who, support)
    assert governed.close(1).result == PASSED


def test_close_reverts_a_second_early_twice_and_in_no_meeting(governed: Governed, voting: Contract):
    closes_at = governed.meeting.resolutionOf(1).closesAt
    governed.world.chain.now = closes_at - 1
    with expect_revert("VotingOpen", closesAt=closes_at, nowAt=closes_at - 1):
        governed.meeting.close(1)
    governed.close(1)
    for meeting_id in (0, 1, 2):
        with expect_revert("MeetingNotOpen", id=meeting_id):
            governed.meeting.close(meeting_id)


def test_close_is_void_when_the_default_was_cured(governed: Governed, voting: Contract):
    world = governed.world
    vote(governed, 1, voting, HOLDER)
    world.mint_cash(TREASURY, 100 * UNIT)
    world.cash.approve(world.paying_agent.address, ALL, by=TREASURY)
    world.paying_agent.fundPayment(voting.address, 0, ALL, by=TREASURY)
    governed.defaults.cure(voting.address, 0)
    assert governed.close(1).result == VOID
    assert voting.endAt() == voting.maturityDate()


def test_close_is_void_when_the_series_ends_by_itself(governed: Governed, series: Contract):
    governed.go_to(ISSUE_DAY + ENDS[3] - 10)
    governed.defaults.declareDefault(series.address, 0)
    governed.open_voting(by_holder(governed, series))
    vote(governed, 1, series, HOLDER)
    governed.world.chain.now = series.maturityDate()
    assert governed.meeting.close(1).result == VOID


def test_convene_reverts_when_it_is_accelerated(governed: Governed, defaulted: Contract):
    accelerate(governed, defaulted)
    with expect_revert("AccelerationInvalid", series=defaulted.address, accelerated=True):
        by_holder(governed, defaulted)


def test_acceleration_makes_principal_and_interest_due_pari_passu(governed: Governed, defaulted: Contract):
    """Default, acceleration, and what there is shared among all that is due: attack cases 11 and 13."""
    world, agent, series = governed.world, governed.world.paying_agent, defaulted.address
    end = accelerate(governed, defaulted)
    world.chain.now = end
    with expect_revert("TransferRestricted", code=4, account=series):
        defaulted.transfer(RECEIVER, 1, by=HOLDER)
    dues = [agent.dueOf(series, period) for period in (0, 1, REDEMPTION)]
    days = (end - start_of(ISSUE_DAY + ENDS[0])) // DAY
    principal = 100 * UNIT
    assert dues == [principal * 182 // 3650 // 10_000 * 10_000, principal * days // 3650 // 10_000 * 10_000, principal]
    world.mint_cash(TREASURY, 200 * UNIT)
    world.cash.approve(agent.address, ALL, by=TREASURY)
    amount = sum(dues) // 2
    taken = agent.fundAll(series, amount, by=TREASURY).result
    funded = [agent.accountOf(series, period).funded for period in (0, 1, REDEMPTION)]
    assert funded == [due * amount // sum(dues) for due in dues]
    assert taken == sum(funded)
    holders = [HOLDER, RECEIVER, SPENDER]
    agent.redeem(series, holders)
    assert [agent.redeemedOf(series, who) for who in holders] == [
        face * funded[2] // dues[2] for face in (25 * UNIT, 35 * UNIT, 40 * UNIT)
    ]
    for period in (0, 1):
        agent.pay(series, period, holders)
    agent.fundAll(series, ALL, by=TREASURY)
    agent.redeem(series, holders)
    assert defaulted.totalSupply() == 0


# ── close: rescission ────────────────────────────────────────────────────────────────────────────────────────────────


def rescind(governed: Governed, series: Contract, *voters: str) -> Receipt:
    meeting_id = by_holder(governed, series, RESCIND)
    governed.open_voting(meeting_id)
    for who in voters:
        vote(governed, meeting_id, series, who)
    return governed.close(meeting_id)


def test_close_rescinds_above_half(governed: Governed, defaulted: Contract):
    accelerate(governed, defaulted)
    receipt = rescind(governed, defaulted, RECEIVER, HOLDER)
    assert receipt.result == PASSED
    assert receipt.log[-2:] == (("SeriesEnded", defaulted.address, 0), ("EndChanged", 0))
    assert defaulted.endAt() == defaulted.maturityDate()
    assert not governed.meeting.standingOf(defaulted.address).accelerated
    defaulted.transfer(RECEIVER, UNIT, by=HOLDER)


@pytest.mark.parametrize(("extra", "outcome"), [(0, REJECTED), (1, PASSED)])
def test_close_rescinds_at_a_unit_above_half_and_not_at_half(
    governed: Governed, defaulted: Contract, extra: int, outcome: int
):
    defaulted.transfer(SPENDER, 10 * UNIT + extra, by=RECEIVER)
    accelerate(governed, defaulted)
    assert rescind(governed, defaulted, SPENDER).result == outcome


def test_convene_rescission_is_the_debt_offices_too(governed: Governed, defaulted: Contract):
    accelerate(governed, defaulted)
    receipt = governed.meeting.conveneRescission(defaulted.address, by=DEBT_OFFICE)
    assert receipt.log[0][:5] == ("Convened", 2, RESCIND, SERIES_BY_SERIES, DEBT_OFFICE)
    with expect_revert("AccessManagedUnauthorized", caller=HOLDER):
        governed.meeting.conveneRescission(defaulted.address, by=HOLDER)


def test_convene_rescission_reverts_when_nothing_is_accelerated(governed: Governed, defaulted: Contract):
    with expect_revert("AccelerationInvalid", series=defaulted.address, accelerated=False):
        governed.meeting.conveneRescission(defaulted.address, by=DEBT_OFFICE)


@pytest.mark.parametrize("paid", ["principal", "interest"])
def test_close_is_void_when_something_was_paid_under_the_acceleration(
    governed: Governed, defaulted: Contract, paid: str
):
    world, agent, series = governed.world, governed.world.paying_agent, defaulted.address
    world.chain.now = accelerate(governed, defaulted)
    world.mint_cash(TREASURY, 100 * UNIT)
    world.cash.approve(agent.address, ALL, by=TREASURY)
    meeting_id = by_holder(governed, defaulted, RESCIND)
    governed.open_voting(meeting_id)
    for who in (RECEIVER, SPENDER):
        vote(governed, meeting_id, defaulted, who)
    if paid == "principal":
        agent.fund(series, UNIT, by=TREASURY)
        agent.redeem(series, [HOLDER])
    else:
        agent.fundPayment(series, 1, ALL, by=TREASURY)
        agent.pay(series, 1, [HOLDER])
    assert governed.close(meeting_id).result == VOID
    with expect_revert("AccelerationInvalid", series=series, accelerated=True):
        governed.meeting.conveneRescission(series, by=DEBT_OFFICE)


def test_close_rescinds_although_the_missed_coupon_was_paid(governed: Governed, defaulted: Contract):
    world, agent, series = governed.world, governed.world.paying_agent, defaulted.address
    accelerate(governed, defaulted)
    world.mint_cash(TREASURY, 100 * UNIT)
    world.cash.approve(agent.address, ALL, by=TREASURY)
    agent.fundPayment(series, 0, ALL, by=TREASURY)
    agent.pay(series, 0, [HOLDER])
    assert rescind(governed, defaulted, RECEIVER, SPENDER).result == PASSED


def test_close_rescinds_and_keeps_what_was_funded_for_what_comes(governed: Governed, defaulted: Contract):
    """What was paid in under the acceleration counts for the whole coupon and for the redemption at maturity."""
    world, agent, series = governed.world, governed.world.paying_agent, defaulted.address
    world.chain.now = accelerate(governed, defaulted)
    world.mint_cash(TREASURY, 200 * UNIT)
    world.cash.approve(agent.address, ALL, by=TREASURY)
    cut = agent.fundPayment(series, 1, ALL, by=TREASURY).result
    agent.fund(series, 10 * UNIT, by=TREASURY)
    assert rescind(governed, defaulted, RECEIVER, SPENDER).result == PASSED
    whole = 100 * UNIT * 183 // 3650 // 10_000 * 10_000
    assert agent.dueOf(series, 1) == whole
    assert agent.fundPayment(series, 1, ALL, by=TREASURY).result == whole - cut
    assert agent.payableAtOf(series, REDEMPTION) == defaulted.maturityDate()
    assert agent.fund(series, ALL, by=TREASURY).result == 90 * UNIT


def test_close_rescinds_to_the_day_of_a_call(governed: Governed):
    """A series that was called runs to its call again, not to its maturity."""
    bond = bullet(more={"graceDays": 5}, options=(option(2, CALL, 100_000_000),))
    series = create(governed, {HOLDER: 25 * UNIT, RECEIVER: 75 * UNIT}, salt=5, bond=bond)
    governed.go_to(DEFAULT_DAY)
    governed.defaults.declareDefault(series.address, 0)
    governed.world.paying_agent.call(series.address, 2, WAD, by=DEBT_OFFICE)
    called_at = series.endAt()
    accelerate(governed, series)
    assert rescind(governed, series, RECEIVER).result == PASSED
    assert series.endAt() == called_at == start_of(ISSUE_DAY + ENDS[2])


# ── convene ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_convene_lists_the_series_and_what_they_become(
    governed: Governed, series: Contract, other: Contract, target: Contract
):
    rows = [(old.address, target.address, WAD) for old in (series, other)]
    record_at = governed.record_at()
    receipt = governed.meeting.convene(TWO_LIMB, rows, 60, by=DEBT_OFFICE)
    assert receipt.log == (
        ("Convened", 1, MODIFY, TWO_LIMB, DEBT_OFFICE, record_at, record_at + 60 * DAY),
        ("SeriesListed", 1, series.address, target.address, WAD, WAD),
        ("RecordDateSet", record_at),
        ("SeriesListed", 1, other.address, target.address, WAD, WAD),
        ("RecordDateSet", record_at),
    )
    allowlist = governed.world.allowlist.address
    assert tuple(governed.meeting.tallyOf(1, other.address)) == (allowlist, target.address, WAD, WAD, 0, 0, 0)


def test_convene_reverts_for_others(governed: Governed, series: Contract, target: Contract):
    with expect_revert("AccessManagedUnauthorized", caller=HOLDER):
        governed.meeting.convene(0, [(series.address, target.address, WAD)], 14, by=HOLDER)


@pytest.mark.parametrize(
    ("procedure", "count"),
    [(SERIES_BY_SERIES, 0), (SERIES_BY_SERIES, 2), (TWO_LIMB, 1), (SINGLE_LIMB, 1), (TWO_LIMB, 9)],
)
def test_convene_reverts_for_too_few_or_too_many(
    governed: Governed, series: Contract, target: Contract, procedure: int, count: int
):
    """Attack: two limbs of one series would pass at two thirds instead of three quarters."""
    with expect_revert("CountInvalid", count=count):
        convene(governed, procedure, *[(series, target, WAD)] * count)


@pytest.mark.parametrize("days", [13, 61])
def test_convene_reverts_for_a_hasty_or_endless_vote(governed: Governed, series: Contract, target: Contract, days: int):
    with expect_revert("VotingDaysInvalid", votingDays=days, least=14, most=60):
        convene(governed, SERIES_BY_SERIES, (series, target, WAD), days=days)


def test_convene_reverts_for_a_series_listed_twice(governed: Governed, series: Contract, target: Contract):
    with expect_revert("SeriesListedTwice", series=series.address):
        convene(governed, TWO_LIMB, (series, target, WAD), (series, target, WAD))


@pytest.mark.parametrize("ratio", [0, 1000 * WAD + 1])
def test_convene_reverts_for_a_ratio_out_of_range(governed: Governed, series: Contract, target: Contract, ratio: int):
    with expect_revert("RatioInvalid", ratio=ratio):
        convene(governed, SERIES_BY_SERIES, (series, target, ratio))


def test_convene_reverts_while_one_is_open_about_a_series(
    governed: Governed, series: Contract, other: Contract, target: Contract
):
    convene(governed, SERIES_BY_SERIES, (series, target, WAD))
    with expect_revert("MeetingOpen", series=series.address, id=1):
        convene(governed, TWO_LIMB, (other, target, WAD), (series, target, WAD))


def test_convene_reverts_for_unknown_or_empty_series(governed: Governed, series: Contract, target: Contract):
    with expect_revert("SeriesUnknown", series=HOLDER):
        governed.meeting.convene(0, [(HOLDER, target.address, WAD)], 14, by=DEBT_OFFICE)
    with expect_revert("SeriesEnded", series=target.address, endAt=target.endAt()):
        convene(governed, SERIES_BY_SERIES, (target, series, WAD))


@pytest.mark.parametrize("why", ["unknown", "currency", "listed", "short", "late", "room"])
def test_convene_reverts_when_the_new_series_cannot_take_the_face(
    governed: Governed, series: Contract, other: Contract, target: Contract, why: str
):
    world = governed.world
    new = {
        "unknown": lambda: HOLDER,
        "currency": lambda: create(governed, {}, salt=7, currency=b"USD").address,
        "listed": lambda: other.address,
        "short": lambda: create(governed, {}, salt=7, bond=bullet(ends=(12, 13, 14, 18))).address,
        "late": lambda: (
            create(governed, {}, salt=7, bond=bullet(issue=ISSUE_DAY + 60, ends=(200, 300, 400, 500))).address
        ),
        "room": lambda: create(governed, {}, salt=7, maxFace=140 * UNIT - 1).address,
    }[why]()
    rows = [(series.address, target.address if why == "listed" else new, WAD), (other.address, new, WAD)]
    if why == "listed":
        rows = [(series.address, other.address, WAD), (other.address, target.address, WAD)]
    failing = rows[1][0] if why == "room" else series.address
    with expect_revert("TargetNotReady", **{"from": failing, "to": new}):
        governed.meeting.convene(TWO_LIMB, rows, 14, by=DEBT_OFFICE)
    assert world.programme.isSeries(target.address)


@pytest.mark.parametrize("change", ["target", "ratio"])
def test_convene_reverts_for_a_single_limb_that_is_not_uniform(
    governed: Governed, series: Contract, other: Contract, target: Contract, change: str
):
    second = create(governed, {}, salt=7, bond=bullet(ends=(365, 730, 1095, 1460))) if change == "target" else target
    ratio = WAD - 1 if change == "ratio" else WAD
    with expect_revert("NotUniform", series=other.address):
        convene(governed, SINGLE_LIMB, (series, target, WAD), (other, second, ratio))


# ── close: the three procedures ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("short", "outcome"), [(0, PASSED), (1, REJECTED)])
def test_close_modifies_one_series_at_three_quarters(
    governed: Governed, series: Contract, target: Contract, short: int, outcome: int
):
    if short:
        series.transfer(HOLDER, 1, by=SPENDER)
    meeting_id = convene(governed, SERIES_BY_SERIES, (series, target, WAD))
    governed.open_voting(meeting_id)
    for who in (RECEIVER, SPENDER):
        vote(governed, meeting_id, series, who)
    receipt = governed.close(meeting_id)
    assert receipt.of("Counted") == [("Counted", 1, series.address, 75 * UNIT - short, 0, 100 * UNIT)]
    assert receipt.result == outcome
    assert series.endAt() == (series.maturityDate() if short else governed.tomorrow())


def limbs(governed: Governed, first: Mapping[str, int], second: Mapping[str, int]) -> tuple[Contract, Contract]:
    """Two series; the holder is for, the receiver does not vote."""
    return create(governed, first, salt=21), create(governed, second, salt=22)


def decide(governed: Governed, procedure: int, target: Contract, pair: tuple[Contract, Contract]) -> Receipt:
    meeting_id = convene(governed, procedure, *((old, target, WAD) for old in pair))
    governed.open_voting(meeting_id)
    for old in pair:
        if old.balanceAt(HOLDER, governed.meeting.resolutionOf(meeting_id).recordAt):
            vote(governed, meeting_id, old, HOLDER)
    return governed.close(meeting_id)


@pytest.mark.parametrize(("moved", "outcome"), [(0, PASSED), (1, REJECTED)])
def test_close_modifies_by_two_limbs_at_two_thirds_of_all(
    governed: Governed, target: Contract, moved: int, outcome: int
):
    pair = limbs(governed, {HOLDER: 70 * UNIT, RECEIVER: 20 * UNIT}, {HOLDER: 30 * UNIT, RECEIVER: 30 * UNIT})
    pair[1].transfer(HOLDER, 1, by=RECEIVER)
    pair[0].transfer(RECEIVER, 1 + moved, by=HOLDER)
    receipt = decide(governed, TWO_LIMB, target, pair)
    assert [entry[3] for entry in receipt.of("Counted")] == [70 * UNIT - 1 - moved, 30 * UNIT + 1]
    assert receipt.result == outcome


@pytest.mark.parametrize(("extra", "outcome"), [(0, REJECTED), (1, PASSED)])
def test_close_modifies_by_two_limbs_above_half_of_each(governed: Governed, target: Contract, extra: int, outcome: int):
    pair = limbs(governed, {HOLDER: 90 * UNIT}, {HOLDER: 30 * UNIT, RECEIVER: 30 * UNIT})
    if extra:
        pair[1].transfer(HOLDER, extra, by=RECEIVER)
    assert decide(governed, TWO_LIMB, target, pair).result == outcome


@pytest.mark.parametrize(("short", "outcome"), [(0, PASSED), (1, REJECTED)])
def test_close_modifies_by_a_single_limb_at_three_quarters_of_all(
    governed: Governed, target: Contract, short: int, outcome: int
):
    """One series may be overruled wholly, if all are offered the same."""
    pair = limbs(governed, {HOLDER: 90 * UNIT}, {RECEIVER: 30 * UNIT})
    if short:
        pair[0].transfer(RECEIVER, short, by=HOLDER)
    receipt = decide(governed, SINGLE_LIMB, target, pair)
    assert receipt.result == outcome
    ends = {governed.tomorrow() if outcome == PASSED else old.maturityDate() for old in pair}
    assert {old.endAt() for old in pair} == ends


def test_weights_of_several_series_add_up_in_principal(governed: Governed, target: Contract):
    """Half of an amortised series is repaid: its face counts half beside that of a bullet."""
    bond = amortising(more={"graceDays": 5})
    series = create(governed, {HOLDER: 3 * UNIT}, salt=21, bond=bond)
    other = create(governed, {RECEIVER: UNIT}, salt=22)
    governed.go_to(ISSUE_DAY + ENDS[1] + 1)
    meeting_id = convene(governed, SINGLE_LIMB, (series, target, WAD), (other, target, WAD))
    assert governed.meeting.tallyOf(meeting_id, series.address).factor == WAD // 2
    governed.open_voting(meeting_id)
    assert vote(governed, meeting_id, series, HOLDER).log[0][-1] == 3 * UNIT // 2
    receipt = governed.close(meeting_id)
    assert [entry[3:] for entry in receipt.of("Counted")] == [(3 * UNIT // 2, 0, 3 * UNIT // 2), (0, 0, UNIT)]
    assert receipt.result == REJECTED  # 1.5 of 2.5, not 3 of 4


def test_close_is_void_when_the_new_series_has_no_room_left(governed: Governed, series: Contract):
    target = create(governed, {}, salt=7, bond=bullet(ends=(365, 730)), maxFace=100 * UNIT)
    meeting_id = convene(governed, SERIES_BY_SERIES, (series, target, WAD))
    governed.open_voting(meeting_id)
    for who in (RECEIVER, SPENDER):
        vote(governed, meeting_id, series, who)
    governed.world.post_rate()
    governed.world.issue(target, {SPENDER: UNIT})
    assert governed.close(meeting_id).result == VOID
    assert series.endAt() == series.maturityDate()


# ── exchange ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_exchange_takes_everyone_whatever_stands_against_him(governed: Governed, series: Contract, target: Contract):
    """Attack cases 10 and 14: opposed and frozen, expired, revoked: a passed exchange is everyone's."""
    world = governed.world
    series.setFrozenTokens(HOLDER, 5 * UNIT, by=ENFORCER)
    meeting_id = modify(governed, series, target, WAD * 4 // 5)
    world.onboard(RECEIVER, valid_until=world.chain.now + 1)
    world.revoke(SPENDER)
    world.chain.warp(2)
    used = world.programme.usedUsd()
    receipt = governed.meeting.exchange(meeting_id, series.address, [HOLDER, RECEIVER, SPENDER, OUTSIDER], by=OUTSIDER)
    assert receipt.result == 100 * UNIT
    assert receipt.log[0] == ("HoldersExchanged", meeting_id, series.address, 100 * UNIT)
    faces = [target.balanceOf(who) for who in (HOLDER, RECEIVER, SPENDER)]
    assert faces == [20 * UNIT, 28 * UNIT, 32 * UNIT]
    assert (target.getFrozenTokens(HOLDER), series.getFrozenTokens(HOLDER)) == (4 * UNIT, 5 * UNIT)
    assert (series.totalSupply(), target.totalSupply()) == (0, 80 * UNIT)
    assert world.programme.usedUsd() == used


def test_exchange_again_does_nothing(governed: Governed, series: Contract, target: Contract):
    meeting_id = modify(governed, series, target)
    with expect_revert("ERC20InsufficientBalance", sender=HOLDER, balance=0, needed=25 * UNIT):
        governed.meeting.exchange(meeting_id, series.address, [HOLDER, HOLDER])
    governed.meeting.exchange(meeting_id, series.address, [HOLDER])
    assert target.balanceOf(HOLDER) == 25 * UNIT
    again = governed.meeting.exchange(meeting_id, series.address, [HOLDER])
    assert (again.result, again.log) == (0, ())


def test_exchange_reverts_before_the_end_and_where_none_was_decided(
    governed: Governed, series: Contract, other: Contract, target: Contract
):
    meeting_id = modify(governed, series, target)
    end = series.endAt()
    governed.world.chain.now = end - 1
    with expect_revert("ExchangeNotOpen", id=meeting_id, series=series.address, endAt=end):
        governed.meeting.exchange(meeting_id, series.address, [HOLDER])
    for meeting, old in ((meeting_id, other), (0, other), (meeting_id + 1, series)):
        with expect_revert("ExchangeNotOpen", id=meeting, series=old.address, endAt=0):
            governed.meeting.exchange(meeting, old.address, [HOLDER])


def test_exchange_of_an_amortised_series_goes_by_its_principal(governed: Governed, target: Contract):
    series = create(governed, {RECEIVER: 40 * UNIT, SPENDER: 40 * UNIT, HOLDER: 4 * UNIT}, salt=21, bond=amortising())
    governed.go_to(ISSUE_DAY + ENDS[1] + 1)
    meeting_id = modify(governed, series, target, WAD * 9 // 10)
    governed.meeting.exchange(meeting_id, series.address, [HOLDER])
    assert target.balanceOf(HOLDER) == 4 * UNIT // 2 * 9 // 10


def test_exchange_leaves_what_was_due_with_the_paying_agent(governed: Governed, series: Contract, target: Contract):
    """A coupon of an old record date, and interest up to the exchange, stay the old holder's."""
    world, agent = governed.world, governed.world.paying_agent
    governed.go_to(ISSUE_DAY + ENDS[0] + 1)
    meeting_id = modify(governed, series, target)
    governed.meeting.exchange(meeting_id, series.address, [HOLDER, RECEIVER, SPENDER])
    world.mint_cash(TREASURY, 100 * UNIT)
    world.cash.approve(agent.address, ALL, by=TREASURY)
    due = [agent.dueOf(series.address, period) for period in (0, 1, REDEMPTION)]
    days = (series.endAt() - start_of(ISSUE_DAY + ENDS[0])) // DAY
    assert due == [100 * UNIT * ran // 3650 // 10_000 * 10_000 for ran in (182, days)] + [0]
    agent.fundAll(series.address, ALL, by=TREASURY)
    for period in (0, 1):
        assert agent.pay(series.address, period, [HOLDER]).of("Paid")


def test_exchange_of_a_matured_series(governed: Governed, series: Contract, target: Contract):
    """Principal that was missed at maturity is the usual reason to exchange; the end stays what it was."""
    governed.go_to(ISSUE_DAY + ENDS[3] + 10)
    meeting_id = modify(governed, series, target)
    assert series.endAt() == series.maturityDate()
    governed.meeting.exchange(meeting_id, series.address, [HOLDER])
    assert target.balanceOf(HOLDER) == 25 * UNIT


def test_exchange_of_an_accelerated_series_keeps_its_end_and_ends_rescission(
    governed: Governed, defaulted: Contract, target: Contract
):
    end = accelerate(governed, defaulted)
    governed.world.chain.now = end
    meeting_id = modify(governed, defaulted, target)
    assert defaulted.endAt() == end
    with expect_revert("SeriesExchanged", series=defaulted.address, id=meeting_id):
        governed.meeting.conveneRescission(defaulted.address, by=DEBT_OFFICE)
    with expect_revert("SeriesExchanged", series=defaulted.address, id=meeting_id):
        convene(governed, SERIES_BY_SERIES, (defaulted, target, WAD))


def test_a_rescission_is_void_once_the_series_is_exchanged(governed: Governed, defaulted: Contract, target: Contract):
    governed.world.chain.now = accelerate(governed, defaulted)
    modification = convene(governed, SERIES_BY_SERIES, (defaulted, target, WAD))
    governed.open_voting(modification)
    for who in (RECEIVER, SPENDER):
        vote(governed, modification, defaulted, who)
    governed.world.chain.warp(10 * DAY)
    rescission = by_holder(governed, defaulted, RESCIND)
    assert governed.close(modification).result == PASSED
    for who in (RECEIVER, SPENDER):
        vote(governed, rescission, defaulted, who)
    assert governed.close(rescission).result == VOID


def test_an_acceleration_is_void_once_the_series_is_exchanged(
    governed: Governed, defaulted: Contract, target: Contract
):
    modification = convene(governed, SERIES_BY_SERIES, (defaulted, target, WAD))
    governed.open_voting(modification)
    for who in (RECEIVER, SPENDER):
        vote(governed, modification, defaulted, who)
    governed.world.chain.warp(10 * DAY)
    acceleration = by_holder(governed, defaulted)
    governed.close(modification)
    vote(governed, acceleration, defaulted, HOLDER)
    assert governed.close(acceleration).result == VOID


def test_exchange_reverts_when_the_meeting_is_no_servicer(governed: Governed, series: Contract, target: Contract):
    world = governed.world
    meeting_id = modify(governed, series, target)
    world.by_admin(world.programme.setServicer, governed.meeting.address, False)
    with expect_revert("NotServicer", caller=governed.meeting.address):
        governed.meeting.exchange(meeting_id, series.address, [HOLDER])


# ── what the PayingAgent has to hold against an exchange ─────────────────────────────────────────────────────────────


@pytest.fixture
def partly_funded(governed: Governed, series: Contract, target: Contract) -> Contract:
    """A stranger funded a unit of the redemption, the treasury a quarter; all but one holder were exchanged."""
    world, agent = governed.world, governed.world.paying_agent
    for who, amount in ((SPENDER, 1), (TREASURY, 25 * UNIT)):
        world.mint_cash(who, amount)
        world.cash.approve(agent.address, ALL, by=who)
        agent.fund(series.address, amount, by=who)
    meeting_id = modify(governed, series, target)
    governed.meeting.exchange(meeting_id, series.address, [RECEIVER, SPENDER])
    return series


def test_redeem_reverts_when_the_series_is_to_be_exchanged(governed: Governed, partly_funded: Contract):
    """Attack: who is exchanged last redeems at par from the money that was meant for all."""
    with expect_revert("SeriesSuperseded", series=partly_funded.address):
        governed.world.paying_agent.redeem(partly_funded.address, [HOLDER])
    with expect_revert("NothingToFund", series=partly_funded.address):
        governed.world.paying_agent.fund(partly_funded.address, 1, by=TREASURY)
    assert not governed.world.paying_agent.isMissed(partly_funded.address, REDEMPTION)


def test_return_dust_after_an_exchange_gives_each_payer_his_own(governed: Governed, partly_funded: Contract):
    """Attack: who funded the first unit has all that is left when the series is exchanged."""
    agent, before = governed.world.paying_agent, governed.cash_of(SPENDER, TREASURY)
    with expect_revert("NotComplete", series=partly_funded.address, period=REDEMPTION):
        agent.returnDust(partly_funded.address, REDEMPTION, SPENDER)
    governed.meeting.exchange(1, partly_funded.address, [HOLDER])
    for payer in (SPENDER, TREASURY, SPENDER):
        agent.returnDust(partly_funded.address, REDEMPTION, payer)
    assert governed.cash_of(SPENDER, TREASURY) == [before[0] + 1, before[1] + 25 * UNIT]

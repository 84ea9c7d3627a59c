"""Programme: mandate, cap, register of series, issue and retirement."""

from dataclasses import dataclass

import pytest
from eth_utils import keccak
from evm import ZERO, Contract, address_of, expect_revert, init_code
from world import (
    CAP_USD,
    CLOSED,
    DAY,
    DEFINITIVE,
    HOUR,
    ISSUE_AT,
    MANDATE_UNTIL,
    MATURITY_AT,
    MAX_RATE_AGE,
    MAX_STEP_BPS,
    MEMORANDUM,
    NOW,
    PILOT,
    RATE,
    UNIT,
    World,
)  # fmt: skip

from rwa_deploy import units

RETIRER = address_of("retirer")
UNKNOWN, REGISTERED, CONFIRMED = range(3)
TERMS_HASH = keccak(text="term sheet")
NEW_TERMS = {"symbol": "PKTB201211"}
USD_PER_UNIT = units.usd_for_pkr_up(UNIT, RATE)


@pytest.fixture
def retire(world: World):
    """The PayingAgent's right in a wallet's hand: a contract cannot start a call."""
    world.by_admin(world.programme.setServicer, RETIRER, True)
    return lambda holders, faces, series=world.bond.address: world.programme.retire(series, holders, faces, by=RETIRER)


# ── register, confirm ────────────────────────────────────────────────────────────────────────────────────────────────


def test_register_derives_the_address_and_emits(world: World, programme: Contract):
    series, code = world.create_series(salt=5, **NEW_TERMS), world.series_code(**NEW_TERMS)
    receipt = world.register(code, salt=5)
    assert receipt.result == series.address
    assert receipt.log == (("SeriesRegistered", series.address, keccak(code), TERMS_HASH),)
    assert tuple(programme.seriesOf(series.address)) == (REGISTERED, bytes(3), keccak(code), 0, 0)
    assert (programme.seriesCount(), programme.seriesAt(1)) == (2, series.address)
    assert not programme.isSeries(series.address)


def test_register_reverts_when_no_code_stands_there(world: World):
    code = world.series_code(**NEW_TERMS)
    with world.chain.rolled_back():
        series = world.create_series(**NEW_TERMS).address
    with expect_revert("SeriesNotDeployed", series=series):
        world.register(code)


@pytest.mark.parametrize("status", [REGISTERED, CONFIRMED])
def test_register_reverts_when_the_series_is_known(world: World, status: int):
    series, code = world.create_series(**NEW_TERMS), world.series_code(**NEW_TERMS)
    world.register(code)
    if status == CONFIRMED:
        world.confirm(series, code)
    with expect_revert("SeriesStatusInvalid", series=series.address, status=status):
        world.register(code)


def test_confirm_makes_the_series_count(world: World, programme: Contract):
    series, code = world.create_series(**NEW_TERMS), world.series_code(**NEW_TERMS)
    world.register(code)
    assert world.confirm(series, code).log == (("SeriesConfirmed", series.address, b"PKR"),)
    assert programme.isSeries(series.address)
    assert tuple(programme.seriesOf(series.address)) == (CONFIRMED, b"PKR", keccak(code), 0, 0)


def test_confirm_reverts_when_the_series_is_not_registered(world: World):
    series = world.create_series(**NEW_TERMS)
    with expect_revert("SeriesStatusInvalid", series=series.address, status=UNKNOWN):
        world.confirm(series, world.series_code(**NEW_TERMS))


def test_confirm_reverts_when_it_is_confirmed(world: World, bond: Contract):
    with expect_revert("SeriesStatusInvalid", series=bond.address, status=CONFIRMED):
        world.confirm(bond, world.series_code())


@pytest.mark.parametrize("wrong", ["code", "terms"])
def test_confirm_reverts_when_a_hash_differs_from_the_registered(world: World, wrong: str):
    series, code = world.create_series(**NEW_TERMS), world.series_code(**NEW_TERMS)
    world.register(code)
    code_hash = keccak(b"other" if wrong == "code" else code)
    terms_hash = keccak(b"other") if wrong == "terms" else TERMS_HASH
    with expect_revert("SeriesMismatch", series=series.address, initCodeHash=code_hash, termsHash=terms_hash):
        world.programme.confirm(series.address, code_hash, terms_hash, by=address_of("fiscal_agent"))


def test_register_reverts_when_the_series_states_another_hash_of_its_terms(world: World, programme: Contract):
    series, code = world.create_series(**NEW_TERMS), world.series_code(**NEW_TERMS)
    other = keccak(b"other")
    with expect_revert("SeriesMismatch", series=series.address, initCodeHash=keccak(code), termsHash=other):
        world.register(code, terms_hash=other)
    assert (programme.seriesOf(series.address).status, programme.seriesCount()) == (UNKNOWN, 1)


def fake(world: World, programme: str, currency: bytes) -> tuple[Contract, bytes]:
    """A contract that states its terms and is no bond, registered."""
    arguments = (TERMS_HASH, programme, currency)
    series = world.deploy("FakeSeries", *arguments)
    code = init_code(series.artifact, *arguments)
    world.register(code)
    return series, code


@pytest.mark.parametrize("wrong", ["terms", "programme"])
def test_confirm_reverts_when_the_contract_states_otherwise(world: World, wrong: str):
    series, code = fake(world, ZERO if wrong == "programme" else world.programme.address, b"PKR")
    if wrong == "terms":
        series.setTermsHash(bytes(32))
    with expect_revert("SeriesMismatch", series=series.address, initCodeHash=keccak(code), termsHash=TERMS_HASH):
        world.confirm(series, code)


def test_confirm_reverts_when_the_currency_is_unknown(world: World):
    series, code = fake(world, world.programme.address, b"EUR")
    with expect_revert("CurrencyUnknown", currency=b"EUR"):
        world.confirm(series, code)


def test_confirm_reverts_when_the_registering_office_confirms(world: World, debt_office: str):
    series, code = world.create_series(**NEW_TERMS), world.series_code(**NEW_TERMS)
    world.register(code)
    with expect_revert("AccessManagedUnauthorized", caller=debt_office):
        world.programme.confirm(series.address, keccak(code), TERMS_HASH, by=debt_office)


# ── issue ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_issue_mints_and_books_dollars_rounded_up(world: World, programme: Contract, bond: Contract, holder: str):
    receipt = world.issue(bond, {holder: UNIT, address_of("receiver"): 2 * UNIT})
    usd = units.usd_for_pkr_up(3 * UNIT, RATE)
    assert receipt.log == (
        ("Issued", bond.address, 3 * UNIT, usd, RATE),
        ("Transfer", ZERO, holder, UNIT),
        ("Transfer", ZERO, address_of("receiver"), 2 * UNIT),
    )
    assert (programme.usedUsd(), bond.totalSupply(), bond.balanceOf(holder)) == (usd, 3 * UNIT, UNIT)
    assert programme.seriesOf(bond.address)[3:] == (3 * UNIT, usd)


def test_issue_of_a_dollar_series_books_its_face_without_a_rate(world: World, programme: Contract, holder: str):
    series = world.new_series(currency=b"USD", **NEW_TERMS)
    world.chain.warp(MAX_RATE_AGE + 1)
    assert world.issue(series, {holder: UNIT}).log[0] == ("Issued", series.address, UNIT, UNIT, 0)
    assert programme.usedUsd() == UNIT


@pytest.mark.parametrize(("receivers", "faces"), [(0, 0), (1, 0), (0, 1), (1, 2)])
def test_issue_reverts_when_the_arrays_are_uneven_or_empty(
    programme: Contract, bond: Contract, debt_office: str, holder: str, receivers: int, faces: int
):
    with expect_revert("BatchInvalid", holders=receivers, faces=faces):
        programme.issue(bond.address, [holder] * receivers, [UNIT] * faces, by=debt_office)


def test_issue_reverts_when_the_series_is_unknown(programme: Contract, debt_office: str, holder: str):
    with expect_revert("SeriesStatusInvalid", series=holder, status=UNKNOWN):
        programme.issue(holder, [holder], [UNIT], by=debt_office)


def test_issue_reverts_when_the_series_is_only_registered(world: World, holder: str):
    series = world.create_series(**NEW_TERMS)
    world.register(world.series_code(**NEW_TERMS))
    with expect_revert("SeriesStatusInvalid", series=series.address, status=REGISTERED):
        world.issue(series, {holder: UNIT})


def test_issue_succeeds_in_the_last_second_of_the_mandate(world: World, holder: str):
    series = world.new_series(maturityAt=MATURITY_AT + 1_000 * DAY, **NEW_TERMS)
    world.chain.now = MANDATE_UNTIL
    world.post_rate()
    world.issue(series, {holder: UNIT})
    world.chain.warp(1)
    facts = {"mandate": PILOT, "until": MANDATE_UNTIL, "nowAt": MANDATE_UNTIL + 1}
    with expect_revert("MandateNotInForce", **facts):
        world.issue(series, {holder: UNIT})


def test_issue_reverts_when_the_mandate_is_closed(world: World, bond: Contract, debt_office: str, holder: str):
    world.programme.closeMandate(by=debt_office)
    with expect_revert("MandateNotInForce", mandate=CLOSED, until=NOW, nowAt=NOW):
        world.issue(bond, {holder: UNIT})


def test_issue_succeeds_under_definitive_agreements(world: World, bond: Contract, holder: str):
    world.by_admin(world.programme.advanceMandate, DEFINITIVE, MANDATE_UNTIL)
    world.issue(bond, {holder: UNIT})
    assert bond.totalSupply() == UNIT


def test_issue_takes_a_rate_up_to_its_age_to_the_second(world: World, bond: Contract, holder: str):
    world.chain.warp(MAX_RATE_AGE)
    world.issue(bond, {holder: UNIT})
    world.chain.warp(1)
    with expect_revert("RateTooOld", age=MAX_RATE_AGE + 1, maxAge=MAX_RATE_AGE):
        world.issue(bond, {holder: UNIT})


def test_issue_reverts_while_a_rate_waits(world: World, bond: Contract, holder: str):
    world.chain.warp(1)
    world.post_rate(RATE * 2)
    with expect_revert("RatePending", holdsFrom=NOW + 1 + HOUR):
        world.issue(bond, {holder: UNIT})
    world.chain.warp(HOUR)
    world.issue(bond, {holder: UNIT})
    assert world.programme.usedUsd() == units.usd_for_pkr_up(UNIT, RATE * 2)


@dataclass
class Lone:
    """A second programme under the same authority, before its rate and its mandate."""

    programme: Contract
    series: str

    def issue(self, holder: str) -> None:
        self.programme.issue(self.series, [holder], [UNIT], by=address_of("debt_office"))


@pytest.fixture
def lone(world: World) -> Lone:
    oracle = world.deploy("PriceOracle", world.authority.address, salt=1)
    programme = world.deploy("Programme", world.authority.address, oracle.address, salt=1)
    parts = (world.authority.address, world.allowlist.address, programme.address, world.maths.address, world.terms())
    code = init_code(world.bond.artifact, *parts)
    series = world.chain.create(code)
    for function, office in ("register", 1), ("confirm", 5), ("issue", 10):
        selectors = [getattr(programme, function).selector]
        world.by_admin(world.authority.setTargetFunctionRole, programme.address, selectors, office)
    world.by_admin(programme.loosenCap, CAP_USD)
    programme.register(bytes(32), keccak(code), TERMS_HASH, by=address_of("debt_office"))
    programme.confirm(series, keccak(code), TERMS_HASH, by=address_of("fiscal_agent"))
    return Lone(programme, series)


def test_issue_reverts_under_a_memorandum(world: World, lone: Lone, holder: str):
    with expect_revert("MandateNotInForce", mandate=MEMORANDUM, until=0, nowAt=world.chain.now):
        lone.issue(holder)


def test_issue_reverts_when_no_rate_was_posted(world: World, lone: Lone, holder: str):
    world.by_admin(lone.programme.advanceMandate, PILOT, MANDATE_UNTIL)
    with expect_revert("NoRate", feed=b"USDPKR".ljust(32, b"\0")):
        lone.issue(holder)


def test_value_usd_up_reverts_when_no_rate_was_posted(lone: Lone):
    with expect_revert("NoRate", feed=b"USDPKR".ljust(32, b"\0")):
        lone.programme.valueUsdUp(lone.series)


def test_issue_reverts_when_one_receiver_is_not_allowed(world: World, bond: Contract, holder: str, outsider: str):
    with expect_revert("TransferRestricted", code=20, account=outsider):
        world.issue(bond, {holder: UNIT, outsider: UNIT})
    assert (bond.totalSupply(), world.programme.usedUsd()) == (0, 0)


@pytest.mark.parametrize("face", [0, 1, UNIT - 1, UNIT + 1])
def test_issue_reverts_when_a_face_is_not_in_units(world: World, bond: Contract, holder: str, face: int):
    with expect_revert("FaceNotInUnits", face=face, denomination=UNIT):
        world.issue(bond, {holder: face})


def test_issue_reverts_when_the_series_has_matured(world: World, bond: Contract, holder: str):
    world.chain.now = MATURITY_AT
    world.post_rate()
    with expect_revert("SeriesMatured", endAt=MATURITY_AT):
        world.issue(bond, {holder: UNIT})


@pytest.mark.parametrize("early", [1, 0])
def test_issue_opens_on_the_issue_date_to_the_second(world: World, holder: str, early: int):
    series = world.new_series(issueAt=ISSUE_AT + DAY, **NEW_TERMS)
    world.chain.now = ISSUE_AT + DAY - early
    if early:
        with expect_revert("SeriesNotOpen", issueAt=ISSUE_AT + DAY):
            world.issue(series, {holder: UNIT})
    else:
        world.issue(series, {holder: UNIT})
        assert series.totalSupply() == UNIT


def test_issue_succeeds_a_second_before_maturity(world: World, bond: Contract, holder: str):
    world.chain.now = MATURITY_AT - 1
    world.post_rate()
    world.issue(bond, {holder: UNIT})
    assert bond.totalSupply() == UNIT


def test_issue_reverts_while_the_series_is_paused(world: World, bond: Contract, guardian: str, holder: str):
    bond.pause(by=guardian)
    with expect_revert("TransferRestricted", code=2, account=bond.address):
        world.issue(bond, {holder: UNIT})


def test_issue_reverts_when_the_caller_is_no_issuer(programme: Contract, bond: Contract, minter: str, holder: str):
    with expect_revert("AccessManagedUnauthorized", caller=minter):
        programme.issue(bond.address, [holder], [UNIT], by=minter)


# ── retire ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_retire_burns_and_releases_pro_rata_rounded_down(
    world: World, programme: Contract, bond: Contract, holder: str, retire
):
    world.issue(bond, {holder: 3 * UNIT})
    booked = programme.usedUsd()
    released = booked * UNIT // (3 * UNIT)
    receipt = retire([holder], [UNIT])
    assert receipt.log == (("Retired", bond.address, UNIT, released), ("Transfer", holder, ZERO, UNIT))
    assert (programme.usedUsd(), bond.totalSupply()) == (booked - released, 2 * UNIT)
    assert programme.seriesOf(bond.address)[3:] == (2 * UNIT, booked - released)


def test_retire_of_all_releases_all(world: World, programme: Contract, bond: Contract, holder: str, retire):
    world.issue(bond, {holder: 3 * UNIT})
    for face in (1, UNIT - 1, 2 * UNIT):
        retire([holder], [face])
    assert (programme.usedUsd(), programme.seriesOf(bond.address)[3:]) == (0, (0, 0))


def test_retire_works_when_mandate_rate_cap_and_series_would_stop_an_issue(
    world: World, bond: Contract, holder: str, retire
):
    world.issue(bond, {holder: UNIT})
    world.programme.closeMandate(by=address_of("debt_office"))
    world.programme.tightenCap(0, by=address_of("debt_office"))
    world.chain.now = MATURITY_AT + 1
    world.post_rate(RATE * 2)
    bond.pause(by=address_of("guardian"))
    world.allowlist.pauseSystem(by=address_of("guardian"))
    retire([holder], [UNIT])
    assert (world.programme.usedUsd(), bond.totalSupply()) == (0, 0)


@pytest.mark.parametrize(("holders", "faces"), [(0, 0), (1, 0), (0, 1)])
def test_retire_reverts_when_the_arrays_are_uneven_or_empty(retire, holder: str, holders: int, faces: int):
    with expect_revert("BatchInvalid", holders=holders, faces=faces):
        retire([holder] * holders, [UNIT] * faces)


def test_retire_reverts_when_the_series_is_unknown(retire, holder: str):
    with expect_revert("SeriesStatusInvalid", series=holder, status=UNKNOWN):
        retire([holder], [1], series=holder)


def test_retire_reverts_when_the_holder_has_less(world: World, bond: Contract, holder: str, receiver: str, retire):
    world.issue(bond, {holder: UNIT, receiver: UNIT})
    with expect_revert("ERC20InsufficientBalance", sender=holder, balance=UNIT, needed=UNIT + 1):
        retire([holder], [UNIT + 1])


def test_retire_reverts_when_the_face_is_frozen(world: World, bond: Contract, holder: str, retire):
    world.issue(bond, {holder: UNIT})
    bond.setFrozenTokens(holder, 1, by=address_of("enforcer"))
    facts = {"account": holder, "amount": UNIT, "unfrozen": UNIT - 1}
    with expect_revert("ERC7943InsufficientUnfrozenBalance", **facts):
        retire([holder], [UNIT])


def test_retire_reverts_when_the_caller_may_not(programme: Contract, bond: Contract, debt_office: str):
    with expect_revert("NotServicer", caller=debt_office):
        programme.retire(bond.address, [debt_office], [1], by=debt_office)


def test_set_servicer_gives_and_takes_the_right(world: World, programme: Contract):
    assert world.by_admin(programme.setServicer, RETIRER, True).log[-1] == ("ServicerSet", RETIRER, True)
    assert programme.isServicer(RETIRER)
    assert world.by_admin(programme.setServicer, RETIRER, False).log[-1] == ("ServicerSet", RETIRER, False)
    assert not programme.isServicer(RETIRER)


def test_set_servicer_reverts_when_the_caller_is_not_admin(programme: Contract, debt_office: str):
    with expect_revert("AccessManagedUnauthorized", caller=debt_office):
        programme.setServicer(RETIRER, True, by=debt_office)


# ── cap and age ──────────────────────────────────────────────────────────────────────────────────────────────────────

PARAMETERS = {"Cap": ("capUsd", "CapChanged", CAP_USD), "MaxRateAge": ("maxRateAge", "MaxRateAgeChanged", MAX_RATE_AGE)}


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_loosen_raises_after_the_delay(world: World, programme: Contract, parameter: str):
    getter, event, current = PARAMETERS[parameter]
    receipt = world.by_admin(getattr(programme, f"loosen{parameter}"), current + 1)
    assert receipt.log[-1] == (event, current + 1)
    assert getattr(programme, getter)() == current + 1


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("step", [0, -1])
def test_loosen_reverts_when_the_value_is_not_looser(world: World, programme: Contract, parameter: str, step: int):
    current = PARAMETERS[parameter][2]
    with expect_revert("DirectionInvalid", wanted=current + step, current=current):
        world.by_admin(getattr(programme, f"loosen{parameter}"), current + step)


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("to_zero", [True, False])
def test_tighten_lowers_at_once(programme: Contract, debt_office: str, parameter: str, to_zero: bool):
    getter, event, current = PARAMETERS[parameter]
    wanted = 0 if to_zero else current - 1
    receipt = getattr(programme, f"tighten{parameter}")(wanted, by=debt_office)
    assert receipt.log == ((event, wanted),)
    assert getattr(programme, getter)() == wanted


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("step", [0, 1])
def test_tighten_reverts_when_the_value_is_not_tighter(
    programme: Contract, debt_office: str, parameter: str, step: int
):
    current = PARAMETERS[parameter][2]
    with expect_revert("DirectionInvalid", wanted=current + step, current=current):
        getattr(programme, f"tighten{parameter}")(current + step, by=debt_office)


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_loosen_reverts_when_the_caller_may_only_tighten(programme: Contract, debt_office: str, parameter: str):
    with expect_revert("AccessManagedUnauthorized", caller=debt_office):
        getattr(programme, f"loosen{parameter}")(2**200, by=debt_office)


# ── mandate ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("to", [PILOT, DEFINITIVE])
def test_advance_mandate_extends_or_moves_forward(world: World, programme: Contract, to: int):
    receipt = world.by_admin(programme.advanceMandate, to, MANDATE_UNTIL + 1)
    assert receipt.log[-1] == ("MandateChanged", to, MANDATE_UNTIL + 1)
    assert tuple(programme.mandate()) == (to, MANDATE_UNTIL + 1)


@pytest.mark.parametrize("to", [MEMORANDUM, CLOSED])
def test_advance_mandate_reverts_backwards_or_to_the_end(world: World, programme: Contract, to: int):
    with expect_revert("MandateInvalid", **{"from": PILOT, "to": to, "until": MANDATE_UNTIL}):
        world.by_admin(programme.advanceMandate, to, MANDATE_UNTIL)


@pytest.mark.parametrize("ahead", [0, 1])
def test_advance_mandate_needs_a_deadline_in_the_future(world: World, programme: Contract, admin: str, ahead: int):
    until = NOW + 2 * DAY + ahead
    world.schedule(programme.advanceMandate, DEFINITIVE, until)
    world.chain.warp(2 * DAY)
    if ahead:
        programme.advanceMandate(DEFINITIVE, until, by=admin)
        assert tuple(programme.mandate()) == (DEFINITIVE, until)
    else:
        with expect_revert("MandateInvalid", **{"from": PILOT, "to": DEFINITIVE, "until": until}):
            programme.advanceMandate(DEFINITIVE, until, by=admin)


def test_close_mandate_is_at_once_and_for_good(world: World, programme: Contract, debt_office: str):
    assert programme.closeMandate(by=debt_office).log == (("MandateChanged", CLOSED, NOW),)
    assert tuple(programme.mandate()) == (CLOSED, NOW)
    with expect_revert("MandateInvalid", **{"from": CLOSED, "to": CLOSED, "until": NOW}):
        programme.closeMandate(by=debt_office)
    with expect_revert("MandateInvalid", **{"from": CLOSED, "to": DEFINITIVE, "until": MANDATE_UNTIL}):
        world.by_admin(programme.advanceMandate, DEFINITIVE, MANDATE_UNTIL)


# ── allowlist of a series, pause of a series ─────────────────────────────────────────────────────────────────────────


@pytest.fixture
def successor(world: World) -> Contract:
    return world.deploy("Allowlist", world.authority.address, world.licences.address, salt=9)


def test_confirm_allowlist_replaces_it_once_proposed(
    world: World, programme: Contract, bond: Contract, successor: Contract, regulator: str
):
    proposal = world.by_admin(programme.proposeAllowlist, bond.address, successor.address)
    assert proposal.log[-1] == ("AllowlistProposed", bond.address, successor.address)
    assert bond.allowlist() == world.allowlist.address
    receipt = programme.confirmAllowlist(bond.address, successor.address, by=regulator)
    assert receipt.log == (
        ("AllowlistReplaced", bond.address, successor.address),
        ("AllowlistChanged", successor.address),
    )
    assert bond.allowlist() == successor.address


def test_confirm_allowlist_counts_once(
    world: World, programme: Contract, bond: Contract, successor: Contract, regulator: str
):
    world.by_admin(programme.proposeAllowlist, bond.address, successor.address)
    programme.confirmAllowlist(bond.address, successor.address, by=regulator)
    with expect_revert("AllowlistNotProposed", series=bond.address, allowlist=successor.address):
        programme.confirmAllowlist(bond.address, successor.address, by=regulator)


@pytest.mark.parametrize("other", ["zero", "foreign"])
def test_confirm_allowlist_reverts_when_it_was_not_proposed(world: World, bond: Contract, regulator: str, other: str):
    allowlist = ZERO if other == "zero" else world.allowlist.address
    with expect_revert("AllowlistNotProposed", series=bond.address, allowlist=allowlist):
        world.programme.confirmAllowlist(bond.address, allowlist, by=regulator)


def test_propose_allowlist_reverts_when_the_series_is_unknown(world: World, programme: Contract, holder: str):
    with expect_revert("SeriesStatusInvalid", series=holder, status=UNKNOWN):
        world.by_admin(programme.proposeAllowlist, holder, holder)


def test_unpause_series_ends_the_pause(world: World, programme: Contract, bond: Contract, guardian: str, admin: str):
    world.schedule(programme.unpauseSeries, bond.address)
    world.chain.warp(2 * DAY)
    bond.pause(by=guardian)
    assert programme.unpauseSeries(bond.address, by=admin).log[-1] == ("PausedUntil", 0)
    assert bond.pausedUntil() == 0


def test_unpause_series_reverts_when_the_series_is_unknown(world: World, programme: Contract, holder: str):
    with expect_revert("SeriesStatusInvalid", series=holder, status=UNKNOWN):
        world.by_admin(programme.unpauseSeries, holder)


# ── views ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_value_usd_up_follows_the_rate_while_the_booking_stays(
    world: World, programme: Contract, bond: Contract, holder: str
):
    world.issue(bond, {holder: UNIT})
    world.chain.warp(3600)
    lower = RATE * (10_000 - MAX_STEP_BPS) // 10_000
    world.post_rate(lower)
    assert programme.valueUsdUp(bond.address) == units.usd_for_pkr_up(UNIT, lower)
    assert programme.usedUsd() == USD_PER_UNIT


def test_value_usd_up_of_a_dollar_series_is_its_face(world: World, programme: Contract, holder: str):
    series = world.new_series(currency=b"USD", **NEW_TERMS)
    world.issue(series, {holder: UNIT})
    assert programme.valueUsdUp(series.address) == UNIT


def test_series_of_a_stranger_is_unknown(programme: Contract, outsider: str):
    assert tuple(programme.seriesOf(outsider)) == (UNKNOWN, bytes(3), bytes(32), 0, 0)
    assert not programme.isSeries(outsider)


# ── the end, calls, record dates ─────────────────────────────────────────────────────────────────────────────────────

WAD = 10**18
HOLDER, RECEIVER = map(address_of, ("holder", "receiver"))
ENFORCER = address_of("enforcer")
CUT = ISSUE_AT + 20 * DAY


@pytest.fixture
def servicer(world: World) -> str:
    """A contract's right in a wallet's hand; two days pass, and a new rate is posted."""
    world.by_admin(world.programme.setServicer, RETIRER, True)
    world.post_rate()
    return RETIRER


def test_end_series_ends_it_and_takes_it_back(world: World, programme: Contract, bond: Contract, servicer: str):
    receipt = programme.endSeries(bond.address, CUT, by=servicer)
    assert receipt.log == (("SeriesEnded", bond.address, CUT), ("RecordDateSet", CUT), ("EndChanged", CUT))
    assert bond.endAt() == CUT
    assert programme.endSeries(bond.address, 0, by=servicer).log == (
        ("SeriesEnded", bond.address, 0), ("EndChanged", 0),
    )  # fmt: skip
    assert bond.endAt() == MATURITY_AT


@pytest.mark.parametrize("end", [ISSUE_AT, NOW, CUT + 1, MATURITY_AT, MATURITY_AT + DAY])
def test_end_series_takes_a_midnight_ahead_and_before_the_maturity(
    programme: Contract, bond: Contract, servicer: str, end: int
):
    with expect_revert("EndInvalid", endAt=end, maturityAt=MATURITY_AT):
        programme.endSeries(bond.address, end, by=servicer)


def test_scale_series_keeps_the_calls_in_order(programme: Contract, bond: Contract, servicer: str):
    receipt = programme.scaleSeries(bond.address, 3, WAD // 2, by=servicer)
    assert receipt.log == (("SeriesScaled", bond.address, 3, WAD // 2),)
    programme.scaleSeries(bond.address, 1, WAD, by=servicer)
    assert programme.callsOf(bond.address) == [3 << 128 | WAD // 2, 1 << 128 | WAD]


def test_scale_series_reverts_when_sixteen_were_made(programme: Contract, bond: Contract, servicer: str):
    for _ in range(16):
        programme.scaleSeries(bond.address, 0, WAD - 1, by=servicer)
    with expect_revert("TooManyCalls", series=bond.address, most=16):
        programme.scaleSeries(bond.address, 0, WAD - 1, by=servicer)


def test_call_record_date_sets_one_of_the_series(world: World, programme: Contract, bond: Contract, servicer: str):
    assert programme.callRecordDate(bond.address, CUT, by=servicer).log == (("RecordDateSet", CUT),)
    earliest = world.chain.now + DAY
    with expect_revert("RecordDateInvalid", recordAt=CUT, earliest=earliest):
        programme.callRecordDate(bond.address, CUT, by=servicer)


def servicing(programme: Contract, series: str, other: str):
    """Each servicer's function with arguments."""
    return (
        (programme.endSeries, (series, 0)), (programme.supersede, (series,)), (programme.scaleSeries, (series, 0, 1)),
        (programme.callRecordDate, (series, CUT)), (programme.exchange, (series, other, WAD, [])),
        (programme.exchangeFree, (series, other, WAD, HOLDER, 1)),
    )  # fmt: skip


def test_servicing_reverts_when_the_caller_is_no_servicer(world: World, programme: Contract, bond: Contract):
    for caller in ("debt_office", "admin", "holder"):
        for method, arguments in servicing(programme, bond.address, bond.address):
            with expect_revert("NotServicer", caller=address_of(caller)):
                method(*arguments, by=address_of(caller))


def test_servicing_reverts_when_the_series_is_not_confirmed(world: World, programme: Contract, servicer: str):
    series = world.create_series(**NEW_TERMS)
    world.register(world.series_code(**NEW_TERMS))
    for method, arguments in servicing(programme, series.address, world.bond.address):
        with expect_revert("SeriesStatusInvalid", series=series.address, status=REGISTERED):
            method(*arguments, by=servicer)


# ── exchange ─────────────────────────────────────────────────────────────────────────────────────────────────────────

RATIO = 1_234_567_890_123_456_789


@pytest.fixture
def successor_series(world: World) -> Contract:
    return world.new_series(maturityAt=MATURITY_AT + 365 * DAY, denomination=1, **NEW_TERMS)


def test_exchange_moves_face_booking_and_freeze(
    world: World, programme: Contract, bond: Contract, successor_series: Contract, servicer: str
):
    world.issue(bond, {HOLDER: 3 * UNIT, RECEIVER: UNIT, address_of("spender"): UNIT})
    bond.setFrozenTokens(HOLDER, 7, by=ENFORCER)
    bond.setFrozenTokens(RECEIVER, 2**256 - 1, by=ENFORCER)
    used, before = programme.usedUsd(), programme.seriesOf(bond.address)
    receipt = programme.exchange(bond.address, successor_series.address, RATIO, [HOLDER, RECEIVER], by=servicer)
    faces = [face * RATIO // WAD for face in (3 * UNIT, UNIT)]
    usd = before.bookedUsd * 4 // 5
    assert receipt.of("Exchanged") == [("Exchanged", bond.address, successor_series.address, 4 * UNIT, sum(faces), usd)]
    assert [bond.balanceOf(wallet) for wallet in (HOLDER, RECEIVER)] == [0, 0]
    assert [successor_series.balanceOf(wallet) for wallet in (HOLDER, RECEIVER)] == faces
    assert successor_series.getFrozenTokens(HOLDER) == -(-7 * RATIO // WAD)
    assert successor_series.getFrozenTokens(RECEIVER) == 2**256 - 1
    assert programme.seriesOf(bond.address)[3:] == (UNIT, before.bookedUsd - usd)
    assert programme.seriesOf(successor_series.address)[3:] == (sum(faces), usd)
    assert (programme.usedUsd(), successor_series.totalSupply(), bond.totalSupply()) == (used, sum(faces), UNIT)


def test_exchange_burns_everything_before_it_mints_anything(
    world: World, programme: Contract, bond: Contract, successor_series: Contract, servicer: str
):
    world.issue(bond, {HOLDER: UNIT, RECEIVER: UNIT})
    receipt = programme.exchange(bond.address, successor_series.address, WAD, [HOLDER, RECEIVER], by=servicer)
    moves = [(entry[1], entry[2]) for entry in receipt.of("Transfer")]
    assert moves == [(HOLDER, ZERO), (RECEIVER, ZERO), (ZERO, HOLDER), (ZERO, RECEIVER)]
    assert successor_series.totalSupply() == 2 * UNIT


def test_exchange_reverts_when_a_holder_is_named_twice(
    world: World, programme: Contract, bond: Contract, successor_series: Contract, servicer: str
):
    world.issue(bond, {HOLDER: UNIT})
    with expect_revert("ERC20InsufficientBalance", sender=HOLDER, balance=0, needed=UNIT):
        programme.exchange(bond.address, successor_series.address, WAD, [HOLDER, HOLDER], by=servicer)


def test_exchange_adds_to_a_freeze_that_stands_there(
    world: World, programme: Contract, bond: Contract, successor_series: Contract, servicer: str
):
    world.issue(bond, {HOLDER: UNIT, RECEIVER: UNIT})
    world.issue(successor_series, {HOLDER: UNIT, RECEIVER: UNIT})
    for series, wallet, amount in (
        (bond, HOLDER, 5), (successor_series, HOLDER, 6), (bond, RECEIVER, 1), (successor_series, RECEIVER, 2**256 - 1),
    ):  # fmt: skip
        series.setFrozenTokens(wallet, amount, by=ENFORCER)
    programme.exchange(bond.address, successor_series.address, 2 * WAD, [HOLDER, RECEIVER], by=servicer)
    found = [successor_series.getFrozenTokens(wallet) for wallet in (HOLDER, RECEIVER)]
    assert found == [2 * 5 + 6, 2**256 - 1]


def test_exchange_leaves_the_old_freeze_over_what_is_still_kept_there(
    world: World, programme: Contract, bond: Contract, successor_series: Contract, servicer: str
):
    world.issue(bond, {HOLDER: UNIT})
    bond.setFrozenTokens(HOLDER, 5, by=ENFORCER)
    programme.exchange(bond.address, successor_series.address, WAD, [HOLDER], by=servicer)
    assert (bond.getFrozenTokens(HOLDER), bond.balanceOf(HOLDER)) == (5, 0)


def test_exchange_again_adds_no_freeze(
    world: World, programme: Contract, bond: Contract, successor_series: Contract, servicer: str
):
    world.issue(bond, {HOLDER: UNIT})
    bond.setFrozenTokens(HOLDER, 5, by=ENFORCER)
    for _ in range(3):
        programme.exchange(bond.address, successor_series.address, WAD, [HOLDER], by=servicer)
    assert successor_series.getFrozenTokens(HOLDER) == 5


def test_supersede_stops_funding_and_redemption(world: World, programme: Contract, bond: Contract, servicer: str):
    world.issue(bond, {HOLDER: UNIT})
    assert programme.supersede(bond.address, by=servicer).log == (("SeriesSuperseded", bond.address),)
    assert programme.isSuperseded(bond.address)
    world.chain.now = MATURITY_AT
    assert not world.paying_agent.isMissed(bond.address, 2**256 - 1)
    with expect_revert("NothingToFund", series=bond.address):
        world.paying_agent.fund(bond.address, 1, by=HOLDER)
    with expect_revert("SeriesSuperseded", series=bond.address):
        world.paying_agent.redeem(bond.address, [HOLDER])


def test_exchange_keeps_the_coupons_that_were_not_paid_yet(
    world: World, programme: Contract, bond: Contract, successor_series: Contract, servicer: str, fiscal_agent: str
):
    bond.setRecordDate(CUT, by=fiscal_agent)
    world.issue(bond, {HOLDER: UNIT})
    world.chain.now = CUT
    programme.exchange(bond.address, successor_series.address, WAD, [HOLDER], by=servicer)
    assert (bond.balanceAt(HOLDER, CUT), bond.supplyAt(CUT), bond.totalSupply()) == (UNIT, UNIT, 0)


def test_exchange_works_for_who_may_not_receive(
    world: World, programme: Contract, bond: Contract, successor_series: Contract, servicer: str
):
    world.issue(bond, {HOLDER: UNIT})
    world.revoke(HOLDER)
    world.chain.now = MATURITY_AT
    programme.exchange(bond.address, successor_series.address, WAD, [HOLDER], by=servicer)
    assert successor_series.balanceOf(HOLDER) == UNIT


def test_exchange_needs_neither_mandate_nor_cap_nor_rate(
    world: World, programme: Contract, bond: Contract, successor_series: Contract, servicer: str, debt_office: str
):
    world.issue(bond, {HOLDER: UNIT})
    programme.closeMandate(by=debt_office)
    programme.tightenCap(0, by=debt_office)
    world.chain.warp(30 * DAY)
    programme.exchange(bond.address, successor_series.address, WAD, [HOLDER], by=servicer)
    assert programme.usedUsd() == USD_PER_UNIT


def test_exchange_reverts_above_the_maximum_face(world: World, programme: Contract, bond: Contract, servicer: str):
    small = world.new_series(maxFace=UNIT - 1, maturityAt=MATURITY_AT + DAY, **NEW_TERMS)
    world.issue(bond, {HOLDER: UNIT})
    with expect_revert("FaceAboveMaximum", face=UNIT, maxFace=UNIT - 1):
        programme.exchange(bond.address, small.address, WAD, [HOLDER], by=servicer)


@pytest.mark.parametrize("function", ["exchange", "exchangeFree"])
def test_exchange_reverts_between_currencies_and_into_itself(
    world: World, programme: Contract, bond: Contract, servicer: str, function: str
):
    dollars = world.new_series(currency=b"USD", **NEW_TERMS)
    for target, currency in ((dollars, b"USD"), (bond, b"PKR")):
        rest = ([HOLDER],) if function == "exchange" else (HOLDER, 1)
        with expect_revert("CurrencyUnknown", currency=currency):
            getattr(programme, function)(bond.address, target.address, WAD, *rest, by=servicer)


def test_exchange_free_exchanges_part_of_one_holder(
    world: World, programme: Contract, bond: Contract, successor_series: Contract, servicer: str
):
    world.issue(bond, {HOLDER: 2 * UNIT})
    used = programme.usedUsd()
    receipt = programme.exchangeFree(bond.address, successor_series.address, RATIO, HOLDER, UNIT, by=servicer)
    received = UNIT * RATIO // WAD
    assert receipt.result == received
    assert (bond.balanceOf(HOLDER), successor_series.balanceOf(HOLDER)) == (UNIT, received)
    assert programme.seriesOf(bond.address)[3:] == (UNIT, used - used // 2)
    assert programme.seriesOf(successor_series.address)[3:] == (received, used // 2)


def test_exchange_free_stops_at_the_freeze(
    world: World, programme: Contract, bond: Contract, successor_series: Contract, servicer: str
):
    world.issue(bond, {HOLDER: UNIT})
    bond.setFrozenTokens(HOLDER, 1, by=ENFORCER)
    facts = {"account": HOLDER, "amount": UNIT, "unfrozen": UNIT - 1}
    with expect_revert("ERC7943InsufficientUnfrozenBalance", **facts):
        programme.exchangeFree(bond.address, successor_series.address, WAD, HOLDER, UNIT, by=servicer)
    programme.exchangeFree(bond.address, successor_series.address, WAD, HOLDER, UNIT - 1, by=servicer)
    assert successor_series.balanceOf(HOLDER) == UNIT - 1


def test_exchange_free_reverts_for_who_may_not_receive(
    world: World, programme: Contract, bond: Contract, successor_series: Contract, servicer: str
):
    world.issue(bond, {HOLDER: UNIT})
    world.revoke(HOLDER)
    with expect_revert("TransferRestricted", code=22, account=HOLDER):
        programme.exchangeFree(bond.address, successor_series.address, WAD, HOLDER, UNIT, by=servicer)


def test_exchange_free_keeps_to_the_units_of_the_new_series(
    world: World, programme: Contract, bond: Contract, servicer: str
):
    whole = world.new_series(maturityAt=MATURITY_AT + DAY, **NEW_TERMS)
    world.issue(bond, {HOLDER: 2 * UNIT})
    with expect_revert("FaceNotInUnits", face=UNIT // 2, denomination=UNIT):
        programme.exchangeFree(bond.address, whole.address, WAD // 2, HOLDER, UNIT, by=servicer)

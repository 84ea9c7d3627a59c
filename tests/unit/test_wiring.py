"""Wiring: the table of offices is complete against what the contracts guard, and its numbers are theirs."""

import re
from pathlib import Path

import pytest

from rwa_deploy.abi import Codec
from rwa_deploy.compile import compile as compile_contracts
from rwa_deploy.wiring import ADMIN, FUNCTIONS, OFFICES, SERIES, office_of

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
FUNCTION = re.compile(r"function\s+(\w+)\s*\([^)]*\)\s*([^{;]*)[{;]", re.DOTALL)
INHERITED = {
    "PermissionedToken": ("CashToken", "BondToken", "CommodityToken"),
    "RwaToken": ("BondToken", "CommodityToken"),
    "Onboarding": ("Allowlist",),
    "PolicyBook": ("Policies",),
    "TravelRule": ("Policies",),
    "Liquidations": ("CollateralVault",),
}
GUARDS = {"restricted", "onlyAuthorized"}  # the second is the Authority's own
# What raises risk, or ends what a guardian began: ADMIN's, who waits out his delay.
ADMINS = {
    "Authority": {"unpauseFunction"},
    "Allowlist": {"setSystemAccount", "removeSystemAccount", "unpauseSystem", "resumeMover"},
    "Policies": {"loosenPolicy", "loosenTravelLimit"},
    "PriceOracle": {"openFeed", "loosenMaxStep", "loosenMaxAge", "addSigner", "lowerQuorum"},
    "Programme": {
        "loosenCap",
        "loosenMaxRateAge",
        "advanceMandate",
        "proposeAllowlist",
        "setServicer",
        "setCreditor",
        "unpauseSeries",
    },
    "CashToken": {"loosenMinterLimit", "loosenMinterRate", "loosenVaultShare", "setMinterKind", "unpause"},
    "Attestations": {"loosenMaxAge", "setSigner"},
    "CashDesk": {"setIssuer"},
    "BondToken": {"unpause"},
    "CommodityToken": {"unpause"},
    "PayingAgent": {"setAccounts"},
    "CollateralRisk": {
        *("listCollateral", "loosenBucketCeiling", "loosenCeilings", "loosenLadder", "loosenMargins", "setVault"),
    },
    "CollateralVault": {"loosenTerms", "setAuctionTerms", "setStateBorrower", "shutDown"},
}


def guarded() -> set[tuple[str, str]]:
    """(contract, function) of everything that the sources guard, by the contracts that inherit it."""
    found: set[tuple[str, str]] = set()
    for path in sorted(CONTRACTS.rglob("*.sol")):
        if "interfaces" not in path.parts:
            names = {name for name, rest in FUNCTION.findall(path.read_text()) if GUARDS & set(rest.split())}
            found |= {(contract, name) for contract in INHERITED.get(path.stem, (path.stem,)) for name in names}
    return found


def wired() -> set[tuple[str, str]]:
    """(contract, function) of the table; what series guard stands under the Programme."""
    of_series = {("BondToken", function) for function in SERIES}
    of_series |= {("CommodityToken", function) for function in SERIES if "Document" not in function}
    own = {(name, function) for name, functions in FUNCTIONS.items() for function in functions}
    return of_series | {(name, function) for name, function in own if name != "Programme" or function not in SERIES}


def test_guarded_functions_are_found_in_the_sources():
    assert len(guarded()) > 40
    assert ("Programme", "register") in guarded()
    assert ("BondToken", "pause") in guarded()
    assert ("Authority", "pauseFunction") in guarded()


def test_functions_are_each_an_offices_or_the_admins_on_purpose():
    admins = {(name, function) for name, functions in ADMINS.items() for function in functions}
    assert wired() | admins == guarded()
    assert wired() & admins == set()


@pytest.mark.parametrize("contract", FUNCTIONS)
def test_functions_stand_in_the_abi(contract: str):
    codec = Codec(compile_contracts())
    known = {*codec.functions(contract), *(codec.functions("BondToken") if contract == "Programme" else ())}
    assert set(FUNCTIONS[contract]) - known == set()


def test_functions_name_offices_that_exist():
    named = {office for functions in FUNCTIONS.values() for office in functions.values()}
    assert named <= OFFICES.keys() - {ADMIN}


def test_offices_have_the_numbers_of_the_contracts():
    source = (CONTRACTS / "libraries" / "Offices.sol").read_text()
    numbers = re.findall(r"uint64 internal constant (\w+) = (\d+);", source)
    assert {name.lower(): int(number) for name, number in numbers} == OFFICES


def test_series_have_no_selector_of_the_programmes_own():
    """Their rights share one table: a clash would give one function the office of another."""
    codec = Codec(compile_contracts())
    own = {codec.selector("Programme", function) for function in codec.functions("Programme")}
    assert own & {codec.selector("BondToken", function) for function in SERIES} == set()


@pytest.mark.parametrize(
    ("contract", "function", "office"),
    [
        ("Programme", "issue", "issuer"),
        ("BondToken", "pause", "guardian"),
        ("CashToken", "pause", "guardian"),
        ("Programme", "loosenCap", ADMIN),
        ("Authority", "pauseFunction", "guardian"),
        ("Authority", "grantRole", ADMIN),
        ("BondToken", "forcedTransfer", "enforcer"),
        ("PayingAgent", "fund", ADMIN),
    ],
)
def test_office_of_names_who_may(contract: str, function: str, office: str):
    assert office_of(contract, function) == office

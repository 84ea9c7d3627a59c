"""Core contracts deployed through brownie: constructor arguments, roles, bytecode, and the deployment script."""

import importlib.util

from world import ISIN, ISSUE_AT, LOT, MATURITY_AT, ROOT, TERMS, TERMS_HASH, refusal

import brownie
from rwa_deploy.compile import compile as compile_contracts
from rwa_deploy.config import load
from rwa_deploy.wiring import ADMIN, OFFICES

HOUR = 3_600


def test_deploy_sets_the_constructors_arguments(world):
    restricted = (world.licences, world.allowlist, world.oracle, world.programme, world.cash, world.settlement)
    restricted += (world.policies, world.enforcement)
    assert {contract.authority() for contract in restricted} == {world.authority.address}
    assert (world.cash.name(), world.cash.symbol(), world.cash.decimals()) == ("Rupee stablecoin", "PKRS", 6)
    assert bytes(world.cash.currency()) == b"PKR"
    assert world.cash.allowlist() == world.allowlist


def test_deploy_fixes_the_terms_of_a_series(world):
    bill = world.bill
    assert (bill.name(), bill.symbol(), bill.isin()) == (TERMS[0], TERMS[1], ISIN.decode())
    assert (bill.issueDate(), bill.maturityDate(), bill.denomination()) == (ISSUE_AT, MATURITY_AT, LOT)
    assert bytes(bill.termsHash()) == TERMS_HASH
    assert bill.programme() == world.programme
    assert world.programme.isSeries(bill)


def test_deploy_reverts_when_the_series_matures_before_its_issue(world):
    terms = (*TERMS[:4], MATURITY_AT, ISSUE_AT, *TERMS[6:])
    with brownie.reverts(refusal("TermsInvalid", MATURITY_AT, ISSUE_AT, LOT)):
        world.contracts.BondToken.deploy(
            world.authority, world.allowlist, world.programme, world.maths, terms, {"from": world.deployer}
        )


def test_deployer_holds_no_role(world):
    held = [office for office, role in OFFICES.items() if world.authority.hasRole(role, world.deployer)[0]]
    assert held == []


def test_loosen_cap_reverts_when_the_deployer_calls(world):
    with brownie.reverts(refusal("AccessManagedUnauthorized", world.deployer)):
        world.programme.loosenCap(1, {"from": world.deployer})


def test_schedule_lets_admin_act_after_two_days(world):
    admin = {"from": world.admins[0]}
    data = world.programme.loosenCap.encode_input(world.programme.capUsd() + 1)
    world.authority.schedule(world.programme, data, 0, admin)
    brownie.chain.sleep(48 * HOUR + 1)
    world.authority.execute(world.programme, data, admin)
    assert world.programme.capUsd() == 2_000_000_000_000_001


def test_brownie_compiles_the_packages_bytecode(world):
    artifacts = compile_contracts(ROOT)
    ours = {name: artifact.bytecode.hex() for name, artifact in artifacts.items() if artifact.bytecode}
    assert ours == {name: getattr(world.contracts, name).bytecode for name in ours}


def test_deploy_script_brings_the_programme_onto_the_active_network(world):
    spec = importlib.util.spec_from_file_location("deploy", ROOT / "scripts" / "deploy.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    manifest = script.main()
    config = load(ROOT / "programme.toml")
    authority = world.contracts.Authority.at(manifest.contracts["Authority"])
    programme = world.contracts.Programme.at(manifest.contracts["Programme"])
    assert programme.capUsd() == config.programme.cap_usd
    assert not authority.hasRole(OFFICES[ADMIN], world.deployer)[0]
    assert set(authority.admins()) == {admin.address for admin in world.admins}

"""Offices, and which office may call what: the table that the plan brings on chain and the tests check.

A function that the contracts guard and this table does not name is ADMIN's: it raises risk, and ADMIN waits.
"""

from collections.abc import Mapping

__all__ = ["ADMIN", "FUNCTIONS", "INSTANCES", "OFFICES", "SERIES", "instances", "office_of"]

ADMIN = "admin"

# The role numbers of contracts/libraries/Offices.sol; a test holds the two lists together.
OFFICES: Mapping[str, int] = {
    ADMIN: 0,
    "debt_office": 1,
    "regulator": 2,
    "registrar": 3,
    "central_bank": 4,
    "fiscal_agent": 5,
    "price_signer": 6,
    "enforcement_maker": 7,
    "enforcement_checker": 8,
    "guardian": 9,
    "issuer": 10,
    "tax_office": 11,
    "enforcer": 12,
}

_TOKEN: Mapping[str, str] = {
    "setFrozenTokens": "enforcer",
    "forcedTransfer": "enforcer",
    "pause": "guardian",
    "renewPause": "regulator",
}

# What series guard; their rights stand in the Programme, so that a new series needs no wiring.
SERIES: Mapping[str, str] = {
    **_TOKEN,
    "setRecordDate": "fiscal_agent",
    "setDocument": "debt_office",
    "removeDocument": "debt_office",
}

# Contracts that stand a second time under another name: name -> the contract that it is; the offices are the same.
INSTANCES: Mapping[str, str] = {"CentralBankMoney": "CashToken"}

FUNCTIONS: Mapping[str, Mapping[str, str]] = {
    "Authority": {
        "pauseFunction": "guardian",
        "renewFunctionPause": "regulator",
    },
    "Licences": {
        "grantLicence": "regulator",
        "suspendLicence": "regulator",
        "revokeLicence": "regulator",
    },
    "Allowlist": {
        "onboardByRegistrar": "registrar",
        "revokeByRegistrar": "registrar",
        "pauseSystem": "guardian",
        "renewSystemPause": "regulator",
        "suspendMover": "guardian",
        "renewMoverSuspension": "regulator",
        "setFrozen": "enforcer",
        "replace": "enforcer",
    },
    "Policies": {
        "tightenPolicy": "regulator",
        "tightenTravelLimit": "regulator",
    },
    "CollateralRisk": {
        "shutCollateral": "guardian",
        "tightenCeilings": "central_bank",
        "tightenBucketCeiling": "central_bank",
        "tightenLadder": "central_bank",
        "tightenMargins": "central_bank",
    },
    "CollateralVault": {
        "movePosition": "enforcer",
        "tightenTerms": "central_bank",
        "notifyBreach": "central_bank",
    },
    "Enforcement": {
        "propose": "enforcement_maker",
        "execute": "enforcement_checker",
        "cancel": "enforcement_maker",
        "renew": "enforcement_checker",
    },
    "PriceOracle": {
        "postPrice": "price_signer",
        "cancelPending": "guardian",
        "tightenMaxStep": "guardian",
        "tightenMaxAge": "guardian",
        "removeSigner": "guardian",
        "raiseQuorum": "guardian",
    },
    "Programme": {
        "register": "debt_office",
        "confirm": "fiscal_agent",
        "issue": "issuer",
        "tightenCap": "debt_office",
        "tightenMaxRateAge": "debt_office",
        "closeMandate": "debt_office",
        "confirmAllowlist": "regulator",
        **SERIES,
    },
    "CashToken": {
        **_TOKEN,
        "tightenMinterLimit": "central_bank",
        "tightenMinterRate": "central_bank",
        "tightenVaultShare": "central_bank",
    },
    "Attestations": {
        "removeSigner": "regulator",
        "tightenMaxAge": "regulator",
    },
    "Settlement": {
        "openAllotment": "debt_office",
        "closeAllotment": "debt_office",
    },
    "TaxTable": {
        "setRates": "tax_office",
    },
    "Fixings": {
        "fix": "fiscal_agent",
        "fixFallback": "price_signer",
    },
    "PayingAgent": {
        "call": "debt_office",
        "postpone": "fiscal_agent",
    },
    "Calendar": {
        "setHolidays": "fiscal_agent",
    },
    "Meeting": {
        "convene": "debt_office",
        "conveneRescission": "debt_office",
    },
    "Retirements": {
        "confirmDelivery": "fiscal_agent",
        "refuseDelivery": "fiscal_agent",
    },
    "LiabilityManagement": {
        "openBuyback": "debt_office",
        "accept": "debt_office",
        "openExchange": "debt_office",
        "closeExchange": "debt_office",
    },
}


def office_of(contract: str, function: str) -> str:
    """Contract and function name -> the office that may call it; ADMIN for what the table does not name."""
    target = "Programme" if contract in ("BondToken", "CommodityToken") else INSTANCES.get(contract, contract)
    return FUNCTIONS.get(target, {}).get(function, ADMIN)


def instances(contract: str) -> tuple[str, ...]:
    """Contract -> the names under which it stands, its own first."""
    return (contract, *(name for name, kind in INSTANCES.items() if kind == contract))

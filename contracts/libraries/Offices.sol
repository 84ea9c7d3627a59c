// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title Offices
/// @notice The role numbers of the `Authority`, one for each office of state and one for each system contract that acts for them.
/// @dev Zero is the AccessManager's own ADMIN role. The ids are part of the deployed configuration: never renumber them.
library Offices {
    /// Acts with an execution delay; every function that raises risk is its own by default.
    uint64 internal constant ADMIN = 0;
    uint64 internal constant DEBT_OFFICE = 1;
    uint64 internal constant REGULATOR = 2;
    uint64 internal constant REGISTRAR = 3;
    uint64 internal constant CENTRAL_BANK = 4;
    uint64 internal constant FISCAL_AGENT = 5;
    uint64 internal constant PRICE_SIGNER = 6;
    uint64 internal constant ENFORCEMENT_MAKER = 7;
    uint64 internal constant ENFORCEMENT_CHECKER = 8;
    uint64 internal constant GUARDIAN = 9;
    /// May call `Programme.issue`: the debt office and the Settlement contract.
    uint64 internal constant ISSUER = 10;
    uint64 internal constant TAX_OFFICE = 11;
    /// Freezes, forces and replaces: the Enforcement contract, which wants an order of two offices for it.
    uint64 internal constant ENFORCER = 12;
}

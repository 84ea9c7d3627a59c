// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title Restrictions
/// @notice The ERC-1404 codes that the Allowlist and the tokens answer with. Zero means: nothing stands in the way.
/// @dev 1–9 concern the token or the system, 10–19 the sender, 20–29 the receiver, 30–39 the operator of a `transferFrom`.
library Restrictions {
    uint8 internal constant NONE = 0;
    uint8 internal constant SYSTEM_PAUSED = 1;
    uint8 internal constant TOKEN_PAUSED = 2;
    uint8 internal constant FROZEN_OR_PLEDGED = 3;
    uint8 internal constant MATURED = 4;

    uint8 internal constant SENDER = 10;
    uint8 internal constant RECEIVER = 20;
    uint8 internal constant OPERATOR = 30;

    /// Offsets added to SENDER, RECEIVER or OPERATOR.
    uint8 internal constant NOT_ALLOWED = 0;
    uint8 internal constant EXPIRED = 1;
    uint8 internal constant REVOKED = 2;
    uint8 internal constant LICENCE_ENDED = 3;
    uint8 internal constant NOT_MOVER = 4;
}

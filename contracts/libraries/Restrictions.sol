// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title Restrictions
/// @notice The ERC-1404 codes that the Allowlist, the policies and the tokens answer with. Zero means: nothing stands in the way.
/// @dev 1–9 concern the token or the system, 10–19 the sender, 20–59 the receiver (from 30 on under the policy of the series),
/// 60–69 the operator of a `transferFrom`.
library Restrictions {
    string private constant _UNKNOWN = "Unknown restriction code.";

    uint8 internal constant NONE = 0;
    uint8 internal constant SYSTEM_PAUSED = 1;
    uint8 internal constant TOKEN_PAUSED = 2;
    uint8 internal constant FROZEN_OR_PLEDGED = 3;
    uint8 internal constant MATURED = 4;
    /// Under the policy of the series: the lock-up runs; the amount is not in lots; the travel rule wants an announcement.
    uint8 internal constant LOCKED_UP = 5;
    uint8 internal constant NOT_IN_LOTS = 6;
    uint8 internal constant NOT_ANNOUNCED = 7;

    uint8 internal constant SENDER = 10;
    uint8 internal constant RECEIVER = 20;
    uint8 internal constant OPERATOR = 60;

    /// Offsets added to SENDER, RECEIVER or OPERATOR.
    uint8 internal constant NOT_ALLOWED = 0;
    uint8 internal constant EXPIRED = 1;
    uint8 internal constant REVOKED = 2;
    uint8 internal constant LICENCE_ENDED = 3;
    uint8 internal constant NOT_MOVER = 4;
    uint8 internal constant FROZEN = 5;
    uint8 internal constant REPLACED = 6;

    /// The receiver under the policy of the series.
    uint8 internal constant TIER = 30;
    uint8 internal constant COUNTRY = 31;
    uint8 internal constant DISCLOSURE = 32;
    uint8 internal constant COOLING_OFF = 33;
    uint8 internal constant NOT_COUNTED = 34;
    uint8 internal constant CAP = 35;
    uint8 internal constant HOLDERS = 36;
    uint8 internal constant OMNIBUS = 37;

    /// @notice The English sentence of a code, for ERC-1404.
    function messageOf(uint8 code) internal pure returns (string memory) {
        if (code >= OPERATOR) return _messageOfParty("The operator", code - OPERATOR);
        if (code < TIER && code >= RECEIVER) return _messageOfParty("The receiver", code - RECEIVER);
        if (code < RECEIVER && code >= SENDER) return _messageOfParty("The sender", code - SENDER);
        if (code == NONE) return "The transfer is allowed.";
        if (code == SYSTEM_PAUSED) return "All transfers are paused by the guardian.";
        if (code == TOKEN_PAUSED) return "Transfers of this token are paused by the guardian.";
        if (code == FROZEN_OR_PLEDGED) return "The amount is above what is neither frozen nor pledged.";
        if (code == MATURED) return "The series has matured; it can only be redeemed.";
        if (code == LOCKED_UP) return "The series is locked up until the date of its policy.";
        if (code == NOT_IN_LOTS) return "The amount is neither in lots of the series nor all that the sender has.";
        if (code == NOT_ANNOUNCED) return "A transfer of this size between providers needs a travel-rule announcement.";
        if (code == TIER) return "The receiver's tier is below the lowest of the series.";
        if (code == COUNTRY) return "The series may not be held in the receiver's country.";
        if (code == DISCLOSURE) return "The receiver has not accepted the disclosure of the series.";
        if (code == COOLING_OFF) return "The receiver accepted the disclosure too short a time ago.";
        if (code == NOT_COUNTED) return "The receiver's wallet is not counted under its investor yet.";
        if (code == CAP) return "The receiver would hold more than the cap per investor.";
        if (code == HOLDERS) return "The series has as many holders as it may have.";
        if (code == OMNIBUS) return "The provider's statement of customers for the receiver's omnibus wallet is missing or old.";
        return _UNKNOWN;
    }

    function _messageOfParty(string memory party, uint8 offset) private pure returns (string memory) {
        string memory rest = "";
        if (offset == NOT_ALLOWED) rest = " is not on the allowlist.";
        else if (offset == EXPIRED) rest = "'s KYC has expired.";
        else if (offset == REVOKED) rest = "'s record is revoked.";
        else if (offset == LICENCE_ENDED) rest = "'s provider has lost its licence, and the grace is over.";
        else if (offset == NOT_MOVER) rest = " may not move tokens by right.";
        else if (offset == FROZEN) rest = "'s wallet is frozen under an order.";
        else if (offset == REPLACED) rest = "'s wallet was replaced by another.";
        else return _UNKNOWN;
        return string.concat(party, rest);
    }
}

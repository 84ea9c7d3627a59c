// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ITransferRules} from "../interfaces/ITransferRules.sol";

/// @notice What a token reads once on every move, in one storage slot; the layout, from the lowest bit:
/// rules 160 (the Allowlist, or the policies before it) · paused until 40 (Unix seconds) · last record day 24 · next record day 24
/// (day numbers in Pakistan, 0 for none) · ends early 8. Series use the record days and the end, cash does not.
type TokenState is uint256;

using TokenStateLib for TokenState global;

/// @title TokenStateLib
/// @notice Reads and writes the fields of a `TokenState`.
library TokenStateLib {
    uint256 private constant _PAUSED_UNTIL = 160;
    uint256 private constant _LAST_RECORD_DAY = 200;
    uint256 private constant _NEXT_RECORD_DAY = 224;
    uint256 private constant _ENDS_EARLY = 248;

    function rules(TokenState s) internal pure returns (ITransferRules) {
        return ITransferRules(address(uint160(TokenState.unwrap(s))));
    }

    function pausedUntil(TokenState s) internal pure returns (uint256) {
        return uint40(TokenState.unwrap(s) >> _PAUSED_UNTIL);
    }

    function lastRecordDay(TokenState s) internal pure returns (uint256) {
        return uint24(TokenState.unwrap(s) >> _LAST_RECORD_DAY);
    }

    function nextRecordDay(TokenState s) internal pure returns (uint256) {
        return uint24(TokenState.unwrap(s) >> _NEXT_RECORD_DAY);
    }

    function endsEarly(TokenState s) internal pure returns (bool) {
        return TokenState.unwrap(s) >> _ENDS_EARLY != 0;
    }

    function withEndsEarly(TokenState s, bool value) internal pure returns (TokenState) {
        return _with(s, _ENDS_EARLY, type(uint8).max, value ? 1 : 0);
    }

    function withRules(TokenState s, ITransferRules value) internal pure returns (TokenState) {
        return _with(s, 0, type(uint160).max, uint160(address(value)));
    }

    function withPausedUntil(TokenState s, uint256 timestamp) internal pure returns (TokenState) {
        return _with(s, _PAUSED_UNTIL, type(uint40).max, uint40(timestamp));
    }

    function withRecordDays(TokenState s, uint256 last, uint256 next) internal pure returns (TokenState) {
        TokenState withLast = _with(s, _LAST_RECORD_DAY, type(uint24).max, uint24(last));
        return _with(withLast, _NEXT_RECORD_DAY, type(uint24).max, uint24(next));
    }

    function _with(TokenState s, uint256 shift, uint256 mask, uint256 value) private pure returns (TokenState) {
        return TokenState.wrap((TokenState.unwrap(s) & ~(mask << shift)) | (value << shift));
    }
}

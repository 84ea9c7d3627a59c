// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Units} from "./Units.sol";

/// @notice What a payment needs for every holder, computed once and kept in one word; the layout, from the lowest bit:
/// numerator 88 and denominator 80 of the income per unit of principal · record day 24 · scheduled payable day 24 · flags 8.
type PaymentTerms is uint256;

using PaymentTermsLib for PaymentTerms global;

/// @title PaymentTermsLib
/// @notice Reads and writes the fields of `PaymentTerms`.
library PaymentTermsLib {
    /// The fields above the flags are written.
    uint256 internal constant FLAG_OPEN = 1 << 216;
    /// All that is due is funded.
    uint256 internal constant FLAG_WHOLE = 1 << 217;
    /// Someone was paid while it was not.
    uint256 internal constant FLAG_PARTS = 1 << 218;
    /// Principal is one for one of face, and none of it is paid here.
    uint256 internal constant FLAG_PLAIN = 1 << 219;
    /// Rates depend on the income.
    uint256 internal constant FLAG_THRESHOLD = 1 << 220;
    /// Complete, and what rounding left returned: nothing is missing any more.
    uint256 internal constant FLAG_CLOSED = 1 << 221;

    uint256 private constant _DENOMINATOR = 88;
    uint256 private constant _RECORD_DAY = 168;
    uint256 private constant _PAYABLE_DAY = 192;

    function pack(uint256 numerator_, uint256 denominator_, uint256 recordDay_, uint256 payableDay_)
        internal
        pure
        returns (PaymentTerms)
    {
        return PaymentTerms.wrap(
            numerator_ | (denominator_ << _DENOMINATOR) | (recordDay_ << _RECORD_DAY) | (payableDay_ << _PAYABLE_DAY)
        );
    }

    function numerator(PaymentTerms t) internal pure returns (uint256) {
        return uint88(PaymentTerms.unwrap(t));
    }

    function denominator(PaymentTerms t) internal pure returns (uint256) {
        return uint80(PaymentTerms.unwrap(t) >> _DENOMINATOR);
    }

    /// @notice Income on `principal`, rounded down to the minor unit. A principal has 128 bits and a numerator 88: nothing overflows.
    function incomeDown(PaymentTerms t, uint256 principal) internal pure returns (uint256) {
        unchecked {
            return principal * numerator(t) / (denominator(t) * Units.MINOR_UNIT) * Units.MINOR_UNIT;
        }
    }

    function recordDay(PaymentTerms t) internal pure returns (uint256) {
        return uint24(PaymentTerms.unwrap(t) >> _RECORD_DAY);
    }

    function payableDay(PaymentTerms t) internal pure returns (uint256) {
        return uint24(PaymentTerms.unwrap(t) >> _PAYABLE_DAY);
    }

    function has(PaymentTerms t, uint256 flag) internal pure returns (bool) {
        return PaymentTerms.unwrap(t) & flag != 0;
    }

    function withFlag(PaymentTerms t, uint256 flag, bool on) internal pure returns (PaymentTerms) {
        uint256 cleared = PaymentTerms.unwrap(t) & ~flag;
        return PaymentTerms.wrap(on ? cleared | flag : cleared);
    }
}

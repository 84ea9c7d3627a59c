// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Units} from "./Units.sol";

/// @notice A row of the tax table in one word; the layout, from the lowest bit:
/// from day 24 · discount taxed at redemption 8 · threshold of income 96 [1e6] · rates of the tax classes 0 to 7, 16 each [bps].
type TaxRow is uint256;

using TaxRowLib for TaxRow global;

/// @title TaxRowLib
/// @notice Reads a `TaxRow` and applies it.
library TaxRowLib {
    uint256 internal constant CLASSES = 8;
    uint256 private constant _RATES = 128;
    uint256 private constant _BPS = 10_000;

    function fromDay(TaxRow row) internal pure returns (uint256) {
        return uint24(TaxRow.unwrap(row));
    }

    function taxesDiscount(TaxRow row) internal pure returns (bool) {
        return uint8(TaxRow.unwrap(row) >> 24) != 0;
    }

    function threshold(TaxRow row) internal pure returns (uint256) {
        return uint96(TaxRow.unwrap(row) >> 32);
    }

    function rates(TaxRow row) internal pure returns (uint256) {
        return TaxRow.unwrap(row) >> _RATES;
    }

    /// @notice The rate of a class in a list of eight. An unknown class pays the highest.
    function rateIn(uint256 list, uint256 taxClass) internal pure returns (uint256) {
        if (taxClass != 0 && taxClass < CLASSES) return uint16(list >> (16 * taxClass));
        return highest(list);
    }

    /// @notice The rate of a class, of the reduced list (upper half of `lists`) or the full one. An unknown class has no reduced rate.
    function rateOf(uint256 lists, bool isReduced, uint256 taxClass) internal pure returns (uint256) {
        bool lower = isReduced && taxClass != 0 && taxClass < CLASSES;
        return rateIn(lower ? lists >> 128 : uint128(lists), taxClass);
    }

    /// @notice The highest of eight rates.
    function highest(uint256 list) internal pure returns (uint256 rate) {
        for (; list != 0; list >>= 16) {
            if (uint16(list) > rate) rate = uint16(list);
        }
    }

    /// @notice Tax on `income` at `bps`, rounded up to the minor unit, never above the income.
    function taxUp(uint256 income, uint256 bps) internal pure returns (uint256 tax) {
        tax = (income * bps + _BPS * Units.MINOR_UNIT - 1) / (_BPS * Units.MINOR_UNIT) * Units.MINOR_UNIT;
        return tax < income ? tax : income;
    }
}

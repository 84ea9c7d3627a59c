// SPDX-License-Identifier: Apache-2.0
// solhint-disable one-contract-per-file
pragma solidity 0.8.34;

/// @notice One interest period of a series, 64 bits, four to a storage word; the layout, from the lowest bit:
/// end day 24 (Pakistan) · rate 27 [1e-8 per year] · days of the ICMA reference period 9 · days from end to payable date 3 ·
/// pays 1. A period that does not pay is the first part of a long stub: its income is paid with the next one.
type Period is uint256;

/// @notice What does not change in the life of a series, in one word; the layout, from the lowest bit:
/// form 8 · day count 8 · payments a year 8 · instrument class 8 · record days 8 · grace days 8 · issue price 32 [1e6 per 100] ·
/// margin 32, lowest rate 32, highest rate 32 [1e-8 per year, of a floater] · number of periods 16 · amortises 8.
type Features is uint256;

/// @notice A right to call or put at a payment: period 16 · kind 16 (1 call, 2 put) · price 32 [1e6 per 100]; four to a word.
type Option is uint256;

using PeriodLib for Period global;
using FeaturesLib for Features global;
using OptionLib for Option global;

/// @title PeriodLib
/// @notice Reads the fields of a `Period`.
library PeriodLib {
    function endDay(Period p) internal pure returns (uint256) {
        return uint24(Period.unwrap(p));
    }

    function rate(Period p) internal pure returns (uint256) {
        return (Period.unwrap(p) >> 24) & 0x7ffffff;
    }

    function referenceDays(Period p) internal pure returns (uint256) {
        return (Period.unwrap(p) >> 51) & 0x1ff;
    }

    function rollDays(Period p) internal pure returns (uint256) {
        return (Period.unwrap(p) >> 60) & 7;
    }

    function pays(Period p) internal pure returns (bool) {
        return (Period.unwrap(p) >> 63) & 1 != 0;
    }
}

/// @title FeaturesLib
/// @notice Reads the fields of `Features`.
library FeaturesLib {
    uint256 internal constant DISCOUNT = 0;
    uint256 internal constant ZERO = 1;
    uint256 internal constant FIXED = 2;
    uint256 internal constant FLOATING = 3;

    uint256 internal constant ACT_365 = 0;
    uint256 internal constant ACT_ACT_ICMA = 1;
    uint256 internal constant ACT_360 = 2;
    uint256 internal constant THIRTY_360 = 3;

    function form(Features f) internal pure returns (uint256) {
        return uint8(Features.unwrap(f));
    }

    function basis(Features f) internal pure returns (uint256) {
        return uint8(Features.unwrap(f) >> 8);
    }

    function frequency(Features f) internal pure returns (uint256) {
        return uint8(Features.unwrap(f) >> 16);
    }

    function instrumentClass(Features f) internal pure returns (uint256) {
        return uint8(Features.unwrap(f) >> 24);
    }

    function recordDays(Features f) internal pure returns (uint256) {
        return uint8(Features.unwrap(f) >> 32);
    }

    function graceDays(Features f) internal pure returns (uint256) {
        return uint8(Features.unwrap(f) >> 40);
    }

    function issuePrice(Features f) internal pure returns (uint256) {
        return uint32(Features.unwrap(f) >> 48);
    }

    function marginRate(Features f) internal pure returns (uint256) {
        return uint32(Features.unwrap(f) >> 80);
    }

    function minRate(Features f) internal pure returns (uint256) {
        return uint32(Features.unwrap(f) >> 112);
    }

    function maxRate(Features f) internal pure returns (uint256) {
        return uint32(Features.unwrap(f) >> 144);
    }

    function amortises(Features f) internal pure returns (bool) {
        return uint8(Features.unwrap(f) >> 192) != 0;
    }

    function periods(Features f) internal pure returns (uint256) {
        return uint16(Features.unwrap(f) >> 176);
    }
}

/// @title OptionLib
/// @notice Reads the fields of an `Option`.
library OptionLib {
    uint256 internal constant CALL = 1;
    uint256 internal constant PUT = 2;

    function period(Option o) internal pure returns (uint256) {
        return uint16(Option.unwrap(o));
    }

    function kind(Option o) internal pure returns (uint256) {
        return uint16(Option.unwrap(o) >> 16);
    }

    function price(Option o) internal pure returns (uint256) {
        return uint32(Option.unwrap(o) >> 32);
    }
}

/// @title ScheduleLib
/// @notice Finds entries in their words.
library ScheduleLib {
    function periodIn(uint256 word, uint256 period) internal pure returns (Period) {
        return Period.wrap(uint64(word >> (64 * (period % 4))));
    }

    function optionIn(uint256 word, uint256 index) internal pure returns (Option) {
        return Option.wrap(uint64(word >> (64 * (index % 4))));
    }
}

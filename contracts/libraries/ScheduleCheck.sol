// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IBondToken} from "../interfaces/IBondToken.sol";
import {Features, FeaturesLib, Period, ScheduleLib} from "./Schedule.sol";
import {Units} from "./Units.sol";

/// @title ScheduleCheck
/// @notice What a constructor of a series makes of its terms: the word of features and the record days, or a refusal.
library ScheduleCheck {
    uint256 private constant _MOST_PERIODS = 120;

    /// @notice The record day of each payment, in the order of time. Periods run without a gap from the issue to maturity.
    /// @dev Error: `ScheduleInvalid`.
    function recordDays(IBondToken.Terms memory terms) internal pure returns (uint24[] memory found) {
        uint256 count = periodsIn(terms.periods);
        bool hasCoupons = terms.form >= FeaturesLib.FIXED;
        bool suits = hasCoupons == (count != 0) && hasCoupons == (terms.frequency != 0) && terms.frequency <= 12;
        require(suits && count <= _MOST_PERIODS, IBondToken.ScheduleInvalid(count));
        if (count == 0) return found;
        uint24[] memory days_ = new uint24[](count);
        uint256 paying;
        uint256 startDay = Units.day(terms.issueAt);
        uint256 lastRecordDay = startDay;
        bool inStub;
        for (uint256 i = 0; i < count; ++i) {
            Period period = ScheduleLib.periodIn(terms.periods[i / 4], i);
            uint256 endDay = period.endDay();
            bool counted = terms.basis != FeaturesLib.ACT_ACT_ICMA || period.referenceDays() != 0;
            if (terms.factors.length != 0) counted = counted && _factorFalls(terms, i);
            require(endDay > startDay && counted, IBondToken.ScheduleInvalid(i));
            startDay = endDay;
            if (!period.pays()) {
                // A long stub has two parts: what one word can hold of a payment is enough for these.
                require(!inStub, IBondToken.ScheduleInvalid(i));
                inStub = true;
                continue;
            }
            inStub = false;
            require(endDay > lastRecordDay + terms.recordDays, IBondToken.ScheduleInvalid(i));
            lastRecordDay = endDay - terms.recordDays;
            days_[paying++] = uint24(lastRecordDay);
        }
        Period last = ScheduleLib.periodIn(terms.periods[(count - 1) / 4], count - 1);
        bool ends = last.pays() && startDay == Units.day(terms.maturityAt);
        require(ends, IBondToken.ScheduleInvalid(count - 1));
        if (paying == count) return days_;
        found = new uint24[](paying);
        for (uint256 i = 0; i < paying; ++i) {
            found[i] = days_[i];
        }
    }

    /// @notice The word of features.
    function features(IBondToken.Terms memory terms) internal pure returns (Features) {
        uint256 word = terms.form | (uint256(terms.basis) << 8) | (uint256(terms.frequency) << 16)
            | (uint256(terms.instrumentClass) << 24) | (uint256(terms.recordDays) << 32)
            | (uint256(terms.graceDays) << 40) | (uint256(terms.issuePrice) << 48);
        word |= (uint256(terms.marginRate) << 80) | (uint256(terms.minRate) << 112) | (uint256(terms.maxRate) << 144);
        word |= periodsIn(terms.periods) << 176;
        return Features.wrap(word | (uint256(terms.factors.length == 0 ? 0 : 1) << 192));
    }

    /// @notice Number of periods: an entry of zero ends the list.
    function periodsIn(uint256[] memory words) internal pure returns (uint256 count) {
        if (words.length == 0) return 0;
        count = 4 * (words.length - 1);
        for (uint256 word = words[words.length - 1]; word != 0; word >>= 64) ++count;
    }

    /// @dev No factor is above the one before, the last is zero, and principal is repaid only by a payment.
    function _factorFalls(IBondToken.Terms memory terms, uint256 period) private pure returns (bool) {
        if (period / 8 >= terms.factors.length) return false;
        uint256 factor = _factor(terms.factors, period);
        uint256 before = period == 0 ? 1e9 : _factor(terms.factors, period - 1);
        bool isLast = period + 1 == periodsIn(terms.periods);
        bool pays = ScheduleLib.periodIn(terms.periods[period / 4], period).pays();
        return (pays ? factor <= before : factor == before) && (!isLast || factor == 0);
    }

    function _factor(uint256[] memory words, uint256 period) private pure returns (uint256) {
        return uint32(words[period / 8] >> (32 * (period % 8)));
    }
}

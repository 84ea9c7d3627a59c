// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";
import {ICalendar} from "../interfaces/ICalendar.sol";
import {Units} from "../libraries/Units.sol";

/// @title Calendar
/// @notice Non-business days, a bit each, 256 to a word.
contract Calendar is ICalendar, AccessManaged {
    uint256 private constant _MOST_SET = 64;
    /// Pakistan has some 20 in 256 days; what is left is for the unforeseen, and no grace grows by more.
    uint256 private constant _MOST_HOLIDAYS = 32;
    uint256 private constant _MOST_COUNTED = type(uint8).max;
    /// Day 0 was a Thursday, two days before a Saturday.
    uint256 private constant _FROM_SATURDAY = 5;

    mapping(uint256 word => uint256 bits) private _holidays;

    constructor(address authority_) AccessManaged(authority_) {}

    /// @inheritdoc ICalendar
    function setHolidays(uint24[] calldata dayNumbers, bool holiday, bytes32 citation) external restricted {
        uint256 count = dayNumbers.length;
        require(count != 0 && count <= _MOST_SET, CountInvalid(count, _MOST_SET));
        uint256 today = Units.day(block.timestamp);
        for (uint256 i = 0; i < count; ++i) {
            require(dayNumbers[i] > today, DayNotAhead(dayNumbers[i], today));
            _set(dayNumbers[i], holiday);
        }
        emit HolidaysSet(dayNumbers, holiday, citation);
    }

    /// @inheritdoc ICalendar
    function isBusinessDay(uint256 dayNumber) external view returns (bool) {
        return _isBusinessDay(dayNumber, _holidays[dayNumber >> 8]);
    }

    /// @inheritdoc ICalendar
    function addBusinessDays(uint256 dayNumber, uint256 count) external view returns (uint256) {
        require(count <= _MOST_COUNTED, TooManyDays(count, _MOST_COUNTED));
        uint256 bits = _holidays[dayNumber >> 8];
        while (count != 0) {
            ++dayNumber;
            if (dayNumber & 0xff == 0) bits = _holidays[dayNumber >> 8];
            if (_isBusinessDay(dayNumber, bits)) --count;
        }
        return dayNumber;
    }

    function _set(uint256 dayNumber, bool holiday) private {
        uint256 word = dayNumber >> 8;
        uint256 bit = 1 << (dayNumber & 0xff);
        uint256 bits = holiday ? _holidays[word] | bit : _holidays[word] & ~bit;
        uint256 holidays = LibBit.popCount(bits);
        require(holidays <= _MOST_HOLIDAYS, TooManyHolidays(word, holidays, _MOST_HOLIDAYS));
        _holidays[word] = bits;
    }

    function _isBusinessDay(uint256 dayNumber, uint256 bits) private pure returns (bool) {
        return (dayNumber + _FROM_SATURDAY) % 7 > 1 && bits & (1 << (dayNumber & 0xff)) == 0;
    }
}

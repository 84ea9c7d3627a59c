// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title ICalendar
/// @notice Business days in Pakistan, by day number from 1 January 1970. Saturdays and Sundays never are; holidays are announced,
/// moon-sighted ones on the eve. A day that has begun keeps what it is, so that a grace period that ran out stays over.
interface ICalendar {
    /// @notice The days became holidays, or business days again; `citation` is the hash of the announcement.
    event HolidaysSet(uint24[] dayNumbers, bool holiday, bytes32 citation);

    /// @notice Only days after today can be set.
    error DayNotAhead(uint256 dayNumber, uint256 today);

    /// @notice One call sets 1 to `most` days.
    error CountInvalid(uint256 count, uint256 most);

    /// @notice The 256 days from `word × 256` on would have `holidays`, above `most`: holidays must not hold up a default for ever.
    error TooManyHolidays(uint256 word, uint256 holidays, uint256 most);

    /// @notice So many business days are not counted in one go.
    error TooManyDays(uint256 count, uint256 most);

    /// @notice Makes up to 64 days after today holidays, or business days again.
    /// @dev Errors: `AccessManagedUnauthorized`, `CountInvalid`, `DayNotAhead`, `TooManyHolidays`.
    /// @param citation hash of the announcement in the gazette
    function setHolidays(uint24[] calldata dayNumbers, bool holiday, bytes32 citation) external;

    /// @notice Whether the day is neither a Saturday nor a Sunday nor a holiday.
    function isBusinessDay(uint256 dayNumber) external view returns (bool);

    /// @notice The `count`-th business day after `dayNumber`; for 0 the day itself, whatever it is.
    /// @dev Error: `TooManyDays` above 255, the longest grace that a series can state.
    function addBusinessDays(uint256 dayNumber, uint256 count) external view returns (uint256);
}

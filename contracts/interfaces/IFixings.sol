// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IFixings
/// @notice The rates of floating periods. The fiscal agent fixes a period before it begins, from the auction named as source; from then
/// on, for a week, the price signers may fix it from the fallback (the mean of published yields); after that anyone lets the rate
/// before it run on. A rate is fixed once and for good.
interface IFixings {
    enum Kind {
        NONE,
        AUCTION,
        FALLBACK,
        CARRIED
    }

    /// @param rate of the period, margin included, within the bounds of the terms [1e-8 per year]
    /// @param kind how it came about
    /// @param source of the rate: hash of the auction's id or of the fallback's sheet
    struct Fixing {
        uint64 rate;
        Kind kind;
        bytes32 source;
    }

    /// @notice The rate of a period was fixed [1e-8 per year].
    event RateFixed(address indexed series, uint256 indexed period, uint256 rate, Kind kind, bytes32 source);

    /// @notice The series is no floater, or not confirmed in the Programme.
    error SeriesNotFloating(address series);

    /// @notice The period is fixed already.
    error AlreadyFixed(address series, uint256 period);

    /// @notice The period is not fixed, and the call needs that.
    error NotFixed(address series, uint256 period);

    /// @notice The window for this kind of fixing is open from `opensAt` to before `closesAt` (Unix).
    error FixingWindow(uint256 opensAt, uint256 closesAt, uint256 nowAt);

    /// @notice The benchmark with its margin is outside the bounds of the terms [1e-8 per year].
    error FixingOutOfBounds(uint256 rate, uint256 lowest, uint256 highest);

    /// @notice Fixes the rate of `period` from an auction, in the 45 days before it begins.
    /// @dev Errors: `AccessManagedUnauthorized`, `SeriesNotFloating`, `AlreadyFixed`, `FixingWindow`, `FixingOutOfBounds`.
    /// @param benchmark weighted yield of the auction, without margin [1e-8 per year]
    /// @param source hash of the auction's id
    function fix(address series, uint256 period, uint256 benchmark, bytes32 source) external;

    /// @notice Fixes a missed period from the fallback, in the week after it began; the first one at any time after.
    /// @dev Errors: `AccessManagedUnauthorized`, `SeriesNotFloating`, `AlreadyFixed`, `FixingWindow`, `FixingOutOfBounds`.
    function fixFallback(address series, uint256 period, uint256 benchmark, bytes32 source) external;

    /// @notice Lets the rate of the period before run on, once that week is over too. By anyone.
    /// @dev Errors: `SeriesNotFloating`, `AlreadyFixed`, `FixingWindow`, `NotFixed` when the period before has no rate either.
    function carry(address series, uint256 period) external;

    /// @notice The rate of `period` [1e-8 per year].
    /// @dev Error: `NotFixed`.
    function rateOf(address series, uint256 period) external view returns (uint256 rate);

    /// @notice The rate of `period`, or where that is not fixed of the last one that is: what a price reckons with [1e-8 per year].
    /// @dev Error: `NotFixed` when none is.
    function projectedRateOf(address series, uint256 period) external view returns (uint256 rate);

    /// @notice The fixing of `period`; of kind NONE when it is not fixed.
    function fixingOf(address series, uint256 period) external view returns (Fixing memory);
}

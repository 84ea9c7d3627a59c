// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IPriceOracle
/// @notice The rupee rate of the dollar, posted in numbered rounds by the price signers' office. A step outside the bound, or a
/// rate observed less than an hour after the one that holds, waits an hour, in which the guardian can cancel it; while it waits,
/// nothing new is issued.
interface IPriceOracle {
    /// @param number counts up by one from 1
    /// @param observedAt when the rate was observed (Unix)
    /// @param holdsFrom from when the round holds (Unix)
    /// @param usdPkr rupees per dollar [1e6]
    struct Round {
        uint32 number;
        uint40 observedAt;
        uint40 holdsFrom;
        uint128 usdPkr;
    }

    /// @notice What a series was quoted at, for the value of a transfer only.
    /// @param price clean price per 100 face [1e6]
    /// @param observedAt when it was observed (Unix)
    struct Quote {
        uint64 price;
        uint40 observedAt;
    }

    /// @notice A series was quoted.
    event PricePosted(address indexed series, uint64 price, uint40 observedAt);

    /// @notice A price of zero, or above 1,000 per 100.
    error PriceInvalid(uint64 price);

    /// @notice A round was posted; it holds from `holdsFrom`.
    event RatePosted(uint32 indexed number, uint128 usdPkr, uint40 observedAt, uint40 holdsFrom);

    /// @notice A waiting round was cancelled.
    event RateCancelled(uint32 indexed number);

    /// @notice A round may step up or down by at most `bps` hundredths of a per cent without waiting.
    event MaxStepChanged(uint256 bps);

    /// @notice The number must be `expected`.
    error RoundOutOfOrder(uint32 number, uint32 expected);

    /// @notice A rate of zero.
    error RateZero();

    /// @notice The observation is in the future or not newer than the last one.
    error ObservationInvalid(uint40 observedAt, uint40 lastObservedAt, uint256 nowAt);

    /// @notice No rate was ever posted.
    error NoRate();

    /// @notice Nothing is waiting.
    error NothingPending();

    /// @notice The new bound is on the wrong side of the old one, or above 10,000.
    error MaxStepInvalid(uint256 wanted, uint256 current);

    /// @notice Posts round `number`. Replaces a round that is still waiting.
    /// @dev Errors: `AccessManagedUnauthorized`, `RoundOutOfOrder`, `RateZero`, `ObservationInvalid`.
    function postUsdPkr(uint32 number, uint128 usdPkr_, uint40 observedAt) external;

    /// @notice Posts what a series is quoted at. Nothing is issued, lent or paid by it: it tells what a transfer is worth.
    /// @dev Errors: `AccessManagedUnauthorized`, `PriceInvalid`, `ObservationInvalid`.
    function postPrice(address series, uint64 price, uint40 observedAt) external;

    /// @notice Cancels the round that waits; its number is used up.
    /// @dev Errors: `AccessManagedUnauthorized`, `NothingPending`.
    function cancelPending() external;

    /// @notice Raises the bound; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `MaxStepInvalid`.
    function loosenMaxStep(uint256 bps) external;

    /// @notice Lowers the bound, at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `MaxStepInvalid`.
    function tightenMaxStep(uint256 bps) external;

    /// @notice The rate that holds now.
    /// @dev Error: `NoRate`.
    /// @return rate rupees per dollar [1e6]
    /// @return observedAt when it was observed (Unix)
    function usdPkr() external view returns (uint256 rate, uint256 observedAt);

    /// @notice The last quote of a series, zeros where there is none.
    /// @return price clean price per 100 face [1e6]
    /// @return observedAt when it was observed (Unix)
    function priceOf(address series) external view returns (uint256 price, uint256 observedAt);

    /// @notice From when a waiting round holds (Unix), 0 when none waits.
    function pendingUntil() external view returns (uint256 holdsFrom);

    /// @notice The round that holds now and the last one posted; they are the same when none waits.
    function rounds() external view returns (Round memory holding, Round memory last);

    /// @notice The bound in hundredths of a per cent.
    function maxStepBps() external view returns (uint256 bps);
}

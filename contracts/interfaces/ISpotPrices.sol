// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title ISpotPrices
/// @notice Spot prices of commodities in dollars, as the Programme asks for them.
interface ISpotPrices {
    /// @notice The price of a feed that holds now, whatever its age and whatever waits.
    /// @dev Error: `NoRate`, also for the yields.
    /// @param feed ASCII key of the commodity, such as "XAU"
    /// @return price dollars per unit; rupees per dollar for "USDPKR" [1e6]
    /// @return observedAt when it was observed (Unix)
    function spotOf(bytes32 feed) external view returns (uint256 price, uint256 observedAt);

    /// @notice From when a waiting round of the feed holds (Unix), 0 when none waits.
    function pendingUntilOf(bytes32 feed) external view returns (uint256 holdsFrom);
}

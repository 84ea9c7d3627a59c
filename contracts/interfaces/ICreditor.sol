// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title ICreditor
/// @notice What the Programme and Enforcement ask of a creditor that holds liens.
interface ICreditor {
    /// @notice A mandatory exchange begins: releases the lien on `from`.
    /// @return face what was pledged [1e6]
    function exchangeOut(address holder, address from, address to) external returns (uint256 face);

    /// @notice The exchange is done: takes a lien of `face` on `to` in its place.
    function exchangeIn(address holder, address from, address to, uint256 face) external;

    /// @notice Moves all liens and the debt of `from` to `to`, under an order of recovery.
    function movePosition(address from, address to) external;

    /// @notice Whether `wallet` has anything pledged, or owes anything, here.
    function hasPosition(address wallet) external view returns (bool);
}

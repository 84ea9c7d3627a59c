// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title ICreditor
/// @notice A contract to which face is pledged: what the Programme and the Enforcement ask of it, so that a lien goes where the face goes.
/// Each reverts unless the whole of it can be done.
interface ICreditor {
    /// @notice The series `from` is exchanged into `to`: the creditor releases its whole lien on `holder`'s face in `from`. Only the
    /// Programme. It reverts when `to` is nothing that the creditor takes.
    /// @return face what it released [1e6]
    function exchangeOut(address holder, address from, address to) external returns (uint256 face);

    /// @notice The other half, once the holder has the new face: the creditor pledges `face` of `to`. Only the Programme.
    /// @param face the lien times the ratio of the exchange, rounded down [1e6]
    function exchangeIn(address holder, address from, address to, uint256 face) external;

    /// @notice Another wallet of the investor takes the place of `from`: the creditor moves all that is pledged and owed there to `to`, in
    /// which the position must hold as well. Only the Enforcement, under an order.
    /// @dev Error: `AccessManagedUnauthorized`.
    function movePosition(address from, address to) external;

    /// @notice Whether anything is pledged or owed by `wallet`.
    function hasPosition(address wallet) external view returns (bool);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IPermissionedToken} from "./IPermissionedToken.sol";

/// @title ICashToken
/// @notice The national stablecoin: minted within limits that each minter holds, burned by those who minted.
interface ICashToken is IPermissionedToken {
    /// @notice `minter` may mint `limit` more [1e6]; zero means nothing.
    event MinterLimitChanged(address indexed minter, uint256 limit);

    /// @notice `minter` minted `amount` for `to`.
    event Minted(address indexed minter, address indexed to, uint256 amount);

    /// @notice `minter` burned `amount` of what it had minted.
    event Burned(address indexed minter, uint256 amount);

    /// @notice The minter may mint `limit` more, not `amount`.
    error MinterLimitExceeded(address minter, uint256 amount, uint256 limit);

    /// @notice The minter has `minted` outstanding and cannot burn `amount`.
    error BurnAboveMinted(address minter, uint256 amount, uint256 minted);

    /// @notice The new limit is on the wrong side of the old one.
    error DirectionInvalid(uint256 wanted, uint256 current);

    /// @notice Mints `amount` for `to` within the caller's limit.
    /// @dev Errors: `MinterLimitExceeded`, `TransferRestricted`.
    function mint(address to, uint256 amount) external;

    /// @notice Burns `amount` of the caller's own free balance, up to what it has minted. The limit does not grow back.
    /// @dev Errors: `BurnAboveMinted`, `ERC20InsufficientBalance`, `ERC7943InsufficientUnfrozenBalance`.
    function burn(uint256 amount) external;

    /// @notice Raises what `minter` may still mint; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function loosenMinterLimit(address minter, uint256 limit) external;

    /// @notice Lowers it, at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function tightenMinterLimit(address minter, uint256 limit) external;

    /// @notice What `minter` may still mint, and what it has minted and not burned [1e6].
    function minterOf(address minter) external view returns (uint256 limit, uint256 minted);

    /// @notice ISO 4217 code of the money.
    function currency() external view returns (bytes3);
}

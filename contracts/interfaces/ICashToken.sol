// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IPermissionedToken} from "./IPermissionedToken.sol";

/// @title ICashToken
/// @notice The national stablecoin: minted within limits that each minter holds, burned by those who minted.
interface ICashToken is IPermissionedToken {
    /// @notice `minter` may have `limit` outstanding [1e6]; zero means that it may mint nothing.
    event MinterLimitChanged(address indexed minter, uint256 limit);

    /// @notice `minter` minted `amount` for `to`.
    event Minted(address indexed minter, address indexed to, uint256 amount);

    /// @notice `minter` burned `amount` of what it had minted.
    event Burned(address indexed minter, uint256 amount);

    /// @notice The minter may mint `left` more, not `amount`.
    error MinterLimitExceeded(address minter, uint256 amount, uint256 left);

    /// @notice The minter has `minted` outstanding and cannot burn `amount`.
    error BurnAboveMinted(address minter, uint256 amount, uint256 minted);

    /// @notice Nothing is neither minted nor burned: anyone could fill the log with it.
    error AmountZero();

    /// @notice The two arrays differ in length.
    error BatchInvalid(uint256 receivers, uint256 amounts);

    /// @notice The new limit is on the wrong side of the old one.
    error DirectionInvalid(uint256 wanted, uint256 current);

    /// @notice Mints `amount` for `to` within the caller's limit.
    /// @dev Errors: `AmountZero`, `MinterLimitExceeded`, `TransferRestricted`.
    function mint(address to, uint256 amount) external;

    /// @notice Burns `amount` of the caller's own free balance, up to what it has minted, and makes room to mint again.
    /// @dev Errors: `AmountZero`, `BurnAboveMinted`, `ERC20InsufficientBalance`, `ERC7943InsufficientUnfrozenBalance`.
    function burn(uint256 amount) external;

    /// @notice Sends `amounts[i]` to `receivers[i]`, all or none: the Allowlist is asked once.
    /// @dev Errors: `BatchInvalid`, `TransferRestricted`, `ERC20InsufficientBalance`, `ERC7943InsufficientUnfrozenBalance`.
    /// @return sent true
    function transferBatch(address[] calldata receivers, uint256[] calldata amounts) external returns (bool sent);

    /// @notice Raises what `minter` may have outstanding; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function loosenMinterLimit(address minter, uint256 limit) external;

    /// @notice Lowers it, at once; below what is outstanding it stops minting and nothing else.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function tightenMinterLimit(address minter, uint256 limit) external;

    /// @notice What `minter` may have outstanding, and what it has minted and not burned [1e6].
    function minterOf(address minter) external view returns (uint256 limit, uint256 minted);

    /// @notice ISO 4217 code of the money.
    function currency() external view returns (bytes3);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC1404} from "./IERC1404.sol";
import {IERC7943Fungible} from "./IERC7943Fungible.sol";
import {ITransferRules} from "./ITransferRules.sol";

/// @title IPermissionedToken
/// @notice An ERC-20 with 6 decimals that asks the Allowlist once on every move, with permit, freeze, forced transfer and a pause.
/// A transfer reverts if and only if the ERC-1404 code is not zero, balances and allowances apart.
interface IPermissionedToken is IERC20Metadata, IERC20Errors, IERC7943Fungible, IERC1404 {
    /// @notice The token is paused until `until` (0: not paused).
    event PausedUntil(uint256 until);

    /// @notice The rule `code` (`Restrictions`) stands against the move; `account` is who it concerns, or the token itself.
    error TransferRestricted(uint8 code, address account);

    /// @notice The permit's deadline has passed.
    error PermitExpired(uint256 deadline);

    /// @notice The signature is not that of `signer`.
    error SignatureInvalid(address signer);

    /// @notice The tokens of a system account, kept for others, can be neither frozen nor forced away.
    error SystemAccountProtected(address account);

    /// @notice A pause can be renewed only while it runs.
    error NotPaused();

    /// @notice Moves `amount` from `from` to `to` by right: the caller must be a mover of the Allowlist, and answers for the
    /// holder's signature. No allowance is used.
    /// @dev Errors: `TransferRestricted`, `ERC20InsufficientBalance`, `ERC7943InsufficientUnfrozenBalance`.
    /// @return moved always true; failures revert
    function moveByRight(address from, address to, uint256 amount) external returns (bool moved);

    /// @notice Pauses all moves for 3 days.
    /// @dev Error: `AccessManagedUnauthorized`.
    function pause() external;

    /// @notice A second office extends a running pause to 3 days from now.
    /// @dev Errors: `AccessManagedUnauthorized`, `NotPaused`.
    function renewPause() external;

    /// @notice Ends the pause before its time; delayed (for a series, through `Programme.unpauseSeries`).
    /// @dev Error: `AccessManagedUnauthorized`.
    function unpause() external;

    /// @notice Until when the token is paused, 0 when it is not.
    function pausedUntil() external view returns (uint256 until);

    /// @notice The Allowlist that the token asks.
    function allowlist() external view returns (ITransferRules);

    /// @notice The part of `account`'s balance that is neither frozen nor pledged.
    function freeBalanceOf(address account) external view returns (uint256 amount);

    /// @notice `transferFrom` that answers instead of reverting, for callers that pass over who cannot pay: moves `amount` if that
    /// is available to the caller, else moves nothing.
    /// @return pulled whether it moved
    /// @return available the smaller of allowance and free balance, 0 when a rule stands against moving that much
    function pull(address from, address to, uint256 amount) external returns (bool pulled, uint256 available);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IERC3009
/// @notice EIP-3009: transfers by a signed authorisation, each with a random nonce of its own. They obey what a transfer obeys; who
/// brings the signature is a messenger and is asked nothing. A contract wallet's r, s and v are what it takes by ERC-1271.
interface IERC3009 {
    /// @notice The authorisation with that nonce was used.
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);

    /// @notice The authorisation with that nonce was cancelled before its use.
    event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);

    /// @notice The authorisation holds only after `validAfter` (Unix).
    error AuthorizationNotYetValid(uint256 validAfter);

    /// @notice The authorisation held before `validBefore` (Unix).
    error AuthorizationExpired(uint256 validBefore);

    /// @notice The nonce was used or cancelled.
    error AuthorizationSpent(address authorizer, bytes32 nonce);

    /// @notice Only the payee receives by this function.
    error CallerNotPayee(address caller, address payee);

    /// @notice Moves `value` from `from` to `to` on the signature of `from`, brought by anyone.
    /// @dev Errors: `AuthorizationNotYetValid`, `AuthorizationExpired`, `AuthorizationSpent`, `SignatureInvalid`, `TransferRestricted`,
    /// `ERC20InsufficientBalance`, `ERC7943InsufficientUnfrozenBalance`.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice The same, brought by the payee himself: nobody else can run ahead of him.
    /// @dev Errors: `CallerNotPayee` and those of `transferWithAuthorization`.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice Cancels an authorisation that was not used, on the signature of who gave it.
    /// @dev Errors: `AuthorizationSpent`, `SignatureInvalid`.
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Whether the nonce was used or cancelled.
    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool spent);
}

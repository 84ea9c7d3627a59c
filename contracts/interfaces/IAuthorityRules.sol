// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IAuthorityRules
/// @notice What `Authority` adds to OpenZeppelin's AccessManager: rules about who may hold offices,
/// and a pause of single functions. Nothing that lets an investor out can be paused: exits pass neither a role nor this question.
interface IAuthorityRules {
    /// @notice Taking ADMIN from `account` would leave fewer than two active members.
    error TooFewAdmins(address account, uint256 remaining);

    /// @notice ADMIN has `most` members already.
    error TooManyAdmins(uint256 most);

    /// @notice `account` would hold both the maker's and the checker's office of enforcement.
    error OfficesConflict(address account, uint64 held, uint64 wanted);

    /// @notice A member who may act only after `wanted` seconds would count and never act; `longest` is the most.
    error DelayTooLong(uint32 wanted, uint32 longest);

    /// @notice `selector` of `target` is paused until `until` (0: not paused).
    event FunctionPausedUntil(address indexed target, bytes4 indexed selector, uint256 until);

    /// @notice The function is paused until `until`.
    error FunctionPaused(address target, bytes4 selector, uint256 until);

    /// @notice What Enforcement acts by is not paused, because a freeze that expired has to lapse; pause `Enforcement.execute` instead.
    error FunctionNotPausable(address target, bytes4 selector);

    /// @notice The function is not paused.
    error FunctionNotPaused(address target, bytes4 selector);

    /// @notice Pauses a function that passes a role, a way into the Allowlist, or the posting of prices, for 3 days.
    /// @dev Errors: `AccessManagerUnauthorizedAccount`, `FunctionNotPausable`.
    function pauseFunction(address target, bytes4 selector) external;

    /// @notice A second office extends a running pause to 3 days from now.
    /// @dev Errors: `AccessManagerUnauthorizedAccount`, `FunctionNotPaused`.
    function renewFunctionPause(address target, bytes4 selector) external;

    /// @notice Ends the pause before its time; delayed.
    /// @dev Error: `AccessManagerUnauthorizedAccount`.
    function unpauseFunction(address target, bytes4 selector) external;

    /// @notice Until when a function is paused, 0 when it is not.
    function functionPausedUntil(address target, bytes4 selector) external view returns (uint256 until);

    /// @notice Nothing, or the error `FunctionPaused`.
    function requireOpen(address target, bytes4 selector) external view;

    /// @notice The accounts that hold ADMIN, active or still waiting for their grant delay; at most 8.
    function admins() external view returns (address[] memory accounts);
}

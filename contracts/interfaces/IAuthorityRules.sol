// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IAuthorityRules
/// @notice What `Authority` adds to OpenZeppelin's AccessManager: rules about who may hold offices.
interface IAuthorityRules {
    /// @notice Taking ADMIN from `account` would leave fewer than two active members.
    error TooFewAdmins(address account, uint256 remaining);

    /// @notice ADMIN has `most` members already.
    error TooManyAdmins(uint256 most);

    /// @notice `account` would hold both the maker's and the checker's office of enforcement.
    error OfficesConflict(address account, uint64 held, uint64 wanted);

    /// @notice A member who may act only after `wanted` seconds would count and never act; `longest` is the most.
    error DelayTooLong(uint32 wanted, uint32 longest);

    /// @notice The accounts that hold ADMIN, active or still waiting for their grant delay; at most 8.
    function admins() external view returns (address[] memory accounts);
}

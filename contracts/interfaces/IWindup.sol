// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IWindup
/// @notice Divides what is pledged after the vault was shut down: each debt is settled in face at the last price less the cut for exits,
/// the rest of the collateral is free, and the money that the vault lent shares in the pool, pro rata.
interface IWindup {
    /// @notice A position was settled: its face went into the pool as far as its debt needed it.
    event Settled(address indexed owner, uint256 debt);

    /// @notice `account` burned `cash` for his part of the pool.
    event PoolRedeemed(address indexed account, uint256 cash);

    /// @notice `face` of a series in the pool matured and was paid; the `cash` is burned.
    event PoolCollected(address indexed series, uint256 face, uint256 cash);

    /// @notice The vault is not shut down.
    error NotShutDown();

    /// @notice The position owes nothing, or the cash is none or more than the vault has lent.
    error NothingThere(address account);

    /// @notice Positions with a debt are left to settle before the pool is divided.
    error NotAllSettled(uint256 scaledDebt);

    /// @notice The series are not in the order of their addresses.
    error OrderInvalid(address series);

    /// @notice Takes from a position the face that its debt is worth and frees the rest; by anyone.
    /// @dev Errors: `NotShutDown`, `NothingThere`.
    function settle(address owner) external;

    /// @notice When all is settled: burns the caller's cash for his part of what the pool has of `series`, which are named in the order
    /// of their addresses. What is not named stays for the others; what matured is collected first.
    /// @dev Errors: `NotShutDown`, `NotAllSettled`, `NothingThere`, `OrderInvalid`, those of the tokens.
    function redeem(uint256 cash, address[] calldata series) external;

    /// @notice Redeems what matured in the pool and burns the cash; by anyone.
    function collect(address series) external;
}

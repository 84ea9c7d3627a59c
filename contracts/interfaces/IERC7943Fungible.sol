// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @title IERC7943Fungible
/// @notice ERC-7943 (uRWA, final) for fungible tokens, interface id 0x3edbb4c4.
interface IERC7943Fungible is IERC165 {
    /// @notice `amount` was taken from `from` and given to `to` by the enforcing office.
    event ForcedTransfer(address indexed from, address indexed to, uint256 amount);

    /// @notice `amount` of `account`'s tokens is frozen from now on; the figure replaces the one before.
    event Frozen(address indexed account, uint256 amount);

    /// @notice The balance covers `amount`, but only `unfrozen` of it is free to move (neither frozen nor pledged).
    error ERC7943InsufficientUnfrozenBalance(address account, uint256 amount, uint256 unfrozen);

    /// @notice Moves `amount` from `from` to `to` against the will of the holder; frozen tokens are unfrozen first.
    /// @dev Reaches what is not pledged. To oneself it emits both events and changes nothing.
    /// Errors: `AccessManagedUnauthorized`, `TransferRestricted` when `to` may not receive or the series has matured,
    /// `SystemAccountProtected`, `ERC20InvalidSender` for the zero account, `ERC20InsufficientBalance`,
    /// `ERC7943InsufficientUnfrozenBalance` when the pledged part would be touched.
    /// @return result always true; failures revert
    function forcedTransfer(address from, address to, uint256 amount) external returns (bool result);

    /// @notice Sets the frozen amount of `account` to `amount`, which may exceed the balance.
    /// @dev `type(uint256).max` freezes the whole wallet, also what it receives later.
    /// Errors: `AccessManagedUnauthorized`, `SystemAccountProtected`, `ERC20InvalidSender` for the zero account.
    /// @return result always true; failures revert
    function setFrozenTokens(address account, uint256 amount) external returns (bool result);

    /// @notice Whether the rules let `account` send, whatever the amount. Never reverts.
    function canSend(address account) external view returns (bool allowed);

    /// @notice Whether the rules let `account` receive, whatever the amount. Never reverts.
    function canReceive(address account) external view returns (bool allowed);

    /// @notice The amount frozen for `account`; it may exceed the balance.
    function getFrozenTokens(address account) external view returns (uint256 amount);

    /// @notice Whether the rules let `amount` go from `from` to `to` now; a balance that is too small is not a rule. Never reverts.
    function canTransfer(address from, address to, uint256 amount) external view returns (bool allowed);
}

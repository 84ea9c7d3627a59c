// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IERC1404
/// @notice ERC-1404 (simple restricted token), interface id 0xab84a5c8.
interface IERC1404 {
    /// @notice The code of the rule that stands against a transfer, 0 when none does; `Restrictions` lists the codes.
    function detectTransferRestriction(address from, address to, uint256 amount) external view returns (uint8 code);

    /// @notice The sentence that goes with a code.
    function messageForTransferRestriction(uint8 code) external view returns (string memory message);
}

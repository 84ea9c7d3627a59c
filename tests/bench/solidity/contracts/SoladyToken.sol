// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ERC20} from "solady/src/tokens/ERC20.sol";

/// @title SoladyToken
/// @notice Solady's ERC-20 (permit included) with a mint that anyone may call: the leanest ERC-20 there is.
contract SoladyToken is ERC20 {
    /// @notice Mints `amounts[i]` for `receivers[i]`.
    function mint(address[] calldata receivers, uint256[] calldata amounts) external {
        for (uint256 i = 0; i < receivers.length; ++i) {
            _mint(receivers[i], amounts[i]);
        }
    }

    /// @inheritdoc ERC20
    function name() public pure override returns (string memory) {
        return "Solady";
    }

    /// @inheritdoc ERC20
    function symbol() public pure override returns (string memory) {
        return "SOL";
    }
}

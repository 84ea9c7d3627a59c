// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title OpenZeppelinToken
/// @notice OpenZeppelin's ERC-20 and nothing else, with a mint that anyone may call: a floor, not a rival.
contract OpenZeppelinToken is ERC20 {
    constructor() ERC20("OpenZeppelin", "OZ") {}

    /// @notice Mints `amounts[i]` for `receivers[i]`.
    function mint(address[] calldata receivers, uint256[] calldata amounts) external {
        for (uint256 i = 0; i < receivers.length; ++i) {
            _mint(receivers[i], amounts[i]);
        }
    }
}

/// @title OpenZeppelinPermitToken
/// @notice The same with EIP-2612.
contract OpenZeppelinPermitToken is ERC20Permit {
    constructor() ERC20("OpenZeppelin", "OZ") ERC20Permit("OpenZeppelin") {}
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice Many reads in one call, for the checks that run after every step.
contract Reader {
    /// @dev Input: number of reads (2 bytes), then for each: target (20), word of the answer (1), length of the call (1), call.
    /// Output: the chosen word of each answer.
    fallback(bytes calldata input) external returns (bytes memory output) {
        uint256 count = uint16(bytes2(input[0:2]));
        output = new bytes(32 * count);
        uint256 at = 2;
        for (uint256 i = 0; i < count; ++i) {
            uint256 end = at + 22 + uint8(input[at + 21]);
            (bool success, bytes memory answer) = address(bytes20(input[at:at + 20])).staticcall(input[at + 22:end]);
            require(success, "read");
            uint256 from = 32 + 32 * uint256(uint8(input[at + 20]));
            assembly ("memory-safe") {
                mstore(add(add(output, 32), mul(i, 32)), mload(add(answer, from)))
            }
            at = end;
        }
    }
}

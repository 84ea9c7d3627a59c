// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice Like `Reader`, for answers of which several words are wanted.
contract VaultReader {
    /// @dev Input: for each read target (20), first word of the answer (1), how many (1), length of the call (1), call.
    /// Output: the chosen words, one after another.
    fallback(bytes calldata input) external returns (bytes memory output) {
        uint256 count = uint16(bytes2(input[0:2]));
        output = new bytes(32 * count);
        uint256 at = 2;
        uint256 to = 32;
        while (at < input.length) {
            uint256 end = at + 23 + uint8(input[at + 22]);
            (bool success, bytes memory answer) = address(bytes20(input[at:at + 20])).staticcall(input[at + 23:end]);
            require(success, "read");
            uint256 from = 32 + 32 * uint256(uint8(input[at + 20]));
            uint256 size = 32 * uint256(uint8(input[at + 21]));
            for (uint256 end_ = from + size; from < end_; from += 32) {
                assembly ("memory-safe") {
                    mstore(add(output, to), mload(add(answer, from)))
                }
                to += 32;
            }
            at = end;
        }
    }
}

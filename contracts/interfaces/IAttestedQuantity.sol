// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IAttestedQuantity
/// @notice The one question that a token asks those who attest what stands behind it.
interface IAttestedQuantity {
    /// @notice What is attested to stand behind `subject` [1e6]; 0 when the last attestation is stale, or there never was one.
    function attestedOf(address subject) external view returns (uint256 quantity);
}

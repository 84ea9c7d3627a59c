// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IAttestedQuantity} from "./IAttestedQuantity.sol";
import {IRwaToken} from "./IRwaToken.sol";

/// @title ICommodityToken
/// @notice Units of what one warehouse receipt or one reserve states (oil, gas, metal, crop), in millionths. The Programme issues
/// them, never more than is attested; `termsHash` is the hash of the receipt, and `currency` that of the spot price, the dollar.
/// After the receipt's expiry, and while the attestation is stale, nothing is issued; what was issued goes on moving, since title
/// to what lies in the warehouse does not end with the paper, and is retired against delivery (`IRetirements`) at any time.
/// What lends against it has to look at `expiresAt` and `attestedQuantity` itself.
interface ICommodityToken is IRwaToken {
    /// @param name ERC-20 name, also of the EIP-712 domain; at most 31 bytes
    /// @param symbol ERC-20 symbol; at most 31 bytes
    /// @param commodity ASCII key of its spot price, such as "XAU"
    /// @param unitCode UN/CEFACT Recommendation 20 code of the unit, ASCII: BLL barrel, APZ troy ounce, TNE tonne, BZ million Btu
    /// @param receiptHash hash of the receipt's fields
    /// @param expiresAt 00:00 Pakistan time of the day from which the receipt is no longer in force (Unix)
    /// @param lot smallest quantity issued, and its step [1e6]
    /// @param maxQuantity most that may ever be outstanding: the receipt's net quantity [1e6]
    struct Terms {
        string name;
        string symbol;
        bytes32 commodity;
        bytes3 unitCode;
        bytes32 receiptHash;
        uint64 expiresAt;
        uint128 lot;
        uint128 maxQuantity;
    }

    /// @notice The terms lack something: a key, a unit, the receipt, an expiry at midnight in Pakistan, or a quantity in lots.
    error ReceiptTermsInvalid(bytes32 commodity, bytes3 unitCode, bytes32 receiptHash, uint64 expiresAt, uint128 lot);

    /// @notice The receipt was in force until `expiresAt`: nothing can be issued.
    error ReceiptExpired(uint256 expiresAt);

    /// @notice The issue would take the quantity to `quantity`, above `maxQuantity`.
    error QuantityAboveMaximum(uint256 quantity, uint256 maxQuantity);

    /// @notice The issue would take the quantity to `quantity`, above what is attested now: 0 while that is stale.
    error QuantityNotAttested(uint256 quantity, uint256 attested);

    /// @notice ASCII key of its spot price.
    function commodity() external view returns (bytes32);

    /// @notice UN/CEFACT Recommendation 20 code of the unit.
    function unitCode() external view returns (bytes3);

    /// @notice From when the receipt is no longer in force (Unix).
    function expiresAt() external view returns (uint256);

    /// @notice Smallest quantity issued, and its step [1e6].
    function lot() external view returns (uint256);

    /// @notice Most that may be outstanding [1e6].
    function maxQuantity() external view returns (uint256);

    /// @notice Who answers for what is attested.
    function attestations() external view returns (IAttestedQuantity);

    /// @notice What is attested now, 0 while that is stale [1e6].
    function attestedQuantity() external view returns (uint256 quantity);

    /// @notice Units never end: the last moment there is, where others ask a series when it ends (Unix).
    function endAt() external view returns (uint256);
}

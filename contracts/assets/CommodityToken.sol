// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IAttestedQuantity} from "../interfaces/IAttestedQuantity.sol";
import {ICommodityToken} from "../interfaces/ICommodityToken.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {TokenState} from "../libraries/TokenState.sol";
import {Units} from "../libraries/Units.sol";
import {PermissionedToken} from "./PermissionedToken.sol";
import {RwaToken} from "./RwaToken.sol";

/// @title CommodityToken
/// @notice A series of units of one warehouse receipt or reserve, never more than is attested.
contract CommodityToken is ICommodityToken, RwaToken {
    /// @inheritdoc ICommodityToken
    bytes32 public immutable commodity;
    /// @inheritdoc ICommodityToken
    bytes3 public immutable unitCode;
    /// @inheritdoc ICommodityToken
    uint256 public immutable expiresAt;
    /// @inheritdoc ICommodityToken
    uint256 public immutable lot;
    /// @inheritdoc ICommodityToken
    uint256 public immutable maxQuantity;
    /// @inheritdoc ICommodityToken
    IAttestedQuantity public immutable attestations;

    constructor(
        address authority_,
        ITransferRules allowlist_,
        address programme_,
        IAttestedQuantity attestations_,
        Terms memory terms
    )
        PermissionedToken(authority_, allowlist_, terms.name, terms.symbol)
        RwaToken(programme_, "USD", terms.receiptHash, new uint24[](0))
    {
        bool named = terms.commodity != 0 && terms.unitCode != 0 && terms.receiptHash != 0;
        bool dated = terms.expiresAt != 0 && Units.startOf(Units.day(terms.expiresAt)) == terms.expiresAt;
        bool inLots = terms.lot != 0 && terms.maxQuantity != 0 && terms.maxQuantity % terms.lot == 0;
        require(
            named && dated && inLots,
            ReceiptTermsInvalid(terms.commodity, terms.unitCode, terms.receiptHash, terms.expiresAt, terms.lot)
        );
        commodity = terms.commodity;
        unitCode = terms.unitCode;
        expiresAt = terms.expiresAt;
        lot = terms.lot;
        maxQuantity = terms.maxQuantity;
        attestations = attestations_;
    }

    /// @inheritdoc ICommodityToken
    function attestedQuantity() public view returns (uint256) {
        return attestations.attestedOf(address(this));
    }

    /// @inheritdoc ICommodityToken
    function endAt() external pure returns (uint256) {
        return type(uint64).max;
    }

    /// @inheritdoc RwaToken
    function supportsInterface(bytes4 interfaceId) public view override(IERC165, RwaToken) returns (bool) {
        return interfaceId == type(ICommodityToken).interfaceId || super.supportsInterface(interfaceId);
    }

    function _requireOpen() internal view override {
        require(block.timestamp < expiresAt, ReceiptExpired(expiresAt));
    }

    function _requireRoom() internal view override {
        uint256 quantity = totalSupply();
        require(quantity <= maxQuantity, QuantityAboveMaximum(quantity, maxQuantity));
        uint256 attested = attestedQuantity();
        require(quantity <= attested, QuantityNotAttested(quantity, attested));
    }

    function _requireUnits(uint256 face) internal view override {
        require(face != 0 && face % lot == 0, FaceNotInUnits(face, lot));
    }

    function _lifeCode(TokenState) internal pure override returns (uint8) {
        return Restrictions.NONE;
    }
}

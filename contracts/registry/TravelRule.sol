// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {ICommodityToken} from "../interfaces/ICommodityToken.sol";
import {ILicences} from "../interfaces/ILicences.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IRwaToken} from "../interfaces/IRwaToken.sol";
import {ITravelRule} from "../interfaces/ITravelRule.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {Units} from "../libraries/Units.sol";

/// @title TravelRule
/// @notice Announcements of large transfers: stored under both providers' signatures, used up by the transfer.
abstract contract TravelRule is ITravelRule, AccessManaged, EIP712 {
    /// @dev What is left of an announcement.
    struct Left {
        uint128 amount; // [1e6]
        uint64 until; // (Unix)
        bytes32 messageHash;
    }

    uint32 private constant _ANY_SCOPE = 0;
    bytes32 private constant _TYPEHASH = keccak256(
        "Announcement(address series,address from,address to,uint128 maximum,uint64 until,bytes32 messageHash)"
    );

    IAllowlist internal immutable _ALLOWLIST;
    ILicences internal immutable _LICENCES;
    IPriceOracle private immutable _ORACLE;

    /// @inheritdoc ITravelRule
    uint256 public travelLimit; // [1e6 PKR]
    mapping(bytes32 pair => Left) private _announced;
    mapping(bytes32 digest => bool) private _used;

    constructor(IAllowlist allowlist, ILicences licences, IPriceOracle oracle) EIP712("Policies", "1") {
        _ALLOWLIST = allowlist;
        _LICENCES = licences;
        _ORACLE = oracle;
    }

    /// @inheritdoc ITravelRule
    function announce(Announcement calldata announcement, bytes calldata ofSender, bytes calldata ofReceiver) external {
        bytes32 digest = hashOfAnnouncement(announcement);
        bool counts = !_used[digest] && block.timestamp <= announcement.until;
        require(counts, AnnouncementStale(digest, announcement.until));
        _requireSigned(announcement.from, digest, ofSender);
        _requireSigned(announcement.to, digest, ofReceiver);
        _used[digest] = true;
        bytes32 pair = _pairOf(announcement.series, announcement.from, announcement.to);
        _announced[pair] = Left(announcement.maximum, announcement.until, announcement.messageHash);
        emit Announced(
            announcement.series,
            announcement.from,
            announcement.to,
            announcement.maximum,
            announcement.until,
            announcement.messageHash
        );
    }

    /// @inheritdoc ITravelRule
    function loosenTravelLimit(uint256 limitPkr) external restricted {
        require(limitPkr > travelLimit, DirectionInvalid(limitPkr, travelLimit));
        _setLimit(limitPkr);
    }

    /// @inheritdoc ITravelRule
    function tightenTravelLimit(uint256 limitPkr) external restricted {
        require(limitPkr < travelLimit, DirectionInvalid(limitPkr, travelLimit));
        _setLimit(limitPkr);
    }

    /// @inheritdoc ITravelRule
    function announcedOf(address series, address from, address to) public view returns (uint256) {
        Left storage left = _announced[_pairOf(series, from, to)];
        return block.timestamp <= left.until ? left.amount : 0;
    }

    /// @inheritdoc ITravelRule
    function valuePkrUp(address series, uint256 amount) public view returns (uint256) {
        // No series has as much, and a question never reverts.
        if (amount > type(uint128).max) return type(uint256).max;
        (uint256 value, bool isRupees) = _valueOf(series, amount);
        if (isRupees) return value;
        (IPriceOracle.Round memory holding,) = _ORACLE.rounds("USDPKR");
        // Without a rate nothing is small.
        if (holding.number == 0) return type(uint256).max;
        return Math.mulDiv(value, holding.price, Units.ONE, Math.Rounding.Ceil);
    }

    /// @inheritdoc ITravelRule
    function hashOfAnnouncement(Announcement calldata announcement) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(_TYPEHASH, announcement)));
    }

    /// @dev Face at its last quote, or at par; units of a commodity at spot.
    function _valueOf(address series, uint256 amount) private view returns (uint256, bool) {
        if (IRwaToken(series).supportsInterface(type(ICommodityToken).interfaceId)) {
            (IPriceOracle.Round memory spot,) = _ORACLE.rounds(ICommodityToken(series).commodity());
            bool isPriced = spot.number != 0;
            return (isPriced ? Math.mulDiv(amount, spot.price, Units.ONE, Math.Rounding.Ceil) : type(uint128).max, false);
        }
        (uint256 price,) = _ORACLE.priceOf(series);
        uint256 value = Math.mulDiv(amount, price == 0 ? Units.PAR : price, Units.PAR, Math.Rounding.Ceil);
        return (value, IRwaToken(series).currency() == "PKR");
    }

    /// @dev Whether a transfer of this size has to be announced.
    function _needsAnnouncement(address series, uint256 amount) internal view returns (bool) {
        return valuePkrUp(series, amount) > travelLimit;
    }

    function _useAnnouncement(address series, address from, address to, uint256 amount) internal {
        Left storage left = _announced[_pairOf(series, from, to)];
        // `amount` is at most what is left: the code was asked for first.
        left.amount -= uint128(amount);
        emit AnnouncementUsed(series, from, to, amount, left.amount, left.messageHash);
    }

    function _requireSigned(address wallet, bytes32 digest, bytes calldata signature) private view {
        uint8 id = _ALLOWLIST.recordOf(wallet).provider();
        address provider = _LICENCES.providerOf(id);
        (bool permitted,) = _LICENCES.permits(provider, _ANY_SCOPE);
        require(permitted, ProviderNotLicensed(wallet, id));
        require(Signatures.isSigned(provider, digest, signature), SignatureInvalid(provider));
    }

    function _setLimit(uint256 limitPkr) private {
        travelLimit = limitPkr;
        emit TravelLimitChanged(limitPkr);
    }

    function _pairOf(address series, address from, address to) private pure returns (bytes32) {
        return keccak256(abi.encode(series, from, to));
    }
}

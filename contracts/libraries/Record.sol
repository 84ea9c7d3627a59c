// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice A wallet's KYC record in one storage slot; the layout, from the lowest bit:
/// tier 8 · country 16 (ISO 3166 numeric) · provider 8 · tax class 8 · tax class before 8 · day of that change 24 ·
/// valid until 40 (Unix seconds) · updated at 40 (Unix seconds) · investor number 64 · flags 8.
type Record is uint256;

using RecordLib for Record global;

/// @title RecordLib
/// @notice Reads and writes the fields of a `Record`.
library RecordLib {
    uint8 internal constant FLAG_REVOKED = 1;
    /// A contract or account of the system: no expiry, no caps.
    uint8 internal constant FLAG_SYSTEM = 2;
    /// May move holders' tokens by right, on the holder's signature instead of an allowance.
    uint8 internal constant FLAG_MOVER = 4;

    uint256 private constant _PROVIDER = 24;
    uint256 private constant _TAX_CLASS = 32;
    uint256 private constant _TAX_CLASS_BEFORE = 40;
    uint256 private constant _TAX_DAY = 48;
    uint256 private constant _VALID_UNTIL = 72;
    uint256 private constant _UPDATED_AT = 112;
    uint256 private constant _INVESTOR = 152;
    uint256 private constant _FLAGS = 216;

    function isEmpty(Record r) internal pure returns (bool) {
        return Record.unwrap(r) == 0;
    }

    function tier(Record r) internal pure returns (uint8) {
        return uint8(Record.unwrap(r));
    }

    function country(Record r) internal pure returns (uint16) {
        return uint16(Record.unwrap(r) >> 8);
    }

    function provider(Record r) internal pure returns (uint8) {
        return uint8(Record.unwrap(r) >> _PROVIDER);
    }

    function taxClass(Record r) internal pure returns (uint8) {
        return uint8(Record.unwrap(r) >> _TAX_CLASS);
    }

    function taxClassBefore(Record r) internal pure returns (uint8) {
        return uint8(Record.unwrap(r) >> _TAX_CLASS_BEFORE);
    }

    function taxChangedDay(Record r) internal pure returns (uint24) {
        return uint24(Record.unwrap(r) >> _TAX_DAY);
    }

    function validUntil(Record r) internal pure returns (uint40) {
        return uint40(Record.unwrap(r) >> _VALID_UNTIL);
    }

    function updatedAt(Record r) internal pure returns (uint40) {
        return uint40(Record.unwrap(r) >> _UPDATED_AT);
    }

    function investor(Record r) internal pure returns (uint64) {
        return uint64(Record.unwrap(r) >> _INVESTOR);
    }

    function flags(Record r) internal pure returns (uint8) {
        return uint8(Record.unwrap(r) >> _FLAGS);
    }

    function isRevoked(Record r) internal pure returns (bool) {
        return flags(r) & FLAG_REVOKED != 0;
    }

    function isSystem(Record r) internal pure returns (bool) {
        return flags(r) & FLAG_SYSTEM != 0;
    }

    function isMover(Record r) internal pure returns (bool) {
        return flags(r) & FLAG_MOVER != 0;
    }

    function withProvider(Record r, uint8 value) internal pure returns (Record) {
        return _with(r, _PROVIDER, type(uint8).max, value);
    }

    function withTaxBefore(Record r, uint8 class, uint24 dayNumber) internal pure returns (Record) {
        return _with(_with(r, _TAX_CLASS_BEFORE, type(uint8).max, class), _TAX_DAY, type(uint24).max, dayNumber);
    }

    function withUpdatedAt(Record r, uint256 timestamp) internal pure returns (Record) {
        return _with(r, _UPDATED_AT, type(uint40).max, uint40(timestamp));
    }

    function withFlags(Record r, uint8 value) internal pure returns (Record) {
        return _with(r, _FLAGS, type(uint8).max, value);
    }

    function _with(Record r, uint256 shift, uint256 mask, uint256 value) private pure returns (Record) {
        return Record.wrap((Record.unwrap(r) & ~(mask << shift)) | (value << shift));
    }
}

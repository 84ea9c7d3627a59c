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
    /// Stands under an order: neither sends nor receives, what is paid to it is kept.
    uint8 internal constant FLAG_FROZEN = 8;
    /// Was replaced by another wallet of its investor.
    uint8 internal constant FLAG_REPLACED = 16;
    /// What an order set, and no provider takes away.
    uint8 internal constant FLAGS_OF_ORDERS = FLAG_FROZEN | FLAG_REPLACED;

    uint256 private constant _PROVIDER = 24;
    uint256 private constant _TAX_CLASS = 32;
    uint256 private constant _TAX_CLASS_BEFORE = 40;
    uint256 private constant _TAX_DAY = 48;
    uint256 private constant _VALID_UNTIL = 72;
    uint256 private constant _UPDATED_AT = 112;
    uint256 private constant _INVESTOR = 152;
    uint256 private constant _FLAGS = 216;
    uint256 private constant _TIERS = 6;
    uint256 private constant _COUNTRIES = 999;
    uint256 private constant _LONGEST_VALIDITY = 3653 days;
    /// Tier and country, tax class, expiry, investor number.
    uint256 private constant _ROW = type(uint24).max | (uint256(type(uint8).max) << _TAX_CLASS)
        | (uint256(type(uint40).max) << _VALID_UNTIL) | (uint256(type(uint64).max) << _INVESTOR);

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

    /// @notice The tax class on a day, as far as the record remembers: one change back.
    function taxClassOn(Record r, uint256 dayNumber) internal pure returns (uint8) {
        return dayNumber < taxChangedDay(r) ? taxClassBefore(r) : taxClass(r);
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

    /// @notice Whether the record stands in no way of a move: an investor's, neither revoked nor expired, or the system's own.
    function isInOrder(Record r, uint256 timestamp) internal pure returns (bool) {
        return (Record.unwrap(r) >> _FLAGS == 0 && timestamp <= validUntil(r)) || isSystem(r);
    }

    function isRevoked(Record r) internal pure returns (bool) {
        return flags(r) & FLAG_REVOKED != 0;
    }

    function isSystem(Record r) internal pure returns (bool) {
        return flags(r) & FLAG_SYSTEM != 0;
    }

    /// @notice Whether a contract may move by right now: the expiry of a mover's record is the end of its suspension.
    function isMover(Record r, uint256 timestamp) internal pure returns (bool) {
        return flags(r) & FLAG_MOVER != 0 && timestamp >= validUntil(r);
    }

    function isFrozen(Record r) internal pure returns (bool) {
        return flags(r) & FLAG_FROZEN != 0;
    }

    function isReplaced(Record r) internal pure returns (bool) {
        return flags(r) & FLAG_REPLACED != 0;
    }

    /// @notice What the Allowlist adds to a row: the provider and the time of writing.
    function stamp(uint8 provider_, uint256 timestamp) internal pure returns (Record) {
        return Record.wrap((uint256(provider_) << _PROVIDER) | (uint256(uint40(timestamp)) << _UPDATED_AT));
    }

    /// @notice What a row may say (tier, country, tax class, expiry, investor number) with the stamp, everything else cleared.
    function stamped(Record row, Record stamp_) internal pure returns (Record) {
        return Record.wrap((Record.unwrap(row) & _ROW) | Record.unwrap(stamp_));
    }

    /// @notice Whether an investor's record says all that it must: a tier from 1 to 6, a country from 1 to 999, an investor, and an
    /// expiry ahead of `timestamp` by at most ten years.
    function isComplete(Record r, uint256 timestamp) internal pure returns (bool) {
        uint256 word = Record.unwrap(r);
        // What is below a range wraps around and lands far above it.
        unchecked {
            return uint256(uint8(word)) - 1 < _TIERS && uint256(uint16(word >> 8)) - 1 < _COUNTRIES
                && uint64(word >> _INVESTOR) != 0
                && uint256(uint40(word >> _VALID_UNTIL)) - timestamp - 1 < _LONGEST_VALIDITY;
        }
    }

    function withTaxBefore(Record r, uint8 class, uint24 dayNumber) internal pure returns (Record) {
        return _with(_with(r, _TAX_CLASS_BEFORE, type(uint8).max, class), _TAX_DAY, type(uint24).max, dayNumber);
    }

    function withValidUntil(Record r, uint256 timestamp) internal pure returns (Record) {
        return _with(r, _VALID_UNTIL, type(uint40).max, uint40(timestamp));
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

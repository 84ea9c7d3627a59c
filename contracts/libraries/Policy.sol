// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice What a series asks of who receives it, in one storage slot; zero asks nothing. The layout, from the lowest bit:
/// lowest tier 8 · lot 64 (face in whole units) · locked up until 40 (Unix seconds) · cooling-off 24 (seconds) · most holders 32 ·
/// greatest age of an omnibus statement 24 (seconds) · flags 8.
type Policy is uint256;

using PolicyLib for Policy global;

/// @title PolicyLib
/// @notice Reads a `Policy`.
library PolicyLib {
    /// Some countries are blocked: the bitmap stands in slots of its own.
    uint8 internal constant FLAG_COUNTRIES = 1;
    /// An investor may hold so much: the caps by tier stand in a slot of their own.
    uint8 internal constant FLAG_CAPS = 2;
    /// The disclosure has to be accepted: its hash stands in a slot of its own.
    uint8 internal constant FLAG_DISCLOSURE = 4;
    /// Large transfers between providers need an announcement.
    uint8 internal constant FLAG_TRAVEL_RULE = 8;

    /// Every field, and the four flags.
    uint256 private constant _ALL = (1 << 196) - 1;

    function isEmpty(Policy p) internal pure returns (bool) {
        return Policy.unwrap(p) == 0;
    }

    function lowestTier(Policy p) internal pure returns (uint256) {
        return uint8(Policy.unwrap(p));
    }

    /// @notice Lot [1e6], 0 for none.
    function lot(Policy p) internal pure returns (uint256) {
        return uint256(uint64(Policy.unwrap(p) >> 8)) * 1e6;
    }

    function lockedUntil(Policy p) internal pure returns (uint256) {
        return uint40(Policy.unwrap(p) >> 72);
    }

    function coolingOff(Policy p) internal pure returns (uint256) {
        return uint24(Policy.unwrap(p) >> 112);
    }

    function mostHolders(Policy p) internal pure returns (uint256) {
        return uint32(Policy.unwrap(p) >> 136);
    }

    function omnibusAge(Policy p) internal pure returns (uint256) {
        return uint24(Policy.unwrap(p) >> 168);
    }

    function has(Policy p, uint8 flag) internal pure returns (bool) {
        return uint8(Policy.unwrap(p) >> 192) & flag != 0;
    }

    /// @notice Whether the word holds nothing beyond its fields.
    function isWellFormed(Policy p) internal pure returns (bool) {
        return Policy.unwrap(p) <= _ALL && lowestTier(p) <= 6;
    }

    /// @notice Whether `p` asks at least what `old` asks, field by field. A lot is stricter if it is a multiple.
    function isAsStrictAs(Policy p, Policy old) internal pure returns (bool) {
        uint8 flags = uint8(Policy.unwrap(old) >> 192);
        bool flagsKept = uint8(Policy.unwrap(p) >> 192) & flags == flags;
        bool lots = lot(old) == 0 || (lot(p) != 0 && lot(p) % lot(old) == 0);
        return flagsKept && lots && lowestTier(p) >= lowestTier(old) && lockedUntil(p) >= lockedUntil(old)
            && coolingOff(p) >= coolingOff(old) && _asTight(mostHolders(p), mostHolders(old))
            && _asTight(omnibusAge(p), omnibusAge(old));
    }

    /// @notice The cap of a tier [1e6] in a word of six, 40 bits each in whole units from tier 1 on; 0 for none.
    function capOf(uint256 caps, uint256 tier) internal pure returns (uint256) {
        return tier == 0 ? 0 : uint256(uint40(caps >> (40 * (tier - 1)))) * 1e6;
    }

    /// @notice Whether every cap is at most the old one.
    function areCapsAsStrict(uint256 caps, uint256 old) internal pure returns (bool) {
        for (uint256 tier = 1; tier <= 6; ++tier) {
            if (!_asTight(capOf(caps, tier), capOf(old, tier))) return false;
        }
        return true;
    }

    /// @dev Zero is no limit at all.
    function _asTight(uint256 limit, uint256 old) private pure returns (bool) {
        return old == 0 || (limit != 0 && limit <= old);
    }
}

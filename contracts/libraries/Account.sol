// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice A holder's ledger account in one storage slot; the layout, from the lowest bit:
/// balance 128 [1e6] · touched at 40 (Unix seconds) · flags 8 · counted investor 64.
type Account is uint256;

using AccountLib for Account global;

/// @title AccountLib
/// @notice Reads and writes the fields of an `Account`.
library AccountLib {
    /// Part of the balance is frozen: the amount stands in a slot of its own, read only when this is set.
    uint256 internal constant FLAG_FROZEN = 1 << 168;
    /// Part of the balance is pledged: the lien stands in a slot of its own, read only when this is set.
    uint256 internal constant FLAG_PLEDGED = 1 << 169;

    uint256 private constant _BALANCE_MASK = type(uint128).max;
    uint256 private constant _TOUCHED_AT = 128;
    uint256 private constant _TOUCHED_MASK = uint256(type(uint40).max) << _TOUCHED_AT;

    function balance(Account a) internal pure returns (uint256) {
        return Account.unwrap(a) & _BALANCE_MASK;
    }

    function touchedAt(Account a) internal pure returns (uint256) {
        return (Account.unwrap(a) & _TOUCHED_MASK) >> _TOUCHED_AT;
    }

    function isEncumbered(Account a) internal pure returns (bool) {
        return Account.unwrap(a) & (FLAG_FROZEN | FLAG_PLEDGED) != 0;
    }

    /// @notice Whether `amount` is there and nothing of the balance is frozen or pledged: what nearly every move finds.
    function covers(Account a, uint256 amount) internal pure returns (bool) {
        uint256 word = Account.unwrap(a);
        return amount <= word & _BALANCE_MASK && word & (FLAG_FROZEN | FLAG_PLEDGED) == 0;
    }

    function isFrozen(Account a) internal pure returns (bool) {
        return Account.unwrap(a) & FLAG_FROZEN != 0;
    }

    function isPledged(Account a) internal pure returns (bool) {
        return Account.unwrap(a) & FLAG_PLEDGED != 0;
    }

    /// @notice `a` with `amount` less; `amount` must not be above the balance.
    function minus(Account a, uint256 amount) internal pure returns (Account) {
        unchecked {
            return Account.wrap(Account.unwrap(a) - amount);
        }
    }

    /// @notice `a` with `amount` more; the two together must fit 128 bits, as they do while the supply does.
    function plus(Account a, uint256 amount) internal pure returns (Account) {
        unchecked {
            return Account.wrap(Account.unwrap(a) + amount);
        }
    }

    function withTouchedAt(Account a, uint256 timestamp) internal pure returns (Account) {
        return Account.wrap((Account.unwrap(a) & ~_TOUCHED_MASK) | (uint256(uint40(timestamp)) << _TOUCHED_AT));
    }

    function withFlag(Account a, uint256 flag, bool on) internal pure returns (Account) {
        uint256 cleared = Account.unwrap(a) & ~flag;
        return Account.wrap(on ? cleared | flag : cleared);
    }
}

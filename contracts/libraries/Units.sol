// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Units
/// @notice Money and time as the programme counts them: cash and face in millionths, prices in millionths per 100 face,
/// exchange rates in millionths of a rupee per dollar, days in Pakistan time (UTC+5). Rounding stands in the name.
library Units {
    /// One unit of currency or of face [1e6].
    uint256 internal constant ONE = 1e6;
    /// The smallest payable amount of rupees or dollars: a paisa, a cent [1e6].
    uint256 internal constant MINOR_UNIT = 1e4;
    /// Price of par: 100 per 100 face [1e6].
    uint256 internal constant PAR = 100e6;
    /// Pool factor or rate of one [1e18].
    uint256 internal constant WAD = 1e18;
    /// Pakistan is five hours ahead of UTC all year [s].
    uint256 internal constant UTC_OFFSET = 5 hours;

    /// @notice Cash that buys `face` at `price` per 100, rounded up to the paisa: the buyer pays up.
    /// @param face face amount [1e6]
    /// @param price price per 100 face [1e6]
    /// @return cash amount [1e6], a multiple of MINOR_UNIT
    function cashForFaceUp(uint256 face, uint256 price) internal pure returns (uint256 cash) {
        return (face * price + PAR * MINOR_UNIT - 1) / (PAR * MINOR_UNIT) * MINOR_UNIT;
    }

    /// @notice Dollars for `pkr` rupees at `usdPkr`, rounded up: a cap is used up, never flattered.
    /// @param pkr rupees [1e6]
    /// @param usdPkr rupees per dollar [1e6]
    /// @return usd dollars [1e6]
    function usdForPkrUp(uint256 pkr, uint256 usdPkr) internal pure returns (uint256 usd) {
        return Math.mulDiv(pkr, ONE, usdPkr, Math.Rounding.Ceil);
    }

    /// @notice Dollars for `quantity` units at `price`, rounded up.
    /// @param quantity units of a commodity [1e6]
    /// @param price dollars per unit [1e6]
    /// @return usd dollars [1e6]
    function usdForUnitsUp(uint256 quantity, uint256 price) internal pure returns (uint256 usd) {
        return Math.mulDiv(quantity, price, ONE, Math.Rounding.Ceil);
    }

    /// @notice `amount` × `part` / `whole`, rounded down.
    function shareDown(uint256 amount, uint256 part, uint256 whole) internal pure returns (uint256) {
        return Math.mulDiv(amount, part, whole);
    }

    /// @notice `amount` × `part` / `whole`, rounded down to the minor unit.
    function minorDown(uint256 amount, uint256 part, uint256 whole) internal pure returns (uint256) {
        return Math.mulDiv(amount, part, whole * MINOR_UNIT) * MINOR_UNIT;
    }

    /// @notice `amount` × `part` / `whole`, rounded up to the minor unit.
    function minorUp(uint256 amount, uint256 part, uint256 whole) internal pure returns (uint256) {
        return Math.mulDiv(amount, part, whole * MINOR_UNIT, Math.Rounding.Ceil) * MINOR_UNIT;
    }

    /// @notice The day of a moment in Pakistan, counted from 1 January 1970.
    function day(uint256 timestamp) internal pure returns (uint256) {
        return (timestamp + UTC_OFFSET) / 1 days;
    }

    /// @notice The moment at which day number `dayNumber` begins in Pakistan.
    function startOf(uint256 dayNumber) internal pure returns (uint256) {
        return dayNumber * 1 days - UTC_OFFSET;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {TaxRow} from "../libraries/TaxRow.sol";

/// @title ITaxTable
/// @notice The rates at which tax is withheld from income on government debt, by class of instrument and class of holder, each row with the
/// day from which it holds. What is due is taxed by the row in force on the scheduled payable date, however late it is paid.
interface ITaxTable {
    /// @notice From `fromDay` on the instruments of a class are taxed by `row`.
    event RatesSet(uint8 indexed instrumentClass, uint256 fromDay, TaxRow row, uint256 reduced);

    /// @notice A row begins after the row before it, and, but for the first of a class, not before tomorrow.
    error RowNotInOrder(uint8 instrumentClass, uint256 fromDay, uint256 earliest);

    /// @notice A rate above 100 %.
    error RateInvalid(uint256 bps);

    /// @notice No row of the class is in force on that day.
    error NoRates(uint256 instrumentClass, uint256 dayNumber);

    /// @notice Adds a row. Rates in basis points, sixteen bits each, by tax class (0 unknown … 7).
    /// @dev Errors: `AccessManagedUnauthorized`, `RowNotInOrder`, `RateInvalid`.
    /// @param instrumentClass 1 government security, 2 sukuk, 3 external
    /// @param row see `TaxRow`: first day, threshold, whether the discount is taxed, rates
    /// @param reduced rates for a payment whose income is at most the threshold
    function setRates(uint8 instrumentClass, TaxRow row, uint128 reduced) external;

    /// @notice The row in force on a day, and its reduced rates.
    /// @dev Error: `NoRates`.
    function rowOn(uint256 instrumentClass, uint256 dayNumber) external view returns (TaxRow row, uint256 reduced);

    /// @notice All rows of a class, oldest first.
    function rowsOf(uint256 instrumentClass) external view returns (TaxRow[] memory rows, uint256[] memory reduced);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ITaxTable} from "../interfaces/ITaxTable.sol";
import {TaxRow, TaxRowLib} from "../libraries/TaxRow.sol";
import {Units} from "../libraries/Units.sol";

/// @title TaxTable
/// @notice Rows with effective dates; the past cannot be rewritten.
contract TaxTable is ITaxTable, AccessManaged {
    uint256 private constant _HUNDRED_PERCENT = 10_000;

    mapping(uint256 instrumentClass => TaxRow[]) private _rows;
    mapping(uint256 instrumentClass => uint256[]) private _reduced;

    constructor(address authority_) AccessManaged(authority_) {}

    /// @inheritdoc ITaxTable
    function setRates(uint8 instrumentClass, TaxRow row, uint128 reduced) external restricted {
        TaxRow[] storage rows = _rows[instrumentClass];
        if (rows.length != 0) {
            uint256 tomorrow = Units.day(block.timestamp) + 1;
            uint256 next = rows[rows.length - 1].fromDay() + 1;
            uint256 earliest = next > tomorrow ? next : tomorrow;
            require(row.fromDay() >= earliest, RowNotInOrder(instrumentClass, row.fromDay(), earliest));
        }
        uint256 highest = TaxRowLib.highest(row.rates());
        uint256 highestReduced = TaxRowLib.highest(reduced);
        require(highest <= _HUNDRED_PERCENT, RateInvalid(highest));
        require(highestReduced <= _HUNDRED_PERCENT, RateInvalid(highestReduced));
        rows.push(row);
        _reduced[instrumentClass].push(reduced);
        emit RatesSet(instrumentClass, row.fromDay(), row, reduced);
    }

    /// @inheritdoc ITaxTable
    function rowOn(uint256 instrumentClass, uint256 dayNumber) external view returns (TaxRow, uint256) {
        TaxRow[] storage rows = _rows[instrumentClass];
        for (uint256 i = rows.length; i != 0; --i) {
            TaxRow row = rows[i - 1];
            if (row.fromDay() <= dayNumber) return (row, _reduced[instrumentClass][i - 1]);
        }
        revert NoRates(instrumentClass, dayNumber);
    }

    /// @inheritdoc ITaxTable
    function rowsOf(uint256 instrumentClass) external view returns (TaxRow[] memory, uint256[] memory) {
        return (_rows[instrumentClass], _reduced[instrumentClass]);
    }
}

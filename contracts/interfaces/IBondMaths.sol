// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IBondToken} from "./IBondToken.sol";

/// @title IBondMaths
/// @notice What follows from a schedule: income, accrued interest, factors, dates, and a price from a yield. Stateless; every fraction
/// is exact
/// and handed out as numerator and denominator, so that the caller rounds once.
interface IBondMaths {
    /// @param recordAt who is paid: balances when this record date closed (Unix)
    /// @param payableAt when it may be paid (Unix)
    /// @param numerator income per unit of principal before the payment, over `denominator`
    /// @param denominator of the income
    /// @param factorBefore principal per unit of face before the payment [1e18]
    /// @param factorScheduled after its scheduled instalment [1e18]
    /// @param factorAfter after a partial call at it [1e18]
    /// @param isCut whether the series ends within the period
    struct Payment {
        uint256 recordAt;
        uint256 payableAt;
        uint256 numerator;
        uint256 denominator;
        uint256 factorBefore;
        uint256 factorScheduled;
        uint256 factorAfter;
        bool isCut;
    }

    /// @notice The period is the first part of a long stub, or begins when the series has ended: nothing is paid for it.
    error PeriodNotPaid(uint256 period);

    /// @notice The terms give no such right (1 call, 2 put) at that payment.
    error OptionUnknown(uint256 period, uint256 kind);

    /// @notice A yield of -100 % a period or less has no price.
    error YieldInvalid(int256 yield);

    /// @notice A series is priced from its issue date up to its end.
    error DateInvalid(uint256 at);

    /// @notice The payment of `period`: dates, income and factors. The last instalment is not in it: principal is redeemed against
    /// burning. A series that ended within the period pays for the part that ran, at its end.
    /// @dev Errors: `PeriodUnknown`, `PeriodNotPaid`, `NotFixed`.
    function paymentOf(IBondToken series, uint256 period) external view returns (Payment memory);

    /// @notice When the record date of the payment of `period` closes, and when it is payable (Unix).
    /// @dev Errors: `PeriodUnknown`, `PeriodNotPaid`.
    function datesOf(IBondToken series, uint256 period) external view returns (uint256 recordAt, uint256 payableAt);

    /// @notice When the income of `period` is complete (Unix): at its end, or where the series ends within it; 0 where nothing is paid for
    /// it, as for the first part of a long stub or after the end of the series.
    /// @dev Error: `PeriodUnknown`.
    function endsAt(IBondToken series, uint256 period) external view returns (uint256 moment);

    /// @notice When the series is redeemed: with the payment that falls on its end, if one does (Unix).
    function redemptionAt(IBondToken series) external view returns (uint256 payableAt);

    /// @notice The price of a right to call (1) or put (2) at the payment of `period` [1e6 per 100]; a right without a price is none.
    /// @dev Error: `OptionUnknown`.
    function optionPrice(IBondToken series, uint256 period, uint256 kind) external view returns (uint256 price);

    /// @notice Interest accrued per unit of principal at the moment `at`, as a fraction: it steps at midnight in Pakistan. From
    /// the record date's close to the payment it is negative: the buyer is not paid the coupon.
    /// @dev Errors: `DateInvalid`, `NotFixed`.
    function accruedAt(IBondToken series, uint256 at) external view returns (int256 numerator, uint256 denominator);

    /// @notice Accrued interest on `face` that a buyer pays at `at`, rounded up to the minor unit [1e6].
    function accruedUp(IBondToken series, uint256 face, uint256 at) external view returns (int256 cash);

    /// @notice The period that runs at `at`; for a paying date the one that begins.
    /// @dev Error: `DateInvalid`.
    function periodAt(IBondToken series, uint256 at) external view returns (uint256 period);

    /// @notice Dirty price per 100 of principal at a yield, rounded to the nearest millionth [1e6]. Coupon bonds: street convention at
    /// their own
    /// frequency, a floater's unknown coupons at its last fixing. Discount: simple, ACT/365. Zero: annual, stub ACT/365.
    /// @param yield per year [1e18]
    /// @dev Errors: `DateInvalid`, `YieldInvalid`, `NotFixed`.
    function dirtyPrice(IBondToken series, uint256 at, int256 yield) external view returns (uint256 price);

    /// @notice Principal outstanding per unit of original face now; after the end what is redeemed [1e18].
    function poolFactor(IBondToken series) external view returns (uint256 factor);

    /// @notice Principal per unit of original face that is left for the redemption [1e18].
    function redemptionFactor(IBondToken series) external view returns (uint256 factor);

    /// @notice Principal per unit of face before the payment of `period`, after its scheduled instalment, after a partial call [1e18].
    /// @dev Error: `PeriodUnknown`.
    function factorsAt(IBondToken series, uint256 period)
        external
        view
        returns (uint256 before, uint256 scheduled, uint256 afterCall);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Features, Period} from "../libraries/Schedule.sol";
import {IERC1643} from "./IERC1643.sol";
import {IRwaToken} from "./IRwaToken.sol";

/// @title IBondToken
/// @notice A series of government debt, its terms and its schedule fixed when it is created. Balances are original face; the
/// principal is the balance times the pool factor. After its end (maturity, a call, acceleration, an exchange) nothing moves any
/// more, and only redemption changes a balance. Nothing here or anywhere accrues on a late payment.
interface IBondToken is IRwaToken, IERC1643 {
    /// @param name ERC-20 name, also of the EIP-712 domain; at most 31 bytes
    /// @param symbol ERC-20 symbol; at most 31 bytes
    /// @param isin ISO 6166 number, 12 ASCII characters
    /// @param currency ISO 4217 code, 3 ASCII characters
    /// @param issueAt 00:00 Pakistan time of the issue date, from which interest runs (Unix)
    /// @param maturityAt 00:00 Pakistan time of the maturity date (Unix)
    /// @param denomination smallest face issued, and its step [1e6]
    /// @param maxFace most face that may ever be outstanding; for a sukuk the share of the assets that backs it [1e6]
    /// @param termsHash hash of the term sheet
    /// @param form 0 discount, 1 zero-coupon, 2 fixed, 3 floating
    /// @param basis day count: 0 ACT/365, 1 ACT/ACT (ICMA), 2 ACT/360, 3 30/360 (bond basis)
    /// @param frequency payments a year; 0 without coupons
    /// @param instrumentClass row of the tax table
    /// @param recordDays a record date closes at 00:00 of the period's end less this many days
    /// @param graceDays business days after which a missed payment is an event of default
    /// @param issuePrice what the discount is reckoned from [1e6 per 100]
    /// @param marginRate what is added to a fixing [1e-8]
    /// @param minRate lowest rate of a period of a floater, margin included [1e-8]
    /// @param maxRate highest [1e-8]
    /// @param periods the schedule, four `Period` a word, in the order of time; empty without coupons
    /// @param factors the scheduled pool factor after each payment [1e-9], eight a word; empty for a bullet
    /// @param options rights to call and put, four `Option` a word
    struct Terms {
        string name;
        string symbol;
        bytes12 isin;
        bytes3 currency;
        uint64 issueAt;
        uint64 maturityAt;
        uint128 denomination;
        uint128 maxFace;
        bytes32 termsHash;
        uint8 form;
        uint8 basis;
        uint8 frequency;
        uint8 instrumentClass;
        uint8 recordDays;
        uint8 graceDays;
        uint32 issuePrice;
        uint32 marginRate;
        uint32 minRate;
        uint32 maxRate;
        uint256[] periods;
        uint256[] factors;
        uint256[] options;
    }

    /// @notice The series ends at `endAt`, before its maturity, or (0) at its maturity after all.
    event EndChanged(uint256 endAt);

    /// @notice The terms contradict themselves: maturity not after issue, no denomination, or a date that is not a midnight.
    error TermsInvalid(uint64 issueAt, uint64 maturityAt, uint128 denomination);

    /// @notice The schedule breaks at `period`: out of order, a record date before the issue, factors that rise, no payment at
    /// maturity, or coupons where the form has none.
    error ScheduleInvalid(uint256 period);

    /// @notice The issue date is not there yet: a committed allotment is settled by anyone, but never early.
    error SeriesNotOpen(uint256 issueAt);

    /// @notice The series ended at `endAt`: nothing can be issued.
    error SeriesMatured(uint256 endAt);

    /// @notice The issue would take the face to `face`, above `maxFace`.
    error FaceAboveMaximum(uint256 face, uint256 maxFace);

    /// @notice The schedule has no such period.
    error PeriodUnknown(uint256 period);

    /// @notice Brings the end forward to `endAt`, which the Programme has checked; 0 takes that back.
    /// @dev Error: `OnlyProgramme`.
    function setEnd(uint64 endAt_) external;

    /// @notice ISO 6166 number.
    function isin() external view returns (string memory);

    /// @notice 00:00 Pakistan time of the issue date (Unix).
    function issueDate() external view returns (uint256);

    /// @notice 00:00 Pakistan time of the maturity date (Unix).
    function maturityDate() external view returns (uint256);

    /// @notice When the series ends: at maturity, or earlier when it was called, accelerated or exchanged (Unix).
    function endAt() external view returns (uint256);

    /// @notice Smallest face issued, and its step [1e6].
    function denomination() external view returns (uint256);

    /// @notice Most face that may be outstanding [1e6].
    function maxFace() external view returns (uint256);

    /// @notice Face outstanding [1e6] (ERC-7092).
    function issueVolume() external view returns (uint256);

    /// @notice Rate of the first period in basis points, rounded down; 0 without coupons and for a floater (ERC-7092). The exact
    /// rate of each period stands in `periodAt`.
    function couponRate() external view returns (uint256);

    /// @notice Payments a year (ERC-7092).
    function couponFrequency() external view returns (uint256);

    /// @notice Day count: 0 ACT/365, 1 ACT/ACT (ICMA), 2 ACT/360, 3 30/360 (ERC-7092).
    function dayCountBasis() external view returns (uint256);

    /// @notice What does not change in the life of the series.
    function features() external view returns (Features);

    /// @notice A period of the schedule and the day on which it begins; `isFirst` when the one before it is paid by itself.
    /// @dev Error: `PeriodUnknown`.
    function periodAt(uint256 period) external view returns (Period entry, uint256 startDay, bool isFirst);

    /// @notice Scheduled principal per unit of original face after the payment of `period` [1e9]; partial calls come on top.
    function factorAt(uint256 period) external view returns (uint256 factor);

    /// @notice Rights to call and put, four `Option` a word.
    function options() external view returns (uint256[] memory words);

    /// @notice Principal outstanding per unit of original face; after the end what is redeemed [1e18].
    function poolFactor() external view returns (uint256);

    /// @notice Principal owed to `account`, rounded down [1e6].
    function principalOf(address account) external view returns (uint256);
}

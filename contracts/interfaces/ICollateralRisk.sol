// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title ICollateralRisk
/// @notice What the vault lends on: which series, how much of each, and what a face is worth. Risk is data: haircuts by residual tenor
/// and kind of coupon, with the hash of the table published.
///
/// Prices are in rupees per 100 of face (for a commodity per 100 units) [1e6]. Collateral is valued clean: the coupon accrued is the
/// holder's and leaves at its record date, so that a coupon trips nothing. It is sold dirty, for the buyer gets what is not recorded yet.
interface ICollateralRisk {
    /// @notice Rows of the table of haircuts.
    enum Class {
        NONE,
        DISCOUNT,
        FIXED,
        FLOATING,
        COMMODITY
    }

    /// @notice What an assessment is for: prices must be fresh to lend and to liquidate; to leave, fresh or long dead; always settled.
    enum Purpose {
        LEND,
        LEAVE,
        LIQUIDATE
    }

    /// @notice What is asked before more is pledged: nothing (it only changes its name), the ceilings, or also whether the backstop may
    /// hold the series, as at the first pledge of it.
    enum Check {
        NONE,
        CEILINGS,
        ALL
    }

    /// @notice A step of the ladder of haircuts; the last one has `untilDays` 65,535.
    /// @param untilDays residual tenor up to which it counts (days)
    /// @param loanBps share of the value that is lent
    /// @param thresholdBps share of the value above which a debt is unhealthy
    struct Rung {
        uint16 untilDays;
        uint16 loanBps;
        uint16 thresholdBps;
    }

    /// @notice A listed series.
    /// @param id from 1, in the order of listing
    /// @param isDollar whether its price is in dollars
    /// @param isShut whether nothing new is lent on it
    /// @param bucket of residual tenor that its pledged face counts in
    /// @param shareBps largest share of the issue that may be pledged
    /// @param ceiling largest face that may be pledged [1e6]
    /// @param pledged face that is pledged [1e6]
    struct Collateral {
        uint16 id;
        Class class;
        bool isDollar;
        bool isShut;
        uint8 bucket;
        uint16 shareBps;
        uint128 ceiling;
        uint128 pledged;
    }

    /// @notice What 100 of face count for, until `validUntil`, and whether that is fresh.
    /// @param loan what is lent on it, 0 for nothing [1e6]
    /// @param threshold what it counts for in health [1e6]
    /// @param sale what it is worth in the market, dirty [1e6]
    /// @param version of the prices it was reckoned from
    /// @param validUntil when it must be reckoned anew (Unix)
    /// @param freshUntilHour until when its prices are fresh (hours since 1970)
    struct Quote {
        uint56 loan;
        uint56 threshold;
        uint56 sale;
        uint24 version;
        uint40 validUntil;
        uint24 freshUntilHour;
    }

    /// @notice The ladder of a class is this from now on; thresholds that fell do so over the ramp. `tableHash` is that of all ladders.
    event LadderSet(Class indexed class, Rung[] rungs, bytes32 tableHash);

    /// @notice A series may be pledged.
    event CollateralListed(address indexed series, uint16 id, Class class, bool isDollar);

    /// @notice The ceilings of a series.
    event CeilingsSet(address indexed series, uint128 ceiling, uint16 shareBps);

    /// @notice Nothing new is lent on a series.
    event CollateralShut(address indexed series);

    /// @notice Most face of a bucket of residual tenor that may be pledged.
    event BucketCeilingSet(uint8 indexed bucket, uint256 ceiling);

    /// @notice A series counts in another bucket, for time has passed.
    event Rebucketed(address indexed series, uint8 from, uint8 to);

    /// @notice A price was reckoned.
    event Quoted(address indexed series, Quote quote);

    /// @notice The margins that hold for all.
    /// @param fxAddOnBps taken off what is priced in dollars
    /// @param noDebtDays before the end of a series, in which nothing is lent on it
    /// @param exitAfterDays of dead prices after which one may leave at the last one
    /// @param exitCutBps taken off that price
    event MarginsSet(uint16 fxAddOnBps, uint16 noDebtDays, uint16 exitAfterDays, uint16 exitCutBps);

    /// @notice The vault that books here.
    event VaultSet(address vault);

    /// @notice Only the vault books what is pledged.
    error OnlyVault(address caller);

    /// @notice The series is not listed as collateral.
    error CollateralUnknown(address series);

    /// @notice The series is listed already, or cannot be.
    error CollateralInvalid(address series);

    /// @notice Rungs out of order, none up to the end, a loan not below its threshold, or a threshold above 9,900.
    error LadderInvalid(Class class);

    /// @notice The new value is on the wrong side of the present one.
    error DirectionInvalid();

    /// @notice `pledged` would be above `ceiling`: of the series, of its share in the issue, or of its bucket.
    error CeilingExceeded(address series, uint256 pledged, uint256 ceiling);

    /// @notice The backstop may not hold the series, so nothing of it is lent on.
    error BackstopBarred(address series, address backstop);

    /// @notice The price of the series was fresh until `freshUntil` (Unix).
    error PriceTooOld(address series, uint256 freshUntil);

    /// @notice A round waits until `until` (Unix); until then nothing is lent, liquidated or released against a debt.
    error PricePending(uint256 until);

    /// @notice Books `face` more or less of a series as pledged, after `check`.
    /// @dev Errors: `OnlyVault`, `CollateralUnknown`, `CeilingExceeded`, `BackstopBarred`.
    /// @return id of the series
    function book(address series, int256 face, Check check) external returns (uint16 id);

    /// @notice What may be lent on all that `owner` has pledged, and what it counts for in health [1e6 PKR]; `ids` as the vault keeps them.
    /// @dev Errors: `PriceTooOld`, `PricePending`.
    function assess(address owner, uint256 ids, Purpose purpose) external returns (uint256 loan, uint256 threshold);

    /// @notice Reckons what a series counts for, if that is not known for the present prices and day; by anyone.
    /// @dev Error: `CollateralUnknown`.
    function refresh(address series) external returns (Quote memory quote);

    /// @notice The same, and an error if it may not be sold by it now.
    /// @dev Errors: `PriceTooOld`, `PricePending`.
    function saleQuote(address series) external returns (uint256 loan, uint256 threshold, uint256 sale);

    /// @notice Lists a series; delayed. `class` by its form, a dollar series by its currency.
    /// @dev Errors: `AccessManagedUnauthorized`, `CollateralInvalid`.
    function listCollateral(address series, uint128 ceiling, uint16 shareBps) external;

    /// @notice Lends nothing new on a series; at once, and for good.
    /// @dev Errors: `AccessManagedUnauthorized`, `CollateralUnknown`.
    function shutCollateral(address series) external;

    /// @notice Raises the ceilings of a series; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `CollateralUnknown`, `DirectionInvalid`.
    function loosenCeilings(address series, uint128 ceiling, uint16 shareBps) external;

    /// @notice Lowers them, at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `CollateralUnknown`, `DirectionInvalid`.
    function tightenCeilings(address series, uint128 ceiling, uint16 shareBps) external;

    /// @notice Raises the ceiling of a bucket; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function loosenBucketCeiling(uint8 bucket, uint128 ceiling) external;

    /// @notice Lowers it, at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function tightenBucketCeiling(uint8 bucket, uint128 ceiling) external;

    /// @notice Sets any ladder; delayed. At most 5 rungs.
    /// @dev Errors: `AccessManagedUnauthorized`, `LadderInvalid`.
    function loosenLadder(Class class, Rung[] calldata rungs) external;

    /// @notice Sets a ladder of the same tenors that lends no more; at once, its thresholds by a ramp of 14 days.
    /// @dev Errors: `AccessManagedUnauthorized`, `LadderInvalid`, `DirectionInvalid`.
    function tightenLadder(Class class, Rung[] calldata rungs) external;

    /// @notice Sets any margins; delayed.
    /// @dev Error: `AccessManagedUnauthorized`.
    function loosenMargins(uint16 fxAddOnBps, uint16 noDebtDays, uint16 exitAfterDays, uint16 exitCutBps) external;

    /// @notice Sets margins of which none lends more; at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function tightenMargins(uint16 fxAddOnBps, uint16 noDebtDays, uint16 exitAfterDays, uint16 exitCutBps) external;

    /// @notice Names the vault, once; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function setVault(address vault_) external;

    /// @notice The vault.
    function vault() external view returns (address);

    /// @notice The listed series.
    function collateralOf(address series) external view returns (Collateral memory collateral);

    /// @notice The series of an id; the zero address when there is none.
    function seriesOf(uint256 id) external view returns (address series);

    /// @notice How many series were ever listed.
    function collaterals() external view returns (uint256 count);

    /// @notice What was last reckoned for a series.
    function quoteOf(address series) external view returns (Quote memory quote);

    /// @notice The ladder of a class as it was set; thresholds that fell come to it by the ramp.
    function ladderOf(Class class) external view returns (Rung[] memory rungs);

    /// @notice The threshold of a class for a residual tenor as it stands now, on the ramp [bps].
    function thresholdBpsOf(Class class, uint256 daysLeft) external view returns (uint256 bps);

    /// @notice Face pledged in a bucket and its ceiling [1e6]. Buckets end at 91 days, 1, 3, 5, 10 years, the last is open.
    function bucketOf(uint8 bucket) external view returns (uint128 pledged, uint128 ceiling);

    /// @notice keccak256 of all ladders as they are stored, for the published table.
    function tableHash() external view returns (bytes32 hash);

    /// @notice The margins.
    function margins()
        external
        view
        returns (uint16 fxAddOnBps, uint16 noDebtDays, uint16 exitAfterDays, uint16 exitCutBps);
}

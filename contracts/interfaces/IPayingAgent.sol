// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IPayingAgent
/// @notice Payments of the schedule (income, instalments of principal, partial calls) and redemption, from cash that the debt office
/// funded, in one
/// cash token. Amounts and tax are computed here. Partly funded, each holder is paid his share; a top-up pays the difference. Who cannot
/// be paid now (expired, revoked, under a freeze) has his money kept, and stops nobody. At every moment
/// funded = paid + withheld + what is owed or dust, and no role can take what is owed.
interface IPayingAgent {
    /// @param funded cash received [1e6]
    /// @param paid cash paid to holders, net of tax [1e6]
    /// @param withheld tax withheld from holders [1e6]
    /// @param remitted of that, what went to the tax account [1e6]
    /// @param done face at the record date whose payment is complete, or face burned by a redemption [1e6]
    /// @param postponedDays days by which the payable date was moved
    struct Account {
        uint128 funded;
        uint128 paid;
        uint128 withheld;
        uint128 remitted;
        uint128 done;
        uint8 postponedDays;
    }

    /// @param income interest or rental [1e6]
    /// @param principal instalment and called principal with its premium; the redemption at its price [1e6]
    /// @param tax withheld from the income [1e6]
    struct Amounts {
        uint256 income;
        uint256 principal;
        uint256 tax;
    }

    /// @notice Cash came in for a payment (`period`, or `REDEMPTION`).
    event Funded(
        address indexed series, uint256 indexed period, address indexed payer, uint256 amount, uint256 funded
    );

    /// @notice A holder was paid `income + principal - tax` in cash, to himself or, after ten years, to the account of the unclaimed.
    event Paid(
        address indexed series, uint256 indexed period, address indexed holder, uint256 income, uint256 principal, uint256 tax
    );

    /// @notice A holder's face was redeemed; `Paid` says in which amounts.
    event Redeemed(address indexed series, address indexed holder, uint256 face);

    /// @notice `face` of the holder that was pledged to `creditor` was redeemed, and the creditor was paid `cash` for it, the holder's tax
    /// withheld; `Redeemed` and `Paid` name the holder, whose claim it was.
    event Collected(
        address indexed series, address indexed holder, address indexed creditor, uint256 face, uint256 cash
    );

    /// @notice A holder was passed over, because he may not receive cash (`code`, see `Restrictions`) or stands under a freeze (code 3);
    /// `owed` is kept for him.
    event PaymentSkipped(
        address indexed series, uint256 indexed period, address indexed holder, uint8 code, uint256 owed
    );

    /// @notice Tax that was withheld went to the tax account.
    event TaxRemitted(address indexed series, uint256 indexed period, address taxAccount, uint256 tax);

    /// @notice The payment is complete; of what rounding left `payer` got his share back.
    event DustReturned(address indexed series, uint256 indexed period, address payer, uint256 dust);

    /// @notice The payable date moved by `addedDays`; `citation` is the hash of the calendar's announcement.
    event Postponed(address indexed series, uint256 indexed period, uint256 addedDays, bytes32 citation);

    /// @notice The share `share` [1e18] of the principal is called at the payment of `period` at `price` per 100 [1e6].
    event Called(address indexed series, uint256 indexed period, uint256 share, uint256 price);

    /// @notice Tax goes to `taxAccount`, unclaimed money to `unclaimedAccount` from now on.
    event AccountsSet(address taxAccount, address unclaimedAccount);

    /// @notice The series is not confirmed in the Programme, or is in another currency.
    error SeriesUnknown(address series);

    /// @notice Nothing is missing.
    error NothingToFund(address series);

    /// @notice The cash token delivered less than it promised.
    error CashShort(uint256 received, uint256 expected);

    /// @notice The cash token answered false.
    error CashRefused(uint256 cash);

    /// @notice The series is exchanged into another by a resolution: nothing of it is redeemed.
    error SeriesSuperseded(address series);

    /// @notice The payment opens at `payableAt`.
    error NotPayableYet(uint256 payableAt, uint256 nowAt);

    /// @notice A payable date moves by 1 to 7 days in all, before it passes.
    error PostponementInvalid(uint256 days_, uint256 payableAt);

    /// @notice A call is announced by `latest`, ten days before the record date.
    error NoticeTooShort(uint256 latest, uint256 nowAt);

    /// @notice A share is above nothing and at most all [1e18].
    error ShareInvalid(uint256 share);

    /// @notice The payment is not complete yet.
    error NotComplete(address series, uint256 period);

    /// @notice What is unclaimed stays here until `releasableAt`.
    error NotReleasable(uint256 releasableAt, uint256 nowAt);

    /// @notice The caller is no creditor of the Programme.
    error OnlyCreditor(address caller);

    /// @notice The creditor may collect `most` now, less than `face`.
    error NotCollectable(uint256 face, uint256 most);

    /// @notice The account of the tax office or of the unclaimed is not set.
    error AccountMissing();

    /// @notice Takes up to `amount` of cash from the caller for the redemption, at most what is missing.
    /// @dev Errors: `SeriesUnknown`, `NothingToFund`, `CashShort`, and those of the cash token.
    /// @return taken what was taken [1e6]
    function fund(address series, uint256 amount) external returns (uint256 taken);

    /// @notice The same for the payment of `period`. Before its record date what is due is reckoned on the face outstanding now.
    /// @dev The same errors, and those of `BondMaths.paymentOf`.
    function fundPayment(address series, uint256 period, uint256 amount) external returns (uint256 taken);

    /// @notice Shares `amount` among everything that is due and unfunded now, payments and redemption alike, in proportion.
    /// @dev The same errors.
    function fundAll(address series, uint256 amount) external returns (uint256 taken);

    /// @notice Pays `holders` what they are owed of the payment of `period`. By anyone; each holder once, however often he is named. A
    /// paused
    /// cash token stops it for the time of the pause.
    /// @dev Errors: `SeriesUnknown`, `NotPayableYet`, `AccountMissing`, `CashShort`, `NoRates`, and those of `BondMaths.paymentOf`.
    /// @return paid what the holders received [1e6]
    function pay(address series, uint256 period, address[] calldata holders) external returns (uint256 paid);

    /// @notice The same for the caller alone; his tax waits here for the next `remit`.
    function claim(address series, uint256 period) external returns (uint256 paid);

    /// @notice Redeems at the end of a series: each holder has burned `floor(face at the end × funded / due)` of his face, as far as it
    /// is free,
    /// and been paid for it. By anyone.
    /// @dev Errors: `SeriesUnknown`, `SeriesSuperseded`, `NotPayableYet`, `AccountMissing`, `CashShort`, `NoRates`.
    /// @return paid what the holders received [1e6]
    function redeem(address series, address[] calldata holders) external returns (uint256 paid);

    /// @notice Pays a creditor the principal of `face` that was pledged to it and matured: on the holder's claim, taxed by his class. The
    /// creditor has seized `face` from the holder to itself in the same transaction, and it burns there. Partly funded, the pledged part
    /// of a claim and the rest are each paid their share; neither takes that of the other. Whatever the state of the holder.
    /// Warning: face that was seized in an earlier transaction is in nobody's claim, if the holder was redeemed in between.
    /// @dev Errors: `OnlyCreditor`, `NotCollectable`, `ERC20InsufficientBalance`, and those of `redeem`.
    /// @return cash what the creditor received, net of tax [1e6]
    function collect(address series, address holder, uint256 face) external returns (uint256 cash);

    /// @notice Ten years after the payable date, what holders never claimed goes to the account of the unclaimed. By anyone.
    /// @dev Errors: `NotReleasable`, and those of `pay` and `redeem`.
    function release(address series, uint256 period, address[] calldata holders) external returns (uint256 paid);

    /// @notice Sends the tax that was withheld to the tax account, as `pay`, `redeem` and `release` do by themselves. By anyone.
    /// @dev Errors: `AccountMissing`, `CashShort`.
    function remit(address series, uint256 period) external returns (uint256 tax);

    /// @notice Returns to `payer` his share of what is left of a complete payment: dust, or what was funded for face that was exchanged or
    /// bought back. In proportion to what each paid in. By anyone.
    /// @dev Errors: `NotComplete`, and those of the cash token.
    function returnDust(address series, uint256 period, address payer) external returns (uint256 dust);

    /// @notice Calls `share` [1e18] of the principal at the payment of `period`, at the price of the terms. All of it ends the series
    /// there.
    /// @dev Errors: `AccessManagedUnauthorized`, `OptionUnknown`, `NoticeTooShort`, `ShareInvalid`, and those of the Programme.
    function call(address series, uint256 period, uint256 share) external;

    /// @notice Moves the payable date of a payment later, by at most 7 days in all.
    /// @dev Errors: `AccessManagedUnauthorized`, `PostponementInvalid`.
    function postpone(address series, uint256 period, uint8 addedDays, bytes32 citation) external;

    /// @notice Names the account of the tax office and that of the unclaimed; delayed.
    /// @dev Error: `AccessManagedUnauthorized`.
    function setAccounts(address taxAccount, address unclaimedAccount) external;

    /// @notice The number that stands for the redemption where a period is asked for.
    // solhint-disable-next-line func-name-mixedcase
    function REDEMPTION() external view returns (uint256);

    /// @notice The account of the tax office, and that of the unclaimed.
    function accounts() external view returns (address taxAccount, address unclaimedAccount);

    /// @notice What is funded, paid and withheld.
    function accountOf(address series, uint256 period) external view returns (Account memory);

    /// @notice What is due in all [1e6].
    function dueOf(address series, uint256 period) external view returns (uint256);

    /// @notice When it is payable (Unix).
    function payableAtOf(address series, uint256 period) external view returns (uint256);

    /// @notice Whether it is payable and not wholly funded: a missed payment.
    function isMissed(address series, uint256 period) external view returns (bool missed);

    /// @notice What `holder` is owed of the payment from what is funded, whether or not he can be paid now; of a redemption without what
    /// its creditor may collect.
    function owedTo(address series, uint256 period, address holder) external view returns (Amounts memory);

    /// @notice How much of the pledged face of `holder` its creditor may collect now, at most `most`: asked before it seizes [1e6].
    function collectable(address series, address holder, uint256 most) external view returns (uint256 face);

    /// @notice Face of `holder` that was redeemed, by himself or by a creditor [1e6].
    function redeemedOf(address series, address holder) external view returns (uint256 face);

    /// @notice Price per 100 of principal at which the series is redeemed [1e6].
    function redemptionPriceOf(address series) external view returns (uint256 price);
}

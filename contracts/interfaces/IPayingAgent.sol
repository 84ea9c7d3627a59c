// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IPayingAgent
/// @notice Redemption at par from cash that the debt office funded. Partly funded, each holder is paid his share and keeps the rest of
/// his face; a top-up pays the difference. A holder who cannot be paid now keeps his face, his money stays here, and nobody can
/// take it out. At every moment: funded = paid + owed.
interface IPayingAgent {
    /// @param funded cash received for the redemption [1e6]
    /// @param paid cash paid to holders [1e6]
    struct Redemption {
        uint128 funded;
        uint128 paid;
    }

    /// @notice Cash came in for the redemption of a series.
    event Funded(address indexed series, address indexed payer, uint256 amount, uint256 funded);

    /// @notice A holder was paid `cash` against the burning of as much face.
    event Redeemed(address indexed series, address indexed holder, uint256 cash);

    /// @notice A holder was passed over, because he may not receive cash (`code`, see `Restrictions`) or all of his face is
    /// frozen or pledged (code 3); `owed` is kept for him.
    event RedemptionSkipped(address indexed series, address indexed holder, uint8 code, uint256 owed);

    /// @notice The series is not confirmed in the Programme, or is in another currency.
    error SeriesUnknown(address series);

    /// @notice Nothing is missing.
    error NothingToFund(address series);

    /// @notice The cash token delivered less than it promised.
    error CashShort(uint256 received, uint256 expected);

    /// @notice Redemption opens at `payableAt`.
    error NotPayableYet(uint256 payableAt, uint256 nowAt);

    /// @notice Takes up to `amount` of cash from the caller, at most what is missing to par.
    /// @dev Errors: `SeriesUnknown`, `NothingToFund`, `CashShort`, and those of the cash token.
    /// @return taken what was taken [1e6]
    function fund(address series, uint256 amount) external returns (uint256 taken);

    /// @notice Pays each holder `floor(face at maturity × funded / due)` less what he was paid before, and burns as much face.
    /// By anyone; a holder named twice is paid once.
    /// @dev Errors: `SeriesUnknown`, `NotPayableYet`.
    /// @return cash what was paid by this call [1e6]
    function redeem(address series, address[] calldata holders) external returns (uint256 cash);

    /// @notice What is funded and paid.
    function redemptionOf(address series) external view returns (Redemption memory);

    /// @notice What is due in all: the face outstanding plus what was paid [1e6].
    function dueOf(address series) external view returns (uint256);

    /// @notice What `holder` could be paid from what is funded, whether or not he can receive it now [1e6].
    function owedTo(address series, address holder) external view returns (uint256);

    /// @notice What `holder` was paid [1e6].
    function paidTo(address series, address holder) external view returns (uint256);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IDefaults
/// @notice Events of default: a payment that was missed beyond its grace of business days. Anyone states them from what the
/// PayingAgent says, and anyone takes them back once the money is there; no office is asked. What holders make of one is decided
/// in a `Meeting`.
interface IDefaults {
    /// @notice The payment of `period` (or the redemption) was missed and its grace is over: an event of default.
    event DefaultDeclared(address indexed series, uint256 indexed period);

    /// @notice The payment is funded in full: that event of default is gone.
    event DefaultCured(address indexed series, uint256 indexed period);

    /// @notice The series is not confirmed in the Programme, or is in another currency.
    error SeriesUnknown(address series);

    /// @notice The payment is not payable yet, wholly funded, or none of the series.
    error NotMissed(address series, uint256 period);

    /// @notice The grace lasts to the end of `lastDay`.
    error GraceNotOver(uint256 lastDay, uint256 today);

    /// @notice That event of default stands already.
    error DefaultStands(address series, uint256 period);

    /// @notice That event of default does not stand.
    error NoDefault(address series, uint256 period);

    /// @notice The payment is still missed.
    error StillMissed(address series, uint256 period);

    /// @notice States that the payment of `period`, or the redemption, was missed beyond its grace. By anyone.
    /// @dev Errors: `SeriesUnknown`, `DefaultStands`, `NotMissed`, `GraceNotOver`, and those of `PayingAgent.isMissed`.
    function declareDefault(address series, uint256 period) external;

    /// @notice Takes that back once the payment is funded in full. By anyone. An acceleration that was decided stays decided.
    /// @dev Errors: `NoDefault`, `StillMissed`.
    function cure(address series, uint256 period) external;

    /// @notice Whether the event of default of `period` stands.
    function isDefault(address series, uint256 period) external view returns (bool);

    /// @notice How many events of default of the series stand.
    function defaultsOf(address series) external view returns (uint256);
}

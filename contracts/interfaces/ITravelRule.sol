// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title ITravelRule
/// @notice Announcements of large transfers between two providers (FATF recommendation 16): both sign the hash of an IVMS101 message that
/// they exchanged off chain, and the transfer uses the announcement up. Within one provider, by an issue, a seizure or a payment nothing is
/// announced.
interface ITravelRule {
    /// @notice What both providers sign (EIP-712).
    /// @param series the token
    /// @param maximum most face that moves under it, in all [1e6]
    /// @param until last second in which it serves (Unix)
    /// @param messageHash keccak256 of the IVMS101 message
    struct Announcement {
        address series;
        address from;
        address to;
        uint128 maximum;
        uint64 until;
        bytes32 messageHash;
    }

    /// @notice Both providers announced it.
    event Announced(
        address indexed series, address indexed from, address indexed to, uint128 maximum, uint64 until, bytes32 messageHash
    );

    /// @notice `amount` moved under the announcement; `left` can still move.
    event AnnouncementUsed(
        address indexed series, address indexed from, address indexed to, uint256 amount, uint256 left, bytes32 messageHash
    );

    /// @notice A transfer worth more than `limitPkr` needs an announcement [1e6 PKR].
    event TravelLimitChanged(uint256 limitPkr);

    /// @notice The announcement was used before, or its time is over.
    error AnnouncementStale(bytes32 digest, uint256 until);

    /// @notice The wallet's provider has no licence now, or none stands behind it.
    error ProviderNotLicensed(address wallet, uint8 id);

    /// @notice The signature is not that of `signer`.
    error SignatureInvalid(address signer);

    /// @notice The new limit is on the wrong side of the old one.
    error DirectionInvalid(uint256 wanted, uint256 current);

    /// @notice Stores an announcement that the providers of both wallets signed; by anyone. A later one of the same pair and series
    /// takes the place of an earlier one.
    /// @dev Errors: `AnnouncementStale`, `ProviderNotLicensed`, `SignatureInvalid`.
    function announce(Announcement calldata announcement, bytes calldata ofSender, bytes calldata ofReceiver) external;

    /// @notice Raises the value up to which a transfer needs no announcement [1e6 PKR]; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function loosenTravelLimit(uint256 limitPkr) external;

    /// @notice Lowers it, at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function tightenTravelLimit(uint256 limitPkr) external;

    /// @notice The value up to which a transfer needs no announcement [1e6 PKR].
    function travelLimit() external view returns (uint256 limitPkr);

    /// @notice What can still move from `from` to `to` under their announcement now [1e6].
    function announcedOf(address series, address from, address to) external view returns (uint256 left);

    /// @notice What `amount` of `series` is worth: at the posted price, or at par where none is posted, and the posted rate of the dollar,
    /// rounded up [1e6 PKR].
    function valuePkrUp(address series, uint256 amount) external view returns (uint256 value);

    /// @notice The digest that both providers sign.
    function hashOfAnnouncement(Announcement calldata announcement) external view returns (bytes32 digest);
}

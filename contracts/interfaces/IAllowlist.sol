// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Record} from "../libraries/Record.sol";

/// @title IAllowlist
/// @notice Who may hold: one storage slot a wallet, asked once by a token on every move.
/// Warning: tier, country, provider, tax class and investor number are public and linkable. Names and documents never come here;
/// the salted hash of the provider's file stands in the event only.
interface IAllowlist {
    /// @notice One row of a batch.
    /// @param wallet whose record it is
    /// @param record tier, country, tax class, expiry and investor number, laid out as in `Record`
    /// @param fileHash salted hash of the provider's file, for the event only
    struct Row {
        address wallet;
        Record record;
        bytes32 fileHash;
    }

    /// @notice The record of `wallet` was written; `fileHash` is the salted hash of the provider's file.
    event Onboarded(address indexed wallet, Record record, bytes32 fileHash);

    /// @notice The record of `wallet` was revoked: it can neither send nor receive.
    event Revoked(address indexed wallet, Record record);

    /// @notice `account` became a contract or account of the system, or a mover, or ceased to be one (record 0).
    event SystemAccountSet(address indexed account, Record record);

    /// @notice The grace of provider `id` is over (clients can send, not receive), or its licence holds again.
    event ProviderEnded(uint8 indexed id, bool ended);

    /// @notice All moves of all tokens are paused until `until` (0: not paused).
    event SystemPausedUntil(uint256 until);

    /// @notice The caller's licence does not permit onboarding now; `id` is 0 when it has none.
    error ProviderNotPermitted(address provider, uint8 id);

    /// @notice The record belongs to another provider, or to the system.
    error RecordNotYours(address wallet, uint8 provider);

    /// @notice The record is revoked; only the registrar can write it again.
    error RecordRevoked(address wallet);

    /// @notice A field of the record is out of range: an empty tier, country or investor number, a tier above 6, a country above
    /// 999, an expiry that is past or more than 10 years ahead, or the zero wallet.
    error RecordInvalid(address wallet, Record record);

    /// @notice A batch holds at most `most` rows.
    error TooManyRows(uint256 rows, uint256 most);

    /// @notice The provider's licence holds, or its grace lasts until `graceUntil`.
    error GraceNotOver(uint8 id, uint256 graceUntil);

    /// @notice The provider's licence does not hold.
    error LicenceNotValid(uint8 id);

    /// @notice A pause can be renewed only while it runs.
    error NotPaused();

    /// @notice Writes the records of up to 200 wallets under the calling provider's licence.
    /// @dev Provider, update time, flags and the tax class before are set here, whatever the
    /// row says. A wallet of another provider is refused, and so is a revoked one: both are the registrar's to change.
    /// Errors: `ProviderNotPermitted`, `TooManyRows`, `RecordInvalid`, `RecordNotYours`, `RecordRevoked`.
    function onboard(Row[] calldata rows) external;

    /// @notice The same by the registrar, who may write any investor's record and names the provider in each row (0: none).
    /// @dev Errors: `AccessManagedUnauthorized`, `TooManyRows`, `RecordInvalid`, `RecordNotYours` (system accounts only).
    function onboardByRegistrar(Row[] calldata rows) external;

    /// @notice Revokes records of the calling provider; the slots stay.
    /// @dev Errors: `ProviderNotPermitted`, `TooManyRows`, `RecordNotYours`.
    function revoke(address[] calldata wallets) external;

    /// @notice Revokes any investor's records.
    /// @dev Errors: `AccessManagedUnauthorized`, `TooManyRows`, `RecordNotYours` (system accounts and empty records).
    function revokeByRegistrar(address[] calldata wallets) external;

    /// @notice Makes `account` part of the system (a treasury account, the PayingAgent); with `mover` it may move holders' tokens
    /// by right on their signatures (Settlement).
    /// @dev Errors: `AccessManagedUnauthorized`, `RecordNotYours` when an investor's record stands there.
    function setSystemAccount(address account, bool mover) external;

    /// @notice Takes `account` out of the system; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `RecordNotYours` when it is not part of the system.
    function removeSystemAccount(address account) external;

    /// @notice Marks provider `id` as ended, by anyone, once the grace of 90 days after the end of its licence is over.
    /// @dev Error: `GraceNotOver`.
    function markProviderEnded(uint8 id) external;

    /// @notice Takes that mark away, by anyone, when the licence holds again.
    /// @dev Error: `LicenceNotValid`.
    function unmarkProviderEnded(uint8 id) external;

    /// @notice Pauses all moves of all tokens for 3 days.
    /// @dev Error: `AccessManagedUnauthorized`.
    function pauseSystem() external;

    /// @notice A second office extends a running pause to 3 days from now.
    /// @dev Errors: `AccessManagedUnauthorized`, `NotPaused`.
    function renewSystemPause() external;

    /// @notice Ends the pause before its time.
    /// @dev Error: `AccessManagedUnauthorized`.
    function unpauseSystem() external;

    /// @notice The rule that stands against a move from `from` to `to`, 0 when none does (`Restrictions`). An issue has no sender
    /// and asks `receiveCode`.
    function check(address from, address to) external view returns (uint8 code);

    /// @notice The same for a move by an `operator`, who counts when he is not the sender.
    function checkOperator(address operator, address from, address to) external view returns (uint8 code);

    /// @notice The same for a move by right: the operator must be a mover.
    function checkMover(address operator, address from, address to) external view returns (uint8 code);

    /// @notice The rule that stands against `wallet` sending, 0 when none does.
    function sendCode(address wallet) external view returns (uint8 code);

    /// @notice The rule that stands against `wallet` receiving, 0 when none does.
    function receiveCode(address wallet) external view returns (uint8 code);

    /// @notice The same for several wallets, in their order: what an issue asks once.
    function receiveCodes(address[] calldata wallets) external view returns (uint8[] memory codes);

    /// @notice What a payment asks once: for each wallet the rule that stands against it receiving (bits 0 to 7), and its tax class on
    /// day `dayNumber` (bits 8 to 15).
    function payees(address[] calldata wallets, uint256 dayNumber) external view returns (uint256[] memory facts);

    /// @notice The first rule that stands against a move from `from` (zero for an issue, which has no sender) to each of `receivers`, and
    /// whose it is; 0 when none does.
    function checkAll(address from, address[] calldata receivers) external view returns (uint8 code, address account);

    /// @notice The record of `wallet`, 0 when there is none.
    function recordOf(address wallet) external view returns (Record record);

    /// @notice The tax class of `wallet` on day `dayNumber` (Pakistan), as far as the record remembers: one change back.
    function taxClassOn(address wallet, uint256 dayNumber) external view returns (uint8 class);

    /// @notice Until when the system is paused, 0 when it is not.
    function systemPausedUntil() external view returns (uint256 until);

    /// @notice Whether provider `id` is marked as ended.
    function isProviderEnded(uint8 id) external view returns (bool ended);

    /// @notice The English sentence of a restriction code.
    function messageOf(uint8 code) external pure returns (string memory message);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Record} from "../libraries/Record.sol";
import {ITransferRules} from "./ITransferRules.sol";

/// @title IAllowlist
/// @notice Who may hold: one storage slot a wallet, asked once by a token on every move.
/// Warning: tier, country, provider, tax class and investor number are public and linkable. Names and documents never come here;
/// the salted hash of the provider's file stands in the event only.
/// There are four ways in: a batch by the registrar or by a licensed provider, a provider's signed attestation that anyone submits, a
/// provider's published root of its customers, of which anyone activates a wallet by its proof, and a second wallet of an investor by his
/// own signature. Whatever a provider signed or published counts only while its licence does, and only if it is newer than the record.
interface IAllowlist is ITransferRules {
    /// @notice One row of a batch.
    /// @param wallet whose record it is
    /// @param record tier, country, tax class, expiry and investor number, laid out as in `Record`
    /// @param fileHash salted hash of the provider's file, for the event only
    struct Row {
        address wallet;
        Record record;
        bytes32 fileHash;
    }

    /// @notice What a provider signs for a wallet.
    /// @param record as in `Row`
    /// @param issuedAt when it was signed (Unix); it counts only if the record was not changed since
    /// @param until last second in which it can be submitted (Unix)
    struct Attestation {
        address wallet;
        Record record;
        bytes32 fileHash;
        uint64 issuedAt;
        uint64 until;
    }

    /// @notice The root of a provider's customers.
    /// @param publishedAt when (Unix), 0 for a root that is not there or was withdrawn
    /// @param until last second in which a wallet can be activated by it (Unix)
    struct CustomerRoot {
        uint64 publishedAt;
        uint64 until;
    }

    /// @notice The record of `wallet` was written; `fileHash` is the salted hash of the provider's file.
    event Onboarded(address indexed wallet, Record record, bytes32 fileHash);

    /// @notice The record of `wallet` was revoked: it can neither send nor receive.
    event Revoked(address indexed wallet, Record record);

    /// @notice The expiry of the record of `wallet` was moved.
    event Renewed(address indexed wallet, Record record);

    /// @notice Provider `id` published the root of its customers, from a file with the salted hash `fileHash`.
    event RootPublished(uint8 indexed id, bytes32 indexed root, uint64 until, bytes32 fileHash);

    /// @notice Nobody is activated by that root any more.
    event RootWithdrawn(uint8 indexed id, bytes32 indexed root);

    /// @notice The investor of `wallet` added `added` as a wallet of his.
    event WalletAdded(address indexed wallet, address indexed added, Record record);

    /// @notice `wallet` was frozen as a whole under an order, or released.
    event WalletFrozen(address indexed wallet, bool frozen);

    /// @notice `successor` took the place of `wallet`: past entitlements and votes follow it, and `wallet` can do nothing any more.
    event WalletReplaced(address indexed wallet, address indexed successor);

    /// @notice The mover does not move until `until` (0: it does).
    event MoverSuspendedUntil(address indexed mover, uint256 until);

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

    /// @notice The attestation is signed in the future, or expired, or not newer than the record.
    error AttestationStale(address wallet, uint256 issuedAt, uint256 until, uint256 updatedAt);

    /// @notice The signature is not that of `signer`.
    error SignatureInvalid(address signer);

    /// @notice The root is not published by that provider, or withdrawn, expired, or not newer than the record.
    error RootStale(bytes32 root, uint256 publishedAt, uint256 until, uint256 updatedAt);

    /// @notice The proof does not lead from the leaf of `wallet` to `root`.
    error ProofInvalid(address wallet, bytes32 root);

    /// @notice A root lives at least until tomorrow and at most a year.
    error RootExpiryInvalid(uint256 until, uint256 nowAt);

    /// @notice The wallet has a record already, or the signature's time is over.
    error WalletNotAddable(address wallet, address added, uint256 until);

    /// @notice The two wallets are not of one investor, one of them cannot take part in a recovery, or more than 8 would follow
    /// one another.
    error SuccessorInvalid(address wallet, address successor);

    /// @notice That account is no mover, or (for a renewal) none that is suspended.
    error NotMover(address account);

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

    /// @notice Moves the expiry of records of the calling provider to `validUntil` (Unix).
    /// @dev Errors: `ProviderNotPermitted`, `TooManyRows`, `RecordNotYours`, `RecordRevoked`, `RecordInvalid`.
    function renew(address[] calldata wallets, uint40 validUntil) external;

    /// @notice Writes a record from an attestation that `provider` signed (a key or a contract wallet); by anyone. A wallet of another
    /// provider moves only with its own consent: the caller is the wallet, or `consent` is its signature over `hashOfMove`.
    /// @dev Errors: `ProviderNotPermitted`, `AttestationStale`, `SignatureInvalid`, `RecordInvalid`, `RecordNotYours`, `RecordRevoked`.
    function attest(
        address provider,
        Attestation calldata attestation,
        bytes calldata signature,
        bytes calldata consent
    ) external;

    /// @notice Publishes the root of the calling provider's customers, in the layout of OpenZeppelin's StandardMerkleTree over
    /// (address wallet, uint256 record, bytes32 fileHash), good until `until` (Unix).
    /// @dev Errors: `ProviderNotPermitted`, `RootExpiryInvalid`.
    function publishRoot(bytes32 root, uint64 until, bytes32 fileHash) external;

    /// @notice Withdraws a root of the caller's, whatever its licence.
    /// @dev Error: `RootStale` when it is not there.
    function withdrawRoot(bytes32 root) external;

    /// @notice Writes the record of a wallet that stands under `root` of `provider`; by anyone, once for each publication. A wallet of
    /// another provider activates itself.
    /// @dev Errors: `ProviderNotPermitted`, `RootStale`, `ProofInvalid`, `RecordInvalid`, `RecordNotYours`, `RecordRevoked`.
    function activate(address provider, bytes32 root, Row calldata row, bytes32[] calldata proof) external;

    /// @notice Adds the caller as a wallet of the investor of `wallet`, who signed `hashOfWallet`; the record is copied.
    /// @dev Errors: `WalletNotAddable`, `SignatureInvalid`, `RecordInvalid` when `wallet` is not in order, `ProviderNotPermitted`.
    function addWallet(address wallet, uint64 until, bytes calldata signature) external;

    /// @notice Freezes a wallet in all tokens, or releases it; for the Enforcement contract, under an order.
    /// @dev Errors: `AccessManagedUnauthorized`, `RecordNotYours` when there is no investor's record.
    function setFrozen(address wallet, bool frozen) external;

    /// @notice Puts `successor` in the place of `wallet`; for the Enforcement contract, under an order. A freeze goes along.
    /// @dev Errors: `AccessManagedUnauthorized`, `SuccessorInvalid`.
    function replace(address wallet, address successor) external;

    /// @notice Stops a mover (Settlement) for 3 days: trades wait, nothing else does.
    /// @dev Errors: `AccessManagedUnauthorized`, `NotMover`.
    function suspendMover(address mover) external;

    /// @notice A second office extends a running suspension to 3 days from now.
    /// @dev Errors: `AccessManagedUnauthorized`, `NotMover`.
    function renewMoverSuspension(address mover) external;

    /// @notice Ends a suspension before its time; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `NotMover`.
    function resumeMover(address mover) external;

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

    /// @notice What a payment asks once: for each wallet the rule that stands against its being paid (bits 0 to 7), who is paid for it,
    /// itself or its successor (bits 8 to 167), and the tax class on day `dayNumber` (from bit 168). An ended licence stops no payment.
    function payees(address[] calldata wallets, uint256 dayNumber) external view returns (uint256[] memory facts);

    /// @notice The tax class of `wallet` on day `dayNumber` (Pakistan), as far as the record remembers: one change back.
    function taxClassOn(address wallet, uint256 dayNumber) external view returns (uint8 class);

    /// @notice Until when the system is paused, 0 when it is not.
    function systemPausedUntil() external view returns (uint256 until);

    /// @notice Whether provider `id` is marked as ended.
    function isProviderEnded(uint8 id) external view returns (bool ended);

    /// @notice What published root `root` of provider `id` is worth.
    function rootOf(uint8 id, bytes32 root) external view returns (CustomerRoot memory published);

    /// @notice Until when a mover is suspended, 0 when it is not.
    function moverSuspendedUntil(address mover) external view returns (uint256 until);

    /// @notice What stands against a move of `amount` of `token`, as a code and a sentence; balances apart, as in ERC-1404.
    function reason(address token, address from, address to, uint256 amount)
        external
        view
        returns (uint8 code, string memory message);

    /// @notice The digest that a provider signs for an attestation (EIP-712).
    function hashOf(Attestation calldata attestation) external view returns (bytes32 digest);

    /// @notice The digest that an investor signs to let the attestation with digest `attested` take his wallet to another provider.
    function hashOfMove(address wallet, bytes32 attested) external view returns (bytes32 digest);

    /// @notice The digest that an investor signs with `wallet` to add `added` as another wallet of his.
    function hashOfWallet(address wallet, address added, uint64 until) external view returns (bytes32 digest);

    /// @notice ERC-3643 (identity registry): whether `wallet` has a record in order, with a provider whose licence holds.
    function isVerified(address wallet) external view returns (bool verified);

    /// @notice ERC-3643 (identity registry): the wallet itself where it has a record, else zero; nobody has an identity contract here.
    function identity(address wallet) external view returns (address found);

    /// @notice ERC-3643 (identity registry): country of the record, ISO 3166 numeric.
    function investorCountry(address wallet) external view returns (uint16 country);

    /// @notice ERC-3643 (identity registry): whether `wallet` has a record.
    function contains(address wallet) external view returns (bool found);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IAttestations} from "./IAttestations.sol";
import {IERC3009} from "./IERC3009.sol";
import {IPermissionedToken} from "./IPermissionedToken.sol";

/// @title ICashToken
/// @notice Money on chain. What a minter may have outstanding, and how fast it may mint, is its authorisation: zero means nothing, never
/// unlimited. As the national stablecoin it stands on three ledgers: minted against reserves, never above what is attested and not stale;
/// minted by a vault against pledged debt, up to a share of the first; and minted by a converter against central-bank money that it
/// holds itself. A token without attestations (`reserves` zero) is central-bank money: it is a claim on the central bank, has no
/// reserve behind it, and is limited by its minters alone.
///
/// Warning: a vault minter is trusted for the will of those whose cash it burns.
interface ICashToken is IERC3009, IPermissionedToken {
    enum MinterKind {
        RESERVE,
        VAULT,
        CONVERTER
    }

    /// @notice `minter` may have `limit` outstanding [1e6]; zero means that it may mint nothing.
    event MinterLimitChanged(address indexed minter, uint256 limit);

    /// @notice `minter` may mint `perDay` [1e6] a day; zero means nothing.
    event MinterRateChanged(address indexed minter, uint256 perDay);

    /// @notice `minter` mints on the ledger of `kind`.
    event MinterKindChanged(address indexed minter, MinterKind kind);

    /// @notice Vaults may have `bps` hundredths of a per cent of what is reserve-minted outstanding.
    event VaultShareChanged(uint256 bps);

    /// @notice `minter` minted `amount` for `to`.
    event Minted(address indexed minter, address indexed to, uint256 amount);

    /// @notice `amount` of what `minter` had minted was burned; the Transfer tells whose it was.
    event Burned(address indexed minter, uint256 amount);

    /// @notice The minter may mint `left` more, not `amount`.
    error MinterLimitExceeded(address minter, uint256 amount, uint256 left);

    /// @notice The minter may mint `left` by now, not `amount`; more from hour to hour.
    error MinterRateExceeded(address minter, uint256 amount, uint256 left);

    /// @notice The minter's kind stands against it: a vault's cash is burned by the vault alone, and only a vault burns another's.
    error MinterKindInvalid(address minter, MinterKind kind);

    /// @notice A minter changes its kind only with nothing outstanding.
    error MinterHasOutstanding(address minter, uint256 minted);

    /// @notice The minter has `minted` outstanding and `amount` cannot be burned on its account.
    error BurnAboveMinted(address minter, uint256 amount, uint256 minted);

    /// @notice `minted` would be minted against reserves, of which `attested` count.
    error ReserveTooLow(uint256 minted, uint256 attested);

    /// @notice Vaults would have `minted` outstanding, and may have `most`.
    error VaultShareExceeded(uint256 minted, uint256 most);

    /// @notice In two-tier distribution new money goes to accounts of the system and to holders of at least tier `lowest`.
    error DistributionTierTooLow(address receiver, uint256 tier, uint256 lowest);

    /// @notice Nothing is neither minted nor burned: anyone could fill the log with it.
    error AmountZero();

    /// @notice The two arrays differ in length.
    error BatchInvalid(uint256 receivers, uint256 amounts);

    /// @notice The new limit, rate or share is on the wrong side of the old one, or a share above one.
    error DirectionInvalid(uint256 wanted, uint256 current);

    /// @notice Mints `amount` for `to` within the caller's limit and rate and its ledger. The rules are asked as for an issue.
    /// @dev Errors: `AmountZero`, `MinterLimitExceeded`, `MinterRateExceeded`, `ReserveTooLow`, `VaultShareExceeded`,
    /// `TransferRestricted`, `DistributionTierTooLow`.
    function mint(address to, uint256 amount) external;

    /// @notice Burns `amount` of the caller's own free balance, up to what it has minted, and makes room to mint again.
    /// @dev Errors: `AmountZero`, `BurnAboveMinted`, `ERC20InsufficientBalance`, `ERC7943InsufficientUnfrozenBalance`.
    function burn(uint256 amount) external;

    /// @notice Burns `amount` of the caller's own free balance on the account of a reserve minter or a converter. No pause stops it.
    /// Warning: the caller gives the money away; who is owed something for it (a redemption) burns by the desk.
    /// @dev Errors: `MinterKindInvalid` and those of `burn`.
    function burnFor(address minter, uint256 amount) external;

    /// @notice Burns `amount` of `payer`'s balance on the account of the caller, a vault: a debt is repaid under any freeze, pause or end
    /// of a record. What is frozen stays frozen on what is left. More than it has minted is burned too: fees are repaid with it.
    /// @dev Errors: `AmountZero`, `MinterKindInvalid`, `ERC20InvalidSender`, `ERC20InsufficientBalance`.
    function burnFrom(address payer, uint256 amount) external;

    /// @notice Sends `amounts[i]` to `receivers[i]`, all or none: the rules are asked once.
    /// @dev Errors: `BatchInvalid`, `TransferRestricted`, `ERC20InsufficientBalance`, `ERC7943InsufficientUnfrozenBalance`.
    /// @return sent true
    function transferBatch(address[] calldata receivers, uint256[] calldata amounts) external returns (bool sent);

    /// @notice Raises what `minter` may have outstanding; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function loosenMinterLimit(address minter, uint256 limit) external;

    /// @notice Lowers it, at once; below what is outstanding it stops minting and nothing else.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function tightenMinterLimit(address minter, uint256 limit) external;

    /// @notice Raises what `minter` may mint a day, a bucket that refills evenly in a day; delayed. What is added is there at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function loosenMinterRate(address minter, uint256 perDay) external;

    /// @notice Lowers it, at once; what is left in the bucket is at most that.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function tightenMinterRate(address minter, uint256 perDay) external;

    /// @notice Sets the ledger of a minter that has nothing outstanding; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `MinterHasOutstanding`.
    function setMinterKind(address minter, MinterKind kind) external;

    /// @notice Raises the share of what is reserve-minted that vaults may have outstanding; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function loosenVaultShare(uint256 bps) external;

    /// @notice Lowers it, at once; below what is outstanding it stops vaults minting and nothing else.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function tightenVaultShare(uint256 bps) external;

    /// @notice What `minter` may have outstanding, and what it has minted and not burned, 0 where it burned more [1e6].
    function minterOf(address minter) external view returns (uint256 limit, uint256 minted);

    /// @notice What `minter` has minted less what was burned on its account [1e6]; below zero for a vault whose debtors repaid fees that it
    /// has not minted yet.
    function mintedOf(address minter) external view returns (int256 minted);

    /// @notice What `minter` may mint a day, and what is left of it now [1e6].
    function bucketOf(address minter) external view returns (uint256 perDay, uint256 left);

    /// @notice On which ledger `minter` mints; RESERVE for who was never set.
    function kindOf(address minter) external view returns (MinterKind kind);

    /// @notice What is outstanding of each ledger [1e6]; their sum is the supply.
    function ledgers() external view returns (uint256 reserveMinted, int256 vaultMinted, uint256 converted);

    /// @notice Hundredths of a per cent of what is reserve-minted that vaults may have outstanding.
    function vaultShareBps() external view returns (uint256 bps);

    /// @notice Where the reserve is attested, with this token as the subject; zero for central-bank money.
    function reserves() external view returns (IAttestations);

    /// @notice The lowest tier that new money goes to, 0 for any.
    function distributionTier() external view returns (uint8 tier);

    /// @notice ISO 4217 code of the money.
    function currency() external view returns (bytes3);
}

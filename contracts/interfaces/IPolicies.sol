// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Policy} from "../libraries/Policy.sol";
import {ITransferRules} from "./ITransferRules.sol";

/// @title IPolicies
/// @notice What single series ask beyond the Allowlist: tier, country, lots, lock-up, cap per investor, number of holders, disclosure with
/// cooling-off, statements of omnibus wallets, the travel rule. A series is bound by naming this contract as its rules; one that names the
/// Allowlist pays nothing for it. A policy binds who receives, by an issue or a transfer, and never an exit: payments, redemption, seizure,
/// recovery and mandatory exchanges pass it by. Accounts of the system stand outside.
///
/// Warning: a cap counts the wallets of an investor that were counted (`countWallets`, by anyone): it sums their balances as they are,
/// so no counter can drift. The number of holders is kept at each move and put right by `recount`, by anyone, after burns and seizures.
interface IPolicies is ITransferRules {
    /// @notice A policy in full.
    /// @param policy the word of `Policy`
    /// @param caps caps per investor by tier, as `PolicyLib.capOf` reads them
    /// @param blocked bitmap of ISO 3166 numeric countries: bit c % 256 of word c / 256
    /// @param disclosure hash of the disclosure
    struct Terms {
        Policy policy;
        uint256 caps;
        uint256[4] blocked;
        bytes32 disclosure;
    }

    /// @notice What a provider says that its customers hold through an omnibus wallet.
    /// @param root of a Merkle sum tree over (bytes32 customer, uint256 face)
    /// @param total the sum at the root [1e6]
    /// @param statedAt when it was published (Unix)
    struct Statement {
        bytes32 root;
        uint128 total;
        uint64 statedAt;
    }

    /// @notice One step of a sum proof.
    /// @param isLeft whether the sibling stands on the left
    struct SumStep {
        bytes32 hash;
        uint256 sum;
        bool isLeft;
    }

    /// @notice The policy of `series` is this from now on.
    event PolicySet(address indexed series, Terms terms);

    /// @notice `wallet` accepted the disclosure.
    event DisclosureAccepted(address indexed wallet, bytes32 indexed disclosure);

    /// @notice `wallet` counts under `investor`, or no longer does.
    event WalletCounted(address indexed wallet, uint64 indexed investor, bool counted);

    /// @notice `holder` takes one of the places of `series`, or left it; `holders` are taken.
    event HolderCounted(address indexed series, address indexed holder, bool counted, uint256 holders);

    /// @notice The provider of an omnibus wallet stated what its customers hold.
    event StatementPublished(address indexed series, address indexed wallet, bytes32 root, uint128 total);

    /// @notice The word of the policy, a cap or the bitmap is malformed, or a flag and what it announces do not agree.
    error PolicyInvalid(address series);

    /// @notice What is stricter is set at once, the rest by ADMIN.
    error PolicyNotStricter(address series);

    /// @notice An investor has `most` wallets counted already.
    error TooManyWallets(uint64 investor, uint256 most);

    /// @notice The wallet has no investor's record.
    error WalletUnknown(address wallet);

    /// @notice Only the licensed provider of that omnibus wallet states what is in it.
    error StatementNotYours(address wallet, address caller);

    /// @notice Sets a policy that asks at least what the present one asks, at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `PolicyInvalid`, `PolicyNotStricter`.
    function tightenPolicy(address series, Terms calldata terms) external;

    /// @notice Sets any policy; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `PolicyInvalid`.
    function loosenPolicy(address series, Terms calldata terms) external;

    /// @notice The caller accepts the disclosure with that hash; for all series that ask for it. The first time counts.
    function acceptDisclosure(bytes32 disclosure) external;

    /// @notice Counts wallets under the investors of their records; by anyone, again after a record changed.
    /// @dev Errors: `WalletUnknown`, `TooManyWallets`.
    function countWallets(address[] calldata wallets) external;

    /// @notice Puts right which of `wallets` take a place in `series`; by anyone.
    function recount(address series, address[] calldata wallets) external;

    /// @notice The licensed provider of an omnibus wallet publishes what its customers hold.
    /// @dev Error: `StatementNotYours`.
    function publishStatement(address series, address wallet, bytes32 root, uint128 total) external;

    /// @notice Whether `customer` (a salted hash) is in the statement of `wallet` with `face`. Leaves are hashed twice, nodes are
    /// keccak256(left hash, left sum, right hash, right sum), and the sum at the root must be the total.
    function isStated(address series, address wallet, bytes32 customer, uint256 face, SumStep[] calldata proof)
        external
        view
        returns (bool stated);

    /// @notice What an omnibus wallet holds above (positive) or below what its provider stated [1e6].
    function statementGap(address series, address wallet) external view returns (int256 gap);

    /// @notice The statement of an omnibus wallet.
    function statementOf(address series, address wallet) external view returns (Statement memory statement);

    /// @notice The policy of a series.
    function policyOf(address series) external view returns (Terms memory terms);

    /// @notice When `wallet` accepted the disclosure (Unix), 0 if it did not.
    function acceptedAt(bytes32 disclosure, address wallet) external view returns (uint256 timestamp);

    /// @notice The wallets that count under an investor's number.
    function walletsOf(uint64 investor) external view returns (address[] memory wallets);

    /// @notice How many places of a series are taken, and whether `wallet` has one.
    function holdersOf(address series, address wallet) external view returns (uint256 holders, bool counted);
}

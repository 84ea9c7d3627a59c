// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IEnforcement
/// @notice Orders by which the state intervenes: one office proposes and cites the law, another executes; all is public. What an order
/// may reach is bounded by the ledger's own rules: accounts of the system are out of reach, a pledge keeps its creditor, whoever receives
/// must be allowed to, and a holder's claims are kept, never lost.
///
/// Warning: a freeze stands until the order's expiry. Unless a second office renews it before, anyone may let it lapse afterwards.
interface IEnforcement {
    /// @notice What an order does.
    /// @dev FREEZE_WALLET stops a wallet in all tokens; FREEZE_AMOUNT binds an amount of one token; LIFT undoes an executed freeze;
    /// FORCED_TRANSFER moves an amount of one token; RECOVERY puts another wallet of the investor in the place of a lost one.
    enum Kind {
        FREEZE_WALLET,
        FREEZE_AMOUNT,
        LIFT,
        FORCED_TRANSFER,
        RECOVERY
    }

    enum Status {
        NONE,
        PROPOSED,
        EXECUTED,
        CANCELLED,
        LIFTED
    }

    /// @notice What the maker proposes.
    /// @param subject the wallet concerned (for LIFT: zero)
    /// @param token for an amount, zero otherwise
    /// @param expiresAt up to when it can be executed, and a freeze stands (Unix)
    /// @param to receiver of a forced transfer, or the new wallet of a recovery; zero otherwise
    /// @param amount of the token [1e6]; for LIFT the number of the order that is lifted
    /// @param legalRef hash of the document that the order rests on
    struct Proposal {
        Kind kind;
        address subject;
        address token;
        uint64 expiresAt;
        address to;
        uint256 amount;
        bytes32 legalRef;
    }

    /// @notice A proposal and who dealt with it.
    struct Order {
        Proposal proposal;
        Status status;
        address maker;
        address checker;
    }

    /// @notice An order was proposed.
    event OrderProposed(uint256 indexed id, address indexed maker, address indexed subject, Proposal proposal);

    /// @notice Another office executed it.
    event OrderExecuted(uint256 indexed id, address indexed checker);

    /// @notice It was taken back before it was executed.
    event OrderCancelled(uint256 indexed id, address indexed by);

    /// @notice A freeze stands until `expiresAt`.
    event OrderRenewed(uint256 indexed id, address indexed checker, uint64 expiresAt);

    /// @notice A freeze ended: by order `by`, or (0) by its expiry.
    event OrderLifted(uint256 indexed id, uint256 indexed by);

    /// @notice `amount` of `token`, with what of it is pledged, went from a lost wallet to its successor under order `id`; `frozen` of it
    /// stays frozen.
    event Recovered(uint256 indexed id, address indexed token, uint256 amount, uint256 frozen);

    /// @notice The proposal lacks what its kind needs, or says more than its kind takes.
    error ProposalInvalid(Kind kind);

    /// @notice An order runs from now to at most 366 days ahead, and cites a document.
    error ExpiryInvalid(uint64 expiresAt, uint256 nowAt);

    /// @notice The order is in another state than the act needs.
    error OrderStatusInvalid(uint256 id, Status status);

    /// @notice The order expired, or (for a lapse) has not.
    error OrderExpiry(uint256 id, uint64 expiresAt, uint256 nowAt);

    /// @notice Whoever proposed an order does not execute it.
    error SameOffice(address office);

    /// @notice Not a token of the programme.
    error TokenUnknown(address token);

    /// @notice The maker proposes an order.
    /// @dev Errors: `AccessManagedUnauthorized`, `ProposalInvalid`, `ExpiryInvalid`, `TokenUnknown`, `OrderStatusInvalid` (of the order
    /// that is to be lifted).
    /// @return id its number, from 1
    function propose(Proposal calldata proposal) external returns (uint256 id);

    /// @notice The checker executes an order. `tokens` matter to a RECOVERY only: cash and all series the wallet holds. What is pledged and
    /// owed there moves with it, all or nothing, whether or not its series are named.
    /// Warning: the freeze of an amount goes along only where its token is named before the face moves.
    /// @dev Errors: `AccessManagedUnauthorized`, `SameOffice`, `OrderStatusInvalid`, `OrderExpiry`, `TokenUnknown`, those of the tokens, of
    /// the Allowlist and of the creditor.
    function execute(uint256 id, address[] calldata tokens) external;

    /// @notice The maker takes back an order that was not executed.
    /// @dev Errors: `AccessManagedUnauthorized`, `OrderStatusInvalid`.
    function cancel(uint256 id) external;

    /// @notice The checker renews a freeze before it expires.
    /// @dev Errors: `AccessManagedUnauthorized`, `OrderStatusInvalid`, `OrderExpiry`, `ExpiryInvalid`.
    function renew(uint256 id, uint64 expiresAt) external;

    /// @notice Ends a freeze that expired, by anyone.
    /// @dev Errors: `OrderStatusInvalid`, `OrderExpiry`.
    function lapse(uint256 id) external;

    /// @notice Moves what a recovered wallet holds of further tokens, by anyone: also what came later.
    /// @dev Errors: `OrderStatusInvalid`, `TokenUnknown`, those of the tokens.
    function carry(uint256 id, address[] calldata tokens) external;

    /// @notice The order.
    function orderOf(uint256 id) external view returns (Order memory order);

    /// @notice How many orders were proposed.
    function orders() external view returns (uint256 count);

    /// @notice How many executed orders freeze `wallet` as a whole.
    function freezesOf(address wallet) external view returns (uint256 count);
}

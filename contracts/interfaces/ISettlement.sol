// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title ISettlement
/// @notice Delivery against payment: the allotment of an auction in pages, and trades that two holders signed. Both legs or neither.
/// No function takes cash from a wallet without its allowance (allotment) or its signature (trade).
interface ISettlement {
    /// @param winner who pays and receives
    /// @param face what he receives [1e6]
    /// @param price what he pays per 100 of principal, clean [1e6]; the interest accrued by the day of settlement comes on top, each
    /// rounded up to the paisa
    struct Allotment {
        address winner;
        uint128 face;
        uint128 price;
    }

    /// @notice A trade as both parties sign it (EIP-712).
    /// @param series the series that is sold
    /// @param seller gives the face
    /// @param buyer gives the cash
    /// @param face face sold [1e6]
    /// @param cash cash paid [1e6]
    /// @param sellerNonce number the seller has not used or cancelled
    /// @param buyerNonce number the buyer has not used or cancelled
    /// @param deadline last second in which it may settle (Unix)
    /// @param submitter the only account that may submit it, zero for anyone
    struct Trade {
        address series;
        address seller;
        address buyer;
        uint256 face;
        uint256 cash;
        uint256 sellerNonce;
        uint256 buyerNonce;
        uint256 deadline;
        address submitter;
    }

    /// @notice What can stand against a trade; `check` lists them.
    enum Fault {
        DEADLINE_PASSED,
        WRONG_SUBMITTER,
        SERIES_UNKNOWN,
        EMPTY_LEG,
        SAME_PARTY,
        SELLER_NONCE_USED,
        BUYER_NONCE_USED,
        SELLER_SIGNATURE,
        BUYER_SIGNATURE,
        SELLER_FACE,
        BUYER_CASH,
        FACE_RESTRICTED,
        CASH_RESTRICTED
    }

    /// @notice An allotment was opened for settlement: `pages` pages whose winners' money goes to `treasury`.
    event AllotmentOpened(bytes32 indexed id, address indexed series, address treasury, uint256 pages);

    /// @notice One winner's allotment was settled: `position` counts from 0 within the page.
    event AllotmentSettled(
        bytes32 indexed id, address indexed winner, uint256 page, uint256 position, uint256 face, uint256 cash
    );

    /// @notice One winner was passed over, because he may not receive (`code`, see `Restrictions`) or because no more than
    /// `pullable` of the `cash` could be taken. He can be settled later.
    event AllotmentSkipped(
        bytes32 indexed id, address indexed winner, uint256 page, uint256 position, uint8 code, uint256 cash, uint256 pullable
    );

    /// @notice What is not settled by now lapses.
    event AllotmentClosed(bytes32 indexed id);

    /// @notice A trade was settled.
    event TradeSettled(
        bytes32 indexed tradeHash, address indexed seller, address indexed buyer, address series, uint256 face, uint256 cash
    );

    /// @notice `party` cancelled the nonces of `word` whose bits stand in `mask`.
    event NoncesCancelled(address indexed party, uint256 word, uint256 mask);

    /// @notice The allotment was opened before, or has no page or more than 256.
    error AllotmentInvalid(bytes32 id, uint256 pages);

    /// @notice The allotment is not open, or has no such page.
    error AllotmentNotOpen(bytes32 id, uint256 page);

    /// @notice The winners are not those whose hash was committed.
    error PageMismatch(bytes32 id, uint256 page, bytes32 hash);

    /// @notice The series is not confirmed in the Programme.
    error SeriesUnknown(address series);

    /// @notice The face of the series is in another currency than the cash.
    error CurrencyDiffers(address series, bytes3 currency);

    /// @notice The cash token delivered less than it promised.
    error CashShort(uint256 received, uint256 expected);

    /// @notice The cash token answered false.
    error CashRefused(address payer, uint256 cash);

    /// @notice The trade's deadline has passed.
    error TradeExpired(uint256 deadline);

    /// @notice Only `submitter` may submit this trade.
    error SubmitterInvalid(address caller, address submitter);

    /// @notice A leg of zero.
    error LegEmpty(uint256 face, uint256 cash);

    /// @notice Seller and buyer are the same wallet.
    error PartiesEqual(address party);

    /// @notice The nonce was used or cancelled.
    error NonceUsed(address party, uint256 nonce);

    /// @notice The signature is not that of `signer`.
    error SignatureInvalid(address signer);

    /// @notice Commits the debt office to an allotment: the hash of each page, `keccak256(abi.encode(Allotment[]))`.
    /// @dev Errors: `AccessManagedUnauthorized`, `AllotmentInvalid`, `SeriesUnknown`, `CurrencyDiffers`.
    /// @param id of the auction
    /// @param series what is delivered
    /// @param treasury where the cash goes
    /// @param pageHashes one hash a page, at most 256
    function openAllotment(bytes32 id, address series, address treasury, bytes32[] calldata pageHashes) external;

    /// @notice Settles those winners of a page who are not settled yet, can pay and may receive; the others are listed by
    /// events and stop nobody. By anyone, as often as needed.
    /// @dev Errors: `AllotmentNotOpen`, `PageMismatch`, `CashShort`, and those of `Programme.issue`.
    /// @return settled how many were settled by this call
    function settlePage(bytes32 id, uint256 page, Allotment[] calldata winners) external returns (uint256 settled);

    /// @notice Lets lapse what is not settled.
    /// @dev Errors: `AccessManagedUnauthorized`, `AllotmentNotOpen`.
    function closeAllotment(bytes32 id) external;

    /// @notice Settles a trade that both parties signed.
    /// @dev Errors: one for each `Fault`, `CashRefused`, and those of the two tokens.
    function settleTrade(Trade calldata trade, bytes calldata sellerSignature, bytes calldata buyerSignature) external;

    /// @notice Cancels one nonce of the caller.
    function cancelNonce(uint256 nonce) external;

    /// @notice Cancels the 256 nonces `word × 256 … word × 256 + 255` of the caller.
    function cancelNonces(uint256 word) external;

    /// @notice All that would fail if `submitter` submitted the trade now; empty when it would settle. Never reverts for a
    /// confirmed series.
    function check(
        Trade calldata trade,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature,
        address submitter
    ) external view returns (Fault[] memory faults);

    /// @notice The EIP-712 hash that both parties sign.
    function hashOf(Trade calldata trade) external view returns (bytes32);

    /// @notice Whether the nonce of `party` was used or cancelled.
    function isNonceUsed(address party, uint256 nonce) external view returns (bool);

    /// @notice The settled positions of a page, as bits.
    function settledOf(bytes32 id, uint256 page) external view returns (uint256 bits);

    /// @notice The allotment's series, treasury, pages, and whether it is open.
    function allotmentOf(bytes32 id)
        external
        view
        returns (address series, address treasury, bytes32[] memory pageHashes, bool open);
}

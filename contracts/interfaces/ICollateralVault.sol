// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ICreditor} from "./ICreditor.sol";

/// @title ICollateralVault
/// @notice Lends the rupee stablecoin on pledged face. The face stays in its holder's name: coupons, votes and tax are his, the vault
/// holds a lien and no token. Whether money lent against government debt is lawful is open; nothing here has legal force.
///
/// Debts grow by an index. A debt is rounded up, what it is lowered by is rounded down. Repaying and releasing without a debt are
/// never gated: not by KYC, freezes, pauses, prices or a shutdown; topping up neither, but by the ceilings and by a shutdown. A position
/// has at most 8 series.
interface ICollateralVault is ICreditor {
    /// @notice Face pledged (positive) or released (negative) [1e6].
    struct Change {
        address series;
        int256 face;
    }

    /// @notice What the vault asks of all, set by ADMIN, tightened at once by the central bank.
    /// @param rate stability fee per year [1e-8]
    /// @param ceiling most debt of all [1e6]
    /// @param holderCeiling most debt of one holder [1e6]
    /// @param floor least debt that is lent [1e6]
    struct Terms {
        uint32 rate;
        uint72 ceiling;
        uint72 holderCeiling;
        uint72 floor;
    }

    /// @notice How collateral is sold.
    /// @param topBps share of the market price at which an auction begins
    /// @param duration in which the price falls to the floor, which is what the face counts for in health [s]
    /// @param cap most debt that may be in auctions at once [1e6]
    struct AuctionTerms {
        uint16 topBps;
        uint32 duration;
        uint72 cap;
    }

    /// @notice A position in full.
    /// @param debt what it owes, rounded up [1e6]
    /// @param series that it has pledged
    /// @param faces of each that are pledged [1e6]
    struct Position {
        uint256 debt;
        address[] series;
        uint256[] faces;
    }

    /// @notice `owner` minted and repaid; `debt` is what he owes now [1e6].
    event Adjusted(address indexed owner, uint256 minted, uint256 repaid, uint256 debt);

    /// @notice `payer` repaid for `owner`.
    event RepaidFor(address indexed owner, address indexed payer, uint256 repaid, uint256 debt);

    /// @notice `out` of one series was replaced by `face` of another.
    event Substituted(address indexed owner, address indexed seriesOut, address indexed seriesIn, uint256 out, uint256 face);

    /// @notice What matured on pledged face came in: it repaid debt first, the rest is the owner's.
    event Collected(address indexed owner, address indexed series, uint256 face, uint256 repaid, uint256 credited);

    /// @notice Stability fees were minted to the buffer.
    event Harvested(uint256 amount, uint256 index);

    /// @notice `owner` took what was credited to him.
    event Withdrawn(address indexed owner, address indexed payee, uint256 amount);

    /// @notice An auction began: anyone who may hold the series may take.
    event AuctionStarted(address indexed owner, uint256 debt, uint256 threshold);

    /// @notice `bidder` took `face` for `cash`; `repaid` of it is debt, the rest the owner's.
    event AuctionTaken(
        address indexed owner, address indexed series, address indexed bidder, uint256 face, uint256 cash, uint256 repaid
    );

    /// @notice An auction ended: healthy again, or nothing left.
    event AuctionEnded(address indexed owner);

    /// @notice A position without collateral was written off: the buffer bore a part, the backstop owes the rest.
    event WrittenOff(address indexed owner, uint256 debt, uint256 fromBuffer, uint256 backstopDebt);

    /// @notice The backstop's ledger was covered.
    event BackstopCovered(address indexed payer, uint256 amount, uint256 backstopDebt);

    /// @notice The terms.
    event TermsSet(Terms terms);

    /// @notice The terms of auctions.
    event AuctionTermsSet(AuctionTerms terms);

    /// @notice Whether the holder is an office of state, to whom a breach is told first.
    event StateBorrowerSet(address indexed owner, bool isState);

    /// @notice A state borrower was told: `documentHash` is the letter. From `enforceableAt` on it may be enforced.
    event BreachNotified(address indexed owner, bytes32 indexed documentHash, uint256 enforceableAt);

    /// @notice A position moved under an order.
    event PositionMoved(address indexed from, address indexed to, uint256 debt);

    /// @notice Nothing is lent any more; what is pledged is divided.
    event ShutDown(uint256 at);

    /// @notice Amounts of zero, a series replaced by itself, more than is pledged, or what a lost wallet left for its successor's debt.
    error ChangeInvalid(address series, int256 face);

    /// @notice The position would owe `debt`; `loan` is what is lent on its collateral.
    error DebtAboveLoan(uint256 debt, uint256 loan);

    /// @notice The debt would be `debt`, below the least that is lent.
    error DebtBelowFloor(uint256 debt, uint256 floor);

    /// @notice The debt, of all or of a holder, would be above its ceiling.
    error DebtCeilingExceeded(uint256 debt, uint256 ceiling);

    /// @notice A position has room for 8 series.
    error TooManySeries(address owner);

    /// @notice Nothing is owed, credited, pledged or matured.
    error NothingThere(address owner);

    /// @notice The substitute counts for less than what it replaces.
    error SubstituteWorse(uint256 threshold, uint256 thresholdBefore);

    /// @notice The position is healthy: it owes `debt`, and `threshold` is what its collateral counts for.
    error PositionHealthy(address owner, uint256 debt, uint256 threshold);

    /// @notice No auction runs, or one does.
    error AuctionStateInvalid(address owner, uint256 startedAt);

    /// @notice So much debt may not be in auctions at once.
    error TooMuchInAuction(uint256 debt, uint256 cap);

    /// @notice The price stands at `price`, above what the bidder would pay.
    error PriceAboveMost(uint256 price, uint256 most);

    /// @notice A bid of `face` leaves dust: take `lot`, or what costs at least the least debt.
    error BidInvalid(uint256 face, uint256 lot);

    /// @notice The backstop buys once the price has fallen to the floor, at `floorAt` (Unix).
    error FloorNotReached(uint256 floorAt, uint256 nowAt);

    /// @notice A state borrower is told first; it may be enforced from `enforceableAt` on (0: it was not told).
    error NotEnforceable(address owner, uint256 enforceableAt);

    /// @notice The position still has collateral.
    error CollateralLeft(address owner);

    /// @notice The vault is shut down, or it is not.
    error ShutdownStateInvalid(bool isShutDown);

    /// @notice The new terms loosen, or are malformed.
    error TermsInvalid();

    /// @notice Only the Programme may call this.
    error OnlyProgramme(address caller);

    /// @notice Only the contract that winds the vault up may call this.
    error OnlyWindup(address caller);

    /// @notice Any mix for the caller's position, in this order: repays, pledges and releases, mints. `repay` of the maximum is all that
    /// is owed. A mint, or a release with a debt, ends within what is lent on the collateral.
    /// @dev Errors: `ChangeInvalid`, `DebtAboveLoan`, `DebtBelowFloor`, `DebtCeilingExceeded`, `TooManySeries`, those of `CollateralRisk`,
    /// of the token's lien and of the stablecoin.
    function adjust(Change[] calldata changes, uint256 mint, uint256 repay) external;

    /// @notice Repays for another, out of the caller's cash; the maximum is all that is owed.
    /// @return repaid what left the caller [1e6]
    function repayFor(address owner, uint256 amount) external returns (uint256 repaid);

    /// @notice Replaces `faceOut` of a series by `faceIn` of another that counts for at least as much: for a bill that matures.
    /// @dev Errors: `SubstituteWorse`, and as `adjust`.
    function substitute(address seriesOut, uint256 faceOut, address seriesIn, uint256 faceIn) external;

    /// @notice Collects what matured on the face that `owner` has pledged: to the debt first, the rest is credited to him; by anyone.
    /// @dev Error: `NothingThere`, and those of `PayingAgent.collect`.
    function collect(address owner, address series) external returns (uint256 face);

    /// @notice Pays what is credited to `owner`, to him or to the wallet that took his place; by anyone.
    /// @dev Error: `NothingThere`, and those of the stablecoin.
    function withdraw(address owner) external returns (uint256 amount);

    /// @notice Mints the fees that have accrued to the buffer; by anyone.
    function harvest() external returns (uint256 amount);

    /// @notice Begins to sell an unhealthy position; by anyone.
    /// @dev Errors: `PositionHealthy`, `AuctionStateInvalid`, `NotEnforceable`, `TooMuchInAuction`, `PriceTooOld`, `PricePending`.
    function start(address owner) external;

    /// @notice Takes up to `most` face of a series at the price that stands, at most `mostPrice` per 100 [1e6]; never more than brings the
    /// debt back within what is lent. The caller pays and receives.
    /// @dev Errors: `AuctionStateInvalid`, `PositionHealthy`, `PriceAboveMost`, `BidInvalid`, those of the tokens.
    /// @return face taken [1e6]
    /// @return cash paid, rounded up [1e6]
    function take(address owner, address series, uint256 most, uint256 mostPrice)
        external
        returns (uint256 face, uint256 cash);

    /// @notice The backstop buys at the floor what nobody bid for, as far as its cash reaches; by anyone.
    /// @dev Errors: `FloorNotReached`, and as `take`.
    function backstop(address owner, address series) external returns (uint256 face, uint256 cash);

    /// @notice Ends the auction of a position that is healthy again; by anyone.
    /// @dev Errors: `AuctionStateInvalid`, `PositionHealthy` is what it wants.
    function stop(address owner) external;

    /// @notice Writes off the debt of a position that has no collateral left; by anyone.
    /// @dev Errors: `CollateralLeft`, `NothingThere`.
    function writeOff(address owner) external;

    /// @notice Pays off what the backstop owes, out of the caller's cash.
    /// @dev Error: `NothingThere`.
    function coverBackstop(uint256 amount) external returns (uint256 covered);

    /// @notice Tells a state borrower of its breach; the letter by its hash. It has 10 days to cure, then it may be enforced.
    /// @dev Errors: `AccessManagedUnauthorized`, `NotEnforceable`, `PositionHealthy`.
    function notifyBreach(address owner, bytes32 documentHash) external;

    /// @notice Says that a holder is an office of state; delayed.
    /// @dev Error: `AccessManagedUnauthorized`.
    function setStateBorrower(address owner, bool isState) external;

    /// @notice Sets any terms; delayed. Debts accrue at the old rate up to then.
    /// @dev Errors: `AccessManagedUnauthorized`, `TermsInvalid`.
    function loosenTerms(Terms calldata terms_) external;

    /// @notice Sets terms of which none lends more or costs the borrower more; at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `TermsInvalid`.
    function tightenTerms(Terms calldata terms_) external;

    /// @notice Sets how collateral is sold; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `TermsInvalid`.
    function setAuctionTerms(AuctionTerms calldata terms_) external;

    /// @notice Shuts the vault down for good; delayed. Fees stop. The buffer is burned.
    /// @dev Errors: `AccessManagedUnauthorized`, `ShutdownStateInvalid`.
    function shutDown() external;

    /// @notice In a shutdown: gives up a position, `faces` of its series to the caller, the rest free; its debt is gone.
    /// @dev Error: `OnlyWindup`.
    function surrender(address owner, uint256[] calldata faces) external;

    /// @notice In a shutdown: burns cash of who takes a part of the pool.
    /// @dev Error: `OnlyWindup`.
    function burnFor(address payer, uint256 cash) external;

    /// @notice What `owner` owes, rounded up, and what he has pledged.
    function positionOf(address owner) external view returns (Position memory position);

    /// @notice What `owner` owes now, rounded up [1e6].
    function debtOf(address owner) external view returns (uint256 debt);

    /// @notice Debts of all positions, fees to this moment included, rounded down [1e6].
    function totalDebt() external view returns (uint256 debt);

    /// @notice Sum of the scaled debts, the index that turns them into cash [1e18], and when it was last moved.
    function totals() external view returns (uint256 scaled, uint256 index, uint256 accruedAt);

    /// @notice Cash that bears losses first [1e6].
    function buffer() external view returns (uint256);

    /// @notice What the treasury's backstop owes for losses beyond the buffer [1e6].
    function backstopDebt() external view returns (uint256);

    /// @notice Cash that waits for `owner` [1e6].
    function creditOf(address owner) external view returns (uint256 amount);

    /// @notice When the auction of `owner` began (Unix), 0 when none runs.
    function auctionOf(address owner) external view returns (uint256 startedAt);

    /// @notice Debt that is in auctions [1e6].
    function inAuction() external view returns (uint256 debt);

    /// @notice From when the breach of a state borrower may be enforced (Unix), 0 when it was not told.
    function enforceableAt(address owner) external view returns (uint256 timestamp);

    /// @notice The terms of lending.
    function terms() external view returns (Terms memory);

    /// @notice The terms of auctions.
    function auctionTerms() external view returns (AuctionTerms memory);

    /// @notice Since when the vault is shut down (Unix), 0 when it is not.
    function shutDownAt() external view returns (uint256 timestamp);
}

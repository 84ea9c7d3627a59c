// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ISpotPrices} from "./ISpotPrices.sol";

/// @title IPriceOracle
/// @notice Feeds of prices in numbered rounds, each signed by a quorum of named signers and posted by anyone: the rupee rate of the
/// dollar ("USDPKR"), yields by tenor ("PKRV"), spot prices ("XAU", "BRENT", …). A step outside the feed's bound, or a round observed less
/// than an hour after the one that holds, waits an hour, in which the guardian can cancel it; while the dollar rate waits, nothing new
/// is issued. Beside them, what a series was last quoted at.
interface IPriceOracle is ISpotPrices {
    /// @param number counts up by one from 1
    /// @param observedAt when it was observed (Unix)
    /// @param holdsFrom from when the round holds (Unix)
    /// @param price rupees per dollar, or dollars per unit [1e6]; 0 for the yields, which `curve` gives
    struct Round {
        uint32 number;
        uint40 observedAt;
        uint40 holdsFrom;
        uint128 price;
    }

    /// @notice A signer's signature over a round (EIP-712 `Round`, domain "PriceOracle" version 1); contract wallets by ERC-1271.
    struct Signed {
        address signer;
        bytes signature;
    }

    /// @notice What a series was quoted at, for the value of a transfer only.
    /// @param price clean price per 100 face [1e6]
    /// @param observedAt when it was observed (Unix)
    struct Quote {
        uint64 price;
        uint40 observedAt;
    }

    /// @notice A feed was opened; `tenorDays` are those of the yields, empty for prices.
    event FeedOpened(bytes32 indexed feed, uint256 maxStepBps, uint256 maxAge, uint16[] tenorDays);

    /// @notice A round was posted; it holds from `holdsFrom`.
    event RoundPosted(bytes32 indexed feed, uint32 indexed number, uint40 observedAt, uint40 holdsFrom, uint256[] values);

    /// @notice A waiting round was cancelled.
    event RoundCancelled(bytes32 indexed feed, uint32 indexed number);

    /// @notice A round may step up or down by at most `bps` hundredths of a per cent without waiting.
    event MaxStepChanged(bytes32 indexed feed, uint256 bps);

    /// @notice A round is fresh for `maxAge` seconds after it was observed.
    event MaxAgeChanged(bytes32 indexed feed, uint256 maxAge);

    /// @notice A signer was named.
    event SignerAdded(address indexed signer);

    /// @notice A signer was removed; what he signed counts no more.
    event SignerRemoved(address indexed signer);

    /// @notice A round needs `quorum` signatures.
    event QuorumChanged(uint256 quorum);

    /// @notice A series was quoted.
    event PricePosted(address indexed series, uint64 price, uint40 observedAt);

    /// @notice A price of zero, or above 1,000 per 100.
    error PriceInvalid(uint64 price);

    /// @notice There is no such feed.
    error FeedUnknown(bytes32 feed);

    /// @notice The feed has no name, or is open already.
    error FeedInvalid(bytes32 feed);

    /// @notice There are `most` feeds already.
    error TooManyFeeds(uint256 most);

    /// @notice Yields have 1 to 24 ascending tenors above zero, prices none.
    error TenorsInvalid(bytes32 feed, uint256 count);

    /// @notice The number must be `expected`.
    error RoundOutOfOrder(uint32 number, uint32 expected);

    /// @notice The observation is in the future or not newer than the last one.
    error ObservationInvalid(uint40 observedAt, uint40 lastObservedAt, uint256 nowAt);

    /// @notice The feed has `expected` values a round.
    error ValuesMiscounted(bytes32 feed, uint256 count, uint256 expected);

    /// @notice Value number `index` is zero or too large: a price takes 128 bits, a yield is below 100 % a year.
    error ValueInvalid(bytes32 feed, uint256 index, uint256 value);

    /// @notice A round needs from `quorum` to 16 signatures; with a quorum of zero nothing can be posted.
    error QuorumMissed(uint256 signatures, uint256 quorum);

    /// @notice The signers of a round stand in ascending order, each once.
    error SignersNotAscending(address signer, address previous);

    /// @notice The account is not named as a signer.
    error SignerUnknown(address signer);

    /// @notice The account is zero, or a signer already.
    error SignerInvalid(address signer);

    /// @notice There are `most` signers already.
    error TooManySigners(uint256 most);

    /// @notice The signature is not that of `signer`.
    error SignatureInvalid(address signer);

    /// @notice The new quorum is zero, on the wrong side of the old one, or above the number of signers.
    error QuorumInvalid(uint256 wanted, uint256 current, uint256 signers);

    /// @notice No round of the feed holds.
    error NoRate(bytes32 feed);

    /// @notice Nothing of the feed is waiting.
    error NothingPending(bytes32 feed);

    /// @notice The new bound is on the wrong side of the old one, or above 10,000.
    error MaxStepInvalid(uint256 wanted, uint256 current);

    /// @notice The new age is on the wrong side of the old one, or above 30 days [s].
    error MaxAgeInvalid(uint256 wanted, uint256 current);

    /// @notice Posts a round under the signatures of a quorum, by anyone. Replaces a round that is still waiting.
    /// @param number counts up by one; a number that was cancelled stays used up
    /// @param observedAt newer than that of the round that holds, and not in the future (Unix)
    /// @param values one price [1e6], or a yield for each tenor [1e-8 per year]
    /// @param signatures of named signers, in the ascending order of their addresses
    /// @dev Errors: `FunctionPaused`, `FeedUnknown`, `RoundOutOfOrder`, `ObservationInvalid`, `ValuesMiscounted`, `ValueInvalid`,
    /// `QuorumMissed`, `SignersNotAscending`, `SignerUnknown`, `SignatureInvalid`.
    function post(
        bytes32 feed,
        uint32 number,
        uint40 observedAt,
        uint256[] calldata values,
        Signed[] calldata signatures
    ) external;

    /// @notice Posts what a series is quoted at. Nothing is issued, lent or paid by it: it tells what a transfer is worth.
    /// @dev Errors: `AccessManagedUnauthorized`, `PriceInvalid`, `ObservationInvalid`.
    function postPrice(address series, uint64 price, uint40 observedAt) external;

    /// @notice Cancels the round that waits; its number is used up.
    /// @dev Errors: `AccessManagedUnauthorized`, `NothingPending`.
    function cancelPending(bytes32 feed) external;

    /// @notice Opens a feed; delayed. Its tenors are for good.
    /// @param maxStepBps a step up or down that need not wait: of the price, or of any yield itself [bps]
    /// @param maxAge for how long a round is fresh [s]
    /// @param tenorDays of the yields, ascending; empty for every other feed
    /// @dev Errors: `AccessManagedUnauthorized`, `FeedInvalid`, `TooManyFeeds`, `MaxStepInvalid`, `MaxAgeInvalid`, `TenorsInvalid`.
    function openFeed(bytes32 feed, uint256 maxStepBps, uint256 maxAge, uint16[] calldata tenorDays) external;

    /// @notice Raises the bound of a step; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `FeedUnknown`, `MaxStepInvalid`.
    function loosenMaxStep(bytes32 feed, uint256 bps) external;

    /// @notice Lowers the bound of a step, at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `FeedUnknown`, `MaxStepInvalid`.
    function tightenMaxStep(bytes32 feed, uint256 bps) external;

    /// @notice Lengthens how long a round is fresh [s]; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `FeedUnknown`, `MaxAgeInvalid`.
    function loosenMaxAge(bytes32 feed, uint256 maxAge) external;

    /// @notice Shortens how long a round is fresh [s], at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `FeedUnknown`, `MaxAgeInvalid`.
    function tightenMaxAge(bytes32 feed, uint256 maxAge) external;

    /// @notice Names a signer, at most 16; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `SignerInvalid`, `TooManySigners`.
    function addSigner(address signer) external;

    /// @notice Removes a signer, at once, unless fewer than the quorum would be left.
    /// @dev Errors: `AccessManagedUnauthorized`, `SignerUnknown`, `QuorumInvalid`.
    function removeSigner(address signer) external;

    /// @notice Asks for more signatures, at once; at most as many as there are signers.
    /// @dev Errors: `AccessManagedUnauthorized`, `QuorumInvalid`.
    function raiseQuorum(uint256 wanted) external;

    /// @notice Asks for fewer signatures, at least one; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `QuorumInvalid`.
    function lowerQuorum(uint256 wanted) external;

    /// @notice The dollar rate that holds now.
    /// @dev Error: `NoRate`.
    /// @return rate rupees per dollar [1e6]
    /// @return observedAt when it was observed (Unix)
    function usdPkr() external view returns (uint256 rate, uint256 observedAt);

    /// @notice The yield for a tenor on the curve that holds now: linear between its points, rounded down; flat outside them.
    /// @dev Error: `NoRate`.
    /// @return yield per year [1e18]
    /// @return observedAt when it was observed (Unix)
    function yieldAt(uint256 tenorDays) external view returns (uint256 yield, uint256 observedAt);

    /// @notice The yields by tenor [1e-8 per year]: those that hold now, and the last posted; zeros where there are none.
    function curve()
        external
        view
        returns (uint256[] memory tenorDays, uint256[] memory holding, uint256[] memory last);

    /// @notice The last quote of a series, zeros where there is none.
    /// @return price clean price per 100 face [1e6]
    /// @return observedAt when it was observed (Unix)
    function priceOf(address series) external view returns (uint256 price, uint256 observedAt);

    /// @notice From when a waiting dollar rate holds (Unix), 0 when none waits.
    function pendingUntil() external view returns (uint256 holdsFrom);

    /// @notice Whether a round of the feed holds that was observed at most `maxAgeOf` seconds ago.
    function isFresh(bytes32 feed) external view returns (bool);

    /// @notice For how long a round is fresh [s].
    function maxAgeOf(bytes32 feed) external view returns (uint256 maxAge);

    /// @notice All feeds in one slot, for readers that keep what they have read. Who read under another version, or before `changedAt`,
    /// reads anew.
    /// @return version goes up at every post and every cancel
    /// @return changedAt since when the newest round that had to wait holds (Unix); now, while one of several that wait holds already
    /// @return waitsUntil the latest moment until which any round waits (Unix), 0 when none does
    function head() external view returns (uint256 version, uint256 changedAt, uint256 waitsUntil);

    /// @notice The round of a feed that holds now and the last one posted; they are the same when none waits, zeros when none was posted.
    function rounds(bytes32 feed) external view returns (Round memory holding, Round memory last);

    /// @notice What a feed was opened with and has now: a bound in hundredths of a per cent, an age [s], the tenors of the yields.
    function feedOf(bytes32 feed)
        external
        view
        returns (bool isOpen, uint256 maxStepBps, uint256 maxAge, uint256[] memory tenorDays);

    /// @notice The names of all feeds, at most 32.
    function feeds() external view returns (bytes32[] memory names);

    /// @notice Whether the account is named as a signer.
    function isSigner(address account) external view returns (bool);

    /// @notice How many must sign a round, and who may.
    function panel() external view returns (uint256 quorum, address[] memory signers);

    /// @notice What the signers of a round sign.
    function hashOf(bytes32 feed, uint32 number, uint40 observedAt, uint256[] calldata values)
        external
        view
        returns (bytes32);
}

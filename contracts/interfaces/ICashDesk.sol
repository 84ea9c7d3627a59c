// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title ICashDesk
/// @notice Between the stablecoin and central-bank money, at par. What is converted lies here and can be converted back at once. What is
/// redeemed queues: a holder requests and his stablecoin is locked, anyone funds the queue, anyone serves it in the order of requests,
/// anyone brings a requester what is his. While the last attested reserve, however old, is below what was minted against it, every request
/// is served its share of what was attested and no more: nobody gains by being first.
///
/// What is served is burned at once on the issuer's account, so that supply, ledger and reserve fall together and nobody who cannot be
/// paid holds the share of others down; from then on the requester has a claim on central-bank money that lies here for him alone.
///
/// Rounds: an attestation fixes the share (`attested` of `minted`, as they are at the first serving after it) until the next one. A request
/// is served that share of what it waits for when the round reaches it, and no more in that round, however often it is served.
///
/// The desk's central-bank money is at least what is converted, what is funded, and what is assigned and not collected; more only where
/// somebody gave it money or burned on its account, which changes nothing else.
interface ICashDesk {
    /// @notice A holder's place in the queue.
    /// @param owner who requested
    /// @param requestedAt when (Unix)
    /// @param round the round that served it last, by its attestation (Unix)
    /// @param waiting stablecoin locked and not served [1e6]
    /// @param share what the round may still serve of it [1e6]
    /// @param assigned central-bank money that lies here for him [1e6]
    struct Request {
        address owner;
        uint40 requestedAt;
        uint40 round;
        uint128 waiting;
        uint128 share;
        uint128 assigned;
    }

    /// @notice The round that runs.
    /// @param observedAt of its attestation (Unix)
    /// @param cursor the next request that it serves
    /// @param head all requests before it are served or cancelled
    /// @param attested reserve of the attestation [1e6]
    /// @param minted what was reserve-minted when the round began [1e6]
    struct Round {
        uint40 observedAt;
        uint64 cursor;
        uint64 head;
        uint128 attested;
        uint128 minted;
    }

    /// @notice `account` converted `amount` of central-bank money into stablecoin.
    event Converted(address indexed account, uint256 amount);

    /// @notice `account` converted `amount` of stablecoin back.
    event ConvertedBack(address indexed account, uint256 amount);

    /// @notice `owner` locked `amount` for redemption.
    event RedemptionRequested(uint256 indexed id, address indexed owner, uint256 amount);

    /// @notice `payer` brought `amount` of central-bank money for the queue.
    event QueueFunded(address indexed payer, uint256 amount);

    /// @notice A round began: the share is `attested` of `minted`, at most all.
    event RoundBegan(uint256 observedAt, uint256 attested, uint256 minted);

    /// @notice `amount` was assigned to the request, and that much stablecoin burned.
    event RedemptionAssigned(uint256 indexed id, uint256 amount);

    /// @notice `amount` of central-bank money was paid to `to` for the request.
    event RedemptionCollected(uint256 indexed id, address indexed to, uint256 amount);

    /// @notice The requester took back `amount` that was not assigned.
    event RedemptionCancelled(uint256 indexed id, address indexed to, uint256 amount);

    /// @notice Redemptions burn on the account of `issuer`.
    event IssuerChanged(address issuer);

    /// @notice Nothing to convert, request, fund, collect or cancel.
    error NothingToDo();

    /// @notice There is no such request.
    error RequestUnknown(uint256 id);

    /// @notice The caller is neither the requester nor the wallet that took its place.
    error NotRequester(uint256 id, address caller);

    /// @notice The request can be cancelled from `cancellableAt` on (Unix).
    error CancelTooEarly(uint256 id, uint256 cancellableAt);

    /// @notice Money of which `expected` was to come or leave, and `moved` did.
    error MoneyShort(uint256 moved, uint256 expected);

    /// @notice Takes `amount` of the caller's central-bank money, by allowance, and mints him as much stablecoin.
    /// @dev Errors: `NothingToDo`, `MoneyShort`, those of both tokens' `transferFrom` and `mint`.
    function convert(uint256 amount) external;

    /// @notice Takes `amount` of the caller's stablecoin, by allowance, burns it and pays as much central-bank money, out of what was
    /// converted and nothing else.
    /// @dev Errors: `NothingToDo`, `MoneyShort`, those of the stablecoin's `burn` (above what is converted) and of both tokens' moves.
    function convertBack(uint256 amount) external;

    /// @notice Locks `amount` of the caller's stablecoin, by allowance, in the queue.
    /// @dev Errors: `NothingToDo`, `MoneyShort`, those of `transferFrom`.
    /// @return id of the request, from 0 on
    function request(uint256 amount) external returns (uint256 id);

    /// @notice Brings central-bank money for the queue, by anyone and by allowance: at most what waits and is not funded.
    /// What is not assigned, because requests were cancelled, stays for later ones.
    /// Warning: serve at once. What left the reserve and is not served yet is missing in the next attestation.
    /// @dev Errors: `NothingToDo`, `MoneyShort`, those of `transferFrom`.
    /// @return taken what was taken [1e6]
    function fund(uint256 amount) external returns (uint256 taken);

    /// @notice Assigns what is funded in the order of requests, by anyone; looks at `most` requests at most. Never above what the issuer
    /// has outstanding: what waits beyond that was converted or lent, and leaves by that way, or waits for the issuer to mint.
    /// @return assigned in all [1e6]
    function serve(uint256 most) external returns (uint256 assigned);

    /// @notice Pays up to `most` of what is assigned to the requester, or to the wallet that took his place; by anyone. What he may not
    /// receive (frozen, expired, above a cap of central-bank money) stays his.
    /// @dev Errors: `RequestUnknown`, `NothingToDo`, `MoneyShort`, those of the money's `transfer`.
    /// @return paid [1e6]
    function collect(uint256 id, uint256 most) external returns (uint256 paid);

    /// @notice Gives back what is not assigned, 5 days after the request. Only a pause or end of record of the stablecoin holds it.
    /// @dev Errors: `RequestUnknown`, `NotRequester`, `CancelTooEarly`, `NothingToDo`, `MoneyShort`, those of `transfer`.
    function cancel(uint256 id) external;

    /// @notice Names the reserve minter on whose account redemptions burn; delayed.
    /// @dev Error: `AccessManagedUnauthorized`.
    function setIssuer(address issuer) external;

    /// @notice The reserve minter on whose account redemptions burn.
    function issuer() external view returns (address);

    /// @notice How many requests were ever made.
    function requests() external view returns (uint256 count);

    /// @notice A request.
    /// @dev Error: `RequestUnknown`.
    function requestOf(uint256 id) external view returns (Request memory known);

    /// @notice The round that runs.
    function round() external view returns (Round memory running);

    /// @notice What the desk keeps [1e6]: funded and not assigned, locked and not assigned, assigned and not collected.
    function books() external view returns (uint256 funded, uint256 waiting, uint256 assigned);
}

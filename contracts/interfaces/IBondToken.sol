// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC1643} from "./IERC1643.sol";
import {IRwaToken} from "./IRwaToken.sol";

/// @title IBondToken
/// @notice A series of government debt, its terms fixed when it is created. Balances are original face; the principal is the
/// balance times the pool factor. After maturity nothing moves any more, and only redemption changes a balance.
interface IBondToken is IRwaToken, IERC1643 {
    /// @param name ERC-20 name, also of the EIP-712 domain; at most 31 bytes
    /// @param symbol ERC-20 symbol; at most 31 bytes
    /// @param isin ISO 6166 number, 12 ASCII characters
    /// @param currency ISO 4217 code, 3 ASCII characters
    /// @param issueAt 00:00 Pakistan time of the issue date (Unix)
    /// @param maturityAt 00:00 Pakistan time of the maturity date (Unix)
    /// @param denomination smallest face issued, and its step [1e6]
    /// @param termsHash hash of the term sheet
    struct Terms {
        string name;
        string symbol;
        bytes12 isin;
        bytes3 currency;
        uint64 issueAt;
        uint64 maturityAt;
        uint128 denomination;
        bytes32 termsHash;
    }

    /// @notice The terms contradict themselves: maturity not after issue, no denomination, or a date that is not a midnight.
    error TermsInvalid(uint64 issueAt, uint64 maturityAt, uint128 denomination);

    /// @notice The issue date is not there yet: a committed allotment is settled by anyone, but never early.
    error SeriesNotOpen(uint64 issueAt);

    /// @notice The series matured at `maturityAt`: nothing can be issued.
    error SeriesMatured(uint64 maturityAt);

    /// @notice ISO 6166 number.
    function isin() external view returns (string memory);

    /// @notice 00:00 Pakistan time of the issue date (Unix).
    function issueDate() external view returns (uint256);

    /// @notice 00:00 Pakistan time of the maturity date (Unix).
    function maturityDate() external view returns (uint256);

    /// @notice Smallest face issued, and its step [1e6].
    function denomination() external view returns (uint256);

    /// @notice Principal outstanding per unit of original face [1e18].
    function poolFactor() external view returns (uint256);

    /// @notice Principal owed to `account`, rounded down [1e6].
    function principalOf(address account) external view returns (uint256);
}

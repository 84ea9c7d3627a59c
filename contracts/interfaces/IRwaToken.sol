// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {ITransferRules} from "./ITransferRules.sol";
import {IPermissionedToken} from "./IPermissionedToken.sol";

/// @title IRwaToken
/// @notice A permissioned token of the programme: issued and retired by `Programme` only, with record dates.
/// A holder's balance at a record date is stored at his first move after it, so that a move between record dates costs nothing more.
interface IRwaToken is IPermissionedToken, IERC6372 {
    /// @notice A record date was set; it closes at `recordAt` (Unix, midnight in Pakistan).
    event RecordDateSet(uint256 indexed recordAt);

    /// @notice The token asks another Allowlist from now on.
    event AllowlistChanged(address allowlist);

    /// @notice Only the Programme may call this.
    error OnlyProgramme(address caller);

    /// @notice The face is not a multiple of the denomination.
    error FaceNotInUnits(uint256 face, uint256 denomination);

    /// @notice Record dates are midnights in Pakistan, at least one day ahead, each set once.
    error RecordDateInvalid(uint256 recordAt, uint256 earliest);

    /// @notice Too many record dates are pending, or were ever set.
    error TooManyRecordDates(uint256 pending, uint256 total);

    /// @notice No record date closes, or has closed yet, at `recordAt`.
    error RecordDateUnknown(uint256 recordAt);

    /// @notice Issues `faces[i]` to `receivers[i]`.
    /// @dev Errors: `OnlyProgramme`, `SeriesNotOpen`, `SeriesMatured`, `TransferRestricted`, `FaceNotInUnits`.
    function mint(address[] calldata receivers, uint256[] calldata faces) external;

    /// @notice Retires `faces[i]` of `holders[i]`, out of what is neither frozen nor pledged.
    /// @dev Errors: `OnlyProgramme`, `ERC20InsufficientBalance`, `ERC7943InsufficientUnfrozenBalance`.
    function burn(address[] calldata holders, uint256[] calldata faces) external;

    /// @notice Credits `faces` of an exchange, whether or not their holders could receive now, in whatever amounts, and also
    /// when the series has ended meanwhile: nobody is left behind in the old one.
    /// @dev Errors: `OnlyProgramme`, `FaceAboveMaximum`.
    function succeed(address[] calldata holders, uint256[] calldata faces) external;

    /// @notice Makes the token ask another Allowlist.
    /// @dev Error: `OnlyProgramme`.
    function setAllowlist(ITransferRules allowlist_) external;

    /// @notice Sets a record date that closes at `recordAt`: midnight in Pakistan, at least one day ahead.
    /// @dev Errors: `AccessManagedUnauthorized`, `RecordDateInvalid`, `TooManyRecordDates`.
    function setRecordDate(uint256 recordAt) external;

    /// @notice The balance of `account` when the record date `recordAt` closed; a move in that very second counts after it.
    /// @dev Error: `RecordDateUnknown`.
    function balanceAt(address account, uint256 recordAt) external view returns (uint256 balance);

    /// @notice The same for several accounts, in their order: what a payment asks once. Bit 128 is set for a wallet of which anything is
    /// frozen now. Of the zero address it says 0.
    /// Warning: `recordAt` must be a record date that has passed; that is checked only where an account was touched since.
    /// @dev Error: `RecordDateUnknown`.
    function balancesAt(address[] calldata accounts, uint256 recordAt) external view returns (uint256[] memory balances);

    /// @notice The supply when the record date closed.
    /// @dev Error: `RecordDateUnknown`.
    function supplyAt(uint256 recordAt) external view returns (uint256 supply);

    /// @notice All record dates ever set, in the order of time.
    function recordDates() external view returns (uint256[] memory recordAts);

    /// @notice The face of `account` that is pledged, and to whom.
    function pledgedOf(address account) external view returns (uint256 face, address creditor);

    /// @notice The Programme that issues and retires.
    function programme() external view returns (address);

    /// @notice ISO 4217 code of the face.
    function currency() external view returns (bytes3);

    /// @notice Hash of the term sheet.
    function termsHash() external view returns (bytes32);
}

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

    /// @notice `face` of `holder` is pledged to `creditor`, on top of what was.
    event Pledged(address indexed holder, address indexed creditor, uint256 face);

    /// @notice The creditor gave `face` free again.
    event Released(address indexed holder, address indexed creditor, uint256 face);

    /// @notice The creditor took `face` out of its pledge, for `to`.
    event Seized(address indexed holder, address indexed creditor, address indexed to, uint256 face);

    /// @notice Only the Programme may call this.
    error OnlyProgramme(address caller);

    /// @notice The face is not a multiple of the denomination.
    error FaceNotInUnits(uint256 face, uint256 denomination);

    /// @notice Record dates are midnights in Pakistan, at least one day ahead, each set once.
    error RecordDateInvalid(uint256 recordAt, uint256 earliest);

    /// @notice Too many record dates are pending, or were ever set.
    error TooManyRecordDates(uint256 pending, uint256 total);

    /// @notice The caller is no creditor of the Programme, or holds no lien on that holder's face.
    error OnlyCreditor(address caller);

    /// @notice Another creditor holds a lien on the holder's face: one a holder and series.
    error PledgedElsewhere(address holder, address creditor);

    /// @notice The lien is on `pledged`, less than `face`.
    error LienTooSmall(address holder, uint256 pledged, uint256 face);

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

    /// @notice Pledges `face` of `holder`'s free face to the caller, who answers for the holder's will. The holder stays in the register,
    /// votes, is paid the coupons and taxed. Neither pause nor end nor the state of his record matters: topping up is an exit.
    /// @dev Errors: `OnlyCreditor`, `PledgedElsewhere`, `ERC20InsufficientBalance`, `ERC7943InsufficientUnfrozenBalance`.
    function pledge(address holder, uint256 face) external;

    /// @notice Gives `face` of the caller's lien free again, at any time. A freeze of the holder binds it from now on.
    /// @dev Errors: `OnlyCreditor`, `LienTooSmall`.
    function release(address holder, uint256 face) external;

    /// @notice Takes `face` out of the caller's lien, whatever the state of the holder and of his freezes. To the creditor itself always,
    /// also paused and after the end: it collects what matured. To anyone else before the end, while nothing is paused, and if `to` may
    /// receive by its record (`receiveCode`).
    /// Warning: the series' policy is not asked, because a recovery within one investor comes this way too: a creditor that sells asks
    /// `canTransfer(creditor, to, face)` first. Places of a policy are counted anew by `recount`, as after a forced transfer.
    /// @dev Errors: `OnlyCreditor`, `LienTooSmall`, `TransferRestricted`.
    function seize(address holder, address to, uint256 face) external;

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

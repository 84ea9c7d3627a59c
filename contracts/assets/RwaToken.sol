// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {IRwaToken} from "../interfaces/IRwaToken.sol";
import {Account} from "../libraries/Account.sol";
import {TokenState} from "../libraries/TokenState.sol";
import {Units} from "../libraries/Units.sol";
import {PermissionedToken} from "./PermissionedToken.sol";

/// @title RwaToken
/// @notice A permissioned token that the Programme issues and retires, with record dates and room for liens.
abstract contract RwaToken is IRwaToken, PermissionedToken {
    struct Lien {
        address creditor;
        uint96 face; // [1e6]
    }

    uint256 private constant _MOST_PENDING = 4;
    uint256 private constant _MOST_RECORD_DATES = 128;
    uint256 private constant _NOTICE = 1 days;

    /// @inheritdoc IRwaToken
    address public immutable programme;
    /// @inheritdoc IRwaToken
    bytes3 public immutable currency;
    /// @inheritdoc IRwaToken
    bytes32 public immutable termsHash;

    uint24[] private _recordDays;
    mapping(address holder => mapping(uint256 recordDay => Account)) private _entries;
    mapping(address holder => Lien) private _liens;

    modifier onlyProgramme() {
        require(msg.sender == programme, OnlyProgramme(msg.sender));
        _;
    }

    constructor(address programme_, bytes3 currency_, bytes32 termsHash_) {
        programme = programme_;
        currency = currency_;
        termsHash = termsHash_;
    }

    /// @inheritdoc IRwaToken
    function mint(address[] calldata receivers, uint256[] calldata faces) external onlyProgramme {
        TokenState state = _currentState();
        _requireOpen();
        _requireReceivers(state, receivers);
        uint256 total;
        for (uint256 i = 0; i < receivers.length; ++i) {
            uint256 face = faces[i];
            _requireUnits(face);
            _credit(state, receivers[i], face);
            total += face;
        }
        _raiseSupply(state, total);
    }

    /// @inheritdoc IRwaToken
    function burn(address[] calldata holders, uint256[] calldata faces) external onlyProgramme {
        TokenState state = _currentState();
        uint256 total;
        for (uint256 i = 0; i < holders.length; ++i) {
            _debit(state, holders[i], faces[i]);
            total += faces[i];
        }
        _lowerSupply(state, total);
    }

    /// @inheritdoc IRwaToken
    function setAllowlist(IAllowlist allowlist_) external onlyProgramme {
        _state = _state.withAllowlist(allowlist_);
        emit AllowlistChanged(address(allowlist_));
    }

    /// @inheritdoc IRwaToken
    function setRecordDate(uint256 recordAt) external restricted {
        uint256 earliest = block.timestamp + _NOTICE;
        uint256 recordDay = Units.day(recordAt);
        require(
            recordAt >= earliest && recordAt == Units.startOf(recordDay) && recordDay <= type(uint24).max,
            RecordDateInvalid(recordAt, earliest)
        );
        uint256 total = _recordDays.length;
        uint256 passed = _passedRecordDates();
        require(
            total - passed < _MOST_PENDING && total < _MOST_RECORD_DATES, TooManyRecordDates(total - passed, total)
        );
        uint256 i = total;
        _recordDays.push(0);
        for (; i > passed && _recordDays[i - 1] >= recordDay; --i) {
            require(_recordDays[i - 1] != recordDay, RecordDateInvalid(recordAt, earliest));
            _recordDays[i] = _recordDays[i - 1];
        }
        _recordDays[i] = uint24(recordDay);
        _rollRecordDates();
        emit RecordDateSet(recordAt);
    }

    /// @inheritdoc IRwaToken
    function balanceAt(address account, uint256 recordAt) public view returns (uint256) {
        uint256 passed = _passedRecordDates();
        uint256 i = _indexOf(recordAt, passed);
        for (; i < passed; ++i) {
            Account entry = _entries[account][_recordDays[i]];
            if (Account.unwrap(entry) != 0) return _balanceBefore(entry, recordAt);
        }
        return _balanceBefore(_accounts[account].value, recordAt);
    }

    /// @inheritdoc IRwaToken
    function supplyAt(uint256 recordAt) external view returns (uint256) {
        return balanceAt(SUPPLY, recordAt);
    }

    /// @inheritdoc IRwaToken
    function recordDates() external view returns (uint256[] memory recordAts) {
        recordAts = new uint256[](_recordDays.length);
        for (uint256 i = 0; i < recordAts.length; ++i) {
            recordAts[i] = Units.startOf(_recordDays[i]);
        }
    }

    /// @inheritdoc IRwaToken
    function pledgedOf(address account) external view returns (uint256, address) {
        Lien storage lien = _liens[account];
        return (lien.face, lien.creditor);
    }

    /// @inheritdoc IERC6372
    function clock() external view returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @inheritdoc IERC6372
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() external pure returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc PermissionedToken
    function supportsInterface(bytes4 interfaceId)
        public
        view
        virtual
        override(IERC165, PermissionedToken)
        returns (bool) {
        return interfaceId == type(IERC6372).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev Refuses an issue before or after its time.
    function _requireOpen() internal view virtual;

    /// @dev Refuses a face that is no multiple of the denomination.
    function _requireUnits(uint256 face) internal view virtual;

    /// @dev Record dates that have passed move from next to last, at the first change after them.
    function _currentState() internal override returns (TokenState state) {
        state = _state;
        uint256 nextDay = state.nextRecordDay();
        if (nextDay != 0 && block.timestamp >= Units.startOf(nextDay)) state = _rollRecordDates();
    }

    /// @dev Stores the balance that a record date needs, once, at the first change after it.
    function _touched(TokenState state, address holder, Account account) internal override returns (Account) {
        uint256 lastDay = state.lastRecordDay();
        if (lastDay != 0 && account.balance() != 0 && account.touchedAt() < Units.startOf(lastDay)) {
            _entries[holder][lastDay] = account;
        }
        return account.withTouchedAt(block.timestamp);
    }

    function _pledged(address holder, Account account) internal view override returns (uint256) {
        return account.isPledged() ? _liens[holder].face : 0;
    }

    /// @dev Offices hold their rights over series in the Programme, so that a new series needs no wiring.
    function _checkCanCall(address caller, bytes calldata data) internal view override {
        if (caller == programme) return;
        (bool immediate,) = IAuthorityView(authority()).canCall(caller, programme, bytes4(data[0:4]));
        require(immediate, AccessManagedUnauthorized(caller));
    }

    function _rollRecordDates() private returns (TokenState state) {
        uint256 passed = _passedRecordDates();
        uint256 last = passed == 0 ? 0 : _recordDays[passed - 1];
        uint256 next = passed == _recordDays.length ? 0 : _recordDays[passed];
        state = _state.withRecordDays(last, next);
        _state = state;
    }

    /// @dev Counts from the end: at most `_MOST_PENDING` steps.
    function _passedRecordDates() private view returns (uint256 passed) {
        passed = _recordDays.length;
        while (passed != 0 && block.timestamp < Units.startOf(_recordDays[passed - 1])) --passed;
    }

    function _indexOf(uint256 recordAt, uint256 passed) private view returns (uint256 i) {
        for (i = passed; i != 0; --i) {
            if (Units.startOf(_recordDays[i - 1]) == recordAt) return i - 1;
        }
        revert RecordDateUnknown(recordAt);
    }

    function _balanceBefore(Account account, uint256 recordAt) private pure returns (uint256) {
        return account.touchedAt() < recordAt ? account.balance() : 0;
    }
}

/// @title IAuthorityView
/// @notice The one question that a series asks its authority.
interface IAuthorityView {
    /// @notice Whether `caller` may call `selector` of `target` now, or after which delay.
    function canCall(address caller, address target, bytes4 selector)
        external
        view
        returns (bool immediate, uint32 delay);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {IRwaToken} from "../interfaces/IRwaToken.sol";
import {Account, AccountLib} from "../libraries/Account.sol";
import {TokenState} from "../libraries/TokenState.sol";
import {Units} from "../libraries/Units.sol";
import {PermissionedToken} from "./PermissionedToken.sol";

/// @title RwaToken
/// @notice A permissioned token that the Programme issues and retires, with record dates and liens.
abstract contract RwaToken is IRwaToken, PermissionedToken {
    /// Four record days that the fiscal agent set may be pending at once.
    uint256 private constant _CALLED_BITS = 4 * 24;
    uint256 private constant _MOST_RECORD_DATES = 255;
    uint256 private constant _NOTICE = 1 days;
    /// Place of the face in a lien.
    uint256 private constant _LIEN_FACE = 160;
    /// Set beside the balance of a wallet that stands under a freeze.
    uint256 private constant _FROZEN = 1 << 128;

    /// @inheritdoc IRwaToken
    address public immutable programme;
    /// @inheritdoc IRwaToken
    bytes3 public immutable currency;
    /// @inheritdoc IRwaToken
    bytes32 public immutable termsHash;

    uint24[] private _recordDays;
    uint256 private _calledDays; // the last four record days set by the fiscal agent, 24 bits each
    mapping(address holder => mapping(uint256 recordDay => Account)) private _entries;
    mapping(address holder => uint256) private _liens; // creditor 160 · face 96 [1e6]

    modifier onlyProgramme() {
        _requireProgramme();
        _;
    }

    /// @param recordDays record days of the schedule, in the order of time
    constructor(address programme_, bytes3 currency_, bytes32 termsHash_, uint24[] memory recordDays) {
        programme = programme_;
        currency = currency_;
        termsHash = termsHash_;
        if (recordDays.length == 0) return;
        _recordDays = recordDays;
        _state = _state.withRecordDays(0, recordDays[0]);
    }

    /// @inheritdoc IRwaToken
    function mint(address[] calldata receivers, uint256[] calldata faces) external onlyProgramme {
        TokenState state = _currentState();
        _requireOpen();
        _requireAll(state, SUPPLY, receivers, faces);
        _create(state, receivers, faces, true);
    }

    /// @inheritdoc IRwaToken
    function succeed(address[] calldata holders, uint256[] calldata faces) external onlyProgramme {
        TokenState state = _currentState();
        _create(state, holders, faces, false);
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
    function pledge(address holder, uint256 face) external {
        require(IProgramme(programme).isCreditor(msg.sender), OnlyCreditor(msg.sender));
        (uint256 pledged, address creditor) = pledgedOf(holder);
        require(pledged == 0 || creditor == msg.sender, PledgedElsewhere(holder, creditor));
        _requireFree(holder, _accounts[holder].value, face);
        _setLien(holder, pledged + face);
        emit Pledged(holder, msg.sender, face);
    }

    /// @inheritdoc IRwaToken
    function release(address holder, uint256 face) external {
        _lowerLien(holder, face);
        emit Released(holder, msg.sender, face);
    }

    /// @inheritdoc IRwaToken
    function seize(address holder, address to, uint256 face) external {
        TokenState state = _currentState();
        _lowerLien(holder, face);
        if (to != msg.sender) _requireReceiver(state, _tokenCode(state), to);
        _shift(state, _accounts[holder], holder, to, face);
        emit Seized(holder, msg.sender, to, face);
    }

    /// @inheritdoc IRwaToken
    function setAllowlist(ITransferRules allowlist_) external onlyProgramme {
        _state = _state.withRules(allowlist_);
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
        // What holders convene through the Programme has room whatever the office has set.
        uint256 shift = _isProgramme(msg.sender) ? 0 : _takePlace(recordDay);
        require(
            shift < _CALLED_BITS && _recordDays.length < _MOST_RECORD_DATES,
            TooManyRecordDates(shift / 24, _recordDays.length)
        );
        require(_addRecordDay(recordDay), RecordDateInvalid(recordAt, earliest));
    }

    /// @inheritdoc IRwaToken
    function balanceAt(address account, uint256 recordAt) public view returns (uint256) {
        uint256 passed = _recordDaysUntil(Units.day(block.timestamp));
        uint256 index = _indexOf(recordAt, passed);
        Account current = _accounts[account].value;
        // An account that nobody touched since tells by itself.
        if (current.touchedAt() < recordAt) return current.balance();
        return _entryAt(account, recordAt, index, passed);
    }

    /// @inheritdoc IRwaToken
    function balancesAt(address[] calldata accounts, uint256 recordAt)
        external
        view
        returns (uint256[] memory balances)
    {
        balances = new uint256[](accounts.length);
        uint256 passed;
        uint256 index;
        for (uint256 i = 0; i < accounts.length; ++i) {
            if (accounts[i] == SUPPLY) continue;
            Account current = _accounts[accounts[i]].value;
            if (current.touchedAt() < recordAt) {
                balances[i] = current.balance();
            } else {
                // The record dates are looked up for the first who needs his entries.
                if (passed == 0) {
                    passed = _recordDaysUntil(Units.day(block.timestamp));
                    index = _indexOf(recordAt, passed);
                }
                balances[i] = _entryAt(accounts[i], recordAt, index, passed);
            }
            if (current.isFrozen()) balances[i] |= _FROZEN;
        }
    }

    /// @inheritdoc IRwaToken
    function supplyAt(uint256 recordAt) external view returns (uint256) {
        return balanceAt(SUPPLY, recordAt);
    }

    /// @inheritdoc IRwaToken
    function recordDates() external view returns (uint256[] memory recordAts) {
        recordAts = new uint256[](_recordDays.length);
        for (uint256 i = 0; i < recordAts.length; ++i) {
            recordAts[i] = Units.startOf(_recordDayAt(i));
        }
    }

    /// @inheritdoc IRwaToken
    function pledgedOf(address account) public view returns (uint256, address) {
        uint256 lien = _liens[account];
        return (lien >> _LIEN_FACE, address(uint160(lien)));
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

    function _isProgramme(address caller) private view returns (bool) {
        return caller == programme;
    }

    function _requireProgramme() private view {
        require(_isProgramme(msg.sender), OnlyProgramme(msg.sender));
    }

    /// @dev Refuses an issue before or after its time.
    function _requireOpen() internal view virtual;

    /// @dev Refuses a supply above what may be outstanding.
    function _requireRoom() internal view virtual;

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
        return account.isPledged() ? _liens[holder] >> _LIEN_FACE : 0;
    }

    function _lowerLien(address holder, uint256 face) private {
        (uint256 pledged, address creditor) = pledgedOf(holder);
        require(creditor == msg.sender, OnlyCreditor(msg.sender));
        require(face <= pledged, LienTooSmall(holder, pledged, face));
        _setLien(holder, pledged - face);
    }

    /// @dev A lien of the caller; without face it is none. What does not fit 96 bits ends in an overflow of the product.
    function _setLien(address holder, uint256 face) private {
        _liens[holder] = face == 0 ? 0 : face * (1 << _LIEN_FACE) + uint160(msg.sender);
        _setFlag(holder, AccountLib.FLAG_PLEDGED, face != 0);
    }

    /// @dev Offices hold their rights over series in the Programme, so that a new series needs no wiring.
    function _checkCanCall(address caller, bytes calldata data) internal view override {
        if (_isProgramme(caller)) return;
        (bool immediate,) = IAuthorityView(authority()).canCall(caller, programme, bytes4(data[0:4]));
        require(immediate, AccessManagedUnauthorized(caller));
    }

    /// @dev An issue is in units of the denomination, an exchange in what comes out of its ratio.
    function _create(TokenState state, address[] calldata receivers, uint256[] calldata faces, bool inUnits) private {
        uint256 total;
        for (uint256 i = 0; i < receivers.length; ++i) {
            uint256 face = faces[i];
            if (inUnits) _requireUnits(face);
            _credit(state, receivers[i], face);
            total += face;
        }
        _raiseSupply(state, total);
        _requireRoom();
    }

    /// @dev Puts a record day in its place; false when it is there already.
    function _addRecordDay(uint256 recordDay) internal returns (bool) {
        uint256 at = _recordDaysUntil(recordDay);
        if (at != 0 && _recordDayAt(at - 1) == recordDay) return false;
        emit RecordDateSet(Units.startOf(recordDay));
        for (; at < _recordDays.length; ++at) {
            uint256 next = _recordDayAt(at);
            _recordDays[at] = uint24(recordDay);
            recordDay = next;
        }
        _recordDays.push(uint24(recordDay));
        _rollRecordDates();
        return true;
    }

    /// @dev Four places of 24 bits: a new record day takes that of one which has passed. The place, or what lies behind the last.
    function _takePlace(uint256 recordDay) private returns (uint256 shift) {
        uint256 called = _calledDays;
        while (shift < _CALLED_BITS && uint24(called >> shift) > Units.day(block.timestamp)) shift += 24;
        _calledDays = (called & ~(uint256(type(uint24).max) << shift)) | (recordDay << shift);
    }

    function _rollRecordDates() private returns (TokenState state) {
        uint256 passed = _recordDaysUntil(Units.day(block.timestamp));
        uint256 last = passed == 0 ? 0 : _recordDayAt(passed - 1);
        uint256 next = passed == _recordDays.length ? 0 : _recordDayAt(passed);
        state = _state.withRecordDays(last, next);
        _state = state;
    }

    /// @dev One place reads the packed list: each costs 60 bytes.
    function _recordDayAt(uint256 index) private view returns (uint256) {
        return _recordDays[index];
    }

    /// @dev How many record days lie on or before `dayNumber`, by halving.
    function _recordDaysUntil(uint256 dayNumber) private view returns (uint256 low) {
        uint256 high = _recordDays.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (_recordDayAt(middle) <= dayNumber) low = middle + 1;
            else high = middle;
        }
    }

    function _indexOf(uint256 recordAt, uint256 passed) private view returns (uint256) {
        uint256 until = _recordDaysUntil(Units.day(recordAt));
        bool known = until != 0 && until <= passed && Units.startOf(_recordDayAt(until - 1)) == recordAt;
        require(known, RecordDateUnknown(recordAt));
        return until - 1;
    }

    /// @dev The first entry stored for this record date or a later one.
    function _entryAt(address account, uint256 recordAt, uint256 index, uint256 passed)
        private
        view
        returns (uint256)
    {
        for (; index < passed; ++index) {
            Account entry = _entries[account][_recordDayAt(index)];
            if (Account.unwrap(entry) != 0) return entry.touchedAt() < recordAt ? entry.balance() : 0;
        }
        return 0;
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

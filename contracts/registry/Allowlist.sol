// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {ILicences} from "../interfaces/ILicences.sol";
import {Record, RecordLib} from "../libraries/Record.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {Units} from "../libraries/Units.sol";

/// @title Allowlist
/// @notice Who may hold: one slot a wallet, one slot for the system.
contract Allowlist is IAllowlist, AccessManaged {
    uint256 private constant _MOST_ROWS = 200;
    uint256 private constant _GRACE = 90 days;
    uint256 private constant _PAUSE = 3 days;
    uint32 private constant _SCOPE_ONBOARD = 1;
    /// Bit 0 of the system slot; bit p stands for provider p, and there is no provider 0.
    uint256 private constant _PAUSED = 1;

    /// @dev A struct of one word, so that its place is computed once a row.
    struct RecordSlot {
        Record value;
    }

    ILicences private immutable _LICENCES;

    mapping(address wallet => RecordSlot) private _records;
    uint256 private _system;
    uint256 private _pausedUntil;

    constructor(address authority_, ILicences licences) AccessManaged(authority_) {
        _LICENCES = licences;
    }

    /// @inheritdoc IAllowlist
    function onboard(Row[] calldata rows) external {
        uint8 id = _permittedProvider();
        _requireBatch(rows.length);
        Record stamp = RecordLib.stamp(id, block.timestamp);
        for (uint256 i = 0; i < rows.length; ++i) {
            Row calldata row = rows[i];
            address wallet = row.wallet;
            RecordSlot storage slot = _records[wallet];
            Record present = slot.value;
            Record record = row.record.stamped(stamp);
            require(wallet != address(0) && record.isComplete(block.timestamp), RecordInvalid(wallet, record));
            if (!present.isEmpty()) {
                _requireOwn(wallet, present, id);
                record = _after(present, record);
            }
            slot.value = record;
            emit Onboarded(wallet, record, row.fileHash);
        }
    }

    /// @inheritdoc IAllowlist
    function onboardByRegistrar(Row[] calldata rows) external restricted {
        _requireBatch(rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            Row calldata row = rows[i];
            address wallet = row.wallet;
            RecordSlot storage slot = _records[wallet];
            Record present = slot.value;
            require(!present.isSystem(), RecordNotYours(wallet, 0));
            Record record = row.record.stamped(RecordLib.stamp(row.record.provider(), block.timestamp));
            require(wallet != address(0) && record.isComplete(block.timestamp), RecordInvalid(wallet, record));
            if (!present.isEmpty()) record = _after(present, record);
            slot.value = record;
            emit Onboarded(wallet, record, row.fileHash);
        }
    }

    /// @inheritdoc IAllowlist
    function revoke(address[] calldata wallets) external {
        uint8 id = _permittedProvider();
        _requireBatch(wallets.length);
        for (uint256 i = 0; i < wallets.length; ++i) {
            Record present = _records[wallets[i]].value;
            require(present.provider() == id && !present.isSystem(), RecordNotYours(wallets[i], present.provider()));
            _revoke(wallets[i], present);
        }
    }

    /// @inheritdoc IAllowlist
    function revokeByRegistrar(address[] calldata wallets) external restricted {
        _requireBatch(wallets.length);
        for (uint256 i = 0; i < wallets.length; ++i) {
            Record present = _records[wallets[i]].value;
            require(!present.isEmpty() && !present.isSystem(), RecordNotYours(wallets[i], present.provider()));
            _revoke(wallets[i], present);
        }
    }

    /// @inheritdoc IAllowlist
    function setSystemAccount(address account, bool mover) external restricted {
        Record present = _records[account].value;
        require(
            account != address(0) && (present.isEmpty() || present.isSystem()),
            RecordNotYours(account, present.provider())
        );
        uint8 flags = mover ? RecordLib.FLAG_SYSTEM | RecordLib.FLAG_MOVER : RecordLib.FLAG_SYSTEM;
        Record record = Record.wrap(0).withFlags(flags).withUpdatedAt(block.timestamp);
        _records[account].value = record;
        emit SystemAccountSet(account, record);
    }

    /// @inheritdoc IAllowlist
    function removeSystemAccount(address account) external restricted {
        Record present = _records[account].value;
        require(present.isSystem(), RecordNotYours(account, present.provider()));
        _records[account].value = Record.wrap(0);
        emit SystemAccountSet(account, Record.wrap(0));
    }

    /// @inheritdoc IAllowlist
    function markProviderEnded(uint8 id) external {
        uint256 ended = _LICENCES.endedAt(id);
        uint256 graceUntil = ended == 0 ? type(uint256).max : ended + _GRACE;
        require(block.timestamp > graceUntil, GraceNotOver(id, graceUntil));
        _system |= 1 << id;
        emit ProviderEnded(id, true);
    }

    /// @inheritdoc IAllowlist
    function unmarkProviderEnded(uint8 id) external {
        (bool permitted, uint8 found) = _LICENCES.permits(_LICENCES.providerOf(id), 0);
        require(permitted && found == id && id != 0, LicenceNotValid(id));
        _system &= ~(uint256(1) << id);
        emit ProviderEnded(id, false);
    }

    /// @inheritdoc IAllowlist
    function pauseSystem() external restricted {
        _pause();
    }

    /// @inheritdoc IAllowlist
    function renewSystemPause() external restricted {
        require(systemPausedUntil() != 0, NotPaused());
        _pause();
    }

    /// @inheritdoc IAllowlist
    function unpauseSystem() external restricted {
        _system &= ~_PAUSED;
        _pausedUntil = 0;
        emit SystemPausedUntil(0);
    }

    /// @inheritdoc IAllowlist
    function check(address from, address to) external view returns (uint8) {
        return _partiesCode(from, to);
    }

    /// @inheritdoc IAllowlist
    function checkOperator(address operator, address from, address to) external view returns (uint8) {
        uint8 code = _partiesCode(from, to);
        if (code != Restrictions.NONE || operator == from) return code;
        Record record = _records[operator].value;
        return record.isInOrder(block.timestamp) ? Restrictions.NONE : _standing(record, Restrictions.OPERATOR, 0);
    }

    /// @inheritdoc IAllowlist
    function checkMover(address operator, address from, address to) external view returns (uint8) {
        if (!_records[operator].value.isMover()) return Restrictions.OPERATOR + Restrictions.NOT_MOVER;
        return _partiesCode(from, to);
    }

    /// @inheritdoc IAllowlist
    function sendCode(address wallet) external view returns (uint8) {
        uint256 system = _system;
        return _isPaused(system) ? Restrictions.SYSTEM_PAUSED : _standing(_records[wallet].value, Restrictions.SENDER, 0);
    }

    /// @inheritdoc IAllowlist
    function receiveCodes(address[] calldata wallets) external view returns (uint8[] memory codes) {
        uint256 system = _system;
        bool paused = _isPaused(system);
        codes = new uint8[](wallets.length);
        for (uint256 i = 0; i < wallets.length; ++i) {
            Record record = _records[wallets[i]].value;
            if (system == 0 && record.isInOrder(block.timestamp)) continue;
            codes[i] = paused ? Restrictions.SYSTEM_PAUSED : _standing(record, Restrictions.RECEIVER, system);
        }
    }

    /// @inheritdoc IAllowlist
    function payees(address[] calldata wallets, uint256 dayNumber) external view returns (uint256[] memory facts) {
        uint256 system = _system;
        bool paused = _isPaused(system);
        facts = new uint256[](wallets.length);
        for (uint256 i = 0; i < wallets.length; ++i) {
            Record record = _records[wallets[i]].value;
            uint256 fact = uint256(record.taxClassOn(dayNumber)) << 8;
            if (system != 0 || !record.isInOrder(block.timestamp)) {
                fact |= paused ? Restrictions.SYSTEM_PAUSED : _standing(record, Restrictions.RECEIVER, system);
            }
            facts[i] = fact;
        }
    }

    /// @inheritdoc IAllowlist
    function checkAll(address from, address[] calldata receivers) external view returns (uint8 code, address account) {
        uint256 system = _system;
        if (_isPaused(system)) return (Restrictions.SYSTEM_PAUSED, from);
        if (from != address(0)) code = _standing(_records[from].value, Restrictions.SENDER, 0);
        if (code != Restrictions.NONE) return (code, from);
        for (uint256 i = 0; i < receivers.length; ++i) {
            Record record = _records[receivers[i]].value;
            if (system == 0 && record.isInOrder(block.timestamp)) continue;
            code = _standing(record, Restrictions.RECEIVER, system);
            if (code != Restrictions.NONE) return (code, receivers[i]);
        }
    }

    /// @inheritdoc IAllowlist
    function receiveCode(address wallet) external view returns (uint8) {
        uint256 system = _system;
        if (_isPaused(system)) return Restrictions.SYSTEM_PAUSED;
        return _standing(_records[wallet].value, Restrictions.RECEIVER, system);
    }

    /// @inheritdoc IAllowlist
    function recordOf(address wallet) external view returns (Record) {
        return _records[wallet].value;
    }

    /// @inheritdoc IAllowlist
    function taxClassOn(address wallet, uint256 dayNumber) external view returns (uint8) {
        return _records[wallet].value.taxClassOn(dayNumber);
    }

    /// @inheritdoc IAllowlist
    function systemPausedUntil() public view returns (uint256) {
        return _isPaused(_system) ? _pausedUntil : 0;
    }

    /// @inheritdoc IAllowlist
    function isProviderEnded(uint8 id) external view returns (bool) {
        return id != 0 && _system & (1 << id) != 0;
    }

    /// @inheritdoc IAllowlist
    function messageOf(uint8 code) external pure returns (string memory) {
        if (code == Restrictions.NONE) return "The transfer is allowed.";
        if (code == Restrictions.SYSTEM_PAUSED) return "All transfers are paused by the guardian.";
        if (code == Restrictions.TOKEN_PAUSED) return "Transfers of this token are paused by the guardian.";
        if (code == Restrictions.FROZEN_OR_PLEDGED) return "The amount is above what is neither frozen nor pledged.";
        if (code == Restrictions.MATURED) return "The series has matured; it can only be redeemed.";
        if (code == Restrictions.SENDER) return "The sender is not on the allowlist.";
        if (code == Restrictions.SENDER + Restrictions.EXPIRED) return "The sender's KYC has expired.";
        if (code == Restrictions.SENDER + Restrictions.REVOKED) return "The sender's record is revoked.";
        if (code == Restrictions.RECEIVER) return "The receiver is not on the allowlist.";
        if (code == Restrictions.RECEIVER + Restrictions.EXPIRED) return "The receiver's KYC has expired.";
        if (code == Restrictions.RECEIVER + Restrictions.REVOKED) return "The receiver's record is revoked.";
        if (code == Restrictions.RECEIVER + Restrictions.LICENCE_ENDED) {
            return "The licence of the receiver's provider has ended.";
        }
        if (code == Restrictions.OPERATOR) return "The operator is not on the allowlist.";
        if (code == Restrictions.OPERATOR + Restrictions.EXPIRED) return "The operator's KYC has expired.";
        if (code == Restrictions.OPERATOR + Restrictions.REVOKED) return "The operator's record is revoked.";
        if (code == Restrictions.OPERATOR + Restrictions.NOT_MOVER) return "The operator may not move tokens by right.";
        return "Unknown restriction code.";
    }

    function _partiesCode(address from, address to) private view returns (uint8 code) {
        uint256 system = _system;
        Record sender = _records[from].value;
        Record receiver = _records[to].value;
        // The common case, decided at once: nothing paused or ended, two records in order.
        bool clear = system == 0 && sender.isInOrder(block.timestamp) && receiver.isInOrder(block.timestamp);
        if (clear) return Restrictions.NONE;
        if (_isPaused(system)) return Restrictions.SYSTEM_PAUSED;
        code = _standing(sender, Restrictions.SENDER, 0);
        if (code == Restrictions.NONE) code = _standing(receiver, Restrictions.RECEIVER, system);
    }

    /// @dev `endedProviders` is the system slot where an ended licence matters, zero where it does not. Bit 0 of it is the pause,
    /// and provider 0 is the registrar himself: his clients never lose him.
    function _standing(Record record, uint8 party, uint256 endedProviders) private view returns (uint8) {
        uint8 flags = record.flags();
        if (flags & RecordLib.FLAG_SYSTEM != 0) return Restrictions.NONE;
        if (flags & RecordLib.FLAG_REVOKED != 0) return party + Restrictions.REVOKED;
        if (block.timestamp > record.validUntil()) {
            return party + (record.isEmpty() ? Restrictions.NOT_ALLOWED : Restrictions.EXPIRED);
        }
        if (endedProviders == 0 || endedProviders & ~_PAUSED & (1 << record.provider()) == 0) return Restrictions.NONE;
        return party + Restrictions.LICENCE_ENDED;
    }

    function _isPaused(uint256 system) private view returns (bool) {
        return system & _PAUSED != 0 && block.timestamp < _pausedUntil;
    }

    function _pause() private {
        uint256 until = block.timestamp + _PAUSE;
        _system |= _PAUSED;
        _pausedUntil = until;
        emit SystemPausedUntil(until);
    }

    function _permittedProvider() private view returns (uint8) {
        (bool permitted, uint8 id) = _LICENCES.permits(msg.sender, _SCOPE_ONBOARD);
        require(permitted, ProviderNotPermitted(msg.sender, id));
        return id;
    }

    /// @dev What the registrar revoked, a provider cannot bring back.
    function _requireOwn(address wallet, Record present, uint8 id) private pure {
        require(present.provider() == id && !present.isSystem(), RecordNotYours(wallet, present.provider()));
        require(!present.isRevoked(), RecordRevoked(wallet));
    }

    function _requireBatch(uint256 rows) private pure {
        require(rows <= _MOST_ROWS, TooManyRows(rows, _MOST_ROWS));
    }

    /// @dev The record that takes the place of `present`: it remembers the tax class before.
    function _after(Record present, Record record) private view returns (Record) {
        uint24 today = uint24(Units.day(block.timestamp));
        // A second change on the same day keeps the class of the day before.
        if (present.taxClass() == record.taxClass() || present.taxChangedDay() == today) {
            return record.withTaxBefore(present.taxClassBefore(), present.taxChangedDay());
        }
        return record.withTaxBefore(present.taxClass(), today);
    }

    function _revoke(address wallet, Record present) private {
        Record record = present.withFlags(RecordLib.FLAG_REVOKED).withUpdatedAt(block.timestamp);
        _records[wallet].value = record;
        emit Revoked(wallet, record);
    }
}

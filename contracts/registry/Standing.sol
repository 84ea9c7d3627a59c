// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {IERC1404} from "../interfaces/IERC1404.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {Record, RecordLib} from "../libraries/Record.sol";
import {Restrictions} from "../libraries/Restrictions.sol";

/// @title Standing
/// @notice One slot a wallet, one slot for the system, and what follows from them for a move.
abstract contract Standing is IAllowlist, AccessManaged {
    /// @dev A struct of one word, so that its place is computed once a row.
    struct RecordSlot {
        Record value;
    }

    /// Bit 0 of the system slot; bit p stands for provider p, and there is no provider 0.
    uint256 internal constant _PAUSED = 1;
    /// A wallet that was replaced leads to its successor in so many steps at most.
    uint256 internal constant _MOST_STEPS = 8;
    uint256 private constant _TAX_CLASS = 168;

    mapping(address wallet => RecordSlot) internal _records;
    mapping(address wallet => address) internal _successors;
    uint256 internal _system;
    uint256 internal _pausedUntil;

    /// @inheritdoc ITransferRules
    function admit(address from, address to, uint256) external view returns (uint8) {
        return _partiesCode(from, to);
    }

    /// @inheritdoc ITransferRules
    function admitOperator(address operator, address from, address to, uint256) external view returns (uint8) {
        uint8 code = _partiesCode(from, to);
        if (code != Restrictions.NONE || operator == from) return code;
        Record record = _records[operator].value;
        return record.isInOrder(block.timestamp) ? Restrictions.NONE : _standing(record, Restrictions.OPERATOR, 0);
    }

    /// @inheritdoc ITransferRules
    function admitMover(address operator, address from, address to, uint256) external view returns (uint8) {
        bool moves = _records[operator].value.isMover(block.timestamp);
        return moves ? _partiesCode(from, to) : Restrictions.OPERATOR + Restrictions.NOT_MOVER;
    }

    /// @inheritdoc ITransferRules
    function admitAll(address from, address[] calldata receivers, uint256[] calldata)
        external
        view
        returns (uint8 code, address account)
    {
        uint256 system = _system;
        if (_isPaused(system)) return (Restrictions.SYSTEM_PAUSED, from);
        if (from != address(0)) {
            Record sender = _records[from].value;
            code = _standing(sender, Restrictions.SENDER, 0);
            if (code != Restrictions.NONE) return (code, from);
            // What the system pays reaches the clients of an ended licence too.
            if (sender.isSystem()) system = 0;
        }
        for (uint256 i = 0; i < receivers.length; ++i) {
            Record record = _records[receivers[i]].value;
            if (system == 0 && record.isInOrder(block.timestamp)) continue;
            code = _standing(record, Restrictions.RECEIVER, system);
            if (code != Restrictions.NONE) return (code, receivers[i]);
        }
    }

    /// @inheritdoc ITransferRules
    function check(address from, address to, uint256) external view returns (uint8) {
        return _partiesCode(from, to);
    }

    /// @inheritdoc ITransferRules
    function sendCode(address wallet) external view returns (uint8) {
        uint256 system = _system;
        return _isPaused(system) ? Restrictions.SYSTEM_PAUSED : _standing(_records[wallet].value, Restrictions.SENDER, 0);
    }

    /// @inheritdoc ITransferRules
    function receiveCode(address wallet) external view returns (uint8) {
        uint256 system = _system;
        if (_isPaused(system)) return Restrictions.SYSTEM_PAUSED;
        return _standing(_records[wallet].value, Restrictions.RECEIVER, system);
    }

    /// @inheritdoc ITransferRules
    function receiveCodes(address, address[] calldata wallets, uint256[] calldata)
        external
        view
        returns (uint8[] memory codes)
    {
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
        bool paused = _isPaused(_system);
        facts = new uint256[](wallets.length);
        for (uint256 i = 0; i < wallets.length; ++i) {
            address payee = wallets[i];
            Record record = _records[payee].value;
            if (record.isReplaced()) {
                payee = successorOf(payee);
                record = _records[payee].value;
            }
            uint256 fact = (uint256(record.taxClassOn(dayNumber)) << _TAX_CLASS) | (uint256(uint160(payee)) << 8);
            if (paused) fact |= Restrictions.SYSTEM_PAUSED;
            else if (!record.isInOrder(block.timestamp)) fact |= _standing(record, Restrictions.RECEIVER, 0);
            facts[i] = fact;
        }
    }

    /// @inheritdoc ITransferRules
    function recordOf(address wallet) external view returns (Record) {
        return _records[wallet].value;
    }

    /// @inheritdoc ITransferRules
    function successorOf(address wallet) public view returns (address successor) {
        successor = wallet;
        for (uint256 i = 0; i < _MOST_STEPS && _records[successor].value.isReplaced(); ++i) {
            successor = _successors[successor];
        }
    }

    /// @inheritdoc IAllowlist
    function taxClassOn(address wallet, uint256 dayNumber) external view returns (uint8) {
        return _records[successorOf(wallet)].value.taxClassOn(dayNumber);
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
    function moverSuspendedUntil(address mover) external view returns (uint256) {
        uint256 until = _records[mover].value.validUntil();
        return _records[mover].value.isSystem() && block.timestamp < until ? until : 0;
    }

    /// @inheritdoc IAllowlist
    function reason(address token, address from, address to, uint256 amount)
        external
        view
        returns (uint8 code, string memory message)
    {
        code = IERC1404(token).detectTransferRestriction(from, to, amount);
        message = Restrictions.messageOf(code);
    }

    /// @inheritdoc ITransferRules
    function messageOf(uint8 code) external pure returns (string memory) {
        return Restrictions.messageOf(code);
    }

    /// @inheritdoc IAllowlist
    function isVerified(address wallet) external view returns (bool) {
        return _standing(_records[wallet].value, Restrictions.RECEIVER, _system) == Restrictions.NONE;
    }

    /// @inheritdoc IAllowlist
    function identity(address wallet) external view returns (address) {
        return contains(wallet) ? wallet : address(0);
    }

    /// @inheritdoc IAllowlist
    function investorCountry(address wallet) external view returns (uint16) {
        return _records[wallet].value.country();
    }

    /// @inheritdoc IAllowlist
    function contains(address wallet) public view returns (bool) {
        return !_records[wallet].value.isEmpty();
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
        if (code == Restrictions.NONE) {
            code = _standing(receiver, Restrictions.RECEIVER, sender.isSystem() ? 0 : system);
        }
    }

    /// @dev `endedProviders` is the system slot where an ended licence matters, zero where it does not. Bit 0 of it is the pause,
    /// and provider 0 is the registrar himself: his clients never lose him.
    function _standing(Record record, uint8 party, uint256 endedProviders) private view returns (uint8) {
        uint8 flags = record.flags();
        if (flags & RecordLib.FLAG_SYSTEM != 0) return Restrictions.NONE;
        if (flags & RecordLib.FLAG_REPLACED != 0) return party + Restrictions.REPLACED;
        if (flags & RecordLib.FLAG_FROZEN != 0) return party + Restrictions.FROZEN;
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
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {ILicences} from "../interfaces/ILicences.sol";
import {Record, RecordLib} from "../libraries/Record.sol";
import {Onboarding} from "./Onboarding.sol";

/// @title Allowlist
/// @notice Who may hold. Here are the powers of the offices; `Onboarding` has the ways in, `Standing` what follows for a move.
contract Allowlist is Onboarding {
    uint256 private constant _GRACE = 90 days;
    uint256 private constant _PAUSE = 3 days;

    /// In how many steps at most a replaced wallet leads here.
    mapping(address wallet => uint256) private _stepsTo;

    constructor(address authority_, ILicences licences) AccessManaged(authority_) Onboarding(licences) {}

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
    function setFrozen(address wallet, bool frozen) external restricted {
        Record present = _records[wallet].value;
        require(!present.isEmpty() && !present.isSystem(), RecordNotYours(wallet, present.provider()));
        _records[wallet].value = _withFrozen(present, frozen);
        emit WalletFrozen(wallet, frozen);
    }

    /// @inheritdoc IAllowlist
    function replace(address wallet, address successor) external restricted {
        Record old = _records[wallet].value;
        Record next = _records[successor].value;
        bool fits = old.investor() != 0 && old.investor() == next.investor() && wallet != successor
            && !old.isReplaced() && !next.isReplaced() && !next.isRevoked();
        // What followed one wallet follows all, within the steps that a successor is looked for.
        uint256 steps = Math.max(_stepsTo[successor], _stepsTo[wallet] + 1);
        require(fits && steps <= _MOST_STEPS, SuccessorInvalid(wallet, successor));
        _stepsTo[successor] = steps;
        _successors[wallet] = successor;
        _records[wallet].value =
            old.withFlags(old.flags() | RecordLib.FLAG_REPLACED).withUpdatedAt(block.timestamp);
        if (old.isFrozen()) {
            _records[successor].value = _withFrozen(next, true);
            emit WalletFrozen(successor, true);
        }
        emit WalletReplaced(wallet, successor);
    }

    /// @inheritdoc IAllowlist
    function suspendMover(address mover) external restricted {
        _suspendMover(mover, block.timestamp + _PAUSE);
    }

    /// @inheritdoc IAllowlist
    function renewMoverSuspension(address mover) external restricted {
        require(block.timestamp < _records[mover].value.validUntil(), NotMover(mover));
        _suspendMover(mover, block.timestamp + _PAUSE);
    }

    /// @inheritdoc IAllowlist
    function resumeMover(address mover) external restricted {
        _suspendMover(mover, 0);
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

    function _withFrozen(Record present, bool frozen) private view returns (Record) {
        uint8 others = present.flags() & ~RecordLib.FLAG_FROZEN;
        return present.withFlags(frozen ? others | RecordLib.FLAG_FROZEN : others).withUpdatedAt(block.timestamp);
    }

    function _suspendMover(address mover, uint256 until) private {
        Record present = _records[mover].value;
        require(present.flags() & RecordLib.FLAG_MOVER != 0, NotMover(mover));
        _records[mover].value = present.withValidUntil(until);
        emit MoverSuspendedUntil(mover, until);
    }

    function _pause() private {
        uint256 until = block.timestamp + _PAUSE;
        _system |= _PAUSED;
        _pausedUntil = until;
        emit SystemPausedUntil(until);
    }
}

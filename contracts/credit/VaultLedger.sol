// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {ICollateralRisk} from "../interfaces/ICollateralRisk.sol";
import {ICollateralVault} from "../interfaces/ICollateralVault.sol";
import {IRwaToken} from "../interfaces/IRwaToken.sol";
import {Units} from "../libraries/Units.sol";

/// @title VaultLedger
/// @notice Debts by an index, positions of one slot, and the ways in which a debt falls. What is pledged stands in the tokens alone.
abstract contract VaultLedger is ICollateralVault, AccessManaged {
    using SafeCast for uint256;

    /// @dev One slot, written once by every act.
    struct Totals {
        uint96 scaled; // [1e6 / index]
        uint96 index; // [1e18]
        uint40 accruedAt; // (Unix)
    }

    /// @dev One slot an owner: what he owes, and 8 places for the ids of what he has pledged.
    struct Slot {
        uint96 scaled; // [1e6 / index]
        uint128 ids;
    }

    uint256 internal constant _PLACES = 8;
    uint256 private constant _YEAR = 365 days;
    uint256 private constant _RATE = 1e8;

    ICashToken internal immutable _CASH;
    ICollateralRisk internal immutable _RISK;

    Totals internal _totals;
    Terms internal _terms;
    mapping(address owner => Slot) internal _slots;
    mapping(address owner => uint256) internal _credits; // [1e6]
    /// @inheritdoc ICollateralVault
    uint256 public buffer;
    /// @inheritdoc ICollateralVault
    uint256 public backstopDebt;
    /// @inheritdoc ICollateralVault
    uint256 public shutDownAt;

    constructor(ICashToken cash, ICollateralRisk risk) {
        _CASH = cash;
        _RISK = risk;
        _totals.index = uint96(Units.WAD);
    }

    /// @inheritdoc ICollateralVault
    function harvest() public returns (uint256 amount) {
        Totals memory now_ = _accrued();
        _totals = now_;
        int256 minted = _CASH.mintedOf(address(this));
        int256 due = (_downOf(now_) + backstopDebt).toInt256() - minted;
        // In a shutdown the buffer is gone: what it were given then could never be redeemed.
        if (due <= 0 || shutDownAt != 0) return 0;
        amount = uint256(due);
        buffer += amount;
        emit Harvested(amount, now_.index);
        _CASH.mint(address(this), amount);
    }

    /// @inheritdoc ICollateralVault
    function positionOf(address owner) external view returns (Position memory position) {
        uint256 ids = _slots[owner].ids;
        position.debt = debtOf(owner);
        (position.series, position.faces) = (new address[](_PLACES), new uint256[](_PLACES));
        for (uint256 i = 0; i < _PLACES; ++i) {
            position.series[i] = _seriesAt(ids, i);
            if (position.series[i] != address(0)) position.faces[i] = _faceOf(owner, position.series[i]);
        }
    }

    /// @inheritdoc ICollateralVault
    function debtOf(address owner) public view returns (uint256) {
        return _upOf(_slots[owner].scaled, _accrued());
    }

    /// @inheritdoc ICollateralVault
    function totalDebt() external view returns (uint256) {
        return _downOf(_accrued());
    }

    /// @inheritdoc ICollateralVault
    function totals() external view returns (uint256, uint256, uint256) {
        return (_totals.scaled, _totals.index, _totals.accruedAt);
    }

    /// @inheritdoc ICollateralVault
    function creditOf(address owner) external view returns (uint256) {
        return _credits[owner];
    }

    /// @dev The totals now: the index grew with time, rounded down, until a shutdown.
    function _accrued() internal view returns (Totals memory now_) {
        now_ = _totals;
        uint256 until = shutDownAt == 0 ? block.timestamp : shutDownAt;
        if (until <= now_.accruedAt) return now_;
        uint256 grown = uint256(now_.index) * _terms.rate * (until - now_.accruedAt) / (_RATE * _YEAR);
        now_.index = (now_.index + grown).toUint96();
        now_.accruedAt = uint40(until);
    }

    function _upOf(uint256 scaled, Totals memory now_) internal pure returns (uint256) {
        return Math.ceilDiv(scaled * now_.index, Units.WAD);
    }

    function _downOf(Totals memory now_) internal pure returns (uint256) {
        return uint256(now_.scaled) * now_.index / Units.WAD;
    }

    /// @dev Raises a debt by `amount`, rounded up.
    function _lend(Totals memory now_, Slot memory slot, uint256 amount) internal pure {
        uint96 scaled = Math.ceilDiv(amount * Units.WAD, now_.index).toUint96();
        slot.scaled += scaled;
        now_.scaled += scaled;
    }

    /// @dev Lowers a debt by at most `amount`, rounded down; by all of it when `amount` covers that.
    function _lower(Totals memory now_, Slot memory slot, uint256 amount) internal pure returns (uint256 lowered) {
        uint256 debt = _upOf(slot.scaled, now_);
        lowered = Math.min(amount, debt);
        uint96 scaled = lowered == debt ? slot.scaled : uint96(lowered * Units.WAD / now_.index);
        slot.scaled -= scaled;
        now_.scaled -= scaled;
    }

    /// @dev Pays a debt with what the vault has received for it; what is too much is the owner's.
    function _payDown(Totals memory now_, Slot memory slot, address owner, uint256 cash)
        internal
        returns (uint256 repaid)
    {
        repaid = _lower(now_, slot, cash);
        if (cash > repaid) _credits[owner] += cash - repaid;
        if (repaid != 0) _CASH.burnFrom(address(this), repaid);
    }

    function _store(Totals memory now_, address owner, Slot memory slot) internal {
        _totals = now_;
        _slots[owner] = slot;
    }

    function _faceOf(address owner, address series) internal view returns (uint256 face) {
        (face,) = IRwaToken(series).pledgedOf(owner);
    }

    /// @dev The series at a place, the zero address where there is none.
    function _seriesAt(uint256 ids, uint256 place) internal view returns (address) {
        return _RISK.seriesOf(uint16(ids >> (16 * place)));
    }

    /// @dev Takes `id` into a free place, unless it is there.
    function _include(Slot memory slot, address owner, uint256 id) internal pure {
        uint256 free = _PLACES;
        for (uint256 i = 0; i < _PLACES; ++i) {
            uint256 found = uint16(slot.ids >> (16 * i));
            if (found == id) return;
            if (found == 0 && free == _PLACES) free = i;
        }
        require(free < _PLACES, TooManySeries(owner));
        slot.ids |= uint128(id << (16 * free));
    }

    function _exclude(Slot memory slot, uint256 id) internal pure {
        for (uint256 i = 0; i < _PLACES; ++i) {
            if (uint16(slot.ids >> (16 * i)) == id) slot.ids &= ~uint128(uint256(type(uint16).max) << (16 * i));
        }
    }

    /// @dev Books that `face` of a pledge is gone; the place is free again when nothing of it is left.
    function _unbook(Slot memory slot, address series, uint256 face, uint256 left) internal {
        uint256 id = _RISK.book(series, -face.toInt256(), ICollateralRisk.Check.NONE);
        if (left == 0) _exclude(slot, id);
    }
}

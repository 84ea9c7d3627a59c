// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {IBondMaths} from "../interfaces/IBondMaths.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {ILiabilityManagement} from "../interfaces/ILiabilityManagement.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {OptionLib, Period} from "../libraries/Schedule.sol";
import {Units} from "../libraries/Units.sol";

/// @title Puts
/// @notice Holders' rights to put, and how face is retired against cash.
abstract contract Puts is ILiabilityManagement {
    using SafeERC20 for ICashToken;
    using SafeCast for uint256;

    /// @dev Who is settled in a batch: the first `count` holders, the face each gives and the cash he gets.
    struct Batch {
        IBondToken series;
        uint256[] facts; // as `IAllowlist.payees` says them
        uint256 count;
        address[] holders;
        uint256[] faces;
        uint256[] cash;
        uint256 face;
        uint256 total;
    }

    /// @dev What the terms say of a put, and how far it is funded.
    struct Right {
        uint256 period;
        uint256 price; // [1e6 per 100]
        uint256 factor; // after the payment [1e18]
        uint256 recordAt;
        uint256 payableAt;
        uint256 due;
        uint256 funded;
    }

    uint256 private constant _NOTICE_FROM = 60 days;
    uint256 private constant _NOTICE_UNTIL = 10 days;
    uint256 private constant _SETTLEMENT = 30 days;
    uint256 private constant _FACE = type(uint128).max;

    IProgramme internal immutable _PROGRAMME;
    ICashToken internal immutable _CASH;
    IAllowlist private immutable _ALLOWLIST;
    IBondMaths internal immutable _MATHS;

    mapping(address series => mapping(uint256 period => Put)) private _puts;
    mapping(address series => mapping(uint256 period => mapping(address holder => Notice))) private _notices;
    /// @inheritdoc ILiabilityManagement
    mapping(address series => mapping(uint256 period => mapping(address payer => uint256))) public putFundedBy;

    constructor(IProgramme programme, ICashToken cash, IAllowlist allowlist, IBondMaths maths) {
        _ALLOWLIST = allowlist;
        _PROGRAMME = programme;
        _CASH = cash;
        _MATHS = maths;
    }

    /// @inheritdoc ILiabilityManagement
    function putNotice(address series, uint256 period, uint128 face) external {
        Right memory right = _rightOf(series, period);
        _requireWindow(right.payableAt - _NOTICE_FROM, right.payableAt - _NOTICE_UNTIL);
        uint256 balance = IBondToken(series).balanceOf(msg.sender);
        require(face <= balance, FaceAboveBalance(face, balance));
        _setNotice(series, period, msg.sender, face);
        emit PutNoticed(series, period, msg.sender, face);
    }

    /// @inheritdoc ILiabilityManagement
    function trimPut(address series, uint256 period, address[] calldata holders) external {
        uint256 recordAt = _rightOf(series, period).recordAt;
        _requireWindow(recordAt, type(uint256).max);
        _trim(series, period, recordAt, holders);
    }

    /// @inheritdoc ILiabilityManagement
    function fundPut(address series, uint256 period, uint256 amount) external returns (uint256 taken) {
        Right memory right = _rightOf(series, period);
        Put storage put = _requireOpenPut(series, period);
        taken = Math.min(amount, Math.saturatingSub(_dueUp(put, right), put.funded));
        require(taken != 0, NothingToFund());
        put.funded += taken.toUint128();
        put.changedAt = uint64(block.timestamp);
        putFundedBy[series][period][msg.sender] += taken;
        emit PutFunded(series, period, msg.sender, taken, put.funded);
        _take(taken);
    }

    /// @inheritdoc ILiabilityManagement
    function settlePut(address series, uint256 period, address[] calldata holders) external returns (uint256 cash) {
        Right memory right = _rightOf(series, period);
        _requireWindow(right.payableAt, IBondToken(series).endAt());
        Put storage put = _requireOpenPut(series, period);
        // First all notices, since they are what the funds are shared among.
        _trim(series, period, right.recordAt, holders);
        (right.due, right.funded) = (_dueUp(put, right), put.funded);
        Batch memory batch = _batchOf(series, holders);
        // What was paid on the principal since is not paid again.
        right.factor = Math.min(right.factor, batch.series.poolFactor());
        for (uint256 i = 0; i < holders.length; ++i) {
            _putOne(batch, right, i, holders[i]);
        }
        put.burned += batch.face.toUint128();
        put.paid += batch.total.toUint128();
        return _settle(batch);
    }

    /// @inheritdoc ILiabilityManagement
    function reclaimPut(address series, uint256 period, address payer) external returns (uint256 amount) {
        require(_isKnown(series), SeriesUnknown(series));
        Put storage put = _puts[series][period];
        if (!put.closed) _closePut(series, period, put);
        uint256 stake = putFundedBy[series][period][payer];
        require(stake != 0, NothingToReturn(payer));
        // The last of them has what rounding left.
        amount = Units.shareDown(put.left, stake, put.stake);
        putFundedBy[series][period][payer] = 0;
        put.stake -= stake.toUint128();
        put.left -= amount.toUint128();
        emit PutReturned(series, period, payer, amount);
        _give(payer, amount);
    }

    /// @inheritdoc ILiabilityManagement
    function putOf(address series, uint256 period) external view returns (Put memory) {
        return _puts[series][period];
    }

    /// @inheritdoc ILiabilityManagement
    function noticeOf(address series, uint256 period, address holder) external view returns (Notice memory) {
        return _notices[series][period][holder];
    }

    /// @inheritdoc ILiabilityManagement
    function putDueOf(address series, uint256 period) external view returns (uint256) {
        return _dueUp(_puts[series][period], _rightOf(series, period));
    }

    // ── puts, inside ────────────────────────────────────────────────────────────────────────────────────────────────

    function _putOne(Batch memory batch, Right memory right, uint256 i, address holder) private {
        address series = address(batch.series);
        Notice storage notice = _notices[series][right.period][holder];
        uint256 target = notice.face;
        if (right.funded < right.due) target = Units.shareDown(target, right.funded, right.due);
        if (target <= notice.burned) return;
        (uint256 face, uint8 code) = _availableOf(batch, i, holder, target - notice.burned);
        uint256 cash = _costDown(face, right);
        if (cash == 0) {
            emit PutSkipped(series, right.period, holder, code, target - notice.burned);
            return;
        }
        notice.burned += face.toUint128();
        _add(batch, holder, face, cash);
        emit PutSettled(series, right.period, holder, face, cash);
    }

    function _setNotice(address series, uint256 period, address holder, uint128 face) private {
        Put storage put = _puts[series][period];
        Notice storage notice = _notices[series][period][holder];
        put.noticed = put.noticed - notice.face + face;
        notice.face = face;
    }

    /// @dev Nothing is burned before its notice was trimmed, so what is burned is never above what counts.
    function _trim(address series, uint256 period, uint256 recordAt, address[] calldata holders) private {
        uint256[] memory faces = IBondToken(series).balancesAt(holders, recordAt);
        for (uint256 i = 0; i < holders.length; ++i) {
            uint128 held = uint128(faces[i] & _FACE);
            if (_notices[series][period][holders[i]].face <= held) continue;
            _setNotice(series, period, holders[i], held);
            _puts[series][period].changedAt = uint64(block.timestamp);
            emit PutTrimmed(series, period, holders[i], held);
        }
    }

    function _closePut(address series, uint256 period, Put storage put) private {
        (Period entry,,) = IBondToken(series).periodAt(period);
        uint256 closableAt = Units.startOf(entry.endDay() + entry.rollDays());
        bool over = block.timestamp >= IBondToken(series).endAt() || put.burned == put.noticed;
        if (!over) {
            bool whole = put.funded >= _dueUp(put, _rightOf(series, period));
            closableAt = whole ? Math.max(closableAt, put.changedAt) + _SETTLEMENT : 0;
        }
        // Never before the payable date: who puts and withdraws must not close it to others.
        require(closableAt != 0 && block.timestamp >= closableAt, PutOpen(series, period, closableAt));
        put.closed = true;
        put.left = put.funded - put.paid;
        put.stake = put.funded;
        emit PutClosed(series, period, put.left);
    }

    /// @dev What the terms say. The dates come from the schedule alone: a floater's rate may not be known yet.
    function _rightOf(address series, uint256 period) private view returns (Right memory right) {
        require(_isKnown(series), SeriesUnknown(series));
        IBondToken token = IBondToken(series);
        (Period entry,,) = token.periodAt(period);
        (right.period, right.price) = (period, _MATHS.optionPrice(token, period, OptionLib.PUT));
        uint256 endDay = entry.endDay();
        require(endDay < Units.day(token.endAt()), NotPuttable(series, period));
        right.recordAt = Units.startOf(endDay - token.features().recordDays());
        right.payableAt = Units.startOf(endDay + entry.rollDays());
        (,, right.factor) = _MATHS.factorsAt(token, period);
    }

    /// @dev Up, so that the shares of all never add up to more than what is funded.
    function _dueUp(Put storage put, Right memory right) private view returns (uint256) {
        uint256 principal = Math.mulDiv(put.noticed, right.factor, Units.WAD, Math.Rounding.Ceil);
        return Math.mulDiv(principal, right.price, Units.PAR, Math.Rounding.Ceil);
    }

    function _costDown(uint256 face, Right memory right) private pure returns (uint256) {
        return Units.shareDown(Units.shareDown(face, right.factor, Units.WAD), right.price, Units.PAR);
    }

    function _requireOpenPut(address series, uint256 period) private view returns (Put storage put) {
        put = _puts[series][period];
        require(!put.closed, PutIsClosed(series, period));
    }

    // ── face against cash ───────────────────────────────────────────────────────────────────────────────────────────

    function _batchOf(address series, address[] calldata holders) internal view returns (Batch memory batch) {
        uint256 count = holders.length;
        batch.series = IBondToken(series);
        batch.facts = _ALLOWLIST.payees(holders, 0);
        (batch.holders, batch.faces, batch.cash) = (new address[](count), new uint256[](count), new uint256[](count));
    }

    /// @dev How much of `wanted` the holder at `i` can give now. One named twice is either settled already, or the token refuses.
    function _availableOf(Batch memory batch, uint256 i, address holder, uint256 wanted)
        internal
        view
        returns (uint256 face, uint8 code)
    {
        uint256 fact = batch.facts[i];
        code = uint8(fact);
        // Whose wallet was replaced has his face in the new one.
        if (address(uint160(fact >> 8)) != holder) code = Restrictions.RECEIVER + Restrictions.REPLACED;
        if (code != Restrictions.NONE) return (0, code);
        face = Math.min(wanted, batch.series.freeBalanceOf(holder));
        if (face == 0) code = Restrictions.FROZEN_OR_PLEDGED;
    }

    function _add(Batch memory batch, address holder, uint256 face, uint256 cash) internal pure {
        uint256 at = batch.count;
        (batch.holders[at], batch.faces[at], batch.cash[at]) = (holder, face, cash);
        batch.count = at + 1;
        batch.face += face;
        batch.total += cash;
    }

    /// @dev The caller has booked all; face burns, then cash leaves, and what left is held against what was booked.
    function _settle(Batch memory batch) internal returns (uint256) {
        if (batch.count == 0) return 0;
        (address[] memory holders, uint256[] memory faces, uint256[] memory cash) = _trimmed(batch);
        _PROGRAMME.retire(address(batch.series), holders, faces);
        uint256 before = _CASH.balanceOf(address(this));
        require(_CASH.transferBatch(holders, cash), CashRefused(batch.total));
        uint256 left = before - _CASH.balanceOf(address(this));
        require(left == batch.total, CashShort(left, batch.total));
        return left;
    }

    function _trimmed(Batch memory batch)
        private
        pure
        returns (address[] memory holders, uint256[] memory faces, uint256[] memory cash)
    {
        uint256 count = batch.count;
        if (count == batch.holders.length) return (batch.holders, batch.faces, batch.cash);
        (holders, faces, cash) = (new address[](count), new uint256[](count), new uint256[](count));
        for (uint256 i = 0; i < count; ++i) {
            (holders[i], faces[i], cash[i]) = (batch.holders[i], batch.faces[i], batch.cash[i]);
        }
    }

    function _take(uint256 amount) internal {
        uint256 before = _CASH.balanceOf(address(this));
        _CASH.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = _CASH.balanceOf(address(this)) - before;
        require(received == amount, CashShort(received, amount));
    }

    function _give(address payee, uint256 amount) internal {
        if (amount == 0) return;
        uint256 before = _CASH.balanceOf(address(this));
        _CASH.safeTransfer(payee, amount);
        uint256 left = before - _CASH.balanceOf(address(this));
        require(left == amount, CashShort(left, amount));
    }

    function _isKnown(address series) internal view returns (bool) {
        return _PROGRAMME.isDebt(series) && IBondToken(series).currency() == _CASH.currency();
    }

    function _requireWindow(uint256 opensAt, uint256 closesAt) internal view {
        bool open = block.timestamp >= opensAt && block.timestamp < closesAt;
        require(open, WindowClosed(opensAt, closesAt, block.timestamp));
    }
}

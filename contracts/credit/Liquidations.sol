// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICollateralRisk} from "../interfaces/ICollateralRisk.sol";
import {ICollateralVault} from "../interfaces/ICollateralVault.sol";
import {IPermissionedToken} from "../interfaces/IPermissionedToken.sol";
import {IRwaToken} from "../interfaces/IRwaToken.sol";
import {Units} from "../libraries/Units.sol";
import {VaultLedger} from "./VaultLedger.sol";

/// @title Liquidations
/// @notice An unhealthy position is sold piece by piece at a price that falls from above the market to what the face counts for in
/// health, so that no sale leaves the position worse; never more than brings the debt back within what is lent.
abstract contract Liquidations is VaultLedger {
    using SafeCast for uint256;

    struct Sale {
        uint40 startedAt; // (Unix)
        uint96 debt; // when it began [1e6]
    }

    struct Notice {
        bool isState;
        uint40 enforceableAt; // (Unix)
    }

    /// @dev A sale on its way through `_sell`.
    struct Bid {
        address owner;
        address series;
        address bidder;
        uint256 price; // at which it is sold now [1e6 per 100]
        uint256 loan; // that is lent on it [1e6 per 100]
        uint256 threshold; // that it counts for [1e6 per 100]
    }

    uint256 private constant _BPS = 10_000;
    uint256 private constant _CURE = 10 days;
    /// A notice serves for so long: a breach that was cured and comes back is told anew.
    uint256 private constant _NOTICE = 30 days;

    address private immutable _BACKSTOP;

    AuctionTerms internal _auctionTerms;
    mapping(address owner => Sale) internal _sales;
    mapping(address owner => Notice) internal _notices;
    /// @inheritdoc ICollateralVault
    uint256 public inAuction;

    constructor(address backstop_) {
        _BACKSTOP = backstop_;
    }

    /// @inheritdoc ICollateralVault
    function start(address owner) external {
        require(shutDownAt == 0, ShutdownStateInvalid(true));
        Sale storage sale = _sales[owner];
        require(sale.startedAt == 0, AuctionStateInvalid(owner, sale.startedAt));
        (uint256 debt,, uint256 threshold) = _assess(owner, ICollateralRisk.Purpose.LIQUIDATE);
        require(debt > threshold, PositionHealthy(owner, debt, threshold));
        _requireEnforceable(owner);
        uint256 total = inAuction + debt;
        require(total <= _auctionTerms.cap, TooMuchInAuction(total, _auctionTerms.cap));
        inAuction = total;
        _sales[owner] = Sale(uint40(block.timestamp), debt.toUint96());
        emit AuctionStarted(owner, debt, threshold);
    }

    /// @inheritdoc ICollateralVault
    function take(address owner, address series, uint256 most, uint256 mostPrice)
        external
        returns (uint256, uint256)
    {
        Bid memory bid = _bidOf(owner, series, msg.sender);
        require(bid.price <= mostPrice, PriceAboveMost(bid.price, mostPrice));
        return _sell(bid, most);
    }

    /// @inheritdoc ICollateralVault
    function backstop(address owner, address series) external returns (uint256, uint256) {
        uint256 floorAt = _sales[owner].startedAt + _auctionTerms.duration;
        require(block.timestamp >= floorAt, FloorNotReached(floorAt, block.timestamp));
        Bid memory bid = _bidOf(owner, series, _BACKSTOP);
        return _sell(bid, _CASH.freeBalanceOf(_BACKSTOP) * Units.PAR / bid.price);
    }

    /// @inheritdoc ICollateralVault
    function stop(address owner) external {
        Sale storage sale = _sales[owner];
        bool stands = sale.startedAt != 0 || _notices[owner].enforceableAt != 0;
        require(stands, AuctionStateInvalid(owner, 0));
        // Who owes nothing is healthy at any price.
        if (_slots[owner].scaled != 0 && shutDownAt == 0) {
            (uint256 debt,, uint256 threshold) = _assess(owner, ICollateralRisk.Purpose.LIQUIDATE);
            require(debt <= threshold, DebtAboveLoan(debt, threshold));
        }
        _end(owner);
    }

    /// @inheritdoc ICollateralVault
    function writeOff(address owner) external {
        Totals memory now_ = _accrued();
        Slot memory slot = _slots[owner];
        require(slot.scaled != 0, NothingThere(owner));
        require(slot.ids == 0, CollateralLeft(owner));
        uint256 debt = _lower(now_, slot, type(uint256).max);
        uint256 fromBuffer = Math.min(debt, buffer);
        _store(now_, owner, slot);
        buffer -= fromBuffer;
        backstopDebt += debt - fromBuffer;
        _end(owner);
        emit WrittenOff(owner, debt, fromBuffer, backstopDebt);
        if (fromBuffer != 0) _CASH.burnFrom(address(this), fromBuffer);
    }

    /// @inheritdoc ICollateralVault
    function coverBackstop(uint256 amount) external returns (uint256 covered) {
        covered = Math.min(amount, backstopDebt);
        require(covered != 0, NothingThere(msg.sender));
        backstopDebt -= covered;
        emit BackstopCovered(msg.sender, covered, backstopDebt);
        _CASH.burnFrom(msg.sender, covered);
    }

    /// @inheritdoc ICollateralVault
    function notifyBreach(address owner, bytes32 documentHash) external restricted {
        Notice storage notice = _notices[owner];
        require(notice.isState && documentHash != 0, NotEnforceable(owner, 0));
        (uint256 debt,, uint256 threshold) = _assess(owner, ICollateralRisk.Purpose.LIQUIDATE);
        require(debt > threshold, PositionHealthy(owner, debt, threshold));
        notice.enforceableAt = uint40(block.timestamp + _CURE);
        emit BreachNotified(owner, documentHash, notice.enforceableAt);
    }

    /// @inheritdoc ICollateralVault
    function setStateBorrower(address owner, bool isState) external restricted {
        _notices[owner] = Notice(isState, 0);
        emit StateBorrowerSet(owner, isState);
    }

    /// @inheritdoc ICollateralVault
    function setAuctionTerms(AuctionTerms calldata terms_) external restricted {
        require(terms_.topBps >= _BPS && terms_.duration != 0, TermsInvalid());
        _auctionTerms = terms_;
        emit AuctionTermsSet(terms_);
    }

    /// @inheritdoc ICollateralVault
    function auctionOf(address owner) external view returns (uint256) {
        return _sales[owner].startedAt;
    }

    /// @inheritdoc ICollateralVault
    function enforceableAt(address owner) external view returns (uint256) {
        return _notices[owner].enforceableAt;
    }

    /// @dev Debt of an owner, what is lent on his collateral, and what it counts for.
    function _assess(address owner, ICollateralRisk.Purpose purpose)
        internal
        returns (uint256 debt, uint256 loan, uint256 threshold)
    {
        Slot memory slot = _slots[owner];
        debt = _upOf(slot.scaled, _accrued());
        (loan, threshold) = _RISK.assess(owner, slot.ids, purpose);
    }

    function _end(address owner) internal {
        Sale memory sale = _sales[owner];
        if (_notices[owner].enforceableAt != 0) _notices[owner].enforceableAt = 0;
        if (sale.startedAt == 0) return;
        inAuction -= sale.debt;
        delete _sales[owner];
        emit AuctionEnded(owner);
    }

    /// @dev What runs against a wallet runs on against its successor.
    function _moveSale(address from, address to) internal {
        Sale memory sale = _sales[from];
        if (sale.startedAt != 0) {
            Sale memory other = _sales[to];
            uint40 startedAt = other.startedAt == 0 ? sale.startedAt : uint40(Math.min(sale.startedAt, other.startedAt));
            (_sales[to], _sales[from]) = (Sale(startedAt, sale.debt + other.debt), Sale(0, 0));
        }
        if (_notices[from].isState) _notices[to] = _notices[from];
    }

    /// @dev Cash for face, then the debt falls; the position was unhealthy, and each face sold counted for no more than its price.
    function _sell(Bid memory bid, uint256 most) private returns (uint256, uint256) {
        (uint256 debt, uint256 loan, uint256 threshold) = _assess(bid.owner, ICollateralRisk.Purpose.LIQUIDATE);
        require(debt > threshold, PositionHealthy(bid.owner, debt, threshold));
        uint256 pledged = _faceOf(bid.owner, bid.series);
        uint256 lot = Math.min(pledged, _lotOf(debt, loan, bid.price, bid.loan));
        uint256 face = Math.min(most, lot);
        uint256 cash = Math.ceilDiv(face * bid.price, Units.PAR);
        require(face != 0 && (face == lot || cash >= _terms.floor), BidInvalid(face, lot));
        // Healthy by the very prices that this sale is made at, or nothing left to owe: then it was the last.
        uint256 counts = Math.saturatingSub(threshold, face * bid.threshold / Units.PAR);
        _exchange(bid, face, pledged - face, cash);
        if (debtOf(bid.owner) <= counts || _slots[bid.owner].scaled == 0) _end(bid.owner);
        return (face, cash);
    }

    function _exchange(Bid memory bid, uint256 face, uint256 left, uint256 cash) private {
        Totals memory now_ = _accrued();
        Slot memory slot = _slots[bid.owner];
        _unbook(slot, bid.series, face, left);
        require(_CASH.moveByRight(bid.bidder, address(this), cash), BidInvalid(face, left));
        uint256 repaid = _payDown(now_, slot, bid.owner, cash);
        _store(now_, bid.owner, slot);
        // The lien asks whether he may receive, this whether the policy of the series lets him.
        uint8 code = IRwaToken(bid.series).detectTransferRestriction(address(this), bid.bidder, face);
        require(code == 0, IPermissionedToken.TransferRestricted(code, bid.bidder));
        emit AuctionTaken(bid.owner, bid.series, bid.bidder, face, cash, repaid);
        IRwaToken(bid.series).seize(bid.owner, bid.bidder, face);
    }

    /// @dev Face that brings the debt back within what is lent, rounded up: each one sold repays `price` and takes `lent` away. What would
    /// leave less than the least debt is sold to the end.
    function _lotOf(uint256 debt, uint256 loan, uint256 price, uint256 lent) private view returns (uint256 lot) {
        lot = Math.ceilDiv(debt * Units.PAR, price);
        if (price <= lent) return lot;
        uint256 enough = Math.ceilDiv(Math.saturatingSub(debt, loan) * Units.PAR, price - lent);
        uint256 repays = enough * price / Units.PAR;
        if (repays + _terms.floor <= debt) lot = enough;
    }

    /// @dev The price falls evenly from above the market to what the face counts for.
    function _bidOf(address owner, address series, address bidder) private returns (Bid memory bid) {
        uint256 startedAt = _sales[owner].startedAt;
        require(startedAt != 0 && shutDownAt == 0, AuctionStateInvalid(owner, startedAt));
        (bid.owner, bid.series, bid.bidder) = (owner, series, bidder);
        uint256 sale;
        (bid.loan, bid.threshold, sale) = _RISK.saleQuote(series);
        uint256 top = Math.max(sale * _auctionTerms.topBps / _BPS, bid.threshold);
        uint256 duration = _auctionTerms.duration;
        uint256 left = Math.saturatingSub(duration, block.timestamp - startedAt);
        bid.price = bid.threshold + Math.ceilDiv((top - bid.threshold) * left, duration);
    }

    function _requireEnforceable(address owner) private view {
        Notice memory notice = _notices[owner];
        if (!notice.isState) return;
        bool isDue = notice.enforceableAt != 0 && block.timestamp >= notice.enforceableAt
            && block.timestamp <= notice.enforceableAt + _NOTICE;
        require(isDue, NotEnforceable(owner, notice.enforceableAt));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {IBondMaths} from "../interfaces/IBondMaths.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {ILiabilityManagement} from "../interfaces/ILiabilityManagement.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {Period} from "../libraries/Schedule.sol";
import {Units} from "../libraries/Units.sol";
import {Puts} from "./Puts.sol";

/// @title LiabilityManagement
/// @notice Buybacks, puts and voluntary exchanges in one cash token. Retires face through the Programme, as a servicer.
contract LiabilityManagement is Puts, AccessManaged {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @dev Interest on principal, as a fraction; negative when the next coupon is the seller's.
    struct Accrued {
        int256 numerator;
        uint256 denominator;
    }

    uint256 private constant _ACCEPTANCE = 3 days;
    uint256 private constant _SETTLE_WITHIN = 5 days;
    uint256 private constant _LEAST_SETTLEMENT = 1 days;

    mapping(bytes32 id => Buyback) private _buybacks;
    mapping(bytes32 id => mapping(address holder => Offer)) private _offers;
    mapping(bytes32 id => ExchangeOffer) private _exchanges;

    /// @param allowlist that the cash asks
    constructor(address authority_, IProgramme programme, ICashToken cash, IAllowlist allowlist, IBondMaths maths)
        AccessManaged(authority_)
        Puts(programme, cash, allowlist, maths)
    {}

    // ── buybacks ────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc ILiabilityManagement
    function openBuyback(bytes32 id, address series, address treasury, uint64 closesAt, uint128 mostFace)
        external
        restricted
    {
        Buyback storage book = _buybacks[id];
        require(book.closesAt == 0, IdUsed(id));
        require(_isKnown(series), SeriesUnknown(series));
        bool lasts = closesAt > block.timestamp && closesAt < IBondToken(series).endAt();
        require(lasts && treasury != address(0) && mostFace != 0, OpeningInvalid(id));
        (book.series, book.treasury, book.closesAt, book.mostFace) = (series, treasury, closesAt, mostFace);
        emit BuybackOpened(id, series, treasury, closesAt, mostFace);
    }

    /// @inheritdoc ILiabilityManagement
    function offer(bytes32 id, uint128 face, uint64 price) external {
        Buyback storage book = _buybacks[id];
        _requireWindow(0, book.closesAt);
        IBondToken series = IBondToken(book.series);
        uint256 balance = series.balanceOf(msg.sender);
        bool valid = face == 0 || (price != 0 && face % series.denomination() == 0);
        require(valid, OfferInvalid(face, price));
        require(face <= balance, FaceAboveBalance(face, balance));
        _offers[id][msg.sender] = Offer(face, face == 0 ? 0 : price, false, 0);
        emit OfferPlaced(id, msg.sender, face, face == 0 ? 0 : price);
    }

    /// @inheritdoc ILiabilityManagement
    function accept(bytes32 id, uint64 cutoffPrice, uint64 shareAtCutoff) external restricted {
        Buyback storage book = _buybacks[id];
        require(book.settleUntil == 0, AlreadyAccepted(id));
        _requireWindow(book.closesAt, _lapsesAt(book));
        bool valid = cutoffPrice != 0 && shareAtCutoff <= Units.WAD;
        require(valid, CutoffInvalid(cutoffPrice, shareAtCutoff));
        uint256 boundary = _boundaryOf(IBondToken(book.series));
        uint256 settleUntil = Math.min(boundary, block.timestamp + _SETTLE_WITHIN);
        bool longEnough = settleUntil >= block.timestamp + _LEAST_SETTLEMENT;
        require(longEnough, BoundaryTooNear(boundary, block.timestamp));
        (book.cutoffPrice, book.shareAtCutoff) = (cutoffPrice, shareAtCutoff);
        (book.valueAt, book.settleUntil) = (uint64(block.timestamp), settleUntil.toUint64());
        emit BuybackAccepted(id, cutoffPrice, shareAtCutoff, block.timestamp, settleUntil);
    }

    /// @inheritdoc ILiabilityManagement
    function fundOffers(bytes32 id, address[] calldata holders) external returns (uint256 cash) {
        Buyback storage book = _buybacks[id];
        require(msg.sender == book.treasury, NotTreasury(msg.sender, book.treasury));
        IBondToken series = _settling(book);
        Accrued memory accrued = _accruedOf(book);
        uint256 accepted = book.accepted;
        for (uint256 i = 0; i < holders.length; ++i) {
            Offer storage entry = _offers[id][holders[i]];
            uint256 face = entry.funded ? 0 : _acceptedOf(book, entry, series.denomination());
            face = Math.min(face, series.freeBalanceOf(holders[i]));
            (uint256 cost,) = _priceDown(series, face, entry.price, accrued);
            if (cost == 0) continue;
            (entry.funded, entry.open) = (true, face.toUint128());
            accepted += face;
            cash += cost;
            emit OfferFunded(id, holders[i], face, cost);
        }
        require(cash != 0, NothingToFund());
        require(accepted <= book.mostFace, FaceAboveMost(accepted, book.mostFace));
        book.accepted = accepted.toUint128();
        book.funded += cash.toUint128();
        _take(cash);
    }

    /// @inheritdoc ILiabilityManagement
    function settle(bytes32 id, address[] calldata holders) external returns (uint256) {
        Buyback storage book = _buybacks[id];
        Batch memory batch = _batchOf(address(_settling(book)), holders);
        Accrued memory accrued = _accruedOf(book);
        for (uint256 i = 0; i < holders.length; ++i) {
            Offer storage entry = _offers[id][holders[i]];
            uint256 open = entry.open;
            if (open == 0) continue;
            (uint256 face, uint8 code) = _availableOf(batch, i, holders[i], open);
            (uint256 cost, int256 interest) = _priceDown(batch.series, face, entry.price, accrued);
            if (cost == 0) {
                emit OfferSkipped(id, holders[i], code, open);
                continue;
            }
            entry.open = (open - face).toUint128();
            _add(batch, holders[i], face, cost);
            emit OfferSettled(id, holders[i], face, cost, interest);
        }
        book.paid += batch.total.toUint128();
        return _settle(batch);
    }

    /// @inheritdoc ILiabilityManagement
    function closeBuyback(bytes32 id) external returns (uint256 returned) {
        Buyback storage book = _buybacks[id];
        uint256 until = book.settleUntil == 0 ? _lapsesAt(book) : book.settleUntil;
        bool closable = book.closesAt != 0 && !book.closed && block.timestamp >= until;
        require(closable, NotClosable(until, block.timestamp));
        book.closed = true;
        returned = book.funded - book.paid;
        emit BuybackClosed(id, returned);
        _give(book.treasury, returned);
    }

    // ── exchanges ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc ILiabilityManagement
    function openExchange(bytes32 id, address from, address to, uint128 ratio, uint128 mostFace, uint64 closesAt)
        external
        restricted
    {
        require(_exchanges[id].from == address(0), IdUsed(id));
        require(_isKnown(from), SeriesUnknown(from));
        require(_isKnown(to), SeriesUnknown(to));
        bool lasts = closesAt > block.timestamp && closesAt <= IBondToken(from).endAt();
        require(lasts && from != to && ratio != 0 && mostFace != 0, OpeningInvalid(id));
        _exchanges[id] = ExchangeOffer(from, closesAt, to, ratio, mostFace, 0);
        emit ExchangeOpened(id, from, to, ratio, mostFace, closesAt);
    }

    /// @inheritdoc ILiabilityManagement
    function acceptExchange(bytes32 id, uint128 face) external returns (uint256 received) {
        ExchangeOffer storage book = _exchanges[id];
        _requireWindow(0, book.closesAt);
        _requireRunning(IBondToken(book.from));
        uint256 taken = uint256(book.taken) + face;
        require(taken <= book.mostFace, FaceAboveMost(taken, book.mostFace));
        book.taken = taken.toUint128();
        received = _PROGRAMME.exchangeFree(book.from, book.to, book.ratio, msg.sender, face);
        emit ExchangeAccepted(id, msg.sender, face, received);
    }

    /// @inheritdoc ILiabilityManagement
    function closeExchange(bytes32 id) external restricted {
        ExchangeOffer storage book = _exchanges[id];
        _requireWindow(0, book.closesAt);
        book.closesAt = uint64(block.timestamp);
        emit ExchangeClosed(id);
    }

    // ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc ILiabilityManagement
    function buybackOf(bytes32 id) external view returns (Buyback memory) {
        return _buybacks[id];
    }

    /// @inheritdoc ILiabilityManagement
    function offerOf(bytes32 id, address holder) external view returns (Offer memory) {
        return _offers[id][holder];
    }

    /// @inheritdoc ILiabilityManagement
    function exchangeOf(bytes32 id) external view returns (ExchangeOffer memory) {
        return _exchanges[id];
    }

    // ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev What of an offer the rule accepts.
    function _acceptedOf(Buyback storage book, Offer storage entry, uint256 denomination)
        private
        view
        returns (uint256 face)
    {
        if (entry.price < book.cutoffPrice) return entry.face;
        if (entry.price > book.cutoffPrice) return 0;
        face = Units.shareDown(entry.face, book.shareAtCutoff, Units.WAD);
        return face - face % denomination;
    }

    /// @dev A seller receives down, clean price and interest each to the minor unit; a rebate is reckoned up.
    function _priceDown(IBondToken series, uint256 face, uint256 price, Accrued memory accrued)
        private
        view
        returns (uint256 cash, int256 interest)
    {
        if (face == 0) return (0, 0);
        uint256 principal = Units.shareDown(face, series.poolFactor(), Units.WAD);
        uint256 clean = Units.shareDown(principal, price, Units.PAR * Units.MINOR_UNIT) * Units.MINOR_UNIT;
        uint256 size = accrued.numerator < 0 ? (-accrued.numerator).toUint256() : accrued.numerator.toUint256();
        Math.Rounding rounding = accrued.numerator < 0 ? Math.Rounding.Ceil : Math.Rounding.Floor;
        size = Math.mulDiv(principal, size, accrued.denominator * Units.MINOR_UNIT, rounding) * Units.MINOR_UNIT;
        if (accrued.numerator < 0) return (Math.saturatingSub(clean, size), -size.toInt256());
        return (clean + size, size.toInt256());
    }

    function _accruedOf(Buyback storage book) private view returns (Accrued memory accrued) {
        (accrued.numerator, accrued.denominator) = _MATHS.accruedAt(IBondToken(book.series), book.valueAt);
    }

    /// @dev Until when neither a coupon nor an instalment changes hands: who was paid interest up to now must not have it from a
    /// record date too, and the principal stays what it is.
    function _boundaryOf(IBondToken series) private view returns (uint256) {
        uint256 endAt = series.endAt();
        _requireRunning(series);
        if (series.features().periods() == 0) return endAt;
        (Period entry,,) = series.periodAt(_MATHS.periodAt(series, block.timestamp));
        uint256 recordAt = Units.startOf(entry.endDay() - series.features().recordDays());
        return Math.min(endAt, block.timestamp < recordAt ? recordAt : Units.startOf(entry.endDay()));
    }

    function _settling(Buyback storage book) private view returns (IBondToken series) {
        _requireWindow(book.valueAt, book.settleUntil);
        series = IBondToken(book.series);
        _requireRunning(series);
    }

    function _requireRunning(IBondToken series) private view {
        uint256 endAt = series.endAt();
        require(block.timestamp < endAt, SeriesEnded(address(series), endAt));
    }

    function _lapsesAt(Buyback storage book) private view returns (uint256) {
        return book.closesAt + _ACCEPTANCE;
    }
}

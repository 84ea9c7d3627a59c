// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {IBondMaths} from "../interfaces/IBondMaths.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {IPayingAgent} from "../interfaces/IPayingAgent.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {ITaxTable} from "../interfaces/ITaxTable.sol";
import {Features, OptionLib} from "../libraries/Schedule.sol";
import {TaxRow, TaxRowLib} from "../libraries/TaxRow.sol";
import {Units} from "../libraries/Units.sol";
import {PaymentBooks} from "./PaymentBooks.sol";
import {Payments} from "./Payments.sol";

/// @title PayingAgent
/// @notice Scheduled payments and redemption in one cash token. Holds no role over holders and has no function that lets cash out to anyone
/// but those it is owed to, the tax account, and, after ten years, the account of the unclaimed.
contract PayingAgent is Payments, AccessManaged {
    using SafeCast for uint256;

    /// @dev A holder's face at the end, kept from his first payment on, and what of it was burned.
    struct Claim {
        uint128 face; // [1e6]
        uint128 burned; // [1e6]
    }

    /// @dev A series at its end.
    struct Redemption {
        uint256 factor; // [1e18]
        uint256 price; // [1e6 per 100]
        uint256 payableDay;
        uint256 due;
        uint256 funded;
        uint256 discount; // taxed, per 100 [1e6]
        uint256 rates;
        uint256 threshold;
    }

    uint256 private constant _MOST_DAYS = 7;
    uint256 private constant _CALL_NOTICE = 10 days;
    uint256 private constant _UNCLAIMED = 3653 days;

    mapping(address series => mapping(address holder => Claim)) private _claims;
    /// What of the burned part of a claim was pledged, and collected by the creditor.
    mapping(address series => mapping(address holder => uint256)) private _collected; // [1e6]

    /// @param allowlist the one that `cash` asks
    constructor(
        address authority_,
        IProgramme programme,
        ICashToken cash,
        IAllowlist allowlist,
        IBondMaths maths,
        ITaxTable taxTable
    ) PaymentBooks(programme, cash, allowlist, maths, taxTable) AccessManaged(authority_) {}

    /// @inheritdoc IPayingAgent
    function redeem(address series, address[] calldata holders) external returns (uint256 paid) {
        paid = _redeem(series, holders, address(0));
        _remit(series, REDEMPTION);
    }

    /// @inheritdoc IPayingAgent
    function collect(address series, address holder, uint256 face) external returns (uint256 cash) {
        require(_PROGRAMME.isCreditor(msg.sender), OnlyCreditor(msg.sender));
        (Run memory run, Redemption memory redemption) = _openRedemption(series, _alone(holder), msg.sender);
        Claim memory claim_ = _claimOf(series, holder, _balanceOf(series, holder) + face);
        uint256 kept = _keptOf(series, holder, redemption, face);
        uint256 most = Math.min(kept, _targetOf(redemption, claim_) - claim_.burned);
        require(face <= most, NotCollectable(face, most));
        _collected[series][holder] += face;
        uint256 burned = claim_.burned + face;
        _redeemUpTo(run, 0, claim_, burned, _redeemed(redemption, claim_, burned, run.facts[0] >> _TAX_CLASS));
        uint256[] memory burns = new uint256[](1);
        burns[0] = face;
        cash = _burn(run, _alone(msg.sender), burns);
        emit Collected(series, holder, msg.sender, face, cash);
        _remit(series, REDEMPTION);
    }

    /// @inheritdoc IPayingAgent
    function release(address series, uint256 period, address[] calldata holders) external returns (uint256 paid) {
        uint256 releasableAt = payableAtOf(series, period) + _UNCLAIMED;
        require(block.timestamp >= releasableAt, NotReleasable(releasableAt, block.timestamp));
        require(_unclaimedAccount != address(0), AccountMissing());
        paid = period == REDEMPTION
            ? _redeem(series, holders, _unclaimedAccount)
            : _pay(series, period, holders, _unclaimedAccount);
        _remit(series, period);
    }

    /// @inheritdoc IPayingAgent
    function call(address series, uint256 period, uint256 share) external restricted {
        _requireSeries(series);
        uint256 price = _MATHS.optionPrice(IBondToken(series), period, OptionLib.CALL);
        (uint256 latest,) = _datesOf(series, period);
        latest -= _CALL_NOTICE;
        require(block.timestamp <= latest, NoticeTooShort(latest, block.timestamp));
        require(share != 0 && share <= Units.WAD, ShareInvalid(share));
        emit Called(series, period, share, price);
        bool isWhole = share == Units.WAD;
        Book storage book = _books[series][isWhole ? REDEMPTION : period];
        book.callPrice = uint32(price);
        if (isWhole) {
            book.calledEndAt = uint64(_endsAt(series, period));
            _PROGRAMME.endSeries(series, book.calledEndAt);
        } else {
            _PROGRAMME.scaleSeries(series, period, Units.WAD - share);
        }
    }

    /// @inheritdoc IPayingAgent
    function postpone(address series, uint256 period, uint8 addedDays, bytes32 citation) external restricted {
        uint256 payableAt = payableAtOf(series, period);
        Book storage book = _books[series][period];
        uint256 moved = uint256(book.postponedDays) + addedDays;
        bool valid = addedDays != 0 && moved <= _MOST_DAYS && block.timestamp < payableAt;
        require(valid, PostponementInvalid(moved, payableAt));
        book.postponedDays = uint8(moved);
        emit Postponed(series, period, addedDays, citation);
    }

    /// @inheritdoc IPayingAgent
    function setAccounts(address taxAccount, address unclaimedAccount) external restricted {
        _taxAccount = taxAccount;
        _unclaimedAccount = unclaimedAccount;
        emit AccountsSet(taxAccount, unclaimedAccount);
    }

    /// @inheritdoc IPayingAgent
    function dueOf(address series, uint256 period) public view override returns (uint256) {
        if (period == REDEMPTION) return _redemptionOf(IBondToken(series)).due;
        return _bookOf(series, period).due;
    }

    /// @inheritdoc IPayingAgent
    function owedTo(address series, uint256 period, address holder) external view returns (Amounts memory amounts) {
        if (period == REDEMPTION) {
            Claim memory claim_ = _claimOf(series, holder, _balanceOf(series, holder));
            Redemption memory redemption = _taxedRedemptionOf(IBondToken(series));
            uint256 taxed = _taxClassOn(holder, redemption.payableDay);
            return _redeemed(redemption, claim_, _ownTargetOf(series, holder, redemption, claim_), taxed);
        }
        Book memory book = _bookOf(series, period);
        if (_done[series][holder] & (1 << period) != 0) return amounts;
        uint256 taxClass = _taxClassOn(holder, book.terms.payableDay());
        uint256 face = IBondToken(series).balanceAt(holder, Units.startOf(book.terms.recordDay()));
        return _owed(book, _parts[series][period][holder], face, taxClass);
    }

    /// @inheritdoc IPayingAgent
    function collectable(address series, address holder, uint256 most) external view returns (uint256) {
        if (block.timestamp < payableAtOf(series, REDEMPTION) || _isSuperseded(series)) return 0;
        Redemption memory redemption = _redemptionOf(IBondToken(series));
        Claim memory claim_ = _claimOf(series, holder, _balanceOf(series, holder));
        uint256 kept = _keptOf(series, holder, redemption, 0);
        return Math.min(most, Math.min(kept, _targetOf(redemption, claim_) - claim_.burned));
    }

    /// @inheritdoc IPayingAgent
    function redeemedOf(address series, address holder) external view returns (uint256) {
        return _claims[series][holder].burned;
    }

    /// @inheritdoc IPayingAgent
    function redemptionPriceOf(address series) public view returns (uint256) {
        Book storage book = _books[series][REDEMPTION];
        // A call that something else came before is none any more.
        return book.calledEndAt == _endAt(series) ? book.callPrice : Units.PAR;
    }

    function _redeem(address series, address[] memory holders, address unclaimed) private returns (uint256) {
        (Run memory run, Redemption memory redemption) = _openRedemption(series, holders, unclaimed);
        uint256[] memory burns = new uint256[](holders.length);
        for (uint256 i = 0; i < holders.length; ++i) {
            burns[i] = _redeemOne(run, redemption, i);
        }
        return run.done == 0 ? 0 : _burn(run, holders, burns);
    }

    function _openRedemption(address series, address[] memory holders, address payee)
        private
        view
        returns (Run memory run, Redemption memory redemption)
    {
        _requireSeries(series);
        require(!_isSuperseded(series), SeriesSuperseded(series));
        redemption = _taxedRedemptionOf(IBondToken(series));
        uint256 payableAt = Units.startOf(redemption.payableDay + _books[series][REDEMPTION].postponedDays);
        require(block.timestamp >= payableAt, NotPayableYet(payableAt, block.timestamp));
        (run.series, run.period) = (IBondToken(series), REDEMPTION);
        _begin(run, holders, payee, redemption.payableDay);
    }

    /// @dev All is booked: `burns[i]` of `owners[i]` goes, then the cash.
    function _burn(Run memory run, address[] memory owners, uint256[] memory burns) private returns (uint256) {
        _books[address(run.series)][REDEMPTION].done += run.done.toUint80();
        run.done = 0;
        _PROGRAMME.retire(address(run.series), owners, burns);
        return _settle(run);
    }

    /// @dev Nothing burns before all are booked, so a holder named twice finds his first payment in his claim.
    function _redeemOne(Run memory run, Redemption memory redemption, uint256 i) private returns (uint256 burns) {
        address holder = run.holders[i];
        uint256 balance = _balanceOf(address(run.series), holder);
        burns = run.series.freeBalanceOf(holder);
        Claim memory claim_ = _claimOf(address(run.series), holder, balance);
        // Of whom all is free nothing is pledged.
        uint256 target = burns == balance
            ? _targetOf(redemption, claim_)
            : _ownTargetOf(address(run.series), holder, redemption, claim_);
        if (target == claim_.burned) return 0;
        // Less what this batch booked before; what left by another way since his first payment (a buy-back) was not booked here.
        burns = Math.saturatingSub(burns, Math.saturatingSub(balance, claim_.face - claim_.burned));
        burns = Math.min(burns, target - claim_.burned);
        Amounts memory amounts = _redeemed(redemption, claim_, target, run.facts[i] >> _TAX_CLASS);
        if (_skips(run, i, burns == 0 ? type(uint256).max : 0, amounts.principal - amounts.tax)) return 0;
        target -= claim_.burned;
        if (burns != target) amounts = _redeemed(redemption, claim_, claim_.burned + burns, run.facts[i] >> _TAX_CLASS);
        _redeemUpTo(run, i, claim_, claim_.burned + burns, amounts);
    }

    function _redeemUpTo(Run memory run, uint256 i, Claim memory claim_, uint256 burned, Amounts memory amounts)
        private
    {
        _claims[address(run.series)][run.holders[i]] = Claim(claim_.face, burned.toUint128());
        burned -= claim_.burned;
        run.done += burned;
        emit Redeemed(address(run.series), run.holders[i], burned);
        _push(run, i, amounts.income, amounts.principal, amounts.tax);
    }

    function _claimOf(address series, address holder, uint256 balance) private view returns (Claim memory claim_) {
        claim_ = _claims[series][holder];
        if (claim_.face == 0) claim_.face = balance.toUint128();
    }

    /// @dev How much of his face a holder may have burned, from what is funded.
    function _targetOf(Redemption memory redemption, Claim memory claim_) private pure returns (uint256) {
        if (redemption.funded >= redemption.due) return claim_.face;
        return Math.max(claim_.burned, Units.shareDown(claim_.face, redemption.funded, redemption.due));
    }

    /// @dev The same, less what is kept for the creditor of what is pledged.
    function _ownTargetOf(address series, address holder, Redemption memory redemption, Claim memory claim_)
        private
        view
        returns (uint256)
    {
        uint256 kept = _keptOf(series, holder, redemption, 0);
        return Math.max(claim_.burned, Math.saturatingSub(_targetOf(redemption, claim_), kept));
    }

    /// @dev What the creditor may still collect: its share in what is funded, by what is pledged, was collected, and was `seized` just now.
    function _keptOf(address series, address holder, Redemption memory redemption, uint256 seized)
        private
        view
        returns (uint256)
    {
        (uint256 pledged,) = IBondToken(series).pledgedOf(holder);
        uint256 collected = _collected[series][holder];
        uint256 all = pledged + seized + collected;
        if (redemption.funded < redemption.due) all = Units.shareDown(all, redemption.funded, redemption.due);
        return Math.saturatingSub(all, collected);
    }

    function _taxClassOn(address holder, uint256 dayNumber) private view returns (uint256) {
        return _ALLOWLIST.taxClassOn(holder, dayNumber);
    }

    /// @dev What burning up to `burned` of a claim pays on top of what was paid before, and the tax on its discount.
    function _redeemed(Redemption memory redemption, Claim memory claim_, uint256 burned, uint256 taxClass)
        private
        pure
        returns (Amounts memory amounts)
    {
        if (claim_.face == 0) return amounts;
        uint256 whole = _redeemable(redemption, claim_.face);
        amounts.principal = Units.shareDown(whole, burned, claim_.face)
            - Units.shareDown(whole, claim_.burned, claim_.face);
        if (redemption.discount == 0) return amounts;
        bool isReduced = Units.shareDown(claim_.face, redemption.discount, Units.PAR) <= redemption.threshold;
        uint256 bps = TaxRowLib.rateOf(redemption.rates, isReduced, taxClass);
        uint256 tax = TaxRowLib.taxUp(Units.shareDown(burned, redemption.discount, Units.PAR), bps)
            - TaxRowLib.taxUp(Units.shareDown(claim_.burned, redemption.discount, Units.PAR), bps);
        // A step of less than the smallest amount may pay less than what its tax is rounded up to.
        amounts.tax = Math.min(tax, amounts.principal);
    }

    function _redeemable(Redemption memory redemption, uint256 face) private pure returns (uint256) {
        return Units.shareDown(Units.shareDown(face, redemption.factor, Units.WAD), redemption.price, Units.PAR);
    }

    function _redemptionOf(IBondToken series) private view returns (Redemption memory redemption) {
        Book storage book = _books[address(series)][REDEMPTION];
        redemption.factor = _MATHS.redemptionFactor(series);
        redemption.price = redemptionPriceOf(address(series));
        redemption.payableDay = Units.day(_MATHS.redemptionAt(series));
        redemption.funded = book.funded;
        redemption.due = _redeemable(redemption, series.totalSupply() + book.done);
    }

    /// @dev What was issued at par has no discount to tax: its redemption waits for no table.
    function _taxedRedemptionOf(IBondToken series) private view returns (Redemption memory redemption) {
        redemption = _redemptionOf(series);
        Features features = series.features();
        if (features.issuePrice() >= Units.PAR) return redemption;
        (TaxRow row, uint256 reduced) = _TAX_TABLE.rowOn(features.instrumentClass(), redemption.payableDay);
        if (!row.taxesDiscount()) return redemption;
        redemption.discount = Units.PAR - features.issuePrice();
        redemption.rates = (reduced << 128) | row.rates();
        redemption.threshold = row.threshold();
    }
}

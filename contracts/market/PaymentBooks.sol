// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {DynamicArrayLib} from "solady/src/utils/DynamicArrayLib.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {IBondMaths} from "../interfaces/IBondMaths.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {IPayingAgent} from "../interfaces/IPayingAgent.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {ITaxTable} from "../interfaces/ITaxTable.sol";
import {PaymentTerms, PaymentTermsLib} from "../libraries/PaymentTerms.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {Units} from "../libraries/Units.sol";

/// @title PaymentBooks
/// @notice What each payment was funded with, paid and withheld; how cash comes in, and how it leaves in a batch.
abstract contract PaymentBooks is IPayingAgent {
    using SafeERC20 for ICashToken;
    using SafeCast for uint256;

    /// @dev The first two words are all that a payment reads once it is open and wholly funded.
    struct Book {
        PaymentTerms terms;
        uint256 rates; // of the tax row: reduced << 128 | normal [bps]
        uint80 paid; // [1e6]
        uint80 withheld; // [1e6]
        uint80 done; // face [1e6]
        uint128 funded; // [1e6]
        uint128 remitted; // [1e6]
        uint128 due; // [1e6]
        uint96 threshold; // [1e6]
        uint64 factorBefore; // [1e18]
        uint64 factorScheduled; // [1e18]
        uint64 factorAfter; // [1e18]
        uint32 callPrice; // [1e6 per 100]
        uint64 calledEndAt; // where a call of the whole series ends it (Unix)
        uint128 stakes; // of payers who took nothing back yet [1e6]
        uint8 postponedDays;
    }

    /// @dev A batch on its way: who may be paid, and what comes out of it.
    struct Run {
        IBondToken series;
        uint256 period;
        address unclaimed; // where the money goes instead of to the holder, if anywhere
        address[] holders;
        uint256[] facts; // as `IAllowlist.payees` says them
        uint256 count;
        address[] payees;
        uint256[] amounts;
        uint256 paid;
        uint256 tax;
        uint256 done;
    }

    uint256 public constant REDEMPTION = type(uint256).max;
    uint256 internal constant _FACE = type(uint128).max;
    /// Place of the tax class in a fact of `IAllowlist.payees`.
    uint256 internal constant _TAX_CLASS = 168;

    IProgramme internal immutable _PROGRAMME;
    ICashToken internal immutable _CASH;
    IAllowlist internal immutable _ALLOWLIST;
    IBondMaths internal immutable _MATHS;
    ITaxTable internal immutable _TAX_TABLE;

    address internal _taxAccount;
    address internal _unclaimedAccount;
    mapping(address series => mapping(uint256 period => Book)) internal _books;
    mapping(address series => mapping(uint256 period => mapping(address payer => uint256))) private _stakes; // [1e6]

    constructor(IProgramme programme, ICashToken cash, IAllowlist allowlist, IBondMaths maths, ITaxTable taxTable) {
        _PROGRAMME = programme;
        _CASH = cash;
        _ALLOWLIST = allowlist;
        _MATHS = maths;
        _TAX_TABLE = taxTable;
    }

    /// @inheritdoc IPayingAgent
    function fund(address series, uint256 amount) external returns (uint256) {
        return fundPayment(series, REDEMPTION, amount);
    }

    /// @inheritdoc IPayingAgent
    function fundPayment(address series, uint256 period, uint256 amount) public returns (uint256 taken) {
        _requireSeries(series);
        taken = Math.min(amount, _missing(series, period));
        require(taken != 0, NothingToFund(series));
        _book(series, period, taken);
        _take(taken);
    }

    /// @inheritdoc IPayingAgent
    function fundAll(address series, uint256 amount) external returns (uint256 taken) {
        _requireSeries(series);
        uint256 periods = IBondToken(series).features().periods();
        uint256 total;
        // The redemption counts as the period after the last.
        for (uint256 i = 0; i <= periods; ++i) {
            total += _missed(series, i == periods ? REDEMPTION : i);
        }
        amount = Math.min(amount, total);
        for (uint256 i = 0; amount != 0 && i <= periods; ++i) {
            uint256 period = i == periods ? REDEMPTION : i;
            uint256 share = Units.shareDown(_missed(series, period), amount, total);
            if (share == 0) continue;
            _book(series, period, share);
            taken += share;
        }
        require(taken != 0, NothingToFund(series));
        _take(taken);
    }

    /// @inheritdoc IPayingAgent
    function remit(address series, uint256 period) external returns (uint256) {
        return _remit(series, period);
    }

    /// @inheritdoc IPayingAgent
    function returnDust(address series, uint256 period, address payer) external returns (uint256 dust) {
        _requireSeries(series);
        Book storage book = _books[series][period];
        require(_isComplete(series, period, book), NotComplete(series, period));
        uint256 stake = _stakes[series][period][payer];
        // In proportion to what is not returned yet: the last of the payers gets what is left, to the unit.
        dust = Math.mulDiv(book.funded - book.paid - book.withheld, stake, Math.max(book.stakes, 1));
        delete _stakes[series][period][payer];
        book.stakes -= uint128(stake);
        book.funded -= uint128(dust);
        // A payment that nobody was paid may still come: the end that took it away can be taken back.
        book.terms = book.terms.withFlag(PaymentTermsLib.FLAG_CLOSED, book.done != 0);
        emit DustReturned(series, period, payer, dust);
        if (dust != 0) _CASH.safeTransfer(payer, dust);
    }

    /// @inheritdoc IPayingAgent
    function accounts() external view returns (address, address) {
        return (_taxAccount, _unclaimedAccount);
    }

    /// @inheritdoc IPayingAgent
    function accountOf(address series, uint256 period) external view returns (Account memory) {
        Book storage book = _books[series][period];
        return Account(book.funded, book.paid, book.withheld, book.remitted, book.done, book.postponedDays);
    }

    /// @inheritdoc IPayingAgent
    function payableAtOf(address series, uint256 period) public view returns (uint256 payableAt) {
        if (period == REDEMPTION) payableAt = _MATHS.redemptionAt(IBondToken(series));
        else (, payableAt) = _datesOf(series, period);
        return payableAt + _books[series][period].postponedDays * uint256(1 days);
    }

    /// @inheritdoc IPayingAgent
    function isMissed(address series, uint256 period) external view returns (bool) {
        return _missed(series, period) != 0;
    }

    /// @inheritdoc IPayingAgent
    function dueOf(address series, uint256 period) public view virtual returns (uint256);

    /// @dev Asks the Allowlist once for all, on the scheduled payable day.
    function _begin(Run memory run, address[] memory holders, address unclaimed, uint256 payableDay) internal view {
        run.unclaimed = unclaimed;
        run.holders = holders;
        run.facts = _ALLOWLIST.payees(holders, payableDay);
        run.payees = new address[](holders.length);
        run.amounts = new uint256[](holders.length);
    }

    /// @dev Passes a holder over who may not receive, or of whom `word` says above the face that something is frozen.
    function _skips(Run memory run, uint256 i, uint256 word, uint256 owed) internal returns (bool) {
        // Who may receive does not matter where the money goes to the account of the unclaimed.
        uint8 code = run.unclaimed == address(0) ? uint8(run.facts[i]) : Restrictions.NONE;
        if (code == Restrictions.NONE && word > _FACE) code = Restrictions.FROZEN_OR_PLEDGED;
        if (code == Restrictions.NONE) return false;
        emit PaymentSkipped(address(run.series), run.period, run.holders[i], code, owed);
        return true;
    }

    /// @dev What a wallet was entitled to goes to its successor once it was replaced.
    function _push(Run memory run, uint256 i, uint256 income, uint256 principal, uint256 tax) internal {
        if (income + principal == 0) return;
        emit Paid(address(run.series), run.period, run.holders[i], income, principal, tax);
        run.tax += tax;
        uint256 cash = income + principal - tax;
        address payee = run.unclaimed == address(0) ? address(uint160(run.facts[i] >> 8)) : run.unclaimed;
        uint256 count = run.count;
        run.payees[count] = payee;
        run.amounts[count] = cash;
        run.count = count + 1;
        run.paid += cash;
    }

    /// @dev Everything is booked before the cash leaves, and what left is held against it.
    function _settle(Run memory run) internal returns (uint256) {
        Book storage book = _books[address(run.series)][run.period];
        // Who is owed less than the smallest amount is done with nothing.
        if (run.done != 0) book.done += run.done.toUint80();
        if (run.count == 0) return 0;
        book.paid += run.paid.toUint80();
        book.withheld += run.tax.toUint80();
        uint256[] memory payees = DynamicArrayLib.truncate(DynamicArrayLib.toUint256Array(run.payees), run.count);
        _send(DynamicArrayLib.asAddressArray(payees), DynamicArrayLib.truncate(run.amounts, run.count), run.paid);
        return run.paid;
    }

    function _remit(address series, uint256 period) internal returns (uint256 tax) {
        Book storage book = _books[series][period];
        tax = book.withheld - book.remitted;
        if (tax == 0) return 0;
        require(_taxAccount != address(0), AccountMissing());
        book.remitted += tax.toUint128();
        emit TaxRemitted(series, period, _taxAccount, tax);
        uint256[] memory amounts = new uint256[](1);
        amounts[0] = tax;
        _send(_alone(_taxAccount), amounts, tax);
    }

    function _alone(address account) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }

    function _send(address[] memory payees, uint256[] memory amounts, uint256 total) private {
        uint256 before = _held();
        require(_CASH.transferBatch(payees, amounts), CashRefused(total));
        uint256 left = before - _held();
        require(left == total, CashShort(left, total));
    }

    /// @dev What is payable and not funded.
    function _missed(address series, uint256 period) private view returns (uint256) {
        // What lies ahead is not reckoned: the rate of a floater may not be known.
        uint256 endsAt = period == REDEMPTION ? _endAt(series) : _endsAt(series, period);
        if (endsAt == 0 || block.timestamp < endsAt || block.timestamp < payableAtOf(series, period)) return 0;
        return _missing(series, period);
    }

    function _missing(address series, uint256 period) private view returns (uint256) {
        Book storage book = _books[series][period];
        if (book.terms.has(PaymentTermsLib.FLAG_CLOSED)) return 0;
        if (period == REDEMPTION && _isSuperseded(series)) return 0;
        return Math.saturatingSub(dueOf(series, period), book.funded);
    }

    function _book(address series, uint256 period, uint256 amount) private {
        Book storage book = _books[series][period];
        uint128 funded = book.funded + amount.toUint128();
        book.funded = funded;
        book.stakes += uint128(amount);
        _stakes[series][period][msg.sender] += amount;
        bool isWhole = book.terms.has(PaymentTermsLib.FLAG_OPEN) && funded >= book.due;
        if (isWhole) book.terms = book.terms.withFlag(PaymentTermsLib.FLAG_WHOLE, true);
        emit Funded(series, period, msg.sender, amount, funded);
    }

    function _take(uint256 amount) private {
        uint256 before = _held();
        _CASH.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = _held() - before;
        require(received == amount, CashShort(received, amount));
    }

    function _isComplete(address series, uint256 period, Book storage book) private view returns (bool) {
        if (period == REDEMPTION) {
            return block.timestamp >= _endAt(series) && IBondToken(series).totalSupply() == 0;
        }
        // What was funded for a payment after the end is nobody's but the payer's.
        if (_endsAt(series, period) == 0) return block.timestamp >= _endAt(series);
        (uint256 recordAt,) = _datesOf(series, period);
        return block.timestamp >= recordAt && book.done == IBondToken(series).supplyAt(recordAt);
    }

    // What is asked in several places is asked through one: the code of a call to another contract is a hundred bytes.

    function _endAt(address series) internal view returns (uint256) {
        return IBondToken(series).endAt();
    }

    function _endsAt(address series, uint256 period) internal view returns (uint256) {
        return _MATHS.endsAt(IBondToken(series), period);
    }

    function _datesOf(address series, uint256 period) internal view returns (uint256 recordAt, uint256 payableAt) {
        return _MATHS.datesOf(IBondToken(series), period);
    }

    function _balanceOf(address series, address holder) internal view returns (uint256) {
        return IBondToken(series).balanceOf(holder);
    }

    function _isSuperseded(address series) internal view returns (bool) {
        return _PROGRAMME.isSuperseded(series);
    }

    function _held() private view returns (uint256) {
        return _CASH.balanceOf(address(this));
    }

    function _requireSeries(address series) internal view {
        bool known = _PROGRAMME.isDebt(series) && IBondToken(series).currency() == _CASH.currency();
        require(known, SeriesUnknown(series));
    }
}

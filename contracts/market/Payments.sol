// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBondMaths} from "../interfaces/IBondMaths.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {IPayingAgent} from "../interfaces/IPayingAgent.sol";
import {PaymentTerms, PaymentTermsLib} from "../libraries/PaymentTerms.sol";
import {TaxRow, TaxRowLib} from "../libraries/TaxRow.sol";
import {Units} from "../libraries/Units.sol";
import {PaymentBooks} from "./PaymentBooks.sol";

/// @title Payments
/// @notice A payment of the schedule: opened once, paid in batches or claimed, partly or in whole.
abstract contract Payments is PaymentBooks {
    using SafeCast for uint256;

    /// @dev What a holder was paid of a payment that is not wholly funded yet.
    struct Part {
        uint128 income; // [1e6]
        uint128 principal; // [1e6]
        uint256 tax; // [1e6]
    }

    mapping(address series => mapping(address holder => uint256 periods)) internal _done;
    mapping(address series => mapping(uint256 period => mapping(address holder => Part))) internal _parts;

    /// @inheritdoc IPayingAgent
    function pay(address series, uint256 period, address[] calldata holders) external returns (uint256 paid) {
        paid = _pay(series, period, holders, address(0));
        _remit(series, period);
    }

    /// @inheritdoc IPayingAgent
    function claim(address series, uint256 period) external returns (uint256) {
        return _pay(series, period, _alone(msg.sender), address(0));
    }

    function _pay(address series, uint256 period, address[] memory holders, address unclaimed)
        internal
        returns (uint256)
    {
        PaymentTerms terms = _open(series, period);
        Run memory run;
        (run.series, run.period) = (IBondToken(series), period);
        _begin(run, holders, unclaimed, terms.payableDay());
        uint256[] memory faces = run.series.balancesAt(holders, Units.startOf(terms.recordDay()));
        // Once someone was paid a part, what is left is reckoned for each, until all are paid.
        uint256 simple = PaymentTermsLib.FLAG_OPEN | PaymentTermsLib.FLAG_WHOLE | PaymentTermsLib.FLAG_PLAIN;
        uint256 others = PaymentTermsLib.FLAG_PARTS | PaymentTermsLib.FLAG_THRESHOLD;
        if (PaymentTerms.unwrap(terms) & (simple | others) == simple) _paySimple(run, terms, faces);
        else _payAny(run, faces);
        return _settle(run);
    }

    /// @dev Wholly funded income on principal that is the face: what nearly every payment is.
    function _paySimple(Run memory run, PaymentTerms terms, uint256[] memory words) private {
        mapping(address holder => uint256) storage done = _done[address(run.series)];
        uint256 rates = uint128(_books[address(run.series)][run.period].rates);
        for (uint256 i = 0; i < words.length; ++i) {
            address holder = run.holders[i];
            uint256 periods = done[holder];
            uint256 face = words[i] & _FACE;
            if (face == 0 || periods & (1 << run.period) != 0) continue;
            uint256 income = terms.incomeDown(face);
            uint256 tax = TaxRowLib.taxUp(income, TaxRowLib.rateIn(rates, run.facts[i] >> _TAX_CLASS));
            if (_skips(run, i, words[i], income - tax)) continue;
            done[holder] = periods | (1 << run.period);
            run.done += face;
            _push(run, i, income, 0, tax);
        }
    }

    /// @dev The rest: partly funded, with instalments, with a threshold.
    function _payAny(Run memory run, uint256[] memory faces) private {
        address series = address(run.series);
        Book memory book = _bookOf(series, run.period);
        bool whole = book.funded >= book.due;
        uint256 bit = 1 << run.period;
        for (uint256 i = 0; i < faces.length; ++i) {
            address holder = run.holders[i];
            uint256 face = faces[i] & _FACE;
            if (face == 0 || _done[series][holder] & bit != 0) continue;
            Part storage part = _parts[series][run.period][holder];
            Amounts memory amounts = _owed(book, part, face, run.facts[i] >> _TAX_CLASS);
            if (_skips(run, i, faces[i], amounts.income + amounts.principal - amounts.tax)) continue;
            if (whole) {
                _done[series][holder] |= bit;
                run.done += face;
            } else {
                part.income += amounts.income.toUint128();
                part.principal += amounts.principal.toUint128();
                part.tax += amounts.tax;
            }
            _push(run, i, amounts.income, amounts.principal, amounts.tax);
        }
        if (!whole) {
            Book storage stored = _books[series][run.period];
            stored.terms = stored.terms.withFlag(PaymentTermsLib.FLAG_PARTS, true);
        }
    }

    /// @dev What is left to pay a holder, from what is funded.
    function _owed(Book memory book, Part memory part, uint256 face, uint256 taxClass)
        internal
        pure
        returns (Amounts memory amounts)
    {
        amounts = _entitled(book, face);
        bool isReduced = amounts.income <= book.threshold;
        uint256 bps = TaxRowLib.rateOf(book.rates, isReduced, taxClass);
        if (book.funded < book.due) {
            amounts.income = Units.shareDown(amounts.income, book.funded, book.due);
            amounts.income -= amounts.income % Units.MINOR_UNIT;
            amounts.principal = Units.shareDown(amounts.principal, book.funded, book.due);
        }
        amounts.tax = TaxRowLib.taxUp(amounts.income, bps);
        amounts.income -= part.income;
        amounts.principal -= part.principal;
        // A class that changed in between may have been taxed more: nothing is taken twice, nothing given back.
        amounts.tax = Math.min(Math.saturatingSub(amounts.tax, part.tax), amounts.income);
    }

    /// @dev What a face is entitled to when all is funded: income down to the minor unit, principal down to the unit.
    function _entitled(Book memory book, uint256 face) private pure returns (Amounts memory amounts) {
        uint256 principal = Units.shareDown(face, book.factorBefore, Units.WAD);
        amounts.income = book.terms.incomeDown(principal);
        amounts.principal = Units.shareDown(face, book.factorBefore - book.factorScheduled, Units.WAD);
        uint256 called = Units.shareDown(face, book.factorScheduled - book.factorAfter, Units.WAD);
        if (called != 0) amounts.principal += Units.shareDown(called, book.callPrice, Units.PAR);
    }

    /// @dev The terms of a payment, computed once it is payable and kept; a payment that the end of its series cuts short is reckoned
    /// anew each time, because the end may still be taken back.
    function _open(address series, uint256 period) private returns (PaymentTerms terms) {
        Book storage stored = _books[series][period];
        terms = stored.terms;
        if (terms.has(PaymentTermsLib.FLAG_OPEN)) return terms;
        _requireSeries(series);
        Book memory book = _bookOf(series, period);
        terms = book.terms;
        uint256 payableAt = Units.startOf(terms.payableDay() + book.postponedDays);
        require(block.timestamp >= payableAt, NotPayableYet(payableAt, block.timestamp));
        if (!terms.has(PaymentTermsLib.FLAG_OPEN)) return terms;
        stored.terms = terms;
        stored.rates = book.rates;
        (stored.due, stored.threshold) = (book.due, book.threshold);
        if (terms.has(PaymentTermsLib.FLAG_PLAIN)) return terms;
        (stored.factorBefore, stored.factorScheduled) = (book.factorBefore, book.factorScheduled);
        stored.factorAfter = book.factorAfter;
    }

    function _bookOf(address series, uint256 period) internal view returns (Book memory book) {
        book = _books[series][period];
        if (!book.terms.has(PaymentTermsLib.FLAG_OPEN)) _reckon(book, IBondToken(series), period);
        if (!book.terms.has(PaymentTermsLib.FLAG_PLAIN)) return book;
        book.factorBefore = uint64(Units.WAD);
        book.factorScheduled = uint64(Units.WAD);
        book.factorAfter = uint64(Units.WAD);
    }

    /// @dev A book with its terms, before its record date on the face outstanding now. It is open once the record date has closed
    /// and nothing can change any more.
    function _reckon(Book memory book, IBondToken series, uint256 period) private view {
        IBondMaths.Payment memory payment = _MATHS.paymentOf(series, period);
        bool hasParts = book.terms.has(PaymentTermsLib.FLAG_PARTS);
        _reckonTerms(book, payment);
        _reckonRates(book, series.features().instrumentClass());
        bool isRecorded = block.timestamp >= payment.recordAt;
        Amounts memory all =
            _entitled(book, isRecorded ? series.supplyAt(payment.recordAt) : series.totalSupply());
        book.due = (all.income + all.principal).toUint128();
        PaymentTerms terms = book.terms.withFlag(PaymentTermsLib.FLAG_OPEN, isRecorded && !payment.isCut);
        terms = terms.withFlag(PaymentTermsLib.FLAG_WHOLE, book.funded >= book.due);
        book.terms = terms.withFlag(PaymentTermsLib.FLAG_PARTS, hasParts);
    }

    function _reckonTerms(Book memory book, IBondMaths.Payment memory payment) private pure {
        book.terms = PaymentTermsLib.pack(
            payment.numerator.toUint88(),
            payment.denominator,
            Units.day(payment.recordAt),
            Units.day(payment.payableAt)
        );
        // Factors are at most one [1e18].
        book.factorBefore = uint64(payment.factorBefore);
        book.factorScheduled = uint64(payment.factorScheduled);
        book.factorAfter = uint64(payment.factorAfter);
        bool isPlain = payment.factorBefore == Units.WAD && payment.factorAfter == Units.WAD;
        book.terms = book.terms.withFlag(PaymentTermsLib.FLAG_PLAIN, isPlain);
    }

    function _reckonRates(Book memory book, uint256 instrumentClass) private view {
        (TaxRow row, uint256 reduced) = _TAX_TABLE.rowOn(instrumentClass, book.terms.payableDay());
        book.rates = (reduced << 128) | row.rates();
        book.threshold = uint96(row.threshold());
        book.terms = book.terms.withFlag(PaymentTermsLib.FLAG_THRESHOLD, book.threshold != 0);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {DateTimeLib} from "solady/src/utils/DateTimeLib.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IBondMaths} from "../interfaces/IBondMaths.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {IFixings} from "../interfaces/IFixings.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {Features, FeaturesLib, Option, Period, ScheduleLib} from "../libraries/Schedule.sol";
import {Units} from "../libraries/Units.sol";

/// @title BondMaths
/// @notice Reads a series' schedule and computes what follows from it. The same rules stand in `rwa_deploy.finance`.
contract BondMaths is IBondMaths {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @dev Income per unit of principal, exact.
    struct Fraction {
        uint256 numerator;
        uint256 denominator;
    }

    uint256 private constant _RATE = 1e8;
    uint256 private constant _BILLIONTH = 1e9;
    uint256 private constant _YEAR_DAYS = 365;
    /// Stands in the place of the form for a floater whose unknown rates are those of its last fixing.
    uint256 private constant _PROJECTED = 255;

    IFixings private immutable _FIXINGS;

    constructor(IFixings fixings) {
        _FIXINGS = fixings;
    }

    /// @inheritdoc IBondMaths
    function paymentOf(IBondToken series, uint256 period) external view returns (Payment memory payment) {
        (payment.recordAt, payment.payableAt) = datesOf(series, period);
        (Period entry,, bool isFirst) = series.periodAt(period);
        uint256 cutDay = Units.day(series.endAt());
        uint256 endDay = entry.endDay();
        payment.isCut = cutDay < endDay;
        Fraction memory income = _income(series, series.features(), period, isFirst, Math.min(cutDay, endDay));
        (payment.numerator, payment.denominator) = (income.numerator, income.denominator);
        (payment.factorBefore, payment.factorScheduled, payment.factorAfter) = factorsAt(series, period);
        // What is left at the end is redeemed against burning.
        if (cutDay <= endDay) {
            (payment.factorScheduled, payment.factorAfter) = (payment.factorBefore, payment.factorBefore);
        }
    }

    /// @inheritdoc IBondMaths
    function datesOf(IBondToken series, uint256 period) public view returns (uint256 recordAt, uint256 payableAt) {
        uint256 endAt = endsAt(series, period);
        require(endAt != 0, PeriodNotPaid(period));
        (Period entry,,) = series.periodAt(period);
        uint256 endDay = entry.endDay();
        recordAt = Math.min(Units.startOf(endDay - series.features().recordDays()), endAt);
        // What is cut short is payable where it is cut.
        payableAt = Units.day(endAt) < endDay ? endAt : Units.startOf(endDay + entry.rollDays());
    }

    /// @inheritdoc IBondMaths
    function endsAt(IBondToken series, uint256 period) public view returns (uint256) {
        (Period entry, uint256 startDay, bool isFirst) = series.periodAt(period);
        uint256 endDay = entry.endDay();
        uint256 cutDay = Units.day(series.endAt());
        while (!isFirst) (, startDay, isFirst) = series.periodAt(--period);
        return entry.pays() && startDay < cutDay ? Units.startOf(Math.min(endDay, cutDay)) : 0;
    }

    /// @inheritdoc IBondMaths
    function redemptionAt(IBondToken series) external view returns (uint256) {
        uint256 endDay = Units.day(series.endAt());
        for (uint256 i = series.features().periods(); i != 0; --i) {
            (Period entry,,) = series.periodAt(i - 1);
            if (entry.endDay() == endDay) return Units.startOf(endDay + entry.rollDays());
            if (entry.endDay() < endDay) break;
        }
        return Units.startOf(endDay);
    }

    /// @inheritdoc IBondMaths
    function optionPrice(IBondToken series, uint256 period, uint256 kind) external view returns (uint256) {
        uint256[] memory words = series.options();
        for (uint256 i = 0; i < 4 * words.length; ++i) {
            Option option = ScheduleLib.optionIn(words[i / 4], i);
            bool found = option.kind() == kind && option.period() == period && option.price() != 0;
            if (found) return option.price();
        }
        revert OptionUnknown(period, kind);
    }

    /// @inheritdoc IBondMaths
    function accruedAt(IBondToken series, uint256 at) public view returns (int256, uint256) {
        uint256 today = _day(series, at);
        Features features = series.features();
        if (features.periods() == 0) return (0, 1);
        uint256 period = _payingAt(series, features, today);
        (Period entry,, bool isFirst) = series.periodAt(period);
        Fraction memory run = _income(series, features, period, isFirst, today);
        if (today + features.recordDays() < entry.endDay()) return (run.numerator.toInt256(), run.denominator);
        Fraction memory whole = _income(series, features, period, isFirst, entry.endDay());
        // Both have the same denominator: the parts of a period differ by their days only.
        return (run.numerator.toInt256() - whole.numerator.toInt256(), run.denominator);
    }

    /// @inheritdoc IBondMaths
    function accruedUp(IBondToken series, uint256 face, uint256 at) external view returns (int256 cash) {
        (int256 numerator, uint256 denominator) = accruedAt(series, at);
        uint256 principal = Units.shareDown(face, _factorOn(series, Units.day(at)), Units.WAD);
        if (numerator >= 0) {
            return Units.minorUp(principal, numerator.toUint256(), denominator).toInt256();
        }
        return -Units.minorDown(principal, (-numerator).toUint256(), denominator).toInt256();
    }

    /// @inheritdoc IBondMaths
    function periodAt(IBondToken series, uint256 at) external view returns (uint256) {
        return _payingAt(series, series.features(), _day(series, at));
    }

    /// @inheritdoc IBondMaths
    function dirtyPrice(IBondToken series, uint256 at, int256 yield) external view returns (uint256 price) {
        uint256 today = _day(series, at);
        Features features = series.features();
        uint256 form = features.form();
        uint256 exact;
        if (form == FeaturesLib.DISCOUNT) exact = _simple(series, today, yield);
        else if (form == FeaturesLib.ZERO) exact = _annual(series, today, yield);
        else exact = _street(series, features, today, yield);
        return (exact * Units.PAR + Units.WAD / 2) / Units.WAD;
    }

    /// @inheritdoc IBondMaths
    function poolFactor(IBondToken series) external view returns (uint256) {
        return _factorOn(series, Units.day(block.timestamp));
    }

    /// @inheritdoc IBondMaths
    function redemptionFactor(IBondToken series) external view returns (uint256) {
        return _factorOn(series, type(uint256).max);
    }

    /// @inheritdoc IBondMaths
    function factorsAt(IBondToken series, uint256 period)
        public
        view
        returns (uint256 before, uint256 scheduled, uint256 afterCall)
    {
        require(period < series.features().periods(), IBondToken.PeriodUnknown(period));
        before = period == 0 ? Units.WAD : series.factorAt(period - 1) * _BILLIONTH;
        scheduled = series.factorAt(period) * _BILLIONTH;
        afterCall = scheduled;
        uint256[] memory calls = IProgramme(series.programme()).callsOf(address(series));
        // The same products in the same order, so that the factor after one payment is the factor before the next.
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 at = calls[i] >> 128;
            uint256 kept = uint128(calls[i]);
            if (at < period) {
                before = before * kept / Units.WAD;
                scheduled = scheduled * kept / Units.WAD;
            }
            if (at <= period) afterCall = afterCall * kept / Units.WAD;
        }
    }

    /// @dev The factor after the last payment that was due by `dayNumber` and before the end.
    function _factorOn(IBondToken series, uint256 dayNumber) private view returns (uint256 factor) {
        uint256 endDay = Units.day(series.endAt());
        for (uint256 i = series.features().periods(); i != 0; --i) {
            (Period entry,,) = series.periodAt(i - 1);
            uint256 paidDay = entry.endDay();
            if (paidDay > dayNumber || paidDay >= endDay) continue;
            (,, factor) = factorsAt(series, i - 1);
            return factor;
        }
        return Units.WAD;
    }

    /// @dev Income of the payment at the end of `period`, up to `toDay`: of the period and of the parts of a long stub before it.
    function _income(IBondToken series, Features features, uint256 period, bool isFirst, uint256 toDay)
        private
        view
        returns (Fraction memory income)
    {
        income = _partOf(series, features, period, toDay);
        while (!isFirst) {
            --period;
            (,, isFirst) = series.periodAt(period);
            Fraction memory part = _partOf(series, features, period, toDay);
            income.numerator =
                income.numerator * part.denominator + part.numerator * income.denominator;
            income.denominator *= part.denominator;
        }
    }

    function _partOf(IBondToken series, Features features, uint256 period, uint256 toDay)
        private
        view
        returns (Fraction memory)
    {
        (Period entry, uint256 startDay,) = series.periodAt(period);
        uint256 rate = _rateOf(address(series), features.form(), period, entry);
        uint256 basis = features.basis();
        uint256 endDay = Math.max(startDay, Math.min(toDay, entry.endDay()));
        if (basis == FeaturesLib.THIRTY_360) return Fraction(rate * _days360(startDay, endDay), _RATE * 360);
        uint256 numerator = rate * (endDay - startDay);
        if (basis == FeaturesLib.ACT_ACT_ICMA) {
            return Fraction(numerator, _RATE * features.frequency() * entry.referenceDays());
        }
        return Fraction(numerator, _RATE * (basis == FeaturesLib.ACT_360 ? 360 : _YEAR_DAYS));
    }

    function _rateOf(address series, uint256 form, uint256 period, Period entry) private view returns (uint256) {
        if (form == _PROJECTED) return _FIXINGS.projectedRateOf(series, period);
        return form == FeaturesLib.FLOATING ? _FIXINGS.rateOf(series, period) : entry.rate();
    }

    /// @dev For a price: where no rate of a floater is fixed yet, the last one runs on.
    function _projected(Features features) private pure returns (Features) {
        if (features.form() != FeaturesLib.FLOATING) return features;
        return Features.wrap(Features.unwrap(features) - FeaturesLib.FLOATING + _PROJECTED);
    }

    /// @dev The paying period that runs on `dayNumber`: the first one whose end lies after it.
    function _payingAt(IBondToken series, Features features, uint256 dayNumber) private view returns (uint256) {
        uint256 count = features.periods();
        for (uint256 i = 0; i < count; ++i) {
            (Period entry,,) = series.periodAt(i);
            if (entry.pays() && dayNumber < entry.endDay()) return i;
        }
        revert DateInvalid(Units.startOf(dayNumber));
    }

    function _day(IBondToken series, uint256 at) private view returns (uint256) {
        require(at >= series.issueDate() && at < series.endAt(), DateInvalid(at));
        return Units.day(at);
    }

    /// @dev 100 / (1 + y × days / 365), per unit [1e18].
    function _simple(IBondToken series, uint256 today, int256 yield) private view returns (uint256) {
        int256 term = (Units.day(series.maturityDate()) - today).toInt256();
        int256 growth = Units.WAD.toInt256() + yield * term / _YEAR_DAYS.toInt256();
        require(growth > 0, YieldInvalid(yield));
        return Units.WAD * Units.WAD / growth.toUint256();
    }

    /// @dev (1 + y)^-(whole years + stub / 365), the years counted back from maturity, per unit [1e18].
    function _annual(IBondToken series, uint256 today, int256 yield) private view returns (uint256) {
        (uint256 year, uint256 month, uint256 dayOfMonth) = DateTimeLib.epochDayToDate(Units.day(series.maturityDate()));
        uint256 wholeYears;
        uint256 anchor = Units.day(series.maturityDate());
        while (true) {
            uint256 lastDay = DateTimeLib.daysInMonth(year - wholeYears - 1, month);
            uint256 earlier =
                DateTimeLib.dateToEpochDay(year - wholeYears - 1, month, Math.min(dayOfMonth, lastDay));
            if (earlier < today) break;
            anchor = earlier;
            ++wholeYears;
        }
        uint256 step = _discount(yield, 1);
        uint256 stub = (anchor - today) * Units.WAD / _YEAR_DAYS;
        return _power(step, stub) * _whole(step, wholeYears) / Units.WAD;
    }

    /// @dev Each payment discounted by (1 + y / f) to the power of the periods until it, the running one in part. Per unit of the
    /// principal now [1e18].
    function _street(IBondToken series, Features features, uint256 today, int256 yield) private view returns (uint256) {
        uint256 step = _discount(yield, features.frequency());
        uint256 first = _payingAt(series, features, today);
        uint256 discount = _power(step, _leftOf(series, features, first, today));
        (Period entry,,) = series.periodAt(first);
        bool isEx = today + features.recordDays() >= entry.endDay();
        uint256 price = _flow(series, features, first, isEx) * discount / Units.WAD;
        for (uint256 i = first + 1; i < features.periods(); ++i) {
            (entry,,) = series.periodAt(i);
            if (!entry.pays()) continue;
            discount = discount * _power(step, _leftOf(series, features, i, 0)) / Units.WAD;
            price += _flow(series, features, i, false) * discount / Units.WAD;
        }
        (uint256 whole,,) = factorsAt(series, first);
        return price * Units.WAD / whole;
    }

    /// @dev Cash of a payment per unit of original face [1e18]; in the ex-coupon period its income is the seller's.
    function _flow(IBondToken series, Features features, uint256 period, bool isEx)
        private
        view
        returns (uint256 cash)
    {
        (uint256 before,, uint256 afterCall) = factorsAt(series, period);
        bool isLast = period + 1 == features.periods();
        if (isEx) return isLast ? before : 0;
        cash = isLast ? before : before - afterCall;
        (Period entry,, bool isFirst) = series.periodAt(period);
        Fraction memory income = _income(series, _projected(features), period, isFirst, entry.endDay());
        cash += Math.mulDiv(before, income.numerator, income.denominator);
    }

    /// @dev What is left of a paying period on day `today`, in regular periods [1e18]; all of it when it has not begun.
    function _leftOf(IBondToken series, Features features, uint256 period, uint256 today)
        private
        view
        returns (uint256 left)
    {
        (Period entry, uint256 startDay, bool isFirst) = series.periodAt(period);
        left = _leftIn(features, entry, startDay, today);
        while (!isFirst) {
            --period;
            (entry, startDay, isFirst) = series.periodAt(period);
            left += _leftIn(features, entry, startDay, today);
        }
    }

    /// @dev The whole less what has run: under 30/360 the days from today to the end may be others.
    function _leftIn(Features features, Period entry, uint256 startDay, uint256 today) private pure returns (uint256) {
        uint256 endDay = entry.endDay();
        uint256 run = Math.min(Math.max(startDay, today), endDay);
        return _share(features, entry, startDay, endDay) - _share(features, entry, startDay, run);
    }

    /// @dev Days between as a share of a regular period [1e18], by the day count of the series.
    function _share(Features features, Period entry, uint256 fromDay, uint256 toDay) private pure returns (uint256) {
        uint256 basis = features.basis();
        uint256 frequency = features.frequency();
        if (basis == FeaturesLib.ACT_ACT_ICMA) return (toDay - fromDay) * Units.WAD / entry.referenceDays();
        if (basis == FeaturesLib.THIRTY_360) return _days360(fromDay, toDay) * frequency * Units.WAD / 360;
        uint256 year = basis == FeaturesLib.ACT_360 ? 360 : _YEAR_DAYS;
        return (toDay - fromDay) * frequency * Units.WAD / year;
    }

    /// @dev 1 / (1 + y / frequency) [1e18].
    function _discount(int256 yield, uint256 frequency) private pure returns (uint256) {
        int256 growth = Units.WAD.toInt256() + yield / frequency.toInt256();
        require(growth > 0, YieldInvalid(yield));
        return Units.WAD * Units.WAD / growth.toUint256();
    }

    function _power(uint256 base, uint256 exponent) private pure returns (uint256) {
        if (exponent == Units.WAD) return base;
        return FixedPointMathLib.powWad(base.toInt256(), exponent.toInt256()).toUint256();
    }

    function _whole(uint256 base, uint256 exponent) private pure returns (uint256) {
        return FixedPointMathLib.rpow(base, exponent, Units.WAD);
    }

    /// @dev ISDA 2006, 4.16(f): a 31st counts as the 30th, the end only when the start is one.
    function _days360(uint256 fromDay, uint256 toDay) private pure returns (uint256) {
        (uint256 y1, uint256 m1, uint256 d1) = DateTimeLib.epochDayToDate(fromDay);
        (uint256 y2, uint256 m2, uint256 d2) = DateTimeLib.epochDayToDate(toDay);
        if (d1 == 31) d1 = 30;
        if (d2 == 31 && d1 == 30) d2 = 30;
        return (360 * y2 + 30 * m2 + d2) - (360 * y1 + 30 * m1 + d1);
    }
}

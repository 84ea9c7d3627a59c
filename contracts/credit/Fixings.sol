// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {IFixings} from "../interfaces/IFixings.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {Features, FeaturesLib} from "../libraries/Schedule.sol";
import {Units} from "../libraries/Units.sol";

/// @title Fixings
/// @notice The rates of floating periods: before the period, or by the fallback, or the rate before.
contract Fixings is IFixings, AccessManaged {
    using SafeCast for uint256;

    uint256 private constant _NOTICE = 45 days;
    uint256 private constant _FALLBACK = 7 days;

    IProgramme private immutable _PROGRAMME;

    mapping(address series => mapping(uint256 period => Fixing)) private _fixings;

    constructor(address authority_, IProgramme programme) AccessManaged(authority_) {
        _PROGRAMME = programme;
    }

    /// @inheritdoc IFixings
    function fix(address series, uint256 period, uint256 benchmark, bytes32 source) external restricted {
        uint256 beginsAt = _beginsAt(series, period);
        _requireWindow(beginsAt - _NOTICE, beginsAt);
        _fix(series, period, _withMargin(series, benchmark), Kind.AUCTION, source);
    }

    /// @inheritdoc IFixings
    function fixFallback(address series, uint256 period, uint256 benchmark, bytes32 source) external restricted {
        uint256 beginsAt = _beginsAt(series, period);
        // Before the first period nothing can run on: it waits for a rate as long as it takes.
        _requireWindow(beginsAt, period == 0 ? type(uint256).max : beginsAt + _FALLBACK);
        _fix(series, period, _withMargin(series, benchmark), Kind.FALLBACK, source);
    }

    /// @inheritdoc IFixings
    function carry(address series, uint256 period) external {
        uint256 beginsAt = _beginsAt(series, period);
        _requireWindow(beginsAt + _FALLBACK, type(uint256).max);
        require(period != 0, NotFixed(series, period));
        Fixing memory before = _fixings[series][period - 1];
        require(before.kind != Kind.NONE, NotFixed(series, period - 1));
        _fix(series, period, before.rate, Kind.CARRIED, before.source);
    }

    /// @inheritdoc IFixings
    function rateOf(address series, uint256 period) external view returns (uint256) {
        Fixing storage fixing = _fixings[series][period];
        require(fixing.kind != Kind.NONE, NotFixed(series, period));
        return fixing.rate;
    }

    /// @inheritdoc IFixings
    function projectedRateOf(address series, uint256 period) external view returns (uint256) {
        // A schedule has at most 120 periods.
        for (uint256 i = period + 1; i != 0; --i) {
            Fixing storage fixing = _fixings[series][i - 1];
            if (fixing.kind != Kind.NONE) return fixing.rate;
        }
        revert NotFixed(series, period);
    }

    /// @inheritdoc IFixings
    function fixingOf(address series, uint256 period) external view returns (Fixing memory) {
        return _fixings[series][period];
    }

    function _fix(address series, uint256 period, uint256 rate, Kind kind, bytes32 source) private {
        require(_fixings[series][period].kind == Kind.NONE, AlreadyFixed(series, period));
        _fixings[series][period] = Fixing(rate.toUint64(), kind, source);
        emit RateFixed(series, period, rate, kind, source);
    }

    function _beginsAt(address series, uint256 period) private view returns (uint256) {
        require(
            _PROGRAMME.isDebt(series) && IBondToken(series).features().form() == FeaturesLib.FLOATING,
            SeriesNotFloating(series)
        );
        (, uint256 startDay,) = IBondToken(series).periodAt(period);
        return Units.startOf(startDay);
    }

    function _withMargin(address series, uint256 benchmark) private view returns (uint256 rate) {
        Features features = IBondToken(series).features();
        rate = benchmark + features.marginRate();
        bool inBounds = rate >= features.minRate() && rate <= features.maxRate();
        require(inBounds, FixingOutOfBounds(rate, features.minRate(), features.maxRate()));
    }

    function _requireWindow(uint256 opensAt, uint256 closesAt) private view {
        bool open = block.timestamp >= opensAt && block.timestamp < closesAt;
        require(open, FixingWindow(opensAt, closesAt, block.timestamp));
    }
}

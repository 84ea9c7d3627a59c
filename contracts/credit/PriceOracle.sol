// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {Units} from "../libraries/Units.sol";

/// @title PriceOracle
/// @notice The rupee rate of the dollar, and what a series was last quoted at.
contract PriceOracle is IPriceOracle, AccessManaged {
    uint256 private constant _WAIT = 1 hours;
    uint256 private constant _BPS = 10_000;
    uint256 private constant _MOST_PRICE = 10 * Units.PAR;

    Round private _holding;
    /// The last round posted; from its `holdsFrom` on it is the one that holds.
    Round private _last;
    uint256 public maxStepBps;
    mapping(address series => Quote) private _quotes;

    constructor(address authority_) AccessManaged(authority_) {}

    /// @inheritdoc IPriceOracle
    function postUsdPkr(uint32 number, uint128 usdPkr_, uint40 observedAt) external restricted {
        Round memory holding = _current();
        require(number == _last.number + 1, RoundOutOfOrder(number, _last.number + 1));
        require(usdPkr_ != 0, RateZero());
        require(
            observedAt <= block.timestamp && observedAt > holding.observedAt,
            ObservationInvalid(observedAt, holding.observedAt, block.timestamp)
        );
        bool hasty = observedAt < holding.observedAt + _WAIT;
        bool waits = holding.number != 0 && (hasty || !_isWithinStep(holding.usdPkr, usdPkr_));
        uint40 holdsFrom = uint40(waits ? block.timestamp + _WAIT : block.timestamp);
        _holding = holding;
        _last = Round(number, observedAt, holdsFrom, usdPkr_);
        emit RatePosted(number, usdPkr_, observedAt, holdsFrom);
    }

    /// @inheritdoc IPriceOracle
    function postPrice(address series, uint64 price, uint40 observedAt) external restricted {
        uint40 last = _quotes[series].observedAt;
        require(price != 0 && price <= _MOST_PRICE, PriceInvalid(price));
        bool newer = observedAt <= block.timestamp && observedAt > last;
        require(newer, ObservationInvalid(observedAt, last, block.timestamp));
        _quotes[series] = Quote(price, observedAt);
        emit PricePosted(series, price, observedAt);
    }

    /// @inheritdoc IPriceOracle
    function cancelPending() external restricted {
        uint32 number = _last.number;
        require(block.timestamp < _last.holdsFrom, NothingPending());
        _last = _holding;
        // The number stays used up: a replayed message can never take its place.
        _last.number = number;
        emit RateCancelled(number);
    }

    /// @inheritdoc IPriceOracle
    function loosenMaxStep(uint256 bps) external restricted {
        require(bps > maxStepBps && bps <= _BPS, MaxStepInvalid(bps, maxStepBps));
        _setMaxStep(bps);
    }

    /// @inheritdoc IPriceOracle
    function tightenMaxStep(uint256 bps) external restricted {
        require(bps < maxStepBps, MaxStepInvalid(bps, maxStepBps));
        _setMaxStep(bps);
    }

    /// @inheritdoc IPriceOracle
    function usdPkr() external view returns (uint256, uint256) {
        Round memory holding = _current();
        require(holding.number != 0, NoRate());
        return (holding.usdPkr, holding.observedAt);
    }

    /// @inheritdoc IPriceOracle
    function priceOf(address series) external view returns (uint256, uint256) {
        return (_quotes[series].price, _quotes[series].observedAt);
    }

    /// @inheritdoc IPriceOracle
    function pendingUntil() external view returns (uint256) {
        return block.timestamp < _last.holdsFrom ? _last.holdsFrom : 0;
    }

    /// @inheritdoc IPriceOracle
    function rounds() external view returns (Round memory, Round memory) {
        return (_current(), _last);
    }

    function _setMaxStep(uint256 bps) private {
        maxStepBps = bps;
        emit MaxStepChanged(bps);
    }

    function _current() private view returns (Round memory) {
        return block.timestamp < _last.holdsFrom ? _holding : _last;
    }

    function _isWithinStep(uint256 from, uint256 to) private view returns (bool) {
        uint256 step = to > from ? to - from : from - to;
        return step * _BPS <= from * maxStepBps;
    }
}

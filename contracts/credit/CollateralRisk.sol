// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBondMaths} from "../interfaces/IBondMaths.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {ICollateralRisk} from "../interfaces/ICollateralRisk.sol";
import {ICommodityToken} from "../interfaces/ICommodityToken.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {IRwaToken} from "../interfaces/IRwaToken.sol";
import {FeaturesLib} from "../libraries/Schedule.sol";
import {Units} from "../libraries/Units.sol";

/// @title CollateralRisk
/// @notice What the vault lends on, and what it counts for.
contract CollateralRisk is ICollateralRisk, AccessManaged {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @dev A word of its own, so that all is read at once.
    struct Margins {
        uint16 fxAddOnBps;
        uint16 noDebtDays;
        uint16 exitAfterDays;
        uint16 exitCutBps;
        /// How often ladders or margins changed: what was reckoned before is reckoned anew, without a look at each series.
        uint128 changes;
    }

    struct Bucket {
        uint128 pledged; // [1e6]
        uint128 ceiling; // [1e6]
    }

    uint256 private constant _BPS = 10_000;
    uint256 private constant _MOST_THRESHOLD = 9_900;
    uint256 private constant _MOST_RUNGS = 5;
    uint256 private constant _RUNG_BITS = 48;
    uint256 private constant _RAMP = 14 days;
    /// What has no price does not age; as many hours as fit.
    uint256 private constant _NEVER = uint256(type(uint24).max) * 1 hours;
    bytes32 private constant _FX = "USDPKR";
    bytes32 private constant _CURVE = "PKRV";

    IProgramme private immutable _PROGRAMME;
    IPriceOracle private immutable _ORACLE;
    IBondMaths private immutable _MATHS;
    address private immutable _BACKSTOP;

    /// @inheritdoc ICollateralRisk
    address public vault;
    Margins private _margins;
    /// @inheritdoc ICollateralRisk
    uint256 public collaterals;
    /// @inheritdoc ICollateralRisk
    mapping(uint256 id => address) public seriesOf;
    mapping(address series => Quote) private _quotes;
    mapping(address series => Collateral) private _collaterals;
    /// @inheritdoc ICollateralRisk
    mapping(uint8 bucket => Bucket) public bucketOf;
    mapping(Class class => uint256) private _ladders;
    mapping(Class class => uint256) private _laddersBefore;
    mapping(Class class => uint256) private _rampUntil; // (Unix)

    /// @param backstop account of the treasury that buys what nobody bids for
    constructor(address authority_, IProgramme programme, IPriceOracle oracle, IBondMaths maths, address backstop)
        AccessManaged(authority_)
    {
        _PROGRAMME = programme;
        _ORACLE = oracle;
        _MATHS = maths;
        _BACKSTOP = backstop;
    }

    /// @inheritdoc ICollateralRisk
    function book(address series, int256 face, Check check) external returns (uint16 id) {
        require(msg.sender == vault, OnlyVault(msg.sender));
        Collateral storage collateral = _known(series);
        _rebucket(series, collateral);
        Bucket storage bucket = bucketOf[collateral.bucket];
        id = collateral.id;
        uint256 pledged = (uint256(collateral.pledged).toInt256() + face).toUint256();
        uint256 inBucket = (uint256(bucket.pledged).toInt256() + face).toUint256();
        (collateral.pledged, bucket.pledged) = (pledged.toUint128(), inBucket.toUint128());
        if (check == Check.NONE) return id;
        uint256 share = Units.shareDown(IRwaToken(series).totalSupply(), collateral.shareBps, _BPS);
        uint256 ceiling = Math.min(collateral.ceiling, share);
        require(pledged <= ceiling, CeilingExceeded(series, pledged, ceiling));
        require(inBucket <= bucket.ceiling, CeilingExceeded(series, inBucket, bucket.ceiling));
        if (check == Check.ALL) require(IRwaToken(series).canReceive(_BACKSTOP), BackstopBarred(series, _BACKSTOP));
    }

    /// @inheritdoc ICollateralRisk
    function assess(address owner, uint256 ids, Purpose purpose) external returns (uint256 loan, uint256 threshold) {
        uint256 version = _settledVersion();
        for (; ids != 0; ids >>= 16) {
            uint256 id = uint16(ids);
            if (id == 0) continue;
            address series = seriesOf[id];
            Quote memory quote = _quote(series, version);
            bool isDead = _requireFresh(series, quote, purpose);
            (uint256 face,) = IRwaToken(series).pledgedOf(owner);
            uint256 lent = isDead ? quote.loan * (_BPS - _margins.exitCutBps) / _BPS : quote.loan;
            loan += face * lent / Units.PAR;
            threshold += face * quote.threshold / Units.PAR;
        }
    }

    /// @inheritdoc ICollateralRisk
    function refresh(address series) external returns (Quote memory) {
        _rebucket(series, _known(series));
        (uint256 version,) = _version();
        return _quote(series, version);
    }

    /// @inheritdoc ICollateralRisk
    function saleQuote(address series) external returns (uint256, uint256, uint256) {
        Quote memory quote = _quote(series, _settledVersion());
        _requireFresh(series, quote, Purpose.LIQUIDATE);
        return (quote.loan, quote.threshold, quote.sale);
    }

    /// @inheritdoc ICollateralRisk
    function listCollateral(address series, uint128 ceiling, uint16 shareBps) external restricted {
        Collateral storage collateral = _collaterals[series];
        bool valid = collateral.id == 0 && _PROGRAMME.isSeries(series) && shareBps <= _BPS
            && collaterals < type(uint16).max;
        require(valid, CollateralInvalid(series));
        collateral.id = uint16(++collaterals);
        seriesOf[collateral.id] = series;
        collateral.class = _classOf(series);
        collateral.isDollar = IRwaToken(series).currency() == "USD";
        collateral.bucket = _bucketAt(_daysLeft(series, collateral.class));
        emit CollateralListed(series, collateral.id, collateral.class, collateral.isDollar);
        _setCeilings(series, ceiling, shareBps);
    }

    /// @inheritdoc ICollateralRisk
    function shutCollateral(address series) external restricted {
        _known(series).isShut = true;
        delete _quotes[series];
        emit CollateralShut(series);
    }

    /// @inheritdoc ICollateralRisk
    function loosenCeilings(address series, uint128 ceiling, uint16 shareBps) external restricted {
        Collateral storage collateral = _known(series);
        bool loosens = ceiling >= collateral.ceiling && shareBps >= collateral.shareBps && shareBps <= _BPS;
        require(loosens, DirectionInvalid());
        _setCeilings(series, ceiling, shareBps);
    }

    /// @inheritdoc ICollateralRisk
    function tightenCeilings(address series, uint128 ceiling, uint16 shareBps) external restricted {
        Collateral storage collateral = _known(series);
        require(ceiling <= collateral.ceiling && shareBps <= collateral.shareBps, DirectionInvalid());
        _setCeilings(series, ceiling, shareBps);
    }

    /// @inheritdoc ICollateralRisk
    function loosenBucketCeiling(uint8 bucket, uint128 ceiling) external restricted {
        require(ceiling > bucketOf[bucket].ceiling, DirectionInvalid());
        _setBucketCeiling(bucket, ceiling);
    }

    /// @inheritdoc ICollateralRisk
    function tightenBucketCeiling(uint8 bucket, uint128 ceiling) external restricted {
        require(ceiling < bucketOf[bucket].ceiling, DirectionInvalid());
        _setBucketCeiling(bucket, ceiling);
    }

    /// @inheritdoc ICollateralRisk
    function loosenLadder(Class class, Rung[] calldata rungs) external restricted {
        uint256 word = _pack(class, rungs);
        _rampUntil[class] = 0;
        _setLadder(class, word, rungs);
    }

    /// @inheritdoc ICollateralRisk
    function tightenLadder(Class class, Rung[] calldata rungs) external restricted {
        uint256 word = _pack(class, rungs);
        uint256 present = _ladders[class];
        for (uint256 i = 0; i < _MOST_RUNGS; ++i) {
            Rung memory to = _rungIn(word, i);
            Rung memory from = _rungIn(present, i);
            bool tightens = to.untilDays == from.untilDays && to.loanBps <= from.loanBps
                && to.thresholdBps <= from.thresholdBps;
            require(tightens, DirectionInvalid());
        }
        // Where an earlier ramp still runs, this one starts from where that stands.
        uint256 before;
        for (uint256 i = 0; i < _MOST_RUNGS; ++i) {
            Rung memory from = _rungIn(present, i);
            from.thresholdBps = uint16(_thresholdAt(class, i));
            before |= _word(from) << (_RUNG_BITS * i);
        }
        _laddersBefore[class] = before;
        _rampUntil[class] = block.timestamp + _RAMP;
        _setLadder(class, word, rungs);
    }

    /// @inheritdoc ICollateralRisk
    function loosenMargins(uint16 fxAddOnBps, uint16 noDebtDays, uint16 exitAfterDays, uint16 exitCutBps)
        external
        restricted
    {
        require(fxAddOnBps <= _BPS && exitCutBps <= _BPS, DirectionInvalid());
        _setMargins(fxAddOnBps, noDebtDays, exitAfterDays, exitCutBps);
    }

    /// @inheritdoc ICollateralRisk
    function tightenMargins(uint16 fxAddOnBps, uint16 noDebtDays, uint16 exitAfterDays, uint16 exitCutBps)
        external
        restricted
    {
        Margins memory present = _margins;
        bool tightens = fxAddOnBps >= present.fxAddOnBps && noDebtDays >= present.noDebtDays
            && exitAfterDays >= present.exitAfterDays && exitCutBps >= present.exitCutBps;
        require(tightens && fxAddOnBps <= _BPS && exitCutBps <= _BPS, DirectionInvalid());
        _setMargins(fxAddOnBps, noDebtDays, exitAfterDays, exitCutBps);
    }

    /// @inheritdoc ICollateralRisk
    function setVault(address vault_) external restricted {
        require(vault == address(0) && vault_ != address(0), DirectionInvalid());
        vault = vault_;
        emit VaultSet(vault_);
    }

    /// @inheritdoc ICollateralRisk
    function collateralOf(address series) external view returns (Collateral memory) {
        return _collaterals[series];
    }

    /// @inheritdoc ICollateralRisk
    function quoteOf(address series) external view returns (Quote memory) {
        return _quotes[series];
    }

    /// @inheritdoc ICollateralRisk
    function margins() external view returns (uint16, uint16, uint16, uint16) {
        Margins memory present = _margins;
        return (present.fxAddOnBps, present.noDebtDays, present.exitAfterDays, present.exitCutBps);
    }

    /// @inheritdoc ICollateralRisk
    function ladderOf(Class class) external view returns (Rung[] memory rungs) {
        uint256 count;
        uint256 word = _ladders[class];
        while (count < _MOST_RUNGS && _rungIn(word, count).untilDays != 0) ++count;
        rungs = new Rung[](count);
        for (uint256 i = 0; i < count; ++i) {
            rungs[i] = _rungIn(word, i);
        }
    }

    /// @inheritdoc ICollateralRisk
    function thresholdBpsOf(Class class, uint256 daysLeft) external view returns (uint256) {
        return _thresholdAt(class, _rungFor(class, daysLeft));
    }

    /// @inheritdoc ICollateralRisk
    function tableHash() public view returns (bytes32) {
        return keccak256(
            abi.encode(
                _ladders[Class.DISCOUNT], _ladders[Class.FIXED], _ladders[Class.FLOATING], _ladders[Class.COMMODITY]
            )
        );
    }

    function _setCeilings(address series, uint128 ceiling, uint16 shareBps) private {
        Collateral storage collateral = _collaterals[series];
        (collateral.ceiling, collateral.shareBps) = (ceiling, shareBps);
        emit CeilingsSet(series, ceiling, shareBps);
    }

    function _setBucketCeiling(uint8 bucket, uint128 ceiling) private {
        bucketOf[bucket].ceiling = ceiling;
        emit BucketCeilingSet(bucket, ceiling);
    }

    function _setMargins(uint16 fxAddOnBps, uint16 noDebtDays, uint16 exitAfterDays, uint16 exitCutBps) private {
        _margins = Margins(fxAddOnBps, noDebtDays, exitAfterDays, exitCutBps, _margins.changes + 1);
        emit MarginsSet(fxAddOnBps, noDebtDays, exitAfterDays, exitCutBps);
    }

    function _setLadder(Class class, uint256 word, Rung[] calldata rungs) private {
        _ladders[class] = word;
        ++_margins.changes;
        emit LadderSet(class, rungs, tableHash());
    }

    /// @dev Time takes a series to a shorter bucket, whatever the ceiling there.
    function _rebucket(address series, Collateral storage collateral) private {
        uint8 from = collateral.bucket;
        uint8 to = _bucketAt(_daysLeft(series, collateral.class));
        if (from == to) return;
        collateral.bucket = to;
        bucketOf[from].pledged -= collateral.pledged;
        bucketOf[to].pledged += collateral.pledged;
        emit Rebucketed(series, from, to);
    }

    /// @dev The version of prices and data now. While a round waits nothing is lent, sold, or taken out of what secures a debt: who sees
    /// a fall come would do it at the price before.
    function _settledVersion() private view returns (uint256 version) {
        uint256 pendingUntil;
        (version, pendingUntil) = _version();
        require(pendingUntil <= block.timestamp, PricePending(pendingUntil));
    }

    /// @dev Both only count up, and so does their sum.
    function _version() private view returns (uint256 version, uint256 pendingUntil) {
        (version,, pendingUntil) = _ORACLE.head();
        version += _margins.changes;
    }

    /// @dev True when the price is dead so long that one may leave at a cut.
    function _requireFresh(address series, Quote memory quote, Purpose purpose) private view returns (bool) {
        uint256 freshUntil = uint256(quote.freshUntilHour) * 1 hours;
        if (block.timestamp < freshUntil) return false;
        bool isDead = block.timestamp >= freshUntil + _margins.exitAfterDays * uint256(1 days);
        require(purpose == Purpose.LEAVE && isDead, PriceTooOld(series, freshUntil));
        return true;
    }

    function _quote(address series, uint256 version) private returns (Quote memory quote) {
        quote = _quotes[series];
        if (quote.version == uint24(version) && block.timestamp < quote.validUntil) return quote;
        quote = _reckon(series);
        quote.version = uint24(version);
        quote.validUntil = _validUntil();
        _quotes[series] = quote;
        emit Quoted(series, quote);
    }

    /// @dev Until midnight; for this moment only while a round waits, for any of several may hold next.
    function _validUntil() private view returns (uint40) {
        (, uint256 pendingUntil) = _version();
        bool waits = pendingUntil > block.timestamp;
        return uint40(waits ? block.timestamp : Units.startOf(Units.day(block.timestamp) + 1));
    }

    function _reckon(address series) private view returns (Quote memory quote) {
        Collateral memory collateral = _known(series);
        uint256 daysLeft = _daysLeft(series, collateral.class);
        uint256 rung = _rungFor(collateral.class, daysLeft);
        (uint256 clean, uint256 sale, uint256 freshUntil) = collateral.class == Class.COMMODITY
            ? _spot(series)
            : _bond(IBondToken(series), daysLeft);
        uint256 share = _BPS;
        if (collateral.isDollar) {
            (uint256 rate, uint256 observedAt) = _ORACLE.usdPkr();
            freshUntil = Math.min(freshUntil, observedAt + _ORACLE.maxAgeOf(_FX));
            (clean, sale) = (clean * rate / Units.ONE, sale * rate / Units.ONE);
            share -= _margins.fxAddOnBps;
        }
        quote.sale = sale.toUint56();
        quote.threshold = (clean * share * _thresholdAt(collateral.class, rung) / (_BPS * _BPS)).toUint56();
        bool lends = !collateral.isShut && daysLeft > _margins.noDebtDays && _isBacked(series, collateral.class);
        uint256 loanBps = _rungIn(_ladders[collateral.class], rung).loanBps;
        if (lends) quote.loan = (clean * share * loanBps / (_BPS * _BPS)).toUint56();
        // A ramp may have taken the threshold down to what is lent, never below.
        if (quote.threshold < quote.loan) quote.threshold = quote.loan;
        quote.freshUntilHour = uint24(freshUntil / 1 hours);
    }

    /// @dev Clean and dirty price per 100 of face. After its end a bond counts for its principal, at whatever price.
    function _bond(IBondToken series, uint256 daysLeft)
        private
        view
        returns (uint256 clean, uint256 sale, uint256 freshUntil)
    {
        if (block.timestamp >= series.endAt()) {
            uint256 principal = Units.shareDown(Units.PAR, _MATHS.redemptionFactor(series), Units.WAD);
            return (principal, principal, _NEVER);
        }
        (uint256 yield, uint256 observedAt) = _ORACLE.yieldAt(daysLeft);
        uint256 at = block.timestamp;
        uint256 dirty = _MATHS.dirtyPrice(series, at, yield.toInt256());
        (int256 numerator, uint256 denominator) = _MATHS.accruedAt(series, at);
        int256 accrued = numerator * Units.PAR.toInt256() / denominator.toInt256();
        uint256 factor = _MATHS.poolFactor(series);
        clean = Units.shareDown((dirty.toInt256() - accrued).toUint256(), factor, Units.WAD);
        sale = Units.shareDown(dirty, factor, Units.WAD);
        freshUntil = observedAt + _ORACLE.maxAgeOf(_CURVE);
    }

    function _spot(address series) private view returns (uint256 clean, uint256 sale, uint256 freshUntil) {
        bytes32 feed = ICommodityToken(series).commodity();
        (uint256 price, uint256 observedAt) = _ORACLE.spotOf(feed);
        clean = 100 * price;
        return (clean, clean, observedAt + _ORACLE.maxAgeOf(feed));
    }

    /// @dev A receipt that is attested for less than was issued, or stale, bears no new debt.
    function _isBacked(address series, Class class) private view returns (bool) {
        return class != Class.COMMODITY || IRwaToken(series).totalSupply() <= ICommodityToken(series).attestedQuantity();
    }

    function _classOf(address series) private view returns (Class) {
        if (IRwaToken(series).supportsInterface(type(ICommodityToken).interfaceId)) return Class.COMMODITY;
        uint256 form = IBondToken(series).features().form();
        if (form == FeaturesLib.FIXED) return Class.FIXED;
        return form == FeaturesLib.FLOATING ? Class.FLOATING : Class.DISCOUNT;
    }

    /// @dev Days to the end of a bond, or to the end of a receipt.
    function _daysLeft(address series, Class class) private view returns (uint256) {
        uint256 end = class == Class.COMMODITY ? ICommodityToken(series).expiresAt() : IBondToken(series).endAt();
        return Math.saturatingSub(Units.day(end), Units.day(block.timestamp));
    }

    function _bucketAt(uint256 daysLeft) private pure returns (uint8) {
        if (daysLeft <= 91) return 0;
        if (daysLeft <= 366) return 1;
        if (daysLeft <= 1096) return 2;
        if (daysLeft <= 1827) return 3;
        return daysLeft <= 3653 ? 4 : 5;
    }

    function _known(address series) private view returns (Collateral storage collateral) {
        collateral = _collaterals[series];
        require(collateral.id != 0, CollateralUnknown(series));
    }

    function _rungFor(Class class, uint256 daysLeft) private view returns (uint256 rung) {
        uint256 word = _ladders[class];
        while (rung + 1 < _MOST_RUNGS && _rungIn(word, rung).untilDays < daysLeft) ++rung;
    }

    /// @dev On its ramp a threshold falls evenly from what it was.
    function _thresholdAt(Class class, uint256 rung) private view returns (uint256 bps) {
        bps = _rungIn(_ladders[class], rung).thresholdBps;
        uint256 until = _rampUntil[class];
        if (block.timestamp >= until) return bps;
        uint256 before = _rungIn(_laddersBefore[class], rung).thresholdBps;
        return bps + (before - bps) * (until - block.timestamp) / _RAMP;
    }

    function _pack(Class class, Rung[] calldata rungs) private pure returns (uint256 word) {
        uint256 count = rungs.length;
        bool valid = class != Class.NONE && count != 0 && count <= _MOST_RUNGS;
        uint256 lastDays;
        for (uint256 i = 0; valid && i < count; ++i) {
            valid = rungs[i].untilDays > lastDays && rungs[i].loanBps < rungs[i].thresholdBps
                && rungs[i].thresholdBps <= _MOST_THRESHOLD;
            lastDays = rungs[i].untilDays;
            word |= _word(rungs[i]) << (_RUNG_BITS * i);
        }
        require(valid && lastDays == type(uint16).max, LadderInvalid(class));
    }

    function _word(Rung memory rung) private pure returns (uint256) {
        return uint256(rung.untilDays) | (uint256(rung.loanBps) << 16) | (uint256(rung.thresholdBps) << 32);
    }

    function _rungIn(uint256 word, uint256 rung) private pure returns (Rung memory) {
        uint256 packed = word >> (_RUNG_BITS * rung);
        return Rung(uint16(packed), uint16(packed >> 16), uint16(packed >> 32));
    }
}

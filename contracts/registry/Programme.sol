// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {ICommodityToken} from "../interfaces/ICommodityToken.sol";
import {ICreditor} from "../interfaces/ICreditor.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {IRwaToken} from "../interfaces/IRwaToken.sol";
import {ISpotPrices} from "../interfaces/ISpotPrices.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {Units} from "../libraries/Units.sol";

/// @title Programme
/// @notice Mandate, cap, register of series, and the only way to issue and retire.
contract Programme is IProgramme, AccessManaged {
    using SafeCast for uint256;

    /// @dev What a creditor let go of on the way from one series into another.
    struct Pledge {
        ICreditor creditor;
        uint256 face; // [1e6]
    }

    /// The deterministic-deployment proxy that all series are created through.
    address private constant _CREATE2_PROXY = 0x4e59b44847b379578588920cA78FbF26c0B4956C;

    uint256 private constant _MOST_CALLS = 16;
    uint256 private constant _MOST_CREDITORS = 4;

    IPriceOracle private immutable _ORACLE;

    uint256 public capUsd; // [1e6 USD]
    uint256 public usedUsd; // [1e6 USD]
    uint256 public maxRateAge; // [s]
    Mandate private _mandate;
    uint64 private _mandateUntil; // (Unix)
    address[] private _list;
    mapping(address series => Series) private _series;
    mapping(address series => ITransferRules) private _proposedAllowlist;
    /// @inheritdoc IProgramme
    mapping(address account => bool) public isServicer;
    /// @inheritdoc IProgramme
    mapping(address series => bytes32) public commodityOf;
    /// @inheritdoc IProgramme
    mapping(address account => bool) public isCreditor;
    address[] private _creditors;

    /// @inheritdoc IProgramme
    mapping(address series => bool) public isSuperseded;
    mapping(address series => uint256[]) private _calls;
    mapping(address series => Exchange) private _exchangedInto;

    modifier onlyServicer() {
        require(isServicer[msg.sender], NotServicer(msg.sender));
        _;
    }

    constructor(address authority_, IPriceOracle oracle) AccessManaged(authority_) {
        _ORACLE = oracle;
    }

    /// @inheritdoc IProgramme
    function register(bytes32 salt, bytes32 initCodeHash, bytes32 termsHash)
        external
        restricted
        returns (address series)
    {
        series = Create2.computeAddress(salt, initCodeHash, _CREATE2_PROXY);
        require(series.code.length != 0, SeriesNotDeployed(series));
        Series storage entry = _series[series];
        require(entry.status == Status.UNKNOWN, SeriesStatusInvalid(series, entry.status));
        // The series keeps the hash itself.
        require(IRwaToken(series).termsHash() == termsHash, SeriesMismatch(series, initCodeHash, termsHash));
        entry.status = Status.REGISTERED;
        entry.initCodeHash = initCodeHash;
        _list.push(series);
        emit SeriesRegistered(series, initCodeHash, termsHash);
    }

    /// @inheritdoc IProgramme
    function confirm(address series, bytes32 initCodeHash, bytes32 termsHash) external restricted {
        Series storage entry = _series[series];
        require(entry.status == Status.REGISTERED, SeriesStatusInvalid(series, entry.status));
        require(
            entry.initCodeHash == initCodeHash && IRwaToken(series).termsHash() == termsHash
                && IRwaToken(series).programme() == address(this),
            SeriesMismatch(series, initCodeHash, termsHash)
        );
        bytes3 currency = IRwaToken(series).currency();
        require(currency == "PKR" || currency == "USD", CurrencyUnknown(currency));
        entry.status = Status.CONFIRMED;
        entry.currency = currency;
        emit SeriesConfirmed(series, currency);
        // Spot prices are in dollars, and so is everything that is booked at one.
        if (currency != "USD" || !IRwaToken(series).supportsInterface(type(ICommodityToken).interfaceId)) return;
        bytes32 commodity = ICommodityToken(series).commodity();
        commodityOf[series] = commodity;
        emit CommodityConfirmed(series, commodity);
    }

    /// @inheritdoc IProgramme
    function issue(address series, address[] calldata receivers, uint256[] calldata faces) external restricted {
        Series storage entry = _confirmed(series);
        _requireMandate();
        uint256 face = _sum(receivers.length, faces);
        (uint256 usd, uint256 rate) = _usdUp(series, entry.currency, face);
        uint256 used = usedUsd;
        require(used + usd <= capUsd, CapExceeded(usd, used, capUsd));
        usedUsd = used + usd;
        entry.face += face.toUint128();
        entry.bookedUsd += usd.toUint128();
        emit Issued(series, face, usd, rate);
        IRwaToken(series).mint(receivers, faces);
    }

    /// @inheritdoc IProgramme
    function retire(address series, address[] calldata holders, uint256[] calldata faces) external onlyServicer {
        Series storage entry = _confirmed(series);
        uint256 face = _sum(holders.length, faces);
        uint256 outstanding = entry.face;
        uint256 usd = outstanding == 0 ? 0 : Units.shareDown(entry.bookedUsd, face, outstanding);
        usedUsd -= usd;
        entry.face -= face.toUint128();
        entry.bookedUsd -= usd.toUint128();
        emit Retired(series, face, usd);
        IRwaToken(series).burn(holders, faces);
    }

    /// @inheritdoc IProgramme
    function setServicer(address account, bool may) external restricted {
        isServicer[account] = may;
        emit ServicerSet(account, may);
    }

    /// @inheritdoc IProgramme
    function setCreditor(address account, bool may) external restricted {
        emit CreditorSet(account, may);
        if (isCreditor[account] == may) return;
        isCreditor[account] = may;
        uint256 count = _creditors.length;
        if (may) {
            require(count < _MOST_CREDITORS, TooManyCreditors(_MOST_CREDITORS));
            _creditors.push(account);
            return;
        }
        for (uint256 i = 0; i < count; ++i) {
            if (_creditors[i] == account) _creditors[i] = _creditors[count - 1];
        }
        _creditors.pop();
    }

    /// @inheritdoc IProgramme
    function endSeries(address series, uint64 endAt) external onlyServicer {
        _debt(series);
        uint256 maturityAt = IBondToken(series).maturityDate();
        bool isAhead = endAt > block.timestamp && endAt < maturityAt;
        require(endAt == 0 || (isAhead && Units.startOf(Units.day(endAt)) == endAt), EndInvalid(endAt, maturityAt));
        emit SeriesEnded(series, endAt);
        IBondToken(series).setEnd(endAt);
    }

    /// @inheritdoc IProgramme
    function supersede(address series) external onlyServicer {
        _debt(series);
        isSuperseded[series] = true;
        emit SeriesSuperseded(series);
    }

    /// @inheritdoc IProgramme
    function scaleSeries(address series, uint256 period, uint256 kept) external onlyServicer {
        _debt(series);
        uint256[] storage calls = _calls[series];
        require(calls.length < _MOST_CALLS, TooManyCalls(series, _MOST_CALLS));
        calls.push((period << 128) | kept.toUint128());
        emit SeriesScaled(series, period, kept);
    }

    /// @inheritdoc IProgramme
    function callRecordDate(address series, uint256 recordAt) external onlyServicer {
        _confirmed(series);
        IRwaToken(series).setRecordDate(recordAt);
    }

    /// @inheritdoc IProgramme
    function exchange(address from, address to, uint256 ratio, address[] calldata holders) external onlyServicer {
        _requirePair(from, to);
        _exchangedInto[from] = Exchange(to, ratio.toUint96());
        uint256[] memory faces = new uint256[](holders.length);
        uint256[] memory frozen = new uint256[](holders.length);
        Pledge[] memory pledges = new Pledge[](holders.length);
        uint256 face;
        for (uint256 i = 0; i < holders.length; ++i) {
            pledges[i] = _takeOut(from, to, holders[i]);
            faces[i] = IRwaToken(from).balanceOf(holders[i]);
            frozen[i] = IRwaToken(from).getFrozenTokens(holders[i]);
            if (frozen[i] != 0) IRwaToken(from).setFrozenTokens(holders[i], 0);
            face += faces[i];
        }
        IRwaToken(from).burn(holders, faces);
        uint256 received;
        for (uint256 i = 0; i < holders.length; ++i) {
            // The old freeze stands: what was kept for him of old payments stays kept.
            if (frozen[i] != 0) IRwaToken(from).setFrozenTokens(holders[i], frozen[i]);
            faces[i] = Units.shareDown(faces[i], ratio, Units.WAD);
            received += faces[i];
        }
        _rebook(from, to, face, received);
        IRwaToken(to).succeed(holders, faces);
        for (uint256 i = 0; i < holders.length; ++i) {
            if (address(pledges[i].creditor) != address(0)) _putIn(from, to, holders[i], pledges[i], ratio);
            // Who has nothing any more was here before: his freeze went along then.
            if (frozen[i] != 0 && faces[i] != 0) _freezeOn(IRwaToken(to), holders[i], frozen[i], ratio);
        }
    }

    /// @inheritdoc IProgramme
    function exchangeFree(address from, address to, uint256 ratio, address holder, uint256 face)
        external
        onlyServicer
        returns (uint256 received)
    {
        _requirePair(from, to);
        received = Units.shareDown(face, ratio, Units.WAD);
        _rebook(from, to, face, received);
        (address[] memory holders, uint256[] memory faces) = (new address[](1), new uint256[](1));
        (holders[0], faces[0]) = (holder, face);
        IRwaToken(from).burn(holders, faces);
        faces[0] = received;
        IRwaToken(to).mint(holders, faces);
    }

    /// @inheritdoc IProgramme
    function loosenCap(uint256 capUsd_) external restricted {
        require(capUsd_ > capUsd, DirectionInvalid(capUsd_, capUsd));
        _setCap(capUsd_);
    }

    /// @inheritdoc IProgramme
    function tightenCap(uint256 capUsd_) external restricted {
        require(capUsd_ < capUsd, DirectionInvalid(capUsd_, capUsd));
        _setCap(capUsd_);
    }

    /// @inheritdoc IProgramme
    function loosenMaxRateAge(uint256 maxAge) external restricted {
        require(maxAge > maxRateAge, DirectionInvalid(maxAge, maxRateAge));
        _setMaxRateAge(maxAge);
    }

    /// @inheritdoc IProgramme
    function tightenMaxRateAge(uint256 maxAge) external restricted {
        require(maxAge < maxRateAge, DirectionInvalid(maxAge, maxRateAge));
        _setMaxRateAge(maxAge);
    }

    /// @inheritdoc IProgramme
    function advanceMandate(Mandate mandate_, uint64 until) external restricted {
        bool forward = mandate_ >= _mandate && mandate_ != Mandate.CLOSED;
        require(forward && until > block.timestamp, MandateInvalid(_mandate, mandate_, until));
        _setMandate(mandate_, until);
    }

    /// @inheritdoc IProgramme
    function closeMandate() external restricted {
        require(_mandate != Mandate.CLOSED, MandateInvalid(_mandate, Mandate.CLOSED, _mandateUntil));
        _setMandate(Mandate.CLOSED, uint64(block.timestamp));
    }

    /// @inheritdoc IProgramme
    function proposeAllowlist(address series, ITransferRules allowlist) external restricted {
        _confirmed(series);
        _proposedAllowlist[series] = allowlist;
        emit AllowlistProposed(series, address(allowlist));
    }

    /// @inheritdoc IProgramme
    function confirmAllowlist(address series, ITransferRules allowlist) external restricted {
        bool proposed = address(allowlist) != address(0) && address(_proposedAllowlist[series]) == address(allowlist);
        require(proposed, AllowlistNotProposed(series, address(allowlist)));
        delete _proposedAllowlist[series];
        emit AllowlistReplaced(series, address(allowlist));
        IRwaToken(series).setAllowlist(allowlist);
    }

    /// @inheritdoc IProgramme
    function unpauseSeries(address series) external restricted {
        _confirmed(series);
        IRwaToken(series).unpause();
    }

    /// @inheritdoc IProgramme
    function exchangedInto(address series) external view returns (address, uint256) {
        Exchange storage found = _exchangedInto[series];
        return (found.to, found.ratio);
    }

    /// @inheritdoc IProgramme
    function creditors() external view returns (address[] memory) {
        return _creditors;
    }

    /// @inheritdoc IProgramme
    function callsOf(address series) external view returns (uint256[] memory) {
        return _calls[series];
    }

    /// @inheritdoc IProgramme
    function mandate() external view returns (Mandate, uint64) {
        return (_mandate, _mandateUntil);
    }

    /// @inheritdoc IProgramme
    function seriesOf(address series) external view returns (Series memory) {
        return _series[series];
    }

    /// @inheritdoc IProgramme
    function isSeries(address series) external view returns (bool) {
        return _series[series].status == Status.CONFIRMED;
    }

    /// @inheritdoc IProgramme
    function isDebt(address series) external view returns (bool) {
        Series storage entry = _series[series];
        return entry.status == Status.CONFIRMED && !_isCommodity(series, entry.currency);
    }

    /// @inheritdoc IProgramme
    function seriesCount() external view returns (uint256) {
        return _list.length;
    }

    /// @inheritdoc IProgramme
    function seriesAt(uint256 index) external view returns (address) {
        return _list[index];
    }

    /// @inheritdoc IProgramme
    function valueUsdUp(address series) external view returns (uint256) {
        Series storage entry = _series[series];
        if (_isCommodity(series, entry.currency)) {
            (uint256 price,) = _spot().spotOf(commodityOf[series]);
            return Units.usdForUnitsUp(entry.face, price);
        }
        if (entry.currency == "USD") return entry.face;
        (uint256 rate,) = _ORACLE.usdPkr();
        return Units.usdForPkrUp(entry.face, rate);
    }

    function _setCap(uint256 capUsd_) private {
        capUsd = capUsd_;
        emit CapChanged(capUsd_);
    }

    function _setMaxRateAge(uint256 maxAge) private {
        maxRateAge = maxAge;
        emit MaxRateAgeChanged(maxAge);
    }

    function _setMandate(Mandate mandate_, uint64 until) private {
        _mandate = mandate_;
        _mandateUntil = until;
        emit MandateChanged(mandate_, until);
    }

    function _confirmed(address series) private view returns (Series storage entry) {
        entry = _series[series];
        require(entry.status == Status.CONFIRMED, SeriesStatusInvalid(series, entry.status));
    }

    function _debt(address series) private view returns (Series storage entry) {
        entry = _confirmed(series);
        require(!_isCommodity(series, entry.currency), NotDebt(series));
    }

    function _requirePair(address from, address to) private view {
        bytes3 currency = _debt(to).currency;
        require(_debt(from).currency == currency && from != to, CurrencyUnknown(currency));
    }

    /// @dev The creditor of `holder`, if there is one, lets go of the old series.
    function _takeOut(address from, address to, address holder) private returns (Pledge memory pledge) {
        (uint256 pledged, address creditor) = IRwaToken(from).pledgedOf(holder);
        if (pledged == 0) return pledge;
        pledge.creditor = ICreditor(creditor);
        pledge.face = pledge.creditor.exchangeOut(holder, from, to);
    }

    /// @dev It takes the new one. A freeze there binds what is not pledged, so it stands aside for the moment.
    function _putIn(address from, address to, address holder, Pledge memory pledge, uint256 ratio) private {
        uint256 present = IRwaToken(to).getFrozenTokens(holder);
        if (present != 0) IRwaToken(to).setFrozenTokens(holder, 0);
        pledge.creditor.exchangeIn(holder, from, to, Units.shareDown(pledge.face, ratio, Units.WAD));
        if (present != 0) IRwaToken(to).setFrozenTokens(holder, present);
    }

    /// @dev Rounded up, so that what was wholly frozen stays wholly frozen; the freeze of a whole wallet is above all amounts.
    function _freezeOn(IRwaToken series, address holder, uint256 frozen, uint256 ratio) private {
        uint256 present = series.getFrozenTokens(holder);
        bool isWhole = frozen > type(uint128).max || present > type(uint128).max;
        uint256 amount = Math.mulDiv(Math.min(frozen, type(uint128).max), ratio, Units.WAD, Math.Rounding.Ceil);
        series.setFrozenTokens(holder, isWhole ? type(uint256).max : present + amount);
    }

    /// @dev No new money: what was booked at the rates of the days of issue follows the face.
    function _rebook(address from, address to, uint256 face, uint256 received) private {
        Series storage source = _series[from];
        Series storage target = _series[to];
        uint256 usd = source.face == 0 ? 0 : Units.shareDown(source.bookedUsd, face, source.face);
        source.face -= face.toUint128();
        source.bookedUsd -= usd.toUint128();
        target.face += received.toUint128();
        target.bookedUsd += usd.toUint128();
        emit Exchanged(from, to, face, received, usd);
    }

    function _requireMandate() private view {
        bool allows = _mandate == Mandate.PILOT || _mandate == Mandate.DEFINITIVE;
        require(
            allows && block.timestamp <= _mandateUntil, MandateNotInForce(_mandate, _mandateUntil, block.timestamp)
        );
    }

    /// @dev A commodity books at its spot price, a series in rupees at the rate of the dollar; neither while that waits or is old.
    function _usdUp(address series, bytes3 currency, uint256 face) private view returns (uint256 usd, uint256 rate) {
        bool atSpot = _isCommodity(series, currency);
        if (currency == "USD" && !atSpot) return (face, 0);
        bytes32 feed = atSpot ? commodityOf[series] : bytes32(0);
        uint256 pending = atSpot ? _spot().pendingUntilOf(feed) : _ORACLE.pendingUntil();
        require(pending == 0, RatePending(pending));
        uint256 observedAt;
        (rate, observedAt) = atSpot ? _spot().spotOf(feed) : _ORACLE.usdPkr();
        uint256 age = block.timestamp - observedAt;
        require(age <= maxRateAge, RateTooOld(age, maxRateAge));
        usd = atSpot ? Units.usdForUnitsUp(face, rate) : Units.usdForPkrUp(face, rate);
    }

    /// @dev Only a series in dollars can be one, so that one in rupees is spared the look.
    function _isCommodity(address series, bytes3 currency) private view returns (bool) {
        return currency == "USD" && commodityOf[series] != 0;
    }

    function _spot() private view returns (ISpotPrices) {
        return ISpotPrices(address(_ORACLE));
    }

    function _sum(uint256 holders, uint256[] calldata faces) private pure returns (uint256 total) {
        require(holders == faces.length && holders != 0, BatchInvalid(holders, faces.length));
        for (uint256 i = 0; i < faces.length; ++i) {
            total += faces[i];
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {IRwaToken} from "../interfaces/IRwaToken.sol";
import {Units} from "../libraries/Units.sol";

/// @title Programme
/// @notice Mandate, cap, register of series, and the only way to issue and retire.
contract Programme is IProgramme, AccessManaged {
    using SafeCast for uint256;

    /// The deterministic-deployment proxy that all series are created through.
    address private constant _CREATE2_PROXY = 0x4e59b44847b379578588920cA78FbF26c0B4956C;

    IPriceOracle private immutable _ORACLE;

    uint256 public capUsd; // [1e6 USD]
    uint256 public usedUsd; // [1e6 USD]
    uint256 public maxRateAge; // [s]
    Mandate private _mandate;
    uint64 private _mandateUntil; // (Unix)
    address[] private _list;
    mapping(address series => Series) private _series;
    mapping(address series => IAllowlist) private _proposedAllowlist;
    /// @inheritdoc IProgramme
    mapping(address account => bool) public isRetirer;

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
        entry.status = Status.REGISTERED;
        entry.initCodeHash = initCodeHash;
        entry.termsHash = termsHash;
        _list.push(series);
        emit SeriesRegistered(series, initCodeHash, termsHash);
    }

    /// @inheritdoc IProgramme
    function confirm(address series, bytes32 initCodeHash, bytes32 termsHash) external restricted {
        Series storage entry = _series[series];
        require(entry.status == Status.REGISTERED, SeriesStatusInvalid(series, entry.status));
        require(
            entry.initCodeHash == initCodeHash && entry.termsHash == termsHash
                && IRwaToken(series).termsHash() == termsHash && IRwaToken(series).programme() == address(this),
            SeriesMismatch(series, initCodeHash, termsHash)
        );
        bytes3 currency = IRwaToken(series).currency();
        require(currency == "PKR" || currency == "USD", CurrencyUnknown(currency));
        entry.status = Status.CONFIRMED;
        entry.currency = currency;
        emit SeriesConfirmed(series, currency);
    }

    /// @inheritdoc IProgramme
    function issue(address series, address[] calldata receivers, uint256[] calldata faces) external restricted {
        Series storage entry = _confirmed(series);
        _requireMandate();
        uint256 face = _sum(receivers.length, faces);
        (uint256 usd, uint256 rate) = _usdUp(entry.currency, face);
        uint256 used = usedUsd;
        require(used + usd <= capUsd, CapExceeded(usd, used, capUsd));
        usedUsd = used + usd;
        entry.face += face.toUint128();
        entry.bookedUsd += usd.toUint128();
        emit Issued(series, face, usd, rate);
        IRwaToken(series).mint(receivers, faces);
    }

    /// @inheritdoc IProgramme
    function retire(address series, address[] calldata holders, uint256[] calldata faces) external {
        require(isRetirer[msg.sender], NotRetirer(msg.sender));
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
    function setRetirer(address account, bool may) external restricted {
        isRetirer[account] = may;
        emit RetirerSet(account, may);
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
    function proposeAllowlist(address series, IAllowlist allowlist) external restricted {
        _confirmed(series);
        _proposedAllowlist[series] = allowlist;
        emit AllowlistProposed(series, address(allowlist));
    }

    /// @inheritdoc IProgramme
    function confirmAllowlist(address series, IAllowlist allowlist) external restricted {
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

    function _requireMandate() private view {
        bool allows = _mandate == Mandate.PILOT || _mandate == Mandate.DEFINITIVE;
        require(
            allows && block.timestamp <= _mandateUntil, MandateNotInForce(_mandate, _mandateUntil, block.timestamp)
        );
    }

    function _usdUp(bytes3 currency, uint256 face) private view returns (uint256 usd, uint256 rate) {
        if (currency == "USD") return (face, 0);
        uint256 pending = _ORACLE.pendingUntil();
        require(pending == 0, RatePending(pending));
        uint256 observedAt;
        (rate, observedAt) = _ORACLE.usdPkr();
        uint256 age = block.timestamp - observedAt;
        require(age <= maxRateAge, RateTooOld(age, maxRateAge));
        usd = Units.usdForPkrUp(face, rate);
    }

    function _sum(uint256 holders, uint256[] calldata faces) private pure returns (uint256 total) {
        require(holders == faces.length && holders != 0, BatchInvalid(holders, faces.length));
        for (uint256 i = 0; i < faces.length; ++i) {
            total += faces[i];
        }
    }
}

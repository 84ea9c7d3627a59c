// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {IAuthorityRules} from "../interfaces/IAuthorityRules.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {ISpotPrices} from "../interfaces/ISpotPrices.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {Units} from "../libraries/Units.sol";

/// @title PriceOracle
/// @notice The dollar rate, the yields by tenor and spot prices, each round signed by a quorum; and what a series was last quoted at.
contract PriceOracle is IPriceOracle, AccessManaged, EIP712 {
    using EnumerableSet for EnumerableSet.AddressSet;

    struct Feed {
        bool isOpen;
        uint16 maxStepBps;
        uint32 maxAge; // [s]
        Round holding;
        // The last round posted; from its `holdsFrom` on it is the one that holds.
        Round last;
    }

    /// @dev The rounds of all feeds that wait hold from `nextAt` at the earliest, `lastAt` at the latest; zeros when none waits.
    struct Head {
        uint64 version;
        uint40 changedAt;
        uint40 nextAt;
        uint40 lastAt;
    }

    uint256 private constant _WAIT = 1 hours;
    uint256 private constant _LONGEST_AGE = 30 days;
    uint256 private constant _BPS = 10_000;
    uint256 private constant _MOST_PRICE = 10 * Units.PAR;
    uint256 private constant _MOST_SIGNERS = 16;
    uint256 private constant _MOST_FEEDS = 32;
    uint256 private constant _MOST_TENORS = 24;
    /// A yield of 100 % [1e-8], and one bp of it.
    uint256 private constant _YIELD_ONE = 1e8;
    uint256 private constant _YIELD_BP = _YIELD_ONE / _BPS;
    uint256 private constant _YIELD_TO_WAD = Units.WAD / _YIELD_ONE;
    bytes32 private constant _USDPKR = "USDPKR";
    bytes32 private constant _PKRV = "PKRV";
    bytes32 private constant _ROUND_TYPEHASH =
        keccak256("Round(bytes32 feed,uint32 number,uint40 observedAt,uint256[] values)");

    mapping(bytes32 feed => Feed) private _feeds;
    bytes32[] private _names;
    Head private _head;
    uint16[] private _tenorDays;
    /// Yields [1e-8], 8 a word, of the curve that is held while the last one waits, and of the last one.
    uint256[3] private _heldYields;
    uint256[3] private _lastYields;
    EnumerableSet.AddressSet private _signers;
    uint256 private _quorum;
    mapping(address series => Quote) private _quotes;

    constructor(address authority_) AccessManaged(authority_) EIP712("PriceOracle", "1") {}

    /// @inheritdoc IPriceOracle
    function post(
        bytes32 feed,
        uint32 number,
        uint40 observedAt,
        uint256[] calldata values,
        Signed[] calldata signatures
    ) external {
        IAuthorityRules(authority()).requireOpen(address(this), msg.sig);
        Feed storage entry = _opened(feed);
        Round memory holding = _current(entry);
        require(number == entry.last.number + 1, RoundOutOfOrder(number, entry.last.number + 1));
        require(
            observedAt <= block.timestamp && observedAt > holding.observedAt,
            ObservationInvalid(observedAt, holding.observedAt, block.timestamp)
        );
        _requireValues(feed, values);
        _requireQuorum(hashOf(feed, number, observedAt, values), signatures);

        if (feed == _PKRV && !_isWaiting(entry)) _heldYields = _lastYields;
        bool hasty = observedAt < holding.observedAt + _WAIT;
        bool waits = holding.number != 0 && (hasty || !_isWithinStep(feed, entry.maxStepBps, holding.price, values));
        uint40 holdsFrom = uint40(waits ? block.timestamp + _WAIT : block.timestamp);
        entry.holding = holding;
        entry.last = Round(number, observedAt, holdsFrom, feed == _PKRV ? 0 : uint128(values[0]));
        if (feed == _PKRV) _lastYields = _packed(values);
        _advance(waits);
        emit RoundPosted(feed, number, observedAt, holdsFrom, values);
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
    function cancelPending(bytes32 feed) external restricted {
        Feed storage entry = _feeds[feed];
        uint32 number = entry.last.number;
        require(_isWaiting(entry), NothingPending(feed));
        entry.last = entry.holding;
        // The number stays used up: a replayed message can never take its place.
        entry.last.number = number;
        if (feed == _PKRV) _lastYields = _heldYields;
        _advance(false);
        emit RoundCancelled(feed, number);
    }

    /// @inheritdoc IPriceOracle
    function openFeed(bytes32 feed, uint256 maxStepBps, uint256 maxAge, uint16[] calldata tenorDays)
        external
        restricted
    {
        require(feed != 0 && !_feeds[feed].isOpen, FeedInvalid(feed));
        require(_names.length < _MOST_FEEDS, TooManyFeeds(_MOST_FEEDS));
        require(maxStepBps <= _BPS, MaxStepInvalid(maxStepBps, 0));
        require(maxAge <= _LONGEST_AGE, MaxAgeInvalid(maxAge, 0));
        uint256 count = tenorDays.length;
        bool fits = feed == _PKRV ? count != 0 && count <= _MOST_TENORS : count == 0;
        for (uint256 i = 0; fits && i < count; ++i) {
            fits = tenorDays[i] > (i == 0 ? 0 : tenorDays[i - 1]);
        }
        require(fits, TenorsInvalid(feed, count));
        Feed storage entry = _feeds[feed];
        (entry.isOpen, entry.maxStepBps, entry.maxAge) = (true, uint16(maxStepBps), uint32(maxAge));
        if (feed == _PKRV) _tenorDays = tenorDays;
        _names.push(feed);
        emit FeedOpened(feed, maxStepBps, maxAge, tenorDays);
    }

    /// @inheritdoc IPriceOracle
    function loosenMaxStep(bytes32 feed, uint256 bps) external restricted {
        Feed storage entry = _opened(feed);
        require(bps > entry.maxStepBps && bps <= _BPS, MaxStepInvalid(bps, entry.maxStepBps));
        _setMaxStep(feed, entry, bps);
    }

    /// @inheritdoc IPriceOracle
    function tightenMaxStep(bytes32 feed, uint256 bps) external restricted {
        Feed storage entry = _opened(feed);
        require(bps < entry.maxStepBps, MaxStepInvalid(bps, entry.maxStepBps));
        _setMaxStep(feed, entry, bps);
    }

    /// @inheritdoc IPriceOracle
    function loosenMaxAge(bytes32 feed, uint256 maxAge) external restricted {
        Feed storage entry = _opened(feed);
        require(maxAge > entry.maxAge && maxAge <= _LONGEST_AGE, MaxAgeInvalid(maxAge, entry.maxAge));
        _setMaxAge(feed, entry, maxAge);
    }

    /// @inheritdoc IPriceOracle
    function tightenMaxAge(bytes32 feed, uint256 maxAge) external restricted {
        Feed storage entry = _opened(feed);
        require(maxAge < entry.maxAge, MaxAgeInvalid(maxAge, entry.maxAge));
        _setMaxAge(feed, entry, maxAge);
    }

    /// @inheritdoc IPriceOracle
    function addSigner(address signer) external restricted {
        require(_signers.length() < _MOST_SIGNERS, TooManySigners(_MOST_SIGNERS));
        require(signer != address(0) && _signers.add(signer), SignerInvalid(signer));
        emit SignerAdded(signer);
    }

    /// @inheritdoc IPriceOracle
    function removeSigner(address signer) external restricted {
        require(_signers.remove(signer), SignerUnknown(signer));
        require(_signers.length() >= _quorum, QuorumInvalid(_quorum, _quorum, _signers.length()));
        emit SignerRemoved(signer);
    }

    /// @inheritdoc IPriceOracle
    function raiseQuorum(uint256 wanted) external restricted {
        uint256 signers = _signers.length();
        require(wanted > _quorum && wanted <= signers, QuorumInvalid(wanted, _quorum, signers));
        _setQuorum(wanted);
    }

    /// @inheritdoc IPriceOracle
    function lowerQuorum(uint256 wanted) external restricted {
        require(wanted != 0 && wanted < _quorum, QuorumInvalid(wanted, _quorum, _signers.length()));
        _setQuorum(wanted);
    }

    /// @inheritdoc IPriceOracle
    function usdPkr() external view returns (uint256, uint256) {
        return spotOf(_USDPKR);
    }

    /// @inheritdoc ISpotPrices
    function spotOf(bytes32 feed) public view returns (uint256, uint256) {
        Round storage holding = _current(_feeds[feed]);
        require(holding.price != 0, NoRate(feed));
        return (holding.price, holding.observedAt);
    }

    /// @inheritdoc IPriceOracle
    function yieldAt(uint256 tenorDays) external view returns (uint256, uint256) {
        Feed storage entry = _feeds[_PKRV];
        Round storage holding = _current(entry);
        require(holding.number != 0, NoRate(_PKRV));
        uint256[3] storage yields = _isWaiting(entry) ? _heldYields : _lastYields;
        // The first point at or above the tenor, or the last of all.
        uint256 i = 0;
        uint256 end = _tenorDays.length - 1;
        while (i < end) {
            uint256 middle = (i + end) / 2;
            if (_tenorDays[middle] < tenorDays) i = middle + 1;
            else end = middle;
        }
        uint256 above = _tenorDays[i];
        uint256 high = _pointAt(yields, i);
        if (i == 0 || tenorDays >= above) return (high * _YIELD_TO_WAD, holding.observedAt);
        uint256 below = _tenorDays[i - 1];
        uint256 weighted = _pointAt(yields, i - 1) * (above - tenorDays) + high * (tenorDays - below);
        return (weighted * _YIELD_TO_WAD / (above - below), holding.observedAt);
    }

    /// @inheritdoc IPriceOracle
    function curve()
        external
        view
        returns (uint256[] memory tenorDays, uint256[] memory holding, uint256[] memory last)
    {
        Feed storage entry = _feeds[_PKRV];
        tenorDays = _tenors();
        holding = _unpacked(_isWaiting(entry) ? _heldYields : _lastYields, tenorDays.length);
        last = _unpacked(_lastYields, tenorDays.length);
    }

    /// @inheritdoc IPriceOracle
    function priceOf(address series) external view returns (uint256, uint256) {
        return (_quotes[series].price, _quotes[series].observedAt);
    }

    /// @inheritdoc IPriceOracle
    function pendingUntil() external view returns (uint256) {
        return pendingUntilOf(_USDPKR);
    }

    /// @inheritdoc ISpotPrices
    function pendingUntilOf(bytes32 feed) public view returns (uint256) {
        Feed storage entry = _feeds[feed];
        uint256 holdsFrom = entry.last.holdsFrom;
        return block.timestamp < holdsFrom ? holdsFrom : 0;
    }

    /// @inheritdoc IPriceOracle
    function isFresh(bytes32 feed) external view returns (bool) {
        Feed storage entry = _feeds[feed];
        Round storage holding = _current(entry);
        return holding.number != 0 && block.timestamp - holding.observedAt <= entry.maxAge;
    }

    /// @inheritdoc IPriceOracle
    function maxAgeOf(bytes32 feed) external view returns (uint256) {
        return _feeds[feed].maxAge;
    }

    /// @inheritdoc IPriceOracle
    function head() public view returns (uint256, uint256, uint256) {
        Head memory known = _head;
        if (known.nextAt == 0 || block.timestamp < known.nextAt) return (known.version, known.changedAt, known.lastAt);
        if (block.timestamp < known.lastAt) return (known.version, block.timestamp, known.lastAt);
        return (known.version, known.lastAt, 0);
    }

    /// @inheritdoc IPriceOracle
    function rounds(bytes32 feed) external view returns (Round memory, Round memory) {
        Feed storage entry = _feeds[feed];
        return (_current(entry), entry.last);
    }

    /// @inheritdoc IPriceOracle
    function feedOf(bytes32 feed) external view returns (bool, uint256, uint256, uint256[] memory) {
        Feed storage entry = _feeds[feed];
        return (entry.isOpen, entry.maxStepBps, entry.maxAge, feed == _PKRV ? _tenors() : new uint256[](0));
    }

    /// @inheritdoc IPriceOracle
    function feeds() external view returns (bytes32[] memory) {
        return _names;
    }

    /// @inheritdoc IPriceOracle
    function isSigner(address account) external view returns (bool) {
        return _signers.contains(account);
    }

    /// @inheritdoc IPriceOracle
    function panel() external view returns (uint256, address[] memory) {
        return (_quorum, _signers.values());
    }

    /// @inheritdoc IPriceOracle
    function hashOf(bytes32 feed, uint32 number, uint40 observedAt, uint256[] calldata values)
        public
        view
        returns (bytes32)
    {
        bytes32 hashed = keccak256(abi.encodePacked(values));
        return _hashTypedDataV4(keccak256(abi.encode(_ROUND_TYPEHASH, feed, number, observedAt, hashed)));
    }

    function _setMaxStep(bytes32 feed, Feed storage entry, uint256 bps) private {
        entry.maxStepBps = uint16(bps);
        emit MaxStepChanged(feed, bps);
    }

    function _setMaxAge(bytes32 feed, Feed storage entry, uint256 maxAge) private {
        entry.maxAge = uint32(maxAge);
        emit MaxAgeChanged(feed, maxAge);
    }

    function _setQuorum(uint256 wanted) private {
        _quorum = wanted;
        emit QuorumChanged(wanted);
    }

    /// @dev All feeds are looked through only when one of them waits, now or from now on.
    function _advance(bool waits) private {
        (uint256 version, uint256 changedAt, uint256 waitsUntil) = head();
        uint256 next = 0;
        uint256 last = 0;
        uint256 count = waits || waitsUntil != 0 ? _names.length : 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 at = _feeds[_names[i]].last.holdsFrom;
            if (block.timestamp >= at) continue;
            if (next == 0 || at < next) next = at;
            if (at > last) last = at;
        }
        _head = Head(uint64(version + 1), uint40(changedAt), uint40(next), uint40(last));
    }

    function _opened(bytes32 feed) private view returns (Feed storage entry) {
        entry = _feeds[feed];
        require(entry.isOpen, FeedUnknown(feed));
    }

    function _isWaiting(Feed storage entry) private view returns (bool) {
        return block.timestamp < entry.last.holdsFrom;
    }

    function _current(Feed storage entry) private view returns (Round storage) {
        return _isWaiting(entry) ? entry.holding : entry.last;
    }

    function _requireValues(bytes32 feed, uint256[] calldata values) private view {
        bool isCurve = feed == _PKRV;
        uint256 expected = isCurve ? _tenorDays.length : 1;
        require(values.length == expected, ValuesMiscounted(feed, values.length, expected));
        uint256 most = isCurve ? _YIELD_ONE - 1 : type(uint128).max;
        for (uint256 i = 0; i < expected; ++i) {
            require(values[i] != 0 && values[i] <= most, ValueInvalid(feed, i, values[i]));
        }
    }

    function _requireQuorum(bytes32 hash, Signed[] calldata signatures) private view {
        uint256 count = signatures.length;
        bool suffices = _quorum != 0 && count >= _quorum && count <= _MOST_SIGNERS;
        require(suffices, QuorumMissed(count, _quorum));
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            address signer = signatures[i].signer;
            require(signer > previous, SignersNotAscending(signer, previous));
            require(_signers.contains(signer), SignerUnknown(signer));
            require(Signatures.isSigned(signer, hash, signatures[i].signature), SignatureInvalid(signer));
            previous = signer;
        }
    }

    /// @dev A price may step by a share of itself, a yield by so many bps of yield.
    function _isWithinStep(bytes32 feed, uint256 bps, uint256 held, uint256[] calldata values)
        private
        view
        returns (bool)
    {
        if (feed != _PKRV) return _distance(held, values[0]) * _BPS <= held * bps;
        for (uint256 i = 0; i < values.length; ++i) {
            if (_distance(_pointAt(_heldYields, i), values[i]) > bps * _YIELD_BP) return false;
        }
        return true;
    }

    function _tenors() private view returns (uint256[] memory tenorDays) {
        uint256 count = _tenorDays.length;
        tenorDays = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            tenorDays[i] = _tenorDays[i];
        }
    }

    function _unpacked(uint256[3] storage yields, uint256 count) private view returns (uint256[] memory values) {
        values = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            values[i] = _pointAt(yields, i);
        }
    }

    function _pointAt(uint256[3] storage yields, uint256 i) private view returns (uint256) {
        return uint32(yields[i >> 3] >> ((i & 7) << 5));
    }

    function _packed(uint256[] calldata values) private pure returns (uint256[3] memory yields) {
        for (uint256 i = 0; i < values.length; ++i) {
            yields[i >> 3] |= values[i] << ((i & 7) << 5);
        }
    }

    function _distance(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a - b : b - a;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IBondMaths} from "../interfaces/IBondMaths.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {IERC1643} from "../interfaces/IERC1643.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {Features, Period, ScheduleLib} from "../libraries/Schedule.sol";
import {ScheduleCheck} from "../libraries/ScheduleCheck.sol";
import {TokenState} from "../libraries/TokenState.sol";
import {Units} from "../libraries/Units.sol";
import {PermissionedToken} from "./PermissionedToken.sol";
import {RwaToken} from "./RwaToken.sol";

/// @title BondToken
/// @notice A series of government debt: a ledger with its schedule. What follows from the schedule is computed by `BondMaths`.
contract BondToken is IBondToken, RwaToken {
    struct Document {
        string uri;
        bytes32 documentHash;
        uint256 lastModified;
    }

    uint256 private constant _MOST_DOCUMENTS = 32;
    uint256 private constant _WHOLE = 1e9;
    /// A rate is in 1e-8, a basis point 1e-4.
    uint256 private constant _RATE_PER_BPS = 1e4;

    bytes12 private immutable _ISIN;
    uint256 private immutable _ISSUE_AT;
    uint256 private immutable _MATURITY_AT;
    uint256 private immutable _DENOMINATION;
    uint256 private immutable _MAX_FACE;
    Features private immutable _FEATURES;
    IBondMaths private immutable _MATHS;

    mapping(uint256 word => uint256) private _periods;
    mapping(uint256 word => uint256) private _factors;
    uint256[] private _options;
    uint64 private _endAt; // (Unix) 0 unless it is before maturity

    bytes32[] private _documentNames;
    mapping(bytes32 name => Document) private _documents;

    constructor(
        address authority_,
        ITransferRules allowlist_,
        address programme_,
        IBondMaths maths,
        Terms memory terms
    )
        PermissionedToken(authority_, allowlist_, terms.name, terms.symbol)
        RwaToken(programme_, terms.currency, terms.termsHash, ScheduleCheck.recordDays(terms))
    {
        bool midnights = Units.startOf(Units.day(terms.issueAt)) == terms.issueAt
            && Units.startOf(Units.day(terms.maturityAt)) == terms.maturityAt;
        require(
            midnights && terms.maturityAt > terms.issueAt && terms.denomination != 0,
            TermsInvalid(terms.issueAt, terms.maturityAt, terms.denomination)
        );
        _ISIN = terms.isin;
        _ISSUE_AT = terms.issueAt;
        _MATURITY_AT = terms.maturityAt;
        _DENOMINATION = terms.denomination;
        _MAX_FACE = terms.maxFace;
        _FEATURES = ScheduleCheck.features(terms);
        _MATHS = maths;
        for (uint256 i = 0; i < terms.periods.length; ++i) {
            _periods[i] = terms.periods[i];
        }
        for (uint256 i = 0; i < terms.factors.length; ++i) {
            _factors[i] = terms.factors[i];
        }
        _options = terms.options;
    }

    /// @inheritdoc IBondToken
    function setEnd(uint64 endAt_) external onlyProgramme {
        if (endAt_ != 0) _addRecordDay(Units.day(endAt_));
        _endAt = endAt_;
        _state = _state.withEndsEarly(endAt_ != 0);
        emit EndChanged(endAt_);
    }

    /// @inheritdoc IERC1643
    function setDocument(bytes32 name, string calldata uri, bytes32 documentHash) external restricted {
        Document storage document = _documents[name];
        if (document.lastModified == 0) {
            require(_documentNames.length < _MOST_DOCUMENTS, TooManyDocuments(_MOST_DOCUMENTS));
            _documentNames.push(name);
        }
        document.uri = uri;
        document.documentHash = documentHash;
        document.lastModified = block.timestamp;
        emit DocumentUpdated(name, uri, documentHash);
    }

    /// @inheritdoc IERC1643
    function removeDocument(bytes32 name) external restricted {
        Document storage document = _documents[name];
        require(document.lastModified != 0, DocumentUnknown(name));
        emit DocumentRemoved(name, document.uri, document.documentHash);
        delete _documents[name];
        uint256 i = 0;
        while (_documentNames[i] != name) ++i;
        _documentNames[i] = _documentNames[_documentNames.length - 1];
        _documentNames.pop();
    }

    /// @inheritdoc IERC1643
    function getDocument(bytes32 name) external view returns (string memory, bytes32, uint256) {
        Document storage document = _documents[name];
        return (document.uri, document.documentHash, document.lastModified);
    }

    /// @inheritdoc IERC1643
    function getAllDocuments() external view returns (bytes32[] memory) {
        return _documentNames;
    }

    /// @inheritdoc IBondToken
    function isin() external view returns (string memory) {
        return string(abi.encodePacked(_ISIN));
    }

    /// @inheritdoc IBondToken
    function issueDate() external view returns (uint256) {
        return _ISSUE_AT;
    }

    /// @inheritdoc IBondToken
    function maturityDate() external view returns (uint256) {
        return _MATURITY_AT;
    }

    /// @inheritdoc IBondToken
    function denomination() external view returns (uint256) {
        return _DENOMINATION;
    }

    /// @inheritdoc IBondToken
    function endAt() public view returns (uint256) {
        return _endAt == 0 ? _MATURITY_AT : _endAt;
    }

    /// @inheritdoc IBondToken
    function maxFace() external view returns (uint256) {
        return _MAX_FACE;
    }

    /// @inheritdoc IBondToken
    function issueVolume() external view returns (uint256) {
        return totalSupply();
    }

    /// @inheritdoc IBondToken
    function couponRate() external view returns (uint256) {
        return _periodOf(0).rate() / _RATE_PER_BPS;
    }

    /// @inheritdoc IBondToken
    function couponFrequency() external view returns (uint256) {
        return _FEATURES.frequency();
    }

    /// @inheritdoc IBondToken
    function dayCountBasis() external view returns (uint256) {
        return _FEATURES.basis();
    }

    /// @inheritdoc IBondToken
    function features() external view returns (Features) {
        return _FEATURES;
    }

    /// @inheritdoc IBondToken
    function periodAt(uint256 period) external view returns (Period entry, uint256 startDay, bool isFirst) {
        require(period < _FEATURES.periods(), PeriodUnknown(period));
        entry = _periodOf(period);
        if (period == 0) return (entry, Units.day(_ISSUE_AT), true);
        Period earlier = _periodOf(period - 1);
        return (entry, earlier.endDay(), earlier.pays());
    }

    /// @inheritdoc IBondToken
    function factorAt(uint256 period) external view returns (uint256) {
        if (!_FEATURES.amortises()) return _WHOLE;
        return uint32(_factors[period / 8] >> (32 * (period % 8)));
    }

    /// @inheritdoc IBondToken
    function options() external view returns (uint256[] memory) {
        return _options;
    }

    /// @inheritdoc IBondToken
    function poolFactor() public view returns (uint256) {
        return _MATHS.poolFactor(this);
    }

    /// @inheritdoc IBondToken
    function principalOf(address account) external view returns (uint256) {
        return account == SUPPLY ? 0 : Units.shareDown(_accounts[account].value.balance(), poolFactor(), Units.WAD);
    }

    /// @inheritdoc RwaToken
    function supportsInterface(bytes4 interfaceId) public view override(IERC165, RwaToken) returns (bool) {
        return interfaceId == type(IERC1643).interfaceId || super.supportsInterface(interfaceId);
    }

    function _requireOpen() internal view override {
        require(block.timestamp >= _ISSUE_AT, SeriesNotOpen(_ISSUE_AT));
        uint256 end = endAt();
        require(block.timestamp < end, SeriesMatured(end));
    }

    function _requireRoom() internal view override {
        uint256 face = totalSupply();
        require(face <= _MAX_FACE, FaceAboveMaximum(face, _MAX_FACE));
    }

    function _requireUnits(uint256 face) internal view override {
        require(face != 0 && face % _DENOMINATION == 0, FaceNotInUnits(face, _DENOMINATION));
    }

    function _lifeCode(TokenState state) internal view override returns (uint8) {
        uint256 end = state.endsEarly() ? _endAt : _MATURITY_AT;
        return block.timestamp < end ? Restrictions.NONE : Restrictions.MATURED;
    }

    function _periodOf(uint256 period) private view returns (Period) {
        return ScheduleLib.periodIn(_periods[period / 4], period);
    }
}

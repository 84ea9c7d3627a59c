// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {IERC1643} from "../interfaces/IERC1643.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {Units} from "../libraries/Units.sol";
import {PermissionedToken} from "./PermissionedToken.sol";
import {RwaToken} from "./RwaToken.sol";

/// @title BondToken
/// @notice A series of government debt: for now the discount bill, which pays its face at maturity and nothing before.
contract BondToken is IBondToken, RwaToken {
    using EnumerableSet for EnumerableSet.Bytes32Set;

    struct Document {
        string uri;
        bytes32 documentHash;
        uint256 lastModified;
    }

    uint256 private constant _MOST_DOCUMENTS = 32;

    bytes12 private immutable _ISIN;
    uint64 private immutable _ISSUE_AT;
    uint64 private immutable _MATURITY_AT;
    uint128 private immutable _DENOMINATION;

    /// @inheritdoc IBondToken
    uint256 public poolFactor = Units.WAD; // [1e18]

    EnumerableSet.Bytes32Set private _documentNames;
    mapping(bytes32 name => Document) private _documents;

    constructor(address authority_, IAllowlist allowlist_, address programme_, Terms memory terms)
        PermissionedToken(authority_, allowlist_, terms.name, terms.symbol)
        RwaToken(programme_, terms.currency, terms.termsHash)
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
    }

    /// @inheritdoc IERC1643
    function setDocument(bytes32 name, string calldata uri, bytes32 documentHash) external restricted {
        _documentNames.add(name);
        require(_documentNames.length() <= _MOST_DOCUMENTS, TooManyDocuments(_MOST_DOCUMENTS));
        _documents[name] = Document(uri, documentHash, block.timestamp);
        emit DocumentUpdated(name, uri, documentHash);
    }

    /// @inheritdoc IERC1643
    function removeDocument(bytes32 name) external restricted {
        require(_documentNames.remove(name), DocumentUnknown(name));
        Document memory document = _documents[name];
        delete _documents[name];
        emit DocumentRemoved(name, document.uri, document.documentHash);
    }

    /// @inheritdoc IERC1643
    function getDocument(bytes32 name) external view returns (string memory, bytes32, uint256) {
        Document storage document = _documents[name];
        return (document.uri, document.documentHash, document.lastModified);
    }

    /// @inheritdoc IERC1643
    function getAllDocuments() external view returns (bytes32[] memory) {
        return _documentNames.values();
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
    function principalOf(address account) external view returns (uint256) {
        return account == SUPPLY ? 0 : Units.shareDown(_accounts[account].value.balance(), poolFactor, Units.WAD);
    }

    /// @inheritdoc RwaToken
    function supportsInterface(bytes4 interfaceId) public view override(IERC165, RwaToken) returns (bool) {
        return interfaceId == type(IERC1643).interfaceId || super.supportsInterface(interfaceId);
    }

    function _requireOpen() internal view override {
        require(block.timestamp >= _ISSUE_AT, SeriesNotOpen(_ISSUE_AT));
        require(block.timestamp < _MATURITY_AT, SeriesMatured(_MATURITY_AT));
    }

    function _requireUnits(uint256 face) internal view override {
        require(face != 0 && face % _DENOMINATION == 0, FaceNotInUnits(face, _DENOMINATION));
    }

    function _lifeCode() internal view override returns (uint8) {
        return block.timestamp < _MATURITY_AT ? Restrictions.NONE : Restrictions.MATURED;
    }
}

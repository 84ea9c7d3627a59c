// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {IMeeting} from "../interfaces/IMeeting.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {Units} from "../libraries/Units.sol";

/// @title Ballots
/// @notice Who votes, with what weight, and what does not count.
abstract contract Ballots is IMeeting, EIP712 {
    using SafeCast for uint256;

    bytes32 private constant _VOTE_TYPEHASH =
        keccak256("Vote(uint256 id,address series,address holder,bool support)");

    mapping(uint256 id => Resolution) internal _resolutions;
    mapping(uint256 id => mapping(address series => Tally)) internal _tallies;
    mapping(uint256 id => mapping(address series => mapping(address account => Choice))) private _choices;

    /// @inheritdoc IMeeting
    function vote(uint256 id, address series, bool support) external {
        _requireVoting(id, _resolutions[id].closesAt);
        require(_voterFor(id, series, msg.sender) == msg.sender, NoWeight(msg.sender));
        _vote(id, series, msg.sender, support);
    }

    /// @inheritdoc IMeeting
    function voteBySig(uint256 id, address series, address holder, bool support, bytes calldata signature) external {
        _requireVoting(id, _resolutions[id].closesAt);
        require(_isSigned(id, series, holder, support, signature), SignatureInvalid(holder));
        _vote(id, series, holder, support);
    }

    /// @inheritdoc IMeeting
    function voteBySigs(uint256 id, Ballot[] calldata ballots) external returns (uint256 cast) {
        _requireVoting(id, _resolutions[id].closesAt);
        for (uint256 i = 0; i < ballots.length; ++i) {
            Ballot calldata ballot = ballots[i];
            bool open = _choices[id][ballot.series][ballot.holder] == Choice.NONE;
            uint256 weight = open ? _weightOf(id, ballot.series, ballot.holder) : 0;
            if (weight == 0 || !_isSigned(id, ballot.series, ballot.holder, ballot.support, ballot.signature)) {
                emit BallotSkipped(id, ballot.series, ballot.holder);
                continue;
            }
            _cast(id, ballot.series, ballot.holder, ballot.support, weight);
            ++cast;
        }
    }

    /// @inheritdoc IMeeting
    function exclude(uint256 id, address series, address account) external {
        Resolution storage resolution = _requireUndecided(id);
        _requireVoting(id, type(uint256).max);
        Tally storage tally = _listed(id, series);
        require(_isSystem(ITransferRules(tally.allowlist), account), NotSystemAccount(account));
        Choice choice = _choices[id][series][account];
        require(choice != Choice.EXCLUDED, AlreadyCounted(account, choice));
        uint128 weight = _principalAt(series, account, resolution.recordAt, tally.factor).toUint128();
        if (choice == Choice.IN_FAVOUR) tally.inFavour -= weight;
        if (choice == Choice.AGAINST) tally.against -= weight;
        tally.excluded += weight;
        _choices[id][series][account] = Choice.EXCLUDED;
        emit Excluded(id, series, account, weight);
    }

    /// @inheritdoc IMeeting
    function resolutionOf(uint256 id) external view returns (Resolution memory) {
        return _resolutions[id];
    }

    /// @inheritdoc IMeeting
    function tallyOf(uint256 id, address series) external view returns (Tally memory) {
        return _tallies[id][series];
    }

    /// @inheritdoc IMeeting
    function choiceOf(uint256 id, address series, address account) external view returns (Choice) {
        return _choices[id][series][account];
    }

    /// @inheritdoc IMeeting
    function hashOf(uint256 id, address series, address holder, bool support) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(_VOTE_TYPEHASH, id, series, holder, support)));
    }

    /// @dev Principal of `account` at the record date, rounded down.
    function _principalAt(address series, address account, uint256 recordAt, uint256 factor)
        internal
        view
        returns (uint256)
    {
        return Units.shareDown(IBondToken(series).balanceAt(account, recordAt), factor, Units.WAD);
    }

    function _requireUndecided(uint256 id) internal view returns (Resolution storage resolution) {
        resolution = _resolutions[id];
        bool open = resolution.closesAt != 0 && resolution.outcome == Outcome.UNDECIDED;
        require(open, MeetingNotOpen(id));
    }

    function _isSystem(ITransferRules allowlist, address account) internal view returns (bool) {
        return allowlist.recordOf(account).isSystem();
    }

    function _vote(uint256 id, address series, address holder, bool support) private {
        _listed(id, series);
        Choice choice = _choices[id][series][holder];
        require(choice == Choice.NONE, AlreadyCounted(holder, choice));
        uint256 weight = _weightOf(id, series, holder);
        require(weight != 0, NoWeight(holder));
        _cast(id, series, holder, support, weight);
    }

    function _cast(uint256 id, address series, address holder, bool support, uint256 weight) private {
        Tally storage tally = _tallies[id][series];
        if (support) tally.inFavour += weight.toUint128();
        else tally.against += weight.toUint128();
        _choices[id][series][holder] = support ? Choice.IN_FAVOUR : Choice.AGAINST;
        emit VoteCast(id, series, holder, support, weight);
    }

    /// @dev 0 for who has no vote, also in a series that is not listed.
    function _weightOf(uint256 id, address series, address holder) private view returns (uint256) {
        Tally storage tally = _tallies[id][series];
        if (tally.factor == 0 || holder == address(0) || _isSystem(ITransferRules(tally.allowlist), holder)) return 0;
        return _principalAt(series, holder, _resolutions[id].recordAt, tally.factor);
    }

    function _isSigned(uint256 id, address series, address holder, bool support, bytes calldata signature)
        private
        view
        returns (bool)
    {
        address voter = _voterFor(id, series, holder);
        return Signatures.isSigned(voter, hashOf(id, series, holder, support), signature);
    }

    /// @dev A wallet that was replaced has no vote of its own any more; its successor signs for it.
    function _voterFor(uint256 id, address series, address holder) private view returns (address) {
        return ITransferRules(_listed(id, series).allowlist).successorOf(holder);
    }

    function _requireVoting(uint256 id, uint256 closesAt) private view {
        uint256 opensAt = _resolutions[id].recordAt;
        bool open = block.timestamp >= opensAt && block.timestamp < closesAt;
        require(open, VotingNotOpen(opensAt, closesAt, block.timestamp));
    }

    function _listed(uint256 id, address series) private view returns (Tally storage tally) {
        tally = _tallies[id][series];
        require(tally.factor != 0, SeriesNotListed(id, series));
    }
}

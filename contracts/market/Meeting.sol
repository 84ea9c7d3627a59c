// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {DynamicArrayLib} from "solady/src/utils/DynamicArrayLib.sol";
import {IBondMaths} from "../interfaces/IBondMaths.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {IDefaults} from "../interfaces/IDefaults.sol";
import {IMeeting} from "../interfaces/IMeeting.sol";
import {IPayingAgent} from "../interfaces/IPayingAgent.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {Units} from "../libraries/Units.sol";
import {Ballots} from "./Ballots.sol";

/// @title Meeting
/// @notice Acceleration, rescission and modification. What it decides it does through the Programme, as a servicer.
contract Meeting is Ballots, AccessManaged {
    using SafeCast for uint256;

    uint256 private constant _MOST_SERIES = 8;
    uint256 private constant _MOST_ACCOUNTS = 16;
    uint256 private constant _LEAST_DAYS = 14;
    uint256 private constant _MOST_DAYS = 60;
    uint256 private constant _URGENT_DAYS = 7;
    uint256 private constant _TENTH = 10;
    uint256 private constant _MOST_RATIO = 1000e18;

    IProgramme private immutable _PROGRAMME;
    ICashToken private immutable _CASH;
    IPayingAgent private immutable _PAYING_AGENT;
    IDefaults private immutable _DEFAULTS;
    IBondMaths private immutable _MATHS;

    /// @inheritdoc IMeeting
    uint256 public meetings;
    mapping(address series => Standing) private _standings;
    /// @inheritdoc IMeeting
    mapping(address series => mapping(Kind kind => uint256 id)) public openMeetingOf;

    constructor(
        address authority_,
        IProgramme programme,
        ICashToken cash,
        IPayingAgent payingAgent,
        IDefaults defaults,
        IBondMaths maths
    ) AccessManaged(authority_) EIP712("Meeting", "1") {
        _PROGRAMME = programme;
        _CASH = cash;
        _PAYING_AGENT = payingAgent;
        _DEFAULTS = defaults;
        _MATHS = maths;
    }

    // ── convening ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IMeeting
    function convene(Procedure procedure, Change[] calldata changes, uint256 votingDays)
        external
        restricted
        returns (uint256 id)
    {
        uint256 count = changes.length;
        // Two thirds of a single series would be less than the 75 % that it takes alone.
        bool counts = procedure == Procedure.SERIES_BY_SERIES ? count == 1 : count > 1 && count <= _MOST_SERIES;
        require(counts, CountInvalid(count));
        bool lasts = votingDays >= _LEAST_DAYS && votingDays <= _MOST_DAYS;
        require(lasts, VotingDaysInvalid(votingDays, _LEAST_DAYS, _MOST_DAYS));
        id = _open(Kind.MODIFY, procedure, votingDays);
        for (uint256 i = 0; i < count; ++i) {
            Change calldata change = changes[i];
            bool uniform = change.to == changes[0].to && change.ratio == changes[0].ratio;
            require(procedure != Procedure.SINGLE_LIMB || uniform, NotUniform(change.from));
            require(change.ratio != 0 && change.ratio <= _MOST_RATIO, RatioInvalid(change.ratio));
            _list(id, change);
        }
        (bool ready, uint256 at) = _findTargets(id, _resolutions[id].closesAt);
        require(ready, TargetNotReady(changes[at].from, changes[at].to));
    }

    /// @inheritdoc IMeeting
    function conveneRescission(address series) external restricted returns (uint256 id) {
        return _conveneUrgent(Kind.RESCIND, series);
    }

    /// @inheritdoc IMeeting
    function conveneByHolder(Kind kind, address series, address[] calldata systemAccounts)
        external
        returns (uint256 id)
    {
        require(kind != Kind.MODIFY, KindInvalid(kind));
        require(_isKnown(series), SeriesUnknown(series));
        uint256 outstanding = _outstandingWithout(series, systemAccounts);
        uint256 face = IBondToken(series).balanceOf(msg.sender);
        require(!_isSystem(_allowlistOf(series), msg.sender), NoWeight(msg.sender));
        require(face != 0 && face * _TENTH >= outstanding, HoldingTooSmall(face, outstanding));
        return _conveneUrgent(kind, series);
    }

    // ── the decision ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IMeeting
    function close(uint256 id) external returns (Outcome outcome) {
        Resolution storage resolution = _requireUndecided(id);
        require(block.timestamp >= resolution.closesAt, VotingOpen(resolution.closesAt, block.timestamp));
        outcome = _isCarried(id, resolution) ? Outcome.PASSED : Outcome.REJECTED;
        if (outcome == Outcome.PASSED && !_isPossible(id, resolution)) outcome = Outcome.VOID;
        resolution.outcome = outcome;
        for (uint256 i = 0; i < resolution.series.length; ++i) {
            delete openMeetingOf[resolution.series[i]][resolution.kind];
        }
        emit Closed(id, outcome);
        if (outcome != Outcome.PASSED) return outcome;
        if (resolution.kind == Kind.ACCELERATE) _accelerate(resolution.series[0]);
        else if (resolution.kind == Kind.RESCIND) _rescind(resolution.series[0]);
        else _supersede(id, resolution.series);
    }

    /// @inheritdoc IMeeting
    function exchange(uint256 id, address series, address[] calldata holders) external returns (uint256 face) {
        IBondToken from = IBondToken(series);
        bool passed = id != 0 && _standings[series].exchangedBy == id;
        uint256 endAt = passed ? from.endAt() : 0;
        require(passed && block.timestamp >= endAt, ExchangeNotOpen(id, series, endAt));
        address[] memory able;
        (able, face) = _exchangeable(from, holders);
        if (face == 0) return 0;
        Tally storage tally = _tallies[id][series];
        emit HoldersExchanged(id, series, face);
        _PROGRAMME.exchange(series, tally.to, _perFace(from, tally.ratio), able);
    }

    // ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IMeeting
    function standingOf(address series) external view returns (Standing memory) {
        return _standings[series];
    }

    // ── convening, inside ───────────────────────────────────────────────────────────────────────────────────────────

    function _conveneUrgent(Kind kind, address series) private returns (uint256 id) {
        Standing storage standing = _standings[series];
        id = _open(kind, Procedure.SERIES_BY_SERIES, _URGENT_DAYS);
        if (kind == Kind.RESCIND) {
            require(_isRescindable(series), AccelerationInvalid(series, standing.accelerated));
        } else {
            require(!standing.accelerated, AccelerationInvalid(series, true));
            require(_DEFAULTS.defaultsOf(series) != 0, NoDefault(series));
            uint256 endAt = IBondToken(series).endAt();
            require(endAt > _resolutions[id].closesAt, SeriesEnded(series, endAt));
        }
        _list(id, Change(series, address(0), 0));
    }

    /// @dev The record date is the first midnight that lies a day ahead.
    function _open(Kind kind, Procedure procedure, uint256 votingDays) private returns (uint256 id) {
        id = ++meetings;
        uint256 recordAt = Units.startOf(Units.day(block.timestamp + 1 days - 1) + 1);
        uint256 closesAt = recordAt + votingDays * 1 days;
        Resolution storage resolution = _resolutions[id];
        (resolution.kind, resolution.procedure) = (kind, procedure);
        (resolution.recordAt, resolution.closesAt) = (recordAt.toUint64(), closesAt.toUint64());
        emit Convened(id, kind, procedure, msg.sender, recordAt, closesAt);
    }

    function _list(uint256 id, Change memory change) private {
        address series = change.from;
        Resolution storage resolution = _resolutions[id];
        require(_isKnown(series), SeriesUnknown(series));
        uint256 exchangedBy = _standings[series].exchangedBy;
        require(exchangedBy == 0, SeriesExchanged(series, exchangedBy));
        uint256 open = openMeetingOf[series][resolution.kind];
        require(open != id, SeriesListedTwice(series));
        require(open == 0, MeetingOpen(series, open));
        uint256 recordAt = resolution.recordAt;
        require(IBondToken(series).totalSupply() != 0, SeriesEnded(series, IBondToken(series).endAt()));
        uint256 factor = _factorAt(IBondToken(series), recordAt);
        openMeetingOf[series][resolution.kind] = id;
        resolution.series.push(series);
        address allowlist = address(_allowlistOf(series));
        _tallies[id][series] = Tally(allowlist, change.to, change.ratio, factor, 0, 0, 0);
        emit SeriesListed(id, series, change.to, change.ratio, factor);
        if (!_isRecordDate(series, recordAt)) _PROGRAMME.callRecordDate(series, recordAt);
    }

    /// @dev Principal per unit of face on the day of the record date: all that it depends on is known when a meeting is convened.
    function _factorAt(IBondToken series, uint256 recordAt) private view returns (uint256 factor) {
        if (series.features().periods() == 0) return Units.WAD;
        uint256 at = Math.min(recordAt, series.endAt() - 1);
        (factor,,) = _MATHS.factorsAt(series, _MATHS.periodAt(series, at));
    }

    /// @dev A date that is set already serves as well, and takes no place.
    function _isRecordDate(address series, uint256 recordAt) private view returns (bool) {
        uint256[] memory recordAts = IBondToken(series).recordDates();
        for (uint256 i = recordAts.length; i != 0; --i) {
            if (recordAts[i - 1] <= recordAt) return recordAts[i - 1] == recordAt;
        }
        return false;
    }

    /// @dev The face outstanding without that of the named accounts of the system: else an issuer who kept nine tenths would keep
    /// holders from convening.
    function _outstandingWithout(address series, address[] calldata systemAccounts)
        private
        view
        returns (uint256 outstanding)
    {
        require(systemAccounts.length <= _MOST_ACCOUNTS, CountInvalid(systemAccounts.length));
        outstanding = IBondToken(series).totalSupply();
        ITransferRules allowlist = _allowlistOf(series);
        address last = address(0);
        for (uint256 i = 0; i < systemAccounts.length; ++i) {
            address account = systemAccounts[i];
            require(account > last, NotAscending(account));
            require(_isSystem(allowlist, account), NotSystemAccount(account));
            outstanding -= IBondToken(series).balanceOf(account);
            last = account;
        }
    }

    // ── the decision, inside ────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Where nothing is outstanding nothing passes: no majority is made of nothing.
    function _isCarried(uint256 id, Resolution storage resolution) private returns (bool) {
        uint256 inFavour;
        uint256 outstanding;
        bool halfOfEach = true;
        for (uint256 i = 0; i < resolution.series.length; ++i) {
            address series = resolution.series[i];
            Tally storage tally = _tallies[id][series];
            uint256 supply = IBondToken(series).supplyAt(resolution.recordAt);
            uint256 counted = Units.shareDown(supply, tally.factor, Units.WAD) - tally.excluded;
            if (2 * uint256(tally.inFavour) <= counted) halfOfEach = false;
            inFavour += tally.inFavour;
            outstanding += counted;
            emit Counted(id, series, tally.inFavour, tally.against, counted);
        }
        if (inFavour == 0) return false;
        if (resolution.kind == Kind.ACCELERATE) return 4 * inFavour >= outstanding;
        if (resolution.kind == Kind.RESCIND) return halfOfEach;
        if (resolution.procedure == Procedure.TWO_LIMB) return halfOfEach && 3 * inFavour >= 2 * outstanding;
        return 4 * inFavour >= 3 * outstanding;
    }

    function _isPossible(uint256 id, Resolution storage resolution) private view returns (bool possible) {
        address series = resolution.series[0];
        Standing storage standing = _standings[series];
        if (resolution.kind == Kind.MODIFY) {
            (possible,) = _findTargets(id, _tomorrow());
            return possible;
        }
        if (standing.exchangedBy != 0) return false;
        if (resolution.kind == Kind.RESCIND) return _isRescindable(series);
        return _DEFAULTS.defaultsOf(series) != 0 && !standing.accelerated && IBondToken(series).endAt() > _tomorrow();
    }

    function _accelerate(address series) private {
        Standing storage standing = _standings[series];
        standing.accelerated = true;
        standing.endBefore = IBondToken(series).endAt().toUint64();
        _PROGRAMME.endSeries(series, _tomorrow());
    }

    function _rescind(address series) private {
        Standing storage standing = _standings[series];
        standing.accelerated = false;
        bool runsToMaturity = standing.endBefore == IBondToken(series).maturityDate();
        _PROGRAMME.endSeries(series, runsToMaturity ? 0 : standing.endBefore);
    }

    /// @dev A series that has ended keeps its end: what is due at it stays as it is.
    function _supersede(uint256 id, address[] storage list) private {
        uint64 tomorrow = _tomorrow();
        for (uint256 i = 0; i < list.length; ++i) {
            _standings[list[i]].exchangedBy = id.toUint128();
            _PROGRAMME.supersede(list[i]);
            if (IBondToken(list[i]).endAt() > tomorrow) _PROGRAMME.endSeries(list[i], tomorrow);
        }
    }

    /// @dev Whether an acceleration left no trace: neither principal nor the interest up to it was paid, and the old end is still
    /// to come.
    function _isRescindable(address series) private view returns (bool) {
        Standing storage standing = _standings[series];
        if (!standing.accelerated || standing.endBefore <= block.timestamp) return false;
        if (_hasPaid(series, _PAYING_AGENT.REDEMPTION())) return false;
        IBondToken token = IBondToken(series);
        if (token.features().periods() == 0) return true;
        return !_hasPaid(series, _MATHS.periodAt(token, token.endAt() - 1));
    }

    function _hasPaid(address series, uint256 period) private view returns (bool) {
        IPayingAgent.Account memory account = _PAYING_AGENT.accountOf(series, period);
        return account.paid + account.withheld + account.done != 0;
    }

    /// @dev Whether every new series can take what is exchanged into it at `at`; else the place of the first that cannot.
    function _findTargets(uint256 id, uint256 at) private view returns (bool, uint256) {
        address[] memory list = _resolutions[id].series;
        uint256[] memory faces = new uint256[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            IBondToken from = IBondToken(list[i]);
            faces[i] = Units.shareDown(from.totalSupply(), _perFace(from, _tallies[id][list[i]].ratio), Units.WAD);
            address to = _tallies[id][list[i]].to;
            // One that is itself listed has no tomorrow, and was exchanged by nobody yet.
            bool open = _isKnown(to) && _tallies[id][to].factor == 0 && _standings[to].exchangedBy == 0
                && IBondToken(to).issueDate() <= at && IBondToken(to).endAt() > at;
            if (!open) return (false, i);
            uint256 needed = IBondToken(to).totalSupply() + faces[i];
            for (uint256 j = 0; j < i; ++j) {
                if (_tallies[id][list[j]].to == to) needed += faces[j];
            }
            if (needed > IBondToken(to).maxFace()) return (false, i);
        }
        return (true, 0);
    }

    /// @dev The ratio is one to principal, the Programme's one to face.
    function _perFace(IBondToken from, uint256 ratio) private view returns (uint256) {
        return Units.shareDown(ratio, from.poolFactor(), Units.WAD);
    }

    function _exchangeable(IBondToken from, address[] calldata holders)
        private
        view
        returns (address[] memory able, uint256 face)
    {
        uint256 count;
        able = new address[](holders.length);
        for (uint256 i = 0; i < holders.length; ++i) {
            address holder = holders[i];
            uint256 balance = from.balanceOf(holder);
            if (balance == 0) continue;
            able[count++] = holder;
            face += balance;
        }
        able = DynamicArrayLib.asAddressArray(DynamicArrayLib.truncate(DynamicArrayLib.toUint256Array(able), count));
    }

    // ── shared ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function _isKnown(address series) private view returns (bool) {
        return _PROGRAMME.isDebt(series) && IBondToken(series).currency() == _CASH.currency();
    }

    function _allowlistOf(address series) private view returns (ITransferRules) {
        return IBondToken(series).allowlist();
    }

    /// @dev The next midnight in Pakistan.
    function _tomorrow() private view returns (uint64) {
        return Units.startOf(Units.day(block.timestamp) + 1).toUint64();
    }
}

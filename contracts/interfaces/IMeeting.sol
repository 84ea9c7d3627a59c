// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IMeeting
/// @notice The collective action of holders: acceleration at 25 % of the principal, its rescission above 50 %, and modification
/// of one or several series by one of three procedures. The terms of a series never change: a modification is a mandatory
/// exchange into another series. Who held at the record date votes, once a series, with his principal then; votes are final. What
/// accounts of the system hold (the issuer's treasury, the backstop) neither votes nor counts. Serves the series in the currency
/// of its cash token. Nobody is asked for a valid KYC record: an office that could revoke a record could else take a vote away.
/// Warning: interest up to the day of an exchange stays due through the PayingAgent, like every payment whose record date has
/// passed.
interface IMeeting {
    enum Kind {
        ACCELERATE,
        RESCIND,
        MODIFY
    }

    /// @notice How a modification passes: 75 % of one series; two thirds of all and more than half of each; or 75 % of all if all
    /// are offered the same.
    enum Procedure {
        SERIES_BY_SERIES,
        TWO_LIMB,
        SINGLE_LIMB
    }

    /// @notice VOID: the majority was there, and what it decided had become impossible.
    enum Outcome {
        UNDECIDED,
        PASSED,
        REJECTED,
        VOID
    }

    enum Choice {
        NONE,
        IN_FAVOUR,
        AGAINST,
        EXCLUDED
    }

    /// @param from series to be exchanged
    /// @param to series it becomes, confirmed in the Programme, in the same currency
    /// @param ratio face of `to` for one of principal of `from` [1e18]
    struct Change {
        address from;
        address to;
        uint256 ratio;
    }

    /// @param series whose holder votes
    /// @param holder who votes
    /// @param support for or against
    /// @param signature of the holder over `hashOf`
    struct Ballot {
        address series;
        address holder;
        bool support;
        bytes signature;
    }

    /// @param kind of the resolution
    /// @param procedure of a modification
    /// @param outcome how it ended
    /// @param recordAt who holds when this closes may vote; voting opens then (Unix)
    /// @param closesAt when voting closes (Unix)
    /// @param series that vote, at most 8
    struct Resolution {
        Kind kind;
        Procedure procedure;
        Outcome outcome;
        uint64 recordAt;
        uint64 closesAt;
        address[] series;
    }

    /// @param allowlist which the series asked when the meeting was convened: says which accounts are the system's
    /// @param to series that a modification exchanges into
    /// @param ratio face of `to` for one of principal [1e18]
    /// @param factor principal per unit of face at the record date [1e18]
    /// @param inFavour principal that voted for it [1e6]
    /// @param against principal that voted against it [1e6]
    /// @param excluded principal that does not count [1e6]
    struct Tally {
        address allowlist;
        address to;
        uint256 ratio;
        uint256 factor;
        uint128 inFavour;
        uint128 against;
        uint128 excluded;
    }

    /// @param accelerated whether the series was accelerated
    /// @param endBefore when it would have ended without (Unix)
    /// @param exchangedBy the meeting that exchanges it, 0 for none
    struct Standing {
        bool accelerated;
        uint64 endBefore;
        uint128 exchangedBy;
    }

    /// @notice A meeting was convened; who holds at `recordAt` votes until `closesAt`.
    event Convened(
        uint256 indexed id, Kind kind, Procedure procedure, address convener, uint256 recordAt, uint256 closesAt
    );

    /// @notice `series` votes in it, with `factor` of principal per unit of face [1e18]; `to` and `ratio` are zero but for a
    /// modification.
    event SeriesListed(uint256 indexed id, address indexed series, address to, uint256 ratio, uint256 factor);

    /// @notice A holder voted with `weight` of principal [1e6].
    event VoteCast(uint256 indexed id, address indexed series, address indexed holder, bool support, uint256 weight);

    /// @notice A ballot of a batch was passed over: signed by another, cast before, or without weight.
    event BallotSkipped(uint256 indexed id, address indexed series, address indexed holder);

    /// @notice An account of the system, and `weight` of principal [1e6], counts no more.
    event Excluded(uint256 indexed id, address indexed series, address indexed account, uint256 weight);

    /// @notice The result of one series [1e6].
    event Counted(
        uint256 indexed id, address indexed series, uint256 inFavour, uint256 against, uint256 outstanding
    );

    /// @notice The meeting is over.
    event Closed(uint256 indexed id, Outcome outcome);

    /// @notice Holders' face of `series` was exchanged, `face` in all [1e6].
    event HoldersExchanged(uint256 indexed id, address indexed series, uint256 face);

    /// @notice The series is not confirmed in the Programme, or is in another currency.
    error SeriesUnknown(address series);

    /// @notice No event of default stands.
    error NoDefault(address series);

    /// @notice The series is accelerated, or (for a rescission) it is not, or something was paid under it.
    error AccelerationInvalid(address series, bool accelerated);

    /// @notice The series ends before voting would close, or has no principal.
    error SeriesEnded(address series, uint256 endAt);

    /// @notice Meeting `id` exchanges the series.
    error SeriesExchanged(address series, uint256 id);

    /// @notice Meeting `id` is about the same question: vote in it, or close it.
    error MeetingOpen(address series, uint256 id);

    /// @notice The convener holds `face`, below a tenth of `outstanding`.
    error HoldingTooSmall(uint256 face, uint256 outstanding);

    /// @notice Holders convene for an acceleration or its rescission.
    error KindInvalid(Kind kind);

    /// @notice One series alone, two to eight together; at most 16 accounts of the system.
    error CountInvalid(uint256 count);

    /// @notice Accounts stand in ascending order, each once.
    error NotAscending(address account);

    /// @notice The series stands in the list twice, or is to be exchanged into one of the list.
    error SeriesListedTwice(address series);

    /// @notice The ratio is zero or above 1000.
    error RatioInvalid(uint256 ratio);

    /// @notice The new series cannot take the face: in another currency, not open by then, ended, exchanged itself, or without
    /// room.
    error TargetNotReady(address from, address to);

    /// @notice All series of a single limb are offered the same new series at the same ratio.
    error NotUniform(address series);

    /// @notice A modification is voted on for `least` to `most` days.
    error VotingDaysInvalid(uint256 votingDays, uint256 least, uint256 most);

    /// @notice Voting is open from `opensAt` to before `closesAt`; accounts are excluded from `opensAt` until the meeting is
    /// closed.
    error VotingNotOpen(uint256 opensAt, uint256 closesAt, uint256 nowAt);

    /// @notice The series does not vote in that meeting.
    error SeriesNotListed(uint256 id, address series);

    /// @notice The account held nothing at the record date, or belongs to the system.
    error NoWeight(address account);

    /// @notice The account has voted, or was excluded.
    error AlreadyCounted(address account, Choice choice);

    /// @notice The signature is not that of `signer`.
    error SignatureInvalid(address signer);

    /// @notice The account is not part of the system.
    error NotSystemAccount(address account);

    /// @notice The meeting is closed, or there is none.
    error MeetingNotOpen(uint256 id);

    /// @notice Voting goes on until `closesAt`.
    error VotingOpen(uint256 closesAt, uint256 nowAt);

    /// @notice No passed modification exchanges the series, or not before it ends, at `endAt`.
    error ExchangeNotOpen(uint256 id, address series, uint256 endAt);

    /// @notice The debt office puts a modification to the holders of 1 to 8 series, for 14 to 60 days.
    /// @dev Errors: `AccessManagedUnauthorized`, `CountInvalid`, `VotingDaysInvalid`, `SeriesUnknown`, `SeriesListedTwice`,
    /// `SeriesEnded` without principal, `SeriesExchanged`, `MeetingOpen`, `RatioInvalid`, `NotUniform`, `TargetNotReady`, and
    /// those of `Programme.callRecordDate`.
    /// @return id of the meeting, from 1
    function convene(Procedure procedure, Change[] calldata changes, uint256 votingDays) external returns (uint256 id);

    /// @notice The debt office asks holders to rescind an acceleration, for 7 days.
    /// @dev Errors: `AccessManagedUnauthorized`, `SeriesUnknown`, `AccelerationInvalid`, `SeriesExchanged`, `MeetingOpen`.
    function conveneRescission(address series) external returns (uint256 id);

    /// @notice A holder of a tenth of the face convenes for an acceleration or its rescission, for 7 days.
    /// @param systemAccounts accounts of the system whose face does not count for that tenth, in ascending order, at most 16
    /// @dev Errors: `KindInvalid`, `SeriesUnknown`, `CountInvalid`, `NotAscending`, `NotSystemAccount`, `NoWeight`,
    /// `HoldingTooSmall`, `NoDefault`, `AccelerationInvalid`, `SeriesEnded`, `SeriesExchanged`, `MeetingOpen`.
    function conveneByHolder(Kind kind, address series, address[] calldata systemAccounts) external returns (uint256 id);

    /// @notice Votes with all the principal that the caller held in `series` at the record date.
    /// @dev Errors: `VotingNotOpen`, `SeriesNotListed`, `AlreadyCounted`, `NoWeight`.
    function vote(uint256 id, address series, bool support) external;

    /// @notice The same for a holder who signed; anyone may submit it.
    /// @dev The same errors, and `SignatureInvalid`.
    function voteBySig(uint256 id, address series, address holder, bool support, bytes calldata signature) external;

    /// @notice Many signed votes; a ballot that cannot be cast is passed over and stops no other.
    /// @dev Error: `VotingNotOpen`.
    /// @return cast how many were cast
    function voteBySigs(uint256 id, Ballot[] calldata ballots) external returns (uint256 cast);

    /// @notice Takes the face of an account of the system out of the count, and its vote if it cast one. By anyone. An investor's
    /// record never becomes the system's (`Allowlist`), and the Allowlist asked is that of the day of convening.
    /// @dev Errors: `MeetingNotOpen`, `VotingNotOpen`, `SeriesNotListed`, `NotSystemAccount`, `AlreadyCounted` when it was
    /// excluded.
    function exclude(uint256 id, address series, address account) external;

    /// @notice Counts, and carries out what was decided. By anyone, once voting is over.
    /// @dev Errors: `MeetingNotOpen`, `VotingOpen`.
    function close(uint256 id) external returns (Outcome outcome);

    /// @notice Exchanges all face of `holders` under a passed modification: of everyone, however he voted, frozen, expired or
    /// revoked. By anyone, once the series has ended. Each is named once; who holds nothing is ignored; a pledge goes along into the new
    /// series. A creditor that does not take that one stops those who are named with its debtor: they are exchanged without him.
    /// @dev Errors: `ExchangeNotOpen`, and those of `Programme.exchange`.
    /// @return face exchanged [1e6]
    function exchange(uint256 id, address series, address[] calldata holders) external returns (uint256 face);

    /// @notice The number of meetings ever convened: the id of the last.
    function meetings() external view returns (uint256);

    /// @notice A meeting.
    function resolutionOf(uint256 id) external view returns (Resolution memory);

    /// @notice The votes of one series.
    function tallyOf(uint256 id, address series) external view returns (Tally memory);

    /// @notice How `account` voted, or that it does not count.
    function choiceOf(uint256 id, address series, address account) external view returns (Choice);

    /// @notice Where a series stands.
    function standingOf(address series) external view returns (Standing memory);

    /// @notice The open meeting of `kind` about `series`, 0 when there is none.
    function openMeetingOf(address series, Kind kind) external view returns (uint256 id);

    /// @notice The EIP-712 hash that a holder signs.
    function hashOf(uint256 id, address series, address holder, bool support) external view returns (bytes32);
}

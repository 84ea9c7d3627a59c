// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ITransferRules} from "./ITransferRules.sol";

/// @title IProgramme
/// @notice The sovereign's tokenisation programme: its mandate, its cap in dollars, its register of series. The only way to issue.
interface IProgramme {
    /// @notice What the programme may do: nothing under a memorandum, issue in the pilot and under definitive agreements.
    enum Mandate {
        MEMORANDUM,
        PILOT,
        DEFINITIVE,
        CLOSED
    }

    enum Status {
        UNKNOWN,
        REGISTERED,
        CONFIRMED
    }

    /// @param status how far the registration is
    /// @param currency ISO 4217 code of the face
    /// @param initCodeHash hash of creation code and arguments, as the second office computed it
    /// @param face face outstanding [1e6]
    /// @param bookedUsd dollars booked against the cap [1e6]
    struct Series {
        Status status;
        bytes3 currency;
        bytes32 initCodeHash;
        uint128 face;
        uint128 bookedUsd;
    }

    /// @notice What holders of a series are exchanged into.
    /// @param ratio new face for one of old [1e18]
    struct Exchange {
        address to;
        uint96 ratio;
    }

    /// @notice The debt office put a series on the register; it counts once confirmed.
    event SeriesRegistered(address indexed series, bytes32 initCodeHash, bytes32 termsHash);

    /// @notice The second office confirmed the series.
    event SeriesConfirmed(address indexed series, bytes3 currency);

    /// @notice The confirmed series is units of `commodity`, the key of its spot price.
    event CommodityConfirmed(address indexed series, bytes32 commodity);

    /// @notice `face` was issued and `usd` booked, at `rate`: rupees per dollar, dollars per unit of a commodity [1e6], 0 for debt in
    /// dollars.
    event Issued(address indexed series, uint256 face, uint256 usd, uint256 rate);

    /// @notice `face` was retired and `usd` released.
    event Retired(address indexed series, uint256 face, uint256 usd);

    /// @notice `account` may retire face from now on, or no longer.
    event ServicerSet(address indexed account, bool may);

    /// @notice Face may be pledged to `account` from now on, or no longer.
    event CreditorSet(address indexed account, bool may);

    /// @notice The series ends at `endAt` (Unix), or (0) at its maturity after all.
    event SeriesEnded(address indexed series, uint64 endAt);

    /// @notice Of the principal left after the payment of `period` the share `kept` stays outstanding [1e18].
    event SeriesScaled(address indexed series, uint256 indexed period, uint256 kept);

    /// @notice A resolution exchanges the series into another.
    event SeriesSuperseded(address indexed series);

    /// @notice `face` of `from` became `received` of `to`, and `usd` of what is booked went along.
    event Exchanged(address indexed from, address indexed to, uint256 face, uint256 received, uint256 usd);

    /// @notice The cap is `capUsd` from now on [1e6].
    event CapChanged(uint256 capUsd);

    /// @notice The programme stands in `mandate` until `until` (Unix).
    event MandateChanged(Mandate mandate, uint64 until);

    /// @notice A rate older than `maxAge` seconds no longer serves for issuing.
    event MaxRateAgeChanged(uint256 maxAge);

    /// @notice A new Allowlist was proposed for a series; it counts once the regulator confirms.
    event AllowlistProposed(address indexed series, address allowlist);

    /// @notice The series asks another Allowlist from now on.
    event AllowlistReplaced(address indexed series, address allowlist);

    /// @notice No code stands at the address that salt and hash lead to.
    error SeriesNotDeployed(address series);

    /// @notice The series stands in `status` and the call needs another one.
    error SeriesStatusInvalid(address series, Status status);

    /// @notice The hashes differ from those registered, or the contract states other terms.
    error SeriesMismatch(address series, bytes32 initCodeHash, bytes32 termsHash);

    /// @notice No series is issued in that currency.
    error CurrencyUnknown(bytes3 currency);

    /// @notice The mandate does not allow issuing now.
    error MandateNotInForce(Mandate mandate, uint64 until, uint256 nowAt);

    /// @notice A mandate only moves forward, to a deadline in the future.
    error MandateInvalid(Mandate from, Mandate to, uint64 until);

    /// @notice The issue would book `wantedUsd` on top of `usedUsd`, above the cap [1e6].
    error CapExceeded(uint256 wantedUsd, uint256 usedUsd, uint256 capUsd);

    /// @notice The new value is on the wrong side of the old one.
    error DirectionInvalid(uint256 wanted, uint256 current);

    /// @notice Units of a commodity have no maturity, no principal and no resolution of lenders.
    error NotDebt(address series);

    /// @notice The posted rate, or spot price, is older than the programme accepts [s].
    error RateTooOld(uint256 age, uint256 maxAge);

    /// @notice A rate, or spot price, outside its bounds waits for the guardian until `holdsFrom`.
    error RatePending(uint256 holdsFrom);

    /// @notice The two arrays differ in length, or are empty.
    error BatchInvalid(uint256 holders, uint256 faces);

    /// @notice The caller may not retire face.
    error NotServicer(address caller);

    /// @notice So many creditors there may be at once: a recovery asks each.
    error TooManyCreditors(uint256 most);

    /// @notice A series ends early at a midnight in Pakistan that lies ahead and before its maturity.
    error EndInvalid(uint256 endAt, uint256 maturityAt);

    /// @notice A series may be called in part so many times.
    error TooManyCalls(address series, uint256 most);

    /// @notice That Allowlist was not proposed for the series.
    error AllowlistNotProposed(address series, address allowlist);

    /// @notice Registers the series that stands at the CREATE2 address of `salt` and `initCodeHash`.
    /// @dev Errors: `AccessManagedUnauthorized`, `SeriesNotDeployed`, `SeriesStatusInvalid` when it is known already, `SeriesMismatch` when
    /// the series states another hash of its terms.
    /// @return series its address
    function register(bytes32 salt, bytes32 initCodeHash, bytes32 termsHash) external returns (address series);

    /// @notice A second office, having computed both hashes itself, confirms the series.
    /// @dev Errors: `AccessManagedUnauthorized`, `SeriesStatusInvalid`, `SeriesMismatch`, `CurrencyUnknown`.
    function confirm(address series, bytes32 initCodeHash, bytes32 termsHash) external;

    /// @notice Issues `faces[i]` to `receivers[i]` and books the total in dollars, rounded up, at the posted rate; units of a
    /// commodity at their spot price.
    /// @dev Errors: `AccessManagedUnauthorized`, `BatchInvalid`, `SeriesStatusInvalid`, `MandateNotInForce`, `RateTooOld`,
    /// `RatePending`, `NoRate`, `CapExceeded`, and those of the token (`SeriesNotOpen`, `SeriesMatured`, `TransferRestricted`,
    /// `FaceNotInUnits`).
    function issue(address series, address[] calldata receivers, uint256[] calldata faces) external;

    /// @notice Lets `account` retire face, as the PayingAgent must, or no longer; delayed. It holds this right itself and passes no
    /// role, so that no closed target stops a redemption.
    /// @dev Error: `AccessManagedUnauthorized`.
    function setServicer(address account, bool may) external;

    /// @notice Lets face of every series be pledged to `account`, a contract that answers as `ICreditor`, or no longer; delayed.
    /// Warning: one that is taken out can still release and seize what is pledged to it, but neither pledge, collect, exchange nor move
    /// with a recovered wallet: it is taken out when nothing is pledged to it any more.
    /// @dev Errors: `AccessManagedUnauthorized`, `TooManyCreditors`.
    function setCreditor(address account, bool may) external;

    /// @notice Burns `faces[i]` of `holders[i]` and releases the booked dollars pro rata, rounded down. No state of the mandate,
    /// the rate or the cap stops it.
    /// @dev Errors: `NotServicer`, `BatchInvalid`, `SeriesStatusInvalid`, and those of the token.
    function retire(address series, address[] calldata holders, uint256[] calldata faces) external;

    /// @notice Brings the end of a series forward, or (0) lets it run to its maturity after all: a call, acceleration, an exchange.
    /// @dev Errors: `NotServicer`, `SeriesStatusInvalid`, `NotDebt`, `EndInvalid`.
    function endSeries(address series, uint64 endAt) external;

    /// @notice A resolution exchanges the series into another: from now on nothing of it is redeemed, and nothing is funded for that.
    /// @dev Errors: `NotServicer`, `SeriesStatusInvalid`, `NotDebt`.
    function supersede(address series) external;

    /// @notice Of the principal left after the payment of `period` only the share `kept` stays outstanding [1e18]: a partial call.
    /// @dev Errors: `NotServicer`, `SeriesStatusInvalid`, `NotDebt`, `TooManyCalls`.
    function scaleSeries(address series, uint256 period, uint256 kept) external;

    /// @notice Sets a record date of a series, for a vote.
    /// @dev Errors: `NotServicer`, `SeriesStatusInvalid`, and those of the token.
    function callRecordDate(address series, uint256 recordAt) external;

    /// @notice Exchanges all face of `holders` in `from` into `to`, `ratio` [1e18] for one, rounded down to the unit; frozen face stays
    /// frozen and pledged face pledged: its creditor lets go of the old series and takes the new one (`ICreditor`). First all burns, then
    /// all mints; what was booked against the cap moves with the face.
    /// @dev Errors: `NotServicer`, `SeriesStatusInvalid`, `NotDebt`, `CurrencyUnknown` when the currencies differ, those of the tokens, and
    /// those of a creditor that has no risk data for `to`.
    function exchange(address from, address to, uint256 ratio, address[] calldata holders) external;

    /// @notice The same for `face` of one holder who accepted an offer: out of his free face, and only if he may receive.
    /// @dev The same errors.
    /// @return received face in `to` [1e6]
    function exchangeFree(address from, address to, uint256 ratio, address holder, uint256 face)
        external
        returns (uint256 received);

    /// @notice Raises the cap; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function loosenCap(uint256 capUsd_) external;

    /// @notice Lowers the cap, at once; below what is used it stops new issues and nothing else.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function tightenCap(uint256 capUsd_) external;

    /// @notice Raises the age up to which a rate serves [s]; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function loosenMaxRateAge(uint256 maxAge) external;

    /// @notice Lowers that age, at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `DirectionInvalid`.
    function tightenMaxRateAge(uint256 maxAge) external;

    /// @notice Moves the mandate forward, or extends the present one; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `MandateInvalid`.
    function advanceMandate(Mandate mandate_, uint64 until) external;

    /// @notice Closes the programme for new issues, at once and for good.
    /// @dev Errors: `AccessManagedUnauthorized`, `MandateInvalid` when it is closed already.
    function closeMandate() external;

    /// @notice Proposes another Allowlist for a series; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `SeriesStatusInvalid`.
    function proposeAllowlist(address series, ITransferRules allowlist) external;

    /// @notice The regulator confirms it, and the series asks it from now on.
    /// @dev Errors: `AccessManagedUnauthorized`, `AllowlistNotProposed`.
    function confirmAllowlist(address series, ITransferRules allowlist) external;

    /// @notice Ends the pause of a series before its time; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `SeriesStatusInvalid`.
    function unpauseSeries(address series) external;

    /// @notice Whether `account` may retire face.
    function isServicer(address account) external view returns (bool);

    /// @notice Whether face may be pledged to `account`.
    function isCreditor(address account) external view returns (bool);

    /// @notice The creditors, at most four.
    function creditors() external view returns (address[] memory);

    /// @notice Whether a resolution exchanges the series into another.
    function isSuperseded(address series) external view returns (bool superseded);

    /// @notice Into which series a resolution exchanges holders, zero where none does, and how much face for one [1e18].
    function exchangedInto(address series) external view returns (address to, uint256 ratio);

    /// @notice Partial calls of a series: period << 128 | share kept [1e18].
    function callsOf(address series) external view returns (uint256[] memory calls);

    /// @notice The mandate and its last second (Unix).
    function mandate() external view returns (Mandate mandate_, uint64 until);

    /// @notice The cap [1e6 USD].
    function capUsd() external view returns (uint256);

    /// @notice What is booked against the cap, at the rates of the days of issue [1e6 USD].
    function usedUsd() external view returns (uint256);

    /// @notice The age up to which a rate serves for issuing [s].
    function maxRateAge() external view returns (uint256);

    /// @notice The register's entry.
    function seriesOf(address series) external view returns (Series memory);

    /// @notice Whether the series is registered and confirmed.
    function isSeries(address series) external view returns (bool confirmed);

    /// @notice Whether the series is confirmed and is debt: it has a schedule, an end, payments and lenders that vote.
    function isDebt(address series) external view returns (bool debt);

    /// @notice Of what a confirmed series is units: the key of its spot price, 0 for debt.
    function commodityOf(address series) external view returns (bytes32 commodity);

    /// @notice The number of series on the register, confirmed or not.
    function seriesCount() external view returns (uint256);

    /// @notice The series at `index`, in the order of registration.
    function seriesAt(uint256 index) external view returns (address);

    /// @notice What the outstanding face of `series` is worth at the rate or spot price that holds now, rounded up [1e6 USD].
    /// @dev Error: `NoRate`.
    function valueUsdUp(address series) external view returns (uint256);
}

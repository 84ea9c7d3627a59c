// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {ICollateralRisk} from "../interfaces/ICollateralRisk.sol";
import {ICollateralVault} from "../interfaces/ICollateralVault.sol";
import {ICreditor} from "../interfaces/ICreditor.sol";
import {IPayingAgent} from "../interfaces/IPayingAgent.sol";
import {IRwaToken} from "../interfaces/IRwaToken.sol";
import {Liquidations} from "./Liquidations.sol";
import {VaultLedger} from "./VaultLedger.sol";

/// @title CollateralVault
/// @notice Lien in, stablecoin out.
contract CollateralVault is Liquidations {
    using SafeCast for uint256;
    using SafeCast for int256;

    address private immutable _PROGRAMME;
    IPayingAgent private immutable _AGENT;
    address private immutable _WINDUP;

    mapping(address wallet => bool) private _isLost;

    modifier onlyWindup() {
        _requireWindup();
        _;
    }

    modifier onlyProgramme() {
        _requireProgramme();
        _;
    }

    constructor(
        address authority_,
        address programme,
        ICashToken cash,
        ICollateralRisk risk,
        IPayingAgent agent,
        address windup,
        address backstop_
    ) AccessManaged(authority_) VaultLedger(cash, risk) Liquidations(backstop_) {
        _PROGRAMME = programme;
        _AGENT = agent;
        _WINDUP = windup;
    }

    /// @inheritdoc ICollateralVault
    function adjust(Change[] calldata changes, uint256 mint, uint256 repay) external {
        Totals memory now_ = _accrued();
        Slot memory slot = _slots[msg.sender];
        uint256 repaid;
        if (repay != 0) repaid = _repay(now_, slot, msg.sender, repay);
        bool releases;
        for (uint256 i = 0; i < changes.length; ++i) {
            int256 face = changes[i].face;
            require(face != 0, ChangeInvalid(changes[i].series, face));
            if (face > 0) {
                _pledge(slot, changes[i].series, uint256(face));
            } else {
                _release(slot, changes[i].series, uint256(-face));
                releases = true;
            }
        }
        if (mint != 0) _lend(now_, slot, mint);
        _store(now_, msg.sender, slot);
        uint256 debt = _upOf(slot.scaled, now_);
        emit Adjusted(msg.sender, mint, repaid, debt);
        if (mint != 0) {
            _requireTerms(now_, debt);
            _requireWithin(slot, debt, ICollateralRisk.Purpose.LEND);
            _CASH.mint(msg.sender, mint);
        } else if (releases && debt != 0) {
            _requireWithin(slot, debt, ICollateralRisk.Purpose.LEAVE);
        }
    }

    /// @inheritdoc ICollateralVault
    function repayFor(address owner, uint256 amount) external returns (uint256 repaid) {
        Totals memory now_ = _accrued();
        Slot memory slot = _slots[owner];
        repaid = _repay(now_, slot, owner, amount);
        _store(now_, owner, slot);
        emit RepaidFor(owner, msg.sender, repaid, _upOf(slot.scaled, now_));
    }

    /// @inheritdoc ICollateralVault
    function substitute(address seriesOut, uint256 faceOut, address seriesIn, uint256 faceIn) external {
        Slot memory slot = _slots[msg.sender];
        // A substitute of nothing would take a place that nothing frees.
        require(seriesOut != seriesIn && faceOut != 0 && faceIn != 0, ChangeInvalid(seriesIn, 0));
        (uint256 debt, uint256 loanBefore, uint256 before) = _assess(msg.sender, ICollateralRisk.Purpose.LEAVE);
        _pledge(slot, seriesIn, faceIn);
        _release(slot, seriesOut, faceOut);
        _slots[msg.sender] = slot;
        emit Substituted(msg.sender, seriesOut, seriesIn, faceOut, faceIn);
        (uint256 loan, uint256 threshold) = _RISK.assess(msg.sender, slot.ids, ICollateralRisk.Purpose.LEAVE);
        require(threshold >= before, SubstituteWorse(threshold, before));
        require(loan >= Math.min(loanBefore, debt), DebtAboveLoan(debt, loan));
    }

    /// @inheritdoc ICollateralVault
    function collect(address owner, address series) external returns (uint256 face) {
        uint256 pledged = _faceOf(owner, series);
        face = _AGENT.collectable(series, owner, pledged);
        require(face != 0, NothingThere(owner));
        Slot memory source = _slots[owner];
        _unbook(source, series, face, pledged - face);
        _slots[owner] = source;
        IRwaToken(series).seize(owner, address(this), face);
        uint256 cash = _AGENT.collect(series, owner, face);
        // What was left with a wallet that was replaced repays the debt that moved on.
        address debtor = _successorOf(owner);
        Totals memory now_ = _accrued();
        Slot memory slot = _slots[debtor];
        uint256 repaid = _payDown(now_, slot, debtor, cash);
        _store(now_, debtor, slot);
        if (slot.scaled == 0) _end(debtor);
        emit Collected(owner, series, face, repaid, cash - repaid);
    }

    /// @inheritdoc ICollateralVault
    function withdraw(address owner) external returns (uint256 amount) {
        amount = _credits[owner];
        require(amount != 0, NothingThere(owner));
        _credits[owner] = 0;
        address payee = _successorOf(owner);
        emit Withdrawn(owner, payee, amount);
        require(_CASH.transfer(payee, amount), NothingThere(owner));
    }

    /// @inheritdoc ICollateralVault
    function loosenTerms(Terms calldata terms_) external restricted {
        _setTerms(terms_);
    }

    /// @inheritdoc ICollateralVault
    function tightenTerms(Terms calldata terms_) external restricted {
        Terms memory present = _terms;
        bool tightens = terms_.rate <= present.rate && terms_.ceiling <= present.ceiling
            && terms_.holderCeiling <= present.holderCeiling && terms_.floor >= present.floor;
        require(tightens, TermsInvalid());
        _setTerms(terms_);
    }

    /// @inheritdoc ICollateralVault
    function shutDown() external restricted {
        require(shutDownAt == 0, ShutdownStateInvalid(true));
        _totals = _accrued();
        shutDownAt = block.timestamp;
        uint256 burned = buffer;
        buffer = 0;
        emit ShutDown(block.timestamp);
        if (burned != 0) _CASH.burnFrom(address(this), burned);
    }

    /// @inheritdoc ICollateralVault
    function surrender(address owner, uint256[] calldata faces) external onlyWindup {
        Totals memory now_ = _accrued();
        Slot memory slot = _slots[owner];
        _lower(now_, slot, type(uint256).max);
        _end(owner);
        uint256 ids = slot.ids;
        for (uint256 i = 0; i < _PLACES; ++i) {
            address series = _seriesAt(ids, i);
            if (series == address(0)) continue;
            uint256 pledged = _faceOf(owner, series);
            _unbook(slot, series, pledged, 0);
            IRwaToken(series).seize(owner, msg.sender, faces[i]);
            if (faces[i] < pledged) IRwaToken(series).release(owner, pledged - faces[i]);
        }
        _store(now_, owner, slot);
    }

    /// @inheritdoc ICollateralVault
    function burnFor(address payer, uint256 cash) external onlyWindup {
        _CASH.burnFrom(payer, cash);
    }

    /// @inheritdoc ICreditor
    function exchangeOut(address holder, address from, address to) external onlyProgramme returns (uint256 face) {
        require(_RISK.collateralOf(to).id != 0, ICollateralRisk.CollateralUnknown(to));
        Slot memory slot = _slots[holder];
        face = _faceOf(holder, from);
        _unbook(slot, from, face, 0);
        _slots[holder] = slot;
        IRwaToken(from).release(holder, face);
    }

    /// @inheritdoc ICreditor
    function exchangeIn(address holder, address, address to, uint256 face) external onlyProgramme {
        if (face == 0) return;
        Slot memory slot = _slots[holder];
        _include(slot, holder, _RISK.book(to, face.toInt256(), ICollateralRisk.Check.NONE));
        _slots[holder] = slot;
        IRwaToken(to).pledge(holder, face);
    }

    /// @inheritdoc ICreditor
    function movePosition(address from, address to) external restricted {
        // Into a position that owes something, only if all is healthy together; into an empty one as it is. What has ended or is paused
        // stays pledged where it is: it is collected for the new wallet, or moves with the next `carry` of the order.
        Slot memory source = _slots[from];
        Slot memory target = _slots[to];
        bool owed = target.scaled != 0;
        target.scaled += source.scaled;
        uint256 left;
        for (uint256 i = 0; i < _PLACES; ++i) {
            address series = _seriesAt(source.ids, i);
            if (series == address(0)) continue;
            uint256 id = uint16(source.ids >> (16 * i));
            if (!_moves(series)) {
                left |= id << (16 * i);
                continue;
            }
            _include(target, to, id);
            uint256 face = _faceOf(from, series);
            IRwaToken(series).seize(from, to, face);
            IRwaToken(series).pledge(to, face);
        }
        (_slots[from], _slots[to]) = (Slot(0, uint128(left)), target);
        _isLost[from] = true;
        _credits[to] += _credits[from];
        _credits[from] = 0;
        _moveSale(from, to);
        if (owed && source.scaled != 0) {
            (uint256 debt,, uint256 threshold) = _assess(to, ICollateralRisk.Purpose.LEAVE);
            require(debt <= threshold, DebtAboveLoan(debt, threshold));
        }
        emit PositionMoved(from, to, debtOf(to));
    }

    /// @inheritdoc ICreditor
    function hasPosition(address wallet) external view returns (bool) {
        Slot memory slot = _slots[wallet];
        return slot.scaled != 0 || slot.ids != 0 || _credits[wallet] != 0;
    }

    /// @inheritdoc ICollateralVault
    function terms() external view returns (Terms memory) {
        return _terms;
    }

    /// @inheritdoc ICollateralVault
    function auctionTerms() external view returns (AuctionTerms memory) {
        return _auctionTerms;
    }

    function _successorOf(address owner) private view returns (address) {
        return _CASH.allowlist().successorOf(owner);
    }

    /// @dev Whether face of a series can be seized for another wallet now.
    function _moves(address series) private view returns (bool) {
        return IRwaToken(series).pausedUntil() == 0 && block.timestamp < IBondToken(series).endAt();
    }

    function _requireProgramme() private view {
        require(msg.sender == _PROGRAMME, OnlyProgramme(msg.sender));
    }

    function _requireWindup() private view {
        require(msg.sender == _WINDUP, OnlyWindup(msg.sender));
    }

    function _setTerms(Terms calldata terms_) private {
        // What has run until now ran at the old rate.
        _totals = _accrued();
        _terms = terms_;
        emit TermsSet(terms_);
    }

    /// @dev The payer is the caller, whatever stands against him. With the debt its auction ends: a new debt is sold from the top.
    function _repay(Totals memory now_, Slot memory slot, address owner, uint256 amount)
        private
        returns (uint256 repaid)
    {
        repaid = _lower(now_, slot, amount);
        require(repaid != 0, NothingThere(msg.sender));
        if (slot.scaled == 0) _end(owner);
        _CASH.burnFrom(msg.sender, repaid);
    }

    function _pledge(Slot memory slot, address series, uint256 face) private {
        require(shutDownAt == 0, ShutdownStateInvalid(true));
        bool isNew = _faceOf(msg.sender, series) == 0;
        ICollateralRisk.Check check = isNew ? ICollateralRisk.Check.ALL : ICollateralRisk.Check.CEILINGS;
        uint256 id = _RISK.book(series, face.toInt256(), check);
        if (isNew) _include(slot, msg.sender, id);
        IRwaToken(series).pledge(msg.sender, face);
    }

    function _release(Slot memory slot, address series, uint256 face) private {
        uint256 pledged = _faceOf(msg.sender, series);
        // Who owes nothing may be a lost wallet, whose debt moved on: what it has left stands for that.
        bool owns = slot.scaled != 0 || !_isLost[msg.sender];
        require(face <= pledged && owns, ChangeInvalid(series, -face.toInt256()));
        _unbook(slot, series, face, pledged - face);
        IRwaToken(series).release(msg.sender, face);
    }

    function _requireTerms(Totals memory now_, uint256 debt) private view {
        require(shutDownAt == 0, ShutdownStateInvalid(true));
        Terms memory limits = _terms;
        require(debt >= limits.floor, DebtBelowFloor(debt, limits.floor));
        require(debt <= limits.holderCeiling, DebtCeilingExceeded(debt, limits.holderCeiling));
        uint256 all = _downOf(now_);
        require(all <= limits.ceiling, DebtCeilingExceeded(all, limits.ceiling));
    }

    function _requireWithin(Slot memory slot, uint256 debt, ICollateralRisk.Purpose purpose) private {
        (uint256 loan,) = _RISK.assess(msg.sender, slot.ids, purpose);
        require(debt <= loan, DebtAboveLoan(debt, loan));
    }
}

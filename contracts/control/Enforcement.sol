// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {ICreditor} from "../interfaces/ICreditor.sol";
import {IEnforcement} from "../interfaces/IEnforcement.sol";
import {IPermissionedToken} from "../interfaces/IPermissionedToken.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {IRwaToken} from "../interfaces/IRwaToken.sol";
import {Units} from "../libraries/Units.sol";

/// @title Enforcement
/// @notice The only holder of the power to freeze, force and replace; it acts on an order of two offices.
contract Enforcement is IEnforcement, AccessManaged {
    uint256 private constant _LONGEST = 366 days;
    uint256 private constant _MOST_EXCHANGES = 8;
    uint256 private constant _ALL = type(uint128).max;

    IProgramme private immutable _PROGRAMME;
    IAllowlist private immutable _ALLOWLIST;
    address private immutable _CASH;
    address private immutable _MONEY;

    Order[] private _orders;
    /// @inheritdoc IEnforcement
    mapping(address wallet => uint256) public freezesOf;
    /// What orders that stand freeze of a token in a wallet. A seizure uses up what is frozen, not the orders.
    mapping(address token => mapping(address wallet => uint256)) private _ordered; // [1e6]
    mapping(address token => mapping(address wallet => address)) private _carriedTo;

    /// @param money central-bank money, which is frozen, forced and recovered like the stablecoin
    constructor(address authority_, IProgramme programme, IAllowlist allowlist, address cash, address money)
        AccessManaged(authority_)
    {
        _PROGRAMME = programme;
        _ALLOWLIST = allowlist;
        _CASH = cash;
        _MONEY = money;
    }

    /// @inheritdoc IEnforcement
    function propose(Proposal calldata proposal) external restricted returns (uint256 id) {
        _requireComplete(proposal);
        _requireAhead(proposal.expiresAt);
        require(proposal.legalRef != 0, ProposalInvalid(proposal.kind));
        if (proposal.kind == Kind.LIFT) _requireFreeze(proposal.amount);
        _orders.push(Order(proposal, Status.PROPOSED, msg.sender, address(0)));
        id = _orders.length;
        emit OrderProposed(id, msg.sender, proposal.subject, proposal);
    }

    /// @inheritdoc IEnforcement
    function execute(uint256 id, address[] calldata tokens) external restricted {
        Order storage order = _inStatus(id, Status.PROPOSED);
        Proposal memory proposal = order.proposal;
        require(msg.sender != order.maker, SameOffice(msg.sender));
        require(block.timestamp <= proposal.expiresAt, OrderExpiry(id, proposal.expiresAt, block.timestamp));
        (order.status, order.checker) = (Status.EXECUTED, msg.sender);
        emit OrderExecuted(id, msg.sender);
        if (proposal.kind == Kind.FREEZE_WALLET) _freezeWallet(proposal.subject);
        else if (proposal.kind == Kind.FREEZE_AMOUNT) _freezeAmount(proposal);
        else if (proposal.kind == Kind.LIFT) _lift(proposal.amount, id);
        else if (proposal.kind == Kind.FORCED_TRANSFER) _force(proposal);
        else _recover(id, proposal, tokens);
    }

    /// @inheritdoc IEnforcement
    function cancel(uint256 id) external restricted {
        _inStatus(id, Status.PROPOSED).status = Status.CANCELLED;
        emit OrderCancelled(id, msg.sender);
    }

    /// @inheritdoc IEnforcement
    function renew(uint256 id, uint64 expiresAt) external restricted {
        Proposal storage proposal = _requireFreeze(id).proposal;
        require(block.timestamp <= proposal.expiresAt, OrderExpiry(id, proposal.expiresAt, block.timestamp));
        require(expiresAt > proposal.expiresAt, ExpiryInvalid(expiresAt, block.timestamp));
        _requireAhead(expiresAt);
        proposal.expiresAt = expiresAt;
        emit OrderRenewed(id, msg.sender, expiresAt);
    }

    /// @inheritdoc IEnforcement
    function lapse(uint256 id) external {
        uint64 expiresAt = _requireFreeze(id).proposal.expiresAt;
        require(block.timestamp > expiresAt, OrderExpiry(id, expiresAt, block.timestamp));
        _lift(id, 0);
    }

    /// @inheritdoc IEnforcement
    function carry(uint256 id, address[] calldata tokens) external {
        Order storage order = _inStatus(id, Status.EXECUTED);
        require(order.proposal.kind == Kind.RECOVERY, OrderStatusInvalid(id, order.status));
        address from = order.proposal.subject;
        _carry(id, from, _ALLOWLIST.successorOf(from), tokens);
    }

    /// @inheritdoc IEnforcement
    function orderOf(uint256 id) external view returns (Order memory) {
        return _at(id);
    }

    /// @inheritdoc IEnforcement
    function orders() external view returns (uint256) {
        return _orders.length;
    }

    /// @dev A wallet that was lost in the meantime is frozen where it is now.
    function _freezeWallet(address wallet) private {
        wallet = _ALLOWLIST.successorOf(wallet);
        if (++freezesOf[wallet] == 1) _ALLOWLIST.setFrozen(wallet, true);
    }

    /// @dev Along the way of a token that was carried: the last wallet has it, those before keep old payments.
    function _freezeAmount(Proposal memory proposal) private {
        IPermissionedToken token = IPermissionedToken(proposal.token);
        uint256 amount = _atMostAll(proposal.amount);
        address wallet = proposal.subject;
        while (true) {
            token.setFrozenTokens(wallet, Math.saturatingAdd(token.getFrozenTokens(wallet), amount));
            address next = _carriedTo[proposal.token][wallet];
            if (next == address(0)) break;
            wallet = next;
        }
        _ordered[proposal.token][wallet] += amount;
    }

    function _force(Proposal memory proposal) private {
        IPermissionedToken(proposal.token).forcedTransfer(proposal.subject, proposal.to, proposal.amount);
    }

    /// @dev A freeze that moved to another wallet by recovery is lifted where it is now, and where it kept old payments.
    function _lift(uint256 id, uint256 by) private {
        Order storage order = _requireFreeze(id);
        order.status = Status.LIFTED;
        emit OrderLifted(id, by);
        Proposal memory proposal = order.proposal;
        if (proposal.kind == Kind.FREEZE_AMOUNT) return _liftAmount(proposal);
        address now_ = _ALLOWLIST.successorOf(proposal.subject);
        if (--freezesOf[now_] == 0) _ALLOWLIST.setFrozen(now_, false);
    }

    function _liftAmount(Proposal memory proposal) private {
        address token = proposal.token;
        uint256 amount = _atMostAll(proposal.amount);
        address wallet = _last(token, proposal.subject);
        uint256 others = _ordered[token][wallet] - amount;
        _ordered[token][wallet] = others;
        _release(token, proposal.subject, amount, others);
        // A mandatory exchange took the freeze along into another series, and that may have been exchanged again.
        for (uint256 i = 0; i < _MOST_EXCHANGES && !_isMoney(token); ++i) {
            uint256 ratio;
            (token, ratio) = _PROGRAMME.exchangedInto(token);
            if (token == address(0)) return;
            if (amount != _ALL) amount = Math.mulDiv(amount, ratio, Units.WAD, Math.Rounding.Ceil);
            others = Math.mulDiv(others, ratio, Units.WAD, Math.Rounding.Ceil);
            _release(token, wallet, amount, others + _ordered[token][_last(token, wallet)]);
        }
    }

    /// @dev Along the way of a token that was carried; only the last wallet has face of others.
    function _release(address token, address wallet, uint256 amount, uint256 others) private {
        for (address next; (next = _carriedTo[token][wallet]) != address(0); wallet = next) {
            _unfreeze(token, wallet, amount, 0);
        }
        _unfreeze(token, wallet, amount, others);
    }

    /// @dev A seizure may have used up part of the freeze: what `others` freeze stays, as far as it is there. An exchange freezes
    /// more than all where all was frozen.
    function _unfreeze(address token, address wallet, uint256 amount, uint256 others) private {
        uint256 frozen = IPermissionedToken(token).getFrozenTokens(wallet);
        uint256 above = Math.saturatingSub(frozen, others);
        uint256 released = amount == _ALL && others < _ALL ? above : Math.min(amount, above);
        if (released != 0) IPermissionedToken(token).setFrozenTokens(wallet, frozen - released);
    }

    function _last(address token, address wallet) private view returns (address) {
        for (address next; (next = _carriedTo[token][wallet]) != address(0);) {
            wallet = next;
        }
        return wallet;
    }

    function _recover(uint256 id, Proposal memory proposal, address[] calldata tokens) private {
        freezesOf[proposal.to] += freezesOf[proposal.subject];
        freezesOf[proposal.subject] = 0;
        _carry(id, proposal.subject, proposal.to, tokens);
        _ALLOWLIST.replace(proposal.subject, proposal.to);
    }

    /// @dev What is pledged goes first, with what is owed on it; then the rest. A series at its end does not move: the redemption of the
    /// old wallet's face is paid to the new one.
    function _carry(uint256 id, address from, address to, address[] calldata tokens) private {
        for (uint256 i = 0; i < tokens.length; ++i) {
            _requireToken(tokens[i]);
        }
        uint256[] memory moved = new uint256[](tokens.length);
        address[] memory creditors = _PROGRAMME.creditors();
        for (uint256 i = 0; i < creditors.length; ++i) {
            ICreditor creditor = ICreditor(creditors[i]);
            if (creditor.hasPosition(from)) _movePosition(creditor, from, to, tokens, moved);
        }
        for (uint256 i = 0; i < tokens.length; ++i) {
            _carryOne(id, from, to, IPermissionedToken(tokens[i]), moved[i]);
        }
    }

    /// @dev A freeze on the new wallet binds what is not pledged, so it stands aside until the pledge is there. One named twice stands
    /// aside already. Adds to `moved` what went of each token.
    function _movePosition(
        ICreditor creditor,
        address from,
        address to,
        address[] calldata tokens,
        uint256[] memory moved
    ) private {
        uint256[] memory frozen = new uint256[](tokens.length);
        for (uint256 i = 0; i < tokens.length; ++i) {
            moved[i] += IPermissionedToken(tokens[i]).balanceOf(from);
            frozen[i] = IPermissionedToken(tokens[i]).getFrozenTokens(to);
            if (frozen[i] != 0) IPermissionedToken(tokens[i]).setFrozenTokens(to, 0);
        }
        creditor.movePosition(from, to);
        for (uint256 i = 0; i < tokens.length; ++i) {
            moved[i] -= IPermissionedToken(tokens[i]).balanceOf(from);
            if (frozen[i] != 0) IPermissionedToken(tokens[i]).setFrozenTokens(to, frozen[i]);
        }
    }

    /// @dev The old wallet keeps its freeze, so that old payments stay kept. `moved` went with its pledge.
    function _carryOne(uint256 id, address from, address to, IPermissionedToken token, uint256 moved) private {
        uint256 amount = token.balanceOf(from) - _pledgedOf(address(token), from);
        if (amount + moved == 0 || _hasEnded(address(token))) return;
        bool isFirst = _leave(address(token), from, to);
        if (amount == 0 && !isFirst) return;
        uint256 kept = token.getFrozenTokens(from);
        uint256 frozen = isFirst ? Math.min(kept, amount + moved) : 0;
        uint256 present = token.getFrozenTokens(to);
        if (amount != 0) token.forcedTransfer(from, to, amount);
        if (frozen != 0) token.setFrozenTokens(to, Math.saturatingAdd(present, frozen));
        if (kept != 0) token.setFrozenTokens(from, kept);
        emit Recovered(id, address(token), amount + moved, frozen);
    }

    /// @dev The orders on a token go along with it the first time; what comes later brings no freeze of its own.
    function _leave(address token, address from, address to) private returns (bool isFirst) {
        isFirst = _carriedTo[token][from] == address(0);
        if (!isFirst) return false;
        _carriedTo[token][from] = to;
        _ordered[token][to] += _ordered[token][from];
        _ordered[token][from] = 0;
    }

    /// @dev No supply is above 128 bits: to freeze more is to freeze all, as often as it is ordered.
    function _atMostAll(uint256 amount) private pure returns (uint256) {
        return Math.min(amount, _ALL);
    }

    function _at(uint256 id) private view returns (Order storage) {
        require(id != 0 && id <= _orders.length, OrderStatusInvalid(id, Status.NONE));
        return _orders[id - 1];
    }

    function _inStatus(uint256 id, Status status) private view returns (Order storage order) {
        order = _at(id);
        require(order.status == status, OrderStatusInvalid(id, order.status));
    }

    function _requireFreeze(uint256 id) private view returns (Order storage order) {
        order = _inStatus(id, Status.EXECUTED);
        Kind kind = order.proposal.kind;
        require(kind == Kind.FREEZE_WALLET || kind == Kind.FREEZE_AMOUNT, OrderStatusInvalid(id, order.status));
    }

    function _requireAhead(uint64 expiresAt) private view {
        bool ahead = expiresAt > block.timestamp && expiresAt <= block.timestamp + _LONGEST;
        require(ahead, ExpiryInvalid(expiresAt, block.timestamp));
    }

    /// @dev What a kind needs is there, and nothing else.
    function _requireComplete(Proposal calldata proposal) private view {
        Kind kind = proposal.kind;
        bool ofAmount = kind == Kind.FREEZE_AMOUNT || kind == Kind.FORCED_TRANSFER;
        bool ofTwo = kind == Kind.FORCED_TRANSFER || kind == Kind.RECOVERY;
        bool complete = (proposal.subject != address(0)) == (kind != Kind.LIFT)
            && (proposal.token != address(0)) == ofAmount && (proposal.to != address(0)) == ofTwo
            && (proposal.amount != 0) == (ofAmount || kind == Kind.LIFT);
        require(complete, ProposalInvalid(kind));
        if (ofAmount) _requireToken(proposal.token);
    }

    function _requireToken(address token) private view {
        require(_isMoney(token) || _PROGRAMME.isSeries(token), TokenUnknown(token));
    }

    function _hasEnded(address token) private view returns (bool) {
        return !_isMoney(token) && block.timestamp >= IBondToken(token).endAt();
    }

    /// @dev What a creditor could not move now, because the series is paused, stays where it is.
    function _pledgedOf(address token, address wallet) private view returns (uint256 face) {
        if (!_isMoney(token)) (face,) = IRwaToken(token).pledgedOf(wallet);
    }

    function _isMoney(address token) private view returns (bool) {
        return token == _CASH || token == _MONEY;
    }
}

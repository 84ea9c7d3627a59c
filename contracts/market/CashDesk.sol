// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAttestations} from "../interfaces/IAttestations.sol";
import {ICashDesk} from "../interfaces/ICashDesk.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {Units} from "../libraries/Units.sol";

/// @title CashDesk
/// @notice Converts at par, and redeems in the order of requests, or pro rata when the reserve is short.
contract CashDesk is ICashDesk, AccessManaged {
    using SafeERC20 for ICashToken;

    uint256 private constant _CANCELLABLE_AFTER = 5 days;

    ICashToken private immutable _CASH;
    ICashToken private immutable _MONEY;

    /// @inheritdoc ICashDesk
    address public issuer;
    uint128 private _funded; // [1e6]
    uint128 private _waiting; // [1e6]
    uint128 private _assigned; // [1e6]
    Round private _round;
    Request[] private _requests;

    constructor(address authority_, ICashToken cash, ICashToken centralMoney) AccessManaged(authority_) {
        _CASH = cash;
        _MONEY = centralMoney;
    }

    /// @inheritdoc ICashDesk
    function convert(uint256 amount) external {
        require(amount != 0, NothingToDo());
        emit Converted(msg.sender, amount);
        _take(_MONEY, amount);
        _CASH.mint(msg.sender, amount);
    }

    /// @inheritdoc ICashDesk
    function convertBack(uint256 amount) external {
        require(amount != 0, NothingToDo());
        emit ConvertedBack(msg.sender, amount);
        _take(_CASH, amount);
        _CASH.burn(amount);
        _pay(_MONEY, msg.sender, amount);
    }

    /// @inheritdoc ICashDesk
    function request(uint256 amount) external returns (uint256 id) {
        require(amount != 0, NothingToDo());
        id = _requests.length;
        // No balance passes 128 bits, and nothing is locked that was not taken.
        _requests.push(Request(msg.sender, uint40(block.timestamp), 0, uint128(amount), 0, 0));
        _waiting += uint128(amount);
        emit RedemptionRequested(id, msg.sender, amount);
        _take(_CASH, amount);
    }

    /// @inheritdoc ICashDesk
    function fund(uint256 amount) external returns (uint256 taken) {
        taken = Math.min(amount, Math.saturatingSub(_waiting, _funded));
        require(taken != 0, NothingToDo());
        _funded += uint128(taken);
        emit QueueFunded(msg.sender, taken);
        _take(_MONEY, taken);
    }

    /// @inheritdoc ICashDesk
    function serve(uint256 most) external returns (uint256 assigned) {
        Round memory running = _begun();
        (, uint256 left) = _CASH.minterOf(issuer);
        left = Math.min(left, _funded);
        uint256 count = _requests.length;
        for (uint256 i = 0; i < most && running.cursor < count; ++i) {
            uint256 id = running.cursor;
            uint256 given = _assign(id, running, left - assigned);
            assigned += given;
            // Money ran out before the request had its share: it is the next one's turn no earlier.
            if (_requests[id].share != 0) break;
            if (_requests[id].waiting == 0 && id == running.head) ++running.head;
            ++running.cursor;
        }
        _round = running;
        if (assigned == 0) return 0;
        _funded -= uint128(assigned);
        _waiting -= uint128(assigned);
        _assigned += uint128(assigned);
        _CASH.burnFor(issuer, assigned);
    }

    /// @inheritdoc ICashDesk
    function collect(uint256 id, uint256 most) external returns (uint256 paid) {
        Request storage known = _known(id);
        paid = Math.min(most, known.assigned);
        require(paid != 0, NothingToDo());
        known.assigned -= uint128(paid);
        _assigned -= uint128(paid);
        address to = _ownerOf(known);
        emit RedemptionCollected(id, to, paid);
        _pay(_MONEY, to, paid);
    }

    /// @inheritdoc ICashDesk
    function cancel(uint256 id) external {
        Request storage known = _known(id);
        address to = _ownerOf(known);
        require(msg.sender == to, NotRequester(id, msg.sender));
        uint256 cancellableAt = known.requestedAt + _CANCELLABLE_AFTER;
        require(block.timestamp >= cancellableAt, CancelTooEarly(id, cancellableAt));
        uint128 amount = known.waiting;
        require(amount != 0, NothingToDo());
        (known.waiting, known.share) = (0, 0);
        _waiting -= amount;
        emit RedemptionCancelled(id, to, amount);
        _pay(_CASH, to, amount);
    }

    /// @inheritdoc ICashDesk
    function setIssuer(address issuer_) external restricted {
        issuer = issuer_;
        emit IssuerChanged(issuer_);
    }

    /// @inheritdoc ICashDesk
    function requests() external view returns (uint256) {
        return _requests.length;
    }

    /// @inheritdoc ICashDesk
    function requestOf(uint256 id) external view returns (Request memory) {
        return _known(id);
    }

    /// @inheritdoc ICashDesk
    function round() external view returns (Round memory) {
        return _round;
    }

    /// @inheritdoc ICashDesk
    function books() external view returns (uint256, uint256, uint256) {
        return (_funded, _waiting, _assigned);
    }

    /// @dev The round of the last attestation; a new one goes over the queue from its head. A stablecoin without a reserve has one round.
    function _begun() private returns (Round memory running) {
        running = _round;
        IAttestations reserves = _CASH.reserves();
        if (address(reserves) == address(0)) return running;
        IAttestations.Attested memory last = reserves.lastOf(address(_CASH));
        if (last.observedAt == running.observedAt) return running;
        (uint256 minted,,) = _CASH.ledgers();
        running.observedAt = last.observedAt;
        running.cursor = running.head;
        (running.attested, running.minted) = (last.quantity, uint128(minted));
        emit RoundBegan(last.observedAt, last.quantity, minted);
    }

    /// @dev Assigns what the round owes the request, up to `left`. What is left of its share then says that money ran out.
    function _assign(uint256 id, Round memory running, uint256 left) private returns (uint256 given) {
        Request storage known = _requests[id];
        uint256 waiting = known.waiting;
        if (waiting == 0) return 0;
        uint256 share = known.share;
        // In one round a request without a share is visited once: it was not served yet.
        if (share == 0 || known.round != running.observedAt) {
            bool isShort = running.attested < running.minted;
            share = isShort ? Units.shareDown(waiting, running.attested, running.minted) : waiting;
        }
        given = Math.min(share, left);
        (known.waiting, known.share) = (uint128(waiting - given), uint128(share - given));
        known.round = running.observedAt;
        if (given == 0) return 0;
        known.assigned += uint128(given);
        emit RedemptionAssigned(id, given);
    }

    function _take(ICashToken token, uint256 amount) private {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        require(received == amount, MoneyShort(received, amount));
    }

    function _pay(ICashToken token, address to, uint256 amount) private {
        uint256 before = token.balanceOf(address(this));
        token.safeTransfer(to, amount);
        uint256 sent = before - token.balanceOf(address(this));
        require(sent == amount, MoneyShort(sent, amount));
    }

    function _known(uint256 id) private view returns (Request storage) {
        require(id < _requests.length, RequestUnknown(id));
        return _requests[id];
    }

    function _ownerOf(Request storage known) private view returns (address) {
        return _CASH.allowlist().successorOf(known.owner);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {IRetirements} from "../interfaces/IRetirements.sol";
import {IRwaToken} from "../interfaces/IRwaToken.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {Restrictions} from "../libraries/Restrictions.sol";

/// @title Retirements
/// @notice Units of a commodity, kept until what they stand for is delivered, and burned then.
contract Retirements is IRetirements, AccessManaged {
    using SafeERC20 for IRwaToken;

    uint256 private constant _PATIENCE = 10 days;

    IProgramme private immutable _PROGRAMME;

    /// @inheritdoc IRetirements
    uint256 public retirements;
    mapping(uint256 id => Retirement) private _retirements;
    /// @inheritdoc IRetirements
    mapping(address series => uint256) public pendingOf; // [1e6]

    constructor(address authority_, IProgramme programme) AccessManaged(authority_) {
        _PROGRAMME = programme;
    }

    /// @inheritdoc IRetirements
    function requestRetirement(address series, uint128 quantity, bytes32 deliveryHash) external returns (uint256 id) {
        require(_PROGRAMME.commodityOf(series) != 0, NotCommodity(series));
        require(quantity != 0 && deliveryHash != 0, RequestEmpty(quantity, deliveryHash));
        id = ++retirements;
        _retirements[id] =
            Retirement(series, uint64(block.timestamp), Status.REQUESTED, msg.sender, quantity, deliveryHash);
        pendingOf[series] += quantity;
        emit RetirementRequested(id, series, msg.sender, quantity, deliveryHash);
        IRwaToken(series).safeTransferFrom(msg.sender, address(this), quantity);
    }

    /// @inheritdoc IRetirements
    function confirmDelivery(uint256 id, bytes32 proofHash) external restricted {
        Retirement storage retirement = _requested(id);
        address series = retirement.series;
        _requireUnbound(IRwaToken(series), retirement.holder);
        _close(retirement, Status.DELIVERED);
        emit DeliveryConfirmed(id, proofHash);
        (address[] memory holders, uint256[] memory faces) = (new address[](1), new uint256[](1));
        (holders[0], faces[0]) = (address(this), retirement.quantity);
        _PROGRAMME.retire(series, holders, faces);
    }

    /// @inheritdoc IRetirements
    function refuseDelivery(uint256 id, bytes32 reasonHash) external restricted {
        Retirement storage retirement = _requested(id);
        address owner = _ownerOf(retirement);
        _close(retirement, Status.REFUSED);
        emit DeliveryRefused(id, owner, reasonHash);
        IRwaToken(retirement.series).safeTransfer(owner, retirement.quantity);
    }

    /// @inheritdoc IRetirements
    function cancelRetirement(uint256 id) external {
        Retirement storage retirement = _requested(id);
        address owner = _ownerOf(retirement);
        require(msg.sender == owner, RetirementNotYours(id, owner));
        uint256 until = retirement.requestedAt + _PATIENCE;
        require(block.timestamp >= until, DeliveryUnderWay(id, until));
        _close(retirement, Status.CANCELLED);
        emit RetirementCancelled(id, owner);
        IRwaToken(retirement.series).safeTransfer(owner, retirement.quantity);
    }

    /// @inheritdoc IRetirements
    function retirementOf(uint256 id) external view returns (Retirement memory) {
        return _retirements[id];
    }

    function _close(Retirement storage retirement, Status status) private {
        retirement.status = status;
        pendingOf[retirement.series] -= retirement.quantity;
    }

    function _requested(uint256 id) private view returns (Retirement storage retirement) {
        retirement = _retirements[id];
        require(retirement.status == Status.REQUESTED, RetirementStatusInvalid(id, retirement.status));
    }

    function _ownerOf(Retirement storage retirement) private view returns (address) {
        return IRwaToken(retirement.series).allowlist().successorOf(retirement.holder);
    }

    /// @dev An order that freezes more than a wallet has left means what lies here.
    function _requireUnbound(IRwaToken series, address holder) private view {
        ITransferRules rules = series.allowlist();
        address owner = rules.successorOf(holder);
        uint8 code = rules.sendCode(owner);
        require(code == Restrictions.NONE, HolderRestricted(owner, code));
        _requireUnfrozen(series, holder);
        // A recovery leaves the freeze on the old wallet, for what was kept for it.
        if (owner != holder) _requireUnfrozen(series, owner);
    }

    function _requireUnfrozen(IRwaToken series, address wallet) private view {
        (uint256 frozen, uint256 balance) = (series.getFrozenTokens(wallet), series.balanceOf(wallet));
        require(frozen <= balance, FrozenAboveBalance(wallet, frozen, balance));
    }
}

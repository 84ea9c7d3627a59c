// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {IPayingAgent} from "../interfaces/IPayingAgent.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {Units} from "../libraries/Units.sol";

/// @title PayingAgent
/// @notice Redemption at par in one cash token. Holds no role over holders and has no function that lets cash out to anyone else.
contract PayingAgent is IPayingAgent {
    using SafeERC20 for ICashToken;
    using SafeCast for uint256;

    /// @dev A holder's face at maturity, kept from his first payment on, and what he was paid.
    struct Claim {
        uint128 face; // [1e6]
        uint128 paid; // [1e6]
    }

    IProgramme private immutable _PROGRAMME;
    ICashToken private immutable _CASH;

    mapping(address series => Redemption) private _redemptions;
    mapping(address series => mapping(address holder => Claim)) private _claims;

    constructor(IProgramme programme, ICashToken cash) {
        _PROGRAMME = programme;
        _CASH = cash;
    }

    /// @inheritdoc IPayingAgent
    function fund(address series, uint256 amount) external returns (uint256 taken) {
        _requireSeries(series);
        Redemption storage redemption = _redemptions[series];
        taken = Math.min(amount, Math.saturatingSub(dueOf(series), redemption.funded));
        require(taken != 0, NothingToFund(series));
        redemption.funded += taken.toUint128();
        emit Funded(series, msg.sender, taken, redemption.funded);
        uint256 before = _CASH.balanceOf(address(this));
        _CASH.safeTransferFrom(msg.sender, address(this), taken);
        uint256 received = _CASH.balanceOf(address(this)) - before;
        require(received == taken, CashShort(received, taken));
    }

    /// @inheritdoc IPayingAgent
    function redeem(address series, address[] calldata holders) external returns (uint256 cash) {
        _requireSeries(series);
        uint256 payableAt = IBondToken(series).maturityDate();
        require(block.timestamp >= payableAt, NotPayableYet(payableAt, block.timestamp));
        uint256 due = dueOf(series);
        uint256[] memory amounts = new uint256[](holders.length);
        for (uint256 i = 0; i < holders.length; ++i) {
            amounts[i] = _book(series, holders[i], due);
            cash += amounts[i];
        }
        if (cash == 0) return 0;
        _redemptions[series].paid += cash.toUint128();
        _PROGRAMME.retire(series, holders, amounts);
        for (uint256 i = 0; i < holders.length; ++i) {
            if (amounts[i] != 0) _CASH.safeTransfer(holders[i], amounts[i]);
        }
    }

    /// @inheritdoc IPayingAgent
    function redemptionOf(address series) external view returns (Redemption memory) {
        return _redemptions[series];
    }

    /// @inheritdoc IPayingAgent
    function dueOf(address series) public view returns (uint256) {
        return IBondToken(series).totalSupply() + _redemptions[series].paid;
    }

    /// @inheritdoc IPayingAgent
    function owedTo(address series, address holder) external view returns (uint256) {
        return _owed(series, _claimOf(series, holder, IBondToken(series).balanceOf(holder)), dueOf(series));
    }

    /// @inheritdoc IPayingAgent
    function paidTo(address series, address holder) external view returns (uint256) {
        return _claims[series][holder].paid;
    }

    /// @dev What `holder` gets now, booked as paid: what is owed to him, as far as his face is free and he may receive cash.
    /// Nothing burns before all are booked, so a holder named twice finds his first payment in his claim.
    function _book(address series, address holder, uint256 due) private returns (uint256 amount) {
        uint256 balance = IBondToken(series).balanceOf(holder);
        Claim memory claim = _claimOf(series, holder, balance);
        uint256 owed = _owed(series, claim, due);
        if (owed == 0) return 0;
        uint8 code = _CASH.detectTransferRestriction(address(this), holder, owed);
        if (code == Restrictions.NONE) {
            uint256 booked = balance - (claim.face - claim.paid);
            amount = Math.min(owed, Math.saturatingSub(IBondToken(series).freeBalanceOf(holder), booked));
            if (amount == 0) code = Restrictions.FROZEN_OR_PLEDGED;
        }
        if (code != Restrictions.NONE) {
            emit RedemptionSkipped(series, holder, code, owed);
            return 0;
        }
        _claims[series][holder] = Claim(claim.face, claim.paid + amount.toUint128());
        emit Redeemed(series, holder, amount);
    }

    function _claimOf(address series, address holder, uint256 balance) private view returns (Claim memory claim) {
        claim = _claims[series][holder];
        if (claim.face == 0) claim.face = balance.toUint128();
    }

    function _owed(address series, Claim memory claim, uint256 due) private view returns (uint256) {
        return due == 0 ? 0 : Units.shareDown(claim.face, _redemptions[series].funded, due) - claim.paid;
    }

    function _requireSeries(address series) private view {
        bool known = _PROGRAMME.isSeries(series) && IBondToken(series).currency() == _CASH.currency();
        require(known, SeriesUnknown(series));
    }
}

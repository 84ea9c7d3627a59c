// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {ILicences} from "../interfaces/ILicences.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {Policy, PolicyLib} from "../libraries/Policy.sol";
import {Record} from "../libraries/Record.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {PolicyBook} from "./PolicyBook.sol";
import {TravelRule} from "./TravelRule.sol";

/// @title Policies
/// @notice The rules of series that are bound by a policy: the Allowlist first, then the policy.
contract Policies is PolicyBook {
    /// @dev Who receives in a batch, so that two amounts for one investor count together.
    struct Batch {
        address series;
        Policy policy;
        uint256[] investors; // numbers of those who were found in order, in their places
        uint256 newHolders;
    }

    constructor(address authority_, IAllowlist allowlist, ILicences licences, IPriceOracle oracle)
        AccessManaged(authority_)
        TravelRule(allowlist, licences, oracle)
    {}

    /// @inheritdoc ITransferRules
    function admit(address from, address to, uint256 amount) external returns (uint8 code) {
        code = _ALLOWLIST.check(from, to, amount);
        if (code == Restrictions.NONE) code = _admit(from, to, amount);
    }

    /// @inheritdoc ITransferRules
    function admitOperator(address operator, address from, address to, uint256 amount) external returns (uint8 code) {
        code = _ALLOWLIST.admitOperator(operator, from, to, amount);
        if (code == Restrictions.NONE) code = _admit(from, to, amount);
    }

    /// @inheritdoc ITransferRules
    function admitMover(address operator, address from, address to, uint256 amount) external returns (uint8 code) {
        code = _ALLOWLIST.admitMover(operator, from, to, amount);
        if (code == Restrictions.NONE) code = _admit(from, to, amount);
    }

    /// @inheritdoc ITransferRules
    /// @dev A transfer to many is bound like an issue, so that amounts for one investor count together, and then like each transfer.
    function admitAll(address from, address[] calldata receivers, uint256[] calldata amounts)
        external
        returns (uint8 code, address account)
    {
        (code, account) = _ALLOWLIST.admitAll(from, receivers, amounts);
        if (code != Restrictions.NONE) return (code, account);
        Batch memory batch = _batchOf(msg.sender, receivers.length);
        if (batch.policy.isEmpty()) return (Restrictions.NONE, address(0));
        for (uint256 i = 0; i < receivers.length; ++i) {
            code = _batchCode(batch, receivers, amounts, i);
            if (code != Restrictions.NONE) return (code, receivers[i]);
        }
        for (uint256 i = 0; from != address(0) && i < receivers.length; ++i) {
            code = _admit(from, receivers[i], amounts[i]);
            if (code != Restrictions.NONE) return (code, receivers[i]);
        }
        if (from != address(0) || batch.policy.mostHolders() == 0) return (Restrictions.NONE, address(0));
        for (uint256 i = 0; i < receivers.length; ++i) {
            if (batch.investors[i] != 0) _takePlace(msg.sender, receivers[i]);
        }
    }

    /// @inheritdoc ITransferRules
    function check(address from, address to, uint256 amount) external view returns (uint8 code) {
        code = _ALLOWLIST.check(from, to, amount);
        if (code == Restrictions.NONE) code = _policyCode(msg.sender, from, to, amount);
    }

    /// @inheritdoc ITransferRules
    function sendCode(address wallet) external view returns (uint8) {
        return _ALLOWLIST.sendCode(wallet);
    }

    /// @inheritdoc ITransferRules
    function receiveCode(address wallet) external view returns (uint8) {
        return _ALLOWLIST.receiveCode(wallet);
    }

    /// @inheritdoc ITransferRules
    function receiveCodes(address token, address[] calldata wallets, uint256[] calldata amounts)
        external
        view
        returns (uint8[] memory codes)
    {
        codes = _ALLOWLIST.receiveCodes(token, wallets, amounts);
        Batch memory batch = _batchOf(token, wallets.length);
        if (batch.policy.isEmpty()) return codes;
        for (uint256 i = 0; i < wallets.length; ++i) {
            bool asks = codes[i] == Restrictions.NONE && amounts[i] != 0;
            if (asks) codes[i] = _batchCode(batch, wallets, amounts, i);
        }
    }

    /// @inheritdoc ITransferRules
    function recordOf(address wallet) external view returns (Record) {
        return _ALLOWLIST.recordOf(wallet);
    }

    /// @inheritdoc ITransferRules
    function successorOf(address wallet) external view returns (address) {
        return _ALLOWLIST.successorOf(wallet);
    }

    /// @inheritdoc ITransferRules
    function messageOf(uint8 code) external view returns (string memory) {
        return _ALLOWLIST.messageOf(code);
    }

    function _admit(address from, address to, uint256 amount) private returns (uint8 code) {
        code = _policyCode(msg.sender, from, to, amount);
        // Where nothing moves, nobody takes a place or leaves one.
        if (code != Restrictions.NONE || from == to || amount == 0) return code;
        Policy policy = _policies[msg.sender];
        if (policy.mostHolders() != 0) {
            if (!_isSystem(to)) _takePlace(msg.sender, to);
            if (IERC20(msg.sender).balanceOf(from) == amount) _leavePlace(msg.sender, from);
        }
        if (policy.has(PolicyLib.FLAG_TRAVEL_RULE) && _isAnnounced(msg.sender, from, to, amount)) {
            _useAnnouncement(msg.sender, from, to, amount);
        }
    }

    /// @dev To oneself nothing moves, and accounts of the system stand outside.
    function _policyCode(address series, address from, address to, uint256 amount) private view returns (uint8 code) {
        Policy policy = _policies[series];
        if (policy.isEmpty() || from == to) return Restrictions.NONE;
        Record receiver = _ALLOWLIST.recordOf(to);
        if (receiver.isSystem()) return Restrictions.NONE;
        if (block.timestamp < policy.lockedUntil()) return Restrictions.LOCKED_UP;
        code = _receiverCode(series, policy, to, receiver, false);
        if (code != Restrictions.NONE) return code;
        uint256 lot = policy.lot();
        // Who has less than a lot left over may still give all of it away.
        if (lot != 0 && amount % lot != 0 && amount != IERC20(series).balanceOf(from)) return Restrictions.NOT_IN_LOTS;
        if (policy.has(PolicyLib.FLAG_CAPS)) {
            bool isOwn = _ALLOWLIST.recordOf(from).investor() == receiver.investor();
            code = _capCode(series, to, receiver, amount, isOwn);
            if (code != Restrictions.NONE) return code;
        }
        if (policy.mostHolders() != 0 && !_hasRoom(series, policy, from, to, amount)) return Restrictions.HOLDERS;
        bool quiet = !policy.has(PolicyLib.FLAG_TRAVEL_RULE) || !_isAnnounced(series, from, to, amount)
            || amount <= announcedOf(series, from, to);
        return quiet ? Restrictions.NONE : Restrictions.NOT_ANNOUNCED;
    }

    /// @dev Whether the travel rule concerns the move: another provider, and above the limit.
    function _isAnnounced(address series, address from, address to, uint256 amount) private view returns (bool) {
        Record sender = _ALLOWLIST.recordOf(from);
        Record receiver = _ALLOWLIST.recordOf(to);
        if (sender.isSystem() || receiver.isSystem() || sender.provider() == receiver.provider()) return false;
        return _needsAnnouncement(series, amount);
    }

    function _batchOf(address series, uint256 count) private view returns (Batch memory batch) {
        (batch.series, batch.policy) = (series, _policies[series]);
        batch.investors = new uint256[](batch.policy.isEmpty() ? 0 : count);
    }

    /// @dev What stands against the i-th of an issue, if all before it come true.
    function _batchCode(Batch memory batch, address[] calldata wallets, uint256[] calldata amounts, uint256 i)
        private
        view
        returns (uint8 code)
    {
        Record receiver = _ALLOWLIST.recordOf(wallets[i]);
        if (receiver.isSystem()) return Restrictions.NONE;
        code = _receiverCode(batch.series, batch.policy, wallets[i], receiver, true);
        if (code != Restrictions.NONE) return code;
        uint256 lot = batch.policy.lot();
        if (lot != 0 && amounts[i] % lot != 0) return Restrictions.NOT_IN_LOTS;
        batch.investors[i] = receiver.investor();
        code = _countedCode(batch, receiver, wallets, amounts, i);
        // Who is refused does not count for those after him.
        if (code != Restrictions.NONE) batch.investors[i] = 0;
    }

    /// @dev The cap and the places, with those before in the batch.
    function _countedCode(
        Batch memory batch,
        Record receiver,
        address[] calldata wallets,
        uint256[] calldata amounts,
        uint256 i
    ) private view returns (uint8 code) {
        bool isCapped = batch.policy.has(PolicyLib.FLAG_CAPS);
        if (!isCapped && batch.policy.mostHolders() == 0) return Restrictions.NONE;
        (uint256 wanted, bool isKnown) = _together(batch.investors, wallets, amounts, i);
        if (isCapped) code = _capCode(batch.series, wallets[i], receiver, wanted, false);
        if (code != Restrictions.NONE || batch.policy.mostHolders() == 0) return code;
        if (isKnown || _places[batch.series][wallets[i]]) return code;
        if (_holders[batch.series] + batch.newHolders >= batch.policy.mostHolders()) return Restrictions.HOLDERS;
        ++batch.newHolders;
    }

    /// @dev What the investor at `i` is to get up to there, and whether that wallet was there before.
    function _together(
        uint256[] memory investors,
        address[] calldata wallets,
        uint256[] calldata amounts,
        uint256 i
    ) private pure returns (uint256 amount, bool isKnown) {
        uint256 investor = investors[i];
        amount = amounts[i];
        for (uint256 j = 0; j < i; ++j) {
            if (investors[j] != investor) continue;
            amount = Math.saturatingAdd(amount, amounts[j]);
            if (wallets[j] == wallets[i]) isKnown = true;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IPolicies} from "../interfaces/IPolicies.sol";
import {Policy, PolicyLib} from "../libraries/Policy.sol";
import {Record} from "../libraries/Record.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {TravelRule} from "./TravelRule.sol";

/// @title PolicyBook
/// @notice What policies ask, and what they ask about: counted wallets, places, disclosures, statements.
abstract contract PolicyBook is IPolicies, TravelRule {
    using SafeCast for uint256;

    /// Tiers 1 and 2 are retail.
    uint256 private constant _RETAIL = 2;
    uint256 private constant _OMNIBUS = 6;
    uint256 private constant _MOST_WALLETS = 8;
    uint32 private constant _SCOPE_CUSTODY = 4;

    mapping(address series => Policy) internal _policies;
    mapping(address series => uint256) private _caps;
    mapping(address series => mapping(uint256 word => uint256)) private _blocked;
    mapping(address series => bytes32) private _disclosures;
    /// @inheritdoc IPolicies
    mapping(bytes32 disclosure => mapping(address wallet => uint256)) public acceptedAt;
    mapping(uint64 investor => address[]) private _wallets;
    mapping(address wallet => uint64) private _countedUnder;
    mapping(address series => uint256) internal _holders;
    mapping(address series => mapping(address holder => bool)) internal _places;
    mapping(address series => mapping(address wallet => Statement)) private _statements;

    /// @inheritdoc IPolicies
    function tightenPolicy(address series, Terms calldata terms) external restricted {
        bool stricter = terms.policy.isAsStrictAs(_policies[series])
            && PolicyLib.areCapsAsStrict(terms.caps, _caps[series])
            && (_disclosures[series] == 0 || terms.disclosure == _disclosures[series]);
        for (uint256 i = 0; i < 4; ++i) {
            if (terms.blocked[i] & _blocked[series][i] != _blocked[series][i]) stricter = false;
        }
        require(stricter, PolicyNotStricter(series));
        _setPolicy(series, terms);
    }

    /// @inheritdoc IPolicies
    function loosenPolicy(address series, Terms calldata terms) external restricted {
        _setPolicy(series, terms);
    }

    /// @inheritdoc IPolicies
    function acceptDisclosure(bytes32 disclosure) external {
        if (acceptedAt[disclosure][msg.sender] != 0) return;
        acceptedAt[disclosure][msg.sender] = block.timestamp;
        emit DisclosureAccepted(msg.sender, disclosure);
    }

    /// @inheritdoc IPolicies
    function countWallets(address[] calldata wallets) external {
        for (uint256 i = 0; i < wallets.length; ++i) {
            address wallet = wallets[i];
            uint64 investor = _ALLOWLIST.recordOf(wallet).investor();
            require(investor != 0, WalletUnknown(wallet));
            uint64 before = _countedUnder[wallet];
            if (before == investor) continue;
            if (before != 0) _uncount(wallet, before);
            address[] storage list = _wallets[investor];
            require(list.length < _MOST_WALLETS, TooManyWallets(investor, _MOST_WALLETS));
            list.push(wallet);
            _countedUnder[wallet] = investor;
            emit WalletCounted(wallet, investor, true);
        }
    }

    /// @inheritdoc IPolicies
    function recount(address series, address[] calldata wallets) external {
        for (uint256 i = 0; i < wallets.length; ++i) {
            bool holds = IERC20(series).balanceOf(wallets[i]) != 0 && !_isSystem(wallets[i]);
            if (holds) _takePlace(series, wallets[i]);
            else _leavePlace(series, wallets[i]);
        }
    }

    /// @inheritdoc IPolicies
    function publishStatement(address series, address wallet, bytes32 root, uint128 total) external {
        Record record = _ALLOWLIST.recordOf(wallet);
        (bool permitted, uint8 id) = _LICENCES.permits(msg.sender, _SCOPE_CUSTODY);
        bool own = permitted && record.provider() == id && record.tier() == _OMNIBUS;
        require(own, StatementNotYours(wallet, msg.sender));
        _statements[series][wallet] = Statement(root, total, uint64(block.timestamp));
        emit StatementPublished(series, wallet, root, total);
    }

    /// @inheritdoc IPolicies
    function isStated(address series, address wallet, bytes32 customer, uint256 face, SumStep[] calldata proof)
        external
        view
        returns (bool)
    {
        Statement storage statement = _statements[series][wallet];
        bytes32 node = keccak256(bytes.concat(keccak256(abi.encode(customer, face))));
        uint256 sum = face;
        for (uint256 i = 0; i < proof.length; ++i) {
            SumStep calldata step = proof[i];
            node = step.isLeft
                ? keccak256(abi.encode(step.hash, step.sum, node, sum))
                : keccak256(abi.encode(node, sum, step.hash, step.sum));
            // A sum that could wrap around would hide a customer.
            if (sum > statement.total || step.sum > statement.total) return false;
            sum += step.sum;
        }
        return statement.statedAt != 0 && node == statement.root && sum == statement.total;
    }

    /// @inheritdoc IPolicies
    function statementGap(address series, address wallet) external view returns (int256) {
        uint256 held = IERC20(series).balanceOf(wallet);
        return held.toInt256() - uint256(_statements[series][wallet].total).toInt256();
    }

    /// @inheritdoc IPolicies
    function statementOf(address series, address wallet) external view returns (Statement memory) {
        return _statements[series][wallet];
    }

    /// @inheritdoc IPolicies
    function policyOf(address series) external view returns (Terms memory terms) {
        (terms.policy, terms.caps) = (_policies[series], _caps[series]);
        terms.disclosure = _disclosures[series];
        for (uint256 i = 0; i < 4; ++i) {
            terms.blocked[i] = _blocked[series][i];
        }
    }

    /// @inheritdoc IPolicies
    function walletsOf(uint64 investor) external view returns (address[] memory) {
        return _wallets[investor];
    }

    /// @inheritdoc IPolicies
    function holdersOf(address series, address wallet) external view returns (uint256, bool) {
        return (_holders[series], _places[series][wallet]);
    }

    /// @dev What of the policy concerns the receiver alone. Only an issue waits for the cooling-off.
    function _receiverCode(address series, Policy policy, address to, Record receiver, bool isIssue)
        internal
        view
        returns (uint8)
    {
        uint256 tier = receiver.tier();
        if (tier < policy.lowestTier()) return Restrictions.TIER;
        if (policy.has(PolicyLib.FLAG_COUNTRIES) && _isBlocked(series, receiver.country())) return Restrictions.COUNTRY;
        if (policy.has(PolicyLib.FLAG_DISCLOSURE)) {
            uint256 accepted = acceptedAt[_disclosures[series]][to];
            if (accepted == 0) return Restrictions.DISCLOSURE;
            bool cools = isIssue && tier <= _RETAIL && block.timestamp < accepted + policy.coolingOff();
            if (cools) return Restrictions.COOLING_OFF;
        }
        uint256 age = policy.omnibusAge();
        bool stated = age == 0 || tier != _OMNIBUS || block.timestamp <= _statements[series][to].statedAt + age;
        return stated ? Restrictions.NONE : Restrictions.OMNIBUS;
    }

    /// @dev What all counted wallets of the investor hold, with `amount` more, against the cap of his tier. What comes from a wallet of
    /// his own (`isOwn`) is not more, but it stays where it is counted.
    function _capCode(address series, address to, Record receiver, uint256 amount, bool isOwn)
        internal
        view
        returns (uint8)
    {
        uint256 cap = PolicyLib.capOf(_caps[series], receiver.tier());
        if (cap == 0) return Restrictions.NONE;
        if (_countedUnder[to] != receiver.investor()) return Restrictions.NOT_COUNTED;
        if (isOwn) return Restrictions.NONE;
        address[] storage list = _wallets[receiver.investor()];
        uint256 count = list.length;
        for (uint256 i = 0; i < count; ++i) {
            amount = Math.saturatingAdd(amount, IERC20(series).balanceOf(list[i]));
        }
        return amount <= cap ? Restrictions.NONE : Restrictions.CAP;
    }

    /// @dev Whether the receiver has a place, or finds one; who gives all of his away leaves his.
    function _hasRoom(address series, Policy policy, address from, address to, uint256 amount)
        internal
        view
        returns (bool)
    {
        if (_places[series][to]) return true;
        uint256 holders = _holders[series];
        if (_places[series][from] && IERC20(series).balanceOf(from) == amount) --holders;
        return holders < policy.mostHolders();
    }

    function _takePlace(address series, address holder) internal {
        if (!_places[series][holder]) _setPlace(series, holder, true, _holders[series] + 1);
    }

    function _leavePlace(address series, address holder) internal {
        if (_places[series][holder]) _setPlace(series, holder, false, _holders[series] - 1);
    }

    function _isSystem(address wallet) internal view returns (bool) {
        return _ALLOWLIST.recordOf(wallet).isSystem();
    }

    function _setPlace(address series, address holder, bool counted, uint256 holders) private {
        _places[series][holder] = counted;
        _holders[series] = holders;
        emit HolderCounted(series, holder, counted, holders);
    }

    function _isBlocked(address series, uint256 country) private view returns (bool) {
        return _blocked[series][country >> 8] & (1 << (country & 0xff)) != 0;
    }

    function _setPolicy(address series, Terms calldata terms) private {
        uint256 blocked;
        for (uint256 i = 0; i < 4; ++i) {
            blocked |= terms.blocked[i];
            _blocked[series][i] = terms.blocked[i];
        }
        Policy policy = terms.policy;
        bool agrees = policy.has(PolicyLib.FLAG_COUNTRIES) == (blocked != 0)
            && policy.has(PolicyLib.FLAG_CAPS) == (terms.caps != 0)
            && policy.has(PolicyLib.FLAG_DISCLOSURE) == (terms.disclosure != 0);
        bool cools = policy.coolingOff() == 0 || terms.disclosure != 0;
        require(policy.isWellFormed() && agrees && cools && terms.caps >> 240 == 0, PolicyInvalid(series));
        (_policies[series], _caps[series], _disclosures[series]) = (policy, terms.caps, terms.disclosure);
        emit PolicySet(series, terms);
    }

    function _uncount(address wallet, uint64 investor) private {
        address[] storage list = _wallets[investor];
        uint256 last = list.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            if (list[i] == wallet) list[i] = list[last];
        }
        list.pop();
        emit WalletCounted(wallet, investor, false);
    }
}

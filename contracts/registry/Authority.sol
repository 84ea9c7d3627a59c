// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {IAuthorityRules} from "../interfaces/IAuthorityRules.sol";
import {Offices} from "../libraries/Offices.sol";

/// @title Authority
/// @notice Which office may do what, after which delay: OpenZeppelin's AccessManager, with two rules of our own and
/// pauses of single functions.
contract Authority is AccessManager, IAuthorityRules {
    using EnumerableSet for EnumerableSet.AddressSet;

    uint256 private constant _LEAST_ADMINS = 2;
    uint256 private constant _MOST_ADMINS = 8;
    uint32 private constant _LONGEST_DELAY = 30 days;
    uint256 private constant _PAUSE = 3 days;

    EnumerableSet.AddressSet private _admins;
    mapping(address target => mapping(bytes4 selector => uint256 until)) private _pausedUntil;

    /// @param deployer holds ADMIN until the offices have it
    constructor(address deployer) AccessManager(deployer) {}

    /// @inheritdoc IAuthorityRules
    function pauseFunction(address target, bytes4 selector) external onlyAuthorized {
        bool pausable = getTargetFunctionRole(target, selector) != Offices.ENFORCER;
        require(pausable, FunctionNotPausable(target, selector));
        _pause(target, selector, block.timestamp + _PAUSE);
    }

    /// @inheritdoc IAuthorityRules
    function renewFunctionPause(address target, bytes4 selector) external onlyAuthorized {
        require(functionPausedUntil(target, selector) != 0, FunctionNotPaused(target, selector));
        _pause(target, selector, block.timestamp + _PAUSE);
    }

    /// @inheritdoc IAuthorityRules
    function unpauseFunction(address target, bytes4 selector) external onlyAuthorized {
        _pause(target, selector, 0);
    }

    /// @notice The AccessManager's answer; nobody may call a function that is paused.
    function canCall(address caller, address target, bytes4 selector)
        public
        view
        override
        returns (bool immediate, uint32 delay)
    {
        if (block.timestamp < _pausedUntil[target][selector]) return (false, 0);
        return super.canCall(caller, target, selector);
    }

    /// @inheritdoc IAuthorityRules
    function functionPausedUntil(address target, bytes4 selector) public view returns (uint256) {
        uint256 until = _pausedUntil[target][selector];
        return block.timestamp < until ? until : 0;
    }

    /// @inheritdoc IAuthorityRules
    function requireOpen(address target, bytes4 selector) external view {
        uint256 until = _pausedUntil[target][selector];
        require(block.timestamp >= until, FunctionPaused(target, selector, until));
    }

    /// @inheritdoc IAuthorityRules
    function admins() external view returns (address[] memory) {
        return _admins.values();
    }

    function _grantRole(uint64 roleId, address account, uint32 grantDelay, uint32 executionDelay)
        internal
        override
        returns (bool)
    {
        require(executionDelay <= _LONGEST_DELAY, DelayTooLong(executionDelay, _LONGEST_DELAY));
        if (roleId == Offices.ENFORCEMENT_MAKER) _refuseBoth(account, Offices.ENFORCEMENT_CHECKER, roleId);
        if (roleId == Offices.ENFORCEMENT_CHECKER) _refuseBoth(account, Offices.ENFORCEMENT_MAKER, roleId);
        if (roleId == Offices.ADMIN) {
            _admins.add(account);
            require(_admins.length() <= _MOST_ADMINS, TooManyAdmins(_MOST_ADMINS));
        }
        return super._grantRole(roleId, account, grantDelay, executionDelay);
    }

    /// @dev Renouncing comes this way too, so nobody can walk out and leave one key behind.
    function _revokeRole(uint64 roleId, address account) internal override returns (bool) {
        if (roleId == Offices.ADMIN && _admins.remove(account)) {
            uint256 remaining = _activeAdmins();
            require(remaining >= _LEAST_ADMINS, TooFewAdmins(account, remaining));
        }
        return super._revokeRole(roleId, account);
    }

    function _pause(address target, bytes4 selector, uint256 until) private {
        _pausedUntil[target][selector] = until;
        emit FunctionPausedUntil(target, selector, until);
    }

    function _activeAdmins() private view returns (uint256 active) {
        uint256 length = _admins.length();
        for (uint256 i = 0; i < length; ++i) {
            (bool isMember,) = hasRole(Offices.ADMIN, _admins.at(i));
            if (isMember) ++active;
        }
    }

    /// @dev A grant that still waits counts as held: `since` is set as soon as it is made.
    function _refuseBoth(address account, uint64 held, uint64 wanted) private view {
        (uint48 since,,,) = getAccess(held, account);
        require(since == 0, OfficesConflict(account, held, wanted));
    }
}

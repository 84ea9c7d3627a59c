// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ILicences} from "../interfaces/ILicences.sol";

/// @title Licences
/// @notice The regulator's register of service providers.
contract Licences is ILicences, AccessManaged {
    /// Onboard investors and vouch for them.
    uint32 public constant SCOPE_ONBOARD = 1;
    /// Bring trades together.
    uint32 public constant SCOPE_TRADE = 2;
    /// Hold wallets for investors.
    uint32 public constant SCOPE_CUSTODY = 4;

    mapping(address provider => Licence) private _licences;
    address[] private _providers;

    constructor(address authority_) AccessManaged(authority_) {}

    /// @inheritdoc ILicences
    function grantLicence(address provider, Phase phase, uint32 scope, uint64 until) external restricted {
        Licence storage licence = _licences[provider];
        require(_reachable(licence, phase), PhaseNotReachable(provider, licence.phase, phase));
        require(until > block.timestamp, LicenceExpiryPast(until, block.timestamp));
        if (licence.id == 0) licence.id = _nextId(provider);
        licence.phase = phase;
        licence.suspendedFrom = Phase.NONE;
        licence.scope = scope;
        licence.until = until;
        licence.endedAt = 0;
        emit LicenceChanged(provider, licence.id, phase, scope, until);
    }

    /// @inheritdoc ILicences
    function suspendLicence(address provider) external restricted {
        Licence storage licence = _licences[provider];
        Phase phase = licence.phase;
        require(
            phase >= Phase.NOC && phase <= Phase.LICENSED, PhaseNotReachable(provider, phase, Phase.SUSPENDED)
        );
        licence.suspendedFrom = phase;
        _end(provider, licence, Phase.SUSPENDED);
    }

    /// @inheritdoc ILicences
    function revokeLicence(address provider) external restricted {
        Licence storage licence = _licences[provider];
        Phase phase = licence.phase;
        require(
            phase != Phase.NONE && phase != Phase.REVOKED, PhaseNotReachable(provider, phase, Phase.REVOKED)
        );
        _end(provider, licence, Phase.REVOKED);
    }

    /// @inheritdoc ILicences
    function licenceOf(address provider) external view returns (Licence memory) {
        return _licences[provider];
    }

    /// @inheritdoc ILicences
    function permits(address provider, uint32 scope) external view returns (bool, uint8) {
        Licence storage licence = _licences[provider];
        Phase phase = licence.phase;
        bool permitted = phase >= Phase.AML_REGISTERED && phase <= Phase.LICENSED && licence.scope & scope == scope
            && block.timestamp <= licence.until;
        return (permitted, licence.id);
    }

    /// @inheritdoc ILicences
    function endedAt(uint8 id) external view returns (uint64) {
        if (id == 0 || id > _providers.length) return 0;
        Licence storage licence = _licences[_providers[id - 1]];
        uint64 until = licence.until;
        uint64 ended = licence.endedAt;
        // A licence that ran out before it was suspended ended when it ran out.
        if (ended != 0 && ended <= until) return ended;
        return block.timestamp > until ? until : 0;
    }

    /// @inheritdoc ILicences
    function providerOf(uint8 id) external view returns (address) {
        return id == 0 || id > _providers.length ? address(0) : _providers[id - 1];
    }

    /// @inheritdoc ILicences
    function providerCount() external view returns (uint256) {
        return _providers.length;
    }

    function _end(address provider, Licence storage licence, Phase phase) private {
        licence.phase = phase;
        // The grace of a revocation that follows a suspension began with the suspension.
        if (licence.endedAt == 0) licence.endedAt = uint64(block.timestamp);
        emit LicenceChanged(provider, licence.id, phase, licence.scope, licence.until);
    }

    function _nextId(address provider) private returns (uint8) {
        require(_providers.length < type(uint8).max, TooManyProviders());
        _providers.push(provider);
        return uint8(_providers.length);
    }

    /// @dev The sandbox may be skipped; nothing else may.
    function _reachable(Licence storage licence, Phase to) private view returns (bool) {
        Phase from = licence.phase;
        if (to == Phase.NONE || to > Phase.LICENSED) return false;
        if (from == Phase.SUSPENDED) return to <= licence.suspendedFrom;
        if (from == Phase.REVOKED) return false;
        if (from == Phase.AML_REGISTERED && to == Phase.LICENSED) return true;
        return to == from ? from != Phase.NONE : uint8(to) == uint8(from) + 1;
    }
}

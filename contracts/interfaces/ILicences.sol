// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title ILicences
/// @notice The regulator's register of service providers: in which phase each is, for what scope, until when.
/// Phases follow the regulator's path: no-objection certificate, registration on goAML, sandbox, full licence.
interface ILicences {
    enum Phase {
        NONE,
        NOC,
        AML_REGISTERED,
        SANDBOX,
        LICENSED,
        SUSPENDED,
        REVOKED
    }

    /// @param phase where the provider stands now
    /// @param suspendedFrom the phase before a suspension, NONE otherwise
    /// @param id the provider's number in KYC records, 1 to 255
    /// @param scope bits of what it may do (`SCOPE_…`)
    /// @param until last second of the licence (Unix)
    /// @param endedAt when it was suspended or revoked (Unix), 0 otherwise
    struct Licence {
        Phase phase;
        Phase suspendedFrom;
        uint8 id;
        uint32 scope;
        uint64 until;
        uint64 endedAt;
    }

    /// @notice The provider's licence changed; the whole state after the change.
    event LicenceChanged(address indexed provider, uint8 indexed id, Phase phase, uint32 scope, uint64 until);

    /// @notice The path does not lead from `from` to `to`.
    error PhaseNotReachable(address provider, Phase from, Phase to);

    /// @notice The expiry `until` lies in the past.
    error LicenceExpiryPast(uint64 until, uint256 nowAt);

    /// @notice 255 providers are registered, which is all that a KYC record can name.
    error TooManyProviders();

    /// @notice Moves `provider` one step along the path, renews it in its phase, or lifts its suspension back to at most the
    /// phase it had. A first call must be a NOC and gives the provider its number.
    /// @dev Errors: `AccessManagedUnauthorized`, `PhaseNotReachable`, `LicenceExpiryPast`, `TooManyProviders`.
    function grantLicence(address provider, Phase phase, uint32 scope, uint64 until) external;

    /// @notice Suspends a provider in any phase from NOC to LICENSED, at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `PhaseNotReachable`.
    function suspendLicence(address provider) external;

    /// @notice Revokes a provider for good.
    /// @dev Errors: `AccessManagedUnauthorized`, `PhaseNotReachable`.
    function revokeLicence(address provider) external;

    /// @notice The provider's licence as stored; `phase` does not change by itself when `until` passes.
    function licenceOf(address provider) external view returns (Licence memory licence);

    /// @notice Whether `provider` may serve investors within `scope` now: from AML_REGISTERED on, in scope, not expired.
    /// @return permitted the answer
    /// @return id the provider's number, 0 when it has none
    function permits(address provider, uint32 scope) external view returns (bool permitted, uint8 id);

    /// @notice When the licence of provider number `id` ended (suspended, revoked or run out), 0 while it holds.
    function endedAt(uint8 id) external view returns (uint64 timestamp);

    /// @notice The provider that has the number `id`, zero when none has.
    function providerOf(uint8 id) external view returns (address provider);

    /// @notice How many numbers are given out.
    function providerCount() external view returns (uint256 count);
}

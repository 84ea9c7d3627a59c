// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IAttestedQuantity} from "./IAttestedQuantity.sol";

/// @title IAttestations
/// @notice Quantities that a custodian and an auditor attest together: the reserve of a stablecoin, what lies in a warehouse. A subject
/// is the token that stands for them; its signers and the age after which nothing counts any more are its own. Who signs says when he
/// looked (EIP-712, `Attestation(address subject,uint128 quantity,bytes32 documentHash,uint40 observedAt)`), and the oldest look counts.
interface IAttestations is IAttestedQuantity {
    enum Kind {
        NONE,
        CUSTODIAN,
        AUDITOR
    }

    /// @notice What holds for a subject.
    /// @param quantity in the unit of the subject [1e6]
    /// @param observedAt the oldest of the signers' looks (Unix), 0 before the first attestation
    /// @param documentHash hash of the report that was signed
    struct Attested {
        uint128 quantity;
        uint40 observedAt;
        bytes32 documentHash;
    }

    /// @notice A signer's part of an attestation.
    /// @param observedAt when he looked (Unix)
    struct Signed {
        address signer;
        uint40 observedAt;
        bytes signature;
    }

    /// @notice `signer` may sign for `subject` as `kind`; NONE: no longer.
    event SignerSet(address indexed subject, address indexed signer, Kind kind);

    /// @notice An attestation of `subject` counts for `maxAge` seconds; zero: never.
    event MaxAgeChanged(address indexed subject, uint256 maxAge);

    /// @notice `quantity` stands for `subject`, as it was at `observedAt`.
    event QuantityAttested(address indexed subject, uint256 quantity, uint256 observedAt, bytes32 documentHash);

    /// @notice A signer has an address and a kind.
    error SignerInvalid(address subject, address signer);

    /// @notice The account is no signer of the subject.
    error SignerUnknown(address subject, address signer);

    /// @notice The new age is on the wrong side of the old one, or does not fit 40 bits.
    error MaxAgeInvalid(uint256 wanted, uint256 current);

    /// @notice At most 8 signatures, in ascending order of their signers, each once: `signer` does not follow.
    error SignersOutOfOrder(address signer);

    /// @notice More than `most` signatures.
    error TooManySignatures(uint256 count, uint256 most);

    /// @notice The signer looked in the future.
    error ObservationInFuture(address signer, uint256 observedAt);

    /// @notice The signature is not that of `signer` over this quantity, document and time, for this contract and chain.
    error SignatureInvalid(address signer);

    /// @notice Nobody of this kind signed.
    error KindMissing(Kind kind);

    /// @notice The oldest look is not newer than that of the attestation before: a message counts once.
    error ObservationNotNewer(uint256 observedAt, uint256 lastObservedAt);

    /// @notice The oldest look is above the greatest age already.
    error ObservationStale(uint256 observedAt, uint256 maxAge);

    /// @notice Names a signer; ADMIN, delayed. A signer has one kind a subject, so one account never stands for both.
    /// @dev Errors: `AccessManagedUnauthorized`, `SignerInvalid`.
    function setSigner(address subject, address signer, Kind kind) external;

    /// @notice Takes a signer away, at once; what he signed and nobody brought is void.
    /// @dev Errors: `AccessManagedUnauthorized`, `SignerUnknown`.
    function removeSigner(address subject, address signer) external;

    /// @notice Raises the age up to which an attestation counts [s]; delayed.
    /// @dev Errors: `AccessManagedUnauthorized`, `MaxAgeInvalid`.
    function loosenMaxAge(address subject, uint256 maxAge) external;

    /// @notice Lowers it, at once.
    /// @dev Errors: `AccessManagedUnauthorized`, `MaxAgeInvalid`.
    function tightenMaxAge(address subject, uint256 maxAge) external;

    /// @notice Brings an attestation, by anyone: signatures of at least one custodian and one auditor over the same quantity and document.
    /// @dev Errors: `TooManySignatures`, `SignersOutOfOrder`, `SignerUnknown`, `ObservationInFuture`, `SignatureInvalid`, `KindMissing`,
    /// `ObservationNotNewer`, `ObservationStale`.
    function attest(address subject, uint128 quantity, bytes32 documentHash, Signed[] calldata signatures) external;

    /// @notice The last attestation, however old.
    function lastOf(address subject) external view returns (Attested memory last);

    /// @notice The age up to which an attestation of `subject` counts [s].
    function maxAgeOf(address subject) external view returns (uint256 maxAge);

    /// @notice As what `signer` signs for `subject`.
    function kindOf(address subject, address signer) external view returns (Kind kind);

    /// @notice What a signer signs.
    function hashOfAttestation(address subject, uint128 quantity, bytes32 documentHash, uint40 observedAt)
        external
        view
        returns (bytes32 digest);
}

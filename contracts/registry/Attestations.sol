// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IAttestations} from "../interfaces/IAttestations.sol";
import {IAttestedQuantity} from "../interfaces/IAttestedQuantity.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title Attestations
/// @notice What custodian and auditor attest together, by subject: stale means nothing.
contract Attestations is IAttestations, AccessManaged, EIP712 {
    /// @dev The first slot is all that a mint reads.
    struct Subject {
        uint128 quantity;
        uint40 observedAt;
        uint40 maxAge;
        bytes32 documentHash;
        mapping(address signer => Kind) kinds;
    }

    uint256 private constant _MOST_SIGNATURES = 8;
    bytes32 private constant _TYPEHASH =
        keccak256("Attestation(address subject,uint128 quantity,bytes32 documentHash,uint40 observedAt)");

    mapping(address subject => Subject) private _subjects;

    constructor(address authority_) AccessManaged(authority_) EIP712("Attestations", "1") {}

    /// @inheritdoc IAttestations
    function setSigner(address subject, address signer, Kind kind) external restricted {
        require(signer != address(0) && kind != Kind.NONE, SignerInvalid(subject, signer));
        _setSigner(subject, signer, kind);
    }

    /// @inheritdoc IAttestations
    function removeSigner(address subject, address signer) external restricted {
        require(_subjects[subject].kinds[signer] != Kind.NONE, SignerUnknown(subject, signer));
        _setSigner(subject, signer, Kind.NONE);
    }

    /// @inheritdoc IAttestations
    function loosenMaxAge(address subject, uint256 maxAge) external restricted {
        uint256 current = _subjects[subject].maxAge;
        require(maxAge > current && maxAge <= type(uint40).max, MaxAgeInvalid(maxAge, current));
        _setMaxAge(subject, maxAge);
    }

    /// @inheritdoc IAttestations
    function tightenMaxAge(address subject, uint256 maxAge) external restricted {
        require(maxAge < _subjects[subject].maxAge, MaxAgeInvalid(maxAge, _subjects[subject].maxAge));
        _setMaxAge(subject, maxAge);
    }

    /// @inheritdoc IAttestations
    function attest(address subject, uint128 quantity, bytes32 documentHash, Signed[] calldata signatures) external {
        require(signatures.length <= _MOST_SIGNATURES, TooManySignatures(signatures.length, _MOST_SIGNATURES));
        Subject storage known = _subjects[subject];
        uint40 oldest = type(uint40).max;
        uint256 kinds; // one bit each
        address previous;
        for (uint256 i = 0; i < signatures.length; ++i) {
            Signed calldata signed = signatures[i];
            require(signed.signer > previous, SignersOutOfOrder(signed.signer));
            previous = signed.signer;
            Kind kind = known.kinds[previous];
            require(kind != Kind.NONE, SignerUnknown(subject, previous));
            uint40 observedAt = signed.observedAt;
            require(observedAt <= block.timestamp, ObservationInFuture(previous, observedAt));
            bytes32 digest = hashOfAttestation(subject, quantity, documentHash, observedAt);
            require(Signatures.isSigned(previous, digest, signed.signature), SignatureInvalid(previous));
            kinds |= 1 << uint8(kind);
            if (observedAt < oldest) oldest = observedAt;
        }
        require(kinds & (1 << uint8(Kind.CUSTODIAN)) != 0, KindMissing(Kind.CUSTODIAN));
        require(kinds & (1 << uint8(Kind.AUDITOR)) != 0, KindMissing(Kind.AUDITOR));
        require(oldest > known.observedAt, ObservationNotNewer(oldest, known.observedAt));
        require(block.timestamp - oldest <= known.maxAge, ObservationStale(oldest, known.maxAge));
        (known.quantity, known.observedAt, known.documentHash) = (quantity, oldest, documentHash);
        emit QuantityAttested(subject, quantity, oldest, documentHash);
    }

    /// @inheritdoc IAttestedQuantity
    function attestedOf(address subject) external view returns (uint256) {
        Subject storage known = _subjects[subject];
        return block.timestamp <= uint256(known.observedAt) + known.maxAge ? known.quantity : 0;
    }

    /// @inheritdoc IAttestations
    function lastOf(address subject) external view returns (Attested memory) {
        Subject storage known = _subjects[subject];
        return Attested(known.quantity, known.observedAt, known.documentHash);
    }

    /// @inheritdoc IAttestations
    function maxAgeOf(address subject) external view returns (uint256) {
        return _subjects[subject].maxAge;
    }

    /// @inheritdoc IAttestations
    function kindOf(address subject, address signer) external view returns (Kind) {
        return _subjects[subject].kinds[signer];
    }

    /// @inheritdoc IAttestations
    function hashOfAttestation(address subject, uint128 quantity, bytes32 documentHash, uint40 observedAt)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(keccak256(abi.encode(_TYPEHASH, subject, quantity, documentHash, observedAt)));
    }

    function _setSigner(address subject, address signer, Kind kind) private {
        _subjects[subject].kinds[signer] = kind;
        emit SignerSet(subject, signer, kind);
    }

    function _setMaxAge(address subject, uint256 maxAge) private {
        _subjects[subject].maxAge = uint40(maxAge);
        emit MaxAgeChanged(subject, maxAge);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {IAuthorityRules} from "../interfaces/IAuthorityRules.sol";
import {ILicences} from "../interfaces/ILicences.sol";
import {Record, RecordLib} from "../libraries/Record.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {Units} from "../libraries/Units.sol";
import {Standing} from "./Standing.sol";

/// @title Onboarding
/// @notice The ways in: batches, attestations, roots, further wallets; and the way out.
abstract contract Onboarding is Standing, EIP712 {
    uint256 private constant _MOST_ROWS = 200;
    uint256 private constant _LEAST_ROOT = 1 days;
    uint256 private constant _LONGEST_ROOT = 365 days;
    uint32 private constant _SCOPE_ONBOARD = 1;
    bytes32 private constant _ATTESTATION_TYPEHASH =
        keccak256("Attestation(address wallet,uint256 record,bytes32 fileHash,uint64 issuedAt,uint64 until)");
    bytes32 private constant _MOVE_TYPEHASH = keccak256("Move(address wallet,bytes32 attested)");
    bytes32 private constant _WALLET_TYPEHASH = keccak256("AddWallet(address wallet,address added,uint64 until)");

    ILicences internal immutable _LICENCES;

    mapping(uint8 id => mapping(bytes32 root => CustomerRoot)) private _roots;

    constructor(ILicences licences) EIP712("Allowlist", "1") {
        _LICENCES = licences;
    }

    /// @inheritdoc IAllowlist
    function onboard(Row[] calldata rows) external {
        _requireOpen();
        uint8 id = _permitted(msg.sender);
        _requireBatch(rows.length);
        Record stamp = RecordLib.stamp(id, block.timestamp);
        for (uint256 i = 0; i < rows.length; ++i) {
            Row calldata row = rows[i];
            address wallet = row.wallet;
            RecordSlot storage slot = _records[wallet];
            Record present = slot.value;
            Record record = row.record.stamped(stamp);
            require(wallet != address(0) && record.isComplete(block.timestamp), RecordInvalid(wallet, record));
            if (!present.isEmpty()) {
                _requireOwn(wallet, present, id);
                record = _after(present, record);
            }
            slot.value = record;
            emit Onboarded(wallet, record, row.fileHash);
        }
    }

    /// @inheritdoc IAllowlist
    function onboardByRegistrar(Row[] calldata rows) external restricted {
        _requireBatch(rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            Row calldata row = rows[i];
            RecordSlot storage slot = _records[row.wallet];
            Record present = slot.value;
            require(!present.isSystem(), RecordNotYours(row.wallet, 0));
            Record stamp = RecordLib.stamp(row.record.provider(), block.timestamp);
            _write(slot, present, row.wallet, row.record.stamped(stamp), row.fileHash);
        }
    }

    /// @inheritdoc IAllowlist
    function attest(
        address provider,
        Attestation calldata attestation,
        bytes calldata signature,
        bytes calldata consent
    ) external {
        _requireOpen();
        uint8 id = _permitted(provider);
        Record present = _records[attestation.wallet].value;
        _requireFresh(attestation, present.updatedAt());
        bytes32 digest = hashOf(attestation);
        require(Signatures.isSigned(provider, digest, signature), SignatureInvalid(provider));
        bool consents = !present.isEmpty() && _consents(attestation.wallet, present, digest, consent);
        _writeFrom(attestation.wallet, attestation.record, attestation.fileHash, id, consents);
    }

    /// @inheritdoc IAllowlist
    function publishRoot(bytes32 root, uint64 until, bytes32 fileHash) external {
        _requireOpen();
        uint8 id = _permitted(msg.sender);
        bool lasts = until >= block.timestamp + _LEAST_ROOT && until <= block.timestamp + _LONGEST_ROOT;
        require(lasts, RootExpiryInvalid(until, block.timestamp));
        _roots[id][root] = CustomerRoot(uint64(block.timestamp), until);
        emit RootPublished(id, root, until, fileHash);
    }

    /// @inheritdoc IAllowlist
    function withdrawRoot(bytes32 root) external {
        (, uint8 id) = _LICENCES.permits(msg.sender, _SCOPE_ONBOARD);
        require(_roots[id][root].publishedAt != 0, RootStale(root, 0, 0, 0));
        delete _roots[id][root];
        emit RootWithdrawn(id, root);
    }

    /// @inheritdoc IAllowlist
    function activate(address provider, bytes32 root, Row calldata row, bytes32[] calldata proof) external {
        _requireOpen();
        uint8 id = _permitted(provider);
        Record present = _records[row.wallet].value;
        CustomerRoot memory published = _roots[id][root];
        bool counts = published.publishedAt > present.updatedAt() && block.timestamp <= published.until;
        require(counts, RootStale(root, published.publishedAt, published.until, present.updatedAt()));
        // Hashed twice, so that no inner node, which is 64 bytes hashed once, passes for a leaf.
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(row))));
        require(MerkleProof.verifyCalldata(proof, root, leaf), ProofInvalid(row.wallet, root));
        _writeFrom(row.wallet, row.record, row.fileHash, id, msg.sender == row.wallet && _isMovable(present));
    }

    /// @inheritdoc IAllowlist
    function addWallet(address wallet, uint64 until, bytes calldata signature) external {
        _requireOpen();
        Record record = _records[wallet].value;
        bool addable = _records[msg.sender].value.isEmpty() && block.timestamp <= until;
        require(addable, WalletNotAddable(wallet, msg.sender, until));
        require(record.isInOrder(block.timestamp) && !record.isSystem(), RecordInvalid(wallet, record));
        uint8 id = record.provider();
        if (id != 0) _permitted(_LICENCES.providerOf(id));
        require(
            Signatures.isSigned(wallet, hashOfWallet(wallet, msg.sender, until), signature), SignatureInvalid(wallet)
        );
        record = record.withUpdatedAt(block.timestamp);
        _records[msg.sender].value = record;
        emit WalletAdded(wallet, msg.sender, record);
    }

    /// @inheritdoc IAllowlist
    function renew(address[] calldata wallets, uint40 validUntil) external {
        _requireOpen();
        uint8 id = _permitted(msg.sender);
        _requireBatch(wallets.length);
        for (uint256 i = 0; i < wallets.length; ++i) {
            RecordSlot storage slot = _records[wallets[i]];
            Record record = slot.value;
            _requireOwn(wallets[i], record, id);
            record = record.withValidUntil(validUntil).withUpdatedAt(block.timestamp);
            require(record.isComplete(block.timestamp), RecordInvalid(wallets[i], record));
            slot.value = record;
            emit Renewed(wallets[i], record);
        }
    }

    /// @inheritdoc IAllowlist
    function revoke(address[] calldata wallets) external {
        uint8 id = _permitted(msg.sender);
        _requireBatch(wallets.length);
        for (uint256 i = 0; i < wallets.length; ++i) {
            Record present = _records[wallets[i]].value;
            require(present.provider() == id && !present.isSystem(), RecordNotYours(wallets[i], present.provider()));
            _revoke(wallets[i], present);
        }
    }

    /// @inheritdoc IAllowlist
    function revokeByRegistrar(address[] calldata wallets) external restricted {
        _requireBatch(wallets.length);
        for (uint256 i = 0; i < wallets.length; ++i) {
            Record present = _records[wallets[i]].value;
            require(!present.isEmpty() && !present.isSystem(), RecordNotYours(wallets[i], present.provider()));
            _revoke(wallets[i], present);
        }
    }

    /// @inheritdoc IAllowlist
    function rootOf(uint8 id, bytes32 root) external view returns (CustomerRoot memory) {
        return _roots[id][root];
    }

    /// @inheritdoc IAllowlist
    function hashOf(Attestation calldata attestation) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(_ATTESTATION_TYPEHASH, attestation)));
    }

    /// @inheritdoc IAllowlist
    function hashOfMove(address wallet, bytes32 attested) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(_MOVE_TYPEHASH, wallet, attested)));
    }

    /// @inheritdoc IAllowlist
    function hashOfWallet(address wallet, address added, uint64 until) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(_WALLET_TYPEHASH, wallet, added, until)));
    }

    /// @dev A provider acts within its licence only: phase, scope and expiry.
    function _permitted(address provider) private view returns (uint8) {
        (bool permitted, uint8 id) = _LICENCES.permits(provider, _SCOPE_ONBOARD);
        require(permitted, ProviderNotPermitted(provider, id));
        return id;
    }

    /// @dev Whether the investor lets another provider have his wallet.
    function _consents(address wallet, Record present, bytes32 attested, bytes calldata consent)
        private
        view
        returns (bool)
    {
        if (!_isMovable(present)) return false;
        if (msg.sender == wallet) return true;
        return consent.length != 0 && Signatures.isSigned(wallet, hashOfMove(wallet, attested), consent);
    }

    /// @dev What was revoked is the registrar's, and what an order holds stays where it is.
    function _isMovable(Record present) private pure returns (bool) {
        return present.flags() == 0;
    }

    /// @dev What the registrar revoked, a provider cannot bring back.
    function _requireOwn(address wallet, Record present, uint8 id) private pure {
        require(present.provider() == id && !present.isSystem(), RecordNotYours(wallet, present.provider()));
        require(!present.isRevoked(), RecordRevoked(wallet));
    }

    function _requireBatch(uint256 rows) private pure {
        require(rows <= _MOST_ROWS, TooManyRows(rows, _MOST_ROWS));
    }

    /// @dev The guardian may close a way in; leaving is never closed.
    function _requireOpen() private view {
        IAuthorityRules(authority()).requireOpen(address(this), msg.sig);
    }

    function _requireFresh(Attestation calldata attestation, uint256 updatedAt) private view {
        (uint64 issuedAt, uint64 until) = (attestation.issuedAt, attestation.until);
        bool counts = issuedAt <= block.timestamp && block.timestamp <= until && issuedAt > updatedAt;
        require(counts, AttestationStale(attestation.wallet, issuedAt, until, updatedAt));
    }

    /// @dev What a provider vouched for at another time; the wallet is its own, or its investor `consents`.
    function _writeFrom(address wallet, Record row, bytes32 fileHash, uint8 id, bool consents) private {
        RecordSlot storage slot = _records[wallet];
        Record present = slot.value;
        if (!present.isEmpty() && !consents) _requireOwn(wallet, present, id);
        _write(slot, present, wallet, row.stamped(RecordLib.stamp(id, block.timestamp)), fileHash);
    }

    function _write(RecordSlot storage slot, Record present, address wallet, Record record, bytes32 fileHash) private {
        require(wallet != address(0) && record.isComplete(block.timestamp), RecordInvalid(wallet, record));
        if (!present.isEmpty()) record = _after(present, record);
        slot.value = record;
        emit Onboarded(wallet, record, fileHash);
    }

    /// @dev The record that takes the place of `present`: it remembers the tax class before, and what an order set stays set.
    function _after(Record present, Record record) private view returns (Record) {
        record = record.withFlags(present.flags() & RecordLib.FLAGS_OF_ORDERS);
        uint24 today = uint24(Units.day(block.timestamp));
        // A second change on the same day keeps the class of the day before.
        if (present.taxClass() == record.taxClass() || present.taxChangedDay() == today) {
            return record.withTaxBefore(present.taxClassBefore(), present.taxChangedDay());
        }
        return record.withTaxBefore(present.taxClass(), today);
    }

    function _revoke(address wallet, Record present) private {
        Record record = present.withFlags(present.flags() | RecordLib.FLAG_REVOKED).withUpdatedAt(block.timestamp);
        _records[wallet].value = record;
        emit Revoked(wallet, record);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Signatures
/// @notice One check for keys and contract wallets: low-s ECDSA of 65 bytes, else ERC-1271.
library Signatures {
    /// @notice Whether `signature` over `hash` is that of `signer`.
    /// @dev The key comes first: asking a wallet for its code costs 2,600 gas, and nearly every signer is a key. A contract's
    /// address cannot be recovered from a signature, so the order lets nothing more pass.
    function isSigned(address signer, bytes32 hash, bytes memory signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError error,) = ECDSA.tryRecover(hash, signature);
        if (error == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return SignatureChecker.isValidERC1271SignatureNow(signer, hash, signature);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC3009} from "../interfaces/IERC3009.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {TokenState} from "../libraries/TokenState.sol";
import {PermissionedToken} from "./PermissionedToken.sol";

/// @title Authorizations
/// @notice EIP-3009 for a permissioned token.
abstract contract Authorizations is IERC3009, PermissionedToken {
    /// @dev A transfer as its owner signs it.
    struct Authorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }

    bytes32 private constant _TRANSFER_TYPEHASH = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 private constant _RECEIVE_TYPEHASH = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 private constant _CANCEL_TYPEHASH = keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");

    /// @inheritdoc IERC3009
    mapping(address authorizer => mapping(bytes32 nonce => bool)) public authorizationState;

    /// @inheritdoc IERC3009
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        Authorization memory given = Authorization(from, to, value, validAfter, validBefore, nonce);
        _moveAuthorized(_TRANSFER_TYPEHASH, given, abi.encodePacked(r, s, v));
    }

    /// @inheritdoc IERC3009
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        require(msg.sender == to, CallerNotPayee(msg.sender, to));
        Authorization memory given = Authorization(from, to, value, validAfter, validBefore, nonce);
        _moveAuthorized(_RECEIVE_TYPEHASH, given, abi.encodePacked(r, s, v));
    }

    /// @inheritdoc IERC3009
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 structHash = keccak256(abi.encode(_CANCEL_TYPEHASH, authorizer, nonce));
        _spend(authorizer, nonce, structHash, abi.encodePacked(r, s, v));
        emit AuthorizationCanceled(authorizer, nonce);
    }

    function _moveAuthorized(bytes32 typehash, Authorization memory given, bytes memory signature) private {
        require(block.timestamp > given.validAfter, AuthorizationNotYetValid(given.validAfter));
        require(block.timestamp < given.validBefore, AuthorizationExpired(given.validBefore));
        (address from, address to) = (given.from, given.to);
        _spend(from, given.nonce, keccak256(abi.encode(typehash, given)), signature);
        emit AuthorizationUsed(from, given.nonce);
        TokenState state = _currentState();
        uint8 code = _tokenCode(state);
        if (code == Restrictions.NONE) code = state.rules().admit(from, to, given.value);
        if (code != Restrictions.NONE) _refuse(code, from, from, to);
        _move(state, from, to, given.value);
    }

    function _spend(address authorizer, bytes32 nonce, bytes32 structHash, bytes memory signature) private {
        require(!authorizationState[authorizer][nonce], AuthorizationSpent(authorizer, nonce));
        bool signed = Signatures.isSigned(authorizer, _hashTypedDataV4(structHash), signature);
        require(signed, SignatureInvalid(authorizer));
        authorizationState[authorizer][nonce] = true;
    }
}

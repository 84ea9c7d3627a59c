// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ShortString, ShortStrings} from "@openzeppelin/contracts/utils/ShortStrings.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IERC1404} from "../interfaces/IERC1404.sol";
import {IERC7943Fungible} from "../interfaces/IERC7943Fungible.sol";
import {IPermissionedToken} from "../interfaces/IPermissionedToken.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {Account} from "../libraries/Account.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {TokenState} from "../libraries/TokenState.sol";
import {TokenLedger} from "./TokenLedger.sol";

/// @title PermissionedToken
/// @notice The part that series and cash share: one question to the rules a move, one slot an account, one slot of state.
abstract contract PermissionedToken is TokenLedger, IERC20Permit, IERC5267, AccessManaged, Nonces {
    using ShortStrings for *;

    bytes32 private constant _PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 private constant _DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    string private constant _VERSION = "1";
    uint256 private constant _PAUSE = 3 days;
    /// One after another. The id of ERC-7943 leaves out the inherited supportsInterface, as `type().interfaceId` does.
    bytes32 private constant _INTERFACES = bytes32(type(IERC165).interfaceId)
        | (bytes32(type(IERC20).interfaceId) >> 32) | (bytes32(type(IERC20Metadata).interfaceId) >> 64)
        | (bytes32(type(IERC20Permit).interfaceId) >> 96) | (bytes32(type(IERC1404).interfaceId) >> 128)
        | (bytes32(type(IERC7943Fungible).interfaceId) >> 160);

    ShortString private immutable _NAME;
    ShortString private immutable _SYMBOL;

    mapping(address owner => mapping(address spender => uint256)) private _allowances; // [1e6]

    constructor(address authority_, ITransferRules rules_, string memory name_, string memory symbol_)
        AccessManaged(authority_)
    {
        _NAME = name_.toShortString();
        _SYMBOL = symbol_.toShortString();
        _state = TokenState.wrap(0).withRules(rules_);
    }

    /// @inheritdoc IERC20
    function transfer(address to, uint256 amount) external returns (bool) {
        TokenState state = _currentState();
        uint8 code = _tokenCode(state);
        if (code == Restrictions.NONE) code = state.rules().admit(msg.sender, to, amount);
        if (code != Restrictions.NONE) _refuse(code, msg.sender, msg.sender, to);
        _move(state, msg.sender, to, amount);
        return true;
    }

    /// @inheritdoc IERC20
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        TokenState state = _currentState();
        uint8 code = _operatorCode(state, state.rules().admitOperator, from, to, amount);
        if (code != Restrictions.NONE) _refuse(code, msg.sender, from, to);
        _spendAllowance(from, msg.sender, amount);
        _move(state, from, to, amount);
        return true;
    }

    /// @inheritdoc IPermissionedToken
    function pull(address from, address to, uint256 amount) external returns (bool pulled, uint256 available) {
        TokenState state = _currentState();
        mapping(address spender => uint256) storage allowances = _allowances[from];
        uint256 allowed = allowances[msg.sender];
        available = Math.min(allowed, _free(from, _accounts[from].value));
        // Nothing is not an amount: who asks for it moves nothing. The rules are asked only for what then moves.
        if (amount == 0 || amount > available) return (false, available);
        uint8 code = _operatorCode(state, state.rules().admitOperator, from, to, amount);
        if (code != Restrictions.NONE) return (false, 0);
        if (allowed != type(uint256).max) allowances[msg.sender] = allowed - amount;
        _move(state, from, to, amount);
        return (true, available);
    }

    /// @inheritdoc IPermissionedToken
    function moveByRight(address from, address to, uint256 amount) external returns (bool) {
        TokenState state = _currentState();
        uint8 code = _operatorCode(state, state.rules().admitMover, from, to, amount);
        if (code != Restrictions.NONE) _refuse(code, msg.sender, from, to);
        _move(state, from, to, amount);
        return true;
    }

    /// @inheritdoc IERC20
    function approve(address spender, uint256 amount) external returns (bool) {
        _approve(msg.sender, spender, amount);
        return true;
    }

    /// @inheritdoc IERC20Permit
    /// @dev Obeys freeze and pause: a wholly frozen owner or a paused token takes no permit.
    /// Errors: `PermitExpired`, `TransferRestricted`, `SignatureInvalid`.
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        require(block.timestamp <= deadline, PermitExpired(deadline));
        uint8 code = _tokenCode(_state);
        if (code != Restrictions.NONE) _refuse(code, owner, owner, spender);
        uint256 frozen = _frozen[owner];
        bool whollyFrozen = frozen != 0 && frozen >= _accounts[owner].value.balance();
        require(!whollyFrozen, TransferRestricted(Restrictions.FROZEN_OR_PLEDGED, owner));
        bytes32 structHash = keccak256(abi.encode(_PERMIT_TYPEHASH, owner, spender, value, _useNonce(owner), deadline));
        bool signed = Signatures.isSigned(owner, _hashTypedDataV4(structHash), abi.encodePacked(r, s, v));
        require(signed, SignatureInvalid(owner));
        _approve(owner, spender, value);
    }

    /// @inheritdoc IERC7943Fungible
    function forcedTransfer(address from, address to, uint256 amount) external restricted returns (bool) {
        TokenState state = _currentState();
        _requireReceiver(state, _lifeCode(state), to);
        _requireInvestor(from);
        Account account = _accounts[from].value;
        uint256 balance = account.balance();
        require(amount <= balance, ERC20InsufficientBalance(from, balance, amount));
        uint256 unpledged = balance - _pledged(from, account);
        require(amount <= unpledged, ERC7943InsufficientUnfrozenBalance(from, amount, unpledged));
        if (from != to) _unfreezeFor(from, account, amount);
        // What a wholly frozen wallet loses stays below what is frozen, so the free balance is not asked again.
        _shift(state, _accounts[from], from, to, amount);
        emit ForcedTransfer(from, to, amount);
        return true;
    }

    /// @inheritdoc IERC7943Fungible
    function setFrozenTokens(address account, uint256 amount) external restricted returns (bool) {
        _requireInvestor(account);
        _setFrozen(account, amount);
        return true;
    }

    /// @inheritdoc IPermissionedToken
    function pause() external restricted {
        _pauseUntil(block.timestamp + _PAUSE);
    }

    /// @inheritdoc IPermissionedToken
    function renewPause() external restricted {
        require(pausedUntil() != 0, NotPaused());
        _pauseUntil(block.timestamp + _PAUSE);
    }

    /// @inheritdoc IPermissionedToken
    function unpause() external restricted {
        _pauseUntil(0);
    }

    /// @inheritdoc IERC20Metadata
    function name() public view returns (string memory) {
        return _NAME.toString();
    }

    /// @inheritdoc IERC20Metadata
    function symbol() external view returns (string memory) {
        return _SYMBOL.toString();
    }

    /// @inheritdoc IERC20Metadata
    function decimals() external pure returns (uint8) {
        return 6;
    }

    /// @inheritdoc IERC20
    function totalSupply() public view returns (uint256) {
        return _accounts[SUPPLY].value.balance();
    }

    /// @inheritdoc IERC20
    function balanceOf(address account) external view returns (uint256) {
        return account == SUPPLY ? 0 : _accounts[account].value.balance();
    }

    /// @inheritdoc IERC20
    function allowance(address owner, address spender) external view returns (uint256) {
        return _allowances[owner][spender];
    }

    /// @inheritdoc IERC20Permit
    function nonces(address owner) public view override(IERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @inheritdoc IERC20Permit
    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        bytes32 named = keccak256(bytes(name()));
        return keccak256(abi.encode(_DOMAIN_TYPEHASH, named, keccak256(bytes(_VERSION)), block.chainid, address(this)));
    }

    /// @inheritdoc IERC5267
    function eip712Domain()
        external
        view
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory extensions)
    {
        return (hex"0f", name(), _VERSION, block.chainid, address(this), 0, extensions);
    }

    /// @inheritdoc IERC7943Fungible
    function canSend(address account) external view returns (bool) {
        return _standing(_state.rules().sendCode, account) == Restrictions.NONE;
    }

    /// @inheritdoc IERC7943Fungible
    function canReceive(address account) external view returns (bool) {
        return _standing(_state.rules().receiveCode, account) == Restrictions.NONE;
    }

    /// @inheritdoc IERC7943Fungible
    function getFrozenTokens(address account) external view returns (uint256) {
        return _frozen[account];
    }

    /// @inheritdoc IERC7943Fungible
    function canTransfer(address from, address to, uint256 amount) external view returns (bool) {
        return detectTransferRestriction(from, to, amount) == Restrictions.NONE;
    }

    /// @inheritdoc IERC1404
    function detectTransferRestriction(address from, address to, uint256 amount) public view returns (uint8 code) {
        code = _tokenCode(_state);
        if (code == Restrictions.NONE) code = _state.rules().check(from, to, amount);
        if (code != Restrictions.NONE) return code;
        Account account = _accounts[from].value;
        if (amount <= account.balance() && amount > _free(from, account)) return Restrictions.FROZEN_OR_PLEDGED;
    }

    /// @inheritdoc IERC1404
    function messageForTransferRestriction(uint8 code) external view returns (string memory) {
        return _state.rules().messageOf(code);
    }

    /// @inheritdoc IPermissionedToken
    function pausedUntil() public view returns (uint256) {
        uint256 until = _state.pausedUntil();
        return block.timestamp < until ? until : 0;
    }

    /// @inheritdoc IPermissionedToken
    function allowlist() external view returns (ITransferRules) {
        return _state.rules();
    }

    /// @inheritdoc IPermissionedToken
    function freeBalanceOf(address account) external view returns (uint256) {
        return account == SUPPLY ? 0 : _free(account, _accounts[account].value);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view virtual returns (bool) {
        bytes32 ids = _INTERFACES;
        while (ids != 0 && bytes4(ids) != interfaceId) ids <<= 32;
        return ids != 0;
    }

    /// @dev The domain is reckoned each time: kept in the code it would cost a series more than its permits.
    function _hashTypedDataV4(bytes32 structHash) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(DOMAIN_SEPARATOR(), structHash);
    }

    function _pauseUntil(uint256 until) private {
        _state = _state.withPausedUntil(until);
        emit PausedUntil(until);
    }

    function _approve(address owner, address spender, uint256 amount) private {
        require(spender != address(0), ERC20InvalidSpender(spender));
        _allowances[owner][spender] = amount;
        emit Approval(owner, spender, amount);
    }

    function _spendAllowance(address owner, address spender, uint256 amount) private {
        uint256 allowed = _allowances[owner][spender];
        if (allowed == type(uint256).max) return;
        require(amount <= allowed, ERC20InsufficientAllowance(spender, allowed, amount));
        _allowances[owner][spender] = allowed - amount;
    }
}

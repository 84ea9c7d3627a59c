// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ShortString, ShortStrings} from "@openzeppelin/contracts/utils/ShortStrings.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAllowlist} from "../interfaces/IAllowlist.sol";
import {IERC1404} from "../interfaces/IERC1404.sol";
import {IERC7943Fungible} from "../interfaces/IERC7943Fungible.sol";
import {IPermissionedToken} from "../interfaces/IPermissionedToken.sol";
import {Account, AccountLib} from "../libraries/Account.sol";
import {Restrictions} from "../libraries/Restrictions.sol";

/// @title PermissionedToken
/// @notice The part that series and cash share: one call to the Allowlist a move, one slot an account, one slot of state.
abstract contract PermissionedToken is IPermissionedToken, IERC20Permit, AccessManaged, EIP712, Nonces {
    using ShortStrings for *;

    /// @dev One slot, read once a move. Record days are day numbers in Pakistan, 0 when there is none; series use them, cash does not.
    struct State {
        IAllowlist allowlist;
        uint40 pausedUntil;
        uint24 lastRecordDay;
        uint24 nextRecordDay;
    }

    bytes32 private constant _PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    uint256 private constant _PAUSE = 3 days;
    /// The supply is the account of nobody: it passes through the same record dates as everybody's.
    address internal constant SUPPLY = address(0);

    ShortString private immutable _SYMBOL;

    State internal _state;
    mapping(address holder => Account) internal _accounts;
    mapping(address holder => uint256) private _frozen; // [1e6]
    mapping(address owner => mapping(address spender => uint256)) private _allowances; // [1e6]

    constructor(address authority_, IAllowlist allowlist_, string memory name_, string memory symbol_)
        AccessManaged(authority_)
        EIP712(name_, "1")
    {
        _SYMBOL = symbol_.toShortString();
        _state.allowlist = allowlist_;
    }

    /// @inheritdoc IERC20
    function transfer(address to, uint256 amount) external returns (bool) {
        _requireUnrestricted(_restriction(msg.sender, msg.sender, to), msg.sender, msg.sender, to);
        _move(msg.sender, to, amount);
        return true;
    }

    /// @inheritdoc IERC20
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _requireUnrestricted(_restriction(msg.sender, from, to), msg.sender, from, to);
        _spendAllowance(from, msg.sender, amount);
        _move(from, to, amount);
        return true;
    }

    /// @inheritdoc IPermissionedToken
    function moveByRight(address from, address to, uint256 amount) external returns (bool) {
        uint8 code = _tokenCode();
        if (code == Restrictions.NONE) code = _state.allowlist.checkMover(msg.sender, from, to);
        _requireUnrestricted(code, msg.sender, from, to);
        _move(from, to, amount);
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
        _requireUnrestricted(_tokenCode(), owner, owner, spender);
        uint256 frozen = _frozen[owner];
        bool whollyFrozen = frozen != 0 && frozen >= _accounts[owner].balance();
        require(!whollyFrozen, TransferRestricted(Restrictions.FROZEN_OR_PLEDGED, owner));
        bytes32 structHash = keccak256(abi.encode(_PERMIT_TYPEHASH, owner, spender, value, _useNonce(owner), deadline));
        bool signed =
            SignatureChecker.isValidSignatureNow(owner, _hashTypedDataV4(structHash), abi.encodePacked(r, s, v));
        require(signed, SignatureInvalid(owner));
        _approve(owner, spender, value);
    }

    /// @inheritdoc IERC7943Fungible
    function forcedTransfer(address from, address to, uint256 amount) external restricted returns (bool) {
        _requireUnrestricted(_lifeCode(), from, from, to);
        _requireInvestor(from);
        uint8 code = _state.allowlist.receiveCode(to);
        require(code == Restrictions.NONE, TransferRestricted(code, to));
        Account account = _accounts[from];
        uint256 balance = account.balance();
        require(amount <= balance, ERC20InsufficientBalance(from, balance, amount));
        uint256 unpledged = balance - _pledged(from, account);
        require(amount <= unpledged, ERC7943InsufficientUnfrozenBalance(from, amount, unpledged));
        if (from != to) _unfreezeFor(from, account, amount);
        _shift(from, to, amount);
        emit ForcedTransfer(from, to, amount);
        return true;
    }

    /// @inheritdoc IERC7943Fungible
    function setFrozenTokens(address account, uint256 amount) external restricted returns (bool) {
        require(account != SUPPLY, ERC20InvalidSender(account));
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
    function name() external view returns (string memory) {
        return _EIP712Name();
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
        return _accounts[SUPPLY].balance();
    }

    /// @inheritdoc IERC20
    function balanceOf(address account) external view returns (uint256) {
        return account == SUPPLY ? 0 : _accounts[account].balance();
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
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @inheritdoc IERC7943Fungible
    function canSend(address account) external view returns (bool) {
        return _state.allowlist.sendCode(account) == Restrictions.NONE;
    }

    /// @inheritdoc IERC7943Fungible
    function canReceive(address account) external view returns (bool) {
        return _state.allowlist.receiveCode(account) == Restrictions.NONE;
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
        // The Allowlist takes a zero sender for an issue, and nobody transfers from it.
        if (from == SUPPLY) return Restrictions.SENDER;
        code = _restriction(from, from, to);
        if (code != Restrictions.NONE) return code;
        Account account = _accounts[from];
        if (amount <= account.balance() && amount > _free(from, account)) return Restrictions.FROZEN_OR_PLEDGED;
    }

    /// @inheritdoc IERC1404
    function messageForTransferRestriction(uint8 code) external view returns (string memory) {
        return _state.allowlist.messageOf(code);
    }

    /// @inheritdoc IPermissionedToken
    function pausedUntil() public view returns (uint256) {
        uint256 until = _state.pausedUntil;
        return block.timestamp < until ? until : 0;
    }

    /// @inheritdoc IPermissionedToken
    function allowlist() external view returns (IAllowlist) {
        return _state.allowlist;
    }

    /// @inheritdoc IPermissionedToken
    function freeBalanceOf(address account) external view returns (uint256) {
        return account == SUPPLY ? 0 : _free(account, _accounts[account]);
    }

    /// @inheritdoc IPermissionedToken
    function pullable(address operator, address from, address to) external view returns (uint256) {
        if (from == SUPPLY || _restriction(operator, from, to) != Restrictions.NONE) return 0;
        return Math.min(_allowances[from][operator], _free(from, _accounts[from]));
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view virtual returns (bool) {
        return interfaceId == type(IERC165).interfaceId || interfaceId == type(IERC20).interfaceId
            || interfaceId == type(IERC20Metadata).interfaceId || interfaceId == type(IERC20Permit).interfaceId
            || interfaceId == type(IERC1404).interfaceId
            // The id of ERC-7943 leaves out the inherited supportsInterface, as `type().interfaceId` does.
            || interfaceId == type(IERC7943Fungible).interfaceId;
    }

    /// @dev Every change of a balance ends here; a series stores what a record date needs before it writes.
    function _write(address holder, Account account, uint256 balance) internal virtual {
        _accounts[holder] = account.withBalance(balance);
    }

    /// @dev The face of `holder` that a creditor holds; only a series knows liens.
    function _pledged(address holder, Account account) internal view virtual returns (uint256);

    /// @dev A rule of the token itself that no office can lift, such as maturity.
    function _lifeCode() internal view virtual returns (uint8);

    function _credit(address receiver, uint256 amount) internal {
        Account account = _accounts[receiver];
        _write(receiver, account, account.balance() + amount);
        emit Transfer(SUPPLY, receiver, amount);
    }

    function _debit(address holder, uint256 amount) internal {
        Account account = _accounts[holder];
        _requireFree(holder, account, amount);
        _write(holder, account, account.balance() - amount);
        emit Transfer(holder, SUPPLY, amount);
    }

    /// @dev An issue has no sender; its operator is known to the caller.
    function _requireReceiver(address receiver) internal view {
        _requireUnrestricted(_restriction(SUPPLY, SUPPLY, receiver), SUPPLY, SUPPLY, receiver);
    }

    function _requireUnrestricted(uint8 code, address operator, address from, address to) internal view {
        if (code == Restrictions.NONE) return;
        address account = address(this);
        if (code >= Restrictions.OPERATOR) account = operator;
        else if (code >= Restrictions.RECEIVER) account = to;
        else if (code >= Restrictions.SENDER) account = from;
        revert TransferRestricted(code, account);
    }

    function _pauseUntil(uint256 until) private {
        _state.pausedUntil = uint40(until);
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

    function _move(address from, address to, uint256 amount) private {
        _requireFree(from, _accounts[from], amount);
        _shift(from, to, amount);
    }

    /// @dev To oneself nothing is written: neither balance nor record date may notice.
    function _shift(address from, address to, uint256 amount) private {
        if (from != to) {
            Account source = _accounts[from];
            Account target = _accounts[to];
            _write(from, source, source.balance() - amount);
            _write(to, target, target.balance() + amount);
        }
        emit Transfer(from, to, amount);
    }

    function _setFrozen(address holder, uint256 amount) private {
        _frozen[holder] = amount;
        _accounts[holder] = _accounts[holder].withFlag(AccountLib.FLAG_FROZEN, amount != 0);
        emit Frozen(holder, amount);
    }

    function _unfreezeFor(address holder, Account account, uint256 amount) private {
        uint256 free = _free(holder, account);
        if (amount > free) _setFrozen(holder, _frozen[holder] - (amount - free));
    }

    function _requireFree(address holder, Account account, uint256 amount) private view {
        uint256 balance = account.balance();
        require(amount <= balance, ERC20InsufficientBalance(holder, balance, amount));
        if (!account.isEncumbered()) return;
        uint256 free = _free(holder, account);
        require(amount <= free, ERC7943InsufficientUnfrozenBalance(holder, amount, free));
    }

    function _free(address holder, Account account) private view returns (uint256) {
        uint256 balance = account.balance();
        if (!account.isEncumbered()) return balance;
        return Math.saturatingSub(balance - _pledged(holder, account), _frozen[holder]);
    }

    /// @dev What the system keeps for others (the PayingAgent's cash) is out of reach of every office.
    function _requireInvestor(address account) private view {
        require(!_state.allowlist.recordOf(account).isSystem(), SystemAccountProtected(account));
    }

    /// @dev The order is the cheapest first; the Allowlist is asked once.
    function _restriction(address operator, address from, address to) private view returns (uint8 code) {
        code = _tokenCode();
        if (code == Restrictions.NONE) code = _state.allowlist.check(operator, from, to);
    }

    function _tokenCode() private view returns (uint8) {
        return block.timestamp < _state.pausedUntil ? Restrictions.TOKEN_PAUSED : _lifeCode();
    }
}

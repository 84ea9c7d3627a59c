// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IPermissionedToken} from "../interfaces/IPermissionedToken.sol";
import {Account, AccountLib} from "../libraries/Account.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {TokenState} from "../libraries/TokenState.sol";

/// @title TokenLedger
/// @notice Accounts, freezes and the rule of a move, without a way in: what `PermissionedToken` opens to the outside.
abstract contract TokenLedger is IPermissionedToken {
    /// @dev A struct of one word, so that its place is computed once a move.
    struct AccountSlot {
        Account value;
    }

    /// The supply is the account of nobody: it passes through the same record dates as everybody's.
    address internal constant SUPPLY = address(0);

    TokenState internal _state;
    mapping(address holder => AccountSlot) internal _accounts;
    mapping(address holder => uint256) internal _frozen; // [1e6]

    /// @dev The state that holds now; a series brings its record dates up to date first.
    function _currentState() internal virtual returns (TokenState) {
        return _state;
    }

    /// @dev Called before every change of a balance: a series stores what a record date needs, and marks the account.
    function _touched(TokenState, address, Account account) internal virtual returns (Account) {
        return account;
    }

    /// @dev The face of `holder` that a creditor holds; only a series knows liens.
    function _pledged(address holder, Account account) internal view virtual returns (uint256);

    /// @dev A rule of the token itself that no office can lift, such as maturity.
    function _lifeCode(TokenState state) internal view virtual returns (uint8);

    /// @dev Creates `amount` for `receiver`; the supply follows by `_raiseSupply`, once a batch.
    function _credit(TokenState state, address receiver, uint256 amount) internal {
        AccountSlot storage slot = _accounts[receiver];
        slot.value = _touched(state, receiver, slot.value).plus(amount);
        emit Transfer(SUPPLY, receiver, amount);
    }

    /// @dev Destroys `amount` of `holder`'s free balance; the supply follows by `_lowerSupply`, once a batch.
    function _debit(TokenState state, address holder, uint256 amount) internal {
        AccountSlot storage slot = _accounts[holder];
        Account account = slot.value;
        _requireFree(holder, account, amount);
        slot.value = _touched(state, holder, account).minus(amount);
        emit Transfer(holder, SUPPLY, amount);
    }

    /// @dev Moves `amounts` out of the free balance of `from`, which is written once.
    function _spread(TokenState state, address from, address[] calldata receivers, uint256[] calldata amounts)
        internal
    {
        uint256 total;
        for (uint256 i = 0; i < amounts.length; ++i) {
            total += amounts[i];
        }
        AccountSlot storage source = _accounts[from];
        _requireFree(from, source.value, total);
        source.value = _touched(state, from, source.value).minus(total);
        for (uint256 i = 0; i < amounts.length; ++i) {
            AccountSlot storage target = _accounts[receivers[i]];
            target.value = _touched(state, receivers[i], target.value).plus(amounts[i]);
            emit Transfer(from, receivers[i], amounts[i]);
        }
    }

    /// @dev No balance passes 128 bits while the supply, their sum, does not: a batch that would is undone here.
    function _raiseSupply(TokenState state, uint256 amount) internal {
        SafeCast.toUint128(_accounts[SUPPLY].value.balance() + amount);
        _accounts[SUPPLY].value = _touched(state, SUPPLY, _accounts[SUPPLY].value).plus(amount);
    }

    function _lowerSupply(TokenState state, uint256 amount) internal {
        _accounts[SUPPLY].value = _touched(state, SUPPLY, _accounts[SUPPLY].value).minus(amount);
    }

    /// @dev For a batch: the rules are asked once. An issue comes from nobody.
    function _requireAll(TokenState state, address from, address[] calldata receivers, uint256[] calldata amounts)
        internal
    {
        uint8 code = _tokenCode(state);
        address account = address(this);
        if (code == Restrictions.NONE) (code, account) = state.rules().admitAll(from, receivers, amounts);
        if (code < Restrictions.SENDER) account = address(this);
        require(code == Restrictions.NONE, TransferRestricted(code, account));
    }

    /// @dev `code` is what stands against a move at all.
    function _requireReceiver(TokenState state, uint8 code, address receiver) internal view {
        if (code == Restrictions.NONE) code = _standing(state.rules().receiveCode, receiver);
        if (code != Restrictions.NONE) _refuse(code, SUPPLY, SUPPLY, receiver);
    }

    /// @dev Names who the rule concerns: a party, or the token itself.
    function _refuse(uint8 code, address operator, address from, address to) internal view {
        address account = address(this);
        if (code >= Restrictions.OPERATOR) account = operator;
        else if (code >= Restrictions.RECEIVER) account = to;
        else if (code >= Restrictions.SENDER) account = from;
        revert TransferRestricted(code, account);
    }

    /// @dev To oneself nothing is written: neither balance nor record date may notice.
    function _move(TokenState state, address from, address to, uint256 amount) internal {
        AccountSlot storage source = _accounts[from];
        if (!source.value.covers(amount)) _requireFree(from, source.value, amount);
        _shift(state, source, from, to, amount);
    }

    function _shift(TokenState state, AccountSlot storage source, address from, address to, uint256 amount) internal {
        if (from != to) {
            Account account = source.value;
            source.value = _touched(state, from, account).minus(amount);
            AccountSlot storage target = _accounts[to];
            target.value = _touched(state, to, target.value).plus(amount);
        }
        emit Transfer(from, to, amount);
    }

    function _setFrozen(address holder, uint256 amount) internal {
        _frozen[holder] = amount;
        _setFlag(holder, AccountLib.FLAG_FROZEN, amount != 0);
        emit Frozen(holder, amount);
    }

    function _setFlag(address holder, uint256 flag, bool on) internal {
        AccountSlot storage slot = _accounts[holder];
        slot.value = slot.value.withFlag(flag, on);
    }

    function _unfreezeFor(address holder, Account account, uint256 amount) internal {
        uint256 free = _free(holder, account);
        if (amount > free) _setFrozen(holder, _frozen[holder] - (amount - free));
    }

    function _requireFree(address holder, Account account, uint256 amount) internal view {
        uint256 balance = account.balance();
        require(amount <= balance, ERC20InsufficientBalance(holder, balance, amount));
        if (!account.isEncumbered()) return;
        uint256 free = _free(holder, account);
        require(amount <= free, ERC7943InsufficientUnfrozenBalance(holder, amount, free));
    }

    function _free(address holder, Account account) internal view returns (uint256) {
        uint256 balance = account.balance();
        if (!account.isEncumbered()) return balance;
        return Math.saturatingSub(balance - _pledged(holder, account), _frozen[holder]);
    }

    /// @dev What the system keeps for others (the PayingAgent's cash) is out of reach of every office.
    function _requireInvestor(address account) internal view {
        // The account of nobody is the supply: an office that took from it would issue.
        require(account != SUPPLY, ERC20InvalidSender(account));
        require(!_state.rules().recordOf(account).isSystem(), SystemAccountProtected(account));
    }

    /// @dev The order is the cheapest first; the rules are asked once. By allowance or by right differs in the question.
    function _operatorCode(
        TokenState state,
        function(address, address, address, uint256) external returns (uint8) question,
        address from,
        address to,
        uint256 amount
    ) internal returns (uint8 code) {
        code = _tokenCode(state);
        if (code == Restrictions.NONE) code = question(msg.sender, from, to, amount);
    }

    /// @dev One call for all questions about a single party: a call's code is 80 bytes.
    function _standing(function(address) external view returns (uint8) question, address account)
        internal
        view
        returns (uint8)
    {
        return question(account);
    }

    function _tokenCode(TokenState state) internal view returns (uint8) {
        return block.timestamp < state.pausedUntil() ? Restrictions.TOKEN_PAUSED : _lifeCode(state);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {Account} from "../libraries/Account.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {TokenState} from "../libraries/TokenState.sol";
import {PermissionedToken} from "./PermissionedToken.sol";

/// @title CashToken
/// @notice The national stablecoin. A minter's limit is its authorisation: the most that it may have outstanding.
contract CashToken is ICashToken, PermissionedToken {
    using SafeCast for uint256;

    struct Minter {
        uint128 limit; // [1e6]
        uint128 minted; // [1e6]
    }

    /// @inheritdoc ICashToken
    bytes3 public immutable currency;

    mapping(address minter => Minter) private _minters;

    constructor(
        address authority_,
        ITransferRules allowlist_,
        string memory name_,
        string memory symbol_,
        bytes3 currency_
    ) PermissionedToken(authority_, allowlist_, name_, symbol_) {
        currency = currency_;
    }

    /// @inheritdoc ICashToken
    function mint(address to, uint256 amount) external {
        require(amount != 0, AmountZero());
        Minter storage minter = _minters[msg.sender];
        uint256 left = Math.saturatingSub(minter.limit, minter.minted);
        require(amount <= left, MinterLimitExceeded(msg.sender, amount, left));
        TokenState state = _currentState();
        _requireReceiver(state, _tokenCode(state), to);
        minter.minted += amount.toUint128();
        _raiseSupply(state, amount);
        _credit(state, to, amount);
        emit Minted(msg.sender, to, amount);
    }

    /// @inheritdoc ICashToken
    function burn(uint256 amount) external {
        require(amount != 0, AmountZero());
        Minter storage minter = _minters[msg.sender];
        require(amount <= minter.minted, BurnAboveMinted(msg.sender, amount, minter.minted));
        minter.minted -= amount.toUint128();
        TokenState state = _currentState();
        _debit(state, msg.sender, amount);
        _lowerSupply(state, amount);
        emit Burned(msg.sender, amount);
    }

    /// @inheritdoc ICashToken
    function transferBatch(address[] calldata receivers, uint256[] calldata amounts) external returns (bool) {
        require(receivers.length == amounts.length, BatchInvalid(receivers.length, amounts.length));
        TokenState state = _currentState();
        _requireAll(state, msg.sender, receivers, amounts);
        _spread(state, msg.sender, receivers, amounts);
        return true;
    }

    /// @inheritdoc ICashToken
    function loosenMinterLimit(address minter, uint256 limit) external restricted {
        require(limit > _minters[minter].limit, DirectionInvalid(limit, _minters[minter].limit));
        _setLimit(minter, limit);
    }

    /// @inheritdoc ICashToken
    function tightenMinterLimit(address minter, uint256 limit) external restricted {
        require(limit < _minters[minter].limit, DirectionInvalid(limit, _minters[minter].limit));
        _setLimit(minter, limit);
    }

    /// @inheritdoc ICashToken
    function minterOf(address minter) external view returns (uint256, uint256) {
        return (_minters[minter].limit, _minters[minter].minted);
    }

    function _setLimit(address minter, uint256 limit) private {
        _minters[minter].limit = limit.toUint128();
        emit MinterLimitChanged(minter, limit);
    }

    function _pledged(address, Account) internal pure override returns (uint256) {
        return 0;
    }

    function _lifeCode(TokenState) internal pure override returns (uint8) {
        return Restrictions.NONE;
    }
}

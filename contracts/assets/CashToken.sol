// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAttestations} from "../interfaces/IAttestations.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {Account} from "../libraries/Account.sol";
import {Record} from "../libraries/Record.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {TokenState} from "../libraries/TokenState.sol";
import {Authorizations} from "./Authorizations.sol";
import {PermissionedToken} from "./PermissionedToken.sol";

/// @title CashToken
/// @notice The national stablecoin, or central-bank money. A minter's limit and rate are its authorisation.
contract CashToken is ICashToken, Authorizations {
    using SafeCast for uint256;

    /// @dev The first slot is what offices set, the second what a mint writes.
    struct Minter {
        uint128 limit; // [1e6]
        uint88 perDay; // [1e6]
        MinterKind kind;
        int128 minted; // below zero where a vault's debtors repaid fees that it has not minted yet [1e6]
        uint88 left; // in the bucket at `filledAt` [1e6]
        uint40 filledAt;
    }

    uint256 private constant _BPS = 10_000;

    /// @inheritdoc ICashToken
    bytes3 public immutable currency;
    /// @inheritdoc ICashToken
    uint8 public immutable distributionTier;
    /// @inheritdoc ICashToken
    IAttestations public immutable reserves;

    mapping(address minter => Minter) private _minters;
    uint128 private _reserveMinted; // [1e6]
    int128 private _vaultMinted; // [1e6]
    uint128 private _converted; // [1e6]
    uint128 private _vaultShareBps;

    constructor(
        address authority_,
        ITransferRules rules_,
        IAttestations reserves_,
        string memory name_,
        string memory symbol_,
        bytes3 currency_,
        uint8 distributionTier_
    ) PermissionedToken(authority_, rules_, name_, symbol_) {
        reserves = reserves_;
        currency = currency_;
        distributionTier = distributionTier_;
    }

    /// @inheritdoc ICashToken
    function mint(address to, uint256 amount) external {
        require(amount != 0, AmountZero());
        _book(amount);
        TokenState state = _currentState();
        _requireIssue(state, to, amount);
        _raiseSupply(state, amount);
        _credit(state, to, amount);
        emit Minted(msg.sender, to, amount);
    }

    /// @inheritdoc ICashToken
    function burn(uint256 amount) external {
        _burn(_minters[msg.sender], msg.sender, amount);
    }

    /// @inheritdoc ICashToken
    function burnFor(address minter, uint256 amount) external {
        Minter storage known = _minters[minter];
        require(known.kind != MinterKind.VAULT, MinterKindInvalid(minter, known.kind));
        _burn(known, minter, amount);
    }

    /// @inheritdoc ICashToken
    function burnFrom(address payer, uint256 amount) external {
        Minter storage vault = _minters[msg.sender];
        require(vault.kind == MinterKind.VAULT, MinterKindInvalid(msg.sender, vault.kind));
        // The account of nobody is the supply.
        require(payer != SUPPLY, ERC20InvalidSender(payer));
        TokenState state = _currentState();
        _release(vault, msg.sender, amount);
        AccountSlot storage slot = _accounts[payer];
        Account account = slot.value;
        uint256 balance = account.balance();
        require(amount <= balance, ERC20InsufficientBalance(payer, balance, amount));
        slot.value = _touched(state, payer, account).minus(amount);
        _lowerSupply(state, amount);
        emit Transfer(payer, SUPPLY, amount);
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
    function loosenMinterRate(address minter, uint256 perDay) external restricted {
        uint256 old = _minters[minter].perDay;
        require(perDay > old, DirectionInvalid(perDay, old));
        _setRate(minter, perDay, _leftOf(_minters[minter]) + (perDay - old));
    }

    /// @inheritdoc ICashToken
    function tightenMinterRate(address minter, uint256 perDay) external restricted {
        require(perDay < _minters[minter].perDay, DirectionInvalid(perDay, _minters[minter].perDay));
        _setRate(minter, perDay, Math.min(_leftOf(_minters[minter]), perDay));
    }

    /// @inheritdoc ICashToken
    function setMinterKind(address minter, MinterKind kind) external restricted {
        Minter storage known = _minters[minter];
        require(known.minted == 0, MinterHasOutstanding(minter, _outstanding(known)));
        known.kind = kind;
        emit MinterKindChanged(minter, kind);
    }

    /// @inheritdoc ICashToken
    function loosenVaultShare(uint256 bps) external restricted {
        require(bps > _vaultShareBps && bps <= _BPS, DirectionInvalid(bps, _vaultShareBps));
        _setVaultShare(bps);
    }

    /// @inheritdoc ICashToken
    function tightenVaultShare(uint256 bps) external restricted {
        require(bps < _vaultShareBps, DirectionInvalid(bps, _vaultShareBps));
        _setVaultShare(bps);
    }

    /// @inheritdoc ICashToken
    function minterOf(address minter) external view returns (uint256, uint256) {
        return (_minters[minter].limit, _outstanding(_minters[minter]));
    }

    /// @inheritdoc ICashToken
    function mintedOf(address minter) external view returns (int256) {
        return _minters[minter].minted;
    }

    /// @inheritdoc ICashToken
    function bucketOf(address minter) external view returns (uint256, uint256) {
        return (_minters[minter].perDay, _leftOf(_minters[minter]));
    }

    /// @inheritdoc ICashToken
    function kindOf(address minter) external view returns (MinterKind) {
        return _minters[minter].kind;
    }

    /// @inheritdoc ICashToken
    function ledgers() external view returns (uint256, int256, uint256) {
        return (_reserveMinted, _vaultMinted, _converted);
    }

    /// @inheritdoc ICashToken
    function vaultShareBps() external view returns (uint256) {
        return _vaultShareBps;
    }

    /// @dev Counts `amount` against the caller's limit, its bucket and its ledger.
    function _book(uint256 amount) private {
        Minter storage minter = _minters[msg.sender];
        uint256 left = Math.saturatingSub(minter.limit, _outstanding(minter));
        require(amount <= left, MinterLimitExceeded(msg.sender, amount, left));
        left = _leftOf(minter);
        require(amount <= left, MinterRateExceeded(msg.sender, amount, left));
        // Below the limit and below the bucket the amount fits all fields.
        minter.minted += int128(uint128(amount));
        (minter.left, minter.filledAt) = (uint88(left - amount), uint40(block.timestamp));
        MinterKind kind = minter.kind;
        if (kind == MinterKind.RESERVE) _bookReserve(amount);
        else if (kind == MinterKind.VAULT) _bookVault(amount);
        else _converted += uint128(amount);
    }

    function _bookReserve(uint256 amount) private {
        uint256 minted = _reserveMinted + amount;
        if (address(reserves) != address(0)) {
            uint256 attested = reserves.attestedOf(address(this));
            require(minted <= attested, ReserveTooLow(minted, attested));
        }
        _reserveMinted = minted.toUint128();
    }

    function _bookVault(uint256 amount) private {
        int128 minted = _vaultMinted + int128(uint128(amount));
        int256 most = int256(uint256(_reserveMinted) * _vaultShareBps / _BPS);
        require(minted <= most, VaultShareExceeded(uint128(minted), uint256(most)));
        _vaultMinted = minted;
    }

    /// @dev Takes `amount` off what `minter` has outstanding, and off its ledger. Debts bear fees, so that a vault's debtors may repay more
    /// than was minted to them; the difference is what it may still mint as fees.
    function _release(Minter storage known, address minter, uint256 amount) private {
        require(amount != 0, AmountZero());
        MinterKind kind = known.kind;
        uint256 minted = _outstanding(known);
        require(kind == MinterKind.VAULT || amount <= minted, BurnAboveMinted(minter, amount, minted));
        int128 less = int128(amount.toUint128());
        known.minted -= less;
        if (kind == MinterKind.RESERVE) _reserveMinted -= uint128(less);
        else if (kind == MinterKind.VAULT) _vaultMinted -= less;
        else _converted -= uint128(less);
    }

    function _outstanding(Minter storage known) private view returns (uint256) {
        int128 minted = known.minted;
        return minted > 0 ? uint128(minted) : 0;
    }

    function _burn(Minter storage known, address minter, uint256 amount) private {
        _release(known, minter, amount);
        TokenState state = _currentState();
        _debit(state, msg.sender, amount);
        _lowerSupply(state, amount);
        emit Burned(minter, amount);
    }

    /// @dev As an issue of one: what a policy counts is counted. The first receiver of new money may have to be of a tier.
    function _requireIssue(TokenState state, address to, uint256 amount) private {
        (address[] memory receivers, uint256[] memory amounts) = (new address[](1), new uint256[](1));
        (receivers[0], amounts[0]) = (to, amount);
        uint8 code = _tokenCode(state);
        if (code == Restrictions.NONE) (code,) = state.rules().admitAll(SUPPLY, receivers, amounts);
        if (code != Restrictions.NONE) _refuse(code, SUPPLY, SUPPLY, to);
        if (distributionTier == 0) return;
        Record record = state.rules().recordOf(to);
        bool served = record.isSystem() || record.tier() >= distributionTier;
        require(served, DistributionTierTooLow(to, record.tier(), distributionTier));
    }

    function _setLimit(address minter, uint256 limit) private {
        _minters[minter].limit = limit.toUint128();
        emit MinterLimitChanged(minter, limit);
    }

    function _setRate(address minter, uint256 perDay, uint256 left) private {
        Minter storage known = _minters[minter];
        (known.perDay, known.left) = (perDay.toUint88(), uint88(left));
        known.filledAt = uint40(block.timestamp);
        emit MinterRateChanged(minter, perDay);
    }

    function _setVaultShare(uint256 bps) private {
        _vaultShareBps = uint128(bps);
        emit VaultShareChanged(bps);
    }

    /// @dev What is in the bucket now: full after a day without a mint.
    function _leftOf(Minter storage minter) private view returns (uint256) {
        uint256 perDay = minter.perDay;
        return Math.min(perDay, minter.left + perDay * (block.timestamp - minter.filledAt) / 1 days);
    }

    function _pledged(address, Account) internal pure override returns (uint256) {
        return 0;
    }

    function _lifeCode(TokenState) internal pure override returns (uint8) {
        return Restrictions.NONE;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IAttestedQuantity} from "../../../contracts/interfaces/IAttestedQuantity.sol";
import {IPriceOracle} from "../../../contracts/interfaces/IPriceOracle.sol";
import {ISpotPrices} from "../../../contracts/interfaces/ISpotPrices.sol";
import {ICreditor} from "../../../contracts/interfaces/ICreditor.sol";
import {IPayingAgent} from "../../../contracts/interfaces/IPayingAgent.sol";
import {IRwaToken} from "../../../contracts/interfaces/IRwaToken.sol";

/// @notice A creditor without any rule of its own: who may pledge, release and seize is whoever asks.
contract MockCreditor is ICreditor {
    IRwaToken[] public taken; // series in which a position may rest
    mapping(address series => bool) public refused;
    mapping(address wallet => uint256) public debts; // [1e6]
    bool public stuck;

    function take(IRwaToken series) external {
        taken.push(series);
    }

    function refuse(address series) external {
        refused[series] = true;
    }

    function setStuck(bool stuck_) external {
        stuck = stuck_;
    }

    function setDebt(address wallet, uint256 debt) external {
        debts[wallet] = debt;
    }

    function pledge(IRwaToken series, address holder, uint256 face) external {
        series.pledge(holder, face);
    }

    function release(IRwaToken series, address holder, uint256 face) external {
        series.release(holder, face);
    }

    function seize(IRwaToken series, address holder, address to, uint256 face) external {
        series.seize(holder, to, face);
    }

    function collect(IPayingAgent agent, IRwaToken series, address holder, uint256 most)
        external
        returns (uint256 face, uint256 cash)
    {
        face = agent.collectable(address(series), holder, most);
        series.seize(holder, address(this), face);
        cash = agent.collect(address(series), holder, face);
    }

    function collectSeized(IPayingAgent agent, address series, address holder, uint256 face) external {
        agent.collect(series, holder, face);
    }

    function exchangeOut(address holder, address from, address to) external returns (uint256 face) {
        require(!refused[to], "no risk data");
        (face,) = IRwaToken(from).pledgedOf(holder);
        IRwaToken(from).release(holder, face);
    }

    function exchangeIn(address holder, address, address to, uint256 face) external {
        IRwaToken(to).pledge(holder, face);
    }

    function movePosition(address from, address to) external {
        require(!stuck, "unhealthy");
        for (uint256 i = 0; i < taken.length; ++i) {
            (uint256 face, address creditor) = taken[i].pledgedOf(from);
            if (creditor != address(this)) continue;
            taken[i].seize(from, to, face);
            taken[i].pledge(to, face);
        }
        debts[to] += debts[from];
        debts[from] = 0;
    }

    function hasPosition(address wallet) external view returns (bool) {
        for (uint256 i = 0; i < taken.length; ++i) {
            (, address creditor) = taken[i].pledgedOf(wallet);
            if (creditor == address(this)) return true;
        }
        return debts[wallet] != 0;
    }
}

/// @notice A cash token that lies: it calls back, takes a fee, answers false or nothing, or moves nothing.
contract LyingCash {
    enum Lie {
        NONE,
        FEE,
        FALSE,
        NOTHING,
        NO_MOVE
    }

    bytes3 public constant currency = "PKR";
    Lie public lie;
    address public target;
    bytes public callback;
    bool public succeeded;
    bytes public answer;
    mapping(address => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function setLie(Lie lie_) external {
        lie = lie_;
    }

    function setCallback(address target_, bytes calldata callback_) external {
        target = target_;
        callback = callback_;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        return _move(from, to, amount);
    }

    function transferBatch(address[] calldata receivers, uint256[] calldata amounts) external returns (bool) {
        for (uint256 i = 0; i < receivers.length; ++i) {
            if (!_shift(msg.sender, receivers[i], amounts[i])) return false;
        }
        return _answer();
    }

    function moveByRight(address from, address to, uint256 amount) external returns (bool) {
        return _move(from, to, amount);
    }

    function pull(address from, address to, uint256 amount) external returns (bool, uint256) {
        uint256 available = balanceOf[from];
        return (amount <= available && _move(from, to, amount), available);
    }

    function detectTransferRestriction(address, address, uint256) external pure returns (uint8) {
        return 0;
    }

    function canTransfer(address, address, uint256) external pure returns (bool) {
        return true;
    }

    function _move(address from, address to, uint256 amount) private returns (bool) {
        return _shift(from, to, amount) && _answer();
    }

    function _shift(address from, address to, uint256 amount) private returns (bool) {
        if (lie == Lie.FALSE) return false;
        if (lie != Lie.NO_MOVE) {
            balanceOf[from] -= amount;
            balanceOf[to] += lie == Lie.FEE ? amount - amount / 100 : amount;
        }
        if (target != address(0)) {
            address called = target;
            target = address(0);
            (succeeded, answer) = called.call(callback);
        }
        return true;
    }

    function _answer() private view returns (bool) {
        if (lie == Lie.NOTHING) {
            assembly ("memory-safe") {
                return(0, 0)
            }
        }
        return true;
    }
}

/// @notice A contract wallet: it takes one digest, refuses all, reverts, burns the gas or answers half a word.
contract ContractWallet {
    enum Mood {
        GOOD,
        BAD,
        REVERTING,
        BURNING,
        SHORT
    }

    Mood public mood;
    bytes32 public digest;

    function set(Mood mood_, bytes32 digest_) external {
        mood = mood_;
        digest = digest_;
    }

    function run(address target, bytes calldata data) external returns (bytes memory result) {
        bool success;
        (success, result) = target.call(data);
        require(success, "run");
    }

    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        if (mood == Mood.REVERTING) revert("no");
        if (mood == Mood.BURNING) {
            while (true) {}
        }
        if (mood == Mood.SHORT) {
            assembly ("memory-safe") {
                mstore(0, shl(224, 0x1626ba7e))
                return(0, 4)
            }
        }
        return mood == Mood.GOOD && hash == digest ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }
}

/// @notice A contract that states any terms: for what the second office must not confirm.
contract FakeSeries {
    bytes32 public termsHash;
    address public programme;
    bytes3 public currency;

    constructor(bytes32 termsHash_, address programme_, bytes3 currency_) {
        termsHash = termsHash_;
        programme = programme_;
        currency = currency_;
    }

    function setTermsHash(bytes32 termsHash_) external {
        termsHash = termsHash_;
    }
}

/// @notice What a token of ERC-3643 wants for its compliance: it lets everything pass and notes nothing.
contract AlwaysCompliant {
    function bindToken(address) external {}

    function unbindToken(address) external {}

    function canTransfer(address, address, uint256) external pure returns (bool) {
        return true;
    }

    function transferred(address, address, uint256) external {}

    function created(address, uint256) external {}

    function destroyed(address, uint256) external {}
}

/// @notice Attests what a test says.
contract Attested is IAttestedQuantity {
    mapping(address => uint256) public attestedOf;

    function attest(address subject, uint256 quantity) external {
        attestedOf[subject] = quantity;
    }
}

/// @notice Spot prices that a test sets; for the dollar it asks the oracle of the world.
contract SpotOracle is ISpotPrices {
    error NoRate();

    IPriceOracle private immutable _RATES;
    mapping(bytes32 => uint256[2]) private _spots;
    mapping(bytes32 => uint256) public pendingUntilOf;

    constructor(IPriceOracle rates) {
        _RATES = rates;
    }

    function setSpot(bytes32 feed, uint256 price, uint256 observedAt) external {
        _spots[feed] = [price, observedAt];
    }

    function setPending(bytes32 feed, uint256 until) external {
        pendingUntilOf[feed] = until;
    }

    function spotOf(bytes32 feed) external view returns (uint256, uint256) {
        uint256[2] memory spot = _spots[feed];
        if (spot[0] == 0) revert NoRate();
        return (spot[0], spot[1]);
    }

    function usdPkr() external view returns (uint256, uint256) {
        return _RATES.usdPkr();
    }

    function pendingUntil() external view returns (uint256) {
        return _RATES.pendingUntil();
    }
}

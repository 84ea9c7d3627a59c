// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {ICollateralRisk} from "../interfaces/ICollateralRisk.sol";
import {ICollateralVault} from "../interfaces/ICollateralVault.sol";
import {IPayingAgent} from "../interfaces/IPayingAgent.sol";
import {IWindup} from "../interfaces/IWindup.sol";
import {Units} from "../libraries/Units.sol";

/// @title Windup
/// @notice Holds the pool of a vault that was shut down. It has no office and no parameter.
contract Windup is IWindup {
    using SafeERC20 for IERC20;

    uint256 private constant _BPS = 10_000;

    ICashToken private immutable _CASH;
    ICollateralRisk private immutable _RISK;
    IPayingAgent private immutable _AGENT;

    constructor(ICashToken cash, ICollateralRisk risk, IPayingAgent agent) {
        _CASH = cash;
        _RISK = risk;
        _AGENT = agent;
    }

    /// @inheritdoc IWindup
    function settle(address owner) external {
        ICollateralVault vault = _vault();
        ICollateralVault.Position memory position = vault.positionOf(owner);
        require(position.debt != 0, NothingThere(owner));
        uint256 worth = _worthOf(position);
        uint256[] memory faces = position.faces;
        for (uint256 i = 0; i < faces.length && worth > position.debt; ++i) {
            faces[i] = Math.ceilDiv(faces[i] * position.debt, worth);
        }
        emit Settled(owner, position.debt);
        vault.surrender(owner, faces);
    }

    /// @inheritdoc IWindup
    function redeem(uint256 cash, address[] calldata series) external {
        ICollateralVault vault = _vault();
        (uint256 scaled,,) = vault.totals();
        require(scaled == 0, NotAllSettled(scaled));
        int256 minted = _CASH.mintedOf(address(vault));
        require(cash != 0 && int256(cash) <= minted, NothingThere(msg.sender));
        emit PoolRedeemed(msg.sender, cash);
        vault.burnFor(msg.sender, cash);
        for (uint256 i = 0; i < series.length; ++i) {
            require(i == 0 || series[i] > series[i - 1], OrderInvalid(series[i]));
            uint256 held = IERC20(series[i]).balanceOf(address(this));
            IERC20(series[i]).safeTransfer(msg.sender, Units.shareDown(held, cash, uint256(minted)));
        }
    }

    /// @inheritdoc IWindup
    function collect(address series) external {
        ICollateralVault vault = _vault();
        uint256 held = IERC20(series).balanceOf(address(this));
        address[] memory self = new address[](1);
        self[0] = address(this);
        _AGENT.redeem(series, self);
        uint256 cash = _CASH.balanceOf(address(this));
        emit PoolCollected(series, held - IERC20(series).balanceOf(address(this)), cash);
        vault.burnFor(address(this), cash);
    }

    /// @dev What is pledged, at the last price less the cut for exits.
    function _worthOf(ICollateralVault.Position memory position) private returns (uint256 worth) {
        (,,, uint16 cutBps) = _RISK.margins();
        for (uint256 i = 0; i < position.series.length; ++i) {
            if (position.series[i] == address(0)) continue;
            uint256 sale = _RISK.refresh(position.series[i]).sale;
            worth += position.faces[i] * sale / Units.PAR * (_BPS - cutBps) / _BPS;
        }
    }

    function _vault() private view returns (ICollateralVault vault) {
        vault = ICollateralVault(_RISK.vault());
        require(vault.shutDownAt() != 0, NotShutDown());
    }
}

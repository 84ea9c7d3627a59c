// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IBondToken} from "../interfaces/IBondToken.sol";
import {ICalendar} from "../interfaces/ICalendar.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {IDefaults} from "../interfaces/IDefaults.sol";
import {IPayingAgent} from "../interfaces/IPayingAgent.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {Units} from "../libraries/Units.sol";

/// @title Defaults
/// @notice Events of default of the series in one currency. Nobody has a right here that others have not.
contract Defaults is IDefaults {
    IProgramme private immutable _PROGRAMME;
    ICashToken private immutable _CASH;
    IPayingAgent private immutable _PAYING_AGENT;
    ICalendar private immutable _CALENDAR;

    /// @inheritdoc IDefaults
    mapping(address series => mapping(uint256 period => bool)) public isDefault;
    /// @inheritdoc IDefaults
    mapping(address series => uint256) public defaultsOf;

    constructor(IProgramme programme, ICashToken cash, IPayingAgent payingAgent, ICalendar calendar) {
        _PROGRAMME = programme;
        _CASH = cash;
        _PAYING_AGENT = payingAgent;
        _CALENDAR = calendar;
    }

    /// @inheritdoc IDefaults
    function declareDefault(address series, uint256 period) external {
        // What another PayingAgent pays would always look missed here.
        bool known = _PROGRAMME.isDebt(series) && IBondToken(series).currency() == _CASH.currency();
        require(known, SeriesUnknown(series));
        require(!isDefault[series][period], DefaultStands(series, period));
        require(_PAYING_AGENT.isMissed(series, period), NotMissed(series, period));
        uint256 payableDay = Units.day(_PAYING_AGENT.payableAtOf(series, period));
        uint256 lastDay = _CALENDAR.addBusinessDays(payableDay, IBondToken(series).features().graceDays());
        uint256 today = Units.day(block.timestamp);
        require(today > lastDay, GraceNotOver(lastDay, today));
        isDefault[series][period] = true;
        ++defaultsOf[series];
        emit DefaultDeclared(series, period);
    }

    /// @inheritdoc IDefaults
    function cure(address series, uint256 period) external {
        require(isDefault[series][period], NoDefault(series, period));
        require(!_PAYING_AGENT.isMissed(series, period), StillMissed(series, period));
        isDefault[series][period] = false;
        --defaultsOf[series];
        emit DefaultCured(series, period);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Account} from "../../../contracts/libraries/Account.sol";
import {Offices} from "../../../contracts/libraries/Offices.sol";
import {Record, RecordLib} from "../../../contracts/libraries/Record.sol";
import {Restrictions} from "../../../contracts/libraries/Restrictions.sol";
import {Units} from "../../../contracts/libraries/Units.sol";

/// @notice The internal libraries, made callable.
contract LibraryHarness {
    function cashForFaceUp(uint256 face, uint256 price) external pure returns (uint256) {
        return Units.cashForFaceUp(face, price);
    }

    function usdForUnitsUp(uint256 quantity, uint256 price) external pure returns (uint256) {
        return Units.usdForUnitsUp(quantity, price);
    }

    function usdForPkrUp(uint256 pkr, uint256 usdPkr) external pure returns (uint256) {
        return Units.usdForPkrUp(pkr, usdPkr);
    }

    function shareDown(uint256 amount, uint256 part, uint256 whole) external pure returns (uint256) {
        return Units.shareDown(amount, part, whole);
    }

    function day(uint256 timestamp) external pure returns (uint256) {
        return Units.day(timestamp);
    }

    function startOf(uint256 dayNumber) external pure returns (uint256) {
        return Units.startOf(dayNumber);
    }

    function readRecord(Record r)
        external
        pure
        returns (
            uint8 tier,
            uint16 country,
            uint8 provider,
            uint8 taxClass,
            uint8 taxClassBefore,
            uint24 taxChangedDay,
            uint40 validUntil,
            uint40 updatedAt,
            uint64 investor,
            uint8 flags
        )
    {
        tier = r.tier();
        country = r.country();
        provider = r.provider();
        taxClass = r.taxClass();
        taxClassBefore = r.taxClassBefore();
        taxChangedDay = r.taxChangedDay();
        validUntil = r.validUntil();
        updatedAt = r.updatedAt();
        investor = r.investor();
        flags = r.flags();
    }

    function readFlags(Record r) external view returns (bool empty, bool revoked, bool system, bool mover) {
        return (r.isEmpty(), r.isRevoked(), r.isSystem(), r.isMover(block.timestamp));
    }

    function isMoverAt(Record r, uint256 timestamp) external pure returns (bool) {
        return r.isMover(timestamp);
    }

    function isInOrder(Record r, uint256 timestamp) external pure returns (bool) {
        return r.isInOrder(timestamp);
    }

    function isStopped(Record r) external pure returns (bool frozen, bool replaced) {
        return (r.isFrozen(), r.isReplaced());
    }

    function withValidUntil(Record r, uint256 timestamp) external pure returns (Record) {
        return r.withValidUntil(timestamp);
    }

    function writeRecord(Record r, uint8 class, uint24 dayNumber, uint256 timestamp, uint8 flags)
        external
        pure
        returns (Record)
    {
        return r.withTaxBefore(class, dayNumber).withUpdatedAt(timestamp).withFlags(flags);
    }

    function stamped(Record row, uint8 provider, uint256 timestamp) external pure returns (Record) {
        return row.stamped(RecordLib.stamp(provider, timestamp));
    }

    function readAccount(Account a)
        external
        pure
        returns (uint256 balance, uint256 touchedAt, bool encumbered, bool pledged)
    {
        return (a.balance(), a.touchedAt(), a.isEncumbered(), a.isPledged());
    }

    function writeAccount(Account a, uint256 less, uint256 more, uint256 touchedAt, uint256 flag, bool on)
        external
        pure
        returns (Account)
    {
        return a.minus(less).plus(more).withTouchedAt(touchedAt).withFlag(flag, on);
    }

    function offices() external pure returns (uint64[] memory ids) {
        ids = new uint64[](13);
        ids[0] = Offices.ADMIN;
        ids[1] = Offices.DEBT_OFFICE;
        ids[2] = Offices.REGULATOR;
        ids[3] = Offices.REGISTRAR;
        ids[4] = Offices.CENTRAL_BANK;
        ids[5] = Offices.FISCAL_AGENT;
        ids[6] = Offices.PRICE_SIGNER;
        ids[7] = Offices.ENFORCEMENT_MAKER;
        ids[8] = Offices.ENFORCEMENT_CHECKER;
        ids[9] = Offices.GUARDIAN;
        ids[10] = Offices.ISSUER;
        ids[11] = Offices.TAX_OFFICE;
        ids[12] = Offices.ENFORCER;
    }

    function restrictions() external pure returns (uint8[26] memory) {
        return [
            Restrictions.NONE,
            Restrictions.SYSTEM_PAUSED,
            Restrictions.TOKEN_PAUSED,
            Restrictions.FROZEN_OR_PLEDGED,
            Restrictions.MATURED,
            Restrictions.LOCKED_UP,
            Restrictions.NOT_IN_LOTS,
            Restrictions.NOT_ANNOUNCED,
            Restrictions.SENDER,
            Restrictions.RECEIVER,
            Restrictions.OPERATOR,
            Restrictions.NOT_ALLOWED,
            Restrictions.EXPIRED,
            Restrictions.REVOKED,
            Restrictions.LICENCE_ENDED,
            Restrictions.NOT_MOVER,
            Restrictions.FROZEN,
            Restrictions.REPLACED,
            Restrictions.TIER,
            Restrictions.COUNTRY,
            Restrictions.DISCLOSURE,
            Restrictions.COOLING_OFF,
            Restrictions.NOT_COUNTED,
            Restrictions.CAP,
            Restrictions.HOLDERS,
            Restrictions.OMNIBUS
        ];
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Record} from "../libraries/Record.sol";

/// @title ITransferRules
/// @notice What a token asks before it moves: the Allowlist itself, or `Policies` in front of it for a series that is bound by one.
/// A series without a policy pays for none. Each `admit…` decides like the `check…` of its name, for the token that calls, and books
/// what a policy counts; a token calls it only for a move that it then makes.
interface ITransferRules {
    /// @notice The rule that stands against a move from `from` to `to`, 0 when none does (`Restrictions`).
    function admit(address from, address to, uint256 amount) external returns (uint8 code);

    /// @notice The same for a move by an `operator`, who counts when he is not the sender.
    function admitOperator(address operator, address from, address to, uint256 amount) external returns (uint8 code);

    /// @notice The same for a move by right: the operator must be a mover.
    function admitMover(address operator, address from, address to, uint256 amount) external returns (uint8 code);

    /// @notice The first rule that stands against a move of `amounts[i]` from `from` (zero for an issue, which has no sender) to each
    /// `receivers[i]`, and whose it is; 0 when none does.
    function admitAll(address from, address[] calldata receivers, uint256[] calldata amounts)
        external
        returns (uint8 code, address account);

    /// @notice What `admit` would answer the calling token.
    function check(address from, address to, uint256 amount) external view returns (uint8 code);

    /// @notice The rule that stands against `wallet` sending, 0 when none does.
    function sendCode(address wallet) external view returns (uint8 code);

    /// @notice The rule that stands against `wallet` receiving, whatever the series' policy, 0 when none does.
    function receiveCode(address wallet) external view returns (uint8 code);

    /// @notice The same for an issue of `amounts[i]` of `token` to each of `wallets`, in their order and under the policy of `token`:
    /// what a page of winners asks once. Amounts of one investor count together.
    function receiveCodes(address token, address[] calldata wallets, uint256[] calldata amounts)
        external
        view
        returns (uint8[] memory codes);

    /// @notice The record of `wallet`, 0 when there is none.
    function recordOf(address wallet) external view returns (Record record);

    /// @notice The wallet that took the place of `wallet` by recovery, or `wallet` itself.
    function successorOf(address wallet) external view returns (address successor);

    /// @notice The English sentence of a restriction code.
    function messageOf(uint8 code) external view returns (string memory message);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IRetirements
/// @notice Units of a commodity against delivery of what they stand for. A holder hands his units over with the hash of where
/// and to whom they go; once the fiscal agent confirms the delivery they are burned. What is neither delivered nor refused in ten
/// days he can take back. A request concerns nobody but its holder, and neither the expiry of the receipt nor a stale attestation,
/// price or mandate stands in its way.
/// An order against the holder binds what he asked for: while his wallet may not send, or more of the series is frozen than he has,
/// nothing is delivered, and what is returned lies in his wallet again, within the order's reach.
interface IRetirements {
    enum Status {
        NONE,
        REQUESTED,
        DELIVERED,
        REFUSED,
        CANCELLED
    }

    /// @param series the commodity
    /// @param requestedAt when it was asked for (Unix)
    /// @param status how far it is
    /// @param holder who asked
    /// @param quantity units [1e6]
    /// @param deliveryHash hash of the delivery instruction
    struct Retirement {
        address series;
        uint64 requestedAt;
        Status status;
        address holder;
        uint128 quantity;
        bytes32 deliveryHash;
    }

    /// @notice `holder` handed over `quantity` [1e6] of `series`, to be delivered as the instruction of that hash says.
    event RetirementRequested(
        uint256 indexed id, address indexed series, address indexed holder, uint256 quantity, bytes32 deliveryHash
    );

    /// @notice It was delivered, as the receipt of that hash shows, and the units are burned.
    event DeliveryConfirmed(uint256 indexed id, bytes32 proofHash);

    /// @notice It cannot be delivered, for the reason of that hash; the units went back to `receiver`.
    event DeliveryRefused(uint256 indexed id, address receiver, bytes32 reasonHash);

    /// @notice The holder took it back; the units went to `receiver`.
    event RetirementCancelled(uint256 indexed id, address receiver);

    /// @notice Only units of a confirmed commodity are delivered.
    error NotCommodity(address series);

    /// @notice Nothing is asked for, or the instruction is missing.
    error RequestEmpty(uint128 quantity, bytes32 deliveryHash);

    /// @notice The request stands in `status` and the call needs another one.
    error RetirementStatusInvalid(uint256 id, Status status);

    /// @notice Until `until` the delivery may be under way.
    error DeliveryUnderWay(uint256 id, uint256 until);

    /// @notice Only the holder, or the wallet that took his place, takes a request back.
    error RetirementNotYours(uint256 id, address owner);

    /// @notice Under the restriction `code` (`Restrictions`) nothing is delivered to `owner` now.
    error HolderRestricted(address owner, uint8 code);

    /// @notice Orders freeze more of the series than `wallet` has left [1e6].
    error FrozenAboveBalance(address wallet, uint256 frozen, uint256 balance);

    /// @notice Hands over `quantity` of the caller's free units, which he has approved to this contract.
    /// Warning: what a warehouse does not hand out in that size, the fiscal agent refuses.
    /// @dev Errors: `NotCommodity`, `RequestEmpty`, and those of the token.
    /// @return id counts up by one from 1
    function requestRetirement(address series, uint128 quantity, bytes32 deliveryHash) external returns (uint256 id);

    /// @notice The delivery is done: burns the units and releases what the Programme booked for them.
    /// @dev Errors: `AccessManagedUnauthorized`, `RetirementStatusInvalid`, `HolderRestricted`, `FrozenAboveBalance`.
    function confirmDelivery(uint256 id, bytes32 proofHash) external;

    /// @notice The delivery cannot be made: the units go back to the holder, or to the wallet that took his place.
    /// @dev Errors: `AccessManagedUnauthorized`, `RetirementStatusInvalid`, and those of the token while he may not receive.
    function refuseDelivery(uint256 id, bytes32 reasonHash) external;

    /// @notice Takes back what was not delivered in ten days.
    /// @dev Errors: `RetirementStatusInvalid`, `RetirementNotYours`, `DeliveryUnderWay`, and those of the token while he may not receive.
    function cancelRetirement(uint256 id) external;

    /// @notice A request; of an unknown number all is zero.
    function retirementOf(uint256 id) external view returns (Retirement memory);

    /// @notice How many there ever were.
    function retirements() external view returns (uint256);

    /// @notice Units of `series` handed over, and neither delivered nor returned yet [1e6].
    function pendingOf(address series) external view returns (uint256 quantity);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title IERC1643
/// @notice ERC-1643 (document management), interface id 0xecfecec8.
interface IERC1643 {
    /// @notice A document was added, or replaced under the same name.
    event DocumentUpdated(bytes32 indexed name, string uri, bytes32 documentHash);

    /// @notice A document was taken off the list.
    event DocumentRemoved(bytes32 indexed name, string uri, bytes32 documentHash);

    /// @notice No document stands under that name.
    error DocumentUnknown(bytes32 name);

    /// @notice The list is full.
    error TooManyDocuments(uint256 most);

    /// @notice Adds or replaces the document `name`.
    /// @dev Errors: `AccessManagedUnauthorized`, `TooManyDocuments`.
    function setDocument(bytes32 name, string calldata uri, bytes32 documentHash) external;

    /// @notice Removes the document `name`.
    /// @dev Errors: `AccessManagedUnauthorized`, `DocumentUnknown`.
    function removeDocument(bytes32 name) external;

    /// @notice Where the document is, the hash of its content, and when it was last set (0 when there is none).
    function getDocument(bytes32 name)
        external
        view
        returns (string memory uri, bytes32 documentHash, uint256 lastModified);

    /// @notice The names of all documents, at most 32, in no order.
    function getAllDocuments() external view returns (bytes32[] memory names);
}

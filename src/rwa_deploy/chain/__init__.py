"""JSON-RPC <-> Python: the one door to a chain, and the only importer of web3 and eth_account.

A `Chain` sends what signers sign, waits for the receipt, and turns every revert into `Reverted` with the contract's
own error by name, whatever the node's dialect (anvil and ganache differ). Keys never leave a `Signer`.
"""

from rwa_deploy.chain.node import Chain, Receipt, Transaction, connect
from rwa_deploy.chain.signing import Signer, devnet_signer, recover, wallet

__all__ = ["Chain", "Receipt", "Signer", "Transaction", "connect", "devnet_signer", "recover", "wallet"]

"""Key -> signatures, and nothing else: no other module sees a key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak

from rwa_deploy.errors import SignerError
from rwa_deploy.typed import Types

__all__ = ["Signer", "devnet_signer", "recover", "wallet"]

Account.enable_unaudited_hdwallet_features()


@dataclass(frozen=True, slots=True)
class Signer:
    """An address that can sign; the key shows in no repr, message or log."""

    address: str
    _account: LocalAccount = field(repr=False)

    def sign_typed(self, domain: Mapping[str, Any], types: Types, message: Mapping[str, Any]) -> bytes:
        """EIP-712 domain, types and message (see `typed`) -> 65-byte signature."""
        signed = self._account.sign_typed_data(dict(domain), _listed(types), dict(message))
        return bytes(signed.signature)

    def sign_transaction(self, fields: Mapping[str, Any]) -> tuple[bytes, str]:
        """Transaction fields -> raw transaction and its hash."""
        signed = self._account.sign_transaction(dict(fields))
        return bytes(signed.raw_transaction), "0x" + bytes(signed.hash).hex()


def recover(domain: Mapping[str, Any], types: Types, message: Mapping[str, Any], signature: bytes) -> str:
    """What was signed + 65-byte signature -> whose key signed it, checksummed; empty when no key could have."""
    signable = encode_typed_data(dict(domain), _listed(types), dict(message))
    try:
        return str(Account.recover_message(signable, signature=signature))
    except Exception:  # noqa: BLE001 - eth_account and eth_keys raise kinds of their own
        return ""


def _listed(types: Types) -> dict[str, list[dict[str, str]]]:
    return {name: [dict(field) for field in fields] for name, fields in types.items()}


def wallet(purpose: str, index: int) -> Signer:
    """Purpose and number -> a throw-away wallet, the same at every run. For development chains only."""
    account = Account.from_key(keccak(text=f"rwa_deploy development wallet, worth nothing: {purpose} {index}"))
    return Signer(account.address, account)


def devnet_signer(mnemonic: str, index: int) -> Signer:
    """A development chain's mnemonic and account number -> Signer."""
    try:
        account = Account.from_mnemonic(mnemonic, account_path=f"m/44'/60'/0'/0/{index}")
    except Exception as error:  # noqa: BLE001 - eth_account raises its own kinds, and a message may quote the words
        raise SignerError(
            f"the mnemonic does not give account {index}; check its words ({type(error).__name__})"
        ) from None
    return Signer(account.address, account)

"""Register + what the caller read from the chain -> rows that agree or break."""

from collections.abc import Mapping
from dataclasses import dataclass

from rwa_deploy.register.ledger import Register

__all__ = ["ReconRow", "recon_rows", "reconcile"]


@dataclass(frozen=True, slots=True)
class ReconRow:
    """One figure, twice: `item` is balance, supply or programme_use; [1e6], the use in dollars.

    `token` and `wallet` are empty where the item has none. `chain` is None for a balance that the register knows and
    nobody read from the chain: not read is not agreed.
    """

    item: str
    token: str
    wallet: str
    register: int
    chain: int | None

    @property
    def difference(self) -> int | None:
        """Row -> register less chain [1e6], None where the chain was not read."""
        return None if self.chain is None else self.register - self.chain

    @property
    def is_break(self) -> bool:
        """Row -> whether the two disagree."""
        return self.difference != 0


def recon_rows(
    register: Register,
    balances: Mapping[str, Mapping[str, int]],
    supplies: Mapping[str, int],
    *,
    used_usd: int | None = None,
    at: int | None = None,
) -> tuple[ReconRow, ...]:
    """Register + chain -> a row for every balance, supply and, if given, the programme's use.

    `balances` is token: wallet: balance, `supplies` token: supply, for series and cash alike; both as read from the
    chain at one block. `at` asks the register for that block's moment: give its time + 1, for what happens at a
    moment counts after it. Wallets that only one side knows are rows too.
    """
    rows: list[ReconRow] = []
    for token in sorted({*balances, *supplies}):
        rows.append(ReconRow("supply", token, "", register.supply(token, at), supplies.get(token)))
        chain = balances.get(token, {})
        ours = register.balances(token, at)
        rows.extend(
            ReconRow("balance", token, wallet, ours.get(wallet, 0), chain.get(wallet))
            for wallet in sorted({*ours, *chain})
        )
    if used_usd is not None:
        rows.append(ReconRow("programme_use", "", "", register.programme(at).used_usd, used_usd))
    return tuple(rows)


def reconcile(
    register: Register,
    balances: Mapping[str, Mapping[str, int]],
    supplies: Mapping[str, int],
    *,
    used_usd: int | None = None,
    at: int | None = None,
) -> tuple[ReconRow, ...]:
    """Register + chain -> the rows of `recon_rows` that break; empty when all agrees."""
    return tuple(row for row in recon_rows(register, balances, supplies, used_usd=used_usd, at=at) if row.is_break)

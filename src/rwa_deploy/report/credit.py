"""Acts on positions + names -> `vault.csv`: what was pledged, lent, repaid, collected and sold."""

from collections.abc import Iterable, Mapping

from rwa_deploy import units
from rwa_deploy.register import CreditAct
from rwa_deploy.tables import write_csv_text

__all__ = ["vault_csv"]

_COLUMNS = ("at", "act", "owner", "series", "other", "face", "cash", "repaid", "debt", "transaction")


def vault_csv(acts: Iterable[CreditAct], names: Mapping[str, str]) -> str:
    """Acts + address -> name -> `vault.csv`."""
    return write_csv_text(
        _COLUMNS,
        (
            (
                units.time_text(act.at),
                act.kind,
                *(names.get(address, address) for address in (act.owner, act.series, act.other)),
                *(
                    "" if amount is None else units.cash_text(amount)
                    for amount in (act.face, act.cash, act.repaid, act.debt)
                ),
                act.tx_hash,
            )
            for act in acts
        ),
    )

"""Register -> every payment that reached a holder, one line a day, holder and kind, in a form that can be compared."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from rwa_deploy import units
from rwa_deploy.register import Register

__all__ = ["FLOW_COLUMNS", "cash_flows"]

Key = tuple[str, str, str, int]  # date, kind, holder, period

FLOW_COLUMNS = ("date", "kind", "period", "holder", "income", "principal", "tax", "net")


def cash_flows(register: Register, names: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Register + address -> name -> lines of FLOW_COLUMNS by date, kind, holder and period; amounts with 6 decimals.

    The date is that of the block in Pakistan; what was paid in parts on one day is one line. A redemption and a
    buyback have no period. Interest in the price of a buyback is income, and bears no tax.
    """
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    for kind, period, at, wallet, *amounts in _paid(register):
        date = units.date_from_unix(at).isoformat()
        line = sums[date, kind, names.get(wallet, wallet), -1 if period is None else period]
        for place, amount in enumerate(amounts):
            line[place] += amount
    return [_line(key, amounts) for key, amounts in sorted(sums.items())]


def _paid(register: Register) -> Iterator[tuple[Any, ...]]:
    """Register -> (kind, period, moment, wallet, income, principal, tax) of everything that was paid."""
    for paid in register.payments():
        if paid.kind == "paid":
            kind = "redemption" if paid.period is None else "payment"
            yield kind, paid.period, paid.block_time, paid.wallet, paid.income, paid.principal, paid.tax
    for bought in register.purchases():
        income = max(bought.accrued, 0)
        yield bought.kind, bought.period, bought.block_time, bought.wallet, income, bought.cash - income, 0


def _line(key: Key, amounts: list[int]) -> tuple[str, ...]:
    date, kind, holder, period = key
    income, principal, tax = amounts
    texts = (f"{units.unscaled(amount, 6):.6f}" for amount in (income, principal, tax, income + principal - tax))
    return (date, kind, "" if period < 0 else str(period), holder, *texts)

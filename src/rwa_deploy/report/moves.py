"""Register -> transfers of face between wallets, valued in rupees: what alerts are looked for in."""

from collections.abc import Iterator

from rwa_deploy import units
from rwa_deploy.compliance.alerts import Move
from rwa_deploy.register import Register

__all__ = ["moves"]

_CASH, _NOBODY = "CashToken", "0x" + "0" * 40


def moves(register: Register, usd_pkr: int | None) -> Iterator[Move]:
    """Register + rupees a dollar [1e6] -> transfers of face in which an investor takes part, at par.

    Issue and redemption are none: the other side is the state. ValueError for a series in dollars without a rate.
    """
    investors = {wallet: record.investor for wallet, record in register.kyc().items()}
    rates = {series: _rate(series, register.currency(series), usd_pkr) for series in register.series()}
    query = """
        SELECT block_time, block, log_index, tx_hash, token, sender, receiver, amount FROM transfers
        WHERE contract <> ? AND ? NOT IN (sender, receiver) ORDER BY block, log_index
    """
    for *place, sender, receiver, amount in register.connection.execute(query, [_CASH, _NOBODY]).fetchall():
        at, block, log, tx, token = place
        his, others = investors.get(sender, 0), investors.get(receiver, 0)
        if his or others:
            value = units.mul_div_up(int(amount), rates[token], units.ONE)  # up: a threshold is never just missed
            yield Move(at, block, log, tx, token, sender, receiver, his, others, value)


def _rate(series: str, currency: str, usd_pkr: int | None) -> int:
    if currency == "PKR":
        return units.ONE
    if currency == "USD" and usd_pkr is not None:
        return usd_pkr
    wanted = "give the rate of the dollar" if currency == "USD" else "only PKR and USD can be valued"
    raise ValueError(f"series {series} is in {currency or 'no known currency'}; {wanted}")

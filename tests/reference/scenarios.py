"""What happens in each scenario, told a second time: who is frozen, expired, late, called, bought and exchanged.

The terms stand here as a person reads them off the term sheet. Periods count from 0 in the schedule.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction

from tests.reference.bonds import ACT_365, ICMA, THIRTY_360, Bond, pct
from tests.reference.book import DATA, ROOT, Book, TaxTable, classes, rows
from tests.reference.flows import Flows, Series
from tests.reference.money import ONE, amount

__all__ = ["BONDS", "EXPECTED", "SCENARIOS", "pib_bids"]

EXPECTED = ROOT / "scripts/scenarios/expected"
GOVERNMENT, SUKUK, EXTERNAL = "government_security", "sukuk", "external"

BONDS = {
    "pib-2021": Bond(date(2020, 8, 20), date(2023, 8, 20), 6, ICMA, GOVERNMENT, 1, pct("7")),
    "eurobond-2027": Bond(date(2017, 12, 5), date(2027, 12, 5), 6, THIRTY_360, EXTERNAL, 15, pct("6.875")),
    "floater": Bond(date(2020, 10, 22), date(2022, 10, 22), 3, ICMA, GOVERNMENT, 1),
    "sukuk": Bond(date(2023, 8, 8), date(2026, 8, 8), 6, ACT_365, SUKUK, 1, pct("10.95"), Fraction("99.85")),
    "call": Bond(
        date(2023, 7, 20),
        date(2028, 7, 20),
        6,
        ICMA,
        GOVERNMENT,
        1,
        pct("11.5"),
        calls={1: Fraction(101), 3: Fraction("100.5")},
    ),
    "buyback": Bond(
        date(2024, 1, 19), date(2027, 1, 19), 6, ICMA, GOVERNMENT, 1, pct("10"), puts={3: Fraction("99.75")}
    ),
    "default-2025": Bond(date(2022, 10, 14), date(2025, 10, 14), 6, ICMA, GOVERNMENT, 1, pct("9")),
    "default-2028": Bond(date(2023, 1, 23), date(2028, 1, 23), 6, ICMA, GOVERNMENT, 1, pct("10.25")),
    "default-2030": Bond(date(2024, 2, 14), date(2030, 2, 14), 6, ICMA, GOVERNMENT, 1, pct("6")),
}


def pib_2021() -> Flows:
    """The reopening of 3 March 2021: every bid accepted, bid n the n-th dealer's."""
    bids = [{"name": f"dealer_{int(bid):02d}", "face": str(face)} for bid, face, _ in pib_bids()]
    series = _series("pib-2021", on=date(2021, 3, 4), allotted=bids)
    series.pay(1)
    series.pay(2, without=["frozen_saver"])
    series.pay(2, date(2022, 3, 15), only=["frozen_saver"])
    series.pay(3, without=["expired_saver"])
    series.pay(3, date(2022, 9, 15), only=["expired_saver"])
    series.pay(4)
    series.pay(5)
    series.redeem(5)
    return series.flows


def eurobond_2027() -> Flows:
    """Twenty coupons; a record expires before the fifth, a wallet is frozen at the eleventh."""
    series = _series("eurobond-2027")
    absent = {4: "private_bank", 5: "private_bank", 10: "hedge_fund"}
    for number in range(20):
        series.pay(number, without=[absent[number]] if number in absent else [])
    for number in (4, 5):
        series.pay(number, date(2021, 1, 15), only=["private_bank"])
    series.pay(10, date(2023, 7, 10), only=["hedge_fund"])
    series.redeem(19)
    return series.flows


def floater() -> Flows:
    """Eight quarters: the fourth fixed by the fallback, the sixth carried from the fifth."""
    series = _series("floater")
    fixings = ["7.1693", "7.1530", "7.5499", "7.3175", "8.2100", "8.2100", "12.0000", "15.7500"]
    series.rates = {number: pct(text) for number, text in enumerate(fixings)}
    absent = {2: "expired_saver", 5: "frozen_saver"}
    for number in range(8):
        series.pay(number, without=[absent[number]] if number in absent else [])
    series.pay(2, date(2021, 8, 16), only=["expired_saver"])
    series.pay(5, date(2022, 5, 16), only=["frozen_saver"])
    series.redeem(7)
    return series.flows


def sukuk() -> Flows:
    """Six rentals: the third two weeks late, the fourth postponed to Monday."""
    series = _series("sukuk")
    series.pay(0)
    series.pay(1)
    series.pay(2, date(2025, 2, 24), without=["expired_saver"])
    series.pay(2, date(2025, 3, 3), only=["expired_saver"])
    series.pay(3, date(2025, 8, 11), without=["frozen_saver"])
    series.pay(3, date(2025, 9, 1), only=["frozen_saver"])
    series.pay(4)
    series.pay(5)
    series.redeem(5)
    return series.flows


def call() -> Flows:
    """A third called with the second payment, the rest with the fourth."""
    series = _series("call")
    series.pay(0)
    series.kept[1] = 1 - pct("33.333333")
    series.pay(1, without=["expired_saver"])
    series.pay(1, date(2024, 9, 2), only=["expired_saver"])
    series.pay(2)
    series.end = series.bond.periods[3].end
    series.pay(3, without=["frozen_saver"])
    series.pay(3, date(2025, 8, 18), only=["frozen_saver"])
    price = series.bond.calls[3]
    series.redeem(3, price=price, without=["frozen_saver"])
    series.redeem(3, date(2025, 8, 18), price=price)
    return series.flows


def buyback() -> Flows:
    """Bought back after the first coupon and between the second and the third, put at the fourth."""
    series = _series("buyback", trade=False)
    first, second, put = date(2024, 7, 19), date(2025, 3, 12), date(2026, 1, 19)
    _trade(series, until=first)
    series.pay(0)
    _buy_back(series, first, rows("buyback", "offers"), Fraction("98.40"), pct("50"))
    _trade(series, after=first, until=second)
    _buy_back(series, second, rows("buyback", "offers-2025"), Fraction("98.80"), pct("75"))
    _trade(series, after=second, until=put)
    series.pay(1)
    series.pay(2, without=["expired_saver"])
    series.pay(2, date(2025, 8, 11), only=["expired_saver"])
    series.pay(3)
    notices = {"bank_02": "400", "mutual_fund": "203", "non_filer_saver": "2.1", "unlisted_saver": "0.9"}
    # The first has sold a part by the record date, the second after it: what is not there any more is not put.
    notices |= {"bank_03": "480", "rda_saver": "8.3"}
    for holder, million in notices.items():
        held = min(series.book.held(holder, series.period(3).record), series.book.held(holder))
        series.buy("put", 3, put, holder, min(amount(million) * ONE, held), series.bond.puts[3])
    _trade(series, after=put)
    series.pay(4, without=["frozen_saver"])
    series.pay(4, date(2026, 9, 14), only=["frozen_saver"])
    series.pay(5)
    series.redeem(5)
    return series.flows


def default() -> Flows:
    """Two bonds, one missed in part; both end on 15 February 2024 and become a third."""
    flows = Flows()
    first, second, new = (
        _series(f"default-{year}", on=on, data="default", suffix=f"-{year}", flows=flows, trade=year < 2030)
        for year, on in ((2025, date(2022, 10, 14)), (2028, date(2023, 1, 23)), (2030, date(2024, 2, 15)))
    )
    first.pay(0)
    second.pay(0)
    first.pay(1, percent=60, without=["frozen_saver"])
    second.pay(1)
    settled = first.end = second.end = date(2024, 2, 15)
    late = ["frozen_saver", "expired_saver"]
    first.pay(1, settled, without=late)
    first.pay(2, without=late)
    exchanged = date(2024, 2, 16)
    second.pay(2, exchanged)
    for old in (first, second):
        old.exchange(new, exchanged, Fraction("1.0125"))
    new.book.trade(rows("default", "trades-2030"))
    new.pay(0, without=late)
    for holder, day in zip(late, (date(2024, 9, 2), date(2024, 9, 9)), strict=True):
        first.pay(1, day, only=[holder])
        first.pay(2, day, only=[holder])
        new.pay(0, day, only=[holder])
    return flows


SCENARIOS: dict[str, Callable[[], Flows]] = {
    "pib-2021": pib_2021,
    "eurobond-2027": eurobond_2027,
    "floater": floater,
    "sukuk": sukuk,
    "call": call,
    "buyback": buyback,
    "default": default,
}


def pib_bids() -> list[tuple[str, int, Fraction]]:
    """The published sheet -> number, face in rupees, clean price of each bid."""
    with (DATA / "pib-3y-2021-03-03-bids.csv").open() as file:
        lines = list(csv.DictReader(file))
    return [(line["bid"], int(line["face_pkr_million"]) * ONE, Fraction(line["clean_price_per_100"])) for line in lines]


def _series(
    name: str,
    *,
    on: date | None = None,
    data: str = "",
    suffix: str = "",
    allotted: Iterable[Mapping[str, str]] | None = None,
    flows: Flows | None = None,
    trade: bool = True,
) -> Series:
    """Name of a bond -> it, allotted (on its issue date unless on another) and traded by the scenario's files."""
    bond, data = BONDS[name], data or name
    series = Series(bond, Book(), classes(data), TaxTable.read(), flows or Flows())
    if allotted is None and (DATA / data / f"allotment{suffix}.csv").exists():
        allotted = rows(data, f"allotment{suffix}")
    series.book.issue(on or bond.issue, allotted or ())
    if trade:
        series.book.trade(rows(data, f"trades{suffix}"))
    return series


def _trade(series: Series, *, after: date = date.min, until: date = date.max) -> None:
    """The trades of the buyback's scenario in a span of days: in between, face was bought and is gone."""
    trades = rows("buyback", "trades")
    series.book.trade(one for one in trades if after < date.fromisoformat(one["date"]) <= until)


def _buy_back(series: Series, on: date, offers: Iterable[Mapping[str, str]], cutoff: Fraction, share: Fraction) -> None:
    """Each at his own price: all below the cut-off, and at it the share, down to the denomination of 100,000."""
    for offer in offers:
        price, face = Fraction(offer["price"]), amount(offer["face"])
        if price < cutoff:
            series.buy("buyback", None, on, offer["name"], face, price)
        elif price == cutoff:
            lots = int(face * share / (100_000 * ONE))
            series.buy("buyback", None, on, offer["name"], lots * 100_000 * ONE, price)

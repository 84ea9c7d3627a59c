"""RunFacts -> what was withheld from each holder in each tax year, with the payments behind it.

Pakistan's tax year runs from 1 July to 30 June and is called by the year it ends in. Tax on the discount of a bill is
withheld from its redemption; the gross is then the discount of the face that was redeemed.
"""

from collections import defaultdict
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from rwa_deploy import units
from rwa_deploy.register import Payment
from rwa_deploy.report.facts import RunFacts
from rwa_deploy.report.words import tax_class_words

__all__ = ["Certificate", "Withheld", "certificates", "certificates_page"]

_FIRST_MONTH = 7


@dataclass(frozen=True, slots=True)
class Withheld:
    """A payment behind a certificate, amounts [1e6]; `what` is the period in words."""

    series: str
    what: str
    paid_on: str
    gross: int
    tax: int
    tx_hash: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was withheld from a holder in a tax year [1e6]."""

    number: str
    tax_year: int
    holder: str
    name: str
    tax_class: str
    lines: tuple[Withheld, ...]

    @property
    def gross(self) -> int:
        """Certificate -> profit on debt before tax [1e6]."""
        return sum(line.gross for line in self.lines)

    @property
    def tax(self) -> int:
        """Certificate -> tax withheld [1e6]."""
        return sum(line.tax for line in self.lines)


def certificates(run: RunFacts) -> tuple[Certificate, ...]:
    """RunFacts -> a certificate for every holder and tax year in which tax was withheld, by year and holder."""
    found: dict[tuple[int, str], list[Withheld]] = defaultdict(list)
    for paid in run.register.payments():
        if paid.tax:
            day = units.date_from_unix(paid.block_time)
            found[day.year + (day.month >= _FIRST_MONTH), paid.wallet].append(_line(run, paid))
    records = run.register.kyc()
    ordered = sorted(found.items(), key=lambda item: (item[0][0], run.names.get(item[0][1], item[0][1])))
    return tuple(
        Certificate(
            number=f"{year}-{number:05d}",
            tax_year=year,
            holder=holder,
            name=run.names.get(holder, ""),
            tax_class=tax_class_words(records[holder].tax_class if holder in records else 0),
            lines=tuple(lines),
        )
        for number, ((year, holder), lines) in enumerate(ordered, start=1)
    )


def certificates_page(run: RunFacts) -> str:
    """RunFacts -> `wht_certificates.html`: each certificate a printed page; everything from outside is escaped."""
    environment = Environment(
        loader=PackageLoader("rwa_deploy.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(amount=_amount)
    return environment.get_template("certificates.html.j2").render(run=run, certificates=certificates(run))


def _line(run: RunFacts, paid: Payment) -> Withheld:
    return Withheld(
        series=run.symbol(paid.series),
        what="redemption" if paid.period is None else f"payment {paid.period}",
        paid_on=units.date_from_unix(paid.block_time).isoformat(),
        gross=paid.income or _discount(run, paid),
        tax=paid.tax or 0,
        tx_hash=paid.tx_hash,
    )


def _discount(run: RunFacts, paid: Payment) -> int:
    price = next((one.issue_price for one in run.issued if one.address == paid.series), units.PAR)
    faces = (
        one.face
        for one in run.register.redemptions(paid.series)
        if (one.tx_hash, one.wallet) == (paid.tx_hash, paid.wallet)
    )
    return units.mul_div_down(sum(faces), max(units.PAR - price, 0), units.PAR)


def _amount(value: int) -> str:
    whole, _, decimals = units.cash_text(value).partition(".")
    return f"{int(whole):,}.{decimals}"

"""A series in a scenario: what its holders are paid, line by line."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from tests.reference.bonds import Bond, Period
from tests.reference.book import Book, TaxTable
from tests.reference.money import minor_down, minor_up, shown, unit_down

__all__ = ["Flows", "Line", "Series"]

HUNDRED = Fraction(100)


@dataclass(frozen=True, order=True)
class Line:
    """A payment to a holder. `period` is -1 where there is none; amounts in millionths."""

    on: date
    kind: str
    period: int
    holder: str
    income: int = 0
    principal: int = 0
    tax: int = 0

    @property
    def net(self) -> int:
        """Line -> what the holder gets."""
        return self.income + self.principal - self.tax


@dataclass
class Flows:
    """All lines of a scenario."""

    lines: list[Line] = field(default_factory=list)

    def csv(self) -> str:
        """Lines -> the expected file, sorted by date, kind, holder."""
        keys = [(line.on, line.kind, line.holder, line.period) for line in self.lines]
        if len(keys) != len(set(keys)):
            raise ValueError("two payments share a line; move one of them to another day")
        texts = ["date,kind,period,holder,income,principal,tax,net"]
        for line in sorted(self.lines, key=lambda one: (one.on, one.kind, one.holder, one.period)):
            amounts = ",".join(shown(value) for value in (line.income, line.principal, line.tax, line.net))
            texts.append(f"{line.on},{line.kind},{'' if line.period < 0 else line.period},{line.holder},{amounts}")
        return "\n".join(texts) + "\n"

    def totals(self) -> str:
        """Lines -> their sums, for people."""
        names = ("income", "principal", "tax", "net")
        return "  ".join(f"{name} {shown(sum(getattr(line, name) for line in self.lines))}" for name in names)


@dataclass
class Series:
    """A bond with its holders: `rates` are the fixings of a floater and `kept` the shares that partial calls left, by
    period; at the beginning of `end` the series ends before its time. `paid` is what of a payment each holder has had.
    """

    bond: Bond
    book: Book
    classes: Mapping[str, str]
    tax: TaxTable
    flows: Flows
    rates: dict[int, Fraction] = field(default_factory=dict)
    kept: dict[int, Fraction] = field(default_factory=dict)
    end: date | None = None
    paid: dict[tuple[int, str], tuple[int, int, int]] = field(default_factory=dict)

    def period(self, number: int) -> Period:
        """Number -> the period, cut off where the series ends: its interest up to there is then due at once."""
        whole = self.bond.periods[number]
        if self.end is None or self.end >= whole.end:
            return whole
        share = self.bond.share(whole.start, self.end, whole.end)
        return replace(whole, payable=self.end, record=min(whole.record, self.end), share=share)

    def factor(self, period: int) -> Fraction:
        """Period -> share of the original face owed in it, before its payment."""
        left = Fraction(1)
        for called, kept in self.kept.items():
            if called < period:
                left *= kept
        return left

    def entitled(self, period: int, face: int) -> tuple[int, int]:
        """Period + face at the record date -> income and principal when all is funded."""
        rate = self.rates.get(period, self.bond.rate)
        assert rate is not None, f"period {period} is not fixed"
        principal = unit_down(face * self.factor(period))
        income = minor_down(principal * rate * self.period(period).share)
        if period not in self.kept:
            return income, 0
        called = unit_down(face * self.factor(period) * (1 - self.kept[period]))
        return income, unit_down(called * self.bond.calls[period] / HUNDRED)

    def pay(
        self,
        period: int,
        on: date | None = None,
        *,
        only: Container[str] | None = None,
        without: Container[str] = (),
        percent: int = 100,
    ) -> None:
        """Period -> a line for each who held at its record date and can be paid, on the payable date unless on another.

        `percent` of what is due is funded by then; who had a part before gets the rest.
        """
        terms = self.period(period)
        holders = self.book.holders(terms.record)
        due = sum(self.entitled(period, sum(holders.values())))
        funded = due * percent // 100
        for holder, face in holders.items():
            if (only is not None and holder not in only) or holder in without:
                continue
            income, principal = self.entitled(period, face)
            rate = self.tax.rate(self.bond.instrument, terms.payable, self.classes[holder], income)
            if funded < due:
                income = minor_down(Fraction(income * funded, due))
                principal = unit_down(Fraction(principal * funded, due))
            whole = (income, principal, min(income, minor_up(income * rate)))
            had = self.paid.get((period, holder), (0, 0, 0))
            self.paid[period, holder] = whole
            now = [new - old for new, old in zip(whole, had, strict=True)]
            if any(now):
                self.flows.lines.append(Line(on or terms.payable, "payment", period, holder, *now))

    def redeem(
        self, period: int, on: date | None = None, *, price: Fraction = HUNDRED, without: Container[str] = ()
    ) -> None:
        """Last payment -> the face of everyone is paid back with it at `price`, and the discount of issue taxed."""
        day = self.bond.periods[period].payable
        row = self.tax.row(self.bond.instrument, day)
        for holder, face in self.book.holders().items():
            if holder in without:
                continue
            principal = unit_down(unit_down(face * self.factor(period)) * price / HUNDRED)
            discount = unit_down(face * max(Fraction(0), HUNDRED - self.bond.issue_price) / HUNDRED)
            rate = self.tax.rate(self.bond.instrument, day, self.classes[holder], discount)
            tax = min(discount, minor_up(discount * rate)) if row["taxes_discount"] else 0
            self.flows.lines.append(Line(on or day, "redemption", -1, holder, 0, principal, tax))
            self.book.burn(on or day, holder, face)

    def exchange(self, into: "Series", on: date, ratio: Fraction) -> None:
        """Everyone's face becomes face of another series."""
        for holder, face in self.book.holders().items():
            self.book.burn(on, holder, face)
            into.book.burn(on, holder, -unit_down(face * ratio))

    def buy(self, kind: str, period: int | None, on: date, holder: str, face: int, price: Fraction) -> None:
        """Face bought back or put at a clean price per 100, with interest up to that day; it is gone.

        A seller receives down, price and interest each to the paisa, and no tax is withheld.
        """
        if self.kept:
            raise ValueError("principal is face here: no scenario has both a call and a purchase")
        income, principal = minor_down(face * self.bond.accrued(on)), minor_down(face * price / HUNDRED)
        self.flows.lines.append(Line(on, kind, -1 if period is None else period, holder, income, principal, 0))
        self.book.burn(on, holder, face)

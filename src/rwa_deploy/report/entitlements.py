"""RunFacts -> what each holder was entitled to at each record date, reckoned here, beside what he was paid.

The formulas are those of the contracts, on balances and tax classes of the register: principal down to the unit,
income down to the minor unit, tax up to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rwa_deploy import units
from rwa_deploy.finance.taxes import withhold_up
from rwa_deploy.register import Kyc, Payment, TaxRowSet
from rwa_deploy.report.facts import PaymentFacts, RunFacts, SeriesFacts

__all__ = ["Entitlement", "entitlements"]

_WAD = 10**18
_CLASSES = 8


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A holder's share of a payment, amounts [1e6]: `gross` is his income, `principal` what is repaid with it.

    `tax` is what the gross bears, `paid` what has reached him net of it; `status` is paid, partly paid, owed (with the
    restriction `code` that kept it from him) or unpaid.
    """

    series: SeriesFacts
    payment: PaymentFacts
    holder: str
    balance: int
    tax_class: int
    gross: int
    principal: int
    rate_bps: int
    tax: int
    paid: int
    status: str
    code: int

    @property
    def net(self) -> int:
        """Entitlement -> what he gets when all is funded [1e6]."""
        return self.gross + self.principal - self.tax


def entitlements(run: RunFacts) -> tuple[Entitlement, ...]:
    """RunFacts -> every holder of every payment whose record date has passed, by series and period."""
    found: list[Entitlement] = []
    last = run.register.last_time()
    for series in run.issued:
        steps = run.register.payments(series.address)
        for payment in series.payments:
            if payment.record_at <= last:
                found += _of(run, series, payment, [step for step in steps if step.period == payment.period])
    return tuple(found)


def _of(run: RunFacts, series: SeriesFacts, payment: PaymentFacts, steps: Sequence[Payment]) -> Iterator[Entitlement]:
    register = run.register
    call_price = register.call_prices(series.address).get(payment.period, units.PAR)
    day = units.day(payment.payable_at)
    rows = [row for row in register.tax_rows() if row.instrument_class == series.instrument_class]
    row = next((row for row in reversed(rows) if row.from_day <= day), None)
    then, now = register.kyc(payment.payable_at + units.SECONDS_PER_DAY), register.kyc()
    for holder, balance in register.balances(series.address, payment.record_at).items():
        kyc = then.get(holder) or now.get(holder)
        gross, principal = _entitled(payment, balance, call_price)
        bps = _rate(row, kyc, gross)
        own = [step for step in steps if step.wallet == holder and step.kind in {"paid", "skipped"}]
        status, code = _status(own, gross + principal)
        yield Entitlement(
            series=series,
            payment=payment,
            holder=holder,
            balance=balance,
            tax_class=kyc.tax_class if kyc else 0,
            gross=gross,
            principal=principal,
            rate_bps=bps,
            tax=withhold_up(gross, bps),
            paid=sum(step.net for step in own),
            status=status,
            code=code,
        )


def _entitled(payment: PaymentFacts, face: int, call_price: int) -> tuple[int, int]:
    """Face at the record date -> income and principal of a payment that is wholly funded [1e6]."""
    owed = units.mul_div_down(face, payment.factor_before, _WAD)
    steps = units.mul_div_down(owed, payment.numerator, payment.denominator * units.MINOR_UNIT)
    principal = units.mul_div_down(face, payment.factor_before - payment.factor_scheduled, _WAD)
    called = units.mul_div_down(face, payment.factor_scheduled - payment.factor_after, _WAD)
    return steps * units.MINOR_UNIT, principal + units.mul_div_down(called, call_price, units.PAR)


def _rate(row: TaxRowSet | None, kyc: Kyc | None, income: int) -> int:
    """Row of the tax table + record + income -> rate [bps]; the layout is that of contracts/libraries/TaxRow.sol."""
    if row is None:
        return 0
    threshold, full = row.packed >> 32 & (1 << 96) - 1, row.packed >> 128
    if kyc is None or not 0 < kyc.tax_class < _CLASSES:
        return max(full >> 16 * place & 0xFFFF for place in range(_CLASSES))
    return (full if income > threshold else row.reduced) >> 16 * kyc.tax_class & 0xFFFF


def _status(own: Sequence[Payment], whole: int) -> tuple[str, int]:
    paid = sum(step.gross for step in own)
    if own and own[-1].kind == "skipped":
        return ("owed" if not paid else "partly paid"), own[-1].code
    if paid == whole and own:
        return "paid", 0
    return ("partly paid" if paid else "unpaid"), 0

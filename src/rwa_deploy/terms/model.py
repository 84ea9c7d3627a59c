"""Tables of terms.toml -> Terms, checked against each other; Terms -> Schedule and options."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from rwa_deploy import units
from rwa_deploy.finance import identifiers
from rwa_deploy.finance.calendars import PAKISTAN, Calendar
from rwa_deploy.finance.coupons import payments
from rwa_deploy.finance.daycounts import DayCount
from rwa_deploy.finance.packing import Option, OptionKind
from rwa_deploy.finance.schedules import MAX_RATE, Form, Schedule, bond_schedule, discount_schedule
from rwa_deploy.finance.taxes import InstrumentClass
from rwa_deploy.terms.fields import Amount, Day, Factor, Label, Price, Rate, Text

__all__ = ["EarlyRedemption", "Floating", "InterestStep", "Terms", "options", "schedule"]

_FREQUENCY = {"annually": 1, "semi_annually": 2, "quarterly": 4, "monthly": 12}


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InterestStep(_Table):
    """[[interest_step]]: the rate [1e-8 per year] from an interest payment date on."""

    from_date: Day
    interest_rate: Rate


class Floating(_Table):
    """[floating]: what a floater's rate follows, and its margin and bounds [1e-8 per year]."""

    benchmark: Text
    fallback: Text
    margin: Rate = 0
    minimum_rate: Rate = 0
    maximum_rate: Rate = MAX_RATE


class EarlyRedemption(_Table):
    """[[early_redemption]]: an interest payment date on which the issuer may call or the holder may put, and the price
    [1e6 per 100].
    """

    on_date: Day
    kind: Literal["call", "put"]
    price: Price


class Terms(_Table):
    """terms.toml. Amounts [1e6], prices [1e6 per 100], rates [1e-8 per year], pool factors [1e-9]."""

    name: Label
    symbol: Label
    isin: Annotated[str, AfterValidator(identifiers.isin)]
    cfi: Annotated[str, AfterValidator(identifiers.cfi)]
    fisn: Annotated[str, AfterValidator(identifiers.fisn)]
    issuer_name: Text
    issuer_lei: Annotated[str, AfterValidator(identifiers.lei)] | None = None
    governing_law: Text
    instrument_class: InstrumentClass
    specified_currency: Annotated[str, AfterValidator(identifiers.currency)]
    specified_denomination: Amount
    maximum_face: Amount
    issue_date: Day
    issue_price: Price = units.PAR
    maturity_date: Day
    interest_type: Form
    interest_rate: Rate | None = None
    interest_step: tuple[InterestStep, ...] = ()
    interest_payment_frequency: Literal["annually", "semi_annually", "quarterly", "monthly"] | None = None
    interest_commencement_date: Day | None = None
    first_interest_payment_date: Day | None = None
    last_regular_interest_payment_date: Day | None = None
    end_of_month: bool = False
    day_count_fraction: DayCount | None = None
    business_day_convention: Literal["following"] = "following"
    business_centre: Literal["PKKA"] = "PKKA"
    record_days: Annotated[int, Field(ge=0, le=60, strict=True)] = 0
    grace_days: Annotated[int, Field(ge=0, le=60, strict=True)] = 0
    floating: Floating | None = None
    pool_factors: tuple[Factor, ...] = ()
    early_redemption: tuple[EarlyRedemption, ...] = ()

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Terms":
        _check_dates(self)
        _check_amounts(self)
        _check_interest(self)
        if not identifiers.cfi_fits(self.cfi, self.interest_type):
            raise ValueError(
                f"cfi {self.cfi} does not say {self.interest_type} in its third letter; correct one of them"
            )
        options(self, schedule(self))
        return self

    @property
    def frequency(self) -> int:
        """Terms -> interest payments a year; 0 without."""
        return _FREQUENCY.get(self.interest_payment_frequency or "", 0)


def schedule(terms: Terms, *, calendar: Calendar = PAKISTAN) -> Schedule:
    """Terms -> what the series pays and when. ValueError for dates out of order, or a roll of more than 7 days."""
    if terms.interest_type in (Form.DISCOUNT, Form.ZERO):
        return discount_schedule(terms.interest_type, terms.issue_date, terms.maturity_date, calendar=calendar)
    steps = [(step.from_date, step.interest_rate) for step in terms.interest_step]
    first = [] if terms.interest_rate is None else [(terms.issue_date, terms.interest_rate)]
    assert terms.day_count_fraction is not None, "checked with the interest type"
    return bond_schedule(
        form=terms.interest_type,
        basis=terms.day_count_fraction,
        frequency=terms.frequency,
        issue=terms.issue_date,
        maturity=terms.maturity_date,
        rates=[*first, *steps],
        first=terms.first_interest_payment_date,
        last=terms.last_regular_interest_payment_date,
        end_of_month=terms.end_of_month,
        record_days=terms.record_days,
        factors=terms.pool_factors,
        calendar=calendar,
    )


def options(terms: Terms, made: Schedule) -> tuple[Option, ...]:
    """Terms + their schedule -> rights to call and put. ValueError for a date on which no interest is paid."""
    periods = {payment.end: payment.last for payment in payments(made) if not payment.redeems}
    for one in terms.early_redemption:
        if one.on_date not in periods:
            raise ValueError(
                f"early_redemption.on_date {one.on_date} is no interest payment date before maturity; choose one"
            )
    found = [Option(periods[one.on_date], OptionKind[one.kind.upper()], one.price) for one in terms.early_redemption]
    return tuple(sorted(found, key=lambda option: (option.period, option.kind)))


def _check_dates(terms: Terms) -> None:
    issue, maturity = terms.issue_date, terms.maturity_date
    if maturity <= issue:
        raise ValueError(f"maturity_date {maturity} is not after issue_date {issue}; correct one of them")
    if terms.interest_commencement_date not in (None, issue):
        raise ValueError("interest_commencement_date is not issue_date, from which tokens count; make them one day")
    for key in ("first_interest_payment_date", "last_regular_interest_payment_date"):
        day = getattr(terms, key)
        if day is not None and not issue < day <= maturity:
            raise ValueError(f"{key} {day} is not in the life from {issue} to {maturity}; correct it")


def _check_amounts(terms: Terms) -> None:
    if terms.specified_denomination == 0:
        raise ValueError("specified_denomination is zero; give the smallest face that is issued")
    if terms.specified_denomination > terms.maximum_face:
        raise ValueError(
            "specified_denomination is above maximum_face, so nothing could be issued; correct one of them"
        )
    if not 0 < terms.issue_price < 2**32:
        raise ValueError("issue_price is zero or above 4,294; give it per 100 of face")


_NEEDED = ("interest_payment_frequency", "day_count_fraction")
_OF_INTEREST = (*_NEEDED, "interest_rate", "interest_step", "floating")
_OF_PAYMENTS = ("first_interest_payment_date", "last_regular_interest_payment_date", "pool_factors", "early_redemption")
_RULES: dict[Form, tuple[tuple[str, ...], tuple[str, ...]]] = {  # what a type needs, and what has no place with it
    Form.DISCOUNT: ((), (*_OF_INTEREST, *_OF_PAYMENTS)),
    Form.ZERO: ((), (*_OF_INTEREST, *_OF_PAYMENTS)),
    Form.FIXED: ((*_NEEDED, "interest_rate"), ("floating",)),
    Form.FLOATING: ((*_NEEDED, "floating"), ("interest_rate", "interest_step")),
}


def _check_interest(terms: Terms) -> None:
    kind = terms.interest_type
    needed, barred = _RULES[kind]
    given = {key for key in (*_OF_INTEREST, *_OF_PAYMENTS) if getattr(terms, key) not in (None, ())}
    if missing := [key for key in needed if key not in given]:
        raise ValueError(f"{missing[0]} is missing, which interest_type {kind} needs; add it")
    if extra := [key for key in barred if key in given]:
        raise ValueError(f"{extra[0]} has no place with interest_type {kind}; leave it out, or change the type")
    bounds = terms.floating
    if bounds is not None and bounds.maximum_rate < max(bounds.margin, bounds.minimum_rate):
        raise ValueError("floating.maximum_rate is below minimum_rate or margin; correct one of them")
    if not identifiers.cfi_fits(terms.cfi, kind):
        raise ValueError(f"cfi {terms.cfi} does not say {kind} in its third letter; correct one of them")

"""price."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from rwa_deploy import terms as terms_
from rwa_deploy import units
from rwa_deploy.abi import Call
from rwa_deploy.chain import Chain
from rwa_deploy.cli.options import connected
from rwa_deploy.cli.output import Json, emit, table
from rwa_deploy.cli.terms import CalendarFile, TermsFile, calendar_of
from rwa_deploy.errors import DriftFound, UsageError
from rwa_deploy.finance.bonds import Quote, price_units, quote_from_clean, quote_from_yield, yield_pct_from_clean
from rwa_deploy.finance.coupons import accrued, accrued_cash_up, factor_at, principal_down, running
from rwa_deploy.finance.schedules import Form, Schedule, with_rates
from rwa_deploy.manifest import Manifest, read_manifest

__all__ = ["app", "cash", "on_chain", "price_of"]

app = typer.Typer()
DAY = ["%Y-%m-%d"]


@app.command()
def price(
    terms: TermsFile,
    settle: Annotated[datetime, typer.Option(formats=DAY, help="Date of settlement.")],
    yield_: Annotated[str | None, typer.Option("--yield", help="Yield in per cent a year; or give --clean.")] = None,
    clean: Annotated[str | None, typer.Option(help="Clean price per 100; or give --yield.")] = None,
    face: Annotated[str | None, typer.Option(help="Original face, for which the cash is worked out too.")] = None,
    fixing: Annotated[str | None, typer.Option(help="Rate in per cent of a floater's running period.")] = None,
    calendar: CalendarFile = None,
    rpc: Annotated[
        str | None, typer.Option(envvar="RWA_RPC_URL", help="Hold it against the series on this chain.")
    ] = None,
    manifest: Annotated[Path | None, typer.Option(help="The manifest of what stands on that chain.")] = None,
    as_json: Json = False,
) -> None:
    """Price a security from its yield, or the yield from its clean price, exactly; with a chain, as it says too.

    Example: rwa price terms.toml --settle 2025-12-12 --yield 6.75 --face 200000
    """
    if (yield_ is None) == (clean is None):
        raise UsageError("a price needs --yield or --clean, one of the two; the other is what is worked out")
    known = terms_.load(terms, calendar=calendar_of(calendar))
    try:
        made = _fixed(terms_.schedule(known, calendar=calendar_of(calendar)), settle.date(), fixing)
        quote = price_of(made, settle.date(), yield_pct=_number(yield_), clean=_number(clean))
        paid = {} if face is None else cash(made, settle.date(), quote, units.amount_from(face))
    except ValueError as error:
        raise UsageError(f"the security cannot be priced: {error}; see `rwa price --help`") from error
    facts = {"clean": quote.clean, "accrued": quote.accrued, "dirty": quote.dirty, "yield": quote.yield_pct}
    texts = {name: f"{value:f}" for name, value in facts.items()}
    amounts = {name: units.cash_text(value) for name, value in paid.items()}
    said = None
    if rpc is not None and manifest is not None:
        given = _number(yield_)
        exact = yield_pct_from_clean(made, settle.date(), Decimal(clean or 0)) if given is None else given
        said = on_chain(rpc, manifest, known.isin, made, settle.date(), quote, exact, paid.get("face", 0))
    if as_json:
        facts_of = {"isin": known.isin, "settlement": settle.date().isoformat(), **texts}
        emit({**facts_of, "cash": amounts or None, "chain": said})
        return
    rows = [*texts.items(), *((f"{known.specified_currency}: {name}", text) for name, text in amounts.items())]
    rows += [(f"on chain: {name}", text) for name, text in (said or {}).items()]
    table(f"{known.name}, {settle.date()}", ("", ""), rows, right=(1,))


def price_of(made: Schedule, settlement: date, *, yield_pct: Decimal | None, clean: Decimal | None) -> Quote:
    """Schedule + settlement + yield or clean price -> Quote. ValueError where there is none."""
    if yield_pct is not None:
        return quote_from_yield(made, settlement, yield_pct)
    assert clean is not None, "one of the two is given"
    return quote_from_clean(made, settlement, clean)


def cash(made: Schedule, settlement: date, quote: Quote, face: int) -> dict[str, int]:
    """Quote + original face [1e6] -> face, principal and what the buyer pays [1e6], each part up to the paisa.

    The clean price is taken with 6 decimals, which is what a trade can carry.
    """
    principal = principal_down(face, factor_at(made, settlement) * 10**9)
    clean = units.cash_for_face_up(principal, units.scaled(units.decimal_half_up(quote.clean, 6), 6))
    interest = accrued_cash_up(principal, accrued(made, settlement))
    return {"face": face, "principal": principal, "clean": clean, "accrued": interest, "total": clean + interest}


def _fixed(made: Schedule, on: date, fixing: str | None) -> Schedule:
    """Schedule + the fixing of the period that runs -> Schedule that knows it."""
    if fixing is None:
        return made
    now = running(made, on)
    if made.form is not Form.FLOATING or now is None:
        raise ValueError("--fixing is for a floater, within its life; leave it out")
    return with_rates(made, {now.start: units.scaled(fixing, 6)})


def on_chain(
    rpc: str, manifest: Path, isin: str, made: Schedule, settlement: date, quote: Quote, exact: Decimal, face: int
) -> dict[str, str]:
    """The same read from the chain: accrued and dirty price per 100, and the accrued interest on a face.

    `exact` is the yield in per cent with all its digits: a rounded one has another price. DriftFound where a figure
    differs by anything, UsageError where the series is not in the manifest.
    """
    known, (chain, _) = read_manifest(manifest), connected(rpc)
    series, maths, at = _series(chain, known, isin), known.contracts["BondMaths"], units.unix_from_date(settlement)
    rate = units.scaled(units.decimal_half_up(exact, 16), 16)
    numerator, denominator = chain.call(Call("BondMaths", maths, "accruedAt", (series, at)))
    dirty = chain.call(Call("BondMaths", maths, "dirtyPrice", (series, at, rate)))
    interest = chain.call(Call("BondMaths", maths, "accruedUp", (series, face, at)))
    found = {
        "accrued": units.decimal_half_up(100 * Fraction(numerator, denominator), 8),
        "dirty": units.unscaled(dirty, 6),
        "cash accrued": units.unscaled(interest, 6),
    }
    principal = principal_down(face, factor_at(made, settlement) * 10**9)
    wanted = {
        "accrued": quote.accrued,
        "dirty": units.unscaled(price_units(made, settlement, exact), 6),
        "cash accrued": units.unscaled(accrued_cash_up(principal, accrued(made, settlement)), 6),
    }
    if differing := [
        f"{name} is {found[name]} on chain, not {value}" for name, value in wanted.items() if found[name] != value
    ]:
        raise DriftFound(f"the chain reckons otherwise: {differing[0]}; check the terms", differences=tuple(differing))
    return {name: f"{value:f}" for name, value in found.items()}


def _series(chain: Chain, known: Manifest, isin: str) -> str:
    for address in known.series.values():
        if chain.call(Call("BondToken", address, "isin")) == isin:
            return address
    raise UsageError(
        f"no series of the manifest has the number {isin}; give the terms of one that stands on that chain"
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else units.decimal_from_text(text)

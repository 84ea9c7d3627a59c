"""File -> Terms; Terms -> term sheet, its hash, and the constructor's tuple; kind -> a draft."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

from rwa_deploy import units
from rwa_deploy.config import parse_toml, validate
from rwa_deploy.errors import ConfigError
from rwa_deploy.finance.calendars import PAKISTAN, Calendar
from rwa_deploy.finance.packing import pack_factors, pack_options, pack_periods
from rwa_deploy.terms.model import Terms, options, schedule

__all__ = ["abi_terms", "draft", "load", "template_kinds", "term_sheet", "terms_hash"]

_TEMPLATES = files("rwa_deploy") / "terms" / "templates"
_STANDARD = "rwa-deploy terms 1"


def load(path: Path | str, *, calendar: Calendar = PAKISTAN) -> Terms:
    """File -> Terms, checked with the calendar too. Raises ConfigError, one sentence with file and key."""
    terms = validate(Terms, parse_toml(path), path)
    try:
        abi_terms(terms, calendar=calendar)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error
    return terms


def term_sheet(terms: Terms) -> bytes:
    """Terms -> canonical JSON (RFC 8785): keys sorted, no spaces, amounts, prices and rates as decimals in text."""
    content = {"standard": _STANDARD} | terms.model_dump(mode="json", exclude_none=True)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def terms_hash(terms: Terms) -> bytes:
    """Terms -> Keccak-256 of the term sheet, 32 bytes."""
    return bytes(keccak(term_sheet(terms)))


def abi_terms(terms: Terms, *, calendar: Calendar = PAKISTAN) -> tuple[Any, ...]:
    """Terms -> the constructor's tuple, in the order of IBondToken.Terms. ValueError for what its bits cannot hold."""
    made = schedule(terms, calendar=calendar)
    floating = terms.floating
    return (
        terms.name,
        terms.symbol,
        terms.isin.encode("ascii"),
        terms.specified_currency.encode("ascii"),
        units.unix_from_date(terms.issue_date),
        units.unix_from_date(terms.maturity_date),
        terms.specified_denomination,
        terms.maximum_face,
        terms_hash(terms),
        made.form.code,
        made.basis.code,
        made.frequency,
        terms.instrument_class.code,
        terms.record_days,
        terms.grace_days,
        terms.issue_price,
        floating.margin if floating else 0,
        floating.minimum_rate if floating else 0,
        floating.maximum_rate if floating else 0,
        list(pack_periods(made)),
        list(pack_factors(made)),
        list(pack_options(options(terms, made))),
    )


def template_kinds() -> tuple[str, ...]:
    """-> the kinds of security that `draft` knows."""
    return tuple(
        sorted(item.name.removesuffix(".toml") for item in _TEMPLATES.iterdir() if item.name.endswith(".toml"))
    )


def draft(kind: str) -> str:
    """Kind -> text of a terms.toml to start from. ValueError for a kind that there is no template of."""
    if kind not in template_kinds():
        raise ValueError(f"there is no template {kind}; known are {', '.join(template_kinds())}")
    return (_TEMPLATES / f"{kind}.toml").read_text(encoding="utf-8")

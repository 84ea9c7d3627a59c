"""terms.toml -> Terms: one series as its term sheet has it, validated and frozen; and what the contracts need of it.

Keys are named after the fields of ICMA's Bond Data Taxonomy (version 1.2, February 2024) in lower case: ISIN, issuer
name and LEI, specified currency and denomination, issue date and price, maturity date, interest type and rate,
interest commencement and payment dates, day count fraction, business day convention and centre (FpML's code),
governing law. Identifiers are those of ISO 6166, 17442, 10962, 18774 and 4217. Rates are in per cent, amounts in the
currency, prices per 100; all are whole numbers or decimals in quotes.

receipt.toml -> WarehouseReceipt: the warehouse receipt of which a commodity's units are, in the same way.
"""

from rwa_deploy.terms.ics import ics
from rwa_deploy.terms.model import Terms, options, schedule
from rwa_deploy.terms.receipt import WarehouseReceipt, abi_receipt, load_receipt, receipt_hash, receipt_sheet
from rwa_deploy.terms.sheet import abi_terms, draft, load, template_kinds, term_sheet, terms_hash

__all__ = [
    "Terms",
    "WarehouseReceipt",
    "abi_receipt",
    "abi_terms",
    "draft",
    "ics",
    "load",
    "load_receipt",
    "options",
    "receipt_hash",
    "receipt_sheet",
    "schedule",
    "template_kinds",
    "term_sheet",
    "terms_hash",
]

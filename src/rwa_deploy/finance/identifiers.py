"""Text -> a security's identifiers, checked: ISIN, LEI, CFI, FISN, currency.

An ISIN (ISO 6166) and an LEI (ISO 17442) have check digits; a CFI (ISO 10962) is six letters of which each has a
meaning; a FISN (ISO 18774) is the issuer's short name, a slash and a description; a currency is ISO 4217's.
"""

import re

import pycountry
from stdnum import cfi as cfi_number
from stdnum import isin as isin_number
from stdnum import lei as lei_number
from stdnum.exceptions import ValidationError as StdnumError

from rwa_deploy.finance.schedules import Form

__all__ = ["cfi", "cfi_fits", "currency", "fisn", "isin", "lei"]

_FISN = re.compile(r"[A-Z0-9][A-Z0-9 .&-]{0,14}/[A-Z0-9 .%&/-]{1,19}", re.ASCII)
_INTEREST = {Form.DISCOUNT: "Z", Form.ZERO: "Z", Form.FIXED: "F", Form.FLOATING: "V"}


def isin(value: str) -> str:
    """Text -> ISIN in its normal form. ValueError unless it has the country, length and check digit of one."""
    try:
        return str(isin_number.validate(value))
    except StdnumError as error:
        raise ValueError(f"is {value}, no ISIN (12 characters, check digit); copy it again") from error


def lei(value: str) -> str:
    """Text -> LEI. ValueError unless it has 20 characters and the check digits of one."""
    try:
        if len(value) == 20:
            return str(lei_number.validate(value))
    except StdnumError:
        pass
    raise ValueError(f"is {value}, no LEI (20 characters, check digits); copy it again, or leave it out")


def cfi(value: str) -> str:
    """Text -> CFI code of a debt instrument. ValueError for letters that mean nothing, or another category."""
    try:
        code = str(cfi_number.validate(value))
    except StdnumError as error:
        raise ValueError(f"is {value}, no CFI code of ISO 10962; a government bond is DBFTFR, a bill DYZTXR") from error
    if code[0] != "D":
        raise ValueError(f"is {value}, the CFI code of no debt instrument; it must begin with D")
    return code


def cfi_fits(code: str, form: Form) -> bool:
    """CFI of a debt instrument + form -> whether its third letter says how interest is paid."""
    return code[2] in (_INTEREST[form], "X")


def fisn(value: str) -> str:
    """Text -> FISN. ValueError unless it is up to 15 and up to 19 characters around a slash, in capitals."""
    if not _FISN.fullmatch(value):
        raise ValueError(f"is {value}, no FISN; write ISSUER/DESCRIPTION in capitals, up to 15 and 19 characters")
    return value


def currency(value: str) -> str:
    """Text -> ISO 4217 code. ValueError for any other text."""
    if len(value) != 3 or not value.isupper() or pycountry.currencies.get(alpha_3=value) is None:
        raise ValueError(f"is {value}, no currency; write its ISO 4217 code in capitals, such as PKR")
    return value

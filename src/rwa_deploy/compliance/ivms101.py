"""Parties of a transfer -> IVMS101 message -> canonical JSON -> hash: what travels off chain, and what announces it.

The message holds names and stays between the two providers; on chain goes its keccak256 alone. Canonical is: keys
sorted, no spaces, UTF-8 in NFC, nothing for what is not known. Field names are those of the standard.
"""

import json
import re
import unicodedata
from datetime import date
from typing import Annotated, Literal, Self

import pycountry
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from sha3 import keccak_256
from stdnum import lei
from stdnum.exceptions import ValidationError as StdnumError

from rwa_deploy.tables import Wallet

__all__ = [
    "Beneficiary",
    "LegalPerson",
    "LegalPersonName",
    "Message",
    "NationalIdentification",
    "NaturalPerson",
    "NaturalPersonName",
    "Originator",
    "Person",
    "Vasp",
    "canonical",
    "message_hash",
]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _nfc(value: str) -> str:
    text = unicodedata.normalize("NFC", value)
    if not text.strip() or text != text.strip() or _CONTROL.search(text):
        raise ValueError("is empty, or has spaces around it or control characters; write the text alone")
    return text


def _country(value: str) -> str:
    if len(value) != 2 or not value.isupper() or pycountry.countries.get(alpha_2=value) is None:
        raise ValueError("is not a country; write its ISO 3166 code of two capitals, such as PK")
    return value


def _lei(value: str) -> str:
    try:
        return str(lei.validate(value))
    except StdnumError as error:
        raise ValueError("is not a valid LEI (check digits); copy it again from the register") from error


Text = Annotated[str, Field(max_length=100), AfterValidator(_nfc)]
Country = Annotated[str, AfterValidator(_country)]
Lei = Annotated[str, AfterValidator(_lei)]


class _Part(BaseModel):
    """Base of the parts: frozen, nothing beyond the standard's fields, whose names are in camel case."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class NaturalPersonName(_Part):
    """A name of a person: the family name (or the only one), the others, and what kind of name it is."""

    primary_identifier: Text
    secondary_identifier: Text | None = None
    name_identifier_type: Literal["ALIA", "BIRT", "MAID", "LEGL", "MISC"] = "LEGL"


class LegalPersonName(_Part):
    """A name of a company, and what kind of name it is."""

    legal_person_name: Text
    legal_person_name_identifier_type: Literal["LEGL", "SHRT", "TRAD"] = "LEGL"


class NationalIdentification(_Part):
    """A company's LEI."""

    national_identifier: Lei
    national_identifier_type: Literal["LEIX"] = "LEIX"


class NaturalPerson(_Part):
    """A person: one name or more; the number by which the provider knows him; when and where he was born."""

    name: Annotated[tuple[NaturalPersonName, ...], Field(min_length=1)]
    customer_identification: Text | None = None
    date_of_birth: date | None = None
    country_of_residence: Country | None = None


class LegalPerson(_Part):
    """A company: one name or more, its LEI, and where it is registered."""

    name: Annotated[tuple[LegalPersonName, ...], Field(min_length=1)]
    national_identification: NationalIdentification | None = None
    country_of_registration: Country | None = None


class Person(_Part):
    """A person or a company, one of the two."""

    natural_person: NaturalPerson | None = None
    legal_person: LegalPerson | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.natural_person is None) == (self.legal_person is None):
            raise ValueError("is a natural person or a legal person; give one of the two")
        return self


class Originator(_Part):
    """Who sends, and from which wallets."""

    originator_persons: Annotated[tuple[Person, ...], Field(min_length=1)]
    account_number: Annotated[tuple[Wallet, ...], Field(min_length=1)]


class Beneficiary(_Part):
    """Who receives, and on which wallets."""

    beneficiary_persons: Annotated[tuple[Person, ...], Field(min_length=1)]
    account_number: Annotated[tuple[Wallet, ...], Field(min_length=1)]


class Vasp(_Part):
    """A provider: a company with its LEI."""

    legal_person: LegalPerson

    @model_validator(mode="after")
    def _has_lei(self) -> Self:
        if self.legal_person.national_identification is None:
            raise ValueError("a provider is known by its LEI; give its national identification")
        return self


class Message(_Part):
    """What the sender's provider tells the receiver's."""

    originator: Originator
    beneficiary: Beneficiary
    originating_vasp: Annotated[Vasp, Field(alias="originatingVASP")]
    beneficiary_vasp: Annotated[Vasp, Field(alias="beneficiaryVASP")]


def canonical(message: Message) -> bytes:
    """Message -> its one way of being written, UTF-8."""
    plain = message.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def message_hash(message: Message) -> bytes:
    """Message -> 32 bytes, keccak256 of its canonical form."""
    return bytes(keccak_256(canonical(message)).digest())

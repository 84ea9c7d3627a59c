"""ivms101: one message has one hash, however it was written, and says who, from where and to whom."""

import json
from typing import Any

import pytest
from eth_utils.crypto import keccak
from pydantic import ValidationError

from rwa_deploy.compliance.draw import synthetic_lei
from rwa_deploy.compliance.ivms101 import Message, canonical, message_hash

WALLET = "0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B"


def _person(name: str, *other: str) -> dict[str, Any]:
    identifier = {"primaryIdentifier": name, **({"secondaryIdentifier": other[0]} if other else {})}
    return {"naturalPerson": {"name": [identifier], "countryOfResidence": "PK", "dateOfBirth": "1980-02-29"}}


def _vasp(serial: int) -> dict[str, Any]:
    return {
        "legalPerson": {
            "name": [{"legalPersonName": f"Example Exchange {serial}"}],
            "nationalIdentification": {"nationalIdentifier": synthetic_lei(serial)},
        }
    }


def _plain() -> dict[str, Any]:
    return {
        "originator": {"originatorPersons": [_person("Zarvín", "Qasim")], "accountNumber": [WALLET]},
        "beneficiary": {"beneficiaryPersons": [_person("Penlugeb")], "accountNumber": [WALLET]},
        "originatingVASP": _vasp(1),
        "beneficiaryVASP": _vasp(2),
    }


def _changed(path: str, value: Any) -> dict[str, Any]:
    plain = _plain()
    *above, last = (int(part) if part.isdigit() else part for part in path.split("."))
    at: Any = plain
    for part in above:
        at = at[part]
    at[last] = value
    return plain


def test_canonical_is_sorted_without_spaces_and_without_what_is_not_known() -> None:
    text = canonical(Message.model_validate(_plain())).decode()
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert text.startswith('{"beneficiary":{"accountNumber":["0xAb58')
    assert '"nameIdentifierType":"LEGL","primaryIdentifier":"Zarvín","secondaryIdentifier":"Qasim"' in text
    assert "null" not in text


def test_message_hash_is_keccak_of_the_canonical_form() -> None:
    message = Message.model_validate(_plain())
    assert message_hash(message) == keccak(canonical(message))
    assert message_hash(message).hex() == "ef26bdfa077b4a8e3630bad08013985e342e271f4ed87794cfc97b464959738d"


def test_message_hash_is_one_for_two_ways_of_writing() -> None:
    one = Message.model_validate(_plain())
    decomposed = _changed("originator.originatorPersons.0.naturalPerson.name.0.primaryIdentifier", "Zarvi\u0301n")
    other = Message.model_validate(dict(reversed(decomposed.items())))
    assert message_hash(one) == message_hash(other) == message_hash(Message.model_validate_json(canonical(one)))
    lower = _changed("originatingVASP.legalPerson.nationalIdentification.nationalIdentifier", synthetic_lei(1).lower())
    assert message_hash(Message.model_validate(lower)) == message_hash(one)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("originator.originatorPersons", []),
        ("originator.originatorPersons.0.naturalPerson.name", []),
        ("originator.originatorPersons.0.naturalPerson.name.0.primaryIdentifier", ""),
        ("originator.originatorPersons.0.naturalPerson.name.0.primaryIdentifier", "a\nb"),
        ("originator.originatorPersons.0.naturalPerson.name.0.primaryIdentifier", "a" * 101),
        ("originator.originatorPersons.0.naturalPerson.name.0.nameIdentifierType", "NICK"),
        ("originator.originatorPersons.0.naturalPerson.countryOfResidence", "PAK"),
        ("originator.originatorPersons.0.naturalPerson.countryOfResidence", "ZZ"),
        ("originator.originatorPersons.0.naturalPerson.nickname", "x"),
        ("originator.originatorPersons.0", {}),
        ("originator.accountNumber", []),
        ("originator.accountNumber.0", WALLET.lower()),
        ("originatingVASP.legalPerson.nationalIdentification.nationalIdentifier", "0" * 20),
        ("beneficiaryVASP.legalPerson.nationalIdentification", None),
        ("beneficiaryVASP.legalPerson.name", []),
    ],
)
def test_message_refuses_field(path: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        Message.model_validate(_changed(path, value))


def test_message_refuses_a_person_who_is_a_company_too() -> None:
    both = _person("Zarvín") | _vasp(3)
    with pytest.raises(ValidationError, match="give one of the two"):
        Message.model_validate(_changed("originator.originatorPersons.0", both))

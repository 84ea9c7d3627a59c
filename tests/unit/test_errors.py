"""errors: every class has its own exit code, the docstring's tree is true, messages say where."""

import re

import pytest

from rwa_deploy import errors

CLASSES = [getattr(errors, name) for name in errors.__all__ if name != "RwaError"]


def test_exit_code_is_distinct_for_each_class() -> None:
    codes = [cls.exit_code for cls in CLASSES]
    assert sorted(codes) == list(range(2, 17))  # 0 is success, 1 a bug


def test_docstring_lists_each_class_with_its_exit_code() -> None:
    listed = re.findall(r"[├└]── (\w+)\s+(\d+) ", errors.__doc__ or "")
    assert {name: int(code) for name, code in listed} == {cls.__name__: cls.exit_code for cls in CLASSES}


@pytest.mark.parametrize("cls", CLASSES)
def test_facts_names_class_code_and_message(cls: type[errors.RwaError]) -> None:
    extra = {errors.InputError: {"path": "a.csv"}, errors.Reverted: {"error_name": "Paused"}}.get(cls, {})
    facts = cls("something is so; do this", **extra).facts()
    assert facts["error"] == cls.__name__
    assert facts["exit_code"] == cls.exit_code
    assert str(facts["message"]).endswith("something is so; do this")
    assert issubclass(cls, errors.RwaError)


def test_input_error_names_file_row_and_column() -> None:
    error = errors.InputError("is negative", path="in/bids.csv", row=7, column="face")
    assert str(error) == "in/bids.csv, row 7, column face: is negative"
    assert error.facts()["row"] == 7


def test_input_error_leaves_out_what_is_not_known() -> None:
    assert str(errors.InputError("is empty", path="bids.csv")) == "bids.csv: is empty"


def test_reverted_shows_name_and_arguments() -> None:
    error = errors.Reverted("refused", error_name="CapExceeded", error_args={"cap": 1, "used": 2}, tx_hash="0x01")
    assert error.signature == "CapExceeded(cap=1, used=2)"
    assert error.facts()["error_args"] == {"cap": 1, "used": 2}
    assert error.facts()["tx_hash"] == "0x01"


def test_reverted_shows_unknown_when_no_abi_knows_the_data() -> None:
    assert errors.Reverted("refused", error_name="").signature == "unknown error"

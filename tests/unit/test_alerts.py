"""alerts, alert_files, goaml: what is noticed, and the report that comes of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from rwa_deploy import units
from rwa_deploy.compliance.alert_files import alerts_csv, alerts_json, read_alerts
from rwa_deploy.compliance.alerts import Alert, AlertKind, Move, Rules, Side, alerts
from rwa_deploy.compliance.goaml import Filing, alerts_that_report, file_name, report, validate
from rwa_deploy.errors import InputError

DAY = units.SECONDS_PER_DAY
START = 1_764_000_000
RULES = Rules()
FILING = Filing(
    rentity_id=77, reference="FMU-2026", office="Example Exchange", address="1 Example Road", city="Karachi",
    indicators=("STRUCT",),
)  # fmt: skip
XSD = """<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:simpleType name="money">
    <xs:restriction base="xs:decimal"><xs:fractionDigits value="2"/></xs:restriction>
  </xs:simpleType>
  <xs:complexType name="account"><xs:sequence>
    <xs:element name="institution_name" type="xs:string"/><xs:element name="account" type="xs:string"/>
    <xs:element name="currency_code"><xs:simpleType><xs:restriction base="xs:string">
      <xs:enumeration value="PKR"/><xs:enumeration value="XAU"/><xs:enumeration value="XAG"/>
    </xs:restriction></xs:simpleType></xs:element>
    <xs:element name="client_number" type="xs:string" minOccurs="0"/>
  </xs:sequence></xs:complexType>
  <xs:complexType name="from"><xs:sequence>
    <xs:element name="from_funds_code" type="xs:string"/><xs:element name="from_account" type="account"/>
    <xs:element name="from_country" type="xs:string"/>
  </xs:sequence></xs:complexType>
  <xs:complexType name="to"><xs:sequence>
    <xs:element name="to_funds_code" type="xs:string"/><xs:element name="to_account" type="account"/>
    <xs:element name="to_country" type="xs:string"/>
  </xs:sequence></xs:complexType>
  <xs:element name="report"><xs:complexType><xs:sequence>
    <xs:element name="rentity_id" type="xs:positiveInteger"/>
    <xs:element name="submission_code" type="xs:string" fixed="E"/>
    <xs:element name="report_code"><xs:simpleType><xs:restriction base="xs:string">
      <xs:enumeration value="STR"/><xs:enumeration value="CTR"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="entity_reference" type="xs:string"/>
    <xs:element name="submission_date" type="xs:dateTime"/>
    <xs:element name="currency_code_local" type="xs:string" fixed="PKR"/>
    <xs:element name="reporting_person"><xs:complexType><xs:sequence>
      <xs:element name="first_name" type="xs:string"/><xs:element name="last_name" type="xs:string"/>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="location"><xs:complexType><xs:sequence>
      <xs:element name="address_type" type="xs:string"/><xs:element name="address" type="xs:string"/>
      <xs:element name="city" type="xs:string"/><xs:element name="country_code" type="xs:string"/>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="reason" type="xs:string"/><xs:element name="action" type="xs:string"/>
    <xs:element name="transaction" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="transactionnumber"><xs:simpleType><xs:restriction base="xs:string">
        <xs:maxLength value="50"/></xs:restriction></xs:simpleType></xs:element>
      <xs:element name="transaction_location" type="xs:string"/>
      <xs:element name="transaction_description" type="xs:string"/>
      <xs:element name="date_transaction" type="xs:dateTime"/>
      <xs:element name="transmode_code" type="xs:string"/>
      <xs:element name="amount_local" type="money"/>
      <xs:choice><xs:element name="t_from" type="from"/><xs:element name="t_from_my_client" type="from"/></xs:choice>
      <xs:choice><xs:element name="t_to" type="to"/><xs:element name="t_to_my_client" type="to"/></xs:choice>
      <xs:element name="crypto"><xs:complexType><xs:sequence>
        <xs:element name="virtual_address" type="xs:string"/><xs:element name="block_number" type="xs:integer"/>
        <xs:element name="network_device"><xs:complexType><xs:sequence>
          <xs:element name="device_number" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="report_indicators"><xs:complexType><xs:sequence>
      <xs:element name="indicator" type="xs:string" maxOccurs="unbounded"/>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""


def _move(rupees: int, *, day: int = 0, log: int = 0, sender: int = 1, receiver: int = 2) -> Move:
    return Move(
        at=START + day * DAY,
        block=100 + day,
        log=log,
        tx=f"0x{day * 100 + log:064x}",
        token="0x" + "ab" * 20,
        sender="0x" + "11" * 20,
        receiver="0x" + "22" * 20,
        sender_investor=sender,
        receiver_investor=receiver,
        value=rupees * units.ONE,
    )


def _kinds(*moves: Move, rules: Rules = RULES) -> list[tuple[str, str, int, int]]:
    return [(one.kind, one.side, one.investor, len(one.moves)) for one in alerts(moves, rules)]


@pytest.mark.parametrize(
    ("rupees", "kinds"),
    [(999_999, []), (1_000_000, ["travel"]), (1_999_999, ["travel"]), (2_000_000, ["threshold", "travel"])],
)
def test_alerts_notices_a_single_move_from_the_amount_on(rupees: int, kinds: list[str]) -> None:
    assert [kind for kind, *_ in _kinds(_move(rupees))] == kinds


def test_alerts_notices_a_series_near_the_threshold_on_both_sides() -> None:
    near = [_move(1_600_000, day=day) for day in (0, 3, 6)]
    found = [one for one in alerts(near, RULES) if one.kind is AlertKind.STRUCTURING]
    assert [(one.side, one.investor, one.moves, one.total) for one in found] == [
        (Side.RECEIVED, 2, tuple(near), 4_800_000 * units.ONE),
        (Side.SENT, 1, tuple(near), 4_800_000 * units.ONE),
    ]


def test_alerts_notices_a_series_of_small_moves_that_sum_to_the_threshold() -> None:
    assert _kinds(*(_move(666_667, day=day, receiver=10 + day) for day in (0, 1, 2))) == [("structuring", "sent", 1, 3)]
    assert _kinds(*(_move(666_666, day=day, receiver=10 + day) for day in (0, 1, 2))) == []


@pytest.mark.parametrize(
    "moves",
    [
        [_move(900_000, day=day) for day in (0, 1)],  # two are no series
        [_move(900_000, day=day) for day in (0, 4, 7)],  # the third is outside of the window
        [_move(900_000, day=day, sender=5, receiver=5) for day in (0, 1, 2)],  # his own wallets
        [_move(900_000, day=day, sender=0, receiver=10 + day) for day in (0, 1, 2)],  # nobody's wallet
        [_move(0, day=day) for day in (0, 1, 2)],
    ],
)
def test_alerts_notices_no_series(moves: list[Move]) -> None:
    assert _kinds(*moves) == []


def test_alerts_counts_a_move_in_one_series_of_a_side() -> None:
    many = [_move(900_000, day=day, receiver=10 + day) for day in range(10)]
    assert _kinds(*many) == [("structuring", "sent", 1, 7), ("structuring", "sent", 1, 3)]


def test_alerts_leaves_large_moves_out_of_a_series() -> None:
    moves = [*(_move(900_000, day=day) for day in (0, 2)), _move(5_000_000, day=1)]
    assert [kind for kind, *_ in _kinds(*moves)] == ["threshold", "travel"]


@given(st.permutations([_move(700_000, day=day, log=log, receiver=9) for day in range(4) for log in range(2)]))
def test_alerts_come_in_one_order_whatever_that_of_the_moves(moves: list[Move]) -> None:
    assert alerts(moves, RULES) == alerts(sorted(moves, key=lambda move: (move.at, move.log)), RULES)


@pytest.mark.parametrize(
    "changes",
    [{"travel": 0}, {"travel": 3 * units.MILLION}, {"window_days": 0}, {"least_moves": 1}, {"near_percent": 101}],
)
def test_rules_refuse_what_makes_no_sense(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"correct|series"):
        replace(RULES, **changes)


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _found() -> tuple[Alert, ...]:
    return alerts([*(_move(1_700_000, day=day) for day in range(3)), _move(2_500_000, day=9, log=4)], RULES)


def test_read_alerts_gives_back_what_alerts_json_wrote(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    path.write_text(alerts_json(_found()))
    assert read_alerts(path) == _found()


def test_alerts_csv_has_a_line_for_each() -> None:
    header, *lines = alerts_csv(_found()).splitlines()
    assert header == "kind,side,investor,moves,total_pkr,first_at,last_at,transactions"
    assert len(lines) == len(_found()) == 7
    assert lines[-1].startswith(f"travel,sent,1,1,2500000.00,{START + 9 * DAY},")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[", "not what `rwa alerts` left"),
        ('[{"kind":"odd"}]', r"0\.kind"),
        (alerts_json(_found()).replace("5100000.00", "5100000.01"), "not the sum"),
        (alerts_json(_found()).replace("1700000.00", "-1.00"), "is negative"),
    ],
)
def test_read_alerts_refuses_what_was_changed(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "alerts.json"
    path.write_text(content)
    with pytest.raises(InputError, match=words):
        read_alerts(path)
    with pytest.raises(InputError, match="leaves one"):
        read_alerts(tmp_path / "none.json")


# ── goAML ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _xsd(tmp_path: Path) -> Path:
    path = tmp_path / "small.xsd"
    path.write_text(XSD)
    return path


def test_report_fits_the_schema_for_each_kind(tmp_path: Path) -> None:
    found = alerts_that_report(_found())
    assert [file_name(alert, number) for number, alert in enumerate(found, start=1)] == [
        "goaml_STR_0001.xml",
        "goaml_STR_0002.xml",
        "goaml_CTR_0003.xml",
    ]
    for number, alert in enumerate(found, start=1):
        validate(report(alert, FILING, number=number, at=START), _xsd(tmp_path))


def test_report_says_what_moved_in_rupees() -> None:
    root = etree.fromstring(report(alerts_that_report(_found())[-1], FILING, number=3, at=START))
    said = {child.tag: child.text for child in root if not len(child)}
    assert said == {
        "rentity_id": "77",
        "submission_code": "E",
        "report_code": "CTR",
        "entity_reference": "FMU-2026-CTR-0003",
        "submission_date": "2025-11-24T21:00:00",
        "currency_code_local": "PKR",
        "reason": "A transfer of PKR 2500000.00, at or above the threshold for reports.",
        "action": "None taken; the tokens were not moved by an office.",
    }
    [transaction] = root.findall("transaction")
    assert transaction.findtext("transactionnumber") == "109-4"
    assert transaction.findtext("amount_local") == "2500000.00"
    assert transaction.findtext("t_from_my_client/from_account/account") == "0x" + "11" * 20
    assert transaction.findtext("t_to/to_account/client_number") == "2"
    assert transaction.findtext("crypto/block_number") == "109"
    assert transaction.findtext("crypto/network_device/device_number") == transaction.findtext("crypto/virtual_address")


def test_report_is_the_same_each_time_and_refuses_what_leads_to_none() -> None:
    travel = next(one for one in _found() if one.kind is AlertKind.TRAVEL)
    with pytest.raises(ValueError, match="leads to no report"):
        report(travel, FILING, number=1, at=START)
    one = alerts_that_report(_found())[0]
    assert report(one, FILING, number=1, at=START) == report(one, FILING, number=1, at=START)


def test_report_gives_no_more_than_two_decimals(tmp_path: Path) -> None:
    finer = replace(_move(2_500_000), value=2_500_000_000_001)
    [alert, _] = alerts([finer], RULES)
    xml = report(alert, FILING, number=1, at=START)
    validate(xml, _xsd(tmp_path))
    assert etree.fromstring(xml).findtext("transaction/amount_local") == "2500000.01"


def test_report_escapes_what_the_filing_says(tmp_path: Path) -> None:
    odd = FILING.model_copy(update={"office": "A & <B>"})
    xml = report(alerts_that_report(_found())[0], odd, number=1, at=START)
    validate(xml, _xsd(tmp_path))
    assert etree.fromstring(xml).findtext("reporting_person/last_name") == "A & <B>"


def test_validate_names_the_line_of_the_fault(tmp_path: Path) -> None:
    xml = report(alerts_that_report(_found())[0], FILING, number=1, at=START).replace(
        b">PKR</currency_code_l", b">USD</currency_code_l"
    )
    with pytest.raises(InputError, match="currency_code_local") as caught:
        validate(xml, _xsd(tmp_path), name="goaml_STR_0001.xml")
    assert caught.value.row == 8
    assert str(caught.value).startswith("goaml_STR_0001.xml, row 8: is not what the schema small.xsd asks for")


@pytest.mark.parametrize("content", [None, "", "<a/>", "<xs:schema/>"])
def test_validate_refuses_what_is_no_schema(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "x.xsd"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match="no XML schema"):
        validate(b"<report/>", path)


@pytest.mark.parametrize(
    "changes",
    [{"rentity_id": 0}, {"reference": "a b"}, {"office": " "}, {"country": "pk"}, {"indicators": ()}, {"x": 1}],
)
def test_filing_refuses_field(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Filing.model_validate(FILING.model_dump() | changes)

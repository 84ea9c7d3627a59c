"""Alerts + filing -> report files for the FMU's goAML (schema 5.0.1): an STR or a CTR for each alert.

Amounts are in PKR, because the schema's list of currencies knows no stablecoin. Parties are wallets and the keyed
numbers of the records; names come in when the office files. The schema has no licence and is not here: `validate` takes
its path. goAML wants a device beside each virtual address, and there is none: a transfer on chain comes from a key.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from lxml import etree
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rwa_deploy import units
from rwa_deploy.compliance.alerts import Alert, AlertKind, Move
from rwa_deploy.errors import InputError

__all__ = ["Filing", "alerts_that_report", "file_name", "report", "validate"]

_CODES = {AlertKind.THRESHOLD: "CTR", AlertKind.STRUCTURING: "STR"}
_REASONS = {
    AlertKind.THRESHOLD: "A transfer of PKR {total}, at or above the threshold for reports.",
    AlertKind.STRUCTURING: "{count} transfers {side} by one investor, PKR {total} in all, each below the threshold.",
}


def _plain(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise ValueError("is empty or holds control characters; write the text alone")
    return value


Text = Annotated[str, Field(max_length=255), AfterValidator(_plain)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,50}$")]


class Filing(BaseModel):
    """Who reports: number at the FMU, reference that the reports' own begin with, office, place, and lookup codes.

    `transmode`, `funds` and `indicators` are codes of the FMU's lookup lists, which each country sets by itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rentity_id: Annotated[int, Field(ge=1)]
    reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    office: Text
    address: Text
    city: Text
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "PK"
    network: Text = "EVM development chain"
    transmode: Code = "VA"
    funds: Code = "VA"
    indicators: Annotated[tuple[Code, ...], Field(min_length=1)]


def file_name(alert: Alert, number: int) -> str:
    """Alert + its number -> `goaml_STR_0001.xml`."""
    return f"goaml_{_CODES[alert.kind]}_{number:04d}.xml"


def report(alert: Alert, filing: Filing, *, number: int, at: int) -> bytes:
    """Alert + filing + number + moment of filing (Unix) -> XML. ValueError for an alert that leads to no report."""
    code = _CODES.get(alert.kind)
    if code is None:
        raise ValueError(f"an alert of kind {alert.kind} is for information and leads to no report")
    root = etree.Element("report")
    _add(root, rentity_id=filing.rentity_id, submission_code="E", report_code=code)
    _add(root, entity_reference=f"{filing.reference}-{code}-{number:04d}", submission_date=_moment(at))
    _add(root, currency_code_local="PKR")
    _add(etree.SubElement(root, "reporting_person"), first_name="Reporting", last_name=filing.office)
    _location(etree.SubElement(root, "location"), filing)
    total = _rupees_up(alert.total)
    reason = _REASONS[alert.kind].format(total=total, count=len(alert.moves), side=alert.side.value)
    _add(root, reason=reason, action="None taken; the tokens were not moved by an office.")
    for move in alert.moves:
        _transaction(etree.SubElement(root, "transaction"), move, alert, filing)
    indicators = etree.SubElement(root, "report_indicators")
    for indicator in filing.indicators:
        _add(indicators, indicator=indicator)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def validate(xml: bytes, xsd: Path | str, *, name: str = "report") -> None:
    """XML + path of a schema -> nothing. InputError with the line of the first thing that the schema forbids."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        schema = etree.XMLSchema(etree.parse(str(xsd), parser))
    except (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise InputError("is no XML schema; give the path of goAML's .xsd", path=xsd) from error
    document = etree.fromstring(xml, parser)
    if not schema.validate(document):
        log: Any = schema.error_log
        first = log[0]
        message = f"is not what the schema {Path(xsd).name} asks for: {first.message}; correct the filing"
        raise InputError(message, path=name, row=first.line)


def _transaction(element: etree._Element, move: Move, alert: Alert, filing: Filing) -> None:
    _add(
        element,
        transactionnumber=f"{move.block}-{move.log}",
        transaction_location=filing.network,
        transaction_description=f"Token {move.token}, transaction {move.tx}",
        date_transaction=_moment(move.at),
        transmode_code=filing.transmode,
        amount_local=_rupees_up(move.value),
    )
    # The side that the alert is about is our client's; of the other only the wallet is known.
    for side, wallet, investor in (
        ("from", move.sender, move.sender_investor),
        ("to", move.receiver, move.receiver_investor),
    ):
        ours = bool(alert.investor) and investor == alert.investor
        _party(etree.SubElement(element, f"t_{side}{'_my_client' if ours else ''}"), side, wallet, investor, filing)
    crypto = etree.SubElement(element, "crypto")
    _add(crypto, virtual_address=move.sender, block_number=move.block)
    _add(etree.SubElement(crypto, "network_device"), device_number=move.sender)


def _party(element: etree._Element, side: str, wallet: str, investor: int, filing: Filing) -> None:
    _add(element, **{f"{side}_funds_code": filing.funds})
    account = etree.SubElement(element, f"{side}_account")
    _add(account, institution_name=filing.office, account=wallet, currency_code="PKR")
    if investor:
        _add(account, client_number=investor)
    _add(element, **{f"{side}_country": filing.country})


def _location(element: etree._Element, filing: Filing) -> None:
    _add(element, address_type="B", address=filing.address, city=filing.city, country_code=filing.country)


def _add(element: etree._Element, **children: str | int) -> None:
    for name, value in children.items():
        etree.SubElement(element, name).text = str(value)


def _rupees_up(value: int) -> str:
    """PKR [1e6] -> rupees, up to the paisa, because the schema's amounts have two decimals."""
    return units.cash_text(units.mul_div_up(value, 1, units.MINOR_UNIT) * units.MINOR_UNIT)


def _moment(at: int) -> str:
    """Unix seconds -> the time in Pakistan, as goAML writes it."""
    seconds = (at + 5 * 3_600) % units.SECONDS_PER_DAY
    return f"{units.date_from_unix(at)}T{seconds // 3_600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def alerts_that_report(found: Sequence[Alert]) -> tuple[Alert, ...]:
    """Alerts -> those that lead to a report."""
    return tuple(alert for alert in found if alert.kind in _CODES)

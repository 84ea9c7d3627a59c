"""Event -> row: which log becomes a row of which table of `schema`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rwa_deploy.events import Event, Value
from rwa_deploy.register.schema import CASH

__all__ = ["FACTS", "REDEMPTION", "Column", "Fact"]

REDEMPTION = 2**256 - 1  # the period of the PayingAgent that stands for the redemption; NULL in the tables
_TOKENS = ("BondToken", CASH)

Column = Callable[[Sequence[Event]], Sequence[Value | None]]  # events -> their cells in one column


@dataclass(frozen=True, slots=True)
class Fact:
    """An event of a contract, its table, and what fills each of the table's columns."""

    contract: str
    event: str
    table: str
    columns: tuple[Column, ...]


def _arg(name: str) -> Column:
    return lambda events: [event.args[name] for event in events]


def _is(value: str | None) -> Column:
    return lambda events: [value] * len(events)


def _args(*names: str) -> tuple[Column, ...]:
    return tuple(map(_arg, names))


def _period(events: Sequence[Event]) -> list[Value | None]:
    """The redemption is no period of the schedule."""
    return [None if (period := event.args["period"]) == REDEMPTION else period for event in events]


def _source(events: Sequence[Event]) -> list[Value | None]:
    return [event.address for event in events]


def _contract(events: Sequence[Event]) -> list[Value | None]:
    return [event.contract for event in events]


def _currency(events: Sequence[Event]) -> list[Value | None]:
    codes = (str(event.args["currency"]).removeprefix("0x") for event in events)
    return [bytes.fromhex(code).rstrip(b"\0").decode("ascii") for code in codes]


def _field(shift: int, bits: int) -> Column:
    # The layout is that of contracts/libraries/Record.sol.
    mask = (1 << bits) - 1
    return lambda events: [_word(event) >> shift & mask for event in events]


def _word(event: Event) -> int:
    record = event.args["record"]
    if not isinstance(record, int):
        raise TypeError(f"a record is an integer of 256 bits, not a {type(record).__name__}")
    return record


def _record(event: str, wallet: str, status: str, file_hash: Column) -> Fact:
    fields = [_field(*place) for place in ((0, 8), (8, 16), (24, 8), (32, 8), (72, 40), (112, 40), (152, 64))]
    return Fact("Allowlist", event, "records", (_arg(wallet), _is(status), *fields, file_hash))


_PAID: Mapping[str, str | None] = {
    "income": None,
    "principal": None,
    "tax": None,
    "amount": None,
    "code": "0",
    "funded": None,
}


def _payment(event: str, kind: str, wallet: str, **args: str) -> Fact:
    """Event of the PayingAgent -> its row: what it says, and nothing in the other columns."""
    head = (_source, _arg("series"), _period, _is(kind), _arg(wallet))
    return Fact("PayingAgent", event, "payments", (*head, *_filled(_PAID, args)))


_LIABILITIES = "LiabilityManagement"
_PUT: Mapping[str, str | None] = {"wallet": None, "face": None, "cash": None, "code": "0"}
_STEP: Mapping[str, str | None] = {"price": None, "share": None, "cash": None}
_OFFER: Mapping[str, str | None] = {"face": None, "price": None, "cash": None, "accrued": None, "code": "0"}


def _filled(columns: Mapping[str, str | None], args: Mapping[str, str]) -> tuple[Column, ...]:
    """Columns with what stands in them where the event is silent + what it says -> their cells."""
    return tuple(_arg(args[name]) if name in args else _is(value) for name, value in columns.items())


def _default(event: str, kind: str) -> Fact:
    return Fact("Defaults", event, "defaults", (_arg("series"), _period, _is(kind)))


def _put(event: str, kind: str, **args: str) -> Fact:
    head = (_source, _arg("series"), _arg("period"), _is(kind))
    return Fact(_LIABILITIES, event, "puts", (*head, *_filled(_PUT, args)))


def _buyback(event: str, kind: str, **args: str) -> Fact:
    return Fact(_LIABILITIES, event, "buyback_steps", (_source, _arg("id"), _is(kind), *_filled(_STEP, args)))


def _offer(event: str, kind: str, **args: str) -> Fact:
    head = (_source, _arg("id"), _is(kind), _arg("holder"))
    return Fact(_LIABILITIES, event, "offers", (*head, *_filled(_OFFER, args)))


def _vote(event: str, wallet: str, kind: str, support: Column, weight: Column) -> Fact:
    return Fact("Meeting", event, "votes", (_arg("id"), _arg("series"), _arg(wallet), _is(kind), support, weight))


# An order is proposed in full; what becomes of it names its number.
_PROPOSAL = ("kind", "subject", "token", "expires_at", "receiver", "amount", "legal_ref")
_ORDER = ("kind", "subject", "token", "receiver", "amount", "expires_at", "legal_ref")


def _proposal(name: str) -> Column:
    place = _PROPOSAL.index(name)

    def column(events: Sequence[Event]) -> list[Value | None]:
        found = [event.args["proposal"] for event in events]
        return [part[place] for part in found if isinstance(part, tuple)]

    return column


def _order(event: str, status: str, office: Column, **args: str) -> Fact:
    filled = _filled(dict.fromkeys(_ORDER), args)
    return Fact("Enforcement", event, "orders", (_arg("id"), _is(status), office, *filled))


def _lien(event: str, kind: str, receiver: Column) -> Fact:
    return Fact("BondToken", event, "liens", (_source, _is(kind), *_args("holder", "creditor"), receiver, _arg("face")))


_CREDIT: Mapping[str, str | None] = dict.fromkeys(("owner", "series", "other", "face", "cash", "repaid", "debt"))


def _credit(event: str, kind: str, **args: str) -> Fact:
    """Event of the vault -> its row: what it says, and nothing in the other columns."""
    return Fact("CollateralVault", event, "credit", (_is(kind), *_filled(_CREDIT, {"owner": "owner"} | args)))


def _state(event: str, kind: Column, successor: Column) -> Fact:
    return Fact("Allowlist", event, "wallet_states", (_arg("wallet"), kind, successor))


def _frozen_or_released(events: Sequence[Event]) -> list[Value | None]:
    return ["frozen" if event.args["frozen"] else "released" for event in events]


def _announced(event: str, kind: str, amount: str) -> Fact:
    columns = (_arg("series"), _is(kind), *_args("from", "to", amount, "messageHash"))
    return Fact("Policies", event, "announcements", columns)


def _token_facts(token: str) -> tuple[Fact, ...]:
    ends = (_arg("from"), _arg("to"))
    return (
        Fact(token, "Transfer", "transfers", (_contract, _source, *ends, _arg("value"))),
        Fact(token, "ForcedTransfer", "forced_transfers", (_source, *ends, _arg("amount"))),
        Fact(token, "Frozen", "freezes", (_source, _arg("account"), _arg("amount"))),
    )


_WINNER = (_arg("id"), _arg("winner"), _arg("page"), _arg("position"))
_BOOKED = (_arg("face"), _arg("usd"))

FACTS: tuple[Fact, ...] = (
    *(fact for token in _TOKENS for fact in _token_facts(token)),
    _record("Onboarded", "wallet", "onboarded", _arg("fileHash")),
    _record("Revoked", "wallet", "revoked", _is(None)),
    _record("SystemAccountSet", "account", "system", _is(None)),
    _record("Renewed", "wallet", "onboarded", _is(None)),
    _record("WalletAdded", "added", "onboarded", _is(None)),
    _state("WalletFrozen", _frozen_or_released, _is(None)),
    _state("WalletReplaced", _is("replaced"), _arg("successor")),
    Fact(
        "Enforcement",
        "OrderProposed",
        "orders",
        (_arg("id"), _is("proposed"), _arg("maker"), *map(_proposal, _ORDER)),
    ),
    _order("OrderExecuted", "executed", _arg("checker")),
    _order("OrderCancelled", "cancelled", _arg("by")),
    _order("OrderRenewed", "renewed", _arg("checker"), expires_at="expiresAt"),
    _order("OrderLifted", "lifted", _is(None)),
    Fact("Enforcement", "Recovered", "recoveries", _args("id", "token", "amount", "frozen")),
    _announced("Announced", "announced", "maximum"),
    _announced("AnnouncementUsed", "used", "amount"),
    Fact("Licences", "LicenceChanged", "licences", _args("provider", "id", "phase", "scope", "until")),
    Fact("Programme", "SeriesRegistered", "registrations", (_arg("series"), _is("registered"), _is(None))),
    Fact("Programme", "SeriesConfirmed", "registrations", (_arg("series"), _is("confirmed"), _currency)),
    Fact("Programme", "Issued", "issues", (_arg("series"), _is("issued"), *_BOOKED)),
    Fact("Programme", "Retired", "issues", (_arg("series"), _is("retired"), *_BOOKED)),
    Fact("Programme", "Exchanged", "exchanges", _args("from", "to", "face", "received", "usd")),
    Fact("Programme", "SeriesEnded", "series_ends", _args("series", "endAt")),
    Fact("Programme", "SeriesScaled", "series_scales", _args("series", "period", "kept")),
    Fact("Programme", "CapChanged", "caps", (_arg("capUsd"),)),
    Fact(CASH, "Minted", "cash_issues", (_source, _is("issued"), _arg("minter"), _arg("amount"))),
    Fact(CASH, "Burned", "cash_issues", (_source, _is("retired"), _arg("minter"), _arg("amount"))),
    Fact(
        "Settlement",
        "AllotmentOpened",
        "allotment_books",
        (_arg("id"), _arg("series"), _arg("treasury"), _arg("pages")),
    ),
    Fact(
        "Settlement",
        "AllotmentSettled",
        "allotments",
        (*_WINNER, _is("settled"), _is("0"), _arg("face"), _arg("cash"), _is(None)),
    ),
    Fact(
        "Settlement",
        "AllotmentSkipped",
        "allotments",
        (*_WINNER, _is("skipped"), _arg("code"), _is(None), _arg("cash"), _arg("pullable")),
    ),
    Fact(
        "Settlement",
        "TradeSettled",
        "trades",
        _args("tradeHash", "seller", "buyer", "series", "face", "cash"),
    ),
    _payment("Funded", "funded", "payer", amount="amount", funded="funded"),
    _payment("Paid", "paid", "holder", income="income", principal="principal", tax="tax"),
    _payment("PaymentSkipped", "skipped", "holder", amount="owed", code="code"),
    _payment("TaxRemitted", "remitted", "taxAccount", amount="tax"),
    _payment("DustReturned", "dust", "payer", amount="dust"),
    Fact("PayingAgent", "Redeemed", "redemptions", _args("series", "holder", "face")),
    Fact("PayingAgent", "Collected", "collections", _args("series", "holder", "creditor", "face", "cash")),
    Fact("PayingAgent", "Postponed", "postponements", (_arg("series"), _period, _arg("addedDays"), _arg("citation"))),
    Fact("PayingAgent", "Called", "calls", _args("series", "period", "share", "price")),
    _lien("Pledged", "pledged", _is(None)),
    _lien("Released", "released", _is(None)),
    _lien("Seized", "seized", _arg("to")),
    Fact("BondToken", "RecordDateSet", "record_dates", (_source, _arg("recordAt"))),
    _credit("Adjusted", "adjusted", cash="minted", repaid="repaid", debt="debt"),
    _credit("RepaidFor", "repaid for", other="payer", repaid="repaid", debt="debt"),
    _credit("Substituted", "substituted", series="seriesIn", other="seriesOut", face="face"),
    _credit("Collected", "collected", series="series", face="face", repaid="repaid", cash="credited"),
    _credit("Withdrawn", "withdrawn", other="payee", cash="amount"),
    _credit("AuctionStarted", "auction started", debt="debt"),
    _credit("AuctionTaken", "sold", series="series", other="bidder", face="face", cash="cash", repaid="repaid"),
    _credit("AuctionEnded", "auction ended"),
    _credit("WrittenOff", "written off", cash="fromBuffer", debt="debt"),
    _credit("PositionMoved", "moved", owner="from", other="to", debt="debt"),
    Fact("Fixings", "RateFixed", "fixings", _args("series", "period", "rate", "kind", "source")),
    Fact("TaxTable", "RatesSet", "tax_rows", _args("instrumentClass", "fromDay", "row", "reduced")),
    _default("DefaultDeclared", "declared"),
    _default("DefaultCured", "cured"),
    _put("PutNoticed", "noticed", wallet="holder", face="face"),
    _put("PutTrimmed", "trimmed", wallet="holder", face="face"),
    _put("PutFunded", "funded", wallet="payer", cash="amount"),
    _put("PutSettled", "settled", wallet="holder", face="face", cash="cash"),
    _put("PutSkipped", "skipped", wallet="holder", face="face", code="code"),
    _put("PutClosed", "closed", cash="left"),
    _put("PutReturned", "returned", wallet="payer", cash="amount"),
    Fact(_LIABILITIES, "BuybackOpened", "buybacks", _args("id", "series", "treasury", "closesAt", "mostFace")),
    _buyback("BuybackAccepted", "accepted", price="cutoffPrice", share="shareAtCutoff"),
    _buyback("BuybackClosed", "closed", cash="returned"),
    _offer("OfferPlaced", "placed", face="face", price="price"),
    _offer("OfferFunded", "funded", face="face", cash="cash"),
    _offer("OfferSettled", "settled", face="face", cash="cash", accrued="accrued"),
    _offer("OfferSkipped", "skipped", face="face", code="code"),
    Fact(
        _LIABILITIES,
        "ExchangeOpened",
        "exchange_offers",
        _args("id", "from", "to", "ratio", "mostFace", "closesAt"),
    ),
    Fact(_LIABILITIES, "ExchangeAccepted", "acceptances", _args("id", "holder", "face", "received")),
    Fact("Meeting", "Convened", "meetings", _args("id", "kind", "procedure", "convener", "recordAt", "closesAt")),
    Fact("Meeting", "SeriesListed", "meeting_series", _args("id", "series", "to", "ratio", "factor")),
    _vote("VoteCast", "holder", "cast", _arg("support"), _arg("weight")),
    _vote("BallotSkipped", "holder", "skipped", _is(None), _is(None)),
    _vote("Excluded", "account", "excluded", _is(None), _arg("weight")),
    Fact("Meeting", "Counted", "counts", _args("id", "series", "inFavour", "against", "outstanding")),
    Fact("Meeting", "Closed", "outcomes", _args("id", "outcome")),
    Fact("Meeting", "HoldersExchanged", "mandatory_exchanges", _args("id", "series", "face")),
)

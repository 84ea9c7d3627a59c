"""What the register answers: frozen lines of integers [1e6] and addresses."""

from dataclasses import dataclass

__all__ = [
    "AllotmentLine",
    "Holder",
    "Kyc",
    "Payment",
    "Purchase",
    "Redemption",
    "SeriesUse",
    "TaxRowSet",
    "TradeLine",
    "Use",
]


@dataclass(frozen=True, slots=True)
class Kyc:
    """The last record of a wallet: `status` is onboarded, revoked or system; times are Unix seconds.

    `tier` counts from 1 in the order of `model.Tier`, `country` is ISO 3166 numeric, `provider` is the number of the
    licence (0 is the registrar), `investor` the keyed number behind the wallet.
    """

    status: str
    tier: int
    country: int
    provider: int
    tax_class: int
    valid_until: int
    updated_at: int
    investor: int
    file_hash: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A wallet with a balance: face [1e6] and its record, None for one the Allowlist never wrote."""

    wallet: str
    face: int
    kyc: Kyc | None


@dataclass(frozen=True, slots=True)
class SeriesUse:
    """What a series took of the programme: faces issued and retired [1e6], dollars booked now [1e6]."""

    series: str
    issued_face: int
    retired_face: int
    used_usd: int


@dataclass(frozen=True, slots=True)
class Use:
    """The programme at a moment: cap and use [1e6 USD], series by series."""

    cap_usd: int
    used_usd: int
    series: tuple[SeriesUse, ...]


@dataclass(frozen=True, slots=True)
class AllotmentLine:
    """How one winner's allotment stands last: settled, or skipped with the restriction `code` (0: too little cash).

    `face` is None for a skipped one, `pullable` None for a settled one; cash and face [1e6].
    """

    allotment: str
    page: int
    place: int
    winner: str
    status: str
    code: int
    face: int | None
    cash: int
    pullable: int | None
    block: int
    log_index: int
    block_time: int
    tx_hash: str


@dataclass(frozen=True, slots=True)
class TradeLine:
    """A settled trade: face against cash [1e6]."""

    trade: str
    series: str
    seller: str
    buyer: str
    face: int
    cash: int
    block: int
    log_index: int
    block_time: int
    tx_hash: str


@dataclass(frozen=True, slots=True)
class Payment:
    """What the paying agent did: `kind` is funded, paid, skipped (`amount` is owed, `code` says why), remitted (tax) or
    dust.

    `period` is None for the redemption. A paid holder got `income + principal - tax` [1e6], none of them known for
    the other kinds; `amount` is what was funded, owed, remitted or given back, None where paid.
    """

    series: str
    period: int | None
    kind: str
    wallet: str
    income: int | None
    principal: int | None
    tax: int | None
    amount: int | None
    code: int
    block: int
    log_index: int
    block_time: int
    tx_hash: str

    @property
    def gross(self) -> int:
        """Payment -> income and principal before tax [1e6]; 0 for what is no payment."""
        return (self.income or 0) + (self.principal or 0)

    @property
    def net(self) -> int:
        """Payment -> what reached the holder [1e6]."""
        return self.gross - (self.tax or 0)


@dataclass(frozen=True, slots=True)
class Redemption:
    """Face of a holder that was redeemed [1e6]."""

    series: str
    wallet: str
    face: int
    block: int
    tx_hash: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """Face that was bought from a holder before its time: `kind` is put or buyback, `period` that of the put.

    Cash and face [1e6]; `accrued` is the interest in the cash of a buyback, and may be negative.
    """

    kind: str
    series: str
    period: int | None
    wallet: str
    face: int
    cash: int
    accrued: int
    block_time: int
    tx_hash: str


@dataclass(frozen=True, slots=True)
class TaxRowSet:
    """A row of the tax table as it is packed on chain, from a day number on."""

    instrument_class: int
    from_day: int
    packed: int
    reduced: int

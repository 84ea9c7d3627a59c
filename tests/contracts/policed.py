"""A series that is bound by a policy, its parties, and the ways in which face reaches a wallet."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from evm import GAS, ZERO, Contract, Receipt, Reverted, address_of, key_of
from signing import trade_digest
from world import DAY, VALID_UNTIL, World, page_hash, record

from rwa_deploy import units

ONE = units.ONE
ALL = 2**256 - 1
COUNTRIES, CAPS, DISCLOSURE, TRAVEL = 1, 2, 4, 8  # flags of a policy
OMNIBUS_TIER = 6
PROSPECTUS = b"\xd1".ljust(32, b"\0")
ALLOTMENT = b"\x60".ljust(32, b"\0")
HOLDER, RECEIVER, SPENDER, OUTSIDER = map(address_of, ("holder", "receiver", "spender", "outsider"))
TREASURY, DEBT_OFFICE, REGULATOR, REGISTRAR = map(address_of, ("treasury", "debt_office", "regulator", "registrar"))
ISSUED = 1_000_000 * ONE  # what the holder of a policed series has
CASH = 10  # what a trade costs
MESSAGES = {
    5: "The series is locked up until the date of its policy.",
    6: "The amount is neither in lots of the series nor all that the sender has.",
    7: "A transfer of this size between providers needs a travel-rule announcement.",
    30: "The receiver's tier is below the lowest of the series.",
    31: "The series may not be held in the receiver's country.",
    32: "The receiver has not accepted the disclosure of the series.",
    33: "The receiver accepted the disclosure too short a time ago.",
    34: "The receiver's wallet is not counted under its investor yet.",
    35: "The receiver would hold more than the cap per investor.",
    36: "The series has as many holders as it may have.",
    37: "The provider's statement of customers for the receiver's omnibus wallet is missing or old.",
}
(
    LOCKED_UP, NOT_IN_LOTS, NOT_ANNOUNCED, TIER, COUNTRY, NOT_ACCEPTED, COOLING_OFF, NOT_COUNTED, CAP, HOLDERS, OMNIBUS,
) = MESSAGES  # fmt: skip


def word(
    lowest_tier: int = 0,
    lot: int = 0,
    locked_until: int = 0,
    cooling_off: int = 0,
    most_holders: int = 0,
    omnibus_age: int = 0,
    flags: int = 0,
) -> int:
    """Fields -> the word of `contracts/libraries/Policy.sol`; the lot in whole units of face."""
    fields = ((lowest_tier, 0), (lot, 8), (locked_until, 72), (cooling_off, 112), (most_holders, 136))
    return sum(value << shift for value, shift in (*fields, (omnibus_age, 168), (flags, 192)))


def terms(
    caps: Mapping[int, int] | None = None,
    blocked: Iterable[int] = (),
    disclosure: bytes = bytes(32),
    travel: bool = False,
    flags: int | None = None,
    **fields: int,
) -> tuple[Any, ...]:
    """What a policy asks -> the struct, its flags in agreement unless others are named; caps by tier in whole units."""
    caps_word = sum(cap << 40 * (tier - 1) for tier, cap in (caps or {}).items())
    bits = sum(1 << country for country in blocked)
    agreed = COUNTRIES * bool(bits) | CAPS * bool(caps_word) | DISCLOSURE * any(disclosure) | TRAVEL * travel
    words = tuple(bits >> 256 * place & ALL for place in range(4))
    return word(flags=agreed if flags is None else flags, **fields), caps_word, words, disclosure


@dataclass(frozen=True)
class Policed:
    """The world with a series of which the holder has a million."""

    world: World
    series: Contract

    @property
    def policies(self) -> Contract:
        return self.world.policies

    def bind(self, **changes: Any) -> Receipt:
        """A policy for the series, at once: it had none, or a weaker one."""
        return self.policies.tightenPolicy(self.series.address, terms(**changes), by=REGULATOR)

    def bind_anew(self, **changes: Any) -> None:
        """Any policy; two days pass."""
        self.world.by_admin(self.policies.loosenPolicy, self.series.address, terms(**changes))

    def accept(self, *wallets: str, disclosure: bytes = PROSPECTUS) -> None:
        for wallet in wallets:
            self.policies.acceptDisclosure(disclosure, by=wallet)

    def count(self, *wallets: str) -> Receipt:
        """By anyone."""
        return self.policies.countWallets(list(wallets), by=OUTSIDER)

    def recount(self, *wallets: str) -> Receipt:
        """By anyone."""
        return self.policies.recount(self.series.address, list(wallets), by=OUTSIDER)

    def places(self, *wallets: str) -> tuple[int, list[bool]]:
        """How many are taken, and who of the wallets has one."""
        found = [self.policies.holdersOf(self.series.address, wallet) for wallet in wallets]
        return self.policies.holdersOf(self.series.address, ZERO).holders, [one.counted for one in found]

    def held(self, *wallets: str) -> list[int]:
        return [self.series.balanceOf(wallet) for wallet in wallets]

    def code(self, to: str, amount: int, by: str = HOLDER) -> int:
        """What is told before a transfer."""
        return self.series.detectTransferRestriction(by, to, amount)

    def send(self, to: str, amount: int, by: str = HOLDER) -> Receipt:
        return self.series.transfer(to, amount, by=by)


def build(world: World, salt: int = 77, **changes: Any) -> Policed:
    """World -> a series with Policies as its rules, in units of one."""
    changes = {"denomination": ONE, "rules": world.policies.address, **changes}
    series = world.new_series(salt, **changes)
    world.issue(series, {HOLDER: ISSUED})
    return Policed(world, series)


def enrol(world: World, wallet: str, **fields: Any) -> str:
    """The registrar writes the record of a wallet, as a client of the first provider unless another is named."""
    fields = {"provider": 1, "valid_until": VALID_UNTIL, **fields}
    world.allowlist.onboardByRegistrar([(wallet, record(**fields), bytes(32))], by=REGISTRAR)
    return wallet


# ── the ways in: each sends `amount` to the wallet of a name ─────────────────────────────────────────────────────────


def by_transfer(policed: Policed, name: str, amount: int) -> Receipt:
    return policed.send(address_of(name), amount)


def by_transfer_from(policed: Policed, name: str, amount: int) -> Receipt:
    policed.series.approve(SPENDER, ALL, by=HOLDER)
    return policed.series.transferFrom(HOLDER, address_of(name), amount, by=SPENDER)


def by_trade(policed: Policed, name: str, amount: int) -> Receipt:
    """The holder sells."""
    world, settlement, buyer = policed.world, policed.world.settlement, address_of(name)
    pay_in(world, name, CASH)
    trade = (policed.series.address, HOLDER, buyer, amount, CASH, 1, 1, world.chain.now + DAY, ZERO)
    digest = trade_digest(settlement, trade)
    return settlement.settleTrade(trade, key_of("holder").sign(digest), key_of(name).sign(digest))


def by_issue(policed: Policed, name: str, amount: int) -> Receipt:
    return policed.world.issue(policed.series, {address_of(name): amount})


def pay_in(world: World, name: str, amount: int) -> None:
    """Cash for who may have any."""
    if amount and world.cash.canReceive(address_of(name)):
        world.mint_cash(address_of(name), amount)


def settle(policed: Policed, *rows: tuple[str, int], paying: Iterable[str] | None = None, gas: int = GAS) -> Receipt:
    """A page with a row for each (name, face) at par; all pay unless only some can."""
    world = policed.world
    page = [(address_of(name), face, units.PAR) for name, face in rows]
    world.settlement.openAllotment(ALLOTMENT, policed.series.address, TREASURY, [page_hash(page)], by=DEBT_OFFICE)
    for name in {name for name, _ in rows} if paying is None else paying:
        pay_in(world, name, sum(face for payer, face in rows if payer == name))
        world.cash.approve(world.settlement.address, ALL, by=address_of(name))
    return world.settlement.settlePage(ALLOTMENT, 0, page, by=OUTSIDER, gas=gas)


def skipped(receipt: Receipt) -> dict[int, int]:
    """Receipt of a page -> position and code of those passed over."""
    return {position: code for _, _, _, _, position, code, *_ in receipt.of("AllotmentSkipped")}


TRANSFERS = {"transfer": by_transfer, "transferFrom": by_transfer_from, "trade": by_trade}
WAYS = {**TRANSFERS, "issue": by_issue}


def refusal(way: Callable[[Policed, str, int], Receipt], policed: Policed, name: str, amount: int) -> Any:
    """Code and account with which a way in is refused; None when it is open. Nothing of it stays."""
    with policed.world.chain.rolled_back():
        try:
            way(policed, name, amount)
        except Reverted as error:
            if error.name != "TransferRestricted":
                raise
            return error.facts["code"], error.facts["account"]
    return None


def refusal_on_page(policed: Policed, name: str, amount: int) -> int:
    """Code with which a page passes a winner over, 0 when it does not; another one is served all the same."""
    with policed.world.chain.rolled_back():
        receipt = settle(policed, (name, amount), ("tax_account", ONE))
        assert policed.held(address_of("tax_account")) == [ONE]
        return skipped(receipt).get(0, 0)

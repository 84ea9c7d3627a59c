"""The programme under random use: 22 actions against the reference model, every invariant after every step."""

import sys

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Rule, RuleBasedStateMachine, rule, run_state_machine_as_test
from hypothesis.strategies._internal.featureflags import FeatureFlags
from model import CASH, DAY, ENDLESS, HOUR, PKT, Trade
from run import MINTER, SERIES, STRANGERS, TREASURY, UNIT, WALLETS, Run
from world import VALID_UNTIL

EXAMPLES, STEPS = 240, 140
LEAST_SUCCESSES, LEAST_REFUSALS = 500, 20
PRICE = 98_383_200
WALLET = st.sampled_from([*WALLETS * 4, *STRANGERS, TREASURY])
INVESTOR = st.sampled_from(WALLETS)
TOKEN = st.sampled_from([CASH, CASH, CASH, "middle", "long", "long", "long", "ripe"])
BOND = st.sampled_from(["middle", "long", "long", "long", "long", "ripe"])
PAUSABLE = st.sampled_from([CASH, *SERIES, "system"])
SHARE = st.integers(0, 12)
CHANCE = st.integers(0, 15)  # 0 to 5 are mistakes of some kind


def share(base: int, index: int) -> int:
    """An amount as a share of what is there, its neighbours and its bounds among them."""
    shares = (0, 1, base // 100, base // 50, base // 20, base // 10, base // 7, base // 5, base // 3, base // 2, base)
    return min(ENDLESS, (*shares, base + 1, 2 * base + 7)[index])


def midnight_after(now: int) -> int:
    return now - (now + PKT) % DAY + DAY


class ProgrammeMachine(RuleBasedStateMachine):
    """One run of up to STEPS steps from the state in which `Run` begins."""

    run: Run  # shared by all examples, set by the test

    def __init__(self) -> None:
        super().__init__()
        self.run.begin()
        self.model = self.run.model
        self.nonce = 0

    def fallen(self, pick, otherwise):
        """A wallet that is expired or revoked, if there is one; the expired first."""
        standings = {wallet: self.model.standing(wallet) for wallet in WALLETS}
        wallets = [wallet for wallet in WALLETS if standings[wallet] == 1 + pick % 2]
        return wallets[0] if wallets else next((wallet for wallet in WALLETS if standings[wallet]), otherwise)

    @rule(name=TOKEN, sender=WALLET, receiver=WALLET, index=SHARE, chance=CHANCE)
    def transfer(self, name, sender, receiver, index, chance):
        token = self.model.tokens[name]
        sender = self.fallen(index, sender) if chance < 2 else sender
        base = token.balance(sender) if chance < 6 else token.free(sender)
        self.run.transfer(name, sender, receiver, share(base, min(index, 10) if chance < 6 else index))

    @rule(name=TOKEN, operator=WALLET, sender=INVESTOR, receiver=WALLET, index=SHARE, pick=st.integers(0, 23))
    def transfer_from(self, name, operator, sender, receiver, index, pick):
        token = self.model.tokens[name]
        given = [pair for pair, amount in token.allowances.items() if amount and pair[1] in WALLETS]
        if given and pick < 16:
            sender, operator = given[pick % len(given)]
        elif pick > 15:
            operator = self.fallen(index, operator)
        allowed = token.allowances.get((sender, operator), 0)
        base = allowed if pick % 4 == 0 else min(allowed, token.free(sender))
        self.run.transfer_from(name, operator, sender, receiver, share(base, index))

    @rule(name=TOKEN, owner=INVESTOR, spender=WALLET, index=SHARE, chance=CHANCE)
    def approve(self, name, owner, spender, index, chance):
        to_settlement = chance < 2 and name == CASH
        amount = ENDLESS if chance == 2 else share(self.model.tokens[name].balance(owner), index)
        self.run.approve(name, owner, self.run.world.settlement.address if to_settlement else spender, amount)

    @rule(name=BOND, first=WALLET, second=INVESTOR, index=st.integers(1, 40), chance=CHANCE)
    def issue(self, name, first, second, index, chance):
        room = (self.model.cap - self.model.used()) * self.model.holding()[0] // UNIT
        faces = [(first, max(1, room // (20 * index * UNIT)) * UNIT), (second, UNIT)]
        if chance == 0:
            faces[1] = (second, UNIT + index)
        elif chance == 1:
            faces = [(second, room // UNIT * UNIT + UNIT)]
        elif chance == 2 and index < 10:
            faces = [(second, room // UNIT * UNIT)]
        self.run.issue(name, faces)

    @rule(name=BOND, seller=INVESTOR, buyer=WALLET, index=SHARE, price=st.integers(1, 9), chance=CHANCE)
    def settle_trade(self, name, seller, buyer, index, price, chance):
        tokens = self.model.tokens
        face = 0 if chance == 5 else share(tokens[name].free(seller), index) or 1
        cash = max(1, tokens[CASH].free(buyer) // (10 * price)) if chance != 1 else tokens[CASH].free(buyer) + 1
        self.nonce += 1
        nonce = max(1, self.nonce - 3) if chance == 2 else self.nonce
        deadline = self.model.now - 1 if chance == 3 else self.model.now
        signers = (seller, buyer) if chance != 4 else (seller, WALLETS[price % 6])
        self.run.settle_trade(Trade(name, seller, buyer, face, cash, nonce, nonce, deadline, signers))

    @rule(party=INVESTOR, ahead=st.integers(0, 5))
    def cancel_nonce(self, party, ahead):
        self.run.cancel_nonce(party, self.nonce + ahead)

    @rule(name=BOND, first=st.integers(0, 5), stranger=CHANCE, index=st.integers(1, 30))
    def open_allotment(self, name, first, stranger, index):
        winners = [WALLETS[(first + step) % 6] for step in range(3)]
        if stranger == 0:
            winners[1] = STRANGERS[0]
        face = max(1, self.model.tokens[CASH].balance(winners[0]) // (20 * index * UNIT)) * UNIT + (stranger == 1)
        self.run.open_allotment(name, [(winner, face, PRICE) for winner in winners])

    @rule(name=BOND, pick=st.integers(0, 30), chance=CHANCE)
    def settle_page(self, name, pick, chance):
        books = self.model.books
        fresh = [number for number, book in enumerate(books) if book.open and len(book.settled) < len(book.winners)]
        if not books or (not fresh and chance > 1):
            self.open_allotment_of(name, pick)
            fresh = [len(books) - 1]
        number = fresh[pick % len(fresh)] if fresh and chance > 1 else pick % len(books)
        winners = books[number].winners
        self.run.settle_page(number, int(chance == 2), winners[:2] if chance == 3 else winners)

    def open_allotment_of(self, name, pick):
        winners = [WALLETS[(pick + step) % 6] for step in range(3)]
        self.run.open_allotment(name, [(winner, (1 + pick) * UNIT, PRICE) for winner in winners])

    @rule(pick=st.integers(0, 30))
    def close_allotment(self, pick):
        done = [number for number, book in enumerate(self.model.books) if book.open and book.settled]
        if not self.model.books:
            self.open_allotment_of("long", pick)
        self.run.close_allotment(done[pick % len(done)] if done else pick % len(self.model.books))

    @rule(name=TOKEN, wallet=WALLET, index=SHARE, whole=CHANCE)
    def freeze(self, name, wallet, index, whole):
        self.run.freeze(
            name, wallet, ENDLESS if whole == 0 else 1 + share(self.model.tokens[name].balance(wallet), index)
        )

    @rule(name=TOKEN, wallet=INVESTOR, pick=st.integers(0, 5))
    def unfreeze(self, name, wallet, pick):
        frozen = [account for account, amount in self.model.tokens[name].frozen.items() if amount]
        self.run.freeze(name, frozen[pick % len(frozen)] if frozen else wallet, 0)

    @rule(name=TOKEN, source=WALLET, receiver=WALLET, index=SHARE)
    def forced_transfer(self, name, source, receiver, index):
        self.run.forced_transfer(name, source, receiver, share(self.model.tokens[name].balance(source), index))

    @rule(name=PAUSABLE, then=CHANCE)
    def pause(self, name, then):
        """A pause; most of them are renewed and ended before anything else happens."""
        self.run.pause(name)
        if then > 2:
            self.run.renew_pause(name)
        if then > 4:
            self.run.unpause(name)

    @rule(name=PAUSABLE)
    def renew_pause(self, name):
        self.run.renew_pause(name)

    @rule(name=PAUSABLE)
    def unpause(self, name):
        paused = [other for other, token in self.model.tokens.items() if self.model.now < token.paused_until]
        self.run.unpause("system" if self.model.is_paused() else (paused or [name])[0])

    @rule(wallet=WALLET, then=CHANCE)
    def revoke(self, wallet, then):
        self.run.revoke(wallet)
        if then > 3:
            self.run.onboard(wallet, VALID_UNTIL, by_registrar=then > 5)

    @rule(wallet=INVESTOR, hours=st.integers(0, 8), then=CHANCE)
    def expire(self, wallet, hours, then):
        self.run.onboard(wallet, self.model.now + hours * HOUR, by_registrar=True, action="expire")
        if then < 4:
            self.run.travel(hours * HOUR + 1)
        if then > 5:
            self.run.onboard(wallet, VALID_UNTIL, by_registrar=True)

    @rule(wallet=WALLET, by_registrar=st.booleans())
    def onboard(self, wallet, by_registrar):
        self.run.onboard(wallet, VALID_UNTIL, by_registrar=by_registrar)

    @rule(pick=st.integers(0, 5))
    def restore(self, pick):
        self.run.onboard(self.fallen(pick, WALLETS[pick]), VALID_UNTIL, by_registrar=True)

    @rule(name=BOND, days=st.integers(1, 9), chance=CHANCE)
    def set_record_date(self, name, days, chance):
        shift = {0: 1, 1: -DAY}.get(chance, 0)
        for later in range(5 if chance == 2 else 1):
            self.run.set_record_date(name, midnight_after(self.model.now) + (days + later) * DAY + shift)

    @rule(index=st.integers(0, 15))
    def travel(self, index):
        night = midnight_after(self.model.now) - self.model.now
        short = (1, 60, HOUR, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 6 * HOUR, night - 1, night)
        steps = (*short, night, DAY, DAY, 2 * DAY, 4 * DAY, 11 * DAY)
        self.run.travel(max(1, steps[index]))

    @rule(receiver=WALLET, index=st.integers(0, 20))
    def mint(self, receiver, index):
        limit = self.model.minter_limit - self.model.minted
        self.run.mint(receiver, limit + index if index < 2 else limit // (10_000 * index))

    @rule(index=SHARE, above=CHANCE)
    def burn(self, index, above):
        amount = 0 if above == 1 else max(1, share(self.model.tokens[CASH].free(MINTER), min(index, 11)))
        self.run.burn(self.model.minted + 1 + index if above == 0 else amount)

    @rule(name=BOND, payer=WALLET, index=SHARE, treasury=CHANCE)
    def fund(self, name, payer, index, treasury):
        redemption = self.model.redemptions.get(name)
        short = self.model.due(name) - (redemption.funded if redemption else 0)
        self.run.fund(name, payer if treasury == 0 else TREASURY, share(short, index))

    @rule(pick=st.integers(0, 9), first=WALLET, second=INVESTOR, third=INVESTOR)
    def redeem(self, pick, first, second, third):
        matured = [name for name in SERIES if self.model.tokens[name].maturity <= self.model.now]
        name = "long" if pick == 0 else matured[pick % len(matured)]
        if pick > 4 and self.model.tokens[name].supply():
            redemption = self.model.redemptions.get(name)
            short = self.model.due(name) - (redemption.funded if redemption else 0)
            self.run.fund(name, TREASURY, 1 + short // (5 * pick))
        self.run.redeem(name, [first, second, third])

    @rule(percent=st.integers(-4, 4), chance=CHANCE)
    def post_rate(self, percent, chance):
        number = self.model.rounds + {0: 2, 4: 0}.get(chance, 1)
        rate = self.model.holding()[0] * (100 + percent) // 100
        if chance < 3:
            rate = (rate, 0, rate * 3 // 2)[chance]
        self.run.post_rate(number, rate, self.model.now + (chance == 3))

    @rule(jump=CHANCE)
    def cancel_pending(self, jump):
        if jump > 1:
            self.run.travel(1)
            rate = self.model.holding()[0]
            self.run.post_rate(self.model.rounds + 1, rate * 2 if rate < 10**9 else rate // 2, self.model.now)
        if jump != 2:
            self.run.cancel_pending()


# What succeeds rarely, or waits for others, is tried more often.
WEIGHTS = {
    "transfer": 2, "transfer_from": 3, "issue": 2, "settle_trade": 3, "settle_page": 3, "forced_transfer": 2,
    "redeem": 2, "restore": 2, "close_allotment": 2,
}  # fmt: skip
for _name, _weight in WEIGHTS.items():
    for _copy in range(1, _weight):
        setattr(ProgrammeMachine, f"{_name}_{_copy}", getattr(ProgrammeMachine, _name))


@pytest.fixture(scope="module")
def shared_run() -> Run:
    return Run()


@pytest.fixture(autouse=True)
def every_rule_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis leaves rules out of a run at random ("swarm"); a pause without an end would stop everything.

    It also spells out every rule at every draw, which takes a tenth of the time.
    """
    monkeypatch.setattr(FeatureFlags, "is_enabled", lambda _flags, _name: True)
    monkeypatch.setattr(Rule, "__repr__", lambda rule: rule.function.__name__)


def test_the_programme_keeps_its_invariants_under_random_use(shared_run: Run, capsys: pytest.CaptureFixture[str]):
    machine = type("Machine", (ProgrammeMachine,), {"run": shared_run})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
        ),
    )
    lines = [""]
    for title, counts in (("succeeded", shared_run.succeeded), ("refused as predicted", shared_run.refused)):
        lines.append(f"{title}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    with capsys.disabled():
        sys.stdout.write("\n".join(lines) + "\n")
    worked = {name: count for name, count in shared_run.succeeded.items() if "(nothing)" not in name}
    rare = {name: count for name, count in worked.items() if count < LEAST_SUCCESSES}
    rare |= {name: count for name, count in shared_run.refused.items() if count < LEAST_REFUSALS}
    assert not rare

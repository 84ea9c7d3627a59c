"""Random histories of payments: transfers, freezes, expiry, partial calls, late and partial funding, redemption.

I11 to I13 are checked after every step.
"""

from bonds import WAD
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from payments import HOLDERS, PERIODS, PLANS, PaymentRun, use_payments
from world import DAY, HOUR, World

NAME = st.sampled_from(sorted(PLANS))
WALLET = st.sampled_from(HOLDERS)
WALLETS = st.lists(WALLET, max_size=5)
PERIOD = st.sampled_from(PERIODS)
COUPON = st.sampled_from(PERIODS[:4])
AMOUNT = st.one_of(st.integers(0, 20_000), st.integers(0, 10**9), st.integers(0, 10**13), st.just(10**30))
FREEZE = st.sampled_from([0, 0, 1, 10**9, 2**256 - 1])
SHARE = st.sampled_from([1, WAD // 3, WAD // 2, WAD - 1])
STEP = st.one_of(
    st.tuples(st.just("travel"), st.sampled_from([1, HOUR, DAY, 7 * DAY, 29 * DAY, 61 * DAY])),
    st.tuples(st.just("travel"), st.sampled_from([DAY, 29 * DAY, 61 * DAY])),
    st.tuples(st.just("transfer"), NAME, WALLET, WALLET, AMOUNT),
    st.tuples(st.just("transfer"), NAME, WALLET, WALLET, AMOUNT),
    st.tuples(st.just("freeze"), NAME, WALLET, FREEZE),
    st.tuples(st.just("pledge"), NAME, WALLET, AMOUNT),
    st.tuples(st.just("release"), NAME, WALLET, AMOUNT),
    st.tuples(st.just("collect"), NAME, WALLET, AMOUNT),
    st.tuples(st.just("expire"), WALLET),
    st.tuples(st.just("revoke"), WALLET),
    st.tuples(st.just("restore"), WALLET),
    st.tuples(st.just("restore"), WALLET),
    st.tuples(st.just("call"), NAME, st.sampled_from([1, 2]), SHARE),
    st.tuples(st.just("fund"), NAME, PERIOD, AMOUNT),
    st.tuples(st.just("fund"), NAME, PERIOD, AMOUNT),
    st.tuples(st.just("fund_all"), NAME, AMOUNT),
    st.tuples(st.just("pay"), NAME, COUPON, WALLETS),
    st.tuples(st.just("pay"), NAME, COUPON, WALLETS),
    st.tuples(st.just("claim"), NAME, COUPON, WALLET),
    st.tuples(st.just("remit"), NAME, PERIOD),
    st.tuples(st.just("redeem"), NAME, WALLETS),
    st.tuples(st.just("return_dust"), NAME, PERIOD),
)
EXAMPLES = 40


@settings(
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.generate),  # shrinking such a history takes minutes
    suppress_health_check=list(HealthCheck),
)
@given(history=st.lists(STEP, min_size=20, max_size=60))
def test_payments_are_conserved_under_random_use(built_world: World, history: list[tuple]):
    with built_world.chain.rolled_back():
        run = PaymentRun(built_world)
        for action, *arguments in history:
            getattr(run, action)(*arguments)
        run.check_all()
        settle_all(run)


def settle_all(run: PaymentRun) -> None:
    """However it went, at the end everyone gets all of it, and the agent keeps nothing."""
    for wallet in HOLDERS:
        run.restore(wallet)
    run.travel(max(0, max(ledger.payable_at(PERIODS[-1]) for ledger in run.ledgers.values()) - run.now))
    for name, ledger in run.ledgers.items():
        for wallet in HOLDERS:
            run.freeze(name, wallet, 0)
            run.release(name, wallet, ledger.pledged.get(wallet, 0) // 2)
        for period in PERIODS:
            run.fund(name, period, 10**30)
            if period == PERIODS[-1]:
                run.redeem(name, HOLDERS)
                for wallet in HOLDERS:
                    run.collect(name, wallet, 10**30)
            else:
                run.pay(name, period, HOLDERS)
            run.return_dust(name, period)
        assert ledger.supply() == 0
        for period in PERIODS[:4]:
            for wallet in HOLDERS:
                whole = ledger.entitled(ledger.at(wallet, ledger.record_at(period)), period)
                assert ledger.books[period].parts.get(wallet, (0, 0, 0))[:2] == whole
    assert run.world.cash.balanceOf(run.agent.address) == 0


def test_one_way_through_all_payments(world: World):
    use_payments(PaymentRun(world))

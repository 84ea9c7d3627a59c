"""Steps of prices: the dollar rate, the yields by tenor, spot prices, each under the signatures of a quorum."""

from rwa_deploy import prices, typed, units
from rwa_deploy.config import FX
from rwa_deploy.prices import Round, feed_key
from rwa_deploy.scenario.stage import Stage
from rwa_deploy.scenario.steps.opening import PostPrices, Rate

__all__ = ["post_prices", "rate"]


def rate(step: Rate, stage: Stage) -> None:
    """The next round of the dollar rate."""
    _post(stage, _next(stage, FX, (units.fx_from(step.usd_pkr),)), "post_rate")


def post_prices(step: PostPrices, stage: Stage) -> None:
    """The rounds of a file, or the next round of a feed."""
    if step.file is not None:
        for one in prices.read_rounds(step.file, stage.config.oracle.tenors()):
            _post(stage, one, "post_prices")
    elif step.feed is not None:
        _post(stage, _next(stage, step.feed, step.integers()), "post_prices")


def _next(stage: Stage, feed: str, values: tuple[int, ...]) -> Round:
    """Observed now."""
    last = stage.read("PriceOracle", "rounds", feed_key(feed))[1]
    return Round(feed, last[0] + 1, stage.chain.now(), values)


def _post(stage: Stage, one: Round, operation: str) -> None:
    domain = prices.domain(stage.chain.chain_id, stage.desired.address("PriceOracle"))
    signatures = [
        (signer.address, signer.sign_typed(domain, typed.ROUND, one.message())) for signer in stage.price_signers
    ]
    args = (feed_key(one.feed), one.number, one.observed_at, list(one.values), signatures)
    stage.act(operation, stage.signer("price_signer"), stage.on("PriceOracle", "post", *args))

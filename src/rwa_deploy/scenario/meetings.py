"""Steps of default and of meetings of holders."""

from rwa_deploy import tables, typed
from rwa_deploy.abi import Call
from rwa_deploy.chain import Signer
from rwa_deploy.errors import ConfigError
from rwa_deploy.scenario.servicing import BATCH, BATCH_GAS, held_now
from rwa_deploy.scenario.stage import Stage
from rwa_deploy.scenario.steps import restructuring as steps
from rwa_deploy.scenario.steps.files import VoteRow

__all__ = ["close_meeting", "convene", "declare_default", "mandatory_exchange", "vote"]

KINDS = ("accelerate", "rescind", "modify")
PROCEDURES = ("series_by_series", "two_limb", "single_limb")
RECORD_AT, SERIES = 3, 5  # places in IMeeting.Resolution


def declare_default(step: steps.DeclareDefault, stage: Stage) -> None:
    """By anyone; here the fiscal agent."""
    call = stage.on("Defaults", "declareDefault", stage.token(), step.period)
    stage.act("declare_default", stage.signer("fiscal_agent"), call)


def convene(step: steps.Convene, stage: Stage) -> None:
    """A modification by the debt office, an acceleration by a holder, its rescission by either."""
    series = [stage.token(symbol) for symbol in step.series]
    if step.kind == "modify":
        into = [stage.token(symbol) for symbol in (step.into if len(step.into) > 1 else step.into * len(series))]
        changes = [(old, new, step.ratio) for old, new in zip(series, into, strict=True)]
        procedure = PROCEDURES.index(step.procedure)
        by, call = "debt_office", stage.on("Meeting", "convene", procedure, changes, step.voting_days)
    elif step.convener is None:
        by, call = "debt_office", stage.on("Meeting", "conveneRescission", series[0])
    else:
        kind = KINDS.index(step.kind)
        by, call = step.convener, stage.on("Meeting", "conveneByHolder", kind, series[0], [])
    stage.act("convene", stage.signer(by), call)
    stage.meeting = stage.read("Meeting", "meetings")


def vote(step: steps.Vote, stage: Stage) -> None:
    """Each holder in every series that he held: the first by himself, the second by a signature, and so on."""
    resolution = stage.read("Meeting", "resolutionOf", _meeting(stage))
    if stage.chain.now() < resolution[RECORD_AT]:
        stage.chain.mine_at(resolution[RECORD_AT])
    for number, row in enumerate(tables.read(step.file, VoteRow, key=("name",))):
        holder = stage.signer(row.name)
        held = [series for series in resolution[SERIES] if _held(stage, series, holder, resolution[RECORD_AT])]
        if not held:
            raise ConfigError(f"{row.name} held nothing at the record date of the vote; take him out of {step.file}")
        for series in held:
            _vote(stage, series, holder, support=row.support == "yes", signs=bool(number % 2))


def close_meeting(_: steps.CloseMeeting, stage: Stage) -> None:
    """By anyone; here the fiscal agent."""
    stage.act("close_meeting", stage.signer("fiscal_agent"), stage.on("Meeting", "close", _meeting(stage)))


def mandatory_exchange(_: steps.MandatoryExchange, stage: Stage) -> None:
    """By anyone; here the fiscal agent, who names everybody."""
    holders = held_now(stage)
    for start in range(0, len(holders), BATCH):
        batch = holders[start : start + BATCH]
        call = stage.on("Meeting", "exchange", _meeting(stage), stage.token(), batch)
        stage.act("exchange_each", stage.signer("fiscal_agent"), call, items=len(batch), gas=BATCH_GAS)
        stage.progress(start + len(batch), len(holders))


def _meeting(stage: Stage) -> int:
    if stage.meeting is None:
        raise ConfigError("no meeting was convened yet; put a `convene` step before this one")
    return stage.meeting


def _held(stage: Stage, series: str, holder: Signer, at: int) -> bool:
    return bool(stage.chain.call(Call("BondToken", series, "balanceAt", (holder.address, at))))


def _vote(stage: Stage, series: str, holder: Signer, *, support: bool, signs: bool) -> None:
    if not signs:
        stage.act("vote", holder, stage.on("Meeting", "vote", _meeting(stage), series, support))
        return
    fields = (_meeting(stage), series, holder.address, support)
    realm = typed.domain("Meeting", stage.chain.chain_id, stage.desired.address("Meeting"))
    signature = holder.sign_typed(realm, typed.VOTE, typed.message(typed.VOTE, fields))
    call = stage.on("Meeting", "voteBySig", *fields, signature)
    stage.act("vote_by_signature", stage.signer("fiscal_agent"), call)

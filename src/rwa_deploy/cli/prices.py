"""prices: sign, post, show."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from rwa_deploy import prices as prices_
from rwa_deploy import typed, units
from rwa_deploy.abi import Call
from rwa_deploy.apply import require_development, signers_for
from rwa_deploy.chain import Chain, Signer, recover
from rwa_deploy.cli.options import ConfigFile, Rpc, YesLive, connected
from rwa_deploy.cli.output import Json, emit, say, table
from rwa_deploy.config import CURVE, load
from rwa_deploy.errors import InputError, SignerError, UsageError
from rwa_deploy.manifest import Manifest, read_manifest, write_file
from rwa_deploy.prices import Round, Signature, Word, feed_key, read_rounds, read_word, value_text

__all__ = ["app"]

app = typer.Typer()
group = typer.Typer()
app.add_typer(group, name="prices")
CONFIG, MANIFEST = Path("programme.toml"), Path("out/manifest.json")
RPC = "http://127.0.0.1:8545"
ORACLE = "PriceOracle"
PricesFile = Annotated[Path, typer.Argument(metavar="PRICES", help="CSV: feed,number,observed_at,tenor_days,value.")]
ManifestFile = Annotated[Path, typer.Option("--manifest", help="The manifest of what stands on that chain.")]


@group.callback()
def _prices() -> None:
    """Sign rounds of prices, post them under a quorum of signatures, and show what holds.

    Example: rwa prices show --json
    """


@group.command()
def sign(
    file: PricesFile,
    signer: Annotated[str, typer.Option(help="The account that signs: one of oracle.signers.")],
    out: Annotated[Path, typer.Option(help="The file of signatures to write.")],
    config: ConfigFile = CONFIG,
    manifest: ManifestFile = MANIFEST,
    as_json: Json = False,
) -> None:
    """Sign every round of a file, for the chain and contract of the manifest. Nothing is sent.

    The keys are those of the development chain. A fault anywhere in the file, and nothing is signed.

    Example: rwa prices sign prices.csv --signer devnet:17 --out out/signed-17.json
    """
    wanted, known = load(config), read_manifest(manifest)
    if signer not in wanted.oracle.signers:
        raise UsageError(f"{signer} signs no prices; oracle.signers are {', '.join(wanted.oracle.signers)}")
    rounds = read_rounds(file, wanted.oracle.tenors())
    word = _signed(_key(signer), known, rounds)
    write_file(out, prices_.to_json(word))
    if as_json:
        emit({"signer": word.signer, "rounds": [_facts(one) for one in rounds], "written": str(out)})
    else:
        say(f"{word.signer} signed {_listed(rounds)}, in {out}.")


@group.command()
def post(
    file: PricesFile,
    signatures: Annotated[list[Path], typer.Argument(help="Files of `rwa prices sign`, one a signer.")],
    rpc: Rpc = RPC,
    config: ConfigFile = CONFIG,
    manifest: ManifestFile = MANIFEST,
    yes_live: YesLive = False,
    as_json: Json = False,
) -> None:
    """Post every round of a file under its signatures. All are checked before the first is sent.

    Anyone may post; here the price signers' office pays for it. What stands on chain already is not sent again.

    Example: rwa prices post prices.csv out/signed-17.json out/signed-18.json --rpc http://127.0.0.1:8545
    """
    wanted, known = load(config), read_manifest(manifest)
    rounds = read_rounds(file, wanted.oracle.tenors())
    words = [read_word(path) for path in signatures]
    chain, _ = connected(rpc)
    require_development(chain, wanted, yes_live=yes_live)
    if known.chain_id != chain.chain_id:
        raise InputError(f"is of chain {known.chain_id}, and this is chain {chain.chain_id}", path=manifest)
    _check_words(chain, known, file, rounds, dict(zip(signatures, words, strict=True)))
    missing = _missing(chain, known, file, rounds)
    payer = _key(wanted.offices.price_signer)
    for one in missing:
        chain.send(payer, _posting(known, one, words))
    waiting = {one.feed: chain.call(_on(known, "pendingUntilOf", feed_key(one.feed))) for one in missing}
    stood = len(rounds) - len(missing)
    if as_json:
        emit({"posted": [_facts(one) | {"pending_until": waiting[one.feed]} for one in missing], "stood": stood})
        return
    say(f"{len(missing)} rounds posted under {len(words)} signatures, {stood} stood already.")
    for feed, until in waiting.items():
        if until:
            say(f"{feed} waits until {units.time_text(until)}; the guardian may cancel it before.")


@group.command()
def show(rpc: Rpc = RPC, manifest: ManifestFile = MANIFEST, as_json: Json = False) -> None:
    """Show every feed: the round that holds, its age, what waits; and the yields by tenor.

    Example: rwa prices show --rpc http://127.0.0.1:8545 --manifest out/manifest.json
    """
    known = read_manifest(manifest)
    chain, _ = connected(rpc)
    feeds = [_feed(chain, known, key) for key in chain.call(_on(known, "feeds"))]
    tenors, holding, last = chain.call(_on(known, "curve"))
    points = [
        {
            "tenor_days": days,
            "yield_pct": value_text(held) if held else None,
            "last_pct": value_text(new) if new else None,
        }
        for days, held, new in zip(tenors, holding, last, strict=True)
    ]
    quorum, signers = chain.call(_on(known, "panel"))
    if as_json:
        emit({"quorum": quorum, "signers": list(signers), "feeds": feeds, "curve": points})
        return
    rows = [[_cell(fact[name]) for name in SHOWN.values()] for fact in feeds]
    table(f"Prices under {quorum} of {len(signers)} signatures", tuple(SHOWN), rows, right=(1, 2, 4))
    if any(point["yield_pct"] for point in points):
        lines = [[_cell(value) for value in point.values()] for point in points]
        table(f"Yields of {CURVE}, per cent a year", ("days", "holds", "last posted"), lines, right=(0, 1, 2))


SHOWN = {  # heading -> key of the row; --json has all of them
    "feed": "feed",
    "round": "number",
    "value": "value",
    "observed": "observed",
    "age s": "age",
    "fresh": "fresh",
    "waits until": "waits_until",
    "with": "waiting_value",
}


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _feed(chain: Chain, known: Manifest, key: str) -> dict[str, Any]:
    """Key of a feed -> its facts, JSON-ready; what was never posted has none."""
    holding, last = chain.call(_on(known, "rounds", key))
    until = chain.call(_on(known, "pendingUntilOf", key))
    number, observed_at, _, price = holding
    now = chain.now()
    return {
        "feed": bytes.fromhex(key.removeprefix("0x")).rstrip(b"\0").decode("ascii", "replace"),
        "number": number,
        "value": value_text(price) if price else None,
        "observed": units.time_text(observed_at) if number else None,
        "age": now - observed_at if number else None,
        "max_age": chain.call(_on(known, "maxAgeOf", key)),
        "fresh": chain.call(_on(known, "isFresh", key)),
        "waits_until": units.time_text(until) if until else None,
        "waiting_value": value_text(last[3]) if until and last[3] else None,
    }


def _signed(signer: Signer, known: Manifest, rounds: Sequence[Round]) -> Word:
    oracle = known.contracts[ORACLE]
    domain = prices_.domain(known.chain_id, oracle)
    made = [Signature(one, signer.sign_typed(domain, typed.ROUND, one.message())) for one in rounds]
    return Word(known.chain_id, oracle, signer.address, tuple(made))


def _check_words(chain: Chain, known: Manifest, file: Path, rounds: Sequence[Round], words: dict[Path, Word]) -> None:
    """Every word is over just these rounds, by a named signer of this contract, each once, and they are enough."""
    quorum, named = chain.call(_on(known, "panel"))
    seen: set[str] = set()
    for path, word in words.items():
        if (word.chain_id, word.oracle) != (known.chain_id, known.contracts[ORACLE]):
            raise InputError("was signed for another chain or contract; sign the prices anew", path=path)
        if tuple(one.round for one in word.signatures) != tuple(rounds):
            raise InputError(f"signs other rounds than those of {file}; sign that file", path=path)
        if word.signer not in named:
            raise InputError(f"is by {word.signer}, whom the contract does not name as a signer", path=path)
        if word.signer in seen:
            raise InputError(f"is by {word.signer}, of whom there is another file; give one a signer", path=path)
        seen.add(word.signer)
        _check_signatures(chain, path, word)
    if not 0 < quorum <= len(words):
        raise UsageError(f"a round needs {quorum} signatures and there are {len(words)}; name more files")


def _check_signatures(chain: Chain, path: Path, word: Word) -> None:
    """A key's signatures are its own; those of a contract wallet only the contract can judge."""
    if chain.code(word.signer):
        return
    for one in word.signatures:
        domain = prices_.domain(word.chain_id, word.oracle)
        if recover(domain, typed.ROUND, one.round.message(), one.signature) != word.signer:
            raise InputError(f"has a signature over {one.round.feed} that is not its signer's; sign anew", path=path)


def _missing(chain: Chain, known: Manifest, file: Path, rounds: Sequence[Round]) -> list[Round]:
    """The rounds that are not on chain yet; InputError for one that is not the next of its feed."""
    missing = []
    for one in rounds:
        number, observed_at, _, _ = chain.call(_on(known, "rounds", feed_key(one.feed)))[1]
        if (number, observed_at) == (one.number, one.observed_at):
            continue
        if one.number != number + 1:
            raise InputError(f"has round {one.number} of {one.feed} where {number + 1} is due; correct it", path=file)
        missing.append(one)
    return missing


def _posting(known: Manifest, one: Round, words: Sequence[Word]) -> Call:
    signed = [(word.signer, made.signature) for word in words for made in word.signatures if made.round == one]
    signed.sort(key=lambda entry: int(entry[0], 16))
    return _on(known, "post", feed_key(one.feed), one.number, one.observed_at, list(one.values), signed)


def _key(account: str) -> Signer:
    """Account -> its key, which only the development chain's accounts have here."""
    try:
        return signers_for([account])[account]
    except KeyError:
        raise SignerError(f"the key of {account} is not here; name an account of the development chain") from None


def _on(known: Manifest, function: str, *args: Any) -> Call:
    return Call(ORACLE, known.contracts[ORACLE], function, args)


def _facts(one: Round) -> dict[str, Any]:
    return {
        "feed": one.feed,
        "number": one.number,
        "observed_at": one.observed_at,
        "values": [*map(value_text, one.values)],
    }


def _listed(rounds: Sequence[Round]) -> str:
    return ", ".join(f"round {one.number} of {one.feed}" for one in rounds)

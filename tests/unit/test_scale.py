"""docs/scale.md follows from measured gas and assumptions; run as a program, this file writes the page's tables."""

import json
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"
PAGE = DOCS / "scale.md"
BLOCK = re.compile(r"(<!-- scale: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

INVESTORS = 40_000_000
ROWS = 100  # of a batch, as measured
ROOT_FILES, ROOT_ROWS = 20, 2_000_000  # `rwa root` takes two million rows
COME = 10  # one customer in ten activates
LEAVE = 100  # one customer in a hundred is revoked each year
BLOCK_GAS, BLOCK_SECONDS, SHARE = 60_000_000, 12, 10  # a tenth of each block
GWEI = (1, 10)
MEASURED_SIBLINGS = 20
# Of a sibling: its bytes of calldata, keccak256 of two words, what checked Solidity adds.
CALLDATA, HASH, LOOP = 32 * 16, 30 + 2 * 6, 216
SIBLING = CALLDATA + HASH + LOOP
OZ_ALLOWLIST = 24_502  # each of a batch of 100, measured before the project began
DAY = 86_400
E9 = 10**9


@dataclass(frozen=True)
class Way:
    """A way in, or a yearly act: gas of the provider's own transactions, and of those that others send."""

    name: str
    provider_transactions: int
    provider_gas: int
    other_transactions: int = 0
    other_each: int = 0

    @property
    def gas(self) -> int:
        return self.provider_gas + self.other_transactions * self.other_each

    @property
    def days(self) -> Fraction:
        """At the assumed share of a public chain."""
        return Fraction(self.gas * SHARE * BLOCK_SECONDS, BLOCK_GAS * DAY)


def snapshot() -> dict[str, int]:
    """Operation -> gas, as the benchmark measured it."""
    found: dict[str, int] = json.loads((PROJECT / "tests" / "bench" / "gas.snapshot.json").read_text())
    return found


def bench(operation: str, column: str) -> int:
    """A figure of the table in docs/gas.md."""
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (DOCS / "gas.md").read_text().splitlines()
        if line.startswith("| ")
    ]
    row = next(line for line in lines if line[0] == f"`{operation}`")
    return int(row[lines[0].index(column)].replace(",", ""))


def siblings(leaves: int) -> int:
    """Of the longest proof in a tree over so many leaves."""
    return (leaves - 1).bit_length()


def activation(leaves: int) -> int:
    """Gas of an activation under a root over so many: the measured one, and the estimate for each sibling more."""
    return snapshot()["activate_of_a_million"] + (siblings(leaves) - MEASURED_SIBLINGS) * SIBLING


def batches(name: str, each: int, investors: int = INVESTORS) -> Way:
    """Everybody in batches that the provider sends."""
    return Way(name, investors // ROWS, investors * each)


def roots(name: str, files: int, leaves: int, comers: int = INVESTORS) -> Way:
    """The provider publishes, whoever comes activates."""
    return Way(name, files, files * snapshot()["publish_root"], comers, activation(leaves))


def ways() -> list[Way]:
    gas = snapshot()
    return [
        batches("batches of 100", gas["onboard_each_of_100"]),
        Way("attestations", 0, 0, INVESTORS, gas["attest"]),
        roots("one root", 1, INVESTORS),
        roots("20 roots of two million", ROOT_FILES, ROOT_ROWS),
        roots("one root, one in ten comes", 1, INVESTORS, INVESTORS // COME),
    ]


def yearly() -> list[Way]:
    gas = snapshot()
    return [
        batches("renewing all", gas["renew_each_of_100"]),
        batches("revoking one in a hundred", gas["revoke_each_of_100"], INVESTORS // LEAVE),
    ]


def peers() -> list[Way]:
    return [
        Way("T-REX, one topic", 0, INVESTORS * bench("onboard_each_of_100", "T-REX, 1 topic")),
        batches("OpenZeppelin, a plain allowlist", OZ_ALLOWLIST),
    ]


def ether(gas: int, gwei: int, places: int = 0) -> str:
    """Gas at a price -> ether, rounded half up."""
    scaled = Fraction(gas * gwei * 10**places, E9)
    units = int(scaled + Fraction(1, 2))
    return f"{units:,}" if places == 0 else f"{units // 10**places:,}.{units % 10**places:0{places}d}"


def tenths(value: Fraction) -> str:
    rounded = int(value * 10 + Fraction(1, 2))
    return f"{rounded // 10:,}.{rounded % 10}"


def measured() -> str:
    gas = snapshot()
    rows = [
        ("onboarded, each of a batch of 100", gas["onboard_each_of_100"]),
        ("attested", gas["attest"]),
        ("a root published", gas["publish_root"]),
        (f"activated, {MEASURED_SIBLINGS} siblings", gas["activate_of_a_million"]),
        ("renewed, each of a batch of 100", gas["renew_each_of_100"]),
        ("revoked, each of a batch of 100", gas["revoke_each_of_100"]),
        ("T-REX, one topic, each of a batch of 100", bench("onboard_each_of_100", "T-REX, 1 topic")),
    ]
    estimates = [
        (f"a sibling more: {CALLDATA} of calldata, {HASH} for the hash, {LOOP} for the loop around it", SIBLING),
        (f"activated under one root of 40 million, {siblings(INVESTORS)} siblings", activation(INVESTORS)),
        (f"activated under a root of two million, {siblings(ROOT_ROWS)} siblings", activation(ROOT_ROWS)),
    ]
    lines = [f"| {name} | {figure:,} | measured |" for name, figure in rows]
    lines.append(f"| OpenZeppelin, a plain allowlist, each of a batch of 100 | {OZ_ALLOWLIST:,} | measured earlier |")
    lines += [f"| {name} | {figure:,} | estimate |" for name, figure in estimates]
    return "\n".join(["| one wallet | gas | |", "|---|---:|---|", *lines])


def costs() -> str:
    head = f"| 40 million | transactions | gas, 10⁹ | days | ether at {GWEI[0]} gwei | at {GWEI[1]} gwei |"

    def line(way: Way) -> str:
        sent = way.provider_transactions + way.other_transactions
        paid = " | ".join(ether(way.gas, gwei) for gwei in GWEI)
        number = f"{sent:,}" if sent else "–"
        return f"| {way.name} | {number} | {tenths(Fraction(way.gas, E9))} | {tenths(way.days)} | {paid} |"

    each_year = (line(way).replace("| ", "| each year: ", 1) for way in yearly())
    rows = [*map(line, ways()), *each_year, *map(line, peers())]
    return "\n".join([head, "|---|---:|---:|---:|---:|---:|", *rows])


def payers() -> str:
    """Who pays at 1 gwei, and how many bytes each way writes."""
    sizes = [
        Fraction(bench("onboard_each_of_100", "calldata"), ROWS),
        Fraction(bench("attest", "calldata")),
        *(
            Fraction(bench("activate_of_a_million", "calldata") + 32 * (siblings(leaves) - MEASURED_SIBLINGS))
            for leaves in (INVESTORS, ROOT_ROWS, INVESTORS)
        ),
    ]
    lines = [
        f"| {way.name} | {way.provider_transactions:,} | {ether(way.provider_gas, 1, 6)} "
        f"| {ether(way.other_each, 1, 9)} | {tenths(size)} "
        f"| {tenths(size * (way.other_transactions or INVESTORS) / E9)} |"
        for way, size in zip(ways(), sizes, strict=True)
    ]
    head = "| way | provider's transactions | he pays | each investor, or a relayer for him | bytes each | GB in all |"
    return "\n".join([head, "|---|---:|---:|---:|---:|---:|", *lines])


def even() -> str:
    """From which share of comers on batches take less gas than a root."""
    shares = [
        Fraction(snapshot()["onboard_each_of_100"], activation(leaves)) * 100 for leaves in (INVESTORS, ROOT_ROWS)
    ]
    return (
        f"A root takes less gas in all than batches as long as fewer than {tenths(shares[0])} % of its customers come "
        f"({tenths(shares[1])} % with roots of two million)."
    )


BLOCKS = {"measured": measured, "costs": costs, "payers": payers, "even": even}


def written(text: str) -> str:
    """The page with its blocks as they follow from the figures."""
    return BLOCK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]]()}\n{found[3]}", text)


def test_page_shows_what_follows_from_the_measured_gas():
    text = PAGE.read_text()
    assert [found[2] for found in BLOCK.finditer(text)] == list(BLOCKS)
    assert written(text) == text, "docs/scale.md is old; run `python tests/unit/test_scale.py`"


def test_page_states_its_assumptions():
    text = " ".join(PAGE.read_text().split())
    assert SHARE == 10
    assert f"{BLOCK_GAS // 10**6} M gas every {BLOCK_SECONDS} seconds, of which a tenth" in text
    assert f"{tenths(Fraction(BLOCK_GAS * DAY, SHARE * BLOCK_SECONDS * E9))} × 10⁹ gas a day" in text
    assert f"{CALLDATA} gas, and one hash" in text


def test_siblings_are_those_of_the_longest_proof():
    assert [siblings(leaves) for leaves in (1, 2, 3, 4, 5, 10**6, 2 * 10**6, INVESTORS)] == [0, 1, 2, 2, 3, 20, 21, 26]


def test_an_investor_costs_a_fraction_of_an_identity_contract():
    """T-REX makes a contract for each investor; a record here is one slot, by whichever way it comes."""
    trex = bench("onboard_each_of_100", "T-REX, 1 topic")
    each = [snapshot()["onboard_each_of_100"], snapshot()["attest"], activation(INVESTORS)]
    assert [trex // gas for gas in each] == [30, 11, 9]


def test_architecture_quotes_the_gas_of_the_snapshot():
    text = " ".join((DOCS / "architecture.md").read_text().split())
    for operation in ("transfer_existing", "transfer_policy_bound", "transfer_every_rule_bound"):
        assert f"{snapshot()[operation]:,}" in text, operation


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))

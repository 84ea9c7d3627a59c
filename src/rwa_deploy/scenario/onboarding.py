"""Steps of the registries: licences, the draw of investors, onboarding."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from eth_utils.crypto import keccak

from rwa_deploy import units
from rwa_deploy.chain import Signer, wallet
from rwa_deploy.compliance.draw import DrawnInvestor, draw_dealers, draw_retail, investors_csv, non_competitive_csv
from rwa_deploy.compliance.investors import read_investors
from rwa_deploy.compliance.records import pack
from rwa_deploy.finance.auction import Instrument, rules_for
from rwa_deploy.finance.bids import read_non_competitive
from rwa_deploy.manifest import write_file
from rwa_deploy.model import Investor
from rwa_deploy.scenario.cash import mint_cash
from rwa_deploy.scenario.stage import Stage
from rwa_deploy.scenario.steps.files import CastRow, read_cast
from rwa_deploy.scenario.steps.opening import Cast, Investors, Licence, Onboard, Renew

__all__ = ["admit", "cast", "enlist", "give_cash", "investors", "licence", "onboard", "renew", "write"]

PHASES = ("NONE", "NOC", "AML_REGISTERED", "SANDBOX", "LICENSED")
REGISTRAR = "registrar"
BATCH = 100


def licence(step: Licence, stage: Stage) -> None:
    """The regulator grants a phase."""
    provider = stage.provider(step.provider)
    stage.supply_gas([provider.address])
    until = units.unix_from_date(step.until)
    call = stage.on("Licences", "grantLicence", provider.address, PHASES.index(step.phase), step.scope, until)
    stage.act("grant_licence", stage.signer("regulator"), call)
    _, number = stage.read("Licences", "permits", provider.address, 0)
    stage.providers[number] = step.provider


def investors(step: Investors, stage: Stage) -> None:
    """Drawn, written, and read back through the same door as a provider's file."""
    retail = [wallet("retail", number) for number in range(step.retail)]
    dealers = [wallet("dealer", number) for number in range(step.dealers)]
    drawn = _drawn(step, retail, dealers)
    clients = write_file(stage.folder / "investors.csv", investors_csv(drawn))
    bids = write_file(stage.folder / "non_competitive.csv", non_competitive_csv(drawn))
    # The salt keeps hashes from being linked across programmes; here it may be known, since nobody is meant.
    salt = keccak(text=f"salt of a made-up provider's file {step.seed}")
    stage.investors = read_investors(clients, salt, on=units.date_from_unix(stage.chain.now()))
    lot = rules_for(Instrument.BILL, units.date_from_unix(stage.chain.now())).lot
    stage.bids = read_non_competitive(bids, investors=stage.investors, lot=lot)
    stage.wallets |= {signer.address: signer for signer in (*retail, *dealers)}
    stage.called |= {signer.address: f"retail:{number}" for number, signer in enumerate(retail)}
    stage.called |= {signer.address: f"dealer:{number}" for number, signer in enumerate(dealers)}
    stage.retail_count, stage.dealer_count = len(retail), len(dealers)
    stage.supply_gas(stage.wallets)


def cast(step: Cast, stage: Stage) -> None:
    """Named wallets, each onboarded by its provider, with cash of the central bank."""
    found = enlist(step.file, stage)
    for provider in dict.fromkeys(member.provider for member in found):
        clients = [member for member in found if member.provider == provider]
        for start in range(0, len(clients), BATCH):
            write(stage, provider, clients[start : start + BATCH])
    give_cash(step.file, stage)


def enlist(file: Path, stage: Stage) -> tuple[Investor, ...]:
    """File of a cast -> its investors, on the stage with gas, and not on chain yet."""
    rows = read_cast(file, units.date_from_unix(stage.chain.now()))
    signers = {row.name: wallet(f"cast {row.name}", 0) for row in rows}
    members = {row.name: _member(row, signers[row.name].address) for row in rows}
    admit(stage, members, signers)
    return tuple(members.values())


def admit(stage: Stage, members: Mapping[str, Investor], signers: Mapping[str, Signer]) -> None:
    """Named investors and their keys -> on the stage, with gas."""
    stage.people |= signers
    stage.members |= members
    stage.wallets |= {signer.address: signer for signer in signers.values()}
    stage.called |= {signer.address: name for name, signer in signers.items()}
    stage.supply_gas(signer.address for signer in signers.values())


def onboard(step: Onboard, stage: Stage) -> None:
    """A provider's clients, 100 a transaction."""
    clients = [investor for investor in stage.investors if investor.provider == step.provider]
    for start in range(0, len(clients), BATCH):
        write(stage, step.provider, clients[start : start + BATCH])
        stage.progress(min(start + BATCH, len(clients)), len(clients))


def renew(step: Renew, stage: Stage) -> None:
    """Each record, written again with a later expiry by its own provider."""
    for holder in step.holders:
        old = stage.investor(stage.signer(holder).address)
        renewed = replace(old, valid_until=units.unix_from_date(step.until))
        write(stage, old.provider, [renewed])
        stage.members |= {name: renewed for name, member in stage.members.items() if member is old}


def _drawn(step: Investors, retail: list[Signer], dealers: list[Signer]) -> tuple[DrawnInvestor, ...]:
    addresses = [signer.address for signer in retail]
    end = step.short_valid_until or step.valid_until
    lasting = draw_retail(addresses, seed=step.seed, providers=step.providers, valid_until=step.valid_until)
    ending = draw_retail(addresses, seed=step.seed, providers=step.providers, valid_until=end)
    banks = draw_dealers([signer.address for signer in dealers], provider=REGISTRAR, valid_until=step.valid_until)
    return (*lasting[:-1], ending[-1], *banks)


def give_cash(file: Path, stage: Stage) -> None:
    """The central bank mints what the rows say."""
    rows = read_cast(file, units.date_from_unix(stage.chain.now()))
    mint_cash(stage, [(stage.people[row.name].address, row.cash) for row in rows if row.cash])


def write(stage: Stage, provider: str, clients: list[Investor]) -> None:
    """A batch of records under their provider, or by the registrar."""
    by_registrar = provider == REGISTRAR
    call = stage.on(
        "Allowlist",
        "onboardByRegistrar" if by_registrar else "onboard",
        [(client.wallet, pack(client), client.file_hash) for client in clients],
    )
    signer = stage.signer(REGISTRAR) if by_registrar else stage.provider(provider)
    stage.act("onboard_each", signer, call, items=len(clients))


def _member(row: CastRow, address: str) -> Investor:
    """A role and not a person: what stands for the national id is the name."""
    return Investor(
        wallet=address,
        number=int.from_bytes(keccak(text=f"role {row.name}")[:8], "big") or 1,
        tier=row.tier,
        country=row.country,
        tax_class=row.tax_class,
        valid_until=units.unix_from_date(row.valid_until),
        provider=row.provider,
        file_hash=keccak(text=f"row of {row.name}"),
    )

"""World -> seconds that `rwa root` takes for a million clients, its peak memory, and random ones activated on chain."""

import multiprocessing
import random
import resource
import secrets
import subprocess
import tempfile
import time
from pathlib import Path

from sha3 import keccak_256
from tests.bench.lab import ROOT
from tests.bench.world import DAY, World

from rwa_deploy import units
from rwa_deploy.compliance import proofs
from rwa_deploy.compliance.draw import synthetic_cnic
from rwa_deploy.errors import ExpectationFailed

__all__ = ["million"]

CLIENTS = 1_000_000
PART = 50_000
MOST_MEMORY = 1 << 30  # bytes
TRIED = 3
HEADER = "wallet,investor,tier,country,tax_class,valid_until,provider"


def million(world: World) -> tuple[float, float]:
    """World -> seconds for the root from the CSV, peak memory of the largest process [GiB]."""
    with tempfile.TemporaryDirectory() as folder:
        file, salt, out = (Path(folder) / name for name in ("investors.csv", "salt.hex", "root"))
        salt.write_text(secrets.token_hex(32))
        until = units.date_from_unix(world.lab.chain.now() + 1_000 * DAY)
        with multiprocessing.get_context("fork").Pool(2) as pool:
            parts = pool.starmap(_part, [(start, str(until)) for start in range(0, CLIENTS, PART)])
        file.write_text("\n".join([HEADER, *parts]) + "\n")
        del parts
        command = [ROOT / ".venv/bin/rwa", "root", file, "--salt-file", salt, "--out", out, "--json"]
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - started
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        if memory > MOST_MEMORY:
            raise ExpectationFailed(f"the root of a million took {memory >> 20} MiB; at most {MOST_MEMORY >> 20}")
        _activate(world, out)
    return seconds, memory / (1 << 30)


def _part(start: int, until: str) -> str:
    """Number of a client and a day -> rows of PART clients."""
    rows = (
        f"{_wallet(serial)},{synthetic_cnic(serial)},retail_resident,PAK,filer,{until},bench"
        for serial in range(start, start + PART)
    )
    return "\n".join(rows)


def _wallet(serial: int) -> str:
    """Number -> an address with its checksum (EIP-55)."""
    plain = keccak_256(b"million %d" % serial).hexdigest()[:40]
    mask = keccak_256(plain.encode()).hexdigest()
    return "0x" + "".join(letter.upper() if bit > "7" else letter for letter, bit in zip(plain, mask[:40], strict=True))


def _activate(world: World, out: Path) -> None:
    """Clients drawn by chance are taken in under the root by their proofs; a transaction that fails ends the run."""
    root, _ = proofs.read_root(out)
    allowlist = world.at("Allowlist")
    until = world.lab.chain.now() + 30 * DAY
    world.lab.send(world.provider, allowlist.call("publishRoot", root, until, bytes(32)))
    for serial in random.SystemRandom().sample(range(CLIENTS), TRIED):
        found = proofs.find(out, _wallet(serial))
        row = (found.wallet, found.record, found.file_hash)
        call = allowlist.call("activate", world.provider.address, root, row, list(found.siblings))
        world.lab.send(world.outsider, call)
        if world.lab.read(allowlist, "recordOf", found.wallet) == 0:
            raise ExpectationFailed(f"{found.wallet} is not on the allowlist after its activation")

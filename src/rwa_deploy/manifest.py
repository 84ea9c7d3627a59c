"""Manifest <-> file, and the one door through which files appear: whole or not at all."""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from errno import ENOTDIR
from pathlib import Path
from typing import Any

from rwa_deploy.errors import InputError, OutputError
from rwa_deploy.wiring import INSTANCES

__all__ = ["Manifest", "check_folder", "read_manifest", "to_json", "write_file", "write_folder"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands on chain: contract name -> address, office -> address, settings as wanted and found.

    `series` maps a series' symbol to its address; `first_block` is where its history begins.
    """

    programme: str
    version: str
    chain_id: int
    first_block: int
    deployer: str
    contracts: Mapping[str, str]
    offices: Mapping[str, str]
    admins: tuple[str, ...]
    settings: Mapping[str, str]
    series: Mapping[str, str]

    def names(self) -> dict[str, str]:
        """Manifest -> address -> contract whose ABI decodes its logs."""
        return {address: INSTANCES.get(name, name) for name, address in self.contracts.items()} | dict.fromkeys(
            self.series.values(), "BondToken"
        )


def to_json(manifest: Manifest) -> str:
    """Manifest -> JSON text, keys sorted."""
    return json.dumps(asdict(manifest), indent=2, sort_keys=True) + "\n"


def read_manifest(path: Path | str) -> Manifest:
    """File -> Manifest. Raises InputError when it is missing or not a manifest."""
    try:
        data: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        return Manifest(**{**data, "admins": tuple(data["admins"])})
    except FileNotFoundError as error:
        raise InputError("there is no such file; `rwa apply --manifest` writes one", path=path) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("this is not a manifest; write it again with `rwa apply --manifest`", path=path) from error


def write_file(path: Path, content: str | bytes) -> Path:
    """Content -> file, whole or not at all. Raises OutputError."""
    data = content.encode() if isinstance(content, str) else content
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written ({error.strerror}); choose another place", path=path) from error
    return path


def check_folder(folder: Path, mark: str) -> None:
    """Folder to be replaced -> nothing, or OutputError: it is ours only if it is empty or holds a file named `mark`."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / mark).is_file():
        raise OutputError(f"{folder} holds files that are not a run's and would be replaced; name another", path=folder)
    above = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise OutputError(f"{folder} cannot be written ({above} is no folder to write in); choose another", path=folder)


def write_folder(folder: Path, files: Mapping[str, str | bytes]) -> tuple[Path, ...]:
    """Name -> content -> folder with just these files, swapped in at once in place of what was there."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as beside:
            part, old = Path(beside, "new"), Path(beside, "old")
            part.mkdir()
            for name, content in files.items():
                (part / name).write_bytes(content.encode() if isinstance(content, str) else content)
            _swap(folder, part, old)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written ({error.strerror}); choose another", path=folder) from error
    return tuple(folder / name for name in files)


def _swap(folder: Path, part: Path, old: Path) -> None:
    """`part` in place of `folder`, which goes to `old`, and comes back where the second step fails."""
    if not folder.exists():
        part.rename(folder)
        return
    if not folder.is_dir():
        raise NotADirectoryError(ENOTDIR, "a file stands there")
    try:
        folder.rename(old)
        part.rename(folder)
    except BaseException:
        if old.exists():
            old.rename(folder)
        raise

"""Manifest, and the door through which files appear: whole or not at all."""

from pathlib import Path

import pytest

from rwa_deploy.errors import InputError, OutputError
from rwa_deploy.manifest import Manifest, check_folder, read_manifest, to_json, write_file, write_folder

MANIFEST = Manifest(
    programme="pilot",
    version="0.1.0",
    chain_id=31337,
    first_block=3,
    deployer="0xD",
    contracts={"Programme": "0xA", "CashToken": "0xB"},
    offices={"regulator": "0xC"},
    admins=("0xE", "0xF"),
    settings={"Programme.capUsd": "5"},
    series={"MTB": "0x1"},
)


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder: Path) -> list[str]:
    """What stands in a folder, hidden things too."""
    return sorted(path.name for path in folder.iterdir())


# ── the manifest ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_read_manifest_gives_back_what_was_written(tmp_path: Path):
    assert read_manifest(write_file(tmp_path / "manifest.json", to_json(MANIFEST))) == MANIFEST


def test_to_json_sorts_its_keys_and_ends_with_a_newline():
    text = to_json(MANIFEST)
    assert text.endswith("}\n")
    assert text.index('"admins"') < text.index('"contracts"') < text.index('"version"')


def test_names_call_every_series_a_bond_token():
    assert MANIFEST.names() == {"0xA": "Programme", "0xB": "CashToken", "0x1": "BondToken"}


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"admins": null}', b'{"admins": [], "more": 1}'])
def test_read_manifest_refuses_what_is_none(tmp_path: Path, content: bytes):
    path = tmp_path / "manifest.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="this is not a manifest; write it again with `rwa apply --manifest`"):
        read_manifest(path)


def test_read_manifest_refuses_a_missing_file(tmp_path: Path):
    with pytest.raises(InputError, match="there is no such file; `rwa apply --manifest` writes one"):
        read_manifest(tmp_path / "manifest.json")


# ── one file ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("content", ["text", b"bytes"])
def test_write_file_makes_its_folder_and_leaves_nothing_else(tmp_path: Path, content: str | bytes):
    write_file(tmp_path / "a" / "b" / "file", content)
    assert listing(tmp_path) == {"a/b/file": content.encode() if isinstance(content, str) else content}


def test_write_file_keeps_the_old_one_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").write_text("old")

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as half:
            half.write(data[:2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"cannot be written \(No space left on device\); choose another place"):
        write_file(tmp_path / "file", "new content")
    assert listing(tmp_path) == {"file": b"old"}


def test_write_file_leaves_nothing_when_a_folder_stands_there(tmp_path: Path):
    (tmp_path / "file").mkdir()
    with pytest.raises(OutputError) as refused:
        write_file(tmp_path / "file", "new")
    assert refused.value.path == tmp_path / "file"
    assert names(tmp_path) == ["file"]


# ── a folder ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_write_folder_appears_with_just_its_files(tmp_path: Path):
    paths = write_folder(tmp_path / "deep" / "out", {"a.txt": "1", "b.bin": b"\x00"})
    assert listing(tmp_path) == {"deep/out/a.txt": b"1", "deep/out/b.bin": b"\x00"}
    assert paths == (tmp_path / "deep" / "out" / "a.txt", tmp_path / "deep" / "out" / "b.bin")


def test_write_folder_replaces_what_was_there(tmp_path: Path):
    write_folder(tmp_path / "out", {"old": "1", "both": "1"})
    write_folder(tmp_path / "out", {"both": "2"})
    assert listing(tmp_path) == {"out/both": b"2"}
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("before", [None, {"old": "1"}], ids=["nothing", "an earlier run"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_write_folder_changes_nothing_when_a_file_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before, at):
    if before:
        write_folder(tmp_path / "out", before)
    kept, write, written = listing(tmp_path), Path.write_bytes, []

    def failing(self: Path, data: bytes) -> int:
        if len(written) == at:
            raise OSError(28, "No space left on device")
        written.append(self)
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", failing)
    with pytest.raises(OutputError, match="No space left on device"):
        write_folder(tmp_path / "out", {"a": "1", "b": "2", "c": "3"})
    assert listing(tmp_path) == kept
    assert names(tmp_path) == (["out"] if before else [])


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("error", [OSError(18, "Invalid cross-device link"), KeyboardInterrupt()], ids=["error", "^C"])
def test_write_folder_brings_the_old_one_back_when_the_swap_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException
):
    write_folder(tmp_path / "out", {"old": "1"})
    rename, calls = Path.rename, []

    def failing(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == at:
            raise error
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write_folder(tmp_path / "out", {"new": "2"})
    assert listing(tmp_path) == {"out/old": b"1"}
    assert names(tmp_path) == ["out"]


def test_write_folder_leaves_a_file_that_stands_there(tmp_path: Path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="a file stands there"):
        write_folder(tmp_path / "out", {"new": "2"})
    assert listing(tmp_path) == {"out": b"mine"}


def test_write_folder_refuses_a_place_below_a_file(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="choose another"):
        write_folder(tmp_path / "file" / "out", {"new": "2"})
    assert listing(tmp_path) == {"file": b"mine"}


def test_check_folder_refuses_files_that_are_no_runs(tmp_path: Path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(OutputError, match="holds files that are not a run's"):
        check_folder(tmp_path, "facts.json")


@pytest.mark.parametrize("names", [(), ("facts.json",), ("facts.json", "report.html")])
def test_check_folder_accepts_what_a_run_left(tmp_path: Path, names: tuple[str, ...]):
    for name in names:
        (tmp_path / name).write_text("{}")
    check_folder(tmp_path, "facts.json")
    check_folder(tmp_path / "new" / "deeper", "facts.json")


def test_check_folder_refuses_a_place_below_a_file(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is no folder to write in"):
        check_folder(tmp_path / "file" / "out", "facts.json")

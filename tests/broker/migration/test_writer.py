from __future__ import annotations

from pathlib import Path

import pytest

from actionsd_broker.migration.writer import (
    WriteError,
    check_absent,
    write_private,
    write_registry,
)

FILES = {"1.toml": '[actions.f]\nfile = "1/f.js"\n', "1/f.js": "function f() {}\r\n"}


def names(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*"))


def test_registry_is_written_as_it_is(tmp_path: Path) -> None:
    write_registry(tmp_path / "out", FILES)
    assert names(tmp_path) == ["out", "out/1", "out/1.toml", "out/1/f.js"]
    assert (tmp_path / "out/1/f.js").read_bytes() == b"function f() {}\r\n"


@pytest.mark.parametrize("kind", ["directory", "file", "dangling link"])
def test_what_exists_is_never_written_over(tmp_path: Path, kind: str) -> None:
    out = tmp_path / "out"
    if kind == "directory":
        out.mkdir()
    elif kind == "file":
        out.write_text("mine")
    else:
        out.symlink_to(tmp_path / "nowhere")
    with pytest.raises(WriteError, match="exists already"):
        check_absent(out)
    with pytest.raises(WriteError, match="exists already"):
        write_registry(out, FILES)
    assert names(tmp_path) == ["out"]


def test_registry_that_could_not_be_served_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(WriteError) as caught:
        write_registry(tmp_path / "out", {"1.toml": '[actions.f]\nfile = "no.js"\n'})
    assert f"{tmp_path}/out/1.toml:2: {tmp_path}/out/no.js: cannot be read" in str(caught.value)
    assert names(tmp_path) == []


def test_nothing_is_left_when_the_disk_refuses(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="cannot be written: File name too long"):
        write_registry(tmp_path / "out", {"1.toml": "", "x" * 300: ""})
    assert names(tmp_path) == []


def test_parent_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="cannot be written: No such file"):
        write_registry(tmp_path / "no" / "out", FILES)


def test_saved_file_is_its_owners_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "z.json"
    write_private(path, b"{}")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(WriteError, match="exists already"):
        write_private(path, b"[]")
    assert path.read_bytes() == b"{}"
    with pytest.raises(WriteError, match="cannot be written: No such file"):
        write_private(tmp_path / "no" / "z.json", b"{}")

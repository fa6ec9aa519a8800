"""Files that appear whole or not at all, and take nobody's name."""

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

import pytest

from unyo.storage.errors import storage_errors
from unyo.storage.new_files import AlreadyThere, NotWritten, new_file, rewritten_file


@pytest.fixture(params=["hard links", "no hard links"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A free name, on a file system with hard links and on one without."""

    def _refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if request.param == "no hard links":
        monkeypatch.setattr(os, "link", _refuse)
    return tmp_path / "file"


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 64 KiB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_new_file_is_there_at_the_end_and_its_owners_alone(path: Path) -> None:
    with new_file(path) as file:
        file.write(b"new")
        assert not path.exists()
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [*path.parent.iterdir()] == [path]


def test_a_name_that_is_taken_before_or_meanwhile_stays_its_owners(path: Path) -> None:
    with pytest.raises(AlreadyThere, match="is there already: name a new file"), new_file(path):
        path.write_text("mine")
    with pytest.raises(AlreadyThere), new_file(path):
        pytest.fail("it was there before")
    assert path.read_text() == "mine"
    assert [*path.parent.iterdir()] == [path]


def test_a_failure_leaves_nothing_and_a_file_that_is_rewritten_as_it_was(path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        _fail_in(new_file(path))
    assert not list(path.parent.iterdir())
    path.write_text("before")
    with pytest.raises(ZeroDivisionError):
        _fail_in(rewritten_file(path))
    assert path.read_text() == "before"
    with rewritten_file(path) as file:
        file.write(b"after")
    assert [(each, each.read_text()) for each in path.parent.iterdir()] == [(path, "after")]


@pytest.mark.usefixtures("small_files")
def test_a_file_that_cannot_be_written_is_told_from_a_database_that_fails(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with (
        pytest.raises(NotWritten, match=f"cannot write {path}: File too large; nothing was written"),
        new_file(path) as file,
        storage_errors("reading"),
    ):
        file.write(bytes(1_000_000))
    assert not list(tmp_path.iterdir())


def _fail_in(writing: AbstractContextManager[BinaryIO]) -> None:
    with writing as file:
        file.write(b"half")
        raise ZeroDivisionError

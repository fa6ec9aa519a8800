"""`make dist`: the same commit gives the same bytes, with everything in them that a user needs, and nothing else."""

import email
import hashlib
import json
import os
import re
import tarfile
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

from release.build import build
from release.licences import check, is_allowed
from release.pins import names_here, pinned
from release.tree import NotPossible
from support.tree import ROOT, SOURCE, copy_of_the_tree
from unyo import __version__

EPOCH = 1_700_000_000
WHEEL, SDIST = f"unyo-{__version__}-py3-none-any.whl", f"unyo-{__version__}.tar.gz"
SERVER = (ROOT / "requirements" / "server.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a release of this tree."""
    folder = tmp_path_factory.mktemp("release")
    build(copy_of_the_tree(folder / "tree"), folder / "dist", EPOCH)
    return folder / "dist"


@pytest.fixture(scope="module")
def metadata(release: Path) -> Message:
    with ZipFile(release / WHEEL) as wheel:
        return email.message_from_bytes(wheel.read(f"unyo-{__version__}.dist-info/METADATA"))


def test_a_release_is_these_files(release: Path) -> None:
    assert {path.name for path in release.iterdir()} == {
        WHEEL,
        SDIST,
        "requirements-server.txt",
        "sbom.cdx.json",
        "LICENSES.md",
        "SHA256SUMS",
    }


def test_another_day_another_folder_and_another_umask_give_the_same_bytes(release: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        tree = copy_of_the_tree(tmp_path / "somewhere" / "else")
        for path in tree.rglob("*"):
            os.utime(path, (1, 1))
        build(tree, tmp_path / "dist", EPOCH)
    finally:
        os.umask(before)
    for path in release.iterdir():
        assert (tmp_path / "dist" / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_date_within_is_the_one_that_is_given(release: Path) -> None:
    with ZipFile(release / WHEEL) as wheel:
        assert {entry.date_time[:3] for entry in wheel.infolist()} == {(2023, 11, 14)}


def test_the_sums_are_those_of_the_files(release: Path) -> None:
    lines = (release / "SHA256SUMS").read_text().splitlines()
    summed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert set(summed) == {path.name for path in release.iterdir()} - {"SHA256SUMS"}
    for name, digest in summed.items():
        assert hashlib.sha256((release / name).read_bytes()).hexdigest() == digest


def test_the_wheel_holds_the_package_and_nothing_else(release: Path) -> None:
    with ZipFile(release / WHEEL) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    sources = (path for path in SOURCE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert names == {path.relative_to(SOURCE.parent).as_posix() for path in sources}
    assert {"unyo/py.typed", "unyo/storage/migrations/script.py.mako"} <= names
    assert any(re.fullmatch(r"unyo/storage/migrations/versions/0001_.*\.py", name) for name in names)


def test_the_source_archive_holds_what_the_operator_and_the_builder_need(release: Path) -> None:
    with tarfile.open(release / SDIST) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "CHANGELOG.md", "docs/operations.md", "requirements/server.txt"} <= names
    assert {name.partition("/")[0] for name in names}.isdisjoint({"tests", "bench", "proof", ".ci"})


def test_the_wheel_says_what_it_is(metadata: Message) -> None:
    assert (metadata["Name"], metadata["Version"]) == ("unyo", __version__)
    assert (metadata["License-Expression"], metadata["License-File"]) == ("Apache-2.0", "LICENSE")
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata["Summary"]


def test_the_command_line_needs_four_packages_and_the_rest_is_the_servers(metadata: Message) -> None:
    required = metadata.get_all("Requires-Dist") or []
    plain = {re.split(r"[^a-z0-9-]", each)[0] for each in required if "extra ==" not in each}
    assert plain == {"httpx2", "pyyaml", "rich", "typer"}
    assert set(metadata.get_all("Provides-Extra") or []) == {"otel", "server", "testkit"}


def test_what_the_server_needs_is_pinned_in_the_release(release: Path) -> None:
    assert (release / "requirements-server.txt").read_text(encoding="utf-8") == SERVER


def test_the_sbom_names_every_package_of_a_server_with_its_hashes(release: Path) -> None:
    sbom = json.loads((release / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert (sbom["bomFormat"], sbom["metadata"]["component"]["version"]) == ("CycloneDX", __version__)
    listed = {(each["name"], each["version"]) for each in sbom["components"]}
    assert listed == {(each.name, str(each.specifier).removeprefix("==")) for each in pinned(SERVER)}
    assert all(reference["hashes"] for each in sbom["components"] for reference in each["externalReferences"])


def test_the_licence_of_every_package_of_a_server_is_listed(release: Path) -> None:
    text = (release / "LICENSES.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| ([\w.-]+) \| [0-9][^|]* \| [^|]+ \| (?:<http[^|]+>)? \|$", text, re.MULTILINE)
    assert {name.lower().replace("_", "-") for name in listed} == set(names_here(SERVER))
    assert "pytest" not in text


@pytest.mark.parametrize(
    "licence", ["MIT", "MIT OR GPL-3.0-only", "Apache-2.0 AND BSD-2-Clause", "Apache Software License; MIT License"]
)
def test_permissive_licences_are_allowed(licence: str) -> None:
    assert is_allowed(licence)


@pytest.mark.parametrize(
    "licence",
    ["UNKNOWN", "", "GPL-3.0-only", "AGPL-3.0-only", "MIT AND GPL-2.0-only", "MIT License; GPL", "Proprietary"],
)
def test_a_release_with_another_licence_is_refused(licence: str) -> None:
    packages = [{"Name": "Good", "License": "MIT"}, {"Name": "Other_one", "License": licence}]
    with pytest.raises(NotPossible, match=r"Other_one is under .*, which release/licences\.py does not allow"):
        check(packages, ["good", "other-one"])


def test_a_package_whose_licence_is_not_known_is_named() -> None:
    with pytest.raises(NotPossible, match="other-one is not installed here"):
        check([{"Name": "Good", "License": "MIT"}], ["good", "other-one"])

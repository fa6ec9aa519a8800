"""What is kept of other people's packages is what they published, under its version and with its licence."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from support.tree import ROOT, SOURCE
from unyo.portal.web.assets import SCRIPTS, STYLES

OF_THE_PORTAL = SOURCE / "portal" / "static" / "vendor"
FOLDERS = (OF_THE_PORTAL, ROOT / "tests" / "vendor")
KEPT: list[tuple[Path, dict[str, Any]]] = [
    (folder, each) for folder in FOLDERS for each in json.loads((folder / "INTEGRITY.json").read_text(encoding="utf-8"))
]
ALLOWED = {"0BSD", "MIT", "MPL-2.0"}


def _named(value: object) -> str:
    return value["file"] if isinstance(value, dict) else ""


@pytest.mark.parametrize(("folder", "kept"), KEPT, ids=_named)
def test_a_file_is_the_one_that_was_published(folder: Path, kept: dict[str, Any]) -> None:
    digest = hashlib.sha384((folder / kept["file"]).read_bytes()).digest()
    assert kept["integrity"] == f"sha384-{base64.b64encode(digest).decode()}"
    # npm's own word on the package, by which anybody can get the same one: `npm view PACKAGE@VERSION dist.integrity`.
    algorithm, _, claimed = kept["package_integrity"].partition("-")
    assert (algorithm, len(base64.b64decode(claimed, validate=True))) == ("sha512", hashlib.sha512().digest_size)


@pytest.mark.parametrize(("folder", "kept"), KEPT, ids=_named)
def test_it_says_its_version_and_has_its_licence_beside_it(folder: Path, kept: dict[str, Any]) -> None:
    assert f"-{kept['version']}." in kept["file"]
    assert kept["licence"] in ALLOWED
    assert all((folder / name).stat().st_size for name in kept["licence_files"])


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_nothing_else_lies_there(folder: Path) -> None:
    told = [name for where, each in KEPT if where == folder for name in (each["file"], *each["licence_files"])]
    assert sorted(path.name for path in folder.iterdir()) == sorted(["INTEGRITY.json", *told])


def test_the_portal_serves_all_that_it_keeps_and_nothing_else_of_others() -> None:
    served = {path.removeprefix("vendor/") for path in (*STYLES, *SCRIPTS) if path.startswith("vendor/")}
    assert served == {each["file"] for folder, each in KEPT if folder == OF_THE_PORTAL}

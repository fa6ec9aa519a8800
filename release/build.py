"""The files of a release. The same commit gives the same bytes, on any day and in any folder."""

import hashlib
import json
import re
import shutil
import sys
import tarfile
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from .licences import licence_list
from .tree import ROOT, SERVER, NotPossible, run, tool

REQUIREMENTS: Final = "requirements-server.txt"
SBOM: Final = "sbom.cdx.json"
LICENCES: Final = "LICENSES.md"
SUMS: Final = "SHA256SUMS"


def build_commit(target: Path) -> list[str]:
    """Make the release of the last commit in ``target``, which is emptied; returns what the operator should know.

    Changes that are not committed are not in it, so that whoever has the commit can make the same files.
    """
    if not (ROOT / ".git").exists():
        raise NotPossible("a release is made from a commit: this folder is no git checkout")
    with TemporaryDirectory(prefix="unyo-dist-") as folder:
        archive, tree = Path(folder) / "commit.tar", Path(folder) / "unyo"
        run("git", "archive", "--format=tar", f"--output={archive}", "HEAD")
        with tarfile.open(archive) as opened:
            opened.extractall(tree, filter="data")
        build(tree, target, int(run("git", "log", "-1", "--format=%ct")))
    changed = run("git", "status", "--porcelain").splitlines()
    return [f"{len(changed)} changed files are not in it: a release is the last commit"] if changed else []


def build(tree: Path, target: Path, epoch: int) -> None:
    """Make the files of a release from a tree; ``epoch`` is the date within them, in seconds since 1970."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    variables = {"SOURCE_DATE_EPOCH": str(epoch)}
    run(sys.executable, "-m", "hatchling", "build", "-d", target.absolute(), folder=tree, variables=variables)
    shutil.copyfile(tree / SERVER, target / REQUIREMENTS)
    (target / SBOM).write_text(_sbom(tree, variables), encoding="utf-8")
    (target / LICENCES).write_text(licence_list((tree / SERVER).read_text(encoding="utf-8")), encoding="utf-8")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(target.iterdir())]
    (target / SUMS).write_text("".join(sums), encoding="utf-8")


def _sbom(tree: Path, variables: dict[str, str]) -> str:
    """The packages of a server in CycloneDX's form; the tool validates it."""
    options = ("--pyproject", "pyproject.toml", "--output-reproducible", "--of", "JSON")
    sbom = json.loads(run(tool("cyclonedx-py"), "requirements", SERVER, *options, folder=tree, variables=variables))
    # The tool reads no version that is dynamic.
    sbom["metadata"]["component"]["version"] = _version(tree)
    return json.dumps(sbom, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _version(tree: Path) -> str:
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))
    source = (tree / project["tool"]["hatch"]["version"]["path"]).read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "(.+)"$', source, re.MULTILINE)
    assert found
    return found[1]

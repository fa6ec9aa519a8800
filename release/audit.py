"""Known vulnerabilities of what a server needs, by pip-audit; "none" is said only of what was looked up."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from packaging.utils import canonicalize_name

from .pins import names_here
from .tree import ROOT, SERVER, NotPossible, tool

TIMEOUT_SECONDS: Final = 15


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found: how many packages were looked up, and a line for each vulnerability."""

    looked_up: int
    vulnerabilities: list[str]


def audit() -> Audit:
    """Look up every package that a server on this system would install.

    Raises:
        NotPossible: Not all of them could be looked up, so that nothing can be said.
    """
    with TemporaryDirectory(prefix="unyo-audit-") as folder:
        report = Path(folder) / "report.json"
        options = ("--disable-pip", "--require-hashes", "--progress-spinner=off", f"--timeout={TIMEOUT_SECONDS}")
        # A vulnerability and a failure have the same exit status: only the report tells which it was.
        done = subprocess.run(
            [tool("pip-audit"), *options, "-r", SERVER, "-f", "json", "-o", report],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        said = report.read_text(encoding="utf-8") if report.exists() else ""
    if not said:
        why = (done.stderr.strip().splitlines() or ["pip-audit gave no reason"])[-1]
        raise NotPossible(f"nothing was looked up, so nothing is known ({why})")
    return read_report(json.loads(said), names_here((ROOT / SERVER).read_text(encoding="utf-8")))


def read_report(report: dict[str, Any], names: list[str]) -> Audit:
    """What pip-audit's JSON says of the packages of these names.

    Raises:
        NotPossible: It says nothing of one of them.
    """
    looked_up = {canonicalize_name(each["name"]): each["vulns"] for each in report["dependencies"] if "vulns" in each}
    missing = sorted(set(names) - set(looked_up))
    if missing:
        raise NotPossible(f"not everything was looked up, so nothing is known of {', '.join(missing)}")
    return Audit(len(looked_up), list(_lines(report["dependencies"])))


def _lines(packages: list[dict[str, Any]]) -> Iterator[str]:
    for package in packages:
        for found in package.get("vulns", []):
            mended = ", ".join(found["fix_versions"]) or "no release yet"
            yield f"{package['name']} {package['version']}: {found['id']}, mended in {mended}"

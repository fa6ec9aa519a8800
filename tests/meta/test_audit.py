"""`make audit` says that nothing is known where nothing was looked up."""

import re
from typing import Any

import pytest

from release.audit import Audit, read_report
from release.tree import NotPossible
from support.processes import ended
from support.tools import needs
from support.tree import ROOT

NOBODY_LISTENS = "http://127.0.0.1:9"
NAMES = ["one", "two"]


def _package(name: str, *vulnerabilities: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": list(vulnerabilities)}


def test_without_a_network_it_says_that_nothing_was_looked_up_and_fails() -> None:
    needs("make")
    unreachable = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOBODY_LISTENS)
    told = ended("make", "--no-print-directory", "audit", folder=ROOT, variables={**unreachable, "no_proxy": ""})
    assert told.status != 0
    assert re.search(r"^release: nothing was looked up, so nothing is known \(.+\)$", told.err, re.MULTILINE), told
    assert "vulnerabilities" not in told.out


def test_a_report_without_vulnerabilities_counts_what_was_looked_up() -> None:
    assert read_report({"dependencies": [_package("one"), _package("two")]}, NAMES) == Audit(2, [])


def test_a_vulnerability_is_named_with_the_release_that_mends_it() -> None:
    found = _package("two", {"id": "CVE-1", "fix_versions": ["1.1"]}, {"id": "CVE-2", "fix_versions": []})
    assert read_report({"dependencies": [_package("one"), found]}, NAMES).vulnerabilities == [
        "two 1.0: CVE-1, mended in 1.1",
        "two 1.0: CVE-2, mended in no release yet",
    ]


@pytest.mark.parametrize(
    "packages", [[], [_package("one")], [_package("one"), {"name": "two", "skip_reason": "not found"}]], ids=repr
)
def test_a_report_that_leaves_a_package_out_says_nothing_of_the_others(packages: list[dict[str, Any]]) -> None:
    with pytest.raises(NotPossible, match=r"not everything was looked up, so nothing is known of .*two"):
        read_report({"dependencies": packages}, NAMES)

"""The licences of the packages that a server needs: which there are, and which are allowed."""

import json
import re
from typing import Any, Final

from packaging.utils import canonicalize_name

from .pins import names_elsewhere, names_here
from .tree import NotPossible, run, tool

# unyo is under Apache-2.0 and imports its packages as they are. All of these allow that, for any use, as long as the
# notices stay with them. The LGPL (psycopg) allows it as long as users may replace the package, which pip lets them do.
ALLOWED: Final = frozenset(
    {
        "Apache Software License",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSD License",
        "ISC License (ISCL)",
        "LGPL-3.0-only",
        "MIT",
        "MIT License",
        "MIT-0",
        "PSF-2.0",
    }
)
_HEAD: Final = """# Licences

unyo is under the Apache License 2.0. A server runs on these packages, each under its own licence:

| package | version | licence | address |
|---|---|---|---|
"""


def licence_list(requirements: str) -> str:
    """The packages that a requirement file pins, with their licences, as Markdown.

    Raises:
        NotPossible: A licence is not among the allowed, or what is pinned is not what is installed here.
    """
    names = names_here(requirements)
    packages = json.loads(run(tool("pip-licenses"), "--from=mixed", "--format=json", "--with-urls", "-p", *names))
    check(packages, names)
    rows = [f"| {each['Name']} | {each['Version']} | {each['License']} | {_address(each)} |\n" for each in packages]
    elsewhere = names_elsewhere(requirements)
    note = f"\nNot listed, for they are for other systems: {', '.join(elsewhere)}.\n" if elsewhere else ""
    return _HEAD + "".join(rows) + note


def _address(package: dict[str, Any]) -> str:
    return f"<{package['URL']}>" if package["URL"].startswith("http") else ""


def check(packages: list[dict[str, Any]], names: list[str]) -> None:
    """Refuse a list that lacks one of the names, or that has a licence which is not allowed."""
    missing = set(names) - {canonicalize_name(each["Name"]) for each in packages}
    if missing:
        raise NotPossible(
            f"{', '.join(sorted(missing))} is not installed here, so its licence is not known: make install"
        )
    refused = [f"{each['Name']} is under {each['License']}" for each in packages if not is_allowed(each["License"])]
    if refused:
        raise NotPossible(f"{', '.join(refused)}, which release/licences.py does not allow")


def is_allowed(licence: str) -> bool:
    """Whether all that applies is allowed: of alternatives one.

    Classifiers (between semicolons) do not say which of them applies, so that all must be allowed.
    """
    parts = re.split(r" AND |; ", licence)
    return all(any(choice.strip() in ALLOWED for choice in part.split(" OR ")) for part in parts)

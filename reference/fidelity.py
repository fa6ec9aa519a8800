"""The page that says where each rule of the wire comes from, and what tests it: rows of data (``fidelity.yaml``)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

import yaml

from unyo.uom.actions import ACTIONS

from .markdown import code, page, table

_ROOT: Final = Path(__file__).parents[1]
DATA: Final = Path(__file__).with_suffix(".yaml")
"""The rows."""
PATH: Final = _ROOT / "docs" / "fidelity.md"

ORIGINS: Final[Mapping[str, str]] = {
    "page": "the vendor's page of UpdateTicket says or shows it",
    "vendor": "another page of the vendor's manuals says it",
    "decided": "the vendor says nothing about it, or two things; the mark links to the reason, if one is written down",
    "unyo": "an extension: the vendor has no such thing",
}
"""The marks, and what each means."""
TABLES: Final = {each.title: each for action in ACTIONS.values() for each in action.tables}
"""Every parameter table, by its title."""

_SUMMARY: Final = """\
How far you can trust that a program which works against unyo also works against the vendor, rule by rule. Nobody
outside the vendor can run its server, and its page of `UpdateTicket` leaves much open. unyo follows what is written;
where nothing is written, we decided. Each row is one rule, with its origin and the test that shows it. A test that is
named by its case runs in process and over HTTP, on SQLite and on PostgreSQL.

**What you can rely on with the vendor**: the rows *page* and *vendor*. There unyo accepts and refuses what the
vendor's own pages say, with their types and messages.

**What only unyo has**: the rows *unyo*. A program that uses one of them does not run against the vendor. unyo's client
uses none of them there, and the test kit's strict mode (`uom_strict`) warns about each one that a program uses.

**What nobody outside the vendor knows**: the rows *decided*. Write your program so that it works either way:

- Act on ErrorType and ErrorDetail, not on which of two errors comes first: the order of checks is ours.
- Read the ticket again before each update. Whether an update that changes nothing moves a date there, and what two
  updates within one second leave, is not known.
- Send the approver in every call that goes to クローズ or クローズ承認待ち, and leave it out of all others.
- Read list values from the tickets or from whoever runs the service: each contract has lists of its own.
- Rely on little in the answer to a registration: that it holds TicketId was decided here, and so was every rule for
  registering a request.
- Try one ticket by hand before you send quotes or line feeds to the vendor. The page asks for `¥'`, `¥"` and `¥n`;
  whether that `¥` is U+00A5 or a backslash, and whether JSON's own escapes do as well, is not known. unyo takes all.
- Be prepared for a rate limit: whether the vendor limits calls, and how it says so, is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row, as ``fidelity.yaml`` explains it."""

    rule: str
    origin: str
    tests: Mapping[str, list[str]]
    why: str = ""
    trouble: str = ""
    lists: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rules that belong together, under their heading."""

    group: str
    rules: list[Rule]
    about: str = ""


def groups(text: str | None = None) -> list[Group]:
    """The rows, of another text than the file's where one is given.

    Raises:
        TypeError: a row lacks a key, or has one that there is not.
    """
    read: list[dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8") if text is None else text)
    return [Group(**{**each, "rules": [Rule(**row) for row in each["rules"]]}) for each in read]


def test_file(key: str) -> str:
    """A file of tests, from the root of the tree, by its key in a row."""
    return f"tests/{key}" if "/" in key else f"tests/contract/cases/{key}.yaml"


def fidelity() -> str:
    """The page."""
    listed = groups()
    marks = table(["origin", "means that"], ([f"*{mark}*", meaning] for mark, meaning in ORIGINS.items()))
    rows = (part for group in listed for part in _group(group))
    return page("Fidelity", _SUMMARY, marks, _counts(listed), _troubled(listed), *rows)


def _counts(listed: list[Group]) -> str:
    """How many rules of each origin there are."""
    found = {each.group: Counter(rule.origin for rule in each.rules) for each in listed}
    rows = [[f"[{name}](#{_anchor(name)})", *_numbers(counted)] for name, counted in found.items()]
    total = _numbers(sum(found.values(), Counter[str]()))
    return table(["rules", *ORIGINS, "all"], [*rows, ["**all**", *total]])


def _troubled(listed: list[Group]) -> str:
    """How many rules have trouble with the page."""
    count = sum(bool(rule.trouble) for each in listed for rule in each.rules)
    return f"{count} rows say where the vendor's page contradicts itself, or its copy has lost something."


def _numbers(counted: Counter[str]) -> list[str]:
    return [*(str(counted[origin] or "–") for origin in ORIGINS), str(counted.total())]


def _anchor(heading: str) -> str:
    """A heading's anchor."""
    return "".join(letter for letter in heading.lower() if letter.isalnum() or letter in " -").replace(" ", "-")


def _group(group: Group) -> list[str]:
    return [f"## {group.group}", group.about, table(["rule", "origin", "test"], map(_row, group.rules))]


def _row(rule: Rule) -> list[str]:
    listed = ", ".join(code(row.wire) for title in rule.lists for row in TABLES[title].rows)
    trouble = f"<br>*The vendor's page*: {rule.trouble}" if rule.trouble else ""
    origin = f"[{rule.origin}](decisions.md#{rule.why})" if rule.why else rule.origin
    tests = "<br>".join(_tests(key, names) for key, names in rule.tests.items())
    return [f"{rule.rule} {listed}".rstrip() + trouble, origin, tests]


def _tests(key: str, names: list[str]) -> str:
    return f"[{PurePosixPath(key).stem}](../{test_file(key)}): {' · '.join(map(code, names))}"

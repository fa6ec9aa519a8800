"""docs/fidelity.md: what it names is there, and nothing of the contract is left out of it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from reference import fidelity
from reference.fidelity import ORIGINS, TABLES, Group, Rule, groups
from support.cases import read_yaml
from support.contract_tables import READING_TABLES, TICKET_TABLES
from support.documents import dead_links
from support.tree import ROOT
from unyo.uom.envelopes import ERRORS, Failure

GROUPS = groups()
CASES = ROOT / "tests" / "contract" / "cases"
KINDS = {"1": "incident", "2": "request"}
VERBS = {"UpdateTicket": "update", "RegisterTicket": "register"}
# The titles of the tables, and the parameters that the contract has in each; memos have no maximum, and no row there.
CONTRACT_TABLES = {
    **{
        f"{VERBS[action]} {KINDS[kind]}": {row.name for row in rows} | {"CorrespondProcessList"}
        for (action, kind), rows in TICKET_TABLES.items()
    },
    **{action: {row.name for row in rows} for action, rows in READING_TABLES.items()},
}


def rules(listed: list[Group]) -> Iterator[Rule]:
    """The rows of all groups."""
    return (rule for group in listed for rule in group.rules)


@cache
def names_in(path: Path) -> frozenset[str]:
    """What a row may name of a file: cases, as they are written, or test functions."""
    if not path.is_file():
        return frozenset()
    if path.suffix == ".yaml":
        return frozenset(entry["case"] for entry in read_yaml(path))
    found = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return frozenset(
        each.name
        for each in found
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_")
    )


def faults(listed: list[Group]) -> list[str]:
    """Whatever is wrong with rows: a test that there is not, none at all, an origin that there is not."""
    found = []
    for rule in rules(listed):
        if rule.origin not in ORIGINS:
            found.append(f"{rule.rule}: no such origin: {rule.origin}")
        if not any(rule.tests.values()):
            found.append(f"{rule.rule}: no test")
        for key, names in rule.tests.items():
            there = names_in(ROOT / fidelity.test_file(key))
            found += [f"{rule.rule}: no such test: {key}: {name}" for name in names if name not in there]
    return found


def test_the_page_is_what_the_rows_give() -> None:
    assert fidelity.PATH.read_text(encoding="utf-8") == fidelity.fidelity(), "make reference"


def test_every_row_has_an_origin_and_tests_that_there_are() -> None:
    assert faults(GROUPS) == []


@pytest.mark.parametrize(
    ("written", "wrong", "fault"),
    [
        ("- a query string is ignored and not signed", "- a query string is ignored and not sung", "no such test"),
        ("        detail:", "        details:", "no such test"),
        ("- test_any_bytes_as_a_body", "- test_no_bytes_as_a_body", "no such test"),
        ("        integration/test_tls.py:", "        integration/test_ssl.py:", "no such test"),
        ("origin: page", "origin: hearsay", "no such origin"),
        ("tests:\n        http:\n          - there is no <path>", "tests: {}", "no test"),
    ],
)
def test_a_row_that_names_what_there_is_not_is_noticed(written: str, wrong: str, fault: str) -> None:
    text = fidelity.DATA.read_text(encoding="utf-8")
    assert written in text
    assert [each for each in faults(groups(text.replace(written, wrong, 1))) if fault in each]


@pytest.mark.parametrize(("written", "wrong"), [("origin: page", "source: page"), ("why: ", "because: ")])
def test_a_key_that_there_is_not_is_refused(written: str, wrong: str) -> None:
    with pytest.raises(TypeError, match=wrong.partition(":")[0]):
        groups(fidelity.DATA.read_text(encoding="utf-8").replace(written, wrong, 1))


def test_every_file_of_cases_is_named() -> None:
    assert {path.stem for path in CASES.iterdir()} - {key for rule in rules(GROUPS) for key in rule.tests} == set()


def test_every_error_has_its_row() -> None:
    told = [rule.rule for rule in rules(GROUPS)]
    for code in [*ERRORS.values(), *(failure.value for failure in Failure)]:
        literals = [f"`{code.error_type}`", code.message if code.status == 200 else str(code.status)]
        assert [rule for rule in told if all(literal in rule for literal in literals)], literals


def test_every_table_has_a_row_that_shows_its_parameters() -> None:
    titles = [title for rule in rules(GROUPS) for title in rule.lists]
    assert sorted(titles) == sorted(CONTRACT_TABLES) == sorted(TABLES)
    for title, expected in CONTRACT_TABLES.items():
        (line,) = [
            line
            for line in fidelity.PATH.read_text(encoding="utf-8").splitlines()
            for rule in rules(GROUPS)
            if title in rule.lists and line.startswith(f"| {rule.rule} ")
        ]
        shown = re.findall(r"`(\w+)`", line.split(" | ")[0].partition(":")[2])
        assert sorted(shown) == sorted(expected)


def test_extensions_and_nothing_else_stand_in_their_own_group() -> None:
    for group in GROUPS:
        assert {rule.origin == "unyo" for rule in group.rules} == {group.group == "unyo's extensions"}


def test_every_link_of_the_page_leads_somewhere() -> None:
    assert dead_links(fidelity.PATH) == []


def test_what_is_marked_as_decided_and_explained_is_a_decision() -> None:
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    marks = re.findall(r'^\| <a id="([^"]+)"></a>', text, re.MULTILINE)
    assert sorted(marks) == sorted({rule.why for rule in rules(GROUPS)} - {""})

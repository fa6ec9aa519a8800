"""The proof of database trouble holds, and fails where the product does the wrong thing about it."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from proof.telling import Plan
from proof.trouble import PROOFS, trouble
from support.databases import KINDS
from support.nodes import TESTS
from support.processes import PATIENCE
from support.scratch import UNMEASURED, SourceCopy, python
from support.tools import as_root

SEED = 7
ROUNDS = 12
NOT_HEALTHY = "not healthy"
RUN = """
import sys
from proof.telling import Disproved, Plan
from proof.trouble import trouble
database, only, seed, within = sys.argv[1:]
try:
    trouble(Plan(database, 60, int(seed), lambda: None), only={only}, healthy_within=float(within), mounting=False)
except Disproved as seen:
    sys.exit(f"disproved: {seen}")
"""


@dataclass(frozen=True)
class Sabotage:
    """What is put before a line of a module, the trouble that brings it to light, and what is then seen."""

    module: str
    line: str
    new: str
    database: str
    trouble: str
    seen: str


SABOTAGES = {
    "a failed group is answered and not decided anew": Sabotage(
        "storage/writing/writer.py",
        "return self._one_by_one(group)",
        "            from unyo.services.ports import Done; return [Done(call.request_id, 'UTM1') for call in group]",
        "sqlite",
        "file may not grow",
        "and sent again",
    ),
    "the history is a transaction of its own": Sabotage(
        "storage/writing/undertaking.py",
        "INSERT_HISTORY.run(",
        "        connection.connection.dbapi_connection.commit(); connection.exec_driver_sql('BEGIN IMMEDIATE')",
        "sqlite",
        "file may not grow",
        "a call that was answered with an error has changed rows",
    ),
    "the writer does not get over a fault": Sabotage(
        "storage/writing/writer.py",
        "return self._one_by_one(group)",
        "            self._commit = None; return [StorageFailed('and ever after')] * len(group)",
        "sqlite",
        "busy",
        NOT_HEALTHY,
    ),
    "a second try leaves the history out": Sabotage(
        "storage/writing/group.py",
        "state.write(connection)",
        "        if again: state.history_rows.clear()",
        "postgresql",
        "killed in the commit",
        "not in history|rows gone and come",
    ),
    "a commit without an answer is not looked up": Sabotage(
        "storage/writing/writer.py",
        "return self._commit([call], again=True)",
        "                return self._commit([call])[0]",
        "postgresql",
        "commit's answer lost",
        "not the documented answer|answered as one sent again|must succeed",
    ),
}


# How fast all is well again is a matter for `make proof`, on a machine that does nothing else.
@pytest.mark.parametrize("database", KINDS)
def test_trouble_at_any_statement_leaves_nothing_half_and_is_over_when_it_is_over(database: str) -> None:
    rounds: list[None] = []
    figures = trouble(Plan(database, ROUNDS, SEED, lambda: rounds.append(None)), healthy_within=PATIENCE)
    assert len(rounds) == figures["of these tried"] == ROUNDS
    answers = {name.rpartition(": ")[2]: count for name, count in figures.items() if ": " in name}
    assert set(answers) == {"OK", "SYSTEM_ERROR"}
    assert ("left out" in figures) == (not any(name.startswith("disk full: ") for name in figures))
    assert 0 < float(figures["worst seconds to healthy"]) <= PATIENCE


@pytest.mark.parametrize("database", KINDS)
def test_a_full_disk_at_any_statement_leaves_nothing_half(database: str) -> None:
    as_root("mount", "umount")
    figures = trouble(Plan(database, 4, SEED, lambda: None), only=("disk full",), healthy_within=PATIENCE)
    assert "left out" not in figures
    assert any(name.startswith("disk full: ") for name in figures)


def test_what_is_left_out_where_no_disk_may_be_mounted_is_told() -> None:
    figures = trouble(Plan("sqlite", 1, SEED, lambda: None), healthy_within=PATIENCE, mounting=False)
    assert str(figures["left out"]).startswith("disk full, ")


@pytest.mark.parametrize("sabotage", SABOTAGES.values(), ids=SABOTAGES)
def test_it_is_disproved_where(sabotage: Sabotage, tmp_path: Path) -> None:
    copy = SourceCopy(tmp_path)
    copy.insert_before(sabotage.module, sabotage.line, sabotage.new)
    path = os.pathsep.join(map(str, (copy.path, TESTS, TESTS.parent)))
    # How fast all is well again is waited for where that it never is so is what is seen.
    within = 1 if sabotage.seen == NOT_HEALTHY else PATIENCE
    given = (sabotage.database, sabotage.trouble, str(SEED), str(within))
    ended = python("-c", RUN, *given, PYTHONPATH=path, **UNMEASURED)
    assert ended.status == 1, ended.err
    assert any(f"disproved: round {number}, seed {SEED}: " in ended.err for number in range(1, 61)), ended.err
    assert any(text in ended.err for text in sabotage.seen.split("|")), ended.err


def test_the_full_numbers_are_those_that_the_guarantee_names() -> None:
    assert {proof.name: dict(proof.rounds) for proof in PROOFS} == {"trouble": {"sqlite": 300, "postgresql": 400}}

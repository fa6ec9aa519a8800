"""The proof of crashes holds for the product, and is disproved for one that is sabotaged."""

from pathlib import Path

import pytest

from proof.crash import PROOFS, crash, crash_database
from proof.telling import Disproved, Figures, Plan
from support.databases import KINDS
from support.processes import PATIENCE
from support.scratch import UNMEASURED, SourceCopy

SEED = 20221221
ROUNDS = 2
# A sabotaged server is disproved in the first or second of them.
MANY_ROUNDS = 10
# Something was seen to be gone or half there, in a round that can be carried out again.
LOST = rf"round \d, seed {SEED}: (?!ready|the server|.* before anything was killed)"
# The lines that make a worse product, each before the line of a module that begins so.
Sabotage = tuple[tuple[str, str, str], ...]
ANSWERS_BEFORE_ITS_COMMIT: Sabotage = (
    ("storage/errors.py", "@contextmanager", "import threading; COMMITTING = threading.Lock()"),
    # Readers wait for the commit, so that nothing but a crash can bring it to light.
    (
        "storage/reading/readers.py",
        'with self._snapshot("reading a ticket")',
        """
        from unyo.storage import errors
        with errors.COMMITTING: pass
        """,
    ),
    (
        "storage/writing/writer.py",
        "answers = self._serve(",
        """
            from unyo.storage import errors
            self._taken = group
            errors.COMMITTING.acquire()
        """,
    ),
    (
        "storage/writing/writer.py",
        "outcomes = self._groups.decide(",
        """
            outcomes = self._groups.decide(connection, group, self._clock(), again=again)
            for queued, outcome in zip(self._taken, outcomes):
                _answer(queued, outcome)
            time.sleep(0.1)
            return outcomes
        """,
    ),
    (
        "storage/writing/writer.py",
        "for queued, answer in zip(",
        """
            errors.COMMITTING.release()
            continue
        """,
    ),
)
COMMITS_BY_HALVES: Sabotage = (
    (
        "storage/writing/undertaking.py",
        "INSERT_HISTORY.run(",
        """
        import time
        connection.exec_driver_sql("COMMIT")
        time.sleep(0.1)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        """,
    ),
)
ANSWERS_BEFORE_THE_DISK_HAS_IT: Sabotage = (
    ("storage/engine.py", "connection.commit()", """        connection.execute("SET synchronous_commit = off")"""),
)


class Advances:
    """Counts the rounds that were carried out."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def _plan(database: str, rounds: int, advances: Advances | None = None) -> Plan:
    return Plan(database, rounds, SEED, advances or Advances())


@pytest.fixture
def copy(tmp_path: Path) -> SourceCopy:
    return SourceCopy(tmp_path)


def _sabotaged(copy: SourceCopy, sabotage: Sabotage) -> dict[str, str]:
    """The environment in which `unyo` is the worse product."""
    for module, line, new in sabotage:
        copy.insert_before(module, line, new.strip("\n").rstrip(" "))
    return {"PYTHONPATH": str(copy.path), **UNMEASURED}


def _assert_counted(figures: Figures, advances: Advances) -> None:
    assert advances.count == ROUNDS
    # One change of each writer at the end, at the least.
    assert int(figures["acknowledged"]) >= 8
    assert int(figures["of these stored"]) <= int(figures["unanswered"]) <= 8 * ROUNDS
    assert 0 < float(figures["worst seconds to ready"]) <= PATIENCE


# How fast the server is back is a matter for `make proof`, on a machine that does nothing else.
@pytest.mark.parametrize("database", KINDS)
def test_what_a_killed_server_has_acknowledged_is_there_and_nothing_by_half(database: str) -> None:
    advances = Advances()
    _assert_counted(crash(_plan(database, ROUNDS, advances), ready_within=PATIENCE), advances)


def test_what_was_acknowledged_before_postgresql_was_killed_is_there_and_nothing_by_half() -> None:
    advances = Advances()
    _assert_counted(crash_database(_plan("postgresql", ROUNDS, advances), ready_within=PATIENCE), advances)


def test_it_is_disproved_for_a_server_that_answers_before_its_commit(copy: SourceCopy) -> None:
    variables = _sabotaged(copy, ANSWERS_BEFORE_ITS_COMMIT)
    with pytest.raises(Disproved, match=LOST):
        crash(_plan("sqlite", MANY_ROUNDS), variables=variables, ready_within=PATIENCE)


def test_it_is_disproved_for_a_server_that_commits_by_halves(copy: SourceCopy) -> None:
    variables = _sabotaged(copy, COMMITS_BY_HALVES)
    with pytest.raises(Disproved, match=LOST):
        crash(_plan("sqlite", MANY_ROUNDS), variables=variables, ready_within=PATIENCE)


def test_it_is_disproved_for_a_database_that_answers_before_the_disk_has_it(copy: SourceCopy) -> None:
    variables = _sabotaged(copy, ANSWERS_BEFORE_THE_DISK_HAS_IT)
    with pytest.raises(Disproved, match=LOST):
        crash_database(_plan("postgresql", MANY_ROUNDS), variables=variables, ready_within=PATIENCE)


def test_it_is_disproved_for_a_server_that_is_ready_too_late() -> None:
    with pytest.raises(Disproved, match=rf"round 1, seed {SEED}: ready only after "):
        crash(_plan("sqlite", 1), ready_within=0.01)


def test_the_full_numbers_are_those_that_the_guarantee_names() -> None:
    assert {proof.name: dict(proof.rounds) for proof in PROOFS} == {
        "crash": {"sqlite": 100, "postgresql": 50},
        "crash-database": {"postgresql": 20},
    }

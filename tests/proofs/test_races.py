"""The proofs of races hold for the product, and are disproved for one whose lock does not."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from proof.races import PROOFS, WRITERS, Race, races
from proof.seconds import one_second
from proof.telling import Disproved, Figures, Plan
from proof.volley import SERVERS, served
from support.databases import KINDS
from support.scratch import UNMEASURED, SourceCopy

SEED = 20221221
ROUNDS = 3
# Each a line of a worse product, before the line of a module that begins so.
NOTHING_IS_COMPARED = "tickets/lock.py", "return all(", "    return True"
EACH_PROCESS_LETS_ONE_PASS = (
    "tickets/lock.py",
    "return all(",
    """
    dates, passed = str(sorted(sent.items(), key=str)), globals().setdefault("PASSED", set())
    if dates in passed: return False
    passed.add(dates); return True
    """,
)
DATES_ARE_THE_CLOCKS = "tickets/lock.py", "return max(", "    return whole_second(now)"
Sabotaged = Callable[[str, str, str], Mapping[str, str]]


@pytest.fixture
def sabotaged(tmp_path: Path) -> Sabotaged:
    """Gives the environment in which `unyo` is a worse product."""

    def _sabotaged(module: str, line: str, new: str) -> Mapping[str, str]:
        copy = SourceCopy(tmp_path)
        copy.insert_before(module, line, new)
        return {"PYTHONPATH": str(copy.path), **UNMEASURED}

    return _sabotaged


def _carried_out(proof: Callable[[Plan], Figures], database: str, rounds: int) -> Figures:
    advances: list[None] = []
    figures = proof(Plan(database, rounds, SEED, lambda: advances.append(None)))
    assert len(advances) == rounds
    assert figures["server processes"] == SERVERS[database]
    return figures


def _plan(database: str, rounds: int) -> Plan:
    return Plan(database, rounds, SEED, lambda: None)


@pytest.mark.parametrize("database", KINDS)
def test_of_those_who_write_at_the_same_moment_one_wins(database: str) -> None:
    figures = _carried_out(races, database, ROUNDS)
    assert figures["winners"] == ROUNDS
    assert figures["refused"] == int(figures["writes"]) - ROUNDS >= (WRITERS - 1) * ROUNDS
    assert int(figures["fewest calls under way at once"]) > 1


@pytest.mark.parametrize("database", KINDS)
def test_within_one_second_nobody_passes_with_older_dates(database: str) -> None:
    figures = _carried_out(one_second, database, 20)
    assert int(figures["refused with older dates"]) >= 40


@pytest.mark.parametrize("database", KINDS)
def test_the_race_is_disproved_where_dates_are_not_compared(database: str, sabotaged: Sabotaged) -> None:
    with pytest.raises(Disproved, match=rf"round 1, seed {SEED}: {WRITERS} of {WRITERS} writers won"):
        races(_plan(database, ROUNDS), variables=sabotaged(*NOTHING_IS_COMPARED))


def test_the_race_is_disproved_where_each_process_compares_for_itself(sabotaged: Sabotaged) -> None:
    with pytest.raises(Disproved, match=rf"round 1, seed {SEED}: {SERVERS['postgresql']} of {WRITERS} writers won"):
        races(_plan("postgresql", ROUNDS), variables=sabotaged(*EACH_PROCESS_LETS_ONE_PASS))


def test_the_history_alone_shows_that_dates_are_not_compared(sabotaged: Sabotaged) -> None:
    with served("sqlite", sabotaged(*NOTHING_IS_COMPARED)) as clients:
        race = Race(clients, SEED)
        race.run(1)
    with pytest.raises(Disproved, match=r"calls is not linearizable: .* both won with the same dates"):
        race.judge_history()


def test_one_second_is_disproved_where_dates_are_the_clocks_alone(sabotaged: Sabotaged) -> None:
    with pytest.raises(Disproved, match=rf"round \d, seed {SEED}: an update with .* was answered .*UpdateTicketResp"):
        one_second(_plan("sqlite", 9), variables=sabotaged(*DATES_ARE_THE_CLOCKS))


def test_the_full_numbers_are_those_that_the_guarantee_names() -> None:
    assert {proof.name: dict(proof.rounds) for proof in PROOFS} == {
        "races": {"sqlite": 200, "postgresql": 200},
        "one-second": {"sqlite": 1000, "postgresql": 1000},
    }

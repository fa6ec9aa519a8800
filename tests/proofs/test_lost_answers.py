"""The proof of lost answers holds, and is disproved for a product that does not keep what it answered."""

import os
import re
from pathlib import Path

import pytest

from proof.lost_answers import PROOFS, lost_answers
from proof.telling import Plan
from support.databases import KINDS
from support.nodes import TESTS
from support.scratch import UNMEASURED, SourceCopy, python

SEED = 7
POINTS = (
    "before the server read",
    "after it read",
    "before the commit",
    "in the commit",
    "after the commit",
    "in mid-answer",
    "server restarted between",
)
RUN = f"""
import sys
from proof.lost_answers import lost_answers
from proof.telling import Disproved, Plan
try:
    lost_answers(Plan("sqlite", 42, {SEED}, lambda: None))
except Disproved as seen:
    sys.exit(f"disproved: {{seen}}")
"""
Lines = tuple[tuple[str, str, str], ...]
# Lines of a worse product, each before the line of a module that begins so; in which round it is seen, and what.
SABOTAGES: dict[str, tuple[Lines, str, str]] = {
    "nothing is kept": (
        (("storage/writing/undertaking.py", "INSERT_CALL.run(", "        self.call_rows.clear()"),),
        r"\d",
        "EXCLUSION_FAILURE|twice carried out|committed, and yet anew",
    ),
    "what is sent again is answered by a RequestId of its own": (
        (
            (
                "services/writes.py",
                "return replace(kept.done",
                "    return Done(call.request_id, kept.done.ticket_id, replayed=True)",
            ),
        ),
        r"\d",
        "it was answered ",
    ),
    "what is sent again is answered under a header of its own": (
        (
            (
                "api/chain.py",
                "return Reply(envelopes.success(action.name, done",
                "    headers.pop('X-Request-Id', None)",
            ),
        ),
        r"\d",
        "it was answered ",
    ),
    "what is kept is looked for in the process's memory": (
        (
            (
                "storage/writing/undertaking.py",
                "INSERT_CALL.run(",
                "        from unyo.storage import errors; vars(errors).setdefault('KEPT', []).extend(self.call_rows)",
            ),
            (
                "storage/writing/group.py",
                "keys = sorted({key for call in group if (key := call_key",
                """
    from unyo.storage import errors
    return {
        (row["service_code"], row["access_key"], row["call_id"]):
            KeptCall(row["action"], row["body_digest"], Done(row["request_id"], row["ticket_id"]))
        for row in vars(errors).get("KEPT", [])
    }
                """,
            ),
        ),
        "7|14|21|28|35|42",
        "sent again, it was answered ",
    ),
    "what is kept is a transaction of its own": (
        (
            (
                "storage/writing/undertaking.py",
                "INSERT_CALL.run(",
                """
        import os, sys
        connection.exec_driver_sql("COMMIT")
        if sys.argv[0].endswith("unyo"): os.kill(os.getpid(), 9)  # as the proof may, but by chance only
        connection.exec_driver_sql("BEGIN IMMEDIATE")
                """,
            ),
        ),
        "7|14|21|28|35|42",
        "EXCLUSION_FAILURE|in all the call left ",
    ),
}


@pytest.mark.parametrize("database", KINDS)
def test_a_call_whose_answer_got_lost_anywhere_is_done_once_and_answered_as_at_first(database: str) -> None:
    rounds: list[None] = []
    figures = lost_answers(Plan(database, 14, SEED, lambda: rounds.append(None)))
    assert len(rounds) == 14
    assert tuple(figures) == POINTS
    for point in POINTS[1:6]:  # a server of ours carries out what it has read, though nobody waits for it any more
        assert figures[point] == "2 of 2 carried out at first"


@pytest.mark.parametrize(("lines", "seen_in", "seen"), SABOTAGES.values(), ids=SABOTAGES)
def test_it_is_disproved_where(lines: Lines, seen_in: str, seen: str, tmp_path: Path) -> None:
    copy = SourceCopy(tmp_path)
    for module, line, new in lines:
        copy.insert_before(module, line, new.strip("\n").rstrip(" "))
    path = os.pathsep.join(map(str, (copy.path, TESTS, TESTS.parent)))
    ended = python("-c", RUN, PYTHONPATH=path, **UNMEASURED)
    assert ended.status == 1, ended.err
    pattern = rf"disproved: round ({seen_in}), seed {SEED}: .*({seen})"
    assert re.search(pattern, ended.err), ended.err


def test_the_full_numbers_are_those_that_the_guarantee_names() -> None:
    assert {proof.name: dict(proof.rounds) for proof in PROOFS} == {"lost-answers": {"sqlite": 300, "postgresql": 300}}

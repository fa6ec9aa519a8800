"""What `unyo ticket apply --resume` reads of an earlier run."""

from io import StringIO
from uuid import uuid4

import pytest

from unyo.cli.ticket.many.results import FAILED, OK, SENDING, UNKNOWN, Done, Results, WrongResults, read_results


def _written(*results: tuple[str, str], done: Done | None = None) -> str:
    stream = StringIO()
    writer = Results(stream, is_file=False)
    writer.begin(done or Done())
    for line, (key, status) in enumerate(results, 1):
        writer.write(line, f"UTM{line}", status, key=key)
    return stream.getvalue()


def test_what_succeeded_is_known_with_its_ticket_and_the_run_by_its_name() -> None:
    run = Done(uuid4())
    found = read_results(_written(("a", OK), ("b", FAILED), ("b", OK), done=run))
    assert (found.run, found.tickets, found.on_their_way) == (run.run, {"a": "UTM1", "b": "UTM3"}, set())
    assert found.call_id("c") == run.call_id("c") != Done().call_id("c")


def test_what_was_on_its_way_stays_so_until_it_has_a_result() -> None:
    sent = (("a", SENDING), ("b", SENDING), ("b", OK), ("c", SENDING), ("c", FAILED), ("d", SENDING), ("d", UNKNOWN))
    assert read_results(_written(*sent)).on_their_way == {"a", "d"}


def test_a_last_line_that_was_cut_off_is_no_result() -> None:
    assert read_results(_written(("a", OK)) + '{"line": 2, "ti').tickets == {"a": "UTM1"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it holds no run"),
        ('x\n{"line": 1}\n', "line 1 is no JSON"),
        ('{"line": 1, "status": "ok"}\n', "line 1 is no result"),
        ('{"line": 1, "status": "ok", "row": "a", "ticket_id": ""}\n', "it does not begin as results do"),
        ('{"line": 0, "status": "started", "row": "x"}\n', "line 1 is no result"),
        ("[]\n", "line 1 is no result"),
    ],
)
def test_what_is_no_result_is_refused(text: str, said: str) -> None:
    with pytest.raises(WrongResults, match=said):
        read_results(text)

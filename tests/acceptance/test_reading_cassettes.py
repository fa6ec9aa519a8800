"""`unyo compare`: what is no cassette, or no call, is told with its line."""

from datetime import date
from math import inf
from pathlib import Path
from typing import Any

import pytest

from support.cassettes import changed, report_of
from support.commands import unyo_here

WRONG_USAGE = 2


def test_a_cassette_without_calls_differs_in_nothing(cassette: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text(cassette.read_text(encoding="utf-8").split("- call: 1\n")[0], encoding="utf-8")
    assert report_of(empty)["calls"] == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1: a cassette begins with unyo_cassette: 1"),
        ("- 1", "line 1: a cassette begins with unyo_cassette: 1"),
        ("calls: []", "line 1: a cassette begins with unyo_cassette: 1"),
        ("# first\nunyo_cassette: 2\ncalls:\n", "line 2: this release reads cassettes of version 1, not 2"),
        ("unyo_cassette: 1\ncalls: x", "line 2: calls must be a list"),
        ("unyo_cassette: 1\ncalls:\n- 1", "line 3: call 1: it must be a mapping"),
        ("unyo_cassette: 1\ncalls:\n- time: x", "line 3: call 1: request is missing"),
        (
            "unyo_cassette: 1\ncalls:\n- {request: {}, time: x}",
            "call 1: time must be such as 2026-04-01T09:00:00+09:00",
        ),
        ("unyo_cassette: 1\ncalls:\n- {request: {}, time: 2026-99-99}", "line 3: call 1: "),
        ("unyo_cassette: 1\ncalls:\n- {answer: {status: !!int x}}", "line 3: call 1: "),
        ("unyo_cassette: 1\ncalls:\n- {answer: {status: " + "9" * 5000 + "}}", "line 3: call 1: "),
        ("unyo_cassette: 1\ncalls:\n- {query: !!bool x}", "line 3: call 1: "),
        ("unyo_cassette: 1\ncalls:\n- {time: !!timestamp x}", "line 3: call 1: "),
        ("unyo_cassette: 1\ncalls:\n- {[a]: b}", "line 3: "),
        ("unyo_cassette: 1\ncalls:\n- &a [*a]", "line 3: "),
        ("unyo_cassette: 1\ncalls:\n- &a {request: *a}", "line 3: "),
        ("unyo_cassette: 1\ncalls: [", "line 3: "),
        ("unyo_cassette: 1\ncalls:\n  - a: 'b", "line 3: "),
        ("\x00", "no cassette: "),
        (b"\xff", "is no cassette: it is no text in UTF-8"),
        ("[" * 3000, ""),
    ],
)
def test_what_is_no_cassette_is_told_with_its_line(content: str | bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "cassette.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    ended = unyo_here("compare", str(path), folder=tmp_path)
    assert (ended.status, ended.out, len(ended.err.splitlines())) == (WRONG_USAGE, "", 1)
    assert said in ended.err
    assert "cassette.yaml" in ended.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"request": None}, "request must be a mapping"),
        ({"answer": 1}, "answer must be a mapping"),
        ({"answer": {"status": "200"}}, "status must be a whole number"),
        (
            {"answer": {"status": 200, "headers": {"date": 1}, "body": {}}},
            "the headers of its answer must be texts by name",
        ),
        ({"answer": {"status": 200}}, "text is missing"),
        ({"answer": None}, "trouble is missing"),
        ({"time": "2026-04-01T09:00:00"}, "time must be such as"),
        ({"action": 1}, "action must be a text"),
        ({"seconds": "1"}, "seconds must be a number from 0 to 86400"),
        ({"action": "Nothing"}, "action must be empty, or one of RegisterTicket, GetTicketDetail"),
        ({"request": {"method": "POST", "path": "x"}}, "path must be that of a URL"),
        ({"time": "9999-01-01T00:00:00+09:00"}, "time must be such as"),
        ({"request": {"method": "POST", "path": "/", "body": {"Title": date(2026, 4, 1)}}}, "the body of its request"),
        ({"request": {"method": "POST", "path": "/", "body": {"Title": inf}}}, "the body of its request holds what"),
        ({"answer": {"status": 200, "body": {1: "x"}}}, "the body of its answer holds what JSON cannot: put quotes"),
        ({"seconds": -1}, "seconds must be a number from 0 to 86400"),
        (
            {"answer": {"status": 200, "headers": {"date": "é"}, "body": {}}},
            "the headers of its answer must be texts by name, such as HTTP carries",
        ),
    ],
)
def test_a_call_that_is_none_is_told_with_its_number_and_line(
    change: dict[str, Any], said: str, cassette: Path, tmp_path: Path
) -> None:
    another = changed(cassette, tmp_path, lambda calls: calls[1].update(change))
    line = another.read_text().splitlines().index("- call: 2") + 1
    ended = unyo_here("compare", str(another), folder=tmp_path)
    assert (ended.status, ended.out) == (WRONG_USAGE, "")
    assert f"changed.yaml, line {line}: call 2: {said}" in ended.err


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    ended = unyo_here("compare", "none.yaml", folder=tmp_path)
    assert (ended.status, ended.out) == (WRONG_USAGE, "")
    assert "none.yaml" in ended.err

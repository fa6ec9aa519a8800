"""Log lines: what the two forms make of a record, and what no line may hold."""

import io
import json
import logging
import sys

import pytest

from unyo.services.watcher import Called, request_id
from unyo.watching.logs import CallLog, formatter

FORMS = ("json", "console")
SECRET = "only-a-variable-holds-this"
CALL = Called("an-id", "POST", "/r/x", "UpdateTicket", "SA1", "UTM1", 200, "", 0.00123, "127.0.0.1", "")


def _record(message: str, *arguments: object, failing: bool = False) -> logging.LogRecord:
    exc_info = None
    if failing:
        try:
            _fail(SECRET)
        except ZeroDivisionError:
            exc_info = sys.exc_info()
    return logging.LogRecord("unyo.storage.writing.writer", logging.WARNING, "x.py", 1, message, arguments, exc_info)


def _fail(secret: str) -> None:
    1 / bool(secret == "")


@pytest.mark.parametrize("form", FORMS)
def test_a_traceback_shows_no_variables(form: str) -> None:
    line = formatter(form).format(_record("it failed", failing=True))
    assert "ZeroDivisionError" in line
    assert SECRET not in line


def test_a_record_of_any_logger_is_one_line_of_json_with_its_call() -> None:
    token = request_id.set("an-id")
    line = formatter("json").format(_record("%s failed\nin two lines", "it", failing=True))
    request_id.reset(token)
    assert "\n" not in line
    told = json.loads(line)
    assert told["event"] == "it failed\nin two lines"
    assert (told["level"], told["logger"], told["request_id"]) == ("warning", "unyo.storage.writing.writer", "an-id")
    assert told["exception"].startswith("Traceback (most recent call last):\n")


def test_a_call_is_one_line_however_it_is_written() -> None:
    for form in FORMS:
        stream = io.StringIO()
        CallLog(form, stream).called(CALL)
        assert stream.getvalue().count("\n") == 1


def test_the_form_follows_the_stream_where_none_is_given() -> None:
    stream = io.StringIO()
    CallLog("auto", stream).called(CALL)
    assert json.loads(stream.getvalue())["milliseconds"] == 1.2

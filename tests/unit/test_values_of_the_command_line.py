"""How values are read from flags, and shown to people and to programs."""

from datetime import UTC, datetime

import pytest
import typer

from unyo.cli.ticket.output.output import yaml_text
from unyo.cli.ticket.values import flag_of, plain, read_date, read_end, read_start, shown
from unyo.tickets.model import TicketKind


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-26", datetime(2026, 11, 25, 15, tzinfo=UTC)),
        ("2026-11-26 18:00", datetime(2026, 11, 26, 9, tzinfo=UTC)),
        (" 2026-11-26 18:00:01 ", datetime(2026, 11, 26, 9, 0, 1, tzinfo=UTC)),
        ("2026-11-26T18:00:00+09:00", datetime(2026, 11, 26, 9, tzinfo=UTC)),
        ("2026-11-26T09:00Z", datetime(2026, 11, 26, 9, tzinfo=UTC)),
        ("20261126", datetime(2026, 11, 25, 15, tzinfo=UTC)),
        ("20261126T180000", datetime(2026, 11, 26, 9, tzinfo=UTC)),
        ("1900-01-01", datetime(1899, 12, 31, 15, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_as_people_write_it(text: str, moment: datetime) -> None:
    assert read_date(text) == moment
    assert read_start(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "today", "2026-11-31", "2026-13-01", "26.11.2026", "1899-12-31", "0001-01-01", "9999-12-31T23:59-12:00"],
)
def test_what_is_no_date_of_the_contract_is_wrong_usage(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        read_start(text)


def test_a_day_that_ends_a_span_counts_to_its_last_second() -> None:
    assert read_end("2026-11-26") == datetime(2026, 11, 26, 14, 59, 59, tzinfo=UTC)
    assert read_end("20261126") == datetime(2026, 11, 26, 14, 59, 59, tzinfo=UTC)
    assert read_end("2026-11-26 00:00") == datetime(2026, 11, 25, 15, tzinfo=UTC)


MOMENT = datetime(2026, 11, 26, 9, 0, 0, tzinfo=UTC)


def test_values_are_shown_to_people() -> None:
    assert shown(MOMENT) == "2026-11-26 18:00"
    assert shown(MOMENT.replace(second=5)) == "2026-11-26 18:00:05"
    assert (shown(None), shown(TicketKind.REQUEST), shown(7)) == ("", "request", "7")
    assert [shown(each) for each in (True, False)] == ["yes", "no"]
    assert shown("a\tb\nc\x1b[2J\x07\x7f\x9b") == "a\tb\nc␛[2J␇␡\ufffd"


def test_values_are_written_for_programs() -> None:
    assert plain({"a": [MOMENT, None, TicketKind.INCIDENT], "b": ("x\x1b",)}) == {
        "a": ["2026-11-26T18:00:00+09:00", None, "incident"],
        "b": ["x\x1b"],
    }


def test_yaml_keeps_order_and_shows_lines_as_lines() -> None:
    assert yaml_text({"b": "高", "a": "一\n二", "c": "12"}) == "b: 高\na: |-\n  一\n  二\nc: '12'\n"


def test_a_flag_is_the_fields_name() -> None:
    assert flag_of("cause_class") == "--cause-class"

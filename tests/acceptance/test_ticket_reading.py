"""`unyo ticket list`, `show`, `history` and `options` against a demonstration that serves."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.calling import calling
from support.commands import unyo_here
from support.demonstration import SUZUKI, YAMADA
from support.desks import NEW_INCIDENT
from support.processes import Client, Finished, Running
from support.terminals import COLUMNS, on_a_terminal, width

Unyo = Callable[..., Finished]
FIRST = "UTM123456"
REQUEST = "UTM123457"


@pytest.fixture
def variables(demo: tuple[Running, Client], tmp_path: Path) -> dict[str, str]:
    return calling(demo[1].url, YAMADA, tmp_path)


@pytest.fixture
def ticket(variables: dict[str, str], tmp_path: Path) -> Unyo:
    """Runs `unyo ticket …` as 山田 太郎."""

    def _run(*arguments: str) -> Finished:
        return unyo_here("ticket", *arguments, folder=tmp_path, variables=variables)

    return _run


def _json(ticket: Unyo, *arguments: str) -> Any:
    done = ticket(*arguments, "--output", "json")
    assert (done.status, done.err) == (0, "")
    return json.loads(done.out)


def test_a_list_is_every_ticket_that_the_account_sees(ticket: Unyo, demo_tickets: dict[str, dict[str, Any]]) -> None:
    rows = _json(ticket, "list")
    assert {row["ticket_id"] for row in rows} == set(demo_tickets)
    latest_first = [row["updated_at"] for row in rows]
    assert latest_first == sorted(latest_first, reverse=True)
    assert all(row["updated_at"].endswith("+09:00") for row in rows)


def test_in_a_pipe_a_row_is_a_line_with_tabs(ticket: Unyo) -> None:
    done = ticket("list", "--limit", "3", "--sort", "ticket_id", "--asc")
    assert [line.split("\t")[:3] for line in done.out.splitlines()] == [
        [FIRST, "incident", "対応中"],
        [REQUEST, "request", "対応中"],
        ["UTM123458", "incident", "対応中"],
    ]
    assert "\x1b" not in done.out


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        (["--state", "対応中"], lambda row: row["state"] == "対応中"),
        (["--state", "対応中", "--state", "未対応"], lambda row: row["state"] in {"対応中", "未対応"}),
        (["--kind", "request"], lambda row: row["kind"] == "request"),
        (["--priority", "高", "--kind", "incident"], lambda row: (row["priority"], row["kind"]) == ("高", "incident")),
        (["--assignee", "SA7654321"], lambda row: row["assignee"] == "SA7654321"),
        (["--management-group", "サーバ運用"], lambda row: row["management_group"] == "サーバ運用"),
        (["--category", "HW障害"], lambda row: row["category"] == "HW障害"),
        (
            ["--from", "2026-03-01", "--to", "2026-03-10"],
            lambda row: "2026-03-01" <= row["registered_at"] < "2026-03-11",
        ),
        (["--from", "2026-03-09 12:00"], lambda row: row["registered_at"] >= "2026-03-09T12:00:00+09:00"),
        (["--from", "2026-03-09T03:00:00Z"], lambda row: row["registered_at"] >= "2026-03-09T12:00:00+09:00"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_filter_lets_through_what_it_says(
    ticket: Unyo, filters: list[str], holds: Callable[[dict[str, Any]], bool]
) -> None:
    everything = _json(ticket, "list", "--sort", "ticket_id")
    wanted = [row["ticket_id"] for row in everything if holds(row)]
    assert 0 < len(wanted) < len(everything)
    assert [row["ticket_id"] for row in _json(ticket, "list", "--sort", "ticket_id", *filters)] == wanted


def test_a_group_of_which_there_is_no_ticket_lets_through_none(ticket: Unyo) -> None:
    assert _json(ticket, "list", "--supported-group", "お客様") == _json(ticket, "list")
    assert _json(ticket, "list", "--supported-group", "SEサポート") == []


def test_a_keyword_is_looked_for_in_the_texts(ticket: Unyo) -> None:
    found = _json(ticket, "list", "--keyword", "アラート発生XXX")
    assert [row["ticket_id"] for row in found] == [FIRST]
    assert _json(ticket, "list", "--keyword", "どこにもない") == []


def test_a_limit_takes_the_first(ticket: Unyo) -> None:
    everything = _json(ticket, "list")
    assert _json(ticket, "list", "--limit", "7") == everything[:7]


def test_every_format_says_the_same(ticket: Unyo) -> None:
    fields = "ticket_id,title,limit_date,state"
    chosen = ("list", "--limit", "9", "--fields", fields)
    rows = _json(ticket, *chosen)
    assert [list(row) for row in rows] == [fields.split(",")] * 9
    assert [json.loads(line) for line in ticket(*chosen, "-o", "jsonl").out.splitlines()] == rows
    assert yaml.safe_load(ticket(*chosen, "-o", "yaml").out) == rows
    read = list(csv.DictReader(io.StringIO(ticket(*chosen, "-o", "csv").out)))
    assert read == [{name: value or "" for name, value in row.items()} for row in rows]


def test_one_ticket_is_an_object_and_several_are_a_list(ticket: Unyo, demo_tickets: dict[str, dict[str, Any]]) -> None:
    one = _json(ticket, "show", FIRST)
    assert (one["ticket_id"], one["kind"], one["title"]) == (FIRST, "incident", demo_tickets[FIRST]["Title"])
    assert one["limit_date"] == "2022-10-07T18:00:00+09:00"
    assert [memo["text"] for memo in one["memos"]] == [
        memo["CorrespondProcess"] for memo in demo_tickets[FIRST]["CorrespondProcessList"]
    ]
    assert one["lock_dates"]["state_updated"].endswith("+09:00")
    both = _json(ticket, "show", FIRST, REQUEST)
    assert [each["ticket_id"] for each in both] == [FIRST, REQUEST]
    assert both[0] == one
    assert yaml.safe_load(ticket("show", FIRST, "-o", "yaml").out) == one


def test_a_ticket_that_is_not_there_hinders_no_other(ticket: Unyo) -> None:
    done = ticket("show", FIRST, "UTM1", REQUEST, "-o", "jsonl")
    assert done.status == 4
    assert [json.loads(line)["ticket_id"] for line in done.out.splitlines()] == [FIRST, REQUEST]
    assert done.err.startswith("unyo: UTM1: there is no such ticket, or it may not be seen: ")


def test_in_a_pipe_a_value_is_a_line(ticket: Unyo) -> None:
    lines = dict(line.split("\t") for line in ticket("show", FIRST).out.splitlines())
    assert lines["ticket_id"] == FIRST
    assert lines["memos.1"] == "障害発生に伴い、対応を開始する。"
    assert lines["limit_date"] == "2022-10-07 18:00"
    assert ticket("show", FIRST, "--fields", "state,title").out == "state\t対応中\ntitle\tアラート発生XXX\n"


def test_a_history_tells_every_change_newest_first(ticket: Unyo) -> None:
    entries = _json(ticket, "history", FIRST)
    assert [entry["user_id"] for entry in entries] == ["SA1234567", "SA7654321", "SA7654321"]
    assert entries[0]["changes"][0] == {"field": "state", "before": "未対応", "after": "対応中"}
    assert {"field": "detected_at", "before": "", "after": "2022-06-30T13:24:00+09:00"} in entries[1]["changes"]
    lines = [line.split("\t") for line in ticket("history", FIRST).out.splitlines()]
    assert lines[0] == ["2022-10-05 16:36:49", "山田 太郎", "API", "state", "未対応", "対応中"]
    assert len(lines) == sum(len(entry["changes"]) for entry in entries)
    read = list(csv.DictReader(io.StringIO(ticket("history", FIRST, "--limit", "1", "-o", "csv").out)))
    assert [(row["field"], row["after"]) for row in read[:2]] == [("state", "対応中"), ("substate", "対応中")]


def test_options_are_the_values_of_the_services_lists(ticket: Unyo) -> None:
    values = _json(ticket, "options", "--field", "priority", "--kind", "incident")
    assert [row["value"] for row in values] == ["高", "中", "低"]
    assert _json(ticket, "options", "--field", "Priority", "--kind", "incident") == values
    dependent = _json(ticket, "options", "--field", "subcategory")
    assert {row["field"] for row in dependent} == {"subcategory"}
    assert all(row["parent"] for row in dependent)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "--fields", "titel"], "there is no field titel: is it title?"),
        (["list", "--from", "gestern"], "gestern is no date"),
        (["list", "--to", "2026-02-30"], "2026-02-30 is no date"),
        (["list", "--from", "0001-01-01"], "before the year 1900"),
        (["list", "--limit", "0"], "'--limit'"),
        (["list", "--sort", "title"], "'--sort'"),
        (["list", "--output", "xml"], "'--output'"),
        (["list", "--kind", "change"], "'--kind'"),
        (["show"], "ID"),
        (["show", FIRST, "--fields", "nothing"], "there is no field nothing"),
        (["history", FIRST, "--fields", "door", "-o", "json", "--fields", "field"], "there is no field field"),
        (["options", "--field", "titel"], "there is no list titel"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_told(ticket: Unyo, arguments: list[str], said: str) -> None:
    refused = ticket(*arguments)
    assert (refused.status, refused.out) == (2, "")
    assert said in refused.err


def test_a_table_on_a_terminal_keeps_its_columns_with_wide_characters(
    variables: dict[str, str], tmp_path: Path
) -> None:
    with on_a_terminal("ticket", "list", "--limit", "30", folder=tmp_path, variables=variables) as terminal:
        assert terminal.end() == 0
        head, *rows = terminal.lines
        assert len(rows) >= 30
        starts = {name: width(head[: head.index(name)]) for name in ("kind", "state", "priority", "assignee", "title")}
        for row in rows:
            assert width(row) <= COLUMNS
            for start in starts.values():
                assert _before(row, start).endswith("  "), row
        assert "\x1b[" in terminal.raw


def _before(row: str, columns: int) -> str:
    """What stands in the first columns of a terminal's row."""
    taken = 0
    for place, each in enumerate(row):
        if taken == columns:
            return row[:place]
        taken += width(each)
    return row


@pytest.mark.parametrize("ticket_id", [FIRST, REQUEST])
def test_a_ticket_on_a_terminal_is_framed_by_sections(
    variables: dict[str, str], tmp_path: Path, ticket_id: str
) -> None:
    with on_a_terminal("ticket", "show", ticket_id, folder=tmp_path, variables=variables) as terminal:
        assert terminal.end() == 0
        framed = [line for line in terminal.lines if line[:1] in "╭│╰"]
        assert {width(line) for line in framed} == {COLUMNS}
        for section in ("ステータス", "サマリ", "対応詳細"):
            assert any(line.startswith(f"╭─ {section} ─") for line in framed)
        assert any(line.startswith("│ ● 1  ") for line in framed)


def test_a_long_line_of_a_memo_keeps_the_bar_before_it(client: Client, tmp_path: Path) -> None:
    assert client.account
    memos = [
        {"CorrespondProcessOperationClass": "0", "CorrespondProcess": text} for text in ("とても長い行。" * 20, "二")
    ]
    made = client.succeed("RegisterTicket", {**NEW_INCIDENT, "CorrespondProcessList": memos})
    variables = calling(client.url, client.account, tmp_path)
    with on_a_terminal("ticket", "show", str(made["TicketId"]), folder=tmp_path, variables=variables) as terminal:
        assert terminal.end() == 0
        memo = [line for line in terminal.lines if "長い" in line]
        assert len(memo) > 2
        assert all(line.startswith("│ │ ") for line in memo)
        assert {width(line) for line in memo} == {COLUMNS}


def test_a_history_on_a_terminal_is_coloured(variables: dict[str, str], tmp_path: Path) -> None:
    with on_a_terminal("ticket", "history", FIRST, folder=tmp_path, variables=variables) as terminal:
        assert terminal.end() == 0
        assert "  state     未対応 → 対応中" in terminal.text
        assert "\x1b[31m未対応" in terminal.raw
        assert "\x1b[32m対応中" in terminal.raw


@pytest.mark.parametrize("command", ["list", "show", "history", "options"])
def test_no_color_leaves_the_colours_out(variables: dict[str, str], tmp_path: Path, command: str) -> None:
    more = [FIRST] if command in {"show", "history"} else []
    with on_a_terminal("ticket", command, *more, folder=tmp_path, variables=variables | {"NO_COLOR": "1"}) as terminal:
        assert terminal.end() == 0
        assert not any(f"\x1b[{colour}m" in terminal.raw for colour in range(30, 38))
        assert len(terminal.lines) > 2


def test_what_a_ticket_says_moves_no_cursor(client: Client, tmp_path: Path) -> None:
    assert client.account
    client.succeed("RegisterTicket", {**NEW_INCIDENT, "Title": "\x1b[2J消えろ"})
    variables = calling(client.url, client.account, tmp_path)
    with on_a_terminal("ticket", "list", folder=tmp_path, variables=variables) as terminal:
        assert terminal.end() == 0
        assert "␛[2J消えろ" in terminal.raw
        assert "\x1b[2J" not in terminal.raw


def test_a_reader_may_read(demo: tuple[Running, Client], tmp_path: Path) -> None:
    done = unyo_here("ticket", "list", folder=tmp_path, variables=calling(demo[1].url, SUZUKI, tmp_path))
    assert done.status == 0
    assert FIRST in done.out

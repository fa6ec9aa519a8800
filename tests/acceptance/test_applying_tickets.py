"""`unyo ticket apply`: many tickets from a file, each row judged, sent once, and told of."""

import csv
import json
import os
import signal
import subprocess
from typing import Any

import pytest

from support.processes import PATIENCE, SCRIPT, Finished, environment, wait_until
from support.ticketing import INCIDENT, Shell

NEW = {"kind": "incident", **INCIDENT, "limit_date": "2026-12-01 09:00"}


def _lines(shell: Shell, *rows: Any, name: str = "tickets.jsonl") -> str:
    text = "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
    (shell.folder / name).write_text(text, encoding="utf-8")
    return name


def _results(text: str) -> list[dict[str, Any]]:
    """All results; the first line names the run."""
    started, *found = [json.loads(line) for line in text.splitlines()]
    assert started["status"] == "started"
    return found


def _titled(shell: Shell, word: str) -> list[str]:
    with shell.client() as client:
        return sorted(each.title for each in client.tickets.list(keyword=word))


def test_rows_register_and_update_and_each_has_a_result(shell: Shell) -> None:
    ticket = shell.register(cause="前")
    change = {"ticket_id": ticket.ticket_id, "cause": "", "limit_date": "2026-12-01", "memos": ["一", "二"]}
    out = shell.ran("apply", _lines(shell, NEW, "", change), "--yes")
    first, second = _results(out)
    assert [(each["line"], each["status"], each["error"]) for each in (first, second)] == [(1, "ok", ""), (3, "ok", "")]
    assert shell.get(first["ticket_id"]).title == INCIDENT["title"]
    now = shell.get(ticket.ticket_id)
    assert (second["ticket_id"], now.cause, [memo.text for memo in now.memos]) == (ticket.ticket_id, "", ["一", "二"])
    assert now.title == INCIDENT["title"]


def test_csv_and_yaml_say_the_same_as_json_lines(shell: Shell) -> None:
    ticket = shell.register(cause="前", node_name="n")
    with (shell.folder / "t.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["ticket_id", "limit_date", "cause", "node_name", "influence"]])
        writer.writerow([ticket.ticket_id, "2026-12-01", "一\n二", "", '""'])
    shell.ran("apply", "t.csv", "--yes")
    now = shell.get(ticket.ticket_id)
    assert (now.cause, now.node_name) == ("一\n二", "n")
    (shell.folder / "t.yaml").write_text(
        f"- ticket_id: {ticket.ticket_id}\n  event_id: 0123\n  node_name: ''\n  cause: null\n"
        "  memos:\n    - |\n      三\n",
        encoding="utf-8",
    )
    shell.ran("apply", "t.yaml", "--yes")
    now = shell.get(ticket.ticket_id)
    assert (now.event_id, now.node_name, now.cause, now.memos[-1].text) == ("0123", "", "一\n二", "三\n")
    row = json.dumps({"ticket_id": ticket.ticket_id, "title": "入力から"})
    done = shell.piped("apply", "-", "--format", "jsonl", "--yes", given=row)
    assert (done.status, shell.get(ticket.ticket_id).title) == (0, "入力から")


WRONG = {
    '{"title": ': "this is no JSON",
    "[]": "this is no JSON object",
    '{"kind": "incident", "kind": "request"}': "a name occurs twice",
    '{"title": "x"}': "ticket_id (of a ticket to update) or kind (of one to register) is missing",
    '{"ticket_id": "UTM1", "titel": "x"}': "titel is no field: is it title?",
    '{"ticket_id": "UTM1"}': "there is nothing to change",
    '{"ticket_id": "UTM1", "state": "済"}': "state '済' is none of",
    '{"ticket_id": "UTM1", "cause": "x", "urgency": "高"}': "urgency is no field of an incident",
    '{"ticket_id": "UTM1", "limit_date": "x"}': "limit_date: x is no date",
    '{"ticket_id": "UTM1", "title": ["x"]}': "must be a text",
    '{"ticket_id": "UTM1", "memos": [1]}': "memos must be a text or a list of texts",
    '{"ticket_id": "UTM1", "memos": "%s"}' % ("あ" * 2049): "a memo is too long: 2049 characters",
    '{"kind": "problem", "title": "x"}': "kind is incident or request, not 'problem'",
    '{"kind": "request", "title": "x"}': "supported_group, category must be given when a request is registered",
}


@pytest.mark.parametrize("row", WRONG)
def test_a_row_that_is_wrong_is_named_with_its_line(shell: Shell, row: str) -> None:
    done = shell.run("apply", _lines(shell, "", row), "--yes")
    assert done.status == 3
    assert f"tickets.jsonl:2: {WRONG[row]}" in done.err or WRONG[row] in done.err
    (result,) = _results(done.out)
    assert (result["line"], result["status"], WRONG[row] in result["error"]) == (2, "failed", True)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("t.csv", "ticket_id,titel\nUTM1,x\n", "line 1: the header holds titel: is it title?"),
        ("t.csv", 'ticket_id,title\nUTM1,"x\n', "this is no CSV"),
        ("t.csv", "ticket_id,title\nUTM1\n", "there are 1 cells, and 2 in the header"),
        ("t.yaml", "- a: [\n", "this is no YAML"),
        ("t.yaml", "- x\n", "this is no ticket"),
    ],
)
def test_a_file_that_is_wrong_is_refused(shell: Shell, name: str, text: str, said: str) -> None:
    (shell.folder / name).write_text(text, encoding="utf-8")
    done = shell.run("apply", name, "--yes")
    assert (done.status, said in done.err) == (3, True), done


def test_what_is_not_said_rightly_is_wrong_usage(shell: Shell) -> None:
    (shell.folder / "t.txt").write_text("{}", encoding="utf-8")
    assert shell.run("apply", "t.txt", "--yes").status == 2
    name = _lines(shell, NEW)
    assert (asked := shell.run("apply", name)).status == 2
    assert "Send 1 rows? There is nobody to ask here: say --yes" in asked.err
    (shell.folder / "old.jsonl").write_text("x\n", encoding="utf-8")
    assert shell.run("apply", name, "--yes", "--results", "old.jsonl").status == 2
    assert shell.run("apply", name, "--yes", "--resume", "old.jsonl").status == 2
    (shell.folder / "sjis.csv").write_bytes("ticket_id,title\nUTM1,件名\n".encode("cp932"))
    refused = shell.run("apply", "sjis.csv", "--yes")
    assert (refused.status, "line 2: this is no text in UTF-8" in refused.err) == (3, True)
    assert shell.run("apply", "none.jsonl", "--yes").status == 1


def test_a_dry_run_sends_nothing(shell: Shell) -> None:
    ticket = shell.register()
    rows = [NEW | {"title": "試し"}, {"ticket_id": ticket.ticket_id, "title": "別"}]
    done = shell.run("apply", _lines(shell, *rows), "--dry-run")
    assert done.status == 0
    assert f"{ticket.ticket_id}\ttitle\t{INCIDENT['title']}\t別" in done.out
    assert "line 1\ttitle\t\t試し" in done.out
    assert _titled(shell, "試し") == []
    assert shell.get(ticket.ticket_id).title == INCIDENT["title"]


def test_a_failure_hinders_no_other_row_unless_it_should(shell: Shell) -> None:
    ticket = shell.register(limit_date=None)
    rows = [
        {"ticket_id": "UTM1", "title": "x"},
        {"ticket_id": ticket.ticket_id, "title": "続き", "limit_date": "2026-12-01"},
    ]
    name = _lines(shell, *rows)
    done = shell.run("apply", name, "--yes")
    assert (done.status, [each["status"] for each in _results(done.out)]) == (4, ["failed", "ok"])
    stopped = shell.run("apply", name, "--yes", "--stop")
    assert (stopped.status, len(_results(stopped.out)), "1 not tried" in stopped.err) == (4, 1, True)
    refused = shell.run("apply", _lines(shell, *rows, {}), "--yes", "--stop")
    assert (refused.status, refused.out, "nothing was sent" in refused.err) == (3, "", True)


def test_one_wrong_row_in_a_thousand_is_named_and_mended(shell: Shell) -> None:
    ticket = shell.register(limit_date=None)
    shell.ran("update", ticket.ticket_id, "--limit-date", "2026-12-01")
    same = [{"ticket_id": ticket.ticket_id, "title": INCIDENT["title"], "event_id": str(n % 2)} for n in range(3)]
    rows: list[Any] = [*same * 333, {"ticket_id": ticket.ticket_id, "title": "一つだけ"}]
    rows[499] = {"ticket_id": ticket.ticket_id, "titel": "x"}
    done = shell.run("apply", _lines(shell, *rows), "--dry-run", "--stop")
    assert (done.status, "tickets.jsonl:500: titel is no field" in done.err) == (3, True)
    assert "1 of 1000 rows are wrong" in done.err


def test_a_bar_is_shown_on_a_terminal_where_it_is_asked_first(shell: Shell) -> None:
    name = _lines(shell, *(NEW | {"title": f"棒{n}"} for n in range(3)))
    done = shell.typed("apply", name, "--results", "r.jsonl", answers={r"Send 3 rows\?": "y\n"})
    assert done.status == 0, done.err
    assert "3 rows done, 0 failed, 0 not tried" in done.err
    assert len(_results((shell.folder / "r.jsonl").read_text(encoding="utf-8"))) == 3


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_ended_is_gone_on_with_and_each_row_is_done_once(shell: Shell, number: signal.Signals) -> None:
    word = f"再開{number.name}"
    ticket = shell.register(limit_date=None)
    shell.ran("update", ticket.ticket_id, "--limit-date", "2026-12-01")
    rows: list[Any] = [NEW | {"title": f"{word} {n % 30:02}"} for n in range(60)]
    rows[3::4] = [{"ticket_id": ticket.ticket_id, "memos": "続報"} for _ in rows[3::4]]
    name, results = _lines(shell, *rows), shell.folder / "r.jsonl"
    process = subprocess.Popen(
        [SCRIPT, "ticket", "apply", name, "--yes", "--results", str(results)],
        cwd=shell.folder,
        env=environment(shell.variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_until("some rows are done", lambda: results.exists() and results.read_bytes().count(b"\n") > 9)
    os.kill(process.pid, number)
    _, told = process.communicate(timeout=PATIENCE)
    if number is signal.SIGINT:
        assert (process.returncode, f"--resume {results}" in told.decode()) == (130, True), told
    text = results.read_text(encoding="utf-8")
    assert len(_results(text)) < 60
    if number is signal.SIGKILL:
        # As if it had been killed after a call and before its result, and in the middle of another one.
        results.write_text("".join(text.splitlines(keepends=True)[:-3]) + '{"line": 9, "tick', encoding="utf-8")
    again = shell.run("apply", name, "--yes", "--resume", str(results))
    assert again.status == 0, again
    done = _results(results.read_text(encoding="utf-8"))
    assert sorted(each["line"] for each in done) == list(range(1, 61))
    assert {each["status"] for each in done} == {"ok"}
    assert _titled(shell, word) == sorted(row["title"] for row in rows if "title" in row)
    assert [memo.text for memo in shell.get(ticket.ticket_id).memos] == ["続報"] * 15
    nothing = shell.run("apply", name, "--yes", "--resume", str(results))
    assert (nothing.status, "60 done before" in nothing.err) == (0, True)


def test_only_what_failed_is_sent_again_after_it_was_mended(shell: Shell) -> None:
    rows: list[Any] = [NEW | {"title": "直す 1"}, NEW | {"title": "直す 2", "category": "無い"}]
    first = shell.run("apply", _lines(shell, *rows), "--yes", "--results", "r.jsonl")
    assert (first.status, "--resume r.jsonl" in first.err) == (3, True)
    again = shell.run(
        "apply",
        _lines(shell, NEW | {"title": "直す 3"}, rows[0], NEW | {"title": "直す 2"}),
        "--yes",
        "--resume",
        "r.jsonl",
    )
    assert again.status == 0, again
    assert _titled(shell, "直す") == ["直す 1", "直す 2", "直す 3"]


def test_a_server_that_cannot_be_reached_ends_the_run_which_can_be_gone_on_with(shell: Shell) -> None:
    name = _lines(shell, *(NEW | {"title": f"不通{n}"} for n in range(3)))
    nowhere: Finished = Shell("http://127.0.0.1:9", shell.folder, shell.who).run(
        "apply", name, "--yes", "--results", "r.jsonl"
    )
    assert nowhere.status == 9
    assert shell.run("apply", name, "--yes", "--resume", "r.jsonl").status == 0
    assert _titled(shell, "不通") == ["不通0", "不通1", "不通2"]

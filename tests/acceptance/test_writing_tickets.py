"""`unyo ticket register`, `update`, `memo`, `request-close`, `approve`, `send-back`: what is sent, asked and shown."""

import json
import re
from datetime import UTC, datetime

import pytest

from support.demonstration import SATO, YAMADA
from support.terminals import width
from support.ticketing import INCIDENT, Shell, flags
from unyo.tickets.field_tables import TICKET_FIELDS, TICKET_TABLES
from unyo.tickets.fields import Choice, Date, Text, Use

SOON = datetime(2026, 12, 1, tzinfo=UTC)
FIELDS = [each for each in TICKET_FIELDS if isinstance(each.kind, Text)]


@pytest.mark.parametrize("command", ["register", "update"])
def test_the_help_has_a_flag_for_every_field_with_its_label_limit_and_choices(shell: Shell, command: str) -> None:
    shown = " ".join(re.sub("[│╭╮╰╯─]", " ", shell.ran(command, "--help")).split())
    uses = [use for use in Use if use.value.startswith(command)]
    for field in FIELDS:
        found = re.search(
            rf"--{field.key.replace('_', '-')} (?:TEXT|DATE) {re.escape(field.label)} \((.*?)\)(?: --| [A-Z]|$)", shown
        )
        assert found, field.key
        assert isinstance(field.kind, Text)
        if not isinstance(field.kind, Date | Choice):
            assert f"≤ {field.kind.maximum} {field.kind.unit.value}" in found[1]
        if field.kind_in(uses[0]) and isinstance(field.kind, Choice):
            assert all(choice in found[1] for choice in field.kind.choices)
        kinds = [use.value.split()[1] for use in uses if use in field.marks]
        assert ("both kinds" if len(kinds) == 2 else f"{kinds[0]} only") in found[1]
        if command == "register":
            required = [use.value.split()[1] for use in uses if use in field.marks and field.marks[use].must_be_there]
            assert ("required" in found[1]) is bool(required)


def test_a_ticket_is_registered_from_flags(shell: Shell) -> None:
    given = {**INCIDENT, "limit_date": "2026-11-26 18:00", "detected_at": "2026-11-26T00:00:00Z"}
    ticket = shell.records("register", "--kind", "incident", *flags(given), "--memo", "一つ目", "--memo", "二つ目")
    assert [memo["text"] for memo in ticket["memos"]] == ["一つ目", "二つ目"]
    assert {name: ticket[name] for name in INCIDENT} == INCIDENT
    assert ticket["limit_date"] == "2026-11-26T18:00:00+09:00"
    assert ticket["detected_at"] == "2026-11-26T09:00:00+09:00"


def test_a_registration_tells_its_ticket_in_a_line(shell: Shell) -> None:
    line = shell.ran("register", "--kind", "incident", *flags(INCIDENT))
    ticket_id, *rest = line.rstrip("\n").split("\t")
    assert rest == ["incident", "未対応", INCIDENT["title"]]
    assert shell.get(ticket_id).title == INCIDENT["title"]


def test_all_that_is_wrong_with_a_registration_is_named_before_anything_is_sent(shell: Shell) -> None:
    refused = shell.run(
        "register",
        "--kind",
        "incident",
        *flags({**INCIDENT, "title": "", "state": "新規", "cause": "あ" * 2049}),
        "--urgency",
        "高",
    )
    assert refused.status == 3
    assert "--title must not be empty" in refused.err
    assert "--state '新規' is none of 未対応, 対応中" in refused.err
    assert "--cause is too long: 2049 characters, at most 2048 are taken" in refused.err
    assert "--urgency is no field of an incident" in refused.err
    missing = shell.run("register", "--kind", "request", "--title", "x")
    table = TICKET_TABLES[Use.REGISTER_REQUEST]
    required = [row.key for row in table.rows if row.key in table.value_keys and row.mark.must_be_there]
    flags_of = ", ".join(f"--{key.replace('_', '-')}" for key in required if key != "title")
    assert f"unyo: {flags_of} must be given when a request is registered" in missing.err


def test_an_update_shows_what_became_different(shell: Shell) -> None:
    ticket = shell.register(cause="まだ不明")
    changes = flags({"title": "CPU", "cause": "", "limit_date": "2026-11-26"})
    found = shell.records("update", ticket.ticket_id, *changes, "--memo", "調べた")
    assert {each["field"]: (each["before"], each["after"]) for each in found} == {
        "title": (INCIDENT["title"], "CPU"),
        "cause": ("まだ不明", ""),
        "limit_date": (None, "2026-11-26T00:00:00+09:00"),
        "memos.1": (None, "調べた"),
    }
    assert (shell.get(ticket.ticket_id).cause, shell.get(ticket.ticket_id).node_name) == ("", "")


def test_the_labels_of_a_difference_are_aligned(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON)
    asked = shell.run("approve", ticket.ticket_id)
    state, approver = (line for line in asked.err.splitlines() if " → " in line)
    assert width(state.partition("未対応")[0]) == width(approver.partition("(empty)")[0])


def test_long_texts_come_from_a_file_or_the_standard_input(shell: Shell) -> None:
    ticket = shell.register(limit_date=None)
    (shell.folder / "cause.txt").write_text("一行目\n二行目\n", encoding="utf-8")
    limit = ("--limit-date", "2026-11-26")
    shell.ran("update", ticket.ticket_id, "--cause", "@cause.txt", "--node-name", "@@node", *limit)
    done = shell.piped("update", ticket.ticket_id, "--memo", "-", given="標準入力から\n")
    assert done.status == 0, done
    now = shell.get(ticket.ticket_id)
    assert (now.cause, now.node_name, now.memos[-1].text) == ("一行目\n二行目", "@node", "標準入力から")
    refused = shell.run("update", ticket.ticket_id, "--cause", "@none.txt")
    assert (refused.status, "none.txt: No such file" in refused.err) == (2, True)


@pytest.mark.parametrize("written", ["x", "2026-13-01", "20261301000000", "2026-11-26 25:00", "1899-01-01"])
def test_what_is_no_date_is_refused_as_wrong_usage(shell: Shell, written: str) -> None:
    refused = shell.run("update", "UTM123456", "--limit-date", written)
    assert (refused.status, "--limit-date" in refused.err) == (2, True)


def test_a_dry_run_shows_the_difference_and_sends_nothing(shell: Shell) -> None:
    ticket = shell.register(limit_date=None)
    with_limit = ("--limit-date", "2026-11-26")
    found = shell.records("update", ticket.ticket_id, "--title", "別", *with_limit, "--memo", "一", "--dry-run")
    assert [(each["field"], each["after"]) for each in found if each["field"] != "limit_date"] == [
        ("title", "別"),
        ("memos.+", "一"),
    ]
    assert "nothing was sent" in shell.run("approve", ticket.ticket_id, *("--dry-run",)).err
    assert len(shell.records("history", ticket.ticket_id)) == 1
    lacking = shell.run("update", ticket.ticket_id, "--title", "別", "--dry-run")
    assert (lacking.status, "--limit-date (CorrespondLimitDate)" in lacking.err) == (3, True)


def test_closing_is_asked_on_a_terminal_and_needs_yes_elsewhere(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON)
    refused = shell.run("approve", ticket.ticket_id)
    assert (refused.status, "say --yes" in refused.err) == (2, True)
    no = shell.typed("approve", ticket.ticket_id, answers={r"Close UTM\d+ .*\?": "n\n"})
    assert (no.status, "nothing was sent" in no.err) == (1, True)
    assert shell.get(ticket.ticket_id).state == "未対応"
    yes = shell.typed("approve", ticket.ticket_id, answers={r"Close UTM\d+ .*\?": "y\n"})
    assert yes.status == 0, yes
    assert "未対応 → クローズ" in yes.err
    assert "\x1b[32mクローズ" in yes.out
    assert shell.get(ticket.ticket_id).state == "クローズ"


def test_a_ticket_goes_to_its_approver_and_back(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON)
    shell.ran("request-close", ticket.ticket_id, "--approver", YAMADA.master_id)
    assert shell.get(ticket.ticket_id).state == "クローズ承認待ち"
    shell.ran("send-back", ticket.ticket_id, "--reason", "原因が書かれていない")
    now = shell.get(ticket.ticket_id)
    assert (now.state, now.memos[-1].text) == ("差し戻し", "原因が書かれていない")
    may_not = Shell(shell.url, shell.folder, SATO).run("approve", ticket.ticket_id, "--yes")
    assert (may_not.status, "needs the approval right" in may_not.err) == (7, True)
    shell.ran("approve", ticket.ticket_id, "--yes")


def test_memos_are_added_edited_and_deleted(shell: Shell) -> None:
    ticket_id = shell.register(limit_date=SOON).ticket_id
    shell.ran("memo", "add", ticket_id, "一")
    shell.ran("memo", "add", ticket_id, "二")
    shell.ran("memo", "edit", ticket_id, "1", "いち")
    asked = shell.run("memo", "delete", ticket_id, "2")
    assert (asked.status, "Delete memo 2" in asked.err) == (2, True)
    shell.ran("memo", "delete", ticket_id, "2", "--yes")
    assert [(memo.number, memo.text) for memo in shell.get(ticket_id).memos] == [(1, "いち")]
    none = shell.run("memo", "edit", ticket_id, "7", "x")
    assert (none.status, "has no memo 7: it has 1" in none.err) == (3, True)
    empty = shell.run("memo", "add", ticket_id, "")
    assert (empty.status, "a memo must not be empty" in empty.err) == (3, True)


def test_of_several_tickets_those_that_are_refused_are_named_and_the_others_changed(shell: Shell) -> None:
    first, second = (shell.register(limit_date=SOON) for _ in range(2))
    asked = shell.run("update", first.ticket_id, second.ticket_id, "--priority", "高")
    assert (asked.status, "2 tickets" in asked.err) == (2, True)
    changed = shell.records("update", first.ticket_id, second.ticket_id, "--priority", "高", "--yes")
    assert [each["ticket_id"] for each in changed] == [first.ticket_id, second.ticket_id]
    shell.ran("approve", first.ticket_id, "--yes")
    refused = shell.run(
        "update", first.ticket_id, second.ticket_id, "--supported-group", "", "--yes", "--output", "json"
    )
    assert refused.status == 3
    assert f"{second.ticket_id}: " in refused.err
    assert [each["ticket_id"] for each in json.loads(refused.out)] == [first.ticket_id]
    absent = shell.run("update", "UTM1", second.ticket_id, "--priority", "低", "--yes")
    assert (absent.status, absent.err.startswith("unyo: UTM1: there is no such ticket")) == (4, True)
    assert shell.get(second.ticket_id).priority == "低"
    tried = shell.run("update", "UTM1", second.ticket_id, "--priority", "中", "--dry-run")
    assert (tried.status, "低\t中" in tried.out, "nothing was sent" in tried.err) == (4, True, True)


def test_what_is_no_ticket_has_its_status(shell: Shell) -> None:
    assert shell.run("update", "UTM1", "--title", "x").status == 4
    assert shell.run("memo", "add", "UTM1", "x").status == 4
    assert shell.run("update", "UTM123456").status == 2

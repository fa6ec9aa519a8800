"""`unyo ticket edit`: what the editor gets, what is sent, and that nothing of it is lost."""

import os
import re
import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from support.demonstration import SATO
from support.processes import PATIENCE, SCRIPT, environment, wait_until
from support.ticketing import Shell, editor

SOON = datetime(2026, 12, 1, tzinfo=UTC)
SEND = {r"\[s\]end, \[e\]dit again, \[q\]uit\?": "s\n"}
AWKWARD = [
    "一行目\n  字下げ\n\n最後",
    "  前に空白",
    "後ろに空白  \nと改行\n",
    "null",
    "~",
    "2026-11-26",
    "# なし",
    "- a: b",
    "'引用' \"符\"",
    "\\n \t tab",
    "yes",
    "\x85\u2028",
    "a\r\nb",
    "終わりに空行\n\n",
    "\n",
    "😀 ¥",
]


def _drafts(shell: Shell) -> list[Path]:
    return sorted((shell.folder / "state").rglob("*.yaml"))


def _by_somebody_else(shell: Shell, ticket_id: str, change: str) -> str:
    """A line of an editor by which another person changes the ticket while it is open."""
    who = SATO
    given = (shell.url, who.access_key, who.secret_key, who.service_code, who.master_id)
    return f"from unyo.client import Client\nClient(*{given!r}).tickets.update({ticket_id!r}, {change})\n"


def test_a_ticket_is_edited_as_yaml_with_labels_limits_and_choices(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON, cause="一\n二", memos=["メモ一", "メモ二"])
    program = "(path.parent / 'seen').write_text(text, encoding='utf-8')\n"
    done = shell.typed("edit", ticket.ticket_id, answers={}, more=editor(shell.folder, program))
    assert (done.status, "Nothing was changed" in done.err) == (0, True)
    (seen,) = (shell.folder / "state").rglob("seen")
    text = seen.read_text(encoding="utf-8")
    assert "# チケット件名 (≤ 256 characters)\ntitle: CPU使用率が高い\n" in text
    assert "# ステータス (未対応 | 対応中 | 復旧済み" in text
    assert re.search(r"# 優先度 .*\n# +高 \| 中 \| 低", text)
    assert "cause: |-\n  一\n  二\n" in text
    assert re.search(r"  - number: 1  # SA1234567, \S+ \S+\n    text: メモ一\n", text)
    assert set(yaml.safe_load(text)) == {*ticket.read, "memos"}
    assert _drafts(shell) == []


@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
def test_what_is_not_touched_is_not_changed(shell: Shell, text: str) -> None:
    ticket = shell.register(limit_date=SOON, cause=text, detection_message=text, memos=[text])
    done = shell.piped("edit", ticket.ticket_id, "--yes", more={"EDITOR": "true"})
    assert (done.status, "Nothing was changed" in done.err) == (0, True), done


def test_the_difference_is_shown_and_sent_when_it_is_agreed_to(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON, memos=["一", "二", "三"])
    program = """
text = text.replace("title: CPU使用率が高い", "title: CPU").replace("cause:\\n", "cause: |\\n  行\\n  行二\\n")
text = text.replace("text: 一", "text: いち").replace("limit_date: 2026-12-01 09:00", "limit_date: 2026-12-02")
import re
text = re.sub("  - number: 2 .*\\n    text: 二\\n", "", text) + "  - 四\\n  - text: 五\\n"
path.write_text(text, encoding="utf-8")
"""
    done = shell.typed("edit", ticket.ticket_id, answers=SEND, more=editor(shell.folder, program))
    assert done.status == 0, done.err
    assert "title" in done.err
    assert "CPU使用率が高い → CPU" in done.err
    assert "This deletes memo 2." in done.err
    now = shell.get(ticket.ticket_id)
    assert (now.title, now.cause, now.limit_date) == ("CPU", "行\n行二\n", datetime(2026, 12, 1, 15, tzinfo=UTC))
    assert [(memo.number, memo.text) for memo in now.memos] == [(1, "いち"), (3, "三"), (4, "四"), (5, "五")]
    assert _drafts(shell) == []


def test_whoever_quits_keeps_the_text_and_goes_on_with_it(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON)
    program = "path.write_text(text.replace('title: CPU使用率が高い', 'title: 後で'), encoding='utf-8')"
    left = shell.typed("edit", ticket.ticket_id, answers={r"\[q\]uit\?": "q\n"}, more=editor(shell.folder, program))
    assert left.status == 1
    (draft,) = _drafts(shell)
    assert str(draft) in left.err.replace("\n", "")
    assert draft.stat().st_mode & 0o077 == 0
    alone = shell.piped("edit", ticket.ticket_id, "--yes", more={"EDITOR": "true"})
    assert (alone.status, str(draft) in alone.err) == (2, True)
    # Somebody changed another field meanwhile: it stays.
    Shell(shell.url, shell.folder, SATO).ran("update", ticket.ticket_id, "--cause", "別の人")
    answers = {r"\[c\]ontinue with it, \[d\]iscard it": "c\n", **SEND}
    done = shell.typed("edit", ticket.ticket_id, answers=answers, more={"EDITOR": "true"})
    assert done.status == 0, done.err
    now = shell.get(ticket.ticket_id)
    assert (now.title, now.cause) == ("後で", "別の人")
    assert _drafts(shell) == []


def test_errors_stand_on_top_and_the_editor_is_opened_again(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON)
    program = """
count = path.parent / "count"
times = int(count.read_text()) if count.exists() else 0
count.write_text(str(times + 1))
if times == 0:
    text = text.replace("title:", "titel:").replace("state: 未対応", "state: 済")
    text = text.replace("cause:", "cause: " + "x" * 2049)
elif times == 1:
    (path.parent / "said").write_text(text, encoding="utf-8")
    text = text.replace("titel: CPU使用率が高い", "title: 直した").replace("state: 済", "state: 対応中")
    text = text.replace("x" * 2049, "[")
elif times == 2:
    (path.parent / "then").write_text(text, encoding="utf-8")
    text = text.replace("cause: [", "cause: 分かった")
path.write_text(text, encoding="utf-8")
"""
    done = shell.typed("edit", ticket.ticket_id, answers=SEND, more=editor(shell.folder, program))
    assert done.status == 0, done.err
    (said,) = (shell.folder / "state").rglob("said")
    lines = said.read_text(encoding="utf-8").split("\n")
    faults = [re.fullmatch(r"# ! line (\d+): (.*)", line) for line in lines if line.startswith("# !")]
    assert [(lines[int(fault[1]) - 1].partition(":")[0], fault[2]) for fault in faults if fault] == [
        ("titel", "titel is no field of this ticket: is it title?"),
        ("state", "state '済' is none of 未対応, 対応中, 復旧済み, クローズ承認待ち, 差し戻し, クローズ"),
        ("cause", "cause is too long: 2049 characters, at most 2048 are taken"),
    ]
    (then,) = (shell.folder / "state").rglob("then")
    assert re.match(r"# ! line \d+: this is no YAML: ", then.read_text(encoding="utf-8"))
    now = shell.get(ticket.ticket_id)
    assert (now.title, now.state, now.cause) == ("直した", "対応中", "分かった")


def test_an_error_that_nobody_mends_ends_it_and_keeps_the_text(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON)
    program = "path.write_text(text if text.startswith('# !') else text.replace('title:', 'titel:'), encoding='utf-8')"
    done = shell.piped("edit", ticket.ticket_id, "--yes", more=editor(shell.folder, program))
    assert (done.status, "is it title?" in done.err) == (3, True)
    assert str(_drafts(shell)[0]) in done.err


def test_what_the_server_refuses_is_told_and_kept(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON)
    program = "path.write_text(text.replace('category:', 'category: 無い'), encoding='utf-8')"
    done = shell.piped("edit", ticket.ticket_id, "--yes", more=editor(shell.folder, program))
    assert (done.status, "--category" in done.err) == (3, True)
    assert "category: 無い" in _drafts(shell)[0].read_text(encoding="utf-8")


def test_what_both_can_keep_is_kept_when_somebody_else_changed_the_ticket(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON)
    program = _by_somebody_else(shell, ticket.ticket_id, "cause='別の人'")
    program += "path.write_text(text.replace('title: CPU使用率が高い', 'title: 私'), encoding='utf-8')"
    done = shell.piped("edit", ticket.ticket_id, "--yes", more=editor(shell.folder, program))
    assert done.status == 0, done
    now = shell.get(ticket.ticket_id)
    assert (now.title, now.cause) == ("私", "別の人")


@pytest.mark.parametrize(
    ("answer", "left"), [("m", ("私", "私の原因")), ("t", ("別の人", "私の原因")), ("q", ("別の人", ""))]
)
def test_the_person_chooses_for_a_field_that_both_changed(shell: Shell, answer: str, left: tuple[str, str]) -> None:
    ticket = shell.register(limit_date=SOON)
    program = (
        _by_somebody_else(shell, ticket.ticket_id, "title='別の人'")
        + """
text = text.replace("title: CPU使用率が高い", "title: 私").replace("cause:", "cause: 私の原因")
path.write_text(text, encoding="utf-8")
"""
    )
    answers = {**SEND, r"title: keep \[m\]ine, \[t\]heirs, \[e\]dit again, \[q\]uit\?": f"{answer}\n"}
    if answer != "q":
        answers |= {r"(?s).*\[s\]end": "s\n"}
    done = shell.typed("edit", ticket.ticket_id, answers=answers, more=editor(shell.folder, program))
    assert done.status == (5 if answer == "q" else 0), done.err
    assert re.search(
        rf"changed by {SATO.master_id}\n +base +CPU使用率が高い\n +theirs +別の人\n +yours +私\n", done.err
    )
    now = shell.get(ticket.ticket_id)
    assert (now.title, now.cause) == left
    assert bool(_drafts(shell)) is (answer == "q")


def test_a_conflict_can_be_edited_again(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON, memos=["一"])
    program = f"""
if "theirs:" in text:
    assert "# theirs: 別の人\\ntitle: 私" in text, text
    text = text.replace("title: 私", "title: 二人の")
else:
    {_by_somebody_else(shell, ticket.ticket_id, "title='別の人'").replace(chr(10), chr(10) + "    ")}
    text = text.replace("title: CPU使用率が高い", "title: 私") + "  - 二\\n"
path.write_text(text, encoding="utf-8")
"""
    answers = {**SEND, r"title: keep .*\[q\]uit\?": "e\n", r"(?s).*\[s\]end": "s\n"}
    done = shell.typed("edit", ticket.ticket_id, answers=answers, more=editor(shell.folder, program))
    assert done.status == 0, done.err
    now = shell.get(ticket.ticket_id)
    assert (now.title, [memo.text for memo in now.memos]) == ("二人の", ["一", "二"])


def test_a_conflict_without_a_terminal_ends_with_its_status_and_keeps_the_text(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON)
    program = _by_somebody_else(shell, ticket.ticket_id, "title='別の人'")
    program += "path.write_text(text.replace('title: CPU使用率が高い', 'title: 私'), encoding='utf-8')"
    done = shell.piped("edit", ticket.ticket_id, "--yes", more=editor(shell.folder, program))
    assert (done.status, "別の人" in done.err) == (5, True)
    assert "title: 私" in _drafts(shell)[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_text_survives_ctrl_c_and_a_kill(shell: Shell, number: signal.Signals) -> None:
    ticket = shell.register(limit_date=SOON)
    program = """
import os, time
path.write_text(text.replace("title: CPU使用率が高い", "title: 途中"), encoding="utf-8")
(path.parent / "written").touch()
time.sleep(60)
"""
    process = subprocess.Popen(
        [SCRIPT, "ticket", "edit", ticket.ticket_id, "--yes"],
        cwd=shell.folder,
        env=environment({**shell.variables, **editor(shell.folder, program)}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_until("the editor has written", lambda: bool(list((shell.folder / "state").rglob("written"))))
    os.killpg(process.pid, number)
    _, told = process.communicate(timeout=PATIENCE)
    (draft,) = _drafts(shell)
    assert "title: 途中" in draft.read_text(encoding="utf-8")
    if number is signal.SIGINT:
        assert (process.returncode, str(draft) in told.decode()) == (130, True)
    assert shell.get(ticket.ticket_id).title != "途中"


def test_an_editor_that_fails_or_is_not_there_is_told(shell: Shell) -> None:
    ticket = shell.register(limit_date=SOON)
    failed = shell.piped("edit", ticket.ticket_id, "--yes", more={"VISUAL": "", "EDITOR": "false"})
    assert (failed.status, "ended with status 1" in failed.err) == (1, True)
    assert not _drafts(shell), "nothing was written, and the next edit is not asked about it"
    missing = shell.piped("edit", ticket.ticket_id, "--yes", more={"VISUAL": "./no-such-editor"})
    assert (missing.status, "set VISUAL or EDITOR" in missing.err) == (1, True)
    alone = shell.piped("edit", ticket.ticket_id)
    assert (alone.status, "--yes" in alone.err) == (2, True)
    assert shell.piped("edit", "UTM1", "--yes").status == 4

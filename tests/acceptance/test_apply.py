"""`unyo directory` writes all that is administered as one YAML file, and `unyo apply` makes it so."""

import json
import os
import pty
import re
import select
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.commands import unyo_here
from support.demonstration import ITO, OTHER_SERVICE, SATO, SERVICE, SUZUKI, YAMADA
from support.installations import contents
from support.processes import PATIENCE, SCRIPT, Finished, environment
from unyo import cast

FILE = "directory.yaml"


class Applying:
    """A folder with a file, and a database with the cast."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.path = folder / FILE

    def run(self, *arguments: str) -> Finished:
        return unyo_here(*arguments, "--database", self.url, folder=self.folder)

    def apply(self, *more: str) -> Finished:
        return self.run("apply", "-f", FILE, *more)

    def written(self) -> str:
        """The file of what is administered now."""
        told = self.run("directory")
        assert (told.status, told.err) == (0, "")
        return told.out

    def write(self, found: Any) -> None:
        self.path.write_text(
            found if isinstance(found, str) else yaml.safe_dump(found, allow_unicode=True, sort_keys=False)
        )

    def differences(self, *more: str) -> list[str]:
        """What a trial shows, each line a difference."""
        told = self.apply("--dry-run", *more)
        assert told.status == 0, told
        return told.out.splitlines()[:-1]


@pytest.fixture
def applying(filled_url: str, tmp_path: Path) -> Applying:
    return Applying(filled_url, tmp_path)


def test_what_is_written_makes_no_difference_and_changes_nothing(applying: Applying) -> None:
    applying.write(applying.written())
    before = contents(applying.url)
    for more in ((), ("--prune",), ("--yes",), ("--dry-run",)):
        told = applying.apply(*more)
        assert (told.status, told.out, told.err) == (0, "There is no difference.\n", "")
    assert contents(applying.url) == before


def test_the_file_holds_everything_but_secrets(applying: Applying) -> None:
    text = applying.written()
    found = yaml.safe_load(text)
    assert found["unyo"] == 1
    assert found["services"][SERVICE]["groups"] == [cast.SERVERS, cast.NETWORKS]
    lists = found["services"][SERVICE]["options"]
    assert lists["request"]["RequestSubType"]["問合せ"] == ["問合せ(システム)", "問合せ(その他)"]
    assert lists["incident"]["Priority"] == ["高", "中", "低"]
    account = found["accounts"][YAMADA.master_id]
    assert account["roles"] == {SERVICE: {"role": "特権ユーザ", "may_approve": True, "groups": []}}
    assert account["keys"] == {YAMADA.access_key: {"label": "", "enabled": True}}
    assert YAMADA.secret_key not in text


CHANGED = {
    "unyo": 1,
    "services": {
        OTHER_SERVICE: {
            "groups": ["夜勤"],
            "options": {
                "incident": {
                    "Priority": ["最高", "高", {"value": "低", "retired": True}],
                    "Category": ["回線障害"],
                    "SubCategory": {"回線障害": ["切断", "遅延"]},
                }
            },
        },
        "uom00000009": {"name": "新しいお客様", "options": {"incident": {"Priority": ["大", "小"]}}},
    },
    "accounts": {
        ITO.master_id: {"name": "伊藤 誠一", "keys": {ITO.access_key: {"label": "本番", "enabled": False}}},
        SATO.master_id: {"enabled": False},
        "SA0000009": {"roles": {OTHER_SERVICE: {"role": "更新ユーザ", "may_approve": True, "groups": ["夜勤"]}}},
    },
}
DIFFERENCES = [
    f"+ group {OTHER_SERVICE}/夜勤",
    f"+ option {OTHER_SERVICE}/incident/Priority/最高",
    f"- option {OTHER_SERVICE}/incident/Priority/低: retired",
    f"~ option {OTHER_SERVICE}/incident/Priority: order 最高, 高, 低, 中",
    f"+ option {OTHER_SERVICE}/incident/Category/回線障害",
    f"+ option {OTHER_SERVICE}/incident/SubCategory/回線障害/切断",
    f"+ option {OTHER_SERVICE}/incident/SubCategory/回線障害/遅延",
    "+ service uom00000009 新しいお客様",
    "+ option uom00000009/incident/Priority/大",
    "+ option uom00000009/incident/Priority/小",
    f"~ account {ITO.master_id}: name 伊藤 誠 → 伊藤 誠一",
    f"~ key {ITO.access_key}: label - → 本番",
    f"- key {ITO.access_key}: disabled",
    f"- account {SATO.master_id}: disabled",
    "+ account SA0000009",
    f"+ role {OTHER_SERVICE}/SA0000009: 更新ユーザ, may approve",
    f"+ role {OTHER_SERVICE}/SA0000009: group 夜勤",
]


def test_the_difference_is_shown_and_then_made_and_audited(applying: Applying) -> None:
    applying.write(CHANGED)
    before = contents(applying.url)
    assert applying.differences() == DIFFERENCES
    assert contents(applying.url) == before
    told = applying.apply("--yes")
    assert (told.status, told.err) == (0, "")
    assert told.out.splitlines() == [*DIFFERENCES, f"Made {len(DIFFERENCES)} changes."]
    assert applying.differences() == []
    found = yaml.safe_load(applying.written())
    lists = found["services"][OTHER_SERVICE]["options"]["incident"]
    assert lists["Priority"] == ["最高", "高", {"value": "低", "retired": True}, "中"]
    assert list(lists["SubCategory"]) == ["HW障害", "アプリ障害", "回線障害"]
    new = found["services"]["uom00000009"]["options"]["incident"]
    assert (new["Priority"], new["Importance"]) == (["大", "小"], ["高", "中", "低"])
    audited = json.loads(applying.run("audit", "--json").out)
    since = len(audited) - sum(len(rows) for name, rows in before.items() if name == "audit")
    assert since == len(DIFFERENCES)
    assert audited[0]["action"] == "group.join"


def test_what_the_file_leaves_out_stays_and_with_prune_goes(applying: Applying) -> None:
    found = yaml.safe_load(applying.written())
    del found["services"][OTHER_SERVICE]
    del found["accounts"][ITO.master_id]
    found["accounts"][SATO.master_id]["keys"] = {}
    found["accounts"][SUZUKI.master_id]["roles"] = {}
    found["accounts"]["SA0000004"]["roles"][SERVICE]["groups"] = []
    found["services"][SERVICE]["groups"].remove(cast.NETWORKS)
    found["services"][SERVICE]["options"]["incident"]["Priority"].remove("中")
    del found["services"][SERVICE]["options"]["incident"]["Impact"]
    del found["accounts"]["SA0000005"]["roles"]
    applying.write(found)
    assert applying.differences() == []
    assert applying.differences("--prune") == [
        f"- option {SERVICE}/incident/Priority/中: retired",
        f"- role {SERVICE}/{SUZUKI.master_id}: 参照ユーザ",
        f"- role {SERVICE}/SA0000004: group {cast.SERVERS}",
        f"- key {SATO.access_key}: disabled",
        f"- account {ITO.master_id}: disabled",
        f"- group {SERVICE}/{cast.NETWORKS}",
        f"- service {OTHER_SERVICE}: disabled",
    ]
    assert applying.apply("--prune", "--yes").status == 0
    assert applying.differences("--prune") == []


def test_what_a_step_is_refused_for_is_told_with_its_line_and_nothing_is_changed(applying: Applying) -> None:
    applying.write(f"unyo: 1\naccounts:\n  SA0000009: {{}}\nservices:\n  {SERVICE}:\n    groups: [夜勤, '甲,乙']\n")
    before = contents(applying.url)
    for more in ((), ("--yes",), ("--dry-run",)):
        assert applying.apply(*more).refusal == (
            f"unyo: {FILE}, line 6 (services.{SERVICE}.groups.2): a management group holds no comma: 甲,乙"
        )
    assert contents(applying.url) == before


_LISTS = f"unyo: 1\nservices:\n  {SERVICE}:\n    options:\n      incident:\n"
WRONG: dict[str, tuple[str, str]] = {
    "nothing": ("", ", line 1: the file must begin with unyo: 1"),
    "another version": ("unyo: 2\n", ", line 1 (unyo): 2 is none of 1"),
    "no YAML": ("unyo: 1\nservices: [\n", " is no YAML: while parsing a flow node"),
    "no mapping": ("- unyo\n", ", line 1: the file must be a mapping"),
    "an unknown name": (
        "unyo: 1\nservices:\n  uom9:\n    enabld: true\n",
        ", line 4 (services.uom9.enabld): enabld is unknown: did you mean enabled?",
    ),
    "an unknown part": ("unyo: 1\nusers: {}\n", ", line 2 (users): users is unknown: did you mean"),
    "a name twice": (
        "unyo: 1\nservices:\n  uom9: {}\n  uom9: {}\n",
        ", line 4 (services.uom9): uom9 is there twice",
    ),
    "a value twice": (
        _LISTS + "        Priority:\n        - 高\n        - 高\n",
        f", line 8 (services.{SERVICE}.options.incident.Priority.2): 高 is there twice",
    ),
    "a group twice": (
        f"unyo: 1\nservices:\n  {SERVICE}:\n    groups: [甲, 甲]\n",
        f", line 4 (services.{SERVICE}.groups.2): 甲 is there twice",
    ),
    "no truth": (
        "unyo: 1\naccounts:\n  SA9:\n    enabled: ja\n",
        ", line 4 (accounts.SA9.enabled): enabled must be true or false",
    ),
    "no role": (
        "unyo: 1\naccounts:\n  SA9:\n    roles:\n      uom9: {role: 社長}\n",
        ", line 5 (accounts.SA9.roles.uom9.role): 社長 is none of 特権ユーザ, 管理ユーザ, 更新ユーザ or 参照ユーザ",
    ),
    "a role without one": (
        "unyo: 1\naccounts:\n  SA9:\n    roles:\n      uom9: {}\n",
        ", line 5 (accounts.SA9.roles.uom9): role is missing",
    ),
    "no kind": (
        f"unyo: 1\nservices:\n  {SERVICE}:\n    options:\n      problem: {{}}\n",
        f", line 5 (services.{SERVICE}.options.problem): problem is none of incident or request",
    ),
    "no list": (
        _LISTS + "        Prioritie: []\n",
        "tickets of kind incident have no option list Prioritie: did you mean Priority?",
    ),
    "a dependent list that is flat": (
        _LISTS + "        SubCategory: [メモリ]\n",
        "SubCategory depends on Category: write a list under each of its values",
    ),
    "a flat list that is not": (
        _LISTS + "        Priority: {高: [中]}\n",
        "Priority depends on no other list: write one list",
    ),
    "an unknown value above": (
        _LISTS + "        SubCategory:\n          無い: [メモリ]\n",
        f", line 7 (services.{SERVICE}.options.incident.SubCategory.無い.1): Category has no value 無い",
    ),
    "a service that is not there": (
        "unyo: 1\naccounts:\n  SA9:\n    roles:\n      uom9: {role: 参照ユーザ}\n",
        ", line 5 (accounts.SA9.roles.uom9): there is no service code uom9",
    ),
    "itself": ("unyo: 1\nservices: &a\n  uom9: *a\n", " is nested too deeply"),
    "a bomb": (
        "unyo: 1\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'x'] * 20)}]\n" for n in range(6)),
        "the file is too large",
    ),
}


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_in_the_file_is_told_with_its_place(applying: Applying, name: str) -> None:
    text, told = WRONG[name]
    applying.write(text)
    before = contents(applying.url)
    refusal = applying.apply("--yes").refusal
    assert refusal.startswith(f"unyo: {FILE}")
    assert told in refusal
    assert contents(applying.url) == before


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_file_that_is_not_there_or_no_text_is_told(applying: Applying) -> None:
    assert applying.apply().refusal == f"unyo: {FILE}: No such file or directory"
    applying.path.write_bytes(b"\xff\xfe")
    assert applying.apply().refusal == f"unyo: {FILE} is no text in UTF-8"


def test_a_key_that_is_not_there_is_passed_over_and_told(applying: Applying) -> None:
    applying.write({"unyo": 1, "accounts": {SATO.master_id: {"keys": {"K" * 20: {"label": "他所"}}}}})
    told = applying.apply("--dry-run")
    assert (told.status, told.out) == (0, "There is no difference.\n")
    assert told.err.startswith(f"! {SATO.master_id} has no access key {'K' * 20}; a file makes none")


def test_nobody_there_to_ask_changes_nothing(applying: Applying) -> None:
    applying.write(CHANGED)
    before = contents(applying.url)
    told = applying.apply()
    assert (told.status, told.err) == (1, "unyo: this is asked about first, and nobody is there to answer: say --yes\n")
    assert contents(applying.url) == before


def test_the_difference_is_told_as_json(applying: Applying) -> None:
    applying.write(CHANGED)
    told = json.loads(applying.apply("--json", "--dry-run").out)
    assert told["applied"] is False
    assert [f"{each['sign']} {each['text']}" for each in told["changes"]] == DIFFERENCES
    assert json.loads(applying.apply("--json", "--yes").out)["applied"] is True
    assert json.loads(applying.apply("--json", "--yes").out) == {"changes": [], "notes": [], "applied": False}


def _answered(applying: Applying, answer: bytes, meanwhile: Callable[[], object] = lambda: None) -> tuple[int, str]:
    """Apply on a terminal; its exit status and what it showed. ``meanwhile`` happens while it waits for the answer."""
    return _on_a_terminal(applying, "apply", "-f", FILE, answer=answer, meanwhile=meanwhile)


def _on_a_terminal(
    applying: Applying, *arguments: str, answer: bytes = b"", meanwhile: Callable[[], object] = lambda: None
) -> tuple[int, str]:
    ours, theirs = pty.openpty()
    command = [SCRIPT, *arguments, "--database", applying.url]
    process = subprocess.Popen(
        command, cwd=applying.folder, env=environment({"TERM": "xterm"}), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], PATIENCE)[0]:
        try:
            shown += os.read(ours, 65536)
        except OSError:  # it has ended
            break
        if b"[y/N]" in shown and answer:
            meanwhile()
            os.write(ours, answer)
            answer = b""
    os.close(ours)
    return process.wait(PATIENCE), shown.decode()


def test_on_a_terminal_it_asks_and_does_as_it_is_told(applying: Applying) -> None:
    applying.write(CHANGED)
    before = contents(applying.url)
    status, shown = _answered(applying, b"n\n")
    assert (status, contents(applying.url)) == (1, before)
    assert f"\x1b[32m+ group {OTHER_SERVICE}/夜勤" in shown
    assert "Nothing was changed." in shown
    status, shown = _answered(applying, b"y\n")
    assert status == 0
    assert f"Made {len(DIFFERENCES)} changes." in shown
    assert applying.differences() == []


def test_what_somebody_else_changed_while_it_asked_is_not_overwritten_unseen(applying: Applying) -> None:
    applying.write(CHANGED)
    other = partial(applying.run, "account", "change", ITO.master_id, "--name", "誰か")
    status, shown = _answered(applying, b"y\n", other)
    assert status == 1
    assert "somebody else has changed what is administered meanwhile: look at the difference anew" in shown
    assert "夜勤" not in applying.run("group", "list").out
    assert "誰か" in applying.run("account", "list").out


def test_on_a_terminal_a_change_of_the_audit_trail_is_two_lines_whatever_its_width(applying: Applying) -> None:
    assert applying.run("account", "change", ITO.master_id, "--name", "誰か" * 40).status == 0
    status, shown = _on_a_terminal(applying, "audit", "--limit", "1")
    first, second = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert (status, first.endswith(f"(COMMAND_LINE)  account.change  account {ITO.master_id}")) == (0, True)
    assert second.endswith(f' → {{"name": "{"誰か" * 40}"}}')

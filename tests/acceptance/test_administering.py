"""`unyo service`, `account`, `role`, `key`, `group`, `option`: what is administered from the command line."""

import json
import time
from functools import partial
from typing import Any

import pytest

from support.administering import Unyo, done, run_on
from support.commands import unyo_here
from support.demonstration import OTHER_SERVICE, SATO, SERVICE, SUZUKI, YAMADA
from support.desks import INCIDENT, NEW_INCIDENT, DeskUnderTest, who
from support.gate import at_once
from support.installations import Installation, contents
from support.processes import Account, Client, Finished, unyo, wait_until
from unyo import cast
from unyo.tickets.directory import Role

NEW_SERVICE, NEWCOMER = "uom00000009", "SA0000009"
NOBODY = ("PARAMETER_ERROR", "指定されたSAアカウントまたはサービスコードが不正です。")


def _lines(finished: Finished) -> list[list[str]]:
    return [line.split("\t") for line in done(finished).splitlines()]


def test_a_service_is_added_named_disabled_enabled_and_deleted(run: Unyo) -> None:
    done(run("service", "add", NEW_SERVICE, "--name", "新しいお客様", "--group", "一班", "--group", "二班"))
    assert [NEW_SERVICE, "新しいお客様", "yes", "一班, 二班", "0"] in _lines(run("service", "list"))
    assert done(run("service", "change", NEW_SERVICE, "--name", "お客様")) == (
        f"The service {NEW_SERVICE} has the name お客様 now.\n"
    )
    refused = run("service", "delete", NEW_SERVICE, "--yes").refusal
    assert refused == (
        f"unyo: {NEW_SERVICE} is enabled, so a call may be on its way to it: "
        f"disable it first (`unyo service disable {NEW_SERVICE}`)"
    )
    done(run("service", "disable", NEW_SERVICE))
    assert [NEW_SERVICE, "お客様", "no", "一班, 二班", "0"] in _lines(run("service", "list"))
    done(run("service", "enable", NEW_SERVICE))
    done(run("service", "disable", NEW_SERVICE))
    done(run("service", "delete", NEW_SERVICE, "--yes"))
    assert NEW_SERVICE not in done(run("service", "list"))
    assert run("option", "list", NEW_SERVICE).refusal == f"unyo: there is no service code {NEW_SERVICE}"


def test_what_has_tickets_or_stands_in_them_is_not_deleted(run: Unyo, filled_url: str) -> None:
    done(run("service", "disable", SERVICE))
    before = contents(filled_url)
    assert run("service", "delete", SERVICE, "--yes").refusal == (
        f"unyo: {SERVICE} has tickets, so it cannot be deleted, only disabled (`unyo service disable {SERVICE}`)"
    )
    assert run("account", "delete", YAMADA.master_id, "--yes").refusal == (
        f"unyo: {YAMADA.master_id} stands in tickets or their history, which show its name, so it cannot be deleted, "
        f"only disabled (`unyo account disable {YAMADA.master_id}`)"
    )
    assert run("group", "delete", SERVICE, cast.SERVERS, "--yes").refusal == (
        f"unyo: tickets of {SERVICE} are in {cast.SERVERS}, so it cannot be deleted: "
        "move its tickets to another group first"
    )
    assert run("group", "rename", SERVICE, cast.SERVERS, "別名").refusal == (
        f"unyo: tickets of {SERVICE} are in {cast.SERVERS}, so it cannot be renamed: "
        "add another one and move its tickets"
    )
    assert run("option", "delete", SERVICE, "incident", "Priority", "高", "--yes").refusal == (
        f"unyo: tickets of {SERVICE} hold 高, so it cannot be deleted: retire it"
    )
    assert run("option", "delete", SERVICE, "incident", "Category", "アプリ障害", "--yes").refusal == (
        "unyo: other values depend on アプリ障害: delete these first, or retire it"
    )
    assert contents(filled_url) == before


def test_an_account_that_took_part_in_nothing_is_deleted_with_its_roles_and_keys(run: Unyo) -> None:
    done(run("account", "add", NEWCOMER, "--name", "新人"))
    done(run("role", "add", SERVICE, NEWCOMER, "reader", "--group", cast.SERVERS))
    done(run("key", "add", NEWCOMER))
    assert [NEWCOMER, "新人", "yes", SERVICE, "1"] in _lines(run("account", "list"))
    done(run("account", "delete", NEWCOMER, "--yes"))
    for listed in ("account", "role", "key", "group"):
        assert NEWCOMER not in done(run(listed, "list"))


def test_a_role_is_added_changed_and_taken_away(run: Unyo) -> None:
    done(run("role", "add", OTHER_SERVICE, SATO.master_id, "更新ユーザ", "--may-approve"))
    row = [OTHER_SERVICE, SATO.master_id, "佐藤 花子", "更新ユーザ", "yes", ""]
    assert row in _lines(run("role", "list", OTHER_SERVICE))
    done(run("role", "change", OTHER_SERVICE, SATO.master_id, "--role", "reader"))
    row[3] = "参照ユーザ"
    assert row in _lines(run("role", "list", OTHER_SERVICE))
    done(run("role", "change", OTHER_SERVICE, SATO.master_id, "--may-not-approve"))
    row[4] = "no"
    assert row in _lines(run("role", "list", OTHER_SERVICE))
    again = run("role", "change", OTHER_SERVICE, SATO.master_id, "--may-not-approve")
    assert done(again) == "It is so already: nothing was changed.\n"
    done(run("role", "delete", OTHER_SERVICE, SATO.master_id, "--yes"))
    assert row not in _lines(run("role", "list"))


@pytest.mark.parametrize(
    ("name", "role"),
    [("owner", Role.OWNER), ("administrator", Role.ADMINISTRATOR), ("updater", Role.UPDATER), ("reader", Role.READER)],
)
def test_a_role_has_a_name_for_keyboards_without_japanese(run: Unyo, name: str, role: Role) -> None:
    done(run("role", "change", SERVICE, SUZUKI.master_id, "--role", name))
    assert [SERVICE, SUZUKI.master_id, "鈴木 一郎", role.value, "no", ""] in _lines(run("role", "list"))


def test_groups_are_added_in_order_joined_renamed_left_and_deleted(run: Unyo) -> None:
    done(run("group", "add", SERVICE, "夜間", "--position", "1"))
    done(run("group", "join", SERVICE, "夜間", SUZUKI.master_id))
    done(run("group", "rename", SERVICE, "夜間", "夜勤"))
    done(run("group", "move", SERVICE, "夜勤", "2"))
    names = [row[1] for row in _lines(run("group", "list", SERVICE))]
    assert names == [cast.SERVERS, "夜勤", cast.NETWORKS]
    assert [SERVICE, "夜勤", SUZUKI.master_id] in _lines(run("group", "list"))
    done(run("group", "leave", SERVICE, "夜勤", SUZUKI.master_id))
    done(run("group", "delete", SERVICE, "夜勤", "--yes"))
    assert "夜勤" not in done(run("group", "list"))


def _values(run: Unyo, name: str, kind: str = "incident") -> list[str]:
    """The values of a list in their order: under what, and whether retired."""
    rows = [row for row in _lines(run("option", "list", SERVICE, name)) if row[0] == kind]
    return [f"{parent}>{value}".lstrip(">") + "-" * (retired == "yes") for _, _, parent, _, value, retired in rows]


def test_option_lists_are_edited_with_what_depends_on_them(run: Unyo) -> None:
    incident = (SERVICE, "incident")
    done(run("option", "add", *incident, "priority", "最高", "--position", "1"))
    assert _values(run, "Priority") == ["最高", "高", "中", "低"]
    assert _values(run, "Priority", "request") == ["高", "中", "低"]
    done(run("option", "move", *incident, "Priority", "最高", "4"))
    done(run("option", "retire", *incident, "Priority", "低"))
    assert _values(run, "Priority") == ["高", "中", "低-", "最高"]
    done(run("option", "restore", *incident, "Priority", "低"))
    done(run("option", "delete", *incident, "Priority", "最高", "--yes"))
    assert _values(run, "Priority") == ["高", "中", "低"]
    done(run("option", "add", *incident, "SubCategory", "メモリ", "--parent", "その他"))
    done(run("option", "move", *incident, "Category", "その他", "1"))
    assert _values(run, "SubCategory") == ["その他>メモリ", "HW障害>サブカテゴリ", "アプリ障害>サブカテゴリ"]
    done(run("option", "rename", *incident, "Category", "HW障害", "ハード障害"))
    assert _values(run, "Category") == ["その他", "ハード障害", "HW障害-", "アプリ障害"]
    assert _values(run, "SubCategory")[:2] == ["その他>メモリ", "ハード障害>サブカテゴリ"]


def test_dependents_are_offered_in_the_order_of_what_they_depend_on(desk: DeskUnderTest, tmp_path: Any) -> None:
    run = partial(run_on, desk.url, tmp_path)
    done(run("option", "add", SERVICE, "incident", "SubCategory", "先頭", "--parent", "アプリ障害", "--position", "1"))
    done(run("option", "move", SERVICE, "incident", "Category", "アプリ障害", "1"))
    desk.register(NEW_INCIDENT)  # a write reads the directory anew
    listed = desk.call("GetOptionList", {**who(cast.YAMADA), "TicketProcessType": "1"}).body["OptionList"]
    assert [(each["ParentValue"], each["Value"]) for each in listed if each["Parameter"] == "SubCategory"] == [
        ("アプリ障害", "先頭"),
        ("アプリ障害", "サブカテゴリ"),
        ("HW障害", "サブカテゴリ"),
    ]


def test_a_key_calls_and_is_known_by_its_label_and_its_secret_is_shown_once(
    installation: Installation, client: Client
) -> None:
    run = partial(run_on, installation.url, installation.folder)
    made = json.loads(done(run("key", "add", installation.account.master_id, "--label", "監視", "--json")))
    account = installation.account
    other = Account(account.service_code, account.master_id, made["access_key"], made["secret_key"])
    assert client.succeed("GetOptionList", {}, other)
    for shown in (("key", "list"), ("key", "list", "--json"), ("audit",), ("audit", "--json")):
        told = done(run(*shown))
        assert made["access_key"] in told
        assert "監視" in told
        assert made["secret_key"] not in told
    assert made["secret_key"] not in repr(contents(installation.url))


def test_the_secret_is_printed_for_people_too(run: Unyo) -> None:
    told = done(run("key", "add", SATO.master_id)).splitlines()
    assert told[0].startswith("Access key    ")
    assert told[1].startswith("Secret key    ")
    assert len(told[1].split()[-1]) == 40
    assert told[-1] == "The secret key is shown this once: keep it now."


def test_a_sixth_key_is_refused_and_of_two_processes_at_once_one_makes_the_fifth(run: Unyo, filled_url: str) -> None:
    for _ in range(3):
        done(run("key", "add", SATO.master_id))
    folder = run.args[1]  # type: ignore[attr-defined]  # a partial of ours
    add = partial(unyo, "key", "add", SATO.master_id, "--database", filled_url, folder=folder)
    ended = at_once(add, add)
    assert sorted(each.status for each in ended) == [0, 1]
    assert run("key", "add", SATO.master_id).refusal == (
        f"unyo: {SATO.master_id} has 5 access keys already: delete one first"
    )
    assert len(_lines(run("key", "list", SATO.master_id))) == 5
    done(run("key", "delete", SATO.access_key, "--yes"))
    done(run("key", "add", SATO.master_id))


REFUSED = {
    "a code that is none": (
        ("service", "add", "uom-1"),
        "a service code is 1 to 15 letters and digits, which uom-1 is not",
    ),
    "a long code": (
        ("account", "add", "S" * 16),
        f"a master ID is 1 to 15 letters and digits, which {'S' * 16} is not",
    ),
    "an empty code": (("account", "add", ""), "a master ID is 1 to 15 letters and digits, which '' is not"),
    "a long name": (
        ("account", "add", NEWCOMER, "--name", "名" * 201),
        f"an account's name is 200 characters at the most, and {'名' * 20}… has 201",
    ),
    "a name of two lines": (
        ("service", "change", SERVICE, "--name", "一\n二"),
        r"a service's name is one line of printable characters, which '\u4e00\n\u4e8c' is not",
    ),
    "a blank at the end": (
        ("group", "add", SERVICE, "夜間 "),
        "a management group neither begins nor ends with a blank: 夜間 ",
    ),
    "the quoting rule": (
        ("option", "add", SERVICE, "incident", "Priority", "高¥n"),
        "a value of an option list holds no ¥n, ¥' or ¥\", which callers cannot send: 高¥n",
    ),
    "a comma": (
        ("option", "add", SERVICE, "incident", "Priority", "高,中"),
        "a value of an option list holds no comma: 高,中",
    ),
    "a long value": (
        ("option", "add", SERVICE, "incident", "Priority", "高" * 257),
        f"a value of an option list is 256 characters at the most, and {'高' * 20}… has 257",
    ),
    "the group of everybody": (
        ("group", "add", SERVICE, "制限しない"),
        "制限しない is in every service's list already",
    ),
    "an unknown service": (("service", "disable", NEW_SERVICE), f"there is no service code {NEW_SERVICE}"),
    "an unknown account": (("key", "add", NEWCOMER), f"there is no account {NEWCOMER}"),
    "a role of nobody": (("role", "add", SERVICE, NEWCOMER, "reader"), f"there is no account {NEWCOMER}"),
    "an unknown group": (
        ("role", "add", OTHER_SERVICE, SATO.master_id, "reader", "--group", "夜間"),
        f"{OTHER_SERVICE} has no management group 夜間",
    ),
    "a parent that is missing": (
        ("option", "add", SERVICE, "incident", "SubCategory", "メモリ"),
        "SubCategory depends on Category: say under which of its values",
    ),
    "an unknown parent": (
        ("option", "add", SERVICE, "incident", "SubCategory", "メモリ", "--parent", "無い"),
        "Category has no value 無い",
    ),
    "a parent too many": (
        ("option", "add", SERVICE, "incident", "Priority", "最高", "--parent", "高"),
        "Priority depends on no other list",
    ),
    "a list of the other kind": (
        ("option", "add", SERVICE, "request", "Impact", "大"),
        "tickets of kind request have no option list Impact",
    ),
    "a value twice": (
        ("option", "add", SERVICE, "incident", "Priority", "高"),
        "Priority has the value 高 already",
    ),
    "keys of an unknown account": (("key", "list", NEWCOMER), f"there is no account {NEWCOMER}"),
    "roles of an unknown service": (("role", "list", NEW_SERVICE), f"there is no service code {NEW_SERVICE}"),
    "groups of an unknown service": (("group", "list", NEW_SERVICE), f"there is no service code {NEW_SERVICE}"),
    "lists of an unknown service": (("option", "list", NEW_SERVICE), f"there is no service code {NEW_SERVICE}"),
    "lists of no service": (("option", "list", ""), "there is no service code"),
    "nobody to ask": (
        ("account", "delete", SUZUKI.master_id),
        "this is asked about first, and nobody is there to answer: say --yes",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_in_a_sentence_and_changes_nothing(run: Unyo, filled_url: str, name: str) -> None:
    arguments, message = REFUSED[name]
    before = contents(filled_url)
    assert run(*arguments).refusal == f"unyo: {message}"
    assert contents(filled_url) == before


def test_a_list_that_does_not_exist_is_answered_with_the_nearest(run: Unyo) -> None:
    refused = run("option", "retire", SERVICE, "incident", "Prioritee", "高")
    assert refused.status == 2
    assert "there is no option list Prioritee; did you mean Priority?" in refused.err


def test_a_database_that_is_no_installation_yet_is_not_administered(empty_database: str, tmp_path: Any) -> None:
    run = partial(run_on, empty_database, tmp_path)
    assert "run `unyo migrate`" in run("service", "list").refusal
    done(run("migrate"))
    assert run("service", "add", NEW_SERVICE).refusal == (
        "unyo: this database holds no service yet: run `unyo init` first"
    )


def test_a_key_is_not_made_with_another_secret_key(run: Unyo, filled_url: str, tmp_path: Any) -> None:
    other = tmp_path / "other"
    other.mkdir()
    done(unyo_here("init", "--service-code", "a", "--master-id", "b", folder=other))
    before = contents(filled_url)
    refused = run("key", "add", SATO.master_id, "--secret-key-file", str(other / "unyo.key"))
    assert "the secret key is not the one that this database's secrets were encrypted with" in refused.refusal
    assert contents(filled_url) == before


# Each is one command that takes something from somebody, and the one that gives it back.
TAKEN = {
    "a key": (("key", "disable", SATO.access_key), ("key", "enable", SATO.access_key), "AUTH_FAILURE"),
    "an account": (("account", "disable", SATO.master_id), ("account", "enable", SATO.master_id), "AUTH_FAILURE"),
    "a service": (("service", "disable", SERVICE), ("service", "enable", SERVICE), "PARAMETER_ERROR"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_disabled_is_refused_within_a_second_like_what_does_not_exist(
    served_desk: DeskUnderTest, tmp_path: Any, name: str
) -> None:
    disable, enable, error = TAKEN[name]
    unknown = {
        "AUTH_FAILURE": ("AUTH_FAILURE", "認証エラーです。"),
        "PARAMETER_ERROR": NOBODY,
    }[error]
    run = partial(run_on, served_desk.url, tmp_path)
    answers = partial(_answers_within_a_second, served_desk)
    assert answers(None)
    done(run(*disable))
    assert answers(unknown)
    if name == "an account":  # it is no account of the service either
        answer = served_desk.call("UpdateTicket", {**served_desk.echo(INCIDENT), "AssignUserId": SATO.master_id})
        assert list(answer.detail) == ["AssignUserId"]
    done(run(*enable))
    assert answers(None)


def _answers_within_a_second(desk: DeskUnderTest, error: tuple[str, str] | None) -> bool:
    """Whether Sato's call is answered so, a second from now at the latest."""
    since = time.monotonic()

    def _is_so() -> bool:
        asked = time.monotonic()
        answer = desk.call("GetOptionList", who(cast.SATO), actor=cast.SATO)
        assert answer.error == error or asked - since <= 1
        return answer.error == error

    wait_until("the change is seen", _is_so)
    return True


def test_a_dependent_value_is_held_under_its_own_parent_only(desk: DeskUnderTest, tmp_path: Any) -> None:
    desk.register({**NEW_INCIDENT, "Category": "HW障害", "SubCategory": "サブカテゴリ"})
    delete = partial(
        run_on, desk.url, tmp_path, "option", "delete", SERVICE, "incident", "SubCategory", "サブカテゴリ", "--yes"
    )
    assert "so it cannot be deleted: retire it" in delete("--parent", "HW障害").refusal
    done(delete("--parent", "アプリ障害"))


def test_a_disabled_account_keeps_its_name_in_tickets(desk: DeskUnderTest, tmp_path: Any) -> None:
    desk.call("UpdateTicket", {**desk.echo(INCIDENT), "AssignUserId": SATO.master_id})
    done(run_on(desk.url, tmp_path, "account", "disable", SATO.master_id))
    assert desk.call("UpdateTicket", {**desk.echo(INCIDENT), "Title": "変更"}).error is None
    assert desk.detail(INCIDENT)["AssignUser"] == "佐藤 花子"


def test_a_change_that_fails_in_the_middle_leaves_no_trace(run: Unyo, filled_url: str) -> None:
    before = contents(filled_url)
    refused = run("service", "add", NEW_SERVICE, "--group", "一班", "--group", "一班")
    assert refused.refusal == f"unyo: {NEW_SERVICE} has a management group 一班 already"
    assert contents(filled_url) == before


def test_changes_are_told_as_json(run: Unyo) -> None:
    (told,) = json.loads(done(run("service", "disable", OTHER_SERVICE, "--json")))
    assert (told["action"], told["before"], told["after"]) == ("service.disable", {"enabled": True}, {"enabled": False})
    for listed in ("service", "account", "role", "key", "group"):
        assert json.loads(done(run(listed, "list", "--json")))
    assert json.loads(done(run("option", "list", SERVICE, "--json")))[0] == {
        "kind": "incident",
        "list": "Category",
        "parent": "",
        "position": 1,
        "value": "HW障害",
        "retired": False,
    }

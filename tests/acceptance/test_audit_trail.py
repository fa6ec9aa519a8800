"""`unyo audit`: who administered what, when, and what it was before."""

import json
import os
import pwd
from functools import partial
from typing import Any

from support.administering import Unyo, done, run_on
from support.demonstration import OTHER_SERVICE, SATO
from support.installations import Installation, execute


def _audit(run: Unyo, *more: str) -> list[dict[str, Any]]:
    found = json.loads(done(run("audit", "--json", *more)))
    assert isinstance(found, list)
    return found


def test_every_change_is_in_the_audit_trail_with_who_and_what_it_was_before(run: Unyo) -> None:
    me = pwd.getpwuid(os.getuid()).pw_name
    done(run("account", "change", SATO.master_id, "--name", "佐藤 華子"))
    done(run("account", "disable", SATO.master_id, variables={"SUDO_USER": "hanako"}))
    newest, before, *_ = _audit(run)
    assert (
        before.items()
        >= {
            "author": me,
            "door": "COMMAND_LINE",
            "action": "account.change",
            "object": f"account {SATO.master_id}",
            "before": {"name": "佐藤 花子"},
            "after": {"name": "佐藤 華子"},
        }.items()
    )
    assert (newest["author"], newest["action"]) == (f"hanako (sudo, as {me})", "account.disable")
    assert newest["number"] == before["number"] + 1
    assert newest["at"] > before["at"]


def test_the_audit_trail_is_narrowed_by_date_object_and_number(run: Unyo) -> None:
    assert {each["action"] for each in _audit(run, "--object", SATO.master_id)} >= {"account.add", "role.add"}
    assert all(SATO.master_id in each["object"] for each in _audit(run, "--object", SATO.master_id))
    assert len(_audit(run, "--limit", "2")) == 2
    done(run("service", "disable", OTHER_SERVICE))
    (newest,) = _audit(run, "--since", "2026-05-01")  # the cast was made in April
    assert newest["action"] == "service.disable"
    assert _audit(run, "--object", "%") == []
    refused = run("audit", "--since", "yesterday")
    assert (refused.status, "2026-04-01T09:00+09:00" in refused.err) == (2, True)


def test_making_an_installation_is_in_the_audit_trail(installation: Installation) -> None:
    run = partial(run_on, installation.url, installation.folder)
    assert [each["action"] for each in _audit(run)] == [
        "key.add",
        "role.add",
        "account.add",
        "service.add",
        "installation.make",
    ]


def test_the_audit_trail_outlives_a_database_that_knows_nothing_of_its_objects(run: Unyo, filled_url: str) -> None:
    execute(filled_url, "DELETE FROM access_keys")
    assert "key.add" in {each["action"] for each in _audit(run)}

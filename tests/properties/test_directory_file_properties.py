"""Whatever file is applied, what it says is so afterwards; applying it again, or what is written then, is nothing."""

from typing import Any

import sqlalchemy as sa
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.desks import DeskUnderTest
from support.directories import admin
from unyo.cli.administration.directory_file.planning import Plan, carry_out, plan
from unyo.cli.administration.directory_file.reading import read_file
from unyo.cli.administration.directory_file.writing import write_file
from unyo.storage.administration import Admin, read_state
from unyo.storage.tables import (
    access_keys,
    accounts,
    group_members,
    management_groups,
    memberships,
    options,
    services,
)

CODES, MASTER_IDS, GROUPS = ("uom12345678", "uom00000008"), ("SA1234567", "SA0000008"), ("サーバ運用", "甲", "乙 丙")
# What YAML would take for something else than texts, were it asked.
TEXTS = ("高", "yes", "1", "~", "null", "0x1F", "2026-04-01", "- a", "a: b", "#", "¥", "'\"", "😀")
ROLES = ("特権ユーザ", "管理ユーザ", "更新ユーザ", "参照ユーザ")
ADMINISTERED = (group_members, memberships, access_keys, options, management_groups, accounts, services)


def _some(items: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(items), unique=True, max_size=len(items))


@st.composite
def _values(draw: st.DrawFn, most: int = 4) -> list[Any]:
    names = draw(st.lists(st.sampled_from(TEXTS), unique=True, max_size=most))
    return [{"value": name, "retired": True} if draw(st.integers(0, 4)) == 0 else name for name in names]


def _plain(values: list[Any]) -> list[str]:
    return [each["value"] if isinstance(each, dict) else each for each in values]


@st.composite
def _service(draw: st.DrawFn) -> dict[str, Any]:
    category = draw(_values())
    under = draw(_some(tuple(_plain(category)))) if category else []
    found = {
        "name": draw(st.sampled_from(("", *TEXTS))),
        "enabled": draw(st.booleans()),
        "groups": draw(_some(GROUPS)),
        "options": {
            "incident": {
                "Priority": draw(_values()),
                "SubCategory": {each: draw(_values(2)) for each in under},
                "Category": category,
            }
        },
    }
    return {name: found[name] for name in draw(_some(tuple(found)))}


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """A file that can be applied: a role's groups are those that the file gives its service."""
    known = {code: draw(_service()) for code in draw(_some(CODES))}
    members = {}
    for master_id in draw(_some(MASTER_IDS)):
        roles = {
            code: {
                "role": draw(st.sampled_from(ROLES)),
                "may_approve": draw(st.booleans()),
                "groups": draw(_some(tuple(known[code]["groups"]))) if known[code].get("groups") else [],
            }
            for code in draw(_some(tuple(known)) if known else st.just([]))
        }
        found = {"name": draw(st.sampled_from(("", *TEXTS))), "enabled": draw(st.booleans()), "roles": roles}
        members[master_id] = {name: found[name] for name in draw(_some(tuple(found)))}
    return {"unyo": 1, "services": known, "accounts": members}


def _apply(by: Admin, text: str, *, prune: bool) -> Plan:
    return carry_out(by, *read_file(text, "the file"), prune=prune)


def _left(by: Admin, text: str, *, prune: bool) -> list[str]:
    return [*map(str, plan(read_state(by.connection), *read_file(text, "the file"), prune=prune).steps)]


def _is_in(wanted: Any, found: Any) -> bool:
    """Whether all that a file says is so: of a list, the values that it names, in their order."""
    if isinstance(wanted, dict):
        return all(_is_in(wanted[name], found.get(name, [])) for name in wanted)  # under a value there may be none
    return bool([each for each in found if each in wanted] == wanted if isinstance(wanted, list) else found == wanted)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(files(), st.booleans()), min_size=1, max_size=3))
def test_what_a_file_says_is_so_and_applying_it_again_changes_nothing(
    shared_desk: DeskUnderTest, steps: list[tuple[dict[str, Any], bool]]
) -> None:
    with shared_desk.desk.engines.writing.connect() as connection:
        # Tickets keep their groups, and the groups a name: what is tried here is not what they forbid.
        connection.exec_driver_sql("UPDATE tickets SET management_group = ''")
        by = admin(connection)
        for wanted, prune in steps:
            text = yaml.safe_dump(wanted, allow_unicode=True)
            before = len(by.recorded)
            made = _apply(by, text, prune=prune)
            assert (len(by.recorded) > before) == bool(made.steps)
            assert _left(by, text, prune=prune) == []
            written = write_file(read_state(connection))
            found = yaml.safe_load(written)
            for part in ("services", "accounts"):
                for key, inside in wanted[part].items():
                    roles = inside.pop("roles", {})
                    assert _is_in(inside, found[part][key])
                    for code, role in roles.items():
                        assert set(role.pop("groups")) <= set(found[part][key]["roles"][code]["groups"])
                        assert _is_in(role, found[part][key]["roles"][code])
            assert _left(by, written, prune=True) == []
        connection.rollback()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=files())
def test_what_is_written_makes_the_same_of_an_installation_that_has_nothing(
    shared_desk: DeskUnderTest, wanted: dict[str, Any]
) -> None:
    with shared_desk.desk.engines.writing.connect() as connection:
        by = admin(connection)
        _apply(by, yaml.safe_dump(wanted, allow_unicode=True), prune=False)
        connection.execute(sa.delete(access_keys))  # which no file makes
        written = write_file(read_state(connection))
        for table in ADMINISTERED:
            connection.execute(sa.delete(table))
        _apply(by, written, prune=False)
        assert write_file(read_state(connection)) == written
        connection.rollback()

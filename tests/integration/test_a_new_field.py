"""A new field is one row of the parameter tables and one generated migration; everything else follows from the row."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.databases import KINDS, Databases
from support.desks import INCIDENT, LOCK_DATES, NEW_INCIDENT, NEW_REQUEST, NO_PARAMETERS, REQUEST, desk_on, who
from support.nodes import Node, nodes_on
from support.portal import Page, form_of
from support.processes import Finished
from support.scratch import SourceCopy
from unyo.cast import YAMADA
from unyo.storage.migrations import newest

TEXT, DATE = "SerialNumber", "WarrantyDate"
# In both kinds a text, in incidents a date; before the memos, which stand last.
ROWS = (
    f'_p("{TEXT}", "serial_number", "製造番号", Text(8), "oo oo", "SN-0001", section=_M),',
    f'_p("{DATE}", "warranty_until", "保守期限", _DATE, "oo --", "20270331235959", section=_M),',
)
MESSAGE = "add serial number and warranty"
OLD = (INCIDENT, REQUEST)
# What an update of an incident needs beyond its registration.
NEEDED = {"AssignUserId": YAMADA.master_id, "CorrespondLimitDate": "20260501000000", "CauseClassification": "調査中"}
NEW_TO = {INCIDENT: {TEXT: "", DATE: ""}, REQUEST: {TEXT: ""}}


@dataclass(frozen=True)
class Changed:
    """The copy in which a developer added the rows, and what generating the migration gave."""

    copy: SourceCopy
    told: Finished
    made: Path


@dataclass(frozen=True)
class Desk:
    """A node of the new release, on a database that the old one made; what the old one showed of its tickets."""

    node: Node
    told: Finished
    before: dict[str, dict[str, Any]]

    def call(self, action: str, **given: Any) -> dict[str, Any]:
        """What a call that must succeed answers."""
        answer = self.node.call(action, {**who(YAMADA), **given})
        assert answer.error is None, answer.envelope
        return {wire: value for wire, value in answer.body.items() if wire != "RequestId"}

    def detail(self, ticket_id: str) -> dict[str, Any]:
        return self.call("GetTicketDetail", TicketId=ticket_id)

    def echo(self, ticket_id: str, **changes: Any) -> dict[str, Any]:
        detail = {wire: value for wire, value in self.detail(ticket_id).items() if wire not in NO_PARAMETERS}
        return {**detail, "CorrespondProcessList": [], **changes}

    def registration(self, kind: str, **typed: str) -> dict[str, str]:
        """The portal's form of a registration, filled in."""
        form = form_of(self.node.page(f"/tickets/new?kind={kind}"), "/tickets/new")
        return {**form, "Title": "登録", "SubStateCode": "未対応", "Priority": "中", "Importance": "中", **typed}

    def lines(self, ticket_id: str) -> list[list[str]]:
        """The newest history entry's lines."""
        newest = self.call("GetTicketHistory", TicketId=ticket_id, Limit="1")["HistoryList"][0]
        return [[*line.values()] for line in newest["ChangeList"]]


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Changed:
    copy = SourceCopy(tmp_path_factory.mktemp("copy"))
    before = {*copy.versions.glob("*.py")}
    for row in ROWS:
        copy.insert_before("tickets/field_tables.py", '_p("CorrespondProcessList"', row)
    told = copy.run("-m", "unyo.storage.migrations", MESSAGE)
    (made,) = {*copy.versions.glob("*.py")} - before
    return Changed(copy, told, made)


@pytest.fixture(scope="module", params=KINDS)
def desk(request: pytest.FixtureRequest, all_databases: dict[str, Databases], changed: Changed) -> Iterator[Desk]:
    databases = all_databases[request.param]
    url = databases.filled()
    with desk_on(url) as old:
        before = {ticket_id: old.detail(ticket_id) for ticket_id in OLD}
    told = changed.copy.migrate(url)
    with nodes_on(url, 1, changed.copy.path) as (node,):
        yield Desk(node, told, before)
    databases.drop(url)


def _upgrade(made: Path) -> list[str]:
    """The statements of a migration."""
    (function,) = (each for each in ast.parse(made.read_text()).body if isinstance(each, ast.FunctionDef))
    return [ast.unparse(statement) for statement in function.body]


def test_the_generated_migration_adds_the_two_columns_and_nothing_else(changed: Changed) -> None:
    assert (changed.told.status, changed.told.out.splitlines()[-1]) == (0, str(changed.made))
    assert changed.made.read_text().startswith(f'"""{MESSAGE}."""\n')
    assert _upgrade(changed.made) == [
        "op.add_column('tickets', sa.Column('serial_number', sa.Text(), server_default='', nullable=False))",
        "op.add_column('tickets', sa.Column('warranty_until', UtcDateTime(), nullable=True))",
    ]


def test_nothing_is_left_to_generate_after_that(changed: Changed, tmp_path: Path) -> None:
    code = "from unyo.storage.migrations.__main__ import *; print(generate('again', Path(sys.argv[1])))"
    made = changed.copy.run("-c", code, str(tmp_path))
    assert _upgrade(Path(made.out.splitlines()[-1])) == ["pass"]


def test_migrating_goes_from_the_old_release_to_the_new_one(desk: Desk, changed: Changed) -> None:
    revision = changed.made.name.partition("_")[0]
    assert (desk.told.status, desk.told.out) == (0, f"The database went from {newest()} to {revision}.\n")


@pytest.mark.parametrize("ticket_id", OLD)
def test_a_ticket_from_before_is_as_it_was_and_the_new_fields_are_empty(desk: Desk, ticket_id: str) -> None:
    assert desk.detail(ticket_id) == {**desk.before[ticket_id], **NEW_TO[ticket_id]}


def test_the_new_fields_stand_at_their_place_in_the_answer(desk: Desk) -> None:
    names = [*desk.detail(INCIDENT)]
    place = names.index("CorrespondProcessList")
    assert names[place - 2 : place] == [TEXT, DATE]
    assert [name for name in names if name not in (TEXT, DATE)] == [*desk.before[INCIDENT]]


def test_an_update_sets_and_empties_them_and_the_history_tells(desk: Desk) -> None:
    ticket_id = desk.call("RegisterTicket", **NEW_INCIDENT, **NEEDED)["TicketId"]
    blank = desk.detail(ticket_id)
    desk.call("UpdateTicket", **desk.echo(ticket_id, **{TEXT: "製番-001", DATE: "20270331235959"}))
    filled = desk.detail(ticket_id)
    assert (filled[TEXT], filled[DATE]) == ("製番-001", "20270331235959")
    assert sorted(desk.lines(ticket_id)) == [[TEXT, "", "製番-001"], [DATE, "", "20270331235959"]]
    assert [wire for wire in LOCK_DATES if blank.get(wire) != filled.get(wire)] == ["SummaryUpdateDate"]
    desk.call("UpdateTicket", **desk.echo(ticket_id, **{TEXT: "", DATE: ""}))
    assert {**desk.detail(ticket_id), "SummaryUpdateDate": ""} == blank
    assert sorted(desk.lines(ticket_id)) == [[TEXT, "製番-001", ""], [DATE, "20270331235959", ""]]


def test_a_registration_takes_them(desk: Desk) -> None:
    given = {TEXT: "12345678", DATE: "20270401000000"}
    ticket_id = desk.call("RegisterTicket", **NEW_INCIDENT, **given)["TicketId"]
    assert {wire: value for wire, value in desk.detail(ticket_id).items() if wire in given} == given
    assert {(name, after) for name, _, after in desk.lines(ticket_id)} >= {*given.items()}


@pytest.mark.parametrize(
    ("body", "error", "named"),
    [
        ({**NEW_INCIDENT, TEXT: "123456789", DATE: "20270332000000"}, "PARAMETER_TOO_LONG", TEXT),
        ({**NEW_INCIDENT, TEXT: "12345678", DATE: "20270332000000"}, "PARAMETER_ERROR", DATE),
        ({**NEW_REQUEST, DATE: "20270331000000"}, "PARAMETER_ERROR", DATE),
    ],
    ids=["too long", "no date", "not in this kind"],
)
def test_what_they_do_not_take_is_refused_by_their_row(
    desk: Desk, body: dict[str, Any], error: str, named: str
) -> None:
    answer = desk.node.call("RegisterTicket", {**who(YAMADA), **body})
    assert (answer.error_type, answer.detail) == (error, {named: error})


def _names(found: Any) -> Iterator[str]:
    """The names of all properties in a schema."""
    if isinstance(found, dict):
        yield from found.get("properties", {})
    for each in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from _names(each)


def test_the_openapi_document_shows_them_in_the_tables_and_in_the_answer(desk: Desk) -> None:
    document = desk.node.get("/openapi.json").envelope
    tables = document["components"]["schemas"]
    assert {name for name in tables if TEXT in [*_names(tables[name])]} == {
        "UpdateIncident", "RegisterIncident", "UpdateRequest", "RegisterRequest",
    }  # fmt: skip
    assert {name for name in tables if DATE in [*_names(tables[name])]} == {"UpdateIncident", "RegisterIncident"}
    answer = document["paths"]["/r/20221221/GetTicketDetail.json"]["post"]["responses"]["200"]
    shapes = answer["content"]["application/json"]["schema"]["anyOf"]
    assert [(TEXT in names, DATE in names) for names in ([*_names(shape)] for shape in shapes[:2])] == [
        (True, True),
        (True, False),
    ]


def _labels(page: Page) -> dict[str, str]:
    return {each.attributes["for"]: each.text for each in page.main.all("label")}


def test_the_portal_asks_for_them_as_their_rows_say(desk: Desk) -> None:
    incident, request = (desk.node.page(f"/tickets/new?kind={kind}") for kind in ("1", "2"))
    assert (_labels(incident)[TEXT], _labels(incident)[DATE]) == ("製造番号", "保守期限")
    assert incident.main.one("input", name=TEXT).attributes["data-maximum"] == "8"
    assert incident.main.one("input", name=DATE).attributes["type"] == "datetime-local"
    assert (TEXT in _labels(request), DATE in _labels(request)) == (True, False)


def test_the_portal_stores_and_shows_them_and_says_what_is_wrong_beside_them(desk: Desk) -> None:
    typed = {TEXT: "SN-00001", DATE: "2027-03-31T23:59:59"}
    refused = desk.node.page("/tickets/new", {**desk.registration("1", **typed), TEXT: "SN-000012"})
    assert (refused.status, refused.main.one(name=TEXT).attributes["aria-describedby"]) == (422, f"fault-{TEXT}")
    path = desk.node.page("/tickets/new", desk.registration("1", **typed)).location.partition("?")[0]
    shown = desk.node.page(path).main.text
    assert ("製造番号 SN-00001" in shown, "保守期限 2027/03/31 23:59" in shown) == (True, True)


def test_two_who_change_one_of_them_meet_in_the_portal(desk: Desk) -> None:
    ticket_id = desk.call("RegisterTicket", **NEW_INCIDENT, **NEEDED)["TicketId"]
    path = f"/tickets/{ticket_id}/edit"
    form = form_of(desk.node.page(path), path)
    desk.call("UpdateTicket", **desk.echo(ticket_id, **{TEXT: "theirs"}))
    conflict = desk.node.page(path, {**form, TEXT: "mine"})
    assert conflict.status == 409
    assert [each.one("legend").text for each in conflict.main.all("fieldset")] == ["製造番号"]
    assert "製造番号" in desk.node.page(f"/tickets/{ticket_id}/history").main.text

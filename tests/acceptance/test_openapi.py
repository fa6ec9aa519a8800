"""`/openapi.json` describes what the contract says and what the server does."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from support.contract_tables import GROUPS, MEMO_MEMBERS, READING_TABLES, REQUIRED, STATES, TICKET_TABLES, WAYS, Row
from support.desks import INCIDENT, LOCK_DATES, REQUEST, DeskUnderTest, who
from support.judging import ERRORS
from unyo.cast import YAMADA

KINDS = {"1": "Incident", "2": "Request"}
SCHEMAS = {
    **{f"{action.removesuffix('Ticket')}{KINDS[kind]}": rows for (action, kind), rows in TICKET_TABLES.items()},
    **READING_TABLES,
}
NEEDED: Mapping[str, Collection[str]] = {
    **{f"{action.removesuffix('Ticket')}{KINDS[kind]}": names for (action, kind), names in REQUIRED.items()},
    **{action: {row.name for row in rows if row.mark == "R"} for action, rows in READING_TABLES.items()},
}
CHOICES = {"AcceptWay": WAYS, "RespondWay": WAYS, "SortObject": "12345", "SortOrder": "12", "TicketProcessType": "12"}
# A cursor is made for one caller's query, so that no example could be sent.
WITHOUT_EXAMPLE = {"Cursor"}
MEMOS = "CorrespondProcessList"

# Section 4, by the actions whose checks (section 5) can find it.
OF_ALL = {"missing", "too long", "unknown", "empty", "wrong", "no member", "unauthenticated"}
OF_WRITES = {"approver needed", "approver not allowed", "group needed", "no right to close"}
MAY_REFUSE = {
    "RegisterTicket": OF_ALL | OF_WRITES,
    "UpdateTicket": OF_ALL | OF_WRITES | {"no ticket", "conflict"},
    "GetTicketDetail": OF_ALL | {"no ticket"},
    "GetTicketHistory": OF_ALL | {"no ticket"},
    "GetTicketList": OF_ALL,
    "GetOptionList": OF_ALL,
}
SYSTEM_ERROR = ("SYSTEM_ERROR", "システムエラーが発生しました。")
# What these examples are refused for, since their tickets are of another version; the rest is accepted.
REFUSED: dict[str, tuple[str, dict[str, str]]] = {
    name: ("EXCLUSION_FAILURE", {}) for name in ("UpdateIncident", "UpdateRequest")
}


@pytest.fixture
def described(shared_desk: DeskUnderTest) -> dict[str, Any]:
    """The document, as anybody can read it."""
    return shared_desk.transport.request("GET", "/openapi.json", b"", []).envelope


def _operation(described: Mapping[str, Any], action: str) -> Any:
    return described["paths"][f"/r/20221221/{action}.json"]["post"]


def _asked(described: Mapping[str, Any], action: str) -> Any:
    return _operation(described, action)["requestBody"]["content"]["application/json"]


def _json(described: Mapping[str, Any], action: str, status: int) -> Any:
    return _operation(described, action)["responses"][str(status)]["content"]["application/json"]


def _examples(described: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """The examples' values, references followed."""
    shared = described["components"]["examples"]
    return {
        name: (shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each)["value"]
        for name, each in content["examples"].items()
    }


def _faults(described: Mapping[str, Any], schema: Mapping[str, Any], value: Any) -> list[str]:
    """What a schema has against a value."""
    validator = OAS31Validator({**schema, "components": described["components"]})
    return [error.message for error in validator.iter_errors(value)]


def _table(described: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = described["components"]["schemas"][name]
    return found


def test_the_document_is_valid_openapi_3_1(described: dict[str, Any]) -> None:
    validate(described)
    assert described["openapi"].startswith("3.1.")


def test_it_describes_every_action_and_nothing_else(described: dict[str, Any]) -> None:
    assert set(described["paths"]) == {f"/r/20221221/{action}.json" for action in MAY_REFUSE}
    assert {method for path in described["paths"].values() for method in path} == {"post"}
    extensions = {action for action in MAY_REFUSE if "拡張" in _operation(described, action)["description"]}
    assert extensions == {"GetTicketList", "GetTicketHistory", "GetOptionList"}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_table_holds_the_contracts_parameters_and_requires_the_contracts(
    described: dict[str, Any], name: str
) -> None:
    table = _table(described, name)
    has_memos = name.endswith(tuple(KINDS.values()))
    assert set(table["properties"]) == {row.name for row in SCHEMAS[name]} | ({MEMOS} if has_memos else set())
    assert set(table["required"]) == set(NEEDED[name])
    assert table["additionalProperties"] is False


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_parameter_has_its_limit_its_label_and_an_example(described: dict[str, Any], name: str) -> None:
    properties = _table(described, name)["properties"]
    for row in SCHEMAS[name]:
        _assert_described(row, properties[row.name])
    for row in MEMO_MEMBERS if MEMOS in properties else ():
        _assert_described(row, properties[MEMOS]["items"]["properties"][row.name])


def _assert_described(row: Row, schema: Mapping[str, Any]) -> None:
    assert schema["type"] == "string"
    assert not schema["description"].isascii(), row.name
    if row.kind == "bytes":
        assert f"最大{row.maximum}バイト" in schema["description"]
    else:
        assert schema["maxLength"] == row.maximum, row.name
    examples = schema.get("examples", [])
    assert len(examples) == (0 if row.name in WITHOUT_EXAMPLE else 1), row.name
    assert [example for example in examples if not OAS31Validator(schema).is_valid(example)] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_enumerations_dates_and_numbers_are_narrowed_to_what_is_taken(described: dict[str, Any], name: str) -> None:
    properties = _table(described, name)["properties"]
    kind = next((kind for kind, word in KINDS.items() if name.endswith(word)), "")
    groups = GROUPS[:1] if name == "RegisterIncident" else GROUPS
    choices = {**CHOICES, "StateCode": STATES.get(kind, ()), "SupportedGroup": groups}
    for row in SCHEMAS[name]:
        schema = OAS31Validator(properties[row.name])
        if row.kind in {"enum", "type"}:
            taken = kind if row.kind == "type" else choices[row.name]
            assert set(properties[row.name]["enum"]) - {""} == set(taken)
        if row.kind in {"date", "lock"}:
            assert schema.is_valid("20220801000000")
            assert not schema.is_valid("2022-08-01")
        if row.kind == "lock":
            assert schema.is_valid("")


@pytest.mark.parametrize("action", MAY_REFUSE)
def test_an_action_shows_every_error_of_the_contract_that_it_may_answer(described: dict[str, Any], action: str) -> None:
    shown = _examples(described, _json(described, action, 200)).values()
    errors = {(each["ErrorType"], each["ErrorMessage"]) for each in _refusals(shown)}
    assert errors == {SYSTEM_ERROR, *(tuple(ERRORS[name][1:]) for name in MAY_REFUSE[action])}
    naming = {each["ErrorMessage"] for each in _refusals(shown) if "ErrorDetail" in each}
    assert naming == {ERRORS[name][2] for name in ("missing", "too long", "unknown", "empty", "wrong")}


def _refusals(values: Collection[Any]) -> list[dict[str, Any]]:
    return [value["ErrorResponse"] for value in values if "ErrorResponse" in value]


@pytest.mark.parametrize("action", MAY_REFUSE)
def test_an_action_shows_the_errors_outside_the_contract_by_their_status(
    described: dict[str, Any], action: str
) -> None:
    expected = {"400", "404", "405", "408", "413", "415", "429", "431"}
    if action in {"RegisterTicket", "UpdateTicket"}:
        expected.add("409")
    assert expected <= set(_operation(described, action)["responses"])
    known = {(str(status), error_type) for status, error_type, _ in ERRORS.values()}
    known |= {("408", "REQUEST_TIMEOUT"), ("429", "TOO_MANY_REQUESTS")}
    for status in expected:
        for refusal in _refusals(_examples(described, _json(described, action, int(status))).values()):
            assert (status, refusal["ErrorType"]) in known


@pytest.mark.parametrize("action", MAY_REFUSE)
def test_each_example_is_as_its_schema_says(described: dict[str, Any], action: str) -> None:
    contents = [
        _asked(described, action),
        *(_json(described, action, int(each)) for each in _operation(described, action)["responses"]),
    ]
    for content in contents:
        for name, value in _examples(described, content).items():
            assert _faults(described, content["schema"], value) == [], name


@pytest.mark.parametrize("action", MAY_REFUSE)
def test_each_example_is_accepted_or_refused_for_a_fact_of_its_ticket(
    described: dict[str, Any], shared_desk: DeskUnderTest, action: str
) -> None:
    for name, body in _examples(described, _asked(described, action)).items():
        answer = shared_desk.call(action, body)
        assert (answer.error_type, answer.detail) == REFUSED.get(name, ("", {})), name
        if name in REFUSED:
            echo = shared_desk.echo(body["TicketId"])
            lock = {wire: date for wire, date in echo.items() if wire in LOCK_DATES}
            assert shared_desk.call(action, {**body, **lock}).error is None


def test_real_answers_are_as_their_schemas_say(described: dict[str, Any], shared_desk: DeskUnderTest) -> None:
    calls: list[tuple[str, Mapping[str, Any]]] = [
        ("UpdateTicket", shared_desk.echo()),
        *(("GetTicketDetail", {"TicketId": ticket_id}) for ticket_id in (INCIDENT, REQUEST)),
        *(("GetTicketHistory", {"TicketId": ticket_id}) for ticket_id in (INCIDENT, REQUEST)),
        ("GetTicketList", {"Limit": "2"}),
        ("GetOptionList", {}),
        ("RegisterTicket", _examples(described, _asked(described, "RegisterTicket"))["RegisterRequest"]),
    ]
    for action, body in calls:
        answer = shared_desk.call(action, {**who(YAMADA), **body})
        content = _json(described, action, 200)
        assert answer.error is None
        assert _faults(described, content["schema"], answer.envelope) == []
        # A schema forgives what it does not name; the answer holds exactly what one of them names.
        assert _names(answer.envelope) in [_names(each) for each in _successes(described, content)], action
        spoiled = shared_desk.call(action, {**who(YAMADA), **body, "Unknown": "1", "ServiceCode": ""})
        assert _faults(described, content["schema"], spoiled.envelope) == []
        documented = _operation(described, action)["responses"]["200"]["headers"]
        assert {name.lower() for name in documented} <= set(answer.headers)


def _successes(described: Mapping[str, Any], content: Mapping[str, Any]) -> list[Any]:
    return [value for name, value in _examples(described, content).items() if name.startswith("success")]


def _names(value: Any) -> Any:
    """The names of an answer's members, at every depth; a list is told by its first element."""
    if isinstance(value, dict):
        return {name: _names(member) for name, member in value.items()}
    return [_names(each) for each in value[:1]] if isinstance(value, list) else ""

"""What the package offers by name: pinned, equal for both clients, typed, and complete beside the tables."""

import asyncio
import inspect
import json
import re
import shutil
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import unyo
from support.processes import Finished, ended
from support.tools import lacks
from support.tree import ROOT
from unyo import client as client_package
from unyo.client import AsyncClient, Client, Incident, Request, State, Ticket, errors
from unyo.client.aio import AsyncMemos, AsyncTickets
from unyo.client.choices import ENUMS
from unyo.client.kinds import Changes, NewIncident, NewRequest
from unyo.client.lists import Filters
from unyo.client.sync import Memos, Tickets
from unyo.testkit import YAMADA, Uom
from unyo.tickets.field_tables import BY_KEY, GET_TICKET_LIST, TICKET_TABLES
from unyo.tickets.fields import Choice, Use
from unyo.uom.envelopes import ERRORS, Failure

SAMPLE = Path(__file__).with_name("sample") / "program.py"
NAMES = """
AddMemo Answered AnyKind AsyncClient AuthFailure BadRequest CallIdReused Changes Clash Client Credentials DeleteMemo
EditMemo ExclusionFailure FieldChange Filters HeadersTooLarge HistoryEntry Incident InvalidCallId InvalidJson Memo
MemoOperation MethodNotAllowed NewIncident NewRequest NoAnswer NoRolesToClose NoTicketId NotFound NotOffered NotReached
NotTheApi OnConflict Option OtherRefusal ParameterError ParameterRequired ParameterTooLong PayloadTooLarge Refused
Request RequestTimeout State SupportedGroup SystemFailure Ticket TicketKind TicketSummary TooManyRequests TransportError
UnsupportedMediaType UnyoError Way WrongCredentials
"""
TREE = """
UnyoError
  Answered
    Refused
      AuthFailure
      BadRequest
      CallIdReused
      ExclusionFailure
      HeadersTooLarge
      InvalidCallId
      InvalidJson
      MethodNotAllowed
      NoRolesToClose
      NoTicketId
      NotFound
      OtherRefusal
      ParameterError
      ParameterRequired
      ParameterTooLong
      PayloadTooLarge
      RequestTimeout
      TooManyRequests
      UnsupportedMediaType
    SystemFailure
  NotOffered
  TransportError
    NoAnswer
      NotTheApi
    NotReached
  WrongCredentials
"""
METHODS = {
    Client: {"close", "from_profile", "options", "raw"},
    Tickets: {"approve", "get", "history", "list", "register", "request_close", "send_back", "update"},
    Memos: {"add", "delete", "edit"},
}
BOTH = ((Client, AsyncClient), (Tickets, AsyncTickets), (Memos, AsyncMemos))


def test_the_exported_names_are_these() -> None:
    assert sorted(client_package.__all__) == sorted(NAMES.split())
    assert unyo.__all__ == ["AsyncClient", "Client", "__version__"]
    assert (unyo.Client, unyo.AsyncClient) == (Client, AsyncClient)
    with pytest.raises(AttributeError, match="no attribute 'Klient'"):
        _ = unyo.Klient


def test_whoever_waits_starts_without_asyncio() -> None:
    told = _checked(sys.executable, "-c", "import sys; from unyo import Client; print('asyncio' in sys.modules)")
    assert (told.status, told.out) == (0, "False\n")
    with pytest.raises(AttributeError, match="no attribute 'Klient'"):
        _ = client_package.Klient


def test_the_exception_tree_is_this() -> None:
    def _drawn(kind: type[Exception], depth: int = 0) -> list[str]:
        below = sorted(kind.__subclasses__(), key=lambda each: each.__name__)
        return ["  " * depth + kind.__name__, *(line for each in below for line in _drawn(each, depth + 1))]

    assert _drawn(errors.UnyoError) == TREE.strip().splitlines()
    described = re.findall(r"[A-Z]\w+", str(errors.__doc__).split("::")[1])
    assert {name for name in TREE.split() if name != "Answered"} <= set(described)


def test_every_error_type_has_its_class() -> None:
    told = {code.error_type for code in (*ERRORS.values(), *(failure.value for failure in Failure))}
    assert set(errors.BY_TYPE) == told
    assert len(set(errors.BY_TYPE.values())) == len(told)


def _public(kind: type) -> set[str]:
    return {name for name, value in vars(kind).items() if callable(value) or isinstance(value, classmethod)} - {
        name for name in vars(kind) if name.startswith("_")
    }


def _signature(kind: type, name: str) -> str:
    """As an editor shows it, without what awaiting adds."""
    found = str(inspect.signature(getattr(kind, name)))
    for pattern, told in (
        (r"Async(Iterator|BaseTransport|Client)", r"\1"),
        (r"collections\.abc\.Awaitable\[None\]", "None"),
    ):
        found = re.sub(pattern, told, found)
    return re.sub(r"<(built-in )?function sleep[^>]*>", "sleep", found)


@pytest.mark.parametrize(("waits", "awaits"), BOTH)
def test_both_clients_offer_the_same(waits: type, awaits: type) -> None:
    assert _public(waits) == _public(awaits) == METHODS[waits]
    for name in (*METHODS[waits], "__init__"):
        if name != "__init__" or waits is Client:
            assert _signature(waits, name) == _signature(awaits, name)
        if name not in {"__init__", "from_profile"}:
            assert inspect.getdoc(getattr(waits, name))
            made = getattr(awaits, name)
            assert inspect.iscoroutinefunction(made) or inspect.isasyncgenfunction(made)


@pytest.mark.parametrize(("kind", "use"), [(Incident, Use.UPDATE_INCIDENT), (Request, Use.UPDATE_REQUEST)])
def test_a_kind_has_the_fields_of_its_table(kind: type[Ticket], use: Use) -> None:
    keys = TICKET_TABLES[use].value_keys
    assert set(kind.__annotations__) == keys
    assert kind.kind.name == use.name.partition("_")[2]
    assert keys <= set(Changes.__annotations__)


def test_what_a_registration_must_have_is_what_its_table_requires() -> None:
    for made, use in ((NewIncident, Use.REGISTER_INCIDENT), (NewRequest, Use.REGISTER_REQUEST)):
        table = TICKET_TABLES[use]
        assert set(made.__annotations__) == table.value_keys
        assert made.__required_keys__ == {row.key for row in table.rows if row.mark.must_be_there} & table.value_keys


def test_the_choices_are_those_of_the_tables() -> None:
    fixed = {
        key: [
            choice
            for table in TICKET_TABLES.values()
            for row in table.rows
            if row.key == key
            for choice in _choices(row.kind)
        ]
        for key in BY_KEY
        if any(isinstance(row.kind, Choice) for table in TICKET_TABLES.values() for row in table.rows if row.key == key)
    }
    assert set(fixed) == set(ENUMS)
    for key, choices in fixed.items():
        assert {each.value for each in ENUMS[key]} == set(choices)


def _choices(kind: object) -> tuple[str, ...]:
    return kind.choices if isinstance(kind, Choice) else ()


def test_a_list_may_be_asked_for_all_that_its_table_has() -> None:
    paging = {"service_code", "master_id", "limit", "cursor"}
    asked = {row.key for row in GET_TICKET_LIST.rows} - paging
    renamed = {"ticket_kind": "kind", "sort_object": "sort", "sort_order": "descending"}
    assert {renamed.get(key, key) for key in asked} == set(Filters.__annotations__)


@pytest.mark.parametrize(
    "name", [name for name in NAMES.split() if name not in {"AnyKind", "MemoOperation", "OnConflict"}]
)
def test_every_name_says_what_it_is(name: str) -> None:
    assert inspect.getdoc(getattr(client_package, name))


def test_the_package_is_typed() -> None:
    assert (Path(unyo.__file__).parent / "py.typed").is_file()


def _checked(*command: str | Path) -> Finished:
    return ended(
        *command, folder=ROOT, variables={"PYTHONPATH": str(ROOT / "src"), "MYPYPATH": str(ROOT / "src")}, seconds=90
    )


def _mypy(program: Path, cache: Path) -> Finished:
    return _checked(sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={cache}", program)


def _pyright(program: Path, folder: Path) -> Finished:
    pyright = Path(sys.executable).with_name("pyright")
    if not pyright.exists():
        lacks("needs pyright: make install")
    settings = folder / "pyrightconfig.json"
    strict = {"typeCheckingMode": "strict", "include": [program.name], "extraPaths": [str(ROOT / "src")]}
    settings.write_text(json.dumps(strict), encoding="utf-8")
    return _checked(pyright, "--project", settings, "--pythonpath", sys.executable)


# What a type checker must refuse, each in a copy of the program.
WRONG = {
    "a field that is not there": ("ticket.title = title", "ticket.titel = title"),
    "a date as a text": ("datetime.now(UTC) + timedelta(days=2)", '"20260401090000"'),
    "a field that must be given": ('        substate="未対応",\n', ""),
    "a text where a ticket is needed": ("client.tickets.update(ticket)", "client.tickets.update(7)"),
    "a way to meet a conflict": ('"merge"', '"win"'),
}


def test_mypy_takes_the_sample_strictly_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    right = _mypy(SAMPLE, tmp_path / "cache")
    assert (right.status, right.out) == (0, "Success: no issues found in 1 source file\n")
    text = SAMPLE.read_text(encoding="utf-8")
    for number, (before, after) in enumerate(WRONG.values()):
        assert before in text
        spoilt = tmp_path / f"spoilt{number}.py"
        spoilt.write_text(text.replace(before, after), encoding="utf-8")
        assert _mypy(spoilt, tmp_path / "cache").status == 1, before


def test_pyright_takes_the_sample_strictly(tmp_path: Path) -> None:
    program = Path(shutil.copy(SAMPLE, tmp_path))
    right = _pyright(program, tmp_path)
    assert (right.status, right.out.strip()) == (0, "0 errors, 0 warnings, 0 informations"), right
    before, after = WRONG["a field that is not there"]
    program.write_text(SAMPLE.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    assert _pyright(program, tmp_path).status == 1


def _sample(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(SAMPLE.parent)
    return import_module(SAMPLE.stem)


def test_the_sample_does_what_it_says(client: Client, uom: Uom, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = _sample(monkeypatch)
    ticket = sample.alert(client, "CPU使用率が高い", "web01")
    assert sample.take(client, ticket, YAMADA.master_id) is State.IN_PROGRESS
    assert sample.overdue(client, datetime.max.replace(tzinfo=UTC))[-1].ticket_id == ticket.ticket_id
    assert sample.retitle(client, ticket.ticket_id, "別の件名") == "別の件名"
    assert sample.retitle(client, ticket.ticket_id, "") == "Title"
    assert asyncio.run(sample.memo(uom.async_client(), ticket.ticket_id, "メモ")) == [YAMADA.master_id] * 4
    assert sample.finish(client, client.tickets.get(ticket.ticket_id), YAMADA.master_id).state == "クローズ承認待ち"

"""The actions: the wire's names, their parameter tables, and the commands they ask for."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from unyo.tickets import build
from unyo.tickets.commands import Command
from unyo.tickets.errors import Refusal, first_refusal
from unyo.tickets.field_tables import (
    GET_OPTION_LIST,
    GET_TICKET_DETAIL,
    GET_TICKET_HISTORY,
    GET_TICKET_LIST,
    REGISTRATIONS,
    TICKET_TABLES,
)
from unyo.tickets.fields import FieldTable, Use
from unyo.tickets.model import TicketKind
from unyo.tickets.validation import Given, choose_use, examine

from . import answers
from .answers import Member, detail_members

API_VERSION: Final = "20221221"
ACTIONS_PATH: Final = "/r/"
"""Below it stand the actions, under the version of the API."""
PATH: Final = f"{ACTIONS_PATH}{API_VERSION}/{{action}}.json"
_NAMED: Final = re.compile(rf"{ACTIONS_PATH}[^/]+/([A-Za-z]+)\.json")
CALL_ID_HEADER: Final = "x-iijapi-unyo-call"

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its parameter tables, its answers (one a ticket kind where they differ), how it is read.

    ``writes`` says that it changes tickets, and so takes a call id; ``is_extension`` that it is ours and not
    the vendor's. ``read`` judges checks 2 to 7.
    """

    name: str
    label: str
    tables: tuple[FieldTable, ...]
    answers: tuple[tuple[Member, ...], ...]
    read: Callable[[Body], Command | Refusal]
    writes: bool = False
    is_extension: bool = False

    @property
    def path(self) -> str:
        """The path to which it is posted."""
        return PATH.format(action=self.name)


def action_named(path: str) -> str:
    """What a path calls an action, in whatever version of the API, be there one of that name or not; else ``""``."""
    found = _NAMED.fullmatch(path)
    return found[1] if found else ""


def _with_kind(make: Callable[[Use, Given], Command], *, registration: bool) -> Callable[[Body], Command | Refusal]:
    """Reads an action whose table is picked by TicketProcessType."""

    def read(body: Body) -> Command | Refusal:
        use = choose_use(body, registration=registration)
        if isinstance(use, Refusal):
            return use
        return _examined(TICKET_TABLES[use], body, lambda given: make(use, given))

    return read


def _with_table(make: Callable[[Given], Command], table: FieldTable) -> Callable[[Body], Command | Refusal]:
    """Reads an action with one table."""
    return lambda body: _examined(table, body, make)


def _examined(table: FieldTable, body: Body, make: Callable[[Given], Command]) -> Command | Refusal:
    given = examine(table, body)
    if isinstance(given, Given):
        return make(given)
    refused = first_refusal(given)
    assert refused is not None
    return refused


_ALL = (
    Action(
        "RegisterTicket",
        "チケット登録",
        tuple(TICKET_TABLES[use] for use in Use if use in REGISTRATIONS),
        (answers.REGISTERED,),
        _with_kind(build.register_ticket, registration=True),
        writes=True,
    ),
    Action(
        "GetTicketDetail",
        "チケット詳細情報取得",
        (GET_TICKET_DETAIL,),
        tuple(detail_members(kind) for kind in TicketKind),
        _with_table(build.show_ticket, GET_TICKET_DETAIL),
    ),
    Action(
        "UpdateTicket",
        "チケット更新",
        tuple(TICKET_TABLES[use] for use in Use if use not in REGISTRATIONS),
        (answers.UPDATED,),
        _with_kind(build.update_ticket, registration=False),
        writes=True,
    ),
    Action(
        "GetTicketList",
        "チケット一覧取得",
        (GET_TICKET_LIST,),
        (answers.LIST,),
        _with_table(build.list_tickets, GET_TICKET_LIST),
        is_extension=True,
    ),
    Action(
        "GetTicketHistory",
        "チケット更新履歴取得",
        (GET_TICKET_HISTORY,),
        (answers.HISTORY,),
        _with_table(build.show_history, GET_TICKET_HISTORY),
        is_extension=True,
    ),
    Action(
        "GetOptionList",
        "選択肢取得",
        (GET_OPTION_LIST,),
        (answers.OPTIONS,),
        _with_table(build.list_options, GET_OPTION_LIST),
        is_extension=True,
    ),
)

ACTIONS: Final[Mapping[str, Action]] = {action.name: action for action in _ALL}

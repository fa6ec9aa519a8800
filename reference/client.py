"""The page about the client, read from its docstrings, signatures and tables."""

import inspect
from collections.abc import Iterator
from typing import Final

from unyo import client
from unyo.client import Client, errors, lists, profiles
from unyo.client.calls import TRIES
from unyo.client.choices import ENUMS
from unyo.client.credentials import variable
from unyo.client.sync import Memos, Tickets
from unyo.client.tickets import is_value
from unyo.client.transport import DEFAULT_TIMEOUT
from unyo.tickets.field_tables import REGISTRATION_OF, TICKET_TABLES, UPDATE_OF
from unyo.tickets.fields import Date, Row
from unyo.tickets.model import TicketKind

from .described import described, first_sentence, signature, type_of
from .markdown import code, page, table

_INTRODUCTION: Final = f"""\
`from unyo import Client, AsyncClient`; everything else that is named here comes from `unyo.client`. `AsyncClient`
offers the same by the same names: its methods are awaited, its lists are read with `async for`, and it stands in
an `async with` block. A time-out of {DEFAULT_TIMEOUT:g} s and {TRIES} tries at the most hold where nothing else is
said."""
_PLACES: Final = """\
Each value is looked up by itself: where it is given, else in the environment, else in the profile, which is the given
one, the one that `{}` names, or `{}`. The profiles are tables of the TOML file `unyo/profiles.toml` in
`$XDG_CONFIG_HOME` or `~/.config`, or of the file that `{}` names."""
_FIELDS: Final = """\
A date is an aware `datetime` in whole seconds, or None; everything else is a text, `""` where nothing is set. Limits
and meanings stand with the parameters in [actions.md](actions.md)."""
_TYPES: Final = (
    ("AnyKind", "an `Incident` or a `Request`"),
    ("Changes", "the keywords of an update"),
    ("NewIncident", "the keywords of an incident's registration"),
    ("NewRequest", "the keywords of a request's registration"),
    ("Filters", "the keywords of a list"),
    ("MemoOperation", "an `AddMemo`, an `EditMemo` or a `DeleteMemo`"),
    ("OnConflict", '`"raise"`, `"retry"` or `"merge"`'),
    ("TicketKind", "`INCIDENT` or `REQUEST`"),
    ("Credentials", "who calls, and where"),
)
_OWNERS: Final = ((Client, "client"), (Tickets, "client.tickets"), (Memos, "client.tickets.memo"))
_MARKS: Final = {True: "must be given", False: ""}


def client_page() -> str:
    """Every method, class, field, choice and error."""
    return page(
        "The Python client",
        _INTRODUCTION,
        "## Who calls, and where",
        _PLACES.format(profiles.PROFILE_VARIABLE, profiles.DEFAULT, profiles.FILE_VARIABLE),
        table(["value", "variable"], ([code(name), code(variable(name))] for name in profiles.NAMES)),
        *_methods(),
        "## Filters of a list",
        described(lists.Filters),
        table(
            ["filter", "type"],
            ([code(name), code(type_of(kind))] for name, kind in lists.Filters.__annotations__.items()),
        ),
        *_kinds(),
        "## Choices",
        table(
            ["class", "member", "value"],
            (
                [code(enum.__name__), code(each.name), each.value]
                for enum in dict.fromkeys(ENUMS.values())
                for each in enum
            ),
        ),
        "## What is read and written beside tickets",
        table(["class", "attributes", ""], _records()),
        "## Types to annotate with",
        table(["type", ""], ([code(name), what] for name, what in _TYPES)),
        "## Errors",
        f"```text\n{_tree()}\n```",
        described(errors.Answered),
        table(["class", "`error_type`", "meaning"], _errors(errors.UnyoError)),
    )


def _methods() -> Iterator[str]:
    for owner, name in _OWNERS:
        yield f"## {name}"
        if owner is Client:
            yield f"```text\n{signature('Client', Client)}\n```"
        yield described(owner)
        for method, found in vars(owner).items():
            if not method.startswith("_") and (callable(found) or isinstance(found, classmethod)):
                bound = getattr(owner, method)
                yield f"### {name if method != 'from_profile' else 'Client'}.{method}"
                yield f"```text\n{signature(method, bound)}\n```"
                yield described(bound)


def _kinds() -> Iterator[str]:
    yield "## Fields of a ticket"
    yield _FIELDS
    for kind in TicketKind:
        new = TICKET_TABLES[REGISTRATION_OF[kind]].by_key
        rows = [row for row in TICKET_TABLES[UPDATE_OF[kind]].rows if is_value(row)]
        yield f"### {kind.name.capitalize()}"
        yield table(
            ["attribute", "parameter", "", "type", "registration"],
            (
                [code(row.key), code(row.wire), row.parameter.label, _of(row), _MARKS[new[row.key].mark.must_be_there]]
                for row in rows
            ),
        )


def _of(row: Row) -> str:
    return code("datetime" if isinstance(row.kind, Date) else ENUMS[row.key].__name__ if row.key in ENUMS else "str")


def _records() -> Iterator[list[str]]:
    for name in ("Ticket", "Memo", "TicketSummary", "HistoryEntry", "FieldChange", "Option", "Clash"):
        kind = getattr(client, name)
        own = ("ticket_id", "memos", "assignee_name", "more", "changes", "updated_at") if name == "Ticket" else None
        named = own or kind.__dataclass_fields__
        yield [code(name), " ".join(code(each) for each in named), first_sentence(kind)]
    for name in ("AddMemo", "EditMemo", "DeleteMemo"):
        kind = getattr(client, name)
        yield [code(name), " ".join(code(each) for each in kind.__dataclass_fields__), first_sentence(kind)]


def _tree() -> str:
    return inspect.cleandoc(str(errors.__doc__).partition("::")[2].strip("\n"))


def _errors(kind: type[Exception]) -> Iterator[list[str]]:
    yield [code(kind.__name__), code(getattr(kind, "error_type", "")), first_sentence(kind)]
    for below in kind.__subclasses__():
        yield from _errors(below)

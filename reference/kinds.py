"""The kinds of tickets as Python types, from the parameter tables: a module of the client that is generated."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from unyo.client.choices import ENUMS
from unyo.client.tickets import is_value
from unyo.tickets.field_tables import REGISTRATION_OF, TICKET_TABLES, UPDATE_OF
from unyo.tickets.fields import Date, Row, Text, Unit
from unyo.tickets.model import TicketKind

PATH: Final = Path(__file__).parents[1] / "src" / "unyo" / "client" / "kinds.py"

_NAMES: Final = {TicketKind.INCIDENT: ("Incident", "インシデント"), TicketKind.REQUEST: ("Request", "リクエスト")}
_HEAD: Final = '''"""The kinds of tickets as types; generated from the parameter tables by `make reference`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NotRequired, TypedDict

from unyo.tickets.model import TicketKind

from .choices import State, SupportedGroup, Way
from .tickets import Ticket
'''


def kinds() -> str:
    """The module."""
    parts = [_HEAD]
    for kind, (name, label) in _NAMES.items():
        update, register = TICKET_TABLES[UPDATE_OF[kind]], TICKET_TABLES[REGISTRATION_OF[kind]]
        values = [row for row in update.rows if is_value(row)]
        parts.append("\n".join(_class(name, label, kind, values)))
        new = [row for row in register.rows if is_value(row)]
        parts.append("\n".join(_typed_dict(f"New{name}", f"What a new {name.lower()} is registered with.", new)))
    every = {row.key: row for use in UPDATE_OF.values() for row in TICKET_TABLES[use].rows if is_value(row)}
    parts.append("\n".join(_changes(list(every.values()))))
    known = ", ".join(f"TicketKind.{kind.name}.value: {name}" for kind, (name, _) in _NAMES.items())
    parts.append(f"AnyKind = {' | '.join(name for name, _ in _NAMES.values())}\n")
    parts.append(
        f'KINDS: Final[Mapping[str, type[AnyKind]]] = {{{known}}}\n"""The class of each kind, by the wire."""\n'
    )
    return "\n\n".join(parts)


def _class(name: str, label: str, kind: TicketKind, rows: list[Row]) -> Iterator[str]:
    yield f"class {name}(Ticket):"
    yield f'    """{label}."""\n'
    yield f"    kind = TicketKind.{kind.name}\n"
    for row in rows:
        yield f"    {row.key}: {_type(row)}"
        yield f'    """{_about(row)}"""'
    yield ""


def _typed_dict(name: str, about: str, rows: list[Row]) -> Iterator[str]:
    yield f"class {name}(TypedDict):"
    yield f'    """{about}"""\n'
    for row in rows:
        kind = _type(row)
        yield f"    {row.key}: {kind if row.mark.must_be_there else f'NotRequired[{kind}]'}"
    yield ""


def _changes(rows: list[Row]) -> Iterator[str]:
    yield "class Changes(TypedDict, total=False):"
    yield '    """What an update may change, in tickets of either kind."""\n'
    for row in rows:
        yield f"    {row.key}: {_type(row)}"
    yield ""


def _type(row: Row) -> str:
    if isinstance(row.kind, Date):
        return "datetime | None"
    return f"{ENUMS[row.key].__name__} | str" if row.key in ENUMS else "str"


def _about(row: Row) -> str:
    kind = row.kind
    assert isinstance(kind, Text)
    if isinstance(kind, Date):
        return f"{row.parameter.label}: a date, aware."
    unit = "bytes of UTF-8" if kind.unit is Unit.BYTES else "characters"
    return f"{row.parameter.label}: at most {kind.maximum} {unit}."

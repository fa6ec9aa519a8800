"""What JSON has no types for: moments, people of the cast, operations on memos, a ticket's fields by our names."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Annotated, Any, Final, Literal, get_type_hints

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from unyo.cast import CAST, Actor
from unyo.client import AddMemo, Changes, DeleteMemo, EditMemo, NewIncident, NewRequest

STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
"""A member is of its type or wrong, and so is one that is not known: whoever misspells something must hear of it."""

_MOMENT: Final = "a moment with its zone, such as 2026-04-01T09:00:00+09:00"
_PEOPLE: Final[Mapping[str, Actor]] = {actor.master_id: actor for actor in CAST}
_NAMED: Final = ", ".join(f"{actor.master_id} ({actor.name})" for actor in CAST)


def _moment(value: object) -> datetime:
    """Read no numbers: the wire's fourteen digits would pass for milliseconds, which are another moment."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and "-" in value[:5] else None
    except ValueError:
        found = None
    if found is None or found.utcoffset() is None:
        raise PydanticCustomError("moment", "must be {what}", {"what": _MOMENT})
    return found


def _someone(value: object) -> Actor:
    found = _PEOPLE.get(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("someone", "must be a master ID of the cast: {named}", {"named": _NAMED})
    return found


Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"title": _MOMENT})]
Someone = Annotated[Actor, BeforeValidator(_someone), WithJsonSchema({"title": "a master ID of the cast"})]


def _operation(name: str, kind: type[Any]) -> Any:
    """An operation on memos: the members of its class, and what is done."""
    hints = get_type_hints(kind)
    members: dict[str, Any] = {each.name: (hints[each.name], ...) for each in fields(kind)}
    members["operation"] = (Literal[name], ...)
    shape = create_model(kind.__name__, __config__=STRICT, **members)

    def _made(given: BaseModel) -> Any:
        return kind(**given.model_dump(exclude={"operation"}))

    return Annotated[shape, AfterValidator(_made)]


MEMO_OPERATIONS: Final = {"add": AddMemo, "edit": EditMemo, "delete": DeleteMemo}
"""What can be done to memos, by its name in JSON."""
_ANY_OPERATION: Any = reduce(or_, (_operation(name, kind) for name, kind in MEMO_OPERATIONS.items()))
MemoOperations = Annotated[
    list[Annotated[_ANY_OPERATION, Field(discriminator="operation")]],
    WithJsonSchema(
        {"title": 'a list of {"operation": "add", "text"}, {…: "edit", "number", "text"} and {…: "delete", "number"}'}
    ),
]


def _some_of(members: type[Any]) -> type[BaseModel]:
    """A ticket's fields by our names, as many of them as somebody likes."""
    hints = get_type_hints(members)
    optional: dict[str, Any] = {name: (_FIELD_KINDS.get(hint, hint), None) for name, hint in hints.items()}
    return create_model(members.__name__, __config__=STRICT, **optional)


_FIELD_KINDS: Final[Mapping[Any, Any]] = {datetime | None: Moment | None}
CHANGES: Final = Annotated[_some_of(Changes), WithJsonSchema({"title": "fields of the ticket by our names"})]
"""What can be changed in a ticket."""
NEW: Final = {"incident": _some_of(NewIncident), "request": _some_of(NewRequest)}
"""What a new ticket of a kind can be given."""

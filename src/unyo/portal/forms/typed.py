"""What was typed into a form of a ticket: fields, memos, and what was put aside. Nothing of it is ever dropped."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from starlette.datastructures import FormData

from unyo.tickets.errors import Fault
from unyo.tickets.field_tables import MEMO_NUMBER, MEMO_OPERATION, MEMO_TEXT, MEMOS
from unyo.tickets.fields import FieldTable
from unyo.tickets.memo_list import ADD, DELETE, EDIT
from unyo.tickets.merging import memo_name

from .fields import with_line_feeds
from .sheet import sent
from .writing import CALL_ID, call_id_of

VERSION: Final = "version"
"""The form's field with the version of the ticket that was read."""
NEW_MEMO: Final = MEMO_TEXT.wire
"""The name of the input for a new memo; further ones have a number behind it."""
ASIDE: Final = "aside."
"""What stands before the name of a field that is not asked for as things stand: it is kept, and not sent on."""
GONE: Final = "gone."
"""What stands before the number of a memo that is to be deleted."""

_NEW: Final = re.compile(rf"{NEW_MEMO}(\.[1-9][0-9]{{0,8}})?")
MEMO_INPUT: Final = re.compile(r"memos\.([1-9][0-9]{0,8})")
_DELETED: Final = re.compile(rf"{re.escape(GONE)}([1-9][0-9]{{0,8}})")
_VERSION: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form held: fields by the wire's names, memos by the names of their inputs.

    ``version`` is 0 where the form does not say which version of the ticket it was made of: then every change of the
    ticket came after it.
    """

    fields: Mapping[str, str]
    new: Mapping[str, str] = field(default_factory=dict)
    edited: Mapping[int, str] = field(default_factory=dict)
    deleted: frozenset[int] = frozenset()
    aside: Mapping[str, str] = field(default_factory=dict)
    call_id: str = ""
    version: int = 0

    @property
    def shown(self) -> dict[str, str]:
        """The fields as the form shows them again."""
        return {**self.aside, **self.fields}

    @property
    def memos(self) -> dict[str, str]:
        """The texts of memos by the names of their inputs."""
        return {**{memo_name(number): text for number, text in self.edited.items()}, **self.new}

    def operations(self) -> list[dict[str, str]]:
        """What is to be done with memos, as a call of the API says it; an empty new one is none."""
        number, operation, text = MEMO_NUMBER.wire, MEMO_OPERATION.wire, MEMO_TEXT.wire
        return [
            *({number: str(n), operation: EDIT, text: said} for n, said in self.edited.items()),
            *({number: str(n), operation: DELETE} for n in sorted(self.deleted)),
            *({operation: ADD, text: said} for said in self.new.values() if said),
        ]

    def beside_inputs(self, faults: Iterable[Fault]) -> list[Fault]:
        """The same faults, those of memos by the names of their inputs."""
        names = [
            *map(memo_name, self.edited),
            *("" for _ in self.deleted),
            *(name for name, said in self.new.items() if said),
        ]
        places = {f"{MEMOS.wire}.{position}": name for position, name in enumerate(names, 1)}
        return [replace(fault, path=places.get(".".join(fault.path.split(".")[:2]), fault.path)) for fault in faults]


def typed_into(form: FormData, table: FieldTable) -> Typed:
    """What a form held."""
    texts = {name: with_line_feeds(text) for name, text in form.multi_items() if isinstance(text, str)}
    return Typed(
        fields=sent(texts, table),
        new={name: text for name, text in texts.items() if is_new_memo(name)},
        edited={int(found[1]): text for name, text in texts.items() if (found := MEMO_INPUT.fullmatch(name))},
        deleted=frozenset(int(found[1]) for name in texts if (found := _DELETED.fullmatch(name))),
        aside={name: texts[ASIDE + name] for name in table.by_wire if ASIDE + name in texts and name not in texts},
        call_id=call_id_of(texts.get(CALL_ID, "")),
        version=version_of(texts.get(VERSION, "")),
    )


def is_new_memo(name: str) -> bool:
    """Whether an input of that name is for a new memo."""
    return _NEW.fullmatch(name) is not None


def version_of(text: str) -> int:
    """The version of a ticket that a form says; 0 where it says none."""
    return int(text) if _VERSION.fullmatch(text) else 0

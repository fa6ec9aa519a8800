"""The small forms of a ticket's page, for memos and for the steps of a close: each is one update of the ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from starlette.datastructures import FormData

from unyo.portal.visit import Visit
from unyo.portal.words.language import Words
from unyo.portal.words.wording import fault_says
from unyo.services.ports import Done
from unyo.tickets.build import update_ticket
from unyo.tickets.directory import Service
from unyo.tickets.errors import Fault, Reason
from unyo.tickets.field_tables import BY_KEY, TICKET_TABLES, UPDATE_OF
from unyo.tickets.fields import Row, Text
from unyo.tickets.memo_list import memo_path
from unyo.tickets.model import Ticket
from unyo.tickets.transitions import Transition
from unyo.tickets.validation import examine

from .fields import Field, with_line_feeds
from .sheet import body, lock_of, sheet
from .typed import VERSION, version_of
from .writing import carry_out

TEXT: Final = "text"
APPROVER: Final = BY_KEY["approver"].wire


@dataclass(frozen=True, slots=True)
class SmallForm:
    """A small form as it was sent: which one, what was typed, and what was found to be wrong with it.

    ``number`` is the memo that it is about; ``others`` are the fields that the ticket lacked, by the wire's names.
    """

    form: str = ""
    number: str = ""
    text: str = ""
    approver: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
    faults: Sequence[Fault] = ()

    @property
    def is_conflict(self) -> bool:
        """Whether somebody else had saved the ticket."""
        return any(fault.reason is Reason.CONFLICT for fault in self.faults)


NOTHING: Final = SmallForm()


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong with a small form, in words: beside its text, beside the approver, and with the whole."""

    text: tuple[str, ...] = ()
    approver: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


def read_form(form: FormData, name: str, number: str = "") -> SmallForm:
    """What was typed into the small form of that name."""
    return SmallForm(
        name,
        number,
        _text(form, TEXT),
        _text(form, APPROVER),
        {key: _text(form, key) for key in form},
        version_of(_text(form, VERSION)),
    )


def lacking_rows(ticket: Ticket) -> tuple[Row, ...]:
    """The fields that every update must give a value and that the ticket holds none of."""
    return tuple(row for row in _needed_rows(ticket) if not ticket.values[row.key])


def lacking(ticket: Ticket, service: Service, words: Words, typed: SmallForm, form: str) -> tuple[Field, ...]:
    """The same as fields of one of the small forms, so that they can be filled in with whatever is done next."""
    rows = lacking_rows(ticket)
    if not rows:
        return ()
    made = sheet(UPDATE_OF[ticket.kind], service, words, typed.others, typed.faults)
    return tuple(
        replace(shown, form=form, faults=shown.faults if typed.form == form else ())
        for _, fields in made.groups
        for shown in fields
        if shown.row in rows
    )


def told(typed: SmallForm, ticket: Ticket, words: Words) -> Told:
    """What is wrong with a small form, but for what stands beside the fields that the ticket lacked."""
    found: dict[str, list[str]] = {"text": [], "approver": [], "whole": []}
    by_wire = TICKET_TABLES[UPDATE_OF[ticket.kind]].by_wire
    elsewhere = {row.wire for row in lacking_rows(ticket)}
    for fault in typed.faults:
        # Who approves names no one but themselves.
        is_own_right = fault.path == APPROVER and typed.form == Transition.APPROVE
        says = fault_says(Reason.NO_RIGHT_TO_CLOSE if is_own_right else fault.reason, words)
        if fault.path.startswith(memo_path(1)):
            found["text"].append(says)
        elif fault.path == APPROVER and not is_own_right:
            found["approver"].append(says)
        elif fault.path not in elsewhere:
            row = None if is_own_right else by_wire.get(fault.path)
            found["whole"].append(f"{words.meaning(row.parameter.label)}: {says}" if row else says)
    return Told(*(tuple(dict.fromkeys(texts)) for texts in found.values()))


async def update(
    visit: Visit, ticket: Ticket, typed: SmallForm, values: Mapping[str, str], memos: list[dict[str, str]]
) -> Done | Sequence[Fault]:
    """Carry a small form out: ``values`` by the wire's names; whatever else an update must give stays as it is."""
    use, who = UPDATE_OF[ticket.kind], (visit.here.code, visit.me.master_id)
    filled = {row.wire: typed.others[row.wire] for row in lacking_rows(ticket) if row.wire in typed.others}
    asked = {
        **{row.wire: _wire(row, ticket) for row in _needed_rows(ticket)},
        **body(use, filled, visit.words, who, memos),
        **{name: typed.others[name] for name in lock_of(ticket) if name in typed.others},
        **values,
    }
    given = examine(TICKET_TABLES[use], asked)
    if isinstance(given, list):
        return given
    return await carry_out(visit, update_ticket(use, given))


def _needed_rows(ticket: Ticket) -> tuple[Row, ...]:
    table = TICKET_TABLES[UPDATE_OF[ticket.kind]]
    return tuple(row for row in table.rows if row.key in table.value_keys and row.mark.must_be_there)


def _wire(row: Row, ticket: Ticket) -> str:
    assert isinstance(row.kind, Text)
    return row.kind.format(ticket.values[row.key])


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return with_line_feeds(value) if isinstance(value, str) else ""

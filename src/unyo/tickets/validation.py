"""The one interpreter of the parameter tables: (table, what was given) -> values and faults (checks 2 to 7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .commands import MemoOperation
from .errors import Fault, Reason, Refusal, first_refusal
from .field_tables import MEMO_OPERATION, MEMOS, REGISTRATION_OF, TICKET_KIND, TICKET_TABLES, UPDATE_OF
from .fields import Choice, FieldTable, Row, Use
from .memo_list import judge_memos, read_memos
from .model import TicketKind, Value


@dataclass(frozen=True, slots=True)
class Given:
    """What a call without fault gave: values by our names (absent ones are not in it), memo operations."""

    values: Mapping[str, Value]
    memos: tuple[MemoOperation, ...] = ()

    def text(self, key: str) -> str:
        """A text parameter; ``""`` where it was not given."""
        return str(self.values.get(key, ""))


def examine(table: FieldTable, body: Mapping[str, Any]) -> Given | list[Fault]:
    """Judge everything that can be judged from the call alone.

    Every fault of every stage is found, each parameter named once with its earliest reason, so that the
    wire can answer the first stage and a form can show all.
    """
    faults = [Fault(wire, Reason.MISSING) for wire in table.required if wire not in body]
    values: dict[str, Value] = {}
    memos: tuple[MemoOperation, ...] = ()
    readers = table.readers
    for wire, raw in body.items():
        if wire in readers:
            key, read = readers[wire]
            value = read(raw)
            if isinstance(value, Reason):
                faults.append(Fault(wire, value))
            else:
                values[key] = value
        elif wire in table.by_wire:
            found = list(_judge_list(table.by_wire[wire], raw, table))
            faults += found
            memos = () if found else read_memos(raw)
        else:
            faults.append(Fault(wire, Reason.UNKNOWN))
    return faults or Given(values, memos)


def choose_use(body: Mapping[str, Any], *, registration: bool) -> Use | Refusal:
    """The table that TicketProcessType picks (check 2)."""
    uses = REGISTRATION_OF if registration else UPDATE_OF
    if TICKET_KIND.wire not in body:
        return _missing_in_both(uses, body)
    kind = body[TICKET_KIND.wire]
    if kind == "":
        return Refusal(Reason.EMPTY, (TICKET_KIND.wire,))
    if not isinstance(kind, str) or kind not in uses:
        return Refusal(Reason.WRONG, (TICKET_KIND.wire,))
    return uses[TicketKind(kind)]


def _missing_in_both(uses: Mapping[TicketKind, Use], body: Mapping[str, Any]) -> Refusal:
    """TicketProcessType, and whatever else is missing of what both tables require."""
    incident, request = (
        [fault for fault in _faults(TICKET_TABLES[use], body) if fault.reason is Reason.MISSING]
        for use in uses.values()
    )
    refusal = first_refusal(fault for fault in incident if fault in request)
    assert refusal is not None
    return refusal


def _faults(table: FieldTable, body: Mapping[str, Any]) -> list[Fault]:
    examined = examine(table, body)
    return examined if isinstance(examined, list) else []


def _judge_list(row: Row, raw: Any, table: FieldTable) -> Iterator[Fault]:
    if isinstance(raw, list):
        yield from judge_memos(raw, _operations(table))
    elif raw == "" and not row.mark.may_be_empty:
        yield Fault(MEMOS.wire, Reason.EMPTY)
    else:
        yield Fault(MEMOS.wire, Reason.WRONG)


def _operations(table: FieldTable) -> Choice:
    kind = MEMO_OPERATION.kind_in(Use(table.title))
    assert isinstance(kind, Choice)
    return kind

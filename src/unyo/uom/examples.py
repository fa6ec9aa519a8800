"""Examples of what is sent and answered, made of the tables' own."""

from collections.abc import Iterable
from typing import Any, Final

from unyo.tickets.field_tables import MEMO_MEMBERS, MEMOS
from unyo.tickets.fields import FieldTable, Row

from .answers import Member

EXAMPLE_REQUEST_ID: Final = "54c22bee-0c47b962-be6162fa-0000e89d-d3d7668c"


def request_example(table: FieldTable) -> dict[str, Any]:
    """A call of this table; without an approver, who goes with two states only."""
    return {row.wire: _example(row) for row in table.rows if row.key != "approver"}


def _example(row: Row) -> Any:
    if row.parameter is MEMOS:
        return [{member.wire: "" if member.key == "number" else member.example for member in MEMO_MEMBERS}]
    return row.example


def answer_example(members: Iterable[Member]) -> dict[str, Any]:
    """What stands in an answer, beside its RequestId."""
    return {m.wire: [answer_example(m.members)] if m.members else m.example for m in members}

"""What a client offers, as steps: reading, registering, updating, and what to do when somebody else was faster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from unyo.tickets.field_tables import MEMO_NUMBER, MEMO_OPERATION, MEMO_TEXT, MEMOS, TICKET_ID, TICKET_KIND
from unyo.tickets.memo_list import ADD, DELETE
from unyo.tickets.model import TicketKind

from .bodies import AddMemo, Body, MemoOperation, register_body, update_body
from .calls import Answer, Calls
from .entries import HistoryEntry, Option, TicketSummary, history_entry, option, summary
from .errors import ExclusionFailure, NoAnswer, NoTicketId, NotOffered, SystemFailure, UnyoError
from .kinds import KINDS, AnyKind
from .lists import list_body
from .merging import clashes, kept, what_they_changed
from .steps import Steps
from .tickets import Ticket, Value

OnConflict = Literal["raise", "retry", "merge"]
# So often in a row somebody else may be faster.
_CONFLICTS: Final = 10
# A page tells who changed what since a ticket was read, unless there were more changes than that.
_HISTORY_PAGE: Final = "200"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, and the cursor of the next one (``""`` at the end)."""

    items: Sequence[Any]
    next_cursor: str
    total: str = ""


class Operations:
    """The operations on the calls of one client."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def raw(self, action: str, body: Mapping[str, Any]) -> Steps[Answer]:
        """Any action with any body."""
        return (yield from self._calls.call(action, body))

    def get(self, ticket_id: str) -> Steps[AnyKind]:
        """A ticket as it stands."""
        answer = yield from self._detail(ticket_id)
        return _kind_of(answer)(answer)

    def register(
        self, kind: TicketKind, fields: Mapping[str, Value], memos: Sequence[str], call_id: str = ""
    ) -> Steps[AnyKind]:
        """Open a ticket, and read it."""
        body = register_body(kind, fields, [AddMemo(text) for text in memos], self._calls.credentials)
        answer = yield from self._calls.call("RegisterTicket", body, call_id)
        return (yield from self.get(str(answer[TICKET_ID.wire])))

    def update(
        self,
        ticket: AnyKind | str,
        fields: Mapping[str, Value],
        memos: Sequence[MemoOperation],
        on_conflict: OnConflict,
        call_id: str = "",
    ) -> Steps[AnyKind]:
        """Send what was changed in a ticket, and leave it as it is now."""
        found = (yield from self.get(ticket)) if isinstance(ticket, str) else ticket
        for name, value in fields.items():
            setattr(found, name, value)
        for left in reversed(range(_CONFLICTS)):
            if not found.changes and not memos:
                return found
            body = update_body(found, memos, self._calls.credentials)
            try:
                yield from self._send(found, body, call_id)
            except ExclusionFailure as failure:
                yield from self._settle(found, memos, on_conflict, failure, is_last=not left)
            else:
                yield from self._refresh(found)
                return found
        raise AssertionError("the last try returns or raises")

    def _send(self, ticket: Ticket, body: Body, call_id: str) -> Steps[None]:
        """Send an update; where its answer was lost and it may not be sent again, look whether it was carried out."""
        try:
            yield from self._calls.call("UpdateTicket", body, call_id)
        except (NoAnswer, SystemFailure):
            if self._calls.offers_extensions:
                raise  # it was sent under one call id until nothing more could be done
            answer = yield from self._detail(ticket.ticket_id)
            if not _holds(answer, body, ticket, self._calls.credentials.master_id):
                raise
            return

    def _settle(
        self,
        ticket: Ticket,
        memos: Sequence[MemoOperation],
        on_conflict: OnConflict,
        failure: ExclusionFailure,
        *,
        is_last: bool,
    ) -> Steps[None]:
        """Make the ticket one that can be sent again, or raise what stands against it."""
        answer = yield from self._detail(ticket.ticket_id)
        theirs = type(ticket)(answer)
        changed = what_they_changed(ticket, theirs, (yield from self._who_changed(ticket)))
        against = clashes(ticket, memos, changed)
        may_go_on = {
            "raise": False,
            "retry": not ticket.changes and not against,
            "merge": not against,
        }[on_conflict]
        if is_last or not may_go_on:
            failure.changes = against if on_conflict == "merge" and against else changed
            raise failure
        mine = kept(ticket, changed)
        ticket.take(answer)
        for name, value in mine.items():
            setattr(ticket, name, value)

    def _who_changed(self, ticket: Ticket) -> Steps[list[HistoryEntry]]:
        """The changes since the ticket was read, newest first; none where the server does not tell."""
        try:
            page = yield from self.history_page(ticket.ticket_id, "", _HISTORY_PAGE)
        except NotOffered:
            return []
        read_at = ticket.updated_at
        return [entry for entry in page.items if read_at is None or entry.at >= read_at]

    def list_page(self, filters: Mapping[str, Any], cursor: str, page_size: int) -> Steps[Page]:
        """A page of tickets."""
        answer = yield from self._calls.call("GetTicketList", list_body(filters, cursor, page_size))
        items: list[TicketSummary] = [summary(each) for each in answer["TicketList"]]
        return Page(items, answer["NextCursor"], answer["TotalCount"])

    def history_page(self, ticket_id: str, cursor: str, page_size: str = _HISTORY_PAGE) -> Steps[Page]:
        """A page of a ticket's history, newest first."""
        body = {TICKET_ID.wire: ticket_id, "Limit": page_size, **({"Cursor": cursor} if cursor else {})}
        answer = yield from self._calls.call("GetTicketHistory", body)
        items: list[HistoryEntry] = [history_entry(each) for each in answer["HistoryList"]]
        return Page(items, answer["NextCursor"])

    def options(self, kind: TicketKind | None) -> Steps[list[Option]]:
        """The values that the service offers, in their order."""
        answer = yield from self._calls.call("GetOptionList", {TICKET_KIND.wire: kind.value} if kind else {})
        return [option(each) for each in answer["OptionList"]]

    def _detail(self, ticket_id: str) -> Steps[Answer]:
        return (yield from self._calls.call("GetTicketDetail", {TICKET_ID.wire: ticket_id}))

    def _refresh(self, ticket: Ticket) -> Steps[None]:
        """Read what was just written; who may not see the ticket any more keeps what was sent."""
        try:
            answer = yield from self._detail(ticket.ticket_id)
        except NoTicketId:
            return
        ticket.take(answer)


def _kind_of(answer: Answer) -> type[AnyKind]:
    found = str(answer.get(TICKET_KIND.wire, ""))
    if found not in KINDS:
        raise UnyoError(f"the server tells of a ticket of a kind {found!r}, which this release does not know")
    return KINDS[found]


def _holds(answer: Answer, body: Body, ticket: Ticket, master_id: str) -> bool:
    """Whether a ticket holds all that a call sent, and is not as it was read for it."""
    moved = any(str(answer.get(wire, "")) != date for wire, date in ticket.lock.items())
    values = {wire: value for wire, value in body.items() if wire in answer and wire not in ticket.lock}
    values.pop(MEMOS.wire, None)
    memos = {each[MEMO_NUMBER.wire]: each for each in answer.get(MEMOS.wire) or ()}
    before = {str(memo.number) for memo in ticket.memos}
    added = [
        each[MEMO_TEXT.wire]
        for number, each in memos.items()
        if number not in before and each["CorrespondProcessUserId"] == master_id
    ]
    return (
        moved
        and all(answer[wire] == value for wire, value in values.items())
        and all(_is_done(operation, memos, added) for operation in body.get(MEMOS.wire, ()))
    )


def _is_done(operation: Mapping[str, str], memos: Mapping[str, Mapping[str, str]], added: list[str]) -> bool:
    number, text = operation[MEMO_NUMBER.wire], operation.get(MEMO_TEXT.wire)
    if operation[MEMO_OPERATION.wire] == ADD:
        return text in added
    if operation[MEMO_OPERATION.wire] == DELETE:
        return number not in memos
    return number in memos and memos[number][MEMO_TEXT.wire] == text

"""What a client offers, as steps: reading, registering, updating, and what to do when somebody else was faster."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar, get_args

from unyo.tickets.errors import Reason
from unyo.tickets.field_tables import BY_KEY, MEMO_NUMBER, MEMO_OPERATION, MEMO_TEXT, MEMOS, TICKET_ID, TICKET_KIND
from unyo.tickets.memo_list import ADD, DELETE
from unyo.tickets.merging import clashes
from unyo.uom.envelopes import ERRORS

from .bodies import AddMemo, Body, MemoOperation, register_body, update_body
from .calls import Answer, Calls
from .choices import State
from .entries import HistoryEntry, Option, TicketSummary, history_entry, option, summary
from .errors import ExclusionFailure, NoAnswer, NoRolesToClose, NotTheApi, ParameterError, SystemFailure, UnyoError
from .kinds import KINDS, AnyKind
from .lists import Kind, kind_of, list_body
from .merging import kept, still_to_do, texts_of, what_they_changed
from .steps import Steps
from .tickets import Ticket, Value

OnConflict = Literal["raise", "retry", "merge"]
# So often in a row somebody else may be faster.
_CONFLICTS: Final = 10
# A page tells who changed what since a ticket was read, unless there were more changes than that.
_HISTORY_PAGE: Final = "200"
_APPROVER: Final = BY_KEY["approver"]
_MEMO_AUTHOR: Final = "CorrespondProcessUserId"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, and the cursor of the next one (``""`` at the end)."""

    items: Sequence[Any]
    next_cursor: str


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
        with _understood():
            return _class_of(answer)(answer)

    def register(
        self, kind: Kind, fields: Mapping[str, Value], memos: Sequence[str], call_id: str = ""
    ) -> Steps[AnyKind]:
        """Open a ticket, and read it."""
        kind = kind_of(kind)
        body = register_body(kind, fields, [AddMemo(text) for text in _several(memos)], self._calls.credentials)
        answer = yield from self._calls.call("RegisterTicket", body, call_id)
        ticket_id = str(answer.get(TICKET_ID.wire) or "")
        if not ticket_id:
            raise NoAnswer("the answer tells no ticket ID: whether the ticket is registered is not known")
        try:
            return (yield from self.get(ticket_id))
        except UnyoError:  # it is registered: whoever cannot read it yet, or may not see it, has what was sent
            added = [
                {MEMO_NUMBER.wire: str(number), MEMO_TEXT.wire: each[MEMO_TEXT.wire], _MEMO_AUTHOR: body["MasterID"]}
                for number, each in enumerate(body.get(MEMOS.wire, ()), 1)
            ]
            return KINDS[kind.value]({**body, TICKET_ID.wire: ticket_id, MEMOS.wire: added})

    def update(
        self,
        ticket: AnyKind | str,
        fields: Mapping[str, Value],
        memos: Sequence[MemoOperation],
        on_conflict: OnConflict,
        call_id: str = "",
    ) -> Steps[AnyKind]:
        """Send what was changed in a ticket, and leave it as it is now."""
        if on_conflict not in get_args(OnConflict):
            raise ValueError(f"on_conflict is one of {', '.join(get_args(OnConflict))}")
        found = (yield from self.get(ticket)) if isinstance(ticket, str) else ticket
        with found.unless_it_fails():
            for name, value in fields.items():
                setattr(found, name, value)
            try:
                yield from self._save(found, _several(memos), on_conflict, call_id)
            except ParameterError as refused:
                mine = self._calls.credentials.master_id
                if refused.fields != (_APPROVER.wire,) or (found.state, found.approver) != (State.CLOSED, mine):
                    raise
                # The one thing that can be wrong with oneself as approver; the wire says it of the field.
                told = ERRORS[Reason.NO_RIGHT_TO_CLOSE].message
                raise NoRolesToClose(told, refused.fields, request_id=refused.request_id) from refused
        return found

    def approve(self, ticket: AnyKind | str, on_conflict: OnConflict) -> Steps[AnyKind]:
        """Close a ticket in the caller's own name."""
        changes: dict[str, Value] = {"state": State.CLOSED, _APPROVER.key: self._calls.credentials.master_id}
        return (yield from self.update(ticket, changes, (), on_conflict))

    def _save(
        self, ticket: Ticket, memos: Sequence[MemoOperation], on_conflict: OnConflict, call_id: str
    ) -> Steps[None]:
        for left in reversed(range(_CONFLICTS)):
            if not ticket.changes and not memos:
                return
            body = update_body(ticket, memos, self._calls.credentials)
            try:
                yield from self._send(ticket, body, call_id)
            except ExclusionFailure as failure:
                memos = yield from self._settle(ticket, memos, on_conflict, failure, is_last=not left)
            else:
                yield from self._refresh(ticket, memos)
                return

    def _send(self, ticket: Ticket, body: Body, call_id: str) -> Steps[None]:
        """Send an update; where its answer was lost and it may not be sent again, look whether it was carried out."""
        try:
            yield from self._calls.call("UpdateTicket", body, call_id)
        except (NoAnswer, SystemFailure):
            # On unyo it was sent under one call id until nothing more could be done.
            if self._calls.offers_extensions or not (yield from self._is_carried_out(ticket, body)):
                raise

    def _is_carried_out(self, ticket: Ticket, body: Body) -> Steps[bool]:
        """Whether an update is seen to have been carried out."""
        try:
            answer = yield from self._detail(ticket.ticket_id)
            with _understood():
                return _holds(answer, body, ticket, self._calls.credentials.master_id)
        except UnyoError:
            return False

    def _settle(
        self,
        ticket: Ticket,
        memos: Sequence[MemoOperation],
        on_conflict: OnConflict,
        failure: ExclusionFailure,
        *,
        is_last: bool,
    ) -> Steps[list[MemoOperation]]:
        """Make the ticket one that can be sent again, with the memos that are left; or raise what stands against it."""
        try:
            answer = yield from self._detail(ticket.ticket_id)
            with _understood():
                theirs = type(ticket)(answer)
        except UnyoError:
            raise failure from None  # what was changed cannot be told
        newest = yield from self._newest_changes(ticket)
        changed = what_they_changed(ticket, memos, theirs, newest)
        against = clashes(changed)
        # Where nothing differs, as after a change that was taken back, nobody's work is overwritten.
        may_go_on = (
            not changed
            or {
                "raise": False,
                "retry": not ticket.changes and not against,
                "merge": not against,
            }[on_conflict]
        )
        if is_last or not may_go_on:
            failure.changes = against if on_conflict == "merge" and against else changed
            raise failure
        mine = kept(ticket, changed)
        ticket.take(answer)
        for name, value in mine.items():
            setattr(ticket, name, value)
        return still_to_do(memos, changed)

    def _newest_changes(self, ticket: Ticket) -> Steps[Sequence[HistoryEntry]]:
        """The ticket's changes, newest first; none where the server does not tell them."""
        try:
            return (yield from self.history_page(ticket.ticket_id, "", _HISTORY_PAGE)).items
        except UnyoError:
            return ()

    def list_page(self, filters: Mapping[str, Any], cursor: str, page_size: int) -> Steps[Page]:
        """A page of tickets."""
        answer = yield from self._calls.call("GetTicketList", list_body(filters, cursor, page_size))
        with _understood():
            items: list[TicketSummary] = [summary(each) for each in answer["TicketList"]]
            return Page(items, answer["NextCursor"])

    def history_page(self, ticket: AnyKind | str, cursor: str, page_size: str = _HISTORY_PAGE) -> Steps[Page]:
        """A page of a ticket's history, newest first."""
        ticket_id = ticket if isinstance(ticket, str) else ticket.ticket_id
        body = {TICKET_ID.wire: ticket_id, "Limit": page_size, **({"Cursor": cursor} if cursor else {})}
        answer = yield from self._calls.call("GetTicketHistory", body)
        with _understood():
            items: list[HistoryEntry] = [history_entry(each) for each in answer["HistoryList"]]
            return Page(items, answer["NextCursor"])

    def options(self, kind: Kind | None) -> Steps[list[Option]]:
        """The values that the service offers, in their order."""
        asked = {} if kind is None else {TICKET_KIND.wire: kind_of(kind).value}
        answer = yield from self._calls.call("GetOptionList", asked)
        with _understood():
            return [option(each) for each in answer["OptionList"]]

    def _detail(self, ticket_id: str) -> Steps[Answer]:
        return (yield from self._calls.call("GetTicketDetail", {TICKET_ID.wire: ticket_id}))

    def _refresh(self, ticket: Ticket, memos: Sequence[MemoOperation]) -> Steps[None]:
        """Read what was just written; who cannot read it, or may not see it any more, keeps what was sent."""
        try:
            answer = yield from self._detail(ticket.ticket_id)
            with _understood():
                ticket.take(answer)
        except UnyoError:
            ticket.was_saved(texts_of(memos))


@contextmanager
def _understood() -> Iterator[None]:
    """Tell an answer that lacks what the API's has as one of something else.

    Raises:
        NotTheApi: it lacks something, or holds something of another shape.
    """
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        what = f"{type(error).__name__}: {error}"
        raise NotTheApi(f"an answer is not as the API's are ({what}): does the server's release fit?") from error


def _several(memos: Sequence[T]) -> Sequence[T]:
    """Memos, which one text alone is not: it would be a memo for each of its letters."""
    if isinstance(memos, str):
        raise TypeError("memos are several: [text], not text")
    return memos


def _class_of(answer: Answer) -> type[AnyKind]:
    found = str(answer.get(TICKET_KIND.wire, ""))
    if found not in KINDS:
        raise UnyoError(f"the server tells of a ticket of a kind {found!r}, which this release does not know")
    return KINDS[found]


def _holds(answer: Answer, body: Body, ticket: Ticket, master_id: str) -> bool:
    """Whether a ticket holds all that a call sent, and is not as it was read for it."""
    moved = any(str(answer.get(wire, "")) != date for wire, date in ticket.lock.items())
    changed = {ticket.table().by_key[name].wire for name in ticket.changes}
    values = {wire: body[wire] for wire in body if (wire in answer or wire in changed) and wire not in ticket.lock}
    values.pop(MEMOS.wire, None)
    memos = {each[MEMO_NUMBER.wire]: each for each in answer.get(MEMOS.wire) or ()}
    before = {str(memo.number) for memo in ticket.memos}
    added = [
        each[MEMO_TEXT.wire]
        for number, each in memos.items()
        if number not in before and each.get(_MEMO_AUTHOR, master_id) == master_id
    ]
    return (
        moved
        and all(answer.get(wire) == value for wire, value in values.items())
        and all(_is_done(operation, memos, added) for operation in body.get(MEMOS.wire, ()))
    )


def _is_done(operation: Mapping[str, str], memos: Mapping[str, Mapping[str, str]], added: list[str]) -> bool:
    number, text = operation[MEMO_NUMBER.wire], operation.get(MEMO_TEXT.wire)
    if operation[MEMO_OPERATION.wire] == ADD:
        return text in added
    if operation[MEMO_OPERATION.wire] == DELETE:
        return number not in memos
    return number in memos and memos[number][MEMO_TEXT.wire] == text

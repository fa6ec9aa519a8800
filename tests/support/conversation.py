"""Long conversations with a desk, through the front door, beside a plain model that says what comes of each call."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from unyo.cast import CAST, ITO, YAMADA, Actor

from .contract_tables import REQUIRED, STATES
from .desks import DeskUnderTest, who
from .generated import memo_operations
from .generated_calls import complete, echo, permitted_updates, registrations, updates
from .model import APPROVAL_STATES, PEOPLE, SECTIONS, Known, Refused
from .modelled import ModelledDesk
from .side_by_side import SideBySide
from .watching import MEMOS

_TICKETS = 7
_DAY = 86400
_MEMBERS = st.sampled_from([*PEOPLE.values()])
_REGISTRATIONS = registrations().map(lambda situation: situation.body)
_ANY_REGISTRATIONS = registrations(known_only=False).map(lambda situation: situation.body)
_WRITERS = st.sampled_from([*PEOPLE.values(), ITO])
# Whose approver is given: that of one who has the right, mostly.
_RIGHT = {"FinishApprovalUserId": YAMADA.master_id}
_APPROVERS = st.sampled_from([*[_RIGHT] * 4, {}, *({"FinishApprovalUserId": each} for each in ("", *PEOPLE))])


class Conversation(RuleBasedStateMachine):
    """Calls of every kind; after each one the desk shows what the model says, and nothing else.

    A class of its own is made for each use, which says how a fresh desk is opened.
    """

    open_desk: ClassVar[Callable[[], AbstractContextManager[tuple[DeskUnderTest, SideBySide]]]]

    def __init__(self) -> None:
        super().__init__()
        self._closing = ExitStack()
        desk, self._carried = self._closing.enter_context(type(self).open_desk())
        self.desk = ModelledDesk(desk)
        self._calls_before_pause = -1

    def teardown(self) -> None:
        self._closing.close()

    @precondition(lambda self: len(self.desk.known) < _TICKETS)
    @rule(data=st.data(), has_call_id=st.booleans())
    def register(self, data: st.DataObject, *, has_call_id: bool) -> None:
        self.desk.write(data.draw(_REGISTRATIONS), has_call_id=has_call_id)

    @precondition(lambda self: len(self.desk.known) < _TICKETS)
    @rule(data=st.data())
    def register_in_any_way(self, data: st.DataObject) -> None:
        body = data.draw(_ANY_REGISTRATIONS)
        self.desk.write(body, PEOPLE[body["MasterID"]])

    @rule(data=st.data(), has_call_id=st.booleans())
    def update(self, data: st.DataObject, *, has_call_id: bool) -> None:
        self.desk.write(data.draw(permitted_updates(self._some_ticket(data))), has_call_id=has_call_id)

    @rule(data=st.data(), actor=_WRITERS)
    def update_in_any_way(self, data: st.DataObject, actor: Actor) -> None:
        self.desk.write({**data.draw(updates(self._some_ticket(data))), **who(actor)}, actor)

    @rule(data=st.data())
    def update_with_dates_of_the_past(self, data: st.DataObject) -> None:
        known = self._some_ticket(data)
        dates = data.draw(st.sampled_from(self.desk.locks[str(known.detail["TicketId"])]))
        self.desk.write({**data.draw(permitted_updates(known)), **dates})

    @rule(data=st.data())
    def send_back_what_is_read(self, data: st.DataObject) -> None:
        known = self._some_ticket(data)
        # What a registration left out and an update requires has to be filled in first.
        unset = REQUIRED["UpdateTicket", known.kind] & {n for n in SECTIONS[known.kind] if not known.detail[n]}
        if unset:
            self.desk.refuse(echo(known), Refused("6", "empty", frozenset(unset)))
        else:
            self.desk.write(echo(known))

    @rule(data=st.data(), actor=_MEMBERS)
    def work_on_memos(self, data: st.DataObject, actor: Actor) -> None:
        """Of those that are there, those that were deleted, and one that never was."""
        known = self._some_ticket(data)
        operations = data.draw(memo_operations(frozenset(range(1, known.last_memo + 2))))
        self._write(known, actor, {MEMOS: operations})

    @rule(data=st.data(), actor=_MEMBERS, state=st.sampled_from(APPROVAL_STATES), approver=_APPROVERS)
    def close_or_ask_for_approval(
        self, data: st.DataObject, actor: Actor, state: str, approver: dict[str, str]
    ) -> None:
        self._write(self._some_ticket(data), actor, {"StateCode": state}, approver)

    @precondition(lambda self: self._waiting())
    @rule(data=st.data(), actor=_MEMBERS, approver=_APPROVERS)
    def approve(self, data: st.DataObject, actor: Actor, approver: dict[str, str]) -> None:
        known = self._some_ticket(data, self._waiting())
        self._write(known, actor, {"StateCode": "クローズ"}, approver)

    @precondition(lambda self: self._waiting())
    @rule(data=st.data(), actor=_MEMBERS, approver=st.sampled_from([{}, {}, {"FinishApprovalUserId": ""}, _RIGHT]))
    def send_back_or_reopen(self, data: st.DataObject, actor: Actor, approver: dict[str, str]) -> None:
        known = self._some_ticket(data, self._waiting())
        states = [state for state in STATES[known.kind] if state not in APPROVAL_STATES]
        self._write(known, actor, {"StateCode": data.draw(st.sampled_from([*states, *["差し戻し"] * 4]))}, approver)

    @precondition(lambda self: self.desk.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        self.desk.send_again(data.draw(st.sampled_from(self.desk.sent)))

    @precondition(lambda self: self.desk.sent)
    @rule(data=st.data())
    def send_another_call_under_the_same_id(self, data: st.DataObject) -> None:
        self.desk.send_another(data.draw(st.sampled_from(self.desk.sent)))

    @rule(data=st.data(), actor=st.sampled_from(CAST))
    def look(self, data: st.DataObject, actor: Actor) -> None:
        self.desk.look(str(self._some_ticket(data).detail["TicketId"]), actor)

    @precondition(lambda self: self._was_called())
    @rule(seconds=st.sampled_from((-40 * _DAY, -3600, -1, 0.5, 1, 3600, _DAY, 40 * _DAY)))
    def move_the_clock(self, seconds: float) -> None:
        self.desk.move_clock(seconds)
        self._calls_before_pause = self.desk.tally["calls"]

    @precondition(lambda self: self._was_called())
    @rule()
    def restart(self) -> None:
        self._carried.restart()
        self.desk.tally["restarts"] += 1
        self._calls_before_pause = self.desk.tally["calls"]

    def _was_called(self) -> bool:
        """Whether there was a call since the last pause: two pauses in a row would be one."""
        return self.desk.tally["calls"] != self._calls_before_pause

    def _write(self, known: Known, actor: Actor, *changes: dict[str, Any]) -> None:
        """Send the ticket back with changes; an approver is given only by these."""
        body = {**complete(known), **who(actor)}
        del body["FinishApprovalUserId"]
        for each in changes:
            body |= each
        self.desk.write(body, actor)

    def _some_ticket(self, data: st.DataObject, among: Iterable[str] = ()) -> Known:
        return self.desk.known[data.draw(st.sampled_from(sorted(among or self.desk.known)))]

    def _waiting(self) -> list[str]:
        """The tickets that are closed, or wait for approval."""
        return [name for name, known in self.desk.known.items() if known.detail["StateCode"] in APPROVAL_STATES]

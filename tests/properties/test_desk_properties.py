"""Long conversations with a desk, through the front door, beside a plain model that says what comes of each call."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from support.contract_tables import REQUIRED
from support.databases import Databases
from support.desks import INCIDENT, LOCK_DATES, REQUEST, Answer, desk_on, who
from support.generated_calls import permitted_updates, registrations, updates
from support.judging import ERRORS
from support.model import PEOPLE, SECTIONS, Known, Refused, Rules, registered, updated
from support.watching import assert_agrees, flat, lines_between
from unyo.demo.cast import SUZUKI, YAMADA, Actor
from unyo.tickets.dates import format_date
from unyo.uom.actions import CALL_ID_HEADER

LONG = settings(
    max_examples=5,
    stateful_step_count=36,
    deadline=None,
    derandomize=True,
    # A fresh desk for each conversation takes a moment, and that is what it is for.
    suppress_health_check=[HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Sent:
    """A call with a call id, and what it answered."""

    action: str
    content: bytes
    call_id: str
    answer: Answer
    ticket_id: str


class Conversation(RuleBasedStateMachine):
    """Calls of every kind; after each one the desk shows what the model says, and nothing else."""

    databases: ClassVar[Databases]

    def __init__(self) -> None:
        super().__init__()
        self._closing = ExitStack()
        url = self.databases.filled()
        self._closing.callback(self.databases.drop, url)
        self.desk = self._closing.enter_context(desk_on(url))
        self.known: dict[str, Known] = {}
        self.entries: dict[str, list[dict[str, Any]]] = {}
        self.locks: dict[str, list[dict[str, str]]] = {}
        self.sent: list[Sent] = []
        for ticket_id in (INCIDENT, REQUEST):
            known = Known(flat(self.desk.detail(ticket_id)))
            self._knows(ticket_id, Known(known.detail, max(known.memos)))
            self.entries[ticket_id] = self.desk.history(ticket_id)

    def teardown(self) -> None:
        self._closing.close()

    # Calls that are permitted.

    @precondition(lambda self: len(self.known) < 6)
    @rule(data=st.data(), has_call_id=st.booleans())
    def register(self, data: st.DataObject, *, has_call_id: bool) -> None:
        body = data.draw(registrations()).body
        answer = self._call("RegisterTicket", body, call_id=self._call_id(has_call_id))
        self._succeeded(answer, registered(body, answer.body["TicketId"], YAMADA, self._now()), YAMADA)

    @rule(data=st.data(), has_call_id=st.booleans())
    def update(self, data: st.DataObject, *, has_call_id: bool) -> None:
        known = self._some_ticket(data)
        body = data.draw(permitted_updates(known))
        answer = self._call("UpdateTicket", body, call_id=self._call_id(has_call_id))
        self._succeeded(answer, updated(known, body, YAMADA, self._now()), YAMADA)

    @rule(data=st.data())
    def send_back_what_is_read(self, data: st.DataObject) -> None:
        known = self._some_ticket(data)
        answer = self._call("UpdateTicket", self.desk.echo(known.detail["TicketId"]))
        # What a registration left out and an update requires has to be filled in first.
        unset = REQUIRED["UpdateTicket", known.kind] & {n for n in SECTIONS[known.kind] if not known.detail[n]}
        if unset:
            self._refused(answer, Refused("6", "empty", frozenset(unset)), known)
        else:
            self._succeeded(answer, known, YAMADA)

    # Calls that may be, or are, refused.

    @rule(data=st.data(), actor=st.sampled_from([*PEOPLE.values()]))
    def update_in_any_way(self, data: st.DataObject, actor: Actor) -> None:
        known = self._some_ticket(data)
        body = {**data.draw(updates(known)), **who(actor)}
        answer = self._call("UpdateTicket", body, actor)
        reasons = [Refused("8", "no member")] if actor is SUZUKI else Rules().refusals(known, body, actor)
        if reasons:
            self._refused(answer, reasons[0], known)
        else:
            self._succeeded(answer, updated(known, body, actor, self._now()), actor)

    @rule(data=st.data())
    def update_with_dates_of_the_past(self, data: st.DataObject) -> None:
        known = self._some_ticket(data)
        dates = data.draw(st.sampled_from(self.locks[known.detail["TicketId"]]))
        body = {**data.draw(permitted_updates(known)), **dates}
        answer = self._call("UpdateTicket", body)
        if dates == lock_of(known):
            self._succeeded(answer, updated(known, body, YAMADA, self._now()), YAMADA)
        else:
            self._refused(answer, Refused("12", "conflict"), known)

    # Calls that are sent again.

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        sent = data.draw(st.sampled_from(self.sent))
        again = self._post(sent.action, sent.content, call_id=sent.call_id)
        assert again.content == sent.answer.content
        assert (again.headers["x-unyo-replayed"], sent.answer.headers.get("x-unyo-replayed")) == ("1", None)
        self._assert_shown(self.known[sent.ticket_id], self.entries[sent.ticket_id])

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_another_call_under_the_same_id(self, data: st.DataObject) -> None:
        sent = data.draw(st.sampled_from(self.sent))
        answer = self._post(sent.action, sent.content + b" ", call_id=sent.call_id)
        assert (answer.status, answer.error_type) == (409, "CALL_ID_REUSED")
        self._assert_shown(self.known[sent.ticket_id], self.entries[sent.ticket_id])

    @rule(seconds=st.sampled_from((-3600, -1, 0.5, 1, 3600, 86400)))
    def move_the_clock(self, seconds: float) -> None:
        self.desk.clock.move(seconds=seconds)

    # What follows from an answer.

    def _succeeded(self, answer: Answer, left: Known, actor: Actor) -> None:
        """The ticket is as the model left it; a change has one entry more in the history, and dates of its own."""
        assert answer.error is None, answer.envelope
        ticket_id = left.detail["TicketId"]
        before, entries = self.known.get(ticket_id), self.entries.get(ticket_id, [])
        if left != before:
            assert lock_of(left) not in self.locks.get(ticket_id, [])
            found = self.desk.history(ticket_id)
            assert found[0] == {**found[0], "RequestId": answer.body["RequestId"], "UserId": actor.master_id}
            assert (found[0]["Date"], found[1:]) == (self._now(), entries)
            entries = found
        self._knows(ticket_id, left)
        self._assert_shown(left, entries)

    def _refused(self, answer: Answer, reason: Refused, known: Known) -> None:
        """It is refused for that reason, and nothing has changed."""
        _, error_type, message = ERRORS[reason.error]
        assert answer.error == (error_type, message)
        assert answer.detail == dict.fromkeys(reason.fields, error_type)
        self._assert_shown(known, self.entries[known.detail["TicketId"]])

    def _assert_shown(self, known: Known, entries: list[dict[str, Any]]) -> None:
        """The ticket, its history, which leads from nothing to the ticket, and the list of all tickets."""
        ticket_id = known.detail["TicketId"]
        assert flat(self.desk.detail(ticket_id)) == known.detail
        assert self.desk.history(ticket_id) == entries
        assert lines_between(replayed(entries), known.detail) == []
        self.entries[ticket_id] = entries
        listed = self.desk.call("GetTicketList", {**who(YAMADA), "Limit": "200"}).body["TicketList"]
        by_id = {entry["TicketId"]: entry for entry in listed}
        assert len(by_id) == len(listed) == len(self.known) + 1
        for name, each in self.known.items():
            assert_agrees(by_id[name], each.detail)

    # How it is called.

    def _call(self, action: str, body: Mapping[str, Any], actor: Actor = YAMADA, call_id: str = "") -> Answer:
        content = json.dumps(body).encode()
        answer = self._post(action, content, actor, call_id)
        if call_id:
            ticket_id = str({**body, **answer.body}["TicketId"])
            self.sent.append(Sent(action, content, call_id, answer, ticket_id))
        return answer

    def _post(self, action: str, content: bytes, actor: Actor = YAMADA, call_id: str = "") -> Answer:
        return self.desk.call(action, content, actor=actor, headers={CALL_ID_HEADER: call_id} if call_id else {})

    def _call_id(self, is_wanted: bool) -> str:  # noqa: FBT001 - what the rule was given
        return str(UUID(int=len(self.sent) + 1)) if is_wanted else ""

    def _some_ticket(self, data: st.DataObject) -> Known:
        return self.known[data.draw(st.sampled_from(sorted(self.known)))]

    def _knows(self, ticket_id: str, known: Known) -> None:
        self.known[ticket_id] = known
        dates = self.locks.setdefault(ticket_id, [])
        if lock_of(known) not in dates:
            dates.append(lock_of(known))

    def _now(self) -> str:
        return format_date(self.desk.clock.now)


def lock_of(known: Known) -> dict[str, str]:
    return {name: known.detail[name] for name in LOCK_DATES if name in known.detail}


def replayed(entries: list[dict[str, Any]]) -> dict[str, str]:
    """The values that a history leads to from nothing; each line goes on where the last one ended."""
    values: dict[str, str] = {}
    for line in (line for entry in reversed(entries) for line in entry["ChangeList"]):
        assert values.get(line["Parameter"], "") == line["Before"] != line["After"]
        values[line["Parameter"]] = line["After"]
    return values


def test_a_desk_shows_after_any_conversation_what_its_calls_say(databases: Databases) -> None:
    here = databases

    class ConversationHere(Conversation):
        databases = here

    run_state_machine_as_test(ConversationHere, settings=LONG)

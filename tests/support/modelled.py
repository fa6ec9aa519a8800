"""A desk beside the plain model: every call must come to what the model says, and nothing else may have changed."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unyo.cast import SERVICE, SUZUKI, YAMADA, Actor
from unyo.tickets.dates import format_date
from unyo.uom.actions import CALL_ID_HEADER

from .desks import INCIDENT, LOCK_DATES, REQUEST, SERVERS_INCIDENT, Answer, DeskUnderTest, who
from .judging import ERRORS
from .model import Known, Refused, Rules, may_see, registered, updated
from .watching import flat, lines_between, listed_as

# How long an answer is kept under its call id, at the least.
_KEPT = timedelta(days=7)
_NO_MEMBER, _NO_TICKET = Refused("8", "no member"), Refused("9 ticket", "no ticket")


@dataclass(frozen=True)
class Sent:
    """A call with a call id, when it was made, and what it answered."""

    action: str
    content: bytes
    call_id: str
    at: datetime
    answer: Answer
    ticket_id: str


class ModelledDesk:
    """Makes calls of every kind on a desk, and raises AssertionError where the desk shows something else.

    ``known`` are its tickets, ``locks`` all lock dates that they ever had, ``sent`` the calls that can be sent again;
    ``tally`` counts what the calls came to.
    """

    def __init__(self, desk: DeskUnderTest) -> None:
        self.desk = desk
        self.known: dict[str, Known] = {}
        self.locks: dict[str, list[dict[str, str]]] = {}
        self.sent: list[Sent] = []
        self.tally: Counter[str] = Counter()
        self._entries: dict[str, list[dict[str, Any]]] = {}
        self._call_ids = 0
        self._last = ""
        for ticket_id in (INCIDENT, REQUEST, SERVERS_INCIDENT):
            known = Known(flat(desk.detail(ticket_id)))
            self._knows(Known(known.detail, max(known.memos, default=0)))
            self._entries[ticket_id] = desk.history(ticket_id)

    def write(self, body: Mapping[str, Any], actor: Actor = YAMADA, *, has_call_id: bool = False) -> None:
        """Register or update a ticket; whether that is permitted, and what it leaves, the model says."""
        action, known = (
            ("UpdateTicket", self.known[body["TicketId"]]) if "TicketId" in body else ("RegisterTicket", None)
        )
        content = json.dumps(body, ensure_ascii=False).encode()
        self._call_ids += has_call_id
        call_id = str(UUID(int=self._call_ids)) if has_call_id else ""
        answer = self._post(action, content, actor, call_id)
        reasons = _refusals(known, body, actor)
        if reasons:
            self._assert_refused(answer, reasons[0])
            self._assert_shown(known)
            return
        if answer.error:
            raise AssertionError(f"{self._last}: {answer.envelope}")
        self._assert_same("what is answered", [*answer.body], ["RequestId", *(["TicketId"] if known is None else [])])
        ticket_id = str({**body, **answer.body}["TicketId"])
        now = self._now()
        left = updated(known, body, actor, now) if known else registered(body, ticket_id, actor, now)
        if call_id:
            self.sent.append(Sent(action, content, call_id, self.desk.clock.now, answer, ticket_id))
        self._assert_applied(answer, known, left, actor)

    def refuse(self, body: Mapping[str, Any], reason: Refused) -> None:
        """Make an update that is refused before the rules of the model, since its form is wrong."""
        self._assert_refused(self._post("UpdateTicket", json.dumps(body, ensure_ascii=False).encode()), reason)
        self._assert_shown(self.known[body["TicketId"]])

    def send_again(self, sent: Sent) -> None:
        """Make a call again under its call id: it answers what it answered, and does nothing."""
        again = self._post(sent.action, sent.content, call_id=sent.call_id)
        self._assert_same("the answer to a call sent again", again.content, sent.answer.content)
        replayed = [answer.headers.get("x-unyo-replayed") for answer in (sent.answer, again)]
        self._assert_same("the mark of a call sent again", replayed, [None, "1"])
        self.tally["sent again"] += 1
        self._assert_shown(self.known[sent.ticket_id])

    def send_another(self, sent: Sent) -> None:
        """Make another call under a call id that was used."""
        self._assert_refused(
            self._post(sent.action, sent.content + b" ", call_id=sent.call_id), Refused("call id", "call id reused")
        )
        self._assert_shown(self.known[sent.ticket_id])

    def look(self, ticket_id: str, actor: Actor) -> None:
        """See that an account is shown what it may see, and of the rest nothing."""
        known = self.known[ticket_id]
        is_shown = _sees(actor, known)
        for action in ("GetTicketDetail", "GetTicketHistory"):
            answer = self._post(action, json.dumps({**who(actor), "TicketId": ticket_id}).encode(), actor)
            if not is_shown:
                self._assert_refused(answer, _NO_TICKET)
            elif action == "GetTicketDetail":
                self._assert_same("the detail", flat(_told(answer)), known.detail)
            else:
                self._assert_same("the history", _told(answer)["HistoryList"], self._entries[ticket_id][:50])
        if actor.service_code == SERVICE:
            self._assert_listed(actor)
        self.tally["looks"] += 1

    def move_clock(self, seconds: float) -> None:
        """Let time pass, or step back; what is too old to be sent again for certain is forgotten."""
        self.desk.clock.move(seconds=seconds)
        self.sent = [sent for sent in self.sent if self.desk.clock.now - sent.at < _KEPT]

    def _post(self, action: str, content: bytes, actor: Actor = YAMADA, call_id: str = "") -> Answer:
        self.tally["calls"] += 1
        self._last = f"after {action} by {actor.master_id} with {content.decode()}"
        return self.desk.call(action, content, actor=actor, headers={CALL_ID_HEADER: call_id} if call_id else {})

    def _now(self) -> str:
        return format_date(self.desk.clock.now)

    def _knows(self, known: Known) -> None:
        ticket_id = str(known.detail["TicketId"])
        self.known[ticket_id] = known
        dates = self.locks.setdefault(ticket_id, [])
        if lock_of(known) not in dates:
            dates.append(lock_of(known))

    def _assert_applied(self, answer: Answer, before: Known | None, left: Known, actor: Actor) -> None:
        """The ticket is as the model left it; a change has one entry more in the history, and dates of its own."""
        ticket_id = str(left.detail["TicketId"])
        entries = self._entries.get(ticket_id, [])
        if left != before:
            if lock_of(left) in self.locks.get(ticket_id, []):
                raise AssertionError(f"the lock dates are old ones: {lock_of(left)}")
            found = self.desk.history(ticket_id)
            expected = {
                "Date": self._now(),
                "UserId": actor.master_id,
                "User": actor.name,
                "RequestId": answer.body["RequestId"],
                "Door": "API",
            }
            told = {name: value for name, value in found[0].items() if name != "ChangeList"}
            self._assert_same("the newest entry of the history", told, expected)
            self._assert_same("the history before it", found[1:], entries)
            entries = found
        self.tally["applied" if left != before else "changed nothing"] += 1
        self._knows(left)
        self._entries[ticket_id] = entries
        self._assert_shown(left)

    def _assert_refused(self, answer: Answer, reason: Refused) -> None:
        status, error_type, message = ERRORS[reason.error]
        detail = dict.fromkeys(reason.fields, error_type)
        found = (answer.status, answer.error_type, answer.detail if answer.error else {})
        self._assert_same(f"the refusal ({reason.check})", found, (status, error_type, detail))
        if message:
            self._assert_same("its message", answer.body["ErrorMessage"], message)
        self.tally[f"refused by check {reason.check}"] += 1

    def _assert_shown(self, known: Known | None) -> None:
        """The ticket, its history, which leads from nothing to the ticket, and the list of all tickets."""
        if known:
            ticket_id = str(known.detail["TicketId"])
            entries = self._entries[ticket_id]
            self._assert_same("the detail", flat(self.desk.detail(ticket_id)), known.detail)
            self._assert_same("the history", self.desk.history(ticket_id), entries)
            self._assert_same("what the history leads to", lines_between(_replayed(entries), known.detail), [])
        self._assert_listed(YAMADA)

    def _assert_listed(self, actor: Actor) -> None:
        listed = _told(self._post("GetTicketList", json.dumps({**who(actor), "Limit": "200"}).encode(), actor))
        seen = {name: known for name, known in self.known.items() if _sees(actor, known)}
        self._assert_same(
            "the tickets listed", sorted(entry["TicketId"] for entry in listed["TicketList"]), sorted(seen)
        )
        self._assert_same("their number", listed["TotalCount"], str(len(seen)))
        for entry in listed["TicketList"]:
            self._assert_same("a list's entry", entry, listed_as(seen[entry["TicketId"]].detail, entry))

    def _assert_same(self, what: str, found: Any, expected: Any) -> None:
        """Equal; of two objects only the members are told that are not."""
        if found == expected:
            return
        if isinstance(found, dict) and isinstance(expected, dict):
            names = [name for name in {**found, **expected} if found.get(name) != expected.get(name)]
            found, expected = ({name: each.get(name) for name in names} for each in (found, expected))
        raise AssertionError(f"{self._last}: {what} is {found!r} and should be {expected!r}")


def lock_of(known: Known) -> dict[str, str]:
    """A ticket's lock dates."""
    return {name: known.detail[name] for name in LOCK_DATES if name in known.detail}


def _refusals(known: Known | None, body: Mapping[str, Any], actor: Actor) -> list[Refused]:
    """Every refusal from check 8 on."""
    if actor is SUZUKI:
        return [_NO_MEMBER]
    return Rules().refusals(known if actor.service_code == SERVICE else None, body, actor)


def _sees(actor: Actor, known: Known) -> bool:
    return actor.service_code == SERVICE and may_see(actor, str(known.detail["ManagementGroupId"]))


def _told(answer: Answer) -> dict[str, Any]:
    """What a call that must succeed answers, beside its RequestId."""
    if answer.error:
        raise AssertionError(f"refused: {answer.envelope}")
    return {name: value for name, value in answer.body.items() if name != "RequestId"}


def _replayed(entries: list[dict[str, Any]]) -> dict[str, str]:
    """The values that a history leads to from nothing; each line goes on where the last one ended."""
    values: dict[str, str] = {}
    for line in (line for entry in reversed(entries) for line in entry["ChangeList"]):
        if not values.get(line["Parameter"], "") == line["Before"] != line["After"]:
            raise AssertionError(f"after {values.get(line['Parameter'], '')!r} the history tells of {line}")
        values[line["Parameter"]] = line["After"]
    return values

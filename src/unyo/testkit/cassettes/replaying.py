"""Replays a cassette against a fresh desk: each call in its order, at its time, signed anew."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self

import httpx2

from unyo.storage.administration import NewKey
from unyo.storage.administration.keys import make_key
from unyo.tickets.errors import Reason, Refusal
from unyo.tickets.model import parse_ticket_id
from unyo.uom import codec
from unyo.uom.actions import ACTIONS, CALL_ID_HEADER
from unyo.uom.envelopes import Failure
from unyo.uom.signature import METHOD, SignatureMethod, SignedCall, content_md5, encoded_path, signed_headers

from .comparing import Comparison
from .evidence import Plan, plan_of
from .form import Answered, Call, Cassette, Message, read_body
from .heads import AUTHORIZATION, MD5, REPEATED, SCRUBBED, label_of
from .outcomes import Outcome, is_in_trouble, outcome_of
from .rules import Difference
from .signatures import Signatures, was_taken
from .tickets import Seen, TicketName, ticket_name
from .translation import LOCK_DATES, Translation
from .worlds import Remade, remade

_LIFE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a call: where it differs, or why it was ``not_replayed``; ``note`` says what was done before it."""

    call: Call
    differences: tuple[Difference, ...] = ()
    not_replayed: str = ""
    note: str = ""


def replay(cassette: Cassette) -> Iterator[Result]:
    """Each call's result, in the order of the calls.

    Raises:
        NotPossible: the recording shows what no desk can hold.
    """
    if not cassette.calls:
        return
    plan = plan_of(cassette.calls)
    with remade(plan, cassette.calls[0].at) as world, _Carrier(world, plan) as carrier:
        replayed = _Replay(plan, world, carrier, Signatures(cassette.calls))
        for call in cassette.calls:
            yield replayed.result(call)


class _Carrier:
    """Sends calls to the desk in this process."""

    def __init__(self, world: Remade, plan: Plan) -> None:
        self._world = world
        self._plan = plan
        self._nobodys = make_key()
        self._runner = asyncio.Runner()
        self._http = httpx2.AsyncClient(transport=httpx2.ASGITransport(world.desk.app), base_url="http://desk")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()

    def send(self, call: Call, content: bytes, *, is_signed_well: bool) -> Answered:
        """The desk's answer to a recorded call with that body."""
        self._world.clock.set(call.at)
        headers = [*_headers(call, content)]
        if AUTHORIZATION in call.request.headers or was_taken(call):
            key = self._key(call) if is_signed_well else self._nobodys
            signed = SignedCall(call.method, call.path, headers)
            method = call.request.headers.get(METHOD, "")
            chosen = SignatureMethod(method) if method in {*SignatureMethod} else SignatureMethod.HMAC_SHA256
            headers += signed_headers(signed, key.access_key, key.secret_key, call.at + _LIFE, chosen).items()
        url = httpx2.URL("http://desk").copy_with(raw_path=encoded_path(call.path).encode())
        answer = self._runner.run(self._http.request(call.method, url, content=content, headers=headers))
        body, text = read_body(answer.content)
        return Answered(answer.status_code, Message(dict(answer.headers), body, text))

    def _key(self, call: Call) -> NewKey:
        owner = self._plan.owners.get(label_of(call))
        return self._world.keys[owner] if owner else self._nobodys


def _headers(call: Call, content: bytes) -> Iterator[tuple[str, str]]:
    """The headers that a replay sends beside its signature; one whose value was left out is as wrong as it was."""
    assert call.answer
    is_json = call.answer.status != Failure.UNSUPPORTED_MEDIA_TYPE.value.status
    instead = {"content-type": "application/json" if is_json else "text/plain", CALL_ID_HEADER: "no UUID"}
    for name, value in call.request.headers.items():
        if name == MD5:
            yield name, content_md5(content)
        elif name in {"content-type", "content-encoding", CALL_ID_HEADER}:
            yield name, instead.get(name, "") if value in {SCRUBBED, REPEATED} else value


@dataclass(slots=True)
class _Ticket:
    """What the recording has said of a ticket so far."""

    dates: dict[str, Any] = field(default_factory=dict)
    was_written: bool = False
    """Whether it was updated since it was last read, so that other dates are to be expected."""
    is_astray: bool = False
    """Whether the replay's ticket is another by now, so that it is made as recorded when it is read next."""


class _Replay:
    def __init__(self, plan: Plan, world: Remade, carrier: _Carrier, signatures: Signatures) -> None:
        self._plan = plan
        self._signatures = signatures
        self._world = world
        self._carrier = carrier
        self._translation = Translation()
        self._translation.tickets = {name: f"UTM{number}" for name, number in world.numbers.items()}
        self._tickets: dict[TicketName, _Ticket] = {name: _Ticket(is_astray=False) for name in plan.tickets}
        self._lost: dict[TicketName, int] = {}
        self._sent: dict[tuple[str, bytes], bytes] = {}

    def result(self, call: Call) -> Result:
        """Replay one call, and compare."""
        name, recorded = ticket_name(call), outcome_of(call.answer, call.action)
        if reason := self._why_not(call, name, recorded):
            self._stray(call, name, recorded)
            return Result(call, not_replayed=reason)
        assert call.answer
        note = self._prepare(call, name, recorded)
        answer = self._carrier.send(
            call, self._content(call, name), is_signed_well=recorded.reason is not Reason.UNAUTHENTICATED
        )
        compared = Comparison(call, name, self._translation)
        differences = [*compared.differences(call.answer, answer)]
        self._learn(call, name, recorded, outcome_of(answer, call.action), differs=bool(differences))
        return Result(call, (*self._signatures.difference(call), *differences), note=note)

    def _why_not(self, call: Call, name: TicketName | None, recorded: Outcome) -> str:
        """Why a call cannot be compared; ``""`` if it can."""
        if call.answer is None:
            return f"there is no answer to compare with: {call.trouble}"
        if is_in_trouble(call.answer):
            return "the endpoint was in trouble, which no rule can foretell"
        if not call.action:
            return ""
        action = ACTIONS[call.action]
        if action.is_extension:
            return f"{call.action} is an extension of unyo: the vendor has no such action"
        if name is None or recorded.reason in {Reason.UNAUTHENTICATED, Reason.NOT_A_MEMBER}:
            return ""
        if isinstance(action.read(call.asked), Refusal):
            return ""  # which no ticket is needed for
        if name in self._lost:
            return f"unyo has no such ticket, since it registered none in call {self._lost[name]}"
        if recorded.reason is Reason.NO_TICKET:
            return ""
        if name not in self._tickets:
            return "the recording never reads the ticket"
        seen = self._plan.tickets.get(name)
        return "the recording reads the ticket only later" if seen and seen.call.number > call.number else ""

    def _prepare(self, call: Call, name: TicketName | None, recorded: Outcome) -> str:
        """Do what others did to the ticket meanwhile, as far as the recording shows it."""
        known = self._tickets.get(name) if name else None
        if name is None or known is None:
            return ""
        if recorded.reason is Reason.CONFLICT and _is_up_to_date(call, known):
            self._world.touch(name[0], self._number(name), call.at)
            known.is_astray = True
            return "somebody else changed the ticket before"
        if call.action != "GetTicketDetail" or not recorded.is_success:
            return ""
        was_changed = bool(known.dates) and known.dates != _dates(recorded) and not known.was_written
        if known.is_astray or was_changed:
            self._make_as_recorded(call, name, recorded)
        if was_changed:
            return "the ticket was changed by what the recording does not show"
        return ""

    def _content(self, call: Call, name: TicketName | None) -> bytes:
        if call.request.body is None:
            return self._translation.text(name, call.request.text).encode("utf-8", "surrogatepass")
        content = codec.encode(self._translation.body(name, call.request.body))
        call_id = call.request.headers.get(CALL_ID_HEADER, "")
        if not call_id:
            return content
        # A call that is sent again is the same to the byte, whatever was learnt meanwhile.
        return self._sent.setdefault((call_id, codec.encode(call.request.body)), content)

    def _learn(self, call: Call, name: TicketName | None, recorded: Outcome, unyo: Outcome, *, differs: bool) -> None:
        """Remember what the call has made of the ticket, in the recording and here."""
        if call.action == "RegisterTicket" and recorded.is_success:
            registered = (str(call.asked.get("ServiceCode")), str(recorded.inside.get("TicketId")))
            if unyo.is_success:
                self._translation.tickets[registered] = str(unyo.inside["TicketId"])
                self._tickets.setdefault(registered, _Ticket())
            else:
                self._lost[registered] = call.number
        known = self._tickets.get(name) if name else None
        if known is None or name is None:
            return
        if call.action == "UpdateTicket":
            known.was_written |= recorded.is_success
            known.is_astray |= recorded.is_success != unyo.is_success
        if call.action == "GetTicketDetail" and recorded.is_success:
            if differs and unyo.is_success:
                self._make_as_recorded(call, name, recorded)  # so that a difference is told once
            known.dates, known.was_written, known.is_astray = _dates(recorded), False, False

    def _stray(self, call: Call, name: TicketName | None, recorded: Outcome) -> None:
        """A call that was not replayed, and may have been carried out, leaves the ticket as nobody knows."""
        known = self._tickets.get(name) if name else None
        if known and call.action == "UpdateTicket" and recorded.reason is None:
            known.is_astray = True

    def _make_as_recorded(self, call: Call, name: TicketName, recorded: Outcome) -> None:
        seen = self._plan.tickets.get(name)
        kind = seen.kind if seen else None
        self._world.place(name, self._number(name), Seen.of(call, recorded.inside, kind))
        self._translation.same_from_here(name)

    def _number(self, name: TicketName) -> int:
        number = parse_ticket_id(self._translation.tickets[name])
        assert number is not None
        return number


def _is_up_to_date(call: Call, known: _Ticket) -> bool:
    """Whether an update was sent with the dates that the ticket had, as far as the recording tells."""
    if call.action != "UpdateTicket" or known.was_written or not known.dates:
        return False
    body = call.asked
    return all(body.get(wire) == value for wire, value in known.dates.items())


def _dates(recorded: Outcome) -> dict[str, Any]:
    return {wire: recorded.inside[wire] for wire in LOCK_DATES if wire in recorded.inside}

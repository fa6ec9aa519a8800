"""Plays a case on a desk: makes each step's call, sends it, and has its answer and its changes judged."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from unyo import cast
from unyo.cast import SERVICE, YAMADA, Actor
from unyo.tickets.dates import format_date
from unyo.uom.actions import ACTIONS
from unyo.uom.signature import SignatureMethod, SignedCall, content_md5, signed_headers

from .cases import WRITING, Call, Case, filled
from .desks import (
    INCIDENT,
    NEW_INCIDENT,
    NEW_REQUEST,
    REQUEST,
    SERVERS_INCIDENT,
    Answer,
    DeskUnderTest,
    who,
)
from .directories import change_directory
from .judging import Exchange, assert_answer, assert_changes, member_at
from .watching import MEMOS, Watch

TICKETS = {"incident": INCIDENT, "request": REQUEST, "servers incident": SERVERS_INCIDENT}
NEW = {"incident": NEW_INCIDENT, "request": NEW_REQUEST}
MEMO_MEMBERS = ("CorrespondProcessSeq", "CorrespondProcessOperationClass", "CorrespondProcess")
# What a body is made from where the step does not say.
STARTS = {
    "UpdateTicket": "echo incident",
    "RegisterTicket": "new incident",
    "GetTicketDetail": "ticket incident",
    "GetTicketHistory": "ticket incident",
}


def play(case: Case, desk: DeskUnderTest, watch: Watch) -> None:
    """Carry a case out, step by step."""
    kept: dict[str, Any] = {}
    for template in case.steps:
        step = filled(template, kept)
        if "call" in step:
            _call(Call(**step), desk, watch, kept)
            continue
        desk.clock.move(seconds=step.get("clock", 0))
        for name, given in step.get("directory", {}).items():
            change_directory(desk, name, given)
        for name, start in step.get("remember", {}).items():
            kept[name] = _start(start, desk, YAMADA)
        watch.forget()


def _call(call: Call, desk: DeskUnderTest, watch: Watch, kept: dict[str, Any]) -> None:
    actor = _actor(call.by)
    body = _body(call, desk, actor)
    is_watched = call.refused or call.call in WRITING
    # A registration that is replayed must answer a ticket that is there already.
    ticket_id = str(body.get("TicketId") or (call.holds or {}).get("TicketId"))
    before = watch.seen(ticket_id) if is_watched else None
    answer = _send(call, _content(call, body), desk, actor)
    exchange = Exchange(call, actor, body, format_date(desk.clock.now), answer)
    assert_answer(exchange)
    if before is not None:
        watch.forget()
        assert_changes(exchange, before, watch.seen(exchange.ticket_id))
    kept.update({name: member_at(answer.body, path) for name, path in (call.keep or {}).items()})


def _actor(name: str) -> Actor:
    """A member of the cast, by the name of its constant."""
    found = getattr(cast, name)
    assert isinstance(found, Actor)
    return found


def _body(call: Call, desk: DeskUnderTest, actor: Actor) -> dict[str, Any]:
    """The call's parameters, as far as they are not given as text."""
    if call.raw is not None:
        return {}
    body = {**_start(call.start or STARTS.get(call.call, "who"), desk, actor), **(call.given or {})}
    if call.memos is not None:
        body[MEMOS] = [_memo(memo) for memo in call.memos]
    absent = [name for name in call.without if name not in body]
    assert not absent, f"{absent} cannot be left out: they are not there"
    return {name: value for name, value in body.items() if name not in call.without}


def _start(start: str | Mapping[str, Any], desk: DeskUnderTest, actor: Actor) -> dict[str, Any]:
    """``echo``, ``new`` or ``ticket`` with what of; ``who``; ``nothing``; or a body that was remembered."""
    if isinstance(start, Mapping):
        return dict(start)
    how, _, what = start.partition(" ")
    ticket_id = TICKETS.get(what, what)
    match how:
        case "echo":
            reader = YAMADA if actor.service_code == SERVICE else actor
            return desk.echo(ticket_id, reader=reader, writer=actor)
        case "new":
            return {**who(actor), **NEW[what]}
        case "ticket":
            return {**who(actor), "TicketId": ticket_id}
        case "who":
            return {**who(actor)}
        case _:
            assert how == "nothing", start
            return {}


def _memo(members: Any) -> dict[str, str]:
    return {name: text for name, text in zip(MEMO_MEMBERS, members, strict=True) if text is not None}


def _content(call: Call, body: Mapping[str, Any]) -> bytes:
    text = json.dumps(body) if call.raw is None else call.raw
    if call.append:
        text = f"{text[:-1]}{', ' if body else ''}{call.append}}}"
    return text.encode(call.encoding)


def _send(call: Call, content: bytes, desk: DeskUnderTest, actor: Actor) -> Answer:
    path = call.path or ACTIONS[call.call].path
    sent: dict[str, str] = filled(call.headers or {}, {"md5": content_md5(content)})
    if call.content_type is not None:
        sent["Content-Type"] = call.content_type
    signed = _signed(call, SignedCall(call.method, path.partition("?")[0], sent.items()), desk, actor)
    headers: dict[str, str | None] = {**sent, **signed, **filled(call.altered or {}, {**sent, **signed})}
    listed = [(name, value) for name, value in headers.items() if value is not None]
    return desk.transport.request(call.method, path, content, [*listed, *(call.repeated or {}).items()])


def _signed(call: Call, http: SignedCall, desk: DeskUnderTest, actor: Actor) -> dict[str, str]:
    """The headers of the signature, which the step may ask to be made otherwise."""
    how = {
        "access_key": actor.key.access_key,
        "secret_key": actor.key.secret_key,
        "seconds": 3600,
        "method": "HmacSHA256",
        "path": http.path,
        **(call.signed or {}),
    }
    return signed_headers(
        SignedCall(http.method, how["path"], http.headers),
        how["access_key"],
        how["secret_key"],
        desk.clock.now + timedelta(seconds=how["seconds"]),
        SignatureMethod(how["method"]),
    )

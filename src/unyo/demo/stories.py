"""Tickets told as stories: each step is a call by one of the cast, judged by the same rules as any other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from unyo.cast import Actor
from unyo.services.ports import Caller, Done, WriteCall
from unyo.storage.moving.loading import Loader
from unyo.tickets.commands import RegisterTicket, UpdateTicket
from unyo.tickets.field_tables import MASTER_ID, MEMOS, SERVICE_CODE, TICKET_FIELDS, TICKET_ID, TICKET_KIND
from unyo.tickets.fields import Text
from unyo.tickets.model import Ticket, parse_ticket_id
from unyo.uom.actions import ACTIONS
from unyo.uom.answers import lock_dates
from unyo.uom.envelopes import make_request_id


class BrokenStory(Exception):
    """A step that the rules refuse: a mistake in the demonstration's data."""


class StoryTeller:
    """Registers and updates tickets at moments of the past."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader

    def register(self, actor: Actor, at: datetime, values: Mapping[str, Any]) -> int:
        """Register a ticket; its number."""
        done = self._call("RegisterTicket", actor, at, values)
        number = parse_ticket_id(done.ticket_id)
        assert number is not None
        return number

    def update(
        self,
        actor: Actor,
        number: int,
        at: datetime,
        values: Mapping[str, Any],
        notes: Sequence[str] = (),
    ) -> None:
        """Read the ticket, change some values, add notes, and send all of it back, as any client does."""
        ticket = self.loader.ticket(actor.service_code, number)
        added = [{"CorrespondProcessOperationClass": "0", "CorrespondProcess": note} for note in notes]
        self._call("UpdateTicket", actor, at, {**_echo(ticket), MEMOS.wire: added, **values})

    def _call(self, action: str, actor: Actor, at: datetime, values: Mapping[str, Any]) -> Done:
        body = {SERVICE_CODE.wire: actor.service_code, MASTER_ID.wire: actor.master_id, **values}
        command = ACTIONS[action].read(body)
        if not isinstance(command, RegisterTicket | UpdateTicket):
            raise BrokenStory(command, values)
        outcome = self.loader.carry_out(
            WriteCall(command, Caller(actor.master_id, actor.key.access_key), make_request_id()), at
        )
        if not isinstance(outcome, Done):
            raise BrokenStory(outcome, values)
        return outcome


def _echo(ticket: Ticket) -> dict[str, str]:
    """The ticket as an update sends it back: what was never set stays away."""
    values = {p.wire: p.kind.format(ticket.values[p.key]) for p in TICKET_FIELDS if isinstance(p.kind, Text)}
    held = {wire: value for wire, value in values.items() if value}
    return {TICKET_ID.wire: ticket.ticket_id, TICKET_KIND.wire: ticket.kind.value, **held, **lock_dates(ticket)}

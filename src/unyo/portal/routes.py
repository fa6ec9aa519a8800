"""Every page of the portal: where it is, what it does, and who may see it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from unyo.tickets.directory import Right

from .views import (
    approval,
    edit,
    events,
    link,
    memos,
    my_work,
    password,
    register,
    saved_views,
    service,
    sessions,
    settings,
    sign_in,
    sign_out,
    ticket,
)
from .views import list as ticket_list
from .visit import Visit
from .who import Needs, Who

View = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: ``shows`` answers a reader, ``does`` somebody who sends a form; either may be missing."""

    path: str
    needs: Needs
    shows: View | None = None
    does: View | None = None
    is_asked_by_itself: bool = False
    """Whether open pages ask for it by themselves, so that a call is no sign of the session's owner."""

    @property
    def methods(self) -> list[str]:
        """The methods that it answers."""
        return [*(["GET"] if self.shows else []), *(["POST"] if self.does else [])]


ROUTES: Final = (
    Page("/sign-in", Who.ANYONE, sign_in.show, sign_in.do),
    Page("/sign-out", Who.PERSON, None, sign_out.do),
    Page("/link/{token}", Who.ANYONE, link.show, link.do),
    Page("/service", Who.PERSON, service.show, service.do),
    Page("/settings", Who.PERSON, settings.show),
    Page("/settings/language", Who.PERSON, None, settings.choose_language),
    Page("/settings/theme", Who.PERSON, None, settings.choose_theme),
    Page("/settings/time-zone", Who.PERSON, None, settings.choose_time_zone),
    Page("/settings/password", Who.PERSON, None, password.change),
    Page("/settings/sessions/end", Who.PERSON, None, sessions.end),
    Page("/settings/sessions/end-others", Who.PERSON, None, sessions.end_others),
    Page("/", Right.READ, my_work.show),
    Page("/tickets", Right.READ, ticket_list.show),
    Page("/events", Right.READ, events.show, is_asked_by_itself=True),
    Page("/views", Right.READ, None, saved_views.save),
    Page("/views/delete", Right.READ, None, saved_views.delete),
    Page("/tickets/new", Right.WRITE, register.show, register.do),
    Page("/tickets/UTM{digits}/edit", Right.WRITE, edit.show, edit.do),
    Page("/tickets/UTM{digits}", Right.READ, ticket.show),
    Page("/tickets/UTM{digits}/history", Right.READ, ticket.history),
    # Shown when somebody loads a refused form's page again.
    Page("/tickets/UTM{digits}/memos", Right.WRITE, ticket.show, memos.do),
    Page("/tickets/UTM{digits}/approval", Right.WRITE, ticket.show, approval.do),
)

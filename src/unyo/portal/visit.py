"""One visit of a page: who it is, in which service, and how they want to read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from pydantic import SecretStr
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unyo.services.people import Chosen, Session
from unyo.services.ports import Caller
from unyo.tickets.directory import Directory, Member, Right, Service
from unyo.tickets.field_tables import BY_KEY

from .backing import Backing
from .pages import part_of, render
from .shortcuts import PLACES
from .web import headers
from .web.assets import address
from .web.bounded import MOST_BYTES
from .web.origin import is_form
from .web.own_path import address_of, path_of
from .web.sent_form import sent_form
from .words.language import HOME, Language, Words, preferred
from .words.wording import kind_says, refused_says, unfit_says

T = TypeVar("T")
# No more at a time than the reading pool has connections to spare for people.
READING_THREADS: Final = 4
# Hashing a password takes long, so whoever only reads does not wait in the same line.
PROVING_THREADS: Final = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """A call of a page. ``session`` is None for somebody who is not signed in; ``member`` without a chosen service."""

    request: Request
    backing: Backing
    limiter: CapacityLimiter
    proving: CapacityLimiter
    directory: Directory
    session: Session | None
    token: SecretStr
    chosen: Chosen
    service: Service | None
    member: Member | None
    now: datetime

    @property
    def language(self) -> Language:
        """Chosen by the person, else by the browser."""
        asked = self.chosen.language
        return Language(asked) if asked in set(Language) else preferred(self.request.headers.get("accept-language", ""))

    @property
    def words(self) -> Words:
        """The reader's language and time zone."""
        return Words(self.language, ZoneInfo(self.chosen.time_zone or HOME))

    @property
    def person(self) -> Session:
        """Who is signed in; a page for people has somebody."""
        assert self.session is not None
        return self.session

    @property
    def here(self) -> Service:
        """The service that is worked in; a page that needs a right has one."""
        assert self.service is not None
        return self.service

    @property
    def me(self) -> Member:
        """Who works; a page that needs a right has somebody."""
        assert self.member is not None
        return self.member

    @property
    def caller(self) -> Caller:
        """The same for the use cases."""
        return Caller(self.me.master_id)

    @property
    def has_command_key(self) -> bool:
        """Whether the reader's keyboard has ⌘ in the place of Ctrl."""
        return "Mac OS" in self.request.headers.get("user-agent", "")

    def may(self, right: Right) -> bool:
        """Whether the role allows it."""
        return self.member is not None and self.member.may(right)

    async def ask(self, work: Callable[[], T]) -> T:
        """What a use case or a port says, asked in a thread."""
        return await run_sync(work, limiter=self.limiter)

    async def prove(self, work: Callable[[], T]) -> T:
        """What a use case makes of a password, asked in a thread kept for that."""
        return await run_sync(work, limiter=self.proving)

    @property
    def part(self) -> str:
        """The part of the page that a script asks for, by the name of the element it replaces; ``""`` for the page."""
        return part_of(self.request)

    @property
    def path(self) -> str:
        """The path that was asked for."""
        return path_of(self.request)

    @property
    def address(self) -> str:
        """The same with its query."""
        return address_of(self.request)

    async def form(self) -> FormData:
        """What a form of ours sent; empty where the call is no such form."""
        return await sent_form(self.request, self.proving) if is_form(self.request) else FormData()

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page of a template."""
        return render(self.request, self.language, template, {**self._common(), **values}, status)

    def go(self, to: str) -> Response:
        """Send the browser to another page, once something was done."""
        return RedirectResponse(to, 303, headers.PAGE)

    def _common(self) -> Mapping[str, Any]:
        """What every template may use."""
        words = self.words
        return {
            "visit": self,
            "asset": address,
            "language": str(words.language),
            "theme": self.chosen.theme or "system",
            "meaning": words.meaning,
            "label": lambda key: words.meaning(BY_KEY[key].label),
            "kind_says": lambda kind: kind_says(kind, words),
            "unfit_says": lambda unfit: unfit_says(unfit, words),
            "refused_says": lambda refusal, wait: refused_says(refusal, wait, words),
            "date": words.date,
            "ago": lambda moment: words.ago(moment, self.now),
            "number": words.number,
            "Right": Right,
            "places": PLACES,
            "most": MOST_BYTES,
        }

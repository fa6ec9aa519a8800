"""The portal as an application: who comes, whether they may, and what they get."""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from unyo.services.people import Chosen
from unyo.services.ports import QueueFull, StorageFailed
from unyo.tickets.directory import Directory
from unyo.uom import codec
from unyo.uom.envelopes import CONTENT_TYPE, Failure, failure

from .backing import Backing
from .kept import resume
from .kept.resume import Why
from .routes import ROUTES, Page
from .visit import PROVING_THREADS, READING_THREADS, Visit
from .web import assets, cookies, headers
from .web.bounded import TOO_LATE, Bounded
from .web.kept_to_https import KeptToHttps
from .web.origin import READING, is_foreign, is_form, is_ours
from .web.own_path import HOME, path_of
from .who import Who

_Endpoint = Callable[[Request], Awaitable[Response]]
_MIN_GZIP: Final = 1024
_TOLD: Final = {
    each.value.status: each
    for each in (
        Failure.BAD_REQUEST,
        Failure.METHOD_NOT_ALLOWED,
        Failure.PAYLOAD_TOO_LARGE,
        Failure.REQUEST_TIMEOUT,
    )
}
_MISSING: Final = frozenset({Failure.NOT_FOUND.value.status, Failure.METHOD_NOT_ALLOWED.value.status})
BY_ITSELF: Final = "unyo-by-itself"
"""The header of what a script of ours asks for by itself, whether or not anybody is at the browser."""
_EMPTY_DIRECTORY: Final = Directory(0, {}, {})


class Portal:
    """Serves the pages."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._limits: tuple[CapacityLimiter, CapacityLimiter] | None = None

    def application(self) -> Starlette:
        """The ASGI application, to be mounted at the root."""
        hsts = self._backing.hsts_seconds
        routes = [Route(page.path, self._endpoint(page), methods=page.methods) for page in ROUTES]
        made = Starlette(
            routes=[Route("/static/{name}", assets.serve), *routes],
            middleware=[
                *([Middleware(KeptToHttps, seconds=hsts)] if hsts else []),
                Middleware(GZipMiddleware, minimum_size=_MIN_GZIP),
                Middleware(Bounded, seconds=self._backing.form_seconds),
            ],
            exception_handlers={HTTPException: self._refuse, StorageFailed: self._busy, QueueFull: self._busy},
        )
        made.router.redirect_slashes = False  # a path that is not there is answered, not guessed
        return made

    def _endpoint(self, page: Page) -> _Endpoint:
        async def _serve(request: Request) -> Response:
            is_write = request.method not in READING
            visit = await self._visit(request, by_itself=page.is_asked_by_itself)
            # What an open page asks for tells others that somebody is there.
            if is_foreign(request) if page.is_asked_by_itself else is_write and not is_ours(request):
                return visit.page("refused.html", 403, why="origin")
            if is_write and not is_form(request):
                raise HTTPException(Failure.BAD_REQUEST.value.status)
            if page.needs is not Who.ANYONE and visit.session is None:
                return await _to_sign_in(visit, page)
            if is_write and resume.is_strange(await visit.form(), visit.session):
                return await resume.to_who_typed_it(visit)
            if not isinstance(page.needs, Who) and visit.member is None:
                return await resume.unsaved(visit, Why.LEFT) or RedirectResponse("/service", 303, headers.PAGE)
            if not isinstance(page.needs, Who) and not visit.may(page.needs):
                return await resume.unsaved(visit, Why.RIGHT) or visit.page("refused.html", 403, why="right")
            view = page.does if is_write else page.shows
            assert view is not None
            return await view(visit)

        return _serve

    async def _visit(self, request: Request, *, by_itself: bool = False) -> Visit:
        if self._backing.is_https:
            request.scope["scheme"] = "https"
        if self._limits is None:
            self._limits = CapacityLimiter(READING_THREADS), CapacityLimiter(PROVING_THREADS)
        limits = self._limits
        is_seen = not by_itself and BY_ITSELF not in request.headers
        return await run_sync(lambda: _look(request, self._backing, *limits, is_seen=is_seen), limiter=limits[0])

    async def _refuse(self, request: Request, error: Exception) -> Response:
        """No such page, or no form of ours: people get a page, programs the API's envelope."""
        assert isinstance(error, HTTPException)
        if "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers:
            template = "missing.html" if error.status_code in _MISSING else "refused.html"
            try:
                visit = await self._visit(request)
            except StorageFailed as failed:
                return await self._busy(request, failed)
            is_gone = error.status_code == Failure.NOT_FOUND.value.status
            unsaved = await resume.unsaved(visit, Why.GONE) if is_gone else None
            why = "late" if error.status_code == TOO_LATE else "form"
            answer = unsaved or visit.page(template, error.status_code, why=why)
            answer.headers.update(error.headers or {})
            return answer
        code = _TOLD.get(error.status_code, Failure.NOT_FOUND).value
        content = codec.encode(failure(request.state.request_id, code))
        return Response(content, code.status, error.headers, CONTENT_TYPE)

    async def _busy(self, request: Request, _error: Exception) -> Response:
        """The database failed or the queue is full: what is said here needs neither, and what was typed is kept."""
        visit = Visit(
            request=request,
            backing=self._backing,
            limiter=CapacityLimiter(1),
            proving=CapacityLimiter(1),
            directory=_EMPTY_DIRECTORY,
            session=None,
            token=SecretStr(""),
            chosen=Chosen(),
            service=None,
            member=None,
            now=self._backing.clock(),
        )
        if request.method not in READING and is_ours(request) and resume.TYPED_BY in await visit.form():
            return await resume.again(visit)
        return visit.page("busy.html", 503)


def _look(
    request: Request, backing: Backing, limiter: CapacityLimiter, proving: CapacityLimiter, *, is_seen: bool
) -> Visit:
    """The call as a visit: who makes it, and in which service."""
    token, directory = cookies.token_of(request), backing.reader.directory()
    session = backing.signing_in.session(token, is_seen=is_seen) if token else None
    return Visit(
        request=request,
        backing=backing,
        limiter=limiter,
        proving=proving,
        directory=directory,
        session=session,
        token=token,
        chosen=backing.choices.chosen(session.master_id) if session else Chosen(),
        service=directory.services.get(session.service_code) if session else None,
        member=directory.member(session.service_code, session.master_id) if session else None,
        now=backing.clock(),
    )


async def _to_sign_in(visit: Visit, page: Page) -> Response:
    """To the sign-in, and back: what was typed into a form goes with it."""
    request = visit.request
    if request.method in READING:
        return RedirectResponse(f"/sign-in?next={quote(visit.address, safe='')}", 303, headers.PAGE)
    form = await visit.form()
    typed = resume.kept(path_of(request), form).pack() if resume.TYPED_BY in form else ""
    to = path_of(request) if page.shows else HOME
    return visit.page("sign-in.html", 401, next=to, typed=typed, fault="", has_ended=True, master_id="")

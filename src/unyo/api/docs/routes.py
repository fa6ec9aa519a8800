"""The page over HTTP: which language, what is kept by browsers, and what a browser may do with it."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .page import render
from .wording import Language, Wording

# Nothing but our own stylesheet, and the icon that stands in the page itself.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_ACCEPTED = re.compile(r"\s*([a-z*-]+)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")


@dataclass(frozen=True, slots=True)
class _Document:
    """What is sent, plain and packed, with a tag for each."""

    media_type: str
    plain: bytes
    packed: bytes
    tag: str

    @classmethod
    def of(cls, media_type: str, text: str) -> "_Document":
        plain = text.encode()
        tag = hashlib.sha256(plain).hexdigest()[:20]
        return cls(media_type, plain, gzip.compress(plain, mtime=0), tag)


def docs_routes(version: str) -> list[Route]:
    """The routes of the page and its stylesheet; ``version`` is the server's own."""
    style = _Document.of("text/css; charset=utf-8", files(__package__).joinpath("static/style.css").read_text("utf-8"))

    @lru_cache
    def page(language: Language) -> _Document:
        rendered = render(Wording(language), version=version, style=style.tag)
        return _Document.of("text/html; charset=utf-8", rendered)

    async def docs(request: Request) -> Response:
        language = choose_language(request.query_params.get("lang", ""), request.headers.get("accept-language", ""))
        found = await run_sync(page, language)  # the first of a language is rendered, which takes a moment
        return _answer(request, found, {"Content-Language": language, "Vary": "Accept-Language, Accept-Encoding"})

    async def stylesheet(request: Request) -> Response:
        return _answer(request, style, {"Vary": "Accept-Encoding"})

    return [Route("/docs", docs), Route("/docs/style.css", stylesheet)]


def choose_language(asked: str, accepted: str) -> Language:
    """The language that is asked for, else the one that the browser likes best, else Japanese."""
    if asked in set(Language):
        return Language(asked)
    liked = _liked(accepted)
    best = max(Language, key=lambda language: liked.get(language, 0))  # of two liked equally, ours that comes first
    return best if liked.get(best) else Language.JAPANESE


def _liked(header: str) -> dict[str, float]:
    """How much each value of an Accept header is liked, from 0 to 1; languages without their regions."""
    liked: dict[str, float] = {}
    for part in header.lower().split(","):
        found = _ACCEPTED.fullmatch(part)
        if found:
            name = found[1].partition("-")[0]
            liked[name] = max(liked.get(name, 0), float(found[2] or 1))
    return liked


def _answer(request: Request, document: _Document, headers: dict[str, str]) -> Response:
    packed = bool(_liked(request.headers.get("accept-encoding", "")).get("gzip"))
    tag = f'"{document.tag}{"-gzip" if packed else ""}"'
    # It is asked for again each time, and answered in a line while it is the same.
    sent = {**_HEADERS, **headers, "ETag": tag, "Cache-Control": "no-cache"}
    if _holds(request, tag):
        return Response(status_code=304, headers=sent)
    if packed:
        sent["Content-Encoding"] = "gzip"
    return Response(document.packed if packed else document.plain, headers=sent, media_type=document.media_type)


def _holds(request: Request, tag: str) -> bool:
    """Whether the browser has it already."""
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    return tag in known or "*" in known

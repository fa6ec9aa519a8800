"""Styles and scripts: small files of ours joined into one each, under an address that changes with what they hold."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

# In this order: later styles win.
STYLES: Final = (
    "vendor/design-tokens-1.1.9.css",
    *(
        f"css/{name}.css"
        for name in (
            "theme",
            "base",
            "layout",
            "menu",
            "button",
            "form",
            "secret",
            "choice",
            "door",
            "settings",
            "conflict",
            "badge",
            "card",
            "table",
            "filters",
            "work",
            "notice",
            "ticket",
            "timeline",
            "difference",
            "live",
            "dialog",
            "forced",
            "print",
        )
    ),
)
SCRIPTS: Final = (
    "vendor/htmx-2.0.11.min.js",
    "js/start.js",
    "js/menus.js",
    "js/secret.js",
    "js/theme.js",
    "js/choices.js",
    "js/foot.js",
    "js/again.js",
    "js/large.js",
    "js/form.js",
    "js/reach.js",
    "js/live.js",
    "js/focus.js",
    "js/dialogs.js",
    "js/keys.js",
    "js/palette.js",
)


# The path of an asset: its name, with a part of the digest of what it holds.
_NAMED: Final = re.compile(r"([a-z]+)\.[0-9a-f]{12}(\.[a-z]+)")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    path: str
    media_type: str
    plain: bytes
    packed: bytes


@cache
def assets() -> dict[str, Asset]:
    """All of them by their paths."""
    made = (
        _joined("style.css", "text/css; charset=utf-8", STYLES),
        _joined("script.js", "text/javascript; charset=utf-8", SCRIPTS),
        _joined("icon.svg", "image/svg+xml", ("icon.svg",)),
    )
    return {each.path: each for each in made}


@cache
def address(name: str) -> str:
    """The address of an asset by its name, such as ``style.css``."""
    return f"/static/{_named()[name].path}"


@cache
def _named() -> dict[str, Asset]:
    return {_NAMED.sub(r"\1\2", path): asset for path, asset in assets().items()}


async def serve(request: Request) -> Response:
    """An asset, to be kept for good.

    While nodes are replaced one by one, a page of one may ask another of an earlier or later release: rather than
    nothing it gets what there is, and is not to keep it.
    """
    path = request.path_params["name"]
    found = assets().get(path)
    is_here = found is not None
    if found is None and _NAMED.fullmatch(path):
        found = _named().get(_NAMED.sub(r"\1\2", path))
    if found is None:
        return Response(status_code=404)
    sent = {
        "Cache-Control": "public, max-age=31536000, immutable" if is_here else "no-store",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, headers={**sent, "Content-Encoding": "gzip"}, media_type=found.media_type)
    return Response(found.plain, headers=sent, media_type=found.media_type)


def _joined(name: str, media_type: str, parts: tuple[str, ...]) -> Asset:
    folder = files("unyo.portal") / "static"
    plain = b"\n".join(folder.joinpath(part).read_bytes() for part in parts)
    stem, _, ending = name.rpartition(".")
    path = f"{stem}.{hashlib.sha256(plain).hexdigest()[:12]}.{ending}"
    return Asset(path, media_type, plain, gzip.compress(plain, mtime=0))

"""Styles and scripts: small files of ours joined into one each, under an address that changes with what they hold."""

import gzip
import hashlib
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
    stem, _, ending = name.rpartition(".")
    return next(f"/static/{path}" for path in assets() if path.startswith(f"{stem}.") and path.endswith(f".{ending}"))


async def serve(request: Request) -> Response:
    """An asset, to be kept for good; an address of another release is not there."""
    found = assets().get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    sent = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, headers={**sent, "Content-Encoding": "gzip"}, media_type=found.media_type)
    return Response(found.plain, headers=sent, media_type=found.media_type)


def _joined(name: str, media_type: str, parts: tuple[str, ...]) -> Asset:
    folder = files(__package__) / "static"
    plain = b"\n".join(folder.joinpath(part).read_bytes() for part in parts)
    stem, _, ending = name.rpartition(".")
    path = f"{stem}.{hashlib.sha256(plain).hexdigest()[:12]}.{ending}"
    return Asset(path, media_type, plain, gzip.compress(plain, mtime=0))

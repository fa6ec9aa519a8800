"""Writes come from our own pages only: what browsers say of where a call was made is believed before anything else."""

from typing import Final

from starlette.requests import Request

_OURS: Final = frozenset({"same-origin"})
# Forms of ours hold no files, and other encodings bring alphabets of their own.
_FORMS: Final = frozenset({"", "application/x-www-form-urlencoded"})
READING: Final = frozenset({"GET", "HEAD"})


def is_ours(request: Request) -> bool:
    """Whether a call may write: fetch metadata says that it was made here; without that, the origin does.

    The origin's scheme counts too: over plain http anybody on the way answers in this host's name.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _OURS
    return request.headers.get("origin") == f"{request.scope['scheme']}://{request.headers.get('host', '')}"


def is_foreign(request: Request) -> bool:
    """Whether a browser says that a page of another site has it call, even where that page may not read the answer."""
    return request.headers.get("sec-fetch-site", "none") not in {*_OURS, "none"}


def is_form(request: Request) -> bool:
    """Whether a call holds what a form of ours would."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return request.method not in READING and media_type in _FORMS

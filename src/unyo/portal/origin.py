"""Writes come from our own pages only: what browsers say of where a call was made is believed before anything else."""

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

_OURS: Final = frozenset({"same-origin"})
READING: Final = frozenset({"GET", "HEAD"})


def is_ours(request: Request) -> bool:
    """Whether a call may write: fetch metadata says that it was made here; without that, the origin does."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _OURS
    origin = request.headers.get("origin")
    if origin is None:
        return False
    return urlsplit(origin).netloc == request.headers.get("host", "") and urlsplit(origin).netloc != ""

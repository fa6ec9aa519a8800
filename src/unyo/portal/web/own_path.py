"""Where somebody is led after a form: only to pages of ours, since anybody may choose what a link or a form says."""

from typing import Final
from urllib.parse import quote

from starlette.requests import Request

HOME: Final = "/"
_LONGEST: Final = 2048


def own_path(said: object) -> str:
    """The path that was said, with its query, where it is one of this portal; else that of the first page."""
    return said if isinstance(said, str) and is_own(said) else HOME


def is_own(path: str) -> bool:
    """Whether it is a path of this portal.

    Browsers take two slashes, or backslashes, for another site's address, and leave out tabs and line feeds first.
    """
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return is_ours and path.isprintable() and len(path) <= _LONGEST


def path_of(request: Request) -> str:
    """The path that was asked for, whatever the call says of the host."""
    return quote(request.scope["path"])


def address_of(request: Request) -> str:
    """The same with its query, as it came."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{path_of(request)}?{query}" if query else path_of(request)

"""Where somebody is led after a form: what an address or a form says is anybody's to choose, so only to our pages."""

from typing import Final

HOME: Final = "/"
_LONGEST: Final = 2048


def own_path(said: object) -> str:
    """The path that was said, with its query, where it is one of this portal; else that of the first page.

    Browsers take two slashes, or backslashes, for another site's address, and leave out tabs and line feeds first.
    """
    path = said if isinstance(said, str) else ""
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_ours and path.isprintable() and len(path) <= _LONGEST else HOME

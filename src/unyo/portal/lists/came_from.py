"""Where a reader came from, so that a link can lead back to the same place of a list."""

import re
from typing import Final
from urllib.parse import urlencode

PARAMETER: Final = "from"
"""The name of the query parameter, and of the forms' field, that holds it."""
_HOME: Final = "/tickets"
# The pages that hold lists, with any query; whoever makes a link must not choose where else it leads back to.
_PLACES: Final = re.compile(r"/(?:tickets)?(?:\?[!-~]*)?")
_LONGEST: Final = 2048


def place(said: object) -> str:
    """The address of the list that was said, if it is one of ours; else the list of all tickets."""
    text = str(said or "")
    return text if len(text) <= _LONGEST and _PLACES.fullmatch(text) else _HOME


def query(back: str, **more: str) -> str:
    """The query of a link whose reader is to find back there, after whatever else it says."""
    said = more if back == _HOME else {**more, PARAMETER: back}
    return f"?{urlencode(said)}" if said else ""

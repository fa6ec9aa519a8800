"""The colours of what stands out in a ticket; rich leaves them out where NO_COLOR is set, and in a pipe."""

from collections.abc import Mapping
from typing import Final

_STATES: Final[Mapping[str, str]] = {
    "未対応": "red",
    "新規": "red",
    "対応中": "yellow",
    "復旧済み": "cyan",
    "クローズ承認待ち": "magenta",
    "差し戻し": "red",
    "クローズ": "green",
}


def style_of(field: str, value: object) -> str:
    """The colour of a field's value; most have none."""
    return _STATES.get(str(value), "") if field == "state" else ""

"""Which option lists there are: those that a new service code starts with, and what each depends on."""

from collections.abc import Mapping
from typing import Final

from .field_tables import BY_KEY
from .fields import OptionList
from .initial_options import initial_options
from .model import TicketKind


def _parent_of(parameter: str) -> str:
    kind = BY_KEY[parameter].kind
    assert isinstance(kind, OptionList)
    return kind.parent


OPTION_LISTS: Final[Mapping[TicketKind, Mapping[str, str]]] = {
    kind: {option.parameter: _parent_of(option.parameter) for option in initial_options() if option.kind is kind}
    for kind in TicketKind
}
"""By ticket kind, our name of each list's parameter and of the one it depends on (``""``: of none)."""

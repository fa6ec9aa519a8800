"""The use case that saves a list under a name of its owner's choosing."""

from enum import Enum, auto
from typing import Final

from unyo.tickets.text import is_storable

from .people import Choices, SavedView

LONGEST_NAME: Final = 60
"""How long a view's name may be, in characters."""
LONGEST_QUERY: Final = 4000
"""How long its query may be: many proxies take 8 KiB of address, and every list shows all of its reader's."""
MOST_VIEWS: Final = 50
"""How many views one person may have in a service."""


class Unsaved(Enum):
    """Why a view was not saved."""

    NO_NAME = auto()
    TOO_LONG = auto()
    NOT_STORABLE = auto()
    """Its name holds what no database keeps."""
    ASKS_TOO_MUCH = auto()
    """Its query is too long."""
    TOO_MANY = auto()
    """The person has as many views as one may have."""


def save_view(choices: Choices, service_code: str, master_id: str, view: SavedView) -> Unsaved | None:
    """Save a view in the place of one of the same name, if there is one; None once it is saved.

    Raises:
        StorageFailed: the database did not answer.
    """
    if not view.name:
        return Unsaved.NO_NAME
    if len(view.name) > LONGEST_NAME:
        return Unsaved.TOO_LONG
    if not is_storable(view.name):
        return Unsaved.NOT_STORABLE
    if len(view.query) > LONGEST_QUERY:
        return Unsaved.ASKS_TOO_MUCH
    names = {each.name for each in choices.views(service_code, master_id)}
    if view.name not in names and len(names) >= MOST_VIEWS:
        return Unsaved.TOO_MANY
    choices.save_view(service_code, master_id, view)
    return None

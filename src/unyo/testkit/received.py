"""A call as the desk received it, before anybody judged it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from unyo.tickets.field_tables import MASTER_ID, TICKET_ID
from unyo.uom import codec
from unyo.uom.actions import ACTIONS, CALL_ID_HEADER, action_named


@dataclass(frozen=True, slots=True)
class Received:
    """A call: ``action`` is ``""`` where the path names none, ``body`` None where it is no JSON object.

    A number in it, which is a wrong type whatever its value, is None.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    action: str
    body: Mapping[str, Any] | None

    @classmethod
    def of(cls, method: str, path: str, headers: Mapping[str, str], content: bytes) -> "Received":
        """Read what can be read of it; whatever it is, this does not fail."""
        return cls(method, path, headers, content, action_named(path), _object(content))

    @property
    def master_id(self) -> str:
        """In whose name it came."""
        return self._text(MASTER_ID.wire)

    @property
    def ticket_id(self) -> str:
        """The ticket that it names."""
        return self._text(TICKET_ID.wire)

    @property
    def extensions(self) -> tuple[str, ...]:
        """What it uses that the vendor has not."""
        action = ACTIONS.get(self.action)
        found = [self.action] if action is not None and action.is_extension else []
        return (*found, *([CALL_ID_HEADER] if CALL_ID_HEADER in self.headers else []))

    def _text(self, wire: str) -> str:
        value = (self.body or {}).get(wire, "")
        return value if isinstance(value, str) else ""


def check_action(name: str) -> None:
    """There is an action of this name.

    Raises:
        ValueError: there is none; what a test says of it would never be so, or always.
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    if name not in ACTIONS:
        raise ValueError(f"there is no action {name!r}: {', '.join(ACTIONS)}")


def _object(content: bytes) -> Mapping[str, Any] | None:
    """As the desk reads it, so that a fault finds every call that the desk understands."""
    try:
        return codec.decode(content)
    except codec.NotJson:
        return None

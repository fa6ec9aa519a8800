"""What the portal works with: the use cases, and the ports to people. It is wired by `bootstrap`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from unyo.services.people import Choices, Presence
from unyo.services.ports import Reader, Writer
from unyo.services.reads import Reads
from unyo.services.signing_in import SigningIn

from .live.attendance import Attendance
from .live.open_pages import Live


@dataclass(frozen=True, slots=True)
class Backing:
    """The use cases and ports; ``clock`` tells the time in UTC.

    ``is_https`` says that browsers come by TLS, whatever arrives here; for ``hsts_seconds`` they are to come by nothing
    else (0: that is not said). ``life`` is the longest life of a session; within ``form_seconds`` a form must be whole.
    Pages that are open are told by ``live`` what changes.
    """

    reads: Reads
    reader: Reader
    writer: Writer
    signing_in: SigningIn
    choices: Choices
    presence: Presence
    live: Live
    attendance: Attendance
    clock: Callable[[], datetime]
    make_request_id: Callable[[], str]
    version: str
    is_https: bool
    hsts_seconds: int
    life: timedelta
    form_seconds: float

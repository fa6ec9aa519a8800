"""What a fault makes of a call: data, so that the door does it all in one place."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from unyo.uom.envelopes import ErrorCode

from .received import Received

Hook = Callable[[Received], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Instead:
    """What the caller gets in place of the desk's answer: an error of the API, or something else's page."""

    status: int
    content_type: str
    error: ErrorCode | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """What happens to one call.

    ``before`` and ``after`` are done around it; ``skew`` is added to the server's clock while its signature is judged;
    ``retry_after`` refuses it as one too many; without ``is_carried_out`` the desk never hears of it; ``instead``
    replaces the answer; ``is_lost`` lets the caller hear nothing, ``is_unreached`` finds not even a connection;
    ``delays`` are seconds before and after it is carried out.
    """

    before: tuple[Hook, ...] = ()
    after: tuple[Hook, ...] = ()
    skew: timedelta = timedelta()
    retry_after: int = 0
    is_carried_out: bool = True
    instead: Instead | None = None
    is_lost: bool = False
    is_unreached: bool = False
    delays: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Aim:
    """For which calls a fault waits, ``""`` for any, and to how many of them it happens: ``times``, or ``always``."""

    action: str = ""
    by: str = ""
    ticket: str = ""
    times: int = 1
    always: bool = False

    def fits(self, call: Received) -> bool:
        """Whether this call is meant."""
        wanted = ((self.action, call.action), (self.by, call.master_id), (self.ticket, call.ticket_id))
        return all(each in {"", found} for each, found in wanted)

    def __str__(self) -> str:
        often = "always" if self.always else f"×{self.times}" if self.times > 1 else ""
        said = [self.action, self.by and f"by {self.by}", self.ticket, often]
        return " ".join(filter(None, said))


@dataclass(slots=True, eq=False)
class Waiting:
    """A fault that waits, how often it is still to happen, and what it makes of a call.

    Of the faults of one ``place`` only the first happens to a call: answers queue up, while somebody else's edit and a
    slow answer go together.
    """

    name: str
    place: str
    change: Callable[[Happening], Happening] = field(repr=False)
    aim: Aim
    also: Callable[[Received], bool] = field(repr=False)
    left: int

    def is_for(self, call: Received) -> bool:
        """Whether it happens to this call."""
        return self.aim.fits(call) and self.also(call)

    def __str__(self) -> str:
        return f"{self.name} {self.aim}".strip()


def take(waiting: list[Waiting], call: Received) -> tuple[list[str], Happening]:
    """What happens to a call, and the names of the faults, which so have happened once more."""
    found: dict[str, Waiting] = {}
    for fault in list(waiting):
        if fault.place not in found and fault.is_for(call):
            found[fault.place] = fault
    happening = Happening()
    for fault in found.values():
        happening = fault.change(happening)
        fault.left = max(fault.left - 1, 0)
        if not fault.left and not fault.aim.always:
            with suppress(ValueError):  # one by one, and gone by now perhaps: a test may arm and clear meanwhile
                waiting.remove(fault)
    return [fault.name for fault in found.values()], happening

"""Has one moment of one call meet a trouble."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from support.desks import DeskUnderTest

from .trouble_moments import START, Moment
from .trouble_world import World

End = Callable[[], None]
When = Callable[[Moment], bool]


def always(_: Moment) -> bool:
    """At every moment."""
    return True


def never(_: Moment) -> bool:
    """At none."""
    return False


@dataclass(frozen=True)
class Trouble:
    """``strike`` makes it just before a statement that is sent on the connection (None at START), and tells its end.

    ``applies`` says at which moments it can strike, ``overcome`` at which of these the call must succeed nevertheless.
    ``each_time``: it strikes again whenever such a statement is sent.
    """

    strike: Callable[[World, DeskUnderTest, Moment, Connection | None], End]
    applies: When = always
    overcome: When = never
    each_time: bool = False


class Striker:
    """Has one moment of a call to a desk meet a trouble; leaving ends it."""

    def __init__(self, trouble: Trouble, world: World, desk: DeskUnderTest, moment: Moment) -> None:
        self._trouble = trouble
        self._world = world
        self._desk = desk
        self._moment = moment
        self._end: End | None = None
        self._faults: list[Exception] = []

    def __enter__(self) -> None:
        if self._moment.statement == START:
            self._strike(None)

    def __exit__(self, *raised: object) -> None:
        end = self._end
        if end is not None:
            end()
        if self._faults:
            raise self._faults[0]
        if end is None and raised == (None, None, None):
            raise RuntimeError(f"the moment did not come: {self._moment}")

    def hear(self, moment: Moment, connection: Connection) -> None:
        """Strike if this is the moment."""
        like = (moment.engine, moment.statement) == (self._moment.engine, self._moment.statement)
        if moment == self._moment or (like and self._trouble.each_time and self._end is not None):
            self._strike(connection)

    def _strike(self, connection: Connection | None) -> None:
        try:
            if self._end is not None:
                self._end()
            self._end = self._trouble.strike(self._world, self._desk, self._moment, connection)
        except Exception as error:  # noqa: BLE001 - it belongs to the proof, not to the desk in whose thread it is
            self._faults.append(error)

"""The moments of a call: each thing that it sends to its database, found out by listening; BEGIN and COMMIT too."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from support.desks import DeskUnderTest
from unyo.storage.tables import metadata

START, BEGIN, COMMIT = "START", "BEGIN", "COMMIT"
WRITING = "writing"
_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)")


@dataclass(frozen=True, slots=True)
class Moment:
    """Just before an engine sends a statement, the how-manieth like it of the call; START is before the call."""

    engine: str
    statement: str
    occurrence: int

    @property
    def verb(self) -> str:
        """What the statement does."""
        return self.statement.partition(" ")[0]

    @property
    def table(self) -> str:
        """The table that the statement is about; ``""`` if none."""
        return self.statement.partition(" ")[2]

    @property
    def is_commit(self) -> bool:
        """Whether a call's changes are about to be committed."""
        return (self.engine, self.statement) == (WRITING, COMMIT)


Heard = Callable[[Moment, Connection], None]


def engine_of(desk: DeskUnderTest, name: str) -> Engine:
    """One of the two engines of a desk."""
    engines = desk.desk.engines
    return engines.writing if name == WRITING else engines.reading


@contextmanager
def listening(desk: DeskUnderTest, heard: Heard) -> Iterator[None]:
    """Tell of every moment while this lasts, in the thread in which it is, before it goes on."""
    with ExitStack() as attached:
        for name in (WRITING, "reading"):
            _attach(attached, name, engine_of(desk, name), heard)
        yield


def _attach(attached: ExitStack, name: str, engine: Engine, heard: Heard) -> None:
    counts: Counter[str] = Counter()

    def _at(statement: str, connection: Connection) -> None:
        counts[statement] += 1
        heard(Moment(name, statement, counts[statement]), connection)

    def _begin(connection: Connection) -> None:
        if connection.dialect.name != "sqlite":  # where it is a statement, heard as such
            _at(BEGIN, connection)

    def _statement(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        _at(_name(statement), connection)

    def _commit(connection: Connection) -> None:
        _at(COMMIT, connection)

    for event, listener in (("begin", _begin), ("before_cursor_execute", _statement), ("commit", _commit)):
        sa.event.listen(engine, event, listener)
        attached.callback(sa.event.remove, engine, event, listener)


def _name(statement: str) -> str:
    """What it does and the table that it is about, such as ``UPDATE tickets``."""
    tables = [table for table in _TABLE.findall(statement) if table in metadata.tables]
    return " ".join([statement.split(None, 1)[0], *tables[:1]])

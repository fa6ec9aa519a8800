"""A real desk for a test: it validates, locks and stores as the server does, since it is the server."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Literal, Self, Unpack, overload

import httpx2
from anyio.from_thread import start_blocking_portal
from anyio.to_thread import run_sync
from starlette.types import ASGIApp

from unyo.api.loop import Loop
from unyo.bootstrap.world import World
from unyo.cast import SATO, YAMADA, Actor
from unyo.client import AnyKind, AsyncClient, Changes, Client, Incident, MemoOperation, Request
from unyo.storage import administration
from unyo.storage.administration import Admin, Author, NotPossible
from unyo.tickets.directory import Role

from .bridge import Bridge
from .clock import START, DeskClock
from .door import NOT_DONE, Door, judging_clock, past_the_door
from .faults import Faults
from .happening import Waiting
from .in_process import ENDPOINT, InProcess
from .journal import Call, Journal
from .leaning import extensions_leant_on
from .premises import Premises
from .seeding import whole
from .serving import Served, environment, served


class ExtensionUsed(UserWarning):
    """A program used an extension of unyo that the vendor does not have."""


class FaultNotMet(UserWarning):
    """A fault was armed and did not happen: no matching call came, or it could not be done."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of a desk at a moment: what is stored, its clock, its numbers, its journal, the faults that wait."""

    folder: Path = field(repr=False)
    copied: Path | None = field(repr=False)
    clock: tuple[datetime, bool, timedelta] = field(repr=False)
    calls: int
    journal: tuple[Call, ...] = field(repr=False)
    waiting: tuple[Waiting, ...] = field(repr=False)


class Uom:
    """A desk for one test, with the standing cast and no ticket. Use it in a ``with`` block, or close it.

    Its clock stands at ``now``. ``as_vendor`` leaves out what only unyo has; ``strict`` warns of each use of it, by
    `ExtensionUsed`, when the desk is closed.
    """

    def __init__(self, *, now: datetime = START, as_vendor: bool = False, strict: bool = False) -> None:
        self._strict = strict
        self.clock = DeskClock(now)
        self._calls = 0
        with ExitStack() as opened:
            self.folder = Path(opened.enter_context(TemporaryDirectory(prefix="unyo-testkit-")))
            world = World(self.clock, judging_clock(self.clock), self._next_request_id)
            self._premises = Premises(self.folder, world)
            opened.callback(self._premises.close)
            self._portal = opened.enter_context(start_blocking_portal(backend_options={"loop_factory": Loop}))
            self._door = Door(lambda: self._premises.app, self.clock, self._next_request_id, as_vendor=as_vendor)
            opened.callback(self._portal.call, self._door.empty)
            inside = past_the_door(lambda: self._premises.app)
            self.faults = self._door.faults = Faults(_Others(inside, self.administer), self.clock)
            self._marks = count()
            self._beginning = self._mark(None)
            self._closing = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()
        if kind is None:
            self.warn()

    def __repr__(self) -> str:
        return f"<Uom {self.clock!r}, {len(self.journal)} calls, {self.faults!r}>"

    def close(self) -> None:
        """Close the desk, and delete what it stored."""
        self._closing.close()

    def warn(self) -> None:
        """Warn about faults that did not happen and, if the desk is strict, about extensions that a program used."""
        for fault in (each for each in self.faults.waiting if each.left):
            warnings.warn(f"no call came that this fault fits: {fault}", FaultNotMet, stacklevel=3)
        for call in self.journal:
            for told in call.faults:
                if told.startswith(NOT_DONE):
                    said = f"a fault of call {call.number} ({call.action}) is one {told}"
                    warnings.warn(said, FaultNotMet, stacklevel=3)
        if self._strict:
            for extension, times in extensions_leant_on(self.journal).items():
                said = f"{extension} ({times}×) is an extension of unyo: the vendor has no such thing"
                warnings.warn(said, ExtensionUsed, stacklevel=3)

    @property
    def app(self) -> ASGIApp:
        """The desk as an ASGI application, for servers and clients of any event loop of asyncio.

        Faults that give a call no answer raise there; with `serve` they break the connection.
        """
        return Bridge(self._door, self._portal)

    @property
    def journal(self) -> Journal:
        """The calls that the desk received, without those that seed tickets."""
        return Journal(self._door.calls)

    # Who calls.

    def client(self, actor: Actor = YAMADA, **options: Any) -> Client:
        """A client of this desk in somebody's name, which tries again without waiting; ``options`` are Client's."""
        given = {"transport": InProcess(self._door, self._portal), "sleep": _go_on, **options}
        return Client(*_credentials(actor), **given)

    def async_client(self, actor: Actor = YAMADA, **options: Any) -> AsyncClient:
        """The same, for asynchronous programs."""
        given = {"transport": InProcess(self._door, self._portal), "sleep": _go_on_soon, **options}
        return AsyncClient(*_credentials(actor), **given)

    def inner_client(self, actor: Actor = YAMADA) -> Client:
        """A client whose calls meet no faults and are not in the journal, for a test's own preparations and checks."""
        return Client(*_credentials(actor), transport=InProcess(self._door.pass_by, self._portal))

    def environment(self, actor: Actor = YAMADA) -> dict[str, str]:
        """The variables of somebody's account, as `Client.from_profile` reads them; their endpoint is no server's."""
        return environment(ENDPOINT, actor)

    @contextmanager
    def serve(
        self, *, tls: bool = False, port: int = 0, behind: Callable[[ASGIApp], ASGIApp] | None = None
    ) -> Iterator[Served]:
        """Serve the desk on loopback within a ``with`` block; ``behind`` wraps its ASGI application, if given.

        Raises:
            OSError: the port is taken.
        """
        app = behind(self._door) if behind else self._door
        with served(app, self._portal, self.folder, tls=tls, port=port) as where:
            try:
                yield where
            finally:
                self._door.calls.let_go()
                self._portal.call(self._door.empty)

    # What is there.

    @overload
    def ticket(
        self, kind: Literal["incident"] = "incident", *, memos: Sequence[str] = (), by: Actor = YAMADA, **fields: Any
    ) -> Incident: ...

    @overload
    def ticket(
        self, kind: Literal["request"], *, memos: Sequence[str] = (), by: Actor = YAMADA, **fields: Any
    ) -> Request: ...

    def ticket(
        self,
        kind: Literal["incident", "request"] = "incident",
        *,
        memos: Sequence[str] = (),
        by: Actor = YAMADA,
        **fields: Any,
    ) -> AnyKind:
        """Register a ticket, by the same rules as any other; fields that are not given get usual values.

        Raises:
            Refused: the rules refuse it.
        """
        given: dict[str, Any] = whole(kind, fields, self.clock())
        with self.inner_client(by) as client:
            return client.tickets.register(kind, memos=memos, **given)

    def edit(
        self,
        ticket: AnyKind | str,
        *,
        by: Actor = SATO,
        memos: Sequence[MemoOperation] = (),
        **changes: Unpack[Changes],
    ) -> AnyKind:
        """Change a ticket in somebody's name, at once; what others have read of it is then out of date.

        Raises:
            Refused: the rules refuse it.
        """
        ticket_id = ticket if isinstance(ticket, str) else ticket.ticket_id
        with self.inner_client(by) as client:
            return client.tickets.update(ticket_id, memos=memos, **changes)

    @contextmanager
    def administer(self) -> Iterator[Admin]:
        """Change accounts, rights, lists and groups by the functions of `unyo.storage.administration`."""
        desk = self._premises.desk
        with desk.engines.writing.begin() as connection:
            yield Admin(connection, Author("unyo.testkit"), self.clock())
        desk.directory.look_again()

    # The desk as it was.

    def snapshot(self) -> Snapshot:
        """Take a snapshot of the whole desk; calls that are being served end first."""
        return self._portal.call(self._remember)

    def restore(self, snapshot: Snapshot) -> None:
        """Return the desk to that snapshot, as if nothing had happened since; calls that are being served end first.

        Raises:
            ValueError: it is another desk's.
        """
        if snapshot.folder != self.folder:
            raise ValueError("a snapshot is restored on the desk that it was made of")
        self._portal.call(self._restore, snapshot)

    def reset(self) -> None:
        """Return the desk to its beginning."""
        self.restore(self._beginning)

    async def _remember(self) -> Snapshot:
        copied = self.folder / f"snapshot-{next(self._marks)}.db"
        async with self._door.shut():
            await run_sync(self._premises.copy, copied)
            return self._mark(copied)

    async def _restore(self, snapshot: Snapshot) -> None:
        async with self._door.shut():
            await run_sync(self._premises.put_back, snapshot.copied)
            self._calls = snapshot.calls
            self.clock.put(*snapshot.clock)
            self.faults.waiting[:] = [replace(each) for each in snapshot.waiting]
            self._door.calls[:] = snapshot.journal

    def _mark(self, copied: Path | None) -> Snapshot:
        waiting = tuple(replace(each) for each in self.faults.waiting)
        return Snapshot(self.folder, copied, self.clock.state(), self._calls, tuple(self._door.calls), waiting)

    def _next_request_id(self) -> str:
        self._calls += 1
        return f"{'00000000-' * 4}{self._calls:08x}"


class _Others:
    """Who works at a desk while a call is on its way."""

    def __init__(self, inside: ASGIApp, administer: Callable[[], AbstractContextManager[Admin]]) -> None:
        self._inside = inside
        self._administer = administer

    async def edit(self, ticket_id: str, by: Actor, changes: dict[str, Any], memos: Sequence[MemoOperation]) -> None:
        """Change a ticket in somebody's name."""
        transport = httpx2.ASGITransport(self._inside)
        async with AsyncClient(*_credentials(by), transport=transport) as client:
            ticket = await client.tickets.get(ticket_id)
            before = ticket.lock
            await client.tickets.update(ticket, memos=memos, **changes)
        if ticket.lock == before:
            raise NotPossible("it changes nothing")

    async def take_approval_from(self, service_code: str, master_id: str) -> None:
        """Take the approval right from an account."""
        await run_sync(self._take, service_code, master_id)

    def _take(self, service_code: str, master_id: str) -> None:
        with self._administer() as admin:
            role = Role(administration.find_member(admin, service_code, master_id).role)
            administration.set_role(admin, service_code, master_id, role, may_approve=False)


def _credentials(actor: Actor) -> tuple[str, str, str, str, str]:
    return ENDPOINT, actor.key.access_key, actor.key.secret_key, actor.service_code, actor.master_id


def _go_on(_seconds: float) -> None:
    """Wait for nothing: the desk's troubles pass by themselves."""


async def _go_on_soon(_seconds: float) -> None:
    """Wait for nothing."""

"""One run on one database: the limit and the server in turn, so that their ratio holds whatever the machine does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from unyo.bootstrap.clock import system_clock
from unyo.storage import administration
from unyo.storage.administration import Admin, Author
from unyo.storage.engine import Engines, open_engines, parse_url
from unyo.storage.tables import history
from unyo.tickets.directory import Role

from . import limits, pages, serving, tickets
from .serving import Figures, Key, Server
from .tickets import Loaded

LISTED_TICKETS: Final = 10_000
_FIRST, _FIRST_LISTED = 1_000, 10_000_000
# For one turn of the limit, more than any machine of ours updates in its seconds.
_LIMIT_PER_SECOND = 12_000


class Miscounted(Exception):
    """The acknowledged calls and the new history rows are not the same number: the run is worth nothing."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: updates by number of clients, other calls, seconds of each turn of the limit, pages."""

    updates: Mapping[int, int]
    details: int
    lists: int
    registrations: int
    limit_seconds: float
    pages: int

    @property
    def loaded(self) -> int:
        """How many tickets are needed, each to be updated once, by the server or by the limit."""
        return sum(self.updates.values()) + 2 * len(self.updates) * self._limit + 10

    @property
    def _limit(self) -> int:
        return round(self.limit_seconds * _LIMIT_PER_SECOND)


FULL: Final = Sizes({1: 5_000, 8: 60_000, 16: 40_000}, 8_000, 1_600, 8_000, 4, 400)
QUICK: Final = Sizes({1: 500, 8: 4_000, 16: 2_000}, 1_000, 200, 500, 1, 100)

Results = dict[str, dict[str, dict[str, float]]]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """A database to measure on; ``pgbench`` where it is PostgreSQL."""

    url: str
    folder: Path
    pgbench: Path | None = None


def measure(place: Place, sizes: Sizes, tell: Tell) -> tuple[Results, list[float]]:
    """Updates, details, lists and registrations; and the server's memory in MiB, at the start and after each step.

    Raises:
        Miscounted: an acknowledged call left no history row, or a row had no acknowledged call.
    """
    tell("loading tickets")
    key = serving.init(place.url, place.folder, tickets.UPDATED, tickets.MASTER_ID)
    loaded = _load(place, sizes)
    with serving.serving(place.url, place.folder) as server:
        bench = _Bench(place, sizes, server, key, loaded, tell)
        bench.updates()
        bench.reads()
        bench.pages()
        bench.registrations()
        return bench.results, bench.memory


def _load(place: Place, sizes: Sizes) -> Loaded:
    engines = open_engines(parse_url(place.url))
    with engines.writing.begin() as connection:
        admin = Admin(connection, Author("bench"), system_clock())
        administration.add_service(admin, tickets.LISTED)
        administration.add_member(admin, tickets.LISTED, tickets.MASTER_ID, Role.OWNER)
    loaded = tickets.load(engines, tickets.UPDATED, _FIRST, sizes.loaded)
    tickets.load(engines, tickets.LISTED, _FIRST_LISTED, LISTED_TICKETS)
    _settle(engines)
    engines.dispose()
    return loaded


def _settle(engines: Engines) -> None:
    """Leave no work of the loading to be done while something is measured."""
    with engines.writing.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not engines.is_sqlite:
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")


class _Bench:
    """The steps of a run."""

    def __init__(self, place: Place, sizes: Sizes, server: Server, key: Key, loaded: Loaded, tell: Tell) -> None:
        self._place = place
        self._sizes = sizes
        self._server = server
        self._key = key
        self._loaded = loaded
        self._tell = tell
        self.results: Results = {}
        self.memory = [server.memory_mb()]

    def updates(self) -> None:
        """Updates at each number of clients, the limit before and after, and the mean of the two."""
        for clients, count in self._sizes.updates.items():
            before = self._limit(clients)
            bodies = [self._loaded.update(number) for number in self._loaded.take(count)]
            figures = self._counted("UpdateTicket", bodies, count, clients)
            limit = (before + self._limit(clients)) / 2
            self.results.setdefault("update", {})[str(clients)] = {
                "updates_per_s": round(figures.calls_per_s, 1),
                "limit_per_s": round(limit, 1),
                "ratio": round(figures.calls_per_s / limit, 3),
                "p50_ms": figures.p50_ms,
                "p99_ms": figures.p99_ms,
            }

    def reads(self) -> None:
        """GetTicketDetail, and a page of 50 among ten thousand tickets."""
        asked = tickets.asking(tickets.UPDATED, TicketId=f"UTM{_FIRST}")
        page = tickets.asking(tickets.LISTED, Limit="50")
        for clients in (1, 8):
            detail = self._drive("GetTicketDetail", [asked], self._sizes.details, clients)
            listed = self._drive("GetTicketList", [page], self._sizes.lists, clients)
            self._keep("detail", clients, detail)
            self._keep("list", clients, listed)

    def pages(self) -> None:
        """The portal's list among ten thousand tickets, and its page of a ticket with a hundred memos."""
        engines = open_engines(parse_url(self._place.url))
        token, long_ticket = pages.sign_in(engines), pages.add_long_ticket(engines)
        engines.dispose()
        for what, path in (("portal: list", "/tickets"), ("portal: ticket", f"/tickets/{long_ticket}")):
            self._tell(what)
            seen = pages.look(self._server, token, path, self._sizes.pages)
            self.memory.append(self._server.memory_mb())
            self.results.setdefault(what, {})["1"] = {
                "calls_per_s": round(seen.pages_per_s, 1),
                "p50_ms": round(seen.p50_ms, 3),
                "p95_ms": round(seen.p95_ms, 3),
                "p99_ms": round(seen.p99_ms, 3),
                "packed_bytes": seen.packed_bytes,
            }

    def registrations(self) -> None:
        """RegisterTicket, the same ticket again and again."""
        body = tickets.registration(tickets.UPDATED)
        self._keep("register", 8, self._counted("RegisterTicket", [body], self._sizes.registrations, 8))

    def _limit(self, clients: int) -> float:
        self._tell(f"the bare database, {clients} clients")
        place, seconds = self._place, self._sizes.limit_seconds
        numbers = self._loaded.take(round(seconds * _LIMIT_PER_SECOND))
        if place.pgbench is None:
            return limits.of_sqlite(place.url, numbers, seconds)
        return limits.of_postgresql(place.url, numbers, seconds, clients, place.pgbench, place.folder)

    def _counted(self, action: str, bodies: list[bytes], count: int, clients: int) -> Figures:
        """Measure calls that write; as many history rows must be new."""
        before = _history_rows(self._place.url)
        figures = self._drive(action, bodies, count, clients)
        written = _history_rows(self._place.url) - before
        if written != count:
            raise Miscounted(f"{action}: {count} calls were acknowledged, but {written} history rows are new")
        return figures

    def _drive(self, action: str, bodies: list[bytes], count: int, clients: int) -> Figures:
        self._tell(f"{action}, {clients} clients")
        figures = serving.drive(
            self._server, self._key, action, bodies, count=count, clients=clients, folder=self._place.folder
        )
        self.memory.append(self._server.memory_mb())
        return figures

    def _keep(self, what: str, clients: int, figures: Figures) -> None:
        self.results.setdefault(what, {})[str(clients)] = {
            "calls_per_s": round(figures.calls_per_s, 1),
            "p50_ms": figures.p50_ms,
            "p99_ms": figures.p99_ms,
        }


def _history_rows(url: str) -> int:
    engine = sa.create_engine(parse_url(url))
    with engine.connect() as connection:
        counted = connection.execute(sa.select(sa.func.count()).select_from(history)).scalar_one()
    engine.dispose()
    return int(counted)

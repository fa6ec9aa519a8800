"""The directory read whole, and kept under the version row that every node re-reads."""

import threading
import time
from collections import defaultdict
from collections.abc import Container
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from unyo.tickets.directory import AccessKey, Directory, Member, Option, Role, Service
from unyo.tickets.model import UNRESTRICTED, TicketKind
from unyo.tickets.option_lists import OPTION_LISTS

from .errors import storage_errors
from .prepared import Selection
from .tables import (
    access_keys,
    accounts,
    group_members,
    installation,
    listeners,
    management_groups,
    memberships,
    options,
    services,
)

# A revoked key or right must be gone within a second everywhere (half of it leaves room for the read).
MAX_AGE_SECONDS = 0.5
_GROUP_PARAMETER = "management_group"
_VERSION = Selection(lambda _dialect: sa.select(installation.c.directory_version))


def _version_and_listeners(dialect: str) -> sa.Select[Any]:
    """Both in one question, since every group asks it; SQLite's listeners look for themselves."""
    listened = sa.exists().where(listeners.c.until > sa.func.now()) if dialect == "postgresql" else sa.false()
    return sa.select(installation.c.directory_version, listened)


_VERSION_AND_LISTENERS = Selection(_version_and_listeners)


class DirectoryCache:
    """The newest directory this process knows; readers and the writer keep it fresh."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._directory: Directory | None = None
        self._checked = float("-inf")

    @property
    def version(self) -> int:
        """The version of the directory in use; 0 before the first is read."""
        return self._directory.version if self._directory else 0

    def peek(self) -> Directory | None:
        """The directory if it is fresh, without touching the database."""
        if time.monotonic() - self._checked > MAX_AGE_SECONDS:
            return None
        return self._directory

    def current(self) -> Directory:
        """The directory, re-read when it may be stale.

        Raises:
            StorageFailed: the database did not answer.
        """
        with self._lock:
            fresh = self.peek()
            if fresh is not None:
                return fresh
            with storage_errors("reading the directory"), self._engine.begin() as connection:
                asked = time.monotonic()
                return self._refresh(connection, _version(connection), asked)

    def look_again(self) -> None:
        """Something was changed here: whoever asks next reads it anew, however fresh this is."""
        self._checked = float("-inf")

    def for_writing(self, connection: Connection) -> tuple[Directory, bool]:
        """The directory as that transaction sees it, and whether anybody listens for what it will have changed.

        Rights are judged by this when something is written.
        """
        with self._lock:
            asked = time.monotonic()
            ((version, is_listened_to),) = _VERSION_AND_LISTENERS.rows(connection)
            return self._refresh(connection, int(version), asked), bool(is_listened_to)

    def _refresh(self, connection: Connection, version: int, asked: float) -> Directory:
        while self._directory is None or self._directory.version != version:
            # Each statement of a writing transaction on PostgreSQL sees what others have committed until then:
            # what was read is of one version only if that has not moved meanwhile.
            found = read_directory(connection, version)
            version = _version(connection)
            if version == found.version:
                self._directory = found
        self._checked = asked
        return self._directory


def _version(connection: Connection) -> int:
    ((version,),) = _VERSION.rows(connection)
    return int(version)


def read_directory(connection: Connection, version: int) -> Directory:
    """Read all services, members, option lists and keys; what is disabled is left out, as if it were not there."""
    found = connection.execute(sa.select(accounts)).all()
    names = {row.master_id: row.name for row in found}
    enabled = {row.master_id for row in found if not row.is_disabled}
    members = _members(connection, enabled)
    lists = _options(connection)
    return Directory(
        version=version,
        services={
            code: Service(code, members.get(code, {}), tuple(lists.get(code, ())), names, name)
            for code, name in connection.execute(
                sa.select(services.c.service_code, services.c.name).where(~services.c.is_disabled)
            )
        },
        keys={
            row.access_key: AccessKey(row.access_key, row.master_id, row.sealed_secret)
            for row in connection.execute(sa.select(access_keys).where(~access_keys.c.is_disabled))
            if row.master_id in enabled
        },
    )


def _members(connection: Connection, enabled: Container[str]) -> dict[str, dict[str, Member]]:
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in connection.execute(sa.select(group_members)):
        groups[row.service_code, row.master_id].add(row.group_name)
    found: dict[str, dict[str, Member]] = defaultdict(dict)
    for row in connection.execute(sa.select(memberships)):
        if row.master_id in enabled:
            found[row.service_code][row.master_id] = Member(
                row.master_id,
                Role(row.role),
                row.may_approve,
                frozenset(groups[row.service_code, row.master_id]),
            )
    return found


def _options(connection: Connection) -> dict[str, list[Option]]:
    found: dict[str, list[Option]] = defaultdict(list)
    for row in connection.execute(ordered_options().where(~options.c.is_retired)):
        found[row.service_code].append(Option(TicketKind(row.kind), row.parameter, row.value, row.parent))
    # The list of management groups is 制限しない and then the service's groups, in both kinds.
    groups = sa.select(management_groups).order_by(management_groups.c.position, management_groups.c.name)
    names: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(groups):
        names[row.service_code].append(row.name)
    for code in connection.execute(sa.select(services.c.service_code)).scalars():
        for kind in TicketKind:
            found[code] += [Option(kind, _GROUP_PARAMETER, name) for name in (UNRESTRICTED, *names.get(code, ()))]
    return found


def ordered_options() -> sa.Select[Any]:
    """The values of all option lists in their order: what depends on another list comes in the order of that list."""
    above = options.alias()
    lists = (
        (kind, each, parent) for kind, parents in OPTION_LISTS.items() for each, parent in parents.items() if parent
    )
    parent_list = sa.case(
        *((sa.and_(options.c.kind == kind.value, options.c.parameter == each), parent) for kind, each, parent in lists),
        else_="",
    )
    is_parent = sa.and_(
        above.c.service_code == options.c.service_code,
        above.c.kind == options.c.kind,
        above.c.parameter == parent_list,
        above.c.parent == "",
        above.c.value == options.c.parent,
    )
    return (
        sa.select(options)
        .select_from(options.outerjoin(above, is_parent))
        .order_by(
            options.c.kind,
            options.c.parameter,
            sa.func.coalesce(above.c.position, 0),
            options.c.parent,
            options.c.position,
            options.c.value,
        )
    )

"""The form of a backup: a zip file with a stream of JSON lines for each table, and a manifest of what they hold."""

import hashlib
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final, Literal, Self
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, ValidationError

from unyo.storage.administration import NotPossible
from unyo.storage.new_files import NotWritten
from unyo.storage.rows import COMPACT
from unyo.storage.types import UtcDateTime

FORMAT_VERSION: Final = 1
_MANIFEST: Final = "manifest.json"
# Fast rather than small: half the time of zlib's own choice for a fifth more bytes.
_LEVEL: Final = 2
# A line's values by the kind of their column.
Kind = Literal["text", "integer", "boolean", "bytes", "moment"]
Values = Sequence[Any]
_TYPES: Final[Mapping[Kind, sa.types.TypeEngine[Any]]] = {
    "text": sa.Text(),
    "integer": sa.BigInteger(),
    "boolean": sa.Boolean(),
    "bytes": sa.LargeBinary(),
    "moment": UtcDateTime(),
}
_KINDS: Final[Mapping[type, Kind]] = {
    sa.Text: "text",
    sa.Integer: "integer",
    sa.BigInteger: "integer",
    sa.Boolean: "boolean",
    sa.LargeBinary: "bytes",
    UtcDateTime: "moment",
}
# What damage anywhere in a zip file may come to.
_UNREADABLE: Final = (BadZipFile, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError, zlib.error)


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class StoredTable(_Data):
    """A table in a backup: its columns in the order of the lines' values, how many lines, and their SHA-256."""

    name: str
    columns: dict[str, Kind]
    rows: int
    sha256: str

    @property
    def table(self) -> sa.TableClause:
        """The table as the database that it is restored into must know it."""
        return sa.table(self.name, *(sa.column(name, _TYPES[kind]) for name, kind in self.columns.items()))


class Manifest(_Data):
    """What a backup holds: the tables in an order in which they can be filled, each after those it refers to."""

    format: Literal["unyo-backup"]
    format_version: Literal[1]
    unyo: str
    # The revision of the tables, and the moment of the snapshot.
    schema_revision: str
    made_at: str
    # The last ticket number that was given to anybody.
    last_number: int
    tables: list[StoredTable]

    @property
    def rows(self) -> int:
        """All rows together."""
        return sum(table.rows for table in self.tables)

    def count(self, name: str) -> int:
        """The rows of one table."""
        return sum(table.rows for table in self.tables if table.name == name)


class ArchiveWriter:
    """Writes a backup, table by table; it is one once the manifest is in it."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = ZipFile(file, "w", ZIP_DEFLATED, compresslevel=_LEVEL)
        self._tables: list[StoredTable] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, NotWritten):  # said already; here it would only be said again
            self._zip.close()

    def write_table(self, table: sa.Table, pages: Iterable[Sequence[Values]]) -> Iterator[int]:
        """Write the rows of a table, and say after each page how many it had."""
        columns = {column.name: _kind_of(column) for column in table.columns}
        dump = _dumper([*columns.values()])
        digest, rows = hashlib.sha256(), 0
        with self._zip.open(_entry(table.name), "w", force_zip64=True) as entry:
            for page in pages:
                lines = b"".join([dump(row) for row in page])
                digest.update(lines)
                entry.write(lines)
                rows += len(page)
                yield len(page)
        self._tables.append(StoredTable(name=table.name, columns=columns, rows=rows, sha256=digest.hexdigest()))

    def finish(self, **known: Any) -> Manifest:
        """Write the manifest, with what is known beside the tables."""
        manifest = Manifest(format="unyo-backup", format_version=FORMAT_VERSION, tables=self._tables, **known)
        self._zip.writestr(_MANIFEST, manifest.model_dump_json(indent=1))
        self._zip.close()
        return manifest


class Archive:
    """A backup to read."""

    def __init__(self, source: BinaryIO) -> None:
        """Read the manifest.

        Raises:
            NotPossible: this is no backup, or none that this release reads.
        """
        try:
            self._zip = ZipFile(source)
            text = self._zip.read(_MANIFEST)
        except _UNREADABLE:
            raise NotPossible(
                "the file is no backup that `unyo backup` wrote, or it is cut off or damaged: take another one"
            ) from None
        self.manifest = _read_manifest(text)

    def check(self) -> Iterator[int]:
        """Read it from end to end, and say after each table how many rows it has.

        Raises:
            NotPossible: it is damaged.
        """
        for stored in self.manifest.tables:
            yield sum(1 for _ in self.lines(stored))

    def lines(self, stored: StoredTable) -> Iterator[bytes]:
        """A table's lines.

        Raises:
            NotPossible: after the last one, when they are not those that were written.
        """
        digest, rows = hashlib.sha256(), 0
        with _damage_told(), self._zip.open(_entry(stored.name)) as entry:
            for line in entry:
                digest.update(line)
                rows += 1
                yield line
        if (rows, digest.hexdigest()) != (stored.rows, stored.sha256):
            raise _damaged()

    def rows(self, stored: StoredTable) -> Iterator[dict[str, Any]]:
        """A table's rows, by the names of the columns.

        Raises:
            NotPossible: as above, or a line cannot be a row.
        """
        load = _loader(stored.columns)
        for line in self.lines(stored):
            try:
                yield load(line)
            except (ValueError, TypeError, RecursionError):
                raise _damaged() from None


def _read_manifest(text: bytes) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError:
        found = _told_format(text)
        if found not in {None, FORMAT_VERSION}:
            raise NotPossible(
                f"the backup has the form {found}, and this release reads form {FORMAT_VERSION}: "
                "restore it with the release that wrote it, or a newer one"
            ) from None
        raise _damaged() from None
    return manifest


def _told_format(text: bytes) -> Any:
    """The version that a manifest of another form names."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found.get("format_version") if isinstance(found, dict) else None


def _damaged() -> NotPossible:
    return NotPossible("the backup is damaged: what it holds is not what was written into it. Take another one")


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except _UNREADABLE:
        raise _damaged() from None


def _entry(table: str) -> str:
    return f"tables/{table}.jsonl"


def _kind_of(column: sa.Column[Any]) -> Kind:
    return _KINDS[type(column.type)]


def _dumper(kinds: Sequence[Kind]) -> Callable[[Values], bytes]:
    """Writes a row as a line: a JSON list of its values."""
    special = [(place, _DUMPS[kind]) for place, kind in enumerate(kinds) if kind in _DUMPS]

    def _dump(row: Values) -> bytes:
        values = list(row)
        for place, dump in special:
            if values[place] is not None:
                values[place] = dump(values[place])
        return COMPACT.encode(values).encode() + b"\n"

    return _dump


def _loader(columns: Mapping[str, Kind]) -> Callable[[bytes], dict[str, Any]]:
    special = [(name, _LOADS[kind]) for name, kind in columns.items() if kind in _LOADS]

    def _load(line: bytes) -> dict[str, Any]:
        row = dict(zip(columns, json.loads(line), strict=True))
        for name, load in special:
            if row[name] is not None:
                row[name] = load(row[name])
        return row

    return _load


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


_DUMPS: Final[Mapping[Kind, Callable[[Any], str]]] = {
    "bytes": lambda value: b64encode(value).decode(),
    "moment": lambda value: value.astimezone(UTC).isoformat(),
}
_LOADS: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    "bytes": lambda value: b64decode(value, validate=True),
    "moment": _moment,
}

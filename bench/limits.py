"""The limit: the rows of one update of ours written bare, with one commit a call, by nothing but the database."""

# ruff: noqa: S608 - statements made of our own tables and constants; nothing from outside is in them

import re
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from unyo.storage.engine import parse_url
from unyo.storage.rows import TICKET_COLUMNS
from unyo.storage.tables import history, memos

from .tickets import UPDATED

_COMMIT: Final = "COMMIT"
_LINES: Final = "x" * 600  # a history entry of ours
_DATE: Final = "2026-04-01 00:40:00.000000"


def _statements(kind: str, number: str) -> list[str]:
    """What one update reads and writes; ``number`` stands for the ticket's number."""
    where = f"service_code = '{UPDATED}' AND number = {number}"
    locked = " FOR UPDATE" if kind == "postgresql" else ""
    names = ", ".join(column.name for column in TICKET_COLUMNS)
    written = ", ".join(f"{column.name} = {_value(column)}" for column in TICKET_COLUMNS[3:])
    written += f", last_update = '{_DATE}', search_text = '{'y' * 120}'"
    memo = f"service_code = '{UPDATED}' AND ticket_number = {number}"
    entry = {
        **{column.name: "'API'" for column in history.columns},
        "service_code": f"'{UPDATED}'",
        "ticket_number": number,
        "version": "2",
        "at": f"'{_DATE}'",
        "request_id": f"'limit-' || {number}" if kind == "sqlite" else f"'limit-' || ({number})::text",
        "changes": f"'{_LINES}'",
    }
    added = {
        **{column.name: "'zzzzzzzzzzzzzzzzzzzz'" for column in memos.columns},
        "service_code": f"'{UPDATED}'",
        "ticket_number": number,
        "number": "3",
        "inserted": f"'{_DATE}'",
        "updated": "NULL",
    }
    return [
        f"SELECT {names} FROM tickets WHERE {where}{locked}",
        f"SELECT * FROM memos WHERE {memo} AND number = 1",
        f"UPDATE tickets SET {written} WHERE {where}",
        _insert("memos", added),
        f"UPDATE memos SET text = 'edited', updated = '{_DATE}', search_text = 'edited' WHERE {memo} AND number = 1",
        _insert("history", entry),
    ]


def _insert(table: str, values: dict[str, str]) -> str:
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})"


def _value(column: sa.Column[Any]) -> str:
    if column.name in {"version", "last_memo"}:
        return "3"
    if not isinstance(column.type, sa.Text):
        return f"'{_DATE}'"
    return f"'{column.name}'"


def of_sqlite(url: str, numbers: range, seconds: float) -> float:
    """Updates a second of one prepared writer, durable as ours is."""
    connection = sqlite3.connect(parse_url(url).database or "", isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    statements = _statements("sqlite", "?1")
    started = time.perf_counter()
    done = 0
    for number in numbers:
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            connection.execute(statement, (number,)).fetchall()
        connection.execute(_COMMIT)
        done += 1
        if time.perf_counter() - started > seconds:
            break
    taken = time.perf_counter() - started
    connection.close()
    return done / taken


def of_postgresql(url: str, numbers: range, seconds: float, clients: int, pgbench: Path, folder: Path) -> float:
    """Updates a second of pgbench with prepared statements and so many clients."""
    each = len(numbers) // clients
    statements = ";\n".join(_statements("postgresql", ":number"))
    script = folder / "limit.sql"
    script.write_text(
        f"\\set turn :turn + 1\n\\set number {numbers[0]} + :client_id * {each} + :turn\n"
        f"BEGIN;\n{statements};\n{_COMMIT};\n"
    )
    parsed = parse_url(url)
    ran = subprocess.run(
        [
            *(str(pgbench), "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(round(seconds))),
            *("-D", "turn=-1", "-f", str(script)),
            *("-h", str(parsed.query["host"]), "-U", str(parsed.username), str(parsed.database)),
        ],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    rate = re.search(r"tps = ([0-9.]+)", ran.stdout)
    done = re.search(r"number of transactions actually processed: (\d+)", ran.stdout)
    assert rate, ran.stdout + ran.stderr
    assert done, ran.stdout
    assert int(done[1]) < len(numbers), "too few tickets for the limit: each is to be updated once"
    assert "number of failed transactions: 0 " in ran.stdout, ran.stdout
    return float(rate[1])

"""Sends the rows of a file one after the other, and writes what came of each."""

import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import typer

from unyo.cli.progress import progress
from unyo.cli.ticket.ending.exits import Exit, complain
from unyo.cli.ticket.ending.sentences import explained
from unyo.cli.ticket.flags.connecting import Connection
from unyo.cli.ticket.judging import faults, told
from unyo.cli.ticket.output.difference import Difference, planned, write_differences
from unyo.cli.ticket.output.output import Format
from unyo.cli.ticket.sending import OnConflict
from unyo.client import AddMemo
from unyo.client.errors import (
    AuthFailure,
    CallIdReused,
    NoAnswer,
    NotOffered,
    SystemFailure,
    TooManyRequests,
    TransportError,
    UnyoError,
)
from unyo.tickets.model import TicketKind

from .results import FAILED, OK, SENDING, UNKNOWN, Done, Results
from .rows import Row

# What the next row would meet too.
_HOPELESS: Final = (TransportError, AuthFailure, TooManyRequests)
_ON_ITS_WAY: Final = (
    "it was on its way when the run ended, and this server cannot tell whether it was carried out: look, and send it "
    "in a file of its own if it was not"
)


@dataclass
class Run:
    """One run through a file."""

    connection: Connection
    results: Results
    done: Done
    stop: bool
    on_conflict: OnConflict
    told: Path | None
    """The file of the results; None for the standard output."""
    status: Exit = Exit.OK
    """That of the first failure."""
    failures: int = 0
    ended: str = ""
    """Why the rows that are left were not tried."""

    def fail(self, row: Row, status: Exit, error: str, said: str = FAILED) -> None:
        """Write a failure."""
        self.status = self.status or status
        self.failures += 1
        self.results.write(row.line, row.ticket_id, said, error, key=row.key)


def carry_out(run: Run, rows: Sequence[Row], total: int, name: str) -> None:
    """Send the rows that are right, and tell what came of all.

    Raises:
        typer.Exit: a row failed, or the run was interrupted.
    """
    sent = 0
    # A bar between the lines of a terminal could not be read.
    quiet = run.told is None and sys.stdout.isatty()
    try:
        repeats = not rows or _knows_call_ids(run)
        with nullcontext(_nothing) if quiet else progress(f"Sending {name}", len(rows)) as step:
            for row in rows:
                _send(run, row, repeats=repeats)
                sent += 1
                step(1)
                if run.ended or (run.stop and run.failures):
                    break
    except KeyboardInterrupt:
        run.status, run.ended = Exit.INTERRUPTED, "stopped"
    if run.ended:
        complain(run.ended)
    left = len(rows) - sent
    before = f", {total - len(rows)} done before" if total > len(rows) else ""
    typer.secho(f"{sent - run.failures} rows done{before}, {run.failures} failed, {left} not tried.", err=True)
    if run.status and run.told:
        typer.secho(f"Mend what is wrong, and go on: unyo ticket apply {name} --resume {run.told}", err=True)
    if run.status:
        raise typer.Exit(run.status)


def show_differences(connection: Connection, rows: Sequence[Row]) -> None:
    """What the rows would change; nothing is sent."""
    found: list[Difference] = []
    for row in rows:
        if not row.ticket_id:
            found += [Difference(f"line {row.line}", name, None, value) for name, value in row.fields.items()]
            found += [Difference(f"line {row.line}", "memos.+", None, text) for text in row.memos]
            continue
        try:
            ticket = connection.client.tickets.get(row.ticket_id)
        except _HOPELESS:
            raise
        except UnyoError as error:
            complain(f"line {row.line}: {row.ticket_id}: {explained(error)[1]}")
            continue
        if said := _unfit(row, ticket.kind):
            complain(f"line {row.line}: {row.ticket_id}: {said}")
            continue
        for name, value in row.fields.items():
            setattr(ticket, name, value)
        found += planned(ticket, [AddMemo(text) for text in row.memos])
    write_differences(found, Format.TABLE)
    typer.secho("A dry run: nothing was sent.", err=True)


def _send(run: Run, row: Row, *, repeats: bool) -> None:
    if row.faults:
        run.fail(row, Exit.REFUSED, "; ".join(row.faults))
        return
    if not repeats and (row.memos or not row.ticket_id):
        if row.key in run.done.on_their_way:
            run.fail(row, Exit.FAILED, _ON_ITS_WAY, UNKNOWN)
            return
        run.results.write(row.line, row.ticket_id, SENDING, key=row.key)
    try:
        ticket_id = _carried_out(run, row)
    except _Unfit as error:
        run.fail(row, Exit.REFUSED, str(error))
    except UnyoError as error:
        status, sentence = explained(error)
        run.fail(row, status, sentence, UNKNOWN if isinstance(error, NoAnswer | SystemFailure) else FAILED)
        if isinstance(error, _HOPELESS):
            run.ended = f"line {row.line}: {sentence}"
    else:
        run.results.write(row.line, ticket_id, OK, key=row.key)


class _Unfit(ValueError):
    """A ticket is of another kind than its row's fields."""


def _carried_out(run: Run, row: Row) -> str:
    tickets: Any = run.connection.client.tickets
    call_id = run.done.call_id(row.key)
    if not row.ticket_id:
        assert row.kind
        made = tickets.register(row.kind.name.lower(), memos=row.memos, call_id=call_id, **row.fields)
        return str(made.ticket_id)
    ticket = tickets.get(row.ticket_id)
    if said := _unfit(row, ticket.kind):
        raise _Unfit(said)
    memos = [AddMemo(text) for text in row.memos]
    with suppress(CallIdReused):  # the run that was interrupted has carried it out
        tickets.update(ticket, memos=memos, on_conflict=run.on_conflict.value, call_id=call_id, **row.fields)
    return row.ticket_id


def _unfit(row: Row, kind: TicketKind) -> str:
    if row.kind and row.kind is not kind:
        return f"the ticket is no {row.kind.name.lower()}"
    return "; ".join(told(faults(kind, row.fields)))


def _knows_call_ids(run: Run) -> bool:
    try:
        run.connection.client.options()
    except NotOffered:
        return False
    return True


def _nothing(_: int) -> None:
    pass

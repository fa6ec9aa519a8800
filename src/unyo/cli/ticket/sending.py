"""One way for all writing commands: what would surprise is asked first, and what came of it is shown."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unyo.tickets.model import CLOSED, TicketKind, Value

from .ending.exits import Exit, complain, fail
from .flags.connecting import Connection
from .judging import faults, memo_fault, told
from .output.output import Format
from .values import flag_of

if TYPE_CHECKING:  # the help starts without the client
    from unyo.client.errors import UnyoError

DryRunFlag = Annotated[bool, typer.Option("--dry-run", help="Show the difference, and send nothing.")]
YesFlag = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


class OnConflict(StrEnum):
    """What to do when somebody else was faster."""

    RAISE = "raise"
    RETRY = "retry"
    MERGE = "merge"


OnConflictOption = Annotated[
    OnConflict,
    typer.Option(
        "--on-conflict",
        help="Somebody else was faster: raise ends with status 5; retry sends again where only memos are concerned; "
        "merge keeps both sides' changes and ends with status 5 only where both changed the same field.",
    ),
]


@dataclass(frozen=True)
class How:
    """How a writing command was told to go about it."""

    dry_run: bool = False
    yes: bool = False
    output: Format = Format.TABLE
    on_conflict: OnConflict = OnConflict.MERGE


def check(kind: TicketKind, fields: Mapping[str, Value], *, registers: bool = False) -> None:
    """Refuse what no server would take, before anything is sent.

    Raises:
        typer.Exit: a value is wrong; all that is wrong is named.
    """
    found = told(faults(kind, fields, registers=registers), flag_of)
    if found:
        fail(Exit.REFUSED, f"{'; '.join(found)} (nothing was sent)")


def check_memos(texts: Sequence[str]) -> None:
    """Refuse memos that no server would take.

    Raises:
        typer.Exit: a text is empty or too long.
    """
    found = [f"a memo {said}" for text in texts if (said := memo_fault(text))]
    if found:
        fail(Exit.REFUSED, f"{'; '.join(found)} (nothing was sent)")


def confirm(question: str, *, yes: bool) -> None:
    """Ask; where nobody can be asked, ``--yes`` must have been said.

    Raises:
        typer.Exit: the answer is no, or there is nobody to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        fail(Exit.USAGE, f"{question} There is nobody to ask here: say --yes if so. Nothing was sent.")
    if not typer.confirm(question, err=True):
        fail(Exit.FAILED, "nothing was sent")


def update_all(
    connection: Connection,
    ticket_ids: Sequence[str],
    how: How,
    *,
    fields: Mapping[str, Value],
    memos: Callable[[Any], Sequence[Any]] = lambda _: (),
) -> None:
    """Read tickets, set these fields in each, ask where it would surprise, send, and show what changed.

    ``memos`` tells the memo operations for a ticket that was read.

    Raises:
        typer.Exit: a ticket was refused; the others were sent all the same.
    """
    from unyo.client.errors import AuthFailure, Refused, TooManyRequests, UnyoError  # noqa: PLC0415 - the help starts without the client

    from .output.difference import Snapshot, draw, planned, write_differences  # noqa: PLC0415 - likewise

    client, found, statuses = connection.client, [], []
    for ticket_id in dict.fromkeys(ticket_ids):
        try:
            found.append(_prepared(connection, ticket_id, fields, memos))
        except (AuthFailure, TooManyRequests):
            raise  # so would the others be
        except Refused as error:
            statuses.append(_refused(ticket_id, error))
    differences = [each for ticket, operations in found for each in planned(ticket, operations)]
    if how.dry_run:
        write_differences(differences, how.output)
        _say("A dry run: nothing was sent." if differences or statuses else "There is nothing to change.")
        _end(statuses)
        return
    if (question := _question(found)) and not how.yes:
        from unyo.cli.showing import make_console  # noqa: PLC0415 - likewise

        draw(differences, make_console(to_stderr=True))
        confirm(question, yes=how.yes)
    changed = []
    for ticket, operations in found:
        before = Snapshot(ticket)
        try:
            client.tickets.update(ticket, memos=operations, on_conflict=how.on_conflict.value)
        except UnyoError as error:
            statuses.append(_refused(ticket.ticket_id, error))
            continue
        changed += before.until(ticket)
    write_differences(changed, how.output)
    _end(statuses)
    if not changed:
        _say("There is nothing to change.")


def _prepared(
    connection: Connection, ticket_id: str, fields: Mapping[str, Value], memos: Callable[[Any], Sequence[Any]]
) -> tuple[Any, Sequence[Any]]:
    """A ticket with these values set, and its memo operations, as far as they can be judged before they are sent."""
    from unyo.client.bodies import update_body  # noqa: PLC0415 - the help starts without the client

    ticket = connection.client.tickets.get(ticket_id)
    operations = memos(ticket)
    check(ticket.kind, fields)
    for name, value in fields.items():
        setattr(ticket, name, value)
    if ticket.changes or operations:
        update_body(ticket, operations, connection.resolved.credentials)
    return ticket, operations


def _refused(ticket_id: str, error: "UnyoError") -> Exit:
    """Say why a ticket stays as it is."""
    from .ending.sentences import explained  # noqa: PLC0415 - the help starts without the client

    status, sentence = explained(error)
    complain(f"{ticket_id}: {sentence}")
    return status


def _end(statuses: Sequence[Exit]) -> None:
    if statuses:
        raise typer.Exit(statuses[0])


def _question(found: Sequence[tuple[Any, Sequence[Any]]]) -> str:
    """What to ask before these are sent; nothing where it surprises nobody."""
    from unyo.client import DeleteMemo  # noqa: PLC0415 - the help starts without the client

    if not found:
        return ""
    if len(found) > 1:
        return f"Send these changes to {len(found)} tickets?"
    ((ticket, operations),) = found
    if CLOSED in (change[1] for name, change in ticket.changes.items() if name == "state"):
        return f"Close {ticket.ticket_id} ({ticket.read['title']})?"
    deleted = [str(each.number) for each in operations if isinstance(each, DeleteMemo)]
    return f"Delete memo {', '.join(deleted)} of {ticket.ticket_id}?" if deleted else ""


def _say(text: str) -> None:
    typer.secho(text, err=True)

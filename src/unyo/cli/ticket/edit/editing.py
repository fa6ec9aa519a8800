"""The command `unyo ticket edit`."""

import sys

import typer

from unyo.cli.ticket.ending.exits import Exit, complain
from unyo.cli.ticket.flags.connecting import Connection, connected
from unyo.cli.ticket.output.output import Format, OutputOption
from unyo.cli.ticket.sending import DryRunFlag, YesFlag
from unyo.cli.ticket.updating import TicketArgument

app = typer.Typer()


@app.command()
@connected
def edit(
    connection: Connection,
    ticket_id: TicketArgument,
    *,
    dry_run: DryRunFlag = False,
    yes: YesFlag = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Edit a ticket in your editor ($VISUAL, else $EDITOR) as YAML; shows the difference, asks, and sends it.

    Errors stand on top of the text, which is opened again. When somebody else has changed the ticket meanwhile, what
    both can keep is kept, and you choose for the rest. Until it is on the server the text is kept in a file, which is
    named, also after Ctrl+C; the same command then goes on with it.

    Example: EDITOR=nano unyo ticket edit UTM123456
    """
    if not yes and not sys.stdin.isatty():
        complain("edit asks before it sends: say --yes where nobody can be asked")
        raise typer.Exit(Exit.USAGE)
    from .edited import Session  # noqa: PLC0415 - the help starts without the client

    session = Session(connection, ticket_id, yes=yes)
    try:
        session.begin()
        session.carry_out(output, dry_run=dry_run)
    except (KeyboardInterrupt, typer.Abort):
        session.tell_kept()
        complain("stopped; nothing was sent")
        raise typer.Exit(Exit.INTERRUPTED) from None
    except typer.Exit:
        raise
    except Exception:
        session.tell_kept()
        raise

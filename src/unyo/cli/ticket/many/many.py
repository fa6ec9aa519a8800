"""The command `unyo ticket apply`."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Final

import typer

from unyo.cli.ticket.ending.exits import Exit, fail
from unyo.cli.ticket.flags.connecting import Connection, connected
from unyo.cli.ticket.sending import DryRunFlag, OnConflict, OnConflictOption, YesFlag, confirm

from .rows import FileFormat, Row, WrongFile, format_of, read_rows

app = typer.Typer()

_STANDARD: Final = "-"


@app.command()
@connected
def apply(  # noqa: PLR0913 - each is a flag
    connection: Connection,
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON lines, YAML or CSV; - is the standard input.")],
    *,
    file_format: Annotated[
        FileFormat | None, typer.Option("--format", help="Format of the file; by its suffix where it is not said.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option("--results", metavar="FILE", help="New file for the results; else standard output.")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="FILE", help="Go on with the run whose results these are; they are added to."),
    ] = None,
    stop: Annotated[
        bool,
        typer.Option("--stop/--keep-going", help="End at the first failure, and send nothing if a row is wrong."),
    ] = False,
    on_conflict: OnConflictOption = OnConflict.MERGE,
    dry_run: DryRunFlag = False,
    yes: YesFlag = False,
) -> None:
    """Register and update many tickets from a file: a row each, with ticket_id (update) or kind (register) and fields.

    Fields have the names of `unyo ticket show`, memos holds a memo to add, or a list of them. What a row does not have
    stays as it is, so does a null, and in CSV a cell without anything; "" empties (in CSV a cell of two quotes).

    The whole file is judged first, and what is wrong is named with its line. Then each row is sent, and its result
    written as a line of JSON: line, ticket_id, status (ok, failed, unknown), error. A failure does not hinder the
    other rows; the exit status is that of the first one. A run that ended is gone on with by --resume, which does not
    do again what succeeded.

    Example: unyo ticket apply tickets.csv --results results.jsonl --yes
    """
    from .applied import Run, carry_out, show_differences  # noqa: PLC0415 - the help starts without the client
    from .results import Done, Results, WrongResults, open_results, read_results  # noqa: PLC0415 - likewise

    if results and resume:
        raise typer.BadParameter("--resume adds to its own file: leave --results out")
    try:
        rows = _read(file, file_format)
        done = read_results(resume.read_text(encoding="utf-8")) if resume else Done()
    except WrongFile as error:
        fail(Exit.REFUSED, f"{_name(file)}: {error} (nothing was sent)")
    except WrongResults as error:
        fail(Exit.USAGE, f"{resume}: {error}: --resume takes the results of an earlier run")
    to_do = [row for row in rows if row.key not in done.tickets]
    wrong = [row for row in to_do if row.faults]
    for row in wrong:
        typer.secho(f"{_name(file)}:{row.line}: {'; '.join(row.faults)}", err=True, fg="red")
    if wrong and stop:
        fail(Exit.REFUSED, f"{len(wrong)} of {len(rows)} rows are wrong; nothing was sent")
    if dry_run:
        show_differences(connection, [row for row in to_do if not row.faults])
        raise typer.Exit(Exit.REFUSED if wrong else Exit.OK)
    right = len(to_do) - len(wrong)
    if right:
        confirm(f"Send {right} rows{f' ({len(wrong)} are wrong and left out)' if wrong else ''}?", yes=yes)
    path = resume or results
    try:
        opened = open_results(path, goes_on=bool(resume)) if path else nullcontext(sys.stdout)
    except FileExistsError:
        fail(Exit.USAGE, f"{path} is there already: go on with it by --resume, or name another file for --results")
    with opened as stream:
        writer = Results(stream, is_file=bool(path))
        if not resume:
            writer.begin(done)
        run = Run(connection, writer, done, stop=stop, on_conflict=on_conflict, told=path)
        carry_out(run, to_do, len(rows), _name(file))


def _read(file: str, file_format: FileFormat | None) -> list[Row]:
    chosen = file_format or format_of(file)
    if chosen is None:
        raise typer.BadParameter(f"{_name(file)} tells no format by its suffix: give --format jsonl, yaml or csv")
    data = sys.stdin.buffer.read() if file == _STANDARD else Path(file).read_bytes()
    try:
        return read_rows(data.decode("utf-8-sig"), chosen)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WrongFile(f"line {line}: this is no text in UTF-8") from None


def _name(file: str) -> str:
    return "the standard input" if file == _STANDARD else file

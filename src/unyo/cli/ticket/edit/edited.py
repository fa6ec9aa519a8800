"""One editing of a ticket, from the draft to the server."""

import sys
from collections.abc import Mapping
from typing import Any, Final

import typer

from unyo.cli.showing import make_console
from unyo.cli.ticket.ending.exits import Exit, complain
from unyo.cli.ticket.ending.sentences import explained
from unyo.cli.ticket.flags.connecting import Connection
from unyo.cli.ticket.output.difference import Snapshot, draw, planned, write_differences
from unyo.cli.ticket.output.output import Format
from unyo.client import DeleteMemo, Option
from unyo.client.errors import Answered, ExclusionFailure, NotOffered, Refused
from unyo.client.kinds import KINDS

from .document import Edited, Fault, WrongDocument, read, with_faults, write
from .drafts import draft_of
from .resolving import resolve

_STOPPED: Final = "nothing was sent"


class Session:
    """Edits one ticket."""

    def __init__(self, connection: Connection, ticket_id: str, *, yes: bool) -> None:
        self._client = connection.client
        self._ticket_id = ticket_id
        self._yes = yes
        self._draft = draft_of(connection.resolved.credentials, ticket_id)
        self._base: Mapping[str, Any] = {}
        self._options: list[Option] = []
        self._must_open = True
        self._untouched = ""

    def begin(self) -> None:
        """Read the ticket, or go on with the draft that was left.

        Raises:
            UnyoError: the ticket cannot be read.
            typer.Exit: there is a draft, and nobody who says what to do with it.
        """
        if self._draft.exists():
            if self._ask_about_draft() == "c":
                self._base = self._draft.base
                self._options = self._offered()
                return
            self._draft.remove()
        self._base = self._read()
        self._options = self._offered()
        self._untouched = write(self._ticket(), options=self._options)
        self._draft.begin(self._base, self._untouched)

    def carry_out(self, output: Format, *, dry_run: bool) -> None:
        """Edit until it is on the server, or is given up.

        Raises:
            UnyoError: no answer came back, or the server failed.
            typer.Exit: it was given up; the draft is kept.
        """
        while (edited := self._edited()) is not None:
            if not edited:
                self._draft.remove()
                typer.secho("Nothing was changed.", err=True)
                return
            ticket = self._with(edited)
            differences = planned(ticket, edited.memos)
            if dry_run:
                write_differences(differences, output)
                self._stop(Exit.OK, "A dry run: nothing was sent.")
            if not self._yes:
                draw(differences, make_console(to_stderr=True))
                answer = self._ask(f"{_deleting(edited)}[s]end, [e]dit again, [q]uit?", "seq")
                if answer == "q":
                    self._stop(Exit.FAILED, _STOPPED)
                if answer == "e":
                    self._must_open = True
                    continue
            if self._sent(ticket, edited, output):
                return

    def tell_kept(self) -> None:
        """Say where the text is, if anything was written in it."""
        if not self._draft.exists():
            return
        if self._draft.text == self._untouched:
            self._draft.remove()  # the next edit need not ask about it
        else:
            self._draft.tell_kept()

    def _edited(self) -> Edited | None:
        """What was changed, once it is right."""
        while True:
            before = self._draft.text
            if self._must_open and (failed := self._draft.edit()):
                self._stop(Exit.FAILED, failed)
            after = self._draft.text
            try:
                found = read(after, self._ticket())
            except WrongDocument as error:
                if self._must_open and after == before:
                    self._stop(Exit.REFUSED, str(error))  # nobody mends it
                self._draft.write(with_faults(after, error.faults))
                self._must_open = True
            else:
                self._must_open = False
                return found

    def _sent(self, ticket: Any, edited: Edited, output: Format) -> bool:
        """Send it; False where it must be looked at once more."""
        before = Snapshot(ticket)
        try:
            self._client.tickets.update(ticket, memos=edited.memos, on_conflict="merge")
        except ExclusionFailure as failure:
            self._resolve(edited, failure)
            return False
        except Refused as error:
            status, sentence = explained(error)
            if not sys.stdin.isatty():
                self._stop(status, sentence)
            complain(sentence)
            self._draft.write(with_faults(self._draft.text, [Fault(0, sentence)]))
            if self._ask("[e]dit again, [q]uit?", "eq") == "q":
                self._stop(status, _STOPPED)
            self._must_open = True
            return False
        self._draft.remove()
        write_differences(before.until(ticket), output)
        return True

    def _resolve(self, edited: Edited, failure: ExclusionFailure) -> None:
        if not sys.stdin.isatty():
            self._stop(*explained(failure))
        typer.secho("Somebody else changed the ticket while it was edited.", err=True, fg="yellow")
        mine = self._with(edited)
        self._base = self._read()
        theirs = self._ticket()
        found = resolve(mine, edited, theirs, failure.changes, self._ask)
        if found.gives_up:
            self._stop(Exit.CONFLICT, _STOPPED)
        self._draft.begin(self._base, write(theirs, found.edited, options=self._options, notes=found.notes))
        self._must_open = found.again

    def _ask_about_draft(self) -> str:
        said = f"A draft of {self._ticket_id} is kept in {self._draft.path}"
        if not sys.stdin.isatty():
            complain(f"{said}: go on with it on a terminal, or delete it")
            raise typer.Exit(Exit.USAGE)
        answer = self._ask(f"{said}: [c]ontinue with it, [d]iscard it, [q]uit?", "cdq")
        if answer == "q":
            raise typer.Exit(Exit.FAILED)
        return answer

    def _ask(self, question: str, letters: str) -> str:
        """One of these letters."""
        while True:
            answer = str(typer.prompt(question, prompt_suffix=" ", err=True)).strip().lower()[:1]
            if answer and answer in letters:
                return answer

    def _stop(self, status: Exit, sentence: str) -> None:
        if status is Exit.OK:
            typer.secho(sentence, err=True)
        else:
            complain(sentence)
        self.tell_kept()
        raise typer.Exit(status)

    def _offered(self) -> list[Option]:
        try:
            return self._client.options(self._ticket().kind)
        except (NotOffered, Answered):
            return []  # the text is as good without them

    def _read(self) -> Mapping[str, Any]:
        return self._client.raw("GetTicketDetail", {"TicketId": self._ticket_id})

    def _ticket(self) -> Any:
        """The ticket as it was read for the draft."""
        return KINDS[str(self._base.get("TicketProcessType"))](self._base)

    def _with(self, edited: Edited) -> Any:
        ticket = self._ticket()
        for name, value in edited.fields.items():
            setattr(ticket, name, value)
        return ticket


def _deleting(edited: Edited) -> str:
    deleted = [str(each.number) for each in edited.memos if isinstance(each, DeleteMemo)]
    return f"This deletes memo {', '.join(deleted)}. " if deleted else ""

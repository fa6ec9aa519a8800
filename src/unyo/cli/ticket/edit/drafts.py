"""What is being edited, in a file of the user's own until it is on the server; and the editor."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import typer

from unyo.client import Credentials

_EDITORS: Final = ("sensible-editor", "nano", "vim", "vi")
_PRIVATE: Final = 0o600


@dataclass(frozen=True)
class Draft:
    """The text that is edited, and the ticket as it was read for it."""

    path: Path

    @property
    def _base(self) -> Path:
        return self.path.with_suffix(".json")

    def exists(self) -> bool:
        """Whether a draft was left here."""
        return self.path.exists() and self._base.exists()

    @property
    def base(self) -> dict[str, Any]:
        """GetTicketDetail's answer for which it was begun.

        Raises:
            ValueError: the file beside the draft was changed.
        """
        found = json.loads(self._base.read_text(encoding="utf-8"))
        assert isinstance(found, dict)
        return found

    @property
    def text(self) -> str:
        """The text as it stands."""
        return self.path.read_text(encoding="utf-8-sig", errors="replace")

    def begin(self, base: Mapping[str, Any], text: str) -> None:
        """Keep a new text, and what it is made of."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(self._base, json.dumps(base, ensure_ascii=False))
        self.write(text)

    def write(self, text: str) -> None:
        """Keep another text."""
        _write(self.path, text)

    def remove(self) -> None:
        """It is on the server, or is not wanted."""
        self.path.unlink(missing_ok=True)
        self._base.unlink(missing_ok=True)

    def edit(self) -> str:
        """Let the user edit it; says what went wrong with the editor, or nothing."""
        command = _editor()
        try:
            status = subprocess.run([*command, str(self.path)], check=False).returncode  # noqa: S603 - the user's own editor
        except OSError as error:
            return f"the editor {command[0]} cannot be started: {error.strerror}; set VISUAL or EDITOR"
        return f"the editor ended with status {status}; nothing was sent" if status else ""

    def tell_kept(self) -> None:
        """Say where the text is."""
        typer.secho(f"The text is kept in {self.path}; the same command goes on with it.", err=True)


def draft_of(who: Credentials, ticket_id: str) -> Draft:
    """Where a ticket's draft is: one for each ticket of a server, in the user's folder of states."""
    folder = os.environ.get("XDG_STATE_HOME")
    server = sha256(f"{who.endpoint}\n{who.service_code}".encode()).hexdigest()[:8]
    name = "".join(letter if letter.isalnum() else "_" for letter in ticket_id)
    base = Path(folder) if folder else Path.home() / ".local" / "state"
    return Draft(base / "unyo" / "drafts" / f"{name}-{server}.yaml")


def _editor() -> list[str]:
    for variable in ("VISUAL", "EDITOR"):
        if named := shlex.split(os.environ.get(variable, "")):
            return named
    return [next((found for each in _EDITORS if (found := shutil.which(each))), "vi")]


def _write(path: Path, text: str) -> None:
    """Replace a file whole; it is its owner's alone. Whoever has it open keeps the old one."""
    made = path.with_name(f".{path.name}.new")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    made.replace(path)
